"""The catalogue holds together, and what a user adds to it is checked as much as the rest."""

import datetime as dt
import json

import pytest

from oqhs.catalogue import load_catalogue
from oqhs.entries import Variable
from oqhs.errors import CatalogueError, UnknownError

RATIO = {
    "label": "Part des 60 ans et plus parmi les ménages",
    "theme": "demographie",
    "universe": "habitants",
    "unit": "percent",
    "decimals": 1,
    "polarity": 0,
    "recipe": "ratio",
    "source": "rp",
    "numerator": {"words": "60 ans et plus", "variables": ["pop_60_plus"]},
    "denominator": {"words": "ménages", "variables": ["menages"]},
    "reading": "{value} {of_zone}, contre {reference} {in_reference}, soit {gap}.",
}
PUBLISHED = {"variable": "taux_pauvrete_60"}
SEVENTEEN = [
    "part_moins_18", "part_60_plus", "familles_monoparentales", "familles_nombreuses", "part_cadres",
    "locataires_hlm", "taux_pauvrete", "niveau_vie_median_mensuel", "part_prestations_sociales",
    "taux_chomage_15_64", "taux_chomage_15_24", "contrats_precaires", "bas_niveau_formation", "pmi_10_min",
    "exposition_icu", "surface_arboree", "eds_10_min",
]  # fmt: skip


@pytest.fixture(scope="module")
def catalogue():
    return load_catalogue()


@pytest.fixture
def added(tmp_path):
    """Catalogue with the indicators of data/indicateurs/x.yaml."""

    def _added(name="x.yaml", **content):
        (tmp_path / name).write_text(json.dumps(content), encoding="utf-8")
        return load_catalogue(tmp_path)

    return _added


@pytest.fixture
def refused(added):
    """Problems of an indicator that is refused; each names the file of the user."""

    def _refused(**keys):
        content = {"indicators": {"essai": {k: v for k, v in (RATIO | keys).items() if v is not None}}}
        with pytest.raises(CatalogueError) as caught:
            added(**content)
        assert type(caught.value) is CatalogueError
        assert {problem.file.name for problem in caught.value.problems} == {"x.yaml"}
        return caught.value.problems

    return _refused


def test_the_seventeen_key_indicators_are_there_in_the_published_order(catalogue):
    assert [name for name, one in catalogue.indicators.items() if one.key] == SEVENTEEN


def test_neutral_indicators_are_those_of_demography_housing_and_benefits(catalogue):
    neutral = {name for name in SEVENTEEN if catalogue.indicator(name).polarity == 0}
    assert neutral == {*SEVENTEEN[:6], "part_prestations_sociales"}


def test_a_user_adds_an_indicator_without_touching_the_package(added, catalogue):
    theme, caveat = {"parc": {"label": "Parc"}}, {"prudence": "À lire avec prudence."}
    indicator = RATIO | {"theme": "parc", "caveats": ["prudence", "rp_enquete"]}
    own = added(themes=theme, caveats=caveat, indicators={"essai": indicator})
    assert own.indicator("essai").label == RATIO["label"]
    assert set(own.indicators) - set(catalogue.indicators) == {"essai"}
    assert "essai" not in load_catalogue().indicators


def test_a_folder_that_is_not_there_adds_nothing(tmp_path, catalogue):
    assert load_catalogue(tmp_path / "indicateurs") == catalogue


def test_an_indicator_of_the_package_cannot_be_redefined(added):
    with pytest.raises(CatalogueError) as caught:
        added(indicators={"taux_pauvrete": RATIO})
    (problem,) = caught.value.problems
    assert (problem.what, problem.file.name) == ("this exists already", "x.yaml")
    assert (problem.column, problem.found) == ("indicators.taux_pauvrete", "taux_pauvrete")
    assert problem.allowed == "an id of its own"
    assert problem.todo == "rename it"


def test_two_files_of_a_user_cannot_define_one_indicator(added):
    added(name="a.yaml", indicators={"essai": RATIO})
    with pytest.raises(CatalogueError) as caught:
        added(name="b.yaml", indicators={"essai": RATIO})
    (problem,) = caught.value.problems
    assert (problem.file.name, problem.todo) == ("b.yaml", "rename it")


@pytest.mark.parametrize(
    ("keys", "field", "found", "allowed"),
    [
        ({"theme": "demografie"}, "theme", "demografie", "demographie"),
        ({"source": "rpp"}, "source", "rpp", "rp"),
        ({"caveats": ["prudense"]}, "caveats", "prudense", "rp_enquete"),
        ({"numerator": {"words": "a", "variables": ["pop60"]}}, "numerator", "pop60", "pop_60_plus"),
        ({"denominator": {"words": "a", "variables": ["pop60"]}}, "denominator", "pop60", "menages"),
        ({"published": {"variable": "tp60"}}, "published", "tp60", "taux_pauvrete_60"),
        ({"quantiles": {"0.5": "mediane"}}, "quantiles", "mediane", "niveau_vie_median"),
        ({"weights": [["persones"]]}, "weights", "persones", "population"),
    ],
)
def test_a_name_that_nothing_answers_to_is_told_where_it_is(refused, keys, field, found, allowed):
    (problem,) = refused(**keys)
    assert problem.what == "the catalogue has no such entry"
    assert (problem.column, problem.found) == (f"indicators.essai.{field}", found)
    assert allowed in problem.allowed.split(", ")


def test_a_variable_of_richer_by_that_nothing_answers_to_is_told(refused):
    (problem,) = refused(richer_by="nulle_part")
    assert (problem.column, problem.found) == ("indicators.essai.richer_by", "nulle_part")


def test_a_reading_key_with_an_unknown_word_is_told(refused):
    (problem,) = refused(reading="{valeur} des habitants")
    assert problem.column == "indicators.essai.reading"


def test_every_dangling_name_is_told_at_once(refused):
    problems = refused(theme="a", source="b", caveats=["c", "d"])
    assert [problem.found for problem in problems] == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("recipe", "keys", "needs"),
    [
        ("ratio", {"denominator": None}, "numerator.variables and denominator.variables"),
        ("ratio", {"numerator": {"words": "sans variable"}}, "numerator.variables and denominator.variables"),
        ("count", {"numerator": None}, "numerator.variables"),
        ("published", {}, "published"),
        ("pooled", {"published": PUBLISHED}, "published, quantiles and weights"),
        ("pooled", {"published": PUBLISHED, "quantiles": {"0.5": "uc"}}, "published, quantiles and weights"),
        ("mass", {"published": PUBLISHED}, "published and weights"),
    ],
)
def test_a_recipe_says_what_it_lacks(refused, recipe, keys, needs):
    (problem,) = refused(recipe=recipe, **keys)
    assert problem.what.endswith(f"recipe {recipe!r} needs {needs}")
    assert problem.column == "indicators.essai"


@pytest.mark.parametrize(
    ("key", "value"),
    [("unit", "percents"), ("decimals", 7), ("polarity", 2), ("recipe", "mean"), ("footnote", "d")],
)
def test_a_value_an_indicator_cannot_have_is_told(refused, key, value):
    (problem,) = refused(**{key: value})
    assert (problem.column, problem.found) == (f"indicators.essai.{key}", value)


def test_an_unknown_key_of_an_indicator_is_told_with_the_keys_allowed(refused):
    (problem,) = refused(polarite=1)
    assert (problem.what, problem.found) == ("this key is not known", "polarite")
    assert {"polarity", "label", "reading"} <= set(problem.allowed.split(", "))


@pytest.mark.parametrize("kind", ["indicator", "variable"])
def test_an_unknown_name_is_told_with_those_there_are(catalogue, kind):
    with pytest.raises(UnknownError) as caught:
        getattr(catalogue, kind)("nulle_part")
    (problem,) = caught.value.problems
    assert (problem.what, problem.found) == (f"no such {kind}", "nulle_part")
    assert "population" in problem.allowed.split(", ")
    assert isinstance(caught.value, LookupError)


def test_a_threshold_is_the_one_in_force_on_the_day(catalogue):
    assert catalogue.threshold("secret_effectif_min", dt.date(2024, 1, 1)) == 11
    assert catalogue.threshold("secret_effectif_min", dt.date(2015, 1, 1)) == 11


def test_a_threshold_not_yet_in_force_says_from_when(catalogue):
    with pytest.raises(UnknownError) as caught:
        catalogue.threshold("secret_effectif_min", dt.date(2014, 12, 31))
    (problem,) = caught.value.problems
    assert problem.what == "threshold 'secret_effectif_min' has no value in force on 2014-12-31"
    assert problem.allowed == "a day from 2015-01-01"


def test_an_unknown_threshold_names_those_there_are(catalogue):
    with pytest.raises(UnknownError) as caught:
        catalogue.threshold("vitesse", dt.date(2024, 1, 1))
    assert "couverture_min" in caught.value.problems[0].allowed


@pytest.mark.parametrize(
    ("unit", "given", "bounds"),
    [
        ("percent", None, (0.0, 100.0)),
        ("persons", None, (0.0, None)),
        ("percent", (None, 0.0), (None, 0.0)),
        ("ratio", None, (0.0, None)),
    ],
)
def test_the_bounds_of_a_variable_come_from_its_unit_unless_given(unit, given, bounds):
    assert Variable(label="a", unit=unit, range=given).bounds == bounds


def test_the_rate_of_an_indicator_is_a_variable_in_its_unit(catalogue):
    assert catalogue.variable("taux_chomage_15_64").unit == "percent"
    assert catalogue.variable("taux_chomage_15_64").bounds == (0.0, 100.0)


RSA = {
    "label": "Fichier du RSA",
    "short": "RSA",
    "producer": "Département",
    "page": "https://www.example.org",
    "licence": "etalab-2.0",
    "vintages": "chaque année",
}


@pytest.mark.parametrize(
    ("name", "threshold"),
    [("rsa", "secret_departement_min"), ("depp", "secret_depp_min"), ("rp", None), ("filosofi", None)],
)
def test_what_the_departement_holds_is_protected_and_what_insee_publishes_is_not(catalogue, name, threshold):
    assert catalogue.sources[name].protected == threshold


def test_no_source_of_insee_is_protected(catalogue):
    assert not [one for one in catalogue.sources.values() if one.producer == "Insee" and one.protected]


@pytest.mark.parametrize(
    ("keys", "what", "found"),
    [
        ({"protected": "secret_min"}, "no such threshold", "secret_min"),
        (
            {"protected": "secret_departement_min", "producer": "Insee-DGFiP"},
            "figures of Insee keep the secrecy of Insee: nothing is added to it",
            "Insee-DGFiP",
        ),
    ],
)
def test_a_secrecy_that_cannot_be_is_refused(added, keys, what, found):
    with pytest.raises(CatalogueError) as caught:
        added(sources={"essai": RSA | keys})
    (problem,) = caught.value.problems
    assert (problem.what, problem.found) == (what, found)
    assert problem.column == "sources.essai.protected"


def test_a_part_that_nothing_answers_to_is_refused(added):
    parts = {"label": "Élèves", "unit": "persons", "parts": ["filles", "pop_0_17"]}
    with pytest.raises(CatalogueError) as caught:
        added(variables={"eleves": parts})
    (problem,) = caught.value.problems
    assert (problem.column, problem.found) == ("variables.eleves.parts", "filles")


def test_no_two_columns_of_a_layout_give_one_variable(catalogue):
    for name, (_, layout) in catalogue.layouts.items():
        for vintage in layout.vintages:
            assert len(set(vintage.columns.values())) == len(vintage.columns), name

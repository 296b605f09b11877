"""An edition names only what exists, and its file is named after it."""

import json

import pytest

from oqhs.catalogue import load_catalogue
from oqhs.editions import read_edition, read_groups, read_labels
from oqhs.errors import CatalogueError, UnknownError

CARDS = dict.fromkeys(("perimetres", "filosofi-qpv-2021", "filosofi-com-2021"), "public")
RECIPE = {"year": 2021, "inputs": {"qpv": ["filosofi-qpv-2021"], "reference": ["filosofi-com-2021"]}}
EDITION = {
    "edition": 2024,
    "departement": "94",
    "perimeter": "qpv2024",
    "territories": {"qpv": "perimetres"},
    "indicators": {"taux_pauvrete": RECIPE},
}


@pytest.fixture(scope="module")
def catalogue():
    return load_catalogue()


@pytest.fixture
def read(tmp_path, catalogue):
    """Write 2024.yaml (JSON is YAML) and read it."""

    def _read(asked=2024, **keys):
        (tmp_path / "editions").mkdir(exist_ok=True)
        text = json.dumps(EDITION | keys)
        (tmp_path / "editions" / "2024.yaml").write_text(text, encoding="utf-8")
        return read_edition(tmp_path, asked, catalogue, CARDS)

    return _read


@pytest.fixture
def refused(read):
    """Problems of an edition that is refused."""

    def _refused(error=CatalogueError, **keys):
        with pytest.raises(error) as caught:
            read(**keys)
        assert type(caught.value) is error
        assert {problem.file.name for problem in caught.value.problems} <= {"2024.yaml", "2023.yaml"}
        return caught.value.problems

    return _refused


def test_an_edition_is_read(read):
    edition = read()
    assert (edition.edition, edition.perimeter, edition.diffusion) == (2024, "qpv2024", "interne")
    assert edition.indicators["taux_pauvrete"].inputs.reference == ("filosofi-com-2021",)
    assert edition.indicators["taux_pauvrete"].recipe is None


def test_an_edition_that_is_not_there_names_those_that_are(read, refused):
    read()
    (problem,) = refused(UnknownError, asked=2023)
    assert (problem.what, problem.found, problem.allowed) == ("no such edition", 2023, "2024")


def test_a_folder_without_editions_says_there_is_none(tmp_path, catalogue):
    with pytest.raises(UnknownError) as caught:
        read_edition(tmp_path, 2024, catalogue, CARDS)
    assert caught.value.problems[0].allowed == "none in this folder"


def test_an_unknown_indicator_is_told(refused):
    (problem,) = refused(indicators={"taux_pauvrette": RECIPE})
    assert problem.what == "the edition names an indicator the catalogue does not hold"
    assert (problem.column, problem.found) == ("indicators.taux_pauvrette", "taux_pauvrette")
    assert "taux_pauvrete" in problem.allowed.split(", ")
    assert problem.todo.startswith("did you mean taux_pauvrete")


def test_an_unknown_card_is_told_where_it_is_named(refused):
    inputs = {"qpv": ["filosofi-qpv-2021", "absente"], "reference": ["autre"]}
    problems = refused(indicators={"taux_pauvrete": RECIPE | {"inputs": inputs}})
    assert {problem.what for problem in problems} == {"the edition names a card that is not there"}
    assert [(problem.column, problem.found) for problem in problems] == [
        ("indicators.taux_pauvrete.inputs.qpv", "absente"),
        ("indicators.taux_pauvrete.inputs.reference", "autre"),
    ]
    assert problems[0].allowed == "filosofi-com-2021, filosofi-qpv-2021, perimetres"
    assert problems[0].todo == "add the file with its card, or correct the name"


def test_an_unknown_card_is_told_once_with_those_spelt_like_it(refused):
    inputs = {"qpv": ["filosofi-qpv-2012"], "reference": ["filosofi-com-2021"]}
    recipes = dict.fromkeys(("taux_pauvrete", "niveau_vie_median_mensuel"), RECIPE | {"inputs": inputs})
    (problem,) = refused(indicators=recipes)
    assert problem.what == "the edition names a card that is not there, 2 times"
    assert (problem.column, problem.found) == ("indicators.taux_pauvrete.inputs.qpv", "filosofi-qpv-2012")
    assert problem.todo.startswith("did you mean filosofi-qpv-2021")


@pytest.mark.parametrize("key", ["qpv", "communes", "epts", "parts"])
def test_an_unknown_card_of_territories_is_told(refused, key):
    (problem,) = refused(territories={"qpv": "perimetres"} | {key: "absente"})
    assert (problem.column, problem.found) == (f"territories.{key}", "absente")


def test_a_file_named_after_another_year_is_refused(refused):
    (problem,) = refused(edition=2023)
    assert problem.what == "the file is named after another edition"
    assert (problem.column, problem.found, problem.allowed) == ("edition", 2023, "2024")


def test_every_problem_of_an_edition_is_told_at_once(refused):
    problems = refused(territories={"qpv": "absente"}, indicators={"inconnu": RECIPE})
    assert {problem.column for problem in problems} == {"indicators.inconnu", "territories.qpv"}


def test_an_unknown_key_is_told_with_the_keys_allowed(refused):
    (problem,) = refused(departements=["94"])
    assert (problem.what, problem.found) == ("this key is not known", "departements")
    assert (
        problem.allowed
        == "contact, departement, diffusion, edition, indicators, perimeter, since, site, territories, walking"
    )
    (problem,) = refused(indicators={"taux_pauvrete": RECIPE | {"anee": 2021}})
    assert (problem.column, problem.allowed) == ("indicators.taux_pauvrete.anee", "inputs, recipe, year")


@pytest.mark.parametrize(
    ("keys", "place"),
    [
        ({"departement": "9"}, "departement"),
        ({"departement": 94}, "departement"),
        ({"diffusion": "tous"}, "diffusion"),
        ({"indicators": {"taux_pauvrete": RECIPE | {"year": 21}}}, "indicators.taux_pauvrete.year"),
        ({"indicators": {"taux_pauvrete": RECIPE | {"recipe": "mean"}}}, "indicators.taux_pauvrete.recipe"),
    ],
)
def test_a_value_an_edition_cannot_have_is_told(refused, keys, place):
    (problem,) = refused(**keys)
    assert problem.column == place


def test_labels_and_groups_are_optional(tmp_path):
    assert read_labels(tmp_path) == {}
    assert read_groups(tmp_path) == {}


def test_labels_and_groups_are_read(tmp_path):
    (tmp_path / "libelles.yaml").write_text("QN09401M: {label: Haut-Pays}\n", encoding="utf-8")
    text = "hochart: {label: Hochart, members: [QN09401M, QN09402M], reason: intercommunal}\n"
    (tmp_path / "regroupements.yaml").write_text(text, encoding="utf-8")
    assert read_labels(tmp_path)["QN09401M"].label == "Haut-Pays"
    assert read_groups(tmp_path)["hochart"].members == ("QN09401M", "QN09402M")


def test_a_group_of_one_quartier_is_refused(tmp_path):
    path = tmp_path / "regroupements.yaml"
    path.write_text("seul: {label: Seul, members: [QN09401M], reason: aucun}\n", encoding="utf-8")
    with pytest.raises(CatalogueError) as caught:
        read_groups(tmp_path)
    (problem,) = caught.value.problems
    assert (problem.file, problem.column) == (path, "seul.members")


@pytest.mark.parametrize(
    ("indicator", "recipe", "allowed"),
    [
        ("taux_pauvrete", "count", "published"),
        ("taux_pauvrete", "pooled", "published"),
        ("niveau_vie_median_mensuel", "ratio", "pooled, published"),
        ("part_prestations_sociales", "count", "mass, published"),
        ("exposition_icu", "ratio", "area_share, published"),
        ("pmi_10_min", "count", "access, published"),
    ],
)
def test_a_recipe_an_indicator_cannot_take_is_told_with_those_it_can(refused, indicator, recipe, allowed):
    # A median summed as a count would be shown as 0: a missing value as a zero.
    (problem,) = refused(indicators={indicator: RECIPE | {"recipe": recipe}})
    assert problem.what == "this indicator cannot be computed by this recipe"
    assert (problem.column, problem.allowed) == (f"indicators.{indicator}.recipe", allowed)


@pytest.mark.parametrize("indicator", ["pmi_10_min", "eds_minutes"])
def test_an_indicator_on_foot_needs_streets(refused, indicator):
    (problem,) = refused(indicators={indicator: RECIPE})
    assert (problem.what, problem.column) == ("an indicator on foot needs the streets", "walking")
    assert problem.found == indicator


def test_a_group_that_names_a_quartier_twice_is_refused(tmp_path):
    text = "deux: {label: Deux, members: [QN09401M, QN09401M], reason: aucun}\n"
    (tmp_path / "regroupements.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(CatalogueError, match="counted twice"):
        read_groups(tmp_path)

"""The face of the library: what a data folder may hold, and what it refuses."""

import pytest
import yaml
from small_edition import write_data

import oqhs
from oqhs.errors import CatalogueError, UnknownError


@pytest.fixture
def folder(tmp_path):
    return write_data(tmp_path / "data")


def change(path, **keys):
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    for place, value in keys.items():
        *parents, last = place.split("__")
        inside = content
        for key in parents:
            inside = inside[key]
        inside[last] = value
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")


@pytest.mark.parametrize(("key", "value"), [("source", "filosofie"), ("layout", "demo")])
def test_a_card_that_names_nothing_known_is_refused_when_the_folder_is_opened(folder, key, value):
    change(folder / "raw" / "qpv.csv.card.yaml", **{key: value})
    with pytest.raises(CatalogueError) as caught:
        oqhs.open(folder)
    (problem,) = caught.value.problems
    assert (problem.file.name, problem.column, problem.found) == ("qpv.csv.card.yaml", key, value)
    assert problem.allowed


@pytest.mark.parametrize(
    ("role", "card"),
    [
        ("qpv", "com"),
        ("qpv", "communes"),
        ("communes", "perimetres"),
        ("communes", "qpv"),
        ("epts", "qpv"),
        ("parts", "epts"),
    ],
)
def test_a_card_taken_for_what_it_is_not_is_refused(folder, role, card):
    change(folder / "editions" / "2024.yaml", **{f"territories__{role}": card})
    with pytest.raises(CatalogueError) as caught:
        oqhs.open(folder).edition(2024).key_table()
    (problem,) = caught.value.problems
    assert (problem.column, problem.found) == (f"territories.{role}", card)
    assert problem.allowed.startswith(("a layer of kind", "a table with"))


def test_an_edition_goes_no_further_than_the_narrowest_of_its_files(folder):
    change(folder / "raw" / "qpv.csv.card.yaml", diffusion="interne")
    change(folder / "editions" / "2024.yaml", diffusion="public")
    with pytest.raises(CatalogueError) as caught:
        oqhs.open(folder).edition(2024)
    (problem,) = caught.value.problems
    assert (problem.found, problem.allowed) == ("public", "interne, because of card qpv")


def test_without_a_layer_of_communes_the_departement_is_only_what_is_published(folder):
    # The communes that hold a quartier are not the département: their sum must not stand for it.
    path = folder / "editions" / "2024.yaml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    del content["territories"]["communes"]
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    rows = oqhs.open(folder).edition(2024).key_table().set_index("indicator")
    assert rows.loc["taux_chomage_15_64", "reference_status"] == "not_available"
    assert rows.loc["taux_pauvrete", "reference"] == pytest.approx(17.2)


def test_an_unknown_quartier_is_told_with_those_that_look_like_it(folder):
    with pytest.raises(UnknownError) as caught:
        oqhs.open(folder).edition(2024).key_table("commune", territory="QN99901I")
    assert caught.value.problems[0].found == "QN99901I"
    assert "QN99901M" in caught.value.problems[0].todo


def test_a_note_beside_the_editions_is_not_one(folder):
    (folder / "editions" / "2024-brouillon.yaml").write_text("a: 1\n", encoding="utf-8")
    assert oqhs.open(folder).editions == [2024]


def test_a_user_adds_an_indicator_with_its_variable_and_compares_it(folder):
    (folder / "indicateurs").mkdir()
    (folder / "indicateurs" / "proprietaires.yaml").write_text(
        """
variables:
  menages_proprietaires: {label: Ménages propriétaires, unit: households}
indicators:
  part_proprietaires:
    label: Ménages propriétaires
    theme: logement
    universe: ménages
    unit: percent
    decimals: 2
    polarity: 0
    recipe: ratio
    source: rp
    numerator: {words: ménages propriétaires, variables: [menages_proprietaires]}
    denominator: {words: actifs, variables: [actifs_15_64]}
    reading: "{value} {of_zone}, contre {reference} {in_reference}, soit {gap}."
""",
        encoding="utf-8",
    )
    ed = oqhs.open(folder).edition(2024)
    assert "part_proprietaires" not in set(ed.key_table()["indicator"])
    row = ed.key_table(indicators=["part_proprietaires"]).iloc[0]
    assert (row["status"], row["theme"], row["decimals"]) == ("not_available", "Logement et habitat", 2)
    assert "part_proprietaires" in set(ed.gaps()["indicator"])

"""Drafts of editions: counts by IRIS are named beside those of an order, so that two dates can be compared."""

import pytest
import yaml
from two_editions import IC_2020, RP_2020_COM, RP_2020_QPV, opened, write_data

from oqhs.drafting import draft_from, draft_new

COUNTED = ("population", "part_moins_18", "taux_chomage_15_64", "locataires_hlm")


def new(observatory, perimeter="qpv2024", edition=2025):
    return draft_new(observatory, edition, "999", perimeter)


def without_layer(found):
    """Take the outlines of the IRIS out of the folder."""
    del found.layers["iris"], found.cards["iris"]
    for file in found.editions.values():
        del file["territories"]["iris"]


def order_of_2023(found):
    """Add the order of the census of 2023, of quartiers and of communes."""
    found.table("rp-2023-qpv", RP_2020_QPV, year=2023, perimeter="qpv2024")
    found.table("rp-2023-com", RP_2020_COM, year=2023, perimeter="cog2023")


def iris_of_2023(found):
    """Add the counts by IRIS of 2023."""
    found.table("ic-2023", IC_2020, year=2023, perimeter="iris2020")


@pytest.fixture
def folder(tmp_path):
    return lambda *changes: opened(tmp_path / "data", *changes)


# --- from the files that are there


@pytest.mark.parametrize("name", COUNTED)
def test_the_card_by_iris_stands_after_the_order(folder, name):
    recipe = new(folder()).indicators[name]
    assert recipe.recipe == ("count" if name == "population" else "ratio")
    assert (recipe.year, recipe.inputs.qpv) == (2020, ("rp-2020-qpv", "ic-2020"))
    assert recipe.inputs.reference == ("rp-2020-com",)


def test_a_card_by_iris_that_lacks_a_count_is_not_named_for_it(folder):
    draft = new(folder(), "qpv2015")
    # by IRIS, 2015 has neither households nor social housing
    assert draft.indicators["locataires_hlm"].inputs.qpv == ("rp-2015-qpv",)
    assert draft.indicators["taux_chomage_15_64"].inputs.qpv == ("rp-2015-qpv", "ic-2015")


def test_a_published_rate_has_no_card_by_iris(folder):
    draft = new(folder())
    assert draft.indicators["taux_pauvrete"].inputs.qpv[0] == "filosofi-2021-qpv"
    for name in ("taux_pauvrete", "niveau_vie_median_mensuel"):
        assert not any(card.startswith("ic-") for card in draft.indicators[name].inputs.qpv)


def test_counts_that_are_there_by_iris_only_are_estimated(folder):
    recipe = new(folder(), "qpv2015", 2019).indicators["part_moins_18"]
    assert (recipe.recipe, recipe.year, recipe.inputs.qpv) == ("estimate", 2015, ("ic-2015",))


def test_without_outlines_of_iris_no_card_by_iris_is_named(folder):
    draft = new(folder(without_layer))
    assert draft.territories.iris is None
    for name in COUNTED:
        assert draft.indicators[name].inputs.qpv == ("rp-2020-qpv",)


def test_counts_by_iris_of_another_year_than_the_order_are_not_named(folder):
    def only_2015(found):
        del found.tables["ic-2020"], found.cards["ic-2020"]
        found.editions.clear()

    recipe = new(folder(only_2015)).indicators["taux_chomage_15_64"]
    assert (recipe.year, recipe.inputs.qpv) == (2020, ("rp-2020-qpv",))


def test_of_two_cards_by_iris_the_one_with_more_iris_is_named(folder):
    def partly(found):
        lines = IC_2020.splitlines(keepends=True)
        found.table("ic-2020-a", "".join(lines[:3]), year=2020, perimeter="iris2020")

    assert new(folder(partly)).indicators["population"].inputs.qpv == ("rp-2020-qpv", "ic-2020")


def test_two_drafts_written_by_the_command_can_be_compared(run, tmp_path):
    data = write_data(tmp_path / "data", lambda found: found.editions.clear())
    for edition, perimeter in ((2020, "qpv2015"), (2024, "qpv2024")):
        words = ("--departement", "999", "--perimeter", perimeter, "--data", data)
        assert run("edition", "new", edition, *words)[0] == 0
    draft = yaml.safe_load((data / "editions" / "2024.yaml").read_text(encoding="utf-8"))
    assert draft["indicators"]["taux_chomage_15_64"]["inputs"]["qpv"] == ["rp-2020-qpv", "ic-2020"]
    target = tmp_path / "changes.csv"
    chosen = ("--quartiers", "QN99902M", "--indicateurs", "taux_chomage_15_64", "-o", target)
    assert run("changes", 2024, "--since", 2020, "--data", data, *chosen)[0] == 0
    # 29/210 then 26/210
    assert f"{-300 / 210:.6f}".replace(".", ",") in target.read_text(encoding="utf-8-sig")


# --- from another edition


@pytest.mark.parametrize("name", COUNTED)
def test_an_indicator_moves_without_its_card_by_iris_when_the_new_one_is_not_there(folder, name):
    moved = draft_from(folder(order_of_2023), 2025, 2024).indicators[name]
    assert (moved.year, moved.inputs.qpv) == (2023, ("rp-2023-qpv",))
    assert moved.inputs.reference == ("rp-2023-com",)


@pytest.mark.parametrize("name", COUNTED)
def test_an_indicator_moves_with_its_card_by_iris_when_the_new_one_is_there(folder, name):
    moved = draft_from(folder(order_of_2023, iris_of_2023), 2025, 2024).indicators[name]
    assert (moved.year, moved.inputs.qpv) == (2023, ("rp-2023-qpv", "ic-2023"))


@pytest.mark.parametrize("name", COUNTED)
def test_new_counts_by_iris_alone_move_nothing(folder, name):
    observatory = folder(iris_of_2023)
    moved = draft_from(observatory, 2025, 2024).indicators[name]
    assert moved == observatory.edition(2024).file.indicators[name]


def test_an_indicator_does_not_move_to_a_year_its_reference_does_not_have(folder):
    def no_commune(found):
        order_of_2023(found)
        iris_of_2023(found)
        del found.tables["rp-2023-com"], found.cards["rp-2023-com"]

    moved = draft_from(folder(no_commune), 2025, 2024).indicators["population"]
    assert (moved.year, moved.inputs.qpv) == (2020, ("rp-2020-qpv", "ic-2020"))


def test_an_estimate_moves_only_with_its_card_by_iris(folder):
    def estimated(found):
        order_of_2023(found)
        recipe = {"recipe": "estimate", "year": 2020}
        inputs = {"qpv": ["ic-2020"], "reference": ["rp-2020-com"]}
        found.editions[2024]["indicators"]["part_moins_18"] = recipe | {"inputs": inputs}

    moved = draft_from(folder(estimated), 2025, 2024).indicators["part_moins_18"]
    assert (moved.year, moved.inputs.qpv) == (2020, ("ic-2020",))


def test_an_estimate_moves_with_its_card_by_iris(folder):
    def estimated(found):
        order_of_2023(found)
        iris_of_2023(found)
        recipe = {"recipe": "estimate", "year": 2020}
        inputs = {"qpv": ["ic-2020"], "reference": ["rp-2020-com"]}
        found.editions[2024]["indicators"]["part_moins_18"] = recipe | {"inputs": inputs}

    moved = draft_from(folder(estimated), 2025, 2024).indicators["part_moins_18"]
    assert (moved.year, moved.inputs.qpv) == (2023, ("ic-2023",))


def test_counts_of_a_year_after_that_of_the_edition_are_left(folder):
    moved = draft_from(folder(order_of_2023, iris_of_2023), 2022, 2024).indicators["population"]
    assert (moved.year, moved.inputs.qpv) == (2020, ("rp-2020-qpv", "ic-2020"))


def test_published_rates_stay_while_counts_move(folder):
    observatory = folder(order_of_2023, iris_of_2023)
    moved, past = draft_from(observatory, 2025, 2024).indicators, observatory.edition(2024).file.indicators
    assert moved["taux_pauvrete"] == past["taux_pauvrete"]
    assert moved["population"].year == 2023


def test_a_draft_of_a_year_before_that_of_the_earlier_edition_is_an_edition(folder):
    assert draft_from(folder(), 2019, 2024).since is None

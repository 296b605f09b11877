"""The two editions of the invented département: both are built from the same files, of two vintages."""

from pathlib import Path

import pytest

import oqhs
from oqhs.demo.vintages import former, newest

DATA = Path(__file__).parents[2] / "data"
ESTIMATED = {
    "familles_monoparentales": ("C20_FAMMONO", "C20_FAMENF"),
    "familles_nombreuses": ("C20_NE24F3P", "C20_NE24F1P"),
    "part_cadres": ("C20_ACTOCC1564_CS3", "C20_ACTOCC1564"),
    "contrats_precaires": ("P20_SAL15P_PREC", "P20_SAL15P"),
    "bas_niveau_formation": ("P20_NSCOL15P_DIPLMIN", "P20_NSCOL15P"),
}


@pytest.fixture(scope="module")
def observatory():
    return oqhs.open(DATA)


@pytest.mark.parametrize(
    ("year", "perimeter", "census", "incomes"),
    [(2020, "qpv2015", 2017, 2017), (2024, "qpv2024", 2020, 2021)],
)
def test_thirteen_of_the_seventeen_rows_are_filled(observatory, year, perimeter, census, incomes):
    edition = observatory.edition(year)
    table = edition.key_table().set_index("indicator")
    filled = table[table["status"] == "observed"]
    assert len(table) == 17
    assert len(filled) == 13
    assert set(filled["year"]) == {census, incomes}
    assert edition.file.perimeter == perimeter
    assert set(filled.loc[list(ESTIMATED), "origin"]) == {"oqhs_estimate"}
    recipes = {name: recipe.recipe for name, recipe in edition.file.indicators.items()}
    assert {name for name, recipe in recipes.items() if recipe == "estimate"} == set(ESTIMATED)


@pytest.mark.parametrize(("year", "vintage"), [(2020, former), (2024, newest)])
@pytest.mark.parametrize("indicator", ESTIMATED)
def test_estimates_are_drawn_towards_the_surroundings_but_tell_the_quartiers(
    observatory, year, vintage, indicator
):
    known, whole = vintage(), observatory.edition(year).observations
    rows = whole[whole["indicator"] == indicator].set_index("territory")["value"]
    top, base = ESTIMATED[indicator]

    def share(place):
        return 100 * place.counts[top] / place.counts[base]

    truth = {code: share(place) for code, place in known.quartiers.items()}
    departement = share(known.departements["999"])
    error = sum(abs(rows[code] - value) for code, value in truth.items())
    witness = sum(abs(departement - value) for value in truth.values())
    assert 0.1 * witness < error < 0.4 * witness

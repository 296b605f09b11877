"""The two editions of the invented département: both are built from the same files, of two vintages."""

from pathlib import Path

import pytest
import yaml

import oqhs
from oqhs import sources
from oqhs.catalogue import built_in
from oqhs.demo.vintages import former, newest
from oqhs.sources.cards import read_cards

DATA = Path(__file__).parents[2] / "data"
ESTIMATED = {
    "familles_monoparentales": ("C20_FAMMONO", "C20_FAMENF"),
    "familles_nombreuses": ("C20_NE24F3P", "C20_NE24F1P"),
    "part_cadres": ("C20_ACTOCC1564_CS3", "C20_ACTOCC1564"),
    "contrats_precaires": ("P20_SAL15P_PREC", "P20_SAL15P"),
    "bas_niveau_formation": ("P20_NSCOL15P_DIPLMIN", "P20_NSCOL15P"),
}
#: What DIPLMIN means has changed since the census of 2015: the edition of 2020 has no such indicator.
LEFT_OUT = {2020: {"bas_niveau_formation"}, 2024: set()}
#: Indicators ordered by quartier, and the table by IRIS that holds the same counts.
ALSO_BY_IRIS = {
    "population": "population",
    "part_moins_18": "population",
    "part_60_plus": "population",
    "locataires_hlm": "logement",
    "taux_chomage_15_64": "activite",
    "taux_chomage_15_24": "activite",
}


@pytest.fixture(scope="module")
def observatory():
    return oqhs.open(DATA)


@pytest.mark.parametrize(
    ("year", "perimeter", "years", "number"),
    [(2020, "qpv2015", {2015, 2017}, 12), (2024, "qpv2024", {2020, 2021, 2022, 2024}, 17)],
)
def test_of_the_seventeen_rows_those_that_files_give_are_filled(observatory, year, perimeter, years, number):
    edition = observatory.edition(year)
    table = edition.key_table().set_index("indicator")
    filled = table[table["status"] == "observed"]
    assert len(table) == 17
    assert len(filled) == number
    assert set(filled["year"]) == years
    assert edition.file.perimeter == perimeter
    estimated = set(ESTIMATED) - LEFT_OUT[year]
    assert set(filled.loc[sorted(estimated), "origin"]) == {"oqhs_estimate"}
    recipes = {name: recipe.recipe for name, recipe in edition.file.indicators.items()}
    assert {name for name, recipe in recipes.items() if recipe == "estimate"} == estimated


def test_the_edition_of_2020_leaves_out_the_diplomas_and_says_why(observatory):
    path = DATA / "editions" / "2020.yaml"
    assert "bas_niveau_formation" not in yaml.safe_load(path.read_text(encoding="utf-8"))["indicators"]
    comments = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    assert any("bas_niveau_formation" in line and "DIPLMIN" in line for line in comments)
    rows = observatory.edition(2020).observations
    assert set(rows.loc[rows["indicator"] == "bas_niveau_formation", "status"]) == {"not_available"}
    assert "DIPLMIN" not in (DATA / "editions" / "2024.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(("year", "census"), [(2020, 2015), (2024, 2020)])
def test_what_was_ordered_by_quartier_also_names_last_the_card_by_iris_of_its_counts(year, census):
    text = (DATA / "editions" / f"{year}.yaml").read_text(encoding="utf-8")
    recipes = yaml.safe_load(text)["indicators"]
    last = {name: recipe["inputs"]["qpv"][-1] for name, recipe in recipes.items()}
    by_iris = {name for name, card in last.items() if card.startswith("ic-")}
    assert by_iris == set(ALSO_BY_IRIS) | (set(ESTIMATED) - LEFT_OUT[year])
    cards = read_cards(DATA / "raw", built_in())
    for name, subject in ALSO_BY_IRIS.items():
        assert last[name] == f"ic-{subject}-{census}"
        assert recipes[name]["inputs"]["qpv"][0] == f"rp-{census}-qpv"
        indicator = built_in().indicators[name]
        wanted = {*indicator.numerator.variables, *(indicator.denominator or indicator.numerator).variables}
        path, _ = cards[last[name]]
        assert wanted <= set(sources.read(path)["variable"]), name


@pytest.mark.parametrize(
    ("year", "vintage", "indicator"),
    [
        (year, vintage, name)
        for year, vintage in ((2020, former), (2024, newest))
        for name in ESTIMATED
        if name not in LEFT_OUT[year]
    ],
)
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

"""Which vintages are compared: what each source allows, and the index that carries amounts over the years."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from oqhs.analysis import evolution
from oqhs.analysis.dates import DATES_COLUMNS
from oqhs.catalogue import load_catalogue
from oqhs.entries import Threshold
from oqhs.errors import UnknownError

CATALOGUE = load_catalogue()
DAY = dt.date(2024, 1, 1)
CENSUS, FILOSOFI, TREES = "taux_chomage_15_64", "taux_pauvrete", "surface_arboree"
ORVAL, DEPARTEMENT = "QN99901I", "999"
NEAR_FILOSOFI = (
    "des revenus exonérés que les ménages n'ont plus à déclarer et des aides exceptionnelles "
    "déplacent les niveaux de vie"
)


def dated(indicator, territory, years, **told):
    usual = {"relation": "", "basis": "même périmètre", "origin": "insee", "caution": "", "reason": ""}
    dates = {"year_before": years[0], "year": years[1], "value_before": 20.0, "value": 22.0}
    return (
        {"indicator": indicator, "territory": territory, "territory_before": territory} | dates | usual | told
    )


def compared(indicator, years, reference=None, *, mine=None, theirs=None, catalogue=CATALOGUE, on=DAY):
    """Give the row of Orval beside its département, of the same vintages unless told."""
    rows = [
        dated(indicator, ORVAL, years, **(mine or {})),
        dated(indicator, DEPARTEMENT, reference or years, **(theirs or {})),
    ]
    frame = pd.DataFrame(rows, columns=DATES_COLUMNS).astype({"year_before": "Int64", "year": "Int64"})
    pairs = pd.DataFrame(
        {"territory": [ORVAL], "reference": "departement", "reference_territory": DEPARTEMENT}
    )
    indicators = {indicator: catalogue.indicators[indicator]}
    return evolution(frame, pairs, indicators, catalogue, on=on).iloc[0]


def with_threshold(name, *values):
    entries = [
        {"value": value, "since": since, "reference": "essai", "checked": since} for value, since in values
    ]
    threshold = Threshold.model_validate({"label": "Écart", "unit": "years", "values": entries})
    return CATALOGUE.model_copy(update={"thresholds": CATALOGUE.thresholds | {name: threshold}})


def test_two_censuses_that_share_surveys_are_refused_and_the_reason_says_what_would_do():
    # 2020 − 2017 = 3 years, under 5 ; 2020 − 5 = 2015
    found = compared(CENSUS, (2017, 2020))
    assert found["reason"] == (
        "millésimes proches (Insee, RP 2017 et 2020) : deux millésimes du recensement distants de moins de "
        "cinq ans partagent des enquêtes ; avec 2020 se compare un millésime de 2015 ou d'avant"
    )
    assert found["reference_reason"] == found["reason"]
    assert found[["change", "change_per_year", "reference_change", "gap_change"]].isna().all()
    assert (found["value_before"], found["value"], found["status"]) == (20.0, 22.0, "not_available")


@pytest.mark.parametrize("years", [(2016, 2020), (2019, 2020), (2014, 2018)])
def test_censuses_less_than_five_years_apart_are_refused(years):
    assert np.isnan(compared(CENSUS, years)["change"])


@pytest.mark.parametrize(
    ("years", "span"), [((2015, 2020), 5), ((2013, 2018), 5), ((2014, 2020), 6), ((2010, 2021), 11)]
)
def test_censuses_five_years_apart_or_more_are_compared_over_their_own_span(years, span):
    # 22 − 20 = 2 points over the span
    found = compared(CENSUS, years)
    assert (found["reason"], found["caution"], found["span_years"]) == ("", "", span)
    assert found["change"] == 2.0
    assert found["change_per_year"] == pytest.approx(2 / span)
    assert found["flaggable"]


def test_near_vintages_of_filosofi_are_compared_with_a_caution_and_never_flaggable():
    found = compared(FILOSOFI, (2017, 2019))
    assert (found["reason"], found["change"], found["status"]) == ("", 2.0, "observed")
    near, social_rents = found["caution"].split(" ; ")
    assert near == f"millésimes proches (FiLoSoFi 2017 et 2019) : {NEAR_FILOSOFI}"
    assert social_rents.startswith("en 2018, les aides au logement des locataires de HLM ont baissé")
    assert not found["flaggable"]


def test_vintages_of_filosofi_far_enough_from_one_another_are_compared_freely():
    found = compared(FILOSOFI, (2012, 2017))
    assert (found["reason"], found["caution"], found["change"]) == ("", "", 2.0)
    assert found["flaggable"]


def test_a_change_across_the_break_of_2021_has_a_caution_and_is_never_flaggable():
    found = compared(FILOSOFI, (2016, 2021))  # five years: far enough, the break alone is told
    assert [text[:18] for text in found["caution"].split(" ; ")] == [
        "en 2018, les aides",
        "le millésime 2021 ",
    ]
    assert "proches" not in found["caution"]
    assert (found["change"], found["flaggable"]) == (2.0, False)


def test_near_vintages_across_the_break_have_both_cautions():
    near, after = compared(FILOSOFI, (2019, 2021))["caution"].split(" ; ")
    assert near.startswith("millésimes proches (FiLoSoFi 2019 et 2021)")
    assert after.startswith("le millésime 2021")


def test_a_change_that_starts_at_the_break_does_not_cross_it():
    assert compared(FILOSOFI, (2021, 2026))["caution"] == ""


@pytest.mark.parametrize("indicator", [CENSUS, FILOSOFI, TREES])
@pytest.mark.parametrize("years", [(2018, 2018), (2020, 2014)])
def test_one_vintage_twice_or_dates_turned_around_are_refused_whatever_the_source(indicator, years):
    found = compared(indicator, years)
    assert found["reason"].startswith("les deux dates sont du même millésime ou à l'envers (")
    assert found["reason"].endswith(f" {years[0]} et {years[1]})")
    assert found[["change", "change_per_year", "gap_change", "gap_change_per_year"]].isna().all()


def test_a_source_without_a_rule_is_compared_whatever_its_vintages():
    assert CATALOGUE.sources["cd94"].comparability is None
    found = compared(TREES, (2021, 2022))
    assert (found["reason"], found["caution"], found["change"], found["span_years"]) == ("", "", 2.0, 1)
    assert found["flaggable"]


def test_what_was_unknown_already_keeps_its_reason():
    found = compared(CENSUS, (2017, 2020), mine={"reason": "2017 : valeur non significative"})
    assert found["reason"] == "2017 : valeur non significative"


def test_a_reference_of_near_censuses_takes_the_change_of_the_gap_away_and_nothing_else():
    found = compared(CENSUS, (2015, 2020), (2017, 2020))
    assert (found["reason"], found["change"]) == ("", 2.0)
    assert found["reference_reason"].startswith("millésimes proches (Insee, RP 2017 et 2020)")
    assert found[["reference_change", "gap_change", "gap_change_per_year"]].isna().all()


def test_a_caution_of_the_reference_is_named_as_such_and_takes_the_flag_away():
    found = compared(FILOSOFI, (2012, 2017), (2014, 2017))
    assert found["caution"] == f"référence : millésimes proches (FiLoSoFi 2014 et 2017) : {NEAR_FILOSOFI}"
    assert not found["flaggable"]


def test_a_caution_that_both_share_is_told_once():
    assert compared(FILOSOFI, (2017, 2019))["caution"].count("millésimes proches") == 1


def test_cautions_of_the_values_come_before_those_of_the_vintages_and_of_the_reference():
    found = compared(
        FILOSOFI,
        (2012, 2017),
        (2014, 2017),
        mine={"caution": "partiel"},
        theirs={"caution": "communes de cog2015, puis de cog2018"},
    )
    assert found["caution"] == (
        "partiel ; référence : communes de cog2015, puis de cog2018 ; "
        f"référence : millésimes proches (FiLoSoFi 2014 et 2017) : {NEAR_FILOSOFI}"
    )


def test_a_caution_of_the_values_alone_leaves_the_flag():
    found = compared(CENSUS, (2015, 2020), mine={"caution": "partiel"})
    assert (found["caution"], found["flaggable"]) == ("partiel", True)


def test_each_territory_has_the_rule_of_its_own_vintages():
    rows = [dated(FILOSOFI, "QN99902M", (2017, 2019)), dated(FILOSOFI, ORVAL, (2012, 2017))]
    frame = pd.DataFrame(rows, columns=DATES_COLUMNS).astype({"year_before": "Int64", "year": "Int64"})
    pairs = pd.DataFrame(
        {
            "territory": [ORVAL, "QN99902M"],
            "reference": "departement",
            "reference_territory": pd.Series([None, None], dtype="str"),
        }
    )
    found = evolution(frame, pairs, {FILOSOFI: CATALOGUE.indicators[FILOSOFI]}, CATALOGUE, on=DAY)
    assert found["flaggable"].tolist() == [True, False]
    assert found["caution"].str.startswith("millésimes proches").tolist() == [False, True]


def test_the_threshold_is_that_of_the_catalogue_given():
    since = dt.date(2015, 1, 1)
    longer = with_threshold("rp_millesimes_ecart_min", (6, since))
    # 2020 − 2015 = 5, under 6 ; 2020 − 6 = 2014
    reason = compared(CENSUS, (2015, 2020), catalogue=longer)["reason"]
    assert reason.endswith("avec 2020 se compare un millésime de 2014 ou d'avant")
    assert compared(CENSUS, (2014, 2020), catalogue=longer)["change"] == 2.0
    shorter = with_threshold("filosofi_millesimes_ecart_min", (2, since))
    assert compared(FILOSOFI, (2018, 2020), catalogue=shorter)["caution"] == ""


def test_the_threshold_is_the_one_in_force_on_the_day():
    dated_twice = with_threshold(
        "rp_millesimes_ecart_min", (5, dt.date(2015, 1, 1)), (6, dt.date(2025, 1, 1))
    )
    before, after = (
        compared(CENSUS, (2015, 2020), catalogue=dated_twice, on=day)
        for day in (dt.date(2024, 12, 31), dt.date(2025, 1, 1))
    )
    assert (before["change"], np.isnan(after["change"])) == (2.0, True)


def test_the_vintages_of_the_catalogue_are_five_years_apart():
    for name in ("rp_millesimes_ecart_min", "filosofi_millesimes_ecart_min"):
        assert CATALOGUE.threshold(name, DAY) == 5


@pytest.mark.parametrize("year", [2011, 2031])
def test_a_year_a_series_does_not_have_is_an_error_that_names_those_it_has(year):
    with pytest.raises(UnknownError, match="prix_consommation") as unknown:
        CATALOGUE.yearly("prix_consommation", year)
    problem = unknown.value.problems[0]
    assert (problem.found, problem.allowed) == (year, "2012 to 2024")
    assert "seuils.yaml" in problem.todo


def test_a_series_nobody_knows_is_an_error_that_names_those_there_are():
    with pytest.raises(UnknownError, match="prix_consommation"):
        CATALOGUE.yearly("loyers", 2020)


@pytest.mark.parametrize(
    ("year", "published"),
    [(2018, 1.8), (2019, 1.1), (2020, 0.5), (2021, 1.6), (2022, 5.2), (2023, 4.9), (2024, 2.0)],
)
def test_the_index_of_prices_agrees_with_the_yearly_inflation_insee_published(year, published):
    # 2018: 103,09 / 101,22 = 1,0185, that is 1,85 % where Insee says 1,8
    now, before = (CATALOGUE.yearly("prix_consommation", one) for one in (year, year - 1))
    assert 100 * (now / before - 1) == pytest.approx(published, abs=0.1)


def test_the_index_of_prices_is_100_in_2015_and_has_every_year_in_between():
    values = CATALOGUE.series["prix_consommation"].values
    assert values[2015] == 100
    assert list(values) == list(range(2012, 2025))

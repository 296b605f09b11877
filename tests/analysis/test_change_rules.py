"""Which vintages are compared: what each source allows, and the index that carries amounts over the years."""

import datetime as dt
import json

import numpy as np
import pandas as pd
import pytest

from oqhs.analysis import evolution
from oqhs.analysis.dates import DATES_COLUMNS
from oqhs.catalogue import load_catalogue
from oqhs.entries import Threshold
from oqhs.errors import CatalogueError

CATALOGUE = load_catalogue()
DAY = dt.date(2024, 1, 1)
CENSUS, FILOSOFI, TREES = "taux_chomage_15_64", "taux_pauvrete", "surface_arboree"
INCOME = "niveau_vie_median_mensuel"
ORVAL, DEPARTEMENT = "QN99901I", "999"
NEAR_FILOSOFI = (
    "des revenus exonérés que les ménages n'ont plus à déclarer et des aides exceptionnelles "
    "déplacent les niveaux de vie"
)


def dated(indicator, territory, years, **told):
    usual = {
        "relation": "",
        "basis": "même périmètre",
        "origin": "insee",
        "caution": "",
        "reason": "",
        "value_edition": 22.0,
    }
    dates = {"year_before": years[0], "year": years[1], "value_before": 20.0, "value": 22.0}
    return (
        {"indicator": indicator, "territory": territory, "territory_before": territory} | dates | usual | told
    )


def compared(
    indicator,
    years,
    reference=None,
    *,
    mine=None,
    theirs=None,
    catalogue=CATALOGUE,
    on=DAY,
    prices="constants",
):
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
    return evolution(frame, pairs, indicators, catalogue, on=on, prices=prices).iloc[0]


def priced(mine, theirs, prices="constants"):
    """Give the row of the incomes of Orval; both sides are (before, after, years)."""
    sides = [
        {"value_before": before, "value": after, "value_edition": after}
        for before, after, _ in (mine, theirs)
    ]
    return compared(INCOME, mine[2], theirs[2], mine=sides[0], theirs=sides[1], prices=prices)


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


OF_2018, OF_2021 = "en 2018, les aides au logement", "le millésime 2021 s'écarte des précédents"


@pytest.mark.parametrize(
    ("years", "starts"),
    [
        ((2012, 2018), [OF_2018]),
        ((2016, 2021), [OF_2018, OF_2021]),
        ((2018, 2023), [OF_2021]),  # from 2018 on, its own break is behind
        ((2017, 2019), ["millésimes proches (FiLoSoFi 2017 et 2019)", OF_2018]),
        ((2019, 2021), ["millésimes proches (FiLoSoFi 2019 et 2021)", OF_2021]),
    ],
)
def test_a_change_across_a_break_has_a_caution_for_each_and_is_never_flaggable(years, starts):
    found = compared(FILOSOFI, years)
    cautions = found["caution"].split(" ; ")
    assert len(cautions) == len(starts)
    assert all(text.startswith(start) for text, start in zip(cautions, starts, strict=True))
    assert (found["reason"], found["change"], found["flaggable"]) == ("", 2.0, False)


def test_a_change_that_starts_at_the_last_break_crosses_none():
    found = compared(FILOSOFI, (2021, 2026))
    assert (found["caution"], found["flaggable"]) == ("", True)


def test_what_is_not_compared_is_neither_flaggable_nor_not():
    assert compared(CENSUS, (2017, 2020))["flaggable"] is pd.NA


@pytest.mark.parametrize("indicator", [CENSUS, FILOSOFI, TREES])
@pytest.mark.parametrize("years", [(2018, 2018), (2020, 2014)])
def test_one_vintage_twice_or_dates_turned_around_are_refused_whatever_the_source(indicator, years):
    found = compared(indicator, years)
    assert found["reason"].startswith("les deux dates sont du même millésime ou dans le mauvais ordre (")
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
        theirs={"caution": "communes de 2015, puis de 2017"},
    )
    assert found["caution"] == (
        "partiel ; référence : communes de 2015, puis de 2017 ; "
        f"référence : millésimes proches (FiLoSoFi 2014 et 2017) : {NEAR_FILOSOFI}"
    )


def test_a_caution_of_the_values_alone_leaves_the_flag():
    found = compared(CENSUS, (2015, 2020), mine={"caution": "partiel"})
    assert (found["caution"], found["flaggable"]) == ("partiel", True)


def test_a_reference_that_is_not_compared_brings_no_caution_of_its_own():
    told = {"caution": "partiel", "reason": "valeur non disponible"}
    assert compared(CENSUS, (2015, 2020), theirs=told)["caution"] == ""


def test_each_territory_has_the_rule_of_its_own_vintages():
    rows = [dated(FILOSOFI, "QN99902M", (2015, 2017)), dated(FILOSOFI, ORVAL, (2012, 2017))]
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


def test_rows_put_together_under_one_label_of_index_keep_each_its_own_rule():
    rows = [dated(CENSUS, ORVAL, (2015, 2020)), dated(CENSUS, "QN99902M", (2017, 2020))]
    frame = pd.DataFrame(rows, columns=DATES_COLUMNS, index=[0, 0])
    frame = frame.astype({"year_before": "Int64", "year": "Int64"})
    pairs = pd.DataFrame(
        {"territory": [ORVAL, "QN99902M"], "reference": "", "reference_territory": DEPARTEMENT}
    )
    found = evolution(frame, pairs, {CENSUS: CATALOGUE.indicators[CENSUS]}, CATALOGUE, on=DAY)
    assert found["change"].notna().tolist() == [True, False]


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


@pytest.mark.parametrize("unknown", ["rp_ecart", ""])
def test_a_source_whose_rule_names_a_threshold_nobody_knows_is_refused(tmp_path, unknown):
    rule = {"span_min": unknown, "near": "refused", "why": "essai"}
    words = {"label": "Caf", "short": "Caf", "producer": "Cnaf", "page": "https://caf.fr", "licence": "lov2"}
    source = words | {"vintages": "chaque année", "comparability": rule}
    (tmp_path / "caf.yaml").write_text(json.dumps({"sources": {"caf": source}}), encoding="utf-8")
    with pytest.raises(CatalogueError) as caught:
        load_catalogue(tmp_path)
    (problem,) = caught.value.problems
    assert (problem.what, problem.found) == ("no such threshold", unknown)
    assert problem.column == "sources.caf.comparability.span_min"
    assert "rp_millesimes_ecart_min" in problem.allowed.split(", ")


# --- amounts of two years


def test_amounts_are_compared_in_euros_of_the_second_year():
    # 1 300 × 104,23 / 101,22 = 135 499 / 101,22 = 1 338,66 ; 1 400 − 1 338,66 = 61,34 €
    # 2 000 × 104,23 / 101,22 = 208 460 / 101,22 = 2 059,47 ; 2 100 − 2 059,47 = 40,53 €
    found = priced((1300.0, 1400.0, (2017, 2019)), (2000.0, 2100.0, (2017, 2019)))
    assert found["value_before"] == pytest.approx(135_499 / 101.22)
    assert found["change"] == pytest.approx(61.34, abs=0.005)
    assert found["reference_change"] == pytest.approx(40.53, abs=0.005)
    # gaps: 1 338,66 − 2 059,47 = −720,81, then −700 ; +20,81 €, 10,41 a year
    assert found["gap_before"] == pytest.approx(-720.81, abs=0.01)
    assert found["gap_change"] == pytest.approx(20.81, abs=0.01)
    assert found["gap_change_per_year"] == pytest.approx(10.41, abs=0.01)
    # 61,34 / 1 338,66 = 4,58 %
    assert found["change_pct"] == pytest.approx(4.58, abs=0.005)
    assert (found["prices"], found["unit"]) == ("euros constants de 2019", "eur_month")


def test_an_amount_that_follows_prices_does_not_change():
    # 1 012,20 × 104,23 / 101,22 = 1 042,30
    found = priced((1012.2, 1042.3, (2017, 2019)), (2000.0, 2100.0, (2017, 2019)))
    assert found["change"] == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize(("years", "lacking"), [((2011, 2019), 2011), ((2018, 2031), 2031)])
def test_a_year_without_an_index_of_prices_is_not_compared_and_the_known_years_are_named(years, lacking):
    found = priced((1300.0, 1400.0, years), (2000.0, 2100.0, years))
    assert found[["change", "reference_change", "gap_change"]].isna().all()
    for reason in found[["reason", "reference_reason"]]:
        assert reason.startswith(f"pas d'indice des prix pour {lacking} (années connues : 2012 ")
        assert reason.endswith("2024)")
    assert (found["value_before"], found["prices"]) == (1300.0, "")


def test_the_known_years_of_the_index_are_told_in_french():
    found = priced((1300.0, 1400.0, (2011, 2019)), (2000.0, 2100.0, (2011, 2019)))
    assert " to " not in found["reason"]


def test_an_index_lacking_for_the_reference_alone_leaves_the_change_of_the_territory():
    # 1 400 − 1 300 × 104,23 / 101,22 = 61,34
    found = priced((1300.0, 1400.0, (2017, 2019)), (2000.0, 2100.0, (2011, 2019)))
    assert found["change"] == pytest.approx(61.34, abs=0.005)
    assert found["reason"] == ""
    assert "pas d'indice des prix pour 2011" in found["reference_reason"]
    assert found[["gap_change", "gap_change_per_year"]].isna().all()


def test_changes_of_amounts_in_euros_of_two_years_are_not_taken_from_one_another():
    # Above prices, each gains 60 € of its own second year: 12 a year of 2018, 10 a year of 2020.
    mine = (994.6, 1030.9 + 60, (2013, 2018))  # 994,6 × 103,09 / 99,46 = 1 030,9
    theirs = (999.6, 1047.3 + 60, (2014, 2020))  # 999,6 × 104,73 / 99,96 = 1 047,3
    found = priced(mine, theirs)
    assert found["change_per_year"] == pytest.approx(12.0, abs=0.01)
    assert found["reference_change_per_year"] == pytest.approx(10.0, abs=0.01)
    assert found[["gap_change", "gap_change_per_year"]].isna().all()


def test_amounts_as_a_share_of_the_reference_change_in_points():
    # 1 300 / 2 000 = 65 % ; 1 323 / 2 100 = 63 % ; −2 points in 6 years
    mine, theirs = (1300.0, 1323.0, (2012, 2018)), (2000.0, 2100.0, (2012, 2018))
    found = priced(mine, theirs, prices="part_reference")
    assert (found["value_before"], found["value"]) == pytest.approx((65.0, 63.0))
    assert found["change"] == pytest.approx(-2.0)
    assert found["change_per_year"] == pytest.approx(-2 / 6)
    assert (found["unit"], found["prices"]) == ("percent", "part de la référence")
    assert np.isnan(found["change_pct"])
    # the reference is 100 % of itself at both dates: gaps of −35 then −37 points
    assert (found["reference_value_before"], found["reference_value"]) == (100.0, 100.0)
    assert found["reference_change"] == 0.0
    assert (found["gap_before"], found["gap"]) == pytest.approx((-35.0, -37.0))
    assert found["gap_change"] == pytest.approx(-2.0)
    assert found["widening"]


@pytest.mark.parametrize(
    ("after", "widening"),
    [
        (1299.2, False),
        (1298.0, True),
    ],  # 64,96 %: −0,04, shown 0,0 ; 64,9 %: −0,1, though an amount has no decimal
)
def test_a_share_of_the_reference_is_shown_with_a_decimal_to_tell_a_widening(after, widening):
    mine, theirs = (1300.0, after, (2012, 2018)), (2000.0, 2000.0, (2012, 2018))
    assert priced(mine, theirs, prices="part_reference")["widening"] == widening


def test_a_share_of_the_reference_needs_no_index_of_prices():
    # 1 300 / 2 000 = 65 % in 2005 ; 1 323 / 2 100 = 63 % in 2011
    mine, theirs = (1300.0, 1323.0, (2005, 2011)), (2000.0, 2100.0, (2005, 2011))
    assert priced(mine, theirs, prices="part_reference")["change"] == pytest.approx(-2.0)


def test_an_amount_is_no_share_of_the_amount_of_another_year():
    mine, theirs = (1300.0, 1323.0, (2012, 2018)), (2000.0, 2100.0, (2013, 2019))
    found = priced(mine, theirs, prices="part_reference")
    assert np.isnan(found["change"])
    assert found["reason"] == "la référence n'est pas des mêmes millésimes"

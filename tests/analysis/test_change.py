"""Changes: of a territory, of its reference and of the gap, on figures small enough to be worked out by hand."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from oqhs.analysis import NOTICE, evolution
from oqhs.analysis.change import CHANGE_COLUMNS
from oqhs.analysis.dates import DATES_COLUMNS
from oqhs.catalogue import load_catalogue
from oqhs.text import NO_BREAK_SPACE, format_gap

CATALOGUE = load_catalogue()
DAY = dt.date(2024, 1, 1)
UNEMPLOYMENT, POVERTY, INCOME = "taux_chomage_15_64", "taux_pauvrete", "niveau_vie_median_mensuel"
MANAGERS, PEOPLE, TREES = "part_cadres", "population", "surface_arboree"  # the first two are neutral
ORVAL, DEPARTEMENT = "QN99901I", "999"
NOTHING = {"value_before": np.nan, "value": np.nan}


def dated(indicator, territory, before, after, years=(2015, 2020), **told):
    usual = {
        "territory_before": territory,
        "relation": "",
        "basis": "même périmètre",
        "perimeter_before": "qpv2024",
        "perimeter": "qpv2024",
        "origin": "insee",
        "source_before": "carte1",
        "source": "carte2",
        "caution": "",
        "reason": "",
    }
    values = {"year_before": years[0], "year": years[1], "value_before": before, "value": after}
    return {"indicator": indicator, "territory": territory, **values, **usual, **told}


def table(*rows):
    frame = pd.DataFrame(rows, columns=DATES_COLUMNS)
    return frame.astype(
        {"year_before": "Int64", "year": "Int64", "value_before": "float64", "value": "float64"}
    )


def paired(*territories, reference=DEPARTEMENT):
    to = pd.Series([reference] * len(territories), dtype="str")
    return pd.DataFrame(
        {"territory": list(territories), "reference": "departement", "reference_territory": to}
    )


def changes(rows, pairs=None, *, indicators=None, prices="constants"):
    names = indicators or list(dict.fromkeys(row["indicator"] for row in rows))
    chosen = {name: CATALOGUE.indicators[name] for name in names}
    pairs = paired(ORVAL) if pairs is None else pairs
    return evolution(table(*rows), pairs, chosen, CATALOGUE, on=DAY, prices=prices)


def change(indicator, mine, theirs, **told):
    """Give the row of Orval beside its département; both sides are (before, after[, years])."""
    rows = [dated(indicator, ORVAL, *mine), dated(indicator, DEPARTEMENT, *theirs)]
    return changes(rows, **told).iloc[0]


def test_a_change_is_the_second_value_less_the_first_and_is_told_per_year_too():
    # 22,0 − 19,5 = 2,5 points in 2020 − 2015 = 5 years: 2,5 / 5 = 0,5 point a year.
    found = change(UNEMPLOYMENT, (19.5, 22.0), (12.0, 13.0))
    assert (found["change"], found["span_years"]) == (2.5, 5)
    assert found["change_per_year"] == 0.5
    assert (found["status"], found["reason"], found["unit"]) == ("observed", "", "percent")


def test_the_reference_has_a_change_of_its_own():
    # 13,0 − 12,0 = 1,0 point, 0,2 a year.
    found = change(UNEMPLOYMENT, (19.5, 22.0), (12.0, 13.0))
    assert (found["reference_change"], found["reference_change_per_year"]) == (1.0, 0.2)
    assert (found["reference_value_before"], found["reference_value"]) == (12.0, 13.0)


def test_the_change_of_the_gap_is_the_difference_of_the_changes_and_of_the_gaps():
    # gaps: 19,5 − 12,0 = 7,5 then 22,0 − 13,0 = 9,0 ; 9,0 − 7,5 = 1,5 = 2,5 − 1,0.
    found = change(UNEMPLOYMENT, (19.5, 22.0), (12.0, 13.0))
    assert (found["gap_before"], found["gap"], found["gap_change"]) == (7.5, 9.0, 1.5)
    # 0,5 − 0,2 = 0,3 point a year.
    assert found["gap_change_per_year"] == pytest.approx(0.3)


def test_changes_are_taken_on_unrounded_values():
    # 20,16 − 20,04 = 0,12, shown 0,1 ; the values as shown, 20,2 and 20,0, would make 0,2.
    found = change(UNEMPLOYMENT, (20.04, 20.16), (12.0, 12.0))
    assert found["change"] == pytest.approx(0.12)
    assert format_gap(found["change"], "percent", 1) == f"+0,1{NO_BREAK_SPACE}point"


def test_a_share_changes_in_points_and_never_in_percent():
    # from 20 % to 25 %: +5 points, not +25 %.
    found = change(UNEMPLOYMENT, (20.0, 25.0), (12.0, 13.0))
    assert found["change"] == 5.0
    assert np.isnan(found["change_pct"])


def test_a_population_changes_in_persons_and_in_percent_of_the_first_date():
    # 4 200 − 4 000 = 200 persons ; 200 / 4 000 = 5 %.
    found = change(PEOPLE, (4000.0, 4200.0), (1_000_000.0, 1_100_000.0))
    assert (found["change"], found["change_pct"], found["unit"]) == (200.0, 5.0, "persons")
    assert found["change_per_year"] == 40.0  # 200 / 5


def test_a_population_that_was_nobody_has_no_relative_change():
    found = change(PEOPLE, (0.0, 150.0), (1000.0, 1100.0))
    assert found["change"] == 150.0
    assert np.isnan(found["change_pct"])


def test_a_population_has_no_gap_and_so_no_change_of_it():
    found = change(PEOPLE, (4000.0, 4200.0), (1_000_000.0, 1_100_000.0))
    assert found["reference_change"] == 100_000.0
    names = ["gap_before", "gap", "gap_change", "gap_change_per_year"]
    assert found[names].isna().all()
    assert found["widening"] is pd.NA


@pytest.mark.parametrize(
    ("indicator", "mine", "theirs", "widening"),
    [
        (UNEMPLOYMENT, (19.0, 21.0), (12.0, 13.0), True),  # −1, more is worse: +2 − 1 = +1
        (UNEMPLOYMENT, (19.0, 18.0), (12.0, 12.0), False),  # −1 − 0 = −1
        (UNEMPLOYMENT, (19.0, 18.0), (12.0, 10.0), True),  # both improve, Orval less: −1 + 2 = +1
        (UNEMPLOYMENT, (10.0, 11.0), (12.0, 12.0), False),  # nearer, and better placed still: no widening
        (TREES, (25.0, 24.0), (32.0, 32.0), True),  # +1, less is worse: −1
        (TREES, (25.0, 27.0), (32.0, 33.0), False),  # +2 − 1 = +1
        (UNEMPLOYMENT, (19.0, 20.0), (12.0, 13.0), False),  # 1 − 1 = 0
    ],
)
def test_an_unfavourable_gap_widens_when_it_grows(indicator, mine, theirs, widening):
    assert change(indicator, mine, theirs)["widening"] == widening


def test_a_gap_of_incomes_widens_when_it_goes_down():
    # In euros of 2019, 1 300 was 1 338,66 and 2 000 was 2 059,47: +0,34 − 100,53 = −100,19 €.
    found = change(INCOME, (1300.0, 1339.0, (2017, 2019)), (2000.0, 2160.0, (2017, 2019)))
    assert found["gap_change"] == pytest.approx(-100.19, abs=0.01)
    assert found["widening"]


def test_the_gap_of_a_neutral_indicator_changes_and_neither_widens_nor_narrows():
    # (10 − 8) − (27 − 26) = 1
    found = change(MANAGERS, (8.0, 10.0), (26.0, 27.0))
    assert found["gap_change"] == 1.0
    assert found["widening"] is pd.NA


@pytest.mark.parametrize(
    ("after", "widening"),
    [(20.04, False), (20.05, True), (20.06, True)],  # +0,04 is shown 0,0 ; +0,05 is shown +0,1
)
def test_a_change_of_the_gap_shown_as_zero_is_not_a_widening(after, widening):
    assert change(UNEMPLOYMENT, (20.0, after), (12.0, 12.0))["widening"] == widening


def test_spans_that_differ_are_compared_by_the_change_per_year_alone():
    # Orval +2,5 in 5 years (0,5 a year) ; the département +1,5 in 6 (0,25 a year): 0,5 − 0,25 = 0,25.
    found = change(UNEMPLOYMENT, (19.0, 21.5, (2013, 2018)), (12.0, 13.5, (2014, 2020)))
    assert (found["change"], found["reference_change"], found["span_years"]) == (2.5, 1.5, 5)
    assert found[["gap_before", "gap", "gap_change"]].isna().all()
    assert found["gap_change_per_year"] == 0.25
    assert found["widening"] is pd.NA


def test_equal_spans_of_other_years_are_not_one_span():
    # 2013→2018 beside 2014→2019: 5 years each, 2,5/5 − 1,0/5 = 0,3 a year, and no gap of one year.
    found = change(UNEMPLOYMENT, (19.0, 21.5, (2013, 2018)), (12.0, 13.0, (2014, 2019)))
    assert found[["gap_before", "gap", "gap_change"]].isna().all()
    assert found["gap_change_per_year"] == pytest.approx(0.3)


def test_a_territory_without_a_reference_still_has_its_change():
    alone = paired(ORVAL, reference=None)
    found = changes([dated(UNEMPLOYMENT, ORVAL, 19.5, 22.0)], alone).iloc[0]
    assert (found["change"], found["status"], found["reason"]) == (2.5, "observed", "")
    assert found["reference_reason"] == "aucun territoire de comparaison"
    assert found[["reference_change", "gap", "gap_change", "gap_change_per_year"]].isna().all()
    assert found["widening"] is pd.NA


def test_a_reference_that_cannot_be_compared_leaves_the_change_of_the_territory():
    other = "le territoire de comparaison n'a pas les mêmes limites aux deux dates"
    rows = [
        dated(UNEMPLOYMENT, ORVAL, 19.5, 22.0),
        dated(UNEMPLOYMENT, DEPARTEMENT, np.nan, 13.0, reason=other),
    ]
    found = changes(rows).iloc[0]
    assert (found["change"], found["reason"], found["reference_reason"]) == (2.5, "", other)
    assert found[["reference_change", "gap_change", "gap_change_per_year"]].isna().all()
    assert found["gap"] == 9.0  # 22,0 − 13,0: the second date is known


def test_a_reference_that_is_not_there_at_all_is_told():
    found = changes([dated(UNEMPLOYMENT, ORVAL, 19.5, 22.0)]).iloc[0]
    assert found["change"] == 2.5
    assert found["reference_reason"] == "territoire inconnu à l'une des deux dates"


def test_a_territory_that_cannot_be_compared_keeps_its_values_and_says_why():
    why = "quartier agrandi entre qpv2015 et qpv2024 : deux périmètres ne se comparent pas"
    rows = [
        dated(UNEMPLOYMENT, ORVAL, np.nan, 22.0, reason=why),
        dated(UNEMPLOYMENT, DEPARTEMENT, 12.0, 13.0),
    ]
    found = changes(rows).iloc[0]
    assert (found["value"], found["reason"], found["status"]) == (22.0, why, "not_available")
    assert found[["change", "change_per_year", "gap_change", "gap_change_per_year"]].isna().all()
    assert found["reference_change"] == 1.0


def test_a_reason_beside_two_known_values_leaves_no_change():
    rows = [dated(UNEMPLOYMENT, ORVAL, 19.5, 22.0, reason="autre méthode")]
    found = changes(rows).iloc[0]
    assert (found["value_before"], found["value"]) == (19.5, 22.0)
    assert np.isnan(found["change"])


def test_there_is_one_row_per_pair_and_indicator_comparable_or_not_in_a_settled_order():
    other, entered = "QN99902M", "QN99905N"
    rows = [
        dated(POVERTY, other, 36.0, 38.0, (2012, 2018)),
        dated(UNEMPLOYMENT, ORVAL, 19.5, 22.0),
        dated(PEOPLE, ORVAL, 4000.0, 4200.0),  # not asked for
    ]
    pairs = pd.concat([paired(entered, other, ORVAL), paired(other).assign(reference="commune")])
    found = changes(rows, pairs, indicators=[UNEMPLOYMENT, POVERTY, MANAGERS])
    assert list(found.columns) == CHANGE_COLUMNS
    one = [("commune", other), *(("departement", code) for code in (ORVAL, other, entered))]
    told = list(found[["indicator", "reference", "territory"]].itertuples(index=False, name=None))
    assert told == [(name, *pair) for name in (UNEMPLOYMENT, POVERTY, MANAGERS) for pair in one]
    assert found.index.tolist() == list(range(12))
    # 22,0 − 19,5 and, beside both references of the other quartier, 38,0 − 36,0
    assert found["change"].dropna().tolist() == [2.5, 2.0, 2.0]
    unknown = found[found["territory"] == entered]
    assert set(unknown["reason"]) == {"territoire inconnu à l'une des deux dates"}


def test_every_row_carries_the_notice():
    rows = [dated(UNEMPLOYMENT, ORVAL, 19.5, 22.0)]
    found = changes(rows, paired(ORVAL, "QN99905N"), indicators=[UNEMPLOYMENT, PEOPLE])
    assert len(found) == 4
    assert set(found["notice"]) == {NOTICE}
    assert NOTICE == "L'évolution est celle du quartier, non de ses habitants."


def test_dates_that_hold_nothing_give_rows_without_a_change():
    found = changes([], indicators=[UNEMPLOYMENT, INCOME])
    assert found["change"].isna().all()
    assert set(found["reason"]) == {"territoire inconnu à l'une des deux dates"}
    assert set(found["notice"]) == {NOTICE}


def test_pairs_that_are_none_give_no_row():
    found = changes([dated(UNEMPLOYMENT, ORVAL, 19.5, 22.0)], paired())
    assert found.empty
    assert list(found.columns) == CHANGE_COLUMNS


@pytest.mark.parametrize("prices", ["courants", "", "Constants"])
def test_prices_of_another_kind_are_refused_and_those_allowed_are_named(prices):
    with pytest.raises(ValueError, match="'constants' or 'part_reference'") as refused:
        change(INCOME, (1300.0, 1400.0), (2000.0, 2100.0), prices=prices)
    assert repr(prices) in str(refused.value)


def test_amounts_are_compared_in_euros_of_the_second_year():
    # 1 300 × 104,23 / 101,22 = 135 499 / 101,22 = 1 338,66 ; 1 400 − 1 338,66 = 61,34 €
    # 2 000 × 104,23 / 101,22 = 208 460 / 101,22 = 2 059,47 ; 2 100 − 2 059,47 = 40,53 €
    found = change(INCOME, (1300.0, 1400.0, (2017, 2019)), (2000.0, 2100.0, (2017, 2019)))
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
    found = change(INCOME, (1012.2, 1042.3, (2017, 2019)), (2000.0, 2100.0, (2017, 2019)))
    assert found["change"] == pytest.approx(0.0, abs=1e-9)


def test_a_share_is_never_put_in_constant_euros():
    found = change(POVERTY, (36.0, 38.0, (2012, 2018)), (17.0, 17.5, (2012, 2018)))
    assert (found["value_before"], found["change"], found["prices"]) == (36.0, 2.0, "")


@pytest.mark.parametrize(("years", "lacking"), [((2011, 2019), 2011), ((2018, 2031), 2031)])
def test_a_year_without_an_index_of_prices_is_not_compared_and_the_known_years_are_named(years, lacking):
    found = change(INCOME, (1300.0, 1400.0, years), (2000.0, 2100.0, years))
    assert found[["change", "reference_change", "gap_change"]].isna().all()
    for reason in found[["reason", "reference_reason"]]:
        assert reason.startswith(f"pas d'indice des prix pour {lacking} (années connues : 2012 ")
        assert reason.endswith("2024)")
    assert (found["value_before"], found["prices"]) == (1300.0, "")


def test_the_known_years_of_the_index_are_told_in_french():
    found = change(INCOME, (1300.0, 1400.0, (2011, 2019)), (2000.0, 2100.0, (2011, 2019)))
    assert " to " not in found["reason"]


def test_a_year_without_an_index_of_prices_hides_no_other_reason():
    rows = [dated(INCOME, ORVAL, np.nan, 1400.0, (2011, 2019), reason="2011 : valeur non significative")]
    assert changes(rows).loc[0, "reason"] == "2011 : valeur non significative"


def test_an_index_lacking_for_the_reference_alone_leaves_the_change_of_the_territory():
    # 1 400 − 1 300 × 104,23 / 101,22 = 61,34
    found = change(INCOME, (1300.0, 1400.0, (2017, 2019)), (2000.0, 2100.0, (2011, 2019)))
    assert found["change"] == pytest.approx(61.34, abs=0.005)
    assert found["reason"] == ""
    assert "pas d'indice des prix pour 2011" in found["reference_reason"]
    assert found[["gap_change", "gap_change_per_year"]].isna().all()


def test_the_changes_of_amounts_in_euros_of_two_years_are_not_taken_from_one_another():
    # Both sides gain nothing but prices up to their second year, then 60 € of it: 12 and 10 € a year,
    # but of 2018 and of 2020: either no difference, or one in euros of a single year.
    mine = (994.6, 1030.9 + 60, (2013, 2018))  # 994,6 × 103,09 / 99,46 = 1 030,9
    theirs = (999.6, 1047.3 + 60, (2014, 2020))  # 999,6 × 104,73 / 99,96 = 1 047,3
    found = change(INCOME, mine, theirs)
    # in euros of 2020: 12 × 104,73 / 103,09 − 10 = 2,19
    assert np.isnan(found["gap_change_per_year"]) or found["gap_change_per_year"] == pytest.approx(
        2.19, abs=0.005
    )


def test_amounts_as_a_share_of_the_reference_change_in_points():
    # 1 300 / 2 000 = 65 % ; 1 323 / 2 100 = 63 % ; −2 points in 6 years
    mine, theirs = (1300.0, 1323.0, (2012, 2018)), (2000.0, 2100.0, (2012, 2018))
    found = change(INCOME, mine, theirs, prices="part_reference")
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
    assert change(INCOME, mine, theirs, prices="part_reference")["widening"] == widening


def test_shares_and_populations_are_not_taken_as_a_share_of_the_reference():
    rows = [
        dated(name, code, before, after)
        for name, (before, after) in {UNEMPLOYMENT: (20.0, 22.0), PEOPLE: (4000.0, 4200.0)}.items()
        for code in (ORVAL, DEPARTEMENT)
    ]
    found = changes(rows, prices="part_reference")
    assert found["change"].tolist() == [2.0, 200.0]
    assert found["unit"].tolist() == ["percent", "persons"]
    assert found["prices"].tolist() == ["", ""]


def test_a_share_of_the_reference_needs_no_index_of_prices():
    # 1 300 / 2 000 = 65 % in 2005 ; 1 323 / 2 100 = 63 % in 2011
    mine, theirs = (1300.0, 1323.0, (2005, 2011)), (2000.0, 2100.0, (2005, 2011))
    assert change(INCOME, mine, theirs, prices="part_reference")["change"] == pytest.approx(-2.0)


def test_without_a_reference_that_can_be_compared_there_is_no_share_of_it_and_the_reason_says_so():
    rows = [
        dated(INCOME, ORVAL, 1300.0, 1323.0, (2012, 2018)),
        dated(INCOME, DEPARTEMENT, np.nan, 2100.0, (2012, 2018), reason="2012 : valeur non disponible"),
    ]
    found = changes(rows, prices="part_reference").iloc[0]
    assert found["reason"] == "référence : 2012 : valeur non disponible"
    assert (found["status"], np.isnan(found["change"])) == ("not_available", True)


def test_a_territory_without_a_reference_has_no_share_of_it():
    rows = [dated(INCOME, ORVAL, 1300.0, 1323.0, (2012, 2018))]
    found = changes(rows, paired(ORVAL, reference=None), prices="part_reference").iloc[0]
    assert found["reason"] == "référence : aucun territoire de comparaison"
    assert found[["value_before", "value", "change"]].isna().all()


def test_an_amount_is_no_share_of_the_amount_of_another_year():
    mine, theirs = (1300.0, 1323.0, (2012, 2018)), (2000.0, 2100.0, (2013, 2019))
    found = change(INCOME, mine, theirs, prices="part_reference")
    assert np.isnan(found["change"])
    assert found["reason"] != ""

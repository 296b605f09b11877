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
        "note_before": "",
        "note": "",
        "value_edition": after,
        "caution": "",
        "reason": "",
    }
    values = {"year_before": years[0], "year": years[1], "value_before": before, "value": after}
    return {"indicator": indicator, "territory": territory, **values, **usual, **told}


def table(*rows):
    frame = pd.DataFrame(rows, columns=DATES_COLUMNS)
    values = ["value_before", "value", "value_edition"]
    return frame.astype({"year_before": "Int64", "year": "Int64"} | dict.fromkeys(values, "float64"))


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
    # 100 000 / 1 000 000 = 10 %
    assert found["reference_change_pct"] == 10.0


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
        (TREES, (34.0, 33.0), (32.0, 32.0), False),  # the same, where less is worse: 33 − 32 = +1
        (TREES, (25.0, 24.0), (32.0, 32.0), True),  # +1, less is worse: −1
        (TREES, (25.0, 27.0), (32.0, 33.0), False),  # +2 − 1 = +1
        (UNEMPLOYMENT, (19.0, 20.0), (12.0, 13.0), False),  # 1 − 1 = 0
    ],
)
def test_an_unfavourable_gap_widens_when_it_grows(indicator, mine, theirs, widening):
    assert change(indicator, mine, theirs)["widening"] == widening


def test_a_gap_of_incomes_widens_when_the_share_of_the_reference_goes_down():
    # In euros of 2019, 1 300 was 1 338,66 and 2 000 was 2 059,47: +0,34 − 100,53 = −100,19 €.
    # 1 339 / 2 160 = 62,0 % after 1 300 / 2 000 = 65,0 %.
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


def test_incomes_that_grow_alike_widen_no_gap_though_the_gap_in_euros_grows():
    # Both gain 10 % in euros of 2019: 1 338,66 → 1 472,53 and 2 059,47 → 2 265,42 ; the gap goes from
    # −720,81 to −792,89 €, that is −72,08, and Orval still has 65,0 % of what its département has.
    ratio = 1.1 * 104.23 / 101.22
    found = change(INCOME, (1300.0, 1300 * ratio, (2017, 2019)), (2000.0, 2000 * ratio, (2017, 2019)))
    assert found["gap_change"] == pytest.approx(-72.08, abs=0.01)
    assert found["widening"] is np.False_


def test_a_gap_shown_as_zero_is_not_a_widening():
    # 11 → 12,04 beside 12 → 12: the gap, −1,0 then +0,04, is shown 0,0, which is not unfavourable.
    assert not change(UNEMPLOYMENT, (11.0, 12.04), (12.0, 12.0))["widening"]


BROUGHT = {"basis": "ramené à un seul périmètre par les effectifs des IRIS"}


def test_what_was_brought_to_one_perimeter_has_its_own_change_and_the_gap_the_edition_shows():
    # estimates 20,0 → 21,5: +1,5 ; the edition shows 23,0 beside 13,0: a gap of 10,0, not 21,5 − 13,0
    rows = [
        dated(UNEMPLOYMENT, ORVAL, 20.0, 21.5, value_edition=23.0, **BROUGHT),
        dated(UNEMPLOYMENT, DEPARTEMENT, 12.0, 13.0),
    ]
    found = changes(rows).iloc[0]
    assert (found["change"], found["gap_change"], found["gap"]) == (1.5, 0.5, 10.0)
    assert np.isnan(found["gap_before"])
    assert found["flaggable"] is np.False_
    assert found["widening"]


def test_a_reference_brought_to_one_perimeter_takes_the_earlier_gap_away_too():
    # the edition shows 22,0 beside 30,0
    rows = [
        dated(UNEMPLOYMENT, ORVAL, 19.5, 22.0),
        dated(UNEMPLOYMENT, DEPARTEMENT, 27.0, 28.0, value_edition=30.0, **BROUGHT),
    ]
    found = changes(rows).iloc[0]
    assert (found["gap_change"], found["gap"]) == (1.5, -8.0)
    assert np.isnan(found["gap_before"])


def test_an_estimate_of_an_unchanged_quartier_is_not_flaggable_either():
    found = changes([dated(UNEMPLOYMENT, ORVAL, 19.5, 22.0, origin="oqhs_estimate")]).iloc[0]
    assert (found["change"], found["flaggable"]) == (2.5, False)


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
    why = "quartier agrandi entre 2015 et 2024 : deux périmètres ne se comparent pas"
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


def test_a_share_is_never_put_in_constant_euros():
    found = change(POVERTY, (36.0, 38.0, (2012, 2018)), (17.0, 17.5, (2012, 2018)))
    assert (found["value_before"], found["change"], found["prices"]) == (36.0, 2.0, "")


def test_a_year_without_an_index_of_prices_hides_no_other_reason():
    rows = [dated(INCOME, ORVAL, np.nan, 1400.0, (2011, 2019), reason="2011 : valeur non significative")]
    assert changes(rows).loc[0, "reason"] == "2011 : valeur non significative"


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


def test_a_widening_is_judged_on_the_decimal_that_is_shown_of_a_percent_without_decimals():
    # 20,3 − 20 = 0,3, which `oqhs.publish.evolutions.worded` shows « +0,3 point »
    rounded = CATALOGUE.indicators[UNEMPLOYMENT].model_copy(update={"decimals": 0})
    rows = [dated(UNEMPLOYMENT, ORVAL, 20.0, 20.3), dated(UNEMPLOYMENT, DEPARTEMENT, 12.0, 12.0)]
    found = evolution(table(*rows), paired(ORVAL), {UNEMPLOYMENT: rounded}, CATALOGUE, on=DAY)
    assert found.loc[0, "widening"]

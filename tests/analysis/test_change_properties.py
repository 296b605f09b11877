"""What holds of every change: levels do not matter to it, nor the order of rows, and it turns with its terms."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oqhs.analysis import evolution
from oqhs.analysis.dates import DATES_COLUMNS
from oqhs.catalogue import load_catalogue

FEW = settings(max_examples=20, deadline=None, derandomize=True)
CATALOGUE = load_catalogue()
DAY = dt.date(2024, 1, 1)
NAMES = ["taux_chomage_15_64", "part_cadres", "surface_arboree", "taux_pauvrete", "population"]
CODES = ["QN99901I", "QN99902M", "QPV-999", "999"]
COUNT = len(NAMES) * len(CODES)
CHANGES = ["change", "change_per_year", "reference_change", "gap_change", "gap_change_per_year"]

# Hundredths: what is compared is then neither on a tie nor beside one by a rounding of the machine.
values = st.integers(0, 10_000).map(lambda hundredths: hundredths / 100)
columns = st.lists(st.one_of(st.none(), values), min_size=COUNT, max_size=COUNT)
all_known = st.lists(values, min_size=COUNT, max_size=COUNT)
vintages = st.sampled_from([(2013, 2018), (2014, 2020), (2015, 2020), (2017, 2019), (2016, 2021)])


def dates_of(before, after, years):
    frame = pd.DataFrame(
        {"indicator": np.repeat(NAMES, len(CODES)), "territory": CODES * len(NAMES)}, columns=DATES_COLUMNS
    )
    frame["value_before"] = pd.array(before, dtype="float64")
    frame["value"] = pd.array(after, dtype="float64")
    frame["year_before"], frame["year"] = (pd.array([one] * COUNT, dtype="Int64") for one in years)
    frame["value_edition"] = frame["value"]
    frame["territory_before"] = frame["territory"]
    unknown = frame[["value_before", "value"]].isna().any(axis=1)
    frame["reason"] = np.where(unknown, "valeur non disponible", "")
    frame[["relation", "basis", "origin", "caution"]] = ["", "même périmètre", "insee", ""]
    return frame


def pairs_of(reference="999", others=CODES[:3]):
    return pd.DataFrame({"territory": others, "reference": "departement", "reference_territory": reference})


def changes(dates, pairs=None, **told):
    chosen = {name: CATALOGUE.indicators[name] for name in NAMES}
    return evolution(dates, pairs_of() if pairs is None else pairs, chosen, CATALOGUE, on=DAY, **told)


@FEW
@given(all_known, all_known, st.integers(-5000, 5000), vintages)
def test_a_constant_added_at_both_dates_leaves_every_change_alone(before, after, constant, years):
    dates = dates_of(before, after, years)
    moved = dates.assign(value_before=dates["value_before"] + constant, value=dates["value"] + constant)
    moved["value_edition"] = moved["value"]
    one, other = changes(dates), changes(moved)
    pd.testing.assert_frame_equal(one[CHANGES], other[CHANGES], rtol=0, atol=1e-8)
    assert one["reason"].tolist() == other["reason"].tolist()


@FEW
@given(columns, columns, vintages, st.permutations(range(COUNT)), st.permutations(range(3)))
def test_the_order_of_the_rows_changes_nothing(before, after, years, order, turns):
    dates, pairs = dates_of(before, after, years), pairs_of()
    one = changes(dates, pairs)
    other = changes(dates.iloc[order], pairs.iloc[turns])
    pd.testing.assert_frame_equal(one, other)


@FEW
@given(columns, columns, vintages, st.sampled_from(["constants", "part_reference"]))
def test_what_is_given_is_left_as_it_was(before, after, years, prices):
    dates = dates_of(before, after, years)
    dates["indicator"] = dates["indicator"].replace("population", "niveau_vie_median_mensuel")
    pairs = pairs_of()
    kept = dates.copy(deep=True), pairs.copy(deep=True)
    chosen = {name: CATALOGUE.indicators[name] for name in dates["indicator"].unique()}
    evolution(dates, pairs, chosen, CATALOGUE, on=DAY, prices=prices)
    pd.testing.assert_frame_equal(dates, kept[0])
    pd.testing.assert_frame_equal(pairs, kept[1])


@FEW
@given(all_known, all_known, vintages)
def test_values_exchanged_between_the_dates_change_the_other_way(before, after, years):
    there, back = changes(dates_of(before, after, years)), changes(dates_of(after, before, years))
    for name in CHANGES:
        assert back[name].to_numpy() == pytest.approx(-there[name].to_numpy(), abs=1e-9, nan_ok=True)
    # a gap never widens both ways, and a neutral one neither
    assert not (there["widening"].fillna(False) & back["widening"].fillna(False)).any()
    neutral = there["indicator"].isin(["part_cadres", "population"])
    assert there.loc[neutral, "widening"].isna().all()


@FEW
@given(all_known, all_known, vintages)
def test_a_territory_and_its_reference_exchanged_turn_the_change_of_the_gap_around(before, after, years):
    dates = dates_of(before, after, years)
    there = changes(dates, pairs_of("999", ["QN99901I"]))
    back = changes(dates, pairs_of("QN99901I", ["999"]))
    for name in ("gap_before", "gap", "gap_change", "gap_change_per_year"):
        assert back[name].to_numpy() == pytest.approx(-there[name].to_numpy(), abs=1e-9, nan_ok=True)
    assert back["change"].tolist() == pytest.approx(there["reference_change"].tolist(), nan_ok=True)


@FEW
@given(columns, columns, vintages)
def test_a_row_has_a_change_or_a_reason_and_never_both(before, after, years):
    found = changes(dates_of(before, after, years))
    assert ((found["reason"] == "") == found["change"].notna()).all()
    assert ((found["status"] == "observed") == found["change"].notna()).all()
    both = found["change"].notna() & found["reference_change"].notna() & (found["unit"] != "persons")
    assert (found["gap_change"].notna() == both).all()
    # what is told of the gap is what is told of its two ends
    ends = (found["gap"] - found["gap_before"])[both]
    assert ends.to_numpy() == pytest.approx(found.loc[both, "gap_change"].to_numpy(), abs=1e-9)


@FEW
@given(all_known, all_known, vintages)
def test_dates_turned_around_with_their_years_are_refused_and_give_no_figure(before, after, years):
    found = changes(dates_of(after, before, years[::-1]))
    assert found[CHANGES].isna().all(axis=None)
    assert (
        found["reason"].str.startswith("les deux dates sont du même millésime ou dans le mauvais ordre").all()
    )


amounts = st.lists(st.integers(100, 4000).map(float), min_size=len(CODES), max_size=len(CODES))


@FEW
@given(amounts, amounts, st.integers(1, 50), st.integers(1, 50), vintages)
def test_prices_that_multiply_all_the_amounts_of_a_year_change_no_share_of_the_reference(
    before, after, first, last, years
):
    income = {"niveau_vie_median_mensuel": CATALOGUE.indicators["niveau_vie_median_mensuel"]}

    def shares(prices):
        dates = dates_of(before * len(NAMES), after * len(NAMES), years).iloc[: len(CODES)]
        dates = dates.assign(indicator=next(iter(income)), value_before=dates["value_before"] * prices[0])
        dates["value"] = dates["value_edition"] = dates["value"] * prices[1]
        return evolution(dates, pairs_of(), income, CATALOGUE, on=DAY, prices="part_reference")

    one, other = shares((1, 1)), shares((first, last))
    assert (one["reason"] == "").all()
    names = ["value_before", "value", *CHANGES]
    pd.testing.assert_frame_equal(one[names], other[names], rtol=1e-9, atol=1e-9)
    mine, whole = dict(zip(CODES, before, strict=True)), before[CODES.index("999")]
    assert one["value_before"].tolist() == pytest.approx(
        [100 * mine[code] / whole for code in one["territory"]]
    )

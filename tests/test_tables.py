"""The two long tables: a missing value is never a zero, and the most telling status wins."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oqhs import tables
from oqhs.text import STATUSES

PROPERTY = settings(max_examples=60, deadline=None, derandomize=True)


def measurement(variable, territory, value, status="observed", *, source="carte"):
    return {
        "variable": variable,
        "territory": territory,
        "perimeter": "qpv2024",
        "year": 2020,
        "value": value,
        "status": status,
        "source": source,
        "note": "",
    }


def test_an_empty_table_has_the_columns_and_the_types_of_a_full_one():
    empty = tables.empty_measurements()
    assert empty.columns.tolist() == tables.MEASUREMENT_COLUMNS
    assert len(empty) == 0
    assert empty["value"].dtype == "float64"
    assert tables.gather([]).equals(empty)


def test_gathered_files_keep_every_row_in_one_order_whatever_the_order_of_the_files():
    first = pd.DataFrame([measurement("menages", "QN99902M", 40.0), measurement("menages", "QN99901M", 30.0)])
    second = pd.DataFrame([measurement("actifs_15_64", "QN99901M", 90.0)])
    one, other = tables.gather([first, second]), tables.gather([second, first])
    assert one.equals(other)
    # actifs before ménages, then QN99901M before QN99902M
    assert one["value"].tolist() == [90.0, 30.0, 40.0]


def test_gathering_leaves_its_inputs_as_they_were():
    first = pd.DataFrame([measurement("menages", "QN99902M", 40.0), measurement("menages", "QN99901M", 30.0)])
    before = first.copy(deep=True)
    tables.gather([first])
    pd.testing.assert_frame_equal(first, before)


def test_categories_of_two_files_that_differ_do_not_lose_a_value():
    first = pd.DataFrame([measurement("menages", "QN99901M", 30.0)]).astype({"territory": "category"})
    second = pd.DataFrame([measurement("menages", "QN99902M", 40.0)]).astype({"territory": "category"})
    assert tables.gather([first, second])["territory"].tolist() == ["QN99901M", "QN99902M"]


def test_a_secret_value_is_missing_and_not_zero_in_the_wide_table():
    rows = pd.DataFrame(
        [
            measurement("menages", "QN99901M", 30.0),
            measurement("menages", "QN99902M", np.nan, "secret"),
            measurement("menages", "QN99903M", 0.0),
        ]
    )
    values, statuses = tables.values_of(rows), tables.statuses_of(rows)
    assert np.isnan(values.loc["QN99902M", "menages"])
    assert values.loc["QN99903M", "menages"] == 0.0
    assert statuses["menages"].to_dict() == {
        "QN99901M": "observed",
        "QN99902M": "secret",
        "QN99903M": "observed",
    }


def test_two_values_of_one_key_are_refused_and_never_averaged():
    rows = pd.DataFrame([measurement("menages", "QN99901M", 30.0), measurement("menages", "QN99901M", 50.0)])
    with pytest.raises(ValueError, match="duplicate"):
        tables.values_of(rows)


@pytest.mark.parametrize(
    ("statuses", "worst"),
    [
        (["observed", "observed"], "observed"),
        (["observed", "secret"], "secret"),
        (["not_available", "secret"], "secret"),
        (["not_covered", "not_significant"], "not_significant"),
        (["not_applicable", "not_available"], "not_available"),
        (["observed", None], "not_available"),
        ([None, "secret"], "secret"),
    ],
)
def test_something_made_of_several_values_has_the_most_telling_of_their_statuses(statuses, worst):
    frame = pd.DataFrame([statuses], columns=["a", "b"], index=["QN99901M"], dtype=object)
    assert tables.worst_status(frame).to_dict() == {"QN99901M": worst}


@PROPERTY
@given(
    st.lists(st.sampled_from([*STATUSES, None]), min_size=1, max_size=6), st.randoms(use_true_random=False)
)
def test_the_order_of_the_statuses_does_not_matter(statuses, random):
    shuffled = statuses.copy()
    random.shuffle(shuffled)
    both = pd.DataFrame([statuses, shuffled], dtype=object)
    worst = tables.worst_status(both)
    assert worst.iloc[0] == worst.iloc[1]
    assert (worst.iloc[0] == "observed") == (set(statuses) == {"observed"})

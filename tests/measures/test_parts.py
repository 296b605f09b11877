"""Parts of a surface or of people: inside, known, in all."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oqhs.errors import MeasureError
from oqhs.measures.parts import PART_COLUMNS, shares_of_parts, sums_of_parts


def parts(**rows):
    return pd.DataFrame.from_dict(rows, orient="index", columns=PART_COLUMNS, dtype="float64")


def test_a_share_is_of_what_is_known_and_its_bounds_are_of_all_there_is():
    # 3 of 8 known hectares, of 10: 37.5 %; the two others may hold nothing (3 of 10) or all (5 of 10).
    found = shares_of_parts(parts(a=(3, 8, 10)), 0.8).loc["a"]
    assert found["value"] == 0.375
    assert (found["lower"], found["upper"]) == (0.3, 0.5)
    assert (found["numerator"], found["denominator"], found["coverage"]) == (3, 8, 0.8)


def test_what_is_known_too_little_has_no_value_rather_than_zero():
    found = shares_of_parts(parts(a=(0, 7.9, 10), b=(0, 0, 10)), 0.8)
    assert found["status"].tolist() == ["not_covered", "not_covered"]
    assert found[["value", "lower", "upper", "numerator", "denominator"]].isna().all(axis=None)


def test_nothing_at_all_and_nobody_knows_are_told_apart():
    found = shares_of_parts(parts(empty=(0, 0, 0), unknown=(1, 2, np.nan)), 0.8)
    assert found["status"].to_dict() == {"empty": "not_applicable", "unknown": "not_available"}


def test_a_territory_made_of_others_is_a_ratio_of_sums():
    # 1 of 4 and 9 of 16: (1 + 9) / (4 + 16) = 50 %, where the mean of the two shares is 40.6 %.
    edges = pd.DataFrame({"group": ["g", "g"], "territory": ["a", "b"]})
    summed = sums_of_parts(parts(a=(1, 4, 4), b=(9, 16, 16)), edges)
    assert shares_of_parts(summed, 0.8).loc["g", "value"] == 0.5
    assert summed.loc["g", ["n_known", "n_total"]].tolist() == [2, 2]


def test_a_member_nobody_measured_leaves_the_whole_unknown():
    edges = pd.DataFrame({"group": ["g", "g"], "territory": ["a", "elsewhere"]})
    summed = sums_of_parts(parts(a=(1, 4, 4)), edges)
    assert np.isnan(summed.loc["g", "total"])
    assert shares_of_parts(summed, 0.8).loc["g", "status"] == "not_available"
    assert summed.loc["g", ["n_known", "n_total"]].tolist() == [1, 2]


def test_rounding_alone_never_makes_a_whole_a_part():
    # 0.1 + 0.2 is 0.30000000000000004, of which 0.3 is all.
    found = shares_of_parts(parts(a=(0.1, 0.3, 0.1 + 0.2)), 0.8).loc["a"]
    assert (found["coverage"], found["lower"], found["upper"]) == (1, found["value"], found["value"])


@pytest.mark.parametrize("row", [(5, 4, 10), (1, 11, 10), (-1, 4, 10)])
def test_a_part_above_its_whole_is_refused(row):
    with pytest.raises(MeasureError, match="a part is above its whole"):
        shares_of_parts(parts(a=row), 0.8)


@settings(deadline=None, max_examples=50)
@given(
    st.lists(
        st.tuples(st.floats(0, 1), st.floats(0.1, 1), st.floats(1, 1e6)),
        min_size=1,
        max_size=6,
    ),
    st.floats(0.5, 100),
)
def test_shares_do_not_depend_on_the_unit(drawn, factor):
    rows = {
        f"t{i}": (total * known * inside, total * known, total)
        for i, (inside, known, total) in enumerate(drawn)
    }
    one, other = shares_of_parts(parts(**rows), 0.0), shares_of_parts(parts(**rows) * factor, 0.0)
    np.testing.assert_allclose(one["value"], other["value"], rtol=1e-12)
    assert (one["lower"] <= one["value"]).all()
    assert (one["value"] <= one["upper"]).all()

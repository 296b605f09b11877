"""Which of several hypotheses are rejected at a false discovery rate: by hand, and by scipy."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import false_discovery_control, norm

from oqhs.analysis.testing import benjamini_hochberg, p_values_beyond
from oqhs.errors import MeasureError

PROPERTY = settings(max_examples=200, deadline=None, derandomize=True)
# A p-value that is an exact multiple of the level over m may fall on either side of the oracle's rounding.
probabilities = st.lists(st.floats(0, 1).map(lambda p: float(np.round(p, 6)) + 3e-8 * (p < 0.9)), max_size=60)
levels = st.floats(0.001, 0.5)


def test_ten_tests_worked_by_hand():
    # Level 0,05 over m = 10: the bars are 0,005 k. Read from the largest down, the first p-value at most at
    # its bar is the sixth (0,028 ≤ 0,030; the seventh, 0,040, is over 0,035): six are rejected, the fifth
    # with them although 0,027 is over its own bar of 0,025.
    p = np.array([0.001, 0.008, 0.012, 0.019, 0.027, 0.028, 0.040, 0.2, 0.5, 0.9])
    assert benjamini_hochberg(p, 0.05).tolist() == [True] * 6 + [False] * 4
    # One for one at 0,005 (Bonferroni) there would be one, at a plain 5 % seven.
    assert ((p <= 0.005).sum(), (p <= 0.05).sum()) == (1, 7)


def test_a_p_value_over_its_own_bar_is_rejected_with_a_larger_one_that_is_under_its_bar():
    # Bars 0,0167 ; 0,0333 ; 0,05: 0,03 is over the first, 0,031 under the second, 0,04 under the third.
    assert benjamini_hochberg(np.array([0.031, 0.04, 0.03]), 0.05).tolist() == [True, True, True]


@pytest.mark.parametrize(
    ("p_values", "rejected"),
    [
        ([], []),
        ([np.nan, np.nan], [False, False]),
        ([0.05], [True]),  # the bar itself is rejected
        ([0.050001], [False]),
        ([0.025, 0.9], [True, False]),
        ([0.0, 0.0], [True, True]),
        # Two tests, not four: 0,02 is under 0,025.
        ([np.nan, 0.02, np.nan, 0.9], [False, True, False, False]),
        ([1.0, 1.0], [False, False]),
    ],
)
def test_what_is_not_tested_is_not_rejected_and_does_not_count(p_values, rejected):
    found = benjamini_hochberg(np.array(p_values, dtype="float64"), 0.05)
    assert found.dtype == bool
    assert found.tolist() == rejected


@PROPERTY
@given(probabilities, levels)
def test_it_rejects_what_the_adjusted_p_values_of_scipy_do(p_values, level):
    values = np.array(p_values, dtype="float64")
    adjusted = false_discovery_control(values, method="bh") if values.size else values
    clear = np.abs(adjusted - level) > 1e-9
    assert (benjamini_hochberg(values, level) == (adjusted <= level))[clear].all()


@PROPERTY
@given(probabilities, levels, st.randoms(use_true_random=False))
def test_the_order_of_the_tests_changes_nothing(p_values, level, random):
    order = list(range(len(p_values)))
    random.shuffle(order)
    values = np.array(p_values, dtype="float64")
    assert (benjamini_hochberg(values, level)[order] == benjamini_hochberg(values[order], level)).all()


@PROPERTY
@given(probabilities, levels)
def test_one_more_test_that_finds_nothing_rejects_no_more(p_values, level):
    values = np.array(p_values, dtype="float64")
    more = benjamini_hochberg(np.append(values, 1.0), level)
    assert not more[-1]
    assert (more[:-1] <= benjamini_hochberg(values, level)).all()


@PROPERTY
@given(probabilities, levels)
def test_it_rejects_no_more_than_a_plain_level_and_no_less_than_bonferroni(p_values, level):
    values = np.array(p_values, dtype="float64")
    found = benjamini_hochberg(values, level)
    assert (found <= (values <= level)).all()
    assert (found >= (values < level / max(values.size, 1) * (1 - 1e-12))).all()


@pytest.mark.parametrize("level", [0, 1, -0.05, 5, np.nan])
def test_a_level_that_is_no_share_is_refused(level):
    with pytest.raises(MeasureError, match="level") as caught:
        benjamini_hochberg(np.array([0.5]), level)
    assert caught.value.problems[0].allowed == "more than 0, less than 1"


@pytest.mark.parametrize("wrong", [-0.1, 1.1, np.inf])
def test_a_p_value_that_is_no_probability_is_refused(wrong):
    with pytest.raises(MeasureError, match="p-value") as caught:
        benjamini_hochberg(np.array([0.5, wrong]), 0.05)
    assert caught.value.problems[0].found == wrong


def test_a_p_value_is_the_chance_of_such_a_gap_were_the_truth_at_the_bar():
    index = pd.Index([7, 3, 5, 1, 2])
    estimate = pd.Series([5.0, 8.92, 1.08, 8.0, 8.0], index=index)
    error = pd.Series([2.0, 2.0, 2.0, np.nan, 0.0], index=index)
    found = p_values_beyond(estimate, pd.Series(5.0, index=index), error)
    # z = 0, 1,96 and −1,96; then nothing to test by.
    assert found.index.equals(index)
    assert found.tolist()[:3] == pytest.approx([0.5, norm.sf(1.96), norm.cdf(1.96)])
    assert found.isna().tolist() == [False, False, False, True, True]

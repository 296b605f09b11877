"""The median of several territories together is pooled from their distributions."""

import numpy as np
import pandas as pd
import pytest

from oqhs.measures import pooled_quantile

# In powers of two the logarithms are whole: A goes from 1 000 to 4 000, B is A doubled.
DECILES = [0.1, 0.5, 0.9]
A = [1000.0, 2000.0, 4000.0]
B = [2000.0, 4000.0, 8000.0]


def pooled(rows, weights, q=0.5, columns=DECILES, **options):
    names = [f"QN9990{i}M" for i in range(1, len(rows) + 1)]
    quantiles = pd.DataFrame(rows, columns=columns, index=names, dtype="float64")
    return pooled_quantile(quantiles, pd.Series(weights, index=names, dtype="float64"), q, **options)


def test_the_median_of_two_territories_of_one_weight_worked_out_by_hand():
    # With x = log2(income / 1000), in [1, 2]: F_A = 0.5 + 0.4 (x − 1), F_B = 0.1 + 0.4 (x − 1).
    # Their mean 0.3 + 0.4 (x − 1) is 0.5 at x = 1.5: 1000 × 2^1.5 = 2828.43.
    # Neither the mean of the medians (3000) nor the median of one of them.
    assert pooled([A, B], [1, 1]) == pytest.approx(1000 * 2**1.5)


def test_the_weights_move_the_median_towards_the_larger_territory():
    # (3 F_A + F_B)/4 = 0.4 + 0.4 (x − 1) is 0.5 at x = 1.25: 1000 × 2^1.25 = 2378.41.
    assert pooled([A, B], [3, 1]) == pytest.approx(1000 * 2**1.25)


def test_another_probability_inside_every_range():
    # 0.3 + 0.4 (x − 1) = 0.4 at x = 1.25 ; = 0.6 at x = 1.75
    assert pooled([A, B], [1, 1], 0.4) == pytest.approx(1000 * 2**1.25)
    assert pooled([A, B], [1, 1], 0.6) == pytest.approx(1000 * 2**1.75)


def test_a_territory_alone_has_its_own_median():
    assert pooled([A], [7]) == pytest.approx(2000)


@pytest.mark.parametrize(("q", "value"), [(0.1, 1000), (0.5, 2000), (0.9, 4000)])
def test_a_territory_alone_has_its_own_quantiles_at_every_known_probability(q, value):
    assert pooled([A], [1], q) == pytest.approx(value)


def test_between_two_quantiles_income_is_linear_in_its_logarithm():
    # 0.7 is half way from 0.5 (2 000) to 0.9 (4 000): the geometric mean 2828.43, not 3 000.
    assert pooled([A], [1], 0.7) == pytest.approx(np.sqrt(2000 * 4000))


def test_a_decile_that_is_missing_inside_is_read_on_the_line_of_its_neighbours():
    # Half way from 1 000 to 4 000 in logarithm: 2 000, which is A again.
    holed = [1000.0, np.nan, 4000.0]
    assert pooled([holed, B], [1, 1]) == pytest.approx(1000 * 2**1.5)


def test_a_row_that_lacks_its_ends_serves_as_long_as_it_reaches_both_sides():
    # Columns 0.1 0.3 0.5 0.7 0.9 ; the row knows 0.3 → 1 000 and 0.7 → 4 000 only: median 2 000.
    columns = [0.1, 0.3, 0.5, 0.7, 0.9]
    assert pooled([[np.nan, 1000, np.nan, 4000, np.nan]], [1], columns=columns) == pytest.approx(2000)


def test_nine_deciles_and_three_of_them_on_one_line_give_the_same_median():
    # Deciles of A on its own lines: 2^(0, .5, 1 …) × 1000 at 0.1, 0.3, 0.5, 0.7, 0.9.
    columns = [0.1, 0.3, 0.5, 0.7, 0.9]
    fine = [[1000 * 2 ** (start + step / 2) for step in range(5)] for start in (0, 1)]
    assert pooled(fine, [1, 1], columns=columns) == pytest.approx(pooled([A, B], [1, 1]))


def test_the_order_of_the_columns_does_not_matter():
    assert pooled([A[::-1], B[::-1]], [1, 1], columns=DECILES[::-1]) == pytest.approx(1000 * 2**1.5)


def test_a_territory_of_weight_zero_changes_nothing():
    assert pooled([A, B, [900, 950, 1e6]], [1, 1, 0]) == pytest.approx(1000 * 2**1.5)


def test_equal_quantiles_in_the_middle_of_a_row_are_a_crowd_at_one_income():
    # From 0.3 to 0.7 everybody has 2 000: any probability between them gives 2 000.
    columns = [0.1, 0.3, 0.7, 0.9]
    for q in (0.4, 0.5, 0.6):
        assert pooled([[1000, 2000, 2000, 4000]], [1], q, columns) == pytest.approx(2000)


@pytest.mark.parametrize("q", [0.5, 0.7, 0.9])
def test_equal_quantiles_at_the_end_of_a_row_are_a_crowd_at_one_income(q):
    # From 0.5 to 0.9 everybody has 2 000.
    assert pooled([[1000, 2000, 2000]], [1], q) == pytest.approx(2000)


def test_a_crowd_at_the_last_quantile_counts_whole_beside_another_territory():
    # At 2 000 the first holds 0.9 of its people and the second 0.1 (its D1): the mean is just 0.5.
    # Everything above 2 000 is above the median, everything below is below it.
    assert pooled([[1000, 2000, 2000], [2000, 4000, 8000]], [1, 1]) == pytest.approx(2000)


def test_a_wide_interval_is_accepted_only_when_it_is_asked_for():
    # q = 0.2: B says nothing under its D1 (x < 1), between 0 and 0.1 of its people are there.
    # (F_A + 0.1)/2 = 0.2 at x = 0.5 and (F_A + 0)/2 = 0.2 at x = 0.75: an interval of 2^0.25 − 1 = 18.9 %.
    # B carried along its own segment is 0.1 + 0.4 (x − 1), nothing from x = 0.75 down: the value is there.
    assert pooled([A, B], [1, 1], 0.2, max_width=0.19) == pytest.approx(1000 * 2**0.75)


def test_inputs_are_left_as_they_were():
    quantiles = pd.DataFrame([A, B], columns=DECILES)
    weights = pd.Series([1.0, 1.0])
    before = quantiles.copy(deep=True)
    pooled_quantile(quantiles, weights)
    pd.testing.assert_frame_equal(quantiles, before)
    assert weights.tolist() == [1.0, 1.0]

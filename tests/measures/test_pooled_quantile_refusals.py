"""Where distributions do not tell, no quantile is given: each refusal names the territories."""

import numpy as np
import pandas as pd
import pytest

from oqhs.errors import MeasureError
from oqhs.measures import pooled_quantile

DECILES = [0.1, 0.5, 0.9]
A = [1000.0, 2000.0, 4000.0]
B = [2000.0, 4000.0, 8000.0]


def table(*rows, columns=DECILES):
    names = [f"QN9990{i}M" for i in range(1, len(rows) + 1)]
    return pd.DataFrame(rows, columns=columns, index=names, dtype="float64")


def refusal(quantiles, weights=None, q=0.5, **options):
    mass = pd.Series(1.0 if weights is None else weights, index=quantiles.index, dtype="float64")
    with pytest.raises(MeasureError) as error:
        pooled_quantile(quantiles, mass, q, **options)
    return error.value.problems[0]


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ([np.nan, 2000, np.nan], "fewer than two quantiles"),
        ([np.nan, np.nan, np.nan], "fewer than two quantiles"),
        ([1000, 900, 4000], "decrease"),
        ([4000, np.nan, 1000], "decrease"),
        ([0, 2000, 4000], "not positive"),
        ([-10, 2000, 4000], "not positive"),
    ],
)
def test_a_row_that_is_no_distribution_is_refused_and_named(row, what):
    problem = refusal(table(A, row))
    assert what in problem.what
    assert problem.found == "QN99902M"
    assert problem.todo


@pytest.mark.parametrize("weight", [np.nan, -1.0])
def test_a_weight_that_is_missing_or_negative_is_refused_and_never_zero(weight):
    problem = refusal(table(A, B), [1.0, weight])
    assert "weight is missing, infinite or negative" in problem.what
    assert problem.found == "QN99902M"


def test_weights_that_add_up_to_nothing_are_refused():
    assert "add up to nothing" in refusal(table(A, B), [0.0, 0.0]).what


def test_quantiles_and_weights_of_different_territories_are_refused():
    with pytest.raises(MeasureError, match="same territories"):
        pooled_quantile(table(A, B), pd.Series([1.0, 1.0], index=["QN99901M", "QN99909M"]))
    with pytest.raises(MeasureError, match="same territories"):
        pooled_quantile(table(A, B).iloc[:0], pd.Series(dtype="float64"))


@pytest.mark.parametrize("q", [0.05, 0.95, 0.0, 1.0])
def test_a_probability_outside_the_range_of_the_table_is_refused(q):
    assert "do not reach" in refusal(table(A, B), q=q).what


def test_a_probability_outside_the_range_of_one_row_is_refused_and_the_row_named():
    # The second row starts at its median: it says nothing of 0.3.
    problem = refusal(table(A, [np.nan, 4000, 8000]), q=0.3)
    assert "do not reach 0.3" in problem.what
    assert problem.found == "QN99902M"


def test_a_quantile_that_lies_where_one_distribution_says_too_little_is_refused():
    # q = 0.2 lies under B's D1: anywhere within 2^0.25 − 1 = 18.9 % (worked out in test_pooled_quantile).
    problem = refusal(table(A, B), q=0.2)
    assert "18.9%" in problem.found
    assert "1.0%" in problem.allowed


def test_a_width_just_under_the_interval_is_refused():
    problem = refusal(table(A, B), q=0.2, max_width=0.189)
    assert "18.9%" in problem.allowed


def test_a_median_between_two_disjoint_distributions_is_refused():
    # Half the people are under 4 000 or so, half above 10 000, and neither row says who is between:
    # F is between (0.9 + 0)/2 and (1 + 0.1)/2 all the way from 4 000 to 10 000, 150 % more.
    problem = refusal(table(A, [10000, 20000, 40000]))
    assert "150.0%" in problem.found

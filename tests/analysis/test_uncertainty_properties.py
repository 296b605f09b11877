"""What holds of every interval: it shrinks with size, follows its rows, and does not see how a rest is cut."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oqhs.analysis.ranks import gap_intervals, rank_intervals
from oqhs.analysis.uncertainty import sampling_of, wilson

PROPERTY = settings(max_examples=100, deadline=None, derandomize=True)
FEW = settings(max_examples=25, deadline=None, derandomize=True)
NAME = "part_moins_18"

shares = st.floats(0, 1)
sizes = st.floats(1, 1e6)
inner = st.floats(1, 99)
people = st.floats(100, 1e5)
fractions = st.floats(0.05, 0.95)
effects = st.floats(0.5, 10)


def sampled(values, denominators, fraction, effect):
    names = [f"t{number}" for number in range(len(values))]
    rows = pd.DataFrame({"indicator": NAME, "territory": names, "value": values, "denominator": denominators})
    designs = pd.DataFrame({"fraction": fraction, "effect": effect}, index=names)
    return sampling_of(rows.assign(origin="insee"), {NAME: "sondage"}, designs)


def against(sampling, reference):
    gaps = pd.DataFrame({"indicator": [NAME], "territory": ["t0"], "reference_territory": [reference]})
    values = sampling.set_index("territory")["value"]
    gaps = gaps.assign(gap=values["t0"] - values[reference], reason="")
    return gap_intervals(gaps, sampling, pd.Series([True]), level=0.95).iloc[0]


@PROPERTY
@given(shares, sizes, st.floats(0.5, 0.999))
def test_wilson_holds_the_share_stays_within_0_and_1_and_turns_around_with_it(share, size, level):
    (lower,), (upper,) = wilson(np.array([share]), np.array([size]), level)
    assert 0 <= lower <= share <= upper <= 1
    (below,), (above,) = wilson(np.array([1 - share]), np.array([size]), level)
    assert [below, above] == pytest.approx([1 - upper, 1 - lower], abs=1e-9)


@PROPERTY
@given(shares, sizes, st.floats(1.01, 100))
def test_a_larger_sample_has_a_narrower_interval(share, size, times):
    lower, upper = wilson(np.array([share] * 2), np.array([size, size * times]), 0.95)
    assert upper[1] - lower[1] < upper[0] - lower[0]


@FEW
@given(inner, people, fractions, effects, st.floats(1.5, 50))
def test_a_universe_so_many_times_larger_divides_the_error_by_the_root(value, size, fraction, effect, times):
    found = sampled([value, value], [size, size * times], fraction, effect)
    first, second = found["se_pts"]
    assert first / second == pytest.approx(times**0.5)
    widths = found["ci_upper"] - found["ci_lower"]
    assert widths[1] < widths[0]


@FEW
@given(st.lists(st.tuples(inner, people), min_size=2, max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(drawn, random):
    values, denominators = zip(*drawn, strict=True)
    names = [f"t{number}" for number in range(len(drawn))]
    rows = pd.DataFrame({"indicator": NAME, "territory": names, "value": values, "denominator": denominators})
    rows["origin"] = "insee"
    designs = pd.DataFrame({"fraction": 0.4, "effect": 2.0}, index=names)
    order = list(range(len(rows)))
    random.shuffle(order)
    one = sampling_of(rows, {NAME: "sondage"}, designs)
    other = sampling_of(rows.iloc[order], {NAME: "sondage"}, designs.iloc[::-1])
    pd.testing.assert_frame_equal(one.iloc[order], other)
    ranks = rank_intervals(one["value"], one["se_pts"], level=0.95)
    turned = rank_intervals(other["value"], other["se_pts"], level=0.95)
    pd.testing.assert_frame_equal(ranks.iloc[order], turned)


@FEW
@given(inner, people, inner, people, inner, people, effects)
def test_a_reference_cut_in_two_rests_gives_the_same_rest(q, n, a, n_a, b, n_b, effect):
    # The reference is the quartier and two rests: what is left of it is the two together.
    whole = (q * n + a * n_a + b * n_b) / (n + n_a + n_b)
    together = (a * n_a + b * n_b) / (n_a + n_b)
    found = sampled([q, whole, together], [n, n + n_a + n_b, n_a + n_b], 0.4, effect)
    contained = against(found, "t1")
    assert contained["rest"] == pytest.approx(together, abs=1e-6)
    # The contrast with the rest alone, times what is left, is the gap and its error.
    rest = found.set_index("territory").loc[["t0", "t2"], "se_pts"]
    left = 1 - n / (n + n_a + n_b)
    assert contained["weight"] == pytest.approx(1 - left)
    assert contained["gap_se"] == pytest.approx(left * np.hypot(*rest), rel=1e-6)
    middle = (contained["gap_ci_lower"] + contained["gap_ci_upper"]) / 2
    assert middle == pytest.approx(left * (q - together), abs=1e-6)


@FEW
@given(
    st.lists(st.tuples(st.floats(0, 100), st.floats(0, 20)), min_size=1, max_size=12), st.floats(0.5, 0.99)
)
def test_a_rank_lies_between_those_it_may_be(drawn, level):
    values, errors = (pd.Series(part, dtype="float64") for part in zip(*drawn, strict=True))
    found = rank_intervals(values, errors, level=level)
    assert (found["rank_lower"] >= 1).all()
    assert (found["rank_lower"] <= found["rank"]).all()
    assert (found["rank"] <= found["rank_upper"]).all()
    assert (found["rank_upper"] <= len(values)).all()
    sure = rank_intervals(values, errors * 0, level=level)
    assert (sure["rank_lower"] == values.rank(method="min", ascending=False)).all()
    assert (sure["rank_upper"] == values.rank(method="max", ascending=False)).all()
    # The surer one wants to be, the more ranks a quartier may have.
    surer = rank_intervals(values, errors, level=0.999)
    assert (surer["rank_lower"] <= found["rank_lower"]).all()
    assert (surer["rank_upper"] >= found["rank_upper"]).all()

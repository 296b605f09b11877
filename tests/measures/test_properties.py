"""What holds whatever the quartiers: order, scaling, a quartier cut in two, bounds around the truth."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from invented import measurements, observed

from oqhs.measures import pooled_quantile, ratio_of_sums
from oqhs.measures.aggregate import share_of_sums

FEW = settings(max_examples=10, deadline=None, derandomize=True)
MANY = settings(max_examples=30, deadline=None, derandomize=True)

# A quartier: a base of people, and how many of them are concerned.
counts = st.integers(1, 5000).flatmap(lambda base: st.tuples(st.integers(0, base), st.just(base)))
quartiers = st.lists(counts, min_size=2, max_size=5)
# A distribution: a first decile and the ratios to the next ones; incomes that overlap as real ones do.
distribution = st.tuples(
    st.floats(6000, 12000),
    st.floats(1.05, 1.6),
    st.floats(1.05, 1.6),
    st.floats(1.05, 1.6),
    st.floats(1.05, 1.6),
)
distributions = st.lists(st.tuples(distribution, st.integers(1, 5000)), min_size=2, max_size=5)
PROBABILITIES = [0.1, 0.3, 0.5, 0.7, 0.9]


def written(pairs):
    names = [f"QN9990{i}M" for i in range(1, len(pairs) + 1)]
    return measurements(
        chomeurs={name: top for name, (top, _) in zip(names, pairs, strict=True)},
        actifs={name: base for name, (_, base) in zip(names, pairs, strict=True)},
    ), dict.fromkeys(names, "G")


def shares(*variants):
    """Shares of several sets of quartiers, each a group of its own."""
    every = [pair for pairs in variants for pair in pairs]
    table, groups = written(every)
    belonging = [f"G{i}" for i, pairs in enumerate(variants) for _ in pairs]
    found = ratio_of_sums(table, "chomeurs", "actifs", dict(zip(groups, belonging, strict=True)))
    return found["value"].tolist()


def deciles(drawn):
    rows = [np.cumprod(row) for row, _ in drawn]
    weights = pd.Series([weight for _, weight in drawn], dtype="float64")
    return pd.DataFrame(rows, columns=PROBABILITIES), weights


def median(quantiles, weights):
    return pooled_quantile(quantiles, weights, max_width=np.inf)


@FEW
@given(quartiers, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_no_ratio(pairs, random):
    table, groups = written(pairs)
    rows = list(range(len(table)))
    random.shuffle(rows)
    names = list(groups)
    random.shuffle(names)
    one = ratio_of_sums(table, "chomeurs", "actifs", groups)
    other = ratio_of_sums(table.iloc[rows], "chomeurs", "actifs", dict.fromkeys(names, "G"))
    pd.testing.assert_frame_equal(one, other)


@FEW
@given(quartiers, st.integers(2, 9))
def test_a_quartier_cut_in_parts_of_one_rate_changes_no_ratio(pairs, parts):
    (top, base), *others = pairs
    cut = [(top, base), (top * (parts - 1), base * (parts - 1)), *others]
    whole, together = shares([(top * parts, base * parts), *others], cut)
    assert together == pytest.approx(whole)


@FEW
@given(quartiers, st.integers(2, 1000))
def test_as_many_times_the_people_everywhere_changes_no_ratio(pairs, times):
    once, more = shares(pairs, [(top * times, base * times) for top, base in pairs])
    assert more == pytest.approx(once)


@MANY
@given(quartiers)
def test_a_ratio_lies_between_the_smallest_and_the_largest_rate(pairs):
    top, base = np.array(pairs, dtype="float64").T
    members = pd.DataFrame(
        {"group": "G", "mass": top, "weight": base, "fallback": np.nan, "member_status": "observed"}
    )
    value = share_of_sums(members, 0.8).loc["G", "value"]
    assert (top / base).min() - 1e-12 <= value <= (top / base).max() + 1e-12


@MANY
@given(quartiers, st.data())
def test_the_bounds_hold_the_truth_that_was_hidden(pairs, data):
    hidden = data.draw(st.lists(st.booleans(), min_size=len(pairs), max_size=len(pairs)), label="hidden")
    top, base = np.array(pairs, dtype="float64").T
    members = pd.DataFrame(
        {
            "group": "G",
            "mass": np.where(hidden, np.nan, top),
            "weight": base,
            "fallback": np.nan,
            "member_status": np.where(hidden, "secret", "observed"),
        }
    )
    found = share_of_sums(members, 0.0).loc["G"]
    assume(found["status"] == "observed")
    truth = top.sum() / base.sum()
    assert found["lower"] - 1e-12 <= truth <= found["upper"] + 1e-12
    assert found["lower"] - 1e-12 <= found["value"] <= found["upper"] + 1e-12
    assert found["coverage"] == pytest.approx(base[~np.array(hidden)].sum() / base.sum())


@MANY
@given(distributions, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_no_median(drawn, random):
    quantiles, weights = deciles(drawn)
    order = list(quantiles.index)
    random.shuffle(order)
    assert median(quantiles.loc[order], weights.loc[order]) == pytest.approx(
        median(quantiles, weights), rel=1e-9
    )


@MANY
@given(distributions, st.floats(0.001, 1000))
def test_weights_all_scaled_alike_change_no_median(drawn, factor):
    quantiles, weights = deciles(drawn)
    assert median(quantiles, weights * factor) == pytest.approx(median(quantiles, weights), rel=1e-9)


@MANY
@given(distributions, st.floats(0.1, 10))
def test_incomes_all_scaled_alike_scale_the_median(drawn, factor):
    quantiles, weights = deciles(drawn)
    assert median(quantiles * factor, weights) == pytest.approx(factor * median(quantiles, weights), rel=1e-9)


@MANY
@given(distributions, st.floats(0.01, 0.99))
def test_a_territory_cut_in_two_of_one_distribution_changes_no_median(drawn, part):
    quantiles, weights = deciles(drawn)
    cut = pd.concat([quantiles, quantiles.iloc[[0]]], ignore_index=True)
    shares = pd.concat([weights, weights.iloc[[0]] * (1 - part)], ignore_index=True)
    shares.iloc[0] *= part
    assert median(cut, shares) == pytest.approx(median(quantiles, weights), rel=1e-9)


@MANY
@given(distributions)
def test_the_pooled_median_lies_between_the_smallest_and_the_largest_median(drawn):
    quantiles, weights = deciles(drawn)
    found = median(quantiles, weights)
    assert quantiles[0.5].min() * (1 - 1e-9) <= found <= quantiles[0.5].max() * (1 + 1e-9)


@FEW
@given(
    st.lists(st.tuples(st.floats(0, 100), st.integers(2, 5000)), min_size=2, max_size=4), st.floats(0.1, 0.9)
)
def test_a_quartier_cut_in_two_changes_no_weighted_rate(drawn, part):
    (first, weight), *others = drawn
    cut = [(first, weight * part), (first, weight * (1 - part)), *others]
    thrice = [(rate, 3 * size) for rate, size in drawn]
    rows = {
        f"QN9{group}{i}": (f"G{group}", *row)
        for group, variant in enumerate([drawn, cut, thrice])
        for i, row in enumerate(variant)
    }
    columns = {
        "taux_pauvrete_60": {name: rate for name, (_, rate, _) in rows.items()},
        "personnes_menages_fiscaux": {name: size for name, (_, _, size) in rows.items()},
    }
    found = observed("taux_pauvrete", columns, [(group, name) for name, (group, _, _) in rows.items()])
    whole = found.loc["G0", "value"]
    assert found.loc[["G1", "G2"], "value"].tolist() == pytest.approx([whole, whole])

"""Coefficients of agreement against published worked examples and against libraries."""

import builtins
import sys

import krippendorff
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from statsmodels.stats.inter_rater import cohens_kappa

from oqhs.errors import MissingExtraError
from oqhs.studies.qualitative.coefficients import (
    alphas_of,
    cohen_kappa,
    drawn_alphas,
    krippendorff_alpha,
    percent_agreement,
)

#: K. Krippendorff, « Computing Krippendorff's Alpha-Reliability » (2011), part C: four observers, twelve units,
#: five values, some missing; nominal α = 0.743.
FOUR_OBSERVERS = """
1 2 3 3 2 1 4 1 2 . . .
1 2 3 3 2 2 4 1 2 5 . 3
. 3 3 3 2 3 4 2 2 5 1 .
1 2 3 3 2 4 4 1 2 5 1 .
"""
#: The same, part A: two observers, ten units, two values; α = 0.095.
TWO_OBSERVERS = """
0 1 0 0 0 0 0 0 1 0
1 1 1 0 0 1 0 0 0 0
"""
#: The same, part B: two observers, twelve units, five values; α = 0.692.
FIVE_VALUES = """
a a b b d c c c e d d a
b a b b b c c c e d d d
"""


def counts_of(table):
    """Count the coders by unit and value; a point is a unit that a coder did not read."""
    rows = [line.split() for line in table.strip().splitlines()]
    values = sorted({value for row in rows for value in row} - {"."})
    return np.array([[[unit.count(value) for value in values]] for unit in zip(*rows, strict=True)])


def alpha_of(counts):
    return alphas_of(counts, np.ones((1, len(counts)), dtype=int))[0]


@pytest.mark.parametrize(
    ("table", "expected"), [(FOUR_OBSERVERS, 0.743), (TWO_OBSERVERS, 0.095), (FIVE_VALUES, 0.692)]
)
def test_alpha_is_that_of_the_published_examples(table, expected):
    counts = counts_of(table)
    assert krippendorff_alpha(counts[:, 0]) == pytest.approx(expected, abs=0.0005)
    assert alpha_of(counts) == pytest.approx(expected, abs=0.0005)


@pytest.mark.parametrize(
    ("both", "first", "second", "none", "expected"),
    [
        # Fleiss, Levin and Paik, Statistical Methods for Rates and Proportions, chapter 18: two raters, one
        # hundred persons, three diagnoses, each against the two others.
        (75, 5, 5, 15, 0.6875),  # (0.90 − 0.68) / (1 − 0.68)
        (4, 6, 1, 89, 0.50),  # (0.93 − 0.86) / (1 − 0.86)
        (10, 0, 5, 85, 17 / 22),  # (0.95 − 0.78) / (1 − 0.78)
        # Two readers of fifty applications: agreement 0.70, by chance 0.50.
        (20, 5, 10, 15, 0.40),
    ],
)
def test_kappa_is_that_of_the_worked_examples_and_of_statsmodels(both, first, second, none, expected):
    total = both + first + second + none
    kappa = cohen_kappa(
        np.array((both + none) / total), np.array((both + first) / total), np.array((both + second) / total)
    )
    assert float(kappa) == pytest.approx(expected, abs=1e-12)
    assert float(kappa) == pytest.approx(cohens_kappa(np.array([[both, first], [second, none]])).kappa)


def test_kappa_of_one_category_is_missing():
    assert np.isnan(cohen_kappa(np.array([1.0, 1.0]), np.array([0.0, 1.0]), np.array([0.0, 1.0]))).all()


def test_percent_is_the_share_of_the_pairs_of_coders_that_agree():
    # Three coders agree: 3 pairs of 3; two against one: 1 of 3; two coders apart: 0 of 1. In all 4 of 7.
    counts = np.array([[[3, 0]], [[2, 1]], [[1, 1]]])
    assert percent_agreement(counts) == pytest.approx([100 * 4 / 7])


def test_a_unit_that_one_coder_read_changes_no_alpha():
    counts = counts_of(TWO_OBSERVERS)
    alone = np.concatenate([counts, [[[1, 0]]]])
    assert alpha_of(alone) == pytest.approx(alpha_of(counts))


def test_draws_are_those_of_units_repeated_by_hand():
    counts = counts_of(FOUR_OBSERVERS)
    weights = np.array([[2, 0, 1, 1, 3, 0, 1, 1, 1, 1, 1, 0], [0, 4, 1, 1, 0, 0, 2, 0, 0, 3, 0, 1]])
    repeated = [krippendorff_alpha(np.repeat(counts[:, 0], row, axis=0)) for row in weights]
    assert alphas_of(counts, weights)[:, 0] == pytest.approx(repeated)


def test_draws_are_the_same_for_the_same_seed_and_not_for_another():
    counts = counts_of(FOUR_OBSERVERS)
    one, same, other = (drawn_alphas(counts, 50, seed) for seed in (1, 1, 2))
    assert np.array_equal(one, same, equal_nan=True)
    assert not np.array_equal(one, other, equal_nan=True)


def test_without_the_library_the_error_says_what_to_install(monkeypatch):
    real = builtins.__import__

    def without(name, *rest, **named):
        if name == "krippendorff":
            raise ImportError(name)
        return real(name, *rest, **named)

    monkeypatch.setitem(sys.modules, "krippendorff", None)
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingExtraError, match="Krippendorff's alpha is computed") as caught:
        krippendorff_alpha(np.array([[1, 1]]))
    assert caught.value.problems[0].todo == 'pip install "oqhs[studies]"'


ratings = st.integers(2, 4).flatmap(
    lambda coders: st.lists(
        st.lists(st.sampled_from([0, 1, 2, None]), min_size=coders, max_size=coders), min_size=2, max_size=12
    )
)


@settings(deadline=None, max_examples=60)
@given(ratings, st.randoms(use_true_random=False))
def test_alpha_is_that_of_the_library_and_no_order_of_coders_or_units_changes_it(units, random):
    counts = np.array([[[unit.count(value) for value in (0, 1, 2)]] for unit in units])
    paired = counts[counts.sum(axis=2)[:, 0] > 1]
    assume((paired.sum(axis=0)[0] > 0).sum() > 1)
    raw = np.array([[np.nan if one is None else one for one in unit] for unit in units]).T
    expected = krippendorff.alpha(reliability_data=raw, level_of_measurement="nominal")
    assert alpha_of(counts) == pytest.approx(expected)
    shuffled = random.sample(units, len(units))
    shuffled = [random.sample(unit, len(unit)) for unit in shuffled]
    again = np.array([[[unit.count(value) for value in (0, 1, 2)]] for unit in shuffled])
    assert alpha_of(again) == pytest.approx(expected)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(2, 5)), min_size=2, max_size=10))
def test_coders_that_always_agree_have_an_alpha_of_one(units):
    assume(len({value for value, _ in units}) > 1)
    counts = np.array(
        [[[coders if value == chosen else 0 for value in range(3)]] for chosen, coders in units]
    )
    assert alpha_of(counts) == pytest.approx(1)

"""Gaps, changes and ranks with their intervals: formulas by hand, a small draw, words, refusals."""

import numpy as np
import pandas as pd
import pytest

from oqhs.analysis.ranks import GAP_INTERVAL_COLUMNS, change_interval, gap_intervals, rank_intervals
from oqhs.analysis.uncertainty import sampling_of
from oqhs.errors import MeasureError

NAME = "part_60_plus"
QUARTIER, COMMUNE = "QN99901M", "99901"


def both(own, reference, *, kind="sondage", plans=(0.4, 2.0, 0.4, 2.0)):
    """Sampling of a quartier and of its reference: `own` and `reference` are (percent, denominator)."""
    rows = pd.DataFrame(
        {
            "indicator": NAME,
            "territory": [QUARTIER, COMMUNE],
            "value": [own[0], reference[0]],
            "denominator": [own[1], reference[1]],
            "origin": "insee",
        }
    )
    designs = pd.DataFrame({"fraction": plans[::2], "effect": plans[1::2]}, index=[QUARTIER, COMMUNE])
    return sampling_of(rows, {NAME: kind}, designs)


def gap_of(sampling, *, contains=True, reference=COMMUNE, reason=""):
    values = dict(zip(sampling["territory"], sampling["value"], strict=True))
    gap = values.get(QUARTIER, np.nan) - values.get(reference, np.nan)
    gaps = pd.DataFrame(
        {
            "indicator": [NAME],
            "territory": [QUARTIER],
            "reference_territory": pd.array([reference], dtype="str"),
            "gap": [gap],
            "reason": [reason],
        },
        index=[7],
    )
    return gap_intervals(gaps, sampling, pd.Series([contains], index=[7]), level=0.95).loc[7]


# ---------------------------------------------------------------- gaps


def test_the_gap_of_a_quartier_inside_its_reference_shares_its_people():
    # w = 2000 / 10 000 = 0.2 ; h = (2200 − 600) / 8000 = 20 % ; n_eff = N / 3.
    # Var q = 0.21 / 666.67 = 0.000315 ; Var h = 0.16 / 2666.67 = 0.000060 ; 0.8 √0.000375 = 0.015492.
    found = gap_of(both((30.0, 2000.0), (22.0, 10_000.0)))
    assert found["weight"] == pytest.approx(0.2)
    assert found["rest"] == pytest.approx(20.0)
    assert found["gap_se"] == pytest.approx(1.54919, abs=1e-5)
    # 8 ± 1.959964 × 1.54919
    assert [found["gap_ci_lower"], found["gap_ci_upper"]] == pytest.approx([4.96365, 11.03635], abs=1e-4)
    assert found["gap_ci_reason"] == ""


def test_of_two_disjoint_territories_the_variances_add_up():
    # Var q = 0.000315 ; Var r = 0.22 × 0.78 / 3333.33 = 0.00005148 ; √0.00036648 = 0.019144.
    found = gap_of(both((30.0, 2000.0), (22.0, 10_000.0)), contains=False)
    assert (found["weight"], found["rest"]) == (0.0, 22.0)
    assert found["gap_se"] == pytest.approx(1.91437, abs=1e-5)


def test_the_rest_of_the_reference_is_drawn_as_the_reference_is():
    # A commune where everybody is counted leaves the quartier alone: 0.8 × √0.000315 = 0.014199.
    found = gap_of(both((30.0, 2000.0), (22.0, 10_000.0), plans=(0.4, 2.0, 1.0, 1.0)))
    assert found["gap_se"] == pytest.approx(1.41986, abs=1e-5)
    # A design effect of 4 for the commune: Var h = 0.00012, 0.8 √0.000435 = 0.016685.
    found = gap_of(both((30.0, 2000.0), (22.0, 10_000.0), plans=(0.4, 2.0, 0.4, 4.0)))
    assert found["gap_se"] == pytest.approx(1.66853, abs=1e-5)


def test_where_everybody_is_counted_the_gap_is_known():
    found = gap_of(both((30.0, 200.0), (22.0, 1000.0), plans=(1.0, 1.0, 1.0, 1.0)))
    assert [found["gap_se"], found["gap_ci_lower"], found["gap_ci_upper"]] == [0.0, 8.0, 8.0]


def test_half_of_a_commune_shows_half_the_contrast():
    # q = 40, w = 0.5, r = 30: h = 20 and the gap of 10 is half of 20.
    found = gap_of(both((40.0, 3000.0), (30.0, 6000.0)))
    assert (found["weight"], found["rest"]) == (0.5, pytest.approx(20.0))


def test_the_variance_of_a_gap_is_the_one_that_draws_show():
    # 600 people, 200 of them in the quartier; 40 % of each part drawn without replacement, 40 000 times.
    draw = np.random.default_rng(6)
    own = draw.hypergeometric(60, 140, 80, 40_000) / 80
    rest = draw.hypergeometric(80, 320, 160, 40_000) / 160
    whole = own / 3 + 2 * rest / 3
    # The formula divides by N where the draw divides by N − 1: under 1 %; the draw itself is good to 1 %.
    found = gap_of(both((30.0, 200.0), (70 / 3, 600.0), plans=(0.4, 1.0, 0.4, 1.0)))
    assert found["gap_se"] / 100 == pytest.approx(np.std(own - whole), rel=0.015)


@pytest.mark.parametrize("kind", ["mesure", "fiscal"])
def test_a_gap_that_is_not_sampled_has_no_interval_and_says_so(kind):
    found = gap_of(both((30.0, 2000.0), (22.0, 10_000.0), kind=kind))
    assert np.isnan(found[["gap_se", "gap_ci_lower", "gap_ci_upper"]].astype(float)).all()
    assert "pas d'intervalle d'échantillonnage" in found["gap_ci_reason"]


@pytest.mark.parametrize(
    ("own", "reference", "told"),
    [
        ((30.0, np.nan), (22.0, 10_000.0), "effectif inconnu : pas d'intervalle"),
        ((30.0, 2000.0), (22.0, np.nan), "référence : effectif inconnu : pas d'intervalle"),
        ((30.0, 2000.0), (22.0, 1500.0), "l'effectif du quartier dépasse celui de la référence"),
        ((30.0, 2000.0), (30.0, 2000.0), "le quartier est toute la référence"),
        # R − Q = 100 − 600: the rest would hold −500 people.
        ((30.0, 2000.0), (1.0, 10_000.0), "le reste de la référence aurait une part hors de 0 à 100 %"),
        ((0.0, 2000.0), (22.0, 10_000.0), "part de 0 % ou de 100 % : l'approximation normale ne vaut pas"),
        # R = Q = 600: nobody in the rest.
        ((30.0, 2000.0), (6.0, 10_000.0), "part de 0 % ou de 100 % : l'approximation normale ne vaut pas"),
    ],
)
def test_where_there_is_no_interval_the_reason_is_told(own, reference, told):
    found = gap_of(both(own, reference))
    assert np.isnan(found[["gap_se", "gap_ci_lower", "gap_ci_upper"]].astype(float)).all()
    assert found["gap_ci_reason"] == told


def test_a_gap_that_is_missing_keeps_its_own_reason():
    found = gap_of(both((np.nan, 2000.0), (22.0, 10_000.0)), reason="valeur non disponible")
    assert found["gap_ci_reason"] == "valeur non disponible"
    alone = gap_of(both((30.0, 2000.0), (22.0, 10_000.0)), reference=None, reason="sans comparaison")
    assert (alone["gap_ci_reason"], np.isnan(alone["weight"])) == ("sans comparaison", True)


def test_a_side_nobody_sampled_has_no_known_design():
    sampling = both((30.0, 2000.0), (22.0, 10_000.0))
    gaps = pd.DataFrame({"indicator": [NAME], "territory": QUARTIER, "reference_territory": "99999"})
    found = gap_intervals(gaps.assign(gap=1.0, reason=""), sampling, pd.Series([True]), level=0.95)
    assert found.loc[0, "gap_ci_reason"] == "référence : plan de sondage inconnu : pas d'intervalle"


def test_the_rows_and_what_was_given_are_kept():
    sampling = both((30.0, 2000.0), (22.0, 10_000.0))
    gaps = pd.DataFrame({"indicator": NAME, "territory": QUARTIER, "reference_territory": [COMMUNE] * 2})
    gaps = gaps.assign(gap=8.0, reason="").set_axis(["b", "a"])
    held = gaps.copy(deep=True), sampling.copy(deep=True)
    found = gap_intervals(gaps, sampling, pd.Series([True, False], index=["b", "a"]), level=0.95)
    assert found.index.tolist() == ["b", "a"]
    assert found.columns.tolist() == GAP_INTERVAL_COLUMNS
    assert found["weight"].tolist() == [0.2, 0.0]
    pd.testing.assert_frame_equal(gaps, held[0])
    pd.testing.assert_frame_equal(sampling, held[1])
    none = gap_intervals(gaps.iloc[:0], sampling, pd.Series([], dtype="bool").set_axis([]), level=0.95)
    assert none.empty


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"contains": pd.Series([True, False])}, "not said of every gap"),
        ({"contains": pd.Series(["oui"])}, "not a yes or a no"),
        ({"contains": pd.Series([None], dtype="boolean")}, "not a yes or a no"),
        ({"level": 1.0}, "a level of confidence is a share"),
        ({"gaps": pd.DataFrame({"indicator": [NAME]})}, "columns are missing"),
        ({"sampling": pd.DataFrame({"indicator": [NAME]})}, "columns are missing"),
    ],
)
def test_gaps_that_cannot_be_judged_are_refused(change, told):
    gaps = pd.DataFrame({"indicator": [NAME], "territory": QUARTIER, "reference_territory": COMMUNE})
    usual = {
        "gaps": gaps.assign(gap=8.0, reason=""),
        "sampling": both((30.0, 2000.0), (22.0, 10_000.0)),
        "contains": pd.Series([True]),
        "level": 0.95,
    }
    with pytest.raises(MeasureError, match=told):
        gap_intervals(**usual | change)


def test_an_indicator_sampled_twice_for_one_territory_is_refused():
    sampling = both((30.0, 2000.0), (22.0, 10_000.0))
    with pytest.raises(MeasureError, match="stands twice"):
        gap_of(pd.concat([sampling, sampling.iloc[:1]]))


# ---------------------------------------------------------------- changes


def test_the_variances_of_two_vintages_add_up():
    # √(3² + 4²) = 5 ; 4 ± 1.959964 × 5.
    found = change_interval(pd.Series([4.0]), pd.Series([3.0]), pd.Series([4.0]), level=0.95)
    assert found.loc[0, "change_se"] == pytest.approx(5.0)
    assert found.loc[0, ["change_ci_lower", "change_ci_upper"]].tolist() == pytest.approx(
        [-5.79982, 13.79982]
    )


def test_two_vintages_alike_multiply_the_error_by_the_root_of_two():
    found = change_interval(pd.Series([1.0]), pd.Series([2.0]), pd.Series([2.0]), level=0.95)
    assert found.loc[0, "change_se"] == pytest.approx(2 * 2**0.5)


def test_a_change_without_one_of_its_three_parts_has_no_interval():
    missing = pd.Series([np.nan, 1.0, 1.0]), pd.Series([1.0, np.nan, 1.0]), pd.Series([1.0, 1.0, np.nan])
    found = change_interval(*missing, level=0.95)
    assert found.isna().all(axis=None)


# ---------------------------------------------------------------- ranks


def test_ranks_hold_those_that_are_not_surely_apart():
    # 1.96 √(1 + 1) = 2.77: 40 is apart from all; 30 and 28 are not from each other, nor 28 and 26;
    # 30 and 26 are.
    found = rank_intervals(pd.Series([28.0, 40.0, 26.0, 30.0]), pd.Series([1.0] * 4), level=0.95)
    assert found["rank"].tolist() == [3, 1, 4, 2]
    assert found["rank_lower"].tolist() == [2, 1, 3, 2]
    assert found["rank_upper"].tolist() == [4, 1, 4, 3]


def test_where_everybody_was_counted_ranks_are_sure_and_equal_values_share_theirs():
    found = rank_intervals(pd.Series([30.0, 20.0, 20.0, 10.0]), pd.Series([0.0] * 4), level=0.95)
    assert found["rank"].tolist() == [1, 2, 2, 4]
    assert found["rank_lower"].tolist() == [1, 2, 2, 4]
    assert found["rank_upper"].tolist() == [1, 3, 3, 4]


def test_a_missing_value_has_no_rank_and_counts_in_no_other():
    values = pd.Series([30.0, np.nan, 10.0], index=["a", "b", "c"])
    found = rank_intervals(values, pd.Series([1.0, 1.0, 1.0], index=values.index), level=0.95)
    assert found.loc["b"].isna().all()
    assert found.loc["c"].tolist() == [2, 2, 2]
    assert found.index.tolist() == ["a", "b", "c"]
    assert (found.dtypes == "Int64").all()


def test_of_a_value_without_a_standard_error_nothing_is_sure():
    found = rank_intervals(pd.Series([90.0, 20.0, 10.0]), pd.Series([np.nan, 1.0, 1.0]), level=0.95)
    assert found.loc[0, ["rank", "rank_lower", "rank_upper"]].tolist() == [1, 1, 3]
    assert found.loc[2, ["rank", "rank_lower", "rank_upper"]].tolist() == [3, 2, 3]


@pytest.mark.parametrize(
    ("error", "level", "told"),
    [
        (pd.Series([1.0]), 0.95, "not of the same rows"),
        (pd.Series([1.0, -1.0]), 0.95, "a standard error is negative"),
        (pd.Series([1.0, 1.0]), 95.0, "a level of confidence is a share"),
    ],
)
def test_ranks_and_changes_refuse_errors_of_other_rows_or_below_zero(error, level, told):
    values = pd.Series([1.0, 2.0])
    with pytest.raises(MeasureError, match=told):
        rank_intervals(values, error, level=level)
    with pytest.raises(MeasureError, match=told):
        change_interval(values, pd.Series([1.0, 1.0]), error, level=level)

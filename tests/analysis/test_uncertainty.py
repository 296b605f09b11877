"""Intervals of census shares: closed formulas by hand, orders of magnitude, words, refusals."""

from decimal import Decimal, getcontext

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

from oqhs.analysis.uncertainty import (
    SAMPLING_COLUMNS,
    effective_size,
    normal_quantile,
    sampling_of,
    standard_error_pts,
    wilson,
)
from oqhs.catalogue import load_catalogue
from oqhs.errors import MeasureError, UnknownError
from oqhs.text import NO_BREAK_SPACE

NAME = "part_moins_18"
LIMITS = {"confiance": 0.95, "effectif_effectif_min": 50, "demi_largeur_a": 2.5, "demi_largeur_b": 5}


def design(fraction=0.4, effect=2.0, code="QN99901M"):
    return pd.DataFrame({"fraction": [fraction], "effect": [effect]}, index=[code])


def row(value, denominator, *, kind="sondage", plan=None, origin="insee", thresholds=None):
    rows = pd.DataFrame(
        {
            "indicator": [NAME],
            "territory": ["QN99901M"],
            "value": [value],
            "denominator": [denominator],
            "origin": [origin],
        }
    )
    plan = design() if plan is None else plan
    return sampling_of(rows, {NAME: kind}, plan, thresholds=thresholds or LIMITS).iloc[0]


def said(found):
    return found["precision"].replace(NO_BREAK_SPACE, " ")


# ---------------------------------------------------------------- the interval of a share


@pytest.mark.parametrize(("hits", "drawn"), [(0, 40), (1, 40), (17, 60), (300, 1000), (40, 40)])
@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
def test_wilson_is_the_interval_scipy_gives_of_a_simple_sample(hits, drawn, level):
    oracle = binomtest(hits, drawn).proportion_ci(level, method="wilson")
    lower, upper = wilson(np.array([hits / drawn]), np.array([drawn]), level)
    assert lower[0] == pytest.approx(oracle.low, abs=1e-12)
    assert upper[0] == pytest.approx(oracle.high, abs=1e-12)


def test_wilson_of_a_size_that_is_not_whole_solves_the_equation_of_the_score_test():
    # The bounds b are the roots of n (p − b)² = z² b (1 − b), here of 40 digits.
    getcontext().prec = 40
    p, n, z = Decimal("0.285"), Decimal("422.5"), Decimal("1.959963984540054")
    a, b, c = n + z * z, -(2 * n * p + z * z), n * p * p
    root = (b * b - 4 * a * c).sqrt()
    expected = [float((-b - root) / (2 * a)), float((-b + root) / (2 * a))]
    lower, upper = wilson(np.array([0.285]), np.array([422.5]), 0.95)
    assert [lower[0], upper[0]] == pytest.approx(expected, abs=1e-12)


def test_wilson_of_nobody_and_of_everybody_stays_within_0_and_1():
    # p = 0: upper = z² / (n + z²) = 3.8415 / 103.8415 = 0.0370 ; p = 1 is its mirror.
    lower, upper = wilson(np.array([0.0, 1.0]), np.array([100.0, 100.0]), 0.95)
    assert lower.tolist() == pytest.approx([0.0, 0.96301], abs=1e-5)
    assert upper.tolist() == pytest.approx([0.03699, 1.0], abs=1e-5)
    assert lower[0] == 0.0
    assert upper[1] == 1.0


def test_where_everybody_was_counted_the_interval_has_no_width():
    lower, upper = wilson(np.array([0.3]), np.array([np.inf]), 0.95)
    assert (lower[0], upper[0]) == (0.3, 0.3)


def test_a_sample_of_nobody_says_nothing_and_a_missing_one_stays_missing():
    lower, upper = wilson(np.array([0.3, 0.3, np.nan]), np.array([0.0, np.nan, 50.0]), 0.95)
    assert (lower[0], upper[0]) == (0.0, 1.0)
    assert np.isnan([*lower[1:], *upper[1:]]).all()


@pytest.mark.parametrize(
    ("share", "size", "level", "told"),
    [
        (1.2, 50.0, 0.95, "share is out of range"),
        (-0.1, 50.0, 0.95, "share is out of range"),
        (0.2, -5.0, 0.95, "n_eff is out of range"),
        (0.2, 50.0, 95, "a level of confidence is a share"),
    ],
)
def test_wilson_refuses_what_is_no_share_no_size_or_no_level(share, size, level, told):
    with pytest.raises(MeasureError, match=told):
        wilson(np.array([share]), np.array([size]), level)


def test_the_quantile_of_95_percent_is_1_96():
    assert normal_quantile(0.95) == pytest.approx(1.959964, abs=1e-6)


# ---------------------------------------------------------------- closed formulas


def test_the_effective_size_divides_the_sample_by_what_the_design_costs_and_by_what_is_left_to_draw():
    # n = 0.4 × 3000 = 1200 ; 1200 / (2 × 0.6) = 1000.
    found = effective_size(pd.Series([3000.0]), pd.Series([0.4]), pd.Series([2.0]))
    assert found[0] == pytest.approx(1000.0)


def test_the_standard_error_is_that_of_the_closed_formula():
    # n = 0.4 × 3000 = 1200 ; Var = 2 × 0.6 × 0.2 × 0.8 / 1200 = 0.00016 ; √ = 0.012649, 1.2649 points.
    found = row(20.0, 3000.0)
    assert found["n_eff"] == pytest.approx(1000.0)
    assert found["se_pts"] == pytest.approx(1.26491, abs=1e-5)


def test_the_bounds_are_those_of_wilson_in_percent():
    # n_eff = 1000, p = 0.2: (200 + 1.9207 ± 1.96 √(160 + 0.9604)) / 1003.8415 = 0.17639 and 0.22591.
    found = row(20.0, 3000.0)
    assert [found["ci_lower"], found["ci_upper"]] == pytest.approx([17.639, 22.591], abs=2e-3)


def test_no_standard_error_is_made_up_where_the_formula_would_give_zero():
    found = row(0.0, 3000.0)
    assert np.isnan(found["se_pts"])
    assert found["ci_lower"] == 0.0
    # z² / (n + z²) = 3.8415 / 1003.8415
    assert found["ci_upper"] == pytest.approx(0.38268, abs=1e-4)
    # Where everybody was counted zero is known to be zero.
    assert standard_error_pts(pd.Series([0.0]), pd.Series([np.inf])).tolist() == [0.0]


#: Mean quartier of 3 800 inhabitants, and what it holds of each universe at the rates of the département
#: (1 510 households, 1 710 active people of whom 200 under 25, 640 families with children); ± points at
#: 95 % for a design effect of 1, 2 and 3, as the field reference gives them.
ORDERS = [
    ("under 18", 28.5, 3800, ("1.8", "2.5", "3.0")),
    ("unemployed 15-64", 19.5, 1710, ("2.3", "3.3", "4.0")),
    ("unemployed 15-24", 31.5, 200, ("7.9", "11", "14")),
    ("lone parents", 42.5, 640, ("4.7", "6.6", "8.1")),
    ("tenants of HLM", 72.0, 1510, ("2.8", "3.9", "4.8")),
]


@pytest.mark.parametrize(("what", "value", "denominator", "half"), ORDERS, ids=[one[0] for one in ORDERS])
def test_a_mean_quartier_has_the_orders_of_magnitude_of_the_field(what, value, denominator, half):
    for effect, expected in zip((1.0, 2.0, 3.0), half, strict=True):
        found = row(value, float(denominator), plan=design(0.4, effect))
        digits = len(expected.partition(".")[2])
        assert f"{1.959964 * found['se_pts']:.{digits}f}" == expected, what


# ---------------------------------------------------------------- what kind of sampling


def test_a_commune_where_everybody_is_counted_has_an_interval_of_no_width():
    found = row(28.5, 900.0, plan=design(1.0, 1.0))
    assert found["sampling"] == "exhaustif"
    assert np.isinf(found["n_eff"])
    assert [found["ci_lower"], found["ci_upper"], found["se_pts"]] == [28.5, 28.5, 0.0]
    assert (found["publishable"], found["grade"]) == (True, "A")
    assert said(found) == "recensement exhaustif : pas d'intervalle d'échantillonnage"


@pytest.mark.parametrize(
    ("kind", "value", "grade", "words"),
    [
        ("mesure", 46.9, "A", "mesuré : pas d'intervalle d'échantillonnage"),
        ("fiscal", 36.2, "", "source fiscale : pas d'intervalle d'échantillonnage, bruit de définition"),
        ("fiscal", 1349.0, "", "source fiscale : pas d'intervalle d'échantillonnage, bruit de définition"),
    ],
)
def test_what_is_not_sampled_says_so_and_no_interval_is_made_up(kind, value, grade, words):
    found = row(value, np.nan, kind=kind)
    assert found["sampling"] == kind
    assert np.isnan(found[["n_eff", "se_pts", "ci_lower", "ci_upper"]].astype(float)).all()
    assert found["publishable"] == np.True_
    assert (found["grade"], said(found)) == (grade, words)


@pytest.mark.parametrize("denominator", [np.nan, 0.0])
def test_a_sampled_share_without_a_denominator_is_not_published(denominator):
    found = row(28.5, denominator)
    assert (found["sampling"], found["publishable"], found["grade"]) == ("inconnu", False, "")
    assert said(found) == "effectif inconnu : pas d'intervalle"
    assert np.isnan(found["ci_lower"])


@pytest.mark.parametrize("plan", [design(code="QN99902M"), design(np.nan), design(0.4, np.nan)])
def test_a_territory_without_a_design_is_not_published_either(plan):
    found = row(28.5, 3800.0, plan=plan)
    assert (found["sampling"], found["publishable"]) == ("inconnu", False)
    assert said(found) == "plan de sondage inconnu : pas d'intervalle"


def test_a_missing_value_stays_missing_and_is_neither_published_nor_refused():
    found = row(np.nan, 3800.0)
    assert found["publishable"] is pd.NA
    assert np.isnan(found[["se_pts", "ci_lower", "ci_upper"]].astype(float)).all()
    assert (found["grade"], found["precision"]) == ("", "")


# ---------------------------------------------------------------- publication, grades, words


@pytest.mark.parametrize(("denominator", "published"), [(150.0, True), (149.0, False)])
def test_an_effective_size_under_50_is_not_published(denominator, published):
    # 0.4 × 150 / (2 × 0.6) = 50 exactly; of 149 it is 49.67.
    found = row(31.5, denominator)
    assert found["publishable"] == published
    assert said(found).endswith("trop petit pour être publié") is not published


@pytest.mark.parametrize(
    ("denominator", "grade", "half"),
    [(3800.0, "A", 2.483), (3600.0, "B", 2.551), (950.0, "B", 4.949), (900.0, "C", 5.083)],
)
def test_the_grade_is_that_of_the_half_width(denominator, grade, half):
    # n = N / 3 and p q = 0.203775: 1.96 √(n p q + 0.9604) / (n + 3.8415), with n = 1266.7, 1200, 316.7, 300.
    found = row(28.5, denominator)
    assert found["grade"] == grade
    assert (found["ci_upper"] - found["ci_lower"]) / 2 == pytest.approx(half, abs=1e-3)


def test_the_words_give_the_half_width_and_the_level():
    # n_eff = 2160 / 3 = 720, p = 0.285: (1.96 √(720 × 0.203775 + 0.9604)) / 723.84 = 3.29 points.
    assert said(row(28.5, 2160.0)) == "ordre de grandeur : ± 3,3 points à 95 %"
    tight = {**LIMITS, "confiance": 0.975}
    assert said(row(28.5, 2160.0, thresholds=tight)).endswith("à 97,5 %")


def test_the_words_take_the_singular_and_never_say_zero():
    # n_eff = 10 000: 0.88 point; of 10 million, 0.03.
    assert said(row(28.5, 30_000.0)) == "ordre de grandeur : ± 0,9 point à 95 %"
    assert said(row(28.5, 30_000_000.0)) == "ordre de grandeur : moins de ± 0,1 point à 95 %"


def test_an_estimate_of_ours_is_b_at_best_and_its_interval_leaves_out_its_own_error():
    found = row(28.5, 30_000.0, origin="oqhs_estimate")
    assert found["grade"] == "B"
    assert said(found) == "ordre de grandeur : ± 0,9 point à 95 %, hors erreur d'estimation"
    small = row(28.5, 100.0, origin="oqhs_estimate")
    assert said(small).endswith("hors erreur d'estimation ; échantillon trop petit pour être publié")
    measured = row(28.5, np.nan, kind="mesure", origin="oqhs_estimate")
    assert measured["grade"] == "B"
    assert said(measured).endswith("d'échantillonnage ; erreur d'estimation inconnue")


# ---------------------------------------------------------------- the table


def test_the_table_keeps_the_index_and_leaves_what_it_was_given():
    rows = pd.DataFrame(
        {
            "indicator": ["part_moins_18", "taux_pauvrete"],
            "territory": ["QN99901M", "QN99901M"],
            "value": [28.5, 36.2],
            "denominator": [3800.0, np.nan],
            "origin": ["insee", "insee"],
        },
        index=["b", "a"],
    )
    before = rows.copy(deep=True)
    kinds = {"part_moins_18": "sondage", "taux_pauvrete": "fiscal"}
    found = sampling_of(rows, kinds, design(), thresholds=LIMITS)
    assert found.index.tolist() == ["b", "a"]
    assert found.columns.tolist() == SAMPLING_COLUMNS
    pd.testing.assert_frame_equal(rows, before)


def test_no_observation_gives_no_row():
    columns = ["indicator", "territory", "value", "denominator", "origin"]
    assert sampling_of(pd.DataFrame(columns=columns), {}, design(), thresholds=LIMITS).empty


def test_the_thresholds_of_the_catalogue_hold_where_none_is_said_and_are_orders_of_magnitude():
    rows = pd.DataFrame({"indicator": [NAME], "territory": ["QN99901M"], "value": [28.5]})
    rows = rows.assign(denominator=3800.0, origin="insee")
    usual = sampling_of(rows, {NAME: "sondage"}, design())
    pd.testing.assert_frame_equal(
        usual, sampling_of(rows, {NAME: "sondage"}, design(), thresholds=LIMITS), check_exact=True
    )
    named = [name for name in load_catalogue().thresholds if name.startswith(("rp_fraction_", "rp_effet_"))]
    assert len(named) == 6
    for name in [*named, *LIMITS]:
        references = [entry.reference for entry in load_catalogue().thresholds[name].values]
        assert all("ordre de grandeur" in reference for reference in references)


@pytest.mark.parametrize(
    ("change", "kinds", "plan", "told"),
    [
        ({"value": 120.0}, None, None, "a sampled share is not a percentage"),
        ({"value": -1.0}, None, None, "a sampled share is not a percentage"),
        ({"denominator": -5.0}, None, None, "a denominator is negative"),
        ({}, {}, None, "an indicator has no kind"),
        ({}, {NAME: "enquete"}, None, "an indicator has no kind"),
        ({}, None, design(0.0), "a design is impossible"),
        ({}, None, design(1.5), "a design is impossible"),
        ({}, None, design(0.4, -1.0), "a design is impossible"),
        ({}, None, design(0.4, np.inf), "a design is impossible"),
        ({}, None, pd.concat([design(), design()]), "a territory has two designs"),
        ({}, None, design()[["fraction"]], "columns are missing"),
    ],
)
def test_what_no_interval_can_be_told_of_is_refused(change, kinds, plan, told):
    rows = pd.DataFrame({"indicator": [NAME], "territory": ["QN99901M"], "value": [28.5]})
    rows = rows.assign(denominator=3800.0, origin="insee").assign(**change)
    with pytest.raises(MeasureError, match=told):
        sampling_of(rows, {NAME: "sondage"} if kinds is None else kinds, design() if plan is None else plan)


def test_a_row_that_stands_twice_and_a_column_that_is_missing_are_refused():
    rows = pd.DataFrame({"indicator": [NAME] * 2, "territory": ["QN99901M"] * 2, "value": [28.5, 29.0]})
    rows = rows.assign(denominator=3800.0, origin="insee")
    with pytest.raises(MeasureError, match="stands twice"):
        sampling_of(rows, {NAME: "sondage"}, design())
    with pytest.raises(MeasureError, match="columns are missing"):
        sampling_of(rows.drop(columns="denominator"), {NAME: "sondage"}, design())


def test_a_threshold_of_another_name_is_refused():
    with pytest.raises(UnknownError, match="no such threshold of uncertainty"):
        row(28.5, 3800.0, thresholds={"couverture_min": 0.8})

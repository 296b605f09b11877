"""Gaps: taken on unrounded values, rounded once when shown, with their sign and what they mean."""

import numpy as np
import pandas as pd
import pytest

from oqhs.analysis import compare, gap_between
from oqhs.catalogue import load_catalogue
from oqhs.text import MINUS, format_gap, signs_of

INDICATORS = load_catalogue().indicators
PAIR = pd.DataFrame({"territory": ["QPV-999"], "reference": ["departement"], "reference_territory": ["999"]})


def observation(indicator, territory, value, **told):
    usual = {
        "perimeter": "qpv2024",
        "year": 2021,
        "lower": value,
        "upper": value,
        "status": "observed",
        "coverage": 1.0,
        "origin": "oqhs",
        "source": "carte",
        "note": "",
    }
    return {"indicator": indicator, "territory": territory, "value": value, **usual, **told}


def gap(indicator, value, reference, *, mode="unrounded", mine=None, theirs=None, pairs=PAIR):
    rows = [
        observation(indicator, "QPV-999", value, **(mine or {})),
        observation(indicator, "999", reference, **(theirs or {})),
    ]
    frame = pd.DataFrame(rows).astype({"year": "Int64"})
    return compare(frame, pairs, {indicator: INDICATORS[indicator]}, mode=mode).iloc[0]


def test_a_gap_is_the_difference_of_unrounded_values_and_is_rounded_once():
    # 36.16 − 17.24 = 18.92, shown 18,9 ; the displayed values 36,2 and 17,2 would make 19,0.
    found = gap("taux_pauvrete", 36.16, 17.24)
    assert found["gap"] == pytest.approx(18.92)
    assert format_gap(found["gap"], "percent", 1) == "+18,9\u00a0points"


def test_gaps_of_published_columns_are_taken_on_what_is_shown_only_in_the_mode_of_that_name():
    assert gap("taux_pauvrete", 36.16, 17.24, mode="published")["gap"] == 19.0
    assert float(gap_between(36.16, 17.24, 1, mode="published")) == 19.0


def test_another_mode_is_refused():
    with pytest.raises(ValueError, match="rounded"):
        gap_between(1.0, 2.0, 1, mode="rounded")


@pytest.mark.parametrize(
    ("value", "reference", "shown"),
    [
        (30.25, 18.0, "+12,3"),  # a tie goes up
        (30.249999, 18.0, "+12,2"),
        (18.0, 30.25, "~12,3"),  # and away from zero
        (30.05, 30.0, "+0,1"),
        (30.15, 30.0, "+0,2"),
        (30.049, 30.0, "0,0"),
        (29.951, 30.0, "0,0"),  # no « −0,0 »
    ],
)
def test_a_tie_is_rounded_up_and_there_is_no_negative_zero(value, reference, shown):
    found = gap("taux_pauvrete", value, reference)["gap"]
    printed = format_gap(found, "percent", 1).split("\u00a0")[0]
    assert printed == shown.replace("~", MINUS)


@pytest.mark.parametrize(
    ("value", "reference", "sign"),
    [
        (36.2, 17.2, "+"),
        (16.7, 20.2, MINUS),
        (20.0, 20.0, "="),
        (20.04, 20.0, "="),
        (19.96, 20.0, "="),
        (20.05, 20.0, "+"),
    ],
)
def test_the_sign_is_arithmetic_and_equal_where_zero_is_displayed(value, reference, sign):
    assert gap("taux_pauvrete", value, reference)["sign"] == sign


@pytest.mark.parametrize(
    ("indicator", "value", "reference", "unfavourable"),
    [
        ("taux_pauvrete", 36.2, 17.2, True),  # polarity −1: more is worse
        ("taux_pauvrete", 15.0, 17.2, False),
        ("niveau_vie_median_mensuel", 1349.0, 2023.0, True),  # +1: less is worse
        ("niveau_vie_median_mensuel", 2100.0, 2023.0, False),
        ("surface_arboree", 25.5, 32.5, True),
        ("exposition_icu", 46.9, 23.5, True),
    ],
)
def test_what_is_unfavourable_comes_from_the_polarity_and_not_from_the_sign(
    indicator, value, reference, unfavourable
):
    assert gap(indicator, value, reference)["unfavourable"] is np.bool_(unfavourable)


@pytest.mark.parametrize(
    "neutral",
    [
        "part_moins_18",
        "part_60_plus",
        "familles_monoparentales",
        "familles_nombreuses",
        "part_cadres",
        "locataires_hlm",
        "part_prestations_sociales",
    ],
)
def test_a_neutral_indicator_is_neither_favourable_nor_unfavourable(neutral):
    found = gap(neutral, 42.5, 31.7)
    assert found["sign"] == "+"
    assert found["unfavourable"] is pd.NA


def test_only_the_seven_neutral_indicators_are_never_judged():
    judged = [name for name, one in INDICATORS.items() if one.key and one.polarity != 0]
    assert len(judged) == 10


def test_a_displayed_zero_is_not_unfavourable():
    found = gap("taux_pauvrete", 20.04, 20.0)
    assert found["unfavourable"] is np.False_


def test_shares_are_compared_in_points_and_incomes_in_euros():
    # 1 349 − 2 023 = −674 €, not −33 %.
    found = gap("niveau_vie_median_mensuel", 1349.0, 2023.0)
    assert found["gap"] == -674.0
    assert (found["unit"], str(signs_of(found["gap"], 0))) == ("eur_month", MINUS)
    assert gap("taux_pauvrete", 36.2, 17.2)["unit"] == "percent"


def test_two_years_make_no_gap_and_the_reason_is_told():
    found = gap("taux_pauvrete", 36.2, 17.2, theirs={"year": 2020})
    assert np.isnan(found["gap"])
    assert (found["sign"], found["unfavourable"]) == ("", pd.NA)
    assert found["reason"] == "les deux valeurs ne sont pas du même millésime"


def test_two_perimeters_of_the_two_sides_do_make_a_gap_and_both_are_told():
    found = gap("taux_pauvrete", 36.2, 17.2, theirs={"perimeter": "cog2021"})
    assert found["gap"] == pytest.approx(19.0)
    assert (found["perimeter"], found["reference_perimeter"]) == ("qpv2024", "cog2021")


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("secret", "valeur couverte par le secret statistique"),
        ("not_significant", "valeur non significative"),
        ("not_available", "valeur non disponible"),
        ("not_applicable", "valeur sans objet"),
        ("not_covered", "couverture insuffisante"),
    ],
)
def test_a_missing_value_makes_no_gap_and_its_status_is_the_reason(status, reason):
    hidden = {"status": status, "lower": np.nan, "upper": np.nan}
    found = gap("taux_pauvrete", np.nan, 17.2, mine=hidden)
    assert np.isnan(found["gap"])
    assert found["reason"] == reason


def test_the_note_of_the_missing_reference_is_the_reason():
    hidden = {"status": "secret", "lower": np.nan, "upper": np.nan, "note": "reste trop petit"}
    assert gap("taux_pauvrete", 36.2, np.nan, theirs=hidden)["reason"] == "référence : reste trop petit"


def test_without_a_reference_there_is_no_gap():
    alone = PAIR.assign(reference_territory=pd.Series([None], dtype="str"))
    found = gap("taux_pauvrete", 36.2, 17.2, pairs=alone)
    assert found["reason"] == "aucun territoire de comparaison"
    assert np.isnan(found["gap"])


def test_a_territory_without_any_observation_still_has_its_row():
    rows = pd.DataFrame([observation("taux_pauvrete", "999", 17.2)]).astype({"year": "Int64"})
    found = compare(rows, PAIR, {"taux_pauvrete": INDICATORS["taux_pauvrete"]})
    assert len(found) == 1
    assert found.loc[0, "reason"] == "valeur non disponible"


def test_head_counts_are_not_compared_by_a_gap():
    assert gap("population", 3800.0, 1400000.0)["reason"] == "un effectif ne se compare pas par un écart"


def test_the_bounds_of_a_partial_value_bound_the_gap():
    # between 30 and 40 against between 17 and 18: at least 30 − 18 = 12, at most 40 − 17 = 23.
    found = gap(
        "taux_pauvrete",
        35.0,
        17.5,
        mine={"lower": 30.0, "upper": 40.0},
        theirs={"lower": 17.0, "upper": 18.0},
    )
    assert (found["gap_lower"], found["gap"], found["gap_upper"]) == (12.0, 17.5, 23.0)


def test_rows_follow_the_indicators_given_then_reference_and_territory():
    names = ["taux_pauvrete", "part_cadres"]
    pairs = pd.DataFrame(
        {"territory": ["QN99902M", "QN99901M"], "reference": "commune", "reference_territory": "99901"}
    )
    rows = [observation(name, code, 20.0) for name in names for code in ("QN99901M", "QN99902M", "99901")]
    found = compare(pd.DataFrame(rows), pairs, {name: INDICATORS[name] for name in names})
    assert found["indicator"].tolist() == ["taux_pauvrete"] * 2 + ["part_cadres"] * 2
    assert found["territory"].tolist() == ["QN99901M", "QN99902M"] * 2

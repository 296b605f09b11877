"""French numbers and labels: what is read, what is printed, and the way back."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oqhs.text import (
    MINUS,
    NARROW_SPACE,
    NO_BREAK_SPACE,
    format_gap,
    format_number,
    format_value,
    listing,
    parse_numbers,
    round_half_up,
    signs_of,
    with_a,
    with_de,
)

PROPERTY = settings(max_examples=200, deadline=None, derandomize=True)

# Numbers as a French publication may print them: whole units of the last decimal shown.
shown_numbers = st.integers(0, 3).flatmap(
    lambda decimals: st.tuples(st.integers(-(10**9), 10**9), st.just(decimals))
)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1349", 1349.0),
        ("1 349", 1349.0),
        ("1\u00a0349", 1349.0),
        ("1\u202f349\u00a0€", 1349.0),
        ("178 400", 178400.0),
        ("1 234 567,8", 1234567.8),
        ("36,2", 36.2),
        ("36,2 %", 36.2),
        ("36,2%", 36.2),
        ("+ 5,5 pts", 5.5),
        ("+1,5\u00a0point", 1.5),
        ("\u22123,5", -3.5),
        ("-3,5", -3.5),
        ("  0,0  ", 0.0),
    ],
)
def test_a_cell_in_the_french_way_is_a_number(cell, value):
    read = parse_numbers([cell])
    assert read["value"].tolist() == [value]
    assert read["status"].tolist() == ["observed"]


@pytest.mark.parametrize(
    ("cell", "status"),
    [
        ("s", "secret"),
        ("c", "secret"),
        ("S", "secret"),
        ("ns", "not_significant"),
        ("nd", "not_available"),
        ("n.d.", "not_available"),
        ("", "not_available"),
        ("  ", "not_available"),
        ("-", "not_available"),
        ("so", "not_applicable"),
        ("//", "not_applicable"),
    ],
)
def test_a_code_of_the_producers_is_a_missing_value_with_its_reason_and_never_zero(cell, status):
    read = parse_numbers([cell])
    assert read["status"].tolist() == [status]
    assert read["value"].isna().all()


@pytest.mark.parametrize(
    "cell", ["1.5", "1 3499", "12 34", "0,5 km", "abc", "NA", "nan", "inf", "1e3", "--3"]
)
def test_a_cell_that_is_neither_a_number_nor_a_code_is_unreadable_and_not_guessed(cell):
    read = parse_numbers([cell])
    assert read["value"].isna().all()
    assert read["status"].isna().all()


def test_the_other_decimal_mark_is_unreadable_in_both_directions():
    assert parse_numbers(["1.5", "1,5"], ".")["value"].tolist()[0] == 1.5
    assert parse_numbers(["1,5"], ".")["status"].isna().all()
    with pytest.raises(ValueError, match="not allowed"):
        parse_numbers(["1"], ";")


def test_a_null_cell_counts_as_empty():
    assert parse_numbers(pd.Series(["2", None]))["status"].tolist() == ["observed", "not_available"]


def test_a_minus_zero_is_read_as_zero():
    assert not np.signbit(parse_numbers(["-0", "\u22120,0"])["value"]).any()


@pytest.mark.parametrize(
    ("value", "decimals", "rounded"),
    [
        (12.25, 1, 12.3),  # a tie goes up, not to the even digit 12.2
        (12.35, 1, 12.4),  # 12.35 is 12.3499999999999996 in binary: the tie is meant
        (12.249999, 1, 12.2),  # under the tie
        (4.1 * 3 - 0.05, 1, 12.3),  # 12.25 that comes out as 12.249999999999998
        (0.05, 1, 0.1),
        (0.15, 1, 0.2),
        (1.005, 2, 1.01),
        (-0.05, 1, -0.1),  # away from zero on both sides
        (-12.25, 1, -12.3),
        (0.5, 0, 1.0),
        (1.5, 0, 2.0),
        (2.5, 0, 3.0),
        (0.04, 1, 0.0),
    ],
)
def test_rounding_is_half_away_from_zero(value, decimals, rounded):
    assert float(round_half_up(value, decimals)) == rounded


def test_a_very_large_whole_number_is_left_as_it_is():
    # an income mass of 700 billion euros
    assert float(round_half_up(7e11, 0)) == 7e11
    assert float(round_half_up(7e11 + 0.4, 0)) == 7e11


def test_rounding_gives_no_negative_zero_and_leaves_missing_values():
    rounded = round_half_up(np.array([-0.04, -0.0, np.nan]), 1)
    assert rounded[:2].tolist() == [0.0, 0.0]
    assert not np.signbit(rounded[:2]).any()
    assert np.isnan(rounded[2])


@pytest.mark.parametrize(
    ("value", "decimals", "signed", "printed"),
    [
        (1349.4, 0, False, "1_349"),
        (178400, 0, False, "178_400"),
        (1234567.85, 1, False, "1_234_567,9"),
        (999.5, 0, False, "1_000"),  # the thousand is born of the rounding
        (36.16, 1, False, "36,2"),
        (-674.2, 0, False, "~674"),
        (-3.5, 1, True, "~3,5"),
        (5.5, 1, True, "+5,5"),
        (0.04, 1, True, "0,0"),
        (-0.04, 1, True, "0,0"),
        (np.nan, 1, True, ""),
    ],
)
def test_numbers_are_printed_with_narrow_spaces_a_comma_and_a_true_minus(value, decimals, signed, printed):
    expected = printed.replace("_", NARROW_SPACE).replace("~", MINUS)
    assert format_number(value, decimals, signed=signed) == expected


@pytest.mark.parametrize(
    ("gap", "unit", "decimals", "printed"),
    [
        (1.5, "percent", 1, "+1,5 point"),
        (-1.5, "percent", 1, "~1,5 point"),
        (1.94, "percent", 1, "+1,9 point"),
        (1.95, "percent", 1, "+2,0 points"),  # what is displayed is 2
        (2.0, "percent", 1, "+2,0 points"),
        (-2.0, "percent", 1, "~2,0 points"),
        (19.0, "percent", 1, "+19,0 points"),
        (0.0, "percent", 1, "0,0 point"),
        (-674.0, "eur_month", 0, "~674 €"),
        (-1674.0, "eur_month", 0, "~1_674 €"),
        (1.0, "persons", 0, "+1 habitant"),
        (np.nan, "percent", 1, ""),
    ],
)
def test_a_gap_is_in_points_or_euros_and_singular_under_two(gap, unit, decimals, printed):
    expected = printed.replace(" ", NO_BREAK_SPACE).replace("_", NARROW_SPACE).replace("~", MINUS)
    assert format_gap(gap, unit, decimals) == expected


def test_a_value_carries_its_own_unit_and_never_points():
    assert format_value(36.16, "percent", 1) == "36,2\u00a0%"
    assert format_value(1349.2, "eur_month", 0) == "1\u202f349\u00a0€"
    assert format_value(3800, "persons", 0) == "3\u202f800"
    assert format_value(np.nan, "percent", 1) == ""


@pytest.mark.parametrize(
    ("gap", "decimals", "sign"),
    [(0.05, 1, "+"), (-0.05, 1, MINUS), (0.049, 1, "="), (-0.049, 1, "="), (0.0, 1, "="), (np.nan, 1, "")],
)
def test_the_sign_is_that_of_the_displayed_gap(gap, decimals, sign):
    assert str(signs_of(gap, decimals)) == sign


@pytest.mark.parametrize(
    ("name", "at", "of"),
    [
        ("Le Kremlin-Bicêtre", "au Kremlin-Bicêtre", "du Kremlin-Bicêtre"),
        ("Les Lilas", "aux Lilas", "des Lilas"),
        ("Ivry-sur-Seine", "à Ivry-sur-Seine", "d'Ivry-sur-Seine"),
        ("Orly", "à Orly", "d'Orly"),
        ("Épinay-sur-Seine", "à Épinay-sur-Seine", "d'Épinay-sur-Seine"),
        ("L'Haÿ-les-Roses", "à L'Haÿ-les-Roses", "de L'Haÿ-les-Roses"),
        ("La Queue-en-Brie", "à La Queue-en-Brie", "de La Queue-en-Brie"),
        ("Créteil", "à Créteil", "de Créteil"),
        ("Lésigny", "à Lésigny", "de Lésigny"),  # « Les » is an article only before a space
        ("Levallois-Perret", "à Levallois-Perret", "de Levallois-Perret"),
    ],
)
def test_the_article_of_a_commune_contracts_as_in_french(name, at, of):
    assert with_a(name) == at
    assert with_de(name) == of


def test_an_enumeration_ends_with_et():
    assert listing([]) == ""
    assert listing(["Orly"]) == "Orly"
    assert listing(["Orly", "Thiais"]) == "Orly et Thiais"
    assert listing(["Orly", "Thiais", "Rungis"]) == "Orly, Thiais et Rungis"


@PROPERTY
@given(shown_numbers, st.booleans(), st.sampled_from(["", "\u00a0€", "\u00a0%", " %", "%", "\u202f€"]))
def test_what_is_printed_is_read_back(number, signed, unit):
    whole, decimals = number
    value = whole / 10**decimals
    read = parse_numbers([format_number(value, decimals, signed=signed) + unit])
    assert read["value"].tolist() == [value]
    assert read["status"].tolist() == ["observed"]


@PROPERTY
@given(shown_numbers)
def test_rounding_twice_is_rounding_once_and_mirrors_around_zero(number):
    whole, decimals = number
    value = whole / 10**decimals
    assert float(round_half_up(value, decimals)) == value
    assert float(round_half_up(-value, decimals)) == -float(round_half_up(value, decimals))


@PROPERTY
@given(st.floats(-1e6, 1e6), st.integers(0, 3))
def test_rounding_never_moves_a_value_by_more_than_half_a_unit(value, decimals):
    moved = abs(float(round_half_up(value, decimals)) - value)
    assert moved <= 0.5 * 10.0**-decimals * (1 + 1e-6) + 1e-9


@PROPERTY
@given(st.floats(-1e6, 1e6), st.integers(0, 3))
def test_the_sign_agrees_with_what_is_printed(gap, decimals):
    printed = format_number(gap, decimals, signed=True)
    first = printed[0] if printed[0] in {"+", MINUS} else "="
    assert str(signs_of(gap, decimals)) == first

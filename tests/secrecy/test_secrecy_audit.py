"""What an outsider works out: by subtraction, from a rounded rate, from whole numbers, from rings."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

from oqhs.errors import MeasureError, UnknownError
from oqhs.secrecy import audit, cross_table, protect, remainders, sensitive_cells, statements
from oqhs.text import round_half_up

#: Men and women on the RSA in two quartiers, with their totals.
TWO_BY_TWO = pd.Series(
    [3, 20, 23, 30, 40, 70, 33, 60, 93],
    pd.MultiIndex.from_product([["A", "B", "all"], ["F", "M", "T"]], names=["qpv", "sex"]),
)
MARGINS = {"qpv": {"all": ["A", "B"]}, "sex": {"T": ["F", "M"]}}


def bounds(table):
    return list(table[["lower", "upper"]].itertuples(index=False, name=None))


def rates(*rows):
    return pd.DataFrame(rows, columns=["numerator", "denominator", "percent", "decimals", "kept"])


def test_one_cell_masked_in_a_table_with_margins_is_worked_out_by_subtraction():
    told = statements(TWO_BY_TWO, cross_table(TWO_BY_TWO, MARGINS))
    naive = sensitive_cells(told, 11)
    assert list(naive) == [("A", "F")]
    # 23 in quartier A, less 20 men
    found = audit(told, naive, naive, level=11)
    assert (bounds(found), found["width"].tolist(), found["protected"].tolist()) == ([(3, 3)], [0], [False])


def test_four_cells_masked_at_the_corners_leave_an_interval():
    # x women in A: 23 − x men, 33 − x women in B, 37 + x men in B; none is negative from 0 to 23
    told = statements(TWO_BY_TWO, cross_table(TWO_BY_TWO, MARGINS))
    corners = [(quartier, sex) for quartier in "AB" for sex in "FM"]
    found = audit(told, corners, [("A", "F")], level=23)
    assert (bounds(found), found["protected"].tolist()) == ([(0, 23)], [True])
    assert not audit(told, corners, [("A", "F")], level=24)["protected"].any()


def test_a_sensitive_cell_left_in_what_is_published_is_told_as_such():
    told = statements(TWO_BY_TWO, cross_table(TWO_BY_TWO, MARGINS))
    found = audit(told, [], [("A", "F")], level=1)
    assert (bounds(found), found["method"].tolist()) == ([(3, 3)], ["published"])


def test_a_rounded_rate_beside_its_denominator_gives_the_numerator_back():
    # 3 of 365 is 0.82 %, printed 0.8 %: 0.75 to 0.85 % of 365 is 2.74 to 3.10 people, so 3
    counts = pd.Series({"rsa": 3, "base": 365, "rest": 362})
    bound = [{"base": -1, "rsa": 1, "rest": 1}]
    shown = pd.Series({"rsa": True, "base": True, "rest": False})
    out = statements(counts, bound, rates(("rsa", "base", 0.8, 1, True)), shown=shown)
    assert bounds(audit(out, ["rsa"], ["rsa"], level=5)) == [(3, 3)]
    # the rate that is not out yet goes with its numerator
    ahead = statements(counts, bound, rates(("rsa", "base", 0.8, 1, False)), shown=shown)
    assert bounds(audit(ahead, ["rsa"], ["rsa"], level=5)) == [(0, 365)]


def test_a_count_that_would_print_the_next_rate_is_not_one_of_those_that_print_this_one():
    # 20 of 200 is 10 %: 19 (9.5 %) prints 10 too, 21 (10.5 %) prints 11
    counts = pd.Series({"rsa": 20, "base": 200})
    told = statements(counts, rates=rates(("rsa", "base", 10, 0, True)))
    found = audit(told, ["rsa"], ["rsa"], level=2)
    assert (bounds(found), found["protected"].tolist()) == ([(19, 20)], [False])
    # the base goes too: a width of 2 was not there
    assert list(protect(told, ["rsa"], level=2)) == ["rsa", "base"]


@pytest.mark.parametrize("base", [200, 1000])
def test_a_kept_rate_leaves_the_counts_that_print_it_and_no_other(base):
    # ties of these bases: every odd count of 200, and 5, 15, 25… of 1000
    every = np.arange(base + 1)
    printed = round_half_up(100 * every / base, 0)
    for few in every[:: max(1, base // 20)].tolist():
        counts = pd.Series({"rsa": few, "base": base, "rest": base - few})
        told = statements(
            counts, [{"base": -1, "rsa": 1, "rest": 1}], rates(("rsa", "base", printed[few], 0, True))
        )
        same = np.flatnonzero(printed == printed[few])
        assert bounds(audit(told, ["rsa", "rest"], ["rsa"], level=2)) == [(same.min(), same.max())]


def test_a_denominator_is_worked_out_by_the_same_rounding():
    # 1 person is 13 % of 8 people only (12.5 %): 1 of 7 prints 14 and 1 of 9 prints 11
    told = statements(pd.Series({"rsa": 1, "base": 8}), rates=rates(("rsa", "base", 13, 0, True)))
    assert bounds(audit(told, ["base"], ["base"], level=2)) == [(8, 8)]
    # 12 people are 12 % of 97 to 104: 12 of 96 is 12.5 %, printed 13, and 12 of 105 is 11.43 %
    told = statements(pd.Series({"rsa": 12, "base": 100}), rates=rates(("rsa", "base", 12, 0, True)))
    assert bounds(audit(told, ["base"], ["base"], level=2)) == [(97, 104)]


def test_a_rate_printed_without_its_count_still_tells_it():
    # the count is never published; 0.8 % of 365 stays printed until the count is suppressed, rate and all
    counts = pd.Series({"rsa": 3, "base": 365})
    shown = pd.Series({"rsa": False, "base": True})
    told = statements(counts, rates=rates(("rsa", "base", 0.8, 1, False)), shown=shown)
    assert bounds(audit(told, [], ["rsa"], level=5)) == [(3, 3)]
    assert bounds(audit(told, ["rsa"], ["rsa"], level=5)) == [(0, math.inf)]
    assert list(protect(told, ["rsa"], level=5)) == ["rsa"]


def test_a_rate_goes_with_its_denominator_too():
    # 20 women are 40.0 % of the people asked: 39.95 to 40.05 % leave 49.94 to 50.06, so 50
    counts = pd.Series({"women": 20, "asked": 50})
    told = statements(counts, rates=rates(("women", "asked", 40.0, 1, True)))
    assert bounds(audit(told, ["asked"], ["asked"], level=5)) == [(50, 50)]
    told = statements(counts, rates=rates(("women", "asked", 40.0, 1, False)))
    assert bounds(audit(told, ["asked"], ["asked"], level=5)) == [(0, math.inf)]


def test_whole_numbers_tell_what_a_linear_program_calls_safe():
    # 1 of 7 is 14.3 % (an older release). The base and the rest make 13, and both counts are masked.
    # Fractions: any base from 1 to 13 has its 14.3 %. Whole people: of the bases 1 to 13 only 7 has a
    # count between 14.25 and 14.35 % of it (1 of 7; 2 would need a base of 14).
    told = statements(
        pd.Series({"rsa": 1, "base": 7, "rest": 6, "all": 13}),
        [{"all": -1, "base": 1, "rest": 1}],
        rates(("rsa", "base", 14.3, 1, True)),
    )
    rows = {"A_ub": [[100, -14.35], [-100, 14.25]], "b_ub": [0, 0], "bounds": [(0, None), (1, 13)]}
    linear = [sign * linprog([0, sign], **rows).fun for sign in (1, -1)]
    assert np.allclose(linear, [1, 13])
    found = audit(told, ["rsa", "base", "rest"], ["rsa", "base"], level=10)
    assert bounds(found) == [(1, 1), (7, 7)]
    # 14.25 % of 1 to 14.35 % of 13 is 0.14 to 1.87: of the count itself, the fractions leave only 1
    assert found["method"].tolist() == ["linear", "integer"]
    assert not found["protected"].any()


def test_whole_numbers_tell_groups_of_a_known_size():
    # 12 children in groups of 5 and groups of 7: one of each, where fractions allow 0 to 2.4 groups of 5
    told = statements(
        pd.Series({"fives": 1, "sevens": 1, "children": 12}), [{"children": -1, "fives": 5, "sevens": 7}]
    )
    found = audit(told, ["fives", "sevens"], ["fives"], level=2)
    assert (bounds(found), found["method"].tolist()) == ([(1, 1)], ["integer"])


def test_a_ring_between_the_outlines_of_2015_and_of_2024_is_worked_out_from_both():
    counts = pd.Series({"QP999001": 30, "QN99901M": 33})
    ring, bound = remainders(counts, {"ring": ("QN99901M", ["QP999001"])})
    everything = pd.concat([counts, ring])
    told = statements(everything, bound, shown=pd.Series([True, True, False], everything.index))
    assert list(sensitive_cells(told, 11)) == ["ring"]
    assert bounds(audit(told, [], ["ring"], level=11)) == [(3, 3)]
    # without the quartier of 2015: 0 to 33 people may live in the ring
    assert bounds(audit(told, ["QP999001"], ["ring"], level=11)) == [(0, 33)]
    # without that of 2024, nothing bounds the ring
    assert bounds(audit(told, ["QN99901M"], ["ring"], level=11)) == [(0, math.inf)]


def test_whole_iris_inside_a_quartier_leave_what_is_left_of_it_in_the_open():
    counts = pd.Series({"iris1": 40, "iris2": 55, "QN99901M": 100})
    rest, bound = remainders(counts, {"rest": ("QN99901M", ["iris1", "iris2"])})
    everything = pd.concat([counts, rest])
    told = statements(everything, bound, shown=pd.Series([True, True, True, False], everything.index))
    assert bounds(audit(told, [], ["rest"], level=11)) == [(5, 5)]
    # without the first IRIS, it and the rest make 45
    assert bounds(audit(told, ["iris1"], ["rest"], level=11)) == [(0, 45)]


def test_a_kept_cell_is_known_whatever_is_suppressed_now():
    kept = pd.Series(TWO_BY_TWO.index.isin([("A", "M")]), TWO_BY_TWO.index)
    told = statements(TWO_BY_TWO, cross_table(TWO_BY_TWO, MARGINS), kept=kept)
    corners = [(quartier, sex) for quartier in "AB" for sex in "FM"]
    found = audit(told, corners, [("A", "F")], level=11)
    assert (bounds(found), found["protected"].tolist()) == ([(3, 3)], [False])


def test_tables_that_nothing_binds_are_worked_out_apart():
    # two pairs that make 10 and 20; the second pair says nothing of the first
    counts = pd.Series({"a": 4, "b": 6, "ab": 10, "c": 5, "d": 15, "cd": 20})
    told = statements(counts, [{"ab": -1, "a": 1, "b": 1}, {"cd": -1, "c": 1, "d": 1}])
    found = audit(told, list("abcd"), ["c", "a"], level=5)
    assert (list(found.index), bounds(found)) == (["a", "c"], [(0, 10), (0, 20)])


def test_nothing_sensitive_makes_an_empty_audit():
    found = audit(statements(TWO_BY_TWO), [], [], level=1)
    assert found.empty
    assert list(found.columns) == ["value", "lower", "upper", "width", "method", "protected"]


@pytest.mark.parametrize("level", [0, -1, math.nan, math.inf])
def test_a_level_that_is_no_width_is_refused(level):
    with pytest.raises(MeasureError, match="the protection level is not above 0"):
        audit(statements(TWO_BY_TWO), [], [], level=level)


def test_what_is_no_cell_is_refused_by_name():
    with pytest.raises(UnknownError, match=r"1 of the suppressed cells are not cells") as error:
        audit(statements(TWO_BY_TWO), [("A", "X")], [], level=1)
    assert error.value.problems[0].found == [("A", "X")]
    with pytest.raises(UnknownError, match=r"1 of the sensitive cells are not cells"):
        audit(statements(TWO_BY_TWO), [], ["A"], level=1)

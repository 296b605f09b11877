"""What is suppressed with a sensitive cell, worked out by hand, and what cannot be protected."""

import pandas as pd
import pytest

from oqhs.errors import MeasureError, UnknownError
from oqhs.secrecy import audit, cross_table, protect, remainders, sensitive_cells, statements

CELLS = pd.MultiIndex.from_product([["A", "B", "all"], ["F", "M", "T"]], names=["qpv", "sex"])
TWO_BY_TWO = pd.Series([3, 20, 23, 30, 40, 70, 33, 60, 93], CELLS)
MARGINS = {"qpv": {"all": ["A", "B"]}, "sex": {"T": ["F", "M"]}}
#: A margin costs three times a cell inside, the total of all nine times.
DEAR = pd.Series([1.0, 1, 3, 1, 1, 3, 3, 3, 9], CELLS)


def kept(counts, *cells):
    return pd.Series([cell in cells for cell in counts.index], counts.index)


def three_levels():
    """Quartiers a and b in a commune, c and d in another one, then all of them."""
    counts = pd.Series({"a": 5, "b": 40, "C1": 45, "c": 30, "d": 40, "C2": 70, "all": 115}).rename_axis(
        "territory"
    )
    sums = {"C1": ["a", "b"], "C2": ["c", "d"], "all": ["C1", "C2"]}
    return counts, cross_table(counts, {"territory": sums})


def test_a_table_with_margins_loses_the_four_corners_and_nothing_is_recovered():
    told = statements(TWO_BY_TWO, cross_table(TWO_BY_TWO, MARGINS), weights=DEAR)
    out = protect(told, sensitive_cells(told, 11), level=11)
    assert list(out) == [("A", "F"), ("A", "M"), ("B", "F"), ("B", "M")]
    assert audit(told, out, [("A", "F")], level=11)["protected"].all()


@pytest.mark.parametrize(("dear", "gone"), [("total", "men"), ("men", "total")])
def test_one_sex_goes_with_the_cheaper_of_the_other_sex_and_of_the_total(dear, gone):
    counts = pd.Series({"women": 4, "men": 60, "total": 64})
    weights = pd.Series(1.0, counts.index)
    weights[dear] = 2
    told = statements(counts, [{"total": -1, "women": 1, "men": 1}], weights=weights)
    assert list(protect(told, ["women"], level=11)) == ["women", gone]


def test_the_other_quartier_of_the_commune_goes_first():
    counts, sums = three_levels()
    assert list(protect(statements(counts, sums), ["a"], level=11)) == ["a", "b"]


def test_the_commune_goes_with_all_quartiers_when_the_other_quartier_is_out_already():
    # a moves with C1 alone, C1 with all, or with C2 and one of c and d: two cells against three
    counts, sums = three_levels()
    told = statements(counts, sums, kept=kept(counts, "b"))
    assert list(protect(told, ["a"], level=11)) == ["a", "C1", "all"]


def test_the_other_commune_and_one_of_its_quartiers_go_when_the_total_is_out_too():
    # d costs twice c; a = C1 − 40 = 75 − C2 = 35 − c is between 0 and 35
    counts, sums = three_levels()
    weights = pd.Series(1.0, counts.index)
    weights["d"] = 2
    told = statements(counts, sums, kept=kept(counts, "b", "all"), weights=weights)
    out = protect(told, ["a"], level=11)
    assert list(out) == ["a", "C1", "c", "C2"]
    found = audit(told, out, ["a"], level=11).iloc[0]
    assert (found["lower"], found["upper"]) == (0, 35)


def test_of_two_outlines_the_one_that_is_not_out_yet_goes():
    counts = pd.Series({"QP999001": 30, "QN99901M": 33})
    ring, bound = remainders(counts, {"ring": ("QN99901M", ["QP999001"])})
    everything = pd.concat([counts, ring])
    shown = pd.Series([True, True, False], everything.index)
    told = statements(everything, bound, shown=shown, kept=kept(everything, "QP999001"))
    # the ring is nowhere in print: to suppress it costs nothing
    assert list(protect(told, ["ring"], level=11)) == ["QN99901M", "ring"]


def test_an_iris_goes_when_it_would_tell_the_rest_of_a_quartier():
    counts = pd.Series({"iris1": 40, "iris2": 55, "QN99901M": 100})
    rest, bound = remainders(counts, {"rest": ("QN99901M", ["iris1", "iris2"])})
    everything = pd.concat([counts, rest])
    told = statements(
        everything,
        bound,
        shown=pd.Series([True, True, True, False], everything.index),
        kept=kept(everything, "QN99901M"),
        weights=pd.Series([2.0, 1, 5, 1], everything.index),
    )
    assert list(protect(told, ["rest"], level=11)) == ["iris2", "rest"]


@pytest.mark.parametrize(("part", "other"), [(40, 0), (0, 40)])
def test_everybody_or_nobody_is_protected_with_the_cell_beside(part, other):
    # 100 % or 0 % of 40 people: the base is out, so the count and its complement both go: 0 to 40
    counts = pd.Series({"trait": part, "base": 40})
    complement, bound = remainders(counts, {"without": ("base", ["trait"])})
    assert complement.to_dict() == {"without": other}
    everything = pd.concat([counts, complement])
    told = statements(everything, bound, kept=kept(everything, "base"))
    secret = sensitive_cells(told, 11, unanimous=[("trait", "base")])
    assert list(secret) == ["trait"]
    out = protect(told, secret, level=11)
    assert list(out) == ["trait", "without"]
    found = audit(told, out, secret, level=11).iloc[0]
    assert (found["lower"], found["upper"]) == (0, 40)


def test_what_protects_one_cell_serves_the_next_and_is_not_paid_twice():
    # women under 11 in both quartiers: they hide one another in their column, the men do in each row
    counts = pd.Series([3, 20, 23, 9, 40, 49, 12, 60, 72], CELLS)
    told = statements(counts, cross_table(counts, MARGINS), weights=DEAR)
    out = protect(told, sensitive_cells(told, 11), level=11)
    assert list(out) == [("A", "F"), ("A", "M"), ("B", "F"), ("B", "M")]


def test_two_dates_that_share_a_cell_are_protected_together():
    # the first edition told A and the total; the second adds B, that would give C = 50 − 20 − 26
    counts = pd.Series({"A": 20, "B": 26, "C": 4, "all": 50})
    told = statements(counts, [{"all": -1, "A": 1, "B": 1, "C": 1}], kept=kept(counts, "A", "all"))
    assert list(protect(told, ["C"], level=11)) == ["B", "C"]


def test_a_printed_rate_that_is_out_shuts_the_way_of_its_cells():
    # 20 of 80 people are 25.0 %, already printed: 24.95 to 25.05 % of 80 is 20 and nothing else
    counts = pd.Series({"women": 4, "men": 20, "total": 24, "base": 80})
    rates = pd.DataFrame(
        {"numerator": ["men"], "denominator": ["base"], "percent": [25.0], "decimals": [1], "kept": [True]}
    )
    told = statements(counts, [{"total": -1, "women": 1, "men": 1}], rates, kept=kept(counts, "base"))
    assert list(protect(told, ["women"], level=11)) == ["women", "total"]
    shut = statements(
        counts, [{"total": -1, "women": 1, "men": 1}], rates, kept=kept(counts, "base", "total")
    )
    with pytest.raises(MeasureError, match="the sensitive cell 'women' cannot be protected"):
        protect(shut, ["women"], level=11)


def test_the_pattern_is_of_whole_people():
    # fives and sevens alone allow 0 to 2.4 groups of 5, but one whole table only: the children go as well
    counts = pd.Series({"fives": 1, "sevens": 1, "children": 12})
    told = statements(
        counts, [{"children": -1, "fives": 5, "sevens": 7}], weights=pd.Series([1.0, 1, 9], counts.index)
    )
    out = protect(told, ["fives"], level=2)
    assert "children" in out
    assert audit(told, out, ["fives"], level=2)["protected"].all()


def test_what_cannot_be_protected_is_told_cell_by_cell_with_what_is_left_to_know():
    # all margins are out: 3 women and 20 men in A are at most 23, and a width of 24 is out of reach
    margins = [cell for cell in CELLS if "all" in cell or "T" in cell]
    told = statements(TWO_BY_TWO, cross_table(TWO_BY_TWO, MARGINS), kept=kept(TWO_BY_TWO, *margins))
    with pytest.raises(MeasureError) as error:
        protect(told, [("A", "F"), ("B", "F")], level=24)
    assert [problem.what for problem in error.value.problems] == [
        "the sensitive cell ('A', 'F') cannot be protected",
        "the sensitive cell ('B', 'F') cannot be protected",
    ]
    assert error.value.problems[0].found == "0 to 23 for 3, when all that can go is gone"
    assert error.value.problems[0].allowed == "an interval 24 wide"


def test_a_sensitive_cell_that_is_out_already_is_refused():
    told = statements(TWO_BY_TWO, kept=kept(TWO_BY_TWO, ("A", "F")))
    with pytest.raises(MeasureError, match=r"the sensitive cell \('A', 'F'\) is kept") as error:
        protect(told, [("A", "F")], level=11)
    assert error.value.problems[0].todo == "withdraw the release that tells it"


def test_what_is_no_cell_cannot_be_protected():
    with pytest.raises(UnknownError, match="1 of the sensitive cells are not cells"):
        protect(statements(TWO_BY_TWO), ["A"], level=11)


def test_nothing_sensitive_needs_nothing():
    assert list(protect(statements(TWO_BY_TWO), [], level=11)) == []


def test_a_level_with_a_fraction_is_reached_by_whole_people():
    # 2 and 1 make 3: an interval of 0 to 3 is 3 wide, so 2.5 is reached, and 3.5 takes the total
    counts = pd.Series({"women": 2, "men": 1, "total": 3})
    told = statements(
        counts, [{"total": -1, "women": 1, "men": 1}], weights=pd.Series([1.0, 1, 5], counts.index)
    )
    assert list(protect(told, ["women"], level=2.5)) == ["women", "men"]
    assert "total" in protect(told, ["women"], level=3.5)


def test_tables_apart_are_protected_apart_and_all_that_cannot_be_are_told():
    # each pair makes its total, which is out: 3 and 5 make 8, under 11, in the first and in the third
    counts = pd.Series({"a": 3, "b": 5, "ab": 8, "c": 4, "d": 20, "cd": 24, "e": 1, "f": 6, "ef": 7})
    bound = [{total: -1, **dict.fromkeys(total, 1)} for total in ("ab", "cd", "ef")]
    told = statements(counts, bound, kept=kept(counts, "ab", "cd", "ef"))
    assert list(protect(told, ["c"], level=11)) == ["c", "d"]
    with pytest.raises(MeasureError) as error:
        protect(told, ["a", "c", "e"], level=11)
    assert [problem.what for problem in error.value.problems] == [
        "the sensitive cell 'a' cannot be protected",
        "the sensitive cell 'e' cannot be protected",
    ]
    assert [problem.found for problem in error.value.problems] == [
        "0 to 8 for 3, when all that can go is gone",
        "0 to 7 for 1, when all that can go is gone",
    ]

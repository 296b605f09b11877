"""What is told together: what it holds, and what is refused because it does not hold together."""

import numpy as np
import pandas as pd
import pytest

from oqhs.errors import MeasureError, UnknownError
from oqhs.secrecy import cross_table, remainders, statements

COUNTS = pd.Series({"women": 4, "men": 9, "all": 13})
SUM = {"all": -1, "women": 1, "men": 1}
#: 4 of 13 is 30.77 %.
RATE = {"numerator": "women", "denominator": "all", "percent": 30.8, "decimals": 1, "kept": False}


def rate(**changed):
    return pd.DataFrame([RATE | changed])


def problem_of(error):
    (problem,) = error.value.problems
    return problem


def test_every_cell_is_shown_and_none_is_kept_unless_said():
    told = statements(COUNTS, [SUM])
    assert told.shown.all()
    assert not told.kept.any()
    assert (told.weights == 1).all()
    assert told.rates.empty
    assert told.relations.toarray().tolist() == [[1, 1, -1]]


def test_what_is_said_of_cells_is_put_in_their_order():
    weights = pd.Series({"all": 3.0, "men": 2.0, "women": 1.0})
    kept = pd.Series({"all": True, "women": False, "men": False})
    told = statements(COUNTS, [SUM], kept=kept, weights=weights)
    assert told.weights.tolist() == [1, 2, 3]
    assert told.kept.tolist() == [False, False, True]


def test_what_is_given_is_left_as_it_was():
    counts, rates, kept = COUNTS.astype(float), rate(), pd.Series(False, COUNTS.index)
    before = counts.copy(), rates.copy(), kept.copy()
    told = statements(counts, [SUM], rates, kept=kept)
    told.values.iloc[0] = 99
    pd.testing.assert_series_equal(counts, before[0])
    pd.testing.assert_frame_equal(rates, before[1])
    pd.testing.assert_series_equal(kept, before[2])


@pytest.mark.parametrize("count", [np.nan, -1.0, 2.5, np.inf])
def test_a_count_that_is_none_is_refused_with_its_cell(count):
    with pytest.raises(MeasureError, match="the count of 'men' cannot be protected") as error:
        statements(pd.Series({"women": 4.0, "men": count}))
    problem = problem_of(error)
    assert (problem.found, problem.allowed) == (str(count), "a whole number, 0 or more")


def test_a_cell_that_stands_twice_is_refused():
    with pytest.raises(MeasureError, match="cells stand twice") as error:
        statements(pd.Series([1, 2], ["women", "women"]))
    assert problem_of(error).found == ["women"]


def test_a_relation_that_does_not_hold_names_its_cells_and_their_counts():
    with pytest.raises(MeasureError, match="a relation does not hold over the true counts") as error:
        statements(COUNTS, [SUM, {"women": 2, "men": -1}])
    assert problem_of(error).found == "women 4 × 2, men 9 × -1: sum -1"


def test_all_relations_that_do_not_hold_are_told_at_once():
    with pytest.raises(MeasureError) as error:
        statements(COUNTS, [{"women": 1, "men": -1}, SUM, {"all": 1, "men": -1}])
    assert len(error.value.problems) == 2


def test_a_relation_of_something_else_is_refused():
    with pytest.raises(UnknownError, match="1 of the relations are not cells") as error:
        statements(COUNTS, [{"all": -1, "children": 1}])
    assert problem_of(error).found == ["children"]


def test_a_coefficient_that_is_no_number_is_refused():
    with pytest.raises(MeasureError, match="a coefficient of a relation is not a number"):
        statements(COUNTS, [{"all": np.nan, "women": 1}])


@pytest.mark.parametrize("name", ["shown", "kept", "weights"])
@pytest.mark.parametrize(
    ("index", "values"),
    [
        (["women", "men"], [1, 1]),
        (["women", "men", "all", "x"], [1, 1, 1, 1]),
        (["women", "men", "all"], [1, 1, None]),
    ],
)
def test_what_does_not_say_one_thing_of_every_cell_is_refused(name, index, values):
    with pytest.raises(MeasureError, match=f"{name} must say one thing of every cell"):
        statements(COUNTS, [SUM], **{name: pd.Series(values, index)})


def test_a_flag_that_is_neither_true_nor_false_is_refused():
    with pytest.raises(MeasureError, match="kept is not true or false") as error:
        statements(COUNTS, [SUM], kept=pd.Series(["oui", "non", "non"], COUNTS.index))
    assert problem_of(error).found == ["oui", "non"]


@pytest.mark.parametrize("weight", [0, -1, np.inf])
def test_a_cell_that_costs_nothing_is_refused(weight):
    with pytest.raises(MeasureError, match="losing a cell must cost something") as error:
        statements(COUNTS, [SUM], weights=pd.Series([1.0, weight, 1.0], COUNTS.index))
    assert problem_of(error).found == {"men": weight}


def test_a_cell_that_is_out_and_that_nobody_shows_is_refused():
    kept = pd.Series([True, False, False], COUNTS.index)
    with pytest.raises(MeasureError, match="cells are kept and not shown") as error:
        statements(COUNTS, [SUM], kept=kept, shown=~kept)
    assert problem_of(error).found == ["women"]


@pytest.mark.parametrize(
    ("changed", "why", "found"),
    [
        ({"percent": 31.8}, "is not that of the true counts", "31.8 % with 1 decimals, for 4 of 13"),
        ({"percent": 30.77}, "has more decimals than are printed", "30.77 % with 1 decimals, for 4 of 13"),
        ({"decimals": -1}, "has no number of decimals", "30.8 % with -1 decimals, for 4 of 13"),
        ({"denominator": "women"}, "is the rate of a cell in itself", "30.8 % with 1 decimals, for 4 of 4"),
        ({"denominator": "nobody"}, "is a part of nobody", "30.8 % with 1 decimals, for 4 of 0"),
    ],
)
def test_a_rate_that_cannot_be_printed_is_refused(changed, why, found):
    counts = pd.concat([COUNTS, pd.Series({"nobody": 0})])
    with pytest.raises(MeasureError, match=why) as error:
        statements(counts, [SUM], rate(**changed))
    assert problem_of(error).found == found


def test_a_tie_is_printed_upwards_and_no_other_way():
    # 249 of 2000 is 12.45 %: half a unit away from both
    counts = pd.Series({"few": 249, "base": 2000})
    told = statements(counts, rates=rate(numerator="few", denominator="base", percent=12.5))
    assert told.rates["percent"].tolist() == [12.5]
    with pytest.raises(MeasureError, match="is not that of the true counts") as error:
        statements(counts, rates=rate(numerator="few", denominator="base", percent=12.4))
    assert problem_of(error).found == "12.4 % with 1 decimals, for 249 of 2000"
    assert "rounded half up" in problem_of(error).allowed


def test_a_table_of_rates_without_all_its_columns_is_refused():
    with pytest.raises(MeasureError, match="the table of rates is not complete") as error:
        statements(COUNTS, [SUM], rate().drop(columns="decimals"))
    assert problem_of(error).found == "columns missing: ['decimals']"
    with pytest.raises(MeasureError, match="the table of rates is not complete") as error:
        statements(COUNTS, [SUM], rate(percent=np.nan))
    assert problem_of(error).found == "missing values"


def test_a_rate_of_something_else_is_refused():
    with pytest.raises(UnknownError, match="1 of the rates, denominators are not cells"):
        statements(COUNTS, [SUM], rate(denominator="children"))


# --- relations of tables and of what remains


def test_a_table_with_margins_gives_the_sum_of_each_row_and_of_each_column():
    index = pd.MultiIndex.from_product([["A", "B", "all"], ["F", "M", "T"]], names=["qpv", "sex"])
    found = cross_table(pd.Series(0, index), {"sex": {"T": ["F", "M"]}})
    assert found == [{(row, "T"): -1, (row, "F"): 1, (row, "M"): 1} for row in ("A", "B", "all")]
    assert len(cross_table(pd.Series(0, index), {"sex": {"T": ["F", "M"]}, "qpv": {"all": ["A", "B"]}})) == 6


def test_three_levels_of_territories_bind_each_total_to_the_parts_under_it():
    counts = pd.Series(0, pd.Index(["a", "b", "C", "D", "all"], name="territory"))
    found = cross_table(counts, {"territory": {"C": ["a", "b"], "all": ["C", "D"]}})
    assert found == [{"C": -1, "a": 1, "b": 1}, {"all": -1, "C": 1, "D": 1}]


def test_a_total_binds_nothing_where_none_of_its_parts_is_a_cell_or_where_it_is_none():
    # the sexes are known in A only; nobody told the total of B
    cells = [("A", "F"), ("A", "M"), ("A", "T"), ("all", "T"), ("B", "F"), ("B", "M")]
    index = pd.MultiIndex.from_tuples(cells, names=["qpv", "sex"])
    found = cross_table(pd.Series(0, index), {"sex": {"T": ["F", "M"]}})
    assert found == [{("A", "T"): -1, ("A", "F"): 1, ("A", "M"): 1}]


def test_a_total_with_only_some_of_its_parts_is_refused_a_missing_cell_being_no_zero():
    index = pd.MultiIndex.from_tuples([("A", "F"), ("A", "T"), ("B", "M")], names=["qpv", "sex"])
    with pytest.raises(MeasureError, match="'T' is there without all its parts") as error:
        cross_table(pd.Series(0, index), {"sex": {"T": ["F", "M"]}})
    assert problem_of(error).found == "beside 'A', no cell for ['M']"


@pytest.mark.parametrize("parts", [["A", "Z"], [], ["A", "A"], ["A", "all"]])
def test_parts_that_are_none_are_refused(parts):
    counts = pd.Series(0, pd.Index(["A", "B", "all"], name="qpv"))
    with pytest.raises(MeasureError, match="the parts of 'all' are not labels of cells"):
        cross_table(counts, {"qpv": {"all": parts}})


def test_a_hierarchy_of_no_level_is_refused():
    with pytest.raises(MeasureError, match="a hierarchy names no level") as error:
        cross_table(pd.Series(0, pd.Index(["A"], name="qpv")), {"sex": {"T": ["F"]}})
    assert problem_of(error).allowed == "['qpv']"


def test_what_remains_of_a_commune_without_its_quartiers_is_a_cell_with_its_relation():
    index = pd.MultiIndex.from_tuples([("A", "F"), ("B", "F"), ("C", "F")], names=["territory", "sex"])
    counts = pd.Series([10, 25, 90], index)
    rest, bound = remainders(counts, {("hors QPV", "F"): (("C", "F"), [("A", "F"), ("B", "F")])})
    assert rest.to_dict() == {("hors QPV", "F"): 55}
    assert rest.index.names == ["territory", "sex"]
    everything = pd.concat([counts, rest])
    assert statements(everything, bound).relations.shape == (1, 4)


def test_parts_that_hold_more_than_the_whole_are_refused():
    with pytest.raises(MeasureError, match="'ring' cannot be what remains of 'new'") as error:
        remainders(pd.Series({"old": 30, "new": 20}), {"ring": ("new", ["old"])})
    assert problem_of(error).found == "20 less [30]"


def test_what_remains_cannot_bear_the_name_of_a_cell_nor_be_of_something_else():
    counts = pd.Series({"old": 30, "new": 40})
    with pytest.raises(MeasureError, match="'old' cannot be what remains of 'new'"):
        remainders(counts, {"old": ("new", ["old"])})
    with pytest.raises(UnknownError, match="what remains in 'ring' is of unknown cells"):
        remainders(counts, {"ring": ("new", ["older"])})

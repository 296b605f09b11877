"""Which counts are secret by themselves."""

import numpy as np
import pandas as pd
import pytest

from oqhs.errors import MeasureError, UnknownError
from oqhs.secrecy import sensitive_cells, statements


def test_a_count_of_1_to_10_is_secret_and_neither_0_nor_11_is():
    told = statements(pd.Series([0, 1, 10, 11], list("abcd")))
    assert list(sensitive_cells(told, 11)) == ["b", "c"]


def test_each_source_has_its_threshold_and_0_makes_no_secret():
    told = statements(pd.Series({"rsa": 4, "school": 4, "insee": 4}))
    assert list(sensitive_cells(told, pd.Series({"insee": 0, "school": 5, "rsa": 3}))) == ["school"]


def test_a_cell_that_nobody_shows_is_secret_all_the_same():
    counts = pd.Series({"ring": 3, "quartier": 30})
    told = statements(counts, shown=pd.Series({"ring": False, "quartier": True}))
    assert list(sensitive_cells(told, 11)) == ["ring"]


def test_everybody_or_nobody_is_secret_however_many_and_an_empty_base_tells_nothing():
    told = statements(
        pd.Series({"all of them": 40, "none": 0, "some": 20, "nobody": 0, "base": 40, "empty": 0})
    )
    pairs = [("all of them", "base"), ("none", "base"), ("some", "base"), ("nobody", "empty")]
    assert list(sensitive_cells(told, 11, unanimous=pairs)) == ["all of them", "none"]


def test_secret_cells_come_in_the_order_of_the_cells():
    told = statements(pd.Series({"z": 1, "a": 2, "m": 0, "base": 30}))
    assert list(sensitive_cells(told, 11, unanimous=[("m", "base")])) == ["z", "a", "m"]


def test_a_part_larger_than_its_base_is_refused():
    told = statements(pd.Series({"part": 41, "base": 40}))
    with pytest.raises(MeasureError, match="the part 'part' is larger than its base 'base'") as error:
        sensitive_cells(told, 11, unanimous=[("part", "base")])
    assert error.value.problems[0].found == "41 of 40"


def test_a_pair_of_something_else_is_refused():
    with pytest.raises(UnknownError, match="1 of the bases are not cells"):
        sensitive_cells(statements(pd.Series({"part": 41})), 11, unanimous=[("part", "base")])


@pytest.mark.parametrize("threshold", [-1, np.nan, pd.Series({"a": 11.0, "b": np.nan})])
def test_a_threshold_that_is_missing_or_negative_is_refused(threshold):
    with pytest.raises(MeasureError, match="a threshold is missing or negative"):
        sensitive_cells(statements(pd.Series({"a": 1, "b": 2})), threshold)


def test_thresholds_that_leave_a_cell_out_are_refused():
    with pytest.raises(MeasureError, match="the thresholds do not say something of each cell") as error:
        sensitive_cells(statements(pd.Series({"a": 1, "b": 2})), pd.Series({"a": 11}))
    assert error.value.problems[0].found == ["b"]

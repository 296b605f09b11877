"""An error says what, where, what was found, what is allowed and what to do."""

import pickle
from pathlib import Path

import pytest

from oqhs import errors
from oqhs.errors import DataError, OqhsError, Problem

BUILTINS = {
    "DataError": ValueError,
    "LayoutError": ValueError,
    "ChecksumError": ValueError,
    "CatalogueError": ValueError,
    "CRSError": ValueError,
    "MeasureError": ValueError,
    "UnknownError": LookupError,
}


@pytest.mark.parametrize("name", BUILTINS)
def test_every_error_is_one_of_ours_and_the_builtin_a_caller_expects(name):
    error = getattr(errors, name)
    assert issubclass(error, OqhsError)
    assert issubclass(error, BUILTINS[name])


def test_a_layout_or_a_checksum_is_wrong_data():
    assert issubclass(errors.LayoutError, DataError)
    assert issubclass(errors.ChecksumError, DataError)


def test_the_text_of_a_problem_is_whole():
    problem = Problem("not a number", Path("a.csv"), 3, "TX", "abc", "a number", "ask the producer")
    assert str(problem).splitlines() == [
        "a.csv, line 3, column 'TX': not a number",
        "  found: 'abc'",
        "  allowed: a number",
        "  to do: ask the producer",
    ]


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({}, "wrong"),
        ({"file": "a.csv"}, "a.csv: wrong"),
        ({"line": 2}, "line 2: wrong"),
        ({"file": "a.csv", "column": "TX"}, "a.csv, column 'TX': wrong"),
        ({"file": "a.xlsx", "sheet": "QP", "line": 3}, "a.xlsx, sheet 'QP', line 3: wrong"),
        ({"sheet": "QP", "column": "TX"}, "sheet 'QP', column 'TX': wrong"),
        ({"found": ""}, "wrong\n  found: ''"),
        ({"found": 0}, "wrong\n  found: 0"),
    ],
)
def test_what_is_not_known_of_a_problem_is_not_shown(fields, text):
    assert str(Problem("wrong", **fields)) == text
    assert str(DataError("wrong", **fields)) == text


def test_an_error_carries_its_problem():
    error = DataError("wrong", file="a.csv", line=2, column="TX", found=1, allowed="2", todo="3")
    assert error.problems == (Problem("wrong", "a.csv", 2, "TX", 1, "2", "3"),)


def test_an_error_tells_the_sheet_of_a_workbook():
    error = DataError("wrong", file="a.xlsx", sheet="QP", line=3, column="TX")
    assert error.problems[0].sheet == "QP"
    assert str(error) == "a.xlsx, sheet 'QP', line 3, column 'TX': wrong"


def test_problems_gathered_are_one_error_in_their_order():
    problems = [Problem(f"wrong {i}", line=i) for i in (3, 1, 2)]
    error = DataError.gather(iter(problems))
    assert type(error) is DataError
    assert error.problems == tuple(problems)
    assert str(error) == "line 3: wrong 3\nline 1: wrong 1\nline 2: wrong 2"


@pytest.mark.parametrize(("number", "last"), [(20, "wrong 19"), (21, "… and 1 more problems of 21")])
def test_the_text_shows_twenty_problems_and_counts_the_others(number, last):
    error = DataError.gather(Problem(f"wrong {i}") for i in range(number))
    assert len(error.problems) == number
    assert str(error).splitlines()[-1] == last


def test_an_error_goes_through_pickle_with_its_problems():
    # Readings may be made in other processes.
    error = DataError.gather([Problem("a", line=1), Problem("b", line=2)])
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert (copy.problems, str(copy)) == (error.problems, str(error))

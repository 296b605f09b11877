"""Which territory lies in which, and how many persons of it live there."""

import math

import pytest

from oqhs import sources
from oqhs.errors import CatalogueError, DataError

COLUMNS = {"territory": "QPV", "parent": "COM", "parent_name": "LIB", "population": "POP"}
ROWS = "QPV;COM;LIB;POP;REM\nQN09401M;94004; Boissy ;1 200;a\nqn09401m;94044;NA;300;b\nQN09402M;94028;;nd;c\n"


@pytest.fixture
def members(write, carded):
    """Write a table of memberships and its card."""

    def _members(content=ROWS, columns=COLUMNS):
        return carded(write(content), layout="memberships", memberships=columns)

    return _members


def test_memberships_are_read_with_names_and_persons(members):
    reading = sources.load(members())
    frame = reading.frame
    assert list(frame.columns) == ["territory", "parent", "parent_name", "population"]
    assert frame["territory"].tolist() == ["QN09401M", "QN09401M", "QN09402M"]
    assert frame["parent"].tolist() == ["94004", "94044", "94028"]
    assert frame["parent_name"].tolist() == ["Boissy", "NA", ""]
    assert frame["population"].tolist()[:2] == [1200.0, 300.0]
    assert math.isnan(frame["population"].iloc[2])
    assert (reading.territories, reading.unmapped) == (2, ("REM",))


def test_names_and_persons_are_optional(members):
    frame = sources.read(
        members(columns={"territory": "COM", "parent": "EPT"}, content="COM;EPT\n94028;T11\n")
    )
    assert frame[["territory", "parent", "parent_name"]].to_numpy().tolist() == [["94028", "T11", ""]]
    assert frame["population"].isna().all()


def test_a_card_without_the_two_columns_is_refused(members, refused):
    (problem,) = refused(CatalogueError, sources.read, members(columns=None))
    assert problem.what == "layout `memberships` needs the columns of the two codes"
    assert (problem.file.name, problem.column) == ("table.csv.card.yaml", "memberships")
    assert problem.allowed.startswith("territory, parent")


def test_a_column_the_file_does_not_have_is_told(members, refused):
    path = members(columns=COLUMNS | {"population": "HAB"})
    (problem,) = refused(DataError, sources.read, path)
    assert problem.what == "the card names a column the file does not have"
    assert (problem.file, problem.column, problem.allowed) == (path, "HAB", "QPV, COM, LIB, POP, REM")


def test_a_bad_code_is_told_on_both_sides(members, refused):
    path = members("QPV;COM;LIB;POP\nQN09401;94004;a;1\nQN09402M;1053;b;2\n")
    problems = refused(DataError, sources.read, path)
    assert {problem.what for problem in problems} == {"this is not the code of a territory"}
    assert [(problem.line, problem.found) for problem in problems] == [(2, "QN09401"), (3, "1053")]
    assert "5 characters (commune)" in problems[0].allowed


def test_the_column_of_a_bad_code_is_the_one_of_the_file(members, refused):
    path = members("QPV;COM;LIB;POP\nQN09401;94004;a;1\nQN09402M;1053;b;2\n")
    assert [problem.column for problem in refused(DataError, sources.read, path)] == ["QPV", "COM"]


def test_a_pair_that_stands_twice_is_told_at_its_second_line(members, refused):
    path = members("QPV;COM;LIB;POP\nQN09401M;94004;a;1\nqn09401m ;94004;a;1\n")
    (problem,) = refused(DataError, sources.read, path)
    assert (problem.what, problem.file, problem.line) == ("this pair stands twice", path, 3)
    assert (problem.column, problem.found) == ("QPV", "QN09401M")


@pytest.mark.parametrize("cell", ["-3", "beaucoup", "12.5"])
def test_a_population_that_is_not_a_number_of_persons_is_told(members, refused, cell):
    path = members(f"QPV;COM;LIB;POP\nQN09401M;94004;a;{cell}\n")
    (problem,) = refused(DataError, sources.read, path)
    assert (problem.what, problem.file, problem.line) == ("this is not a number of persons", path, 2)
    assert (problem.column, problem.found) == ("POP", cell)
    assert problem.allowed == "a number from 0, or empty when unknown"


def test_every_problem_is_told_at_once(members, refused):
    path = members("QPV;COM;LIB;POP\nXX;94004;a;1\nQN09401M;94004;a;-1\nQN09401M;94004;a;1\n")
    lines = sorted(problem.line for problem in refused(DataError, sources.read, path))
    assert lines == [2, 3, 4]

"""A table of another origin is read by the mapping of its card, and by nothing else."""

import math

import pandas as pd
import pytest

from oqhs import sources
from oqhs.errors import CatalogueError, DataError, LayoutError

MAPPING = {"key": "CODE", "columns": {"POP": "population", "TX": "taux_pauvrete_60"}}
ROWS = "CODE;NOM;POP;TX\nQN09401M;NA;3 120;38,1\nQN09402M;Les Bleuets;s;\n"


@pytest.fixture
def mapped(write, carded):
    """Write a table and its card; keys replace those of the card."""

    def _mapped(content=ROWS, name="table.csv", **keys):
        return carded(write(content, name=name), **({"mapping": MAPPING, "year": 2020} | keys))

    return _mapped


@pytest.fixture
def parquet(tmp_path, carded):
    """Write a Parquet table and its card."""

    def _parquet(columns, **keys):
        path = tmp_path / "table.parquet"
        pd.DataFrame(columns).to_parquet(path)
        return carded(path, **({"mapping": MAPPING, "year": 2020} | keys))

    return _parquet


def test_a_mapped_table_gives_measurements(mapped, values, statuses):
    path = mapped()
    reading = sources.load(path)
    assert (reading.layout, reading.territories, reading.unmapped) == ("mapped", 2, ("NOM",))
    assert values(path, "population")["QN09401M"] == 3120.0
    assert statuses(path, "population")["QN09402M"] == "secret"
    assert statuses(path, "taux_pauvrete_60")["QN09402M"] == "not_available"


def test_a_decimal_point_is_read_when_the_card_says_so(mapped, values):
    path = mapped("CODE;POP;TX\nQN09401M;3120.5;38.1\n", mapping=MAPPING | {"decimal": "."})
    assert values(path, "taux_pauvrete_60") == {"QN09401M": 38.1}


@pytest.mark.parametrize(("decimal", "cell"), [(",", "38.1"), (".", "38,1")])
def test_the_other_decimal_mark_is_not_guessed(mapped, refused, decimal, cell):
    path = mapped(f"CODE;POP;TX\nQN09401M;3120;{cell}\n", mapping=MAPPING | {"decimal": decimal})
    (problem,) = refused(DataError, sources.read, path)
    assert (problem.what, problem.file, problem.line) == ("this is not a number", path, 2)
    assert (problem.column, problem.found) == ("TX", cell)
    assert problem.allowed.startswith(f"a number with decimal mark {decimal!r}")


def test_a_card_without_a_mapping_is_refused(mapped, refused):
    path = mapped(mapping=None)
    (problem,) = refused(CatalogueError, sources.read, path)
    assert (problem.what, problem.column) == ("layout `mapped` needs a mapping", "mapping")
    assert problem.file.name == "table.csv.card.yaml"


def test_every_mapped_column_that_is_absent_is_told_with_those_there_are(mapped, refused):
    path = mapped("CODE;NOM\nQN09401M;a\n")
    problems = refused(DataError, sources.read, path)
    assert [problem.column for problem in problems] == ["POP", "TX"]
    assert {problem.what for problem in problems} == {"the card maps a column the file does not have"}
    assert {(problem.file, problem.allowed) for problem in problems} == {(path, "CODE, NOM")}
    assert problems[0].todo == "correct the mapping of the card"


def test_a_variable_nobody_knows_is_told_where_the_card_names_it(mapped, refused):
    path = mapped(mapping={"key": "CODE", "columns": {"POP": "populaton"}})
    (problem,) = refused(CatalogueError, sources.read, path)
    assert problem.what == "the card maps a column to a variable the catalogue does not hold"
    assert problem.file.name == "table.csv.card.yaml"
    assert (problem.column, problem.found) == ("mapping.columns.POP", "populaton")
    assert "population" in problem.allowed.split(", ")


def test_a_column_without_a_year_is_told(mapped, refused):
    path = mapped(year=None)
    (problem,) = refused(DataError, sources.read, path)
    assert problem.what == "nothing says of which year this column is"
    assert (problem.file, problem.column) == (path, "POP")
    assert "a year in the card" in problem.allowed


def test_a_column_may_have_a_year_of_its_own(mapped):
    columns = {"POP": {"variable": "population", "year": 2017}, "TX": "taux_pauvrete_60"}
    frame = sources.read(mapped(mapping={"key": "CODE", "columns": columns}))
    years = frame.groupby("variable", observed=True)["year"].unique()
    assert years["population"].tolist() == [2017]
    assert years["taux_pauvrete_60"].tolist() == [2020]


def test_one_variable_may_stand_in_two_columns_of_two_years(mapped):
    columns = {
        "P16_POP": {"variable": "population", "year": 2016},
        "P22_POP": {"variable": "population", "year": 2022},
    }
    path = mapped("CODE;P16_POP;P22_POP\nQN09401M;3000;3120\n", mapping={"key": "CODE", "columns": columns})
    frame = sources.read(path)
    assert dict(zip(frame["year"], frame["value"], strict=True)) == {2016: 3000.0, 2022: 3120.0}


def test_one_variable_in_two_columns_of_one_year_is_refused(mapped, refused):
    path = mapped(mapping={"key": "CODE", "columns": {"POP": "population", "TX": "population"}})
    (problem, *_) = refused(CatalogueError, sources.read, path)
    assert problem.found == "population"


def test_the_rate_of_an_indicator_may_be_mapped_under_its_id(mapped, values):
    path = mapped(mapping={"key": "CODE", "columns": {"TX": "taux_chomage_15_64"}})
    assert values(path, "taux_chomage_15_64")["QN09401M"] == 38.1


def test_rows_of_one_territory_that_agree_are_one_territory(mapped, values):
    rows = "CODE;POP;TX\nQN09402M;12;s\nQN09401M;3 120;38,1\nQN09401M;3120;38,10\nQN09402M;12;c\n"
    path = mapped(rows, mapping=MAPPING | {"repeated": True})
    assert values(path, "population") == {"QN09401M": 3120.0, "QN09402M": 12.0}
    assert sources.load(path).territories == 2


def test_rows_of_one_territory_are_counted_once_however_its_code_is_written(mapped):
    rows = "CODE;POP;TX\nQN09401M;3120;38,1\nqn09401m ;3120;38,1\n"
    reading = sources.load(mapped(rows, mapping=MAPPING | {"repeated": True}))
    assert reading.territories == reading.frame["territory"].nunique() == 1


@pytest.mark.parametrize("other", ["3121", "s", ""])
def test_rows_of_one_territory_that_differ_are_told(mapped, refused, other):
    rows = f"CODE;POP;TX\nQN09401M;3120;38,1\nQN09402M;1;2\nQN09401M;{other};38,1\n"
    path = mapped(rows, mapping=MAPPING | {"repeated": True})
    (problem,) = refused(DataError, sources.read, path)
    assert (problem.what, problem.file) == ("two rows of one territory differ", path)
    assert (problem.line, problem.column, problem.found) == (4, "POP", other)
    assert problem.allowed == "one value a territory"


def test_without_repeated_a_second_row_is_refused_even_when_it_agrees(mapped, refused):
    path = mapped("CODE;POP;TX\nQN09401M;3120;38,1\nQN09401M;3120;38,1\n")
    (problem,) = refused(DataError, sources.read, path)
    assert (problem.what, problem.line) == ("this territory stands twice", 3)


def test_parquet_holds_the_same_as_delimited_text(mapped, parquet):
    text = sources.read(mapped("CODE;POP;TX\nQN09401M;3120;38,1\nQN09402M;;0,5\n"))
    stored = {"CODE": ["QN09401M", "QN09402M"], "POP": [3120, None], "TX": [38.1, 0.5]}
    table = sources.read(parquet(stored))
    pd.testing.assert_frame_equal(table, text, check_exact=True)


def test_cells_of_text_in_parquet_keep_their_codes(parquet, statuses):
    path = parquet({"CODE": ["QN09401M", "QN09402M"], "POP": ["3 120", "ns"], "TX": ["38,1", None]})
    assert statuses(path, "population")["QN09402M"] == "not_significant"
    assert statuses(path, "taux_pauvrete_60")["QN09402M"] == "not_available"


def test_an_infinite_number_in_parquet_is_not_a_number(parquet, refused):
    path = parquet({"CODE": ["QN09401M"], "POP": [math.inf], "TX": [1.0]})
    (problem,) = refused(DataError, sources.read, path)
    assert (problem.what, problem.column) == ("this is not a number", "POP")


def test_a_code_stored_as_a_number_has_lost_its_zero(parquet, refused):
    path = parquet({"CODE": [94028, 1053], "POP": [1, 2], "TX": [3.0, 4.0]}, perimeter="cog2020")
    (problem,) = refused(DataError, sources.read, path)
    assert (problem.found, problem.todo[:22]) == ("1053", "a leading zero was los")


def test_a_file_that_is_not_parquet_is_said_so(mapped, refused):
    path = mapped(b"CODE;POP\n", name="table.parquet")
    (problem,) = refused(LayoutError, sources.read, path)
    assert (problem.what, problem.file) == ("this is not a Parquet file", path)


def test_a_file_that_is_not_parquet_is_said_so_without_a_card_too(write, refused):
    path = write(b"CODE;POP\n", name="table.parquet")
    (problem,) = refused(LayoutError, sources.read, path)
    assert problem.file == path


def test_parquet_without_geometry_and_without_a_card_asks_for_one(tmp_path, refused):
    path = tmp_path / "table.parquet"
    pd.DataFrame({"CODE": ["QN09401M"]}).to_parquet(path)
    (problem,) = refused(LayoutError, sources.read, path)
    assert (problem.what, problem.file) == ("nothing says how to read this file", path)
    assert problem.todo == "write its card beside it"

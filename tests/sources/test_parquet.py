"""A Parquet table is read within the limits of the others, as the text its typed cells stand for."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from oqhs import sources
from oqhs.errors import DataError, LayoutError
from oqhs.sources import parquet
from oqhs.sources.parquet import is_geoparquet, read_parquet

COLUMNS = {"CODE": ["QN09401M", "QN09402M"], "POP": [3120, None]}


@pytest.fixture
def stored(tmp_path):
    """Write a Parquet table."""

    def _stored(columns=COLUMNS, **types):
        path = tmp_path / "table.parquet"
        arrays = {name: pa.array(cells, types.get(name)) for name, cells in columns.items()}
        pq.write_table(pa.table(arrays), path)
        return path

    return _stored


def cells_of(path, decimal=","):
    table = read_parquet(path, ["CODE", "POP"], decimal)
    return dict(zip(table.header, (column.to_pylist() for column in table.columns), strict=True))


def test_a_table_larger_than_an_archive_may_be_is_refused_before_it_is_read(stored, refused, monkeypatch):
    monkeypatch.setattr(parquet, "MOST_BYTES", 10)
    path = stored()
    (problem,) = refused(DataError, read_parquet, path, ["CODE", "POP"], ",")
    assert (problem.what, problem.file) == ("the table is too large once unpacked", path)
    assert problem.allowed == "10 bytes at most"
    assert problem.todo == "keep the columns and the rows you need"


def test_columns_nobody_asked_for_are_not_unpacked(stored):
    path = stored(COLUMNS | {"AUTRE": ["x" * 100] * 2})
    table = read_parquet(path, ["CODE", "POP"], ",")
    assert table.header == ("CODE", "POP", "AUTRE")
    assert table.column("AUTRE").to_pylist() == ["", ""]


@pytest.mark.parametrize("cut", [1, 8, 200])
def test_a_table_that_was_cut_is_refused(stored, refused, cut):
    path = stored()
    path.write_bytes(path.read_bytes()[:-cut])
    for call in (lambda: is_geoparquet(path), lambda: read_parquet(path, ["CODE"], ",")):
        (problem,) = refused(LayoutError, call)
        assert (problem.what, problem.file) == ("this is not a Parquet file", path)
        assert problem.todo == "get the file again: it may be cut"


def test_a_table_whose_cells_are_damaged_is_refused(stored, refused):
    path = stored({"CODE": [f"QN094{i:02d}M" for i in range(40)], "POP": list(range(40))})
    content = bytearray(path.read_bytes())
    content[4:60] = bytes(56)
    path.write_bytes(bytes(content))
    (problem,) = refused(LayoutError, read_parquet, path, ["CODE", "POP"], ",")
    assert (problem.what, problem.file) == ("this is not a Parquet file", path)


@pytest.mark.parametrize(
    ("cells", "kind", "texts"),
    [
        ([3120, None], pa.int64(), ["3120", ""]),
        ([38.1, float("nan")], pa.float64(), ["38,1", ""]),
        ([0.5, None], pa.float32(), ["0,5", ""]),
        (["3 120", None], pa.large_string(), ["3 120", ""]),
        ([True, False], pa.bool_(), ["True", "False"]),
    ],
    ids=["integer", "float", "short float", "text", "boolean"],
)
def test_typed_cells_are_the_text_they_stand_for(stored, cells, kind, texts):
    path = stored({"CODE": ["QN09401M", "QN09402M"], "POP": cells}, POP=kind)
    assert cells_of(path)["POP"] == texts


def test_a_dictionary_of_text_is_text(stored):
    values = pa.array(["3 120", None]).dictionary_encode()
    path = stored({"CODE": COLUMNS["CODE"]})
    pq.write_table(pa.table({"CODE": COLUMNS["CODE"], "POP": values}), path)
    assert cells_of(path)["POP"] == ["3 120", ""]


@pytest.mark.parametrize("kind", [pa.date32(), pa.binary(), pa.list_(pa.int64())], ids=str)
def test_a_column_of_no_number_is_refused(stored, carded, refused, kind):
    value = {pa.date32(): 18_000, pa.binary(): b"x"}.get(kind, [1])
    path = stored({"CODE": ["QN09401M", "QN09402M"], "POP": [value, None]}, POP=kind)
    carded(path, year=2020, mapping={"key": "CODE", "columns": {"POP": "population"}})
    problems = refused(DataError, sources.read, path)
    assert problems[0].file == path
    assert problems[0].column == "POP"

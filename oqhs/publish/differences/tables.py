"""Where two tables differ: Parquet and GeoParquet by row, workbooks by cell, GeoPackages by feature."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from itertools import zip_longest
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from python_calamine import CalamineWorkbook

from oqhs.columns import read_columns
from oqhs.publish.differences.places import Place, apart, first_apart, shown, vertex_apart

_LETTERS = 26
#: Sizes of the envelope of a GeoPackage geometry, by the number its header holds; eight bytes come before.
_ENVELOPES = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}
_HEADER = 8


def parquet_difference(a: Path, b: Path) -> Place | None:
    """Compare two Parquet files: columns, types, rows, cells, then what is said of them."""
    files = [pq.ParquetFile(path) for path in (a, b)]
    old, new = (file.read() for file in files)
    for file in files:
        file.close()
    if old.column_names != new.column_names:
        return _listed("columns", old.column_names, new.column_names)
    for first, second in zip(old.schema, new.schema, strict=True):
        if first.type != second.type or first.nullable != second.nullable:
            return Place(f"type of column {first.name!r}", str(first.type), str(second.type))
    found = _first_cell(old, new, a.stem)
    if found is not None or old.num_rows != new.num_rows:
        return found or Place("number of rows", str(old.num_rows), str(new.num_rows))
    told = [{key.decode(): text for key, text in (one.schema.metadata or {}).items()} for one in (old, new)]
    for key in sorted(told[0].keys() | told[1].keys()):
        texts = [one.get(key, b"").decode("utf-8", "replace") for one in told]
        if (at := first_apart(*texts)) is not None:
            return Place(f"metadata {key!r}", *apart(texts[0], texts[1], at))
    makers = [file.metadata.created_by for file in files]
    return Place("metadata 'created_by'", *makers) if makers[0] != makers[1] else None


def _first_cell(old: pa.Table, new: pa.Table, name: str) -> Place | None:
    """Find the first row that differs, and its first column that does."""
    rows = min(old.num_rows, new.num_rows)
    firsts = []
    for number, column in enumerate(old.column_names):
        moved = np.flatnonzero(_unlike(old[column].slice(0, rows), new[column].slice(0, rows)))
        if moved.size:
            firsts.append((int(moved[0]), number, column))
    if not firsts:
        return None
    row, _, column = min(firsts)
    tables = read_columns().tables
    keys = [key for key in (tables[name].key if name in tables else ()) if key in old.column_names]
    told = ", ".join(f"{key} {old[key][row].as_py()}" for key in keys)
    where = f"row {row + 1}" + (f" ({told})" if told else "") + f", column {column!r}"
    left, right = (table[column][row].as_py() for table in (old, new))
    geo = b"geo" in (old.schema.metadata or {})
    if geo and isinstance(left, bytes) and isinstance(right, bytes):
        vertex, *ends = vertex_apart(left, right)
        return Place(f"{where}, {vertex}", *ends)
    return Place(where, shown(left), shown(right))


def _unlike(old: pa.ChunkedArray, new: pa.ChunkedArray) -> np.ndarray:
    """Tell the rows where two columns differ; missing and not-a-number are like themselves."""
    if pa.types.is_nested(old.type):
        pairs = zip(old.to_pylist(), new.to_pylist(), strict=True)
        return np.array([left != right for left, right in pairs], dtype=bool)
    if pa.types.is_dictionary(old.type):
        old, new = old.cast(old.type.value_type), new.cast(new.type.value_type)
    unlike = pc.fill_null(pc.not_equal(old, new), False)
    if pa.types.is_floating(old.type):
        both = pc.fill_null(pc.and_(pc.is_nan(old), pc.is_nan(new)), False)
        unlike = pc.and_(unlike, pc.invert(both))
    gone = pc.not_equal(pc.is_null(old), pc.is_null(new))
    return np.asarray(pc.or_(unlike, gone).to_numpy(zero_copy_only=False), dtype=bool)


def _listed(what: str, old: list[str], new: list[str]) -> Place:
    """Tell the first name of two lists that is not the same."""
    for number, (left, right) in enumerate(zip_longest(old, new), start=1):
        if left != right:
            return Place(
                f"{what}, number {number}", *(None if one is None else shown(one) for one in (left, right))
            )
    raise ValueError(f"these {what} are the same")


def xlsx_difference(a: Path, b: Path) -> Place | None:
    """Compare two workbooks: sheets, cells, then the parts of the file (formats, properties…)."""
    old, new = (CalamineWorkbook.from_path(str(path)) for path in (a, b))
    if old.sheet_names != new.sheet_names:
        return _listed("sheets", old.sheet_names, new.sheet_names)
    for name in old.sheet_names:
        grids = [book.get_sheet_by_name(name).to_python(skip_empty_area=False) for book in (old, new)]
        for row, cells in enumerate(zip_longest(*grids, fillvalue=[]), start=1):
            for column, (left, right) in enumerate(zip_longest(*cells, fillvalue="")):
                if type(left) is not type(right) or left != right:
                    return Place(f"sheet {name!r}, cell {_letters(column)}{row}", shown(left), shown(right))
    return zip_difference(a, b)


def _letters(column: int) -> str:
    """Name a column as spreadsheets do, the first one being 0.

    Examples
    --------
    >>> [_letters(column) for column in (0, 25, 26, 701, 702)]
    ['A', 'Z', 'AA', 'ZZ', 'AAA']
    """
    text, left = "", column + 1
    while left:
        left, letter = divmod(left - 1, _LETTERS)
        text = chr(ord("A") + letter) + text
    return text


def zip_difference(a: Path, b: Path) -> Place | None:
    """Compare the parts of two zip archives, then their dates."""
    with ZipFile(a) as old, ZipFile(b) as new:
        if old.namelist() != new.namelist():
            return _listed("parts of the archive", old.namelist(), new.namelist())
        for left, right in zip(old.infolist(), new.infolist(), strict=True):
            texts = [
                archive.read(one).decode("utf-8", "replace") for archive, one in ((old, left), (new, right))
            ]
            if (at := first_apart(*texts)) is not None:
                return Place(f"part {left.filename}, character {at + 1}", *apart(texts[0], texts[1], at))
            if left.date_time != right.date_time:
                return Place(f"date of part {left.filename}", str(left.date_time), str(right.date_time))
    return None


def gpkg_difference(a: Path, b: Path) -> Place | None:
    """Compare two GeoPackages table by table, the layers first, then the settings of the database."""
    with closing(_opened(a)) as old, closing(_opened(b)) as new:
        # What SQLite makes by itself has no definition.
        query = "SELECT name, coalesce(sql, '') FROM sqlite_master"
        schemas = [dict(one.execute(query)) for one in (old, new)]
        for name in sorted(schemas[0].keys() | schemas[1].keys()):
            told = [one.get(name) for one in schemas]
            if told[0] != told[1]:
                return _cell(f"definition of {name!r}", *told)
        for table in _tables(old):
            if (found := _rows(old, new, table)) is not None:
                return found
        for pragma in ("application_id", "user_version"):
            left, right = (one.execute(f"PRAGMA {pragma}").fetchone()[0] for one in (old, new))
            if left != right:
                return Place(f"PRAGMA {pragma}", str(left), str(right))
    return None


def _opened(path: Path) -> sqlite3.Connection:
    base = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    # A text that is not UTF-8 is compared all the same.
    base.text_factory = lambda text: text.decode("utf-8", "replace")
    return base


def _tables(base: sqlite3.Connection) -> list[str]:
    """Tables of a GeoPackage: layers, then what describes them, then indexes."""
    plain = (
        "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name"
    )
    names = [name for (name,) in base.execute(plain)]
    if "gpkg_contents" not in names:
        return names
    layers = {name for (name,) in base.execute("SELECT table_name FROM gpkg_contents")}
    return sorted(names, key=lambda name: (name not in layers, name.startswith("rtree_"), name))


def _rows(old: sqlite3.Connection, new: sqlite3.Connection, table: str) -> Place | None:
    quoted = '"' + table.replace('"', '""') + '"'
    about = old.execute(f"PRAGMA table_info({quoted})").fetchall()
    names = [name for _, name, *_ in about]
    keys = [number for number, (*_, rank) in enumerate(about) if rank]
    order = ", ".join(str(number + 1) for number in keys) or "1"
    query = f"SELECT * FROM {quoted} ORDER BY {order}"  # noqa: S608  (the name of a table of the file)
    for left, right in zip_longest(old.execute(query), new.execute(query)):
        row = right if left is None else left
        which = ", ".join(f"{names[number]} {row[number]}" for number in keys)
        where = f"table {table!r}" + (f", {which}" if which else "")
        if left is None or right is None:
            return Place(where, *(None if one is None else shown(one) for one in (left, right)))
        for name, first, second in zip(names, left, right, strict=True):
            if type(first) is not type(second) or first != second:
                return _cell(f"{where}, column {name!r}", first, second)
    return None


def _cell(where: str, old: object, new: object) -> Place:
    shapes = [_wkb(one) for one in (old, new)]
    if shapes[0] is not None and shapes[1] is not None and shapes[0] != shapes[1]:
        vertex, *ends = vertex_apart(shapes[0], shapes[1])
        return Place(f"{where}, {vertex}", *ends)
    if isinstance(old, str) and isinstance(new, str) and (at := first_apart(old, new)) is not None:
        return Place(where, *apart(old, new, at))
    return Place(where, *(None if one is None else shown(one) for one in (old, new)))


def _wkb(cell: object) -> bytes | None:
    """Outline of a GeoPackage, without its header; None for anything else."""
    if not isinstance(cell, bytes) or cell[:2] != b"GP" or len(cell) < _HEADER:
        return None
    size = _ENVELOPES.get((cell[3] >> 1) & 7)
    return None if size is None else cell[_HEADER + size :]

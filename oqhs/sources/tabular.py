"""From cells of text to measurements: the one place where a published cell becomes a value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa

from oqhs.catalogue import Catalogue
from oqhs.errors import DataError, LayoutError, Problem
from oqhs.tables import MEASUREMENT_COLUMNS
from oqhs.territories import CODE_SHAPES, QPV_METRO, kinds_of, normalise_codes
from oqhs.text import MISSING_CODES, STATUSES, parse_numbers

if TYPE_CHECKING:
    import geopandas as gpd

_COMMUNE = 5  # characters of the code of a commune


@dataclass(frozen=True)
class Reading:
    """What came out of a file, and what did not.

    `frame` holds measurements, a layer (GeoDataFrame) or memberships. `unmapped` lists the columns
    nobody mapped; `blank_rows` the rows without any cell; `repaired` counts the geometries that were
    invalid; `without_surface` lists the territories a layer gives no surface.
    """

    frame: pd.DataFrame | gpd.GeoDataFrame
    path: Path
    layout: str
    territories: int
    unmapped: tuple[str, ...] = ()
    blank_rows: int = 0
    repaired: int = 0
    without_surface: tuple[str, ...] = ()


@dataclass(frozen=True)
class Column:
    """A column that carries a variable."""

    name: str
    variable: str
    year: int
    cells: pa.ChunkedArray


@dataclass(frozen=True)
class Table:
    """Cells of a file, ready to become measurements.

    `line_of` gives the line of a row in the file, for the errors; `repeated` says that a territory
    may stand on several rows that agree.
    """

    path: Path
    source: str
    key: str
    codes: pd.Series
    columns: Sequence[Column]
    decimal: str
    kinds: Sequence[str]
    line_of: Callable[[np.integer | int], int]
    perimeter: str | None = None
    repeated: bool = False
    note: tuple[str, pd.Series] | None = None
    problems: list[Problem] = field(default_factory=list)

    def report(
        self,
        where: np.ndarray | pd.Series,
        what: str,
        column: str,
        found: pd.Series,
        allowed: str,
        todo: str = "",
    ) -> None:
        """Keep a problem for every row where something holds, told with its line."""
        self.problems.extend(
            Problem(what, self.path, self.line_of(row), column, found.iloc[row], allowed, todo or None)
            for row in np.flatnonzero(where)
        )


def measurements_of(table: Table, catalogue: Catalogue) -> pd.DataFrame:
    """Make measurements of the cells of a table.

    Returns
    -------
    DataFrame
        `MEASUREMENT_COLUMNS`, sorted by variable and territory; text columns are categorical.
        Every territory of the file has one row per column that carries a variable.

    Raises
    ------
    DataError
        A code has no known shape, is of a kind this table does not hold, or stands twice; a cell is
        not a number nor a code for a missing value; a value is out of the range of its variable. All
        the problems of the file are told at once.
    """
    codes = normalise_codes(table.codes)
    perimeters = _check_codes(table, codes)
    values, statuses = _parse(table, catalogue)
    if table.problems:
        raise DataError.gather(table.problems)
    notes = _notes(table)
    rows = np.argsort(codes.to_numpy(), kind="stable")
    if table.repeated:
        rows = _first_of_each(table, codes, rows, values, statuses)
        if table.problems:
            raise DataError.gather(table.problems)
    return _long(table, codes, perimeters, notes, rows, values, statuses)


def _check_codes(table: Table, codes: pd.Series) -> pd.Series:
    """Check the codes of a table and give the perimeter of each row."""
    shapes = kinds_of(codes)
    kind, written = shapes["kind"], table.codes
    shapeless = kind.isna()
    # The commonest slip with a code is worth its own advice.
    lost = shapeless & codes.str.fullmatch(f"[0-9]{{{_COMMUNE - 1}}}")
    zero = "a leading zero was lost: get the file again, with its codes as text"
    what = "this is not the code of a territory"
    table.report(lost, what, table.key, written, CODE_SHAPES, zero)
    table.report(shapeless & ~lost, what, table.key, written, CODE_SHAPES)
    foreign = ~shapeless & ~kind.isin(list(table.kinds))
    what = "this table does not hold territories of this kind"
    table.report(foreign, what, table.key, written, ", ".join(table.kinds))
    if not table.repeated:
        what = "this territory stands twice"
        hint = "where a quartier stands on one row per commune, `repeated: true` in the mapping of the card"
        table.report(codes.duplicated(), what, table.key, written, "one row a territory", hint)
    return _perimeters(table, codes, shapes)


def _perimeters(table: Table, codes: pd.Series, shapes: pd.DataFrame) -> pd.Series:
    """Perimeter of each row: the one its code says, else the one of the table."""
    told = shapes["perimeter"]
    perimeters = told.where(told.notna(), table.perimeter)
    # INSEE's row for all the quartiers is on the perimeter of the quartiers of its file.
    generations = told.dropna().unique()
    if len(generations) == 1:
        perimeters = perimeters.mask(codes == QPV_METRO, generations[0])
    if table.perimeter is not None:
        table.report(
            told.notna() & (told != table.perimeter),
            f"this quartier is not of perimeter {table.perimeter}, which the table is said to be of",
            table.key,
            table.codes,
            f"codes of {table.perimeter}",
            "correct the perimeter of the card, or the file",
        )
    unknown = (perimeters.isna() & shapes["kind"].notna()).to_numpy()
    first = unknown & (np.cumsum(unknown) == 1)
    table.report(
        first,
        f"nothing says on which perimeter these territories are ({unknown.sum()} of them)",
        table.key,
        table.codes,
        "the name of a perimeter, for example cog2021",
        "give it in the card of the file, or read(path, perimeter=…)",
    )
    return perimeters


def _parse(table: Table, catalogue: Catalogue) -> tuple[np.ndarray, np.ndarray]:
    """Parse every cell of every column in one pass: arrays of shape (columns, rows)."""
    chunks = [chunk for column in table.columns for chunk in column.cells.chunks]
    parsed = parse_numbers(pa.chunked_array(chunks, pa.string()), table.decimal)
    shape = (len(table.columns), len(table.codes))
    values = parsed["value"].to_numpy().reshape(shape)
    statuses = parsed["status"].cat.codes.to_numpy().reshape(shape)
    codes = ", ".join(repr(code) for code in MISSING_CODES)
    for i, column in enumerate(table.columns):
        least, most = catalogue.variable(column.variable).bounds
        with np.errstate(invalid="ignore"):
            outside = np.less(values[i], -np.inf if least is None else least)
            outside |= np.greater(values[i], np.inf if most is None else most)
        unreadable = statuses[i] < 0
        if not (unreadable.any() or outside.any()):
            continue
        cells = pd.Series(column.cells.to_pandas(), dtype="str")
        allowed = f"a number with decimal mark {table.decimal!r}, or one of {codes}"
        other = "." if table.decimal == "," else ","
        hint = f"if the decimal mark is {other!r}, say so in the card (mapping: decimal)"
        table.report(unreadable, "this is not a number", column.name, cells, allowed, hint)
        table.report(
            outside,
            f"{column.variable} cannot have this value",
            column.name,
            cells,
            _range_in_words(least, most),
            "ask the producer, or check that the column is the one mapped",
        )
    return values, statuses


def _range_in_words(least: float | None, most: float | None) -> str:
    if least is None:
        return f"{most:g} at most"
    return f"{least:g} at least" if most is None else f"from {least:g} to {most:g}"


def _notes(table: Table) -> pd.Series:
    if table.note is None:
        return pd.Series("", index=table.codes.index)
    name, cells = table.note
    marks = cells.str.strip()
    quiet = marks.isin(["", "0"])
    return (f"{name} = " + marks).mask(quiet, "")


def _first_of_each(
    table: Table, codes: pd.Series, rows: np.ndarray, values: np.ndarray, statuses: np.ndarray
) -> np.ndarray:
    """Keep one row per territory; rows of one territory that differ are problems."""
    sorted_codes = codes.to_numpy()[rows]
    first = np.r_[True, sorted_codes[1:] != sorted_codes[:-1]]
    leader = rows[np.maximum.accumulate(np.where(first, np.arange(len(rows)), 0))]
    for i, column in enumerate(table.columns):
        same = (statuses[i][rows] == statuses[i][leader]) & (
            (values[i][rows] == values[i][leader]) | np.isnan(values[i][rows])
        )
        differs = np.zeros(len(rows), dtype=bool)
        differs[rows[~same]] = True
        cells = pd.Series(column.cells.to_pandas(), dtype="str")
        table.report(differs, "two rows of one territory differ", column.name, cells, "one value a territory")
    return np.asarray(rows[first])


def _long(
    table: Table,
    codes: pd.Series,
    perimeters: pd.Series,
    notes: pd.Series,
    rows: np.ndarray,
    values: np.ndarray,
    statuses: np.ndarray,
) -> pd.DataFrame:
    order = sorted(
        range(len(table.columns)), key=lambda i: (table.columns[i].variable, table.columns[i].year)
    )
    variables = pd.Categorical([table.columns[i].variable for i in order])
    n, m = len(rows), len(order)

    def per_row(texts: pd.Series) -> pd.Categorical:
        category = pd.Categorical(texts.to_numpy(dtype=object)[rows])
        return pd.Categorical.from_codes(np.tile(category.codes, m), dtype=category.dtype)

    frame = {
        "variable": pd.Categorical.from_codes(np.repeat(variables.codes, n), dtype=variables.dtype),
        "territory": per_row(codes),
        "perimeter": per_row(perimeters),
        "year": np.repeat(np.array([table.columns[i].year for i in order], dtype="int64"), n),
        "value": values[order][:, rows].ravel(),
        "status": pd.Categorical.from_codes(statuses[order][:, rows].ravel(), categories=list(STATUSES)),
        "source": pd.Categorical.from_codes(np.zeros(n * m, dtype=np.int8), categories=[table.source]),
        "note": per_row(notes),
    }
    return pd.DataFrame(frame)[MEASUREMENT_COLUMNS]


def not_parquet(path: Path) -> LayoutError:
    """Error of a `.parquet` file that is not one."""
    return LayoutError("this is not a Parquet file", file=path, todo="get the file again: it may be cut")


def typed_cells(values: pa.ChunkedArray, decimal: str) -> pa.ChunkedArray:
    """Give typed cells (Parquet) as the text they stand for; null and NaN are empty cells."""
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        return values.cast(pa.string())
    codes, distinct = pd.factorize(values.to_pandas().astype("float64"))
    texts = [np.format_float_positional(number, trim="-").replace(".", decimal) for number in distinct]
    return pa.chunked_array([pa.array([*texts, ""], pa.string()).take(pa.array(codes % (len(texts) + 1)))])

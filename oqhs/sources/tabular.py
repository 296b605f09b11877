"""From cells of text to measurements: the one place where a published cell becomes a value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa

from oqhs.catalogue import Catalogue
from oqhs.errors import DataError, Problem
from oqhs.tables import MEASUREMENT_COLUMNS
from oqhs.territories import CODE_SHAPES, QPV_METRO, kinds_of, normalise_codes
from oqhs.text import MISSING_CODES, STATUSES, parse_numbers


@dataclass(frozen=True)
class Reading:
    """What came out of a file, and what did not.

    `frame` holds measurements, a layer (GeoDataFrame) or memberships. `unmapped` lists the columns
    nobody mapped; `blank_rows` the rows without any cell; `repaired` the geometries that were
    invalid.
    """

    frame: pd.DataFrame | gpd.GeoDataFrame
    path: Path
    layout: str
    territories: int
    unmapped: tuple[str, ...] = ()
    blank_rows: int = 0
    repaired: int = 0


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
    line_of: Callable[[int], int]
    perimeter: str | None = None
    repeated: bool = False
    note: tuple[str, pd.Series] | None = None
    problems: list[Problem] = field(default_factory=list)

    def report(self, what: str, row: int, column: str, found: object, allowed: str, todo: str = "") -> None:
        """Keep a problem, told with its line."""
        self.problems.append(
            Problem(what, self.path, self.line_of(row), column, found, allowed, todo or None)
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
    shapes = kinds_of(codes)
    perimeters = shapes["perimeter"].where(shapes["perimeter"].notna(), table.perimeter)
    # INSEE's row for all the quartiers is on the perimeter of the quartiers of its file.
    generations = shapes["perimeter"].dropna().unique()
    if len(generations) == 1:
        perimeters = perimeters.mask(codes == QPV_METRO, generations[0])
    # The commonest slip with a code is worth its own advice.
    for row in np.flatnonzero(shapes["kind"].isna()):
        code = codes.iloc[row]
        lost = code.isdigit() and len(code) == 4
        table.report(
            "this is not the code of a territory",
            row,
            table.key,
            table.codes.iloc[row],
            CODE_SHAPES,
            f"a leading zero was lost ({code.zfill(5)}?): get the file again as text" if lost else "",
        )
    foreign = shapes["kind"].notna() & ~shapes["kind"].isin(list(table.kinds))
    for row in np.flatnonzero(foreign):
        table.report(
            f"this table does not hold territories of kind {shapes['kind'].iloc[row]!r}",
            row,
            table.key,
            codes.iloc[row],
            ", ".join(table.kinds),
        )
    if table.perimeter is not None:
        other = shapes["perimeter"].notna() & (shapes["perimeter"] != table.perimeter)
        for row in np.flatnonzero(other):
            table.report(
                f"a quartier of perimeter {shapes['perimeter'].iloc[row]} in a table said to be of "
                f"{table.perimeter}",
                row,
                table.key,
                codes.iloc[row],
                f"codes of {table.perimeter}",
                "correct the perimeter of the card, or the file",
            )
    unknown = perimeters.isna() & shapes["kind"].notna()
    if unknown.any():
        row = int(np.flatnonzero(unknown)[0])
        table.report(
            f"nothing says on which perimeter these territories are ({unknown.sum()} of them)",
            row,
            table.key,
            codes.iloc[row],
            "the name of a perimeter, for example cog2021",
            "give it in the card of the file, or read(path, perimeter=…)",
        )
    if not table.repeated:
        for row in np.flatnonzero(codes.duplicated().to_numpy()):
            table.report("this territory stands twice", row, table.key, codes.iloc[row], "one row a territory")
    return perimeters


def _parse(table: Table, catalogue: Catalogue) -> tuple[np.ndarray, np.ndarray]:
    """Parse every cell of every column in one pass: arrays of shape (columns, rows)."""
    chunks = [chunk for column in table.columns for chunk in column.cells.chunks]
    parsed = parse_numbers(pa.chunked_array(chunks, pa.string()), table.decimal)
    shape = (len(table.columns), len(table.codes))
    values = parsed["value"].to_numpy().reshape(shape)
    statuses = parsed["status"].cat.codes.to_numpy().reshape(shape)
    for i, column in enumerate(table.columns):
        for row in np.flatnonzero(statuses[i] < 0):
            table.report(
                "this is not a number",
                int(row),
                column.name,
                column.cells[int(row)].as_py(),
                f"a number with decimal mark {table.decimal!r}, or one of "
                + ", ".join(repr(code) for code in MISSING_CODES),
            )
        least, most = catalogue.variable(column.variable).bounds
        with np.errstate(invalid="ignore"):
            low = values[i] < least if least is not None else np.zeros(shape[1], bool)
            high = values[i] > most if most is not None else np.zeros(shape[1], bool)
        for row in np.flatnonzero(low | high):
            table.report(
                f"{column.variable} cannot have this value",
                int(row),
                column.name,
                column.cells[int(row)].as_py(),
                f"from {'any' if least is None else least:g} to {'any' if most is None else format(most, 'g')}"
                if least is not None
                else f"at most {most:g}",
                "ask the producer, or check that the column is the one mapped",
            )
    return values, statuses


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
        for position in np.flatnonzero(~same):
            row = int(rows[position])
            table.report(
                "two rows of one territory differ",
                row,
                column.name,
                column.cells[row].as_py(),
                f"{column.cells[int(leader[position])].as_py()!r}, as on the first row of {codes.iloc[row]}",
            )
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
    order = sorted(range(len(table.columns)), key=lambda i: table.columns[i].variable)
    variables = [table.columns[i].variable for i in order]
    n, m = len(rows), len(order)

    def per_row(texts: pd.Series) -> pd.Categorical:
        category = pd.Categorical(texts.to_numpy(dtype=object)[rows])
        return pd.Categorical.from_codes(np.tile(category.codes, m), dtype=category.dtype)

    frame = {
        "variable": pd.Categorical.from_codes(np.repeat(np.arange(m), n), categories=variables),
        "territory": per_row(codes),
        "perimeter": per_row(perimeters),
        "year": np.repeat(np.array([table.columns[i].year for i in order], dtype="int64"), n),
        "value": values[order][:, rows].ravel(),
        "status": pd.Categorical.from_codes(statuses[order][:, rows].ravel(), categories=list(STATUSES)),
        "source": pd.Categorical.from_codes(np.zeros(n * m, dtype=np.int8), categories=[table.source]),
        "note": per_row(notes),
    }
    return pd.DataFrame(frame)[MEASUREMENT_COLUMNS]


def typed_cells(values: pa.ChunkedArray, decimal: str) -> pa.ChunkedArray:
    """Give typed cells (Parquet) as the text they stand for; null and NaN are empty cells."""
    if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        return values.cast(pa.string())
    codes, distinct = pd.factorize(values.to_pandas().astype("float64"))
    texts = [np.format_float_positional(number, trim="-").replace(".", decimal) for number in distinct]
    return pa.chunked_array([pa.array([*texts, ""], pa.string()).take(pa.array(codes % (len(texts) + 1)))])

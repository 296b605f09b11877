"""From cells of text to measurements: the one place where a published cell becomes a value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa

from oqhs.catalogue import Catalogue
from oqhs.errors import DataError, Problem
from oqhs.sources.cells import TextTable
from oqhs.tables import MEASUREMENT_COLUMNS
from oqhs.territories import CODE_SHAPES, QPV_METRO, identify
from oqhs.text import MISSING_CODES, STATUSES, parse_numbers, plain_labels

if TYPE_CHECKING:
    import geopandas as gpd

_COMMUNE = 5  # characters of the code of a commune
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Reading:
    """What came out of a file, and what did not.

    `frame` holds measurements, a layer (GeoDataFrame), memberships or attributes. `unmapped` lists the
    columns nobody mapped; `unread` the sheets of a workbook, or the files of an archive, that are no table of
    the layout; `blank_rows` the rows without any cell; `repaired` counts the geometries that were
    invalid; `without_surface` lists the territories a layer gives no surface; `without_place` the codes
    of the rows that have no coordinates; `left_out` counts the rows of other categories, by category;
    `inside_polygons` the rows that stand at a point inside the polygon they are drawn as; `attribution`
    is what the file asks to print on everything that uses it.
    """

    frame: pd.DataFrame | gpd.GeoDataFrame
    path: Path
    layout: str
    territories: int
    unmapped: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    blank_rows: int = 0
    repaired: int = 0
    without_surface: tuple[str, ...] = ()
    without_place: tuple[str, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)
    inside_polygons: int = 0
    attribution: str = ""


@dataclass(frozen=True)
class Column:
    """A column that carries a variable, or several that are added up: `parts` are their cells."""

    name: str
    variable: str
    year: int
    parts: tuple[tuple[str, pa.ChunkedArray], ...]


@dataclass(frozen=True)
class Table:
    """Cells of a file, ready to become measurements.

    `text` is where they come from, for the errors; `key` the column of the codes, in words; `said` the
    kind of territory the card gives; `repeated` says that a territory may stand on several rows that
    agree.
    """

    text: TextTable
    source: str
    key: str
    codes: pd.Series
    columns: Sequence[Column]
    decimal: str
    kinds: Sequence[str]
    said: str | None = None
    perimeter: str | None = None
    repeated: bool = False
    notes: Sequence[tuple[str, pd.Series]] = ()
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
        text = self.text
        self.problems.extend(
            Problem(
                what, text.path, text.line_of(row), column, found.iloc[row], allowed, todo or None, text.sheet
            )
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
        not a number nor a code for a missing value; a value is out of the range of its variable, or
        above the one it is a part of. All the problems of the file are told at once.
    """
    shapes = _check_codes(table)
    codes = shapes["territory"]
    perimeters = _perimeters(table, shapes)
    values, statuses = _parse(table, catalogue)
    _check_order(table, catalogue, values)
    if table.problems:
        raise DataError.gather(table.problems)
    notes = _notes(table)
    rows = np.argsort(codes.to_numpy(), kind="stable")
    if table.repeated:
        rows = _first_of_each(table, codes, rows, values, statuses)
        if table.problems:
            raise DataError.gather(table.problems)
    return _long(table, codes, perimeters, notes, rows, values, statuses)


def _check_codes(table: Table) -> pd.DataFrame:
    """Check the codes of a table; give the territory, the kind and the perimeter of each row."""
    shapes = identify(table.codes, table.kinds, table.said)
    kind, written = shapes["kind"], table.codes
    shapeless = kind.isna().to_numpy()
    if shapeless[0] and _is_header(table):
        what, todo = "this is a second header, not the row of a territory", "remove this line"
        first = np.arange(len(written)) == 0
        table.report(first, what, table.key, written, "one header, on the first line", todo)
        shapeless = np.logical_and(shapeless, ~first)
    # The commonest slip with a code is worth its own advice.
    lost = shapeless & written.str.strip().str.fullmatch(f"[0-9]{{{_COMMUNE - 1}}}").to_numpy(dtype=bool)
    zero = "a leading zero was lost: get the file again, with its codes as text"
    what = "this is not the code of a territory"
    table.report(lost, what, table.key, written, CODE_SHAPES, zero)
    table.report(shapeless & ~lost, what, table.key, written, CODE_SHAPES)
    undecided = (kind == "departement|region").to_numpy(dtype=bool)
    table.report(
        undecided & (np.cumsum(undecided) == 1),
        f"these codes are those of regions and of départements ({undecided.sum()} of them)",
        table.key,
        written,
        "`kind: region` or `kind: departement`",
        "give it in the card of the file (`oqhs add --kind region`)",
    )
    # A card that says regions has no département: two digits that are not a region are a slip.
    held = [held for held in table.kinds if (table.said, held) != ("region", "departement")]
    # The code of an EPCI is nine digits: an IRIS of Corsica has their length, and a letter.
    corsican = (kind == "epci") & ~shapes["territory"].str.startswith("EPCI-")
    foreign = ~kind.isna() & ~undecided & (~kind.isin(held) | corsican)
    what = "this table does not hold territories of this kind"
    table.report(foreign, what, table.key, written, ", ".join(held))
    if not table.repeated:
        what = "this territory stands twice"
        hint = "where a quartier stands on one row per commune, `repeated: true` in the mapping of the card"
        twice = shapes["territory"].duplicated() & ~kind.isna()
        table.report(twice, what, table.key, written, "one row a territory", hint)
    return shapes


def _is_header(table: Table) -> bool:
    """Tell whether the first row holds words where numbers are expected, as a row of labels does."""
    firsts = [cells[0].as_py().strip() for column in table.columns for _, cells in column.parts]
    known = {*MISSING_CODES}
    return all(
        first and first.lower() not in known and not any(c.isdigit() for c in first[:1]) for first in firsts
    )


def _perimeters(table: Table, shapes: pd.DataFrame) -> pd.Series:
    """Perimeter of each row: the one its code says, else the one of the table."""
    told, codes = shapes["perimeter"], shapes["territory"]
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
        "give it in the card of the file, read(path, perimeter=…) or `oqhs add --perimeter`",
    )
    return perimeters


def _parse(table: Table, catalogue: Catalogue) -> tuple[np.ndarray, np.ndarray]:
    """Parse every cell of every column in one pass: arrays of shape (columns, rows)."""
    parts = [(column, *part) for column in table.columns for part in column.parts]
    chunks = [chunk for _, _, cells in parts for chunk in cells.chunks]
    parsed = parse_numbers(pa.chunked_array(chunks, pa.string()), table.decimal)
    shape = (len(parts), len(table.codes))
    values = parsed["value"].to_numpy().reshape(shape)
    statuses = parsed["status"].cat.codes.to_numpy().reshape(shape)
    for i, (column, name, cells) in enumerate(parts):
        _check_cells(table, catalogue, column.variable, name, cells, values[i], statuses[i])
    if len(parts) == len(table.columns):
        return values, statuses
    starts = np.cumsum([0, *(len(column.parts) for column in table.columns)])[:-1]
    # A sum is missing as soon as a part is, for the first of the reasons of its parts.
    reasons = np.where(statuses == 0, len(STATUSES), statuses)
    first = np.minimum.reduceat(reasons, starts, axis=0)
    return np.add.reduceat(values, starts, axis=0), np.where(first == len(STATUSES), 0, first)


def _check_cells(
    table: Table,
    catalogue: Catalogue,
    variable: str,
    name: str,
    cells: pa.ChunkedArray,
    values: np.ndarray,
    statuses: np.ndarray,
) -> None:
    """Report the cells of a column that are not numbers, or not in the range of their variable."""
    least, most = catalogue.variable(variable).bounds
    with np.errstate(invalid="ignore"):
        outside = np.less(values, -np.inf if least is None else least)
        outside |= np.greater(values, np.inf if most is None else most)
    unreadable = statuses < 0
    if not (unreadable.any() or outside.any()):
        return
    codes = ", ".join(repr(code) for code in MISSING_CODES)
    written = pd.Series(cells.to_pandas(), dtype="str")
    allowed = f"a number with decimal mark {table.decimal!r}, or one of {codes}"
    other = "." if table.decimal == "," else ","
    hint = f"if the decimal mark is {other!r}, say so in the card (mapping: decimal)"
    table.report(unreadable, "this is not a number", name, written, allowed, hint)
    table.report(
        outside,
        f"{variable} cannot have this value",
        name,
        written,
        _range_in_words(least, most),
        "ask the producer, or check that the column is the one mapped",
    )


def _range_in_words(least: float | None, most: float | None) -> str:
    if least is None:
        return f"{most:g} at most"
    return f"{least:g} at least" if most is None else f"from {least:g} to {most:g}"


def _check_order(table: Table, catalogue: Catalogue, values: np.ndarray) -> None:
    """Report a part above its whole, and a quantile above the next one that the row gives."""
    places = {(column.variable, column.year): i for i, column in enumerate(table.columns)}
    for (variable, year), i in places.items():
        unbounded = ~np.isnan(values[i])
        for above in _all_above(catalogue, variable):
            if (above, year) not in places or not unbounded.any():
                continue
            j = places[above, year]
            with np.errstate(invalid="ignore"):
                over = unbounded & (values[i] > values[j] * (1 + _ROUNDING))
            unbounded &= np.isnan(values[j])
            if not over.any():
                continue
            pairs = [
                f"{part:.12g} and {whole:.12g}" for part, whole in zip(values[i], values[j], strict=True)
            ]
            table.report(
                over,
                f"{variable} is above {above}",
                table.columns[i].name,
                pd.Series(pairs, dtype="str"),
                f"at most the value of {table.columns[j].name}",
                "ask the producer, or check that the columns are those mapped",
            )


def _all_above(catalogue: Catalogue, variable: str) -> Iterator[str]:
    """Variables that stand above one, the nearest first."""
    above = catalogue.variables[variable].at_most if variable in catalogue.variables else None
    while above is not None:
        yield above
        above = catalogue.variables[above].at_most


def _notes(table: Table) -> pd.Series:
    """Say in words what the columns of notes hold; 0 and « sans objet » say nothing."""
    notes = pd.Series("", index=table.codes.index, dtype="str")
    for name, cells in table.notes:
        marks = plain_labels(cells)
        told = (f"{name} = " + marks).mask(marks.str.lower().isin(["", "0", "so"]), "")
        joint = np.where((notes != "") & (told != ""), " ; ", "")
        notes = notes + joint + told
    return notes


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
        cells = pd.Series(column.parts[0][1].to_pandas(), dtype="str")
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

"""Tables of another origin, read by the mapping of their card: CSV or Parquet."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from oqhs.catalogue import Catalogue
from oqhs.errors import CatalogueError, DataError, Problem
from oqhs.sources.cards import Card, TableMapping, card_place
from oqhs.sources.delimited import read_delimited
from oqhs.sources.published import agreed
from oqhs.sources.tabular import Column, Reading, Table, measurements_of, not_parquet, typed_cells

_LineOf = Callable[[np.integer | int], int]
_ALL_KINDS = ("qpv", "iris", "commune", "ept", "departement", "ensemble_qpv")


def read_mapped(
    path: Path, catalogue: Catalogue, *, year: int | None, perimeter: str | None, card: Card
) -> Reading:
    """Read a table by the mapping of its card.

    Raises
    ------
    CatalogueError
        The card has no mapping, or maps a column to a variable the catalogue does not hold.
    DataError
        A mapped column is not in the file, a column has no year, or a cell is wrong.
    """
    mapping = card.mapping
    if mapping is None:
        raise CatalogueError(
            "layout `mapped` needs a mapping",
            file=card_place(path),
            column="mapping",
            todo="add it to the card",
        )
    cells, blank_rows, line_of = _columns_of(path, mapping)
    _check_mapping(path, mapping, list(cells), catalogue)
    chosen = agreed(path, "year", year, card.year)
    columns = []
    for name, column in mapping.columns.items():
        column_year = column.year if column.year is not None else chosen
        if column_year is None:
            raise DataError(
                "nothing says of which year this column is",
                file=path,
                column=name,
                allowed="a year in the card, for the file or for the column",
            )
        columns.append(Column(name, column.variable, column_year, cells[name]))
    _refuse_repeated(path, columns)
    table = Table(
        path=path,
        source=card.id,
        key=mapping.key,
        codes=pd.Series(cells[mapping.key].to_pandas().to_numpy(), dtype="str"),
        columns=columns,
        decimal=mapping.decimal,
        kinds=_ALL_KINDS,
        line_of=line_of,
        perimeter=agreed(path, "perimeter", perimeter, card.perimeter),
        repeated=mapping.repeated,
    )
    frame = measurements_of(table, catalogue)
    unmapped = tuple(name for name in cells if name != mapping.key and name not in mapping.columns)
    return Reading(frame, path, "mapped", frame["territory"].nunique(), unmapped, blank_rows)


def _columns_of(path: Path, mapping: TableMapping) -> tuple[dict[str, pa.ChunkedArray], int, _LineOf]:
    """Cells by column, number of blank rows, and how to find the line of a row."""
    if path.suffix.lower() != ".parquet":
        text = read_delimited(path)
        return dict(zip(text.header, text.columns, strict=True)), text.blank_rows, text.line_of
    try:
        table = pq.read_table(path)
    except pa.ArrowInvalid as error:
        raise not_parquet(path) from error
    wanted = {mapping.key, *mapping.columns}
    cells = {
        name: typed_cells(table.column(name), mapping.decimal) if name in wanted else table.column(name)
        for name in table.column_names
    }
    return cells, 0, lambda row: int(row) + 1


def _refuse_repeated(path: Path, columns: list[Column]) -> None:
    seen: dict[tuple[str, int], str] = {}
    for column in columns:
        other = seen.setdefault((column.variable, column.year), column.name)
        if other != column.name:
            raise CatalogueError(
                f"the card maps two columns, {other} and {column.name}, to one variable of {column.year}",
                file=card_place(path),
                column=f"mapping.columns.{column.name}",
                found=column.variable,
                allowed="one column for a variable and a year",
            )


def _check_mapping(path: Path, mapping: TableMapping, names: list[str], catalogue: Catalogue) -> None:
    missing = [name for name in (mapping.key, *mapping.columns) if name not in names]
    if missing:
        raise DataError.gather(
            Problem(
                "the card maps a column the file does not have",
                file=path,
                column=name,
                allowed=", ".join(names[:40]),
                todo="correct the mapping of the card",
            )
            for name in missing
        )
    known = {*catalogue.variables, *catalogue.indicators}
    for name, column in mapping.columns.items():
        if column.variable not in known:
            raise CatalogueError(
                "the card maps a column to a variable the catalogue does not hold",
                file=card_place(path),
                column=f"mapping.columns.{name}",
                found=column.variable,
                allowed=", ".join(sorted(known)),
            )

"""Tables of another origin, read by the mapping of their card: CSV, workbook or Parquet."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from oqhs.catalogue import Catalogue
from oqhs.errors import CatalogueError, DataError, Problem
from oqhs.sources.cards import Card, card_place
from oqhs.sources.cells import TextTable
from oqhs.sources.delimited import read_delimited
from oqhs.sources.mappings import TableMapping
from oqhs.sources.opening import WORKBOOKS
from oqhs.sources.parquet import read_parquet
from oqhs.sources.published import agreed
from oqhs.sources.tabular import Column, Reading, Table, measurements_of
from oqhs.sources.workbooks import read_sheets

_KINDS = ("qpv", "iris", "carreau", "commune", "ept", "departement", "ensemble_qpv")
#: Kinds whose codes are written like those of others: the card has to say them.
_SAID_KINDS = {"epci": "epci", "region": "region", "france": "france", "france_metropolitaine": "france"}


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
    text = _text(path, mapping, card)
    _check_mapping(text, mapping, catalogue)
    table = Table(
        text=text,
        source=card.id,
        key=mapping.key,
        codes=pd.Series(text.column(mapping.key).to_pandas(), dtype="str"),
        columns=_columns(text, mapping, agreed(path, "year", year, card.year)),
        decimal=mapping.decimal,
        kinds=(*_KINDS, *([_SAID_KINDS[card.kind]] if card.kind in _SAID_KINDS else [])),
        said=card.kind,
        perimeter=agreed(path, "perimeter", perimeter, card.perimeter),
        repeated=mapping.repeated,
    )
    frame = measurements_of(table, catalogue)
    used = {name.upper() for name in (mapping.key, *mapping.columns)}
    unmapped = tuple(name for name in text.header if name.upper() not in used)
    return Reading(frame, path, "mapped", frame["territory"].nunique(), unmapped, blank_rows=text.blank_rows)


def _text(path: Path, mapping: TableMapping, card: Card) -> TextTable:
    """Give the table of the file that has the columns of the mapping, as text."""
    wanted = [name.upper() for name in (mapping.key, *mapping.columns)]
    if path.suffix.lower() == ".parquet":
        return read_parquet(path, [mapping.key, *mapping.columns], mapping.decimal)
    if path.suffix.lower() not in WORKBOOKS:
        return read_delimited(path)
    sheets = read_sheets(path)
    fits = [
        sheet
        for sheet in sheets
        if card.sheet in {None, sheet.name}
        and any(set(wanted) <= {name.upper() for name in names} for names in sheet.headers())
    ]
    if len(fits) != 1:
        raise DataError(
            "one sheet of the workbook must have the columns of the mapping",
            file=path,
            found=", ".join(sheet.name for sheet in fits) or "none of " + ", ".join(s.name for s in sheets),
            allowed=", ".join([mapping.key, *mapping.columns]),
            todo="correct the mapping, or choose the sheet in the card (`sheet:`)",
        )
    return fits[0].table(wanted, mapping.decimal)


def _columns(text: TextTable, mapping: TableMapping, year: int | None) -> list[Column]:
    """Give the mapped columns, each of its own year or else of that of the file."""
    columns = []
    for name, column in mapping.columns.items():
        column_year = column.year if column.year is not None else year
        if column_year is None:
            raise DataError(
                "nothing says of which year this column is",
                file=text.path,
                column=name,
                allowed="a year in the card, for the file or for the column",
            )
        columns.append(Column(name, column.variable, column_year, ((name, text.column(name)),)))
    _refuse_repeated(text.path, columns)
    return columns


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


def _check_mapping(text: TextTable, mapping: TableMapping, catalogue: Catalogue) -> None:
    missing = [name for name in (mapping.key, *mapping.columns) if name.upper() not in text.names]
    if missing:
        raise DataError.gather(
            Problem(
                "the card maps a column the file does not have",
                file=text.path,
                column=name,
                allowed=", ".join(text.header[:40]),
                todo="correct the mapping of the card",
            )
            for name in missing
        )
    known = {*catalogue.variables, *catalogue.indicators}
    for name, column in mapping.columns.items():
        if column.variable not in known:
            raise CatalogueError(
                "the card maps a column to a variable the catalogue does not hold",
                file=card_place(text.path),
                column=f"mapping.columns.{name}",
                found=column.variable,
                allowed=", ".join(sorted(known)),
            )

"""Workbooks (.xls, .xlsx): their sheets, and the tables of text that stand in them."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import xlrd
from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from oqhs.errors import DataError, LayoutError, Problem
from oqhs.sources.archives import open_archive
from oqhs.sources.cells import TextTable, text_table

#: Cells a sheet may spread over, empty ones included: France by IRIS on 400 columns.
MOST_CELLS = 20_000_000
#: Rows above a header: a title, the field, the source.
MOST_TITLE_ROWS = 30

_ZIP = b"PK\x03\x04"
_ROW = re.compile(rb"<row [^>]*?\br=\"([0-9]{1,9})\"")
_COLUMN = re.compile(rb"<c [^>]*?\br=\"([A-Z]{1,3})[0-9]")


@dataclass(frozen=True)
class Sheet:
    """A sheet as it is: its rows of typed cells, the first one being row 1."""

    path: Path
    name: str
    rows: list[list[Any]]

    def headers(self) -> Iterator[list[str]]:
        """Give the names of every row that may be the header: there may be a title above it."""
        return (names for row in self.rows[:MOST_TITLE_ROWS] if any(names := _names(row)))

    def table(self, wanted: Sequence[str], decimal: str) -> TextTable:
        """Give what stands under a header as text; a row of labels that follows the header is left out.

        Parameters
        ----------
        wanted : sequence of str
            Names the header has, in upper case; the first is that of the codes.
        decimal : {",", "."}
            Mark numbers are written with.

        Raises
        ------
        DataError
            No row has those names; or as `text_table`.
        """
        needed = set(wanted)
        titles = enumerate(self.rows[:MOST_TITLE_ROWS])
        header = next((i for i, row in titles if needed <= {n.upper() for n in _names(row)}), None)
        if header is None:
            raise DataError(
                "no row of this sheet has the names of the columns",
                file=self.path,
                sheet=self.name,
                allowed=", ".join(sorted(needed)),
                todo=f"check the names, and that they stand in the first {MOST_TITLE_ROWS} rows",
            )
        names = _names(self.rows[header])
        start = header + 1
        code = [name.upper() for name in names].index(wanted[0])
        if start < len(self.rows) and _is_labels(self.rows[start], code):
            start += 1
        body = self.rows[start:]
        columns = [_column([row[i] for row in body], decimal) for i in range(len(names))]

        def lines() -> list[int]:
            filled = (any(_text(cell, decimal).strip() for cell in row) for row in body)
            return [start + i + 1 for i, full in enumerate(filled) if full]

        return text_table(self.path, names, columns, lines, header + 1, self.name)


def read_sheets(path: Path, content: bytes | None = None) -> list[Sheet]:
    """Read every visible or hidden sheet of a workbook that holds something.

    Parameters
    ----------
    path : Path
        Workbook; where it lies inside an archive, the path it is told by.
    content : bytes, optional
        Its bytes, where they are at hand already.

    Raises
    ------
    LayoutError
        The file is not a workbook, or is protected by a password.
    DataError
        It is a zip that is refused (`open_archive`), or a sheet spreads over too many cells.
    """
    raw = path.read_bytes() if content is None else content
    read = _read_xlsx if raw.startswith(_ZIP) else _read_xls
    try:
        sheets = read(path, raw)
    except PasswordError as error:
        raise LayoutError(
            "the workbook is protected by a password", file=path, todo="save it without one"
        ) from error
    except (CalamineError, _DamagedXlsError) as error:
        raise LayoutError(
            f"this is not a workbook: {error}",
            file=path,
            allowed="a workbook .xls or .xlsx, complete",
            todo="get the file again: it may be cut, or be a web page saved under that name",
        ) from error
    return [sheet for sheet in sheets if sheet.rows]


def _read_xlsx(path: Path, raw: bytes) -> list[Sheet]:
    _refuse_vast_sheets(path, raw)
    book = CalamineWorkbook.from_filelike(io.BytesIO(raw))
    return [
        Sheet(path, name, book.get_sheet_by_name(name).to_python(skip_empty_area=False))
        for name in book.sheet_names
    ]


class _DamagedXlsError(Exception):
    """An .xls that cannot be read, whatever the reader stumbled on."""


def _read_xls(path: Path, raw: bytes) -> list[Sheet]:
    # Calamine asks for as much memory as a damaged .xls says it needs, and that ends the process; xlrd
    # raises, but a byte changed inside the file may make it raise anything.
    try:
        book = xlrd.open_workbook(file_contents=raw, logfile=io.StringIO())
        return [Sheet(path, sheet.name, [_typed(row) for row in sheet.get_rows()]) for sheet in book.sheets()]
    except Exception as error:
        raise _DamagedXlsError(str(error) or type(error).__name__) from error


def _typed(row: list[Any]) -> list[Any]:
    """Values of the cells of an .xls: text and numbers as they are, the others as Excel shows them."""
    return [str(bool(cell.value)) if cell.ctype == xlrd.XL_CELL_BOOLEAN else _error(cell) for cell in row]


def _error(cell: Any) -> Any:
    return "#N/A" if cell.ctype == xlrd.XL_CELL_ERROR else cell.value


def _refuse_vast_sheets(path: Path, content: bytes) -> None:
    """Refuse a sheet with a cell so far away that the empty ones before it would fill the memory."""
    with open_archive(path, content) as members:
        for member in members:
            if not re.fullmatch(r"xl/worksheets/[^/]+\.xml", member.name):
                continue
            xml = member.read()
            rows = max((int(found) for found in _ROW.findall(xml)), default=0)
            columns = max((_number(found[1]) for found in _COLUMN.finditer(xml)), default=0)
            if rows * columns > MOST_CELLS:
                raise DataError.gather(
                    [
                        Problem(
                            "a sheet of this workbook spreads over too many cells",
                            path,
                            found=f"{rows} rows × {columns} columns",
                            allowed=f"{MOST_CELLS} cells at most, empty ones included",
                            todo="delete the cells far from the table, or save the sheet as CSV",
                            sheet=member.name,
                        )
                    ]
                )


def _number(letters: bytes) -> int:
    """Give the number of a column from its letters: A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = 26 * number + letter - 64
    return number


def _is_labels(row: list[Any], code: int) -> bool:
    """Tell whether a row says the names in words: words only, and no code where the codes are."""
    words = all(isinstance(cell, str) for cell in row)
    return words and not any(character.isdigit() for character in row[code])


def _names(row: list[Any]) -> list[str]:
    return [_text(cell, ",").strip() for cell in row]


def _column(cells: list[Any], decimal: str) -> pa.ChunkedArray:
    """Give typed cells as the text they stand for, each distinct one once."""
    codes, distinct = pd.factorize(np.array(cells, dtype=object))
    texts = pa.array([_text(cell, decimal) for cell in distinct], pa.string())
    return pa.chunked_array([texts.take(pa.array(codes))])


def _text(cell: Any, decimal: str) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, float):
        return np.format_float_positional(cell, trim="-").replace(".", decimal)
    return str(cell)

"""Workbooks (.xls, .xlsx): their sheets, and the tables of text that stand in them."""

from __future__ import annotations

import io
import posixpath
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.parsers import expat

import numpy as np
import pandas as pd
import pyarrow as pa
import xlrd
from python_calamine import CalamineError, CalamineWorkbook

from oqhs.errors import DataError, LayoutError
from oqhs.sources.archives import open_archive
from oqhs.sources.cells import TextTable, text_table
from oqhs.territories import METRO_ROWS
from oqhs.text import parse_numbers

#: Cells a sheet may spread over, empty ones included: France by IRIS on 400 columns.
MOST_CELLS = 20_000_000
#: Rows above a header: a title, the field, the source.
MOST_TITLE_ROWS = 30

_ZIP = b"PK\x03\x04"
#: The stream that holds a workbook protected by a password.
_PROTECTED = "EncryptedPackage".encode("utf-16-le")
#: Rows and cells of a sheet, with the place they say they have; they may say none.
_PLACES = re.compile(rb"<(?:\w+:)?(row|c)(?=[\s/>])(?:[^>]*?\sr\s*=\s*[\"']([A-Za-z]*)([0-9]*)[\"'])?[^>]*>")
_ERROR = re.compile(rb"\st\s*=\s*[\"']e[\"']")
_VALUE = re.compile(rb"<(?:\w+:)?v>([^<]{1,20})<")
_SHEET = re.compile(rb"<(?:\w+:)?sheet\s[^>]*?\s\w+:id\s*=\s*[\"']([^\"']*)[\"']")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\s[^>]*>")
_ATTRIBUTE = re.compile(rb"\s(Id|Target)\s*=\s*[\"']([^\"']*)[\"']")


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
    if _PROTECTED in raw and read is _read_xls:
        raise LayoutError("the workbook is protected by a password", file=path, todo="save it without one")
    try:
        sheets = read(path, raw)
    except (CalamineError, _DamagedXlsError) as error:
        raise LayoutError(
            f"this is not a workbook: {error}",
            file=path,
            allowed="a workbook .xls or .xlsx, complete",
            todo="get the file again: it may be cut, or be a web page saved under that name",
        ) from error
    return [sheet for sheet in sheets if sheet.rows]


def _read_xlsx(path: Path, raw: bytes) -> list[Sheet]:
    errors = _error_cells(path, raw)
    book = CalamineWorkbook.from_filelike(io.BytesIO(raw))
    sheets = []
    for i, name in enumerate(book.sheet_names):
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        # Calamine gives a cell in error as an empty one, which would be a value that is missing.
        for (row, column), error in errors.get(i, {}).items():
            rows[row - 1][column - 1] = error
        sheets.append(Sheet(path, name, rows))
    return sheets


class _DamagedXlsError(Exception):
    """An .xls that cannot be read, whatever the reader stumbled on."""


def _read_xls(path: Path, raw: bytes) -> list[Sheet]:
    # Calamine asks for as much memory as a damaged .xls says it needs, and that ends the process; xlrd
    # raises, but a byte changed inside the file may make it raise anything.
    try:
        book = xlrd.open_workbook(file_contents=raw, logfile=io.StringIO())
        return [
            Sheet(path, sheet.name, [_typed(row, book.datemode) for row in sheet.get_rows()])
            for sheet in book.sheets()
        ]
    except Exception as error:
        raise _DamagedXlsError(str(error) or type(error).__name__) from error


def _typed(row: list[Any], datemode: int) -> list[Any]:
    """Values of the cells of an .xls: text and numbers as they are, the others as Excel shows them."""
    return [_SHOWN[cell.ctype](cell.value, datemode) if cell.ctype in _SHOWN else cell.value for cell in row]


_SHOWN: dict[int, Callable[[Any, int], str]] = {
    xlrd.XL_CELL_BOOLEAN: lambda value, _: str(bool(value)),
    xlrd.XL_CELL_ERROR: lambda value, _: xlrd.error_text_from_code.get(value, "#N/A"),
    xlrd.XL_CELL_DATE: lambda value, mode: str(xlrd.xldate_as_datetime(value, mode)),
}


def _error_cells(path: Path, content: bytes) -> dict[int, dict[tuple[int, int], str]]:
    """Cells in error of each sheet of an .xlsx, by number of the sheet.

    Every file inside is unpacked, which checks it. A sheet with a cell so far away that the empty ones
    before it would fill the memory is refused.
    """
    errors: dict[str, dict[tuple[int, int], str]] = {}
    with open_archive(path, content) as members:
        files = {member.name: member.read() for member in members}
    for name, xml in files.items():
        if name.endswith((".xml", ".rels")):
            _refuse_damaged_xml(path / name, xml)
        if b"sheetData" not in xml:
            continue
        errors[name] = _scanned(path, name, xml)
    order = _sheet_files(files) if any(errors.values()) else []
    lost = [name for name, wrong in errors.items() if wrong and name not in order]
    if lost:
        raise _damaged(path / lost[0], "no sheet is said to be there")
    return {order.index(name): wrong for name, wrong in errors.items() if wrong}


def _refuse_damaged_xml(path: Path, xml: bytes) -> None:
    """Refuse XML that is not well formed: Calamine reads on, and what it then gives cannot be told."""
    try:
        expat.ParserCreate(namespace_separator="}").Parse(xml, True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise _damaged(path, str(error)) from error


def _damaged(path: Path, why: str) -> DataError:
    return DataError(
        f"this part of the workbook is damaged: {why}",
        file=path,
        allowed="a workbook .xls or .xlsx, complete",
        todo="get the file again",
    )


def _scanned(path: Path, name: str, xml: bytes) -> dict[tuple[int, int], str]:
    """Cells in error of a sheet, once it is known not to be vast and to hold each cell once."""
    rows = columns = 0
    last, ordered = (0, 0), True
    errors = {}
    has_errors = _ERROR.search(xml) is not None
    for place, tag in _filled_cells(xml):
        rows, columns = max(rows, place[0]), max(columns, place[1])
        ordered = ordered and place > last
        last = place
        if has_errors and _ERROR.search(tag[0]):
            value = _VALUE.search(xml, tag.end())
            errors[place] = value[1].decode("ascii", "replace") if value else "#N/A"
    if rows * columns > MOST_CELLS:
        raise DataError(
            "a sheet of this workbook spreads over too many cells",
            file=path,
            sheet=name,
            found=f"{rows} rows × {columns} columns",
            allowed=f"{MOST_CELLS} cells at most, empty ones included",
            todo="delete the cells far from the table, or save the sheet as CSV",
        )
    if not ordered and max(Counter(place for place, _ in _filled_cells(xml)).values()) > 1:
        raise _damaged(path / name, "a cell stands twice")
    return errors


def _filled_cells(xml: bytes) -> Iterator[tuple[tuple[int, int], re.Match[bytes]]]:
    """Row and column of every cell with something in it, and the tag that opens it."""
    row = column = 0
    for tag in _PLACES.finditer(xml):
        kind, letters, digits = tag.groups()
        if kind == b"row":
            row, column = int(digits) if digits else row + 1, 0
            continue
        column = _number(letters.upper()) if letters else column + 1
        row = int(digits) if digits else row
        if not tag[0].endswith(b"/>"):
            yield (row, column), tag


def _sheet_files(files: dict[str, bytes]) -> list[str]:
    """Names of the files of the sheets, in the order of the sheets."""
    relations = {}
    for relation in _RELATION.findall(files.get("xl/_rels/workbook.xml.rels", b"")):
        told = {key: value.decode() for key, value in _ATTRIBUTE.findall(relation)}
        relations[told.get(b"Id", "")] = posixpath.normpath(posixpath.join("/xl", told.get(b"Target", "")))
    return [
        relations.get(name.decode(), "").removeprefix("/")
        for name in _SHEET.findall(files.get("xl/workbook.xml", b""))
    ]


def _number(letters: bytes) -> int:
    """Give the number of a column from its letters: A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = 26 * number + letter - 64
    return number


def _is_labels(row: list[Any], code: int) -> bool:
    """Tell whether a row says the names in words: no code where the codes are, no value anywhere."""
    if not all(isinstance(cell, str) for cell in row):
        return False
    filled = [cell for cell in row if cell.strip()]
    name = row[code].strip()
    if not name or name.upper() in METRO_ROWS or any(character.isdigit() for character in name):
        return False
    return bool(parse_numbers(filled)["status"].isna().all())


def _names(row: list[Any]) -> list[str]:
    return [_text(cell, ",").strip() for cell in row]


def _column(cells: list[Any], decimal: str) -> pa.ChunkedArray:
    """Give typed cells as the text they stand for, each distinct one once."""
    # True is 1 for Python: as text, it stays what the cell shows.
    told = [str(cell) if isinstance(cell, bool) else cell for cell in cells]
    codes, distinct = pd.factorize(np.array(told, dtype=object))
    texts = pa.array([_text(cell, decimal) for cell in distinct], pa.string())
    return pa.chunked_array([texts.take(pa.array(codes))])


def _text(cell: Any, decimal: str) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, float):
        return np.format_float_positional(cell, trim="-").replace(".", decimal)
    return str(cell)

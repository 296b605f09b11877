"""Delimited text, read as text: nothing is interpreted here but lines and cells."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from oqhs.errors import DataError, LayoutError, Problem

_DELIMITERS = ";,\t|"
_BOM = b"\xef\xbb\xbf"
_UTF8_PAIR = re.compile(rb"[\xc3\xc5][\x80-\xbf]|\xc2[\xa0-\xbf]|\xe2\x80[\x80-\xbf]")


@dataclass(frozen=True)
class TextTable:
    """A table of text.

    `header` holds the names as written, without surrounding spaces; `columns` the cells of each
    named column, in the same order; rows without any filled cell are left out and counted.
    """

    path: Path
    header: tuple[str, ...]
    columns: tuple[pa.ChunkedArray, ...]
    blank_rows: int
    _text: str
    _delimiter: str

    def __len__(self) -> int:
        return len(self.columns[0])

    def column(self, name: str) -> pa.ChunkedArray:
        """Cells of the column of that name, compared in upper case."""
        return self.columns[[known.upper() for known in self.header].index(name.upper())]

    def line_of(self, row: np.integer | int) -> int:
        """Line of the file where a row starts, the header being line 1."""
        return self._lines[int(row) + 1]

    @cached_property
    def _lines(self) -> list[int]:
        records = _records(self._text, self._delimiter)
        return [line for line, cells in records if any(cell.strip() for cell in cells)]


def read_delimited(path: Path) -> TextTable:
    """Read a delimited file as text.

    UTF-8, with or without a byte order mark, or Windows-1252; `;`, `,`, tabulation or `|`; any line
    ending; empty columns without a name at the end of the lines are dropped.

    Raises
    ------
    LayoutError
        The file is empty, is not text, or has no delimiter in its first line.
    DataError
        Two encodings are mixed, two columns have one name, a column without a name is filled, some
        lines have not as many cells as the header, a quote is never closed, or there is no row under
        the header.
    """
    text = _decode(path)
    delimiter = _delimiter(path, text)
    raw_header = [
        name.strip() for name in next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    ]
    table = _cells(path, text, delimiter, len(raw_header))
    filled = [bool(name) for name in raw_header]
    _check_header(path, raw_header, table, text, delimiter)
    columns = [column for column, keep in zip(table.columns, filled, strict=True) if keep]
    blank = _blank(columns)
    kept = pc.invert(blank)
    dropped = pc.sum(blank).as_py() or 0
    if dropped:
        columns = [column.filter(kept) for column in columns]
    header = tuple(name for name in raw_header if name)
    if len(columns[0]) == 0:
        raise DataError("there is no row under the header", file=path, todo="get the file again")
    return TextTable(path, header, tuple(columns), dropped, text, delimiter)


def _decode(path: Path) -> str:
    raw = path.read_bytes()
    if not raw.strip():
        raise LayoutError("the file is empty", file=path, todo="get it again from its producer")
    if b"\x00" in raw:
        raise LayoutError(
            "this is not delimited text", file=path, allowed="text in UTF-8 or Windows-1252 (.csv)"
        )
    try:
        return raw.removeprefix(_BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        if raw.startswith(_BOM) or _UTF8_PAIR.search(raw):
            raise DataError(
                "two encodings are mixed",
                file=path,
                line=line,
                found=raw[error.start : error.start + 12],
                allowed="UTF-8 throughout, or Windows-1252 throughout",
                todo="get the file again, or save it in one encoding",
            ) from error
    try:
        return raw.decode("cp1252")
    except UnicodeDecodeError as error:
        raise DataError(
            "this byte is neither UTF-8 nor Windows-1252",
            file=path,
            line=raw.count(b"\n", 0, error.start) + 1,
            found=raw[error.start : error.start + 1],
            todo="get the file again, or save it in UTF-8",
        ) from error


def _delimiter(path: Path, text: str) -> str:
    first = text.splitlines()[0] if text.strip() else ""
    best = max(_DELIMITERS, key=first.count)
    if first.count(best) == 0:
        raise LayoutError(
            "the first line has no delimiter",
            file=path,
            line=1,
            found=first[:80],
            allowed="columns separated by ';', ',', a tabulation or '|'",
        )
    return best


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Lines that hold something: number of the line where each starts, and its cells."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    start = 1
    for cells in reader:
        if cells:
            yield start, cells
        start = reader.line_num + 1


def _check_quotes(path: Path, text: str, delimiter: str) -> None:
    """Refuse a quote that is opened and never closed: it would swallow the lines that follow."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    start = 1
    try:
        for _ in reader:
            start = reader.line_num + 1
    except csv.Error as error:
        raise DataError(
            f"a quoted cell is not written as it must be: {error}",
            file=path,
            line=start,
            allowed='a cell between quotes, the quotes inside it written twice: "a ""b"" c"',
            todo="check the quotes from this line on",
        ) from error


def _cells(path: Path, text: str, delimiter: str, width: int) -> pa.Table:
    if '"' in text:
        _check_quotes(path, text, delimiter)
    names = [str(i) for i in range(width)]
    try:
        table = arrow_csv.read_csv(
            io.BytesIO(text.encode("utf-8")),
            read_options=arrow_csv.ReadOptions(column_names=names),
            parse_options=arrow_csv.ParseOptions(delimiter=delimiter, newlines_in_values='"' in text),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid as error:
        uneven = [
            Problem(
                "the line has not as many cells as the header",
                file=path,
                line=line,
                found=len(cells),
                allowed=f"{width} cells",
                todo="check the separators of this line, and whether the file was cut",
            )
            for line, cells in _records(text, delimiter)
            if len(cells) != width
        ]
        if not uneven:
            raise DataError(f"the table cannot be read: {error}", file=path) from error
        raise DataError.gather(uneven) from error
    return table.slice(1)


def _check_header(path: Path, header: list[str], table: pa.Table, text: str, delimiter: str) -> None:
    problems = []
    seen: dict[str, int] = {}
    for position, name in enumerate(header, start=1):
        if not name:
            cells = table.column(position - 1)
            row = pc.index(pc.not_equal(pc.utf8_trim_whitespace(cells), ""), True).as_py()
            if row >= 0:
                problems.append(
                    Problem(
                        "a column without a name is filled",
                        file=path,
                        line=_line_of(text, delimiter, row),
                        column=f"no {position}",
                        found=cells[row].as_py(),
                        allowed="a name in the header, or nothing in the column",
                    )
                )
        elif name.upper() in seen:
            problems.append(
                Problem(
                    "two columns have one name",
                    file=path,
                    line=1,
                    column=name,
                    found=f"columns {seen[name.upper()]} and {position}",
                    allowed="one column a name",
                )
            )
        else:
            seen[name.upper()] = position
    if problems:
        raise DataError.gather(problems)


def _line_of(text: str, delimiter: str, row: int) -> int:
    records = _records(text, delimiter)
    return next(line for i, (line, _) in enumerate(records) if i == row + 1)


def _blank(columns: list[pa.ChunkedArray]) -> pa.ChunkedArray:
    blank = pc.equal(pc.utf8_trim_whitespace(columns[0]), "")
    for column in columns[1:]:
        if not pc.any(blank).as_py():
            break
        blank = pc.and_(blank, pc.equal(pc.utf8_trim_whitespace(column), ""))
    return blank

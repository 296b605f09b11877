"""Delimited text, read as text: nothing is interpreted here but lines and cells."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv

from oqhs.errors import DataError, LayoutError, Problem
from oqhs.sources.cells import LONGEST_CELL, TextTable, text_table

_DELIMITERS = ";,\t|"
_LF, _CR = 10, 13
_BOM = b"\xef\xbb\xbf"
_UTF8_PAIR = re.compile(rb"[\xc3\xc5][\x80-\xbf]|\xc2[\xa0-\xbf]|\xe2\x80[\x80-\xbf]")
#: Bytes a line may hold: the csv module reads no longer cell.
_LONGEST_LINE = 2**17


def read_delimited(path: Path, content: bytes | None = None) -> TextTable:
    """Read a delimited file as text.

    UTF-8, with or without a byte order mark, or Windows-1252; `;`, `,`, tabulation or `|`; any line
    ending; empty columns without a name at the end of the lines are dropped.

    Parameters
    ----------
    path : Path
        File; where it lies inside an archive, the path it is told by.
    content : bytes, optional
        Its bytes, where they are at hand already.

    Raises
    ------
    LayoutError
        The file is empty, is not text, or has no delimiter in its first line.
    DataError
        Two encodings are mixed, two columns have one name, a column without a name is filled, some
        lines have not as many cells as the header, a quote is never closed, a line or a cell is
        enormous, or there is no row under the header.
    """
    text = _decode(path, path.read_bytes() if content is None else content)
    _refuse_long_lines(path, text)
    delimiter = _delimiter(path, text)
    if '"' in text:
        _check_quotes(path, text, delimiter)
    raw_header = [
        name.strip() for name in next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    ]
    table = _cells(path, text, delimiter, len(raw_header))

    def lines() -> list[int]:
        _, *rows = _records(text, delimiter)
        return [line for line, cells in rows if any(cell.strip() for cell in cells)]

    return text_table(path, raw_header, table.columns, lines)


def _decode(path: Path, raw: bytes) -> str:
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


def _refuse_long_lines(path: Path, text: str) -> None:
    """Refuse lines no producer writes: a line break was lost, or the file is not a table."""
    raw = np.frombuffer(text.encode("utf-8"), dtype=np.uint8)
    ends = np.flatnonzero((raw == _LF) | (raw == _CR))
    lengths = np.diff(np.concatenate([[-1], ends, [len(raw)]])) - 1
    long = [
        Problem(
            "this line is enormous",
            file=path,
            line=1 + int(np.count_nonzero(raw[: ends[i - 1] + 1 if i else 0] == _LF)),
            found=f"{lengths[i]} bytes",
            allowed=f"{_LONGEST_LINE} bytes at most, {LONGEST_CELL} characters in a cell",
            todo="check the line breaks and the quotes of this line",
        )
        for i in np.flatnonzero(lengths > _LONGEST_LINE)
    ]
    if long:
        raise DataError.gather(long)


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

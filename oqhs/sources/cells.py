"""Tables of text, wherever they come from: the shape every reader of tables works on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from oqhs.errors import DataError, Problem

#: Characters a cell may hold: what a spreadsheet accepts.
LONGEST_CELL = 32_767


@dataclass(frozen=True)
class TextTable:
    """A table of text.

    `header` holds the names as written, without surrounding spaces; `columns` the cells of each
    named column, in the same order; rows without any filled cell are left out and counted. `lines`
    gives the lines (rows of the sheet) where the rows start, when an error has to tell one. `path`
    is that of the file; `sheet` the sheet of a workbook.
    """

    path: Path
    header: tuple[str, ...]
    columns: tuple[pa.ChunkedArray, ...]
    blank_rows: int
    lines: Callable[[], list[int]]
    sheet: str | None = None

    def __len__(self) -> int:
        return len(self.columns[0])

    @cached_property
    def names(self) -> list[str]:
        """Names of the columns in upper case, as they are compared."""
        return [name.upper() for name in self.header]

    def column(self, name: str) -> pa.ChunkedArray:
        """Cells of the column of that name, compared in upper case."""
        return self.columns[self.names.index(name.upper())]

    def line_of(self, row: np.integer | int) -> int:
        """Line of the file where a row starts, the first line being line 1."""
        return self._lines[int(row)]

    @cached_property
    def _lines(self) -> list[int]:
        return self.lines()


def text_table(
    path: Path,
    raw_header: list[str],
    table: list[pa.ChunkedArray],
    lines: Callable[[], list[int]],
    header_line: int = 1,
    sheet: str | None = None,
) -> TextTable:
    """Make a table of the cells of a file, once its header is checked and its blank rows left out.

    Parameters
    ----------
    path : Path
        File, for the errors.
    raw_header : list of str
        Names of the columns; an empty one is a column without a name.
    table : list of ChunkedArray
        Cells by column, in the order of the header.
    lines : callable
        Gives the line of every row that has a filled cell.
    header_line : int
        Line of the header.
    sheet : str, optional
        Sheet of the workbook.

    Raises
    ------
    DataError
        Two columns have one name, a column without a name is filled, a cell is enormous, or there is
        no row under the header.
    """
    blank = _blank(table)
    dropped = pc.sum(blank).as_py() or 0
    if dropped:
        kept = pc.invert(blank)
        table = [column.filter(kept) for column in table]
    header = tuple(name for name in raw_header if name)
    columns = tuple(column for column, name in zip(table, raw_header, strict=True) if name)
    made = TextTable(path, header, columns, dropped, lines, sheet)
    problems = [
        *_wrong_names(made, raw_header, table, header_line),
        *_enormous(made),
    ]
    if problems:
        raise DataError.gather(problems)
    if not columns or len(made) == 0:
        raise DataError("there is no row under the header", file=path, sheet=sheet, todo="get the file again")
    return made


def _wrong_names(
    made: TextTable, raw_header: list[str], table: list[pa.ChunkedArray], header_line: int
) -> list[Problem]:
    problems = []
    seen: dict[str, int] = {}
    for position, (name, cells) in enumerate(zip(raw_header, table, strict=True), start=1):
        if name and name.upper() in seen:
            problems.append(
                Problem(
                    "two columns have one name",
                    file=made.path,
                    sheet=made.sheet,
                    line=header_line,
                    column=name,
                    found=f"columns {seen[name.upper()]} and {position}",
                    allowed="one column a name",
                )
            )
        elif name:
            seen[name.upper()] = position
            continue
        row = pc.index(pc.not_equal(pc.utf8_trim_whitespace(cells), ""), True).as_py() if not name else -1
        if row >= 0:
            problems.append(
                Problem(
                    "a column without a name is filled",
                    file=made.path,
                    sheet=made.sheet,
                    line=made.line_of(row),
                    column=f"no {position}",
                    found=cells[row].as_py(),
                    allowed="a name in the header, or nothing in the column",
                )
            )
    return problems


def _enormous(made: TextTable) -> list[Problem]:
    """Tell the cells no producer writes: they would slow every step that follows."""
    problems = []
    for name, cells in zip(made.header, made.columns, strict=True):
        longest = pc.max(pc.binary_length(cells)).as_py() or 0
        if longest > LONGEST_CELL:
            lengths = pc.utf8_length(cells).to_numpy()
            problems += [
                Problem(
                    "this cell is enormous",
                    file=made.path,
                    sheet=made.sheet,
                    line=made.line_of(row),
                    column=name,
                    found=f"{lengths[row]} characters",
                    allowed=f"{LONGEST_CELL} characters at most",
                    todo="check the quotes and the separators of this line",
                )
                for row in np.flatnonzero(lengths > LONGEST_CELL)
            ]
    return problems


def _blank(columns: list[pa.ChunkedArray]) -> pa.ChunkedArray:
    """Tell the rows where no column, named or not, holds anything."""
    blank = pc.equal(pc.utf8_trim_whitespace(columns[0]), "")
    for column in columns[1:]:
        if not pc.any(blank).as_py():
            break
        blank = pc.and_(blank, pc.equal(pc.utf8_trim_whitespace(column), ""))
    return blank

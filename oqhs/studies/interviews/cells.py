"""Tables of text, their columns found by the names they go by, and what every table of excerpts gives."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from oqhs.errors import LayoutError, Problem
from oqhs.sources.cells import TextTable
from oqhs.studies.interviews.material import Material, RawCode, RawSegment, RawSource
from oqhs.studies.interviews.words import fold


class Cells:
    """Cells of a table, by the folded names of its columns."""

    def __init__(self, table: TextTable) -> None:
        self._table = table
        self.file: Path = table.path
        self._columns = {fold(name): name for name in table.header}

    @property
    def header(self) -> tuple[str, ...]:
        """Names of the columns, as written."""
        return self._table.header

    def has(self, *names: str) -> bool:
        """Whether the table has all these columns."""
        return all(name in self._columns for name in names)

    def need(self, *choices: Sequence[str]) -> None:
        """Refuse a table that lacks a column, under each of the names it may have.

        Raises
        ------
        LayoutError
            Columns are missing; all of them are told.
        """
        missing = [names for names in choices if not any(name in self._columns for name in names)]
        if missing:
            raise LayoutError.gather(
                Problem(
                    "this table has no such column",
                    self.file,
                    column=names[0],
                    found=", ".join(self.header),
                    allowed=" or ".join(names),
                    sheet=self._table.sheet,
                )
                for names in missing
            )

    def texts(self, *names: str) -> list[str | None]:
        """Give the cells of the first of these columns that is there, as written; None where empty."""
        name = next((self._columns[one] for one in names if one in self._columns), None)
        if name is None:
            return [None] * len(self._table)
        return [cell or None for cell in self._table.column(name).to_pylist()]

    def names(self, *names: str) -> list[str | None]:
        """Give the cells of a column without the spaces around them; None where there is nothing else."""
        return [None if cell is None else cell.strip() or None for cell in self.texts(*names)]

    def line(self, row: int) -> int:
        """Line of the file where a row starts."""
        return self._table.line_of(row)

    def material(
        self, segments: list[RawSegment], sources: Iterable[str | None], codes: Iterable[str | None]
    ) -> Material:
        """Give the material of a table of excerpts: its sources and its codes are those it names."""
        return Material(
            self.file,
            [RawSource(one, one, None) for one in dict.fromkeys(sources) if one is not None],
            segments,
            [RawCode(one, one, None) for one in dict.fromkeys(codes) if one is not None],
        )

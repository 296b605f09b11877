"""The tables of the follow-up: one table a file, its columns by name, what is wrong in it told at once."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

import numpy as np
import pandas as pd

from oqhs.errors import DataError, LayoutError, Problem
from oqhs.sources.cells import TextTable
from oqhs.sources.opening import open_tables
from oqhs.sources.workbooks import Sheet
from oqhs.territories import CODE_SHAPES, kinds_of, normalise_codes
from oqhs.text import parse_numbers, plain_labels

_FIRST_YEAR, _LAST_YEAR = 2000, 2100
_SHOWN = 20  # names told in an error


@dataclass(frozen=True)
class Cells:
    """A table whose columns are called by our names; `problems` gathers what is wrong in it."""

    text: TextTable
    names: Mapping[str, str]
    problems: list[Problem] = field(default_factory=list)

    def texts(self, name: str) -> pd.Series:
        """Give the cells of a column as plain texts; an optional column that is not there is empty."""
        if name not in self.names:
            return pd.Series("", index=range(len(self.text)), dtype="str")
        cells = pd.Series(self.text.column(self.names[name]).to_pandas(), dtype="str")
        return plain_labels(cells).fillna("")

    def report(
        self,
        wrong: pd.Series | np.ndarray,
        what: str,
        name: str,
        allowed: str,
        todo: str | Sequence[str | None] | None = None,
    ) -> None:
        """Tell the rows where a column is wrong; `todo` is one advice, or one for each row of the table."""
        shown = self.texts(name)
        for row in np.flatnonzero(np.asarray(wrong, dtype=bool)):
            advice = todo if todo is None or isinstance(todo, str) else todo[int(row)]
            line, column = self.text.line_of(row), self.names.get(name, name)
            found = shown.iloc[row]
            self.problems.append(
                Problem(what, self.text.path, line, column, found, allowed, advice, self.text.sheet)
            )

    def one_of(self, name: str, known: Collection[str], what: str) -> pd.Series:
        """Give the cells of a column that holds ids; tell those that are not known."""
        cells = self.texts(name)
        wrong = ~cells.isin(list(known))
        near = {one: get_close_matches(one, list(known), n=1) for one in cells[wrong].unique()}
        advice = [f"did you mean {near[one][0]}?" if near.get(one) else None for one in cells]
        self.report(wrong, what, name, ", ".join(list(known)[:_SHOWN]), advice)
        return cells

    def territories(self, name: str, kinds: Sequence[str]) -> pd.Series:
        """Give codes of territories; tell those that are none, or of another kind."""
        codes = normalise_codes(self.texts(name))
        kind = kinds_of(codes)["kind"]
        self.report(kind.isna(), "this is not the code of a territory", name, CODE_SHAPES)
        foreign = kind.notna() & ~kind.isin(list(kinds))
        self.report(foreign, "this table does not hold territories of this kind", name, ", ".join(kinds))
        return codes

    def years(self, name: str) -> pd.Series:
        """Give years as Int64; tell what is not one."""
        cells = self.texts(name)
        whole = cells.str.fullmatch(r"[0-9]{4}")
        numbers = pd.to_numeric(cells.where(whole), errors="coerce").astype("Int64")
        wrong = ~numbers.between(_FIRST_YEAR, _LAST_YEAR).fillna(False).astype(bool)
        allowed = f"a year in four digits, {_FIRST_YEAR} to {_LAST_YEAR}"
        self.report(wrong, "this is not a year", name, allowed, "write one row a year")
        return numbers

    def numbers(self, name: str) -> pd.DataFrame:
        """Give `value` and `status` of French numbers; tell what is unreadable or negative."""
        found = parse_numbers(self.text.column(self.names[name]))
        allowed = "a French number (1 250 or 12,5), or s, nd, ns, or empty: no value is never 0"
        self.report(found["status"].isna(), "this is not a number", name, allowed)
        self.report(found["value"] < 0, "this is below zero", name, "a number from 0")
        return found

    def refuse(self) -> None:
        """Raise `DataError` with every problem found, in the order of the lines."""
        if self.problems:
            raise DataError.gather(sorted(self.problems, key=lambda one: one.line or 0))


def open_cells(path: Path, needed: Sequence[str], optional: Sequence[str] = ()) -> Cells:
    """Open the table of a CSV file or of a workbook.

    Parameters
    ----------
    path : Path
        File; one table in it, whatever the other sheets of a workbook hold.
    needed, optional : sequence of str
        Names of its columns, without accents; capitals and accents of the file do not count.

    Raises
    ------
    LayoutError
        The columns are not there, there are others, two have one name but for capitals and accents, or
        several tables have them.
    DataError
        As `oqhs.sources.opening.open_tables`.
    """
    tables = [one for part in open_tables(path).parts if (one := _table(part.table, needed)) is not None]
    if len(tables) != 1:
        raise LayoutError(
            "several tables of this file have these columns" if tables else "no table has these columns",
            file=path,
            found=f"{len(tables)} tables" if tables else _headers(path),
            allowed=f"one table with the columns {', '.join(needed)}",
            todo="keep one of them" if tables else "write these names in the first line",
        )
    text = tables[0]
    names = _called(text, [*needed, *optional])
    foreign = [header for bare, header in names.items() if bare not in {*needed, *optional}]
    if foreign:
        raise LayoutError.gather(
            Problem(
                "this column is not known",
                file=path,
                sheet=text.sheet,
                column=name,
                allowed=", ".join([*needed, *optional]),
                todo="remove it: no name of a person or of an association is kept here",
            )
            for name in foreign
        )
    return Cells(text, names)


def _table(table: TextTable | Sheet, needed: Sequence[str]) -> TextTable | None:
    """Give the table if it has these columns."""
    if isinstance(table, Sheet):
        for header in table.headers():
            if {_bare(name) for name in header} >= set(needed):
                first = next(name for name in header if _bare(name) == needed[0])
                others = [name.upper() for name in header if name and name != first]
                return table.table([first.upper(), *others], ",")
        return None
    return table if {_bare(name) for name in table.header} >= set(needed) else None


def _called(text: TextTable, known: Sequence[str]) -> dict[str, str]:
    """Give the names of the columns by what we call them; refuse two that come to the same."""
    called: dict[str, list[str]] = {}
    for name in text.header:
        called.setdefault(_bare(name), []).append(name)
    alike = {bare: same for bare, same in called.items() if len(same) > 1}
    if alike:
        raise LayoutError.gather(
            Problem(
                "two columns have one name, capitals and accents apart",
                file=text.path,
                sheet=text.sheet,
                column=bare,
                found=", ".join(same),
                allowed=f"one column a name: {', '.join(known)}",
                todo="keep the right one, and remove the other",
            )
            for bare, same in alike.items()
        )
    return {bare: name for bare, (name,) in called.items()}


def _headers(path: Path) -> str:
    """Tell the names that stand at the head of the tables of a file."""
    heads = []
    for part in open_tables(path).parts:
        table = part.table
        names = next(iter(table.headers()), []) if isinstance(table, Sheet) else list(table.header)
        heads.append(", ".join(filter(None, names)))
    return " | ".join(heads)


def _bare(name: str) -> str:
    """Write the name of a column without capitals or accents."""
    letters = unicodedata.normalize("NFKD", name.strip().casefold())
    return "".join(one for one in letters if not unicodedata.combining(one))

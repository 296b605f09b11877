"""The table of pseudonyms: who is called what, kept apart from the corpus."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pandas as pd

from oqhs.errors import DataError, Problem
from oqhs.sources.delimited import read_delimited
from oqhs.studies.identity.finder import Finder
from oqhs.studies.identity.folding import fold, glued
from oqhs.text import plain_labels

NATURES = ("personne", "lieu", "structure")
_COLUMNS = {"nom": "name", "pseudonyme": "pseudonym", "nature": "nature"}
#: Folders of a data folder, where no table that names people may lie.
_DATA_FOLDERS = {"raw", "processed"}
_LEAST_PART = 3


@dataclass(frozen=True, eq=False)
class Pseudonyms:
    """A table of pseudonyms; it is never shown, whatever displays it.

    Parameters
    ----------
    rows : DataFrame
        `name` (real), `pseudonym`, `nature` (one of `NATURES`).
    """

    rows: pd.DataFrame = field(repr=False)

    def __repr__(self) -> str:
        counts = self.rows["nature"].value_counts()
        told = ", ".join(f"{nature} : {counts.get(nature, 0)}" for nature in NATURES)
        return f"<Pseudonymes ({told})>"

    @cached_property
    def finder(self) -> Finder:
        """Finds the real names; the rank is that of the row."""
        return Finder(self.rows["name"])

    @cached_property
    def parts(self) -> Finder:
        """Finds the first names and the family names of persons, apart; particles are left out."""
        names = self.rows.loc[self.rows["nature"] == "personne", "name"].str.split()
        apart = {one for name in names if len(name) > 1 for one in name if len(glued(one)) >= _LEAST_PART}
        return Finder(sorted(apart))


def read_pseudonyms(path: Path, *, corpus: Iterable[Path] = ()) -> Pseudonyms:
    """Read a table of pseudonyms.

    Parameters
    ----------
    path : Path
        Delimited text of the columns `nom`, `pseudonyme` and `nature` (personne, lieu or structure).
    corpus : iterable of Path, optional
        Files or folders of the corpus: the table may not lie with them.

    Raises
    ------
    DataError
        The table lies with the corpus, or under `raw` or `processed`; a column is missing, a cell empty or a
        nature unknown; a name or a pseudonym stands twice (accents, case, hyphens and spaces do not make
        two); a pseudonym holds a real name of the table, or a word of that of a person.
    """
    path = Path(path)
    _refuse_place(path, [Path(one) for one in corpus])
    text = read_delimited(path)
    missing = [column for column in _COLUMNS if column.upper() not in text.names]
    if missing:
        raise DataError.gather(
            Problem("a column is missing", path, 1, name, allowed=", ".join(_COLUMNS)) for name in missing
        )
    cells = {
        ours: plain_labels(pd.Series(text.column(column).to_pylist(), dtype="str"))
        for column, ours in _COLUMNS.items()
    }
    rows = pd.DataFrame(cells)
    rows["nature"] = rows["nature"].str.casefold()
    table = Pseudonyms(rows)
    problems = [
        problem(path, text.line_of(row)) for row, problem in sorted(_wrong(table), key=lambda one: one[0])
    ]
    if problems:
        raise DataError.gather(problems)
    return table


def _refuse_place(path: Path, corpus: list[Path]) -> None:
    """Refuse a table that lies with what it protects, also where a link leads there."""
    places = {path.absolute(), path.resolve()}
    folders = {place if place.is_dir() else place.parent for place in (one.resolve() for one in corpus)}
    with_data = any(_DATA_FOLDERS & {part.casefold() for part in place.parts[:-1]} for place in places)
    with_corpus = any(place.is_relative_to(folder) for place in places for folder in folders)
    if with_data or with_corpus:
        raise DataError(
            "the table of pseudonyms lies with the corpus it protects",
            file=path,
            allowed="a folder of its own, out of `raw`, of `processed` and of the folder of the corpus",
            todo="move it to a place that only those who may read it can open",
        )


class _Wrong:
    """What is wrong in a row; the real name is not told, its line is."""

    def __init__(self, what: str, column: str, allowed: str, found: object = None) -> None:
        self.told = (what, column, allowed, found)

    def __call__(self, path: Path, line: int) -> Problem:
        what, column, allowed, found = self.told
        return Problem(what, path, line, column, found, allowed, "correct this line")


def _wrong(table: Pseudonyms) -> Iterator[tuple[int, _Wrong]]:
    """Find the rows that cannot be accepted."""
    rows = table.rows
    keys = {column: rows[column].map(glued) for column in ("name", "pseudonym")}
    for column, ours in list(_COLUMNS.items())[:2]:
        empty = keys[ours] == ""
        twice = keys[ours].duplicated(keep=False) & ~empty
        for row in empty.to_numpy().nonzero()[0]:
            yield int(row), _Wrong("this cell holds no letter nor digit", column, "a name")
        for row in twice.to_numpy().nonzero()[0]:
            allowed = "one pseudonym a name, one name a pseudonym"
            yield int(row), _Wrong("this stands twice, but for accents, case and spaces", column, allowed)
    for row in (~rows["nature"].isin(NATURES)).to_numpy().nonzero()[0]:
        found, allowed = rows["nature"].iloc[row], ", ".join(NATURES)
        yield int(row), _Wrong("this nature is not known", "nature", allowed, found)
    for row, pseudonym in enumerate(rows["pseudonym"]):
        written = fold(pseudonym).text
        if table.finder.spans(written) or table.parts.spans(written):
            yield (
                row,
                _Wrong("this pseudonym holds a real name of the table", "pseudonyme", "a name nobody has"),
            )

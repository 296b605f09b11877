"""What a reader takes out of a file, as written there, before anything is checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from oqhs.errors import Problem

#: Where something stands in its file: the number of a line, or the key of an entry.
Where = int | str | None


@dataclass(frozen=True)
class Told:
    """A value somebody tells of a source, and where."""

    value: str
    file: Path
    where: Where


@dataclass(frozen=True, repr=False)
class RawSource:
    """A source; `told` holds, by attribute, all that is told of it."""

    source: str
    label: str
    where: Where
    text: str | None = None
    told: dict[str, list[Told]] = field(default_factory=dict)

    def tell(self, attribute: str, value: str | None, file: Path, where: Where) -> None:
        """Keep what is told of the source; an empty value tells nothing."""
        if value is not None and value.strip():
            self.told.setdefault(attribute, []).append(Told(value, file, where))


@dataclass(frozen=True, repr=False)
class RawSegment:
    """A coded span; `key` tells spans apart where there are no offsets, its text does otherwise."""

    source: str
    code: str
    where: Where
    start: int | None = None
    end: int | None = None
    text: str | None = None
    coder: str | None = None
    memo: str | None = None
    speaker: str | None = None
    key: str | None = None


@dataclass(frozen=True)
class RawCode:
    """An entry of the codebook."""

    code: str
    label: str
    where: Where
    parent: str | None = None
    definition: str | None = None
    include: str | None = None
    exclude: str | None = None
    example: str | None = None
    colour: str | None = None


@dataclass(frozen=True, repr=False)
class Material:
    """All that a file holds; `file` is where its errors point to."""

    file: Path
    sources: list[RawSource] = field(default_factory=list)
    segments: list[RawSegment] = field(default_factory=list)
    codes: list[RawCode] = field(default_factory=list)


def problem(
    what: str,
    file: Path,
    where: Where,
    *,
    column: str | None = None,
    found: object = None,
    allowed: str | None = None,
    todo: str | None = None,
) -> Problem:
    """Tell a problem at a line of a table, or at an entry of a project.

    Examples
    --------
    >>> print(problem("no such code", Path("a.csv"), 3, column="code", found="x"))
    a.csv, line 3, column 'code': no such code
      found: 'x'
    """
    if isinstance(where, str):
        column = where if column is None else f"{where}, {column}"
        return Problem(what, file, None, column, found, allowed, todo)
    return Problem(what, file, where, column, found, allowed, todo)

"""What can go wrong, told so that it can be mended.

Every error of the library is an `OqhsError` and also the builtin a caller would expect
(`ValueError`, `LookupError`). It carries one or several `Problem`: what is wrong, where,
the value found, what is allowed and what to do next.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

_SHOWN = 20
_TYPOGRAPHY = " \u00a0\u202f"  # no printable characters for Python, and yet French


def visible(text: str) -> str:
    r"""Write the characters nobody sees as their escapes: no file can move the cursor of a terminal.

    Control characters, bidirectional and zero-width marks, and the ends of lines. French spaces stay.

    Examples
    --------
    >>> print(visible("a\x1b[31mb\u202ec\nd"))
    a\x1b[31mb\u202ec\nd
    """
    if text.isprintable():
        return text
    return "".join(
        one if one.isprintable() or one in _TYPOGRAPHY else one.encode("unicode_escape").decode("ascii")
        for one in text
    )


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, and where.

    Parameters
    ----------
    what : str
        What is wrong, in one sentence.
    file : str or Path, optional
        File where it was found.
    sheet : str, optional
        Sheet of the workbook.
    line : int, optional
        Line in the file (row of the sheet), the first one being line 1.
    column : str, optional
        Column, key or path inside the file.
    found : object, optional
        Value found there.
    allowed : str, optional
        What would have been accepted.
    todo : str, optional
        What to do next.
    """

    what: str
    file: str | Path | None = None
    line: int | None = None
    column: str | None = None
    found: object = None
    allowed: str | None = None
    todo: str | None = None
    sheet: str | None = None

    def __str__(self) -> str:
        place = [
            visible(str(self.file)) if self.file is not None else "",
            f"sheet {self.sheet!r}" if self.sheet is not None else "",
            f"line {self.line}" if self.line is not None else "",
            f"column {self.column!r}" if self.column is not None else "",
        ]
        where = ", ".join(part for part in place if part)
        what = "\n".join(map(visible, self.what.split("\n")))  # that of a library may have several lines
        lines = [f"{where}: {what}" if where else what]
        if self.found is not None:
            lines.append(f"  found: {self.found!r}")
        if self.allowed is not None:
            lines.append(f"  allowed: {visible(self.allowed)}")
        if self.todo is not None:
            lines.append(f"  to do: {visible(self.todo)}")
        return "\n".join(lines)


class OqhsError(Exception):
    """Base of every error raised by the library; `problems` holds the details."""

    def __init__(
        self,
        what: str,
        *,
        file: str | Path | None = None,
        line: int | None = None,
        column: str | None = None,
        found: object = None,
        allowed: str | None = None,
        todo: str | None = None,
        sheet: str | None = None,
    ) -> None:
        problem = Problem(what, file, line, column, found, allowed, todo, sheet)
        self.problems: tuple[Problem, ...] = (problem,)
        super().__init__(str(self.problems[0]))

    @classmethod
    def gather(cls, problems: Iterable[Problem]) -> Self:
        """Make one error of all the problems found, in the order given."""
        found = tuple(problems)
        error = cls(found[0].what)
        error.problems = found
        lines = [str(problem) for problem in found[:_SHOWN]]
        if len(found) > _SHOWN:
            lines.append(f"… and {len(found) - _SHOWN} more problems of {len(found)}")
        error.args = ("\n".join(lines),)
        return error


class DataError(OqhsError, ValueError):
    """A file holds something that cannot be accepted."""


class LayoutError(DataError):
    """A file is not of a layout the library knows."""


class ChecksumError(DataError):
    """A file is not the one its card vouches for."""


class CatalogueError(OqhsError, ValueError):
    """A card, an edition or a file of the catalogue is not as it must be."""


class CRSError(OqhsError, ValueError):
    """A layer has no coordinate reference system, or one that does not measure metres."""


class MeasureError(OqhsError, ValueError):
    """A measure was asked of data that cannot give it."""


class UnknownError(OqhsError, LookupError):
    """A name (indicator, territory, edition, card…) that nothing answers to."""


class MissingExtraError(OqhsError, ImportError):
    """A library that only some uses need is not installed; the error names the extra that brings it."""

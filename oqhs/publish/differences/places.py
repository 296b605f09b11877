"""A difference between two files, and how the place and the two values are told."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from oqhs.errors import visible

OTHER = "other content"
SAME = "same content, other bytes"
UNREADABLE = "cannot be read as what its name says"
MISSING = "is missing"
ADDED = "was added"
_MOST = 80  # characters of a value that are shown


@dataclass(frozen=True)
class Place:
    """Where two files differ, and what each of them has there (None: nothing)."""

    where: str
    before: str | None = None
    after: str | None = None


@dataclass(frozen=True)
class Difference:
    """The first difference of a file.

    Attributes
    ----------
    file : str
        Name of the file, or its path in the folders.
    what : str
        `OTHER`, `SAME`, `UNREADABLE`, `MISSING` or `ADDED`, in words.
    place : str
        Where: `row 3 (territory QN99901M), column 'value'`, `sheet 'Notes', cell B12`, `page 2`…
    before, after : str or None
        What each file has there; None where it has nothing.
    """

    file: str
    what: str
    place: str = ""
    before: str | None = None
    after: str | None = None

    def __str__(self) -> str:
        head = visible(", ".join(filter(None, (self.file, self.place))))
        if self.before is None and self.after is None:
            return f"{head}: {self.what}"
        told = ["nothing" if one is None else one for one in (self.before, self.after)]
        return f"{head}: {self.what}: {told[0]} → {told[1]}"


def shown(value: object) -> str:
    r"""Write a value on one line, cut when it is long.

    Examples
    --------
    >>> shown("a\nb"), shown(0.1), shown(b"ab")
    ("'a\\nb'", '0.1', "b'ab'")
    """
    text = repr(value)
    return visible(text if len(text) <= _MOST else text[: _MOST - 1] + "…")


def apart(old: str, new: str, at: int) -> tuple[str, str]:
    """Cut two long texts around the character they first differ at."""
    start = max(0, at - _MOST // 4)
    return shown(old[start : start + _MOST // 2]), shown(new[start : start + _MOST // 2])


def first_apart(old: str | bytes, new: str | bytes) -> int | None:
    """Give the position two texts first differ at; None when they are the same.

    Examples
    --------
    >>> first_apart("35,0", "36,0"), first_apart("35", "35,0"), first_apart(b"a", b"a")
    (1, 2, None)
    """
    if old == new:
        return None
    low, high = 0, min(len(old), len(new))
    while low < high:
        middle = (low + high + 1) // 2
        if old[low:middle] == new[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def vertex_apart(old: bytes, new: bytes) -> tuple[str, str, str]:
    """Tell where two outlines (WKB) differ: a vertex, or how they are made."""
    first, second = shapely.from_wkb([old, new])
    points = [shapely.get_coordinates(one) for one in (first, second)]
    if first is None or second is None or points[0].shape != points[1].shape:
        told = [
            "nothing" if one is None else f"{one.geom_type} of {len(xy)} vertices"
            for one, xy in zip((first, second), points, strict=True)
        ]
        return "outline", told[0], told[1]
    moved = np.flatnonzero((points[0] != points[1]).any(axis=1))
    if moved.size == 0:
        return "outline", str(first.geom_type), str(second.geom_type)
    return f"vertex {moved[0] + 1}", *(str(tuple(xy[moved[0]].tolist())) for xy in points)  # type: ignore[return-value]

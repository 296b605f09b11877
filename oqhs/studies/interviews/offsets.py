"""Positions in a text, as programs count them, brought to its code points."""

from __future__ import annotations

import numpy as np

_CR, _LF = 0x0D, 0x0A
_BEYOND_UTF16 = 0x10000
#: First code point that takes one byte of UTF-8 more.
_UTF8_STEPS = (0x80, 0x800, 0x10000)


def bytes_of(text: str) -> np.ndarray:
    """Give the byte of UTF-8 where each code point of a text begins, and where the text ends.

    Examples
    --------
    >>> bytes_of("aé🌳").tolist()
    [0, 1, 3, 7]
    """
    return _ends(1 + np.searchsorted(_UTF8_STEPS, _points(text), side="right"))


def units_of(text: str) -> np.ndarray:
    """Give the unit of UTF-16 where each code point begins, and where the text ends.

    Examples
    --------
    >>> units_of("a🌳b").tolist()
    [0, 1, 3, 4]
    """
    return _ends(1 + (_points(text) >= _BEYOND_UTF16).astype(np.int64))


def editor_positions_of(text: str) -> np.ndarray:
    r"""Give positions as editors count them: units of UTF-16, an end of line of Windows being one.

    Examples
    --------
    >>> editor_positions_of("a\r\n🌳").tolist()
    [0, 1, 2, 2, 4]
    """
    points = _points(text)
    units = 1 + (points >= _BEYOND_UTF16).astype(np.int64)
    units[1:][(points[1:] == _LF) & (points[:-1] == _CR)] = 0
    return _ends(units)


def point_of(positions: np.ndarray, position: int) -> int | None:
    r"""Give the code point that begins at a position; None outside of the text, or inside a character.

    Where two do, around the end of a line of Windows, it is the one after it.

    Examples
    --------
    >>> [point_of(units_of("a🌳b"), at) for at in (0, 1, 2, 3, 4, 5)]
    [0, 1, None, 2, 3, None]
    >>> point_of(editor_positions_of("a\r\nb"), 2)
    3
    """
    found = int(np.searchsorted(positions, position, side="right")) - 1
    return found if found >= 0 and positions[found] == position else None


def _points(text: str) -> np.ndarray:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")


def _ends(lengths: np.ndarray) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(lengths)])

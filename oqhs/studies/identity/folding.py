"""Texts without their accents, and where each letter stood: names are found however they are written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

#: Letters that no decomposition takes to plain ones.
_LETTERS = {
    "œ": "oe",
    "Œ": "OE",
    "æ": "ae",
    "Æ": "AE",
    "ß": "ss",
    "ø": "o",
    "Ø": "O",
    "ł": "l",
    "Ł": "L",
    "đ": "d",
    "Đ": "D",
    "ı": "i",
    **dict.fromkeys("’‘ʼʹ´`ˈ′＇", "'"),
    **dict.fromkeys("‐‑‒–—―−﹣－", "-"),
}
#: Marks over a letter, and characters nobody sees.
_UNSEEN = {"Mn", "Me", "Cf"}
WORD = re.compile(r"[^\W_]+")
#: Between the texts that are searched together; no pattern goes over it.
BORDER = "\0"


@dataclass(frozen=True, eq=False, repr=False)
class Folded:
    """A text without accents, its case kept.

    `origins[i]` is where character `i` of `text` stood in the text as written; one more item stands for
    its end.
    """

    text: str
    origins: np.ndarray

    def spans(self, starts: Sequence[int], ends: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
        """Give where matches stand in the text as written, the marks of their last letter included."""
        firsts = self.origins[np.asarray(starts, dtype=np.int64)]
        lasts = self.origins[np.asarray(ends, dtype=np.int64)]
        return firsts, np.maximum(lasts, firsts + 1)


def fold(text: str) -> Folded:
    r"""Write a text without accents: ligatures undone, one apostrophe, one hyphen, plain spaces.

    Examples
    --------
    >>> made = fold("l\u2019A\u00cfe, Œuf")
    >>> made.text, made.origins.tolist()
    ("l'AIe, OEuf", [0, 1, 2, 3, 4, 5, 6, 7, 7, 8, 9, 10])
    """
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    distinct, which = np.unique(points, return_inverse=True)
    pieces = [_piece(chr(point)) for point in distinct]
    lengths = np.array([len(piece) for piece in pieces], dtype=np.int64)[which]
    origins = np.append(np.repeat(np.arange(len(points)), lengths), len(points))
    return Folded(text.translate(dict(zip(distinct.tolist(), pieces, strict=True))), origins)


def _piece(letter: str) -> str:
    if letter in _LETTERS:
        return _LETTERS[letter]
    plain = unicodedata.normalize("NFKD", letter)
    return "".join(_LETTERS.get(one, one) for one in plain if unicodedata.category(one) not in _UNSEEN)


def words_of(name: str) -> list[str]:
    """Words of a name as they are compared.

    Examples
    --------
    >>> words_of("Jean-Noël d’Aubigné")
    ['jean', 'noel', 'd', 'aubigne']
    """
    return WORD.findall(fold(name).text.casefold())


def glued(name: str) -> str:
    """Write a name in one word: two names that give the same cannot be told apart.

    Examples
    --------
    >>> glued("BEN ALI") == glued("Benali")
    True
    """
    return "".join(words_of(name))


@dataclass(frozen=True, eq=False, repr=False)
class Joined:
    """Texts laid end to end, so that each pattern goes over them once."""

    folded: Folded
    bases: np.ndarray

    def located(self, starts: Sequence[int], ends: Sequence[int]) -> tuple[np.ndarray, ...]:
        """Give the rank of the text of each match, and its start and end there."""
        firsts, lasts = self.folded.spans(starts, ends)
        ranks = np.searchsorted(self.bases, firsts, side="right") - 1
        return ranks, firsts - self.bases[ranks], lasts - self.bases[ranks]


def joined(texts: Iterable[str]) -> Joined:
    """Lay texts end to end."""
    each = list(texts)
    lengths = np.array([len(one) + len(BORDER) for one in each], dtype=np.int64)
    return Joined(fold(BORDER.join(each)), np.append(0, np.cumsum(lengths))[: max(len(each), 1)])

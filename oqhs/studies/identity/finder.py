"""A list of names or phrases, found as whole words however they are written."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from oqhs.studies.identity.folding import WORD, words_of

#: Between two words of a name: « Jean-Noël », « Jean Noël » and « Jeannoël » are one.
_BETWEEN = r"[ '\-_\t\r\n]{0,3}"


class Finder:
    """Finds names in folded texts, whatever their case, their hyphens and their spaces.

    Parameters
    ----------
    names : iterable of str
        Names or phrases; one without a letter is never found.

    Examples
    --------
    >>> Finder(["Ben Ali", "Ali"]).spans("BENALI, puis Ali et Alima")
    [(0, 6, 0), (13, 16, 1)]
    """

    def __init__(self, names: Iterable[str]) -> None:
        patterns: dict[str, list[tuple[int, int, re.Pattern[str]]]] = defaultdict(list)
        for rank, name in enumerate(names):
            words = words_of(name)
            if not words:
                continue
            body = _BETWEEN.join(map(re.escape, words))
            entry = (-len("".join(words)), rank, re.compile(body + r"(?![^\W_])", re.IGNORECASE))
            # A name may be glued up to any of its words: each beginning leads to it.
            for key in {"".join(words[: count + 1]) for count in range(len(words))}:
                patterns[key].append(entry)
        self._patterns = {key: sorted(entries, key=lambda one: one[:2]) for key, entries in patterns.items()}

    def spans(self, text: str) -> list[tuple[int, int, int]]:
        """Give start, end and rank of the name, from left to right: the longest one, none over another."""
        found: list[tuple[int, int, int]] = []
        reached = 0
        for word in WORD.finditer(text):
            entries = self._patterns.get(word.group().casefold())
            if entries is None or word.start() < reached:
                continue
            for _, rank, pattern in entries:
                hit = pattern.match(text, word.start())
                if hit is not None:
                    reached = hit.end()
                    found.append((hit.start(), reached, rank))
                    break
        return found

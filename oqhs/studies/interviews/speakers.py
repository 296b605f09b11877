"""Who speaks where: cases of a project are people, and their spans say whose words a segment holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import inf


@dataclass(frozen=True)
class Turn:
    """A span of a source where somebody speaks; the whole source when neither end is told."""

    source: str
    speaker: str
    start: float = 0
    end: float = inf

    @property
    def length(self) -> float:
        """Characters of the span."""
        return self.end - self.start

    def holds(self, start: int | None, end: int | None) -> bool:
        """Whether a segment lies inside; one without offsets lies in a whole source only."""
        if start is None or end is None:
            return self.length == inf
        return self.start <= start and end <= self.end


def speaker_of(turns: Iterable[Turn], source: str, start: int | None, end: int | None) -> str | None:
    """Say who speaks in a segment: the only one whose shortest span holds it; None where nobody can tell.

    Examples
    --------
    >>> turns = [Turn("groupe 1", "Nour"), Turn("groupe 1", "Milan", 40, 90)]
    >>> speaker_of(turns, "groupe 1", 50, 60), speaker_of(turns, "groupe 1", 0, 30)
    ('Milan', 'Nour')
    >>> speaker_of([*turns, Turn("groupe 1", "Ana")], "groupe 1", 0, 30) is None
    True
    """
    held = [turn for turn in turns if turn.source == source and turn.holds(start, end)]
    shortest = min((turn.length for turn in held), default=inf)
    names = {turn.speaker for turn in held if turn.length == shortest}
    return names.pop() if len(names) == 1 else None

"""What a portrait says, before it is laid out: texts, tables and a map, the same for every format."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Tone = Literal["", "favourable", "unfavourable", "missing"]
Align = Literal["left", "right"]


@dataclass(frozen=True)
class Cell:
    """A cell: a text, a smaller one under it, how it reads, and what an abbreviation stands for."""

    text: str
    under: str = ""
    tone: Tone = ""
    meaning: str = ""


@dataclass(frozen=True)
class Column:
    """A column: its header, its share of the width, the side its cells stand on, whether they stand out."""

    header: str
    width: float
    align: Align = "left"
    strong: bool = False


@dataclass(frozen=True)
class Group:
    """Rows under a name; the name is empty when the rows need none."""

    label: str
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Table:
    """A table; the first cell of a row names it."""

    caption: str
    columns: tuple[Column, ...]
    groups: tuple[Group, ...]
    below: tuple[str, ...] = ()


@dataclass(frozen=True)
class Item:
    """A sentence, after the words that say what it is about."""

    lead: str
    text: str


@dataclass(frozen=True)
class Map:
    """A map as SVG, what it shows in words, and what stands under it."""

    svg: str
    alt: str
    caption: str


@dataclass(frozen=True)
class Section:
    """A part of the portrait; `facts` stand beside `map`, `small` is of the size of notes."""

    heading: str
    lines: tuple[str, ...] = ()
    facts: tuple[Item, ...] = ()
    map: Map | None = None
    items: tuple[Item, ...] = ()
    tables: tuple[Table, ...] = ()
    numbered: tuple[str, ...] = ()
    small: bool = False


@dataclass(frozen=True)
class Document:
    """A portrait.

    `pages` holds what must stand on each page; when there is only one, it goes on as long as it needs.
    """

    name: str
    title: str
    subtitle: str
    foot: str
    warning: str
    pages: tuple[tuple[Section, ...], ...]

    @property
    def data(self) -> dict[str, Any]:
        """The same, as plain data."""
        return asdict(self)


@dataclass
class Notes:
    """Footnotes, numbered in the order in which they are called; each text is told once."""

    texts: list[str] = field(default_factory=list)

    def call(self, said: Iterable[str], whole: Iterable[str] = ()) -> str:
        """Give the numbers of what is said, for example « 1, 4–6 ».

        Parameters
        ----------
        said : iterable of str
            Remarks, joined by `` ; ``: each is a note.
        whole : iterable of str
            Sentences, each a note as it is.

        Examples
        --------
        >>> notes = Notes()
        >>> notes.call(["estimation ; partiel", "partiel"]), notes.call(["partiel"], ["Un ; deux."])
        ('1–2', '2–3')
        """
        numbers = set()
        for part in (*(piece for text in said for piece in text.split(" ; ")), *whole):
            bare = part.strip(" .")
            if not bare:
                continue
            told = f"{bare[0].upper()}{bare[1:]}."
            if told not in self.texts:
                self.texts.append(told)
            numbers.add(self.texts.index(told) + 1)
        return _ranges(sorted(numbers))


def _ranges(numbers: Sequence[int]) -> str:
    """Join numbers, those that follow one another as a range."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)

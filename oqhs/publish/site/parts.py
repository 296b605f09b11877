"""What pages are made of: tables, pictures, downloads, lists, under headings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from oqhs.text import NO_BREAK_SPACE, format_number

_KILO = 1000


@dataclass(frozen=True)
class Cell:
    """A cell of a table.

    `href` leads from the root of the site, or out of it; `sort` is what the table is sorted by where the
    text does not do, None being last whatever the order.
    """

    text: str
    href: str = ""
    sort: float | None = None


@dataclass(frozen=True)
class Table:
    """A table: the first cell of a row heads it; `numbers` are the columns that hold figures.

    One that is `sortable` has a button in each header once the script runs, and a field that filters its rows
    under the words of `filtered`.
    """

    id: str
    caption: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    numbers: frozenset[int] = frozenset()
    sortable: bool = False
    filtered: str = ""


@dataclass(frozen=True)
class Picture:
    """A drawing, and the words for it; width and height are those of the file, in its own units."""

    place: str
    alt: str
    title: str
    width: int
    height: int


@dataclass(frozen=True)
class Download:
    """A file to take away: what it is, its format and its size, in French."""

    place: str
    title: str
    format: str
    size: str


@dataclass(frozen=True)
class Item:
    """A line of a list, with what stands before it in bold, and where it leads."""

    text: str
    lead: str = ""
    href: str = ""


@dataclass(frozen=True)
class Section:
    """A part of a page under its heading, of level 2 or 3."""

    id: str
    title: str
    level: int = 2
    lines: Sequence[str] = ()
    pictures: Sequence[Picture] = ()
    tables: Sequence[Table] = ()
    terms: Sequence[tuple[str, str]] = ()
    items: Sequence[Item] = ()
    downloads: Sequence[Download] = ()


@dataclass(frozen=True)
class Page:
    """A page: where it stands from the root, under which entry of the menu, and what it says."""

    place: str
    title: str
    menu: str
    lead: Sequence[str] = ()
    sections: Sequence[Section] = ()
    above: Sequence[tuple[str, str]] = ()
    template: str = "page.html"
    more: dict[str, object] = field(default_factory=dict)

    @property
    def root(self) -> str:
        """What leads from the page to the root of the site."""
        return "../" * self.place.count("/")


def number_cell(text: str, value: float) -> Cell:
    """Give a cell sorted by its number, one without a number being last."""
    return Cell(text, sort=None if pd.isna(value) else float(value))


def items(lines: Sequence[str]) -> list[Item]:
    """Give lines as a list."""
    return [Item(line) for line in lines]


def table_of(name: str, caption: str, frame: pd.DataFrame, numbers: Sequence[str] = ()) -> Table:
    """Give a frame of texts as a table.

    Examples
    --------
    >>> table_of("t", "Lieux", pd.DataFrame({"Nom": ["Ici"]})).rows[0][0].text
    'Ici'
    """
    texts = frame.astype("str").where(frame.notna(), "")
    rows = [[Cell(text) for text in row] for row in texts.itertuples(index=False)]
    places = frozenset(frame.columns.get_loc(one) for one in numbers)
    return Table(name, caption, [str(one) for one in frame.columns], rows, places)


def size_words(octets: int) -> str:
    """Say the size of a file in French.

    Examples
    --------
    >>> [size_words(size).replace(NO_BREAK_SPACE, " ") for size in (1, 842, 12_345, 2_340_000)]
    ['1 octet', '842 octets', '12 Ko', '2,3 Mo']
    """
    if octets < _KILO:
        return f"{octets}{NO_BREAK_SPACE}octet{'s' if octets > 1 else ''}"
    if octets < _KILO**2:
        return f"{format_number(octets / _KILO)}{NO_BREAK_SPACE}Ko"
    return f"{format_number(octets / _KILO**2, 1)}{NO_BREAK_SPACE}Mo"

"""From the names of a header to the layout of the catalogue it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from oqhs.catalogue import Catalogue
from oqhs.entries import Block, Layout, Vintage
from oqhs.errors import DataError, LayoutError
from oqhs.sources.cards import OWN_LAYOUTS

_YEAR = "{yy}"
_SHOWN = 12


@dataclass(frozen=True)
class Recognised:
    """A layout, in one state of its header, with the year the header says.

    `columns` maps the columns the header has, or the sets of columns that are added up, to variables;
    `blocks` those of other sources, by name.
    """

    name: str
    layout: Layout
    header_year: int | None
    key: tuple[str, ...]
    columns: dict[tuple[str, ...], str]
    notes: tuple[str, ...]
    blocks: dict[str, Recognised]

    @property
    def used(self) -> set[str]:
        """Names of the header that are read, in upper case."""
        read = {name for names in self.columns for name in names}
        return {*self.key, *self.layout.labels, *read, *self.notes}


@dataclass(frozen=True)
class Near:
    """The layout a header is nearest to, and the columns it lacks for it."""

    shared: int
    name: str
    lacking: tuple[str, ...]


def recognise(names: Sequence[str], catalogue: Catalogue) -> Recognised | Near:
    """Tell which layout has these names; the nearest one where none has.

    Parameters
    ----------
    names : sequence of str
        Names of a header, whatever their case.
    catalogue : Catalogue
        Catalogue that knows the layouts.
    """
    header = {name.upper() for name in names}
    fits: list[Recognised] = []
    near: list[Near] = []
    for name, (_, layout) in catalogue.layouts.items():
        for vintage in layout.vintages:
            key = tuple(part.strip() for part in (vintage.key or layout.key).split("&"))
            wanted = (*key, *vintage.match)
            year = _header_year(header, wanted)
            if _lacking(header, wanted, year):
                near.append(_near(header, name, wanted, vintage))
            elif not header & set(_dated(vintage.absent, year)):
                fits.append(_recognised(header, name, layout, vintage, key, year))
    if not fits:
        return min(near, key=lambda one: (-one.shared, one.name, one.lacking))
    return max(fits, key=lambda fit: len({name for names in fit.columns for name in names}))


def unknown_layout(path: Path, names: Sequence[str], near: Near, sheet: str | None = None) -> LayoutError:
    """Error of a header no layout has: what was recognised of it, and what was not."""
    allowed = f"the nearest is {near.name}, which also needs {', '.join(near.lacking)}"
    if near.shared == 0:
        allowed = "one of the layouts the README lists: no name of theirs is here"
    return LayoutError(
        "no layout of the catalogue has this header",
        file=path,
        sheet=sheet,
        line=1 if sheet is None else None,
        found=", ".join(names[:_SHOWN]) + (" …" if len(names) > _SHOWN else ""),
        allowed=allowed,
        todo=f"write its card beside it, with one of the layouts {', '.join(OWN_LAYOUTS)} (see README)",
    )


def year_of(path: Path, found: Recognised, told: int | None) -> int:
    """Year of the data of a table: that of its header, else the one that was told.

    Raises
    ------
    DataError
        The two differ, nothing says the year, or the year told is that of the edition of the file.
    """
    if found.header_year is not None:
        if told is not None and told != found.header_year:
            raise DataError(
                "the header says another year",
                file=path,
                column="year",
                found=told,
                allowed=str(found.header_year),
                todo="correct the card, or leave the year out",
            )
        return found.header_year
    editions = found.layout.edition_years
    known = ", ".join(f"edition {edition} → {data}" for edition, data in editions.items())
    if told is None:
        raise DataError(
            "nothing says of which year these data are: the header of this layout does not",
            file=path,
            column="year",
            allowed=f"the year of the data{' (' + known + ')' if known else ''}",
            todo="give it in the card of the file, read(path, year=…) or `oqhs add --year`",
        )
    if told in editions and str(told) in path.stem:
        raise DataError(
            f"{told} is the edition of this file, its data are of {editions[told]}",
            file=path,
            column="year",
            found=told,
            allowed=str(editions[told]),
            todo="give the year of the data",
        )
    return told


def _recognised(
    header: set[str], name: str, layout: Layout, vintage: Vintage, key: tuple[str, ...], year: int | None
) -> Recognised:
    return Recognised(
        name,
        layout,
        year,
        key,
        _present(header, vintage.columns, year),
        tuple(note for note in _dated(vintage.notes, year) if note in header),
        {block: _block(header, block, content, layout, key) for block, content in vintage.blocks.items()},
    )


def _block(header: set[str], name: str, block: Block, layout: Layout, key: tuple[str, ...]) -> Recognised:
    columns = _present(header, block.columns, None)
    return Recognised(name, layout, None, key, columns, tuple(n for n in block.notes if n in header), {})


def _present(header: set[str], columns: dict[str, str], year: int | None) -> dict[tuple[str, ...], str]:
    """Columns of a layout the header has, with their parts; a sum needs all of its own."""
    dated = zip(_dated(columns, year), columns.values(), strict=True)
    parts = {
        tuple(name.strip() for name in spelling.split("+")): variable
        for names, variable in dated
        for spelling in names.split("|")
    }
    return {names: variable for names, variable in parts.items() if set(names) <= header}


def _near(header: set[str], name: str, wanted: tuple[str, ...], vintage: Vintage) -> Near:
    year = _header_year(header, tuple(vintage.columns), every=False)
    shared = {name for names in _present(header, vintage.columns, year) for name in names}
    return Near(len(shared), name, tuple(_lacking(header, wanted, year)))


def _lacking(header: set[str], wanted: tuple[str, ...], year: int | None) -> list[str]:
    """Names a header needs and does not have, in any of their spellings."""
    spellings = {name: [one.strip() for one in name.split("|")] for name in _dated(wanted, year)}
    return [ones[0] for ones in spellings.values() if not header & set(ones)]


def _header_year(header: set[str], wanted: tuple[str, ...], *, every: bool = True) -> int | None:
    """Year whose two digits make every dated name (or one at least) of a layout stand in the header."""
    found: set[str] | None = None
    for pattern in (name for name in wanted if _YEAR in name and "+" not in name):
        years: set[str] = set()
        for spelling in pattern.split("|"):
            shape = re.compile(re.escape(spelling.strip()).replace(re.escape(_YEAR), r"(\d\d)"))
            years |= {match.group(1) for name in header if (match := shape.fullmatch(name))}
        found = years if found is None else found & years if every else found | years
    return 2000 + int(max(found)) if found else None


def _dated(names: Sequence[str] | dict[str, str], year: int | None) -> list[str]:
    suffix = f"{year % 100:02d}" if year is not None else _YEAR
    return [name.replace(_YEAR, suffix) for name in names]

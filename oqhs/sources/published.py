"""Tables as producers publish them: recognised from their header, read by the catalogue."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pandas as pd

from oqhs.catalogue import Catalogue
from oqhs.entries import Layout, Vintage
from oqhs.errors import DataError, LayoutError
from oqhs.sources.cards import Card
from oqhs.sources.delimited import TextTable, read_delimited
from oqhs.sources.tabular import Column, Reading, Table, measurements_of

T = TypeVar("T", int, str)
_YEAR = "{yy}"
_SHOWN = 12


@dataclass(frozen=True)
class _Recognised:
    name: str
    layout: Layout
    vintage: Vintage
    header_year: int | None
    columns: dict[str, str]
    note: str | None


def read_published(
    path: Path, catalogue: Catalogue, *, year: int | None, perimeter: str | None, card: Card | None
) -> Reading:
    """Read a published table.

    Raises
    ------
    LayoutError
        No layout of the catalogue has this header; what was recognised and what was not is told.
    DataError
        The card or the arguments contradict the header, the year is nowhere, or a cell is wrong.
    """
    text = read_delimited(path)
    found = _recognise(text, catalogue)
    if card is not None and card.layout != found.name:
        raise DataError(
            "the card says another layout than the header",
            file=path,
            column="layout",
            found=card.layout,
            allowed=found.name,
            todo="correct the card",
        )
    chosen = _year(path, found, year, card)
    mapped = {name: variable for name, variable in found.columns.items() if name in _upper(text)}
    columns = [Column(name, variable, chosen, text.column(name)) for name, variable in sorted(mapped.items())]
    note = (found.note, _series(text, found.note)) if found.note and found.note in _upper(text) else None
    table = Table(
        path=path,
        source=card.id if card is not None else path.name,
        key=found.layout.key,
        codes=_series(text, found.layout.key),
        columns=columns,
        decimal=found.layout.decimal,
        kinds=found.layout.kinds,
        line_of=text.line_of,
        perimeter=agreed(path, "perimeter", perimeter, card.perimeter if card else None),
        note=note,
    )
    frame = measurements_of(table, catalogue)
    used = {found.layout.key, *found.layout.labels, *mapped, found.note}
    unmapped = tuple(name for name in text.header if name.upper() not in used)
    return Reading(frame, path, found.name, frame["territory"].nunique(), unmapped, text.blank_rows)


def _recognise(text: TextTable, catalogue: Catalogue) -> _Recognised:
    header = set(_upper(text))
    fits: list[_Recognised] = []
    near: list[tuple[int, str, list[str]]] = []
    for name, (_, layout) in catalogue.layouts.items():
        for vintage in layout.vintages:
            wanted = (layout.key, *vintage.match)
            year = _header_year(header, wanted)
            missing = [column for column in _dated(wanted, year) if column not in header]
            if missing:
                year = _header_year(header, tuple(vintage.columns), every=False)
                lacking = [column for column in _dated(wanted, year) if column not in header]
                shared = len(set(_dated(vintage.columns, year)) & header)
                near.append((-shared, name, lacking))
                continue
            columns = dict(zip(_dated(vintage.columns, year), vintage.columns.values(), strict=True))
            note = _dated([vintage.note], year)[0] if vintage.note else None
            fits.append(_Recognised(name, layout, vintage, year, columns, note))
    if not fits:
        _, name, missing = min(near)
        raise LayoutError(
            "no layout of the catalogue has this header",
            file=text.path,
            line=1,
            found=", ".join(text.header[:_SHOWN]) + (" …" if len(text.header) > _SHOWN else ""),
            allowed=f"the nearest is {name}, which also needs {', '.join(missing)}",
            todo="read it with `layout: mapped` and a mapping in its card",
        )
    return max(fits, key=lambda fit: len(set(fit.columns) & header))


def _header_year(header: set[str], wanted: tuple[str, ...], *, every: bool = True) -> int | None:
    """Year whose two digits make every dated name (or one at least) of a layout stand in the header."""
    found: set[str] | None = None
    for pattern in (name for name in wanted if _YEAR in name):
        shape = re.compile(re.escape(pattern).replace(re.escape(_YEAR), r"(\d\d)"))
        years = {match.group(1) for name in header if (match := shape.fullmatch(name))}
        found = years if found is None else found & years if every else found | years
    return 2000 + int(max(found)) if found else None


def _dated(names: object, year: int | None) -> list[str]:
    suffix = f"{year % 100:02d}" if year is not None else _YEAR
    return [str(name).replace(_YEAR, suffix) for name in names]  # type: ignore[attr-defined]


def _year(path: Path, found: _Recognised, asked: int | None, card: Card | None) -> int:
    told = agreed(path, "year", asked, card.year if card is not None else None)
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
            todo="give it in the card of the file, or read(path, year=…)",
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


def agreed(path: Path, name: str, asked: T | None, said: T | None) -> T | None:
    """Give what the caller or the card says; `DataError` when both do and differ."""
    if asked is not None and said is not None and asked != said:
        raise DataError(
            f"the card says another {name}", file=path, column=name, found=asked, allowed=str(said)
        )
    return asked if asked is not None else said


def _upper(text: TextTable) -> list[str]:
    return [name.upper() for name in text.header]


def _series(text: TextTable, name: str) -> pd.Series:
    return pd.Series(text.column(name).to_pandas(), dtype="str")

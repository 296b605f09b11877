"""Tables as producers publish them: recognised from their header, read by the catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeVar

import pandas as pd

from oqhs.catalogue import Catalogue
from oqhs.errors import CatalogueError, DataError, LayoutError, OqhsError, Problem
from oqhs.sources.cards import Card, card_place
from oqhs.sources.cells import TextTable
from oqhs.sources.opening import Content, Part
from oqhs.sources.recognised import Near, Recognised, recognise, unknown_layout, year_of
from oqhs.sources.tabular import Column, Reading, Table, measurements_of
from oqhs.sources.workbooks import Sheet
from oqhs.tables import MEASUREMENT_KEY, gather

T = TypeVar("T", int, str)


def read_published(
    content: Content, catalogue: Catalogue, *, year: int | None, perimeter: str | None, card: Card | None
) -> Reading:
    """Read the published tables of a file.

    Parameters
    ----------
    content : Content
        What stands in the file: one table, the sheets of a workbook, the files of an archive.
    catalogue : Catalogue
        Catalogue that knows the layouts.
    year, perimeter, card
        What is known of the file beside what it says.

    Raises
    ------
    LayoutError
        No layout of the catalogue has this header; what was recognised and what was not is told. Or
        the file holds tables of several layouts, and no card says which.
    DataError
        The card or the arguments contradict the header, the year is nowhere, or a cell is wrong.
    """
    path = content.path
    found, others = recognised_parts(content, catalogue)
    layout = _layout_of(path, found, card)
    told = agreed(path, "year", year, card.year if card is not None else None)
    where = agreed(path, "perimeter", perimeter, card.perimeter if card else None)
    chosen = _chosen(path, found, layout, card)
    others += [part.name for part, _ in found if part not in [one for one, _ in chosen]]
    texts = [(_text(part, fit), fit) for part, fit in chosen]
    frame = _together(path, _all_frames(texts, catalogue, told, where, card))
    return Reading(
        frame,
        path,
        layout,
        frame["territory"].nunique(),
        unmapped=tuple(dict.fromkeys(name for text, fit in texts for name in _unmapped(text, fit, card))),
        unread=tuple(sorted({*others, *content.left})),
        blank_rows=sum(text.blank_rows for text, _ in texts),
    )


def _layout_of(path: Path, found: Sequence[tuple[Part, Recognised]], card: Card | None) -> str:
    """Give the layout to read: that of the card, else the only one of the file."""
    layouts = sorted({fit.name for _, fit in found})
    if card is not None and card.layout not in layouts:
        raise DataError(
            "the card says another layout than the header",
            file=path,
            column="layout",
            found=card.layout,
            allowed=", ".join(layouts),
            todo="correct the card",
        )
    if card is None and len(layouts) > 1:
        raise LayoutError(
            "the file holds tables of several layouts",
            file=path,
            found=", ".join(layouts),
            allowed="one layout a card",
            todo="add it with `oqhs add`: each table then gets its own card",
        )
    return card.layout if card is not None else layouts[0]


def _chosen(
    path: Path, found: Sequence[tuple[Part, Recognised]], layout: str, card: Card | None
) -> list[tuple[Part, Recognised]]:
    """Give the tables of a layout, or the one in the sheet the card chooses."""
    fitting = [(part, fit) for part, fit in found if fit.name == layout]
    if card is None or card.sheet is None:
        return fitting
    chosen = [(part, fit) for part, fit in fitting if part.name == card.sheet]
    if not chosen:
        raise DataError(
            "the card chooses a sheet that holds no such table",
            file=path,
            column="sheet",
            found=card.sheet,
            allowed=", ".join(part.name for part, _ in fitting),
            todo="correct `sheet` in the card",
        )
    return chosen


def recognised_parts(
    content: Content, catalogue: Catalogue
) -> tuple[list[tuple[Part, Recognised]], list[str]]:
    """Tables of a file with the layout of each, then the names of what has none.

    Raises
    ------
    LayoutError
        Nothing in the file has a known layout; the nearest one is told for every table.
    """
    found: list[tuple[Part, Recognised]] = []
    errors: list[tuple[Part, OqhsError]] = []
    for part in content.parts:
        fit = _fit(part, catalogue)
        if isinstance(fit, Recognised):
            found.append((part, fit))
        else:
            errors.append((part, fit))
    if not found:
        problems = [problem for _, error in errors for problem in error.problems]
        if not problems:
            raise LayoutError(
                "there is no table in this file",
                file=content.path,
                found=", ".join(content.left) or None,
                allowed="a table .csv, .xls or .xlsx",
                todo="check that it is the file you meant",
            )
        raise LayoutError.gather(problems)
    return found, [part.name for part, _ in errors]


def agreed(path: Path, name: str, asked: T | None, said: T | None) -> T | None:
    """Give what the caller or the card says; `DataError` when both do and differ."""
    if asked is not None and said is not None and asked != said:
        raise DataError(
            f"the card says another {name}", file=path, column=name, found=asked, allowed=str(said)
        )
    return asked if asked is not None else said


def _fit(part: Part, catalogue: Catalogue) -> Recognised | LayoutError:
    """Recognise a table; in a sheet, the header may stand under a title."""
    if isinstance(part.table, TextTable):
        fit = recognise(part.table.header, catalogue)
        return fit if isinstance(fit, Recognised) else unknown_layout(part.path, part.table.header, fit)
    nearest: tuple[Near, list[str]] | None = None
    for names in part.table.headers():
        fit = recognise(names, catalogue)
        if isinstance(fit, Recognised):
            return fit
        if nearest is None or fit.shared > nearest[0].shared:
            nearest = fit, [name for name in names if name]
    near, names = nearest if nearest is not None else (Near(0, "none", ()), [])
    return unknown_layout(part.path, names, near, part.table.name)


def _text(part: Part, fit: Recognised) -> TextTable:
    if isinstance(part.table, Sheet):
        wanted = [*fit.key, *(name for names in fit.columns for name in names)]
        return part.table.table(wanted, fit.layout.decimal)
    return part.table


def _all_frames(
    texts: Sequence[tuple[TextTable, Recognised]],
    catalogue: Catalogue,
    told: int | None,
    perimeter: str | None,
    card: Card | None,
) -> list[pd.DataFrame]:
    """Measurements of the tables of a file; what is wrong in any of them is told at once."""
    frames: list[pd.DataFrame] = []
    problems: list[Problem] = []
    for text, fit in texts:
        try:
            frames += _frames(text, fit, catalogue, told, perimeter, card)
        except DataError as error:
            problems += error.problems
    if problems:
        raise DataError.gather(problems)
    return frames


def _frames(
    text: TextTable,
    fit: Recognised,
    catalogue: Catalogue,
    told: int | None,
    perimeter: str | None,
    card: Card | None,
) -> Iterable[pd.DataFrame]:
    """Measurements of a table, then those of its blocks whose year the card says."""
    years = card.years if card is not None else {}
    unknown = sorted(set(years) - set(fit.blocks))
    if unknown:
        raise CatalogueError(
            "the card gives the year of a block this table does not have",
            file=card_place(text.path),
            column="years",
            found=", ".join(unknown),
            allowed=", ".join(fit.blocks) or "none",
        )
    table = _table(text, fit, fit, year_of(text.path, fit, told), perimeter, card)
    yield measurements_of(table, catalogue)
    for name, year in years.items():
        yield measurements_of(_table(text, fit, fit.blocks[name], year, perimeter, card), catalogue)


def _table(
    text: TextTable, fit: Recognised, block: Recognised, year: int, perimeter: str | None, card: Card | None
) -> Table:
    columns = [
        Column(" + ".join(names), variable, year, tuple((name, text.column(name)) for name in names))
        for names, variable in sorted(block.columns.items())
    ]
    _refuse_repeated(text, columns)
    codes = [_series(text, name).str.strip() for name in fit.key]
    return Table(
        text=text,
        source=card.id if card is not None else text.path.name,
        key=" & ".join(fit.key),
        codes=codes[0].str.cat(codes[1:]) if len(codes) > 1 else _series(text, fit.key[0]),
        columns=columns,
        decimal=fit.layout.decimal,
        kinds=fit.layout.kinds,
        said=card.kind if card is not None else None,
        perimeter=perimeter,
        notes=[(name, _series(text, name)) for name in block.notes],
    )


def _refuse_repeated(text: TextTable, columns: Sequence[Column]) -> None:
    seen: dict[str, str] = {}
    for column in columns:
        other = seen.setdefault(column.variable, column.name)
        if other != column.name:
            raise DataError(
                f"two columns hold {column.variable}",
                file=text.path,
                sheet=text.sheet,
                line=1,
                found=f"{other} and {column.name}",
                allowed="one column a variable",
                todo="ask the producer which one holds",
            )


def _together(path: Path, frames: list[pd.DataFrame]) -> pd.DataFrame:
    """Put the tables of one file together; a figure two of them give must be the same in both."""
    if len(frames) == 1:
        return frames[0]
    frame = gather(frames)
    frame = frame.drop_duplicates(subset=[*MEASUREMENT_KEY, "value", "status"], ignore_index=True)
    twice = frame[frame.duplicated(MEASUREMENT_KEY, keep=False)]
    if len(twice):
        raise DataError.gather(
            Problem(
                "two tables of this file say different things",
                path,
                column=str(row.variable),
                found=f"{row.territory}, {row.year}: {row.value:.12g} ({row.status})",
                allowed="one figure a territory",
                todo="ask the producer which one holds",
            )
            for row in twice.itertuples()
        )
    return frame


def _unmapped(text: TextTable, fit: Recognised, card: Card | None) -> list[str]:
    years = card.years if card is not None else {}
    used = fit.used | {name for block in years for name in fit.blocks[block].used}
    return [name for name in text.header if name.upper() not in used]


def _series(text: TextTable, name: str) -> pd.Series:
    return pd.Series(text.column(name).to_pandas(), dtype="str")

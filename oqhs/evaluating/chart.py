"""Dumbbells: the gaps of quartiers to one reference at two dates, indicator by indicator."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from oqhs.analysis.uncertainty import require
from oqhs.errors import MeasureError
from oqhs.evaluating.moves import NARROWED, OTHER, UNSETTLED, WIDENED
from oqhs.publish.charts.sheet import Caption, Sheet, with_whole_names
from oqhs.publish.theme import (
    FAVOURABLE,
    INK,
    MUTED,
    NEUTRAL,
    PAPER,
    UNFAVOURABLE,
    Look,
    count_words,
    french_axis,
    themed,
)
from oqhs.text import format_number

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_NEEDED = [
    "indicator",
    "label",
    "territory",
    "territory_label",
    "unit",
    "gap_before",
    "gap",
    "gap_change",
    "decimals",
    "finding",
]
_INKS = {NARROWED: FAVOURABLE, WIDENED: UNFAVOURABLE, OTHER: NEUTRAL, UNSETTLED: MUTED}
_WORDS = {
    NARROWED: "écart réduit, évolution établie",
    WIDENED: "écart creusé, évolution établie",
    OTHER: "autre évolution établie",
    UNSETTLED: "évolution non établie",
}
_WIDTH, _MARGIN, _SIZE, _DPI = 540.0, 12.0, 8.5, 160
_LINE, _MOST_HIGH = 13.0, 530.0  # points: a line, and all of them
_AROUND = 150.0  # points that the words above and under take
_HEADING = 1.9  # lines
_NAMES, _FIGURES = 0.34, 0.1  # parts of the width
_READ = 5.0  # points: least height of a line whose name is written


def drawable(moves: pd.DataFrame) -> pd.DataFrame:
    """Keep what a dumbbell shows: gaps in points that are known at both dates, and their change."""
    require(moves, _NEEDED, "moves")
    known = moves[["gap_before", "gap", "gap_change"]].notna().all(axis=1)
    return moves[known & (moves["unit"] == "percent")].reset_index(drop=True)


def look_for(rows: pd.DataFrame) -> Look:
    """Give the size of a figure: as high as its lines ask, one page at most."""
    lines = _LINE * _count(rows)
    return Look("page", _WIDTH, min(lines, _MOST_HIGH) + _AROUND, _SIZE, _MARGIN, _DPI)


@themed()
def dumbbells(rows: pd.DataFrame, caption: Caption, look: Look) -> Figure:
    """Draw the gaps of quartiers then and now.

    Parameters
    ----------
    rows : DataFrame
        As `drawable` gives them; drawn by indicator, in their order, then by name: never as a ranking.
    caption, look
        What is said around it, and its size (`look_for`).

    Returns
    -------
    Figure
        One line per quartier and indicator: hollow then, full now; dashed and grey where the change is not
        established.

    Raises
    ------
    MeasureError
        A column is missing, or there is no gap to draw.
    """
    require(rows, _NEEDED, "rows")
    if rows.empty:
        raise MeasureError("no gap is known at both dates", todo="choose other quartiers or editions")
    return with_whole_names(look, caption, lambda sheet: _plot(sheet, rows))


def _count(rows: pd.DataFrame) -> float:
    """Lines that rows take, headings and the axis included."""
    return len(rows) + _HEADING * (int(rows["indicator"].nunique()) + 1)


def _placed(rows: pd.DataFrame) -> Iterator[tuple[float, str, pd.DataFrame]]:
    """Give the rows of each indicator by name, with the height of the heading, in lines from the top."""
    at = 0.0
    for label, own in rows.groupby("label", sort=False):
        yield at, str(label), own.sort_values(["territory_label", "territory"])
        at += _HEADING + len(own)


def _plot(sheet: Sheet, rows: pd.DataFrame) -> None:
    sheet.legend("", _legend(rows))
    width = sheet.right - sheet.left
    line = min((sheet.top - sheet.bottom) / _count(rows), _LINE * 1.2)
    lines = _count(rows) - _HEADING
    bottom = sheet.top - line * lines
    left, right = sheet.left + _NAMES * width, sheet.right - _FIGURES * width
    axes = sheet.axes(left, bottom, right, sheet.top)
    axes.set_ylim(lines, 0)
    axes.set_yticks([])
    axes.set_xlim(*_limits(rows))
    axes.xaxis.set_major_formatter(french_axis(signed=True))
    axes.tick_params(axis="x", labelsize=sheet.look.small, pad=1)
    axes.grid(axis="x")
    for side in ("top", "right", "left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.axvline(0, color=INK, linewidth=1)
    size = min(sheet.look.size, 0.72 * line)
    for at, label, own in _placed(rows):
        title, fitted = sheet.fitted(label, width, 1.3 * line, min(sheet.look.size, 0.9 * line))
        sheet.write(sheet.left, sheet.top - (at + 0.8) * line, title, fitted, weight="bold", va="center")
        for place, row in enumerate(own.itertuples()):
            height = at + _HEADING + place + 0.1
            _bell(axes, row, height)
            if line >= _READ:
                level = sheet.top - height * line
                name, fitted = sheet.fitted(str(row.territory_label), _NAMES * width - 14, line, size)
                sheet.write(sheet.left + 8, level, name, fitted, va="center", linespacing=1.0)
                told = format_number(row.gap_change, int(row.decimals), signed=True)
                sheet.write(sheet.right, level, told, size, ha="right", va="center", color=MUTED)


def _limits(rows: pd.DataFrame) -> tuple[float, float]:
    drawn = rows[["gap_before", "gap"]].to_numpy(dtype="float64").ravel()
    low, high = min(0.0, float(drawn.min())), max(0.0, float(drawn.max()))
    room = 0.06 * (high - low) or 1.0
    return low - room, high + room


def _bell(axes: Axes, row: object, height: float) -> None:
    """Draw one line: then hollow, now full."""
    before, after, finding = (getattr(row, name) for name in ("gap_before", "gap", "finding"))
    ink, sure = _INKS[finding], finding != UNSETTLED
    axes.plot(
        [before, after],
        [height, height],
        color=ink,
        linewidth=2.2 if sure else 0.9,
        linestyle="-" if sure else (0, (2, 1.5)),
        zorder=2,
    )
    for place, face in ((before, PAPER), (after, ink)):
        axes.plot(
            [place],
            [height],
            marker="o",
            markersize=4.4 if sure else 3.4,
            color=ink,
            markerfacecolor=face,
            markeredgewidth=1.0,
            zorder=3,
        )


def _legend(rows: pd.DataFrame) -> list[Artist]:
    from matplotlib.lines import Line2D

    dates: list[Artist] = [
        Line2D([], [], color=INK, marker="o", linestyle="", markersize=4.4, markerfacecolor=face, label=words)
        for face, words in ((PAPER, "première date"), (INK, "seconde date"))
    ]
    kinds = [name for name in _INKS if (rows["finding"] == name).any()]
    return dates + [
        Line2D(
            [],
            [],
            color=_INKS[name],
            linewidth=0.9 if name == UNSETTLED else 2.2,
            linestyle="--" if name == UNSETTLED else "-",
            label=_WORDS[name],
        )
        for name in kinds
    ]


def dumbbells_alt(rows: pd.DataFrame, where: str, reference: str) -> str:
    """Say in words what `dumbbells` draws, for who does not see it.

    Parameters
    ----------
    rows : DataFrame
        As `dumbbells` takes them.
    where, reference : str
        What the quartiers are in, and what they are compared with: « de l'EPT … », « au département ».
    """
    told = [
        f"{count_words(int(count), 'écart', 'écarts')} ({_WORDS[name]})"
        for name in _INKS
        if (count := np.count_nonzero(rows["finding"] == name))
    ]
    quartiers = count_words(rows["territory"].nunique(), "quartier", "quartiers")
    indicators = count_words(rows["indicator"].nunique(), "indicateur", "indicateurs")
    return (
        f"Graphique en haltères : écarts {reference} aux deux dates, en points, de {quartiers} {where}, pour "
        f"{indicators} : {' ; '.join(told)}."
    )

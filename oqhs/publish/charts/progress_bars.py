"""Progress bars: what was achieved of what was aimed at, follow-up by follow-up, action by action."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from oqhs.analysis.uncertainty import require
from oqhs.errors import MeasureError
from oqhs.publish.charts.rows import statuses_of
from oqhs.publish.charts.sheet import Caption, Sheet, with_whole_names
from oqhs.publish.theme import (
    HATCH_INK,
    HATCHES,
    INK,
    MUTED,
    NEUTRAL,
    PAPER,
    Look,
    count_words,
    french_axis,
    hatched,
    themed,
)
from oqhs.text import NO_BREAK_SPACE, NOT_AVAILABLE, OBSERVED, STATUS_WORDS, format_number

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_NEEDED = ["action_label", "label", "rate_pct", "status", "coverage"]
_NAMES = 0.46  # part of the width that names take
_FIGURES = 0.13  # and the rates in figures
_HEADING = 1.1  # lines that the name of an action takes
_AXIS = 1.6
_BOLD = 0.85  # width of a plain text, of that of a bold one
_LINE = 1.7  # of the size of the type
_WHOLE = 100.0
_ROOM = 1.04
#: Points around the bars: title, foot, legend.
_AROUND = 150.0


@themed()
def progress_bars(rows: pd.DataFrame, caption: Caption, *, width: float = 505.0) -> Figure:
    """Draw how far actions are.

    Parameters
    ----------
    rows : DataFrame
        `action_label`, `label` (of the follow-up), `rate_pct` (per cent of the target), `status`, `coverage`:
        one row per follow-up, those of an action together.
    caption : Caption
        What is said around it.
    width : float
        Width of the figure, in points; its height follows from the rows.

    Returns
    -------
    Figure
        A bar per follow-up and a line at the target, one colour: more is not always better done. A bar is
        hollow when it is partial; a follow-up without a rate is hatched, by the reason.

    Raises
    ------
    MeasureError
        A column is missing, or there is nothing to draw.
    """
    require(rows, _NEEDED, "rows")
    if rows.empty:
        raise MeasureError("there is no follow-up to draw", todo="give the rows of a year that has some")
    drawn = _reasons(rows)
    lines = len(drawn) + _HEADING * drawn["action_label"].nunique() + _AXIS
    size = 8.0
    look = Look("page", width, _AROUND + lines * _LINE * size, size, 10.0, 200)
    return with_whole_names(look, caption, lambda sheet: _plot(sheet, drawn))


def _reasons(rows: pd.DataFrame) -> pd.DataFrame:
    """Put beside each row why it has no bar; a value without a target has none either."""
    lacking = rows["status"].where(rows["status"] != OBSERVED, NOT_AVAILABLE)
    return rows.assign(why=lacking.where(rows["rate_pct"].isna(), OBSERVED)).reset_index(drop=True)


def _plot(sheet: Sheet, rows: pd.DataFrame) -> None:
    sheet.legend("", _legend(rows))
    places, at, action = [], 0.0, None
    for label in rows["action_label"]:
        at += _HEADING if label != action else 0
        action = label
        places.append(at + 0.5)
        at += 1
    width = sheet.right - sheet.left
    line = (sheet.top - sheet.bottom) / (at + _AXIS)
    axes = sheet.axes(
        sheet.left + _NAMES * width, sheet.bottom + _AXIS * line, sheet.right - _FIGURES * width, sheet.top
    )
    most = max(_WHOLE, float(np.nanmax([*rows["rate_pct"], 0.0])))
    axes.set_xlim(0, _ROOM * most)
    axes.set_ylim(at, 0)
    axes.set_yticks([])
    axes.xaxis.set_major_formatter(french_axis())
    axes.locator_params(axis="x", nbins=6)
    axes.tick_params(axis="x", labelsize=sheet.look.small, pad=1)
    axes.grid(axis="x")
    for side in ("top", "right", "left", "bottom"):
        axes.spines[side].set_visible(False)
    _bars(axes, rows, places)
    _labels(sheet, rows, places, line)
    middle = sheet.left + (_NAMES + (1 - _NAMES - _FIGURES) / 2) * width
    words = "réalisé, en % de la cible"
    sheet.write(middle, sheet.bottom, words, sheet.look.small, ha="center", va="bottom", color=MUTED)


def _bars(axes: Axes, rows: pd.DataFrame, places: list[float]) -> None:
    from matplotlib.patches import Rectangle

    _, high = axes.get_xlim()
    for place, row in zip(places, rows.itertuples(), strict=True):
        if row.why != OBSERVED:
            band = Rectangle((0, place - 0.3), high, 0.6, facecolor=PAPER, edgecolor=HATCH_INK)
            band.set(hatch=HATCHES[row.why], linewidth=0.5)
        else:
            partial = row.coverage < 1
            band = Rectangle((0, place - 0.3), row.rate_pct, 0.6, edgecolor=NEUTRAL, linewidth=1.1)
            band.set(facecolor=PAPER if partial else NEUTRAL, zorder=2)
        axes.add_patch(band)
    axes.axvline(_WHOLE, color=INK, linewidth=1, zorder=3)
    axes.axvline(0, color=INK, linewidth=1, zorder=3)


def _labels(sheet: Sheet, rows: pd.DataFrame, places: list[float], line: float) -> None:
    """Write actions, follow-ups and rates in figures on either side of the bars."""
    size, width, action = sheet.look.size, sheet.right - sheet.left, None
    for place, row in zip(places, rows.itertuples(), strict=True):
        if row.action_label != action:
            level = sheet.top - (place - 0.5 - 0.4) * line
            text, fitted = sheet.fitted(str(row.action_label), _BOLD * _NAMES * width, 1.2 * size, size)
            sheet.write(sheet.left, level, text, fitted, weight="bold", va="center")
            action = row.action_label
        height = sheet.top - place * line
        text, fitted = sheet.fitted(str(row.label), _NAMES * width - 16, 1.2 * line, size)
        sheet.write(sheet.left + 8, height, text, fitted, va="center", linespacing=1.0)
        told = f"{format_number(row.rate_pct)}{NO_BREAK_SPACE}%" if row.why == OBSERVED else _why(row.why)
        style = {"color": INK if row.why == OBSERVED else MUTED}
        text, fitted = sheet.fitted(told, _FIGURES * width - 4, line, size)
        sheet.write(sheet.right, height, text, fitted, ha="right", va="center", linespacing=1.0, **style)


def _why(status: str) -> str:
    return "sans taux" if status == NOT_AVAILABLE else STATUS_WORDS[status]


def _legend(rows: pd.DataFrame) -> list[Artist]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    seen = rows[rows["why"] == OBSERVED]
    handles: list[Artist] = [Line2D([], [], color=INK, linewidth=1, label="cible (100 %)")]
    if (seen["coverage"] == 1).any():
        handles.append(Patch(facecolor=NEUTRAL, edgecolor=NEUTRAL, label="tous les territoires suivis"))
    if (seen["coverage"] < 1).any():
        words = "barre vide : une partie des territoires suivis"
        handles.append(Patch(facecolor=PAPER, edgecolor=NEUTRAL, linewidth=1.1, label=words))
    named = {NOT_AVAILABLE: "sans taux : réalisé ou cible manquants"}
    return handles + [hatched(one, named.get(one)) for one in statuses_of(rows["why"])]


def progress_bars_alt(rows: pd.DataFrame, where: str) -> str:
    """Say in words what `progress_bars` draws, for who does not see it.

    Parameters
    ----------
    rows : DataFrame
        As `progress_bars` takes them.
    where : str
        The territory, as in « dans le Val-de-Marne ».
    """
    drawn = _reasons(rows)
    seen = drawn[drawn["why"] == OBSERVED]
    told = [f"Graphique en barres : part de la cible réalisée {where}, pour "]
    told[0] += count_words(len(drawn), "suivi", "suivis") + "."
    rates = zip(seen["action_label"], seen["label"], seen["rate_pct"], strict=True)
    told += [f"{action}, {name} : {format_number(rate)}{NO_BREAK_SPACE}%." for action, name, rate in rates]
    lacking = len(drawn) - len(seen)
    told += [f"Sans taux : {count_words(lacking, 'suivi', 'suivis')}."] if lacking else []
    return " ".join(told)

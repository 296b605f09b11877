"""Slope chart: how the quartiers changed between two dates, beside their reference."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from oqhs.analysis.change import NOTICE
from oqhs.analysis.dates import BROUGHT
from oqhs.analysis.uncertainty import require
from oqhs.entries import Indicator
from oqhs.publish.charts.rows import missing_words, refuse_several, statuses_of
from oqhs.publish.charts.sheet import LEADING, LEAST, Caption, Sheet, with_whole_names
from oqhs.publish.theme import (
    FAINT,
    HATCH_INK,
    HATCHES,
    INK,
    MUTED,
    PAPER,
    Look,
    count_words,
    french_axis,
    hatched,
    themed,
    unit_words,
)
from oqhs.text import NOT_AVAILABLE, OBSERVED, STATUS_WORDS, format_value

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_NEEDED = [
    "territory",
    "indicator",
    "reference",
    "territory_label",
    "year_before",
    "year",
    "value_before",
    "value",
    "reference_value_before",
    "reference_value",
    "basis",
    "relation",
    "status",
]
#: Why there is no change: as there is no value, or because the quartier is not the one it was.
_UNLIKE = "not_comparable"
_WORDS = {**STATUS_WORDS, _UNLIKE: "périmètre modifié ou nouveau : deux dates non comparables"}
_SAME = "inchangé"
_LINE = "#1B5A9B"
_BETWEEN = 16.0
_HEADING = 1.7  # of the size of the type
_NAMES = 0.5  # part of the width of a panel that names take
_TIE = 10.0  # points between the second date and a name
_STRIP = 1.5  # height of the strip of what did not change, of the size of the type


@themed()
def slope_chart(
    changes: pd.DataFrame,
    caption: Caption,
    look: Look,
    *,
    groups: pd.Series | None = None,
) -> Figure:
    """Draw the change of each quartier between two dates.

    Parameters
    ----------
    changes : DataFrame
        As `Edition.changes` gives them, of one indicator and one reference.
    caption, look
        What is said around it, and its size.
    groups : Series, optional
        Name of the panel of each quartier, by code (such as its EPT); one panel by default.

    Returns
    -------
    Figure
        A line per quartier, dashed where both dates are estimated on one perimeter; that of the reference
        is thick. Those whose change is unknown are counted under each panel, hatched by reason.

    Raises
    ------
    MeasureError
        A column is missing, there is nothing to draw, or several indicators or references.
    """
    rows = _rows(changes, groups)
    return with_whole_names(look, caption, lambda sheet: _plot(sheet, rows))


def _plot(sheet: Sheet, rows: pd.DataFrame) -> None:
    """Draw the panels of the groups, in rows."""
    sheet.legend("", _legend(rows))
    panels = [panel for _, panel in rows.groupby("group", sort=True)]
    across = min(len(panels), 4 if sheet.look.is_wide else 2)
    down = -(-len(panels) // across)
    wide = (sheet.right - sheet.left + _BETWEEN) / across
    high = (sheet.top - sheet.bottom + _BETWEEN) / down
    limits, years = _limits(rows), _years(rows)
    strips = max(len(statuses_of(panel["why"], _WORDS)) for panel in panels)
    for place, panel in enumerate(panels):
        left = sheet.left + (place % across) * wide
        top = sheet.top - (place // across) * high
        axes = _panel(
            sheet, panel, limits, (left, top - high + _BETWEEN, left + wide - _BETWEEN, top), strips
        )
        axes.set_xticks([0, 1], years)


def _rows(changes: pd.DataFrame, groups: pd.Series | None) -> pd.DataFrame:
    require(changes, _NEEDED, "changes")
    what = "a slope chart is that of one indicator beside one reference"
    refuse_several(changes, ["indicator", "reference"], what, "no change")
    named = "" if groups is None else changes["territory"].map(groups).fillna("").astype("str")
    rows = changes.assign(group=named)
    rows["drawn"] = (rows["status"] == OBSERVED) & rows["value_before"].notna() & rows["value"].notna()
    hidden = rows["status"].where(rows["status"].isin(list(STATUS_WORDS)), NOT_AVAILABLE)
    hidden = hidden.mask((hidden == NOT_AVAILABLE) & (rows["relation"] != _SAME), _UNLIKE)
    rows["why"] = hidden.where(~rows["drawn"], OBSERVED)
    return rows.sort_values(["group", "territory_label", "territory"], ignore_index=True)


def _limits(rows: pd.DataFrame) -> tuple[float, float]:
    kept = rows[rows["drawn"]]
    names = ["value_before", "value", "reference_value_before", "reference_value"]
    drawn = kept[names].to_numpy(dtype="float64").ravel()
    drawn = drawn[np.isfinite(drawn)]
    if not len(drawn):
        return 0.0, 1.0
    low, high = float(drawn.min()), float(drawn.max())
    room = 0.06 * (high - low or abs(high) or 1.0)
    return low - room, high + room


def _panel(
    sheet: Sheet,
    rows: pd.DataFrame,
    limits: tuple[float, float],
    box: tuple[float, float, float, float],
    strips: int,
) -> Axes:
    """Draw the quartiers of one group; all panels leave room for as many strips."""
    left, bottom, right, top = box
    size = sheet.look.size
    title = str(rows["group"].iloc[0])
    sheet.heading(left, right, top, title)
    reasons = statuses_of(rows["why"], _WORDS)
    floor = bottom + 1.6 * size + _STRIP * size * strips
    drawn = rows[rows["drawn"]]
    split = right - _NAMES * (right - left)
    axes = sheet.axes(left + 2.6 * size, floor, split, top - _HEADING * size)
    axes.set(xlim=(0, 1), ylim=limits)
    axes.yaxis.set_major_formatter(french_axis())
    axes.tick_params(labelsize=sheet.look.small, pad=2)
    axes.grid(axis="y")
    for side in ("top", "right", "left", "bottom"):
        axes.spines[side].set_visible(False)
    for place in (0, 1):
        axes.axvline(place, color=FAINT, linewidth=0.8, zorder=1)
    _lines(axes, drawn)
    _names(sheet, axes, drawn, (split, right))
    _strips(sheet, reasons, (left, bottom, right))
    return axes


def _years(rows: pd.DataFrame) -> list[str]:
    """Give the two dates of what is drawn; nothing for one of several years."""
    drawn = rows[rows["drawn"]]
    found = [sorted(set(drawn[name].dropna())) for name in ("year_before", "year")]
    return [str(years[0]) if len(years) == 1 else "" for years in found]


def _lines(axes: Axes, drawn: pd.DataFrame) -> None:
    for row in drawn.itertuples():
        dashes = "--" if row.basis == BROUGHT else "-"
        axes.plot(
            [0, 1],
            [row.value_before, row.value],
            color=_LINE,
            linestyle=dashes,
            linewidth=1.1,
            marker="o",
            markersize=3,
            alpha=0.8,
            zorder=3,
            clip_on=False,
        )
    known = ["reference_value_before", "reference_value"]
    for before, after in sorted(set(drawn[known].dropna().itertuples(index=False, name=None))):
        axes.plot([0, 1], [before, after], color=INK, linewidth=2.4, alpha=0.85, zorder=4, clip_on=False)


def _names(sheet: Sheet, axes: Axes, drawn: pd.DataFrame, sides: tuple[float, float]) -> None:
    """Write the names beside the second date, pushed apart, each tied to its point."""
    from matplotlib.lines import Line2D

    if drawn.empty:
        return
    left, right = sides
    _, floor, _, ceiling = sheet.extent(axes.patch)
    low, high = axes.get_ylim()
    ordered = drawn.sort_values(["value", "territory_label", "territory"])
    points = floor + (ordered["value"].to_numpy(dtype="float64") - low) / (high - low) * (ceiling - floor)
    texts, size = _stacked(sheet, list(ordered["territory_label"]), right - left - _TIE - 2, ceiling - floor)
    rooms = LEADING * size * np.array([text.count("\n") + 1 for text in texts])
    heights = apart(points, rooms, floor + rooms[0] / 2, ceiling - rooms[-1] / 2)
    for point, height, text in zip(points, heights, texts, strict=True):
        sheet.write(left + _TIE + 2, height, text, size, va="center", linespacing=1.0)
        ends = [(left + 3) / sheet.look.width, (left + _TIE) / sheet.look.width]
        levels = [point / sheet.look.height, height / sheet.look.height]
        sheet.figure.add_artist(Line2D(ends, levels, color=FAINT, linewidth=0.6))


def _stacked(sheet: Sheet, labels: list[str], width: float, height: float) -> tuple[list[str], float]:
    """Cut names into lines, so that all of them stand in a room one above the other; give their size too.

    They are cut, on one line each, when they must be smaller than what is still read.
    """
    size = sheet.look.small
    while size > LEAST * sheet.look.small:
        lines = [sheet.wrapped(label, width, size) for label in labels]
        if LEADING * size * sum(map(len, lines)) <= height:
            return ["\n".join(one) for one in lines], size
        size *= 0.95
    size = min(size, height / (LEADING * len(labels)))
    return ["\n".join(sheet.wrapped(label, width, size, most=1)) for label in labels], size


def apart(heights: np.ndarray, step: float | np.ndarray, low: float, high: float) -> np.ndarray:
    """Push sorted heights apart, so that each has the room it takes, between two bounds.

    Parameters
    ----------
    heights : array of float
        Wanted heights, growing.
    step : float or array of float
        Room that each takes, half of it on either side.
    low, high : float
        Least and largest height.

    Examples
    --------
    >>> apart(np.array([1.0, 1.0, 9.0]), 2.0, 0.0, 10.0).tolist()
    [0.0, 2.0, 9.0]
    """
    rooms = np.broadcast_to(step, len(heights))
    order = np.concatenate([[0.0], np.cumsum((rooms[1:] + rooms[:-1]) / 2)])
    # What is free of the rooms must only grow: isotonic regression, by pools of neighbours.
    pools: list[list[float]] = []
    for free in heights - order:
        pools.append([float(free), 1.0])
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (left, many), (right, more) = pools[-2:]
            pools[-2:] = [[(left * many + right * more) / (many + more), many + more]]
    level = np.repeat([pool[0] for pool in pools], [int(pool[1]) for pool in pools])
    return np.asarray(np.clip(level, low, max(high - order[-1], low)) + order)


def _strips(sheet: Sheet, reasons: dict[str, int], place: tuple[float, float, float]) -> None:
    """Draw a hatched strip for each reason why a change is unknown, with the number of quartiers."""
    from matplotlib.patches import Rectangle

    left, bottom, right = place
    size, look = sheet.look.small, sheet.look
    for rank, (name, count) in enumerate(reasons.items()):
        level = bottom + rank * _STRIP * look.size
        strip = Rectangle(
            (left / look.width, level / look.height),
            3 * size / look.width,
            size / look.height,
            facecolor=PAPER,
            edgecolor=HATCH_INK,
            hatch=HATCHES[name],
            linewidth=0.5,
            transform=sheet.figure.transFigure,
        )
        sheet.figure.add_artist(strip)
        words = f"sans évolution : {count_words(count, 'quartier', 'quartiers')}"
        text, fitted = sheet.fitted(words, right - left - 3.6 * size, 1.5 * size, size)
        sheet.write(left + 3.6 * size, level + size / 2, text, fitted, color=MUTED, va="center")


def _legend(rows: pd.DataFrame) -> list[Artist]:
    from matplotlib.lines import Line2D

    drawn = rows[rows["drawn"]]
    handles: list[Artist] = []
    brought = drawn["basis"] == BROUGHT
    if (~brought).any():
        handles.append(Line2D([], [], color=_LINE, marker="o", markersize=3, label="quartier inchangé"))
    if brought.any():
        words = "estimation des deux dates sur un seul périmètre"
        handles.append(Line2D([], [], color=_LINE, marker="o", markersize=3, linestyle="--", label=words))
    if drawn["reference_value"].notna().any():
        handles.append(Line2D([], [], color=INK, linewidth=2.4, label="référence"))
    return handles + [hatched(name, _WORDS[name]) for name in statuses_of(rows["why"], _WORDS)]


def slope_chart_alt(changes: pd.DataFrame, indicator: Indicator, reference: str) -> str:
    """Say in words what `slope_chart` draws, for who does not see it.

    `reference` is its name after « à côté »: « du Val-de-Marne ».
    """
    rows = _rows(changes, None)
    drawn = rows[rows["drawn"]]
    dates = " et ".join(filter(None, _years(rows)))
    text = f"Graphique d'évolution : {indicator.label}, {unit_words(indicator.unit)}"
    text += f", {dates}" if dates else ""
    text += f", pour {count_words(len(drawn), 'quartier', 'quartiers')}, à côté {reference}"
    ends = drawn[["reference_value_before", "reference_value"]].dropna().drop_duplicates()
    if len(ends) == 1:
        told = [format_value(one, indicator.unit, indicator.decimals) for one in ends.iloc[0]]
        text += f" (de {told[0]} à {told[1]})"
    lacking = missing_words(rows["why"], _WORDS).replace("Sans valeur", "Sans évolution")
    return " ".join(filter(None, [f"{text}.", lacking, NOTICE]))

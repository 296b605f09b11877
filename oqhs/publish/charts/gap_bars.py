"""Gap bars: how far a territory is from a reference, indicator by indicator, theme by theme."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from oqhs.analysis.uncertainty import require
from oqhs.catalogue import Catalogue
from oqhs.publish.charts.rows import refuse_several, statuses_of
from oqhs.publish.charts.sheet import Caption, Sheet, with_whole_names
from oqhs.publish.theme import (
    FAVOURABLE,
    HATCH_INK,
    HATCHES,
    INK,
    MUTED,
    NEUTRAL,
    PAPER,
    UNFAVOURABLE,
    Look,
    count_words,
    french_axis,
    gap_words,
    hatched,
    themed,
)
from oqhs.text import NOT_AVAILABLE, OBSERVED, STATUS_WORDS, format_gap, round_half_up

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_NEEDED = ["indicator", "territory", "reference", "gap", "unit", "status", "reference_status"]
_SIDES = {-1: UNFAVOURABLE, 0: NEUTRAL, 1: FAVOURABLE}
_SIDE_WORDS = {
    -1: "moins favorable que la référence",
    1: "plus favorable que la référence",
    0: "indicateur neutre : ni favorable ni défavorable",
}
_NAMES = 0.4  # part of the width that names take
_FIGURES = 0.13  # and the gaps in figures
_HEADING = 1.15  # lines that a theme takes
_AXIS = 1.3


@themed()
def gap_bars(gaps: pd.DataFrame, catalogue: Catalogue, caption: Caption, look: Look) -> Figure:
    """Draw the gaps of one territory to one reference.

    Parameters
    ----------
    gaps : DataFrame
        As `oqhs.analysis.gaps.compare` gives them, with `gap_ci_lower` and `gap_ci_upper` where there are
        intervals at 95 %; of one territory and one reference, one row per indicator.
    catalogue : Catalogue
        Labels, themes, decimals and polarity.
    caption, look
        What is said around it, and its size.

    Returns
    -------
    Figure
        One axis for each unit: points, euros, minutes never share one. A bar is hollow when its interval
        holds zero; an indicator without a gap is hatched.

    Raises
    ------
    MeasureError
        A column is missing, there is no gap to draw, or they are of several territories or references.
    """
    rows = _rows(gaps, catalogue)
    return with_whole_names(look, caption, lambda sheet: _plot(sheet, rows))


def _plot(sheet: Sheet, rows: pd.DataFrame) -> None:
    """Draw the panels of the units, one above the other."""
    sheet.legend("", _legend(rows))
    units = [group for _, group in rows.groupby("unit", sort=False)]
    lines = [_places(group)[1] + _AXIS for group in units]
    line = min((sheet.top - sheet.bottom) / sum(lines), 2.7 * sheet.look.size)
    top = sheet.top
    for group, count in zip(units, lines, strict=True):
        _panel(sheet, group, (top - line * count, top), line)
        top -= line * count


def _rows(gaps: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Check gaps, and put what is drawn of each beside it."""
    require(gaps, _NEEDED, "gaps")
    what = "gap bars are those of one territory to one reference"
    refuse_several(gaps, ["territory", "reference"], what, "no gap")
    rows = gaps.copy()
    for name in ("gap_ci_lower", "gap_ci_upper"):
        rows[name] = gaps.get(name, np.nan)
    known = [catalogue.indicator(name) for name in rows["indicator"]]
    rows["label"] = [one.label for one in known]
    rows["theme"] = [catalogue.themes[one.theme].label for one in known]
    rows["decimals"] = [one.decimals for one in known]
    rows["polarity"] = [one.polarity for one in known]
    # A gap that is printed as none goes neither way.
    shown = round_half_up(rows["gap"], rows["decimals"].to_numpy())
    rows["side"] = np.sign(rows["polarity"].to_numpy() * shown)
    rows["unsure"] = (rows["gap_ci_lower"] <= 0) & (rows["gap_ci_upper"] >= 0)
    lacking = rows["status"].where(rows["status"] != OBSERVED, rows["reference_status"])
    rows["why"] = lacking.where(lacking != OBSERVED, NOT_AVAILABLE).where(rows["gap"].isna(), OBSERVED)
    return rows


def _places(rows: pd.DataFrame) -> tuple[list[float], float]:
    """Heights of the bars, in lines from the top, room left for the names of themes; and how many lines."""
    places, at, theme = [], 0.0, None
    for row in rows.itertuples():
        if row.theme != theme:
            at += _HEADING
            theme = row.theme
        places.append(at + 0.5)
        at += 1
    return places, at


def _panel(sheet: Sheet, rows: pd.DataFrame, sides: tuple[float, float], line: float) -> None:
    """Draw the gaps of one unit."""
    bottom, top = sides
    left, right = sheet.left, sheet.right
    width = right - left
    places, count = _places(rows)
    axes = sheet.axes(left + _NAMES * width, bottom + _AXIS * line, right - _FIGURES * width, top)
    axes.set_ylim(count, 0)
    axes.set_yticks([])
    axes.set_xlim(*_limits(rows))
    axes.xaxis.set_major_formatter(french_axis(signed=True))
    axes.locator_params(axis="x", nbins=7)
    axes.tick_params(axis="x", labelsize=sheet.look.small, pad=1)
    axes.grid(axis="x")
    if rows["gap"].isna().all():
        axes.set_xticks([])
    for side in ("top", "right", "left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.axvline(0, color=INK, linewidth=1)
    _bars(axes, rows, places)
    _labels(sheet, rows, places, (top, line))


def _limits(rows: pd.DataFrame) -> tuple[float, float]:
    drawn = rows[["gap", "gap_ci_lower", "gap_ci_upper"]].to_numpy(dtype="float64").ravel()
    drawn = drawn[np.isfinite(drawn)]
    low, high = min(0.0, *drawn, 0.0), max(0.0, *drawn, 0.0)
    room = 0.06 * (high - low)
    return (low - room, high + room) if room else (-1.0, 1.0)


def _bars(axes: Axes, rows: pd.DataFrame, places: list[float]) -> None:
    from matplotlib.patches import Rectangle

    low, high = axes.get_xlim()
    for place, row in zip(places, rows.itertuples(), strict=True):
        if row.why != OBSERVED:
            band = Rectangle((low, place - 0.3), high - low, 0.6, facecolor=PAPER, edgecolor=HATCH_INK)
            band.set(hatch=HATCHES[row.why], linewidth=0.5)
            axes.add_patch(band)
            continue
        colour = _SIDES[int(row.side)]
        bar = Rectangle((min(row.gap, 0), place - 0.3), abs(row.gap), 0.6, edgecolor=colour, linewidth=1.1)
        bar.set(facecolor=PAPER if row.unsure else colour, zorder=2)
        axes.add_patch(bar)
        if np.isfinite(row.gap_ci_lower):
            axes.plot([row.gap_ci_lower, row.gap_ci_upper], [place] * 2, color=INK, linewidth=1, zorder=3)


def _labels(sheet: Sheet, rows: pd.DataFrame, places: list[float], room: tuple[float, float]) -> None:
    """Write themes, indicators and gaps in figures on either side of the bars."""
    top, line = room
    size = min(sheet.look.size, 0.8 * line)
    width = sheet.right - sheet.left
    theme = None
    for place, row in zip(places, rows.itertuples(), strict=True):
        if row.theme != theme:
            level = top - (place - 0.5 - 0.35) * line
            title = f"{row.theme}, {gap_words(row.unit)}" if theme is None else str(row.theme)
            sheet.write(sheet.left, level, title, size, weight="bold", va="center")
            theme = row.theme
        height = top - place * line
        text, fitted = sheet.fitted(str(row.label), _NAMES * width - 16, line, size)
        sheet.write(sheet.left + 8, height, text, fitted, va="center", linespacing=1.0)
        told = format_gap(row.gap, row.unit, row.decimals) or STATUS_WORDS[row.why]
        style = {"color": INK if np.isfinite(row.gap) else MUTED}
        text, fitted = sheet.fitted(told, _FIGURES * width - 4, line, size)
        sheet.write(sheet.right, height, text, fitted, ha="right", va="center", linespacing=1.0, **style)


def _legend(rows: pd.DataFrame) -> list[Artist]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    drawn = rows[rows["gap"].notna()]
    handles: list[Artist] = [
        Patch(facecolor=colour, edgecolor=colour, label=_SIDE_WORDS[side])
        for side, colour in _SIDES.items()
        if (drawn["side" if side else "polarity"] == side).any()
    ]
    if drawn["unsure"].any():
        words = "barre vide : l'intervalle comprend zéro"
        handles.append(Patch(facecolor=PAPER, edgecolor=MUTED, linewidth=1.1, label=words))
    if drawn["gap_ci_lower"].notna().any():
        words = "intervalle à 95 % (ordre de grandeur)"
        handles.append(Line2D([], [], color=INK, linewidth=1, label=words))
    return handles + [hatched(name) for name in statuses_of(rows["why"])]


def gap_bars_alt(gaps: pd.DataFrame, catalogue: Catalogue, territory: str, reference: str) -> str:
    """Say in words what `gap_bars` draws, for who does not see it.

    Parameters
    ----------
    gaps, catalogue
        As `gap_bars` takes them.
    territory, reference : str
        Names of both, the first as in « des QPV du Val-de-Marne ».
    """
    rows = _rows(gaps, catalogue)
    seen = rows[rows["gap"].notna()]
    text = f"Graphique en barres : écarts {territory} à la référence ({reference}), pour "
    text += count_words(len(seen), "indicateur", "indicateurs") + ", par thème."
    told = [
        count_words(int((seen["side"] == side).sum()), f"écart {word}", f"écarts {word}s")
        for side, word in ((-1, "moins favorable"), (1, "plus favorable"))
        if (seen["side"] == side).any()
    ]
    lines = [text, f"{' et '.join(told)} que la référence." if told else ""]
    lacking = count_words(len(rows) - len(seen), "indicateur", "indicateurs")
    lines.append(f"Sans écart : {lacking}." if len(rows) > len(seen) else "")
    return " ".join(filter(None, lines))

"""Dot plot: every quartier for one indicator, beside its commune, its EPT and all the others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from oqhs.analysis.uncertainty import require
from oqhs.entries import Indicator
from oqhs.errors import MeasureError
from oqhs.publish.charts.rows import ROW_COLUMNS, missing_words, partial_coverage, statuses_of
from oqhs.publish.charts.sheet import Caption, Sheet, with_whole_names
from oqhs.publish.theme import (
    FAINT,
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
    unit_words,
)
from oqhs.text import format_value, listing
from oqhs.wording import REFERENCE_NAMES, THE_REFERENCE

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_DOT = "#1B5A9B"
#: Lines of what the quartiers are compared with: dashes differ as well as inks.
_LINES: dict[str, tuple[str, Literal["-", "--"]]] = {
    "departement": (INK, "-"),
    "ensemble_qpv": (NEUTRAL, "--"),
}
_COMMUNE = "#8F4402"
_HEADING = 2.6  # lines that the name of an EPT and its axis take
_BETWEEN = 14.0  # points between two columns
_COMMUNES = 0.17  # parts of the width that names take
_NAMES = 0.29
_NAMES_WIDE = 0.5


@themed()
def dot_plot(rows: pd.DataFrame, references: Mapping[str, float], caption: Caption, look: Look) -> Figure:
    """Draw every quartier for one indicator, by EPT and commune.

    Parameters
    ----------
    rows : DataFrame
        As `oqhs.publish.charts.rows.quartier_rows` gives them; drawn in the order given.
    references : mapping
        Values of `departement` and `ensemble_qpv`, in the unit of the indicator; a missing one has no line.
    caption, look
        What is said around it, and its size.

    Returns
    -------
    Figure
        A point per value, hollow where it is partial, with its interval where there is one; a hatched band
        for each quartier without a value. No number is a rank.

    Raises
    ------
    MeasureError
        A column is missing, or there is no quartier.
    """
    _refuse_empty(rows)
    return with_whole_names(look, caption, lambda sheet: _plot(sheet, rows, references))


def _plot(sheet: Sheet, rows: pd.DataFrame, references: Mapping[str, float]) -> None:
    """Draw the panels of the EPT, in columns."""
    look = sheet.look
    sheet.legend("", _legend(rows, references))
    limits = _limits(rows, references)
    columns = _columns([group for _, group in rows.groupby("ept_label", sort=False)], look)
    step = (sheet.right - sheet.left + _BETWEEN) / len(columns)
    tallest = max(sum(len(group) + _HEADING for group in column) for column in columns)
    line = min((sheet.top - sheet.bottom) / tallest, 3.2 * look.size)
    for number, column in enumerate(columns):
        left, top = sheet.left + number * step, sheet.top
        for group in column:
            floor = top - line * (len(group) + _HEADING)
            _panel(sheet, group, references, limits, (left, floor, left + step - _BETWEEN, top))
            top = floor


def _columns(groups: list[pd.DataFrame], look: Look) -> list[list[pd.DataFrame]]:
    """Share groups out among columns of about one height, in their order: one on a standing page."""
    count = min(3, len(groups)) if look.is_wide else 1
    whole = sum(len(group) + _HEADING for group in groups)
    columns: list[list[pd.DataFrame]] = [[] for _ in range(count)]
    before = 0.0
    for group in groups:
        middle = before + (len(group) + _HEADING) / 2
        columns[min(int(middle / whole * count), count - 1)].append(group)
        before += len(group) + _HEADING
    return [column for column in columns if column]


def _refuse_empty(rows: pd.DataFrame) -> None:
    require(rows, ROW_COLUMNS, "rows")
    if rows.empty:
        raise MeasureError("there is no quartier to draw", allowed="one row or more")


def _limits(rows: pd.DataFrame, references: Mapping[str, float]) -> tuple[float, float]:
    """Give the ends of the axis: everything drawn, from zero where it is near."""
    columns = ["value", "ci_lower", "ci_upper", "commune_value", "ept_value"]
    drawn = np.array([*rows[columns].to_numpy(dtype="float64").ravel(), *references.values()])
    drawn = drawn[np.isfinite(drawn)]
    if not len(drawn):
        return 0.0, 1.0
    low, high = float(drawn.min()), float(drawn.max())
    low = 0.0 if 0 <= low < 0.6 * high or low == high else low
    room = 0.04 * (high - low or 1.0)
    return low - (room if low else room / 2), high + room


def _panel(
    sheet: Sheet,
    rows: pd.DataFrame,
    references: Mapping[str, float],
    limits: tuple[float, float],
    box: tuple[float, float, float, float],
) -> None:
    """Draw the quartiers of one EPT."""
    left, bottom, right, top = box
    size = sheet.look.size
    heading, foot = (1.7 * size, 1.5 * size)
    label = str(rows["ept_label"].iloc[0])
    sheet.heading(left, right, top, label)
    names = _NAMES_WIDE if sheet.look.is_wide else _COMMUNES + _NAMES
    axes = sheet.axes(left + names * (right - left), bottom + foot, right, top - heading)
    count = len(rows)
    axes.set_xlim(*limits)
    axes.set_ylim(count - 0.5, -0.5)
    axes.set_yticks([])
    axes.xaxis.set_major_formatter(french_axis())
    axes.locator_params(axis="x", nbins=5 if sheet.look.is_wide else 8)
    axes.tick_params(axis="x", labelsize=sheet.look.small, pad=1)
    axes.grid(axis="x")
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    _marks(axes, rows, references)
    _labels(sheet, axes, rows, (left, left + names * (right - left) - 6))


def _marks(axes: Axes, rows: pd.DataFrame, references: Mapping[str, float]) -> None:
    from matplotlib.patches import Rectangle

    places = np.arange(len(rows))
    for name, value in references.items():
        if np.isfinite(value):
            ink, dashes = _LINES[name]
            axes.axvline(value, color=ink, linestyle=dashes, linewidth=1.1, zorder=2)
    ept = rows["ept_value"].iloc[0]
    if np.isfinite(ept):
        axes.axvline(ept, color=MUTED, linestyle=":", linewidth=1.5, zorder=2)
    axes.hlines(places, rows["ci_lower"], rows["ci_upper"], color=_DOT, linewidth=1.4, alpha=0.55, zorder=3)
    axes.plot(rows["commune_value"], places, "|", color=_COMMUNE, markersize=7, markeredgewidth=1.6, zorder=3)
    partial = rows.index.isin(partial_coverage(rows).index)
    dots: dict[str, Any] = {"color": _DOT, "markersize": 4.4, "zorder": 4}
    axes.plot(rows["value"].mask(partial), places, "o", markeredgecolor=PAPER, **dots)
    axes.plot(rows["value"].where(partial), places, "o", markerfacecolor=PAPER, **dots)
    low, high = axes.get_xlim()
    for place, status in zip(places, rows["status"], strict=True):
        if status in HATCHES:
            band = Rectangle(
                (low, place - 0.32), high - low, 0.64, facecolor=PAPER, edgecolor=HATCH_INK, linewidth=0.4
            )
            band.set_hatch(HATCHES[status])
            band.set_zorder(1.5)
            axes.add_patch(band)


def _labels(sheet: Sheet, axes: Axes, rows: pd.DataFrame, sides: tuple[float, float]) -> None:
    """Write the name of each quartier and, on a standing page, that of its commune where it changes."""
    _, floor, _, ceiling = sheet.extent(axes.patch)
    line, size = (ceiling - floor) / len(rows), sheet.look.small
    left, right = sides
    width = right - left if sheet.look.is_wide else (right - left) * _NAMES / (_NAMES + _COMMUNES)
    other = None
    for place, row in enumerate(rows.itertuples()):
        height = ceiling - (place + 0.5) * line
        text, fitted = sheet.fitted(str(row.label), width, line, size)
        sheet.write(right, height, text, fitted, ha="right", va="center", linespacing=1.0)
        if row.commune_label != other and not sheet.look.is_wide:
            text, fitted = sheet.fitted(str(row.commune_label), right - width - left - 6, line, size)
            sheet.write(left, height, text, fitted, color=MUTED, va="center", linespacing=1.0)
            if place:
                axes.axhline(place - 0.5, color=FAINT, linewidth=0.6, zorder=0)
        other = row.commune_label


def _legend(rows: pd.DataFrame, references: Mapping[str, float]) -> list[Artist]:
    from matplotlib.lines import Line2D

    handles: list[Artist] = []
    partial = rows.index.isin(partial_coverage(rows).index)
    if (rows["value"].notna() & ~partial).any():
        handles.append(Line2D([], [], color=_DOT, marker="o", linestyle="", label="quartier"))
    if partial.any():
        words = "quartier, valeur partielle"
        handles.append(
            Line2D([], [], color=_DOT, marker="o", linestyle="", markerfacecolor=PAPER, label=words)
        )
    if rows["ci_lower"].notna().any():
        handles.append(Line2D([], [], color=_DOT, alpha=0.55, label="intervalle à 95 % (ordre de grandeur)"))
    if rows["commune_value"].notna().any():
        handles.append(
            Line2D(
                [],
                [],
                color=_COMMUNE,
                marker="|",
                linestyle="",
                markeredgewidth=1.6,
                label="commune du quartier",
            )
        )
    if rows["ept_value"].notna().any():
        handles.append(Line2D([], [], color=MUTED, linestyle=":", linewidth=1.5, label="EPT"))
    for name, value in references.items():
        if np.isfinite(value):
            ink, dashes = _LINES[name]
            handles.append(Line2D([], [], color=ink, linestyle=dashes, label=_small(REFERENCE_NAMES[name])))
    return handles + [hatched(name) for name in statuses_of(rows["status"])]


def _small(name: str) -> str:
    """Give a name as it stands in a sentence."""
    return name[:1].lower() + name[1:]


def dot_plot_alt(rows: pd.DataFrame, references: Mapping[str, float], indicator: Indicator) -> str:
    """Say in words what `dot_plot` draws, for who does not see it; no quartier is told first or last."""
    told = [
        f"{THE_REFERENCE[name]} ({format_value(value, indicator.unit, indicator.decimals)})"
        for name, value in references.items()
        if np.isfinite(value)
    ]
    seen = int(rows["value"].notna().sum())
    text = f"Graphique en points : {indicator.label}, {unit_words(indicator.unit)}, pour "
    text += count_words(seen, "quartier", "quartiers") + ", par EPT et par commune"
    text += f", avec {listing(told)} en repère." if told else "."
    return " ".join(filter(None, [text, missing_words(rows["status"])]))

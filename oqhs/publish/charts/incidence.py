"""Cumulative incidence chart: how a cohort leaves, reason by reason, in the quartiers and outside."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
import pandas as pd

from oqhs.analysis.uncertainty import require
from oqhs.errors import MeasureError
from oqhs.publish.charts.sheet import Caption, Sheet, with_whole_names
from oqhs.publish.theme import MUTED, Look, french_axis, themed
from oqhs.studies.cohort.disclosure import STEP_COLUMNS
from oqhs.studies.cohort.model import CAUSES, GROUPS, OTHERS, OUTSIDE, QPV
from oqhs.text import NO_BREAK_SPACE, format_number, listing

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_BETWEEN = 16.0
_HEADING = 1.7  # of the size of the type
_LEFT, _BELOW = 2.8, 2.2  # room of the marks of the axes, of the size of the type
_YEAR = 12
_MOST_ACROSS = {True: 4, False: 2}  # panels, on a wide sheet and on a standing one
_ROOM, _SIDE = 1.04, 1.5  # over the highest interval, and months on either side


class _Line(NamedTuple):
    """How a group is drawn: the lines differ by more than their colour, and their intervals stand apart."""

    colour: str
    dashes: Literal["-", "--"]
    marker: str
    aside: float  # months


_LINES = {QPV: _Line("#1B5A9B", "-", "o", -0.45), OUTSIDE: _Line("#B35806", "--", "s", 0.45)}
_LABELS = {QPV: "en quartier prioritaire", OUTSIDE: "hors quartier prioritaire"}


@themed()
def incidence_chart(steps: pd.DataFrame, caption: Caption, look: Look) -> Figure:
    """Draw the cumulative incidence of each reason, in the quartiers and outside.

    Parameters
    ----------
    steps : DataFrame
        As `oqhs.studies.cohort.steps` gives them: nothing finer is drawn.
    caption, look
        What is said around it, and its size. What moves do, which reasons are told together and that the
        difference is no effect are added under the figure.

    Returns
    -------
    Figure
        A panel per reason, the most frequent first, on one scale: a line in steps per group, each known at
        its marks only, where its pointwise interval stands.

    Raises
    ------
    MeasureError
        A column is missing, or there is nothing to draw.
    """
    rows = _rows(steps)
    told = replace(caption, notes=(*caption.notes, *_notes(steps)))
    return with_whole_names(look, told, lambda sheet: _plot(sheet, rows))


def _rows(steps: pd.DataFrame) -> pd.DataFrame:
    require(steps, STEP_COLUMNS, "steps")
    if steps.empty:
        raise MeasureError("there is no step to draw", todo="give the steps of a cohort")
    last = steps.groupby("cause")["incidence_pct"].max()
    rank = steps["cause"].map(last.sort_values(ascending=False, kind="stable").rank(ascending=False))
    rank = rank.mask(steps["cause"] == OTHERS, np.inf)  # what is told together comes last
    return steps.assign(rank=rank).sort_values(["rank", "cause", "group", "to_month"], ignore_index=True)


def _notes(steps: pd.DataFrame) -> list[str]:
    """Say how the lines are read, and what they are not."""
    level = format_number(100 * steps.attrs["level"])
    marks = (
        "En abscisse, mois écoulés depuis l'ouverture du droit. Chaque palier repose sur au moins "
        f"{steps.attrs['threshold']}{NO_BREAK_SPACE}sorties ; la part n'est connue qu'aux marques, avec son "
        f"intervalle de confiance à {level}{NO_BREAK_SPACE}%, point par point."
    )
    together = [CAUSES[name] for name in steps.attrs["others"]]
    others = [f"Autres motifs : {listing(together)}."] if together else []
    return [marks, *others, steps.attrs["moves"], steps.attrs["notice"]]


def _plot(sheet: Sheet, rows: pd.DataFrame) -> None:
    """Draw the panels of the reasons, in rows."""
    sheet.legend("", _legend(rows))
    panels = [panel for _, panel in rows.groupby("rank", sort=True)]
    panels = [panel for group in panels for _, panel in group.groupby("cause", sort=True)]
    across = min(len(panels), _MOST_ACROSS[sheet.look.is_wide])
    down = -(-len(panels) // across)
    wide = (sheet.right - sheet.left + _BETWEEN) / across
    high = (sheet.top - sheet.bottom + _BETWEEN) / down
    highest = np.nanmax(rows[["incidence_pct", "ci_upper_pct"]].to_numpy(dtype="float64"))
    limits = (float(rows["from_month"].min()), float(rows["to_month"].max()), _ROOM * float(highest))
    for place, panel in enumerate(panels):
        left = sheet.left + (place % across) * wide
        top = sheet.top - (place // across) * high
        _panel(sheet, panel, (left, top - high + _BETWEEN, left + wide - _BETWEEN, top), limits)


def _panel(
    sheet: Sheet,
    rows: pd.DataFrame,
    box: tuple[float, float, float, float],
    limits: tuple[float, float, float],
) -> None:
    """Draw one reason; all panels are on one scale."""
    left, bottom, right, top = box
    size, (first, last, highest) = sheet.look.size, limits
    label = CAUSES[str(rows["cause"].iloc[0])]
    sheet.heading(left, right, top, label[:1].upper() + label[1:])
    axes = sheet.axes(left + _LEFT * size, bottom + _BELOW * size, right, top - _HEADING * size)
    axes.set(xlim=(first - _SIDE, last + _SIDE), ylim=(0, highest))
    axes.set_xticks(np.arange(np.ceil(first / _YEAR) * _YEAR, last + 1, _YEAR))
    axes.xaxis.set_major_formatter(french_axis())
    axes.yaxis.set_major_formatter(french_axis())
    axes.tick_params(labelsize=sheet.look.small, pad=3)
    axes.grid(axis="y")
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    for group, steps in rows.groupby("group", sort=True):
        _draw(axes, steps, _LINES[str(group)])


def _draw(axes: Axes, steps: pd.DataFrame, line: _Line) -> None:
    """Draw one group: a line in steps, and the interval of each mark."""
    months = np.concatenate([[steps["from_month"].iloc[0]], steps["to_month"]])
    axes.plot(
        months,
        np.concatenate([[0.0], steps["incidence_pct"]]),
        drawstyle="steps-post",
        color=line.colour,
        linestyle=line.dashes,
        linewidth=1.3,
        marker=line.marker,
        markersize=2.8,
        markevery=slice(1, None),
        zorder=3,
        clip_on=False,
    )
    axes.vlines(
        steps["to_month"] + line.aside,
        steps["ci_lower_pct"],
        steps["ci_upper_pct"],
        color=line.colour,
        alpha=0.45,
        linewidth=1.6,
        zorder=2,
        clip_on=False,
    )


def _legend(rows: pd.DataFrame) -> list[Artist]:
    from matplotlib.lines import Line2D

    handles: list[Artist] = []
    for group, line in _LINES.items():
        if (rows["group"] == group).any():
            handles.append(
                Line2D(
                    [],
                    [],
                    color=line.colour,
                    linestyle=line.dashes,
                    marker=line.marker,
                    markersize=3,
                    label=_LABELS[group],
                )
            )
    handles.append(
        Line2D([], [], color=MUTED, marker="|", markersize=9, linestyle="", label="intervalle de confiance")
    )
    return handles


def incidence_chart_alt(steps: pd.DataFrame) -> str:
    """Say in words what `incidence_chart` draws, for who does not see it."""
    rows = _rows(steps)
    told = []
    for _, panel in rows.groupby("rank", sort=True):
        for cause, part in panel.groupby("cause", sort=True):
            ends = part.groupby("group", sort=False)[["to_month", "incidence_pct"]].last()
            shares = [
                f"{format_number(ends.loc[group, 'incidence_pct'], 1)}{NO_BREAK_SPACE}% {GROUPS[group]}"
                for group in _LINES
                if group in ends.index
            ]
            told.append(f"{CAUSES[str(cause)]}, {' et '.join(shares)}")
    month = format_number(rows["to_month"].max())
    text = "Graphique des sorties du RSA par motif, selon le temps écoulé depuis l'ouverture du droit"
    return (
        f"{text}. Part sortie après {month}{NO_BREAK_SPACE}mois : {' ; '.join(told)}. {steps.attrs['notice']}"
    )

"""Heat grid: the quartiers and the indicators, each cell as far from the reference as its bar tells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from oqhs.analysis.heat import CELLS, HEAT_COLUMNS
from oqhs.analysis.uncertainty import require
from oqhs.analysis.words import DROPPING
from oqhs.entries import Indicator
from oqhs.errors import MeasureError
from oqhs.publish.charts.rows import statuses_of
from oqhs.publish.charts.sheet import Caption, Sheet, with_whole_names
from oqhs.publish.theme import (
    DIVERGING,
    FAINT,
    HATCH_INK,
    HATCHES,
    INK,
    MUTED,
    NEUTRAL_SEQUENCE,
    PAPER,
    Look,
    count_words,
    hatched,
    ink_on,
    themed,
)
from oqhs.text import NOT_AVAILABLE, NOT_SIGNIFICANT, OBSERVED, UNITS, format_number, round_half_up

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: What a cell says (as `oqhs.analysis.heat.CELLS` has it), its colour, and what it means.
_COLOURS = {
    "deux_fois": (DIVERGING[0], "moins favorable, deux fois le seuil ou plus"),
    "au_seuil": (DIVERGING[1], CELLS["au_seuil"]),
    "sous_seuil": (DIVERGING[2], CELLS["sous_seuil"]),
    "nul": (PAPER, "écart nul une fois arrondi"),
    "favorable": (DIVERGING[4], CELLS["favorable"]),
    "neutre": (NEUTRAL_SEQUENCE[0], f"indicateur {CELLS['neutre']}"),
    "sans_score": ("#EEF0F2", "sans écart à la référence, ou sans seuil"),
}
_TWICE = -2 + 1e-9  # score from which a gap is twice its bar
_NAMES = 0.25  # part of the width that names take
_HEADERS = 0.2  # part of the height that headers take


@themed()
def heat_grid(
    heat: pd.DataFrame,
    labels: Mapping[str, str],
    indicators: Mapping[str, Indicator],
    caption: Caption,
    look: Look,
) -> Figure:
    """Draw the heat table: a row per quartier, a column per indicator, the gap printed in each cell.

    Parameters
    ----------
    heat : DataFrame
        As `oqhs.analysis.heat.heat_table` gives it; with a column `status`, why a value is not there is
        told by its own hatch, otherwise all of them are not available.
    labels : mapping
        Names of the quartiers, by code: rows are drawn in that order.
    indicators : mapping
        Indicators by id: columns are drawn in that order.
    caption, look
        What is said around it, and its size.

    Returns
    -------
    Figure
        A colour is a distance to the bar of the indicator, never a rank; a neutral indicator has one flat
        colour, whatever its gap. A thick frame is a décrochage.

    Raises
    ------
    MeasureError
        A column is missing, or there is no quartier or no indicator to draw.
    """
    cells = _cells(heat, labels, indicators)
    return with_whole_names(look, caption, lambda sheet: _grid(sheet, cells, labels, indicators))


def _grid(
    sheet: Sheet, cells: pd.DataFrame, labels: Mapping[str, str], indicators: Mapping[str, Indicator]
) -> None:
    """Draw the cells, with the names of the rows and of the columns."""
    look = sheet.look
    sheet.legend("", _legend(cells), side="right" if look.is_wide else "bottom")
    left = sheet.left + _NAMES * (sheet.right - sheet.left)
    top = sheet.top - _HEADERS * (sheet.top - sheet.bottom)
    rows, columns = cells["row"].nunique(), cells["column"].nunique()
    high = min((top - sheet.bottom) / rows, 2.4 * look.size)
    wide = min((sheet.right - left) / columns, 9 * look.size)
    axes = sheet.axes(left, top - high * rows, left + wide * columns, top)
    axes.set_xlim(0, columns)
    axes.set_ylim(rows, 0)
    axes.set_axis_off()
    _draw(sheet, axes, cells, indicators, (wide, high))
    _headers(sheet, labels, indicators, cells, (left, top, wide, high))


def _cells(
    heat: pd.DataFrame, labels: Mapping[str, str], indicators: Mapping[str, Indicator]
) -> pd.DataFrame:
    """Keep the cells that are drawn, with their place and why they have no value."""
    require(heat, HEAT_COLUMNS, "heat")
    kept = heat[heat["territory"].isin(list(labels)) & heat["indicator"].isin(list(indicators))].copy()
    if kept.empty:
        raise MeasureError(
            "there is no quartier or no indicator to draw",
            found=f"{len(labels)} quartiers, {len(indicators)} indicators",
            allowed="codes and ids that are in the heat table",
        )
    for name, column, known in (("row", "territory", labels), ("column", "indicator", indicators)):
        present = [key for key in known if (kept[column] == key).any()]
        kept[name] = kept[column].map({key: place for place, key in enumerate(present)})
    status = kept["status"] if "status" in kept else pd.Series(OBSERVED, kept.index)
    kept["why"] = np.select(
        [status.isin(list(HATCHES)), kept["cell"] == "sans_valeur", kept["cell"] == "non_publiable"],
        [status, NOT_AVAILABLE, NOT_SIGNIFICANT],
        OBSERVED,
    )
    decimals = kept["indicator"].map({name: one.decimals for name, one in indicators.items()})
    judged = kept["cell"].isin(["au_seuil", "sous_seuil", "favorable"])
    kept["kind"] = np.select(
        [
            judged & (round_half_up(kept["gap"], decimals.to_numpy()) == 0),
            judged & (kept["score"] <= _TWICE),
            kept["cell"].isin(list(_COLOURS)),
        ],
        ["nul", "deux_fois", kept["cell"]],
        "sans_score",
    )
    return kept.sort_values(["row", "column"], ignore_index=True)


def _draw(
    sheet: Sheet,
    axes: Axes,
    cells: pd.DataFrame,
    indicators: Mapping[str, Indicator],
    room: tuple[float, float],
) -> None:
    from matplotlib.patches import Rectangle

    size = min(0.55 * room[1], 0.26 * room[0], sheet.look.small)
    for cell in cells.itertuples():
        box = Rectangle((cell.column, cell.row), 1, 1, edgecolor=PAPER, linewidth=0.7)
        axes.add_patch(box)
        if cell.why != OBSERVED:
            box.set(facecolor=PAPER, edgecolor=HATCH_INK, hatch=HATCHES[cell.why], linewidth=0.3)
            continue
        colour, _ = _COLOURS[cell.kind]
        box.set_facecolor(colour)
        decimals = indicators[cell.indicator].decimals
        text = format_number(cell.gap, decimals, signed=True)
        axes.text(
            cell.column + 0.5,
            cell.row + 0.5,
            text,
            fontsize=size,
            color=ink_on(colour),
            ha="center",
            va="center",
        )
    for cell in cells[_dropping(cells)].itertuples():
        frame = Rectangle((cell.column + 0.06, cell.row + 0.08), 0.88, 0.84, fill=False, edgecolor=INK)
        frame.set(linewidth=min(1.2, 0.09 * room[1]), zorder=4)
        axes.add_patch(frame)


def _dropping(cells: pd.DataFrame) -> pd.Series:
    """Which cells that are shown have a décrochage."""
    return (cells["flag"] == DROPPING) & (cells["why"] == OBSERVED)


def _headers(
    sheet: Sheet,
    labels: Mapping[str, str],
    indicators: Mapping[str, Indicator],
    cells: pd.DataFrame,
    place: tuple[float, float, float, float],
) -> None:
    """Name the rows on the left, and the columns above, upright, with the unit of their gaps."""
    left, top, wide, high = place
    small = sheet.look.small
    for code, row in cells.drop_duplicates("row")[["territory", "row"]].itertuples(index=False):
        text, size = sheet.fitted(labels[code], left - sheet.left - 5, high, min(small, 0.75 * high))
        sheet.write(left - 5, top - (row + 0.5) * high, text, size, ha="right", va="center", linespacing=1.0)
    length = sheet.top - top - 4
    columns = cells.drop_duplicates("column")[["indicator", "column"]]
    told = {
        name: f"{indicators[name].label} ({UNITS[indicators[name].unit][2]})" for name in columns["indicator"]
    }
    least = min(sheet.fitted(text, length, wide * 0.95, small)[1] for text in told.values())
    for name, column in columns.itertuples(index=False):
        text, size = sheet.fitted(told[name], length, wide * 0.95, least)
        x = left + (column + 0.5) * wide
        sheet.write(
            x,
            top + 3,
            text,
            size,
            color=MUTED,
            rotation=90,
            ha="center",
            va="bottom",
            linespacing=1.0,
            ma="left",
        )


def _legend(cells: pd.DataFrame) -> list[Artist]:
    from matplotlib.patches import Patch

    seen = set(cells.loc[cells["why"] == OBSERVED, "kind"])
    handles: list[Artist] = [
        Patch(facecolor=colour, edgecolor=FAINT, linewidth=0.5, label=words)
        for kind, (colour, words) in _COLOURS.items()
        if kind in seen
    ]
    if _dropping(cells).any():
        handles.append(Patch(facecolor=PAPER, edgecolor=INK, linewidth=1.2, label="décrochage signalé"))
    return handles + [hatched(name) for name in statuses_of(cells["why"])]


def heat_grid_alt(
    heat: pd.DataFrame, labels: Mapping[str, str], indicators: Mapping[str, Indicator], reference: str
) -> str:
    """Say in words what `heat_grid` draws, for who does not see it; `reference` is its name."""
    cells = _cells(heat, labels, indicators)
    rows = count_words(cells["row"].nunique(), "quartier", "quartiers")
    columns = count_words(cells["column"].nunique(), "indicateur", "indicateurs")
    reached = int((cells["cell"].eq("au_seuil") & (cells["why"] == OBSERVED)).sum())
    text = (
        f"Grille de {rows} et {columns} : écart de chacun à la référence ({reference}), rapporté au seuil. "
    )
    text += count_words(
        reached, "écart défavorable atteint son seuil", "écarts défavorables atteignent leur seuil"
    )
    lacking = int((cells["why"] != OBSERVED).sum())
    return text + "." + (f" Sans valeur : {count_words(lacking, 'case', 'cases')}." if lacking else "")

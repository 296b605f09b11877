"""Heat grid: the quartiers and the indicators, each cell as far from the reference as its bar tells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from oqhs.analysis.heat import CELLS, HEAT_COLUMNS
from oqhs.analysis.uncertainty import require
from oqhs.entries import Indicator
from oqhs.errors import MeasureError
from oqhs.publish.charts.rows import statuses_of
from oqhs.publish.charts.sheet import Caption, Sheet
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
from oqhs.text import NOT_AVAILABLE, NOT_SIGNIFICANT, OBSERVED, format_number

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Lower end of each class of score (gap in multiples of its bar), and what it means.
_CLASSES: tuple[tuple[float, str, str], ...] = (
    (-np.inf, DIVERGING[0], "moins favorable, deux fois le seuil ou plus"),
    (-2.0, DIVERGING[1], "moins favorable, seuil atteint"),
    (-1.0, DIVERGING[2], "moins favorable, sous le seuil"),
    (0.0, DIVERGING[4], "plus favorable que la référence"),
)
_AT_BAR = 1e-9
_NEUTRAL = NEUTRAL_SEQUENCE[0]
_NO_SCORE = "#EEF0F2"
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
    sheet = Sheet(look, caption)
    sheet.legend("", _legend(cells), side="right" if look.is_wide else "bottom")
    left = sheet.left + _NAMES * (sheet.right - sheet.left)
    top = sheet.top - _HEADERS * (sheet.top - sheet.bottom)
    rows, columns = list(dict.fromkeys(cells["row"])), list(dict.fromkeys(cells["column"]))
    high = min((top - sheet.bottom) / len(rows), 2.4 * look.size)
    wide = min((sheet.right - left) / len(columns), 9 * look.size)
    axes = sheet.axes(left, top - high * len(rows), left + wide * len(columns), top)
    axes.set_xlim(0, len(columns))
    axes.set_ylim(len(rows), 0)
    axes.set_axis_off()
    _draw(sheet, axes, cells, indicators, (wide, high))
    _headers(sheet, labels, indicators, cells, (left, top, wide, high))
    return sheet.figure


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
    status = kept["status"] if "status" in kept else pd.Series(NOT_AVAILABLE, kept.index)
    lacking = status.where(status.isin(list(HATCHES)), NOT_AVAILABLE)
    kept["why"] = np.select(
        [kept["cell"] == "sans_valeur", kept["cell"] == "non_publiable"],
        [lacking, NOT_SIGNIFICANT],
        OBSERVED,
    )
    return kept.sort_values(["row", "column"], ignore_index=True)


def _colour(score: float, cell: str) -> str:
    if cell == "neutre":
        return _NEUTRAL
    if not np.isfinite(score):
        return _NO_SCORE
    return [colour for low, colour, _ in _CLASSES if _over(score, low)][-1]


def _over(score: float, low: float) -> bool:
    """Whether a score is in a class or above it; right at a bar, it has reached it."""
    return score > low + _AT_BAR if np.isfinite(low) and low < 0 else score >= low


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
        colour = _colour(cell.score, cell.cell)
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
    for cell in cells[cells["flag"] == "decrochage"].itertuples():
        frame = Rectangle((cell.column + 0.06, cell.row + 0.08), 0.88, 0.84, fill=False, edgecolor=INK)
        frame.set(linewidth=min(1.2, 0.09 * room[1]), zorder=4)
        axes.add_patch(frame)


def _headers(
    sheet: Sheet,
    labels: Mapping[str, str],
    indicators: Mapping[str, Indicator],
    cells: pd.DataFrame,
    place: tuple[float, float, float, float],
) -> None:
    """Name the rows on the left, and the columns above, slanted."""
    left, top, wide, high = place
    look = sheet.look
    for code, row in cells.drop_duplicates("row")[["territory", "row"]].itertuples(index=False):
        text, size = sheet.fitted(labels[code], left - sheet.left - 5, high, min(look.small, 0.75 * high))
        sheet.write(left - 5, top - (row + 0.5) * high, text, size, ha="right", va="center", linespacing=1.0)
    length = sheet.top - top - 4
    columns = cells.drop_duplicates("column")[["indicator", "column"]]
    told = {
        name: f"{indicators[name].label} ({_UNITS[indicators[name].unit]})" for name in columns["indicator"]
    }
    least = min(sheet.fitted(text, length, wide * 0.95, look.small)[1] for text in told.values())
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


_UNITS = {
    "percent": "points",
    "eur_year": "€",
    "eur_month": "€",
    "persons": "habitants",
    "minutes": "min",
    "facilities": "équipements",
    "consultations": "consultations",
}


def _legend(cells: pd.DataFrame) -> list[Artist]:
    from matplotlib.patches import Patch

    seen = cells[cells["why"] == OBSERVED]
    colours = [_colour(*pair) for pair in zip(seen["score"], seen["cell"], strict=True)]
    told = [*((colour, words) for _, colour, words in _CLASSES), (_NEUTRAL, f"indicateur {CELLS['neutre']}")]
    told.append((_NO_SCORE, "sans écart à la référence, ou sans seuil"))
    handles: list[Artist] = [
        Patch(facecolor=colour, edgecolor=FAINT, linewidth=0.5, label=words)
        for colour, words in told
        if colour in colours
    ]
    if (cells["flag"] == "decrochage").any():
        handles.append(Patch(facecolor=PAPER, edgecolor=INK, linewidth=1.2, label="décrochage signalé"))
    return handles + [hatched(name) for name in statuses_of(cells["why"])]


def heat_grid_alt(
    heat: pd.DataFrame, labels: Mapping[str, str], indicators: Mapping[str, Indicator], reference: str
) -> str:
    """Say in words what `heat_grid` draws, for who does not see it; `reference` is its name."""
    cells = _cells(heat, labels, indicators)
    rows = count_words(cells["row"].nunique(), "quartier", "quartiers")
    columns = count_words(cells["column"].nunique(), "indicateur", "indicateurs")
    reached = int(cells["cell"].eq("au_seuil").sum())
    text = (
        f"Grille de {rows} et {columns} : écart de chacun à la référence ({reference}), rapporté au seuil. "
    )
    text += count_words(
        reached, "écart défavorable atteint son seuil", "écarts défavorables atteignent leur seuil"
    )
    lacking = int((cells["why"] != OBSERVED).sum())
    return text + "." + (f" Sans valeur : {count_words(lacking, 'case', 'cases')}." if lacking else "")

"""Small multiples: one map per EPT, at one scale and with one set of classes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from oqhs.entries import Indicator
from oqhs.errors import MeasureError
from oqhs.publish.charts.rows import missing_words
from oqhs.publish.charts.sheet import Caption, Sheet
from oqhs.publish.maps.choropleth import Shading, joined, legend_of, one_map, shading_of
from oqhs.publish.maps.ground import Box, Ground, ground_handles, names
from oqhs.publish.theme import Look, count_words, themed, unit_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_BETWEEN = 12.0
_HEADING = 1.7  # of the size of the type


@themed()
def small_multiples(
    rows: pd.DataFrame,
    zones: gpd.GeoDataFrame,
    groups: pd.DataFrame,
    indicator: Indicator,
    caption: Caption,
    look: Look,
    *,
    ground: Ground | None = None,
    gaps: bool = False,
) -> Figure:
    """Draw one map per group of quartiers, such as those of each EPT.

    Parameters
    ----------
    rows, zones, indicator, caption, look, ground, gaps
        As `oqhs.publish.maps.choropleth.choropleth` takes them.
    groups : DataFrame
        `territory` and `group` (the name of a map); a quartier may be in several, and is drawn in each.

    Returns
    -------
    Figure
        Maps in the order of their names, all at one scale, with one legend.

    Raises
    ------
    DataError, CRSError
        As `choropleth` does.
    MeasureError
        No quartier is in a group.
    """
    drawn = joined(rows, zones)
    below = Ground() if ground is None else ground
    below.refuse_other_systems(zones)
    inside = groups[groups["territory"].isin(drawn["territory"])]
    if inside.empty:
        raise MeasureError("no quartier is in a group: there is no map to draw", allowed="one or more")
    shade = shading_of(drawn["value"], indicator, gaps=gaps)
    parts = {
        str(name): drawn[drawn["territory"].isin(part["territory"])]
        for name, part in inside.groupby("group", sort=True)
    }
    grounds = [below.around(zones, part["territory"]) for part in parts.values()]
    sheet = Sheet(look, caption)
    title, handles = legend_of(drawn, shade, indicator, gaps=gaps)
    told = next((one for one in grounds if one.others is not None), below)
    sheet.legend(title, [*handles, *ground_handles(told)], side="right" if look.is_wide else "bottom")
    boxes = _one_size([part.total_bounds for part in parts.values()])
    for name, room, bounds, under in zip(parts, _rooms(sheet, len(parts)), boxes, grounds, strict=True):
        axes = _panel(sheet, name, parts[name], room, bounds, (shade, under))
        if under.communes is not None:
            names(sheet, axes, under.communes, size=0.75 * look.small, clear_of=zones)
    return sheet.figure


def _panel(
    sheet: Sheet,
    name: str,
    part: gpd.GeoDataFrame,
    room: Box,
    bounds: Box,
    look: tuple[Shading, Ground],
) -> Axes:
    """Draw the map of one group, under its name."""
    left, bottom, right, top = room
    shade, below = look
    sheet.heading(left, right, top, name)
    inner = (left, bottom, right, top - _HEADING * sheet.look.size)
    return one_map(sheet, part, shade, below, inner, bounds)


def _rooms(sheet: Sheet, count: int) -> list[Box]:
    """Cut the sheet into rectangles, in rows, as near to squares as they go."""
    width, height = sheet.right - sheet.left, sheet.top - sheet.bottom
    fits = {
        columns: min((width - (columns - 1) * _BETWEEN) / columns, height / -(-count // columns))
        for columns in range(1, count + 1)
    }
    columns = max(fits, key=lambda one: (fits[one], -one))
    down = -(-count // columns)
    wide, high = (width + _BETWEEN) / columns, (height + _BETWEEN) / down
    return [
        (
            sheet.left + place % columns * wide,
            sheet.top - (place // columns + 1) * high + _BETWEEN,
            sheet.left + (place % columns + 1) * wide - _BETWEEN,
            sheet.top - place // columns * high,
        )
        for place in range(count)
    ]


def _one_size(bounds: Sequence[np.ndarray]) -> list[Box]:
    """Widen bounds around their middles until all are as large as the largest."""
    lows, highs = np.hsplit(np.asarray(bounds, dtype="float64"), 2)
    half = (highs - lows).max(axis=0) / 2
    middles = (lows + highs) / 2
    boxes = np.hstack([middles - half, middles + half]).tolist()
    return [(west, south, east, north) for west, south, east, north in boxes]


def small_multiples_alt(
    rows: pd.DataFrame, groups: pd.DataFrame, indicator: Indicator, *, words: str | None = None
) -> str:
    """Say in words what `small_multiples` draws, for who does not see it."""
    inside = groups[groups["territory"].isin(rows["territory"])]
    maps = count_words(inside["group"].nunique(), "carte", "cartes")
    seen = count_words(int(rows["value"].notna().sum()), "quartier", "quartiers")
    text = (
        f"{maps} à la même échelle, une par EPT : {indicator.label}, {words or unit_words(indicator.unit)}, "
    )
    text += f"pour {seen}."
    return " ".join(filter(None, [text, missing_words(rows["status"])]))

"""Choropleth: the quartiers coloured by one indicator, over their communes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from oqhs.entries import Indicator
from oqhs.publish.charts.rows import missing_words, statuses_of
from oqhs.publish.charts.sheet import Caption, Sheet
from oqhs.publish.maps.classes import Classes, around_zero, classes_of
from oqhs.publish.maps.ground import (
    Box,
    Ground,
    draw_ground,
    framed,
    ground_handles,
    names,
    outlined,
    scale_bar,
    surfaces,
)
from oqhs.publish.theme import (
    DENSE_HATCHES,
    DIVERGING,
    HATCH_INK,
    HATCHES,
    INK,
    NEUTRAL_SEQUENCE,
    PAPER,
    SEQUENCE,
    Look,
    count_words,
    gap_words,
    hatched,
    shades,
    themed,
    unit_words,
)
from oqhs.text import NO_BREAK_SPACE, NOT_AVAILABLE, OBSERVED, STATUS_WORDS, listing

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_EDGE = "#2B3640"
_WIDE = 1.8  # width of what must be seen, of its height, from which the legend stands under it
_DARK_IS_BAD = "plus la teinte est foncée, moins la situation est favorable"
_DARK_IS_HIGH = "plus la teinte est foncée, plus la valeur est élevée"
_TWO_SIDES = "orange : moins favorable que la référence ; bleu : plus favorable"


@dataclass(frozen=True)
class Shading:
    """Classes of a map, their colours, and what dark means."""

    classes: Classes
    colours: tuple[str, ...]
    words: str


def shading_of(values: pd.Series, indicator: Indicator, *, gaps: bool = False) -> Shading:
    """Choose classes and colours for the values of an indicator, or for its gaps to a reference.

    A neutral indicator has one hue, dark being high; otherwise the unfavourable side is the dark one, or the
    orange one of two when they are gaps.

    Parameters
    ----------
    values : Series of float
        Values or gaps, missing ones allowed.
    indicator : Indicator
        Unit, decimals and polarity.
    gaps : bool
        Whether they are gaps.

    Examples
    --------
    >>> from oqhs.catalogue import built_in
    >>> poor = built_in().indicator("taux_pauvrete")
    >>> shading_of(pd.Series([10.0, 20.0, 30.0]), poor).words
    'plus la teinte est foncée, moins la situation est favorable'
    """
    unit, decimals, polarity = indicator.unit, indicator.decimals, indicator.polarity
    if gaps and polarity:
        classes = around_zero(values, unit, decimals)
        colours = DIVERGING if polarity > 0 else DIVERGING[::-1]
        return Shading(classes, tuple(shades(len(classes), colours)) if len(classes) else (), _TWO_SIDES)
    classes = classes_of(values, unit, decimals, signed=gaps)
    if not len(classes):
        return Shading(classes, (), "")
    if not polarity:
        return Shading(classes, tuple(shades(len(classes), NEUTRAL_SEQUENCE)), _DARK_IS_HIGH)
    hues = SEQUENCE if polarity < 0 else SEQUENCE[::-1]
    return Shading(classes, tuple(shades(len(classes), hues)), _DARK_IS_BAD)


@themed()
def choropleth(
    rows: pd.DataFrame,
    zones: gpd.GeoDataFrame,
    indicator: Indicator,
    caption: Caption,
    look: Look,
    *,
    ground: Ground | None = None,
    gaps: bool = False,
    shading: Shading | None = None,
    named: bool = False,
    extent: Sequence[float] | None = None,
) -> Figure:
    """Draw the quartiers coloured by one indicator.

    One colour for each class, one hatch for each reason why there is no value; the scale is drawn.

    Parameters
    ----------
    rows : DataFrame
        `territory`, `value` (or gap) and `status`, one row per quartier to draw.
    zones : GeoDataFrame
        `territory`, `label` and outlines of the quartiers, in a projected system of metres.
    indicator, caption, look, ground
        Unit, decimals and polarity; what is said around it; its size; what lies under.
    gaps, named : bool
        Whether `value` is a gap to a reference; whether the quartiers are named on the map.
    shading, extent : optional
        Classes and colours, by default those of `shading_of`; west, south, east and north of what must be
        seen, by default the quartiers.

    Raises
    ------
    DataError, CRSError, MeasureError
        A quartier has no outline; a layer is in another system; a value lies outside the classes given.
    """
    drawn = joined(rows, zones)
    below = (Ground() if ground is None else ground).around(zones, drawn["territory"])
    below.refuse_other_systems(zones)
    shade = shading_of(drawn["value"], indicator, gaps=gaps) if shading is None else shading
    sheet = Sheet(look, caption)
    title, handles = legend_of(drawn, shade, indicator, gaps=gaps)
    west, south, east, north = bounds = drawn.total_bounds if extent is None else extent
    beside = look.is_wide and east - west < _WIDE * (north - south)
    sheet.legend(title, [*handles, *ground_handles(below)], side="right" if beside else "bottom")
    axes = one_map(sheet, drawn, shade, below, (sheet.left, sheet.bottom, sheet.right, sheet.top), bounds)
    if named:
        names(sheet, axes, drawn, size=look.small, bold=True)
    if below.communes is not None:
        names(sheet, axes, below.communes, size=0.86 * look.small, clear_of=zones)
    return sheet.figure


def joined(rows: pd.DataFrame, zones: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Put values on outlines; `DataError` when a quartier has none."""
    kept = zones.drop_duplicates("territory").set_index("territory")[["label", "geometry"]]
    found = kept.reindex(rows["territory"]).reset_index()
    frame = gpd.GeoDataFrame(found, geometry="geometry", crs=zones.crs)
    status = rows["status"].where(rows["status"].isin([OBSERVED, *HATCHES]), NOT_AVAILABLE)
    value = rows["value"].where(rows["status"] == OBSERVED)
    # A value that is not there is never without a reason.
    status = status.mask((status == OBSERVED) & value.isna(), NOT_AVAILABLE)
    frame = frame.assign(value=value.to_numpy(dtype="float64"), status=status.to_numpy())
    return outlined(frame, "the quartiers")


def one_map(
    sheet: Sheet, drawn: gpd.GeoDataFrame, shade: Shading, ground: Ground, room: Box, bounds: Sequence[float]
) -> Axes:
    """Draw one map in a rectangle of the sheet."""
    left, bottom, right, top = room
    axes = sheet.axes(left, bottom, right, top)
    west, south, east, north = framed(bounds, right - left, top - bottom)
    axes.set(xlim=(west, east), ylim=(south, north))
    axes.set_axis_off()
    draw_ground(axes, ground.within((west, south, east, north)))
    places = shade.classes.of(drawn["value"])
    for rank, colour in enumerate(shade.colours):
        shapes = drawn.geometry[(places == rank).fillna(False).to_numpy(dtype=bool)].to_numpy()
        surfaces(axes, shapes, facecolor=colour, edgecolor=_EDGE, linewidth=0.6, zorder=4)
    for name in statuses_of(drawn["status"]):
        shapes = drawn.geometry[(drawn["status"] == name).to_numpy()].to_numpy()
        style = {"facecolor": PAPER, "edgecolor": HATCH_INK, "hatch": DENSE_HATCHES[name]}
        surfaces(axes, shapes, **style, linewidth=0, zorder=4)
        surfaces(axes, shapes, facecolor="none", edgecolor=_EDGE, linewidth=0.6, zorder=4.1)
    scale_bar(sheet, axes)
    return axes


def legend_of(
    drawn: gpd.GeoDataFrame, shade: Shading, indicator: Indicator, *, gaps: bool
) -> tuple[str, list[Artist]]:
    """Give the title and the entries of a legend: the classes with their counts, then what is missing."""
    from matplotlib.patches import Patch

    places = shade.classes.of(drawn["value"])
    handles: list[Artist] = [
        Patch(
            facecolor=colour, edgecolor=INK, linewidth=0.5, label=_counted(label, int((places == rank).sum()))
        )
        for rank, (label, colour) in enumerate(zip(shade.classes.labels, shade.colours, strict=True))
    ]
    for name, count in statuses_of(drawn["status"]).items():
        handles.append(hatched(name, _counted(STATUS_WORDS[name], count)))
    unit = f"écart, {gap_words(indicator.unit)}" if gaps else unit_words(indicator.unit)
    return f"{indicator.label}, {unit}", handles


def _counted(label: str, count: int) -> str:
    return f"{label}{NO_BREAK_SPACE}({count})"


def method_words(shade: Shading) -> tuple[str, ...]:
    """Say how a map was shaded: goes in the notes of its caption."""
    told = [
        f"Entre parenthèses : nombre de quartiers. {shade.classes.words[:1].upper()}{shade.classes.words[1:]}"
    ]
    return (" ; ".join([*told, *filter(None, [shade.words])]) + ".",)


def choropleth_alt(
    rows: pd.DataFrame,
    indicator: Indicator,
    where: str,
    *,
    words: str | None = None,
    ground: Ground | None = None,
) -> str:
    """Say in words what `choropleth` draws, for who does not see it; no quartier is told first or last.

    Parameters
    ----------
    rows, indicator, ground
        As `choropleth` takes them.
    where : str
        What is mapped, for example « dans le Val-de-Marne ».
    words : str, optional
        What the values are, for example « écart au département »; their unit by default.
    """
    seen = count_words(int((rows["status"] == OBSERVED).sum()), "quartier", "quartiers")
    text = f"Carte : {indicator.label}, {words or unit_words(indicator.unit)}, pour {seen} {where}"
    layers = [] if ground is None or ground.communes is None else ["les limites des communes"]
    layers += [] if ground is None or ground.facilities is None else [f"les lieux ({ground.facility_words})"]
    layers += [] if ground is None or ground.reached is None else [f"les surfaces {ground.reached_words}"]
    text += f", avec {listing(layers)}" if layers else ""
    return " ".join(filter(None, [f"{text}.", missing_words(rows["status"])]))

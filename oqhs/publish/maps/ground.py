"""What lies under a map: communes and their names, facilities, isochrones, the scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from oqhs.errors import DataError
from oqhs.publish.charts.sheet import Sheet
from oqhs.publish.theme import FAINT, GROUND, INK, MUTED, PAPER
from oqhs.systems import refuse_other_systems
from oqhs.text import NO_BREAK_SPACE, format_number

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

_BORDER = "#9AA5B1"
_EPT = "#52606D"
_OTHER = "#DDE1E6"  # of a quartier the map is not about
_REACHED = "#CFE8DC"  # a quiet ground, far from every class
_FACILITY = "#111827"
_ROUND = (1.0, 2.0, 5.0)
_KM = 1000
_SCALE = 0.25  # of the width of the map, at most
_SCALE_NAME = "echelle"
_ROOM = 2.5  # points between two names
_MARGIN = 0.03  # around what is drawn
#: Where the name of a place may stand, from its middle and nearest first, in heights of a letter.
_SHIFTS = sorted(
    ((across, up) for across in np.arange(-6.0, 6.1, 1.5) for up in np.arange(-6.0, 6.1, 0.75)),
    key=lambda spot: (abs(spot[0]) / 2 + abs(spot[1]), spot),
)

Box = tuple[float, float, float, float]


@dataclass(frozen=True, eq=False)
class Ground:
    """Layers under the quartiers, in the system of their outlines; `None` is not drawn.

    `communes` and `epts` have `territory`, `label` and `geometry`; `facilities` has points or surfaces and
    `facility_words` what they are; `reached` has surfaces, and `reached_words` what is reached there;
    `others` has the quartiers the map is not about.
    """

    communes: gpd.GeoDataFrame | None = None
    epts: gpd.GeoDataFrame | None = None
    facilities: gpd.GeoDataFrame | None = None
    facility_words: str = "équipement"
    reached: gpd.GeoDataFrame | None = None
    reached_words: str = "à portée à pied"
    others: gpd.GeoDataFrame | None = None

    @property
    def layers(self) -> dict[str, gpd.GeoDataFrame]:
        """Layers that are drawn, by name."""
        every = {
            name: getattr(self, name) for name in ("communes", "epts", "facilities", "reached", "others")
        }
        return {name: layer for name, layer in every.items() if layer is not None}

    def around(self, zones: gpd.GeoDataFrame, drawn: pd.Series) -> Ground:
        """Have the quartiers that are not drawn lie under the map, if there are any."""
        others = zones[~zones["territory"].isin(drawn)]
        return replace(self, others=others if len(others) else None)

    def within(self, box: Box) -> Ground:
        """Keep what meets a rectangle."""
        frame = shapely.box(*box)
        return replace(
            self,
            **{
                name: layer[layer.geometry.intersects(frame).to_numpy(dtype=bool)]
                for name, layer in self.layers.items()
            },
        )

    def refuse_other_systems(self, zones: gpd.GeoDataFrame) -> None:
        """Refuse layers that are not in the projected system of the quartiers."""
        systems = {name: layer.crs for name, layer in self.layers.items()}
        refuse_other_systems("maps are drawn", {"quartiers": zones.crs, **systems})


def outlined(zones: gpd.GeoDataFrame, what: str) -> gpd.GeoDataFrame:
    """Give layers back; `DataError` when one has no outline."""
    missing = zones.geometry.isna() | zones.geometry.is_empty
    if len(zones) == 0 or missing.any():
        raise DataError(
            f"a map needs the outlines of {what}",
            column="geometry",
            found=", ".join(map(str, zones.loc[missing, "territory"].head(10))) or "no territory",
            allowed="a surface for each of them",
            todo="use an edition whose layers hold them, or draw a chart instead",
        )
    return zones


def framed(bounds: Sequence[float], width: float, height: float) -> Box:
    """Widen bounds to the shape of a room, with a margin.

    Examples
    --------
    >>> framed([0, 0, 100, 100], 200, 100)
    (-56.0, -3.0, 156.0, 103.0)
    """
    west, south, east, north = (float(bound) for bound in bounds)
    scale = max((east - west) / width, (north - south) / height) * (1 + 2 * _MARGIN)
    middle = ((west + east) / 2, (south + north) / 2)
    half = (scale * width / 2, scale * height / 2)
    return (middle[0] - half[0], middle[1] - half[1], middle[0] + half[0], middle[1] + half[1])


def surfaces(axes: Axes, shapes: np.ndarray, **style: Any) -> None:
    """Draw polygons and multipolygons, holes left out."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    for shape in shapes:
        if shape is None or shape.is_empty:
            continue
        rings = [
            Path(shapely.get_coordinates(ring), closed=True)
            for part in shapely.get_parts(shape)
            if shapely.get_type_id(part) == shapely.GeometryType.POLYGON
            for ring in (part.exterior, *part.interiors)
        ]
        if rings:
            axes.add_patch(PathPatch(Path.make_compound_path(*rings), **style))


def draw_ground(axes: Axes, ground: Ground) -> None:
    """Draw what lies under the quartiers, and the outlines over them."""
    if ground.communes is not None:
        shapes = ground.communes.geometry.to_numpy()
        surfaces(axes, shapes, facecolor=GROUND, edgecolor="none", zorder=0)
        surfaces(axes, shapes, facecolor="none", edgecolor=_BORDER, linewidth=0.5, zorder=3)
    if ground.reached is not None:
        surfaces(axes, ground.reached.geometry.to_numpy(), facecolor=_REACHED, edgecolor="none", zorder=1)
    if ground.others is not None:
        shapes = ground.others.geometry.to_numpy()
        surfaces(axes, shapes, facecolor=_OTHER, edgecolor=_BORDER, linewidth=0.5, zorder=2)
    if ground.epts is not None:
        shapes = ground.epts.geometry.to_numpy()
        surfaces(axes, shapes, facecolor="none", edgecolor=_EPT, linewidth=1.3, zorder=3.5)
    if ground.facilities is not None:
        points = ground.facilities.geometry.dropna().representative_point()
        style: dict[str, Any] = {"color": _FACILITY, "markersize": 5, "markeredgecolor": PAPER}
        axes.plot(points.x, points.y, "^", zorder=6, **style)


def ground_handles(ground: Ground) -> list[Artist]:
    """Give what a legend says of the ground."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles: list[Artist] = []
    if ground.reached is not None:
        handles.append(Patch(facecolor=_REACHED, edgecolor=FAINT, label=ground.reached_words))
    if ground.facilities is not None:
        handles.append(Line2D([], [], color=_FACILITY, marker="^", linestyle="", label=ground.facility_words))
    if ground.others is not None:
        handles.append(Patch(facecolor=_OTHER, edgecolor=_BORDER, linewidth=0.5, label="autre quartier"))
    if ground.epts is not None:
        handles.append(Line2D([], [], color=_EPT, linewidth=1.3, label="limite d'EPT"))
    if ground.communes is not None:
        handles.append(Line2D([], [], color=_BORDER, linewidth=0.5, label="limite de commune"))
    return handles


def names(
    sheet: Sheet,
    axes: Axes,
    places: gpd.GeoDataFrame,
    *,
    size: float,
    bold: bool = False,
    clear_of: gpd.GeoDataFrame | None = None,
) -> None:
    """Write the names of places (`label`, `geometry`), in them and on the map, where there is room.

    The largest places are named first. A name covers no other name, and none of the quartiers it must be
    `clear_of`; the name of a quartier may stand beside it.
    """
    lines = [one for one in axes.lines if one.get_gid() == _SCALE_NAME]
    taken = [_grown(sheet.extent(one)) for one in (*axes.texts, *lines)]
    if clear_of is not None:
        taken += [_on_sheet(sheet, axes, bounds) for bounds in clear_of.geometry.bounds.to_numpy()]
    seen = shapely.intersection(places.geometry.to_numpy(), shapely.box(*_limits(axes)))
    order = pd.DataFrame({"area": -shapely.area(seen), "label": places["label"].to_numpy()})
    for row in order.sort_values(["area", "label"]).index:
        if not seen[row].is_empty:
            taken += _name(sheet, axes, str(order["label"][row]), seen[row], taken, size=size, bold=bold)


def _name(
    sheet: Sheet,
    axes: Axes,
    label: str,
    place: shapely.Geometry,
    taken: Sequence[Box],
    *,
    size: float,
    bold: bool,
) -> list[Box]:
    """Write the name of one place where there is room, and give what it takes."""
    import matplotlib.patheffects as effects

    longest = max(sheet.measured(word, size, bold=bold) for word in label.split(" "))
    lines = sheet.wrapped(label, max(9 * size, longest), size, bold=bold, most=4)
    middle = shapely.get_coordinates(shapely.point_on_surface(place))[0]
    x, y = axes.transData.transform(middle) * 72 / sheet.look.dpi
    text = axes.text(
        0, 0, "\n".join(lines), fontsize=size, ha="center", va="center", zorder=7, linespacing=1.0
    )
    halo = effects.withStroke(linewidth=2.8 if bold else 1.8, foreground=PAPER)
    text.set(color=INK if bold else MUTED, weight="bold" if bold else "normal", path_effects=[halo])
    frame = sheet.extent(axes.patch)
    back = axes.transData.inverted()
    for across, up in _SHIFTS:
        spot = back.transform(np.array([x + across * size, y + up * size]) * sheet.look.dpi / 72)
        if not bold and not shapely.intersects_xy(place, *spot):
            continue
        text.set_position((float(spot[0]), float(spot[1])))
        box = sheet.extent(text)
        if _inside(box, frame) and not any(_meet(box, other) for other in taken):
            return [box]
    text.remove()
    return []


def _on_sheet(sheet: Sheet, axes: Axes, bounds: np.ndarray) -> Box:
    """Give where bounds of the map are on the sheet, in points."""
    corners = axes.transData.transform(np.asarray(bounds).reshape(2, 2)) * 72 / sheet.look.dpi
    west, south, east, north = (float(one) for one in corners.ravel())
    return west, south, east, north


def _grown(box: Box) -> Box:
    """Leave some room around a box, in points."""
    return box[0] - _ROOM, box[1] - _ROOM, box[2] + _ROOM, box[3] + _ROOM


def _inside(box: Box, frame: Box) -> bool:
    return box[0] >= frame[0] and box[1] >= frame[1] and box[2] <= frame[2] and box[3] <= frame[3]


def _meet(box: Box, other: Box) -> bool:
    return box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]


def _limits(axes: Axes) -> Box:
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    return west, south, east, north


def scale_length_m(width_m: float) -> float:
    """Give a round length that takes a quarter of a width, or less.

    Examples
    --------
    >>> scale_length_m(21_000), scale_length_m(2_400)
    (5000.0, 500.0)
    """
    most = width_m * _SCALE
    power = 10.0 ** np.floor(np.log10(most))
    return float(max(one * power for one in _ROUND if one * power <= most * (1 + 1e-9)))


def scale_words(length_m: float) -> str:
    """Give a length in metres, or in kilometres from one on.

    Examples
    --------
    >>> [scale_words(length).replace(NO_BREAK_SPACE, " ") for length in (500.0, 2000.0)]
    ['500 m', '2 km']
    """
    number, unit = (length_m / _KM, "km") if length_m >= _KM else (length_m, "m")
    return f"{format_number(number, 0 if number >= 1 else 1)}{NO_BREAK_SPACE}{unit}"


def scale_bar(sheet: Sheet, axes: Axes) -> None:
    """Draw the scale in the lower left corner of a map whose system counts metres."""
    import matplotlib.patheffects as effects

    west, south, east, north = _limits(axes)
    length = scale_length_m(east - west)
    left, floor = west + 0.02 * (east - west), south + 0.02 * (north - south)
    axes.plot(
        [left, left + length],
        [floor, floor],
        color=INK,
        linewidth=2.2,
        solid_capstyle="butt",
        zorder=8,
        gid=_SCALE_NAME,
        path_effects=[effects.withStroke(linewidth=5, foreground=PAPER)],
    )
    level = floor + 0.008 * (north - south)
    text = axes.text(left, level, scale_words(length), fontsize=sheet.look.small, va="bottom", zorder=8)
    text.set(gid=_SCALE_NAME, path_effects=[effects.withStroke(linewidth=2.5, foreground=PAPER)])

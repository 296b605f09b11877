"""A small map that tells where territories are: their communes, the quartiers around, a scale."""

from __future__ import annotations

import io
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import geopandas as gpd
import shapely

from oqhs.publish.charts.sheet import Caption, Sheet
from oqhs.publish.maps.ground import Ground, draw_ground, framed, names, scale_bar, surfaces
from oqhs.publish.portrait.document import Map
from oqhs.publish.portrait.zones import Zone
from oqhs.publish.theme import Look, themed
from oqhs.text import listing

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_OWN, _OWN_EDGE = "#4C3D8F", "#241C4A"
_OTHER, _OTHER_EDGE = "#C9C3DD", "#8D84B5"
_WIDTH, _HEIGHT = 250.0, 205.0  # points
_LOOK = Look("page", _WIDTH, _HEIGHT, 7.0, 0.0, 144)
_ROOM = 0.9  # of the size of a quartier, around it, at least
_DETAIL = 4000  # parts of the width that are too small to be seen
_FEW = 12  # quartiers whose names are written; that of one alone is the title
_NO_CAPTION = Caption("", "", 0, "", (), (), "public", invented=False)


class _Pane(Sheet):
    """A sheet with nothing around what is drawn: the portrait says it."""

    def _head(self, caption: Caption) -> None:
        del caption

    def _foot(self, caption: Caption) -> None:
        del caption


def located(zone: Zone, codes: Sequence[str]) -> Map | None:
    """Draw where some quartiers are; nothing when none of them has an outline.

    Parameters
    ----------
    zone : Zone
        The territory the portrait is about.
    codes : sequence of str
        Quartiers to point at.
    """
    layer = zone.contents.territories
    layer = layer[layer.geometry.notna() & ~layer.geometry.is_empty]
    quartiers = layer[layer["kind"] == "qpv"]
    own = quartiers[quartiers["territory"].isin(set(codes))]
    if own.empty:
        return None
    rows = zone.contents.memberships
    parents = rows[rows["territory"].isin({*codes, zone.code})]
    around = set(parents.loc[parents["parent_kind"] == "commune", "parent"])
    around |= set(rows.loc[rows["parent"] == zone.code, "territory"]) | {zone.code}
    communes = layer[layer["kind"] == "commune"]
    outline = layer[(layer["territory"] == zone.code) & (layer["kind"] == "ept")]
    figure = _drawn(own, quartiers, communes, outline, _bounds(own, layer, around))
    return Map(_svg(figure), _alt(zone, own, communes, around), _caption(own, communes))


def _bounds(own: gpd.GeoDataFrame, layer: gpd.GeoDataFrame, around: Collection[str]) -> list[float]:
    """Give what must be seen: the quartiers with some room, and the territories around them."""
    west, south, east, north = (float(bound) for bound in own.total_bounds)
    sizes = own.geometry.bounds
    room = _ROOM * float((sizes[["maxx", "maxy"]].to_numpy() - sizes[["minx", "miny"]].to_numpy()).max())
    boxes = [shapely.box(west - room, south - room, east + room, north + room)]
    boxes += list(layer.geometry[layer["territory"].isin(set(around)).to_numpy()])
    return [float(bound) for bound in shapely.total_bounds(boxes)]


@themed()
def _drawn(
    own: gpd.GeoDataFrame,
    quartiers: gpd.GeoDataFrame,
    communes: gpd.GeoDataFrame,
    outline: gpd.GeoDataFrame,
    bounds: Sequence[float],
) -> Figure:
    sheet = _Pane(_LOOK, _NO_CAPTION)
    axes = sheet.axes(0, 0, _WIDTH, _HEIGHT)
    box = framed(bounds, _WIDTH, _HEIGHT)
    axes.set(xlim=(box[0], box[2]), ylim=(box[1], box[3]))
    axes.set_axis_off()
    frame, least = shapely.box(*box), (box[2] - box[0]) / _DETAIL
    own, quartiers, communes, outline = (
        _seen(one, frame, least) for one in (own, quartiers, communes, outline)
    )
    draw_ground(axes, Ground(communes if len(communes) else None, epts=outline if len(outline) else None))
    others = quartiers[~quartiers["territory"].isin(set(own["territory"]))]
    style = {"linewidth": 0.5, "zorder": 4}
    surfaces(axes, others.geometry.to_numpy(), facecolor=_OTHER, edgecolor=_OTHER_EDGE, **style)
    surfaces(axes, own.geometry.to_numpy(), facecolor=_OWN, edgecolor=_OWN_EDGE, **style)
    scale_bar(sheet, axes)
    if 1 < len(own) <= _FEW:
        names(sheet, axes, own, size=6.6, bold=True, clear_of=own)
    names(sheet, axes, communes, size=6.0, clear_of=own)
    return sheet.figure


def _seen(layer: gpd.GeoDataFrame, frame: shapely.Polygon, least: float) -> gpd.GeoDataFrame:
    """Keep what is in the frame, without the details that are too small to be seen."""
    met = layer[layer.geometry.intersects(frame).to_numpy(dtype=bool)]
    return met.set_geometry(shapely.simplify(met.geometry.to_numpy(), least), crs=layer.crs)


def _svg(figure: Figure) -> str:
    """Write a map without who made it, nor when."""
    written = io.StringIO()
    with themed():
        figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None})
    return written.getvalue()


def _alt(zone: Zone, own: gpd.GeoDataFrame, communes: gpd.GeoDataFrame, around: Collection[str]) -> str:
    """Say in words what is drawn."""
    held = communes[communes["territory"].isin(set(around))]
    where = listing([str(label) for label in held.sort_values("territory")["label"]])
    told = f"Carte de situation {zone.named('label_de')}"
    if len(own) > 1:
        told += f" : {len(own)} quartiers"
    return f"{told}.{f' Communes : {where}.' if where else ''}"


def _caption(own: gpd.GeoDataFrame, communes: gpd.GeoDataFrame) -> str:
    what = "le quartier" if len(own) == 1 else "les quartiers"
    limits = " ; traits : limites des communes" if len(communes) else ""
    return f"En violet foncé : {what} ; en violet clair : les autres quartiers prioritaires{limits}."

"""Share of the surface of zones that a layer covers: îlots of a class, crowns of trees."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from oqhs.catalogue import built_in
from oqhs.errors import MeasureError
from oqhs.measures.apportion import NOISE
from oqhs.surfaces import as_surfaces
from oqhs.systems import refuse_other_systems
from oqhs.text import NOT_COVERED, OBSERVED

if TYPE_CHECKING:
    import geopandas as gpd

SHARE_COLUMNS = ["share", "covered", "status", "area_m2", "covered_m2", "inside_m2"]
#: A layer that comes nowhere nearer than this to any zone is that of another place.
ELSEWHERE_M = 10_000
#: Side of the squares that surfaces are cut in, in widths of the pieces of the layer; the most of them.
_WIDTHS = 8
_MOST_SQUARES = 100_000
_ROUNDING = 1e-9
_SURFACES = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
_SHOWN = 5


def area_share(
    zones: gpd.GeoDataFrame,
    layer: gpd.GeoDataFrame,
    *,
    reach: gpd.GeoDataFrame | None = None,
    couverture_min: float | None = None,
) -> pd.DataFrame:
    """Measure which share of the surface of each zone lies under a layer.

    What several geometries of the layer cover counts once. The denominator is the part of the zone that
    was looked at, and not the whole zone: roads and water that belong to no îlot are in neither term.

    Parameters
    ----------
    zones : GeoDataFrame
        Outlines, with any index. They may overlap: each is measured for itself.
    layer : GeoDataFrame
        Surfaces that count, which may overlap. What lies outside `reach` does not count.
    reach : GeoDataFrame, optional
        Surfaces that were looked at: all the îlots that were assessed, or the footprint of a survey.
        Without it, a zone was looked at whole when the layer covers a part of it, or when it lies whole
        in the convex hull of the layer; any other was not looked at, for nothing tells bare ground from
        ground nobody surveyed.
    couverture_min : float, optional
        Least part of a zone that must have been looked at; by default `couverture_min` of `seuils.yaml`.

    Returns
    -------
    DataFrame
        `SHARE_COLUMNS`, indexed like `zones`. `share` (0 to 1) is `inside_m2` / `covered_m2`, missing
        unless `status` is `observed`; `covered` (0 to 1) is `covered_m2` / `area_m2`; `status` is
        `not_covered` where `covered` is under `couverture_min`, and for a zone without a surface;
        `area_m2` is the surface of the zone, `covered_m2` that of its part that was looked at,
        `inside_m2` what the layer covers of that part, missing where nothing was looked at.

    Raises
    ------
    CRSError
        A layer has no reference system, a geographic one, or not that of the zones.
    MeasureError
        The layer is empty (without `reach`; with it, nothing counts and shares are 0), `reach` is empty,
        a geometry is not a valid surface, or the layer is more than 10 km away from every zone.

    Notes
    -----
    Zones and layer are cut by one grid of squares. Surfaces are united within each square, never as a
    whole, and the area of a square that lies inside a zone is taken as it is.

    Examples
    --------
    A zone of 100 m by 100 m, two crowns of 20 m by 20 m that have a quarter of each in common, and a
    zone that nobody looked at:

    >>> import geopandas as gpd
    >>> zones = gpd.GeoDataFrame(index=["Q", "R"], crs=2154,
    ...     geometry=[shapely.box(0, 0, 100, 100), shapely.box(500, 0, 600, 100)])
    >>> crowns = gpd.GeoDataFrame(crs=2154,
    ...     geometry=[shapely.box(10, 10, 30, 30), shapely.box(20, 20, 40, 40)])
    >>> area_share(zones, crowns)[["share", "covered", "status", "inside_m2"]]
       share  covered       status  inside_m2
    Q   0.07      1.0     observed      700.0
    R    NaN      0.0  not_covered        NaN
    """
    layers = {"zones": zones, "layer": layer} | ({} if reach is None else {"reach": reach})
    refuse_other_systems("surfaces are measured", {name: one.crs for name, one in layers.items()})
    outlines = outlines_of(zones)
    area = shapely.area(outlines)
    counted = _pieces("layer", layer, may_be_empty=reach is not None)
    grid = _Grid.of(outlines, _side(outlines, counted.shapes))
    under = counted.within(grid.squares)
    if reach is None:
        inside = grid.areas(under)
        _refuse_elsewhere("layer", counted, "zones", outlines, inside)
        covered = np.where(_looked_at(outlines, area, inside, counted), area, 0.0)
    else:
        looked = _pieces("reach", reach)
        seen = looked.within(grid.squares)
        covered = grid.areas(seen)
        _refuse_elsewhere("reach", looked, "zones", outlines, covered)
        inside = grid.areas(_plain(shapely.intersection(under, seen)))
        _refuse_elsewhere("layer", counted, "reach", looked.shapes, inside)
    return shares_of(zones.index, area, covered, inside, couverture_min)


def shares_of(
    index: pd.Index,
    area: np.ndarray,
    covered: np.ndarray,
    inside: np.ndarray,
    couverture_min: float | None,
    *,
    rounding: float = _ROUNDING,
) -> pd.DataFrame:
    """Make the table of the shares of zones from surfaces in m².

    Parameters
    ----------
    index : Index
        That of the zones.
    area, covered, inside : array of float
        Surface of each zone, of its part that was looked at, and of what counts in that part.
    couverture_min : float, optional
        Least part that must have been looked at; by default that of `seuils.yaml`.
    rounding : float
        Part of a surface that its computation alone may lose.

    Returns
    -------
    DataFrame
        `SHARE_COLUMNS`, as `area_share` tells them.
    """
    if couverture_min is None:
        couverture_min = built_in().threshold("couverture_min", dt.date.max)
    if not 0 <= couverture_min <= 1:
        what = "the least part that must have been looked at is a share"
        raise MeasureError(what, column="couverture_min", found=couverture_min, allowed="from 0 to 1")
    covered = np.minimum(covered, area)
    inside = np.where(covered > 0, np.minimum(inside, covered), np.nan)
    part = np.divide(covered, area, out=np.zeros(len(area)), where=area > 0)
    known = (part >= couverture_min * (1 - rounding)) & (covered > 0)
    share = np.divide(inside, covered, out=np.full(len(area), np.nan), where=known)
    columns = {
        "share": share,
        "covered": part,
        "status": pd.Series(np.where(known, OBSERVED, NOT_COVERED), index=index, dtype="str"),
        "area_m2": area,
        "covered_m2": covered,
        "inside_m2": inside,
    }
    return pd.DataFrame(columns, index=index)[SHARE_COLUMNS]


def outlines_of(zones: gpd.GeoDataFrame) -> np.ndarray:
    """Outlines of zones as valid surfaces, empty where a zone has none; `MeasureError` for any other."""
    shapes = zones.geometry.to_numpy()
    _check_surfaces("zones", shapes, zones.index)
    return np.asarray(np.where(shapely.is_missing(shapes), shapely.Polygon(), shapes))


def _check_surfaces(name: str, shapes: np.ndarray, rows: pd.Index) -> None:
    given = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    plain = np.isin(shapely.get_type_id(shapes), _SURFACES)
    faults = {
        "a geometry is not a surface": given & ~plain,
        "a geometry is not valid": given & plain & ~shapely.is_valid(shapes),
    }
    for what, wrong in faults.items():
        if wrong.any():
            raise MeasureError(
                f"{what}, in {int(wrong.sum())} rows",
                column=name,
                found=", ".join(f"row {row!r}" for row in rows[wrong][:_SHOWN]),
                allowed="valid polygons",
                todo="read the layer with oqhs.sources.read, which repairs it",
            )


@dataclass(frozen=True)
class _Pieces:
    """Polygons of a layer, one part of a geometry each, and the tree that finds them."""

    shapes: np.ndarray
    tree: shapely.STRtree

    def within(self, squares: np.ndarray) -> np.ndarray:
        """Give what the polygons cover of each square, as one surface."""
        square, piece = self.tree.query(squares)
        order = np.lexsort((piece, square))
        square, piece = square[order], piece[order]
        shapes = self.shapes[piece]
        ends, edges = shapely.bounds(shapes), shapely.bounds(squares)[square]
        low, high = ends[:, :2] < edges[:, :2], ends[:, 2:] > edges[:, 2:]
        across = np.flatnonzero(low.any(axis=1) | high.any(axis=1))
        shapes[across] = _plain(shapely.intersection(shapes[across], squares[square[across]]))
        held = np.full(len(squares), shapely.Polygon(), dtype=object)
        reached, starts = np.unique(square, return_index=True)
        limits = [*starts, len(square)]
        held[reached] = [shapely.disjoint_subset_union_all(shapes[a:b]) for a, b in pairwise(limits)]
        return _plain(held)


def _pieces(name: str, layer: gpd.GeoDataFrame, *, may_be_empty: bool = False) -> _Pieces:
    shapes = layer.geometry.to_numpy()
    _check_surfaces(name, shapes, layer.index)
    parts = shapely.get_parts(shapes)
    parts = parts[~shapely.is_empty(parts)]
    if not len(parts) and not may_be_empty:
        raise MeasureError(
            "there is nothing to measure: the layer holds no surface",
            column=name,
            found=f"{len(layer)} rows",
            allowed="one polygon at least",
            todo="give the layer; where nothing counts in a known reach, give that reach",
        )
    return _Pieces(parts, shapely.STRtree(parts))


@dataclass(frozen=True)
class _Grid:
    """Squares that cut zones, and the pairs of a zone and a square that meet.

    `whole` says of each pair whether the zone holds the whole square.
    """

    zones: np.ndarray
    squares: np.ndarray
    zone: np.ndarray
    square: np.ndarray
    whole: np.ndarray

    @classmethod
    def of(cls, zones: np.ndarray, side: float) -> _Grid:
        """Cut zones by the squares of a side."""
        drawn = np.flatnonzero(~shapely.is_empty(zones))
        ends = np.floor(shapely.bounds(zones[drawn]) / side).astype("int64")
        low, count = ends[:, :2], ends[:, 2:] - ends[:, :2] + 1
        many = count.prod(axis=1)
        box = np.repeat(np.arange(len(drawn)), many)
        nth = np.arange(len(box)) - np.repeat(np.cumsum(many) - many, many)
        corners = low[box] + np.stack([nth % count[box, 0], nth // count[box, 0]], axis=-1)
        zone, squares = drawn[box], _squares(corners, side)
        shapely.prepare(zones)
        meet = shapely.intersects(zones[zone], squares)
        zone, squares = zone[meet], squares[meet]
        whole = shapely.covers(zones[zone], squares)
        distinct, square = np.unique(corners[meet], axis=0, return_inverse=True)
        return cls(zones, _squares(distinct, side), zone, square.ravel(), whole)

    def areas(self, held: np.ndarray) -> np.ndarray:
        """Area that each zone has of what each square holds."""
        inside = shapely.area(held)[self.square]
        cut = np.flatnonzero(~self.whole & (inside > 0))
        common = shapely.intersection(self.zones[self.zone[cut]], held[self.square[cut]])
        inside[cut] = shapely.area(common)
        return np.bincount(self.zone, weights=inside, minlength=len(self.zones))


def _squares(corners: np.ndarray, side: float) -> np.ndarray:
    """Squares of a grid, from the numbers of their columns and rows."""
    low, high = corners * side, (corners + 1) * side
    return np.asarray(shapely.box(low[:, 0], low[:, 1], high[:, 0], high[:, 1]))


def _side(zones: np.ndarray, pieces: np.ndarray) -> float:
    """Side of the squares: some widths of a piece, no wider than a zone, and not too many squares."""
    widths = _widths(zones[~shapely.is_empty(zones)])
    if not len(widths):
        return 1.0
    zone = float(np.sqrt(np.mean(widths**2)))
    piece = float(np.sqrt(np.mean(_widths(pieces) ** 2))) if len(pieces) else zone
    least = float(np.sqrt(np.sum(widths**2) / _MOST_SQUARES))
    return max(min(_WIDTHS * piece, zone), least)


def _widths(shapes: np.ndarray) -> np.ndarray:
    """Larger side of the box around each shape."""
    ends = shapely.bounds(shapes)
    return np.asarray(np.max(ends[:, 2:] - ends[:, :2], axis=1, initial=0.0))


def _plain(shapes: np.ndarray) -> np.ndarray:
    """Drop the lines and points where two surfaces only touch."""
    mixed = np.flatnonzero(~np.isin(shapely.get_type_id(shapes), _SURFACES))
    shapes[mixed], _ = as_surfaces(shapes[mixed])
    return shapes


def _looked_at(zones: np.ndarray, area: np.ndarray, inside: np.ndarray, pieces: _Pieces) -> np.ndarray:
    """Where a zone holds some of the layer, or lies whole in its convex hull."""
    looked = inside > NOISE * area
    bare = np.flatnonzero(~looked & (area > 0))
    if len(bare):
        hull = shapely.convex_hull(shapely.multipoints(shapely.get_coordinates(pieces.shapes)))
        outside = shapely.area(shapely.difference(zones[bare], hull))
        looked[bare] = outside <= NOISE * area[bare]
    return looked


def _refuse_elsewhere(name: str, pieces: _Pieces, other: str, shapes: np.ndarray, common: np.ndarray) -> None:
    """Refuse a layer that is far away from everything it should be laid over."""
    drawn = shapes[~shapely.is_empty(shapes)]
    if (common > 0).any() or not len(drawn) or not len(pieces.shapes):
        return
    _, distances = pieces.tree.query_nearest(drawn, return_distance=True, all_matches=False)
    if distances.min() > ELSEWHERE_M:
        west, south, east, north = shapely.total_bounds(pieces.shapes)
        raise MeasureError(
            f"the {name} is {distances.min() / 1000:.0f} km away from the {other}",
            column=name,
            found=f"x from {west:.0f} to {east:.0f}, y from {south:.0f} to {north:.0f}",
            allowed=f"{ELSEWHERE_M / 1000:.0f} km at most",
            todo="check that both are of one place, and that x and y are not swapped",
        )

"""What is walked on, and from where to where: edges and places, checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from oqhs.errors import CRSError, MeasureError
from oqhs.measures.routing import Graph
from oqhs.systems import ELSEWHERE_M

if TYPE_CHECKING:
    import geopandas as gpd

#: What an origin may be.
POINTS = (shapely.GeometryType.POINT,)
_PLACES = (*POINTS, shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
_EDGE_COLUMNS = ["u", "v", "length_m"]
_APART_M = 1.0  # the ends of the edges of one junction lie within this distance, in x and in y
_SHOWN = 5


def graph_of(edges: gpd.GeoDataFrame) -> tuple[Graph, np.ndarray, np.ndarray, np.ndarray]:
    """Make the graph of edges: their junctions are numbered.

    Parameters
    ----------
    edges : GeoDataFrame
        As `StreetNetwork` takes them.

    Returns
    -------
    graph : Graph
        Edges in the order of the rows.
    shapes : array of LineString
        Their lines.
    ends : array of int
        For each junction, one end of an edge that is there: its position among the first ends of all
        edges followed by their last ends.
    at : array of complex
        Place of that end, x + iy.

    Raises
    ------
    MeasureError
        The edges are not as they must be.
    """
    shapes, ends_at = _lines_of(edges)
    length = edges["length_m"].to_numpy(dtype="float64", na_value=np.nan)
    wrong = ~(np.isfinite(length) & (length > 0))
    if wrong.any():
        raise rows_error("a length is not a number above 0", edges, wrong, "length_m", "metres, above 0")
    number, known = pd.factorize(np.concatenate([_junctions(edges, "u"), _junctions(edges, "v")]))
    number = number.astype("int32")
    ends = np.empty(len(known), dtype="int64")
    ends[number] = np.arange(len(number))
    at = ends_at[ends]
    _check_meeting(edges, (ends_at - at[number]).view("float64").reshape(-1, 2))
    u, v = number[: len(edges)], number[len(edges) :]
    return Graph(u, v, length, len(known), np.asarray(known)), shapes, ends, at


def system_of(name: str, layer: gpd.GeoDataFrame) -> object:
    """Give the system of a layer, which must be one of metres."""
    crs = getattr(layer, "crs", None)
    if crs is None:
        raise CRSError(
            "the layer says no coordinate reference system",
            column=name,
            allowed="the system its coordinates are in",
            todo="ask its producer: it is never guessed",
        )
    if not crs.is_projected or any(axis.unit_conversion_factor != 1 for axis in crs.axis_info[:2]):
        raise CRSError(
            "distances are walked in metres",
            column=name,
            found=crs.name,
            allowed="a projected system in metres, such as EPSG:2154",
            todo="reproject it with to_crs",
        )
    return crs


def coordinates_of(shapes: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give the coordinates of shapes (two columns), how many each has, and which have no place.

    These are missing, empty, or have a coordinate that is not a number.
    """
    xy, owner = shapely.get_coordinates(shapes, return_index=True)
    count, finite = np.bincount(owner, minlength=len(shapes)), np.isfinite(xy)
    nowhere = count == 0
    if not finite.all():
        nowhere[owner[~finite.all(axis=1)]] = True
    return xy, count, nowhere


def rows_error(
    what: str, layer: gpd.GeoDataFrame, wrong: np.ndarray, column: str, allowed: str, todo: str | None = None
) -> MeasureError:
    """Make the error of the rows of a layer that are wrong."""
    rows = ", ".join(repr(row) for row in layer.index[wrong][:_SHOWN].tolist())
    return MeasureError(
        f"{what} in {int(wrong.sum())} rows", column=column, found=f"rows {rows}", allowed=allowed, todo=todo
    )


def _lines_of(edges: gpd.GeoDataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Check that edges are there, and give their lines and the places of their first and last ends."""
    absent = [name for name in _EDGE_COLUMNS if name not in edges]
    if absent:
        raise MeasureError(
            f"the edges have no column {', '.join(map(repr, absent))}",
            column="edges",
            found=", ".join(map(str, edges.columns)),
            allowed=", ".join(_EDGE_COLUMNS),
            todo="read the streets with StreetNetwork.read",
        )
    shapes = edges.geometry.to_numpy()
    if not len(shapes):
        raise MeasureError("there is no edge to walk on", column="edges", allowed="one edge at least")
    xy, count, wrong = coordinates_of(shapes)
    wrong |= shapely.get_type_id(shapes) != shapely.GeometryType.LINESTRING
    if wrong.any():
        raise rows_error("an edge is not a line", edges, wrong, "edges", "a LineString from u to v")
    last = np.cumsum(count)
    return shapes, xy.view("complex128").ravel()[np.concatenate([[0], last[:-1], last - 1])]


def _junctions(edges: gpd.GeoDataFrame, name: str) -> np.ndarray:
    """Numbers of the junctions at one end of the edges."""
    missing = edges[name].isna().to_numpy()
    if missing.any():
        raise rows_error("a junction is missing", edges, missing, name, "a whole number")
    if not pd.api.types.is_integer_dtype(edges[name]):
        raise MeasureError(
            "junctions are not whole numbers",
            column=name,
            found=f"{edges[name].iloc[0]!r} ({edges[name].dtype})",
            allowed="whole numbers",
        )
    return np.asarray(edges[name].to_numpy(dtype="int64"))


def _check_meeting(edges: gpd.GeoDataFrame, apart_m: np.ndarray) -> None:
    """Refuse lines that do not go from `u` to `v`: they would be walked the wrong way."""
    apart = np.abs(apart_m) > _APART_M
    if apart.any():
        apart = apart.any(axis=1).reshape(2, -1).any(axis=0)
        todo = "draw each line from u to v, ending where the other edges of the junction do"
        allowed = f"ends within {_APART_M:g} m, in x and in y"
        raise rows_error("the edges of a junction do not meet", edges, apart, "edges", allowed, todo)


def facilities_of(facilities: gpd.GeoDataFrame, crs: object) -> tuple[pd.Series, np.ndarray, np.ndarray]:
    """Check facilities and give their codes and shapes, in the order of the codes, and all coordinates."""
    shapes, xy = places_of("facilities", facilities, crs, _PLACES)
    codes = pd.Series(facilities.get("code", facilities.index).array, dtype=object)
    kind = pd.api.types.infer_dtype(codes, skipna=True)
    wrong = codes.isna() | codes.duplicated(keep=False)
    if wrong.any() or kind not in ("string", "integer"):
        shown = codes[wrong] if wrong.any() else codes
        raise MeasureError(
            "a code is missing, or stands twice" if wrong.any() else "codes are of several types",
            column="facilities",
            found=", ".join(map(str, shown.fillna("no code").drop_duplicates()[:_SHOWN])),
            allowed="one row a facility, with a code or an index of its own: text, or whole numbers",
        )
    codes = codes.astype("str" if kind == "string" else "Int64")
    order = codes.argsort(kind="stable").to_numpy()
    return codes.iloc[order].reset_index(drop=True), shapes[order], xy


def places_of(
    name: str, layer: gpd.GeoDataFrame, crs: object, allowed: tuple[shapely.GeometryType, ...]
) -> tuple[np.ndarray, np.ndarray]:
    """Check the shapes of a layer of places, and give them with all their coordinates."""
    if system_of(name, layer) != crs:
        raise CRSError(
            "the layer is not in the system of the others",
            column=name,
            found=layer.crs.name,
            allowed=getattr(crs, "name", None),
            todo="reproject it with to_crs",
        )
    shapes = layer.geometry.to_numpy()
    if not len(shapes):
        raise MeasureError("the layer is empty", column=name, allowed="one place at least")
    xy, _, lost = coordinates_of(shapes)
    if lost.any():
        todo = "find where they are, or leave them out and say so"
        raise rows_error("places have no coordinates", layer, lost, name, "a place for every row", todo)
    kind = shapely.get_type_id(shapes)
    other = ~np.isin(kind, allowed)
    if other.any():
        names = " or ".join(one.name.capitalize() for one in allowed)
        raise rows_error("a place is of another type", layer, other, name, names)
    broken = kind != shapely.GeometryType.POINT
    broken[broken] = ~shapely.is_valid(shapes[broken])
    if broken.any():
        todo = "read the layer with oqhs.sources.read, which repairs it"
        raise rows_error("a geometry is not valid", layer, broken, name, "valid polygons", todo)
    return shapes, xy


def check_near(name: str, xy: np.ndarray, bounds: tuple[float, float, float, float]) -> None:
    """Refuse places that are all very far from the others: a swapped layer is no place nobody reaches."""
    west, south, east, north = bounds
    x, y = xy.T
    apart = np.hypot(np.maximum(west - x, x - east).clip(0), np.maximum(south - y, y - north).clip(0))
    if apart.min() > ELSEWHERE_M:
        raise MeasureError(
            f"the layer lies {apart.min() / 1000:.0f} km away",
            column=name,
            found=f"x {x.min():.0f} to {x.max():.0f}, y {y.min():.0f} to {y.max():.0f}",
            allowed=f"{ELSEWHERE_M // 1000} km from x {west:.0f} to {east:.0f}, y {south:.0f} to {north:.0f}",
            todo="see whether longitude and latitude, or x and y, were swapped, or another place was read",
        )

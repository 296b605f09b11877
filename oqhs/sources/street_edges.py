"""From the ways of a file to edges between nodes: cut, placed in a projected system, and measured."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS, Geod, Transformer
from pyproj.exceptions import ProjError

from oqhs.errors import CRSError, DataError, Problem
from oqhs.sources.located import PROJECTED, Located, home_of
from oqhs.sources.walkable import LengthTolerances
from oqhs.territories import LAMBERT_93

WGS84 = 4326
_ELLIPSOID = Geod(ellps="GRS80")
_SMALLEST_WAY_M = 1.0
_MOST_LON, _MOST_LAT = 180.0, 90.0
_ENDS = 2


@dataclass(frozen=True)
class Ways:
    """Ways as a file draws them: w ways, made of p parts, made of n vertices.

    `tags` has one row per way; `part_way` (p) is the way of each part; `part` (n, non-decreasing) the
    part of each vertex, `xy` (n × 2) its coordinates, NaN for a node the file does not hold. `node` (n)
    tells which vertices are one, and ways are then cut wherever they meet; without it they meet at their
    end points alone. `length_m` (p) is the length the file gives; `line` (p) the line of the file that
    gives it. `merged` counts the ways of the file that say again one of these.
    """

    tags: pd.DataFrame
    part_way: np.ndarray
    part: np.ndarray
    xy: np.ndarray
    crs: CRS
    node: np.ndarray | None = None
    length_m: np.ndarray | None = None
    line: np.ndarray | None = None
    merged: int = 0
    missing_nodes: int = 0


@dataclass(frozen=True)
class _Pieces:
    """Pieces of ways: `at` (k) are vertices, `piece` (k) the piece of each, `part` (m) that of each piece."""

    at: np.ndarray
    piece: np.ndarray
    part: np.ndarray


def edges_of(
    path: Path, ways: Ways, walkable: np.ndarray, tolerances: LengthTolerances
) -> tuple[gpd.GeoDataFrame, np.ndarray, int]:
    """Cut the walkable ways where they meet, and measure the edges.

    A way is split where the file does not hold one of its nodes. Vertices that repeat the one before are
    dropped, and a part that is left with a single one gives no edge.

    Parameters
    ----------
    path : Path
        File, for the errors.
    ways : Ways
        Ways of the file.
    walkable : array of bool
        Whether each way is kept.
    tolerances : LengthTolerances
        How far a length the file gives may be from the drawing.

    Returns
    -------
    edges : GeoDataFrame
        `u`, `v` (u ≤ v), `length_m` and `geometry`, sorted by `u`, `v`, length and second vertex.
    drawn : array of bool
        By way, whether it gave an edge.
    given : int
        Edges whose length is the one the file gives.

    Raises
    ------
    CRSError
        The coordinates do not fit their system, or the place has no projected system.
    DataError
        A length the file gives is under the straight distance between the ends of its edge.
    """
    pieces = _cut(ways, walkable)
    drawn = np.zeros(len(walkable), dtype=bool)
    drawn[ways.part_way[pieces.part]] = True
    xy = ways.xy[pieces.at]
    if not len(xy):
        empty = gpd.GeoDataFrame({"u": [], "v": [], "length_m": []}, geometry=[], crs=LAMBERT_93)
        return empty.astype({"u": "int64", "v": "int64"}), drawn, 0
    system, lonlat = _placed(path, xy, ways.crs)
    lengths, straight = _measured(xy, lonlat, pieces.piece)
    lengths, given = _reconciled(path, ways, pieces, lengths, straight, tolerances)
    placed = xy if lonlat is None else _transformed(path, lonlat, CRS(WGS84), system)
    lines = shapely.linestrings(placed, indices=pieces.piece)
    return _sorted_edges(xy, pieces.piece, lines, lengths, system), drawn, given


def _cut(ways: Ways, walkable: np.ndarray) -> _Pieces:
    """Find the pieces of the kept ways that run from one junction to the next."""
    held = np.isfinite(ways.xy).all(axis=1)
    breaks = np.ones(len(held), dtype=bool)
    breaks[1:] = (np.diff(ways.part) != 0) | ~held[:-1]
    run = np.cumsum(breaks)
    at = np.flatnonzero(held & walkable[ways.part_way[ways.part]])
    again = np.zeros(len(at), dtype=bool)
    again[1:] = (np.diff(run[at]) == 0) & (ways.xy[at[1:]] == ways.xy[at[:-1]]).all(axis=1)
    at = at[~again]
    at = at[np.bincount(run[at], minlength=len(held) + 1)[run[at]] >= _ENDS]
    if not len(at):
        return _Pieces(at, at, at)
    change = np.diff(run[at]) != 0
    first, last = np.append(True, change), np.append(change, True)
    inner = np.zeros(len(at), dtype=bool)
    if ways.node is not None:
        _, same, uses = np.unique(ways.node[at], return_inverse=True, return_counts=True)
        inner = (uses[same] >= _ENDS) & ~first & ~last
    # A vertex where a way is cut ends one piece and starts the next.
    copies = 1 + inner
    vertices = np.repeat(at, copies)
    second = np.append(False, np.diff(np.repeat(np.arange(len(at)), copies)) == 0)
    start = np.repeat(first, copies) | second
    return _Pieces(vertices, np.cumsum(start) - 1, ways.part[vertices[start]])


def _placed(path: Path, xy: np.ndarray, crs: CRS) -> tuple[CRS, np.ndarray | None]:
    """Choose the projected system, and give longitudes and latitudes; None where `xy` is in it already."""
    code = crs.to_epsg()
    if code in PROJECTED:
        _refuse_degrees(path, xy, crs)
        return CRS(code), None
    lonlat = xy if code == WGS84 else _transformed(path, xy, crs, CRS(WGS84))
    whole = np.concatenate([lonlat.min(axis=0), lonlat.max(axis=0)])[None]
    located = Located(whole, CRS(WGS84))
    if located.fits.all():
        return CRS(home_of(located)), lonlat
    if crs.is_geographic and Located(whole[:, [1, 0, 3, 2]], CRS(WGS84)).fits.all():
        raise CRSError(
            "the coordinates are swapped: latitude stands where longitude is awaited",
            file=path,
            found=_bounds(lonlat),
            allowed="longitude first, then latitude",
            todo="write the layer again with its axes in that order",
        )
    if crs.is_projected and crs.axis_info[0].unit_name in {"metre", "meter"}:
        _refuse_degrees(path, xy, crs)
        return crs, None
    raise CRSError(
        "no projected system is known for the place of these streets",
        file=path,
        found=_bounds(lonlat),
        allowed="metropolitan France, or one of the overseas territories",
        todo="give the layer in a projected system in metres",
    )


def _refuse_degrees(path: Path, xy: np.ndarray, crs: CRS) -> None:
    """Refuse coordinates in degrees said to be metres: streets shorter than a step, around nought."""
    step = np.abs(np.diff(xy, axis=0)).max() if len(xy) else 0.0
    if (np.abs(xy) <= (_MOST_LON, _MOST_LAT)).all() and step < _SMALLEST_WAY_M:
        raise CRSError(
            "the coordinates look like degrees, and the system is said to be in metres",
            file=path,
            found=f"{crs.name}: {_bounds(xy)}",
            allowed="coordinates in the system the layer says",
            todo="give the layer its own system (EPSG:4326 for longitudes and latitudes)",
        )


def _bounds(xy: np.ndarray) -> str:
    (west, south), (east, north) = xy.min(axis=0), xy.max(axis=0)
    return f"{west:.6g} to {east:.6g} and {south:.6g} to {north:.6g}"


def _transformed(path: Path, xy: np.ndarray, source: CRS, target: CRS) -> np.ndarray:
    try:
        moved = np.column_stack(Transformer.from_crs(source, target, always_xy=True).transform(*xy.T))
    except ProjError as error:
        raise _leads_nowhere(path, source) from error
    if not np.isfinite(moved).all():
        raise _leads_nowhere(path, source)
    return moved


def _leads_nowhere(path: Path, crs: CRS) -> CRSError:
    return CRSError(
        "the coordinates do not fit the coordinate reference system of the streets",
        file=path,
        found=str(crs.name),
        allowed="coordinates in the system the file says",
        todo="get the streets again with their system",
    )


def _measured(xy: np.ndarray, lonlat: np.ndarray | None, piece: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Length of each piece, and the straight distance between its ends, in metres."""
    points = xy if lonlat is None else lonlat
    geographic = lonlat is not None
    inside = np.flatnonzero(np.diff(piece) == 0)
    steps = _distances(points[inside], points[inside + 1], geographic=geographic)
    first, last = _end_rows(piece)
    straight = _distances(points[first], points[last], geographic=geographic)
    return np.bincount(piece[inside], weights=steps, minlength=len(first)), straight


def _distances(start: np.ndarray, end: np.ndarray, *, geographic: bool) -> np.ndarray:
    if geographic:
        return np.asarray(_ELLIPSOID.inv(*start.T, *end.T)[2])
    return np.asarray(np.hypot(*(end - start).T))


def _end_rows(piece: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    change = np.flatnonzero(np.diff(piece))
    return np.append(0, change + 1), np.append(change, len(piece) - 1)


def _reconciled(
    path: Path,
    ways: Ways,
    pieces: _Pieces,
    drawn: np.ndarray,
    straight: np.ndarray,
    tolerances: LengthTolerances,
) -> tuple[np.ndarray, int]:
    """Take the drawn length where the given one agrees with it, the given one where it does not."""
    if ways.length_m is None:
        return drawn, 0
    given = ways.length_m[pieces.part]
    told = np.isfinite(given)
    share, rounding = tolerances.agreement.value, tolerances.rounding.value
    short = np.flatnonzero(told & (given < straight * (1 - share) - rounding))
    if len(short):
        lines = ways.line[pieces.part] if ways.line is not None else np.full(len(given), None)
        raise DataError.gather(
            Problem(
                "the length of an edge is under the straight distance between its ends",
                path,
                None if lines[row] is None else int(lines[row]),
                "length",
                float(given[row]),
                f"{straight[row]:.3f} m or more",
                "check that the lengths are metres, and that the coordinates are in the system the file says",
            )
            for row in short
        )
    apart = told & (np.abs(given - drawn) > share * drawn + rounding)
    return np.where(apart, given, drawn), int(apart.sum())


def _sorted_edges(
    xy: np.ndarray, piece: np.ndarray, lines: np.ndarray, lengths: np.ndarray, system: CRS
) -> gpd.GeoDataFrame:
    """Give each node a number, turn every edge from its lower node to its higher one, and sort."""
    first, last = _end_rows(piece)
    u, v = np.split(_numbered(np.vstack([xy[first], xy[last]])), 2)
    back = u > v
    lines = np.where(back, shapely.reverse(lines), lines)
    u, v = np.minimum(u, v), np.maximum(u, v)
    second = shapely.get_point(lines, 1)
    order = np.lexsort((shapely.get_y(second), shapely.get_x(second), lengths, v, u))
    columns = {"u": u[order], "v": v[order], "length_m": lengths[order]}
    return gpd.GeoDataFrame(columns, geometry=lines[order], crs=system)


def _numbered(xy: np.ndarray) -> np.ndarray:
    """Give each point a number, from 0 by x then y; identical ones share theirs."""
    order = np.lexsort((xy[:, 1], xy[:, 0]))
    new = np.append(False, (np.diff(xy[order], axis=0) != 0).any(axis=1))
    numbers = np.empty(len(xy), dtype=np.int64)
    numbers[order] = np.cumsum(new)
    return numbers

"""Places brought to the streets: the nearest point of the nearest edge, and how far along it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from oqhs.measures.routing import NOBODY, Entrances

if TYPE_CHECKING:
    from scipy.spatial import cKDTree

_SAME_M = 1e-7  # distances that differ by less are equal: coordinates in metres have nine digits
_DIGITS = 6  # decimals of a coordinate that are compared
_NEIGHBOURS = 6
_BLOCK = 1 << 16  # places looked up at once, to bound the memory


@dataclass(frozen=True)
class Snapped:
    """Where places meet the streets.

    Attributes
    ----------
    edge : array of int
        Position of the edge; `NOBODY` for a place further from every edge than the limit.
    part : array of float
        How far along the edge, as a part of it (0 at its first junction, 1 at the other).
    off_m : array of float
        Metres from the place to the edge; infinite without an edge.
    """

    edge: np.ndarray
    part: np.ndarray
    off_m: np.ndarray


@dataclass(frozen=True)
class Pieces:
    """Straight pieces of edges, short enough for the middle of a piece to stand for it in a search.

    `x`, `y` is where each starts, `dx`, `dy` where it goes; `from_part` and `to_part` are its place
    along the edge; `stretch` is what is walked on each edge for a metre drawn; `half_m` is half the
    length of the longest piece.
    """

    x: np.ndarray
    y: np.ndarray
    dx: np.ndarray
    dy: np.ndarray
    edge: np.ndarray
    from_part: np.ndarray
    to_part: np.ndarray
    stretch: np.ndarray
    half_m: float


@dataclass(frozen=True)
class Lines:
    """The shapes of the edges of a network.

    Attributes
    ----------
    shapes : array of LineString
        Shape of each edge; heights are not looked at.
    length_m : array of float
        Length walked on each edge.
    ends : array of int
        For each junction, one end of an edge that is there: its position among the first ends of all
        edges followed by their last ends.
    at : array of complex
        Place of each junction, x + iy.
    """

    shapes: np.ndarray
    length_m: np.ndarray
    ends: np.ndarray
    at: np.ndarray

    @cached_property
    def bounds(self) -> tuple[float, float, float, float]:
        """Least x and y and greatest x and y of the junctions."""
        x, y = self.at.real, self.at.imag
        return float(x.min()), float(y.min()), float(x.max()), float(y.max())

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Index of the edges."""
        return shapely.STRtree(self.shapes)

    @cached_property
    def pieces(self) -> Pieces:
        """Straight pieces, in the order of the edges: at most twice as many as the edges have segments."""
        xy, edge = shapely.get_coordinates(self.shapes, return_index=True)
        inside = edge[1:] == edge[:-1]
        start, step, edge = xy[:-1][inside], np.diff(xy, axis=0)[inside], edge[1:][inside]
        length = np.hypot(step[:, 0], step[:, 1])
        total = np.cumsum(length)
        first = np.searchsorted(edge, np.arange(len(self.shapes)))
        last = np.append(first[1:], len(edge)) - 1
        before = total - length
        drawn = total[last] - before[first]
        drawn[drawn == 0] = 1.0
        whole = drawn[edge]
        usual = length.mean() or 1.0
        cuts = np.maximum(np.ceil(length / usual), 1).astype("int64")
        of = np.repeat(np.arange(len(cuts)), cuts)
        rank = np.arange(len(of)) - np.repeat(np.cumsum(cuts) - cuts, cuts)
        step = step[of] / cuts[of, None]
        start = start[of] + step * rank[:, None]
        begun = (before - before[first][edge])[of]
        from_part = (begun + length[of] * (rank / cuts[of])) / whole[of]
        to_part = (begun + length[of] * ((rank + 1) / cuts[of])) / whole[of]
        longest = float((length / cuts).max())
        (x, y), (dx, dy) = start.T.copy(), step.T.copy()
        return Pieces(x, y, dx, dy, edge[of], from_part, to_part, self.length_m / drawn, longest / 2)

    @cached_property
    def _middles(self) -> cKDTree:
        """Index of the middles of the pieces."""
        from scipy.spatial import cKDTree

        x, y = self.pieces.x + self.pieces.dx / 2, self.pieces.y + self.pieces.dy / 2
        return cKDTree(np.column_stack([x, y]), balanced_tree=False, compact_nodes=False)

    def snap(self, xy: np.ndarray, within_m: float) -> Snapped:
        """Find the nearest point of the nearest edge of each place.

        Of edges at the same distance, the one whose nearest point is westernmost is taken, then
        southernmost, then the one that ends there, then the one with the least to walk for a metre drawn,
        then the first.

        Parameters
        ----------
        xy : array of float
            Coordinates of each place, two columns, in the system of the edges.
        within_m : float
            Metres beyond which there is no edge; may be infinite.

        Returns
        -------
        Snapped
            One value per place.

        Examples
        --------
        A street of 100 m, a place 5 m off it and a place too far from it:

        >>> lines = Lines(shapely.linestrings([[[0, 0], [100, 0]]]), np.array([100.0]), np.array([0, 1]),
        ...     np.array([0, 100 + 0j]))
        >>> found = lines.snap(np.array([[30.0, 5], [30, 90]]), 50.0)
        >>> found.edge.tolist(), found.part.tolist(), found.off_m.tolist()
        ([0, -1], [0.3, nan], [5.0, inf])
        """
        edge, part = self._at_junctions(xy)
        off = np.where(edge == NOBODY, np.inf, 0.0)
        elsewhere = np.flatnonzero(edge == NOBODY)
        for start in range(0, len(elsewhere), _BLOCK):
            block = elsewhere[start : start + _BLOCK]
            edge[block], part[block], off[block] = self._nearest(xy[block], within_m)
        return Snapped(edge, part, off)

    def _at_junctions(self, xy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Edges of the places that are exactly at a junction: nothing can be nearer, no search is needed."""
        junctions, index = self._junctions
        found = index.get_indexer(np.ascontiguousarray(xy).view("complex128").ravel())
        last, owner = np.divmod(self.ends[junctions[found]], len(self.shapes))
        here = found >= 0
        return np.where(here, owner, NOBODY), np.where(here, last, np.nan)

    @cached_property
    def _junctions(self) -> tuple[np.ndarray, pd.Index]:
        """Junctions at different places, and an index of these places, as complex numbers."""
        index, first = pd.Index(self.at), np.arange(len(self.at))
        if not index.is_unique:
            first = np.flatnonzero(~index.duplicated())
            index = index[first]
        return first, index

    def _nearest(self, xy: np.ndarray, within_m: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Edge, part and distance of each place, by way of the pieces whose middles are nearest."""
        half = self.pieces.half_m + 2 * _SAME_M
        x, y = xy.T
        apart, piece = self._middles.query(xy, k=_NEIGHBOURS, distance_upper_bound=within_m + half)
        found = np.isfinite(apart)
        place = np.repeat(np.arange(len(xy)), _NEIGHBOURS).reshape(found.shape)
        edge, part, off = self._best(x, y, place[found], piece[found])
        # A piece whose middle is further than the last one seen is at least this far.
        unseen = np.flatnonzero(off > apart[:, -1] - half)
        if len(unseen):
            reach = np.minimum(off[unseen], within_m) + half
            rest = self._middles.query_ball_point(xy[unseen], reach)
            count = np.fromiter(map(len, rest), dtype="int64", count=len(rest))
            pieces = np.fromiter(chain.from_iterable(rest), dtype="int64", count=int(count.sum()))
            again = self._best(x[unseen], y[unseen], np.repeat(np.arange(len(unseen)), count), pieces)
            edge[unseen], part[unseen], off[unseen] = again
        beyond = off > within_m
        edge[beyond], part[beyond], off[beyond] = NOBODY, np.nan, np.inf
        return edge, part, off

    def _best(
        self, x: np.ndarray, y: np.ndarray, place: np.ndarray, piece: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Choose among pairs of a place and a piece, sorted by place."""
        pieces = self.pieces
        ax, ay, dx, dy = (field[piece] for field in (pieces.x, pieces.y, pieces.dx, pieces.dy))
        square = dx * dx + dy * dy
        ahead = (x[place] - ax) * dx + (y[place] - ay) * dy
        t = np.clip(np.divide(ahead, square, out=np.zeros_like(square), where=square > 0), 0.0, 1.0)
        to_x, to_y = ax + t * dx, ay + t * dy
        off = np.hypot(x[place] - to_x, y[place] - to_y)
        least = np.full(len(x), np.inf)
        np.minimum.at(least, place, off)
        equal = np.flatnonzero(off <= least[place] + _SAME_M)
        piece, place = piece[equal], place[equal]
        begin, end = pieces.from_part[piece], pieces.to_part[piece]
        part, edge = np.clip(begin + t[equal] * (end - begin), 0.0, 1.0), pieces.edge[piece]
        at = np.round(to_x[equal], _DIGITS), np.round(to_y[equal], _DIGITS)
        between = (part > 0) & (part < 1)
        chosen = _choose(place, edge, off[equal], at[0], at[1], between, pieces.stretch[edge])
        place = place[chosen]
        found = np.full(len(x), NOBODY), np.full(len(x), np.nan), np.full(len(x), np.inf)
        for field, values in zip(found, (edge[chosen], part[chosen], off[equal][chosen]), strict=True):
            field[place] = values
        return found


def _choose(place: np.ndarray, edge: np.ndarray, off: np.ndarray, *keys: np.ndarray) -> np.ndarray:
    """Positions of one row for each place, which are sorted: the edge of the smallest keys, in order.

    Of the pieces of one edge only the nearest stands for it: the end of the next one may be as near, to
    the last digits, and some millimetres further along.
    """
    alone = np.ones(len(place), dtype=bool)
    same = place[1:] == place[:-1]
    alone[1:] &= ~same
    alone[:-1] &= ~same
    rows = np.flatnonzero(~alone)
    rows = rows[np.lexsort((off[rows], edge[rows], place[rows]))]
    rows = rows[_starts(place[rows]) | _starts(edge[rows])]
    rows = rows[np.lexsort((edge[rows], *(key[rows] for key in reversed(keys)), place[rows]))]
    return np.concatenate([np.flatnonzero(alone), rows[_starts(place[rows])]])


def _starts(values: np.ndarray) -> np.ndarray:
    """Tell where a value is not the one before."""
    starts = np.ones(len(values), dtype=bool)
    starts[1:] = values[1:] != values[:-1]
    return starts


def entrances(lines: Lines, shapes: np.ndarray, within_m: float) -> Entrances:
    """Tell where the streets reach facilities.

    A point is reached from the nearest point of the nearest edge. A polygon (a park) is reached wherever
    an edge touches or enters it, and every stretch inside is at no distance from it; a polygon that no
    edge touches is reached from the nearest points of the nearest edges.

    Parameters
    ----------
    lines : Lines
        Edges.
    shapes : array of geometries
        Points, and valid polygons, in the order that breaks ties.
    within_m : float
        Metres beyond which a facility is not reached at all.

    Returns
    -------
    Entrances
        Sorted by facility; a facility that is not reached has none.
    """
    polygon = shapely.get_dimensions(shapes) > 0
    points, areas = np.flatnonzero(~polygon), np.flatnonzero(polygon)
    snapped = lines.snap(shapely.get_coordinates(shapes[points]), within_m)
    found = snapped.edge != NOBODY
    rows = [
        (points[found], snapped.edge[found], snapped.part[found], snapped.part[found], snapped.off_m[found])
    ]
    if len(areas):
        entered = _entered(lines, shapes, areas)
        apart = areas[~np.isin(areas, entered[0])]
        rows += [entered, _beside(lines, shapes, apart, within_m)]
    facility, edge, start, end, off = (np.concatenate(column) for column in zip(*rows, strict=True))
    order = np.argsort(facility, kind="stable")
    length = lines.length_m[edge]
    return Entrances(facility, edge, start * length, end * length, off).where(order)


_Rows = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def _entered(lines: Lines, shapes: np.ndarray, areas: np.ndarray) -> _Rows:
    """Stretches of edges inside polygons, and points where edges touch them."""
    i, j = lines.tree.query(shapes[areas], predicate="intersects")
    parts, of = shapely.get_parts(shapely.intersection(lines.shapes[j], shapes[areas[i]]), return_index=True)
    facility, edge = areas[i[of]], j[of]
    length = shapely.length(parts)
    middle = parts.copy()
    middle[length > 0] = shapely.line_interpolate_point(parts[length > 0], 0.5, normalized=True)
    centre = shapely.line_locate_point(lines.shapes[edge], middle, normalized=True)
    whole = shapely.length(lines.shapes[edge])
    half = np.divide(length, 2 * whole, out=np.zeros_like(length), where=whole > 0)
    start, end = np.clip(centre - half, 0.0, 1.0), np.clip(centre + half, 0.0, 1.0)
    return facility, edge, start, end, np.zeros(len(edge))


def _beside(lines: Lines, shapes: np.ndarray, areas: np.ndarray, within_m: float) -> _Rows:
    """Nearest points of the edges that are nearest to polygons."""
    (i, edge), off = lines.tree.query_nearest(shapes[areas], return_distance=True)
    near = off <= within_m
    facility, edge, off = areas[i[near]], edge[near], off[near]
    foot = shapely.get_point(shapely.shortest_line(shapes[facility], lines.shapes[edge]), -1)
    part = shapely.line_locate_point(lines.shapes[edge], foot, normalized=True)
    return facility, edge, part, part, off

"""Shortest ways along streets: how far each junction is from its nearest facility, and from which one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from scipy.sparse import csr_array

#: Two distances that differ by no more than this part of them are one distance.
SAME = 1e-9
#: No facility.
NOBODY = -1


@dataclass(frozen=True)
class Entrances:
    """Where facilities are reached from the streets: a stretch of an edge, and what is left to walk.

    Attributes
    ----------
    facility : array of int
        Rank of the facility, in the order that breaks ties.
    edge : array of int
        Position of the edge.
    start_m, end_m : array of float
        Stretch of the edge, in metres walked from its first junction; the same twice for a point.
    off_m : array of float
        Metres from the stretch to the facility, off the streets.
    """

    facility: np.ndarray
    edge: np.ndarray
    start_m: np.ndarray
    end_m: np.ndarray
    off_m: np.ndarray

    def where(self, kept: np.ndarray) -> Entrances:
        """Keep some of them."""
        return Entrances(*(np.asarray(field)[kept] for field in vars(self).values()))


@dataclass(frozen=True)
class Spread:
    """What a search found at each junction.

    Attributes
    ----------
    distance_m : array of float
        Metres to the nearest facility; infinite where none is within the limit.
    facility : array of int
        Rank of that facility, the smallest of those at this distance; `NOBODY` without any.
    """

    distance_m: np.ndarray
    facility: np.ndarray


@dataclass(frozen=True)
class Graph:
    """An undirected graph of streets.

    Attributes
    ----------
    u, v : array of int
        Junctions of each edge, numbered from 0.
    length_m : array of float
        Length of each edge, above 0.
    n : int
        Number of junctions.
    junctions : array of int, optional
        Number of each junction in the edges it comes from; 0, 1… by default.
    """

    u: np.ndarray
    v: np.ndarray
    length_m: np.ndarray
    n: int
    junctions: np.ndarray | None = None

    @cached_property
    def matrix(self) -> csr_array:
        """Length from junction to junction, both ways; of parallel edges, that of the shorter."""
        from scipy.sparse import coo_array

        way = self.u != self.v
        u, v, length = self.u[way], self.v[way], self.length_m[way]

        def assembled() -> csr_array:
            cells = np.concatenate([u, v]), np.concatenate([v, u])
            return coo_array((np.concatenate([length, length]), cells), shape=(self.n, self.n)).tocsr()

        matrix = assembled()
        if matrix.nnz < 2 * len(u):  # the lengths of parallel edges were added up
            kept = _cheapest(np.minimum(u, v), np.maximum(u, v), length)
            u, v, length = u[kept], v[kept], length[kept]
            matrix = assembled()
        return matrix

    @cached_property
    def component(self) -> np.ndarray:
        """Number of the connected part each junction belongs to."""
        from scipy.sparse.csgraph import connected_components

        return np.asarray(connected_components(self.matrix, directed=False)[1])

    def spread(self, entrances: Entrances, limit_m: float) -> Spread:
        """Walk from the entrances of all the facilities at once, no further than a limit.

        Parameters
        ----------
        entrances : Entrances
            At least one.
        limit_m : float
            Metres, may be infinite.

        Returns
        -------
        Spread
            One value per junction.

        Notes
        -----
        E. W. Dijkstra, « A note on two problems in connexion with graphs », Numerische Mathematik 1,
        1959, from every entrance at once. Ties are settled afterwards: the smallest rank goes down every
        shortest way.

        Examples
        --------
        Three junctions in a row, 100 m and 50 m apart; facility 0 is 30 m along the first street:

        >>> graph = Graph(np.array([0, 1]), np.array([1, 2]), np.array([100.0, 50.0]), 3)
        >>> one = Entrances(*(np.array([x]) for x in (0, 0, 30.0, 30.0, 5.0)))
        >>> graph.spread(one, 100.0).distance_m.tolist()
        [35.0, 75.0, inf]
        """
        from scipy.sparse.csgraph import dijkstra

        whole = self._with_sources(entrances)
        sources = np.arange(self.n, whole.shape[0])
        # Explicit zeros of a sparse matrix are edges of no length: a facility may be at a junction.
        distance, _, source = dijkstra(
            whole, directed=True, indices=sources, limit=limit_m, min_only=True, return_predecessors=True
        )
        reached = np.isfinite(distance)
        facility = np.full(len(distance), NOBODY)
        facility[reached] = entrances.facility[source[reached] - self.n]
        _settle_ties(whole, distance, facility)
        return Spread(distance[: self.n], facility[: self.n])

    def along(self, spread: Spread, entrances: Entrances, edge: np.ndarray, at_m: np.ndarray) -> Spread:
        """Tell the nearest facility of places along edges: by either end, or straight on the same edge.

        Parameters
        ----------
        spread, entrances : Spread, Entrances
            What a search found at the junctions, and where it started from.
        edge : array of int
            Edge of each place.
        at_m : array of float
            Metres walked to it from the first junction of the edge.

        Returns
        -------
        Spread
            One value per place.

        Examples
        --------
        Facility 0 is 10 m along a street of 100 m that goes round a block, a place 85 m along it. It is
        75 m by the street, 25 m round its end:

        >>> graph = Graph(np.array([0]), np.array([0]), np.array([100.0]), 1)
        >>> one = Entrances(*(np.array([x]) for x in (0, 0, 10.0, 10.0, 0.0)))
        >>> graph.along(graph.spread(one, np.inf), one, np.array([0]), np.array([85.0])).distance_m.tolist()
        [25.0]
        """
        u, v = self.u[edge], self.v[edge]
        by_u = spread.distance_m[u] + at_m
        by_v = spread.distance_m[v] + np.maximum(self.length_m[edge] - at_m, 0.0)
        place, entrance = _pairs(edge, entrances.edge)
        short = np.maximum(entrances.start_m[entrance] - at_m[place], at_m[place] - entrances.end_m[entrance])
        straight = entrances.off_m[entrance] + np.maximum(short, 0.0)
        best = np.minimum(by_u, by_v)
        np.minimum.at(best, place, straight)
        equal = best * (1 + SAME) + SAME
        no_rank = np.iinfo(np.int64).max
        facility = np.where(by_u <= equal, spread.facility[u], no_rank)
        facility = np.minimum(facility, np.where(by_v <= equal, spread.facility[v], no_rank))
        near = straight <= equal[place]
        np.minimum.at(facility, place[near], entrances.facility[entrance[near]])
        return Spread(best, np.where(np.isfinite(best), facility, NOBODY))

    def _with_sources(self, entrances: Entrances) -> csr_array:
        """Add a row per entrance, that leads to the two junctions of its edge and that nothing leads to."""
        from scipy.sparse import csr_array

        n_sources = len(entrances.edge)
        number = np.arange(n_sources)
        edge = entrances.edge
        row = np.concatenate([number, number])
        column = np.concatenate([self.u[edge], self.v[edge]])
        to_v = np.maximum(self.length_m[edge] - entrances.end_m, 0.0)
        cost = np.concatenate([entrances.off_m + entrances.start_m, entrances.off_m + to_v])
        kept = _cheapest(row, column, cost)
        row, column, cost = row[kept], column[kept], cost[kept]
        rows_end = self.matrix.nnz + np.cumsum(np.bincount(row, minlength=n_sources))
        return csr_array(
            (
                np.concatenate([self.matrix.data, cost]),
                np.concatenate([self.matrix.indices, column]),
                np.concatenate([self.matrix.indptr, rows_end]),
            ),
            shape=(self.n + n_sources, self.n + n_sources),
        )


def _cheapest(row: np.ndarray, column: np.ndarray, cost: np.ndarray) -> np.ndarray:
    """Positions of the cheapest entry of each cell, by row and column."""
    order = np.lexsort((cost, column, row))
    row, column = row[order], column[order]
    first = np.ones(len(order), dtype=bool)
    first[1:] = (row[1:] != row[:-1]) | (column[1:] != column[:-1])
    return np.asarray(order[first])


def _pairs(values: np.ndarray, others: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Positions of every value and every other that are equal; both are small numbers from 0."""
    shared = np.zeros(max(values.max(initial=0), others.max(initial=0)) + 1, dtype=bool)
    shared[others] = True
    position = np.flatnonzero(shared[values])
    order = np.argsort(others, kind="stable")
    first, last = (np.searchsorted(others[order], values[position], side=side) for side in ("left", "right"))
    count = last - first
    within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    return np.repeat(position, count), order[np.repeat(first, count) + within]


def _settle_ties(matrix: csr_array, distance: np.ndarray, facility: np.ndarray) -> None:
    """Give each junction, in place, the smallest rank that comes to it by a shortest way."""
    start = np.repeat(np.arange(matrix.shape[0], dtype="int32"), np.diff(matrix.indptr))
    end = matrix.indices

    def shortest(some: np.ndarray) -> np.ndarray:
        by_here = distance[start[some]] + matrix.data[some]
        equal = np.isfinite(by_here) & (by_here <= distance[end[some]] * (1 + SAME) + SAME)
        return np.asarray(some[equal])

    if not len(shortest(np.flatnonzero(facility[start] < facility[end]))):
        return
    ways = shortest(np.arange(len(start)))
    start, end = start[ways], end[ways]
    smaller = facility[start] < facility[end]
    while smaller.any():
        moved = end[smaller]
        np.minimum.at(facility, moved, facility[start[smaller]])
        changed = np.zeros(len(facility), dtype=bool)
        changed[moved] = True
        smaller = changed[start] & (facility[start] < facility[end])

"""The ground: a lattice of communes drawn in the sea, each cut into IRIS, in EPSG:2154.

What touches shares its corners: the outline of a commune bears those of its IRIS and of its
neighbours', so that IRIS tile communes and communes tile the département once coordinates are rounded.
"""

from __future__ import annotations

import math
from functools import cache
from itertools import pairwise

from oqhs.demo.draws import between, seeded
from oqhs.demo.former import FORMER
from oqhs.demo.places import COMMUNES, DEPARTEMENT, QUARTIERS, Commune

Point = tuple[float, float]
Ring = list[Point]

# Off the coast of Vendée: nobody takes the lattice for a place.
_ORIGIN_M = (300_000, 6_560_000)
_STEP_M = 3_500
_JITTER_M = 420
#: Where quartiers stand in the cell of their commune: far enough from each other and from its edges.
_SLOTS = ((0.25, 0.25), (0.75, 0.75), (0.75, 0.25), (0.25, 0.75), (0.5, 0.5))
#: Communes of fewer people are one IRIS; the others are cut into IRIS of about so many.
_SMALLEST_CUT = 5_000
_PEOPLE_OF_IRIS = 2_600
_UNEVEN = 0.14
#: No line comes nearer than this to the centre of a quartier: IRIS are drawn to be of one kind of people.
_CLEAR = 0.09

_Side = tuple[int, int]
_SOUTH, _EAST, _NORTH, _WEST = (0, -1), (1, 0), (0, 1), (-1, 0)


def in_cell(cell: tuple[int, int], u: float, v: float) -> Point:
    """Point of a cell at shares `u` (eastwards) and `v` (northwards) of its sides."""
    weights = ((1 - u) * (1 - v), u * (1 - v), u * v, (1 - u) * v)
    corners = _corners(cell)
    x = sum(weight * corner[0] for weight, corner in zip(weights, corners, strict=True))
    y = sum(weight * corner[1] for weight, corner in zip(weights, corners, strict=True))
    return x, y


def slots(commune: Commune) -> list[tuple[float, float]]:
    """Places for the quartiers of a commune, as shares of its sides; the first is not the same everywhere."""
    first = int(commune.code) % len(_SLOTS)
    return [*_SLOTS[first:], *_SLOTS[:first]]


def on_shared_edge(first: Commune, second: Commune) -> Point:
    """Middle of the edge two neighbouring communes share."""
    (x1, y1), (x2, y2) = [corner for corner in _corners(first.cell) if corner in _corners(second.cell)]
    return (x1 + x2) / 2, (y1 + y2) / 2


def outline(commune: Commune) -> Ring:
    """Outline of a commune, anticlockwise, with every corner that stands on it."""
    return _block(commune, (0, 1), (0, 1))


def iris_outlines(commune: Commune) -> dict[tuple[int, int], Ring]:
    """Outlines of the IRIS of a commune, by column and row; one for the whole of a small one."""
    us, vs = (cuts(commune, axis) for axis in "uv")
    return {
        (column, row): _block(commune, west_east, south_north)
        for row, south_north in enumerate(pairwise([0, *vs, 1]))
        for column, west_east in enumerate(pairwise([0, *us, 1]))
    }


@cache
def cuts(commune: Commune, axis: str) -> tuple[float, ...]:
    """Where lines cut a commune, as shares of its sides: across its width (`u`) or its height (`v`)."""
    if not commune.code.startswith(DEPARTEMENT):
        return ()
    people = commune.outside + sum(
        quartier.population / len(quartier.communes)
        for quartier in QUARTIERS
        if commune.code in quartier.communes
    )
    if people < _SMALLEST_CUT:
        return ()
    rows = max(int((people / _PEOPLE_OF_IRIS) ** 0.5 + 0.25), 1)
    number = rows if axis == "v" else round(people / _PEOPLE_OF_IRIS / rows)
    rng = seeded(f"cuts {commune.code} {axis}")
    found = [(i + between(rng, -_UNEVEN, _UNEVEN)) / number for i in range(1, number)]
    for centre in _centres(commune, axis):
        found = [
            centre + math.copysign(_CLEAR, cut - centre) if abs(cut - centre) < _CLEAR else cut
            for cut in found
        ]
    return tuple(sorted(set(found)))


def _centres(commune: Commune, axis: str) -> list[float]:
    """Where the centres of quartiers stand in a commune, those it shares with a neighbour included."""
    own = sum(quartier.communes == (commune.code,) for quartier in QUARTIERS)
    own += sum(former.commune == commune.code for former in FORMER)
    found = {place["uv".index(axis)] for place in slots(commune)[:own]}
    cells = {other.code: other.cell for other in COMMUNES}
    for quartier in QUARTIERS:
        beyond = [cells[code] for code in quartier.communes if code != commune.code]
        if commune.code in quartier.communes and beyond:
            # The middle of a shared edge: half way along the axis on which both are level.
            level = "v" if beyond[0][1] == commune.cell[1] else "u"
            found |= {0.5} if level == axis else set()
    return sorted(found)


def _block(commune: Commune, us: tuple[float, float], vs: tuple[float, float]) -> Ring:
    """Outline of the part of a commune between two shares of its width and two of its height."""
    (west, east), (south, north) = us, vs
    inner = [u for u in _marks(commune, _SOUTH if south == 0 else None, "u") if west < u < east]
    right = [v for v in _marks(commune, _EAST if east == 1 else None, "v") if south < v < north]
    outer = [u for u in _marks(commune, _NORTH if north == 1 else None, "u") if west < u < east]
    left = [v for v in _marks(commune, _WEST if west == 0 else None, "v") if south < v < north]
    places = [(u, south) for u in [west, *inner]] + [(east, v) for v in [south, *right]]
    places += [(u, north) for u in [east, *reversed(outer)]] + [(west, v) for v in [north, *reversed(left)]]
    return [in_cell(commune.cell, u, v) for u, v in places]


def _marks(commune: Commune, side: _Side | None, axis: str) -> list[float]:
    """Corners on a side of a commune, its neighbour's included; none inside it, where lines cross."""
    if side is None:
        return []
    beyond = (commune.cell[0] + side[0], commune.cell[1] + side[1])
    neighbours = [other for other in COMMUNES if other.cell == beyond]
    return sorted({mark for one in (commune, *neighbours) for mark in cuts(one, axis)})


@cache
def _corners(cell: tuple[int, int]) -> Ring:
    """Corners of a cell, anticlockwise; neighbours share them."""
    column, row = cell
    return [_vertex(column + i, row + j) for i, j in ((0, 0), (1, 0), (1, 1), (0, 1))]


def _vertex(column: int, row: int) -> Point:
    rng = seeded(f"vertex {column} {row}")
    x, y = _ORIGIN_M[0] + _STEP_M * column, _ORIGIN_M[1] + _STEP_M * row
    return x + between(rng, -_JITTER_M, _JITTER_M), y + between(rng, -_JITTER_M, _JITTER_M)

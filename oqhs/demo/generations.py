"""The outlines of the quartiers, in 2024 and in 2015, and the ground they share or do not."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from oqhs.demo import people
from oqhs.demo.draws import between, seeded
from oqhs.demo.former import FORMER, Former
from oqhs.demo.lattice import Point, Ring, in_cell, on_shared_edge, slots
from oqhs.demo.people import POPULATION
from oqhs.demo.places import COMMUNES, QUARTIERS

if TYPE_CHECKING:
    from shapely import Polygon

_SMALLEST_HA, _LARGEST_HA = 16, 58
_SIDES = 9
#: How many corners moved since 2015, and at which share of their distance to the centre they stood.
_MOVED = (2, 3, 4)
_WITHOUT_EXTENSION, _BEFORE_CUT = (0.45, 0.8), (1.3, 1.4)
#: Last corner of the first half of a quartier cut in two.
_HALF = 5
_NOTHING_M2 = 1


class Spot(NamedTuple):
    """Ground of one quartier of 2024, of one of 2015, or of both."""

    new: str | None
    old: str | None
    shape: Polygon


@cache
def outlines_2024() -> dict[str, Ring]:
    """Draw the quartiers of 2024, by code: rings in EPSG:2154, anticlockwise."""
    counted = people.quartiers()
    return {
        code: _outline(code, centre, counted[code].counts[POPULATION] / 100)
        for code, centre in _centres().items()
        if code in counted
    }


@cache
def outlines_2015() -> dict[str, Ring]:
    """Draw the quartiers of 2015, by code, from what became of them."""
    return {former.code: _former_outline(former) for former in FORMER}


@cache
def spots() -> tuple[Spot, ...]:
    """Cut the ground of the quartiers of both generations into pieces that do not overlap."""
    from shapely import Polygon

    new = {code: Polygon(ring) for code, ring in outlines_2024().items()}
    old = {code: Polygon(ring) for code, ring in outlines_2015().items()}
    found = []
    for code, shape in new.items():
        remaining = shape
        for former in FORMER:
            if former.successor == code:
                found.append(Spot(code, former.code, shape.intersection(old[former.code])))
                remaining = remaining.difference(old[former.code])
        found.append(Spot(code, None, remaining))
    for former in FORMER:
        shape = old[former.code]
        left = shape.difference(new[former.successor]) if former.successor else shape
        found.append(Spot(None, former.code, left))
    return tuple(spot for spot in found if spot.shape.area > _NOTHING_M2)


@cache
def _centres() -> dict[str, Point]:
    """Centres of the quartiers; those that were left out in 2024 stand where none stands now."""
    communes = {commune.code: commune for commune in COMMUNES}
    free = {
        commune.code: iter([in_cell(commune.cell, u, v) for u, v in slots(commune)]) for commune in COMMUNES
    }
    centres = {}
    for quartier in QUARTIERS:
        within = [communes[code] for code in quartier.communes]
        centres[quartier.code] = on_shared_edge(*within) if len(within) > 1 else next(free[within[0].code])
    for former in FORMER:
        if former.successor is None:
            centres[former.code] = next(free[former.commune])
    return centres


def _former_outline(former: Former) -> Ring:
    if former.successor is None:
        return _outline(former.code, _centres()[former.code], former.population)
    now, centre = outlines_2024()[former.successor], _centres()[former.successor]
    if former.change == "agrandi":
        return _moved(former.code, now, centre, _WITHOUT_EXTENSION)
    if former.change == "réduit":
        return _moved(former.code, now, centre, _BEFORE_CUT)
    if former.change in {"fusion", "moitié"}:
        first = next(other.code for other in FORMER if other.successor == former.successor)
        return now[: _HALF + 1] if former.code == first else [*now[_HALF:], now[0]]
    return now


def _moved(code: str, ring: Ring, centre: Point, scale: tuple[float, float]) -> Ring:
    """Draw some corners that follow each other nearer to the centre, or further."""
    rng = seeded(f"former {code}")
    first, factor = int(rng.random() * _SIDES), between(rng, *scale)
    number = _MOVED[int(rng.random() * len(_MOVED))]
    moved = {(first + i) % _SIDES for i in range(number)}
    return [
        (centre[0] + factor * (x - centre[0]), centre[1] + factor * (y - centre[1])) if i in moved else (x, y)
        for i, (x, y) in enumerate(ring)
    ]


def _outline(code: str, centre: Point, population: float) -> Ring:
    """Draw a quartier round its centre; its area follows from its people and a drawn density."""
    rng = seeded(f"outline {code}")
    hectares = min(max(population / between(rng, 85, 150), _SMALLEST_HA), _LARGEST_HA)
    turn = between(rng, 0, 1)
    angles = [2 * math.pi * (i + turn + between(rng, -0.2, 0.2)) / _SIDES for i in range(_SIDES)]
    shape = [(r * math.cos(a), r * math.sin(a)) for a in angles for r in [between(rng, 0.8, 1.15)]]
    scale = math.sqrt(hectares * 10_000 / _area(shape))
    return [(centre[0] + scale * x, centre[1] + scale * y) for x, y in shape]


def _area(ring: Sequence[Point]) -> float:
    following = [*ring[1:], ring[0]]
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(ring, following, strict=True)) / 2

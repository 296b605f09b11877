"""Trees, shrubs and lawns seen from above: woods outside the quartiers, crowns inside.

Outlines overlap, stand astride whatever is drawn on the ground, and lawns are no trees. One wood is in
the neighbouring département, one crown is tiny, one avenue of trees goes from a quartier to another.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from random import Random
from typing import NamedTuple

from oqhs.demo.blocks import quartiers_of
from oqhs.demo.draws import between, seeded
from oqhs.demo.generations import outlines_2024
from oqhs.demo.geojson import collection, surface
from oqhs.demo.lattice import Point, Ring, in_cell
from oqhs.demo.places import COMMUNES, DEPARTEMENT, NEIGHBOUR, Commune

_TREE, _SHRUB, _LAWN = "arbre", "arbuste", "herbe"
_SIDES = 6
_DECIMALS = 5
#: Woods and lawns on each side of a commune, how far from even, and their radius.
_NUMBER, _UNEVEN, _RADIUS_M = 5, 0.35, (250, 430)
#: How woody a commune is, and a quartier: factor of a radius, share of the surface under the crowns.
_WOODY, _PLANTED = (0.65, 1.25), (0.06, 0.42)
_CROWNS = 7
#: Part of the crowns of a quartier that are of trees; how much larger they are, since they overlap.
_TREES, _SPREAD = 2 / 3, 1.2
#: Part of the woods that are trees, and trees or shrubs; the rest is lawns.
_WOODS, _NOT_LAWNS = 0.6, 0.78
_TINY_M = 4
_AVENUE, _AVENUE_M = ("QN99902M", "QN99903I"), 25
_TINY_IN = "QN99921I"


class Patch(NamedTuple):
    """Ground under one stratum of vegetation."""

    stratum: str
    ring: Ring


def canopy_layer() -> str:
    """Give the vegetation seen from above, to 5 decimals (a metre)."""
    patches = [*_woods(), *_crowns(), *_apart()]
    return collection(
        "arbres_2022", [({"strate": patch.stratum}, surface([patch.ring], _DECIMALS)) for patch in patches]
    )


def centre_of(quartier: str) -> Point:
    """Middle of the corners of a quartier."""
    ring = outlines_2024()[quartier]
    return sum(x for x, _ in ring) / len(ring), sum(y for _, y in ring) / len(ring)


def round_ring(rng: Random, centre: Point, radius_m: float, sides: int = _SIDES) -> Ring:
    """Draw an outline round a centre, anticlockwise, as far from it as the radius or nearly."""
    turn = between(rng, 0, 1)
    angles = [2 * math.pi * (i + turn) / sides for i in range(sides)]
    radii = [radius_m * between(rng, 0.8, 1.2) for _ in angles]
    return [
        (centre[0] + radius * math.cos(angle), centre[1] + radius * math.sin(angle))
        for radius, angle in zip(radii, angles, strict=True)
    ]


def _woods() -> Iterator[Patch]:
    """Draw woods and lawns over the communes, outside the quartiers."""
    for commune in COMMUNES:
        if commune.code.startswith(DEPARTEMENT):
            yield from _woods_of(commune)


def _woods_of(commune: Commune) -> Iterator[Patch]:
    from shapely import Polygon

    woody = between(seeded(f"woody {commune.code}"), *_WOODY)
    quartiers = quartiers_of(commune.code)
    for column in range(_NUMBER):
        for row in range(_NUMBER):
            rng = seeded(f"wood {commune.code} {column} {row}")
            u, v = ((at + 1 / 2 + between(rng, -_UNEVEN, _UNEVEN)) / _NUMBER for at in (column, row))
            stratum = _drawn_stratum(rng)
            radius_m = woody * between(rng, *_RADIUS_M)
            ring = round_ring(rng, in_cell(commune.cell, u, v), radius_m)
            shape = Polygon(ring)
            if not any(shape.intersects(quartier) for quartier in quartiers.values()):
                yield Patch(stratum, ring)


def _drawn_stratum(rng: Random) -> str:
    drawn = rng.random()
    return _TREE if drawn < _WOODS else _SHRUB if drawn < _NOT_LAWNS else _LAWN


def _crowns() -> Iterator[Patch]:
    """Draw the crowns of each quartier, then a lawn; some go beyond its edge."""
    from shapely import Polygon

    for code, ring in outlines_2024().items():
        rng = seeded(f"crowns {code}")
        area_m2 = Polygon(ring).area
        planted = between(rng, *_PLANTED)
        radius_m = math.sqrt(planted * area_m2 / _CROWNS / math.pi)
        reach_m = math.sqrt(area_m2 / math.pi)
        x, y = centre_of(code)
        strata = [_TREE if rng.random() < _TREES else _SHRUB for _ in range(_CROWNS)]
        for stratum in [*strata, _LAWN]:
            away_m, angle = reach_m * math.sqrt(rng.random()), 2 * math.pi * rng.random()
            place = x + away_m * math.cos(angle), y + away_m * math.sin(angle)
            yield Patch(stratum, round_ring(rng, place, _SPREAD * radius_m))


def _apart() -> Iterator[Patch]:
    """Draw what must trip a program."""
    neighbour = next(commune for commune in COMMUNES if commune.code.startswith(NEIGHBOUR))
    rng = seeded("patches apart")
    yield Patch(_TREE, _avenue(*(centre_of(code) for code in _AVENUE)))
    yield Patch(_TREE, round_ring(rng, centre_of(_TINY_IN), _TINY_M))
    yield Patch(_TREE, round_ring(rng, in_cell(neighbour.cell, 1 / 2, 1 / 2), _RADIUS_M[0]))


def _avenue(start: Point, end: Point) -> Ring:
    """Draw a strip from a place to another, pointed at both ends."""
    length = math.dist(start, end)
    along = (end[0] - start[0]) / length, (end[1] - start[1]) / length
    aside = -along[1] * _AVENUE_M, along[0] * _AVENUE_M
    near, far = (
        (start[0] + share * length * along[0], start[1] + share * length * along[1]) for share in (0.1, 0.9)
    )
    return [
        start,
        (near[0] - aside[0], near[1] - aside[1]),
        (far[0] - aside[0], far[1] - aside[1]),
        end,
        (far[0] + aside[0], far[1] + aside[1]),
        (near[0] + aside[0], near[1] + aside[1]),
    ]

"""The blocks of heat: each commune cut into îlots with the classes of the Institut Paris Region.

Blocks do not touch: the streets between them are not assessed. Those of the quartiers are smaller, and
hotter in some quartiers than in others. The traps are a polygon that crosses itself, a block in two
parts, one drawn over its neighbours, and a quartier nobody looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from oqhs.demo.draws import between, seeded
from oqhs.demo.generations import outlines_2024
from oqhs.demo.geojson import collection, surface
from oqhs.demo.lattice import Point, Ring, in_cell
from oqhs.demo.places import COMMUNES, Commune

if TYPE_CHECKING:
    from shapely import Polygon

_NUMBER = 5
_UNEVEN = 0.12
#: Scale of a block round its centre: 91 % of the ground is assessed.
_WITHOUT_STREETS = 0.955
#: How likely a block is hot outside the quartiers, and inside, by quartier.
_HOT, _HOT_INSIDE = 0.23, (0.22, 1.0)
#: How likely a block that is not hot is a cool one, outside the quartiers.
_COOL, _VERY_HOT = 0.12, 0.3
#: A block of which more than this is in quartiers is cut into four.
_LEAST_CUT = 1 / 8
_UNSEEN = "QN99930I"
#: Letters of the local climate zones met in each class of the day.
_ZONES = {-1: "ABD", 1: "69E", 2: "45", 3: "28"}


class Block(NamedTuple):
    """A block: its outlines, its classes (-1 cool, 1 low, 2 middle, 3 high) and its climate zone."""

    rings: list[Ring]
    day: int
    night: int
    zone: str


def heat_layer() -> str:
    """Give the blocks with the fields of the Institut Paris Region."""
    features = []
    for block in _blocks():
        fields = {"alea_j_cl": block.day, "alea_n_cl": block.night, "lcz": block.zone}
        features.append((fields, surface(block.rings)))
    return collection("ilots_chaleur_2022", features)


@cache
def quartiers_of(commune: str) -> dict[str, Polygon]:
    """Outlines of the quartiers that touch the cell of a commune, by code."""
    from shapely import Polygon

    cell = next(other.cell for other in COMMUNES if other.code == commune)
    whole = Polygon([in_cell(cell, u, v) for u, v in ((0, 0), (1, 0), (1, 1), (0, 1))])
    shapes = {code: Polygon(ring) for code, ring in outlines_2024().items()}
    return {code: shape for code, shape in shapes.items() if shape.intersects(whole)}


def _blocks() -> Iterator[Block]:
    """Draw every block somebody looked at, in the neighbouring communes too: the producer is regional."""
    from shapely import Point as Place
    from shapely import Polygon

    for name, commune, ring in _outlines():
        quartiers = quartiers_of(commune)
        unseen = quartiers.get(_UNSEEN)
        if unseen is None or not unseen.intersects(Polygon(ring)):
            middle = Place(_centre(ring))
            inside = [code for code, quartier in quartiers.items() if quartier.contains(middle)]
            yield _drawn(name, _ODD.get(name, _alone)(ring), *inside)


def _outlines() -> Iterator[tuple[str, str, Ring]]:
    """Cut the communes into blocks, and those of the quartiers again: name, commune, outline."""
    from shapely import Polygon

    for commune in COMMUNES:
        quartiers = quartiers_of(commune.code).values()
        for column, us in enumerate(pairwise(_cuts(commune, "u"))):
            for row, vs in enumerate(pairwise(_cuts(commune, "v"))):
                name, ring = f"{commune.code} {column} {row}", _ring(commune, us, vs)
                shape = Polygon(ring)
                if sum(shape.intersection(other).area for other in quartiers) <= _LEAST_CUT * shape.area:
                    yield name, commune.code, ring
                    continue
                for number, part in enumerate(_quarters(commune, us, vs)):
                    yield f"{name} {number}", commune.code, part


def _cuts(commune: Commune, axis: str) -> list[float]:
    """Where lines cut a commune, its sides included."""
    rng = seeded(f"blocks {commune.code} {axis}")
    inner = [(i + between(rng, -_UNEVEN, _UNEVEN)) / _NUMBER for i in range(1, _NUMBER)]
    return [0, *inner, 1]


def _quarters(commune: Commune, us: tuple[float, float], vs: tuple[float, float]) -> Iterator[Ring]:
    """Cut a block into four."""
    for part_us in pairwise((us[0], sum(us) / 2, us[1])):
        for part_vs in pairwise((vs[0], sum(vs) / 2, vs[1])):
            yield _ring(commune, part_us, part_vs)


def _ring(commune: Commune, us: tuple[float, float], vs: tuple[float, float]) -> Ring:
    """Outline between two shares of the width of a commune and two of its height, anticlockwise."""
    (west, east), (south, north) = us, vs
    return [
        in_cell(commune.cell, u, v) for u, v in ((west, south), (east, south), (east, north), (west, north))
    ]


def _drawn(name: str, rings: list[Ring], quartier: str | None = None) -> Block:
    """Draw the classes of a block."""
    rng = seeded(f"heat {name}")
    likely = _HOT if quartier is None else between(seeded(f"heat of {quartier}"), *_HOT_INSIDE)
    if rng.random() < likely:
        day = 3 if rng.random() < _VERY_HOT else 2
    else:
        day = -1 if rng.random() < _COOL else 1
    return Block(rings, day, _night(day, rng.random()), _ZONES[day][int(rng.random() * len(_ZONES[day]))])


def _night(day: int, drawn: float) -> int:
    """Class of the night: that of the day or the one above, seldom one below."""
    classes = (-1, 1, 2, 3)
    step = 1 if drawn < 1 / 3 else -1 if drawn > 11 / 12 else 0
    return classes[min(max(classes.index(day) + step, 0), len(classes) - 1)]


def _alone(ring: Ring) -> list[Ring]:
    return [_scaled(ring, _WITHOUT_STREETS)]


def _over_its_neighbours(ring: Ring) -> list[Ring]:
    return [_scaled(ring, 1.2)]


def _crossed(ring: Ring) -> list[Ring]:
    """Draw two corners in the wrong order: the outline crosses itself."""
    first, second, third, fourth = _scaled(ring, _WITHOUT_STREETS)
    return [[first, third, second, fourth]]


def _in_two(ring: Ring) -> list[Ring]:
    """Leave a street through the middle of a block."""
    first, second, third, fourth = ring
    low, high = _between(first, second, 1 / 2), _between(fourth, third, 1 / 2)
    return [
        _scaled(half, _WITHOUT_STREETS) for half in ([first, low, high, fourth], [low, second, third, high])
    ]


#: Hot blocks that are not drawn as the others, in communes without a quartier.
_ODD: dict[str, Callable[[Ring], list[Ring]]] = {
    "99905 1 4": _crossed,
    "99915 4 3": _over_its_neighbours,
    "99922 1 1": _in_two,
}


def _scaled(ring: Ring, scale: float) -> Ring:
    x, y = _centre(ring)
    return [(x + scale * (px - x), y + scale * (py - y)) for px, py in ring]


def _centre(ring: Ring) -> Point:
    return sum(x for x, _ in ring) / len(ring), sum(y for _, y in ring) / len(ring)


def _between(start: Point, end: Point, share: float) -> Point:
    return start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])

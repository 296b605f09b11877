"""The streets, as the Overpass API gives those of OpenStreetMap: a lattice, footways, and traps.

Every commune is cut ten by ten by streets that go on in the next one; the quartiers have footways across
their blocks. A trunk road is a column of the lattice, a motorway passes over it without a junction. The
file cuts a way at its edge: one of the nodes it names is not there.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from oqhs.demo.blocks import quartiers_of
from oqhs.demo.draws import between, seeded
from oqhs.demo.geojson import compact, degrees
from oqhs.demo.lattice import Point, in_cell
from oqhs.demo.places import COMMUNES

_NUMBER = 10
_JITTER_M = 35
_GENERATOR = "Rues inventées du Val-Fictif, sans lien avec OpenStreetMap"
#: Ids of nodes and of ways start alike, as they do in OpenStreetMap: they are two numberings.
_FIRST_ID = 1_000_001
_ABSENT = "absent"
_ABSENT_ID = 9_999_999
_CROSSING_EVERY = 97
_ONE_WAY = 1 / 6
#: Lattice lines of the trunk road (a column) and of the cell where it has pavements; row of the motorway.
_TRUNK, _PAVED, _MOTORWAY = 25, (2, 2), (2, 0.37)
#: A square drawn as a surface, and footways that lead nowhere else.
_SQUARE_IN, _ISLAND_IN = "QN99919M", "QN99914M"
_LOOP = 0.55
#: South-west corner of the blocks that each kind of way crosses, and the kinds: first those nobody walks on.
_CROSSED = (30, 31)
_CROSSING: tuple[dict[str, str], ...] = (
    {"highway": "service", "foot": "no"},
    {"highway": "service", "access": "private"},
    {"highway": "cycleway"},
    {"highway": "residential", "foot": "use_sidepath"},
    {"highway": "construction"},
    {"railway": "rail"},
    {"waterway": "river"},
    {"highway": "path", "access": "private", "foot": "yes"},
    {"highway": "cycleway", "foot": "designated"},
    {"highway": "steps"},
)
#: Two nodes that a straight street joins, and a longer one; two that a street joins twice by the same way.
_PARALLEL, _TWICE = ((35, 33), (36, 33)), ((37, 33), (38, 33))
_EDGE = (0, 25)
#: A crossroads that is not there: a few people live 200 m or more from any street.
_HOLE = (42, 17)

#: A node is known by its place in the lattice (column, row), or by its name.
_Node = tuple[int, int] | str
_Block = tuple[int, int]


class Way(NamedTuple):
    """A way: the nodes it goes through, and its tags."""

    nodes: list[_Node]
    tags: dict[str, str]


class _Odd(NamedTuple):
    """Nodes beside the lattice, and the ways that go through them."""

    places: dict[_Node, Point]
    ways: list[Way]


def streets() -> str:
    """Write nodes, then ways, an element a line."""
    drawn = [_footways(), _motorway(), _traps()]
    places = {node: place for node, place in _lattice().items() if node != _HOLE}
    ways = _lines()
    for odd in drawn:
        places |= odd.places
        ways += odd.ways
    ids = {node: _FIRST_ID + number for number, node in enumerate(places)}
    elements = []
    for number, (node, (longitude, latitude)) in enumerate(
        zip(places, degrees(list(places.values())), strict=True)
    ):
        element = {"type": "node", "id": ids[node], "lat": latitude, "lon": longitude}
        if number % _CROSSING_EVERY == 0:
            element["tags"] = {"highway": "crossing"}
        elements.append(element)
    ids[_ABSENT] = _ABSENT_ID
    for number, way in enumerate(ways):
        nodes = [ids[node] for node in way.nodes]
        elements.append({"type": "way", "id": _FIRST_ID + number, "nodes": nodes, "tags": way.tags})
    lines = ",\n".join(compact(element) for element in elements)
    return f'{{"version":0.6,"generator":"{_GENERATOR}","elements":[\n{lines}\n]}}\n'


@cache
def _lattice() -> dict[_Node, Point]:
    """Place the nodes of the lattice, a little aside; neighbouring communes share theirs."""
    found: dict[_Node, Point] = {}
    for commune in COMMUNES:
        column, row = (_NUMBER * at for at in commune.cell)
        for i in range(_NUMBER + 1):
            for j in range(_NUMBER + 1):
                node = column + i, row + j
                if node not in found:
                    rng = seeded(f"crossroads {node[0]} {node[1]}")
                    x, y = in_cell(commune.cell, i / _NUMBER, j / _NUMBER)
                    aside = between(rng, -_JITTER_M, _JITTER_M), between(rng, -_JITTER_M, _JITTER_M)
                    found[node] = x + aside[0], y + aside[1]
    return found


def _lines() -> list[Way]:
    """Draw the lines of the lattice: a way for each line of each commune, those on an edge once."""
    found: dict[tuple[_Node, ...], Way] = {}
    for commune in COMMUNES:
        column, row = (_NUMBER * at for at in commune.cell)
        for k in range(_NUMBER + 1):
            across: list[_Node] = [(column + i, row + k) for i in range(_NUMBER + 1)]
            along: list[_Node] = [(column + k, row + i) for i in range(_NUMBER + 1)]
            trunk = _trunk(commune.cell) if column + k == _TRUNK else None
            tags = _tags(f"row {column} {row + k}", k), trunk or _tags(f"column {column + k} {row}", k)
            for nodes, told in zip((across, along), tags, strict=True):
                for part in _without_hole(nodes):
                    found.setdefault(tuple(part), Way(part, told))
    return list(found.values())


def _without_hole(nodes: list[_Node]) -> list[list[_Node]]:
    """Cut a line before and after the crossroads that is not there."""
    if _HOLE not in nodes:
        return [nodes]
    at = nodes.index(_HOLE)
    return [nodes[:at], nodes[at + 1 :]]


def _tags(name: str, rank: int) -> dict[str, str]:
    """Draw what a street is, by its rank in the commune, and whether cars go one way only."""
    rng = seeded(f"street {name}")
    drawn = rng.random()
    small = "living_street" if drawn < 1 / 12 else "unclassified" if drawn < 1 / 6 else "residential"
    tags = {"highway": {0: "secondary", _NUMBER: "secondary", _NUMBER // 2: "tertiary"}.get(rank, small)}
    return tags | {"oneway": "yes"} if rng.random() < _ONE_WAY else tags


def _trunk(cell: tuple[int, int]) -> dict[str, str]:
    return {"highway": "trunk", "sidewalk": "both"} if cell == _PAVED else {"highway": "trunk"}


def _footways() -> _Odd:
    """Draw the footways of the quartiers: from corner to corner of their blocks."""
    places: dict[_Node, Point] = {}
    ways: list[Way] = []
    loops = {_SQUARE_IN, _ISLAND_IN}
    for block, quartier in _blocks().items():
        drawn = _round(block, joined=quartier == _SQUARE_IN) if quartier in loops else _across(block)
        loops.discard(quartier)
        places |= drawn.places
        ways += drawn.ways
    return _Odd(places, ways)


@cache
def _blocks() -> dict[_Block, str]:
    """Blocks of the lattice whose middle is in a quartier, by their south-west corner."""
    from shapely import Point as Place

    found: dict[_Block, str] = {}
    for commune in COMMUNES:
        quartiers = quartiers_of(commune.code)
        for i in range(_NUMBER):
            for j in range(_NUMBER):
                middle = Place(in_cell(commune.cell, (i + 1 / 2) / _NUMBER, (j + 1 / 2) / _NUMBER))
                block = _NUMBER * commune.cell[0] + i, _NUMBER * commune.cell[1] + j
                for code, shape in quartiers.items():
                    if shape.contains(middle):
                        found[block] = code
    return found


def _corners(block: _Block) -> list[_Node]:
    """Corners of a block, anticlockwise."""
    i, j = block
    return [(i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1)]


def _across(block: _Block) -> _Odd:
    """Draw two footways that meet in the middle of a block."""
    rng = seeded(f"footways {block[0]} {block[1]}")
    kinds = [_foot(rng.random()) for _ in range(2)]
    first, second, third, fourth = _corners(block)
    middle = f"middle {block[0]} {block[1]}"
    ways = [
        Way([start, middle, end], {"highway": kind})
        for start, end, kind in zip((first, second), (third, fourth), kinds, strict=True)
    ]
    return _Odd({middle: _middle(block)}, ways)


def _foot(drawn: float) -> str:
    return (
        "steps"
        if drawn < 1 / 8
        else "pedestrian"
        if drawn < 1 / 4
        else "path"
        if drawn < 1 / 2
        else "footway"
    )


def _round(block: _Block, *, joined: bool) -> _Odd:
    """Draw a loop inside a block: a square joined to its corners, or footways that lead nowhere else."""
    x, y = _middle(block)
    corners = _corners(block)
    loop: list[_Node] = [f"loop {block[0]} {block[1]} {k}" for k in range(len(corners))]
    places = {
        node: (x + _LOOP * (_lattice()[corner][0] - x), y + _LOOP * (_lattice()[corner][1] - y))
        for node, corner in zip(loop, corners, strict=True)
    }
    if not joined:
        ways = [Way([*loop, loop[0]], {"highway": "footway"}), Way([loop[0], loop[2]], {"highway": "path"})]
        return _Odd(places, ways)
    square = Way([*loop, loop[0]], {"highway": "pedestrian", "area": "yes"})
    stairs = [Way([corner, node], {"highway": "steps"}) for corner, node in zip(corners, loop, strict=True)]
    return _Odd(places, [square, *stairs])


def _middle(block: _Block) -> Point:
    corners = [_lattice()[corner] for corner in _corners(block)]
    return sum(x for x, _ in corners) / len(corners), sum(y for _, y in corners) / len(corners)


def _motorway() -> _Odd:
    """Draw a motorway from west to east, over the streets, and one slip road that comes down to them."""
    row, share = _MOTORWAY
    columns = sorted(commune.cell[0] for commune in COMMUNES if commune.cell[1] == row)
    quarters = [column + k / 4 for column in columns for k in range(4)] + [columns[-1] + 1]
    places: dict[_Node, Point] = {}
    for number, at in enumerate(quarters):
        column = min(int(at), columns[-1])
        places[f"motorway {number}"] = in_cell((column, row), at - column, share)
    nodes = list(places)
    half = len(nodes) // 2
    tags = {"highway": "motorway", "oneway": "yes"}
    slip: list[_Node] = [nodes[half], (_NUMBER * len(columns) // 2, _NUMBER * row + 3)]
    parts = (nodes[: half + 1], nodes[half:])
    return _Odd(places, [*(Way(part, tags) for part in parts), Way(slip, {"highway": "motorway_link"})])


def _traps() -> _Odd:
    """Draw ways of every kind that is read in a way of its own."""
    places: dict[_Node, Point] = {}
    ways = [
        Way([(_CROSSED[0] + k, _CROSSED[1]), (_CROSSED[0] + k + 1, _CROSSED[1] + 1)], tags)
        for k, tags in enumerate(_CROSSING)
    ]
    start, end = _PARALLEL
    places["detour"] = _beside(start, end, 80)
    ways.append(Way([start, "detour", end], {"highway": "residential", "oneway": "yes"}))
    ways.append(Way(list(_TWICE), {"highway": "footway"}))
    edge = _lattice()[_EDGE]
    places["beyond"] = edge[0] - 150, edge[1]
    ways.append(Way([_EDGE, "beyond", _ABSENT], {"highway": "residential"}))
    corners = ["wall 1", "wall 2", "wall 3"]
    x, y = _middle((_CROSSED[0], _CROSSED[1] + 1))
    places |= dict(zip(corners, [(x, y), (x + 20, y), (x, y + 20)], strict=True))
    ways.append(Way([*corners, corners[0]], {"building": "yes"}))
    return _Odd(places, ways)


def _beside(start: _Node, end: _Node, away_m: float) -> Point:
    """Place a point north of the middle of two nodes."""
    (x1, y1), (x2, y2) = (_lattice()[node] for node in (start, end))
    return (x1 + x2) / 2, (y1 + y2) / 2 + away_m

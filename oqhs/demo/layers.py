"""The layers: a lattice of communes drawn in the sea, quartiers inside them, as GeoJSON."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from oqhs.demo.draws import between, seeded
from oqhs.demo.people import POPULATION, People
from oqhs.demo.places import (
    COMMUNES,
    DEPARTEMENT,
    DEPARTEMENT_NAME,
    EPTS,
    QUARTIERS,
    REGION,
    Commune,
    Quartier,
)

if TYPE_CHECKING:
    from pyproj import Transformer

Point = tuple[float, float]
Ring = list[Point]

# In EPSG:2154, off the coast of Vendée: nobody takes the lattice for a place.
_ORIGIN_M = (300_000, 6_560_000)
_STEP_M = 3_500
_JITTER_M = 420
#: Where quartiers stand in the cell of their commune: far enough from each other and from its edges.
_SLOTS = ((0.25, 0.25), (0.75, 0.75), (0.75, 0.25), (0.25, 0.75), (0.5, 0.5))
_SMALLEST_HA, _LARGEST_HA = 16, 58
_SIDES = 9


def quartiers_layer(people: Mapping[str, People]) -> str:
    """Give the perimeters of the quartiers with the fields of the ANCT."""
    communes = {commune.code: commune for commune in COMMUNES}
    features = []
    free = {commune.code: _slots(commune) for commune in COMMUNES}
    for number, quartier in enumerate(QUARTIERS, start=1):
        within = [communes[code] for code in quartier.communes]
        centre = _on_shared_edge(within) if len(within) > 1 else next(free[within[0].code])
        ring = _outline(quartier.code, centre, people[quartier.code].counts[POPULATION] / 100)
        fields = _quartier_fields(number, quartier, within)
        features.append((fields, {"type": "MultiPolygon", "coordinates": [[_degrees(ring)]]}))
    return _collection("qpv2024_999", features)


def communes_layer() -> str:
    """Give the outlines of the communes, those of the neighbouring département included."""
    features = [
        (
            {"DEPCOM": commune.code, "LIBCOM": commune.name},
            {"type": "Polygon", "coordinates": [_degrees(_cell(commune.cell))]},
        )
        for commune in COMMUNES
    ]
    return _collection("communes_999", features)


def _quartier_fields(number: int, quartier: Quartier, within: Sequence[Commune]) -> dict[str, Any]:
    epts = sorted({commune.ept for commune in within})
    return {
        "fid": float(number),
        "code_qp": quartier.code,
        "lib_qp": quartier.label,
        "insee_reg": REGION[0],
        "lib_reg": REGION[1],
        "insee_dep": DEPARTEMENT,
        "lib_dep": DEPARTEMENT_NAME,
        "insee_com": ", ".join(commune.code for commune in within),
        "lib_com": ", ".join(commune.name for commune in within),
        "siren_epci": ", ".join(EPTS[ept].siren for ept in epts),
    }


def _vertex(column: int, row: int) -> Point:
    rng = seeded(f"vertex {column} {row}")
    x, y = _ORIGIN_M[0] + _STEP_M * column, _ORIGIN_M[1] + _STEP_M * row
    return x + between(rng, -_JITTER_M, _JITTER_M), y + between(rng, -_JITTER_M, _JITTER_M)


def _cell(cell: tuple[int, int]) -> Ring:
    """Corners of a cell, anticlockwise; neighbours share them."""
    column, row = cell
    return [_vertex(column + i, row + j) for i, j in ((0, 0), (1, 0), (1, 1), (0, 1))]


def _in_cell(cell: tuple[int, int], u: float, v: float) -> Point:
    """Point of a cell at shares `u` (eastwards) and `v` (northwards) of its sides."""
    weights = ((1 - u) * (1 - v), u * (1 - v), u * v, (1 - u) * v)
    corners = _cell(cell)
    x = sum(weight * corner[0] for weight, corner in zip(weights, corners, strict=True))
    y = sum(weight * corner[1] for weight, corner in zip(weights, corners, strict=True))
    return x, y


def _slots(commune: Commune) -> Iterator[Point]:
    """Places for the quartiers of a commune; the first one is not the same everywhere."""
    first = int(commune.code) % len(_SLOTS)
    return (_in_cell(commune.cell, u, v) for u, v in (*_SLOTS[first:], *_SLOTS[:first]))


def _on_shared_edge(within: Sequence[Commune]) -> Point:
    """Middle of the edge two neighbouring communes share."""
    first, second = (_cell(commune.cell) for commune in within)
    (x1, y1), (x2, y2) = [corner for corner in first if corner in second]
    return (x1 + x2) / 2, (y1 + y2) / 2


def _outline(code: str, centre: Point, population: float) -> Ring:
    """Draw a quartier round its centre; its area follows from its people and a drawn density."""
    rng = seeded(f"outline {code}")
    hectares = min(max(population / between(rng, 85, 150), _SMALLEST_HA), _LARGEST_HA)
    turn = between(rng, 0, 1)
    angles = [2 * math.pi * (i + turn + between(rng, -0.2, 0.2)) / _SIDES for i in range(_SIDES)]
    shape = [(r * math.cos(a), r * math.sin(a)) for a in angles for r in [between(rng, 0.8, 1.15)]]
    following = [*shape[1:], shape[0]]
    area = sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(shape, following, strict=True)) / 2
    scale = math.sqrt(hectares * 10_000 / area)
    return [(centre[0] + scale * x, centre[1] + scale * y) for x, y in shape]


def _degrees(ring: Ring) -> list[list[float]]:
    """Give a closed ring in longitude and latitude, to 6 decimals (a decimetre)."""
    points = [_to_degrees().transform(x, y) for x, y in [*ring, ring[0]]]
    return [[round(longitude, 6), round(latitude, 6)] for longitude, latitude in points]


@cache
def _to_degrees() -> Transformer:
    from pyproj import Transformer

    return Transformer.from_crs(2154, 4326, always_xy=True)


def _collection(name: str, features: Sequence[tuple[dict[str, Any], dict[str, Any]]]) -> str:
    """Write GeoJSON with a feature a line."""
    lines = [
        json.dumps({"type": "Feature", "properties": fields, "geometry": geometry}, ensure_ascii=False)
        for fields, geometry in features
    ]
    return f'{{"type": "FeatureCollection", "name": "{name}", "features": [\n' + ",\n".join(lines) + "\n]}\n"

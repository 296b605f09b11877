"""The layers of perimeters as GeoJSON, with the fields of their producers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from oqhs.demo.draws import between, seeded
from oqhs.demo.former import FORMER, Former
from oqhs.demo.generations import outlines_2015, outlines_2024
from oqhs.demo.geojson import collection, surface
from oqhs.demo.iris import all_iris
from oqhs.demo.lattice import Point, Ring, outline
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
    pass

#: How far, in metres, the same corner stands from one digitisation of an outline to the next.
_REDRAWN_M = (0.5, 4)


def quartiers_layer() -> str:
    """Give the perimeters of the quartiers of 2024 with the fields of the ANCT."""
    communes = {commune.code: commune for commune in COMMUNES}
    features = []
    for number, quartier in enumerate(QUARTIERS, start=1):
        within = [communes[code] for code in quartier.communes]
        features.append(
            (_quartier_fields(number, quartier, within), _several(outlines_2024()[quartier.code]))
        )
    return collection("qpv2024_999", features)


def former_layer(communes: dict[str, list[str]]) -> str:
    """Give the perimeters of the quartiers of 2015: the communes of each are listed by their names.

    The quartiers that did not change are drawn by another hand than in the layer of 2024, as producers
    do: the ground people stand on is the same, only the written line is not.
    """
    names = {commune.code: commune.name for commune in COMMUNES}
    features = [
        (
            {
                "CODE_QP": former.code,
                "NOM_QP": former.label,
                "COMMUNE_QP": ", ".join(names[code] for code in communes[former.code]),
            },
            _several(_former_ring(former)),
        )
        for former in FORMER
    ]
    return collection("qpv2015_999", features)


def communes_layer() -> str:
    """Give the outlines of the communes, those of the neighbouring département included."""
    features = [
        ({"DEPCOM": commune.code, "LIBCOM": commune.name}, surface([outline(commune)]))
        for commune in COMMUNES
    ]
    return collection("communes_999", features)


def iris_layer() -> str:
    """Give the outlines of the IRIS with the fields of the IGN."""
    features = [
        (
            {
                "INSEE_COM": iris.commune.code,
                "NOM_COM": iris.commune.name,
                "IRIS": iris.code[5:],
                "CODE_IRIS": iris.code,
                "NOM_IRIS": iris.name,
                "TYP_IRIS": iris.kind,
            },
            surface([iris.ring]),
        )
        for iris in all_iris()
    ]
    return collection("iris_999", features)


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


def _former_ring(former: Former) -> Ring:
    ring = outlines_2015()[former.code]
    return _digitised_again(former.code, ring) if former.change == "identique" else ring


def _digitised_again(code: str, ring: Ring) -> Ring:
    """Draw an outline a second time: one or two corners more on its edges, and every corner moved."""
    rng = seeded(f"second digitisation {code}")
    first, another = int(rng.random() * len(ring)), rng.random() < 1 / 2
    cut = {first, (first + len(ring) // 2) % len(ring)} if another else {first}
    points = []
    for i, (start, end) in enumerate(zip(ring, [*ring[1:], ring[0]], strict=True)):
        points.append(start)
        if i in cut:
            share = between(rng, 0.3, 0.7)
            points.append((start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])))
    return [_aside(point, between(rng, *_REDRAWN_M), between(rng, 0, 2 * math.pi)) for point in points]


def _aside(point: Point, distance_m: float, angle: float) -> Point:
    return point[0] + distance_m * math.cos(angle), point[1] + distance_m * math.sin(angle)


def _several(ring: Ring) -> dict[str, Any]:
    """Give an outline as the only part of a geometry that may have several, as the ANCT does."""
    return {"type": "MultiPolygon", "coordinates": [surface([ring])["coordinates"]]}

"""What people walk to or live near: PMI and EDS of the département, collèges, parks.

Half of the quartiers have a PMI, a quarter of them an EDS. The traps are services that are not open in
2024, that nobody located, that are something else, or that stand just outside the département; and
parks over a quartier, in two parts, near two quartiers, or just too far.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from random import Random
from typing import NamedTuple

from oqhs.demo.draws import between, deal, seeded
from oqhs.demo.generations import outlines_2024
from oqhs.demo.geojson import collection, degrees, surface
from oqhs.demo.iris import all_iris
from oqhs.demo.lattice import Point, Ring, in_cell
from oqhs.demo.places import COMMUNES, DEPARTEMENT, QUARTIERS, REGION, Commune
from oqhs.demo.rows import decimal, lines
from oqhs.demo.trees import centre_of, round_ring

_HEADER = ("identifiant", "nom", "type", "latitude", "longitude", "ouverture", "fermeture")
_PMI, _EDS = "PMI", "EDS"
#: Services in a quartier, and how far from its middle.
_IN_QUARTIERS, _ASIDE_M = {_PMI: 25, _EDS: 11}, 160
#: Communes with a service in their centre. One of a small commune, and two places just beyond the border.
_IN_TOWNS = {
    _PMI: ("99903", "99909", "99911", "99917", "99920"),
    _EDS: ("99908", "99916", "99918"),
}
_BEYOND = {_PMI: ("99801", 0.995, 0.8), _EDS: ("99801", 0.2, 0.995)}
_SHUT, _TO_COME = ("2009-03-02", "2019-06-28"), ("2027-01-04", "")

_COLLEGE = "C201"
_COLLEGES, _NEAR_QUARTIERS = 40, 16
#: Other equipment of the file, and how many of each.
_OTHERS = {"A504": 12, "B202": 8, "C301": 7, "D108": 5, "D201": 9}
_NOT_LOCATED = (("99919", _COLLEGE), ("99926", _COLLEGE), ("99902", "A504"), ("99910", "D201"))
_QUALITIES = ("Bonne", "Bonne", "Bonne", "Acceptable", "Mauvaise")
_BPE_HEADER = ("REG", "DEP", "DEPCOM", "DCIRIS", "AN", "TYPEQU", "LAMBERT_X", "LAMBERT_Y", "QUALITE_XY")
_BPE_YEAR = 2024


class Park(NamedTuple):
    """A park: the quartier it is near, where, how far from its middle, and how large; `parts` of it."""

    name: str
    quartier: str
    turn: float
    away_m: float
    radius_m: float
    parts: int = 1


# fmt: off
_PARKS = (
    Park("Parc des Grandes Alouettes", "QN99901M", 0.10, 800, 160),
    Park("Parc du Vieux Pavois", "QN99904M", 0.30, 200, 150),
    Park("Parc de la Tuilerie", "QN99907M", 0.55, 520, 140),
    Park("Parc des Écluses", "QN99908M", 0.36, 525, 70),
    Park("Parc de la Prairie aux Chevreuils", "QN99909M", 0.05, 700, 180),
    Park("Parc du Bœuf Couronné", "QN99912M", 0.40, 505, 120, parts=2),
    Park("Parc de l'Île aux Tanneurs", "QN99915I", 0.65, 480, 150),
    Park("Parc de la Coulée Douce", "QN99916M", 0.25, 600, 190),
    Park("Parc des Hauts de Mirelle", "QN99919M", 0.70, 826, 170),
    Park("Parc du Port aux Planches", "QN99922M", 0.95, 590, 140),
    Park("Parc de la Croix du Guet", "QN99925M", 0.50, 1_250, 260),
    Park("Parc des Marais Rouges", "QN99928I", 0.75, 1_150, 220),
    Park("Parc de la Malterie", "QN99932I", 0.64, 1_000, 210),
    Park("Parc des Roches d'Ablette", "QN99936M", 0.95, 1_350, 300),
    Park("Parc de l'Aunaie", "QN99947N", 0.60, 1_100, 240),
)
# fmt: on


def services() -> str:
    """Write the PMI and the EDS of the département, with the two that stand beyond its border."""
    rows: list[Sequence[str]] = [_HEADER]
    for kind in (_PMI, _EDS):
        found = [*_services(kind)]
        rows += [(f"{kind}{number:02d}", *row) for number, row in enumerate(found, start=1)]
    capital = in_cell(_communes()["99908"].cell, 0.5, 0.45)
    rows.append(("MDPH01", "MDPH du Val-Fictif", "MDPH", *_located(capital), "2006-01-02", ""))
    return lines(rows)


def bpe() -> str:
    """Write the permanent database of equipment of the Insee, ordered by commune."""
    rows = sorted([*_colleges(), *_others()])
    return lines([[f'"{name}"' for name in _BPE_HEADER], *map(_bpe_row, rows)])


def parks_layer() -> str:
    """Give the parks of the département."""
    features = []
    for number, park in enumerate(_PARKS, start=1):
        fields = {"id": f"P{number:02d}", "nom": park.name}
        features.append((fields, surface(_outlines_of(park))))
    return collection("parcs_999", features)


class _Equipment(NamedTuple):
    """A row of the database of equipment; without a place, nobody located it."""

    commune: str
    kind: str
    number: int
    iris: str
    place: Point | None


def _communes() -> dict[str, Commune]:
    return {commune.code: commune for commune in COMMUNES}


def _inside() -> list[Commune]:
    return [commune for commune in COMMUNES if commune.code.startswith(DEPARTEMENT)]


def _services(kind: str) -> Iterator[tuple[str, ...]]:
    """Give the rows of a kind of service, without their codes."""
    labels = {quartier.code: quartier.label for quartier in QUARTIERS}
    ranked = sorted(labels, key=lambda code: seeded(f"{kind} {code}").random())
    number = _IN_QUARTIERS[kind]
    for code in sorted(ranked[:number]):
        rng = seeded(f"{kind} in {code}")
        yield f"{kind} {labels[code]}", kind, *_located(_aside(rng, code)), *_opening(rng)
    for code in _IN_TOWNS[kind]:
        commune, rng = _communes()[code], seeded(f"{kind} of {code}")
        place = in_cell(commune.cell, between(rng, 0.42, 0.58), between(rng, 0.42, 0.58))
        yield f"{kind} du centre ({commune.name})", kind, *_located(place), *_opening(rng)
    code, u, v = _BEYOND[kind]
    commune = _communes()[code]
    yield f"{kind} du bourg ({commune.name})", kind, *_located(in_cell(commune.cell, u, v)), "2001-09-03", ""
    shut, to_come, lost = ranked[number : number + 3]
    if kind == _PMI:
        yield f"{kind} {labels[shut]}", kind, *_located(centre_of(shut)), *_SHUT
        yield f"{kind} {labels[to_come]}", kind, *_located(centre_of(to_come)), *_TO_COME
        yield f"{kind} {labels[lost]}", kind, "", "", "1998-10-05", ""


def _opening(rng: Random) -> tuple[str, str]:
    """Draw the day a service opened; for some nobody knows it."""
    year, month = 1986 + int(36 * rng.random()), 1 + int(12 * rng.random())
    return ("", "") if rng.random() < 1 / 6 else (f"{year}-{month:02d}-01", "")


def _aside(rng: Random, quartier: str) -> Point:
    x, y = centre_of(quartier)
    away_m, angle = _ASIDE_M * rng.random(), 2 * math.pi * rng.random()
    return x + away_m * math.cos(angle), y + away_m * math.sin(angle)


def _located(place: Point) -> tuple[str, str]:
    """Write a latitude and a longitude with a comma."""
    ((longitude, latitude),) = degrees([place])
    return decimal(latitude, 6), decimal(longitude, 6)


def _colleges() -> Iterable[_Equipment]:
    """Place collèges: some in a quartier or near it, the others anywhere in the communes."""
    places = []
    ranked = sorted(outlines_2024(), key=lambda code: seeded(f"collège {code}").random())
    for code in sorted(ranked[:_NEAR_QUARTIERS]):
        rng = seeded(f"collège of {code}")
        (x, y), away_m, angle = centre_of(code), between(rng, 0, 650), 2 * math.pi * rng.random()
        places.append((x + away_m * math.cos(angle), y + away_m * math.sin(angle)))
    lost = sum(kind == _COLLEGE for _, kind in _NOT_LOCATED)
    places += _scattered(_COLLEGE, _COLLEGES - _NEAR_QUARTIERS - lost)
    return _rows_of(_COLLEGE, places)


def _others() -> Iterator[_Equipment]:
    for kind, number in _OTHERS.items():
        yield from _rows_of(kind, _scattered(kind, number - sum(kind == other for _, other in _NOT_LOCATED)))


def _scattered(kind: str, number: int) -> list[Point]:
    """Draw places in the communes, the more the more people."""
    places = []
    shares = deal(number, [commune.outside for commune in _inside()])
    for commune, share in zip(_inside(), shares, strict=True):
        rng = seeded(f"{kind} {commune.code}")
        places += [
            in_cell(commune.cell, between(rng, 0.1, 0.9), between(rng, 0.1, 0.9)) for _ in range(share)
        ]
    return places


def _rows_of(kind: str, places: Sequence[Point]) -> Iterator[_Equipment]:
    """Say in which IRIS each place is; those that nobody located are in the first of their commune."""
    for number, (place, code) in enumerate(zip(places, _iris_of(places), strict=True)):
        yield _Equipment(code[:5], kind, number, code, place)
    for commune, other in _NOT_LOCATED:
        if other == kind:
            yield _Equipment(commune, kind, len(places), f"{commune}0101", None)


def _iris_of(places: Sequence[Point]) -> list[str]:
    from shapely import STRtree, points

    tree = STRtree([shape for _, shape in _iris_shapes()])
    which, met = tree.query(points(list(places)), predicate="within")
    found = dict(zip(which.tolist(), met.tolist(), strict=True))
    return [_iris_shapes()[found[number]][0] for number in range(len(places))]


@cache
def _iris_shapes() -> list[tuple[str, object]]:
    from shapely import Polygon

    return [(iris.code, Polygon(iris.ring)) for iris in all_iris()]


def _bpe_row(row: _Equipment) -> list[str]:
    rng = seeded(f"quality {row.kind} {row.number} {row.iris}")
    quality = _QUALITIES[int(len(_QUALITIES) * rng.random())]
    x, y = ("NA", "NA") if row.place is None else (f"{value:.1f}" for value in row.place)
    quality = "Non géolocalisé" if row.place is None else quality
    iris = f'"{row.commune}_{row.iris[5:]}"'
    named = REGION[0], f'"{DEPARTEMENT}"', f'"{row.commune}"', iris, str(_BPE_YEAR), f'"{row.kind}"'
    return [*named, x, y, f'"{quality}"']


def _outlines_of(park: Park) -> list[Ring]:
    """Draw the parts of a park, a street apart."""
    x, y = centre_of(park.quartier)
    rng = seeded(f"park {park.name}")
    angle = 2 * math.pi * park.turn
    place = x + park.away_m * math.cos(angle), y + park.away_m * math.sin(angle)
    if park.parts == 1:
        return [round_ring(rng, place, park.radius_m, 8)]
    apart_m = 1.4 * park.radius_m
    ends = [
        (place[0] + side * apart_m * math.sin(angle), place[1] - side * apart_m * math.cos(angle))
        for side in (-1, 1)
    ]
    return [round_ring(rng, end, park.radius_m, 8) for end in ends]

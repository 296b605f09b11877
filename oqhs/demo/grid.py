"""Where people stand, to 200 m: the cells of the European grid, and who lives in each.

The people of a quartier stand evenly on its ground, and its surroundings are as dense as it is. Those of
the rest of an IRIS stand round the quartiers, then towards the centre of their town, and a few of them
apart: an IRIS is inhabited in part only, which is what makes cells tell more than areas.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from oqhs.demo.draws import between, deal, seeded
from oqhs.demo.ground import square_metres
from oqhs.demo.lattice import Point, in_cell
from oqhs.demo.people import FISCAL_PERSONS, POPULATION
from oqhs.demo.places import COMMUNES
from oqhs.demo.vintages import Atom, newest

if TYPE_CHECKING:
    import numpy as np
    from shapely import Geometry

CELL_M = 200
_GRID_CRS = 3035
_HECTARE_M2 = 10_000
#: Persons a hectare where the rest of a town is inhabited, and those of a lonely cell.
_DENSITY, _APART = (85, 150), (0.5, 18)
#: Ground a cell must have in an IRIS for its people to go there, unless it touches a quartier.
_LEAST_M2, _LEAST_APART_M2 = 8_000, 30_000


class Cell(NamedTuple):
    """A cell of the grid: its lower left corner in EPSG:3035, in metres."""

    north: int
    east: int

    def code(self, side: int = CELL_M) -> str:
        """Code of the cell, or of the larger one of that side it lies in."""
        north, east = (side * (value // side) for value in self)
        return f"CRS{_GRID_CRS}RES{side}mN{north}E{east}"


class Ground(NamedTuple):
    """The ground of some people in a cell, in whole square metres."""

    cell: Cell
    area_m2: int


def half_persons(atom: Atom) -> int:
    """Persons of the fiscal households of an atom, in halves: a child may live in two homes."""
    return round(2 * FISCAL_PERSONS * atom.counts[POPULATION] / 100)


@cache
def dwellers() -> dict[Cell, list[tuple[Atom, int]]]:
    """Say who lives in each inhabited cell: people, and how many half persons; sorted."""
    atoms = newest().atoms
    grounds = _grounds(atoms)
    dense: dict[Cell, float] = {}
    for atom, places in zip(atoms, grounds, strict=True):
        if atom.plot.in_quartier:
            density = _density(atom)
            for place in places:
                dense[place.cell] = max(density, dense.get(place.cell, 0))
    found: dict[Cell, list[tuple[Atom, int]]] = {}
    for atom, places in zip(atoms, grounds, strict=True):
        weights = {place.cell: float(place.area_m2) for place in places}
        if not atom.plot.in_quartier:
            weights = _inhabited(atom, places, dense)
        for cell, dealt in zip(weights, deal(half_persons(atom), list(weights.values())), strict=True):
            if dealt:
                found.setdefault(cell, []).append((atom, dealt))
    return dict(sorted(found.items()))


def _density(atom: Atom) -> float:
    """Persons of fiscal households a hectare."""
    area_m2 = square_metres(atom.plot.surfaces[atom.iris])
    return _HECTARE_M2 * half_persons(atom) / 2 / area_m2


def _inhabited(atom: Atom, places: Sequence[Ground], dense: Mapping[Cell, float]) -> dict[Cell, float]:
    """Choose the cells where the people of the rest of an IRIS live, and about how many of them in each."""
    centre = _centre(atom.plot.commune)
    wanted = half_persons(atom) / 2
    fit = [place for place in places if place.cell in dense or place.area_m2 >= _LEAST_M2] or list(places)
    order = sorted(fit, key=lambda place: (place.cell not in dense, _away(place.cell, centre), place.cell))
    found: dict[Cell, float] = {}
    for place in order:
        if sum(found.values()) >= wanted:
            break
        drawn = between(seeded(f"density {place.cell.code()}"), *_DENSITY)
        found[place.cell] = dense.get(place.cell, drawn) * place.area_m2 / _HECTARE_M2
    apart = [place for place in order if place.cell not in found and place.area_m2 >= _LEAST_APART_M2]
    if apart:
        found[apart[-1].cell] = between(seeded(f"apart {atom.iris}"), *_APART)
    return found


def _away(cell: Cell, centre: Point) -> int:
    """Distance of a cell to a point of the grid, squared, in whole square metres."""
    return round((cell.east + CELL_M / 2 - centre[0]) ** 2 + (cell.north + CELL_M / 2 - centre[1]) ** 2)


@cache
def _centre(code: str) -> Point:
    """Centre of a town, in the system of the grid."""
    from pyproj import Transformer

    rng = seeded(f"centre {code}")
    commune = next(commune for commune in COMMUNES if commune.code == code)
    place = in_cell(commune.cell, between(rng, 0.4, 0.6), between(rng, 0.4, 0.6))
    x, y = Transformer.from_crs(2154, _GRID_CRS, always_xy=True).transform(*place)
    return round(x), round(y)


def _grounds(atoms: Sequence[Atom]) -> list[list[Ground]]:
    """Measure the ground of each atom in the cells it meets, cells sorted."""
    import numpy as np
    from shapely import STRtree, area, intersection

    surfaces = [atom.plot.surfaces[atom.iris] for atom in atoms]
    cells, shapes = _cells(surfaces)
    which, met = STRtree(shapes).query(surfaces, predicate="intersects")
    areas = np.rint(area(intersection(np.array(surfaces)[which], shapes[met]))).astype(int)
    found: list[list[Ground]] = [[] for _ in atoms]
    for i, j, area_m2 in sorted(zip(which.tolist(), met.tolist(), areas.tolist(), strict=True)):
        if area_m2:
            found[i].append(Ground(cells[j], area_m2))
    return found


def _cells(surfaces: Sequence[Geometry]) -> tuple[list[Cell], np.ndarray]:
    """Give the cells that cover surfaces, sorted, and their squares in EPSG:2154."""
    import numpy as np
    from pyproj import Transformer
    from shapely import polygons, total_bounds

    to_grid = Transformer.from_crs(2154, _GRID_CRS, always_xy=True)
    xmin, ymin, xmax, ymax = to_grid.transform_bounds(*total_bounds(np.array(surfaces)))
    easts = range(CELL_M * int(xmin // CELL_M), int(xmax) + CELL_M, CELL_M)
    norths = range(CELL_M * int(ymin // CELL_M), int(ymax) + CELL_M, CELL_M)
    cells = [Cell(north, east) for north in norths for east in easts]
    square = CELL_M * np.array([(0, 0), (0, 1), (1, 1), (1, 0)])
    corners = np.array(cells, dtype="float64")[:, None, :] + square
    x, y = to_grid.transform(corners[..., 1], corners[..., 0], direction="INVERSE")
    return cells, polygons(np.stack([x, y], axis=-1))

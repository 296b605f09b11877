"""Whether coordinates can be where they say, and which projected system measures them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import TypeAlias

import numpy as np
from pyproj import CRS, Transformer

from oqhs.territories import LAMBERT_93, OVERSEAS_CRS

#: EPSG codes of the projected systems of the territories, that of the metropole first.
PROJECTED = (LAMBERT_93, *sorted({*OVERSEAS_CRS.values()}))
_Area: TypeAlias = tuple[float, float, float, float]  # west, south, east, north, in degrees
_WORLD: _Area = (-180.0, -90.0, 180.0, 90.0)
_WGS84 = 4326
_MARGIN_DEG = 1.0  # a system serves a little beyond its area: Saint-Laurent-du-Maroni is west of that of 2972


@dataclass(frozen=True)
class Located:
    """Where rows are: `bounds` are west, south, east and north of each in `crs`, NaN where it has none."""

    bounds: np.ndarray
    crs: CRS

    @property
    def placed(self) -> np.ndarray:
        """Rows that say a place."""
        return np.asarray(~np.isnan(self.bounds[:, 0]))

    @cached_property
    def degrees(self) -> np.ndarray:
        """Bounds as longitudes and latitudes."""
        transform = Transformer.from_crs(self.crs, _WGS84, always_xy=True).transform
        low, high = (transform(self.bounds[:, i], self.bounds[:, i + 1]) for i in (0, 2))
        return np.column_stack([*low, *high])

    @property
    def area(self) -> _Area:
        """Range of the degrees of a geographic system, or area a projected one is used in."""
        used = None if self.crs.is_geographic else self.crs.area_of_use
        return _WORLD if used is None else used.bounds

    @property
    def extent(self) -> str:
        """Range of the coordinates in that area, in the unit of the system."""
        if self.crs.is_geographic:
            return _span(self.area)
        within = Transformer.from_crs(_WGS84, self.crs, always_xy=True).transform_bounds(*self.area)
        west, south, east, north = (f"{end:.0f}" for end in within)
        return f"x from {west} to {east}, y from {south} to {north}, in {self.crs.axis_info[0].unit_name}s"

    def written(self, where: np.ndarray) -> np.ndarray:
        """Coordinates of the rows where something holds, eastward first; nothing elsewhere."""
        texts = np.full(len(where), "", dtype=object)
        texts[where] = [f"{x:.12g}, {y:.12g}" for x, y in self.bounds[where, :2]]
        return texts

    @cached_property
    def used(self) -> np.ndarray:
        """Rows inside that range, or that area."""
        return _inside(self.bounds if self.crs.is_geographic else self.degrees, self.area)

    @cached_property
    def homes(self) -> np.ndarray:
        """Which systems measure each row: array of shape (systems, rows)."""
        return np.array([_inside(self.degrees, area) for _, area in _areas()])

    @property
    def fits(self) -> np.ndarray:
        """Rows that are in France, where their system is used."""
        return np.asarray(self.used & self.homes.any(axis=0))


@dataclass(frozen=True)
class Misplaced:
    """What is wrong with the places of some rows."""

    where: np.ndarray
    what: str
    allowed: str
    todo: str


def home_of(located: Located) -> int:
    """EPSG code of the projected system that measures most rows, that of the metropole first."""
    return _areas()[_home(located)][0]


def misplaced(located: Located, swapping: str) -> Iterator[Misplaced]:
    """Tell the places that cannot be: swapped, out of range or of area, out of France, far from the others.

    Parameters
    ----------
    located : Located
        Where the rows are.
    swapping : str
        What to do about coordinates that are swapped.
    """
    geographic = located.crs.is_geographic
    pair = "longitude and latitude" if geographic else "x and y"
    placed = located.placed
    if placed.any() and not located.fits.any():
        turned = replace(located, bounds=located.bounds[placed][:, [1, 0, 3, 2]])
        if turned.fits.all():
            what = f"{pair} are swapped: all {int(placed.sum())} places only make sense the other way round"
            yield Misplaced(
                _first(placed), what, f"{pair} of a place in France ({located.crs.name})", swapping
            )
            return
    at_home = located.homes.any(axis=0)
    out = "this is no longitude and latitude"
    beyond = out if geographic else f"this is not in the area of use of {located.crs.name}"
    todo = "correct the coordinates, or the system the card says"
    yield Misplaced(placed & ~located.used, beyond, located.extent, todo)
    spans = "; ".join(f"EPSG:{system}: {_span(area)}" for system, area in _areas())
    yield Misplaced(placed & located.used & ~at_home, "this place is not in France", spans, todo)
    counts = zip(_areas(), located.homes.sum(axis=1), strict=True)
    told = ", ".join(f"{count} in EPSG:{system}" for (system, _), count in counts if count)
    yield Misplaced(
        _first(at_home & ~located.homes[_home(located)]),
        f"the places are not in one territory ({told}): no single system measures them",
        "places of metropolitan France, or of one overseas territory",
        "give each territory a file of its own",
    )


@cache
def _areas() -> tuple[tuple[int, _Area], ...]:
    """Projected systems of the territories, with the area each is used in."""
    used = {system: CRS.from_epsg(system).area_of_use for system in PROJECTED}
    return tuple((system, area.bounds) for system, area in used.items() if area is not None)


def _inside(ends: np.ndarray, area: _Area) -> np.ndarray:
    """Where places lie in an area, or hardly beyond; nowhere is not inside."""
    low = ends[:, :2] >= np.array(area[:2]) - _MARGIN_DEG
    high = ends[:, 2:] <= np.array(area[2:]) + _MARGIN_DEG
    return np.asarray(low.all(axis=1) & high.all(axis=1))


def _home(located: Located) -> int:
    return int(located.homes.sum(axis=1).argmax())


def _first(where: np.ndarray) -> np.ndarray:
    return np.asarray(where & (np.cumsum(where) == 1))


def _span(area: _Area) -> str:
    west, south, east, north = area
    return f"longitude {west:g} to {east:g}, latitude {south:g} to {north:g}"

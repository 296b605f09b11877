"""How the people of sources are shared among zones: by where they live, by area for want of better."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from oqhs.catalogue import built_in
from oqhs.errors import MeasureError
from oqhs.systems import refuse_other_systems

if TYPE_CHECKING:
    import geopandas as gpd

WEIGHTS, AREA = "weights", "area"
NOISE = 1e-9  # part of a surface that rounding of coordinates alone may draw
_ADDRESS_M = 0.1  # side of the square a point stands for
_SURFACE = 2
_SHOWN = 5


@dataclass(frozen=True)
class Apportionment:
    """How the people of sources (IRIS) are shared among zones (quartiers).

    Attributes
    ----------
    shares : DataFrame
        One row per zone and source that overlap, sorted: `territory` (zone), `part` (source), `share`
        (0 to 1, part of the people of the source who live in the zone), `weighted_by` (`weights`, or
        `area` where the weights hold nobody in the source).
    covered : Series
        Part of the area of each zone that lies in the sources (0 to 1), indexed by `territory`, sorted:
        every zone is there, even one that no source reaches.
    """

    shares: pd.DataFrame
    covered: pd.Series


def apportionment(
    sources: gpd.GeoDataFrame,
    zones: gpd.GeoDataFrame,
    weights: gpd.GeoDataFrame | None = None,
    *,
    recouvrement_max: float | None = None,
) -> Apportionment:
    """Measure which share of the people of each source lives in each zone.

    Zones may overlap: each has its own shares. The weights must cover every source whole; a source of
    which they know one end only would have everybody there.

    Parameters
    ----------
    sources, zones : GeoDataFrame
        `territory` (unique) and polygons. Sources do not overlap, but for the way they are drawn.
    weights : GeoDataFrame, optional
        `population` (persons, half persons allowed) and polygons, over which people are spread evenly,
        or points. A point stands for a square of 10 cm around it: on a border it is shared by the
        surface on either side, and counted once. Without weights, people are spread over the sources.
    recouvrement_max : float, optional
        Largest part of a source that may lie in another one; by default `iris_recouvrement_max` of
        `seuils.yaml`.

    Returns
    -------
    Apportionment
        Shares of the people, and how much of each zone is covered.

    Raises
    ------
    CRSError
        A layer has no reference system, a geographic one, or not that of the others.
    MeasureError
        A column is missing, a code stands twice, a geometry is not valid, sources overlap, or weights
        are not persons at a place.

    Notes
    -----
    Dasymetric areal interpolation (J. K. Wright, « A method of mapping densities of population »,
    Geographical Review 26, 1936); without weights, by area (M. F. Goodchild and N. S. Lam, « Areal
    interpolation », Geo-Processing 1, 1980).

    Examples
    --------
    A quartier across two IRIS: 30 of the 40 people of the first live in it; nobody is known in the second.

    >>> import geopandas as gpd
    >>> iris = gpd.GeoDataFrame({"territory": ["999010101", "999010102"]}, crs=2154,
    ...     geometry=[shapely.box(0, 0, 200, 100), shapely.box(200, 0, 400, 100)])
    >>> quartier = gpd.GeoDataFrame({"territory": ["QN99901M"]}, crs=2154,
    ...     geometry=[shapely.box(100, 0, 300, 100)])
    >>> addresses = gpd.GeoDataFrame({"population": [10.0, 30.0]}, crs=2154,
    ...     geometry=shapely.points([50, 150], [50, 50]))
    >>> apportionment(iris, quartier, addresses).shares
      territory       part  share weighted_by
    0  QN99901M  999010101   0.75     weights
    1  QN99901M  999010102   0.50        area
    """
    if recouvrement_max is None:
        recouvrement_max = built_in().threshold("iris_recouvrement_max", dt.date.max)
    layers = {"sources": sources, "zones": zones}
    laid = layers if weights is None else layers | {"weights": weights}
    systems = {name: getattr(layer, "crs", None) for name, layer in laid.items()}
    refuse_other_systems("layers are laid over one another", systems)
    (parts, outlines), (names, areas_of) = (_territories(name, layer) for name, layer in layers.items())
    zone, source, pieces = _overlaps(areas_of, outlines)
    reached, place = np.unique(source, return_inverse=True)
    _check_disjoint(parts[reached], outlines[reached], recouvrement_max)
    inside, whole = pieces.areas(), shapely.area(outlines)[source]
    weighted = np.zeros(len(source), dtype=bool)
    if weights is not None:
        population, cells = _inhabited(weights)
        tree = shapely.STRtree(cells)
        everybody = _surfaces(outlines[reached]).people(tree, population)[place]
        weighted = everybody > 0
        inside = np.where(weighted, pieces.people(tree, population), inside)
        whole = np.where(weighted, everybody, whole)
    shares = pd.DataFrame(
        {
            "territory": pd.Series(names[zone], dtype="str"),
            "part": pd.Series(parts[source], dtype="str"),
            "share": np.minimum(inside / whole, 1.0),
            "weighted_by": pd.Series(np.where(weighted, WEIGHTS, AREA), dtype="str"),
        }
    ).sort_values(["territory", "part"], ignore_index=True)
    index = pd.Index(names, name="territory", dtype="str")
    return Apportionment(shares, pd.Series(_covered(areas_of, zone, pieces), index=index, name="covered"))


@dataclass(frozen=True)
class _Surfaces:
    """Regions as polygons: `owner` says which of the `n` regions each polygon is a part of."""

    polygons: np.ndarray
    owner: np.ndarray
    n: int

    def areas(self) -> np.ndarray:
        """Area of each region, in m²."""
        return np.bincount(self.owner, weights=shapely.area(self.polygons), minlength=self.n)

    def people(self, tree: shapely.STRtree, population: np.ndarray) -> np.ndarray:
        """Persons in each region, from those of the cells of a tree."""
        cells = tree.geometries
        i, j = tree.query(self.polygons, predicate="intersects")
        shapely.prepare(self.polygons)
        part = shapely.contains_properly(self.polygons[i], cells[j]).astype("float64")
        cut = np.flatnonzero(part == 0)
        crossing = shapely.intersection(self.polygons[i[cut]], cells[j[cut]])
        part[cut] = shapely.area(crossing) / shapely.area(cells[j[cut]])
        persons = part * population[j]
        # Terms of a sum are put in order, so that the order of the cells changes no bit of it.
        order = np.lexsort((persons, self.owner[i]))
        return np.bincount(self.owner[i][order], weights=persons[order], minlength=self.n)


def _surfaces(shapes: np.ndarray) -> _Surfaces:
    """Keep the polygons of geometries: what they share along a line or at a point holds nobody."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    kept = shapely.get_dimensions(parts) == _SURFACE
    return _Surfaces(parts[kept], owner[kept], len(shapes))


def _overlaps(zones: np.ndarray, sources: np.ndarray) -> tuple[np.ndarray, np.ndarray, _Surfaces]:
    """Pairs of a zone and a source that share a surface, and that surface."""
    i, j = shapely.STRtree(sources).query(zones, predicate="intersects")
    shared = shapely.intersection(zones[i], sources[j])
    smaller = np.minimum(shapely.area(zones[i]), shapely.area(sources[j]))
    kept = shapely.area(shared) > NOISE * smaller
    return i[kept], j[kept], _surfaces(shared[kept])


def _covered(zones: np.ndarray, zone: np.ndarray, pieces: _Surfaces) -> np.ndarray:
    """Part of the area of each zone that lies in its pieces; where two of them overlap it counts once."""
    owner = zone[pieces.owner]
    order = np.argsort(owner, kind="stable")
    limits = np.searchsorted(owner[order], np.arange(len(zones) + 1))
    polygons = pieces.polygons[order]
    inside = np.array([shapely.area(shapely.union_all(polygons[a:b])) for a, b in pairwise(limits)])
    total = shapely.area(zones)
    part = np.divide(inside, total, out=np.zeros(len(zones)), where=total > 0)
    return np.asarray(np.minimum(part, 1.0))


def _territories(name: str, layer: gpd.GeoDataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Codes and outlines of a layer, in the order of the codes."""
    _check_column(name, layer, "territory")
    ordered = layer.sort_values("territory", kind="stable")
    codes, shapes = ordered["territory"], ordered.geometry.to_numpy()
    given = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    faults = {
        "a territory has no code": codes.isna().to_numpy(),
        "a territory stands twice in the layer": codes.duplicated().to_numpy(),
        "a geometry is not a surface": given & (shapely.get_dimensions(shapes) != _SURFACE),
        "a geometry is not valid": given & ~shapely.is_valid(shapes),
    }
    for what, wrong in faults.items():
        if wrong.any():
            raise MeasureError(
                what,
                column=name,
                found=", ".join(map(str, codes[wrong][:_SHOWN])),
                allowed="valid polygons, one row a territory",
                todo="read the layer with oqhs.sources.read, which repairs it",
            )
    return codes.to_numpy(), shapes


def _check_column(name: str, layer: gpd.GeoDataFrame, column: str) -> None:
    if column not in layer.columns:
        raise MeasureError(
            f"a layer of {name} needs a column {column!r}", found=", ".join(map(str, layer.columns))
        )


def _check_disjoint(codes: np.ndarray, outlines: np.ndarray, most: float) -> None:
    i, j = shapely.STRtree(outlines).query(outlines, predicate="intersects")
    i, j = i[i < j], j[i < j]
    smaller = np.minimum(shapely.area(outlines[i]), shapely.area(outlines[j]))
    part = shapely.area(shapely.intersection(outlines[i], outlines[j])) / smaller
    wrong = np.flatnonzero(part > most)
    if len(wrong):
        raise MeasureError(
            "sources overlap: the people who live there would count twice",
            column="sources",
            found=", ".join(f"{codes[i[k]]} and {codes[j[k]]} ({part[k]:.1%})" for k in wrong[:_SHOWN]),
            allowed=f"at most {most:.0%} of the smaller one, for the way they are drawn",
            todo="give territories of one kind and one perimeter",
        )


def _inhabited(weights: gpd.GeoDataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Persons and surfaces of the weights where somebody lives; a point becomes a square."""
    _check_column("weights", weights, "population")
    population = weights["population"].to_numpy(dtype="float64", na_value=np.nan)
    somebody = population != 0
    population, cells = population[somebody], weights.geometry.to_numpy()[somebody]
    points = shapely.get_type_id(cells) == shapely.GeometryType.POINT
    placed = shapely.area(cells) > 0
    faults = {
        "a population is not a number of persons": ~(np.isfinite(population) & (population > 0)),
        "people are nowhere": ~(points & ~shapely.is_empty(cells)) & ~placed,
        "a geometry is not valid": placed & ~shapely.is_valid(cells),
    }
    for what, wrong in faults.items():
        if wrong.any():
            raise MeasureError(
                f"{what} in {int(wrong.sum())} rows of the weights",
                column="weights",
                found=f"row {weights.index[somebody][wrong][0]!r}",
                allowed="persons, 0 or more, at a point or in a valid polygon",
            )
    x, y = shapely.get_x(cells[points]), shapely.get_y(cells[points])
    half = _ADDRESS_M / 2
    cells[points] = shapely.box(x - half, y - half, x + half, y + half)
    return population, cells

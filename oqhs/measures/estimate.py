"""From IRIS to quartiers: counts shared out by where people live, and how far off that is."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from oqhs.catalogue import Catalogue, built_in
from oqhs.errors import CRSError, MeasureError
from oqhs.measures.aggregate import one_of
from oqhs.tables import (
    MEASUREMENT_COLUMNS,
    MEASUREMENT_KEY,
    empty_measurements,
    most_telling,
    plain,
    strict_sum,
)
from oqhs.text import NOT_AVAILABLE, NOT_COVERED, OBSERVED, STATUS_WORDS, format_number

if TYPE_CHECKING:
    import geopandas as gpd

WEIGHTS, AREA = "weights", "area"
_KEY = ["variable", "territory", "year"]
_COUNTS = ("persons", "households", "families", "units")
_NOISE = 1e-9  # part of a surface that rounding of coordinates alone may draw
_ADDRESS_M = 0.1  # side of the square a point stands for
_SURFACE = 2
_SHOWN = 5
_ALMOST_ALL = 99.9
_SEVERAL = 2


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
    recouvrement_max: float = 0.25,
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
    recouvrement_max : float
        Largest part of a source that may lie in another one.

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
    layers = {"sources": sources, "zones": zones}
    _check_crs(layers if weights is None else layers | {"weights": weights})
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


def estimate_counts(
    measurements: pd.DataFrame,
    apportioned: Apportionment,
    *,
    perimeter: str,
    couverture_min: float | None = None,
    weights_label: str = "la population des carreaux de 200 m",
    catalogue: Catalogue | None = None,
) -> pd.DataFrame:
    """Estimate the counts of zones from those of the sources they overlap.

    A count is the sum of share × count; it is observed only when every source that gives people to the
    zone is. Nothing is put where the zone is not covered: a count then stands for the covered part, and
    its note tells which part that is.

    Parameters
    ----------
    measurements : DataFrame
        Counts of the sources, of one perimeter, in the long table (`MEASUREMENT_COLUMNS`).
    apportioned : Apportionment
        Shares of the sources in the zones.
    perimeter : str
        Perimeter of the zones.
    couverture_min : float, optional
        Coverage (0 to 1) under which a zone is not covered; by default that of `seuils.yaml`.
    weights_label : str
        What the weights are, in French, for the notes.
    catalogue : Catalogue, optional
        Where the units of the variables are; by default the built-in one.

    Returns
    -------
    DataFrame
        Measurements: one row per variable, zone and year, in the unit of the variable, unrounded.

    Raises
    ------
    MeasureError
        A variable is not a count, a figure stands twice, the perimeters are mixed, or no source of the
        apportionment is in the measurements.
    UnknownError
        A variable is not in the catalogue.

    Examples
    --------
    >>> shares = pd.DataFrame({"territory": "QN99901M", "part": ["999010101", "999010102"],
    ...     "share": [0.75, 0.5], "weighted_by": "weights"})
    >>> iris = pd.DataFrame({"variable": "population", "territory": ["999010101", "999010102"],
    ...     "perimeter": "iris2022", "year": 2020, "value": [2000.0, 1000.0], "status": "observed",
    ...     "source": "rp-iris-2020", "note": ""})
    >>> covered = pd.Series({"QN99901M": 1.0})
    >>> estimate_counts(iris, Apportionment(shares, covered), perimeter="qpv2024").value.tolist()
    [2000.0]
    """
    catalogue = built_in() if catalogue is None else catalogue
    if couverture_min is None:
        couverture_min = catalogue.threshold("couverture_min", dt.date.max)
    rows = plain(measurements)
    if rows.empty:
        return empty_measurements()
    _check_counts(rows, apportioned, catalogue)
    series = rows[["variable", "year"]].drop_duplicates()
    zones = apportioned.covered.rename("covered").rename_axis("territory").reset_index()
    found = zones.astype({"territory": "str"}).merge(series, how="cross").assign(perimeter=perimeter)
    found = found.merge(_sums(rows, apportioned.shares, series), how="left", on=_KEY)
    short = found["covered"] < couverture_min
    found["status"] = found["status"].fillna(NOT_COVERED).mask(short, NOT_COVERED)
    found["value"] = found["value"].where(found["status"] == OBSERVED)
    found["source"] = found["source"].fillna("")
    found["note"] = [_note(row, couverture_min, weights_label) for row in found.itertuples()]
    return plain(found[MEASUREMENT_COLUMNS]).sort_values(MEASUREMENT_KEY, ignore_index=True)


def model_error(estimated: pd.Series, published: pd.Series) -> pd.DataFrame:
    """Compare estimated rates with those a producer published for the same territories.

    Parameters
    ----------
    estimated, published : Series
        Rates in percent, indexed by territory.

    Returns
    -------
    DataFrame
        One row: `n` (territories compared), `mean_abs_pts`, `bias_pts` (mean of estimated − published),
        `rmse_pts`, `largest_pts` (largest difference, with its sign) and `largest_territory` (the first
        code among equals), `n_left_out` (territories without one of the two). All differences are in
        points.

    Raises
    ------
    MeasureError
        A territory stands twice, or fewer than two have both rates.

    Examples
    --------
    Differences of +1, −3 and 0 points; one quartier has no published rate.

    >>> ours = pd.Series({"QN99901M": 21.0, "QN99902M": 17.0, "QN99903M": 30.0, "QN99904M": 12.0})
    >>> theirs = pd.Series({"QN99901M": 20.0, "QN99902M": 20.0, "QN99903M": 30.0})
    >>> found = model_error(ours, theirs).round(2)
    >>> found[["n", "mean_abs_pts", "bias_pts", "largest_pts", "n_left_out"]].to_dict("records")
    [{'n': 3, 'mean_abs_pts': 1.33, 'bias_pts': -0.67, 'largest_pts': -3.0, 'n_left_out': 1}]
    """
    for name, rates in (("estimated", estimated), ("published", published)):
        twice = rates.index[rates.index.duplicated()]
        if len(twice):
            raise MeasureError(
                "a territory stands twice among the rates",
                column=name,
                found=str(twice[0]),
                allowed="one rate a territory",
            )
    both = pd.DataFrame({"estimated": estimated, "published": published}).astype("float64").sort_index()
    points = (both["estimated"] - both["published"]).dropna()
    if len(points) < _SEVERAL:
        raise MeasureError(
            "an error is measured on several territories",
            found=f"{len(points)} with both rates, of {len(both)}",
            allowed="2 at least",
            todo="check that both are indexed by the same codes",
        )
    furthest = points.abs().idxmax()
    measured = {
        "n": len(points),
        "mean_abs_pts": points.abs().mean(),
        "bias_pts": points.mean(),
        "rmse_pts": np.sqrt((points**2).mean()),
        "largest_pts": points[furthest],
        "largest_territory": furthest,
        "n_left_out": len(both) - len(points),
    }
    return pd.DataFrame([measured])


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
    kept = shapely.area(shared) > _NOISE * smaller
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


def _check_crs(layers: dict[str, gpd.GeoDataFrame]) -> None:
    systems = {name: getattr(layer, "crs", None) for name, layer in layers.items()}
    first = systems["sources"]
    for name, crs in systems.items():
        if crs is None or not crs.is_projected or crs != first:
            raise CRSError(
                "layers are laid over one another in one projected reference system",
                column=name,
                found="none" if crs is None else crs.name,
                allowed=f"that of the sources, {first.name}" if first and first.is_projected else "EPSG:2154",
                todo="reproject it with layer.to_crs(2154); a missing system is asked of the producer",
            )


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


def _check_counts(rows: pd.DataFrame, apportioned: Apportionment, catalogue: Catalogue) -> None:
    one_of(rows, "perimeter")
    names = sorted(set(rows["variable"]))
    others = [name for name in names if catalogue.variable(name).unit not in _COUNTS]
    if others:
        raise MeasureError(
            "only counts are shared out: a rate or a median of a part is not one of the whole",
            found=", ".join(f"{name} ({catalogue.variable(name).unit})" for name in others),
            allowed=f"variables in {', '.join(_COUNTS)}",
            todo="estimate the numerator and the denominator, then divide",
        )
    repeated = rows.duplicated(MEASUREMENT_KEY)
    if repeated.any():
        row = rows[repeated].iloc[0]
        raise MeasureError(
            "the measurements hold a figure twice",
            found=f"{row['variable']} of {row['territory']}, from {row['source']}",
            allowed="one row per variable, territory, perimeter and year",
        )
    parts = apportioned.shares["part"]
    if len(parts) and not rows["territory"].isin(parts).any():
        raise MeasureError(
            "no source of the apportionment is in the measurements",
            found=str(rows["territory"].iloc[0]),
            allowed=f"codes such as {parts.iloc[0]}",
        )


def _sums(rows: pd.DataFrame, shares: pd.DataFrame, series: pd.DataFrame) -> pd.DataFrame:
    """Sum up the counts by zone, and count the sources each sum needs, lacks or shares by area."""
    counts = rows.rename(columns={"territory": "part"})
    counts = counts[["variable", "part", "year", "value", "status", "source"]]
    terms = shares.astype({"territory": "str", "part": "str"}).merge(series, how="cross")
    terms = terms.merge(counts, how="left", on=["part", "variable", "year"])
    terms["needed"] = terms["share"] > 0
    known = (terms["status"] == OBSERVED) & terms["value"].notna()
    terms["lacking"] = terms["needed"] & ~known
    terms["by_area"] = terms["needed"] & (terms["weighted_by"] == AREA)
    # A source without a row, or observed without a value, is not available.
    told = terms["status"].mask((terms["status"] == OBSERVED) & ~known).fillna(NOT_AVAILABLE)
    terms["status"] = told.where(terms["needed"], OBSERVED)
    terms["mass"] = (terms["share"] * terms["value"]).where(known).where(terms["needed"], 0.0)
    by = [terms[name] for name in _KEY]
    found = terms.groupby(_KEY)[["needed", "lacking", "by_area"]].sum()
    found["value"] = strict_sum(terms["mass"], by)
    found["status"] = most_telling(terms["status"], by)
    sources = terms.dropna(subset="source").drop_duplicates([*_KEY, "source"])
    found["source"] = sources.groupby(_KEY)["source"].agg(
        lambda ids: "+".join(sorted(set("+".join(ids).split("+")) - {""}))
    )
    return found.reset_index()


def _note(row: Any, couverture_min: float, weights_label: str) -> str:
    """Say in French how a count was shared out, or why it is not given."""
    percent = 100.0 if row.covered >= 1 - _NOISE else min(100 * row.covered, _ALMOST_ALL)
    covered = f"{format_number(percent, 1)} % de la surface dans les IRIS"
    if row.covered < couverture_min or np.isnan(row.needed):
        return f"estimation impossible : couverture insuffisante, {covered}"
    needed, lacking, by_area = int(row.needed), int(row.lacking), int(row.by_area)
    if row.status != OBSERVED:
        return f"estimation impossible : {STATUS_WORDS[row.status]} pour {lacking} des {needed} IRIS"
    if needed == 0:
        note = f"estimation : aucun habitant selon {weights_label}"
    elif by_area == needed:
        note = "estimation : IRIS répartis selon la surface, faute de population"
    elif by_area:
        note = f"estimation : IRIS répartis selon {weights_label}"
        note += f" ({by_area} sur {needed} selon la surface, faute de population)"
    else:
        note = f"estimation : IRIS répartis selon {weights_label}"
    return note if percent > _ALMOST_ALL else f"{note} ; {covered}"

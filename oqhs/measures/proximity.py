"""Facilities around zones, as the crow flies from the edge of the zone."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from oqhs.errors import MeasureError
from oqhs.systems import ELSEWHERE_M, refuse_other_systems

if TYPE_CHECKING:
    import geopandas as gpd

_TIE_M = 1e-6  # what rounding of coordinates may add to a distance
_SHOWN = 5


def near(zones: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame, *, within_m: float) -> pd.DataFrame:
    """List the facilities in each zone, or at most at a distance from its edge.

    Parameters
    ----------
    zones : GeoDataFrame
        Polygons; any index.
    facilities : GeoDataFrame
        `code` (unique) and points, or polygons (parks), which count from their nearest edge.
    within_m : float
        Largest distance, in metres, included.

    Returns
    -------
    DataFrame
        One row per pair: `zone` (its label in the index of the zones), `facility` (code) and `distance_m`
        (0 inside), in the order of the zones, then of the codes. A facility near two zones is in two
        rows: the facilities near at least one zone are `pairs["facility"].nunique()`.

    Raises
    ------
    CRSError
        A layer has no reference system, a geographic one, or not that of the other.
    MeasureError
        There is no facility; one has no place, no code or the code of another; a geometry is not valid;
        the distance is not one.

    Notes
    -----
    Convention of the feuille de route of the Val-de-Marne and of the Insee file of quartiers (`COLL`): a
    radius of 300 m around the quartier.

    Examples
    --------
    >>> import geopandas as gpd
    >>> zones = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 100, 100)], index=["QN99901M"], crs=2154)
    >>> colleges = gpd.GeoDataFrame({"code": ["A", "B", "C"]}, crs=2154,
    ...     geometry=shapely.points([50, 400, 401], [50, 50, 50]))
    >>> near(zones, colleges, within_m=300)
           zone facility  distance_m
    0  QN99901M        A         0.0
    1  QN99901M        B       300.0
    """
    zone, codes, distances = _pairs(zones, facilities, within_m)
    return pd.DataFrame(
        {"zone": zones.index[zone], "facility": pd.Series(codes, dtype="str"), "distance_m": distances}
    )


def count_near(zones: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame, *, within_m: float) -> pd.DataFrame:
    """Count the facilities in each zone, or at most at a distance from its edge.

    Counts of several zones do not add up: a facility may be near two of them.

    Parameters
    ----------
    zones, facilities, within_m
        As for `near`.

    Returns
    -------
    DataFrame
        Indexed like the zones: `count` (Int64) and `codes` (tuple, sorted). A zone without a surface has
        neither.

    Raises
    ------
    CRSError, MeasureError
        As for `near`.

    Examples
    --------
    >>> import geopandas as gpd
    >>> squares = [shapely.box(0, 0, 100, 100), shapely.box(900, 0, 999, 9)]
    >>> zones = gpd.GeoDataFrame(geometry=squares, crs=2154)
    >>> parks = gpd.GeoDataFrame({"code": ["P", "O"]}, crs=2154,
    ...     geometry=[shapely.box(350, 0, 700, 100), shapely.Point(100, 400)])
    >>> count_near(zones, parks, within_m=300)
       count   codes
    0      2  (O, P)
    1      1    (P,)
    """
    zone, codes, _ = _pairs(zones, facilities, within_m)
    ends = np.searchsorted(zone, np.arange(len(zones) + 1))
    lists = [tuple(codes[a:b]) for a, b in pairwise(ends)]
    somewhere = _somewhere(zones.geometry.to_numpy())
    found = pd.DataFrame(
        {"count": pd.array(np.diff(ends), "Int64"), "codes": pd.Series(lists, zones.index, dtype=object)},
        index=zones.index,
    )
    return found.where(pd.Series(somewhere, zones.index), other=None)


def nearest(zones: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame) -> pd.DataFrame:
    """Find the facility nearest to the edge of each zone, as the crow flies.

    Parameters
    ----------
    zones, facilities
        As for `near`.

    Returns
    -------
    DataFrame
        Indexed like the zones: `facility` (code; the first one of those at one distance, to 1e-6 m) and
        `distance_m` (0 inside). A zone without a surface has neither.

    Raises
    ------
    CRSError, MeasureError
        As for `near`.

    Examples
    --------
    >>> import geopandas as gpd
    >>> zones = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 100, 100)], index=["QN99901M"], crs=2154)
    >>> pmi = gpd.GeoDataFrame({"code": ["B", "A"]}, geometry=shapely.points([150, -50], [9, 9]), crs=2154)
    >>> nearest(zones, pmi)
             facility  distance_m
    QN99901M        A        50.0
    """
    codes, places, tree = _checked(zones, facilities)
    shapes = zones.geometry.to_numpy()
    (reached, _), least = tree.query_nearest(shapes, all_matches=False, return_distance=True)
    limits = np.zeros(len(shapes))
    limits[reached] = least + _TIE_M
    i, j = tree.query(shapes, predicate="dwithin", distance=limits)
    order = np.lexsort((j, i))  # facilities are in the order of their codes
    i, first = np.unique(i[order], return_index=True)
    j = j[order][first]
    found = pd.DataFrame(
        {"facility": pd.Series(np.nan, zones.index, dtype="str"), "distance_m": np.nan}, index=zones.index
    )
    found.iloc[i, 0] = codes[j]
    found.iloc[i, 1] = shapely.distance(shapes[i], places[j])
    return found


def _pairs(
    zones: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame, within_m: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Positions of zones, codes of facilities and distances, in the order of the zones then of the codes."""
    if not (np.isfinite(within_m) and within_m >= 0):
        raise MeasureError(
            "this is not a distance", column="within_m", found=within_m, allowed="metres, from 0"
        )
    codes, places, tree = _checked(zones, facilities)
    shapes = zones.geometry.to_numpy()
    i, j = tree.query(shapes, predicate="dwithin", distance=within_m)
    order = np.lexsort((j, i))
    i, j = i[order], j[order]
    return i, codes[j], shapely.distance(shapes[i], places[j])


def _checked(
    zones: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame
) -> tuple[np.ndarray, np.ndarray, shapely.STRtree]:
    """Codes and places of the facilities in the order of the codes, once both layers are checked."""
    refuse_other_systems("distances are taken", {"zones": zones.crs, "facilities": facilities.crs})
    if "code" not in facilities.columns:
        raise MeasureError(
            "facilities need a column 'code'",
            column="facilities",
            found=", ".join(map(str, facilities.columns)),
            allowed="`code`, text, one for each facility",
        )
    if facilities.empty:
        raise MeasureError(
            "there is no facility",
            column="facilities",
            allowed="one facility at least: none anywhere is not none near",
            todo="check the category and the day the facilities were chosen by",
        )
    ordered = facilities.sort_values("code", kind="stable")
    codes, places = ordered["code"], ordered.geometry.to_numpy()
    _refuse("facilities", codes, codes.isna().to_numpy(), "facilities have no code", "give each a code")
    _refuse("facilities", codes, codes.duplicated().to_numpy(), "codes stand twice", "give each its own code")
    told = "locate them, or leave them out and say how many they are"
    _refuse("facilities", codes, ~_somewhere(places), "facilities have no place", told)
    mend = "read the layer with oqhs.sources, which repairs it"
    _refuse("facilities", codes, ~shapely.is_valid(places), "facilities are not drawn as they must be", mend)
    shapes = zones.geometry.to_numpy()
    broken = _somewhere(shapes) & ~shapely.is_valid(shapes)
    _refuse("zones", pd.Series(zones.index), broken, "zones are not drawn as they must be", mend)
    tree = shapely.STRtree(places)
    _refuse_elsewhere(tree, shapes[_somewhere(shapes)])
    return codes.to_numpy(dtype=object), places, tree


def _refuse_elsewhere(tree: shapely.STRtree, zones: np.ndarray) -> None:
    """Refuse facilities that are all very far from every zone: they would be counted as none."""
    if not len(zones):
        return
    apart = tree.query_nearest(zones, return_distance=True, all_matches=False)[1].min()
    if apart > ELSEWHERE_M:
        raise MeasureError(
            f"the facilities are {apart / 1000:.0f} km away from the zones",
            column="facilities",
            allowed=f"one at least within {ELSEWHERE_M // 1000} km",
            todo="check that both are of one place, and that x and y are not swapped",
        )


def _somewhere(shapes: np.ndarray) -> np.ndarray:
    return np.asarray(~(shapely.is_missing(shapes) | shapely.is_empty(shapes)))


def _refuse(column: str, names: pd.Series, wrong: np.ndarray, what: str, todo: str) -> None:
    """Refuse rows where something holds, by the names of the first ones."""
    if wrong.any():
        shown = ", ".join(map(str, names[wrong][:_SHOWN]))
        more = ", …" if wrong.sum() > _SHOWN else ""
        raise MeasureError(f"{int(wrong.sum())} {what}", column=column, found=shown + more, todo=todo)

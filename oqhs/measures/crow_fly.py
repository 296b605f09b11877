"""Walking distances without streets: as the crow flies, times a detour. An approximation, and said so."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from oqhs.errors import MeasureError
from oqhs.measures.places import POINTS, check_near, facilities_of, places_of, system_of
from oqhs.measures.routing import NOBODY, SAME
from oqhs.measures.walking import BEYOND_LIMIT, Pace, answer

if TYPE_CHECKING:
    import geopandas as gpd

APPROXIMATE = "approximate"
CROW_FLY_STATUSES = (APPROXIMATE, BEYOND_LIMIT)
CROW_FLY_NOTICE = "à vol d'oiseau × détour, approché"


def crow_fly(
    facilities: gpd.GeoDataFrame,
    origins: gpd.GeoDataFrame,
    *,
    detour: float,
    speed_kmh: float | None = None,
    max_minutes: float | None = None,
) -> pd.DataFrame:
    """Approach the walking distance to the nearest facility by the straight one, times a detour.

    For want of streets, and only when asked for: a river, a railway or a wall in the way is not seen.

    Parameters
    ----------
    facilities : GeoDataFrame
        As `StreetNetwork.walk` takes them, in a projected system in metres; of a polygon, its nearest
        point, and nothing from inside it. Of facilities at the same distance, the smallest code.
    origins : GeoDataFrame or GeoSeries
        Points, in the same system.
    detour : float
        Metres walked for one metre as the crow flies, 1 or more.
    speed_kmh, max_minutes : float, optional
        By default those of `seuils.yaml`; `math.inf` minutes for no limit.

    Returns
    -------
    DataFrame
        Indexed like the origins, with the columns of a walk. `status` is `approximate`, or
        `beyond_limit` where facility, distance and minutes are missing. `attrs` says `speed_kmh`,
        `max_minutes`, `detour` and `notice`.

    Raises
    ------
    CRSError, MeasureError
        As `StreetNetwork.walk` does; and when the detour is under 1.

    Examples
    --------
    >>> import geopandas as gpd
    >>> pmi = gpd.GeoDataFrame({"code": ["A"]}, geometry=[shapely.Point(300, 400)], crs=2154)
    >>> home = gpd.GeoDataFrame(geometry=[shapely.Point(0, 0)], crs=2154)
    >>> crow_fly(pmi, home, detour=1.2, speed_kmh=4, max_minutes=10)
      facility  distance_m  minutes       status
    0        A       600.0      9.0  approximate
    """
    if not (detour >= 1 and math.isfinite(detour)):
        raise MeasureError(
            "a way is not shorter than the straight line",
            column="detour",
            found=detour,
            allowed="a number of 1 or more",
        )
    pace = Pace.of(speed_kmh=speed_kmh, max_minutes=max_minutes, max_snap_m=math.inf)
    codes, shapes, _ = facilities_of(facilities, system_of("facilities", facilities))
    points, xy = places_of("origins", origins, facilities.crs, POINTS)
    west, south, east, north = shapely.total_bounds(shapes).tolist()
    check_near("origins", xy, (west, south, east, north))
    tree = shapely.STRtree(shapes)
    (place, _), straight = tree.query_nearest(points, all_matches=False, return_distance=True)
    nearest = np.empty(len(points))
    nearest[place] = straight
    within = pace.within(nearest * detour)
    facility = np.full(len(points), NOBODY)
    facility[within] = _first_at(tree, points[within], nearest[within])
    walked = np.where(within, nearest * detour, np.nan)
    answered = answer(origins.index, codes, facility, walked, pace)
    answered["status"] = pd.array(CROW_FLY_STATUSES, dtype="str").take(np.where(within, 0, 1))
    answered.attrs = {
        "speed_kmh": pace.speed_kmh,
        "max_minutes": pace.max_minutes,
        "detour": detour,
        "notice": CROW_FLY_NOTICE,
    }
    return answered


def _first_at(tree: shapely.STRtree, points: np.ndarray, nearest: np.ndarray) -> np.ndarray:
    """First of the facilities as near to each point as the nearest, but for rounding."""
    place, rank = tree.query(points, predicate="dwithin", distance=nearest * (1 + SAME) + SAME)
    first = np.full(len(points), len(tree))
    np.minimum.at(first, place, rank)
    return first

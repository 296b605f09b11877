"""How far people really walk: from places to their nearest facility, along the streets."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
import pandas as pd

from oqhs.catalogue import built_in
from oqhs.errors import MeasureError
from oqhs.measures.places import POINTS, check_near, facilities_of, graph_of, places_of, system_of
from oqhs.measures.routing import NOBODY, SAME, Entrances
from oqhs.measures.snapping import Lines, entrances

if TYPE_CHECKING:
    import geopandas as gpd

REACHED, BEYOND_LIMIT = "reached", "beyond_limit"
UNREACHABLE, TOO_FAR_FROM_STREET = "unreachable", "too_far_from_street"
#: What a place may be told.
STATUSES = (REACHED, BEYOND_LIMIT, UNREACHABLE, TOO_FAR_FROM_STREET)

#: Entries of `seuils.yaml` a walk depends on, by parameter.
THRESHOLDS = {
    "speed_kmh": "marche_vitesse_kmh",
    "max_minutes": "marche_minutes",
    "max_snap_m": "marche_rattachement_m",
}
NOTICE = "non comparable à la valeur publiée tant que la vitesse de l'OQHS n'est pas connue"


@dataclass(frozen=True)
class Pace:
    """How fast, how long and how far from a street people walk.

    Attributes
    ----------
    speed_kmh : float
        Kilometres an hour.
    max_minutes : float
        Minutes, infinite for no limit.
    max_snap_m : float
        Metres from a place to the nearest street, infinite for no limit.
    """

    speed_kmh: float
    max_minutes: float
    max_snap_m: float

    @classmethod
    def of(cls, **given: float | None) -> Self:
        """Take what is said and, for the rest, the values of `seuils.yaml` that are in force.

        Raises
        ------
        MeasureError
            A value is not a number above 0, or the speed is infinite.

        Examples
        --------
        >>> Pace.of(speed_kmh=6.0, max_minutes=10.0).limit_m
        1000.0
        """
        known = {name: value for name, value in given.items() if value is not None}
        values = {
            name: known[name] if name in known else built_in().threshold(threshold, dt.date.max)
            for name, threshold in THRESHOLDS.items()
        }
        for name, value in values.items():
            if not value > 0 or (name == "speed_kmh" and math.isinf(value)):
                raise MeasureError(
                    "this is not a measure of walking",
                    column=name,
                    found=value,
                    allowed="a number above 0"
                    + ("" if name == "speed_kmh" else ", or math.inf for no limit"),
                )
        return cls(**values)

    @property
    def limit_m(self) -> float:
        """Metres walked in the time allowed."""
        return self.max_minutes * self.speed_kmh * 1000 / 60

    def minutes(self, distance_m: np.ndarray) -> np.ndarray:
        """Minutes a distance takes."""
        return distance_m * 60 / (self.speed_kmh * 1000)

    def within(self, distance_m: np.ndarray) -> np.ndarray:
        """Tell which distances are walked in the time allowed."""
        return np.asarray(np.isfinite(distance_m) & (distance_m <= self.limit_m * (1 + SAME)))


class StreetNetwork:
    """Streets one walks on, in both directions.

    Parameters
    ----------
    edges : GeoDataFrame
        `u`, `v` (whole numbers, the junctions at either end), `length_m` (metres, above 0) and the line
        from `u` to `v`, in a projected system in metres. Parallel edges, and edges from a junction to
        itself, may occur. Distances along an edge are those of its line, in proportion to `length_m`.

    Attributes
    ----------
    crs : CRS
        System of the edges.
    graph : Graph
        Junctions and lengths.
    lines : Lines
        Shapes of the edges, in the same order.

    Raises
    ------
    CRSError
        The edges say no reference system, a geographic one, or one that is not in metres.
    MeasureError
        There is no edge, a column or a shape is missing, a junction is not a whole number, a length is
        not a number above 0, or the edges of a junction do not meet.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import shapely
    >>> streets = gpd.GeoDataFrame({"u": [1, 2], "v": [2, 3], "length_m": [100.0, 50.0]}, crs=2154,
    ...     geometry=shapely.linestrings([[[0, 0], [100, 0]], [[100, 0], [100, 50]]]))
    >>> len(StreetNetwork(streets).lines.shapes)
    2
    """

    def __init__(self, edges: gpd.GeoDataFrame) -> None:
        self.crs = system_of("edges", edges)
        self.graph, shapes, ends, at = graph_of(edges)
        self.lines = Lines(shapes, self.graph.length_m, ends, at)

    def __repr__(self) -> str:
        return f"<Rues : {len(self.graph.u)} tronçons, {self.graph.n} carrefours, {self.crs}>"

    @classmethod
    def read(
        cls,
        path: str | Path,
        *,
        layer: str | None = None,
        crs: str | int | None = None,
        pedestrian_only: bool = True,
    ) -> Self:
        """Read the streets of a file: see `oqhs.sources.streets.read_streets` for what it takes."""
        from oqhs.sources.streets import read_streets

        return cls(read_streets(Path(path), layer=layer, crs=crs, pedestrian_only=pedestrian_only).edges)

    def walk(
        self,
        facilities: gpd.GeoDataFrame,
        origins: gpd.GeoDataFrame,
        *,
        speed_kmh: float | None = None,
        max_minutes: float | None = None,
        max_snap_m: float | None = None,
    ) -> pd.DataFrame:
        """Tell how far each origin is from its nearest facility, and which one it is.

        Origins and facilities are brought to the nearest point of the nearest edge, and the way from
        there to them counts. A facility that is a polygon (a park) is reached wherever an edge touches
        or enters it; the ways inside are at no distance. Nothing is clipped: facilities of the next
        département count.

        Parameters
        ----------
        facilities : GeoDataFrame
            Points or valid polygons, in the system of the network, known by the column `code` if there
            is one, else by their index: unique, all text or all whole numbers. Of facilities at the same
            distance, the one with the smallest code is the nearest.
        origins : GeoDataFrame or GeoSeries
            Points, in the system of the network.
        speed_kmh, max_minutes, max_snap_m : float, optional
            By default those of `seuils.yaml`. `math.inf` for no limit of time or of distance to a street.

        Returns
        -------
        DataFrame
            Indexed like the origins: `facility` (code), `distance_m`, `minutes` and `status`:
            `reached`; `beyond_limit` (the nearest facility is further than the limit);
            `unreachable` (no way leads to any facility, however far); `too_far_from_street`. But for
            `reached`, facility, distance and minutes are missing. `attrs` says `speed_kmh`,
            `max_minutes`, `max_snap_m`, `notice`, and `left_out`: the codes of the facilities that are
            too far from a street to be reached.

        Raises
        ------
        CRSError
            A layer says no reference system, or not that of the network.
        MeasureError
            A layer is empty, a place has no coordinates or is of another type, the layer lies more than
            50 km away, codes are missing or not unique, no facility is near a street, or a parameter is
            not above 0.

        Examples
        --------
        A street of 100 m, a PMI at its end, someone who lives 20 m from its beginning:

        >>> import geopandas as gpd
        >>> import shapely
        >>> streets = gpd.GeoDataFrame({"u": [1], "v": [2], "length_m": [100.0]}, crs=2154,
        ...     geometry=shapely.linestrings([[[0, 0], [100, 0]]]))
        >>> pmi = gpd.GeoDataFrame({"code": ["A"]}, geometry=[shapely.Point(100, 0)], crs=2154)
        >>> home = gpd.GeoDataFrame(geometry=[shapely.Point(0, 20)], crs=2154)
        >>> StreetNetwork(streets).walk(pmi, home, speed_kmh=4, max_minutes=10, max_snap_m=50)
          facility  distance_m  minutes   status
        0        A       120.0      1.8  reached
        """
        pace = Pace.of(speed_kmh=speed_kmh, max_minutes=max_minutes, max_snap_m=max_snap_m)
        codes, ways, left_out = self.entrances(facilities, pace)
        shapes, xy = places_of("origins", origins, self.crs, POINTS)
        check_near("origins", xy, self.lines.bounds)
        snapped = self.lines.snap(xy, pace.max_snap_m)
        near = np.flatnonzero(snapped.edge != NOBODY)
        edge, at_m = snapped.edge[near], (snapped.part * self.lines.length_m[snapped.edge])[near]
        spread = self.graph.spread(ways, pace.limit_m * (1 + SAME))
        found = self.graph.along(spread, ways, edge, at_m)
        distance = found.distance_m + snapped.off_m[near]
        within = pace.within(distance)
        linked = self._served(ways)[self.graph.u[edge]]
        status = np.full(len(shapes), STATUSES.index(TOO_FAR_FROM_STREET))
        status[near] = np.select([within, linked], [0, 1], default=2)
        walked, rank = np.full(len(shapes), np.nan), np.full(len(shapes), NOBODY)
        walked[near[within]], rank[near[within]] = distance[within], found.facility[within]
        answered = answer(origins.index, codes, rank, walked, pace)
        return self._told(answered, status, pace, left_out)

    def nearest(
        self,
        facilities: gpd.GeoDataFrame,
        *,
        speed_kmh: float | None = None,
        max_minutes: float | None = None,
        max_snap_m: float | None = None,
    ) -> pd.DataFrame:
        """Tell how far each junction of the streets is from its nearest facility, and which one it is.

        As `walk` from every junction, without their places having to be given.

        Parameters
        ----------
        facilities, speed_kmh, max_minutes, max_snap_m
            As for `walk`.

        Returns
        -------
        DataFrame
            Indexed by junction (the numbers of `u` and `v`, in the order in which the edges name them): the
            columns and the `attrs` of `walk`.

        Raises
        ------
        CRSError, MeasureError
            As `walk` does for the facilities.

        Examples
        --------
        >>> import geopandas as gpd
        >>> import shapely
        >>> streets = gpd.GeoDataFrame({"u": [1], "v": [2], "length_m": [100.0]}, crs=2154,
        ...     geometry=shapely.linestrings([[[0, 0], [100, 0]]]))
        >>> pmi = gpd.GeoDataFrame({"code": ["A"]}, geometry=[shapely.Point(100, 0)], crs=2154)
        >>> StreetNetwork(streets).nearest(pmi, speed_kmh=4)["distance_m"].to_dict()
        {1: 100.0, 2: 0.0}
        """
        pace = Pace.of(speed_kmh=speed_kmh, max_minutes=max_minutes, max_snap_m=max_snap_m)
        codes, ways, left_out = self.entrances(facilities, pace)
        spread = self.graph.spread(ways, pace.limit_m * (1 + SAME))
        within = pace.within(spread.distance_m)
        status = np.select([within, self._served(ways)], [0, 1], default=2)
        rank = np.where(within, spread.facility, NOBODY)
        index = pd.Index(self.graph.junctions)
        answered = answer(index, codes, rank, np.where(within, spread.distance_m, np.nan), pace)
        return self._told(answered, status, pace, left_out)

    def _served(self, ways: Entrances) -> np.ndarray:
        """Tell which junctions a way leads from to a facility, however far."""
        component = self.graph.component
        served = np.zeros(self.graph.n, dtype=bool)
        served[component[self.graph.u[ways.edge]]] = True
        return np.asarray(served[component])

    @staticmethod
    def _told(
        answered: pd.DataFrame, status: np.ndarray, pace: Pace, left_out: list[str | int]
    ) -> pd.DataFrame:
        """Add the statuses, and what the walks depend on."""
        answered["status"] = pd.array(STATUSES, dtype="str").take(status)
        answered.attrs = vars(pace) | {"notice": NOTICE, "left_out": left_out}
        return answered

    def entrances(
        self, facilities: gpd.GeoDataFrame, pace: Pace
    ) -> tuple[pd.Series, Entrances, list[str | int]]:
        """Give the codes of facilities in order, where they are reached, and the codes of those left out.

        Raises
        ------
        CRSError, MeasureError
            As `walk` does for the facilities.
        """
        codes, shapes, xy = facilities_of(facilities, self.crs)
        check_near("facilities", xy, self.lines.bounds)
        ways = entrances(self.lines, shapes, pace.max_snap_m)
        if not len(ways.edge):
            raise MeasureError(
                "no facility is near a street",
                column="facilities",
                found=f"{len(codes)} facilities, all further than {pace.max_snap_m:g} m from any street",
                allowed="facilities within max_snap_m of a street",
                todo="give the streets around the facilities, or a greater max_snap_m",
            )
        lost = np.ones(len(codes), dtype=bool)
        lost[ways.facility] = False
        return codes, ways, codes[lost].tolist()


def answer(
    index: pd.Index, codes: pd.Series, rank: np.ndarray, distance_m: np.ndarray, pace: Pace
) -> pd.DataFrame:
    """Lay out the facility and the distance of each place; missing where there is none."""
    facility = pd.api.extensions.take(codes.array, rank, allow_fill=True)
    columns = {"facility": facility, "distance_m": distance_m, "minutes": pace.minutes(distance_m)}
    return pd.DataFrame(columns, index=index)

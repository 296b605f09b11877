"""Pictures of what is within some minutes on foot, for maps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import shapely

from oqhs.errors import MeasureError
from oqhs.measures.routing import Entrances, Graph, Spread
from oqhs.measures.snapping import Lines
from oqhs.measures.walking import NOTICE, Pace, StreetNetwork

if TYPE_CHECKING:
    import geopandas as gpd


def isochrones(
    network: StreetNetwork,
    facilities: gpd.GeoDataFrame,
    *,
    minutes: float | Sequence[float],
    width_m: float,
    speed_kmh: float | None = None,
    max_snap_m: float | None = None,
) -> gpd.GeoDataFrame:
    """Draw what is within so many minutes on foot of the nearest facility.

    The streets are cut exactly where the time runs out, and given a breadth. It is a picture, not a
    measure: who lives within reach is told by `StreetNetwork.walk`, never by who lies in these surfaces.

    Parameters
    ----------
    network : StreetNetwork
        Streets.
    facilities : GeoDataFrame
        As `StreetNetwork.walk` takes them; one row, for the isochrone of one facility.
    minutes : float or sequence of float
        One surface for each number of minutes.
    width_m : float
        Breadth drawn on either side of the streets, in metres.
    speed_kmh, max_snap_m : float, optional
        By default those of `seuils.yaml`.

    Returns
    -------
    GeoDataFrame
        `minutes`, `distance_m` (metres walked in that time) and a polygon or multipolygon in the system
        of the network, sorted by minutes. Each surface holds the shorter ones; it is empty when
        facilities are further from the streets than the time allows. `attrs` says `speed_kmh`,
        `max_snap_m`, `width_m`, `notice` and `left_out`, as `walk` does.

    Raises
    ------
    CRSError, MeasureError
        As `StreetNetwork.walk` does; and when minutes or width are not finite numbers above 0.

    Examples
    --------
    From the middle of a street of 1 000 m, 3 minutes at 6 km/h are 300 m each way:

    >>> import geopandas as gpd
    >>> streets = gpd.GeoDataFrame({"u": [1], "v": [2], "length_m": [1000.0]}, crs=2154,
    ...     geometry=shapely.linestrings([[[0, 0], [1000, 0]]]))
    >>> pmi = gpd.GeoDataFrame(geometry=[shapely.Point(500, 0)], crs=2154)
    >>> drawn = isochrones(StreetNetwork(streets), pmi, minutes=3, width_m=10, speed_kmh=6, max_snap_m=50)
    >>> drawn.total_bounds.tolist()
    [190.0, -10.0, 810.0, 10.0]
    """
    import geopandas as gpd

    asked = sorted({float(one) for one in np.atleast_1d(minutes)})
    for name, values in (("minutes", asked), ("width_m", [width_m])):
        if not values or not all(np.isfinite(value) and value > 0 for value in values):
            raise MeasureError(
                "an isochrone cannot be drawn with this", column=name, found=values, allowed="numbers above 0"
            )
    paces = [Pace.of(speed_kmh=speed_kmh, max_minutes=one, max_snap_m=max_snap_m) for one in asked]
    _, ways, left_out = network.entrances(facilities, paces[-1])
    spread = network.graph.spread(ways, paces[-1].limit_m)
    reached = [_reached(network.graph, spread, ways, pace.limit_m) for pace in paces]
    surfaces = [
        shapely.buffer(shapely.multilinestrings(_cut(network.lines, *stretches)), width_m)
        for stretches in reached
    ]
    columns = {"minutes": asked, "distance_m": [pace.limit_m for pace in paces]}
    drawn = gpd.GeoDataFrame(columns, geometry=surfaces, crs=network.crs)
    drawn.attrs = {
        "speed_kmh": paces[-1].speed_kmh,
        "max_snap_m": paces[-1].max_snap_m,
        "width_m": width_m,
        "notice": NOTICE,
        "left_out": left_out,
    }
    return drawn


def _reached(
    graph: Graph, spread: Spread, ways: Entrances, limit_m: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Stretches within a limit: edges, and the parts of them where each stretch starts and ends."""
    length = graph.length_m
    left_u, left_v = (limit_m - spread.distance_m[junction] for junction in (graph.u, graph.v))
    whole = left_u + left_v >= length
    left_u = np.where(whole, length, left_u)
    from_u, from_v = np.flatnonzero(left_u > 0), np.flatnonzero((left_v > 0) & ~whole)
    left = limit_m - ways.off_m
    around = np.flatnonzero(left > 0)
    own = ways.edge[around]
    edge = np.concatenate([from_u, from_v, own])
    start = np.concatenate(
        [np.zeros(len(from_u)), length[from_v] - left_v[from_v], ways.start_m[around] - left[around]]
    )
    end = np.concatenate([left_u[from_u], length[from_v], ways.end_m[around] + left[around]])
    return edge, np.clip(start / length[edge], 0.0, 1.0), np.clip(end / length[edge], 0.0, 1.0)


def _cut(lines: Lines, edge: np.ndarray, from_part: np.ndarray, to_part: np.ndarray) -> np.ndarray:
    """Cut stretches out of edges, as straight lines."""
    pieces = lines.pieces
    first, last = (np.searchsorted(pieces.edge, edge, side=side) for side in ("left", "right"))
    count = last - first
    of = np.repeat(np.arange(len(edge)), count)
    piece = np.arange(len(of)) - np.repeat(np.cumsum(count) - count, count) + first[of]
    begin, size = pieces.from_part[piece], pieces.to_part[piece] - pieces.from_part[piece]
    start, end = (
        np.clip(np.divide(part[of] - begin, size, out=np.zeros_like(size), where=size > 0), 0.0, 1.0)
        for part in (from_part, to_part)
    )
    kept = start < end
    piece = piece[kept]
    x, y, dx, dy = (field[piece, None] for field in (pieces.x, pieces.y, pieces.dx, pieces.dy))
    along = np.column_stack([start[kept], end[kept]])
    return np.asarray(shapely.linestrings(np.stack([x + along * dx, y + along * dy], axis=-1)))

"""How fast one walks to the nearest facility, against networkx, pandana and osmnx, building included.

All ways are run in turn, in one process, on the same invented streets. Their distances are checked to be
equal first, which is the run of each that does not count; only the ratio of the medians says something.
pandana takes minutes to build and is run once. The memory is the peak of a process of its own.
"""

from __future__ import annotations

import gc
import json
import math
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from oqhs.measures.walking import StreetNetwork

LIMIT_M, SPEED_KMH, SNAP_M, FACILITIES, ORIGINS = 800.0, 4.8, 200.0, 75, 170_000
MINUTES = 10.0  # 800 m at 4.8 km/h
#: Mean length of an edge: all junctions are within 800 m of a facility, or two in five of them.
DENSE_M, PARIS_M = 10.0, 44.0
#: Junctions and edges of the town, and of the country.
TOWN, COUNTRY = (120_000, 190_000), (2_000_000, 3_166_000)
Row = tuple[str, float, float | None, float, str]


def streets(junctions: int, edges: int, spacing: float) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Edges of a crooked grid, some missing, and its junctions as places people live at."""
    draw = np.random.default_rng(94)
    wide = math.isqrt(junctions)
    at = np.column_stack([np.arange(junctions) % wide, np.arange(junctions) // wide])
    at = np.array([650_000, 6_850_000]) + (at + draw.uniform(-0.2, 0.2, at.shape)) * spacing
    number = np.arange(junctions)
    east = number[number % wide < wide - 1]
    east, north = east[east + 1 < junctions], number[number + wide < junctions]
    pairs = np.concatenate([np.column_stack([east, east + 1]), np.column_stack([north, north + wide])])
    pairs = pairs[np.sort(draw.permutation(len(pairs))[:edges])]
    lines = shapely.linestrings(at[pairs])
    columns = {"u": pairs[:, 0], "v": pairs[:, 1], "length_m": shapely.length(lines)}
    used = np.unique(pairs)
    return (
        gpd.GeoDataFrame(columns, geometry=lines, crs=2154),
        gpd.GeoDataFrame(geometry=shapely.points(at[used]), index=used, crs=2154),
    )


def served(junctions: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Facilities at junctions: the peers know no other place."""
    return junctions.iloc[np.sort(np.random.default_rng(75).permutation(len(junctions))[:FACILITIES])]


def ours(edges: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame, origins: gpd.GeoDataFrame) -> pd.DataFrame:
    asked = {"speed_kmh": SPEED_KMH, "max_minutes": MINUTES, "max_snap_m": SNAP_M}
    return StreetNetwork(edges).walk(facilities, origins, **asked)


def nearest(edges: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame) -> pd.DataFrame:
    asked = {"speed_kmh": SPEED_KMH, "max_minutes": MINUTES, "max_snap_m": SNAP_M}
    return StreetNetwork(edges).nearest(facilities, **asked)


def by_networkx(edges: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame) -> pd.DataFrame:
    """Nearest facility of every junction: the first of each shortest way."""
    import networkx as nx

    graph = nx.Graph()
    triples = zip(*(edges[name].tolist() for name in ("u", "v", "length_m")), strict=True)
    graph.add_weighted_edges_from(triples)
    distance, ways = nx.multi_source_dijkstra(graph, set(facilities.index), cutoff=LIMIT_M)
    return pd.DataFrame({"distance_m": distance, "facility": {node: way[0] for node, way in ways.items()}})


def by_pandana(
    edges: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame, junctions: gpd.GeoDataFrame
) -> pd.DataFrame:
    """Distance only: `precompute` serves other questions, takes minutes here, and is left out."""
    import pandana

    x, y = junctions.geometry.x, junctions.geometry.y
    network = pandana.Network(x, y, edges["u"], edges["v"], edges[["length_m"]])
    network.set_pois("facility", LIMIT_M, 1, facilities.geometry.x, facilities.geometry.y)
    return network.nearest_pois(LIMIT_M, "facility", num_pois=1, include_poi_ids=True)


def by_osmnx(edges: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame, origins: gpd.GeoDataFrame) -> np.ndarray:
    """Distance of places along edges: osmnx finds the edge, networkx walks from the facilities."""
    import networkx as nx
    import osmnx as ox

    graph = nx.MultiGraph(crs=edges.crs)
    at = shapely.get_coordinates(edges.geometry.to_numpy()).reshape(-1, 2, 2)
    for end, name in enumerate(("u", "v")):
        nodes = zip(edges[name].tolist(), at[:, end].tolist(), strict=True)
        graph.add_nodes_from((node, {"x": x, "y": y}) for node, (x, y) in nodes)
    rows = zip(*(edges[name] for name in ("u", "v", "length_m", "geometry")), strict=True)
    graph.add_edges_from((u, v, {"length": length, "geometry": line}) for u, v, length, line in rows)
    points = origins.geometry.to_numpy()
    x, y = shapely.get_x(points), shapely.get_y(points)
    found, off = ox.nearest_edges(graph, x, y, return_dist=True)
    distance = nx.multi_source_dijkstra_path_length(
        graph, set(facilities.index), cutoff=LIMIT_M, weight="length"
    )
    u, v = np.array([one[:2] for one in found]).T
    keyed = edges.set_index(["u", "v"])
    straight = keyed.index.get_indexer(pd.MultiIndex.from_arrays([u, v]))
    turned = keyed.index.get_indexer(pd.MultiIndex.from_arrays([v, u]))
    u, v = np.where(straight >= 0, u, v), np.where(straight >= 0, v, u)
    chosen = keyed.iloc[np.where(straight >= 0, straight, turned)]
    lines, length = chosen.geometry.to_numpy(), chosen["length_m"].to_numpy()
    part = shapely.line_locate_point(lines, points, normalized=True)
    from_u, from_v = (pd.Series(distance).reindex(ends).fillna(np.inf).to_numpy() for ends in (u, v))
    return np.minimum(from_u + part * length, from_v + (1 - part) * length) + off


def check_same(
    edges: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    junctions: gpd.GeoDataFrame,
    origins: gpd.GeoDataFrame,
) -> None:
    """The distances of networkx and osmnx are ours, and so is the facility networkx finds."""
    found, peer = nearest(edges, facilities), by_networkx(edges, facilities)
    walked = ours(edges, facilities, junctions)
    pd.testing.assert_frame_equal(found.reindex(walked.index), walked)
    peer = peer.reindex(found.index)
    np.testing.assert_allclose(found["distance_m"], peer["distance_m"], rtol=0, atol=1e-6)
    assert (found["facility"].astype("float64").fillna(-1) == peer["facility"].fillna(-1)).all()
    found, peer = ours(edges, facilities, origins)["distance_m"], by_osmnx(edges, facilities, origins)
    np.testing.assert_allclose(found, np.where(peer <= LIMIT_M, peer, np.nan), rtol=0, atol=1e-6)


def medians(runs: int, *ways: Callable[[], object]) -> list[float]:
    """Median seconds of each way, all of them run in turn."""
    times: list[list[float]] = [[] for _ in ways]
    for _ in range(runs):
        for way, found in zip(ways, times, strict=True):
            gc.collect()
            start = time.perf_counter()
            way()
            found.append(time.perf_counter() - start)
    return [statistics.median(found) for found in times]


def peaks_gib() -> tuple[float, float]:
    """Peak memory of a process that draws the country, and then walks it."""
    code = "import bench_walking as b; b.walk_country()"
    here = Path(__file__).resolve().parent
    said = subprocess.run(  # noqa: S603 - this very file
        [sys.executable, "-c", code], cwd=here, check=True, capture_output=True, text=True
    )
    drawn, walked = json.loads(said.stdout)
    return drawn, walked


def walk_country() -> None:
    peaks = []
    edges, junctions = streets(*COUNTRY, PARIS_M)
    facilities = served(junctions)
    del junctions
    for way in (gc.collect, lambda: nearest(edges, facilities)):
        way()
        # Not `ru_maxrss`, which a process takes over from the one that started it.
        told = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
        peaks.append(int(told["VmHWM"].split()[0]) / 1024**2)
    print(json.dumps(peaks))


def against_networkx(runs: int, spacing: float) -> Row:
    edges, junctions = streets(*TOWN, spacing)
    facilities = served(junctions)
    own, peer = medians(runs, lambda: nearest(edges, facilities), lambda: by_networkx(edges, facilities))
    what = f"{len(junctions):,} junctions, {len(edges):,} edges of {spacing:g} m, {FACILITIES} facilities"
    return f"{what}, 800 m / networkx", own, peer, peer / own, "at least 10"


def against_pandana(
    edges: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame, junctions: gpd.GeoDataFrame
) -> Row:
    """One run each: pandana takes minutes to build."""
    kept: dict[str, pd.DataFrame] = {}
    own, peer = medians(
        1,
        lambda: kept.update(own=nearest(edges, facilities)),
        lambda: kept.update(peer=by_pandana(edges, facilities, junctions)),
    )
    found = kept["own"]["distance_m"].fillna(LIMIT_M)
    apart = (found - kept["peer"][1].reindex(found.index)).abs().max()
    assert apart < 0.1, apart  # pandana rounds the length of every edge
    return f"the same, edges of {PARIS_M:g} m / pandana, one run", own, peer, peer / own, "at least 10"


def measure(runs: int) -> list[Row]:
    """What was measured: ours, the peer's, their ratio and the bar."""
    few = max(runs // 3, 1)
    edges, junctions = streets(*TOWN, PARIS_M)
    facilities = served(junctions)
    low, high = np.split(junctions.total_bounds, 2)
    places = np.random.default_rng(17).uniform(low, high, (ORIGINS, 2))
    origins = gpd.GeoDataFrame(geometry=shapely.points(places), crs=2154)
    check_same(edges, facilities, junctions, origins)
    rows = [against_networkx(runs, DENSE_M), against_networkx(runs, PARIS_M)]
    rows.append(against_pandana(edges, facilities, junctions))
    own, peer = medians(
        few, lambda: ours(edges, facilities, origins), lambda: by_osmnx(edges, facilities, origins)
    )
    rows.append((f"{ORIGINS:,} places snapped and walked / osmnx", own, peer, peer / own, "at least 4"))
    large, homes = streets(*COUNTRY, PARIS_M)
    spread = served(homes)
    town, country = medians(max(few, 2), lambda: nearest(edges, facilities), lambda: nearest(large, spread))
    times = country / town / (len(homes) / len(junctions))
    rows.append((f"{len(homes):,} junctions / as many times the town", country, town, times, "at most 2.5"))
    drawn, walked = peaks_gib()
    rows.append(("peak memory of that, GiB / of drawing its input", walked, drawn, walked / drawn, "under 2"))
    return rows

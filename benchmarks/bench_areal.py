"""How fast the share of zones under overlapping crowns is measured, against geopandas.

The peers are `geopandas.overlay` on dissolved crowns, the way anybody would do it, and a spatial join
whose crowns are dissolved zone by zone, the way somebody in a hurry would. All ways are run in turn, in
one process, on the same invented crowns; the surfaces they give are checked to be equal, and only the
ratio of the medians says something.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import geopandas as gpd
import numpy as np
import shapely

from oqhs.measures.areal import area_share

CROWNS, ZONES, VERTICES, OUTLINE = 400_000, 47, 12, 60
SIDE_M, ACROSS = 8000, 7
CORNER = np.array([658_000, 6_853_000])
Row = tuple[str, float, float | None, float, str]


def rings(centres: np.ndarray, radii: np.ndarray) -> gpd.GeoDataFrame:
    """Polygons around centres, from the distance of each of their vertices."""
    angles = np.linspace(0, 2 * np.pi, radii.shape[1], endpoint=False)
    around = np.stack([radii * np.cos(angles), radii * np.sin(angles)], axis=-1)
    return gpd.GeoDataFrame(geometry=shapely.polygons(centres[:, None] + around), crs=2154)


def invented(crowns: int, *, inside: bool) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Zones that do not overlap, and crowns of 4 m in radius or so: all over the land, or around zones."""
    draw = np.random.default_rng(94)
    side = SIDE_M * np.sqrt(crowns / CROWNS)
    step = side / ACROSS
    cells = np.stack([np.arange(ZONES) % ACROSS, np.arange(ZONES) // ACROSS], axis=-1)
    middles = CORNER + (cells + 0.5) * step
    sizes = step * draw.uniform(0.2, 0.42, (ZONES, 1))
    zones = rings(middles, sizes * draw.uniform(0.9, 1.1, (ZONES, OUTLINE)))
    if inside:
        owner = draw.choice(ZONES, crowns, p=(sizes**2 / np.sum(sizes**2)).ravel())
        centres = middles[owner] + sizes[owner] * draw.uniform(-1, 1, (crowns, 2))
    else:
        centres = CORNER + draw.uniform(0, side, (crowns, 2))
    radii = draw.gamma(4, 1, (crowns, 1)).clip(1, 12) * draw.uniform(0.8, 1.2, (crowns, VERTICES))
    return zones, rings(centres, radii)


def ours(zones: gpd.GeoDataFrame, crowns: gpd.GeoDataFrame) -> np.ndarray:
    return area_share(zones, crowns)["inside_m2"].to_numpy()


def by_overlay(zones: gpd.GeoDataFrame, crowns: gpd.GeoDataFrame) -> np.ndarray:
    pieces = gpd.overlay(zones.assign(zone=range(len(zones))), crowns.dissolve(), how="intersection")
    return pieces.area.groupby(pieces["zone"]).sum().to_numpy()


def by_join(zones: gpd.GeoDataFrame, crowns: gpd.GeoDataFrame) -> np.ndarray:
    joined = crowns.sjoin(zones, predicate="intersects").dissolve(by="index_right")
    return joined.intersection(zones.geometry).area.to_numpy()


def medians(runs: int, *ways: Callable[[], np.ndarray]) -> list[float]:
    """Median seconds of each way, all of them run in turn; what they give must be the same."""
    times: list[list[float]] = [[] for _ in ways]
    for _ in range(runs):
        given = []
        for way, found in zip(ways, times, strict=True):
            start = time.perf_counter()
            given.append(way())
            found.append(time.perf_counter() - start)
        for other in given[1:]:
            np.testing.assert_allclose(given[0], other, rtol=1e-9)
    return [statistics.median(found) for found in times]


def measure(runs: int, crowns: int = CROWNS) -> list[Row]:
    """What was measured, in seconds: ours, the peer's, their ratio and the bar."""
    rows: list[Row] = []
    for inside, where, bar in (
        (False, "all over the land", "at least 5"),
        (True, "all around the zones", ""),
    ):
        zones, layer = invented(crowns, inside=inside)
        part = zones.area.sum() / np.prod(layer.total_bounds[2:] - layer.total_bounds[:2])
        density = layer.area.sum() / (layer.total_bounds[2:] - layer.total_bounds[:2]).prod()
        if inside:
            density = layer.area.sum() / np.sum((zones.bounds["maxx"] - zones.bounds["minx"]) ** 2)
        what = (
            f"{ZONES} zones ({part:.0%} of the land) under {crowns:,} overlapping crowns {where} "
            f"({density:.2f} m² of crowns a m²)"
        )
        own, overlay, join = medians(
            runs,
            lambda zones=zones, layer=layer: ours(zones, layer),
            lambda zones=zones, layer=layer: by_overlay(zones, layer),
            lambda zones=zones, layer=layer: by_join(zones, layer),
        )
        rows.append((f"{what} / overlay on dissolved crowns", own, overlay, overlay / own, bar))
        rows.append((f"{what} / join, then dissolve by zone", own, join, join / own, ""))
    return rows

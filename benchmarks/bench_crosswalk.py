"""How fast a crosswalk is made, against the way anybody would do it with geopandas alone.

Both ways are run in turn, in one process, on the same invented quartiers; their shares are checked to
be equal first, and only the ratio of the medians says something.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from results import keep, section

from oqhs.measures import crosswalk
from oqhs.sources import read

ROOT = Path(__file__).resolve().parents[1]
LIBRARIES = ("oqhs", "geopandas", "shapely", "pandas")
OLD, NEW, KEPT, VERTICES = 1300, 1600, 1240, 60
CODES, SHARES = ["code_old", "code_new"], ["share_old", "share_new", "beyond_old", "beyond_new"]
# The thresholds of the library, and the segments it makes of a quarter of a circle.
TOLERANCE_M, LINK_MIN, ARC = 10, 0.05, 8


def invented() -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Quartiers 1 km from one another: most come back, redrawn, enlarged or reduced; some enter."""
    draw = np.random.default_rng(94)
    places = 658_000 + 1000 * (np.arange(OLD + NEW) % 50), 6_853_000 - 1000 * (np.arange(OLD + NEW) // 50)
    angles = np.linspace(0, 2 * np.pi, VERTICES, endpoint=False)
    radii = draw.uniform(100, 350, (OLD + NEW, 1)) * draw.uniform(0.9, 1.1, (OLD + NEW, VERTICES))

    def rings(rows: np.ndarray, radii: np.ndarray) -> np.ndarray:
        x = places[0][rows, None] + radii * np.cos(angles)
        y = places[1][rows, None] + radii * np.sin(angles)
        return np.asarray(shapely.polygons(np.stack([x, y], axis=-1)))

    before = np.arange(OLD)
    after = np.concatenate([before[:KEPT], np.arange(OLD, OLD + NEW - KEPT)])
    redrawn = radii[after] * draw.choice([1.0, 1.0, 1.2, 0.8], (NEW, 1)) + draw.normal(0, 2, (NEW, VERTICES))
    old, new = rings(before, radii[before]), rings(after, redrawn)
    codes = [pd.Series([f"{kind}{n:06d}" for n in range(NEW)], dtype="str") for kind in ("QP", "QN")]
    return (
        gpd.GeoDataFrame({"territory": codes[0][:OLD]}, geometry=old, crs=2154),
        gpd.GeoDataFrame({"territory": codes[1]}, geometry=new, crs=2154),
    )


def naive(old: gpd.GeoDataFrame, new: gpd.GeoDataFrame) -> pd.DataFrame:
    before, after = (
        side.rename(columns={"territory": name}) for side, name in ((old, "code_old"), (new, "code_new"))
    )
    pairs = gpd.overlay(before, after, how="intersection")
    one = old.set_index("territory").geometry[pairs["code_old"]].reset_index(drop=True)
    other = new.set_index("territory").geometry[pairs["code_new"]].reset_index(drop=True)
    pairs["share_old"], pairs["share_new"] = pairs.area / one.area, pairs.area / other.area
    pairs["beyond_old"] = one.difference(other.buffer(TOLERANCE_M, ARC), align=False).area / one.area
    pairs["beyond_new"] = other.difference(one.buffer(TOLERANCE_M, ARC), align=False).area / other.area
    linked = pairs[pairs[["share_old", "share_new"]].max(axis=1) >= LINK_MIN]
    return pd.DataFrame(linked[CODES + SHARES]).sort_values(CODES, ignore_index=True)


def check_same(old: gpd.GeoDataFrame, new: gpd.GeoDataFrame) -> None:
    ours, theirs = crosswalk(old, new).dropna(subset=CODES), naive(old, new)
    ours = ours[theirs.columns].reset_index(drop=True)
    pd.testing.assert_frame_equal(ours, theirs, rtol=0, atol=1e-9)


def medians(runs: int, *ways: Callable[[], object]) -> list[float]:
    """Median milliseconds of each way, all of them run in turn."""
    times: list[list[float]] = [[] for _ in ways]
    for _ in range(runs):
        for way, found in zip(ways, times, strict=True):
            start = time.perf_counter()
            way()
            found.append((time.perf_counter() - start) * 1000)
    return [statistics.median(found) for found in times]


def measure(runs: int) -> list[str]:
    old, new = invented()
    check_same(old, new)
    ours, theirs = medians(runs, lambda: crosswalk(old, new), lambda: naive(old, new))
    what = f"- {OLD} → {NEW} invented quartiers of {VERTICES} vertices"
    lines = [f"{what}: oqhs {ours:.0f} ms, geopandas {theirs:.0f} ms, ratio {theirs / ours:.2f}."]
    folder = Path(os.environ.get("OQHS_REAL_DATA", ROOT.parent / "shared" / "data")) / "perimeters"
    if (folder / "QPV.shp").exists():
        layers = [read(folder / name) for name in ("QPV.shp", "qpv2024_simplified.geojson")]
        before, after = (one[~one["territory"].str[2:4].isin(["97", "98"])] for one in layers)
        (real,) = medians(runs, lambda: crosswalk(before, after))
        lines.append(f"- {len(before)} → {len(after)} quartiers of metropolitan France: oqhs {real:.0f} ms.")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, epilog="example: --runs 15 --write")
    parser.add_argument("--runs", type=int, default=9, help="runs of each way (default 9)")
    parser.add_argument("--write", action="store_true", help="write the section into RESULTS.md")
    asked = parser.parse_args()
    text = section("Crosswalk, measured", asked.runs, LIBRARIES, measure(asked.runs))
    print(text)
    if asked.write:
        keep(text)


if __name__ == "__main__":
    main()

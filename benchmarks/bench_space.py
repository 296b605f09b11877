"""Walks and shares of surface against the peers anybody would take, in one table and one run."""

from __future__ import annotations

import argparse
import math
import warnings

import bench_areal
import bench_walking
from results import keep, section

LIBRARIES = ("oqhs", "scipy", "shapely", "geopandas", "networkx", "osmnx", "pandana")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, epilog="example: --runs 9 --write")
    parser.add_argument("--runs", type=int, default=6, help="runs of each walk that count (default 6)")
    parser.add_argument("--write", action="store_true", help="write the section into RESULTS.md")
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    rows = [*bench_walking.measure(asked.runs), *bench_areal.measure(1)]
    lines = ["| measure / against | oqhs | against | ratio | bar |", "|---|---|---|---|---|"]
    for what, own, peer, ratio, bar in rows:
        cells = ["" if one is None or math.isnan(one) else f"{one:.2f}" for one in (own, peer, ratio)]
        lines.append(f"| {what} | {' | '.join(cells)} | {bar} |")
    lines += ["", "Seconds, unless the row says otherwise. Shares of surface: one run of each way."]
    text = section("Walks and surfaces, measured", asked.runs, LIBRARIES, lines)
    print(text)
    if asked.write:
        keep(text)


if __name__ == "__main__":
    main()

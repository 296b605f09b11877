"""Walking distances against networkx on the same streets, and what must not change them."""

import math
from itertools import pairwise

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from oqhs.measures.walking import STATUSES, StreetNetwork

LAMBERT = 2154
FREE = {"speed_kmh": 4, "max_minutes": math.inf, "max_snap_m": math.inf}
SEEDS = st.integers(0, 2**32 - 1)
SOME = settings(max_examples=30, deadline=None)


def town(seed, side=5, spacing=100.0):
    """Crooked streets of a small town: some missing, some double, some that come back, an island."""
    draw = np.random.default_rng(seed)
    at = np.stack(np.meshgrid(np.arange(side), np.arange(side)), axis=-1).reshape(-1, 2) * spacing
    at = at + draw.uniform(-30, 30, at.shape)
    ids = np.arange(side * side).reshape(side, side)
    pairs = np.concatenate(
        [
            np.column_stack([ids[:, :-1].ravel(), ids[:, 1:].ravel()]),
            np.column_stack([ids[:-1].ravel(), ids[1:].ravel()]),
        ]
    )
    pairs = pairs[draw.random(len(pairs)) < 0.8]
    doubled = pairs[draw.random(len(pairs)) < 0.2]
    back = np.repeat(draw.integers(0, side * side, 2), 2).reshape(-1, 2)
    pairs = np.concatenate([pairs, doubled[:, ::-1], back])
    # Streets drawn twice at one place are one street: the second of two is never straight.
    least = np.repeat([0, 1, 2], [len(pairs) - len(doubled) - len(back), len(doubled), len(back)])
    lines = []
    for (u, v), bent in zip(pairs, least, strict=True):
        bends = (at[u] + at[v]) / 2 + draw.uniform(-40, 40, (draw.integers(bent, 3), 2))
        lines.append(shapely.LineString([at[u], *bends, at[v]]))
    lines.append(shapely.LineString([(650, 650), (720, 690), (760, 650)]))
    pairs = np.concatenate([pairs, [(900, 901)]]) * 7 + 3
    lengths = shapely.length(lines) * draw.choice([1.0, 1.0, 1.3], len(lines))
    return gpd.GeoDataFrame(
        {"u": pairs[:, 0], "v": pairs[:, 1], "length_m": lengths}, geometry=lines, crs=LAMBERT
    )


def places(seed, n, low=-50.0, high=700.0):
    points = shapely.points(np.random.default_rng(seed).uniform(low, high, (n, 2)))
    return gpd.GeoDataFrame({"code": [f"F{k:02d}" for k in range(n)]}, geometry=points, crs=LAMBERT)


def walk(edges, facilities, origins, **asked):
    return StreetNetwork(edges).walk(facilities, origins, **(FREE | asked))


def by_networkx(edges, facilities, origins):
    """Distances from every origin to every facility, on a graph where every place is a junction."""
    graph, lines = nx.Graph(), edges.geometry.to_numpy()

    def link(one, other, length):
        if one != other and length < graph.get_edge_data(one, other, {"weight": np.inf})["weight"]:
            graph.add_edge(one, other, weight=length)

    along = {}
    for kind, layer in (("facility", facilities), ("origin", origins)):
        for k, point in enumerate(layer.geometry):
            apart = [line.distance(point) for line in lines]
            nearest = int(np.argmin(apart))
            stop = ("stop", kind, k)
            along.setdefault(nearest, []).append((lines[nearest].project(point, normalized=True), stop))
            link((kind, k), stop, apart[nearest])
    for k, (u, v, length) in enumerate(zip(edges["u"], edges["v"], edges["length_m"], strict=True)):
        stops = [(0.0, u), *sorted(along.get(k, []), key=lambda stop: stop[0]), (1.0, v)]
        graph.add_nodes_from([u, v])
        if u == v and len(stops) == 3:
            # Both sides of a lone stop on a street that comes back: the shorter one counts.
            part, stop = stops[1]
            link(u, stop, length * min(part, 1 - part))
            continue
        for (begin, one), (end, other) in pairwise(stops):
            link(one, other, (end - begin) * length)
    found = np.full((len(origins), len(facilities)), np.inf)
    for f in range(len(facilities)):
        reached = nx.single_source_dijkstra_path_length(graph, ("facility", f))
        for k in range(len(origins)):
            found[k, f] = reached.get(("origin", k), np.inf)
    return found


@pytest.mark.parametrize("seed", range(12))
def test_distances_and_facilities_are_those_of_networkx_on_the_same_streets(seed):
    edges, facilities, origins = town(seed), places(seed + 100, 6), places(seed + 200, 60)
    expected = by_networkx(edges, facilities, origins)
    found = walk(edges, facilities, origins)
    reached = np.isfinite(expected).any(axis=1)
    assert reached.any()
    assert (found["status"] == np.where(reached, "reached", "unreachable")).all()
    best = expected.min(axis=1)
    np.testing.assert_allclose(found["distance_m"][reached], best[reached], rtol=0, atol=1e-6)
    assert found["facility"][reached].tolist() == [f"F{k:02d}" for k in expected[reached].argmin(axis=1)]


@pytest.mark.parametrize("seed", range(4))
def test_a_limit_takes_away_what_is_beyond_it_and_changes_nothing_else(seed):
    edges, facilities, origins = town(seed), places(seed + 100, 3), places(seed + 200, 80)
    free = walk(edges, facilities, origins)
    limited = walk(edges, facilities, origins, max_minutes=4)
    beyond = free["distance_m"] > 4 * 4000 / 60
    assert beyond.any()
    expected = free.assign(status=free["status"].where(~beyond, "beyond_limit"))
    expected.loc[beyond, ["distance_m", "minutes"]] = np.nan
    expected["facility"] = expected["facility"].where(~beyond)
    pd.testing.assert_frame_equal(limited, expected, check_exact=False, rtol=0, atol=1e-9)


@pytest.mark.parametrize("seed", range(6))
def test_ties_everywhere_are_broken_by_the_smallest_code(seed):
    # Blocks of 10 m: half of the junctions are at the same distance from several facilities.
    side, draw = 12, np.random.default_rng(seed)
    ids = np.arange(side * side).reshape(side, side)
    pairs = np.concatenate(
        [
            np.column_stack([ids[:, :-1].ravel(), ids[:, 1:].ravel()]),
            np.column_stack([ids[:-1].ravel(), ids[1:].ravel()]),
        ]
    )
    at = np.column_stack([ids.ravel() % side, ids.ravel() // side]) * 10.0
    lines = shapely.linestrings(at[pairs])
    edges = gpd.GeoDataFrame(
        {"u": pairs[:, 0], "v": pairs[:, 1], "length_m": 10.0}, geometry=lines, crs=LAMBERT
    )
    served = draw.permutation(side * side)[:9]
    facilities = gpd.GeoDataFrame(
        {"code": draw.permutation(9)}, geometry=shapely.points(at[served]), crs=LAMBERT
    )
    found = walk(edges, facilities, gpd.GeoDataFrame(geometry=shapely.points(at), crs=LAMBERT))
    apart = np.abs(at[:, None] - at[served]).sum(axis=2)  # along a full grid, the sum of the two sides
    tied = apart == apart.min(axis=1, keepdims=True)
    assert (tied.sum(axis=1) > 1).mean() > 0.1
    assert found["distance_m"].tolist() == pytest.approx(apart.min(axis=1).tolist())
    assert (
        found["facility"].tolist() == np.where(tied, facilities["code"].to_numpy(), 99).min(axis=1).tolist()
    )


def assert_same(found, expected):
    pd.testing.assert_frame_equal(found, expected, check_exact=False, rtol=0, atol=1e-6)


@SOME
@given(SEEDS, st.floats(-3e5, 3e5), st.floats(-3e5, 3e5))
def test_shifting_everything_changes_nothing(seed, dx, dy):
    layers = town(seed), places(seed + 1, 4), places(seed + 2, 30)
    moved = [layer.set_geometry(layer.geometry.translate(dx, dy)) for layer in layers]
    assert_same(walk(*moved), walk(*layers))


@SOME
@given(SEEDS)
def test_the_order_of_the_rows_changes_nothing(seed):
    draw = np.random.default_rng(seed)
    edges, facilities, origins = town(seed), places(seed + 1, 4), places(seed + 2, 30)
    expected = walk(edges, facilities, origins)
    mixed = [layer.iloc[draw.permutation(len(layer))] for layer in (edges, facilities, origins)]
    assert_same(walk(*mixed).loc[origins.index], expected)


@SOME
@given(SEEDS)
def test_the_direction_streets_are_drawn_in_changes_nothing(seed):
    edges, facilities, origins = town(seed), places(seed + 1, 4), places(seed + 2, 30)
    turned = edges.rename(columns={"u": "v", "v": "u"}).set_geometry(edges.geometry.reverse())
    assert_same(walk(turned, facilities, origins), walk(edges, facilities, origins))


@SOME
@given(SEEDS, st.floats(0.05, 0.95))
def test_splitting_streets_in_two_changes_nothing(seed, part):
    edges, facilities, origins = town(seed), places(seed + 1, 4), places(seed + 2, 30)
    halves = []
    for k, (u, v, length, line) in enumerate(edges.itertuples(index=False)):
        cut = shapely.ops.substring
        halves += [(u, 10_000 + k, length * part, cut(line, 0, part, normalized=True))]
        halves += [(10_000 + k, v, length * (1 - part), cut(line, part, 1, normalized=True))]
    split = gpd.GeoDataFrame(halves, columns=[*edges.columns], geometry="geometry", crs=LAMBERT)
    assert_same(walk(split, facilities, origins), walk(edges, facilities, origins))


@SOME
@given(SEEDS)
def test_facilities_that_are_added_never_make_anybody_walk_further(seed):
    edges, facilities, origins = town(seed), places(seed + 1, 5), places(seed + 2, 30)
    few, more = walk(edges, facilities[:3], origins), walk(edges, facilities, origins)
    assert (more["distance_m"].fillna(np.inf) <= few["distance_m"].fillna(np.inf) + 1e-9).all()


@SOME
@given(SEEDS)
def test_nobody_walks_less_than_the_straight_line_and_everybody_is_told_something(seed):
    edges, facilities, origins = town(seed), places(seed + 1, 5, 0, 400), places(seed + 2, 30)
    found = walk(edges, facilities, origins, max_minutes=6, max_snap_m=80)
    assert set(found["status"]) <= set(STATUSES)
    reached = found["status"] == "reached"
    assert (found[["facility", "distance_m", "minutes"]].notna().all(axis=1) == reached).all()
    places_of = facilities.set_index("code").geometry[found["facility"][reached]]
    straight = origins.geometry[reached].distance(
        places_of.reset_index(drop=True).set_axis(origins.index[reached])
    )
    assert (found["distance_m"][reached] >= straight - 1e-6).all()


def test_the_streets_of_a_file_are_read_as_they_are(tmp_path, monkeypatch):
    streets = pytest.importorskip("oqhs.sources.streets")
    asked = {}

    def read_streets(path, **said):
        asked.update(said, path=path)
        return type("Streets", (), {"edges": town(0)})

    monkeypatch.setattr(streets, "read_streets", read_streets)
    network = StreetNetwork.read(str(tmp_path / "x.gpkg"), layer="rues", crs=LAMBERT, pedestrian_only=False)
    assert len(network.lines.shapes) == len(town(0))
    assert asked == {"path": tmp_path / "x.gpkg", "layer": "rues", "crs": LAMBERT, "pedestrian_only": False}


def test_every_junction_has_what_a_walk_from_its_place_finds():
    # A row of three streets and an island: junctions 7, 3, 5, 9 and 20, 21, numbered as they come.
    lines = [[(0, 0), (100, 0)], [(100, 0), (250, 0)], [(250, 0), (900, 0)], [(5000, 0), (5100, 0)]]
    streets = gpd.GeoDataFrame(
        {"u": [7, 3, 5, 20], "v": [3, 5, 9, 21], "length_m": [100.0, 150.0, 650.0, 100.0]},
        geometry=[shapely.LineString(line) for line in lines],
        crs=2154,
    )
    pmi = gpd.GeoDataFrame({"code": ["A"]}, geometry=[shapely.Point(0, 10)], crs=2154)
    found = StreetNetwork(streets).nearest(pmi, speed_kmh=6, max_minutes=3, max_snap_m=50)
    # 300 m at most: 10 m off the street, then 0, 100, 250 and 900 m.
    assert found["distance_m"].dropna().to_dict() == {7: 10, 3: 110, 5: 260}
    assert found["status"].to_dict() == {
        7: "reached", 3: "reached", 5: "reached", 9: "beyond_limit", 20: "unreachable", 21: "unreachable",
    }  # fmt: skip
    assert found.attrs["notice"].startswith("non comparable")

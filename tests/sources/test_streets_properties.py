"""What holds of any network: lengths add up, and nothing hangs on how the file was written."""

import json
import tempfile
from collections import Counter
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from oqhs.sources.streets import read_streets

GEOD = pyproj.Geod(ellps="WGS84")
#: Twelve nodes on a grid of about 70 m by 110 m, all at places of their own.
PLACES = {4 * row + col: (2.4 + col / 1000, 48.8 + row / 1000) for row in range(3) for col in range(4)}
bounded = settings(max_examples=40, deadline=None)
#: Ways that never stay where they are; a node above 11 is one the file does not hold.
ways = st.lists(
    st.lists(st.integers(0, 13), min_size=2, max_size=7).filter(
        lambda way: all(one != other for one, other in pairwise(way))
    ),
    min_size=1,
    max_size=6,
)


def read(drawn, nodes=PLACES):
    elements = [{"type": "node", "id": id_, "lon": lon, "lat": lat} for id_, (lon, lat) in nodes.items()]
    elements += [
        {"type": "way", "id": 100 + row, "nodes": way, "tags": {"highway": "footway"}}
        for row, way in enumerate(drawn)
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "streets.json"
        path.write_text(json.dumps({"elements": elements}), encoding="utf-8")
        return read_streets(path)


def steps(drawn):
    """Steps from one node to the next that the file holds, as an independent list."""
    pairs = [pair for way in drawn for pair in pairwise(way)]
    return [(one, other) for one, other in pairs if one in PLACES and other in PLACES]


@bounded
@given(ways.filter(steps))
def test_no_metre_is_lost_and_none_is_added(drawn):
    edges = read(drawn).edges
    expected = sum(GEOD.inv(*PLACES[one], *PLACES[other])[2] for one, other in steps(drawn))
    assert edges["length_m"].sum() == pytest.approx(expected, rel=1e-9)


@bounded
@given(ways.filter(steps))
def test_two_nodes_are_joined_by_edges_exactly_when_they_are_by_steps(drawn):
    """Shortest distances between ends of edges, against networkx on every single step."""
    streets = read(drawn)
    fine = nx.Graph()
    for one, other in steps(drawn):
        fine.add_edge(PLACES[one], PLACES[other], m=GEOD.inv(*PLACES[one], *PLACES[other])[2])
    coarse = nx.Graph()
    for u, v, m in zip(streets.edges["u"], streets.edges["v"], streets.edges["length_m"], strict=True):
        known = coarse.get_edge_data(u, v, {"m": np.inf})["m"]
        coarse.add_edge(u, v, m=min(m, known))
    starts = {u: line.coords[0] for u, line in zip(streets.edges["u"], streets.edges.geometry, strict=True)}
    stops = {v: line.coords[-1] for v, line in zip(streets.edges["v"], streets.edges.geometry, strict=True)}
    back = pyproj.Transformer.from_crs(2154, 4326, always_xy=True)
    place = {
        node: tuple(np.round(back.transform(*xy), 6).tolist()) for node, xy in {**starts, **stops}.items()
    }
    far = dict(nx.all_pairs_dijkstra_path_length(fine, weight="m"))
    rounded = {(round(lon, 6), round(lat, 6)): (lon, lat) for lon, lat in PLACES.values()}
    for node, reached in nx.all_pairs_dijkstra_path_length(coarse, weight="m"):
        for other, metres in reached.items():
            assert metres == pytest.approx(
                far[rounded[place[node]]][rounded[place[other]]], rel=1e-9, abs=1e-9
            )
    assert streets.report.components == nx.number_connected_components(fine)


@bounded
@given(ways.filter(steps), st.randoms(use_true_random=False))
def test_the_order_of_ways_and_the_way_they_are_drawn_change_no_edge(drawn, random):
    shuffled = [way[::-1] if random.random() < 0.5 else way for way in random.sample(drawn, len(drawn))]
    one, other = (
        read(drawn).edges,
        read(shuffled, dict(random.sample(list(PLACES.items()), len(PLACES)))).edges,
    )
    assert one[["u", "v"]].equals(other[["u", "v"]])
    assert one["length_m"].tolist() == pytest.approx(other["length_m"].tolist(), rel=1e-12)


@bounded
@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=2, max_size=5),
        min_size=1,
        max_size=8,
    ).filter(lambda lines: all(len(set(line)) > 1 for line in lines)),
    st.integers(-200, 200),
)
def test_a_layer_shifted_as_a_whole_keeps_its_nodes_and_its_lengths(lines, shift):
    """Each line is an edge between its end points, whatever it crosses; u ≤ v, numbered from 0."""

    def edges(by):
        shapes = [shapely.LineString([(658_000 + by + x, 6_853_000 + y) for x, y in line]) for line in lines]
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "t.parquet"
            gpd.GeoDataFrame({"id": range(len(shapes))}, geometry=shapes, crs=2154).to_parquet(path)
            return read_streets(path).edges

    found, moved = edges(0), edges(shift)
    assert len(found) == len(lines)
    assert sorted(found["length_m"]) == pytest.approx(
        sorted(shapely.length(shapely.linestrings(line)) for line in lines)
    )
    ends = Counter(frozenset((line[0], line[-1])) for line in lines)
    assert sorted(Counter(zip(found["u"], found["v"], strict=True)).values()) == sorted(ends.values())
    assert set(found["u"]) | set(found["v"]) == set(range(len({end for pair in ends for end in pair})))
    assert (found["u"] <= found["v"]).all()
    assert moved[["u", "v"]].equals(found[["u", "v"]])
    assert moved["length_m"].tolist() == pytest.approx(found["length_m"].tolist(), rel=1e-9)

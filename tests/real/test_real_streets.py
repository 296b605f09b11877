"""The streets around Trocadéro, from two files, counted again with json and xml alone."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from oqhs.errors import LayoutError
from oqhs.sources.streets import Streets, read_streets

pytestmark = pytest.mark.real
LET_IN = {"yes", "designated", "permissive", "official"}


@pytest.fixture(scope="module")
def overpass(real_data: Path) -> Streets:
    return read_streets(real_data / "streets" / "trocadero_overpass.json")


@pytest.fixture(scope="module")
def graphml(real_data: Path) -> Streets:
    return read_streets(real_data / "streets" / "trocadero.graphml")


@pytest.fixture(scope="module")
def ways(real_data: Path) -> list[dict]:
    content = json.loads((real_data / "streets" / "trocadero_overpass.json").read_text(encoding="utf-8"))
    return [one for one in content["elements"] if one["type"] == "way"]


@pytest.fixture(scope="module")
def graph_edges(real_data: Path) -> list[dict]:
    """Edges of the graph as dictionaries of text."""
    space = "{http://graphml.graphdrawing.org/xmlns}"
    root = ET.parse(real_data / "streets" / "trocadero.graphml").getroot()  # noqa: S314
    names = {key.get("id"): key.get("attr.name") for key in root.iter(f"{space}key")}
    return [
        {"source": edge.get("source"), "target": edge.get("target")}
        | {names[data.get("key")]: data.text for data in edge}
        for edge in root.iter(f"{space}edge")
    ]


def test_every_way_of_the_answer_is_kept_or_left_out_for_a_reason(overpass, ways):
    report = overpass.report
    assert report.ways_read == len(ways) == 3805
    assert report.ways_kept + sum(report.left_out.values()) == 3805
    assert (report.missing_nodes, report.merged, dict(report.unknown_values)) == (0, 0, {})


def plain_reason(tags: dict) -> str | None:
    """Why a way of this answer is left out, the rules written again by hand."""
    sides = {tags.get(f"sidewalk:{side}") for side in ("both", "left", "right")}
    let_in = tags.get("foot") in LET_IN
    if tags["highway"] == "elevator":
        return "not_for_walking"
    if tags.get("foot") in {"no", "private", "use_sidepath"}:
        return "foot_no"
    if tags.get("access") in {"no", "private", "military"} and not let_in:
        return "access_private"
    fast = tags["highway"] in {"trunk", "trunk_link", "motorway", "motorway_link"}
    if (
        fast
        and not let_in
        and tags.get("sidewalk") not in {"yes", "both", "left", "right"}
        and "yes" not in sides
    ):
        return "motorway"
    if tags["highway"] == "cycleway" and not let_in and "segregated" not in tags:
        return "cycleway"
    return None


def test_the_ways_left_out_are_those_plain_json_tells(overpass, ways):
    """The README of the data counts 141 ways `access=private` and 102 `foot=no`."""
    assert sum(way["tags"].get("access") == "private" for way in ways) == 141
    assert sum(way["tags"].get("foot") == "no" for way in ways) == 102
    told = Counter(plain_reason(way["tags"]) for way in ways)
    assert overpass.report.ways_kept == told.pop(None)
    assert dict(overpass.report.left_out) == dict(told)


def test_no_metre_of_the_kept_ways_is_lost_and_none_is_added(overpass, ways, real_data):
    """Every step of the ways plain json keeps, on the ellipsoid at 48.86° N, taken as flat there.

    Radii of the ellipsoid at that latitude: 6 371.7 km along the meridian, 6 390.3 km across it.
    """
    content = json.loads((real_data / "streets" / "trocadero_overpass.json").read_text(encoding="utf-8"))
    places = {one["id"]: (one["lon"], one["lat"]) for one in content["elements"] if one["type"] == "node"}
    expected = 0.0
    for way in ways:
        if plain_reason(way["tags"]) is None:
            lon, lat = np.radians([places[node] for node in way["nodes"]]).T
            east = np.diff(lon) * np.cos((lat[:-1] + lat[1:]) / 2) * 6_390_300
            expected += np.hypot(east, np.diff(lat) * 6_371_700).sum()
    assert overpass.edges["length_m"].sum() == pytest.approx(expected, rel=1e-5)


def test_the_two_directions_of_each_street_of_the_graph_are_one_edge(graphml, graph_edges):
    """A street is told here by the two nodes, the ways of OpenStreetMap and the length to the millimetre."""
    report = graphml.report
    assert report.ways_read == len(graph_edges) == 3495
    assert report.ways_kept + report.merged + sum(report.left_out.values()) == 3495

    def street(edge: dict) -> tuple:
        told = re.findall(r"\d+", edge["osmid"])
        return (
            frozenset((edge["source"], edge["target"])),
            frozenset(told),
            round(float(edge["length"]), 3),
        )

    assert report.ways_read - report.merged == len(Counter(map(street, graph_edges)))


def test_lengths_of_the_graph_agree_with_the_ellipsoid_to_what_a_sphere_may_miss(graphml, graph_edges):
    assert graphml.report.lengths_given == 0
    assert {"foot", "sidewalk"} <= set(graphml.report.unsaid)
    given = pd.Series([float(edge["length"]) for edge in graph_edges])
    assert graphml.edges["length_m"].max() == pytest.approx(given.max(), rel=0.004)
    planar = shapely.length(graphml.edges.geometry.to_numpy())
    # At 48.86° N, Lambert-93 draws 0.01 % too short.
    assert graphml.edges["length_m"].sum() / planar.sum() == pytest.approx(1.0001, abs=5e-5)


def test_both_files_hold_as_much_street_where_both_reach(overpass, graphml):
    """Well inside the graph (100 m from its hull) both draw the same metres within 3 %.

    The rest is explained: OSMnx drops the streets nothing joins to the others, and saves no `foot`, so
    that the graph keeps the quays where it is forbidden to walk.
    """
    inside = shapely.convex_hull(shapely.union_all(graphml.edges.geometry.to_numpy())).buffer(-100)
    one, other = (
        shapely.length(shapely.intersection(streets.edges.geometry.to_numpy(), inside)).sum()
        for streets in (overpass, graphml)
    )
    assert one > 80_000
    assert other / one == pytest.approx(1, abs=0.03)


def test_the_nodes_of_both_files_are_at_the_same_places(overpass, graphml):
    """Nearly every junction of the graph is one of the answer of Overpass, to the centimetre."""
    ends = [
        shapely.points(
            np.unique(
                shapely.get_coordinates(shapely.get_point(streets.edges.geometry.to_numpy(), 0)), axis=0
            )
        )
        for streets in (overpass, graphml)
    ]
    near = shapely.STRtree(ends[0]).query_nearest(ends[1], return_distance=True)[1]
    assert (near < 0.01).mean() > 0.8


def test_edges_are_sorted_numbered_without_a_hole_and_run_from_u_to_v(overpass, graphml):
    for streets in (overpass, graphml):
        edges = streets.edges
        assert list(edges.columns) == ["u", "v", "length_m", "geometry"]
        assert edges.crs.to_epsg() == 2154
        assert edges.sort_values(["u", "v", "length_m"], kind="stable").index.equals(edges.index)
        assert set(edges["u"]) | set(edges["v"]) == set(range(streets.report.nodes))
        first = shapely.get_coordinates(shapely.get_point(edges.geometry.to_numpy(), 0))
        last = shapely.get_coordinates(shapely.get_point(edges.geometry.to_numpy(), -1))
        at = np.vstack([first, last])
        numbers = np.concatenate([edges["u"], edges["v"]])
        assert len(np.unique(np.column_stack([numbers, at]), axis=0)) == streets.report.nodes
        assert streets.report.attribution == "© les contributeurs d'OpenStreetMap (ODbL)"


def test_the_driving_network_of_meudon_is_refused(real_data):
    path = real_data / "streets" / "meudon_drive.graphml"
    with pytest.raises(LayoutError, match="this is not a pedestrian network") as caught:
        read_streets(path)
    assert "pedestrian_only=False" in caught.value.problems[0].todo
    roads = read_streets(path, pedestrian_only=False)
    # 14 trunk roads and 3 edges `access=no` of 824 are left out.
    assert dict(roads.report.left_out) == {"access_private": 3, "motorway": 14}
    assert roads.report.ways_kept == 824 - 17

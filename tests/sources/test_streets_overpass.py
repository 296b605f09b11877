"""Answers of Overpass: ways cut where they meet, and never joined by a guess."""

import json

import pyproj
import pytest

from oqhs.errors import CRSError, DataError, LayoutError
from oqhs.sources.streets import read_streets

#: A metre of latitude or longitude is about 1e-5 degree: the nodes below are tens of metres apart.
PLACES = {
    1: (2.400, 48.800),
    2: (2.401, 48.800),
    3: (2.402, 48.800),
    4: (2.401, 48.801),
    5: (2.401, 48.799),
    6: (2.403, 48.800),
}


def length(*nodes):
    """Length along nodes on the ellipsoid, by pyproj."""
    lon, lat = zip(*(PLACES[node] for node in nodes), strict=True)
    return pyproj.Geod(ellps="WGS84").line_length(lon, lat)


@pytest.fixture
def overpass(write):
    def _overpass(*ways, places=PLACES, more=(), **top):
        """Write an answer: each way is its nodes, or its nodes and its tags; a footway unless told."""
        nodes = [{"type": "node", "id": id_, "lat": lat, "lon": lon} for id_, (lon, lat) in places.items()]
        told = [way if isinstance(way[0], list) else (way, {}) for way in ways]
        drawn = [
            {"type": "way", "id": 100 + row, "nodes": list(nodes), "tags": {"highway": "footway"} | tags}
            for row, (nodes, tags) in enumerate(told)
        ]
        return write(json.dumps({"version": 0.6, "elements": [*nodes, *drawn, *more]} | top), "streets.json")

    return _overpass


def test_ways_are_cut_where_they_meet_and_nowhere_else(overpass):
    """Way 1-2-3-6 is crossed at node 2 by way 4-2-5: four edges, node 3 being no junction."""
    streets = read_streets(overpass([1, 2, 3, 6], [4, 2, 5]))
    edges = streets.edges
    # Nodes are numbered by longitude then latitude: 1 → 0, 5 → 1, 2 → 2, 4 → 3, 6 → 4.
    assert edges[["u", "v"]].to_numpy().tolist() == [[0, 2], [1, 2], [2, 3], [2, 4]]
    expected = [length(1, 2), length(5, 2), length(2, 4), length(2, 3, 6)]
    assert edges["length_m"].tolist() == pytest.approx(expected, rel=1e-9)
    assert [len(line.coords) for line in edges.geometry] == [2, 2, 2, 3]
    assert (streets.report.nodes, streets.report.components) == (5, 1)


def test_edges_run_in_lambert_93_from_u_to_v(overpass):
    edges = read_streets(overpass([6, 3, 2, 1])).edges
    assert edges.crs.to_epsg() == 2154
    to_lambert = pyproj.Transformer.from_crs(4326, 2154, always_xy=True)
    line = edges.geometry[0]
    assert line.coords[0] == pytest.approx(to_lambert.transform(*PLACES[1]), abs=1e-6)
    assert line.coords[-1] == pytest.approx(to_lambert.transform(*PLACES[6]), abs=1e-6)


def test_a_way_left_out_cuts_no_other(overpass):
    edges = read_streets(overpass([1, 2, 3], ([4, 2, 5], {"access": "private"}))).edges
    assert len(edges) == 1


def test_a_node_the_extract_does_not_hold_splits_the_way(overpass):
    """Node 9 is beyond the edge of the extract: nothing says that 2 and 3 are joined through it."""
    streets = read_streets(overpass([1, 2, 9, 3, 6]))
    assert streets.edges["length_m"].tolist() == pytest.approx([length(1, 2), length(3, 6)], rel=1e-9)
    assert (streets.report.missing_nodes, streets.report.components) == (1, 2)


def test_a_way_left_with_a_single_node_gives_no_edge_and_is_counted(overpass):
    report = read_streets(overpass([1, 2], [3, 9], [8, 9])).report
    assert (report.ways_read, report.ways_kept, dict(report.left_out)) == (3, 1, {"without_line": 2})
    assert report.missing_nodes == 2


def test_two_ways_between_the_same_nodes_stay_two_edges(overpass):
    edges = read_streets(overpass([1, 2], [1, 4, 2])).edges
    assert edges[["u", "v"]].to_numpy().tolist() == [[0, 1], [0, 1]]
    assert edges["length_m"].tolist() == pytest.approx([length(1, 2), length(1, 4, 2)], rel=1e-9)


def test_a_way_that_closes_on_itself_is_a_loop(overpass):
    edges = read_streets(overpass([1, 2, 4, 1])).edges
    assert edges[["u", "v"]].to_numpy().tolist() == [[0, 0]]
    assert edges["length_m"].tolist() == pytest.approx([length(1, 2, 4, 1)], rel=1e-9)


def test_a_way_that_crosses_itself_is_cut_there(overpass):
    """1-2-3-4-2-5: node 2 is met twice, so 1-2, the loop 2-3-4-2 and 2-5."""
    edges = read_streets(overpass([1, 2, 3, 4, 2, 5])).edges
    assert sorted(edges["length_m"]) == pytest.approx(
        sorted([length(1, 2), length(2, 3, 4, 2), length(2, 5)]), rel=1e-9
    )
    assert (edges["u"] == edges["v"]).sum() == 1


def test_a_square_is_walked_along_its_outline(overpass):
    square = ([2, 3, 4, 2], {"highway": "pedestrian", "area": "yes"})
    edges = read_streets(overpass([1, 2], square)).edges
    assert edges["length_m"].tolist() == pytest.approx([length(1, 2), length(2, 3, 4, 2)], rel=1e-9)


def test_two_nodes_at_one_place_are_one(overpass):
    edges = read_streets(overpass([1, 2], [7, 3], places=PLACES | {7: PLACES[2]})).edges
    assert edges[["u", "v"]].to_numpy().tolist() == [[0, 1], [1, 2]]


def test_a_node_that_stands_twice_running_makes_no_edge_of_no_length(overpass):
    assert read_streets(overpass([1, 1, 2, 2])).edges["length_m"].tolist() == pytest.approx([length(1, 2)])


def test_the_report_tells_why_each_way_was_left_out(overpass):
    report = read_streets(
        overpass(
            [1, 2],
            ([2, 3], {"foot": "no"}),
            ([2, 4], {"access": "private"}),
            ([2, 5], {"highway": "motorway"}),
            ([3, 6], {"highway": "razed"}),
            ([3, 6], {"access": "no", "foot": "yes"}),
        )
    ).report
    assert (report.layout, report.vocabulary) == ("overpass", "osm")
    assert dict(report.left_out) == {"access_private": 1, "foot_no": 1, "motorway": 1, "unknown_value": 1}
    assert dict(report.unknown_values) == {"razed": 1}
    assert report.ways_kept == 2
    assert report.ways_read == report.ways_kept + report.merged + sum(report.left_out.values()) == 6
    assert report.attribution == "© les contributeurs d'OpenStreetMap (ODbL)"


def test_a_way_without_highway_is_counted_and_an_element_of_another_type_is_not(overpass):
    building = {"type": "way", "id": 900, "nodes": [1, 2, 4, 1], "tags": {"building": "yes"}}
    relation = {"type": "relation", "id": 901, "members": []}
    report = read_streets(overpass([1, 2], more=[building, relation])).report
    assert (report.ways_read, dict(report.left_out)) == (2, {"not_a_street": 1})


def test_an_element_that_stands_twice_counts_once_and_keeps_its_tags(overpass):
    again = [
        {"type": "way", "id": 100, "nodes": [1, 2]},
        {"type": "node", "id": 1, "lat": 48.8, "lon": 2.4},
    ]
    streets = read_streets(overpass([1, 2], more=again))
    assert (streets.report.ways_read, len(streets.edges)) == (1, 1)


def test_the_order_of_the_elements_changes_nothing(overpass):
    ways = [[1, 2, 3, 6], [4, 2, 5], [1, 4], [1, 5, 2]]
    one = read_streets(overpass(*ways)).edges
    other = read_streets(overpass(*ways[::-1], places=dict(reversed(PLACES.items())))).edges
    assert one.equals(other)


def test_an_answer_that_is_not_complete_is_refused(overpass, refused):
    path = overpass([1, 2], remark="runtime error: Query timed out")
    (problem,) = refused(DataError, read_streets, path)
    assert problem.what == "Overpass did not answer in full"
    assert problem.found == "runtime error: Query timed out"
    assert "timeout" in problem.todo


def test_a_file_cut_in_its_middle_is_refused(overpass, write, refused):
    whole = overpass([1, 2]).read_text(encoding="utf-8")
    (problem,) = refused(LayoutError, read_streets, write(whole[:-20], "cut.json"))
    assert problem.what.startswith("this is not JSON")
    assert "cut" in problem.todo


@pytest.mark.parametrize(
    "element",
    [
        {"type": "node", "id": 50},
        {"type": "node", "id": "a", "lat": 48.8, "lon": 2.4},
        {"type": "node", "id": 2**70, "lat": 48.8, "lon": 2.4},
        {"type": "way", "id": 50, "tags": {"highway": "path"}},
        {"type": "way", "id": 50, "nodes": None},
        {"type": "way", "id": 50, "nodes": [1, 2], "tags": ["highway"]},
        "node",
    ],
)
def test_an_element_that_is_not_as_overpass_writes_it_is_refused(overpass, refused, element):
    (problem,) = refused(DataError, read_streets, overpass([1, 2], more=[element]))
    assert problem.what.startswith("an element is not as Overpass writes them")
    assert (problem.column, problem.todo is not None) == ("elements", True)


@pytest.mark.parametrize("place", [(2.4, 95.0), (190.0, 48.8), (float("nan"), 48.8)])
def test_a_node_that_is_nowhere_on_earth_is_refused(overpass, refused, place):
    (problem,) = refused(DataError, read_streets, overpass([1, 2], places=PLACES | {7: place}))
    assert (problem.what, problem.column) == ("a node has no place on Earth", "node 7")


def test_swapped_coordinates_are_told(overpass, refused):
    swapped = {id_: (lat, lon) for id_, (lon, lat) in PLACES.items()}
    (problem,) = refused(CRSError, read_streets, overpass([1, 2], places=swapped))
    assert problem.what.startswith("the coordinates are swapped")


def test_an_answer_without_a_way_is_refused(overpass, refused):
    (problem,) = refused(DataError, read_streets, overpass())
    assert problem.what == "this file holds no street"


def test_an_answer_without_a_walkable_way_is_refused_with_the_reasons(overpass, refused):
    path = overpass(([1, 2], {"highway": "motorway"}), ([2, 3], {"foot": "no"}))
    (problem,) = refused(DataError, read_streets, path)
    assert problem.what == "no street of this file may be walked"
    assert problem.found == "foot_no: 1, motorway: 1"


def test_a_driving_network_is_refused_unless_it_is_asked_for(overpass, refused):
    path = overpass(([1, 2], {"highway": "residential"}))
    (problem,) = refused(LayoutError, read_streets, path)
    assert problem.what == "this is not a pedestrian network"
    assert len(read_streets(path, pedestrian_only=False).edges) == 1


def test_an_answer_has_no_layer_and_no_other_system(overpass, refused):
    path = overpass([1, 2])
    (problem,) = refused(LayoutError, read_streets, path, layer="rues")
    assert (problem.what, problem.found) == ("this file has no layers", "rues")
    for other in ("EPSG:2154", "lambert"):
        (problem,) = refused(CRSError, read_streets, path, crs=other)
        assert (problem.found, problem.allowed) == (other, "EPSG:4326")
    assert len(read_streets(path, crs="EPSG:4326").edges) == 1

"""Street graphs of OSMnx: two directions are one street, and lengths are checked."""

import pyproj
import pytest

from oqhs.errors import CRSError, DataError, LayoutError
from oqhs.sources.streets import read_streets

PLACES = {"a": (2.400, 48.800), "b": (2.401, 48.800), "c": (2.401, 48.801)}
KEYS = {
    "x": "node",
    "y": "node",
    "crs": "graph",
    "highway": "edge",
    "access": "edge",
    "length": "edge",
    "geometry": "edge",
}


def length(*points):
    lon, lat = zip(*points, strict=True)
    return pyproj.Geod(ellps="WGS84").line_length(lon, lat)


AB, BC = length(PLACES["a"], PLACES["b"]), length(PLACES["b"], PLACES["c"])


def data(**values):
    return "".join(f'<data key="{name}">{value}</data>' for name, value in values.items())


@pytest.fixture
def graphml(write):
    def _graphml(*edges, places=PLACES, crs="epsg:4326", kind="directed", before=""):
        """Write a graph: each edge is (source, target, attributes); a footway unless told."""
        keys = "".join(f'<key id="{name}" for="{of}" attr.name="{name}"/>' for name, of in KEYS.items())
        nodes = "".join(f'<node id="{name}">{data(x=x, y=y)}</node>\n' for name, (x, y) in places.items())
        drawn = "".join(
            f'<edge source="{source}" target="{target}">{data(**{"highway": "footway"} | told)}</edge>\n'
            for source, target, told in edges
        )
        said = data(crs=crs) if crs is not None else ""
        text = (
            f"<?xml version='1.0' encoding='utf-8'?>\n{before}"
            f'<graphml xmlns="http://graphml.graphdrawing.org/xmlns">{keys}\n'
            f'<graph edgedefault="{kind}">{said}\n{nodes}{drawn}</graph></graphml>'
        )
        return write(text, "streets.graphml")

    return _graphml


def line(*points):
    return "LINESTRING (" + ", ".join(f"{x} {y}" for x, y in points) + ")"


def test_an_edge_without_a_line_is_straight_between_its_nodes(graphml):
    streets = read_streets(graphml(("a", "b", {}), ("b", "c", {})))
    assert streets.edges["length_m"].tolist() == pytest.approx([AB, BC], rel=1e-9)
    assert streets.edges[["u", "v"]].to_numpy().tolist() == [[0, 1], [1, 2]]
    assert streets.edges.crs.to_epsg() == 2154
    assert (streets.report.layout, streets.report.vocabulary) == ("graphml", "osm")
    assert streets.report.attribution == "© les contributeurs d'OpenStreetMap (ODbL)"


def test_the_two_directions_of_a_street_are_one_edge(graphml):
    bend = [PLACES["a"], (2.4004, 48.8003), PLACES["b"]]
    edges = [
        ("a", "b", {"geometry": line(*bend)}),
        ("b", "a", {"geometry": line(*bend[::-1])}),
        ("b", "c", {}),
    ]
    streets = read_streets(graphml(*edges))
    assert streets.edges["length_m"].tolist() == pytest.approx([length(*bend), BC], rel=1e-9)
    report = streets.report
    assert (report.ways_read, report.ways_kept, report.merged) == (3, 2, 1)


def test_lengths_that_differ_by_the_order_of_their_sum_are_one_street(graphml):
    edges = [("a", "b", {"length": "73.42300000000001"}), ("b", "a", {"length": "73.423"})]
    assert len(read_streets(graphml(*edges)).edges) == 1


def test_parallel_edges_are_kept_each_with_its_two_directions_merged(graphml):
    bend = [PLACES["a"], (2.4004, 48.8003), PLACES["b"]]
    edges = [
        ("a", "b", {}),
        ("a", "b", {"geometry": line(*bend)}),
        ("b", "a", {}),
        ("b", "a", {"geometry": line(*bend[::-1])}),
    ]
    found = read_streets(graphml(*edges)).edges
    assert found["length_m"].tolist() == pytest.approx([AB, length(*bend)], rel=1e-9)


def test_two_edges_of_one_line_in_one_direction_are_parallel_ones(graphml):
    assert len(read_streets(graphml(("a", "b", {}), ("a", "b", {}), ("b", "a", {}))).edges) == 2


def test_no_edge_is_merged_in_a_graph_that_has_no_directions(graphml):
    edges = [("a", "b", {}), ("b", "a", {})]
    assert len(read_streets(graphml(*edges, kind="undirected")).edges) == 2


def test_a_loop_and_its_other_direction_are_one_edge(graphml):
    ring = [PLACES["a"], (2.4005, 48.8), (2.4005, 48.8004), PLACES["a"]]
    edges = [("a", "a", {"geometry": line(*ring)}), ("a", "a", {"geometry": line(*ring[::-1])})]
    found = read_streets(graphml(*edges)).edges
    assert found[["u", "v"]].to_numpy().tolist() == [[0, 0]]
    assert found["length_m"].tolist() == pytest.approx([length(*ring)], rel=1e-9)


def test_a_line_drawn_from_the_target_is_turned(graphml):
    """A graph without directions may keep the line of the other way round."""
    bend = [PLACES["b"], (2.4004, 48.8003), PLACES["a"]]
    found = read_streets(graphml(("a", "b", {"geometry": line(*bend)}), kind="undirected")).edges
    to_lambert = pyproj.Transformer.from_crs(4326, 2154, always_xy=True)
    assert found.geometry[0].coords[0] == pytest.approx(to_lambert.transform(*PLACES["a"]), abs=1e-6)


def test_a_length_taken_on_a_sphere_gives_way_to_the_ellipsoid(graphml):
    """On a sphere of 6 371 009 m, an east-west street at 48.8° is 0.3 % too short."""
    sphere = pyproj.Geod(a=6_371_009, b=6_371_009)
    short = sphere.inv(*PLACES["a"], *PLACES["b"])[2]
    assert 0.002 < 1 - short / AB < 0.004
    streets = read_streets(graphml(("a", "b", {"length": str(short)})))
    assert streets.edges["length_m"].tolist() == pytest.approx([AB], rel=1e-9)
    assert streets.report.lengths_given == 0


def test_a_length_that_the_drawing_does_not_show_is_taken_as_given(graphml):
    """A graph saved without its lines: 120 m of street between two nodes 73 m apart."""
    streets = read_streets(graphml(("a", "b", {"length": "120.0"}), ("b", "c", {})))
    assert streets.edges["length_m"].tolist() == pytest.approx([120.0, BC], rel=1e-9)
    assert streets.report.lengths_given == 1


def test_a_length_under_the_straight_distance_is_refused(graphml, refused):
    path = graphml(("a", "b", {"length": "50"}), ("b", "c", {"length": "1"}))
    first, second = refused(DataError, read_streets, path)
    assert first.what == "the length of an edge is under the straight distance between its ends"
    assert (first.column, first.found, first.allowed) == ("length", 50.0, f"{AB:.3f} m or more")
    lines = path.read_text(encoding="utf-8").splitlines()
    assert 'source="a"' in lines[first.line - 1]
    assert 'source="b"' in lines[second.line - 1]


@pytest.mark.parametrize("text", ["73,4", "nan", "inf", "-3", "long"])
def test_a_length_that_is_no_number_of_metres_is_refused(graphml, refused, text):
    (problem,) = refused(DataError, read_streets, graphml(("a", "b", {"length": text})))
    assert (problem.what, problem.found) == ("the length of an edge is no number of metres", text)
    assert problem.line is not None


def test_the_rules_hold_and_the_report_names_the_tags_the_graph_does_not_have(graphml):
    edges = [
        ("a", "b", {"highway": "['footway', 'steps']"}),
        ("b", "c", {"access": "private"}),
        ("a", "c", {"highway": "elevator"}),
    ]
    report = read_streets(graphml(*edges)).report
    assert dict(report.left_out) == {"access_private": 1, "not_for_walking": 1}
    assert {"foot", "sidewalk"} <= set(report.unsaid)
    assert not {"highway", "access"} & set(report.unsaid)


def test_a_driving_graph_is_refused(graphml, refused):
    path = graphml(("a", "b", {"highway": "residential"}), ("b", "c", {"highway": "primary"}))
    (problem,) = refused(LayoutError, read_streets, path)
    assert (problem.what, problem.found) == (
        "this is not a pedestrian network",
        "0.00 % of the ways are for people on foot",
    )
    assert len(read_streets(path, pedestrian_only=False).edges) == 2


def test_a_projected_graph_is_placed_in_lambert_93_and_measured_on_the_ellipsoid(graphml):
    to_utm = pyproj.Transformer.from_crs(4326, 32631, always_xy=True)
    places = {name: to_utm.transform(*place) for name, place in PLACES.items()}
    edges = read_streets(graphml(("a", "b", {}), ("b", "c", {}), places=places, crs="epsg:32631")).edges
    assert edges.crs.to_epsg() == 2154
    assert edges["length_m"].tolist() == pytest.approx([AB, BC], rel=1e-8)


def test_a_graph_that_says_no_system_needs_one_and_never_another(graphml, refused):
    bare = graphml(("a", "b", {}), crs=None)
    (problem,) = refused(CRSError, read_streets, bare)
    assert problem.what == "the graph says no coordinate reference system"
    assert read_streets(bare, crs="EPSG:4326").edges["length_m"].tolist() == pytest.approx([AB])
    path = graphml(("a", "b", {}))
    (problem,) = refused(CRSError, read_streets, path, crs="EPSG:2154")
    assert problem.what == "the graph says another coordinate reference system"
    (problem,) = refused(CRSError, read_streets, path, crs="degrees")
    assert (problem.what, problem.found) == ("this is not a coordinate reference system", "degrees")


def test_a_document_type_is_refused_before_any_entity_is_read(graphml, refused):
    before = '<!DOCTYPE graphml [<!ENTITY e SYSTEM "file:///etc/hostname">]>\n'
    (problem,) = refused(LayoutError, read_streets, graphml(("a", "b", {"length": "&e;"}), before=before))
    assert (problem.what, problem.line) == ("a document type is not accepted in a graph", 2)


def test_a_graph_cut_in_its_middle_is_refused(graphml, write, refused):
    text = graphml(("a", "b", {})).read_text(encoding="utf-8")
    (problem,) = refused(LayoutError, read_streets, write(text[:-30], "cut.graphml"))
    assert problem.what.startswith("this is not XML")


def test_a_node_without_a_place_is_refused(graphml, refused):
    (problem,) = refused(
        DataError, read_streets, graphml(("a", "b", {}), places=PLACES | {"d": ("east", 48.8)})
    )
    assert (problem.what, problem.column) == ("a node has no place", "node d")
    assert problem.found == {"x": "east", "y": "48.8"}


def test_an_edge_to_a_node_that_is_not_there_is_refused(graphml, refused):
    (problem,) = refused(DataError, read_streets, graphml(("a", "b", {}), ("b", "z", {})))
    assert (problem.what, problem.column, problem.found) == (
        "an edge names a node the graph does not hold",
        "target",
        "z",
    )
    assert problem.line is not None


@pytest.mark.parametrize(
    ("geometry", "what"),
    [
        (line((2.41, 48.81), PLACES["b"]), "the line of an edge does not join its nodes"),
        ("POINT (2.4 48.8)", "an edge is not a line"),
        ("not a line", "an edge is not a line"),
        ("LINESTRING EMPTY", "an edge is not a line"),
        ("LINESTRING (2.4 48.8, nan 48.8, 2.401 48.8)", "an edge is not a line"),
    ],
)
def test_a_line_that_does_not_join_its_nodes_is_refused(graphml, refused, geometry, what):
    (problem,) = refused(DataError, read_streets, graphml(("a", "b", {"geometry": geometry})))
    assert (problem.what, problem.column, problem.found) == (what, "geometry", geometry)


def test_a_graph_without_an_edge_is_refused(graphml, refused):
    (problem,) = refused(DataError, read_streets, graphml())
    assert problem.what == "this file holds no street"

"""What walking refuses, and what the error says: where, what was found, what is allowed."""

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from oqhs.errors import CRSError, MeasureError
from oqhs.measures.walking import StreetNetwork

ASKED = {"speed_kmh": 4, "max_minutes": 10, "max_snap_m": 50}
#: A street of Créteil, in Lambert 93.
X, Y = 658_000.0, 6_853_000.0


def edges(n=2):
    at = [[(X + 100 * k, Y), (X + 100 * k + 100, Y)] for k in range(n)]
    columns = {"u": np.arange(n), "v": np.arange(n) + 1, "length_m": np.full(n, 100.0)}
    return gpd.GeoDataFrame(columns, geometry=shapely.linestrings(np.array(at)), crs=2154)


def facilities(*codes):
    points = shapely.points(X + 10.0 * np.arange(len(codes)), Y)
    return gpd.GeoDataFrame({"code": list(codes)}, geometry=points, crs=2154)


def origins(n=2):
    return gpd.GeoDataFrame(geometry=shapely.points(X + 10.0 * np.arange(n), Y), crs=2154)


def walk(streets=None, served=None, homes=None, **asked):
    streets = edges() if streets is None else streets
    served = facilities("A", "B") if served is None else served
    homes = origins() if homes is None else homes
    return StreetNetwork(streets).walk(served, homes, **(ASKED | asked))


def refused(kind, match, make):
    with pytest.raises(kind, match=match) as error:
        make()
    (problem,) = error.value.problems
    return problem


def given(name, layer):
    """Walk with one of the three layers changed."""
    return walk(**{{"edges": "streets", "facilities": "served", "origins": "homes"}[name]: layer})


LAYERS = {"edges": edges, "facilities": lambda: facilities("A", "B"), "origins": origins}


def test_what_these_tests_change_is_taken_when_nothing_is_wrong():
    assert walk()["status"].tolist() == ["reached", "reached"]


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_that_says_no_reference_system_is_refused_and_never_guessed(name):
    naive = LAYERS[name]().set_crs(None, allow_override=True)
    problem = refused(CRSError, "says no coordinate reference system", lambda: given(name, naive))
    assert problem.column == name
    assert "never guessed" in problem.todo


@pytest.mark.parametrize("name", LAYERS)
def test_a_table_without_geometry_is_refused_as_a_layer_without_a_system(name):
    table = pd.DataFrame(LAYERS[name]().drop(columns="geometry"))
    assert refused(CRSError, "says no coordinate reference system", lambda: given(name, table)).column == name


@pytest.mark.parametrize(
    ("system", "found"), [(4326, "WGS 84"), (2263, "NAD83 / New York Long Island (ftUS)")]
)
@pytest.mark.parametrize("name", LAYERS)
def test_a_system_in_degrees_or_in_feet_is_refused(name, system, found):
    other = LAYERS[name]().set_crs(system, allow_override=True)
    problem = refused(CRSError, "distances are walked in metres", lambda: given(name, other))
    assert (problem.column, problem.found) == (name, found)
    assert "to_crs" in problem.todo


@pytest.mark.parametrize("name", ["facilities", "origins"])
def test_a_layer_in_another_system_than_the_streets_is_refused_with_both(name):
    other = LAYERS[name]().to_crs(3949)
    problem = refused(CRSError, "not in the system of the others", lambda: given(name, other))
    assert (problem.column, problem.found, problem.allowed) == (
        name,
        "RGF93 v1 / CC49",
        "RGF93 v1 / Lambert-93",
    )


@pytest.mark.parametrize("name", ["facilities", "origins"])
def test_an_empty_layer_is_refused(name):
    problem = refused(MeasureError, "the layer is empty", lambda: given(name, LAYERS[name]().iloc[:0]))
    assert (problem.column, problem.allowed) == (name, "one place at least")


def test_streets_without_an_edge_are_refused():
    assert (
        refused(MeasureError, "there is no edge to walk on", lambda: walk(edges().iloc[:0])).column == "edges"
    )


@pytest.mark.parametrize("absent", ["u", "v", "length_m"])
def test_edges_without_one_of_their_columns_are_refused_with_those_they_have(absent):
    problem = refused(MeasureError, f"no column '{absent}'", lambda: walk(edges().drop(columns=absent)))
    assert problem.found == ", ".join(name for name in ("u", "v", "length_m", "geometry") if name != absent)
    assert problem.allowed == "u, v, length_m"


@pytest.mark.parametrize("length", [-1.0, 0.0, math.nan, math.inf])
def test_an_edge_whose_length_is_not_above_zero_is_refused(length):
    wrong = edges().assign(length_m=[100.0, length]).set_axis(["a", "b"])
    problem = refused(MeasureError, "a length is not a number above 0 in 1 rows", lambda: walk(wrong))
    assert (problem.column, problem.found) == ("length_m", "rows 'b'")


@pytest.mark.parametrize("name", ["u", "v"])
def test_a_missing_junction_is_refused(name):
    wrong = edges().astype({name: "float64"})
    wrong.loc[1, name] = np.nan
    problem = refused(MeasureError, "a junction is missing in 1 rows", lambda: walk(wrong))
    assert (problem.column, problem.found) == (name, "rows 1")


def test_junctions_that_are_not_whole_numbers_are_refused():
    problem = refused(MeasureError, "not whole numbers", lambda: walk(edges().assign(u=["a", "b"])))
    assert problem.column == "u"
    assert "'a'" in problem.found


SHAPES = {
    "missing": None,
    "empty": shapely.LineString(),
    "a point": shapely.Point(X, Y),
    "several lines": shapely.MultiLineString([[(X, Y), (X + 100, Y)]]),
    "a line that leads to infinity": shapely.LineString([(X, Y), (math.inf, Y)]),
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_an_edge_that_is_not_a_line_is_refused(shape):
    wrong = edges()
    wrong["geometry"] = gpd.GeoSeries([wrong.geometry[0], shape], crs=2154)
    problem = refused(MeasureError, "an edge is not a line in 1 rows", lambda: walk(wrong))
    assert problem.found == "rows 1"


def test_an_edge_drawn_the_wrong_way_is_refused():
    wrong = edges(3)
    wrong.loc[1, "geometry"] = wrong.geometry[1].reverse()
    problem = refused(MeasureError, "the edges of a junction do not meet", lambda: walk(wrong))
    assert problem.todo.startswith("draw each line from u to v")


@pytest.mark.parametrize("place", [None, shapely.Point(), shapely.Point(math.inf, math.inf)])
@pytest.mark.parametrize("name", ["facilities", "origins"])
def test_places_without_coordinates_are_refused_and_not_dropped(name, place):
    wrong = LAYERS[name]().set_axis(["a", "b"])
    wrong["geometry"] = gpd.GeoSeries([wrong.geometry["a"], place], index=["a", "b"], crs=2154)
    problem = refused(MeasureError, "places have no coordinates in 1 rows", lambda: given(name, wrong))
    assert (problem.column, problem.found) == (name, "rows 'b'")


def test_an_origin_that_is_not_a_point_is_refused():
    zones = origins().set_geometry(origins().buffer(5))
    problem = refused(MeasureError, "a place is of another type in 2 rows", lambda: walk(homes=zones))
    assert (problem.column, problem.allowed) == ("origins", "Point")


def test_a_facility_that_is_neither_a_point_nor_a_surface_is_refused():
    lines = facilities("A").set_geometry([shapely.LineString([(X, Y), (X + 9, Y)])], crs=2154)
    problem = refused(MeasureError, "a place is of another type in 1 rows", lambda: walk(served=lines))
    assert (problem.column, problem.allowed) == ("facilities", "Point or Polygon or Multipolygon")


def test_a_park_that_is_not_valid_is_refused():
    bow_tie = shapely.Polygon([(X, Y), (X + 20, Y + 20), (X + 20, Y), (X, Y + 20)])
    wrong = facilities("A").set_geometry([bow_tie], crs=2154)
    assert refused(MeasureError, "not valid in 1 rows", lambda: walk(served=wrong)).column == "facilities"


@pytest.mark.parametrize("name", ["facilities", "origins"])
def test_a_layer_whose_coordinates_were_swapped_is_refused(name):
    layer = LAYERS[name]()
    x, y = layer.geometry.x, layer.geometry.y
    swapped = layer.set_geometry(gpd.points_from_xy(y, x, crs=2154))
    problem = refused(MeasureError, "the layer lies [0-9]+ km away", lambda: given(name, swapped))
    assert problem.column == name
    assert "swapped" in problem.todo


@pytest.mark.parametrize("name", ["facilities", "origins"])
def test_a_layer_more_than_fifty_kilometres_away_is_refused_and_one_nearer_is_not(name):
    def moved(metres):
        return LAYERS[name]().set_geometry(LAYERS[name]().translate(0, metres))

    problem = refused(MeasureError, "the layer lies 51 km away", lambda: given(name, moved(51_000)))
    assert problem.found == f"x 658000 to 658010, y {Y + 51_000:.0f} to {Y + 51_000:.0f}"
    near = walk(**{"homes" if name == "origins" else "served": moved(49_000)}, max_snap_m=math.inf)
    assert (near["status"] == "beyond_limit").all()


def test_one_place_far_away_among_others_is_no_error():
    homes = origins(3)
    homes.loc[2, "geometry"] = shapely.Point(X, Y + 90_000)
    assert walk(homes=homes)["status"].tolist() == ["reached", "reached", "too_far_from_street"]


def test_facilities_that_are_all_far_from_the_streets_are_refused():
    away = facilities("A", "B")
    away = away.set_geometry(away.translate(0, 51))
    problem = refused(MeasureError, "no facility is near a street", lambda: walk(served=away))
    assert problem.found == "2 facilities, all further than 50 m from any street"


@pytest.mark.parametrize(
    ("codes", "found"),
    [
        (["A", "A", "B"], "A"),
        (["A", None, "B"], "no code"),
        ([1, 2, 1], "1"),
        ([np.nan, 1.0, 2.0], "no code"),
    ],
)
def test_a_code_that_is_missing_or_stands_twice_is_refused(codes, found):
    problem = refused(
        MeasureError, "a code is missing, or stands twice", lambda: walk(served=facilities(*codes))
    )
    assert (problem.column, problem.found) == ("facilities", found)


@pytest.mark.parametrize("codes", [["A", 1], [1.5, 2.5], [True, False]])
def test_codes_that_cannot_be_put_in_order_as_they_are_written_are_refused(codes):
    served = facilities(*codes)
    served["code"] = pd.Series(codes, dtype=object)
    assert "codes are of several types" in str(
        refused(MeasureError, "codes are of several types", lambda: walk(served=served))
    )


@pytest.mark.parametrize("value", [0, -1, math.nan])
@pytest.mark.parametrize("name", ["speed_kmh", "max_minutes", "max_snap_m"])
def test_a_parameter_that_is_not_above_zero_is_refused(name, value):
    problem = refused(MeasureError, "not a measure of walking", lambda: walk(**{name: value}))
    assert problem.column == name
    assert problem.found is value


def test_nobody_walks_infinitely_fast():
    assert refused(MeasureError, "not a measure", lambda: walk(speed_kmh=math.inf)).column == "speed_kmh"

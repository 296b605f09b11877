"""A list of facilities that could put one in the wrong place, or lose it, is refused."""

import re

import geopandas as gpd
import numpy as np
import pytest
import shapely

from oqhs.errors import CatalogueError, CRSError, DataError, LayoutError
from oqhs.sources.cards import find_card
from oqhs.sources.facilities import read_facilities

XY = {"x": "X", "y": "Y", "crs": "EPSG:2154"}
MAPPING = {"code": "ID", "category": "pmi", **XY}
DEGREES = {"code": "ID", "category": "pmi", "lat": "LAT", "lon": "LON"}
OF_LAYER = {"code": "ID", "category": "parc"}
SQUARE = shapely.box(660_000, 6_855_000, 660_100, 6_855_100)


@pytest.fixture
def faults(write, carded, refused):
    """Problems of a list that must be refused with one error, and where each stands."""

    def _faults(content, mapping=MAPPING, error=DataError, **options):
        path = write(content, **options) if isinstance(content, (str, bytes)) else content
        carded(path, layout="facilities", facilities=mapping)
        problems = refused(error, read_facilities, path, find_card(path))
        assert {problem.file for problem in problems} <= {path, path.with_name(path.name + ".card.yaml")}
        return problems

    return _faults


@pytest.fixture
def layer(tmp_path):
    """Write a GeoParquet layer, which keeps any geometry as it is."""

    def _layer(geometry, crs=2154):
        path = tmp_path / "a.parquet"
        codes = [f"P{i}" for i in range(len(geometry))]
        gpd.GeoDataFrame({"ID": codes}, geometry=geometry, crs=crs).to_parquet(path)
        return path

    return _layer


def places(problems):
    return [(problem.line, problem.column, problem.found) for problem in problems]


# --- the card


def test_a_card_that_does_not_describe_the_list_is_refused(faults):
    (problem,) = faults("ID;X;Y\nA;1;2\n", None, CatalogueError)
    assert (problem.column, problem.file.name) == ("facilities", "table.csv.card.yaml")


def test_a_table_needs_the_columns_of_its_coordinates(faults):
    (problem,) = faults("ID;X;Y\nA;1;2\n", OF_LAYER, CatalogueError)
    assert problem.what == "nothing says where the rows are"
    assert problem.allowed == "x, y and crs, or lat and lon"


def test_a_layer_needs_none(faults, layer):
    (problem,) = faults(layer([SQUARE]), MAPPING, CatalogueError)
    assert (problem.what, problem.found) == ("a layer says where its features are", "X, Y")


def test_columns_the_file_does_not_have_are_all_told(faults):
    mapping = MAPPING | {"name": "NOM", "valid_from": "OUVERTURE"}
    problems = faults("ID;X\nA;1\n", mapping)
    assert {problem.what for problem in problems} == {"the card names a column the file does not have"}
    assert [problem.column for problem in problems] == ["Y", "NOM", "OUVERTURE"]
    assert {problem.allowed for problem in problems} == {"ID, X"}


def test_fields_a_layer_does_not_have_are_told(faults, layer):
    (problem,) = faults(layer([SQUARE]), OF_LAYER | {"name": "NOM"})
    assert (problem.column, problem.allowed) == ("NOM", "ID")


@pytest.mark.parametrize("crs", ["EPSG:99999", "Lambert"])
def test_a_system_that_is_none_is_told(faults, crs):
    (problem,) = faults("ID;X;Y\nA;1;2\n", MAPPING | {"crs": crs}, CRSError)
    assert (problem.what, problem.column, problem.found) == (
        "this is not a coordinate reference system",
        "crs",
        crs,
    )


def test_latitudes_in_a_system_of_metres_are_refused(faults):
    (problem,) = faults("ID;LAT;LON\nA;48.8;2.4\n", DEGREES | {"crs": "EPSG:2154"}, CRSError)
    assert problem.what == "latitudes and longitudes are degrees, and this system has none"


# --- the rows


@pytest.mark.parametrize("content", ["ID;X;Y\n", "ID;X;Y\n;;\n"])
def test_a_table_without_a_row_is_refused(faults, content):
    (problem,) = faults(content)
    assert problem.what == "there is no row under the header"


def test_a_layer_without_a_feature_is_refused(faults, layer):
    (problem,) = faults(layer([]), OF_LAYER)
    assert problem.what == "there is no feature in the layer"


def test_every_row_without_coordinates_is_refused(faults):
    (problem,) = faults("ID;X;Y\nA;;\nB;NA;NA\n")
    assert problem.what == "no row says where it is"


def test_every_feature_without_a_place_is_refused(faults, layer):
    (problem,) = faults(layer([None, shapely.Point()]), OF_LAYER)
    assert problem.what == "no row says where it is"


def test_codes_that_stand_twice_or_are_missing_are_told_with_their_lines(faults):
    problems = faults("ID;X;Y\nA;660000;6855000\n;660000;6855000\n\nA;660001;6855000\n")
    assert [(problem.what, problem.line, problem.found) for problem in problems] == [
        ("this row has no code", 3, ""),
        ("this code stands twice", 5, "A"),
    ]


def test_categories_to_keep_that_no_row_has_are_told(faults):
    mapping = {"category_column": "TYPE", "keep": {"C201": "college", "PMI*": "pmi", "EDS": "eds"}, **XY}
    problems = faults("TYPE;X;Y\nC201;660000;6855000\nC101;660000;6855000\n", mapping)
    assert {problem.what for problem in problems} == {"no row is of a category to keep"}
    assert [(problem.column, problem.found) for problem in problems] == [("TYPE", "PMI*"), ("TYPE", "EDS")]
    assert {problem.allowed for problem in problems} == {"C101, C201"}


@pytest.mark.parametrize("day", ["2024-02-30", "31/02/2024", "09/2024", "2024", "1er septembre", "01/09/24"])
def test_a_day_that_is_not_one_is_told(faults, day):
    mapping = MAPPING | {"valid_from": "DEBUT"}
    content = f"ID;X;Y;DEBUT\nA;660000;6855000;2024-09-01\nB;660000;6855000;{day}\n"
    (problem,) = faults(content, mapping)
    assert (problem.what, *places([problem])[0]) == ("this is not a day", 3, "DEBUT", day)
    assert problem.allowed == "2024-09-01 or 01/09/2024, or nothing"


def test_a_facility_that_closes_before_it_opens_is_told(faults):
    mapping = MAPPING | {"valid_from": "DEBUT", "valid_to": "FIN"}
    (problem,) = faults("ID;X;Y;DEBUT;FIN\nA;660000;6855000;2024-09-02;01/09/2024\n", mapping)
    assert problem.what == "the last day is before the first"
    assert places([problem]) == [(2, "FIN", "2024-09-01")]


# --- coordinates of a table


@pytest.mark.parametrize("cell", ["NaN", "inf", "6,6e5", "rue Juliette", "1.234,5", "9" * 400, "#N/A"])
def test_a_coordinate_that_is_not_a_number_is_told(faults, cell):
    (problem,) = faults(f"ID;X;Y\nA;660000;6855000\nB;{cell};6855000\n")
    assert (problem.what, *places([problem])[0]) == ("this coordinate is not a number", 3, "X", cell)


def test_half_a_pair_is_told(faults):
    problems = faults("ID;X;Y\nA;660000;6855000\nB;660000;\nC;NA;6855000\n")
    assert {problem.what for problem in problems} == {"one coordinate of two is missing"}
    assert [(problem.line, problem.column) for problem in problems] == [(4, "X"), (3, "Y")]


@pytest.mark.parametrize(
    ("x", "y"),
    [("0", "0"), ("660000", "0"), ("66000000", "6855000"), ("1" * 300, "6855000"), ("-660000", "685500")],
)
def test_a_place_outside_the_area_of_its_system_is_told(faults, x, y):
    (problem,) = faults(f"ID;X;Y\nA;660000;6855000\nB;{x};{y}\n")
    assert problem.what == "this is not in the area of use of RGF93 v1 / Lambert-93"
    assert (problem.line, problem.column) == (3, "X, Y")
    assert problem.found == f"{float(x):.12g}, {float(y):.12g}"
    # The area of use, in the unit of the system: 9.86° W to 10.38° E is about 1 700 km at that latitude.
    west, east = map(float, re.findall(r"x from (\S+) to (\S+),", problem.allowed)[0])
    assert 1_500_000 < east - west < 1_800_000
    assert problem.allowed.endswith("in metres")


@pytest.mark.parametrize(("lat", "lon"), [("95", "2.4"), ("48.8", "200"), ("488000", "24000")])
def test_a_latitude_or_a_longitude_out_of_range_is_told(faults, lat, lon):
    (problem,) = faults(f"ID;LAT;LON\nA;48.8;2.4\nB;{lat};{lon}\n", DEGREES)
    assert problem.what == "this is no longitude and latitude"
    assert places([problem]) == [(3, "LON, LAT", f"{float(lon):.12g}, {float(lat):.12g}")]


@pytest.mark.parametrize(("lat", "lon"), [("0", "0"), ("40.4", "-30"), ("2.4", "48.8")])
def test_a_place_out_of_france_is_told(faults, lat, lon):
    (problem,) = faults(f"ID;LAT;LON\nA;48.8;2.4\nB;{lat};{lon}\n", DEGREES)
    assert (problem.what, problem.line) == ("this place is not in France", 3)
    assert "EPSG:2154: longitude -9.86 to 10.38" in problem.allowed


def test_latitudes_and_longitudes_that_are_swapped_are_told_once(faults):
    (problem,) = faults("ID;LAT;LON\nZ;;\nA;2.4;48.8\nB;2.5;48.7\n", DEGREES)
    assert problem.what == (
        "longitude and latitude are swapped: all 2 places only make sense the other way round"
    )
    assert places([problem]) == [(3, "LON, LAT", "48.8, 2.4")]
    assert problem.todo == "swap the two columns in the card"


def test_swapped_degrees_that_are_out_of_range_are_told_as_swapped(faults):
    # Papeete: its longitude, -149.6, is no latitude.
    (problem,) = faults("ID;LAT;LON\nA;-149.6;-17.5\n", DEGREES)
    assert "are swapped" in problem.what


def test_x_and_y_that_are_swapped_are_told_once(faults):
    (problem,) = faults("ID;X;Y\nA;6855000;660000\nB;6855001;660000\n")
    assert problem.what == "x and y are swapped: all 2 places only make sense the other way round"


def test_degrees_said_to_be_metres_are_told(faults):
    (problem,) = faults("ID;X;Y\nA;2.4;48.8\n")
    assert problem.what == "this is not in the area of use of RGF93 v1 / Lambert-93"


def test_places_of_several_territories_are_told_once(faults):
    content = "ID;LAT;LON\nA;48.8;2.4\nB;48.9;2.4\nR;-20.88;55.45\nS;-20.9;55.5\n"
    (problem,) = faults(content, DEGREES)
    assert problem.what == (
        "the places are not in one territory (2 in EPSG:2154, 2 in EPSG:2975): no single system measures them"
    )
    assert places([problem]) == [(4, "LON, LAT", "55.45, -20.88")]


def test_everything_that_is_wrong_is_told_at_once(faults):
    mapping = MAPPING | {"valid_from": "DEBUT"}
    rows = ["A;660000;6855000;", "A;x;6855000;", "B;0;0;", "C;660000;6855000;demain"]
    problems = faults("\n".join(["ID;X;Y;DEBUT", *rows, ""]), mapping)
    assert sorted(problem.line for problem in problems) == [3, 3, 4, 5]


# --- layers


@pytest.mark.parametrize("name", ["a.geojson", "a.gpkg", "a.parquet", "a.xyz"])
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_file_that_is_neither_a_table_nor_a_layer_is_told(faults, name):
    (problem,) = faults("zzz", OF_LAYER, LayoutError, name=name)
    assert problem.what.startswith("this is not a layer")


def test_a_layer_without_a_system_is_never_guessed(faults, layer):
    (problem,) = faults(layer([SQUARE], crs=None), OF_LAYER, CRSError)
    assert problem.what == "the layer says no coordinate reference system"


def test_a_layer_that_says_another_system_than_the_card_is_refused(faults, layer):
    (problem,) = faults(layer([SQUARE]), OF_LAYER | {"crs": "EPSG:4326"}, CRSError)
    assert problem.what == "the file says another coordinate reference system"


def test_a_system_that_leads_nowhere_is_refused(faults, layer):
    local = 'LOCAL_CS["plan",LOCAL_DATUM["plan",0],UNIT["metre",1],AXIS["X",EAST],AXIS["Y",NORTH]]'
    (problem,) = faults(layer([SQUARE], crs=local), OF_LAYER, CRSError)
    assert problem.what.startswith("the coordinate reference system leads nowhere")


@pytest.mark.parametrize(
    "shape",
    [shapely.LineString([(0, 0), (1, 1)]), shapely.MultiPoint([(0, 0), (1, 1)])],
    ids=["line", "points"],
)
def test_what_is_neither_a_point_nor_a_polygon_is_told(faults, layer, shape):
    (problem,) = faults(layer([SQUARE, shape]), OF_LAYER)
    assert problem.what == "this is neither a point nor a polygon"
    assert places([problem]) == [(2, "geometry", shape.geom_type)]


@pytest.mark.parametrize("number", [np.nan, np.inf])
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_vertex_that_is_not_a_number_is_told(faults, layer, number):
    shape = shapely.Polygon([(660_000, 6_855_000), (number, 6_855_000), (660_000, 6_855_100)])
    (problem,) = faults(layer([SQUARE, shape]), OF_LAYER)
    assert (problem.what, *places([problem])[0]) == (
        "this coordinate is not a number",
        2,
        "geometry",
        "Polygon",
    )


def test_a_layer_whose_degrees_are_swapped_is_told(faults, layer):
    (problem,) = faults(layer(shapely.points([[48.8, 2.4], [48.7, 2.5]]), crs=4326), OF_LAYER)
    assert "are swapped" in problem.what
    assert (problem.line, problem.column) == (1, "geometry")
    assert problem.todo == "get the layer again from its producer"


def test_a_polygon_that_reaches_out_of_its_system_is_told(faults, layer):
    (problem,) = faults(layer([SQUARE, shapely.box(660_000, 0, 660_100, 6_855_100)]), OF_LAYER)
    assert (problem.line, problem.column) == (2, "geometry")
    assert problem.what.startswith("this is not in the area of use")


def test_a_layer_whose_polygons_are_all_flat_is_refused(faults, layer):
    flat = shapely.Polygon([(660_000, 6_855_000), (660_100, 6_855_000), (660_000, 6_855_000)])
    (problem,) = faults(layer([flat]), OF_LAYER)
    assert problem.what == "no row says where it is"

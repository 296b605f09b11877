"""Layers of lines and OpenStreetMap extracts, as GDAL opens them."""

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely

from oqhs.errors import CRSError, DataError, LayoutError
from oqhs.sources.streets import read_streets

#: A corner of Créteil in Lambert-93: streets are told in metres from here.
ORIGIN = np.array([658_000.0, 6_853_000.0])


def street(*points):
    return shapely.LineString(ORIGIN + np.array(points, dtype=float))


@pytest.fixture
def layer(tmp_path):
    def _layer(shapes, name="troncon_de_route.gpkg", crs=2154, **fields):
        """Write a layer of lines with its fields, or with none."""
        frame = gpd.GeoDataFrame(fields or {"id": range(len(shapes))}, geometry=list(shapes), crs=crs)
        path = tmp_path / name
        if path.suffix == ".parquet":
            frame.to_parquet(path)
        else:
            frame.to_file(path)
        return path

    return _layer


def ends(streets):
    """Edges as (u, v, length), rounded to the millimetre."""
    edges = streets.edges
    return [(u, v, round(m, 3)) for u, v, m in zip(edges["u"], edges["v"], edges["length_m"], strict=True)]


@pytest.mark.parametrize("name", ["t.gpkg", "t.shp", "t.parquet", "t.geojson"])
def test_lines_meet_at_their_end_points(layer, name):
    """Three streets of 100 m, 50 m and 100 m that meet at (100, 0)."""
    shapes = [street((0, 0), (100, 0)), street((100, 0), (100, 50)), street((200, 0), (100, 0))]
    if name.endswith("geojson"):
        shapes = list(gpd.GeoSeries(shapes, crs=2154).to_crs(4326))
        streets = read_streets(layer(shapes, name, crs=4326))
        # Degrees are measured on the ellipsoid: 0.02 % more than Lambert-93 draws at 48.77° N.
        assert [m for *_, m in ends(streets)] == pytest.approx([100, 50, 100], rel=3e-4)
    else:
        streets = read_streets(layer(shapes, name))
        assert ends(streets) == [(0, 1, 100.0), (1, 2, 50.0), (1, 3, 100.0)]
    assert (streets.report.layout, streets.report.components, streets.report.nodes) == ("lines", 1, 4)
    assert streets.edges.crs.to_epsg() == 2154


def test_a_bridge_does_not_join_the_street_it_crosses(layer):
    """Two lines that cross, and even share a vertex in their middle, pass one over the other."""
    shapes = [street((0, 0), (50, 0), (100, 0)), street((50, -50), (50, 0), (50, 50))]
    streets = read_streets(layer(shapes))
    assert (len(streets.edges), streets.report.components) == (2, 2)


def test_the_parts_of_a_line_are_edges_and_heights_are_dropped(layer):
    first = shapely.force_3d(street((0, 0), (100, 0)), 10.0)
    second = shapely.force_3d(street((100, 0), (100, 80)), 60.0)
    streets = read_streets(layer([shapely.MultiLineString([first, second])]))
    assert ends(streets) == [(0, 1, 100.0), (1, 2, 80.0)]
    assert not streets.edges.has_z.any()
    assert (streets.report.ways_read, streets.report.ways_kept) == (1, 1)


def test_the_natures_of_the_bd_topo_are_kept_or_left_out_whatever_the_case_of_the_field(layer):
    shapes = [street((0, 0), (100, 0)), street((0, 0), (0, 100)), street((0, 0), (9000, 0))]
    nature = ["Route à 1 chaussée", "Sentier", "Type autoroutier"]
    streets = read_streets(layer(shapes, NATURE=nature))
    assert ends(streets) == [(0, 1, 100.0), (0, 2, 100.0)]
    report = streets.report
    assert (report.vocabulary, dict(report.left_out), report.attribution) == ("bdtopo", {"autoroute": 1}, "")
    assert (report.ways_read, report.ways_kept) == (3, 2)
    assert "acces_pieton" in report.unsaid


def test_a_layer_that_says_nothing_of_its_nature_is_taken_as_it_is_and_says_so(layer):
    report = read_streets(layer([street((0, 0), (100, 0))], nom=["rue"])).report
    assert (report.vocabulary, report.ways_kept, dict(report.left_out), report.unsaid) == (None, 1, {}, ())


def test_ways_of_openstreetmap_in_a_layer_meet_wherever_they_share_a_vertex(layer):
    shapes = [street((0, 0), (50, 0), (100, 0)), street((50, -50), (50, 0), (50, 50))]
    streets = read_streets(layer(shapes, highway=["footway", "path"]))
    assert ends(streets) == [(0, 2, 50.0), (1, 2, 50.0), (2, 3, 50.0), (2, 4, 50.0)]
    assert streets.report.vocabulary == "osm"
    assert streets.report.attribution == "© les contributeurs d'OpenStreetMap (ODbL)"


def test_a_way_drawn_once_each_way_counts_once_and_one_of_other_tags_does_not(layer):
    there, back = street((0, 0), (50, 10), (100, 0)), street((100, 0), (50, 10), (0, 0))
    report = read_streets(layer([there, back, there], highway=["path", "path", "trunk"])).report
    assert (report.ways_read, report.ways_kept, report.merged) == (3, 1, 1)
    assert dict(report.left_out) == {"motorway": 1}


def test_tags_a_layer_keeps_in_one_field_are_read(layer):
    """As GDAL writes them; what a name says is not a tag."""
    shapes = [street((0, y), (100, y)) for y in range(0, 50, 10)]
    told = [
        '"foot"=>"no"',
        '"surface"=>"wood","access"=>"private"',
        '"name"=>"la \\"foot\\"=>\\"no\\""',
        None,
        '"access"=>"private","foot"=>"yes"',
    ]
    report = read_streets(layer(shapes, highway=["path"] * 5, other_tags=told)).report
    assert dict(report.left_out) == {"access_private": 1, "foot_no": 1}
    assert report.ways_kept == 3


def test_rows_without_a_line_are_counted(layer):
    shapes = [
        street((0, 0), (100, 0)),
        None,
        shapely.Point(ORIGIN),
        shapely.LineString(),
        street((5, 5), (5, 5)),
    ]
    report = read_streets(layer(shapes, "t.parquet")).report
    assert (report.ways_read, report.ways_kept, dict(report.left_out)) == (5, 1, {"without_line": 4})


def test_a_layer_already_in_lambert_93_is_measured_as_it_is_drawn(layer):
    assert ends(read_streets(layer([street((0, 0), (30, 40))]))) == [(0, 1, 50.0)]


def test_the_scale_of_lambert_93_is_off_by_what_the_module_says():
    """0.10 % from 43° to 50° N, 0.24 % to the north of France, 0.31 % to the south of Corsica."""
    lambert = pyproj.Proj(2154)
    scale = {
        lat: lambert.get_factors(3, lat).meridional_scale - 1 for lat in (43, 46.5, 48.8, 50, 51.09, 41.33)
    }
    assert all(abs(scale[lat]) < 0.001 for lat in (43, 46.5, 48.8, 50))
    assert 0.0023 < scale[51.09] < 0.0024
    assert 0.0030 < scale[41.33] < 0.0031


@pytest.mark.parametrize("code", [3857, 27572, 32631, 3949])
def test_a_layer_in_another_system_is_brought_to_lambert_93_and_measured_on_the_ground(layer, code):
    """A metre of Web Mercator is 0.66 m of ground in Paris: only the ground counts."""
    drawn = gpd.GeoSeries([street((0, 0), (300, 400))], crs=2154)
    streets = read_streets(layer(drawn.to_crs(code), crs=code))
    assert streets.edges.crs.to_epsg() == 2154
    assert streets.edges["length_m"][0] == pytest.approx(500, rel=3e-4)
    assert shapely.hausdorff_distance(streets.edges.geometry[0], drawn[0]) < 2


@pytest.mark.parametrize(
    ("place", "code"),
    [
        ((-61.53, 16.24), 5490),
        ((-61.07, 14.60), 5490),
        ((-52.33, 4.94), 2972),
        ((55.45, -20.88), 2975),
        ((45.23, -12.78), 4471),
        ((-56.18, 46.78), 4467),
        ((166.45, -22.27), 3163),
        ((-149.57, -17.54), 3297),
    ],
    ids=[
        "Pointe-à-Pitre",
        "Fort-de-France",
        "Cayenne",
        "Saint-Denis",
        "Mamoudzou",
        "Saint-Pierre",
        "Nouméa",
        "Papeete",
    ],
)
def test_overseas_streets_come_in_the_system_of_their_territory(layer, place, code):
    lon, lat = place
    path = layer([shapely.LineString([(lon, lat), (lon + 0.001, lat)])], "t.geojson", crs=4326)
    edges = read_streets(path).edges
    assert edges.crs.to_epsg() == code
    expected = pyproj.Geod(ellps="WGS84").inv(lon, lat, lon + 0.001, lat)[2]
    assert edges["length_m"][0] == pytest.approx(expected, rel=1e-6)


def test_streets_of_another_country_are_refused_in_degrees_and_kept_in_their_own_metres(layer, refused):
    path = layer([shapely.LineString([(-3.20, 55.95), (-3.21, 55.95)])], "edimbourg.geojson", crs=4326)
    (problem,) = refused(CRSError, read_streets, path)
    assert problem.what == "no projected system is known for the place of these streets"
    assert "projected system in metres" in problem.todo
    path = layer([shapely.LineString([(325_000, 673_000), (325_300, 673_400)])], "edimbourg.gpkg", crs=27700)
    streets = read_streets(path)
    assert (streets.edges.crs.to_epsg(), ends(streets)) == (27700, [(0, 1, 500.0)])


def test_swapped_coordinates_are_told(layer, refused):
    path = layer([shapely.LineString([(48.80, 2.40), (48.81, 2.40)])], "t.geojson", crs=4326)
    (problem,) = refused(CRSError, read_streets, path)
    assert problem.what.startswith("the coordinates are swapped")
    assert problem.found == "48.8 to 48.81 and 2.4 to 2.4"
    assert "longitude first" in problem.allowed


def test_degrees_said_to_be_metres_are_told(layer, refused):
    path = layer([shapely.LineString([(2.40, 48.80), (2.41, 48.80)])])
    (problem,) = refused(CRSError, read_streets, path)
    assert problem.what == "the coordinates look like degrees, and the system is said to be in metres"


def test_a_layer_that_says_no_system_needs_one(layer, refused):
    path = layer([street((0, 0), (100, 0))], "t.parquet", crs=None)
    (problem,) = refused(CRSError, read_streets, path)
    assert problem.what == "the layer says no coordinate reference system"
    assert ends(read_streets(path, crs="EPSG:2154")) == [(0, 1, 100.0)]


def test_a_layer_of_a_file_that_holds_several_must_be_named(tmp_path, refused):
    path = tmp_path / "bdtopo.gpkg"
    for name, length in (("troncon_de_route", 100), ("troncon_de_voie_ferree", 70)):
        gpd.GeoDataFrame({"id": [1]}, geometry=[street((0, 0), (length, 0))], crs=2154).to_file(
            path, layer=name
        )
    (problem,) = refused(LayoutError, read_streets, path)
    assert (problem.what, problem.allowed) == (
        "this file holds several layers",
        "troncon_de_route, troncon_de_voie_ferree",
    )
    (problem,) = refused(LayoutError, read_streets, path, layer="rues")
    assert (problem.what, problem.found) == ("the file has no such layer", "rues")
    assert ends(read_streets(path, layer="troncon_de_route")) == [(0, 1, 100.0)]


def test_a_layer_without_a_line_is_refused(layer, refused):
    (problem,) = refused(LayoutError, read_streets, layer([shapely.Point(ORIGIN)]))
    assert (problem.what, problem.found) == ("this layer has no line", "Point")


def test_an_empty_layer_is_refused(layer, refused):
    (problem,) = refused(DataError, read_streets, layer([], "t.parquet"))
    assert problem.what == "this file holds no street"


def test_a_layer_of_motorways_alone_is_refused(layer, refused):
    path = layer([street((0, 0), (100, 0))], nature=["Type autoroutier"])
    (problem,) = refused(DataError, read_streets, path)
    assert (problem.what, problem.found) == ("no street of this file may be walked", "autoroute: 1")


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_a_coordinate_that_is_no_number_is_refused(layer, refused):
    with np.errstate(invalid="ignore"):
        shapes = [street((0, 0), (100, 0)), street((0, 0), (np.nan, 0), (50, 0))]
    (problem,) = refused(DataError, read_streets, layer(shapes, "t.parquet"))
    assert (problem.what, problem.line) == ("a line has a coordinate that is no number", 2)


@pytest.mark.parametrize("name", ["t.gpkg", "t.geojson", "t.osm", "t.txt"])
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_file_that_is_not_a_layer_is_said_so(write, refused, name):
    (problem,) = refused(LayoutError, read_streets, write(b"zzz", name))
    assert problem.what.startswith("this is not a layer")


def test_a_file_that_is_not_there_is_said_so(tmp_path, refused):
    (problem,) = refused(LayoutError, read_streets, tmp_path / "none.gpkg")
    assert problem.what == "this file cannot be opened: No such file or directory"


def test_json_that_is_neither_overpass_nor_a_layer_is_told(write, refused):
    (problem,) = refused(LayoutError, read_streets, write('{"a": [1]}', "t.json"))
    assert problem.what.startswith("this is not a layer")

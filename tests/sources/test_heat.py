"""Îlots morphologiques urbains: the class by day or by night, and what is refused."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from oqhs.errors import CatalogueError, CRSError, DataError, LayoutError
from oqhs.sources.cards import Card
from oqhs.sources.heat import HEAT_CLASSES, read_heat

X, Y = 658_000, 6_853_000
#: A square of a hundredth of a degree, in the Val-de-Marne.
LON, LAT = 2.45, 48.79


def square(n=0, side=100):
    return shapely.box(X + n * side, Y, X + (n + 1) * side, Y + side)


def degrees(x=LON, y=LAT):
    return shapely.box(x, y, x + 0.01, y + 0.01)


def card(**heat):
    about = {"layout": "heat", "source": "ipr", "licence": "etalab-2.0", "obtained": "2024-10-02"}
    return Card.model_validate({"id": "ilots", "sha256": "0" * 64, "heat": heat or None} | about)


DAY, NIGHT = card(when="jour"), card(when="nuit")


@pytest.fixture
def ilots(tmp_path):
    """Write a layer of îlots: fields by name, squares in a row unless geometries are given."""

    def _ilots(name="ilots.gpkg", crs=2154, geometry=None, **fields):
        many = len(next(iter(fields.values())))
        shapes = [square(n) for n in range(many)] if geometry is None else geometry
        path = tmp_path / name
        gpd.GeoDataFrame(fields, geometry=shapes, crs=crs).to_file(path)
        return path

    return _ilots


def classes(reading):
    return [None if pd.isna(value) else int(value) for value in reading.frame["heat_class"]]


@pytest.mark.parametrize(
    "names", [("alea_j_cl", "alea_n_cl"), ("ALEA_J_CL", "Alea_N_Cl"), ("day", "night"), ("Day", "NIGHT")]
)
def test_the_card_chooses_the_day_or_the_night_in_either_spelling(ilots, names):
    path = ilots(**{names[0]: [-1, 1, 2, 3], names[1]: [3, 2, 1, -1], "lcz": ["A", "B", "C", "D"]})
    by_day, by_night = read_heat(path, DAY), read_heat(path, NIGHT)
    assert (classes(by_day), classes(by_night)) == ([-1, 1, 2, 3], [3, 2, 1, -1])
    assert by_day.unmapped == (names[1], "lcz")
    assert list(by_day.frame.columns) == ["heat_class", "geometry"]
    assert str(by_day.frame["heat_class"].dtype) == "Int64"
    assert (by_day.layout, by_day.territories) == ("heat", 4)


@pytest.mark.parametrize("cells", [[-1, 1, 2, 3], [-1.0, 1.0, 2.0, 3.0], ["-1", " 1", "2.0", "3 "]])
def test_classes_are_whole_numbers_however_they_are_written(ilots, cells):
    assert classes(read_heat(ilots(day=cells), DAY)) == list(HEAT_CLASSES)


def test_an_empty_cell_is_a_class_nobody_gave_and_not_the_class_0(ilots):
    assert classes(read_heat(ilots(day=[1.0, None, 3.0]), DAY)) == [1, None, 3]
    assert classes(read_heat(ilots("text.gpkg", day=["1", "", None]), DAY)) == [1, None, None]


def test_a_class_that_the_card_says_unassessed_is_missing(ilots):
    path = ilots(day=[-1, 1, 0])
    assert classes(read_heat(path, card(when="jour", unassessed=[-1, 0]))) == [None, 1, None]


def test_a_projected_layer_stays_in_its_system_and_a_geographic_one_comes_in_lambert_93(ilots):
    near = [shapely.box(1_658_000, 8_180_000, 1_658_100, 8_180_100)]
    kept = read_heat(ilots("cc49.gpkg", crs=3949, geometry=near, day=[2]), DAY).frame
    assert (kept.crs.to_epsg(), kept.geometry.area.tolist()) == (3949, [10_000.0])
    moved = read_heat(ilots("ilots.geojson", crs=4326, geometry=[degrees()], day=[2]), DAY).frame
    assert moved.crs.to_epsg() == 2154
    # A hundredth of a degree is 1 112 m from south to north, and cos(48.8°) of that from west to east.
    assert moved.geometry.area.iloc[0] == pytest.approx(1112**2 * 0.659, rel=0.01)


def test_a_bow_tie_is_repaired_and_counted_and_a_line_is_kept_without_a_surface(ilots):
    corners = [(0, 0), (100, 100), (100, 0), (0, 100)]
    bow_tie = shapely.Polygon([(X + x, Y + y) for x, y in corners])
    line = shapely.LineString([(X, Y), (X + 1, Y)])
    reading = read_heat(ilots(geometry=[square(5), bow_tie, line], day=[1, 2, 3]), DAY)
    assert (reading.repaired, reading.without_surface) == (1, ("line 3",))
    # The bow tie is two triangles of base 100 and height 50.
    assert reading.frame.geometry.area.tolist() == [10_000, pytest.approx(5_000), 0]
    assert reading.frame.geometry.is_valid.all()


# --- refusals


def test_a_card_that_does_not_say_day_or_night_is_refused(ilots, refused):
    (problem,) = refused(CatalogueError, read_heat, ilots(day=[1]), card())
    assert (problem.column, problem.allowed) == ("heat", "when: jour or when: nuit")


def test_a_table_of_means_by_postcode_is_refused_because_a_mean_gives_no_share(write, refused):
    path = write("code_postal,alea_j_cl,alea_n_cl\n94000,1.27,2.37\n94100,2.1,2.9\n")
    (problem,) = refused(LayoutError, read_heat, path, DAY)
    assert problem.what == "this is a table of means, and a mean cannot give a share of surface"
    assert (problem.file, problem.line) == (path, 1)


def test_a_layer_of_means_is_refused_with_the_same_advice(ilots, refused):
    path = ilots(day=[2.0, 1.277, 4.0])
    problems = refused(DataError, read_heat, path, DAY)
    assert [(problem.line, problem.column, problem.found) for problem in problems] == [
        (2, "day", "1.277"),
        (3, "day", "4.0"),
    ]
    assert [problem.todo for problem in problems] == [
        "a class is not a mean: get the layer of the îlots",
        "ask the producer",
    ]


@pytest.mark.parametrize("cell", ["0", "4", "fort", "nd", "-", "inf", "True"])
def test_any_other_class_is_refused_with_its_line(ilots, refused, cell):
    path = ilots(day=["1", cell])
    (problem,) = refused(DataError, read_heat, path, DAY)
    assert problem.what == "this is not a class of aléa"
    assert (problem.file, problem.line, problem.column, problem.found) == (path, 2, "day", cell)
    assert (problem.allowed, problem.todo) == ("-1, 1, 2, 3, or empty", "ask the producer")


def test_a_layer_without_the_field_is_refused(ilots, refused):
    (problem,) = refused(LayoutError, read_heat, ilots(night=[1], lcz=["A"]), DAY)
    assert problem.what == "no field holds the class of aléa (jour)"
    assert (problem.found, problem.allowed) == ("night, lcz, geometry", "alea_j_cl or day")


def test_a_layer_with_both_spellings_is_refused(ilots, refused):
    (problem,) = refused(LayoutError, read_heat, ilots(day=[1], alea_j_cl=[2]), DAY)
    assert problem.what == "several fields may hold the class of aléa (jour)"
    assert problem.found == "day, alea_j_cl"


def test_a_row_without_a_geometry_is_refused_with_its_line(ilots, refused):
    path = ilots(geometry=[square(), None, shapely.Polygon()], day=[1, 2, 3])
    problems = refused(DataError, read_heat, path, DAY)
    assert [(problem.what, problem.line) for problem in problems] == [
        ("this row has no geometry, or a coordinate that is not a number", 2),
        ("this row has no geometry, or a coordinate that is not a number", 3),
    ]


def test_a_layer_of_points_has_no_surface(ilots, refused):
    (problem,) = refused(LayoutError, read_heat, ilots(geometry=[shapely.Point(X, Y)], day=[1]), DAY)
    assert (problem.what, problem.found) == ("this layer has no surface", "Point")


@pytest.mark.parametrize("name", ["ilots.gpkg", "ilots.geojson"])
def test_an_empty_layer_is_refused(ilots, refused, name):
    crs = 4326 if name.endswith("geojson") else 2154
    (problem,) = refused(LayoutError, read_heat, ilots(name, crs=crs, day=pd.Series([], dtype="int64")), DAY)
    assert problem.what == "this layer is empty"


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_a_layer_without_a_system_is_refused(ilots, refused):
    (problem,) = refused(CRSError, read_heat, ilots("ilots.shp", crs=None, day=[1]), DAY)
    assert problem.what == "the layer says no coordinate reference system"


def test_swapped_longitude_and_latitude_are_told_with_their_lines(ilots, refused):
    path = ilots("ilots.geojson", crs=4326, geometry=[degrees(LAT, LON)] * 2, day=[1, 2])
    (problem,) = refused(DataError, read_heat, path, DAY)
    assert problem.what.startswith("longitude and latitude are swapped: all 2 places")
    assert (problem.line, problem.column, problem.found) == (1, "geometry", "48.79, 2.45")


def test_one_ilot_that_is_not_in_france_is_told_with_its_line(ilots, refused):
    path = ilots("ilots.geojson", crs=4326, geometry=[degrees(), degrees(LAT, LON)], day=[1, 2])
    (problem,) = refused(DataError, read_heat, path, DAY)
    assert (problem.what, problem.line) == ("this place is not in France", 2)


def test_a_layer_in_degrees_overseas_is_put_in_the_system_of_its_territory(ilots):
    # Saint-Denis de La Réunion.
    path = ilots("ilots.geojson", crs=4326, geometry=[degrees(55.45, -20.88)], day=[1])
    assert read_heat(path, DAY).frame.crs.to_epsg() == 2975


def test_a_file_that_is_no_layer_is_refused(write, refused):
    (problem,) = refused(LayoutError, read_heat, write("{}", name="ilots.geojson"), DAY)
    assert problem.what.startswith("this is not a layer")


def test_a_coordinate_that_is_not_a_number_is_told_with_its_line(tmp_path, refused):
    with np.errstate(invalid="ignore"):
        lost = shapely.Polygon([(652_000, 6_862_000), (652_100, np.nan), (652_100, 6_862_100)])
    path = tmp_path / "ilots.parquet"
    gpd.GeoDataFrame({"day": [1, 2]}, geometry=[square(), lost], crs=2154).to_parquet(path)
    (problem,) = refused(DataError, read_heat, path, DAY)
    assert (problem.what, problem.line) == (
        "this row has no geometry, or a coordinate that is not a number",
        2,
    )


def test_of_a_file_of_several_layers_the_card_says_which_one(tmp_path, refused):
    path = tmp_path / "ilots.gpkg"
    for name, value in (("ilots_2017", 1), ("ilots_2022", 3)):
        gpd.GeoDataFrame({"day": [value]}, geometry=[square()], crs=2154).to_file(path, layer=name)
    (problem,) = refused(LayoutError, read_heat, path, DAY)
    assert (problem.what, problem.allowed) == ("this file holds several layers", "ilots_2017, ilots_2022")
    card = DAY.model_copy(update={"sheet": "ilots_2022"})
    assert read_heat(path, card).frame["heat_class"].tolist() == [3]

"""Addresses and buildings: where people live, and how many of them."""

import datetime as dt
import math

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import affinity

from oqhs.errors import CatalogueError, CRSError, DataError, LayoutError
from oqhs.sources.cards import Card, find_card
from oqhs.sources.people import read_people

XY = {"x": "X", "y": "Y", "crs": "EPSG:2154"}
ADDRESSES = {"code": "ID", "population": "HAB", "dwellings": "LOG", **XY}
ROWS = "ID;X;Y;HAB;LOG\nB;660000;6855000;12,5;5\nA;660010;6855000;0;\nC;;;7;3\n"
SQUARE = shapely.box(660_000, 6_855_000, 660_100, 6_855_100)


@pytest.fixture
def housed(write, carded):
    """Write a file of people and its card, and read it."""

    def _housed(content, mapping=ADDRESSES, **options):
        path = write(content, **options) if isinstance(content, (str, bytes)) else content
        carded(path, layout="people", people=mapping)
        return read_people(path, find_card(path))

    return _housed


@pytest.fixture
def faults(housed, refused):
    """Problems of a file that must be refused."""

    def _faults(content, mapping=ADDRESSES, error=DataError, **options):
        return refused(error, housed, content, mapping, **options)

    return _faults


def layer(path, geometry, crs=2154, **fields):
    gpd.GeoDataFrame(fields, geometry=geometry, crs=crs).to_parquet(path)
    return path


def test_weights_stand_where_people_live_in_the_order_of_the_codes(housed):
    frame = housed(ROWS).frame
    assert list(frame.columns) == ["code", "population", "dwellings", "geometry"]
    assert frame["code"].tolist() == ["A", "B", "C"]
    assert frame["population"].tolist() == [0.0, 12.5, 7.0]
    assert frame.crs.to_epsg() == 2154
    assert frame.geometry.iloc[1].coords[:] == [(660_000.0, 6_855_000.0)]


def test_a_weight_nobody_says_is_missing_and_never_zero(housed):
    frame = housed(ROWS).frame
    assert frame["dwellings"].isna().tolist() == [True, False, False]
    assert frame["population"].iloc[0] == 0.0


@pytest.mark.parametrize("code", ["", "NA", "nd", "s", "//"])
def test_the_codes_of_the_producers_for_a_missing_value_are_missing(housed, code):
    assert math.isnan(housed(f"ID;X;Y;HAB;LOG\nA;660000;6855000;{code};1\n").frame["population"].iloc[0])


def test_people_without_a_place_are_kept_and_told(housed):
    reading = housed(ROWS)
    assert (reading.without_place, reading.layout, reading.territories) == (("C",), "people", 3)
    nowhere = reading.frame[reading.frame.geometry.isna()]
    assert nowhere["population"].tolist() == [7.0]


@pytest.mark.parametrize("weight", ["population", "dwellings"])
def test_only_the_weight_the_card_names_is_there(housed, weight):
    mapping = {"code": "ID", weight: "HAB", **XY}
    reading = housed(ROWS, mapping)
    assert list(reading.frame.columns) == ["code", weight, "geometry"]
    assert reading.unmapped == ("LOG",)


def test_addresses_in_degrees_without_a_code_are_known_by_their_line(housed):
    mapping = {"population": "HAB", "lat": "LAT", "lon": "LON"}
    frame = housed("LAT,LON,HAB\n46.5,3.0,4\n", mapping).frame
    # The origin of Lambert 93, by its definition.
    assert frame["code"].tolist() == ["L2"]
    assert frame.geometry.iloc[0].coords[0] == pytest.approx((700_000, 6_600_000), abs=0.01)


def test_a_building_stands_at_a_point_inside_its_outline(housed, tmp_path):
    # An L of 2 000 + 1 600 m²: its centroid, (2 000 × 50 + 1 600 × 10) / 3 600 = 32 m from both sides, is
    # outside the two arms of 20 m.
    bent = shapely.Polygon([(0, 0), (100, 0), (100, 20), (20, 20), (20, 100), (0, 100)])
    bent = affinity.translate(bent, 660_000, 6_855_000)
    assert not bent.contains(bent.centroid)
    shapes = [bent, shapely.Point(660_500, 6_855_000)]
    path = layer(tmp_path / "a.parquet", shapes, ID=["A", "B"], HAB=[40.0, np.nan])
    reading = housed(path, {"code": "ID", "population": "HAB"})
    assert reading.inside_polygons == 1
    assert set(reading.frame.geom_type) == {"Point"}
    assert bent.contains(reading.frame.geometry.iloc[0])
    assert reading.frame.geometry.iloc[1] == shapes[1]
    assert reading.frame["population"].isna().tolist() == [False, True]


def test_a_broken_outline_is_repaired_before_a_point_is_taken(housed, tmp_path):
    bow = shapely.Polygon(
        [(660_000, 6_855_000), (660_100, 6_855_100), (660_100, 6_855_000), (660_000, 6_855_100)]
    )
    path = layer(tmp_path / "a.parquet", [bow], ID=["A"], LOG=np.array([3], dtype="int32"))
    reading = housed(path, {"code": "ID", "dwellings": "LOG"})
    assert (reading.repaired, reading.inside_polygons) == (1, 1)
    assert reading.frame.geometry.iloc[0].within(shapely.make_valid(bow))


def test_weights_written_as_text_in_a_layer_are_numbers(housed, tmp_path):
    path = layer(tmp_path / "a.parquet", [SQUARE, SQUARE], ID=["A", "B"], HAB=["1 250,5", None])
    frame = housed(path, {"code": "ID", "population": "HAB"}).frame
    assert frame["population"].iloc[0] == 1250.5
    assert math.isnan(frame["population"].iloc[1])


# --- refusals


def test_a_card_that_does_not_describe_the_file_is_refused(faults):
    (problem,) = faults("ID;X;Y\nA;1;2\n", None, CatalogueError)
    assert (problem.column, problem.file.name) == ("people", "table.csv.card.yaml")


def test_a_column_the_file_does_not_have_is_told(faults):
    problems = faults("ID;X;Y\nA;660000;6855000\n")
    assert [(problem.column, problem.allowed) for problem in problems] == [
        ("HAB", "ID, X, Y"),
        ("LOG", "ID, X, Y"),
    ]


@pytest.mark.parametrize("cell", ["-1", "douze", "NaN", "1e3", "\u22124"])
def test_a_weight_that_is_negative_or_no_number_is_told(faults, cell):
    (problem,) = faults(f"ID;X;Y;HAB;LOG\nA;660000;6855000;1;1\nB;660000;6855000;{cell};1\n")
    assert problem.what == "this is not a number of population"
    assert (problem.line, problem.column, problem.found) == (3, "HAB", cell)
    assert problem.allowed == "a number from 0, or nothing when it is not known"


@pytest.mark.parametrize("number", [-1.0, np.inf, True])
def test_a_weight_of_a_layer_that_is_negative_infinite_or_no_number_is_told(faults, tmp_path, number):
    path = layer(tmp_path / "a.parquet", [SQUARE], ID=["A"], HAB=[number])
    (problem,) = faults(path, {"code": "ID", "population": "HAB"})
    assert (problem.what, problem.line) == ("this is not a number of population", 1)


def test_codes_coordinates_and_weights_are_all_told_at_once(faults):
    rows = ["A;660000;6855000;1;1", "A;660000;6855000;1;1", "B;x;6855000;1;1", "C;0;0;1;1", "D;;;1;-2"]
    problems = faults("\n".join(["ID;X;Y;HAB;LOG", *rows, ""]))
    assert sorted((problem.line, problem.column) for problem in problems) == [
        (3, "ID"),
        (4, "X"),
        (5, "X, Y"),
        (6, "LOG"),
    ]


def test_swapped_degrees_are_told(faults):
    mapping = {"population": "HAB", "lat": "LAT", "lon": "LON"}
    (problem,) = faults("LAT;LON;HAB\n2.4;48.8;1\n", mapping)
    assert "are swapped" in problem.what


def test_people_who_are_all_nowhere_are_refused(faults):
    (problem,) = faults("ID;X;Y;HAB;LOG\nA;;;1;1\n")
    assert problem.what == "no row says where it is"


def test_a_table_without_a_row_is_refused(faults):
    (problem,) = faults("ID;X;Y;HAB;LOG\n")
    assert problem.what == "there is no row under the header"


def test_a_layer_without_a_system_is_refused(faults, tmp_path):
    path = layer(tmp_path / "a.parquet", [SQUARE], crs=None, ID=["A"], HAB=[1.0])
    (problem,) = faults(path, {"code": "ID", "population": "HAB"}, CRSError)
    assert problem.what == "the layer says no coordinate reference system"


def test_a_file_that_is_no_layer_is_refused(faults):
    (problem,) = faults(b"zzz", {"population": "HAB"}, LayoutError, name="a.gpkg")
    assert problem.what.startswith("this is not a layer")


def test_a_line_houses_nobody(faults, tmp_path):
    street = shapely.LineString([(660_000, 6_855_000), (660_100, 6_855_000)])
    path = layer(tmp_path / "a.parquet", [SQUARE, street], ID=["A", "B"], HAB=[1.0, 1.0])
    (problem,) = faults(path, {"code": "ID", "population": "HAB"})
    assert (problem.what, problem.line) == ("this is neither a point nor a polygon", 2)


# --- whatever the addresses

numbers = st.one_of(st.none(), st.integers(0, 999).map(lambda cents: cents / 4))


@settings(max_examples=20, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.booleans(), numbers), min_size=1, max_size=15), st.sampled_from(",."))
def test_nobody_is_lost_or_invented(tmp_path_factory, drawn, decimal):
    rows = [
        f"A{i:02d};{660_000 + i if placed else ''};{6_855_000 if placed else ''};"
        f"{'' if people is None else str(people).replace('.', decimal)}"
        for i, (placed, people) in enumerate([(True, 1.0), *drawn])
    ]
    path = tmp_path_factory.mktemp("people") / "a.csv"
    path.write_text("\n".join(["ID;X;Y;HAB", *rows, ""]), encoding="utf-8")
    card = Card(
        id="carte",
        layout="people",
        source="oqhs",
        licence="etalab-2.0",
        obtained=dt.date(2024, 10, 2),
        sha256="0" * 64,
        people={"code": "ID", "population": "HAB", **XY},
    )
    reading = read_people(path, card)
    known = [1.0, *(people for _, people in drawn if people is not None)]
    assert len(reading.frame) == len(rows)
    assert reading.frame["population"].count() == len(known)
    assert reading.frame["population"].sum() == pytest.approx(sum(known))
    assert len(reading.without_place) == sum(not placed for placed, _ in drawn)

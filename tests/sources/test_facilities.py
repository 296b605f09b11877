"""Lists of facilities: what is kept, where it stands, and what is told of the rest."""

import datetime as dt

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from oqhs.sources.cards import Card, find_card
from oqhs.sources.facilities import FACILITY_COLUMNS, read_facilities, valid_on

XY = {"x": "X", "y": "Y", "crs": "EPSG:2154"}
PMI = {"code": "ID", "name": "NOM", "category": "pmi", **XY}
ROWS = "ID;NOM;X;Y\nB;PMI du Haut;660000;6855000\nA;PMI du Bas;660100,5;6855000\n"
#: Longitude, latitude and EPSG:2154 of the origin of Lambert 93: 3° east, 46.5° north, by its definition.
ORIGIN = (3.0, 46.5), (700_000.0, 6_600_000.0)


@pytest.fixture
def listed(write, carded):
    """Write a list of facilities and its card, and read it."""

    def _listed(content, mapping=PMI, **options):
        path = write(content, **options) if isinstance(content, (str, bytes)) else content
        carded(path, layout="facilities", facilities=mapping)
        return read_facilities(path, find_card(path))

    return _listed


def layer(path, geometry, crs=2154, **fields):
    """Write a layer in the format its name says."""
    frame = gpd.GeoDataFrame(fields, geometry=geometry, crs=crs)
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    else:
        frame.to_file(path)
    return path


def xy(frame):
    """Coordinates of the points by code."""
    points = frame.geometry
    return dict(zip(frame["code"], zip(points.x, points.y, strict=True), strict=True))


# --- tables


def test_rows_of_a_table_become_points_in_the_order_of_their_codes(listed):
    reading = listed(ROWS)
    assert list(reading.frame.columns) == FACILITY_COLUMNS
    assert reading.frame["name"].tolist() == ["PMI du Bas", "PMI du Haut"]
    assert set(reading.frame["category"]) == {"pmi"}
    assert xy(reading.frame) == {"A": (660_100.5, 6_855_000.0), "B": (660_000.0, 6_855_000.0)}
    assert reading.frame.crs.to_epsg() == 2154
    assert (reading.layout, reading.territories, reading.without_place) == ("facilities", 2, ())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_any_delimiter_and_encoding_of_the_producers_is_read(listed, encoding, delimiter):
    content = ROWS.replace("660100,5", "660100.5").replace("Bas", "Bâs").replace(";", delimiter)
    frame = listed(content, encoding=encoding).frame
    assert frame["name"].tolist() == ["PMI du Bâs", "PMI du Haut"]
    assert xy(frame)["A"] == (660_100.5, 6_855_000.0)


def test_thousands_and_decimal_commas_are_numbers(listed):
    content = "ID;NOM;X;Y\nA;a;660\u202f100,5;6\u00a0855 000.25\n"
    assert xy(listed(content).frame) == {"A": (660_100.5, 6_855_000.25)}


def test_degrees_become_metres(listed):
    (lon, lat), (x, y) = ORIGIN
    mapping = {"code": "ID", "category": "eds", "lat": "LAT", "lon": "LON"}
    frame = listed(f"ID,LAT,LON\nA,{lat},{lon}\n", mapping).frame
    assert frame.crs.to_epsg() == 2154
    assert xy(frame)["A"] == pytest.approx((x, y), abs=0.01)


def test_x_and_y_of_another_system_become_those_of_the_territory(listed):
    # EPSG:3949 (CC49): same central meridian, 3° east, false easting 1 700 000; the x of its axis is that
    # of the axis of Lambert 93, 700 000.
    mapping = PMI | {"crs": "EPSG:3949"}
    frame = listed("ID;NOM;X;Y\nA;a;1700000;8200000\n", mapping).frame
    # Its latitude of origin, 49° north, is y = 8 200 000: about 2.5° × 111 km north of 46.5°.
    x, y = xy(frame)["A"]
    assert x == pytest.approx(700_000, abs=0.01)
    assert y == pytest.approx(6_600_000 + 2.5 * 111_170, abs=1_000)


@pytest.mark.parametrize(
    ("place", "lon", "lat", "epsg"),
    [
        ("Pointe-à-Pitre", -61.53, 16.24, 5490),
        ("Fort-de-France", -61.07, 14.6, 5490),
        ("Saint-Laurent-du-Maroni", -54.03, 5.5, 2972),
        ("Saint-Denis", 55.45, -20.88, 2975),
        ("Mamoudzou", 45.23, -12.78, 4471),
        ("Papeete", -149.57, -17.54, 3297),
        ("Nouméa", 166.45, -22.27, 3163),
        ("Bastia", 9.45, 42.7, 2154),
        ("Dunkerque", 2.38, 51.03, 2154),
    ],
)
def test_each_territory_has_its_own_projected_system(listed, place, lon, lat, epsg):
    mapping = {"name": "NOM", "category": "pmi", "lat": "LAT", "lon": "LON"}
    frame = listed(f"NOM;LAT;LON\n{place};{lat};{lon}\n", mapping).frame
    assert frame.crs.to_epsg() == epsg


def test_without_a_column_of_codes_the_line_of_the_file_is_the_code(listed):
    mapping = {key: told for key, told in PMI.items() if key != "code"}
    frame = listed('ID;NOM;X;Y\n1;"a\nb";660000;6855000\n;;;\n3;c;660001;6855000\n', mapping).frame
    # The first cell holds a line break and line 4 is blank: the next row starts on line 5.
    assert frame["code"].tolist() == ["L2", "L5"]


def test_codes_keep_their_leading_zeros(listed):
    assert listed("ID;NOM;X;Y\n0940001A;a;660000;6855000\n").frame["code"].tolist() == ["0940001A"]


def test_names_of_columns_are_compared_in_upper_case_and_the_others_are_told(listed):
    reading = listed("id;Nom;x;y;cp\nA;a;660000;6855000;94000\n")
    assert reading.frame["name"].tolist() == ["a"]
    assert reading.unmapped == ("cp",)


@pytest.mark.parametrize("empty", ["", "NA", " ", "nd"])
def test_a_row_without_coordinates_is_kept_and_told(listed, empty):
    reading = listed(f"{ROWS}C;PMI mobile;{empty};{empty}\n")
    assert reading.frame["code"].tolist() == ["A", "B", "C"]
    assert reading.frame.geometry.isna().tolist() == [False, False, True]
    assert reading.without_place == ("C",)


def test_a_facility_without_a_column_of_names_has_an_empty_one(listed):
    mapping = {key: told for key, told in PMI.items() if key != "name"}
    assert listed(ROWS, mapping).frame["name"].tolist() == ["", ""]


# --- categories

TYPES = "ID;TYPE;X;Y\n" + "".join(
    f"{code};{kind};66000{i};6855000\n"
    for i, (code, kind) in enumerate(
        [("A", "C201"), ("B", "C2011"), ("C", "PMI Bas"), ("D", "PMI Haut"), ("E", "D108"), ("F", "D108")]
    )
)


def kept(listed, keep):
    reading = listed(TYPES, {"code": "ID", "category_column": "TYPE", "keep": keep, **XY})
    return dict(zip(reading.frame["code"], reading.frame["category"], strict=True)), reading.left_out


def test_rows_of_other_categories_are_left_out_and_counted(listed):
    assert kept(listed, {"C201": "college"}) == (
        {"A": "college"},
        {"C2011": 1, "D108": 2, "PMI Bas": 1, "PMI Haut": 1},
    )


def test_a_star_stands_for_every_value_that_begins_so(listed):
    assert kept(listed, {"PMI*": "pmi", "D*": "sante"})[0] == {
        "C": "pmi",
        "D": "pmi",
        "E": "sante",
        "F": "sante",
    }


def test_a_star_alone_keeps_everything(listed):
    categories, left_out = kept(listed, {"*": "equipement"})
    assert (set(categories), left_out) == (set("ABCDEF"), {})


def test_the_value_itself_then_the_longest_beginning_decides(listed):
    keep = {"*": "autre", "C*": "ecole", "C201": "college", "C2*": "second_degre"}
    categories, _ = kept(listed, keep)
    assert (categories["A"], categories["B"], categories["E"]) == ("college", "second_degre", "autre")


def test_nothing_is_asked_of_the_rows_that_are_left_out(listed):
    # Neither their coordinates nor their codes: the second A is not a collège.
    content = "ID;TYPE;X;Y\nA;C201;660000;6855000\nA;D108;somewhere;0\n"
    mapping = {"code": "ID", "category_column": "TYPE", "keep": {"C201": "college"}, **XY}
    reading = listed(content, mapping)
    assert (reading.frame["code"].tolist(), reading.left_out) == (["A"], {"D108": 1})


# --- validity

DATED = PMI | {"valid_from": "DEBUT", "valid_to": "FIN"}
VALID = (
    "ID;NOM;X;Y;DEBUT;FIN\n"
    "A;a;660000;6855000;2020-01-01;\n"
    "B;b;660000;6855000;;31/08/2024\n"
    "C;c;660000;6855000;;\n"
    "D;d;660000;6855000;01/09/2024;2025-06-30\n"
)


def test_days_are_read_both_ways_and_those_nobody_says_are_missing(listed):
    frame = listed(VALID, DATED).frame.set_index("code")
    assert frame["valid_from"].dropna().to_dict() == {
        "A": pd.Timestamp(2020, 1, 1),
        "D": pd.Timestamp(2024, 9, 1),
    }
    assert frame["valid_to"].dropna().to_dict() == {
        "B": pd.Timestamp(2024, 8, 31),
        "D": pd.Timestamp(2025, 6, 30),
    }


@pytest.mark.parametrize(
    ("day", "opened"),
    [
        (dt.date(2019, 12, 31), "BC"),
        (dt.date(2020, 1, 1), "ABC"),  # the first day is one of opening
        (dt.date(2024, 8, 31), "ABC"),  # and so is the last
        (dt.date(2024, 9, 1), "ACD"),
        (dt.date(2025, 7, 1), "AC"),
    ],
)
def test_what_is_open_on_a_day_is_kept(listed, day, opened):
    frame = listed(VALID, DATED).frame
    before = frame.copy()
    found = valid_on(frame, day)
    assert "".join(found["code"]) == opened
    assert found.crs == frame.crs
    assert found.index.tolist() == [index for index, code in frame["code"].items() if code in opened]
    pd.testing.assert_frame_equal(pd.DataFrame(frame), pd.DataFrame(before))


def test_days_of_a_layer_are_read_as_they_stand(listed, tmp_path):
    days = pd.to_datetime(["2024-09-01 08:30", None])
    path = layer(tmp_path / "a.gpkg", shapely.points([[660_000, 6_855_000]] * 2), ID=["A", "B"], DEBUT=days)
    mapping = {"code": "ID", "category": "pmi", "valid_from": "DEBUT"}
    frame = listed(path, mapping).frame
    assert frame["valid_from"].tolist() == [pd.Timestamp(2024, 9, 1), pd.NaT]


# --- layers

SQUARE = shapely.box(660_000, 6_855_000, 660_100, 6_855_100)
OF_LAYER = {"code": "ID", "category": "parc"}


@pytest.mark.parametrize("name", ["a.geojson", "a.gpkg", "a.shp", "a.parquet"])
def test_points_and_polygons_of_a_layer_are_read_from_any_format(listed, tmp_path, name):
    if name == "a.shp":  # a Shapefile holds one type
        path = layer(tmp_path / name, [SQUARE, SQUARE], ID=["B", "A"])
    else:
        path = layer(tmp_path / name, [SQUARE, shapely.Point(660_050, 6_855_300)], ID=["B", "A"])
    frame = listed(path, OF_LAYER).frame
    assert frame["code"].tolist() == ["A", "B"]
    assert frame.crs.to_epsg() == 2154
    assert frame.geometry.iloc[1].area == pytest.approx(10_000, rel=1e-6)


def test_a_layer_in_degrees_is_projected(listed, tmp_path):
    (lon, lat), expected = ORIGIN
    path = layer(tmp_path / "a.geojson", [shapely.Point(lon, lat)], crs=4326, ID=["A"])
    assert xy(listed(path, OF_LAYER).frame)["A"] == pytest.approx(expected, abs=0.01)


def test_the_system_of_a_layer_that_says_none_is_that_of_the_card(listed, tmp_path):
    path = layer(tmp_path / "a.parquet", [SQUARE], crs=None, ID=["A"])
    assert listed(path, OF_LAYER | {"crs": "EPSG:2154"}).frame.crs.to_epsg() == 2154


def test_a_bow_tie_is_repaired_and_counted(listed, tmp_path):
    # Two triangles of 100 × 50 / 2 = 2 500 m² each.
    bow = shapely.Polygon(
        [(660_000, 6_855_000), (660_100, 6_855_100), (660_100, 6_855_000), (660_000, 6_855_100)]
    )
    path = layer(tmp_path / "a.gpkg", [bow, SQUARE], ID=["A", "B"])
    reading = listed(path, OF_LAYER)
    assert (reading.repaired, reading.frame.geometry.area.tolist()) == (1, [5_000.0, 10_000.0])


def test_features_without_a_place_are_kept_and_told(listed, tmp_path):
    flat = shapely.Polygon([(660_000, 6_855_000), (660_100, 6_855_000), (660_000, 6_855_000)])
    shapes = [SQUARE, None, shapely.Polygon(), flat]
    reading = listed(layer(tmp_path / "a.parquet", shapes, ID=list("ABCD")), OF_LAYER)
    assert reading.without_place == ("B", "C", "D")
    assert reading.frame.geometry.isna().tolist() == [False, True, True, True]


def test_heights_and_single_multipoints_are_plain_points(listed, tmp_path):
    shapes = [shapely.Point(660_000, 6_855_000, 35), shapely.MultiPoint([(660_001, 6_855_000)])]
    frame = listed(layer(tmp_path / "a.parquet", shapes, ID=["A", "B"]), OF_LAYER).frame
    assert set(frame.geom_type) == {"Point"}
    assert not frame.geometry.has_z.any()


def test_codes_in_digits_stay_what_they_are_in_a_layer(listed, tmp_path):
    path = layer(tmp_path / "a.gpkg", [SQUARE, SQUARE], ID=[154, 12])
    assert listed(path, OF_LAYER).frame["code"].tolist() == ["12", "154"]


def test_features_without_a_code_are_known_by_their_number(listed, tmp_path):
    path = layer(tmp_path / "a.gpkg", [SQUARE, SQUARE], NOM=["a", "b"])
    frame = listed(path, {"category": "parc", "name": "NOM"}).frame
    assert frame["code"].tolist() == ["L1", "L2"]


# --- whatever the list


@settings(max_examples=15, deadline=None, derandomize=True)
@given(st.randoms(use_true_random=False), st.integers(1, 12))
def test_the_order_of_the_rows_changes_nothing(tmp_path_factory, random, count):
    rows = [f"E{i:02d};n{i};{660_000 + i};{6_855_000 - i}" for i in range(count)] + ["Z;nowhere;;"]
    shuffled = random.sample(rows, len(rows))
    told = [read_rows(tmp_path_factory.mktemp("f") / "f.csv", order) for order in (rows, shuffled)]
    assert told[0].without_place == told[1].without_place == ("Z",)
    left, right = (reading.frame for reading in told)
    assert left.drop(columns="geometry").equals(right.drop(columns="geometry"))
    assert np.array_equal(shapely.to_wkb(left.geometry), shapely.to_wkb(right.geometry))


def read_rows(path, rows):
    path.write_text("\n".join(["ID;NOM;X;Y", *rows, ""]), encoding="utf-8")
    card = Card(
        id="carte",
        layout="facilities",
        source="oqhs",
        licence="etalab-2.0",
        obtained=dt.date(2024, 10, 2),
        sha256="0" * 64,
        facilities=PMI,
    )
    return read_facilities(path, card)

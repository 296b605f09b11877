"""Layers and memberships, as received, counted again without any library of geography."""

from __future__ import annotations

import json
import re
import sqlite3
import struct
from collections import Counter
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from real_plain import table

from oqhs.sources import Reading, load
from oqhs.sources.cards import Card

pytestmark = pytest.mark.real


def names_of_dbf(path: Path, key: str, name: str) -> dict[str, str]:
    """Two text fields of a dBase table (Latin-1), by position."""
    raw = path.read_bytes()
    count, start, width = struct.unpack("<IHH", raw[4:12])
    fields, offset = {}, 1
    for at in range(32, start - 1, 32):
        fields[raw[at : at + 11].split(b"\0")[0].decode()] = (offset, raw[at + 16])
        offset += raw[at + 16]

    def cell(record: int, field: str) -> str:
        at, size = fields[field]
        begin = start + record * width + at
        return raw[begin : begin + size].decode("latin-1").strip()

    return {cell(i, key): cell(i, name) for i in range(count)}


def names_of_geojson(path: Path, key: str, name: str) -> dict[str, str]:
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    return {one["properties"][key]: one["properties"][name].strip() for one in features}


def names_of_geopackage(path: Path, key: str, name: str) -> dict[str, str]:
    connection = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    try:
        return dict(connection.execute(f"SELECT {key}, {name} FROM com"))  # noqa: S608
    finally:
        connection.close()


LAYERS = {
    # file, perimeter to give, kind, perimeter, EPSG, territories and invalid geometries (README of
    # the data, but for the one IRIS that shapely finds invalid), fields nobody mapped
    "qpv-2015": (
        "QPV.shp", None, "qpv", "qpv2015", 2154, 1296, 27, ("COMMUNE_QP", "X", "ANGLE", "Y"),
    ),
    "qpv-2024": (
        "qpv2024_simplified.geojson", None, "qpv", "qpv2024", 4326, 1609, 85,
        ("fid", "insee_reg", "lib_reg", "insee_dep", "lib_dep", "lib_com", "siren_epci"),
    ),
    "communes": ("communes_94_l93.gpkg", "cog2021", "commune", "cog2021", 2154, 47, 0, ("EPT",)),
    "iris": (
        "iris_94_wgs84.geojson", "cog2022", "iris", "cog2022", 2154, 530, 1,
        ("code_insee", "nom_commune", "type_iris"),
    ),
}  # fmt: skip

NAMES = {
    "qpv-2015": (names_of_dbf, "QPV.dbf", "CODE_QP", "NOM_QP"),
    "qpv-2024": (names_of_geojson, "qpv2024_simplified.geojson", "code_qp", "lib_qp"),
    "communes": (names_of_geopackage, "communes_94_l93.gpkg", "DEPCOM", "LIBCOM"),
    "iris": (names_of_geojson, "iris_94_wgs84.geojson", "code_iris", "nom_iris"),
}


#: Quartiers the producer's simplification to five decimals left as three times the same point.
POINTS = {"QN09105I", "QN09113I", "QN09503I"}


def read_layer(real_data: Path, name: str) -> Reading:
    file, perimeter, *_ = LAYERS[name]
    return load(real_data / "perimeters" / file, perimeter=perimeter)


def as_meant(label: str) -> str:
    """Give one space for several; œ, ’ and – were written in the letters of Windows, and read as Latin-1."""
    letters = label.replace("\x9c", "œ").replace("\x92", "’").replace("\x96", "–")
    return re.sub(" +", " ", letters)


@pytest.mark.parametrize("name", LAYERS)
def test_no_territory_of_a_layer_is_lost_and_each_keeps_its_name(real_data: Path, name: str):
    reader, file, key, label = NAMES[name]
    written = reader(real_data / "perimeters" / file, key, label)
    expected = {code: as_meant(text) for code, text in written.items()}
    reading = read_layer(real_data, name)
    assert reading.territories == len(expected) == LAYERS[name][5]
    assert dict(zip(reading.frame["territory"], reading.frame["label"], strict=True)) == expected


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_says_what_its_territories_are_and_what_was_not_mapped(real_data: Path, name: str):
    _, _, kind, perimeter, epsg, _, _, unmapped = LAYERS[name]
    reading = read_layer(real_data, name)
    assert set(reading.frame["kind"]) == {kind}
    assert set(reading.frame["perimeter"]) == {perimeter}
    assert reading.frame.crs.to_epsg() == epsg
    assert reading.unmapped == unmapped


def crossings(ring: shapely.LinearRing, x: float, y: float) -> int:
    """How many segments of a ring a ray to the east of a point meets."""
    vertices = ring.coords[:]
    return sum(
        (y1 > y) != (y2 > y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1)
        for (x1, y1, *_), (x2, y2, *_) in pairwise(vertices)
    )


def surface_of(outline: shapely.Geometry) -> float:
    """Area of the faces a crossed outline draws that lie inside one of its parts, lobes included."""
    parts = [[part.exterior, *part.interiors] for part in shapely.get_parts(outline)]
    faces = shapely.get_parts(shapely.polygonize([shapely.node(outline.boundary)]))
    points = [(face.area, face.representative_point()) for face in faces]
    return sum(
        area
        for area, point in points
        if any(sum(crossings(ring, point.x, point.y) for ring in rings) % 2 for rings in parts)
    )


@pytest.mark.parametrize("name", LAYERS)
def test_invalid_geometries_are_repaired_counted_and_lose_no_surface(real_data: Path, name: str):
    file, _, _, _, epsg, _, invalid, _ = LAYERS[name]
    raw = gpd.read_file(real_data / "perimeters" / file)
    broken = ~shapely.is_valid(raw.geometry.to_numpy())
    reading = read_layer(real_data, name)
    assert reading.repaired == int(broken.sum()) == invalid
    assert reading.frame.geometry.is_valid.all()
    layer = reading.frame.set_index("territory").drop(index=POINTS, errors="ignore")
    assert set(layer.geom_type) <= {"Polygon", "MultiPolygon"}
    outlines = raw.to_crs(epsg).set_index(NAMES[name][2]).geometry
    repaired = layer.index.intersection(outlines.index[broken])
    expected = [surface_of(outlines[code]) for code in repaired]
    found = shapely.area(layer.geometry[repaired].to_numpy())
    # Lines cross a hair apart before and after reprojection.
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    sound = layer.index.difference(repaired)
    assert (layer.geometry[sound].to_numpy() == outlines[sound].to_numpy()).all()


def test_only_an_outline_the_producer_reduced_to_a_point_comes_without_a_surface(real_data: Path):
    features = json.loads((real_data / "perimeters/qpv2024_simplified.geojson").read_text("utf-8"))[
        "features"
    ]
    vertices = {
        one["properties"]["code_qp"]: {
            tuple(vertex) for part in one["geometry"]["coordinates"] for ring in part for vertex in ring
        }
        for one in features
    }
    assert {code for code, points in vertices.items() if len(points) < 3} == POINTS
    layer = read_layer(real_data, "qpv-2024").frame
    assert set(layer.loc[shapely.area(layer.geometry.to_numpy()) == 0, "territory"]) == POINTS


def test_a_layer_stored_as_geoparquet_reads_as_the_original(real_data: Path, tmp_path: Path):
    original = real_data / "perimeters/communes_94_l93.gpkg"
    stored = tmp_path / "communes.parquet"
    gpd.read_file(original).to_parquet(stored)
    left, right = (load(path, perimeter="cog2021") for path in (stored, original))
    assert left.layout == right.layout == "communes_depcom"
    assert_geodataframe_equal(left.frame, right.frame)


def test_the_table_of_epts_gives_each_commune_its_ept(real_data: Path, cards: dict[str, Card]):
    path = real_data / "perimeters/commune_ept_94.csv"
    header, rows = table(path, ",")
    commune, ept, name = (header.index(column) for column in ("DEPCOM", "EPT", "lib_ept"))
    reading = load(path, card=cards["epts"])
    found = reading.frame[["territory", "parent", "parent_name"]].itertuples(index=False, name=None)
    assert sorted(found) == sorted((row[commune], row[ept], row[name]) for row in rows)
    # Composition of the three EPT, README of the data.
    assert Counter(reading.frame["parent"]) == {"T10": 13, "T11": 16, "T12": 18}
    assert reading.unmapped == ("LIBCOM", "siren_ept")

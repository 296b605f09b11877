"""Facilities of the Val-de-Marne as they are published: the BPE of 2019, and a list of PMI and EDS."""

from __future__ import annotations

import csv
import datetime as dt
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import pyproj
import pytest
import shapely

from oqhs import sources
from oqhs.measures.proximity import count_near, near, nearest
from oqhs.sources.cards import Card, sha256
from oqhs.sources.facilities import read_facilities
from oqhs.sources.tabular import Reading

pytestmark = pytest.mark.real

BPE, PMI = "facilities/bpe2019_94.csv", "facilities/pmi_eds_94.csv"
LAMBERT = {"x": "LAMBERT_X", "y": "LAMBERT_Y", "crs": "EPSG:2154", "category_column": "TYPEQU"}
NAMED = {"code": "id", "name": "nom", "lat": "lat", "lon": "lng", "category_column": "nom"}


def listed(path: Path, mapping: dict) -> Reading:
    card = Card(
        id=path.stem.replace(".", "-"),
        layout="facilities",
        source="oqhs",
        licence="etalab-2.0",
        obtained=dt.date(2024, 10, 2),
        sha256=sha256(path),
        facilities=mapping,
    )
    return read_facilities(path, card)


def rows_of(path: Path, delimiter: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows of a file by the csv module, with the line each stands on (none holds a line break)."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        yield from enumerate(csv.DictReader(stream, delimiter=delimiter), start=2)


@pytest.fixture(scope="module")
def bpe(real_data: Path) -> list[tuple[int, dict[str, str]]]:
    return list(rows_of(real_data / BPE, ";"))


@pytest.fixture(scope="module")
def quartiers(real_data: Path) -> gpd.GeoDataFrame:
    layer = sources.read(real_data / "perimeters/qpv2024_simplified.geojson")
    return layer[layer["territory"].str.startswith("QN094")].set_index("territory").to_crs(2154)


def test_every_facility_of_the_bpe_is_read_and_those_nobody_located_are_told(real_data: Path, bpe: list):
    reading = listed(real_data / BPE, LAMBERT | {"keep": {"*": "equipement"}})
    unlocated = [f"L{line}" for line, row in bpe if row["LAMBERT_X"] == "NA"]
    # Figures of the README of the data.
    assert (len(bpe), len(unlocated)) == (47_171, 1_842)
    assert reading.territories == len(bpe)
    assert reading.without_place == tuple(sorted(unlocated))
    assert reading.left_out == {}
    expected = {
        f"L{line}": (float(row["LAMBERT_X"]), float(row["LAMBERT_Y"]))
        for line, row in bpe
        if row["LAMBERT_X"] != "NA"
    }
    placed = reading.frame[reading.frame.geometry.notna()]
    points = zip(placed.geometry.x, placed.geometry.y, strict=True)
    assert dict(zip(placed["code"], points, strict=True)) == expected


def test_the_colleges_are_kept_and_each_other_type_is_counted(real_data: Path, bpe: list):
    reading = listed(real_data / BPE, LAMBERT | {"keep": {"C201": "college"}})
    types = Counter(row["TYPEQU"] for _, row in bpe)
    assert reading.territories == types.pop("C201")
    assert dict(reading.left_out) == dict(sorted(types.items()))
    assert set(reading.frame["category"]) == {"college"}


def test_colleges_within_300_m_of_the_quartiers(real_data: Path, bpe: list, quartiers: gpd.GeoDataFrame):
    """G14: 42 of the collèges of the BPE.

    The feuille de route of 2024 counts 48 of 108. Its list is another one (108 collèges, where type C201
    of the BPE has 144 rows, one of them without coordinates) at another date (2019 here), and its
    outlines are those of the decree, of which these are a version simplified to five decimals.
    """
    reading = listed(real_data / BPE, LAMBERT | {"keep": {"C201": "college"}})
    assert len(quartiers) == 47
    assert len(reading.without_place) == 1
    colleges = reading.frame[reading.frame.geometry.notna()]
    pairs = near(quartiers, colleges, within_m=300)
    assert pairs["facility"].nunique() == 42
    # The same by two loops over the file, without any index.
    outlines = quartiers.geometry.to_dict()
    expected = [
        (code, f"L{line}", outline.distance(point))
        for line, row in bpe
        if row["TYPEQU"] == "C201" and row["LAMBERT_X"] != "NA"
        for point in [shapely.Point(float(row["LAMBERT_X"]), float(row["LAMBERT_Y"]))]
        for code, outline in outlines.items()
        if outline.distance(point) <= 300
    ]
    found = zip(pairs["zone"], pairs["facility"], pairs["distance_m"], strict=True)
    assert list(found) == sorted(expected)
    counts = count_near(quartiers, colleges, within_m=300)
    assert counts["count"].to_dict() == dict.fromkeys(outlines, 0) | Counter(code for code, *_ in expected)


def test_what_is_neither_a_pmi_nor_an_eds_is_left_out_and_counted(real_data: Path):
    reading = listed(real_data / PMI, NAMED | {"keep": {"PMI*": "pmi", "EDS*": "eds"}})
    assert Counter(reading.frame["category"]) == {"pmi": 12, "eds": 1}
    assert reading.left_out == {"Equipe Mobile Psychiatrie Précarité Villejuif": 1}
    rows = {row["id"]: row for _, row in rows_of(real_data / PMI, ",")}
    assert set(rows) - set(reading.frame["code"]) == {"167"}
    project = pyproj.Transformer.from_crs(4326, 2154, always_xy=True).transform
    for code, name, point in zip(
        reading.frame["code"], reading.frame["name"], reading.frame.geometry, strict=True
    ):
        assert name == rows[code]["nom"]
        expected = project(float(rows[code]["lng"]), float(rows[code]["lat"]))
        assert point.coords[0] == pytest.approx(expected, abs=1e-6)


def test_the_nearest_pmi_of_each_quartier(real_data: Path, quartiers: gpd.GeoDataFrame):
    reading = listed(real_data / PMI, NAMED | {"keep": {"PMI*": "pmi"}})
    points = dict(zip(reading.frame["code"], reading.frame.geometry, strict=True))
    found = nearest(quartiers, reading.frame)
    expected = {
        code: min((outline.distance(point), pmi) for pmi, point in points.items())
        for code, outline in quartiers.geometry.items()
    }
    assert found.index.equals(quartiers.index)
    assert found["facility"].to_dict() == {code: pmi for code, (_, pmi) in expected.items()}
    assert found["distance_m"].to_dict() == {code: far for code, (far, _) in expected.items()}

"""Layers of exposure, footprints and streets, by what their card says."""

import datetime as dt

import geopandas as gpd
import pytest
from shapely import LineString, box

from oqhs.errors import CatalogueError, DataError
from oqhs.sources.cards import Card
from oqhs.sources.laid_out import read_laid_out

HERE = (652_000, 6_862_000, 652_100, 6_862_100)


def card(layout, **keys):
    common = {
        "licence": "etalab-2.0",
        "obtained": dt.date(2024, 10, 2),
        "sha256": "0" * 64,
        "source": "bruitparif",
    }
    return Card.model_validate({"id": "couche", "layout": layout, **common, **keys})


@pytest.fixture
def noise(tmp_path):
    path = tmp_path / "bruit.geojson"
    gpd.GeoDataFrame({"niveau": ["C", "D"]}, geometry=[box(*HERE)] * 2, crs=2154).to_crs(4326).to_file(path)
    return path


def test_an_exposure_is_the_rows_of_the_classes_that_count(noise):
    reading = read_laid_out(noise, card("exposure", exposure={"field": "niveau", "keep": ["D"]}))
    assert reading.frame["class"].tolist() == ["D"]
    assert reading.frame.crs.to_epsg() == 2154


def test_an_exposure_without_its_classes_is_refused(noise, refused):
    (problem,) = refused(CatalogueError, read_laid_out, noise, card("exposure"))
    assert problem.allowed == "field: FIELD, keep: [VALUE, …]"


def test_a_class_that_is_not_there_is_refused(noise, refused):
    told = card("exposure", exposure={"field": "niveau", "keep": ["E"]})
    (problem,) = refused(DataError, read_laid_out, noise, told)
    assert (problem.found, problem.allowed) == ("E", "C, D")


def test_a_footprint_is_the_surfaces_that_were_surveyed(noise):
    assert read_laid_out(noise, card("footprint")).frame.columns.tolist() == ["geometry"]


def test_streets_say_what_must_be_printed_on_what_uses_them(tmp_path):
    path = tmp_path / "rues.geojson"
    lines = [LineString([(652_000, 6_862_000), (652_100, 6_862_000)])]
    gpd.GeoDataFrame({"highway": ["footway"]}, geometry=lines, crs=2154).to_file(path)
    assert read_laid_out(path, card("streets")).attribution == "© les contributeurs d'OpenStreetMap (ODbL)"

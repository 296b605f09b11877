"""Shares of surface under pixels drawn by hand: 4 by 4 pixels of 10 m, told from north to south."""

import sys

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import box

from oqhs.errors import CRSError, DataError, LayoutError, MeasureError, MissingExtraError
from oqhs.measures.areal import SHARE_COLUMNS
from oqhs.measures.raster import raster_share

pytest.importorskip("exactextract")
rasterio = pytest.importorskip("rasterio")

#: South-west corner of the raster.
X, Y = 658_000, 6_853_000
#: 1 grass, 2 shrubs, 3 trees, 0 no data. On the map, north is up:
#:   y 30-40   3 3 1 1
#:   y 20-30   3 2 1 1
#:   y 10-20   1 1 2 2
#:   y  0-10   0 0 1 3
PIXELS = [[3, 3, 1, 1], [3, 2, 1, 1], [1, 1, 2, 2], [0, 0, 1, 3]]
TREES, BOTH = [3], [2, 3]


@pytest.fixture
def raster(tmp_path):
    def _raster(*bands, crs="EPSG:2154", nodata=0, west=X, dtype="uint8"):
        pixels = np.array(bands or [PIXELS], dtype=dtype)
        path = tmp_path / "arbres.tif"
        count, height, width = pixels.shape
        transform = rasterio.Affine(10, 0, west, 0, -10, Y + 40)
        profile = {"driver": "GTiff", "count": count, "height": height, "width": width, "dtype": dtype}
        with rasterio.open(path, "w", crs=crs, transform=transform, nodata=nodata, **profile) as dataset:
            dataset.write(pixels)
        return path

    return _raster


def zones(*shapes, index=None, crs=2154):
    frame = gpd.GeoDataFrame(geometry=list(shapes), crs=crs, index=index)
    return frame.set_geometry(frame.translate(X, Y))


def only(path, shape, keep, **options):
    (row,) = raster_share(zones(shape), path, keep=keep, couverture_min=0.8, **options).itertuples()
    return row


def near(value):
    return pytest.approx(value, rel=1e-6)


@pytest.mark.parametrize(
    ("shape", "keep", "inside"),
    [
        # The four pixels of the north-west: 3, 3, 3 and 2.
        (box(0, 20, 20, 40), TREES, 300),
        (box(0, 20, 20, 40), BOTH, 400),
        (box(0, 20, 20, 40), [1], 0),
        # Half a pixel off both ways: a quarter of each of 3 3 / 3 2.
        (box(5, 25, 15, 35), TREES, 75),
        (box(5, 25, 15, 35), [2], 25),
        # 5 m of the column x = 10-20 (3 then 2), the column x = 20-30 (1 then 1).
        (box(15, 20, 30, 40), BOTH, 100),
        # A sliver of 1 m by 1 m within one pixel of trees.
        (box(2, 33, 3, 34), TREES, 1),
        # The triangle north-west of the diagonal of the pixel x = 0-10, y = 30-40 (trees).
        (shapely.Polygon([(0, 30), (10, 40), (0, 40)]), TREES, 50),
        # North of y = 10, trees and shrubs: 3 + 1 pixels of the two first rows, 2 of the third.
        (box(0, 10, 40, 40), BOTH, 600),
    ],
)
def test_pixels_across_an_outline_count_for_their_part_inside(raster, shape, keep, inside):
    row = only(raster(), shape, keep)
    assert (row.status, row.covered, row.area_m2) == ("observed", 1, shape.area)
    assert (row.covered_m2, row.inside_m2) == (near(shape.area), near(inside))
    assert row.share == near(inside / shape.area)


def test_pixels_without_data_are_in_neither_term(raster):
    # 16 pixels, 2 of them without data; trees and shrubs are 3 + 1 + 2 + 1 of the 14 others.
    row = only(raster(), box(0, 0, 40, 40), BOTH)
    assert (row.covered, row.share) == (near(14 / 16), near(7 / 14))
    assert (row.area_m2, row.covered_m2, row.inside_m2) == (1600, near(1400), near(700))


def test_a_zone_with_too_many_pixels_without_data_has_no_share(raster):
    # The two columns of the west: 2 pixels of 8 without data, trees on 3 of the 6 others.
    row = only(raster(), box(0, 0, 20, 40), TREES)
    assert (row.status, row.covered) == ("not_covered", near(0.75))
    assert np.isnan(row.share)
    assert (row.covered_m2, row.inside_m2) == (near(600), near(300))


def test_a_zone_covered_for_just_the_least_part_is_observed(raster):
    # 10 m of 50 m lie west of the raster: 0.8 is covered.
    row = only(raster(), box(-10, 30, 40, 40), TREES)
    assert (row.status, row.covered, row.share) == ("observed", near(0.8), near(0.5))


def test_a_zone_all_without_data_and_one_outside_the_raster_hold_nothing_known(raster):
    found = raster_share(zones(box(0, 0, 20, 10), box(500, 0, 510, 10)), raster(), keep=TREES)
    assert found["status"].tolist() == ["not_covered"] * 2
    assert found[["covered", "covered_m2"]].eq(0).all(axis=None)
    assert found[["share", "inside_m2"]].isna().all(axis=None)


def test_where_no_value_stands_for_missing_data_all_pixels_were_looked_at(raster):
    row = only(raster(nodata=None), box(0, 0, 20, 10), TREES)
    assert (row.status, row.share, row.inside_m2) == ("observed", 0, 0)


def test_missing_data_of_a_raster_of_decimal_numbers_may_be_nan(raster):
    pixels = [[np.nan, 2.5], [2.5, 3]]
    row = only(raster(pixels, nodata=np.nan, dtype="float32"), box(0, 20, 20, 40), [2.5])
    assert (row.covered, row.status) == (near(0.75), "not_covered")
    assert row.inside_m2 == near(200)


def test_the_band_is_that_asked_for(raster):
    path = raster(np.full((4, 4), 1), PIXELS)
    assert only(path, box(0, 20, 20, 40), TREES).share == 0
    assert only(path, box(0, 20, 20, 40), TREES, band=2).share == near(0.75)


def test_zones_keep_their_rows_and_their_index_and_may_overlap_or_have_no_surface(raster):
    told = zones(
        box(0, 20, 20, 40), None, box(0, 20, 20, 40), box(20, 20, 40, 40), index=["b", "a", "b", "c"]
    )
    found = raster_share(told, raster(), keep=TREES, couverture_min=0.8)
    assert list(found.columns) == SHARE_COLUMNS
    assert found.index.tolist() == ["b", "a", "b", "c"]
    assert found["status"].tolist() == ["observed", "not_covered", "observed", "observed"]
    np.testing.assert_allclose(found["share"], [0.75, np.nan, 0.75, 0], rtol=1e-6)


def test_zones_without_any_surface_are_all_not_covered(raster):
    assert raster_share(zones(None), raster(), keep=TREES)["status"].tolist() == ["not_covered"]


def test_an_open_dataset_is_measured_as_its_file_and_left_open(raster):
    path, told = raster(), zones(box(0, 20, 20, 40))
    with rasterio.open(path) as dataset:
        found = raster_share(told, dataset, keep=TREES)
        assert not dataset.closed
    pd.testing.assert_frame_equal(found, raster_share(told, str(path), keep=TREES))


def test_splitting_a_zone_keeps_the_sums_of_its_surfaces(raster):
    parts = [box(0, 0, 13, 40), box(13, 0, 40, 17), box(13, 17, 40, 40)]
    found = raster_share(zones(box(0, 0, 40, 40), *parts), raster(), keep=BOTH)
    surfaces = found[["area_m2", "covered_m2", "inside_m2"]]
    np.testing.assert_allclose(surfaces.iloc[1:].sum(), surfaces.iloc[0], rtol=1e-6)


# --- refusals


@pytest.mark.parametrize("crs", [None, 4326, 3949])
def test_zones_in_another_system_are_refused(raster, refused_call, crs):
    told = zones(box(0, 0, 10, 10)).set_crs(crs, allow_override=True)
    (problem,) = refused_call(CRSError, raster_share, told, raster(), keep=TREES)
    assert problem.column == ("raster" if crs == 3949 else "zones")


@pytest.mark.parametrize(
    ("keep", "what"),
    [
        ([], "the values that count are numbers, one at least"),
        (["arbre"], "the values that count are numbers, one at least"),
        ([np.nan], "the values that count are numbers, one at least"),
        ([0, 3], "a value that counts stands for pixels without data"),
    ],
)
def test_values_that_cannot_count_are_refused(raster, refused_call, keep, what):
    (problem,) = refused_call(MeasureError, raster_share, zones(box(0, 0, 1, 1)), raster(), keep=keep)
    assert (problem.what, problem.column) == (what, "keep")


def test_a_raster_50_km_away_is_refused(raster, refused_call):
    told = zones(box(0, 0, 10, 10))
    (problem,) = refused_call(MeasureError, raster_share, told, raster(west=X + 50_010), keep=TREES)
    assert problem.what == "the raster is 50 km away from the zones"


def test_a_zone_that_is_not_a_valid_surface_is_refused(raster, refused_call):
    told = zones(box(0, 0, 10, 10), shapely.Point(0, 0))
    (problem,) = refused_call(MeasureError, raster_share, told, raster(), keep=TREES)
    assert (problem.column, problem.found) == ("zones", "row 1")


def test_a_raster_that_is_not_fit_is_refused(raster, refused_call):
    told = zones(box(0, 0, 10, 10))
    (problem,) = refused_call(CRSError, raster_share, told, raster(crs=None), keep=TREES)
    assert problem.what == "the raster says no coordinate reference system"
    (problem,) = refused_call(LayoutError, raster_share, told, raster(), keep=TREES, band=2)
    assert problem.what == "the raster has no such band"
    (problem,) = refused_call(DataError, raster_share, told, raster(np.zeros((4, 4))), keep=TREES)
    assert problem.what == "every pixel of the raster is without data"


def test_without_exactextract_the_extra_that_brings_it_is_named(raster, refused_call, monkeypatch):
    monkeypatch.setitem(sys.modules, "exactextract", None)
    told = zones(box(0, 0, 10, 10))
    (problem,) = refused_call(MissingExtraError, raster_share, told, raster(), keep=TREES)
    assert problem.todo == "pip install 'oqhs[raster]'"


@pytest.fixture
def refused_call():
    """Give the problems of a call that must raise exactly this error."""

    def _refused(error, call, *args, **kwargs):
        with pytest.raises(error) as caught:
            call(*args, **kwargs)
        assert type(caught.value) is error
        return caught.value.problems

    return _refused

"""Tree cover, as crowns or as a raster: what is kept, and what is refused."""

import sys

import geopandas as gpd
import numpy as np
import pytest
import shapely

from oqhs.errors import CatalogueError, CRSError, DataError, LayoutError, MissingExtraError
from oqhs.sources.canopy import open_raster, read_canopy
from oqhs.sources.cards import Card

X, Y = 658_000, 6_853_000


def crown(n=0, side=10):
    return shapely.box(X + n * side, Y, X + (n + 1) * side, Y + side)


def card(**canopy):
    about = {"layout": "canopy", "source": "cd94", "licence": "etalab-2.0", "obtained": "2024-10-02"}
    return Card.model_validate({"id": "arbres", "sha256": "0" * 64, "canopy": canopy} | about)


ALL = card()


@pytest.fixture
def crowns(tmp_path):
    """Write a layer of crowns: fields by name, squares in a row unless geometries are given."""

    def _crowns(name="arbres.gpkg", crs=2154, geometry=None, **fields):
        many = len(next(iter(fields.values())))
        shapes = [crown(n) for n in range(many)] if geometry is None else geometry
        path = tmp_path / name
        gpd.GeoDataFrame(fields, geometry=shapes, crs=crs).to_file(path)
        return path

    return _crowns


def test_only_the_strata_of_the_card_are_kept_in_the_order_of_the_file(crowns):
    path = crowns(strate=["arbre", "herbe", " arbuste", None], hauteur=[9.0, 0.1, 2.0, 3.0])
    reading = read_canopy(path, card(stratum="strate", keep=["arbuste", "arbre"]))
    assert list(reading.frame.columns) == ["stratum", "geometry"]
    assert reading.frame["stratum"].tolist() == ["arbre", "arbuste"]
    assert shapely.equals(reading.frame.geometry.to_numpy(), [crown(0), crown(2)]).all()
    assert (reading.layout, reading.territories, reading.unmapped) == ("canopy", 2, ("hauteur",))
    assert reading.frame.index.tolist() == [0, 1]


@pytest.mark.parametrize("cells", [[1, 2, 3], [1.0, 2.0, 3.0], ["1", "2", "3"]])
@pytest.mark.parametrize("keep", [[2, 3], ["2", "3"]])
def test_strata_written_as_numbers_are_kept_however_they_are_written(crowns, cells, keep):
    reading = read_canopy(crowns(strate=cells), card(stratum="strate", keep=keep))
    assert reading.frame["stratum"].tolist() == ["2", "3"]


def test_every_row_is_kept_where_the_card_names_no_field(crowns):
    reading = read_canopy(crowns(hauteur=[9.0, 0.1]), ALL)
    assert len(reading.frame) == 2
    assert reading.frame["stratum"].isna().all()


def test_crowns_that_overlap_stay_as_they_are(crowns):
    path = crowns(geometry=[crown(0), crown(0), crown(0, 5)], h=[1, 2, 3])
    assert read_canopy(path, ALL).frame.geometry.area.tolist() == [100, 100, 25]


def test_a_layer_in_degrees_comes_in_lambert_93_and_swapped_ones_are_told(crowns, refused):
    there, swapped = shapely.box(2.45, 48.79, 2.46, 48.8), shapely.box(48.79, 2.45, 48.8, 2.46)
    path = crowns("arbres.geojson", crs=4326, geometry=[there], h=[1])
    assert read_canopy(path, ALL).frame.crs.to_epsg() == 2154
    path = crowns("tournes.geojson", crs=4326, geometry=[swapped, swapped], h=[1, 2])
    (problem,) = refused(DataError, read_canopy, path, ALL)
    assert problem.what.startswith("longitude and latitude are swapped")


@pytest.mark.parametrize("told", [{"stratum": "strate"}, {"keep": ["arbre"]}])
def test_a_field_without_values_and_values_without_a_field_are_refused(crowns, refused, told):
    (problem,) = refused(CatalogueError, read_canopy, crowns(strate=["arbre"]), card(**told))
    assert problem.what == "layout `canopy` needs to know which rows are trees or shrubs"
    assert problem.column == "canopy"


def test_a_field_the_layer_does_not_have_is_refused(crowns, refused):
    path = crowns(strate=["arbre"])
    (problem,) = refused(LayoutError, read_canopy, path, card(stratum="classe", keep=["arbre"]))
    assert problem.what == "the card names a field the layer does not have"
    assert (problem.file, problem.column, problem.found) == (path, "classe", "strate, geometry")


def test_values_that_match_no_row_are_refused_and_the_ones_there_are_told(crowns, refused):
    path = crowns(strate=["herbe", "arbre"])
    # One that is misspelt is refused, though the other is there: its rows would be lost.
    (problem,) = refused(DataError, read_canopy, path, card(stratum="strate", keep=["arbre", "arbustes"]))
    assert problem.what == "the card keeps a value that stands in no row"
    assert (problem.column, problem.found, problem.allowed) == ("strate", "arbustes", "arbre, herbe")


def test_an_empty_layer_is_refused(crowns, refused):
    (problem,) = refused(LayoutError, read_canopy, crowns(h=np.array([], dtype="int64")), ALL)
    assert problem.what == "this layer is empty"


# --- rasters


@pytest.fixture
def raster(tmp_path):
    """Write a raster of 2 by 2 pixels of 5 m; no `crs` or no `transform` where None is given."""
    rasterio = pytest.importorskip("rasterio")
    north_up = (5, 0, X, 0, -5, Y)

    def _raster(pixels=((1, 2), (3, 255)), crs="EPSG:2154", transform=north_up, nodata=255):
        placed = rasterio.Affine(*transform) if transform else None
        bands = np.atleast_3d(np.array(pixels, dtype="uint8").T).T
        path = tmp_path / "arbres.tif"
        count, height, width = bands.shape
        profile = {"driver": "GTiff", "count": count, "height": height, "width": width, "dtype": "uint8"}
        with rasterio.open(path, "w", crs=crs, transform=placed, nodata=nodata, **profile) as dataset:
            dataset.write(bands)
        return path

    return _raster


def test_a_raster_is_told_by_its_band_its_system_and_the_size_of_its_pixels(raster):
    found = open_raster(raster())
    assert (found.band, found.crs.to_epsg(), found.pixel_m2, found.nodata) == (1, 2154, 25, 255)
    assert found.footprint.equals(shapely.box(X, Y - 10, X + 10, Y))


def test_a_raster_is_read_as_one_row_that_says_what_to_measure(raster):
    path = raster()
    reading = read_canopy(path, card(keep=[2, 3]))
    (row,) = reading.frame.itertuples()
    assert (row.raster, row.band, row.keep) == (str(path), 1, (2, 3))
    assert (reading.layout, reading.territories, reading.frame.crs.to_epsg()) == ("canopy", 1, 2154)


@pytest.mark.parametrize("told", [{}, {"keep": ["arbre"]}, {"keep": [2], "stratum": "strate"}])
def test_a_raster_needs_the_values_of_its_pixels(raster, refused, told):
    (problem,) = refused(CatalogueError, read_canopy, raster(), card(**told))
    assert problem.what == "a raster of vegetation needs the values of the pixels that are trees or shrubs"


@pytest.mark.filterwarnings("ignore:Dataset has no geotransform")
def test_a_raster_without_a_transform_is_refused(raster, refused):
    (problem,) = refused(LayoutError, open_raster, raster(transform=None))
    assert problem.what == "the raster has no transform: nothing says where its pixels are"


def test_a_raster_that_is_turned_is_refused(raster, refused):
    (problem,) = refused(LayoutError, open_raster, raster(transform=(5, 1, X, 1, -5, Y)))
    assert problem.what == "the raster is not north-up"


def test_a_raster_without_a_system_is_refused(raster, refused):
    (problem,) = refused(CRSError, open_raster, raster(crs=None))
    assert problem.what == "the raster says no coordinate reference system"


def test_a_band_that_is_not_there_is_refused(raster, refused):
    path = raster(pixels=np.ones((2, 2, 2)))
    assert open_raster(path, band=2).band == 2
    (problem,) = refused(LayoutError, open_raster, path, band=3)
    assert (problem.what, problem.found, problem.allowed) == ("the raster has no such band", 3, "1, 2")


def test_a_raster_all_without_data_is_refused(raster, refused):
    (problem,) = refused(DataError, open_raster, raster(pixels=((255, 255), (255, 255))))
    assert problem.what == "every pixel of the raster is without data"
    assert problem.found == "band 1, nodata 255.0"


def test_a_file_that_is_no_raster_is_refused(write, refused):
    pytest.importorskip("rasterio")
    (problem,) = refused(LayoutError, open_raster, write("rien", name="arbres.tif"))
    assert problem.what.startswith("this is not a raster")


def test_without_rasterio_the_extra_that_brings_it_is_named(monkeypatch, write, refused):
    monkeypatch.setitem(sys.modules, "rasterio", None)
    (problem,) = refused(MissingExtraError, open_raster, write("rien", name="arbres.tif"))
    assert problem.todo == "pip install 'oqhs[raster]'"

"""Tree cover: what is seen of trees and shrubs from above, as polygons or as a raster."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from oqhs.errors import CatalogueError, CRSError, DataError, LayoutError, MissingExtraError
from oqhs.sources.cards import Card, card_place
from oqhs.sources.layers import open_layer, surfaces_of
from oqhs.sources.mappings import CanopyMapping
from oqhs.sources.strata import kept_rows
from oqhs.sources.tabular import Reading

if TYPE_CHECKING:
    from rasterio.io import DatasetReader

CANOPY_COLUMNS = ["stratum", "geometry"]
RASTER_COLUMNS = ["raster", "band", "keep", "geometry"]
#: Files that are rasters, by their ending, and the drivers they are opened with: none that points elsewhere.
RASTERS = {".jp2": "JP2OpenJPEG", ".tif": "GTiff", ".tiff": "GTiff"}


def read_canopy(path: Path, card: Card) -> Reading:
    """Read a layer of vegetation seen from above, and keep the strata that are trees or shrubs.

    Crowns that overlap stay as they are: what they cover is counted once when it is measured.

    Returns
    -------
    Reading
        `frame`: `stratum` (text as written, missing where the card names no field) and `geometry` (valid
        surfaces), in the order of the file, in the projected system of the layer, or that of its territory
        where it is in degrees. `territories` counts the rows kept; `without_surface` lists the lines whose
        geometry has no surface: those kept have an empty one. For a raster, `frame` has one row:
        `raster` (path), `band`, `keep` (the values of the pixels that count) and `geometry` (the
        rectangle of the raster, in its own system).

    Raises
    ------
    CatalogueError
        The card says nothing of the layer, or gives a field without its values, or values without a
        field; for a raster, it gives a field, or values that are not numbers.
    LayoutError
        The file is no layer of surfaces, is empty, or has no such field; or is no fit raster.
    CRSError
        The layer says no coordinate reference system.
    DataError
        A value that is kept stands in no row, a row has no geometry or is not in France, or longitude and
        latitude are swapped.
    """
    if path.suffix.lower() in RASTERS:
        return _read_raster(path, card)
    mapping = _mapping(path, card)
    raw = open_layer(path, layer=card.sheet, what="crowns")
    surfaces = surfaces_of(path, raw)
    strata, kept = pd.Series(None, index=raw.index, dtype="str"), np.ones(len(raw), dtype=bool)
    if mapping.stratum is not None:
        strata, kept = kept_rows(path, raw, mapping.stratum, mapping.keep, "canopy: keep")
    frame = gpd.GeoDataFrame({"stratum": strata}, geometry=surfaces.shapes, crs=surfaces.crs)
    frame = frame[CANOPY_COLUMNS][kept].reset_index(drop=True)
    used = {mapping.stratum, raw.geometry.name}
    unmapped = tuple(str(name) for name in raw.columns if name not in used)
    return Reading(
        frame,
        path,
        "canopy",
        len(frame),
        unmapped,
        repaired=surfaces.repaired,
        without_surface=surfaces.flat,
    )


def _read_raster(path: Path, card: Card) -> Reading:
    """Read what a raster is, and what its card says of its pixels."""
    mapping = card.canopy
    numbers = mapping is not None and all(isinstance(value, int) for value in mapping.keep)
    if mapping is None or not mapping.keep or not numbers or mapping.stratum is not None:
        raise CatalogueError(
            "a raster of vegetation needs the values of the pixels that are trees or shrubs",
            file=card_place(path),
            column="canopy",
            found=None if mapping is None else f"stratum: {mapping.stratum}, keep: {[*mapping.keep]}",
            allowed="keep: [NUMBER, …], and band: NUMBER where it is not the first",
        )
    raster = open_raster(path, band=mapping.band)
    columns = {"raster": [str(path)], "band": [mapping.band], "keep": [mapping.keep]}
    frame = gpd.GeoDataFrame(columns, geometry=[raster.footprint], crs=raster.crs)[RASTER_COLUMNS]
    return Reading(frame, path, "canopy", 1)


def _mapping(path: Path, card: Card) -> CanopyMapping:
    mapping = card.canopy
    if mapping is None or (mapping.stratum is None) != (not mapping.keep):
        raise CatalogueError(
            "layout `canopy` needs to know which rows are trees or shrubs",
            file=card_place(path),
            column="canopy",
            found=None if mapping is None else f"stratum: {mapping.stratum}, keep: {[*mapping.keep]}",
            allowed="stratum: FIELD and keep: [VALUE, …], or neither where every row is one",
        )
    return mapping


@dataclass(frozen=True)
class Raster:
    """A band of a raster file, looked at and found fit to be measured.

    Attributes
    ----------
    path : Path
        File.
    band : int
        Band, the first one being 1.
    crs : CRS
        Its coordinate reference system.
    pixel_m2 : float
        Area of a pixel, in the squared unit of the system.
    nodata : float or None
        Value of the pixels that say nothing.
    footprint : Polygon
        Its rectangle.
    """

    path: Path
    band: int
    crs: CRS
    pixel_m2: float
    nodata: float | None
    footprint: shapely.Polygon


@contextmanager
def open_dataset(path: Path) -> Iterator[DatasetReader]:
    """Open a raster with rasterio, whatever it lacks: `describe_raster` tells.

    Raises
    ------
    MissingExtraError
        rasterio is not installed.
    LayoutError
        The file is no raster.
    """
    try:
        import rasterio
        from rasterio.errors import NotGeoreferencedWarning, RasterioIOError
    except ImportError as error:
        raise MissingExtraError(
            "rasters are read with rasterio, which is not installed",
            file=path,
            todo="pip install 'oqhs[raster]'",
        ) from error
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            dataset = rasterio.open(path, driver=RASTERS.get(path.suffix.lower(), "GTiff"))
    except RasterioIOError as error:
        what = f"this is not a raster: {error}"
        raise LayoutError(what, file=path, allowed="GeoTIFF, or whatever GDAL reads") from error
    with dataset:
        yield dataset


def open_raster(path: Path, *, band: int = 1) -> Raster:
    """Look at a band of a raster file, and tell what it is.

    Raises
    ------
    MissingExtraError, LayoutError, CRSError, DataError
        As `open_dataset` and `describe_raster`.
    """
    with open_dataset(path) as dataset:
        return describe_raster(dataset, band=band)


def describe_raster(dataset: DatasetReader, *, band: int = 1) -> Raster:
    """Tell what a band of an open raster is.

    Raises
    ------
    LayoutError
        The raster has no transform, one that is not north-up, or has no such band.
    CRSError
        The raster says no coordinate reference system.
    DataError
        Every pixel of the band is without data.
    """
    path = Path(dataset.name)
    _check_place(path, dataset)
    if band not in dataset.indexes:
        raise LayoutError(
            "the raster has no such band",
            file=path,
            column="band",
            found=band,
            allowed=", ".join(map(str, dataset.indexes)),
            todo="correct `canopy: band` in the card of the file",
        )
    if not _says_something(dataset, band):
        raise DataError(
            "every pixel of the raster is without data",
            file=path,
            column="band",
            found=f"band {band}, nodata {dataset.nodatavals[band - 1]}",
            allowed="one pixel with data at least",
            todo="check the band, or get the raster again from its producer",
        )
    crs, transform = CRS.from_user_input(dataset.crs.to_wkt()), dataset.transform
    nodata, footprint = dataset.nodatavals[band - 1], shapely.box(*dataset.bounds)
    return Raster(path, band, crs, -transform.a * transform.e, nodata, footprint)


def _check_place(path: Path, dataset: DatasetReader) -> None:
    """Check that a raster says where its pixels are."""
    transform = dataset.transform
    if transform.is_identity:
        raise LayoutError(
            "the raster has no transform: nothing says where its pixels are",
            file=path,
            allowed="a georeferenced raster (a GeoTIFF with its tags)",
            todo="get it again from its producer",
        )
    if transform.b or transform.d or transform.a <= 0 or transform.e >= 0:
        raise LayoutError(
            "the raster is not north-up",
            file=path,
            found=tuple(transform)[:6],
            allowed="columns from west to east, rows from north to south",
            todo="warp it with gdalwarp",
        )
    if dataset.crs is None:
        raise CRSError(
            "the raster says no coordinate reference system",
            file=path,
            allowed="a crs in the file",
            todo="get it from the producer: it is never guessed",
        )
    if not dataset.crs.is_projected:
        raise CRSError(
            "the pixels of the raster are in degrees: they are not all of one size",
            file=path,
            found=str(dataset.crs),
            allowed="a projected system, such as EPSG:2154",
            todo="warp it with gdalwarp, or get it projected",
        )


def _says_something(dataset: DatasetReader, band: int) -> bool:
    """Whether a pixel of a band has data; block by block, up to the first one that has."""
    blocks = (dataset.read(band, window=window, masked=True) for _, window in dataset.block_windows(band))
    return any((~np.ma.getmaskarray(pixels) & ~np.isnan(pixels.data)).any() for pixels in blocks)

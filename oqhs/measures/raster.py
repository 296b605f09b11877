"""Share of the surface of zones that some pixels of a raster cover, partial pixels counted as parts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from oqhs.errors import MeasureError, MissingExtraError
from oqhs.measures.areal import ELSEWHERE_M, outlines_of, shares_of
from oqhs.sources.canopy import Raster, describe_raster, open_dataset
from oqhs.systems import refuse_other_systems

if TYPE_CHECKING:
    import geopandas as gpd
    from rasterio.io import DatasetReader

#: exactextract keeps the part of a pixel that a zone holds in single precision.
_ROUNDING = 1e-6


def raster_share(
    zones: gpd.GeoDataFrame,
    raster: str | Path | DatasetReader,
    *,
    keep: Iterable[float],
    band: int = 1,
    couverture_min: float | None = None,
) -> pd.DataFrame:
    """Measure which share of the surface of each zone lies under pixels of some values.

    A pixel across the outline of a zone counts for the part of it that lies inside. Pixels without data
    were not looked at, and neither was what lies outside the raster: they are in neither term.

    Parameters
    ----------
    zones : GeoDataFrame
        Outlines, with any index, in the system of the raster. They may overlap.
    raster : str, Path or DatasetReader
        File, or dataset opened with rasterio.
    keep : iterable of numbers
        Values of the pixels that count: trees and shrubs.
    band : int
        Band, the first one being 1.
    couverture_min : float, optional
        Least part of a zone that must have been looked at; by default `couverture_min` of `seuils.yaml`.

    Returns
    -------
    DataFrame
        As `area_share`. Parts of pixels are exact to about 1e-7.

    Raises
    ------
    MissingExtraError
        rasterio or exactextract is not installed.
    LayoutError, CRSError, DataError
        The raster is not fit to be measured: see `oqhs.sources.canopy.describe_raster`.
    CRSError
        The zones have no reference system, a geographic one, or not that of the raster.
    MeasureError
        No value is kept, one is not a number or stands for pixels without data, a zone is not a valid
        surface, or the raster is more than 10 km away from every zone.

    Notes
    -----
    Parts of pixels are those of exactextract (D. Baston).

    Examples
    --------
    A zone of 20 m by 20 m over three pixels of 10 m of trees and one of grass:

    >>> import geopandas as gpd
    >>> from affine import Affine
    >>> from rasterio.io import MemoryFile
    >>> zones = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 20, 20)], crs=2154)
    >>> drawn = {"width": 2, "height": 2, "transform": Affine(10, 0, 0, 0, -10, 20), "crs": "EPSG:2154"}
    >>> with MemoryFile() as file:
    ...     with file.open(driver="GTiff", count=1, dtype="uint8", **drawn) as pixels:
    ...         pixels.write(np.array([[[2, 2], [2, 1]]], dtype="uint8"))
    ...     with file.open() as dataset:
    ...         raster_share(zones, dataset, keep=[2])[["share", "inside_m2"]]
       share  inside_m2
    0   0.75      300.0
    """
    with _opened(raster) as dataset:
        found = describe_raster(dataset, band=band)
        refuse_other_systems("surfaces are measured", {"zones": zones.crs, "raster": found.crs})
        values = _kept(keep, found)
        outlines = outlines_of(zones)
        pixels, kept = _counted(dataset, band, outlines, values)
        _refuse_elsewhere(dataset, outlines)
    area = shapely.area(outlines)
    covered, inside = pixels * found.pixel_m2, kept * found.pixel_m2
    # Rounding leaves the covered part of a zone a hair away from the whole.
    covered = np.where(np.isclose(covered, area, rtol=_ROUNDING, atol=0), area, covered)
    inside = np.where(kept == pixels, covered, inside)
    return shares_of(zones.index, area, covered, inside, couverture_min, rounding=_ROUNDING)


@contextmanager
def _opened(raster: str | Path | DatasetReader) -> Iterator[DatasetReader]:
    """Open a file; leave a dataset as it is."""
    if isinstance(raster, str | Path):
        with open_dataset(Path(raster)) as dataset:
            yield dataset
    else:
        yield raster


def _kept(keep: Iterable[float], raster: Raster) -> np.ndarray:
    """Check the values that count, and give them as numbers."""
    told = [*keep]
    wrong = [value for value in told if isinstance(value, str) or not np.isfinite(value)]
    what = None
    if not told or wrong:
        what = "the values that count are numbers, one at least"
    elif raster.nodata in told:
        what = "a value that counts stands for pixels without data"
    if what is not None:
        raise MeasureError(
            what,
            file=raster.path,
            column="keep",
            found=wrong or told,
            allowed=f"values of pixels of band {raster.band}, but for {raster.nodata}",
            todo="give the values that are trees or shrubs, from the documentation of the raster",
        )
    return np.array(told, dtype="float64")


def _counted(
    dataset: DatasetReader, band: int, outlines: np.ndarray, values: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Pixels with data in each zone, then those of the values that count; parts of pixels are parts."""
    try:
        from exactextract import exact_extract
        from exactextract.raster import RasterioRasterSource
    except ImportError as error:
        raise MissingExtraError(
            "parts of pixels are measured with exactextract, which is not installed",
            todo="pip install 'oqhs[raster]'",
        ) from error
    import geopandas as gpd

    pixels, kept = np.zeros(len(outlines)), np.zeros(len(outlines))
    drawn = np.flatnonzero(shapely.area(outlines) > 0)
    if not len(drawn):
        return pixels, kept
    found = exact_extract(
        RasterioRasterSource(dataset, band),
        gpd.GeoDataFrame(geometry=outlines[drawn], crs=dataset.crs),
        ["count", "unique", "frac"],
        output="pandas",
    )
    pixels[drawn] = found["count"].to_numpy(dtype="float64")
    shares = [
        float(np.sum(parts[np.isin(uniques, values)]))
        for uniques, parts in zip(found["unique"], found["frac"], strict=True)
    ]
    kept[drawn] = np.array(shares) * pixels[drawn]
    return pixels, kept


def _refuse_elsewhere(dataset: DatasetReader, outlines: np.ndarray) -> None:
    """Refuse a raster that is far away from every zone."""
    distances = shapely.distance(outlines[~shapely.is_empty(outlines)], shapely.box(*dataset.bounds))
    if len(distances) and distances.min() > ELSEWHERE_M:
        west, south, east, north = dataset.bounds
        raise MeasureError(
            f"the raster is {distances.min() / 1000:.0f} km away from the zones",
            file=Path(dataset.name),
            found=f"x from {west:.0f} to {east:.0f}, y from {south:.0f} to {north:.0f}",
            allowed=f"{ELSEWHERE_M / 1000:.0f} km at most",
            todo="check that both are of one place, and that x and y are not swapped",
        )

"""Layers as they stand in a file: their geometries, their fields and their coordinate reference system."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pyarrow as pa
import pyogrio
import shapely
from pyogrio.errors import DataSourceError
from pyproj import CRS
from pyproj.exceptions import CRSError as UnknownCRSError

from oqhs.errors import CRSError, LayoutError


def open_layer(
    path: Path, *, crs: str | int | None = None, layer: str | None = None, what: str = "polygons"
) -> gpd.GeoDataFrame:
    """Open a layer: GeoJSON, Shapefile, GeoPackage, GeoParquet, or whatever GDAL reads.

    Parameters
    ----------
    path : Path
        File.
    crs : str or int, optional
        System of a file that says none; refused where the file says another one.
    layer : str, optional
        Layer of a file that holds several.
    what : str
        What the layer is made of, for the errors.

    Returns
    -------
    GeoDataFrame
        As it stands in the file, in its own system.

    Raises
    ------
    LayoutError
        The file is not a layer, or has no geometry.
    CRSError
        Neither the file nor the caller says a system, or they disagree.
    """
    try:
        stored = path.suffix.lower() == ".parquet"
        found = gpd.read_parquet(path) if stored else pyogrio.read_dataframe(path, layer=layer)
    except (DataSourceError, ValueError, OSError, pa.ArrowException, shapely.errors.ShapelyError) as error:
        raise LayoutError(
            f"this is not a layer: {error}",
            file=path,
            allowed="GeoJSON, Shapefile, GeoPackage or GeoParquet",
        ) from error
    if not isinstance(found, gpd.GeoDataFrame):
        raise LayoutError("this layer has no geometry", file=path, allowed=f"a layer of {what}")
    said = _system(path, crs) if crs is not None else None
    if found.crs is None and said is None:
        raise CRSError(
            "the layer says no coordinate reference system",
            file=path,
            allowed="a .prj file, or a crs in the file",
            todo="get it from the producer: it is never guessed",
        )
    if found.crs is None:
        return found.set_crs(said)
    if said is not None and not said.equals(found.crs, ignore_axis_order=True):
        raise CRSError(
            "the file says another coordinate reference system",
            file=path,
            found=said.name,
            allowed=str(found.crs.name),
            todo="leave it out: the file says its own",
        )
    return found


def _system(path: Path, crs: str | int) -> CRS:
    try:
        return CRS.from_user_input(crs)
    except UnknownCRSError as error:
        raise CRSError(
            "this is not a coordinate reference system",
            file=path,
            column="crs",
            found=crs,
            allowed="a code such as EPSG:2154",
        ) from error

"""Layers as they stand in a file: their geometries, their fields, and the system they are measured in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyogrio
import shapely
from pyogrio.errors import DataSourceError
from pyproj import CRS
from pyproj.exceptions import CRSError as UnknownCRSError

from oqhs.errors import CRSError, DataError, LayoutError, Problem
from oqhs.sources.located import Located, home_of, misplaced
from oqhs.surfaces import as_surfaces

#: Coordinates beyond this, in metres or in degrees, are nowhere: it is more than twice around the Earth.
FARTHEST = 1e8


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
        The file is not a layer, holds several and none is named, or has no geometry.
    CRSError
        Neither the file nor the caller says a system, or they disagree.
    DataError
        A coordinate is nowhere on Earth (`FARTHEST`); all the lines are told.
    """
    layer = _named_layer(path, layer)
    try:
        stored = path.suffix.lower() == ".parquet"
        with np.errstate(invalid="ignore"):  # coordinates that are not numbers are told row by row
            found = gpd.read_parquet(path) if stored else pyogrio.read_dataframe(path, layer=layer)
    except (DataSourceError, ValueError, OSError, pa.ArrowException, shapely.errors.ShapelyError) as error:
        raise LayoutError(
            f"this is not a layer: {error}",
            file=path,
            allowed="GeoJSON, Shapefile, GeoPackage or GeoParquet",
        ) from error
    if not isinstance(found, gpd.GeoDataFrame):
        raise LayoutError("this layer has no geometry", file=path, allowed=f"a layer of {what}")
    _refuse_nowhere(path, found)
    said = system_of(path, crs) if crs is not None else None
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


def _refuse_nowhere(path: Path, layer: gpd.GeoDataFrame) -> None:
    """Refuse enormous coordinates, whose areas have no end; what is not a number is told by the readers."""
    bounds = shapely.bounds(layer.geometry.to_numpy())
    far = np.flatnonzero((np.isfinite(bounds) & (np.abs(bounds) > FARTHEST)).any(axis=1))
    if len(far):
        what, todo = "this coordinate is nowhere on Earth", "get the layer again from its producer"
        raise DataError.gather(
            Problem(
                what, path, int(row) + 1, "geometry", _written(bounds[row]), f"{FARTHEST:g} at most", todo
            )
            for row in far
        )


def _written(bounds: np.ndarray) -> str:
    return ", ".join(f"{end:.12g}" for end in bounds)


def _named_layer(path: Path, layer: str | None) -> str | None:
    """Check the name of a layer, or that the file holds only one; a file of no layer is told when opened."""
    if path.suffix.lower() == ".parquet":
        held = [path.stem]
    else:
        try:
            held = [str(name) for name, kind in pyogrio.list_layers(path) if kind is not None]
        except (DataSourceError, ValueError, OSError):
            return layer
    if layer is None and len(held) > 1:
        raise LayoutError(
            "this file holds several layers",
            file=path,
            column="layer",
            allowed=", ".join(held),
            todo="say which one: `sheet: NAME` in the card of the file",
        )
    if layer is not None and layer not in held:
        raise LayoutError(
            "the file has no such layer", file=path, column="layer", found=layer, allowed=", ".join(held)
        )
    return layer if path.suffix.lower() != ".parquet" else None


@dataclass(frozen=True)
class Surfaces:
    """Geometries of a layer as valid surfaces, in metres.

    `repaired` counts those that were not valid, `flat` lists the lines that have no surface.
    """

    shapes: np.ndarray
    crs: CRS
    repaired: int
    flat: tuple[str, ...]


def surfaces_of(path: Path, raw: gpd.GeoDataFrame) -> Surfaces:
    """Make valid surfaces of the geometries of a layer, one per row, in a projected system.

    The system is that of the layer or, where it is in degrees, that of the place in France where it is.

    Raises
    ------
    LayoutError
        The layer is empty, or has no surface at all.
    DataError
        A row has no geometry or is not in France, or longitude and latitude are swapped; all the lines are
        told.
    """
    again = "get the layer again from its producer"
    if raw.empty:
        raise LayoutError("this layer is empty", file=path, allowed="one polygon at least", todo=again)
    given = raw.geometry.to_numpy()
    xy, owner = shapely.get_coordinates(given, return_index=True)
    lost = np.zeros(len(given), dtype=bool)
    lost[owner[~np.isfinite(xy).all(axis=1)]] = True
    nowhere = np.flatnonzero(shapely.is_missing(given) | shapely.is_empty(given) | lost)
    if len(nowhere):
        what = "this row has no geometry, or a coordinate that is not a number"
        raise DataError.gather(
            Problem(what, path, int(row) + 1, allowed="a polygon", todo=again) for row in nowhere
        )
    projected = _in_metres(path, raw.geometry)
    shapes, mended = as_surfaces(projected.to_numpy())
    flat = np.flatnonzero(shapely.is_empty(shapes))
    if len(flat) == len(shapes):
        raise LayoutError(
            "this layer has no surface",
            file=path,
            found=", ".join(sorted(set(raw.geometry.geom_type))),
            allowed="polygons",
            todo=again,
        )
    return Surfaces(shapes, projected.crs, int(mended.sum()), tuple(f"line {row + 1}" for row in flat))


def _in_metres(path: Path, layer: gpd.GeoSeries) -> gpd.GeoSeries:
    """Put geometries in a projected system: their own, or that of the place in France where they are."""
    if layer.crs.is_projected:
        return layer
    located = Located(layer.bounds.to_numpy(), layer.crs)
    problems = [
        Problem(wrong.what, path, int(row) + 1, "geometry", written, wrong.allowed, wrong.todo)
        for wrong in misplaced(located, "get the layer again, longitude first")
        for row, written in enumerate(located.written(wrong.where))
        if wrong.where[row]
    ]
    if problems:
        raise DataError.gather(problems)
    return layer.to_crs(home_of(located))


def system_of(path: Path, crs: str | int) -> CRS:
    """Give the system somebody states; `CRSError` when there is no such one."""
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

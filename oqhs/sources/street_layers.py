"""Streets of a file GDAL opens: OpenStreetMap extracts (.osm, .osm.pbf), and layers of lines."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj import CRS

from oqhs.errors import DataError, LayoutError, Problem
from oqhs.sources.layers import open_layer
from oqhs.sources.street_edges import WGS84, Ways
from oqhs.sources.walkable import vocabulary_of, walking_rules

_LINES = (shapely.GeometryType.LINESTRING, shapely.GeometryType.LINEARRING)
_HSTORE = "other_tags"
#: GDAL draws a closed way as a surface where it is tagged as one: its outline is what is walked.
_OSM_QUERIES = (
    "SELECT highway, other_tags FROM lines WHERE highway IS NOT NULL",
    "SELECT other_tags FROM multipolygons WHERE other_tags LIKE '%\"highway\"=>%'",
)


def read_osm_file(path: Path) -> Ways:
    """Read the ways of an OpenStreetMap extract that have a `highway`.

    GDAL gives the vertices of a way and not its nodes: vertices at one place are taken for one node.

    Returns
    -------
    Ways
        Cut wherever they meet, in EPSG:4326.

    Raises
    ------
    LayoutError
        GDAL cannot read the file.
    """
    try:
        found = [pyogrio.read_dataframe(path, sql=query) for query in _OSM_QUERIES]
    except (DataSourceError, DataLayerError, ValueError, OSError) as error:
        raise LayoutError(
            f"this is not an OpenStreetMap extract: {error}",
            file=path,
            allowed=".osm or .osm.pbf",
            todo="download the extract again: it may have been cut",
        ) from error
    streets, squares = found
    shapes = np.concatenate([streets.geometry.to_numpy(), shapely.boundary(squares.geometry.to_numpy())])
    frame = pd.concat([pd.DataFrame(one.drop(columns="geometry")) for one in found], ignore_index=True)
    return _ways(_with_hstore(frame), shapes, CRS(WGS84), meet_anywhere=True)


def read_line_layer(path: Path, *, layer: str | None, crs: str | int | None) -> Ways:
    """Read a layer of lines, such as the BD TOPO.

    Lines meet at their end points alone: two that cross elsewhere pass one over the other. Ways of
    OpenStreetMap, told by their `highway`, meet wherever they share a vertex, and a line that is drawn
    twice with the same tags counts once.

    Raises
    ------
    LayoutError
        The file is not a layer, holds several and none was named, or holds no line.
    CRSError
        Neither the file nor the caller says a system, or they disagree.
    DataError
        A coordinate is no number.
    """
    raw = open_layer(path, crs=crs, layer=layer, what="lines")
    fields = pd.DataFrame(raw.drop(columns=raw.geometry.name))
    fields.columns = fields.columns.astype("str").str.lower()
    looked = {_HSTORE, *(tag for one in walking_rules().vocabularies.values() for tag in one.tags)}
    frame = fields.loc[:, fields.columns.isin(looked) & ~fields.columns.duplicated()].astype("str")
    frame = _with_hstore(frame.reset_index(drop=True))
    shapes = raw.geometry.to_numpy()
    if len(shapes) and not np.isin(shapely.get_type_id(shapely.get_parts(shapes)), _LINES).any():
        raise LayoutError(
            "this layer has no line",
            file=path,
            found=", ".join(sorted(set(raw.geom_type.dropna()))) or "no geometry",
            allowed="lines",
            todo="give the layer of streets",
        )
    _refuse_unplaced(path, shapes)
    return _ways(frame, shapes, CRS(raw.crs), meet_anywhere=vocabulary_of(frame) == "osm")


def _refuse_unplaced(path: Path, shapes: np.ndarray) -> None:
    """Refuse lines some coordinates of which are no numbers; a row without geometry is another matter."""
    with np.errstate(invalid="ignore"):
        wrong = np.flatnonzero(~np.isfinite(shapely.length(shapes)) & ~shapely.is_missing(shapes))
    if len(wrong):
        raise DataError.gather(
            Problem(
                "a line has a coordinate that is no number",
                path,
                int(row) + 1,
                "geometry",
                shapes[row].wkt[:80],
                "numbers",
                "get the layer again from its producer",
            )
            for row in wrong
        )


def _with_hstore(frame: pd.DataFrame) -> pd.DataFrame:
    """Add the tags the rules look at and `other_tags` holds: `"foot"=>"no","access"=>"private"`."""
    if _HSTORE not in frame:
        return frame
    told = frame[_HSTORE].astype("str")
    added = frame.drop(columns=_HSTORE)
    for name in walking_rules().vocabularies["osm"].tags:
        value = told.str.extract(rf'(?:^|,)"{re.escape(name)}"=>"((?:[^"\\]|\\.)*)"', expand=False)
        added[name] = added[name].fillna(value) if name in added else value
    return added.astype("str")


def _ways(frame: pd.DataFrame, shapes: np.ndarray, crs: CRS, *, meet_anywhere: bool) -> Ways:
    parts, way = shapely.get_parts(shapely.force_2d(shapes), return_index=True)
    lines = np.isin(shapely.get_type_id(parts), _LINES) & ~shapely.is_empty(parts)
    parts, way = parts[lines], way[lines]
    merged = 0
    if meet_anywhere:
        said = frame.iloc[way].reset_index(drop=True)
        again = said.assign(line=shapely.to_wkb(shapely.normalize(parts))).duplicated().to_numpy()
        twice = np.isin(np.arange(len(frame)), way[again]) & ~np.isin(np.arange(len(frame)), way[~again])
        parts, way, merged = parts[~again], way[~again], int(twice.sum())
        renumbered = np.cumsum(~twice) - 1
        frame, way = frame[~twice].reset_index(drop=True), renumbered[way]
    xy, part = shapely.get_coordinates(parts, return_index=True)
    node = pd.MultiIndex.from_arrays(xy.T).factorize()[0] if meet_anywhere else None
    return Ways(frame, way, part, xy, crs, node, merged=merged)

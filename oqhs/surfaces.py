"""Geometries as valid surfaces, and nothing else."""

from __future__ import annotations

import numpy as np
import shapely

_SURFACE = 2
_PLAIN = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


def as_surfaces(shapes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Make every geometry a valid polygon or multipolygon, in two dimensions.

    What is not valid is repaired; the lines and points a repair leaves, or that were there, are dropped.

    Parameters
    ----------
    shapes : array of geometries
        Of any type; missing ones allowed.

    Returns
    -------
    surfaces : array of geometries
        Empty where the geometry has no surface.
    mended : array of bool
        Where a surface had to be repaired or rid of something else.

    Examples
    --------
    A bow tie becomes its two triangles; a point has no surface.

    >>> bow_tie = shapely.from_wkt("POLYGON ((0 0, 2 2, 2 0, 0 2, 0 0))")
    >>> found, mended = as_surfaces(np.array([bow_tie, shapely.Point(0, 0)]))
    >>> shapely.area(found).tolist(), mended.tolist()
    ([2.0, 0.0], [True, False])
    """
    flattened = shapely.force_2d(shapes)
    flat = shapely.get_dimensions(flattened) < _SURFACE
    plain = np.isin(shapely.get_type_id(flattened), _PLAIN) & shapely.is_valid(flattened)
    mended = ~flat & ~plain
    surfaces = np.where(flat, shapely.Polygon(), flattened)
    surfaces[mended] = [_polygons(shape) for shape in shapely.make_valid(flattened[mended])]
    return surfaces, mended


def _polygons(shape: shapely.Geometry) -> shapely.Geometry:
    parts = shapely.get_parts(shape)
    while any(shapely.get_type_id(parts) == shapely.GeometryType.GEOMETRYCOLLECTION):
        parts = shapely.get_parts(parts)
    kept = parts[np.isin(shapely.get_type_id(parts), _PLAIN)]
    if not len(kept):
        return shapely.Polygon()
    return kept[0] if len(kept) == 1 else shapely.union_all(kept)

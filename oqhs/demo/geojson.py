"""GeoJSON as producers write it: a feature a line, longitudes and latitudes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from oqhs.demo.lattice import Point, Ring

if TYPE_CHECKING:
    from pyproj import Transformer


def surface(rings: Sequence[Ring], decimals: int = 6) -> dict[str, Any]:
    """Give the geometry of one outline, or of several that do not touch, in longitudes and latitudes."""
    drawn = [[degrees([*ring, ring[0]], decimals)] for ring in rings]
    if len(drawn) == 1:
        return {"type": "Polygon", "coordinates": drawn[0]}
    return {"type": "MultiPolygon", "coordinates": drawn}


def degrees(points: Sequence[Point], decimals: int = 6) -> list[list[float]]:
    """Give points of EPSG:2154 in longitude and latitude; 6 decimals are a decimetre."""
    xs, ys = zip(*points, strict=True)
    longitudes, latitudes = _to_degrees().transform(xs, ys)
    return [
        [round(longitude, decimals), round(latitude, decimals)]
        for longitude, latitude in zip(longitudes, latitudes, strict=True)
    ]


def collection(name: str, features: Iterable[tuple[dict[str, Any], dict[str, Any]]]) -> str:
    """Write GeoJSON with a feature a line, without useless spaces."""
    lines = [
        compact({"type": "Feature", "properties": fields, "geometry": geometry})
        for fields, geometry in features
    ]
    return f'{{"type":"FeatureCollection","name":"{name}","features":[\n' + ",\n".join(lines) + "\n]}\n"


def compact(content: object) -> str:
    """Write JSON on one line."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


@cache
def _to_degrees() -> Transformer:
    from pyproj import Transformer

    return Transformer.from_crs(2154, 4326, always_xy=True)

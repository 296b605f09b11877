"""Coordinate reference systems: layers are measured together in one, of metres."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from oqhs.errors import CRSError

if TYPE_CHECKING:
    from pyproj import CRS

#: Places that are all farther than this from the others, in metres, are those of another place or system.
ELSEWHERE_M = 50_000


def refuse_other_systems(what: str, systems: Mapping[str, CRS | None]) -> None:
    """Refuse layers that are not all in one projected system.

    Parameters
    ----------
    what : str
        What the system is needed for, the beginning of a sentence.
    systems : mapping
        By name of the layer, the one the others must agree with first: its system, or None.

    Raises
    ------
    CRSError
        A layer says no system, a geographic one, or not that of the first.

    Examples
    --------
    >>> import geopandas as gpd
    >>> crs = gpd.GeoSeries(crs=2154).crs
    >>> refuse_other_systems("surfaces are measured", {"zones": crs, "layer": None})
    Traceback (most recent call last):
    ...
    oqhs.errors.CRSError: column 'layer': surfaces are measured in one projected reference system
      found: 'none'
      allowed: that of the zones, RGF93 v1 / Lambert-93
      to do: reproject it with layer.to_crs(2154); a missing system is asked of the producer
    """
    reference, first = next(iter(systems.items()))
    projected = first is not None and first.is_projected
    allowed = f"that of the {reference}, {first.name}" if first is not None and projected else "EPSG:2154"
    for name, crs in systems.items():
        if crs is None or not crs.is_projected or crs != first:
            raise CRSError(
                f"{what} in one projected reference system",
                column=name,
                found="none" if crs is None else crs.name,
                allowed=allowed,
                todo="reproject it with layer.to_crs(2154); a missing system is asked of the producer",
            )

"""Layers that are laid over the territories: îlots, trees, air, noise, facilities, people, streets."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd

from oqhs.errors import CatalogueError
from oqhs.sources.canopy import read_canopy
from oqhs.sources.cards import Card, card_place
from oqhs.sources.facilities import read_facilities
from oqhs.sources.heat import read_heat
from oqhs.sources.layers import Surfaces, open_layer, surfaces_of
from oqhs.sources.people import read_people
from oqhs.sources.strata import kept_rows
from oqhs.sources.streets import read_streets
from oqhs.sources.tabular import Reading


def read_exposure(path: Path, card: Card) -> Reading:
    """Read a layer of classes of air or noise, and keep those that count as exposed.

    Raises
    ------
    CatalogueError
        The card does not say which classes count.
    LayoutError, DataError
        As `kept_rows` and `surfaces_of` do.
    """
    mapping = card.exposure
    if mapping is None:
        raise CatalogueError(
            "layout `exposure` needs the classes that count as exposed",
            file=card_place(path),
            column="exposure",
            allowed="field: FIELD, keep: [VALUE, …]",
        )
    raw = open_layer(path, layer=card.sheet)
    surfaces = surfaces_of(path, raw)
    values, kept = kept_rows(path, raw, mapping.field, mapping.keep, "exposure: keep")
    frame = gpd.GeoDataFrame({"class": values}, geometry=surfaces.shapes, crs=surfaces.crs)[kept]
    return _read(frame.reset_index(drop=True), path, "exposure", surfaces)


def read_footprint(path: Path, card: Card) -> Reading:
    """Read the surfaces that were surveyed."""
    surfaces = surfaces_of(path, open_layer(path, layer=card.sheet))
    return _read(gpd.GeoDataFrame(geometry=surfaces.shapes, crs=surfaces.crs), path, "footprint", surfaces)


def _read(frame: gpd.GeoDataFrame, path: Path, layout: str, surfaces: Surfaces) -> Reading:
    repaired, flat = surfaces.repaired, surfaces.flat
    return Reading(frame, path, layout, len(frame), repaired=repaired, without_surface=flat)


_READERS = {
    "canopy": read_canopy,
    "exposure": read_exposure,
    "facilities": read_facilities,
    "footprint": read_footprint,
    "heat": read_heat,
    "people": read_people,
}


def read_laid_out(path: Path, card: Card) -> Reading:
    """Read a layer by what its card says of it; see the reader of each layout."""
    if card.layout == "streets":
        return _streets(path, card)
    return _READERS[card.layout](path, card)


def _streets(path: Path, card: Card) -> Reading:
    crs = card.streets.crs if card.streets is not None else None
    streets = read_streets(path, layer=card.sheet, crs=crs)
    report = streets.report
    edges, asked = streets.edges, report.attribution
    return Reading(edges, path, "streets", len(edges), left_out=report.left_out, attribution=asked)

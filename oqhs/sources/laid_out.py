"""Layers that are laid over the territories: îlots, trees, facilities, people, streets."""

from __future__ import annotations

from pathlib import Path

from oqhs.sources.canopy import read_canopy
from oqhs.sources.cards import Card
from oqhs.sources.facilities import read_facilities
from oqhs.sources.heat import read_heat
from oqhs.sources.mappings import StreetMapping
from oqhs.sources.people import read_people
from oqhs.sources.streets import read_streets
from oqhs.sources.tabular import Reading

_READERS = {
    "canopy": read_canopy,
    "facilities": read_facilities,
    "heat": read_heat,
    "people": read_people,
}


def read_laid_out(path: Path, card: Card) -> Reading:
    """Read a layer by what its card says of it; see the reader of each layout."""
    if card.layout == "streets":
        return _streets(path, card.streets or StreetMapping())
    return _READERS[card.layout](path, card)


def _streets(path: Path, mapping: StreetMapping) -> Reading:
    streets = read_streets(path, layer=mapping.layer, crs=mapping.crs)
    report = streets.report
    edges, asked = streets.edges, report.attribution
    return Reading(edges, path, "streets", len(edges), left_out=report.left_out, attribution=asked)

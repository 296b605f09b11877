"""The layers of an edition that lie under its maps, and the cards they come from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd

from oqhs.entries import ABOUT_FACILITIES
from oqhs.errors import UnknownError
from oqhs.materials import Materials
from oqhs.measures.isochrones import isochrones as drawn_isochrones
from oqhs.measures.walking import StreetNetwork
from oqhs.publish.maps.ground import Ground
from oqhs.spatial.facilities import open_facilities
from oqhs.spatial.origins import walking_of
from oqhs.text import format_number

_STREET_M = 25.0  # drawn on either side of the streets that are reached


@dataclass(frozen=True, eq=False)
class Layers:
    """What lies under a map, and the cards it comes from."""

    ground: Ground
    cards: tuple[str, ...]


def layers_of(
    materials: Materials, indicator: str, *, facilities: bool = False, isochrones: bool = False
) -> Layers:
    """Give the outlines of an edition and, where asked, the facilities an indicator is about.

    Parameters
    ----------
    materials : Materials
        What the edition is made of.
    indicator : str
        Id of the indicator that is mapped.
    facilities : bool
        Whether its facilities are drawn.
    isochrones : bool
        Whether what is within reach of them on foot is drawn too: a picture, not a measure.

    Raises
    ------
    UnknownError
        The indicator is about no facility, or the edition does not plan it.
    CatalogueError, MeasureError
        As `oqhs.spatial.facilities.open_facilities` and `oqhs.measures.isochrones.isochrones` do.
    """
    territories = materials.geography.territories
    held = territories[territories.geometry.notna() & ~territories.geometry.is_empty]
    communes, epts = (held[held["kind"] == kind] for kind in ("commune", "ept"))
    ground = Ground(communes if len(communes) else None, epts if len(epts) else None)
    chosen = materials.file.territories
    cards = [card for card in (chosen.qpv, chosen.communes) if card is not None]
    if not facilities and not isochrones:
        return Layers(ground, tuple(cards))
    planned, every = materials.file.indicators, materials.catalogue.indicators
    able = [name for name in planned if every[name].recipe in ABOUT_FACILITIES]
    if indicator not in able:
        raise UnknownError(
            "this indicator is about no facility",
            found=indicator,
            allowed=", ".join(able) or "none of this edition",
            todo="draw one of those, or leave the facilities out",
        )
    opened = open_facilities(materials, indicator)
    cards += opened.source.split("+")
    words = str(every[indicator].facility)
    ground = replace(ground, facilities=opened.placed, facility_words=_WORDS.get(words, words))
    if isochrones:
        streets = walking_of(materials).streets
        ground = replace(ground, **_reached(materials, streets, opened.placed))
        cards.append(streets)
    return Layers(ground, tuple(cards))


#: Categories of facilities as a legend names them.
_WORDS = {"pmi": "PMI", "eds": "EDS", "college": "collège", "parc": "parc"}


def _reached(materials: Materials, streets: str, facilities: gpd.GeoDataFrame) -> dict[str, Any]:
    """Draw what is within reach of facilities on foot, in the system of the quartiers."""
    network = materials.once("streets", lambda: StreetNetwork(materials.read(streets)))
    limit = materials.threshold("marche_minutes")
    speed_kmh, snap_m = (materials.threshold(f"marche_{name}") for name in ("vitesse_kmh", "rattachement_m"))
    found = drawn_isochrones(
        network, facilities, minutes=limit, width_m=_STREET_M, speed_kmh=speed_kmh, max_snap_m=snap_m
    )
    words = f"à moins de {format_number(limit)} min à pied par les rues"
    return {"reached": found.to_crs(materials.geography.territories.crs), "reached_words": words}

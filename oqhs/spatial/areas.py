"""Shares of the surface: heat islands and tree cover."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import shapely

from oqhs.errors import CatalogueError
from oqhs.materials import Materials
from oqhs.measures.parts import shares_of_parts
from oqhs.sources.cards import Card
from oqhs.spatial.zones import cards_of, drawn, with_groups
from oqhs.text import OBSERVED, coverage_words, format_number

_MOST_CARDS = 2
_WHEN = {"jour": "de jour", "nuit": "de nuit"}


def share_of_surface(materials: Materials, name: str) -> pd.DataFrame:
    """Measure the part of each territory that lies under a layer."""
    card, surveyed = _layers(materials, name)
    zones = drawn(materials)
    found = _measured(materials, card, surveyed, zones)
    parts = found.rename(columns={"inside_m2": "inside", "covered_m2": "known", "area_m2": "total"})
    parts = with_groups(parts[["inside", "known", "total"]], materials.geography)
    shares = shares_of_parts(parts, materials.threshold("couverture_min"))
    shares[["value", "lower", "upper"]] *= 100
    seen = shares["status"] == OBSERVED
    words = _words(materials, card)
    return shares.assign(
        n_known=parts["n_known"],
        n_total=parts["n_total"],
        origin=seen.map({True: "oqhs", False: ""}),
        source="+".join(one.id for one in (card, surveyed) if one is not None),
        note=[
            _note(words, share, int(known), int(total), seen=shown)
            for share, known, total, shown in zip(
                shares["coverage"], parts["n_known"], parts["n_total"], seen, strict=True
            )
        ],
        check=float("nan"),
    )


_LAYERS = ("heat", "canopy", "exposure")


def _layers(materials: Materials, name: str) -> tuple[Card, Card | None]:
    """Give the card of the layer and that of what was surveyed, if the edition names one."""
    cards = [materials.cards[card] for card in cards_of(materials, name)]
    fit = [card.layout in _LAYERS for card in cards[:1]] + [card.layout == "footprint" for card in cards[1:]]
    alone = len(cards) == 1 and cards[0].layout == "exposure"
    if not cards or not all(fit) or len(cards) > _MOST_CARDS or alone:
        raise CatalogueError(
            "a share of the surface is measured on one layer, and on what was surveyed",
            file=f"editions/{materials.file.edition}.yaml",
            column=f"indicators.{name}.inputs.qpv",
            found=", ".join(f"{card.id} (layout {card.layout})" for card in cards) or None,
            allowed="a card of layout heat, canopy or exposure; then one of layout footprint",
            todo="an exposure stands only where the limit is passed: say what was mapped",
        )
    return cards[0], cards[1] if len(cards) > 1 else None


def _measured(
    materials: Materials, card: Card, surveyed: Card | None, zones: gpd.GeoDataFrame
) -> pd.DataFrame:
    """Measure the drawn territories; what is under `couverture_min` still serves the sums."""
    from oqhs.measures.areal import area_share
    from oqhs.measures.raster import raster_share

    layer = gpd.GeoDataFrame(materials.read(card.id))
    if "raster" not in layer:
        layer = layer.to_crs(zones.crs)
    if card.layout == "heat":
        assessed = layer[layer["heat_class"].notna()]
        hot = assessed[assessed["heat_class"] >= materials.threshold("icu_classe_min")]
        return area_share(zones, hot, reach=assessed, couverture_min=0.0)
    if "raster" in layer:
        raster = layer.iloc[0]
        there = zones.to_crs(layer.crs)
        return raster_share(
            there, raster["raster"], keep=raster["keep"], band=raster["band"], couverture_min=0.0
        )
    if surveyed is None:
        return area_share(zones, layer, reach=_envelope(layer), couverture_min=0.0)
    reach = gpd.GeoDataFrame(materials.read(surveyed.id)).to_crs(zones.crs)
    return area_share(zones, layer, reach=reach, couverture_min=0.0)


def _envelope(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give what holds all of a layer: without a footprint, bare ground inside it was looked at.

    A quartier and its commune are then looked at in the same way, so that their surfaces add up.
    """
    corners = shapely.multipoints(shapely.get_coordinates(layer.geometry.to_numpy()))
    return gpd.GeoDataFrame(geometry=[shapely.convex_hull(corners)], crs=layer.crs)


def _words(materials: Materials, card: Card) -> str:
    if card.heat is None:
        return ""
    least = format_number(materials.threshold("icu_classe_min"))
    return f"aléa {_WHEN[card.heat.when]}, classes {least} et plus"


def _note(words: str, coverage: float, known: int, total: int, *, seen: bool) -> str:
    """Say what was looked at, and how much of the territory."""
    extent = coverage_words(coverage, "de la surface a été relevée", enough=seen)
    if extent and known < total and total > 1:
        extent += f", {known} des {total} territoires"
    unknown = "surface inconnue" if pd.isna(coverage) else ""
    return " ; ".join(text for text in (words, extent, unknown) if text)

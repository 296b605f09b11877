"""Drafts of what an edition measures on the map: layers, facilities and streets that are there."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from oqhs.editions import IndicatorRecipe, SideInputs, Walking
from oqhs.entries import ABOUT_FACILITIES, ON_FOOT, ON_THE_MAP
from oqhs.observatory import Observatory
from oqhs.sources.cards import Card

_SURFACES = ("heat", "canopy", "exposure")


def drafted_walking(
    observatory: Observatory, edition: int, figures: pd.DataFrame, cells: str | None
) -> Walking | None:
    """Say what people walk on, from where: the last streets, addresses or the grid; none without them.

    Parameters
    ----------
    observatory : Observatory
        Data folder.
    edition : int
        Year of the edition.
    figures : DataFrame
        What each card gives: `variable`, `year`, `kind`, `card`, `n`.
    cells : str, optional
        Card of the grid.
    """
    streets, people = (_last(_of_layout(observatory, layout), edition) for layout in ("streets", "people"))
    held = figures[(figures["variable"] == "population") & figures["kind"].isin(["commune", "iris"])]
    held = held[held["year"] <= edition].sort_values(["kind", "n", "year", "card"])
    communes = held[held["kind"] == "commune"]
    chosen = communes if len(communes) else held
    if streets is None or chosen.empty or (people is None and cells is None):
        return None
    dwellings = people is not None and "population" not in observatory.read(people).frame
    return Walking(
        streets=streets,
        origins=people,
        unit="dwellings" if dwellings else "population",
        population=str(chosen["card"].iloc[-1]),
    )


def drafted_on_the_map(
    observatory: Observatory, edition: int, walking: Walking | None
) -> dict[str, IndicatorRecipe]:
    """Give the indicators that can be measured on the layers that are there, each on the last one."""
    found = {}
    for name, indicator in observatory.catalogue.indicators.items():
        how = indicator.recipe
        if how not in ON_THE_MAP or (how in ON_FOOT and walking is None):
            continue
        if how in ABOUT_FACILITIES:
            held = _facilities(observatory, str(indicator.facility))
        else:
            surfaces = [one for layout in _SURFACES for one in _of_layout(observatory, layout)]
            held = [card for card in surfaces if card.source == indicator.source]
        card = _last(held, edition)
        if card is not None:
            footprint = _last(_footprints(observatory, indicator.source), edition)
            layers = how == "area_share" and footprint is not None
            ids = (card, str(footprint)) if layers else (card,)
            if how == "area_share" and not layers and observatory.cards[card].layout == "exposure":
                continue
            inputs = SideInputs(qpv=ids, reference=ids)
            year = observatory.cards[card].year or edition
            found[name] = IndicatorRecipe(year=year, recipe=how, inputs=inputs)
    return found


def _of_layout(observatory: Observatory, layout: str) -> list[Card]:
    return [card for card in observatory.cards.values() if card.layout == layout]


def _footprints(observatory: Observatory, source: str) -> list[Card]:
    return [card for card in _of_layout(observatory, "footprint") if card.source == source]


def _facilities(observatory: Observatory, category: str) -> list[Card]:
    """Cards of facilities that hold some of a category."""
    cards = _of_layout(observatory, "facilities")
    return [card for card in cards if (observatory.read(card.id).frame["category"] == category).any()]


def _last(cards: Iterable[Card], edition: int) -> str | None:
    """Give the last card that is not of after the edition."""
    held = [card for card in cards if (card.year or 0) <= edition]
    chosen = max(held, key=lambda card: (card.year or 0, card.obtained, card.id), default=None)
    return chosen.id if chosen is not None else None

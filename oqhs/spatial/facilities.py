"""The facilities an indicator is about: open on a day, placed on the map."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from oqhs.errors import CatalogueError, MeasureError
from oqhs.materials import Materials
from oqhs.sources.facilities import valid_on
from oqhs.spatial.zones import cards_of


@dataclass(frozen=True)
class Open:
    """Facilities of one category that are open on the first day of a year.

    `placed` has coordinates (`code, name, category, geometry`); `unplaced` names those without; `words` says
    it all in French; `source` joins the cards.
    """

    placed: gpd.GeoDataFrame
    unplaced: tuple[str, ...]
    words: str
    source: str


def open_facilities(materials: Materials, name: str) -> Open:
    """Give the facilities of an indicator.

    Raises
    ------
    CatalogueError
        A card holds no facility, or none of the category, or two give one code.
    MeasureError
        None of them is open on that day, or none has coordinates.
    """
    category = materials.catalogue.indicator(name).facility
    cards = cards_of(materials, name)
    year = materials.file.indicators[name].year
    day = dt.date(year, 1, 1)
    frames = [_of_category(materials, name, card, str(category)) for card in cards]
    held = pd.concat(frames, ignore_index=True)
    kept = valid_on(held, day)
    if kept["code"].duplicated().any():
        raise CatalogueError(
            "two lists of facilities give one code",
            file=f"editions/{materials.file.edition}.yaml",
            column=f"indicators.{name}.inputs.qpv",
            found=f"{kept.loc[kept['code'].duplicated(), 'code'].iloc[0]}, in {', '.join(cards)}",
            allowed="a code of its own for every facility",
            todo="name the column of the codes in both cards: `facilities: {code: COLUMN}`",
        )
    missing = kept.geometry.isna()
    if missing.all():
        raise MeasureError(
            "no facility is open and placed on that day",
            column=f"indicators.{name}",
            found=f"{len(held)} of category {category}, {len(kept)} open on {day}",
            allowed="one at least",
            todo="give the list of that year, with coordinates",
        )
    unplaced = tuple(kept.loc[missing, "code"])
    words = f"équipements ouverts au 1er janvier {year}"
    if unplaced:
        words += f", dont {len(unplaced)} sans coordonnées, non pris en compte"
    return Open(kept[~missing], unplaced, words, "+".join(sorted(cards)))


def _of_category(materials: Materials, name: str, card: str, category: str) -> gpd.GeoDataFrame:
    frame = materials.read(card)
    held = set(frame["category"]) if "category" in frame else set()
    if category not in held:
        raise CatalogueError(
            "the card holds no facility of the category of the indicator",
            file=f"editions/{materials.file.edition}.yaml",
            column=f"indicators.{name}.inputs.qpv",
            found=f"{card}: {', '.join(sorted(held)) or 'no facility'}",
            allowed=category,
            todo="name a list that holds it, or say in its card which rows are: `facilities: {keep: …}`",
        )
    return gpd.GeoDataFrame(frame[frame["category"] == category]).to_crs(materials.geography.territories.crs)

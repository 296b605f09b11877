"""The nearest facility of each kind, quartier by quartier, on foot."""

from __future__ import annotations

import numpy as np
import pandas as pd

from oqhs.entries import ON_FOOT
from oqhs.materials import Materials
from oqhs.spatial.walks import Walked, time_to_nearest, walked

PROXIMITY_COLUMNS = [
    "territory",
    "label",
    "category",
    "facility",
    "facility_name",
    "distance_m",
    "minutes",
    "coverage",
    "status",
    "note",
]


def proximity_of(materials: Materials) -> pd.DataFrame:
    """Tell how far the people of each quartier walk to the nearest facility of each category.

    Returns
    -------
    DataFrame
        `PROXIMITY_COLUMNS`, by category and quartier: metres and minutes half of the people do not exceed,
        and the facility that is the nearest for most of them (the first by code if several are).
    """
    catalogue = materials.catalogue.indicators
    categories: dict[str, str] = {}
    for name, recipe in materials.file.indicators.items():
        if (recipe.recipe or catalogue[name].recipe) in ON_FOOT:
            categories.setdefault(str(catalogue[name].facility), name)
    frames = [_of(materials, category, name) for category, name in sorted(categories.items())]
    if not frames:
        return pd.DataFrame(columns=PROXIMITY_COLUMNS)
    return pd.concat(frames, ignore_index=True)


def _of(materials: Materials, category: str, name: str) -> pd.DataFrame:
    geography = materials.geography
    quartiers = geography.of_kind("qpv")
    walk = walked(materials, name)
    found = time_to_nearest(materials, name).reindex(quartiers)
    frame = found[["coverage", "status", "note"]].assign(
        label=[geography.name(code) for code in quartiers],
        category=category,
        minutes=found["value"],
        distance_m=found["value"] / walk.pace.minutes(np.array(1.0)),
        facility=_most_used(walk).reindex(quartiers),
    )
    frame["facility"] = frame["facility"].where(frame["minutes"].notna())
    names = walk.facilities.placed.set_index("code")["name"]
    frame["facility_name"] = frame["facility"].map(names)
    return frame.reset_index(names="territory")[PROXIMITY_COLUMNS]


def _most_used(walk: Walked) -> pd.Series:
    """Give the facility that is the nearest for most of the people of each territory."""
    legs = walk.legs[walk.legs["known"]]
    weights = legs.groupby(["territory", "facility"])["weight"].sum().reset_index()
    order = weights.sort_values(["territory", "weight", "facility"], ascending=[True, False, True])
    return order.drop_duplicates("territory").set_index("territory")["facility"]

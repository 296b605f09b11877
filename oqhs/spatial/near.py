"""Facilities in the quartiers or near them, as the crow flies from their edge."""

from __future__ import annotations

import numpy as np
import pandas as pd

from oqhs.materials import Materials
from oqhs.measures.proximity import near
from oqhs.spatial.facilities import open_facilities
from oqhs.spatial.zones import drawn, members_of
from oqhs.text import NOT_APPLICABLE, OBSERVED, format_number


def count_of_facilities(materials: Materials, name: str) -> pd.DataFrame:
    """Count the facilities in each quartier or near it; one that is near several counts once in their sum.

    A commune or a département holds its facilities: being near it says nothing, and it has no value.
    """
    found = open_facilities(materials, name)
    zones = drawn(materials)
    quartiers = zones[zones["kind"] == "qpv"]
    within_m = materials.threshold("proximite_m")
    pairs = near(quartiers, found.placed, within_m=within_m)
    edges = members_of(materials.geography)
    edges = edges[edges["territory"].isin(quartiers.index)]
    grouped = edges.merge(pairs, left_on="territory", right_on="zone")
    counts = pd.concat(
        [
            pairs.groupby("zone")["facility"].nunique().reindex(quartiers.index, fill_value=0),
            grouped.groupby("group")["facility"].nunique().reindex(edges["group"].unique(), fill_value=0),
        ]
    ).astype("float64")
    others = pd.Index([*materials.references, materials.geography.outside])
    rest = pd.Series(np.nan, index=others.difference(counts.index))
    values = pd.concat([counts, rest])
    seen = values.notna()
    words = f"à {format_number(within_m)} m au plus du bord du quartier, à vol d'oiseau ; {found.words}"
    other = "l'équipement est compté près des quartiers seulement"
    return pd.DataFrame(
        {
            "value": values,
            "numerator": values,
            "lower": values,
            "upper": values + len(found.unplaced),
            "status": np.where(seen, OBSERVED, NOT_APPLICABLE),
            "coverage": np.where(seen, len(found.placed) / (len(found.placed) + len(found.unplaced)), np.nan),
            "n_known": seen.astype("int64"),
            "n_total": 1,
            "origin": np.where(seen, "oqhs", ""),
            "source": found.source,
            "note": np.where(seen, words, other),
        }
    )

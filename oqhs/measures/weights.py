"""Which weight puts territories together, and how high an unknown one may be."""

from __future__ import annotations

import numpy as np
import pandas as pd

from oqhs.catalogue import Catalogue
from oqhs.entries import Indicator
from oqhs.measures.inputs import Inputs
from oqhs.text import OBSERVED

NO_WEIGHT = "aucune pondération ne couvre les territoires connus"


def ceiling_of(richer_by: str, inputs: Inputs, members: pd.DataFrame) -> np.ndarray:
    """Highest share of an unknown member: that of the known ones when it is richer than they are.

    Convention of the observatory: a territory whose published median is above the weighted mean of
    the medians of the known territories is taken to have at most their share.
    """
    if richer_by not in inputs.values:
        return np.full(len(members), np.nan)
    median = inputs.values[richer_by].reindex(members["territory"]).to_numpy()
    known = members["mass"].notna() & (members["member_status"] == OBSERVED)
    frame = pd.DataFrame({"weight": members["weight"].where(known), "mass": members["mass"].where(known)})
    frame["of_median"] = frame["weight"] * median
    # A known member without a median does not weigh in the mean of the medians.
    frame["with_median"] = frame["weight"].where(~np.isnan(median))
    sums = frame.groupby(members["group"]).transform("sum")
    richer = median > (sums["of_median"] / sums["with_median"].where(sums["with_median"] > 0)).to_numpy()
    share = sums["mass"] / sums["weight"].where(sums["weight"] > 0)
    return np.asarray(share.where(richer))


def choose_weights(
    indicator: Indicator, inputs: Inputs, catalogue: Catalogue, members: pd.DataFrame, known: np.ndarray
) -> tuple[np.ndarray, np.ndarray, pd.Series, pd.Series]:
    """Best weight, group by group: the first product that every known member has.

    Returns the weight and the extensive factor the coverage is taken on (per member), then the note
    and whether the weight is a proxy or of another year (per group).
    """
    groups = members["group"]
    weight = np.full(len(members), np.nan)
    cover = np.full(len(members), np.nan)
    names = sorted(groups.unique())
    notes = pd.Series("", index=names, dtype="str")
    estimated = pd.Series(False, index=names)
    open_groups = set(names)
    for position, product in enumerate(indicator.weights):
        if not set(product) <= set(inputs.values.columns):
            continue
        factors = inputs.values[list(product)].reindex(members["territory"])
        candidate = factors.prod(axis=1, skipna=False).to_numpy()
        lacking = set(groups[known & np.isnan(candidate)])
        chosen = sorted(open_groups - lacking)
        rows = groups.isin(chosen).to_numpy()
        weight[rows], cover[rows] = candidate[rows], factors[product[0]].to_numpy()[rows]
        named = " × ".join(f"{catalogue.variable(v).label.lower()} ({inputs.years[v]})" for v in product)
        other_year = any(inputs.years[v] != inputs.year for v in product)
        if position > 0 or other_year:
            estimated[chosen] = True
            notes[chosen] = (
                f"{'pondération approchée' if position else 'pondération de millésime différent'} : {named}"
            )
        open_groups -= set(chosen)
    notes[sorted(open_groups)] = NO_WEIGHT
    return weight, cover, notes, estimated

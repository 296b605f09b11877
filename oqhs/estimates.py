"""Estimates among the figures of an edition: what supersedes them, and what they are worth."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from oqhs.entries import Indicator
from oqhs.measures.estimate import model_error
from oqhs.text import NOT_AVAILABLE, NOT_SIGNIFICANT, OBSERVED, SECRET, format_gap

_FEW = 2  # quartiers an error is measured on


def without_superseded(rows: pd.DataFrame, counts: Sequence[str], own: Sequence[str]) -> pd.DataFrame:
    """Keep, territory by territory, the counts that were delivered or those estimated, never some of each.

    A delivery of all the counts supersedes the estimate; so does one that masks some of them, or the rate
    itself: what the producer masked is not rebuilt.
    """
    if not rows["estimated"].any():
        return rows
    of_counts = rows["variable"].isin(counts)
    told = rows[of_counts & ~rows["estimated"] & (rows["status"] != NOT_AVAILABLE)]
    whole = told.groupby("territory")["variable"].nunique() == len(counts)
    hidden = ~rows["estimated"] & rows["variable"].isin(own) & rows["status"].isin([SECRET, NOT_SIGNIFICANT])
    delivered = rows["territory"].isin(set(whole.index[whole]) | set(rows.loc[hidden, "territory"]))
    guessed = rows["territory"].isin(rows.loc[rows["estimated"], "territory"])
    dropped = (rows["estimated"] & delivered) | (of_counts & ~rows["estimated"] & ~delivered & guessed)
    return rows[~dropped]


def with_error(found: pd.DataFrame, estimated: frozenset[str], indicator: Indicator) -> pd.DataFrame:
    """Say beside an estimate how far the same method is from the figures the institute publishes."""
    both = found[found.index.isin(estimated) & found["check"].notna() & (found["origin"] == "insee")]
    if len(both) < _FEW:
        return found
    error = model_error(both["check"], both["value"]).iloc[0]
    mean, largest = (
        format_gap(abs(error[name]), indicator.unit, 1, signed=False)
        for name in ("mean_abs_pts", "largest_pts")
    )
    words = (
        f"écart à l'Insee du même calcul : {mean} en moyenne, {largest} au plus, sur {error['n']} quartiers"
    )
    shown = (found["origin"] == "oqhs_estimate") & (found["status"] == OBSERVED)
    joint = np.where(found["note"] == "", "", " ; ")
    return found.assign(note=found["note"].mask(shown, found["note"] + joint + words))

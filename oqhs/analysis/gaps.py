"""Gaps between a territory and a reference: taken on unrounded values, rounded once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
import pandas as pd

from oqhs.entries import Indicator
from oqhs.text import NOT_AVAILABLE, OBSERVED, STATUS_WORDS, round_half_up, signs_of

Mode = Literal["unrounded", "published"]

GAP_COLUMNS = [
    "indicator",
    "territory",
    "reference",
    "reference_territory",
    "value",
    "reference_value",
    "gap",
    "gap_lower",
    "gap_upper",
    "sign",
    "unfavourable",
    "unit",
    "year",
    "perimeter",
    "reference_perimeter",
    "status",
    "reference_status",
    "coverage",
    "reference_coverage",
    "origin",
    "reference_origin",
    "source",
    "reference_source",
    "note",
    "reference_note",
    "reason",
]


def gap_between(
    value: float | np.ndarray | pd.Series,
    reference: float | np.ndarray | pd.Series,
    decimals: int | np.ndarray,
    *,
    mode: Mode = "unrounded",
) -> np.ndarray:
    """Gap between values and references.

    Parameters
    ----------
    value, reference : float or array of float
        In one unit: percent, or euros. Their difference is in points, or in euros.
    decimals : int or array of int
        Digits shown after the decimal mark.
    mode : {"unrounded", "published"}
        `unrounded` takes the difference of the values as they are: it is rounded once, when shown.
        `published` takes the difference of the values as shown, and is only for published columns
        that are rounded already.

    Returns
    -------
    ndarray of float64
        NaN where one of the two is missing.

    Examples
    --------
    >>> float(gap_between(36.158, 17.252, 1).round(3))
    18.906
    >>> float(gap_between(36.158, 17.252, 1, mode="published"))
    18.9
    """
    if mode not in {"unrounded", "published"}:
        raise ValueError(f"mode {mode!r} is not allowed: use 'unrounded' or 'published'")
    left, right = np.asarray(value, dtype="float64"), np.asarray(reference, dtype="float64")
    if mode == "unrounded":
        return np.asarray(left - right)
    return round_half_up(round_half_up(left, decimals) - round_half_up(right, decimals), decimals)


def compare(
    observations: pd.DataFrame,
    pairs: pd.DataFrame,
    indicators: Mapping[str, Indicator],
    *,
    mode: Mode = "unrounded",
) -> pd.DataFrame:
    """Compare territories with their references, indicator by indicator.

    Parameters
    ----------
    observations : DataFrame
        Observations of an edition.
    pairs : DataFrame
        `territory`, `reference` (departement, ept, commune, ensemble_qpv, hors_qpv) and
        `reference_territory`, missing where the territory has none.
    indicators : mapping
        Indicators by id; every one of them gives a row per pair, observed or not.
    mode : {"unrounded", "published"}
        As in `gap_between`.

    Returns
    -------
    DataFrame
        `GAP_COLUMNS`, sorted by indicator in the order given, then reference and territory. `gap`
        is unrounded, in points or euros; `gap_lower` and `gap_upper` bound it when one side is
        partial; `sign` is the sign of the gap as shown; `unfavourable` is missing when the indicator
        is neutral or the gap is. Where there is no gap, `reason` says why, in French.
    """
    rows = _sides(observations, pairs, list(indicators))
    rows["unit"] = rows["indicator"].map(lambda name: indicators[name].unit)
    rows["reason"] = _reasons(rows)
    comparable = rows["reason"] == ""
    decimals = rows["indicator"].map(lambda name: indicators[name].decimals).to_numpy()
    ends = {
        "gap": ("value", "reference_value"),
        "gap_lower": ("lower", "reference_upper"),
        "gap_upper": ("upper", "reference_lower"),
    }
    for name, (left, right) in ends.items():
        taken = gap_between(rows[left], rows[right], decimals, mode=mode)
        rows[name] = pd.Series(taken, index=rows.index).where(comparable)
    rows["sign"] = pd.Series(signs_of(rows["gap"], decimals), index=rows.index, dtype="str")
    polarity = rows["indicator"].map(lambda name: indicators[name].polarity)
    rows["unfavourable"] = _unfavourable(rows, polarity)
    order = {name: rank for rank, name in enumerate(indicators)}
    rows["rank"] = rows["indicator"].map(order)
    return rows.sort_values(["rank", "reference", "territory"], ignore_index=True)[GAP_COLUMNS]


def _sides(observations: pd.DataFrame, pairs: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Put the observations of a territory and of its reference on one row, for every indicator."""
    rows = pd.DataFrame({"indicator": names}).merge(pairs, how="cross")
    carried = ["indicator", "territory", "value", "lower", "upper", "year", "perimeter", "status",
               "coverage", "origin", "source", "note"]  # fmt: skip
    sides = observations[carried]
    rows = rows.merge(sides, how="left", on=["indicator", "territory"])
    other = sides.rename(columns={name: f"reference_{name}" for name in carried if name != "indicator"})
    rows = rows.merge(other, how="left", on=["indicator", "reference_territory"])
    for column in ("status", "reference_status"):
        rows[column] = rows[column].fillna(NOT_AVAILABLE)
    return rows


def _unfavourable(rows: pd.DataFrame, polarity: pd.Series) -> pd.Series:
    """Whether a gap goes the wrong way; missing for a neutral indicator, or without a gap."""
    against = pd.Series(rows["gap"] * polarity < 0, dtype="boolean") & (rows["sign"] != "=")
    return against.where((polarity != 0) & rows["gap"].notna(), pd.NA)


def _reasons(rows: pd.DataFrame) -> pd.Series:
    """Why there is no gap, in French; empty where there is one."""
    reason = pd.Series("", index=rows.index, dtype="str")

    def tell(where: pd.Series, text: str | pd.Series) -> None:
        unsaid = where & (reason == "")
        reason[unsaid] = text[unsaid] if isinstance(text, pd.Series) else text

    tell(rows["unit"].isin(["persons", "facilities"]), "un effectif ne se compare pas par un écart")
    tell(rows["reference_territory"].isna(), "aucun territoire de comparaison")
    both = (rows["status"] != OBSERVED) & (rows["reference_status"] != OBSERVED)
    tell(both & (rows["note"] == rows["reference_note"]) & (rows["note"] != ""), rows["note"])
    for side, words in (("", ""), ("reference_", "référence : ")):
        hidden = rows[f"{side}status"] != OBSERVED
        told = rows[f"{side}note"].fillna("")
        general = rows[f"{side}status"].map(STATUS_WORDS).fillna("")
        tell(hidden, words + told.where(told != "", general))
    tell(
        (rows["year"] != rows["reference_year"]).fillna(False),
        "les deux valeurs ne sont pas du même millésime",
    )
    return reason

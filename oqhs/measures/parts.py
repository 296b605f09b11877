"""Shares of a surface, of people or of dwellings: what is inside, what is known, and all there is."""

from __future__ import annotations

import numpy as np
import pandas as pd

from oqhs.errors import MeasureError
from oqhs.tables import strict_sum
from oqhs.text import NOT_APPLICABLE, NOT_AVAILABLE, NOT_COVERED, OBSERVED

PART_COLUMNS = ["inside", "known", "total"]
_NOISE = 1e-9


def sums_of_parts(parts: pd.DataFrame, edges: pd.DataFrame) -> pd.DataFrame:
    """Add up the parts of the territories that make up others.

    Parameters
    ----------
    parts : DataFrame
        Indexed by territory: `PART_COLUMNS`, in one unit (m², persons…).
    edges : DataFrame
        `group`, `territory`: which territories make up which.

    Returns
    -------
    DataFrame
        Indexed by group, sorted: `PART_COLUMNS`, `n_known` (members of which something is known) and
        `n_total`. Where a member has no parts, nobody knows all there is: `total` is missing.

    Examples
    --------
    >>> figures = {"inside": [1.0, 0.0], "known": [4.0, 6.0], "total": [4.0, 10.0]}
    >>> parts = pd.DataFrame(figures, index=["a", "b"])
    >>> edges = pd.DataFrame({"group": ["g", "g"], "territory": ["a", "b"]})
    >>> sums_of_parts(parts, edges).loc["g"].tolist()
    [1.0, 10.0, 14.0, 2.0, 2.0]
    """
    members = parts[PART_COLUMNS].reindex(edges["territory"])
    groups = edges["group"].to_numpy()
    summed = members[["inside", "known"]].groupby(groups).sum()
    summed["total"] = strict_sum(members["total"], groups)
    held = (members["known"] > 0).groupby(groups)
    return summed.assign(n_known=held.sum(), n_total=held.size())


def shares_of_parts(parts: pd.DataFrame, couverture_min: float) -> pd.DataFrame:
    """Give the share of what is known that is inside.

    Parameters
    ----------
    parts : DataFrame
        Any index: `PART_COLUMNS`.
    couverture_min : float
        Part (0 to 1) that must be known for a share to be given.

    Returns
    -------
    DataFrame
        Same index: `value` (0 to 1), `numerator`, `denominator` (what is known), `lower` and `upper` (what
        the share of all there is may be, whatever the rest holds), `status` and `coverage`. Where too
        little is known the share is missing, never zero.

    Raises
    ------
    MeasureError
        Less than nothing is inside, more is inside than is known, or more is known than there is.

    Examples
    --------
    >>> parts = pd.DataFrame({"inside": [2.0, 0.0], "known": [8.0, 1.0], "total": [10.0, 10.0]})
    >>> shares_of_parts(parts, 0.8)[["value", "lower", "upper", "status"]].to_dict("list")
    {'value': [0.25, nan], 'lower': [0.2, nan], 'upper': [0.4, nan], 'status': ['observed', 'not_covered']}
    """
    inside, known, total = (parts[name].astype("float64") for name in PART_COLUMNS)
    over = (inside < 0) | (inside > known * (1 + _NOISE)) | (known > total * (1 + _NOISE))
    if over.any():
        worst = parts[over].iloc[0]
        raise MeasureError(
            "a part is above its whole",
            column=str(worst.name),
            found=f"{worst['inside']:g} of {worst['known']:g} of {worst['total']:g}",
            allowed="0 ≤ inside ≤ known ≤ total",
        )
    whole = known >= total * (1 - _NOISE)
    coverage = (known / total.where(total > 0)).mask(whole & (total > 0), 1.0)
    shown = (coverage >= couverture_min) & (known > 0)
    status = pd.Series(NOT_COVERED, index=parts.index, dtype="str")
    status = status.mask(total.isna(), NOT_AVAILABLE).mask(total == 0, NOT_APPLICABLE).mask(shown, OBSERVED)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = (inside / known).where(shown)
        lower, upper = (inside / total).where(shown), ((inside + total - known) / total).where(shown)
    return pd.DataFrame(
        {
            "value": value,
            "numerator": inside.where(shown),
            "denominator": known.where(shown),
            "lower": np.minimum(lower, value).mask(whole, value),
            "upper": np.maximum(upper, value).mask(whole, value),
            "status": status,
            "coverage": coverage,
        }
    )

"""Comparisons that reckon with the sampling: with a reference, with another date, between quartiers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from oqhs.analysis.uncertainty import (
    EXHAUSTIVE,
    NO_DENOMINATOR,
    NO_DESIGN,
    SAMPLED,
    SAMPLING_COLUMNS,
    effective_size,
    normal_quantile,
    require,
    standard_error_pts,
)
from oqhs.errors import MeasureError

GAP_INTERVAL_COLUMNS = ["weight", "rest", "gap_se", "gap_ci_lower", "gap_ci_upper", "gap_ci_reason"]

_PERCENT = 100.0
_NOISE = 1e-9
_LARGER = "l'effectif du quartier dépasse celui de la référence"
_WHOLE = "le quartier est toute la référence"
_IMPOSSIBLE = "le reste de la référence aurait une part hors de 0 à 100 %"
_EXTREME = "part de 0 % ou de 100 % : l'approximation normale ne vaut pas"


def gap_intervals(
    gaps: pd.DataFrame, sampling: pd.DataFrame, contains: pd.Series, *, level: float
) -> pd.DataFrame:
    """Intervals of the gaps of quartiers to their references.

    A reference that contains the quartier shares its people: with q the share of the quartier, h that of
    the rest of the reference and w the part of its denominator the quartier holds, q − r = (1 − w)(q − h)
    and, the addresses of both being drawn apart, Var(q − r) = (1 − w)² (Var q + Var h). The rest has the
    share (R − Q) / (N_r − N_q) of their numerators and denominators, and the design of the reference.
    Of two disjoint territories the variances add up, and w is 0.

    Parameters
    ----------
    gaps : DataFrame
        `indicator`, `territory`, `reference_territory`, `gap` (points) and `reason`, as
        `oqhs.analysis.compare` gives them.
    sampling : DataFrame
        What the sampling did to both sides, as `sampling_of` gives it.
    contains : Series of bool
        Same index as the gaps: whether the reference contains the quartier whole.
    level : float
        Level of confidence, 0 to 1.

    Returns
    -------
    DataFrame
        Same index as the gaps: `weight` (w, 0 to 1), `rest` (h, percent), `gap_se` and the bounds
        `gap_ci_lower` and `gap_ci_upper` in points (normal approximation). Where there is no interval,
        `gap_ci_reason` says why, in French.

    Raises
    ------
    MeasureError
        A column is missing, an indicator of a territory stands twice, `contains` has another index or is
        not boolean, or the level is not between 0 and 1.

    Examples
    --------
    A quartier of 2 000 persons in a commune of 10 000, both counted by a sample:

    >>> from oqhs.analysis.uncertainty import sampling_of
    >>> rows = pd.DataFrame({"indicator": "part_60_plus", "territory": ["QN99901M", "99901"],
    ...     "value": [30.0, 22.0], "denominator": [2000.0, 10000.0], "origin": "insee"})
    >>> designs = pd.DataFrame({"fraction": 0.4, "effect": 2.0}, index=["QN99901M", "99901"])
    >>> sampling = sampling_of(rows, {"part_60_plus": "sondage"}, designs)
    >>> gaps = pd.DataFrame({"indicator": ["part_60_plus"], "territory": ["QN99901M"],
    ...     "reference_territory": ["99901"], "gap": [8.0], "reason": [""]})
    >>> found = gap_intervals(gaps, sampling, pd.Series([True]), level=0.95)
    >>> found[["weight", "rest", "gap_se"]].round(2).to_dict("records")
    [{'weight': 0.2, 'rest': 20.0, 'gap_se': 1.55}]
    """
    _check_gaps(gaps, sampling, contains)
    within = contains.astype("bool")
    own, other = (_side(gaps, sampling, name) for name in ("territory", "reference_territory"))
    found, reason = _contrast(own, other, within)
    missing = gaps["gap"].isna()
    reason = reason.mask(missing, gaps["reason"].fillna(""))
    error = found["gap_se"].where((reason == "") & ~missing)
    reach = normal_quantile(level) * error
    bounds = {"gap_ci_lower": gaps["gap"] - reach, "gap_ci_upper": gaps["gap"] + reach}
    return found.assign(gap_se=error, **bounds, gap_ci_reason=reason)[GAP_INTERVAL_COLUMNS]


def change_interval(
    change: pd.Series, se_before: pd.Series, se_after: pd.Series, *, level: float
) -> pd.DataFrame:
    """Intervals of changes between two vintages that share no survey: their variances add up.

    Parameters
    ----------
    change : Series
        Changes of shares, or of gaps, in points.
    se_before, se_after : Series
        Standard errors of the two dates (`se_pts`, or `gap_se` for the change of a gap), same index. Two
        vintages of the census less than five years apart share surveys: this does not hold of them.
    level : float
        Level of confidence, 0 to 1.

    Returns
    -------
    DataFrame
        Same index: `change_se`, `change_ci_lower` and `change_ci_upper` in points (normal approximation),
        missing where one of the three is.

    Raises
    ------
    MeasureError
        The three do not have the same index, a standard error is negative, or the level is not between 0
        and 1.

    Examples
    --------
    >>> found = change_interval(pd.Series([4.0]), pd.Series([3.0]), pd.Series([4.0]), level=0.95)
    >>> found.round(1).to_dict("records")
    [{'change_se': 5.0, 'change_ci_lower': -5.8, 'change_ci_upper': 13.8}]
    """
    _check_errors(change, se_before, se_after)
    error = pd.Series(np.hypot(se_before, se_after), index=change.index).where(change.notna())
    reach = normal_quantile(level) * error
    return pd.DataFrame(
        {"change_se": error, "change_ci_lower": change - reach, "change_ci_upper": change + reach}
    )


def rank_intervals(values: pd.Series, se: pd.Series, *, level: float) -> pd.DataFrame:
    """Ranks of quartiers, and the ranks each of them may have: for internal use only.

    Two quartiers are surely apart when the difference of their values is more than its standard error
    allows at the level (two-sided normal test; their samples are drawn apart). The tests are pairwise and
    each rank has its own interval: together they are not simultaneous, and among many quartiers some
    are apart by chance.

    Parameters
    ----------
    values : Series
        One value per quartier, in one unit.
    se : Series
        Standard errors in that unit, same index: 0 where everybody was counted; where it is missing,
        nothing is sure.
    level : float
        Level of confidence of each test, 0 to 1.

    Returns
    -------
    DataFrame
        Same index, nullable integers: `rank` (1 is the highest value; equal values have the better rank),
        `rank_lower` (one more than the quartiers surely above) and `rank_upper` (all of them, less those
        surely below). A missing value has no rank, and counts in no other.

    Raises
    ------
    MeasureError
        The two do not have the same index, a standard error is negative, or the level is not between 0
        and 1.

    Examples
    --------
    The first two are 1 point apart with a standard error of 1.4: nobody knows which one comes first.

    >>> rank_intervals(pd.Series([30.0, 29.0, 12.0]), pd.Series([1.0, 1.0, 1.0]), level=0.95)
       rank  rank_lower  rank_upper
    0     1           1           2
    1     2           1           2
    2     3           3           3
    """
    _check_errors(values, se)
    known = values.notna().to_numpy()
    value = values.to_numpy(dtype="float64")[known]
    error = se.to_numpy(dtype="float64")[known]
    apart = value[None, :] - value[:, None]
    reach = normal_quantile(level) * np.hypot(error[None, :], error[:, None])
    # A comparison with a missing reach is false: it makes nothing sure.
    ranks = {
        "rank": 1 + (apart > 0).sum(axis=1),
        "rank_lower": 1 + (apart > reach).sum(axis=1),
        "rank_upper": len(value) - (apart < -reach).sum(axis=1),
    }
    found = pd.DataFrame(ranks, index=np.flatnonzero(known), dtype="Int64")
    return found.reindex(range(len(values))).set_axis(values.index)


def _side(gaps: pd.DataFrame, sampling: pd.DataFrame, column: str) -> pd.DataFrame:
    """Find what the sampling did to one side of the gaps, row by row."""
    keys = gaps[["indicator", column]].astype("str")
    held = sampling.rename(columns={"territory": column}).astype({"indicator": "str", column: "str"})
    found = keys.merge(held, how="left", on=["indicator", column]).set_axis(gaps.index)
    return found.assign(precision=found["precision"].fillna(NO_DESIGN))


def _contrast(own: pd.DataFrame, other: pd.DataFrame, within: pd.Series) -> tuple[pd.DataFrame, pd.Series]:
    """Set quartiers against the rest of their references; why they cannot be, in French."""
    size, whole = own["denominator"], other["denominator"]
    weight = (size / whole.where(whole > 0)).where(within, 0.0).where(size.notna() & whole.notna())
    left = (whole - size).where(within, whole)
    numerator = whole * other["value"] - size * own["value"]
    rest = (numerator / left.where(left > 0)).where(within, other["value"])
    noise = _NOISE * _PERCENT
    sound = rest.between(-noise, _PERCENT + noise)
    rest = rest.where(sound).clip(0.0, _PERCENT)
    error = (1 - weight) * np.hypot(
        standard_error_pts(own["value"], effective_size(size, own["fraction"], own["effect"])),
        standard_error_pts(rest, effective_size(left, other["fraction"], other["effect"])),
    )
    reasons = [
        (~_has_interval(own), own["precision"]),
        (~_has_interval(other), "référence : " + other["precision"]),
        (size.isna() | whole.isna(), NO_DENOMINATOR),
        (within & (size > whole), _LARGER),
        (within & (size == whole), _WHOLE),
        (~sound, _IMPOSSIBLE),
        (error.isna(), _EXTREME),
    ]
    told = pd.Series("", index=own.index, dtype="str")
    for where, text in reversed(reasons):
        told = told.mask(where, text)
    return pd.DataFrame({"weight": weight, "rest": rest, "gap_se": error}), told


def _has_interval(side: pd.DataFrame) -> pd.Series:
    return side["sampling"].isin([SAMPLED, EXHAUSTIVE])


def _check_gaps(gaps: pd.DataFrame, sampling: pd.DataFrame, contains: pd.Series) -> None:
    """Refuse gaps whose intervals nobody could tell."""
    require(gaps, ["indicator", "territory", "reference_territory", "gap", "reason"], "gaps")
    require(sampling, SAMPLING_COLUMNS, "sampling")
    keys = sampling[["indicator", "territory"]]
    if keys.duplicated().any():
        twice = keys[keys.duplicated()].iloc[0]
        raise MeasureError(
            "an indicator of a territory stands twice",
            column="sampling",
            found=f"{twice['indicator']} of {twice['territory']}",
            allowed="one row",
        )
    if not contains.index.equals(gaps.index):
        raise MeasureError(
            "it is not said of every gap whether the reference contains the quartier",
            column="contains",
            found=f"{len(contains)} rows for {len(gaps)} gaps",
            allowed="a value for each row, on the same index",
        )
    if contains.isna().any() or not contains.isin([True, False]).all():
        raise MeasureError(
            "whether a reference contains a quartier is not a yes or a no",
            column="contains",
            found=contains[~contains.isin([True, False]) | contains.isna()].iloc[0],
            allowed="True or False",
        )


def _check_errors(values: pd.Series, *errors: pd.Series) -> None:
    """Refuse standard errors of other rows than their values, or below zero."""
    for one in errors:
        if not one.index.equals(values.index):
            raise MeasureError(
                "values and standard errors are not of the same rows",
                found=f"{len(values)} values and {len(one)} standard errors",
                allowed="one index",
            )
        if (one < 0).any():
            raise MeasureError(
                "a standard error is negative",
                column=str(one.index[one < 0][0]),
                found=float(one[one < 0].iloc[0]),
                allowed="zero or more",
            )

"""Quantiles of several territories together, from the quantiles of each."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from oqhs.catalogue import built_in
from oqhs.errors import MeasureError

_HALVINGS = 60
_NEAR = 1e-12


def pooled_quantile(
    quantiles: pd.DataFrame, weights: pd.Series, q: float = 0.5, *, max_width: float | None = None
) -> float:
    """Quantile of the people of several territories together.

    The distribution of each territory is taken linear in the logarithm of income between its known
    quantiles; the distributions are averaged with the weights, and the average is inverted at `q`.
    Outside its known quantiles a distribution is carried along its last segment, within 0 and 1: the
    interval that holds whatever those tails are must be narrow, or nothing is given.

    Parameters
    ----------
    quantiles : DataFrame, shape (n territories, k probabilities)
        Columns are probabilities (0.1 … 0.9), values quantiles in euros, positive and not decreasing
        along a row. A row may lack some of them, and must have two at least.
    weights : Series, shape (n,)
        Weight of each territory, same index: persons in fiscal households, or a proxy that the
        product names.
    q : float
        Probability, within the range every row covers.
    max_width : float, optional
        Largest relative width of that interval; by default `quantile_largeur_max` of `seuils.yaml`.

    Returns
    -------
    float
        In the unit of `quantiles`.

    Raises
    ------
    MeasureError
        A row has fewer than two quantiles, one that is not positive or that decreases; a weight is
        missing or negative; `q` is outside the range every distribution covers.

    Notes
    -----
    A mean of medians is not a median. On the 47 communes of the Val-de-Marne in 2019 this gives
    23 052 € where INSEE publishes 23 060 € and the mean of the medians is 23 646 €.

    Examples
    --------
    Two territories with the same incomes have them together, whatever their sizes.

    >>> deciles = pd.DataFrame([[1000.0, 2000.0, 4000.0], [1000.0, 2000.0, 4000.0]],
    ...                        columns=[0.1, 0.5, 0.9], index=["A", "B"])
    >>> round(pooled_quantile(deciles, pd.Series([1.0, 3.0], index=["A", "B"])), 6)
    2000.0
    """
    rows, probabilities, mass = _checked(quantiles, weights, q)
    pool = _pool(np.log(rows), probabilities, mass)
    value, least, most = (_invert(pool, q, tails) for tails in ("carried", "high", "low"))
    width = float(np.expm1(most - least))
    allowed = built_in().threshold("quantile_largeur_max", dt.date.max) if max_width is None else max_width
    if not width <= allowed:
        raise MeasureError(
            f"the distributions do not tell where quantile {q:g} of their people is",
            found=f"somewhere within {width:.1%}",
            allowed=f"an interval of {allowed:.1%} at most",
            todo="use more quantiles, or a probability nearer the middle",
        )
    return float(np.exp(value))


def _checked(
    quantiles: pd.DataFrame, weights: pd.Series, q: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    if quantiles.empty or list(quantiles.index) != list(weights.index):
        lacking = set(quantiles.index) ^ set(weights.index)
        raise MeasureError(
            "quantiles and weights must have the same territories, in the same order",
            found=", ".join(sorted(map(str, lacking))[:5]) or f"{len(quantiles)} and {len(weights)} rows",
            allowed="one index, with a row at least",
            todo="weights = weights.reindex(quantiles.index)",
        )
    ordered = quantiles.sort_index(axis=1)
    probabilities = ordered.columns.to_numpy(dtype="float64")
    rows = ordered.to_numpy(dtype="float64")
    mass = weights.to_numpy(dtype="float64")
    known = ~np.isnan(rows)
    steps = np.diff(_forward(rows), axis=1)
    faults = {
        "fewer than two quantiles are known": known.sum(axis=1) <= 1,
        "a quantile is not positive": np.where(known, rows, 1.0).min(axis=1) <= 0,
        "quantiles decrease along the row": (np.where(np.isnan(steps), 0.0, steps) < 0).any(axis=1),
        "the weight is missing, infinite or negative": ~((mass >= 0) & np.isfinite(mass)),
        f"its known quantiles do not reach {q:g} on both sides": _short(known, probabilities, q),
    }
    for what, wrong in faults.items():
        if wrong.any():
            raise MeasureError(
                f"{what} for {int(wrong.sum())} territories",
                found=", ".join(map(str, quantiles.index[wrong][:5])),
                todo="leave them out, and say which share of the people is covered",
            )
    if not mass.sum() > 0:
        raise MeasureError("the weights add up to nothing", found=float(mass.sum()), allowed="more than 0")
    return rows, probabilities, mass / mass.sum()


def _forward(rows: np.ndarray) -> np.ndarray:
    return np.asarray(pd.DataFrame(rows).ffill(axis=1))


def _short(known: np.ndarray, probabilities: np.ndarray, q: float) -> np.ndarray:
    reach = np.where(known, probabilities, np.nan)
    below = np.where(known, reach <= q, False).any(axis=1)
    above = np.where(known, reach >= q, False).any(axis=1)
    return np.asarray(~(below & above))


def _filled(logs: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """Fill unknown quantiles on the straight line (probability, log income) their neighbours draw."""
    filled = logs.copy()
    unknown = np.isnan(logs)
    for pattern in np.unique(unknown[unknown.any(axis=1)], axis=0):
        rows = (unknown == pattern).all(axis=1)
        p, v = probabilities[~pattern], logs[rows][:, ~pattern]
        for j in np.flatnonzero(pattern):
            right = int(np.clip(np.searchsorted(p, probabilities[j]), 1, len(p) - 1))
            left = right - 1
            slope = (v[:, right] - v[:, left]) / (p[right] - p[left])
            filled[rows, j] = v[:, left] + (probabilities[j] - p[left]) * slope
    return filled


@dataclass(frozen=True)
class _Pool:
    """Distributions in the logarithm of income, one a row, ready to be averaged.

    `slopes` has one column more than `logs` has: before the first quantile, between two, after the last.
    `low`, `high`, `p_low` and `p_high` are the ends of what is known of each row.
    """

    logs: np.ndarray
    probabilities: np.ndarray
    mass: np.ndarray
    slopes: np.ndarray
    low: np.ndarray
    high: np.ndarray
    p_low: np.ndarray
    p_high: np.ndarray


def _pool(logs: np.ndarray, probabilities: np.ndarray, mass: np.ndarray) -> _Pool:
    known = ~np.isnan(logs)
    first, last = known.argmax(axis=1), logs.shape[1] - 1 - known[:, ::-1].argmax(axis=1)
    filled = _filled(logs, probabilities)
    spans = np.diff(filled, axis=1)
    with np.errstate(divide="ignore"):
        inside = np.where(spans > 0, np.diff(probabilities) / spans, np.nan)
    # A tail has the slope of the nearest segment that has one; a single crowd has flat tails.
    frame = pd.DataFrame(inside)
    before, after = frame.bfill(axis=1).iloc[:, 0], frame.ffill(axis=1).iloc[:, -1]
    slopes = np.nan_to_num(np.column_stack([before, inside, after]))
    rows = np.arange(len(logs))
    ends = filled[rows, first], filled[rows, last], probabilities[first], probabilities[last]
    return _Pool(filled, probabilities, mass, slopes, *ends)


def _share_under(pool: _Pool, x: float, tails: str) -> float:
    """Share of the people under income exp(x); tails are carried on, or put at their low or high end."""
    rows = np.arange(len(pool.logs))
    reached = (pool.logs <= x).sum(axis=1)  # quantiles at or under x; several equal ones are a crowd
    at = np.maximum(reached - 1, 0)
    share = pool.probabilities[at] + pool.slopes[rows, reached] * (x - pool.logs[rows, at])
    share = np.clip(share, 0.0, 1.0)
    if tails != "carried":
        # Under its first quantile a distribution is under its probability, however near.
        share = np.where(x < pool.low, 0.0 if tails == "low" else pool.p_low * (1 - _NEAR), share)
        share = np.where(x > pool.high, pool.p_high if tails == "low" else 1.0, share)
    return float(pool.mass @ share)


def _invert(pool: _Pool, q: float, tails: str) -> float:
    """Smallest log income under which a share `q` of the people is, by halving."""
    low, high = float(pool.logs.min()) - 1.0, float(pool.logs.max()) + 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if _share_under(pool, middle, tails) < q * (1 - _NEAR / 2):
            low = middle
        else:
            high = middle
    return high

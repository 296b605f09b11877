"""Quantiles of several territories together, from the quantiles of each."""

from __future__ import annotations

import datetime as dt
from functools import cache

import numpy as np
import pandas as pd

from oqhs.catalogue import load_catalogue
from oqhs.errors import MeasureError

_HALVINGS = 60


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
    known = ~np.isnan(rows)
    first, last = known.argmax(axis=1), rows.shape[1] - 1 - known[:, ::-1].argmax(axis=1)
    logs = _filled(np.log(rows), probabilities)
    everyone = np.arange(len(rows))
    tails = (logs[everyone, first], logs[everyone, last], probabilities[first], probabilities[last])
    value = _invert(logs, probabilities, mass, q, tails, None)
    least = _invert(logs, probabilities, mass, q, tails, "high")
    most = _invert(logs, probabilities, mass, q, tails, "low")
    width = float(np.expm1(most - least))
    allowed = _max_width() if max_width is None else max_width
    if not width <= allowed:
        raise MeasureError(
            f"the distributions do not tell where quantile {q:g} of their people is",
            found=f"somewhere within {width:.1%}",
            allowed=f"an interval of {allowed:.1%} at most",
            todo="use more quantiles, or a probability nearer the middle",
        )
    return float(np.exp(value))


@cache
def _max_width() -> float:
    return load_catalogue().threshold("quantile_largeur_max", dt.date.max)


def _checked(
    quantiles: pd.DataFrame, weights: pd.Series, q: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    if quantiles.empty or not quantiles.index.equals(weights.index):
        raise MeasureError(
            "quantiles and weights must have the same territories",
            found=f"{len(quantiles)} and {len(weights)} rows",
            allowed="one index, with a row at least",
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
        "the weight is missing or negative": ~(mass >= 0),
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


def _cdf(
    x: float,
    logs: np.ndarray,
    probabilities: np.ndarray,
    mass: np.ndarray,
    tails: tuple[np.ndarray, ...],
    unknown: str | None,
) -> float:
    """Share of the people under income exp(x); `unknown` puts every tail at its low or high end."""
    low, high, p_low, p_high = tails
    left = np.clip((logs <= x).sum(axis=1) - 1, 0, logs.shape[1] - 2)
    rows = np.arange(len(logs))
    span = logs[rows, left + 1] - logs[rows, left]
    rise = probabilities[left + 1] - probabilities[left]
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = np.where(span > 0, rise / span, 0.0)
    share = np.clip(probabilities[left] + slope * (x - logs[rows, left]), 0.0, 1.0)
    if unknown is not None:
        share = np.where(x < low, 0.0 if unknown == "low" else p_low, share)
        share = np.where(x > high, p_high if unknown == "low" else 1.0, share)
    return float(mass @ share)


def _invert(
    logs: np.ndarray,
    probabilities: np.ndarray,
    mass: np.ndarray,
    q: float,
    tails: tuple[np.ndarray, ...],
    unknown: str | None,
) -> float:
    """Smallest log income under which a share `q` of the people is, by halving."""
    low, high = float(logs.min()) - 1.0, float(logs.max()) + 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if _cdf(middle, logs, probabilities, mass, tails, unknown) < q:
            low = middle
        else:
            high = middle
    return high

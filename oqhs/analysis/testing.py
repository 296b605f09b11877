"""Several tests at once: how many of the flags that are called firm may be false."""

from __future__ import annotations

import numpy as np
import pandas as pd

from oqhs.errors import MeasureError


def benjamini_hochberg(p_values: np.ndarray | pd.Series, level: float) -> np.ndarray:
    """Tell which hypotheses are rejected, the false discovery rate being held at a level.

    Of m tests of one family, the p-value of rank k is held against k / m × level: the largest one that is at
    most its bar is rejected, and all the smaller ones with it.

    Parameters
    ----------
    p_values : array of float
        Between 0 and 1; NaN where there is no test: it is never rejected and does not count in m.
    level : float
        Between 0 and 1, both left out.

    Returns
    -------
    ndarray of bool
        Same shape as `p_values`.

    Raises
    ------
    MeasureError
        The level, or a p-value, is not between 0 and 1.

    References
    ----------
    Y. Benjamini and Y. Hochberg (1995), Journal of the Royal Statistical Society, series B, 57 (1).

    Examples
    --------
    >>> benjamini_hochberg(np.array([0.5, 0.012, np.nan, 0.025]), 0.05).tolist()
    [False, True, False, True]
    """
    values = np.asarray(p_values, dtype="float64")
    if not 0 < level < 1:
        raise MeasureError(
            "the level of the false discovery rate is a share",
            found=level,
            allowed="more than 0, less than 1",
        )
    tested = ~np.isnan(values)
    wrong = tested & ~((values >= 0) & (values <= 1))
    if wrong.any():
        found = float(values[wrong][0])
        raise MeasureError("a p-value is a probability", found=found, allowed="0 to 1, or NaN without a test")
    ranked = np.sort(values[tested])
    passed = np.flatnonzero(ranked <= level * np.arange(1, ranked.size + 1) / max(ranked.size, 1))
    largest = ranked[passed[-1]] if passed.size else -1.0
    return np.asarray(tested & (values <= largest))


def p_values_beyond(estimate: pd.Series, bar: pd.Series, standard_error: pd.Series) -> pd.Series:
    """One-sided p-values of « the true value is at most the bar », by the normal law.

    Without a standard error of more than 0 there is no test: the p-value is missing.

    Examples
    --------
    >>> bar, error = pd.Series([5.0, 5.0]), pd.Series([2.0, 2.0])
    >>> p_values_beyond(pd.Series([5.0, 8.92]), bar, error).round(3).tolist()
    [0.5, 0.025]
    """
    from scipy.special import ndtr

    deviation = (estimate - bar) / standard_error.where(standard_error > 0)
    return pd.Series(ndtr(-deviation.to_numpy(dtype="float64")), index=estimate.index)

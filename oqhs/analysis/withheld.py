"""Changes that may not be told: which of their columns are figures, and rows without any."""

from __future__ import annotations

import pandas as pd


def figures_of(changes: pd.DataFrame) -> pd.Index:
    """Give the columns of changes that hold figures of territories, of their references or of both.

    Examples
    --------
    >>> figures_of(pd.DataFrame({"territory": ["A"], "span_years": [5.0], "change": [1.5]})).tolist()
    ['change']
    """
    numbers = [name for name, kind in changes.dtypes.items() if pd.api.types.is_float_dtype(kind)]
    return pd.Index(numbers).difference(["span_years"])


def without_figures(changes: pd.DataFrame, hidden: pd.Series) -> pd.DataFrame:
    """Blank every figure of some changes, and what would tell of one: its direction, origin and caution.

    The caller says why, in `status` and `reason`.

    Parameters
    ----------
    changes : DataFrame
        As `oqhs.analysis.evolution` gives them, with their intervals or without.
    hidden : Series of bool
        Same index: which of them.

    Returns
    -------
    DataFrame
        A copy; of the rows that are hidden no figure is left, `widening` is missing, nothing is
        `flaggable`, and `origin` and `caution` are empty.

    Examples
    --------
    >>> moved = pd.DataFrame({"change": [1.5, 2.5], "widening": pd.array([True, True], "boolean"),
    ...     "flaggable": True, "origin": "insee", "caution": "rupture de série"})
    >>> without_figures(moved, pd.Series([True, False])).to_dict("records")[0]
    {'change': nan, 'widening': None, 'flaggable': False, 'origin': '', 'caution': ''}
    """
    shown = changes.copy()
    shown.loc[hidden, figures_of(changes)] = float("nan")
    shown.loc[hidden, "widening"] = None
    shown.loc[hidden, "flaggable"] = False
    shown.loc[hidden, ["origin", "caution"]] = ""
    return shown

"""The two long tables everything speaks, and what may be said of their rows.

A *measurement* is a variable as a producer published it; an *observation* is an indicator an edition
shows. In both, a value exists only where the status is `observed`.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from oqhs.text import NOT_AVAILABLE, OBSERVED, STATUSES

MEASUREMENT_COLUMNS = ["variable", "territory", "perimeter", "year", "value", "status", "source", "note"]
OBSERVATION_COLUMNS = [
    "indicator",
    "territory",
    "perimeter",
    "year",
    "value",
    "numerator",
    "denominator",
    "lower",
    "upper",
    "status",
    "origin",
    "coverage",
    "n_known",
    "n_total",
    "check",
    "source",
    "note",
]
MEASUREMENT_KEY = ["variable", "territory", "perimeter", "year"]
OBSERVATION_KEY = ["indicator", "territory", "perimeter", "year"]
_TEXTS = ["variable", "territory", "perimeter", "status", "source", "note"]


def empty_measurements() -> pd.DataFrame:
    """Give a table of measurements without a row."""
    frame = pd.DataFrame({name: pd.Series(dtype="str") for name in MEASUREMENT_COLUMNS})
    return frame.astype({"year": "int64", "value": "float64"})


def plain(measurements: pd.DataFrame) -> pd.DataFrame:
    """Give measurements with plain text columns, ready to be put together with others."""
    return measurements.astype(dict.fromkeys(_TEXTS, "str"))


def gather(frames: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Put measurements of several files together, sorted by their key."""
    parts = [plain(frame) for frame in frames]
    if not parts:
        return empty_measurements()
    together = pd.concat(parts, ignore_index=True)
    return together.sort_values([*MEASUREMENT_KEY, "source"], ignore_index=True)


def values_of(measurements: pd.DataFrame) -> pd.DataFrame:
    """Values by territory (rows) and variable (columns); what is not observed is NaN."""
    return plain(measurements).pivot(index="territory", columns="variable", values="value")


def statuses_of(measurements: pd.DataFrame) -> pd.DataFrame:
    """Statuses by territory (rows) and variable (columns)."""
    return plain(measurements).pivot(index="territory", columns="variable", values="status")


def worst_status(statuses: pd.DataFrame) -> pd.Series:
    """Status of something made of several others: observed only where all of them are.

    Otherwise the first of `STATUSES` that is not `observed` and stands in the row; a status that is
    missing (no row in the source) counts as `not_available`.
    """
    ranks = _ranks(statuses.to_numpy(dtype=object)).min(axis=1, initial=len(STATUSES))
    return pd.Series(_RANKED[ranks], index=statuses.index, dtype="str")


def most_telling(statuses: pd.Series, by: object) -> pd.Series:
    """First of `STATUSES` that is not `observed` among the members of each group."""
    ranks = pd.Series(_ranks(statuses.to_numpy(dtype=object)), index=statuses.index).groupby(by).min()
    return pd.Series(_RANKED[ranks.to_numpy()], index=ranks.index, dtype="str")


_RANKED = np.array([*STATUSES, OBSERVED], dtype=object)


def _ranks(statuses: np.ndarray) -> np.ndarray:
    """Rank of statuses, `observed` last; a missing one ranks as `not_available`."""
    codes = np.asarray(pd.Categorical(statuses.ravel(), categories=list(STATUSES)).codes).astype("int64")
    codes[codes < 0] = STATUSES.index(NOT_AVAILABLE)
    codes[codes == STATUSES.index(OBSERVED)] = len(STATUSES)
    return codes.reshape(statuses.shape)


def strict_sum(values: pd.DataFrame | pd.Series, by: object) -> pd.DataFrame | pd.Series:
    """Sum by group that is missing as soon as one of its terms is."""
    return values.groupby(by).sum().mask(values.isna().groupby(by).any())

"""Which counts are secret by themselves: too few people, or everybody alike."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

import numpy as np
import pandas as pd

from oqhs.errors import MeasureError
from oqhs.secrecy.statements import Statements


def sensitive_cells(
    statements: Statements,
    threshold: int | pd.Series,
    *,
    unanimous: Iterable[tuple[Hashable, Hashable]] = (),
) -> pd.Index:
    """Find the cells that nobody outside may know, whether they are shown or not.

    Parameters
    ----------
    statements : Statements
    threshold : int or Series of int
        Smallest count that may be told; a Series says it of each cell. 0 for a cell that is no secret at
        any count, such as the figures of INSEE, whose secrecy is INSEE's.
    unanimous : iterable of (part, base)
        Cells of a sensitive trait and of the people it is asked of. Where nobody has it, or everybody,
        the part tells it of each person: it is sensitive, however large. An empty base tells nothing.

    Returns
    -------
    Index
        Sensitive cells, in the order of the cells.

    Raises
    ------
    MeasureError
        A threshold is missing, negative, or does not say something of each cell; a part is larger than
        its base.
    UnknownError
        A part or a base is not a cell.

    Examples
    --------
    >>> from oqhs.secrecy import statements
    >>> told = statements(pd.Series({"rsa": 40, "base": 40, "few": 3, "nobody": 0}))
    >>> list(sensitive_cells(told, 11, unanimous=[("rsa", "base")]))
    ['rsa', 'few']
    """
    values = statements.values
    counts = values.to_numpy()
    found = (counts > 0) & (counts < _thresholds(threshold, values.index))
    pairs = list(unanimous)
    parts = statements.positions([part for part, _ in pairs], "parts")
    bases = statements.positions([base for _, base in pairs], "bases")
    larger = np.flatnonzero(counts[parts] > counts[bases])
    if len(larger):
        part, base = pairs[larger[0]]
        raise MeasureError(
            f"the part {part!r} is larger than its base {base!r}",
            column="unanimous",
            found=f"{values[part]} of {values[base]}",
            allowed="a part of the people of the base",
        )
    alike = (counts[bases] > 0) & ((counts[parts] == 0) | (counts[parts] == counts[bases]))
    found[parts[alike]] = True
    return values.index[found]


def _thresholds(threshold: int | pd.Series, index: pd.Index) -> np.ndarray:
    if isinstance(threshold, pd.Series):
        lost = index.difference(threshold.index)
        if len(lost) or not threshold.index.is_unique:
            raise MeasureError(
                "the thresholds do not say something of each cell",
                column="threshold",
                found=list(lost[:6]) if len(lost) else "cells that stand twice",
                allowed="one threshold per cell, 0 for a cell that is no secret",
            )
        threshold = threshold.reindex(index)
    numbers = np.broadcast_to(np.asarray(threshold, dtype="float64"), len(index))
    if not (np.isfinite(numbers) & (numbers >= 0)).all():
        raise MeasureError(
            "a threshold is missing or negative",
            column="threshold",
            found=str(numbers[~(np.isfinite(numbers) & (numbers >= 0))][0]),
            allowed="whole numbers, 0 or more",
        )
    return numbers

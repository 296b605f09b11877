"""Try to recover every sensitive cell from everything that is published together."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

import numpy as np
import pandas as pd

from oqhs.errors import MeasureError
from oqhs.secrecy.outsider import arranged, components
from oqhs.secrecy.statements import Statements

AUDIT_COLUMNS = ["value", "lower", "upper", "width", "method", "protected"]
PUBLISHED, LINEAR, INTEGER = "published", "linear", "integer"
NOISE = 1e-9


def audit(
    statements: Statements, suppressed: Iterable[Hashable], sensitive: Iterable[Hashable], level: float
) -> pd.DataFrame:
    """Work out what an outsider can know of each sensitive cell.

    The outsider knows every published cell, every relation, every rate that is still printed, and that
    counts are whole numbers, 0 or more. Cells that are not shown are unknown to them, kept ones are known
    whatever is suppressed.

    Parameters
    ----------
    statements : Statements
    suppressed : iterable of cells
        Cells taken out of what is published; the rates beside them go too, unless kept.
    sensitive : iterable of cells
    level : float
        Width under which an interval tells too much, in the unit of the counts; above 0.

    Returns
    -------
    DataFrame
        One row per sensitive cell, in the order of the cells: `value`; `lower` and `upper`, the smallest
        and largest count it may have for the outsider (`upper` infinite where nothing bounds it);
        `width`; `method` that gave the last word (`published`: it is not even hidden; `linear`; `integer`
        where whole numbers had to be reckoned with beyond the linear program); `protected`, whether the
        width reaches the level.

    Raises
    ------
    MeasureError
        The level is not above 0.
    UnknownError
        A suppressed or sensitive cell is not a cell.

    Notes
    -----
    Bounds of hidden cells by linear programming: L. H. Cox, « Suppression methodology and statistical
    disclosure control », Journal of the American Statistical Association 75, 1980; the audit of whole
    tables: A. Hundepool et al., *Statistical Disclosure Control*, Wiley, 2012, chapter 4. A bound of a
    linear program that a whole table reaches is exact; otherwise an integer program gives it.

    Examples
    --------
    >>> from oqhs.secrecy import statements
    >>> told = statements(pd.Series({"women": 4, "men": 9, "all": 13}), [{"all": -1, "women": 1, "men": 1}])
    >>> audit(told, ["women"], ["women"], level=5)
           value  lower  upper  width  method  protected
    women      4    4.0    4.0    0.0  linear      False
    >>> audit(told, ["women", "men"], ["women"], level=5)
           value  lower  upper  width  method  protected
    women      4    0.0   13.0   13.0  linear       True
    """
    least = checked_level(level)
    told = arranged(statements)
    rank = np.argsort(told.order)
    out = np.zeros(len(rank), dtype=bool)
    out[rank[statements.positions(suppressed, "suppressed cells")]] = True
    asked = np.unique(statements.positions(sensitive, "sensitive cells"))
    parts, owner, place = components(told, out)
    rows = {}
    for cell in sorted(rank[asked].tolist()):
        if owner[cell] < 0:
            rows[cell] = (float(told.values[cell]), float(told.values[cell]), PUBLISHED)
            continue
        part = parts[owner[cell]]
        (lower, first), (upper, last) = (part.bound(place[cell], sign) for sign in (1, -1))
        rows[cell] = (lower, upper, INTEGER if first or last else LINEAR)
    found = pd.DataFrame(
        [rows[cell] for cell in rank[asked].tolist()],
        columns=["lower", "upper", "method"],
        index=statements.values.index[asked],
    ).astype({"lower": "float64", "upper": "float64", "method": "str"})
    found["value"] = statements.values.iloc[asked]
    found["width"] = found["upper"] - found["lower"]
    found["protected"] = found["width"] >= least - NOISE
    return found[AUDIT_COLUMNS]


def checked_level(level: float) -> float:
    """Give the level back when it can be one."""
    if not (np.isfinite(level) and level > 0):
        raise MeasureError(
            "the protection level is not above 0",
            column="level",
            found=level,
            allowed="a width of people above 0",
            todo="take the threshold of the source, for one",
        )
    return float(level)

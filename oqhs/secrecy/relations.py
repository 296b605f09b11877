"""The sums that bind counts: totals and parts, and what anybody works out by subtraction."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence

import numpy as np
import pandas as pd

from oqhs.errors import MeasureError, Problem, UnknownError

#: Coefficient of each cell; their sum over the true counts is 0.
Relation = Mapping[Hashable, float]
_SHOWN = 6


def cross_table(
    counts: pd.Series, hierarchies: Mapping[Hashable, Mapping[Hashable, Sequence[Hashable]]]
) -> list[Relation]:
    """Relations of a table with its margins: on each level, a total is the sum of its parts.

    Parameters
    ----------
    counts : Series
        Only its index is read: the cells, on named levels.
    hierarchies : mapping
        For each level that has totals, the parts of each total. A total may be a part of another one:
        quartiers → commune → all quartiers. The other levels are held fixed, margins included.

    Returns
    -------
    list of mappings
        For `statements`. A total that is not a cell beside given labels of the other levels binds nothing
        there, and neither does one none of whose parts is a cell.

    Raises
    ------
    MeasureError
        A hierarchy names no level, a total or its parts are labels of no cell, a total is part of itself,
        or only some of its parts are cells.

    Examples
    --------
    >>> cells = pd.MultiIndex.from_product([["A", "B", "all"], ["F", "M", "T"]], names=["qpv", "sex"])
    >>> bound = cross_table(pd.Series(0, cells), {"qpv": {"all": ["A", "B"]}, "sex": {"T": ["F", "M"]}})
    >>> len(bound), bound[0]
    (6, {('all', 'F'): -1.0, ('A', 'F'): 1.0, ('B', 'F'): 1.0})
    """
    places = pd.Series(np.arange(len(counts)), index=counts.index)
    cells = list(counts.index)
    found: list[Relation] = []
    for level, totals in hierarchies.items():
        if level not in counts.index.names:
            raise MeasureError(
                "a hierarchy names no level",
                column=str(level),
                found=level,
                allowed=str(list(counts.index.names)),
            )
        wide = places.unstack(level) if counts.index.nlevels > 1 else places.to_frame().T
        for total, parts in totals.items():
            block = _block(wide, level, total, list(parts))
            found += [
                {cells[row[0]]: -1.0} | dict.fromkeys([cells[place] for place in row[1:]], 1.0)
                for row in block.tolist()
            ]
    return found


def _block(wide: pd.DataFrame, level: Hashable, total: Hashable, parts: list[Hashable]) -> np.ndarray:
    """Positions of a total, then of its parts: one row per set of labels of the other levels."""
    labels = [total, *parts]
    unknown = [label for label in labels if label not in wide.columns]
    if unknown or not parts or len(set(labels)) < len(labels):
        raise MeasureError(
            f"the parts of {total!r} are not labels of cells, each one once, other than itself",
            column=str(level),
            found=unknown or parts,
            allowed="labels of the level",
            todo="declare every part, even one that nobody publishes",
        )
    block = wide[labels]
    asked = block[total].notna() & block[parts].notna().any(axis=1)
    block = block[asked]
    lost = block.isna().any(axis=1)
    if lost.any():
        row = block[lost].iloc[0]
        raise MeasureError(
            f"{total!r} is there without all its parts",
            column=str(level),
            found=f"beside {block.index[lost][0]!r}, no cell for {list(row.index[row.isna()][:_SHOWN])}",
            allowed="all the parts, or none",
            todo="add the cells that nobody publishes, not shown",
        )
    return np.asarray(block, dtype=np.int64)


def remainders(
    values: pd.Series, named: Mapping[Hashable, tuple[Hashable, Sequence[Hashable]]]
) -> tuple[pd.Series, list[Relation]]:
    """Cells that anybody can work out by subtraction: rings of nested territories, complements, hors QPV.

    Parameters
    ----------
    values : Series
        True counts of the cells.
    named : mapping
        For each new cell, a whole and the parts taken off it, that do not overlap.

    Returns
    -------
    values : Series
        True counts of the new cells, to add to the others: not shown, unless somebody publishes them.
    relations : list of mappings
        Each whole is its parts and what remains.

    Raises
    ------
    UnknownError
        A whole or a part is not a cell.
    MeasureError
        The parts hold more than the whole, or a new cell is already there.

    Examples
    --------
    >>> ring, bound = remainders(pd.Series({"QP999001": 30, "QN99901M": 33}),
    ...     {"ring": ("QN99901M", ["QP999001"])})
    >>> ring.to_dict(), bound
    ({'ring': 3}, [{'QN99901M': -1.0, 'ring': 1.0, 'QP999001': 1.0}])
    """
    known = dict(zip(values.index, values.tolist(), strict=True))
    problems, counts = [], []
    relations: list[Relation] = []
    for cell, (whole, parts) in named.items():
        unknown = [key for key in (whole, *parts) if key not in known]
        if unknown:
            raise UnknownError(
                f"what remains in {cell!r} is of unknown cells", found=unknown, allowed="cells of the values"
            )
        count = known[whole] - sum(known[part] for part in parts)
        if count < 0 or cell in known:
            problems.append(
                Problem(
                    f"{cell!r} cannot be what remains of {whole!r}",
                    found=f"{known[whole]} less {[known[part] for part in parts]}",
                    allowed="parts inside the whole, of the same date, and a name of no other cell",
                )
            )
        counts.append(count)
        relations.append({whole: -1.0, cell: 1.0} | dict.fromkeys(parts, 1.0))
    if problems:
        raise MeasureError.gather(problems)
    return pd.Series(counts, index=_index_of(list(named), values.index), dtype="int64"), relations


def _index_of(cells: list[Hashable], like: pd.Index) -> pd.Index:
    if like.nlevels > 1:
        return pd.MultiIndex.from_tuples(cells, names=like.names)
    return pd.Index(cells, name=like.name, tupleize_cols=False)

"""Everything that is told together about counts: cells, the sums that bind them, printed rates."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from oqhs.errors import MeasureError, Problem, UnknownError
from oqhs.secrecy.relations import Relation

if TYPE_CHECKING:
    from scipy.sparse import csr_array

RATE_COLUMNS = ["numerator", "denominator", "percent", "decimals", "kept"]
_NOISE = 1e-6
_SHOWN = 6


@dataclass(frozen=True, eq=False)
class Statements:
    """Everything told together about counts; `statements` makes one and checks it.

    Attributes
    ----------
    values : Series of int64
        True counts (persons, households…), one per cell; the index is unique.
    shown : Series of bool
        The cell is published, unless it is suppressed. A ring or a complement that nobody publishes is
        a cell too: not shown.
    kept : Series of bool
        Already out (an earlier release, the figures of somebody else): it cannot be suppressed any more.
    weights : Series of float64
        What losing a cell costs; above 0.
    relations : csr_array
        One row per relation, one column per cell: coefficients whose sum over the true counts is 0.
    rates : DataFrame
        One row per printed rate: `numerator` and `denominator` (cells), `percent` (as printed),
        `decimals` (printed, rounded half up), `kept` (already out). A rate that is not kept goes with its
        numerator and with its denominator: beside one of them, it would give the other back.
    """

    values: pd.Series
    shown: pd.Series
    kept: pd.Series
    weights: pd.Series
    relations: csr_array
    rates: pd.DataFrame

    def positions(self, cells: Iterable[Hashable], what: str) -> np.ndarray:
        """Give the position of each of these cells; `what` names them in the error."""
        return _positions(self.values.index, cells, what)


def statements(
    values: pd.Series,
    relations: Iterable[Relation] = (),
    rates: pd.DataFrame | None = None,
    *,
    shown: pd.Series | None = None,
    kept: pd.Series | None = None,
    weights: pd.Series | None = None,
) -> Statements:
    """Gather what is told together about counts, and check that it holds together.

    Parameters
    ----------
    values : Series
        True counts, whole and not negative, without missing value, on a unique index (labels, or tuples
        of a MultiIndex). A cell that nobody publishes but that can be worked out belongs here too.
    relations : iterable of mappings
        Each one gives the coefficient of each of its cells; the sum over the true counts is 0:
        ``{"all": -1, "women": 1, "men": 1}``. `cross_table` and `remainders` make them.
    rates : DataFrame, optional
        `numerator`, `denominator` (cells), `percent` (as printed), `decimals`, `kept` (bool).
    shown, kept, weights : Series, optional
        On the cells of the values, in any order; by default every cell is shown, none is kept, and each
        costs 1.

    Returns
    -------
    Statements
        In the order of the values.

    Raises
    ------
    MeasureError
        A count is missing, negative or not whole, a cell stands twice, a relation or a rate does not hold
        over the true counts, a Series does not say something of every cell.
    UnknownError
        A relation or a rate names something that is not a cell.

    Examples
    --------
    >>> told = statements(pd.Series({"women": 4, "men": 9, "all": 13}), [{"all": -1, "women": 1, "men": 1}])
    >>> told.relations.toarray().tolist()
    [[1.0, 1.0, -1.0]]
    >>> statements(pd.Series({"women": 4, "men": 9, "all": 12}), [{"all": -1, "women": 1, "men": 1}])
    Traceback (most recent call last):
    ...
    oqhs.errors.MeasureError: column 'relations': a relation does not hold over the true counts
      found: 'all 12 × -1, women 4 × 1, men 9 × 1: sum 1'
      allowed: a sum of 0
      to do: correct the counts, or the cells of the relation
    """
    counts = _counts(values)
    index = counts.index
    flags = {"shown": (shown, True), "kept": (kept, False)}
    seen, out = (_flags(name, given, index, default) for name, (given, default) in flags.items())
    hidden = index[out & ~seen]
    if len(hidden):
        raise MeasureError(
            "cells are kept and not shown", column="kept", found=list(hidden[:_SHOWN]), allowed="shown cells"
        )
    return Statements(
        counts, seen, out, _costs(weights, index), _relations(counts, list(relations)), _rates(counts, rates)
    )


def _positions(index: pd.Index, cells: Iterable[Hashable], what: str) -> np.ndarray:
    places = {cell: place for place, cell in enumerate(index)}
    asked = list(cells)
    unknown = [cell for cell in asked if cell not in places]
    if unknown:
        raise UnknownError(
            f"{len(unknown)} of the {what} are not cells",
            column=what,
            found=unknown[:_SHOWN],
            allowed="cells of the values",
            todo="add the missing cells to the values, shown or not, or correct the keys",
        )
    return np.array([places[cell] for cell in asked], dtype=np.int64)


def _counts(values: pd.Series) -> pd.Series:
    if not values.index.is_unique:
        twice = values.index[values.index.duplicated()].unique()
        raise MeasureError(
            "cells stand twice", column="values", found=list(twice[:_SHOWN]), allowed="one count per cell"
        )
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(dtype="float64", na_value=np.nan)
    good = np.isfinite(numbers) & (numbers >= 0) & (numbers == np.floor(numbers))
    if not good.all():
        raise MeasureError.gather(
            Problem(
                f"the count of {values.index[place]!r} cannot be protected",
                column="values",
                found=str(values.iloc[place]),
                allowed="a whole number, 0 or more",
                todo="leave the cell out, with its relations, when nobody knows it",
            )
            for place in np.flatnonzero(~good)
        )
    return pd.Series(numbers.astype(np.int64), index=values.index, name=values.name)


def _aligned(name: str, given: pd.Series, index: pd.Index) -> pd.Series:
    extra, lost = given.index.difference(index), index.difference(given.index)
    if len(extra) or len(lost) or not given.index.is_unique or given.isna().any():
        missing = list(given.index[given.isna()])
        raise MeasureError(
            f"{name} must say one thing of every cell",
            column=name,
            found=f"{len(lost)} cells without, {len(extra)} unknown, {len(missing)} missing: "
            f"{[*lost, *extra, *missing][:_SHOWN]}",
            allowed="one value per cell of the values",
        )
    return given.reindex(index)


def _flags(name: str, given: pd.Series | None, index: pd.Index, default: bool) -> pd.Series:
    if given is None:
        return pd.Series(default, index=index, dtype=bool, name=name)
    aligned = _aligned(name, given, index)
    if not aligned.isin([True, False]).all():
        raise MeasureError(
            f"{name} is not true or false",
            column=name,
            found=list(aligned[~aligned.isin([True, False])].unique()[:_SHOWN]),
            allowed="True, False",
        )
    return aligned.astype(bool).rename(name)


def _costs(given: pd.Series | None, index: pd.Index) -> pd.Series:
    if given is None:
        return pd.Series(1.0, index=index, name="weights")
    costs = _aligned("weights", given, index).astype("float64").rename("weights")
    wrong = costs[~(np.isfinite(costs) & (costs > 0))]
    if len(wrong):
        raise MeasureError(
            "losing a cell must cost something",
            column="weights",
            found=wrong.head(_SHOWN).to_dict(),
            allowed="numbers above 0; a cell that cannot be lost is kept",
        )
    return costs


def _relations(counts: pd.Series, relations: Sequence[Relation]) -> csr_array:
    from scipy.sparse import csr_array

    lengths = [len(relation) for relation in relations]
    rows = np.repeat(np.arange(len(relations)), lengths)
    columns = _positions(counts.index, chain.from_iterable(relations), "relations")
    coefficients = np.fromiter(chain.from_iterable(r.values() for r in relations), "float64", sum(lengths))
    if not np.isfinite(coefficients).all():
        raise MeasureError(
            "a coefficient of a relation is not a number",
            column="relations",
            found=relations[rows[~np.isfinite(coefficients)][0]],
            allowed="finite numbers",
        )
    found = csr_array((coefficients, (rows, columns)), shape=(len(relations), len(counts)))
    sums = found @ counts.to_numpy()
    wrong = np.flatnonzero(np.abs(sums) > _NOISE)
    if len(wrong):
        raise MeasureError.gather(
            Problem(
                "a relation does not hold over the true counts",
                column="relations",
                found=_sum_words(counts, relations[row], sums[row]),
                allowed="a sum of 0",
                todo="correct the counts, or the cells of the relation",
            )
            for row in wrong.tolist()
        )
    return found


def _sum_words(values: pd.Series, relation: Relation, total: float) -> str:
    terms = [
        f"{cell if isinstance(cell, str) else repr(cell)} {values[cell]} × {by:g}"
        for cell, by in list(relation.items())[:_SHOWN]
    ]
    more = [f"… {len(relation) - _SHOWN} more"] if len(relation) > _SHOWN else []
    return f"{', '.join(terms + more)}: sum {total:g}"


def _rates(counts: pd.Series, rates: pd.DataFrame | None) -> pd.DataFrame:
    if rates is None or rates.empty:
        return pd.DataFrame(columns=RATE_COLUMNS)
    lost = [column for column in RATE_COLUMNS if column not in rates.columns]
    if lost or rates[RATE_COLUMNS].isna().any(axis=None):
        raise MeasureError(
            "the table of rates is not complete",
            column="rates",
            found=f"columns missing: {lost}" if lost else "missing values",
            allowed=", ".join(RATE_COLUMNS),
            todo="leave out a rate that is not printed",
        )
    kept = rates[RATE_COLUMNS].reset_index(drop=True).astype({"percent": "float64", "kept": bool})
    numerators, denominators = (
        counts.to_numpy()[_positions(counts.index, kept[side], f"rates, {side}s")]
        for side in ("numerator", "denominator")
    )
    problems = [
        Problem(
            f"the rate of {row.numerator!r} in {row.denominator!r} {why}",
            column="rates",
            found=f"{row.percent:g} % with {row.decimals} decimals, for {numerator} of {denominator}",
            allowed=allowed,
        )
        for row, numerator, denominator in zip(
            kept.itertuples(), numerators.tolist(), denominators.tolist(), strict=True
        )
        for why, allowed in _rate_faults(row, numerator, denominator)
    ]
    if problems:
        raise MeasureError.gather(problems)
    return kept.astype({"decimals": "int64"})


def _rate_faults(row: Any, numerator: int, denominator: int) -> list[tuple[str, str]]:
    if row.decimals not in range(10):
        return [("has no number of decimals", "0 to 9 decimals")]
    if row.numerator == row.denominator:
        return [("is the rate of a cell in itself", "two cells")]
    if denominator == 0:
        return [("is a part of nobody", "a denominator above 0")]
    scaled = row.percent * 10.0**row.decimals
    if not math.isfinite(scaled) or abs(scaled - round(scaled)) > _NOISE:
        return [("has more decimals than are printed", "the percentage as it is printed")]
    part, printed = 200 * 10 ** int(row.decimals) * numerator, 2 * round(scaled)
    if not (printed - 1) * denominator <= part < (printed + 1) * denominator:
        return [("is not that of the true counts", "the percentage rounded half up, as `round_half_up` does")]
    return []

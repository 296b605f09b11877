"""What else to take out, so that nobody works a sensitive cell out from the rest."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from oqhs.errors import MeasureError, Problem
from oqhs.secrecy.audit import checked_level
from oqhs.secrecy.outsider import INFEASIBLE, NOISE, Arranged, Component, Rows, arranged, components, solve
from oqhs.secrecy.statements import Statements
from oqhs.secrecy.witnesses import Witnesses

# Cost of moving a cell that is out already, beside the cheapest of all: tables stay near the true one.
_SLIGHT = 1e-3
_GAP = 0.05
_BATCH = 16


def protect(statements: Statements, sensitive: Iterable[Hashable], level: float) -> pd.Index:
    """Choose the cells to suppress so that no sensitive one can be worked out.

    What an outsider knows is that of `audit`: each sensitive cell is left an interval of whole counts at
    least `level` wide. A rate that is not kept goes with its numerator and its denominator; for a cell that
    is not shown, being suppressed means only that.

    Parameters
    ----------
    statements : Statements
    sensitive : iterable of cells
        As `sensitive_cells` finds them.
    level : float
        Width under which an interval tells too much, in the unit of the counts; above 0.

    Returns
    -------
    Index
        Sensitive cells and those suppressed with them, in the order of the cells. None of the latter can
        be given back alone; together they are cheap, not proved the cheapest.

    Raises
    ------
    MeasureError
        A sensitive cell is kept, or nothing that can still be suppressed protects it; the level is not
        above 0.
    UnknownError
        A sensitive cell is not a cell.

    Notes
    -----
    For one sensitive cell after another, a linear program finds the two tables that fit all that is kept,
    differ by the level in that cell, and move the cheapest cells: J. P. Kelly, B. L. Golden and
    A. A. Assad, « Cell suppression: disclosure protection for sensitive tabular data », Networks 22,
    1992, after L. H. Cox, « Suppression methodology and statistical disclosure control », Journal of the
    American Statistical Association 75, 1980; sliding protection: M. Fischetti and J. J. Salazar,
    « Solving the cell suppression problem on tabular data with linear constraints », Management Science
    47, 2001. Where the tables are not of whole numbers, an integer program takes over. Then each further
    suppression, the dearest first, is given back if the audit allows it.

    Examples
    --------
    >>> from oqhs.secrecy import cross_table, statements
    >>> cells = pd.MultiIndex.from_product([["A", "B", "all"], ["F", "M", "T"]], names=["qpv", "sex"])
    >>> counts = pd.Series([3, 20, 23, 30, 40, 70, 33, 60, 93], index=cells)
    >>> sums = cross_table(counts, {"qpv": {"all": ["A", "B"]}, "sex": {"T": ["F", "M"]}})
    >>> dear = pd.Series([1, 1, 3, 1, 1, 3, 3, 3, 9], index=cells)
    >>> list(protect(statements(counts, sums, weights=dear), [("A", "F")], level=11))
    [('A', 'F'), ('A', 'M'), ('B', 'F'), ('B', 'M')]
    """
    need = int(np.ceil(checked_level(level) - NOISE))
    asked = np.unique(statements.positions(sensitive, "sensitive cells"))
    values = statements.values
    kept = asked[statements.kept.to_numpy()[asked]]
    if len(kept):
        raise MeasureError.gather(
            Problem(
                f"the sensitive cell {values.index[place]!r} is kept",
                found=int(values.iloc[place]),
                allowed="a cell that can still be suppressed",
                todo="withdraw the release that tells it",
            )
            for place in kept
        )
    gone, problems = [asked], []
    for told in arranged(statements).apart():
        witnesses = Witnesses(told.values, np.flatnonzero(np.isin(told.order, asked)), need)
        if not len(witnesses.asked):
            continue
        out, failed = _with_patterns(told, witnesses)
        problems += [_failure(values, told.order[cell], found, need) for cell, found in failed.items()]
        if not failed:
            gone.append(told.order[_given_back(told, out, witnesses)])
    if problems:
        raise MeasureError.gather(problems)
    return values.index[np.unique(np.concatenate(gone))]


def _failure(values: pd.Series, place: int, found: tuple[float, float], need: int) -> Problem:
    return Problem(
        f"the sensitive cell {values.index[place]!r} cannot be protected",
        found=f"{found[0]:g} to {found[1]:g} for {values.iloc[place]}, when all that can go is gone",
        allowed=f"an interval {need} wide",
        todo="keep fewer cells and rates, merge quartiers, or lower the level",
    )


def _with_patterns(told: Arranged, witnesses: Witnesses) -> tuple[np.ndarray, dict[int, tuple[float, float]]]:
    """Suppress what lets each sensitive cell move, the smallest first; give the bounds of others."""
    out = np.zeros(len(told.values), dtype=bool)
    out[witnesses.asked] = True
    costly = told.costly()
    parts, owner, place = components(told, ~told.kept)
    patterns = [_Pattern(part, witnesses.need) for part in parts]
    failed = {}
    smallest = witnesses.asked[np.argsort(told.values[witnesses.asked], kind="stable")]
    for number, cell in enumerate(smallest.tolist()):
        if number % _BATCH == 0:
            witnesses.look(told, out)
        if cell not in witnesses.unproved():
            continue
        part, at = parts[owner[cell]], place[cell]
        weights = told.weights[part.cells]
        costs = np.where((costly & ~out)[part.cells], weights, _SLIGHT * weights.min())
        tables = patterns[owner[cell]].find(at, costs)
        if tables is None:
            failed[cell] = part.bound(at, 1)[0], part.bound(at, -1)[0]
            continue
        witnesses.add(part.cells, tables)
        moved = (tables != part.truth).any(axis=0)
        out[part.cells[moved & costly[part.cells]]] = True
    return out, failed


@dataclass(eq=False)
class _Pattern:
    """Two tables that fit what is kept and differ by enough in one cell, at the least cost.

    The variables are what each cell gains, then loses, in one table, then in the other.
    """

    part: Component
    need: int

    def find(self, place: int, costs: np.ndarray) -> np.ndarray | None:
        """Two whole tables, one row each; None when there are none."""
        from scipy.sparse import csr_array

        part, n = self.part, len(costs)
        apart = csr_array(
            (np.array([1.0, -1.0, -1.0, 1.0]), (np.zeros(4, dtype=int), place + n * np.arange(4))),
            shape=(1, 4 * n),
        )
        rows = [*self._rows(), (apart, self.need, np.inf)]
        free, down = np.full(n, np.inf), (part.truth - part.least).astype(float)
        most = np.concatenate([free, down, free, down])
        for whole in (False, True):
            status, found = solve(np.tile(costs, 4), rows, (0.0, most), whole=whole, gap=_GAP)
            if status == INFEASIBLE:
                return None
            gains = found.reshape(2, 2, n)
            tables = [part.whole(part.truth + gain - loss) for gain, loss in gains]
            if all(table is not None for table in tables):
                counts = np.stack([table for table in tables if table is not None])
                if abs(int(counts[0, place] - counts[1, place])) >= self.need:
                    return counts
        return None

    def _rows(self) -> list[Rows]:
        from scipy.sparse import block_diag, hstack

        part = self.part
        equal, less = (hstack([rows, -rows]) for rows in (part.equal, part.less))
        slack = part.less_than - part.less @ part.truth
        return [
            (block_diag([equal, equal], format="csr"), 0.0, 0.0),
            (block_diag([less, less], format="csr"), -np.inf, np.tile(slack, 2)),
        ]


def _given_back(told: Arranged, out: np.ndarray, witnesses: Witnesses) -> np.ndarray:
    """Give back, the dearest first, each further suppression that protects nothing the rest does not."""
    further = np.setdiff1d(np.flatnonzero(out), witnesses.asked)
    further = further[np.argsort(-told.weights[further], kind="stable")]
    for start in range(0, len(further), _BATCH):
        out = _without(told, out, further[start : start + _BATCH], witnesses)
    return out


def _without(told: Arranged, out: np.ndarray, further: np.ndarray, witnesses: Witnesses) -> np.ndarray:
    """Give back these suppressions in turn, where it does no harm.

    Each is tried on the cells nearest to it, which refuse most; those that pass are tried together on every
    cell, and in two halves when one of them does harm.
    """
    fewer = out.copy()
    for cell in further:
        fewer[cell] = False
        fewer[cell] = not witnesses.protected(told, fewer, out & ~fewer, near=cell)
    back = out & ~fewer
    if not back.any():
        return out
    if witnesses.protected(told, fewer, back):
        witnesses.forget(told, fewer, back)
        return fewer
    if len(further) == 1:
        return out
    first, last = np.array_split(further, 2)
    return _without(told, _without(told, out, first, witnesses), last, witnesses)

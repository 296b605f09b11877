"""What somebody who reads everything published can work out of the cells that are hidden.

Cells and relations are put in an order of their own, that of their labels: what is found does not depend on
the order in which they were given.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from oqhs.errors import MeasureError
from oqhs.secrecy.statements import Statements

if TYPE_CHECKING:
    from scipy.sparse import csr_array

#: Constraints: coefficients, then the least and the most each row may come to.
Rows = tuple[Any, np.ndarray | float, np.ndarray | float]
NOISE = 1e-6
SOLVED, INFEASIBLE, UNBOUNDED = 0, 2, 3
_SHAKES = 6
_MANY = 4


@dataclass(frozen=True, eq=False)
class Arranged:
    """Statements in the order of the labels, as arrays: see `arranged`.

    Attributes
    ----------
    order : ndarray of int
        Where each cell is in the statements.
    values, shown, kept, weights : ndarray
    relations : csr_array
        Each relation once, its sum being 0.
    rate_cells : ndarray of int
        Numerator and denominator of each rate.
    rate_rows : csr_array
        Two rows per rate, in whole numbers: at most `rate_most` when the counts would print that rate.
    rate_kept : ndarray of bool
    """

    order: np.ndarray
    values: np.ndarray
    shown: np.ndarray
    kept: np.ndarray
    weights: np.ndarray
    relations: csr_array
    rate_cells: np.ndarray
    rate_rows: csr_array
    rate_kept: np.ndarray

    @property
    def rate_most(self) -> np.ndarray:
        """What the rows of the rates come to at most: ties are printed upwards, the upper side is under 0."""
        return np.tile([-1.0, 0.0], len(self.rate_kept))

    def printed(self, suppressed: np.ndarray) -> np.ndarray:
        """Tell which rates are still printed once cells are suppressed."""
        return np.asarray(self.rate_kept | ~suppressed[self.rate_cells].any(axis=1))

    def costly(self) -> np.ndarray:
        """Tell which cells cost something to suppress: those shown, and those a rate goes with."""
        found = self.shown.copy()
        found[self.rate_cells[~self.rate_kept].ravel()] = True
        return np.asarray(found & ~self.kept)

    def apart(self) -> list[Arranged]:
        """Split what no relation and no rate binds together, but through cells that are kept."""
        bound = replace(self, rate_kept=np.ones_like(self.rate_kept))
        return [self._around(part.cells) for part in components(bound, ~self.kept)[0]]

    def _around(self, cells: np.ndarray) -> Arranged:
        """Keep these cells, what binds them, and the cells it binds them to."""
        from scipy.sparse import csr_array

        rows = np.flatnonzero(abs(self.relations)[:, cells].sum(axis=1) > 0)
        rated = np.isin(self.rate_cells, cells).any(axis=1)
        beside = (self.relations[rows].indices, self.rate_cells[rated].ravel())
        near = np.unique(np.concatenate([cells, *beside]))
        return Arranged(
            self.order[near],
            self.values[near],
            self.shown[near],
            self.kept[near],
            self.weights[near],
            csr_array(self.relations[rows][:, near]),
            np.searchsorted(near, self.rate_cells[rated]),
            csr_array(self.rate_rows[np.repeat(rated, 2)][:, near]),
            self.rate_kept[rated],
        )


def arranged(statements: Statements) -> Arranged:
    """Put statements in the order of their labels, whatever the order they came in."""
    index = statements.values.index
    names = [repr(cell) for cell in index]
    order = np.array(sorted(range(len(names)), key=names.__getitem__), dtype=np.int64)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    rates = statements.rates
    sides = [statements.positions(rates[side], "rates") for side in ("numerator", "denominator")]
    cells = np.column_stack([rank[side] for side in sides])
    decimals = rates["decimals"].to_numpy(dtype=np.int64)
    scale = 10**decimals
    printed = np.rint(rates["percent"].to_numpy(dtype="float64") * scale).astype(np.int64)
    kept = rates["kept"].to_numpy(dtype=bool)
    by = np.lexsort((kept, printed, decimals, cells[:, 1], cells[:, 0]))
    values, shown, out, weights = (
        series.to_numpy()[order]
        for series in (statements.values, statements.shown, statements.kept, statements.weights)
    )
    return Arranged(
        order,
        values,
        shown,
        out,
        weights,
        _sorted_rows(statements.relations, order),
        cells[by],
        _rate_rows(cells[by], scale[by], printed[by], len(order)),
        kept[by],
    )


def _sorted_rows(relations: csr_array, order: np.ndarray) -> csr_array:
    """Take the columns in this order, then each row once, sorted, its first coefficient above 0."""
    from scipy.sparse import csr_array

    moved = csr_array(relations[:, order]) if len(order) else relations
    moved.eliminate_zeros()
    moved.sort_indices()
    ends = moved.indptr
    rows = set()
    for start, end in pairwise(ends.tolist()):
        by = moved.data[start:end]
        if end > start:
            rows.add((tuple(moved.indices[start:end].tolist()), tuple((by * np.sign(by[0])).tolist())))
    kept = sorted(rows)
    lengths = [len(columns) for columns, _ in kept]
    columns = np.array([column for row, _ in kept for column in row], dtype=np.int64)
    data = np.array([by for _, row in kept for by in row], dtype=np.float64)
    return csr_array((data, columns, np.cumsum([0, *lengths])), shape=(len(kept), len(order)))


def _rate_rows(cells: np.ndarray, scale: np.ndarray, printed: np.ndarray, width: int) -> csr_array:
    """100 n/d rounded half up to p, of k decimals: 200·10^k·n against (2·10^k·p ± 1)·d, upper side first."""
    from scipy.sparse import csr_array

    n = len(cells)
    part = 200.0 * scale
    data = np.column_stack([part, -(2.0 * printed + 1), -part, 2.0 * printed - 1])
    columns = np.column_stack([cells, cells])
    rows = np.repeat(np.arange(2 * n), 2)
    return csr_array((data.ravel(), (rows, columns.ravel())), shape=(2 * n, width))


@dataclass(eq=False)
class Component:
    """Hidden cells bound to one another, and what is known of them.

    Attributes
    ----------
    cells : ndarray of int
        The hidden cells.
    truth, least : ndarray of int
        Their true counts, and the smallest ones: 1 in the denominator of a printed rate, else 0.
    equal, less : csr_array
        One row per relation and per side of a printed rate: its product with the counts is `equal_to`, or
        at most `less_than`.
    lowest, highest : ndarray of int
        Of each cell, over the whole tables found so far; the true one is the first.
    ceilings : ndarray of float
        What each cell cannot pass, by one relation alone.
    tables : list of ndarray of int
        The whole tables found so far, the true one left out.
    """

    cells: np.ndarray
    truth: np.ndarray
    least: np.ndarray
    equal: csr_array
    equal_to: np.ndarray
    less: csr_array
    less_than: np.ndarray
    lowest: np.ndarray = field(init=False)
    highest: np.ndarray = field(init=False)
    ceilings: np.ndarray = field(init=False)
    tables: list[np.ndarray] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.lowest, self.highest = self.truth.copy(), self.truth.copy()
        self.ceilings = self._ceilings()

    def _ceilings(self) -> np.ndarray:
        """Find what a cell cannot pass, by one relation whose coefficients are all above 0, or all under."""
        known = self.equal.tocoo()
        (rows, columns), by = known.coords, known.data
        mixed = np.zeros(self.equal.shape[0], dtype=bool)
        mixed[np.intersect1d(rows[by > 0], rows[by < 0])] = True
        found = np.full(len(self.cells), np.inf)
        one = ~mixed[rows]
        np.minimum.at(found, columns[one], np.abs(self.equal_to[rows[one]] / by[one]))
        return found

    def whole(self, table: np.ndarray) -> np.ndarray | None:
        """Give the whole numbers of a table, when they fit everything that is known."""
        counts = np.rint(table)
        fits = (
            (np.abs(counts - table) < NOISE * np.maximum(1, np.abs(table))).all()
            and (counts >= self.least).all()
            and (np.abs(self.equal @ counts - self.equal_to) < NOISE).all()
            and (self.less @ counts <= self.less_than + NOISE).all()
        )
        if not fits:
            return None
        found = np.asarray(counts, dtype=np.int64)
        self.lowest, self.highest = np.minimum(self.lowest, found), np.maximum(self.highest, found)
        self.tables.append(found)
        return found

    def bound(self, place: int, sign: int, most: float = np.inf) -> tuple[float, bool]:
        """Give the smallest (sign 1) or largest (sign −1) whole count a cell may have.

        Parameters
        ----------
        place : int
        sign : int
        most : float
            Look no further than this count.

        Returns
        -------
        bound : float
            Infinite where nothing bounds it.
        integer : bool
            Whether whole numbers had to be reckoned with, beyond the linear program.
        """
        seen = self.lowest if sign == 1 else self.highest
        if sign == 1 and seen[place] == self.least[place]:
            return float(seen[place]), False
        aim, limits = np.zeros(len(self.cells)), np.full(len(self.cells), np.inf)
        aim[place], limits[place] = sign, most
        for integer in (False, True):
            status, table = self._extreme(aim, limits, whole=integer)
            if status == UNBOUNDED:
                return -sign * np.inf, integer
            self.whole(table)
            seen = self.lowest if sign == 1 else self.highest
            far = sign * np.ceil(sign * table[place] - NOISE)
            if seen[place] == far:
                return float(far) + 0.0, integer
        return float(seen[place]), True

    def reaches(self, place: int, width: int) -> bool:
        """Whether the whole counts a cell may have lie that far apart."""
        if self.ceilings[place] - self.least[place] < width - NOISE:
            return False
        for sign in (1, -1):
            if self.highest[place] - self.lowest[place] < width:
                self.bound(place, sign, most=self.lowest[place] + width)
        return bool(self.highest[place] - self.lowest[place] >= width)

    def shake(self, places: np.ndarray, width: int) -> None:
        """Look for whole tables that move many of these cells at once, while some do not move enough."""
        draw = np.random.default_rng(0)
        for _ in range(_SHAKES):
            still = places[(self.highest - self.lowest)[places] < width]
            if len(still) < _MANY:
                return
            aim = np.zeros(len(self.cells))
            aim[still] = draw.choice([-1.0, 1.0], len(still))
            for sign in (1, -1):
                _, table = self._extreme(sign * aim, self.truth + 2.0 * width, whole=False)
                self.whole(table)

    def _extreme(self, aim: np.ndarray, most: np.ndarray, *, whole: bool) -> tuple[int, np.ndarray]:
        known: list[Rows] = [(self.equal, self.equal_to, self.equal_to), (self.less, -np.inf, self.less_than)]
        status, table = solve(aim, known, (self.least, most), whole=whole)
        if status == INFEASIBLE:
            raise MeasureError("the solver finds no table, where the true one is", found=len(self.cells))
        return status, table


def components(told: Arranged, suppressed: np.ndarray) -> tuple[list[Component], np.ndarray, np.ndarray]:
    """Split the hidden cells into those bound to one another by what is published.

    Parameters
    ----------
    told : Arranged
    suppressed : ndarray of bool
        A cell that is kept is published all the same; a cell that is not shown is hidden all the same.

    Returns
    -------
    components : list of Component
    owner, place : ndarray of int
        Component of each cell and where it is in it; −1 for a published cell.
    """
    from scipy.sparse import csr_array, vstack
    from scipy.sparse.csgraph import connected_components

    hidden = (suppressed | ~told.shown) & ~told.kept
    printed = told.printed(suppressed)
    cells = np.flatnonzero(hidden)
    sides_printed = np.repeat(printed, 2)
    rates = csr_array(told.rate_rows[sides_printed])
    equal, less = csr_array(told.relations[:, cells]), csr_array(rates[:, cells])
    equal_to = equal @ told.values[cells]
    less_than = told.rate_most[sides_printed] - rates @ np.where(hidden, 0, told.values)
    least = np.zeros(len(told.values), dtype=np.int64)
    least[told.rate_cells[printed, 1]] = 1
    incidence = vstack([equal, less], format="csr")
    _, labels = connected_components(_graph(incidence), directed=False)
    of_cell, of_row = labels[incidence.shape[0] :], labels[: incidence.shape[0]]
    owner, place = np.full((2, len(hidden)), -1, dtype=np.int64)
    found = []
    for number, label in enumerate(np.unique(of_cell)):
        inside = np.flatnonzero(of_cell == label)
        sums, sides = (np.flatnonzero(part == label) for part in np.split(of_row, [equal.shape[0]]))
        owner[cells[inside]], place[cells[inside]] = number, np.arange(len(inside))
        found.append(
            Component(
                cells[inside],
                told.values[cells[inside]],
                least[cells[inside]],
                csr_array(equal[sums][:, inside]),
                equal_to[sums],
                csr_array(less[sides][:, inside]),
                less_than[sides],
            )
        )
    return found, owner, place


def _graph(incidence: csr_array) -> csr_array:
    """Rows then columns of a matrix as nodes, tied where a coefficient stands."""
    from scipy.sparse import csr_array

    rows, columns = incidence.nonzero()
    n = sum(incidence.shape)
    return csr_array((np.ones(len(rows)), (rows, columns + incidence.shape[0])), shape=(n, n))


def solve(
    aim: np.ndarray,
    rows: list[Rows],
    between: tuple[np.ndarray | float, np.ndarray | float],
    *,
    whole: bool,
    gap: float = 0.0,
) -> tuple[int, np.ndarray]:
    """Minimise: `SOLVED` and where, or `INFEASIBLE`, or `UNBOUNDED`.

    There is no presolve: with it, HiGHS gave integer programs of this kind a minimum that was not one.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp

    found = milp(
        aim,
        integrality=np.full(len(aim), int(whole)),
        bounds=Bounds(*between),
        constraints=[LinearConstraint(*row) for row in rows if row[0].shape[0]],
        options={"presolve": False, "mip_rel_gap": gap},
    )
    if found.status not in {SOLVED, INFEASIBLE, UNBOUNDED}:
        raise MeasureError(
            "the solver gave up", found=found.message, todo="protect smaller tables apart, margins kept"
        )
    return found.status, np.asarray(found.x if found.status == SOLVED else aim, dtype=np.float64)

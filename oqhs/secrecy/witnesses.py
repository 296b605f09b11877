"""Whole tables that prove, two by two, that a cell is protected."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from oqhs.secrecy.outsider import NOISE, Arranged, Component, components

_NEAREST = 2


@dataclass(eq=False)
class Witnesses:
    """Tables that fit what is published: two that differ by enough in a cell prove it protected.

    Attributes
    ----------
    truth : ndarray of int
        True counts, the first of the tables.
    asked : ndarray of int
        Sensitive cells.
    need : int
        Width of the interval each of them must have.
    tables : ndarray of int
        One row per table.
    """

    truth: np.ndarray
    asked: np.ndarray
    need: int
    tables: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.tables = self.truth[None, :].copy()

    def add(self, cells: np.ndarray, counts: np.ndarray) -> None:
        """Keep tables, one per row, that differ from the true one in these cells only."""
        more = np.repeat(self.truth[None, :], len(counts), axis=0)
        more[:, cells] = counts
        self.tables = np.concatenate([self.tables, more])

    def unproved(self) -> np.ndarray:
        """Sensitive cells that no two tables prove protected."""
        return self.asked[self._spans(self.tables) < self.need]

    def look(self, told: Arranged, out: np.ndarray) -> None:
        """Look for tables that prove many cells at once, with what is suppressed."""
        parts, owner, place = components(told, out)
        _shake(parts, owner, place, self.unproved(), self.need)
        self._add_found(parts)

    def protected(self, told: Arranged, out: np.ndarray, back: np.ndarray, near: int | None = None) -> bool:
        """Whether sensitive cells are protected once suppressions are given back.

        Parameters
        ----------
        told : Arranged
        out : ndarray of bool
            What is left suppressed.
        back : ndarray of bool
            What is given back: the tables fit what was suppressed before.
        near : int, optional
            Try only the cells that need it most, beside this one; by default, all of them.
        """
        spans = self._spans(self.tables[self._fitting(told, out, back)])
        doubtful = np.flatnonzero(spans < self.need)
        if not len(doubtful):
            return True
        tied = abs(told.relations)
        beside = tied[:, np.flatnonzero(back) if near is None else [near]].sum(axis=1) > 0
        far = (tied[beside].sum(axis=0) == 0)[self.asked]
        tried = self.asked[doubtful[np.lexsort((spans[doubtful], far[doubtful]))]]
        parts, owner, place = components(told, out)
        kept = all(parts[owner[cell]].reaches(place[cell], self.need) for cell in tried[:_NEAREST])
        if kept and near is None:
            _shake(parts, owner, place, tried, self.need)
            kept = all(parts[owner[cell]].reaches(place[cell], self.need) for cell in tried[_NEAREST:])
        self._add_found(parts)
        return kept

    def forget(self, told: Arranged, out: np.ndarray, back: np.ndarray) -> None:
        """Drop the tables that do not fit any more."""
        self.tables = self.tables[self._fitting(told, out, back)]

    def _spans(self, tables: np.ndarray) -> np.ndarray:
        return np.asarray(np.ptp(tables[:, self.asked], axis=0))

    def _add_found(self, parts: list[Component]) -> None:
        for part in parts:
            if part.tables:
                self.add(part.cells, np.stack(part.tables))

    def _fitting(self, told: Arranged, out: np.ndarray, back: np.ndarray) -> np.ndarray:
        """Which tables still fit once cells are published again, and the rates beside them."""
        shown = back & told.shown
        fits = (self.tables[:, shown] == self.truth[shown]).all(axis=1)
        beside = told.printed(out) & back[told.rate_cells].any(axis=1)
        sides = np.repeat(beside, 2)
        most = told.rate_most[sides, None] + NOISE
        fits &= ((told.rate_rows[sides] @ self.tables.T) <= most).all(axis=0)
        fits &= (self.tables[:, told.rate_cells[beside, 1]] > 0).all(axis=1)
        return np.asarray(fits)


def _shake(
    parts: list[Component], owner: np.ndarray, place: np.ndarray, cells: np.ndarray, width: int
) -> None:
    for number in np.unique(owner[cells]):
        parts[number].shake(place[cells[owner[cells] == number]], width)

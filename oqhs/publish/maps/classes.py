"""Classes of values for a map: bounds as they are printed, and each value in the class that says it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from oqhs.errors import MeasureError
from oqhs.text import format_gap, format_value, round_half_up

#: Classes of a map.
CLASSES = 5


@dataclass(frozen=True)
class Classes:
    """Classes of values.

    `bounds` are the ends of the classes, finite and growing: one more than there are classes, or none without
    a value; the last one stands twice when the last class holds a single value. Each class holds its lower
    end, the last one both. `words` says how they were cut.
    """

    bounds: tuple[float, ...]
    words: str
    unit: str
    decimals: int
    signed: bool = False

    def __len__(self) -> int:
        return max(len(self.bounds) - 1, 0)

    @property
    def labels(self) -> list[str]:
        """Classes in French: « de 12,0 % à moins de 15,3 % »; a single value where they hold one printed."""
        last, step = len(self) - 1, 10**-self.decimals
        told = []
        for rank, (low, high) in enumerate(pairwise(self.bounds)):
            only = low == high if rank == last else high - low < 1.5 * step
            end = f" à {'' if rank == last else 'moins de '}{self._told(high)}"
            told.append(self._told(low) if only else f"de {self._told(low)}{end}")
        return told

    def _told(self, bound: float) -> str:
        return (format_gap if self.signed else format_value)(bound, self.unit, self.decimals)

    def of(self, values: pd.Series) -> pd.Series:
        """Give the class of each value, from 0; missing where the value is, same index.

        A value is taken as it is printed, so that map, legend and table agree.

        Raises
        ------
        MeasureError
            A value lies outside all of them.
        """
        shown = pd.Series(round_half_up(values, self.decimals), values.index)
        known = shown.notna()
        outside = known & ~shown.between(self.bounds[0], self.bounds[-1]) if len(self) else known
        if outside.any():
            raise MeasureError(
                "a value lies outside the classes",
                found=float(shown[outside].iloc[0]),
                allowed=f"{self.bounds[0]:g} to {self.bounds[-1]:g}" if len(self) else "no value",
                todo="give bounds that hold every value",
            )
        place = np.searchsorted(np.array(self.bounds[1:-1]), shown.to_numpy(), side="right")
        return pd.Series(place, values.index, dtype="Int64").where(known, pd.NA)


def classes_of(
    values: pd.Series,
    unit: str,
    decimals: int,
    *,
    count: int = CLASSES,
    bounds: Sequence[float] | None = None,
    signed: bool = False,
) -> Classes:
    """Cut values into classes: of about one size, or at bounds that are given.

    Parameters
    ----------
    values : Series of float
        Missing ones are in no class.
    unit, decimals
        Those of the indicator: bounds are rounded as values are printed.
    count : int
        Classes wanted; there are fewer when fewer values differ, and equal values are never parted.
    bounds : sequence of float, optional
        Fixed ends of the classes, growing; a class may then hold no value.
    signed : bool
        Whether the values are gaps.

    Raises
    ------
    MeasureError
        A value is infinite, or the bounds are not finite and growing, or the count is under 1.

    Examples
    --------
    >>> from oqhs.text import NO_BREAK_SPACE
    >>> found = classes_of(pd.Series([10.0, 20.0, 30.0, 40.0, None]), "percent", 0, count=2)
    >>> [label.replace(NO_BREAK_SPACE, " ") for label in found.labels]
    ['de 10 % à moins de 30 %', 'de 30 % à 40 %']
    """
    numbers = values.dropna().to_numpy(dtype="float64")
    if count < 1 or not np.isfinite(numbers).all():
        raise MeasureError(
            "classes are cut out of finite values",
            found=f"count {count}" if count < 1 else "an infinite value",
            allowed="numbers, missing ones left out, and one class or more",
        )
    if bounds is not None:
        return Classes(_fixed(bounds), "bornes fixées", unit, decimals, signed)
    return _quantiles(np.sort(round_half_up(numbers, decimals)), unit, decimals, count, signed=signed)


def _quantiles(shown: np.ndarray, unit: str, decimals: int, count: int, *, signed: bool) -> Classes:
    """Cut sorted values into classes of about one size."""
    if not len(shown):
        return Classes((), "aucune valeur", unit, decimals, signed)
    if shown[0] == shown[-1]:
        return Classes((float(shown[0]),) * 2, "une seule valeur", unit, decimals, signed)
    # A cut is a value that is there, the first of its class; equal values at either end are one class.
    places = np.ceil(np.arange(1, count) * len(shown) / count).astype("int64")
    second = shown[shown > shown[0]][0]
    cuts = np.maximum(shown[np.minimum(places, len(shown) - 1)], second)
    ends = (float(shown[0]), *sorted({float(cut) for cut in cuts}), float(shown[-1]))
    return Classes(ends, "classes d'effectifs voisins (quantiles)", unit, decimals, signed)


def _fixed(bounds: Sequence[float]) -> tuple[float, ...]:
    ends = tuple(float(bound) for bound in bounds)
    if len(ends) < 2 or not np.isfinite(ends).all() or any(low >= high for low, high in pairwise(ends)):  # noqa: PLR2004
        raise MeasureError(
            "bounds of classes are finite and growing",
            found=", ".join(f"{end:g}" for end in ends) or "none",
            allowed="two numbers or more, each above the one before",
        )
    return ends


def around_zero(values: pd.Series, unit: str, decimals: int) -> Classes:
    """Cut gaps into seven classes: no gap as printed, and three on either side, as far on both.

    Examples
    --------
    >>> around_zero(pd.Series([-4.0, 9.0]), "percent", 1).bounds
    (-9.0, -6.0, -3.0, 0.0, 0.1, 3.0, 6.0, 9.0)
    """
    largest = float(np.max(np.abs(round_half_up(values.dropna(), decimals)), initial=0.0))
    step = float(np.ceil(largest / 3 * 10**decimals - 1e-9) / 10**decimals)
    if step <= 0:
        return classes_of(values, unit, decimals, signed=True)
    least = 10**-decimals  # no gap is printed that is smaller
    step = max(step, 2 * least)
    ends = [round(end, decimals) for end in (-3 * step, -2 * step, -step, 0, least, step, 2 * step, 3 * step)]
    return Classes(_fixed(ends), "bornes symétriques autour de zéro", unit, decimals, signed=True)

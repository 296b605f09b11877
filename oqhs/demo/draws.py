"""Draws that are the same everywhere, and sharing out to the last unit.

Each draw is seeded by the name of the thing it is about. Only `random()` is used, the one method whose
draws Python promises to keep from a version to the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random


def seeded(name: str) -> Random:
    """Give the generator of a thing: what is drawn for one moves nothing of another."""
    return Random(name)  # noqa: S311  nothing here is a secret


def between(rng: Random, low: float, high: float) -> float:
    """Draw a number between two others."""
    return low + (high - low) * rng.random()


def deal(total: int, weights: Sequence[float]) -> list[int]:
    """Share a whole number out by weights, to the last unit: largest remainders, then the first ones.

    Examples
    --------
    >>> deal(10, [1, 1, 1])
    [4, 3, 3]
    """
    whole = sum(weights)
    if whole <= 0:
        weights, whole = [1.0] * len(weights), float(len(weights))
    quotas = [total * weight / whole for weight in weights]
    dealt = [int(quota) for quota in quotas]
    # Remainders are compared to nine decimals, so that no machine ranks them otherwise.
    order = sorted(range(len(quotas)), key=lambda i: (-round(quotas[i] - dealt[i], 9), i))
    for i in order[: total - sum(dealt)]:
        dealt[i] += 1
    return dealt

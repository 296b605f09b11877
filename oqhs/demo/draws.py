"""Draws that are the same everywhere: each is seeded by the name of the thing it is about.

Only `random()` is used, the one method whose draws Python promises to keep from a version to the next.
"""

from __future__ import annotations

from random import Random


def seeded(name: str) -> Random:
    """Give the generator of a thing: what is drawn for one moves nothing of another."""
    return Random(name)  # noqa: S311  nothing here is a secret


def between(rng: Random, low: float, high: float) -> float:
    """Draw a number between two others."""
    return low + (high - low) * rng.random()

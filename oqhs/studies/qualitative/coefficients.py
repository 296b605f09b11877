"""Coefficients of agreement on nominal data, from how many coders chose each category of each unit.

References: J. Cohen, « A coefficient of agreement for nominal scales », 1960; K. Krippendorff, « Computing
Krippendorff's Alpha-Reliability », 2011; J. L. Fleiss, B. Levin, M. C. Paik, Statistical Methods for Rates
and Proportions, chapter 18.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from oqhs.extras import extra

_BLOCK = 20_000_000  # cells of the weights drawn at once


def percent_agreement(counts: np.ndarray) -> np.ndarray:
    """Share of the pairs of coders of a unit that chose the same category, in percent.

    Parameters
    ----------
    counts : ndarray of int, shape (units, codes, categories)
        Coders by category; two at least by unit.

    Returns
    -------
    ndarray of float64, shape (codes,)

    Examples
    --------
    >>> percent_agreement(np.array([[[2, 0]], [[1, 1]]])).tolist()
    [50.0]
    """
    coders = counts.sum(axis=2)
    alike = (counts * (counts - 1)).sum(axis=(0, 2))
    return np.asarray(100 * alike / (coders * (coders - 1)).sum(axis=0))


def cohen_kappa(agreeing: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Give Cohen's κ of two coders who said of every unit whether a code is there.

    Parameters
    ----------
    agreeing : ndarray of float
        Share of the units, 0 to 1, of which both say the same.
    first, second : ndarray of float
        Share of the units where each says that the code is there.

    Returns
    -------
    ndarray of float64
        NaN where both always chose one category, the same.

    Examples
    --------
    Two readers of 50 applications: 20 accepted by both, 15 by none, 5 by the first, 10 by the second.

    >>> float(cohen_kappa(np.array(35 / 50), np.array(25 / 50), np.array(30 / 50)).round(12))
    0.4
    """
    chance = first * second + (1 - first) * (1 - second)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(chance < 1, (agreeing - chance) / (1 - chance), np.nan)


def krippendorff_alpha(counts: np.ndarray) -> float:
    """Krippendorff's α of nominal data, any number of coders, some of them missing.

    Parameters
    ----------
    counts : ndarray of int, shape (units, categories)
        Coders by category; two categories are used.

    Raises
    ------
    MissingExtraError
        The library that computes it is not installed.
    """
    library = extra("krippendorff", "Krippendorff's alpha is computed", "studies")
    return float(library.alpha(value_counts=counts, level_of_measurement="nominal"))


def drawn_alphas(counts: np.ndarray, draws: int, seed: int) -> np.ndarray:
    """Krippendorff's α of samples of the units, drawn with replacement.

    Parameters
    ----------
    counts : ndarray of int, shape (units, codes, categories)
        Coders by category.
    draws : int
        Number of samples, the same units for every code.
    seed : int
        Of the random numbers.

    Returns
    -------
    ndarray of float64, shape (draws, codes)
        NaN where a sample has one category only.
    """
    if counts.size == 0:
        return np.full((draws, counts.shape[1]), np.nan)
    return np.concatenate([alphas_of(counts, weights) for weights in _weights(len(counts), draws, seed)])


def alphas_of(counts: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Krippendorff's α where each unit stands a number of times.

    Parameters
    ----------
    counts : ndarray of int, shape (units, codes, categories)
        Coders by category; a unit of one coder is left out, as α does.
    weights : ndarray of int, shape (samples, units)
        How often a unit stands in a sample.

    Returns
    -------
    ndarray of float64, shape (samples, codes)
        NaN where a sample has one category only.

    Examples
    --------
    >>> counts = np.array([[[2, 0]], [[0, 2]], [[1, 1]]])
    >>> alphas_of(counts, np.array([[1, 1, 0], [1, 0, 0]])).tolist()
    [[1.0], [nan]]
    """
    coders = counts.sum(axis=2)
    paired = np.where((coders > 1)[:, :, None], counts, 0).astype("float64")
    apart = (coders**2 - (counts**2).sum(axis=2)) / np.maximum(coders - 1, 1)
    times = weights.astype("float64")
    chosen = np.tensordot(times, paired, axes=(1, 0))
    total = chosen.sum(axis=2)
    by_chance = total**2 - (chosen**2).sum(axis=2)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(by_chance > 0, 1 - (total - 1) * (times @ apart) / by_chance, np.nan)


def _weights(units: int, draws: int, seed: int) -> Iterator[np.ndarray]:
    """Draw how often each unit stands in each sample, some samples at once."""
    generator = np.random.default_rng(seed)
    at_once = max(_BLOCK // units, 1)
    for done in range(0, draws, at_once):
        yield generator.multinomial(units, np.full(units, 1 / units), size=min(at_once, draws - done))

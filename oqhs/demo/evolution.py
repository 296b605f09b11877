"""From 2020 back to 2015: the same people, a few more or a few less, a little otherwise.

The two censuses are five years apart: nearer ones share survey years and are not compared. Incomes go
back from 2021 to 2017.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from random import Random

from oqhs.demo.draws import between, seeded
from oqhs.demo.incomes import Group
from oqhs.demo.people import COUNTS, POPULATION, People, fiscal_persons

#: Largest drift of a share, either way.
_LARGEST_DRIFT = 0.025
#: How far shares wander from the trend, in quartiers and outside: small places move more than whole towns.
_NOISE = {True: 0.015, False: 0.006}
#: What shares were in 2015 more than in 2020: people were younger, more were out of work, fewer had diplomas.
_TRENDS = {
    "P20_POP0017": 0.004,
    "P20_POP60P": -0.010,
    "C20_FAMMONO": -0.012,
    "C20_NE24F3P": 0.004,
    "P20_CHOM1564": 0.010,
    "P20_CHOM1524": 0.012,
    "C20_ACTOCC1564_CS3": -0.010,
    "P20_SAL15P_PREC": 0.006,
    "P20_NSCOL15P_DIPLMIN": 0.012,
}
#: Euros of 2017 for one of 2021, which the poverty line follows.
EUROS_OF_2017 = 0.93


def earlier(place: People, name: str, *, inside: bool) -> People:
    """Make the people of a place five years earlier, from those counted in 2020.

    Parameters
    ----------
    place : People
        People counted in 2020, with the incomes of 2021.
    name : str
        Name of the place, which seeds the draws.
    inside : bool
        Whether the place is of a quartier.
    """
    counts = _earlier_counts(place.counts, seeded(f"2015 {name}"), _NOISE[inside])
    growth = fiscal_persons(counts) / place.persons
    rng = seeded(f"2017 {name}")
    return People(counts, tuple(earlier_group(group, growth, rng) for group in place.groups))


def earlier_group(group: Group, growth: float, rng: Random) -> Group:
    """Make the incomes of a group four years earlier: in other euros, composed a little otherwise."""
    ratio = EUROS_OF_2017 * math.exp(between(rng, -0.008, 0.008))
    money = {name: growth * ratio * amount for name, amount in group.money.items()}
    mass = sum(money.values())
    found = {name: amount * between(rng, 0.97, 1.03) for name, amount in money.items() if name != "PTSA"}
    found["PTSA"] = mass - sum(found.values())
    return Group(growth * group.persons, ratio * group.median, group.spread, found)


def _earlier_counts(counts: Mapping[str, int], rng: Random, noise: float) -> dict[str, int]:
    found = {POPULATION: round(counts[POPULATION] * between(rng, 0.94, 1.05))}
    for count in COUNTS[1:]:
        base = found[count.of]
        if count.less is not None:
            found[count.column] = base - found[count.less]
            continue
        drift = _TRENDS.get(count.column, 0.0) + noise * between(rng, -1, 1)
        drift = min(max(drift, -_LARGEST_DRIFT), _LARGEST_DRIFT)
        share = counts[count.column] / max(counts[count.of], 1) + drift
        found[count.column] = round(base * min(max(share, 0.01), 0.99))
    return found

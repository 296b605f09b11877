"""From 2020 back to 2017: the same people, a few more or a few less, a little otherwise."""

from __future__ import annotations

import math
from collections.abc import Mapping
from random import Random

from oqhs.demo.draws import between
from oqhs.demo.incomes import Group
from oqhs.demo.people import COUNTS, POPULATION, People, fiscal_persons

#: Largest drift of a share, either way.
_LARGEST_DRIFT = 0.015
_NOISE = 0.006
#: What shares were in 2017 more than in 2020: people were younger, more were out of work, fewer had diplomas.
_TRENDS = {
    "P20_POP0017": 0.003,
    "P20_POP60P": -0.007,
    "C20_FAMMONO": -0.009,
    "C20_NE24F3P": 0.003,
    "P20_CHOM1564": 0.008,
    "P20_CHOM1524": 0.009,
    "C20_ACTOCC1564_CS3": -0.008,
    "P20_SAL15P_PREC": 0.004,
    "P20_NSCOL15P_DIPLMIN": 0.009,
}
#: Euros of 2017 for one of 2021, which the poverty line follows.
EUROS_OF_2017 = 0.93


def earlier(place: People, rng: Random) -> People:
    """Make the people of a place three years earlier, from those counted in 2020."""
    counts = _earlier_counts(place.counts, rng)
    growth = fiscal_persons(counts) / place.persons
    return People(counts, tuple(earlier_group(group, growth, rng) for group in place.groups))


def earlier_group(group: Group, growth: float, rng: Random) -> Group:
    """Make the incomes of a group four years earlier: in other euros, composed a little otherwise."""
    ratio = EUROS_OF_2017 * math.exp(between(rng, -0.008, 0.008))
    money = {name: growth * ratio * amount for name, amount in group.money.items()}
    mass = sum(money.values())
    found = {name: amount * between(rng, 0.97, 1.03) for name, amount in money.items() if name != "PTSA"}
    found["PTSA"] = mass - sum(found.values())
    return Group(growth * group.persons, ratio * group.median, group.spread, found)


def _earlier_counts(counts: Mapping[str, int], rng: Random) -> dict[str, int]:
    found = {POPULATION: round(counts[POPULATION] * between(rng, 0.96, 1.03))}
    for count in COUNTS[1:]:
        base = found[count.of]
        if count.less is not None:
            found[count.column] = base - found[count.less]
            continue
        drift = _TRENDS.get(count.column, 0.0) + _NOISE * between(rng, -1, 1)
        drift = min(max(drift, -_LARGEST_DRIFT), _LARGEST_DRIFT)
        share = counts[count.column] / max(counts[count.of], 1) + drift
        found[count.column] = round(base * min(max(share, 0.01), 0.99))
    return found

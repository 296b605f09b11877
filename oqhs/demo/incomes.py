"""Incomes of invented people: log-normal groups, which add up into communes and a département.

A commune is a mixture of its quartiers and of the rest, so that every published figure (deciles,
poverty, composition of income) of every territory comes from the same people.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random
from statistics import NormalDist
from typing import NamedTuple

from oqhs.demo.draws import between

#: Poverty line of the invented country, € a year.
POVERTY_LINE = 13_890
#: Level above which a household pays tax, € a year per consumption unit.
TAX_LINE = 19_800

_NORMAL = NormalDist()
_UNITS_PER_PERSON = 0.64
_HALVINGS = 60


class Group(NamedTuple):
    """People who share one distribution: their number, its median (€), its spread, their money (€)."""

    persons: float
    median: float
    spread: float
    money: dict[str, float]

    def part(self, share: float) -> Group:
        """Give the group made of a share of these people."""
        money = {name: share * amount for name, amount in self.money.items()}
        return Group(share * self.persons, self.median, self.spread, money)


def quartier_group(rng: Random, persons: float, poverty: float) -> Group:
    """Make the people of a quartier from their poverty rate (0 to 1)."""
    spread = between(rng, 0.37, 0.43)
    median = POVERTY_LINE * math.exp(-spread * _NORMAL.inv_cdf(poverty))
    benefits = 0.55 * poverty - 0.037 + between(rng, -0.006, 0.006)
    shares = {
        "PCHO": between(rng, 0.041, 0.053),
        "PBEN": between(rng, 0.017, 0.029),
        "PPEN": between(rng, 0.13, 0.21),
        "PPAT": between(rng, 0.016, 0.028),
        "PPFAM": 0.33 * benefits,
        "PPMINI": 0.43 * benefits,
        "PPLOGT": 0.24 * benefits,
        "PIMPOT": 0.25 * poverty - 0.20,
    }
    return _group(persons, median, spread, shares)


def outside_group(rng: Random, persons: float, median: float) -> Group:
    """Make the people of a commune who live outside the quartiers, from their median (€ a year)."""
    spread = between(rng, 0.52, 0.58)
    poverty = _NORMAL.cdf(math.log(POVERTY_LINE / median) / spread)
    benefits = 0.30 * poverty - 0.002 + between(rng, -0.002, 0.002)
    shares = {
        "PCHO": between(rng, 0.029, 0.035),
        "PBEN": 0.035 + (median - 26_500) / 400_000,
        "PPEN": between(rng, 0.18, 0.24),
        "PPAT": median / 222_000 - 0.04,
        "PPFAM": 0.36 * benefits,
        "PPMINI": 0.42 * benefits,
        "PPLOGT": 0.22 * benefits,
        "PIMPOT": 0.01 - median / 118_000,
    }
    return _group(persons, median, spread, shares)


def _group(persons: float, median: float, spread: float, shares: dict[str, float]) -> Group:
    """Give the money of a group; wages are what is left of its disposable income."""
    mass = persons * _UNITS_PER_PERSON * median * math.exp(spread**2 / 2)
    whole = shares | {"PTSA": 1 - sum(shares.values())}
    return Group(persons, median, spread, {name: share * mass for name, share in whole.items()})


def merged(groups: Sequence[Group]) -> Group:
    """Give one group near several that are much alike; that one when there is one."""
    if len(groups) == 1:
        return groups[0]
    persons = sum(group.persons for group in groups)
    median = math.exp(sum(g.persons * math.log(g.median) for g in groups) / persons)
    spread = sum(group.persons * group.spread for group in groups) / persons
    money = {name: sum(group.money[name] for group in groups) for name in groups[0].money}
    return Group(persons, median, spread, money)


def mean(group: Group) -> float:
    """Mean income (€ a year) of one log-normal group."""
    return group.median * math.exp(group.spread**2 / 2)


def share_under(groups: Sequence[Group], euros: float) -> float:
    """Share (0 to 1) of the people of several groups who have less than an amount."""
    under = sum(g.persons * _NORMAL.cdf(math.log(euros / g.median) / g.spread) for g in groups)
    return under / sum(g.persons for g in groups)


def quantile(groups: Sequence[Group], probability: float) -> float:
    """Quantile (€ a year) of the people of several groups, by halving."""
    low, high = 1e3, 1e6
    for _ in range(_HALVINGS):
        middle = math.sqrt(low * high)
        if share_under(groups, middle) < probability:
            low = middle
        else:
            high = middle
    return low


def composition(groups: Sequence[Group]) -> dict[str, float]:
    """Parts of disposable income of several groups, in percent, as Insee names them."""
    total = sum(sum(group.money.values()) for group in groups)
    parts = {name: 100 * sum(g.money[name] for g in groups) / total for name in groups[0].money}
    activity = {"PACT": parts["PTSA"] + parts["PCHO"] + parts["PBEN"]}
    return parts | activity | {"PPSOC": parts["PPFAM"] + parts["PPMINI"] + parts["PPLOGT"]}


def gini(group: Group) -> float:
    """Gini index of one log-normal group."""
    return 2 * _NORMAL.cdf(group.spread / math.sqrt(2)) - 1


def s80_s20(group: Group) -> float:
    """Income of the richest fifth over that of the poorest, in one log-normal group."""
    fifth = _NORMAL.inv_cdf(0.8)
    return _NORMAL.cdf(group.spread - fifth) / _NORMAL.cdf(-group.spread - fifth)

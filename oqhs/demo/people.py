"""Invented people: census counts and incomes of quartiers and communes, which add up exactly.

A commune is made of the parts of its quartiers and of the rest: what is counted in a quartier is
counted in its communes. Census counts are weighted, hence not whole: they are held as whole numbers of
hundredths so that sums are exact.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import NamedTuple

from oqhs.demo.draws import between, seeded
from oqhs.demo.incomes import Group, outside_group, quartier_group
from oqhs.demo.places import COMMUNES, NEIGHBOUR, QUARTIERS, Commune, Quartier

POPULATION = "P20_POP"
HOUSEHOLDS = "P20_RP"
#: Persons in fiscal households for one inhabitant, and fiscal households for one main residence.
FISCAL_PERSONS, FISCAL_HOUSEHOLDS = 0.962, 0.965
_MEDIAN_SCALE = (26_500, 8_000)


class Share(NamedTuple):
    """Share of a base: its mean, what deprivation (−1 to 1) adds, and how much it wanders."""

    mean: float
    slope: float
    noise: float


class Count(NamedTuple):
    """A column of the census order: our variable, and its share of the column it is a part of.

    With `less`, the column is what is left of the base once another column is taken out.
    """

    column: str
    variable: str
    of: str = POPULATION
    inside: Share = Share(1, 0, 0)
    outside: Share = Share(1, 0, 0)
    less: str | None = None


class People(NamedTuple):
    """People of a place: census counts (hundredths) by column, and groups of incomes."""

    counts: Mapping[str, int]
    groups: tuple[Group, ...]

    @property
    def persons(self) -> float:
        """Persons in fiscal households."""
        return sum(group.persons for group in self.groups)


# fmt: off
COUNTS = (
    Count(POPULATION, "population"),
    Count("P20_POP0017", "pop_0_17", POPULATION, Share(.280, .030, .015), Share(.222, .015, .012)),
    Count("P20_POP60P", "pop_60_plus", POPULATION, Share(.170, -.025, .020), Share(.210, -.015, .020)),
    Count(HOUSEHOLDS, "menages", POPULATION, Share(.385, -.015, .020), Share(.440, -.020, .020)),
    Count("P20_RP_LOCHLMV", "menages_locataires_hlm", HOUSEHOLDS,
          Share(.700, .140, .080), Share(.175, .090, .050)),
    Count("C20_FAMENF", "familles_avec_enfants", HOUSEHOLDS,
          Share(.430, .030, .020), Share(.330, .010, .020)),
    Count("C20_FAMMONO", "familles_mono", "C20_FAMENF", Share(.420, .050, .030), Share(.285, .040, .020)),
    Count("C20_NE24F1P", "familles_enfants_moins_25", "C20_FAMENF",
          Share(.930, .010, .010), Share(.910, .000, .010)),
    Count("C20_NE24F3P", "familles_3_enfants_plus", "C20_NE24F1P",
          Share(.300, .050, .030), Share(.165, .020, .015)),
    Count("P20_ACT1564", "actifs_15_64", POPULATION, Share(.445, -.020, .015), Share(.495, .000, .012)),
    Count("P20_CHOM1564", "chomeurs_15_64", "P20_ACT1564", Share(.195, .045, .015), Share(.105, .030, .008)),
    Count("C20_ACTOCC1564", "actifs_occupes_15_64", "P20_ACT1564", less="P20_CHOM1564"),
    Count("C20_ACTOCC1564_CS3", "actifs_occupes_15_64_cadres", "C20_ACTOCC1564",
          Share(.085, -.040, .020), Share(.300, -.120, .030)),
    Count("P20_ACT1524", "actifs_15_24", "P20_ACT1564", Share(.105, .010, .008), Share(.088, .005, .006)),
    Count("P20_CHOM1524", "chomeurs_15_24", "P20_ACT1524", Share(.315, .050, .030), Share(.215, .030, .015)),
    Count("P20_SAL15P", "salaries_15_plus", "C20_ACTOCC1564",
          Share(.915, .005, .010), Share(.875, .010, .010)),
    Count("P20_SAL15P_PREC", "salaries_15_plus_precaires", "P20_SAL15P",
          Share(.180, .020, .015), Share(.126, .010, .008)),
    Count("P20_NSCOL15P", "non_scolarises_15_plus", POPULATION,
          Share(.630, -.020, .010), Share(.675, .000, .010)),
    Count("P20_NSCOL15P_DIPLMIN", "non_scolarises_15_plus_sans_diplome_cep", "P20_NSCOL15P",
          Share(.340, .050, .025), Share(.165, .050, .020)),
)
# fmt: on


def quartiers() -> dict[str, People]:
    """Make the people of every quartier, by code."""
    return {quartier.code: _quartier(quartier) for quartier in QUARTIERS}


def parts(people: Mapping[str, People]) -> dict[tuple[str, str], People]:
    """Share the people of quartiers between their communes, by code of quartier and of commune."""
    found = {}
    for quartier in QUARTIERS:
        whole = people[quartier.code]
        if len(quartier.communes) == 1:
            found[quartier.code, quartier.communes[0]] = whole
            continue
        first, second = quartier.communes
        share = between(seeded(f"part {quartier.code}"), 0.35, 0.65)
        counts = {name: round(share * count) for name, count in whole.counts.items()}
        rest = {name: count - counts[name] for name, count in whole.counts.items()}
        groups = tuple(group.part(share) for group in whole.groups)
        others = tuple(group.part(1 - share) for group in whole.groups)
        found[quartier.code, first] = People(counts, groups)
        found[quartier.code, second] = People(rest, others)
    return found


def outside(commune: Commune) -> People:
    """Make the people of a commune who live outside the quartiers."""
    rng = seeded(commune.code)
    counts = _counts(rng, commune.outside, deprivation_of(commune), "outside")
    return People(counts, (outside_group(rng, fiscal_persons(counts), commune.median),))


def communes(shared: Mapping[tuple[str, str], People]) -> dict[str, People]:
    """Make the people of every commune, by code: those of its parts of quartiers and the others."""
    return {
        commune.code: together(
            [outside(commune), *(people for (_, code), people in shared.items() if code == commune.code)]
        )
        for commune in COMMUNES
    }


def neighbour() -> People:
    """Make the people of the neighbouring département, known only as a whole."""
    return outside(Commune(NEIGHBOUR, "", "", (0, 0), 1_104_000, 25_200))


def together(places: Sequence[People]) -> People:
    """Put the people of several places together."""
    counts = {name: sum(place.counts[name] for place in places) for name in places[0].counts}
    return People(counts, tuple(group for place in places for group in place.groups))


def _quartier(quartier: Quartier) -> People:
    rng = seeded(quartier.code)
    deprivation = between(rng, -1, 1)
    counts = _counts(rng, quartier.population, deprivation, "inside")
    poverty = 0.368 + 0.105 * deprivation + between(rng, -0.012, 0.012)
    return People(counts, (quartier_group(rng, fiscal_persons(counts), poverty),))


def deprivation_of(commune: Commune) -> float:
    """How deprived the people outside the quartiers are, about −1 to 1, from their median."""
    usual, scale = _MEDIAN_SCALE
    return (usual - commune.median) / scale


def fiscal_persons(counts: Mapping[str, int]) -> float:
    """Persons in fiscal households among the people of a place."""
    return FISCAL_PERSONS * counts[POPULATION] / 100


def left_out(code: str, population: int) -> People:
    """Make the people of a quartier of 2015 that was left out in 2024: less deprived than others."""
    rng = seeded(code)
    counts = _counts(rng, population, -0.7, "inside")
    return People(counts, (quartier_group(rng, fiscal_persons(counts), between(rng, 0.24, 0.28)),))


def _counts(rng: Random, population: int, deprivation: float, side: str) -> dict[str, int]:
    """Count people column by column, each a share of the one it is a part of."""
    counts = {POPULATION: round(100 * population * between(rng, 0.97, 1.03))}
    for count in COUNTS[1:]:
        base = counts[count.of]
        if count.less is not None:
            counts[count.column] = base - counts[count.less]
            continue
        share: Share = getattr(count, side)
        drawn = share.mean + share.slope * deprivation + share.noise * between(rng, -1, 1)
        counts[count.column] = round(base * min(max(drawn, 0.01), 0.99))
    return counts

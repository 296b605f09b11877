"""What the census counts more finely than the order does: ages, dwellings, families, jobs, diplomas.

Every coarse count is shared out to the last hundredth, so that what is published by IRIS adds up to what
was ordered by commune.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import NamedTuple

from oqhs.demo.draws import between, deal, seeded
from oqhs.demo.people import HOUSEHOLDS, POPULATION

_WANDER = 0.08


class Split(NamedTuple):
    """How a count is shared out: the names of its parts, their weights in quartiers and outside."""

    of: str
    parts: tuple[str, ...]
    inside: tuple[float, ...]
    outside: tuple[float, ...]


# Ages are cut wherever one of the bands of Insee is: each band is then a sum of parts.
_MINORS = ("A00_02", "A03_05", "A06_10", "A11_14", "A15_17")
_ADULTS = ("A18_19", "A20_24", "A25_29", "A30_39", "A40_44", "A45_54", "A55_59")
_ELDERS = ("A60_64", "A65_74", "A75_79", "A80P")
AGES = (*_MINORS, *_ADULTS, *_ELDERS)

# fmt: off
_SPLITS = (
    Split("P20_POP0017", _MINORS, (3.0, 3.1, 5.3, 4.3, 3.1), (3.2, 3.1, 5.0, 3.9, 2.8)),
    Split("ADULTS", _ADULTS, (2.7, 6.7, 7.0, 14.2, 6.9, 12.9, 6.0), (2.3, 5.9, 7.4, 15.0, 7.2, 14.0, 6.6)),
    Split("P20_POP60P", _ELDERS, (5.4, 7.5, 2.2, 3.0), (5.2, 8.6, 3.0, 4.6)),
    Split("NOT_HLM", ("OWNERS", "OTHER_TENANTS", "LODGED"), (0.47, 0.48, 0.05), (0.60, 0.37, 0.03)),
    Split("UNDER_3", ("NE24F1", "NE24F2"), (0.53, 0.47), (0.55, 0.45)),
    Split("C20_NE24F3P", ("NE24F3", "NE24F4P"), (0.68, 0.32), (0.79, 0.21)),
    Split("NOT_CS3", ("CS1", "CS2", "CS4", "CS5", "CS6"),
          (0.001, 0.058, 0.211, 0.430, 0.300), (0.001, 0.070, 0.382, 0.362, 0.185)),
    Split("P20_SAL15P_PREC", ("CDD", "INTERIM", "EMPAID", "APPR"),
          (0.60, 0.19, 0.07, 0.14), (0.62, 0.12, 0.05, 0.21)),
    Split("WITH_DIPLOMA", ("BEPC", "CAPBEP", "BAC", "SUP2", "SUP34", "SUP5"),
          (0.11, 0.32, 0.27, 0.12, 0.10, 0.08), (0.06, 0.23, 0.20, 0.15, 0.15, 0.21)),
)
# fmt: on


def details(name: str, counts: Mapping[str, int], *, inside: bool) -> dict[str, int]:
    """Give the fine counts of a place, in hundredths, beside those it has.

    Parameters
    ----------
    name : str
        Name of the place, which seeds the draws: they are the same in every vintage.
    counts : mapping
        Counts of the order, in hundredths.
    inside : bool
        Whether the place is of a quartier.
    """
    rng = seeded(f"details {name}")
    found = dict(counts)
    found["ADULTS"] = counts[POPULATION] - counts["P20_POP0017"] - counts["P20_POP60P"]
    found["NOT_HLM"] = counts[HOUSEHOLDS] - counts["P20_RP_LOCHLMV"]
    found["UNDER_3"] = counts["C20_NE24F1P"] - counts["C20_NE24F3P"]
    found["NOT_CS3"] = counts["C20_ACTOCC1564"] - counts["C20_ACTOCC1564_CS3"]
    found["CDI"] = counts["P20_SAL15P"] - counts["P20_SAL15P_PREC"]
    found["WITH_DIPLOMA"] = counts["P20_NSCOL15P"] - counts["P20_NSCOL15P_DIPLMIN"]
    found["COUPAENF"] = counts["C20_FAMENF"] - counts["C20_FAMMONO"]
    found["ONLY_GROWN_UP"] = counts["C20_FAMENF"] - counts["C20_NE24F1P"]
    for split in _SPLITS:
        weights = split.inside if inside else split.outside
        wandering = [weight * between(rng, 1 - _WANDER, 1 + _WANDER) for weight in weights]
        found |= dict(zip(split.parts, deal(found[split.of], wandering), strict=True))
    found |= _drawn(rng, counts, inside=inside)
    return found | {"WOMEN": counts[POPULATION] - found["MEN"]}


def _drawn(rng: Random, counts: Mapping[str, int], *, inside: bool) -> dict[str, int]:
    """Draw the counts that are a part of none of those of the order."""
    population, households = counts[POPULATION], counts[HOUSEHOLDS]
    couples = between(rng, 0.13, 0.16) if inside else between(rng, 0.20, 0.24)
    return {
        "MEN": round(population * between(rng, 0.475, 0.490)),
        "COUPSENF": round(households * couples),
        "SECOND_HOMES": round(households * between(rng, 0.004, 0.030)),
        "VACANT": round(households * between(rng, 0.040, 0.075)),
    }

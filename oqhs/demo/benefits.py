"""The file of the département on the people it pays the RSA: few enough in places to be told apart.

A commune holds the parts of its quartiers and the people outside them; the département, which knows its own
communes only, holds its communes. Every count is whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from oqhs.demo import people
from oqhs.demo.draws import between, seeded
from oqhs.demo.incomes import share_under
from oqhs.demo.people import POPULATION, People
from oqhs.demo.places import COMMUNES, DEPARTEMENT
from oqhs.demo.rows import lines
from oqhs.demo.vintages import Vintage


class Paid(NamedTuple):
    """People of a place whom the département pays the RSA."""

    women: int
    men: int

    @property
    def cells(self) -> list[str]:
        """The three cells of a row: everybody, women, men."""
        return [str(self.women + self.men), str(self.women), str(self.men)]


#: Quartiers with fewer than 11 women, men or people, with nobody, and with women only; the last year first.
_FEW = {
    "QN99944N": Paid(8, 15),
    "QN99930I": Paid(26, 9),
    "QN99921I": Paid(4, 3),
    "QN99946N": Paid(0, 0),
    "QN99935I": Paid(24, 0),
    "QP999042": Paid(9, 14),
    "QP999031": Paid(21, 10),
}
_HEADER = ("TOTAL", "FEMMES", "HOMMES")
#: Beneficiaries among the people of a place for one poor person, and women among them.
_FOR_ONE_POOR = (0.15, 0.19)
_WOMEN = (0.50, 0.60)


def by_quartier(vintage: Vintage) -> str:
    """Write beneficiaries by quartier."""
    parts = _parts(vintage)
    rows = [
        [code, *_together([paid for key, paid in parts.items() if key[0] == code]).cells]
        for code in vintage.quartiers
    ]
    return lines([["CODE_QP", *_HEADER], *rows])


def by_commune(vintage: Vintage) -> str:
    """Write beneficiaries by commune of the département, then of the département."""
    parts = _parts(vintage)
    inside: dict[str, Paid] = {}
    for commune in COMMUNES:
        if commune.code.startswith(DEPARTEMENT):
            own = [paid for key, paid in parts.items() if key[1] == commune.code]
            others = _paid(f"{commune.code} {vintage.census}", people.outside(commune), vintage)
            inside[commune.code] = _together([*own, others])
    whole = {**inside, DEPARTEMENT: _together(list(inside.values()))}
    return lines([["CODE", *_HEADER], *([code, *paid.cells] for code, paid in whole.items())])


def _parts(vintage: Vintage) -> Mapping[tuple[str, str], Paid]:
    """Give the beneficiaries of each quartier in each of its communes."""
    return {
        (code, commune): _FEW.get(code) or _paid(f"{code} {commune}", place, vintage)
        for (code, commune), place in vintage.parts.items()
    }


def _paid(name: str, place: People, vintage: Vintage) -> Paid:
    rng = seeded(f"rsa {name}")
    poor = place.counts[POPULATION] / 100 * share_under(place.groups, vintage.poverty_line)
    total = round(poor * between(rng, *_FOR_ONE_POOR))
    women = round(total * between(rng, *_WOMEN))
    return Paid(women, total - women)


def _together(places: Sequence[Paid]) -> Paid:
    return Paid(sum(place.women for place in places), sum(place.men for place in places))

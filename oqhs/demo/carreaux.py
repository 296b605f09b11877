"""The file of the cells of 200 m, in the layout of Insee (données carroyées)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from random import Random

from oqhs.demo.draws import between, deal, seeded
from oqhs.demo.grid import Cell, dwellers, half_persons
from oqhs.demo.incomes import POVERTY_LINE, Group, mean, share_under
from oqhs.demo.people import FISCAL_HOUSEHOLDS, HOUSEHOLDS
from oqhs.demo.rows import lines, pointed
from oqhs.demo.vintages import Atom

#: Households under which figures are imputed, and the sides of the cells an imputed one is put in.
_LEAST_HOUSEHOLDS = 11
_LARGER_M = (1_000, 2_000, 4_000, 8_000)
#: Euros of 2019 for one of 2021; share of the households of a cell above which no poverty is told.
_EUROS_OF_2019, _MOST_POOR = 0.965, 0.8
_NO_AGE = 0.004
#: Ages of the cells: the parts of the census each is made of.
_BANDS: Mapping[str, Mapping[str, float]] = {
    "ind_0_3": {"A00_02": 1, "A03_05": 1 / 3},
    "ind_4_5": {"A03_05": 2 / 3},
    "ind_6_10": {"A06_10": 1},
    "ind_11_17": {"A11_14": 1, "A15_17": 1},
    "ind_18_24": {"A18_19": 1, "A20_24": 1},
    "ind_25_39": {"A25_29": 1, "A30_39": 1},
    "ind_40_54": {"A40_44": 1, "A45_54": 1},
    "ind_55_64": {"A55_59": 1, "A60_64": 1},
    "ind_65_79": {"A65_74": 1, "A75_79": 1},
    "ind_80p": {"A80P": 1},
}
_HEADER = (
    "idcar_200m", "idcar_1km", "idcar_nat", "i_est_200", "i_est_1km", "lcog_geo", "ind", "men", "men_pauv",
    "men_1ind", "men_5ind", "men_prop", "men_fmp", "ind_snv", "men_surf", "men_coll", "men_mais", "log_av45",
    "log_45_70", "log_70_90", "log_ap90", "log_inc", "log_soc", *_BANDS, "ind_inc",
)  # fmt: skip
#: Shares of the dwellings in buildings, and by age of the building, in quartiers and outside.
_IN_BUILDINGS = {True: 0.96, False: 0.68}
_BUILT = {True: (0.02, 0.55, 0.28, 0.14, 0.01), False: (0.17, 0.30, 0.25, 0.27, 0.01)}
_SURFACE_M2 = {True: (60, 68), False: (66, 84)}

Dwellers = Sequence[tuple[Atom, int]]


def carreaux() -> str:
    """Write every inhabited cell, sorted: separated by commas, with a decimal point."""
    households = {cell: _households(people) for cell, people in dwellers().items()}
    larger: dict[str, float] = {}
    for cell, number in households.items():
        for side in _LARGER_M:
            larger[cell.code(side)] = larger.get(cell.code(side), 0) + number
    rows = [
        [*_identity(cell, people, households[cell], larger), *_figures(cell, people).values()]
        for cell, people in dwellers().items()
    ]
    return lines([_HEADER, *rows], separator=",")


def _identity(cell: Cell, people: Dwellers, households: float, larger: Mapping[str, float]) -> list[str]:
    imputed = round(households) < _LEAST_HOUSEHOLDS
    enough = [side for side in _LARGER_M if larger[cell.code(side)] >= _LEAST_HOUSEHOLDS]
    natural = cell.code((enough or _LARGER_M[-1:])[0]) if imputed else cell.code()
    kilometre = larger[cell.code(_LARGER_M[0])] < _LEAST_HOUSEHOLDS
    counted: dict[str, int] = {}
    for atom, halves in people:
        counted[atom.plot.commune] = counted.get(atom.plot.commune, 0) + halves
    # A cell on several communes names them all, joined, the most populated first.
    communes = "".join(sorted(counted, key=lambda code: (-counted[code], code)))
    flags = [str(int(imputed)), str(int(kilometre))]
    return [cell.code(), cell.code(_LARGER_M[0]), natural, *flags, communes]


def _figures(cell: Cell, people: Dwellers) -> dict[str, str]:
    rng = seeded(f"cell {cell.code()}")
    halves = sum(number for _, number in people)
    ageless = round(_NO_AGE * halves * between(rng, 0, 2))
    ages = [
        sum(
            _of(atom, number, atom.counts[name]) * part
            for atom, number in people
            for name, part in band.items()
        )
        for band in _BANDS.values()
    ]
    bands = dict(zip(_BANDS, deal(halves - ageless, ages), strict=True)) | {"ind_inc": ageless}
    money = sum(number / 2 * _EUROS_OF_2019 * mean(atom.group) for atom, number in people)
    return {
        "ind": _persons(halves),
        **_dwellings(rng, people, pointed(round(10 * money), 10)),
        **{name: _persons(number) for name, number in bands.items()},
    }


def _dwellings(rng: Random, people: Dwellers, money: str) -> dict[str, str]:
    """Give the figures on households: whole numbers, or tenths where they are imputed."""
    households = _households(people)
    unit = 1 if round(households) >= _LEAST_HOUSEHOLDS else 10
    total = max(round(unit * households), 1)

    def share(name: str) -> float:
        return sum(_of(atom, number, atom.counts[name]) for atom, number in people) / _homes(people)

    quartier = sum(number for atom, number in people if atom.plot.in_quartier)
    inside = 2 * quartier >= sum(number for _, number in people)
    poor = sum(number * _poverty(atom.group) for atom, number in people) / sum(number for _, number in people)
    coll, houses = deal(total, [_IN_BUILDINGS[inside], 1 - _IN_BUILDINGS[inside]])
    wandering = [part * between(rng, 0.5, 1.5) for part in _BUILT[inside]]
    built = dict(zip(_HEADER[17:22], deal(total, wandering), strict=True))
    counts = {
        "men": total,
        "men_pauv": round(total * min(poor, _MOST_POOR)),
        "men_1ind": round(total * between(rng, 0.28, 0.38)),
        "men_5ind": round(total * (between(rng, 0.13, 0.19) if inside else between(rng, 0.05, 0.10))),
        "men_prop": round(total * share("OWNERS")),
        "men_fmp": round(total * share("C20_FAMMONO")),
    }
    surface = {"men_surf": round(total * between(rng, *_SURFACE_M2[inside]))}
    rest = {"men_coll": coll, "men_mais": houses, **built, "log_soc": round(total * share("P20_RP_LOCHLMV"))}
    return {
        **{name: pointed(number, unit) for name, number in counts.items()},
        "ind_snv": money,
        **{name: pointed(number, unit) for name, number in (surface | rest).items()},
    }


def _of(atom: Atom, halves: int, count: int) -> float:
    """Give the part of a count (hundredths) of an atom that is of some of its people."""
    return count * halves / half_persons(atom)


def _homes(people: Dwellers) -> float:
    """Count the main residences of the people of a cell, in hundredths."""
    return sum(_of(atom, halves, atom.counts[HOUSEHOLDS]) for atom, halves in people)


def _households(people: Dwellers) -> float:
    """Count the fiscal households of the people of a cell."""
    return FISCAL_HOUSEHOLDS * _homes(people) / 100


@cache
def _share_poor(persons: float, median: float, spread: float) -> float:
    return share_under([Group(persons, median, spread, {})], POVERTY_LINE)


def _poverty(group: Group) -> float:
    return _share_poor(group.persons, group.median, group.spread)


def _persons(halves: int) -> str:
    return str(halves // 2) if halves % 2 == 0 else f"{halves // 2}.5"

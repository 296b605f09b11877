"""The tables, as text in the layouts of their producers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from oqhs.demo.incomes import POVERTY_LINE, TAX_LINE, Group, composition, gini, quantile, s80_s20, share_under
from oqhs.demo.people import COUNTS, HOUSEHOLDS, POPULATION, People
from oqhs.demo.places import COMMUNES, EPTS

#: Row of all the quartiers of the country.
ENSEMBLE = "Ensemble"
#: Quartiers without published incomes, and how their cells are written: three ways are met.
MASKED_INCOMES = {"QN99944N": "", "QN99930I": "s", "QN99946N": "ns"}
#: Quartiers whose incomes are published with a caution.
CAUTION = ("QN99921I", "QN99939N")
#: The smallest quartier, of which only the ages and the households are given.
MASKED_CENSUS = "QN99944N"
KEPT_CENSUS = (POPULATION, "P20_POP0017", "P20_POP60P", HOUSEHOLDS, "P20_RP_LOCHLMV")
#: Quartiers whose unemployed of 15 to 24 are masked.
MASKED_YOUNG = ("QN99936M", "QN99947N")
#: The intercommunal quartier of which nobody published the parts.
UNKNOWN_PARTS = "QN99916M"

_DECILES = {"D1": 0.1, "D2": 0.2, "D3": 0.3, "D4": 0.4, "D6": 0.6, "D7": 0.7, "D8": 0.8, "D9": 0.9}
_QPV_PARTS = ("PACT", "PCHO", "PPEN", "PPAT", "PPSOC", "PPFAM", "PPMINI", "PPLOGT", "PIMPOT")
_COM_PARTS = (
    "PACT", "PTSA", "PCHO", "PBEN", "PPEN", "PPAT", "PPSOC", "PPFAM", "PPMINI", "PPLOGT", "PIMPOT",
)  # fmt: skip
#: Subpopulations of the commune file: poverty against that of the commune, and share of its people.
_SUBPOPULATIONS = {
    "AGE1": (1.30, 0.08),
    "AGE2": (1.05, 0.20),
    "AGE3": (1.12, 0.22),
    "AGE4": (1.00, 0.20),
    "AGE5": (0.85, 0.20),
    "AGE6": (0.70, 0.10),
    "TOL1": (0.40, 0.50),
    "TOL2": (1.60, 0.50),
}
#: Under this number of poor persons the commune file says « s ».
_LEAST_POOR = 250


def filosofi_qpv(people: Mapping[str, People], metro: Group) -> str:
    """Incomes by quartier, after the row of all the quartiers of the country."""
    rows = [{"CODGEO": ENSEMBLE, **_quartier_incomes(metro), "NOTE": "0"}]
    for code, place in people.items():
        cells = _quartier_incomes(place.groups[0])
        if code in MASKED_INCOMES:
            cells = dict.fromkeys(cells, MASKED_INCOMES[code])
        rows.append({"CODGEO": code, **cells, "NOTE": "1" if code in CAUTION else "0"})
    header = ["CODGEO", *(f"DISP_{name}_A21" for name in rows[0] if name != "CODGEO")]
    return _lines([header, *(row.values() for row in rows)], "\r\n")


def _quartier_incomes(group: Group) -> dict[str, str]:
    groups = [group]
    q1, median, q3 = (quantile(groups, p) for p in (0.25, 0.5, 0.75))
    deciles = {name: quantile(groups, p) for name, p in _DECILES.items()}
    parts = composition(groups)
    return {
        "Q1": _spaced(q1),
        "MED": _spaced(median),
        "Q3": _spaced(q3),
        "EQ": _decimal((q3 - q1) / median, 2),
        **{name: _spaced(value) for name, value in deciles.items()},
        "RD": _decimal(deciles["D9"] / deciles["D1"], 1),
        "GINI": _decimal(gini(group), 3),
        "S80S20": _decimal(s80_s20(group), 1),
        **{name: _decimal(parts[name], 1) for name in _QPV_PARTS},
        "TP60": _decimal(100 * share_under(groups, POVERTY_LINE), 1),
    }


def filosofi_com(people: Mapping[str, People], *, whole_percents: bool) -> str:
    """Incomes by commune (rates in whole percents) or by département."""
    rows = [{"CODGEO": code, **_commune_incomes(place, whole_percents)} for code, place in people.items()]
    header = ["CODGEO", *(f"{name}21" for name in rows[0] if name != "CODGEO")]
    return _lines([header, *(row.values() for row in rows)])


def _commune_incomes(place: People, whole_percents: bool) -> dict[str, str]:
    groups, persons = place.groups, place.persons
    poverty = share_under(groups, POVERTY_LINE)
    low, high = quantile(groups, 0.1), quantile(groups, 0.9)
    parts = composition(groups)

    def percent(share: float, of: float = 1) -> str:
        value = 100 * share
        if share * of * persons < _LEAST_POOR:
            return "s"
        return _decimal(round(value) if whole_percents else value, 1)

    return {
        "NBMENFISC": str(round(0.965 * place.counts[HOUSEHOLDS] / 100)),
        "NBPERSMENFISC": str(round(persons)),
        "MED": str(_tens(quantile(groups, 0.5))),
        "PIMP": _decimal(round(100 * (1 - share_under(groups, TAX_LINE))), 1),
        "TP60": percent(poverty),
        **{f"TP60{name}": percent(ratio * poverty, of) for name, (ratio, of) in _SUBPOPULATIONS.items()},
        **{name: _decimal(parts[name], 1) for name in _COM_PARTS},
        "D1": str(_tens(low)),
        "D9": str(_tens(high)),
        "RD": _decimal(high / low, 1),
    }


def census(key: str, people: Mapping[str, People]) -> str:
    """Census counts of quartiers or communes, as ordered from Insee."""
    rows: list[Sequence[str]] = [[key, *(count.column for count in COUNTS)]]
    for code, place in people.items():
        cells = {name: _hundredths(count) for name, count in place.counts.items()}
        if code == MASKED_CENSUS:
            cells |= {name: "s" for name in cells if name not in KEPT_CENSUS}
        if code in MASKED_YOUNG:
            cells |= {"P20_ACT1524": "s", "P20_CHOM1524": "s"}
        rows.append([code, *cells.values()])
    return _lines(rows)


def official_census(everybody: People) -> str:
    """Census rates of Insee for all the quartiers of the département, the masked ones included."""
    counts = everybody.counts
    cells = {
        "CODE": "QPV-999",
        "PART_60P": _decimal(100 * counts["P20_POP60P"] / counts[POPULATION], 1),
        "TX_CHOM1564": _decimal(100 * counts["P20_CHOM1564"] / counts["P20_ACT1564"], 1),
    }
    return _lines([cells, cells.values()])


def official_incomes(everybody: People) -> str:
    """Incomes published by Insee for all the quartiers of the département, the masked ones included."""
    groups = everybody.groups
    cells = {
        "CODE": "QPV-999",
        "TP60": _decimal(100 * share_under(groups, POVERTY_LINE), 1),
        "MED": str(_tens(quantile(groups, 0.5))),
        "PPSOC": _decimal(composition(groups)["PPSOC"], 1),
    }
    return _lines([cells, cells.values()])


def communes_ept() -> str:
    """Which commune lies in which EPT."""
    rows = [(c.code, c.name, c.ept, EPTS[c.ept].name) for c in COMMUNES]
    return _lines([("DEPCOM", "LIBCOM", "EPT", "LIB_EPT"), *rows])


def parts_of_quartiers(shared: Mapping[tuple[str, str], People]) -> str:
    """How many people of each quartier live in each of its communes."""
    rows = [
        (code, commune, "" if code == UNKNOWN_PARTS else _hundredths(place.counts[POPULATION]))
        for (code, commune), place in shared.items()
    ]
    return _lines([("CODE_QP", "DEPCOM", "POPULATION"), *rows])


def _lines(rows: Iterable[Iterable[str]], end: str = "\n") -> str:
    return "".join(";".join(row) + end for row in rows)


def _tens(euros: float) -> int:
    return 10 * round(euros / 10)


def _spaced(euros: float) -> str:
    return f"{_tens(euros):,}".replace(",", "\u00a0")


def _decimal(value: float, decimals: int) -> str:
    return f"{value:.{decimals}f}".replace(".", ",")


def _hundredths(count: int) -> str:
    return f"{count // 100},{count % 100:02d}"

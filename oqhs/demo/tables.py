"""The tables of incomes and of memberships, as text in the layouts of their producers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from oqhs.demo.incomes import Group, composition, gini, merged, quantile, s80_s20, share_under
from oqhs.demo.people import FISCAL_HOUSEHOLDS, HOUSEHOLDS, POPULATION, People
from oqhs.demo.places import COMMUNES, EPTS
from oqhs.demo.rows import decimal, hundredths, lines, spaced, tens, trimmed
from oqhs.demo.vintages import Vintage

#: Row of all the quartiers of the country.
ENSEMBLE = "Ensemble"
#: Quartiers without published incomes, and how their cells are written: three ways are met in 2021.
MASKED_INCOMES = {"QN99944N": "", "QN99930I": "s", "QN99946N": "ns", "QP999031": "", "QP999042": ""}
#: Quartiers whose incomes are published with a caution.
CAUTION = ("QN99921I", "QN99939N", "QP999022")
#: The intercommunal quartier of which nobody published the parts, in either generation.
UNKNOWN_PARTS = ("QN99916M", "QP999017")

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


#: Columns of the file of 2017, and what each holds.
_COLUMNS_2017 = {
    "disp_q1": "Q1", "disp_q2": "MED", "disp_q3": "Q3", "disp_q1q3q2": "EQ",
    **{f"disp_{name.lower()}": name for name in _DECILES},
    "disp_d1d9": "RD", "disp_gini": "GINI", "disp_s80s20": "S80S20",
    **{f"disp_{name.lower()}": name for name in _QPV_PARTS},
    "tp60": "TP60",
}  # fmt: skip
_DECIMALS_2017 = {"GINI": 3, "S80S20": 3}


def filosofi_qpv(vintage: Vintage) -> str:
    """Write incomes by quartier, after the row of all the quartiers of the country, as in 2021."""
    rows = []
    for code, groups in _published(vintage):
        cells = _quartier_incomes(groups, vintage.poverty_line)
        shown = {
            **{name: spaced(cells[name]) for name in ("Q1", "MED", "Q3")},
            "EQ": decimal(cells["EQ"], 2),
            **{name: spaced(cells[name]) for name in _DECILES},
            "RD": decimal(cells["RD"], 1),
            "GINI": decimal(cells["GINI"], 3),
            "S80S20": decimal(cells["S80S20"], 1),
            **{name: decimal(cells[name], 1) for name in (*_QPV_PARTS, "TP60")},
        }
        rows.append({"CODGEO": code, **_masked(code, shown), "NOTE": _note(code)})
    suffix = f"A{vintage.incomes % 100:02d}"
    header = ["CODGEO", *(f"DISP_{name}_{suffix}" for name in rows[0] if name != "CODGEO")]
    return lines([header, *(row.values() for row in rows)], "\r\n")


def filosofi_qpv_2017(vintage: Vintage) -> str:
    """Write incomes by quartier as in 2017: other names and order, no space and no useless zero."""
    suffix = f"a{vintage.incomes % 100:02d}"
    rows: list[Sequence[str]] = [["codgeo", *(f"{name}_{suffix}" for name in _COLUMNS_2017), "note"]]
    euros = {"Q1", "MED", "Q3", *_DECILES}
    for code, groups in _published(vintage):
        shown = {
            name: str(tens(value)) if name in euros else trimmed(value, _DECIMALS_2017.get(name, 1))
            for name, value in _quartier_incomes(groups, vintage.poverty_line).items()
        }
        kept = _masked(code, shown)
        rows.append([code, *(kept[name] for name in _COLUMNS_2017.values()), _note(code)])
    return lines(rows, "\r\n")


def _published(vintage: Vintage) -> list[tuple[str, tuple[Group, ...]]]:
    quartiers = [(code, place.groups) for code, place in vintage.quartiers.items()]
    return [(ENSEMBLE, (vintage.metro,)), *quartiers]


def _masked(code: str, cells: dict[str, str]) -> dict[str, str]:
    return dict.fromkeys(cells, MASKED_INCOMES[code]) if code in MASKED_INCOMES else cells


def _note(code: str) -> str:
    return "1" if code in CAUTION else "0"


def _quartier_incomes(groups: Sequence[Group], poverty_line: int) -> dict[str, float]:
    q1, median, q3 = (quantile(groups, p) for p in (0.25, 0.5, 0.75))
    deciles = {name: quantile(groups, p) for name, p in _DECILES.items()}
    together, parts = merged(groups), composition(groups)
    return {
        "Q1": q1,
        "MED": median,
        "Q3": q3,
        "EQ": (q3 - q1) / median,
        **deciles,
        "RD": deciles["D9"] / deciles["D1"],
        "GINI": gini(together),
        "S80S20": s80_s20(together),
        **{name: parts[name] for name in _QPV_PARTS},
        "TP60": 100 * share_under(groups, poverty_line),
    }


def filosofi_com(people: Mapping[str, People], vintage: Vintage, *, whole_percents: bool) -> str:
    """Write incomes by commune (rates in whole percents) or by département."""
    rows = [
        {"CODGEO": code, **_commune_incomes(place, vintage, whole_percents)} for code, place in people.items()
    ]
    suffix = f"{vintage.incomes % 100:02d}"
    header = ["CODGEO", *(f"{name}{suffix}" for name in rows[0] if name != "CODGEO")]
    return lines([header, *(row.values() for row in rows)])


def _commune_incomes(place: People, vintage: Vintage, whole_percents: bool) -> dict[str, str]:
    groups = place.groups
    poverty = share_under(groups, vintage.poverty_line)
    low, high = quantile(groups, 0.1), quantile(groups, 0.9)
    parts, percent = composition(groups), _percents(place.persons, whole_percents)
    return {
        "NBMENFISC": str(round(FISCAL_HOUSEHOLDS * place.counts[HOUSEHOLDS] / 100)),
        "NBPERSMENFISC": str(round(place.persons)),
        "MED": str(tens(quantile(groups, 0.5))),
        "PIMP": decimal(round(100 * (1 - share_under(groups, vintage.tax_line))), 1),
        "TP60": percent(poverty, 1),
        **{f"TP60{name}": percent(ratio * poverty, of) for name, (ratio, of) in _SUBPOPULATIONS.items()},
        **{name: decimal(parts[name], 1) for name in _COM_PARTS},
        "D1": str(tens(low)),
        "D9": str(tens(high)),
        "RD": decimal(high / low, 1),
    }


def _percents(persons: float, whole: bool) -> Callable[[float, float], str]:
    """Give the writer of poverty rates of a place: « s » where too few persons are poor."""

    def percent(share: float, of: float) -> str:
        if share * of * persons < _LEAST_POOR:
            return "s"
        return decimal(round(100 * share) if whole else 100 * share, 1)

    return percent


def official_incomes(everybody: People, poverty_line: int) -> str:
    """Write incomes published by Insee for all the quartiers of the département, the masked ones included."""
    groups = everybody.groups
    cells = {
        "CODE": "QPV-999",
        "TP60": decimal(100 * share_under(groups, poverty_line), 1),
        "MED": str(tens(quantile(groups, 0.5))),
        "PPSOC": decimal(composition(groups)["PPSOC"], 1),
    }
    return lines([cells, cells.values()])


def communes_ept() -> str:
    """Write which commune lies in which EPT."""
    rows = [(c.code, c.name, c.ept, EPTS[c.ept].name) for c in COMMUNES]
    return lines([("DEPCOM", "LIBCOM", "EPT", "LIB_EPT"), *rows])


def parts_of_quartiers(shared: Mapping[tuple[str, str], People]) -> str:
    """Write how many people of each quartier live in each of its communes."""
    rows = [
        (code, commune, "" if code in UNKNOWN_PARTS else hundredths(place.counts[POPULATION]))
        for (code, commune), place in shared.items()
    ]
    return lines([("CODE_QP", "DEPCOM", "POPULATION"), *rows])


#: Quartiers of a renewal programme, and its rank; former quartiers de veille active. All are invented.
_RENEWED = {
    "QN99901M": "intérêt national",
    "QN99904M": "intérêt régional",
    "QN99909M": "intérêt national",
    "QN99914M": "intérêt national",
    "QN99923M": "intérêt régional",
    "QN99942N": "intérêt régional",
}
_WATCHED = {"QN99938N": "Les Acacias", "QN99941N": "Porte Basse Nord", "QN99942N": "Le Verger Haut"}


def attributes_of_quartiers() -> str:
    """Write what is said of some quartiers: NPNRU, and the quartier de veille active that was there."""
    codes = sorted({*_RENEWED, *_WATCHED})
    rows = [(code, _RENEWED.get(code, ""), _WATCHED.get(code, "")) for code in codes]
    return lines([("CODE_QP", "NPNRU", "QVA"), *rows])

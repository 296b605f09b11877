"""The tables of the census: orders by quartier and by commune, files by IRIS, official rates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from oqhs.demo.details import AGES
from oqhs.demo.ground import iris_by_code
from oqhs.demo.people import COUNTS, HOUSEHOLDS, POPULATION, People
from oqhs.demo.rows import decimal, hundredths, lines, pointed
from oqhs.demo.vintages import Vintage

#: Columns ordered by quartier; the others are delivered by commune only, and estimated from the IRIS.
ORDERED_BY_QUARTIER = (
    POPULATION, "P20_POP0017", "P20_POP60P", HOUSEHOLDS, "P20_RP_LOCHLMV",
    "P20_ACT1564", "P20_CHOM1564", "P20_ACT1524", "P20_CHOM1524",
)  # fmt: skip
#: The smallest quartier of each generation, of which only the ages and the households are given.
MASKED = ("QN99944N", "QP999042")
_KEPT_WHEN_MASKED = (POPULATION, "P20_POP0017", "P20_POP60P", HOUSEHOLDS, "P20_RP_LOCHLMV")
#: Quartiers whose unemployed of 15 to 24 are masked.
MASKED_YOUNG = ("QN99936M", "QN99947N", "QP999031", "QP999037")


class IrisFile(NamedTuple):
    """A file by IRIS: its name, its subject in a card id and in words, its layout, its columns.

    `columns` gives for each column, named as in 2020, the fine counts it is the sum of.
    """

    stem: str
    subject: str
    words: str
    layout: str
    columns: Mapping[str, tuple[str, ...]]


def _band(first: int, last: int = 120) -> tuple[str, ...]:
    """Elementary ages of a band of years."""
    starts = {name: int(name[1:3]) for name in AGES}
    return tuple(name for name, start in starts.items() if first <= start <= last)


def _same(*names: str) -> dict[str, tuple[str, ...]]:
    """Columns that are counts of the order, under their own names."""
    return {name: (name,) for name in names}


_AGES = {
    f"P20_POP{first:02d}{last:02d}" if last < 100 else f"P20_POP{first:02d}P": _band(first, last)  # noqa: PLR2004
    for first, last in (
        (0, 2), (3, 5), (6, 10), (11, 17), (18, 24), (25, 39), (40, 54), (55, 64), (65, 79), (80, 120),
        (0, 14), (15, 29), (30, 44), (45, 59), (60, 74), (75, 120), (0, 19), (20, 64), (65, 120),
    )
}  # fmt: skip
IRIS_FILES = (
    IrisFile(
        "evol-struct-pop",
        "population",
        "évolution et structure de la population",
        "base_ic_population",
        {**_same(POPULATION), **_AGES, "P20_POPH": ("MEN",), "P20_POPF": ("WOMEN",)},
    ),
    IrisFile(
        "activite-residents",
        "activite",
        "activité des résidents",
        "base_ic_activite",
        {
            "P20_POP1564": _band(15, 64),
            **_same("P20_ACT1564", "P20_ACT1524"),
            "P20_ACTOCC1564": ("C20_ACTOCC1564",),
            **_same("P20_CHOM1564", "P20_CHOM1524"),
            "C20_ACT1564": ("P20_ACT1564",),
            **_same("C20_ACTOCC1564"),
            "C20_ACTOCC1564_CS1": ("CS1",),
            "C20_ACTOCC1564_CS2": ("CS2",),
            **_same("C20_ACTOCC1564_CS3"),
            **{f"C20_ACTOCC1564_CS{i}": (f"CS{i}",) for i in (4, 5, 6)},
            **_same("P20_SAL15P"),
            **{f"P20_SAL15P_{name}": (name,) for name in ("CDI", "CDD", "INTERIM", "EMPAID", "APPR")},
        },
    ),
    IrisFile(
        "logement",
        "logement",
        "logement",
        "base_ic_logement",
        {
            "P20_LOG": (HOUSEHOLDS, "SECOND_HOMES", "VACANT"),
            **_same(HOUSEHOLDS),
            "P20_RSECOCC": ("SECOND_HOMES",),
            "P20_LOGVAC": ("VACANT",),
            "P20_MEN": (HOUSEHOLDS,),
            "P20_RP_PROP": ("OWNERS",),
            "P20_RP_LOC": ("P20_RP_LOCHLMV", "OTHER_TENANTS"),
            **_same("P20_RP_LOCHLMV"),
            "P20_RP_GRAT": ("LODGED",),
        },
    ),
    IrisFile(
        "couples-familles-menages",
        "familles",
        "couples, familles, ménages",
        "base_ic_familles",
        {
            "C20_MEN": (HOUSEHOLDS,),
            "C20_FAM": ("C20_FAMENF", "COUPSENF"),
            "C20_COUPAENF": ("COUPAENF",),
            **_same("C20_FAMMONO"),
            "C20_COUPSENF": ("COUPSENF",),
            "C20_NE24F0": ("COUPSENF", "ONLY_GROWN_UP"),
            **{f"C20_{name}": (name,) for name in ("NE24F1", "NE24F2", "NE24F3", "NE24F4P")},
        },
    ),
    IrisFile(
        "diplomes-formation",
        "diplomes",
        "diplômes et formation",
        "base_ic_diplomes",
        {
            **_same("P20_NSCOL15P", "P20_NSCOL15P_DIPLMIN"),
            **{
                f"P20_NSCOL15P_{name}": (name,) for name in ("BEPC", "CAPBEP", "BAC", "SUP2", "SUP34", "SUP5")
            },
        },
    ),
)
_QUALITY = {"H": "1", "Z": "5"}
#: Until this census DIPLMIN goes up to the brevet, BEPC, which has no column of its own.
_LAST_UP_TO_BREVET = 2016
_DIPLMIN, _BEPC = "P20_NSCOL15P_DIPLMIN", "P20_NSCOL15P_BEPC"


def by_iris(file: IrisFile, vintage: Vintage) -> str:
    """Write a file by IRIS, with a decimal point as it is published."""
    columns = _columns(file, vintage)
    rows: list[Sequence[str]] = [
        ["IRIS", "COM", "TYP_IRIS", "LAB_IRIS", *(vintage.column(name) for name in columns)]
    ]
    known = iris_by_code()
    for code, counts in vintage.iris().items():
        cells = [pointed(sum(counts[name] for name in names)) for names in columns.values()]
        rows.append([code, code[:5], known[code].kind, _QUALITY[known[code].kind], *cells])
    return lines(rows)


def _columns(file: IrisFile, vintage: Vintage) -> dict[str, tuple[str, ...]]:
    """Give the columns of a file by IRIS in a vintage, and the fine counts each is the sum of."""
    columns = dict(file.columns)
    if _DIPLMIN in columns and vintage.census <= _LAST_UP_TO_BREVET:
        columns[_DIPLMIN] += columns.pop(_BEPC)
    return columns


def ordered_by_commune(vintage: Vintage) -> tuple[str, ...]:
    """Columns ordered by commune: persons without a diploma or with the CEP where DIPLMIN is them."""
    columns = (count.column for count in COUNTS)
    return tuple(name for name in columns if name != _DIPLMIN or vintage.census > _LAST_UP_TO_BREVET)


def order(key: str, people: Mapping[str, People], vintage: Vintage, columns: Sequence[str]) -> str:
    """Write census counts of quartiers or communes, as ordered from Insee."""
    rows: list[Sequence[str]] = [[key, *(vintage.column(name) for name in columns)]]
    for code, place in people.items():
        cells = {name: hundredths(place.counts[name]) for name in columns}
        if code in MASKED:
            cells |= {name: "s" for name in cells if name not in _KEPT_WHEN_MASKED}
        if code in MASKED_YOUNG:
            cells |= {"P20_ACT1524": "s", "P20_CHOM1524": "s"}
        rows.append([code, *cells.values()])
    return lines(rows)


def official_rates(everybody: People) -> str:
    """Write census rates of Insee for all the quartiers of the département, the masked ones included."""
    counts = everybody.counts
    cells = {
        "CODE": "QPV-999",
        "PART_60P": decimal(100 * counts["P20_POP60P"] / counts[POPULATION], 1),
        "TX_CHOM1564": decimal(100 * counts["P20_CHOM1564"] / counts["P20_ACT1564"], 1),
    }
    return lines([cells, cells.values()])

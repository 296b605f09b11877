"""Tables the fuzz starts from: the first rows of the real ones, and small ones made by hand."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from real_columns import TABLES
from test_real_iris_incomes import DECLARED, DISPOSABLE

_ROWS = 50
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Seed:
    """A table, and what it holds, written by hand.

    `columns` maps a column, or several that are added up, to a variable; `needed` are the columns
    without which it is no table of this layout; `kind` tells which codes it may hold.
    """

    name: str
    content: bytes
    key: str
    columns: dict[tuple[str, ...], str]
    needed: tuple[str, ...]
    kind: str
    year: int
    options: dict[str, object] = field(default_factory=dict)
    decimal: str = ","


def _single(columns: dict[str, str]) -> dict[tuple[str, ...], str]:
    return {(name.upper(),): variable for name, variable in columns.items()}


#: Columns without which a header is not that of its table (the layouts of the catalogue say the same).
_NEEDED = {
    "filosofi-qpv-2019": ("DISP_MED_A19", "DISP_TP60_A19"),
    "filosofi-qpv-2017": ("DISP_Q2_A17", "TP60_A17"),
    "revenus-qpv": ("DISP_Q2", "TP60", "NOTE_FILO"),
    "demographie-qpv": ("POP_MUN", "TX_TOT_60ETPLUS", "NOTE_RP"),
    "insertion-qpv": ("TX_TOT_EMPL", "TX_TOT_EDLIM"),
    "filosofi-communes-2021": ("MED21", "TP6021", "NBPERSMENFISC21"),
    "filosofi-communes-2019": ("NBPERS19", "NBUC19", "Q219"),
    "filosofi-departements-2019": ("NBPERS19", "NBUC19", "Q219"),
}
#: The other spelling of a column the real tables have.
_SPELLINGS = {"filosofi-qpv-2019": {"DISP_TP6019": "taux_pauvrete_60", "DISP_GI_A19": "niveau_vie_gini"}}
_IRIS = {
    "filosofi-iris-2019": ("insee/BASE_TD_FILO_DISP_IRIS_2019.csv", 2019, DISPOSABLE, ("DISP_MED19", "DISP_TP6019")),
    "filosofi-iris-2021": ("insee/BASE_TD_FILO_IRIS_2021_DEC.csv", 2021, DECLARED, ("DEC_MED21", "DEC_TP6021")),
}  # fmt: skip


def real_folder() -> Path:
    """Where the real data are."""
    told = os.environ.get("OQHS_REAL_DATA")
    return Path(told).resolve() if told else Path(__file__).resolve().parents[3] / "shared" / "data"


@cache
def seeds() -> dict[str, Seed]:
    """Every table there is, by name: those made by hand, and the real ones when they are here."""
    made = {seed.name: seed for seed in _MADE}
    return made | _real(real_folder()) if (real_folder() / "insee_qpv").is_dir() else made


def _real(folder: Path) -> dict[str, Seed]:
    found = {}
    for name, table in TABLES.items():
        columns = _single(table.columns | _SPELLINGS.get(name, {}))
        kind = "qpv" if table.perimeter == "qpv2015" else "supra"
        content = _first_rows(folder / table.path)
        found[name] = Seed(name, content, "CODGEO", columns, _NEEDED[name], kind, table.year, table.options)
    for name, (path, year, columns, needed) in _IRIS.items():
        content = _first_rows(folder / path)
        options = {"perimeter": f"iris{year}"}
        found[name] = Seed(name, content, "IRIS", _single(columns), needed, "iris", year, options)
    return found


def _first_rows(path: Path) -> bytes:
    with path.open("rb") as stream:
        return b"".join(stream.readline() for _ in range(_ROWS + 1))


# --- made by hand: sums, a decimal point, every code, every way to write a number

_AGES = ("POP0002", "POP0305", "POP0610", "POP1117", "POP6074", "POP75P")
_P = tuple(f"P20_{age}" for age in _AGES)
_QPV = """CODGEO;LIBGEO;DISP_Q1_A21;DISP_MED_A21;DISP_Q3_A21;DISP_TP60_A21;DISP_PIMPOT_A21;DISP_NOTE_A21
00;Ensemble;10 820;14 130;18 600;44,4;-8,9;so
QN09401M;Les « Bleuets »;11\u00a0000;15\u202f250;19870;36,2;\u22129,1;0
QN09402M;"L'Haÿ; Le Gué";ns;14 010;ns;nd;;1
QN09403I;"dit ""Le"" Bois";s;s;s;s;s;5
qn09404n;Créteil;9 000 €;12 000 €;+16 000;45,0 %;- 7,5 %;0
"""
_POPULATION = f"""IRIS;COM;LIBIRIS;P20_POP;{";".join(_P)}
940280101;94028;Échat;2345.6789012345;101.5;98.25;150;210.125;320;150.5
940280102;94028;Bleuets;1999;0;0.000001;ns;12;100;50
940280103;94028;Bordières;10;1;1;1;1;;1
2A0040101;2A004;Ajaccio;1000.5;40;41;42;43;44;45
"""
_MADE = [
    Seed(
        "made-quartiers",
        _BOM + _QPV.encode(),
        "CODGEO",
        _single(
            {
                "DISP_Q1_A21": "niveau_vie_q1",
                "DISP_MED_A21": "niveau_vie_median",
                "DISP_Q3_A21": "niveau_vie_q3",
                "DISP_TP60_A21": "taux_pauvrete_60",
                "DISP_TP6021": "taux_pauvrete_60",
                "DISP_PIMPOT_A21": "part_impots",
            }
        ),
        ("DISP_MED_A21", "DISP_TP60_A21|DISP_TP6021"),
        "qpv",
        2021,
    ),
    Seed(
        "made-population",
        _POPULATION.encode(),
        "IRIS",
        {
            ("P20_POP",): "population",
            _P[:4]: "pop_0_17",
            _P[4:]: "pop_60_plus",
            ("P20_POP75P",): "pop_75_plus",
        },
        ("P20_POP", "P20_POP0002", "P20_POP75P"),
        "iris",
        2020,
        {"perimeter": "iris2020"},
        decimal=".",
    ),
]

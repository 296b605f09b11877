"""The files of the demonstration: where each stands, its text, and what its card says."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from oqhs.demo import layers, people, tables
from oqhs.demo.draws import seeded
from oqhs.demo.incomes import quartier_group
from oqhs.demo.people import COUNTS
from oqhs.demo.places import DEPARTEMENT, NEIGHBOUR


class RawFile(NamedTuple):
    """A file as received: its path under `raw`, its text, and the keys of its card."""

    path: str
    text: str
    card: dict[str, Any]


def raw_files() -> list[RawFile]:
    """Make every file of the invented producers."""
    return [*_perimeters(), *_incomes(), *_census()]


def _perimeters() -> Iterable[RawFile]:
    quartiers = people.quartiers()
    yield RawFile(
        "perimetres/qpv2024_999.geojson",
        layers.quartiers_layer(quartiers),
        {
            "id": "perimetres-qpv-2024",
            "layout": "perimetres_qpv_lib",
            "source": "perimetres_qpv",
            "perimeter": "qpv2024",
            "title": "Périmètres des QPV 2024 du Val-Fictif (données inventées)",
        },
    )
    yield RawFile(
        "perimetres/communes_999.geojson",
        layers.communes_layer(),
        {
            "id": "communes-2021",
            "layout": "communes_depcom",
            "source": "ign",
            "perimeter": "cog2021",
            "title": "Communes du Val-Fictif et deux communes voisines (données inventées)",
        },
    )
    yield RawFile(
        "perimetres/communes_ept.csv",
        tables.communes_ept(),
        {
            "id": "communes-ept",
            "layout": "memberships",
            "source": "insee_geo",
            "perimeter": "cog2021",
            "title": "Établissement public territorial de chaque commune (données inventées)",
            "memberships": {"territory": "DEPCOM", "parent": "EPT", "parent_name": "LIB_EPT"},
        },
    )
    yield RawFile(
        "perimetres/qpv_communes_population.csv",
        tables.parts_of_quartiers(people.parts(quartiers)),
        {
            "id": "qpv-communes",
            "layout": "memberships",
            "source": "rp",
            "year": 2020,
            "perimeter": "qpv2024",
            "title": "Population de chaque quartier dans chacune de ses communes (données inventées)",
            "memberships": {"territory": "CODE_QP", "parent": "DEPCOM", "population": "POPULATION"},
        },
    )


def _incomes() -> Iterable[RawFile]:
    quartiers = people.quartiers()
    communes = people.communes(people.parts(quartiers))
    inside = people.together([place for code, place in communes.items() if code.startswith(DEPARTEMENT)])
    departements = {NEIGHBOUR: people.neighbour(), DEPARTEMENT: inside}
    metro = quartier_group(seeded(tables.ENSEMBLE), 5e6, 0.44)
    yield RawFile(
        "insee/data_filo21_qp_revdis.csv",
        tables.filosofi_qpv(quartiers, metro),
        {
            "id": "filosofi-qpv-2021",
            "layout": "filosofi_qpv",
            "source": "filosofi",
            "year": 2021,
            "perimeter": "qpv2024",
            "title": "FiLoSoFi 2021 par quartier, revenu disponible (données inventées)",
        },
    )
    for kind, name, places in (("COM", "commune", communes), ("DEP", "département", departements)):
        yield RawFile(
            f"insee/cc_filosofi_2021_{kind}.csv",
            tables.filosofi_com(places, whole_percents=kind == "COM"),
            {
                "id": f"filosofi-{kind.lower()}-2021",
                "layout": "filosofi_com",
                "source": "filosofi",
                "year": 2021,
                "perimeter": "cog2021",
                "title": f"FiLoSoFi 2021 par {name}, revenu disponible (données inventées)",
            },
        )


_CENSUS_RATES = {"PART_60P": "part_60_plus", "TX_CHOM1564": "taux_chomage_15_64"}
_INCOMES = {"TP60": "taux_pauvrete_60", "MED": "niveau_vie_median", "PPSOC": "part_prestations"}


def _census() -> Iterable[RawFile]:
    quartiers = people.quartiers()
    communes = people.communes(people.parts(quartiers))
    columns = {count.column: count.variable for count in COUNTS}
    for kind, key, perimeter, text, name in (
        ("qpv", "CODE_QP", "qpv2024", tables.census("CODE_QP", quartiers), "quartier"),
        ("com", "DEPCOM", "cog2021", tables.census("DEPCOM", communes), "commune"),
    ):
        yield RawFile(
            f"insee/commande_rp2020_{kind}.csv",
            text,
            {
                "id": f"rp-2020-{kind}",
                "layout": "mapped",
                "source": "rp",
                "year": 2020,
                "perimeter": perimeter,
                "title": f"Recensement 2020, effectifs par {name} sur commande (données inventées)",
                "mapping": {"key": key, "columns": columns},
            },
        )
    everybody = people.together(list(quartiers.values()))
    for source, year, name, text, mapped in (
        ("rp", 2020, "recensement", tables.official_census(everybody), _CENSUS_RATES),
        ("filosofi", 2021, "FiLoSoFi", tables.official_incomes(everybody), _INCOMES),
    ):
        yield RawFile(
            f"insee/ensemble_qpv_{source}{year}.csv",
            text,
            {
                "id": f"{source}-{year}-ensemble",
                "layout": "mapped",
                "source": source,
                "year": year,
                "perimeter": "qpv2024",
                "title": f"Ensemble des QPV du Val-Fictif, {name} {year} (données inventées)",
                "mapping": {"key": "CODE", "columns": mapped},
            },
        )

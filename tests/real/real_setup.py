"""Cards and editions that point at the real files, where they are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from oqhs.observatory import Observatory
from oqhs.sources.cards import Card, sha256
from oqhs.sources.mappings import MappedColumn, MembershipMapping, TableMapping

NEEDED = {
    "qpv-2015": ("perimeters/QPV.shp", {"layout": "perimetres_qpv_nom", "source": "perimetres_qpv"}),
    "qpv-2024": (
        "perimeters/qpv2024_simplified.geojson",
        {"layout": "perimetres_qpv_lib", "source": "perimetres_qpv"},
    ),
    "communes": (
        "perimeters/communes_94_l93.gpkg",
        {"layout": "communes_depcom", "source": "ign", "perimeter": "cog2021"},
    ),
    "epts": (
        "perimeters/commune_ept_94.csv",
        {
            "layout": "memberships",
            "source": "insee_geo",
            "memberships": MembershipMapping(territory="DEPCOM", parent="EPT", parent_name="lib_ept"),
        },
    ),
    "filosofi-qpv-2019": (
        "insee_qpv/data_filo19_qp_revdis.csv",
        {"layout": "filosofi_qpv", "source": "filosofi"},
    ),
    "demo-2018": ("insee_qpv/DEMO_2021.csv", {"layout": "demo_qpv", "source": "rp", "year": 2018}),
    "filosofi-com-2019": (
        "insee/FILO2019_DISP_COM.csv",
        {"layout": "filosofi_com", "source": "filosofi", "perimeter": "cog2020"},
    ),
    "filosofi-dep-2019": (
        "insee/FILO2019_DISP_DEP.csv",
        {"layout": "filosofi_com", "source": "filosofi", "perimeter": "cog2020"},
    ),
    "filosofi-com-2021": (
        "insee/cc_filosofi_2021_COM.csv",
        {"layout": "filosofi_com", "source": "filosofi", "perimeter": "cog2021"},
    ),
    "qpv-2024-assembled": (
        "insee_qpv/qpv2024_assembled.csv",
        {
            "layout": "mapped",
            "source": "filosofi",
            "mapping": TableMapping(
                key="codeQPV",
                decimal=".",
                repeated=True,
                columns={
                    "popMuniQPV": MappedColumn(variable="population", year=2020),
                    "taux_pauvrete_60%": MappedColumn(variable="taux_pauvrete_60", year=2021),
                },
            ),
        },
    ),
}

EDITION_2019 = {
    "edition": 2019,
    "departement": "94",
    "perimeter": "qpv2015",
    "territories": {"qpv": "qpv-2015", "communes": "communes", "epts": "epts"},
    "indicators": {
        "population": {"year": 2018, "inputs": {"qpv": ["demo-2018"]}},
        "taux_pauvrete": {"year": 2019, "inputs": {"qpv": ["filosofi-qpv-2019", "demo-2018"]}},
        "niveau_vie_median_mensuel": {
            "year": 2019,
            "inputs": {
                "qpv": ["filosofi-qpv-2019", "demo-2018"],
                "reference": ["filosofi-com-2019", "filosofi-dep-2019"],
            },
        },
        "part_prestations_sociales": {
            "year": 2019,
            "inputs": {
                "qpv": ["filosofi-qpv-2019", "demo-2018"],
                "reference": ["filosofi-com-2019", "filosofi-dep-2019"],
            },
        },
    },
}

EDITION_2024 = {
    "edition": 2024,
    "departement": "94",
    "perimeter": "qpv2024",
    "territories": {"qpv": "qpv-2024", "communes": "communes", "epts": "epts"},
    "indicators": {
        "population": {"year": 2020, "inputs": {"qpv": ["qpv-2024-assembled"]}},
        "taux_pauvrete": {
            "year": 2021,
            "inputs": {"qpv": ["qpv-2024-assembled"], "reference": ["filosofi-com-2021"]},
        },
    },
}

#: The département from its communes alone, without the row Insee publishes for it.
EDITION_COMMUNES = {
    "edition": 2021,
    "departement": "94",
    "perimeter": "qpv2024",
    "territories": {"qpv": "qpv-2024", "communes": "communes", "epts": "epts"},
    "indicators": {
        "niveau_vie_median_mensuel": {"year": 2019, "inputs": {"reference": ["filosofi-com-2019"]}},
        "part_prestations_sociales": {"year": 2021, "inputs": {"reference": ["filosofi-com-2021"]}},
    },
}

LABELS = {
    "94": {
        "label": "Val-de-Marne",
        "label_article": "dans le Val-de-Marne",
        "label_de": "du Val-de-Marne",
    }
}

OpenFolder = Callable[[str, dict[str, Card], list[dict]], Observatory]


def card_of(name: str, path: Path, **fields: object) -> Card:
    """Card of a file read where it is."""
    return Card(
        id=name, path=str(path), licence="etalab-2.0", obtained="2026-01-01", sha256=sha256(path), **fields
    )

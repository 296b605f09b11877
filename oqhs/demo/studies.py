"""The files of the invented studies: where each stands, its bytes, and what its card says."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from oqhs.demo.actions import action_files
from oqhs.demo.cohort import cohort_files
from oqhs.demo.interviews import interview_files

_FOLDER = "etudes"
_CORPUS = "entretiens_999.qdpx"
_TABLES = {
    "sources": "entretiens_999_sources.csv",
    "links": "entretiens_999_liens.csv",
    "verdicts": "entretiens_999_verdicts.csv",
}
_CARDS: Mapping[str, Mapping[str, Any]] = {
    _CORPUS: {
        "id": "entretiens-999",
        "layout": "interviews",
        "source": "entretiens",
        "title": "Entretiens dans les quartiers du Val-Fictif (données inventées)",
        "diffusion": "partenaires",
        "obtained": dt.date(2025, 9, 1),
        "interviews": _TABLES,
    },
    "fiches_action_999.csv": {
        "id": "fiches-action-999",
        "layout": "actions",
        "source": "fiches_action",
        "title": "Suivi des fiches action du Val-Fictif (données inventées)",
        "obtained": dt.date(2026, 10, 1),
        "diffusion": "partenaires",
    },
    "initiatives_proximite_999.csv": {
        "id": "initiatives-proximite-999",
        "layout": "grants",
        "source": "initiatives_proximite",
        "title": "Subventions aux initiatives de proximité du Val-Fictif (données inventées)",
        "obtained": dt.date(2026, 10, 1),
        "diffusion": "partenaires",
    },
    "cohorte_rsa_999.csv": {
        "id": "cohorte-rsa-999",
        "layout": "cohort",
        "source": "cohorte_rsa",
        "title": "Suivi de cohorte des allocataires du RSA du Val-Fictif (données inventées)",
        "obtained": dt.date(2025, 3, 1),
        "year": 2024,
        "diffusion": "partenaires",
        "dpo": "Registre des traitements du Val-Fictif, fiche 12 (inventée)",
    },
}


class StudyFile(NamedTuple):
    """A file of a study: its path under `raw`, its bytes, and the keys of its card; none beside a corpus."""

    path: str
    content: bytes
    card: dict[str, Any] | None


def study_files() -> Iterator[StudyFile]:
    """Make every file of the invented studies."""
    made = {**interview_files(), **action_files(), **cohort_files()}
    for name, content in made.items():
        card = dict(_CARDS[name]) | {"licence": "interne"} if name in _CARDS else None
        if name == _CORPUS and card is not None:
            card["sidecars"] = {one: hashlib.sha256(made[one]).hexdigest() for one in _TABLES.values()}
        yield StudyFile(f"{_FOLDER}/{name}", content, card)

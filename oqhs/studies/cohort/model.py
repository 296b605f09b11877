"""A cohort: a fixed list of people, each followed from a day to an exit or to the end of the follow-up."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from html import escape

import pandas as pd

from oqhs.entries import Diffusion
from oqhs.text import NO_BREAK_SPACE, format_number
from oqhs.wording import PERIMETER_NAMES

#: Where somebody lives when the follow-up starts, in French; who is geocoded no better than to the commune
#: is neither in a quartier nor outside of all.
QPV, OUTSIDE, UNPLACED = "qpv", "hors_qpv", "non_situe"
GROUPS = {QPV: "QPV", OUTSIDE: "hors QPV", UNPLACED: "non situé"}

#: Why somebody left the RSA, in French: the ids a file may write, and what readers see.
UNKNOWN_REASON = "inconnu"
REASONS = {
    "emploi": "emploi",
    "formation": "formation",
    "autre_droit": "autre droit (retraite, AAH…)",
    "depart_departement": "départ du département",
    "deces": "décès",
    "radiation": "radiation ou suspension",
    UNKNOWN_REASON: "motif non renseigné",
}
#: What is not a reason of a file: a move out of the quartier, and rare reasons told together.
MOVE, OTHERS = "demenagement", "autres_motifs"
CAUSES = {**REASONS, MOVE: "départ du quartier prioritaire", OTHERS: "autres motifs"}

#: How well an address was placed, the best first.
GEOCODING = {
    "numero": "au numéro",
    "voie": "à la voie",
    "commune": "à la commune seulement",
    "inconnu": "sans adresse placée",
}
#: Good enough to say whether somebody lives in a quartier.
PLACED = ("numero", "voie")

_FEW = 100
SPELL_COLUMNS = [
    "person",
    "opened",
    "entered",
    "left",
    "reason",
    "territory",
    "group",
    "moved",
    "geocoding",
]


@dataclass(frozen=True, eq=False, repr=False)
class Cohort:
    """People followed, a row per spell in the RSA; nothing of it may leave as it is.

    Attributes
    ----------
    spells : DataFrame
        `person` (opaque id), `opened` (opening of the right), `entered` (first day of the follow-up),
        `left` (NaT: still there), `reason` (of `REASONS`; missing: still there), `territory` (as
        the file says: QPV code, `hors_qpv`, or missing), `group` (of `GROUPS`), `moved` (out of the
        quartier; NaT: never), `geocoding` (of `GEOCODING`). Sorted by `person`, then `entered`.
    end : date
        Last day of the follow-up.
    perimeter : str
        Generation of the quartiers; empty when nobody lives in one.
    dpo : str
        Entry of the register of the data protection officer that covers it.
    invented, diffusion
        As its card says.
    """

    spells: pd.DataFrame
    end: dt.date
    perimeter: str
    dpo: str
    invented: bool = False
    diffusion: Diffusion = "interne"

    def followed(self) -> pd.DataFrame:
        """First spell of each person: the list is fixed, and a return is not a new person."""
        return self.spells.drop_duplicates("person", ignore_index=True)

    def __repr__(self) -> str:
        return f"<Cohorte RSA suivie jusqu'au {self.end:%d/%m/%Y}>"  # rows never reach a log

    def _repr_html_(self) -> str:
        """Say what the cohort is, in a notebook: no count that would be under the threshold, and nobody."""
        size = self.spells["person"].nunique()
        about = f"environ{NO_BREAK_SPACE}{format_number(round(size, -2))}" if size >= _FEW else "moins de 100"
        started = self.spells["entered"].min()
        facts = {
            "Suivi": f"du {started:%d/%m/%Y} au {self.end:%d/%m/%Y}",
            "Personnes": about,
            "Périmètre": PERIMETER_NAMES.get(self.perimeter, ""),
            "Registre du DPO": self.dpo,
            "Diffusion": f"{self.diffusion} ; les lignes ne sortent pas",
        }
        rows = "".join(
            f'<tr><th scope="row" style="text-align: left">{escape(name)}</th><td>{escape(told)}</td></tr>'
            for name, told in facts.items()
            if told
        )
        warning = "<p><strong>Données inventées.</strong></p>" if self.invented else ""
        return f"{warning}<table><caption><strong>Cohorte RSA</strong></caption>{rows}</table>"

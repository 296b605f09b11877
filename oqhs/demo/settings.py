"""What a user would write by hand: the edition, the corrected names, the groups of quartiers."""

from __future__ import annotations

from oqhs.catalogue import load_catalogue
from oqhs.entries import Indicator

LABELS = """\
# Noms corrigés, et leur place dans une phrase. Département et noms inventés.
"999":
  label: Val-Fictif
  label_article: dans le Val-Fictif
  label_de: du Val-Fictif
# Le fichier des périmètres écrit « L'Ecluse Neuve ».
QN99908M:
  label: L'Écluse Neuve
  label_article: dans le quartier L'Écluse Neuve
  label_de: du quartier L'Écluse Neuve
"""

GROUPS = """\
# Quartiers qui agissent comme un seul territoire. Noms inventés.
R99901:
  label: La Pierre Levée
  members:
    - QN99902M
    - QN99903I
  reason: "Un seul projet de quartier et un seul conseil citoyen pour les deux quartiers."
"""

_EDITION = """\
# Édition 2024 du Val-Fictif, département inventé.
# Pour chaque indicateur : la recette, l'année des données et les fiches des fichiers d'entrée.
edition: 2024
departement: "999"
perimeter: qpv2024
diffusion: partenaires

territories:
  qpv: perimetres-qpv-2024
  communes: communes-2021
  epts: communes-ept
  parts: qpv-communes

indicators:
"""

_OFFICIAL = {"rp": "rp-2020-ensemble", "filosofi": "filosofi-2021-ensemble"}
#: Year, files of the quartiers and files of the reference, by source.
_INPUTS = {
    "rp": (2020, ["rp-2020-qpv"], ["rp-2020-com"]),
    "filosofi": (
        2021,
        ["filosofi-qpv-2021", "rp-2020-qpv"],
        ["filosofi-com-2021", "filosofi-dep-2021"],
    ),
}


def edition() -> str:
    """Write the edition: the indicators whose figures are in tables, in the order of the catalogue."""
    indicators = load_catalogue().indicators.items()
    return _EDITION + "".join(
        _indicator(name, indicator) for name, indicator in indicators if indicator.source in _INPUTS
    )


def _indicator(name: str, indicator: Indicator) -> str:
    year, quartiers, reference = _INPUTS[indicator.source]
    if indicator.footnote == "b":
        quartiers = [*quartiers, _OFFICIAL[indicator.source]]
    return (
        f"  {name}:\n"
        f"    recipe: {indicator.recipe}\n"
        f"    year: {year}\n"
        "    inputs:\n"
        f"      qpv: [{', '.join(quartiers)}]\n"
        f"      reference: [{', '.join(reference)}]\n"
    )

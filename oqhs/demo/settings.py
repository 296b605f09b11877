"""What a user would write by hand: the editions, the corrected names, the groups of quartiers."""

from __future__ import annotations

from typing import NamedTuple

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
# Édition {edition} du Val-Fictif, département inventé.
# Pour chaque indicateur : la recette, l'année des données et les fiches des fichiers d'entrée.
# Les effectifs que l'Insee n'a pas livrés par quartier sont estimés à partir des IRIS (`estimate`).
edition: {edition}
departement: "999"
perimeter: {perimeter}
diffusion: partenaires

territories:
  qpv: {quartiers}
  communes: communes-2021
  epts: communes-ept
  parts: {parts}
  iris: iris-2020
  cells: carreaux-2019

indicators:
"""


class Settings(NamedTuple):
    """What an edition is made of: years of its sources, layers, and whether Insee gave aggregates."""

    edition: int
    perimeter: str
    quartiers: str
    parts: str
    census: int
    incomes: int
    official: bool


EDITIONS = (
    Settings(2020, "qpv2015", "perimetres-qpv-2015", "qpv2015-communes", 2017, 2017, official=False),
    Settings(2024, "qpv2024", "perimetres-qpv-2024", "qpv-communes", 2020, 2021, official=True),
)
#: Indicators whose counts were not ordered by quartier, and the file by IRIS that holds them.
_ESTIMATED = {
    "familles_monoparentales": "familles",
    "familles_nombreuses": "familles",
    "part_cadres": "activite",
    "contrats_precaires": "activite",
    "bas_niveau_formation": "diplomes",
}


def edition(settings: Settings) -> str:
    """Write an edition: the indicators whose figures are in tables, in the order of the catalogue."""
    head = _EDITION.format(**settings._asdict())
    indicators = load_catalogue().indicators.items()
    return head + "".join(
        _indicator(settings, name, indicator)
        for name, indicator in indicators
        if indicator.source in {"rp", "filosofi"}
    )


def _indicator(settings: Settings, name: str, indicator: Indicator) -> str:
    census, incomes = settings.census, settings.incomes
    order = f"rp-{census}-qpv"
    if indicator.source == "rp":
        year, quartiers, reference = census, [order], [f"rp-{census}-com"]
    else:
        year, quartiers = incomes, [f"filosofi-qpv-{incomes}", order]
        reference = [f"filosofi-com-{incomes}", f"filosofi-dep-{incomes}"]
    if settings.official and indicator.footnote == "b":
        quartiers = [*quartiers, f"{indicator.source}-{year}-ensemble"]
    recipe = indicator.recipe
    if name in _ESTIMATED:
        recipe, quartiers = "estimate", [f"ic-{_ESTIMATED[name]}-{census}"]
    return (
        f"  {name}:\n"
        f"    recipe: {recipe}\n"
        f"    year: {year}\n"
        "    inputs:\n"
        f"      qpv: [{', '.join(quartiers)}]\n"
        f"      reference: [{', '.join(reference)}]\n"
    )

"""What a user would write by hand: the editions, the corrected names, the groups of quartiers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from oqhs.catalogue import load_catalogue
from oqhs.demo.people import COUNTS
from oqhs.entries import ON_THE_MAP, Indicator

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
# La fiche par IRIS nommée après une commande par quartier porte les mêmes effectifs : elle sert à ramener
# deux dates à un seul périmètre.
{remark}edition: {edition}
departement: "999"
perimeter: {perimeter}
diffusion: public
{since}
{site}territories:
  qpv: {quartiers}
  communes: communes-2021
  epts: communes-ept
  parts: {parts}
  iris: iris-2020
  cells: carreaux-2019
{attributes}{walking}
indicators:
"""
_WALKING = """
walking:
  streets: {streets}
  population: rp-{census}-com
"""


class Settings(NamedTuple):
    """What an edition is made of: years of its sources, layers, and whether Insee gave aggregates.

    `left_out` gives the indicators it cannot have, each with the comment that says why; `since` is the
    edition it is compared with, `site` puts its site in its releases, `attributes` is the card of what is
    said of its quartiers, `streets` that of the streets: without them, nothing is measured on the map.
    """

    edition: int
    perimeter: str
    quartiers: str
    parts: str
    census: int
    incomes: int
    official: bool
    left_out: Mapping[str, str]
    since: int | None = None
    site: bool = False
    attributes: str | None = None
    streets: str | None = None


_OTHER_DIPLOMAS = """\
# `bas_niveau_formation` n'y est pas : au recensement de 2015, la variable DIPLMIN va jusqu'au brevet, alors
# que l'indicateur s'arrête au CEP ; rien dans ces fichiers ne permet de séparer les deux.
"""
EDITIONS = (
    Settings(
        edition=2020,
        perimeter="qpv2015",
        quartiers="perimetres-qpv-2015",
        parts="qpv2015-communes",
        census=2015,
        incomes=2017,
        official=False,
        left_out={"bas_niveau_formation": _OTHER_DIPLOMAS},
    ),
    Settings(
        edition=2024,
        perimeter="qpv2024",
        quartiers="perimetres-qpv-2024",
        parts="qpv-communes",
        census=2020,
        incomes=2021,
        official=True,
        left_out={},
        since=2020,
        site=True,
        attributes="attributs-qpv",
        streets="rues-2024",
    ),
)
#: Indicators whose counts were not ordered by quartier, and the file by IRIS that holds them.
_ESTIMATED = {
    "familles_monoparentales": "familles",
    "familles_nombreuses": "familles",
    "part_cadres": "activite",
    "contrats_precaires": "activite",
    "bas_niveau_formation": "diplomes",
}
#: Indicators whose counts were ordered by quartier, and the file by IRIS that holds the same ones.
_ALSO_BY_IRIS = {
    "population": "population",
    "part_moins_18": "population",
    "part_60_plus": "population",
    "locataires_hlm": "logement",
    "taux_chomage_15_64": "activite",
    "taux_chomage_15_24": "activite",
}
#: Indicators measured on the map: the year of what is looked at, and its card.
_LAYERS = {
    "pmi_10_min": (2024, "pmi-eds-2024"),
    "pmi_minutes": (2024, "pmi-eds-2024"),
    "exposition_icu": (2022, "ilots-chaleur-2022"),
    "surface_arboree": (2022, "arbres-2022"),
    "parcs_300_m": (2024, "parcs-2024"),
    "eds_10_min": (2024, "pmi-eds-2024"),
    "eds_minutes": (2024, "pmi-eds-2024"),
    "colleges_300_m": (2024, "bpe-2024"),
}
_ORDERED = frozenset(count.variable for count in COUNTS)


def edition(settings: Settings) -> str:
    """Write an edition: the indicators the files give, in the order of the catalogue."""
    walking = "" if settings.streets is None else _WALKING.format(**settings._asdict())
    words = settings._asdict() | {
        "remark": "".join(settings.left_out.values()),
        "since": "" if settings.since is None else f"since: {settings.since}\n",
        "site": "site: true\ncontact: observatoire@val-fictif.example\n" if settings.site else "",
        "attributes": "" if settings.attributes is None else f"  attributes: {settings.attributes}\n",
        "walking": walking,
    }
    indicators = load_catalogue().indicators.items()
    return _EDITION.format(**words) + "".join(
        _indicator(settings, name, indicator)
        for name, indicator in indicators
        if name not in settings.left_out and _given(settings, name, indicator)
    )


def _given(settings: Settings, name: str, indicator: Indicator) -> bool:
    """Whether the files of an edition give an indicator."""
    if indicator.recipe in ON_THE_MAP:
        return settings.streets is not None and name in _LAYERS
    terms = [term for term in (indicator.numerator, indicator.denominator) if term is not None]
    counted = {variable for term in terms for variable in term.variables}
    return indicator.source in {"filosofi", "rsa"} or (indicator.source == "rp" and counted <= _ORDERED)


def _indicator(settings: Settings, name: str, indicator: Indicator) -> str:
    if indicator.recipe in ON_THE_MAP:
        year, card = _LAYERS[name]
        return _entry(name, indicator.recipe, year, [card], [card])
    census, incomes = settings.census, settings.incomes
    order = f"rp-{census}-qpv"
    if indicator.source == "rp":
        year, quartiers, reference = census, [order], [f"rp-{census}-com"]
    elif indicator.source == "rsa":
        year, quartiers, reference = census, [f"rsa-{census}-qpv"], [f"rsa-{census}-com"]
        if indicator.denominator is not None and "population" in indicator.denominator.variables:
            quartiers, reference = [*quartiers, order], [*reference, f"rp-{census}-com"]
    else:
        year, quartiers = incomes, [f"filosofi-qpv-{incomes}", order]
        reference = [f"filosofi-com-{incomes}", f"filosofi-dep-{incomes}"]
    if settings.official and indicator.footnote == "b":
        quartiers = [*quartiers, f"{indicator.source}-{year}-ensemble"]
    if name in _ALSO_BY_IRIS:
        quartiers = [*quartiers, f"ic-{_ALSO_BY_IRIS[name]}-{census}"]
    recipe = indicator.recipe
    if name in _ESTIMATED:
        recipe, quartiers = "estimate", [f"ic-{_ESTIMATED[name]}-{census}"]
    return _entry(name, recipe, year, quartiers, reference)


def _entry(name: str, recipe: str, year: int, quartiers: Sequence[str], reference: Sequence[str]) -> str:
    return (
        f"  {name}:\n"
        f"    recipe: {recipe}\n"
        f"    year: {year}\n"
        "    inputs:\n"
        f"      qpv: [{', '.join(quartiers)}]\n"
        f"      reference: [{', '.join(reference)}]\n"
    )

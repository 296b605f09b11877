"""Pages of the method, made from the catalogue: dictionary of the indicators, thresholds, rules, sources."""

from __future__ import annotations

from collections.abc import Sequence

from oqhs.entries import ThresholdValue
from oqhs.publish.site.facts import Facts, indicator_place
from oqhs.publish.site.indicators import definition_of, recipe_of
from oqhs.publish.site.parts import Cell, Item, Page, Section, Table
from oqhs.publish.theme import unit_words
from oqhs.rules import Rule, read_rules
from oqhs.text import NO_BREAK_SPACE, UNITS, format_number, listing
from oqhs.wording import TO_REFERENCE, licence_name

_MENU = "methode.html"
_ABOVE = (("methode.html", "Méthode"),)
_POLARITY = {1: "élevé favorable", -1: "élevé défavorable", 0: "neutre"}
_DIGITS = 6
_UNIT_WORDS = {
    "share": "part",
    "units": "unités",
    "years": "ans",
    "persons": "habitants",
    "m": "m",
    "km/h": "km/h",
    "min": "min",
    "class": "classe",
    "references": "références",
}
_SCALES = {
    "percent_of_reference": "% de la référence",
    "share_of_quartiers": "part des quartiers",
    "robust_z": "écarts robustes à la médiane",
}
#: Rules that only the observatory looks at.
_INTERNAL = "position"
_MISSING_VALUES = (
    "Une valeur qui manque n'est jamais remplacée par un zéro : la raison est dite à sa place (secret "
    "statistique, échantillon trop petit, donnée non livrée, couverture insuffisante)."
)
_GAPS = (
    "Un écart est calculé avant arrondi ; l'écart affiché peut donc différer de celui des valeurs affichées."
)
_INTERVALS = (
    "Un intervalle à 95 % est un ordre de grandeur de l'aléa d'un sondage ; une source qui n'est pas un "
    "sondage n'en a pas."
)
_CHANGES = (
    "L'évolution d'un quartier est celle du lieu, non de ses habitants, et se lit sur un même périmètre."
)


def method_pages(facts: Facts) -> list[Page]:
    """Lay out the pages of the method."""
    pages = [_dictionary(facts), _thresholds(facts), _sources(facts)]
    lines = [Item(page.lead[0], page.title, page.place) for page in pages]
    lead = ["Comment les valeurs sont obtenues, comparées et signalées, et d'où elles viennent."]
    section = Section("pages", "Pages de la méthode", items=lines)
    return [Page("methode.html", "Méthode", _MENU, lead, [section, _reading()]), *pages]


def _reading() -> Section:
    lines = [_MISSING_VALUES, _GAPS, _INTERVALS, _CHANGES]
    return Section("lire", "Ce qu'il faut savoir pour lire", lines=lines)


def _dictionary(facts: Facts) -> Page:
    themes = facts.contents.catalogue.themes
    rows = []
    for name, one in facts.indicators.items():
        cells = (
            themes[one.theme].label,
            definition_of(facts, name),
            one.universe,
            unit_words(one.unit),
            _POLARITY[one.polarity],
            recipe_of(facts, name) or "non disponible dans cette édition",
            facts.contents.catalogue.sources[one.source].short,
        )
        rows.append([Cell(one.label, indicator_place(name)), *map(Cell, cells)])
    heads = ["Indicateur", "Thème", "Définition", "Champ", "Unité", "Sens", "Calcul", "Source"]
    table = Table(
        "dictionnaire", "Dictionnaire des indicateurs", heads, rows, sortable=True, filtered="Filtrer"
    )
    lead = ["La définition, le champ, l'unité et le calcul de chaque indicateur."]
    section = Section("indicateurs", "Indicateurs de l'édition", tables=[table])
    return Page("methode/indicateurs.html", "Dictionnaire des indicateurs", _MENU, lead, [section], _ABOVE)


def _thresholds(facts: Facts) -> Page:
    catalogue = facts.contents.catalogue
    rows = [
        _dated(entry.label, _UNIT_WORDS.get(entry.unit, entry.unit), value)
        for entry in catalogue.thresholds.values()
        for value in entry.values
    ]
    rules = read_rules(catalogue.indicators).rules
    told = [rule for rule in rules.values() if rule.lens != _INTERNAL]
    ruled = [_ruled(facts, rule, value) for rule in told for value in rule.values]
    heads = ["Paramètre", "Valeur", "Unité", "Depuis le", "Référence", "Relue le"]
    named = ["Règle", "Seuil", "Unité", "Depuis le", "Référence", "Relue le", "Comparé", "Indicateurs"]
    sections = [
        Section(
            "regles",
            "Règles de signalement",
            lines=["Une valeur qui atteint un seuil compte. Un indicateur neutre n'est jamais signalé."],
            tables=[Table("regles-table", "Règles datées de signalement", named, ruled, frozenset({1}))],
        ),
        Section(
            "seuils",
            "Paramètres de la méthode",
            tables=[Table("seuils-table", "Paramètres datés de la méthode", heads, rows, frozenset({1}))],
        ),
    ]
    lead = ["Les seuils, les règles et les paramètres, chacun avec sa date et sa référence."]
    return Page("methode/seuils.html", "Seuils et règles", _MENU, lead, sections, _ABOVE)


def _dated(label: str, unit: str, entry: ThresholdValue) -> list[Cell]:
    texts = (
        label,
        _figure(entry.value),
        unit,
        f"{entry.since:%d/%m/%Y}",
        entry.reference,
        f"{entry.checked:%d/%m/%Y}",
    )
    return [Cell(text) for text in texts]


def _figure(value: float) -> str:
    decimals = next(
        digits for digits in range(_DIGITS + 1) if digits == _DIGITS or round(value, digits) == value
    )
    return format_number(value, decimals)


def _ruled(facts: Facts, rule: Rule, entry: ThresholdValue) -> list[Cell]:
    unit = _SCALES.get(rule.scale) or (UNITS[rule.unit][2] if rule.unit else "")
    if rule.lens == "bar" and rule.unit:
        unit = UNITS[rule.unit][0]
    every = facts.contents.catalogue.indicators
    names = listing([every[name].label for name in rule.indicators]) or "tous ceux de cette unité"
    beside = listing([TO_REFERENCE[name] for name in rule.references]) or "à un seuil fixe"
    return [*_dated(rule.label, unit, entry), Cell(beside), Cell(names)]


def _sources(facts: Facts) -> Page:
    contents = facts.contents
    rows = []
    for name, card in contents.inputs.items():
        source = contents.catalogue.sources[card.source]
        # An address that is not one of the web is a text: nobody follows it.
        page = source.page if source.page.startswith(("https://", "http://")) else ""
        rows.append(
            [
                Cell(card.title or name),
                Cell(source.label, page),
                Cell(source.producer),
                Cell("" if card.year is None else str(card.year)),
                Cell(f"{card.obtained:%d/%m/%Y}"),
                Cell(licence_name(card.licence)),
                Cell("déclarée inventée" if card.invented else "réelle"),
            ]
        )
    heads = ["Fichier", "Source", "Producteur", "Année", "Obtenu le", "Licence", "Donnée"]
    table = Table(
        "sources-table", "Fichiers dont l'édition est faite", heads, rows, sortable=True, filtered="Filtrer"
    )
    corrected = _corrections(contents.corrections)
    count = f"{len(rows)}{NO_BREAK_SPACE}fichiers"
    sections = [
        Section("fichiers", "Fichiers utilisés", lines=[f"L'édition est faite de {count}."], tables=[table])
    ]
    sections += [corrected] if corrected else []
    lead = ["Les fichiers dont l'édition est faite, leurs producteurs et leurs licences."]
    return Page("methode/sources.html", "Sources", _MENU, lead, sections, _ABOVE)


def _corrections(rows: Sequence[object]) -> Section | None:
    """Say how many figures of producers were corrected."""
    if not rows:
        return None
    one = len(rows) == 1
    words = "1 valeur a été corrigée" if one else f"{len(rows)}{NO_BREAK_SPACE}valeurs ont été corrigées"
    line = f"{words} par l'observatoire avant calcul, chaque correction étant déclarée avec sa raison."
    return Section("corrections", "Corrections déclarées", lines=[line])

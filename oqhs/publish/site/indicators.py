"""Pages of the indicators: map, dot plot, table of the quartiers, definition, sources, downloads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from oqhs.publish.charts.rows import missing_words
from oqhs.publish.site.facts import (
    BESIDE,
    NO_INTERVAL,
    Facts,
    file_name,
    indicator_place,
    quartier_place,
)
from oqhs.publish.site.parts import Cell, Download, Item, Page, Section, Table, items, number_cell, size_words
from oqhs.publish.site.pictures import Pictures
from oqhs.publish.theme import unit_words
from oqhs.publish.writers import write_csv
from oqhs.text import STATUS_WORDS, UNITS
from oqhs.wording import PERIMETER_NAMES, REFERENCE_NAMES, TO_REFERENCE

_OWN = ("commune", "ept")
_FILES = "donnees"
_POLARITY = {
    1: "Une valeur élevée est favorable.",
    -1: "Une valeur élevée est défavorable.",
    0: "Indicateur neutre : une valeur élevée n'est ni favorable ni défavorable.",
}
#: How a value is made, in French.
RECIPE_WORDS = {
    "ratio": "rapport de deux effectifs",
    "count": "effectif",
    "published": "valeur publiée par le producteur",
    "pooled": "médiane d'ensemble, à partir des quantiles publiés",
    "mass": "rapport de deux masses de revenus",
    "estimate": "estimation de l'observatoire à partir des IRIS",
    "area_share": "part de la surface",
    "access": "part des habitants qui ont accès à pied, par les rues",
    "walking_time": "temps de marche médian, par les rues",
    "count_near": "nombre d'équipements à proximité, à vol d'oiseau",
}
_FOUND = "Filtrer par quartier, commune ou EPT"


def whole_codes(facts: Facts) -> dict[str, str]:
    """Codes of the references that are those of every quartier."""
    geography = facts.geography
    return {
        "departement": geography.departement,
        "ensemble_qpv": geography.ensemble,
        "hors_qpv": geography.outside,
    }


def definition_of(facts: Facts, name: str) -> str:
    """Say what an indicator is: its numerator and its denominator in words, or how it is made."""
    one = facts.indicators[name]
    if one.numerator is None:
        return RECIPE_WORDS[one.recipe]
    return one.numerator.words + (f" (sur : {one.denominator.words})" if one.denominator is not None else "")


def recipe_of(facts: Facts, name: str) -> str:
    """Say how the edition makes the values of an indicator; empty when it does not plan it."""
    plan = facts.contents.planned.get(name)
    return "" if plan is None else RECIPE_WORDS[str(plan.get("recipe", facts.indicators[name].recipe))]


def table_frame(facts: Facts, name: str) -> pd.DataFrame:
    """Give the figures of an indicator, one row per quartier, under French headers, unrounded."""
    one, contents = facts.indicators[name], facts.contents
    rows = []
    for code in facts.quartiers:
        identity, told = facts.identity(code), facts.observation(name, code)
        row: dict[str, object] = {
            "indicateur": one.label,
            "code": code,
            "quartier": identity["label"],
            "commune": identity["commune_label"],
            "ept": identity["ept_label"],
            "annee": told["year"],
            "perimetre": contents.perimeter,
            "unite": UNITS[one.unit][0],
            "valeur": facts.value(name, code),
            "statut": STATUS_WORDS.get(str(told["status"]), "valeur observée"),
        }
        beside = facts.gap(name, code, "departement") or {}
        hidden = pd.isna(row["valeur"])
        for side, word in (("lower", "borne_basse_95"), ("upper", "borne_haute_95")):
            row[word] = float("nan") if hidden else beside.get(f"value_ci_{side}", float("nan"))
        for reference in (*BESIDE, "hors_qpv") if facts.is_compared(name) else ():
            gap = facts.gap(name, code, reference) or {}
            row[f"valeur_{reference}"] = gap.get("reference_value", float("nan"))
            row[f"ecart_{reference}"] = gap.get("gap", float("nan"))
        row |= {"remarque": told["note"], "diffusion": contents.diffusion, "invente": contents.invented}
        rows.append(row)
    return pd.DataFrame(rows).astype({"annee": "Int64"})


def write_figures(facts: Facts, name: str, folder: Path) -> Download:
    """Write the figures of an indicator as CSV, and say how large the file is."""
    (folder / _FILES).mkdir(exist_ok=True)
    place = f"{_FILES}/{file_name(name)}.csv"
    write_csv(table_frame(facts, name), folder / place)
    size = size_words((folder / place).stat().st_size)
    return Download(place, facts.indicators[name].label, "CSV", size)


def indicator_page(facts: Facts, name: str, pictures: Pictures, download: Download) -> Page:
    """Lay out the page of an indicator."""
    one = facts.indicators[name]
    years = facts.years(name)
    lead = [
        f"{definition_of(facts, name)[:1].upper()}{definition_of(facts, name)[1:]}, {unit_words(one.unit)}."
    ]
    if years:
        lead.append(f"Année{'s' if ' ' in years else ''} : {years}. {_POLARITY[one.polarity]}")
    if not facts.has_values(name):
        statuses = pd.Series([facts.observation(name, code)["status"] for code in facts.quartiers])
        lead.append(f"Aucun quartier n'a de valeur dans cette édition. {missing_words(statuses)}")
    drawn = [picture for picture in (pictures.map, pictures.dots) if picture is not None]
    sections = [
        Section("graphiques", "Carte et graphique", pictures=drawn) if drawn else None,
        _figures(facts, name),
        _definition(facts, name),
        Section("telecharger", "Télécharger", downloads=[download]),
    ]
    return Page(
        indicator_place(name),
        one.label,
        "indicateurs.html",
        lead,
        [section for section in sections if section is not None],
        above=[("indicateurs.html", "Indicateurs")],
    )


def _figures(facts: Facts, name: str) -> Section:
    if name not in facts.contents.planned:
        return Section("valeurs", "Valeurs", items=items(facts.remarks(name)))
    tables = [quartiers_table(facts, name)]
    if facts.is_compared(name):
        tables.insert(0, references_table(facts, name))
    return Section("valeurs", "Valeurs", tables=tables, items=items(facts.remarks(name)))


def references_table(facts: Facts, name: str) -> Table:
    """Lay out what quartiers are compared with."""
    one = facts.indicators[name]
    codes = [*whole_codes(facts).values(), *facts.geography.of_kind("ept")]
    rows = [
        [Cell(facts.name(code)), number_cell(facts.told(name, code), facts.value(name, code))]
        for code in codes
    ]
    caption = f"{one.label} : repères, {unit_words(one.unit)}"
    return Table("reperes", caption, ["Territoire", "Valeur"], rows, frozenset({1}))


def quartiers_table(facts: Facts, name: str) -> Table:
    """Lay out the quartiers with their communes and EPT."""
    one = facts.indicators[name]
    compared = facts.is_compared(name)
    heads = ["Quartier", "Commune", "EPT", "Valeur"]
    if compared:
        heads += ["Intervalle à 95 %", *(f"Valeur, {REFERENCE_NAMES[kind]}" for kind in _OWN)]
        heads += [f"Écart {TO_REFERENCE[kind]}" for kind in (*_OWN, "departement")]
    rows = [list(_quartier_cells(facts, name, code, compared=compared)) for code in facts.quartiers]
    caption = f"{one.label} : valeurs des quartiers, {unit_words(one.unit)}"
    numbers = frozenset(range(3, len(heads)))
    return Table("quartiers", caption, heads, rows, numbers, sortable=True, filtered=_FOUND)


def _quartier_cells(facts: Facts, name: str, code: str, *, compared: bool) -> Iterator[Cell]:
    identity = facts.identity(code)
    yield Cell(identity["label"], quartier_place(code))
    yield Cell(identity["commune_label"])
    yield Cell(identity["ept_label"])
    yield number_cell(facts.told(name, code), facts.value(name, code))
    if not compared:
        return
    low = (facts.gap(name, code, "departement") or {}).get("value_ci_lower", float("nan"))
    interval = facts.interval(name, code)
    yield number_cell(interval or NO_INTERVAL, low if interval else float("nan"))
    for kind in _OWN:
        other = facts.reference_code(code, kind)
        yield number_cell(facts.told(name, other), facts.value(name, other))
    for kind in (*_OWN, "departement"):
        gap = (facts.gap(name, code, kind) or {}).get("gap", float("nan"))
        yield number_cell(facts.told_gap(name, code, kind), gap)


def _definition(facts: Facts, name: str) -> Section:
    one, catalogue = facts.indicators[name], facts.contents.catalogue
    terms = [
        ("Définition", f"{definition_of(facts, name)}."),
        ("Champ", f"{one.universe}."),
        ("Unité", f"{unit_words(one.unit)}."),
        ("Calcul", f"{recipe_of(facts, name) or 'aucun dans cette édition'}."),
        ("Source", f"{' ; '.join(facts.sources(name))}."),
        ("Périmètre", f"{PERIMETER_NAMES[facts.contents.perimeter]}."),
    ]
    attributions = facts.attributions(facts.cards(name))
    terms += [("Mention", f"{' ; '.join(attributions)}.")] if attributions else []
    caveats = [catalogue.caveats[caveat] for caveat in one.caveats]
    return Section("definition", "Définition, source et précautions", terms=terms, items=items(caveats))


def indicators_page(facts: Facts) -> Page:
    """Lay out the list of the indicators, by theme."""
    themes = facts.contents.catalogue.themes
    sections = []
    for theme, entry in themes.items():
        named = [name for name, one in facts.indicators.items() if one.theme == theme]
        if named:
            lines = [
                Item(
                    f"{definition_of(facts, name)}"
                    + ("" if facts.has_values(name) else " (aucune valeur de quartier)"),
                    facts.indicators[name].label,
                    indicator_place(name),
                )
                for name in named
            ]
            sections.append(Section(f"theme-{file_name(theme)}", entry.label, items=lines))
    lead = [
        "Chaque page donne la carte, le graphique et le tableau des quartiers, la définition et le fichier."
    ]
    return Page("indicateurs.html", "Indicateurs", "indicateurs.html", lead, sections)

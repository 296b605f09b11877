"""Pages of the quartiers: identity, indicators by theme, gaps, flags, changes."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from oqhs.analysis.change import NOTICE
from oqhs.analysis.flags import STATE_WORDS
from oqhs.publish import evolutions
from oqhs.publish.flags import KIND_WORDS, gathered
from oqhs.publish.key_table import Wording, key_table
from oqhs.publish.site.facts import (
    BESIDE,
    NO_INTERVAL,
    UNCOMPARED,
    Facts,
    file_name,
    indicator_place,
    quartier_place,
)
from oqhs.publish.site.parts import Cell, Item, Page, Section, Table, items, number_cell, table_of
from oqhs.wording import PERIMETER_NAMES, REFERENCE_NAMES, TO_REFERENCE

_COUNTED_BY = {"population": "des habitants", "dwellings": "des logements", "surface": "de la surface"}
_STATES = {
    "ferme": "« ferme » : l'écart dépasse le seuil au-delà de l'aléa du sondage",
    "constate": "« constaté » : la source n'est pas un sondage",
    "a_confirmer": "« à confirmer » : ni l'un ni l'autre",
}
_NOT_BROUGHT = "Aucune évolution n'est connue de ce quartier."
_ABOUT_GAPS = (
    "Un écart est la valeur du quartier moins celle de la référence, calculée avant arrondi. « Favorable » "
    "et « défavorable » disent de quel côté de la référence se trouve la valeur ; un indicateur neutre n'a "
    "ni l'un ni l'autre."
)
_ABOUT_FLAGS = (
    "Un signalement dit qu'une règle datée est atteinte ; il ne classe ni les quartiers ni leurs habitants."
)
_LEAD = (
    "Chaque page réunit ce qui est connu d'un quartier, à côté de sa commune, de son EPT et du département."
)
#: What opens the sentence of a décrochage, which its line says already.
_SAID = "Décrochage. "
_NO_FLAG = "Aucun signalement publié."


def quartier_page(facts: Facts, code: str) -> Page:
    """Lay out the page of a quartier."""
    identity = facts.identity(code)
    names = dict.fromkeys(filter(None, (identity["commune_label"], identity["ept_label"])))
    lead = [" — ".join([*names, f"code {code}"])]
    sections = [
        _identity(facts, code),
        Section("indicateurs", "Indicateurs", lines=["Valeurs du quartier et de ses références, par thème."]),
        *_themes(facts, code),
        *_gaps(facts, code),
        _flags(facts, code),
        *_changes(facts, code),
    ]
    return Page(
        quartier_place(code),
        identity["label"],
        "quartiers.html",
        lead,
        sections,
        above=[("quartiers.html", "Quartiers")],
    )


def _identity(facts: Facts, code: str) -> Section:
    contents, identity = facts.contents, facts.identity(code)
    terms = [
        ("Code", code),
        ("Commune", identity["commune_label"] or "non connue"),
        ("EPT", identity["ept_label"] or "non connu"),
        ("Département", contents.departement),
        ("Périmètre", PERIMETER_NAMES[contents.perimeter]),
    ]
    if "population" in facts.indicators:
        year = facts.observation("population", code)["year"]
        when = "" if pd.isna(year) else f" en {int(year)}"
        told = facts.told("population", code)
        counted = not pd.isna(facts.value("population", code))
        terms.append(("Population municipale", f"{told} habitants{when}" if counted else told))
    return Section("identite", "Identité", terms=terms, items=items(_history(contents.passage, code)))


def _history(passage: pd.DataFrame | None, code: str) -> list[str]:
    """Say which earlier quartiers a quartier comes from."""
    if passage is None:
        return []
    rows = passage[passage["code_new"] == code]
    lines = []
    for row in rows.to_dict("records"):
        if pd.isna(row["code_old"]):
            lines.append(f"Par rapport au périmètre précédent : {row['relation']}.")
            continue
        lines.append(
            f"Par rapport au périmètre précédent, {row['label_old']} ({row['code_old']}) : {row['relation']}."
        )
    return lines


def _themes(facts: Facts, code: str) -> Iterator[Section]:
    for theme, entry in facts.contents.catalogue.themes.items():
        named = [name for name, one in facts.indicators.items() if one.theme == theme]
        if named:
            caption = f"{entry.label} : {facts.name(code)} et ses références"
            table = _values(facts, code, named, f"theme-{file_name(theme)}-table", caption)
            yield Section(f"theme-{file_name(theme)}", entry.label, level=3, tables=[table])
    remarks = facts.remarks_on(code)
    if remarks:
        yield Section("remarques", "Remarques", level=3, items=items(remarks))


def _values(facts: Facts, code: str, names: list[str], place: str, caption: str) -> Table:
    heads = [
        "Indicateur",
        "Quartier",
        "Intervalle à 95 %",
        *(REFERENCE_NAMES[kind] for kind in BESIDE),
        "Année",
    ]
    rows = []
    for name in names:
        year = facts.observation(name, code)["year"]
        row = [
            Cell(facts.indicators[name].label, indicator_place(name)),
            number_cell(facts.told(name, code), facts.value(name, code)),
            Cell(facts.interval(name, code) or NO_INTERVAL),
        ]
        for kind in BESIDE:
            other = facts.reference_code(code, kind)
            text = facts.told(name, other) if facts.is_compared(name) else UNCOMPARED
            row.append(Cell(text))
        rows.append([*row, Cell("" if pd.isna(year) else str(int(year)))])
    return Table(place, caption, heads, rows, frozenset(range(1, len(heads))))


def _gaps(facts: Facts, code: str) -> Iterator[Section]:
    named = [name for name in facts.indicators if any(facts.gap(name, code, kind) for kind in BESIDE)]
    rows = [
        [
            Cell(facts.indicators[name].label, indicator_place(name)),
            *(Cell(facts.told_gap(name, code, kind)) for kind in BESIDE),
        ]
        for name in named
    ]
    heads = ["Indicateur", *(f"Écart {TO_REFERENCE[kind]}" for kind in BESIDE)]
    caption = f"{facts.name(code)} : écarts aux références"
    table = Table("ecarts-table", caption, heads, rows, frozenset(range(1, len(heads))))
    yield Section("ecarts", "Écarts", lines=[_ABOUT_GAPS], tables=[table])
    keys = _reading(facts, code)
    if keys:
        yield Section("cles", "Clés de lecture", level=3, items=items(keys))


def _reading(facts: Facts, code: str) -> list[str]:
    """Give the reading keys of the gaps to the département."""
    contents, geography = facts.contents, facts.geography
    gaps = contents.gaps
    rows = gaps[(gaps["territory"] == code) & (gaps["reference"] == "departement") & gaps["gap"].notna()]
    walking = contents.recipe.get("walking")
    unit = walking.get("unit", "population") if isinstance(walking, dict) else "population"
    wording = Wording(
        zone=facts.name(code),
        of_zone=geography.name(code, "label_de"),
        reference=contents.departement,
        in_reference=geography.name(geography.departement, "label_article"),
        diffusion=contents.diffusion,
        ensemble=False,
        people=_COUNTED_BY[unit],
    )
    sources = {name: card.source for name, card in contents.inputs.items()}
    table = key_table(rows, contents.catalogue, wording, sources)
    order = {name: place for place, name in enumerate(facts.indicators)}
    table = table.sort_values("indicator", key=lambda names: names.map(order))
    return list(table["reading_key"])


def _flags(facts: Facts, code: str) -> Section:
    flags = facts.contents.flags
    rows = gathered(flags[flags["territory"] == code])
    order = {name: place for place, name in enumerate(facts.indicators)}
    kinds = {name: place for place, name in enumerate(KIND_WORDS)}
    ranked = rows.assign(one=rows["kind"].map(kinds), two=rows["indicator"].map(order))
    lines = [
        Item(
            str(row.sentence).removeprefix(_SAID),
            f"{KIND_WORDS[row.kind].capitalize()}, {STATE_WORDS[row.state]}",
        )
        for row in ranked.sort_values(["one", "two", "rule", "reference"]).itertuples()
    ]
    told = [words for state, words in _STATES.items() if state in set(rows["state"])]
    notice = [_ABOUT_FLAGS, f"{' ; '.join(told)}." if told else _NO_FLAG]
    return Section("signalements", "Signalements", lines=[" ".join(notice)], items=lines)


def _changes(facts: Facts, code: str) -> Iterator[Section]:
    changes = facts.contents.changes
    if changes is None:
        return
    rows = changes[(changes["territory"] == code) & (changes["reference"] == "departement")]
    shown = set(facts.indicators)
    rows = rows[rows["indicator"].isin(shown)]
    known = rows[rows["status"] == "observed"]
    lines = [NOTICE] if len(known) else [NOTICE, _NOT_BROUGHT]
    if known.empty:
        yield Section("evolutions", "Évolutions", lines=lines)
        return
    printed = evolutions.printed(rows)
    first = "Indicateur"
    # What each row suffers from is told once, under the table.
    kept = [name for name in printed.columns if name not in {first, "Territoire", "Précaution"}]
    frame = printed[[first, *kept]]
    caption = f"{facts.name(code)} : évolutions, à côté du département"
    numbers = list(frame.columns[2:8])
    table = table_of("evolutions-table", caption, frame, numbers)
    notes = evolutions.limits_of(rows)
    yield Section("evolutions", "Évolutions", lines=lines, tables=[table], items=items(notes))


def _people_head(facts: Facts) -> str:
    years = facts.years("population")
    return "Population municipale" + (f" ({years})" if years else "")


def quartiers_page(facts: Facts) -> Page:
    """Lay out the list of the quartiers."""
    rows = []
    for code in facts.quartiers:
        identity = facts.identity(code)
        names = (identity["commune_label"], identity["ept_label"], code)
        row = [Cell(identity["label"], quartier_place(code)), *(Cell(name) for name in names)]
        if "population" in facts.indicators:
            row.append(number_cell(facts.told("population", code), facts.value("population", code)))
        rows.append(row)
    heads = ["Quartier", "Commune", "EPT", "Code"]
    heads += [_people_head(facts)] if "population" in facts.indicators else []
    table = Table(
        "liste-quartiers",
        f"Quartiers prioritaires : {facts.contents.departement}",
        heads,
        rows,
        frozenset({4}) if "population" in facts.indicators else frozenset(),
        sortable=True,
        filtered="Filtrer par quartier, commune, EPT ou code",
    )
    section = Section("liste", "Liste des quartiers", tables=[table])
    return Page("quartiers.html", "Quartiers", "quartiers.html", [_LEAD], [section])

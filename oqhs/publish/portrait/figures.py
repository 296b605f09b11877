"""The table of the indicators of one territory: its value, those of its references, the gap."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import pandas as pd

from oqhs.entries import Indicator
from oqhs.publish.flags import KIND_WORDS
from oqhs.publish.limits import parts_of, why_no_gap
from oqhs.publish.portrait.document import Cell, Column, Group, Notes, Table
from oqhs.publish.portrait.zones import COMPARED, Zone, value_cell, year_words
from oqhs.text import NO_BREAK_SPACE, OBSERVED, STATUS_SHORT, STATUS_WORDS, UNITS, format_gap, format_number
from oqhs.wording import REFERENCE_NAMES

_BEFORE = (Column("Indicateur", 4.9), Column("Année", 1.1, "right"))
_BESIDE = tuple(
    Column(REFERENCE_NAMES[kind], width, "right")
    for kind, width in zip(COMPARED, (1.55, 1.5, 2.15, 1.65), strict=True)
)
_AFTER = (
    Column("Écart au département", 2.3, "right"),
    Column("Lecture de l'écart", 2.7),
    Column("Notes", 1.45),
)
_REFERENCE = "departement"
_KINDS = ("decrochage", "ecart", "creusement", "seuil")


def figures_table(zone: Zone, notes: Notes) -> Table:
    """Lay out every indicator of the edition, by theme.

    Parameters
    ----------
    zone : Zone
        A quartier or a group.
    notes : Notes
        Footnotes, to which those of the rows are added.
    """
    own = Column("Quartiers" if zone.is_group else "Quartier", 1.62, "right", strong=True)
    return Table(
        f"Indicateurs {zone.named('label_de')} et de ses territoires de référence",
        (*_BEFORE, own, *_BESIDE, *_AFTER),
        tuple(by_theme(zone, lambda name, one: _row(zone, name, one, notes))),
        (_references_told(zone), *reading_of(zone), legend_words()),
    )


def by_theme(zone: Zone, row: Any) -> list[Group]:
    """Lay out the indicators of an edition by theme; `row` gives that of one."""
    catalogue = zone.contents.catalogue
    found: dict[str, list[tuple[Cell, ...]]] = {}
    for name, one in catalogue.shown(zone.contents.planned).items():
        found.setdefault(one.theme, []).append(row(name, one))
    return [Group(catalogue.themes[theme].label, tuple(rows)) for theme, rows in found.items()]


def _row(zone: Zone, name: str, one: Indicator, notes: Notes) -> tuple[Cell, ...]:
    gap = zone.gaps.get((name, _REFERENCE))
    own = gap if gap is not None else zone.observed(name)
    said = [*parts_of(own["note"]), *_of_references(zone, name, parts_of(own["note"]))]
    if gap is not None:
        said.append(str(gap["reason"] or ""))
    caveats = one.caveats if own["status"] == OBSERVED else ()
    return (
        Cell(one.label),
        Cell(year_words(own["year"])),
        value_cell(own, one),
        *(_reference_cell(zone, name, one, kind) for kind in COMPARED),
        gap_cell(gap, one),
        _reading_cell(zone, name, one, gap),
        Cell(notes.call(said, [zone.contents.catalogue.caveats[caveat] for caveat in caveats])),
    )


def _of_references(zone: Zone, name: str, but: Collection[str]) -> list[str]:
    """Tell what limits the values of the references, each named, but for what is said of the quartier."""
    return [
        f"{REFERENCE_NAMES[kind]} : {part}"
        for kind in COMPARED
        if (gap := zone.gaps.get((name, kind))) is not None and gap["reference_status"] == OBSERVED
        for part in parts_of(gap["reference_note"])
        if part not in but
    ]


def _reference_cell(zone: Zone, name: str, one: Indicator, kind: str) -> Cell:
    gap = zone.gaps.get((name, kind))
    if gap is not None:
        return value_cell(gap, one, "reference_")
    return value_cell(zone.observed(name, zone.references.get(kind, "")), one)


def gap_cell(gap: Mapping[str, Any] | None, one: Indicator) -> Cell:
    """Print a gap and its interval, or why there is none."""
    if gap is None:
        return Cell("s. o.", tone="missing", meaning="sans objet")
    if pd.isna(gap["gap"]):
        status, meaning = why_no_gap(gap)
        return Cell(STATUS_SHORT[status], tone="missing", meaning=meaning)
    words = format_gap(gap["gap"], one.unit, one.decimals)
    interval = interval_words(gap["gap_ci_lower"], gap["gap_ci_upper"], one.decimals)
    return Cell(words, interval, _tone(gap, one))


def interval_words(lower: float, upper: float, decimals: int) -> str:
    """Print the bounds of an interval, or nothing when there is none."""
    if pd.isna(lower) or pd.isna(upper):
        return ""
    low, high = (format_number(bound, decimals, signed=True) for bound in (lower, upper))
    return f"[{low}{NO_BREAK_SPACE}; {high}]"


def _holds_zero(gap: Mapping[str, Any]) -> bool:
    lower, upper = gap["gap_ci_lower"], gap["gap_ci_upper"]
    return bool(not pd.isna(lower) and not pd.isna(upper) and lower <= 0 <= upper)


def _tone(gap: Mapping[str, Any], one: Indicator) -> Any:
    """Favourable or not, where the indicator has a side and the gap is more than chance."""
    if not one.polarity or pd.isna(gap["gap"]) or pd.isna(gap["unfavourable"]) or _holds_zero(gap):
        return ""
    if gap["sign"] not in {"+", "−"}:
        return ""
    return "unfavourable" if gap["unfavourable"] else "favourable"


def _reading_cell(zone: Zone, name: str, one: Indicator, gap: Mapping[str, Any] | None) -> Cell:
    """Say what a gap tells: a side where the indicator has one, and the flag it carries."""
    flags = zone.contents.flags
    kinds = flags.loc[(flags["territory"] == zone.code) & (flags["indicator"] == name), "kind"]
    flagged = next((KIND_WORDS[kind] for kind in _KINDS if kind in set(kinds)), "")
    if gap is None:
        return Cell("sans comparaison", flagged, meaning="un nombre ne se compare pas entre territoires")
    if pd.isna(gap["gap"]):
        return Cell("écart non calculé", flagged, "missing", why_no_gap(gap)[1])
    if not one.polarity:
        return Cell("indicateur neutre", flagged)
    if gap["sign"] not in {"+", "−"}:
        return Cell("pas d'écart", flagged)
    if _holds_zero(gap):
        return Cell("écart non établi", flagged)
    tone = _tone(gap, one)
    return Cell("moins favorable" if tone == "unfavourable" else "plus favorable", flagged, tone)


def _references_told(zone: Zone) -> str:
    found = [
        f"{REFERENCE_NAMES[kind]} : {zone.named(code=code)}"
        for kind, code in zone.references.items()
        if kind in COMPARED and kind != "ensemble_qpv"
    ]
    told = f"Références : {' ; '.join(found)}." if found else "Aucune référence n'est connue."
    return f"{told} Les écarts sont calculés avant arrondi."


def reading_of(zone: Zone) -> list[str]:
    """Say how to read a row: the first one that has a gap and an interval, or a gap."""
    shown = zone.contents.catalogue.shown(zone.contents.planned)
    able = [
        (shown[name], row) for (name, kind), row in zone.gaps.items() if kind == _REFERENCE and name in shown
    ]
    able = [(one, row) for one, row in able if not pd.isna(row["gap"])]
    if not able:
        return []
    one, row = next(((one, row) for one, row in able if not pd.isna(row["gap_ci_lower"])), able[0])
    values = [value_cell(row, one, prefix).text for prefix in ("", "reference_")]
    where = zone.named("label_article", str(row["reference_territory"]))
    told = (
        f"Lecture : {one.label}, {values[0]} {zone.named('label_article')}, contre {values[1]} {where}, "
        f"soit un écart de {format_gap(row['gap'], one.unit, one.decimals)}"
    )
    if not pd.isna(row["gap_ci_lower"]):
        level = format_number(100 * zone.contents.parameters.get("confiance", 0.95))
        low, high = (
            format_number(row[bound], one.decimals, signed=True) for bound in ("gap_ci_lower", "gap_ci_upper")
        )
        told += (
            f" ; entre crochets, son intervalle de confiance à {level}{NO_BREAK_SPACE}% : "
            f"de {low} à {high} {UNITS[one.unit][2]}"
        )
    return [f"{told}."]


def legend_words() -> str:
    """Say what the short words for what is missing stand for."""
    told = [f"{short} : {STATUS_WORDS[status]}" for status, short in STATUS_SHORT.items()]
    return (
        f"{' ; '.join(told)}. « Écart non établi » : l'intervalle de l'écart contient zéro. "
        "« Indicateur neutre » : ni plus ni moins n'y est favorable."
    )

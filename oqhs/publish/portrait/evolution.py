"""What is safely known of how a territory changed, and the flags it carries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from oqhs.analysis.change import NOTICE
from oqhs.publish.flags import KIND_WORDS, gathered
from oqhs.publish.key_table import MISSING
from oqhs.publish.portrait.document import Cell, Column, Group, Item, Notes, Section, Table
from oqhs.publish.portrait.zones import Zone
from oqhs.text import NO_BREAK_SPACE, OBSERVED, format_number, listing

_COLUMNS = (
    Column("Indicateur", 5.2),
    Column("Années", 1.7, "right"),
    Column("Avant", 1.6, "right"),
    Column("Après", 2.2, "right", strong=True),
    Column("Évolution", 3.1, "right"),
    Column("Département", 2.4, "right"),
    Column("Évolution de l'écart", 2.4, "right"),
    Column("Notes", 1.2),
)
_COLON = f"{NO_BREAK_SPACE}:{NO_BREAK_SPACE}"
_RANK = "position"
#: Units of counts: a territory and its reference are not of the same size.
UNCOMPARED = {"persons", "facilities"}
_LEAD = "Décrochage. "
FLAG_NOTICE = (
    "Un signalement dit qu'une règle datée de l'observatoire est atteinte ; il ne classe ni les quartiers "
    "ni leurs habitants."
)
_NONE = (
    "Aucun signalement : les valeurs qui peuvent être diffusées n'atteignent aucune règle de l'observatoire."
)
_ELSEWHERE = "La fiche de chaque quartier dit pourquoi les autres évolutions ne sont pas données."
_NO_SAFE_CHANGE = f"Aucune évolution ne peut être donnée. {_ELSEWHERE}"
_NO_CHANGE = "Non disponible : l'édition n'est comparée avec aucune autre."


def flags_section(zone: Zone, codes: Sequence[str]) -> Section:
    """Tell the flags of some quartiers, each with its sentence; no position among the others is told.

    The sentences of several quartiers stand after the name of theirs.
    """
    each = [(code, flag_items(Zone(zone.contents, code))) for code in codes]
    items = [
        Item(one.lead if len(codes) == 1 else f"{zone.named(code=code)}, {one.lead.lower()}", one.text)
        for code, found in each
        for one in found
    ]
    lines = [FLAG_NOTICE] if items else [_NONE]
    if items and len(codes) > 1:
        none = [zone.named(code=code) for code, found in each if not found]
        lines += [f"Sans signalement : {listing(none)}."] if none else []
    return Section("Décrochages et autres signalements", lines=tuple(lines), items=tuple(items))


def flag_items(zone: Zone) -> list[Item]:
    """Give the flags of a territory, the most serious kind first."""
    flags = zone.contents.flags
    own = gathered(flags[(flags["territory"] == zone.code) & (flags["kind"] != _RANK)])
    rank = {kind: place for place, kind in enumerate(KIND_WORDS)}
    own = own.assign(rank=own["kind"].map(rank)).sort_values("rank", kind="stable")
    return [
        Item(KIND_WORDS[str(row["kind"])].capitalize(), str(row["sentence"]).removeprefix(_LEAD))
        for row in own.to_dict("records")
    ]


def evolution_section(zone: Zone, notes: Notes) -> Section:
    """Lay out the changes of a territory that are safe, and say why the others are not there."""
    heading = "Évolution"
    own = _changes_of(zone, [zone.code])
    known = own["status"] == OBSERVED
    rows = tuple(_row(row, notes) for row in own[known].to_dict("records"))
    told = _lacking(own[~known], whole=not known.any())
    if not rows:
        return Section(heading, lines=tuple(told) or (_NO_CHANGE,))
    table = Table(f"Évolution {zone.named('label_de')}", _COLUMNS, (Group("", rows),), tuple(told))
    return Section(heading, lines=(NOTICE,), tables=(table,))


def evolutions_section(zone: Zone, codes: Sequence[str], notes: Notes) -> Section:
    """Lay out the safe changes of several quartiers, indicator by indicator."""
    rows = _changes_of(zone, codes)
    known = rows[rows["status"] == OBSERVED].sort_values("territory", kind="stable")
    order = [label for label in rows["label"].drop_duplicates() if label in set(known["label"])]
    by_label = dict(list(known.groupby("label")))
    groups = [
        Group(label, tuple(_row(row, notes, "territory_label") for row in by_label[label].to_dict("records")))
        for label in order
    ]
    if not groups:
        return Section("Évolution", lines=(_NO_CHANGE if rows.empty else _NO_SAFE_CHANGE,))
    columns = (Column("Indicateur et quartier", 5.2), *_COLUMNS[1:])
    table = Table("Évolution de chaque quartier", columns, tuple(groups), (_ELSEWHERE,))
    return Section("Évolution", lines=(NOTICE,), tables=(table,))


def _changes_of(zone: Zone, codes: Sequence[str]) -> pd.DataFrame:
    """Give the changes of some quartiers beside the département, of the indicators that are shown."""
    changes = zone.contents.changes
    if changes is None:
        return pd.DataFrame(columns=["territory", "label", "status", "reason"])
    shown = zone.contents.catalogue.shown(zone.contents.planned)
    return changes[
        changes["territory"].isin(set(codes))
        & (changes["reference"] == "departement")
        & changes["indicator"].isin(set(shown))
    ]


def _row(row: Mapping[Any, Any], notes: Notes, named: str = "label") -> tuple[Cell, ...]:
    said = [str(row["caution"] or "")]
    if row["basis"] and row["basis"] != "quartier inchangé":
        said.append(str(row["basis"]))
    other = row["value_edition_affiche"] not in {row["value_affiche"], MISSING}
    return (
        Cell(str(row[named])),
        Cell(f"{row['year_before']}–{row['year']}"),
        Cell(str(row["value_before_affiche"])),
        Cell(str(row["value_affiche"]), f"édition{_COLON}{row['value_edition_affiche']}" if other else ""),
        Cell(str(row["change_affiche"]), _interval(row)),
        Cell(str(row["reference_change_affiche"])),
        _gap_change(row),
        Cell(notes.call(said)),
    )


def _gap_change(row: Mapping[Any, Any]) -> Cell:
    if row["unit"] in UNCOMPARED:
        return Cell("s. o.", tone="missing", meaning="sans comparaison")
    if row["gap_change_affiche"] == MISSING:
        return Cell(MISSING, tone="missing", meaning="évolution de l'écart non disponible")
    return Cell(str(row["gap_change_affiche"]))


def _interval(row: Mapping[Any, Any]) -> str:
    bounds = [row["change_ci_lower"], row["change_ci_upper"]]
    if any(pd.isna(bound) for bound in bounds):
        return ""
    low, high = (format_number(float(str(bound)), int(str(row["decimals"])), signed=True) for bound in bounds)
    return f"[{low}{NO_BREAK_SPACE}; {high}]"


def _lacking(rows: pd.DataFrame, *, whole: bool) -> list[str]:
    """Say which changes are not there, and why; those that share a reason together."""
    told = []
    for reason, same in rows.groupby("reason", sort=False):
        every = whole and len(same) == len(rows)
        names = "tous les indicateurs" if every else listing(list(dict.fromkeys(same["label"])))
        told.append(f"{names} ({reason or 'non disponible'})")
    return [f"Évolution non donnée : {' ; '.join(told)}."] if told else []

"""What interviews say of the quartiers of a portrait, beside their indicators: a page of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from oqhs.publish.joint import UNCOUNTED, persons_words
from oqhs.publish.portrait.document import Cell, Column, Group, Item, Section, Table
from oqhs.publish.portrait.figures import interval_words
from oqhs.studies.joint import ANALYST
from oqhs.text import NOT_AVAILABLE, STATUS_SHORT, STATUS_WORDS, format_gap, format_number, format_value

_COLUMNS = (
    Column("Indicateur", 4.6),
    Column("Année", 1.0, "right"),
    Column("Valeur", 1.5, "right", strong=True),
    Column("Écart", 2.3, "right"),
    Column("Extraits", 1.3, "right"),
    Column("Personnes", 1.5, "right"),
    Column("Verdict", 2.6),
)
_READING = (
    "Le verdict est celui de l'analyste ; « silence (constat) » : il manque l'indicateur, ou les extraits ; "
    "« à établir » : l'analyste ne s'est pas prononcé."
)
_HEADING = "Ce que disent les entretiens"
#: What is said where nobody was heard.
NOBODY = "Personne n'a été entendu dans ce territoire."


def heard_sections(joint: pd.DataFrame, codes: Sequence[str]) -> tuple[Section, ...]:
    """Lay out what was said in some quartiers: figures and verdicts, then the excerpts that may be shown.

    Parameters
    ----------
    joint : DataFrame
        As `joint_display` of an edition gives it, with its `attrs`.
    codes : sequence of str
        Quartiers of the portrait.
    """
    rows = joint[joint["territory"].isin(codes)]
    if rows.empty:
        return (Section(_HEADING, lines=(NOBODY,)),)
    lines = rows.to_dict("records")
    several = len(codes) > 1
    groups = tuple(
        Group(label if several else "", tuple(_cells(row) for row in lines if row["label"] == label))
        for label in dict.fromkeys(rows["label"])
    )
    table = Table("Indicateurs et entretiens", _COLUMNS, groups, (_READING,))
    items = tuple(_item(row, words, several=several) for row in lines for words in row["quotes"])
    notes = tuple(
        _item(row, f"{row['verdict']}. {row['verdict_note']}", several=several)
        for row in lines
        if row["verdict_note"] and row["verdict_origin"] == ANALYST
    )
    held = dict.fromkeys(f"{row['held'][:1].upper()}{row['held'][1:]}." for row in lines if row["held"])
    told = (str(joint.attrs["corpus"]), str(joint.attrs["notice"]), *held)
    found = (
        Section(_HEADING, lines=told, tables=(table,)),
        Section("Extraits", items=items),
        Section("Notes de l'analyste", items=notes),
    )
    return tuple(section for section in found if section.tables or section.items)


def _item(row: Mapping[str, Any], text: str, *, several: bool) -> Item:
    lead = f"{row['label']}, {row['indicator_label']}" if several else str(row["indicator_label"])
    return Item(lead, text)


def _cells(row: Mapping[str, Any]) -> tuple[Cell, ...]:
    unit, decimals = row["unit"], row["decimals"]
    status = row["status"] if row["status"] in STATUS_SHORT else NOT_AVAILABLE
    missing = Cell(STATUS_SHORT[status], tone="missing", meaning=row["reason"] or STATUS_WORDS[status])
    value, gap = format_value(row["value"], unit, decimals), format_gap(row["gap"], unit, decimals)
    return (
        Cell(row["indicator_label"]),
        Cell("" if pd.isna(row["year"]) else str(int(row["year"]))),
        Cell(value) if value else missing,
        Cell(gap, interval_words(row["low"], row["high"], decimals)) if gap else missing,
        Cell(format_number(row["excerpts"]) or UNCOUNTED),
        Cell(persons_words(row)),
        Cell(row["verdict"], row["verdict_origin"]),
    )

"""What limits figures, in words: why a gap is not there, and what is said of values."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from oqhs.text import NO_BREAK_SPACE, NOT_AVAILABLE, STATUS_WORDS, listing

#: What stands between the parts of a note.
MARK = " ; "
#: What a column of notes of a producer says: its name, and the mark.
_COLUMN = re.compile(r"[A-Z][A-Z0-9_]* = ")
_FEW = 3  # things that are named rather than counted


def parts_of(note: object) -> list[str]:
    """Give the parts of a note, that of a producer in words; none when there is no note.

    Examples
    --------
    >>> parts_of("estimation ; partiel"), parts_of(None), parts_of("")
    (['estimation', 'partiel'], [], [])
    >>> parts_of("DISP_NOTE_A21 = 1")
    ['réserve du producteur sur la valeur (DISP_NOTE_A21 = 1)']
    """
    parts = [part for part in note.split(MARK) if part] if isinstance(note, str) else []
    return [
        f"réserve du producteur sur la valeur ({part})" if _COLUMN.match(part) else part for part in parts
    ]


def why_no_gap(gap: Mapping[str, Any]) -> tuple[str, str]:
    """Say why a gap is not there: the status of the value that is missing, that of the quartier first.

    Parameters
    ----------
    gap : mapping
        A row of gaps, with `status` and `reference_status`.

    Returns
    -------
    tuple of str
        A status, and words for it.

    Examples
    --------
    >>> why_no_gap({"status": "secret", "reference_status": "observed"})
    ('secret', 'valeur couverte par le secret statistique')
    >>> why_no_gap({"status": "observed", "reference_status": "not_available"})
    ('not_available', 'référence : valeur non disponible')
    """
    for side, lead in (("", ""), ("reference_", "référence : ")):
        status = str(gap[f"{side}status"])
        if status in STATUS_WORDS:
            return status, lead + STATUS_WORDS[status]
    return NOT_AVAILABLE, "écart non disponible"


def remarks(said: Sequence[tuple[str, str]], things: str) -> list[str]:
    """Tell each remark once, with what it is about where it is not everything.

    Parameters
    ----------
    said : sequence of (name, note)
        What each note is about; several things may have one name.
    things : str
        What they are, in the plural.

    Examples
    --------
    >>> remarks([("Ici", "estimation ; partiel"), ("Là", "estimation")], "quartiers")
    ['Estimation.', 'Partiel (Ici).']
    """
    about: dict[str, list[str]] = {}
    for name, note in said:
        for part in parts_of(note):
            about.setdefault(part, []).append(name)
    lines = []
    for text, names in about.items():
        where = listing(names) if len(names) <= _FEW else f"{len(names)}{NO_BREAK_SPACE}{things}"
        told = text[:1].upper() + text[1:]
        lines.append(f"{told}." if len(names) == len(said) else f"{told} ({where}).")
    return lines

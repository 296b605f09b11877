"""What declared corrections do to the measurements of a card, and what a card says of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
import pandas as pd

from oqhs.corrections import NOTE_MARK, Correction
from oqhs.errors import Problem
from oqhs.text import NOT_APPLICABLE, NOT_AVAILABLE, NOT_SIGNIFICANT, OBSERVED, SECRET, STATUS_WORDS

APPLIED_COLUMNS = [
    "card",
    "variable",
    "indicator",
    "territory",
    "perimeter",
    "year",
    "from",
    "to",
    "reason",
    "office",
    "date",
    "note",
]


class Verdict(Enum):
    """What a card says of the figure a correction is about."""

    CORRECTED = "corrected"
    MENDED = "mended"
    OTHER = "other"
    PROTECTED = "protected"
    SILENT = "silent"


@dataclass(frozen=True)
class Outcome:
    """What became of a correction in a card that holds its figure.

    `found` is the value of the card in the unit of the correction, or why there is none; `perimeter` that
    of the row.
    """

    correction: Correction
    card: str
    perimeter: str
    verdict: Verdict
    found: float | str


def corrected(
    frame: pd.DataFrame, corrections: Sequence[Correction], card: str
) -> tuple[pd.DataFrame, tuple[Outcome, ...]]:
    """Correct the measurements of a card.

    Parameters
    ----------
    frame : DataFrame
        What was read of the file; what holds no measurement comes back as it is.
    corrections : sequence of Correction
        Those of the data folder.
    card : str
        Id of the card.

    Returns
    -------
    frame : DataFrame
        Same rows; where the file says what a correction says it says, `value` is the corrected one, the
        status `observed`, and the note tells it. The source stays.
    outcomes : tuple of Outcome
        What became of every correction whose figure the card holds.
    """
    if not corrections or "variable" not in frame:
        return frame, ()
    codes, variables = ({getattr(one, key) for one in corrections} for key in ("territory", "variable"))
    near = np.flatnonzero(frame["territory"].isin(codes) & frame["variable"].isin(variables))
    rows = frame.iloc[near].assign(row=near)
    outcomes: list[Outcome] = []
    changed: dict[int, Correction] = {}
    for one in corrections:
        mine = (rows["variable"] == one.variable) & (rows["territory"] == one.territory)
        for cell in rows[mine & (rows["year"] == one.year)].itertuples():
            verdict, found = _judged(one, float(cell.value), str(cell.status))
            outcomes.append(Outcome(one, card, str(cell.perimeter), verdict, found))
            if verdict is Verdict.CORRECTED:
                changed[int(cell.row)] = one
    return (_applied(frame, changed) if changed else frame), tuple(outcomes)


def _judged(one: Correction, value: float, status: str) -> tuple[Verdict, float | str]:
    """Tell whether a cell is what a correction says it is."""
    if status in {SECRET, NOT_SIGNIFICANT}:
        return Verdict.PROTECTED, STATUS_WORDS[status]
    if status != OBSERVED:
        absent = status in {NOT_AVAILABLE, NOT_APPLICABLE} and one.before is None
        return Verdict.CORRECTED if absent else Verdict.SILENT, STATUS_WORDS.get(status, status)
    found = value / one.divide_by
    if one.says(one.before, value):
        return Verdict.CORRECTED, found
    return Verdict.MENDED if one.says(one.after, value) else Verdict.OTHER, found


def _applied(frame: pd.DataFrame, changed: dict[int, Correction]) -> pd.DataFrame:
    """Put corrections in the rows where they stand, in a table of their own."""
    rows = list(changed)
    value = frame["value"].to_numpy(copy=True)
    value[rows] = [one.value for one in changed.values()]
    before = frame["note"].iloc[rows].astype("str")
    told = [
        NOTE_MARK.join(filter(None, [note, one.note]))
        for note, one in zip(before, changed.values(), strict=True)
    ]
    note, status = frame["note"].copy(), frame["status"].copy()
    if isinstance(note.dtype, pd.CategoricalDtype):
        note = note.cat.add_categories(sorted(set(told) - set(note.cat.categories)))
    note.iloc[rows] = told
    status.iloc[rows] = OBSERVED
    return frame.assign(value=value, status=status, note=note)


def applied(outcomes: Iterable[Outcome]) -> pd.DataFrame:
    """Lay out the corrections that were made: one row per card and figure, `APPLIED_COLUMNS`, sorted."""
    rows = [
        {
            "card": one.card,
            "variable": one.correction.variable,
            "indicator": one.correction.indicator or "",
            "territory": one.correction.territory,
            "perimeter": one.perimeter,
            "year": one.correction.year,
            "from": np.nan if one.correction.before is None else one.correction.before,
            "to": one.correction.after,
            "reason": one.correction.reason,
            "office": one.correction.office,
            "date": one.correction.date.isoformat(),
            "note": one.correction.note,
        }
        for one in outcomes
        if one.verdict is Verdict.CORRECTED
    ]
    table = pd.DataFrame(rows, columns=APPLIED_COLUMNS)
    texts = [name for name in APPLIED_COLUMNS if name not in {"year", "from", "to"}]
    table = table.astype({**dict.fromkeys(texts, "str"), "year": "int64", "from": "float64", "to": "float64"})
    return table.sort_values(["variable", "territory", "year", "card"], ignore_index=True)


def problems_of(outcomes: Iterable[Outcome]) -> list[Problem]:
    """Tell the corrections that a card contradicts."""
    words = {
        Verdict.MENDED: (
            "the source has been fixed since",
            "from",
            "remove this correction",
        ),
        Verdict.OTHER: (
            "the file says neither `from` nor `to`",
            "from",
            "look at the file: correct `from`, or remove this correction",
        ),
        Verdict.PROTECTED: (
            "the producer protects this value, and its secrecy is never undone",
            "to",
            "remove this correction",
        ),
    }
    found = []
    for one in outcomes:
        if one.verdict in words:
            what, key, todo = words[one.verdict]
            correction = one.correction
            allowed = "no value" if correction.before is None else f"{correction.before:.12g}"
            value = f"{one.found:.12g}" if isinstance(one.found, float) else one.found
            found.append(correction.problem(f"{what}, in card {one.card}", key, value, allowed, todo))
    return found


def dead(correction: Correction, outcomes: Iterable[Outcome]) -> Problem | None:
    """Tell a correction whose figure no card of the folder gives; None where one does.

    Parameters
    ----------
    correction : Correction
    outcomes : iterable of Outcome
        Those of every card that may hold its figure.
    """
    own = [one for one in outcomes if one.correction is correction]
    if any(one.verdict is not Verdict.SILENT for one in own):
        return None
    if own:
        found = f"{own[0].found}, in card {own[0].card}"
        what, allowed = "the file gives no value here", "`from: null`, where the producer gives none"
        return correction.problem(what, "from", found, allowed, "correct `from`")
    what = "this correction matches no figure of any card of the folder"
    allowed = "a territory and a year some card holds for this variable"
    todo = "correct the territory or the year, or remove this correction"
    return correction.problem(what, "territory", correction.territory, allowed, todo)

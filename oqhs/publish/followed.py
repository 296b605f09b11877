"""The follow-up of the fiches action and the grants as people read them: tables with French headers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from oqhs.catalogue import Catalogue
from oqhs.geography import Geography
from oqhs.publish import printed
from oqhs.publish.pages import Rows
from oqhs.studies.actions import Actions
from oqhs.studies.actions.catalogue import PERCENT
from oqhs.studies.actions.progress import HIDDEN
from oqhs.text import MINUS, NO_BREAK_SPACE, OBSERVED, STATUS_SHORT, STATUS_WORDS, format_gap, format_number
from oqhs.wording import REFERENCE_NAMES, TO_REFERENCE

_PREVIOUS = "previous"
_KEY = ["action", "indicator", "territory"]
_NUMBERS = ("Cible", "Réalisé", "Taux")
_NONE = "–"
_SENSES = {-1: "défavorable", 0: "égal", 1: "favorable"}
_SIGNS = {"+": 1, MINUS: -1, "=": 0}
_MINIMUM = (
    "au moins : une partie seulement des territoires suivis est connue ; le taux porte sur ceux qui le sont."
)


def with_previous(progress: pd.DataFrame, year: int) -> pd.DataFrame:
    """Give the rows of a year, each with what was achieved the year before, as it is printed.

    Parameters
    ----------
    progress : DataFrame
        As `oqhs.studies.actions.progress` gives it.
    year : int
        Year of the rows.
    """
    rows = progress[progress["period"] == year].reset_index(drop=True)
    before = progress[progress["period"] == year - 1].set_index(_KEY)
    told = pd.Series(achieved_words(before), index=before.index, dtype="str")
    return rows.assign(previous=told.reindex(pd.MultiIndex.from_frame(rows[_KEY])).fillna("").to_numpy())


def achieved_words(rows: pd.DataFrame) -> list[str]:
    """Print what was achieved; why it is not told; « au moins » where it is partial."""
    numbers = zip(rows["achieved"], rows["status"], rows["coverage"], strict=True)
    return [
        STATUS_SHORT[status] if status != OBSERVED else ("au moins " if coverage < 1 else "") + _number(value)
        for value, status, coverage in numbers
    ]


def progress_rows(
    rows: pd.DataFrame, actions: Actions, geography: Geography, year: int, caption: str
) -> Rows:
    """Lay out rows of `with_previous`, grouped by follow-up.

    `Territoires connus` says how many of the territories followed are known; what limits a figure stands
    under the table.
    """
    entries = [actions.follow_up(row.action, row.indicator) for row in rows.itertuples()]
    frame = pd.DataFrame(
        {
            "Territoire": [geography.name(code) for code in rows["territory"]],
            "Cible": [_number(value) or _NONE for value in rows["target"]],
            "Réalisé": achieved_words(rows),
            "Taux": [percent(value) or _NONE for value in rows["rate_pct"]],
            f"Réalisé en {year - 1}": rows[_PREVIOUS].replace("", _NONE).to_numpy(),
            "Territoires connus": [
                f"{known} sur {total}" for known, total in zip(rows["n_known"], rows["n_total"], strict=True)
            ],
        }
    )
    if (rows["n_total"] == 1).all():
        frame = frame.drop(columns="Territoires connus")
    told = [one.label + ("" if one.unit == PERCENT else f" ({one.unit})") for one in entries]
    below = list(dict.fromkeys(f"{one.label} : {one.note}." for one in entries if one.note))
    below += [
        f"{name}, {entry.label} : {note}."
        for name, entry, note in zip(frame["Territoire"], entries, rows["note"], strict=True)
        if note not in {"", HIDDEN}
    ]
    return Rows(
        caption,
        frame,
        (*_NUMBERS, f"Réalisé en {year - 1}"),
        groups=tuple(told),
        below=(*below, *_legend(frame)),
    )


def overview_rows(rows: pd.DataFrame, actions: Actions, year: int, caption: str) -> Rows:
    """Lay out the rows of the département, grouped by action."""
    frame = pd.DataFrame(
        {
            "Suivi": [actions.follow_up(row.action, row.indicator).label for row in rows.itertuples()],
            "Cible": [_number(value) or _NONE for value in rows["target"]],
            "Réalisé": achieved_words(rows),
            "Taux": [percent(value) or _NONE for value in rows["rate_pct"]],
            f"Réalisé en {year - 1}": rows[_PREVIOUS].replace("", _NONE).to_numpy(),
        }
    )
    groups = tuple(actions.actions[name].label for name in rows["action"])
    numbers = (*_NUMBERS, f"Réalisé en {year - 1}")
    return Rows(caption, frame, numbers, groups=groups, below=_legend(frame))


def _legend(frame: pd.DataFrame) -> tuple[str, ...]:
    """Say what the words that stand for a figure mean."""
    cells = set(frame.astype("str").to_numpy().ravel())
    lines = [f"{short} : {STATUS_WORDS[status]}." for status, short in STATUS_SHORT.items() if short in cells]
    lines += [_MINIMUM] if any(cell.startswith("au moins ") for cell in cells) else []
    lines += [f"{_NONE} : pas de cible, de taux ou de chiffre."] if _NONE in cells else []
    return tuple(lines)


def compared_rows(rows: pd.DataFrame, catalogue: Catalogue, caption: str) -> Rows:
    """Lay out rows of the key table of all the quartiers, with the sense of each gap.

    `rows` are as `oqhs.publish.key_table` gives them, against the département; the sense is that of the gap
    as it is printed.
    """
    polarities = [catalogue.indicator(name).polarity for name in rows["indicator"]]
    senses = [_sense(*pair) for pair in zip(polarities, rows["sign"], strict=True)]
    whole = REFERENCE_NAMES["departement"]
    frame = pd.DataFrame(
        {
            "Indicateur": rows["label"].to_numpy(),
            "Note": rows["note"].to_numpy(),
            "QPV": rows["qpv_affiche"].to_numpy(),
            whole: rows["reference_affiche"].to_numpy(),
            "Écart": rows["gap_affiche"].to_numpy(),
            "Sens": senses,
            "Année": rows["year"].astype("str").fillna("").to_numpy(),
        }
    )
    if not frame["Note"].any():
        frame = frame.drop(columns="Note")
    sources = f"Sources : {' ; '.join(sorted({one for one in rows['source'] if one}))}."
    return Rows(caption, frame, ("QPV", whole, "Écart"), below=(*printed.notes_of(rows), sources))


def dropping_counts(flags: pd.DataFrame, geography: Geography, catalogue: Catalogue, caption: str) -> Rows:
    """Count the quartiers of each EPT that have a décrochage of each indicator.

    `flags` are as `oqhs.analysis.flags.flags_of` gives them; quartiers of several EPT have their own column.
    """
    epts = _epts(flags["territory"], geography)
    table = pd.crosstab(flags["indicator"], epts)
    names = {name: catalogue.indicator(str(name)).label for name in table.index}
    frame = pd.DataFrame({"Indicateur": [names[name] for name in table.index]})
    frame["Quartiers"] = [str(count) for count in table.sum(axis=1)]
    for ept in table.columns:
        frame[str(ept)] = [str(count) for count in table[ept]]
    return Rows(caption, frame, tuple(frame.columns[1:]))


def dropping_lines(
    flags: pd.DataFrame, geography: Geography, catalogue: Catalogue
) -> dict[str, tuple[str, ...]]:
    """Tell the décrochages of each quartier on a line, under the name of its EPT.

    The gaps are to the département unless another reference is named.
    """
    known = [catalogue.indicator(name) for name in flags["indicator"]]
    against = ["" if one == "departement" else f" {TO_REFERENCE[one]}" for one in flags["reference"]]
    told = [
        f"{one.label} ({format_gap(gap, one.unit, one.decimals)}{to})"
        for one, gap, to in zip(known, flags["gap"], against, strict=True)
    ]
    rows = flags.assign(told=told, ept=_epts(flags["territory"], geography))
    together = rows.groupby(["ept", "territory"])["told"].agg(" ; ".join).reset_index()
    lines = [
        f"{geography.name(code)} ({code}) : {one}."
        for code, one in zip(together["territory"], together["told"], strict=True)
    ]
    return {
        str(ept): tuple(same)
        for ept, same in pd.Series(lines, dtype="str").groupby(together["ept"].to_numpy())
    }


def _epts(codes: pd.Series, geography: Geography) -> pd.Series:
    """Name the EPT of each quartier."""
    return codes.map(geography.comparators("ept")).map(geography.name, na_action="ignore").fillna("sans EPT")


def grant_rows(totals: pd.DataFrame, geography: Geography, year: int, caption: str) -> Rows:
    """Lay out totals of grants (`oqhs.studies.actions.grant_totals`), with the amount of the year before."""
    before = totals[totals["year"] == year - 1].set_index("territory")
    rows = totals[totals["year"] == year]
    former = before["granted_eur"].reindex(rows["territory"])
    known = before[["n_granted_known", "n_files"]].reindex(rows["territory"])
    frame = pd.DataFrame(
        {
            "Territoire": [geography.name(code) for code in rows["territory"]],
            "Dossiers": [format_number(count) for count in rows["n_files"]],
            "Aidés": _amounts(rows["n_granted"], rows["n_granted_known"], rows["n_files"], ""),
            "Demandé": _amounts(rows["asked_eur"], rows["n_asked_known"], rows["n_files"]),
            "Accordé": _amounts(rows["granted_eur"], rows["n_granted_known"], rows["n_files"]),
            f"Accordé en {year - 1}": _amounts(former, known["n_granted_known"], known["n_files"]),
        }
    )
    return Rows(caption, frame, tuple(frame.columns[1:]), below=_legend_of_grants(frame))


def theme_rows(grants: pd.DataFrame, year: int, caption: str) -> Rows:
    """Lay out the grants of a year by theme."""
    rows = grants[grants["year"] == year]
    found = rows.groupby("theme").agg(
        files=("dossier", "size"), known=("granted_eur", "count"), granted=("granted_eur", "sum")
    )
    amounts = _amounts(found["granted"].where(found["known"] > 0), found["known"], found["files"])
    counts = [format_number(count) for count in found["files"]]
    frame = pd.DataFrame({"Thématique": found.index.to_numpy(), "Dossiers": counts, "Accordé": amounts})
    return Rows(caption, frame, ("Dossiers", "Accordé"), below=_legend_of_grants(frame))


def _amounts(
    values: Sequence[float] | pd.Series, known: pd.Series, total: pd.Series, unit: str = "€"
) -> list[str]:
    """Print amounts; « au moins » where some are not known; a dash where none is."""
    end = f"{NO_BREAK_SPACE}{unit}" if unit else ""
    return [
        ("" if one == every else "au moins ") + format_number(value) + end
        if one > 0 and not np.isnan(value)
        else _NONE
        for value, one, every in zip(values, known, total, strict=True)
    ]


def _legend_of_grants(frame: pd.DataFrame) -> tuple[str, ...]:
    cells = set(frame.astype("str").to_numpy().ravel())
    lines = []
    if any(cell.startswith("au moins ") for cell in cells):
        lines.append("au moins : le montant de certains dossiers n'est pas connu.")
    lines += [f"{_NONE} : aucun montant connu."] if _NONE in cells else []
    if "Aidés" in frame:
        lines.append("Aidés : dossiers dont le montant accordé est connu et n'est pas nul.")
    return tuple(lines)


def _sense(polarity: int, sign: str) -> str:
    """Say whether a gap is favourable; nothing where there is none."""
    if sign not in _SIGNS:
        return ""
    return _SENSES[polarity * _SIGNS[sign]] if polarity else "neutre"


def percent(value: float) -> str:
    """Print a rate without decimals; nothing for a missing one."""
    number = format_number(value)
    return f"{number}{NO_BREAK_SPACE}%" if number else ""


def _number(value: float) -> str:
    """Print a number with a decimal only when it has one."""
    return format_number(value, 0 if np.isnan(value) or float(value).is_integer() else 1)


def names_of(rows: pd.DataFrame, actions: Actions) -> list[str]:
    """Give the label of what each row follows."""
    return [actions.follow_up(row.action, row.indicator).label for row in rows.itertuples()]

"""Findings as people read them: the tables and lines of an evaluation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from oqhs.analysis.dates import BROUGHT
from oqhs.analysis.lenses import BAR, GAP
from oqhs.analysis.words import DROPPING
from oqhs.catalogue import Catalogue
from oqhs.entries import Indicator
from oqhs.evaluating import moves, outcomes
from oqhs.evaluating.findings import REFERENCE, Findings
from oqhs.publish.flags import KIND_WORDS
from oqhs.publish.followed import achieved_words, percent
from oqhs.publish.joint import persons_words, verdict_words
from oqhs.publish.key_table import MISSING
from oqhs.publish.limits import MARK
from oqhs.publish.portrait.figures import interval_words
from oqhs.publish.theme import count_words, gap_words
from oqhs.studies.actions import Actions
from oqhs.text import (
    NO_BREAK_SPACE,
    coverage_words,
    format_gap,
    format_number,
    format_value,
    listing,
)
from oqhs.wording import REFERENCE_NAMES

_FEW = 3  # indicators that are named rather than counted
_DROPPING_GAPS = (
    "D'un décrochage, les écarts donnés sont ceux au département ; les montants sont en euros de chaque date."
)
_BROUGHT = (
    "estimation : les deux valeurs sont ramenées à un seul périmètre à partir des IRIS ; le second écart est "
    "celui de l'édition"
)


#: What became of flags, several of them.
_OUTCOMES = {
    outcomes.APPEARED: "apparus",
    outcomes.CLOSED: "clos",
    outcomes.HELD: "maintenus",
    outcomes.INCOMPARABLE: "non comparables",
}
#: What is found of gaps: of one, of several.
_FINDINGS = {
    moves.NARROWED: ("écart réduit", "écarts réduits"),
    moves.WIDENED: ("écart creusé", "écarts creusés"),
    moves.OTHER: ("autre évolution établie", "autres évolutions établies"),
    moves.UNSETTLED: ("non établie", "non établies"),
    moves.INCOMPARABLE: ("non comparable", "non comparables"),
}


@dataclass(frozen=True, eq=False, repr=False)
class Told:
    """A table to print, the name of the group of each row, and the lines under it."""

    table: pd.DataFrame
    groups: tuple[str, ...] = ()
    below: tuple[str, ...] = ()


def counts_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Lay out how many quartiers have each finding, indicator by indicator."""
    found = moves.counted(rows).drop(columns="indicator")
    heads = {name: words[:1].upper() + words[1:] for name, words in moves.FINDINGS.items()}
    return found.rename(columns={"label": "Indicateur", "quartiers": "Quartiers", **heads}).astype("str")


def moves_table(rows: pd.DataFrame) -> Told:
    """Lay out the changes that are known: value and gap then and now, change of the gap, what is found."""
    names = ("gap_before", "gap", "gap_change")
    gaps = {name: _signed(rows[name], rows["decimals"]) for name in names}
    why = rows["why"].mask(rows["why"] == moves.ONE_PERIMETER, _BROUGHT)
    marks, below = _called(why)
    table = pd.DataFrame(
        {
            "Quartier": rows["territory_label"],
            "Première valeur": rows["value_before_affiche"],
            "Seconde valeur": rows["value_affiche"],
            "Premier écart": gaps["gap_before"],
            "Second écart": gaps["gap"],
            "Évolution de l'écart": gaps["gap_change"] + _intervals(rows),
            "Constat": rows["finding"].map(moves.FINDINGS) + marks,
        },
        dtype="str",
    )
    years = rows["year_before"].astype("str") + " puis " + rows["year"].astype("str")
    units = ", écarts " + rows["unit"].map(gap_words)
    return Told(table.reset_index(drop=True), tuple(rows["label"] + ", " + years + units), below)


def _signed(values: pd.Series, decimals: pd.Series) -> pd.Series:
    """Print gaps with their sign, their unit being told elsewhere."""
    told = [
        format_number(value, int(digits), signed=True) or MISSING
        for value, digits in zip(values, decimals, strict=True)
    ]
    return pd.Series(told, index=values.index, dtype="str")


def _called(notes: pd.Series) -> tuple[pd.Series, tuple[str, ...]]:
    """Give each row the call of its note, and each note once, to stand under the table."""
    numbers = {text: rank for rank, text in enumerate(dict.fromkeys(notes[notes != ""]), start=1)}
    calls = notes.map({text: f"{NO_BREAK_SPACE}({number})" for text, number in numbers.items()})
    return calls.astype("str").fillna(""), tuple(f"({number}) {text}." for text, number in numbers.items())


def _intervals(rows: pd.DataFrame) -> pd.Series:
    """Give the interval of each change of a gap, between brackets; nothing where there is none."""
    bounds = rows[["gap_change_ci_lower", "gap_change_ci_upper", "decimals"]]
    told = [
        f" {words}" if (words := interval_words(low, high, int(digits))) else ""
        for low, high, digits in bounds.itertuples(index=False)
    ]
    return pd.Series(told, index=rows.index, dtype="str")


def compared_table(rows: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Say of each indicator from which year to which, and how many quartiers are compared, and how."""
    known = rows["finding"] != moves.INCOMPARABLE
    brought = known & (rows["basis"] == BROUGHT)
    told = rows.assign(as_is=known & ~brought, brought=brought, none=~known)
    frame = told.groupby(["indicator", "label"], sort=False)[["as_is", "brought", "none"]].sum().reset_index()
    seen = told[known].groupby("indicator")
    for column in ("year_before", "year"):
        years = seen[column].agg(lambda cells: listing([str(one) for one in sorted(set(cells.dropna()))]))
        frame[column] = frame["indicator"].map(years).fillna("")
    sources = {name: catalogue.sources[one.source].short for name, one in catalogue.indicators.items()}
    frame["source"] = frame["indicator"].map(sources)
    heads = {
        "label": "Indicateur",
        "source": "Source",
        "year_before": "Première date",
        "year": "Seconde date",
        "as_is": "Comparés tels quels",
        "brought": "Estimés sur un seul périmètre",
        "none": "Non comparables",
    }
    return frame[list(heads)].rename(columns=heads).astype("str")


def lacking_lines(rows: pd.DataFrame) -> list[str]:
    """Say what cannot be compared and why, each reason once, with how many quartiers."""
    hidden = rows[rows["finding"] == moves.INCOMPARABLE]
    lines = []
    for why, same in hidden.groupby("why", sort=False):
        labels = list(dict.fromkeys(same["label"]))
        names = listing(labels) if len(labels) <= _FEW else f"{len(labels)} indicateurs"
        count = _counted(same["territory"].nunique(), "quartier")
        most = "jusqu'à " if len(same) < len(labels) * same["territory"].nunique() else ""
        lines.append(f"{names} ({most}{count}) : {why}.")
    return lines


def together_table(rows: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Lay out the quartiers taken together; what is not there says why."""
    told = []
    for row in rows.itertuples():
        one = catalogue.indicators[row.indicator]
        digits = max(one.decimals, 1) if one.unit == "percent" else one.decimals
        told.append(
            {
                "Indicateur": one.label,
                "Années": " puis ".join(filter(None, (row.year_before, row.year))),
                "Première date": format_value(row.value_before, one.unit, digits) or MISSING,
                "Seconde date": format_value(row.value, one.unit, digits) or MISSING,
                "Évolution": format_gap(row.change, one.unit, digits) or MISSING,
                "Remarque": _remark(row.why, row.coverage_before, row.coverage),
            }
        )
    heads = ["Indicateur", "Années", "Première date", "Seconde date", "Évolution", "Remarque"]
    return pd.DataFrame(told, columns=heads, dtype="str")


def _remark(why: str, *coverages: float) -> str:
    """Say why there is no change, and how far a sum is from being whole at each date."""
    sides = zip(("première date", "seconde date"), coverages, strict=True)
    known = ((side, coverage_words(share, "connus, là où c'est le moins")) for side, share in sides)
    said = MARK.join([*filter(None, [why]), *(f"{side} : {words}" for side, words in known if words)])
    return said[:1].upper() + said[1:]


def flags_table(flags: pd.DataFrame, findings: Findings) -> Told:
    """Lay out flags that are followed, with the figures they are about at both dates, and their cautions."""
    known = findings.after.observatory.catalogue.indicators
    marks, below = _called(flags["caution"])
    entries = [known[name] for name in flags["indicator"]]
    shown = {
        head: [_flagged(row, side, one) for row, one in zip(flags.to_dict("records"), entries, strict=True)]
        for head, side in (("Première date", "_before"), ("Seconde date", ""))
    }
    references = flags["reference"].map(REFERENCE_NAMES)
    beside = references.mask(flags["kind"] == DROPPING, REFERENCE_NAMES[REFERENCE])
    columns = {
        "Quartier": [label_of(row, findings) for row in flags.to_dict("records")],
        "Indicateur": [one.label for one in entries],
        "Signalement": flags["kind"].map(KIND_WORDS).to_list(),
        "Référence": beside.astype("str").fillna("").to_list(),
        **shown,
        "Suite": (flags["outcome"] + marks).to_list(),
    }
    return Told(pd.DataFrame(columns, dtype="str"), below=(_DROPPING_GAPS, *below))


def _flagged(row: Mapping[str, Any], side: str, one: Indicator) -> str:
    """Print the figure a flag is about: the value that is at a bar, or the gap."""
    if row["kind"] == BAR:
        return format_value(row[f"value{side}"], one.unit, one.decimals) or MISSING
    return format_gap(row[f"gap{side}"], one.unit, one.decimals) or MISSING


def label_of(row: Mapping[str, object], findings: Findings) -> str:
    """Name the quartier of a flag: as the later edition does, or the earlier one where it is none of its."""
    if isinstance(row["territory"], str):
        return findings.after.geography.name(row["territory"])
    return f"{findings.before.geography.name(str(row['territory_before']))} ({row['territory_before']})"


def told_flags(flags: pd.DataFrame) -> pd.DataFrame:
    """Leave out what cannot be compared, and the gaps whose décrochage has the same outcome."""
    seen = flags[flags["outcome"] != outcomes.INCOMPARABLE]
    keys = ["territory", "indicator", "outcome"]
    dropping = (seen["kind"] == DROPPING).groupby([seen[name] for name in keys]).transform("any")
    return seen[~(dropping & (seen["kind"] == GAP))].reset_index(drop=True)


def flag_counts_table(flags: pd.DataFrame) -> pd.DataFrame:
    """Lay out how many flags of each kind had each outcome."""
    found = outcomes.counted(flags)
    found["kind"] = found["kind"].map(KIND_WORDS).str.capitalize()
    heads = {name: words.capitalize() for name, words in _OUTCOMES.items()}
    return found.rename(columns={"kind": "Signalement", **heads}).astype("str")


def unjudged_lines(flags: pd.DataFrame) -> list[str]:
    """Say why flags cannot be compared, each reason once, with how many flags."""
    hidden = flags[flags["outcome"] == outcomes.INCOMPARABLE]
    counts = hidden.groupby("why", sort=False).size()
    return [f"{_counted(int(count), 'signalement')} : {why}." for why, count in counts.items()]


def _counted(count: int, noun: str) -> str:
    return f"{format_number(count)}{NO_BREAK_SPACE}{noun}{'s' if count > 1 else ''}"


def actions_table(rows: pd.DataFrame, fiches: Actions) -> Told:
    """Lay out how far actions are, and the name of the fiche of each row."""
    follow_ups = [fiches.follow_up(row.action, row.indicator) for row in rows.itertuples()]
    table = pd.DataFrame(
        {
            "Suivi": [f"{one.label} ({one.unit})" for one in follow_ups],
            "Année": rows["period"].astype("str"),
            "Cible": [_figure(value) or MISSING for value in rows["target"]],
            "Réalisé": achieved_words(rows),
            "Taux": [percent(value) or MISSING for value in rows["rate_pct"]],
            "Note": rows["note"],
        },
        dtype="str",
    )
    return Told(table.reset_index(drop=True), tuple(fiches.actions[name].label for name in rows["action"]))


def _figure(value: float) -> str:
    """Print the figure of a follow-up: a whole number, or with one decimal."""
    return format_number(value, 0 if float(value).is_integer() else 1)


def joint_table(rows: pd.DataFrame) -> Told:
    """Lay out the joint display: the gap, who was heard, the verdict; and the quartier of each row.

    Parameters
    ----------
    rows : DataFrame
        As `oqhs.studies.joint.joint_display` gives them.
    """
    told = []
    for row in rows.to_dict("records"):
        gap = format_gap(row["gap"], row["unit"], row["decimals"]) or MISSING
        interval = interval_words(row["low"], row["high"], row["decimals"])
        told.append(
            {
                "Indicateur": row["indicator_label"],
                "Année": "" if pd.isna(row["year"]) else str(row["year"]),
                "Écart": f"{gap} {interval}".rstrip(),
                "Personnes qui en parlent": persons_words(row),
                "Verdict": verdict_words(row),
                "Note": row["verdict_note"],
            }
        )
    return Told(pd.DataFrame(told, dtype="str"), tuple(rows["label"]))


def quotes_of(rows: pd.DataFrame) -> tuple[str, ...]:
    """Give the excerpts of a joint display that may be shown, each with its quartier and its indicator."""
    return tuple(
        f"{row['label']}, {row['indicator_label']} : {words}"
        for row in rows.to_dict("records")
        for words in row["quotes"]
    )


def outcome_words(flags: pd.DataFrame) -> str:
    """Count flags by what became of them, in a sentence."""
    return _counts(flags["outcome"], {name: (name, words) for name, words in _OUTCOMES.items()})


def finding_words(rows: pd.DataFrame) -> str:
    """Count changes by what is found of them, in a sentence."""
    return _counts(rows["finding"], _FINDINGS)


def _counts(kinds: pd.Series, words: Mapping[str, tuple[str, str]]) -> str:
    """Count rows by kind, in the order of the words: those of one, and those of several."""
    counts = kinds.value_counts()
    return listing([count_words(int(counts.get(name, 0)), *both) for name, both in words.items()])

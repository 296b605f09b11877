"""Flags of two editions side by side: those that appeared, were closed, hold, or cannot be compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from oqhs.analysis.dates import BROUGHT
from oqhs.analysis.flags import TO_CONFIRM
from oqhs.analysis.lenses import BAR, GAP
from oqhs.analysis.words import DROPPING
from oqhs.evaluating.sides import NO_GAP, cautions_of, reasons_of
from oqhs.text import OBSERVED, format_number

APPEARED, CLOSED, HELD, INCOMPARABLE = "apparu", "clos", "maintenu", "non comparable"
OUTCOMES = (APPEARED, CLOSED, HELD, INCOMPARABLE)
#: Kinds of flags that are followed: a widening is itself a change, a position is relative to the others.
FOLLOWED = (DROPPING, GAP, BAR)
FOLLOWED_COLUMNS = [
    "territory",
    "territory_before",
    "indicator",
    "kind",
    "reference",
    "rule",
    "outcome",
    "why",
    "caution",
]
_KEY = ["territory", "territory_before", "indicator", "kind", "reference"]
_PLACE = ["territory", "indicator", "reference"]
_REDRAWN = "le périmètre du quartier a changé : deux périmètres ne se comparent pas"
_NOT_THERE = "l'indicateur n'est pas suivi aux deux dates"
_BROUGHT = "les deux valeurs ne se comparent qu'estimées sur un seul périmètre"
_UNSURE = "ne peut être jugé à l'autre date"
_NEW_RULE = "la règle n'était pas en vigueur aux deux dates"
_LEFT = "un écart demeure à l'autre date, dont le creusement n'y est pas jugé"


@dataclass(frozen=True, eq=False, repr=False)
class FlagsOfDate:
    """What is flagged at one date: `told` may go as far as the edition, `every` is all of it.

    `asked` holds the value of each rule in force then, by rule and indicator.
    """

    told: pd.DataFrame
    every: pd.DataFrame
    asked: Mapping[tuple[str, str], float]


def followed(
    before: FlagsOfDate,
    after: FlagsOfDate,
    changes: pd.DataFrame,
    same: Mapping[str, str],
    references: Mapping[str, tuple[str, ...]],
) -> pd.DataFrame:
    """Say what became of the flags of quartiers between two dates.

    A flag appeared, or was closed, only where the same quartier was judged by the same rule at both dates,
    of values that may be compared as they are. What is to be confirmed at one date is not judged there. A
    décrochage is that of a quartier and an indicator, whatever its reference: it is closed when no gap
    reaches its bar any more.

    Parameters
    ----------
    before, after : FlagsOfDate
        Flags of the earlier and of the later edition.
    changes : DataFrame
        As `oqhs.analysis.evolution` gives them, the references of the rules stacked, of the later edition.
    same : mapping
        Code of each quartier of the later edition that is unchanged, and its code in the earlier one.
    references : mapping
        By rule, the references a gap is taken to; those of a rule that compares nothing are empty.

    Returns
    -------
    DataFrame
        `FOLLOWED_COLUMNS`: one row per flag; `territory` is missing where a quartier of the earlier edition
        is none of the later one, `territory_before` in the other case; `outcome` is of `OUTCOMES`, `why` says
        in French why a flag cannot be compared, `caution` what the two values suffer from.
    """
    codes = pd.DataFrame({"territory": list(same), "territory_before": list(same.values())}, dtype="str")
    first = _keyed(before, "territory_before", codes)
    last = _keyed(after, "territory", codes)
    rows = first.merge(last, how="outer", on=_KEY, suffixes=("_before", "_after"))
    rows["rule"] = rows["rule_after"].fillna(rows["rule_before"])
    stated = _stated(changes)
    told = [_told(row, before, after, stated, references) for row in rows.to_dict("records")]
    rows[["outcome", "why", "caution"]] = pd.DataFrame(
        told, index=rows.index, columns=["outcome", "why", "caution"], dtype="str"
    )
    order = rows["kind"].map({kind: rank for rank, kind in enumerate(FOLLOWED)})
    place = rows["territory"].fillna(rows["territory_before"])
    rows = rows.assign(order=order, place=place).sort_values(
        ["place", "indicator", "order", "reference"], ignore_index=True
    )
    return rows[FOLLOWED_COLUMNS]


def _keyed(date: FlagsOfDate, column: str, codes: pd.DataFrame) -> pd.DataFrame:
    """Give the flags of a date that are sure, by what they are about; both codes of unchanged quartiers."""
    flags = date.told
    kept = flags["kind"].isin(FOLLOWED) & (flags["state"] != TO_CONFIRM)
    rows = flags.loc[kept, ["territory", "indicator", "kind", "reference", "rule", "state"]]
    rows = rows.rename(columns={"territory": column})
    rows["reference"] = rows["reference"].mask(rows["kind"] == DROPPING, "").fillna("")
    return rows.merge(codes, how="left", on=column)


def _stated(changes: pd.DataFrame) -> dict[tuple[str, str, str], tuple[str, str]]:
    """Say of each quartier, indicator and reference why two values are not compared, and with what caution.

    The empty text stands where they are; what a reference lacks is told under `reference`, what the quartier
    lacks under no reference.
    """
    own, other = reasons_of(changes)
    own = own.mask((own == "") & (changes["status"] != OBSERVED), NO_GAP)
    own = own.mask((own == "") & (changes["basis"] == BROUGHT), _BROUGHT)
    other = other.mask((other == "") & (changes["reference_basis"] == BROUGHT), _BROUGHT)
    other = other.mask((other == "") & (changes["gap"].isna() | changes["gap_before"].isna()), NO_GAP)
    both = own.mask(own == "", other)
    keys = changes[_PLACE].itertuples(index=False, name=None)
    found = dict(zip(keys, zip(both, changes["caution"], strict=True), strict=True))
    alone = changes.assign(own=own).drop_duplicates(["territory", "indicator"])
    for row in alone.itertuples():
        found[row.territory, row.indicator, ""] = (row.own, row.caution)
    return found


def _told(
    row: Mapping[str, object],
    before: FlagsOfDate,
    after: FlagsOfDate,
    stated: Mapping[tuple[str, str, str], tuple[str, str]],
    references: Mapping[str, tuple[str, ...]],
) -> tuple[str, str, str]:
    """Say what became of one flag, why it cannot be told, and with what caution."""
    if not isinstance(row["territory"], str) or not isinstance(row["territory_before"], str):
        return INCOMPARABLE, _REDRAWN, ""
    rule, kind = str(row["rule"]), row["kind"]
    against = references[rule] if kind == DROPPING else (str(row["reference"]),)
    places = [(row["territory"], str(row["indicator"]), reference) for reference in against]
    lines = [stated.get(place, (_NOT_THERE, "")) for place in places]
    caution = cautions_of(text for _, text in lines)
    asked = [date.asked.get((rule, str(row["indicator"]))) for date in (before, after)]
    why = next((reason for reason, _ in lines if reason), "") or _moved_bar(asked)
    was, is_now = isinstance(row["state_before"], str), isinstance(row["state_after"], str)
    if not why and not (was and is_now):
        other = before if is_now else after
        why = _unjudged(row, other, "territory_before" if is_now else "territory")
    if why:
        return INCOMPARABLE, why, caution
    return (HELD if was and is_now else APPEARED if is_now else CLOSED), "", caution


def _moved_bar(asked: list[float | None]) -> str:
    """Say that a rule did not ask the same at both dates; nothing when it did."""
    first, last = asked
    if first is None or last is None:
        return _NEW_RULE
    if not np.isclose(first, last):
        return f"le seuil a changé ({format_number(first, 1)}, puis {format_number(last, 1)})"
    return ""


def _unjudged(row: Mapping[str, object], date: FlagsOfDate, column: str) -> str:
    """Say why a flag that is not told at a date may be there all the same; nothing when it is not."""
    flags = date.every
    here = (flags["territory"] == row[column]) & (flags["indicator"] == row["indicator"])
    if row["kind"] != DROPPING:
        own = (flags["kind"] == row["kind"]) & (flags["reference"].fillna("") == row["reference"])
        return _UNSURE if (here & own).any() else ""
    if (here & (flags["kind"] == DROPPING)).any():
        return _UNSURE
    return _LEFT if (here & (flags["kind"] == GAP)).any() else ""


def counted(flags: pd.DataFrame) -> pd.DataFrame:
    """Count flags by kind and by what became of them.

    Returns
    -------
    DataFrame
        `kind`, then a column for each of `OUTCOMES`; the kinds that are there, in the order of `FOLLOWED`.
    """
    found = pd.crosstab(flags["kind"], flags["outcome"]).reindex(columns=list(OUTCOMES), fill_value=0)
    kinds = [kind for kind in FOLLOWED if kind in found.index]
    return found.reindex(kinds).rename_axis(columns=None, index="kind").reset_index()

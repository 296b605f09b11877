"""Changes in French: a sentence each, and values with as many digits as it takes to tell them apart."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from oqhs.catalogue import Catalogue
from oqhs.publish.diff.causes import ADDED, REMOVED
from oqhs.text import NO_BREAK_SPACE, OBSERVED, STATUS_WORDS, format_number, format_value

VALUE = "valeur"
STATUS = "statut"
CHANGES = (VALUE, STATUS, ADDED, REMOVED)
_MOST_DIGITS = 12
#: What stands for a figure that was published, and that secrecy now covers: it is not said again.
_COVERED_SINCE = "valeur publiée"


def sentences(changed: pd.DataFrame, catalogue: Catalogue) -> list[str]:
    """Give the sentence of each change.

    Parameters
    ----------
    changed : DataFrame
        Figures before and after, their labels, `change` and `evidence`.
    catalogue : Catalogue
        Units of the indicators.
    """
    shown = displayed(changed, catalogue)
    rows = zip(
        changed["indicator_label"],
        changed["label"],
        changed["territory"],
        changed["change"],
        shown["before"],
        shown["after"],
        shown["years"],
        changed["evidence"],
        strict=True,
    )
    found = []
    for indicator, label, code, change, old, new, years, evidence in rows:
        moved = {ADDED: f"chiffre ajouté : {new}", REMOVED: f"chiffre retiré, auparavant : {old}"}
        figure = moved.get(change, f"{old} → {new}") + (f" ({years})" if years else "")
        found.append(f"{indicator}, {label} ({code}) : {figure}. {because(evidence)}")
    return found


def because(evidence: Sequence[str]) -> str:
    """Say a cause, or several of which nobody knows the share.

    Examples
    --------
    >>> because(["inexpliqué"])
    'Cause : inexpliqué.'
    >>> because(["périmètre, qpv2015 → qpv2024", "paramètre, marche_minutes 10 → 12,5"])
    'Causes possibles : périmètre, qpv2015 → qpv2024 ; paramètre, marche_minutes 10 → 12,5.'
    """
    head = "Cause : " if len(evidence) == 1 else "Causes possibles : "
    return head + " ; ".join(evidence) + "."


def displayed(changed: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Give figures as printed: `before`, `after` and `years`, empty where there is no figure at all."""
    units = (
        changed["indicator"].map({name: one.unit for name, one in catalogue.indicators.items()}).fillna("")
    )
    decimals = changed["indicator"].map({name: one.decimals for name, one in catalogue.indicators.items()})
    covered = (changed["status_before"] == OBSERVED) & changed["value_before"].isna()
    pairs = [
        _pair(*row)
        for row in zip(
            changed["value_before"],
            changed["value_after"],
            _words(changed["status_before"]).mask(covered, _COVERED_SINCE),
            _words(changed["status_after"]),
            units,
            decimals.fillna(1).astype("int64"),
            strict=True,
        )
    ]
    old, new = (changed[name].astype("Int64") for name in ("year_before", "year_after"))
    first, second = old.fillna(new), new.fillna(old)
    years = first.astype("str").where(first == second, first.astype("str") + " → " + second.astype("str"))
    frame = pd.DataFrame(pairs, columns=["before", "after"], index=changed.index, dtype="str")
    return frame.assign(years=years.where(first.notna(), "").fillna(""))


def _words(status: pd.Series) -> pd.Series:
    """Say why there is no value; empty where there is one, or no figure."""
    return status.map(STATUS_WORDS).fillna("").astype("str")


def _pair(old: float, new: float, why_old: str, why_new: str, unit: str, decimals: int) -> tuple[str, str]:
    """Print two values with as many decimals as it takes for them not to read alike."""
    if np.isnan(old) or np.isnan(new) or old == new:
        return _printed(old, why_old, unit, decimals), _printed(new, why_new, unit, decimals)
    for digits in range(decimals, _MOST_DIGITS + 1):
        pair = _printed(old, why_old, unit, digits), _printed(new, why_new, unit, digits)
        if pair[0] != pair[1]:
            return pair
    return f"{old:.15g}".replace(".", ","), f"{new:.15g}".replace(".", ",")


def _printed(value: float, why: str, unit: str, decimals: int) -> str:
    if np.isnan(value):
        return why
    number = format_value(value, unit, decimals) if unit else format_number(value, decimals)
    # A value nobody vouches for any longer is told with the reason.
    return f"{number}{NO_BREAK_SPACE}({why})" if why else number

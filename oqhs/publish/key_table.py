"""The key table: a zone and its reference, indicator by indicator, each with a sentence to read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from oqhs.catalogue import Catalogue
from oqhs.entries import Indicator
from oqhs.text import NOT_AVAILABLE, STATUS_SHORT, format_gap, format_value, round_half_up

KEY_TABLE_COLUMNS = [
    "theme",
    "indicator",
    "label",
    "qpv",
    "reference",
    "gap",
    "gap_lower",
    "gap_upper",
    "sign",
    "unit",
    "decimals",
    "year",
    "source",
    "origin",
    "coverage",
    "status",
    "reference_origin",
    "reference_coverage",
    "reference_status",
    "perimeter",
    "reference_perimeter",
    "note",
    "remark",
    "reading_key",
    "caveats",
    "diffusion",
    "qpv_affiche",
    "reference_affiche",
    "gap_affiche",
    "territory",
    "territory_label",
    "reference_territory",
    "reference_label",
]

#: What is printed where there is no figure, and no status says why.
MISSING = STATUS_SHORT[NOT_AVAILABLE]

#: What stands between two caveats in one cell.
CAVEAT_MARK = " | "
_MARK = " ; "  # between what is said of a value

FOOTNOTES = {
    "a": "la donnée de l'ensemble des quartiers est calculée ou estimée par l'observatoire",
    "b": "la donnée de l'ensemble des quartiers est la donnée officielle de l'Insee",
    "c": "la donnée du département ne prend pas en compte les communes de moins de 10 000 habitants",
}


@dataclass(frozen=True)
class Wording:
    """How the two territories are named, alone and in a sentence (« des QPV … », « dans … »).

    `ensemble` says that the zone is all the quartiers: the footnotes are about them. `people` is what the
    shares of those who walk are of.
    """

    zone: str
    of_zone: str
    reference: str
    in_reference: str
    diffusion: str
    ensemble: bool
    people: str = "des habitants"


def key_table(
    gaps: pd.DataFrame, catalogue: Catalogue, wording: Wording, sources: Mapping[str, str]
) -> pd.DataFrame:
    """Lay out the gaps of one zone to one reference as the key table.

    Parameters
    ----------
    gaps : DataFrame
        Gaps of one territory to one reference, one row per indicator.
    catalogue : Catalogue
        Labels, themes, decimals, footnotes and reading keys.
    wording : Wording
        How both are named, and to whom the table may be given.
    sources : mapping
        Source of each card, by id.

    Returns
    -------
    DataFrame
        `KEY_TABLE_COLUMNS`, in the order of the catalogue. `qpv`, `reference` and `gap` are
        unrounded numbers; the columns in `_affiche` hold what is printed. `note` is the footnote
        that the value warrants (`FOOTNOTES`), `remark` what limits it, `caveats` what holds for the
        indicator everywhere.
    """
    rows = [_row(gap, catalogue, wording, sources) for gap in gaps.to_dict("records")]
    return pd.DataFrame(rows, columns=KEY_TABLE_COLUMNS).astype({"year": "Int64"})


def _row(
    gap: Mapping[str, object], catalogue: Catalogue, wording: Wording, sources: Mapping[str, str]
) -> dict[str, object]:
    name = str(gap["indicator"])
    indicator = catalogue.indicator(name)
    value, reference, shown = (_number(gap[key]) for key in ("value", "reference_value", "gap"))
    statuses = str(gap["status"]), str(gap["reference_status"])
    displayed = {
        "qpv_affiche": _value(value, indicator) or _short(statuses[0]),
        "reference_affiche": _value(reference, indicator) or _short(statuses[1]),
        "gap_affiche": format_gap(shown, indicator.unit, indicator.decimals) or _short(*statuses),
    }
    return {
        **gap,
        **displayed,
        "theme": catalogue.themes[indicator.theme].label,
        "label": indicator.label,
        "qpv": value,
        "reference": reference,
        "source": _source(indicator, gap, catalogue, sources),
        "decimals": indicator.decimals,
        "note": _footnote(indicator, gap, wording),
        "remark": _remark(indicator, gap, wording),
        "reading_key": _reading_key(indicator, value, reference, shown, str(gap["reason"]), wording),
        "caveats": CAVEAT_MARK.join(catalogue.caveats[caveat] for caveat in indicator.caveats),
        "diffusion": wording.diffusion,
        "territory_label": wording.zone,
        "reference_label": wording.reference,
    }


def _source(
    indicator: Indicator, gap: Mapping[str, object], catalogue: Catalogue, sources: Mapping[str, str]
) -> str:
    """Names of the sources the two values came from; that of the indicator when there is none."""
    cards = [card for key in ("source", "reference_source") for card in str(gap[key] or "").split("+")]
    ids = dict.fromkeys(sources[card] for card in cards if card in sources)
    return " ; ".join(catalogue.sources[name].short for name in ids or [indicator.source])


def _number(value: object) -> float:
    return float(value) if isinstance(value, (int, float)) else np.nan


def _value(value: float, indicator: Indicator) -> str:
    return format_value(value, indicator.unit, indicator.decimals)


def _short(*statuses: str) -> str:
    """Say in a cell why there is no figure: the first of the statuses that is not `observed`."""
    return next((STATUS_SHORT[status] for status in statuses if status in STATUS_SHORT), MISSING)


def _footnote(indicator: Indicator, gap: Mapping[str, object], wording: Wording) -> str:
    """Footnotes that the values warrant: where they came from, not where they usually come from."""
    if gap["status"] != "observed" or not wording.ensemble:
        return ""
    measured = indicator.recipe in {"area_share", "access"}
    letters = [] if measured else ["b" if gap["origin"] == "insee" else "a"]
    return ", ".join([*letters, *(["c"] if indicator.footnote == "c" else [])])


def _remark(indicator: Indicator, gap: Mapping[str, object], wording: Wording) -> str:
    """Tell what limits a row: first what is said of the value, then of the reference, then of the gap."""
    of_value: list[str] = []
    of_reference: list[str] = []
    if gap["status"] == "observed":
        of_value.append(_words(gap["note"]))
        if wording.ensemble and indicator.footnote == "b" and gap["origin"] != "insee":
            of_value.append(
                "l'Insee publie cette valeur pour l'ensemble des quartiers : elle n'a pas été livrée"
            )
    reason = str(gap["reason"])
    (of_reference if reason.startswith("référence") else of_value).append(reason)
    if gap["reference_status"] == "observed":
        # What was said of the value, and holds for its reference, is not said again.
        said = _words(gap["note"]).split(_MARK)
        own = [part for part in _words(gap["reference_note"]).split(_MARK) if part and part not in said]
        of_reference += [f"référence : {_MARK.join(own)}"] if own else []
    low, high = _number(gap["gap_lower"]), _number(gap["gap_upper"])
    if high - low > 10.0**-indicator.decimals / 2:
        ends = [format_gap(end, indicator.unit, indicator.decimals) for end in (low, high)]
        of_reference.append(f"selon les valeurs inconnues, l'écart est compris entre {ends[0]} et {ends[1]}")
    return _MARK.join(text for text in (*of_value, *of_reference) if text)


def _words(note: object) -> str:
    return note if isinstance(note, str) else ""


def _reading_key(
    indicator: Indicator, value: float, reference: float, gap: float, reason: str, wording: Wording
) -> str:
    if np.isnan(gap):
        known = (
            "" if np.isnan(value) else f"{indicator.label} {wording.of_zone} : {_value(value, indicator)}. "
        )
        return f"{known}Écart non disponible ({reason})."
    nil = float(round_half_up(gap, indicator.decimals)) == 0
    return indicator.reading.format(
        value=format_value(value, indicator.unit, indicator.decimals),
        of_zone=wording.of_zone,
        reference=format_value(reference, indicator.unit, indicator.decimals),
        in_reference=wording.in_reference,
        people=wording.people,
        gap="un écart nul" if nil else f"un écart de {format_gap(gap, indicator.unit, indicator.decimals)}",
    )

"""Sentences that say a flag to a partner, in French: of a figure, never of those who live there."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any

import pandas as pd

from oqhs.analysis.change import NOTICE
from oqhs.analysis.lenses import (
    BAR,
    BY_ESTIMATE,
    BY_PARTS,
    BY_REFERENCE,
    BY_SAMPLING,
    BY_SOURCE,
    GAP,
    POSITION,
    WIDENING,
)
from oqhs.analysis.uncertainty import EXHAUSTIVE, FISCAL, MEASURED
from oqhs.entries import Indicator
from oqhs.text import format_gap, format_value, listing
from oqhs.wording import TO_REFERENCE

DROPPING = "decrochage"
#: A décrochage whose gap is sure, and what confirms it is not.
BY_SUPPORT = "appui"

_COMPARED = (
    "{label} {in_zone} : {value}{when}, contre {reference} {in_reference}, soit {apart} (seuil : {bar})"
)
_HEADS = {
    GAP: _COMPARED + ".{outside}",
    DROPPING: "Décrochage. " + _COMPARED + ", confirmé par {confirmed}.{outside}",
    WIDENING: (
        "{label} {in_zone} : l'écart avec la valeur {of_reference} est passé de {before} en {year_before} "
        "à {after}{when}, soit un creusement de {widened} (seuil : {bar}). {notice}"
    ),
    BAR: "{label} {in_zone} : {value}{when} (seuil : {side} {bar}).",
    POSITION: "{label} {in_zone} : {value}{when}, {place} ({side} {bar}). Repère interne, non un décrochage.",
}
_SHARE_WIDENED = (
    "{label} {in_zone} : la valeur est passée de {before} de celle {of_reference} en {year_before} "
    "à {after}{when}, soit un creusement de {widened} (seuil : {bar}). {notice}"
)
_PLACES = {
    "share_of_quartiers": "parmi le quart des quartiers où la valeur est la moins favorable",
    "robust_z": "nettement à l'écart de la médiane des quartiers, du côté défavorable",
}
_SIDES = {-1: "au moins", 1: "au plus"}
_OUTSIDE = " Pour repère, {in_outside} : {value}, soit un écart de {gap}."
_FIRM = "Ferme : la marge du sondage ne suffit pas à ramener l'écart sous le seuil{interval}."
_OBSERVED = {
    EXHAUSTIVE: "Constaté : recensement exhaustif, sans marge de sondage.",
    FISCAL: "Constaté : source fiscale, sans marge de sondage.",
    MEASURED: "Constaté : donnée mesurée, sans marge de sondage.",
}
#: Of a gap, where everybody was counted in the quartier and the margin of the reference is not known.
_COUNTED_HERE = "Constaté : recensement exhaustif dans le quartier."
_MAY_BE_SAMPLING = {
    GAP: "À confirmer : la marge du sondage peut ramener l'écart sous le seuil{interval}.",
    DROPPING: "À confirmer : la marge du sondage peut ramener l'écart sous le seuil{interval}.",
    WIDENING: "À confirmer : la marge du sondage peut ramener le creusement sous le seuil.",
    BAR: "À confirmer : la marge du sondage peut ramener la valeur en deçà du seuil.",
    POSITION: "À confirmer : la marge du sondage peut ramener la valeur en deçà de ce repère.",
}
_DOUBTS = {
    BY_ESTIMATE: "À confirmer : la valeur est une estimation de l'observatoire.",
    BY_REFERENCE: "À confirmer : la valeur de la référence est une estimation de l'observatoire.",
    BY_PARTS: "À confirmer : une partie des données manque.",
    BY_SOURCE: "À confirmer : la précision de la source n'est pas connue.",
    BY_SUPPORT: "À confirmer : l'écart est établi, ce qui le confirme ne l'est pas encore.",
}


def templates() -> list[str]:
    """Every text that sentences are made of, for those who check the words.

    Examples
    --------
    >>> "au département" in templates()
    True
    """
    tables = (_HEADS, _PLACES, _SIDES, TO_REFERENCE, _OBSERVED, _MAY_BE_SAMPLING, _DOUBTS)
    alone = (_SHARE_WIDENED, _OUTSIDE, _FIRM, _COUNTED_HERE)
    return [*(text for table in tables for text in table.values()), *alone]


def sentences(
    flags: pd.DataFrame, indicators: Mapping[str, Indicator], names: Callable[[str, str], str]
) -> list[str]:
    """Say each flag in a sentence or two: the figure, what it is held against, how sure it is.

    Parameters
    ----------
    flags : DataFrame
        Flags with what was found with them (`doubt`, `sampling`, `scale`, the two dates of a widening).
    indicators : mapping
        Indicators by id: label, unit, decimals.
    names : callable
        Gives the name of a territory, from its code, in a form: `label_de` or `label_article`.
    """
    known: dict[tuple[str, str], str] = {}

    def name(code: object, form: str) -> str:
        key = (str(code), form)
        if key not in known:
            known[key] = names(*key)
        return known[key]

    return [_sentence(row, indicators[row["indicator"]], name) for row in flags.to_dict("records")]


def _sentence(row: Mapping[Hashable, Any], indicator: Indicator, name: Callable[[object, str], str]) -> str:
    unit, decimals = indicator.unit, indicator.decimals
    compared, kind = bool(row["reference_territory"]), row["kind"]
    in_points = kind == WIDENING and row["scale"] == "percent_of_reference"
    side = "de plus" if row["gap"] > 0 else "de moins"
    words = {
        "label": indicator.label,
        "in_zone": name(row["territory"], "label_article"),
        "value": format_value(row["value"], unit, decimals),
        "when": "" if pd.isna(row["year"]) else f" en {row['year']}",
        "side": _SIDES[indicator.polarity] if indicator.polarity else "",
        "bar": format_value(row["bar"], unit, decimals),
        "place": _PLACES.get(row["scale"], ""),
        "notice": NOTICE,
    }
    if compared:
        words |= {
            "reference": format_value(row["reference_value"], unit, decimals),
            "in_reference": name(row["reference_territory"], "label_article"),
            "of_reference": name(row["reference_territory"], "label_de"),
            "apart": f"{format_gap(abs(row['gap']), unit, decimals, signed=False)} {side}",
            "bar": format_gap(row["bar"], *(("percent", 1) if in_points else (unit, decimals)), signed=False),
            "outside": _outside(row, indicator, name),
            "confirmed": _confirmed(row["confirmed_by"]),
        }
    if kind == WIDENING:
        words |= _widened(row, indicator, in_points=in_points)
    head = _SHARE_WIDENED if in_points else _HEADS[kind]
    sure = kind == POSITION and not row["doubt"]
    return head.format(**words) + ("" if sure else " " + _surety(row, indicator))


def _outside(row: Mapping[Hashable, Any], indicator: Indicator, name: Callable[[object, str], str]) -> str:
    """Say the value hors QPV beside a gap to the commune, which the quartier is a part of."""
    if row["reference"] != "commune" or pd.isna(row["hors_qpv_gap"]):
        return ""
    return _OUTSIDE.format(
        in_outside=name(row["hors_qpv"], "label_article"),
        value=format_value(row["hors_qpv_value"], indicator.unit, indicator.decimals),
        gap=format_gap(row["hors_qpv_gap"], indicator.unit, indicator.decimals),
    )


def _widened(row: Mapping[Hashable, Any], indicator: Indicator, *, in_points: bool) -> dict[str, str]:
    """Say the two ends of a widening, as gaps or as shares of the reference."""
    unit, decimals = ("percent", 1) if in_points else (indicator.unit, indicator.decimals)
    said, ends = (format_value, "share") if in_points else (format_gap, "gap")
    before, after = row[f"{ends}_before"], row["share" if in_points else "gap_after"]
    return {
        "before": said(before, unit, decimals),
        "after": said(after, unit, decimals),
        "year_before": str(row["year_before"]),
        "widened": format_gap(row["widened_by"], unit, decimals, signed=False),
    }


def _confirmed(codes: str) -> str:
    """Say what confirms a décrochage, from its codes (`ecart:commune`)."""
    pairs = [code.split(":") for code in codes.split(", ") if code]
    gaps = [TO_REFERENCE[reference] for kind, reference in pairs if kind == GAP]
    grown = [TO_REFERENCE[reference] for kind, reference in pairs if kind == WIDENING]
    said = [f"l'écart {listing(gaps)}"] if gaps else []
    said += [f"le creusement de l'écart {listing(grown)}"] if grown else []
    return " et par ".join(said)


def _surety(row: Mapping[Hashable, Any], indicator: Indicator) -> str:
    """Say how sure a flag is, and why."""
    lower, upper = (
        format_gap(row[end], indicator.unit, indicator.decimals) for end in ("ci_lower", "ci_upper")
    )
    interval = f" (intervalle de l'écart : de {lower} à {upper})" if lower and upper else ""
    if row["doubt"] == BY_SAMPLING:
        return _MAY_BE_SAMPLING[row["kind"]].format(interval=interval)
    if row["doubt"]:
        return _DOUBTS[row["doubt"]]
    if row["sampling"] == EXHAUSTIVE and row["reference_territory"] and row["gap_se"] != 0:
        return _COUNTED_HERE
    return _OBSERVED.get(row["sampling"], _FIRM).format(interval=interval)

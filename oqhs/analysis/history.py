"""History of the quartiers: what each came from, and what it became."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from oqhs.measures.crosswalk import (
    ENLARGED,
    ENTERED,
    LEFT,
    MERGED,
    REDUCED,
    RESHAPED,
    SPLIT,
    UNCHANGED,
    UNDETERMINED,
)
from oqhs.text import format_value

ANCESTOR, DESCENDANT, ATTRIBUTE = "ancêtre", "descendant", "attribut"
HISTORY_COLUMNS = [
    "territory",
    "role",
    "relation",
    "other",
    "label",
    "perimeter",
    "share",
    "share_population",
    "share_other",
    "share_other_population",
    "attribute",
    "value",
    "sentence",
]
_BEFORE = {
    UNCHANGED: "Limites inchangées depuis {year}, au tracé près : {other}.",
    ENLARGED: "Agrandi depuis {year} : le {other} en représente {here}.",
    REDUCED: "Réduit depuis {year} : il garde {there} du {other}.",
    RESHAPED: "Remanié depuis {year} : il garde {there} du {other}, qui en représente {here}.",
    MERGED: "Issu d'une fusion : il garde {there} du {other}, qui en représente {here}.",
    SPLIT: "Issu d'une scission : il garde {there} du {other}.",
    ENTERED: "Entré dans la géographie prioritaire : aucun quartier de {year} n'était là.",
    UNDETERMINED: "Passé inconnu : un tracé du département manque à l'une des deux dates.",
}
_AFTER = {
    UNCHANGED: "Limites inchangées en {year}, au tracé près : {other}.",
    ENLARGED: "Agrandi en {year} : il représente {there} du {other}.",
    REDUCED: "Réduit en {year} : le {other} en garde {here}.",
    RESHAPED: "Remanié en {year} : le {other} en garde {here}, soit {there} du nouveau quartier.",
    MERGED: "Fusionné en {year} : le {other} en garde {here}.",
    SPLIT: "Scindé en {year} : le {other} en garde {here}.",
    LEFT: "Sorti de la géographie prioritaire : aucun quartier de {year} n'est là.",
    UNDETERMINED: "Suite inconnue : un tracé du département manque à l'une des deux dates.",
}
_SIDES = {ANCESTOR: ("new", "old", _BEFORE), DESCENDANT: ("old", "new", _AFTER)}


def history(
    passage: pd.DataFrame, role: str, labels: Mapping[str, str], perimeters: tuple[str, str]
) -> pd.DataFrame:
    """Tell what the quartiers of one side of a crosswalk came from, or what they became.

    Parameters
    ----------
    passage : DataFrame
        A crosswalk.
    role : {"ancêtre", "descendant"}
        Of each new quartier what it came from, or of each old one what it became.
    labels : mapping
        Names of the quartiers of both sides, by code.
    perimeters : tuple of str
        Perimeter of the old quartiers, and of the new ones.

    Returns
    -------
    DataFrame
        `HISTORY_COLUMNS`, one row per quartier and counterpart, sorted: `other` and `label` name the
        counterpart (missing without one), `perimeter` is its own; `share` and `share_population` (0 to
        1) are the parts of the quartier that lie in it, `share_other` and `share_other_population` the
        parts of the counterpart that lie in the quartier; `sentence` says it in French.

    Examples
    --------
    >>> passage = pd.DataFrame({"code_old": ["QP999001"], "code_new": ["QN99901M"], "relation": ["agrandi"],
    ...     "share_old": [1.0], "share_new": [0.8], "share_old_population": [1.0],
    ...     "share_new_population": [0.9]})
    >>> told = history(passage, "ancêtre", {"QP999001": "Orval"}, ("qpv2015", "qpv2024"))
    >>> told.sentence[0].replace("\u00a0", " ")
    'Agrandi depuis 2015 : le quartier Orval (QP999001) en représente 80,0 % de la surface et 90,0 % des
    habitants.'
    """
    own, other, sentences = _SIDES[role]
    rows = passage[passage[f"code_{own}"].notna()]
    found = pd.DataFrame(
        {
            "territory": rows[f"code_{own}"],
            "role": role,
            "relation": rows["relation"],
            "other": rows[f"code_{other}"],
            "label": rows[f"code_{other}"].map(labels),
            "perimeter": perimeters[0] if role == ANCESTOR else perimeters[1],
            "share": rows[f"share_{own}"],
            "share_population": rows[f"share_{own}_population"],
            "share_other": rows[f"share_{other}"],
            "share_other_population": rows[f"share_{other}_population"],
        },
        columns=HISTORY_COLUMNS,
    )
    found["sentence"] = [
        sentences[row["relation"]].format(
            year=str(row["perimeter"]).removeprefix("qpv"),
            other=f"quartier {row['label']} ({row['other']})",
            here=_part(row["share"], row["share_population"]),
            there=_part(row["share_other"], row["share_other_population"]),
        )
        for row in found.to_dict("records")
    ]
    return found.sort_values(["territory", "other"], ignore_index=True)


def attributes_told(attributes: pd.DataFrame) -> pd.DataFrame:
    """Give attributes of quartiers (`territory`, `attribute`, `value`) as rows of a history."""
    told = attributes[["territory", "attribute", "value"]].assign(role=ATTRIBUTE)
    told["sentence"] = told["attribute"] + " : " + told["value"] + "."
    return told.reindex(columns=HISTORY_COLUMNS)


def put_together(histories: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Put histories and attributes together: by quartier, ancestors first and attributes last."""
    together = pd.concat(histories, ignore_index=True)
    rank = {role: position for position, role in enumerate((ANCESTOR, DESCENDANT, ATTRIBUTE))}
    keys = ["territory", "rank", "other", "attribute"]
    ordered = together.assign(rank=together["role"].map(rank)).sort_values(keys, ignore_index=True)
    return ordered[HISTORY_COLUMNS]


def _part(area: Any, people: Any) -> str:
    """Say a part of a quartier, of its people too where they are known."""
    shown = f"{format_value(100 * area, 'percent', 1)} de la surface"
    return (
        shown if pd.isna(people) else f"{shown} et {format_value(100 * people, 'percent', 1)} des habitants"
    )

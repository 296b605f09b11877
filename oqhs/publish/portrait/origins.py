"""Where the figures of a portrait come from, and what their licences ask to print."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from oqhs.publish.contents import Contents
from oqhs.text import listing

_LICENCES = {"etalab-2.0": "Licence Ouverte 2.0 (Etalab)", "odbl-1.0": "ODbL 1.0"}


def sources_told(contents: Contents, codes: Iterable[str]) -> list[str]:
    """Tell the sources of what is said of some territories, with their years, licences and attributions.

    Parameters
    ----------
    contents : Contents
        The content of a release.
    codes : iterable of str
        Territories the portrait is about.
    """
    used = _cards_of(contents, set(codes))
    by_source: dict[str, list[str]] = {}
    for name in used:
        by_source.setdefault(contents.inputs[name].source, []).append(name)
    lines = []
    for source, cards in sorted(by_source.items()):
        entry = contents.catalogue.sources[source]
        years = sorted({year for card in cards if (year := contents.inputs[card].year) is not None})
        licences = sorted(
            {_LICENCES.get(one, one) for one in (contents.inputs[card].licence for card in cards)}
        )
        who = entry.label if entry.producer in entry.label else f"{entry.label} ({entry.producer})"
        when = f", {listing([str(year) for year in years])}" if years else ""
        told = list(dict.fromkeys(filter(None, (contents.attributions.get(card, "") for card in cards))))
        lines.append(". ".join([f"{who}{when}, {listing(licences)}", *told]))
    return [f"{line.rstrip('.')}." for line in lines] or ["Aucune donnée."]


def _cards_of(contents: Contents, codes: set[str]) -> list[str]:
    """Give the cards of the observations, the gaps, the changes and the outlines."""
    found = {str(card) for card in _named(contents.recipe.get("territories"))}
    for table in (contents.observations, contents.gaps, contents.changes):
        if table is None:
            continue
        rows = table[table["territory"].isin(codes)]
        for column in ("source", "source_before", "reference_source"):
            if column in rows:
                found |= {card for text in _texts(rows[column]) for card in text.split("+")}
    return sorted(found & set(contents.inputs))


def _texts(column: pd.Series) -> list[str]:
    return [str(text) for text in column.dropna().unique()]


def _named(told: object) -> Iterable[object]:
    if not isinstance(told, dict):
        return ()
    return [
        one for value in told.values() for one in (value if isinstance(value, (list, tuple)) else [value])
    ]

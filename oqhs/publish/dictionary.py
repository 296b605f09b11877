"""The data dictionary of a release: its indicators, the columns of its tables, its sources."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from oqhs.columns import Columns
from oqhs.entries import Indicator
from oqhs.publish.contents import Contents
from oqhs.text import listing
from oqhs.wording import licence_name

_BETWEEN = " | "  # between the codes of a cell


def indicators_of(contents: Contents) -> pd.DataFrame:
    """Describe the indicators of an edition, in the order of the catalogue.

    Returns
    -------
    DataFrame
        One row per indicator it shows: `indicator`, `label`, `theme`, `definition`, `universe`, `unit`,
        `decimals`, `polarity`, `key`, `footnote`, `recipe`, `year` (missing where it is not planned),
        `inputs` (ids of cards), `source`, `caveats`.
    """
    catalogue, planned = contents.catalogue, contents.planned
    rows = []
    for name, one in catalogue.shown(planned).items():
        plan = planned.get(name, {})
        rows.append(
            {
                "indicator": name,
                "label": one.label,
                "theme": catalogue.themes[one.theme].label,
                "definition": _definition(one),
                "universe": one.universe,
                "unit": one.unit,
                "decimals": one.decimals,
                "polarity": one.polarity,
                "key": one.key,
                "footnote": one.footnote or "",
                "recipe": plan.get("recipe", one.recipe) if plan else "",
                "year": plan.get("year"),
                "inputs": ", ".join(_inputs(plan)),
                "source": catalogue.sources[one.source].label,
                "caveats": _BETWEEN.join(catalogue.caveats[caveat] for caveat in one.caveats),
            }
        )
    return pd.DataFrame(rows).astype({"year": "Int64"})


def _definition(one: Indicator) -> str:
    terms = [term.words for term in (one.numerator, one.denominator) if term is not None]
    return " / ".join(terms)


def _inputs(plan: Mapping[str, object]) -> list[str]:
    inputs: Mapping[str, list[str]] = plan.get("inputs", {})  # type: ignore[assignment]
    return list(dict.fromkeys(card for cards in inputs.values() for card in cards))


def columns_of(tables: Mapping[str, pd.DataFrame], told: Columns) -> pd.DataFrame:
    """Describe every column of the tables of a release.

    Parameters
    ----------
    tables : mapping
        Tables by name.
    told : Columns
        What columns say.

    Returns
    -------
    DataFrame
        `table`, `table_title`, `column`, `type`, `unit`, `key`, `meaning`, `codes`.
    """
    rows = []
    for table, frame in tables.items():
        about = told.tables[table]
        for name in frame.columns:
            column = told.column(table, name)
            codes = [f"{code} : {words}" for code, words in told.codes(column).items()]
            rows.append(
                {
                    "table": table,
                    "table_title": about.title,
                    "column": name,
                    "type": _type(frame[name]),
                    "unit": column.unit,
                    "key": name in about.key,
                    "meaning": column.meaning,
                    "codes": _BETWEEN.join(codes),
                }
            )
    return pd.DataFrame(rows)


def _type(cells: pd.Series) -> str:
    if cells.dtype.name == "geometry":
        return "contour"
    if pd.api.types.is_bool_dtype(cells):
        return "booléen"
    if pd.api.types.is_integer_dtype(cells):
        return "entier"
    if pd.api.types.is_numeric_dtype(cells):
        return "nombre"
    known = cells.dropna()
    return "booléen" if len(known) and known.map(lambda cell: isinstance(cell, bool)).all() else "texte"


def sources_of(contents: Contents) -> pd.DataFrame:
    """Describe the files an edition is made of, with French headers, one row per card."""
    rows = []
    for name, card in contents.inputs.items():
        source = contents.catalogue.sources[card.source]
        used = [one for one, plan in contents.planned.items() if name in _inputs(plan)]
        rows.append(
            {
                "Fiche": name,
                "Fichier": card.title or "",
                "Source": source.label,
                "Producteur": source.producer,
                "Année": str(card.year or ""),
                "Périmètre": card.perimeter or "",
                "Licence": licence_name(card.licence),
                "Mention": contents.attributions.get(name, ""),
                "Obtenu le": card.obtained.isoformat(),
                "Indicateurs": listing([contents.catalogue.indicator(one).label for one in used]),
                "Page": source.page,
                "SHA-256": "" if name in contents.held else card.sha256,
            }
        )
    return pd.DataFrame(rows)

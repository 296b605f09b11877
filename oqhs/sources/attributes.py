"""Attributes of quartiers: what a table says of each in words (NPNRU, former quartier de veille active)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from oqhs.errors import CatalogueError, DataError, Problem
from oqhs.sources.cards import Card, card_place
from oqhs.sources.cells import TextTable
from oqhs.sources.delimited import read_delimited
from oqhs.sources.mappings import AttributeMapping
from oqhs.sources.tabular import Reading
from oqhs.territories import CODE_SHAPES, kinds_of, normalise_codes
from oqhs.text import plain_labels


def read_attributes(path: Path, card: Card) -> Reading:
    """Read a table of attributes by the mapping of its card.

    Returns
    -------
    Reading
        `frame`: `territory`, `attribute` and `value` (plain text), sorted: one row per cell that is
        not empty. A quartier may stand on several rows; an empty cell says nothing, and gives no row.

    Raises
    ------
    CatalogueError
        The card does not say which columns hold the codes and the attributes.
    DataError
        A column is missing, or a code has no known shape.
    """
    mapping = card.attributes
    if mapping is None:
        raise CatalogueError(
            "layout `attributes` needs the columns of the codes and of the attributes",
            file=card_place(path),
            column="attributes",
            allowed="territory: COLUMN, columns: {COLUMN: name of the attribute}",
        )
    text = read_delimited(path)
    _refuse_missing(text, mapping)
    codes = _codes(text, mapping.territory)
    told = [
        pd.DataFrame({"territory": codes, "attribute": name, "value": plain_labels(_series(text, column))})
        for column, name in mapping.columns.items()
    ]
    frame = pd.concat(told)
    frame = frame[frame["value"].notna() & (frame["value"] != "")].drop_duplicates()
    frame = frame.sort_values(["territory", "attribute", "value"], ignore_index=True)
    used = {mapping.territory.upper(), *(column.upper() for column in mapping.columns)}
    unmapped = tuple(name for name in text.header if name.upper() not in used)
    return Reading(frame, path, "attributes", codes.nunique(), unmapped, blank_rows=text.blank_rows)


def _refuse_missing(text: TextTable, mapping: AttributeMapping) -> None:
    """Refuse a mapping that names columns the file does not have."""
    missing = [name for name in (mapping.territory, *mapping.columns) if name.upper() not in text.names]
    if missing:
        raise DataError.gather(
            Problem(
                "the card names a column the file does not have",
                file=text.path,
                column=name,
                allowed=", ".join(text.header),
            )
            for name in missing
        )


def _codes(text: TextTable, column: str) -> pd.Series:
    """Give the codes of the territories, normalised; refuse those of no known shape."""
    codes = normalise_codes(_series(text, column))
    wrong = np.flatnonzero(kinds_of(codes)["kind"].isna())
    if len(wrong):
        raise DataError.gather(
            Problem(
                "this is not the code of a territory",
                text.path,
                text.line_of(row),
                column,
                codes.iloc[row],
                CODE_SHAPES,
            )
            for row in wrong
        )
    return codes


def _series(text: TextTable, name: str) -> pd.Series:
    return pd.Series(text.column(name).to_pandas(), dtype="str")

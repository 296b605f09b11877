"""Attributes of quartiers: what a table says of each in words (NPNRU, former quartier de veille active)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from oqhs.errors import CatalogueError, DataError, Problem
from oqhs.sources.cards import Card, card_place
from oqhs.sources.delimited import read_delimited
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
    known = [name.upper() for name in text.header]
    missing = [name for name in (mapping.territory, *mapping.columns) if name.upper() not in known]
    if missing:
        raise DataError.gather(
            Problem(
                "the card names a column the file does not have",
                file=path,
                column=name,
                allowed=", ".join(text.header),
            )
            for name in missing
        )
    codes = normalise_codes(pd.Series(text.column(mapping.territory).to_pandas(), dtype="str"))
    wrong = np.flatnonzero(kinds_of(codes)["kind"].isna())
    if len(wrong):
        raise DataError.gather(
            Problem(
                "this is not the code of a territory",
                path,
                text.line_of(row),
                mapping.territory,
                codes.iloc[row],
                CODE_SHAPES,
            )
            for row in wrong
        )
    told = [
        pd.DataFrame(
            {
                "territory": codes,
                "attribute": name,
                "value": plain_labels(pd.Series(text.column(column).to_pandas(), dtype="str")),
            }
        )
        for column, name in mapping.columns.items()
    ]
    frame = pd.concat(told)
    frame = frame[frame["value"].notna() & (frame["value"] != "")].drop_duplicates()
    frame = frame.sort_values(["territory", "attribute", "value"], ignore_index=True)
    used = {mapping.territory.upper(), *(column.upper() for column in mapping.columns)}
    unmapped = tuple(name for name in text.header if name.upper() not in used)
    return Reading(frame, path, "attributes", codes.nunique(), unmapped, blank_rows=text.blank_rows)

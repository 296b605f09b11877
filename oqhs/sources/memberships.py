"""Tables that say which territory lies in which: communes in EPT, parts of quartiers in communes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from oqhs.errors import CatalogueError, DataError, Problem
from oqhs.sources.cards import Card, card_place
from oqhs.sources.cells import TextTable
from oqhs.sources.delimited import read_delimited
from oqhs.sources.mappings import MembershipMapping
from oqhs.sources.tabular import Reading
from oqhs.territories import CODE_SHAPES, kinds_of, normalise_codes
from oqhs.text import parse_numbers, plain_labels


def read_memberships(path: Path, card: Card) -> Reading:
    """Read a table of memberships by the mapping of its card.

    Returns
    -------
    Reading
        `frame`: `territory`, `parent`, `parent_name` (empty without a column for it) and
        `population` (persons of the territory who live in the parent; NaN when unknown).

    Raises
    ------
    CatalogueError
        The card does not say which columns hold the two codes.
    DataError
        A column is missing, a code has no known shape, a pair stands twice, a population is not a
        number.
    """
    mapping = card.memberships
    if mapping is None:
        raise CatalogueError(
            "layout `memberships` needs the columns of the two codes",
            file=card_place(path),
            column="memberships",
            allowed="territory, parent, and if need be parent_name, population, decimal",
        )
    text = read_delimited(path)
    wanted = [mapping.territory, mapping.parent, mapping.parent_name, mapping.population]
    for name in (name for name in wanted if name is not None):
        if name.upper() not in [known.upper() for known in text.header]:
            raise DataError(
                "the card names a column the file does not have",
                file=path,
                column=name,
                allowed=", ".join(text.header),
            )
    names = plain_labels(_cells(text.column(mapping.parent_name))) if mapping.parent_name else ""
    frame = pd.DataFrame(
        {
            "territory": normalise_codes(_cells(text.column(mapping.territory))),
            "parent": normalise_codes(_cells(text.column(mapping.parent))),
            "parent_name": names,
            "population": np.nan,
        }
    )
    if mapping.population is not None:
        frame["population"] = parse_numbers(text.column(mapping.population), mapping.decimal)["value"]
    _check(path, text, mapping, frame)
    used = {name.upper() for name in wanted if name}
    unmapped = tuple(name for name in text.header if name.upper() not in used)
    return Reading(
        frame, path, "memberships", frame["territory"].nunique(), unmapped, blank_rows=text.blank_rows
    )


def _check(path: Path, text: TextTable, mapping: MembershipMapping, frame: pd.DataFrame) -> None:
    problems = [
        Problem(
            "this is not the code of a territory",
            path,
            text.line_of(row),
            column,
            frame[name].iloc[row],
            CODE_SHAPES,
        )
        for name, column in (("territory", mapping.territory), ("parent", mapping.parent))
        for row in np.flatnonzero(kinds_of(frame[name])["kind"].isna())
    ]
    problems += [
        Problem(
            "this pair stands twice",
            path,
            text.line_of(row),
            mapping.territory,
            frame["territory"].iloc[row],
            "one row a pair",
        )
        for row in np.flatnonzero(frame.duplicated(["territory", "parent"]))
    ]
    if mapping.population is not None:
        parsed = parse_numbers(text.column(mapping.population), mapping.decimal)
        problems += [
            Problem(
                "this is not a number of persons",
                path,
                text.line_of(row),
                mapping.population,
                text.column(mapping.population)[row].as_py(),
                "a number from 0, or empty when unknown",
            )
            for row in np.flatnonzero(parsed["status"].isna() | (parsed["value"] < 0))
        ]
    if problems:
        raise DataError.gather(problems)


def _cells(column: pa.ChunkedArray) -> pd.Series:
    return pd.Series(column.to_pandas(), dtype="str").str.strip()

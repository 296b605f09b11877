"""Facilities: PMI, EDS, collèges, parks or any other, with the days they are open from and to."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from oqhs.errors import CatalogueError, DataError, Problem
from oqhs.sources.cards import Card, card_place
from oqhs.sources.mappings import FacilityMapping
from oqhs.sources.placed import Rows, codes_of, open_rows, place
from oqhs.sources.tabular import Reading

FACILITY_COLUMNS = ["code", "name", "category", "valid_from", "valid_to", "geometry"]
_DATES = ("%Y-%m-%d", "%d/%m/%Y")
_ANY = "*"
_SHOWN = 10


def read_facilities(path: Path, card: Card) -> Reading:
    """Read a list of facilities by the mapping of its card.

    Returns
    -------
    Reading
        `frame`: `code` (text; `L12` is line 12, or feature 12 of a layer, where the card names no column
        of codes), `name` (empty without a column for it), `category`, `valid_from` and `valid_to` (days,
        NaT when nobody says them) and `geometry`, points or polygons, in EPSG:2154 or in the projected
        system of an overseas territory; sorted by code. A facility without coordinates is there, without
        a geometry, and in `without_place`. `left_out` counts the rows of other categories.

    Raises
    ------
    CatalogueError
        The card does not say how to read it, or gives the columns of coordinates of a layer.
    LayoutError
        The file is neither a delimited table nor a layer.
    CRSError
        A layer says no coordinate reference system, or the card says one that is none.
    DataError
        A column is missing; there is no row, or none of a category to keep; a code is missing or stands
        twice; a place is not one (`oqhs.sources.placed`); a day is not one. All of it is told at once.
    """
    mapping = card.facilities
    if mapping is None:
        raise CatalogueError(
            "layout `facilities` needs to know what they are and where",
            file=card_place(path),
            column="facilities",
            allowed="category, or category_column and keep; x, y and crs, or lat and lon, or a layer",
        )
    named = [mapping.code, mapping.name, mapping.category_column, mapping.valid_from, mapping.valid_to]
    rows, categories, left_out = _kept(open_rows(path, mapping, named), mapping)
    frame, repaired = _frame(rows, mapping, categories)
    return Reading(
        frame,
        path,
        "facilities",
        len(frame),
        rows.unmapped,
        blank_rows=rows.blank_rows,
        repaired=repaired,
        without_place=tuple(frame.loc[frame.geometry.isna(), "code"]),
        left_out=left_out,
    )


def _frame(rows: Rows, mapping: FacilityMapping, categories: np.ndarray) -> tuple[gpd.GeoDataFrame, int]:
    """Facilities in the order of their codes, and how many geometries were repaired."""
    codes, problems = codes_of(rows, mapping.code)
    places, repaired, misplaced = place(rows, mapping)
    begins, ends, undated = _validity(rows, mapping)
    problems += [*misplaced, *undated]
    if problems:
        raise DataError.gather(problems)
    names = "" if mapping.name is None else rows.texts(mapping.name).to_numpy()
    columns = {
        "code": codes,
        "name": pd.Series(names, codes.index, "str"),
        "category": pd.Series(categories, codes.index, "str"),
        "valid_from": begins,
        "valid_to": ends,
    }
    frame = gpd.GeoDataFrame(columns, geometry=places.to_numpy(), crs=places.crs)
    return frame[FACILITY_COLUMNS].sort_values("code", ignore_index=True), repaired


def valid_on(facilities: gpd.GeoDataFrame, day: dt.date) -> gpd.GeoDataFrame:
    """Keep the facilities that are open on a day; a day of opening or of closing nobody says is no bound.

    Parameters
    ----------
    facilities : GeoDataFrame
        With `valid_from` and `valid_to`, the first and the last day they are open.
    day : date

    Returns
    -------
    GeoDataFrame
        The rows that are open, with their index.

    Examples
    --------
    >>> pmi = gpd.GeoDataFrame({"code": ["A", "B"], "valid_from": pd.to_datetime(["2020-01-01", None]),
    ...     "valid_to": pd.to_datetime([None, "2024-08-31"])})
    >>> valid_on(pmi, dt.date(2024, 9, 1)).code.tolist()
    ['A']
    """
    moment = pd.Timestamp(day)
    begun = facilities["valid_from"].isna() | (facilities["valid_from"] <= moment)
    ended = facilities["valid_to"].notna() & (facilities["valid_to"] < moment)
    return facilities[begun & ~ended]


def _kept(rows: Rows, mapping: FacilityMapping) -> tuple[Rows, np.ndarray, Mapping[str, int]]:
    """Rows of the categories to keep, their category in our words, and how many of each other are left."""
    if mapping.category_column is None:
        return rows, np.full(len(rows.frame), mapping.category, dtype=object), {}
    codes, distinct = pd.factorize(rows.texts(mapping.category_column).to_numpy(dtype=object), sort=True)
    chosen = [_pattern(value, mapping.keep) for value in distinct]
    unmet = [pattern for pattern in mapping.keep if not any(_fits(value, pattern) for value in distinct)]
    if unmet:
        raise DataError.gather(
            Problem(
                "no row is of a category to keep",
                rows.path,
                column=mapping.category_column,
                found=pattern,
                allowed=", ".join(distinct[:_SHOWN]) + (", …" if len(distinct) > _SHOWN else ""),
                todo="correct `keep` in the card",
            )
            for pattern in unmet
        )
    ours = np.array([None if pattern is None else mapping.keep[pattern] for pattern in chosen], dtype=object)
    where = np.array([pattern is not None for pattern in chosen])[codes]
    left_out = Counter(distinct[codes[~where]])
    return rows.kept(where), ours[codes[where]], dict(sorted(left_out.items()))


def _fits(value: str, pattern: str) -> bool:
    return value.startswith(pattern[:-1]) if pattern.endswith(_ANY) else value == pattern


def _pattern(value: str, keep: Mapping[str, str]) -> str | None:
    """Key of `keep` that a value answers to: itself, else the longest beginning."""
    fitting = [pattern for pattern in keep if _fits(value, pattern)]
    return max(fitting, key=lambda pattern: (pattern == value, len(pattern)), default=None)


def _validity(rows: Rows, mapping: FacilityMapping) -> tuple[pd.Series, pd.Series, list[Problem]]:
    """First and last day each row is valid, and what is wrong with them."""
    (begins, wrong), (ends, also) = _days(rows, mapping.valid_from), _days(rows, mapping.valid_to)
    backwards = (ends < begins).to_numpy()
    told = (
        []
        if mapping.valid_to is None
        else rows.problems(
            backwards,
            "the last day is before the first",
            mapping.valid_to,
            ends.dt.strftime("%Y-%m-%d"),
            f"a day from that of {mapping.valid_from} on",
            "ask the producer",
        )
    )
    return begins, ends, [*wrong, *also, *told]


def _days(rows: Rows, column: str | None) -> tuple[pd.Series, list[Problem]]:
    nothing = pd.Series(pd.NaT, index=range(len(rows.frame)), dtype="datetime64[s]")
    if column is None:
        return nothing, []
    cells = rows.frame[column].reset_index(drop=True)
    if pd.api.types.is_datetime64_any_dtype(cells):
        return cells.dt.tz_localize(None).dt.normalize().astype("datetime64[s]"), []
    texts = rows.texts(column).reset_index(drop=True)
    days = nothing
    for form in _DATES:
        days = days.fillna(pd.to_datetime(texts, format=form, errors="coerce").astype("datetime64[s]"))
    wrong = (days.isna() & (texts != "")).to_numpy()
    allowed = "2024-09-01 or 01/09/2024, or nothing"
    return days, rows.problems(wrong, "this is not a day", column, texts, allowed, "correct it")

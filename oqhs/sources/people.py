"""Where people live: addresses or buildings, with the people or the dwellings they hold."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from oqhs.errors import CatalogueError, DataError, Problem
from oqhs.sources.cards import Card, card_place
from oqhs.sources.mappings import PeopleMapping
from oqhs.sources.placed import Rows, codes_of, open_rows, place
from oqhs.sources.tabular import Reading


def read_people(path: Path, card: Card) -> Reading:
    """Read addresses or buildings by the mapping of their card.

    Returns
    -------
    Reading
        `frame`: `code` (text; `L12` is line 12, or feature 12 of a layer, where the card names no column
        of codes), `population` (persons) and `dwellings`, those the card names, NaN where nobody says
        them, and `geometry`, points in EPSG:2154 or in the projected system of an overseas territory;
        sorted by code. A building drawn as a polygon stands at a point inside it: `inside_polygons`
        counts them. A row without coordinates is there, without a geometry, and in `without_place`: its
        weight counts among what is not covered.

    Raises
    ------
    CatalogueError
        The card does not say how to read it, or gives the columns of coordinates of a layer.
    LayoutError
        The file is neither a delimited table nor a layer.
    CRSError
        A layer says no coordinate reference system, or the card says one that is none.
    DataError
        A column is missing; there is no row; a code is missing or stands twice; a place is not one
        (`oqhs.sources.placed`); a weight is not a number, or is negative. All of it is told at once.
    """
    mapping = card.people
    if mapping is None:
        raise CatalogueError(
            "layout `people` needs the column of the people, or that of the dwellings",
            file=card_place(path),
            column="people",
            allowed="population or dwellings; x, y and crs, or lat and lon, or a layer",
        )
    named = {"population": mapping.population, "dwellings": mapping.dwellings}
    weights = {name: column for name, column in named.items() if column is not None}
    rows = open_rows(path, mapping, [mapping.code, *weights.values()])
    frame, repaired, inside = _frame(rows, mapping, weights)
    return Reading(
        frame,
        path,
        "people",
        len(frame),
        rows.unmapped,
        blank_rows=rows.blank_rows,
        repaired=repaired,
        without_place=tuple(frame.loc[frame.geometry.isna(), "code"]),
        inside_polygons=inside,
    )


def _frame(
    rows: Rows, mapping: PeopleMapping, weights: Mapping[str, str]
) -> tuple[gpd.GeoDataFrame, int, int]:
    """People in the order of their codes, and how many outlines were repaired, then made a point."""
    codes, problems = codes_of(rows, mapping.code)
    places, repaired, misplaced = place(rows, mapping)
    values, unreadable = _weights(rows, weights)
    problems += [*misplaced, *unreadable]
    if problems:
        raise DataError.gather(problems)
    shapes = places.to_numpy().copy()
    drawn = shapely.get_dimensions(shapes) > 0
    shapes[drawn] = shapely.point_on_surface(shapes[drawn])
    frame = gpd.GeoDataFrame({"code": codes, **values}, geometry=shapes, crs=places.crs)
    return frame.sort_values("code", ignore_index=True), repaired, int(drawn.sum())


def _weights(rows: Rows, weights: Mapping[str, str]) -> tuple[dict[str, np.ndarray], list[Problem]]:
    """Numbers of the columns of the weights, and what is wrong with them."""
    values: dict[str, np.ndarray] = {}
    problems: list[Problem] = []
    for name, column in weights.items():
        values[name], unreadable = rows.numbers(column)
        wrong = unreadable | (values[name] < 0)
        what, allowed = f"this is not a number of {name}", "a number from 0, or nothing when it is not known"
        problems += rows.problems(wrong, what, column, rows.frame[column], allowed, "ask the producer")
    return values, problems

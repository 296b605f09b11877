"""Rows that stand somewhere: those of a table with coordinates, or the features of a layer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from pyproj.exceptions import ProjError

from oqhs.errors import CatalogueError, CRSError, DataError, Problem
from oqhs.sources.cards import card_place
from oqhs.sources.delimited import read_delimited
from oqhs.sources.layers import open_layer, system_of
from oqhs.sources.located import Located, home_of, misplaced
from oqhs.sources.mappings import PlaceMapping
from oqhs.sources.opening import TEXTS
from oqhs.surfaces import as_surfaces
from oqhs.text import parse_numbers, plain_labels

_WGS84 = 4326
_AGAIN = "get the layer again from its producer"
_SHOWN = 40
_PLAIN = r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?"
_ABSENT = "NA"  # what Insee writes for the coordinates of what is not located
_TYPES = (shapely.GeometryType.POINT, shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


@dataclass(frozen=True)
class Rows:
    """Rows of a table, or features of a layer, told alike.

    `frame` has the columns the card names, as they stand, under the names of the card; its index is the
    position of each row in the file. `shapes` are the geometries of a layer, on the same index.
    """

    path: Path
    frame: pd.DataFrame
    lines: Callable[[], Sequence[int]]
    shapes: gpd.GeoSeries | None = None
    unmapped: tuple[str, ...] = ()
    blank_rows: int = 0

    def kept(self, where: np.ndarray) -> Rows:
        """Rows where something holds."""
        shapes = None if self.shapes is None else self.shapes[where]
        return replace(self, frame=self.frame[where], shapes=shapes)

    def line_numbers(self) -> np.ndarray:
        """Line of the file where each row starts; number of each feature of a layer."""
        return np.asarray(np.asarray(self.lines(), dtype="int64")[self.frame.index])

    def texts(self, name: str) -> pd.Series:
        """Cells of a column as plain text (`oqhs.text.plain_labels`); empty where there is none."""
        cells = self.frame[name]
        if pd.api.types.is_float_dtype(cells) and (cells.isna() | (cells % 1 == 0)).all():
            cells = cells.astype("Int64")  # codes in digits, of which some are missing
        return plain_labels(cells.astype("str").where(cells.notna(), ""))

    def numbers(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Cells of a column as numbers, NaN where there is none, and where they are something else."""
        cells = self.frame[name]
        if pd.api.types.is_numeric_dtype(cells) and not pd.api.types.is_bool_dtype(cells):
            numbers = cells.to_numpy(dtype="float64", na_value=np.nan)
            return numbers, np.isinf(numbers)
        texts = self.texts(name)
        plain = texts.mask(texts == _ABSENT, "").str.replace(",", ".", regex=False)
        # A million coordinates are plain numbers: only the others are worth a closer look.
        simple = plain.str.fullmatch(_PLAIN).to_numpy(dtype=bool)
        values, wrong = np.full(len(plain), np.nan), np.zeros(len(plain), dtype=bool)
        values[simple] = pa.array(plain[simple], pa.string()).cast(pa.float64()).to_numpy()
        if not simple.all():
            parsed = parse_numbers(plain[~simple], ".")
            values[~simple], wrong[~simple] = parsed["value"], parsed["status"].isna()
        return values, wrong

    def problems(
        self,
        where: np.ndarray,
        what: str,
        column: str | None,
        found: np.ndarray | pd.Series,
        allowed: str,
        todo: str,
    ) -> list[Problem]:
        """Tell a problem for every row where something holds, with its line."""
        rows = np.flatnonzero(where)
        if not len(rows):
            return []
        lines = self.line_numbers()
        told = np.asarray(found, dtype=object)
        return [
            Problem(what, self.path, int(lines[row]), column, told[row], allowed, todo or None)
            for row in rows
        ]


def open_rows(path: Path, mapping: PlaceMapping, named: Sequence[str | None]) -> Rows:
    """Open a delimited table or a layer, and take the columns its card names.

    Parameters
    ----------
    path : Path
        File.
    mapping : PlaceMapping
        What the card says of where the rows are.
    named : sequence of str or None
        The other columns the card names.

    Raises
    ------
    CatalogueError
        The card gives the columns of the coordinates of a layer, or none for a table.
    DataError
        A column is missing, or there is no row.
    """
    table = path.suffix.lower() in TEXTS
    pair = _pair(mapping)
    if table != bool(pair):
        raise CatalogueError(
            "nothing says where the rows are" if table else "a layer says where its features are",
            file=card_place(path),
            column="x, y, lat, lon",
            found=", ".join(pair) or None,
            allowed="x, y and crs, or lat and lon" if table else "neither x and y, nor lat and lon",
            todo="correct the card",
        )
    wanted = list(dict.fromkeys(name for name in (*pair, *named) if name is not None))
    if table:
        text = read_delimited(path)
        header = {name.upper(): name for name in text.header}
        _check_columns(path, wanted, text.header)
        frame = pd.DataFrame({name: pd.Series(text.column(name).to_pandas(), dtype="str") for name in wanted})
        unmapped = _others(header, wanted)
        return Rows(path, frame.set_axis(range(len(text))), text.lines, None, unmapped, text.blank_rows)
    layer = open_layer(path, crs=mapping.crs, what="points or polygons")
    fields = layer.drop(columns=layer.geometry.name)
    header = {str(name).upper(): str(name) for name in fields.columns}
    _check_columns(path, wanted, tuple(header.values()))
    if layer.empty:
        raise DataError("there is no feature in the layer", file=path, todo="get the file again")
    frame = pd.DataFrame({name: fields[header[name.upper()]].to_numpy() for name in wanted})
    numbers = range(1, len(layer) + 1)
    shapes = layer.geometry.reset_index(drop=True)
    return Rows(path, frame.set_axis(shapes.index), lambda: numbers, shapes, _others(header, wanted))


def _others(header: dict[str, str], wanted: Sequence[str]) -> tuple[str, ...]:
    used = {name.upper() for name in wanted}
    return tuple(name for upper, name in header.items() if upper not in used)


def _check_columns(path: Path, wanted: Sequence[str], header: Sequence[str]) -> None:
    known = {name.upper() for name in header}
    missing = [name for name in wanted if name.upper() not in known]
    if missing:
        raise DataError.gather(
            Problem(
                "the card names a column the file does not have",
                path,
                column=name,
                allowed=", ".join(header[:_SHOWN]),
                todo="correct the card",
            )
            for name in missing
        )


def codes_of(rows: Rows, column: str | None) -> tuple[pd.Series, list[Problem]]:
    """Give the code of each row, and what is wrong with them; `L12` is line 12 where no column says one."""
    if column is None:
        return pd.Series("L" + pd.Series(rows.line_numbers()).astype("str"), dtype="str"), []
    codes = rows.texts(column).reset_index(drop=True)
    empty = codes == ""
    again = codes.duplicated() & ~empty
    return codes, [
        *rows.problems(
            empty, "this row has no code", column, codes, "a code", "leave `code` out of the card"
        ),
        *rows.problems(again, "this code stands twice", column, codes, "one row a code", "ask the producer"),
    ]


def place(rows: Rows, mapping: PlaceMapping) -> tuple[gpd.GeoSeries, int, list[Problem]]:
    """Give the place of each row in a projected system, in the order of the rows.

    Parameters
    ----------
    rows : Rows
        Rows of a table, with the columns of the coordinates, or features of a layer.
    mapping : PlaceMapping
        What the card says of where they are.

    Returns
    -------
    places : GeoSeries
        Points, and valid polygons where a layer has some; None where the row says no place. In EPSG:2154
        in metropolitan France, overseas in the system of the territory.
    repaired : int
        How many polygons were not valid.
    problems : list of Problem
        What is wrong, and the places are then of no use: a coordinate is not a number, or is half a pair;
        a place is out of the range or the area of its system, or in no part of France; longitudes and
        latitudes are swapped; the places are in several territories; no row says where it is; a shape is
        neither a point nor a polygon.

    Raises
    ------
    CRSError
        The card says a system that is none, or not of its coordinates; that of a layer leads nowhere.
    """
    shapes, problems = _points(rows, mapping) if rows.shapes is None else _features(rows)
    column = ", ".join(_pair(mapping)) or "geometry"
    located = _located(rows, shapes)
    advice = "swap the two columns in the card" if rows.shapes is None else _AGAIN
    for fault in misplaced(located, advice):
        found = located.written(fault.where)
        problems += rows.problems(fault.where, fault.what, column, found, fault.allowed, fault.todo)
    if problems:
        return shapes, 0, problems
    places, repaired = _repaired(shapes.to_crs(home_of(located)))
    if places.isna().all():
        what, allowed = "no row says where it is", "the place of one row at least"
        todo = "locate the rows first, or correct the columns the card names"
        problems = [Problem(what, rows.path, allowed=allowed, todo=todo)]
    return places, repaired, problems


def _repaired(shapes: gpd.GeoSeries) -> tuple[gpd.GeoSeries, int]:
    """Polygons as valid surfaces, None where they have none, and how many were not valid."""
    found = shapes.to_numpy().copy()
    drawn = shapely.get_dimensions(found) > 0
    found[drawn], mended = as_surfaces(found[drawn])
    found[shapely.is_empty(found)] = None
    return gpd.GeoSeries(found, crs=shapes.crs), int(mended.sum())


def _located(rows: Rows, shapes: gpd.GeoSeries) -> Located:
    located = Located(shapely.bounds(shapes.to_numpy()), shapes.crs)
    try:
        _ = located.degrees
    except ProjError as error:
        raise CRSError(
            f"the coordinate reference system leads nowhere: {error}",
            file=rows.path,
            found=shapes.crs.name,
            allowed="a geographic or projected system, such as EPSG:2154",
            todo=_AGAIN,
        ) from error
    return located


def _pair(mapping: PlaceMapping) -> list[str]:
    """Columns of the two coordinates, eastward first; none where the card names none."""
    return [name for name in (mapping.x, mapping.y, mapping.lon, mapping.lat) if name is not None]


def _points(rows: Rows, mapping: PlaceMapping) -> tuple[gpd.GeoSeries, list[Problem]]:
    """Make points of two columns; what is wrong with a cell leaves its row without one."""
    degrees = mapping.x is None
    crs = system_of(card_place(rows.path), mapping.crs or f"EPSG:{_WGS84}")
    if degrees and not crs.is_geographic:
        raise CRSError(
            "latitudes and longitudes are degrees, and this system has none",
            file=card_place(rows.path),
            column="crs",
            found=crs.name,
            allowed=f"a geographic system such as EPSG:{_WGS84}, or nothing",
            todo="give the columns as x and y if they are metres",
        )
    names = _pair(mapping)
    read = [rows.numbers(name) for name in names]
    problems, absent = [], [np.isnan(values) & ~wrong for values, wrong in read]
    for name, (_, wrong), alone in zip(
        names, read, (absent[0] & ~absent[1], absent[1] & ~absent[0]), strict=True
    ):
        cells = rows.frame[name]
        allowed = "a number, in both columns or in none"
        problems += rows.problems(
            wrong, "this coordinate is not a number", name, cells, allowed, "correct it"
        )
        problems += rows.problems(
            alone, "one coordinate of two is missing", name, cells, allowed, "find the other"
        )
    (x, _), (y, _) = read
    placed = ~(np.isnan(x) | np.isnan(y))
    shapes = np.full(len(x), None, dtype=object)
    shapes[placed] = shapely.points(x[placed], y[placed])
    return gpd.GeoSeries(shapes, crs=crs), problems


def _features(rows: Rows) -> tuple[gpd.GeoSeries, list[Problem]]:
    """Take the points and the polygons of a layer, in two dimensions."""
    assert rows.shapes is not None  # noqa: S101  (of a layer)
    shapes = shapely.force_2d(rows.shapes.to_numpy())
    shapes[shapely.is_empty(shapes)] = None
    alone = (shapely.get_type_id(shapes) == shapely.GeometryType.MULTIPOINT) & (
        shapely.get_num_geometries(shapes) == 1
    )
    shapes[alone] = shapely.get_geometry(shapes[alone], 0)
    coordinates, owner = shapely.get_coordinates(shapes, return_index=True)
    nowhere = np.zeros(len(shapes), dtype=bool)
    nowhere[owner[~np.isfinite(coordinates).all(axis=1)]] = True
    shapes[nowhere] = None
    other = ~np.isin(shapely.get_type_id(shapes), _TYPES) & ~shapely.is_missing(shapes)
    found = rows.shapes.geom_type
    allowed = "points or polygons"
    problems = [
        *rows.problems(nowhere, "this coordinate is not a number", "geometry", found, allowed, _AGAIN),
        *rows.problems(other, "this is neither a point nor a polygon", "geometry", found, allowed, _AGAIN),
    ]
    shapes[other] = None
    return gpd.GeoSeries(shapes, crs=rows.shapes.crs), problems

"""Heat islands: the îlots morphologiques urbains of the Institut Paris Region, with their class of aléa."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from oqhs.errors import CatalogueError, DataError, LayoutError, Problem
from oqhs.sources.cards import Card, card_place
from oqhs.sources.delimited import read_delimited
from oqhs.sources.layers import open_layer, surfaces_of
from oqhs.sources.mappings import HeatMapping
from oqhs.sources.opening import TEXTS
from oqhs.sources.tabular import Reading

HEAT_COLUMNS = ["heat_class", "geometry"]
#: Classes of aléa the producer gives: −1 (a cool island), 1 (weak), 2 (medium), 3 (strong).
HEAT_CLASSES = (-1, 1, 2, 3)
#: Fields of the class by day and by night: those of the producer, then those of its renamed files.
_FIELDS = {"jour": ("alea_j_cl", "day"), "nuit": ("alea_n_cl", "night")}


def read_heat(path: Path, card: Card) -> Reading:
    """Read the îlots morphologiques urbains, with their class of aléa by day or by night.

    The class tells a potential effect, from the morphology alone: nobody measured a temperature. Which
    classes count as exposed is not decided here.

    Returns
    -------
    Reading
        `frame`: `heat_class` (Int64; missing where the cell is empty, or where the card says that the
        class stands for an îlot nobody assessed) and `geometry` (valid surfaces), in the order of the
        file, in the projected system of the layer, or that of its territory where it is in degrees.
        `territories` counts the îlots; `without_surface` lists the lines whose geometry has no surface, kept
        empty.

    Raises
    ------
    CatalogueError
        The card does not say whether the day or the night is read.
    LayoutError
        The file is a table of means, is no layer of surfaces, is empty, or has not one field of the class.
    CRSError
        The layer says no coordinate reference system.
    DataError
        A class is none of `HEAT_CLASSES`, an îlot has no geometry or is not in France, or longitude and
        latitude are swapped.
    """
    mapping = card.heat
    if mapping is None:
        raise CatalogueError(
            "layout `heat` needs to know which class is read, by day or by night",
            file=card_place(path),
            column="heat",
            allowed="when: jour or when: nuit",
        )
    _refuse_means(path)
    raw = open_layer(path, layer=card.sheet, what="îlots")
    surfaces = surfaces_of(path, raw)
    name = _field(path, raw, mapping.when)
    frame = gpd.GeoDataFrame(
        {"heat_class": _classes(path, name, raw[name], mapping)}, geometry=surfaces.shapes, crs=surfaces.crs
    )
    unmapped = tuple(str(other) for other in raw.columns if other not in {name, raw.geometry.name})
    return Reading(
        frame[HEAT_COLUMNS],
        path,
        "heat",
        len(frame),
        unmapped,
        repaired=surfaces.repaired,
        without_surface=surfaces.flat,
    )


def _refuse_means(path: Path) -> None:
    """Refuse a table: a mean of the îlots of a postcode says nothing of the surface of any of them."""
    if path.suffix.lower() not in TEXTS:
        return
    header = read_delimited(path).header
    if {name.strip().lower() for name in header} & {name for names in _FIELDS.values() for name in names}:
        raise LayoutError(
            "this is a table of means, and a mean cannot give a share of surface",
            file=path,
            line=1,
            found=", ".join(header),
            allowed="the layer of the îlots, as polygons with their class",
            todo="get the îlots morphologiques urbains from the Institut Paris Region",
        )


def _field(path: Path, raw: gpd.GeoDataFrame, when: str) -> str:
    """Field of the class, by day or by night, however its name is written."""
    found = [str(name) for name in raw.columns if str(name).lower() in _FIELDS[when]]
    if len(found) == 1:
        return found[0]
    what = "no field holds the class of aléa" if not found else "several fields may hold the class of aléa"
    raise LayoutError(
        f"{what} ({when})",
        file=path,
        found=", ".join(found or map(str, raw.columns)),
        allowed=" or ".join(_FIELDS[when]),
        todo="get the layer from the Institut Paris Region, or rename the field",
    )


def _classes(path: Path, name: str, cells: pd.Series, mapping: HeatMapping) -> pd.Series:
    """Classes of the îlots, from numbers or from text."""
    written = cells.astype("str").str.strip()
    empty = (written.isna() | (written == "")).to_numpy(dtype=bool)
    numbers = pd.to_numeric(written.mask(empty), errors="coerce").astype("float64")
    numbers = numbers.where(np.isfinite(numbers))
    known = numbers.isin([*HEAT_CLASSES, *mapping.unassessed]).to_numpy(dtype=bool)
    wrong = np.flatnonzero(~known & ~empty)
    if len(wrong):
        allowed = ", ".join(map(str, HEAT_CLASSES)) + ", or empty"
        mean, other = "a class is not a mean: get the layer of the îlots", "ask the producer"
        raise DataError.gather(
            Problem(
                "this is not a class of aléa",
                path,
                int(row) + 1,
                name,
                written.iloc[row],
                allowed,
                mean if numbers.iloc[row] % 1 > 0 else other,
            )
            for row in wrong
        )
    return numbers.mask(numbers.isin(mapping.unassessed)).astype("Int64")

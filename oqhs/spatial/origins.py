"""Where people walk from: addresses, cells of a grid, or points spread over the surface."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from oqhs.editions import Walking
from oqhs.errors import CatalogueError, MeasureError
from oqhs.materials import Materials
from oqhs.sources.insee_grid import cells_of
from oqhs.spatial.zones import drawn
from oqhs.text import format_number

_UNITS = {"population": "habitants", "dwellings": "logements"}


@dataclass(frozen=True)
class Origins:
    """Points people walk from, and what they weigh in each territory.

    `points` is a GeoSeries; `pieces` has a row per territory and point that stands in it: `territory`,
    `origin` (label of the point), `weight` (persons, dwellings or m²) and `counted`: the weight of a point
    nobody counted is the mean of the others, and only says what is unknown. `unplaced` is the weight of
    what has no coordinates; `words` says it all in French.
    """

    points: gpd.GeoSeries
    pieces: pd.DataFrame
    words: str
    source: str
    unplaced: float = 0.0


def origins_of(materials: Materials) -> Origins:
    """Give the points the edition walks from.

    Addresses stand whole in the territory they are in. The people of a cell are shared by area among the
    territories it touches, and all start from its centre. Without people, points are spread over the
    surface, each standing for a square of `marche_maille_m`.

    Raises
    ------
    CatalogueError
        The edition names neither addresses nor a grid, or the card does not hold what is counted.
    MeasureError
        Nobody is in the territories.
    """
    walking = walking_of(materials)
    zones = drawn(materials)
    if walking.unit == "surface":
        found = _spread(zones, materials.threshold("marche_maille_m"))
    elif walking.origins is not None:
        found = _addresses(materials, walking, zones)
    else:
        found = _cells(materials, walking, zones)
    if not found.pieces.loc[found.pieces["counted"], "weight"].sum() > 0:
        raise MeasureError(
            "nobody starts from the territories of the edition",
            column="walking.origins",
            found=found.source or None,
            allowed="people in the communes and the quartiers",
            todo="check the layer and its system of coordinates",
        )
    return found


def walking_of(materials: Materials) -> Walking:
    """Give what the edition says of walking; `CatalogueError` when it says nothing."""
    if materials.file.walking is None:
        raise CatalogueError(
            "an indicator on foot needs the streets",
            file=f"editions/{materials.file.edition}.yaml",
            column="walking",
            allowed="walking: {streets: CARD, origins: CARD, population: CARD}",
            todo="add the streets with their card, and name it in the edition",
        )
    return materials.file.walking


def _addresses(materials: Materials, walking: Walking, zones: gpd.GeoDataFrame) -> Origins:
    card = str(walking.origins)
    frame = materials.read(card)
    if walking.unit not in frame:
        raise CatalogueError(
            "the card does not hold what people are counted by",
            file=f"editions/{materials.file.edition}.yaml",
            column="walking.origins",
            found=card,
            allowed=f"a card with `layout: people` and a column of {walking.unit}",
        )
    placed = frame[frame.geometry.notna()].to_crs(zones.crs)
    points = placed.geometry.set_axis(placed["code"])
    counts = placed[walking.unit].to_numpy(dtype="float64")
    pieces = _standing(points, zones, counts)
    lost = frame.loc[frame.geometry.isna(), walking.unit]
    here = points.index.isin(pieces["origin"])
    told = {
        "hors des communes": int((~here).sum()),
        "sans coordonnées": len(lost),
        "sans effectif": int(np.isnan(counts[here]).sum()),
    }
    words = [f"{_UNITS[walking.unit]} par adresse{_of_year(materials, card)}"]
    words += [f"{format_number(number)} adresses {why}" for why, number in told.items() if number]
    return Origins(points[here], _weighed(pieces), ", ".join(words), card, float(lost.sum()))


def _cells(materials: Materials, walking: Walking, zones: gpd.GeoDataFrame) -> Origins:
    card = materials.file.territories.cells
    if card is None or walking.unit != "population":
        raise CatalogueError(
            "nothing says where people live",
            file=f"editions/{materials.file.edition}.yaml",
            column="walking.origins",
            allowed="a card with `layout: people`; for population, a grid in territories.cells",
            todo="add addresses with their card, or the grid of Insee",
        )
    cells = cells_of(materials.read(card), zones).set_index("territory")
    which, met = cells.sindex.query(zones.geometry, predicate="intersects")
    squares = cells.geometry.to_numpy()
    common = shapely.area(shapely.intersection(zones.geometry.to_numpy()[which], squares[met]))
    share = common / shapely.area(squares[met])
    pieces = pd.DataFrame(
        {
            "territory": zones.index[which],
            "origin": cells.index[met],
            "weight": share * cells["population"].to_numpy(dtype="float64")[met],
        }
    )
    unknown = int(cells.loc[cells.index.isin(pieces["origin"]), "population"].isna().sum())
    words = f"habitants au centre de carreaux de 200 m{_of_year(materials, card)}"
    if unknown:
        words += f", {format_number(unknown)} carreaux sans effectif"
    return Origins(cells.geometry.centroid, _weighed(pieces), words, card)


def _of_year(materials: Materials, card: str) -> str:
    year = materials.cards[card].year
    return "" if year is None else f" ({year})"


def _spread(zones: gpd.GeoDataFrame, step_m: float) -> Origins:
    west, south, east, north = zones.total_bounds
    xs = np.arange(np.floor(west / step_m), np.ceil(east / step_m)) * step_m + step_m / 2
    ys = np.arange(np.floor(south / step_m), np.ceil(north / step_m)) * step_m + step_m / 2
    x, y = np.meshgrid(xs, ys)
    points = gpd.GeoSeries(shapely.points(x.ravel(), y.ravel()), crs=zones.crs)
    pieces = _standing(points, zones, np.full(len(points), step_m**2))
    used = points[points.index.isin(pieces["origin"])]
    words = f"surface, un point tous les {format_number(step_m)} m"
    return Origins(used, _weighed(pieces), words, "")


def _weighed(pieces: pd.DataFrame) -> pd.DataFrame:
    """Say which pieces are counted, and give the others the mean weight, for what is unknown only."""
    counted = pieces["weight"].notna()
    return pieces.assign(counted=counted, weight=pieces["weight"].fillna(pieces["weight"].mean()))


def _standing(points: gpd.GeoSeries, zones: gpd.GeoDataFrame, weights: np.ndarray) -> pd.DataFrame:
    """Say in which territories points stand; one on a shared edge is in the first of its kind alone."""
    tree = shapely.STRtree(zones.geometry.to_numpy())
    which, met = tree.query(points.to_numpy(), predicate="intersects")
    found = pd.DataFrame(
        {
            "territory": zones.index[met],
            "origin": points.index[which],
            "weight": weights[which],
            "kind": zones["kind"].to_numpy()[met],
        }
    )
    first = found.sort_values(["origin", "kind", "territory"], ignore_index=True)
    return first.drop_duplicates(["origin", "kind"]).drop(columns="kind").reset_index(drop=True)

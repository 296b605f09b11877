"""Layers of territories: quartiers, communes, EPT, IRIS."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS
from pyproj.exceptions import ProjError

from oqhs.catalogue import Catalogue
from oqhs.entries import LayerLayout
from oqhs.errors import CRSError, DataError, LayoutError, Problem
from oqhs.sources.cards import LAID_OUT, Card
from oqhs.sources.layers import open_layer
from oqhs.sources.located import Located
from oqhs.sources.published import agreed
from oqhs.sources.tabular import Reading
from oqhs.surfaces import as_surfaces
from oqhs.territories import CODE_SHAPES, crs_of, departement_of, kinds_of, normalise_codes, phrases
from oqhs.text import plain_labels

LAYER_COLUMNS = ["territory", "kind", "perimeter", "label", "label_article", "communes", "geometry"]
#: Characters the name of a territory may have.
LONGEST_LABEL = 250
_WGS84 = 4326


def read_perimeters(path: Path, catalogue: Catalogue, *, perimeter: str | None, card: Card | None) -> Reading:
    """Read a layer of territories: GeoJSON, Shapefile, GeoPackage or GeoParquet.

    Geometries that are not valid are repaired and counted; what is not a surface is dropped from a
    repaired geometry. A territory whose geometry has no surface is kept, with an empty one, and listed
    in the reading. The layer comes in the projected system of its département (EPSG:2154 in the
    metropole), or in EPSG:4326 when it mixes several systems: no distance can then be taken of it
    before one département is chosen.

    Raises
    ------
    LayoutError
        The file is not a layer of surfaces, or has no known field for the code and the name.
    CRSError
        The layer says no coordinate reference system.
    DataError
        A code has no known shape or stands twice, a name or a geometry is missing, a name is enormous, a
        coordinate is not a number, a territory is not in France, or the perimeter is nowhere.
    """
    raw = open_layer(path, layer=card.sheet if card is not None else None)
    layout_name, layout = _recognise(path, raw, catalogue, card)
    fields = {str(name).upper(): name for name in raw.columns}
    codes = normalise_codes(raw[fields[layout.territory.upper()]].astype("str"))
    labels = plain_labels(raw[fields[layout.name.upper()]])
    shapes = kinds_of(codes)
    _check(path, layout, codes, labels, shapes, raw)
    said = agreed(path, "perimeter", perimeter, card.perimeter if card else None)
    _check_places(path, raw.geometry)
    geometry, repaired = _repair(path, raw.geometry)
    listed = fields.get((layout.communes or "").upper())
    frame = gpd.GeoDataFrame(
        {
            "territory": codes.to_numpy(),
            "kind": layout.kind,
            "perimeter": _perimeters(path, shapes["perimeter"], said).to_numpy(),
            "label": labels.to_numpy(),
            "label_article": [phrases(layout.kind, label)[0] for label in labels],
            "communes": raw[listed].astype("str").to_numpy() if listed is not None else None,
        },
        geometry=geometry,
        crs=raw.crs,
    )
    systems = departement_of(codes).map(crs_of).unique()
    try:
        frame = frame.to_crs(int(systems[0]) if len(systems) == 1 else _WGS84)
    except ProjError as error:
        raise _leads_nowhere(path, raw.crs, error) from error
    frame = frame[LAYER_COLUMNS].sort_values("territory", ignore_index=True)
    used = {layout.territory, layout.name, layout.communes or "", str(raw.geometry.name)}
    unmapped = tuple(str(name) for upper, name in fields.items() if upper not in {n.upper() for n in used})
    flat = tuple(frame.loc[frame.geometry.is_empty, "territory"])
    return Reading(frame, path, layout_name, len(frame), unmapped, repaired=repaired, without_surface=flat)


def recognise_layer(path: Path, catalogue: Catalogue) -> str:
    """Give the id of the layout whose fields a layer has; `LayoutError` when none has."""
    return _recognise(path, open_layer(path), catalogue, None)[0]


def _recognise(
    path: Path, raw: gpd.GeoDataFrame, catalogue: Catalogue, card: Card | None
) -> tuple[str, LayerLayout]:
    fields = {str(name).upper() for name in raw.columns}
    if card is not None and card.layer is not None:
        mapped = LayerLayout(
            label=card.id,
            page="",
            match=(card.layer.territory, card.layer.name),
            **card.layer.model_dump(),
        )
        named = [*mapped.match, *([mapped.communes] if mapped.communes else [])]
        missing = [name for name in named if name.upper() not in fields]
        if missing:
            raise DataError(
                "the card names a field the layer does not have",
                file=path,
                found=", ".join(missing),
                allowed=", ".join(map(str, raw.columns)),
            )
        return "mapped_layer", mapped
    for name, (_, layout) in catalogue.layers.items():
        if all(field.upper() in fields for field in layout.match):
            if card is not None and card.layout != name:
                raise DataError(
                    "the card says another layout than the fields",
                    file=path,
                    column="layout",
                    found=card.layout,
                    allowed=name,
                )
            return name, layout
    known = "; ".join(" and ".join(layer.match) for _, layer in catalogue.layers.values())
    raise LayoutError(
        "no layer of the catalogue has these fields",
        file=path,
        found=", ".join(map(str, raw.columns)),
        allowed=known,
        todo="write its card: `layout: mapped_layer` for territories, or "
        f"{', '.join(LAID_OUT)} for what is laid over them (see README)",
    )


def _check(
    path: Path,
    layout: LayerLayout,
    codes: pd.Series,
    labels: pd.Series,
    shapes: pd.DataFrame,
    raw: gpd.GeoDataFrame,
) -> None:
    nowhere = raw.geometry.isna() | raw.geometry.is_empty
    xy, owner = shapely.get_coordinates(raw.geometry.to_numpy(), return_index=True)
    numberless = np.isin(np.arange(len(raw)), owner[~np.isfinite(xy).all(axis=1)])
    lengths = labels.str.len().fillna(0)
    again = "get the layer again from its producer"
    what = "this is not the code of a territory of this kind"
    faults = [
        (shapes["kind"] != layout.kind, what, layout.territory, codes, CODE_SHAPES),
        (codes.duplicated(), "this territory stands twice", layout.territory, codes, "one row a territory"),
        (nowhere, "this territory has no geometry", layout.territory, codes, "a polygon"),
        (numberless, "a coordinate of this territory is not a number", layout.territory, codes, "numbers"),
        (labels.isna() | (labels == ""), "this territory has no name", layout.name, codes, "a name"),
        (lengths > LONGEST_LABEL, "this name is enormous", layout.name, codes, f"{LONGEST_LABEL} characters"),
    ]  # fmt: skip
    problems = [
        Problem(what, path, int(row) + 1, column, found.iloc[row], allowed, again)
        for where, what, column, found, allowed in faults
        for row in np.flatnonzero(where)
    ]
    if problems:
        raise DataError.gather(problems)


def _check_places(path: Path, geometry: gpd.GeoSeries) -> None:
    """Refuse territories that are in no part of France, because their coordinates are swapped or wrong."""
    located = Located(geometry.bounds.to_numpy(), geometry.crs)
    try:
        abroad = ~np.asarray(located.homes).any(axis=0)
    except ProjError as error:
        raise _leads_nowhere(path, geometry.crs, error) from error
    if abroad.any():
        what, allowed = "this territory is not in France", "a place in France, longitude first"
        todo = "get the layer again from its producer"
        written = located.written(np.asarray(abroad))
        raise DataError.gather(
            Problem(what, path, int(row) + 1, "geometry", written[row], allowed, todo)
            for row in np.flatnonzero(abroad)
        )


def _leads_nowhere(path: Path, crs: CRS, error: ProjError) -> CRSError:
    return CRSError(
        f"the coordinate reference system of the layer leads nowhere: {error}",
        file=path,
        found=str(crs.name),
        allowed="a geographic or projected system, such as EPSG:2154",
        todo="get the layer again with its system",
    )


def _perimeters(path: Path, generations: pd.Series, said: str | None) -> pd.Series:
    told = generations.dropna().unique()
    if said is not None and len(told) and set(told) != {said}:
        raise DataError(
            "the codes say another perimeter",
            file=path,
            column="perimeter",
            found=said,
            allowed=", ".join(told),
        )
    filled = generations.fillna(said) if said is not None else generations
    if filled.isna().any():
        raise DataError(
            "nothing says on which perimeter these territories are",
            file=path,
            column="perimeter",
            allowed="the name of a perimeter, for example cog2021",
            todo="give it in the card of the file, read(path, perimeter=…) or `oqhs add --perimeter`",
        )
    return filled


def _repair(path: Path, geometry: gpd.GeoSeries) -> tuple[np.ndarray, int]:
    """Make every geometry a valid surface, and count those that were not; empty where there is none."""
    shapes, mended = as_surfaces(geometry.to_numpy())
    if shapely.is_empty(shapes).all():
        raise LayoutError(
            "this layer has no surface",
            file=path,
            found=", ".join(sorted(set(geometry.geom_type))),
            allowed="polygons",
        )
    return shapes, int(mended.sum())

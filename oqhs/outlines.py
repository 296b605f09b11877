"""The layers an edition names: what each role wants, and how they share people out."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd

from oqhs.editions import EditionFile
from oqhs.errors import CatalogueError, MeasureError
from oqhs.measures.apportion import Apportionment, apportionment
from oqhs.sources.insee_grid import cells_of
from oqhs.territories import kinds_of

#: Kind of territory each role of `territories` is about; for memberships, that of the parents.
_KINDS = {
    "qpv": "qpv",
    "communes": "commune",
    "epts": "ept",
    "parts": "commune",
    "iris": "iris",
    "cells": "carreau",
    "attributes": "qpv",
}
_LAYERS = {"qpv", "communes", "iris"}


def in_role(frame: pd.DataFrame, role: str, card: str, file: EditionFile) -> pd.DataFrame:
    """Give the table of a card back; `CatalogueError` when it does not hold what its role wants."""
    kind = _KINDS[role]
    if role == "cells":
        codes = frame["territory"].astype("str") if "variable" in frame else pd.Series(dtype="str")
        fits = set(kinds_of(codes)["kind"]) == {kind}
        allowed = "a grid of the Insee, with `layout: carreaux_200m`"
    elif role == "attributes":
        fits = "attribute" in frame and set(kinds_of(frame["territory"])["kind"]) <= {kind}
        allowed = "a table of quartiers with `layout: attributes`"
    elif role in _LAYERS:
        fits = "geometry" in frame and set(frame["kind"]) == {kind}
        allowed = f"a layer of kind {kind}"
    else:
        fits = "parent" in frame and set(kinds_of(frame["parent"])["kind"]) == {kind}
        allowed = f"a table with `layout: memberships` whose parents are of kind {kind}"
    if not fits:
        raise CatalogueError(
            "this card does not hold what the edition takes it for",
            file=f"editions/{file.edition}.yaml",
            column=f"territories.{role}",
            found=card,
            allowed=allowed,
        )
    return frame


def refuse_without_iris(file: EditionFile) -> None:
    """Refuse an estimate in an edition that does not say where the IRIS are."""
    if file.territories.iris is None:
        raise CatalogueError(
            "an estimate needs the outlines of the IRIS",
            file=f"editions/{file.edition}.yaml",
            column="territories.iris",
            allowed="the card of a layer of IRIS",
            todo="add the layer with `oqhs add` and name its card",
        )


def shared_out(
    iris: gpd.GeoDataFrame,
    quartiers: gpd.GeoDataFrame,
    grid: pd.DataFrame | None,
    threshold: Callable[[str], float],
) -> Apportionment:
    """Share the people of IRIS among quartiers: by the cells of a grid, by area without one.

    Parameters
    ----------
    iris, quartiers : GeoDataFrame
        Layers in one projected system.
    grid : DataFrame, optional
        Measurements of a grid of the Insee.
    threshold : callable
        Gives a threshold of `seuils.yaml`.

    Raises
    ------
    MeasureError
        The grid does not reach the IRIS of the quartiers.
    """
    near = np.unique(iris.sindex.query(quartiers.geometry, predicate="intersects")[1])
    around = iris.iloc[near]
    cells = cells_of(grid, around) if grid is not None else None
    shared = apportionment(around, quartiers, cells, recouvrement_max=threshold("iris_recouvrement_max"))
    empty = shared.shares.loc[shared.shares["weighted_by"] == "area", "part"].nunique()
    if cells is not None and empty > threshold("iris_sans_carreau_max") * len(around):
        raise MeasureError(
            "the grid does not reach the IRIS of the quartiers",
            column="territories.cells",
            found=f"no inhabited cell in {empty} of {len(around)} IRIS",
            allowed="the whole grid of the département",
            todo="add the grid again: it may be cut; or leave `cells` out of the edition",
        )
    return shared

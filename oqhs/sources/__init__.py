"""Readers: from a file as received to measurements or to a layer.

`read` recognises the layout of a file from its header, or takes the one its card gives.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from oqhs.catalogue import Catalogue, built_in
from oqhs.errors import LayoutError, UnknownError
from oqhs.sources.attributes import read_attributes
from oqhs.sources.cards import LAID_OUT, STUDIED, Card, find_card
from oqhs.sources.mapped import read_mapped
from oqhs.sources.memberships import read_memberships
from oqhs.sources.opening import LAYERS, open_tables
from oqhs.sources.parquet import is_geoparquet
from oqhs.sources.published import read_published
from oqhs.sources.tabular import Reading

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["Reading", "load", "read"]


def read(
    path: str | Path, *, year: int | None = None, perimeter: str | None = None
) -> pd.DataFrame | gpd.GeoDataFrame:
    """Read a published file.

    Parameters
    ----------
    path : str or Path
        File as received. When a card stands beside it (`file.csv.card.yaml`), the card is used.
    year : int, optional
        Year of the data, where neither the header nor the card says it.
    perimeter : str, optional
        Perimeter of the territories (`qpv2015`, `cog2021`…), where neither codes nor card say it.

    Returns
    -------
    DataFrame or GeoDataFrame
        Measurements (`variable, territory, perimeter, year, value, status, source, note`; `value` in
        the unit of `variables.yaml`), memberships, attributes (`territory, attribute, value`), or a
        layer of territories (`territory, kind, perimeter, label, label_article, communes, geometry`), of
        îlots (`heat_class`), of trees (`stratum`), of facilities (`code, name, category, valid_from,
        valid_to`), of people (`code, population, dwellings`) or of streets (`u, v, length_m`).

    Raises
    ------
    LayoutError
        The file is of no known layout.
    DataError
        The file is of a known layout and something in it is wrong: all of it is told at once.

    Examples
    --------
    >>> table = read("data/raw/insee/data_filo21_qp_revdis.csv")
    >>> sorted(table.status.unique())
    ['not_available', 'not_significant', 'observed', 'secret']
    """
    return load(path, year=year, perimeter=perimeter).frame


def load(
    path: str | Path,
    *,
    year: int | None = None,
    perimeter: str | None = None,
    card: Card | None = None,
    catalogue: Catalogue | None = None,
) -> Reading:
    """Read a published file and tell what was and what was not read.

    Parameters
    ----------
    path, year, perimeter
        As for `read`.
    card : Card, optional
        Card of the file; by default the one that stands beside it.
    catalogue : Catalogue, optional
        Catalogue that knows the layouts; by default the one of the package.

    Returns
    -------
    Reading
        `frame`, as `read` returns it, with the layout, the number of territories, the columns nobody
        mapped, the rows left blank and the geometries repaired.
    """
    file = Path(path)
    if not file.exists():
        raise UnknownError("no such file", file=file, todo="check the path, and the folder you are in")
    known = catalogue if catalogue is not None else built_in()
    card = card if card is not None else find_card(file)
    layout = card.layout if card is not None else None
    if card is not None and layout == "mapped":
        return read_mapped(file, known, year=year, perimeter=perimeter, card=card)
    if card is not None and layout in {"memberships", "attributes"}:
        return {"memberships": read_memberships, "attributes": read_attributes}[layout](file, card)
    if card is not None and layout in LAID_OUT:
        from oqhs.sources.laid_out import read_laid_out

        return read_laid_out(file, card)
    if layout in STUDIED:
        raise LayoutError(
            "this file holds no figure of an edition",
            file=file,
            found=layout,
            todo=f"read it with oqhs.studies ({layout})",
        )
    suffix = file.suffix.lower()
    if suffix in LAYERS or (suffix == ".parquet" and is_geoparquet(file)):
        from oqhs.sources.perimeters import read_perimeters

        return read_perimeters(file, known, perimeter=perimeter, card=card)
    return read_published(open_tables(file), known, year=year, perimeter=perimeter, card=card)

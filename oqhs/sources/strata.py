"""Rows of a layer that are of some values of a field."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from oqhs.errors import DataError, LayoutError, Problem

_SHOWN = 10


def kept_rows(
    path: Path, raw: gpd.GeoDataFrame, field: str, keep: Sequence[str | int], place: str
) -> tuple[pd.Series, np.ndarray]:
    """Give the values of a field, as text, and which rows are of those that are kept.

    Parameters
    ----------
    path : Path
        File, for the errors.
    raw : GeoDataFrame
        Its rows.
    field : str
        The field; a whole number written as a decimal one loses its `.0`.
    keep : sequence of str or int
        Values that are kept.
    place : str
        Where the card says so.

    Raises
    ------
    LayoutError
        There is no such field.
    DataError
        A value that is kept stands in no row: it may be misspelt, and its rows would be lost.
    """
    if field not in raw.columns or field == raw.geometry.name:
        raise LayoutError(
            "the card names a field the layer does not have",
            file=path,
            column=field,
            found=", ".join(map(str, raw.columns)),
            todo=f"correct `{place.split(':', maxsplit=1)[0]}` in the card of the file",
        )
    cells = raw[field]
    if pd.api.types.is_float_dtype(cells) and not (cells.dropna() % 1).any():
        cells = cells.astype("Int64")
    values = cells.astype("str").str.strip()
    wanted = [str(value).strip() for value in keep]
    held = set(values.dropna())
    unmet = [value for value in wanted if value not in held]
    if unmet:
        allowed, todo = ", ".join(sorted(held)[:_SHOWN]), f"correct `{place}` in the card of the file"
        raise DataError.gather(
            Problem("the card keeps a value that stands in no row", path, None, field, value, allowed, todo)
            for value in unmet
        )
    return values, values.isin(wanted).to_numpy(dtype=bool)

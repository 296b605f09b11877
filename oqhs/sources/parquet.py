"""Parquet tables, as the text their typed cells stand for."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from oqhs.errors import DataError, LayoutError
from oqhs.sources.archives import MOST_BYTES
from oqhs.sources.cells import TextTable, text_table


def is_geoparquet(path: Path) -> bool:
    """Tell whether a Parquet file holds geometries; `LayoutError` when it is not a Parquet file."""
    return b"geo" in (_opened(path).schema_arrow.metadata or {})


def read_parquet(path: Path, wanted: Iterable[str], decimal: str) -> TextTable:
    """Read a Parquet file as text.

    Parameters
    ----------
    path : Path
        File.
    wanted : iterable of str
        Columns whose cells are written out; the others are left empty.
    decimal : {",", "."}
        Mark numbers are written with.

    Raises
    ------
    LayoutError
        The file is not a Parquet file, or is cut.
    DataError
        It would be larger than an archive may be once unpacked.
    """
    opened = _opened(path)
    metadata = opened.metadata
    size = sum(metadata.row_group(i).total_byte_size for i in range(metadata.num_row_groups))
    if size > MOST_BYTES:
        raise DataError(
            "the table is too large once unpacked",
            file=path,
            found=f"{size} bytes",
            allowed=f"{MOST_BYTES} bytes at most",
            todo="keep the columns and the rows you need",
        )
    kept = set(wanted)
    try:
        table = opened.read(columns=[name for name in opened.schema_arrow.names if name in kept])
    except (pa.ArrowException, OSError) as error:
        raise _not_parquet(path) from error
    empty = pa.chunked_array([pa.nulls(metadata.num_rows, pa.string())]).fill_null("")
    cells = [
        _as_text(table.column(name), decimal) if name in kept else empty for name in opened.schema_arrow.names
    ]
    rows = list(range(1, metadata.num_rows + 1))
    return text_table(path, list(opened.schema_arrow.names), cells, lambda: rows)


def _opened(path: Path) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        raise _not_parquet(path) from error


def _not_parquet(path: Path) -> LayoutError:
    return LayoutError("this is not a Parquet file", file=path, todo="get the file again: it may be cut")


def _as_text(values: pa.ChunkedArray, decimal: str) -> pa.ChunkedArray:
    """Give typed cells as the text they stand for; null and NaN are empty cells."""
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        return values.cast(pa.string()).fill_null("")
    numbers = (pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal)
    if not any(is_number(values.type) for is_number in numbers):
        # A day or a boolean is no number, whatever a conversion would make of it.
        return pa.chunked_array(
            [["" if cell is None else str(cell) for cell in values.to_pylist()]], pa.string()
        )
    codes, distinct = pd.factorize(values.to_pandas().astype("float64"))
    texts = [np.format_float_positional(number, trim="-").replace(".", decimal) for number in distinct]
    return pa.chunked_array([pa.array([*texts, ""], pa.string()).take(pa.array(codes % (len(texts) + 1)))])

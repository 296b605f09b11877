"""Parquet tables, as the text their typed cells stand for."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
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
    kept = {name.upper() for name in wanted}
    names = list(opened.schema_arrow.names)
    read = [name for name in names if name.upper() in kept]
    if len(set(names)) < len(names) or not read:
        raise DataError(
            "the table has not one column for each name that is wanted",
            file=path,
            found=", ".join(names) or "no column",
            allowed=", ".join(sorted(kept)),
            todo="write the table again with one column a name",
        )
    try:
        table = opened.read(columns=read)
    except (pa.ArrowException, OSError) as error:
        raise _not_parquet(path) from error
    empty = pa.chunked_array([pa.nulls(metadata.num_rows, pa.string())]).fill_null("")
    cells = [_as_text(table.column(name), decimal) if name in read else empty for name in names]

    def lines() -> list[int]:
        filled = [pc.not_equal(pc.utf8_trim_whitespace(column), "").to_numpy() for column in cells]
        return [int(row) + 1 for row in np.flatnonzero(np.any(filled, axis=0))]

    return text_table(path, names, cells, lines)


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
    tests = (pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal)
    if not any(is_number(values.type) for is_number in tests):
        # A day or a boolean is no number, whatever a conversion would make of it.
        return pa.chunked_array(
            [["" if cell is None else str(cell) for cell in values.to_pylist()]], pa.string()
        )
    numbers = values.to_pandas()
    # A number of 32 bits is written as it was meant: 36.2, not 36.20000076.
    exact = "float32" if pa.types.is_float32(values.type) else "float64"
    codes, distinct = pd.factorize(numbers.astype(exact).to_numpy())
    texts = [np.format_float_positional(number, trim="-").replace(".", decimal) for number in distinct]
    return pa.chunked_array([pa.array([*texts, ""], pa.string()).take(pa.array(codes % (len(texts) + 1)))])

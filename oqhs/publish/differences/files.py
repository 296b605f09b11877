"""Files and folders compared: bytes first, then what is read in the format of each file."""

from __future__ import annotations

import csv
import sqlite3
import struct
import zlib
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from zipfile import BadZipFile

import pyarrow as pa
import shapely
from python_calamine import CalamineError

from oqhs.errors import DataError
from oqhs.publish.differences.pages import pdf_difference, png_difference
from oqhs.publish.differences.places import (
    ADDED,
    MISSING,
    OTHER,
    SAME,
    UNREADABLE,
    Difference,
    Place,
    first_apart,
)
from oqhs.publish.differences.tables import gpkg_difference, parquet_difference, xlsx_difference
from oqhs.publish.differences.texts import csv_difference, json_difference, text_difference

_READERS: dict[str, Callable[[Path, Path], Place | None]] = {
    ".csv": csv_difference,
    ".gpkg": gpkg_difference,
    ".html": text_difference,
    ".json": json_difference,
    ".md": text_difference,
    ".parquet": parquet_difference,
    ".pdf": pdf_difference,
    ".png": png_difference,
    ".svg": text_difference,
    ".txt": text_difference,
    ".xlsx": xlsx_difference,
    ".yaml": text_difference,
}
#: What the readers raise on a file that is not of its format: those of JSON and UTF-8 are `ValueError`,
#: that of a cut picture `SyntaxError`.
_BROKEN = (
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    ValueError,
    BadZipFile,
    CalamineError,
    csv.Error,
    pa.ArrowException,
    shapely.errors.ShapelyError,
    sqlite3.DatabaseError,
    struct.error,
    zlib.error,
)
#: Libraries that only some installations have: without them, the byte is told.
_NEEDS = {".pdf": "pypdf"}
_CHUNK = 1 << 20


def first_difference(a: Path, b: Path, name: str | None = None) -> Difference | None:
    r"""Find where two files of one format first differ.

    Nothing is read beyond their bytes when these are the same. The format is that of the end of the name.

    Parameters
    ----------
    a, b : Path
        The files.
    name : str, optional
        How the file is named; by default the name of the second one.

    Returns
    -------
    Difference or None
        A cell (Parquet, CSV, workbook, GeoPackage), a key (JSON), a line and a character (texts), a pixel
        (PNG) or a page (PDF). When everything that is read is the same, the first byte that is not.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as home:
    ...     a, b = Path(home) / "avant.csv", Path(home) / "table.csv"
    ...     for path, value in ((a, "35,0"), (b, "36,0")):
    ...         _ = path.write_text(f"territory;value\nQN99901M;{value}\n")
    ...     print(first_difference(a, b))
    table.csv, line 2, column 'value': other content: '35,0' → '36,0'
    """
    told = b.name if name is None else name
    at = _first_byte(a, b)
    if at is None:
        return None
    suffix = b.suffix.lower()
    reader = _READERS.get(suffix)
    if reader is None or (suffix in _NEEDS and find_spec(_NEEDS[suffix]) is None):
        return Difference(told, OTHER, f"byte {at}")
    try:
        place = reader(a, b)
    except _BROKEN as error:
        return Difference(told, f"{UNREADABLE} ({error})", f"byte {at}")
    if place is None:
        return Difference(told, SAME, f"byte {at}")
    return Difference(told, OTHER, place.where, place.before, place.after)


def compare_folders(a: Path, b: Path) -> list[Difference]:
    """Compare two folders, those in them included.

    Returns
    -------
    list of Difference
        One for each file that is missing, was added or differs, sorted by path; none when all is the same.

    Raises
    ------
    DataError
        One of them is not a folder.
    """
    for folder in (a, b):
        if not folder.is_dir():
            raise DataError("this is not a folder", file=folder, todo="give the folder of a release")
    old, new = (
        {path.relative_to(one).as_posix(): path for path in one.rglob("*") if path.is_file()}
        for one in (a, b)
    )
    found = []
    for place in sorted(old.keys() | new.keys()):
        if place not in new:
            found.append(Difference(place, MISSING))
        elif place not in old:
            found.append(Difference(place, ADDED))
        elif (one := first_difference(old[place], new[place], place)) is not None:
            found.append(one)
    return found


def _first_byte(a: Path, b: Path) -> int | None:
    """Position of the first byte that differs; None when the files are the same."""
    with a.open("rb") as old, b.open("rb") as new:
        start = 0
        while True:
            left, right = old.read(_CHUNK), new.read(_CHUNK)
            if (at := first_apart(left, right)) is not None:
                return start + at
            if not left:
                return None
            start += len(left)

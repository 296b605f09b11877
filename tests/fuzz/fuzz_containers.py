"""The tables of the fuzz put in archives and workbooks, and taken out of them again without `oqhs`."""

from __future__ import annotations

import csv
import io
import posixpath
import re
import struct
import zipfile
from decimal import Decimal
from xml.etree import ElementTree as ET

from containers import xls_of, xlsx_of, zip_of
from fuzz_oracle import Figures, Unreadable, figures_of, figures_of_grid
from fuzz_seeds import Seed

_ROWS = 12
_NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)?")
_DAMAGED = (zipfile.BadZipFile, ET.ParseError, KeyError, ValueError, EOFError, NotImplementedError, OSError)


def grid_of(seed: Seed) -> list[list[str]]:
    """First rows of a table, as text."""
    text = seed.content.decode("utf-8-sig")
    rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=";") if row]
    # The thematic tables have a thousand empty columns without a name.
    width = max(i for i, name in enumerate(rows[0]) if name.strip()) + 1
    return [row[:width] for row in rows[: _ROWS + 1]]


def typed(grid: list[list[str]], key: str) -> list[list[str | float | None]]:
    """Give the cells that are numbers as numbers, as a spreadsheet holds them; codes stay text."""
    code = [name.strip().upper() for name in grid[0]].index(key)

    def cell(i: int, text: str) -> str | float | None:
        if i != code and _NUMBER.fullmatch(text):
            return float(text.replace(",", "."))
        return text or None

    return [list(grid[0]), *([cell(i, text) for i, text in enumerate(row)] for row in grid[1:])]


# --- archives


def zip_bytes(seed: Seed) -> bytes:
    """Put a table in an archive, with what a producer puts beside it."""
    content = b"\n".join(seed.content.splitlines()[: _ROWS + 1]) + b"\n"
    return zip_of({"data/table.csv": content, "meta_table.csv": "COD_VAR;LIB_VAR\n"})


def zip_figures(content: bytes, seed: Seed) -> Figures:
    """Read the tables of an archive, which must agree."""
    figures: Figures = {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            tables = [archive.read(name) for name in archive.namelist() if _is_table(name)]
    except _DAMAGED as error:
        raise Unreadable("the archive is damaged") from error
    if not tables:
        raise Unreadable("there is no table")
    for table in tables:
        for place, told in figures_of(table, seed).items():
            if figures.setdefault(place, told) != told:
                raise Unreadable("two tables differ")
    return figures


def _is_table(name: str) -> bool:
    lower = name.lower().rsplit("/", 1)[-1]
    return lower.endswith((".csv", ".txt", ".tsv")) and not lower.startswith(("meta_", "lisez", "readme"))


# --- .xlsx


def xlsx_bytes(seed: Seed) -> bytes:
    """Put a table in an .xlsx, numbers as numbers, under nothing."""
    return xlsx_of({"Table": typed(grid_of(seed), seed.key)})


def xlsx_figures(content: bytes, seed: Seed) -> Figures:
    """Read the only sheet of an .xlsx."""
    try:
        grid = _xlsx_grid(content)
    except _DAMAGED as error:
        raise Unreadable(f"the workbook is damaged: {error}") from error
    return figures_of_grid(_square(grid, seed.decimal), seed)


def _xlsx_grid(content: bytes) -> dict[tuple[int, int], str | Decimal]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {name.lower(): archive.read(name) for name in archive.namelist()}
    targets = {
        one.get("Id"): posixpath.normpath(posixpath.join("/xl", one.get("Target", "")))[1:]
        for one in _elements(files["xl/_rels/workbook.xml.rels"], "Relationship")
    }
    (sheet,) = _elements(files["xl/workbook.xml"], "sheet")
    target = next(targets[value] for name, value in sheet.items() if name.endswith("}id"))
    shared = [
        "".join(text.text or "" for text in _inside(one, "t"))
        for one in _elements(files.get("xl/sharedstrings.xml", b"<x/>"), "si")
    ]
    cells: dict[tuple[int, int], str | Decimal] = {}
    row = 0
    for line in _elements(files[target.lower()], "row"):
        row, column = int(line.get("r", row + 1)), 0
        for cell in _inside(line, "c"):
            row, column = _xlsx_place(cell, row, column + 1)
            told = _xlsx_cell(
                cell.get("t", "n"), "".join(one.text or "" for one in _inside(cell, "v")), shared
            )
            if cells.setdefault((row, column), told) is not told:
                raise Unreadable("a cell stands twice")
    return cells


def _xlsx_place(cell: ET.Element, row: int, column: int) -> tuple[int, int]:
    """Where a cell stands: where it says, else after the one before it."""
    if "r" not in cell.keys():  # noqa: SIM118 (an element is no mapping)
        return row, column
    place = re.fullmatch("([A-Z]{1,3})([1-9][0-9]*)", cell.get("r", "").upper())
    if place is None:
        raise Unreadable("a cell has no place")
    column = 0
    for letter in place[1]:
        column = 26 * column + ord(letter) - 64
    return int(place[2]), column


def _xlsx_cell(kind: str, text: str, shared: list[str]) -> str | Decimal:
    if kind == "s":
        return shared[int(text)]
    if kind == "n" and text:
        return Decimal(float(text))
    if kind in {"str", "n", "e"}:
        return text
    raise Unreadable(f"a cell is of kind {kind}")


def _elements(xml: bytes, name: str) -> list[ET.Element]:
    return _inside(ET.fromstring(xml), name)  # noqa: S314


def _inside(element: ET.Element, name: str) -> list[ET.Element]:
    return [one for one in element.iter() if one.tag.rsplit("}", 1)[-1] == name]


# --- .xls, in the oldest format


def xls_bytes(seed: Seed) -> bytes:
    """Put a table in an .xls, numbers as numbers."""
    # Windows-1252 has neither the narrow space nor the minus sign.
    plain = str.maketrans({"\u202f": "\u00a0", "\u2212": "-"})
    grid = [[cell.translate(plain) for cell in row] for row in grid_of(seed)]
    return xls_of(typed(grid, seed.key))


def xls_figures(content: bytes, seed: Seed) -> Figures | None:
    """Read the records of an .xls; None where there is one this reader does not know."""
    cells: dict[tuple[int, int], str | Decimal] = {}
    at = 0
    while at + 4 <= len(content):
        code, size = struct.unpack_from("<HH", content, at)
        data = content[at + 4 : at + 4 + size]
        at += 4 + size
        if at > len(content) or code not in {0x0009, 0x0042, 0x001E, 0x0004, 0x0003, 0x000A}:
            return None
        if code == 0x000A:
            break
        if code in {0x0003, 0x0004}:
            if len(data) < 7 or data[4:7] != b"\x00\x00\x00":
                return None
            place = struct.unpack_from("<HH", data)
            if place in cells or (code == 0x0004 and (len(data) < 8 or data[7] + 8 != len(data))):
                return None
            cells[place] = data[8:].decode("cp1252", "replace") if code == 0x0004 else _float(data[7:15])
    return figures_of_grid(_square(cells, seed.decimal), seed)


def _float(data: bytes) -> Decimal:
    if len(data) != 8:
        raise Unreadable("a number is cut")
    return Decimal(struct.unpack("<d", data)[0])


# --- both


def _square(cells: dict[tuple[int, int], str | Decimal], decimal: str) -> list[list[str]]:
    """Rows of text, all as wide as the widest; a number is written with all its digits."""
    if not cells:
        raise Unreadable("there is no cell")
    rows = sorted({row for row, _ in cells})
    columns = sorted({column for _, column in cells})
    return [[_written(cells.get((row, column), ""), decimal) for column in columns] for row in rows]


def _written(cell: str | Decimal, decimal: str) -> str:
    if isinstance(cell, str):
        return cell
    if not cell.is_finite():
        raise Unreadable("a number is not finite")
    text = f"{cell:f}"
    return text.removesuffix(".0").replace(".", decimal)

"""Archives and workbooks made by hand, in memory: what the tests put tables in."""

from __future__ import annotations

import datetime as dt
import io
import struct
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

import xlsxwriter

#: Errors Excel writes in an .xls, by their code.
ERRORS = {"#N/A": 42, "#DIV/0!": 7}


class Hidden(float):
    """A number whose decimals the format of the cell hides."""


class Failed(str):
    """A formula in error: `#N/A`, `#DIV/0!`."""

    __slots__ = ()


def zip_of(files: Mapping[str, bytes | str], *, stored: bool = False) -> bytes:
    """Make a zip archive of files, in their order, always with the same bytes."""
    stream = io.BytesIO()
    packed = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(stream, "w", packed) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, packed)
    return stream.getvalue()


def unzipped(archive: bytes) -> dict[str, bytes]:
    """Give the files of an archive by name."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def xlsx_of(sheets: Mapping[str, Sequence[Sequence[Any]]]) -> bytes:
    """Make an .xlsx of the rows of its sheets: text stays text, numbers, dates and booleans are typed."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    book.set_properties({"created": dt.datetime(2024, 10, 2)})  # noqa: DTZ001
    formats = {
        "hidden": book.add_format({"num_format": "0"}),
        "day": book.add_format({"num_format": "d/m/y"}),
    }
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for i, row in enumerate(rows):
            for j, cell in enumerate(row):
                _write(sheet, i, j, cell, formats)
    book.close()
    return stream.getvalue()


def _write(sheet: Any, i: int, j: int, cell: Any, formats: dict[str, Any]) -> None:
    if isinstance(cell, Failed):
        sheet.write_formula(i, j, "=NA()", None, str(cell))
    elif isinstance(cell, str):
        sheet.write_string(i, j, cell)
    elif isinstance(cell, bool):
        sheet.write_boolean(i, j, cell)
    elif isinstance(cell, dt.date):
        sheet.write_datetime(i, j, cell, formats["day"])
    elif isinstance(cell, Hidden):
        sheet.write_number(i, j, cell, formats["hidden"])
    elif cell is not None:
        sheet.write_number(i, j, cell)


def xls_of(rows: Sequence[Sequence[Any]]) -> bytes:
    """Make an .xls of one sheet, in the oldest format (BIFF2): text, numbers, booleans, dates, errors."""
    parts = [_record(0x0009, struct.pack("<HH", 0x0002, 0x0010)), _record(0x0042, struct.pack("<H", 1252))]
    parts += [_record(0x001E, bytes([len(form)]) + form) for form in (b"General", b"dd/mm/yyyy")]
    for i, row in enumerate(rows):
        parts += [_xls_cell(i, j, cell) for j, cell in enumerate(row) if cell is not None]
    return b"".join([*parts, _record(0x000A, b"")])


def _xls_cell(i: int, j: int, cell: Any) -> bytes:
    dated = isinstance(cell, dt.date)
    # The second byte of the attributes is the number of the format of the cell.
    place = struct.pack("<HHBBB", i, j, 0, int(dated), 0)
    if isinstance(cell, Failed):
        return _record(0x0005, place + bytes([ERRORS[cell], 1]))
    if isinstance(cell, str):
        text = cell.encode("cp1252")
        return _record(0x0004, place + bytes([len(text)]) + text)
    if isinstance(cell, bool):
        return _record(0x0005, place + bytes([cell, 0]))
    number = float((cell - dt.date(1899, 12, 30)).days) if dated else float(cell)
    return _record(0x0003, place + struct.pack("<d", number))


def _record(code: int, data: bytes) -> bytes:
    return struct.pack("<HH", code, len(data)) + data


def protected_workbook() -> bytes:
    """Make what Excel writes for a workbook with a password: a compound file, its content encrypted."""
    free, end, is_fat = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    signature = bytes.fromhex("d0cf11e0a1b11ae1")
    header = signature + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 0, end, 0, end, 0)
    header += struct.pack("<109I", 0, *[free] * 108)
    # Sector 0 is the allocation table, 1 the directory, 2 to 9 the encrypted stream of 4096 bytes.
    fat = struct.pack("<128I", is_fat, end, *range(3, 10), end, *[free] * 118)
    entries = [_entry("Root Entry", 5, 1, end, 0), _entry("EncryptedPackage", 2, free, 2, 4096)]
    return header + fat + b"".join(entries).ljust(512, b"\x00") + bytes(4096)


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    written = name.encode("utf-16-le")
    places = struct.pack("<HBBIII", len(written) + 2, kind, 1, *[0xFFFFFFFF] * 2, child)
    return written.ljust(64, b"\x00") + places + bytes(36) + struct.pack("<IQ", start, size)

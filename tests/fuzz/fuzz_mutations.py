"""What may happen to a table on its way: each change is a kind and three numbers that place it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

#: Cells a producer, a spreadsheet or a hand may leave.
CELLS = [
    "", " ", "ns", "NS", "s", "nd", "n.d.", "so", "-", "//", "c", "NA", "nan", "None", "#N/A", "1 234,5", "1\u00a0234,5",
    "1\u202f234,5", "1.5", "1,5", "1 23", "1234 567", "1e5", "-1", "\u22121", "+1", "- 1", "-0", "100", "100,1", "12 %",
    "12\u00a0€", "12 pts", "'=1+1", "=1+1", "inf", "0x1", "١٢", "½", "1,", ",5", "1,2,3", "9" * 400, "0,1" + "0" * 30, "TRUE",
    "\t1", "1\x0b", "\x1f1", "1\u2028", "\ufeff1", "1_000", "1'000", "(1)", '"1"', '"', '""', '"1', '1"', '"1;2"', '"1\n2"',
    "1\r", "A" * 200, "14 010", "20", "0",
]  # fmt: skip
#: Codes that are one letter or one digit away from a true one, or that are those of something else.
CODES = [
    "QP094001", "qp094001", " QP094001 ", "QP94001", "QP09400", "QP094001A", "QN09401M", "QN09401X", "QN09499N", "94028",
    "01001", "1001", "940280101", "010040101", "2A0040101", "200054781", "94", "11", "10", "01", "T11", "00", "Ensemble",
    "ENSEMBLE", "QPV-94", "FR", "FR-METRO", "REG-11", "QP094001\u00a0", "\u200bQP094001", "QP094001", "",
    "QP094001\x1c", "94028.0", "9,4028E+4", "Total",
]  # fmt: skip
#: What a separator may be replaced by.
SEPARATORS = [b",", b"\t", b"|", b";", b"^", b":", b" ", b";;", b"; "]
_ENCODINGS = ["cp1252", "utf-8", "utf-8-sig", "utf-16", "latin-1", "mac-roman", "utf-8+cp1252", "twice"]
_ENDINGS = [b"\r\n", b"\n", b"\r", b"\n\n", b"\r\n\r\n", b" \n"]

Place = tuple[int, int, int]


@dataclass(frozen=True)
class Mutation:
    """A change: its kind, and where."""

    kind: str
    place: Place


def mutate(content: bytes, mutations: list[Mutation]) -> bytes:
    """Apply changes one after the other; one that has no place to happen changes nothing."""
    for mutation in mutations:
        content = KINDS[mutation.kind](content, mutation.place) if content else content
    return content


# --- bytes


def _flip(content: bytes, place: Place) -> bytes:
    at = (place[0] * 257 + place[1]) % len(content)
    return content[:at] + bytes([content[at] ^ (1 << place[2] % 8)]) + content[at + 1 :]


def _insert(content: bytes, place: Place) -> bytes:
    at = (place[0] * 257 + place[1]) % (len(content) + 1)
    return content[:at] + bytes([place[2] % 256]) + content[at:]


def _delete(content: bytes, place: Place) -> bytes:
    at = (place[0] * 257 + place[1]) % len(content)
    return content[:at] + content[at + 1 + place[2] % 8 :]


def _truncate(content: bytes, place: Place) -> bytes:
    return content[: (place[0] * 257 + place[1]) % len(content)]


def _quote(content: bytes, place: Place) -> bytes:
    at = (place[0] * 257 + place[1]) % (len(content) + 1)
    return content[:at] + b'"' + content[at:]


def _reencode(content: bytes, place: Place) -> bytes:
    encoding = _ENCODINGS[place[0] % len(_ENCODINGS)]
    text = content.decode("utf-8-sig", "replace")
    if encoding == "utf-8+cp1252":
        half = len(text) * (place[1] % 100) // 100
        return text[:half].encode() + text[half:].encode("cp1252", "replace")
    if encoding == "twice":
        return text.encode().decode("cp1252", "replace").encode()
    return text.encode(encoding, "replace")


def _end(content: bytes, place: Place) -> bytes:
    ending = _ENDINGS[place[0] % len(_ENDINGS)]
    lines = _lines(content)
    if place[1] % 2:
        return ending.join(lines)
    at = place[2] % len(lines)
    return b"\n".join(lines[: at + 1]) + ending + b"\n".join(lines[at + 1 :])


# --- separators


def _separate(content: bytes, place: Place) -> bytes:
    new = SEPARATORS[place[0] % len(SEPARATORS)]
    if place[1] % 2:
        # As a careful program does: the cells that hold the new separator are put between quotes.
        return b"\n".join(
            new.join(
                b'"' + cell + b'"' if new in cell and b'"' not in cell else cell for cell in line.split(b";")
            )
            for line in _lines(content)
        )
    lines = _lines(content)
    at = place[2] % len(lines)
    lines[at] = lines[at].replace(b";", new)
    return b"\n".join(lines)


def _quote_cells(content: bytes, place: Place) -> bytes:
    del place
    return b"\n".join(
        b";".join(cell if b'"' in cell else b'"' + cell + b'"' for cell in line.split(b";"))
        for line in _lines(content)
    )


# --- rows


def _lines(content: bytes) -> list[bytes]:
    return content.replace(b"\r\n", b"\n").split(b"\n")


def _on_lines(change: Callable[[list[bytes], Place], None]) -> Callable[[bytes, Place], bytes]:
    def changed(content: bytes, place: Place) -> bytes:
        lines = _lines(content)
        change(lines, place)
        return b"\n".join(lines)

    return changed


def _cut_row(lines: list[bytes], place: Place) -> None:
    del lines[place[0] % len(lines)]


def _double_row(lines: list[bytes], place: Place) -> None:
    lines.insert(place[1] % (len(lines) + 1), lines[place[0] % len(lines)])


def _swap_rows(lines: list[bytes], place: Place) -> None:
    i, j = place[0] % len(lines), place[1] % len(lines)
    lines[i], lines[j] = lines[j], lines[i]


def _blank_row(lines: list[bytes], place: Place) -> None:
    width = lines[0].count(b";")
    blank = [b"", b";" * width, b" ;" * width, b" ", b";" * (width + 1), b";"][place[1] % 6]
    lines.insert(place[0] % (len(lines) + 1), blank)


# --- columns


def _on_cells(change: Callable[[list[list[bytes]], Place], None]) -> Callable[[bytes, Place], bytes]:
    def changed(content: bytes, place: Place) -> bytes:
        grid = [line.split(b";") for line in _lines(content)]
        change(grid, place)
        return b"\n".join(b";".join(row) for row in grid)

    return changed


def _swap_columns(grid: list[list[bytes]], place: Place) -> None:
    i, j = place[0] % len(grid[0]), place[1] % len(grid[0])
    for row in grid[place[2] % 2 :]:  # with its name, or under the name of the other
        if max(i, j) < len(row):
            row[i], row[j] = row[j], row[i]


def _cut_column(grid: list[list[bytes]], place: Place) -> None:
    i = place[0] % len(grid[0])
    for row in grid:
        del row[i : i + 1]


def _double_column(grid: list[list[bytes]], place: Place) -> None:
    i, j = place[0] % len(grid[0]), place[1] % (len(grid[0]) + 1)
    name = [grid[0][i], b"AUTRE", b"", grid[0][i].lower(), b" "][place[2] % 5]
    for row in grid:
        if len(row) > 1:
            row.insert(j, row[i] if i < len(row) else b"")
    if j < len(grid[0]):
        grid[0][j] = name


def _rename(grid: list[list[bytes]], place: Place) -> None:
    i = place[0] % len(grid[0])
    old, other = grid[0][i], grid[0][place[1] % len(grid[0])]
    names = [
        old.lower(), b" " + old + b" ", "\u00a0".encode() + old, other, old[:-1], old + b"X", b"", b"DISP_TP6019",
        old.replace(b"19", b"21"), b'"' + old + b'"', old.replace(b"_", b" "), b"DISP_GI_A19", b"DISP_TP6021",
        old.swapcase(), b"\xef\xbb\xbf" + old, old + b"\t", old + b"\x1c", old.replace(b"O", "Ο".encode()),
    ]  # fmt: skip
    grid[0][i] = names[place[2] % len(names)]


def _pad_columns(grid: list[list[bytes]], place: Place) -> None:
    for row in grid:
        if len(row) > 1:
            row.extend([b""] * (1 + place[0] % 40))
    if place[1] % 4 == 0:
        grid[place[2] % len(grid)][-1] = b"perdu"


# --- cells


def _place_cell(grid: list[list[bytes]], place: Place, cell: str, least: int) -> None:
    row = grid[1 + place[0] % max(len(grid) - 1, 1)] if len(grid) > 1 else grid[0]
    if len(row) > least:
        row[least + place[1] % (len(row) - least)] = cell.encode()


def _replace_cell(grid: list[list[bytes]], place: Place) -> None:
    _place_cell(grid, place, CELLS[place[2] % len(CELLS)], 1)


def _replace_code(grid: list[list[bytes]], place: Place) -> None:
    _place_cell([row[:1] and row for row in grid], (place[0], 0, 0), CODES[place[2] % len(CODES)], 0)


def _wrap_cell(grid: list[list[bytes]], place: Place) -> None:
    row = grid[place[0] % len(grid)]
    i = place[1] % len(row)
    cell = row[i]
    row[i] = [
        b'"' + cell + b'"', b"'" + cell, b" " + cell, cell + "\u00a0".encode(), cell + b"\x0c", b'"' + cell + b'" ',
        b'"' + cell, b' "' + cell + b'"', b'"' + cell + b'\n"', b'="' + cell + b'"', cell.replace(b",", b"."),
        cell.replace(b" ", b""), b'"' + cell + b';"', cell + b"\r", "\u2028".encode() + cell, cell.swapcase(),
    ][place[2] % 16]  # fmt: skip


KINDS: dict[str, Callable[[bytes, Place], bytes]] = {
    "flip a bit": _flip,
    "insert a byte": _insert,
    "delete bytes": _delete,
    "truncate": _truncate,
    "insert a quote": _quote,
    "encode otherwise": _reencode,
    "end lines otherwise": _end,
    "separate otherwise": _separate,
    "quote the cells": _quote_cells,
    "cut a row": _on_lines(_cut_row),
    "repeat a row": _on_lines(_double_row),
    "swap rows": _on_lines(_swap_rows),
    "insert a blank row": _on_lines(_blank_row),
    "swap columns": _on_cells(_swap_columns),
    "cut a column": _on_cells(_cut_column),
    "repeat a column": _on_cells(_double_column),
    "rename a column": _on_cells(_rename),
    "add empty columns": _on_cells(_pad_columns),
    "replace a cell": _on_cells(_replace_cell),
    "replace a code": _on_cells(_replace_code),
    "wrap a cell": _on_cells(_wrap_cell),
}

"""The same bytes read apart, with csv, Decimal and plain Python: nothing of `oqhs`.

The oracle reads what has one reading only, and raises `Unreadable` for everything else.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from decimal import Decimal

from fuzz_seeds import Seed

#: Value (None where there is none) and status, by variable and territory.
Figures = dict[tuple[str, str], tuple[float | None, str]]

_REASONS = {
    "secret": ("s", "c"),
    "not_significant": ("ns", "n.s."),
    "not_available": ("", "nd", "n.d.", "-"),
    "not_applicable": ("so", "//", "///"),
}
#: Of several reasons, the first of these is the one of a sum.
_FIRST = ("secret", "not_significant", "not_available", "not_applicable")
_REASON = {code: reason for reason, codes in _REASONS.items() for code in codes}
_BLANKS = " \u00a0\u202f"
_UNITS = ("points", "point", "pts", "pt", "%", "€")
_DEPARTEMENT = "(?:[0-9][0-9]|2A|2B)"
_CODES = {
    "qpv": r"QP(?:[0-9]{3}|02[AB])[0-9]{3}|QN(?:[0-9]{3}|02[AB])[0-9]{2}[MINC]|QPV-METRO",
    "iris": _DEPARTEMENT + "[0-9]{7}",
    "supra": rf"{_DEPARTEMENT}[0-9]{{3}}|{_DEPARTEMENT}|9[789][0-9]|[0-9]{{9}}|T[0-9]{{1,2}}|REG-[0-9]{{2}}"
    "|EPCI-[0-9]{9}|FR|FR-METRO",
}
_QUANTILES = ("d1", "d2", "d3", "d4", "median", "d6", "d7", "d8", "d9")


class Unreadable(Exception):  # noqa: N818
    """The bytes have no reading, or several."""


def figures_of(content: bytes, seed: Seed) -> Figures:
    """Read delimited bytes as the table of a seed."""
    text = _text(content)
    readings = [_grid(text, delimiter) for delimiter in ";,\t|"]
    wanted = [grid for grid in readings if grid and _is_table([n.strip().upper() for n in grid[0]], seed)]
    if len(wanted) != 1:
        raise Unreadable("no delimiter gives the columns of the table")
    return figures_of_grid(wanted[0], seed)


def figures_of_grid(grid: list[list[str]], seed: Seed) -> Figures:
    """Read rows of text, the header first, as the table of a seed."""
    header = [name.strip().upper() for name in grid[0]]
    rows = [row for row in grid[1:] if any(cell.strip() for cell in row)]
    if any(len(row) != len(header) for row in rows) or not rows:
        raise Unreadable("a row has not the cells of the header")
    named = [name for name in header if name]
    if len(set(named)) != len(named):
        raise Unreadable("two columns have one name")
    if any(row[i].strip() for row in rows for i, name in enumerate(header) if not name):
        raise Unreadable("a cell has no column")
    if not _is_table(header, seed):
        raise Unreadable("a column is lacking")
    codes = [_territory(row[header.index(seed.key)], seed.kind) for row in rows]
    if len(set(codes)) != len(codes):
        raise Unreadable("a territory stands twice")
    figures: Figures = {}
    for names, variable in seed.columns.items():
        if not set(names) <= set(header):
            continue
        for code, row in zip(codes, rows, strict=True):
            told = _sum(_number(row[header.index(name)], seed.decimal) for name in names)
            if figures.setdefault((variable, code), told) is not told:
                raise Unreadable("two columns hold one variable")
    _check_sense(figures)
    return figures


def _text(content: bytes) -> str:
    try:
        return content.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError:
        if content.startswith(b"\xef\xbb\xbf"):
            raise Unreadable("neither UTF-8 nor Windows-1252") from None
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError:
        raise Unreadable("neither UTF-8 nor Windows-1252") from None


def _grid(text: str, delimiter: str) -> list[list[str]]:
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        return []
    # The csv module gives a line without anything as no cell at all.
    return [row for row in rows if row]


def _is_table(header: list[str], seed: Seed) -> bool:
    needed = [(seed.key,), *(name.split("|") for name in seed.needed)]
    return all(set(names) & set(header) for names in needed)


def _territory(written: str, kind: str) -> str:
    code = written.strip().upper()
    if code in {"ENSEMBLE", "00"}:
        code = "QPV-METRO"
    if not re.fullmatch(_CODES[kind], code):
        raise Unreadable(f"{written!r} is no code")
    return "EPCI-" + code if kind == "supra" and re.fullmatch("[0-9]{9}", code) else code


def _number(cell: str, decimal: str) -> tuple[float | None, str]:
    text = cell.strip()
    if text.lower() in _REASON:
        return None, _REASON[text.lower()]
    sign = 1
    for unit in _UNITS:
        if text.endswith(unit):
            text = text.removesuffix(unit).rstrip(_BLANKS)
            break
    if text[:1] in {"-", "\u2212", "+"}:
        sign = 1 if text[0] == "+" else -1
        text = text[1:].lstrip(_BLANKS)
    whole, mark, fraction = text.partition(decimal)
    groups = re.split(f"[{_BLANKS}]", whole)
    grouped = len(groups) == 1 or (len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:]))
    digits = [*groups, *([fraction] if mark else [])]
    if not grouped or not all(one and set(one) <= set("0123456789") for one in digits):
        raise Unreadable(f"{cell!r} is no number")
    return sign * float(Decimal("".join(groups) + "." + (fraction or "0"))), "observed"


def _sum(parts: Iterable[tuple[float | None, str]]) -> tuple[float | None, str]:
    told = list(parts)
    reasons = {status for _, status in told} - {"observed"}
    if reasons:
        return None, min(reasons, key=_FIRST.index)
    return sum(value for value, _ in told if value is not None), "observed"


def _check_sense(figures: Figures) -> None:
    """Refuse what no table may say: a negative count, a rate over 100, quantiles out of order."""
    values = {place: value for place, (value, _) in figures.items() if value is not None}
    for (variable, code), value in values.items():
        if value == float("inf"):
            raise Unreadable("a number is too large")
        if variable.startswith(("taux_", "pop", "niveau_vie_", "menages", "personnes")) and value < 0:
            raise Unreadable(f"{variable} of {code} is negative")
        if variable.startswith("taux_") and value > 100:
            raise Unreadable(f"{variable} of {code} is over 100")
    for code in {code for _, code in values}:
        ladder = [values[place] for name in _QUANTILES if (place := (f"niveau_vie_{name}", code)) in values]
        if ladder != sorted(ladder):
            raise Unreadable(f"the quantiles of {code} are out of order")
        whole = values.get(("population", code))
        parts = [values.get((name, code), 0) for name in ("pop_0_17", "pop_60_plus", "pop_75_plus")]
        if whole is not None and max(parts) > whole * (1 + 1e-9):
            raise Unreadable(f"a part of the population of {code} is above it")

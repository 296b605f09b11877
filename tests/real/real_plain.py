"""The same figures once more, with the csv module, Decimal and plain Python: nothing of `oqhs`."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path

#: What producers write for a value they do not give.
MISSING = {
    "": "not_available",
    "nd": "not_available",
    "s": "secret",
    "c": "secret",
    "ns": "not_significant",
    "so": "not_applicable",
}
_SPACES = str.maketrans("", "", " \u00a0\u202f")


@cache
def number(cell: str, decimal: str = ",") -> tuple[Decimal | None, str]:
    """Value and status of a cell."""
    text = cell.strip()
    if text.lower() in MISSING:
        return None, MISSING[text.lower()]
    return Decimal(text.translate(_SPACES).replace(decimal, ".")), "observed"


@cache
def table(path: Path, delimiter: str = ";") -> tuple[list[str], list[list[str]]]:
    """Names of the named columns, and the rows that hold something."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        header, *rows = csv.reader(stream, delimiter=delimiter)
    named = [i for i, name in enumerate(header) if name.strip()]
    filled = [[row[i] for i in named] for row in rows if any(cell.strip() for cell in row)]
    return [header[i].strip() for i in named], filled


def column(path: Path, name: str, *, key: str, delimiter: str = ";", decimal: str = ",") -> dict:
    """Values of a column by code; None where there is none."""
    header, rows = table(path, delimiter)
    code, cell = header.index(key), header.index(name)
    return {row[code].strip(): number(row[cell], decimal)[0] for row in rows}


def of_departement(values: dict, prefix: str) -> dict:
    """Those whose code starts so."""
    return {code: value for code, value in values.items() if code.startswith(prefix)}


def mean_rate(rates: dict, weights: dict) -> Decimal:
    """Rate of several territories: over those whose rate is known."""
    known = [code for code, rate in rates.items() if rate is not None]
    return sum(rates[code] * weights[code] for code in known) / sum(weights[code] for code in known)


def coverage(rates: dict, weights: dict) -> Decimal:
    """Share of the weight whose rate is known."""
    known = sum(weights[code] for code, rate in rates.items() if rate is not None)
    return known / sum(weights[code] for code in rates)


def pooled_median(deciles: Sequence[Sequence[float]], weights: Sequence[float]) -> float:
    """Median of territories whose distributions are linear in log income between D1 and D9."""
    low, high = max(row[0] for row in deciles), min(row[-1] for row in deciles)
    total = sum(weights)

    def share_under(income: float) -> float:
        return sum(w * _share(row, income) for row, w in zip(deciles, weights, strict=True)) / total

    # Between the highest D1 and the lowest D9 no distribution is carried beyond what is published.
    assert share_under(low) < 0.5 < share_under(high)
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if share_under(middle) < 0.5 else (low, middle)
    return high


def _share(row: Sequence[float], income: float) -> float:
    for i, (left, right) in enumerate(pairwise(row)):
        if left <= income <= right and left < right:
            return (i + 1 + math.log(income / left) / math.log(right / left)) / 10
    raise ValueError(f"{income} is outside {row}")


def deciles_of(path: Path, names: Sequence[str], *, prefix: str) -> dict[str, list[float]]:
    """Nine deciles by code, of the territories that have them all."""
    columns = [of_departement(column(path, name, key="CODGEO"), prefix) for name in names]
    rows = {code: [values[code] for values in columns] for code in columns[0]}
    return {code: [float(v) for v in row] for code, row in rows.items() if None not in row}


@cache
def communes_of_quartiers(path: Path) -> dict[str, list[str]]:
    """Communes of the 47 quartiers of the Val-de-Marne, from the list of the producer."""
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    told = {one["properties"]["code_qp"]: one["properties"]["insee_com"] for one in features}
    return {
        code: [c.strip() for c in communes.split(",")]
        for code, communes in told.items()
        if code.startswith("QN094")
    }


def ept_of_communes(path: Path) -> dict[str, str]:
    """EPT of the 47 communes."""
    header, rows = table(path, ",")
    return {row[header.index("DEPCOM")]: row[header.index("EPT")] for row in rows}

"""Numbers and rows as producers write them."""

from __future__ import annotations

from collections.abc import Iterable


def lines(rows: Iterable[Iterable[str]], end: str = "\n", separator: str = ";") -> str:
    """Write rows of cells."""
    return "".join(separator.join(row) + end for row in rows)


def tens(euros: float) -> int:
    """Round an amount to ten euros."""
    return 10 * round(euros / 10)


def spaced(euros: float) -> str:
    """Write an amount in tens of euros, thousands apart."""
    return f"{tens(euros):,}".replace(",", "\u00a0")


def decimal(value: float, decimals: int) -> str:
    """Write a number with a comma and all its decimals."""
    return f"{value:.{decimals}f}".replace(".", ",")


def trimmed(value: float, decimals: int) -> str:
    """Write a number with a comma and no useless zero."""
    written = decimal(value, decimals)
    return written.rstrip("0").rstrip(",") if "," in written else written


def hundredths(count: int) -> str:
    """Write a count of hundredths with a comma and two decimals."""
    return f"{count // 100},{count % 100:02d}"


def pointed(count: int, unit: int = 100) -> str:
    """Write a count of parts of a unit (hundredths by default) with a point and no useless zero."""
    digits = len(str(unit)) - 1
    written = f"{count // unit}.{count % unit:0{digits}d}" if digits else str(count)
    return written.rstrip("0").rstrip(".") if digits else written

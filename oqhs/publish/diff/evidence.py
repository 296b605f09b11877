"""What shows a cause, in French: checksums, cards and corrections side by side."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

_SHORT = 8  # characters of a checksum that are shown
_CHECKSUM = re.compile("[0-9a-f]{64}")
#: What a card may say otherwise without changing what is read.
_WORDS_OF_A_CARD = {"obtained", "title", "licence", "invented"}
#: Of the file, or of what is published of one that holds hidden counts: only one of them is there.
_CHECKSUMS = ("sha256", "published_rows")
_FIELDS = {
    "card": "description",
    "layout": "modèle",
    "perimeter": "périmètre",
    "source": "source",
    "year": "année",
}


def card_changes(old: Mapping[str, object], new: Mapping[str, object]) -> Iterator[str]:
    """Tell what two cards of one name say otherwise, the checksum of the file first."""
    for checksum in _CHECKSUMS:
        if checksum in old and checksum in new and old[checksum] != new[checksum]:
            yield " → ".join(short(one[checksum]) for one in (old, new))
    for field in sorted((old.keys() | new.keys()) - _WORDS_OF_A_CARD - {*_CHECKSUMS}):
        if old.get(field) != new.get(field):
            told = [short(one.get(field)) for one in (old, new)]
            yield f"{_FIELDS.get(field, field)} {' → '.join(told)}"


def told_correction(one: Mapping[str, object]) -> str:
    """Tell a declared correction: which figure, from and to, why, who decided and when."""
    figure = ", ".join(
        str(one[name]) for name in ("variable", "territory", "year") if one.get(name) is not None
    )
    told = [written(one[name]) if one.get(name) is not None else "n. d." for name in ("from", "to")]
    why = ", ".join(str(one[name]) for name in ("reason", "office", "date") if one.get(name) is not None)
    return f"{figure}, {' → '.join(told)}" + (f" ({why})" if why else "")


def written(found: object) -> str:
    """Write a number as French people do, nothing as « aucun », and anything else as it is.

    Examples
    --------
    >>> [written(one) for one in (12.5, 10.0, None, "qpv2024")]
    ['12,5', '10', 'aucun', 'qpv2024']
    """
    if found is None:
        return "aucun"
    if isinstance(found, float):
        return f"{found:.12g}".replace(".", ",")
    return str(found)


def short(found: object) -> str:
    """Write as `written` does, but of a checksum its first characters only.

    Examples
    --------
    >>> short("0123456789abcdef" * 4), short("qpv2024")
    ('01234567', 'qpv2024')
    """
    text = written(found)
    return text[:_SHORT] if _CHECKSUM.fullmatch(text) else text

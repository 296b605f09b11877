"""Which indicators a product is about: those asked for by name, or those an edition compares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from oqhs.catalogue import Catalogue
from oqhs.editions import EditionFile
from oqhs.entries import Indicator
from oqhs.errors import UnknownError

#: Units of counts: the larger a territory, the more of them, so they are shown and not compared.
_COUNTED = {"persons", "facilities"}


def compared(file: EditionFile, catalogue: Catalogue) -> dict[str, Indicator]:
    """Give the indicators an edition shows and compares: all but counts."""
    shown = catalogue.shown(file.indicators)
    return {name: one for name, one in shown.items() if one.unit not in _COUNTED}


def several(names: str | Sequence[str] | None) -> Sequence[str] | None:
    """Give names as a sequence: a single one may be given alone."""
    return [names] if isinstance(names, str) else names


def named(names: Sequence[str], known: Mapping[str, Indicator]) -> dict[str, Indicator]:
    """Give the indicators asked for by name, in the order of the catalogue.

    Raises
    ------
    UnknownError
        There is no such indicator; the error names those that are spelt alike.
    """
    unknown = sorted(set(names) - set(known))
    if unknown:
        near = [match for name in unknown for match in get_close_matches(name, known, n=2)]
        raise UnknownError(
            "no such indicator to compare",
            found=", ".join(unknown),
            allowed=", ".join(known),
            todo=f"did you mean {', '.join(near)}?" if near else None,
        )
    return {name: indicator for name, indicator in known.items() if name in names}

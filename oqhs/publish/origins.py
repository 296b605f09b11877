"""Where figures come from, a line for each source: who, years, perimeters, licence, what must be printed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from oqhs.catalogue import Catalogue
from oqhs.sources.cards import Card
from oqhs.text import listing
from oqhs.wording import licence_name


def source_lines(
    used: Iterable[str],
    cards: Mapping[str, Card],
    catalogue: Catalogue,
    attribution: Callable[[str], str],
) -> tuple[str, ...]:
    """Tell the sources of the figures made of some cards.

    Parameters
    ----------
    used : iterable of str
        Ids of the cards; one that is not there is left out.
    cards, catalogue
        The cards, and their sources.
    attribution : callable
        Gives what must be printed for a card, as `oqhs.materials.Materials.attribution` does.
    """
    by_source: dict[str, list[str]] = {}
    for name in sorted(set(used) & set(cards)):
        by_source.setdefault(cards[name].source, []).append(name)
    return tuple(
        _source_line(source, [cards[name] for name in names], catalogue, map(attribution, names))
        for source, names in sorted(by_source.items())
    )


def _source_line(source: str, cards: list[Card], catalogue: Catalogue, attributions: Iterable[str]) -> str:
    entry = catalogue.sources[source]
    years = sorted({str(card.year) for card in cards if card.year is not None})
    perimeters = sorted({card.perimeter for card in cards if card.perimeter is not None})
    facts = [
        entry.label if entry.producer in entry.label else f"{entry.label} ({entry.producer})",
        *([listing(years)] if years else []),
        *([f"périmètre {listing(perimeters)}"] if perimeters else []),
        listing(sorted({licence_name(card.licence) for card in cards})),
    ]
    asked = dict.fromkeys(text.rstrip(".") for text in attributions if text)
    return ". ".join([", ".join(facts), *asked]) + "."

"""Names of people that no table lists: after a title, a first name, « ma voisine », « s'appelle »."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from functools import cache
from typing import NamedTuple

from oqhs.studies.identity.folding import WORD
from oqhs.studies.identity.lists import read_lists
from oqhs.studies.identity.rules import START, any_of

#: Start and end of a name, and why it is taken for one.
Found = tuple[int, int, str]

_CAPITAL = r"(?:[A-Z]')?[A-Z][^\W\d_]{1,30}"
_BEFORE_A_NAME = 40
_SAINTS = {"saint", "sainte", "st", "ste"}
_CALLED = "nom de quelqu'un qu'on nomme"
_ANNOUNCED = (
    "nom après un titre",
    "mot après un titre abrégé",
    _CALLED,
    "nom d'un proche",
    "nom mis en apposition",
)


class _Known(NamedTuple):
    """Words by what they are, as they are compared; `others` are capital words that name nobody."""

    common: frozenset[str]
    ambiguous: frozenset[str]
    places: frozenset[str]
    particles: frozenset[str]
    others: frozenset[str]


@cache
def _known() -> _Known:
    lists = read_lists()
    others = (*lists.functions, *lists.nationalities)
    each = (lists.first_names, lists.ambiguous, lists.places, lists.particles, others)
    return _Known(*map(frozenset, each))


@cache
def _shapes() -> dict[str, re.Pattern[str]]:
    """Patterns of a run of capital words, and of what announces a name."""
    lists = read_lists()
    particles = rf"(?:{any_of(lists.particles)}[ '\-]{{1,2}}){{0,2}}"
    run = rf"(?:{particles}){_CAPITAL}(?:(?:[ \-']{{1,2}}{particles}){_CAPITAL}){{0,4}}"
    short = r"(?:MM|Mmes?|Mlles?|Mr|Drs?|Pr|Me|Mgr|M)(?:\.[ \n]{0,2}|[ \n]{1,2})"
    titled = rf"(?:{short}|(?i:{any_of(lists.titles)})[ \n]{{1,2}})"
    called = r"(?:[mtsl]'appell?[a-z]{1,5}|(?:pre|sur)?nommee?|prenom(?: est| c'est)?|appel(?:ez|le)-moi)"
    related = rf"{any_of(lists.relations)}s?"
    adjectives = (
        "(?: (?:primaire|maternelle|elementaire|municipale?|nationale?|departementale?|social|sociale))?"
    )
    joint = r"(?: |-|' ?)(?:et [A-Z][^\W\d_]{1,20} )?"
    return {
        "run": re.compile(rf"{START}{_CAPITAL}(?:(?:[ \-']{{1,2}}{particles}){_CAPITAL}){{0,5}}"),
        "nom après un titre": re.compile(rf"{START}{titled}(?P<it>{run})"),
        "mot après un titre abrégé": re.compile(
            rf"(?i){START}(?:mme|mlle|mr|dr)\.? (?P<it>[a-z][^\W\d_]{{3,30}})(?![^\W_])"
        ),
        _CALLED: re.compile(rf"{START}(?i:{called})[ :,]{{1,2}}(?P<it>{run})"),
        "nom d'un proche": re.compile(rf"{START}(?i:{related})(?: |, |, c'est | c'est )(?P<it>{run})"),
        # « ma voisine du dessus, Ferhat, … »
        "nom mis en apposition": re.compile(
            rf"{START}(?i:{related})(?: [^\W\d_]{{1,14}}){{1,4}}, (?P<it>{run})(?=,)"
        ),
        "place": re.compile(rf"(?i){START}{any_of(lists.places)}{adjectives}{joint}$"),
    }


def people_in(text: str, allowed: Container[str], *, alone: bool = True) -> Iterator[Found]:
    """Find what is written as the name of somebody.

    Parameters
    ----------
    text : str
        Folded text.
    allowed : container of str
        Names that may stand (pseudonyms), glued.
    alone : bool
        Whether a first name that nothing follows is one.

    Examples
    --------
    >>> list(people_in("Madame la Maire a vu ma voisine Xolani.", set()))
    [(32, 38, "nom d'un proche")]
    """
    shapes = _shapes()
    for reason in _ANNOUNCED:
        for match in shapes[reason].finditer(text):
            words = WORD.findall(match["it"].casefold())
            of_place = reason == _CALLED and words[0] in _known().places
            if not of_place and _names_somebody(words, allowed):
                yield (*match.span("it"), reason)
    for match in shapes["run"].finditer(text):
        yield from _named(text, match, allowed, alone=alone)


def _names_somebody(words: list[str], allowed: Container[str]) -> bool:
    """Tell a name from a function, an article, an origin, or a name that may stand."""
    known = _known()
    told = [word for word in words if word not in known.particles]
    return bool(told) and told[0] not in known.others and "".join(words) not in allowed


def _named(text: str, run: re.Match[str], allowed: Container[str], *, alone: bool) -> Iterator[Found]:
    """Find a first name in a run of capital words, unless a place bears it."""
    known = _known()
    spans = list(WORD.finditer(text, run.start(), run.end()))
    words = [span.group().casefold() for span in spans]
    at = next(
        (rank for rank, word in enumerate(words) if word in known.common or word in known.ambiguous), None
    )
    if at is None or "".join(words[at:]) in allowed:
        return
    start, end = spans[at].span()
    before = text[max(0, start - _BEFORE_A_NAME) : start]
    if at + 1 < len(words):
        # « collège Paul Éluard » is a place; « au collège Karim s'ennuyait » is not.
        if not _shapes()["place"].search(before):
            yield start, run.end(), "prénom suivi d'un nom"
    elif alone and words[at] in known.common and not (_SAINTS & set(words[max(0, at - 1) : at])):
        yield start, end, "prénom"

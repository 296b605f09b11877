"""What few people of a quartier share: an occupation, an illness, a family, an origin with a job."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np

from oqhs.studies.identity.finder import Finder
from oqhs.studies.identity.lists import Lists, read_lists
from oqhs.studies.identity.rules import START, STOP, TRAIT, Rule, any_of, rules_of

#: Characters that may part a job from an origin.
_NEAR = 14


def only_one_rules(lists: Lists) -> tuple[Rule, ...]:
    """Give the rule of « le seul … du quartier »."""
    people = any_of((*lists.persons, *lists.jobs, *lists.nationalities))
    alone = r"(?:seule?s?|unique)(?: et (?:unique|seule?))?"
    within = r"(?:du|de la|de l|de cet|de cette|de ce|de notre|dans le|dans la|dans l|de tout le|de toute la)"
    few, words = r"(?:[^\W_]{1,14} ){0,2}", r"(?:[ ,'\-][^\W_]{1,14}){0,6}"
    return rules_of(
        TRAIT,
        (
            "seule personne de ce trait",
            rf"(?i){START}{alone} {few}{people}s?{words}[ ']{within}[ ']{any_of(lists.scopes)}{STOP}",
        ),
    )


@cache
def _finders() -> tuple[Finder, Finder, Finder]:
    lists = read_lists()
    return Finder(lists.traits), Finder(lists.jobs), Finder(lists.nationalities)


def traits_in(text: str) -> Iterator[tuple[int, int, str]]:
    """Find rare traits, and a job told beside an origin in one sentence: start, end and reason.

    Examples
    --------
    >>> list(traits_in("un boucher kirghize ; une voisine"))
    [(3, 19, 'origine et métier')]
    """
    traits, jobs, origins = _finders()
    for start, end, _ in traits.spans(text):
        yield start, end, "métier, maladie ou situation rare"
    told = np.array([span[:2] for span in origins.spans(text)], dtype=np.int64).reshape(-1, 2)
    for start, end, _ in jobs.spans(text):
        first = np.searchsorted(told[:, 1], start - _NEAR)
        for other_start, other_end in told[first : np.searchsorted(told[:, 0], end + _NEAR)].tolist():
            between = text[min(end, other_end) : max(start, other_start)]
            if not set(between) & set(".!?;\0"):
                yield min(start, other_start), max(end, other_end), "origine et métier"

"""When somebody was born: dates, and ages few people have."""

from __future__ import annotations

from oqhs.studies.identity.lists import Lists
from oqhs.studies.identity.rules import BETWEEN, BIRTH, NOT_A_COUNT, START, STOP, Rule, any_of, rules_of

_DAY, _MONTH = r"(?:[12]\d|3[01]|0?[1-9])", r"(?:1[0-2]|0?[1-9])"
_MARK = r"(?P<s> ?[/.\-] ?| )"
_ALONE = r"(?<![\d/.\-])"
_COMPLETE = "date complète, d'une année de naissance possible"
_RARE = "âge rare"


def birth_rules(lists: Lists) -> tuple[Rule, ...]:
    """Give the rules of births and ages."""
    return (*_dates(lists), *_ages())


def _dates(lists: Lists) -> tuple[Rule, ...]:
    first, last = lists.birth_years
    months = any_of((*lists.months, *(f"{month[:4]}." for month in lists.months)))
    years, spelt = any_of(map(str, range(first, last + 1))), any_of(lists.numbers)
    date = rf"{_DAY}{_MARK}{_MONTH}(?P=s)(?:\d{{4}}|\d{{2}})(?!\d)"
    words = rf"(?:{_DAY}(?:er)?|premier|{spelt}(?:[ \-](?:et )?{spelt})?) {months}"
    born = r"(?:nee?s?|naissance|naquit|anniversaire|nait|date de naiss\.?|ddn|accouchee?)"
    month = rf"(?P<it>(?:{months} )?(?:19|20)\d{{2}}|(?:{months} )?\d{{2}}(?!\d){NOT_A_COUNT})"
    return rules_of(
        BIRTH,
        (_COMPLETE, rf"{_ALONE}{_DAY}{_MARK}{_MONTH}(?P=s){years}(?!\d)"),
        (_COMPLETE, rf"{_ALONE}{_DAY}(?P<s>[/.\-]){_MONTH}(?P=s)[3-9]\d(?!\d|[/.\-]\d)"),
        (_COMPLETE, rf"{_ALONE}{years}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?!\d)"),
        (_COMPLETE, rf"(?i){START}{words} {years}{STOP}"),
        ("date de naissance", rf"(?i){START}{born}{BETWEEN}(?P<it>{date}|{words}(?: \d{{2,4}})?){STOP}"),
        (
            "mois ou année de naissance",
            rf"(?i){START}nee?s?(?: [^\W\d_]{{1,12}}){{0,4}} en {month}{STOP}",
        ),
        (
            "mois ou année de naissance",
            rf"(?i){START}(?:je suis|(?:il|elle) est) (?:de|du mois de) (?P<it>{months} {years}){STOP}",
        ),
    )


def _ages() -> tuple[Rule, ...]:
    old = r"(?:9[4-9]|1[01]\d|quatre-vingt-(?:quatorze|quinze|seize|dix-(?:sept|huit|neuf))|cent) ans"
    early = r"(?:[89]|1[0-7]|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize|dix-sept) ans"
    soon = r"(?:[23]\d|trente(?:[ \-][a-z]{2,6})?|vingt[ \-][a-z]{2,6}) ans"
    who = r"(?:mere|pere|tante|oncle|mari|femme|dame|monsieur|voisine?|papa|maman|mamie|papi|elle|il|j|agee?)"
    event = r"(?:enceinte|maman|mere|papa|pere|accouchee?|mariee?|divorcee?|veuve|veuf|placee?)"
    grand = r"(?:grand-mere|grand-pere|arriere-grand-mere|veuve|veuf|retraitee?)"
    has = r"(?: a|'ai| qui a| de| ,| avait)?(?: bientot| maintenant)?"
    return rules_of(
        BIRTH,
        (_RARE, rf"(?i){START}{who}{has} (?P<it>{old}){STOP}"),
        (_RARE, rf"(?i){START}{event}(?:[ ,][^\W\d_]{{1,10}}){{0,3}} a (?P<it>{early}){STOP}"),
        (_RARE, rf"(?i){START}{grand}(?:[ ,][^\W\d_]{{1,10}}){{0,2}} a (?P<it>{soon}){STOP}"),
    )

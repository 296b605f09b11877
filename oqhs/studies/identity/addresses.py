"""Where somebody lives: numbers of streets, buildings and doors, postal codes."""

from __future__ import annotations

from oqhs.studies.identity.lists import Lists
from oqhs.studies.identity.rules import (
    ADDRESS,
    BETWEEN,
    NOT_A_COUNT,
    START,
    STOP,
    TOWN,
    Rule,
    any_of,
    rules_of,
)

_GAP = r"[ \t\r\n]{1,2}"
_CAPITAL = r"[A-Z][^\W\d_]{1,30}"
_SMALL = r"(?:(?:de la|de l'|du|des|de|d'|la|le|les|l'|aux?) ?){0,2}"
_DEPARTEMENT = r"(?:0[1-9]|[1-8]\d|9[0-578])"
_LIVES = (
    "(?:habit(?:e|ais|ait|ons|ent)|log(?:e|eait)|vi[st]|vivait|reside|domiciliee?|demeurant|demenagee?|emmenagee?"
    "|adresse|installee?)"
)


def address_rules(lists: Lists) -> tuple[Rule, ...]:
    """Give the rules of addresses and towns."""
    return (*_streets(lists), *_doors(lists), *_towns())


def _streets(lists: Lists) -> tuple[Rule, ...]:
    streets, named, spelt = any_of(lists.streets), any_of(lists.streets_with_a_name), any_of(lists.numbers)
    # « cours », « place » or « route » are also plain words: a name has to follow.
    plain = rf"(?i:{streets})\.?{_GAP}[^\W_][\w'\-]{{0,30}}"
    street = rf"(?:{plain}|(?i:{named})\.?{_GAP}{_SMALL}{_CAPITAL}(?:[ \-]{_CAPITAL})?)"
    number = (
        r"(?:\d{1,4}(?: ?(?:bis|ter|quater|[a-d]))?"
        rf"|{spelt}(?:[ \-](?:et )?{spelt}){{0,3}}(?: bis| ter)?)"
    )
    link = r"(?:de la |de l'|de |dans la |dans l')?"
    after = r"(?i:au |numero |n° ?|le ){1,2}\d{1,4}(?!\d)"
    home = rf"(?i:{streets}|{named})\.?{_GAP}{_SMALL}{_CAPITAL}"
    return rules_of(
        ADDRESS,
        ("numéro et voie", rf"{START}(?i:{number})[ ,]{{1,3}}{link}{street}"),
        ("voie et numéro", rf"{START}{street}(?:[ \-]{_CAPITAL}){{0,3}}[ ,]{{1,3}}{after}"),
        (
            "voie où quelqu'un habite",
            rf"{START}(?i:{_LIVES})(?:[ ,:][^\W\d_]{{1,12}}'?){{0,4}}[ ,:]{{1,2}}(?P<it>{home})",
        ),
    )


def _doors(lists: Lists) -> tuple[Rule, ...]:
    dwellings, spelt = any_of(lists.dwellings), any_of(lists.numbers)
    name = r"(?:\d{1,4} ?[A-Z]?|[A-Z] ?\d{0,4}|[a-z]\d{1,4})(?![^\W_]|')"
    rank = rf"(?:\d{{1,2}} ?(?:er|e|eme|ieme)?|premier|dernier|{spelt}iemes?|quatrieme|cinquieme|neuvieme)"
    small = r"(?:(?:la|le|a|de|premiere|deuxieme|derniere|troisieme|seconde) ){0,3}"
    return rules_of(
        ADDRESS,
        (
            "bâtiment, escalier ou appartement",
            rf"{START}(?i:{dwellings})\.?[ ,:]{{0,2}}(?i:n° ?|numero |no )?{name}{NOT_A_COUNT}",
        ),
        (
            "étage et porte",
            rf"(?i){START}{rank} ?etage[ ,]{{1,3}}{small}(?:porte|gauche|droite|face|fond){STOP}",
        ),
    )


def _towns() -> tuple[Rule, ...]:
    named = rf"{_CAPITAL}(?:[ \-'][^\W\d_]{{1,20}}){{0,4}}"
    code = rf"{_DEPARTEMENT}\d{{3}}"
    return rules_of(
        TOWN,
        (
            "code postal et commune",
            rf"(?<![\d,.])(?:F ?- ?)?{code}(?:[ ,\-]{{1,3}}| ?\()(?!QPV|Euros|EUR){_CAPITAL}",
        ),
        (
            "commune et code postal",
            rf"{START}{named}(?: ?[,(] ?| )(?:le )?{code}(?!\d|[.,]\d| ?\d){NOT_A_COUNT}",
        ),
        (
            "code postal",
            rf"(?i){START}(?:code postal|c\.?p\.?){BETWEEN}(?<!\d)(?P<it>\d{{2}} ?\d{{3}})(?!\d)",
        ),
    )

"""How somebody is reached: phones, e-mails, pages and names on a network."""

from __future__ import annotations

from oqhs.studies.identity.lists import Lists
from oqhs.studies.identity.rules import MAIL, PHONE, START, STOP, WEB, Rule, any_of, rules_of

_FRENCH = r"(?:\+|00) ?33"
_HOST = r"[^\W_](?:[\w\-]{0,61}[^\W_])?"
_PATH = r"(?:/[\w./?=&%#@\-~+]{0,200})?"
_AT = r"(?:@|[(\[] ?(?:at|arobase|a) ?[)\]]| arr?obase )"


def contact_rules(lists: Lists) -> tuple[Rule, ...]:
    """Give the rules of what reaches somebody."""
    return (*_phones(lists), *_mails(), *_pages(), *_network_names(lists))


def _phones(lists: Lists) -> tuple[Rule, ...]:
    digit = any_of(lists.numbers)
    pairs = r"[1-9](?P<s>[ ]?[.,\-/_]?[ ]?)\d{2}(?:(?P=s)\d{2}){3}(?!\d)"
    prefix = rf"(?:{_FRENCH}[ .\-]{{0,2}}(?:\( ?0 ?\)[ .\-]{{0,2}})?|\(\+33\)[ .\-]{{0,2}}0?|0)"
    return rules_of(
        PHONE,
        ("numéro de téléphone français", rf"(?<![\d+]){prefix}{pairs}"),
        (
            "numéro de téléphone français",
            rf"(?<![\d+])(?:{_FRENCH} ?(?:\(0\) ?)?|0 ?)[1-9](?:[ .]?\d){{8}}(?!\d)",
        ),
        ("numéro de téléphone étranger", r"(?<![\d+])(?:\+|00) ?[1-9]\d{0,2}(?:[ .\-]?\d){7,11}(?!\d)"),
        (
            "numéro de téléphone dicté",
            rf"(?i){START}zero[ ,]{{1,2}}{digit}(?:[ ,\-.]{{1,3}}(?:et )?{digit}){{3,16}}{STOP}",
        ),
    )


def _mails() -> tuple[Rule, ...]:
    dotted = rf"{_HOST}(?: ?(?:\.| point ) ?{_HOST}){{1,4}}"
    pattern = rf"(?i)(?<![\w.+\-])[\w.+\-]{{1,80}} ?{_AT} ?{dotted}"
    return rules_of(MAIL, ("adresse de courriel", pattern))


def _pages() -> tuple[Rule, ...]:
    endings = "(?:fr|com|org|net|io|eu|me|info)"
    return rules_of(
        WEB,
        ("adresse d'une page", r"(?i)(?<![\w.@\-])[a-z0-9][\w\-]{1,40}\.[a-z]{2,6}/[\w@][\w.\-]{1,60}"),
        ("adresse d'une page", rf"(?i)(?:https?://|{START}www\.)[\w.\-]{{2,80}}{_PATH}"),
        (
            "adresse d'une page",
            rf"(?i)(?<![\w.@\-])[a-z0-9][\w\-]{{1,40}}(?:\.[\w\-]{{2,40}}){{0,2}}\.{endings}{STOP}{_PATH}",
        ),
    )


def _network_names(lists: Lists) -> tuple[Rule, ...]:
    networks = any_of(lists.networks)
    used = r"(?=[\w.]{0,30}[\d_.]\w)[a-z][\w.]{3,40}"
    small = r"(?: ?[,:=(]? ?(?:c'est|est|pseudo|mon|son|je suis|sous|le|nom|de)){0,5}"
    return rules_of(
        WEB,
        ("nom d'usage sur un réseau", r"(?<![\w@.])@[ ]?[A-Za-z][\w.]{2,40}"),
        # Words alone may follow the name of a network: a name of use holds a digit, a dot or an underscore.
        (
            "nom d'usage sur un réseau",
            rf"(?i){START}{networks}{STOP}{small} ?[:=(,]? ?(?P<it>{used})",
        ),
        ("nom d'usage sur un réseau", rf"(?i){START}{networks} ?[:=] ?(?P<it>[a-z][\w.]{{3,40}})"),
    )

"""Numbers that stand for one person: social security, files, accounts, plates."""

from __future__ import annotations

from oqhs.studies.identity.lists import Lists
from oqhs.studies.identity.rules import (
    BANK,
    BETWEEN,
    FILE,
    NOT_A_COUNT,
    PLATE,
    SOCIAL,
    START,
    STOP,
    Rule,
    any_of,
    rules_of,
)

_LETTER = "[A-HJ-NP-TV-Z]"


def number_rules(lists: Lists) -> tuple[Rule, ...]:
    """Give the rules of numbers."""
    return (*_social(), *_files(lists), *_bank(), *_plates())


def _social() -> tuple[Rule, ...]:
    month = r"(?:0[1-9]|1[0-2]|[2-9]\d)"
    place = r"(?:\d{2}|2[ABab])[ .\-]?\d{3}[ .\-]?\d{3}"
    number = rf"[1-478][ .\-]?\d{{2}}[ .\-]?{month}[ .\-]?{place}(?:[ ./\-]{{0,3}}(?:cle ?)?\d{{2}})?(?!\d)"
    named = r"(?:secu|securite sociale|nir|carte vitale|nss)"
    return rules_of(
        SOCIAL,
        ("numéro de sécurité sociale", rf"(?<![\d+]){number}"),
        (
            "début d'un numéro de sécurité sociale",
            rf"(?i){START}{named}{STOP}{BETWEEN}(?<!\d)(?P<it>[1-478](?:[ .\-]?\d){{6,14}})(?!\d)",
        ),
    )


def _files(lists: Lists) -> tuple[Rule, ...]:
    digits = r"(?:[a-z]{1,3}[ \-]?)?\d(?:[ .\-/]?\d){4,18}(?:[ \-]?[a-z](?![^\W_]))?(?!\d|[ .,]\d)"
    passport = r"\d{2}[a-z]{2}\d{5}(?!\d)"
    return rules_of(
        FILE,
        (
            "numéro de dossier ou d'allocataire",
            rf"(?i){START}{any_of(lists.files)}s?{STOP}{BETWEEN}(?<![^\W_])(?P<it>{passport}|{digits}){NOT_A_COUNT}",
        ),
    )


def _bank() -> tuple[Rule, ...]:
    group = r"(?=[a-z0-9]{0,3}\d)[a-z0-9]{4}"
    account = r"\d(?:[ \-]?[\da-z](?![a-z])){6,25}(?!\d|[ .,]\d)"
    return rules_of(
        BANK,
        (
            "IBAN",
            rf"(?i){START}[a-z]{{2}} ?\d{{2}}(?:[ .\-]?{group}){{3,7}}(?:[ .\-]?[a-z0-9]{{1,3}})?{STOP}",
        ),
        ("relevé d'identité bancaire", rf"{START}\d{{5}}[ \-]\d{{5}}[ \-][A-Z0-9]{{11}}[ \-]\d{{2}}{STOP}"),
        ("carte bancaire", r"(?<![\d+])[3-6]\d{3}(?P<s>[ \-]?)\d{4}(?P=s)\d{4}(?P=s)\d{4}(?!\d)"),
        (
            "numéro de compte",
            rf"(?i){START}(?:compte|rib|livret|iban){STOP}{BETWEEN}(?<![^\W_])(?P<it>{account}){NOT_A_COUNT}",
        ),
    )


def _plates() -> tuple[Rule, ...]:
    acronyms = "(?!QPV|RSA|EPT|HLM|APL|ZUS|REP|AAH|CDI|CDD|BTS|CAP|BEP)"
    told = r"(?:plaques?|immatriculee?s?|immatriculation)"
    any_case = r"(?:[a-z]{2}[ \-]?\d{3}[ \-]?[a-z]{2}|\d{2,4}[ \-]?[a-z]{2,3}[ \-]?\d{2,3})"
    return rules_of(
        PLATE,
        ("immatriculation", rf"{START}{_LETTER}{{2}}[ \-]?\d{{3}}[ \-]?{_LETTER}{{2}}{STOP}"),
        ("immatriculation", rf"(?i){START}{_LETTER}{{2}}-\d{{3}}-{_LETTER}{{2}}{STOP}"),
        (
            "immatriculation",
            rf"{START}\d{{2,4}}(?P<s>[ \-]?){acronyms}{_LETTER}{{2,3}}(?P=s)(?:\d{{2}}|2[AB]|97\d){STOP}",
        ),
        ("immatriculation", rf"(?i){START}{told}{BETWEEN}{START}(?P<it>{any_case}){STOP}"),
    )

"""What the search looks for: kinds of traces, and the shape of a rule.

Patterns read folded texts (no accent, plain spaces, hyphens and apostrophes). Each repetition is bounded, so
that their time grows as the text does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

#: Kinds of traces, as a reader sees them.
NAME = "nom"
PHONE = "téléphone"
MAIL = "courriel"
WEB = "adresse web"
ADDRESS = "adresse"
TOWN = "code postal et commune"
BIRTH = "date de naissance"
SOCIAL = "numéro de sécurité sociale"
FILE = "numéro d'allocataire"
BANK = "coordonnées bancaires"
PLATE = "plaque"
TRAIT = "trait rare"
KINDS = (NAME, PHONE, MAIL, WEB, ADDRESS, TOWN, BIRTH, SOCIAL, FILE, BANK, PLATE, TRAIT)

#: Edges of a word; an underscore parts words.
START, STOP = r"(?<![^\W_])", r"(?![^\W_])"
#: A few words between what announces a trace and the trace: « mon numéro, c'est le … ».
BETWEEN = r"(?:[ ,:(]{1,2}[^\W\d_]{1,14}(?:'[^\W\d_]{1,14}|[.'°])?){0,5}[ ,:(°]{0,3}"
#: Numbers that count something are no trace.
NOT_A_COUNT = (
    r"(?! ?(?:euros?|eur|€|%|habitants?|hab|personnes?|menages|logements|allocataires|m2|km|k€|places|pieces?"
    r"|chambres?|ans|jours|mois|fois|etages?|familles|minutes|heures|francs)(?![^\W_]))"
)


@dataclass(frozen=True)
class Rule:
    """A pattern, the kind of trace it finds and why, in French; the group named `it` is the trace, if any."""

    kind: str
    reason: str
    pattern: re.Pattern[str]


def any_of(words: Iterable[str]) -> str:
    """Alternatives of a pattern, the longest first.

    Examples
    --------
    >>> any_of(["rue", "avenue", "allee"])
    '(?:avenue|allee|rue)'
    """
    return "(?:" + "|".join(sorted(map(re.escape, words), key=lambda one: (-len(one), one))) + ")"


def rules_of(kind: str, *pairs: tuple[str, str]) -> tuple[Rule, ...]:
    """Make rules of one kind, each of a reason and a pattern."""
    return tuple(Rule(kind, reason, re.compile(pattern)) for reason, pattern in pairs)

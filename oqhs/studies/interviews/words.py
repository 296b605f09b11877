"""Words of the field: how files name what they tell of a source, and how a cell becomes a value."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable

import pandas as pd

from oqhs.studies.interviews.corpus import KINDS, VERDICTS
from oqhs.territories import kinds_of, normalise_codes

#: Names of columns, variables and attributes that tell something of a source, folded.
ATTRIBUTE_NAMES = {
    "territory": ("qpv_code", "code_qpv", "qpv", "quartier", "code_quartier", "territoire", "territory"),
    "date": ("date", "date_entretien", "date_de_l_entretien", "jour"),
    "kind": ("type", "type_entretien", "type_de_materiau", "nature", "kind"),
    "persons": (
        "personnes",
        "nb_personnes",
        "nombre_de_personnes",
        "participants",
        "nb_participants",
        "nombre_de_participants",
        "persons",
    ),
}
ATTRIBUTES = tuple(ATTRIBUTE_NAMES)
_BY_NAME = {name: attribute for attribute, names in ATTRIBUTE_NAMES.items() for name in names}

_KIND_WORDS = {
    "entretien_individuel": "entretien",
    "entretien_semi_directif": "entretien",
    "interview": "entretien",
    "groupe_de_discussion": "groupe",
    "entretien_collectif": "groupe",
    "focus_group": "groupe",
    "atelier": "groupe",
    "diagnostic_en_marchant": "marche",
    "marche_exploratoire": "marche",
    "question_ouverte": "reponse_ouverte",
} | {kind: kind for kind in KINDS}

_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ].*)?")
_FRENCH = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_COUNT = re.compile(r"([0-9]{1,6})(?:\.0+)?")
#: What a value of each attribute may be.
ALLOWED = {
    "territory": "the code of a quartier: QN + 5 digits + M, I, N or C (2024), QP + 6 digits (2015)",
    "date": "a day: 2023-05-12 or 12/05/2023",
    "kind": ", ".join(KINDS),
    "persons": "a whole number of people",
}


def fold(word: str) -> str:
    """Bring a word to what is compared: no accent, lower case, one `_` for all that is no letter or digit.

    Examples
    --------
    >>> fold(" Diagnostic en-marchant "), fold("Complémentarité")
    ('diagnostic_en_marchant', 'complementarite')
    """
    letters = unicodedata.normalize("NFKD", word.replace("’", "'")).casefold()
    plain = "".join(one for one in letters if not unicodedata.combining(one))
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")


def attribute_of(name: str) -> str | None:
    """Tell which attribute of a source a column or a variable is, if any.

    Examples
    --------
    >>> attribute_of("Nb. personnes"), attribute_of("sexe")
    ('persons', None)
    """
    return _BY_NAME.get(fold(name))


def quartier_of(cell: str) -> str | None:
    """Give the code of a quartier, normalised; None where it is not one.

    Examples
    --------
    >>> quartier_of(" qn99901m "), quartier_of("94028")
    ('QN99901M', None)
    """
    if cell.strip()[:1] not in {"Q", "q"}:
        return None  # shapes are compared column by column: that is slow for the names of all cases
    code = normalise_codes(pd.Series([cell], dtype="str"))
    return str(code.iloc[0]) if kinds_of(code)["kind"].iloc[0] == "qpv" else None


def verdict_of(cell: str) -> str | None:
    """Give the verdict a cell holds, whatever its accents and its case; None where it is none.

    Examples
    --------
    >>> verdict_of("Complementarite"), verdict_of("accord")
    ('complémentarité', None)
    """
    return next((one for one in VERDICTS if fold(one) == fold(cell)), None)


def day_of(cell: str) -> dt.datetime | None:
    """Give the day a cell holds, None where it holds none.

    Examples
    --------
    >>> day_of("12/05/2023"), day_of("2023-02-30")
    (datetime.datetime(2023, 5, 12, 0, 0), None)
    """
    cell = cell.strip()
    if match := _ISO.fullmatch(cell):
        year, month, day = map(int, match.groups())
    elif match := _FRENCH.fullmatch(cell):
        day, month, year = map(int, match.groups())
    else:
        return None
    try:
        return dt.datetime(year, month, day)  # noqa: DTZ001  a day has no time zone
    except ValueError:
        return None


def _kind(cell: str) -> str | None:
    return _KIND_WORDS.get(fold(cell))


def _persons(cell: str) -> int | None:
    match = _COUNT.fullmatch(cell.strip())
    return int(match[1]) if match else None


#: How the cell of each attribute is read; None where it cannot be.
READ: dict[str, Callable[[str], object]] = {
    "territory": quartier_of,
    "date": day_of,
    "kind": _kind,
    "persons": _persons,
}

"""French numbers and labels: read them, print them.

Reading never guesses: a cell is a number in the French way, one of the codes producers use for
a missing value, or unreadable. Printing follows French typography: U+202F between thousands,
U+2212 for minus, U+00A0 before a unit, singular under 2.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

OBSERVED = "observed"
SECRET = "secret"  # noqa: S105  (a status, not a password)
NOT_SIGNIFICANT = "not_significant"
NOT_AVAILABLE = "not_available"
NOT_APPLICABLE = "not_applicable"
NOT_COVERED = "not_covered"
STATUSES = (OBSERVED, SECRET, NOT_SIGNIFICANT, NOT_AVAILABLE, NOT_APPLICABLE, NOT_COVERED)

#: Codes of the producers for a value they do not give, in lower case.
MISSING_CODES = {
    "": NOT_AVAILABLE,
    "nd": NOT_AVAILABLE,
    "n.d.": NOT_AVAILABLE,
    "-": NOT_AVAILABLE,
    "s": SECRET,
    "c": SECRET,
    "ns": NOT_SIGNIFICANT,
    "n.s.": NOT_SIGNIFICANT,
    "so": NOT_APPLICABLE,
    "//": NOT_APPLICABLE,
    "///": NOT_APPLICABLE,
}

#: Why there is no value, in French.
STATUS_WORDS = {
    SECRET: "valeur couverte par le secret statistique",
    NOT_SIGNIFICANT: "valeur non significative",
    NOT_AVAILABLE: "valeur non disponible",
    NOT_APPLICABLE: "valeur sans objet",
    NOT_COVERED: "couverture insuffisante",
}

#: The same in a cell.
STATUS_SHORT = {
    SECRET: "secret",
    NOT_SIGNIFICANT: "non sign.",
    NOT_AVAILABLE: "n. d.",
    NOT_APPLICABLE: "s. o.",
    NOT_COVERED: "couv. ins.",
}

NARROW_SPACE = "\u202f"
NO_BREAK_SPACE = "\u00a0"
MINUS = "\u2212"
_BLANKS = " \u00a0\u202f"
#: Letters of Windows in a file said to be Latin-1: what stands there for œ and ’ are control characters.
_WINDOWS = {
    code: bytes([code]).decode("cp1252")
    for code in range(0x80, 0xA0)
    if code not in {0x81, 0x8D, 0x8F, 0x90, 0x9D}
}
_SPACES = re.compile(r"[^\S\u00a0\u202f]+")
_TIE = 1e-12
_TIE_MOST = 1e-6
_ALMOST_ALL = 99.9
_PLURAL = 2  # French: 1,5 point, 2 points

#: Units of the catalogue: what follows a value, singular and plural of what follows a gap.
UNITS: dict[str, tuple[str, str, str]] = {
    "percent": ("%", "point", "points"),
    "eur_year": ("€", "€", "€"),
    "eur_month": ("€", "€", "€"),
    "persons": ("", "habitant", "habitants"),
    "minutes": ("min", "minute", "minutes"),
    "facilities": ("", "équipement", "équipements"),
    "consultations": ("consultations par an", "consultation par an", "consultations par an"),
}


def _number_pattern(decimal: str) -> re.Pattern[str]:
    return re.compile(
        rf"([+\-{MINUS}]?)[{_BLANKS}]*"
        rf"([0-9]{{1,3}}(?:[{_BLANKS}][0-9]{{3}})+|[0-9]+)"
        rf"(?:{re.escape(decimal)}([0-9]+))?"
        rf"[{_BLANKS}]*(?:%|€|pts?|points?)?"
    )


def parse_numbers(cells: Sequence[str] | pd.Series | pa.ChunkedArray, decimal: str = ",") -> pd.DataFrame:
    r"""Read cells of text as French numbers.

    Parameters
    ----------
    cells : sequence of str
        The cells as written in the file; a null cell counts as empty.
    decimal : {",", "."}
        Decimal mark of the file. The other mark makes a cell unreadable: it is never guessed.

    Returns
    -------
    DataFrame
        One row per cell. `value` float64, NaN unless observed; `status` categorical over
        `STATUSES`, null where the cell is unreadable.

    Examples
    --------
    >>> parse_numbers(["1\u202f349 €", "36,2 %", "ns", "", "1.5"])
        value           status
    0  1349.0         observed
    1    36.2         observed
    2     NaN  not_significant
    3     NaN    not_available
    4     NaN              NaN
    """
    if decimal not in {",", "."}:
        raise ValueError(f"decimal mark {decimal!r} is not allowed: use ',' or '.'")
    array = cells if isinstance(cells, pa.ChunkedArray) else pa.chunked_array([pa.array(cells, pa.string())])
    encoded = pc.fill_null(array, "").combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    distinct = encoded.dictionary.to_pylist()
    values = np.full(len(distinct), np.nan)
    codes = np.full(len(distinct), -1, dtype=np.int8)
    pattern = _number_pattern(decimal)
    known = {code: STATUSES.index(status) for code, status in MISSING_CODES.items()}
    for i, cell in enumerate(distinct):
        stripped = cell.strip()
        match = pattern.fullmatch(stripped)
        if match is None:
            codes[i] = known.get(stripped.lower(), -1)
            continue
        sign, whole, fraction = match.groups()
        digits = whole.translate({ord(blank): None for blank in _BLANKS})
        number = float(f"{digits}.{fraction or 0}")
        if number == np.inf:
            continue
        values[i] = -number if sign in {"-", MINUS} else number
        codes[i] = 0
    positions = encoded.indices.to_numpy()
    return pd.DataFrame(
        {
            "value": values[positions] + 0.0,
            "status": pd.Categorical.from_codes(codes[positions], categories=list(STATUSES)),
        }
    )


def plain_label(label: str) -> str:
    r"""Rid a label of what nobody sees, as every reader does: what is left is one line of plain text.

    Ends of lines, tabs and runs of spaces become one space (U+00A0 and U+202F stay); control characters,
    bidirectional and zero-width marks, soft hyphens and lone surrogates go, but for the letters of Windows
    (œ, ’) that some producers write as control characters; letters are composed (NFC).
    HTML and formulas are text, and stay: what writes a document escapes them.

    Examples
    --------
    >>> plain_label(" Le\tGue\u0301 \u202e\x1b[31m\n<b>")
    'Le Gué [31m <b>'
    >>> plain_label("C\x9cur de Ville")
    'Cœur de Ville'
    """
    if label.isprintable() and "  " not in label:
        return unicodedata.normalize("NFC", label).strip()
    seen = "".join(one for one in label.translate(_WINDOWS) if one.isprintable() or one.isspace())
    return _SPACES.sub(" ", unicodedata.normalize("NFC", seen)).strip()


def plain_labels(labels: pd.Series) -> pd.Series:
    r"""Rid labels of what nobody sees, as `plain_label` does; a missing one stays missing.

    Examples
    --------
    >>> plain_labels(pd.Series(["Le Gu\u00e9", "a\u200bb ", None])).tolist()
    ['Le Gué', 'ab', nan]
    """
    texts = labels.astype("str")
    cells = pa.array(texts, pa.string(), from_pandas=True)
    plain = pc.and_(pc.ascii_is_printable(cells), pc.invert(pc.match_substring(cells, "  ")))
    other = ~pc.fill_null(plain, True).to_numpy(zero_copy_only=False)
    if not other.any():
        return texts.str.strip()
    codes, distinct = pd.factorize(texts[other])
    cleaned = np.array([plain_label(one) for one in distinct], dtype=object)
    found = texts.str.strip().to_numpy(dtype=object, copy=True)
    found[other] = cleaned[codes]
    return pd.Series(found, labels.index, "str", name=labels.name)


def round_half_up(values: float | np.ndarray | pd.Series, decimals: int | np.ndarray) -> np.ndarray:
    """Round half away from zero, as French publications do.

    A value within 1e-12 (relative) of a tie is taken as the tie, so that 12.25 computed as
    12.249999999999998 is rounded to 12.3. There is no negative zero.

    Parameters
    ----------
    values : float or array of float
    decimals : int or array of int
        Digits kept after the decimal mark.

    Returns
    -------
    ndarray of float64
        Same shape as `values`; NaN stays NaN.

    Examples
    --------
    >>> round_half_up([12.25, -12.25, 0.5], 1).tolist()
    [12.3, -12.3, 0.5]
    """
    array = np.asarray(values, dtype="float64")
    scale = np.power(10.0, decimals)
    scaled = np.abs(array) * scale
    rounded = np.sign(array) * np.floor(scaled + np.minimum(scaled * _TIE, _TIE_MOST) + 0.5) / scale
    return np.asarray(rounded + 0.0)


def format_number(value: float, decimals: int = 0, *, signed: bool = False) -> str:
    """Print a number in the French way; a missing value gives an empty string.

    Examples
    --------
    >>> format_number(1349.4).replace(NARROW_SPACE, "_")
    '1_349'
    >>> format_number(-3.5, 1, signed=True) == MINUS + "3,5"
    True
    """
    if value is None or np.isnan(value):
        return ""
    rounded = float(round_half_up(value, decimals))
    digits = f"{abs(rounded):,.{decimals}f}".replace(",", NARROW_SPACE).replace(".", ",")
    if rounded < 0:
        return MINUS + digits
    return "+" + digits if signed and rounded > 0 else digits


def format_value(value: float, unit: str, decimals: int) -> str:
    """Print a value with its unit, for example ``36,2 %``; a missing value gives an empty string."""
    number = format_number(value, decimals)
    symbol = UNITS[unit][0]
    return number + NO_BREAK_SPACE + symbol if number and symbol else number


def format_gap(gap: float, unit: str, decimals: int, *, signed: bool = True) -> str:
    """Print a gap with its unit, singular under 2, for example ``+1,5 point``.

    Examples
    --------
    >>> format_gap(1.5, "percent", 1).replace(NO_BREAK_SPACE, " ")
    '+1,5 point'
    >>> format_gap(19.0, "percent", 1).replace(NO_BREAK_SPACE, " ")
    '+19,0 points'
    """
    number = format_number(gap, decimals, signed=signed)
    if not number:
        return ""
    _, singular, plural = UNITS[unit]
    noun = plural if abs(float(round_half_up(gap, decimals))) >= _PLURAL else singular
    return number + NO_BREAK_SPACE + noun


def coverage_words(coverage: float, what: str, *, enough: bool = True) -> str:
    """Say which part is known; nothing when all of it is, or when nobody can tell.

    What is not whole never reads as 100 %.

    Examples
    --------
    >>> coverage_words(0.99999, "de la surface couverte").replace(NO_BREAK_SPACE, " ")
    'partiel : 99,9 % de la surface couverte'
    >>> coverage_words(0.5, "de la surface couverte", enough=False).replace(NO_BREAK_SPACE, " ")
    'couverture insuffisante : 50,0 % de la surface couverte'
    """
    if np.isnan(coverage) or coverage == 1:
        return ""
    extent = "partiel" if enough else STATUS_WORDS[NOT_COVERED]
    return f"{extent} : {format_number(min(100 * coverage, _ALMOST_ALL), 1)} % {what}"


def signs_of(gaps: np.ndarray | pd.Series, decimals: int | np.ndarray) -> np.ndarray:
    """Give the arithmetic signs of gaps as displayed: ``+``, ``−`` or ``=``; empty when missing."""
    rounded = round_half_up(gaps, decimals)
    signs = np.select([rounded > 0, rounded < 0, rounded == 0], ["+", MINUS, "="], default="")
    return np.asarray(signs)


def with_a(label: str) -> str:
    """Put « à » before the name of a commune.

    Examples
    --------
    >>> [with_a(name) for name in ("Créteil", "Le Kremlin-Bicêtre", "L'Haÿ-les-Roses", "Les Lilas")]
    ['à Créteil', 'au Kremlin-Bicêtre', "à L'Haÿ-les-Roses", 'aux Lilas']
    """
    return _contract(label, "à ", "au ", "aux ")


def with_de(label: str) -> str:
    """Put « de » before the name of a commune.

    Examples
    --------
    >>> [with_de(name) for name in ("Créteil", "Ivry-sur-Seine", "Le Kremlin-Bicêtre")]
    ['de Créteil', "d'Ivry-sur-Seine", 'du Kremlin-Bicêtre']
    """
    elided = label[:1].lower() in "aàâeéèêëiîïoôöuùûüyœæ" and label[:1] != ""
    return _contract(label, "d'" if elided else "de ", "du ", "des ")


def _contract(label: str, plain: str, masculine: str, plural: str) -> str:
    if label.startswith("Le "):
        return masculine + label[3:]
    if label.startswith("Les "):
        return plural + label[4:]
    return plain + label


def listing(names: Sequence[str]) -> str:
    """Join names in a French enumeration: ``A, B et C``."""
    return " et ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)

"""What changes hold of both dates: figures of the gaps, why there is none, cautions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from oqhs.publish.limits import MARK, parts_of
from oqhs.text import STATUS_WORDS

#: Why a gap does not change: it is missing at one date.
NO_GAP = "l'écart n'est pas connu aux deux dates"
#: What makes a change doubtful: a caution that has no words, and a figure that is not whole.
CAUTION, PARTIAL = "à lire avec précaution", "valeur partielle"


def at_both_dates(
    rows: pd.DataFrame,
    gaps_before: pd.DataFrame,
    gaps: pd.DataFrame,
    columns: Sequence[str],
    *,
    by: str = "reference_territory",
) -> pd.DataFrame:
    """Give what the gaps of two editions hold of the same quartiers and indicators.

    Parameters
    ----------
    rows : DataFrame
        `indicator`, `territory`, `territory_before` and `by`: what is looked for.
    gaps_before, gaps : DataFrame
        Gaps of the two editions, as `Edition.gaps` gives them; each place stands once.
    columns : sequence of str
        What is taken of them.
    by : {"reference_territory", "reference"}
        What tells the reference.

    Returns
    -------
    DataFrame
        On the index of the rows, each column twice: `{column}_before` and `{column}_after`, missing where
        a gap is not there.

    Examples
    --------
    >>> place = {"indicator": ["a"], "territory": ["N"], "reference": ["ept"]}
    >>> then, now = (pd.DataFrame(place | {"gap": [gap]}) for gap in (2.0, 3.0))
    >>> rows = pd.DataFrame(place | {"territory_before": ["N"]})
    >>> at_both_dates(rows, then, now, ["gap"], by="reference").to_dict("records")
    [{'gap_before': 2.0, 'gap_after': 3.0}]
    """
    found: dict[str, pd.Series] = {}
    for side, table, code in (("before", gaps_before, "territory_before"), ("after", gaps, "territory")):
        keys = rows[["indicator", code, by]].rename(columns={code: "territory"})
        held = keys.merge(table[[*keys.columns, *columns]], how="left", on=list(keys.columns))
        found |= {f"{name}_{side}": held[name].set_axis(rows.index) for name in columns}
    return pd.DataFrame(found, index=rows.index)


def reasons_of(changes: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Say why there is no change: what the quartier lacks, and what its reference lacks.

    Parameters
    ----------
    changes : DataFrame
        As `oqhs.analysis.evolution` gives them.

    Returns
    -------
    tuple of Series
        In French, on the index of the changes; the empty text where nothing is said.

    Examples
    --------
    >>> changes = pd.DataFrame({"reason": ["", ""], "status": ["secret", "observed"],
    ...     "reference_reason": ["", "limites"]})
    >>> [texts.tolist() for texts in reasons_of(changes)]
    [['valeur couverte par le secret statistique', ''], ['', 'référence : limites']]
    """
    own = changes["reason"].fillna("")
    own = own.mask(own == "", changes["status"].map(STATUS_WORDS).fillna(""))
    other = changes["reference_reason"].fillna("")
    return own, other.where(other == "", "référence : " + other)


def cautions_of(texts: Iterable[str]) -> str:
    """Put cautions together, each of their parts once.

    Examples
    --------
    >>> cautions_of(["rupture ; estimation", "", "rupture"])
    'rupture ; estimation'
    """
    return MARK.join(dict.fromkeys(part for text in texts for part in parts_of(text)))

"""The quartiers of a contract taken together: sums of their counts, where all of them are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from oqhs.analysis.dates import BROUGHT
from oqhs.entries import Indicator
from oqhs.text import OBSERVED

TOGETHER_COLUMNS = [
    "indicator",
    "quartiers",
    "known",
    "compared",
    "numerator_before",
    "denominator_before",
    "value_before",
    "numerator",
    "denominator",
    "value",
    "change",
    "why",
]
_SUMS = ["numerator", "denominator", "value"]
_PUBLISHED = "valeurs publiées sans les effectifs dont elles sont faites : elles ne s'additionnent pas"
_PERCENT = 100.0


def together(
    before: pd.DataFrame,
    after: pd.DataFrame,
    changes: pd.DataFrame,
    indicators: Mapping[str, Indicator],
    quartiers: Sequence[str],
) -> pd.DataFrame:
    """Add up the counts of quartiers at both dates.

    A share is the ratio of two sums, never the mean of shares. Nothing is summed unless the counts of every
    quartier are known, and nothing is said of the first date unless every quartier is the same there.

    Parameters
    ----------
    before, after : DataFrame
        Observations of the two editions that may go as far as the later one.
    changes : DataFrame
        As `oqhs.analysis.evolution` gives them, of one reference: which quartiers may be compared.
    indicators : mapping
        Those that are summed, by id: shares in percent, and counts of persons.
    quartiers : sequence of str
        Codes of the quartiers of the later edition.

    Returns
    -------
    DataFrame
        `TOGETHER_COLUMNS`, one row per indicator: `value` in percent or persons, `change` in points or
        persons, `known` and `compared` out of `quartiers`; `why` says in French what is not there.
    """
    rows = [_row(before, after, changes, name, one, quartiers) for name, one in indicators.items()]
    types = dict.fromkeys([f"{name}_before" for name in _SUMS] + [*_SUMS, "change"], "float64")
    return pd.DataFrame(rows, columns=TOGETHER_COLUMNS).astype(types)


def _row(
    before: pd.DataFrame,
    after: pd.DataFrame,
    changes: pd.DataFrame,
    name: str,
    indicator: Indicator,
    quartiers: Sequence[str],
) -> dict[str, object]:
    """Sum one indicator."""
    share = indicator.unit == "percent"
    now = _of(after, name, quartiers)
    usable = _summable(now, share=share)
    found: dict[str, object] = {"indicator": name, "quartiers": len(quartiers), "known": int(usable.sum())}
    moved = changes[(changes["indicator"] == name) & changes["territory"].isin(quartiers)]
    alike = moved[(moved["status"] == OBSERVED) & (moved["basis"] != BROUGHT)]
    found["compared"] = len(alike)
    if not usable.all():
        seen = now["status"] == OBSERVED
        lacking = f"effectifs connus pour {_of_all(int(usable.sum()), quartiers)}"
        return found | {"why": _PUBLISHED if seen.any() and not usable.any() else lacking}
    found |= _summed(now, share=share)
    if len(alike) < len(quartiers):
        return found | {"why": f"comparables tels quels : {_of_all(len(alike), quartiers)}"}
    then = _of(before, name, list(alike["territory_before"]))
    first = _summable(then, share=share)
    if not first.all():
        known = _of_all(int(first.sum()), quartiers)
        return found | {"why": f"effectifs de la première date connus pour {known}"}
    found |= {f"{key}_before": value for key, value in _summed(then, share=share).items()}
    return found | {"change": float(found["value"]) - float(found["value_before"]), "why": ""}  # type: ignore[arg-type]


def _of_all(count: int, quartiers: Sequence[str]) -> str:
    return f"{count} quartier{'s' if count > 1 else ''} sur {len(quartiers)}"


def _of(observations: pd.DataFrame, name: str, quartiers: Sequence[str]) -> pd.DataFrame:
    """Give the observations of an indicator for some quartiers; what is not there is missing."""
    own = observations[observations["indicator"] == name].set_index("territory")
    return own.reindex(list(quartiers))[[*_SUMS, "status"]]


def _summable(rows: pd.DataFrame, *, share: bool) -> pd.Series:
    """Whether each value is made of counts that are known: those it is the ratio of, or itself."""
    made = _PERCENT * rows["numerator"] / rows["denominator"] if share else rows["numerator"]
    same = np.isclose(rows["value"].astype("float64"), made.astype("float64"))
    return pd.Series(same, index=rows.index) & (rows["status"] == OBSERVED)


def _summed(rows: pd.DataFrame, *, share: bool) -> dict[str, float]:
    numerator = float(rows["numerator"].sum())
    if not share:
        return {"numerator": numerator, "value": numerator}
    denominator = float(rows["denominator"].sum())
    return {
        "numerator": numerator,
        "denominator": denominator,
        "value": _PERCENT * numerator / denominator,
    }

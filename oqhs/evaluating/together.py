"""The quartiers of a contract taken together: sums of their counts, where all of them are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from oqhs.analysis.dates import BROUGHT
from oqhs.entries import Indicator
from oqhs.evaluating.sides import CAUTION, PARTIAL, cautions_of
from oqhs.text import OBSERVED, listing

TOGETHER_COLUMNS = [
    "indicator",
    "quartiers",
    "known",
    "compared",
    "year_before",
    "perimeter_before",
    "coverage_before",
    "numerator_before",
    "denominator_before",
    "value_before",
    "year",
    "perimeter",
    "coverage",
    "numerator",
    "denominator",
    "value",
    "change",
    "why",
]
_SUMS = ["coverage", "numerator", "denominator", "value"]
_TOLD = ["year", "perimeter"]
_PUBLISHED = "valeurs publiées sans les effectifs dont elles sont faites : elles ne s'additionnent pas"
_PERCENT = 100.0


def together(
    before: pd.DataFrame,
    after: pd.DataFrame,
    changes: pd.DataFrame,
    indicators: Mapping[str, Indicator],
    quartiers: Sequence[str],
    *,
    coverage_min: float,
) -> pd.DataFrame:
    """Add up the counts of quartiers at both dates.

    A share is the ratio of two sums, never the mean of shares. Nothing is summed unless the counts of every
    quartier are known, and nothing is said of the first date unless every quartier is the same there. A
    change is told only of figures that may be compared without a caution, and that are whole.

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
    coverage_min : float
        Share of the weight under which a figure is partial, 0 to 1.

    Returns
    -------
    DataFrame
        `TOGETHER_COLUMNS`, one row per indicator: `value` in percent or persons, `change` in points or
        persons, `known` and `compared` out of `quartiers`; `year` and `perimeter` are texts, each year or
        perimeter of a sum once, `coverage` that of the quartier that is the least known, 0 to 1. `why` says
        in French what is not there.
    """
    rows = [
        _row(before, after, changes, name, one, quartiers, coverage_min) for name, one in indicators.items()
    ]
    found = pd.DataFrame(rows, columns=TOGETHER_COLUMNS)
    numbers, texts = ([*names, *(f"{name}_before" for name in names)] for names in (_SUMS, _TOLD))
    found = found.astype(dict.fromkeys([*numbers, "change"], "float64") | dict.fromkeys(texts, "str"))
    return found.fillna(dict.fromkeys(texts, ""))


def _row(
    before: pd.DataFrame,
    after: pd.DataFrame,
    changes: pd.DataFrame,
    name: str,
    indicator: Indicator,
    quartiers: Sequence[str],
    coverage_min: float,
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
    last = _summed(now, share=share)
    found |= {**last, **_where(now)}
    if len(alike) < len(quartiers):
        return found | {"why": f"comparables tels quels : {_of_all(len(alike), quartiers)}"}
    then = _of(before, name, list(alike["territory_before"]))
    usable = _summable(then, share=share)
    if not usable.all():
        known = _of_all(int(usable.sum()), quartiers)
        return found | {"why": f"effectifs de la première date connus pour {known}"}
    first = _summed(then, share=share)
    found |= {f"{key}_before": value for key, value in [*first.items(), *_where(then).items()]}
    if why := _doubt(alike, (first["coverage"], last["coverage"]), coverage_min):
        return found | {"why": why}
    return found | {"change": last["value"] - first["value"], "why": ""}


def _doubt(alike: pd.DataFrame, coverages: Sequence[float], coverage_min: float) -> str:
    """Say why sums that are known are not compared: a caution first, then what is partial."""
    cautious = alike[~alike["flaggable"].eq(True).fillna(False).astype(bool)]
    if len(cautious):
        return cautions_of(cautious["caution"]) or CAUTION
    return "" if all(share >= coverage_min for share in coverages) else PARTIAL


def _of_all(count: int, quartiers: Sequence[str]) -> str:
    return f"{count} quartier{'s' if count > 1 else ''} sur {len(quartiers)}"


def _of(observations: pd.DataFrame, name: str, quartiers: Sequence[str]) -> pd.DataFrame:
    """Give the observations of an indicator for some quartiers; what is not there is missing."""
    own = observations[observations["indicator"] == name].set_index("territory")
    return own.reindex(list(quartiers))[[*_SUMS, *_TOLD, "status"]]


def _summable(rows: pd.DataFrame, *, share: bool) -> pd.Series:
    """Whether each value is made of counts that are known: those it is the ratio of, or itself."""
    made = _PERCENT * rows["numerator"] / rows["denominator"] if share else rows["numerator"]
    same = np.isclose(rows["value"].astype("float64"), made.astype("float64"))
    return pd.Series(same, index=rows.index) & (rows["status"] == OBSERVED)


def _where(rows: pd.DataFrame) -> dict[str, str]:
    """Say of which years and on which perimeters values are."""
    return {name: listing([str(one) for one in sorted(set(rows[name].dropna()))]) for name in _TOLD}


def _summed(rows: pd.DataFrame, *, share: bool) -> dict[str, float]:
    """Sum counts; a coverage that is not known for one quartier is not known at all."""
    numerator, coverage = float(rows["numerator"].sum()), float(rows["coverage"].min(skipna=False))
    if not share:
        return {"coverage": coverage, "numerator": numerator, "value": numerator}
    denominator = float(rows["denominator"].sum())
    return {
        "coverage": coverage,
        "numerator": numerator,
        "denominator": denominator,
        "value": _PERCENT * numerator / denominator,
    }

"""Changes of gaps between two dates, judged: narrowed, widened, not established, not comparable."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from oqhs.analysis.dates import BROUGHT, ESTIMATED
from oqhs.analysis.ranks import change_interval
from oqhs.analysis.uncertainty import EXHAUSTIVE, FISCAL, MEASURED, SAMPLED
from oqhs.entries import Indicator
from oqhs.evaluating.sides import CAUTION, NO_GAP, PARTIAL, at_both_dates, reasons_of
from oqhs.text import OBSERVED, round_half_up

NARROWED, WIDENED, OTHER = "reduit", "creuse", "autre"
UNSETTLED, INCOMPARABLE = "non_etabli", "non_comparable"
#: What is found of the gap of a quartier, in the order it is told; each row has one of them.
FINDINGS = {
    NARROWED: "écart réduit",
    WIDENED: "écart creusé",
    OTHER: "autre évolution",
    UNSETTLED: "non établi",
    INCOMPARABLE: "non comparable",
}
_KNOWN = (SAMPLED, EXHAUSTIVE, MEASURED, FISCAL)
_CARRIED = ["gap_se", "sampling", "reference_coverage", "reference_origin"]
#: What makes a change not established.
ONE_PERIMETER = "estimation sur un seul périmètre"
_GUESSED = "référence estimée"
_UNKNOWN = "précision de la source inconnue"
_NO_INTERVAL = "sondage sans intervalle"
_ZERO_INSIDE = "l'intervalle comprend zéro"


def judged(
    changes: pd.DataFrame,
    gaps_before: pd.DataFrame,
    gaps: pd.DataFrame,
    indicators: Mapping[str, Indicator],
    *,
    level: float,
    coverage_min: float,
) -> pd.DataFrame:
    """Judge the changes of the gaps of quartiers to one reference.

    An unfavourable gap has narrowed when it moved to the favourable side, and widened when it moved further
    to the unfavourable one (`widening`), as shown. Either is said only of a change that is established:
    between two figures that may be compared without a caution, whole, of a known precision, and whose
    interval leaves zero out where they are sampled. An established change of a favourable or neutral gap, or
    one that is shown as none, is another change.

    Parameters
    ----------
    changes : DataFrame
        As `oqhs.analysis.evolution` gives them with `prices="part_reference"`: amounts are shares of the
        reference, so that the gap of every share is in points.
    gaps_before, gaps : DataFrame
        Gaps of the two editions to the same reference, as `Edition.gaps` gives them.
    indicators : mapping
        Indicators by id.
    level : float
        Level of confidence of the intervals, 0 to 1.
    coverage_min : float
        Share of the weight under which a figure is partial, 0 to 1.

    Returns
    -------
    DataFrame
        The changes, on their index, with `gap_change_ci_lower` and `gap_change_ci_upper` in points (the two
        vintages share no survey: their variances add up), `finding` (of `FINDINGS`) and `why`: what makes a
        change not established (its caution, where it has one that counts), or not comparable, in French.
    """
    rows = changes.join(at_both_dates(changes, gaps_before, gaps, _CARRIED))
    direct = (rows["basis"] != BROUGHT) & (rows["reference_basis"] != BROUGHT)
    points = direct & (rows["unit"] == "percent") & (rows["prices"] == "")
    moved = rows["gap_change"].where(points)
    bounds = change_interval(moved, rows["gap_se_before"], rows["gap_se_after"], level=level)
    rows["gap_change_ci_lower"] = bounds["change_ci_lower"]
    rows["gap_change_ci_upper"] = bounds["change_ci_upper"]
    known = (rows["status"] == OBSERVED) & rows["gap_change"].notna()
    doubt = _doubts(rows, coverage_min)
    rows["why"] = doubt.where(known, _reasons(changes))
    settled = known & (doubt == "")
    rows["finding"] = np.select(
        [~known, ~settled, _narrowed(rows, indicators), rows["widening"].eq(True).fillna(False)],
        [INCOMPARABLE, UNSETTLED, NARROWED, WIDENED],
        default=OTHER,
    )
    added = ["gap_change_ci_lower", "gap_change_ci_upper", "finding", "why"]
    return changes.assign(**{name: rows[name] for name in added})


def _doubts(rows: pd.DataFrame, coverage_min: float) -> pd.Series:
    """Say what makes a change not established; empty where nothing does."""
    shares = ["coverage_before", "coverage", "reference_coverage_before", "reference_coverage_after"]
    whole = rows[shares].astype("float64").ge(coverage_min).all(axis=1)
    guessed = (rows["reference_origin_before"] == ESTIMATED) | (rows["reference_origin_after"] == ESTIMATED)
    understood = rows["sampling_before"].isin(_KNOWN) & rows["sampling_after"].isin(_KNOWN)
    sampled = (rows["sampling_before"] == SAMPLED) | (rows["sampling_after"] == SAMPLED)
    sampled |= (rows["gap_se_before"] > 0) | (rows["gap_se_after"] > 0)
    low, high = rows["gap_change_ci_lower"], rows["gap_change_ci_upper"]
    reasons = {
        ONE_PERIMETER: (rows["basis"] == BROUGHT) | (rows["reference_basis"] == BROUGHT),
        CAUTION: ~rows["flaggable"].eq(True).fillna(False).astype(bool),
        _GUESSED: guessed,
        PARTIAL: ~whole,
        _UNKNOWN: ~understood,
        _NO_INTERVAL: sampled & low.isna(),
        _ZERO_INSIDE: (low <= 0) & (high >= 0),
    }
    told = np.select([one.to_numpy(dtype=bool) for one in reasons.values()], list(reasons), default="")
    doubts = pd.Series(told, index=rows.index, dtype="str")
    return doubts.mask((doubts == CAUTION) & (rows["caution"] != ""), rows["caution"])


def _reasons(changes: pd.DataFrame) -> pd.Series:
    """Say why there is no change of the gap: of the quartier first, then of its reference."""
    own, other = reasons_of(changes)
    return own.mask(own == "", other).replace("", NO_GAP)


def _narrowed(rows: pd.DataFrame, indicators: Mapping[str, Indicator]) -> pd.Series:
    """Whether a gap was unfavourable and moved to the favourable side, as shown."""
    polarity = rows["indicator"].map({name: one.polarity for name, one in indicators.items()})
    digits = rows["decimals"].to_numpy()
    gap, moved = (round_half_up(rows[name], digits) for name in ("gap_before", "gap_change"))
    polarity = polarity.astype("float64").to_numpy()
    return pd.Series((polarity * gap < 0) & (polarity * moved > 0), index=rows.index)


def counted(moves: pd.DataFrame) -> pd.DataFrame:
    """Count the quartiers by what is found of their gap, indicator by indicator.

    Parameters
    ----------
    moves : DataFrame
        As `judged` gives them, of one reference.

    Returns
    -------
    DataFrame
        `indicator`, `label`, `quartiers`, then a column for each of `FINDINGS`, which add up to
        `quartiers`; in the order of the rows.
    """
    keys = ["indicator", "label"]
    found = pd.crosstab([moves[name] for name in keys], moves["finding"]).reindex(
        columns=list(FINDINGS), fill_value=0
    )
    order = pd.MultiIndex.from_frame(moves[keys].drop_duplicates())
    found = found.reindex(order).rename_axis(columns=None).reset_index()
    found.insert(2, "quartiers", found[list(FINDINGS)].sum(axis=1))
    return found

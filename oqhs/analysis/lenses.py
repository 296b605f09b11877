"""Lenses through which a figure of a quartier is looked at: gap, widening, absolute bar, position."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from oqhs.analysis.dates import ESTIMATED
from oqhs.analysis.testing import benjamini_hochberg, p_values_beyond
from oqhs.analysis.uncertainty import SAMPLED, UNKNOWN
from oqhs.entries import Indicator
from oqhs.rules import Holding
from oqhs.text import OBSERVED

GAP, WIDENING, BAR, POSITION = "ecart", "creusement", "seuil", "position"
#: Why a flag is to be confirmed; the empty text where it is not.
BY_SAMPLING, BY_ESTIMATE, BY_PARTS, BY_SOURCE = "sondage", "estimation", "partiel", "source"
BY_REFERENCE = "reference"  # it is the reference that is an estimate

_ZONE = ["territory", "indicator"]
_PAIR = [*_ZONE, "reference"]
_NOISE = 1e-9
_MAD_TO_SIGMA = 1.4826


def judgeable(gaps: pd.DataFrame, indicators: Mapping[str, Indicator]) -> pd.DataFrame:
    """Keep what may be flagged: observed, publishable, of an indicator that is not neutral.

    `against` is the gap counted on the unfavourable side, `against_least` the same at the end of its bounds
    that is the most favourable, missing without bounds.
    """
    polarity = gaps["indicator"].map({name: one.polarity for name, one in indicators.items()})
    seen = (gaps["status"] == OBSERVED) & gaps["value"].notna() & gaps["publishable"].eq(True)
    kept = seen.fillna(False).astype(bool) & polarity.isin([-1, 1])
    rows = gaps[kept].assign(polarity=polarity[kept].astype("float64")).reset_index(drop=True)
    rows["against"] = -rows["polarity"] * rows["gap"]
    bounded = rows["gap_lower"] < rows["gap_upper"]
    least = rows["gap_lower"].where(rows["polarity"] < 0, -rows["gap_upper"])
    rows["against_least"] = least.where(bounded)
    return rows


def reached(amount: pd.Series, bar: pd.Series) -> pd.Series:
    """Whether amounts are at their bar or beyond it, but for the noise of floating point."""
    return amount >= bar - _NOISE * np.maximum(1.0, bar.abs())


def by_gap(
    rows: pd.DataFrame, holdings: Sequence[Holding], *, level: float, coverage_min: float
) -> pd.DataFrame:
    """Flag the unfavourable gaps that reach their bar; a family of tests is an indicator and a reference."""
    found = _drawn(rows).merge(_asked(holdings), on=["indicator", "reference"])
    found["bar"] = _in_unit(found)
    bounded = found["against_least"].notna()
    known = _covered(found["coverage"], found["reference_coverage"], least=coverage_min)
    partial = (~known).where(~bounded, ~reached(found["against_least"], found["bar"]))
    found["doubt"] = _doubts(found, partial)
    tested = (found["sampling"] == SAMPLED) & (found["doubt"] == "")
    found["p"] = p_values_beyond(found["against"], found["bar"], found["gap_se"]).where(tested)
    firm = pd.Series(False, index=found.index)
    for _, family in found.groupby(["indicator", "reference"], sort=False)["p"]:
        firm[family.index] = benjamini_hochberg(family, level)
    found["doubt"] = found["doubt"].mask(tested & ~firm, BY_SAMPLING)
    found = found.rename(columns={"gap_ci_lower": "ci_lower", "gap_ci_upper": "ci_upper"})
    return found[reached(found["against"], found["bar"])].assign(kind=GAP)


def by_widening(
    rows: pd.DataFrame, changes: pd.DataFrame, holdings: Sequence[Holding], *, coverage_min: float
) -> pd.DataFrame:
    """Flag the unfavourable gaps that grew by their bar at least, where the change may be flagged."""
    moved = changes[changes["flaggable"].eq(True) & changes["widening"].eq(True)].copy()
    for when in ("_before", ""):
        moved[f"share{when}"] = 100 * moved[f"value{when}"] / moved[f"reference_value{when}"]
    moved = moved.rename(columns={"gap": "gap_after", "coverage": "coverage_after"})
    told = ["gap_before", "gap_after", "gap_change", "share_before", "share", "year_before"]
    told += ["coverage_before", "coverage_after"]
    found = _drawn(rows).merge(moved[[*_PAIR, *told]], on=_PAIR)
    found = found.merge(_asked(holdings), on=["indicator", "reference"])
    relative = found["scale"] == "percent_of_reference"
    change = found["gap_change"].mask(relative, found["share"] - found["share_before"])
    found["widened_by"] = -found["polarity"] * change
    found["bar"] = found["asked"]
    ends = (found[name] for name in ("coverage_before", "coverage_after", "reference_coverage"))
    found["doubt"] = _untested(found, ~_covered(*ends, least=coverage_min))
    return found[reached(found["widened_by"], found["bar"])].assign(kind=WIDENING)


def by_bar(
    rows: pd.DataFrame,
    holdings: Sequence[Holding],
    indicators: Mapping[str, Indicator],
    *,
    coverage_min: float,
) -> pd.DataFrame:
    """Flag the values at an absolute bar or beyond it, whatever they are compared with."""
    found = _alone(rows).merge(_asked(holdings, compared=False), on="indicator")
    found["bar"] = found["asked"]
    away = -found["polarity"]
    # Of a share, what is not covered may be wholly favourable.
    percent = found["indicator"].map(lambda name: indicators[name].unit) == "percent"
    missing = 100 * (1 - found["coverage"])
    least = found["value"] * found["coverage"] + missing.where(found["polarity"] > 0, 0.0)
    spared = ~reached(away * least, away * found["bar"])
    partial = (~_covered(found["coverage"], least=coverage_min)).where(
        ~percent, spared & ~_covered(found["coverage"], least=1.0)
    )
    found["doubt"] = _untested(found, partial)
    return found[reached(away * found["value"], away * found["bar"])].assign(kind=BAR)


def by_position(rows: pd.DataFrame, holdings: Sequence[Holding], *, coverage_min: float) -> pd.DataFrame:
    """Mark the values that stand apart from those of the other quartiers, on the unfavourable side.

    The worst quarter never holds more than a quarter of the quartiers: those tied across its edge are out
    of it. Without spread (a median absolute deviation of 0) there is no robust z.
    """
    found = _alone(rows).merge(_asked(holdings, compared=False), on="indicator")
    found["away"] = -found["polarity"] * found["value"]
    groups = found.groupby(["indicator", "rule"], sort=False)["away"]
    share = groups.rank(method="max", ascending=False) / groups.transform("size")
    quarter = (found["scale"] == "share_of_quartiers") & ~(share > found["asked"] + _NOISE)
    median = groups.transform("median")
    spread = (found["away"] - median).abs().groupby([found["indicator"], found["rule"]]).transform("median")
    edge = median + found["asked"] * _MAD_TO_SIGMA * spread
    apart = (found["scale"] == "robust_z") & (spread > 0) & reached(found["away"], edge)
    last = found["away"].where(quarter).groupby([found["indicator"], found["rule"]]).transform("min")
    found["bar"] = -found["polarity"] * edge.where(found["scale"] == "robust_z", last)
    found["doubt"] = _untested(found, ~_covered(found["coverage"], least=coverage_min))
    return found[quarter | apart].assign(kind=POSITION)


def bars_of(rows: pd.DataFrame, holdings: Sequence[Holding]) -> pd.Series:
    """Bar of the gap of each row, in the unit of its indicator; missing where no rule holds."""
    asked = rows.reset_index().merge(_asked(holdings), on=["indicator", "reference"]).set_index("index")
    return _in_unit(asked).reindex(rows.index)


def _asked(holdings: Sequence[Holding], *, compared: bool = True) -> pd.DataFrame:
    """Tell what the rules ask, one row per indicator (and reference, for a lens that compares)."""
    told = [
        (one.indicator, reference, one.rule, one.entry.scale, one.value)
        for one in holdings
        for reference in (one.entry.references if compared else ("",))
    ]
    asked = pd.DataFrame(told, columns=["indicator", "reference", "rule", "scale", "asked"])
    asked = asked.astype({"indicator": "str", "reference": "str", "asked": "float64"})
    return asked if compared else asked.drop(columns="reference")


def _in_unit(found: pd.DataFrame) -> pd.Series:
    """Give the bars of gaps in the unit of their indicator."""
    relative = found["scale"] == "percent_of_reference"
    return found["asked"].where(~relative, found["asked"] / 100 * found["reference_value"].abs())


def _alone(rows: pd.DataFrame) -> pd.DataFrame:
    """One row per quartier and indicator, without what it is compared with."""
    alone = rows.drop_duplicates(_ZONE).assign(reference="", reference_territory="", reference_origin="")
    return alone.assign(reference_value=np.nan, gap=np.nan)


def _drawn(rows: pd.DataFrame) -> pd.DataFrame:
    """Tell how gaps were had: by a sample as soon as one of their two sides was."""
    return rows.assign(sampling=rows["sampling"].mask(rows["gap_se"] > 0, SAMPLED))


def _covered(*shares: pd.Series, least: float) -> pd.Series:
    """Whether at least this share of each is known; one that is not said is not known."""
    return pd.concat(shares, axis=1).astype("float64").ge(least).all(axis=1)


def _doubts(found: pd.DataFrame, partial: pd.Series) -> pd.Series:
    """Say what makes a figure uncertain, the sampling apart; empty where nothing does."""
    reasons = {
        BY_ESTIMATE: found["origin"] == ESTIMATED,
        BY_REFERENCE: found["reference_origin"] == ESTIMATED,
        BY_PARTS: partial.astype(bool),
        BY_SOURCE: found["sampling"] == UNKNOWN,
    }
    return pd.Series(np.select(list(reasons.values()), list(reasons), default=""), index=found.index)


def _untested(found: pd.DataFrame, partial: pd.Series) -> pd.Series:
    """Say what makes a figure that no test is made of uncertain; of one that is sampled, the sampling."""
    doubts = _doubts(found, partial)
    return doubts.mask((doubts == "") & (found["sampling"] == SAMPLED), BY_SAMPLING)

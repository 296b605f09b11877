"""From IRIS to quartiers: counts shared out by where people live, and how far off that is."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from oqhs.catalogue import Catalogue, built_in
from oqhs.errors import MeasureError
from oqhs.measures.aggregate import one_of
from oqhs.measures.apportion import AREA, NOISE, Apportionment
from oqhs.tables import (
    MEASUREMENT_COLUMNS,
    MEASUREMENT_KEY,
    empty_measurements,
    most_telling,
    plain,
    strict_sum,
)
from oqhs.text import NOT_AVAILABLE, NOT_COVERED, OBSERVED, STATUS_WORDS, format_number

_KEY = ["variable", "territory", "year"]
_ALMOST_ALL = 99.9
_SEVERAL = 2


def estimate_counts(
    measurements: pd.DataFrame,
    apportioned: Apportionment,
    *,
    perimeter: str,
    couverture_min: float | None = None,
    weights_label: str = "la population des carreaux de 200 m",
    catalogue: Catalogue | None = None,
) -> pd.DataFrame:
    """Estimate the counts of zones from those of the sources they overlap.

    A count is the sum of share × count; it is observed only when every source that gives people to the
    zone is. Nothing is put where the zone is not covered: a count then stands for the covered part, and
    its note tells which part that is.

    Parameters
    ----------
    measurements : DataFrame
        Counts of the sources, of one perimeter, in the long table (`MEASUREMENT_COLUMNS`).
    apportioned : Apportionment
        Shares of the sources in the zones.
    perimeter : str
        Perimeter of the zones.
    couverture_min : float, optional
        Coverage (0 to 1) under which a zone is not covered; by default that of `seuils.yaml`.
    weights_label : str
        What the weights are, in French, for the notes.
    catalogue : Catalogue, optional
        Where the units of the variables are; by default the built-in one.

    Returns
    -------
    DataFrame
        Measurements: one row per variable, zone and year, in the unit of the variable, unrounded.

    Raises
    ------
    MeasureError
        A variable is not a count, a figure stands twice, the perimeters are mixed, or no source of the
        apportionment is in the measurements.
    UnknownError
        A variable is not in the catalogue.

    Examples
    --------
    >>> shares = pd.DataFrame({"territory": "QN99901M", "part": ["999010101", "999010102"],
    ...     "share": [0.75, 0.5], "weighted_by": "weights"})
    >>> iris = pd.DataFrame({"variable": "population", "territory": ["999010101", "999010102"],
    ...     "perimeter": "iris2022", "year": 2020, "value": [2000.0, 1000.0], "status": "observed",
    ...     "source": "rp-iris-2020", "note": ""})
    >>> covered = pd.Series({"QN99901M": 1.0})
    >>> estimate_counts(iris, Apportionment(shares, covered), perimeter="qpv2024").value.tolist()
    [2000.0]
    """
    catalogue = built_in() if catalogue is None else catalogue
    if couverture_min is None:
        couverture_min = catalogue.threshold("couverture_min", dt.date.max)
    rows = plain(measurements)
    if rows.empty:
        return empty_measurements()
    _check_counts(rows, apportioned, catalogue)
    series = rows[["variable", "year"]].drop_duplicates()
    zones = apportioned.covered.rename("covered").rename_axis("territory").reset_index()
    found = zones.astype({"territory": "str"}).merge(series, how="cross").assign(perimeter=perimeter)
    found = found.merge(_sums(rows, apportioned.shares, series), how="left", on=_KEY)
    short = found["covered"] < couverture_min
    found["status"] = found["status"].fillna(NOT_COVERED).mask(short, NOT_COVERED)
    # A quartier has people: weights that find nobody in it do not know it.
    found["status"] = found["status"].mask(
        (found["needed"] == 0) & (found["status"] == OBSERVED), NOT_AVAILABLE
    )
    found["value"] = found["value"].where(found["status"] == OBSERVED)
    found["source"] = found["source"].fillna("")
    found["note"] = [_note(row, couverture_min, weights_label) for row in found.itertuples()]
    return plain(found[MEASUREMENT_COLUMNS]).sort_values(MEASUREMENT_KEY, ignore_index=True)


def model_error(estimated: pd.Series, published: pd.Series) -> pd.DataFrame:
    """Compare estimated rates with those a producer published for the same territories.

    Parameters
    ----------
    estimated, published : Series
        Rates in percent, indexed by territory.

    Returns
    -------
    DataFrame
        One row: `n` (territories compared), `mean_abs_pts`, `bias_pts` (mean of estimated − published),
        `rmse_pts`, `largest_pts` (largest difference, with its sign) and `largest_territory` (the first
        code among equals), `n_left_out` (territories without one of the two). All differences are in
        points.

    Raises
    ------
    MeasureError
        A territory stands twice, or fewer than two have both rates.

    Examples
    --------
    Differences of +1, −3 and 0 points; one quartier has no published rate.

    >>> ours = pd.Series({"QN99901M": 21.0, "QN99902M": 17.0, "QN99903M": 30.0, "QN99904M": 12.0})
    >>> theirs = pd.Series({"QN99901M": 20.0, "QN99902M": 20.0, "QN99903M": 30.0})
    >>> found = model_error(ours, theirs).round(2)
    >>> found[["n", "mean_abs_pts", "bias_pts", "largest_pts", "n_left_out"]].to_dict("records")
    [{'n': 3, 'mean_abs_pts': 1.33, 'bias_pts': -0.67, 'largest_pts': -3.0, 'n_left_out': 1}]
    """
    for name, rates in (("estimated", estimated), ("published", published)):
        twice = rates.index[rates.index.duplicated()]
        if len(twice):
            raise MeasureError(
                "a territory stands twice among the rates",
                column=name,
                found=str(twice[0]),
                allowed="one rate a territory",
            )
    both = pd.DataFrame({"estimated": estimated, "published": published}).astype("float64").sort_index()
    points = (both["estimated"] - both["published"]).dropna()
    if len(points) < _SEVERAL:
        raise MeasureError(
            "an error is measured on several territories",
            found=f"{len(points)} with both rates, of {len(both)}",
            allowed="2 at least",
            todo="check that both are indexed by the same codes",
        )
    furthest = points.abs().idxmax()
    measured = {
        "n": len(points),
        "mean_abs_pts": points.abs().mean(),
        "bias_pts": points.mean(),
        "rmse_pts": np.sqrt((points**2).mean()),
        "largest_pts": points[furthest],
        "largest_territory": furthest,
        "n_left_out": len(both) - len(points),
    }
    return pd.DataFrame([measured])


def _check_counts(rows: pd.DataFrame, apportioned: Apportionment, catalogue: Catalogue) -> None:
    one_of(rows, "perimeter")
    names = sorted(set(rows["variable"]))
    others = [name for name in names if not catalogue.variable(name).is_count]
    if others:
        raise MeasureError(
            "only counts are shared out: a rate or a median of a part is not one of the whole",
            found=", ".join(f"{name} ({catalogue.variable(name).unit})" for name in others),
            allowed="variables in persons, households, families or units",
            todo="estimate the numerator and the denominator, then divide",
        )
    repeated = rows.duplicated(MEASUREMENT_KEY)
    if repeated.any():
        row = rows[repeated].iloc[0]
        raise MeasureError(
            "the measurements hold a figure twice",
            found=f"{row['variable']} of {row['territory']}, from {row['source']}",
            allowed="one row per variable, territory, perimeter and year",
        )
    parts = apportioned.shares["part"]
    if len(parts) and not rows["territory"].isin(parts).any():
        raise MeasureError(
            "no source of the apportionment is in the measurements",
            found=str(rows["territory"].iloc[0]),
            allowed=f"codes such as {parts.iloc[0]}",
        )


def _sums(rows: pd.DataFrame, shares: pd.DataFrame, series: pd.DataFrame) -> pd.DataFrame:
    """Sum up the counts by zone, and count the sources each sum needs, lacks or shares by area."""
    counts = rows.rename(columns={"territory": "part"})
    counts = counts[["variable", "part", "year", "value", "status", "source"]]
    terms = shares.astype({"territory": "str", "part": "str"}).merge(series, how="cross")
    terms = terms.merge(counts, how="left", on=["part", "variable", "year"])
    terms["needed"] = terms["share"] > 0
    known = (terms["status"] == OBSERVED) & terms["value"].notna()
    terms["lacking"] = terms["needed"] & ~known
    terms["by_area"] = terms["needed"] & (terms["weighted_by"] == AREA)
    # A source without a row, or observed without a value, is not available.
    told = terms["status"].mask((terms["status"] == OBSERVED) & ~known).fillna(NOT_AVAILABLE)
    terms["status"] = told.where(terms["needed"], OBSERVED)
    terms["mass"] = (terms["share"] * terms["value"]).where(known).where(terms["needed"], 0.0)
    by = [terms[name] for name in _KEY]
    found = terms.groupby(_KEY)[["needed", "lacking", "by_area"]].sum()
    found["value"] = strict_sum(terms["mass"], by)
    found["status"] = most_telling(terms["status"], by)
    sources = terms.dropna(subset="source").drop_duplicates([*_KEY, "source"])
    found["source"] = sources.groupby(_KEY)["source"].agg(
        lambda ids: "+".join(sorted(set("+".join(ids).split("+")) - {""}))
    )
    return found.reset_index()


def _note(row: Any, couverture_min: float, weights_label: str) -> str:
    """Say in French how a count was shared out, or why it is not given."""
    percent = 100.0 if row.covered >= 1 - NOISE else min(100 * row.covered, _ALMOST_ALL)
    covered = f"{format_number(percent, 1)} % de la surface dans les IRIS"
    if row.covered < couverture_min or np.isnan(row.needed):
        return f"estimation impossible : couverture insuffisante, {covered}"
    needed, lacking, by_area = int(row.needed), int(row.lacking), int(row.by_area)
    if needed == 0:
        return f"estimation impossible : aucun habitant selon {weights_label}"
    if row.status != OBSERVED:
        return f"estimation impossible : {STATUS_WORDS[row.status]} pour {lacking} des {needed} IRIS"
    if by_area == needed:
        note = "estimation : IRIS répartis selon la surface, faute de population"
    elif by_area:
        note = f"estimation : IRIS répartis selon {weights_label}"
        note += f" ({by_area} sur {needed} selon la surface, faute de population)"
    else:
        note = f"estimation : IRIS répartis selon {weights_label}"
    return note if percent > _ALMOST_ALL else f"{note} ; {covered}"

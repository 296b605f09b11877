"""Shares and counts of several territories together, with what is known of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from oqhs.catalogue import built_in
from oqhs.errors import MeasureError, UnknownError
from oqhs.tables import MEASUREMENT_KEY, most_telling, plain, statuses_of, strict_sum, values_of, worst_status
from oqhs.text import NOT_APPLICABLE, NOT_AVAILABLE, NOT_COVERED, OBSERVED, SECRET

AGGREGATE_COLUMNS = [
    "value",
    "numerator",
    "denominator",
    "lower",
    "upper",
    "status",
    "coverage",
    "n_known",
    "n_total",
    "covered_by",
]


def ratio_of_sums(
    measurements: pd.DataFrame,
    numerator: str | Sequence[str],
    denominator: str | Sequence[str],
    by: Mapping[str, str] | pd.Series | pd.DataFrame,
) -> pd.DataFrame:
    """Share of several territories together: the sum of the counts over the sum of the bases.

    A territory whose numerator or denominator is not observed is left out of both sums, and the
    result says which share of the denominator is covered. Under `couverture_min` (`seuils.yaml`)
    nothing is given. There is no mean of percentages.

    Parameters
    ----------
    measurements : DataFrame
        Measurements of one year and one perimeter.
    numerator, denominator : str or sequence of str
        Variables, added up when there are several.
    by : mapping, Series or DataFrame
        Group of each territory; or memberships (`territory, parent`, and `share_population` where a
        territory lies in several parents: its counts are shared accordingly).

    Returns
    -------
    DataFrame
        One row per group, sorted: `value` (a ratio, 0.25 for a quarter), `numerator`, `denominator`,
        `lower` and `upper` (what the ratio may be whatever the unknown territories hold, when their
        denominators are known), `status`, `coverage` (share of the denominator, or of the population
        when the denominator itself is unknown: `covered_by` is `weight` or `population`), `n_known`,
        `n_total`.

    Raises
    ------
    MeasureError
        The measurements mix several years or perimeters, or hold a figure twice; the groups do not
        name each territory once.
    UnknownError
        A variable is not in the measurements.

    Examples
    --------
    >>> table = pd.DataFrame({
    ...     "variable": ["chomeurs_15_64"] * 2 + ["actifs_15_64"] * 2,
    ...     "territory": ["QN99901M", "QN99902M"] * 2, "perimeter": "qpv2024", "year": 2020,
    ...     "value": [10.0, 60.0, 100.0, 200.0], "status": "observed", "source": "", "note": ""})
    >>> groups = {"QN99901M": "QPV-999", "QN99902M": "QPV-999"}
    >>> ratio_of_sums(table, "chomeurs_15_64", "actifs_15_64", groups).value.round(4).to_dict()
    {'QPV-999': 0.2333}
    """
    members = _members(measurements, _names(numerator), _names(denominator), edges_of(by))
    result = share_of_sums(members, built_in().threshold("couverture_min", dt.date.max))
    # A territory that cannot be shared out leaves no partial sum: nobody knows what is missing.
    unshared = members.loc[members["share"].isna(), "group"].unique()
    if len(unshared):
        result.loc[unshared, ["value", "numerator", "denominator", "lower", "upper", "coverage"]] = np.nan
        result.loc[unshared, "status"] = NOT_AVAILABLE
    return result


def _members(
    measurements: pd.DataFrame, tops: list[str], bases: list[str], edges: pd.DataFrame
) -> pd.DataFrame:
    """Give the members of the groups as `share_of_sums` takes them, with the share they have in each."""
    used = plain(measurements[measurements["variable"].isin([*tops, *bases, "population"])])
    _check_figures(measurements, used, [*tops, *bases])
    used = used[used["territory"].isin(edges["territory"])]
    terms = used[used["variable"].isin([*tops, *bases])]
    people = used[used["variable"] == "population"]
    for rows in (terms, people):
        one_of(rows, "year")
        one_of(rows, "perimeter")
    values, statuses = values_of(terms), statuses_of(terms)
    by_territory = {
        "mass": values[tops].sum(axis=1, skipna=False),
        "weight": values[bases].sum(axis=1, skipna=False),
        "member_status": worst_status(statuses[[*tops, *bases]]),
        "fallback": people.set_index("territory")["value"],
    }
    members = edges.join(pd.DataFrame(by_territory), on="territory")
    for name in ("mass", "weight", "fallback"):
        members[name] = members[name] * members["share"]
    members["member_status"] = members["member_status"].fillna(NOT_AVAILABLE)
    members.loc[members["share"].isna(), "member_status"] = NOT_AVAILABLE
    return members


def _check_figures(measurements: pd.DataFrame, used: pd.DataFrame, names: list[str]) -> None:
    held = set(used["variable"])
    for name in names:
        if name not in held:
            raise UnknownError(
                "the measurements do not hold this variable",
                found=name,
                allowed=", ".join(sorted(set(measurements["variable"]))),
            )
    repeated = used.duplicated(MEASUREMENT_KEY)
    if repeated.any():
        row = used[repeated].iloc[0]
        raise MeasureError(
            "the measurements hold a figure twice",
            found=f"{row['variable']} of {row['territory']}, from {row['source']}",
            allowed="one row per variable, territory, perimeter and year",
        )


def edges_of(by: Mapping[str, str] | pd.Series | pd.DataFrame) -> pd.DataFrame:
    """Give groups as edges: `group`, `territory`, `share` (of the counts of the territory)."""
    if isinstance(by, pd.DataFrame):
        if not {"territory", "parent"} <= set(by.columns):
            raise MeasureError(
                "groups given as a table need `territory` and `parent`", found=", ".join(map(str, by.columns))
            )
        share = by.get("share_population", 1.0)
        return pd.DataFrame({"group": by["parent"], "territory": by["territory"], "share": share})
    groups = by if isinstance(by, pd.Series) else pd.Series(dict(by), dtype="str")
    if groups.empty or groups.index.has_duplicates:
        raise MeasureError(
            "each territory needs one group",
            found="none" if groups.empty else str(groups.index[groups.index.duplicated()][0]),
            allowed="one entry a territory; for several groups, a table with `territory` and `parent`",
        )
    return pd.DataFrame({"group": groups.to_numpy(), "territory": groups.index.to_numpy(), "share": 1.0})


def one_of(measurements: pd.DataFrame, column: str) -> None:
    """Refuse measurements that mix several values of a column (year, perimeter)."""
    found = sorted(set(measurements[column].dropna()))
    if len(found) > 1:
        raise MeasureError(
            f"measurements of several values of {column!r} cannot be put in one sum",
            found=", ".join(map(str, found)),
            allowed="one",
            todo=f"choose one with measurements[measurements.{column} == …]",
        )


def share_of_sums(members: pd.DataFrame, least_coverage: float, ceiling: float = 1.0) -> pd.DataFrame:
    """Put the shares of members together, group by group.

    Parameters
    ----------
    members : DataFrame
        One row per member of a group: `group`; `mass` (share × weight); `weight`; `fallback`, what
        the coverage is taken on when a weight is unknown; `member_status`; and, if they are known,
        `cover` (what the coverage is taken on instead of the weight) and `ceiling` (the highest share
        an unknown member may have).
    least_coverage : float
        Coverage (0 to 1) under which nothing is given.
    ceiling : float
        Highest share a member may have, in the unit of mass / weight.

    Returns
    -------
    DataFrame
        `AGGREGATE_COLUMNS`, index sorted by group.
    """
    known = (
        members["mass"].notna() & members["weight"].notna() & (members["member_status"] == OBSERVED)
    ).to_numpy()
    groups = members["group"].to_numpy()
    work = pd.DataFrame({"group": groups, "known": known})
    work["mass"] = members["mass"].where(known, 0.0).to_numpy()
    work["weight"] = members["weight"].where(known, 0.0).to_numpy()
    sums = work.groupby("group").agg(
        numerator=("mass", "sum"),
        denominator=("weight", "sum"),
        n_known=("known", "sum"),
        n_total=("known", "size"),
    )
    exact = "cover" not in members
    cover = members["weight"] if exact else members["cover"]
    coverage, by_weight = _coverage(groups, known, cover, members["fallback"])
    with np.errstate(divide="ignore", invalid="ignore"):
        value = (sums["numerator"] / sums["denominator"]).where(sums["denominator"] > 0)
    limit = members["ceiling"] if "ceiling" in members else pd.Series(ceiling, index=members.index)
    unknown_most = _mean_of_unknown(groups, known, cover, limit.fillna(ceiling))
    complete = sums["n_known"] == sums["n_total"]
    bounded = (by_weight & exact & (coverage > 0)) | complete
    result = sums.assign(
        value=value,
        coverage=coverage,
        lower=(value * coverage).where(bounded),
        upper=(value * coverage + (1 - coverage) * unknown_most).where(bounded),
    )
    result["covered_by"] = np.where(by_weight, "weight", "population")
    result["status"] = _status(result, members, groups, known, least_coverage)
    hidden = result["status"] != OBSERVED
    result.loc[hidden, ["value", "numerator", "denominator", "lower", "upper"]] = np.nan
    return result[AGGREGATE_COLUMNS]


def _coverage(
    groups: np.ndarray, known: np.ndarray, cover: pd.Series, fallback: pd.Series
) -> tuple[pd.Series, pd.Series]:
    """Share of `cover` that is known; of `fallback` in the groups where `cover` is not known whole."""
    shares = []
    for basis in (cover, fallback):
        frame = pd.DataFrame({"all": basis.to_numpy(dtype="float64"), "known": known})
        frame["part"] = frame["all"].where(frame["known"], 0.0)
        frame.loc[frame["all"].isna(), "part"] = np.nan
        totals = strict_sum(frame[["part", "all"]], groups)
        shares.append((totals["part"] / totals["all"]).where(totals["all"] > 0))
    complete = pd.Series(known, index=groups).groupby(level=0).all()
    first = shares[0].mask(complete, 1.0)
    return first.fillna(shares[1]), first.notna()


def _mean_of_unknown(groups: np.ndarray, known: np.ndarray, cover: pd.Series, limit: pd.Series) -> pd.Series:
    frame = pd.DataFrame({"weight": cover.where(~known, 0.0).to_numpy(), "limit": limit.to_numpy()})
    frame["mass"] = frame["weight"] * frame["limit"]
    totals = frame.groupby(groups)[["mass", "weight"]].sum()
    return (totals["mass"] / totals["weight"]).where(totals["weight"] > 0, 0.0)


def _status(
    result: pd.DataFrame,
    members: pd.DataFrame,
    groups: np.ndarray,
    known: np.ndarray,
    least_coverage: float,
) -> pd.Series:
    """Status of each group: when nothing is known, the most telling reason of its members."""
    status = pd.Series(OBSERVED, index=result.index, dtype="str")
    status[result["coverage"] < least_coverage] = NOT_COVERED
    nobody = (result["n_known"] == result["n_total"]) & (result["denominator"] == 0)
    status[result["coverage"].isna() | result["value"].isna()] = NOT_AVAILABLE
    status[nobody] = NOT_APPLICABLE
    hidden = most_telling(members["member_status"].where(~known, NOT_AVAILABLE), groups)
    return status.mask(result["n_known"] == 0, hidden.reindex(result.index))


def _names(variables: str | Sequence[str]) -> list[str]:
    return [variables] if isinstance(variables, str) else list(variables)


def remainder(whole: pd.DataFrame, part: pd.DataFrame, least_count: float) -> pd.DataFrame:
    """Share, or count, of what is left of a territory once a part is taken out: counts are subtracted.

    Parameters
    ----------
    whole, part : DataFrame
        Same index: `numerator`, `denominator` (missing for a count), `status`, `coverage`.
    least_count : float
        Smallest count the remainder may show, in persons or households; under it the result is
        secret, for the numerator, the denominator and their difference alike.

    Returns
    -------
    DataFrame
        Same index: `value` (ratio, or count), `numerator`, `denominator`, `status`.

    Notes
    -----
    Only where both sides are counts, wholly known: a rate without its counts is not subtracted, and
    a figure the producer masked is not rebuilt.
    """
    top = whole["numerator"] - part["numerator"]
    base = whole["denominator"] - part["denominator"]
    complete = (
        (whole["status"] == OBSERVED)
        & (part["status"] == OBSERVED)
        & (whole["coverage"] == 1.0)
        & (part["coverage"] == 1.0)
        & top.notna()
        & (whole["denominator"].isna() | part["denominator"].notna())
    )
    small = complete & ((base < least_count) | (top < least_count) | (base - top < least_count))
    status = pd.Series(NOT_AVAILABLE, index=whole.index, dtype="str")
    status[complete] = OBSERVED
    status[small] = SECRET
    shown = status == OBSERVED
    return pd.DataFrame(
        {
            "value": (top / base).where(base.notna(), top).where(shown),
            "numerator": top.where(shown),
            "denominator": base.where(shown),
            "status": status,
        }
    )

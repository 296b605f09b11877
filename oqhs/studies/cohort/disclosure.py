"""What may leave a cohort: coarse steps, each resting on enough exits, and no date.

An exact curve of cumulative incidence is a list of people: each step stands at the day one of them left,
and its height gives the number at risk. Nothing of it leaves. What leaves follows four rules.

1. Threshold. Nothing is told of fewer than 11 people: the threshold of fiscal, household and health sources
   (Insee, *Guide du secret statistique*, 2025; CASD, *Guide*, 2022), that the department takes for the files
   it holds (`secret_departement_min`).
2. Coarse steps. Time is months since the opening of the right, by whole quarters (`cohorte_pas_mois`), never
   a date. Quarters are merged until a step of a reason rests on 11 exits for that reason in each group; what
   remains at the end joins the last step. A curve starts when 11 people are at risk in each group, and stops
   before the first quarter during which, at any time, they are fewer.
3. Rare reasons. A reason under the threshold in a group is told with others, the rarest first, until they
   reach it together: hidden alone, it would be what the others leave (incidences and survival add up to 1).
4. Differences. Neither the number at risk nor the share still there is told: between two steps, they would
   give the exits of the reasons whose steps end elsewhere. Steps of a reason follow one another and each is
   over the threshold, hence any sum or difference of them is; who remains at the end is over it too, as
   enough people are still at risk. By quartier, what is masked is chosen with `oqhs.secrecy`, the totals
   being out.

Percentages have one decimal. Two releases of one cohort, at two ends of the follow-up, are not compared here:
what the second adds may be small, and must be looked at before it leaves.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from oqhs.analysis.uncertainty import normal_quantile
from oqhs.catalogue import built_in
from oqhs.errors import MeasureError
from oqhs.secrecy import Relation, protect, sensitive_cells, statements
from oqhs.studies.cohort.incidence import MOVES_WORDS, NOTICE, Moves, aalen_johansen, observed
from oqhs.studies.cohort.model import MOVE, OTHERS, OUTSIDE, QPV, Cohort
from oqhs.text import OBSERVED, SECRET, round_half_up

STEP_COLUMNS = [
    "group",
    "cause",
    "from_month",
    "to_month",
    "persons",
    "events",
    "incidence_pct",
    "se_pts",
    "ci_lower_pct",
    "ci_upper_pct",
]
GAP_COLUMNS = ["cause", "to_month", "qpv_pct", "hors_qpv_pct", "gap_pts", "ci_lower_pts", "ci_upper_pts"]
QUARTIER_COLUMNS = ["territory", "persons", "exits", "per_100_years", "ci_lower", "ci_upper", "status"]
_MONTHS_A_YEAR = 12


@dataclass(frozen=True, eq=False, repr=False)
class _Window:
    """People seen within some months since the opening, by quarters, and no farther."""

    rows: pd.DataFrame
    start: int
    stop: int
    grid: np.ndarray
    threshold: int


def steps(cohort: Cohort, *, moves: Moves = "censor") -> pd.DataFrame:
    """Give the cumulative incidence that may leave, in the quartiers and outside.

    Parameters
    ----------
    cohort : Cohort
    moves : {"censor", "state"}
        As `incidence` takes it.

    Returns
    -------
    DataFrame
        A row per step: `group` (`qpv`, `hors_qpv`), `cause`, `from_month` (excluded) and `to_month`
        (included), in months since the opening of the right, the same in both groups; `persons` of the
        group seen within the months of the curves; `events`, exits within the step, at least the threshold;
        `incidence_pct` at the end of the step (%, one decimal), `se_pts` (points, two decimals) and its
        pointwise interval. Sorted by cause, group, step. `attrs`: `notice`, `moves`, `others` (reasons told
        together), `level` of the intervals, `threshold` of the exits.

    Raises
    ------
    MeasureError
        Too few people, too few exits, or too few moves as an outcome, for anything to leave.
    UnknownError
        `moves` is neither of the two.

    Examples
    --------
    Of 60 people, 20 find a job after two months, and the others are there to the end:

    >>> import datetime as dt
    >>> first, left = pd.Timestamp("2021-01-01"), pd.Timestamp("2021-03-01")
    >>> people = pd.DataFrame({"person": range(60), "opened": first, "entered": first,
    ...     "left": [left] * 20 + [pd.NaT] * 40, "reason": ["emploi"] * 20 + [None] * 40,
    ...     "territory": "QN99901M", "group": "qpv", "moved": pd.NaT, "geocoding": "numero"})
    >>> cohort = Cohort(people, dt.date(2024, 12, 31), "qpv2024", "registre 12")
    >>> steps(cohort)[["from_month", "to_month", "persons", "events", "incidence_pct"]].values.tolist()
    [[0.0, 45.0, 60.0, 20.0, 33.3]]
    """
    window = _window(cohort, moves)
    rows, merged = _with_rare_together(window)
    level = built_in().threshold("confiance", cohort.end)
    found = []
    for group, part in rows.groupby("group", sort=True):
        curves = aalen_johansen(
            part["entry"].to_numpy(),
            part["time"].to_numpy(),
            part["cause"],
            start=float(window.start),
            level=level,
        )
        found.append(curves.assign(group=group))
    curves = pd.concat(found, ignore_index=True)
    ends = {
        cause: _ends(window, rows[rows["cause"] == cause])
        for cause in sorted(rows["cause"].dropna().unique())
    }
    told = [
        _told(curve, window.start, ends[str(cause)]).assign(
            group=group, cause=cause, persons=int((rows["group"] == group).sum())
        )
        for (group, cause), curve in curves.groupby(["group", "cause"], sort=True)
    ]
    table = pd.concat(told, ignore_index=True).astype({"group": "str", "cause": "str"})
    rank = table["group"].map({QPV: 0, OUTSIDE: 1})
    table = table.assign(rank=rank).sort_values(["cause", "rank", "to_month"], ignore_index=True)
    table = table[STEP_COLUMNS]
    table.attrs = {
        "notice": NOTICE,
        "moves": MOVES_WORDS[moves],
        "others": merged,
        "level": level,
        "threshold": window.threshold,
    }
    return table


def _window(cohort: Cohort, moves: Moves) -> _Window:
    """Find the months during which enough people are at risk in each group."""
    catalogue = built_in()
    threshold = int(catalogue.threshold("secret_departement_min", cohort.end))
    pace = int(catalogue.threshold("cohorte_pas_mois", cohort.end))
    rows = observed(cohort, moves)
    rows = rows[rows["group"].isin([QPV, OUTSIDE])]
    last = int(rows["time"].max()) if len(rows) else 0
    grid = np.arange(0, last + 1, pace)
    at_risk = np.array([_fewest(part, grid) for _, part in rows.groupby("group", sort=True)])
    fewest = at_risk.min(axis=0) if len(at_risk) else np.zeros(len(grid) - 1, dtype=np.int64)
    enough = np.flatnonzero(fewest >= threshold)
    if not len(enough):
        raise MeasureError(
            "too few people are at risk for a curve to leave",
            column="at_risk",
            found=f"fewer than {threshold} in a group, at some time of every quarter",
            allowed=f"{threshold} people in each group throughout a quarter",
            todo="follow more people, or keep the figures inside the office",
        )
    runs = np.split(enough, np.flatnonzero(np.diff(enough) > 1) + 1)
    run = max(runs, key=lambda one: (len(one), -int(one[0])))
    months = grid[run[0] : run[-1] + 2]
    start, stop = int(months[0]), int(months[-1])
    rows = rows[(rows["time"] > start) & (rows["entry"] < stop)].copy()
    rows["cause"] = rows["cause"].where(rows["time"] <= stop)
    rows["time"] = rows["time"].clip(upper=stop)
    return _Window(rows, start, stop, months, threshold)


def _fewest(people: pd.DataFrame, grid: np.ndarray) -> np.ndarray:
    """Count the people at risk when they are fewest, in each quarter between two marks of the grid.

    They only get fewer when somebody is seen for the last time: at each such time, and at the end of the
    quarter, those are counted who are there just before and still just after.
    """
    entries, exits = np.sort(people["entry"]), np.sort(people["time"])
    times = np.concatenate([grid[1:], exits[(exits > grid[0]) & (exits <= grid[-1])]])
    staying = np.searchsorted(entries, times, side="left") - np.searchsorted(exits, times, side="right")
    fewest = np.searchsorted(entries, grid[:-1], side="right") - np.searchsorted(
        exits, grid[:-1], side="right"
    )
    np.minimum.at(fewest, np.searchsorted(grid, times, side="left") - 1, staying)
    return fewest


def _with_rare_together(window: _Window) -> tuple[pd.DataFrame, list[str]]:
    """Tell rare reasons together, so that each cause reaches the threshold in each group."""
    rows = window.rows
    counts = pd.crosstab(rows["cause"], rows["group"]).astype("float64")
    counts = counts.reindex(columns=sorted(rows["group"].unique()), fill_value=0.0)
    if MOVE in counts.index and OUTSIDE in counts:
        counts.loc[MOVE, OUTSIDE] = np.nan  # nobody there can leave a quartier
    order = counts.min(axis=1).sort_values(kind="stable")
    together = list(order.index[order < window.threshold])
    if MOVE in together:  # with other reasons, they would be what the curves without moves do not count
        raise MeasureError(
            "too few people moved for moves to be told",
            column="events",
            found=f"fewer than {window.threshold}",
            allowed=f"{window.threshold} moves",
            todo='let moves end the follow-up: moves="censor"',
        )
    rest = [cause for cause in order.index if cause not in [*together, MOVE]]
    while together and counts.loc[together].sum().min() < window.threshold and rest:
        together.append(rest.pop(0))
    if not len(counts) or (together and counts.loc[together].sum().min() < window.threshold):
        raise MeasureError(
            "too few people left for an incidence to leave",
            column="events",
            found=f"fewer than {window.threshold} exits in a group, all reasons together",
            allowed=f"{window.threshold} exits in each group",
            todo="follow them longer, or keep the figures inside the office",
        )
    names = dict.fromkeys(together, OTHERS)
    return rows.assign(cause=rows["cause"].replace(names)), sorted(map(str, together))


def _ends(window: _Window, exits: pd.DataFrame) -> list[int]:
    """Cut the months into the steps of one cause: each rests on enough exits in every group that knows it."""
    sums = np.array(
        [
            np.searchsorted(np.sort(part["time"]), window.grid, side="right")
            for _, part in exits.groupby("group", sort=True)
        ]
    )
    ends: list[int] = []
    told = np.zeros(len(sums), dtype=np.int64)
    for month, reached in zip(window.grid, sums.T, strict=True):
        if (reached - told >= window.threshold).all():
            ends.append(int(month))
            told = reached
    return [*ends[:-1], window.stop]  # what remains joins the last step


def _told(curve: pd.DataFrame, start: int, ends: list[int]) -> pd.DataFrame:
    """Read a curve at the ends of its steps."""
    times = curve["time"].to_numpy()
    at = np.searchsorted(times, ends, side="right") - 1
    sums = curve["events"].cumsum().to_numpy()[at]
    kept = curve.iloc[at]
    told = pd.DataFrame({"from_month": [start, *ends[:-1]], "to_month": ends})
    told["events"] = np.diff(sums, prepend=0)
    for name, column in (
        ("incidence", "incidence_pct"),
        ("ci_lower", "ci_lower_pct"),
        ("ci_upper", "ci_upper_pct"),
    ):
        told[column] = round_half_up(100 * kept[name].to_numpy(), 1)
    told["se_pts"] = round_half_up(100 * kept["se"].to_numpy(), 2)
    return told


def compared(table: pd.DataFrame) -> pd.DataFrame:
    """Compare the quartiers with the rest, at the end of each step.

    Parameters
    ----------
    table : DataFrame
        As `steps` gives it.

    Returns
    -------
    DataFrame
        `cause`, `to_month`, `qpv_pct`, `hors_qpv_pct` (%), `gap_pts` (QPV − hors QPV, points) and its
        pointwise normal interval, the groups being independent. A cause only one group knows is left out.
        `attrs["notice"]` says what the gap is not.

    Examples
    --------
    >>> table = pd.DataFrame({"group": ["qpv", "hors_qpv"], "cause": "emploi", "to_month": 12,
    ...                       "incidence_pct": [10.0, 14.0], "se_pts": [3.0, 4.0]})
    >>> table.attrs["level"] = 0.95
    >>> compared(table)[["gap_pts", "ci_lower_pts", "ci_upper_pts"]].values.tolist()
    [[-4.0, -13.8, 5.8]]
    """
    wide = table.pivot(index=["cause", "to_month"], columns="group", values=["incidence_pct", "se_pts"])
    wide = wide.reindex(
        columns=pd.MultiIndex.from_product([["incidence_pct", "se_pts"], [QPV, OUTSIDE]])
    ).dropna()
    found = wide.reset_index()
    told = pd.DataFrame({"cause": found["cause"], "to_month": found["to_month"]})
    told["qpv_pct"], told["hors_qpv_pct"] = found["incidence_pct", QPV], found["incidence_pct", OUTSIDE]
    told["gap_pts"] = round_half_up(told["qpv_pct"] - told["hors_qpv_pct"], 1)
    margin = normal_quantile(table.attrs["level"]) * np.hypot(found["se_pts", QPV], found["se_pts", OUTSIDE])
    told["ci_lower_pts"] = round_half_up(told["gap_pts"] - margin, 1)
    told["ci_upper_pts"] = round_half_up(told["gap_pts"] + margin, 1)
    told = told[GAP_COLUMNS]
    told.attrs = {"notice": NOTICE}
    return told


def by_quartier(cohort: Cohort) -> pd.DataFrame:
    """Give the rate of exit of each quartier, where enough people are followed and leave.

    A quartier holds too few people for curves by reason: its exits, all reasons together, are divided by
    the time people were followed, which delayed entries and moves do not bias as they would a share.

    Parameters
    ----------
    cohort : Cohort

    Returns
    -------
    DataFrame
        `territory`; `persons` followed and their `exits` (Int64, those that `steps` reckons), `per_100_years`
        (exits for 100 years of people followed, one decimal) and its exact Poisson interval (F. Garwood,
        *Biometrika* 28, 1936), missing where `status` is `secret`: under the threshold, everybody gone, or
        masked so that no subtraction from the totals of `steps` gives another back. Sorted by territory.

    Raises
    ------
    MeasureError
        Too few people for anything to leave.

    Examples
    --------
    Two quartiers of 30 people, of whom 10 leave after two months in one, and 15 in the other:

    >>> import datetime as dt
    >>> first, left = pd.Timestamp("2021-01-01"), pd.Timestamp("2021-03-01")
    >>> place = ["QN99901M"] * 10 + ["QN99902M"] * 15 + ["QN99901M"] * 20 + ["QN99902M"] * 15
    >>> people = pd.DataFrame({"person": range(60), "opened": first, "entered": first,
    ...     "left": [left] * 25 + [pd.NaT] * 35, "reason": ["emploi"] * 25 + [None] * 35,
    ...     "territory": place, "group": "qpv", "moved": pd.NaT, "geocoding": "numero"})
    >>> cohort = Cohort(people, dt.date(2024, 12, 31), "qpv2024", "registre 12")
    >>> by_quartier(cohort)["status"].tolist()
    ['secret', 'secret']
    """
    from scipy.stats import chi2

    window = _window(cohort, "censor")
    rows = window.rows[window.rows["group"] == QPV]
    months = rows["time"] - rows["entry"].clip(lower=window.start)
    lots = rows.assign(exits=rows["cause"].notna(), years=months / _MONTHS_A_YEAR)
    lots = lots.groupby("territory", sort=True).agg(
        persons=("person", "size"), exits=("exits", "sum"), years=("years", "sum")
    )
    hidden = _hidden(lots, window.threshold, built_in().threshold("secret_protection", cohort.end))
    alpha = 1 - built_in().threshold("confiance", cohort.end)
    exits, years = lots["exits"].to_numpy(), lots["years"].where(~hidden).to_numpy()
    lower = np.where(exits > 0, chi2.ppf(alpha / 2, np.maximum(2 * exits, 1)) / 2, 0.0)
    upper = chi2.ppf(1 - alpha / 2, 2 * exits + 2) / 2
    told = lots[["persons", "exits"]].astype("Int64").mask(hidden)
    for name, count in (("per_100_years", exits), ("ci_lower", lower), ("ci_upper", upper)):
        told[name] = round_half_up(100 * count / years, 1)
    told["status"] = np.where(hidden, SECRET, OBSERVED)
    return told.reset_index().astype({"territory": "str", "status": "str"})[QUARTIER_COLUMNS]


def _hidden(lots: pd.DataFrame, threshold: int, level: float) -> pd.Series:
    """Say which quartiers are masked, the totals of all quartiers being out."""
    stays = lots["persons"] - lots["exits"]
    counts = pd.concat(
        {"persons": lots["persons"], "exits": lots["exits"], "stays": stays}, names=["count", "territory"]
    )
    totals = counts.groupby("count").sum()
    totals.index = pd.MultiIndex.from_tuples([(name, "") for name in totals.index], names=counts.index.names)
    cells = pd.concat([counts, totals]).astype("int64")
    places = [*lots.index, ""]
    relations: list[Relation] = [
        {("persons", one): -1, ("exits", one): 1, ("stays", one): 1} for one in places
    ]
    relations += [
        {(name, ""): -1} | {(name, one): 1 for one in lots.index} for name in ("persons", "exits", "stays")
    ]
    shown = pd.Series(cells.index.get_level_values("count") != "stays", index=cells.index)
    kept = pd.Series(cells.index.get_level_values("territory") == "", index=cells.index) & shown
    told = statements(cells, relations, shown=shown, kept=kept, weights=cells.clip(lower=1))
    everybody = [(("exits", one), ("persons", one)) for one in lots.index]
    sensitive = sensitive_cells(told, threshold, unanimous=everybody)
    out = protect(told, sensitive, level)
    # A quartier is told whole, or not at all: hiding more protects more.
    places_out = out.get_level_values("territory")
    return pd.Series(lots.index.isin(places_out), index=lots.index)

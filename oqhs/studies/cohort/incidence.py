r"""Cumulative incidence by reason of exit: competing risks, delayed entry, right censoring.

Somebody who left for a job can no longer leave for a training: reasons compete, and one minus the
Kaplan–Meier curve of one of them would count people who are gone. With n the people at risk just before t,
d those who leave at t, d_k those who leave for reason k, the estimator is that of O. O. Aalen and
S. Johansen (*Scandinavian Journal of Statistics* 5, 1978):

.. math:: F_k(t) = \sum_{s \le t} S(s-) d_k(s) / n(s),  S(t) = \prod_{s \le t} (1 - d(s) / n(s))

Somebody is at risk after the day the follow-up starts (left truncation) and up to the exit, the move or the
end: those whose right was opened long ago and who left before the list was drawn up are on no list, and are
not reckoned as if they had stayed. The variance is that of Greenwood type (the increments at each time are
multinomial; P. K. Andersen, Ø. Borgan, R. D. Gill, N. Keiding, *Statistical Models Based on Counting
Processes*, 1993, IV.4; G. E. Dinse and M. G. Larson, *Biometrika* 73, 1986), and the interval, pointwise, is
made on the scale log(−log F) (P. R. Coviello and M. Boggess, *The Stata Journal* 4, 2004).

`statsmodels.duration.survfunc.CumIncidenceRight` knows no delayed entry: it serves as an oracle where there
is none, and so does `SurvfuncRight` where there is only one reason.
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import pandas as pd

from oqhs.analysis.uncertainty import normal_quantile
from oqhs.catalogue import built_in
from oqhs.errors import MeasureError, UnknownError
from oqhs.studies.cohort.model import GROUPS, MOVE, OUTSIDE, QPV, Cohort

Moves = Literal["censor", "state"]
#: What a move out of the quartier does to the follow-up, in French.
MOVES_WORDS: dict[Moves, str] = {
    "censor": (
        "Les personnes qui quittent leur quartier prioritaire sont suivies jusqu'à leur départ, puis "
        "n'entrent plus dans le calcul : la courbe suppose qu'elles seraient sorties du RSA comme les autres."
    ),
    "state": (
        "Le départ du quartier prioritaire est compté comme une issue, au même titre que les sorties du RSA."
    ),
}
#: What a comparison is, and is not.
NOTICE = "Différence constatée entre deux groupes, sans lien de cause."

CURVE_COLUMNS = ["cause", "time", "at_risk", "events", "survival", "incidence", "se", "ci_lower", "ci_upper"]
INCIDENCE_COLUMNS = [
    "group",
    "cause",
    "months",
    "at_risk",
    "events",
    "survival_pct",
    "incidence_pct",
    "se_pts",
    "ci_lower_pct",
    "ci_upper_pct",
]
#: Days of a month, on average over the Gregorian calendar.
DAYS_A_MONTH = 365.2425 / 12


def aalen_johansen(
    entry: np.ndarray, time: np.ndarray, cause: pd.Series, *, start: float = 0.0, level: float = 0.95
) -> pd.DataFrame:
    """Estimate the cumulative incidence of each cause.

    Parameters
    ----------
    entry : array of float
        When each person starts to be observed; they are at risk after it.
    time : array of float
        When each one leaves or is lost from sight; after `entry`. A person who leaves as another is lost
        from sight leaves first.
    cause : Series of str
        Why each one left; missing: lost from sight, or still there.
    start : float
        The curves are those of people still there then; who leaves before is left out.
    level : float
        Level of the pointwise intervals, between 0 and 1.

    Returns
    -------
    DataFrame
        By cause, then time: at `start`, at each time somebody leaves, and at the last one observed.
        `at_risk` and `events` are counts, `survival` the share still there, `incidence` that gone for the
        cause, `se` its standard error, `ci_lower` and `ci_upper` its interval (missing at 0 and 1).

    Raises
    ------
    MeasureError
        Times are missing or not after entries, nobody is observed after `start`, or at some time nobody
        is at risk though others come later: nothing after it could be estimated.

    Examples
    --------
    Of three people, one finds a job at 1, one leaves for a training at 2, one is still there at 3:

    >>> curves = aalen_johansen(np.zeros(3), np.array([1.0, 2.0, 3.0]),
    ...                         pd.Series(["emploi", "formation", None], dtype="str"))
    >>> curves.loc[curves["time"] == 3, ["cause", "incidence", "survival"]].round(3)
           cause  incidence  survival
    3     emploi      0.333     0.333
    7  formation      0.333     0.333
    """
    entry, time = np.asarray(entry, dtype="float64"), np.asarray(time, dtype="float64")
    _check_times(entry, time)
    seen = time > start
    entry, time, cause = np.maximum(entry[seen], start), time[seen], cause.reset_index(drop=True)[seen]
    if not len(time):
        raise MeasureError("nobody is observed after the start", column="start", found=start)
    gone = cause.notna().to_numpy()
    times = np.unique(np.concatenate([[start], time[gone], [time.max()]]))
    entries, exits = np.sort(entry), np.sort(time)
    at_risk = np.searchsorted(entries, times, side="left") - np.searchsorted(exits, times, side="left")
    left = np.searchsorted(entries, times, side="right") - np.searchsorted(exits, times, side="right")
    _refuse_gaps(entries, exits, start)
    at_risk[0] = left[0]  # at the start, those there just after it
    names = sorted(cause.dropna().unique())
    events = np.array(
        [
            np.bincount(np.searchsorted(times, time[(cause == name).to_numpy()]), minlength=len(times))
            for name in names
        ]
    ).reshape(len(names), len(times))
    survival, incidence, variance = _curves(at_risk.astype("float64"), events.astype("float64"))
    told = {
        "cause": np.repeat(np.array(names, dtype=object), len(times)),
        "time": np.tile(times, len(names)),
        "at_risk": np.tile(at_risk, len(names)),
        "events": events.ravel(),
        "survival": np.tile(survival, len(names)),
        "incidence": incidence.ravel(),
        "se": np.sqrt(variance).ravel(),
    }
    curves = pd.DataFrame(told).astype({"cause": "str"})
    curves["ci_lower"], curves["ci_upper"] = _interval(curves["incidence"], curves["se"], level)
    return curves[CURVE_COLUMNS]


def _check_times(entry: np.ndarray, time: np.ndarray) -> None:
    wrong = np.flatnonzero(~(time > entry))
    if len(wrong):
        row = wrong[0]
        raise MeasureError(
            f"{len(wrong)} people are not seen after they enter",
            column="time",
            found=f"row {row}: {time[row]:g}, entered {entry[row]:g}",
            allowed="a time after the entry",
            todo="check the days of these people",
        )


def _refuse_gaps(entries: np.ndarray, exits: np.ndarray, start: float) -> None:
    """Refuse times when nobody is at risk before others come: what happens meanwhile is unknown."""
    looked = np.concatenate([[start], exits[:-1]])
    there = np.searchsorted(entries, looked, side="right") - np.searchsorted(exits, looked, side="right")
    empty = np.flatnonzero((there == 0) & (looked < exits[-1]))
    if len(empty):
        gap = looked[empty[-1]]
        raise MeasureError(
            "nobody is at risk, and others enter later",
            column="time",
            found=f"{gap:g}",
            allowed=f"a start from {entries[entries > gap].min():g} on",
            todo="start the curves later: they are then those of people still there",
        )


def _curves(at_risk: np.ndarray, events: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Survival, incidence of each cause (rows) and its variance, at each time (columns)."""
    all_events = events.sum(axis=0)
    known = np.maximum(at_risk, 1)  # nobody at risk, nobody leaves
    survival = np.cumprod(1 - all_events / known)
    before = np.concatenate([[1.0], survival[:-1]])
    incidence = np.cumsum(before * events / known, axis=1)
    staying = known - all_events
    # When everybody leaves nothing is added afterwards: what the division would multiply is 0.
    spread = np.where(staying > 0, all_events / (known * np.maximum(staying, 1)), 0.0)
    own = before**2 * (known - events) * events / known**3
    shared = before * events / known**2
    variance = (
        incidence**2 * np.cumsum(spread)
        - 2 * incidence * np.cumsum(incidence * spread, axis=1)
        + np.cumsum(incidence**2 * spread, axis=1)
        + np.cumsum(own, axis=1)
        - 2 * incidence * np.cumsum(shared, axis=1)
        + 2 * np.cumsum(incidence * shared, axis=1)
    )
    return survival, incidence, np.maximum(variance, 0.0)


def _interval(incidence: pd.Series, se: pd.Series, level: float) -> tuple[pd.Series, pd.Series]:
    """Interval on the scale log(−log F); missing where the incidence or its error is 0, or all are gone."""
    inside = (incidence > 0) & (incidence < 1) & (se > 0)
    share = incidence.where(inside)
    log = np.log(share)
    power = np.exp(normal_quantile(level) * se / (share * -log))
    return share**power, share ** (1 / power)


def observed(cohort: Cohort, moves: Moves = "censor") -> pd.DataFrame:
    """Say when each person entered, until when they are seen, and why no longer.

    Parameters
    ----------
    cohort : Cohort
    moves : {"censor", "state"}
        A move out of the quartier ends the follow-up, or is an outcome of its own (`MOVES_WORDS`).

    Returns
    -------
    DataFrame
        A row per person, their first spell: `person`, `group`, `territory`, `entry` and `time` (months since
        the opening of the right), `cause` (missing: still there, or lost from sight).

    Raises
    ------
    UnknownError
        `moves` is neither of the two.

    Examples
    --------
    >>> import datetime as dt
    >>> people = pd.DataFrame({"person": ["a"], "opened": pd.Timestamp("2021-01-01"),
    ...     "entered": pd.Timestamp("2022-01-01"), "left": pd.Timestamp("2023-01-01"), "reason": "emploi",
    ...     "territory": "QN99901M", "group": "qpv", "geocoding": "numero",
    ...     "moved": pd.Timestamp("2022-07-02")})
    >>> cohort = Cohort(people, dt.date(2024, 12, 31), "qpv2024", "registre 12")
    >>> observed(cohort, "state").round(1)[["entry", "time", "cause"]].values.tolist()
    [[12.0, 18.0, 'demenagement']]
    """
    if moves not in get_args(Moves):
        raise UnknownError("no such way to reckon moves", found=moves, allowed=", ".join(get_args(Moves)))
    spells = cohort.followed()
    end = pd.Timestamp(cohort.end)
    stop = spells[["left", "moved"]].min(axis=1).fillna(end).clip(upper=end)
    left = spells["left"].notna() & (spells["left"] <= stop)  # who leaves as they move left
    moved = spells["moved"].notna() & (spells["moved"] <= stop) & ~left
    cause = spells["reason"].where(left)
    if moves == "state":
        cause = cause.mask(moved, MOVE)
    rows = spells[["person", "group", "territory"]].copy()
    rows["entry"] = (spells["entered"] - spells["opened"]).dt.days / DAYS_A_MONTH
    rows["time"] = (stop - spells["opened"]).dt.days / DAYS_A_MONTH
    rows["cause"] = cause
    return rows


def incidence(
    cohort: Cohort, *, moves: Moves = "censor", from_months: float = 0.0, level: float | None = None
) -> pd.DataFrame:
    """Cumulative incidence of each reason of exit, in the quartiers and outside.

    These are the full curves: for the office only, each step being somebody. `oqhs.studies.cohort.steps`
    gives what may leave.

    Parameters
    ----------
    cohort : Cohort
        Those whose address is not placed are in neither group.
    moves : {"censor", "state"}
        A move out of the quartier ends the follow-up, or is an outcome (`MOVES_WORDS`).
    from_months : float
        Months since the opening of the right from which people are reckoned: the curves are those of
        people still there then.
    level : float, optional
        Level of the pointwise intervals; that of `seuils.yaml` without one.

    Returns
    -------
    DataFrame
        `group`, `cause`, `months` (since the opening), `at_risk`, `events`, then `survival_pct`,
        `incidence_pct` (%), `se_pts` (points), `ci_lower_pct`, `ci_upper_pct`; sorted by group, cause,
        months. `attrs["notice"]` says what a comparison is not, `attrs["moves"]` what moves do.

    Raises
    ------
    MeasureError
        Nobody is placed, or nobody is at risk at some time (`aalen_johansen`).
    UnknownError
        `moves` is neither of the two.

    Examples
    --------
    One of two people finds a job after two months:

    >>> import datetime as dt
    >>> first = pd.Timestamp("2022-01-01")
    >>> people = pd.DataFrame({"person": ["a", "b"], "opened": first, "entered": first,
    ...     "left": [pd.Timestamp("2022-03-01"), pd.NaT], "reason": ["emploi", None], "territory": "QN99901M",
    ...     "group": "qpv", "moved": pd.NaT, "geocoding": "numero"})
    >>> table = incidence(Cohort(people, dt.date(2024, 12, 31), "qpv2024", "registre 12"))
    >>> table[["months", "events", "incidence_pct"]].round(1).values.tolist()
    [[0.0, 0.0, 0.0], [1.9, 1.0, 50.0], [36.0, 0.0, 50.0]]
    """
    told = built_in().threshold("confiance", cohort.end) if level is None else level
    rows = observed(cohort, moves)
    found = []
    for group in (QPV, OUTSIDE):
        part = rows[rows["group"] == group]
        if len(part):
            entry, time = part["entry"].to_numpy(), part["time"].to_numpy()
            curves = aalen_johansen(entry, time, part["cause"], start=from_months, level=told)
            found.append(curves.assign(group=group))
    if not found:
        raise MeasureError("nobody is placed", column="group", allowed=", ".join(list(GROUPS)[:2]))
    table = pd.concat(found, ignore_index=True)
    table["months"] = table["time"]
    for name in ("survival", "incidence", "ci_lower", "ci_upper"):
        table[f"{name}_pct"] = 100 * table[name]
    table["se_pts"] = 100 * table["se"]
    rank = table["group"].map({QPV: 0, OUTSIDE: 1})
    table = table.assign(rank=rank).sort_values(["rank", "cause", "months"], ignore_index=True)
    table = table[INCIDENCE_COLUMNS]
    table.attrs = {"notice": NOTICE, "moves": MOVES_WORDS[moves]}
    return table

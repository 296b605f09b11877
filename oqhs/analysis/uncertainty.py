"""How much the sampling of the census may have moved a share: an order of magnitude.

The census interviews a sample of addresses (Insee: in communes of 10 000 inhabitants or more, 8 % of the
dwellings a year and 40 % over five years, large addresses exhaustively; everybody in the others). Of a
share p of a universe of N persons, households or families, n = fraction × N were interviewed, and

    Var(p) = effect × (1 − fraction) × p (1 − p) / n,    n_eff = n / (effect × (1 − fraction)),

the effect being the design effect of L. Kish (*Survey Sampling*, 1965): people of one address are alike.
Where everybody was counted (fraction = 1) nothing is left to the sampling. Fiscal files, areas and walks
are not sampled: they have no sampling interval, and none is made up for them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from statistics import NormalDist

import numpy as np
import pandas as pd

from oqhs.analysis.dates import ESTIMATED
from oqhs.catalogue import built_in
from oqhs.errors import MeasureError, Problem, UnknownError
from oqhs.text import NO_BREAK_SPACE, format_gap, round_half_up

SAMPLED, EXHAUSTIVE, MEASURED, FISCAL, UNKNOWN = "sondage", "exhaustif", "mesure", "fiscal", "inconnu"
#: What an indicator may be made from.
KINDS = (SAMPLED, FISCAL, MEASURED)
#: Thresholds of `seuils.yaml` that are used here.
THRESHOLDS = ("confiance", "effectif_effectif_min", "demi_largeur_a", "demi_largeur_b")

#: Why a sampled share has no interval, in French.
NO_DENOMINATOR, NO_DESIGN = (
    "effectif inconnu : pas d'intervalle",
    "plan de sondage inconnu : pas d'intervalle",
)

SAMPLING_COLUMNS = [
    "indicator",
    "territory",
    "value",
    "denominator",
    "fraction",
    "effect",
    "sampling",
    "n_eff",
    "se_pts",
    "ci_lower",
    "ci_upper",
    "publishable",
    "grade",
    "precision",
]

_PERCENT = 100.0
_LEAST_SHOWN = 0.05  # what is under it would be shown « 0,0 »
_WORDS = {
    EXHAUSTIVE: "recensement exhaustif : pas d'intervalle d'échantillonnage",
    MEASURED: "mesuré : pas d'intervalle d'échantillonnage",
    FISCAL: "source fiscale : pas d'intervalle d'échantillonnage, bruit de définition",
    UNKNOWN: NO_DESIGN,
}


def normal_quantile(level: float) -> float:
    """Give how many standard errors lie on each side of a value in its interval at a level.

    Raises
    ------
    MeasureError
        The level is not between 0 and 1.

    Examples
    --------
    >>> round(normal_quantile(0.95), 2)
    1.96
    """
    if not 0 < level < 1:
        raise MeasureError(
            "a level of confidence is a share",
            column="level",
            found=level,
            allowed="between 0 and 1, excluded",
            todo="write 0.95 for 95 %",
        )
    return NormalDist().inv_cdf((1 + level) / 2)


def wilson(share: np.ndarray, n_eff: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Interval of a share, correct at 0 and 1 and never outside of them.

    Parameters
    ----------
    share : array of float
        Observed shares, 0 to 1.
    n_eff : array of float
        Effective sample sizes; infinite where everybody was counted.
    level : float
        Level of confidence, 0 to 1.

    Returns
    -------
    tuple of ndarray
        Lower and upper bounds, 0 to 1; missing where the share or the size is. Of no size at all, 0 and 1.

    Raises
    ------
    MeasureError
        A share is not between 0 and 1, a size is negative, or the level is not between 0 and 1.

    Notes
    -----
    E. B. Wilson, *Probable inference, the law of succession, and statistical inference*, Journal of the
    American Statistical Association 22 (1927): with z the quantile of the level, the bounds are
    (n p + z²/2 ± z √(n p (1 − p) + z²/4)) / (n + z²).

    Examples
    --------
    >>> [bound.round(3).tolist() for bound in wilson(np.array([0.0, 0.3]), np.array([50, np.inf]), 0.95)]
    [[0.0, 0.3], [0.071, 0.3]]
    """
    p, n = np.broadcast_arrays(np.asarray(share, dtype="float64"), np.asarray(n_eff, dtype="float64"))
    z = normal_quantile(level)
    for name, array, wrong, allowed in (
        ("share", p, (p < 0) | (p > 1), "between 0 and 1"),
        ("n_eff", n, n < 0, "zero or more"),
    ):
        if wrong.any():
            raise MeasureError(f"{name} is out of range", found=float(array[wrong][0]), allowed=allowed)
    counted = np.isinf(n)
    size = np.where(counted, 0.0, n)
    middle = size * p + z**2 / 2
    spread = z * np.sqrt(size * p * (1 - p) + z**2 / 4)
    # Rounding never pushes a bound past the share it surrounds.
    lower = np.clip(np.minimum((middle - spread) / (size + z**2), p), 0.0, 1.0)
    upper = np.clip(np.maximum((middle + spread) / (size + z**2), p), 0.0, 1.0)
    return np.where(counted, p, lower), np.where(counted, p, upper)


def sampling_of(
    observations: pd.DataFrame,
    kinds: Mapping[str, str],
    designs: pd.DataFrame,
    *,
    thresholds: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Say of each observation what the sampling may have moved it by, and whether it may be published.

    Parameters
    ----------
    observations : DataFrame
        `indicator`, `territory` (one row each), `value` (in percent where the indicator is sampled),
        `denominator` (persons, households… of the universe) and `origin`.
    kinds : mapping
        By indicator: `sondage` (a share of the census), `fiscal` or `mesure`.
    designs : DataFrame
        Indexed by territory: `fraction` interviewed (above 0, up to 1) and `effect` of the design.
    thresholds : mapping, optional
        Values by name of `THRESHOLDS`; by default those of `seuils.yaml`.

    Returns
    -------
    DataFrame
        Same index: `SAMPLING_COLUMNS`. `sampling` is the kind, `exhaustif` where everybody was counted,
        `inconnu` without a denominator or a design. `n_eff` is the effective size, `se_pts` the standard
        error in points, `ci_lower` and `ci_upper` the interval (Wilson) in percent. A sampled share of 0 or
        100 % has an interval and no standard error: the formula would give zero. `publishable` is false
        where the effective size is unknown or too small, missing where there is no value. `grade` is A, B
        or C by the half width of the interval; A where it was counted or measured, B at best for an
        estimate of ours; a fiscal source has none, since nobody measured its noise. `precision` says it in
        French: of an estimate, the interval is that of the sampling alone.

    Raises
    ------
    MeasureError
        A column is missing, a row stands twice, an indicator has no kind or another one, a sampled share
        is not between 0 and 100, a denominator is negative, or a design is impossible.
    UnknownError
        A threshold is none of the four.

    Examples
    --------
    A quartier of 3 800 inhabitants: 1 520 were interviewed, as good as 1 267 drawn one by one.

    >>> row = {"indicator": "part_moins_18", "territory": "QN99901M", "value": 28.5, "denominator": 3800.0}
    >>> found = sampling_of(pd.DataFrame([row | {"origin": "insee"}]), {"part_moins_18": "sondage"},
    ...     pd.DataFrame({"fraction": 0.4, "effect": 2.0}, index=["QN99901M"]))
    >>> found.n_eff.round().tolist(), found.grade.tolist()
    ([1267.0], ['A'])
    >>> found.precision[0].replace(NO_BREAK_SPACE, " ")
    'ordre de grandeur : ± 2,5 points à 95 %'
    """
    limits = _limits(thresholds or {})
    _check_observations(observations, kinds)
    plans = _checked(designs)
    rows = observations[["indicator", "territory"]].astype("str")
    for name in ("value", "denominator"):
        rows[name] = observations[name].astype("float64")
    for name in ("fraction", "effect"):
        rows[name] = rows["territory"].map(plans[name]).astype("float64")
    rows["sampling"] = _sampling(rows, rows["indicator"].map(dict(kinds)))
    _add_intervals(rows, limits["confiance"])
    shown = rows["value"].notna()
    enough = (rows["sampling"] != SAMPLED) | (rows["n_eff"] >= limits["effectif_effectif_min"]) | ~shown
    ready = enough & (rows["sampling"] != UNKNOWN)
    rows["publishable"] = ready.astype("boolean").where(shown, pd.NA)
    guessed = observations["origin"] == ESTIMATED
    rows["grade"] = _grades(rows, guessed, limits)
    rows["precision"] = _told(rows, guessed, enough, limits["confiance"])
    return rows[SAMPLING_COLUMNS]


def effective_size(denominator: pd.Series, fraction: pd.Series, effect: pd.Series) -> pd.Series:
    """Size of the simple random sample that would say as much; infinite where everybody was counted.

    Examples
    --------
    >>> effective_size(pd.Series([3000.0, 3000.0]), pd.Series([0.4, 1.0]), pd.Series([2.0, 1.0])).tolist()
    [1000.0, inf]
    """
    rest = (effect * (1 - fraction)).mask(fraction == 1, 0.0)
    size = fraction * denominator / rest.where(rest != 0)
    return size.mask(rest == 0, np.inf)


def standard_error_pts(value: pd.Series, n_eff: pd.Series) -> pd.Series:
    """Give the standard error of a share in percent, in points; none for a sampled share of 0 or 100 %.

    Examples
    --------
    >>> standard_error_pts(pd.Series([20.0, 0.0, 20.0]), pd.Series([400.0, 400.0, np.inf])).tolist()
    [2.0, nan, 0.0]
    """
    error = ((value * (_PERCENT - value)).clip(lower=0.0) / n_eff) ** 0.5
    return error.mask(value.isin([0.0, _PERCENT]) & ~np.isinf(n_eff))


def _limits(thresholds: Mapping[str, float]) -> dict[str, float]:
    """Give the thresholds: those that are said, else those of the catalogue."""
    strangers = sorted(set(thresholds) - set(THRESHOLDS))
    if strangers:
        raise UnknownError(
            "no such threshold of uncertainty", found=", ".join(strangers), allowed=", ".join(THRESHOLDS)
        )
    return {name: built_in().threshold(name, dt.date.max) for name in THRESHOLDS} | dict(thresholds)


def _check_observations(observations: pd.DataFrame, kinds: Mapping[str, str]) -> None:
    """Refuse observations that no interval could be told of."""
    require(observations, ["indicator", "territory", "value", "denominator", "origin"], "observations")
    keys = observations[["indicator", "territory"]]
    if keys.duplicated().any():
        twice = keys[keys.duplicated()].iloc[0]
        raise MeasureError(
            "an indicator of a territory stands twice",
            column="observations",
            found=f"{twice['indicator']} of {twice['territory']}",
            allowed="one row: one year on one perimeter",
        )
    told = observations["indicator"].map(dict(kinds))
    unknown = sorted(set(observations.loc[~told.isin(KINDS), "indicator"]))
    if unknown:
        raise MeasureError.gather(
            Problem("an indicator has no kind", column=name, found=kinds.get(name), allowed=", ".join(KINDS))
            for name in unknown
        )
    value = observations["value"].astype("float64")
    rows = {
        "a sampled share is not a percentage": (told == SAMPLED) & ((value < 0) | (value > _PERCENT)),
        "a denominator is negative": observations["denominator"].astype("float64") < 0,
    }
    problems = [
        Problem(
            what,
            column=f"{row['indicator']} of {row['territory']}",
            found=f"value {row['value']:g}, denominator {row['denominator']:g}",
            allowed="a value from 0 to 100, a denominator of 0 or more",
        )
        for what, wrong in rows.items()
        for _, row in observations[wrong].iterrows()
    ]
    if problems:
        raise MeasureError.gather(problems)


def require(frame: pd.DataFrame, columns: list[str], name: str) -> None:
    """Refuse a table without the columns a measure needs."""
    missing = [column for column in columns if column not in frame]
    if missing:
        raise MeasureError(
            "columns are missing", column=name, found=", ".join(missing), allowed=", ".join(columns)
        )


def _checked(designs: pd.DataFrame) -> pd.DataFrame:
    """Give the designs; refuse those that no sampling can have."""
    require(designs, ["fraction", "effect"], "designs")
    if not designs.index.is_unique:
        raise MeasureError(
            "a territory has two designs",
            column="designs",
            found=designs.index[designs.index.duplicated()][0],
            allowed="one row for each territory",
        )
    fraction, effect = designs["fraction"].astype("float64"), designs["effect"].astype("float64")
    wrong = (fraction <= 0) | (fraction > 1) | (effect <= 0) | np.isinf(effect)
    if wrong.any():
        raise MeasureError.gather(
            Problem(
                "a design is impossible",
                column=str(code),
                found=f"fraction {fraction[code]:g}, effect {effect[code]:g}",
                allowed="a fraction above 0 and up to 1, an effect above 0",
            )
            for code in designs.index[wrong]
        )
    return pd.DataFrame({"fraction": fraction, "effect": effect})


def _sampling(rows: pd.DataFrame, kind: pd.Series) -> pd.Series:
    """Say how each value was had."""
    planned = rows["fraction"].notna() & (rows["effect"].notna() | (rows["fraction"] == 1))
    counted = planned & (rows["fraction"] == 1)
    lacking = ~planned | ~(rows["denominator"] > 0)
    sampled = kind == SAMPLED
    # Where everybody was counted the size does not matter.
    return kind.mask(sampled & lacking, UNKNOWN).mask(sampled & counted, EXHAUSTIVE).astype("str")


def _add_intervals(rows: pd.DataFrame, level: float) -> None:
    """Add the effective size, the standard error and the interval of what was sampled or counted."""
    counted = rows["sampling"] == EXHAUSTIVE
    known = counted | (rows["sampling"] == SAMPLED)
    rows["n_eff"] = effective_size(rows["denominator"], rows["fraction"], rows["effect"]).where(known)
    rows["se_pts"] = standard_error_pts(rows["value"], rows["n_eff"])
    bounds = wilson((rows["value"] / _PERCENT).where(known), rows["n_eff"], level)
    for name, bound in zip(("ci_lower", "ci_upper"), bounds, strict=True):
        rows[name] = pd.Series(_PERCENT * bound, index=rows.index).mask(counted, rows["value"])


def _grades(rows: pd.DataFrame, guessed: pd.Series, limits: Mapping[str, float]) -> pd.Series:
    """Grade values by the half width of their intervals."""
    half = (rows["ci_upper"] - rows["ci_lower"]) / 2
    half = half.mask(rows["sampling"] == MEASURED, 0.0)
    graded = np.select(
        [half.isna(), (half <= limits["demi_largeur_a"]) & ~guessed, half <= limits["demi_largeur_b"]],
        ["", "A", "B"],
        default="C",
    )
    return pd.Series(graded, index=rows.index, dtype="str").mask(rows["value"].isna(), "")


def _told(rows: pd.DataFrame, guessed: pd.Series, enough: pd.Series, level: float) -> pd.Series:
    """Say in French what the sampling may have moved a value by."""
    words = rows["sampling"].map(_WORDS)
    no_size = (rows["sampling"] == UNKNOWN) & ~(rows["denominator"] > 0)
    words = words.mask(no_size, NO_DENOMINATOR)
    half = (rows["ci_upper"] - rows["ci_lower"]) / 2
    shown = pd.Series(round_half_up(half, 1), index=rows.index)
    less = f"moins de ±{NO_BREAK_SPACE}{format_gap(0.1, 'percent', 1, signed=False)}"
    spoken = {
        width: f"±{NO_BREAK_SPACE}{format_gap(width, 'percent', 1, signed=False)}"
        for width in shown.dropna().unique()
    }
    drawn = rows["sampling"] == SAMPLED
    at = f"{_PERCENT * level:g}".replace(".", ",") + f"{NO_BREAK_SPACE}%"
    reach = (
        "ordre de grandeur : " + shown.map(spoken).astype("str").mask(half < _LEAST_SHOWN, less) + f" à {at}"
    )
    words = words.mask(drawn, reach + np.where(guessed, ", hors erreur d'estimation", ""))
    told_apart = guessed & rows["sampling"].isin([EXHAUSTIVE, MEASURED, FISCAL])
    words = words + np.where(told_apart, " ; erreur d'estimation inconnue", "")
    words = words + np.where(enough, "", " ; échantillon trop petit pour être publié")
    return words.where(rows["value"].notna(), "").astype("str")

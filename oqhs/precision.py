"""How precise the observations of an edition are, and which of them may leave the observatory."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from oqhs.analysis.dates import BROUGHT, ESTIMATED
from oqhs.analysis.ranks import GAP_INTERVAL_COLUMNS, change_interval, gap_intervals, rank_intervals
from oqhs.analysis.uncertainty import (
    EXHAUSTIVE,
    FISCAL,
    MEASURED,
    SAMPLED,
    THRESHOLDS,
    UNKNOWN,
    sampling_of,
)
from oqhs.analysis.withheld import without_figures
from oqhs.catalogue import Catalogue
from oqhs.editions import EditionFile
from oqhs.entries import Diffusion
from oqhs.errors import DataError, Problem
from oqhs.geography import Geography
from oqhs.observed import ObservedEdition
from oqhs.text import NOT_SIGNIFICANT, OBSERVED, SECRET, STATUS_WORDS

#: Types of the design of the census, by which thresholds are named.
_SMALL, _LARGE, _USUAL = "petite_commune", "grand_ensemble", "courant"
#: Attribute of a quartier (`territories.attributes`): most of its dwellings are at large addresses.
LARGE_ADDRESSES = "Grand ensemble"
_YES, _NO = "oui", "non"
_COARSE = "C"  # the lowest grade of an observation
_CENSUS_CUT = 10_000  # inhabitants from which the census samples a commune (law of 27 February 2002)
_CLUSTERED = "occupation par immeubles entiers : l'effet de grappe n'est pas connu, pas d'intervalle"
#: Shares whose people are more alike at an address than the design effect says, and what is said of them.
_MORE_ALIKE = ("part_60_plus", "part_75_plus")
_SHORT = " ; intervalle trop court, il ne couvre que 88 % des cas simulés"
_WITHOUT_ERROR = "intervalle hors erreur d'estimation"
_HIDDEN = "échantillon trop petit pour que la valeur du quartier soit diffusée"
_OF_PRECISION = ["value", "denominator", "n_eff", "se_pts", "ci_lower", "ci_upper"]
_FIGURES = ["value", "numerator", "denominator", "lower", "upper", "check"]


def sampling_of_edition(edition: ObservedEdition) -> pd.DataFrame:
    """Say how precise every observation of an edition is.

    Returns
    -------
    DataFrame
        As `oqhs.analysis.uncertainty.sampling_of` gives it, for the indicators whose source says how it
        was made; a share whose dwellings are let building by building has no interval and no effective
        size, and of the old it is said that the interval is short.
    """
    catalogue, file = edition.observatory.catalogue, edition.file
    kinds = _kinds(catalogue, file)
    observations = edition.observations
    rows = observations[observations["indicator"].isin(kinds)].reset_index(drop=True)
    limits = {name: catalogue.threshold(name, _day(file)) for name in THRESHOLDS}
    found = sampling_of(rows, kinds, _designs(edition), thresholds=limits)
    clustered = [name for name in kinds if catalogue.indicators[name].clustered]
    whole = found["indicator"].isin(clustered) & (found["sampling"] == SAMPLED)
    found.loc[whole, ["n_eff", "se_pts", "ci_lower", "ci_upper"]] = float("nan")
    found.loc[whole, ["sampling", "grade", "precision"]] = [UNKNOWN, "", _CLUSTERED]
    short = found["indicator"].isin(_MORE_ALIKE) & (found["sampling"] == SAMPLED) & found["value"].notna()
    found["precision"] = found["precision"].mask(short, found["precision"] + _SHORT)
    return found


def with_intervals(gaps: pd.DataFrame, sampling: pd.DataFrame, level: float) -> pd.DataFrame:
    """Add to gaps the interval of each, and how its value was made.

    Parameters
    ----------
    gaps : DataFrame
        As `oqhs.analysis.compare` gives them.
    sampling : DataFrame
        As `sampling_of_edition` gives it.
    level : float
        Level of confidence, 0 to 1.

    Returns
    -------
    DataFrame
        The gaps, with `sampling`, `grade`, `publishable`, `value_ci_lower`, `value_ci_upper`, `precision`,
        and `gap_se`, `gap_ci_lower`, `gap_ci_upper`, `gap_ci_reason`.
    """
    told = sampling.set_index(["indicator", "territory"])
    keys = pd.MultiIndex.from_frame(gaps[["indicator", "territory"]])
    bounds = {"ci_lower": "value_ci_lower", "ci_upper": "value_ci_upper"}
    own = (
        told[["sampling", "grade", "publishable", *bounds, "precision"]].reindex(keys).rename(columns=bounds)
    )
    own = own.set_axis(gaps.index)
    # The interval of a value that is hidden would tell it.
    unseen = gaps["value"].isna()
    own.loc[unseen, list(bounds.values())] = float("nan")
    own.loc[unseen, "precision"] = ""
    known = gaps["indicator"].isin(set(sampling["indicator"]))
    within = gaps["reference"] != "hors_qpv"
    intervals = gap_intervals(gaps[known], sampling, within[known], level=level)
    named = [name for name in GAP_INTERVAL_COLUMNS if name.startswith("gap_")]
    return gaps.assign(**own).join(intervals[named])


def with_change_intervals(
    changes: pd.DataFrame, before: pd.DataFrame, after: pd.DataFrame, level: float
) -> pd.DataFrame:
    """Add to changes between two samples of the census the interval of each.

    Two vintages five years apart share no survey: their variances add up. An estimate on one perimeter, and
    what is not a sample, have none. Of two estimates the interval is that of the sampling alone, and
    `caution` says so.

    Parameters
    ----------
    changes : DataFrame
        As `oqhs.analysis.evolution` gives them.
    before, after : DataFrame
        As `sampling_of_edition` gives them, of both editions.
    level : float
        Level of confidence, 0 to 1.
    """
    errors = []
    for sampling, territory in ((before, "territory_before"), (after, "territory")):
        told = sampling.set_index(["indicator", "territory"])["se_pts"]
        keys = pd.MultiIndex.from_frame(changes[["indicator", territory]].astype("str"))
        errors.append(pd.Series(told.reindex(keys).to_numpy(), index=changes.index))
    direct = (changes["basis"] != BROUGHT) & (changes["unit"] == "percent") & (changes["prices"] == "")
    found = changes.join(change_interval(changes["change"].where(direct), *errors, level=level))
    guessed = found["change_ci_lower"].notna() & (found["origin"] == ESTIMATED)
    said = found["caution"].where(found["caution"] == "", found["caution"] + " ; ") + _WITHOUT_ERROR
    found["caution"] = found["caution"].mask(guessed, said)
    return found


def ranks_of(sampling: pd.DataFrame, indicator: str, quartiers: list[str], level: float) -> pd.DataFrame:
    """Rank quartiers by an indicator, each with the ranks it may hold: for internal use.

    Returns
    -------
    DataFrame
        Indexed by quartier: `value`, `rank` (1 is the highest), `rank_lower` and `rank_upper`; without a
        known precision nothing is sure.
    """
    rows = sampling[sampling["indicator"] == indicator].set_index("territory").reindex(quartiers)
    error = rows["se_pts"].mask(rows["sampling"].isin([EXHAUSTIVE, MEASURED, FISCAL]), 0.0)
    return rows[["value"]].join(rank_intervals(rows["value"], error, level=level))


def unpublishable(sampling: pd.DataFrame, diffusion: Diffusion) -> pd.Series:
    """Tell what is too little known to go as far as a diffusion: grade C goes to partners, not to everyone.

    Parameters
    ----------
    sampling : DataFrame
        `publishable` and `grade`, as `sampling_of_edition` gives them, or gaps that have them too.
    diffusion : str
        To whom it may go.
    """
    small = sampling["publishable"].eq(False)
    return small | (sampling["grade"] == _COARSE) if diffusion == "public" else small


def without_unpublishable(
    observations: pd.DataFrame, sampling: pd.DataFrame, geography: Geography, diffusion: Diffusion
) -> pd.DataFrame:
    """Take out of observations what is too little known of a quartier to go as far as a diffusion.

    A share of the census whose denominator is unknown, or whose effective sample is under
    `effectif_effectif_min`, has no value there: its status is `not_significant`. One of grade C goes to
    partners, never to everyone.
    """
    quartiers = {*geography.of_kind("qpv"), *geography.of_kind("regroupement")}
    small = sampling[unpublishable(sampling, diffusion) & sampling["territory"].isin(quartiers)]
    hidden = pd.MultiIndex.from_frame(observations[["indicator", "territory"]]).isin(
        pd.MultiIndex.from_frame(small[["indicator", "territory"]])
    )
    hidden &= (observations["status"] == OBSERVED).to_numpy()
    shown = observations.copy()
    shown.loc[hidden, _FIGURES] = float("nan")
    shown.loc[hidden, ["status", "origin", "note"]] = [NOT_SIGNIFICANT, "", _HIDDEN]
    return shown


def without_hidden(sampling: pd.DataFrame, hidden: pd.DataFrame) -> pd.DataFrame:
    """Blank what is said of the precision of observations that the statistical secrecy hides.

    Parameters
    ----------
    sampling : DataFrame
        As `sampling_of_edition` gives it.
    hidden : DataFrame
        `indicator`, `territory` of what is hidden, as `oqhs.protected.Protection.hidden` gives it.
    """
    pairs = pd.MultiIndex.from_frame(hidden[["indicator", "territory"]])
    gone = pd.MultiIndex.from_frame(sampling[["indicator", "territory"]]).isin(pairs)
    shown = sampling.copy()
    shown.loc[gone, _OF_PRECISION] = float("nan")
    shown.loc[gone, "publishable"] = pd.NA
    shown.loc[gone, ["grade", "precision"]] = ["", STATUS_WORDS[SECRET]]
    return shown


def changes_without_unpublishable(
    changes: pd.DataFrame,
    before: pd.DataFrame,
    after: pd.DataFrame,
    geography: Geography,
    diffusion: Diffusion,
) -> pd.DataFrame:
    """Take out of changes those of quartiers that are too little known at one of the two dates.

    Parameters
    ----------
    changes : DataFrame
        As `oqhs.analysis.evolution` gives them.
    before, after : DataFrame
        As `sampling_of_edition` gives them, of both editions.
    geography : Geography
        Quartiers of the later edition.
    diffusion : str
        To whom the changes may go.
    """
    quartiers = {*geography.of_kind("qpv"), *geography.of_kind("regroupement")}
    hidden = pd.Series(False, index=changes.index)
    for sampling, territory in ((before, "territory_before"), (after, "territory")):
        small = sampling.loc[unpublishable(sampling, diffusion), ["indicator", "territory"]]
        keys = pd.MultiIndex.from_frame(changes[["indicator", territory]].astype("str"))
        hidden |= keys.isin(pd.MultiIndex.from_frame(small.astype("str")))
    hidden &= changes["territory"].isin(quartiers)
    shown = without_figures(changes, hidden)
    shown.loc[hidden & (shown["status"] == OBSERVED), ["status", "reason"]] = [NOT_SIGNIFICANT, _HIDDEN]
    return shown


def _day(file: EditionFile) -> dt.date:
    return dt.date(file.edition, 1, 1)


def _kinds(catalogue: Catalogue, file: EditionFile) -> dict[str, str]:
    """How each indicator is made, as its source says; those whose source does not say are left out."""
    shown = catalogue.shown(file.indicators)
    made = {name: catalogue.sources[one.source].made for name, one in shown.items() if one.unit != "persons"}
    return {name: how for name, how in made.items() if how is not None}


def _designs(edition: ObservedEdition) -> pd.DataFrame:
    """Give the sampling fraction and the design effect of every territory."""
    catalogue, geography, day = edition.observatory.catalogue, edition.geography, _day(edition.file)
    observations = edition.observations
    people = observations[observations["indicator"] == "population"].set_index("territory")["value"]
    small = set(people.index[people < _CENSUS_CUT]) & set(geography.of_kind("commune"))
    types = pd.Series(_USUAL, index=pd.Index(observations["territory"].unique(), dtype="str"))
    types[types.index.isin(small)] = _SMALL
    parents = geography.memberships[geography.memberships["parent_kind"] == "commune"]
    alone = parents["parent"].isin(small).groupby(parents["territory"]).all()
    types[types.index.isin(alone.index[alone])] = _SMALL
    types[types.index.isin(_at_large_addresses(edition)) & (types == _USUAL)] = _LARGE
    return pd.DataFrame(
        {
            name: types.map({kind: catalogue.threshold(f"rp_{part}_{kind}", day) for kind in set(types)})
            for name, part in (("fraction", "fraction"), ("effect", "effet"))
        }
    )


def _at_large_addresses(edition: ObservedEdition) -> set[str]:
    """Give the quartiers whose dwellings are mostly at large addresses, as the attributes say."""
    told = edition.attributes
    told = told[told["attribute"] == LARGE_ADDRESSES]
    said = told["value"].str.strip().str.lower()
    large, others = (set(told.loc[said == word, "territory"]) for word in (_YES, _NO))
    card, allowed = edition.file.territories.attributes, f"{_YES} or {_NO}"
    problems = [
        Problem(
            f"an attribute says neither {_YES} nor {_NO}",
            file=f"card {card}",
            column=f"{LARGE_ADDRESSES} of {code}",
            found=value,
            allowed=allowed,
            todo="correct the cell, or leave it empty",
        )
        for code, value in told.loc[~said.isin([_YES, _NO]), ["territory", "value"]].itertuples(index=False)
    ]
    problems += [
        Problem(
            f"an attribute says both {_YES} and {_NO}",
            file=f"card {card}",
            column=f"{LARGE_ADDRESSES} of {code}",
            found=f"{_YES}, {_NO}",
            allowed=allowed,
            todo="keep one of the two rows of this quartier",
        )
        for code in sorted(large & others)
    ]
    if problems:
        raise DataError.gather(problems)
    return large

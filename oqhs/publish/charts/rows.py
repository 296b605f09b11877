"""The quartiers and one indicator, as charts and maps draw them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from oqhs.analysis.uncertainty import require
from oqhs.errors import MeasureError, UnknownError
from oqhs.geography import Geography
from oqhs.publish.theme import count_words
from oqhs.text import NOT_AVAILABLE, OBSERVED, STATUS_WORDS, listing

_NEEDED = ["indicator", "territory", "value", "status", "note", "year", "source"]
_CARRIED = ["value", "status", "note", "year", "source"]
ROW_COLUMNS = [
    "territory",
    "label",
    "commune",
    "commune_label",
    "ept",
    "ept_label",
    *_CARRIED,
    "ci_lower",
    "ci_upper",
    "commune_value",
    "ept_value",
]


def quartier_rows(
    observations: pd.DataFrame,
    geography: Geography,
    indicator: str,
    *,
    territories: Sequence[str] | None = None,
    uncertainty: pd.DataFrame | None = None,
    compared: bool = True,
) -> pd.DataFrame:
    """Give one row per quartier: its value or why there is none, its communes and its EPT.

    Parameters
    ----------
    observations : DataFrame
        Those that may go as far as the figure does.
    geography : Geography
        Territories of the edition.
    indicator : str
        Id of an indicator.
    territories : sequence of str, optional
        Codes of the quartiers to keep; all of them by default.
    uncertainty : DataFrame, optional
        As `oqhs.analysis.uncertainty.sampling_of` gives it, for the intervals.
    compared : bool
        Whether the values of communes and EPT are given beside: no count of people or facilities is.

    Returns
    -------
    DataFrame
        `ROW_COLUMNS`, sorted by EPT, commune, name and code: the order says nothing of the values. A
        quartier that no observation is about has status `not_available`.

    Raises
    ------
    MeasureError
        A column is missing, no observation is about the indicator, or a quartier has two values.
    UnknownError
        A code is not that of a quartier.
    """
    told = _told(observations, indicator)
    codes = _quartiers(geography, territories)
    rows = told[_CARRIED].reindex(codes).rename_axis("territory").reset_index()
    rows["status"] = rows["status"].fillna(NOT_AVAILABLE)
    rows["value"] = rows["value"].where(rows["status"] == OBSERVED)
    rows["label"] = [geography.name(code) for code in codes]
    rows = _with_parents(rows, geography, told, compared=compared)
    rows[["ci_lower", "ci_upper"]] = _intervals(rows, indicator, uncertainty)
    order = ["ept_label", "commune_label", "label", "territory"]
    return rows.sort_values(order, key=_without_accents, ignore_index=True)[ROW_COLUMNS]


def _without_accents(labels: pd.Series) -> pd.Series:
    """Put names in the order of a French list: « Évry » stands before « Fresnes »."""
    return labels.str.normalize("NFKD").str.encode("ascii", "ignore").str.decode("ascii").str.casefold()


def _told(observations: pd.DataFrame, indicator: str) -> pd.DataFrame:
    """Give what is observed of an indicator, by territory."""
    require(observations, _NEEDED, "observations")
    told = observations[observations["indicator"] == indicator]
    twice = told["territory"].duplicated()
    if told.empty or twice.any():
        raise MeasureError(
            "an indicator is drawn from one value per territory",
            column=indicator,
            found=f"two for {told.loc[twice, 'territory'].iloc[0]}" if twice.any() else "no observation",
            allowed=None if twice.any() else ", ".join(sorted(set(observations["indicator"]))) or "none",
            todo="give the observations of one year and one perimeter",
        )
    return told.set_index("territory")


def _with_parents(
    rows: pd.DataFrame, geography: Geography, told: pd.DataFrame, *, compared: bool
) -> pd.DataFrame:
    """Put the commune and the EPT of each quartier beside it, with their values where they compare."""
    found, codes = rows.copy(), rows["territory"]
    known = told["value"].where((told["status"] == OBSERVED) & compared)
    for kind in ("commune", "ept"):
        parents = geography.comparators(kind).reindex(codes)
        found[kind] = parents.to_numpy()
        found[f"{kind}_label"] = [geography.name(code) if isinstance(code, str) else "" for code in parents]
        found[f"{kind}_value"] = known.reindex(found[kind]).to_numpy()
    return found


def _quartiers(geography: Geography, asked: Sequence[str] | None) -> list[str]:
    known = geography.of_kind("qpv")
    if asked is None:
        return known
    strangers = sorted(set(asked) - set(known))
    if strangers or not asked:
        raise UnknownError(
            "this edition has no such quartier",
            found=", ".join(strangers) or "none",
            allowed=f"a code from {known[0]} to {known[-1]}",
        )
    return sorted(set(asked))


def _intervals(rows: pd.DataFrame, indicator: str, uncertainty: pd.DataFrame | None) -> pd.DataFrame:
    """Give the intervals of the values that are shown: that of a hidden value would tell it."""
    names = ["ci_lower", "ci_upper"]
    if uncertainty is None:
        return pd.DataFrame(float("nan"), index=rows.index, columns=names)
    told = uncertainty[uncertainty["indicator"] == indicator].set_index("territory")[names]
    found = told.reindex(rows["territory"]).set_axis(rows.index)
    return found.where(rows["value"].notna())


def statuses_of(statuses: pd.Series, words: Mapping[str, str] = STATUS_WORDS) -> dict[str, int]:
    """Count the reasons why there is no value, in the order they are told.

    Examples
    --------
    >>> statuses_of(pd.Series(["observed", "not_available", "secret", "secret"]))
    {'secret': 2, 'not_available': 1}
    """
    return {name: int((statuses == name).sum()) for name in words if (statuses == name).any()}


def missing_words(statuses: pd.Series, words: Mapping[str, str] = STATUS_WORDS) -> str:
    """Say how many quartiers have no value, and why; nothing when all have one.

    Examples
    --------
    >>> missing_words(pd.Series(["observed", "secret"])).replace(chr(160), " ")
    'Sans valeur : 1 quartier (valeur couverte par le secret statistique).'
    """
    told = [
        f"{count_words(count, 'quartier', 'quartiers')} ({words[name]})"
        for name, count in statuses_of(statuses, words).items()
    ]
    return f"Sans valeur : {listing(told)}." if told else ""

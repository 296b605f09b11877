"""The quartiers and one indicator, as charts and maps draw them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from oqhs.analysis.uncertainty import require
from oqhs.errors import MeasureError, UnknownError
from oqhs.geography import Geography
from oqhs.publish.theme import count_words
from oqhs.text import NOT_AVAILABLE, OBSERVED, STATUS_WORDS, coverage_words, listing
from oqhs.wording import in_french_order

_CARRIED = ["value", "status", "coverage", "note", "year", "source"]
_NEEDED = ["indicator", "territory", *_CARRIED]
_FEW = 3  # partial values that are named
_PARTIAL = "partiel : "  # as notes begin
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
    return rows.sort_values(order, key=in_french_order, ignore_index=True)[ROW_COLUMNS]


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


def refuse_several(rows: pd.DataFrame, names: Sequence[str], what: str, nothing: str) -> None:
    """Refuse rows that are of several territories, references or indicators, or no row at all.

    Parameters
    ----------
    rows : DataFrame
        Rows of a chart.
    names : sequence of str
        Columns that hold one value each.
    what, nothing : str
        What the chart is about, and what is found without a row.

    Raises
    ------
    MeasureError
        There is no row, or a column holds several values.

    Examples
    --------
    >>> refuse_several(pd.DataFrame({"territory": ["A", "A"]}), ["territory"], "of one territory", "no row")
    """
    several = [name for name in names if len(set(rows[name])) > 1]
    if rows.empty or several:
        raise MeasureError(
            what,
            column=", ".join(several) or None,
            found="several" if several else nothing,
            todo="choose the rows of one of each",
        )


def partial_coverage(rows: pd.DataFrame) -> pd.Series:
    """Give the share that is known of the values that are shown and partial: the least of two dates.

    Parameters
    ----------
    rows : DataFrame
        `status` and `coverage` from 0 to 1; `coverage_before` and `note` where they are there. A value whose
        note says that it is partial is, even where its coverage may not be told.

    Returns
    -------
    Series
        On the rows that are partial, the least known first; missing where the share may not be told.

    Examples
    --------
    >>> told = pd.DataFrame({"status": "observed", "coverage_before": [0.9, 1.0], "coverage": [1.0, 1.0]})
    >>> partial_coverage(told).to_dict()
    {0: 0.9}
    """
    names = [name for name in ("coverage_before", "coverage") if name in rows]
    known = rows[names].astype("float64").min(axis=1)
    noted = rows["note"].str.contains(_PARTIAL) if "note" in rows else pd.Series(False, rows.index)
    partial = (rows["status"] == OBSERVED) & ((known < 1) | (known.isna() & noted.fillna(False).astype(bool)))
    return known[partial].sort_values(kind="stable")


def partial_words(rows: pd.DataFrame) -> str:
    """Say which of the values that are shown are partial: by name when they are few; nothing when none is.

    Parameters
    ----------
    rows : DataFrame
        As `partial_coverage` takes them, with `label` where values are named; `reference_status` and
        `reference_coverage` for what they are compared with.

    Examples
    --------
    >>> told = pd.DataFrame({"label": ["Bleuets", "Fresnes"], "status": "observed", "coverage": [0.5, 1.0]})
    >>> partial_words(told).replace(chr(160), " ")
    'Partiel : Bleuets (couverture de 50,0 %).'
    """
    return " ".join(filter(None, [_values_words(rows), _reference_words(rows)]))


def _values_words(rows: pd.DataFrame) -> str:
    known = partial_coverage(rows)
    if known.empty:
        return ""
    extents = _extents(known)
    if "label" in rows and len(known) <= _FEW:
        names = rows.loc[known.index, "label"].astype("str")
        told = [
            f"{name} (couverture de {extent})" if extent else name
            for name, extent in zip(names, extents, strict=True)
        ]
        return f"Partiel : {listing(told)}."
    return f"Partiel : {count_words(len(known), 'valeur', 'valeurs')}{_between(extents)}."


def _reference_words(rows: pd.DataFrame) -> str:
    if "reference_coverage" not in rows:
        return ""
    told = {"status": rows["reference_status"], "coverage": rows["reference_coverage"]}
    known = partial_coverage(pd.DataFrame(told))
    return "" if known.empty else f"Référence partielle{_between(_extents(known))}."


def _extents(known: pd.Series) -> list[str]:
    """Give coverages in figures, as notes do; nothing for one that may not be told."""
    return [coverage_words(one, "").removeprefix(_PARTIAL).strip() for one in known]


def _between(extents: list[str]) -> str:
    """Say from which coverage to which."""
    ends = [extent for extent in extents if extent]
    return f" (couverture de {' à '.join(dict.fromkeys([ends[0], ends[-1]]))})" if ends else ""


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

"""Two editions side by side: the values of one territory at two dates, like with like."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from oqhs.text import OBSERVED, STATUS_WORDS, format_number

PUBLISHED, ESTIMATED = "insee", "oqhs_estimate"
#: Basis of a change measured on counts by IRIS that were shared out on one perimeter at both dates.
BROUGHT = "ramené à un seul périmètre par les effectifs des IRIS"
_WHOLE = 100.0
_NOISE = 1e-6  # of rounding, in thousandths

DATES_COLUMNS = [
    "indicator",
    "territory",
    "territory_before",
    "relation",
    "basis",
    "year_before",
    "year",
    "value_before",
    "value",
    "value_edition",
    "perimeter_before",
    "perimeter",
    "origin",
    "coverage_before",
    "coverage",
    "source_before",
    "source",
    "note_before",
    "note",
    "caution",
    "reason",
]
_CARRIED = ["value", "check", "status", "origin", "year", "perimeter", "coverage", "note", "source"]
_KEY = ["indicator", "territory"]


def two_dates(
    before: pd.DataFrame,
    after: pd.DataFrame,
    same: pd.DataFrame,
    brought: tuple[pd.DataFrame, pd.DataFrame] | None = None,
    remedies: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Put the values of two editions side by side, territory by territory.

    A territory that is the same at both dates has the values of the two editions, if they were obtained
    in one way: where one is published and the other is a figure of the observatory, our own figure of
    the first (`check`) takes its place. Otherwise both dates are those of `brought`, if they are observed
    there.

    Parameters
    ----------
    before, after : DataFrame
        Observations of the two editions.
    same : DataFrame
        One row per territory of `after`: `territory`, `territory_before` (missing where it is not the
        same territory), `relation`, `basis`, and `why` in French where it is not; with `remedies`,
        `mendable`, whether counts would bring it to one perimeter.
    brought : pair of DataFrame, optional
        Observations of both dates brought to the perimeter of `after` by counts.
    remedies : mapping, optional
        By indicator, in French: what would bring both dates to one perimeter, for the reasons.

    Returns
    -------
    DataFrame
        `DATES_COLUMNS`, one row per indicator and territory of `after`: values in the unit of the
        indicator, missing when unknown; `value_edition` is what the later edition shows, which an estimate
        on one perimeter may not be; `caution` says what both suffer from, `reason` why they cannot
        be compared, in French, empty when they can.
    """
    later = after[[*_KEY, *_CARRIED]].merge(same, how="left", on="territory")
    earlier = _before(before).rename(columns={"territory": "territory_before"})
    later["value_edition"] = later["value"]
    direct = _like_with_like(later.merge(earlier, how="left", on=["indicator", "territory_before"]))
    if remedies is not None:
        mend = direct["indicator"].map(remedies).fillna("")
        added = direct["mendable"].eq(True) & (direct["why"] != "") & (mend != "")
        direct["why"] = direct["why"].mask(added, direct["why"] + " ; " + mend)
    direct["reason"] = _why_not(direct)
    if brought is None or any(one.empty for one in brought):
        return _stated(direct)
    first, last = brought
    pairs = last[[*_KEY, *_CARRIED]].merge(_before(first), how="inner", on=_KEY)
    pairs = pairs.merge(same[["territory", "relation"]], how="inner", on="territory")
    pairs["territory_before"] = pairs["territory"]
    pairs["basis"] = BROUGHT
    pairs["why"] = ""
    pairs["reason"] = _why_not(pairs)
    wanted = direct[[*_KEY, "value_edition"]].assign(
        unlike=direct["reason"] != "", elsewhere=direct["territory_before"].isna()
    )
    pairs = pairs.merge(wanted, how="inner", on=_KEY)
    better = pairs["unlike"] & ((pairs["reason"] == "") | pairs["elsewhere"])
    # The quartier it was, if it was one, had another outline.
    pairs = pairs[better].drop(columns=["unlike", "elsewhere"])
    pairs["territory_before"] = pd.Series(np.nan, index=pairs.index, dtype="str")
    replaced = pd.MultiIndex.from_frame(direct[_KEY]).isin(pd.MultiIndex.from_frame(pairs[_KEY]))
    together = pd.concat([direct[~replaced], pairs], ignore_index=True)
    return _stated(together.sort_values(_KEY, ignore_index=True))


def _before(observations: pd.DataFrame) -> pd.DataFrame:
    """Give the observations of the first date, their columns named as such."""
    return observations[[*_KEY, *_CARRIED]].rename(columns={name: f"{name}_before" for name in _CARRIED})


def _like_with_like(rows: pd.DataFrame) -> pd.DataFrame:
    """Where one value is published and the other is ours, take our own figure of the first as well."""
    both = (rows["status"] == OBSERVED) & (rows["status_before"] == OBSERVED)
    for side, other in (("", "_before"), ("_before", "")):
        published = both & (rows[f"origin{side}"] == PUBLISHED) & (rows[f"origin{other}"] != PUBLISHED)
        ours = published & rows[f"check{side}"].notna()
        rows[f"value{side}"] = rows[f"value{side}"].mask(ours, rows[f"check{side}"])
        rows[f"origin{side}"] = rows[f"origin{side}"].mask(ours, rows[f"origin{other}"])
        # What is known of the published figure is not known of ours.
        rows[f"coverage{side}"] = rows[f"coverage{side}"].mask(ours)
    return rows


def _why_not(rows: pd.DataFrame) -> pd.Series:
    """Why two values cannot be compared, in French; empty where they can."""
    reason = _hidden(rows, "")
    elsewhere = (reason == "") & rows["territory_before"].isna()
    reason = reason.mask(elsewhere, rows["why"].fillna(""))
    reason = reason.mask(reason == "", _hidden(rows, "_before"))
    unlike = (rows["origin"] == ESTIMATED) != (rows["origin_before"] == ESTIMATED)
    words = "une des deux valeurs est une estimation de l'observatoire, l'autre non"
    return reason.mask(unlike & (reason == ""), words)


def _hidden(rows: pd.DataFrame, side: str) -> pd.Series:
    """Why the value of a date is not known; empty where it is."""
    told = rows[f"note{side}"].fillna("")
    general = rows[f"status{side}"].map(STATUS_WORDS).fillna("valeur non disponible")
    unknown = "première édition : " if side else ""
    years = rows[f"year{side}"]
    when = years.map(lambda year: unknown if pd.isna(year) else f"{int(year)} : ").astype("str")
    words = when + told.where(told != "", general)
    return words.where(rows[f"status{side}"] != OBSERVED, "")


def _stated(rows: pd.DataFrame) -> pd.DataFrame:
    rows["caution"] = [
        " ; ".join(filter(None, texts))
        for texts in zip(_estimated(rows), _noted(rows), _partial(rows), _redrawn(rows), strict=True)
    ]
    return rows[DATES_COLUMNS]


def _estimated(rows: pd.DataFrame) -> list[str]:
    """Tell that the two values are estimates of one kind, and whether the edition shows another level."""
    words = "estimation sur un seul périmètre aux deux dates, à partir des IRIS"
    other = rows["value_edition"].notna() & (rows["value"] != rows["value_edition"])
    level = np.where(other, f"{words} (son niveau n'est pas celui de l'édition)", words)
    return list(np.where(rows["basis"] == BROUGHT, level, ""))


def _noted(rows: pd.DataFrame) -> list[str]:
    """Repeat what is noted of two values that are compared; what was brought is noted once and for all."""
    direct = (rows["reason"] == "") & (rows["basis"] != BROUGHT)
    ends = zip(direct, rows["note_before"], rows["note"], rows["year_before"], rows["year"], strict=True)
    found = []
    for kept, first, last, one, two in ends:
        if kept and first == last:
            found.append(first)
            continue
        told = [f"{year} : {text}" for year, text in ((one, first), (two, last)) if kept and text]
        found.append(" ; ".join(told))
    return found


def _partial(rows: pd.DataFrame) -> list[str]:
    """Tell which part of the weight is known at either date, where it is not all of it."""
    shares = [np.floor(1000 * rows[name] + _NOISE) / 10 for name in ("coverage_before", "coverage")]
    found = []
    for *known, one, two in zip(*shares, rows["year_before"], rows["year"], strict=True):
        told = [(share, year) for share, year in zip(known, (one, two), strict=True) if share >= 0]
        partial = any(share < _WHOLE for share, _ in told) and not (pd.isna(one) or pd.isna(two))
        words = [
            f"{format_number(share, 1)} % {'du poids connu ' * (n == 0)}en {year}"
            for n, (share, year) in enumerate(told)
        ]
        found.append("partiel : " + ", ".join(words) if partial else "")
    return found


def _redrawn(rows: pd.DataFrame) -> list[str]:
    """Tell that the communes of the two dates are not of one year of the code géographique."""
    return [
        f"communes de {first.removeprefix('cog')}, puis de {last.removeprefix('cog')}"
        if first != last and str(first).startswith("cog") and str(last).startswith("cog")
        else ""
        for first, last in zip(rows["perimeter_before"], rows["perimeter"], strict=True)
    ]

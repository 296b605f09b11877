"""Change between two dates: of a territory, of its reference, and of the gap between them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Literal

import numpy as np
import pandas as pd

from oqhs.analysis.dates import BROUGHT, ESTIMATED
from oqhs.catalogue import Catalogue
from oqhs.entries import Comparability, Indicator
from oqhs.errors import UnknownError
from oqhs.text import NOT_AVAILABLE, OBSERVED, round_half_up

#: What must stand beside every figure of change.
NOTICE = "L'évolution est celle du quartier, non de ses habitants."

Prices = Literal["constants", "part_reference"]
PRICES: tuple[Prices, ...] = ("constants", "part_reference")
_INDEX = "prix_consommation"
_SHARE = "part de la référence"
_MARK = " ; "  # between the texts of a caution

CHANGE_COLUMNS = [
    "indicator",
    "territory",
    "territory_before",
    "relation",
    "basis",
    "reference",
    "reference_territory",
    "reference_basis",
    "year_before",
    "year",
    "span_years",
    "value_before",
    "value",
    "value_edition",
    "change",
    "change_per_year",
    "change_pct",
    "reference_value_before",
    "reference_value",
    "reference_change",
    "reference_change_per_year",
    "reference_change_pct",
    "gap_before",
    "gap",
    "gap_change",
    "gap_change_per_year",
    "widening",
    "unit",
    "prices",
    "perimeter_before",
    "perimeter",
    "status",
    "origin",
    "coverage_before",
    "coverage",
    "caution",
    "flaggable",
    "reason",
    "reference_reason",
    "source_before",
    "source",
    "notice",
]


def evolution(
    dates: pd.DataFrame,
    pairs: pd.DataFrame,
    indicators: Mapping[str, Indicator],
    catalogue: Catalogue,
    *,
    on: dt.date,
    prices: Prices = "constants",
) -> pd.DataFrame:
    """Measure how territories, their references and the gaps between them changed.

    Parameters
    ----------
    dates : DataFrame
        Values at two dates on one perimeter, as `two_dates` gives them.
    pairs : DataFrame
        `territory`, `reference` and `reference_territory`, missing where a territory has none.
    indicators : mapping
        Indicators by id; every one gives a row per pair, comparable or not.
    catalogue : Catalogue
        Sources (when two vintages may be compared), thresholds and the index of prices.
    on : date
        Day whose thresholds hold.
    prices : {"constants", "part_reference"}
        Amounts in euros of the second year (consumer prices), or as a percentage of the amount of the
        reference: their changes are then in points.

    Returns
    -------
    DataFrame
        `CHANGE_COLUMNS`, in the order of the indicators, then by territory. `change` is in points,
        euros or persons over `span_years`, `change_per_year` the same over one year: spans that differ
        are only compared by it; `change_pct` is relative, for amounts and persons alone. `gap_change`
        (évolution de l'écart) is the change of the territory less that of its reference: a difference of
        differences, which tells no cause. `value_edition` is what the later edition shows: an estimate on
        one perimeter has another level, and then `gap` is that of the edition and `gap_before` is missing.
        `widening` (creusement) says whether the territory is worse off than its reference and moved further
        from it, as shown; it is missing for a neutral indicator, and judged on the share of the reference
        for amounts. `caution` says what the figure suffers from; an estimate on one perimeter, a change
        between near vintages of FiLoSoFi or across a break of the source is never `flaggable`. Where there
        is no change, `reason` says why, in French.

    Raises
    ------
    ValueError
        `prices` is not one of the two.

    Examples
    --------
    >>> import oqhs
    >>> moved = oqhs.open("data").edition(2024).changes(since=2020, indicators=["taux_chomage_15_64"])
    >>> moved.span_years.unique().tolist(), moved.notice[0]
    ([5], "L'évolution est celle du quartier, non de ses habitants.")
    """
    if prices not in PRICES:
        raise ValueError(f"prices {prices!r} is not allowed: use {' or '.join(map(repr, PRICES))}")
    ruled = _with_rules(dates[dates["indicator"].isin(list(indicators))], indicators, catalogue, on)
    rows = pd.DataFrame({"indicator": list(indicators)}).merge(pairs, how="cross")
    rows = rows.merge(ruled, how="left", on=["indicator", "territory"])
    other = ruled.rename(columns={name: f"reference_{name}" for name in ruled if name != "indicator"})
    rows = rows.merge(other, how="left", on=["indicator", "reference_territory"])
    rows = _tell_unknown(rows)
    rows["unit"] = rows["indicator"].map(lambda name: indicators[name].unit)
    rows = _in_prices(rows, catalogue, prices)
    rows = _changes(rows)
    rows["widening"] = _widening(rows, indicators)
    known = rows["change"].notna()
    rows["status"] = np.where(known, OBSERVED, NOT_AVAILABLE)
    rows["flaggable"] = rows["flaggable"].astype("boolean").where(known, pd.NA)
    rows["notice"] = NOTICE
    rank = {name: position for position, name in enumerate(indicators)}
    rows["rank"] = rows["indicator"].map(rank)
    return rows.sort_values(["rank", "reference", "territory"], ignore_index=True)[CHANGE_COLUMNS]


def _widening(rows: pd.DataFrame, indicators: Mapping[str, Indicator]) -> pd.Series:
    """Whether a gap is unfavourable and grew, as shown; missing for a neutral indicator or without it."""
    polarity = rows["indicator"].map({name: one.polarity for name, one in indicators.items()})
    decimals = rows["indicator"].map({name: one.decimals for name, one in indicators.items()})
    polarity, decimals = polarity.astype("float64"), decimals.astype("float64")
    moved = rows["gap_change"]
    euros = rows["unit"].isin(["eur_year", "eur_month"])
    # Of two amounts that grow alike the gap in euros grows too: the share of the reference decides.
    shares = [100 * rows[when] / rows[f"reference_{when}"] for when in ("value", "value_before")]
    moved = moved.mask(euros, (shares[0] - shares[1]).where(moved.notna()))
    # A change in percent is shown with one decimal at least.
    shown = decimals.where((rows["unit"] != "percent") | (decimals > 0), 1)
    digits = shown.where(~euros & (rows["prices"] != _SHARE), 1).to_numpy()
    away = pd.Series(round_half_up(moved, digits), index=rows.index) * polarity < 0
    gap_digits = shown.where(rows["prices"] != _SHARE, 1).to_numpy()
    worse = pd.Series(round_half_up(rows["gap"], gap_digits), index=rows.index) * polarity < 0
    told = (polarity != 0) & moved.notna() & rows["gap"].notna()
    return pd.Series(away & worse, dtype="boolean").where(told, pd.NA)


def _with_rules(
    dates: pd.DataFrame, indicators: Mapping[str, Indicator], catalogue: Catalogue, on: dt.date
) -> pd.DataFrame:
    """Apply to each indicator what its source says of its vintages."""
    ruled = dates.reset_index(drop=True).astype({"year_before": "Int64", "year": "Int64"})
    ruled["span_years"] = (ruled["year"] - ruled["year_before"]).astype("Int64")
    ruled["flaggable"] = True
    cautions: list[pd.Series] = [ruled["caution"]]
    for name, rows in ruled.groupby("indicator", sort=False):
        source = catalogue.sources[indicators[str(name)].source]
        rule = source.comparability
        for (first, last), pair in rows.dropna(subset=["span_years"]).groupby(["year_before", "year"]):
            refused, caution, free = _judged(rule, source.short, int(first), int(last), catalogue, on)
            silent = pair.index[pair["reason"] == ""]
            ruled.loc[silent, "reason"] = refused
            ruled.loc[pair.index, "flaggable"] &= free
            cautions.append(pd.Series(caution, index=pair.index))
    told = pd.concat(cautions)
    told = told[told != ""]
    ruled["caution"] = told.groupby(level=0).agg(_MARK.join).reindex(ruled.index).fillna("")
    return ruled


def _judged(
    rule: Comparability | None, source: str, first: int, last: int, catalogue: Catalogue, on: dt.date
) -> tuple[str, str, bool]:
    """Say why two vintages are not compared, what their comparison suffers from, and if it may be flagged."""
    if last <= first:
        return (
            f"les deux dates sont du même millésime ou dans le mauvais ordre ({source} {first} et {last})",
            "",
            True,
        )
    if rule is None:
        return "", "", True
    cautions = [pause.note for pause in rule.breaks if first < pause.year <= last]
    least = int(catalogue.threshold(rule.span_min, on))
    if last - first < least:
        near = f"millésimes proches ({source} {first} et {last})"
        if rule.near == "refused":
            mend = f"avec {last} se compare un millésime de {last - least} ou d'avant"
            return f"{near} : {rule.why} ; {mend}", "", False
        cautions.insert(0, f"{near} : {rule.why}")
    return "", _MARK.join(cautions), not cautions


def _tell_unknown(rows: pd.DataFrame) -> pd.DataFrame:
    """Give a reason to what `dates` does not hold, and to a territory that has no reference."""
    rows["reason"] = rows["reason"].fillna("territoire inconnu à l'une des deux dates")
    alone = rows["reference_territory"].isna()
    rows["reference_reason"] = rows["reference_reason"].fillna("territoire inconnu à l'une des deux dates")
    rows["reference_reason"] = rows["reference_reason"].mask(alone, "aucun territoire de comparaison")
    ours = _brought(rows) | (rows["origin"] == ESTIMATED)
    rows["flaggable"] = rows["flaggable"].eq(True) & rows["reference_flaggable"].ne(False) & ~ours
    rows["caution"] = rows["caution"].fillna("")
    rows["caution"] = [
        _joined(own, other if why == "" else "")
        for own, other, why in zip(
            rows["caution"], rows["reference_caution"].fillna(""), rows["reference_reason"], strict=True
        )
    ]
    return rows


def _joined(own: str, other: str) -> str:
    """Add to what the value of a territory suffers from what that of its reference does, and it does not."""
    said = own.split(_MARK)
    added = [text for text in other.split(_MARK) if text and text not in said]
    return _MARK.join([*filter(None, [own]), *(f"référence : {text}" for text in added)])


def _in_prices(rows: pd.DataFrame, catalogue: Catalogue, prices: Prices) -> pd.DataFrame:
    """Make amounts of two years comparable: at constant prices, or as a share of the reference."""
    rows["prices"] = ""
    euros = rows["unit"].isin(["eur_year", "eur_month"])
    if prices == "part_reference":
        told = euros & (rows["reason"] == "") & (rows["reference_reason"] != "")
        rows.loc[told, "reason"] = "référence : " + rows["reference_reason"][told]
        apart = euros & (rows["reason"] == "") & ~_same_years(rows)
        rows.loc[apart, "reason"] = "la référence n'est pas des mêmes millésimes"
        for when in ("value_before", "value", "value_edition"):
            whole = rows[f"reference_{when}"]
            rows[when] = rows[when].mask(euros, 100 * rows[when] / whole)
            rows[f"reference_{when}"] = whole.mask(euros & whole.notna(), 100.0)
        rows.loc[euros, ["unit", "prices"]] = ["percent", _SHARE]
        return rows
    for side in ("", "reference_"):
        for (first, last), pair in rows[euros].groupby([f"{side}year_before", f"{side}year"]):
            try:
                ratio = catalogue.yearly(_INDEX, int(last)) / catalogue.yearly(_INDEX, int(first))
            except UnknownError as error:
                known = catalogue.series[_INDEX].values
                missing = error.problems[0].found
                why = f"pas d'indice des prix pour {missing} (années connues : {min(known)} à {max(known)})"
                silent = pair.index[pair[f"{side}reason"] == ""]
                rows.loc[silent, f"{side}reason"] = why
                continue
            rows.loc[pair.index, f"{side}value_before"] *= ratio
            if not side:
                rows.loc[pair.index, "prices"] = f"euros constants de {last}"
    return rows


def _brought(rows: pd.DataFrame) -> pd.Series:
    """Whether one of the two sides was brought to one perimeter."""
    return (rows["basis"] == BROUGHT) | (rows["reference_basis"] == BROUGHT)


def _same_years(rows: pd.DataFrame) -> pd.Series:
    """Whether a territory and its reference are of the same two years."""
    first = rows["year_before"] == rows["reference_year_before"]
    last = rows["year"] == rows["reference_year"]
    return (first & last).astype("boolean").fillna(False).astype(bool)


def _changes(rows: pd.DataFrame) -> pd.DataFrame:
    """Take the differences; where one is not allowed, the values stay and the change is missing."""
    for side in ("", "reference_"):
        span = rows[f"{side}span_years"].astype("float64")
        moved = rows[f"{side}value"] - rows[f"{side}value_before"]
        rows[f"{side}change"] = moved.where(rows[f"{side}reason"] == "")
        rows[f"{side}change_per_year"] = rows[f"{side}change"] / span
        relative = (rows["unit"] != "percent") & (rows[f"{side}value_before"] > 0)
        share = 100 * rows[f"{side}change"] / rows[f"{side}value_before"]
        rows[f"{side}change_pct"] = share.where(relative)
    together = _same_years(rows) & (rows["unit"] != "persons")
    # Euros of two years are not compared, even over one year.
    yearly = together | (rows["unit"] == "percent")
    for name, allowed in (("change", together), ("change_per_year", yearly)):
        rows[f"gap_{name}"] = (rows[name] - rows[f"reference_{name}"]).where(allowed)
    # An estimate on one perimeter has not the level of what the edition shows: the gap is the latter's.
    brought = _brought(rows)
    before = rows["value_before"] - rows["reference_value_before"]
    after = rows["value"] - rows["reference_value"]
    shown = rows["value_edition"] - rows["reference_value_edition"]
    rows["gap_before"] = before.where(together & ~brought)
    rows["gap"] = after.mask(brought, shown).where(together)
    return rows

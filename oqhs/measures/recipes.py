"""Recipes: from measurements to the value of an indicator, territory by territory.

A territory that a producer or an order gave figures for keeps them (`direct`); a territory made of
others is computed from them (`together`); where both exist the published figure is shown and ours
stays beside it, in `check`. A figure the producer masked stays masked: it is not rebuilt.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from oqhs.catalogue import Catalogue
from oqhs.entries import Indicator
from oqhs.errors import MeasureError
from oqhs.measures.aggregate import AGGREGATE_COLUMNS, share_of_sums
from oqhs.measures.inputs import Inputs, Method, published_variable, variables_of
from oqhs.measures.quantiles import pooled_quantile
from oqhs.measures.weights import NO_WEIGHT, ceiling_of, choose_weights
from oqhs.tables import most_telling, strict_sum, worst_status
from oqhs.text import (
    NOT_APPLICABLE,
    NOT_AVAILABLE,
    NOT_COVERED,
    NOT_SIGNIFICANT,
    OBSERVED,
    SECRET,
    STATUS_WORDS,
    format_number,
)

_MEDIAN = 0.5
_ALMOST_ALL = 99.9
_NO_COUNT = "effectifs connus"
_BY_AREA = "selon la surface, faute de population"
_GUESSED = "effectifs des quartiers estimés à partir des IRIS"
_RICHER = (
    "borne haute : on suppose que les territoires sans donnée, plus aisés, "
    "n'ont pas un taux supérieur à celui des autres"
)
_COVERED = {"weight": "du poids", "population": "de la population"}


def observe(
    name: str, indicator: Indicator, recipe: str, inputs: Inputs, catalogue: Catalogue, method: Method
) -> pd.DataFrame:
    """Compute an indicator for every territory of one side of an edition.

    Parameters
    ----------
    name, indicator : str, Indicator
        The indicator and its id.
    recipe : str
        Recipe of the edition.
    inputs : Inputs
        Measurements of that side.
    catalogue : Catalogue
        For the labels of the weights.
    method : Method
        Parameters of the method.

    Returns
    -------
    DataFrame
        Indexed by territory: the columns of an observation, except those that name it. `value` is in
        the unit of the indicator, unrounded.
    """
    if recipe == "estimate":  # its counts are estimates, its arithmetic is not
        recipe = "count" if indicator.recipe == "count" else "ratio"
    direct = _direct(name, indicator, recipe, inputs)
    together = _together(name, indicator, recipe, inputs, catalogue, method)
    if together.empty:
        return direct
    groups = together.index.intersection(direct.index)
    # What the producer published or masked stands; what it did not give is computed.
    kept = groups[direct.loc[groups, "status"].isin([OBSERVED, SECRET, NOT_SIGNIFICANT])]
    result = pd.concat([direct.drop(index=groups.difference(kept)), together.drop(index=kept)])
    result["check"] = direct["check"].reindex(result.index)
    shown = kept[direct.loc[kept, "status"] == OBSERVED]
    result.loc[shown, "check"] = together.loc[shown, "value"]
    # The counts behind a published rate, where every member has them: they are those of `check`.
    whole = shown[(together.loc[shown, "coverage"] == 1.0) & direct.loc[shown, "numerator"].isna()]
    if recipe == "ratio":
        result.loc[whole, ["numerator", "denominator"]] = together.loc[whole, ["numerator", "denominator"]]
    return result.sort_index()


def scale_of(indicator: Indicator) -> float:
    """Factor from a ratio to the unit of the indicator."""
    return 100.0 if indicator.unit == "percent" else 1.0


def _direct(name: str, indicator: Indicator, recipe: str, inputs: Inputs) -> pd.DataFrame:
    """Values that stand in the inputs: counts of the territory, or its published figure."""
    values, statuses = inputs.values, inputs.statuses
    variables = [v for v in variables_of(name, indicator) if v in values]
    index = statuses.index[statuses[variables].notna().any(axis=1)] if variables else values.index[:0]
    result = pd.DataFrame(index=index, columns=AGGREGATE_COLUMNS, dtype="float64")
    result["covered_by"] = "weight"
    result["status"] = NOT_AVAILABLE
    result["check"] = np.nan
    counts = list(indicator.numerator.variables) if indicator.numerator else []
    bases = list(indicator.denominator.variables) if indicator.denominator else []
    if recipe in {"ratio", "count"} and set(counts) | set(bases) <= set(variables):
        result["numerator"] = values.loc[index, counts].sum(axis=1, skipna=False)
        result["status"] = worst_status(statuses.loc[index, [*counts, *bases]])
        result["value"] = result["numerator"]
        if recipe == "ratio":
            result["denominator"] = values.loc[index, bases].sum(axis=1, skipna=False)
            ratio = result["numerator"] / result["denominator"].where(result["denominator"] > 0)
            result["value"] = ratio * scale_of(indicator)
            if indicator.unit == "percent":
                _refuse_above_one(name, result)
            nobody = (result["status"] == OBSERVED) & result["value"].isna()
            result.loc[nobody, "status"] = NOT_APPLICABLE
    published = published_variable(name, indicator)
    if published in variables and recipe != "count":
        divide_by = indicator.published.divide_by if indicator.published else 1.0
        column = values.loc[index, published] / divide_by
        _show_published(result, column, statuses.loc[index, published], inputs.estimated)
    hidden = result["status"] != OBSERVED
    result.loc[hidden, ["value", "numerator", "denominator"]] = np.nan
    result["lower"] = result["upper"] = result["value"]
    result["coverage"] = np.where(hidden, np.nan, 1.0)
    result["n_known"] = (~hidden).astype("int64")
    result["n_total"] = 1
    notes = inputs.notes.reindex(index).fillna("")
    reasons = result["status"].map(STATUS_WORDS).fillna("")
    result["note"] = [_joined(reason, note) for reason, note in zip(reasons, notes, strict=True)]
    result["source"] = inputs.sources.reindex(index).fillna("")
    origin = np.where(inputs.official.reindex(index).eq(True), "insee", "oqhs")
    guessed = result.index.isin(inputs.estimated) & result["check"].isna()
    result.loc[guessed, ["lower", "upper"]] = np.nan
    result["origin"] = np.where(hidden, "", np.where(guessed, "oqhs_estimate", origin))
    return result


def _show_published(
    result: pd.DataFrame, values: pd.Series, statuses: pd.Series, estimated: frozenset[str]
) -> None:
    """Put the published figures where they are better than what the counts give, in `result` itself.

    Delivered counts come first, a published figure serves where they are not observed; it stands before
    an estimate of ours, which is kept as its check.
    """
    better = (statuses == OBSERVED) & result.index.isin(estimated)
    result.loc[better, "check"] = result.loc[better, "value"]
    result.loc[better, ["numerator", "denominator"]] = np.nan
    told = (result["status"] == NOT_AVAILABLE) & statuses.notna()
    told |= (result["status"] != OBSERVED) & (statuses == OBSERVED)
    told |= better
    result.loc[told, "value"] = values[told]
    result.loc[told, "status"] = statuses[told]


def _refuse_above_one(name: str, result: pd.DataFrame) -> None:
    above = result[result["numerator"] > result["denominator"]]
    if len(above):
        worst = above.iloc[0]
        raise MeasureError(
            f"a numerator of {name} is above its denominator, for {len(above)} territories",
            found=f"{above.index[0]}: {worst['numerator']:g} of {worst['denominator']:g}",
            allowed="a part of the denominator",
            todo="check the columns the card maps, and that both are of one source",
        )


def _together(
    name: str, indicator: Indicator, recipe: str, inputs: Inputs, catalogue: Catalogue, method: Method
) -> pd.DataFrame:
    """Values of the territories made of others."""
    computers: dict[str, Callable[[], pd.DataFrame]] = {
        "ratio": lambda: _ratio(indicator, inputs, method),
        "count": lambda: _count(indicator, inputs),
        "published": lambda: _weighted(name, indicator, inputs, catalogue, method),
        "mass": lambda: _weighted(name, indicator, inputs, catalogue, method),
        "pooled": lambda: _pooled(indicator, inputs, catalogue, method),
    }
    # Published figures of a median or of a share of masses are not put together as rates of people.
    people = indicator.unit == "percent" and indicator.recipe not in {"pooled", "mass"}
    alone = recipe == "published" and not people
    if inputs.edges.empty or alone:
        return pd.DataFrame()
    result = computers[recipe]()
    members = inputs.edges.groupby("group")["territory"]
    sources = inputs.sources.reindex(inputs.edges["territory"]).fillna("").to_numpy()
    by_group = pd.Series(sources, index=inputs.edges["group"])
    result["source"] = by_group.groupby(level=0).agg(
        lambda ids: "+".join(sorted(set("+".join(ids).split("+")) - {""}))
    )
    result["n_total"] = members.size()
    known = [_known_words(row) for row in result.itertuples()]
    guessed = inputs.edges["territory"].isin(inputs.estimated).groupby(inputs.edges["group"]).any()
    guessed = guessed.reindex(result.index, fill_value=False)
    by_area = inputs.edges["territory"].map(inputs.notes.str.contains(_BY_AREA)).eq(True)
    by_area = by_area.groupby(inputs.edges["group"]).any().reindex(result.index, fill_value=False)
    estimates = guessed.map({True: _GUESSED, False: ""}).where(
        ~(guessed & by_area), f"{_GUESSED}, {_BY_AREA}"
    )
    told = zip(known, result["note"], estimates, strict=True)
    result["note"] = [_joined(*parts) for parts in told]
    result = result.drop(columns="lacking")
    result.loc[guessed, ["lower", "upper"]] = np.nan
    estimated = (result["coverage"] < 1) | result.pop("estimated") | guessed
    origin = np.where(estimated, "oqhs_estimate", "oqhs")
    result["origin"] = np.where(result["status"] == OBSERVED, origin, "")
    return result


def _known_words(row: Any) -> str:
    """Say what is known of the members of a territory; nothing when all of it is."""
    if row.status == OBSERVED and not row.coverage < 1:
        return ""
    if row.status == NOT_APPLICABLE:
        return "dénominateur nul"
    if row.n_known == 0:
        return f"{row.lacking} pour aucun des {row.n_total} territoires"
    words = {OBSERVED: "partiel", NOT_COVERED: "couverture insuffisante"}.get(row.status, "non disponible")
    share = ""
    if not np.isnan(row.coverage):
        # What is not whole never reads as 100 %.
        percent = 100.0 if row.coverage == 1 else min(100 * row.coverage, _ALMOST_ALL)
        share = f", {format_number(percent, 1)} % {_COVERED[row.covered_by]}"
    return f"{words} : {row.n_known} des {row.n_total} territoires{share}"


def _joined(*parts: str) -> str:
    return " ; ".join(part for part in parts if part)


def _members(inputs: Inputs) -> pd.DataFrame:
    members = inputs.edges[["group", "territory"]].reset_index(drop=True)
    people = inputs.values["population"] if "population" in inputs.values else pd.Series(dtype="float64")
    members["fallback"] = people.reindex(members["territory"]).to_numpy()
    return members


def _column(frame: pd.DataFrame, names: Sequence[str], territories: pd.Series) -> np.ndarray:
    """Sum of columns for territories; missing where one of them is."""
    if not set(names) <= set(frame.columns):
        return np.full(len(territories), np.nan)
    return np.asarray(frame[list(names)].sum(axis=1, skipna=False).reindex(territories))


def _member_status(inputs: Inputs, names: Sequence[str], territories: pd.Series) -> np.ndarray:
    known = inputs.statuses.reindex(index=territories.unique(), columns=list(names))
    return np.asarray(worst_status(known.astype(object)).reindex(territories), dtype=object)


def _ratio(indicator: Indicator, inputs: Inputs, method: Method) -> pd.DataFrame:
    members = _members(inputs)
    counts = indicator.numerator.variables if indicator.numerator else ()
    bases = indicator.denominator.variables if indicator.denominator else ()
    members["mass"] = _column(inputs.values, counts, members["territory"])
    members["weight"] = _column(inputs.values, bases, members["territory"])
    members["member_status"] = _member_status(inputs, [*counts, *bases], members["territory"])
    result = share_of_sums(members, method.couverture_min)
    result[["value", "lower", "upper"]] *= scale_of(indicator)
    return result.assign(note="", lacking=_NO_COUNT, estimated=False)


def _count(indicator: Indicator, inputs: Inputs) -> pd.DataFrame:
    """Sum of counts: whole, or nothing."""
    members = _members(inputs)
    counts = indicator.numerator.variables if indicator.numerator else ()
    members["mass"] = _column(inputs.values, counts, members["territory"])
    members["status"] = _member_status(inputs, counts, members["territory"])
    grouped = members.groupby("group")
    total = strict_sum(members["mass"], members["group"])
    known = grouped["mass"].count()
    size = grouped.size()
    result = pd.DataFrame(index=total.index, columns=AGGREGATE_COLUMNS, dtype="float64")
    result["covered_by"] = "weight"
    result["value"] = result["numerator"] = result["lower"] = result["upper"] = total
    result["n_known"], result["n_total"] = known, size
    result["coverage"] = np.where(known == size, 1.0, np.nan)
    hidden = most_telling(members["status"], members["group"])
    result["status"] = np.where(known == 0, hidden, np.where(known == size, OBSERVED, NOT_AVAILABLE))
    return result.assign(note="", lacking=_NO_COUNT, estimated=False)


def _weighted(
    name: str, indicator: Indicator, inputs: Inputs, catalogue: Catalogue, method: Method
) -> pd.DataFrame:
    """Weight published rates by what they are rates of, or by the best proxy at hand."""
    members = _members(inputs)
    published = published_variable(name, indicator)
    rates = _column(inputs.values, [published], members["territory"]) / scale_of(indicator)
    status = _member_status(inputs, [published], members["territory"])
    weight, cover, notes, estimated = choose_weights(
        indicator, inputs, catalogue, members, status == OBSERVED
    )
    members["weight"] = weight
    members["mass"] = rates * weight
    members["member_status"] = np.where((status == OBSERVED) & np.isnan(weight), NOT_AVAILABLE, status)
    if any(len(product) > 1 for product in indicator.weights):
        members["cover"] = cover
    if indicator.richer_by is not None:
        members["ceiling"] = ceiling_of(indicator.richer_by, inputs, members)
        capped = members["ceiling"].notna() & (members["member_status"] != OBSERVED)
        groups = sorted(set(members.loc[capped, "group"]))
        notes[groups] = [_joined(note, _RICHER) for note in notes[groups]]
    result = share_of_sums(members, method.couverture_min)
    result[["value", "lower", "upper"]] *= scale_of(indicator)
    unweighted = (notes == NO_WEIGHT) & (result["n_known"] == 0)
    lacking = np.where(unweighted, "valeurs pondérées", "valeur connue")
    return result.assign(note=notes, lacking=lacking, estimated=estimated)


def _pooled(indicator: Indicator, inputs: Inputs, catalogue: Catalogue, method: Method) -> pd.DataFrame:
    """Median of the members together, from their quantiles."""
    members = _members(inputs)
    columns = {p: v for p, v in sorted((indicator.quantiles or {}).items()) if v in inputs.values}
    table = inputs.values.reindex(members["territory"])[list(columns.values())]
    table = table.set_axis(list(columns), axis=1).reset_index(drop=True)
    status = _member_status(inputs, [published_variable("", indicator)], members["territory"])
    reached = table.loc[:, table.columns <= _MEDIAN].notna().any(axis=1) & table.loc[
        :, table.columns >= _MEDIAN
    ].notna().any(axis=1)
    known = ((table.notna().sum(axis=1) > 1) & reached).to_numpy()
    weight, _, notes, _ = choose_weights(indicator, inputs, catalogue, members, known)
    members["weight"] = weight
    members["mass"] = np.where(known, weight, np.nan)
    usable = known & ~np.isnan(weight)
    masked = np.where(status == OBSERVED, NOT_AVAILABLE, status)
    members["member_status"] = np.where(usable, OBSERVED, masked)
    result = share_of_sums(members, method.couverture_min)
    divide_by = indicator.published.divide_by if indicator.published else 1.0
    for group, rows in members.groupby("group").groups.items():
        result.loc[group, ["value", "numerator", "denominator", "lower", "upper"]] = np.nan
        if result.loc[group, "status"] != OBSERVED:
            continue
        used = rows[known[rows]]
        try:
            median = pooled_quantile(
                table.loc[used], members.loc[used, "weight"], max_width=method.quantile_largeur_max
            )
        except MeasureError:
            result.loc[group, "status"] = NOT_AVAILABLE
            notes[group] = _joined(notes[group], "médiane non calculable : les déciles ne la situent pas")
            continue
        result.loc[group, "value"] = median / divide_by
    return result.assign(note=notes, lacking="distribution connue", estimated=True)

"""What two editions have in common: the territories that are the same, and one perimeter for both."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from oqhs.editions import EditionFile, IndicatorRecipe, SideInputs
from oqhs.entries import Indicator
from oqhs.geography import Geography
from oqhs.measures.crosswalk import (
    ENLARGED,
    ENTERED,
    MERGED,
    REDUCED,
    RESHAPED,
    SPLIT,
    UNCHANGED,
    UNDETERMINED,
    crosswalk,
    relations_of,
)

SAME = "même périmètre"
UNCHANGED_BASIS = "quartier inchangé"
_REDRAWN = ("commune", "ept")


def same_territories(
    before: Geography,
    after: Geography,
    passage: pd.DataFrame,
    perimeters: tuple[str, str],
    thresholds: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Tell which territories of an edition are those of an earlier one.

    A quartier is when both editions are on one perimeter, or when the crosswalk finds it unchanged; a
    commune when its code is there at both dates, drawn alike; an EPT when it holds the same communes; the
    département always; all the quartiers, and what is outside them, on one perimeter only.

    Parameters
    ----------
    before, after : Geography
        Territories of the two editions.
    passage : DataFrame
        Crosswalk from the quartiers of the first to those of the second.
    perimeters : tuple of str
        Perimeter of the quartiers at both dates.
    thresholds : mapping, optional
        Those of a crosswalk, for the communes.

    Returns
    -------
    DataFrame
        One row per territory and pooled comparator of `after`: `territory`, `territory_before` (missing
        when it is not the same), `relation` (of a quartier, from the crosswalk), `basis` and `why`, both
        in French, and `mendable`: whether counts by IRIS would bring it to one perimeter.
    """
    kinds = after.territories.set_index("territory")["kind"]
    codes = [*sorted(kinds.index), *sorted(_pooled(after))]
    same = pd.DataFrame({"territory": pd.Series(codes, dtype="str")})
    same["kind"] = same["territory"].map(kinds).fillna("pooled")
    found = relations_of(passage).query("side == 'new'").set_index("territory")
    same["relation"] = same["territory"].map(found["relation"]).fillna("")
    one_perimeter = perimeters[0] == perimeters[1]
    if one_perimeter:
        stay = same["territory"].isin(before.territories["territory"])
        earlier = same["territory"].where(stay & ~same["kind"].isin([*_REDRAWN, "pooled"]))
    else:
        counterpart = same["territory"].map(found["counterparts"])
        earlier = counterpart.where(same["relation"] == UNCHANGED)
        earlier = earlier.mask(same["kind"] == "departement", same["territory"])
    alike = _drawn_alike(same["territory"], before, after, thresholds)
    same["territory_before"] = earlier.mask(alike, same["territory"])
    drawn = bool(before.of_kind("commune") and after.of_kind("commune"))
    of_quartier = (same["kind"] == "qpv") & ~one_perimeter
    same["basis"] = np.where(of_quartier, UNCHANGED_BASIS, SAME)
    same["basis"] = same["basis"].where(same["territory_before"].notna(), "")
    same["why"] = [
        _why(row.kind, row.relation, perimeters, drawn=drawn) if pd.isna(row.territory_before) else ""
        for row in same.itertuples()
    ]
    same["mendable"] = same["kind"].isin(["qpv", "regroupement", "ensemble_qpv"])
    return same.drop(columns="kind")


def _pooled(geography: Geography) -> set[str]:
    """Give the comparators made of several communes or EPT."""
    return {code for kind in _REDRAWN for code in geography.comparators(kind).dropna() if "+" in code}


def _drawn_alike(
    territories: pd.Series, before: Geography, after: Geography, thresholds: Mapping[str, float] | None
) -> np.ndarray:
    """Whether each is a commune or an EPT drawn alike at both dates, or is made of such at both dates."""
    communes = _communes_alike(before, after, thresholds)
    alike = communes | _epts_alike(before, after, communes)
    parts = territories.str.split("+", regex=False)
    entered = territories.isin(_pooled(after) - _pooled(before)).to_numpy(dtype=bool)
    whole = np.array([set(codes) <= alike for codes in parts], dtype=bool)
    whole[entered] = False
    return whole


def _why(kind: str, relation: str, perimeters: tuple[str, str], *, drawn: bool) -> str:
    """Say why a territory is not the same at both dates."""
    if not drawn and (kind in _REDRAWN or kind == "pooled"):
        return "la couche des communes manque à l'une des deux éditions"
    if kind == "pooled":
        return "le territoire de comparaison n'existe pas à la première date, ou n'a pas les mêmes limites"
    if kind in _REDRAWN:
        return "le territoire de comparaison n'a pas les mêmes limites aux deux dates"
    if perimeters[0] == perimeters[1]:
        return "ce territoire n'existe pas à la première date"
    first, last = (perimeter.removeprefix("qpv") for perimeter in perimeters)
    if kind != "qpv":
        return f"les quartiers de {first} ne sont pas ceux de {last}"
    return f"{_QUARTIERS[relation]} entre {first} et {last} : deux périmètres ne se comparent pas"


_QUARTIERS = {
    ENLARGED: "quartier agrandi",
    REDUCED: "quartier réduit",
    RESHAPED: "quartier remanié",
    MERGED: "quartier issu d'une fusion",
    SPLIT: "quartier issu d'une scission",
    ENTERED: "quartier entré",
    UNDETERMINED: "quartier dont le tracé manque",
}


def _communes_alike(before: Geography, after: Geography, thresholds: Mapping[str, float] | None) -> set[str]:
    """Communes that are there at both dates, drawn alike."""
    layers = [one.territories[one.territories["kind"] == "commune"] for one in (before, after)]
    first, last = (layer[layer.geometry.notna()] for layer in layers)
    if first.empty or last.empty:
        return set()
    shared = set(first["territory"]) & set(last["territory"])
    if set(first["perimeter"]) == set(last["perimeter"]):
        return shared
    passage = crosswalk(first, last, thresholds=thresholds)
    unmoved = passage[(passage["relation"] == UNCHANGED) & (passage["code_old"] == passage["code_new"])]
    return set(unmoved["code_new"])


def _epts_alike(before: Geography, after: Geography, communes: set[str]) -> set[str]:
    """EPT that hold the same communes at both dates, drawn alike as far as the layers reach."""
    redrawn = {*before.of_kind("commune"), *after.of_kind("commune")} - communes
    first, last = (one.edges("reference").groupby("group")["territory"].agg(set) for one in (before, after))
    epts = after.of_kind("ept")
    return {
        code
        for code in epts
        if code in first and code in last and first[code] == last[code] and not first[code] & redrawn
    }


def on_perimeter_of(
    file: EditionFile,
    target: EditionFile,
    indicators: Mapping[str, Indicator],
    counted_by_iris: Callable[[str, IndicatorRecipe], tuple[str, ...]],
) -> EditionFile | None:
    """Rewrite an edition on the quartiers of another one.

    Its indicators are those whose counts the edition has by IRIS, all of them estimated, without
    references: those stand on their own perimeter. The people of the IRIS are shared by the cells of the
    target, so that one method serves both dates.

    Parameters
    ----------
    file : EditionFile
        The edition to rewrite.
    target : EditionFile
        The edition whose quartiers are wanted.
    indicators : mapping
        Indicators of the catalogue, by id.
    counted_by_iris : callable
        Gives the cards of an indicator that hold its counts by IRIS.

    Returns
    -------
    EditionFile or None
        None when nothing can be estimated.
    """
    kept = {}
    for name, recipe in file.indicators.items():
        cards = counted_by_iris(name, recipe)
        if cards and "estimate" in indicators[name].recipes:
            inputs = SideInputs(qpv=cards)
            kept[name] = recipe.model_copy(update={"recipe": "estimate", "inputs": inputs})
    if not kept or file.territories.iris is None:
        return None
    own = file.territories
    territories = target.territories.model_copy(update={"iris": own.iris})
    return target.model_copy(update={"territories": territories, "indicators": kept})

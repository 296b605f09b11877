"""The counts that the département holds, as an edition would tell them: cells, and what binds them.

A cell is a count of people in a territory and a year. Whoever reads the edition knows what adds up to what:
quartiers to all of them, communes to EPT and département, sexes to everybody; and what is left once a part
is taken off a whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from oqhs.errors import DataError, MeasureError, Problem
from oqhs.geography import Geography
from oqhs.held_sums import (
    SIDES,
    Cell,
    Gathered,
    bind_communes,
    bind_members,
    bind_outside,
    bind_people,
    cells_named,
)
from oqhs.measures.inputs import published_variable
from oqhs.observed import ObservedEdition
from oqhs.secrecy import Relation
from oqhs.text import NOT_APPLICABLE, OBSERVED

_TERM_COLUMNS = ["indicator", "territory", "side", "cell", "seen", "known"]
_OF_OBSERVATION = ["indicator", "territory", "cell"]
_OF_COUNT = ["variable", "territory", "year"]
#: What losing a cell costs, by kind of territory, and of a whole that has parts: a total is worth many.
_COSTS = {"qpv": 1.0, "commune": 4.0, "regroupement": 4.0}
_TOTAL_COST, _WHOLE_COST = 200.0, 3.0
_AS_COUNTS = (
    "give the indicator a numerator (and a denominator) instead of `published`, and recipe count or ratio"
)
_BY_QUARTIER = "ask for the counts by quartier: who holds the file can place its people"


@dataclass(frozen=True, eq=False)
class Held:
    """Counts of an edition that are under its own secrecy.

    Attributes
    ----------
    cells : mapping
        By name. `shown` says whether the edition gives it, `least` is the threshold of its source.
    relations : tuple of mappings
        Coefficients of cells whose sum is 0.
    pairs : tuple of (part, base)
        Cells of a trait and of the people it is asked of.
    terms : DataFrame
        `indicator`, `territory`, `cell`: what an observation is made of.
    unknown : DataFrame
        The same: denominators an aggregate lacks, of which its coverage tells.
    cards : frozenset of str
        Every card of those sources, also those that only say again what another one says.
    """

    cells: Mapping[str, Cell]
    relations: tuple[Relation, ...]
    pairs: tuple[tuple[str, str], ...]
    terms: pd.DataFrame
    unknown: pd.DataFrame
    cards: frozenset[str]


def held_counts(edition: ObservedEdition) -> Held:
    """Gather the counts of an edition that come from sources the catalogue says to protect.

    Parameters
    ----------
    edition : ObservedEdition

    Returns
    -------
    Held
        Without a cell when the edition has no such source.

    Raises
    ------
    MeasureError
        A protected count is estimated, shown otherwise than as a count or a ratio of counts, or added to
        that of another source.
    DataError
        A protected source gives a rate without its counts, a protected count is not whole, two protected
        cards give two figures of one count, or the parts of a territory hold more than it does.
    """
    measured = _measured(edition)
    if measured.empty:
        nothing = pd.DataFrame(columns=_OF_OBSERVATION, dtype="str")
        return Held({}, (), (), nothing, nothing, frozenset())
    found = Gathered()
    costs = _costs(edition)
    for row in measured.itertuples():
        found.add(str(row.cell), _cell(row, float(row.value), costs))
    terms = _terms(edition, measured, found, costs)
    geography = edition.geography
    edges = pd.concat([geography.edges("qpv"), geography.edges("reference")])[["group", "territory"]]
    _bind_places(found, geography, edges, measured, terms)
    pairs = bind_people(found, edition.observatory.catalogue.variables, _ratios(terms))
    if found.problems:
        raise DataError.gather(found.problems)
    return Held(
        found.cells,
        tuple(found.relations.values()),
        pairs,
        terms[_OF_OBSERVATION],
        _lacking(terms, edges),
        frozenset(_protected_cards(edition)),
    )


def _bind_places(
    found: Gathered, geography: Geography, edges: pd.DataFrame, measured: pd.DataFrame, terms: pd.DataFrame
) -> None:
    """Say how the territories add up, as observed then as measured."""
    for _, rows in terms.groupby(["indicator", "side"]):
        cells = rows.set_index("territory")["cell"]
        seen, known = (rows[name].to_numpy(dtype=bool) for name in ("seen", "known"))
        bind_members(found, edges, cells[seen], cells[known])
        bind_outside(found, geography, cells[seen].to_dict())
    for _, rows in measured.groupby(["variable", "year"]):
        cells = rows.set_index("territory")["cell"]
        bind_members(found, edges, cells, cells)
    bind_communes(found, geography)
    for places in found.by_place().values():
        bind_outside(found, geography, places)


def _protected_cards(edition: ObservedEdition) -> dict[str, float]:
    """Give the cards whose source is protected, each with its threshold."""
    catalogue, cards = edition.observatory.catalogue, edition.observatory.cards
    names = {card: catalogue.sources[cards[card].source].protected for card in edition.cards}
    return {card: edition.materials.threshold(name) for card, name in names.items() if name is not None}


def _measured(edition: ObservedEdition) -> pd.DataFrame:
    """Give the protected counts as the files hold them, each with its threshold and its cell."""
    cards = _protected_cards(edition)
    _refuse_recipes(edition, set(cards))
    rows = edition.measurements if cards else pd.DataFrame(columns=["source", "status"])
    rows = rows[rows["source"].isin(cards) & (rows["status"] == OBSERVED)]
    if rows.empty:
        return rows
    names = set(rows["variable"])
    counted = {name: edition.observatory.catalogue.variable(name).is_count for name in names}
    _refuse_rows(
        rows[~rows["variable"].map(counted)],
        "a protected source gives a rate without its counts",
        "counts, of which the rate is worked out",
        "map the columns of the counts instead of that of the rate",
    )
    _refuse_rows(
        rows[rows["value"] != np.floor(rows["value"])],
        "a protected count is not a whole number of people",
        "whole numbers",
        "ask for the counts as they are, neither weighted nor rounded",
    )
    kept = _once(rows.assign(least=rows["source"].map(cards)))
    return kept.assign(cell=cells_named(kept, edition.file.perimeter), shown=True)


def _once(rows: pd.DataFrame) -> pd.DataFrame:
    """Give each count once, with the highest of its thresholds; refuse cards that contradict each other."""
    by_count = rows.groupby(_OF_COUNT)
    wrong = rows[by_count["value"].transform("nunique") > 1]
    if len(wrong):
        raise DataError.gather(
            Problem(
                "protected cards give two figures of one count",
                column=f"{variable} of {territory} in {year}",
                found=", ".join(f"{row.value:g} in card {row.source}" for row in told.itertuples()),
                allowed="one figure per count",
                todo="correct the file that is wrong, or leave its card out of the edition",
            )
            for (variable, territory, year), told in wrong.groupby(_OF_COUNT)
        )
    return rows.assign(least=by_count["least"].transform("max")).drop_duplicates(_OF_COUNT)


def _refuse_rows(wrong: pd.DataFrame, what: str, allowed: str, todo: str) -> None:
    if len(wrong):
        row = wrong.iloc[0]
        place = f"{row['variable']} of {row['territory']} in card {row['source']}"
        raise DataError(what, column=place, found=row["value"], allowed=allowed, todo=todo)


def _refuse_recipes(edition: ObservedEdition, cards: set[str]) -> None:
    """Refuse protected counts that are not shown as counts or ratios of counts.

    What else would be shown of them is no sum, and what it gives away is not worked out.
    """
    catalogue = edition.observatory.catalogue
    for name, recipe in edition.file.indicators.items():
        used = sorted({*recipe.inputs.qpv, *recipe.inputs.reference} & cards)
        indicator = catalogue.indicator(name)
        asked = recipe.recipe or indicator.recipe
        # A ratio shows the published figure of a territory whose counts are not there.
        shown = catalogue.variables.get(published_variable(name, indicator))
        if not used or asked == "count" or (asked == "ratio" and not (shown and shown.is_count)):
            continue
        what, todo = "a protected count is shown as a published figure", _AS_COUNTS
        if asked == "estimate":
            what, todo = "a protected count is estimated from the IRIS", _BY_QUARTIER
        elif asked not in {"published", "ratio"}:
            what = "a protected count is not shown as a count"
        raise MeasureError(
            what,
            file=f"editions/{edition.file.edition}.yaml",
            column=f"indicators.{name}.recipe",
            found=f"{asked}, from {', '.join(used)}",
            allowed="count or ratio, of the counts of the territories themselves",
            todo=todo,
        )


def _costs(edition: ObservedEdition) -> dict[str, float]:
    kinds = edition.territories.set_index("territory")["kind"]
    costs: dict[str, float] = kinds.map(_COSTS).dropna().to_dict()
    wholes = [name for name, one in edition.observatory.catalogue.variables.items() if one.parts]
    return costs | dict.fromkeys(wholes, _WHOLE_COST)


def _cell(row: Any, value: float, costs: Mapping[str, float]) -> Cell:
    cost = costs.get(row.territory, _TOTAL_COST) * costs.get(row.variable, 1.0)
    return Cell(row.variable, row.territory, int(row.year), value, True, float(row.least), cost)


def _terms(
    edition: ObservedEdition, measured: pd.DataFrame, found: Gathered, costs: Mapping[str, float]
) -> pd.DataFrame:
    """Add the protected terms of every observation, and give them: `_TERM_COLUMNS`.

    A term is `seen` when the observation gives it, `known` when an aggregate counts it too.
    """
    catalogue = edition.observatory.catalogue
    least = measured.groupby("variable")["least"].max()
    frames = []
    observations = edition.observations
    for name, recipe in edition.file.indicators.items():
        held = set(measured.loc[measured["year"] == recipe.year, "variable"])
        rows = observations[observations["indicator"] == name]
        for side in SIDES:
            term = getattr(catalogue.indicator(name), side)
            if term is None or not held & set(term.variables):
                continue
            _refuse_mixture(name, side, set(term.variables) - held)
            told = pd.DataFrame(
                {
                    "indicator": name,
                    "territory": rows["territory"].to_numpy(),
                    "variable": "+".join(term.variables),
                    "year": recipe.year,
                    "side": side,
                    "least": float(least[list(term.variables)].max()),
                    "value": rows[side].to_numpy(),
                }
            )
            told["seen"] = told["value"].notna()
            told["known"] = told["seen"] | (rows["status"] == NOT_APPLICABLE).to_numpy()
            frames.append(_named(told, edition.file.perimeter, found, costs))
            _bind_variables(frames[-1], term.variables, found)
    if not frames:
        return pd.DataFrame(columns=_TERM_COLUMNS).astype({"seen": "bool", "known": "bool"})
    return pd.concat(frames, ignore_index=True)[_TERM_COLUMNS]


def _named(told: pd.DataFrame, perimeter: str, found: Gathered, costs: Mapping[str, float]) -> pd.DataFrame:
    """Add the cells of terms that are seen; a term that is not has the cell of its count, if there is one."""
    cells = cells_named(told, perimeter).tolist()
    for place, row in enumerate(told.itertuples()):
        if row.seen:
            cells[place] = found.add(cells[place], _cell(row, float(row.value), costs), str(row.indicator))
    named = told.assign(cell=cells)
    return named[named["cell"].isin(found.cells)]


def _bind_variables(told: pd.DataFrame, variables: tuple[str, ...], found: Gathered) -> None:
    """Say that a sum of variables is the sum of their cells, where files give them all."""
    if len(variables) == 1:
        return
    for cell in told.loc[told["seen"], "cell"]:
        parts = [cell.replace("+".join(variables), variable, 1) for variable in variables]
        if set(parts) <= set(found.cells):
            found.bind([cell], parts, "", closed=True, strict=False)


def _refuse_mixture(name: str, side: str, others: set[str]) -> None:
    if others:
        raise MeasureError(
            "protected counts are added to counts of another source",
            column=f"indicators.{name}.{side}",
            found=", ".join(sorted(others)),
            allowed="variables of one protected source",
            todo="give them in one table",
        )


def _ratios(terms: pd.DataFrame) -> list[tuple[str, str]]:
    """Cells of the shares whose two terms are protected."""
    sides = [terms[terms["seen"] & (terms["side"] == side)] for side in SIDES]
    both = sides[0].merge(sides[1], on=["indicator", "territory"])
    return list(zip(both["cell_x"], both["cell_y"], strict=True))


def _lacking(terms: pd.DataFrame, edges: pd.DataFrame) -> pd.DataFrame:
    """Denominators that aggregates lack."""
    unseen = terms[~terms["known"] & (terms["side"] == SIDES[1])]
    pairs = edges.merge(unseen[_OF_OBSERVATION], on="territory")
    return pairs.assign(territory=pairs["group"])[_OF_OBSERVATION]

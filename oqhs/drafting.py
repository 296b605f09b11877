"""Drafts of editions: from the files that are there, or from another edition."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from oqhs.arrivals import overtakes
from oqhs.drafting_maps import drafted_on_the_map, drafted_walking
from oqhs.editions import EditionFile, IndicatorRecipe, SideInputs, TerritoryInputs
from oqhs.entries import Indicator, Recipe
from oqhs.errors import CatalogueError, DataError
from oqhs.measures.inputs import counts_of, published_variable, variables_of, weights_of
from oqhs.observatory import Observatory
from oqhs.territories import departement_of, kinds_of, measures_kind

_HEAD = """\
# Édition {edition}, ébauchée par « oqhs edition new » {origin}.
# Pour chaque indicateur : la recette, l'année des données et les fiches des fichiers d'entrée.
"""


def draft_from(observatory: Observatory, edition: int, model: int) -> EditionFile:
    """Draft an edition from another one, with the newest files of the same layouts.

    An indicator moves to a later year only when both of its sides have it.

    Parameters
    ----------
    observatory : Observatory
        Data folder.
    edition, model : int
        Year of the new edition, and of the one it follows.

    Raises
    ------
    UnknownError
        There is no edition `model`.
    """
    past = observatory.edition(model).file
    indicators = {name: _moved(observatory, recipe, edition) for name, recipe in past.indicators.items()}
    since = past.since if past.since is not None and past.since < edition else None
    return past.model_copy(update={"edition": edition, "since": since, "indicators": indicators})


def _moved(observatory: Observatory, recipe: IndicatorRecipe, edition: int) -> IndicatorRecipe:
    """Move an indicator to the last year, up to the edition, that follows all the cards of its year."""
    cards = observatory.cards
    # Counts by IRIS beside those of an order serve comparisons: they follow when they can.
    optional = {
        card
        for card in recipe.inputs.qpv
        if recipe.recipe != "estimate" and measures_kind(observatory.read(card).frame, "iris")
    }
    named = [card for side in (recipe.inputs.qpv, recipe.inputs.reference) for card in side]
    dated = [card for card in named if card not in optional]
    followers = {
        name: {
            other.year: other.id
            for other in reversed(cards.values())
            if overtakes(other, cards[name]) and (other.year or 0) <= edition
        }
        for name in named
        if cards[name].year == recipe.year
    }
    needed = [set(followers[name]) for name in dated if name in followers]
    common = set.intersection(*needed) if needed else set()
    if not common:
        return recipe
    year = max(one for one in common if one is not None)
    inputs = {
        side: tuple(
            followers[name][year] if name in followers else name
            for name in names
            if name not in optional or year in followers.get(name, {})
        )
        for side, names in (("qpv", recipe.inputs.qpv), ("reference", recipe.inputs.reference))
    }
    return recipe.model_copy(update={"year": year, "inputs": SideInputs(**inputs)})


def _last_before(observatory: Observatory, edition: int, departement: str) -> int | None:
    """Give the last earlier edition of a département, if there is one."""
    earlier = [observatory.edition(year).file for year in observatory.editions if year < edition]
    return max((one.edition for one in earlier if one.departement == departement), default=None)


def draft_new(observatory: Observatory, edition: int, departement: str, perimeter: str) -> EditionFile:
    """Draft an edition from the files that are there.

    Each indicator takes the last year, up to that of the edition, that a file gives for quartiers of
    the perimeter: counts first, then a published figure, then an estimate from the IRIS. Its reference
    is what gives the same variables of the same year for communes or for the département. What is measured
    on the map takes the last layers and streets. An indicator nothing is found for is left out.

    Parameters
    ----------
    observatory : Observatory
        Data folder.
    edition : int
        Year of the edition.
    departement, perimeter : str
        Code of the département, and perimeter of its quartiers.

    Raises
    ------
    DataError
        No layer holds quartiers of the département on that perimeter, or no indicator can be computed.
    """
    layers, tables = _held(observatory)
    territories = _territories(observatory, layers, departement, perimeter)
    figures = _figures(tables, departement, perimeter)
    indicators = {}
    for name, indicator in observatory.catalogue.indicators.items():
        recipe = _recipe(name, indicator, figures, edition, territories)
        if recipe is not None:
            indicators[name] = recipe
    walking = drafted_walking(observatory, edition, figures, territories.cells)
    indicators |= drafted_on_the_map(observatory, edition, walking)
    indicators = {name: indicators[name] for name in observatory.catalogue.indicators if name in indicators}
    if not indicators:
        raise DataError(
            "no file gives an indicator for the quartiers of this département",
            file=observatory.folder / "raw",
            found=", ".join(observatory.cards),
            allowed=f"figures of quartiers of {departement} on {perimeter}, or by IRIS with a layer of IRIS",
            todo="add the files with `oqhs add`",
        )
    return EditionFile(
        edition=edition,
        departement=departement,
        perimeter=perimeter,
        since=_last_before(observatory, edition, departement),
        territories=territories,
        walking=walking,
        indicators=indicators,
    )


def _held(observatory: Observatory) -> tuple[dict[str, pd.DataFrame], dict[str, pd.DataFrame]]:
    """Layers and memberships on one side, measurements on the other, by card."""
    frames = {name: observatory.read(name).frame for name in observatory.cards}
    tables = {name: frame for name, frame in frames.items() if "variable" in frame}
    return {name: frame for name, frame in frames.items() if name not in tables}, tables


def _territories(
    observatory: Observatory, layers: dict[str, pd.DataFrame], departement: str, perimeter: str
) -> TerritoryInputs:
    """Choose the layers: the last ones that hold something of the département."""

    def of_kind(kind: str) -> list[str]:
        return [
            name
            for name, frame in layers.items()
            if "kind" in frame
            and set(frame["kind"]) == {kind}
            and (departement_of(frame["territory"]) == departement).any()
            and (kind != "qpv" or (frame["perimeter"] == perimeter).any())
        ]

    def of_parents(children: str, parents: str) -> list[str]:
        return [
            name
            for name, frame in layers.items()
            if "parent" in frame
            and set(kinds_of(frame["territory"])["kind"]) == {children}
            and set(kinds_of(frame["parent"])["kind"]) == {parents}
            and (children != "qpv" or set(kinds_of(frame["territory"])["perimeter"]) == {perimeter})
        ]

    def last(names: Iterable[str]) -> str | None:
        cards = observatory.cards
        return max(names, key=lambda name: (cards[name].perimeter or "", cards[name].obtained), default=None)

    quartiers = last(of_kind("qpv"))
    if quartiers is None:
        raise DataError(
            f"no layer holds the quartiers of {departement} on perimeter {perimeter}",
            file=observatory.folder / "raw",
            allowed="the perimeters of the quartiers, for example from the ANCT",
            todo="add the layer with `oqhs add FILE`",
        )
    grids = [name for name, card in observatory.cards.items() if card.layout == "carreaux_200m"]
    return TerritoryInputs(
        qpv=quartiers,
        communes=last(of_kind("commune")),
        epts=last(of_parents("commune", "ept")),
        parts=last(of_parents("qpv", "commune")),
        iris=last(of_kind("iris")),
        cells=last(grids),
        attributes=last(name for name, frame in layers.items() if "attribute" in frame),
    )


def _figures(tables: dict[str, pd.DataFrame], departement: str, perimeter: str) -> pd.DataFrame:
    """Count the territories of the département each card gives a variable of a year for, by kind."""
    found = [pd.DataFrame(columns=["variable", "year", "kind", "card", "n"])]
    for card, frame in tables.items():
        rows = frame.loc[frame["status"] == "observed", ["variable", "territory", "perimeter", "year"]]
        rows = rows.astype({"variable": "str", "territory": "str", "perimeter": "str"})
        shapes = kinds_of(rows["territory"])
        own = (departement_of(rows["territory"]) == departement) | (
            rows["territory"].isin([departement, f"QPV-{departement}"])
        )
        of_quartiers = shapes["kind"].isin(["qpv", "ensemble_qpv"])
        here = own & (~of_quartiers | (rows["perimeter"] == perimeter))
        held = rows[here].assign(kind=shapes["kind"]).groupby(["variable", "year", "kind"]).size()
        found.append(held.rename("n").reset_index().assign(card=card))
    return pd.concat([one for one in found if len(one)] or found[:1], ignore_index=True)


def _recipe(
    name: str, indicator: Indicator, figures: pd.DataFrame, edition: int, territories: TerritoryInputs
) -> IndicatorRecipe | None:
    """Choose the year, the recipe and the cards of an indicator."""
    counts = [*(indicator.numerator.variables if indicator.numerator else ())]
    counts += indicator.denominator.variables if indicator.denominator else ()
    published = [published_variable(name, indicator)]
    own: Recipe = indicator.recipe if indicator.recipe in {"pooled", "mass"} else "published"
    ways: list[tuple[Recipe, str, list[str]]] = [(own, "qpv", published)]
    if counts:
        ways.insert(0, ("count" if indicator.recipe == "count" else "ratio", "qpv", counts))
        ways += [("estimate", "iris", counts)] if territories.iris is not None else []
    for recipe, kind, variables in ways:
        held = figures[(figures["kind"] == kind) & figures["variable"].isin(variables)]
        held = held[held["year"] <= edition]
        complete = held.groupby("year")["variable"].nunique() == len(variables)
        years = [int(year) for year in complete.index[complete]]
        if years and recipe in indicator.recipes:
            # Without a layer of communes, only what is published for the département is a reference.
            known = figures if territories.communes is not None else figures[figures["kind"] != "commune"]
            with_iris = territories.iris is not None
            return _at_year(name, indicator, known, recipe, kind, max(years), with_iris=with_iris)
    return None


def _at_year(
    name: str,
    indicator: Indicator,
    figures: pd.DataFrame,
    recipe: Recipe,
    kind: str,
    year: int,
    *,
    with_iris: bool,
) -> IndicatorRecipe:
    """Choose the cards of each side for a year; weights come from the year nearest to it."""
    own = figures[figures["variable"].isin(variables_of(name, indicator)) & (figures["year"] == year)]
    weights = figures[figures["variable"].isin(weights_of(indicator))]
    distance = (weights["year"] - year).abs()
    weights = weights[distance == distance.groupby(weights["variable"]).transform("min")]
    weights = weights.iloc[:0] if recipe in {"ratio", "count", "estimate"} else weights

    def cards(*kinds: str) -> tuple[str, ...]:
        given = _largest(own, kinds)
        return (*given, *(card for card in _largest(weights, kinds) if card not in given)) if given else ()

    reference = cards("commune", "departement")
    told = set(own.loc[own["kind"].isin(["commune", "departement"]), "variable"])
    if recipe in {"ratio", "count", "estimate"} and not set(counts_of(indicator)) <= told:
        reference = cards("iris") or reference  # IRIS add up to communes
    # Counts by IRIS beside those of the quartiers bring two dates to one perimeter.
    also = ["iris"] if recipe in {"ratio", "count"} and with_iris else []
    quartiers = cards(kind, "ensemble_qpv")
    quartiers += tuple(card for card in cards(*also) if card not in quartiers)
    return IndicatorRecipe(year=year, recipe=recipe, inputs=SideInputs(qpv=quartiers, reference=reference))


def _largest(figures: pd.DataFrame, kinds: Sequence[str]) -> tuple[str, ...]:
    """Choose, for each variable and kind, the card that gives it for the most territories."""
    rows = figures[figures["kind"].isin(kinds)].sort_values(["n", "card"], ascending=[False, True])
    best = rows.drop_duplicates(["variable", "kind"])
    return tuple(sorted(set(best["card"])))


def write_edition(folder: Path, file: EditionFile, origin: str) -> Path:
    """Write the draft of an edition under `editions/`; an edition that is there is never overwritten.

    Parameters
    ----------
    folder : Path
        Data folder.
    file : EditionFile
        The draft.
    origin : str
        What it was drafted from, in French, for the comment on its first line.

    Raises
    ------
    CatalogueError
        The edition is there already.
    """
    path = folder / "editions" / f"{file.edition}.yaml"
    if path.exists():
        raise CatalogueError(
            "this edition is there already",
            file=path,
            todo="change it by hand, or move it away first",
        )
    content: dict[str, Any] = file.model_dump(mode="json", exclude_none=True)
    text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, default_flow_style=None, width=110)
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.new")
    aside.write_text(_HEAD.format(edition=file.edition, origin=origin) + text, encoding="utf-8", newline="\n")
    aside.replace(path)
    return path

"""The observations of an edition: the recipe of each indicator, applied to the cards it names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from oqhs import tables
from oqhs.editions import IndicatorRecipe
from oqhs.entries import ON_THE_MAP, Indicator
from oqhs.errors import CatalogueError, MeasureError
from oqhs.estimates import with_error, without_superseded
from oqhs.materials import Materials
from oqhs.measures.aggregate import remainder
from oqhs.measures.inputs import Inputs, counts_of, published_variable, variables_of, weights_of
from oqhs.measures.recipes import observe, scale_of
from oqhs.spatial import measured
from oqhs.territories import kinds_of
from oqhs.text import NOT_AVAILABLE, OBSERVED

#: Why an indicator the edition does not name has no value.
UNPLANNED = "l'édition ne prévoit pas cet indicateur"
_KEY = set(tables.OBSERVATION_KEY)
_MEASURED = [name for name in tables.OBSERVATION_COLUMNS if name not in _KEY]


def measurements_of(materials: Materials) -> pd.DataFrame:
    """Give every measurement of the cards of the indicators, for the territories of the edition."""
    used = {
        card
        for name, recipe in materials.file.indicators.items()
        if _recipe_of(materials, name) not in ON_THE_MAP
        for card in (*recipe.inputs.qpv, *recipe.inputs.reference)
    }
    return tables.gather(materials.rows(card).drop(columns="summed") for card in sorted(used))


def observations_of(materials: Materials, indicators: Iterable[str] | None = None) -> pd.DataFrame:
    """Give indicators for every territory of the edition.

    Parameters
    ----------
    materials : Materials
        What the edition is made of.
    indicators : iterable of str, optional
        Ids; by default those the edition shows.

    Returns
    -------
    DataFrame
        `tables.OBSERVATION_COLUMNS`, in the order of the indicators, then by territory.
    """
    shown = materials.catalogue.shown(materials.file.indicators)
    names = shown if indicators is None else indicators
    frames = [_observe(materials, name) for name in names]
    together = pd.concat(frames, ignore_index=True)
    return together[tables.OBSERVATION_COLUMNS]


def _observe(materials: Materials, name: str) -> pd.DataFrame:
    indicator = materials.catalogue.indicator(name)
    recipe = materials.file.indicators.get(name)
    year = recipe.year if recipe is not None else None
    how = _recipe_of(materials, name)
    if recipe is not None and how in ON_THE_MAP:
        together = _on_the_map(materials, name, how)
    else:
        quartiers = _side(materials, name, recipe, "qpv", materials.zones)
        references = _side(materials, name, recipe, "reference", materials.references)
        outside = _outside(materials, indicator, how, quartiers, references)
        together = pd.concat([quartiers, references, outside])
    together = together.sort_index().reset_index(names="territory")
    together["indicator"] = name
    together["year"] = pd.array([year] * len(together), dtype="Int64")
    return together


def _recipe_of(materials: Materials, name: str) -> str:
    recipe = materials.file.indicators.get(name)
    asked = recipe.recipe if recipe is not None else None
    return asked or materials.catalogue.indicator(name).recipe


def _side(
    materials: Materials, name: str, recipe: IndicatorRecipe | None, side: str, codes: list[str]
) -> pd.DataFrame:
    """Observe one side of an indicator; every territory has a row, and a reason when it has no value."""
    found = pd.DataFrame(index=pd.Index([], dtype="str"))
    cards: tuple[str, ...] = getattr(recipe.inputs, side) if recipe is not None else ()
    indicator = materials.catalogue.indicator(name)
    if recipe is None:
        why = UNPLANNED
    elif side == "qpv" and indicator.context is not None:
        why = f"mesuré par {indicator.context} : le contexte du quartier, non sa valeur"
    elif not cards:
        why = "l'édition n'a pas de fichier"
    else:
        why = f"aucune donnée {recipe.year} pour ce territoire"
        how = recipe.recipe or indicator.recipe
        inputs = _inputs(materials, name, recipe.year, side, cards, codes, estimating=how == "estimate")
        found = observe(name, indicator, how, inputs, materials.catalogue, materials.method)
        found["perimeter"] = inputs.perimeter
        if len(inputs.estimated):
            found = with_error(found, inputs.estimated, indicator)
    return _complete(materials, found, codes, why)


def _on_the_map(materials: Materials, name: str, how: str) -> pd.DataFrame:
    """Observe both sides of an indicator measured on the map, and the département without its quartiers."""
    found = measured(materials, name, how)
    zones = found.index.isin(materials.zones)
    found["perimeter"] = np.where(zones, materials.file.perimeter, materials.geography.outlines)
    codes = [*materials.zones, *materials.references, materials.geography.outside]
    return _complete(materials, found, codes, "rien n'est mesuré dans ce territoire")


def _complete(materials: Materials, found: pd.DataFrame, codes: list[str], why: str) -> pd.DataFrame:
    """Give every territory a row, and a reason when it has no value."""
    full = found.reindex(index=codes, columns=[*_MEASURED, "perimeter"])
    silent = full["status"].isna()
    for column, word in {"status": NOT_AVAILABLE, "note": why, "origin": "", "source": ""}.items():
        full[column] = full[column].astype("str").mask(silent, word)
    for column in ("n_known", "n_total"):
        full[column] = full[column].fillna(0).astype("int64")
    layer = materials.geography.territories.set_index("territory")["perimeter"].reindex(codes)
    full["perimeter"] = full["perimeter"].astype("str").fillna(layer).fillna("")
    return full


def _inputs(
    materials: Materials,
    name: str,
    year: int,
    side: str,
    cards: tuple[str, ...],
    codes: list[str],
    *,
    estimating: bool,
) -> Inputs:
    """Put together the measurements one side of an indicator is computed from."""
    indicator = materials.catalogue.indicator(name)
    variables = variables_of(name, indicator)
    counted = counts_of(indicator)
    rows = _rows_of(materials, cards, year, counted if estimating and side == "qpv" else None)
    rows = rows[rows["territory"].isin(codes)]
    if side == "qpv":
        _check_perimeter(materials, name, rows, cards, estimating=estimating)
    rows = _of_year(indicator, name, year, rows)
    rows = without_superseded(rows, counted, variables)
    _refuse_contradictions(name, rows)
    # The first card of the edition that says something; one without a figure leaves it to the next.
    rows = rows.assign(silent=rows["status"] == NOT_AVAILABLE).sort_values(["silent", "rank"], kind="stable")
    rows = rows.drop_duplicates(["variable", "territory"])
    own = rows[rows["variable"].isin(variables)]
    _refuse_several_outlines(name, side, own)
    if own.empty:
        _refuse_absent(materials, name, year, side, cards)
    shown = _without_checks(own, published_variable(name, indicator))
    by_territory = shown.groupby("territory")
    return Inputs(
        values=tables.values_of(rows),
        statuses=tables.statuses_of(rows),
        notes=by_territory["note"].agg(lambda notes: " ; ".join(sorted(set(notes) - {""}))),
        sources=by_territory["source"].agg(lambda ids: "+".join(sorted(set(ids)))),
        official=_are_official(materials, shown).groupby(shown["territory"]).all(),
        year=year,
        years=rows.groupby("variable")["year"].first().to_dict(),
        perimeter="+".join(sorted(set(own["perimeter"]))),
        edges=materials.geography.edges(side),
        estimated=frozenset(own.loc[own["estimated"], "territory"]),
    )


def _rows_of(
    materials: Materials, cards: tuple[str, ...], year: int, estimated: Sequence[str] | None
) -> pd.DataFrame:
    """Rows of the cards, by rank, and below them the counts that are estimated from their IRIS."""
    frames = [materials.rows(card).assign(rank=rank, estimated=False) for rank, card in enumerate(cards)]
    if estimated is not None:
        frames += [
            materials.estimates(card, estimated, year).assign(rank=rank, estimated=True, summed=False)
            for rank, card in enumerate(cards)
        ]
    return pd.concat(frames, ignore_index=True)


def _without_checks(own: pd.DataFrame, published: str) -> pd.DataFrame:
    """Rows that are shown: where a published rate is, an estimate beside it is only its check."""
    told = (own["status"] == OBSERVED) & ~own["estimated"]
    rate = told & (own["variable"] == published)
    return own[~(own["estimated"] & own["territory"].isin(own.loc[rate, "territory"]))]


def _are_official(materials: Materials, rows: pd.DataFrame) -> pd.Series:
    """Whether each row is a figure of the institute, and no sum of ours."""
    sources = materials.catalogue.sources
    producers = rows["source"].map(lambda card: sources[materials.cards[card].source].producer)
    return (producers == "Insee") & ~rows["summed"]


def _refuse_several_outlines(name: str, side: str, own: pd.DataFrame) -> None:
    """Refuse figures of communes drawn in several years: they do not add up."""
    communes = own[kinds_of(own["territory"])["kind"] == "commune"]
    if len(set(communes["perimeter"])) > 1:
        raise MeasureError(
            f"the communes of {name} are on several perimeters",
            column=f"indicators.{name}.inputs.{side}",
            found=", ".join(sorted(set(communes["perimeter"]))),
            allowed="one",
        )


def _check_perimeter(
    materials: Materials, name: str, rows: pd.DataFrame, cards: tuple[str, ...], *, estimating: bool
) -> None:
    file = materials.file
    for card in cards:
        unused = not estimating and materials.holds_iris(card)
        if not unused and not (rows["source"] == card).any():
            raise CatalogueError(
                f"the card holds no quartier of perimeter {file.perimeter}",
                file=f"editions/{file.edition}.yaml",
                column=f"indicators.{name}.inputs.qpv",
                found=card,
                allowed=f"a card on perimeter {file.perimeter}",
            )
    other = rows.loc[rows["perimeter"] != file.perimeter]
    if len(other):
        raise MeasureError(
            f"a value of indicator {name} is not on the perimeter of the edition",
            column=str(other["source"].iloc[0]),
            found=str(other["perimeter"].iloc[0]),
            allowed=file.perimeter,
        )


def _of_year(indicator: Indicator, name: str, year: int, rows: pd.DataFrame) -> pd.DataFrame:
    """Values of the year; weights of the nearest year (the earlier of two) where it is missing."""
    own = set(variables_of(name, indicator))
    others = rows[rows["variable"].isin(set(weights_of(indicator)) - own)]
    distance = (others["year"] - year).abs() + (others["year"] > year) / 2
    nearest = distance.groupby(others["variable"]).transform("min") == distance
    return pd.concat([rows[rows["variable"].isin(own) & (rows["year"] == year)], others[nearest]])


def _refuse_absent(materials: Materials, name: str, year: int, side: str, cards: tuple[str, ...]) -> None:
    """Refuse inputs that hold nothing of an indicator for its year."""
    wanted = variables_of(name, materials.catalogue.indicator(name))
    held = pd.concat([materials.rows(card) for card in cards])
    years = sorted(set(held.loc[held["variable"].isin(wanted), "year"]))
    raise CatalogueError(
        f"no input holds {name} for {year}",
        file=f"editions/{materials.file.edition}.yaml",
        column=f"indicators.{name}.inputs.{side}",
        found=", ".join(cards),
        allowed=f"one of the variables {', '.join(wanted)} of {year}",
        todo=f"these inputs hold it for {', '.join(map(str, years))}"
        if years
        else "name a card that holds it",
    )


def _refuse_contradictions(name: str, rows: pd.DataFrame) -> None:
    """Refuse two figures that differ, and a figure one card masks and another gives."""
    said = rows[rows["status"] != NOT_AVAILABLE]
    words = said["status"].where(said["status"] != OBSERVED, said["value"].map("{:.12g}".format))
    several = words.groupby([said["variable"], said["territory"]]).nunique()
    wrong = several[several > 1]
    if len(wrong):
        variable, territory = wrong.index[0]
        both = (said["variable"] == variable) & (said["territory"] == territory)
        raise CatalogueError(
            f"two inputs of {name} say different things of {variable} for {territory}",
            found=", ".join(f"{said.loc[row, 'source']}: {words[row]}" for row in said.index[both]),
            todo="keep one of the two cards; where one masks the figure, keep that one",
        )


def _outside(
    materials: Materials,
    indicator: Indicator,
    recipe: str,
    quartiers: pd.DataFrame,
    references: pd.DataFrame,
) -> pd.DataFrame:
    """Observe the département without its quartiers."""
    code = materials.geography.outside
    whole = references.loc[[materials.geography.departement]].set_axis([code])
    part = quartiers.loc[[materials.geography.ensemble]].set_axis([code])
    row = remainder(whole, part, materials.threshold("secret_effectif_min"))
    note = "la soustraction demande les effectifs de tous les quartiers et un reste suffisant"
    if recipe not in {"ratio", "count"}:
        row[["value", "numerator", "denominator"]] = np.nan
        row["status"] = NOT_AVAILABLE
        note = "seuls des effectifs se soustraient : ni un taux, ni une médiane, ni une estimation"
    if whole["status"].iloc[0] != OBSERVED:
        note = str(whole["note"].iloc[0])
    row["value"] *= scale_of(indicator)
    seen = bool(row["status"].iloc[0] == OBSERVED)
    return row.reindex(columns=_MEASURED).assign(
        lower=row["value"],
        upper=row["value"],
        status=row["status"],
        origin="oqhs" if seen else "",
        coverage=1.0 if seen else np.nan,
        n_known=int(seen),
        n_total=1,
        source="+".join(filter(None, [*whole["source"], *part["source"]])) if seen else "",
        note="" if seen else note,
        perimeter=whole["perimeter"],
    )

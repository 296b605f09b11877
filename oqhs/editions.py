"""Editions: what one yearly publication is made of, and from which files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, RootModel, field_validator, model_validator

from oqhs.catalogue import Catalogue
from oqhs.documents import Model, Text, read_model
from oqhs.entries import DIFFUSIONS, ON_FOOT, Diffusion, Perimeter, Recipe
from oqhs.errors import CatalogueError, Problem, UnknownError


class SideInputs(Model):
    """Cards each side of an indicator is computed from; the first that holds a figure gives it."""

    qpv: tuple[str, ...] = ()
    reference: tuple[str, ...] = ()


class IndicatorRecipe(Model):
    """How an edition computes an indicator; without `recipe`, the one of the catalogue."""

    year: int = Field(ge=1962, le=2100)
    inputs: SideInputs
    recipe: Recipe | None = None


class TerritoryInputs(Model):
    """Cards of the layers, memberships and attributes; IRIS and cells serve the estimates."""

    qpv: str
    communes: str | None = None
    epts: str | None = None
    parts: str | None = None
    iris: str | None = None
    cells: str | None = None
    attributes: str | None = None


class Walking(Model):
    """What people walk on, and who walks.

    `streets` is the card of the streets; `origins` that of the addresses or buildings people start from, by
    default the centres of the cells of the grid; `unit` is what the share is of. `population` is the card
    of the population of the communes, for those the value of the département leaves out.
    """

    streets: str
    origins: str | None = None
    unit: Literal["population", "dwellings", "surface"] = "population"
    population: str


class EditionFile(Model):
    """An edition, as `data/editions/2024.yaml` says it.

    `since` is the earlier one it is compared with; `site` puts its static site in its releases, and
    `contact` is how to reach the observatory, as the site tells it.
    """

    edition: int = Field(ge=2000, le=2100)
    departement: str = Field(pattern=r"^([0-9]{2}|2[AB]|9[789][0-9])$")
    perimeter: Perimeter
    diffusion: Diffusion = "interne"
    since: int | None = Field(default=None, ge=2000, le=2100)
    site: bool = False
    contact: Text | None = None
    territories: TerritoryInputs
    walking: Walking | None = None
    indicators: dict[str, IndicatorRecipe]

    @model_validator(mode="after")
    def _may_have_a_site(self) -> Self:
        if self.site and self.diffusion == "interne":
            raise ValueError("an edition of diffusion `interne` has no site: widen it, or remove `site`")
        return self

    @property
    def counted_by(self) -> str:
        """What the shares of those who walk are of, in French."""
        unit = self.walking.unit if self.walking is not None else "population"
        return {"population": "des habitants", "dwellings": "des logements", "surface": "de la surface"}[unit]

    def named_cards(self) -> list[tuple[str, str]]:
        """Cards the edition names, each with the place in the file that does."""
        named = [(f"territories.{key}", card) for key, card in self.territories.model_dump().items() if card]
        if self.walking is not None:
            chosen = self.walking.model_dump(exclude={"unit"})
            named += [(f"walking.{key}", card) for key, card in chosen.items() if card]
        for name, recipe in self.indicators.items():
            for side, ids in recipe.inputs.model_dump().items():
                named += [(f"indicators.{name}.inputs.{side}", card) for card in ids]
        return named


class Label(Model):
    """A corrected name, and how it stands in a sentence."""

    label: Text
    label_article: Text | None = None
    label_de: Text | None = None


class Labels(RootModel[dict[str, Label]]):
    """`data/libelles.yaml`: names by code."""


class Group(Model):
    """Quartiers that act as one territory, and why."""

    label: Text
    members: tuple[str, ...] = Field(min_length=2)
    reason: Text

    @field_validator("members")
    @classmethod
    def _are_distinct(cls, members: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(members)) < len(members):
            raise ValueError("a quartier is named twice: its people would be counted twice")
        return members


class Groups(RootModel[dict[Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$")], Group]]):
    """`data/regroupements.yaml`: groups by id."""


def read_labels(folder: Path) -> dict[str, Label]:
    """Read the corrected names of a data folder; none without the file."""
    path = folder / "libelles.yaml"
    return read_model(path, Labels).root if path.exists() else {}


def read_groups(folder: Path) -> dict[str, Group]:
    """Read the groups of quartiers of a data folder; none without the file."""
    path = folder / "regroupements.yaml"
    return read_model(path, Groups).root if path.exists() else {}


def years_of(folder: Path) -> list[int]:
    """Years of the editions of a data folder, sorted."""
    return sorted(int(path.stem) for path in (folder / "editions").glob("*.yaml") if path.stem.isdecimal())


def _file_of(folder: Path, edition: int) -> Path:
    return folder / "editions" / f"{edition}.yaml"


def read_edition(
    folder: Path, edition: int, catalogue: Catalogue, cards: Mapping[str, Diffusion]
) -> EditionFile:
    """Read an edition and check that everything it names exists and fits.

    Parameters
    ----------
    folder : Path
        Data folder.
    edition : int
        Year of the edition.
    catalogue : Catalogue
        Indicators and their recipes.
    cards : mapping
        Diffusion of each card, by id.

    Raises
    ------
    UnknownError
        There is no such edition.
    CatalogueError
        A key is not known; the edition names an indicator or a card that is not there, or a recipe the
        indicator cannot take; it goes further than a file it uses.
    """
    path = _file_of(folder, edition)
    if not path.exists():
        known = ", ".join(map(str, years_of(folder))) or "none in this folder"
        raise UnknownError("no such edition", file=path, found=edition, allowed=known)
    read = read_model(path, EditionFile)
    problems = [
        *_unknown_names(read, path, catalogue, cards),
        *_unfit_recipes(read, path, catalogue),
        *_without_streets(read, path, catalogue),
        *_too_wide(read, path, cards),
    ]
    if read.since is not None and (read.since >= edition or not _file_of(folder, read.since).exists()):
        what, todo = (
            "the edition is compared with one that is not there before it",
            "correct it, or remove it",
        )
        known = ", ".join(str(year) for year in years_of(folder) if year < edition) or "none in this folder"
        problems.append(Problem(what, path, None, "since", read.since, known, todo))
    if read.edition != edition:
        what = "the file is named after another edition"
        problems.append(Problem(what, path, None, "edition", read.edition, str(edition)))
    if problems:
        raise CatalogueError.gather(problems)
    return read


def _unknown_names(
    read: EditionFile, path: Path, catalogue: Catalogue, cards: Mapping[str, Diffusion]
) -> Iterable[Problem]:
    for name in read.indicators:
        if name not in catalogue.indicators:
            what = "the edition names an indicator the catalogue does not hold"
            known, todo = ", ".join(catalogue.indicators), _spelt_like(name, catalogue.indicators)
            yield Problem(what, path, None, f"indicators.{name}", name, known, todo)
    places: dict[str, list[str]] = {}
    for place, card in read.named_cards():
        places.setdefault(card, []).append(place)
    for card, named in places.items():
        if card not in cards:
            times = f", {len(named)} times" if len(named) > 1 else ""
            what = f"the edition names a card that is not there{times}"
            todo = _spelt_like(card, sorted(cards)) or "add the file with its card, or correct the name"
            yield Problem(what, path, None, named[0], card, ", ".join(sorted(cards)), todo)


def _spelt_like(name: str, known: Iterable[str]) -> str | None:
    near = get_close_matches(name, list(known), n=3)
    return f"did you mean {', '.join(near)}?" if near else None


def _unfit_recipes(read: EditionFile, path: Path, catalogue: Catalogue) -> Iterable[Problem]:
    for name, recipe in read.indicators.items():
        indicator = catalogue.indicators.get(name)
        if indicator is not None and (recipe.recipe or indicator.recipe) not in indicator.recipes:
            yield Problem(
                "this indicator cannot be computed by this recipe", path, None, f"indicators.{name}.recipe",
                recipe.recipe or indicator.recipe, ", ".join(indicator.recipes),
                "give one of them, or leave the indicator out",
            )  # fmt: skip


def _without_streets(read: EditionFile, path: Path, catalogue: Catalogue) -> Iterable[Problem]:
    """Tell the indicators on foot of an edition that does not say which streets people walk on."""
    for name, recipe in read.indicators.items():
        indicator = catalogue.indicators.get(name)
        if indicator is None or read.walking is not None:
            continue
        if (recipe.recipe or indicator.recipe) in ON_FOOT:
            what = "an indicator on foot needs the streets"
            allowed = "walking: {streets: CARD, population: CARD}"
            todo = "add the streets with their card, and name it in the edition"
            yield Problem(what, path, None, "walking", name, allowed, todo)


def _too_wide(read: EditionFile, path: Path, cards: Mapping[str, Diffusion]) -> Iterable[Problem]:
    used = sorted({card for _, card in read.named_cards() if card in cards})
    narrow = [card for card in used if DIFFUSIONS.index(cards[card]) < DIFFUSIONS.index(read.diffusion)]
    for card in narrow:
        what = "the edition would go further than a file it uses"
        allowed = f"{cards[card]}, because of card {card}"
        yield Problem(what, path, None, "diffusion", read.diffusion, allowed)

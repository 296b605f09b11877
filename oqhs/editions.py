"""Editions: what one yearly publication is made of, and from which files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, RootModel, field_validator

from oqhs.catalogue import Catalogue, Diffusion, Perimeter, Recipe
from oqhs.documents import Model, read_model
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
    """Cards of the layers and of the memberships."""

    qpv: str
    communes: str | None = None
    epts: str | None = None
    parts: str | None = None


class EditionFile(Model):
    """An edition, as `data/editions/2024.yaml` says it."""

    edition: int = Field(ge=2000, le=2100)
    departement: str = Field(pattern=r"^([0-9]{2}|2[AB]|9[789][0-9])$")
    perimeter: Perimeter
    diffusion: Diffusion = "interne"
    territories: TerritoryInputs
    indicators: dict[str, IndicatorRecipe]


class Label(Model):
    """A corrected name, and how it stands in a sentence."""

    label: str
    label_article: str | None = None
    label_de: str | None = None


class Labels(RootModel[dict[str, Label]]):
    """`data/libelles.yaml`: names by code."""


class Group(Model):
    """Quartiers that act as one territory, and why."""

    label: str
    members: tuple[str, ...] = Field(min_length=2)
    reason: str

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


def read_edition(folder: Path, edition: int, catalogue: Catalogue, cards: set[str]) -> EditionFile:
    """Read an edition and check that everything it names exists.

    Raises
    ------
    UnknownError
        There is no such edition.
    CatalogueError
        A key is not known, or the edition names an indicator or a card that is not there.
    """
    path = folder / "editions" / f"{edition}.yaml"
    if not path.exists():
        known = sorted(found.stem for found in (folder / "editions").glob("*.yaml"))
        raise UnknownError(
            "no such edition", file=path, found=edition, allowed=", ".join(known) or "none in this folder"
        )
    read = read_model(path, EditionFile)
    problems = [
        Problem("the edition names an indicator the catalogue does not hold", path, None,
                f"indicators.{name}", name, ", ".join(catalogue.indicators))
        for name in read.indicators
        if name not in catalogue.indicators
    ]  # fmt: skip
    named: dict[str, tuple[str, ...]] = {
        f"territories.{key}": (card,) for key, card in read.territories.model_dump().items() if card
    }
    for name, recipe in read.indicators.items():
        named[f"indicators.{name}.inputs.qpv"] = recipe.inputs.qpv
        named[f"indicators.{name}.inputs.reference"] = recipe.inputs.reference
    problems += [
        Problem("the edition names a card that is not there", path, None, place, card,
                ", ".join(sorted(cards)), "add the file with its card, or correct the name")
        for place, ids in named.items()
        for card in ids
        if card not in cards
    ]  # fmt: skip
    problems += [
        Problem("this indicator cannot be computed by this recipe", path, None, f"indicators.{name}.recipe",
                recipe.recipe or catalogue.indicators[name].recipe,
                ", ".join(catalogue.indicators[name].recipes),
                "give one of them, or leave the indicator out")
        for name, recipe in read.indicators.items()
        if name in catalogue.indicators
        and (recipe.recipe or catalogue.indicators[name].recipe) not in catalogue.indicators[name].recipes
    ]  # fmt: skip
    if read.edition != edition:
        problems.append(
            Problem(
                "the file is named after another edition", path, None, "edition", read.edition, str(edition)
            )
        )
    if problems:
        raise CatalogueError.gather(problems)
    return read

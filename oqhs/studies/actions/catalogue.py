"""Fiches action: what each one is for, and what is followed of it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from oqhs.catalogue import Catalogue, built_in
from oqhs.documents import Model, Text, read_model
from oqhs.errors import CatalogueError, Problem, UnknownError

#: Unit of a follow-up that is a share.
PERCENT = "%"
#: File of a data folder where users add their own fiches, of the shape of `referentiel/actions.yaml`.
ACTIONS_FILE = "actions.yaml"
_Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]*$")]


class FollowUp(Model):
    """What is followed of an action.

    `unit` is a French plural, or `%`. A count of `persons` is under the disclosure rule; the values of two
    territories of one that is `additive` add up. `stated` says whether the fiche itself asks for it.
    """

    label: Text
    unit: Text
    persons: bool = False
    additive: bool = True
    stated: bool = True
    note: Text = ""

    @model_validator(mode="after")
    def _does_not_add_shares(self) -> Self:
        if self.unit == PERCENT and (self.additive or self.persons):
            raise ValueError("a percentage is neither additive nor a count of persons")
        return self


class Action(Model):
    """A fiche action.

    `public` is who it is for, `direction` who answers for it, `when` its calendar, `reference` where the
    fiche stands; `reviews` are the meetings and reports it asks for; `indicators` are ids of the catalogue
    it is meant to act on; `notes` say what in it is unclear or contradicts another text.
    """

    label: Text
    objective: Text
    public: Text
    direction: Text
    when: Text
    reference: Text
    follow_ups: dict[_Id, FollowUp] = Field(min_length=1)
    reviews: tuple[Text, ...] = ()
    indicators: tuple[str, ...] = ()
    notes: tuple[Text, ...] = ()


class Actions(Model):
    """Every fiche action known, by id."""

    actions: dict[_Id, Action]

    def follow_up(self, action: str, name: str) -> FollowUp:
        """Give what is followed; `UnknownError` names the actions, or what is followed of that one."""
        if action not in self.actions:
            raise UnknownError("no such action", found=action, allowed=", ".join(self.actions))
        known = self.actions[action].follow_ups
        if name not in known:
            raise UnknownError(
                f"action {action!r} has no such follow-up", found=name, allowed=", ".join(known)
            )
        return known[name]


@cache
def built_in_actions() -> Actions:
    """Give the six fiches of 2024, read once."""
    return load_actions()


def load_actions(extra: Path | None = None, catalogue: Catalogue | None = None) -> Actions:
    """Read the fiches action of the package, and those a user added.

    Parameters
    ----------
    extra : Path, optional
        File of the user, usually `data/actions.yaml`; one that is not there adds nothing.
    catalogue : Catalogue, optional
        Indicators that fiches may name; those of the package by default.

    Raises
    ------
    CatalogueError
        A file is not as it must be, redefines an action, or names an indicator nobody knows.

    Examples
    --------
    >>> list(load_actions().actions)
    ['education', 'bien_vieillir', 'precarite_energetique', 'insertion', 'transition_ecologique', 'culture']
    """
    known = built_in() if catalogue is None else catalogue
    with resources.as_file(resources.files("oqhs") / "referentiel" / ACTIONS_FILE) as path:
        own = read_model(path, Actions)
        problems = list(_unknown_indicators(path, own, known))
    added = Actions(actions={})
    if extra is not None and extra.exists():
        added = read_model(extra, Actions)
        problems += _unknown_indicators(extra, added, known)
        problems += [
            Problem(
                "this action is one of the package",
                file=extra,
                column=f"actions.{name}",
                found=name,
                allowed="an id of its own",
                todo="rename it",
            )
            for name in added.actions
            if name in own.actions
        ]
    if problems:
        raise CatalogueError.gather(problems)
    return Actions(actions={**own.actions, **added.actions})


def _unknown_indicators(path: Path, actions: Actions, catalogue: Catalogue) -> Iterator[Problem]:
    for name, action in actions.actions.items():
        for indicator in action.indicators:
            if indicator not in catalogue.indicators:
                yield Problem(
                    "the catalogue has no such indicator",
                    file=path,
                    column=f"actions.{name}.indicators",
                    found=indicator,
                    allowed=", ".join(catalogue.indicators),
                    todo="correct it, or leave it out",
                )

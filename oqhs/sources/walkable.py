"""Which streets may be walked, judged by the rules of `referentiel/marche.yaml`."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path

import numpy as np
import pandas as pd
from pydantic import Field

from oqhs.documents import Model, read_model
from oqhs.errors import LayoutError

#: Why a way is left out when no rule says so: nothing tells what it is, or a value listed nowhere does.
NOT_A_STREET, UNKNOWN_VALUE = "not_a_street", "unknown_value"

Values = tuple[str, ...]


class Rule(Model):
    """A rule that leaves a way out: one tag of `where` holds, and none of `unless`."""

    label: str
    where: dict[str, Values] = Field(min_length=1)
    unless: dict[str, Values] = Field(default_factory=dict)
    reference: str
    checked: dt.date


class Convention(Model):
    """What is kept, or told apart, on purpose."""

    label: str
    reference: str
    checked: dt.date


class FootOnly(Model):
    """Values of the ways that only people on foot use, and their least share in a pedestrian network."""

    values: Values = Field(min_length=1)
    share_min: float = Field(gt=0, lt=1)
    reference: str
    checked: dt.date


class Vocabulary(Model):
    """How a family of files says what a way is: its field, the values known, and the rules."""

    label: str
    field: str
    attribution: str
    known: Values = Field(min_length=1)
    foot_only: FootOnly | None = None
    rules: dict[str, Rule] = Field(min_length=1)
    conventions: dict[str, Convention] = Field(default_factory=dict)

    @property
    def tags(self) -> tuple[str, ...]:
        """Every tag the rules look at, the field first."""
        looked = (key for rule in self.rules.values() for key in (*rule.where, *rule.unless))
        return tuple(dict.fromkeys((self.field, *looked)))


class Tolerance(Model):
    """A tolerance, its unit and why."""

    value: float = Field(gt=0)
    unit: str
    reference: str
    checked: dt.date


class LengthTolerances(Model):
    """How far a length that is given may be from the one that is drawn."""

    agreement: Tolerance
    rounding: Tolerance


class WalkingRules(Model):
    """Everything `marche.yaml` says."""

    vocabularies: dict[str, Vocabulary]
    lengths: LengthTolerances


@cache
def walking_rules() -> WalkingRules:
    """Give the rules of the package, read once.

    Examples
    --------
    >>> walking_rules().vocabularies["osm"].rules["access_private"].where["access"]
    ('no', 'private', 'military')
    """
    return read_model(Path(str(resources.files("oqhs") / "referentiel" / "marche.yaml")), WalkingRules)


def vocabulary_of(tags: pd.DataFrame) -> str | None:
    """Tell which vocabulary the tags of ways speak, by its field and at least one value that is known.

    Parameters
    ----------
    tags : DataFrame
        One row per way; names of the columns in lower case.

    Returns
    -------
    str or None
        Name of the vocabulary; None where no field of nature is known.

    Examples
    --------
    >>> vocabulary_of(pd.DataFrame({"nature": ["Sentier"]}))
    'bdtopo'
    >>> vocabulary_of(pd.DataFrame({"nature": ["voirie"]})) is None
    True
    """
    for name, vocabulary in walking_rules().vocabularies.items():
        if vocabulary.field in tags and _any_of(tags[vocabulary.field], vocabulary.known).any():
            return name
    return None


def reasons_out(tags: pd.DataFrame, vocabulary: str) -> pd.Series:
    """Tell why each way is left out: it is no street, of an unknown nature, or by the first rule that holds.

    A tag may hold several values: `yes;designated`, or `['footway', 'steps']` for an edge made of several
    ways. One of them is enough for `where`, and all of them are needed for `unless` and to be known: an
    edge is walked from one end to the other or not at all.

    Parameters
    ----------
    tags : DataFrame of str
        One row per way; a tag that is not there is missing.
    vocabulary : str
        Name of the vocabulary.

    Returns
    -------
    Series of str
        Same index: id of the rule, `not_a_street` where the field is empty, `unknown_value` where it holds
        a value listed nowhere; missing where the way may be walked.

    Examples
    --------
    >>> sidewalks = [None, "both", "separate"]
    >>> ways = pd.DataFrame({"highway": ["footway", "trunk", "trunk"], "sidewalk": sidewalks})
    >>> reasons_out(ways, "osm").fillna("walkable").tolist()
    ['walkable', 'walkable', 'motorway']
    """
    spoken = walking_rules().vocabularies[vocabulary]
    reason = pd.Series(pd.NA, index=tags.index, dtype="str")
    for name, rule in spoken.rules.items():
        holds = _one_holds(tags, rule.where, whole=False) & ~_one_holds(tags, rule.unless, whole=True)
        reason = reason.mask(holds & reason.isna().to_numpy(), name)
    field = _field(tags, spoken.field)
    reason = reason.mask(~_all_of(field, spoken.known), UNKNOWN_VALUE)
    return reason.mask(field.isna().to_numpy(), NOT_A_STREET)


def unknown_values(tags: pd.DataFrame, vocabulary: str) -> dict[str, int]:
    """Count the ways of each value of the field that is listed nowhere, in the order of the values."""
    spoken = walking_rules().vocabularies[vocabulary]
    field = _field(tags, spoken.field)
    unlisted = field[field.notna().to_numpy() & ~_all_of(field, spoken.known)]
    return {str(value): int(count) for value, count in unlisted.value_counts().sort_index().items()}


def refuse_driving_network(path: Path, tags: pd.DataFrame, vocabulary: str) -> None:
    """Refuse ways among which next to none is only walked: they were extracted for cars.

    Raises
    ------
    LayoutError
        The share of foot-only ways is under the least one of the vocabulary, where it has one.
    """
    foot_only = walking_rules().vocabularies[vocabulary].foot_only
    if foot_only is None:
        return
    field = _field(tags, walking_rules().vocabularies[vocabulary].field).dropna()
    share = float(_any_of(field, foot_only.values).mean())
    if share < foot_only.share_min:
        raise LayoutError(
            "this is not a pedestrian network",
            file=path,
            column=walking_rules().vocabularies[vocabulary].field,
            found=f"{100 * share:.2f} % of the ways are for people on foot",
            allowed=f"{100 * foot_only.share_min:g} % or more of {', '.join(foot_only.values)}",
            todo="extract the streets again with the ways of people on foot (network_type 'walk' or 'all'), "
            "or read it with pedestrian_only=False to walk along the roads alone",
        )


def _field(tags: pd.DataFrame, name: str) -> pd.Series:
    return tags[name] if name in tags else pd.Series(pd.NA, index=tags.index, dtype="str")


def _one_holds(tags: pd.DataFrame, wanted: Mapping[str, Values], *, whole: bool) -> np.ndarray:
    holds = np.zeros(len(tags), dtype=bool)
    for name, values in wanted.items():
        if name in tags:
            holds |= _all_of(tags[name], values) if whole else _any_of(tags[name], values)
    return holds


def _any_of(texts: pd.Series, values: Values) -> np.ndarray:
    told = [text for text in texts.dropna().unique() if _parts(text) & set(values)]
    return np.asarray(texts.isin(told), dtype=bool)


def _all_of(texts: pd.Series, values: Values) -> np.ndarray:
    told = [text for text in texts.dropna().unique() if _parts(text) <= set(values)]
    return np.asarray(texts.isin(told), dtype=bool)


def _parts(text: str) -> set[str]:
    """Values a tag holds: one, several parted by semicolons, or a list written as Python writes it."""
    if text.startswith("["):
        return {first or second for first, second in re.findall(r"'([^']*)'|\"([^\"]*)\"", text)}
    return {part.strip() for part in text.split(";")}

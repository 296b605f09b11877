"""Rules that say when a figure of a quartier is flagged, dated like thresholds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from oqhs.documents import Model, read_model
from oqhs.entries import Indicator, Threshold, ThresholdValue, Unit
from oqhs.errors import CatalogueError, Problem, UnknownError

Lens = Literal["gap", "widening", "bar", "position"]
LENSES: tuple[Lens, ...] = ("gap", "widening", "bar", "position")
Reference = Literal["departement", "ept", "commune", "ensemble_qpv", "hors_qpv"]
#: What a bar is counted in: the unit of the indicator (points for percent), percent of the value of the
#: reference (points of that share for a widening), part of the quartiers, or robust deviations.
Scale = Literal["unit", "percent_of_reference", "share_of_quartiers", "robust_z"]
Side = Literal["above", "below"]
ParameterName = Literal["fdr", "references_min", "coverage_min"]

_COMPARING = ("gap", "widening")
_SCALES: dict[str, tuple[str, ...]] = {
    "gap": ("unit", "percent_of_reference"),
    "widening": ("unit", "percent_of_reference"),
    "bar": ("unit",),
    "position": ("share_of_quartiers", "robust_z"),
}
#: The side on which a bar is passed, by polarity of the indicator: the unfavourable one.
_UNFAVOURABLE_SIDE = {1: "below", -1: "above"}


class Rule(Model):
    """A way to flag the figures of quartiers.

    It holds for the indicators of its `unit` (every unit without one): those it names, or every one of
    them that no rule of its lens and scale names. `references` are those a gap, or its widening, is taken
    to; `side` tells on which side of an absolute bar a value is flagged. A bar that is reached counts.
    """

    label: str
    lens: Lens
    unit: Unit | None = None
    indicators: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()
    side: Side | None = None
    scale: Scale = "unit"
    values: tuple[ThresholdValue, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _is_of_its_lens(self) -> Self:
        if self.scale not in _SCALES[self.lens]:
            allowed = ", ".join(_SCALES[self.lens])
            raise ValueError(f"scale {self.scale!r} does not go with lens {self.lens!r}: use {allowed}")
        if (self.lens in _COMPARING) != bool(self.references):
            raise ValueError("`references` are given for the lenses gap and widening, and for no other")
        if (self.lens == "bar") != (self.side is not None):
            raise ValueError("`side` is given for the lens bar, and for no other")
        if self.lens == "bar" and not self.indicators:
            raise ValueError("lens 'bar' names its `indicators`: a bar is that of an indicator")
        if self.lens != "position" and self.unit is None:
            raise ValueError(f"lens {self.lens!r} has a `unit`: that of the indicators it holds for")
        if any(entry.value <= 0 for entry in self.values):
            raise ValueError("the value of a rule is more than 0")
        if self.scale == "share_of_quartiers" and any(entry.value >= 1 for entry in self.values):
            raise ValueError("a share of the quartiers is less than 1")
        return self

    def value(self, day: dt.date) -> float | None:
        """Give the value in force on a day; None before its first one: the rule does not exist yet."""
        return _in_force(self.values, day)


class Parameters(Model):
    """Parameters that all the rules share.

    `fdr` is the level of the false discovery rate, a share; `references_min` the number of references
    whose gap reaches its bar that make a décrochage without a widening, `coverage_min` the share of the
    weight under which a figure is partial, where no bounds say what the missing part allows.
    """

    fdr: Threshold
    references_min: Threshold
    coverage_min: Threshold


class Rules(Model):
    """The rules, by id, and the parameters they share."""

    parameters: Parameters
    rules: dict[str, Rule]

    def parameter(self, name: ParameterName, day: dt.date) -> float:
        """Give the value of a parameter in force on a day.

        Raises
        ------
        UnknownError
            It has no value yet on that day.
        """
        values: tuple[ThresholdValue, ...] = getattr(self.parameters, name).values
        value = _in_force(values, day)
        if value is None:
            first = min(entry.since for entry in values)
            raise UnknownError(
                f"parameter {name!r} of the rules has no value in force on that day",
                found=day.isoformat(),
                allowed=f"a day from {first}",
                todo="add the value that held then to regles.yaml, with its reference",
            )
        return value

    def holding(self, lens: Lens, indicators: Mapping[str, Indicator], day: dt.date) -> list[Holding]:
        """List what the rules of a lens ask of each indicator on a day; neutral ones are left out."""
        rules = {name: rule for name, rule in self.rules.items() if rule.lens == lens}
        named = {(one, rule.scale) for rule in rules.values() for one in rule.indicators}
        found = []
        for name, rule in rules.items():
            value = rule.value(day)
            for indicator, entry in indicators.items():
                own = indicator in rule.indicators
                general = not rule.indicators and (indicator, rule.scale) not in named
                wanted = (own or general) and rule.unit in {entry.unit, None} and entry.polarity != 0
                if value is not None and wanted:
                    found.append(Holding(rule=name, indicator=indicator, value=value, entry=rule))
        return found


class Holding(Model):
    """A rule, its id and its value on a day, for one indicator."""

    rule: str
    indicator: str
    value: float
    entry: Rule


def _in_force(values: Sequence[ThresholdValue], day: dt.date) -> float | None:
    held = [entry for entry in values if entry.since <= day]
    return max(held, key=lambda entry: entry.since).value if held else None


def read_rules(indicators: Mapping[str, Indicator], path: Path | None = None) -> Rules:
    """Read the rules, and check them against the indicators.

    Parameters
    ----------
    indicators : mapping
        Every indicator of the catalogue, by id.
    path : Path, optional
        File of rules; that of the package by default.

    Raises
    ------
    CatalogueError
        The file is not as it must be; a rule names an indicator that does not exist, is neutral, is of
        another unit or has its bar on the favourable side; two rules of one lens hold for one indicator.

    Examples
    --------
    >>> from oqhs.catalogue import built_in
    >>> import datetime as dt
    >>> rules = read_rules(built_in().indicators)
    >>> rules.rules["barre_surface_arboree"].value(dt.date(2024, 12, 31))
    15.0
    """
    file = path if path is not None else Path(str(resources.files("oqhs") / "referentiel" / "regles.yaml"))
    rules = read_model(file, Rules)
    problems = [*_unfit(rules, indicators, file), *_twice(rules, file)]
    if problems:
        raise CatalogueError.gather(problems)
    return rules


def _unfit(rules: Rules, indicators: Mapping[str, Indicator], file: Path) -> Iterable[Problem]:
    """Find the indicators a rule cannot hold for."""
    for name, rule in rules.rules.items():
        place = f"rules.{name}.indicators"
        for indicator in rule.indicators:
            entry = indicators.get(indicator)
            if entry is None:
                what, allowed = "the catalogue has no such indicator", ", ".join(sorted(indicators))
            elif entry.polarity == 0:
                what = "this indicator is neutral: it is never flagged"
                allowed = ", ".join(sorted(one for one in indicators if indicators[one].polarity != 0))
            elif rule.unit not in {entry.unit, None}:
                what, allowed = f"this indicator is not in {rule.unit}", f"unit {entry.unit}"
            elif rule.side not in {_UNFAVOURABLE_SIDE[entry.polarity], None}:
                what = f"side {rule.side!r} is the favourable one for this indicator"
                allowed = f"side {_UNFAVOURABLE_SIDE[entry.polarity]}"
            else:
                continue
            yield Problem(what, file, None, place, indicator, allowed, "correct this rule, or remove it")


def _twice(rules: Rules, file: Path) -> Iterable[Problem]:
    """Find the rules that say again what another of their lens, unit and scale says."""
    seen: dict[tuple[str | None, ...], str] = {}
    for name, rule in rules.rules.items():
        for indicator in rule.indicators or (None,):
            key = (rule.lens, rule.scale, indicator, rule.unit if indicator is None else None)
            first = seen.setdefault(key, name)
            if first != name:
                yield Problem(
                    f"rule {first!r} already holds here in the lens {rule.lens!r}",
                    file,
                    column=f"rules.{name}",
                    found=indicator if indicator is not None else rule.unit,
                    allowed="one rule per lens and indicator",
                    todo="merge the two rules, or name other indicators",
                )

"""The catalogue: what is measured, by whom, how it is said and which thresholds hold.

It is data (`oqhs/referentiel/*.yaml`), read into frozen models that refuse unknown keys. Users add
their own indicators in `data/indicateurs/*.yaml` without touching the package.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from functools import cache, cached_property
from importlib import resources
from pathlib import Path
from string import Formatter
from typing import Annotated, Literal, Self, TypeVar

from pydantic import Field, model_validator

from oqhs.documents import Model, read_model
from oqhs.errors import CatalogueError, Problem, UnknownError

T = TypeVar("T")

Recipe = Literal["ratio", "count", "published", "pooled", "mass", "estimate", "area_share", "access"]
#: Recipes that are built; the others are names the catalogue already knows.
BUILT = ("count", "mass", "pooled", "published", "ratio")
Kind = Literal[
    "qpv", "iris", "carreau", "commune", "ept", "departement", "ensemble_qpv", "hors_qpv", "regroupement"
]
#: Generation of the quartiers, or year of the outlines of communes (cog) or of IRIS.
Perimeter = Annotated[str, Field(pattern=r"^(qpv2015|qpv2024|(cog|iris)(19|20)[0-9]{2})$")]
Unit = Literal["percent", "eur_year", "eur_month", "persons"]
Diffusion = Literal["interne", "partenaires", "public"]
#: From the narrowest to the widest.
DIFFUSIONS = ("interne", "partenaires", "public")


class Variable(Model):
    """A quantity as producers publish it, under our own id."""

    label: str
    unit: Literal["persons", "households", "families", "units", "percent", "eur_year", "ratio"]
    range: tuple[float | None, float | None] | None = None

    @property
    def bounds(self) -> tuple[float | None, float | None]:
        """Smallest and largest value that can be true, in `unit`; None is unbounded."""
        if self.range is not None:
            return self.range
        return (0.0, 100.0) if self.unit == "percent" else (0.0, None)


class Term(Model):
    """Numerator or denominator of a ratio: in words, and the variables that are added up."""

    words: str
    variables: tuple[str, ...] = ()


class Published(Model):
    """Variable that carries the indicator when a producer publishes it."""

    variable: str
    divide_by: Annotated[float, Field(gt=0)] = 1.0


class Indicator(Model):
    """An indicator of the observatory.

    `polarity` is +1 when a higher value is favourable, −1 when it is unfavourable and 0 when it is
    neither: a neutral indicator is never flagged. `weights` lists, best first, the products of
    variables that may weight the values of several territories; each one after the first is a proxy,
    and is named as such wherever it is used.
    """

    label: str
    theme: str
    universe: str
    unit: Unit
    decimals: int = Field(ge=0, le=3)
    polarity: Literal[-1, 0, 1]
    recipe: Recipe
    source: str
    key: bool = False
    footnote: Literal["a", "b", "c"] | None = None
    numerator: Term | None = None
    denominator: Term | None = None
    published: Published | None = None
    quantiles: dict[float, str] | None = None
    weights: tuple[tuple[str, ...], ...] = ()
    richer_by: str | None = None
    reading: str
    caveats: tuple[str, ...] = ()

    @property
    def recipes(self) -> list[str]:
        """Recipes an edition may ask for: its own, the ratio of its counts, a published figure."""
        counts = self.numerator is not None and bool(self.numerator.variables)
        bases = self.denominator is not None and bool(self.denominator.variables)
        asked = {self.recipe, *(["ratio"] if counts and bases else [])}
        asked |= {"published"} if self.recipe != "count" else set()
        return sorted(asked & set(BUILT))

    @model_validator(mode="after")
    def _holds_what_its_recipe_needs(self) -> Self:
        counts = self.numerator is not None and bool(self.numerator.variables)
        bases = self.denominator is not None and bool(self.denominator.variables)
        lacking = {
            "ratio": not (counts and bases) and "numerator.variables and denominator.variables",
            "count": not counts and "numerator.variables",
            "published": self.published is None and "published",
            "pooled": not (self.published and self.quantiles and self.weights)
            and "published, quantiles and weights",
            "mass": not (self.published and self.weights) and "published and weights",
        }.get(self.recipe)
        if lacking:
            raise ValueError(f"recipe {self.recipe!r} needs {lacking}")
        return self


class Theme(Model):
    """A theme of the key table."""

    label: str


class ThresholdValue(Model):
    """A value of a threshold, the day it starts to hold and why."""

    value: float
    since: dt.date
    reference: str
    checked: dt.date


class Threshold(Model):
    """A dated parameter of the method."""

    label: str
    unit: str
    values: tuple[ThresholdValue, ...] = Field(min_length=1)


class Vintage(Model):
    """One state of a published header.

    `columns` maps a name of the header (upper case, `{yy}` standing for the two digits of the year)
    to one of our variables. `match` names the columns that, together, tell this vintage.
    """

    match: tuple[str, ...] = Field(min_length=1)
    columns: dict[str, str]
    note: str | None = None


class Layout(Model):
    """A table as a producer publishes it: one territory a row."""

    label: str
    page: str
    key: str
    kinds: tuple[Kind, ...]
    labels: tuple[str, ...] = ()
    decimal: Literal[",", "."] = ","
    edition_years: dict[int, int] = Field(default_factory=dict)
    vintages: tuple[Vintage, ...]


class LayerLayout(Model):
    """A layer of perimeters as a producer publishes it."""

    label: str
    page: str
    kind: Kind
    match: tuple[str, ...]
    territory: str
    name: str
    communes: str | None = None
    perimeter: str | None = None


class Source(Model):
    """A statistical source: who produces it, under which licence, in which layouts."""

    label: str
    short: str
    producer: str
    page: str
    licence: str
    vintages: str
    layouts: dict[str, Layout] = Field(default_factory=dict)
    layers: dict[str, LayerLayout] = Field(default_factory=dict)


class _IndicatorFile(Model):
    themes: dict[str, Theme] = Field(default_factory=dict)
    caveats: dict[str, str] = Field(default_factory=dict)
    variables: dict[str, Variable] = Field(default_factory=dict)
    sources: dict[str, Source] = Field(default_factory=dict)
    indicators: dict[str, Indicator] = Field(default_factory=dict)


class _VariableFile(Model):
    variables: dict[str, Variable]


class _SourceFile(Model):
    sources: dict[str, Source]


class _ThresholdFile(Model):
    thresholds: dict[str, Threshold]


class Catalogue(Model):
    """Everything the observatory knows before it reads a figure."""

    themes: dict[str, Theme]
    caveats: dict[str, str]
    indicators: dict[str, Indicator]
    variables: dict[str, Variable]
    sources: dict[str, Source]
    thresholds: dict[str, Threshold]

    @cached_property
    def layouts(self) -> dict[str, tuple[str, Layout]]:
        """Layouts of tables by id, each with the id of its source."""
        return {
            name: (source_id, layout)
            for source_id, source in self.sources.items()
            for name, layout in source.layouts.items()
        }

    @cached_property
    def layers(self) -> dict[str, tuple[str, LayerLayout]]:
        """Layouts of layers by id, each with the id of its source."""
        return {
            name: (source_id, layer)
            for source_id, source in self.sources.items()
            for name, layer in source.layers.items()
        }

    def indicator(self, name: str) -> Indicator:
        """Give an indicator; `UnknownError` names those that exist."""
        return _lookup(self.indicators, name, "indicator")

    def variable(self, name: str) -> Variable:
        """Give a variable; the rate published under the id of an indicator is one too."""
        if name in self.indicators:
            indicator = self.indicators[name]
            return Variable(label=indicator.label, unit="percent" if indicator.unit == "percent" else "units")
        return _lookup(self.variables, name, "variable")

    def threshold(self, name: str, on: dt.date) -> float:
        """Give the value of a threshold in force on a day."""
        threshold = _lookup(self.thresholds, name, "threshold")
        held = [entry for entry in threshold.values if entry.since <= on]
        if not held:
            first = min(entry.since for entry in threshold.values)
            raise UnknownError(
                f"threshold {name!r} has no value in force on {on}", allowed=f"a day from {first}"
            )
        return max(held, key=lambda entry: entry.since).value


def _lookup(table: Mapping[str, T], name: str, what: str) -> T:
    if name not in table:
        raise UnknownError(f"no such {what}", found=name, allowed=", ".join(sorted(table)))
    return table[name]


@cache
def built_in() -> Catalogue:
    """Give the catalogue of the package, read once."""
    return load_catalogue()


def load_catalogue(extra: Path | None = None) -> Catalogue:
    """Read the catalogue of the package, and the indicators a user added.

    Parameters
    ----------
    extra : Path, optional
        Folder of `*.yaml` files shaped like `indicateurs.yaml`, with `variables` and `sources` of their
        own if need be. A missing folder adds nothing.

    Raises
    ------
    CatalogueError
        A file is not as it must be, names something unknown, or redefines an indicator.

    Examples
    --------
    >>> load_catalogue().indicator("taux_pauvrete").label
    'Taux de pauvreté'
    """
    home = Path(str(resources.files("oqhs") / "referentiel"))
    base = read_model(home / "indicateurs.yaml", _IndicatorFile)
    themes, caveats, indicators = dict(base.themes), dict(base.caveats), dict(base.indicators)
    variables = dict(read_model(home / "variables.yaml", _VariableFile).variables)
    sources = dict(read_model(home / "sources.yaml", _SourceFile).sources)
    origin = dict.fromkeys(indicators, home / "indicateurs.yaml")
    for path in sorted(extra.glob("*.yaml")) if extra is not None else ():
        added = read_model(path, _IndicatorFile)
        held: dict[str, Mapping[str, object]] = {
            "indicators": indicators,
            "themes": themes,
            "variables": variables,
            "sources": sources,
            "caveats": caveats,
        }
        twice = [
            Problem(
                "this exists already", path, None, f"{section}.{name}", name, "an id of its own", "rename it"
            )
            for section, known in held.items()
            for name in getattr(added, section)
            if name in known
        ]
        if twice:
            raise CatalogueError.gather(twice)
        origin |= dict.fromkeys(added.indicators, path)
        themes |= added.themes
        caveats |= added.caveats
        variables |= added.variables
        sources |= added.sources
        indicators |= added.indicators
    # Indicators stand by theme; those a user adds come after the others of theirs.
    rank = {theme: position for position, theme in enumerate(themes)}
    ordered = sorted(indicators.items(), key=lambda item: rank.get(item[1].theme, len(rank)))
    catalogue = Catalogue(
        themes=themes,
        caveats=caveats,
        indicators=dict(ordered),
        variables=variables,
        sources=sources,
        thresholds=read_model(home / "seuils.yaml", _ThresholdFile).thresholds,
    )
    problems = list(_dangling(catalogue, origin))
    if problems:
        raise CatalogueError.gather(problems)
    return catalogue


_READING_WORDS = ("value", "of_zone", "reference", "in_reference", "gap")


def _placeholders(reading: str) -> list[str]:
    """Words in braces of a reading key; with their format where they have one, which is not allowed."""
    try:
        parsed = list(Formatter().parse(reading))
    except ValueError:
        return [reading]
    return [
        name + (f"!{conversion}" if conversion else "") + (f":{spec}" if spec else "")
        for _, name, spec, conversion in parsed
        if name is not None
    ]


def _dangling(catalogue: Catalogue, origin: Mapping[str, Path]) -> Iterable[Problem]:
    """Find what an indicator or a layout names and the catalogue does not hold."""
    known = set(catalogue.variables) | set(catalogue.indicators)
    for name, indicator in catalogue.indicators.items():
        place = f"indicators.{name}"
        named = {
            "numerator": indicator.numerator.variables if indicator.numerator else (),
            "denominator": indicator.denominator.variables if indicator.denominator else (),
            "published": (indicator.published.variable,) if indicator.published else (),
            "quantiles": tuple((indicator.quantiles or {}).values()),
            "weights": tuple(v for product in indicator.weights for v in product),
            "richer_by": (indicator.richer_by,) if indicator.richer_by else (),
        }
        checks: list[tuple[str, Iterable[str], Iterable[str]]] = [
            (field, values, known) for field, values in named.items()
        ]
        checks.append(("reading", _placeholders(indicator.reading), _READING_WORDS))
        checks.append(("theme", (indicator.theme,), catalogue.themes))
        checks.append(("source", (indicator.source,), catalogue.sources))
        checks.append(("caveats", indicator.caveats, catalogue.caveats))
        for field, values, allowed in checks:
            for value in values:
                if value not in allowed:
                    yield Problem(
                        "the catalogue has no such entry",
                        file=origin[name],
                        column=f"{place}.{field}",
                        found=value,
                        allowed=", ".join(sorted(allowed)),
                    )
    for name, (_, layout) in catalogue.layouts.items():
        for vintage in layout.vintages:
            for column, variable in vintage.columns.items():
                if variable not in known:
                    yield Problem(
                        "no such variable",
                        file="sources.yaml",
                        column=f"{name}.{column}",
                        found=variable,
                        allowed="a variable of variables.yaml",
                    )

"""Entries of the catalogue: what an indicator, a variable, a source, a threshold are made of."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from oqhs.documents import Model, Text

Recipe = Literal[
    "ratio",
    "count",
    "published",
    "pooled",
    "mass",
    "estimate",
    "area_share",
    "access",
    "walking_time",
    "count_near",
]
#: Recipes that measure on the map; those of them that are about a category of facilities, and on foot.
ON_THE_MAP = ("access", "area_share", "count_near", "walking_time")
ABOUT_FACILITIES = ("access", "count_near", "walking_time")
ON_FOOT = ("access", "walking_time")
Kind = Literal[
    "qpv",
    "iris",
    "carreau",
    "commune",
    "ept",
    "epci",
    "departement",
    "region",
    "france",
    "ensemble_qpv",
    "hors_qpv",
    "regroupement",
]
#: Generation of the quartiers, year of the outlines of communes (cog) or of IRIS, or size of the cells.
Perimeter = Annotated[str, Field(pattern=r"^(qpv2015|qpv2024|(cog|iris)(19|20)[0-9]{2}|carreaux200m)$")]
Unit = Literal["percent", "eur_year", "eur_month", "persons", "minutes", "facilities", "consultations"]
Diffusion = Literal["interne", "partenaires", "public"]
#: From the narrowest to the widest.
DIFFUSIONS = ("interne", "partenaires", "public")


class Variable(Model):
    """A quantity as producers publish it, under our own id.

    `at_most` is a variable it is a part of, or that stands above it, in one table: a value over that of
    the other is refused. `parts` are variables that add up to it, such as the two sexes.
    """

    label: Text
    unit: Literal["persons", "households", "families", "units", "percent", "eur_year", "minutes", "ratio"]
    range: tuple[float | None, float | None] | None = None
    at_most: str | None = None
    parts: tuple[str, ...] = ()

    @property
    def is_count(self) -> bool:
        """Whether the values of two territories add up."""
        return self.unit in {"persons", "households", "families", "units"}

    @property
    def bounds(self) -> tuple[float | None, float | None]:
        """Smallest and largest value that can be true, in `unit`; None is unbounded."""
        if self.range is not None:
            return self.range
        return (0.0, 100.0) if self.unit == "percent" else (0.0, None)


class Term(Model):
    """Numerator or denominator of a ratio: in words, and the variables that are added up."""

    words: Text
    variables: tuple[str, ...] = ()


class Published(Model):
    """Variable that carries the indicator when a producer publishes it."""

    variable: str
    divide_by: Annotated[float, Field(gt=0)] = 1.0


class Indicator(Model):
    """An indicator of the observatory.

    `polarity` is +1 when a higher value is favourable, −1 when it is unfavourable and 0 when it is
    neither: a neutral indicator is never flagged. One that is `optional` is shown by the editions that plan
    it only. `weights` lists, best first, the products of
    variables that may weight the values of several territories; each one after the first is a proxy,
    and is named as such wherever it is used. `facility` is the category of facilities that is walked to, or
    counted; `context` the kind of territory the figure is measured for, when it is never that of a quartier;
    one that is `clustered` goes by whole buildings, and no design effect of the census serves it.
    """

    label: Text
    theme: str
    universe: Text
    unit: Unit
    decimals: int = Field(ge=0, le=3)
    polarity: Literal[-1, 0, 1]
    recipe: Recipe
    source: str
    key: bool = False
    optional: bool = False
    footnote: Literal["a", "b", "c"] | None = None
    numerator: Term | None = None
    denominator: Term | None = None
    published: Published | None = None
    quantiles: dict[float, str] | None = None
    weights: tuple[tuple[str, ...], ...] = ()
    richer_by: str | None = None
    facility: str | None = None
    context: Kind | None = None
    clustered: bool = False
    reading: Text
    caveats: tuple[str, ...] = ()

    @property
    def recipes(self) -> list[str]:
        """Recipes an edition may ask for: its own, its counts (estimated or not), a published figure."""
        counts = self.numerator is not None and bool(self.numerator.variables)
        bases = self.denominator is not None and bool(self.denominator.variables)
        asked = {self.recipe, *(["ratio", "estimate"] if counts and bases else [])}
        asked |= {"estimate"} if self.recipe == "count" else set()
        asked |= {"published"} if self.recipe not in {"count", "count_near"} else set()
        return sorted(asked)

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
            **dict.fromkeys(ABOUT_FACILITIES, self.facility is None and "facility"),
        }.get(self.recipe)
        if lacking:
            raise ValueError(f"recipe {self.recipe!r} needs {lacking}")
        return self


class Theme(Model):
    """A theme of the key table."""

    label: Text


class ThresholdValue(Model):
    """A value of a threshold, the day it starts to hold and why."""

    value: float
    since: dt.date
    reference: Text
    checked: dt.date


class Threshold(Model):
    """A dated parameter of the method."""

    label: Text
    unit: str
    values: tuple[ThresholdValue, ...] = Field(min_length=1)


class Series(Model):
    """A yearly figure of the method, such as an index of prices; a year that is not there has none."""

    label: Text
    unit: str
    reference: Text
    checked: dt.date
    values: dict[int, Annotated[float, Field(gt=0)]] = Field(min_length=1)


class Break(Model):
    """A vintage that measures otherwise than the ones before it, and why, in French."""

    year: int
    note: Text
    reference: Text


class Comparability(Model):
    """When two vintages of a source may be compared.

    `span_min` names the threshold (years) under which they are too near; `near` says whether such a
    change is then refused, or shown with a caution. `why` says it in French. A change across one of the
    `breaks` is shown with a caution.
    """

    span_min: str
    near: Literal["refused", "caution"]
    why: Text
    breaks: tuple[Break, ...] = ()


class Block(Model):
    """Columns of a table that are of another source, hence of another year than the rest of it."""

    label: Text
    columns: dict[str, str]
    notes: tuple[str, ...] = ()


class Vintage(Model):
    """One state of a published header.

    `match` names the columns that, together, tell this vintage, `absent` those that tell another one.
    `columns` maps a name of the header (upper case, `{yy}` standing for the two digits of the year),
    several that are added up (`A + B`) or the spellings of one (`A | B`) to one of our variables.
    `notes` are columns that qualify the row. The columns of `blocks` are read when the card says of
    which year they are. `key` is that of the layout unless told.
    """

    match: tuple[str, ...] = Field(min_length=1)
    absent: tuple[str, ...] = ()
    columns: dict[str, str]
    notes: tuple[str, ...] = ()
    blocks: dict[str, Block] = Field(default_factory=dict)
    key: str | None = None


class Layout(Model):
    """A table as a producer publishes it: one territory a row.

    `key` is the column of the code, or those that make it (`DEP & COM`).
    """

    label: Text
    page: str
    key: str
    kinds: tuple[Kind, ...]
    labels: tuple[str, ...] = ()
    decimal: Literal[",", "."] = ","
    edition_years: dict[int, int] = Field(default_factory=dict)
    vintages: tuple[Vintage, ...]


class LayerLayout(Model):
    """A layer of perimeters as a producer publishes it."""

    label: Text
    page: str
    kind: Kind
    match: tuple[str, ...]
    territory: str
    name: str
    communes: str | None = None
    perimeter: str | None = None


class Source(Model):
    """A statistical source: who produces it, under which licence, in which layouts.

    `attribution` is what its licence asks to print on everything that uses it; `made` says how its figures
    are made: `sondage` (a sample), `fiscal` (tax files) or `mesure` (measured, or counted whole).
    `protected` names the threshold (units) under which a count of people that the observatory holds itself
    may not be told; figures of Insee are under its own secrecy already, and have none.
    """

    label: Text
    short: Text
    producer: Text
    page: str
    licence: Text
    vintages: str
    attribution: Text = ""
    made: Literal["sondage", "fiscal", "mesure"] | None = None
    protected: str | None = None
    comparability: Comparability | None = None
    layouts: dict[str, Layout] = Field(default_factory=dict)
    layers: dict[str, LayerLayout] = Field(default_factory=dict)

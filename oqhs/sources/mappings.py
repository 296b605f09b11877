"""What a card says of how to read a file that no layout of the catalogue describes."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_serializer, model_validator

from oqhs.documents import Model, Text
from oqhs.entries import Kind


class MappedColumn(Model):
    """What a column of a mapped table holds; `year` where it is not the year of the card."""

    variable: str
    year: int | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, value: object) -> object:
        """Take the id of a variable alone for a column of the year of the card."""
        return {"variable": value} if isinstance(value, str) else value

    @model_serializer
    def _as_name(self) -> str | dict[str, str | int]:
        return self.variable if self.year is None else {"variable": self.variable, "year": self.year}


class TableMapping(Model):
    """How to read a table of another origin: its key, and what each column holds.

    `repeated` says that a territory may stand on several rows that agree on every mapped column (one
    row per quartier × commune, for example).
    """

    key: str
    columns: dict[str, MappedColumn] = Field(min_length=1)
    decimal: Literal[",", "."] = ","
    repeated: bool = False


class LayerMapping(Model):
    """How to read a layer of another origin."""

    kind: Kind
    territory: str
    name: str
    communes: str | None = None


class MembershipMapping(Model):
    """How to read a table that says which territory lies in which.

    `population` is the column of the persons of the territory who live in that parent.
    """

    territory: str
    parent: str
    parent_name: str | None = None
    population: str | None = None
    decimal: Literal[",", "."] = ","


class AttributeMapping(Model):
    """How to read a table that says things of quartiers: the column of their codes, and each attribute."""

    territory: str
    columns: dict[str, Text] = Field(min_length=1)


class HeatMapping(Model):
    """Which class of the îlots morphologiques is read, and the classes that say that nobody assessed one."""

    when: Literal["jour", "nuit"]
    unassessed: tuple[int, ...] = ()


class CanopyMapping(Model):
    """How to read a layer of vegetation seen from above.

    Of polygons, `keep` lists the values of the field `stratum` that are trees or shrubs; of a raster, the
    values of its pixels, in `band`.
    """

    stratum: str | None = None
    keep: tuple[str | int, ...] = ()
    band: int = Field(default=1, ge=1)


class ExposureMapping(Model):
    """How to read a layer of classes of air or noise: those of `field` that count as exposed."""

    field: str
    keep: tuple[str | int, ...] = Field(min_length=1)


class PlaceMapping(Model):
    """Where the rows of a table are: the columns of two coordinates, and their system."""

    x: str | None = None
    y: str | None = None
    lat: str | None = None
    lon: str | None = None
    crs: str | None = None

    @model_validator(mode="after")
    def _says_one_pair(self) -> Self:
        projected, geographic = (self.x, self.y), (self.lat, self.lon)
        if any(None in pair and pair != (None, None) for pair in (projected, geographic)):
            raise ValueError("coordinates come in pairs: x and y, or lat and lon")
        if None not in (*projected, *geographic):
            raise ValueError("give x and y, or lat and lon, not both")
        if self.x is not None and self.crs is None:
            raise ValueError("x and y need their system: crs: EPSG:2154")
        return self


class FacilityMapping(PlaceMapping):
    """How to read a list of facilities: points or polygons of a layer, or rows with coordinates.

    `category` says what all of them are, or `category_column` where each says it; `keep` maps what
    stands there to one of our categories, `C201*` standing for every value that starts so, and rows of
    other values are left out and counted. `valid_from` and `valid_to` are columns of dates.
    """

    code: str | None = None
    name: str | None = None
    category: str | None = None
    category_column: str | None = None
    keep: dict[str, str] = Field(default_factory=dict)
    valid_from: str | None = None
    valid_to: str | None = None

    @model_validator(mode="after")
    def _says_its_categories(self) -> Self:
        if (self.category is None) == (self.category_column is None):
            raise ValueError("give category, or category_column and keep")
        if (self.category_column is None) == bool(self.keep):
            raise ValueError("category_column and keep go together")
        return self


class PeopleMapping(PlaceMapping):
    """How to read addresses or buildings with the people or the dwellings they hold."""

    code: str | None = None
    population: str | None = None
    dwellings: str | None = None

    @model_validator(mode="after")
    def _says_a_weight(self) -> Self:
        if self.population is None and self.dwellings is None:
            raise ValueError("give the column of population, or that of dwellings")
        return self


class InterviewTables(Model):
    """Tables beside a corpus of interviews: what is said of its sources, links of codes, verdicts."""

    sources: str | None = None
    links: str | None = None
    verdicts: str | None = None

    def files(self) -> list[str]:
        """Names of the tables."""
        return [name for name in (self.sources, self.links, self.verdicts) if name is not None]


class StreetMapping(Model):
    """How to read a layer of streets that says no system: the one it is in."""

    crs: str | None = None

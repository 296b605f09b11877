"""What the tables of a release hold: their columns, their codes, in the words partners read."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from oqhs.documents import Model, read_model
from oqhs.entries import Diffusion


class Column(Model):
    """A column: what it says; its unit where it is not that of the indicator; its codes, if it has some."""

    meaning: str
    unit: str = ""
    values: str | None = None


class Table(Model):
    """A table of a release: what a row of it is, and how far it may go at most.

    `columns` are those that say something else there than in the other tables.
    """

    title: str
    row: str
    key: tuple[str, ...] = Field(min_length=1)
    diffusion: Diffusion = "public"
    columns: dict[str, Column] = Field(default_factory=dict)


class Columns(Model):
    """The dictionary of the tables of a release."""

    tables: dict[str, Table]
    columns: dict[str, Column]
    values: dict[str, dict[str, str]]

    @model_validator(mode="after")
    def _names_what_is_there(self) -> Self:
        special = [one for table in self.tables.values() for one in table.columns.values()]
        lists = {one.values for one in [*self.columns.values(), *special]} - {None}
        unknown = sorted(
            {str(name) for name in lists - set(self.values)}
            | {name for table in self.tables.values() for name in table.key if name not in self.columns}
        )
        if unknown:
            raise ValueError(f"columns or lists of codes that are not there: {', '.join(unknown)}")
        return self

    def column(self, table: str, name: str) -> Column:
        """Say what a column of a table holds."""
        return self.tables[table].columns.get(name) or self.columns[name]

    def codes(self, column: Column) -> Mapping[str, str]:
        """Codes of a column and what each says; none where it has no list of them."""
        return self.values.get(column.values, {}) if column.values is not None else {}


@cache
def read_columns() -> Columns:
    """Read the dictionary of the package, once."""
    return read_model(Path(str(resources.files("oqhs") / "referentiel" / "colonnes.yaml")), Columns)

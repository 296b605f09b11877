"""One territory of a release, and what is said of it there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from oqhs.entries import Indicator
from oqhs.inside import quartiers_inside
from oqhs.publish.contents import Contents
from oqhs.publish.portrait.document import Cell
from oqhs.text import NOT_AVAILABLE, OBSERVED, STATUS_SHORT, STATUS_WORDS, format_value, listing

#: References a portrait compares with.
COMPARED = ("commune", "ept", "departement", "ensemble_qpv")


@dataclass(frozen=True)
class Zone:
    """A territory of a release."""

    contents: Contents
    code: str

    def named(self, form: str = "label", code: str | None = None) -> str:
        """Give the name of the territory, or of another one, in a form; parents pooled are listed."""
        wanted = self.code if code is None else code
        rows = self.contents.territories
        names = dict(zip(rows["territory"], rows[form], strict=True))
        return listing([str(names.get(part, part)) for part in wanted.split("+")])

    @cached_property
    def gaps(self) -> Mapping[tuple[str, str], Mapping[str, Any]]:
        """Gaps of the territory, by indicator and reference."""
        rows = self.contents.gaps
        own = rows[rows["territory"] == self.code].to_dict("records")
        return {(str(row["indicator"]), str(row["reference"])): row for row in own}

    @cached_property
    def references(self) -> Mapping[str, str]:
        """Codes of the references of the territory, by kind; those that are known."""
        found = {kind: row["reference_territory"] for (_, kind), row in self.gaps.items()}
        return {kind: code for kind, code in found.items() if isinstance(code, str)}

    @cached_property
    def _observed(self) -> Mapping[tuple[str, str], Mapping[str, Any]]:
        rows = self.contents.observations
        own = rows[rows["territory"].isin({self.code, *self.references.values()})].to_dict("records")
        return {(str(row["indicator"]), str(row["territory"])): row for row in own}

    def observed(self, indicator: str, code: str | None = None) -> Mapping[str, Any]:
        """Give what is observed of an indicator, of the territory or of one of its references."""
        lacking = {"value": np.nan, "status": NOT_AVAILABLE, "note": "", "source": "", "year": None}
        return self._observed.get((indicator, self.code if code is None else code), lacking)

    def parents(self, kind: str) -> pd.DataFrame:
        """Give the territories of a kind it lies in, or its quartiers do; the largest part of it first."""
        rows = self.contents.memberships
        found = rows[rows["territory"].isin({self.code, *self.quartiers}) & (rows["parent_kind"] == kind)]
        if self.is_group:
            # Shares of each quartier say nothing of several together.
            found = found.drop_duplicates("parent").assign(share_population=np.nan)
        return found.sort_values(["share_population", "parent"], ascending=[False, True])

    @cached_property
    def quartiers(self) -> list[str]:
        """Codes of the quartiers in it; a quartier is itself."""
        return quartiers_inside(self.contents.geography, self.code)

    @property
    def is_group(self) -> bool:
        """Whether it is made of other quartiers."""
        return self.quartiers != [self.code]

    @cached_property
    def history(self) -> pd.DataFrame:
        """What the quartier came from and what files say of it."""
        rows = self.contents.history
        if rows is None:
            return pd.DataFrame(columns=["territory", "role", "sentence"])
        return rows[rows["territory"] == self.code]


def value_cell(row: Mapping[str, Any], indicator: Indicator, prefix: str = "") -> Cell:
    """Print a value with its unit, or why there is none.

    Examples
    --------
    >>> from oqhs.catalogue import built_in
    >>> poor = built_in().indicator("taux_pauvrete")
    >>> value_cell({"value": float("nan"), "status": "secret"}, poor).text
    'secret'
    """
    value, status = row[f"{prefix}value"], str(row[f"{prefix}status"])
    if status == OBSERVED and not pd.isna(value):
        return Cell(format_value(float(value), indicator.unit, indicator.decimals))
    lacking = status if status in STATUS_SHORT else NOT_AVAILABLE
    return Cell(STATUS_SHORT[lacking], tone="missing", meaning=STATUS_WORDS[lacking])


def year_words(year: Any) -> str:
    """Give a year, or a dash where there is none."""
    return "–" if year is None or pd.isna(year) else str(int(year))

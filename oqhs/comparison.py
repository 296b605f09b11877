"""Two editions compared: what became of the quartiers, and how their indicators changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from oqhs.analysis.change import Prices, evolution
from oqhs.analysis.dates import two_dates
from oqhs.analysis.history import history
from oqhs.catalogue import Catalogue
from oqhs.continuity import on_perimeter_of, same_territories
from oqhs.editions import EditionFile
from oqhs.entries import DIFFUSIONS, Indicator
from oqhs.errors import CatalogueError, MeasureError, Problem
from oqhs.measures.crosswalk import THRESHOLDS, crosswalk
from oqhs.observations import UNPLANNED, observations_of
from oqhs.observed import ObservedEdition
from oqhs.text import OBSERVED

_SHOWN = 5


@dataclass(frozen=True)
class Comparison:
    """An earlier edition and a later one of the same département."""

    before: ObservedEdition
    after: ObservedEdition

    @property
    def catalogue(self) -> Catalogue:
        """The catalogue of the later edition."""
        return self.after.observatory.catalogue

    @property
    def day(self) -> dt.date:
        """Day whose thresholds hold: the first of the year of the later edition."""
        return dt.date(self.after.file.edition, 1, 1)

    @property
    def _limits(self) -> dict[str, float]:
        return {name: self.catalogue.threshold(name, self.day) for name in THRESHOLDS}

    @cached_property
    def indicators(self) -> dict[str, Indicator]:
        """Indicators that are compared: those one of the two editions plans, and those not optional."""
        return self.catalogue.shown({*self.before.file.indicators, *self.after.file.indicators})

    @property
    def passage(self) -> pd.DataFrame:
        """Crosswalk from the quartiers of the earlier edition to those of the later one."""
        return self._passage.copy(deep=False)

    # What is kept is never handed out itself.
    @cached_property
    def _passage(self) -> pd.DataFrame:
        first, last = (one.territories[one.territories["kind"] == "qpv"] for one in (self.before, self.after))
        return crosswalk(first, last, self.after.cells_around(first), thresholds=self._limits)

    def named_passage(self) -> pd.DataFrame:
        """Crosswalk with the names and the perimeter of both sides."""
        named = self.passage.copy()
        for side, one in (("old", self.before), ("new", self.after)):
            labels = one.territories.set_index("territory")["label"]
            named[f"label_{side}"] = named[f"code_{side}"].map(labels)
            named[f"perimeter_{side}"] = one.file.perimeter
        return named

    def history(self, role: str) -> pd.DataFrame:
        """Tell what the quartiers of the later edition came from, or what those of the earlier one became."""
        named = self.named_passage()
        labels = {
            code: label
            for side in ("old", "new")
            for code, label in zip(named[f"code_{side}"], named[f"label_{side}"], strict=True)
        }
        return history(named, role, labels, (self.before.file.perimeter, self.after.file.perimeter))

    @property
    def dates(self) -> pd.DataFrame:
        """Values of both dates, as `oqhs.analysis.two_dates` gives them."""
        return self._dates.copy(deep=False)

    @cached_property
    def _dates(self) -> pd.DataFrame:
        before, after = self.before, self.after
        perimeters = (before.file.perimeter, after.file.perimeter)
        same = same_territories(before.geography, after.geography, self.passage, perimeters, self._limits)
        first, last = self._observations(before), self._observations(after)
        return two_dates(first, last, same, self._brought(), self._remedies())

    def _observations(self, edition: ObservedEdition) -> pd.DataFrame:
        """Observations of an edition, those that only the other one shows included."""
        own = edition.observations
        shown = set(own["indicator"])
        others = [name for name in self.indicators if name not in shown]
        return pd.concat([own, observations_of(edition.materials, others)]) if others else own

    @cached_property
    def _rewritten(self) -> tuple[EditionFile | None, EditionFile | None]:
        """Both editions on the quartiers of the later one, where their counts by IRIS allow it."""
        target, indicators = self.after.file, self.catalogue.indicators
        first, last = (
            on_perimeter_of(one.file, target, indicators, one.materials.counted_by_iris)
            for one in (self.before, self.after)
        )
        return first, last

    def _brought(self) -> tuple[pd.DataFrame, pd.DataFrame] | None:
        rewritten = self._rewritten
        if rewritten[0] is None or rewritten[1] is None:
            return None
        both = sorted(set(rewritten[0].indicators) & set(rewritten[1].indicators))
        if not both:
            return None
        editions = [ObservedEdition(self.after.observatory, file) for file in rewritten if file]
        first, last = (observations_of(edition.materials, both) for edition in editions)
        # References stand on their own perimeter: only the quartiers are brought to another one.
        zones = self.after.materials.zones
        return first[first["territory"].isin(zones)], last[last["territory"].isin(zones)]

    def _remedies(self) -> dict[str, str]:
        """Say of each indicator what would bring both dates to one perimeter."""
        held = [set(one.indicators) if one is not None else set() for one in self._rewritten]
        editions = [one.file.edition for one in (self.before, self.after)]
        found = {}
        for name, indicator in self.catalogue.indicators.items():
            lacking = [
                str(edition) for edition, names in zip(editions, held, strict=True) if name not in names
            ]
            if "estimate" not in indicator.recipes:
                found[name] = "cet indicateur ne se ramène pas à un autre périmètre"
            elif lacking:
                found[name] = (
                    "il faudrait ses effectifs par IRIS aux deux dates ; ils manquent à l'édition "
                    + " et à l'édition ".join(lacking)
                )
        return found

    def table(self, reference: str, prices: Prices = "constants") -> pd.DataFrame:
        """Measure the changes of every quartier and indicator, comparable or not, with a reference."""
        pairs = self.after.geography.pairs(reference)
        return evolution(self.dates, pairs, self.indicators, self.catalogue, on=self.day, prices=prices)

    def changes(
        self,
        reference: str,
        prices: Prices,
        indicators: Sequence[str] | None = None,
        territories: Sequence[str] | None = None,
    ) -> pd.DataFrame:
        """Measure the changes of the quartiers, each with its reference; all of them by default.

        What is asked for by name and cannot be compared at all is an error, and so is a table that would
        hold no change.
        """
        table = self.table(reference, prices)
        known = table["status"] == OBSERVED
        among = {
            column: table[column].isin(names) if names is not None else pd.Series(True, index=table.index)
            for column, names in (("indicator", indicators), ("territory", territories))
        }
        kept = among["indicator"] & among["territory"]
        problems = self._unanswered(table, among, indicators or (), territories or ())
        if problems:
            raise MeasureError.gather(problems)
        if not known[kept].any():
            raise MeasureError.gather([self._problem("no indicator can", table[kept], "none")])
        return table[kept].reset_index(drop=True)

    def _unanswered(
        self,
        table: pd.DataFrame,
        among: dict[str, pd.Series],
        indicators: Sequence[str],
        territories: Sequence[str],
    ) -> list[Problem]:
        """Tell which of the names asked for cannot be compared at all, and what could take their place."""
        known = table["status"] == OBSERVED
        whom = f" of {', '.join(territories)}" if territories else ""
        # Other indicators of the same quartiers; without any, other quartiers of the same indicators.
        others = table.loc[known & among["territory"], "indicator"]
        others = others if len(others) else table.loc[known & among["indicator"], "territory"]
        problems = [
            self._problem(f"{name}{whom} cannot", rows, _some(others))
            for name in indicators
            if (rows := table[among["territory"] & (table["indicator"] == name)])["change"].isna().all()
        ]
        if len(problems) == len(indicators) > 0:
            return problems
        return problems + [
            self._problem(f"{name} cannot", rows, _some(table.loc[known & among["indicator"], "territory"]))
            for name in territories
            if (rows := table[among["indicator"] & (table["territory"] == name)])["change"].isna().all()
        ]

    def _problem(self, what: str, rows: pd.DataFrame, allowed: str) -> Problem:
        """Tell what cannot be compared, why (most frequent first, what is not planned last)."""
        editions = f"{self.before.file.edition} and {self.after.file.edition}"
        told = rows.loc[rows["reason"] != "", "reason"]
        planned = told[~told.str.contains(UNPLANNED, regex=False)]
        reasons = (planned if len(planned) else told).value_counts().index
        return Problem(
            f"{what} be compared between editions {editions}",
            found=" | ".join(reasons[:_SHOWN]) or UNPLANNED,
            allowed=allowed,
            todo="take one of these, an earlier edition, or name in both the counts by IRIS",
        )


def are_kin(file: EditionFile, other: EditionFile) -> bool:
    """Whether another edition is of the same département, on other quartiers, and may go as far."""
    wide = DIFFUSIONS.index(other.diffusion) >= DIFFUSIONS.index(file.diffusion)
    return wide and other.departement == file.departement and other.perimeter != file.perimeter


def refuse_narrower(earlier: EditionFile, later: EditionFile) -> None:
    """Refuse an earlier edition that may not go as far as the later one."""
    if DIFFUSIONS.index(earlier.diffusion) < DIFFUSIONS.index(later.diffusion):
        raise CatalogueError(
            "the two editions cannot be compared",
            file=f"editions/{earlier.edition}.yaml",
            column="diffusion",
            found=earlier.diffusion,
            allowed=f"{later.diffusion}, as edition {later.edition}",
        )


def _some(known: pd.Series) -> str:
    names = list(known.drop_duplicates())
    if not names:
        return "nothing between these two editions"
    return ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")

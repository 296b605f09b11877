"""An edition compared with another: crosswalk, changes, history."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import pandas as pd

from oqhs.analysis.change import Prices
from oqhs.analysis.history import ANCESTOR, DESCENDANT, attributes_told, put_together
from oqhs.choices import named, several
from oqhs.comparison import Comparison, are_kin, refuse_narrower
from oqhs.errors import UnknownError
from oqhs.judged import JudgedEdition
from oqhs.precision import (
    changes_without_unpublishable,
    sampling_of_edition,
    with_change_intervals,
)
from oqhs.protected import Protection, protection_of
from oqhs.publish.evolutions import worded


class ComparedEdition(JudgedEdition):
    """What an edition says of the quartiers through time."""

    @cached_property
    def _comparisons(self) -> dict[int, Comparison]:
        return {}

    def comparison(self, since: int | None = None) -> Comparison:
        """Compare this edition with an earlier one.

        Parameters
        ----------
        since : int, optional
            A year: the first edition from it on, before this one. By default the edition that the file of
            this one names.

        Raises
        ------
        UnknownError
            There is no such edition of this département, or none is named.
        CatalogueError
            It may not go as far as this one.
        """
        start = since if since is not None else self.file.since
        years = [year for year in self.observatory.editions if year < self.file.edition]
        own = self.file.departement
        before = [year for year in years if self.observatory.edition(year).file.departement == own]
        found = [year for year in before if start is not None and year >= start]
        if not found:
            raise UnknownError(
                "there is no earlier edition to compare this one with",
                file=f"editions/{self.file.edition}.yaml",
                column="since",
                found=start,
                allowed=", ".join(map(str, before)) or "none before it in this folder",
                todo="name one: `since: YEAR` in the edition, changes(since=YEAR) or --since YEAR",
            )
        if found[0] not in self._comparisons:
            self._comparisons[found[0]] = Comparison(self.observatory.edition(found[0]), self)
        comparison = self._comparisons[found[0]]
        # It is shared with the same edition told to others, who may not see the earlier one.
        refuse_narrower(comparison.before.file, self.file)
        return comparison

    def crosswalk(self, since: int | None = None) -> pd.DataFrame:
        """Tell what became of each quartier of an earlier edition in this one.

        Parameters
        ----------
        since : int, optional
            A year: the first edition from it on; by default the one the file of this edition names.

        Returns
        -------
        DataFrame
            As `oqhs.measures.crosswalk` gives it, people included where the edition names a grid, with
            `label_old`, `label_new`, `perimeter_old` and `perimeter_new`.

        Examples
        --------
        >>> import oqhs
        >>> passage = oqhs.open("data").edition(2024).crosswalk(since=2020)
        >>> passage[passage.relation == "fusion"].code_old.tolist()
        ['QP999014', 'QP999015']
        """
        return self.comparison(since).named_passage()

    def changes(
        self,
        since: int | None = None,
        *,
        reference: str = "departement",
        indicators: str | Sequence[str] | None = None,
        territories: str | Sequence[str] | None = None,
        prices: Prices = "constants",
    ) -> pd.DataFrame:
        """Measure how the quartiers changed since an earlier edition, beside their reference.

        A quartier is compared with itself where its perimeter did not change; elsewhere both dates are
        estimated on the perimeter of this edition from the counts by IRIS that both editions name.

        Parameters
        ----------
        since : int, optional
            A year: the first edition from it on; by default the one the file of this edition names.
        reference : {"departement", "ept", "commune", "ensemble_qpv", "hors_qpv"}
            As in `gaps`.
        indicators, territories : str or sequence of str, optional
            Ids of indicators, codes of quartiers, groups or all the quartiers (`QPV-94`); everything by
            default.
        prices : {"constants", "part_reference"}
            Amounts in euros of the second date, or as a percentage of that of the reference.

        Returns
        -------
        DataFrame
            One row per territory and indicator, with a reason where there is no change, and the interval of
            a change between two samples of the census (`change_ci_lower`, `change_ci_upper`); too small a
            sample has none in an edition that is not internal: see
            `oqhs.analysis.evolution`, and `oqhs.publish.evolutions.worded` for the columns in words.
            « L'évolution est celle du quartier, non de ses habitants. »

        Raises
        ------
        UnknownError
            There is no such edition, indicator or territory.
        MeasureError
            What was asked for by name cannot be compared, or nothing can: the error says why, and what
            could be.

        Examples
        --------
        >>> import oqhs
        >>> edition = oqhs.open("data").edition(2024)
        >>> moved = edition.changes(since=2020, indicators=["taux_pauvrete"], territories=["QN99903I"])
        >>> moved[["basis", "span_years", "flaggable"]].to_dict("records")
        [{'basis': 'quartier inchangé', 'span_years': 4, 'flaggable': False}]
        """
        territories, indicators = several(territories), several(indicators)
        for code in territories or ():
            self.geography.pair(code, reference)
        known = self.observatory.catalogue.indicators
        names = None if indicators is None else list(named(indicators, known))
        comparison = self.comparison(since)
        table = comparison.changes(reference, prices, names, territories)
        return self._worded(self._told(table, comparison))

    def _told(self, table: pd.DataFrame, comparison: Comparison) -> pd.DataFrame:
        """Add the intervals of the sampling to changes, and hide what is too little known."""
        level = self.observatory.catalogue.threshold("confiance", self._day)
        before = sampling_of_edition(comparison.before)
        found = with_change_intervals(self._disclosed(table, comparison), before, self._sampling, level)
        if self.file.diffusion == "interne":
            return found
        diffusion = self.file.diffusion
        return changes_without_unpublishable(found, before, self._sampling, self.geography, diffusion)

    def _disclosed(self, table: pd.DataFrame, comparison: Comparison) -> pd.DataFrame:
        """Take out of changes those made of counts that must stay hidden, at one of the two dates."""
        if self.file.diffusion == "interne":
            return table
        year = comparison.before.file.edition
        if year not in self._earlier:
            self._earlier[year] = protection_of(comparison.before, self._released)
        self.protection.refuse_leaks()
        self._earlier[year].refuse_leaks()
        return self.protection.without_changes(table, self._earlier[year])

    @cached_property
    def _earlier(self) -> dict[int, Protection]:
        """Protections of earlier editions, by year."""
        return {}

    def _worded(self, table: pd.DataFrame) -> pd.DataFrame:
        return worded(table, self.observatory.catalogue, self.geography.name, self.file.diffusion)

    def history(self, territory: str | None = None) -> pd.DataFrame:
        """Tell what the quartiers came from, what they became, and what files say of them.

        Ancestors are those of the last earlier edition on another perimeter, descendants those of the
        next later one; a folder that has none gives no such row.

        Parameters
        ----------
        territory : str, optional
            Code of a quartier; all of them by default.

        Returns
        -------
        DataFrame
            As `oqhs.analysis.history` gives it; rows of role `attribut` hold the attributes.

        Raises
        ------
        UnknownError
            There is no such quartier.

        Examples
        --------
        >>> import oqhs
        >>> told = oqhs.open("data").edition(2024).history("QN99914M")
        >>> told.loc[told.role == "ancêtre", "other"].tolist()
        ['QP999014', 'QP999015']
        """
        quartiers = self.geography.of_kind("qpv")
        chosen = [territory] if territory is not None else quartiers
        if territory is not None and territory not in quartiers:
            self._refuse_unknown(territory)
        every = map(self.observatory.edition, self.observatory.editions)
        here = [one for one in every if are_kin(self.file, one.file)]
        before = [one for one in here if one.file.edition < self.file.edition][-1:]
        after = [one for one in here if one.file.edition > self.file.edition][:1]
        found = [attributes_told(self.attributes)]
        found += [self.comparison(one.file.edition).history(ANCESTOR) for one in before]
        found += [Comparison(self, one).history(DESCENDANT) for one in after]
        together = put_together(found)
        return together[together["territory"].isin(chosen)].reset_index(drop=True)

    def _refuse_unknown(self, territory: str) -> None:
        """Refuse the code of a quartier this edition does not hold; say which edition holds it."""
        others = [self.observatory.edition(year) for year in self.observatory.editions]
        holders = [one.file.edition for one in others if territory in one.geography.of_kind("qpv")]
        raise UnknownError(
            "this edition has no such quartier",
            found=territory,
            allowed=f"a code from {self.geography.of_kind('qpv')[0]} to {self.geography.of_kind('qpv')[-1]}",
            todo=f"edition {holders[0]} holds it" if holders else "see the codes in edition.territories",
        )

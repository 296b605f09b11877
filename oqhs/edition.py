"""Edition: one yearly publication, its comparisons and its products."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path

import pandas as pd

from oqhs.analysis.change import Prices
from oqhs.analysis.gaps import Mode, compare
from oqhs.analysis.history import ANCESTOR, DESCENDANT, attributes_told, put_together
from oqhs.choices import compared, named, several
from oqhs.comparison import Comparison, are_kin, refuse_narrower
from oqhs.errors import UnknownError
from oqhs.geography import REFERENCES
from oqhs.observed import ObservedEdition
from oqhs.publish.evolutions import worded
from oqhs.publish.key_table import Wording, key_table
from oqhs.publish.release import Contents, Progress, write_release
from oqhs.sources.cards import sha256


class Edition(ObservedEdition):
    """One yearly publication: what is observed, compared and published, computed when asked for and kept.

    It is made by `Observatory.edition`.
    """

    @cached_property
    def _comparisons(self) -> dict[int, Comparison]:
        return {}

    def gaps(self, reference: str = "departement", *, mode: Mode = "unrounded") -> pd.DataFrame:
        """Compare every quartier with a reference, indicator by indicator.

        Parameters
        ----------
        reference : {"departement", "ept", "commune", "ensemble_qpv", "hors_qpv"}
            A quartier that lies in several communes or EPT is compared with them pooled.
        mode : {"unrounded", "published"}
            `published` takes gaps of values as shown: for published columns that are rounded already.

        Returns
        -------
        DataFrame
            One row per quartier (and group of quartiers) and indicator; see `oqhs.analysis.compare`.

        Examples
        --------
        >>> import oqhs
        >>> gaps = oqhs.open("data").edition(2024).gaps("commune")
        >>> gaps.territory.nunique(), gaps.indicator.nunique()
        (48, 19)
        """
        pairs = self.geography.pairs(reference)
        pairs = pairs[pairs["territory"] != self.geography.ensemble]
        return compare(self._observations, pairs, compared(self.file, self.observatory.catalogue), mode=mode)

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
            earlier = self.observatory.edition(found[0])
            refuse_narrower(earlier.file, self.file)
            self._comparisons[found[0]] = Comparison(earlier, self)
        return self._comparisons[found[0]]

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
            One row per territory and indicator, with a reason where there is no change: see
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
        table = self.comparison(since).changes(reference, prices, names, territories)
        return self._worded(table)

    def _worded(self, table: pd.DataFrame) -> pd.DataFrame:
        return worded(table, self.observatory.catalogue, self.geography.name, self.file.diffusion)

    @property
    def attributes(self) -> pd.DataFrame:
        """What a file says of the quartiers in words: `territory, attribute, value`; empty without a file."""
        card = self.file.territories.attributes
        if card is None:
            return pd.DataFrame(columns=["territory", "attribute", "value"], dtype="str")
        told = self._territories_of("attributes", card)
        self.materials.refuse_strangers(card, told["territory"])
        return told[told["territory"].isin(self.geography.of_kind("qpv"))].reset_index(drop=True)

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

    def key_table(
        self,
        reference: str = "departement",
        *,
        territory: str | None = None,
        indicators: Sequence[str] | None = None,
        mode: Mode = "unrounded",
    ) -> pd.DataFrame:
        """Compare all the quartiers, or one of them, with a reference: the key table.

        Parameters
        ----------
        reference : str
            `departement` or `hors_qpv` for all the quartiers; also `ept`, `commune` and
            `ensemble_qpv` for one.
        territory : str, optional
            Code of a quartier or of a group; all the quartiers by default.
        indicators : sequence of str, optional
            Ids of indicators; by default the key ones.
        mode : {"unrounded", "published"}
            As in `gaps`.

        Returns
        -------
        DataFrame
            One row per indicator; see `oqhs.publish.key_table`.

        Examples
        --------
        >>> import oqhs
        >>> table = oqhs.open("data").edition(2024).key_table()
        >>> len(table), int((table.status == "observed").sum())
        (17, 17)
        """
        zone = territory if territory is not None else self.geography.ensemble
        pairs = self.geography.pair(zone, reference)
        known = self.observatory.catalogue.shown(self.file.indicators)
        wanted = indicators if indicators is not None else [name for name, one in known.items() if one.key]
        gaps = compare(self._observations, pairs, named(wanted, known), mode=mode)
        other = pairs["reference_territory"].iloc[0]
        other = other if isinstance(other, str) else ""
        wording = Wording(
            zone=self.geography.name(zone),
            of_zone=self.geography.name(zone, "label_de"),
            reference=self.geography.name(other),
            in_reference=self.geography.name(other, "label_article"),
            diffusion=self.file.diffusion,
            ensemble=zone == self.geography.ensemble,
            people=self.file.counted_by,
        )
        sources = {name: card.source for name, card in self.observatory.cards.items()}
        return key_table(gaps, self.observatory.catalogue, wording, sources)

    def release(self, folder: str | Path = "data/processed", *, progress: Progress | None = None) -> Path:
        """Write the edition to `folder/2024/r1` (`r2`… when the content has changed since).

        Parameters
        ----------
        folder : str or Path
            Where releases go.
        progress : callable, optional
            Called with the number of steps done, their total and the name of the next one.

        Returns
        -------
        Path
            The folder of the release; an identical one that is there already is given as it is.
        """
        steps: list[tuple[str, Callable[[], object]]] = [
            ("lecture des fichiers", lambda: self.measurements),
            ("territoires", lambda: self.geography),
            ("indicateurs", lambda: self.observations),
        ]
        if self.file.since is not None:
            steps.append(("évolutions", lambda: self.comparison().dates))
        total = len(steps) + 1
        for done, (label, step) in enumerate(steps):
            if progress is not None:
                progress(done, total, label)
            step()
        if progress is not None:
            progress(total - 1, total, "écriture")
        target = write_release(Path(folder), self._contents())
        if progress is not None:
            progress(total, total, "terminé")
        return target

    def _contents(self) -> Contents:
        geography = self.geography
        gaps = pd.concat([self.gaps(reference) for reference in REFERENCES], ignore_index=True)
        cards, used = self.observatory.cards, set(self.cards)
        passage, changes = None, None
        if self.file.since is not None:
            comparison = self.comparison()
            used |= set(comparison.before.cards)
            passage = comparison.named_passage()
            tables = [comparison.table(reference) for reference in REFERENCES]
            changes = self._worded(pd.concat(tables, ignore_index=True))
        return Contents(
            edition=self.file.edition,
            departement=geography.name(self.file.departement),
            perimeter=self.file.perimeter,
            diffusion=self.file.diffusion,
            invented=self.invented,
            measurements=self.measurements,
            observations=self.observations,
            gaps=gaps,
            territories=self.territories,
            memberships=self.memberships,
            key_table=self.key_table(),
            inputs={name: cards[name] for name in sorted(used)},
            settings=self._settings(),
            parameters={
                name: self.materials.threshold(name) for name in sorted(self.observatory.catalogue.thresholds)
            },
            recipe=self.file.model_dump(mode="json", exclude_none=True),
            passage=passage,
            changes=changes,
        )

    def _settings(self) -> dict[str, str]:
        """Checksums of the files a user writes that decide what is published, by path in the folder."""
        folder = self.observatory.folder
        years = [self.file.edition]
        if self.file.since is not None:
            years.insert(0, self.comparison().before.file.edition)
        names = [*(f"editions/{year}.yaml" for year in years), "libelles.yaml", "regroupements.yaml"]
        paths = [folder / name for name in names] + sorted((folder / "indicateurs").glob("*.yaml"))
        return {path.relative_to(folder).as_posix(): sha256(path) for path in paths if path.exists()}

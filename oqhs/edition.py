"""Edition: one yearly publication, its comparisons and its products."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path

import pandas as pd

from oqhs.analysis.flags import flags_of
from oqhs.analysis.gaps import Mode, compare
from oqhs.analysis.heat import heat_table
from oqhs.choices import compared, named
from oqhs.compared import ComparedEdition
from oqhs.entries import DIFFUSIONS
from oqhs.geography import REFERENCES
from oqhs.publish.key_table import Wording, key_table
from oqhs.publish.release import Contents, Progress, write_release
from oqhs.sources.cards import sha256


class Edition(ComparedEdition):
    """One yearly publication: what is observed, compared and published, computed when asked for and kept.

    It is made by `Observatory.edition`.
    """

    def flags(self) -> pd.DataFrame:
        """Flag the figures of the quartiers that the dated rules of the observatory point at.

        Returns
        -------
        DataFrame
            As `oqhs.analysis.flags.flags_of` gives them: one row per flag, with its rule, reference, values,
            bar, interval, state (`ferme`, `constate`, `a_confirmer`), diffusion and a sentence to read it. A
            décrochage is a gap that reaches its bar and widens, or reaches it at two references.

        Examples
        --------
        >>> import oqhs
        >>> flags = oqhs.open("data").edition(2024).flags()
        >>> sorted(set(flags.kind) - {"creusement"})
        ['decrochage', 'ecart', 'position', 'seuil']
        """
        return self._flags.copy(deep=False)

    @cached_property
    def _flags(self) -> pd.DataFrame:
        catalogue = self.observatory.catalogue
        changes = None
        if self.file.since is not None:
            tables = [self.comparison().table(reference) for reference in REFERENCES]
            changes = pd.concat(tables, ignore_index=True)
        return flags_of(
            self._judged,
            changes,
            compared(self.file, catalogue),
            self._rules,
            day=self._day,
            names=self.geography.name,
            diffusion=self.file.diffusion,
        )

    def flags_told(self) -> pd.DataFrame:
        """Give the flags that may go as far as the edition does."""
        flags = self._flags
        wide = flags["diffusion"].map(DIFFUSIONS.index) >= DIFFUSIONS.index(self.file.diffusion)
        return flags[wide].reset_index(drop=True)

    def heat_table(self, reference: str = "departement") -> pd.DataFrame:
        """Lay out how far every quartier is from the bar of every indicator.

        Parameters
        ----------
        reference : {"departement", "ept", "commune"}
            Reference of the gaps.

        Returns
        -------
        DataFrame
            As `oqhs.analysis.heat.heat_table` gives it; pivot it for a grid of quartiers and indicators.

        Examples
        --------
        >>> import oqhs
        >>> table = oqhs.open("data").edition(2024).heat_table()
        >>> table.territory.nunique()
        47
        """
        indicators = compared(self.file, self.observatory.catalogue)
        return heat_table(
            self._judged, self.flags_told(), indicators, self._rules, day=self._day, reference=reference
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
        gaps = compare(self._publishable, pairs, named(wanted, known), mode=mode)
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
        ensemble = geography.ensemble
        pairs = pd.concat([geography.pairs(reference) for reference in REFERENCES], ignore_index=True)
        gaps = self._compared(self._publishable, pairs[pairs["territory"] != ensemble], "unrounded")
        cards, used = self.observatory.cards, set(self.cards)
        passage, changes = None, None
        if self.file.since is not None:
            comparison = self.comparison()
            used |= set(comparison.before.cards)
            passage = comparison.named_passage()
            tables = [comparison.table(reference) for reference in REFERENCES]
            changes = self._worded(self._told(pd.concat(tables, ignore_index=True), comparison))
        return Contents(
            edition=self.file.edition,
            departement=geography.name(self.file.departement),
            perimeter=self.file.perimeter,
            diffusion=self.file.diffusion,
            invented=self.invented,
            measurements=self.measurements,
            observations=self._publishable,
            gaps=gaps,
            flags=self.flags_told(),
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

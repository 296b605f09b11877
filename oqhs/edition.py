"""Edition: one yearly publication, its comparisons and its products."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from functools import cached_property
from pathlib import Path

import pandas as pd

from oqhs.analysis.flags import flags_of
from oqhs.analysis.gaps import Mode, compare
from oqhs.analysis.heat import heat_table
from oqhs.choices import compared, named
from oqhs.compared import ComparedEdition
from oqhs.entries import DIFFUSIONS, Diffusion
from oqhs.errors import ChecksumError, Problem
from oqhs.geography import REFERENCES
from oqhs.observed import ObservedEdition
from oqhs.publish.contents import Contents
from oqhs.publish.key_table import Wording, key_table
from oqhs.publish.release import Progress, write_release
from oqhs.publish.released import every_release, released_counts
from oqhs.publish.shelf import only_run
from oqhs.sources.cards import sha256

_STEPS = 7  # of a release, the writing included
_CHANGED = "this file was changed while the edition was being computed"
_AGAIN = "run the release again, when nobody writes in the data folder"
_ZONE = ["indicator", "territory"]
#: What is computed of an edition that depends on how far it goes.
_AS_FAR_AS_IT_GOES = ("_disclosable", "_flags", "_judged", "_publishable", "_publishable_measurements")


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
            changes = self._disclosed(pd.concat(tables, ignore_index=True), self.comparison())
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
        """Give the flags that may go as far as the edition does: none on a value of grade C to everyone."""
        flags = self._flags
        wide = flags["diffusion"].map(DIFFUSIONS.index) >= DIFFUSIONS.index(self.file.diffusion)
        if self.file.diffusion == "public":
            wide &= ~flags[_ZONE].apply(tuple, axis=1).isin(self._coarse)
        return flags[wide].reset_index(drop=True)

    @cached_property
    def _coarse(self) -> set[tuple[str, str]]:
        """Indicators and quartiers whose value is of grade C: it goes to partners, never to everyone."""
        coarse = self._judged.loc[self._judged["grade"] == "C", _ZONE]
        return set(coarse.itertuples(index=False, name=None))

    @property
    def _judged_told(self) -> pd.DataFrame:
        """Give the gaps as the rules judge them, what may not go as far as the edition told as such."""
        if self.file.diffusion != "public":
            return self._judged
        fine = self._judged["publishable"] & (self._judged["grade"] != "C")
        return self._judged.assign(publishable=fine)

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
            self._judged_told, self.flags_told(), indicators, self._rules, day=self._day, reference=reference
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

    def told_to(self, diffusion: Diffusion) -> Edition:
        """Give the same edition, as far as another diffusion; what is computed already is shared."""
        other = copy(self)
        other.file = self.file.model_copy(update={"diffusion": diffusion})
        for name in _AS_FAR_AS_IT_GOES:
            other.__dict__.pop(name, None)
        return other

    def release(self, folder: str | Path = "data/processed", *, progress: Progress | None = None) -> Path:
        """Write the edition to `folder/2024/r1` (`r2`… when the content has changed since).

        The folder holds what partners may see, and what the observatory alone may see of an edition of
        diffusion `interne`; `public/` in it, what everyone may see of one of diffusion `public`.
        `folder/2024/current.json` names the last release.

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

        Raises
        ------
        OqhsError
            Another run is writing a release of this edition.
        ChecksumError
            A file was changed while the edition was being computed.
        """
        home = Path(folder) / str(self.file.edition)
        with only_run(home):
            settings = self._settings()
            contents, public = self.contents(every_release(Path(folder)), settings, progress)
            target = write_release(home, contents, public, lambda: self._refuse_changed(settings))
        if progress is not None:
            progress(_STEPS, _STEPS, "terminé")
        return target

    def contents(
        self,
        released: Sequence[Path] = (),
        settings: Mapping[str, str] | None = None,
        progress: Progress | None = None,
    ) -> tuple[Contents, Contents | None]:
        """Compute what a release is made of: for partners (or the observatory), and for everyone.

        Parameters
        ----------
        released : sequence of Path
            Releases that were given before: what they told stays known, what they hid stays hidden.
        settings : mapping, optional
            Checksums of the files a user writes, when they were taken before.
        progress : callable, optional
            As in `release`.
        """
        told = self._settings() if settings is None else settings
        public = self.file.diffusion == "public"
        wide = self.knowing(released_counts(released, self.observatory.catalogue))
        narrow = wide.told_to("partenaires") if public else wide
        beside = [f"{path.parent.name}/{path.name}" for path in released]
        steps: list[tuple[str, Callable[[], object]]] = [
            ("lecture des fichiers", lambda: wide.measurements),
            ("territoires", lambda: wide.geography),
            ("indicateurs", lambda: wide.observations),
            ("évolutions", lambda: wide.comparison().dates if self.file.since is not None else None),
            ("écarts et signalements", lambda: narrow.contents_told(told, beside)),
            ("partie publique", lambda: wide.contents_told(told, beside) if public else None),
        ]
        found = []
        for done, (label, step) in enumerate(steps):
            if progress is not None:
                progress(done, _STEPS, label)
            found.append(step())
        if progress is not None:
            progress(len(steps), _STEPS, "écriture")
        return found[-2], found[-1]  # type: ignore[return-value]

    def contents_told(self, settings: Mapping[str, str], beside: Sequence[str]) -> Contents:
        """Give what a release is made of, as far as the edition goes, beside releases given before."""
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
            catalogue=self.observatory.catalogue,
            measurements=self._publishable_measurements,
            observations=self._publishable,
            gaps=gaps,
            flags=self.flags_told(),
            territories=self.territories,
            memberships=self.memberships,
            key_table=self.key_table(),
            inputs={name: cards[name] for name in sorted(used)},
            settings=settings,
            parameters={
                name: self.materials.threshold(name) for name in sorted(self.observatory.catalogue.thresholds)
            },
            recipe=self.file.model_dump(mode="json", exclude_none=True),
            corrections=self._corrections_told(),
            beside=tuple(beside) if self.protection.cards else (),
            passage=passage,
            changes=changes,
        )

    def _corrections_told(self) -> tuple[Mapping[str, object], ...]:
        """Give the declared corrections of the edition, and of the one it is compared with."""
        editions: list[ObservedEdition] = [self]
        if self.file.since is not None:
            editions.insert(0, self.comparison().before)
        table = pd.concat([one.corrections for one in editions], ignore_index=True).drop_duplicates()
        if self.file.diffusion != "interne":
            # Both figures would tell a count that is hidden.
            held = table["card"].isin(self.protection.cards)
            table.loc[held, ["from", "to"]] = float("nan")
            table.loc[held, "note"] = ""
        rows: list[dict[str, object]] = table.astype(object).where(table.notna(), None).to_dict("records")
        return tuple(rows)

    def _settings(self) -> dict[str, str]:
        """Checksums of the files a user writes that decide what is published, by path in the folder."""
        folder = self.observatory.folder
        years = [self.file.edition]
        if self.file.since is not None:
            years.insert(0, self.comparison().before.file.edition)
        names = [
            *(f"editions/{year}.yaml" for year in years),
            "libelles.yaml",
            "regroupements.yaml",
            "corrections.yaml",
        ]
        paths = [folder / name for name in names] + sorted((folder / "indicateurs").glob("*.yaml"))
        return {path.relative_to(folder).as_posix(): sha256(path) for path in paths if path.exists()}

    def _refuse_changed(self, settings: Mapping[str, str]) -> None:
        """Refuse files that are no longer those the edition was computed from."""
        moved = sorted(place for place, digest in self._settings().items() if settings.get(place) != digest)
        problems = [Problem(_CHANGED, file=self.observatory.folder / place, todo=_AGAIN) for place in moved]
        used = set(self.cards)
        if self.file.since is not None:
            used |= set(self.comparison().before.cards)
        problems += self.observatory.changed(sorted(used))
        if problems:
            raise ChecksumError.gather(problems)

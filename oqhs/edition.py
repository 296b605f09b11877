"""Edition: one yearly publication, its comparisons and its products."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

import pandas as pd

from oqhs.analysis.history import ANCESTOR, attributes_told, put_together
from oqhs.corrections import CORRECTIONS_FILE
from oqhs.editions import read_labels
from oqhs.errors import ChecksumError, Problem
from oqhs.geography import REFERENCES
from oqhs.observed import ObservedEdition
from oqhs.publish import site
from oqhs.publish.contents import Contents
from oqhs.publish.portrait.portrait import Portrait, portrait_of
from oqhs.publish.release import Progress, write_release
from oqhs.publish.released import every_release, released_counts
from oqhs.publish.shelf import only_run
from oqhs.publish.shown import diffusion_words, notebook_card
from oqhs.sources.cards import sha256
from oqhs.studies.interviews import Corpus
from oqhs.text import listing
from oqhs.told import ToldEdition

_STEPS = 7  # of a release, the writing included
_CHANGED = "this file was changed while the edition was being computed"
_AGAIN = "run the release again, when nobody writes in the data folder"


class Edition(ToldEdition):
    """One yearly publication: what is observed, compared and published, computed when asked for and kept.

    It is made by `Observatory.edition`.
    """

    def _repr_html_(self) -> str:
        """Show what the edition is, in a notebook; nothing is computed for it."""
        file, catalogue = self.file, self.observatory.catalogue
        names = read_labels(self.observatory.folder)
        named = names[file.departement].label if file.departement in names else ""
        keys = [name for name, one in catalogue.indicators.items() if one.key]
        planned = [name for name in keys if name in file.indicators]
        others = len(file.indicators) - len(planned)
        facts = {
            "Département": f"{named} ({file.departement})" if named else file.departement,
            "Périmètre": file.perimeter,
            "Comparée à": f"édition {file.since}" if file.since is not None else "aucune autre édition",
            "Diffusion": diffusion_words(file.diffusion),
            "Fichiers": str(len(self.cards)),
            "Indicateurs clés": f"{len(planned)} prévus sur {len(keys)}",
            "Autres indicateurs": str(others),
            "Indicateurs clés non prévus": listing(
                [catalogue.indicators[name].label for name in keys if name not in planned]
            ),
        }
        return notebook_card(f"Édition {file.edition}", facts, invented=self.invented)

    def portrait(self, territory: str | Sequence[str], corpus: Corpus | None = None) -> Portrait:
        """Give the fiche of a quartier or a group, or the portrait of an EPT, a commune or several quartiers.

        See `oqhs.publish.portrait.portrait.portrait_of`: `to_pdf` and `to_html` write what it gives, and a
        notebook shows it. With a corpus of interviews, a page tells what they say, as `joint_display` does.

        Examples
        --------
        >>> import oqhs
        >>> fiche = oqhs.open("data").edition(2024).portrait("QN99903I")
        >>> fiche.document.title, len(fiche.document.pages)
        ('La Pierre Levée Sud', 2)
        """
        joint = None if corpus is None else self.joint_display(corpus)
        return portrait_of(self._told_contents, territory, joint)

    @cached_property
    def _told_contents(self) -> Contents:
        return self.contents_told(self._settings(), ())

    def release(self, folder: str | Path = "data/processed", *, progress: Progress | None = None) -> Path:
        """Write the edition to `folder/2024/r1` (`r2`… when the content has changed since).

        The folder holds what partners may see, and what the observatory alone may see of an edition of
        diffusion `interne`; `public/` in it, what everyone may see of one of diffusion `public`, with
        its site when it has one.
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
        MissingExtraError
            The edition has a site, and a library it is written with is not installed.
        """
        if self.file.site:
            site.require()
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
        released: Sequence[Path] | None = None,
        settings: Mapping[str, str] | None = None,
        progress: Progress | None = None,
    ) -> tuple[Contents, Contents | None]:
        """Compute what a release is made of: for partners (or the observatory), and for everyone.

        Parameters
        ----------
        released : sequence of Path, optional
            Releases that were given before: what they told stays known, what they hid stays hidden. By
            default those of the data folder.
        settings : mapping, optional
            Checksums of the files a user writes, when they were taken before.
        progress : callable, optional
            As in `release`.
        """
        told = self._settings() if settings is None else settings
        public = self.file.diffusion == "public"
        given = every_release(self.observatory.folder / "processed") if released is None else released
        wide = self.knowing(released_counts(given, self.observatory.catalogue))
        narrow = wide.told_to("partenaires") if public else wide
        beside = [f"{path.parent.name}/{path.name}" for path in given]
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
        cards, used = self.observatory.cards, self._cards_used()
        passage, changes, past = None, None, [attributes_told(self.attributes)]
        if self.file.since is not None:
            comparison = self.comparison()
            passage = comparison.named_passage()
            if comparison.before.file.perimeter != self.file.perimeter:
                past.append(comparison.history(ANCESTOR))
            tables = [comparison.table(reference) for reference in REFERENCES]
            changes = self._worded(self._told(pd.concat(tables, ignore_index=True), comparison))
        corrections = self._corrections_told()
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
            inputs={name: cards[name] for name in used},
            settings=self._settings_told(settings, corrections),
            parameters={
                name: self.materials.threshold(name) for name in sorted(self.observatory.catalogue.thresholds)
            },
            recipe=self.file.model_dump(mode="json", exclude_none=True),
            corrections=corrections,
            beside=tuple(beside) if self.protection.cards else (),
            passage=passage,
            changes=changes,
            history=put_together(past),
            attributions={name: self.materials.attribution(name) for name in used},
        )

    def _cards_used(self) -> list[str]:
        """Ids of the cards of the edition and of the one it is compared with, sorted."""
        before = self.comparison().before.cards if self.file.since is not None else []
        return sorted({*self.cards, *before})

    def _corrections_told(self) -> tuple[Mapping[str, object], ...]:
        """Give the declared corrections of the edition, and of the one it is compared with."""
        editions: list[ObservedEdition] = [self]
        if self.file.since is not None:
            editions.insert(0, self.comparison().before)
        table = pd.concat([one.corrections for one in editions], ignore_index=True).drop_duplicates()
        if self.file.diffusion != "interne":
            # Both figures would tell a count that is hidden.
            held = [self._holds_protected(card) for card in table["card"]]
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
            CORRECTIONS_FILE,
        ]
        paths = [folder / name for name in names] + sorted((folder / "indicateurs").glob("*.yaml"))
        return {path.relative_to(folder).as_posix(): sha256(path) for path in paths if path.exists()}

    def _settings_told(
        self, settings: Mapping[str, str], corrections: Sequence[Mapping[str, object]]
    ) -> dict[str, str]:
        """Leave out the checksum of corrections of hidden counts: it would let anybody try them."""
        held = any(self._holds_protected(str(row["card"])) for row in corrections)
        hidden = {CORRECTIONS_FILE} if held and self.file.diffusion != "interne" else set()
        return {place: digest for place, digest in settings.items() if place not in hidden}

    def _holds_protected(self, card: str) -> bool:
        """Whether a card holds counts of the département that must stay hidden when they are small."""
        return self.observatory.catalogue.protects(self.observatory.cards[card].source)

    def _refuse_changed(self, settings: Mapping[str, str]) -> None:
        """Refuse files that are no longer those the edition was computed from."""
        moved = sorted(place for place, digest in self._settings().items() if settings.get(place) != digest)
        problems = [Problem(_CHANGED, file=self.observatory.folder / place, todo=_AGAIN) for place in moved]
        problems += self.observatory.changed(self._cards_used())
        if problems:
            raise ChecksumError.gather(problems)

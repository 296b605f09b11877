"""An edition told: its flags, its grid, its key table, as far as it may go."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import pandas as pd

from oqhs.analysis.flags import flags_of
from oqhs.analysis.gaps import Mode, compare
from oqhs.analysis.heat import heat_table
from oqhs.choices import compared, named
from oqhs.compared import ComparedEdition
from oqhs.entries import DIFFUSIONS
from oqhs.geography import REFERENCES
from oqhs.precision import unpublishable
from oqhs.publish.key_table import Wording, key_table
from oqhs.studies.identity import Pseudonyms, publishable, refuse_study
from oqhs.studies.interviews import Corpus
from oqhs.studies.joint import joint_display
from oqhs.studies.telling import joint_told

_ZONE = ["indicator", "territory"]


class ToldEdition(ComparedEdition):
    """What an edition says of its quartiers to whoever it may be told."""

    def flags(self) -> pd.DataFrame:
        """Flag the figures of the quartiers that the dated rules of the observatory point at.

        Returns
        -------
        DataFrame
            As `oqhs.analysis.flags.flags_of` gives them: one row per flag, with its rule, reference, values,
            bar, interval, state (`ferme`, `constate`, `a_confirmer`), diffusion and a sentence to read it. A
            décrochage is a gap that reaches its bar and widens, or reaches it at two references. A flag on a
            value of grade C goes to partners at most.

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
        flags = flags_of(
            self._judged,
            changes,
            compared(self.file, catalogue),
            self._rules,
            day=self._day,
            names=self.geography.name,
            diffusion=self.file.diffusion,
        )
        if self.file.diffusion == "public":
            coarse = pd.MultiIndex.from_frame(self._judged.loc[unpublishable(self._judged, "public"), _ZONE])
            narrow = (flags["diffusion"] == "public") & pd.MultiIndex.from_frame(flags[_ZONE]).isin(coarse)
            flags["diffusion"] = flags["diffusion"].mask(narrow, "partenaires")
        return flags

    def flags_told(self) -> pd.DataFrame:
        """Give the flags that may go as far as the edition does: none on a value of grade C to everyone."""
        flags = self._flags
        wide = flags["diffusion"].map(DIFFUSIONS.index) >= DIFFUSIONS.index(self.file.diffusion)
        return flags[wide].reset_index(drop=True)

    @property
    def _judged_told(self) -> pd.DataFrame:
        """Give the gaps as the rules judge them, what may not go as far as the edition told as such."""
        far = ~unpublishable(self._judged, self.file.diffusion)
        return self._judged.assign(publishable=self._judged["publishable"] & far)

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

    def joint_display(
        self,
        corpus: Corpus,
        reference: str = "departement",
        *,
        pseudonyms: Pseudonyms | None = None,
        cleared: pd.DataFrame | None = None,
    ) -> pd.DataFrame:
        """Put what interviews say of each quartier beside its indicators, as far as the edition may go.

        Parameters
        ----------
        corpus : Corpus
            As `oqhs.studies.interviews.read` gives it: its links say which indicator each code speaks of,
            its verdicts are those of the analyst.
        reference : str
            As for `gaps`.
        pseudonyms : Pseudonyms, optional
            As for `oqhs.studies.identity.publishable`.
        cleared : DataFrame, optional
            Excerpts a person read and cleared, in the same way.

        Returns
        -------
        DataFrame
            As `oqhs.studies.joint.joint_display` gives it, one row per quartier heard and linked indicator:
            figure, gap in points (or in its unit) with the bounds of its interval, excerpts and people,
            verdict. Excerpts stand in it that may leave, for partners at most; `held` says why there is none.

        Raises
        ------
        MeasureError, UnknownError
            As `oqhs.studies.joint.joint_display` raises them.
        DataError
            The corpus may not go as far as the edition, or its codes hold what may identify somebody.

        Examples
        --------
        >>> import oqhs
        >>> from oqhs.studies import interviews
        >>> corpus = interviews.read("data/raw/etudes/entretiens_999.qdpx")
        >>> edition = oqhs.open("data").edition(2024).told_to("partenaires")
        >>> table = edition.joint_display(corpus)
        >>> bool((table.excerpts > 0).any()), sorted(set(table.verdict_origin))
        (True, ['', 'analyste'])
        """
        catalogue, diffusion = self.observatory.catalogue, self.file.diffusion
        least = catalogue.threshold("entretiens_personnes_min", self.materials.day)
        refuse_study(corpus, diffusion=diffusion, pseudonyms=pseudonyms)
        may_be_shown = None
        if diffusion != "public":
            chosen = publishable(
                corpus, diffusion=diffusion, persons_min=least, pseudonyms=pseudonyms, cleared=cleared
            )
            may_be_shown = chosen.segments
        names = {code: self.geography.name(code) for code in self.geography.of_kind("qpv")}
        table = joint_display(self.gaps(reference), corpus, catalogue, names, publishable=may_be_shown)
        return joint_told(table, corpus, diffusion=diffusion, persons_min=least, pseudonyms=pseudonyms)

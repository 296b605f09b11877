"""An edition judged: how precise its observations are, and their gaps."""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from typing import Self

import pandas as pd

from oqhs.analysis.gaps import Mode, compare
from oqhs.choices import compared, named
from oqhs.editions import EditionFile
from oqhs.entries import DIFFUSIONS, Diffusion
from oqhs.errors import CatalogueError
from oqhs.geography import REFERENCES
from oqhs.observed import ObservedEdition
from oqhs.precision import (
    ranks_of,
    sampling_of_edition,
    with_intervals,
    without_hidden,
    without_unpublishable,
)
from oqhs.protected import Protection, protection_of
from oqhs.publish.released import every_release, released_counts
from oqhs.rules import Rules, read_rules

#: What is computed of an edition whoever it is told to; and what depends on what was released before, not on
#: how far the edition goes. Anything else is computed again for others.
_FOR_ALL = frozenset(
    {
        "cards",
        "geography",
        "materials",
        "_comparisons",
        "_measurements",
        "_observations",
        "_rules",
        "_sampling",
    }
)
_OF_RELEASES = frozenset({"_earlier", "_released", "protection"})


class JudgedEdition(ObservedEdition):
    """What an edition says of its observations: how precise they are, and how far from a reference.

    `observations` and `measurements` are raw, for the observatory itself, whatever the diffusion; what is
    said of them here goes no farther than the edition does. `told_to` gives the edition at another diffusion.
    """

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
            One row per quartier (and group of quartiers) and indicator, as `oqhs.analysis.compare` gives
            them, with the interval of each where there is one (`oqhs.precision.with_intervals`). What may not
            go as far as the edition has no gap, and `reason` says so.

        Examples
        --------
        >>> import oqhs
        >>> gaps = oqhs.open("data").edition(2024).gaps("commune")
        >>> gaps.territory.nunique(), gaps.indicator.nunique()
        (48, 21)
        """
        pairs = self.geography.pairs(reference)
        pairs = pairs[pairs["territory"] != self.geography.ensemble]
        return self._compared(self._publishable, pairs, mode)

    @property
    def uncertainty(self) -> pd.DataFrame:
        """How precise every observation is: interval, effective sample, grade, whether it may be published.

        Returns
        -------
        DataFrame
            As `oqhs.analysis.uncertainty.sampling_of` gives it. The census is a sample, and its intervals
            are an order of magnitude; nothing else has a sampling interval, and says so in `precision`. A
            figure under the statistical secrecy is blank in an edition that is not internal; one too
            imprecise to be published stays, with `publishable` false.

        Examples
        --------
        >>> import oqhs
        >>> told = oqhs.open("data").edition(2024).uncertainty.set_index(["indicator", "territory"])
        >>> [told.loc[(name, "QN99901M"), "sampling"] for name in ("part_moins_18", "taux_pauvrete")]
        ['sondage', 'fiscal']
        """
        if self.file.diffusion == "interne":
            return self._sampling.copy(deep=False)
        self.protection.refuse_leaks()
        return without_hidden(self._sampling, self.protection.hidden)

    @cached_property
    def _sampling(self) -> pd.DataFrame:
        return sampling_of_edition(self)

    @cached_property
    def protection(self) -> Protection:
        """What the edition hides of the counts that the département holds, and how well they are hidden.

        Nothing is hidden in an edition that is internal: this is what it would hide.

        Returns
        -------
        Protection
            As `oqhs.protected.protection_of` gives it.

        Examples
        --------
        >>> import oqhs
        >>> protection = oqhs.open("data").edition(2024).protection
        >>> int((protection.suppressions["reason"] == "primaire").sum()), len(protection.suppressions)
        (9, 13)
        >>> bool(protection.audit["protected"].all())
        True
        """
        return protection_of(self, self._released)

    @cached_property
    def _released(self) -> pd.DataFrame:
        # What was told once stays known, whatever product is asked for now.
        releases = every_release(self.observatory.folder / "processed")
        return released_counts(releases, self.observatory.catalogue)

    def knowing(self, released: pd.DataFrame) -> Self:
        """Give this edition as it must be told to whoever knows what was released before.

        Parameters
        ----------
        released : DataFrame
            As `oqhs.publish.released.released_counts` gives it.
        """
        other = self._sharing(_FOR_ALL, self.file)
        other.__dict__["_released"] = released
        return other

    def told_to(self, diffusion: Diffusion) -> Self:
        """Give the same edition, as far as another diffusion; what is computed already is shared.

        Parameters
        ----------
        diffusion : {"interne", "partenaires", "public"}
            To whom it is told.

        Raises
        ------
        CatalogueError
            A file of the edition may not go that far.

        Examples
        --------
        >>> import oqhs
        >>> oqhs.open("data").edition(2024).told_to("partenaires").file.diffusion
        'partenaires'
        """
        cards, far = self.observatory.cards, DIFFUSIONS.index(diffusion)
        narrow = [name for name in self.cards if DIFFUSIONS.index(cards[name].diffusion) < far]
        if narrow:
            raise CatalogueError(
                "files of this edition may not go that far",
                file=f"editions/{self.file.edition}.yaml",
                column="diffusion",
                found=diffusion,
                allowed=", ".join(f"{name}: {cards[name].diffusion}" for name in narrow),
                todo="ask for a narrower diffusion",
            )
        file = self.file.model_copy(update={"diffusion": diffusion})
        return self._sharing(_FOR_ALL | _OF_RELEASES, file)

    def _sharing(self, computed: frozenset[str], file: EditionFile) -> Self:
        """Give an edition of the same folder that shares some of what is computed of this one."""
        other = type(self)(self.observatory, file)
        other.__dict__ |= {name: made for name, made in self.__dict__.items() if name in computed}
        return other

    @cached_property
    def _disclosable(self) -> pd.DataFrame:
        """Give the observations without those made of counts that must stay hidden."""
        if self.file.diffusion == "interne":
            return self._observations
        self.protection.refuse_leaks()
        return self.protection.without_observations(self._observations)

    @cached_property
    def _publishable(self) -> pd.DataFrame:
        """Give the observations that may go as far as the edition does."""
        if self.file.diffusion == "interne":
            return self._observations
        return without_unpublishable(self._disclosable, self._sampling, self.geography, self.file.diffusion)

    @cached_property
    def _publishable_measurements(self) -> pd.DataFrame:
        """Give the measurements without those that must stay hidden."""
        if self.file.diffusion == "interne":
            return self._measurements
        self.protection.refuse_leaks()
        return self.protection.without_measurements(self._measurements)

    def ranks(self, indicator: str) -> pd.DataFrame:
        """Rank the quartiers by an indicator, each with the ranks it may hold: internal, never published.

        Parameters
        ----------
        indicator : str
            Id of an indicator the edition compares.

        Returns
        -------
        DataFrame
            Indexed by quartier: `value`, `rank` (1 is the highest), `rank_lower`, `rank_upper`.

        Raises
        ------
        CatalogueError
            The edition is not of diffusion `interne`.
        UnknownError
            The edition does not compare this indicator.

        Examples
        --------
        >>> import oqhs
        >>> edition = oqhs.open("data").edition(2024).told_to("interne")
        >>> ranks = edition.ranks("taux_chomage_15_64")
        >>> bool((ranks["rank_lower"] <= ranks["rank"]).all())
        True
        """
        if self.file.diffusion != "interne":
            raise CatalogueError(
                "ranks are internal: this edition goes farther",
                file=f"editions/{self.file.edition}.yaml",
                column="diffusion",
                found=self.file.diffusion,
                allowed="interne",
                todo='use an edition of diffusion interne: edition.told_to("interne").ranks(...)',
            )
        named([indicator], compared(self.file, self.observatory.catalogue))
        level = self.observatory.catalogue.threshold("confiance", self._day)
        return ranks_of(self._sampling, indicator, self.geography.of_kind("qpv"), level)

    @property
    def _day(self) -> dt.date:
        """Day whose rules and thresholds hold: the first of the year of the edition."""
        return dt.date(self.file.edition, 1, 1)

    @cached_property
    def _rules(self) -> Rules:
        return read_rules(self.observatory.catalogue.indicators)

    @cached_property
    def _judged(self) -> pd.DataFrame:
        """Give the gaps of the quartiers to every reference, as the rules judge them."""
        pairs = pd.concat([self.geography.pairs(reference) for reference in REFERENCES], ignore_index=True)
        quartiers = pairs["territory"].isin(self.geography.of_kind("qpv"))
        return self._compared(self._disclosable, pairs[quartiers], "unrounded")

    def _compared(self, observations: pd.DataFrame, pairs: pd.DataFrame, mode: Mode) -> pd.DataFrame:
        gaps = compare(observations, pairs, compared(self.file, self.observatory.catalogue), mode=mode)
        level = self.observatory.catalogue.threshold("confiance", self._day)
        return with_intervals(gaps, self._sampling, level)

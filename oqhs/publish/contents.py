"""What a release is made of, before anything is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import geopandas as gpd
import pandas as pd

from oqhs.catalogue import Catalogue
from oqhs.geography import Geography
from oqhs.sources.cards import Card


@dataclass(frozen=True, repr=False)
class Contents:
    """What a release is made of, as far as its `diffusion`.

    `passage` and `changes` are there when the edition is compared with an earlier one; `settings` holds
    the checksums of the files a user writes, `corrections` the declared corrections that were applied,
    `catalogue` what the indicators are; `history` is what the quartiers came from and their attributes;
    `attributions` what must be printed for a card, by its id; `beside` names the releases given before,
    when counts that the département holds are hidden with what they told in mind.
    """

    edition: int
    departement: str
    perimeter: str
    diffusion: str
    invented: bool
    catalogue: Catalogue
    measurements: pd.DataFrame
    observations: pd.DataFrame
    gaps: pd.DataFrame
    flags: pd.DataFrame
    territories: gpd.GeoDataFrame
    memberships: pd.DataFrame
    key_table: pd.DataFrame
    inputs: Mapping[str, Card]
    settings: Mapping[str, str]
    parameters: Mapping[str, float]
    recipe: Mapping[str, object]
    corrections: tuple[Mapping[str, object], ...] = ()
    beside: tuple[str, ...] = ()
    passage: pd.DataFrame | None = None
    changes: pd.DataFrame | None = None
    history: pd.DataFrame | None = None
    attributions: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def geography(self) -> Geography:
        """Territories and who contains whom."""
        return Geography(str(self.recipe["departement"]), self.territories, self.memberships)

    @property
    def quartiers(self) -> pd.DataFrame:
        """Names and outlines of the quartiers and of their groups, by code."""
        kept = self.territories["kind"].isin(["qpv", "regroupement"])
        return self.territories[kept].set_index("territory").sort_index()

    @property
    def held(self) -> frozenset[str]:
        """Cards of counts the département holds: their checksum would let anybody try what is hidden."""
        if self.diffusion == "interne":
            return frozenset()
        cards = self.inputs.items()
        return frozenset(name for name, card in cards if self.catalogue.protects(card.source))

    @property
    def has_site(self) -> bool:
        """Whether the static site goes in the release."""
        return bool(self.recipe["site"])

    @property
    def planned(self) -> Mapping[str, Mapping[str, object]]:
        """Recipe, year and inputs of every indicator the edition plans."""
        planned: Mapping[str, Mapping[str, object]] = self.recipe["indicators"]  # type: ignore[assignment]
        return planned

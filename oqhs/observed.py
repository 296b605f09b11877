"""An edition observed: its files read, its territories, its indicators; nothing compared yet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Protocol

import geopandas as gpd
import pandas as pd

from oqhs.catalogue import Catalogue
from oqhs.correcting import Outcome, applied
from oqhs.editions import EditionFile, read_groups, read_labels
from oqhs.errors import CatalogueError, Problem
from oqhs.geography import Geography, build_geography
from oqhs.materials import Materials
from oqhs.measures.apportion import Apportionment
from oqhs.observations import measurements_of, observations_of
from oqhs.outlines import in_role, refuse_without_iris, shared_out
from oqhs.sources import Reading
from oqhs.sources.cards import Card
from oqhs.sources.insee_grid import cells_of
from oqhs.spatial.nearest import proximity_of


class Holdings(Protocol):
    """What an edition takes from its observatory: files, corrections, and the other editions."""

    folder: Path
    catalogue: Catalogue

    @property
    def cards(self) -> dict[str, Card]:
        """Cards by id."""

    @property
    def editions(self) -> list[int]:
        """Years of the editions."""

    def edition(self, edition: int) -> ObservedEdition:
        """Give an edition."""

    def read(self, card: str) -> Reading:
        """Read the file of a card, corrected."""

    def outcomes(self, cards: Iterable[str]) -> tuple[Outcome, ...]:
        """Tell what became of the corrections in some cards."""

    def wrong_corrections(self, cards: Iterable[str]) -> list[Problem]:
        """Tell the corrections that some cards contradict, or no card answers to."""

    def changed(self, cards: Iterable[str]) -> list[Problem]:
        """Tell which files of some cards are no longer those they vouch for."""


class ObservedEdition:
    """What an edition holds before anything is compared: territories, measurements, observations."""

    def __init__(self, observatory: Holdings, file: EditionFile) -> None:
        self.observatory = observatory
        self.file = file

    def __repr__(self) -> str:
        return f"<Édition {self.file.edition} : département {self.file.departement}, {self.file.perimeter}>"

    @property
    def invented(self) -> bool:
        """Whether a file of the edition holds invented data."""
        cards = self.observatory.cards
        return any(cards[name].invented for name in self.cards)

    @cached_property
    def cards(self) -> list[str]:
        """Ids of the cards the edition uses, sorted."""
        return sorted({card for _, card in self.file.named_cards()})

    @cached_property
    def geography(self) -> Geography:
        """Territories, memberships and comparators."""
        chosen = self.file.territories.model_dump(include={"qpv", "communes", "epts", "parts"})
        frames = {role: self._territories_of(role, card) for role, card in chosen.items() if card}
        return build_geography(
            self.file,
            frames["qpv"],
            frames.get("communes"),
            frames.get("epts"),
            frames.get("parts"),
            read_labels(self.observatory.folder),
            read_groups(self.observatory.folder),
            self.observatory.catalogue.threshold("appartenance_part_min", dt.date(self.file.edition, 1, 1)),
        )

    def _territories_of(self, role: str, card: str) -> pd.DataFrame:
        """Read the table or the layer of a role of `territories`."""
        return in_role(self.observatory.read(card).frame, role, card, self.file)

    @cached_property
    def materials(self) -> Materials:
        """What the observations are made of.

        Raises
        ------
        CatalogueError
            A card of the edition contradicts a correction, or no card of the folder answers to one.
        """
        observatory = self.observatory
        wrong = observatory.wrong_corrections(self.cards)
        if wrong:
            raise CatalogueError.gather(wrong)
        return Materials(
            self.file,
            self.geography,
            observatory.catalogue,
            observatory.cards,
            lambda card: observatory.read(card).frame,
            self._iris if self.file.territories.iris is not None else None,
            self._apportioned,
            lambda card: observatory.read(card).attribution,
        )

    def _iris(self) -> gpd.GeoDataFrame:
        """Give the layer of the IRIS, in the system of the quartiers."""
        layer = self._territories_of("iris", str(self.file.territories.iris))
        return gpd.GeoDataFrame(layer).to_crs(self.territories.crs)

    def _apportioned(self) -> Apportionment:
        """Share the people of the IRIS among the quartiers: by cells, by area without any."""
        chosen, territories = self.file.territories, self.territories
        refuse_without_iris(self.file)
        grid = self._territories_of("cells", chosen.cells) if chosen.cells is not None else None
        quartiers = territories[territories["kind"] == "qpv"]
        return shared_out(self._iris(), quartiers, grid, self.materials.threshold)

    @property
    def territories(self) -> gpd.GeoDataFrame:
        """Territories: `territory, kind, perimeter, label, label_article, label_de, geometry`."""
        return self.geography.territories.copy(deep=False)

    @property
    def memberships(self) -> pd.DataFrame:
        """Who contains whom: `territory, parent, parent_kind, share_population, share_area`."""
        return self.geography.memberships.copy(deep=False)

    @property
    def measurements(self) -> pd.DataFrame:
        """Every measurement of the cards of the indicators, for the territories of the edition."""
        return self._measurements.copy(deep=False)

    @property
    def observations(self) -> pd.DataFrame:
        """Every indicator of the catalogue for every territory of the edition.

        Returns
        -------
        DataFrame
            One row per (`indicator`, `territory`, `perimeter`, `year`). `value` is unrounded, in the
            unit of the catalogue, and only there when `status` is `observed`; `lower` and `upper`
            bound it when it is partial; `origin` is `insee` (published as such, or counts the
            institute delivered for that territory), `oqhs` (sum of such figures) or `oqhs_estimate`
            (pooled, partial, weighted by a proxy, or shared out from the IRIS: the note says which);
            `coverage` is the share of the weight that is
            known; `check` is our own figure where the published one is shown. A row that is not
            observed says why in `note`, in French.
        """
        return self._observations.copy(deep=False)

    @property
    def corrections(self) -> pd.DataFrame:
        """Corrections of `corrections.yaml` that the cards of the edition received.

        Returns
        -------
        DataFrame
            One row per card and corrected figure: `card`, `variable`, `indicator` (empty where the file
            names the variable), `territory`, `perimeter`, `year`, `from` (NaN where the producer gave no
            value) and `to` (in the unit of the indicator, where there is one, else of the variable),
            `reason`, `office`, `date` (ISO), `note`; sorted.

        Examples
        --------
        >>> import oqhs
        >>> len(oqhs.open("data").edition(2024).corrections)
        0
        """
        return applied(self.observatory.outcomes(self.cards))

    @property
    def proximity(self) -> pd.DataFrame:
        """How far the people of each quartier walk to the nearest PMI, EDS… the edition plans.

        Returns
        -------
        DataFrame
            One row per quartier and category of facilities: `distance_m` and `minutes` (half of the people
            walk no farther), `facility` and `facility_name` (the nearest for most of them), `coverage`,
            `status` and `note`, which says how it was walked.

        Examples
        --------
        >>> import oqhs
        >>> near = oqhs.open("data").edition(2024).proximity
        >>> sorted(near.category.unique())
        ['eds', 'pmi']
        """
        return proximity_of(self.materials)

    @property
    def attributes(self) -> pd.DataFrame:
        """What a file says of the quartiers in words: `territory, attribute, value`; empty without a file."""
        card = self.file.territories.attributes
        if card is None:
            return pd.DataFrame(columns=["territory", "attribute", "value"], dtype="str")
        told = self._territories_of("attributes", card)
        self.materials.refuse_strangers(card, told["territory"])
        return told[told["territory"].isin(self.geography.of_kind("qpv"))].reset_index(drop=True)

    # What is kept is never handed out itself: a column added in a notebook stays in the notebook.
    @cached_property
    def _measurements(self) -> pd.DataFrame:
        return measurements_of(self.materials)

    @cached_property
    def _observations(self) -> pd.DataFrame:
        return observations_of(self.materials)

    def cells_around(self, others: gpd.GeoDataFrame) -> gpd.GeoDataFrame | None:
        """Give the cells around the quartiers of this edition and other territories; none without a grid."""
        card = self.file.territories.cells
        if card is None:
            return None
        around = pd.concat([self.territories[["geometry"]], others[["geometry"]]])
        return cells_of(
            self._territories_of("cells", card), gpd.GeoDataFrame(around, crs=self.territories.crs)
        )

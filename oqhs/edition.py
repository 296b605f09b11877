"""Edition: one yearly publication, computed when asked for and kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Protocol

import geopandas as gpd
import pandas as pd

from oqhs.analysis.gaps import Mode, compare
from oqhs.catalogue import Catalogue
from oqhs.editions import EditionFile, read_groups, read_labels
from oqhs.entries import Indicator
from oqhs.errors import UnknownError
from oqhs.geography import REFERENCES, Geography, build_geography
from oqhs.materials import Materials
from oqhs.measures.apportion import Apportionment
from oqhs.observations import measurements_of, observations_of
from oqhs.outlines import in_role, refuse_without_iris, shared_out
from oqhs.publish.key_table import Wording, key_table
from oqhs.publish.release import Contents, Progress, write_release
from oqhs.sources import Reading
from oqhs.sources.cards import Card, sha256


class Holdings(Protocol):
    """What an edition takes from its observatory: the files it holds, and its other editions."""

    folder: Path
    catalogue: Catalogue

    @property
    def cards(self) -> dict[str, Card]:
        """Cards by id."""

    @property
    def editions(self) -> list[int]:
        """Years of the editions."""

    def edition(self, edition: int) -> Edition:
        """Give an edition."""

    def read(self, card: str) -> Reading:
        """Read the file of a card."""


class Edition:
    """One yearly publication: observations, gaps and products, computed when asked for and kept.

    It is made by `Observatory.edition`.
    """

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
    def _materials(self) -> Materials:
        observatory = self.observatory
        return Materials(
            self.file,
            self.geography,
            observatory.catalogue,
            observatory.cards,
            lambda card: observatory.read(card).frame,
            self._iris if self.file.territories.iris is not None else None,
            self._apportioned,
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
        return shared_out(self._iris(), quartiers, grid, self._materials.threshold)

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

    # What is kept is never handed out itself: a column added in a notebook stays in the notebook.
    @cached_property
    def _measurements(self) -> pd.DataFrame:
        return measurements_of(self._materials)

    @cached_property
    def _observations(self) -> pd.DataFrame:
        return observations_of(self._materials)

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
        (48, 17)
        """
        pairs = self.geography.pairs(reference)
        pairs = pairs[pairs["territory"] != self.geography.ensemble]
        return compare(self._observations, pairs, self._compared(), mode=mode)

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
        (17, 13)
        """
        zone = territory if territory is not None else self.geography.ensemble
        pairs = self.geography.pair(zone, reference)
        gaps = compare(self._observations, pairs, self._chosen(indicators), mode=mode)
        other = pairs["reference_territory"].iloc[0]
        other = other if isinstance(other, str) else ""
        wording = Wording(
            zone=self.geography.name(zone),
            of_zone=self.geography.name(zone, "label_de"),
            reference=self.geography.name(other),
            in_reference=self.geography.name(other, "label_article"),
            diffusion=self.file.diffusion,
            ensemble=zone == self.geography.ensemble,
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
        cards = self.observatory.cards
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
            inputs={name: cards[name] for name in self.cards},
            settings=self._settings(),
            parameters={
                name: self._materials.threshold(name)
                for name in sorted(self.observatory.catalogue.thresholds)
            },
            recipe=self.file.model_dump(mode="json", exclude_none=True),
        )

    def _settings(self) -> dict[str, str]:
        """Checksums of the files a user writes that decide what is published, by path in the folder."""
        folder = self.observatory.folder
        names = [f"editions/{self.file.edition}.yaml", "libelles.yaml", "regroupements.yaml"]
        paths = [folder / name for name in names] + sorted((folder / "indicateurs").glob("*.yaml"))
        return {path.relative_to(folder).as_posix(): sha256(path) for path in paths if path.exists()}

    def _chosen(self, names: Sequence[str] | None) -> dict[str, Indicator]:
        """Give the indicators of a key table: those asked for, or the key ones."""
        compared = self._compared()
        if names is None:
            return {name: indicator for name, indicator in compared.items() if indicator.key}
        unknown = sorted(set(names) - set(compared))
        if unknown:
            near = [match for name in unknown for match in get_close_matches(name, compared, n=2)]
            raise UnknownError(
                "no such indicator to compare",
                found=", ".join(unknown),
                allowed=", ".join(compared),
                todo=f"did you mean {', '.join(near)}?" if near else None,
            )
        return {name: indicator for name, indicator in compared.items() if name in names}

    def _compared(self) -> dict[str, Indicator]:
        indicators = self.observatory.catalogue.indicators
        return {name: one for name, one in indicators.items() if one.unit != "persons"}

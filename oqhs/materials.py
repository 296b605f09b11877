"""What the observations of an edition are made of: its cards read, its territories, its estimates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import pandas as pd

from oqhs import tables
from oqhs.catalogue import Catalogue
from oqhs.editions import EditionFile, IndicatorRecipe
from oqhs.errors import CatalogueError, MeasureError
from oqhs.geography import Geography
from oqhs.measures.apportion import Apportionment
from oqhs.measures.communes import communes_of_iris
from oqhs.measures.estimate import estimate_counts
from oqhs.measures.inputs import Method, counts_of
from oqhs.sources.cards import Card
from oqhs.territories import departement_of, kinds_of, measures_kind
from oqhs.text import plain_label

T = TypeVar("T")


@dataclass(frozen=True)
class Materials:
    """What the observations of an edition are made of.

    `read` gives the table of a card, `iris` the layer of the IRIS if there is one, `share_out` how their
    people are shared among the quartiers, when an estimate needs it; `attributions` what a file itself asks
    to print on everything that uses it.
    """

    file: EditionFile
    geography: Geography
    catalogue: Catalogue
    cards: Mapping[str, Card]
    read: Callable[[str], pd.DataFrame]
    iris: Callable[[], pd.DataFrame] | None = None
    share_out: Callable[[], Apportionment] | None = None
    attributions: Callable[[str], str] | None = None
    _rows: dict[str, pd.DataFrame] = field(default_factory=dict, repr=False)
    _made: dict[str, Any] = field(default_factory=dict, repr=False)

    def once(self, key: str, make: Callable[[], T]) -> T:
        """Make something the first time it is asked for under a key, and keep it."""
        if key not in self._made:
            self._made[key] = make()
        made: T = self._made[key]
        return made

    @property
    def day(self) -> dt.date:
        """Day whose thresholds hold: the first of the year of the edition."""
        return dt.date(self.file.edition, 1, 1)

    def threshold(self, name: str) -> float:
        """Value of a threshold on that day."""
        return self.catalogue.threshold(name, self.day)

    @property
    def method(self) -> Method:
        """Parameters of the recipes on that day."""
        return Method(self.threshold("couverture_min"), self.threshold("quantile_largeur_max"))

    @cached_property
    def zones(self) -> list[str]:
        """Quartiers, groups of quartiers, and all the quartiers."""
        geography = self.geography
        return [*geography.of_kind("qpv"), *geography.of_kind("regroupement"), geography.ensemble]

    @cached_property
    def references(self) -> list[str]:
        """What quartiers are compared with, but for the other quartiers; parents pooled included."""
        geography = self.geography
        codes = {*geography.of_kind("commune"), *geography.of_kind("ept"), geography.departement}
        codes |= set(geography.edges("reference")["territory"])  # an EPT may reach outside the layer
        for kind in ("commune", "ept"):
            codes |= set(geography.comparators(kind).dropna())
        return sorted(codes)

    def attribution(self, card: str) -> str:
        """Say what must be printed on everything that uses a card: asked by the file, or by its source."""
        own = plain_label(self.attributions(card)) if self.attributions is not None else ""
        return own or self.catalogue.sources[self.cards[card].source].attribution

    def rows(self, card: str) -> pd.DataFrame:
        """Measurements of a card, for the territories of the edition."""
        if card in self._rows:
            return self._rows[card]
        frame = self.read(card)
        if "variable" not in frame:
            raise CatalogueError(
                "an indicator cannot be computed from this card: it holds no measurement",
                file=f"editions/{self.file.edition}.yaml",
                found=card,
            )
        here = frame.loc[frame["perimeter"] == self.file.perimeter, "territory"]
        self.refuse_strangers(card, here)
        kept = frame["territory"].isin([*self.zones, *self.references])
        rows = tables.plain(frame[kept])
        communes = self._communes(card, frame)
        communes = communes[communes["territory"].isin(self.references)]
        together = pd.concat([rows, communes], ignore_index=True) if len(communes) else rows
        self._rows[card] = together.assign(summed=[False] * len(rows) + [True] * (len(together) - len(rows)))
        return self._rows[card]

    def holds_iris(self, card: str) -> bool:
        """Whether a card holds counts by IRIS: they serve estimates, whatever the recipe."""
        return measures_kind(self.read(card), "iris")

    def counted_by_iris(self, name: str, recipe: IndicatorRecipe) -> tuple[str, ...]:
        """Cards of an indicator that hold its counts by IRIS; none when one of the counts is not there."""
        cards = tuple(card for card in recipe.inputs.qpv if self.holds_iris(card))
        counts = counts_of(self.catalogue.indicator(name))
        frames = [self.read(card) for card in cards]
        held = {
            variable
            for frame in frames
            for variable in frame.loc[frame["year"] == recipe.year, "variable"].drop_duplicates()
        }
        return cards if counts and set(counts) <= held else ()

    def _communes(self, card: str, frame: pd.DataFrame) -> pd.DataFrame:
        """Add up the IRIS of a table, commune by commune, when the edition says which IRIS there are."""
        if self.iris is None or not self.holds_iris(card):
            return tables.empty_measurements()
        return communes_of_iris(frame, list(self.iris()["territory"]), self.catalogue)

    @cached_property
    def apportioned(self) -> Apportionment:
        """How the people of the IRIS are shared among the quartiers."""
        if self.share_out is None:
            raise MeasureError("nothing says how the people of the IRIS are shared among the quartiers")
        return self.share_out()

    def estimates(self, card: str, variables: Sequence[str], year: int) -> pd.DataFrame:
        """Estimate the counts of the quartiers from those of the IRIS of a card; none without IRIS."""
        frame = self.read(card)
        rows = tables.plain(frame[frame["variable"].isin(variables) & (frame["year"] == year)])
        rows = rows[(kinds_of(rows["territory"])["kind"] == "iris").to_numpy(dtype=bool)]
        apportioned = self.apportioned
        if rows.empty:
            return rows
        self._refuse_other_outlines(card, rows)
        rows = rows[rows["territory"].isin(apportioned.shares["part"])]
        if rows.empty:
            raise MeasureError(
                "the counts of the IRIS that hold the quartiers are not in this card",
                column=card,
                found="none of the IRIS that overlap a quartier",
                allowed=f"codes such as {', '.join(apportioned.shares['part'].head(3))}",
                todo="give the file and the outlines of one vintage of the IRIS",
            )
        return estimate_counts(
            rows,
            apportioned,
            perimeter=self.file.perimeter,
            couverture_min=self.threshold("couverture_min"),
            weights_label="la population des carreaux de 200 m",
            catalogue=self.catalogue,
        ).assign(source=card)

    def _refuse_other_outlines(self, card: str, rows: pd.DataFrame) -> None:
        """Refuse counts of IRIS of another vintage than their outlines: a code may have been redrawn."""
        drawn = sorted(set(self.iris()["perimeter"])) if self.iris is not None else []
        counted = sorted(set(rows["perimeter"]))
        if counted != drawn:
            raise MeasureError(
                "the counts are of IRIS of another vintage than the outlines",
                column=card,
                found=", ".join(counted),
                allowed=", ".join(drawn),
                todo="add the outlines of that vintage; if they are the same, correct the card",
            )

    def refuse_strangers(self, card: str, territories: pd.Series) -> None:
        """Refuse a quartier of the département and of the perimeter that its layer does not hold."""
        codes = pd.Series(territories.astype("str").unique(), dtype="str")
        generation = kinds_of(codes)["perimeter"] == self.file.perimeter
        quartiers = codes[generation & (departement_of(codes) == self.file.departement)]
        strangers = sorted(set(quartiers) - set(self.zones))
        if strangers:
            raise CatalogueError(
                "the card holds quartiers of this département that are not in its layer",
                column=card,
                found=", ".join(strangers[:10]),
                allowed="the quartiers of the layer of the edition",
                todo="correct the codes in the file or in the layer: nothing is left out in silence",
            )

"""Observatory: the thin face over a data folder."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pandas as pd

from oqhs.catalogue import load_catalogue
from oqhs.correcting import Outcome, corrected, dead, problems_of
from oqhs.corrections import may_hold, read_corrections
from oqhs.edition import Edition
from oqhs.editions import read_edition, years_of
from oqhs.errors import Problem, UnknownError
from oqhs.publish.shown import diffusion_words, notebook_card, notebook_table
from oqhs.sources import Reading, load
from oqhs.sources.cards import Card, changed_files, read_cards

_EDITION_HEADERS = ("Édition", "Département", "Périmètre", "Diffusion", "Indicateurs prévus")


class Observatory:
    """A data folder: its cards, its catalogue, its editions.

    Parameters
    ----------
    folder : str or Path
        Data folder, with `raw/` and `editions/`.

    Raises
    ------
    UnknownError
        The folder has no `raw`.
    CatalogueError
        A card, an indicator of the user or a correction is not as it must be.
    ChecksumError
        A file is missing, or is not the one its card vouches for.
    """

    def __init__(self, folder: str | Path = "data") -> None:
        self.folder = Path(folder)
        if not (self.folder / "raw").is_dir():
            raise UnknownError(
                "this is not a data folder: it has no `raw`",
                file=self.folder,
                todo="run `oqhs demo DIR` to make an invented one, or give the right folder",
            )
        self.catalogue = load_catalogue(self.folder / "indicateurs")
        self._cards = read_cards(self.folder / "raw", self.catalogue)
        self.corrections = read_corrections(self.folder, self.catalogue)
        self._readings: dict[str, Reading] = {}
        self._outcomes: dict[str, tuple[Outcome, ...]] = {}

    def __repr__(self) -> str:
        return f"<Observatoire {self.folder} : {len(self._cards)} fichiers, éditions {self.editions}>"

    def _repr_html_(self) -> str:
        """Show what the folder holds, in a notebook; no file of data is read for it."""
        cards = self.cards.values()
        facts = {
            "Fichiers": str(len(self._cards)),
            "Sources": " ; ".join(sorted({self.catalogue.sources[one.source].short for one in cards})),
            "Corrections déclarées": str(len(self.corrections)),
        }
        files = [self.edition(year).file for year in self.editions]
        rows = [
            [
                str(one.edition),
                one.departement,
                one.perimeter,
                diffusion_words(one.diffusion),
                str(len(one.indicators)),
            ]
            for one in files
        ]
        title = f"Observatoire : dossier {self.folder.as_posix()}"
        shown = notebook_card(title, facts, invented=any(one.invented for one in cards))
        return shown + (notebook_table("Éditions", _EDITION_HEADERS, rows) if rows else "")

    @property
    def editions(self) -> list[int]:
        """Years of the editions of the folder."""
        return years_of(self.folder)

    @property
    def cards(self) -> dict[str, Card]:
        """Cards by id."""
        return {name: card for name, (_, card) in self._cards.items()}

    def files(self, layout: str) -> list[Path]:
        """Paths of the files of a layout, in the order of their cards: those of studies are read by path."""
        return [path for path, card in self._cards.values() if card.layout == layout]

    def edition(self, edition: int) -> Edition:
        """Give an edition; `UnknownError` names those that exist."""
        diffusions = {name: card.diffusion for name, card in self.cards.items()}
        return Edition(self, read_edition(self.folder, edition, self.catalogue, diffusions))

    def read(self, card: str) -> Reading:
        """Read the file of a card, and correct what `corrections.yaml` corrects in it; it is read once."""
        if card not in self._cards:
            raise UnknownError("no such card", found=card, allowed=", ".join(self._cards))
        if card not in self._readings:
            path, content = self._cards[card]
            reading = load(path, card=content, catalogue=self.catalogue)
            frame, self._outcomes[card] = corrected(reading.frame, self.corrections, card)
            self._readings[card] = replace(reading, frame=frame)
        return self._readings[card]

    def outcomes(self, cards: Iterable[str]) -> tuple[Outcome, ...]:
        """Tell what became of the corrections in those of some cards that may hold their figures."""
        found: list[Outcome] = []
        for card in sorted(set(cards)):
            if any(may_hold(self.cards[card], self.catalogue, one) for one in self.corrections):
                self.read(card)
                found += self._outcomes[card]
        return tuple(found)

    def wrong_corrections(self, cards: Iterable[str]) -> list[Problem]:
        """Tell the corrections that some cards contradict, and those no card of the folder answers to.

        Only the cards that may hold a figure nobody has found yet are read beside those that are asked
        for.
        """
        chosen = set(cards)
        found = self.outcomes(chosen)
        problems = problems_of(found)
        for one in self.corrections:
            if dead(one, found) is not None:
                others = [name for name, card in self.cards.items() if may_hold(card, self.catalogue, one)]
                problem = dead(one, self.outcomes(others))
                problems += [problem] if problem is not None else []
        return problems

    def changed(self, cards: Iterable[str]) -> list[Problem]:
        """Tell which files of some cards are no longer those they vouch for."""
        return [problem for name in cards for problem in changed_files(*self._cards[name])]

    def report(self) -> pd.DataFrame:
        """Say what was read of every file.

        Returns
        -------
        DataFrame
            One row per card: `card`, `file`, `layout`, `territories` (distinct ones), `rows` (of the
            table read), `unmapped` (columns nobody mapped), `blank_rows`, `repaired` (geometries),
            `without_surface` (territories a layer gives no surface).
        """
        readings = {name: self.read(name) for name in self._cards}
        return pd.DataFrame(
            [
                {
                    "card": name,
                    "file": reading.path.name,
                    "layout": reading.layout,
                    "territories": reading.territories,
                    "rows": len(reading.frame),
                    "unmapped": ", ".join(reading.unmapped),
                    "blank_rows": reading.blank_rows,
                    "repaired": reading.repaired,
                    "without_surface": ", ".join(reading.without_surface),
                }
                for name, reading in readings.items()
            ]
        )

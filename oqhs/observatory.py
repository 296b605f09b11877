"""Observatory: the thin face over a data folder."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from oqhs.catalogue import load_catalogue
from oqhs.edition import Edition
from oqhs.editions import read_edition, years_of
from oqhs.errors import UnknownError
from oqhs.sources import Reading, load
from oqhs.sources.cards import Card, read_cards


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
        A card, or an indicator of the user, is not as it must be.
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
        self._readings: dict[str, Reading] = {}

    def __repr__(self) -> str:
        return f"<Observatoire {self.folder} : {len(self._cards)} fichiers, éditions {self.editions}>"

    @property
    def editions(self) -> list[int]:
        """Years of the editions of the folder."""
        return years_of(self.folder)

    @property
    def cards(self) -> dict[str, Card]:
        """Cards by id."""
        return {name: card for name, (_, card) in self._cards.items()}

    def edition(self, edition: int) -> Edition:
        """Give an edition; `UnknownError` names those that exist."""
        diffusions = {name: card.diffusion for name, card in self.cards.items()}
        return Edition(self, read_edition(self.folder, edition, self.catalogue, diffusions))

    def read(self, card: str) -> Reading:
        """Read the file of a card; it is read once."""
        if card not in self._cards:
            raise UnknownError("no such card", found=card, allowed=", ".join(self._cards))
        if card not in self._readings:
            path, content = self._cards[card]
            self._readings[card] = load(path, card=content, catalogue=self.catalogue)
        return self._readings[card]

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

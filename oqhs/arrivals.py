"""What an edition expects, what has arrived, and what has been overtaken."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from oqhs.catalogue import load_catalogue
from oqhs.documents import read_model
from oqhs.editions import EditionFile
from oqhs.errors import CatalogueError, UnknownError
from oqhs.sources.cards import STUDIED, Card, scan_cards

#: States of a card an edition names.
ARRIVED, MISSING, ALTERED, OVERTAKEN, SPARE = "arrived", "missing", "altered", "newer available", "unused"
#: State of the file of a study, which no edition names.
STUDY = "for studies"
COLUMNS = ["edition", "card", "state", "file", "layout", "year", "perimeter", "obtained", "used_for", "newer"]


def arrivals(folder: str | Path, edition: int | None = None) -> pd.DataFrame:
    """Tell, for one edition or for all, what has arrived of what it expects.

    Parameters
    ----------
    folder : str or Path
        Data folder.
    edition : int, optional
        Year of an edition; all of them by default.

    Returns
    -------
    DataFrame
        One row per edition and card it names, then one per card no edition names (`edition` missing):
        `state` (`arrived`; `missing`: no such card; `altered`: the file is gone, or is not the one of
        the card; `newer available`, in the last edition only: a card of the same layout has later
        data, it is named in `newer`; `unused`; `for studies`), what the card says, and `used_for`, the
        indicators and layers it serves.

    Raises
    ------
    CatalogueError
        A card or an edition is not as it must be.
    UnknownError
        There is no such edition.

    Examples
    --------
    >>> table = arrivals("data", 2024)
    >>> sorted(table.loc[table.edition.notna(), "state"].unique())
    ['arrived']
    """
    home = Path(folder)
    if not (home / "raw").is_dir():
        raise UnknownError(
            "this is not a data folder: it has no `raw`",
            file=home,
            todo="give the right folder, or start one with `oqhs add FILE`",
        )
    cards, wrong, changed = scan_cards(home / "raw", load_catalogue(home / "indicateurs"))
    if wrong:
        raise CatalogueError.gather(wrong)
    altered = {str(problem.file) for problem in changed}
    editions = {int(path.stem): path for path in (home / "editions").glob("*.yaml") if path.stem.isdecimal()}
    if edition is not None and edition not in editions:
        known = ", ".join(map(str, sorted(editions))) or "none in this folder"
        todo = f"`oqhs edition new {edition}` drafts it from the files that are there"
        raise UnknownError("no such edition", file=home / "editions", found=edition, allowed=known, todo=todo)
    rows = []
    named: set[str] = set()
    for year in sorted(editions):
        used = _used_for(read_model(editions[year], EditionFile))
        named |= set(used)
        if edition in {None, year}:
            latest = year == max(editions)
            rows += [_row(year, name, cards, altered, uses, latest=latest) for name, uses in used.items()]
    rows += [_row(None, name, cards, altered, []) for name in cards if name not in named]
    table = pd.DataFrame(rows, columns=COLUMNS)
    return table.astype({"edition": "Int64", "year": "Int64"})


def _used_for(file: EditionFile) -> dict[str, list[str]]:
    """List the indicators and layers each card serves, in the order of the edition."""
    used: dict[str, list[str]] = {}
    for place, card in file.named_cards():
        uses = used.setdefault(card, [])
        name = place.split(".")[1]
        if name not in uses:
            uses.append(name)
    return used


def _row(
    edition: int | None,
    name: str,
    cards: Mapping[str, tuple[Path, Card]],
    altered: set[str],
    uses: list[str],
    *,
    latest: bool = False,
) -> dict[str, str | int | dt.date | None]:
    if name not in cards:
        return {"edition": edition, "card": name, "state": MISSING, "used_for": ", ".join(uses)}
    path, card = cards[name]
    # A past edition keeps the data of its time.
    newer = [other.id for _, other in cards.values() if latest and overtakes(other, card)]
    spare = STUDY if card.layout in STUDIED else SPARE
    state = spare if edition is None else OVERTAKEN if newer else ARRIVED
    if altered & {str(path), *(str(path.with_name(name)) for name in card.sidecars)}:
        state = ALTERED
    return {
        "edition": edition,
        "card": name,
        "state": state,
        "file": path.name,
        "layout": card.layout,
        "year": card.year,
        "perimeter": card.perimeter,
        "obtained": card.obtained,
        "used_for": ", ".join(uses),
        "newer": ", ".join(newer),
    }


def overtakes(other: Card, card: Card) -> bool:
    """Tell whether a card holds later data of the same kind, on the outlines of the same family."""
    if other.layout != card.layout or other.source != card.source or other.kind != card.kind:
        return False
    if _mapped(other) != _mapped(card):
        return False
    if _family(other) != _family(card) or other.year is None or card.year is None:
        return False
    return other.year > card.year


def _mapped(card: Card) -> frozenset[str]:
    """Variables a table of another origin holds."""
    columns = card.mapping.columns.values() if card.mapping is not None else ()
    return frozenset(column.variable for column in columns)


def _family(card: Card) -> str:
    """Outlines whose figures may follow each other: quartiers of one generation, communes, IRIS."""
    perimeter = card.perimeter or ""
    return perimeter if perimeter.startswith("qpv") else perimeter.rstrip("0123456789")

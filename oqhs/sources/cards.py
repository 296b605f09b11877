"""Cards: who gave a file, what it is, and the checksum that vouches for its bytes."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import yaml
from pydantic import Field

from oqhs.catalogue import Catalogue
from oqhs.documents import Model, Text, read_model
from oqhs.entries import Diffusion, Kind, Perimeter
from oqhs.errors import CatalogueError, ChecksumError, Problem
from oqhs.sources.mappings import (
    AttributeMapping,
    CanopyMapping,
    ExposureMapping,
    FacilityMapping,
    HeatMapping,
    InterviewTables,
    LayerMapping,
    MembershipMapping,
    PeopleMapping,
    StreetMapping,
    TableMapping,
)

CARD_SUFFIX = ".card.yaml"
#: Layouts of what is laid over the territories.
LAID_OUT = ("canopy", "exposure", "facilities", "footprint", "heat", "people", "streets")
#: Layouts of the files of studies, which hold no figure of an edition: `oqhs.studies` reads them.
STUDIED = ("actions", "cohort", "grants", "interviews")
#: Layouts a card describes itself, beside those of the catalogue.
OWN_LAYOUTS = ("attributes", "mapped", "mapped_layer", "memberships", *LAID_OUT, *STUDIED)


class Origin(Model):
    """The archive a file was taken from: its name and checksum, and the name of the file inside it."""

    name: str
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    member: str


class Replaced(Model):
    """A file that a corrected one has replaced: its checksum, and the day it was obtained."""

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    obtained: dt.date


class Card(Model):
    """The card of a file under `data/raw`.

    `kind` decides where codes are written alike (region or département); `sheet` chooses a sheet of a
    workbook, or a layer of a file that holds several; `years` gives those of the blocks of a table that are
    not of its own year; `sidecars` are the files a layer or a corpus needs beside it, with their checksums;
    `dpo` is the entry of the register of the data protection officer, for files of persons; `archive` says
    what the file was taken from, `replaces` which ones it has replaced, the last first.
    """

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")
    layout: str
    source: str
    licence: str
    obtained: dt.date
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    year: int | None = Field(default=None, ge=1962, le=2100)
    perimeter: Perimeter | None = None
    title: Text | None = None
    path: str | None = None
    invented: bool = False
    diffusion: Diffusion = "public"
    kind: Kind | Literal["france_metropolitaine"] | None = None
    sheet: str | None = None
    years: dict[str, int] = Field(default_factory=dict)
    mapping: TableMapping | None = None
    layer: LayerMapping | None = None
    memberships: MembershipMapping | None = None
    attributes: AttributeMapping | None = None
    heat: HeatMapping | None = None
    canopy: CanopyMapping | None = None
    exposure: ExposureMapping | None = None
    facilities: FacilityMapping | None = None
    people: PeopleMapping | None = None
    streets: StreetMapping | None = None
    interviews: InterviewTables | None = None
    dpo: Text | None = None
    sidecars: dict[str, str] = Field(default_factory=dict)
    archive: Origin | None = None
    replaces: tuple[Replaced, ...] = ()


def card_path(path: Path) -> Path:
    """Where the card of a file stands: beside it."""
    return path.with_name(path.name + CARD_SUFFIX)


def card_place(path: Path) -> Path:
    """Where to look for what a card says: the card beside the file, or the file when it is elsewhere."""
    beside = card_path(path)
    return beside if beside.exists() else path


def data_path(card_file: Path, card: Card) -> Path:
    """Where the file of a card stands: beside it, or at the `path` the card gives."""
    if card.path is None:
        return card_file.with_name(card_file.name.removesuffix(CARD_SUFFIX))
    return (card_file.parent / card.path).resolve()


def read_card(card_file: Path) -> Card:
    """Read a card; `CatalogueError` tells every key that is not as it must be."""
    return read_model(card_file, Card)


def find_card(path: Path) -> Card | None:
    """Read the card that stands beside a file, if there is one."""
    beside = card_path(path)
    return read_card(beside) if beside.exists() else None


def read_cards(folder: Path, catalogue: Catalogue) -> dict[str, tuple[Path, Card]]:
    """Read every card under a folder and check every file it vouches for.

    Parameters
    ----------
    folder : Path
        Usually `data/raw`.
    catalogue : Catalogue
        Sources and layouts a card may name.

    Returns
    -------
    dict
        By id of the card: path of the file and card, in the order of the ids.

    Raises
    ------
    CatalogueError
        A card is not as it must be, names a source or a layout the catalogue does not hold, or two
        cards have one id.
    ChecksumError
        A file is missing or its bytes are not those of the card; all of them are told.
    """
    cards, wrong, changed = scan_cards(folder, catalogue)
    if wrong:
        raise CatalogueError.gather(wrong)
    if changed:
        raise ChecksumError.gather(changed)
    return cards


def scan_cards(
    folder: Path, catalogue: Catalogue
) -> tuple[dict[str, tuple[Path, Card]], list[Problem], list[Problem]]:
    """Read every card as `read_cards` does, and give what is wrong instead of stopping at it.

    Returns
    -------
    cards, wrong, changed
        The cards that are as they must be; what is wrong with the others; the files that are missing
        or are not those of their cards.
    """
    cards: dict[str, tuple[Path, Card]] = {}
    wrong: list[Problem] = []
    changed: list[Problem] = []
    for card_file in sorted(folder.rglob("*" + CARD_SUFFIX)):
        try:
            card = read_card(card_file)
        except CatalogueError as error:
            wrong += error.problems
            continue
        path = data_path(card_file, card)
        changed += changed_files(path, card)
        unknown = list(unknown_names([(card_file, card)], catalogue))
        if card.id in cards:
            unknown.append(
                Problem("two cards have one id", card_file, None, "id", card.id, todo="rename one")
            )
        wrong += unknown
        if not unknown:
            cards[card.id] = (path, card)
    return dict(sorted(cards.items())), wrong, changed


def changed_files(path: Path, card: Card) -> list[Problem]:
    """Tell that a file of a card, or one it needs beside it, is gone or is not the one it vouches for."""
    vouched = {path: card.sha256} | {path.with_name(name): told for name, told in card.sidecars.items()}
    problems = []
    for file, told in vouched.items():
        if not file.is_file():
            what, todo = "the file of this card is not there", "put it back, or remove its card"
            problems.append(Problem(what, file=file, todo=todo))
        elif (found := sha256(file)) != told:
            problems.append(
                Problem(
                    "the file is not the one its card vouches for",
                    file=file,
                    column="sha256",
                    found=found,
                    allowed=told,
                    todo="put the file back; if its producer corrected it, `oqhs add FILE --replace`",
                )
            )
    return problems


def unknown_names(cards: Iterable[tuple[Path, Card]], catalogue: Catalogue) -> Iterable[Problem]:
    """Tell the sources and the layouts that cards name and the catalogue does not hold."""
    allowed = {
        "source": sorted(catalogue.sources),
        "layout": sorted({*catalogue.layouts, *catalogue.layers, *OWN_LAYOUTS}),
    }
    for card_file, card in cards:
        for key, known in allowed.items():
            found = getattr(card, key)
            if found not in known:
                what = "the catalogue has no such entry"
                yield Problem(what, card_file, None, key, found, ", ".join(known))


def sha256(path: Path) -> str:
    """Checksum of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write_card(path: Path, card: Card) -> Path:
    """Write the card of a file beside it and give its path."""
    content = card.model_dump(mode="json", exclude_defaults=True)
    card_file = card_path(path)
    aside = card_file.with_name(f".{card_file.name}.new")
    text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=120)
    aside.write_text(text, encoding="utf-8", newline="\n")
    aside.replace(card_file)
    return card_file

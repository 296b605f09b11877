"""Putting files under `data/raw` with their cards, corrections of the producer included."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from oqhs.catalogue import load_catalogue
from oqhs.errors import CatalogueError, DataError, OqhsError, Problem
from oqhs.sources import load
from oqhs.sources.cards import Card, Replaced, card_path, scan_cards, write_card
from oqhs.sources.deliveries import Delivery, receive
from oqhs.tables import MEASUREMENT_KEY, plain

#: What became of a file.
ADDED, REPLACED, KNOWN = "added", "replaced", "already there"
_Held = Mapping[str, tuple[Path, Card]]


@dataclass(frozen=True)
class Deposited:
    """A file that stands under `data/raw`: `what` became of it, how many figures its correction changed."""

    path: Path
    card: Card
    what: str
    territories: int
    unmapped: tuple[str, ...]
    changed: int | None = None


def deposit(
    paths: Sequence[Path], folder: Path, said: Mapping[str, Any], *, replacing: bool = False
) -> list[Deposited]:
    """Read files, write their cards and put both under `data/raw`: all of them, or none.

    Parameters
    ----------
    paths : sequence of Path
        Files, or zip archives of them.
    folder : Path
        Data folder; it is made if need be.
    said : mapping
        Keys of the cards, as `oqhs.sources.deliveries.receive` takes them.
    replacing : bool
        Whether the files correct ones that are there: these are moved to `data/replaced` with their
        cards, and the new cards keep their checksums.

    Returns
    -------
    list of Deposited
        One per file. A file whose bytes are there already is left as it is.

    Raises
    ------
    DataError
        A file cannot be read, is another version of one that is there, or corrects nothing; all the
        problems are told, and nothing is written.
    CatalogueError
        The cards that are there are not as they must be.
    """
    catalogue = load_catalogue(folder / "indicateurs")
    held, wrong, _ = scan_cards(folder / "raw", catalogue)
    if wrong:
        raise CatalogueError.gather(wrong)
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder, prefix=".oqhs-add-") as stage:
        deliveries = receive(paths, catalogue, said, Path(stage), _past(held, said) if replacing else None)
        named = [_named(delivery, held) for delivery in deliveries]
        problems = list(_conflicts(named, held, folder, replacing=replacing))
        if problems:
            raise DataError.gather(problems)
        return [_put(delivery, held, folder) for delivery in named]


def _past(held: _Held, said: Mapping[str, Any]) -> dict[str, Card]:
    """Cards of the files that may be corrected, by name of file; only the one that is named, if it is."""
    chosen = [one for name, one in held.items() if said.get("id", name) == name]
    return {path.name: card for path, card in chosen}


def _known(delivery: Delivery, held: _Held) -> tuple[Path, Card] | None:
    """Give the file that is there with the same bytes."""
    return next((one for one in held.values() if one[1].sha256 == delivery.card.sha256), None)


def _named(delivery: Delivery, held: _Held) -> Delivery:
    """Tell apart two files of one layout and year that are on different perimeters."""
    card = delivery.card
    other = held.get(card.id)
    if other is None or other[1].perimeter == card.perimeter or _known(delivery, held) is not None:
        return delivery
    renamed = card.model_copy(update={"id": f"{card.id}-{card.perimeter or 'autre'}"})
    return Delivery(delivery.staged, delivery.given, renamed, delivery.reading)


def _conflicts(
    deliveries: Sequence[Delivery], held: _Held, folder: Path, *, replacing: bool
) -> list[Problem]:
    problems = []
    seen: dict[str, Path] = {}
    for delivery in deliveries:
        card = delivery.card
        if _known(delivery, held) is not None:
            continue
        if card.id in seen:
            what = "two of the files would have one id"
            todo = f"add them one by one, with --id; the other is {seen[card.id]}"
            problems.append(Problem(what, delivery.given, None, "id", card.id, todo=todo))
        seen[card.id] = delivery.given
        if card.id in held and not replacing:
            what = f"another version of this file is there: {held[card.id][0].name}"
            todo = "if its producer corrected it, `oqhs add FILE --replace`; else give it an id (--id)"
            problems.append(Problem(what, delivery.given, None, "id", card.id, todo=todo))
        elif card.id not in held and replacing:
            what = "there is nothing this file corrects"
            alike = [name for name, (_, one) in held.items() if one.layout == card.layout]
            allowed = "one of the ids " + ", ".join(alike or held)
            todo = "say which one with --id, or add it without --replace"
            problems.append(Problem(what, delivery.given, None, "id", card.id, allowed, todo))
        elif card.id not in held and (target := _target(delivery, folder)).exists():
            what = f"a file of that name is there: {target}"
            problems.append(Problem(what, delivery.given, todo="rename one of the two"))
    return problems


def _target(delivery: Delivery, folder: Path) -> Path:
    return folder / "raw" / delivery.card.source / delivery.staged.name


def _put(delivery: Delivery, held: _Held, folder: Path) -> Deposited:
    reading = delivery.reading
    known = _known(delivery, held)
    if known is not None:
        return Deposited(*known, KNOWN, reading.territories, reading.unmapped)
    target, card = _target(delivery, folder), delivery.card
    what, changed = ADDED, None
    if card.id in held:
        old_path, old = held[card.id]
        what, changed = REPLACED, _figures_changed(old_path, old, delivery)
        trace = (Replaced(sha256=old.sha256, obtained=old.obtained), *old.replaces)
        card = card.model_copy(update={"replaces": trace})
        target = old_path.with_name(delivery.staged.name)
        _keep(old_path, old, folder)
    target.parent.mkdir(parents=True, exist_ok=True)
    for name in (delivery.staged.name, *card.sidecars):
        delivery.staged.with_name(name).replace(target.with_name(name))
    write_card(target, card)
    return Deposited(target, card, what, reading.territories, reading.unmapped, changed)


def _keep(path: Path, card: Card, folder: Path) -> None:
    """Move a file that was corrected, and its card, to `data/replaced`: a past release can be rebuilt."""
    kept = folder / "replaced" / card.sha256[:12]
    kept.mkdir(parents=True, exist_ok=True)
    for file in (path, *(path.with_name(name) for name in card.sidecars), card_path(path)):
        if file.exists():
            shutil.move(file, kept / file.name)


def _figures_changed(path: Path, card: Card, delivery: Delivery) -> int | None:
    """Count the figures a correction changes, added and removed ones included; None for a layer."""
    try:
        before = load(path, card=card).frame
    except OqhsError:
        return None
    after = delivery.reading.frame
    if "variable" not in before or "variable" not in after:
        return None
    columns = [*MEASUREMENT_KEY, "value", "status"]
    both = plain(before)[columns].merge(plain(after)[columns], how="outer", on=MEASUREMENT_KEY)
    same_value = np.isclose(both["value_x"], both["value_y"], rtol=0, atol=0, equal_nan=True)
    return int((~same_value | (both["status_x"] != both["status_y"])).sum())

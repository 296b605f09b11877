"""Putting files under `data/raw` with their cards, corrections of the producer included."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from oqhs.catalogue import Catalogue, load_catalogue
from oqhs.documents import read_model
from oqhs.errors import CatalogueError, DataError, OqhsError, Problem
from oqhs.sources import load
from oqhs.sources.cards import STUDIED, Card, Replaced, card_path, scan_cards, sha256, write_card
from oqhs.sources.deliveries import Delivery, receive
from oqhs.sources.exchange import put_all
from oqhs.studies.files import read_study
from oqhs.tables import MEASUREMENT_KEY, plain

#: What became of a file.
ADDED, REPLACED, KNOWN, RESTORED = "added", "replaced", "already there", "put back"
#: Folder under `raw` of the files of studies.
STUDIES_FOLDER = "etudes"
#: What a card says that changes nothing of how its file is read and told.
_INCIDENTAL = {"archive", "id", "obtained", "path", "replaces", "title"}
_Held = Mapping[str, tuple[Path, Card]]


@dataclass(frozen=True)
class Deposited:
    """A file that stands under `data/raw`, and `what` became of it.

    Of a correction: how many figures it `changed`, and how many territories it no longer has (`lost`).
    """

    path: Path
    card: Card
    what: str
    territories: int
    unmapped: tuple[str, ...]
    changed: int | None = None
    lost: int = 0


def deposit(
    paths: Sequence[Path], folder: Path, said: Mapping[str, Any], *, today: dt.date, replacing: bool = False
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
    today : date
        Day the files were obtained, where neither `said` nor a card says it.
    replacing : bool
        Whether the files correct ones that are there, found by `id` if it is said, else by the name of
        the file: these are moved to `data/replaced` with their cards, and the new cards keep what they
        said and their checksums.

    Returns
    -------
    list of Deposited
        One per file. A file whose bytes are there already is left as it is; it is put back where the
        one its card vouches for was lost or altered.

    Raises
    ------
    DataError
        A file cannot be read, is another version of one that is there, would take the place of another
        file, or corrects nothing; the card beside it says otherwise than the one that is there; all the
        problems are told.
    CatalogueError
        The cards that are there are not as they must be.
    """
    catalogue = load_catalogue(folder / "indicateurs")
    held, wrong, changed = scan_cards(folder / "raw", catalogue)
    if wrong:
        raise CatalogueError.gather(wrong)
    altered = {Path(str(problem.file)) for problem in changed}
    with _stage(folder) as stage:
        past = _past(held, said) if replacing else {}
        vouched = set() if replacing else {path.name for path, _ in held.values()}
        deliveries = receive(
            paths, catalogue, said, stage, today=today, past=past, vouched=vouched, study=read_study
        )
        plans = [_plan(delivery, held, folder, replacing=replacing) for delivery in deliveries]
        problems = list(_conflicts(plans, held))
        if problems:
            raise DataError.gather(problems)
        done, writes, removals = [], [], []
        for number, plan in enumerate(plans):
            done.append(_deposited(plan, altered, catalogue))
            more, gone = _moves(plan, altered, folder, stage / f"moves-{number}")
            writes += more
            removals += gone
        put_all(writes, removals, stage)
    return done


@contextmanager
def _stage(folder: Path) -> Iterator[Path]:
    """Set a place aside in the data folder; a folder made for it does not stay empty."""
    made = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with TemporaryDirectory(dir=folder, prefix=".oqhs-add-") as name:
            yield Path(name)
    finally:
        if made and not any(folder.iterdir()):
            folder.rmdir()


@dataclass(frozen=True)
class _Plan:
    """Where a delivery goes, and what stands there: the file with its bytes, or the one it corrects."""

    delivery: Delivery
    card: Card
    target: Path
    known: tuple[Path, Card] | None
    old: tuple[Path, Card] | None
    replacing: bool

    @property
    def files(self) -> list[tuple[Path, Path]]:
        """Files of the delivery where they are set aside, and where each goes."""
        names = (self.delivery.staged.name, *self.card.sidecars)
        return [(self.delivery.staged.with_name(name), self.target.with_name(name)) for name in names]


def _past(held: _Held, said: Mapping[str, Any]) -> dict[str | None, Card]:
    """Cards of the files that may be corrected, by name of file; the one that is named is for any file."""
    if "id" in said:
        return {None: held[said["id"]][1]} if said["id"] in held else {}
    return {path.name: card for path, card in held.values()}


def _plan(delivery: Delivery, held: _Held, folder: Path, *, replacing: bool) -> _Plan:
    card = delivery.card
    bytes_of = (card.sha256, card.sidecars)
    known = next((one for one in held.values() if (one[1].sha256, one[1].sidecars) == bytes_of), None)
    other = held.get(card.id)
    if known is None and other is not None and not replacing and other[1].perimeter != card.perimeter:
        # Two files of one layout and year, on different outlines.
        card = card.model_copy(update={"id": f"{card.id}-{card.perimeter or 'autre'}"})
    old = held.get(card.id) if replacing and known is None else None
    place = STUDIES_FOLDER if card.layout in STUDIED else card.source
    target = folder / "raw" / place / delivery.staged.name
    if known is not None:
        target = known[0]
    elif old is not None:
        target = old[0].with_name(delivery.staged.name)
        trace = (Replaced(sha256=old[1].sha256, obtained=old[1].obtained), *old[1].replaces)
        card = card.model_copy(update={"replaces": trace})
    return _Plan(delivery, card, target, known, old, replacing)


def _conflicts(plans: Sequence[_Plan], held: _Held) -> Iterator[Problem]:
    """Tell why a file cannot be put where it goes."""
    ids: dict[str, Path] = {}
    places: dict[str, Path] = {}
    for plan in plans:
        if plan.known is not None:
            yield from _other_words(plan.delivery, *plan.known)
            continue
        card, given = plan.card, plan.delivery.given
        if card.id in ids:
            todo = f"add them one by one, with --id; the other is {ids[card.id]}"
            yield Problem("two of the files would have one id", given, None, "id", card.id, todo=todo)
        ids[card.id] = given
        yield from _wrong_version(plan, held)
        own = {file.resolve() for file in _old_files(plan)}
        for source, target in plan.files:
            place = str(target.resolve()).casefold()
            if place in places:
                what = f"another of the files would take its place: {places[place]}"
                yield Problem(what, given, todo="rename one of the two")
            elif target.exists() and target.resolve() not in own and sha256(target) != sha256(source):
                yield Problem(f"a file of that name is there: {target}", given, todo="rename one of the two")
            places[place] = given


def _other_words(delivery: Delivery, path: Path, card: Card) -> Iterator[Problem]:
    """Tell what the card beside a file says otherwise than the one of the same bytes that is there."""
    beside = card_path(delivery.given)
    if not beside.exists():
        return
    told = read_model(beside, Card, card.model_dump(mode="json", exclude_defaults=True))
    said, held = (one.model_dump(exclude=_INCIDENTAL) for one in (told, card))
    for key in said:
        if said[key] != held[key]:
            what = f"this file is there already, with a card that says another {key}"
            todo = f"change {card_path(path)}, or remove the card beside the file"
            yield Problem(what, delivery.given, None, key, str(said[key]), str(held[key]), todo)


def _wrong_version(plan: _Plan, held: _Held) -> Iterator[Problem]:
    card, given = plan.card, plan.delivery.given
    if card.id in held and not plan.replacing:
        what = f"another version of this file is there: {held[card.id][0].name}"
        todo = "if its producer corrected it, `oqhs add FILE --replace`; else give it an id (--id)"
        yield Problem(what, given, None, "id", card.id, todo=todo)
    elif plan.replacing and plan.old is None:
        alike = [name for name, (_, one) in held.items() if one.layout == card.layout]
        allowed = "one of the ids " + ", ".join(alike or held)
        todo = "say which one with --id, or add it without --replace"
        yield Problem("there is nothing this file corrects", given, None, "id", card.id, allowed, todo)
    elif plan.old is not None and plan.old[1].path is not None:
        todo = "change the file where it is, and its checksum in the card"
        yield Problem(f"the card {card.id} says that its file is elsewhere", given, todo=todo)
    elif plan.old is not None and not plan.delivery.inherits:
        what = f"this file has not the name of the one it corrects, {plan.old[0].name}"
        todo = f"if it does correct it, say so with --id {card.id}"
        yield Problem(what, given, None, "id", card.id, todo=todo)


def _old_files(plan: _Plan) -> list[Path]:
    """Files of the version that is corrected, its card last."""
    if plan.old is None:
        return []
    path, card = plan.old
    return [path, *(path.with_name(name) for name in card.sidecars), card_path(path)]


def _moves(
    plan: _Plan, altered: set[Path], folder: Path, stage: Path
) -> tuple[list[tuple[Path, Path]], list[Path]]:
    """List the files to move for a delivery (those kept first, its card last) and the files to remove."""
    if plan.known is not None:
        return [(source, target) for source, target in plan.files if target in altered], []
    writes: list[tuple[Path, Path]] = []
    stage.mkdir()
    if plan.old is not None:
        kept = folder / "replaced" / plan.old[1].sha256[:12]
        # Bytes nobody vouches for are not kept as if they were those of the card.
        whole = [] if altered & set(_old_files(plan)) else _old_files(plan)
        for number, file in enumerate(whole):
            writes.append((Path(shutil.copyfile(file, stage / str(number))), kept / file.name))
    writes += plan.files
    written = write_card(stage / plan.target.name, plan.card)
    writes.append((written, card_path(plan.target)))
    targets = {target for _, target in writes}
    return writes, [file for file in _old_files(plan) if file not in targets]


def _deposited(plan: _Plan, altered: set[Path], catalogue: Catalogue) -> Deposited:
    reading = plan.delivery.reading
    if plan.known is not None:
        gone = any(target in altered for _, target in plan.files)
        path, card = plan.known
        return Deposited(path, card, RESTORED if gone else KNOWN, reading.territories, reading.unmapped)
    if plan.old is None:
        return Deposited(plan.target, plan.card, ADDED, reading.territories, reading.unmapped)
    changed, lost = _changes(*plan.old, plan.delivery, catalogue)
    return Deposited(plan.target, plan.card, REPLACED, reading.territories, reading.unmapped, changed, lost)


def _changes(path: Path, card: Card, delivery: Delivery, catalogue: Catalogue) -> tuple[int | None, int]:
    """Count the figures a correction changes, added and removed ones included, and the territories it loses.

    The first is None for a layer, and where the version that is corrected can no longer be read.
    """
    try:
        before = load(path, card=card, catalogue=catalogue).frame
    except OqhsError:
        return None, 0
    after = delivery.reading.frame
    lost = len(set(before["territory"].astype("str")) - set(after["territory"].astype("str")))
    if "variable" not in before or "variable" not in after:
        return None, lost
    columns = [*MEASUREMENT_KEY, "value", "status"]
    both = plain(before)[columns].merge(plain(after)[columns], how="outer", on=MEASUREMENT_KEY)
    same_value = np.isclose(both["value_x"], both["value_y"], rtol=0, atol=0, equal_nan=True)
    return int((~same_value | (both["status_x"] != both["status_y"])).sum()), lost

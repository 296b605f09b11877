"""Files as they arrive: set aside, recognised, read whole, given a card."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import unicodedata
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

import pandas as pd

from oqhs.catalogue import Catalogue
from oqhs.documents import read_model, validated
from oqhs.errors import CatalogueError, DataError, LayoutError, OqhsError, Problem, UnknownError
from oqhs.sources import load
from oqhs.sources.archives import open_archive
from oqhs.sources.cards import STUDIED, Card, Origin, card_path, sha256, unknown_names, write_card
from oqhs.sources.delimited import read_delimited
from oqhs.sources.opening import ARCHIVES, LAYERS, TEXTS, WORKBOOKS, is_companion, open_tables
from oqhs.sources.parquet import is_geoparquet
from oqhs.sources.published import recognised_parts
from oqhs.sources.tabular import Reading
from oqhs.territories import kinds_of

#: Files a Shapefile is made of beside its geometries.
SIDECARS = (".dbf", ".shx", ".prj", ".cpg")
#: What a card beside a file need not say when it is added.
_UNSAID = {"id": "x", "sha256": "0" * 64, "licence": "", "obtained": "2000-01-01"}
_READ = {*TEXTS, *WORKBOOKS, *LAYERS, ".parquet"}


@dataclass(frozen=True)
class Delivery:
    """A file that was read whole: where it is set aside, what it is called by whom gave it, its card.

    `inherits` says that the card follows that of the version it corrects.
    """

    staged: Path
    given: Path
    card: Card
    reading: Reading
    inherits: bool = False


def receive(
    paths: Sequence[Path],
    catalogue: Catalogue,
    said: Mapping[str, Any],
    stage: Path,
    *,
    today: dt.date,
    past: Mapping[str | None, Card],
    vouched: Container[str],
    study: Callable[[Path, str], object],
) -> list[Delivery]:
    """Read files as they arrive and make the card of each; nothing is put under `data/raw`.

    Parameters
    ----------
    paths : sequence of Path
        Files, or zip archives of them. A card that stands beside a file is completed: it may leave out
        the checksum, the day and whatever the catalogue says.
    catalogue : Catalogue
        Sources and layouts.
    said : mapping
        Keys of the card the caller gives (`year`, `perimeter`, `kind`, `source`, `id`, `obtained`,
        `licence`, `diffusion`): they hold for every file; a card beside it may not say otherwise.
    stage : Path
        Empty folder where the files are set aside.
    today : date
        Day the files were obtained, where nothing says it.
    past : mapping
        By name of file, the card of the version it corrects: what it says holds unless it is said
        again. Under None, one that holds for any file.
    vouched : container of str
        Names of files that a card vouches for: one that is not recognised may correct it.
    study : callable
        Reads the file of a study, by its path and its layout.

    Returns
    -------
    list of Delivery
        One per file, those of the archives included, in the order given.

    Raises
    ------
    DataError
        A file cannot be read: all the problems of all the files are told, in one error.
    """
    received: list[Delivery] = []
    problems: list[Problem] = []
    for number, path in enumerate(paths):
        try:
            aside = list(_set_aside(path, stage / str(number)))
        except OqhsError as error:
            problems += error.problems
            continue
        for staged, given, origin in aside:
            old = past.get(staged.name, past.get(None))
            try:
                card = _card_of(staged, given, origin, catalogue, said, today, old)
                received.append(
                    _read(staged, given, card, catalogue, said, inherits=old is not None, study=study)
                )
            except OqhsError as error:
                # The reader knows the file by the place where it is set aside.
                names = {str(staged): given, str(card_path(staged)): card_path(given)}
                wrong = [replace(one, file=names.get(str(one.file), one.file)) for one in error.problems]
                if isinstance(error, LayoutError) and staged.name in vouched:
                    wrong = [_may_correct(one) for one in wrong]
                problems += wrong
    if problems:
        raise DataError.gather(problems)
    return received


def _may_correct(problem: Problem) -> Problem:
    """Tell, of a file that is not recognised, that a card vouches for one of its name."""
    what = f"{problem.what}, and a card of the folder vouches for a file of this name"
    todo = "if its producer corrected it, `oqhs add FILE --replace`"
    return replace(problem, what=what, todo=f"{todo}; else {problem.todo}" if problem.todo else todo)


def _set_aside(path: Path, stage: Path) -> Iterator[tuple[Path, Path, Origin | None]]:
    """Copy a file, or unpack an archive: where each file is, what it is called, and its archive."""
    if not path.is_file():
        what = "this is a folder, not a file" if path.is_dir() else "no such file"
        raise UnknownError(what, file=path, todo="check the path, and the folder you are in")
    stage.mkdir(parents=True)
    if path.suffix.lower() not in ARCHIVES:
        for file in (path, *_sidecars(path), card_path(path)):
            if file.exists():
                shutil.copyfile(file, stage / file.name)
        yield stage / path.name, path, None
        return
    checksum = sha256(path)
    found = False
    folders: dict[PurePosixPath, int] = {}
    with open_archive(path) as members:
        for member in members:
            name = PurePosixPath(member.name)
            suffix = name.suffix.lower()
            if is_companion(member.name) or suffix not in {*_READ, *SIDECARS}:
                continue
            # Files of one folder stay together: a layer is several of them.
            target = stage / str(folders.setdefault(name.parent, len(folders))) / name.name
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(member.read())
            if suffix in _READ and not (suffix == ".txt" and _is_prose(target)):
                found = True
                yield target, path / member.name, Origin(name=path.name, sha256=checksum, member=member.name)
    if not found:
        raise LayoutError(
            "the archive holds no table and no layer",
            file=path,
            allowed=", ".join(sorted(_READ)),
            todo="check that it is the archive you meant",
        )


def _is_prose(path: Path) -> bool:
    """Tell whether a text is no table: a notice among the files of an archive."""
    try:
        read_delimited(path)
    except LayoutError:
        return True
    except DataError:
        return False
    return False


def _card_of(
    staged: Path,
    given: Path,
    origin: Origin | None,
    catalogue: Catalogue,
    said: Mapping[str, Any],
    today: dt.date,
    old: Card | None,
) -> Card:
    """Make the card of a file: what is said, else the version it corrects, else the card beside it."""
    beside = card_path(staged)
    own = {
        "sha256": sha256(staged),
        "sidecars": {file.name: sha256(file) for file in _sidecars(staged)},
        "archive": origin,
    }
    keys: dict[str, Any] = {"id": _slug(staged.stem), "obtained": today}
    if old is not None:
        keys |= old.model_dump(exclude={*own, "obtained", "replaces", "path"}, exclude_defaults=True)
    elif not beside.exists():
        source_id, layout = _recognised(staged, given, catalogue)
        keys |= {"source": source_id, "layout": layout}
    keys |= said
    if old is None and beside.exists():
        card = read_model(beside, Card, {"sha256": own["sha256"], "licence": "", **keys})
        _refuse_disagreement(given, card, own["sha256"], said)
        keys = card.model_dump(exclude_defaults=True)
    source = catalogue.sources.get(str(keys["source"]))
    if not keys.get("licence"):
        keys["licence"] = source.licence if source is not None else ""
    card = validated({**keys, **own}, Card, staged)
    unknown = list(unknown_names([(given, card)], catalogue))
    if unknown:
        raise CatalogueError.gather(unknown)
    return card


def _refuse_disagreement(given: Path, card: Card, checksum: object, said: Mapping[str, Any]) -> None:
    """Refuse a card beside the file that vouches for other bytes, or says otherwise than the caller."""
    if card.sha256 != checksum:
        raise DataError(
            "the file is not the one its card vouches for",
            file=given,
            column="sha256",
            found=checksum,
            allowed=card.sha256,
            todo="get the file again; if its producer corrected it, add it with --replace",
        )
    wrong = [
        Problem(f"the card beside the file says another {key}", given, None, key, value, str(told))
        for key, value in said.items()
        if (told := getattr(card, key)) != value
    ]
    if wrong:
        raise DataError.gather(wrong)


def _sidecars(path: Path) -> list[Path]:
    """Files a Shapefile needs beside it, whatever the case of their endings; those the card names."""
    if path.suffix.lower() == ".shp":
        beside = sorted(path.parent.iterdir())
        return [file for file in beside if file.stem == path.stem and file.suffix.lower() in SIDECARS]
    if not card_path(path).exists():
        return []
    tables = read_model(card_path(path), Card, _UNSAID).interviews
    named = [path.with_name(name) for name in tables.files()] if tables is not None else []
    if missing := [file.name for file in named if not file.is_file()]:
        raise DataError(
            "the card names a file that is not beside it",
            file=card_path(path),
            column="interviews",
            found=", ".join(missing),
            todo="put it there, or correct its name",
        )
    return named


def _read(
    staged: Path,
    given: Path,
    card: Card,
    catalogue: Catalogue,
    said: Mapping[str, Any],
    *,
    inherits: bool,
    study: Callable[[Path, str], object],
) -> Delivery:
    """Read a file whole with its card, and complete the card with what was read."""
    if card.layout in STUDIED:
        # Nothing of it is a figure: it is read to see that it is as it must be.
        write_card(staged, card)
        study(staged, card.layout)
        nothing = Reading(pd.DataFrame(), staged, card.layout, 0)
        return Delivery(staged, given, card, nothing, inherits)
    reading = load(staged, card=card, catalogue=catalogue)
    named = "id" in said or inherits or card_path(staged).exists()
    card = _completed(card, reading, catalogue, named=named)
    return Delivery(staged, given, card, reading, inherits)


def _recognised(staged: Path, given: Path, catalogue: Catalogue) -> tuple[str, str]:
    """Source and layout of a file, from its fields or from its header."""
    suffix = staged.suffix.lower()
    if suffix in LAYERS or (suffix == ".parquet" and is_geoparquet(staged)):
        from oqhs.sources.perimeters import recognise_layer

        name = recognise_layer(staged, catalogue)
        return catalogue.layers[name][0], name
    layouts = sorted({fit.name for _, fit in recognised_parts(open_tables(staged), catalogue)[0]})
    if len(layouts) > 1:
        raise LayoutError(
            "the file holds tables of several layouts",
            file=given,
            found=", ".join(layouts),
            allowed="one layout a file",
            todo="save each sheet in a file of its own, or write a card with `layout:` beside the file",
        )
    return catalogue.layouts[layouts[0]][0], layouts[0]


def _completed(card: Card, reading: Reading, catalogue: Catalogue, *, named: bool) -> Card:
    """Give the card the year, the perimeter, the title and the id that the reading tells."""
    frame = reading.frame
    told: dict[str, Any] = {}
    perimeters = sorted(set(frame["perimeter"].dropna())) if "perimeter" in frame else []
    if card.perimeter is None and len(perimeters) == 1:
        told["perimeter"] = perimeters[0]
    if card.layout not in catalogue.layouts:
        return card.model_copy(update=told)
    layout = catalogue.layouts[card.layout][1]
    told["year"] = year = int(frame["year"].iloc[0]) if card.year is None else card.year
    if card.title is None:
        told["title"] = f"{layout.label}, {year}"
    kinds = set(kinds_of(frame["territory"].drop_duplicates().astype("str"))["kind"]) - {"ensemble_qpv"}
    several = len(set(layout.kinds) - {"ensemble_qpv"}) > 1
    if several and card.kind is None and len(kinds) == 1:
        told["kind"] = next(iter(kinds))
    if not named:
        parts = [card.layout, *(sorted(kinds) if several else []), str(year)]
        told["id"] = _slug("-".join(parts))
    return card.model_copy(update=told)


def _slug(text: str) -> str:
    """Id made of a name: lower case, without accents, words joined by hyphens."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "fichier"

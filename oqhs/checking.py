"""Everything that is wrong in a data folder, told at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd

from oqhs.catalogue import Catalogue, load_catalogue
from oqhs.corrections import read_corrections
from oqhs.editions import read_edition
from oqhs.errors import OqhsError, Problem, UnknownError
from oqhs.observatory import Observatory
from oqhs.sources import load
from oqhs.sources.cards import CARD_SUFFIX, STUDIED, Card, card_path, scan_cards
from oqhs.studies import interviews
from oqhs.studies.files import read_study

Progress = Callable[[int, int, str], None]


def check(folder: str | Path, *, progress: Progress | None = None) -> list[Problem]:
    """Check every file, card and edition of a data folder.

    Parameters
    ----------
    folder : str or Path
        Data folder.
    progress : callable, optional
        Called with the number of files read, their total and the name of the next one.

    Returns
    -------
    list of Problem
        All of them, by file; empty when everything is as it must be. A file without a card is a
        problem, and is read all the same.

    Raises
    ------
    UnknownError
        The folder has no `raw`.

    Examples
    --------
    >>> check("data")
    []
    """
    home = Path(folder)
    raw = home / "raw"
    if not raw.is_dir():
        raise UnknownError(
            "this is not a data folder: it has no `raw`",
            file=home,
            todo="give the right folder, or start one with `oqhs add FILE`",
        )
    try:
        catalogue = load_catalogue(home / "indicateurs")
    except OqhsError as error:
        return list(error.problems)
    cards, wrong, changed = scan_cards(raw, catalogue)
    problems = [*wrong, *changed]
    files = _files(raw, cards)
    for done, (path, card) in enumerate(files):
        if progress is not None:
            progress(done, len(files), path.name)
        if card is None and not card_path(path).exists():
            what, todo = "no card vouches for this file", "add it with `oqhs add`, or move it away"
            problems.append(Problem(what, file=path, allowed=f"{path.name}{CARD_SUFFIX}", todo=todo))
        problems += _problems_of(path, card, catalogue)
    problems += _strangers(cards, readable=not problems)
    problems += _corrections(home, catalogue, readable=not problems)
    if progress is not None:
        progress(len(files), len(files), "éditions")
    problems += _editions(home, catalogue, cards, readable=not problems)
    return sorted(problems, key=lambda one: (str(one.file or ""), one.sheet or "", one.line or 0))


def _files(raw: Path, cards: Mapping[str, tuple[Path, Card]]) -> list[tuple[Path, Card | None]]:
    """Give every file to read with its card, those of cards first, then those no card vouches for."""
    vouched = dict(cards.values())
    beside = {path.with_name(name) for path, card in cards.values() for name in card.sidecars}
    found = [
        path
        for path in sorted(raw.rglob("*"))
        if path.is_file() and not path.name.startswith(".") and not path.name.endswith(CARD_SUFFIX)
    ]
    there = [(path, card) for path, card in vouched.items() if path.is_file()]
    return there + [(path, None) for path in found if path not in vouched and path not in beside]


def _problems_of(path: Path, card: Card | None, catalogue: Catalogue) -> list[Problem]:
    """Read a file, and give what is wrong in it."""
    if card is None and card_path(path).exists():
        return []  # its card is not as it must be, which is told already
    try:
        if card is not None and card.layout in STUDIED:
            read_study(path, card.layout)
        else:
            load(path, card=card, catalogue=catalogue)
    except OqhsError as error:
        return list(error.problems)
    except Exception as error:  # noqa: BLE001  the report goes on, whatever a library stumbled on
        what, todo = f"this file cannot be read: {type(error).__name__}: {error}", "get the file again"
        return [Problem(what, file=path, todo=todo)]
    return []


def _strangers(cards: Mapping[str, tuple[Path, Card]], *, readable: bool) -> Iterator[Problem]:
    """Tell the quartiers of studies that no layer has, and the days after their files were obtained."""
    layers = [path for path, card in cards.values() if card.layout.startswith("perimetres_qpv")]
    if not readable or not layers:
        return
    known = {code for path in layers for code in load(path).frame["territory"].astype("str")}
    for path, card in cards.values():
        if card.layout != "interviews":
            continue
        sources = interviews.read(path).sources
        strangers = sorted(set(sources["territory"].dropna()) - known)
        if strangers:
            what, todo = "no layer of the folder has these quartiers", "correct the codes of the sources"
            yield Problem(
                what, path, None, "territory", ", ".join(strangers), ", ".join(sorted(known)[:20]), todo
            )
        late = sources.loc[sources["date"] > pd.Timestamp(card.obtained), "source"]
        if len(late):
            what, allowed = "sources are later than the day the file was obtained", f"until {card.obtained}"
            yield Problem(
                what, path, None, "date", ", ".join(late), allowed, "correct the dates, or the card"
            )


def _corrections(home: Path, catalogue: Catalogue, *, readable: bool) -> list[Problem]:
    """Check the corrections; against every card that may hold their figures, when every file can be read."""
    try:
        if not read_corrections(home, catalogue) or not readable:
            return []
        observatory = Observatory(home)
        return observatory.wrong_corrections(observatory.cards)
    except OqhsError as error:
        return list(error.problems)


def _editions(
    home: Path, catalogue: Catalogue, cards: Mapping[str, tuple[Path, Card]], *, readable: bool
) -> Iterator[Problem]:
    """Check the editions; their indicators too, when every file can be read."""
    diffusions = {name: card.diffusion for name, (_, card) in cards.items()}
    for path in sorted((home / "editions").glob("*.yaml")):
        if not path.stem.isdecimal():
            yield Problem("an edition is named after its year", path, allowed="2024.yaml", todo="rename it")
            continue
        try:
            read_edition(home, int(path.stem), catalogue, diffusions)
            if readable:
                edition = Observatory(home).edition(int(path.stem))
                _ = edition.observations, edition.attributes
                _ = edition.comparison() if edition.file.since is not None else None
        except OqhsError as error:
            yield from (_at(problem, path) for problem in error.problems)


def _at(problem: Problem, path: Path) -> Problem:
    """Say in which edition a problem was met, where nothing else says where it is."""
    if problem.file is not None:
        return problem
    return replace(problem, file=path)

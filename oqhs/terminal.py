"""What the command prints: problems, arrivals and files added, as tables a terminal can hold."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.markup import escape
from rich.segment import Segment
from rich.table import Table

from oqhs.analysis.flags import STATE_WORDS
from oqhs.arrivals import ALTERED, MISSING, OVERTAKEN
from oqhs.deposit import REPLACED, Deposited
from oqhs.errors import Problem, visible
from oqhs.publish import evolutions, flags
from oqhs.sources.cards import STUDIED
from oqhs.text import NARROW_SPACE, NO_BREAK_SPACE, OBSERVED

_SHOWN = 20  # problems of one file
_CALLS = {MISSING: "red", ALTERED: "red", OVERTAKEN: "yellow"}


class PlainConsole(Console):
    """A console whose colours are its own: no label, cell or name of a file moves its cursor.

    Whatever is printed, characters nobody sees (control, bidirectional, zero-width) are left out.
    """

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Render as rich does, without the characters nobody sees."""
        for segment in super().render(renderable, options):
            text = segment.text
            if segment.control or text.isprintable() or text == "\n":
                yield segment
            else:
                yield Segment("".join(one for one in text if _is_seen(one)), segment.style)


def _is_seen(one: str) -> bool:
    return one.isprintable() or one in {"\n", NO_BREAK_SPACE, NARROW_SPACE}


def problems_as_json(problems: Sequence[Problem], folder: Path) -> str:
    """Give problems as a JSON list, one object each, keys in English, files from the data folder.

    Characters nobody sees are escaped: what is printed moves no cursor, and reads back as it was.
    """
    rows = [
        {
            "file": _short(problem.file, folder),
            "sheet": problem.sheet,
            "line": problem.line,
            "column": problem.column,
            "found": None if problem.found is None else str(problem.found),
            "problem": problem.what,
            "allowed": problem.allowed,
            "todo": problem.todo,
        }
        for problem in problems
    ]
    text = json.dumps(rows, ensure_ascii=False, indent=2)
    return re.sub(
        r"[^\n\x20-\x7e]", lambda one: one[0] if one[0].isprintable() else json.dumps(one[0])[1:-1], text
    )


def print_problems(console: Console, problems: Sequence[Problem], folder: Path) -> None:
    """Print problems, file by file; of one file, no more than twenty."""
    by_file: dict[str, list[Problem]] = {}
    for problem in problems:
        by_file.setdefault(_short(problem.file, folder) or "", []).append(problem)
    for file, found in by_file.items():
        view = Table(title=escape(visible(file)), title_style="bold", title_justify="left", box=SIMPLE_HEAD)
        for name in ("Line", "Column", "Found"):
            view.add_column(name, overflow="fold", justify="right" if name == "Line" else "left")
        view.add_column("Problem", overflow="fold", ratio=1)
        for problem in found[:_SHOWN]:
            place = problem.column or ""
            if problem.sheet is not None:
                place = f"{problem.sheet} ! {place}" if place else problem.sheet
            line = "" if problem.line is None else str(problem.line)
            view.add_row(line, escape(visible(place)), escape(_clipped(problem.found)), _advice(problem))
        console.print(view)
        if len(found) > _SHOWN:
            console.print(f"  … and {len(found) - _SHOWN} more in this file (see --format json)")


def print_flags(
    console: Console, table: pd.DataFrame, shares: pd.DataFrame, title: str, *, invented: bool
) -> None:
    """Print flags, quartier by quartier, then how many quartiers have each of them."""
    for line in flags.above(table, title, invented=invented):
        console.print(escape(line), soft_wrap=True)
    for (label, code), rows in flags.gathered(table).groupby(["label", "territory"], sort=False):
        view = Table(
            title=escape(f"{label} ({code})"), title_style="bold", title_justify="left", box=SIMPLE_HEAD
        )
        view.add_column("Signalement")
        view.add_column("État")
        view.add_column("Lecture", overflow="fold", ratio=1)
        for row in rows.itertuples():
            view.add_row(flags.KIND_WORDS[row.kind], STATE_WORDS[row.state], escape(row.sentence))
        console.print(view)
    if table.empty:
        console.print("Aucun signalement.")
    counts = flags.counts_of(shares)
    view = Table(title="Quartiers signalés", title_justify="left", box=SIMPLE_HEAD)
    for name in counts:
        view.add_column(name)
    for cells in counts.itertuples(index=False):
        view.add_row(*map(escape, cells))
    console.print(view)


def _advice(problem: Problem) -> Group:
    lines = [problem.what]
    lines += [f"allowed: {_clipped(problem.allowed)}"] if problem.allowed else []
    lines += [f"to do: {problem.todo}"] if problem.todo else []
    return Group(*(escape(visible(line)) for line in lines))


def print_deposits(console: Console, deposits: Sequence[Deposited]) -> None:
    """Print what became of each file, then the columns nobody mapped."""
    view = Table(box=SIMPLE_HEAD)
    for name in ("File", "", "Card", "Year", "Perimeter", "Territories"):
        view.add_column(name, overflow="fold", justify="right" if name in {"Year", "Territories"} else "left")
    for one in deposits:
        what = one.what
        if one.what == REPLACED and one.changed is not None:
            what = f"replaced: {one.changed} figures differ"
        if one.lost:
            what += f", {one.lost} territories are gone"
        year = "" if one.card.year is None else str(one.card.year)
        row = (
            one.path.name,
            what,
            one.card.id,
            year,
            one.card.perimeter or "",
            "" if one.card.layout in STUDIED else str(one.territories),
        )
        view.add_row(*map(escape, row))
    console.print(view)
    if any(one.what == REPLACED for one in deposits):
        words = (
            "The versions that were replaced are kept under `replaced`, but for files that had been altered."
        )
        console.print(words, soft_wrap=True)
    for one in deposits:
        if one.unmapped:
            names = ", ".join(one.unmapped[:12]) + (" …" if len(one.unmapped) > 12 else "")  # noqa: PLR2004
            console.print(f"{one.path.name}: columns not read: {names}", markup=False, soft_wrap=True)


def print_arrivals(console: Console, table: pd.DataFrame) -> None:
    """Print what each edition expects, then the files no edition uses."""
    for edition, rows in table.groupby("edition", dropna=False, sort=True):
        title = f"Édition {edition}" if pd.notna(edition) else "Used by no edition"
        view = Table(title=title, title_style="bold", title_justify="left", box=SIMPLE_HEAD)
        view.add_column("Card", no_wrap=True)
        for name in ("State", "Year", "Obtained", "Used for"):
            view.add_column(name, overflow="fold", justify="right" if name == "Year" else "left")
        for row in rows.itertuples():
            state = str(row.state) + (f": {row.newer}" if isinstance(row.newer, str) and row.newer else "")
            colour = _CALLS.get(str(row.state))
            shown = f"[{colour}]{escape(state)}[/]" if colour else escape(state)
            year = "" if pd.isna(row.year) else str(row.year)
            obtained = "" if pd.isna(row.obtained) else str(row.obtained)
            view.add_row(escape(str(row.card)), shown, year, obtained, escape(str(row.used_for)))
        console.print(view)


def print_changes(console: Console, table: pd.DataFrame, title: str, *, invented: bool) -> None:
    """Print changes, territory by territory, then what limits them and what cannot be compared."""
    console.print(f"[bold]{escape(title)}[/]")
    for line in evolutions.warnings_of(table, invented=invented):
        console.print(line, markup=False, soft_wrap=True)
    observed = table[table["status"] == OBSERVED]
    several = len(set(observed["reference_label"])) > 1
    for _, rows in observed.groupby("territory", sort=False):
        name = f"{rows['territory_label'].iloc[0]} ({rows['territory'].iloc[0]})"
        name += f" / {rows['reference_label'].iloc[0]}" if several else ""
        view = Table(title=escape(name), title_style="bold", title_justify="left", box=SIMPLE_HEAD)
        view.add_column("Indicateur", ratio=1)
        for heading in ("Années", "De", "À", "Évolution", "Évol. réf.", "Évol. écart"):
            view.add_column(heading, justify="left" if heading == "Années" else "right", no_wrap=True)
        for row in rows.itertuples():
            cells = (
                row.label,
                f"{row.year_before}-{row.year}",
                row.value_before_affiche,
                row.value_affiche,
                row.change_affiche,
                row.reference_change_affiche,
                row.gap_change_affiche,
            )
            view.add_row(*map(escape, map(str, cells)))
        console.print(view)
    for heading, lines in (
        ("Précautions", [*evolutions.limits_of(table), *evolutions.notes_of(table)]),
        ("Sans évolution", evolutions.unknown_of(table)),
    ):
        if lines:
            console.print(f"[bold]{heading}[/]")
        for line in lines:
            console.print(f"- {line}", markup=False, soft_wrap=True)


def _short(file: str | Path | None, folder: Path) -> str | None:
    """Path of a file from the data folder, where it lies in it."""
    if file is None:
        return None
    path = Path(file)
    return (path.relative_to(folder) if path.is_relative_to(folder) else path).as_posix()


def _clipped(found: object, width: int = 200) -> str:
    text = "" if found is None else visible(str(found))
    return text if len(text) <= width else text[: width - 1] + "…"

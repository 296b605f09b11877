"""What the commands share: the console, the options, how progress and refusals are shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from oqhs.publish import printed
from oqhs.terminal import PlainConsole

_WIDTH = 110  # where there is no terminal to ask

console = PlainConsole(highlight=False)
if not console.is_terminal:
    console.width = _WIDTH
errors = PlainConsole(stderr=True, highlight=False)

DataFolder = Annotated[Path, typer.Option("--data", help="Data folder, with raw/ and editions/.")]
Indicators = Annotated[str, typer.Option(help="Ids of indicators, joined by commas; all by default.")]
Reference = Annotated[str, typer.Option(help="departement, ept, commune, ensemble_qpv or hors_qpv.")]
Output = Annotated[Path | None, typer.Option("-o", "--output", help="File to write: .csv, .xlsx or .md.")]
EditionYear = Annotated[int, typer.Argument(help="Year of the edition, for example 2024.")]


def names_of(joined: str) -> list[str]:
    """Names joined by commas."""
    return [name.strip() for name in joined.split(",") if name.strip()]


def check_output(output: Path | None, formats: Sequence[str] = printed.FORMATS) -> None:
    """Refuse a file of a format nobody writes, or in a folder that is not there, before any work."""
    if output is None:
        return
    if output.suffix.lower() not in formats:
        raise typer.BadParameter(f"{output.name}: use {', '.join(formats)}", param_hint="--output")
    if not output.parent.is_dir():
        raise typer.BadParameter(f"there is no folder {output.parent}", param_hint="--output")


def progress_bar() -> Progress:
    """Give a bar that stands on the error stream and goes when the work is done."""
    return Progress(
        TextColumn("{task.description:<24}"), BarColumn(), TimeElapsedColumn(), console=errors, transient=True
    )


@contextmanager
def steps(label: str) -> Iterator[Callable[[int, int, str], None]]:
    """Show the steps of a long work: what is given is called with those done, their total, the next one."""
    with progress_bar() as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total, told: bar.update(task, completed=done, total=total, description=told)

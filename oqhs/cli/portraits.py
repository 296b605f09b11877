"""The command that writes fiches of quartiers, and portraits of EPT and communes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Annotated

import typer

from oqhs.cli.shared import DataFolder, EditionYear, check_output, console, names_of, steps
from oqhs.edition import Edition
from oqhs.observatory import Observatory
from oqhs.publish.portrait.portrait import PORTRAIT_FILES, quartiers_of

#: Example shown under the help of the command.
EXAMPLE = "oqhs portrait 2024 --quartiers QN99901M,QN99902M -o dossier/"


def portrait(
    edition: EditionYear,
    output: Annotated[
        Path,
        typer.Option(
            "-o",
            "--output",
            help="File (.pdf or .html) for one document; a folder for the fiche of each, in both formats.",
            show_default=False,
        ),
    ],
    quartiers: Annotated[str, typer.Option(help="Codes of quartiers or groups, joined by commas.")] = "",
    territoire: Annotated[str, typer.Option(help="Code of an EPT or a commune.")] = "",
    tous: Annotated[bool, typer.Option("--tous", help="Every quartier.")] = False,
    data: DataFolder = Path("data"),
) -> None:
    """Write the fiche of quartiers, two pages each, or the portrait of an EPT, a commune or a list."""
    codes = list(dict.fromkeys(names_of(quartiers)))
    if sum(map(bool, (codes, territoire, tous))) != 1:
        raise typer.BadParameter("give one of --quartiers, --territoire and --tous")
    if output.suffix:
        check_output(output, PORTRAIT_FILES)
    elif output.is_file() or not output.parent.is_dir():
        raise typer.BadParameter(f"no folder can be made of {output}", param_hint="--output")
    chosen = Observatory(data).edition(edition)
    with steps("indicateurs") as tell:
        tell(0, 1, "indicateurs")
        names = codes or chosen.geography.of_kind("qpv")
        inside = [quartiers_of(chosen.geography, name) for name in ([territoire] if territoire else names)]
        if output.suffix:
            written = [chosen.portrait(territoire or (names[0] if len(names) == 1 else names)).write(output)]
        else:
            each = dict.fromkeys([territoire, *inside[0]] if territoire else names)
            written = _fiches(chosen, list(each), output, tell)
    for path in written:
        console.print(f"{path}", markup=False, soft_wrap=True)


def _fiches(
    edition: Edition, names: Sequence[str], folder: Path, tell: Callable[[int, int, str], None]
) -> list[Path]:
    """Write each portrait in both formats."""
    folder.mkdir(exist_ok=True)
    waited: list[Future[Path]] = []
    # The type is set aside, while the next portrait is put together.
    with ThreadPoolExecutor(max_workers=1) as aside:
        for done, name in enumerate(names):
            tell(done, len(names), name)
            made = edition.portrait(name)
            waited += [aside.submit(made.write, folder / f"{name}{suffix}") for suffix in PORTRAIT_FILES]
        return [one.result() for one in waited]

"""Commands of a data folder: add files, see what is there, check it, draft an edition."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from oqhs import checking
from oqhs.arrivals import arrivals
from oqhs.cli.shared import DataFolder, EditionYear, console, steps
from oqhs.demo import write_demo
from oqhs.deposit import deposit
from oqhs.drafting import draft_from, draft_new, write_edition
from oqhs.observatory import Observatory
from oqhs.terminal import print_arrivals, print_deposits, print_problems, problems_as_json


class Format(StrEnum):
    """How problems are printed."""

    TABLE = "table"
    JSON = "json"


def add(
    files: Annotated[list[Path], typer.Argument(help="Published files, or zip archives of them.")],
    year: Annotated[
        int | None, typer.Option(help="Year of the data, where the header does not say it.")
    ] = None,
    perimeter: Annotated[
        str | None, typer.Option(help="Outlines of the territories, for example cog2021 or iris2021.")
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option(help="Kind of territory, where codes are alike: region, departement, france…"),
    ] = None,
    source: Annotated[str | None, typer.Option(help="Source, for a file with its own card.")] = None,
    card_id: Annotated[str | None, typer.Option("--id", help="Id of the card, for one file.")] = None,
    diffusion: Annotated[str | None, typer.Option(help="interne, partenaires or public.")] = None,
    obtained: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Day the file was obtained; today by default."),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="The producer corrected a file that is there.")
    ] = False,
    data: DataFolder = Path("data"),
) -> None:
    """Read published files, write their cards and put them under `data/raw`: all of them, or none.

    A table of another origin needs a card beside it (`FILE.card.yaml`, with `layout: mapped` and its
    mapping); the checksum and the day are filled in.
    """
    if card_id is not None and len(files) > 1:
        raise typer.BadParameter("--id goes with one file", param_hint="--id")
    told = {
        "year": year,
        "perimeter": perimeter,
        "kind": kind,
        "source": source,
        "id": card_id,
        "diffusion": diffusion,
        "obtained": obtained.date() if obtained is not None else None,
    }
    said = {name: value for name, value in told.items() if value is not None}
    today = datetime.now(UTC).astimezone().date()
    done = deposit(files, data, said, today=today, replacing=replace)
    print_deposits(console, done)


def status(
    edition: Annotated[int | None, typer.Argument(help="Year of an edition; all by default.")] = None,
    data: DataFolder = Path("data"),
) -> None:
    """Say what the editions expect, what has arrived, and what later files overtake."""
    print_arrivals(console, arrivals(data, edition))


def check(
    output_format: Annotated[
        Format, typer.Option("--format", help="How problems are printed.")
    ] = Format.TABLE,
    data: DataFolder = Path("data"),
) -> None:
    """Check every file, card and edition at once; exit status 1 when something is wrong."""
    with steps("check") as progress:
        problems = checking.check(data, progress=progress)
    if output_format is Format.JSON:
        print(problems_as_json(problems, data))  # noqa: T201
    elif problems:
        print_problems(console, problems, data)
        files = len({str(problem.file) for problem in problems})
        console.print(f"{len(problems)} problems in {files} files", style="bold red")
    else:
        console.print("Every file, card and edition is as it must be.")
    if problems:
        raise typer.Exit(1)


def edition_new(
    edition: EditionYear,
    model: Annotated[int | None, typer.Option("--from", help="Edition it follows.")] = None,
    departement: Annotated[str | None, typer.Option(help="Code of the département, without --from.")] = None,
    perimeter: Annotated[str, typer.Option(help="Perimeter of the quartiers, without --from.")] = "qpv2024",
    data: DataFolder = Path("data"),
) -> None:
    """Draft an edition: from another one with the newest files, or from the files that are there."""
    observatory = Observatory(data)
    if model is not None:
        draft, origin = draft_from(observatory, edition, model), f"d'après l'édition {model}"
    elif departement is not None:
        draft = draft_new(observatory, edition, departement, perimeter)
        origin = "d'après les fichiers présents"
    else:
        raise typer.BadParameter("give --from, or --departement", param_hint="--from")
    path = write_edition(data, draft, origin)
    console.print(f"{path}", soft_wrap=True)
    for name, recipe in draft.indicators.items():
        console.print(f"  {name:<28}{recipe.year}  {', '.join(recipe.inputs.qpv)}", markup=False)
    known = observatory.catalogue.indicators
    absent = [name for name, one in known.items() if one.key and name not in draft.indicators]
    if absent:
        console.print(f"Nothing was found for {', '.join(absent)}.", markup=False)
    if draft.walking is None and {"pmi_10_min", "eds_10_min"} & set(absent):
        console.print("Walks need streets, addresses or the grid, and the population of the communes.")
    console.print(f"Read it, change what must be, then `oqhs release {edition}`.")


def demo(folder: Annotated[Path, typer.Argument(help="Folder to write, for example data.")]) -> None:
    """Write an invented département, in the layouts of the producers."""
    written = write_demo(folder)
    console.print(f"{len(written)} fichiers de données inventées dans {folder}", soft_wrap=True)

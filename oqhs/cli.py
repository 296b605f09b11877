"""The `oqhs` command."""

from __future__ import annotations

import io
import sys
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from oqhs import checking
from oqhs.analysis.change import Prices
from oqhs.arrivals import arrivals
from oqhs.demo import write_demo
from oqhs.deposit import deposit
from oqhs.drafting import draft_from, draft_new, write_edition
from oqhs.edition import Edition
from oqhs.errors import OqhsError, UnknownError
from oqhs.flagging import chosen_flags, chosen_grid
from oqhs.observatory import Observatory
from oqhs.publish import evolutions, printed
from oqhs.publish import flags as published_flags
from oqhs.terminal import (
    print_arrivals,
    print_changes,
    print_deposits,
    print_flags,
    print_problems,
    problems_as_json,
)

_WIDTH = 110  # where there is no terminal to ask

app = typer.Typer(
    help="Statistical observatory of French quartiers prioritaires (QPV).",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)
console = Console(highlight=False)
if not console.is_terminal:
    console.width = _WIDTH
errors = Console(stderr=True, highlight=False)


class Format(StrEnum):
    """How problems are printed."""

    TABLE = "table"
    JSON = "json"


DataFolder = Annotated[Path, typer.Option("--data", help="Data folder, with raw/ and editions/.")]
Indicators = Annotated[str, typer.Option(help="Ids of indicators, joined by commas; all by default.")]
Reference = Annotated[str, typer.Option(help="departement, ept, commune, ensemble_qpv or hors_qpv.")]
Output = Annotated[Path | None, typer.Option("-o", "--output", help="File to write: .csv, .xlsx or .md.")]
EditionYear = Annotated[int, typer.Argument(help="Year of the edition, for example 2024.")]


@app.command(epilog="Example: `oqhs release 2024 --data data`")
def release(edition: EditionYear, data: DataFolder = Path("data")) -> None:
    """Build an edition: print its key table and say where everything is."""
    chosen = Observatory(data).edition(edition)
    with _progress() as progress:
        task = progress.add_task("release", total=None)
        folder = chosen.release(
            data / "processed",
            progress=lambda done, total, label: progress.update(
                task, completed=done, total=total, description=label
            ),
        )
    _print_key_table(chosen, chosen.key_table())
    console.print(f"\nÉdition {edition} : {folder}", soft_wrap=True)
    for path in sorted(folder.iterdir()):
        console.print(f"  {path.name:<24}{path.stat().st_size / 1024:>9.0f} Kio")


@app.command(epilog="Example: `oqhs table 2024 --quartiers QN99901M --reference commune -o note.xlsx`")
def table(
    edition: EditionYear,
    quartiers: Annotated[
        str, typer.Option(help="Codes, joined by commas; all the quartiers together by default.")
    ] = "",
    indicateurs: Indicators = "",
    reference: Reference = "departement",
    output: Output = None,
    data: DataFolder = Path("data"),
) -> None:
    """Print the key table, of all the quartiers or of some, or write it to a file."""
    _check_output(output)
    chosen = Observatory(data).edition(edition)
    codes: list[str | None] = [*_names(quartiers)] or [None]
    wanted = _names(indicateurs) or None
    found = [chosen.key_table(reference, territory=code, indicators=wanted) for code in codes]
    if output is None:
        for one in found:
            _print_key_table(chosen, one)
        return
    title = f"Indicateurs clés, édition {edition}"
    printed.write(pd.concat(found, ignore_index=True), output, title, invented=chosen.invented)
    console.print(f"{output}", soft_wrap=True)


@app.command(epilog="Example: `oqhs changes 2024 --since 2020 --quartiers QN99903I --reference commune`")
def changes(
    edition: EditionYear,
    since: Annotated[
        int | None, typer.Option(help="First edition from that year on; by default the one it names.")
    ] = None,
    quartiers: Annotated[
        str,
        typer.Option(
            help="Codes, joined by commas; by default all together, or each for a reference of its own."
        ),
    ] = "",
    indicateurs: Indicators = "",
    reference: Reference = "departement",
    prices: Annotated[
        Prices, typer.Option(help="Amounts at constant prices, or as a share of the reference.")
    ] = "constants",
    output: Output = None,
    data: DataFolder = Path("data"),
) -> None:
    """Print how quartiers changed since an earlier edition, beside their reference, or write it to a file."""
    _check_output(output)
    chosen = Observatory(data).edition(edition)
    whole = [chosen.geography.ensemble] if reference in {"departement", "hors_qpv"} else None
    codes = _names(quartiers) or whole
    wanted = _names(indicateurs) or None
    with _progress() as progress:
        progress.add_task("évolutions", total=None)
        table = chosen.changes(
            since, reference=reference, indicators=wanted, territories=codes, prices=prices
        )
    before = chosen.comparison(since).before.file.edition
    title = f"Évolutions, édition {edition} et édition {before}"
    if output is None:
        print_changes(console, table, title, invented=chosen.invented)
        return
    evolutions.write(table, output, title, invented=chosen.invented)
    console.print(f"{output}", soft_wrap=True)


@app.command(epilog="Example: `oqhs flags 2024 --territoire T92 --theme environnement --reference commune`")
def flags(
    edition: EditionYear,
    territoire: Annotated[
        str, typer.Option(help="Code of a quartier, a commune or an EPT; every quartier by default.")
    ] = "",
    theme: Annotated[str, typer.Option(help="Id of a theme, for example environnement.")] = "",
    reference: Annotated[str, typer.Option(help="departement, ept or commune; all of them by default.")] = "",
    interne: Annotated[
        bool, typer.Option("--interne", help="Also positions, and what is to be confirmed.")
    ] = False,
    output: Output = None,
    data: DataFolder = Path("data"),
) -> None:
    """Print the figures of the quartiers that the rules of the observatory point at, or write them."""
    _check_output(output)
    chosen = Observatory(data).edition(edition)
    with _progress() as progress:
        progress.add_task("signalements", total=None)
        found, shares = chosen_flags(
            chosen, territoire or None, theme or None, reference or None, internal=interne
        )
    title = f"Signalements, édition {edition}"
    if output is None:
        print_flags(console, found, shares, title, invented=chosen.invented)
        return
    grid = chosen_grid(chosen, territoire or None, theme or None, reference or None)
    published_flags.write(found, shares, grid, output, title, invented=chosen.invented)
    console.print(f"{output}", soft_wrap=True)


@app.command(epilog="Example: `oqhs add base-ic-logement-2021_csv.zip --perimeter iris2023`")
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
    print_deposits(console, deposit(files, data, said, today=today, replacing=replace))


@app.command(epilog="Example: `oqhs status 2024`")
def status(
    edition: Annotated[int | None, typer.Argument(help="Year of an edition; all by default.")] = None,
    data: DataFolder = Path("data"),
) -> None:
    """Say what the editions expect, what has arrived, and what later files overtake."""
    print_arrivals(console, arrivals(data, edition))


@app.command(epilog="Example: `oqhs check --format json > problems.json`")
def check(
    output_format: Annotated[
        Format, typer.Option("--format", help="How problems are printed.")
    ] = Format.TABLE,
    data: DataFolder = Path("data"),
) -> None:
    """Check every file, card and edition at once; exit status 1 when something is wrong."""
    with _progress() as progress:
        task = progress.add_task("check", total=None)
        problems = checking.check(
            data,
            progress=lambda done, total, label: progress.update(
                task, completed=done, total=total, description=label
            ),
        )
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


edition_app = typer.Typer(
    help="Editions of a data folder.", no_args_is_help=True, rich_markup_mode="markdown"
)
app.add_typer(edition_app, name="edition")


@edition_app.command("new", epilog="Example: `oqhs edition new 2025 --from 2024`")
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


@app.command(epilog="Example: `oqhs demo my-data`")
def demo(folder: Annotated[Path, typer.Argument(help="Folder to write, for example data.")]) -> None:
    """Write an invented département, in the layouts of the producers."""
    written = write_demo(folder)
    console.print(f"{len(written)} fichiers de données inventées dans {folder}", soft_wrap=True)


def main() -> None:
    """Run the command: 0 done, 1 the data are wrong, 2 wrong usage."""
    for stream in (sys.stdout, sys.stderr):
        # A redirected stream of Windows is not UTF-8, and French typography does not fit in it.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")
    try:
        app()
    except OqhsError as error:
        errors.print(f"[bold red]{type(error).__name__}[/]")
        errors.print(str(error), markup=False, soft_wrap=True)
        raise SystemExit(2 if isinstance(error, UnknownError) else 1) from error
    except OSError as error:
        errors.print(f"{error.filename or ''}: {error.strerror or error}", markup=False, soft_wrap=True)
        errors.print("  to do: close the file elsewhere, or check the folder and its rights", markup=False)
        raise SystemExit(1) from error


def _names(joined: str) -> list[str]:
    """Names joined by commas."""
    return [name.strip() for name in joined.split(",") if name.strip()]


def _check_output(output: Path | None) -> None:
    """Refuse a file of a format nobody writes, or in a folder that is not there, before any work."""
    if output is None:
        return
    if output.suffix.lower() not in printed.FORMATS:
        raise typer.BadParameter(f"{output.name}: use {', '.join(printed.FORMATS)}", param_hint="--output")
    if not output.parent.is_dir():
        raise typer.BadParameter(f"there is no folder {output.parent}", param_hint="--output")


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description:<24}"), BarColumn(), TimeElapsedColumn(), console=errors, transient=True
    )


def _print_key_table(edition: Edition, table: pd.DataFrame) -> None:
    zone, other = table["territory_label"].iloc[0], table["reference_label"].iloc[0]
    above = printed.warnings_of(table, invented=edition.invented)
    title = [f"Indicateurs clés, édition {edition.file.edition}", f"{zone} / {other}", *above]
    view = Table(title=escape("\n".join(title)), title_style="bold", title_justify="left", box=SIMPLE_HEAD)
    for name in ("Indicateur", "Valeur", "Référence", "Écart", "Année", "Source"):
        number = name in {"Valeur", "Référence", "Écart"}
        view.add_column(name, justify="right" if number else "left", no_wrap=name != "Indicateur")
    for theme, rows in table.groupby("theme", sort=False):
        view.add_row(f"[bold]{escape(str(theme))}[/]")
        for row in rows.itertuples():
            note = f" ({row.note})" if row.note else ""
            year = "" if pd.isna(row.year) else str(row.year)
            cells = (
                row.label + note,
                row.qpv_affiche,
                row.reference_affiche,
                row.gap_affiche,
                year,
                row.source,
            )
            view.add_row(*map(escape, cells))
        view.add_section()
    console.print(view)
    for line in (*printed.notes_of(table), *printed.remarks_of(table)):
        console.print(line, markup=False, soft_wrap=True)

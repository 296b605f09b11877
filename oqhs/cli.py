"""The `oqhs` command."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import pandas as pd
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from oqhs.demo import write_demo
from oqhs.errors import OqhsError
from oqhs.observatory import Edition, Observatory
from oqhs.publish import release as products
from oqhs.publish import writers

app = typer.Typer(
    help="Statistical observatory of French quartiers prioritaires (QPV).",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)
console = Console(soft_wrap=False, highlight=False)
errors = Console(stderr=True, highlight=False)

DataFolder = Annotated[Path, typer.Option("--data", help="Data folder, with raw/ and editions/.")]
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
    _print_key_table(chosen, chosen.key_table(), "ensemble", "departement")
    console.print(f"\nÉdition {edition} : {folder}", soft_wrap=True)
    for path in sorted(folder.iterdir()):
        console.print(f"  {path.name:<24}{path.stat().st_size / 1024:>9.0f} Kio")


@app.command(epilog="Example: `oqhs table 2024 --quartiers QN99901M --reference commune -o note.xlsx`")
def table(
    edition: EditionYear,
    quartiers: Annotated[
        str, typer.Option(help="Codes, joined by commas; all the quartiers together by default.")
    ] = "",
    indicateurs: Annotated[
        str, typer.Option(help="Ids of indicators, joined by commas; all by default.")
    ] = "",
    reference: Annotated[
        str, typer.Option(help="departement, ept, commune, ensemble_qpv or hors_qpv.")
    ] = "departement",
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="File to write: .csv, .xlsx or .md.")
    ] = None,
    data: DataFolder = Path("data"),
) -> None:
    """Print the key table, of all the quartiers or of some, or write it to a file."""
    if output is not None and output.suffix not in {".csv", ".xlsx", ".md"}:
        raise typer.BadParameter(f"{output.name}: use .csv, .xlsx or .md", param_hint="--output")
    chosen = Observatory(data).edition(edition)
    codes: list[str | None] = [code.strip() for code in quartiers.split(",") if code.strip()]
    codes = codes or [None]
    wanted = [name.strip() for name in indicateurs.split(",") if name.strip()]
    for name in wanted:
        chosen.observatory.catalogue.indicator(name)
    found = {code: chosen.key_table(reference, territory=code) for code in codes}
    if wanted:
        found = {code: one[one["indicator"].isin(wanted)] for code, one in found.items()}
    if output is None:
        for code, one in found.items():
            _print_key_table(chosen, one, code, reference)
        return
    together = pd.concat(
        [one.assign(territory=code or chosen.geography.ensemble) for code, one in found.items()],
        ignore_index=True,
    )
    _write_table(chosen, together, output, reference)
    console.print(f"{output}", soft_wrap=True)


@app.command(epilog="Example: `oqhs demo my-data`")
def demo(folder: Annotated[Path, typer.Argument(help="Folder to write, for example data.")]) -> None:
    """Write an invented département, in the layouts of the producers."""
    written = write_demo(folder)
    console.print(f"{len(written)} fichiers de données inventées dans {folder}", soft_wrap=True)


def main() -> None:
    """Run the command: 0 done, 1 the data are wrong, 2 wrong usage."""
    try:
        app()
    except OqhsError as error:
        errors.print(f"[bold red]{type(error).__name__}[/]")
        errors.print(str(error), markup=False, soft_wrap=True)
        raise SystemExit(1) from error


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description:<24}"), BarColumn(), TimeElapsedColumn(), console=errors, transient=True
    )


def _names(edition: Edition, code: str | None, reference: str) -> tuple[str, str]:
    geography = edition.geography
    zone = geography.name(code if code not in {None, "ensemble"} else geography.ensemble)
    if reference in {"departement", "hors_qpv"}:
        other = {"departement": geography.departement, "hors_qpv": geography.outside}[reference]
        return zone, geography.name(other)
    return zone, geography.name(str(geography.comparators(reference)[code]))


def _print_key_table(edition: Edition, table: pd.DataFrame, code: str | None, reference: str) -> None:
    zone, other = _names(edition, code, reference)
    printed, before, after = products.printed_key_table(
        table, zone=zone, reference=other, diffusion=edition.file.diffusion, invented=edition.invented
    )
    view = Table(title=f"Indicateurs clés, édition {edition.file.edition}", caption="\n".join(before))
    numeric = {zone, other, "Écart"}
    for name in printed.columns[1:]:
        view.add_column(name, justify="right" if name in numeric else "left", overflow="fold")
    theme = ""
    for row in printed.itertuples(index=False):
        if row[0] != theme:
            view.add_section()
            view.add_row(f"[bold]{row[0]}[/]")
            theme = row[0]
        view.add_row(*map(str, row[1:]))
    console.print(view)
    for line in after[: after.index("Clés de lecture")]:
        console.print(line, soft_wrap=True)


def _write_table(edition: Edition, table: pd.DataFrame, output: Path, reference: str) -> None:
    title = f"Indicateurs clés, édition {edition.file.edition}"
    if output.suffix == ".csv":
        writers.write_csv(table.assign(invented=edition.invented), output)
        return
    single = len(set(table["territory"])) == 1
    zone, other = (
        _names(edition, table["territory"].iloc[0], reference) if single else ("Quartiers", "Référence")
    )
    printed, before, after = products.printed_key_table(
        table, zone=zone, reference=other, diffusion=edition.file.diffusion, invented=edition.invented
    )
    if output.suffix == ".md":
        writers.write_markdown(printed, output, title, before, after)
    else:
        products.workbook(output, table, title, before, after)

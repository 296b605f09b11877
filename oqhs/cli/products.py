"""Commands that print or write one product: key table, changes, flags."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from oqhs.analysis.change import Prices
from oqhs.answering import answered
from oqhs.cli.key_table import print_key_table
from oqhs.cli.shared import (
    DataFolder,
    EditionYear,
    Indicators,
    Output,
    Reference,
    check_output,
    console,
    names_of,
    progress_bar,
)
from oqhs.flagging import chosen_flags, chosen_grid
from oqhs.observatory import Observatory
from oqhs.publish import evolutions, notes
from oqhs.publish import flags as published_flags
from oqhs.terminal import print_changes, print_flags


def table(
    edition: EditionYear,
    quartiers: Annotated[
        str, typer.Option(help="Codes, joined by commas; all the quartiers together by default.")
    ] = "",
    territoire: Annotated[
        str,
        typer.Option(
            help="Code of a commune, an EPT or the département: its quartiers, beside those of --quartiers."
        ),
    ] = "",
    indicateurs: Indicators = "",
    reference: Reference = "departement",
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help=f"File to write: {', '.join(notes.FORMATS)}.")
    ] = None,
    data: DataFolder = Path("data"),
) -> None:
    """Print the key table, of all the quartiers or of some, or write it with its notes and sources."""
    check_output(output, notes.FORMATS)
    if output is not None:
        notes.check_format(output)
    chosen = Observatory(data).edition(edition)
    with progress_bar() as progress:
        progress.add_task("tableau", total=None)
        note = answered(
            chosen,
            reference,
            quartiers=names_of(quartiers),
            territory=territoire or None,
            indicators=names_of(indicateurs) or None,
        )
    if output is None:
        for _, rows in note.table.groupby("territory", sort=False):
            print_key_table(chosen, rows)
        return
    notes.write_note(note, output)
    console.print(f"{output}", soft_wrap=True)


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
    check_output(output)
    chosen = Observatory(data).edition(edition)
    whole = [chosen.geography.ensemble] if reference in {"departement", "hors_qpv"} else None
    codes = names_of(quartiers) or whole
    wanted = names_of(indicateurs) or None
    with progress_bar() as progress:
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
    check_output(output)
    chosen = Observatory(data).edition(edition)
    with progress_bar() as progress:
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

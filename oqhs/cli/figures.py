"""The command that draws a chart or a map."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from oqhs.cli.shared import DataFolder, EditionYear, console, progress_bar
from oqhs.mapping import KINDS, drawn
from oqhs.observatory import Observatory
from oqhs.publish.theme import FIGURE_FILES, FORMATS, write_figure

#: Example shown under the help of the command.
EXAMPLE = "oqhs map 2024 --indicateur taux_pauvrete --territoire T92 --format diapo -o pauvrete.png"


def map_(
    edition: EditionYear,
    output: Annotated[
        Path, typer.Option("-o", "--output", help="File to write: .png, .svg or .pdf.", show_default=False)
    ],
    indicateur: Annotated[str, typer.Option(help="Id of an indicator; none for ecarts and reperage.")] = "",
    kind: Annotated[str, typer.Option(help=", ".join(KINDS) + ".")] = "carte",
    reference: Annotated[
        str,
        typer.Option(help="departement, ept, commune, ensemble_qpv or hors_qpv; a map draws the gaps to it."),
    ] = "",
    territoire: Annotated[
        str,
        typer.Option(
            help="Code of a quartier, a commune or an EPT (ecarts: a quartier or a group); all by default."
        ),
    ] = "",
    size: Annotated[str, typer.Option("--format", help=" or ".join(FORMATS) + ": A4, or 16:9.")] = "page",
    equipements: Annotated[
        bool, typer.Option("--equipements", help="Also the facilities the indicator is about.")
    ] = False,
    isochrones: Annotated[
        bool, typer.Option("--isochrones", help="Also what is within reach of them on foot.")
    ] = False,
    since: Annotated[int | None, typer.Option(help="First edition of an evolution.")] = None,
    data: DataFolder = Path("data"),
) -> None:
    """Draw a map or a chart of the quartiers: values, gaps, changes, what is hidden hatched."""
    _check_figure(output, kind, size)
    chosen = Observatory(data).edition(edition)
    with progress_bar() as progress:
        progress.add_task("figure", total=None)
        found = drawn(
            chosen,
            kind,
            indicator=indicateur or None,
            reference=reference or None,
            territory=territoire or None,
            format=size,
            facilities=equipements,
            isochrones=isochrones,
            since=since,
        )
        write_figure(found.figure, output, alt=found.alt)
    console.print(found.alt, markup=False, soft_wrap=True)
    console.print(f"{output}", markup=False, soft_wrap=True)


def _check_figure(output: Path, kind: str, size: str) -> None:
    """Refuse a file, a kind or a format that does not exist before any work."""
    for name, found, allowed in (
        ("--output", output.suffix.lower(), FIGURE_FILES),
        ("--kind", kind, KINDS),
        ("--format", size, FORMATS),
    ):
        if found not in allowed:
            raise typer.BadParameter(f"{found or output.name}: use {', '.join(allowed)}", param_hint=name)
    if not output.parent.is_dir():
        raise typer.BadParameter(f"there is no folder {output.parent}", param_hint="--output")

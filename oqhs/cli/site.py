"""Command that writes the site of an edition."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from oqhs.cli.shared import DataFolder, EditionYear, console, steps
from oqhs.entries import DIFFUSIONS, Diffusion
from oqhs.errors import UnknownError
from oqhs.observatory import Observatory
from oqhs.publish.released import every_release
from oqhs.publish.site import refuse_other_folders, write_site


def site(
    edition: EditionYear,
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder to write the site in.")],
    partenaires: Annotated[
        bool, typer.Option("--partenaires", help="What partners may see, instead of what everyone may.")
    ] = False,
    data: DataFolder = Path("data"),
) -> None:
    """Write an edition as a static site, in a folder of its own that fetches nothing."""
    refuse_other_folders(output)
    chosen = Observatory(data).edition(edition)
    told: Diffusion = "partenaires" if partenaires else "public"
    if DIFFUSIONS.index(chosen.file.diffusion) < DIFFUSIONS.index(told):
        raise UnknownError(
            "this edition does not go that far: it has no such site",
            file=data / "editions" / f"{edition}.yaml",
            column="diffusion",
            found=chosen.file.diffusion,
            allowed=", ".join(DIFFUSIONS[DIFFUSIONS.index(told) :]),
            todo="widen its diffusion once it may go further"
            + (", or give --partenaires" if chosen.file.diffusion == "partenaires" else ""),
        )
    with steps("site") as progress:
        for_partners, for_everyone = chosen.contents(every_release(data / "processed"), progress=progress)
        write_site(output, for_partners if partenaires or for_everyone is None else for_everyone)
    console.print(f"{output / 'index.html'}", soft_wrap=True)

"""Commands of the yearly release: build it, verify it, compare two of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from oqhs.catalogue import load_catalogue
from oqhs.cli.key_table import print_key_table
from oqhs.cli.shared import DataFolder, EditionYear, check_output, console, steps
from oqhs.observatory import Observatory
from oqhs.publish import diff as comparing
from oqhs.publish.release import PUBLIC, SITE
from oqhs.verifying import other_versions
from oqhs.verifying import verify as verify_release


def release(edition: EditionYear, data: DataFolder = Path("data")) -> None:
    """Build an edition: print its key table and say where everything is."""
    chosen = Observatory(data).edition(edition)
    with steps("release") as progress:
        folder = chosen.release(data / "processed", progress=progress)
    print_key_table(chosen, chosen.key_table())
    far = "partenaires des contrats de ville" if chosen.file.diffusion != "interne" else "observatoire seul"
    console.print(f"\nÉdition {edition} : {folder} ({far})", soft_wrap=True)
    if chosen.file.diffusion == "public":
        console.print(f"Tout public : {folder / PUBLIC}", soft_wrap=True)
    home = folder / PUBLIC / SITE if (folder / PUBLIC / SITE).is_dir() else folder / SITE
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        if home not in path.parents:
            _print_size(path.relative_to(folder).as_posix(), path.stat().st_size)
    pages = [path for path in home.rglob("*") if path.is_file()]
    if pages:
        place = f"{home.relative_to(folder).as_posix()}/ ({len(pages)} fichiers)"
        _print_size(place, sum(path.stat().st_size for path in pages))
        console.print(f"Site : {home / 'index.html'}", soft_wrap=True)


def _print_size(place: str, size: int) -> None:
    console.print(f"  {place:<40}{size / 1024:>9.0f} Kio")


def verify(edition: EditionYear, data: DataFolder = Path("data")) -> None:
    """Rebuild the current release in a temporary folder and compare it byte for byte; 1 when it differs."""
    with steps("verify") as progress:
        folder, differences = verify_release(data, edition, data / "processed", progress=progress)
    for name, (made, rebuilt) in other_versions(folder).items():
        console.print(f"made with {name} {made}, rebuilt with {rebuilt}", markup=False, soft_wrap=True)
    if not differences:
        console.print(f"{folder} : the same files come out, byte for byte.", soft_wrap=True)
        return
    console.print(f"{folder} : {len(differences)} files differ.", style="bold red", soft_wrap=True)
    for one in differences:
        console.print(f"  {one}", markup=False, soft_wrap=True)
    raise typer.Exit(1)


def diff(
    a: Annotated[
        Path, typer.Argument(help="Folder of the earlier release, for example data/processed/2024/r1.")
    ],
    b: Annotated[Path, typer.Argument(help="Folder of the later one.")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="File to write: .md, .html or .csv.")
    ] = None,
    data: DataFolder = Path("data"),
) -> None:
    """Say what changed between two releases, figure by figure, and why."""
    check_output(output, comparing.FORMATS)
    catalogue = load_catalogue(data / "indicateurs")
    found = comparing.diff(a, b, catalogue)
    if output is None:
        comparing.print_diff(console, found, catalogue)
        return
    comparing.write_diff(found, output, catalogue)
    console.print(f"{output}", soft_wrap=True)

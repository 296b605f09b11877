"""The command that writes the yearly review of the feuille de route."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from oqhs.cli.shared import DataFolder, check_output, console, progress_bar
from oqhs.entries import DIFFUSIONS
from oqhs.errors import DataError
from oqhs.observatory import Observatory
from oqhs.publish.document_files import DOCUMENT_FILES, check_document_file, write_document
from oqhs.reviewing import edition_year, reviewed
from oqhs.sources.cards import find_card
from oqhs.studies.actions import ACTIONS_FILE, load_actions, read_several, read_several_grants

#: Example shown under the help of the command.
EXAMPLE = "oqhs review 2025 -o revue_2025.docx"


def review(
    year: Annotated[int, typer.Argument(help="Year of the actions, for example 2025.")],
    output: Annotated[
        Path,
        typer.Option("-o", "--output", help="File to write: .docx or .html.", show_default=False),
    ],
    edition: Annotated[
        int | None,
        typer.Option(help="Edition of the indicators; by default the last one of that year or before."),
    ] = None,
    data: DataFolder = Path("data"),
) -> None:
    """Write the review of a year: fiches action, indicators, décrochages that hold, grants."""
    check_output(output, DOCUMENT_FILES)
    check_document_file(output)
    observatory = Observatory(data)
    chosen = observatory.edition(edition_year(observatory.editions, year) if edition is None else edition)
    paths, grant_paths = observatory.files("actions"), observatory.files("grants")
    if not paths:
        raise DataError(
            "this data folder follows no action",
            file=data,
            found="no card of layout `actions`",
            allowed="a file with the columns action, indicateur, territoire, periode, cible, realise, source",
            todo="add one with `oqhs add FILE`",
        )
    with progress_bar() as progress:
        progress.add_task("revue", total=None)
        actions = load_actions(data / ACTIONS_FILE, observatory.catalogue)
        cards = [find_card(path) for path in (*paths, *grant_paths)]
        # A file whose card is elsewhere goes no farther than the observatory.
        far = [card.diffusion if card is not None else "interne" for card in cards]
        document = reviewed(
            chosen,
            year,
            read_several(paths, actions),
            read_several_grants(grant_paths) if grant_paths else None,
            actions=actions,
            diffusion=min(far, key=DIFFUSIONS.index),
            invented=any(card is not None and card.invented for card in cards),
        )
        write_document(document, output)
    console.print(f"{output}", markup=False, soft_wrap=True)

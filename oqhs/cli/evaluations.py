"""The command that writes the mid-term evaluation of the contrats de ville."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from oqhs.cli.shared import DataFolder, check_output, console, steps
from oqhs.edition import Edition
from oqhs.entries import DIFFUSIONS
from oqhs.errors import OqhsError, UnknownError
from oqhs.evaluating import (
    Findings,
    baseline_of,
    document_of,
    findings_of,
    narrowed,
    write_annex,
)
from oqhs.observatory import Observatory
from oqhs.publish.document_files import DOCUMENT_FILES, check_document_file, write_document
from oqhs.reviewing import edition_year
from oqhs.sources.cards import Card, find_card
from oqhs.studies.actions import ACTIONS_FILE, load_actions, read_several
from oqhs.studies.interviews import read as read_interviews

#: Example shown under the help of the command.
EXAMPLE = "oqhs evaluation 2027 --baseline 2020 --territoire T92 -o evaluation_2027.docx"
_ANNEX_FILES = (".xlsx",)


def evaluation(
    year: Annotated[int, typer.Argument(help="Year of the evaluation, for example 2027.")],
    baseline: Annotated[int, typer.Option(help="Edition it starts from, for example 2024.")],
    output: Annotated[
        Path,
        typer.Option("-o", "--output", help="File to write: .docx or .html.", show_default=False),
    ],
    edition: Annotated[
        int | None, typer.Option(help="Edition it arrives at; by default the last one up to the year.")
    ] = None,
    territoire: Annotated[
        str, typer.Option(help="Code of the EPT of one contract; every contract by default.")
    ] = "",
    entretiens: Annotated[
        Path | None, typer.Option(help="Coded interviews; by default those of the data folder.")
    ] = None,
    annexe: Annotated[Path | None, typer.Option(help="Workbook of every figure to write: .xlsx.")] = None,
    data: DataFolder = Path("data"),
) -> None:
    """Write the mid-term evaluation: a baseline against the latest edition, contract by contract."""
    check_output(output, DOCUMENT_FILES)
    check_output(annexe, _ANNEX_FILES)
    check_document_file(output)
    observatory = Observatory(data)
    chosen = observatory.edition(edition_year(observatory.editions, year) if edition is None else edition)
    with steps("évaluation") as tell:
        tell(0, 1, "évaluation")
        heard = entretiens or _only(observatory.files("interviews"))
        found = _found(chosen, baseline, territoire or None, year, observatory.files("actions"), heard)
        write_document(document_of(found), output)
        if annexe is not None:
            write_annex(found, annexe)
    for path in filter(None, (output, annexe)):
        console.print(f"{path}", markup=False, soft_wrap=True)


def _only(files: Sequence[Path]) -> Path | None:
    """Give the corpus of a folder, when it has one; of several, one must be chosen."""
    if len(files) > 1:
        raise UnknownError(
            "the data folder has several corpora of interviews",
            allowed=", ".join(str(path) for path in files),
            todo="choose one with --entretiens",
        )
    return files[0] if files else None


def _found(
    edition: Edition,
    baseline: int,
    territory: str | None,
    year: int,
    actions: Sequence[Path],
    interviews: Path | None,
) -> Findings:
    """Evaluate, as far as the narrowest of the files of the studies goes."""
    cards = [_card_of(path) for path in (*actions, interviews) if path is not None]
    far = [card.diffusion if card is not None else "interne" for card in cards]
    told = narrowed(edition, min(far, key=DIFFUSIONS.index, default=None))
    baseline_of(told, baseline)  # refused before the interviews are read
    fiches = load_actions(edition.observatory.folder / ACTIONS_FILE, edition.observatory.catalogue)
    return findings_of(
        told,
        baseline,
        territory=territory,
        actions=read_several(actions, fiches) if actions else None,
        joint=None if interviews is None else told.joint_display(read_interviews(interviews)),
        year=year,
        invented=any(card is not None and card.invented for card in cards),
    )


def _card_of(path: Path) -> Card | None:
    """Give the card of a file of a study; one without a card goes no farther than the observatory."""
    if not path.exists():
        raise OqhsError("there is no such file", file=path, todo="correct its path")
    return find_card(path)

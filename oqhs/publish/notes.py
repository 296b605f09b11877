"""A note that answers a question: key tables of some territories, in every format people ask for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from oqhs.errors import OqhsError
from oqhs.publish import printed, word
from oqhs.publish.document_files import write_document
from oqhs.publish.pages import Document, Part, Rows
from oqhs.text import OBSERVED

#: Formats a note is written in.
FORMATS = (*printed.FORMATS, ".html", ".docx")
_NUMBERS = ("qpv_affiche", "reference_affiche", "gap_affiche")
#: The theme heads its rows.
_HEADERS = {name: header for name, header in printed.PRINTED.items() if name != "theme"}


@dataclass(frozen=True)
class Note:
    """A note: its title, its rows, where their figures come from, whether some are invented.

    `table` holds key tables (`oqhs.publish.key_table`), one territory after the other; `sources` is a line
    for each source, as `oqhs.publish.origins.source_lines` gives them.
    """

    title: str
    table: pd.DataFrame
    sources: tuple[str, ...]
    invented: bool


def write_note(note: Note, path: Path) -> None:
    """Write a note in the format its name ends with, whole or not at all.

    `.html` and `.docx` have a section for each territory; `.csv`, `.md` and `.xlsx` one table with a column
    that names them.

    Raises
    ------
    OqhsError
        The name of the file ends with none of `FORMATS`.
    MissingExtraError
        The file is a `.docx`, and `python-docx` is not installed.
    """
    check_format(path)
    if path.suffix.lower() in printed.FORMATS:
        printed.write(note.table, path, note.title, invented=note.invented, sources=note.sources)
        return
    write_document(document_of(note), path)


def check_format(path: Path) -> None:
    """Refuse a file that no note can be written to, as `write_note` does, before there is a note."""
    if path.suffix.lower() not in FORMATS:
        raise OqhsError(
            "no such format for a note",
            file=path,
            found=path.suffix,
            allowed=", ".join(FORMATS),
            todo="change the end of the name of the file",
        )
    if path.suffix.lower() == ".docx":
        word.require()


def document_of(note: Note) -> Document:
    """Lay out a note: a section for each territory, then what holds for all of them."""
    table = note.table
    parts = [part for _, rows in table.groupby("territory", sort=False) for part in _zone(rows, note)]
    for heading, lines in (
        ("Remarques", printed.remarks_of(table)),
        ("Précautions", printed.caveats_of(table)),
        ("Sources", note.sources),
    ):
        if lines:
            parts.append(Part(heading, tuple(lines)))
    return Document(
        note.title,
        tuple(printed.warnings_of(table, invented=note.invented)),
        parts=tuple(parts),
        lists=len(set(table["territory"])) > 1,
    )


def _zone(rows: pd.DataFrame, note: Note) -> Iterator[Part]:
    """Give the section of one territory: its table and its reading keys."""
    first = rows.iloc[0]
    zone = f"{first['territory_label']} ({first['territory']})"
    reference = first["reference_label"] or "aucune"
    caption = f"{note.title}. Valeur : {zone} ; référence : {reference}."
    caption += " Données inventées." if note.invented else ""
    noted = rows["note"].any()
    headers = {name: header for name, header in _HEADERS.items() if name != "note" or noted}
    frame = rows[list(headers)].astype("object")
    frame = frame.where(frame.notna(), "").astype("str").rename(columns=headers)
    table = Rows(
        caption,
        frame.reset_index(drop=True),
        tuple(headers[name] for name in _NUMBERS),
        groups=tuple(rows["theme"]),
        below=tuple(printed.notes_of(rows)),
    )
    yield Part(zone, (), (table,))
    if reading := printed.reading_of(rows):
        yield Part("Clés de lecture", tuple(reading), level=3)


def cards_of(table: pd.DataFrame, observations: pd.DataFrame) -> set[str]:
    """Give the cards that the figures of key tables are made of, on both sides.

    Parameters
    ----------
    table : DataFrame
        Key tables; what they do not tell has no source here.
    observations : DataFrame
        Those of the edition: `source` joins with `+` the cards a figure was made of.
    """
    sides = (("territory", "status"), ("reference_territory", "reference_status"))
    told = pd.concat(
        table.loc[table[status] == OBSERVED, ["indicator", side]].set_axis(["indicator", "territory"], axis=1)
        for side, status in sides
    )
    found = observations.merge(told.drop_duplicates(), on=["indicator", "territory"])["source"]
    return {card for text in found.dropna().unique() for card in text.split("+")}

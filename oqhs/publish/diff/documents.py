"""A comparison as people read it: Markdown, a page, a table for spreadsheets, a section of a changelog."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd

from oqhs.catalogue import Catalogue
from oqhs.errors import OqhsError
from oqhs.publish import writers
from oqhs.publish.diff.comparison import Diff
from oqhs.publish.diff.parts import alerts_of, brief, counted, document_of, moved_by
from oqhs.publish.diff.wording import CHANGES
from oqhs.publish.pages import Document, Rows, page_of
from oqhs.publish.printed import write_document

FORMATS = (".md", ".html", ".csv")
_LISTED = 50  # figures of a section of a changelog


def write_diff(found: Diff, path: Path, catalogue: Catalogue) -> None:
    """Write a comparison to a `.md`, `.html` or `.csv` file, whole or not at all.

    Raises
    ------
    OqhsError
        The name of the file ends with none of these.
    """
    if path.suffix.lower() not in FORMATS:
        raise OqhsError(
            "no such format for a comparison",
            file=path,
            found=path.suffix,
            allowed=", ".join(FORMATS),
            todo="change the end of the name of the file",
        )
    write_document(
        path,
        md=lambda aside: writers.write_text(_markdown(document_of(found, catalogue)), aside),
        html=lambda aside: writers.write_text(page_of(document_of(found, catalogue)), aside),
        csv=lambda aside: writers.write_csv(flat(found), aside),
    )


def flat(found: Diff) -> pd.DataFrame:
    """Give the figures that changed as a plain table: causes joined, how far it may go, whether invented."""
    return found.table.assign(
        causes=found.table["causes"].map(" ; ".join).astype("str"),
        evidence=found.table["evidence"].map(" ; ".join).astype("str"),
        release_before=found.before.name,
        release_after=found.after.name,
        diffusion=found.diffusion,
        invented=found.invented,
    )


def _markdown(document: Document) -> str:
    parts = [f"# {writers.plain(document.title)}", *map(writers.plain, document.above)]
    parts += [f"> **Attention.** {writers.plain(line)}" for line in document.alerts]
    for part in document.parts:
        parts.append(f"{'#' * part.level} {writers.plain(part.heading)}")
        parts += [writers.bullets(part.lines)] if part.lines else []
        for rows in part.tables:
            parts += [writers.plain(rows.caption), _table(rows)]
    return "\n\n".join(parts) + "\n"


def _table(rows: Rows) -> str:
    """Give a table, its figures to the right."""
    head, _, *lines = writers.markdown(rows.frame).split("\n")
    rule = " | ".join("---:" if name in rows.numbers else "---" for name in rows.frame.columns)
    return "\n".join([head, f"| {rule} |", *lines])


def changelog_section(found: Diff, name: str) -> str:
    """Give the section of a changelog that says what a release changed since the one before.

    Parameters
    ----------
    found : Diff
        From the release before to this one.
    name : str
        Name of this one, for example `r2`.

    Returns
    -------
    str
        Markdown that starts with `## r2`; nothing in it depends on the day.
    """
    since = found.before.folder.name
    parts = [
        f"## {writers.plain(name)}",
        f"Depuis {writers.plain(since)} : {' '.join(map(writers.plain, brief(found)))}",
    ]
    parts += [f"**Attention.** {writers.plain(line)}" for line in alerts_of(found)]
    for heading, lines in (
        ("Entrées", list(_inputs(found))),
        ("Méthode et réglages", list(_method(found))),
        ("Chiffres changés", list(_counts(found))),
        ("Détail", _details(found)),
    ):
        if lines:
            parts += [f"### {heading}", writers.bullets(lines)]
    return "\n\n".join(parts) + "\n"


def _inputs(found: Diff) -> Iterator[str]:
    for row in found.inputs.itertuples():
        told = " → ".join(filter(None, (row.before, row.after)))
        yield f"{row.card}, {row.change} ({told}){_moved(row.figures)}"


def _method(found: Diff) -> Iterator[str]:
    for row in found.method.itertuples():
        told = " → ".join(filter(None, (row.before, row.after)))
        yield f"{row.what} {row.name} : {told}{_moved(row.figures, row.what)}"


def _moved(number: int, what: str = "") -> str:
    if moved_by(number, what) == "–":
        return ""
    touched = counted(number, "chiffre touché", "chiffres touchés")
    return f" : {touched}" if number else " : aucun chiffre touché"


def _counts(found: Diff) -> Iterator[str]:
    """Count the figures of each indicator, by causes."""
    table = found.table.assign(causes=found.table["causes"].map(", ".join))
    for label, rows in table.groupby("indicator_label", sort=False):
        told = [
            f"{number} ({causes})" for causes, number in rows.groupby("causes", sort=False).size().items()
        ]
        yield f"{label} : {', '.join(told)}"


def _details(found: Diff) -> Sequence[str]:
    """Tell the first figures, those that changed before those that came or went."""
    ranks = found.table["change"].map(CHANGES.index)
    ordered = found.table.loc[ranks.sort_values(kind="stable").index, "sentence"]
    lines = list(ordered[:_LISTED])
    left = len(ordered) - len(lines)
    return [*lines, f"… et {counted(left, 'autre', 'autres')}"] if left else lines

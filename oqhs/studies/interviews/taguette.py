"""Taguette: its project (.sqlite3), and the tables it exports (CSV or Excel).

In a project, offsets count the bytes of the UTF-8 text of a document, its HTML tags left out; they are
brought to code points here. Whoever added a highlight last is its coder. A highlight without a tag is not
coded, and is left out.

The tables have no offsets: `id, document, tag, content` (highlights), `tag, description` (codebook).

Source of the format: the models and the exports of Taguette, https://gitlab.com/remram44/taguette.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

from oqhs.errors import DataError, LayoutError, Problem
from oqhs.studies.interviews.cells import Cells
from oqhs.studies.interviews.codes import Node, codebook_of
from oqhs.studies.interviews.databases import Database, whole
from oqhs.studies.interviews.material import Material, RawSegment, RawSource, problem
from oqhs.studies.interviews.offsets import bytes_of, point_of

#: Tables that tell a project of Taguette.
TABLES = {"projects", "documents", "highlights", "tags", "highlight_tags"}
#: Columns that tell its exports.
HIGHLIGHTS = ("document", "tag", "content")
CODEBOOK = ("tag", "description")


def read_project(database: Database) -> Material:
    """Read a project.

    Raises
    ------
    LayoutError
        A table or a column is not there, or the file holds several projects.
    DataError
        A highlight points to a document or a tag that is not there, or one of its offsets is outside of the
        text, or inside a character.
    """
    file = database.path
    projects = database.rows("projects", "id")
    if len(projects) != 1:
        what, todo = "this file does not hold one project", "export the project alone, in SQLite 3"
        raise LayoutError(what, file=file, found=f"{len(projects)} projects", allowed="one", todo=todo)
    tags = database.rows("tags", "id", "path", "description", optional=("parent_id",))
    nodes = [
        Node(
            str(row["id"]),
            str(row["path"]),
            f"tags {row['id']}",
            None if row["parent_id"] is None else str(row["parent_id"]),
            str(row["description"]),
        )
        for row in tags
    ]
    codes, entries = codebook_of(file, nodes)
    rows = database.rows("documents", "id", "name", "contents")
    names = Counter(str(row["name"]).strip() for row in rows)
    documents = {row["id"]: _document(row, names) for row in rows}
    segments, problems = _segments(database, documents, codes)
    if problems:
        raise DataError.gather(problems)
    return Material(file, list(documents.values()), segments, entries)


def _document(row: dict[str, Any], names: Mapping[str, int]) -> RawSource:
    name = str(row["name"]).strip()
    # A name that stands twice tells nobody which document is meant.
    source = name if names[name] == 1 else f"{name} ({row['id']})"
    return RawSource(source, name, f"documents {row['id']}", text_of(str(row["contents"])))


def _segments(
    database: Database, documents: Mapping[object, RawSource], codes: Mapping[str, str]
) -> tuple[list[RawSegment], list[Problem]]:
    file = database.path
    highlights = {row["id"]: row for row in database.rows("highlights", *_HIGHLIGHT)}
    offsets = {key: bytes_of(one.text or "") for key, one in documents.items()}
    coders = _coders(database)
    segments, problems = [], []
    for row in database.rows("highlight_tags", "highlight_id", "tag_id"):
        entry = f"highlights {row['highlight_id']}"
        highlight = highlights.get(row["highlight_id"])
        document_id = None if highlight is None else highlight["document_id"]
        document = documents.get(document_id)
        code = codes.get(str(row["tag_id"]))
        if highlight is None or document is None or code is None:
            what = "this highlight points to a document or a tag that is not in the project"
            found = f"tag {row['tag_id']}"
            problems.append(problem(what, file, entry, found=found, todo="export the project again"))
            continue
        ends = [whole(file, entry, name, highlight[name]) for name in ("start_offset", "end_offset")]
        start, end = (point_of(offsets[document_id], end) for end in ends)
        if start is None or end is None:
            what = "an offset of this highlight is outside of its text, or inside a character"
            allowed = "bytes of the UTF-8 text, without the tags of HTML"
            problems.append(problem(what, file, entry, found=tuple(ends), allowed=allowed))
            continue
        coder = coders.get(row["highlight_id"])
        segments.append(RawSegment(document.source, code, entry, start, end, coder=coder))
    return segments, problems


_HIGHLIGHT = ("id", "document_id", "start_offset", "end_offset")


def _coders(database: Database) -> dict[int, str]:
    """Say who added each highlight, the last time somebody did; a file without a history has nobody."""
    if "commands" not in database.tables:
        return {}
    coders: dict[int, str] = {}
    for row in database.rows("commands", "id", "user_login", "payload"):
        try:
            payload: Any = json.loads(str(row["payload"]))
        except (ValueError, RecursionError) as error:
            what = "this command of the history is not JSON"
            raise DataError(what, file=database.path, column=f"commands {row['id']}") from error
        if isinstance(payload, dict) and payload.get("type") == "highlight_add":
            entry, highlight = f"commands {row['id']}", payload.get("highlight_id")
            coders[whole(database.path, entry, "highlight_id", highlight)] = str(row["user_login"])
    return coders


class _Text(HTMLParser):
    """Text of HTML: what stands between the tags, entities as the characters they are."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def text_of(html: str) -> str:
    r"""Give the text of HTML, as browsers count it: ends of lines are one character there.

    Examples
    --------
    >>> text_of("<p>L&#39;<b>été</b></p>\r\n<p>🌳</p>")
    "L'été\n🌳"
    """
    parser = _Text()
    parser.feed(html.replace("\r\n", "\n").replace("\r", "\n"))
    parser.close()
    return "".join(parser.parts)


def read_highlights(cells: Cells) -> Material:
    """Read the table of highlights: excerpts without offsets."""
    documents, tags = cells.names("document"), cells.names("tag")
    contents, ids = cells.texts("content"), cells.names("id")
    segments, problems = [], []
    for row, (document, tag, content, number) in enumerate(zip(documents, tags, contents, ids, strict=True)):
        line = cells.line(row)
        if document is None or content is None:
            what = "this highlight has no document, or no content"
            problems.append(problem(what, cells.file, line, todo="export the highlights again"))
        elif tag is not None:
            key = None if number is None else f"{document}#{number}"
            segments.append(RawSegment(document, tag, line, text=content, key=key))
    if problems:
        raise DataError.gather(problems)
    return cells.material(segments, documents, tags)


def read_codebook(cells: Cells) -> Material:
    """Read the table of tags: a codebook without sources."""
    parents, descriptions = cells.names("parent"), cells.texts("description")
    tags = cells.names("tag")
    nodes = [
        Node(tag or "", tag or "", cells.line(row), parent, description)
        for row, (tag, parent, description) in enumerate(zip(tags, parents, descriptions, strict=True))
    ]
    _, entries = codebook_of(cells.file, nodes)
    return Material(cells.file, codes=entries)

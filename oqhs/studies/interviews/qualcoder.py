"""QualCoder: its project (the database `data.qda` of a folder `.qda`), and its table of coded text (CSV).

In a project, positions come from an editor that counts units of UTF-16 and takes an end of line for one, or
from a search that counts code points. What was selected is kept beside them, and tells which: a span is
kept when it holds that text.

Cases are taken as people, as in `refi`; attributes of a file, or of its cases, tell its quartier, its date,
its kind and its number of people. A category is the parent of its codes.

The table has no offsets: `File` (or `Case`, `Filename`), `Coder`, `Coded`, `Id`, `Codename`, `Coded_Memo`,
`Category` repeated from the nearest up, `FileVar_…`, `CaseVar_…`.

Source of the format: the tables and the reports of QualCoder, https://github.com/ccbogel/QualCoder.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from oqhs.errors import DataError, Problem
from oqhs.studies.interviews.cells import Cells
from oqhs.studies.interviews.codes import Node, codebook_of
from oqhs.studies.interviews.databases import Database, whole
from oqhs.studies.interviews.material import Material, RawCode, RawSegment, RawSource, problem
from oqhs.studies.interviews.offsets import editor_positions_of, point_of, units_of
from oqhs.studies.interviews.speakers import Turn, speaker_of
from oqhs.studies.interviews.words import attribute_of, fold, quartier_of

#: Tables that tell a project of QualCoder.
TABLES = {"source", "code_name", "code_cat", "code_text"}
#: Columns that tell its table of coded text.
CODED = ("coder", "coded", "codename")

_SHOWN = 60


def read_project(database: Database) -> Material:
    """Read a project.

    Raises
    ------
    LayoutError
        A table or a column is not there.
    DataError
        A coding points to a file or a code that is not there, or its positions do not hold the text that
        was selected, however they are counted.
    """
    file = database.path
    codes, entries = codebook_of(file, list(_nodes(database)))
    sources = {
        row["id"]: RawSource(
            str(row["name"]).strip(), str(row["name"]), f"source {row['id']}", _told(row["fulltext"])
        )
        for row in database.rows("source", "id", "name", "fulltext")
    }
    turns, problems = _cases(database, sources)
    for row in _rows(database, "attribute", "attrid", "name", "attr_type", "value", "id"):
        attribute = attribute_of(str(row["name"]))
        if attribute is not None and row["attr_type"] == "file" and row["id"] in sources:
            where = f"attribute {row['attrid']}"
            sources[row["id"]].tell(attribute, _told(row["value"]), file, where)
    segments: list[RawSegment] = []
    for one in _codings(database, sources, codes):
        if isinstance(one, Problem):
            problems.append(one)
        else:
            segments.append(replace(one, speaker=speaker_of(turns, one.source, one.start, one.end)))
    if problems:
        raise DataError.gather(problems)
    return Material(file, list(sources.values()), segments, entries)


def _rows(database: Database, table: str, *columns: str) -> list[dict[str, Any]]:
    """Give the rows of a table that older projects may not have."""
    return database.rows(table, *columns) if table in database.tables else []


def _told(value: object) -> str | None:
    """Give a cell as text; None where it is empty."""
    return None if value in {None, ""} else str(value)


def _nodes(database: Database) -> Iterator[Node]:
    """Lay out categories and codes as one tree."""
    for row in database.rows("code_cat", "catid", "name", "memo", "supercatid"):
        parent = None if row["supercatid"] is None else f"code_cat {row['supercatid']}"
        key = f"code_cat {row['catid']}"
        yield Node(key, str(row["name"]), key, parent, _told(row["memo"]))
    codes = database.rows("code_name", "cid", "name", "memo", "catid", "color", optional=("supercid",))
    for row in codes:
        parent = None if row["catid"] is None else f"code_cat {row['catid']}"
        if row["supercid"] is not None:
            parent = f"code_name {row['supercid']}"
        key = f"code_name {row['cid']}"
        yield Node(key, str(row["name"]), key, parent, _told(row["memo"]), _told(row["color"]))


def _cases(database: Database, sources: dict[int, RawSource]) -> tuple[list[Turn], list[Problem]]:
    """Take what cases say: who speaks, in which quartier, and what their attributes tell."""
    file = database.path
    names = {row["caseid"]: str(row["name"]).strip() for row in _rows(database, "cases", "caseid", "name")}
    told: dict[int, list[tuple[str, str | None]]] = {
        key: [("territory", name)] if quartier_of(name) else [] for key, name in names.items()
    }
    for row in _rows(database, "attribute", "name", "attr_type", "value", "id"):
        attribute = attribute_of(str(row["name"]))
        if attribute is not None and row["attr_type"] == "case" and row["id"] in told:
            told[row["id"]].append((attribute, _told(row["value"])))
    turns, problems = [], []
    for row in _rows(database, "case_text", "id", "caseid", "fid", "pos0", "pos1"):
        where = f"case_text {row['id']}"
        source, name = sources.get(row["fid"]), names.get(row["caseid"])
        if source is None or name is None:
            what = "this part of a case points to a file or a case that is not in the project"
            problems.append(problem(what, file, where, found=(row["fid"], row["caseid"])))
            continue
        for attribute, value in told[row["caseid"]]:
            source.tell(attribute, value, file, f"cases {row['caseid']}")
        if not quartier_of(name):
            ends = [whole(file, where, column, row[column]) for column in ("pos0", "pos1")]
            turns.append(_turn(source, name, *ends))
    return turns, problems


def _codings(
    database: Database, sources: dict[int, RawSource], codes: dict[str, str]
) -> Iterator[RawSegment | Problem]:
    """Give the coded spans, and the coded places of pictures and sounds, which have no text."""
    file = database.path
    coded = {
        ("code_text", "ctid"): database.rows("code_text", "ctid", "cid", "fid", *_CODING, *_SPAN),
        ("code_image", "imid"): _rows(database, "code_image", "imid", "cid", "id", *_CODING),
        ("code_av", "avid"): _rows(database, "code_av", "avid", "cid", "id", *_CODING),
    }
    ways = {key: _ways(source.text or "") for key, source in sources.items()}
    for (table, key), rows in coded.items():
        for row in rows:
            where, fid = f"{table} {row[key]}", row["fid" if table == "code_text" else "id"]
            source, code = sources.get(fid), codes.get(f"code_name {row['cid']}")
            if source is None or code is None:
                what = "this coding points to a file or a code that is not in the project"
                yield problem(what, file, where, found=f"file {fid}, code {row['cid']}")
                continue
            coder, memo = _told(row["owner"]), _told(row["memo"])
            segment = RawSegment(
                source.source, code, where, coder=coder, memo=memo, key=f"{source.source}#{where}"
            )
            yield segment if table != "code_text" else _spanned(file, segment, row, source, ways[fid])


_CODING = ("owner", "memo")
_SPAN = ("pos0", "pos1", "seltext")


def _spanned(
    file: Path, segment: RawSegment, row: dict[str, Any], source: RawSource, ways: list[np.ndarray]
) -> RawSegment | Problem:
    """Give a segment its span: the one that holds what was selected, as positions are counted."""
    text, ends = source.text or "", [whole(file, str(segment.where), one, row[one]) for one in _SPAN[:2]]
    for way in ways:
        start, end = (point_of(way, at) for at in ends)
        if start is not None and end is not None and _same(text[start:end], str(row["seltext"])):
            return replace(segment, start=start, end=end)
    return problem(
        "the positions of this coding do not hold the text that was selected",
        file,
        segment.where,
        found=f"{ends[0]} to {ends[1]}, {str(row['seltext'])[:_SHOWN]!r}",
        allowed=repr(text[ends[0] : ends[1]][:_SHOWN]),
        todo="the text of the file was changed after it was coded: code this span again",
    )


def _same(held: str, selected: str) -> bool:
    """Whether a span is what was selected; an editor writes the ends of lines its own way."""

    def plain(text: str) -> str:
        return text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2029", "\n")

    return plain(held) == plain(selected)


def _ways(text: str) -> list[np.ndarray]:
    """Give the positions of the code points of a text, by the ways programs count them."""
    return [np.arange(len(text) + 1), units_of(text), editor_positions_of(text)]


def _turn(source: RawSource, name: str, start: int, end: int) -> Turn:
    """Give the span of a case, which the editor counted; a file given whole has no end to count."""
    text = source.text or ""
    if start == 0 and end >= len(text) - 1:
        return Turn(source.source, name)
    positions = editor_positions_of(text)
    first, last = point_of(positions, start), point_of(positions, end)
    return Turn(source.source, name, first or 0, len(text) if last is None else last)


def read_coded(cells: Cells) -> Material:
    """Read the table of coded text: excerpts without offsets; pictures and sounds are told by a word."""
    by_case = cells.has("case")
    sources = cells.names("filename" if by_case else "file")
    cases: list[str | None] = cells.names("case") if by_case else [None] * len(sources)
    codes, coders, memos = cells.names("codename"), cells.names("coder"), cells.texts("coded_memo")
    material = cells.material([], sources, [])
    by_name = {one.source: one for one in material.sources}
    problems = []
    for row, (source, code, text) in enumerate(zip(sources, codes, cells.texts("coded"), strict=True)):
        line = cells.line(row)
        if source is None or code is None or text is None:
            what = "this row has no file, no code or no coded text"
            problems.append(problem(what, cells.file, line, todo="export the report again"))
            continue
        case = cases[row]
        if case is not None and quartier_of(case):
            by_name[source].tell("territory", case, cells.file, line)
            case = None
        material.segments.append(
            RawSegment(source, code, line, text=text, coder=coders[row], memo=memos[row], speaker=case)
        )
    if problems:
        raise DataError.gather(problems)
    for name in cells.header:
        attribute = (
            attribute_of(name.partition("_")[2]) if name.startswith(("FileVar_", "CaseVar_")) else None
        )
        if attribute is not None:
            for row, value in enumerate(cells.texts(fold(name))):
                by_name[str(sources[row])].tell(attribute, value, cells.file, cells.line(row))
    material.codes.extend(_categorised(cells, codes))
    return material


def _categorised(cells: Cells, codes: list[str | None]) -> list[RawCode]:
    """Give the codebook of the table: each code under its nearest category, and so on up."""
    nearest = [cells.names("category_1", "category")]
    while cells.has(f"category_{len(nearest) + 1}"):
        nearest.append(cells.names(f"category_{len(nearest) + 1}"))
    chains = {
        code: [row for row in above if row] for code, *above in zip(codes, *nearest, strict=True) if code
    }
    parents: dict[str, str | None] = {}
    for code, above in chains.items():
        for name, parent in zip([code, *above], [*above, None], strict=True):
            parents.setdefault(name, parent)
    return [RawCode(name, name, None, parent) for name, parent in parents.items()]


def numbered(content: bytes) -> bytes:
    r"""Give each category of the header its number: QualCoder gives them one name.

    Examples
    --------
    >>> numbered(b'"File","Codename","Category","Category"\n"a","b","c","d"').partition(b"\n")[0]
    b'"File","Codename","Category_1","Category_2"'
    """
    header, end, rows = content.partition(b"\n")
    if b"Codename" not in header:
        return content
    count = iter(range(1, len(header)))
    return _CATEGORY.sub(lambda _: b"Category_%d" % next(count), header) + end + rows


_CATEGORY = re.compile(rb"(?<!\w)Category(?!\w)")

"""What a corpus gives to other programs: its codebook (REFI-QDA) and its coded excerpts (CSV)."""

from __future__ import annotations

import csv
import io
import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import pandas as pd

from oqhs.errors import DataError, Problem
from oqhs.studies.interviews.codes import Node, called, join_description
from oqhs.studies.interviews.corpus import Corpus

#: GUIDs of codes are made of this one and of the code: the same code has the same GUID everywhere.
_GUIDS = uuid.UUID("6f0a1f8e-6b52-4d0e-9c37-2d1b7b7a9a10")
_NAMESPACE = "urn:QDA-XML:codebook:1.0"
#: What XML 1.0 cannot hold.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_RETURN = {"\r": "&#13;"}
_SPACES = {**_RETURN, "\n": "&#10;", "\t": "&#9;"}
#: What stands in each column of the table of excerpts.
_SEGMENT_OF = {
    "entretien_id": "source",
    "qpv_code": "territory",
    "date": "date",
    "type": "kind",
    "locuteur_pseudo": "speaker",
    "extrait": "text",
    "debut": "start",
    "fin": "end",
    "code": "code",
    "codeur": "coder",
    "memo": "memo",
    "segment": "segment",
}


def write_codebook(corpus: Corpus, path: str | Path) -> Path:
    r"""Write the codebook of a corpus as REFI-QDA (.qdc).

    Parameters
    ----------
    corpus : Corpus
        Its `codebook` is written whole: what the format has no place for (what to include, to exclude, an
        example, a code that is not its label) stands in the description, on lines that are read back.
    path : str or Path
        File, replaced if it is there.

    Returns
    -------
    Path
        The file: the same bytes for the same codebook.

    Raises
    ------
    DataError
        The codebook is empty (the format has no such thing), a parent is not there, codes stand under each
        other, or a text holds a character that XML cannot.

    Examples
    --------
    >>> import tempfile
    >>> from oqhs.studies.interviews import read
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     table = Path(folder) / "codebook.csv"
    ...     _ = table.write_text("tag,description\nPMI,Suivi des enfants\n")
    ...     read(write_codebook(read(table), Path(folder) / "codebook.qdc")).codebook["definition"].tolist()
    ['Suivi des enfants']
    """
    path = Path(path)
    entries = _entries(path, corpus.codebook)
    top = [code for code, entry in entries.items() if "parent" not in entry]
    lines = [
        "<?xml version='1.0' encoding='UTF-8'?>",
        f'<CodeBook xmlns="{_NAMESPACE}" origin="OQHS">',
        "<Codes>",
    ]
    lines += [line for code in top for line in _element(code, entries)]
    lines += ["</Codes>", "</CodeBook>", ""]
    path.write_bytes("\n".join(lines).encode("utf-8"))
    return path


def write_segments(corpus: Corpus, path: str | Path) -> Path:
    """Write the coded excerpts of a corpus as the plain table (`plain`): UTF-8, `;`, every cell quoted.

    Parameters
    ----------
    corpus : Corpus
        Its `segments` are written, one row each; of the sources, what the segments tell of them.
    path : str or Path
        File, replaced if it is there.

    Returns
    -------
    Path
        The file: the same bytes for the same segments.

    Raises
    ------
    DataError
        A segment has no text (a picture, a sound): the table cannot hold it.

    Notes
    -----
    The text is exact, since offsets count its characters: a cell that begins like a formula is not guarded
    against spreadsheets. This file is for programs; it holds verbatims, and is never public.
    """
    path = Path(path)
    segments = corpus.segments
    wordless = segments.index[segments["text"].isna()]
    if len(wordless):
        raise DataError.gather(
            Problem(
                "this segment has no text: the table of excerpts cannot hold it",
                file=path,
                found=segments["segment"][row],
                todo="exchange the project as .qdpx from its program",
            )
            for row in wordless
        )
    table = pd.DataFrame({column: segments[name] for column, name in _SEGMENT_OF.items()})
    table["date"] = segments["date"].dt.strftime("%Y-%m-%d")
    rows = table.astype("object").where(table.notna(), "")
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows(rows.itertuples(index=False))
    path.write_bytes(stream.getvalue().encode("utf-8"))
    return path


def _entries(path: Path, codebook: pd.DataFrame) -> dict[str, dict[str, str]]:
    """Lay out the codes, in order, with what is not missing; refuse what the format cannot hold.

    `label` is there always, `code` only where the labels do not say it.
    """
    records = codebook.sort_values("code").to_dict("records")
    entries = {one["code"]: {name: cell for name, cell in one.items() if pd.notna(cell)} for one in records}
    if not entries:
        raise DataError("there is no code: a codebook of the REFI holds one at least", file=path)
    problems = []
    for code, entry in entries.items():
        entry.setdefault("label", code)
        for name, cell in entry.items():
            wrong = _NOT_XML.search(cell)
            if wrong:
                found = f"U+{ord(wrong[0]):04X}"
                what = f"XML cannot hold a character of code {code!r}"
                problems.append(Problem(what, file=path, column=name, found=found, todo="remove it"))
    if problems:
        raise DataError.gather(problems)
    nodes = [Node(code, one["label"], code, one.get("parent")) for code, one in entries.items()]
    for code, name in called(path, nodes).items():
        if name == code:
            del entries[code]["code"]
    return entries


def _element(code: str, entries: dict[str, dict[str, str]]) -> Iterator[str]:
    """Write a code and those under it."""
    entry = entries[code]
    guid, name = uuid.uuid5(_GUIDS, code), quoteattr(entry["label"], _SPACES)
    colour = f" color={quoteattr(entry['colour'])}" if "colour" in entry else ""
    yield f'<Code guid="{guid}" name={name} isCodable="true"{colour}>'
    description = join_description(entry)
    if description:
        yield f"<Description>{escape(description, _RETURN)}</Description>"
    for below, one in entries.items():
        if one.get("parent") == code:
            yield from _element(below, entries)
    yield "</Code>"

"""From what a reader took out of a file to a corpus: the one place where it is checked."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from oqhs.errors import CatalogueError, DataError, Problem
from oqhs.sources.cards import card_place, find_card
from oqhs.studies.interviews.corpus import (
    CODE_DTYPES,
    LINK_DTYPES,
    SEGMENT_DTYPES,
    SEGMENT_ORDER,
    SOURCE_DTYPES,
    VERDICT_DTYPES,
    Corpus,
    empty_frame,
    typed_frame,
)
from oqhs.studies.interviews.material import Material, RawCode, RawSegment, RawSource, Where, problem
from oqhs.studies.interviews.words import ALLOWED, ATTRIBUTES, READ

_COLOUR = re.compile(r"#([A-Fa-f0-9]{6}|[A-Fa-f0-9]{3})")
#: What no text may hold: half of a character, and the character that ends it in many programs.
_BROKEN = re.compile(r"[\x00\ud800-\udfff]")
_SHOWN = 60


def build(path: Path, material: Material) -> Corpus:
    """Make a corpus of what a file holds; all that is wrong with it is told at once.

    Parameters
    ----------
    path : Path
        The file that was given: the card beside it says whether the study is invented, and how far it may
        go; without a card it is not invented, and stays inside.
    material : Material
        What its reader took out of it. Without an entry in the codebook, a code is unknown.

    Raises
    ------
    DataError
        Two sources have one id; what is told of a source is not of its attribute, or is told twice
        otherwise; two codes are one, a parent is unknown, a colour is none; a segment has an unknown code or
        source, ends before it starts, goes beyond its text, or is not what stands there; one span has two
        speakers; a text holds half of a character.
    CatalogueError
        The card says that the study is public.
    """
    card = find_card(path)
    if card is not None and card.diffusion == "public":
        raise CatalogueError(
            "interviews are never public",
            file=card_place(path),
            column="diffusion",
            found=card.diffusion,
            allowed="interne, partenaires",
        )
    problems = [*_wrong_codes(material), *_wrong_texts(material)]
    sources, wrong = _sources(material)
    problems += wrong or _wrong_segments(material)
    if problems:
        raise DataError.gather(problems)
    segments, problems = _segments(material, sources)
    if problems:
        raise DataError.gather(problems)
    return Corpus(
        sources=sources.sort_values("source", ignore_index=True),
        segments=segments,
        codebook=_codebook(material.codes),
        links=empty_frame(LINK_DTYPES),
        verdicts=empty_frame(VERDICT_DTYPES),
        invented=card is not None and card.invented,
        diffusion="interne" if card is None else card.diffusion,
    )


def _sources(material: Material) -> tuple[pd.DataFrame, list[Problem]]:
    count = Counter(one.source for one in material.sources)
    problems = []
    rows = []
    for one in material.sources:
        if not one.source:
            problems.append(problem("this source has no name", material.file, one.where, todo="name it"))
        elif count[one.source] > 1:
            what = "two sources have one name"
            problems.append(problem(what, material.file, one.where, found=one.source))
        row: dict[str, Any] = {"source": one.source, "label": one.label, "text": one.text}
        for attribute in ATTRIBUTES:
            row[attribute], wrong = _agreed(one, attribute)
            problems += wrong
        rows.append(row)
    return typed_frame([] if problems else rows, SOURCE_DTYPES), problems


def _agreed(source: RawSource, attribute: str) -> tuple[object, list[Problem]]:
    """Read all that is told of an attribute of a source: it has to be one value."""
    values: dict[object, str] = {}
    for told in source.told.get(attribute, []):
        value = READ[attribute](told.value)
        if value is None:
            what = f"what is told of source {source.source!r} is not understood"
            allowed = ALLOWED[attribute]
            wrong = problem(what, told.file, told.where, column=attribute, found=told.value, allowed=allowed)
            return None, [wrong]
        values.setdefault(value, told.value)
        if len(values) > 1:
            what = f"two values are told of source {source.source!r}"
            found = " and ".join(values.values())
            wrong = problem(
                what, told.file, told.where, column=attribute, found=found, allowed="one value a source"
            )
            return None, [wrong]
    return next(iter(values), None), []


def _wrong_codes(material: Material) -> Iterator[Problem]:
    codes = Counter(entry.code for entry in material.codes)
    for entry in material.codes:
        if codes[entry.code] > 1:
            yield problem("two codes have one name", material.file, entry.where, found=entry.code)
        if entry.parent is not None and entry.parent not in codes:
            what = "this code stands under one that is not in the codebook"
            yield problem(what, material.file, entry.where, found=entry.parent)
        if entry.colour is not None and not _COLOUR.fullmatch(entry.colour):
            what, allowed = "this is not a colour", "#rrggbb"
            yield problem(what, material.file, entry.where, found=entry.colour, allowed=allowed)


def _wrong_texts(material: Material) -> Iterator[Problem]:
    texts: list[tuple[Where, str | None]] = [
        *((one.where, one.text) for one in material.sources),
        *((one.where, text) for one in material.segments for text in (one.text, one.memo)),
    ]
    for where, text in texts:
        broken = _BROKEN.search(text or "")
        if broken:
            what = "this text holds what is not a character"
            found = f"U+{ord(broken[0]):04X} at character {broken.start()}"
            yield problem(what, material.file, where, found=found, todo="export the project again")


def _wrong_segments(material: Material) -> list[Problem]:
    sources = {one.source: one for one in material.sources}
    codes = {entry.code for entry in material.codes}
    problems = []
    for one in material.segments:
        if one.code not in codes:
            what, allowed = "no such code in the codebook", ", ".join(sorted(codes))
            problems.append(problem(what, material.file, one.where, found=one.code, allowed=allowed))
        if one.source not in sources:
            what, allowed = "no such source", ", ".join(sorted(sources))
            problems.append(problem(what, material.file, one.where, found=one.source, allowed=allowed))
        else:
            problems += _wrong_span(material.file, one, sources[one.source].text)
    return problems


def _wrong_span(file: Path, one: RawSegment, text: str | None) -> Iterator[Problem]:
    """Tell what is wrong with the offsets of a segment, and with its text."""
    if one.start is None and one.end is None:
        return
    if one.start is None or one.end is None:
        what, allowed = "one end of this segment is missing", "a start and an end, or neither"
        yield problem(what, file, one.where, found=(one.start, one.end), allowed=allowed)
    elif not 0 <= one.start < one.end:
        what, allowed = "this segment does not end after its start", "0 ≤ start < end"
        yield problem(what, file, one.where, found=(one.start, one.end), allowed=allowed)
    elif text is None:
        if one.text is not None and len(one.text) != one.end - one.start:
            what = "this excerpt has not as many characters as its offsets say"
            found = f"{len(one.text)} characters, {one.start} to {one.end}"
            yield problem(what, file, one.where, found=found, allowed=f"{one.end - one.start} characters")
    elif one.end > len(text):
        what, allowed = "this segment goes beyond its text", f"{len(text)} characters (Unicode code points)"
        yield problem(what, file, one.where, found=(one.start, one.end), allowed=allowed)
    elif one.text is not None and one.text != text[one.start : one.end]:
        what = "this excerpt is not what stands there in the text of its source"
        found, allowed = one.text[:_SHOWN], text[one.start : one.end][:_SHOWN]
        yield problem(what, file, one.where, found=found, allowed=repr(allowed))


def _segments(material: Material, sources: pd.DataFrame) -> tuple[pd.DataFrame, list[Problem]]:
    """Lay out the segments, one row a (span, code, coder); what is told twice is kept once."""
    texts = {one.source: one.text for one in material.sources}
    rows: dict[tuple[str, str, str | None], dict[str, Any]] = {}
    speakers: dict[str, str | None] = {}
    problems = []
    for one in material.segments:
        text = texts[one.source]
        if one.text is not None or one.start is None or text is None:
            text = one.text
        else:
            text = text[one.start : one.end]
        segment = _segment(one, text)
        if speakers.setdefault(segment, one.speaker) != one.speaker:
            what, found = "one span has two speakers", f"{speakers[segment]} and {one.speaker}"
            problems.append(problem(what, material.file, one.where, found=found, allowed="one a span"))
        row = rows.setdefault(
            (segment, one.code, one.coder), {**vars(one), "segment": segment, "text": text, "memo": None}
        )
        memos = (row["memo"] or "").split("\n")
        if one.memo and one.memo not in memos:
            row["memo"] = one.memo if row["memo"] is None else f"{row['memo']}\n{one.memo}"
    frame = typed_frame(list(rows.values()), SEGMENT_DTYPES)
    known = sources.set_index("source")
    for attribute in ("territory", "date", "kind"):
        frame[attribute] = known[attribute].reindex(frame["source"]).array
    return frame.sort_values(SEGMENT_ORDER, ignore_index=True), problems


def _segment(one: RawSegment, text: str | None) -> str:
    """Give the id of a span: its offsets; without them its key, else its text."""
    if one.start is not None:
        return f"{one.source}:{one.start}-{one.end}"
    if one.key is not None:
        return one.key
    return f"{one.source}:{hashlib.sha256((text or '').encode()).hexdigest()[:12]}"


def _codebook(codes: list[RawCode]) -> pd.DataFrame:
    frame = typed_frame([vars(entry) for entry in codes], CODE_DTYPES)
    return frame.sort_values("code", ignore_index=True)

"""Texts of a REFI-QDA project, and the selections made in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element

from oqhs.errors import DataError
from oqhs.sources.archives import Member
from oqhs.studies.interviews.xmltree import child, children, guid, local, words

_BOM = b"\xef\xbb\xbf"
_INTERNAL = "internal://"
#: Where the text of a source stands, by the kind of the source; a text is its own.
_HOLDERS = {
    "TextSource": None,
    "PDFSource": "Representation",
    "PictureSource": "TextDescription",
    "AudioSource": "Transcript",
    "VideoSource": "Transcript",
}
_AGAIN = "export the project again"


class Texts:
    """Plain texts of a project: inside the XML, or files of its archive."""

    def __init__(self, path: Path, members: list[Member]) -> None:
        self._path = path
        self._members = {member.name.lower(): member for member in members}

    def of(self, file: Path, holder: Element | None) -> str | None:
        """Give the text of a source or of a note; None where it has none.

        Raises
        ------
        DataError
            The text is outside of the archive, is not there, or is not UTF-8.
        """
        if holder is None or holder.get("plainTextPath") is None:
            return words(holder, "PlainTextContent")
        told, key = str(holder.get("plainTextPath")), guid(holder.get("guid"))
        name = told.removeprefix(_INTERNAL)
        if not told.startswith(_INTERNAL):
            raise DataError(
                "the text of this source is outside of the archive",
                file=file,
                column=key,
                found=told,
                allowed=f"{_INTERNAL}…",
                todo="export the project with its sources inside",
            )
        member = self._members.get(f"sources/{name}".lower())
        if member is None:
            allowed = f"a file of the folder Sources of {self._path.name}"
            what = "the text of this source is not in the archive"
            raise DataError(what, file=file, column=key, found=told, allowed=allowed, todo=_AGAIN)
        return _decoded(self._path / member.name, member.read())


def _decoded(file: Path, content: bytes) -> str:
    """Read a plain text as it is: no end of line is changed, nothing is normalised."""
    try:
        return content.removeprefix(_BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        raise DataError(
            "this text is not UTF-8",
            file=file,
            line=content.count(b"\n", 0, error.start) + 1,
            found=content[error.start : error.start + 8],
            allowed="UTF-8, as the REFI-QDA standard asks",
            todo=_AGAIN,
        ) from error


@dataclass(frozen=True, repr=False)
class Selection:
    """What was selected in a source: a span of its text, or a place of a picture or of a sound.

    `text` is what the program says was selected, where there is no span to take it from.
    """

    element: Element
    guid: str
    start: int | None
    end: int | None
    text: str | None = None


def holder_of(file: Path, source: Element) -> Element | None:
    """Give the element that holds the text of a source; None where the source has none."""
    kind = local(source)
    if kind not in _HOLDERS:
        what, allowed = "this kind of source is not of the format", ", ".join(_HOLDERS)
        raise DataError(what, file=file, column=guid(source.get("guid")), found=kind, allowed=allowed)
    name = _HOLDERS[kind]
    if name is None:
        return source
    held = children(source, name)
    if len(held) > 1:
        what = "this source has several transcripts"
        todo = "keep one: offsets would not say of which they are"
        raise DataError(what, file=file, column=guid(source.get("guid")), found=len(held), todo=todo)
    return next(iter(held), None)


def selections_of(file: Path, source: Element, text: str | None) -> Iterator[Selection]:
    """Give the selections of a source, and the source itself where it is coded whole.

    Raises
    ------
    DataError
        A position is not a whole number, there is none of the point of time that is named, or a span is
        selected in a source without text.
    """
    holder = holder_of(file, source)
    points = {guid(one.get("guid")): one.get("position") for one in children(holder, "SyncPoint")}
    for one in [] if holder is None else holder:
        key = str(guid(one.get("guid")))
        if local(one) == "PlainTextSelection":
            ends = one.get("startPosition"), one.get("endPosition")
        elif local(one) == "TranscriptSelection":
            ends = points.get(guid(one.get("fromSyncPoint"))), points.get(guid(one.get("toSyncPoint")))
        else:
            continue
        if text is None:
            what = "a span is selected in a source that has no text"
            allowed = "PlainTextContent, or plainTextPath"
            raise DataError(what, file=file, column=key, allowed=allowed, todo=_AGAIN)
        yield Selection(one, key, _position(file, key, ends[0]), _position(file, key, ends[1]))
    for one in source:
        if local(one) in {"PictureSelection", "PDFSelection", "AudioSelection", "VideoSelection"}:
            said = words(child(one, "Representation"), "PlainTextContent")
            yield Selection(one, str(guid(one.get("guid"))), None, None, said)
    whole = (0, len(text)) if text else (None, None)
    yield Selection(source, str(guid(source.get("guid"))), *whole)


def _position(file: Path, key: str, written: str | None) -> int:
    digits = (written or "").strip()
    if not (digits.isascii() and digits.removeprefix("-").isdigit()):
        what, allowed = "the position of this selection is not a whole number", "0, 1, 2…"
        raise DataError(what, file=file, column=key, found=written, allowed=allowed, todo=_AGAIN)
    return int(digits)

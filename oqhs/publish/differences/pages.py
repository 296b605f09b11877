"""Where two pictures, or two PDF documents, differ: the pixel, or the page."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from oqhs.publish.differences.places import Place, apart, first_apart, shown

if TYPE_CHECKING:
    from pypdf import PageObject

#: How the drawing of a page calls a picture, or a drawing that serves several.
_DRAWN = re.compile(rb"/([^\s/<>\[\]()]+) Do\b")


def png_difference(a: Path, b: Path) -> Place | None:
    """Compare two pictures pixel by pixel, in reading order; the first one is x 0, y 0."""
    from PIL import Image

    pictures, told = [], []
    for path in (a, b):
        with Image.open(path) as picture:
            pictures.append(np.asarray(picture.convert("RGBA")))
            told.append({str(key): value for key, value in picture.info.items()})
    sizes = [f"{one.shape[1]} × {one.shape[0]}" for one in pictures]
    if sizes[0] != sizes[1]:
        return Place("size in pixels", *sizes)
    moved = np.flatnonzero((pictures[0] != pictures[1]).any(axis=2))
    if moved.size:
        y, x = divmod(int(moved[0]), pictures[0].shape[1])
        return Place(f"pixel x {x}, y {y}", *("#" + bytes(one[y, x]).hex() for one in pictures))
    for key in sorted(told[0].keys() | told[1].keys()):
        if told[0].get(key) != told[1].get(key):
            return Place(f"metadata {key!r}", *(shown(one[key]) if key in one else None for one in told))
    return None


def pdf_difference(a: Path, b: Path) -> Place | None:
    """Compare two documents page by page: text, drawing, pictures; then what is said of them.

    Raises
    ------
    ValueError
        A document is not one.
    """
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        old, new = (PdfReader(path) for path in (a, b))
        if len(old.pages) != len(new.pages):
            return Place("number of pages", str(len(old.pages)), str(len(new.pages)))
        for number, pages in enumerate(zip(old.pages, new.pages, strict=True), start=1):
            if (found := _page(*pages)) is not None:
                return Place(f"page {number}, {found.where}", found.before, found.after)
        told = [{str(key): str(value) for key, value in (one.metadata or {}).items()} for one in (old, new)]
    except (PyPdfError, AttributeError, TypeError) as error:
        # The library takes what a broken document holds for what it should hold.
        raise ValueError(str(error)) from error
    for key in sorted(told[0].keys() | told[1].keys()):
        if told[0].get(key) != told[1].get(key):
            return Place(f"metadata {key!r}", *(shown(one[key]) if key in one else None for one in told))
    return None


def _page(old: PageObject, new: PageObject) -> Place | None:
    if (size := _sizes(old)) != (other := _sizes(new)):
        return Place("size", size, other)
    lines = [page.extract_text().split("\n") for page in (old, new)]
    for number, (left, right) in enumerate(zip(*lines, strict=False), start=1):
        if (at := first_apart(left, right)) is not None:
            return Place(f"line {number}", *apart(left, right, at))
    if len(lines[0]) != len(lines[1]):
        return Place("number of lines", *(str(len(one)) for one in lines))
    drawings = [_drawing(page) for page in (old, new)]
    if (at := first_apart(*drawings)) is not None:
        return Place(f"drawing, byte {at}", *(shown(one[at : at + 24]) for one in drawings))
    for name in dict.fromkeys(_DRAWN.findall(drawings[0])):
        if _drawn(old, name.decode("latin-1")) != _drawn(new, name.decode("latin-1")):
            return Place(f"picture {name.decode('latin-1')!r}")
    return None


def _sizes(page: PageObject) -> str:
    return f"{page.mediabox.width} × {page.mediabox.height}"


def _drawn(page: PageObject, name: str) -> tuple[bytes, str] | None:
    """Give the content of a picture a page draws, and how it is to be read; None when it is not there."""
    from pypdf.generic import DictionaryObject, StreamObject

    resources = page["/Resources"].get_object()
    known = resources.get("/XObject") if isinstance(resources, DictionaryObject) else None
    held = known.get_object() if known is not None else None
    if not isinstance(held, DictionaryObject) or f"/{name}" not in held:
        return None
    picture = held[f"/{name}"].get_object()
    if not isinstance(picture, StreamObject):
        return None
    about = {key: repr(value) for key, value in picture.items() if key != "/Length"}
    return picture.get_data(), repr(sorted(about.items()))


def _drawing(page: PageObject) -> bytes:
    contents = page.get_contents()
    return b"" if contents is None else bytes(contents.get_data())

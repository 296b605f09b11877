"""A portrait as PDF: tagged, its fonts inside, the same bytes each time."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from oqhs.extras import extra
from oqhs.publish.portrait.document import Document
from oqhs.publish.portrait.look import LOOK

_EPOCH = 946_684_800  # 1 January 2000: the file tells no day of its own


def pdf_of(document: Document) -> bytes:
    """Lay out a portrait on sheets of A4, as PDF/UA.

    Raises
    ------
    MissingExtraError
        `typst` is not installed.
    """
    inputs = {
        "document": json.dumps(document.data, ensure_ascii=False),
        "look": json.dumps(LOOK),
    }
    made: bytes = _typst().compile(
        _template(),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs=inputs,
        format="pdf",
        pdf_standards=["ua-1"],
        timestamp=_EPOCH,
    )
    return made


def _typst() -> Any:
    return extra("typst", "a fiche is written as PDF")


@cache
def _fonts() -> Any:
    """Give the fonts matplotlib brings, and no other."""
    import matplotlib as mpl

    return _typst().Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[Path(mpl.get_data_path()) / "fonts" / "ttf"],
    )


@cache
def _template() -> bytes:
    return resources.files("oqhs.publish.portrait").joinpath("fiche.typ").read_bytes()

"""A portrait as one HTML page that needs nothing beside it."""

from __future__ import annotations

import base64
from functools import cache
from importlib import resources
from typing import Any

from oqhs.extras import extra
from oqhs.publish.portrait.document import Document
from oqhs.publish.portrait.look import LOOK


def page_of(document: Document) -> str:
    """Lay out a portrait as a page: its texts are escaped, its map is inside.

    Raises
    ------
    MissingExtraError
        `jinja2` is not installed.
    """
    sections = [section for page in document.data["pages"] for section in page]
    return str(_template().render(doc=document, look=LOOK, sections=sections))


@cache
def _template() -> Any:
    jinja2 = extra("jinja2", "a fiche is written as HTML")
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, keep_trailing_newline=True
    )
    environment.filters["base64"] = lambda text: base64.b64encode(text.encode()).decode()
    text = resources.files("oqhs.publish.portrait").joinpath("fiche.html").read_text(encoding="utf-8")
    return environment.from_string(text)

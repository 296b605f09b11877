"""A document of lines, tables and pictures, not yet laid out, and the page it makes: nothing fetched."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape

import pandas as pd

from oqhs.publish.printed import INVENTED

_BOLD = ' class="invented"'
_STYLE = """
:root { color-scheme: light; }
body { font: 1rem/1.5 system-ui, sans-serif; color: #1b1b1b; background: #fff;
  margin: 0 auto; max-width: 62rem; padding: 1.5rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 1rem; }
h2 { font-size: 1.25rem; margin: 2.2rem 0 .6rem; border-bottom: 2px solid #23527c; padding-bottom: .2rem; }
h3 { font-size: 1.05rem; margin: 1.6rem 0 .4rem; }
h1, h2, h3, li, p { overflow-wrap: anywhere; }
.above p { margin: .2rem 0; }
.invented { font-weight: 700; }
.alert { border-left: .4rem solid #a40000; background: #fdf0ef; padding: .7rem 1rem; font-weight: 600; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin: .4rem 0 1.2rem; font-size: .92rem; }
caption { text-align: left; padding: .3rem 0; color: #333; overflow-wrap: anywhere; }
caption.alert { padding: .3rem .6rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid #c9c9c9;
  overflow-wrap: break-word; }
thead th { background: #e8eef4; border-bottom: 2px solid #8a99a8; }
tbody th { font-weight: 400; overflow-wrap: anywhere; min-width: 11rem; }
.group th { font-weight: 600; padding-top: .8rem; border-bottom-color: #8a99a8; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
.below { font-size: .88rem; color: #333; margin: -.8rem 0 1.2rem; }
.below p { margin: .1rem 0; }
figure { margin: .6rem 0 1.4rem; }
figure img { max-width: 100%; height: auto; }
figcaption { font-size: .88rem; color: #333; overflow-wrap: anywhere; }
a { color: #1a4b7a; }
@media print {
  @page { size: A4; margin: 15mm; }
  body { max-width: none; padding: 0; font-size: 9.5pt; }
  h2, h3, caption { break-after: avoid; }
  h1 { font-size: 16pt; }
  h2 { font-size: 12.5pt; margin-top: 14pt; }
  h3 { font-size: 10.5pt; }
  table { font-size: 8.5pt; }
  th, td { padding: 1.5pt 4pt; }
  .group th { padding-top: 4pt; }
  .below { font-size: 8.5pt; }
  tr { break-inside: avoid; }
  tr.group { break-after: avoid; }
  thead { display: table-header-group; }
  .wide { overflow: visible; }
  figure { break-inside: avoid; }
  a { color: inherit; text-decoration: none; }
}
"""


@dataclass(frozen=True)
class Rows:
    """A table with its caption.

    `numbers` names the columns of figures; a `loud` table must not be missed; `groups`, of the length of
    `frame`, names what rows that follow one another are about; `below` holds the lines under the table.
    """

    caption: str
    frame: pd.DataFrame
    numbers: tuple[str, ...] = ()
    loud: bool = False
    groups: tuple[str, ...] = ()
    below: tuple[str, ...] = ()

    def runs(self) -> Iterator[tuple[str, pd.DataFrame]]:
        """Give the rows under the name of their group, as text; one run without a name when there is none."""
        texts = self.frame.astype("str")
        if not self.groups:
            yield "", texts
            return
        names = pd.Series(self.groups, index=texts.index)
        for _, rows in texts.groupby((names != names.shift()).cumsum(), sort=False):
            yield str(names[rows.index[0]]), rows


@dataclass(frozen=True)
class Picture:
    """A picture: `png` its bytes, `alt` what it shows in words, `caption` the line under it."""

    png: bytes
    alt: str
    caption: str


@dataclass(frozen=True)
class Part:
    """A heading, then lines, pictures and tables; `level` is 2, or 3 for what is inside the last of those."""

    heading: str
    lines: tuple[str, ...] = ()
    tables: tuple[Rows, ...] = ()
    level: int = 2
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True)
class Document:
    """Title, warnings that stand over everything, alerts that must not be missed, and parts.

    One that `lists` its parts of level 2 has them named, with a way to each, over the first of them.
    """

    title: str
    above: tuple[str, ...]
    alerts: tuple[str, ...] = ()
    parts: tuple[Part, ...] = field(default=())
    lists: bool = False


def page_of(document: Document) -> str:
    """Give a document as an HTML page, whole in itself and ready to print.

    Examples
    --------
    >>> page = page_of(Document("Vert & bleu", (), parts=(Part("En bref", ("1 < 2",)),)))
    >>> "<h1>Vert &amp; bleu</h1>" in page, "<li>1 &lt; 2</li>" in page
    (True, True)
    """
    lines = [
        "<!DOCTYPE html>",
        '<html lang="fr">',
        "<head>",
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(document.title)}</title>",
        f"<style>{_STYLE}</style>",
        "</head>",
        "<body>",
        "<header>",
        f"<h1>{escape(document.title)}</h1>",
        '<div class="above">',
        *(f"<p{_BOLD if line == INVENTED else ''}>{escape(line)}</p>" for line in document.above),
        "</div>",
        *(f'<p class="alert" role="alert">{escape(line)}</p>' for line in document.alerts),
        "</header>",
        *(_contents(document.parts) if document.lists else ()),
        "<main>",
        *_parts(document.parts),
        "</main>",
        "</body>",
        "</html>",
    ]
    return "\n".join(lines) + "\n"


def _contents(parts: tuple[Part, ...]) -> Iterator[str]:
    yield '<nav aria-label="Sommaire">'
    yield "<ul>"
    for number, part in enumerate(parts):
        if part.level == 2:  # noqa: PLR2004
            yield f'<li><a href="#p{number}">{escape(part.heading)}</a></li>'
    yield "</ul>"
    yield "</nav>"


def _parts(parts: tuple[Part, ...]) -> Iterator[str]:
    places = {part.heading: f"p{number}" for number, part in enumerate(parts) if part.level > 2}  # noqa: PLR2004
    for number, part in enumerate(parts):
        yield f'<h{part.level} id="p{number}">{escape(part.heading)}</h{part.level}>'
        if part.lines:
            yield "<ul>"
            yield from (f"<li>{escape(line)}</li>" for line in part.lines)
            yield "</ul>"
        for picture in part.pictures:
            yield from _picture(picture)
        for rows in part.tables:
            # Headings of indicators are where the lines of the summary lead.
            yield from _table(rows, places if part.level == 2 else {})  # noqa: PLR2004


def _picture(picture: Picture) -> Iterator[str]:
    held = base64.b64encode(picture.png).decode("ascii")
    yield "<figure>"
    yield f'<img alt="{escape(picture.alt)}" src="data:image/png;base64,{held}">'
    yield f"<figcaption>{escape(picture.caption)}</figcaption>"
    yield "</figure>"


def _table(rows: Rows, places: dict[str, str]) -> Iterator[str]:
    names = list(rows.frame.columns)
    kinds = [' class="number"' if name in rows.numbers else "" for name in names]
    mark = ' class="alert"' if rows.loud else ""
    # What scrolls must be within reach of the keyboard.
    yield f'<div class="wide" role="region" aria-label="{escape(rows.caption)}" tabindex="0">'
    yield f"<table><caption{mark}>{escape(rows.caption)}</caption>"
    heads = "".join(
        f'<th scope="col"{kind}>{escape(name)}</th>' for name, kind in zip(names, kinds, strict=True)
    )
    yield f"<thead><tr>{heads}</tr></thead>"
    for group, lines in rows.runs():
        yield "<tbody>"
        if group:
            yield f'<tr class="group"><th scope="rowgroup" colspan="{len(names)}">{escape(group)}</th></tr>'
        for first, *cells in lines.itertuples(index=False):
            text = f'<a href="#{places[first]}">{escape(first)}</a>' if first in places else escape(first)
            told = "".join(
                f"<td{kind}>{escape(cell)}</td>" for cell, kind in zip(cells, kinds[1:], strict=True)
            )
            yield f'<tr><th scope="row">{text}</th>{told}</tr>'
        yield "</tbody>"
    yield "</table>"
    yield "</div>"
    if rows.below:
        yield '<div class="below">'
        yield from (f"<p>{escape(line)}</p>" for line in rows.below)
        yield "</div>"

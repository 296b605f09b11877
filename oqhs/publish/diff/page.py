"""A comparison as a page of its own: no script, nothing fetched, ready to print."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from oqhs.publish.diff.parts import Document, Part, Rows
from oqhs.publish.printed import INVENTED

_BOLD = ' class="invented"'
_STYLE = """
:root { color-scheme: light; }
body { font: 1rem/1.5 system-ui, sans-serif; color: #1b1b1b; background: #fff;
  margin: 0 auto; max-width: 62rem; padding: 1.5rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 1rem; }
h2 { font-size: 1.25rem; margin: 2.2rem 0 .6rem; border-bottom: 2px solid #23527c; padding-bottom: .2rem; }
h3 { font-size: 1.05rem; margin: 1.6rem 0 .4rem; }
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
tbody th { font-weight: 400; overflow-wrap: anywhere; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
a { color: #1a4b7a; }
@media print {
  @page { size: A4; margin: 15mm; }
  body { max-width: none; padding: 0; font-size: 9.5pt; }
  h2, h3, caption { break-after: avoid; }
  tr { break-inside: avoid; }
  thead { display: table-header-group; }
  .wide { overflow: visible; }
  a { color: inherit; text-decoration: none; }
}
"""


def page_of(document: Document) -> str:
    """Give a comparison as an HTML page."""
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
        "<main>",
        *_parts(document.parts),
        "</main>",
        "</body>",
        "</html>",
    ]
    return "\n".join(lines) + "\n"


def _parts(parts: tuple[Part, ...]) -> Iterator[str]:
    places = {part.heading: f"p{number}" for number, part in enumerate(parts) if part.level > 2}  # noqa: PLR2004
    for number, part in enumerate(parts):
        yield f'<h{part.level} id="p{number}">{escape(part.heading)}</h{part.level}>'
        if part.lines:
            yield "<ul>"
            yield from (f"<li>{escape(line)}</li>" for line in part.lines)
            yield "</ul>"
        for rows in part.tables:
            # Headings of indicators are where the lines of the summary lead.
            yield from _table(rows, places if part.level == 2 else {})  # noqa: PLR2004


def _table(rows: Rows, places: dict[str, str]) -> Iterator[str]:
    names = list(rows.frame.columns)
    kinds = [' class="number"' if name in rows.numbers else "" for name in names]
    mark = ' class="alert"' if rows.loud else ""
    yield '<div class="wide">'
    yield f"<table><caption{mark}>{escape(rows.caption)}</caption>"
    heads = "".join(
        f'<th scope="col"{kind}>{escape(name)}</th>' for name, kind in zip(names, kinds, strict=True)
    )
    yield f"<thead><tr>{heads}</tr></thead>"
    yield "<tbody>"
    for first, *cells in rows.frame.astype("str").itertuples(index=False):
        text = f'<a href="#{places[first]}">{escape(first)}</a>' if first in places else escape(first)
        told = "".join(f"<td{kind}>{escape(cell)}</td>" for cell, kind in zip(cells, kinds[1:], strict=True))
        yield f'<tr><th scope="row">{text}</th>{told}</tr>'
    yield "</tbody></table>"
    yield "</div>"

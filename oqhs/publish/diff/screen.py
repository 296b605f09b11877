"""A comparison in a terminal."""

from __future__ import annotations

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from oqhs.catalogue import Catalogue
from oqhs.errors import visible
from oqhs.publish.diff.comparison import Diff
from oqhs.publish.diff.parts import counted, document_of
from oqhs.publish.pages import Rows

_SHOWN = 20  # rows of one table


def print_diff(console: Console, found: Diff, catalogue: Catalogue) -> None:
    """Print a comparison; of one table, no more than twenty rows."""
    document = document_of(found, catalogue)
    console.print(f"[bold]{_safe(document.title)}[/]", soft_wrap=True)
    for line in document.above:
        console.print(_safe(line), soft_wrap=True)
    for line in document.alerts:
        console.print(f"[bold red]{_safe(line)}[/]", soft_wrap=True)
    for part in document.parts:
        console.print(f"\n[bold]{_safe(part.heading)}[/]")
        for line in part.lines:
            console.print(f"- {_safe(line)}", soft_wrap=True)
        for rows in part.tables:
            _print(console, rows)


def _print(console: Console, rows: Rows) -> None:
    style = "bold red" if rows.loud else "italic"
    view = Table(title=_safe(rows.caption), title_style=style, title_justify="left", box=SIMPLE_HEAD)
    for name in rows.frame.columns:
        view.add_column(name, overflow="fold", justify="right" if name in rows.numbers else "left")
    for cells in rows.frame[:_SHOWN].astype("str").itertuples(index=False):
        view.add_row(*map(_safe, cells))
    console.print(view)
    if (left := len(rows.frame) - _SHOWN) > 0:
        console.print(f"  … et {counted(left, 'autre', 'autres')} (tout est dans le fichier de `-o`)")


def _safe(text: str) -> str:
    return escape(visible(text))

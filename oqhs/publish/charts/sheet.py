"""The sheet a figure is drawn on: what it is called above, where it comes from below, the legend between."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from oqhs.catalogue import Catalogue
from oqhs.publish.charts.rows import partial_words
from oqhs.publish.printed import DIFFUSION, INVENTED
from oqhs.publish.theme import FAINT, FONT, INK, MUTED, WARNING, Look
from oqhs.sources.cards import Card
from oqhs.text import listing
from oqhs.wording import PERIMETER_NAMES

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text

LEADING = 1.3  # of the size of the type
_GAP = 7.0  # points between two blocks
_TITLE = 1.45
_BOLD = 0.87  # width of a plain text, of that of a bold one
_TIGHT = 1.15  # height of a line of a label, of the size of its type
LEAST = 0.5  # of the size of notes, that of a label that must be smaller to fit
_LEGEND_NAME = "legend"


@dataclass(frozen=True)
class Caption:
    """What is said around a figure.

    `perimeter` is that of the quartiers, `years` those of the data, `sources` their short names,
    `attributions` what licences ask to print, `notes` what holds of the method (classes, intervals),
    `partial` which values are partial.
    """

    title: str
    subtitle: str
    edition: int
    perimeter: str
    years: tuple[int, ...]
    sources: tuple[str, ...]
    diffusion: str
    invented: bool
    attributions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    partial: str = ""

    @property
    def foot(self) -> list[str]:
        """Lines that stand under a figure."""
        years = listing([str(year) for year in self.years])
        told = f"Source : {' ; '.join(self.sources)}." if self.sources else "Source : aucune donnée."
        told += f" Année{'s' if len(self.years) > 1 else ''} : {years}." if years else ""
        perimeter = PERIMETER_NAMES.get(self.perimeter, self.perimeter)
        lines = [*self.notes, *filter(None, [self.partial])]
        lines.append(f"{told} Périmètre : {perimeter}. OQHS, édition {self.edition}.")
        if self.attributions:
            lines.append(" ; ".join(self.attributions) + ".")
        return [*lines, DIFFUSION[self.diffusion]]


def caption_of(
    title: str,
    subtitle: str,
    rows: pd.DataFrame,
    catalogue: Catalogue,
    cards: Mapping[str, Card],
    attribution: Callable[[str], str],
    *,
    edition: int,
    perimeter: str,
    diffusion: str,
    invented: bool,
    extra_cards: Iterable[str] = (),
) -> Caption:
    """Say where the rows of a figure come from.

    Parameters
    ----------
    title, subtitle : str
        What the figure is about.
    rows : DataFrame
        Those drawn, with `year` and `source` (cards joined by `+`); `year_before`, `source_before` and
        `reference_source` are told too where they are there, and partial values as
        `oqhs.publish.charts.rows.partial_words` does.
    catalogue, cards
        Sources, and the cards that name them.
    attribution : callable
        Gives what must be printed for a card, as `oqhs.materials.Materials.attribution` does.
    edition, perimeter, diffusion, invented
        Those of the edition.
    extra_cards : iterable of str
        Cards drawn beside the rows, such as facilities.
    """
    years = [rows[name] for name in ("year_before", "year") if name in rows]
    used = sorted(_cards_of(rows, cards) | set(extra_cards))
    shorts = dict.fromkeys(catalogue.sources[cards[card].source].short for card in used)
    told = dict.fromkeys(filter(None, (attribution(card) for card in used)))
    return Caption(
        title=title,
        subtitle=subtitle,
        edition=edition,
        perimeter=perimeter,
        years=tuple(sorted({int(year) for column in years for year in column.dropna()})),
        sources=tuple(shorts),
        diffusion=diffusion,
        invented=invented,
        attributions=tuple(told),
        partial=partial_words(rows),
    )


def _cards_of(rows: pd.DataFrame, cards: Mapping[str, Card]) -> set[str]:
    """Give the cards that rows came from."""
    named = [rows[name] for name in ("source_before", "source", "reference_source") if name in rows]
    joined = {text for column in named for text in column.dropna().astype("str").unique()}
    return {card for text in joined for card in text.split("+") if card in cards}


def with_whole_names(look: Look, caption: Caption, draw: Callable[[Sheet], None]) -> Figure:
    """Draw on a sheet; a text that is cut there is told whole under the figure.

    Parameters
    ----------
    look, caption
        Size of the sheet, and what is said around.
    draw : callable
        Draws on a sheet; called again, on a new one, as long as it cuts a text that is not told.
    """
    told: set[str] = set()
    while True:
        whole = f"En entier : {' ; '.join(sorted(told))}."
        sheet = Sheet(look, replace(caption, notes=(*caption.notes, whole)) if told else caption)
        draw(sheet)
        if sheet.cut <= told:
            return sheet.figure
        told |= sheet.cut


@lru_cache(maxsize=20_000)
def _width(text: str, *, bold: bool) -> float:
    """Width of a line of text, of the size of its type, whatever it is drawn on."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(family=FONT, size=100, weight="bold" if bold else "normal")
    width, _, _ = text_to_path.get_text_width_height_descent(text, font, False)
    return float(width) / 100


class Sheet:
    """A figure being drawn: everything is placed in points, from its lower left corner.

    `left`, `right`, `bottom` and `top` bound what is still free; `cut` are the texts that were cut.
    """

    def __init__(self, look: Look, caption: Caption) -> None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        self.look = look
        self.cut: set[str] = set()
        self.figure: Figure = Figure(figsize=(look.width / 72, look.height / 72), dpi=look.dpi)
        self._renderer = FigureCanvasAgg(self.figure).get_renderer()  # type: ignore[no-untyped-call]
        self.left, self.right = look.margin, look.width - look.margin
        self.bottom, self.top = look.margin * 0.7, look.height - look.margin * 0.8
        self._head(caption)
        self._foot(caption)

    def _head(self, caption: Caption) -> None:
        size = self.look.size
        if caption.invented:
            self._lines(INVENTED, size, color=WARNING, weight="bold")
        self._lines(caption.title, _TITLE * size, weight="bold")
        if caption.subtitle:
            self._lines(caption.subtitle, size, color=MUTED)
        self.top -= _GAP

    def _lines(self, text: str, size: float, **style: str) -> None:
        for line in self.wrapped(text, self.right - self.left, size, bold=style.get("weight") == "bold"):
            self.top -= LEADING * size
            self.write(self.left, self.top + 0.25 * size, line, size, va="baseline", **style)

    def _foot(self, caption: Caption) -> None:
        size = self.look.small
        lines = [part for line in caption.foot for part in self.wrapped(line, self.right - self.left, size)]
        for line in reversed(lines):
            self.write(self.left, self.bottom + 0.2 * size, line, size, va="baseline", color=MUTED)
            self.bottom += LEADING * size
        self.rule(self.bottom + _GAP / 2)
        self.bottom += 1.5 * _GAP

    def rule(self, height: float) -> None:
        """Draw a line from side to side."""
        from matplotlib.lines import Line2D

        ends = [self.left / self.look.width, self.right / self.look.width]
        level = height / self.look.height
        self.figure.add_artist(Line2D(ends, [level, level], color=FAINT, linewidth=0.6))

    def measured(self, text: str, size: float, *, bold: bool = False) -> float:
        """Width of a line of text, in points."""
        return size * _width(text, bold=bold)

    def wrapped(
        self, text: str, width: float, size: float, *, bold: bool = False, most: int | None = None
    ) -> list[str]:
        """Cut a text into lines of a width, between words; past `most` lines it ends in « … »."""
        lines: list[str] = []
        for word in text.split(" "):
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and self.measured(longer, size, bold=bold) <= width:
                lines[-1] = longer
            else:
                lines += self._broken(word, width, size, bold=bold)
        if most is None or len(lines) <= most:
            return lines
        self.cut.add(text)
        last = lines[most - 1]
        while last and self.measured(last + "…", size, bold=bold) > width:
            last = last[:-1]
        return [*lines[: most - 1], last.rstrip() + "…"]

    def _broken(self, word: str, width: float, size: float, *, bold: bool) -> list[str]:
        """Break a word that is wider than a line."""
        pieces = [""]
        for letter in word:
            if pieces[-1] and self.measured(pieces[-1] + letter, size, bold=bold) > width:
                pieces.append("")
            pieces[-1] += letter
        return pieces

    def fitted(self, text: str, width: float, height: float, size: float) -> tuple[str, float]:
        """Cut a text into lines that fit in a room, in a smaller type when they must; give that size too.

        Under the least size that is still read, the text is cut.
        """
        least, words = LEAST * self.look.small, text.split(" ")
        while size > least:
            whole = max(self.measured(word, size) for word in words) <= width
            if whole and len(self.wrapped(text, width, size)) * size * _TIGHT <= height:
                break
            size *= 0.95
        most = max(int(height / (size * _TIGHT)), 1)
        return "\n".join(self.wrapped(text, width, size, most=most)), size

    def heading(self, left: float, right: float, top: float, text: str) -> None:
        """Write the name of a panel over it."""
        size = self.look.size
        line, fitted = self.fitted(text, _BOLD * (right - left), _TIGHT * size, size)
        self.write(left, top - 1.1 * size, line, fitted, weight="bold", va="baseline")

    def write(self, x: float, y: float, text: str, size: float, **style: Any) -> Text:
        """Write one text on the sheet."""
        return self.figure.text(x / self.look.width, y / self.look.height, text, fontsize=size, **style)

    def axes(self, left: float, bottom: float, right: float, top: float) -> Axes:
        """Give axes that fill a rectangle."""
        width, height = self.look.width, self.look.height
        return self.figure.add_axes(
            (left / width, bottom / height, (right - left) / width, (top - bottom) / height)
        )

    def legend(self, title: str, handles: Sequence[Artist], *, side: str = "bottom") -> None:
        """Place a legend at the bottom or on the right, and take its room."""
        if not handles:
            return
        if side == "bottom":
            for columns in range(min(len(handles), 4), 0, -1):
                drawn = self._legend(title, handles, columns, self.right - self.left, "lower left")
                if drawn is not None:
                    self.bottom += drawn + _GAP
                    return
        width = 0.3 * (self.right - self.left)
        self._legend(title, handles, 1, width, "upper right")
        self.right -= width + _GAP

    def _legend(
        self, title: str, handles: Sequence[Artist], columns: int, width: float, place: str
    ) -> float | None:
        """Draw a legend of some columns; its height, or None when it does not fit (it is then not drawn)."""
        look, size = self.look, self.look.small
        room = width / columns - 4.5 * size
        labels = ["\n".join(self.wrapped(str(one.get_label()), room, size)) for one in handles]
        ragged = columns > 1 and max(label.count("\n") for label in labels) > 0
        if ragged:
            return None
        right = place == "upper right"
        corner = (self.right - width, self.top) if right else (self.left, self.bottom)
        legend = self.figure.legend(
            handles=list(handles),
            labels=labels,
            title="\n".join(self.wrapped(title, width, look.size, bold=True)),
            loc="upper left" if right else "lower left",
            bbox_to_anchor=(corner[0] / look.width, corner[1] / look.height),
            ncols=columns,
            fontsize=size,
            title_fontproperties={"size": look.size, "weight": "bold"},
            alignment="left",
            borderaxespad=0,
            borderpad=0,
            handlelength=2.4,
            handleheight=1.1,
            columnspacing=1.4,
            labelspacing=0.45,
        )
        legend.set_gid(_LEGEND_NAME)
        for text in legend.get_texts():
            text.set_color(INK)
        return float(legend.get_window_extent(self._renderer).height) * 72 / look.dpi

    def extent(self, artist: Artist) -> tuple[float, float, float, float]:
        """Left, bottom, right and top of what is drawn, in points."""
        box = artist.get_window_extent(self._renderer)
        scale = 72 / self.look.dpi
        return box.x0 * scale, box.y0 * scale, box.x1 * scale, box.y1 * scale

"""The look of every figure: sizes, colours, hatches, French numbers, and how a figure is written.

Nothing depends on the machine: the font is the one matplotlib brings, its settings are those below, and the
files say neither who wrote them nor when.
"""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from oqhs.errors import UnknownError
from oqhs.publish.writers import write_whole
from oqhs.text import NO_BREAK_SPACE, STATUS_WORDS, UNITS, format_number

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch
    from matplotlib.ticker import Formatter

Format = Literal["page", "diapo"]
FORMATS: tuple[Format, ...] = get_args(Format)
#: Files a figure is written to.
FIGURE_FILES = (".pdf", ".png", ".svg")

FONT = "DejaVu Sans"  # the one matplotlib brings
INK, MUTED, FAINT, PAPER = "#1F2933", "#52606D", "#CBD2D9", "#FFFFFF"
GROUND = "#F5F5F2"  # of a map, inside the département
WARNING = "#7A2E00"  # what is invented
#: Blue and orange stay apart for every kind of sight; red and green are used nowhere.
FAVOURABLE, UNFAVOURABLE, NEUTRAL = "#2166AC", "#B35806", "#6A5A99"
#: One hue from light to dark: for indicators with an unfavourable side, and for neutral ones.
SEQUENCE = ("#FDE6C8", "#FBC27E", "#EE9136", "#C8660B", "#8F4402", "#542704")
NEUTRAL_SEQUENCE = ("#ECE7F4", "#CCC1E0", "#A698C7", "#7F6EAB", "#594888", "#352763")
#: From the unfavourable side to the favourable one, the middle being no gap.
DIVERGING = ("#8F4402", "#DB7B22", "#F9CE9C", "#F4F2EF", "#BCD7EC", "#5B9BD0", "#1B5A9B")
#: What stands for a value that is not there: never a colour, one hatch for each reason.
HATCHES = {
    "secret": "//////",
    "not_significant": "...",
    "not_available": "\\\\\\\\\\\\",
    "not_applicable": "xxxx",
    "not_covered": "----",
    "not_comparable": "++++",
}
#: The same where surfaces are small: closer. Each dot is a path of a drawing, and only some are added.
DENSE_HATCHES = {name: f"{hatch}." if "." in hatch else 2 * hatch for name, hatch in HATCHES.items()}
HATCH_INK = "#7B8794"

_LIGHT_FROM = 0.4  # relative luminance over which ink is read better than paper
_WHOLE = 1e-9

_SETTINGS: dict[str, Any] = {
    "font.family": FONT,
    "text.color": INK,
    "text.parse_math": False,
    "text.usetex": False,
    "axes.formatter.use_locale": False,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": MUTED,
    "axes.facecolor": "none",
    "axes.linewidth": 0.6,
    "axes.axisbelow": True,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "grid.color": FAINT,
    "grid.linewidth": 0.5,
    "hatch.linewidth": 0.5,
    "legend.frameon": False,
    "figure.facecolor": PAPER,
    "savefig.facecolor": PAPER,
    "svg.hashsalt": "oqhs",
    "svg.fonttype": "path",
    "pdf.fonttype": 42,
}
_FORGOTTEN: dict[str, dict[str, str | None]] = {
    ".png": {"Software": None},
    ".svg": {"Date": None, "Creator": None},
    ".pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}
#: Where each format keeps what is said of a figure in words.
_DESCRIPTION = {".png": "Description", ".svg": "Description", ".pdf": "Subject"}


@dataclass(frozen=True)
class Look:
    """Size of a figure, in points (1/72 inch), and of its type: `size` is that of a plain text."""

    name: Format
    width: float
    height: float
    size: float
    margin: float
    dpi: int

    @property
    def small(self) -> float:
        """Size of sources and notes."""
        return 0.82 * self.size

    @property
    def is_wide(self) -> bool:
        """Whether the figure is wider than high."""
        return self.width > self.height


_SHORT_SIDE, _LONG_SIDE = 72 * 210 / 25.4, 72 * 297 / 25.4


def look_of(name: str, *, portrait: bool = True) -> Look:
    """Give the size of a format.

    Parameters
    ----------
    name : {"page", "diapo"}
        `page` is a sheet of A4, `diapo` a slide of 1920 x 1080 pixels.
    portrait : bool
        Whether a page stands; a slide never does.

    Raises
    ------
    UnknownError
        There is no such format.

    Examples
    --------
    >>> diapo = look_of("diapo")
    >>> diapo.width / 72 * diapo.dpi, diapo.height / 72 * diapo.dpi
    (1920.0, 1080.0)
    """
    if name == "diapo":
        return Look("diapo", 960.0, 540.0, 12.0, 26.0, 144)
    if name == "page":
        sides = (_SHORT_SIDE, _LONG_SIDE) if portrait else (_LONG_SIDE, _SHORT_SIDE)
        return Look("page", *sides, 8.5, 34.0, 200)
    raise UnknownError("no such format of figure", found=name, allowed=", ".join(FORMATS))


@contextmanager
def themed() -> Iterator[None]:
    """Draw or write within the settings of the theme, whatever those of the user are.

    It decorates a function as well.
    """
    from matplotlib import style

    with style.context(["default", _SETTINGS]):
        yield


def shades(count: int, sequence: Sequence[str]) -> list[str]:
    """Choose so many colours of a sequence, as far apart as they go.

    Examples
    --------
    >>> shades(2, ("white", "grey", "black"))
    ['white', 'black']
    >>> shades(1, ("white", "grey", "black"))
    ['grey']
    """
    last = len(sequence) - 1
    if count == 1:
        return [sequence[last // 2]]
    return [sequence[round(place * last / (count - 1))] for place in range(count)]


def ink_on(colour: str) -> str:
    """Give the colour of a text that is read on a ground.

    Examples
    --------
    >>> ink_on("#FFFFFF") == INK, ink_on("#000000") == PAPER
    (True, True)
    """
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return INK if 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2 > _LIGHT_FROM else PAPER


def hatched(status: str, label: str | None = None) -> Patch:
    """Give the patch that stands for a value that is not there, in a legend."""
    from matplotlib.patches import Patch

    return Patch(
        facecolor=PAPER,
        edgecolor=HATCH_INK,
        hatch=HATCHES[status],
        linewidth=0.6,
        label=STATUS_WORDS[status] if label is None else label,
    )


def unit_words(unit: str) -> str:
    """Say in which unit values are.

    Examples
    --------
    >>> unit_words("percent"), unit_words("persons")
    ('en %', "nombre d'habitants")
    """
    words = {
        "eur_month": "en € par mois",
        "eur_year": "en € par an",
        "persons": "nombre d'habitants",
        "facilities": "nombre d'équipements",
        "minutes": "en minutes",
        "consultations": "en consultations par an et par habitant",
    }
    return words.get(unit) or f"en {UNITS[unit][0]}"


def gap_words(unit: str) -> str:
    """Say in which unit gaps are.

    Examples
    --------
    >>> gap_words("percent"), gap_words("eur_month")
    ('en points', 'en €')
    """
    return f"en {UNITS[unit][2]}"


def french_axis(*, signed: bool = False) -> Formatter:
    """Give what prints the numbers of an axis in the French way, with the decimals their step needs."""
    from matplotlib.ticker import FuncFormatter

    def told(value: float, _: object) -> str:
        decimals = next((digits for digits in (0, 1, 2) if abs(value - round(value, digits)) < _WHOLE), 3)
        return format_number(value + 0.0, decimals, signed=signed)

    return FuncFormatter(told)


def count_words(count: int, singular: str, plural: str) -> str:
    """Give a number and its noun, which do not part.

    Examples
    --------
    >>> count_words(1, "quartier", "quartiers").replace(NO_BREAK_SPACE, " ")
    '1 quartier'
    """
    return f"{format_number(count)}{NO_BREAK_SPACE}{singular if count < 2 else plural}"  # noqa: PLR2004


def write_figure(figure: Figure, path: str | Path, *, alt: str = "") -> None:
    """Write a figure to a `.png`, `.svg` or `.pdf` file, whole or not at all; the same bytes each time.

    Parameters
    ----------
    figure : Figure
        As a chart or a map gives it.
    path : str or Path
        File; its name says the format.
    alt : str
        What is drawn, in words: it goes in the file.

    Raises
    ------
    UnknownError
        Figures are not written in that format.
    """
    target = Path(path)
    if target.suffix.lower() not in FIGURE_FILES:
        raise UnknownError(
            "a figure is not written in this format",
            file=target,
            found=target.suffix.lower(),
            allowed=", ".join(FIGURE_FILES),
            todo="end the name of the file with one of them",
        )
    write_whole(target, lambda aside: _save(figure, aside, target.suffix.lower(), alt))


def figure_png(figure: Figure, alt: str) -> bytes:
    """Give a figure as the bytes of a PNG file; the same ones each time.

    Parameters
    ----------
    figure : Figure
        As a chart or a map gives it.
    alt : str
        What is drawn, in words: it goes in the file.
    """
    held = io.BytesIO()
    _save(figure, held, ".png", alt)
    return held.getvalue()


def figure_html(figure: Figure, alt: str) -> str:
    """Give a figure as an image of a page, held in it, with the words for who does not see it.

    Parameters
    ----------
    figure : Figure
        As a chart or a map gives it.
    alt : str
        What is drawn, in words.
    """
    image = base64.b64encode(figure_png(figure, alt)).decode("ascii")
    words = html.escape(alt, quote=True)
    return f'<img alt="{words}" style="max-width: 100%" src="data:image/png;base64,{image}">'


@themed()
def _save(figure: Figure, target: Path | io.BytesIO, suffix: str, alt: str) -> None:
    """Write a figure without who made it, nor when."""
    told = {**_FORGOTTEN[suffix], **({_DESCRIPTION[suffix]: alt} if alt else {})}
    figure.savefig(target, format=suffix.removeprefix("."), metadata=told)

"""Writers: the same content gives the same bytes, whatever the day."""

from __future__ import annotations

import datetime as dt
import html
import json
import os
import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import xlsxwriter

_FIXED_DAY = dt.datetime(2000, 1, 1)  # noqa: DTZ001  (the workbook format has no time zone)
_DIGITS = "%.12g"
#: How the folders are named where a file is written before it is moved in.
ASIDE = ".table-"
_LINE = 15  # height of a line, in points
_ROOM = 3  # under a line that stands out of the table
_NUMBER = 10  # characters of a number as printed
_WIDEST = 60
_BREAK = 3  # characters a line loses where it breaks between words
_NARROW = 4  # characters of a sign, a footnote or a year
#: What makes a spreadsheet take a text for a formula, and the figures written with a sign that are none.
_FORMULA = re.compile(r"[=+\-@\t\r]")
_AMOUNT = r"[+\-\u2212]?[0-9][0-9\s]*(,[0-9]+)?"
_SIGNED = re.compile(rf"[+\-=]|{_AMOUNT}(\s?[%€]|(\s[^\W\d_]+)+)?(\s\({_AMOUNT}\s?%\))?")
_HEAD = {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "bg_color": "#E8EEF4"}
_A4, _A3 = 9, 8
_WIDE = 220  # characters of a table that needs the larger sheet


def write_whole(path: Path, write: Callable[[Path], None]) -> None:
    """Write a file whole or not at all: `write` writes it aside, and it is moved in at the end."""
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=ASIDE) as folder:
        temporary = Path(folder) / path.name
        write(temporary)
        flush(temporary)
        temporary.replace(path)


def flush(path: Path) -> None:
    """Have the system write a file to the disk."""
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())


def write_text(text: str, path: Path) -> None:
    """Write a text in UTF-8, with the same line ends everywhere."""
    path.write_text(text, encoding="utf-8", newline="\n")


def rounded(frame: pd.DataFrame) -> pd.DataFrame:
    """Keep twelve significant digits of every number, coordinates included.

    The last digits of a sum depend on the order a machine adds in; these do not.

    Examples
    --------
    >>> rounded(pd.DataFrame({"share": [0.1 + 0.2]})).share.tolist()
    [0.3]
    """
    shorter = frame.copy()
    for name in frame.columns[[pd.api.types.is_float_dtype(kind) for kind in frame.dtypes]]:
        shorter[name] = _shorter(frame[name].to_numpy(dtype="float64"))
    if isinstance(frame, gpd.GeoDataFrame):
        shorter = shorter.set_geometry(shapely.transform(frame.geometry.to_numpy(), _shorter), crs=frame.crs)
    return shorter


def _shorter(numbers: np.ndarray) -> np.ndarray:
    return np.char.mod(_DIGITS, numbers).astype("float64") if numbers.size else numbers


def write_parquet(frame: pd.DataFrame, path: Path) -> None:
    """Write a table, or a layer as GeoParquet."""
    shorter = rounded(frame)
    if isinstance(shorter, gpd.GeoDataFrame):
        shorter.to_parquet(path, index=False, compression="zstd")
    else:
        shorter.to_parquet(path, index=False, compression="zstd", engine="pyarrow")


def guarded(text: object) -> object:
    """Put an apostrophe before a text that a spreadsheet would run as a formula.

    Examples
    --------
    >>> [guarded(text) for text in ("=1+1", "+146 habitants (+2,0 %)", "-2+3", "Les Tilleuls")]
    ["'=1+1", '+146 habitants (+2,0 %)', "'-2+3", 'Les Tilleuls']
    """
    if isinstance(text, str) and _FORMULA.match(text) and not _SIGNED.fullmatch(text):
        return "'" + text
    return text


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a table as French spreadsheets open it: `;`, decimal comma, UTF-8 with its mark.

    No text runs as a formula: see `guarded`.
    """
    texts = frame.columns[[not pd.api.types.is_numeric_dtype(kind) for kind in frame.dtypes]]
    safe = frame.assign(**{name: frame[name].map(guarded, na_action="ignore") for name in texts})
    safe.to_csv(
        path,
        sep=";",
        decimal=",",
        index=False,
        encoding="utf-8-sig",
        lineterminator="\r\n",
        float_format=_DIGITS,
    )


def write_json(content: Mapping[str, object], path: Path) -> None:
    """Write a JSON document, keys in the order given."""
    text = json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False)
    write_text(text + "\n", path)


def markdown(frame: pd.DataFrame) -> str:
    """Give a table as Markdown, its texts as they are: no markup of theirs is rendered."""
    rows = [list(frame.columns), ["---"] * frame.shape[1]]
    rows += frame.astype("str").fillna("").to_numpy().tolist()
    return "\n".join("| " + " | ".join(map(plain, row)) + " |" for row in rows)


def bullets(lines: Sequence[str]) -> str:
    """Give lines as a list of Markdown, as they are."""
    return "\n".join(f"- {plain(line)}" for line in lines)


def plain(text: str) -> str:
    """Escape what Markdown would take for markup of its own, or of HTML, in a text of a table."""
    # `](` is what makes a link, or a picture, of a text in brackets.
    return html.escape(text, quote=False).replace("|", "\\|").replace("](", "]\\(").replace("\n", " ")


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook.

    `above` holds the lines printed over the table, the first one as a title, and `below` those under it;
    `formats`, of the shape of `frame`, the number formats of its cells (empty: general). The first `fixed`
    columns stay in sight; a table that is `filtered` has a filter over each column.
    """

    frame: pd.DataFrame
    above: Sequence[str]
    formats: pd.DataFrame | None = None
    below: Sequence[str] = ()
    fixed: int = 0
    filtered: bool = False


def write_workbook(path: Path, sheets: Mapping[str, Sheet], properties: Mapping[str, str]) -> None:
    """Write sheets as a workbook, ready to print: numbers stay numbers, text is never a formula.

    Parameters
    ----------
    path : Path
        `.xlsx` file.
    sheets : mapping
        Sheets by name.
    properties : mapping
        Title, subject and so on of the document.
    """
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({**properties, "created": _FIXED_DAY})
    for name, sheet in sheets.items():
        _write_sheet(book, name, sheet)
    book.close()


def _write_sheet(book: xlsxwriter.Workbook, name: str, sheet: Sheet) -> None:
    page = book.add_worksheet(name)
    title = book.add_format({"bold": True, "font_size": 13})
    top = len(sheet.above) + 1
    formats = sheet.formats if sheet.formats is not None else sheet.frame.astype("str").map(lambda _: "")
    widths = [_width(label, sheet.frame[label]) for label in sheet.frame.columns]
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    for row, line in enumerate(sheet.above):
        _write_line(page, row, line, widths, title if row == 0 else wrapped)
    for column, (label, width) in enumerate(zip(sheet.frame.columns, widths, strict=True)):
        page.set_column(column, column, width)
        shown = formats.iloc[:, column]
        align = _alignment(sheet.frame[label], shown)
        page.write_string(top, column, str(label), book.add_format({**_HEAD, "align": align}))
        cell_formats = {
            text: book.add_format(
                {"valign": "top", "text_wrap": True, "align": align, "num_format": text or "General"}
            )
            for text in sorted(set(shown))
        }
        for row, (cell, text) in enumerate(zip(sheet.frame[label], shown, strict=True), start=top + 1):
            _write_cell(page, row, column, cell, cell_formats[text])
    page.set_row(
        top, _LINE * max(_lines(label, width) for label, width in zip(sheet.frame, widths, strict=True))
    )
    for row, cells in enumerate(sheet.frame.itertuples(index=False), start=top + 1):
        page.set_row(row, _LINE * max(_lines(cell, width) for cell, width in zip(cells, widths, strict=True)))
    bottom = top + len(sheet.frame)
    for row, line in enumerate(sheet.below, start=bottom + 2):
        _write_line(page, row, line, widths, wrapped)
    if sheet.filtered and len(sheet.frame):
        page.autofilter(top, 0, bottom, sheet.frame.shape[1] - 1)
    page.freeze_panes(top + 1, sheet.fixed)
    page.repeat_rows(top)
    page.set_landscape()
    page.set_paper(_A3 if sum(widths) > _WIDE else _A4)
    page.fit_to_pages(2 if sum(widths) > _WIDE else 1, 0)
    if sheet.fixed:
        page.repeat_columns(0, sheet.fixed - 1)
    page.set_footer("&L&A&RPage &P sur &N")


def _write_line(
    page: xlsxwriter.worksheet.Worksheet, row: int, line: str, widths: list[int], form: object
) -> None:
    """Write a line over the width of the table, on as many lines of the sheet as it takes."""
    if len(widths) > 1:
        page.merge_range(row, 0, row, len(widths) - 1, "", form)
    page.write_string(row, 0, line, form)
    page.set_row(row, _LINE * max(_lines(line, sum(widths)), 1) + _ROOM)


def _alignment(cells: pd.Series, formats: pd.Series) -> str:
    """Numbers to the right, marks and years in the middle, texts to the left."""
    if (formats != "").any():
        return "right"
    return "center" if all(len(str(cell)) <= _NARROW for cell in cells) else "left"


def _width(label: object, cells: pd.Series) -> int:
    """Width of a column, in characters: its texts, its numbers as printed, a quarter of its header."""
    texts = [len(cell) for cell in cells if isinstance(cell, str)]
    words = [len(word) for word in str(label).split()]
    return min(max([*texts, *words, _NUMBER, len(str(label)) // 4]) + 2, _WIDEST)


def _lines(cell: object, width: int) -> int:
    # A line breaks between words: it is never quite full.
    return -(-len(cell) // max(width - _BREAK, 1)) if isinstance(cell, str) and cell else 1


def _write_cell(
    page: xlsxwriter.worksheet.Worksheet, row: int, column: int, cell: object, form: object
) -> None:
    if isinstance(cell, bool):
        page.write_boolean(row, column, cell, form)
    elif isinstance(cell, str):
        page.write_string(row, column, cell, form)
    elif pd.isna(cell):
        page.write_blank(row, column, None, form)
    else:
        page.write_number(row, column, float(_DIGITS % cell), form)

"""Writers: the same content gives the same bytes, whatever the day."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd
import xlsxwriter

_FIXED_DAY = dt.datetime(2000, 1, 1)  # noqa: DTZ001  (the workbook format has no time zone)
_DIGITS = "%.12g"
_LINE = 15  # height of a line, in points
_NUMBER = 10  # characters of a number as printed
_WIDEST = 60
_NARROW = 4  # characters of a sign, a footnote or a year
_HEAD = {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "bg_color": "#E8EEF4"}
_A4 = 9


def write_whole(path: Path, write: Callable[[Path], None]) -> None:
    """Write a file whole or not at all: `write` writes it aside, and it is moved in at the end."""
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".table-") as folder:
        temporary = Path(folder) / path.name
        write(temporary)
        temporary.replace(path)


def write_text(text: str, path: Path) -> None:
    """Write a text in UTF-8, with the same line ends everywhere."""
    path.write_text(text, encoding="utf-8", newline="\n")


def write_parquet(frame: pd.DataFrame, path: Path) -> None:
    """Write a table, or a layer as GeoParquet."""
    if isinstance(frame, gpd.GeoDataFrame):
        frame.to_parquet(path, index=False, compression="zstd")
    else:
        frame.to_parquet(path, index=False, compression="zstd", engine="pyarrow")


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a table as French spreadsheets open it: `;`, decimal comma, UTF-8 with its mark."""
    frame.to_csv(
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
    """Give a table as Markdown."""
    rows = [list(frame.columns), ["---"] * frame.shape[1]]
    rows += frame.astype("str").fillna("").to_numpy().tolist()
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows)


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook.

    `above` holds the lines printed over the table, the first one as a title; `formats`, of the shape of
    `frame`, the number formats of its cells (empty: general).
    """

    frame: pd.DataFrame
    above: Sequence[str]
    formats: pd.DataFrame | None = None


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
    for row, line in enumerate(sheet.above):
        page.write_string(row, 0, line, title if row == 0 else None)
    top = len(sheet.above) + 1
    formats = sheet.formats if sheet.formats is not None else sheet.frame.astype("str").map(lambda _: "")
    widths = [_width(label, sheet.frame[label]) for label in sheet.frame.columns]
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
    page.freeze_panes(top + 1, 0)
    page.repeat_rows(top)
    page.set_landscape()
    page.set_paper(_A4)
    page.fit_to_pages(1, 0)


def _alignment(cells: pd.Series, formats: pd.Series) -> str:
    """Numbers to the right, marks and years in the middle, texts to the left."""
    if (formats != "").any():
        return "right"
    return "center" if all(len(str(cell)) <= _NARROW for cell in cells) else "left"


def _width(label: object, cells: pd.Series) -> int:
    """Width of a column, in characters: its texts, its numbers as printed, and half of its header."""
    texts = [len(cell) for cell in cells if isinstance(cell, str)]
    return min(max([*texts, _NUMBER, len(str(label)) // 2]) + 2, _WIDEST)


def _lines(cell: object, width: int) -> int:
    return -(-len(cell) // width) if isinstance(cell, str) and cell else 1


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

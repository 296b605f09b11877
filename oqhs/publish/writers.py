"""Writers: the same content gives the same bytes, whatever the day."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import geopandas as gpd
import pandas as pd
import xlsxwriter

_FIXED_DAY = dt.datetime(2000, 1, 1)  # noqa: DTZ001  (the workbook format has no time zone)
_DIGITS = "%.12g"


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
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def markdown(frame: pd.DataFrame) -> str:
    """Give a table as Markdown."""
    rows = [list(frame.columns), ["---"] * frame.shape[1]]
    rows += frame.astype("str").fillna("").to_numpy().tolist()
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows)


def write_workbook(
    path: Path, sheets: Mapping[str, tuple[pd.DataFrame, Sequence[str]]], properties: Mapping[str, str]
) -> None:
    """Write sheets as a workbook: numbers stay numbers, text is never a formula.

    Parameters
    ----------
    path : Path
        `.xlsx` file.
    sheets : mapping
        By name of the sheet: its table, and the lines printed above it (the first one is a title).
    properties : mapping
        Title, subject and so on of the document.
    """
    book = xlsxwriter.Workbook(str(path), {"nan_inf_to_errors": False, "strings_to_formulas": False})
    book.set_properties({**properties, "created": _FIXED_DAY})
    head = book.add_format(
        {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "bg_color": "#E8EEF4"}
    )
    title = book.add_format({"bold": True, "font_size": 13})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    plain = book.add_format({"valign": "top"})
    for name, (frame, lines) in sheets.items():
        sheet = book.add_worksheet(name)
        for row, line in enumerate(lines):
            sheet.write_string(row, 0, line, title if row == 0 else None)
        top = len(lines) + 1 if lines else 0
        for column, label in enumerate(frame.columns):
            cells = frame[label].tolist()
            longest = max((len(str(cell)) for cell in cells), default=0)
            width = min(max(longest, len(str(label)) // 2, 8) + 2, 60)
            sheet.set_column(column, column, width)
            sheet.write_string(top, column, str(label), head)
            for row, cell in enumerate(cells, start=top + 1):
                _write_cell(sheet, row, column, cell, wrapped if longest > 58 else plain)  # noqa: PLR2004
        sheet.freeze_panes(top + 1, 0)
        sheet.repeat_rows(top)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
    book.close()


def _write_cell(
    sheet: xlsxwriter.worksheet.Worksheet, row: int, column: int, cell: object, form: object
) -> None:
    if cell is None or cell is pd.NA or cell != cell:  # noqa: PLR0124  (NaN is not itself)
        sheet.write_blank(row, column, None, form)
    elif isinstance(cell, bool):
        sheet.write_boolean(row, column, cell, form)
    elif isinstance(cell, (int, float)):
        sheet.write_number(row, column, float(_DIGITS % cell), form)
    else:
        sheet.write_string(row, column, str(cell), form)

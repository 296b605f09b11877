"""A document for word processors: the same lines, pictures and tables as a page, the same bytes each time."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oqhs.extras import extra
from oqhs.publish.pages import Document, Picture, Rows
from oqhs.publish.printed import INVENTED
from oqhs.text import plain_label

if TYPE_CHECKING:
    from docx.document import Document as Docx
    from docx.table import _Cell, _Row
    from docx.text.paragraph import Paragraph

_FIXED_DAY = dt.datetime(2000, 1, 1)  # noqa: DTZ001  (the properties of a document have no time zone)
_ENTRY_DAY = (2000, 1, 1, 0, 0, 0)
_LANGUAGE = "fr-FR"
_FONT = "Arial"
_INK, _MUTED, _ALERT, _HEAD, _RULE = "1B1B1B", "333333", "A40000", "E8EEF4", "C9C9C9"
_SHEET_MM = (210, 297)
_MARGIN_MM = 16
_BODY, _SMALL = 10, 9  # points
_HEADINGS = {"Title": 18, "Heading 1": 14, "Heading 2": 11}
_IN_TABLE, _UNDER_TABLE = "Table Text", "Table Note"
_SMALLER = ("Caption", "Header", "Footer", _IN_TABLE, _UNDER_TABLE)
_FAINTER = ("Caption", _UNDER_TABLE)
_FIRST, _LONGEST, _SHORTEST = 30, 18, 5  # characters a column asks for: the first, others at most, at least
_ROOM = 3  # characters that the sides of a cell take
_BOLD = 1.35  # characters that one of a header takes
_SUBJECT = 255  # characters that a property of the format may hold
_SIDE = "57"  # room at the sides of a cell, in twentieths of a point: 1 mm


def require() -> Any:
    """Give `docx`.

    Raises
    ------
    MissingExtraError
        `python-docx` is not installed.
    """
    return extra("docx", "a note is written as .docx")


def write_docx(document: Document, path: Path) -> None:
    """Write a document as a `.docx` file, on sheets of A4.

    Texts are texts: none makes a field, a link or a formula, and what nobody sees is left out. The head of a
    table stands again on every sheet it goes on to.

    Raises
    ------
    MissingExtraError
        `python-docx` is not installed.
    """
    made: Docx = require().Document()
    _set_up(made, document)
    _write(made.add_paragraph(style="Title"), document.title)
    for line in document.above:
        _write(made.add_paragraph(style="Normal"), line, bold=line == INVENTED)
    for line in document.alerts:
        _write(made.add_paragraph(style="Normal"), line, bold=True, colour=_ALERT)
    for part in document.parts:
        _write(made.add_paragraph(style=f"Heading {part.level - 1}"), part.heading)
        for line in part.lines:
            _write(made.add_paragraph(style="List Bullet"), line)
        for picture in part.pictures:
            _picture(made, picture)
        for rows in part.tables:
            _table(made, rows)
    written = io.BytesIO()
    made.save(written)
    path.write_bytes(_fixed(written.getvalue()))


def _set_up(made: Docx, document: Document) -> None:
    """Set properties, language, sheet, type, and what stands at the head and the foot of every sheet."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import Mm

    about = made.core_properties
    about.title, about.language = plain_label(document.title), _LANGUAGE
    about.subject = plain_label(" ".join(document.above))[:_SUBJECT]
    about.author = about.last_modified_by = about.comments = about.keywords = ""
    about.created = about.modified = _FIXED_DAY
    about.revision = 1
    _drop_thumbnail(made)
    _language(made)
    for name in (_IN_TABLE, _UNDER_TABLE):
        made.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    for name in (*_SMALLER, *_HEADINGS, "Normal", "List Bullet"):
        _type(made, name)
    section = made.sections[0]
    section.page_width, section.page_height = (Mm(side) for side in _SHEET_MM)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(_MARGIN_MM)
    if INVENTED in document.above:
        _write(section.header.paragraphs[0], INVENTED, bold=True)
    foot = section.footer.paragraphs[0]
    _write(foot, document.title)
    _page_number(foot)


def _drop_thumbnail(made: Docx) -> None:
    """Leave out the picture of another document that the empty one comes with."""
    links = made.part.package.rels
    for key in [key for key, link in links.items() if link.reltype.endswith("/thumbnail")]:
        links.pop(key)


def _language(made: Docx) -> None:
    """Say that the text is French, so that it is read out and spelt as such."""
    from docx.oxml.ns import qn

    for place in made.styles.element.iter(qn("w:lang")):
        place.set(qn("w:val"), _LANGUAGE)
    settings = made.settings.element
    for place in settings.iter(qn("w:themeFontLang")):
        place.set(qn("w:val"), _LANGUAGE)
    for name, mark in (("w:decimalSymbol", ","), ("w:listSeparator", ";")):
        for place in settings.iter(qn(name)):
            place.set(qn("w:val"), mark)


def _type(made: Docx, name: str) -> None:
    """Set the type of a style: one font, ink, little room around."""
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    style: Any = made.styles[name]
    style.font.name = _FONT
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    style.font.size = Pt(_HEADINGS.get(name, _SMALL if name in _SMALLER else _BODY))
    style.font.color.rgb = RGBColor.from_string(_MUTED if name in _FAINTER else _INK)
    style.font.bold = name in _HEADINGS
    room = style.paragraph_format
    room.line_spacing = 1.1
    room.space_before = Pt(12 if name in _HEADINGS and name != "Title" else 2)
    room.space_after = Pt(2 if name in _SMALLER else 4)
    room.keep_with_next = name in _HEADINGS or name == "Caption"


def _write(where: Paragraph, text: str, *, bold: bool = False, colour: str = "") -> None:
    from docx.shared import RGBColor

    run = where.add_run(plain_label(text))
    run.bold = bold or None
    if colour:
        run.font.color.rgb = RGBColor.from_string(colour)


def _page_number(where: Paragraph) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    where.add_run(" – page\u00a0")
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    run = where.add_run("1")
    field.append(run._r)  # noqa: SLF001  (python-docx has no other way to a field)
    where._p.append(field)  # noqa: SLF001


def _picture(made: Docx, picture: Picture) -> None:
    """Place a picture over its caption, no wider than the sheet, with the words read out in its place."""
    from docx.shared import Mm

    room = Mm(_SHEET_MM[0] - 2 * _MARGIN_MM)
    where = made.add_paragraph(style="Normal")
    placed = where.add_run().add_picture(io.BytesIO(picture.png))
    if placed.width > room:
        placed.height, placed.width = round(placed.height * room / placed.width), room
    about = placed._inline.docPr  # noqa: SLF001
    about.set("descr", plain_label(picture.alt))
    where.paragraph_format.keep_with_next = True
    _write(made.add_paragraph(style=_UNDER_TABLE), picture.caption)


def _table(made: Docx, rows: Rows) -> None:
    """Write a table: its caption over it, its head marked as such, a row for the name of each group."""
    _write(
        made.add_paragraph(style="Caption"), rows.caption, bold=rows.loud, colour=_ALERT if rows.loud else ""
    )
    names = [str(name) for name in rows.frame.columns]
    right = [name in rows.numbers for name in names]
    table: Any = made.add_table(rows=1, cols=len(names))
    _frame(table, rows.caption, _widths(rows))
    _fill(table.rows[0], names, right, bold=True, shade=_HEAD)
    _mark(table.rows[0], "w:tblHeader")
    for group, lines in rows.runs():
        if group:
            row = table.add_row()
            whole = row.cells[0].merge(row.cells[-1])
            _cell(whole, group, bold=True)
            _mark(row, "w:cantSplit")
            whole.paragraphs[0].paragraph_format.keep_with_next = True
        for cells in lines.itertuples(index=False):
            row = table.add_row()
            _fill(row, cells, right)
            _mark(row, "w:cantSplit")
    for line in rows.below:
        _write(made.add_paragraph(style=_UNDER_TABLE), line)


def _widths(rows: Rows) -> list[float]:
    """Share the width of the sheet, in millimetres, by the longest text of each column."""
    texts = rows.frame.astype("str")
    longest: list[float] = [
        max(_SHORTEST, *map(len, texts.iloc[:, place]), *(_BOLD * len(word) for word in str(name).split()))
        for place, name in enumerate(texts.columns)
    ]
    asked = [min(length, _LONGEST if place else _FIRST) + _ROOM for place, length in enumerate(longest)]
    room = _SHEET_MM[0] - 2 * _MARGIN_MM
    return [room * one / sum(asked) for one in asked]


def _frame(table: Any, caption: str, widths: list[float]) -> None:
    """Set the widths of a table, rules under its rows, and what is read out in its place."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Mm

    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
        for cell in column.cells:
            cell.width = Mm(width)
    about = table._tbl.tblPr  # noqa: SLF001
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "bottom", "insideH"):
        rule = OxmlElement(f"w:{side}")
        for key, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", _RULE)):
            rule.set(qn(f"w:{key}"), value)
        borders.append(rule)
    sides = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        room = OxmlElement(f"w:{side}")
        room.set(qn("w:w"), _SIDE)
        room.set(qn("w:type"), "dxa")
        sides.append(room)
    # Word reads these in one order only.
    about.insert_element_before(borders, "w:tblLayout", "w:tblLook")
    about.insert_element_before(sides, "w:tblLook")
    told = OxmlElement("w:tblCaption")
    told.set(qn("w:val"), plain_label(caption))
    about.append(told)


def _mark(row: _Row, name: str) -> None:
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement(name))  # noqa: SLF001


def _fill(row: _Row, texts: Any, right: list[bool], *, bold: bool = False, shade: str = "") -> None:
    for cell, text, number in zip(row.cells, texts, right, strict=True):
        _cell(cell, text, bold=bold, right=number, shade=shade)


def _cell(cell: _Cell, text: str, *, bold: bool = False, right: bool = False, shade: str = "") -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    where = cell.paragraphs[0]
    where._p.style = _IN_TABLE.replace(" ", "")  # noqa: SLF001  (by its id: by name, styles are searched)
    _write(where, text, bold=bold)
    if right:
        where.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    if shade:
        ground = OxmlElement("w:shd")
        for key, value in (("val", "clear"), ("color", "auto"), ("fill", shade)):
            ground.set(qn(f"w:{key}"), value)
        cell._tc.get_or_add_tcPr().append(ground)  # noqa: SLF001


def _fixed(written: bytes) -> bytes:
    """Write an archive again, its entries of one day and of no machine."""
    found = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(written)) as old, zipfile.ZipFile(found, "w") as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, _ENTRY_DAY)
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 0
            new.writestr(entry, old.read(name))
    return found.getvalue()

"""A workbook is read by its cells: what they hold, not what they show, and nothing made of an error."""

import datetime as dt
import math

import pytest
from containers import Failed, Hidden, protected_workbook, unzipped, xls_of, xlsx_of, zip_of

from oqhs import sources
from oqhs.errors import DataError, LayoutError
from oqhs.sources.workbooks import read_sheets

NAMES = ["CODGEO", "DISP_MED_A21", "DISP_TP60_A21"]
LABELS = ["Code du quartier", "Médiane du niveau de vie (€)", "Taux de pauvreté à 60 % (%)"]
ROW = ["QP094001", 14010, 40.5]


@pytest.fixture
def workbook(write):
    """Write an .xlsx of one sheet, `Quartiers`."""

    def _workbook(*rows, name="quartiers.xlsx"):
        return write(xlsx_of({"Quartiers": rows}), name)

    return _workbook


def with_sheet_xml(book, old, new):
    """Give a workbook with its first sheet written otherwise."""
    files = unzipped(book)
    name = "xl/worksheets/sheet1.xml"
    assert old in files[name]
    return zip_of(files | {name: files[name].replace(old, new)})


def test_numbers_are_read_as_the_cells_hold_them(workbook, values):
    path = workbook(NAMES, ROW)
    assert sources.load(path).layout == "filosofi_qpv"
    assert values(path, "niveau_vie_median") == {"QP094001": 14010.0}
    assert values(path, "taux_pauvrete_60") == {"QP094001": 40.5}


def test_decimals_the_format_hides_are_there(workbook, values):
    assert values(workbook(NAMES, ["QP094001", 14010, Hidden(40.56)]), "taux_pauvrete_60") == {
        "QP094001": 40.56
    }


@pytest.mark.parametrize(
    ("cell", "value"),
    [("14 010", 14010.0), ("14\u202f010,5", 14010.5), (" 14010 ", 14010.0), ("1 349 €", 1349.0)],
)
def test_a_number_written_as_text_is_read_as_in_a_text_file(workbook, values, cell, value):
    assert values(workbook(NAMES, ["QP094001", cell, 40.5]), "niveau_vie_median") == {"QP094001": value}


def test_codes_of_the_producer_and_empty_cells_are_reasons(workbook, statuses):
    path = workbook(NAMES, ["QP094001", "ns", None], ["QP094002", "s", "nd"])
    assert statuses(path, "niveau_vie_median") == {"QP094001": "not_significant", "QP094002": "secret"}
    assert statuses(path, "taux_pauvrete_60") == {"QP094001": "not_available", "QP094002": "not_available"}


@pytest.mark.parametrize("make", [lambda rows: xlsx_of({"Sheet 1": rows}), xls_of], ids=["xlsx", "xls"])
@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        (Failed("#N/A"), "#N/A"),
        (Failed("#DIV/0!"), "#DIV/0!"),
        (True, "True"),
        (False, "False"),
        (dt.date(2021, 1, 2), "2021-01-02"),
        ("40.5", "40.5"),
    ],
    ids=["not available", "division by zero", "true", "false", "a day", "the other decimal mark"],
)
def test_a_cell_that_holds_no_number_is_refused_and_never_missing(write, refused, make, cell, shown):
    path = write(make([NAMES, ["QP094001", 14010, 1.0], ["QP094002", 14010, cell]]), "a.xls")
    (problem,) = refused(DataError, sources.read, path)
    assert (problem.what, problem.file, problem.sheet) == ("this is not a number", path, "Sheet 1")
    assert (problem.line, problem.column) == (3, "DISP_TP60_A21")
    assert problem.found.removesuffix(" 00:00:00") == shown


def test_a_boolean_is_not_the_number_one_that_stands_above_it(workbook, refused):
    path = workbook(NAMES, ["QP094001", 1, 1.0], ["QP094002", 1, True], ["QP094003", 0, False])
    problems = refused(DataError, sources.read, path)
    assert [(problem.line, problem.found) for problem in problems] == [(3, "True"), (4, "False")]


def test_an_error_in_a_column_nobody_reads_is_nobody_s_concern(workbook):
    path = workbook([*NAMES, "AUTRE"], [*ROW, Failed("#N/A")])
    assert sources.load(path).unmapped == ("AUTRE",)


def test_an_error_is_found_in_its_own_sheet(write, refused):
    sheets = {"Z": [["Bonjour"], [Failed("#N/A")]], "A": [NAMES, ROW, ["QP094002", Failed("#N/A"), 1]]}
    path = write(xlsx_of(sheets), "a.xlsx")
    (problem,) = refused(DataError, sources.read, path)
    assert (problem.sheet, problem.line, problem.column) == ("A", 3, "DISP_MED_A21")


def test_the_result_of_a_formula_is_what_was_stored_with_it(write, values):
    plain = b'<c r="C2"><v>40.5</v></c>'
    formula = b'<c r="C2"><f>40+0.5</f><v>40.5</v></c>'
    path = write(with_sheet_xml(xlsx_of({"Q": [NAMES, ROW]}), plain, formula), "a.xlsx")
    assert values(path, "taux_pauvrete_60") == {"QP094001": 40.5}


def test_a_header_may_stand_under_a_title(workbook, values):
    title = [["Revenus en 2021"], [], ["Champ : France"]]
    path = workbook(*title, NAMES, ROW)
    assert values(path, "taux_pauvrete_60") == {"QP094001": 40.5}


def test_a_header_may_stand_anywhere_in_the_columns(workbook, values):
    path = workbook(["", "", ""], ["", *NAMES], ["", *ROW])
    assert values(path, "taux_pauvrete_60") == {"QP094001": 40.5}


def test_a_header_under_thirty_rows_is_not_looked_for(workbook, refused):
    (problem,) = refused(LayoutError, sources.read, workbook(*[["a"]] * 30, NAMES, ROW))
    assert (problem.what, problem.sheet) == ("no layout of the catalogue has this header", "Quartiers")


def test_a_row_of_labels_under_the_header_is_left_out(workbook, values):
    path = workbook(["Revenus"], NAMES, LABELS, ROW)
    assert values(path, "taux_pauvrete_60") == {"QP094001": 40.5}
    assert sources.load(path).territories == 1


@pytest.mark.parametrize(
    "first",
    [
        ["Ensemble", "14 010", "40,5"],
        ["Ensemble", "ns", "s"],
        ["ENSEMBLE", "", ""],
        ["00", "14 010", "40,5"],
        ["QP094002", "ns", "nd"],
    ],
)
def test_a_row_of_text_that_is_a_territory_is_not_taken_for_labels(workbook, first):
    reading = sources.load(workbook(NAMES, first, ["QP094001", "14 010", "40,5"]))
    assert reading.territories == 2


@pytest.mark.parametrize("first", [["Créteil", "14 010", "40,5"], ["Créteil", "ns", ""], ["", "14 010", "d"]])
def test_a_row_of_text_without_a_code_is_refused_and_not_taken_for_labels(workbook, refused, first):
    (problem, *_) = refused(DataError, sources.read, workbook(NAMES, first, ROW))
    assert (problem.what, problem.line) == ("this is not the code of a territory", 2)


def test_two_rows_of_labels_are_one_too_many(workbook, refused):
    (problem, *_) = refused(DataError, sources.read, workbook(NAMES, LABELS, LABELS, ROW))
    assert (problem.what, problem.line) == ("this is a second header, not the row of a territory", 3)


def test_the_line_of_a_problem_is_the_row_of_the_sheet(workbook, refused):
    path = workbook(["Revenus"], [], NAMES, LABELS, ROW, [], [" "], ["QP094002", 1, 101])
    (problem,) = refused(DataError, sources.read, path)
    assert (problem.sheet, problem.line, problem.column, problem.found) == (
        "Quartiers",
        8,
        "DISP_TP60_A21",
        "101",
    )
    assert str(problem).startswith(f"{path}, sheet 'Quartiers', line 8, column 'DISP_TP60_A21': ")


def test_blank_rows_are_counted(workbook):
    assert sources.load(workbook(NAMES, ROW, [], ["  "], ["QP094002", 1, 2], [])).blank_rows == 2


def test_the_sheets_that_are_no_table_are_told(write, values):
    sheets = {"Lisez-moi": [["Bonjour"]], "Quartiers": [NAMES, ROW], "Vide": []}
    path = write(xlsx_of(sheets), "a.xlsx")
    assert sources.load(path).unread == ("Lisez-moi",)
    assert values(path, "taux_pauvrete_60") == {"QP094001": 40.5}


def test_a_sheet_the_card_chooses_and_that_holds_no_such_table_is_refused(write, carded, refused):
    sheets = {
        "QP": [["CODGEO", "DISP_MED_A21", "DISP_TP60_A21"], ["QN09401M", 14010, 40.5]],
        "Notes": [["a"]],
    }
    path = carded(write(xlsx_of(sheets), name="table.xlsx"), layout="filosofi_qpv", sheet="Notes")
    (problem,) = refused(DataError, sources.read, path)
    assert (problem.column, problem.found, problem.allowed) == ("sheet", "Notes", "QP")


def test_two_sheets_of_one_layout_are_read_together_unless_the_card_chooses(write, carded):
    sheets = {"Quartiers": [NAMES, ROW], "Ensemble": [NAMES, ["00", 13950, 44.4], ROW]}
    path = write(xlsx_of(sheets), "a.xlsx")
    assert sources.load(path).territories == 2
    reading = sources.load(carded(path, layout="filosofi_qpv", source="filosofi", sheet="Quartiers"))
    assert (reading.territories, reading.unread) == (1, ("Ensemble",))


def test_a_number_as_a_code_has_no_decimals_and_its_lost_zero_is_told(workbook, values, refused):
    names = ["CODGEO", "NBPERSMENFISC21", "MED21", "TP6021"]
    assert values(workbook(names, [94028, 10, 20000, 15]), "niveau_vie_median", perimeter="cog2021") == {
        "94028": 20000.0
    }
    path = workbook(names, [94028, 10, 20000, 15], [1053, 10, 20000, 15])
    (problem,) = refused(DataError, sources.read, path, perimeter="cog2021")
    assert (problem.found, problem.todo[:22]) == ("1053", "a leading zero was los")


def test_cells_are_written_with_the_decimal_mark_of_their_layout(write, values):
    # base_ic tables have a decimal point: a typed number is read all the same, a comma in text is not.
    names = ["IRIS", "P20_LOG", "P20_RP", "P20_RP_LOCHLMV"]
    path = write(xlsx_of({"IRIS": [names, ["940280101", 1500, 1234.56, "700.5"]]}), "a.xlsx")
    assert values(path, "menages", perimeter="iris2020") == {"940280101": 1234.56}
    assert values(path, "menages_locataires_hlm", perimeter="iris2020") == {"940280101": 700.5}


def test_two_columns_of_one_name_are_told_with_the_row_of_the_header(workbook, refused):
    (problem,) = refused(DataError, sources.read, workbook(["Titre"], [*NAMES, NAMES[2]], [*ROW, 1]))
    assert (problem.what, problem.sheet, problem.line) == ("two columns have one name", "Quartiers", 2)
    assert (problem.column, problem.found) == ("DISP_TP60_A21", "columns 3 and 4")


def test_a_filled_column_without_a_name_is_told_with_its_row(workbook, refused):
    (problem,) = refused(DataError, sources.read, workbook(NAMES, ROW, ["QP094002", 1, 2, "perdu"]))
    assert (problem.what, problem.sheet, problem.line) == (
        "a column without a name is filled",
        "Quartiers",
        3,
    )
    assert (problem.column, problem.found) == ("no 4", "perdu")


def test_a_header_without_a_row_is_refused(workbook, refused):
    (problem,) = refused(DataError, sources.read, workbook(NAMES))
    assert (problem.what, problem.sheet) == ("there is no row under the header", "Quartiers")


def test_a_workbook_without_a_cell_holds_no_table(write, refused):
    path = write(xlsx_of({"Vide": []}), "a.xlsx")
    (problem,) = refused(LayoutError, sources.read, path)
    assert (problem.what, problem.file) == ("there is no table in this file", path)


def test_an_xls_is_read_as_an_xlsx_is(write, values, statuses):
    rows = [["Revenus"], NAMES, LABELS, ["QP094001", 14010, 40.5], ["QP094002", "ns", None]]
    path = write(xls_of(rows), "a.xls")
    assert values(path, "taux_pauvrete_60")["QP094001"] == 40.5
    assert math.isnan(values(path, "taux_pauvrete_60")["QP094002"])
    assert statuses(path, "niveau_vie_median")["QP094002"] == "not_significant"


@pytest.mark.parametrize("name", ["a.xls", "a.xlsx"])
def test_the_content_decides_and_not_the_name(write, values, name):
    for content in (xls_of([NAMES, ROW]), xlsx_of({"Q": [NAMES, ROW]})):
        assert values(write(content, name), "taux_pauvrete_60") == {"QP094001": 40.5}


@pytest.mark.parametrize(
    "content",
    [
        b"<html><table><tr><td>CODGEO</td></tr></table></html>",
        b"CODGEO;DISP_MED_A21;DISP_TP60_A21\n",
        b"",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    ],
    ids=["a web page", "text", "nothing", "a damaged compound file"],
)
@pytest.mark.parametrize("name", ["a.xls", "a.xlsx"])
def test_what_is_not_a_workbook_is_refused(write, refused, content, name):
    path = write(content, name)
    (problem,) = refused(LayoutError, read_sheets, path)
    assert problem.what.startswith("this is not a workbook")
    assert (problem.file, problem.allowed) == (path, "a workbook .xls or .xlsx, complete")
    assert "web page" in problem.todo


def test_a_workbook_under_a_password_is_said_so(write, refused):
    path = write(protected_workbook(), "a.xlsx")
    (problem,) = refused(LayoutError, read_sheets, path)
    assert (problem.what, problem.todo) == ("the workbook is protected by a password", "save it without one")


def test_a_zip_that_is_no_workbook_is_refused(write, refused):
    path = write(zip_of({"a.txt": b"x"}), "a.xlsx")
    (problem,) = refused(LayoutError, read_sheets, path)
    assert problem.what.startswith("this is not a workbook")


FAR = [
    b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
    b'<row><c r="XFD1048576"><v>1</v></c></row>',
    b'<x:row xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main" r="1048576"><x:c r="XFD1048576"><x:v>1</x:v></x:c></x:row>',
    b"<row r='1048576'><c s='0' r='xfd1048576'><v>1</v></c></row>",
]


@pytest.mark.parametrize("cell", FAR, ids=["plain", "row without a number", "prefixed", "quoted otherwise"])
def test_a_cell_far_away_is_refused_before_the_sheet_is_unfolded(write, refused, cell):
    book = with_sheet_xml(xlsx_of({"Q": [NAMES, ROW]}), b"</sheetData>", cell + b"</sheetData>")
    path = write(book, "a.xlsx")
    (problem,) = refused(DataError, read_sheets, path)
    assert problem.what == "a sheet of this workbook spreads over too many cells"
    assert (problem.file, problem.sheet) == (path, "xl/worksheets/sheet1.xml")
    assert problem.found == "1048576 rows × 16384 columns"
    assert problem.allowed == "20000000 cells at most, empty ones included"


def test_an_empty_cell_far_away_costs_nothing_and_is_accepted(write, values):
    far = b'<row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>'
    book = with_sheet_xml(xlsx_of({"Q": [NAMES, ROW]}), b"</sheetData>", far)
    assert values(write(book, "a.xlsx"), "taux_pauvrete_60") == {"QP094001": 40.5}


@pytest.mark.parametrize("name", ["xl/sharedStrings.xml", "xl/worksheets/sheet1.xml"])
def test_a_bomb_inside_a_workbook_is_refused(write, refused, name):
    files = unzipped(xlsx_of({"Q": [NAMES, ROW]}))
    path = write(zip_of(files | {name: files[name] + b" " * 2**22}), "a.xlsx")
    (problem,) = refused(DataError, read_sheets, path)
    assert problem.what == "this file of the archive unpacks to far more than it should"
    assert problem.file == path / name


@pytest.mark.parametrize("name", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/sharedStrings.xml"])
@pytest.mark.parametrize(
    "change", [(b"<", b"="), (b"</", b"<"), (b">", b"> &x;")], ids=["a letter", "a tag", "an entity"]
)
def test_a_workbook_whose_inside_is_damaged_is_refused_and_not_read_further(write, refused, name, change):
    files = unzipped(xlsx_of({"Q": [NAMES, ROW]}))
    head, _, tail = files[name].rpartition(change[0])
    path = write(zip_of(files | {name: head + change[1] + tail}), "a.xlsx")
    (problem,) = refused(DataError, read_sheets, path)
    assert problem.what.startswith("this part of the workbook is damaged")
    assert (problem.file, problem.todo) == (path / name, "get the file again")


def test_entities_inside_a_workbook_do_not_unfold(write, refused):
    levels = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 10))
    bomb = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "lol">{levels}]><x>&a9;</x>'.encode()
    path = write(zip_of(unzipped(xlsx_of({"Q": [NAMES, ROW]})) | {"xl/sharedStrings.xml": bomb}), "a.xlsx")
    (problem,) = refused(DataError, read_sheets, path)
    assert problem.what.startswith("this part of the workbook is damaged")


def test_a_cell_that_stands_twice_is_refused(write, refused):
    cell = b'<c r="C2"><v>40.5</v></c>'
    path = write(
        with_sheet_xml(xlsx_of({"Q": [NAMES, ROW]}), cell, cell + cell.replace(b"40.5", b"41")), "a.xlsx"
    )
    (problem,) = refused(DataError, read_sheets, path)
    assert problem.what == "this part of the workbook is damaged: a cell stands twice"


def test_cells_in_another_order_or_without_a_place_are_where_they_stand(write, values):
    book = xlsx_of({"Q": [NAMES, ROW]})
    median, rate = b'<c r="B2"><v>14010</v></c>', b'<c r="C2"><v>40.5</v></c>'
    for other in (rate + median, median.replace(b' r="B2"', b"") + rate.replace(b' r="C2"', b"")):
        path = write(with_sheet_xml(book, median + rate, other), "a.xlsx")
        assert values(path, "niveau_vie_median") == {"QP094001": 14010.0}
        assert values(path, "taux_pauvrete_60") == {"QP094001": 40.5}

"""A table of text is read as it is written, whatever its encoding, endings and separators."""

import pytest

from oqhs.sources.delimited import read_delimited

ROWS = [["CODGEO", "LIBGEO", "A"], ["94028", "Créteil", "36,2"], ["94038", "L'Haÿ-les-Roses", "12"]]


def rows_of(table):
    columns = [column.to_pylist() for column in table.columns]
    return [list(table.header), *map(list, zip(*columns, strict=True))]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_encodings_endings_and_separators_make_no_difference(write, encoding, ending, delimiter):
    text = ending.join(delimiter.join(row) for row in ROWS) + ending
    assert rows_of(read_delimited(write(text, encoding=encoding))) == ROWS


@pytest.mark.parametrize("label", ["«\u00a0CITÉ\u00a0»", "«CITÉ»", "L’Haÿ – œuvre…", "À°É·Â", "1\u00a0349 €"])
def test_any_french_text_in_windows_1252_is_not_taken_for_a_mixture(write, label):
    table = read_delimited(write(f"CODGEO;LIBGEO\n94028;{label}\n", encoding="cp1252"))
    assert table.column("LIBGEO").to_pylist() == [label]


def test_a_comma_separates_when_the_header_uses_it(write):
    table = read_delimited(write('CODGEO,LIBGEO,A\n94028,Créteil,"36,2"\n'))
    assert rows_of(table) == [["CODGEO", "LIBGEO", "A"], ["94028", "Créteil", "36,2"]]


def test_the_most_frequent_separator_of_the_header_is_the_one(write):
    table = read_delimited(write("CODGEO;Part, en %;A\n94028;1,5;2\n"))
    assert rows_of(table) == [["CODGEO", "Part, en %", "A"], ["94028", "1,5", "2"]]


def test_quoted_cells_hold_separators_quotes_and_line_breaks(write):
    table = read_delimited(write('CODGEO;LIBGEO\n94028;"Les ""Bleuets""; Bordières"\n94041;"Ivry\nPort"\n'))
    assert table.column("libgeo").to_pylist() == ['Les "Bleuets"; Bordières', "Ivry\nPort"]


def test_a_quote_inside_a_cell_that_does_not_start_with_one_is_a_character(write):
    table = read_delimited(write('CODGEO;LIBGEO\n94028;Cité "les Bleuets"\n'))
    assert table.column("LIBGEO").to_pylist() == ['Cité "les Bleuets"']


def test_empty_columns_without_a_name_are_dropped(write):
    table = read_delimited(write("CODGEO;A;;;\n94028;1;;;\n94041;2;;;\n"))
    assert rows_of(table) == [["CODGEO", "A"], ["94028", "1"], ["94041", "2"]]


def test_names_lose_the_spaces_around_them_and_cells_keep_theirs(write):
    table = read_delimited(write("CODGEO; A ;B \n94028; 1 ;2\n"))
    assert rows_of(table) == [["CODGEO", "A", "B"], ["94028", " 1 ", "2"]]


def test_rows_without_a_filled_cell_are_dropped_and_counted(write):
    table = read_delimited(write("CODGEO;A\n94028;1\n;\n94041;2\n ; \n;\n"))
    assert rows_of(table) == [["CODGEO", "A"], ["94028", "1"], ["94041", "2"]]
    assert table.blank_rows == 3
    assert len(table) == 2


def test_a_row_with_one_filled_cell_is_kept(write):
    table = read_delimited(write("CODGEO;A\n;1\n94041;\n"))
    assert rows_of(table)[1:] == [["", "1"], ["94041", ""]]
    assert table.blank_rows == 0


def test_a_last_line_without_an_ending_is_read(write):
    assert rows_of(read_delimited(write("CODGEO;A\n94028;1")))[1:] == [["94028", "1"]]


@pytest.mark.parametrize("cell", ["NA", "NaN", "null", "None", "N/A", "#N/A", "TRUE", "1e5", "00094"])
def test_no_cell_is_interpreted(write, cell):
    table = read_delimited(write(f"CODGEO;A\n{cell};{cell}\n"))
    assert rows_of(table)[1:] == [[cell, cell]]


def test_a_column_is_found_whatever_the_case_of_its_name(write):
    table = read_delimited(write("codgeo;tp60_a17\nQP094001;42\n"))
    assert table.column("TP60_A17").to_pylist() == ["42"]


def test_the_line_of_a_row_counts_everything_above_it(write):
    # header 1 · first row on 2 and 3 · empty line 4 · blank row 5 · second row 6
    table = read_delimited(write('CODGEO;LIB\r\n94028;"a\r\nb"\r\n\r\n;\r\n94041;c\r\n'))
    assert [table.line_of(row) for row in range(len(table))] == [2, 6]


def test_the_line_of_a_row_counts_a_row_of_spaces_above_it(write):
    table = read_delimited(write("CODGEO;LIB\n ; \n94041;c\n"))
    assert (len(table), table.line_of(0)) == (1, 3)

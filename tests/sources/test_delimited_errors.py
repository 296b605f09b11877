"""What is not a table of text is refused, with the line where it stops being one."""

import pytest

from oqhs.errors import DataError, LayoutError
from oqhs.sources.delimited import read_delimited


@pytest.mark.parametrize("content", [b"", b"\n", b"  \r\n\r\n"])
def test_an_empty_file_is_refused(write, refused, content):
    path = write(content)
    (problem,) = refused(LayoutError, read_delimited, path)
    assert (problem.what, problem.file) == ("the file is empty", path)
    assert problem.todo == "get it again from its producer"


@pytest.mark.parametrize("content", [b"CODGEO;A\n94\x00;1\n", "CODGEO;A\n94028;1\n".encode("utf-16")])
def test_a_file_with_a_nul_byte_is_not_text(write, refused, content):
    path = write(content)
    (problem,) = refused(LayoutError, read_delimited, path)
    assert (problem.what, problem.file) == ("this is not delimited text", path)
    assert "UTF-8 or Windows-1252" in problem.allowed


def test_a_first_line_without_a_delimiter_is_refused_and_shown(write, refused):
    path = write(b"CODGEO\n94028\n")
    (problem,) = refused(LayoutError, read_delimited, path)
    assert (problem.file, problem.line, problem.found) == (path, 1, "CODGEO")
    assert problem.allowed == "columns separated by ';', ',', a tabulation or '|'"


def test_two_encodings_in_one_file_are_told_with_the_line_where_they_meet(write, refused):
    path = write("CODGEO;LIB\n94028;Créteil\n".encode() + "94041;Ivry, Séverine\n".encode("cp1252"))
    (problem,) = refused(DataError, read_delimited, path)
    assert (problem.what, problem.file, problem.line) == ("two encodings are mixed", path, 3)
    assert problem.found.startswith(b"\xe9verine")
    assert problem.allowed == "UTF-8 throughout, or Windows-1252 throughout"


def test_a_byte_order_mark_followed_by_another_encoding_is_a_mixture(write, refused):
    path = write(b"\xef\xbb\xbfCODGEO;LIB\n94028;Cr\xe9teil\n")
    (problem,) = refused(DataError, read_delimited, path)
    assert (problem.what, problem.line) == ("two encodings are mixed", 2)


@pytest.mark.parametrize("mark", ["1\u00a0349", "1\u202f349", "L’Hay", "œuvre"])
def test_any_character_of_utf8_beside_windows_1252_is_a_mixture(write, refused, mark):
    # «Â » in a label is as wrong as «Ã©»: thousands and apostrophes are what INSEE writes in UTF-8.
    path = write(f"CODGEO;LIB\n94028;{mark}\n".encode() + "94041;Ivry, Séverine\n".encode("cp1252"))
    (problem,) = refused(DataError, read_delimited, path)
    assert (problem.what, problem.line) == ("two encodings are mixed", 3)


def test_a_byte_of_no_known_encoding_is_told_with_its_line(write, refused):
    path = write(b"CODGEO;LIB\n94028;a\n94041;\x81\n")
    (problem,) = refused(DataError, read_delimited, path)
    assert (problem.what, problem.file) == ("this byte is neither UTF-8 nor Windows-1252", path)
    assert (problem.line, problem.found) == (3, b"\x81")


def test_two_columns_of_one_name_are_refused_whatever_their_case(write, refused):
    path = write(b"CODGEO;A;B; a \n94028;1;2;3\n")
    (problem,) = refused(DataError, read_delimited, path)
    assert (problem.what, problem.file, problem.line) == ("two columns have one name", path, 1)
    assert (problem.column, problem.found) == ("a", "columns 2 and 4")


def test_every_repeated_name_of_a_header_is_told_at_once(write, refused):
    problems = refused(DataError, read_delimited, write(b"A;A;B;B;B\n1;2;3;4;5\n"))
    assert [problem.column for problem in problems] == ["A", "B", "B"]


def test_a_filled_column_without_a_name_is_refused_with_its_first_cell(write, refused):
    path = write(b"CODGEO;A;\n94028;1;\n94041;2;perdu\n94043;3;aussi\n")
    (problem,) = refused(DataError, read_delimited, path)
    assert (problem.what, problem.file, problem.line) == ("a column without a name is filled", path, 3)
    assert (problem.column, problem.found) == ("no 3", "perdu")
    assert problem.allowed == "a name in the header, or nothing in the column"


@pytest.mark.parametrize(
    ("before", "line"),
    [(b"94028;1;\n", 3), (b"\n94028;1;\n", 4), (b'94028;"1\nbis";\n', 4), (b'94028;"1\r\nbis";\r\n', 4)],
    ids=["plain", "after an empty line", "after a cell of two lines", "the same with CRLF"],
)
def test_the_line_of_a_filled_column_without_a_name_is_the_line_of_the_file(write, refused, before, line):
    (problem,) = refused(DataError, read_delimited, write(b"CODGEO;A;\n" + before + b"94041;2;perdu\n"))
    assert problem.line == line


def test_ragged_lines_are_all_told_with_the_number_of_their_cells(write, refused):
    path = write(b"CODGEO;A;B\n94028;1;2\n94041;1\n94043;1;2\n94046;1;2;3\n")
    problems = refused(DataError, read_delimited, path)
    assert {problem.what for problem in problems} == {"the line has not as many cells as the header"}
    assert {problem.file for problem in problems} == {path}
    assert [(problem.line, problem.found) for problem in problems] == [(3, 2), (5, 4)]
    assert {problem.allowed for problem in problems} == {"3 cells"}


@pytest.mark.parametrize("ending", [b"\n", b"\r\n"])
def test_the_line_of_a_ragged_line_counts_the_line_breaks_inside_cells(write, refused, ending):
    # 1 header, 2-3 one row on two lines, 4 empty, 5 the line that is cut
    lines = [b"CODGEO;LIB;A", b'94028;"Cr\xc3\xa9teil', b'centre";1', b"", b"94041;2", b""]
    (problem,) = refused(DataError, read_delimited, write(ending.join(lines)))
    assert (problem.line, problem.found) == (5, 2)


def test_a_quote_that_is_never_closed_is_an_error_and_swallows_no_territory(write, refused):
    path = write(b'CODGEO;LIB\n94028;"Cr\xc3\xa9teil\n94041;Ivry\n94043;Le Kremlin\n')
    (problem, *_) = refused(DataError, read_delimited, path)
    assert (problem.file, problem.line) == (path, 2)


def test_a_file_cut_in_the_middle_of_a_line_is_an_error(write, refused):
    (problem,) = refused(DataError, read_delimited, write(b"CODGEO;A;B\n94028;1;2\n9404"))
    assert (problem.line, problem.found, problem.allowed) == (3, 1, "3 cells")


@pytest.mark.parametrize("header", [b";;", b" ; ; "])
def test_a_header_without_a_name_is_refused_with_the_line_of_the_first_filled_cell(write, refused, header):
    problems = refused(DataError, read_delimited, write(header + b"\n;;\nCODGEO;A;B\n"))
    assert {problem.what for problem in problems} == {"a column without a name is filled"}
    assert [(problem.line, problem.column) for problem in problems] == [(3, "no 1"), (3, "no 2"), (3, "no 3")]


def test_a_header_that_is_a_quote_without_end_is_refused_however_long_the_file(write, refused):
    path = write(b'"CODGEO;A\n' + b"94028;1\n" * 20_000)
    (problem,) = refused(DataError, read_delimited, path)
    assert problem.what.startswith("a quoted cell is not written as it must be")
    assert (problem.file, problem.line) == (path, 1)

"""A published cell becomes a value or a reason why there is none; never zero, never a guess."""

import math

import pytest

from oqhs import sources
from oqhs.errors import DataError

QPV = "CODGEO;DISP_MED_A21;DISP_TP60_A21"
COMMUNE = "CODGEO;NBPERSMENFISC21;MED21;TP6021"
NUMBERS = {
    "1 349": 1349.0,
    "1\u00a0349": 1349.0,
    "1\u202f349": 1349.0,
    "12 345 678,9": 12345678.9,
    "14500": 14500.0,
    "36,2": 36.2,
    "36,2%": 36.2,
    "36,2\u00a0%": 36.2,
    "1 349€": 1349.0,
    "1 349\u202f€": 1349.0,
    "+ 5,5 pts": 5.5,
    "5,5 points": 5.5,
    "+5": 5.0,
    "  7,0  ": 7.0,
    "0": 0.0,
    "007": 7.0,
}
CODES = {
    "s": "secret",
    "c": "secret",
    "S": "secret",
    "ns": "not_significant",
    "n.s.": "not_significant",
    "nd": "not_available",
    "n.d.": "not_available",
    "N.D.": "not_available",
    "-": "not_available",
    "": "not_available",
    "  ": "not_available",
    "so": "not_applicable",
    "//": "not_applicable",
    " ns ": "not_significant",
}


@pytest.mark.parametrize("cell", NUMBERS)
def test_a_french_number_is_read(write, values, cell):
    assert values(write(f"{QPV}\nQN09401M;{cell};1\n"), "niveau_vie_median") == {"QN09401M": NUMBERS[cell]}


@pytest.mark.parametrize("cell", ["-14,8", "\u221214,8", "- 14,8", "\u2212 14,8 %"])
def test_both_minus_signs_are_read(write, values, cell):
    path = write(f"{QPV};DISP_PIMPOT_A21\nQN09401M;1;2;{cell}\n")
    assert values(path, "part_impots") == {"QN09401M": -14.8}


def test_minus_zero_is_zero(write, values):
    value = values(write(f"{QPV}\nQN09401M;1;-0,0\n"), "taux_pauvrete_60")["QN09401M"]
    assert math.copysign(1, value) == 1


@pytest.mark.parametrize("cell", CODES)
def test_a_code_of_the_producers_is_a_status_without_a_value(write, values, statuses, cell):
    path = write(f"{QPV}\nQN09401M;{cell};1\n")
    assert statuses(path, "niveau_vie_median") == {"QN09401M": CODES[cell]}
    assert math.isnan(values(path, "niveau_vie_median")["QN09401M"])


def test_one_code_leaves_the_other_cells_of_its_column_numbers(write, values):
    read = values(write(f"{QPV}\nQN09401M;ns;1\nQN09402M;14 500;2\n"), "niveau_vie_median")
    assert read["QN09402M"] == 14500.0


@pytest.mark.parametrize(
    "cell",
    ["abc", "36.2", "1.349,5", "1,349.5", "12 34", "1 3499", "3,", ",5", "36,2 hab", "1e5", "NA", "NaN"],
)
def test_a_cell_that_is_neither_a_number_nor_a_code_is_told(write, refused, cell):
    path = write(f"{QPV}\nQN09401M;14 500;1\nQN09402M;{cell};1\n")
    (problem,) = refused(DataError, sources.read, path)
    assert (problem.what, problem.file, problem.line) == ("this is not a number", path, 3)
    assert (problem.column, problem.found) == ("DISP_MED_A21", cell)
    assert problem.allowed.startswith("a number with decimal mark ',', or one of '', 'nd'")


@pytest.mark.parametrize(("cell", "allowed"), [("100,1", "from 0 to 100"), ("-0,1", "from 0 to 100")])
def test_a_rate_outside_0_to_100_is_told(write, refused, cell, allowed):
    path = write(f"{QPV}\nQN09401M;14 500;{cell}\n")
    (problem,) = refused(DataError, sources.read, path)
    assert (problem.what, problem.file) == ("taux_pauvrete_60 cannot have this value", path)
    assert (problem.line, problem.column, problem.found) == (2, "DISP_TP60_A21", cell)
    assert problem.allowed == allowed
    assert problem.todo.startswith("ask the producer")


def test_a_rate_of_exactly_0_or_100_is_possible(write, values):
    path = write(f"{QPV}\nQN09401M;1;0\nQN09402M;1;100,0\n")
    assert values(path, "taux_pauvrete_60") == {"QN09401M": 0.0, "QN09402M": 100.0}


def test_a_negative_count_is_told(write, refused):
    path = write(f"{COMMUNE}\n94028;-1;2;3\n")
    (problem,) = refused(DataError, sources.read, path, perimeter="cog2021")
    assert problem.what == "personnes_menages_fiscaux cannot have this value"
    assert (problem.line, problem.column, problem.found) == (2, "NBPERSMENFISC21", "-1")
    assert problem.allowed == "0 at least"


def test_a_share_of_taxes_is_negative_or_not_and_never_above_100(write, values, refused):
    # Credits outweigh the taxes of a few IRIS: their share is then positive.
    path = write(f"{QPV};DISP_PIMPOT_A21\nQN09401M;1;2;14,8\n")
    assert values(path, "part_impots") == {"QN09401M": 14.8}
    path = write(f"{QPV};DISP_PIMPOT_A21\nQN09401M;1;2;100,1\n")
    (problem,) = refused(DataError, sources.read, path)
    assert (problem.column, problem.found, problem.allowed) == ("DISP_PIMPOT_A21", "100,1", "100 at most")


def test_a_territory_that_stands_twice_is_told_at_its_second_row(write, refused):
    path = write(f"{QPV}\nQN09401M;1;2\nQN09402M;1;2\nqn09401m ;1;2\n")
    (problem,) = refused(DataError, sources.read, path)
    assert (problem.what, problem.file) == ("this territory stands twice", path)
    assert (problem.line, problem.column, problem.found) == (4, "CODGEO", "qn09401m ")
    assert problem.allowed == "one row a territory"


@pytest.mark.parametrize("twin", ["Ensemble", "00"])
def test_two_rows_of_all_quartiers_are_one_territory_twice(write, refused, twin):
    path = write(f"{QPV}\nEnsemble;1;2\nQN09401M;1;2\n{twin};1;2\n")
    (problem,) = refused(DataError, sources.read, path)
    assert (problem.what, problem.line) == ("this territory stands twice", 4)


def test_a_lost_leading_zero_has_its_own_advice(write, refused):
    path = write(f"{COMMUNE}\n94028;1;2;3\n1053;1;2;3\n")
    (problem,) = refused(DataError, sources.read, path, perimeter="cog2021")
    assert (problem.what, problem.file) == ("this is not the code of a territory", path)
    assert (problem.line, problem.column, problem.found) == (3, "CODGEO", "1053")
    assert "5 characters (commune)" in problem.allowed
    assert problem.todo == "a leading zero was lost: get the file again, with its codes as text"


@pytest.mark.parametrize("code", ["QN09401", "09401M", "QP94001", "QN09401X", "NA", "", "Créteil", "940280"])
def test_a_code_of_no_known_shape_is_told_as_written(write, refused, code):
    path = write(f"{QPV}\nQN09402M;1;2\n{code};1;2\n")
    (problem,) = refused(DataError, sources.read, path)
    assert (problem.what, problem.line) == ("this is not the code of a territory", 3)
    assert (problem.column, problem.found, problem.todo) == ("CODGEO", code, None)


@pytest.mark.parametrize("code", ["94028", "940280101", "94", "T11"])
def test_a_code_of_a_kind_the_layout_does_not_hold_is_told(write, refused, code):
    path = write(f"{QPV}\n{code};1;2\n")
    (problem, *_) = refused(DataError, sources.read, path, perimeter="cog2021")
    assert problem.what == "this table does not hold territories of this kind"
    assert (problem.file, problem.line, problem.found) == (path, 2, code)
    assert problem.allowed == "qpv, ensemble_qpv"


def test_codes_are_put_in_upper_case_without_spaces(write, values):
    path = write(f"{COMMUNE}\n 2a004 ;1;2;3\n94028 ;4;5;6\n")
    assert values(path, "niveau_vie_median", perimeter="cog2021") == {"2A004": 2.0, "94028": 5.0}


@pytest.mark.parametrize(
    ("mark", "note"), [("1", "DISP_NOTE_A21 = 1"), ("0", ""), ("", ""), (" 3 ", "DISP_NOTE_A21 = 3")]
)
def test_the_mark_of_a_note_column_follows_every_figure_of_its_row(write, mark, note):
    frame = sources.read(write(f"{QPV};DISP_NOTE_A21\nQN09401M;1;2;{mark}\nQN09402M;1;2;0\n"))
    marked = frame[frame["territory"] == "QN09401M"]
    assert marked["note"].tolist() == [note, note]
    assert set(frame.loc[frame["territory"] == "QN09402M", "note"]) == {""}


def test_every_problem_of_a_file_is_told_at_once_with_its_own_line(write, refused):
    path = write(f"{QPV}\nQN09401M;abc;101\n1053;1;2\n94028;1;2\n;;\nQN09401M;1;2.5\n")
    problems = refused(DataError, sources.read, path, perimeter="qpv2024")
    told = {(problem.line, problem.column, problem.found) for problem in problems}
    assert told == {
        (2, "DISP_MED_A21", "abc"),
        (2, "DISP_TP60_A21", "101"),
        (3, "CODGEO", "1053"),
        (4, "CODGEO", "94028"),
        (6, "CODGEO", "QN09401M"),
        (6, "DISP_TP60_A21", "2.5"),
    }


def test_the_text_of_many_problems_shows_twenty_and_counts_the_others(write):
    rows = "".join(f"QN094{i:02d}M;abc;1\n" for i in range(1, 48))
    with pytest.raises(DataError) as caught:
        sources.read(write(f"{QPV}\n{rows}"))
    assert len(caught.value.problems) == 47
    assert str(caught.value).endswith("… and 27 more problems of 47")


def test_the_line_of_a_bad_cell_counts_rows_of_spaces_and_line_breaks_inside_cells(write, refused):
    path = write(f'LIBGEO;{QPV}\n"deux\nlignes";QN09401M;1;2\n ; ; ; \n\nb;QN09402M;abc;2\n')
    (problem,) = refused(DataError, sources.read, path)
    assert problem.line == 6

"""A published table is recognised from its header; year and perimeter are never guessed."""

import pytest

from oqhs import sources
from oqhs.errors import DataError, LayoutError, UnknownError

QPV = "CODGEO;DISP_MED_A21;DISP_TP60_A21"
COMMUNE = "CODGEO;NBPERSMENFISC21;MED21;TP6021"
REVN = "CODGEO;DISP_Q2;TP60;NOTE_FILO"
DEMO = "CODGEO;POP_MUN;TX_TOT_60ETPLUS;NOTE_RP"


def test_a_layout_and_its_year_are_told_by_the_header(write):
    reading = sources.load(write(f"{QPV}\nQN09401M;14 500;38,1\n"))
    assert reading.layout == "filosofi_qpv"
    assert reading.frame["year"].unique().tolist() == [2021]
    assert reading.frame["perimeter"].unique().tolist() == ["qpv2024"]
    assert reading.frame["source"].unique().tolist() == ["table.csv"]


def test_lower_case_names_of_2017_are_the_same_columns_under_their_older_names(write, values):
    path = write("codgeo;tp60_a17;disp_q2_a17;note\nQP094001;38,9;13790;0\n")
    assert sources.load(path).layout == "filosofi_qpv"
    assert values(path, "taux_pauvrete_60") == {"QP094001": 38.9}
    assert values(path, "niveau_vie_median") == {"QP094001": 13790.0}
    assert sources.read(path)["year"].unique().tolist() == [2017]


def test_the_measurements_have_their_eight_columns_in_order(write):
    frame = sources.read(write(f"{QPV}\nQN09401M;14 500;38,1\n"))
    names = ["variable", "territory", "perimeter", "year", "value", "status", "source", "note"]
    assert list(frame.columns) == names
    assert list(frame["variable"]) == ["niveau_vie_median", "taux_pauvrete_60"]


def test_columns_nobody_mapped_are_listed_as_written_and_not_read(write):
    reading = sources.load(write("CODGEO;LIBGEO;Inconnu ;DISP_MED_A21;DISP_TP60_A21\nQN09401M;a;1;2;3\n"))
    assert reading.unmapped == ("Inconnu",)
    assert len(reading.frame) == 2


def test_every_territory_of_the_file_has_one_row_per_mapped_column(write):
    rows = "".join(f"{9401 + i:05d};1;2;s\n" for i in range(40))
    reading = sources.load(write(f"{COMMUNE}\n{rows};;;\n"), perimeter="cog2021")
    assert reading.territories == reading.frame["territory"].nunique() == 40
    assert len(reading.frame) == 40 * 3
    assert reading.blank_rows == 1


def test_an_unknown_header_names_the_nearest_layout_and_what_it_lacks(write, refused):
    path = write("CODGEO;DISP_MED_A21;AUTRE\nQN09401M;1;2\n")
    (problem,) = refused(LayoutError, sources.read, path)
    assert problem.what == "no layout of the catalogue has this header"
    assert (problem.file, problem.line) == (path, 1)
    assert problem.found == "CODGEO, DISP_MED_A21, AUTRE"
    assert problem.allowed == "the nearest is filosofi_qpv, which also needs DISP_TP60_A21"
    assert "mapped, mapped_layer" in problem.todo


def test_a_long_unknown_header_is_shown_by_its_beginning(write, refused):
    names = [f"COL{i}" for i in range(30)]
    (problem,) = refused(LayoutError, sources.read, write(";".join(names) + "\n" + ";" * 29 + "1\n"))
    assert problem.found == ", ".join(names[:12]) + " …"


def test_a_file_that_is_not_there_is_said_so(tmp_path, refused):
    path = tmp_path / "absent.csv"
    (problem,) = refused(UnknownError, sources.read, path)
    assert (problem.what, problem.file) == ("no such file", path)


def test_a_kind_of_file_nobody_reads_names_those_that_are(write, refused):
    path = write(b"PK", name="table.docx")
    (problem,) = refused(LayoutError, sources.read, path)
    assert (problem.file, problem.found) == (path, ".docx")
    assert ".csv" in problem.allowed
    assert ".geojson" in problem.allowed
    assert problem.todo == "write its card beside it"


def test_a_year_that_contradicts_the_header_is_refused(write, refused):
    path = write(f"{QPV}\nQN09401M;1;2\n")
    (problem,) = refused(DataError, sources.read, path, year=2020)
    assert (problem.what, problem.file) == ("the header says another year", path)
    assert (problem.column, problem.found, problem.allowed) == ("year", 2020, "2021")


def test_a_card_whose_year_contradicts_the_header_is_refused(write, carded, refused):
    path = carded(write(f"{QPV}\nQN09401M;1;2\n"), layout="filosofi_qpv", year=2019)
    (problem,) = refused(DataError, sources.read, path)
    assert (problem.found, problem.allowed, problem.todo) == (
        2019,
        "2021",
        "correct the card, or leave the year out",
    )


def test_a_year_that_agrees_with_the_header_is_accepted(write, values):
    assert values(write(f"{QPV}\nQN09401M;1;2\n"), "niveau_vie_median", year=2021) == {"QN09401M": 1.0}


def test_a_year_that_is_nowhere_is_asked_for(write, refused):
    path = write(f"{DEMO}\nQP094001;3 000;17,5;0\n")
    (problem,) = refused(DataError, sources.read, path)
    assert problem.what.startswith("nothing says of which year these data are")
    assert (problem.file, problem.column) == (path, "year")
    assert "read(path, year=" in problem.todo


def test_a_missing_year_of_a_thematic_file_tells_the_known_editions(write, refused):
    (problem,) = refused(DataError, sources.read, write(f"{REVN}\nQP094001;1;2;0\n"))
    assert problem.allowed == "the year of the data (edition 2021 → 2017)"


@pytest.mark.parametrize("name", ["REVN_2021.csv", "REVN_2021_corrige.csv"])
def test_the_edition_of_a_thematic_file_is_not_the_year_of_its_data(write, refused, name):
    path = write(f"{REVN}\nQP094001;1;2;0\n", name=name)
    (problem,) = refused(DataError, sources.read, path, year=2021)
    assert problem.what == "2021 is the edition of this file, its data are of 2017"
    assert (problem.file, problem.column, problem.found) == (path, "year", 2021)
    assert (problem.allowed, problem.todo) == ("2017", "give the year of the data")


def test_the_year_of_a_thematic_file_is_the_one_of_its_data(write):
    path = write(f"{REVN}\nQP094001;13 490;43,5;0\n", name="REVN_2021.csv")
    assert sources.read(path, year=2017)["year"].unique().tolist() == [2017]


def test_a_caller_and_a_card_that_differ_are_both_told(write, carded, refused):
    path = carded(write(f"{DEMO}\nQP094001;1;2;0\n"), layout="demo_qpv", year=2018, perimeter="qpv2015")
    (problem,) = refused(DataError, sources.read, path, year=2019)
    assert (problem.what, problem.file) == ("the card says another year", path)
    assert (problem.column, problem.found, problem.allowed) == ("year", 2019, "2018")
    (problem,) = refused(DataError, sources.read, path, perimeter="qpv2024")
    assert (problem.column, problem.found, problem.allowed) == ("perimeter", "qpv2024", "qpv2015")


def test_a_card_whose_layout_contradicts_the_header_is_refused(write, carded, refused):
    path = carded(write(f"{QPV}\nQN09401M;1;2\n"), layout="filosofi_com")
    (problem,) = refused(DataError, sources.read, path)
    assert (problem.what, problem.file) == ("the card says another layout than the header", path)
    assert (problem.column, problem.found, problem.allowed) == ("layout", "filosofi_com", "filosofi_qpv")


def test_the_id_of_the_card_is_the_source_of_every_figure(write, carded):
    path = carded(write(f"{QPV}\nQN09401M;1;2\n"), id="filosofi-qpv-2021", layout="filosofi_qpv")
    assert sources.read(path)["source"].unique().tolist() == ["filosofi-qpv-2021"]


def test_a_perimeter_that_is_nowhere_is_asked_for_once_with_the_number_of_territories(write, refused):
    path = write(f"{COMMUNE}\n94028;1;2;3\n94041;1;2;3\n")
    (problem,) = refused(DataError, sources.read, path)
    assert problem.what == "nothing says on which perimeter these territories are (2 of them)"
    assert (problem.file, problem.line, problem.column) == (path, 2, "CODGEO")
    assert problem.found == "94028"
    assert "cog2021" in problem.allowed
    assert "read(path, perimeter=" in problem.todo


def test_quartiers_of_the_other_perimeter_are_refused_with_their_lines(write, refused):
    path = write(f"{QPV}\nQN09401M;1;2\nQP094001;1;2\n")
    (problem,) = refused(DataError, sources.read, path, perimeter="qpv2024")
    assert problem.what == "this quartier is not of perimeter qpv2024, which the table is said to be of"
    assert (problem.file, problem.line, problem.column) == (path, 3, "CODGEO")
    assert (problem.found, problem.allowed) == ("QP094001", "codes of qpv2024")
    assert problem.todo == "correct the perimeter of the card, or the file"


@pytest.mark.parametrize(("code", "generation"), [("QP094001", "qpv2015"), ("QN09401M", "qpv2024")])
@pytest.mark.parametrize("row", ["Ensemble", "00", "ENSEMBLE"])
def test_the_row_of_all_quartiers_is_the_metropole_on_the_perimeter_of_its_file(write, row, code, generation):
    frame = sources.read(write(f"{QPV}\n{row};14 010;43,6\n{code};13 000;45\n"))
    metro = frame[frame["territory"] == "QPV-METRO"]
    assert metro["perimeter"].tolist() == [generation] * 2
    assert metro["value"].tolist() == [14010.0, 43.6]


def test_a_file_of_the_row_of_all_quartiers_alone_needs_its_perimeter(write, refused, values):
    path = write(f"{QPV}\n00;14 010;43,6\n")
    (problem,) = refused(DataError, sources.read, path)
    assert problem.found == "00"
    assert values(path, "taux_pauvrete_60", perimeter="qpv2015") == {"QPV-METRO": 43.6}

"""The tables of an archive are read together, and must not contradict each other."""

import pytest
from containers import xlsx_of, zip_of

from oqhs import sources
from oqhs.errors import DataError, LayoutError

HEADER = "CODGEO;LIBGEO;DISP_MED_A21;DISP_TP60_A21\n"
QP = HEADER + "QP094001;Les Bleuets;14 010;40,5\nQP094002;Le Gué;ns;s\n"
ALL = HEADER + "00;Ensemble des quartiers;13 950;44,4\nQP094001;Les Bleuets;14 010;40,5\n"
META = "COD_VAR;LIB_VAR\nDISP_MED_A21;Médiane\n"
NAME = "indic-structure-distrib-revenu-disponible-qp15-2021"


@pytest.fixture
def archived(write):
    """Write an archive of the files given by name."""

    def _archived(**files):
        return write(zip_of({name.replace("__", "."): content for name, content in files.items()}), "a.zip")

    return _archived


def test_the_quartiers_and_all_of_them_together_are_one_reading(write, values, statuses):
    files = {f"{NAME}_QP.csv": QP, f"{NAME}_ENSQP.csv": ALL, f"meta_{NAME}_QP.csv": META}
    path = write(zip_of(files), "revenus_pauvrete_2021_qp15_csv.zip")
    reading = sources.load(path)
    assert (reading.layout, reading.territories) == ("filosofi_qpv", 3)
    assert reading.unread == (f"meta_{NAME}_QP.csv",)
    assert values(path, "taux_pauvrete_60")["QP094001"] == 40.5
    assert values(path, "niveau_vie_median")["QPV-METRO"] == 13950.0
    assert statuses(path, "niveau_vie_median")["QP094002"] == "not_significant"
    assert not reading.frame.duplicated(["variable", "territory"]).any()
    assert set(reading.frame["perimeter"]) == {"qpv2015"}


def test_a_figure_two_tables_give_differently_is_refused(archived, refused):
    path = archived(a__csv=QP, b__csv=ALL.replace("14 010", "14 011"))
    problems = refused(DataError, sources.read, path)
    assert {problem.what for problem in problems} == {"two tables of this file say different things"}
    assert {(problem.file, problem.column) for problem in problems} == {(path, "niveau_vie_median")}
    assert sorted(problem.found for problem in problems) == [
        "QP094001, 2021: 14010 (observed)",
        "QP094001, 2021: 14011 (observed)",
    ]


@pytest.mark.parametrize("other", ["ns", ""])
def test_a_figure_and_a_reason_why_there_is_none_are_a_difference(archived, refused, other):
    path = archived(a__csv=QP, b__csv=ALL.replace("14 010", other))
    assert len(refused(DataError, sources.read, path)) == 2


def test_one_reason_in_two_tables_is_one_reason(archived, statuses):
    path = archived(a__csv=QP, b__csv=HEADER + "QP094002;Le Gué;ns;s\n")
    assert statuses(path, "niveau_vie_median")["QP094002"] == "not_significant"


def test_a_problem_is_told_with_the_table_and_the_line_it_is_in(archived, refused):
    path = archived(a__csv=QP, b__csv=HEADER + "QP094003;Le Bois;14 000;101\n")
    (problem,) = refused(DataError, sources.read, path)
    assert (problem.file, problem.line) == (path / "b.csv", 2)
    assert (problem.column, problem.found) == ("DISP_TP60_A21", "101")


def test_the_problems_of_every_table_are_told_at_once(archived, refused):
    bad = HEADER + "QP094003;Le Bois;14 000;101\n"
    path = archived(a__csv=bad, b__csv=bad.replace("QP094003", "QP094004"))
    assert [problem.file.name for problem in refused(DataError, sources.read, path)] == ["a.csv", "b.csv"]


def test_tables_of_two_layouts_need_a_card_that_says_which(write, carded, refused):
    communes = "CODGEO;NBPERSMENFISC21;MED21;TP6021\n94028;1;2;3\n"
    path = write(zip_of({"com.csv": communes, "qp.csv": QP}), "a.zip")
    (problem,) = refused(LayoutError, sources.read, path)
    assert (problem.what, problem.file) == ("the file holds tables of several layouts", path)
    assert problem.found == "filosofi_com, filosofi_qpv"
    reading = sources.load(carded(path, layout="filosofi_qpv", source="filosofi"))
    assert (reading.layout, reading.territories, reading.unread) == ("filosofi_qpv", 2, ("com.csv",))


def test_an_archive_without_a_table_says_what_it_holds(archived, refused):
    path = archived(a__pdf=b"%PDF", meta_a__csv=META)
    (problem,) = refused(LayoutError, sources.read, path)
    assert (problem.what, problem.file) == ("there is no table in this file", path)
    assert problem.found == "a.pdf, meta_a.csv"


def test_an_archive_of_unknown_tables_tells_the_nearest_layout_of_each(archived, refused):
    path = archived(a__csv="CODGEO;A\n1;2\n", b__csv="CODGEO;DISP_MED_A21\n1;2\n")
    problems = refused(LayoutError, sources.read, path)
    assert [problem.file for problem in problems] == [path / "a.csv", path / "b.csv"]
    assert "filosofi_qpv" in problems[1].allowed


def test_an_archive_that_holds_a_layer_is_to_be_unpacked(archived, refused):
    path = archived(a__csv=QP, b__geojson="{}")
    (problem,) = refused(LayoutError, sources.read, path)
    assert (problem.what, problem.file) == ("the archive holds a layer", path / "b.geojson")
    assert "oqhs add" in problem.todo


def test_a_workbook_in_an_archive_is_read_and_its_sheets_are_named(write, values, refused):
    rows = [["CODGEO", "DISP_MED_A21", "DISP_TP60_A21"], ["QP094001", 14010, 40.5]]
    inside = xlsx_of({"Lisez-moi": [["Bonjour"]], "QP": rows})
    path = write(zip_of({"revenus.xlsx": inside}), "a.zip")
    assert values(path, "taux_pauvrete_60") == {"QP094001": 40.5}
    assert sources.load(path).unread == ("revenus.xlsx/Lisez-moi",)
    inside = xlsx_of({"QP": [*rows, ["QP094002", "abc", 1]]})
    (problem,) = refused(DataError, sources.read, write(zip_of({"revenus.xlsx": inside}), "a.zip"))
    assert (problem.file, problem.sheet, problem.line) == (path / "revenus.xlsx", "QP", 3)


def test_columns_nobody_mapped_are_told_once_for_all_the_tables(archived):
    tables = [table.replace("LIBGEO", "AUTRE") for table in (QP, ALL)]
    assert sources.load(archived(a__csv=tables[0], b__csv=tables[1])).unmapped == ("AUTRE",)

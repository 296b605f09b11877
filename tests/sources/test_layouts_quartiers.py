"""What INSEE publishes by quartier: its two names of one column, its marks, its row of all quartiers."""

import pytest
from containers import xls_of, xlsx_of

from oqhs import sources
from oqhs.errors import DataError, LayoutError

HEADER_2021 = (
    "CODGEO;LIBGEO;REG;EPCI1;EPCI2;UU;DISP_Q1_A21;DISP_MED_A21;DISP_Q3_A21;DISP_TP60_A21;DISP_INCERT_A21;"
    "DISP_NOTE_A21\n"
)
ROWS_2021 = (
    "00;Ensemble des QPV;;;;;10 820;14 130;18 600;44,4;0;so\n"
    "QP094001;Les Bleuets;11;200054781;;00851;11 000;15 250;19 870;36,2;1;5\n"
    "QP094002;Le Gué;11;200054781;;00851;ns;14 010;ns;nd;so;0\n"
)


def test_the_table_of_2021_is_read_with_its_places_marks_and_row_of_all_quartiers(write, values, statuses):
    path = write(HEADER_2021 + ROWS_2021)
    reading = sources.load(path)
    assert (reading.layout, reading.territories, reading.unmapped) == ("filosofi_qpv", 3, ())
    assert set(reading.frame["year"]) == {2021}
    assert set(reading.frame["perimeter"]) == {"qpv2015"}
    assert values(path, "taux_pauvrete_60")["QPV-METRO"] == 44.4
    assert values(path, "niveau_vie_median") == {
        "QP094001": 15250.0,
        "QP094002": 14010.0,
        "QPV-METRO": 14130.0,
    }
    assert statuses(path, "niveau_vie_q1")["QP094002"] == "not_significant"
    notes = reading.frame.drop_duplicates("territory").set_index("territory")["note"].to_dict()
    assert notes == {"QP094001": "DISP_INCERT_A21 = 1 ; DISP_NOTE_A21 = 5", "QP094002": "", "QPV-METRO": ""}


@pytest.mark.parametrize("name", ["DISP_TP60_A21", "DISP_TP6021"])
def test_the_poverty_rate_of_2021_has_two_spellings(write, values, name):
    path = write(f"CODGEO;DISP_MED_A21;{name}\nQP094001;15250;36,2\n")
    assert values(path, "taux_pauvrete_60") == {"QP094001": 36.2}


@pytest.mark.parametrize(
    ("first", "second", "variable"),
    [
        ("DISP_TP60_A21", "DISP_TP6021", "taux_pauvrete_60"),
        ("DISP_GINI_A21", "DISP_GI_A21", "niveau_vie_gini"),
    ],
)
def test_both_spellings_of_one_figure_at_once_are_refused(write, refused, first, second, variable):
    other = "" if "TP60" in first else "DISP_TP60_A21;"
    cells = "1;" if other else ""
    path = write(f"CODGEO;DISP_MED_A21;{other}{first};{second}\nQP094001;15250;{cells}0,2;0,2\n")
    (problem,) = refused(DataError, sources.read, path)
    assert (problem.what, problem.file, problem.line) == (f"two columns hold {variable}", path, 1)
    assert set(problem.found.split(" and ")) == {first, second}


def test_names_of_two_years_in_one_header_are_of_no_layout(write, refused):
    path = write("CODGEO;DISP_MED_A21;DISP_TP60_A20\nQP094001;15250;36,2\n")
    (problem,) = refused(LayoutError, sources.read, path)
    assert "filosofi_qpv" in problem.allowed


def test_a_column_of_another_year_is_not_read(write):
    reading = sources.load(write("CODGEO;DISP_MED_A21;DISP_TP60_A21;DISP_D1_A19\nQP094001;15250;36,2;9000\n"))
    assert set(reading.frame["variable"]) == {"niveau_vie_median", "taux_pauvrete_60"}
    assert reading.unmapped == ("DISP_D1_A19",)


def test_quartiers_of_two_generations_in_one_table_need_their_perimeter(write, refused):
    path = write("CODGEO;DISP_MED_A21;DISP_TP60_A21\nQP094001;1;2\nQN09401M;1;2\n")
    (problem,) = refused(DataError, sources.read, path, perimeter="qpv2015")
    assert (problem.line, problem.found) == (3, "QN09401M")


# --- the workbook of 2010

NAMES_2010 = ["NOM_QP", "qp", "listcom", "reg", "niv", "ind_jeune", "tx_f", "tx_tot_eprec", "tx_tot_fam_mono"]
LABELS_2010 = [
    "Nom du quartier", "Code du quartier", "Code commune", "", "Taille du quartier", "Indice de jeunesse",
    "Part des femmes dans la population", "Part des emplois précaires parmi les emplois",
    "Part des familles monoparentales",
]  # fmt: skip
ROWS_2010 = [
    ["Les Bleuets", "QP094001", "Créteil", "11", "2. 2000 à 5000", 1.3, 52.5, 18.2, 14.75],
    ["Le Gué", "QP094002", "Créteil", "11", "1. - de 1999", None, 50.0, None, 9.5],
]


@pytest.mark.parametrize("make", [xls_of, lambda rows: xlsx_of({"Quartiers": rows})], ids=["xls", "xlsx"])
def test_the_workbook_of_2010_is_read_under_its_title_and_its_labels(write, values, statuses, make):
    path = write(make([["Estimations démographiques"], [], NAMES_2010, LABELS_2010, *ROWS_2010]), "a.xls")
    reading = sources.load(path, year=2010)
    assert (reading.layout, reading.territories, reading.unmapped) == ("rp2010_qpv", 2, ())
    assert values(path, "part_emplois_precaires", year=2010)["QP094001"] == 18.2
    assert statuses(path, "indice_jeunesse", year=2010)["QP094002"] == "not_available"


def test_the_one_parent_families_of_2010_are_a_share_of_households_and_named_so(write, values):
    path = write(xls_of([NAMES_2010, LABELS_2010, *ROWS_2010]), "a.xls")
    assert values(path, "part_menages_monoparentaux", year=2010) == {"QP094001": 14.75, "QP094002": 9.5}
    variables = set(sources.read(path, year=2010)["variable"])
    assert not variables & {"familles_monoparentales", "familles_mono"}


def test_the_year_of_the_workbook_of_2010_is_asked_for(write, refused):
    (problem,) = refused(DataError, sources.read, write(xls_of([NAMES_2010, *ROWS_2010]), "a.xls"))
    assert problem.what.startswith("nothing says of which year these data are")

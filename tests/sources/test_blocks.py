"""Blocks of a thematic table are of other sources and years: they are read when the card says which."""

import pytest

from oqhs import sources
from oqhs.errors import CatalogueError, DataError

DEMO = "CODGEO;POP_MUN;TX_TOT_60ETPLUS;NOTE_RP;A;PERCOU;NOTE_CNAF\n"
DEMO_ROWS = "QP094001;3 000;17,5;0;800;2 100;0\nQP094002;1 500;12,0;1;ns;s;3\n"
REVN = "CODGEO;DISP_Q2;TP60;NOTE_FILO;C;CC2S;NOTE_CNAM;A;ARSAS;NOTE_CNAF\n"
REVN_ROWS = "QP094001;13 490;43,5;0;2 900;600;0;800;200;2\n"


@pytest.fixture
def table(write, carded):
    """Write a thematic table and its card."""

    def _table(content, layout, **keys):
        return carded(write(content), layout=layout, source="rp", perimeter="qpv2015", **keys)

    return _table


def years_of(frame):
    return {name: set(rows["year"]) for name, rows in frame.groupby("variable", observed=True)}


def test_without_the_year_of_a_block_its_columns_are_not_read(table):
    reading = sources.load(table(DEMO + DEMO_ROWS, "demo_qpv", year=2018))
    assert years_of(reading.frame) == {"population": {2018}, "part_60_plus": {2018}}
    assert reading.unmapped == ("A", "PERCOU", "NOTE_CNAF")


def test_a_block_is_read_on_the_year_of_its_own(table, values, statuses):
    path = table(DEMO + DEMO_ROWS, "demo_qpv", year=2018, years={"cnaf": 2020})
    reading = sources.load(path)
    assert years_of(reading.frame) == {
        "population": {2018},
        "part_60_plus": {2018},
        "allocataires_caf": {2020},
        "personnes_couvertes_caf": {2020},
    }
    assert reading.unmapped == ()
    assert values(path, "allocataires_caf")["QP094001"] == 800.0
    assert statuses(path, "allocataires_caf")["QP094002"] == "not_significant"
    assert statuses(path, "personnes_couvertes_caf")["QP094002"] == "secret"


def test_the_marks_of_a_block_are_those_of_its_figures_alone(table):
    frame = sources.read(table(DEMO + DEMO_ROWS, "demo_qpv", year=2018, years={"cnaf": 2020}))
    marked = frame[frame["territory"] == "QP094002"].set_index("variable")["note"].to_dict()
    assert marked == {
        "population": "NOTE_RP = 1",
        "part_60_plus": "NOTE_RP = 1",
        "allocataires_caf": "NOTE_CNAF = 3",
        "personnes_couvertes_caf": "NOTE_CNAF = 3",
    }


def test_each_block_of_a_table_has_its_own_year(table):
    path = table(REVN + REVN_ROWS, "revn_qpv", year=2017, years={"cnam": 2020, "cnaf": 2019})
    assert years_of(sources.read(path)) == {
        "niveau_vie_median": {2017},
        "taux_pauvrete_60": {2017},
        "personnes_couvertes_cnam": {2020},
        "beneficiaires_css": {2020},
        "allocataires_caf": {2019},
        "allocataires_rsa": {2019},
    }


def test_one_block_may_be_read_without_the_other(table):
    reading = sources.load(table(REVN + REVN_ROWS, "revn_qpv", year=2017, years={"cnaf": 2019}))
    assert reading.unmapped == ("C", "CC2S", "NOTE_CNAM")
    assert "personnes_couvertes_cnam" not in set(reading.frame["variable"])


def test_a_block_the_table_does_not_have_is_told_with_those_it_has(table, refused):
    path = table(REVN + REVN_ROWS, "revn_qpv", year=2017, years={"caf": 2019})
    (problem,) = refused(CatalogueError, sources.read, path)
    assert problem.what == "the card gives the year of a block this table does not have"
    assert problem.file.name == "table.csv.card.yaml"
    assert (problem.column, problem.found, problem.allowed) == ("years", "caf", "cnam, cnaf")


def test_a_table_without_blocks_says_none(table, refused):
    path = table("CODGEO;DISP_MED_A21;DISP_TP60_A21\nQP094001;1;2\n", "filosofi_qpv", years={"cnaf": 2019})
    (problem,) = refused(CatalogueError, sources.read, path)
    assert (problem.found, problem.allowed) == ("cnaf", "none")


def test_a_wrong_cell_of_a_block_is_told_only_when_the_block_is_read(table, refused):
    wrong = DEMO + DEMO_ROWS.replace("800", "huit cents")
    assert sources.load(table(wrong, "demo_qpv", year=2018)).territories == 2
    path = table(wrong, "demo_qpv", year=2018, years={"cnaf": 2020})
    (problem,) = refused(DataError, sources.read, path)
    assert (problem.what, problem.line, problem.column) == ("this is not a number", 2, "A")


def test_job_seekers_are_a_block_and_are_not_the_unemployed_of_the_census(table):
    content = "CODGEO;TX_TOT_EMPL;TX_TOT_EDLIM;ABCDE;ABC;NOTE_PE\nQP094001;45,0;20,1;400;350;0\n"
    path = table(content, "ipro_qpv", year=2018, years={"pole_emploi": 2020})
    assert years_of(sources.read(path)) == {
        "taux_emploi_15_64": {2018},
        "part_emplois_duree_limitee": {2018},
        "demandeurs_emploi_abcde": {2020},
        "demandeurs_emploi_abc": {2020},
    }


def test_a_part_above_its_whole_is_refused_inside_a_block_too(table, refused):
    content = "CODGEO;TX_TOT_EMPL;TX_TOT_EDLIM;ABCDE;ABC;NOTE_PE\nQP094001;45,0;20,1;400;401;0\n"
    path = table(content, "ipro_qpv", year=2018, years={"pole_emploi": 2020})
    (problem,) = refused(DataError, sources.read, path)
    assert problem.what == "demandeurs_emploi_abc is above demandeurs_emploi_abcde"
    assert (problem.line, problem.column, problem.found) == (2, "ABC", "401 and 400")

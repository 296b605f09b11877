"""What a table says of quartiers in words: NPNRU, former quartier de veille active."""

import json

import pytest
import yaml
from two_editions import only, opened, write_data

from oqhs import sources
from oqhs.errors import CatalogueError, DataError

COLUMNS = {"NPNRU": "NPNRU", "QVA": "Ancien quartier de veille active"}
MAPPING = {"territory": "CODE", "columns": COLUMNS}
ROWS = "CODE;NPNRU;QVA;REM\nQN99902M;régional;;a\nQN99901I;national;Les Vieux Peupliers;b\nQN99903M;;;c\n"


@pytest.fixture
def told(write, carded):
    """Write a table of attributes and its card."""

    def _told(content=ROWS, mapping=MAPPING, **options):
        return carded(write(content, **options), layout="attributes", attributes=mapping)

    return _told


def rows_of(path):
    return sources.read(path).to_numpy().tolist()


def test_each_cell_that_says_something_is_a_row(told):
    reading = sources.load(told())
    assert list(reading.frame.columns) == ["territory", "attribute", "value"]
    assert reading.frame.to_numpy().tolist() == [
        ["QN99901I", "Ancien quartier de veille active", "Les Vieux Peupliers"],
        ["QN99901I", "NPNRU", "national"],
        ["QN99902M", "NPNRU", "régional"],
    ]


def test_a_quartier_whose_cells_are_empty_is_counted_and_has_no_row(told):
    reading = sources.load(told())
    assert (reading.layout, reading.territories) == ("attributes", 3)
    assert "QN99903M" not in set(reading.frame["territory"])


def test_a_column_nobody_mapped_is_told(told):
    assert sources.load(told()).unmapped == ("REM",)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_accents_are_read_whatever_the_encoding(told, encoding):
    assert ["QN99902M", "NPNRU", "régional"] in rows_of(told(encoding=encoding))


def test_codes_in_lower_case_and_spaces_around_them_are_those_of_the_quartiers(told):
    assert rows_of(told("CODE;NPNRU;QVA\n qn99902m ;régional;\n")) == [["QN99902M", "NPNRU", "régional"]]


def test_names_of_columns_are_compared_in_upper_case(told):
    mapping = {"territory": "code", "columns": {"npnru": "NPNRU"}}
    reading = sources.load(told(mapping=mapping))
    assert reading.frame["value"].tolist() == ["national", "régional"]
    assert reading.unmapped == ("QVA", "REM")


def test_a_quartier_may_stand_on_several_rows_and_what_is_said_twice_is_said_once(told):
    content = "CODE;NPNRU;QVA\nQN99901I;;Le Bas\nQN99901I;national;Le Haut\nqn99901i;national;Le Bas \n"
    assert rows_of(told(content)) == [
        ["QN99901I", "Ancien quartier de veille active", "Le Bas"],
        ["QN99901I", "Ancien quartier de veille active", "Le Haut"],
        ["QN99901I", "NPNRU", "national"],
    ]


@pytest.mark.parametrize("word", ["NA", "nd", "s", "0", "NULL", "-"])
def test_a_word_that_other_tables_write_for_a_missing_value_is_a_word_here(told, word):
    assert rows_of(told(f"CODE;NPNRU;QVA\nQN99901I;{word};\n")) == [["QN99901I", "NPNRU", word]]


def test_blanks_alone_say_nothing(told):
    assert rows_of(told("CODE;NPNRU;QVA\nQN99901I; \u00a0;national\n")) == [
        ["QN99901I", "Ancien quartier de veille active", "national"]
    ]


def test_quartiers_of_both_generations_may_be_told_of(told):
    content = "CODE;NPNRU;QVA\nQP999001;national;\nQN99901I;national;\n"
    assert [row[0] for row in rows_of(told(content))] == ["QN99901I", "QP999001"]


def test_a_cell_between_quotes_keeps_its_semicolon(told):
    content = 'CODE;NPNRU;QVA\nQN99901I;"national ; signé";\n'
    assert rows_of(told(content)) == [["QN99901I", "NPNRU", "national ; signé"]]


def test_a_table_that_says_nothing_of_any_quartier_has_no_row(told):
    reading = sources.load(told("CODE;NPNRU;QVA\nQN99901I;;\n"))
    assert (len(reading.frame), reading.territories) == (0, 1)


# --- refusals of the file and of its card


def test_a_table_without_a_row_is_refused(told, refused):
    path = told("CODE;NPNRU;QVA\n")
    (problem,) = refused(DataError, sources.read, path)
    assert (problem.what, problem.file) == ("there is no row under the header", path)


def test_a_column_that_stands_twice_is_refused(told, refused):
    path = told("CODE;NPNRU;NPNRU;QVA\nQN99901I;national;régional;\n")
    (problem,) = refused(DataError, sources.read, path)
    assert (problem.what, problem.line, problem.column) == ("two columns have one name", 1, "NPNRU")


def test_a_card_without_the_columns_is_refused(told, refused):
    (problem,) = refused(CatalogueError, sources.read, told(mapping=None))
    assert problem.what == "layout `attributes` needs the columns of the codes and of the attributes"
    assert (problem.file.name, problem.column) == ("table.csv.card.yaml", "attributes")
    assert problem.allowed == "territory: COLUMN, columns: {COLUMN: name of the attribute}"


def test_a_card_that_names_no_attribute_is_refused(told, refused):
    path = told(mapping={"territory": "CODE", "columns": {}})
    (problem,) = refused(CatalogueError, sources.read, path)
    assert problem.column == "attributes.columns"


def test_columns_the_file_does_not_have_are_all_told(told, refused):
    path = told(mapping={"territory": "QPV", "columns": {"NPNRU": "NPNRU", "ANRU": "ANRU"}})
    problems = refused(DataError, sources.read, path)
    assert {problem.what for problem in problems} == {"the card names a column the file does not have"}
    assert [problem.column for problem in problems] == ["QPV", "ANRU"]
    assert {(problem.file, problem.allowed) for problem in problems} == {(path, "CODE, NPNRU, QVA, REM")}


def test_bad_codes_are_told_with_their_lines_even_where_nothing_is_said(told, refused):
    path = told("CODE;NPNRU;QVA\nQN9990;national;\nQN99901I;national;\n\nLe Bourg;;\n;national;\n")
    problems = refused(DataError, sources.read, path)
    assert {problem.what for problem in problems} == {"this is not the code of a territory"}
    assert [(problem.line, problem.column, problem.found) for problem in problems] == [
        (2, "CODE", "QN9990"),
        (5, "CODE", "LE BOURG"),
        (6, "CODE", ""),
    ]
    assert all("QN + 5 digits" in problem.allowed for problem in problems)


# --- `oqhs add`


def test_a_table_is_added_with_the_card_beside_it(run, tmp_path):
    path = tmp_path / "received" / "attributs.csv"
    path.parent.mkdir()
    path.write_text(ROWS, encoding="utf-8")
    card = {"layout": "attributes", "source": "perimetres_qpv", "attributes": MAPPING, "perimeter": "qpv2024"}
    beside = path.with_name("attributs.csv.card.yaml")
    beside.write_text(json.dumps(card), encoding="utf-8")
    data = tmp_path / "data"
    code, _, err = run("add", path, "--data", data, "--obtained", "2024-10-02", "--id", "attributs")
    assert (code, err) == (0, "")
    (kept,) = data.rglob("attributs.csv.card.yaml")
    content = yaml.safe_load(kept.read_text(encoding="utf-8"))
    assert (content["layout"], content["attributes"], content["id"]) == ("attributes", MAPPING, "attributs")
    assert len(sources.read(data / "raw" / "perimetres_qpv" / "attributs.csv")) == 3
    assert run("check", "--data", data)[0] == 0


def test_a_table_with_a_bad_code_is_not_added(run, tmp_path):
    path = tmp_path / "attributs.csv"
    path.write_text("CODE;NPNRU;QVA\nQN9990;national;\n", encoding="utf-8")
    card = {"layout": "attributes", "source": "perimetres_qpv", "attributes": MAPPING}
    path.with_name("attributs.csv.card.yaml").write_text(json.dumps(card), encoding="utf-8")
    code, _, err = run("add", path, "--data", tmp_path / "data", "--id", "attributs")
    assert code == 1
    assert "attributs.csv, line 2, column 'CODE'" in err
    assert not list((tmp_path / "data").rglob("*.csv"))


# --- the role of an edition


@pytest.mark.parametrize("card", ["rp-2020-qpv", "epts", "qpv-2024", "cells"])
def test_a_card_that_tells_nothing_of_quartiers_has_no_such_role(tmp_path, refused, card):
    def change(found):
        found.tables["cells"] = "idcar_200m,i_est_200,ind,men\nCRS3035RES200mN2800000E3700000,0,10,4\n"
        found.cards["cells"] = {"layout": "carreaux_200m", "source": "filosofi", "year": 2019}
        found.editions[2024]["territories"]["attributes"] = card

    edition = opened(tmp_path / "data", only("population"), change).edition(2024)
    (problem,) = refused(CatalogueError, edition.history)
    assert problem.what == "this card does not hold what the edition takes it for"
    assert (problem.file, problem.column) == ("editions/2024.yaml", "territories.attributes")
    assert (problem.found, problem.allowed) == (card, "a table of quartiers with `layout: attributes`")


def test_a_table_of_attributes_of_communes_has_no_such_role(tmp_path, refused):
    def change(found):
        found.tables["attributs"] += "99901;intérêt national;\n"

    edition = opened(tmp_path / "data", only("population"), change).edition(2024)
    (problem,) = refused(CatalogueError, lambda: edition.attributes)
    assert (problem.column, problem.found) == ("territories.attributes", "attributs")


@pytest.mark.parametrize("role", ["qpv", "communes", "epts", "iris", "cells"])
def test_a_table_of_attributes_has_no_other_role(tmp_path, refused, role):
    def change(found):
        found.editions[2024]["territories"][role] = "attributs"

    edition = opened(tmp_path / "data", only("population"), change).edition(2024)

    def used():
        _ = edition.observations
        edition.changes()

    (problem,) = refused(CatalogueError, used)
    assert (problem.column, problem.found) == (f"territories.{role}", "attributs")


def test_an_indicator_is_not_computed_from_attributes(tmp_path, refused):
    def change(found):
        found.editions[2024]["indicators"]["population"]["inputs"]["qpv"] = ["attributs"]

    edition = opened(tmp_path / "data", only("population"), change).edition(2024)
    (problem,) = refused(CatalogueError, lambda: edition.observations)
    assert "it holds no measurement" in problem.what


def test_check_tells_of_a_wrong_role(run, tmp_path):
    def change(found):
        found.editions[2024]["territories"]["attributes"] = "epts"

    folder = write_data(tmp_path / "data", only("population"), change)
    code, out, _ = run("check", "--data", folder, "--format", "json")
    assert code == 1
    assert "territories.attributes" in out

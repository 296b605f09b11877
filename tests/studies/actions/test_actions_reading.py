"""Reading tables of follow-up and of grants: what each cell says, and one broken table per error."""

import numpy as np
import pytest
import xlsxwriter

from oqhs.errors import DataError, LayoutError
from oqhs.studies.actions import read, read_grants, read_several, read_several_grants

GRANTS = "dossier;territoire;annee;montant_demande;montant_accorde;thematique"


def test_numbers_are_french_and_what_is_not_told_is_never_zero(follow_up, actions):
    file = follow_up(
        "jardin;arbres;QN99901M;2025;1 250;1 100",
        "jardin;arbres;QN99902M;2025;20;s",
        "jardin;arbres;QN99903M;2025;;nd",
        "jardin;arbres;QN99904M;2025;20;0",
        "jardin;part;999;2025;50 %;12,5 %",
    )
    table = read(file, actions)
    assert table["achieved"].tolist() == pytest.approx([1100, np.nan, np.nan, 0, 12.5], nan_ok=True)
    assert table["status"].tolist() == ["observed", "secret", "not_available", "observed", "observed"]
    assert table["target"].tolist() == pytest.approx([1250, 20, np.nan, 20, 50], nan_ok=True)
    assert str(table["period"].dtype) == "Int64"
    assert set(table["source"]) == {"bilan"}
    assert set(table["note"]) == {""}


def test_a_workbook_and_accents_in_its_header_are_read_alike(follow_up, actions, tmp_path):
    rows = [("jardin", "enfants", "QN99901M", 2025, 40, 31), ("jardin", "enfants", "T98", 2025, 90, "s")]
    book = xlsxwriter.Workbook(tmp_path / "suivi.xlsx")
    sheet = book.add_worksheet("Suivi")
    header = ("Action", "Indicateur", "Territoire", "Période", "Cible", "Réalisé", "Source")
    for at, row in enumerate([header, *((*row, "bilan") for row in rows)]):
        sheet.write_row(at, 0, row)
    book.add_worksheet("Notice").write(0, 0, "lisez-moi")
    book.close()
    text = follow_up(*(";".join(map(str, row)) for row in rows))
    assert read(tmp_path / "suivi.xlsx", actions).equals(read(text, actions))


@pytest.mark.parametrize(
    ("line", "column", "found", "what"),
    [
        ("jardins;enfants;QN99901M;2025;9;9", "action", "jardins", "no such action"),
        ("jardin;enfant;QN99901M;2025;9;9", "indicateur", "enfant", "has no such follow-up"),
        ("jardin;enfants;Le Gué;2025;9;9", "territoire", "Le Gué", "not the code of a territory"),
        ("jardin;enfants;99901;2025;9;9", "territoire", "99901", "does not hold territories of this kind"),
        ("jardin;enfants;QN99901M;25;9;9", "periode", "25", "not a year"),
        ("jardin;enfants;QN99901M;2025-2026;9;9", "periode", "2025-2026", "not a year"),
        ("jardin;enfants;QN99901M;2025;neuf;9", "cible", "neuf", "not a number"),
        ("jardin;enfants;QN99901M;2025;9;9.5", "realise", "9.5", "not a number"),
        ("jardin;enfants;QN99901M;2025;9;-9", "realise", "-9", "below zero"),
        ("jardin;enfants;QN99901M;2025;9;9,5", "realise", "9,5", "persons is not whole"),
        ("jardin;part;QN99901M;2025;100;101 %", "realise", "101 %", "over 100 %"),
    ],
)
def test_each_wrong_cell_is_told_with_its_line_its_column_and_what_is_allowed(
    follow_up, actions, problems, line, column, found, what
):
    file = follow_up("jardin;arbres;QN99901M;2025;9;9", line)
    told = problems(DataError, read, file, actions)
    assert [(one.line, one.column, one.found) for one in told] == [(3, column, found)]
    assert what in told[0].what
    assert told[0].allowed
    assert told[0].file == file


def test_a_word_spelt_nearly_right_is_offered(follow_up, actions, problems):
    file = follow_up("jardins;enfants;QN99901M;2025;9;9")
    assert problems(DataError, read, file, actions)[0].todo == "did you mean jardin?"


def test_a_row_that_stands_twice_is_told_on_the_second_line(follow_up, actions, problems):
    line = "jardin;enfants;QN99901M;2025;9;9"
    told = problems(DataError, read, follow_up(line, line), actions)
    assert [(one.line, one.what) for one in told] == [(3, "this row stands twice")]


def test_a_figure_without_a_source_is_refused(follow_up, actions, problems):
    file = follow_up("jardin;enfants;QN99901M;2025;9;9")
    file.write_text(file.read_text(encoding="utf-8").replace("bilan", ""), encoding="utf-8")
    told = problems(DataError, read, file, actions)[0]
    assert told.column == "source"
    assert told.allowed == "the service that gave this figure, and the date: no name of a person"


def test_every_problem_of_a_table_is_told_at_once(follow_up, actions, problems):
    file = follow_up("x;enfants;QN99901M;2025;9;9", "jardin;enfants;QN99901M;25;9;-1")
    assert [one.line for one in problems(DataError, read, file, actions)] == [2, 3, 3]


def test_a_column_of_names_is_refused_and_a_missing_column_is_named(follow_up, actions, problems):
    named = follow_up(header="action;indicateur;territoire;periode;cible;realise;source;animateur")
    named.write_text(named.read_text(encoding="utf-8") + "jardin;enfants;QN99901M;2025;9;9;b;X\n", "utf-8")
    told = problems(LayoutError, read, named, actions)
    assert [one.column for one in told] == ["animateur"]
    assert "no name of a person" in told[0].todo
    short = follow_up(
        "jardin;enfants;QN99901M;2025;9", header="action;indicateur;territoire;periode;cible;source"
    )
    assert "realise" in problems(LayoutError, read, short, actions)[0].allowed


def test_several_files_are_one_table_and_a_row_of_two_files_is_refused(follow_up, actions, problems):
    first = follow_up("jardin;enfants;QN99901M;2025;9;9", name="a.csv")
    second = follow_up("jardin;enfants;QN99901M;2026;9;9", name="b.csv")
    assert read_several([second, first], actions)["period"].tolist() == [2025, 2026]
    told = problems(DataError, read_several, [first, second, first], actions)
    assert told[0].file == str(first)
    assert read_several([], actions).empty


def test_two_columns_that_only_an_accent_tells_apart_are_refused(follow_up, actions, problems, tmp_path):
    file = follow_up(
        "jardin;arbres;QN99901M;2025;9;5;7",
        header="action;indicateur;territoire;periode;cible;realise;Réalisé;source",
    )
    (told,) = problems(LayoutError, read, file, actions)
    assert (told.column, told.found, told.file) == ("realise", "realise, Réalisé", file)
    grants = tmp_path / "aides.csv"
    grants.write_text(f"{GRANTS};Thématique\nIP-1;QN99901M;2025;1;1;sport;culture\n", encoding="utf-8")
    assert problems(LayoutError, read_grants, grants)[0].found == "thematique, Thématique"


def test_two_such_columns_of_a_workbook_are_refused_too(actions, problems, tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "suivi.xlsx")
    sheet = book.add_worksheet("Suivi")
    header = ("action", "indicateur", "territoire", "periode", "cible", "realise", "réalisé", "source")
    sheet.write_row(0, 0, header)
    sheet.write_row(1, 0, ("jardin", "arbres", "QN99901M", 2025, 9, 5, 7, "bilan"))
    book.close()
    (told,) = problems(LayoutError, read, tmp_path / "suivi.xlsx", actions)
    assert (told.sheet, told.found) == ("Suivi", "realise, réalisé")


def test_an_application_of_two_files_is_refused_and_others_are_one_table(tmp_path, problems):
    rows = {"a.csv": ["IP-2;QN99901M;2025;1;1;sport"], "b.csv": ["IP-1;QN99901M;2025;2;2;sport"]}
    rows["c.csv"] = ["IP-2;QN99901M;2024;1;1;sport", "IP-3;QN99901M;2025;3;3;sport"]
    paths = {name: tmp_path / name for name in rows}
    for name, lines in rows.items():
        paths[name].write_text("\n".join([GRANTS, *lines]) + "\n", encoding="utf-8")
    together = read_several_grants([paths["a.csv"], paths["b.csv"]])
    assert together["dossier"].tolist() == ["IP-1", "IP-2"]
    assert together.columns.tolist() == read_grants(paths["a.csv"]).columns.tolist()
    (told,) = problems(DataError, read_several_grants, paths.values())
    assert (told.file, told.found) == (str(paths["c.csv"]), "IP-2")


def test_grants_keep_amounts_and_no_name(tmp_path):
    file = tmp_path / "aides.csv"
    file.write_text(f"{GRANTS}\nIP-1;QN99901M;2025;1 500;nd;sport\nIP-2;99901;2025;900;0;culture\n", "utf-8")
    grants = read_grants(file)
    assert grants["asked_eur"].tolist() == [1500, 900]
    assert grants["granted_eur"].tolist() == pytest.approx([np.nan, 0], nan_ok=True)
    assert grants["granted_status"].tolist() == ["not_available", "observed"]


@pytest.mark.parametrize(
    ("line", "column", "what"),
    [
        ("Jeanne Martin;QN99901M;2025;1;1;sport", "dossier", "not the id"),
        ("IP-1;QN99901M;2025;1;1;sport", "dossier", "twice"),
        ("IP-2;QN9;2025;1;1;sport", "territoire", "not the code"),
        ("IP-2;QN99901M;dix;1;1;sport", "annee", "not a year"),
        ("IP-2;QN99901M;2025;mille;1;sport", "montant_demande", "not a number"),
        ("IP-2;QN99901M;2025;1;-1;sport", "montant_accorde", "below zero"),
        ("IP-2;QN99901M;2025;1;1;", "thematique", "no theme"),
    ],
)
def test_each_wrong_cell_of_grants_is_told(tmp_path, problems, line, column, what):
    file = tmp_path / "aides.csv"
    file.write_text(f"{GRANTS}\nIP-1;QN99901M;2025;1;1;sport\n{line}\n", encoding="utf-8")
    told = problems(DataError, read_grants, file)
    assert [(one.line, one.column) for one in told] == [(3, column)]
    assert what in told[0].what


def test_a_column_of_associations_is_refused(tmp_path, problems):
    file = tmp_path / "aides.csv"
    file.write_text(f"{GRANTS};association\nIP-1;QN99901M;2025;1;1;sport;Les Amis\n", encoding="utf-8")
    assert problems(LayoutError, read_grants, file)[0].column == "association"

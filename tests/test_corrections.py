"""Declared corrections: what they change, what is told of it, and everything that refuses one."""

import datetime as dt
import json
import shutil

import pandas as pd
import pytest
from small_edition import write_data

import oqhs
from oqhs.checking import check
from oqhs.correcting import Verdict, corrected
from oqhs.corrections import read_corrections
from oqhs.errors import CatalogueError
from oqhs.sources.cards import Card, read_card, sha256, write_card

COUNT = {
    "variable": "chomeurs_15_64",
    "territory": "QN99903M",
    "year": 2020,
    "from": 5,
    "to": 9,
    "reason": "Insee a signalé une inversion de lignes",
    "office": "OQHS",
    "date": dt.date(2026, 3, 2),
}
RATE = {
    "indicator": "taux_pauvrete",
    "territory": "QN99901M",
    "year": 2020,
    "from": 40.0,
    "to": 44.0,
    "reason": "erreur de saisie",
    "office": "OQHS",
    "date": dt.date(2026, 3, 2),
}


def declare(folder, *entries, text=None):
    """Write the corrections of a small data folder."""
    write_data(folder)
    words = (
        text
        if text is not None
        else json.dumps(list(entries), default=str).replace("NaN", ".nan").replace("Infinity", ".inf")
    )
    (folder / "corrections.yaml").write_text(words, encoding="utf-8")
    return folder


def edition(folder, *entries):
    return oqhs.open(declare(folder, *entries)).edition(2024)


def problems_of(call):
    with pytest.raises(CatalogueError) as caught:
        call()
    assert all(problem.file is not None for problem in caught.value.problems)
    return caught.value.problems


def the_problem(folder, *entries):
    """Only problem of an edition with such corrections; a check of the folder tells the same."""
    (problem,) = problems_of(lambda: edition(folder, *entries).observations)
    assert problem in check(folder)
    return problem


def of(observations, indicator, territory):
    chosen = (observations["indicator"] == indicator) & (observations["territory"] == territory)
    return observations[chosen].iloc[0]


def test_a_folder_without_the_file_has_no_correction(tmp_path):
    observatory = oqhs.open(write_data(tmp_path))
    assert observatory.corrections == ()
    assert observatory.edition(2024).corrections.empty


def test_a_file_whose_last_correction_was_removed_is_as_good_as_none(tmp_path):
    folder = declare(tmp_path, text="# plus aucune correction\n")
    assert oqhs.open(folder).corrections == ()
    assert check(folder) == []


def test_everything_computed_from_a_corrected_count_follows(tmp_path):
    # 9 of 20 instead of 5; all the quartiers: (10 + 60 + 9)/(100 + 200 + 20) = 79/320 = 24.6875 %,
    # against 10 %; outside them (300 − 79)/(3 000 − 320) = 221/2 680.
    small = edition(tmp_path, COUNT)
    observations = small.observations
    assert of(observations, "taux_chomage_15_64", "QN99903M")["value"] == pytest.approx(45.0)
    assert of(observations, "taux_chomage_15_64", "QPV-999")["value"] == pytest.approx(24.6875)
    assert of(observations, "taux_chomage_15_64", "HORS-QPV-999")["value"] == pytest.approx(22100 / 2680)
    row = small.key_table().set_index("indicator").loc["taux_chomage_15_64"]
    assert row["gap"] == pytest.approx(14.6875)
    measured = small.measurements
    cell = measured[(measured["variable"] == "chomeurs_15_64") & (measured["territory"] == "QN99903M")]
    assert cell[["value", "status", "source"]].iloc[0].tolist() == [9.0, "observed", "qpv"]


def test_a_rate_is_corrected_in_the_unit_of_its_indicator(tmp_path):
    # (44 % + 30 %) of 1 000 persons each: 37 %
    small = edition(tmp_path, RATE)
    assert of(small.observations, "taux_pauvrete", "QPV-999")["value"] == pytest.approx(37.0)


def test_the_note_stands_beside_the_figure_and_in_the_key_table(tmp_path):
    small = edition(tmp_path, {**RATE, "from": 40.0, "to": 44.5})
    note = "valeur corrigée : 40 → 44,5 (erreur de saisie, OQHS, 02/03/2026)"
    assert of(small.observations, "taux_pauvrete", "QN99901M")["note"] == note
    assert of(small.observations, "taux_pauvrete", "QN99902M")["note"] == ""
    table = small.key_table(territory="QN99901M").set_index("indicator")
    assert note in table.loc["taux_pauvrete", "remark"]
    assert "corrigée" not in table.loc["taux_chomage_15_64", "remark"]


def test_the_note_of_a_count_says_which_one(tmp_path):
    note = of(edition(tmp_path, COUNT).observations, "taux_chomage_15_64", "QN99903M")["note"]
    label = oqhs.open(tmp_path).catalogue.variable("chomeurs_15_64").label
    assert note == (
        f"valeur corrigée ({label}) : 5 → 9 (Insee a signalé une inversion de lignes, OQHS, 02/03/2026)"
    )


def test_a_reason_never_cuts_the_note_in_two(tmp_path):
    note = of(
        edition(tmp_path, {**RATE, "reason": "ligne 3 ; colonne B"}).observations, "taux_pauvrete", "QN99901M"
    )["note"]
    assert "(ligne 3, colonne B, OQHS" in note
    assert " ; " not in note


def test_the_edition_lists_what_was_corrected(tmp_path):
    table = edition(tmp_path, RATE, COUNT).corrections
    assert table[["card", "variable", "indicator", "territory", "year", "from", "to"]].values.tolist() == [
        ["qpv", "chomeurs_15_64", "", "QN99903M", 2020, 5.0, 9.0],
        ["qpv", "taux_pauvrete_60", "taux_pauvrete", "QN99901M", 2020, 40.0, 44.0],
    ]
    assert table["date"].tolist() == ["2026-03-02"] * 2


def test_the_file_itself_is_read_as_it_stands(tmp_path):
    folder = declare(tmp_path, COUNT)
    assert check(folder) == []
    frame = oqhs.sources.read(folder / "raw" / "qpv.csv")
    cell = frame[(frame["variable"] == "chomeurs_15_64") & (frame["territory"] == "QN99903M")]
    assert cell["value"].tolist() == [5.0]


def test_a_value_the_producer_did_not_give_is_filled(tmp_path):
    # 5 → empty in the file; filled with 5: all the quartiers are at 75/320 again.
    folder = declare(tmp_path, {**COUNT, "from": None, "to": 5})
    rewrite(folder, "QN99903M;5;", "QN99903M;;")
    observations = oqhs.open(folder).edition(2024).observations
    assert of(observations, "taux_chomage_15_64", "QPV-999")["value"] == pytest.approx(23.4375)
    assert "n. d. → 5" in of(observations, "taux_chomage_15_64", "QN99903M")["note"]


def rewrite(folder, before, after, name="qpv.csv"):
    """Change a file, as its producer would, and its card."""
    path = folder / "raw" / name
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")
    card = read_card(path.with_name(path.name + ".card.yaml"))
    write_card(path, card.model_copy(update={"sha256": sha256(path)}))


# --- what refuses a correction, once the files are read


def test_a_source_fixed_since_is_told(tmp_path):
    problem = the_problem(tmp_path, {**COUNT, "from": 3, "to": 5})
    assert problem.what.startswith("the source has been fixed since, in card qpv")
    assert (problem.column, problem.found, problem.todo) == ("0.from", "5", "remove this correction")


def test_another_value_is_told(tmp_path):
    problem = the_problem(tmp_path, {**RATE, "from": 41.0, "to": 44.0})
    assert problem.what.startswith("the file says neither `from` nor `to`, in card qpv")
    assert "taux_pauvrete, QN99901M, 2020" in problem.what
    assert (problem.column, problem.found, problem.allowed) == ("0.from", "40", "41")


def test_a_value_where_none_was_declared_is_told(tmp_path):
    problem = the_problem(tmp_path, {**COUNT, "from": None})
    assert (problem.found, problem.allowed) == ("5", "no value")


def test_a_secret_is_never_undone(tmp_path):
    for before in (None, 12.0):
        problem = the_problem(tmp_path, {**RATE, "territory": "QN99903M", "from": before, "to": 33.0})
        assert "secrecy is never undone" in problem.what
        assert problem.found == "valeur couverte par le secret statistique"


def test_no_value_where_one_was_declared_is_told(tmp_path):
    folder = declare(tmp_path, COUNT)
    rewrite(folder, "QN99903M;5;", "QN99903M;;")
    (problem,) = problems_of(lambda: oqhs.open(folder).edition(2024).observations)
    assert problem.what.startswith("the file gives no value here")
    assert problem.found == "valeur non disponible, in card qpv"


@pytest.mark.parametrize("change", [{"territory": "QN99909M"}, {"year": 2019}])
def test_a_correction_that_matches_nothing_is_told(tmp_path, change):
    problem = the_problem(tmp_path, {**COUNT, **change})
    assert problem.what.startswith("this correction matches no figure of any card")
    assert problem.column == "0.territory"


def test_all_the_problems_of_a_file_are_told_at_once(tmp_path):
    wrong = {**COUNT, "from": 6}
    nothing = {**COUNT, "territory": "QN99909M"}
    found = problems_of(lambda: edition(tmp_path, wrong, nothing, RATE).observations)
    assert [problem.column for problem in found] == ["0.from", "1.territory"]


def test_territories_can_be_looked_at_whatever_the_corrections(tmp_path):
    assert len(edition(tmp_path, {**COUNT, "from": 6}).territories)


# --- cards of other editions


def other_card(folder, cell):
    """Give the folder a card no edition uses, with one count of the same variable and year."""
    path = folder / "raw" / "autre.csv"
    path.write_text(f"code;chomeurs\nQN99909M;{cell}\n", encoding="utf-8")
    columns = {"chomeurs": "chomeurs_15_64"}
    card = {
        "id": "autre", "layout": "mapped", "source": "rp", "licence": "etalab-2.0", "year": 2020,
        "obtained": dt.date(2024, 10, 2), "sha256": sha256(path), "perimeter": "qpv2024",
        "mapping": {"key": "code", "columns": columns},
    }  # fmt: skip
    write_card(path, Card.model_validate(card))


@pytest.mark.parametrize(("cell", "wrong"), [(5, 0), (7, 1), (9, 1)])
def test_a_correction_of_the_card_of_another_edition_is_judged_by_the_check_alone(tmp_path, cell, wrong):
    folder = declare(tmp_path, {**COUNT, "territory": "QN99909M"})
    other_card(folder, cell)
    small = oqhs.open(folder).edition(2024)
    assert of(small.observations, "taux_chomage_15_64", "QPV-999")["value"] == pytest.approx(23.4375)
    assert small.corrections.empty
    assert len(check(folder)) == wrong


def test_a_card_without_the_figure_leaves_it_to_the_next(tmp_path):
    folder = declare(tmp_path, {**COUNT, "territory": "QN99909M"}, COUNT)
    other_card(folder, "")
    shutil.copy(folder / "raw" / "autre.csv", folder / "raw" / "encore.csv")
    card = read_card(folder / "raw" / "autre.csv.card.yaml")
    write_card(folder / "raw" / "encore.csv", card.model_copy(update={"id": "encore"}))
    rewrite(folder, "QN99909M;", "QN99909M;5", name="encore.csv")
    assert check(folder) == []


def test_files_that_cannot_hold_the_figure_are_not_read(tmp_path):
    folder = declare(tmp_path, COUNT)
    observatory = oqhs.open(folder)
    assert observatory.wrong_corrections(["qpv"]) == []
    assert sorted(observatory._readings) == ["qpv"]


# --- what refuses an entry, before any file is read


def told(tmp_path, *entries, text=None):
    folder = declare(tmp_path, *entries, text=text)
    found = problems_of(lambda: oqhs.open(folder))
    return [(problem.column, problem.what) for problem in found]


def test_a_check_tells_a_bad_entry_beside_the_rest(tmp_path):
    folder = declare(tmp_path, {**COUNT, "to": None})
    (folder / "raw" / "perdu.csv").write_text("code;x\n", encoding="utf-8")
    places = {(problem.file.name, problem.column) for problem in check(folder)}
    assert ("corrections.yaml", "0.to") in places
    assert "perdu.csv" in {name for name, _ in places}


def without(entry, key):
    return {name: value for name, value in entry.items() if name != key}


@pytest.mark.parametrize("key", ["territory", "year", "from", "to", "reason", "office", "date"])
def test_a_key_that_is_missing_is_told(tmp_path, key):
    assert [column for column, _ in told(tmp_path, COUNT, without(COUNT, key))] == [f"1.{key}"]


@pytest.mark.parametrize(
    ("change", "column", "what"),
    [
        ({"variable": None}, "0", "give indicator or variable"),
        ({"indicator": "taux_pauvrete"}, "0", "give indicator or variable"),
        ({"from": 9}, "0", "the same"),
        ({"from": "5"}, "0.from", "valid number"),
        ({"from": "s"}, "0.from", "valid number"),
        ({"to": "13,2"}, "0.to", "valid number"),
        ({"to": None}, "0.to", "valid number"),
        ({"to": True}, "0.to", "valid number"),
        ({"to": float("nan")}, "0.to", "finite number"),
        ({"to": float("inf")}, "0.to", "finite number"),
        ({"to": -1}, "0.to", "cannot be true"),
        ({"territory": 99903}, "0.territory", "valid string"),
        ({"reason": " "}, "0.reason", "says nothing"),
        ({"office": ""}, "0.office", "says nothing"),
        ({"reason": "a\u202eb"}, "0.reason", "characters nobody sees"),
        ({"date": "hier"}, "0.date", "date"),
        ({"auteur": "X"}, "0.auteur", "not known"),
        ({"variable": "chomeurs"}, "0.variable", "no such variable"),
    ],
)
def test_an_entry_that_is_not_as_it_must_be_is_told(tmp_path, change, column, what):
    ((place, words),) = told(tmp_path, {**COUNT, **change})
    assert place == column
    assert what in words


def test_an_unknown_indicator_is_told(tmp_path):
    assert told(tmp_path, {**RATE, "indicator": "pauvrete"}) == [
        ("0.indicator", "the catalogue has no such indicator")
    ]


def test_an_indicator_made_of_counts_asks_for_one_of_them(tmp_path):
    folder = declare(tmp_path, {**RATE, "indicator": "taux_chomage_15_64"})
    (problem,) = problems_of(lambda: oqhs.open(folder))
    assert problem.allowed == "chomeurs_15_64, actifs_15_64"
    assert problem.todo.startswith("write `variable:`")


def test_a_rate_above_one_hundred_is_told(tmp_path):
    folder = declare(tmp_path, {**RATE, "to": 144.0})
    (problem,) = problems_of(lambda: oqhs.open(folder))
    assert (problem.column, problem.found, problem.allowed) == ("0.to", 144.0, "from 0 to 100")


def test_two_corrections_of_one_figure_are_told_whatever_they_name_it(tmp_path):
    by_variable = {**without(RATE, "indicator"), "variable": "taux_pauvrete_60", "to": 41.0}
    ((column, what),) = told(tmp_path, RATE, by_variable)
    assert (column, what.split(" (")[0]) == ("1.territory", "two entries correct one figure")


def test_a_mapping_instead_of_a_list_is_told(tmp_path):
    ((column, what),) = told(tmp_path, text="indicator: taux_pauvrete\n")
    assert column is None
    assert "valid tuple" in what


# --- an indicator that is a part of what is published


def monthly(before, after, folder):
    entry = {**RATE, "indicator": "niveau_vie_median_mensuel", "from": before, "to": after}
    path = folder / "corrections.yaml"
    path.write_text(json.dumps([entry], default=str), encoding="utf-8")
    return read_corrections(folder, oqhs.catalogue.built_in())


def yearly(value):
    row = ["niveau_vie_median", "QN99901M", "qpv2024", 2020, value, "observed", "filo", "NOTE = 1"]
    return pd.DataFrame([row], columns=oqhs.tables.MEASUREMENT_COLUMNS)


@pytest.mark.parametrize(
    ("before", "verdict"),
    # 16 190 euros a year are 1 349.1666… a month.
    [
        (1349.17, Verdict.CORRECTED),
        (1349, Verdict.CORRECTED),
        (1349.2, Verdict.CORRECTED),
        (1349.1, Verdict.OTHER),
        (1350, Verdict.OTHER),
    ],
)
def test_a_monthly_amount_stands_for_what_rounds_to_it(tmp_path, before, verdict):
    frame = yearly(16190.0)
    found, (outcome,) = corrected(frame, monthly(before, 1400, tmp_path), "filo")
    assert outcome.verdict is verdict
    assert frame.equals(yearly(16190.0))
    if verdict is Verdict.CORRECTED:
        assert found["value"].tolist() == [16800.0]
        assert found["note"].iloc[0].startswith("NOTE = 1 ; valeur corrigée : 1\u202f349")


def test_what_holds_no_measurement_comes_back_as_it_is(tmp_path):
    layer = pd.DataFrame({"territory": ["QN99901M"]})
    assert corrected(layer, monthly(1349, 1400, tmp_path), "x") == (layer, ())


def test_the_index_and_the_categories_of_a_table_are_kept(tmp_path):
    frame = yearly(16190.0).astype({"variable": "category", "note": "category"}).set_axis([7])
    found, _ = corrected(frame, monthly(1349, 1400, tmp_path), "filo")
    assert found.index.tolist() == [7]
    assert isinstance(found["note"].dtype, pd.CategoricalDtype)
    assert list(found.columns) == oqhs.tables.MEASUREMENT_COLUMNS

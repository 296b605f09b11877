"""Files of studies among the others: added with their card, told apart, checked, never read as figures."""

import datetime as dt
import shutil
from pathlib import Path

import pytest
import yaml

import oqhs
from oqhs.arrivals import STUDY, arrivals
from oqhs.checking import check
from oqhs.errors import LayoutError
from oqhs.sources import read
from oqhs.sources.cards import STUDIED, find_card, sha256
from oqhs.studies import cohort, interviews

DATA = Path(__file__).resolve().parents[1] / "data"
CORPUS = "entretiens_999.qdpx"
TABLES = ("entretiens_999_sources.csv", "entretiens_999_liens.csv", "entretiens_999_verdicts.csv")


@pytest.fixture
def received(tmp_path):
    """A corpus with its three tables and a card as somebody writes it: no checksum, no day, no licence."""
    folder = tmp_path / "received"
    folder.mkdir()
    for name in (CORPUS, *TABLES):
        shutil.copyfile(DATA / "raw" / "etudes" / name, folder / name)
    told = {
        "layout": "interviews",
        "source": "entretiens",
        "diffusion": "partenaires",
        "interviews": dict(zip(("sources", "links", "verdicts"), TABLES, strict=True)),
    }
    (folder / f"{CORPUS}.card.yaml").write_text(yaml.safe_dump(told), encoding="utf-8")
    return folder / CORPUS


@pytest.fixture
def home(tmp_path):
    (tmp_path / "data" / "raw").mkdir(parents=True)
    return tmp_path / "data"


def test_a_corpus_is_added_with_the_tables_its_card_names(run, received, home):
    code, out, err = run("add", received, "--data", home)
    assert (code, err) == (0, "")
    assert CORPUS in out
    (path,) = oqhs.open(home).files("interviews")
    card = find_card(path)
    assert set(card.sidecars) == set(TABLES)
    assert {one.name for one in path.parent.iterdir()} == {CORPUS, *TABLES, f"{CORPUS}.card.yaml"}
    corpus = interviews.read(path)
    assert len(corpus.links) > 0
    assert len(corpus.verdicts) > 0
    assert corpus.diffusion == "partenaires"
    assert check(home) == []


def test_a_table_that_a_card_names_and_that_is_not_there_is_told(run, received, home):
    (received.parent / TABLES[1]).unlink()
    code, _, err = run("add", received, "--data", home)
    assert code == 1
    assert "the card names a file that is not beside it" in err
    assert TABLES[1] in err
    assert list((home / "raw").iterdir()) == []


def test_a_table_of_a_corpus_that_was_changed_is_told_by_check(run, received, home):
    run("add", received, "--data", home)
    (path,) = oqhs.open(home).files("interviews")
    with path.with_name(TABLES[0]).open("a", encoding="utf-8") as table:
        table.write("E99;QN99901M;2025-01-01;entretien;1\n")
    found = check(home)
    assert [(one.file.name, one.what) for one in found if one.column == "sha256"] == [
        (TABLES[0], "the file is not the one its card vouches for")
    ]


def test_a_study_that_is_not_as_it_must_be_is_told_by_check(tmp_path):
    folder = tmp_path / "data"
    shutil.copytree(DATA, folder, ignore=shutil.ignore_patterns("processed", "editions"))
    shutil.rmtree(folder / "raw" / "insee")
    card = folder / "raw" / "etudes" / "cohorte_rsa_999.csv.card.yaml"
    told = yaml.safe_load(card.read_text(encoding="utf-8"))
    del told["dpo"]
    card.write_text(yaml.safe_dump(told), encoding="utf-8")
    (found,) = check(folder)
    assert (found.file, found.column) == (card, "dpo")


def test_the_cohort_is_read_with_what_its_card_says():
    found = cohort.read(DATA / "raw" / "etudes" / "cohorte_rsa_999.csv")
    assert found.invented
    assert found.dpo == "Registre des traitements du Val-Fictif, fiche 12 (inventée)"
    assert found.end == dt.date(2024, 12, 31)
    assert found.diffusion == "partenaires"


def test_every_layout_of_studies_has_a_file_in_the_embedded_data_and_none_is_read_as_figures():
    observatory = oqhs.open(DATA)
    for layout in STUDIED:
        (path,) = observatory.files(layout)
        with pytest.raises(LayoutError, match="this file holds no figure of an edition"):
            read(path)


def test_status_tells_the_files_of_studies_from_those_nobody_uses():
    table = arrivals(DATA)
    states = table[table["edition"].isna()].set_index("layout")["state"]
    assert set(states[list(STUDIED)]) == {STUDY}


def test_no_file_of_a_study_is_an_input_of_an_edition():
    edition = oqhs.open(DATA).edition(2024)
    layouts = {edition.observatory.cards[name].layout for name in edition.cards}
    assert not layouts & set(STUDIED)


def test_a_file_of_a_study_is_read_before_it_is_put_anywhere(run, tmp_path, home):
    table = tmp_path / "cohorte.csv"
    shutil.copyfile(DATA / "raw" / "etudes" / "cohorte_rsa_999.csv", table)
    told = {"layout": "cohort", "source": "cohorte_rsa", "year": 2024, "diffusion": "interne"}
    (tmp_path / "cohorte.csv.card.yaml").write_text(yaml.safe_dump(told), encoding="utf-8")
    code, _, err = run("add", table, "--data", home)
    assert code == 1
    assert "'dpo'" in err
    assert list((home / "raw").iterdir()) == []


def test_files_of_studies_lie_together(run, received, home):
    run("add", received, "--data", home)
    assert oqhs.open(home).files("interviews") == [home / "raw" / "etudes" / CORPUS]


@pytest.mark.parametrize("replacing", [(), ("--replace",)])
def test_a_card_that_says_otherwise_than_the_one_that_is_there_is_not_passed_over(
    run, received, home, replacing
):
    run("add", received, "--data", home)
    card = received.with_name(f"{CORPUS}.card.yaml")
    told = yaml.safe_load(card.read_text(encoding="utf-8"))
    card.write_text(yaml.safe_dump({**told, "diffusion": "interne"}), encoding="utf-8")
    code, _, err = run("add", received, "--data", home, *replacing)
    assert code == 1
    assert "with a card that says another diffusion" in err
    assert "interne" in err
    assert find_card(home / "raw" / "etudes" / CORPUS).diffusion == "partenaires"


def test_the_same_file_with_the_same_card_is_already_there(run, received, home):
    run("add", received, "--data", home)
    code, out, _ = run("add", received, "--data", home)
    assert code == 0
    assert "already there" in out


@pytest.mark.parametrize(
    ("quartier", "day", "column"),
    [("QN99955M", "2025-03-01", "territory"), ("QN99901M", "2034-05-02", "date")],
)
def test_a_quartier_nobody_knows_or_a_day_to_come_is_told_by_check(tmp_path, quartier, day, column):
    folder = tmp_path / "data"
    shutil.copytree(DATA / "raw" / "perimetres", folder / "raw" / "perimetres")
    table = folder / "raw" / "etudes" / "extraits.csv"
    table.parent.mkdir()
    header = "entretien_id;qpv_code;date;type;locuteur_pseudo;extrait;code"
    table.write_text(f"{header}\ne1;{quartier};{day};entretien;P1;« On attend. »;pmi\n", encoding="utf-8")
    told = {
        "id": "extraits",
        "layout": "interviews",
        "source": "entretiens",
        "licence": "interne",
        "diffusion": "interne",
        "obtained": dt.date(2025, 6, 1),
        "sha256": sha256(table),
    }
    table.with_name("extraits.csv.card.yaml").write_text(yaml.safe_dump(told), encoding="utf-8")
    (found,) = check(folder)
    assert (found.file, found.column) == (table, column)

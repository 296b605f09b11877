"""The command: what it prints, what it writes, and how it ends (0 done, 1 wrong data, 2 wrong usage)."""

import csv
import re
import shutil
import sys

import pytest
from python_calamine import CalamineWorkbook
from small_edition import write_data

from oqhs.demo import write_demo


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cli") / "data"
    folder.mkdir()
    write_demo(folder)
    return folder


def table_of(path):
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream, delimiter=";"))


@pytest.mark.parametrize("command", ["release", "table", "demo"])
def test_the_help_of_every_command_ends_with_an_example(run, command):
    code, out, _ = run(command, "--help")
    assert code == 0
    assert f"oqhs {command}" in re.sub(r"\s+", " ", out).split("Example", 1)[1]


def test_the_general_help_names_the_commands(run):
    code, out, _ = run("--help")
    assert code == 0
    assert all(name in out for name in ("release", "table", "demo"))


def test_a_release_prints_the_key_table_and_says_where_everything_is(run, tmp_path):
    small = write_data(tmp_path / "data")
    path = small / "editions" / "2024.yaml"
    text = path.read_text(encoding="utf-8").replace("partenaires", "public\nsite: true", 1)
    path.write_text(text, encoding="utf-8")
    code, out, _ = run("release", 2024, "--data", small)
    folder = small / "processed" / "2024" / "r1"
    site = folder / "public" / "site"
    assert code == 0
    assert str(folder) in out
    assert "Taux de pauvreté" in out
    assert all(path.name in out for path in folder.iterdir())
    assert f"public/site/ ({sum(one.is_file() for one in site.rglob('*'))} fichiers)" in out
    assert str(site / "index.html") in out


def test_a_table_is_printed_and_says_that_the_data_are_invented(run, data):
    code, out, _ = run("table", 2024, "--data", data)
    assert code == 0
    assert "INVENTÉES" in out
    assert "Taux de pauvreté" in out


def test_two_quartiers_and_one_indicator_make_two_rows_of_a_csv_and_of_a_workbook(run, data, tmp_path):
    chosen = [
        "--quartiers",
        "QN99901M,QN99902M",
        "--indicateurs",
        "taux_chomage_15_64",
        "--reference",
        "commune",
    ]
    for suffix in ("csv", "xlsx"):
        assert run("table", 2024, "--data", data, *chosen, "-o", tmp_path / f"note.{suffix}")[0] == 0
    rows = table_of(tmp_path / "note.csv")
    assert [(row["territory"], row["indicator"]) for row in rows] == [
        ("QN99901M", "taux_chomage_15_64"),
        ("QN99902M", "taux_chomage_15_64"),
    ]
    assert (tmp_path / "note.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    # cells are numbers in both: digits, a comma and an ASCII minus in the one, the same numbers in the other
    sheet = CalamineWorkbook.from_path(tmp_path / "note.xlsx").get_sheet_by_index(0).to_python()
    numbers = {cell for row in sheet for cell in row if isinstance(cell, float)}
    for cell in [row[name] for row in rows for name in ("qpv", "reference", "gap")]:
        assert re.fullmatch(r"-?\d+(,\d+)?", cell)
        assert any(number == pytest.approx(float(cell.replace(",", ".")), rel=1e-9) for number in numbers)


def test_a_markdown_table_has_its_rows_and_its_reading_keys(run, data, tmp_path):
    path = tmp_path / "note.md"
    code, _, _ = run("table", 2024, "--data", data, "--indicateurs", "taux_pauvrete", "-o", path)
    text = path.read_text(encoding="utf-8")
    assert code == 0
    assert len(re.findall(r"^\|.*Taux de pauvreté", text, flags=re.MULTILINE)) == 1
    assert "vivent sous le seuil de pauvreté, contre" in text
    assert "INVENTÉES" in text


def test_a_partner_is_answered_in_one_line_with_a_page_and_a_section_for_each_quartier(run, data, tmp_path):
    path = tmp_path / "note.html"
    chosen = ["--quartiers", "QN99901M,QN99902M", "--indicateurs", "part_moins_18", "--reference", "hors_qpv"]
    assert run("table", 2024, "--data", data, *chosen, "-o", path)[0] == 0
    text = path.read_text(encoding="utf-8")
    assert text.count("<table>") == 2
    assert "INVENTÉES" in text
    assert "<h2" in text.split("Sources</h2>")[0]


def test_every_unknown_name_is_told_at_once_and_no_file_is_left(run, data, tmp_path):
    path = tmp_path / "note.html"
    words = [
        "--quartiers",
        "QN99999M",
        "--indicateurs",
        "taux_de_pauvrete",
        "--reference",
        "hors_qp",
        "-o",
        path,
    ]
    code, _, err = run("table", 2024, "--data", data, *words)
    assert code == 2
    assert all(name in err for name in ("QN99999M", "did you mean taux_pauvrete", "did you mean hors_qpv"))
    assert not path.exists()


def test_without_python_docx_a_docx_is_refused_and_the_extra_is_named(run, data, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "docx", None)
    code, _, err = run("table", 2024, "--data", data, "-o", tmp_path / "note.docx")
    assert code == 1
    assert "oqhs[report]" in err


@pytest.mark.parametrize(
    "words",
    [
        ("table", 2030),
        ("table", 2024, "--quartiers", "QN99999M"),
        ("table", 2024, "--indicateurs", "taux_de_pauvrete"),
        ("table", 2024, "--reference", "region"),
        ("table", 2024, "--reference", "commune"),  # all the quartiers have no commune
        ("table", 2024, "--territoire", "T00"),
        ("table", 2024, "-o", "note.pdf"),
        ("table", 2024, "-o", "no-such-folder/note.csv"),
        ("table", "bientôt"),
        ("table",),
        ("table", 2024, "--colour", "red"),
        ("tables", 2024),
    ],
)
def test_wrong_usage_ends_with_two_and_says_what_is_wrong(run, data, words):
    where = ("--data", data) if len(words) > 1 else ()
    code, _, err = run(*words, *where)
    assert code == 2
    assert err.strip()
    assert "Traceback" not in err


def test_a_folder_that_is_no_data_folder_is_wrong_usage_and_tells_what_to_do(run, tmp_path):
    code, _, err = run("table", 2024, "--data", tmp_path)
    assert code == 2
    assert "oqhs demo" in err


def test_wrong_data_end_with_one_and_a_report_that_names_the_file(run, data, tmp_path):
    broken = tmp_path / "data"
    shutil.copytree(data, broken, ignore=shutil.ignore_patterns("processed"))
    victim = broken / "raw" / "insee" / "commande_rp2020_qpv.csv"
    victim.write_bytes(victim.read_bytes() + b"\n")
    code, _, err = run("release", 2024, "--data", broken)
    assert code == 1
    assert victim.name in err
    assert not (broken / "processed").exists()


def test_an_edition_with_an_unknown_key_is_wrong_data(run, data, tmp_path):
    broken = tmp_path / "data"
    shutil.copytree(data, broken, ignore=shutil.ignore_patterns("processed"))
    with (broken / "editions" / "2024.yaml").open("a", encoding="utf-8") as stream:
        stream.write("couleur: rouge\n")
    code, _, err = run("table", 2024, "--data", broken)
    assert code == 1
    assert "couleur" in err


def test_the_demonstration_is_written_and_never_over_other_files(run, tmp_path):
    folder = tmp_path / "demo"
    assert run("demo", folder)[0] == 0
    assert (folder / "editions" / "2024.yaml").exists()
    # the same files are left
    assert run("demo", folder)[0] == 0
    (folder / "libelles.yaml").write_text("autre: chose\n", encoding="utf-8")
    assert run("demo", folder)[0] == 1
    assert (folder / "libelles.yaml").read_text(encoding="utf-8") == "autre: chose\n"

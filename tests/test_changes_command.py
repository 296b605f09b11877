"""`oqhs changes` on the invented département: what it prints and writes, what it refuses, and how it ends.

Expected figures are worked out from the published files themselves, read here as plain text.
"""

import csv
import io
import re
from functools import cache
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from oqhs import cli
from oqhs.analysis.change import NOTICE
from oqhs.observatory import Observatory
from oqhs.publish import writers
from oqhs.publish.printed import INVENTED

DATA = Path(__file__).resolve().parents[1] / "data"
UNCHANGED, ENTERED, COMMUNE = (
    "QN99903I",
    "QN99938N",
    "99903",
)  # the first was QP999003, and lies in Champrolles
MINUS, NO_BREAK, NARROW = "\u2212", "\u00a0", "\u202f"


def published(file, code):
    """Give a row of a published file, in numbers."""
    with (DATA / "raw" / "insee" / file).open(encoding="utf-8-sig", newline="") as stream:
        rows = csv.DictReader(stream, delimiter=";")
        row = next(row for row in rows if next(iter(row.values())) == code)
    return {name: cell.replace(NO_BREAK, "").replace(",", ".") for name, cell in row.items()}


def unemployment(year, code, of):
    row = published(f"commande_rp{year}_{of}.csv", code)
    prefix = f"P{year % 100}_"
    return 100 * float(row[f"{prefix}CHOM1564"]) / float(row[f"{prefix}ACT1564"])


def french(number, decimals=1, unit="", *, signed=False):
    """Print a number that is no tie as a French publication does."""
    digits = f"{abs(number):,.{decimals}f}".replace(",", NARROW).replace(".", ",")
    zero = not digits.strip("0,")
    sign = "" if zero else MINUS if number < 0 else "+" if signed else ""
    plural = "s" if unit == "point" and float(f"{abs(number):.{decimals}f}") >= 2 else ""
    return sign + digits + (NO_BREAK + unit + plural if unit else "")


@pytest.fixture(scope="module")
def observatory():
    """Open the folder once for all the runs: the files are read once, the crosswalk made once."""
    opened = Observatory(DATA)
    opened.edition = cache(opened.edition)
    return opened


@pytest.fixture
def changes(run, monkeypatch, observatory):
    """Run `oqhs changes` of the edition 2024 in the folder that was opened once."""
    monkeypatch.setattr(cli.products, "Observatory", lambda _folder: observatory)
    return lambda *words: run("changes", 2024, "--data", DATA, *words)


@pytest.fixture
def unread(run, monkeypatch):
    """Run `oqhs changes`, which must end before the folder is opened."""

    def opened(_folder):
        pytest.fail("the folder was opened")

    monkeypatch.setattr(cli.products, "Observatory", opened)
    return lambda *words: run("changes", 2024, "--data", DATA, *words)


def cells_of(out, label):
    (line,) = [line for line in out.splitlines() if line.strip().startswith(label)]
    return re.split(r" {2,}", line.strip())


def table_of(path):
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig")), delimiter=";"))


def number(cell):
    assert re.fullmatch(r"-?\d+(,\d+)?", cell), cell
    return float(cell.replace(",", "."))


# --- what it prints


def test_by_default_all_the_quartiers_are_compared_with_the_departement_since_the_edition_that_is_named(run):
    code, out, err = run("changes", 2024, "--data", DATA)
    assert (code, err.strip()) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "Évolutions, édition 2024 et édition 2020"
    assert {INVENTED, NOTICE, "Référence : Val-Fictif."} <= set(lines)
    assert any(line.startswith("QPV du Val-Fictif (QPV-999)") for line in lines)
    # Of the rows, that of the population alone is in persons, which have no gap to the département's.
    (people,) = [line for line in lines if "habitants (" in line]
    assert re.split(r" {2,}", people.strip())[1] == "2015-2020"
    assert people.strip().endswith("n. d.")
    known, unknown = out.split("Sans évolution")
    assert "Précautions" in known
    # The incomes of all the quartiers are known of two sets of quartiers: they are not compared.
    assert not re.search(r"^ *Taux de pauvreté", known, flags=re.MULTILINE)
    assert re.search(r"^- Taux de pauvreté.* : les quartiers de 2015 ne sont", unknown, flags=re.MULTILINE)


def test_a_quartier_that_stayed_as_it_was_is_compared_with_its_commune_by_the_published_counts(changes):
    words = ("--quartiers", UNCHANGED, "--reference", "commune", "--indicateurs", "taux_chomage_15_64")
    code, out, _ = changes(*words)
    first, last = unemployment(2015, "QP999003", "qpv"), unemployment(2020, UNCHANGED, "qpv")
    reference = unemployment(2020, COMMUNE, "com") - unemployment(2015, COMMUNE, "com")
    assert code == 0
    assert "Référence : Champrolles." in out
    # 268,57 / 1 283,71 = 20,92 %, then 249,28 / 1 320,82 = 18,87 %: −2,05 points, beside the commune's own
    assert (first, last) == pytest.approx((20.92, 18.87), abs=0.005)
    assert cells_of(out, "Taux de chômage des 15-64 ans") == [
        "Taux de chômage des 15-64 ans",
        "2015-2020",
        french(first, unit="%"),
        french(last, unit="%"),
        french(last - first, unit="point", signed=True),
        french(reference, unit="point", signed=True),
        french(last - first - reference, unit="point", signed=True),
    ]


def test_amounts_are_in_euros_of_the_second_year_unless_a_share_is_asked_for(changes):
    words = ("--quartiers", UNCHANGED, "--indicateurs", "niveau_vie_median_mensuel")
    first = float(published("data_filo17_qp_revdis.csv", "QP999003")["disp_q2_a17"]) / 12
    last = float(published("data_filo21_qp_revdis.csv", UNCHANGED)["DISP_MED_A21"]) / 12
    own = [float(published(f"cc_filosofi_20{y}_DEP.csv", "999")[f"MED{y}"]) / 12 for y in (17, 21)]
    # prices went from 101,22 in 2017 to 106,45 in 2021
    constant = first * 106.45 / 101.22
    code, out, _ = changes(*words)
    assert code == 0
    cells = cells_of(out, "Niveau de vie mensuel")
    assert cells[1:5] == [
        "2017-2021", french(constant, 0, "€"), french(last, 0, "€"), french(last - constant, 0, "€", signed=True),
    ]  # fmt: skip
    assert re.search(r"euros\s+constants de 2021", re.sub(r"\s+", " ", out))
    shares = 100 * first / own[0], 100 * last / own[1]
    code, out, _ = changes(*words, "--prices", "part_reference")
    assert code == 0
    assert cells_of(out, "Niveau de vie mensuel")[2:5] == [
        *(french(share, unit="%") for share in shares),
        french(shares[1] - shares[0], unit="point", signed=True),
    ]


def test_a_year_before_the_first_edition_takes_the_first_edition(changes):
    words = ("--quartiers", UNCHANGED, "--indicateurs", "taux_pauvrete")
    assert changes(*words, "--since", 2015)[:2] == changes(*words)[:2]


# --- what it writes


@pytest.mark.parametrize("suffix", ["csv", "md", "xlsx", "CSV"])
def test_a_file_of_each_format_is_written_with_the_notice_and_named(changes, tmp_path, suffix):
    path = tmp_path / f"note.{suffix}"
    code, out, _ = changes("--quartiers", f"{UNCHANGED},{ENTERED}", "--reference", "commune", "-o", path)
    assert (code, out.strip()) == (0, str(path))
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    if suffix == "xlsx":
        book = CalamineWorkbook.from_path(path)
        assert all(
            [NOTICE] in [row[:1] for row in book.get_sheet_by_name(name).to_python()]
            for name in book.sheet_names
        )
    else:
        assert NOTICE in path.read_text(encoding="utf-8-sig")


def test_every_change_of_a_csv_is_the_difference_of_its_values_and_each_row_has_a_change_or_a_reason(
    changes, tmp_path
):
    path = tmp_path / "note.csv"
    assert changes("--reference", "commune", "-o", path)[0] == 0
    rows = table_of(path)
    # 47 quartiers and the one group of them
    assert len({row["territory"] for row in rows}) == 48
    assert {row["notice"] for row in rows} == {NOTICE}
    known = [row for row in rows if row["status"] == "observed"]
    assert all((row["change"] != "") == (row["reason"] == "") for row in rows)
    assert known
    for row in known:
        change = number(row["value"]) - number(row["value_before"])
        assert number(row["change"]) == pytest.approx(change, abs=1e-6)
        assert number(row["change_per_year"]) == pytest.approx(change / int(row["span_years"]), abs=1e-6)
        if row["gap_change"]:
            gap = change - number(row["reference_change"])
            assert number(row["gap_change"]) == pytest.approx(gap, abs=1e-6)
    # two censuses are five years apart at least, and nothing of a quartier that was redrawn is published
    assert all(int(row["span_years"]) >= 5 for row in known if row["indicator"] == "taux_chomage_15_64")
    redrawn = [row for row in known if not row["territory"].endswith("I")]
    assert {row["basis"] for row in redrawn} == {"ramené à un seul périmètre par les effectifs des IRIS"}
    assert {row["flaggable"] for row in redrawn} == {"False"}


# --- what it refuses


def test_what_cannot_be_compared_and_was_asked_for_by_name_is_an_error_that_says_what_could_be(changes):
    code, out, err = changes("--quartiers", ENTERED, "--indicateurs", "taux_pauvrete")
    assert (code, out.strip()) == (1, "")
    assert "taux_pauvrete" in err
    assert ENTERED in err
    assert "quartier entré" in err
    allowed = re.search(r"allowed: (\w+)", err).group(1)
    assert changes("--quartiers", ENTERED, "--indicateurs", allowed)[0] == 0


def test_what_is_refused_leaves_no_file_and_the_one_that_was_there(changes, tmp_path):
    path = tmp_path / "note.csv"
    words = ("--quartiers", ENTERED, "--indicateurs", "taux_pauvrete", "-o", path)
    assert changes(*words)[0] == 1
    assert list(tmp_path.iterdir()) == []
    path.write_text("avant", encoding="utf-8")
    assert changes(*words)[0] == 1
    assert path.read_text(encoding="utf-8") == "avant"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_cannot_be_written_ends_with_one_and_says_what_to_do(changes, tmp_path, monkeypatch):
    def fail(*_args, **_options):
        raise PermissionError(13, "open in another program", "note.csv")

    monkeypatch.setattr(writers, "write_csv", fail)
    words = ("--quartiers", UNCHANGED, "--indicateurs", "taux_pauvrete")
    code, out, err = changes(*words, "-o", tmp_path / "note.csv")
    assert (code, out.strip()) == (1, "")
    assert "close the file elsewhere" in err
    assert list(tmp_path.iterdir()) == []


def test_an_edition_that_is_not_there_is_told_with_those_that_are(changes):
    code, _, err = changes("--since", 2023)
    assert code == 2
    assert "2023" in err
    assert "allowed: 2020" in err


def test_the_first_edition_has_none_to_be_compared_with(run):
    code, _, err = run("changes", 2020, "--data", DATA)
    assert code == 2
    assert "no earlier edition" in err


@pytest.mark.parametrize(
    ("words", "near"),
    [
        (("--quartiers", "QN99903X"), "QN99903I"),
        (("--quartiers", f"{UNCHANGED},qn99938n"), ENTERED),
        (("--indicateurs", "taux_pauvre"), "taux_pauvrete"),
        (("--reference", "region"), "departement"),
        (("--quartiers", UNCHANGED, "--since", "2024"), "2020"),
    ],
)
def test_a_name_nobody_knows_is_wrong_usage_and_what_is_near_it_is_told(changes, words, near):
    code, out, err = changes(*words)
    assert (code, out.strip()) == (2, "")
    assert near in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--prices", "courants"), "part_reference"),
        (("-o", "note.docx"), ".csv, .md, .xlsx"),
        (("-o", "note"), ".csv, .md, .xlsx"),
        (("-o", "no-such-folder/note.csv"), "no-such-folder"),
        (("--since", "hier"), "integer"),
    ],
)
def test_wrong_usage_is_told_before_any_work(unread, words, told):
    code, out, err = unread(*words)
    assert (code, out.strip()) == (2, "")
    assert told in re.sub(r"[\s│]+", " ", err)


def test_a_folder_that_is_no_data_folder_is_wrong_usage_and_tells_what_to_do(run, tmp_path):
    code, _, err = run("changes", 2024, "--data", tmp_path)
    assert code == 2
    assert "oqhs demo" in err


def test_the_help_ends_with_an_example(run):
    code, out, _ = run("changes", "--help")
    assert code == 0
    assert "oqhs changes 2024" in re.sub(r"[\s│]+", " ", out).split("Example", 1)[1]

"""A comparison as people read it: Markdown, page, spreadsheet, terminal, section of a changelog."""

import csv
import io
from html.parser import HTMLParser

import pytest
from releases_by_hand import TERRITORIES, ByHand
from rich.console import Console

from oqhs.catalogue import built_in
from oqhs.errors import OqhsError
from oqhs.publish import printed, writers
from oqhs.publish.diff import changelog_section, diff, print_diff, write_diff

HOSTILE = '<script>alert("x")</script> | a\n# =1+1 \u202e'


class Text(HTMLParser):
    """What a page shows, and the tags it is made of."""

    def __init__(self):
        super().__init__()
        self.tags, self.pieces = [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.pieces.append(data)


def text_of(page):
    read = Text()
    read.feed(page)
    return read


@pytest.fixture
def found(tmp_path):
    first, second = ByHand(), ByHand()
    second.territories["QN99901M"] = ("qpv", HOSTILE)
    second.correct("rp-qpv", "rp-com")
    second.manifest["inputs"]["rp-qpv"]["sha256"] = "<b>" + "0" * 61
    second.move("taux_chomage_15_64", 1.5, ["QN99901M", "QN99902M"])
    second.move("taux_pauvrete", -2.0, ["999"])
    second.manifest["diffusion"] = "public"
    return diff(first.write(tmp_path / "r1"), second.write(tmp_path / "r2"), built_in())


def written(found, tmp_path, suffix):
    path = tmp_path / f"diff{suffix}"
    write_diff(found, path, built_in())
    assert sorted(one.name for one in tmp_path.iterdir() if one.is_file()) == [path.name]
    return path.read_text(encoding="utf-8-sig")


def test_every_document_says_that_data_are_invented_and_goes_as_far_as_the_narrower_release(found, tmp_path):
    assert found.diffusion == "partenaires"
    console = Console(file=io.StringIO(), width=110)
    print_diff(console, found, built_in())
    texts = [written(found, tmp_path / kind, f".{kind}") for kind in folders(tmp_path, "md", "html")]
    for text in [*texts, console.file.getvalue()]:
        told = text.replace("&#x27;", "'")
        assert printed.INVENTED in told
        assert printed.DIFFUSION["partenaires"] in told
    (csv_folder,) = folders(tmp_path, "csv")
    rows = list(csv.DictReader(written(found, tmp_path / csv_folder, ".csv").splitlines(), delimiter=";"))
    assert {row["diffusion"] for row in rows} == {"partenaires"}
    assert {row["invented"] for row in rows} == {"True"}


def folders(home, *names):
    for name in names:
        (home / name).mkdir()
    return names


def test_hostile_labels_are_text_in_a_page(found, tmp_path):
    (folder,) = folders(tmp_path, "out")
    page = written(found, tmp_path / folder, ".html")
    read = text_of(page)
    assert "script" not in {tag for tag, _ in read.tags}
    assert "b" not in {tag for tag, _ in read.tags}
    # What nobody sees is gone; the rest stands as it was written.
    assert '<script>alert("x")</script> | a # =1+1' in read.pieces
    assert "\u202e" not in page


def test_a_page_is_whole_in_french_and_its_tables_can_be_heard(found, tmp_path):
    (folder,) = folders(tmp_path, "out")
    read = text_of(written(found, tmp_path / folder, ".html"))
    tags = [tag for tag, _ in read.tags]
    assert dict(read.tags)["html"] == {"lang": "fr"}
    assert tags.count("h1") == tags.count("title") == tags.count("main") == 1
    assert tags.count("caption") == tags.count("table") > 3
    assert {about["scope"] for tag, about in read.tags if tag == "th"} == {"col", "row"}
    assert not {"link", "script", "img", "iframe"} & set(tags)
    places = {about["id"] for _, about in read.tags if "id" in about}
    assert {about["href"].removeprefix("#") for tag, about in read.tags if tag == "a"} <= places
    assert "16,5\u00a0%" in read.pieces


def test_what_nobody_can_explain_is_an_alert_in_every_document(found, tmp_path):
    # How far the release goes may explain the poverty of the département; without that, nothing does.
    assert found.unexplained.empty
    second = ByHand()
    second.move("taux_pauvrete", 1.0, ["999"])
    loud = diff(found.before.folder, second.write(tmp_path / "r3"), built_in())
    assert loud.unexplained["territory"].tolist() == ["999"]
    first, other = folders(tmp_path, "page", "md")
    read = text_of(written(loud, tmp_path / first, ".html"))
    assert [about for tag, about in read.tags if tag == "p" and about.get("class") == "alert"]
    assert any(piece.startswith("INEXPLIQUÉ : 1 chiffre a changé") for piece in read.pieces)
    assert "> **Attention.** INEXPLIQUÉ" in written(loud, tmp_path / other, ".md")
    assert "**Attention.** INEXPLIQUÉ" in changelog_section(loud, "r2")


def test_hostile_labels_are_text_in_markdown_and_tables_keep_their_columns(found, tmp_path):
    (folder,) = folders(tmp_path, "out")
    text = written(found, tmp_path / folder, ".md")
    assert "<script>" not in text
    assert "&lt;script&gt;" in text
    (line,) = [one for one in text.splitlines() if "QN99901M" in one]
    # Six columns: seven bars that are not escaped.
    assert line.replace("\\|", "").count("|") == 7


def test_a_formula_does_not_run_in_a_spreadsheet(tmp_path):
    second = ByHand()
    second.territories["999"] = ("departement", "=1+1")
    second.move("taux_pauvrete", 1.0, ["999"])
    found = diff(ByHand().write(tmp_path / "r1"), second.write(tmp_path / "r2"), built_in())
    (folder,) = folders(tmp_path, "out")
    (row,) = csv.DictReader(written(found, tmp_path / folder, ".csv").splitlines(), delimiter=";")
    assert row["label"] == "'=1+1"
    assert (row["value_before"], row["value_after"]) == ("17", "18")


def test_a_terminal_gets_no_control_character_and_twenty_rows_of_a_table(tmp_path):
    second = ByHand()
    many = {f"QN999{number:02d}N": ("qpv", f"Quartier\x1b[31m {number}") for number in range(10, 35)}
    second.territories |= many
    added = [second.figure("taux_pauvrete", code, 30.0, "insee", "filo-qpv") for code in many]
    second.figures = type(second.figures)([*second.figures.to_dict("records"), *added])
    found = diff(ByHand().write(tmp_path / "r1"), second.write(tmp_path / "r2"), built_in())
    console = Console(file=io.StringIO(), width=110)
    print_diff(console, found, built_in())
    text = console.file.getvalue()
    assert "\x1b" not in text
    assert text.count("QN999") == 20
    assert "… et 5 autres" in text


def test_a_section_of_a_changelog_counts_then_lists_fifty_figures_and_no_day(tmp_path):
    second = ByHand()
    codes = {f"QN999{number:02d}N": ("qpv", f"Quartier {number}") for number in range(10, 70)}
    first = ByHand()
    for one, value in ((first, 30.0), (second, 31.0)):
        one.territories |= codes
        rows = [one.figure("taux_pauvrete", code, value, "insee", "filo-qpv") for code in codes]
        one.figures = type(one.figures)([*one.figures.to_dict("records"), *rows])
    second.correct("filo-qpv")
    found = diff(first.write(tmp_path / "r1"), second.write(tmp_path / "r2"), built_in())
    section = changelog_section(found, "r2")
    assert section.startswith("## r2\n\nDepuis r1 : ")
    assert "\n## " not in section
    assert "- Taux de pauvreté : 60 (entrée corrigée)" in section
    assert section.count("30,0\u00a0% → 31,0\u00a0%") == 50
    assert section.rstrip().endswith("- … et 10 autres")
    assert section == changelog_section(diff(found.before.folder, found.after.folder, built_in()), "r2")


def test_two_equal_releases_are_said_to_be(tmp_path):
    found = diff(ByHand().write(tmp_path / "r1"), ByHand().write(tmp_path / "r2"), built_in())
    (folder,) = folders(tmp_path, "out")
    assert "15 chiffres comparés : aucun changement." in written(found, tmp_path / folder, ".md")
    assert len(TERRITORIES) * 3 == 15


def test_a_failure_while_writing_leaves_what_was_there(found, tmp_path, monkeypatch):
    (folder,) = folders(tmp_path, "out")
    path = tmp_path / folder / "diff.html"
    path.write_text("avant", encoding="utf-8")

    def fail(*_args):
        raise OSError("no space left on device")

    monkeypatch.setattr(writers, "write_text", fail)
    with pytest.raises(OSError, match="no space"):
        write_diff(found, path, built_in())
    assert [one.name for one in path.parent.iterdir()] == [path.name]
    assert path.read_text(encoding="utf-8") == "avant"


def test_a_format_nobody_writes_is_refused(found, tmp_path):
    with pytest.raises(OqhsError, match="no such format"):
        write_diff(found, tmp_path / "diff.docx", built_in())


def test_the_command_prints_a_comparison_or_writes_it(found, tmp_path, run):
    words = ["diff", found.before.folder, found.after.folder, "--data", tmp_path]
    code, said, _ = run(*words)
    assert code == 0
    assert "Comparaison des livraisons 2024/r1 et 2024/r2" in said
    page = tmp_path / "diff.html"
    assert run(*words, "-o", page)[0] == 0
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert run(*words, "-o", tmp_path / "diff.docx")[0] == 2
    assert run(*words, "-o", tmp_path / "nowhere" / "diff.md")[0] == 2

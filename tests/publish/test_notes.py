"""A note that answers a question: its rows, its sections, its formats, on three quartiers worked out by hand."""

import csv
import sys
from html.parser import HTMLParser

import pandas as pd
import pytest
from python_calamine import CalamineWorkbook
from small_edition import edition

from oqhs.answering import answered
from oqhs.errors import MissingExtraError, OqhsError, UnknownError
from oqhs.publish import printed
from oqhs.publish.notes import FORMATS, Note, cards_of, check_format, document_of, write_note
from oqhs.publish.origins import source_lines

HOSTILE = '<script>alert("x")</script> =1+1 & {PAGE}'
RATE = "taux_chomage_15_64"


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return edition(tmp_path_factory.mktemp("notes"))


@pytest.fixture(scope="module")
def note(small):
    """Two quartiers against what is outside the quartiers, as the observatory alone may see them."""
    inner = small.told_to("interne")
    wanted = [RATE, "taux_pauvrete"]
    return answered(inner, "hors_qpv", quartiers=["QN99902M", "QN99901M"], indicators=wanted)


class Read(HTMLParser):
    """What a page shows: its tags, its texts, the rows of its tables."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.pieces, self.rows = [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self.rows[-1].append("")

    def handle_data(self, data):
        self.pieces.append(data)
        if self.rows and self.tags[-1][0] in {"td", "th"}:
            self.rows[-1][-1] += data.strip("\n")


def page_of(note, folder):
    write_note(note, folder / "note.html")
    return (folder / "note.html").read_text(encoding="utf-8")


def test_quartiers_stand_in_the_order_asked_for_each_once_with_the_rates_worked_out_by_hand(small):
    inner = small.told_to("interne")
    codes = ["QN99902M", "QN99901M", "QN99902M"]
    rows = answered(inner, "hors_qpv", quartiers=codes, indicators=[RATE]).table
    assert rows["territory"].tolist() == ["QN99902M", "QN99901M"]
    # 60/200 and 10/100; outside, (300 - 75)/(3 000 - 320) = 225/2 680 = 8,3955 %
    assert rows["qpv_affiche"].tolist() == ["30,0\u00a0%", "10,0\u00a0%"]
    assert rows["gap"].tolist() == pytest.approx([30 - 22500 / 2680, 10 - 22500 / 2680])
    assert rows["gap_affiche"].tolist() == ["+21,6\u00a0points", "+1,6\u00a0point"]


@pytest.mark.parametrize(
    ("territory", "codes"),
    [
        ("T98", ["QN99901M", "QN99902M", "QN99903M"]),
        ("99901", ["QN99901M", "QN99902M"]),  # the second lies in both communes
        ("QN99903M", ["QN99903M"]),
    ],
)
def test_a_territory_stands_for_its_quartiers(small, territory, codes):
    assert answered(small, territory=territory, indicators=[RATE]).table["territory"].tolist() == codes


def test_without_any_territory_the_note_is_about_all_the_quartiers(small):
    table = answered(small, indicators=[RATE]).table
    assert table["territory"].tolist() == ["QPV-999"]
    # 75/320 against 300/3 000
    assert table["gap_affiche"].tolist() == ["+13,4\u00a0points"]


def test_everything_unknown_is_told_at_once_with_what_is_spelt_alike(tmp_path):
    fresh = edition(tmp_path)
    with pytest.raises(UnknownError) as caught:
        answered(
            fresh,
            "hors_qp",
            quartiers=["QN99904M", "qn99901m"],
            territory="T99",
            indicators=["taux_de_pauvrete"],
        )
    found = [problem.found for problem in caught.value.problems]
    assert found == ["taux_de_pauvrete", "T99", "hors_qp", "QN99904M", "qn99901m"]
    told = [problem.todo for problem in caught.value.problems]
    for todo, near in zip(told, ["taux_pauvrete", "T98", "hors_qpv", "QN99901M", "QN99901M"], strict=True):
        assert near in todo
    # nothing was computed for it
    assert "_observations" not in vars(fresh)


def test_what_may_not_go_as_far_as_the_edition_is_in_no_format(small, tmp_path):
    # partenaires: 100 actifs are too small a sample, 10,0 % stays inside
    hidden = answered(small, "commune", quartiers=["QN99901M"], indicators=[RATE])
    assert hidden.table["qpv"].isna().all()
    page = Read(page_of(hidden, tmp_path))
    (row,) = [cells for cells in page.rows if cells[0].startswith("Taux de chômage")]
    assert row[1] == row[3] == "non sign."
    assert any("échantillon trop petit" in piece for piece in page.pieces)
    assert printed.DIFFUSION["partenaires"] in page.pieces


def test_a_page_has_a_section_a_table_and_reading_keys_for_each_quartier(note, tmp_path):
    read = Read(page_of(note, tmp_path))
    heads = [row for row in read.rows if row[0] == "Indicateur"]
    assert heads == [["Indicateur", "Valeur", "Référence", "Écart", "Signe", "Année", "Source"]] * 2
    rates = [row[:4] for row in read.rows if row[0].startswith("Taux de chômage")]
    # 60/200 and 10/100 against 225/2 680
    assert rates == [
        ["Taux de chômage des 15-64 ans", "30,0\u00a0%", "8,4\u00a0%", "+21,6\u00a0points"],
        ["Taux de chômage des 15-64 ans", "10,0\u00a0%", "8,4\u00a0%", "+1,6\u00a0point"],
    ]
    captions = [piece for piece in read.pieces if piece.startswith("Indicateurs clés, édition 2024. ")]
    for caption, zone in zip(captions, ["Le Gué (QN99902M)", "Les Bleuets (QN99901M)"], strict=True):
        assert f"Valeur : {zone} ; référence : Hors QPV du Val-Fictif. Données inventées." in caption
    assert read.pieces.count("Clés de lecture") == 2
    assert sum("soit un écart de +1,6\u00a0point." in piece for piece in read.pieces) == 1


def test_a_page_is_whole_in_french_and_its_tables_can_be_heard(note, tmp_path):
    read = Read(page_of(note, tmp_path))
    tags = [tag for tag, _ in read.tags]
    assert dict(read.tags)["html"] == {"lang": "fr"}
    assert tags.count("h1") == tags.count("title") == tags.count("main") == 1
    assert tags.count("caption") == tags.count("table") == 2
    assert {about["scope"] for tag, about in read.tags if tag == "th"} == {"col", "row", "rowgroup"}
    assert not {"link", "script", "img", "iframe"} & set(tags)
    places = {about["id"] for _, about in read.tags if "id" in about}
    links = [about["href"].removeprefix("#") for tag, about in read.tags if tag == "a"]
    assert links
    assert set(links) <= places


def test_a_page_says_that_data_are_invented_how_far_it_goes_and_where_figures_come_from(note, tmp_path):
    pieces = Read(page_of(note, tmp_path)).pieces
    assert printed.INVENTED in pieces
    assert printed.DIFFUSION["interne"] in pieces
    assert "Périmètre : qpv2024 ; référence : cog2021." in pieces
    assert {"Remarques", "Précautions", "Sources"} <= set(pieces)
    source = "Insee, Recensement de la population, 2020, périmètre cog2021 et qpv2024, "
    assert pieces.count(source + "Licence Ouverte 2.0 (Etalab).") == 1


def test_only_the_cards_of_figures_that_are_told_are_sources_and_what_they_ask_is_printed(small):
    cards, catalogue = small.observatory.cards, small.observatory.catalogue
    table = answered(small, "commune", quartiers=["QN99901M"], indicators=[RATE]).table
    # the value is hidden: only the file of the communes is told
    used = cards_of(table, small.observations)
    (line,) = source_lines(used, cards, catalogue, lambda card: f"© les auteurs de {card}.")
    assert line == (
        "Insee, Recensement de la population, 2020, périmètre cog2021, Licence Ouverte 2.0 (Etalab). "
        "© les auteurs de com."
    )


def test_footnotes_stand_under_the_table_that_calls_them(small):
    parts = document_of(answered(small, "departement", indicators=[RATE])).parts
    (rows,) = parts[0].tables
    # computed by the observatory, where Insee publishes it: note a
    assert rows.frame["Note"].tolist() == ["a"]
    assert rows.below == (f"a : {printed.FOOTNOTES['a']}.", "Les écarts sont calculés avant arrondi.")


def test_hostile_names_are_text_in_a_page(tmp_path):
    named = edition(tmp_path / "data", names=(HOSTILE, "Le Gué", "Haut Val"))
    hostile = answered(named, quartiers=["QN99901M"], indicators=["taux_pauvrete"])
    read = Read(page_of(hostile, tmp_path))
    assert "script" not in {tag for tag, _ in read.tags}
    assert f"{HOSTILE} (QN99901M)" in read.pieces


def test_two_quartiers_of_one_name_have_a_section_each(tmp_path):
    named = edition(tmp_path / "data", names=("Le Gué", "Le Gué", "Haut Val"))
    both = answered(named, quartiers=["QN99901M", "QN99902M"], indicators=["taux_pauvrete"])
    assert [part.heading for part in document_of(both).parts if part.tables] == [
        "Le Gué (QN99901M)",
        "Le Gué (QN99902M)",
    ]


def test_a_workbook_and_markdown_tell_the_sources_and_a_csv_holds_the_same_figures(note, tmp_path):
    for suffix in ("xlsx", "md", "csv"):
        write_note(note, tmp_path / f"note.{suffix}")
    told = CalamineWorkbook.from_path(tmp_path / "note.xlsx").get_sheet_by_name("Notes").to_python()
    assert [row[1] for row in told if row[0] == "Source"] == list(note.sources)
    text = (tmp_path / "note.md").read_text(encoding="utf-8")
    assert text.endswith(f"## Sources\n\n- {note.sources[0]}\n")
    with (tmp_path / "note.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter=";"))
    assert [float(row["qpv"].replace(",", ".")) for row in rows if row["indicator"] == RATE] == [30.0, 10.0]
    assert {row["invented"] for row in rows} == {"True"}


@pytest.mark.parametrize("suffix", FORMATS)
def test_the_same_note_gives_the_same_bytes_and_is_left_as_it_was(note, tmp_path, suffix):
    if suffix == ".docx":
        pytest.importorskip("docx")
    before = note.table.copy(deep=True)
    for name in ("one", "two"):
        write_note(note, tmp_path / f"{name}{suffix}")
    assert (tmp_path / f"one{suffix}").read_bytes() == (tmp_path / f"two{suffix}").read_bytes()
    pd.testing.assert_frame_equal(note.table, before)


def test_a_note_of_real_data_does_not_say_that_they_are_invented(note):
    document = document_of(Note(note.title, note.table, note.sources, invented=False))
    assert printed.INVENTED not in document.above
    assert "inventées" not in document.parts[0].tables[0].caption


def test_a_format_nobody_writes_is_refused(note, tmp_path):
    with pytest.raises(OqhsError, match="no such format") as caught:
        write_note(note, tmp_path / "note.pdf")
    assert ".docx" in caught.value.problems[0].allowed


def test_without_python_docx_a_docx_is_refused_before_any_work_and_the_extra_is_named(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "docx", None)
    with pytest.raises(MissingExtraError) as caught:
        check_format(tmp_path / "note.docx")
    assert caught.value.problems[0].todo == 'pip install "oqhs[report]"'
    check_format(tmp_path / "note.html")

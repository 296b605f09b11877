"""A note for word processors, read back with python-docx."""

import datetime as dt
import zipfile

import pytest
from small_edition import edition

from oqhs.answering import answered
from oqhs.publish import printed
from oqhs.publish.notes import write_note
from oqhs.publish.pages import Document, Part, Rows

docx = pytest.importorskip("docx")
ns = pytest.importorskip("docx.oxml.ns")

from oqhs.publish.word import write_docx  # noqa: E402  (after what it needs)

HOSTILE = '{ DDEAUTO c:\\\\x "=1+1" } <w:p/> & \u202fx'


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Two quartiers against what is outside the quartiers, the first with a hostile name."""
    folder = tmp_path_factory.mktemp("word")
    inner = edition(folder / "data", names=(HOSTILE, "Le Gué", "Haut Val")).told_to("interne")
    wanted = ["taux_chomage_15_64", "taux_pauvrete"]
    note = answered(inner, "hors_qpv", quartiers=["QN99902M", "QN99901M"], indicators=wanted)
    write_note(note, folder / "note.docx")
    return folder / "note.docx"


@pytest.fixture(scope="module")
def opened(written):
    return docx.Document(str(written))


def texts(paragraphs):
    return [one.text for one in paragraphs]


def test_each_quartier_has_its_table_with_french_numbers(opened):
    assert len(opened.tables) == 2
    rows = [[cell.text for cell in row.cells] for row in opened.tables[0].rows]
    assert rows[0] == ["Indicateur", "Valeur", "Référence", "Écart", "Signe", "Année", "Source"]
    # both indicators are of one theme, whose name is a cell over the seven columns
    assert rows[1] == ["Situation économique, emploi et formation"] * 7
    # 60/200 against (300 - 75)/(3 000 - 320)
    assert rows[3][:5] == [
        "Taux de chômage des 15-64 ans",
        "30,0\u00a0%",
        "8,4\u00a0%",
        "+21,6\u00a0points",
        "+",
    ]
    assert rows[2][:4] == ["Taux de pauvreté", "30,0\u00a0%", "n. d.", "n. d."]


def test_headings_notices_notes_and_sources_are_there(opened):
    found = [(one.style.name, one.text) for one in opened.paragraphs]
    assert found[0] == ("Title", "Indicateurs clés, édition 2024")
    told = [text for _, text in found]
    assert {printed.INVENTED, printed.DIFFUSION["interne"], "n. d. : valeur non disponible."} <= set(told)
    headings = [text for style, text in found if style == "Heading 1"]
    assert headings[0] == "Le Gué (QN99902M)"
    assert headings[-3:] == ["Remarques", "Précautions", "Sources"]
    assert [text for style, text in found if style == "Heading 2"] == ["Clés de lecture"] * 2
    assert sum(text.startswith("Insee, Recensement de la population, 2020") for text in told) == 1


def test_every_sheet_says_that_data_are_invented(opened):
    assert texts(opened.sections[0].header.paragraphs) == [printed.INVENTED]


def test_the_head_of_a_table_stands_again_on_every_sheet_and_is_marked(opened):
    for table in opened.tables:
        marked = [bool(row._tr.findall(f".//{ns.qn('w:tblHeader')}")) for row in table.rows]
        assert marked == [True] + [False] * (len(marked) - 1)
        (caption,) = table._tbl.tblPr.findall(ns.qn("w:tblCaption"))
        assert caption.get(ns.qn("w:val")).startswith("Indicateurs clés, édition 2024. Valeur : ")
        look = table._tbl.tblPr.find(ns.qn("w:tblLook"))
        assert look.get(ns.qn("w:firstRow")) == look.get(ns.qn("w:firstColumn")) == "1"


def test_a_hostile_name_is_text_and_makes_no_field(opened, written):
    assert f"{HOSTILE} (QN99901M)" in texts(opened.paragraphs)
    with zipfile.ZipFile(written) as archive:
        body = archive.read("word/document.xml").decode()
        foot = archive.read("word/footer1.xml").decode()
        every = "".join(archive.namelist())
    assert not any(mark in body for mark in ("instrText", "fldSimple", "fldChar", "w:hyperlink"))
    # the number of the page is the only field
    assert foot.count("fldSimple w:instr=") == 1
    assert "thumbnail" not in every


def test_the_document_is_french_and_tells_neither_who_nor_when(opened, written):
    about = opened.core_properties
    day = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
    assert [one.replace(tzinfo=dt.UTC) for one in (about.created, about.modified)] == [day, day]
    assert about.author == about.last_modified_by == about.comments == ""
    assert (about.title, about.language) == ("Indicateurs clés, édition 2024", "fr-FR")
    spoken = {one.get(ns.qn("w:val")) for one in opened.styles.element.iter(ns.qn("w:lang"))}
    assert spoken == {"fr-FR"}
    with zipfile.ZipFile(written) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(2000, 1, 1, 0, 0, 0)}


def test_a_table_fills_the_sheet_and_no_more(opened):
    section = opened.sections[0]
    room = section.page_width - section.left_margin - section.right_margin
    for table in opened.tables:
        assert sum(column.width for column in table.columns) == pytest.approx(room, rel=0.002)


def test_what_nobody_sees_is_left_out_and_an_alert_is_told(tmp_path):
    import pandas as pd

    rows = Rows(
        "Deux\x00 chiffres", pd.DataFrame({"Nom": ["a\u202eb"], "Valeur": ["1"]}), ("Valeur",), loud=True
    )
    document = Document(
        "Titre\x1b", ("Dessus",), ("Attention",), (Part("Partie", ("une\u200b ligne",), (rows,)),)
    )
    write_docx(document, tmp_path / "a.docx")
    found = docx.Document(str(tmp_path / "a.docx"))
    assert texts(found.paragraphs) == ["Titre", "Dessus", "Attention", "Partie", "une ligne", "Deux chiffres"]
    assert found.tables[0].rows[1].cells[0].text == "ab"
    assert found.sections[0].header.is_linked_to_previous

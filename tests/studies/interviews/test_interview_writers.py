"""What a corpus writes is what is read back, to the last character; and how a notebook shows it."""

import re
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import refi_by_hand as by_hand
from defusedxml.ElementTree import parse
from hypothesis import given, settings
from hypothesis import strategies as st
from refi_by_hand import ANNE, BORIS, CODES, files, selection

from oqhs.errors import DataError
from oqhs.studies import interviews
from oqhs.studies.interviews import Corpus, write_codebook, write_segments
from oqhs.studies.interviews.corpus import (
    CODE_DTYPES,
    LINK_DTYPES,
    SEGMENT_DTYPES,
    SOURCE_DTYPES,
    VERDICT_DTYPES,
    empty_frame,
    typed_frame,
)

FEW = settings(max_examples=60, deadline=None)
#: Any character a text may hold: no half of a pair, no NUL.
LETTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
#: What XML may hold besides.
XML_LETTERS = st.one_of(
    st.characters(min_codepoint=32, exclude_categories=["Cs", "Cc", "Cn"]), st.sampled_from("\t\n\r🌳é\u0301")
)
NAMES = st.text(XML_LETTERS, min_size=1, max_size=8).map(str.strip).filter(bool)
HEADINGS = re.compile(r"(?:\A|\n)(Inclure|Exclure|Exemple|Code) : ")
SAID = st.none() | st.text(XML_LETTERS, min_size=1, max_size=20).filter(
    lambda text: not HEADINGS.search(text)
)


@pytest.fixture
def corpus(packed):
    several = [
        selection(1, 26, 40, (CODES["chaleur"], ANNE), (CODES["pmi"], BORIS)),
        selection(2, 43, 56, (CODES["autre"], ANNE), described="à relire ; « vite »"),
        selection(3, 14, 16, (CODES["pmi"], None)),
    ]
    return interviews.read(packed(files(*several)))


def with_codes(rows):
    empty = [empty_frame(one) for one in (SOURCE_DTYPES, SEGMENT_DTYPES)]
    book = typed_frame(rows, CODE_DTYPES)
    return Corpus(*empty, book, empty_frame(LINK_DTYPES), empty_frame(VERDICT_DTYPES))


def test_a_codebook_comes_back_whole(corpus, tmp_path):
    back = interviews.read(write_codebook(corpus, tmp_path / "codebook.qdc"))
    pd.testing.assert_frame_equal(back.codebook, corpus.codebook)
    assert len(back.sources) == len(back.segments) == 0


def test_segments_come_back_whole(corpus, tmp_path):
    back = interviews.read(write_segments(corpus, tmp_path / "extraits.csv"))
    pd.testing.assert_frame_equal(back.segments, corpus.segments)


def test_spans_without_offsets_come_back_apart(table, tmp_path):
    rows = [("1", "e", "x", "oui"), ("2", "e", "x", "oui"), ("2", "e", "y", "oui")]
    corpus = interviews.read(table("all_tags.csv", ("id", "document", "tag", "content"), *rows))
    back = interviews.read(write_segments(corpus, tmp_path / "extraits.csv"))
    pd.testing.assert_frame_equal(back.segments, corpus.segments)
    assert back.segments["segment"].nunique() == 2


def test_the_same_corpus_gives_the_same_bytes_in_any_order_of_its_rows(corpus, tmp_path):
    turned = replace(corpus, codebook=corpus.codebook[::-1])
    one, other = write_codebook(corpus, tmp_path / "a.qdc"), write_codebook(turned, tmp_path / "b.qdc")
    assert one.read_bytes() == other.read_bytes()


def test_a_cell_that_looks_like_a_formula_is_written_as_it_is(table, tmp_path):
    corpus = interviews.read(table("e.csv", ("entretien_id", "extrait", "code"), ("e1", "=1+1", "x")))
    assert '"=1+1"' in write_segments(corpus, tmp_path / "extraits.csv").read_text(encoding="utf-8")


def test_a_codebook_is_to_its_schema(corpus, tmp_path):
    root = parse(write_codebook(corpus, tmp_path / "codebook.qdc")).getroot()
    ns = "{urn:QDA-XML:codebook:1.0}"
    assert root.tag == f"{ns}CodeBook"
    assert set(root.attrib) <= {"origin"}
    (codes,) = root
    assert codes.tag == f"{ns}Codes"
    assert len(codes)
    guid = re.compile(r"[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
    for code in root.iter(f"{ns}Code"):
        assert guid.fullmatch(code.attrib["guid"])
        assert set(code.attrib) - {"color"} == {"guid", "name", "isCodable"}
        assert code.attrib["isCodable"] in {"true", "false"}
        assert re.fullmatch("#([A-Fa-f0-9]{6}|[A-Fa-f0-9]{3})", code.attrib.get("color", "#000"))
        # One description at most, and first; then codes only.
        inside = [one.tag.removeprefix(ns) for one in code]
        assert inside == ["Description"] * (inside[:1] == ["Description"]) + ["Code"] * inside.count("Code")


def test_a_code_that_is_not_its_label_comes_back_with_both(tmp_path):
    rows = [{"code": "c1", "label": "Chaleur"}, {"code": "c2", "label": "Chaleur", "parent": "c1"}]
    back = interviews.read(write_codebook(with_codes(rows), tmp_path / "c.qdc"))
    assert back.codebook[["code", "label", "parent"]].fillna("").values.tolist() == [
        ["c1", "Chaleur", ""],
        ["c2", "Chaleur", "c1"],
    ]


@pytest.mark.parametrize(
    ("rows", "what"),
    [
        ([], "there is no code"),
        ([{"code": "a", "parent": "z"}], "under one that is not in the codebook"),
        ([{"code": "a", "parent": "b"}, {"code": "b", "parent": "a"}], "under itself"),
        ([{"code": "a", "definition": "sonne \x07"}], "XML cannot hold"),
    ],
    ids=["empty", "orphan", "round", "bell"],
)
def test_a_codebook_the_format_cannot_hold_is_refused(tmp_path, rows, what):
    with pytest.raises(DataError, match=what):
        write_codebook(with_codes(rows), tmp_path / "c.qdc")
    assert not (tmp_path / "c.qdc").exists()


def test_segments_without_words_are_refused(packed, tmp_path):
    picture = (
        f'<PictureSource guid="{by_hand.SOURCE}" name="plan"><PictureSelection guid="{by_hand.NOTE}"><Coding '
        f'guid="{by_hand.CASE}"><CodeRef targetGUID="{CODES["pmi"]}"/></Coding></PictureSelection></PictureSource>'
    )
    corpus = interviews.read(packed({"project.qde": by_hand.project(picture)}))
    with pytest.raises(DataError, match="has no text"):
        write_segments(corpus, tmp_path / "extraits.csv")


@FEW
@given(
    st.lists(st.tuples(NAMES, SAID, SAID, SAID, SAID), min_size=1, max_size=6, unique_by=lambda one: one[0])
)
def test_any_codebook_comes_back(said):
    names = ("code", "definition", "include", "exclude", "example")
    rows = [dict(zip(names, one, strict=True)) | {"label": one[0]} for one in said]
    for i, row in enumerate(rows[1:], start=1):
        # Each code under one before it: a tree of any shape the draw gives.
        row["parent"] = rows[len(row["code"]) % i]["code"]
    corpus = with_codes(sorted(rows, key=lambda row: row["code"]))
    with tempfile.TemporaryDirectory() as folder:
        back = interviews.read(write_codebook(corpus, Path(folder) / "c.qdc"))
    pd.testing.assert_frame_equal(back.codebook, corpus.codebook)


@FEW
@given(st.text(LETTERS, min_size=1, max_size=60), st.data())
def test_any_span_of_any_text_comes_back_from_a_project_and_from_a_table(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    if text.startswith("\ufeff"):
        text = "." + text[1:]
    made = files(selection(1, start, end, (CODES["pmi"], ANNE)), text=text)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        corpus = interviews.read(pack(folder / "projet.qdpx", made))
        assert corpus.sources["text"].tolist() == [text]
        assert corpus.segments[["start", "end", "text"]].values.tolist() == [[start, end, text[start:end]]]
        back = interviews.read(write_segments(corpus, folder / "extraits.csv"))
    pd.testing.assert_frame_equal(back.segments, corpus.segments)


def pack(path, made):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in made.items():
            archive.writestr(name, content)
    return path


def test_a_notebook_shows_counts_and_no_word_of_anybody(corpus):
    named = corpus.sources.assign(kind="entretien", label="<b>", persons=pd.array([pd.NA], "Int64"))
    shown = replace(corpus, sources=named, segments=corpus.segments.assign(kind="entretien"), invented=True)
    html = shown._repr_html_()
    assert "<strong>Corpus inventé</strong>" in html
    assert "au moins 1 (1 source sans effectif)" in html
    assert "<td>Entretiens</td><td>1</td><td>3</td>" in html
    assert "<b>" not in html
    assert "PMI" not in html
    assert repr(shown) == "<Corpus : 1 source, 3 extraits codés, 4 codes>"

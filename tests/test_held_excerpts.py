"""End to end: of excerpts that must stay inside, none reaches a file that leaves the observatory."""

import html
import re
import sys
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from qualitative_support import corpus_of
from small_edition import write_data
from two_editions import on_one_perimeter, opened

import oqhs
from oqhs.errors import DataError, MeasureError
from oqhs.evaluating import annex_of, findings_of
from oqhs.evaluating import document_of as evaluation_of
from oqhs.publish.document_files import write_document
from oqhs.publish.joint import document_of
from oqhs.publish.pages import page_of
from oqhs.publish.portrait.portrait import portrait_of
from oqhs.publish.word import write_docx
from oqhs.studies.identity import Pseudonyms, publishable
from oqhs.studies.telling import FEW_HEARD, FEW_SPOKE, NEVER_PUBLIC, NOTE_HELD

sys.path.insert(0, str(Path(__file__).parent / "studies" / "identity"))
import planted_identifiers as planted

pypdf = pytest.importorskip("pypdf")
pytest.importorskip("typst")
pytest.importorskip("docx")

HEARD, QUIET = "QN99901M", "QN99902M"  # eight people; two people
NAMES = Pseudonyms(pd.DataFrame(planted.TABLE, columns=["name", "pseudonym", "nature"]))
IDENTIFYING = planted.identifiers()["text"]
HARMLESS = planted.harmless()
OF_FEW = "On se parle peu entre paliers."
NOTED = "Voir Mme Kowalczyk, au 06 12 34 56 78."


@pytest.fixture(scope="module")
def corpus():
    """Two hundred identifying excerpts and two hundred harmless ones where eight people were heard."""
    texts = pd.concat([IDENTIFYING, HARMLESS])
    said = [
        {
            "segment": name,
            "source": "E1",
            "speaker": f"P{place % 8}",
            "text": text,
            "code": "emploi",
            "coder": "A",
        }
        for place, (name, text) in enumerate(texts.items())
    ]
    said += [
        {"segment": f"q{rank}", "source": "E2", "speaker": f"P{rank}", "text": OF_FEW, "code": "emploi"}
        for rank in range(2)
    ]
    sources = [
        {"source": "E1", "kind": "groupe", "territory": HEARD, "date": "2025-03-01", "persons": 8},
        {"source": "E2", "kind": "groupe", "territory": QUIET, "date": "2025-03-02", "persons": 2},
    ]
    book = [{"code": "emploi", "label": "Emploi", "example": IDENTIFYING.iloc[0]}]
    links = [{"code": "emploi", "indicator": "taux_chomage_15_64"}]
    verdicts = [
        {
            "territory": HEARD,
            "indicator": "taux_chomage_15_64",
            "verdict": "convergence",
            "note": NOTED,
        }
    ]
    made = corpus_of(sources, said, book, links, verdicts)
    return type(made)(**{**made.__dict__, "diffusion": "partenaires", "invented": True})


@pytest.fixture(scope="module")
def edition(tmp_path_factory):
    return oqhs.open(write_data(tmp_path_factory.mktemp("data"))).edition(2024)


def written(edition, corpus, folder):
    """Everything that partners are given with the interviews, as the text that can be read in it."""
    table = edition.joint_display(corpus, pseudonyms=NAMES)
    document = document_of(table, "Entretiens", diffusion="partenaires", invented=True)
    write_docx(document, folder / "entretiens.docx")
    texts = [page_of(document), table.to_csv()]
    with zipfile.ZipFile(folder / "entretiens.docx") as packed:
        texts += [packed.read(name).decode("utf-8", "ignore") for name in packed.namelist()]
    for code in (HEARD, QUIET, "T98"):
        portrait = edition.portrait(code, corpus)
        texts.append(portrait.to_html(folder / f"{code}.html").read_text(encoding="utf-8"))
        pages = pypdf.PdfReader(portrait.to_pdf(folder / f"{code}.pdf")).pages
        texts += [page.extract_text() for page in pages]
    texts.append(publishable(corpus, diffusion="partenaires", persons_min=5, pseudonyms=NAMES).log.to_csv())
    return _plain(" ".join(texts))


def _plain(text):
    return re.sub(r"\s+", " ", html.unescape(html.unescape(text)))


def test_no_withheld_excerpt_is_in_any_file_given_to_partners(edition, corpus, tmp_path):
    chosen = publishable(corpus, diffusion="partenaires", persons_min=5, pseudonyms=NAMES)
    held = corpus.segments[~corpus.segments["segment"].isin(chosen.segments["segment"])]
    held = held[~held["text"].isin(chosen.segments["text"])]
    # All but one in twenty of those that identify somebody, and those of the quartier of two people.
    assert held["segment"].isin(IDENTIFYING.index).sum() >= 190
    assert held["segment"].isin(["q0", "q1"]).sum() == 2
    read = written(edition, corpus, tmp_path)
    assert [text for text in held["text"] if _plain(text) in read] == []
    assert _plain(NOTED) not in read
    assert "06 12 34 56 78" not in read


def for_partners(found):
    for file in found.editions.values():
        file["diffusion"] = "partenaires"


def test_no_withheld_excerpt_is_in_an_evaluation_nor_in_its_annex(corpus, tmp_path):
    edition = opened(tmp_path / "data", on_one_perimeter, for_partners).edition(2024)
    # The quartier where eight people were heard has another code in this folder.
    frames = {name: getattr(corpus, name) for name in ("sources", "segments", "verdicts")}
    moved = {name: frame.replace({"territory": {HEARD: "QN99901I"}}) for name, frame in frames.items()}
    corpus = type(corpus)(**{**corpus.__dict__, **moved})
    found = findings_of(edition, 2020, joint=edition.joint_display(corpus, pseudonyms=NAMES))
    texts = [page_of(evaluation_of(found)), *(frame.to_csv() for frame in annex_of(found).values())]
    write_document(evaluation_of(found), tmp_path / "evaluation.docx")
    with zipfile.ZipFile(tmp_path / "evaluation.docx") as packed:
        texts += [packed.read(name).decode("utf-8", "ignore") for name in packed.namelist()]
    read = _plain(" ".join(texts))
    chosen = publishable(corpus, diffusion="partenaires", persons_min=5, pseudonyms=NAMES)
    held = corpus.segments[~corpus.segments["segment"].isin(chosen.segments["segment"])]
    assert [text for text in held["text"] if _plain(text) in read] == []
    assert _plain(NOTED) not in read
    assert any(_plain(text) in read for text in HARMLESS)


def test_harmless_excerpts_do_reach_partners(edition, corpus, tmp_path):
    read = written(edition, corpus, tmp_path)
    assert any(_plain(text) in read for text in HARMLESS)


def test_a_note_that_tells_of_somebody_is_held_and_said_to_be(edition, corpus):
    table = edition.joint_display(corpus, pseudonyms=NAMES).set_index("territory")
    assert table.loc[HEARD, "verdict_note"] == NOTE_HELD
    assert table.loc[HEARD, "verdict"] == "convergence"


def test_what_few_people_said_is_not_even_counted(edition, corpus):
    table = edition.joint_display(corpus, pseudonyms=NAMES).set_index("territory")
    assert pd.isna(table.loc[QUIET, "excerpts"])
    assert pd.isna(table.loc[QUIET, "persons"])
    assert table.loc[QUIET, "quotes"] == ()
    assert table.loc[QUIET, "held"] == FEW_HEARD
    assert table.loc[HEARD, "persons"] == 8


def told_inside(corpus):
    return type(corpus)(**{**corpus.__dict__, "diffusion": "interne"})


@pytest.mark.parametrize("diffusion", ["partenaires", "public"])
def test_a_study_that_stays_inside_is_told_to_nobody_else_not_even_its_counts(edition, corpus, diffusion):
    with pytest.raises(DataError, match="this corpus may not be given so widely"):
        edition.told_to(diffusion).joint_display(told_inside(corpus), pseudonyms=NAMES)
    with pytest.raises(DataError, match="this corpus may not be given so widely"):
        edition.told_to(diffusion).portrait(HEARD, told_inside(corpus))


def test_a_joint_display_made_for_few_is_not_told_farther(edition, corpus):
    inside = edition.told_to("interne").joint_display(corpus, pseudonyms=NAMES)
    assert inside.attrs["diffusion"] == "interne"
    with pytest.raises(MeasureError, match="may not be told so far"):
        document_of(inside, "Entretiens", diffusion="partenaires", invented=True)
    inside.attrs["diffusion"] = "tous"
    with pytest.raises(MeasureError, match="may not be told so far"):
        portrait_of(edition.told_to("partenaires").contents()[0], HEARD, inside)


def test_a_code_that_names_somebody_goes_nowhere(edition, corpus):
    book = corpus.codebook.assign(label="Mme Kowalczyk, gardienne")
    named = type(corpus)(**{**corpus.__dict__, "codebook": book})
    with pytest.raises(DataError, match="codes hold what may identify somebody") as caught:
        edition.joint_display(named, pseudonyms=NAMES)
    assert "Kowalczyk" not in str(caught.value)


def test_whether_a_count_is_a_minimum_does_not_tell_what_few_people_spoke_of(edition, corpus):
    unnamed = corpus.segments["speaker"].where(corpus.segments["source"] != "E2")
    quiet = type(corpus)(**{**corpus.__dict__, "segments": corpus.segments.assign(speaker=unnamed)})
    table = edition.joint_display(quiet, pseudonyms=NAMES).set_index("territory")
    assert table.loc[QUIET, "persons_exact"]


def test_everyone_is_not_told_how_many_spoke_when_they_are_few(edition, corpus):
    spoke = corpus.segments["speaker"].isin(["P0", "P1"]) | (corpus.segments["source"] == "E2")
    kept = corpus.segments[spoke]
    others = corpus.segments[~spoke].drop_duplicates("speaker").assign(code="autre")
    book = pd.concat([corpus.codebook, corpus.codebook.assign(code="autre", label="Autre", example=None)])
    few = {"segments": pd.concat([kept, others], ignore_index=True), "codebook": book}
    study = type(corpus)(**{**corpus.__dict__, **few})
    # Eight people were heard in the quartier; two of them spoke of work.
    shown = edition.joint_display(study, pseudonyms=NAMES).set_index("territory")
    assert shown.loc[HEARD, "persons"] == 2
    table = edition.told_to("public").joint_display(study, pseudonyms=NAMES).set_index("territory")
    assert pd.isna(table.loc[HEARD, "persons"])
    assert pd.isna(table.loc[HEARD, "excerpts"])
    assert table.loc[HEARD, "held"] == FEW_SPOKE


def test_everyone_is_told_counts_and_verdicts_but_no_excerpt(edition, corpus):
    table = edition.told_to("public").joint_display(corpus, pseudonyms=NAMES).set_index("territory")
    assert table.loc[HEARD, "quotes"] == ()
    assert table.loc[HEARD, "held"] == NEVER_PUBLIC
    assert table.loc[HEARD, "persons"] == 8
    page = edition.told_to("public").portrait(HEARD, corpus)._repr_html_()
    assert not [text for text in HARMLESS if html.escape(html.escape(text)) in page]


def test_inside_the_observatory_everything_is_counted(edition, corpus):
    table = edition.told_to("interne").joint_display(corpus, pseudonyms=NAMES).set_index("territory")
    assert table.loc[QUIET, "excerpts"] == 2
    assert table.loc[HEARD, "verdict_note"] == NOTED

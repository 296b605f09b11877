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

import oqhs
from oqhs.publish.joint import document_of
from oqhs.publish.pages import page_of
from oqhs.publish.word import write_docx
from oqhs.studies.identity import Pseudonyms, publishable
from oqhs.studies.telling import FEW_HEARD, NEVER_PUBLIC, NOTE_HELD

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

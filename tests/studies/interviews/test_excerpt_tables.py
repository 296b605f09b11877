"""The plain table of excerpts, and the tables that complete a corpus."""

import pandas as pd
import pytest

from oqhs.errors import DataError, LayoutError
from oqhs.studies import interviews

HEADER = (
    "entretien_id", "qpv_code", "date", "type", "locuteur_pseudo", "extrait", "debut", "fin", "code", "codeur"
)  # fmt: skip
ROWS = (
    (
        "e1",
        "QN99901M",
        "2023-05-12",
        "entretien",
        "P01",
        "« L'été, on étouffe »",
        "10",
        "31",
        "chaleur",
        "anne",
    ),
    (
        "e1",
        "QN99901M",
        "12/05/2023",
        "entretien",
        "P01",
        "« L'été, on étouffe »",
        "10",
        "31",
        "chaleur",
        "boris",
    ),
    ("e1", "QN99901M", "2023-05-12", "entretien", "", "oui ; non\nEnfin…", "", "", "arbres", "anne"),
    ("e2", "qn99902m ", "", "Diagnostic en marchant", "", "=1+1", "0", "4", "arbres", ""),
)


def changed(row, **cells):
    return tuple(cells.get(name, cell) for name, cell in zip(HEADER, ROWS[row], strict=True))


@pytest.mark.parametrize("separator", [";", ","])
def test_every_cell_is_kept(table, separator):
    corpus = interviews.read(table("extraits.csv", HEADER, *ROWS, separator=separator))
    columns = ["source", "territory", "kind", "speaker", "start", "end", "text", "code", "coder"]
    found = corpus.segments[columns].astype("object").where(corpus.segments[columns].notna(), None)
    first = ["e1", "QN99901M", "entretien"]
    assert found.values.tolist() == [
        [*first, "P01", 10, 31, "« L'été, on étouffe »", "chaleur", "anne"],
        [*first, "P01", 10, 31, "« L'été, on étouffe »", "chaleur", "boris"],
        [*first, None, None, None, "oui ; non\nEnfin…", "arbres", "anne"],
        ["e2", "QN99902M", "marche", None, 0, 4, "=1+1", "arbres", None],
    ]
    assert corpus.sources["date"].tolist() == [pd.Timestamp("2023-05-12"), pd.NaT]
    assert corpus.segments["segment"].nunique() == 3


@pytest.mark.parametrize(
    ("cells", "what", "found"),
    [
        ({"qpv_code": "94028"}, "what is told of source 'e2' is not understood", "94028"),
        ({"date": "31/02/2023"}, "what is told of source 'e2' is not understood", "31/02/2023"),
        ({"type": "sondage"}, "what is told of source 'e2' is not understood", "sondage"),
        ({"debut": "0,5"}, "this offset is not a whole number", "0,5"),
        ({"debut": "4"}, "this segment does not end after its start", (4, 4)),
        ({"fin": ""}, "one end of this segment is missing", (0, None)),
        ({"fin": "9"}, "this excerpt has not as many characters as its offsets say", "4 characters, 0 to 9"),
        ({"code": ""}, "this row lacks what makes an excerpt", None),
        ({"extrait": ""}, "this row lacks what makes an excerpt", None),
        ({"entretien_id": ""}, "this row lacks what makes an excerpt", None),
    ],
)
def test_a_wrong_cell_says_its_line(table, refused, cells, what, found):
    (one,) = refused(DataError, table("extraits.csv", HEADER, ROWS[0], changed(3, **cells)))
    assert (one.what, one.line, one.found) == (what, 3, found)


def test_two_quartiers_of_one_interview_are_refused(table, refused):
    (one,) = refused(DataError, table("extraits.csv", HEADER, ROWS[0], changed(1, qpv_code="QN99902M")))
    assert (one.line, one.column, one.found) == (3, "territory", "QN99901M and QN99902M")


def test_two_speakers_of_one_span_are_refused(table, refused):
    (one,) = refused(DataError, table("extraits.csv", HEADER, ROWS[0], changed(1, locuteur_pseudo="P02")))
    assert (one.line, one.found) == (3, "P01 and P02")


def test_a_table_of_something_else_says_its_columns(table, refused):
    (one,) = refused(LayoutError, table("autre.csv", ("a", "b"), ("1", "2")))
    assert one.found == "a, b"
    assert "entretien_id" in one.allowed


@pytest.mark.parametrize("name", ["corpus.docx", "corpus"])
def test_another_kind_of_file_says_what_is_read(put, refused, name):
    (one,) = refused(LayoutError, put(name, "x"))
    assert ".qdpx" in one.allowed


def test_a_file_that_is_not_there_is_told(tmp_path, refused):
    assert refused(LayoutError, tmp_path / "rien.qdpx")[0].what == "this file is not there"


SOURCES = ("source", "qpv_code", "date", "type", "personnes")


@pytest.fixture
def bare(table):
    """A table of excerpts that tells nothing of its interviews."""
    return table(
        "extraits.csv", ("entretien_id", "extrait", "code"), ("e1", "a", "chaleur"), ("e2", "b", "arbres")
    )


def test_a_table_of_sources_completes_what_the_file_tells(bare, table):
    told = table(
        "sources.csv", SOURCES, ("e2", "QN99902M", "2025-06-01", "Focus group", "6"), ("e1", "", "", "", "")
    )
    corpus = interviews.read(bare, sources=told)
    second = corpus.sources.set_index("source").loc["e2"]
    assert second[["territory", "kind", "persons"]].tolist() == ["QN99902M", "groupe", 6]
    assert corpus.segments["territory"].fillna("").tolist() == ["", "QN99902M"]
    # Nobody said how many people were heard in the first one: it stays missing, it is no zero.
    assert corpus.sources["persons"].isna().tolist() == [True, False]


@pytest.mark.parametrize(
    ("row", "column", "found"),
    [
        (("e9", "QN99902M", "", "", ""), "source", "e9"),
        (("e1", "", "", "", ""), "source", "e1"),
        (("e2", "QN999", "", "", ""), "territory", "QN999"),
        (("e2", "", "", "", "six"), "persons", "six"),
    ],
    ids=["unknown", "twice", "quartier", "persons"],
)
def test_a_wrong_table_of_sources_says_its_line(bare, table, refused, row, column, found):
    told = table("sources.csv", SOURCES, ("e1", "QN99901M", "", "", ""), row)
    (one,) = refused(DataError, bare, sources=told)
    assert (one.file.name, one.line, one.column, one.found) == ("sources.csv", 3, column, found)


def test_a_table_of_sources_that_contradicts_the_file_is_refused(table, refused):
    path = table("extraits.csv", HEADER, ROWS[0])
    told = table("sources.csv", SOURCES, ("e1", "QN99902M", "", "", ""))
    (one,) = refused(DataError, path, sources=told)
    assert (one.file.name, one.found) == ("sources.csv", "QN99901M and QN99902M")


def test_a_table_of_sources_without_sources_is_refused(bare, table, refused):
    (one,) = refused(LayoutError, bare, sources=table("sources.csv", ("nom", "qpv"), ("e1", "QN99901M")))
    assert one.column == "source"


def test_links_and_verdicts_are_read_whatever_their_accents(bare, table):
    links = table(
        "liens.csv", ("code", "indicateur"), ("chaleur", "exposition_icu"), ("arbres", "surface_arboree")
    )
    verdicts = table(
        "verdicts.csv",
        ("qpv_code", "indicateur", "verdict", "note"),
        ("QN99902M", "exposition_icu", "Complementarite", "la nuit"),
        ("QN99901M", "exposition_icu", "CONVERGENCE", ""),
    )
    corpus = interviews.read(bare, links=links, verdicts=verdicts)
    assert corpus.links.values.tolist() == [["arbres", "surface_arboree"], ["chaleur", "exposition_icu"]]
    assert corpus.verdicts.fillna("").values.tolist() == [
        ["QN99901M", "exposition_icu", "convergence", ""],
        ["QN99902M", "exposition_icu", "complémentarité", "la nuit"],
    ]


@pytest.mark.parametrize(
    ("row", "column", "found"),
    [
        (("froid", "exposition_icu"), "code", "froid"),
        (("arbres", "Exposition ICU"), "indicateur", "Exposition ICU"),
        (("chaleur", "exposition_icu"), None, "chaleur ; exposition_icu"),
    ],
    ids=["code", "indicator", "twice"],
)
def test_a_wrong_link_says_its_line(bare, table, refused, row, column, found):
    links = table("liens.csv", ("code", "indicateur"), ("chaleur", "exposition_icu"), row)
    (one,) = refused(DataError, bare, links=links)
    assert (one.line, one.column, one.found) == (3, column, found)


@pytest.mark.parametrize(
    ("row", "column", "found"),
    [
        (("94028", "exposition_icu", "silence", ""), "qpv_code", "94028"),
        (("QN99902M", "exposition_icu", "accord", ""), "verdict", "accord"),
        (("QN99902M", "", "silence", ""), "indicateur", None),
        (("QN99901M", "exposition_icu", "silence", ""), None, "QN99901M ; exposition_icu"),
    ],
    ids=["quartier", "verdict", "indicator", "twice"],
)
def test_a_wrong_verdict_says_its_line(bare, table, refused, row, column, found):
    header = ("qpv_code", "indicateur", "verdict", "note")
    path = table("verdicts.csv", header, ("QN99901M", "exposition_icu", "convergence", ""), row)
    (one,) = refused(DataError, bare, verdicts=path)
    assert (one.line, one.column, one.found) == (3, column, found)

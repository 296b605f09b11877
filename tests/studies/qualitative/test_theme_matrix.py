"""Excerpts, sources and persons by quartier and code: counted once, a missing count never zero."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qualitative_support import corpus_of

from oqhs.errors import MeasureError, UnknownError
from oqhs.studies.qualitative import MATRIX_COLUMNS, NOTICE, theme_matrix

NORD, SUD, EST = "QN99901M", "QN99902M", "QN99903I"
BOOK = [
    {"code": "soins", "label": "Accès aux soins"},
    {"code": "pmi", "parent": "soins", "label": "PMI"},
    {"code": "delai", "parent": "pmi", "label": "Délais"},
    {"code": "bruit"},
]
#: Nord: an interview with one person and a group of eight; Sud: an open answer; Est: nothing was coded yet.
SOURCES = [
    {"source": "E1", "territory": NORD, "persons": 1},
    {"source": "G1", "territory": NORD, "persons": 8},
    {"source": "R1", "territory": SUD},
    {"source": "E9", "territory": EST, "persons": 1},
]
SEGMENTS = [
    # Two coders and two codes of one branch on one segment: one excerpt of the theme.
    {"segment": "a", "source": "E1", "speaker": "P1", "code": "pmi", "coder": "AB"},
    {"segment": "a", "source": "E1", "speaker": "P1", "code": "pmi", "coder": "CD"},
    {"segment": "a", "source": "E1", "speaker": "P1", "code": "delai", "coder": "AB"},
    {"segment": "b", "source": "E1", "speaker": "P1", "code": "soins", "coder": "AB"},
    {"segment": "c", "source": "G1", "speaker": "P2", "code": "delai", "coder": "AB"},
    {"segment": "d", "source": "G1", "speaker": "P3", "code": "delai", "coder": "AB"},
    {"segment": "e", "source": "R1", "code": "bruit", "coder": "AB"},
]


def cells(matrix):
    return {
        (row.territory, row.code): (row.excerpts, row.sources, row.persons, row.persons_exact)
        for row in matrix.itertuples()
    }


def test_a_code_counts_what_stands_under_it_once():
    found = cells(theme_matrix(corpus_of(SOURCES, SEGMENTS, BOOK)))
    # a, c, d have « delai » (P1 of E1, P2 and P3 of G1); « pmi » adds nothing but the same a; « soins » adds b.
    assert found[(NORD, "delai")] == (3, 2, 3, True)
    assert found[(NORD, "pmi")] == (3, 2, 3, True)
    assert found[(NORD, "soins")] == (4, 2, 3, True)


def test_a_code_that_was_not_used_where_others_were_is_zero_and_a_quartier_not_coded_is_missing():
    matrix = theme_matrix(corpus_of(SOURCES, SEGMENTS, BOOK))
    found = cells(matrix)
    assert found[(SUD, "soins")] == (0, 0, 0, True)
    east = matrix[matrix["territory"] == EST]
    assert len(east) == 4
    assert east[["excerpts", "sources", "persons"]].isna().all(axis=None)
    assert not east["persons_exact"].any()


def test_themes_are_the_codes_without_a_parent():
    matrix = theme_matrix(corpus_of(SOURCES, SEGMENTS, BOOK), level="theme")
    assert matrix[["territory", "code"]].to_numpy().tolist() == [
        [place, code] for place in (NORD, SUD, EST) for code in ("soins", "bruit")
    ]
    assert cells(matrix)[(NORD, "soins")] == (4, 2, 3, True)


def test_a_matrix_tells_the_theme_of_a_code_and_its_label_or_the_code_without_one():
    matrix = theme_matrix(corpus_of(SOURCES, SEGMENTS, BOOK))
    assert matrix.columns.tolist() == MATRIX_COLUMNS
    assert matrix.loc[matrix["territory"] == NORD, ["label", "theme"]].to_numpy().tolist() == [
        ["Accès aux soins", "soins"],
        ["PMI", "soins"],
        ["Délais", "soins"],
        ["bruit", "bruit"],
    ]


def test_every_matrix_says_that_excerpts_do_not_measure_opinions():
    assert theme_matrix(corpus_of(SOURCES, SEGMENTS, BOOK)).attrs["notice"] == NOTICE
    assert NOTICE == "Le nombre d'extraits ne mesure pas la fréquence d'une opinion."


@pytest.mark.parametrize(
    ("persons", "speakers", "expected"),
    [
        (1, [None], (1, True)),  # one was heard: it was that one
        (8, [None], (1, False)),  # somebody of eight, perhaps several
        (None, [None], (1, False)),  # nobody told how many were there
        (8, ["P1", None], (1, False)),  # P1 again, or another
        (2, ["P1", "P2", None], (2, True)),  # both are named already
        (None, ["P1", "P2"], (2, True)),
    ],
)
def test_persons_are_a_lower_bound_where_speakers_are_not_told(persons, speakers, expected):
    sources = [{"source": "G", "territory": NORD, "persons": persons}]
    segments = [
        {"segment": f"s{place}", "source": "G", "speaker": who, "code": "bruit"}
        for place, who in enumerate(speakers)
    ]
    (row,) = theme_matrix(corpus_of(sources, segments, [{"code": "bruit"}])).itertuples()
    assert (row.persons, row.persons_exact) == expected


def test_the_same_pseudonym_in_two_sources_is_one_person_at_least():
    sources = [{"source": name, "territory": NORD} for name in ("E1", "E2")]
    segments = [
        {"segment": f"s{name}", "source": name, "speaker": "P1", "code": "bruit"} for name in ("E1", "E2")
    ]
    table = theme_matrix(corpus_of(sources, segments, [{"code": "bruit"}]))
    assert table[["persons", "persons_exact"]].to_numpy().tolist() == [[1, False]]


def test_one_id_of_segment_in_two_sources_is_two_excerpts():
    sources = [{"source": name, "territory": NORD} for name in ("E1", "E2")]
    segments = [{"segment": "s", "source": name, "code": "bruit"} for name in ("E1", "E2")]
    assert theme_matrix(corpus_of(sources, segments, [{"code": "bruit"}]))["excerpts"].tolist() == [2]


def test_sources_without_a_quartier_come_last_and_are_not_lost():
    sources = [{"source": "E1"}, {"source": "E2", "territory": NORD}]
    segments = [{"segment": name, "source": name, "code": "bruit"} for name in ("E1", "E2")]
    matrix = theme_matrix(corpus_of(sources, segments, [{"code": "bruit"}]))
    assert matrix["territory"].isna().tolist() == [False, True]
    assert matrix["excerpts"].tolist() == [1, 1]


def test_a_corpus_without_a_source_gives_an_empty_matrix():
    matrix = theme_matrix(corpus_of([], [], BOOK))
    assert matrix.empty
    assert matrix.columns.tolist() == MATRIX_COLUMNS


def test_the_corpus_is_left_as_it_was():
    corpus = corpus_of(SOURCES, SEGMENTS, BOOK)
    before = [frame.copy() for frame in (corpus.sources, corpus.segments, corpus.codebook)]
    theme_matrix(corpus)
    for frame, kept in zip((corpus.sources, corpus.segments, corpus.codebook), before, strict=True):
        pd.testing.assert_frame_equal(frame, kept)


def test_a_level_that_does_not_exist_is_refused():
    with pytest.raises(UnknownError, match="no such level of a codebook") as caught:
        theme_matrix(corpus_of(SOURCES, SEGMENTS, BOOK), level="chapter")
    assert caught.value.problems[0].allowed == "code, theme"


def test_a_parent_that_is_not_a_code_is_refused():
    book = [{"code": "pmi", "parent": "soin"}]
    with pytest.raises(MeasureError, match="stands under one that is not in the codebook") as caught:
        theme_matrix(corpus_of([], [], book))
    assert caught.value.problems[0].found == "pmi: soin"


def test_codes_above_themselves_are_refused():
    book = [{"code": "a", "parent": "b"}, {"code": "b", "parent": "a"}, {"code": "c"}]
    with pytest.raises(MeasureError, match="above themselves") as caught:
        theme_matrix(corpus_of([], [], book))
    assert caught.value.problems[0].found == "a, b"


def test_a_segment_with_a_code_that_the_codebook_lacks_is_refused():
    segments = [{"segment": "s", "source": "E1", "code": "brui"}]
    with pytest.raises(MeasureError, match="not in the codebook") as caught:
        theme_matrix(corpus_of([{"source": "E1"}], segments, [{"code": "bruit"}]))
    assert caught.value.problems[0].found == "brui"


@settings(deadline=None, max_examples=30)
@given(
    st.lists(
        st.tuples(st.integers(0, 2), st.integers(0, 4), st.integers(0, 3), st.integers(0, 1)),
        min_size=1,
        max_size=25,
        unique=True,
    )
)
def test_a_matrix_is_what_sets_counted_one_by_one_give(rows):
    """The oracle walks up the tree of each segment and keeps sets, one cell after the other."""
    under = {
        "soins": {"soins", "pmi", "delai"},
        "pmi": {"pmi", "delai"},
        "delai": {"delai"},
        "bruit": {"bruit"},
    }
    names = ["soins", "pmi", "delai", "bruit"]
    sources = [{"source": f"E{one}", "territory": (NORD, NORD, SUD)[one]} for one in range(3)]
    segments = [
        {"segment": f"E{source}-{span}", "source": f"E{source}", "code": names[code], "coder": f"C{coder}"}
        for source, span, code, coder in rows
    ]
    matrix = theme_matrix(corpus_of(sources, segments, BOOK))
    for row in matrix.dropna(subset="excerpts").itertuples():
        place = [one for one in range(3) if sources[one]["territory"] == row.territory]
        spans = {(one[0], one[1]) for one in rows if one[0] in place and names[one[2]] in under[row.code]}
        assert (row.excerpts, row.sources) == (len(spans), len({source for source, _ in spans}))

"""Codes that meet: overlapping spans, one segment with two codes, and nothing across sources."""

import itertools

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qualitative_support import corpus_of

from oqhs.studies.qualitative import COOCCURRENCE_COLUMNS, NOTICE, cooccurrence

BOOK = [{"code": "a", "label": "Alpha"}, {"code": "b"}, {"code": "c"}]


def span(source, start, end, code, coder="AB"):
    place = {"start": start, "end": end}
    return {"segment": f"{source}:{start}-{end}", "source": source, "code": code, "coder": coder} | place


def met(*segments, sources=("E1", "E2", "E3")):
    table = cooccurrence(corpus_of([{"source": one} for one in sources], segments, BOOK))
    return {(row.code, row.other): (row.sources, row.pairs) for row in table.itertuples()}


@pytest.mark.parametrize(
    ("second", "meets"),
    [((5, 15), True), ((2, 8), True), ((0, 10), True), ((9, 12), True), ((10, 20), False), ((30, 40), False)],
)
def test_spans_meet_where_they_share_a_character(second, meets):
    assert met(span("E1", 0, 10, "a"), span("E1", *second, "b")) == ({("a", "b"): (1, 1)} if meets else {})


def test_codes_of_one_segment_meet_once_whatever_the_number_of_coders():
    both = [span("E1", 0, 10, code, coder) for code in ("a", "b") for coder in ("AB", "CD")]
    assert met(*both) == {("a", "b"): (1, 1)}


def test_pairs_of_segments_and_sources_are_counted_apart():
    # E1: the long « a » meets two « b »; E2: one pair; E3: nothing meets.
    segments = [
        span("E1", 0, 100, "a"),
        span("E1", 5, 10, "b"),
        span("E1", 50, 60, "b"),
        span("E2", 0, 10, "b"),
        span("E2", 5, 20, "a"),
        span("E3", 0, 10, "a"),
        span("E3", 10, 20, "b"),
    ]
    assert met(*segments) == {("a", "b"): (2, 3)}


def test_a_code_does_not_meet_itself_nor_another_source():
    assert met(span("E1", 0, 10, "a"), span("E1", 5, 15, "a"), span("E2", 0, 10, "b")) == {}


def test_without_offsets_only_a_segment_meets_itself():
    segments = [
        {"segment": "s1", "source": "E1", "code": "a"},
        {"segment": "s1", "source": "E1", "code": "c"},
        {"segment": "s2", "source": "E1", "code": "b"},
        # Ids of segments are not offsets: these do not meet what stands at 0 or 1.
        span("E1", 0, 5, "b"),
    ]
    assert met(*segments) == {("a", "c"): (1, 1)}


def test_a_table_has_its_labels_its_notice_and_its_order():
    segments = [span("E1", 0, 10, code) for code in ("c", "b", "a")]
    table = cooccurrence(corpus_of([{"source": "E1"}], segments, BOOK))
    assert table.columns.tolist() == COOCCURRENCE_COLUMNS
    assert table[["code", "label", "other"]].to_numpy().tolist() == [
        ["a", "Alpha", "b"],
        ["a", "Alpha", "c"],
        ["b", "b", "c"],
    ]
    assert table.attrs["notice"] == NOTICE


def test_a_corpus_without_a_segment_has_no_meeting():
    table = cooccurrence(corpus_of([{"source": "E1"}], [], BOOK))
    assert table.empty
    assert table.columns.tolist() == COOCCURRENCE_COLUMNS


spans = st.lists(
    st.tuples(st.sampled_from(["E1", "E2"]), st.integers(0, 12), st.integers(1, 8), st.sampled_from("abc")),
    max_size=14,
    unique=True,
)


@settings(deadline=None, max_examples=60)
@given(spans)
def test_meetings_are_those_that_comparing_every_two_segments_finds(drawn):
    segments = [span(source, start, start + length, code) for source, start, length, code in drawn]
    expected = {}
    for one, two in itertools.combinations(segments, 2):
        first, second = sorted((one, two), key=lambda each: each["code"])
        apart = one["end"] <= two["start"] or two["end"] <= one["start"]
        if one["source"] == two["source"] and one["code"] != two["code"] and not apart:
            expected.setdefault((first["code"], second["code"]), []).append(one["source"])
    assert met(*segments) == {pair: (len(set(where)), len(where)) for pair, where in expected.items()}


@settings(deadline=None, max_examples=20)
@given(spans, st.integers(1, 1000))
def test_shifting_a_source_changes_no_meeting(drawn, shift):
    moved = [
        (source, start + shift * (source == "E1"), length, code) for source, start, length, code in drawn
    ]
    tables = [
        met(*(span(source, start, start + length, code) for source, start, length, code in rows))
        for rows in (drawn, moved)
    ]
    assert tables[0] == tables[1]


def test_a_hundred_thousand_segments_are_joined_in_seconds():
    number = 100_000
    corpus = corpus_of([{"source": "E1"}], [], BOOK)
    place = pd.Series(range(number))
    segments = pd.DataFrame(
        {
            "segment": "s" + place.astype("str"),
            "source": "E" + (place % 500).astype("str"),
            "start": (place // 500 * 10).astype("Int64"),
            "end": (place // 500 * 10 + 15).astype("Int64"),
            "code": (place // 500 % 2).map({0: "a", 1: "b"}),
        }
    )
    table = cooccurrence(
        type(corpus)(corpus.sources, segments, corpus.codebook, corpus.links, corpus.verdicts)
    )
    # Each of the 500 sources has 200 spans, each of which meets the next, of the other code.
    assert table[["sources", "pairs"]].to_numpy().tolist() == [[500, 500 * 199]]

"""The invented study: whole, of the size that was asked, the same each time."""

import io
import zipfile

import pandas as pd
import pytest

from oqhs.catalogue import load_catalogue
from oqhs.demo.interview_words import CODERS, IDENTIFYING, JUDGED, PLAN
from oqhs.demo.interviews import interview_files
from oqhs.demo.vintages import newest
from oqhs.studies import interviews


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("etudes")
    for name, content in interview_files().items():
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture(scope="module")
def corpus(folder):
    return interviews.read(
        folder / "entretiens_999.qdpx",
        sources=folder / "entretiens_999_sources.csv",
        links=folder / "entretiens_999_liens.csv",
        verdicts=folder / "entretiens_999_verdicts.csv",
    )


def test_the_files_are_the_same_each_time_small_and_dated():
    files = interview_files()
    assert files == interview_files()
    assert sum(map(len, files.values())) < 150_000
    with zipfile.ZipFile(io.BytesIO(files["entretiens_999.qdpx"])) as archive:
        assert {info.date_time[0] for info in archive.infolist()} == {2025}
        assert {info.compress_type for info in archive.infolist()} == {zipfile.ZIP_STORED}


def test_every_source_says_on_its_first_line_that_it_is_invented(corpus):
    assert len(corpus.sources) == 24
    assert corpus.sources["text"].str.startswith("Corpus inventé").all()


def test_it_is_in_quartiers_of_the_invented_departement_in_two_waves(corpus):
    assert set(corpus.sources["territory"]) <= set(newest().quartiers)
    assert corpus.sources["territory"].nunique() == 7
    assert sorted(corpus.sources["date"].dt.year.unique()) == [2023, 2025]
    assert corpus.sources["persons"].sum() == sum(row[3] for row in PLAN)


def test_every_segment_has_a_speaker_and_is_what_stands_in_its_text(corpus):
    texts = corpus.sources.set_index("source")["text"]
    assert corpus.segments["speaker"].notna().all()
    for one in corpus.segments.itertuples():
        assert texts[one.source][: one.start].endswith(f"{one.speaker} : ")
        assert texts[one.source][one.end] == "\n"


def test_nobody_speaks_who_was_not_heard(corpus):
    heard = corpus.segments.groupby("source")["speaker"].nunique()
    assert (heard <= corpus.sources.set_index("source")["persons"]).all()


def test_two_coders_share_the_units_of_a_third_of_the_sources_and_do_not_always_agree(corpus):
    first, second = (corpus.segments[corpus.segments["coder"] == name] for name in CODERS)
    shared = set(second["source"])
    assert len(shared) == 8
    # Units are cut before: in a shared source both coders have the same ones.
    assert set(second["segment"]) == set(first.loc[first["source"].isin(shared), "segment"])
    codes = [frame.groupby("segment")["code"].agg(frozenset) for frame in (first, second)]
    agreed = (codes[0].reindex(codes[1].index) == codes[1]).mean()
    assert 0.5 < agreed < 1


def test_codes_are_eight_to_ten_in_four_themes_and_some_units_have_two(corpus):
    book = corpus.codebook.set_index("code")
    assert book["parent"].isna().sum() == 4
    assert 8 <= book["parent"].notna().sum() <= 10
    assert set(corpus.segments["code"]) == set(book.index[book["parent"].notna()])
    alone = corpus.segments[corpus.segments["coder"] == CODERS[0]].groupby("segment").size()
    assert (alone == 2).any()


def test_links_and_verdicts_name_indicators_of_the_catalogue(corpus):
    known = set(load_catalogue().indicators)
    assert set(corpus.links["indicator"]) <= known
    assert set(corpus.verdicts["indicator"]) <= known
    assert set(corpus.verdicts["verdict"]) == {"convergence", "complémentarité", "discordance", "silence"}
    assert len(corpus.verdicts) == len(JUDGED)


def test_a_silence_is_one_and_every_other_verdict_has_its_excerpts(corpus):
    said = corpus.segments.merge(corpus.links, on="code")[["territory", "indicator"]].drop_duplicates()
    judged = corpus.verdicts.merge(said, how="left", on=["territory", "indicator"], indicator=True)
    assert ((judged["_merge"] == "left_only") == (judged["verdict"] == "silence")).all()


def test_two_passages_hold_what_would_tell_who_speaks(corpus):
    texts = corpus.segments.drop_duplicates("segment")["text"]
    assert texts.isin([words for _, words in IDENTIFYING.values()]).sum() == 2


def test_the_project_alone_tells_quartiers_dates_and_kinds(folder, corpus):
    alone = interviews.read(folder / "entretiens_999.qdpx")
    pd.testing.assert_frame_equal(alone.segments, corpus.segments)
    assert alone.sources["persons"].isna().all()


def test_it_comes_back_from_what_it_writes(corpus, tmp_path):
    book = interviews.read(interviews.write_codebook(corpus, tmp_path / "c.qdc")).codebook
    pd.testing.assert_frame_equal(book, corpus.codebook)
    segments = interviews.read(interviews.write_segments(corpus, tmp_path / "e.csv")).segments
    pd.testing.assert_frame_equal(segments, corpus.segments)

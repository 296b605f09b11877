"""How many of 200 planted identifiers are found, and how many harmless sentences are taken for one."""

import pandas as pd
import planted_identifiers as corpus
import pytest

from oqhs.studies.identity import KINDS, Pseudonyms, publishable, traces_of
from oqhs.studies.interviews.corpus import Corpus

TABLE = Pseudonyms(pd.DataFrame(corpus.TABLE, columns=["name", "pseudonym", "nature"]))


@pytest.fixture(scope="module")
def planted():
    """The planted identifiers, and whether a trace of their kind covers a part of each."""
    rows = corpus.identifiers()
    told = rows.reset_index(names="id").merge(
        traces_of(rows["text"], TABLE), on="id", how="left", suffixes=("", "_t")
    )
    over = (
        (told["kind"] == told["kind_t"]) & (told["start_t"] < told["end"]) & (told["end_t"] > told["start"])
    )
    return rows.assign(found=over.groupby(told["id"]).any())


def test_two_hundred_identifiers_are_planted_of_every_kind():
    rows = corpus.identifiers()
    assert len(rows) == 200
    assert set(rows["kind"]) == set(KINDS)
    assert rows["text"].is_unique


def test_nineteen_planted_identifiers_of_twenty_are_found_and_most_of_each_kind(planted):
    by_kind = planted.groupby("kind")["found"].mean()
    print(f"\nrecall: {planted['found'].mean():.3f}")  # noqa: T201
    print(by_kind.to_string())  # noqa: T201
    assert planted["found"].mean() >= 0.95
    assert by_kind.min() >= 0.85


def test_few_harmless_sentences_are_taken_for_an_identifier():
    sentences = corpus.harmless()
    assert len(sentences) == 200
    found = traces_of(sentences, TABLE)
    rate = found["id"].nunique() / len(sentences)
    print(f"\nfalse alarms: {rate:.3f} of {len(sentences)} harmless sentences")  # noqa: T201
    print(found.groupby("kind").size().to_string())  # noqa: T201
    assert rate <= 0.05


def test_no_excerpt_that_was_found_to_identify_somebody_reaches_a_written_file(
    planted, tmp_path, small_corpus
):
    texts = pd.concat([planted["text"], corpus.harmless()])
    study = small_corpus(dict(texts))
    excerpts = publishable(study, diffusion="partenaires", persons_min=5, pseudonyms=TABLE)
    excerpts.segments.to_csv(tmp_path / "extraits.csv", index=False)
    excerpts.log.to_csv(tmp_path / "journal.csv", index=False)
    excerpts.segments.to_html(tmp_path / "extraits.html", escape=False)
    (tmp_path / "carnet.html").write_text(excerpts._repr_html_(), encoding="utf-8")
    written = b"\n".join(path.read_bytes() for path in sorted(tmp_path.iterdir()))
    held = planted[planted["found"]]
    assert len(held) >= 190
    for text, start, end in held[["text", "start", "end"]].itertuples(index=False):
        assert text.encode() not in written
        assert text[start:end].encode() not in written or len(text[start:end]) < 8
    assert b"La ligne 7 est ferm" in written
    assert isinstance(study, Corpus)

"""Small invented corpora, built by hand."""

import pandas as pd
import pytest

from oqhs.studies.interviews import corpus as made


def _frame(rows, dtypes):
    return pd.DataFrame(rows, columns=list(dtypes)).astype(dtypes)


@pytest.fixture
def small_corpus():
    """A corpus of one quartier where eight people were heard: one source, texts by id of segment."""

    def _small(
        texts, *, whole=None, offsets=None, speaker="P1", memo=None, diffusion="partenaires", source="E1"
    ):
        spans = offsets or {}
        segments = [
            (
                name,
                source,
                "QN99901M",
                None,
                "entretien",
                speaker,
                *spans.get(name, (None, None)),
                text,
                "cadre",
                "X",
                memo,
            )
            for name, text in texts.items()
        ]
        sources = [
            (source, "Entretien 1", "entretien", "QN99901M", None, 1, whole),
            ("G1", "Groupe", "groupe", "QN99901M", None, 7, None),
        ]
        return made.Corpus(
            _frame(sources, made.SOURCE_DTYPES),
            _frame(segments, made.SEGMENT_DTYPES),
            _frame([("cadre", None, "Cadre de vie", None, None, None, None, None)], made.CODE_DTYPES),
            _frame([], made.LINK_DTYPES),
            _frame([], made.VERDICT_DTYPES),
            diffusion=diffusion,
        )

    return _small

"""Codes that meet: given to the same words, or to words that overlap."""

from __future__ import annotations

import numpy as np
import pandas as pd

from oqhs.studies.interviews.corpus import Corpus
from oqhs.studies.qualitative.codes import coded, labels_of
from oqhs.studies.qualitative.counting import NOTICE

COOCCURRENCE_COLUMNS = ["code", "label", "other", "other_label", "sources", "pairs"]


def cooccurrence(corpus: Corpus) -> pd.DataFrame:
    """Count how often two codes meet.

    Two segments of one source meet where their spans share a character, whoever coded them; where the
    export has no offsets, only a segment meets itself. Codes are taken as they were given: a code does not
    meet another through what stands under it.

    Parameters
    ----------
    corpus : Corpus
        Coded interviews.

    Returns
    -------
    DataFrame
        `COOCCURRENCE_COLUMNS`: a row for every two codes that meet, `code` before `other`, sorted. `pairs`
        counts the pairs of segments, one of each code, `sources` the sources where there is one.
        `attrs["notice"]` says that excerpts do not measure opinions.

    Raises
    ------
    MeasureError
        A segment has a code that the codebook lacks.

    Examples
    --------
    >>> from oqhs.studies.interviews import corpus as of
    >>> book = of.typed_frame([{"code": "bruit"}, {"code": "nuit"}], of.CODE_DTYPES)
    >>> heard = of.typed_frame([{"source": "E1"}], of.SOURCE_DTYPES)
    >>> said = of.typed_frame([
    ...     {"segment": "s1", "source": "E1", "start": 0, "end": 20, "code": "bruit"},
    ...     {"segment": "s2", "source": "E1", "start": 12, "end": 30, "code": "nuit"}], of.SEGMENT_DTYPES)
    >>> corpus = Corpus(heard, said, book, of.empty_frame(of.LINK_DTYPES), of.empty_frame(of.VERDICT_DTYPES))
    >>> cooccurrence(corpus)[["code", "other", "sources", "pairs"]].to_numpy().tolist()
    [['bruit', 'nuit', 1, 1]]
    """
    kept = ["source", "segment", "start", "end", "code"]
    rows = coded(corpus.segments, corpus.codebook)[kept].drop_duplicates(ignore_index=True)
    left, right = _meetings(rows)
    codes, other = (rows["code"].to_numpy(dtype=object)[side] for side in (left, right))
    met = pd.DataFrame({"code": codes, "other": other, "source": rows["source"].to_numpy(dtype=object)[left]})
    met = met[met["code"] != met["other"]].astype("str")
    turned = met["code"] > met["other"]
    met.loc[turned, ["code", "other"]] = met.loc[turned, ["other", "code"]].to_numpy()
    found = met.groupby(["code", "other"], as_index=False).agg(
        sources=("source", "nunique"), pairs=("source", "size")
    )
    labels = labels_of(corpus.codebook)
    table = found.assign(label=found["code"].map(labels), other_label=found["other"].map(labels))
    table = table[COOCCURRENCE_COLUMNS]
    table.attrs["notice"] = NOTICE
    return table


def _meetings(rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Give the positions of the rows that meet, each two of them once.

    Rows are sorted along one line where the sources follow one another: those that meet a row are the ones
    that follow it and start before its end.
    """
    placed = (rows["start"].notna() & rows["end"].notna()).to_numpy()
    place = pd.factorize(rows["source"])[0] * 2 + placed  # what has no offsets is a source apart
    segment = pd.factorize(rows["source"] + "\0" + rows["segment"])[0]
    start, end = segment.astype("int64"), segment.astype("int64") + 1
    start[placed] = rows.loc[placed, "start"].to_numpy(dtype="int64")
    end[placed] = rows.loc[placed, "end"].to_numpy(dtype="int64")
    length = int(end.max(initial=0)) + 1
    start, end = start + place * length, end + place * length
    order = np.lexsort((end, start))
    last = np.searchsorted(start[order], end[order], side="left")
    after = np.maximum(last - np.arange(len(order)) - 1, 0)
    first = np.repeat(np.arange(len(order)), after)
    second = first + 1 + np.arange(len(first)) - np.repeat(np.cumsum(after) - after, after)
    return order[first], order[second]

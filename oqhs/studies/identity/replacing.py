"""Pseudonyms put in place of real names, and the offsets that move with them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from oqhs.errors import DataError
from oqhs.studies.identity.folding import joined
from oqhs.studies.identity.pseudonyms import Pseudonyms
from oqhs.studies.interviews.corpus import Corpus

_IN_SEGMENTS = ("speaker", "memo")
_IN_CODEBOOK = ("label", "definition", "include", "exclude", "example")


@dataclass(frozen=True, eq=False, repr=False)
class Replaced:
    """Texts whose names were replaced.

    Parameters
    ----------
    texts : Series of str
        Same index as the texts given; a missing one stays missing.
    moves : DataFrame
        One row per name replaced, in order: `rank` of its text, `start` and `end` (code points) in the text
        as it was, `new_start` and `new_end` in the text as it is.
    """

    texts: pd.Series
    moves: pd.DataFrame

    def moved(self, ranks: np.ndarray, offsets: np.ndarray, *, ends: bool) -> np.ndarray:
        """Give where offsets are now.

        Parameters
        ----------
        ranks : ndarray of int
            Rank of the text of each offset.
        offsets : ndarray of int
            Offsets in the text as it was, in code points.
        ends : bool
            Whether these are ends: one inside a name goes to the end of the pseudonym, a start to its start.
        """
        if self.moves.empty:
            return np.asarray(offsets)
        moves = {name: column.to_numpy() for name, column in self.moves.items()}
        stride = int(max(moves["end"].max(), np.max(offsets, initial=0))) + 2
        places, firsts = ranks * stride + offsets, moves["rank"] * stride + moves["start"]
        last = np.searchsorted(firsts, places, side="left" if ends else "right") - 1
        before = np.clip(last, 0, None)
        same = (last >= 0) & (moves["rank"][before] == ranks)
        inside = offsets < moves["end"][before]
        snapped = moves["new_end" if ends else "new_start"][before]
        shifted = offsets + moves["new_end"][before] - moves["end"][before]
        return np.where(same, np.where(inside, snapped, shifted), offsets)


def pseudonymised(texts: pd.Series, table: Pseudonyms) -> Replaced:
    """Put pseudonyms in place of the real names of texts.

    Whole words only; accents, case, apostrophes, hyphens and spaces between the words of a name do not
    count, and the longest name goes first. Doing it twice changes nothing more.

    Parameters
    ----------
    texts : Series of str
        Any index; missing texts stay missing.
    table : Pseudonyms
        The table.

    Examples
    --------
    >>> rows = pd.DataFrame({"name": ["Aïcha"], "pseudonym": ["Nadia"], "nature": ["personne"]})
    >>> made = pseudonymised(pd.Series(["Chez AÏCHA, l'amie d\u2019Aicha"]), Pseudonyms(rows))
    >>> made.texts[0]
    "Chez Nadia, l'amie d’Nadia"
    """
    whole = joined(texts.fillna(""))
    spans = table.finder.spans(whole.folded.text)
    ranks, starts, ends = whole.located([one[0] for one in spans], [one[1] for one in spans])
    names = table.rows["pseudonym"].to_numpy(dtype=object)
    new = [names[one[2]] for one in spans]
    gained = np.array([len(name) for name in new], dtype=np.int64) - (ends - starts)
    moves = pd.DataFrame({"rank": ranks, "start": starts, "end": ends})
    before = pd.Series(gained).groupby(ranks).cumsum().to_numpy(dtype=np.int64) - gained
    moves["new_start"] = starts + before
    moves["new_end"] = ends + before + gained
    result = texts.astype("str").to_numpy(dtype=object, copy=True)
    for rank, own in moves.assign(name=new).groupby("rank"):
        result[rank] = _rewritten(result[rank], own)
    return Replaced(pd.Series(result, texts.index, "str", name=texts.name), moves)


def _rewritten(text: str, own: pd.DataFrame) -> str:
    pieces, reached = [], 0
    for start, end, name in zip(own["start"], own["end"], own["name"], strict=True):
        pieces += [text[reached:start], name]
        reached = end
    return "".join([*pieces, text[reached:]])


def pseudonymised_corpus(corpus: Corpus, table: Pseudonyms) -> Corpus:
    """Put pseudonyms in place of the real names of a corpus, wherever words stand in it.

    Ids, labels and texts of the sources; texts, speakers and memos of the segments; words of the codebook;
    notes of the verdicts. The offsets of segments move with the text of their source; where the corpus
    does not hold that text, they still point at the transcript it was made from.

    Raises
    ------
    DataError
        Two sources have one id once their names are replaced.
    """
    sources, segments = corpus.sources.copy(), corpus.segments.copy()
    made = pseudonymised(corpus.sources["text"], table)
    sources["text"] = made.texts
    segments[["start", "end", "text"]] = _moved(corpus, made, table)
    for frame in (sources, segments):
        frame["source"] = pseudonymised(frame["source"], table).texts
    if sources["source"].duplicated().any():
        raise DataError("two sources have one id once their names are replaced", todo="give them other ids")
    codebook, verdicts = corpus.codebook.copy(), corpus.verdicts.copy()
    places = [
        (sources, ("label",)),
        (segments, _IN_SEGMENTS),
        (codebook, _IN_CODEBOOK),
        (verdicts, ("note",)),
    ]
    for frame, columns in places:
        for column in columns:
            frame[column] = pseudonymised(frame[column], table).texts
    return replace(corpus, sources=sources, segments=segments, codebook=codebook, verdicts=verdicts)


def _moved(corpus: Corpus, made: Replaced, table: Pseudonyms) -> pd.DataFrame:
    """Give the offsets and the text of each segment, cut again where it was a part of its source."""
    segments, before = corpus.segments, corpus.sources["text"].fillna("").tolist()
    ranks = pd.Index(corpus.sources["source"]).get_indexer(segments["source"])
    after = made.texts.fillna("").tolist()
    told = segments["start"].notna() & segments["end"].notna() & (ranks >= 0)
    told &= corpus.sources["text"].notna().to_numpy()[ranks]
    result = segments[["start", "end"]].assign(text=pseudonymised(segments["text"], table).texts)
    rows = told.to_numpy().nonzero()[0]
    at = ranks[rows]
    starts, ends = (segments[name].iloc[rows].to_numpy(dtype=np.int64) for name in ("start", "end"))
    firsts, lasts = made.moved(at, starts, ends=False), made.moved(at, ends, ends=True)
    cut = [
        after[rank][first:last] if before[rank][start:end] == text else own
        for rank, start, end, first, last, text, own in zip(
            at,
            starts,
            ends,
            firsts,
            lasts,
            segments["text"].iloc[rows],
            result["text"].iloc[rows],
            strict=True,
        )
    ]
    result.iloc[rows, result.columns.get_loc("start")] = firsts
    result.iloc[rows, result.columns.get_loc("end")] = lasts
    result.iloc[rows, result.columns.get_loc("text")] = cut
    return result

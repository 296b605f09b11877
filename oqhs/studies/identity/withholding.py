"""What of a corpus may leave: excerpts without a trace, of quartiers where enough people were heard."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

import numpy as np
import pandas as pd

from oqhs.entries import DIFFUSIONS, Diffusion
from oqhs.errors import DataError
from oqhs.studies.identity.clearances import checked_clearances, excerpt_sha256
from oqhs.studies.identity.folding import fold
from oqhs.studies.identity.pseudonyms import Pseudonyms
from oqhs.studies.identity.traces import NOTICE, traces_of
from oqhs.studies.interviews.corpus import Corpus

LOG_COLUMNS = ["segment", "source", "territory", "reason", "kind"]
#: What leaves of a segment: neither memos, nor who coded, nor where it stands in the transcript.
PUBLISHED_COLUMNS = ["segment", "source", "territory", "date", "kind", "speaker", "text", "code"]
#: Kinds of exclusion besides those of traces.
FEW, NOWHERE, UNWRITTEN = "trop peu de personnes", "sans quartier", "sans texte"


@dataclass(frozen=True, eq=False)
class Excerpts:
    """Excerpts that may leave, and why the others may not.

    Parameters
    ----------
    segments : DataFrame
        `PUBLISHED_COLUMNS`, one row per segment and code.
    log : DataFrame
        `LOG_COLUMNS`: one row per segment and reason; it holds neither a text nor a trace.
    diffusion : {"interne", "partenaires"}
        To whom the excerpts may be given.
    invented : bool
        Whether the corpus is.
    notice : str
        What a reader has to know.
    """

    segments: pd.DataFrame
    log: pd.DataFrame
    diffusion: Diffusion
    invented: bool = False
    notice: str = NOTICE

    def __repr__(self) -> str:
        return f"<Extraits : {self._kept} diffusables, {self._withheld} écartés, diffusion {self.diffusion}>"

    @property
    def _kept(self) -> int:
        return int(self.segments["segment"].nunique())

    @property
    def _withheld(self) -> int:
        return int(self.log["segment"].nunique())

    def _repr_html_(self) -> str:
        """Show how many were kept and why others were not, in a notebook; no excerpt is shown."""
        reasons = self.log.groupby(["kind", "reason"])["segment"].nunique().reset_index()
        rows = "".join(
            f"<tr><td>{escape(kind)}</td><td>{escape(reason)}</td><td>{count}</td></tr>"
            for kind, reason, count in reasons.itertuples(index=False)
        )
        return (
            f"{'<p><strong>Corpus inventé.</strong></p>' if self.invented else ''}"
            f"<p><strong>Extraits</strong> : {self._kept} diffusables, {self._withheld} écartés. "
            f"Diffusion : {escape(self.diffusion)}. {escape(self.notice)}</p>"
            f"<table><caption>Extraits écartés, par motif</caption><tr><th scope='col'>Nature</th>"
            f"<th scope='col'>Motif</th><th scope='col'>Extraits</th></tr>{rows}</table>"
        )


def persons_heard(segments: pd.DataFrame, sources: pd.DataFrame) -> pd.Series:
    """Count the people heard in each quartier, as few as they may be.

    A person is a speaker of the quartier: one name met in several sources counts once. A source without any
    speaker counts for its `persons` where these are known, and for one where they are not.

    Parameters
    ----------
    segments : DataFrame
        `source`, `speaker`.
    sources : DataFrame
        `source` (unique), `territory`, `persons`.

    Returns
    -------
    Series of int64
        By territory, sorted; a source without a quartier counts nowhere.

    Examples
    --------
    >>> segments = pd.DataFrame({"source": ["E1", "E1", "G1"], "speaker": ["P1", "P2", None]})
    >>> sources = pd.DataFrame({"source": ["E1", "G1", "O1"], "territory": "QN99901M",
    ...     "persons": pd.array([1, 8, None], "Int64")})
    >>> int(persons_heard(segments, sources)["QN99901M"])
    11
    """
    places = sources.set_index("source")["territory"]
    voices = segments[["source", "speaker"]].dropna()
    named = voices.assign(territory=voices["source"].map(places)).groupby("territory")["speaker"].nunique()
    silent = sources[~sources["source"].isin(voices["source"])]
    unnamed = silent["persons"].astype("Int64").fillna(1).groupby(silent["territory"]).sum()
    every = sources["territory"].dropna().unique()
    heard = pd.Series(0, index=pd.Index(sorted(every), name="territory", dtype="str"), dtype="int64")
    return heard.add(named, fill_value=0).add(unnamed, fill_value=0).astype("int64").rename("persons")


def withheld(
    segments: pd.DataFrame,
    sources: pd.DataFrame,
    *,
    traces: pd.DataFrame,
    persons_min: float,
    cleared: pd.DataFrame | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Part the excerpts that may leave from those that may not.

    Parameters
    ----------
    segments, sources : DataFrame
        As in a `Corpus`.
    traces : DataFrame
        `id` (that of a segment), `kind` and `reason`, as `traces_of` gives them.
    persons_min : float
        Fewest people heard in a quartier for its excerpts to leave.
    cleared : DataFrame, optional
        `CLEARED_COLUMNS`: excerpts a person read and let go in spite of their traces. One whose text is no
        longer the one that was read is withheld again. Nobody can clear anything but traces.

    Returns
    -------
    kept : DataFrame
        Rows of `segments`, with their index.
    log : DataFrame
        `LOG_COLUMNS`, one row per segment and reason, sorted. It holds neither texts nor traces.

    Raises
    ------
    DataError
        A segment is of a source that is not told; a clearance is not as it must be.
    """
    strange = ~segments["source"].isin(sources["source"])
    if strange.any():
        raise DataError(
            "a segment is of a source that is not told",
            column="source",
            found=segments.loc[strange, "source"].iloc[0],
            allowed="the sources of the corpus",
        )
    excluded = [*_unfit(segments, sources, persons_min), _with_traces(segments, traces, cleared)]
    log = pd.concat(excluded)
    kept = segments[~segments.index.isin(log.index)]
    log = log.drop_duplicates().sort_values(LOG_COLUMNS, ignore_index=True)
    log.attrs["notice"] = NOTICE
    return kept, log


def _unfit(segments: pd.DataFrame, sources: pd.DataFrame, persons_min: float) -> Iterator[pd.DataFrame]:
    """Give the rows that nobody can clear: no quartier, too few people heard there, no text."""
    placed = segments["territory"].notna()
    heard = segments["territory"].map(persons_heard(segments, sources)).fillna(0)
    too_few = f"moins de {persons_min:g} personnes entendues dans le quartier"
    yield _excluded(segments, ~placed, NOWHERE, "aucun quartier n'est dit")
    yield _excluded(segments, placed & (heard < persons_min), FEW, too_few)
    yield _excluded(segments, segments["text"].isna(), UNWRITTEN, "l'extrait n'a pas de texte")


def _excluded(segments: pd.DataFrame, where: pd.Series, kind: str, reason: str) -> pd.DataFrame:
    rows = segments.loc[where, ["segment", "source", "territory"]]
    return rows.assign(reason=reason, kind=kind).astype({"reason": "str", "kind": "str"})


def _with_traces(segments: pd.DataFrame, traces: pd.DataFrame, cleared: pd.DataFrame | None) -> pd.DataFrame:
    """Give the rows whose segment bears a trace that nobody cleared, or cleared of another text."""
    why = traces[["id", "kind", "reason"]].drop_duplicates()
    rows = segments[segments["segment"].isin(why["id"])]
    stale = pd.Series(False, rows.index)
    if cleared is not None:
        told = checked_clearances(cleared)
        sums = rows["text"].fillna("").map(excerpt_sha256)
        holds = pd.MultiIndex.from_arrays([rows["segment"], sums]).isin(
            pd.MultiIndex.from_frame(told[["segment", "sha256"]])
        )
        stale = rows["segment"].isin(told["segment"])[~holds]
        rows = rows[~holds]
    result = rows[["segment", "source", "territory"]].rename_axis("row").reset_index()
    result["stale"] = stale.to_numpy()
    result = result.merge(why.rename(columns={"id": "segment"}), on="segment").set_index("row")
    changed = " ; le texte a changé depuis qu'il a été relu"
    result["reason"] = result["reason"] + np.where(result["stale"], changed, "")
    return result[LOG_COLUMNS]


def publishable(
    corpus: Corpus,
    *,
    diffusion: Diffusion,
    persons_min: float,
    pseudonyms: Pseudonyms | None = None,
    cleared: pd.DataFrame | None = None,
) -> Excerpts:
    """Give the excerpts of a corpus that may leave, and the log of the others.

    Traces are looked for in the excerpts, in their speakers and in the whole text of their sources: an
    excerpt cut in the middle of a name or of a number is withheld too. The corpus is taken as it is; real
    names are replaced beforehand (`pseudonymised_corpus`). The search helps a person who reads: it does not
    replace one.

    Parameters
    ----------
    corpus : Corpus
        The study.
    diffusion : {"interne", "partenaires"}
        To whom the excerpts are given.
    persons_min : float
        Fewest people heard in a quartier, threshold `entretiens_personnes_min`.
    pseudonyms : Pseudonyms, optional
        The table: its real names are traces. Without it, the speakers of the corpus are taken for
        pseudonyms.
    cleared : DataFrame, optional
        `CLEARED_COLUMNS`.

    Raises
    ------
    DataError
        `diffusion` is public, not known, or wider than that of the corpus; ids hold a real name of the table;
        `withheld`.
    """
    if diffusion == "public":
        raise DataError(
            "verbatims are never public",
            column="diffusion",
            found=diffusion,
            allowed="interne or partenaires",
            todo="publish the counts or the analyst's verdict, without the excerpts",
        )
    refuse_study(corpus, diffusion=diffusion, pseudonyms=pseudonyms)
    segments = corpus.segments.reset_index(drop=True)
    traces = _traces_of_segments(segments, corpus.sources, pseudonyms)
    kept, log = withheld(segments, corpus.sources, traces=traces, persons_min=persons_min, cleared=cleared)
    published = kept[PUBLISHED_COLUMNS].drop_duplicates(ignore_index=True)
    published.attrs["notice"] = NOTICE
    return Excerpts(published, log, diffusion, corpus.invented)


def refuse_study(corpus: Corpus, *, diffusion: Diffusion, pseudonyms: Pseudonyms | None = None) -> None:
    """Refuse to tell anything of a corpus, counts included, that may not go as far.

    What is counted of a corpus may go to everyone when the corpus goes to partners.

    Parameters
    ----------
    corpus : Corpus
        The study.
    diffusion : {"interne", "partenaires", "public"}
        To whom it is told.
    pseudonyms : Pseudonyms, optional
        The table: its real names are traces.

    Raises
    ------
    DataError
        The diffusion is not known, or wider than that of the corpus; ids hold a real name of the table; a
        code or its label, which stand in every product, holds a trace of somebody.
    """
    most: Diffusion = "public" if corpus.diffusion != "interne" else "interne"
    if diffusion not in DIFFUSIONS or DIFFUSIONS.index(diffusion) > DIFFUSIONS.index(most):
        raise DataError(
            "this corpus may not be given so widely",
            column="diffusion",
            found=diffusion,
            allowed=", ".join(DIFFUSIONS[: DIFFUSIONS.index(most) + 1]),
            todo="ask for a narrower diffusion, or widen that of the card of the corpus",
        )
    _refuse_named_ids(corpus, pseudonyms)
    if diffusion != "interne":
        _refuse_named_codes(corpus, pseudonyms)


def _refuse_named_codes(corpus: Corpus, pseudonyms: Pseudonyms | None) -> None:
    """Refuse codes and labels that hold a trace of somebody."""
    for column in ("code", "label"):
        words = corpus.codebook[column].dropna()
        texts = words.set_axis([str(place) for place in range(len(words))])
        found = traces_of(texts, pseudonyms, alone=False)["id"].nunique()
        if found:
            raise DataError(
                f"codes hold what may identify somebody ({found} of them)",
                column=column,
                todo="give them other words in the software they come from",
            )


def _refuse_named_ids(corpus: Corpus, pseudonyms: Pseudonyms | None) -> None:
    """Refuse ids that hold a real name: they stand in every product, the log included."""
    if pseudonyms is None:
        return
    ids = {"source": corpus.sources["source"], "segment": corpus.segments["segment"]}
    for column, values in ids.items():
        named = sum(bool(pseudonyms.finder.spans(fold(one).text)) for one in values.unique())
        if named:
            raise DataError(
                f"ids hold a real name of the table of pseudonyms ({named} of them)",
                column=column,
                todo="replace the names with `pseudonymised_corpus`, or give other ids",
            )


def _traces_of_segments(
    segments: pd.DataFrame, sources: pd.DataFrame, pseudonyms: Pseudonyms | None
) -> pd.DataFrame:
    """Find the traces of each segment: in its text, in its speaker, and over its edges."""
    speakers = segments["speaker"].dropna().unique()
    allowed = speakers if pseudonyms is None else ()
    once = segments.drop_duplicates(["segment", "text", "speaker"]).set_index("segment")
    texts = traces_of(once["text"], pseudonyms, allowed=allowed)
    names = traces_of(once["speaker"], pseudonyms, allowed=allowed, alone=False)
    whole = sources[sources["text"].notna()].set_index("source")["text"]
    around = traces_of(whole, pseudonyms, allowed=allowed)
    spans = segments[["segment", "source", "start", "end"]].dropna().drop_duplicates()
    over = spans.merge(around.rename(columns={"id": "source"}), on="source", suffixes=("", "_found"))
    over = over[(over["start"] < over["end_found"]) & (over["end"] > over["start_found"])]
    columns = ["id", "kind", "reason"]
    over = over.rename(columns={"segment": "id"})[columns]
    return pd.concat([texts[columns], names[columns], over], ignore_index=True)

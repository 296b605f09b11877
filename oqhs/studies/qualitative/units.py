"""Common units: the spans that several coders had before them, and what each chose there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from oqhs.errors import MeasureError, Problem
from oqhs.studies.interviews.corpus import Corpus
from oqhs.studies.qualitative.codes import coded
from oqhs.text import listing

UNIT_COLUMNS = ["source", "start", "end"]


@dataclass(frozen=True, eq=False)
class Choices:
    """What coders chose on common units.

    `read` (units × coders) tells who had a unit, two at least; `chosen` (units × coders × codes) who gave it
    a code. `cut` says by code, in French, why its segments do not follow the units.
    """

    read: np.ndarray
    chosen: np.ndarray
    cut: dict[str, str]


def choices(corpus: Corpus, codes: list[str], units: pd.DataFrame | None) -> Choices:
    """Put what coders chose on common units.

    A coder had the units of a source as soon as they coded something of it; a segment without a coder
    is nobody's.

    Parameters
    ----------
    corpus : Corpus
        Coded interviews.
    codes : list of str
        Codes of the last axis.
    units : DataFrame or None
        `source`, `start`, `end` in code points, end excluded. Without it, the units are the segments that
        every coder of their source coded, where there are two at least.

    Raises
    ------
    MeasureError
        The units lack a column or a cell, are of a source that the corpus lacks, are empty or overlap; or a
        segment has a code that the codebook lacks.
    """
    rows = coded(corpus.segments, corpus.codebook)
    rows = rows[rows["coder"].notna()]
    shared = rows[rows.groupby("source")["coder"].transform("nunique") > 1]
    if units is None:
        placed, readers = _same_spans(shared)
        stray = shared[placed.isna()]
    else:
        known = _checked(units, corpus.sources)
        placed, astray = _on_units(shared, known)
        stray = shared[astray]
        readers = known[["source"]].assign(unit=range(len(known)))
    readers = readers.merge(shared[["source", "coder"]].drop_duplicates(), on="source")
    rows = shared.assign(unit=placed)[placed.notna()]
    number, names = pd.factorize(readers["unit"], sort=True)
    who, people = pd.factorize(readers["coder"], sort=True)
    read = np.zeros((len(names), len(people)), dtype="bool")
    read[number, who] = True
    chosen = np.zeros((*read.shape, len(codes)), dtype="bool")
    chosen[
        pd.Index(names).get_indexer(rows["unit"]),
        pd.Index(people).get_indexer(rows["coder"]),
        pd.Index(codes).get_indexer(rows["code"]),
    ] = True
    cut = {
        str(code): f"découpage différent selon les codeurs ({listing(sorted(set(found)))}) : à coder sur des "
        "unités communes"
        for code, found in stray.groupby("code")["source"]
    }
    return Choices(read, chosen, cut)


def _same_spans(shared: pd.DataFrame) -> tuple[pd.Series, pd.DataFrame]:
    """Give the number of the segments that every coder of their source coded, and their sources."""
    coders = shared.groupby("source")["coder"].transform("nunique")
    spans = shared.groupby(["source", "segment"])
    common = spans["coder"].transform("nunique") == coders
    placed = spans.ngroup().astype("Int64").where(common)
    readers = shared.assign(unit=placed).loc[common, ["source", "unit"]].drop_duplicates()
    return placed, readers


def _on_units(shared: pd.DataFrame, units: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Give the number of the unit a segment is, and tell which segments touch one that they are not.

    A segment without offsets, in a source that has units, is taken as touching one.
    """
    numbered = units.assign(unit=pd.array(range(len(units)), "Int64"))
    placed = shared[UNIT_COLUMNS].merge(numbered, how="left", on=UNIT_COLUMNS)["unit"].set_axis(shared.index)
    about = pd.Index(units["source"].unique())
    place = pd.Series(about.get_indexer(shared["source"]), index=shared.index)
    known = shared[["start", "end"]].notna().all(axis=1)
    length = int(max(units["end"].max(), shared["end"].max() if known.any() else 0)) + 1
    offset = pd.Series(about.get_indexer(units["source"])) * length
    starts, ends = ((offset + units[name]).to_numpy(dtype="int64") for name in ("start", "end"))
    spans = shared[["start", "end"]].fillna(0).add(place * length, axis=0)
    low, high = (spans[name].to_numpy(dtype="int64") for name in ("start", "end"))
    # Units do not overlap: the last that starts before the end of a segment is the one it may touch.
    before = np.searchsorted(starts, high, side="left") - 1
    touches = (before >= 0) & (ends[np.maximum(before, 0)] > low)
    astray = placed.isna() & (place >= 0) & (touches | ~known)
    return placed, astray


def _checked(units: pd.DataFrame, sources: pd.DataFrame) -> pd.DataFrame:
    """Give the units sorted; refuse those that nobody can code one by one."""
    lacking = [name for name in UNIT_COLUMNS if name not in units]
    if lacking:
        raise MeasureError(
            "units lack columns", found=", ".join(map(str, units)), allowed=", ".join(UNIT_COLUMNS)
        )
    known = units[UNIT_COLUMNS].dropna()
    if len(known) < len(units):
        raise MeasureError(
            "a unit has an empty cell",
            line=int(np.flatnonzero(units[UNIT_COLUMNS].isna().any(axis=1))[0]) + 1,
            todo="give its source, its start and its end",
        )
    strange = sorted(set(known["source"]) - set(sources["source"]))
    if strange:
        raise MeasureError(
            "units are of sources that the corpus lacks",
            column="source",
            found=", ".join(strange),
            todo="correct their ids",
        )
    known = known.astype({"source": "str", "start": "Int64", "end": "Int64"})
    known = known.sort_values(UNIT_COLUMNS, ignore_index=True)
    empty = known["start"] >= known["end"]
    overlap = (known["source"] == known["source"].shift()) & (known["start"] < known["end"].shift())
    problems = [
        Problem(what, column=f"units of {row.source}", found=f"{row.start} to {row.end}", todo=todo)
        for where, what, todo in (
            (empty, "a unit has no text", "give an end after the start"),
            (overlap.fillna(False) & ~empty, "a unit overlaps the one before", "cut them apart"),
        )
        for row in known[where].itertuples()
    ]
    if problems:
        raise MeasureError.gather(problems)
    return known

"""Codes by quartier: what was said where, and by how many."""

from __future__ import annotations

from typing import Literal, get_args

import pandas as pd

from oqhs.errors import UnknownError
from oqhs.studies.interviews.corpus import Corpus
from oqhs.studies.qualitative.codes import labels_of, rolled_up, with_ancestors
from oqhs.studies.qualitative.counting import COUNT_COLUMNS, NOTICE, counted, on_grid

Level = Literal["code", "theme"]
MATRIX_COLUMNS = ["territory", "code", "label", "theme", *COUNT_COLUMNS]
_CELL = ["territory", "code"]


def theme_matrix(corpus: Corpus, level: Level = "code") -> pd.DataFrame:
    """Count the excerpts of every code in every quartier that was heard.

    Parameters
    ----------
    corpus : Corpus
        Coded interviews.
    level : {"code", "theme"}
        `code` gives every code of the codebook, `theme` those that have no parent. A code counts what
        stands under it, once.

    Returns
    -------
    DataFrame
        `MATRIX_COLUMNS`, by territory then in the order of the codebook; sources without a quartier come
        last, with a missing `territory`. `theme` is the code at the top. A segment is one excerpt however
        many coded it. `excerpts`, `sources` and `persons` are zero where the quartier was coded and the code
        was not used, missing where nothing of the quartier was coded. `persons` is a lower bound where
        `persons_exact` is false. `attrs["notice"]` says that excerpts do not measure opinions.

    Raises
    ------
    UnknownError
        There is no such level.
    MeasureError
        The codebook is not a tree, or a segment has a code that it lacks.

    Examples
    --------
    >>> from oqhs.studies.interviews import corpus as of
    >>> book = of.typed_frame([{"code": "soins"}, {"code": "pmi", "parent": "soins"}], of.CODE_DTYPES)
    >>> heard = of.typed_frame([{"source": "E1", "territory": "QN99901M"}], of.SOURCE_DTYPES)
    >>> said = of.typed_frame([{"segment": "s1", "source": "E1", "territory": "QN99901M", "speaker": "Nour",
    ...     "code": "pmi", "coder": coder} for coder in ("AB", "CD")], of.SEGMENT_DTYPES)
    >>> corpus = Corpus(heard, said, book, of.empty_frame(of.LINK_DTYPES), of.empty_frame(of.VERDICT_DTYPES))
    >>> theme_matrix(corpus)[["code", "theme", "excerpts", "persons"]].to_numpy().tolist()
    [['soins', 'soins', 1, 1], ['pmi', 'soins', 1, 1]]
    """
    if level not in get_args(Level):
        raise UnknownError("no such level of a codebook", found=level, allowed=", ".join(get_args(Level)))
    codebook, sources = corpus.codebook, corpus.sources
    rows = rolled_up(corpus.segments, codebook)
    tops = with_ancestors(codebook).query("is_theme").set_index("code")["ancestor"]
    chosen = codebook["code"] if level == "code" else codebook.loc[codebook["parent"].isna(), "code"]
    places = sources[["territory"]].drop_duplicates().sort_values("territory")
    grid = places.merge(pd.DataFrame({"code": chosen}), how="cross")
    coded = grid["territory"].isin(rows["territory"])
    cells = on_grid(grid, counted(rows, sources, _CELL), _CELL, coded)
    cells["label"] = cells["code"].map(labels_of(codebook))
    cells["theme"] = cells["code"].map(tops)
    matrix = cells[MATRIX_COLUMNS]
    matrix.attrs["notice"] = NOTICE
    return matrix

"""Codes by wave of interviews: what is met, what comes, what is met no more."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

from oqhs.errors import MeasureError, UnknownError
from oqhs.studies.interviews.corpus import Corpus
from oqhs.studies.qualitative.codes import labels_of, rolled_up
from oqhs.studies.qualitative.counting import COUNT_COLUMNS, NOTICE, counted, on_grid

#: What goes with every comparison of waves.
WAVES_NOTICE = (
    "D'une vague à l'autre, les personnes, les questions, les quartiers et les codeurs peuvent changer : un "
    "code qui apparaît ou n'apparaît plus dit ce qui a été recueilli, pas une évolution de l'opinion."
)
PRESENT, ABSENT, APPEARS, GONE, UNCODED = (
    "présent",
    "absent",
    "apparaît",
    "n'apparaît plus",
    "vague non codée",
)
WAVE_COLUMNS = [
    "wave",
    "since",
    "code",
    "label",
    *COUNT_COLUMNS,
    "wave_sources",
    "wave_territories",
    "same_territories",
    "presence",
]
_CELL = ["since", "code"]


def waves(corpus: Corpus, by: Literal["year"] | Sequence[dt.date | str] = "year") -> pd.DataFrame:
    """Tell which codes are met in every wave of interviews.

    Parameters
    ----------
    corpus : Corpus
        Coded interviews; sources without a date are in no wave, and `attrs["undated"]` counts them.
    by : "year" or list of dates
        Calendar years, or the first day of every wave.

    Returns
    -------
    DataFrame
        `WAVE_COLUMNS`, by wave then in the order of the codebook. A code counts what stands under it, as in
        `theme_matrix`; counts are missing for a wave of which nothing was coded. `wave_sources` and
        `wave_territories` are the sources of the wave that were coded and their quartiers;
        `same_territories` tells whether these are the quartiers of the coded wave before, missing without
        one. `presence` compares with that wave. `attrs["notice"]` says that this is no trend.

    Raises
    ------
    UnknownError
        `by` is another word.
    MeasureError
        A source is older than the first day given, no day or twice the same was given; or as
        `theme_matrix`.

    Examples
    --------
    >>> from oqhs.studies.interviews import corpus as of
    >>> book = of.typed_frame([{"code": "bruit"}, {"code": "nuit"}], of.CODE_DTYPES)
    >>> heard = of.typed_frame([{"source": "E1", "date": "2023-05-02"}, {"source": "E2",
    ...     "date": "2024-06-11"}], of.SOURCE_DTYPES)
    >>> said = of.typed_frame([{"segment": "s1", "source": "E1", "code": "bruit"},
    ...     {"segment": "s2", "source": "E2", "code": "nuit"}], of.SEGMENT_DTYPES)
    >>> corpus = Corpus(heard, said, book, of.empty_frame(of.LINK_DTYPES), of.empty_frame(of.VERDICT_DTYPES))
    >>> waves(corpus).query("wave == '2024'")[["code", "presence"]].to_numpy().tolist()
    [['bruit', "n'apparaît plus"], ['nuit', 'apparaît']]
    """
    sources = corpus.sources
    starts = _starts(sources["date"], by)
    since = pd.Series(starts.to_numpy(), index=sources["source"])
    rows = rolled_up(corpus.segments, corpus.codebook)
    rows["since"] = since.reindex(rows["source"]).to_numpy()
    rows = rows[rows["since"].notna()]
    held = pd.DataFrame({"since": sorted(starts.dropna().unique())}).astype({"since": starts.dtype})
    told = _coded(held, rows)
    grid = told.merge(corpus.codebook[["code"]], how="cross")
    counts = counted(rows, sources, _CELL)
    cells = on_grid(grid, counts, _CELL, grid["wave_sources"] > 0)
    cells["presence"] = _presence(cells)
    cells["wave"] = cells["since"].map(dict(zip(held["since"], _names(held["since"], by), strict=True)))
    cells["label"] = cells["code"].map(labels_of(corpus.codebook))
    table = cells.astype({"wave": "str"})[WAVE_COLUMNS]
    table.attrs |= {"notice": f"{NOTICE} {WAVES_NOTICE}", "undated": int(starts.isna().sum())}
    return table


def _starts(dates: pd.Series, by: Literal["year"] | Sequence[dt.date | str]) -> pd.Series:
    """Give the first day of the wave of every source."""
    if isinstance(by, str):
        if by != "year":
            raise UnknownError(
                "no such way to make waves", found=by, allowed="year, or the list of first days"
            )
        return dates.dt.to_period("Y").dt.start_time
    firsts = pd.DatetimeIndex(by).sort_values()
    if not len(firsts) or firsts.has_duplicates:
        raise MeasureError(
            "waves need the first day of each, once",
            found=[str(day) for day in by],
            todo="give the days apart",
        )
    early = dates[dates < firsts[0]]
    if len(early):
        raise MeasureError(
            "sources are older than the first wave",
            found=str(early.min().date()),
            allowed=f"from {firsts[0].date()}",
            todo="give the first day of an earlier wave too",
        )
    place = np.searchsorted(firsts, dates, side="right") - 1
    return pd.Series(firsts[place], index=dates.index).where(dates.notna())


def _coded(held: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Tell what was coded of every wave, and whether it is of the same quartiers as the one before."""
    by_wave = rows.groupby("since")
    told = held.set_index("since").assign(
        wave_sources=by_wave["source"].nunique(), wave_territories=by_wave["territory"].nunique()
    )
    told = told.fillna({"wave_sources": 0, "wave_territories": 0}).astype("Int64")
    heard = by_wave["territory"].agg(lambda codes: " ".join(sorted(set(codes.dropna()))))
    same = heard.eq(heard.shift()).astype("boolean")
    same = same.mask((heard == "") | (heard.shift().fillna("") == ""))
    told["same_territories"] = same.reindex(told.index)
    return told.reset_index()


def _presence(cells: pd.DataFrame) -> pd.Series:
    """Compare every cell with the same code in the coded wave before."""
    met = (cells["excerpts"] > 0).astype("boolean")
    before = met.groupby(cells["code"]).transform(lambda said: said.ffill().shift())
    now, then = met.fillna(False).astype("bool"), before.fillna(met).fillna(False).astype("bool")
    words = np.select([met.isna(), now & then, now, then], [UNCODED, PRESENT, APPEARS, GONE], default=ABSENT)
    return pd.Series(words, index=cells.index, dtype="str")


def _names(starts: pd.Series, by: Literal["year"] | Sequence[dt.date | str]) -> list[str]:
    if isinstance(by, str):
        return [str(start.year) for start in starts]
    firsts = pd.DatetimeIndex(by).sort_values()
    ends = dict(zip(firsts[:-1], firsts[1:] - pd.Timedelta(days=1), strict=True))
    return [
        f"du {start:%d/%m/%Y} au {ends[start]:%d/%m/%Y}" if start in ends else f"depuis le {start:%d/%m/%Y}"
        for start in starts
    ]

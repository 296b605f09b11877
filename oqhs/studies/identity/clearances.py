"""Clearances: what a person who read an excerpt decided, for that excerpt and no other."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

import pandas as pd

from oqhs.errors import DataError, Problem, UnknownError
from oqhs.sources.delimited import read_delimited
from oqhs.text import plain_labels

#: `segment`; `sha256` of the text that was read; `reason`; `office` of who read; `date`.
CLEARED_COLUMNS = ["segment", "sha256", "reason", "office", "date"]
_COLUMNS = dict(zip(("segment", "sha256", "motif", "service", "date"), CLEARED_COLUMNS, strict=True))


def excerpt_sha256(text: str) -> str:
    """Checksum of the text of an excerpt, in hexadecimal.

    Examples
    --------
    >>> excerpt_sha256("")[:8]
    'e3b0c442'
    """
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def clearance(
    segments: pd.DataFrame, segment: str, *, reason: str, office: str, date: dt.date
) -> pd.DataFrame:
    """Clear an excerpt as it reads today.

    Parameters
    ----------
    segments : DataFrame
        `segment` and `text`, as in a corpus.
    segment : str
        Id of the excerpt.
    reason : str
        Why what was found there identifies nobody.
    office : str
        Office of the person who read it, without a name.
    date : date
        Day it was read.

    Returns
    -------
    DataFrame
        One row of `CLEARED_COLUMNS`.

    Raises
    ------
    UnknownError
        No segment has this id.
    DataError
        The excerpt has no text, or a word is missing.
    """
    texts = segments.loc[segments["segment"] == segment, "text"]
    if texts.empty:
        raise UnknownError("no segment has this id", found=segment, todo="take an id of the corpus")
    if texts.isna().any() or (texts != texts.iloc[0]).any():
        raise DataError("this segment has not one text to clear", column="text", found=segment)
    row = [segment, excerpt_sha256(texts.iloc[0]), reason, office, date]
    made = pd.DataFrame([row], columns=CLEARED_COLUMNS)
    return checked_clearances(made)


def read_clearances(path: Path) -> pd.DataFrame:
    """Read a table of clearances: `segment;sha256;motif;service;date`.

    Raises
    ------
    DataError
        A column is missing, a cell is empty, a checksum or a date cannot be read.
    """
    text = read_delimited(path)
    missing = [name for name in _COLUMNS if name.upper() not in text.names]
    if missing:
        raise DataError.gather(
            Problem("a column is missing", path, 1, name, allowed=", ".join(_COLUMNS)) for name in missing
        )
    cells = {
        ours: plain_labels(pd.Series(text.column(name).to_pylist(), dtype="str"))
        for name, ours in _COLUMNS.items()
    }
    return checked_clearances(pd.DataFrame(cells), path, [text.line_of(row) for row in range(len(text))])


def write_clearances(cleared: pd.DataFrame, path: Path) -> None:
    """Write clearances to the table that `read_clearances` reads, replaced if it is there.

    Parameters
    ----------
    cleared : DataFrame
        `CLEARED_COLUMNS`: rows of `clearance`, put together.
    path : Path
        `.csv` file: UTF-8, `;` between cells.

    Raises
    ------
    DataError
        As `checked_clearances` raises it; nothing is written.
    """
    rows = checked_clearances(cleared)
    rows = rows.assign(date=rows["date"].dt.strftime("%Y-%m-%d"))[CLEARED_COLUMNS].set_axis(
        [*_COLUMNS], axis=1
    )
    path.write_text(rows.to_csv(sep=";", index=False, lineterminator="\n"), encoding="utf-8", newline="\n")


def checked_clearances(
    cleared: pd.DataFrame, path: Path | None = None, lines: list[int] | None = None
) -> pd.DataFrame:
    """Check clearances: each says of which text, why, by which office and when.

    Returns
    -------
    DataFrame
        `CLEARED_COLUMNS`, the date as datetime64.

    Raises
    ------
    DataError
        A column is missing, a cell is empty, a checksum or a date cannot be read.
    """
    missing = [name for name in CLEARED_COLUMNS if name not in cleared]
    if missing:
        raise DataError.gather(
            Problem("a column is missing", path, None, name, None, ", ".join(CLEARED_COLUMNS))
            for name in missing
        )
    dates = pd.to_datetime(cleared["date"].astype("str"), format="ISO8601", errors="coerce")
    texts = cleared[CLEARED_COLUMNS[:4]].astype("str")
    empty = "this cell is empty: a clearance says of what, why, by which office and when"
    wrong = [(name, texts[name].fillna("").str.strip() == "", empty, "a text") for name in texts]
    told = texts["sha256"].str.fullmatch("[0-9a-f]{64}").fillna(False).astype("bool")
    wrong += [
        ("sha256", ~told, "this is not the checksum of a text", "64 hexadecimal digits"),
        ("date", dates.isna(), "this is not a date", "year-month-day, for example 2024-10-02"),
    ]
    problems = [
        Problem(what, path, lines[row] if lines else row + 1, name, str(cleared[name].iloc[row]), allowed)
        for name, where, what, allowed in wrong
        for row in where.to_numpy().nonzero()[0]
    ]
    if problems:
        raise DataError.gather(problems)
    return texts.assign(date=dates)

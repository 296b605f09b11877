"""How many excerpts, sources and persons: an excerpt once, whatever the number of coders."""

from __future__ import annotations

import pandas as pd

#: What goes with every count of excerpts.
NOTICE = "Le nombre d'extraits ne mesure pas la fréquence d'une opinion."
COUNT_COLUMNS = ["excerpts", "sources", "persons", "persons_exact"]
_COUNTS = ["excerpts", "sources", "persons"]


def counted(rows: pd.DataFrame, sources: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Count what is behind each group of segments.

    A person is a speaker of a source. Of excerpts whose speaker is not told, one person at least spoke:
    `persons` is then a lower bound, unless the source heard nobody else.

    Parameters
    ----------
    rows : DataFrame
        `keys`, `source`, `segment`, `speaker`; the same segment may stand several times.
    sources : DataFrame
        `source` (unique) and `persons`, how many were heard, or missing.
    keys : list of str
        What makes a group; a missing value is one.

    Returns
    -------
    DataFrame
        `keys`, `COUNT_COLUMNS`: one row per group that has a segment, sorted by `keys`.

    Examples
    --------
    >>> rows = pd.DataFrame({"code": "bruit", "source": ["E1", "E1", "G1"], "segment": ["s1", "s1", "s2"],
    ...     "speaker": ["P1", "P1", None]})
    >>> heard = pd.DataFrame({"source": ["E1", "G1"], "persons": pd.array([1, 8], "Int64")})
    >>> counted(rows, heard, ["code"]).to_dict("records")
    [{'code': 'bruit', 'excerpts': 2, 'sources': 2, 'persons': 2, 'persons_exact': False}]
    """
    by_source = [*keys, "source"]
    spans = rows[[*by_source, "segment"]].drop_duplicates()
    voices = rows[[*by_source, "speaker"]].drop_duplicates()
    voices = voices.assign(unnamed=voices["speaker"].isna())
    each = voices.groupby(by_source, dropna=False).agg(named=("speaker", "count"), unnamed=("unnamed", "any"))
    each["excerpts"] = spans.groupby(by_source, dropna=False).size()
    each = each.reset_index()
    heard = each["source"].map(sources.set_index("source")["persons"]).astype("Int64")
    each["persons"] = each["named"].clip(lower=1)
    each["persons_exact"] = ~each["unnamed"] | (each["persons"] >= heard).fillna(False).astype("bool")
    found = each.groupby(keys, dropna=False, as_index=False).agg(
        excerpts=("excerpts", "sum"),
        sources=("source", "size"),
        persons=("persons", "sum"),
        persons_exact=("persons_exact", "all"),
    )
    # A name met in several sources may be one person, or several.
    named = voices.dropna(subset=["speaker"])
    named = named.assign(again=named.duplicated([*keys, "speaker"]))
    again = named.groupby(keys, dropna=False)["again"].sum()
    repeated = found[keys].merge(again.reset_index(), how="left", on=keys)["again"].fillna(0).astype("int64")
    found["persons"] -= repeated
    found["persons_exact"] &= repeated == 0
    return found


def on_grid(grid: pd.DataFrame, counts: pd.DataFrame, keys: list[str], coded: pd.Series) -> pd.DataFrame:
    """Put counts on a grid: zero where somebody coded and found nothing, missing where nobody coded.

    Parameters
    ----------
    grid : DataFrame
        `keys`, one row per cell.
    counts : DataFrame
        As `counted` gives them.
    keys : list of str
        Columns of both.
    coded : Series of bool
        Same index as the grid: whether anything of what the cell is about was coded.
    """
    cells = grid.merge(counts, how="left", on=keys).set_index(grid.index)
    empty = cells["excerpts"].isna() & coded
    cells[_COUNTS] = cells[_COUNTS].astype("Int64").mask(empty, 0)
    cells["persons_exact"] = cells["persons_exact"].eq(True) | empty
    return cells

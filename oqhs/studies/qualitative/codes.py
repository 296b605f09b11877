"""The tree of a codebook: what stands under what."""

from __future__ import annotations

import pandas as pd

from oqhs.errors import MeasureError


def with_ancestors(codebook: pd.DataFrame) -> pd.DataFrame:
    """Pair every code with itself and with every code above it.

    Parameters
    ----------
    codebook : DataFrame
        `code` (unique) and `parent`, a code or missing.

    Returns
    -------
    DataFrame
        `code`, `ancestor`, `is_theme` (the ancestor has no parent): one row per pair.

    Raises
    ------
    MeasureError
        A parent is not a code of the codebook, or codes are above themselves.

    Examples
    --------
    >>> book = pd.DataFrame({"code": ["sante", "medecin"], "parent": [None, "sante"]}, dtype="str")
    >>> with_ancestors(book)[["code", "ancestor"]].to_numpy().tolist()
    [['sante', 'sante'], ['medecin', 'medecin'], ['medecin', 'sante']]
    """
    parents = codebook.set_index("code")["parent"].astype("str")
    lost = parents[parents.notna() & ~parents.isin(parents.index)]
    if len(lost):
        raise MeasureError(
            "a code stands under one that is not in the codebook",
            column="parent",
            found=", ".join(f"{code}: {parent}" for code, parent in sorted(lost.items())),
            todo="add the parent to the codebook, or empty the cell",
        )
    step = pd.DataFrame({"code": parents.index, "ancestor": parents.index}, dtype="str")
    steps: list[pd.DataFrame] = []
    while len(step):
        if len(steps) > len(parents):
            raise MeasureError(
                "codes of the codebook are above themselves",
                column="parent",
                found=", ".join(sorted(set(step["code"]))),
                todo="leave the parent of one of them empty",
            )
        steps.append(step)
        above = step.assign(ancestor=step["ancestor"].map(parents))
        step = above[above["ancestor"].notna()]
    pairs = pd.concat(steps, ignore_index=True) if steps else step
    rank = pd.Series(range(len(parents)), index=parents.index)
    pairs["is_theme"] = pairs["ancestor"].map(parents.isna()).astype("bool")
    return pairs.sort_values("code", key=lambda codes: codes.map(rank), kind="stable", ignore_index=True)


def coded(segments: pd.DataFrame, codebook: pd.DataFrame) -> pd.DataFrame:
    """Give the segments that have a code.

    Raises
    ------
    MeasureError
        A code is not in the codebook.
    """
    rows = segments[segments["code"].notna()]
    unknown = sorted(set(rows["code"]) - set(codebook["code"]))
    if unknown:
        raise MeasureError(
            "segments have codes that are not in the codebook",
            column="code",
            found=", ".join(unknown),
            todo="add them to the codebook",
        )
    return rows


def rolled_up(segments: pd.DataFrame, codebook: pd.DataFrame) -> pd.DataFrame:
    """Give to every code the segments that stand under it, its own included.

    Parameters
    ----------
    segments, codebook : DataFrame
        Those of a `Corpus`.

    Returns
    -------
    DataFrame
        The columns of `segments`, `code` being any code above the one that was given, and `is_theme`.

    Raises
    ------
    MeasureError
        A segment has a code that is not in the codebook; or as `with_ancestors`.
    """
    pairs = with_ancestors(codebook)
    return (
        coded(segments, codebook)
        .merge(pairs, on="code")
        .drop(columns="code")
        .rename(columns={"ancestor": "code"})
    )


def labels_of(codebook: pd.DataFrame) -> pd.Series:
    """Name the codes, by code: their label, or the code where it has none."""
    named = codebook.set_index("code")["label"].astype("str")
    return named.where(named.notna() & (named != ""), named.index.astype("str"))

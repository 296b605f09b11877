"""Files of studies, read as their cards say: to see whether they are as they must be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from oqhs.studies import actions, cohort, interviews

_READERS: dict[str, Callable[[Path], object]] = {
    "actions": actions.read,
    "cohort": cohort.read,
    "grants": actions.read_grants,
    "interviews": interviews.read,
}


def read_study(path: Path, layout: str) -> object:
    """Read the file of a study: a corpus, a cohort, or a table of actions or grants.

    Parameters
    ----------
    path : Path
        The file; its card stands beside it.
    layout : str
        One of `oqhs.sources.cards.STUDIED`.

    Raises
    ------
    OqhsError
        As the reader of the layout does.
    """
    return _READERS[layout](path)

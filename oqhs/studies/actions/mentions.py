"""Free texts of the follow-up that leave the observatory: none of them may tell who somebody is."""

from __future__ import annotations

import pandas as pd

from oqhs.studies.identity import traces_of

#: What stands in place of a text that may tell who somebody is.
SET_ASIDE = "mention écartée : elle peut faire reconnaître quelqu'un"


def without_traces(texts: pd.Series) -> pd.Series:
    """Put `SET_ASIDE` in place of each text in which `oqhs.studies.identity.traces_of` finds a trace.

    Parameters
    ----------
    texts : Series of str
        Sources, notes or themes as they were written; any index.

    Returns
    -------
    Series of str
        Same index; a text without a trace stands as it was written.

    Examples
    --------
    >>> without_traces(pd.Series(["Habitat, bilan 2025", "Mme Durand, CCAS ; bilan"])).tolist()
    ['Habitat, bilan 2025', "mention écartée : elle peut faire reconnaître quelqu'un"]
    """
    once = texts.drop_duplicates()
    traced = traces_of(once.set_axis(once))["id"]
    return texts.mask(texts.isin(traced), SET_ASIDE)

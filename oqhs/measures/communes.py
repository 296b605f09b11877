"""Communes as the sum of their IRIS."""

from __future__ import annotations

import pandas as pd

from oqhs.catalogue import Catalogue
from oqhs.tables import MEASUREMENT_COLUMNS, most_telling, plain, strict_sum
from oqhs.territories import kinds_of
from oqhs.text import OBSERVED

_COUNTS = {"persons", "households", "families", "units"}
_COMMUNE = 5  # characters of the code of a commune, with which those of its IRIS begin


def communes_of_iris(measurements: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Add up the counts of IRIS into those of their communes.

    The IRIS of a commune tile it, and the files of the census hold all of them: the sum is exact. It is
    missing as soon as one of them is.

    Parameters
    ----------
    measurements : DataFrame
        Measurements; only the counts of IRIS are used.
    catalogue : Catalogue
        Units of the variables.

    Returns
    -------
    DataFrame
        Measurements of communes, on the outlines of communes of the year of the IRIS (`cog2021` for
        `iris2021`).
    """
    rows = plain(measurements)
    counts = {name for name in rows["variable"].unique() if catalogue.variable(name).unit in _COUNTS}
    rows = rows[rows["variable"].isin(counts)]
    rows = rows[(kinds_of(rows["territory"])["kind"] == "iris").to_numpy(dtype=bool)]
    if rows.empty:
        return rows[MEASUREMENT_COLUMNS]
    keys = ["variable", "territory", "perimeter", "year", "source"]
    rows = rows.assign(territory=rows["territory"].str[:_COMMUNE])
    rows["perimeter"] = rows["perimeter"].str.replace("iris", "cog", regex=False)
    by = [rows[key] for key in keys]
    sums = pd.DataFrame({"value": strict_sum(rows["value"], by), "status": most_telling(rows["status"], by)})
    sums["value"] = sums["value"].where(sums["status"] == OBSERVED)
    return sums.reset_index().assign(note="")[MEASUREMENT_COLUMNS]

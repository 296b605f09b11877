"""Communes as the sum of their IRIS."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from oqhs.catalogue import Catalogue
from oqhs.tables import MEASUREMENT_COLUMNS, most_telling, plain, strict_sum
from oqhs.text import NOT_AVAILABLE, OBSERVED

_COMMUNE = 5  # characters of the code of a commune, with which those of its IRIS begin


def communes_of_iris(measurements: pd.DataFrame, iris: Sequence[str], catalogue: Catalogue) -> pd.DataFrame:
    """Add up the counts of IRIS into those of their communes.

    The IRIS of a commune tile it: the sum is exact when all of them are there, and missing as soon as
    one of them is not, or is not observed.

    Parameters
    ----------
    measurements : DataFrame
        Measurements; only the counts of IRIS are used.
    iris : sequence of str
        Codes of all the IRIS of the communes.
    catalogue : Catalogue
        Units of the variables.

    Returns
    -------
    DataFrame
        Measurements of the communes of `iris`, on the outlines of communes of the year of the IRIS
        (`cog2021` for `iris2021`).
    """
    rows = plain(measurements)
    counts = {name for name in rows["variable"].unique() if catalogue.variable(name).is_count}
    rows = rows[rows["variable"].isin(counts) & rows["territory"].isin(iris)]
    series = ["variable", "perimeter", "year", "source"]
    every = rows[series].drop_duplicates().merge(pd.DataFrame({"territory": list(iris)}), how="cross")
    rows = every.merge(rows, how="left", on=[*series, "territory"])
    rows["status"] = rows["status"].fillna(NOT_AVAILABLE)
    rows["territory"] = rows["territory"].str[:_COMMUNE]
    rows["perimeter"] = rows["perimeter"].str.replace("iris", "cog", regex=False)
    by = [rows[key] for key in [*series, "territory"]]
    sums = pd.DataFrame({"value": strict_sum(rows["value"], by), "status": most_telling(rows["status"], by)})
    sums["value"] = sums["value"].where(sums["status"] == OBSERVED)
    return sums.reset_index().assign(note="somme des IRIS de la commune")[MEASUREMENT_COLUMNS]

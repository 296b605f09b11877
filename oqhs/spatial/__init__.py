"""Indicators measured on the map: parts of a surface, people within a walk, facilities nearby.

`measured` gives one side of such an indicator, as the recipes do for figures: `areas` looks at layers,
`walks` walks along the streets, `near` counts facilities; `zones` holds the territories they look at.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pandas as pd

from oqhs.errors import CRSError, MeasureError, Problem
from oqhs.materials import Materials
from oqhs.spatial.areas import share_of_surface
from oqhs.spatial.near import count_of_facilities
from oqhs.spatial.walks import share_within_reach, time_to_nearest

_MEASURES: dict[str, Callable[[Materials, str], pd.DataFrame]] = {
    "area_share": share_of_surface,
    "access": share_within_reach,
    "walking_time": time_to_nearest,
    "count_near": count_of_facilities,
}


def measured(materials: Materials, name: str, how: str) -> pd.DataFrame:
    """Measure an indicator on the map, on the cards the edition names for it.

    Parameters
    ----------
    materials : Materials
        What the edition is made of.
    name : str
        Id of the indicator.
    how : str
        One of `oqhs.entries.ON_THE_MAP`.

    Returns
    -------
    DataFrame
        Indexed by territory, those of both sides and the département without its quartiers: the columns of
        an observation, except those that name it; `value` in the unit of the indicator.

    Raises
    ------
    CatalogueError
        The edition names cards that do not fit.
    CRSError, MeasureError
        The layers cannot be measured; the indicator and its cards are told.
    """
    try:
        return _MEASURES[how](materials, name)
    except (CRSError, MeasureError) as error:
        raise type(error).gather(_placed(problem, materials, name) for problem in error.problems) from error


def _placed(problem: Problem, materials: Materials, name: str) -> Problem:
    """Say in which edition, and for which indicator and cards, a measure was refused."""
    if problem.file is not None:
        return problem
    cards = ", ".join(dict.fromkeys(materials.file.indicators[name].inputs.qpv))
    place = f"indicators.{name}, {cards}" + (f": {problem.column}" if problem.column else "")
    return replace(problem, file=f"editions/{materials.file.edition}.yaml", column=place)

"""Indicators measured on the map: parts of a surface, people within a walk, facilities nearby.

`measured` gives one side of such an indicator, as the recipes do for figures: `areas` looks at layers,
`walks` walks along the streets, `near` counts facilities; `zones` holds the territories they look at.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

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
    """
    return _MEASURES[how](materials, name)

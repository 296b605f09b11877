"""Cells of the Insee grids: from their codes to squares on the map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from oqhs.errors import DataError

if TYPE_CHECKING:
    import geopandas as gpd

_CODE = r"CRS(?P<crs>[0-9]{4})RES(?P<side>[0-9]+)MN(?P<north>[0-9]+)E(?P<east>[0-9]+)"
_SIDES = 8  # segments each side is cut in: a straight side of the grid is not straight elsewhere


def cells_of(
    measurements: pd.DataFrame,
    zones: gpd.GeoDataFrame,
    variable: str = "personnes_menages_fiscaux",
) -> gpd.GeoDataFrame:
    """Draw the cells of a grid that may touch some zones.

    Parameters
    ----------
    measurements : DataFrame
        Measurements of a grid: territories are codes such as `CRS3035RES200MN2029800E4254200` (the
        lower left corner, in metres, north first).
    zones : GeoDataFrame
        Zones of interest, in a projected system.
    variable : str
        Count that becomes `population`, in persons.

    Returns
    -------
    GeoDataFrame
        `territory`, `population`, `geometry` (squares, in the system of `zones`), sorted: the cells in
        the rectangle of the zones. A cell without a value has none.

    Raises
    ------
    DataError
        The measurements hold no such count, or cells of several systems of coordinates.
    """
    import geopandas as gpd

    rows = measurements[measurements["variable"] == variable]
    codes = rows["territory"].astype("str")
    parts = codes.str.extract(_CODE)
    systems = sorted(parts["crs"].dropna().unique())
    if len(systems) != 1:
        raise DataError(
            f"the grid must hold {variable}, in one system of coordinates",
            found=", ".join(systems) or "no cell",
            allowed="codes such as CRS3035RES200MN2029800E4254200",
            todo="give the grid of the metropole, or that of one overseas département",
        )
    side, north, east = (parts[name].astype("int64").to_numpy() for name in ("side", "north", "east"))
    west, south, right, top = zones.to_crs(int(systems[0])).total_bounds
    near = (east + side >= west) & (east <= right) & (north + side >= south) & (north <= top)
    squares = shapely.box(east[near], north[near], (east + side)[near], (north + side)[near])
    squares = shapely.segmentize(squares, np.maximum(side[near] / _SIDES, 1))
    cells = gpd.GeoDataFrame(
        {"territory": codes[near].to_numpy(), "population": rows["value"].to_numpy()[near]},
        geometry=squares,
        crs=int(systems[0]),
    )
    return cells.to_crs(zones.crs).sort_values("territory", ignore_index=True)

"""The territories of an edition as they lie on the map, and what is made of others."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import pandas as pd

from oqhs.errors import CatalogueError
from oqhs.geography import Geography
from oqhs.materials import Materials
from oqhs.measures.parts import sums_of_parts

#: Territories that are looked at themselves; the others are made of them.
_DRAWN = ("qpv", "commune")
#: Kind of the ground of a commune that is in no quartier.
_REST = "reste"


def drawn(materials: Materials) -> gpd.GeoDataFrame:
    """Quartiers, communes, and the ground of each commune that is in no quartier, indexed by code."""
    return materials.once("zones", lambda: _drawn(materials.geography))


def _drawn(geography: Geography) -> gpd.GeoDataFrame:
    territories = geography.territories
    zones = territories[territories["kind"].isin(_DRAWN)].set_index("territory")[["kind", "geometry"]]
    communes = zones[zones["kind"] == "commune"]
    quartiers = zones.loc[zones["kind"] == "qpv", "geometry"].union_all()
    left = communes.assign(kind=_REST, geometry=communes.difference(quartiers))
    return gpd.GeoDataFrame(pd.concat([zones, left.set_axis(_rest_of(left.index))]), crs=zones.crs)


def _rest_of(communes: pd.Index) -> list[str]:
    return [f"{code} hors QPV" for code in communes]


def parts_of_communes(geography: Geography, communes: pd.Index) -> pd.Index:
    """Give the quartiers that lie in some communes, were it in part, and the ground in none of them."""
    rows = geography.memberships
    inside = rows["parent"].isin(communes) & rows["territory"].isin(geography.of_kind("qpv"))
    known = communes[communes.isin(geography.of_kind("commune"))]
    return pd.Index(sorted({*rows.loc[inside, "territory"], *_rest_of(known)}), dtype="str")


def members_of(geography: Geography, left_out: Sequence[str] = ()) -> pd.DataFrame:
    """Which drawn territories make up which.

    Parameters
    ----------
    geography : Geography
        Who is made of whom.
    left_out : sequence of str, optional
        Communes that the département does not count, nor the département without its quartiers.

    Returns
    -------
    DataFrame
        `group`, `territory`.
    """
    edges = pd.concat([geography.edges("qpv"), geography.edges("reference")])[["group", "territory"]]
    whole = edges["group"] == geography.departement
    edges = edges[~(whole & edges["territory"].isin(left_out))]
    kept = edges.loc[edges["group"] == geography.departement, "territory"]
    rest = pd.DataFrame({"group": geography.outside, "territory": _rest_of(pd.Index(kept))})
    return pd.concat([edges, rest], ignore_index=True)


def with_groups(parts: pd.DataFrame, geography: Geography, left_out: Sequence[str] = ()) -> pd.DataFrame:
    """Add to the parts of drawn territories those of the territories made of them.

    Parameters
    ----------
    parts : DataFrame
        Indexed by drawn territory, as `oqhs.measures.parts` takes them.
    geography, left_out
        As in `members_of`.

    Returns
    -------
    DataFrame
        The same columns, `n_known` and `n_total`, without the ground that is in no quartier.
    """
    own = parts.assign(n_known=(parts["known"] > 0).astype("int64"), n_total=1)
    named = own[own.index.isin(geography.territories["territory"])]
    grouped = sums_of_parts(parts, members_of(geography, left_out))
    return pd.concat([named.drop(index=grouped.index, errors="ignore"), grouped])


def cards_of(materials: Materials, name: str) -> tuple[str, ...]:
    """Cards an indicator is measured on; `CatalogueError` when the two sides name different ones."""
    inputs = materials.file.indicators[name].inputs
    if inputs.reference and inputs.reference != inputs.qpv:
        raise CatalogueError(
            "an indicator measured on the map has one set of layers for the quartiers and their reference",
            file=f"editions/{materials.file.edition}.yaml",
            column=f"indicators.{name}.inputs.reference",
            found=", ".join(inputs.reference),
            allowed=", ".join(inputs.qpv),
            todo="give the same cards to both sides",
        )
    return inputs.qpv

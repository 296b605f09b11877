"""The territories of an edition as they lie on the map, and what is made of others."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import pandas as pd

from oqhs.errors import CatalogueError
from oqhs.geography import Geography
from oqhs.materials import Materials
from oqhs.measures.parts import rest_of_parts, sums_of_parts

#: Territories that are looked at themselves; the others are made of them.
_DRAWN = ("qpv", "commune")


def drawn(geography: Geography) -> gpd.GeoDataFrame:
    """Quartiers and communes, indexed by code."""
    territories = geography.territories
    return territories[territories["kind"].isin(_DRAWN)].set_index("territory")


def members_of(geography: Geography) -> pd.DataFrame:
    """Which drawn territories make up which: `group`, `territory`."""
    return pd.concat([geography.edges("qpv"), geography.edges("reference")], ignore_index=True)[
        ["group", "territory"]
    ]


def with_groups(parts: pd.DataFrame, geography: Geography, left_out: Sequence[str] = ()) -> pd.DataFrame:
    """Add to the parts of drawn territories those of the territories made of them.

    Parameters
    ----------
    parts : DataFrame
        As `oqhs.measures.parts` takes them.
    geography : Geography
        Who is made of whom.
    left_out : sequence of str, optional
        Communes that the département does not count. Where quartiers lie in them, nobody knows what is left
        of it without its quartiers.

    Returns
    -------
    DataFrame
        The same columns, `n_known` and `n_total`; the département without its quartiers is what is left of
        it once they are taken out.
    """
    own = parts.assign(n_known=(parts["known"] > 0).astype("int64"), n_total=1)
    edges = members_of(geography)
    apart = (edges["group"] == geography.departement) & edges["territory"].isin(left_out)
    grouped = sums_of_parts(parts, edges[~apart])
    together = pd.concat([own.drop(index=grouped.index, errors="ignore"), grouped])
    whole, inside = geography.departement, geography.ensemble
    if whole in together.index and inside in together.index and not quartiers_in(geography, left_out):
        rest = rest_of_parts(together.loc[whole], together.loc[inside])
        together.loc[geography.outside] = rest.reindex(together.columns).fillna({"n_known": 1, "n_total": 1})
    return together


def quartiers_in(geography: Geography, communes: Sequence[str]) -> list[str]:
    """Quartiers that lie, were it in part, in some communes."""
    rows = geography.memberships
    inside = rows["parent"].isin(communes) & rows["territory"].isin(geography.of_kind("qpv"))
    return sorted(set(rows.loc[inside, "territory"]))


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

"""Grants of the « initiatives de proximité », by quartier, commune, EPT, département and year."""

from __future__ import annotations

import pandas as pd

from oqhs.geography import Geography
from oqhs.studies.actions.territories import kinds, refuse_strangers, wholes

GRANT_TOTAL_COLUMNS = [
    "territory",
    "kind",
    "year",
    "n_files",
    "n_granted",
    "n_asked_known",
    "n_granted_known",
    "asked_eur",
    "granted_eur",
]


def grant_totals(grants: pd.DataFrame, geography: Geography) -> pd.DataFrame:
    """Add grants up by territory and year.

    Parameters
    ----------
    grants : DataFrame
        As `read_grants` gives it.
    geography : Geography
        Territories of the edition.

    Returns
    -------
    DataFrame
        `GRANT_TOTAL_COLUMNS`, sorted by year, kind and territory: applications (`n_files`), those known to
        have been granted something (`n_granted`, Int64), those whose amounts are known, and these amounts in
        euros. `n_granted` and `granted_eur` are minima where `n_granted_known` is under `n_files`, missing
        where it is 0; `asked_eur` and `n_asked_known` alike. An application for a quartier is counted in its
        EPT too, unless it lies in several, and in the département.

    Raises
    ------
    DataError
        A territory is not one of the edition.
    """
    refuse_strangers(grants["territory"], geography, "the table of grants")
    own = grants.assign(kind=kinds(grants["territory"], geography))
    pairs = wholes(geography)
    above = own.drop(columns="kind").merge(pairs[pairs["whole"]], on="territory")
    above = above.drop(columns=["territory", "whole"])
    above = above.rename(columns={"parent": "territory", "parent_kind": "kind"})
    every = pd.concat([own, above], ignore_index=True)
    every["given"] = every["granted_eur"] > 0
    found = every.groupby(["territory", "kind", "year"]).agg(
        n_files=("dossier", "size"),
        n_granted=("given", "sum"),
        n_asked_known=("asked_eur", "count"),
        n_granted_known=("granted_eur", "count"),
        asked_eur=("asked_eur", "sum"),
        granted_eur=("granted_eur", "sum"),
    )
    for side in ("asked", "granted"):
        found[f"{side}_eur"] = found[f"{side}_eur"].where(found[f"n_{side}_known"] > 0)
    found["n_granted"] = found["n_granted"].astype("Int64").where(found["n_granted_known"] > 0)
    return found.reset_index()[GRANT_TOTAL_COLUMNS].sort_values(
        ["year", "kind", "territory"], ignore_index=True
    )

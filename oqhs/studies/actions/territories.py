"""Which figures of a table of follow-up add up into those of an EPT and of the département."""

from __future__ import annotations

import pandas as pd

from oqhs.errors import DataError, Problem
from oqhs.geography import Geography

#: What one figure a territory is given for.
GROUP = ["action", "indicator", "period"]
_SHOWN = 20


def refuse_strangers(codes: pd.Series, geography: Geography, what: str) -> None:
    """Refuse codes that are not territories of an edition.

    Raises
    ------
    DataError
        All of them are told at once.
    """
    known = set(geography.territories["territory"])
    strangers = sorted(set(codes) - known)
    if strangers:
        raise DataError.gather(
            Problem(
                f"{what} names a territory that is not in this edition",
                column="territory",
                found=code,
                allowed=", ".join(geography.of_kind("qpv")[:_SHOWN]) + " …, an EPT or the département",
                todo="correct the code, or follow it with the edition of its perimeter",
            )
            for code in strangers
        )


def kinds(codes: pd.Series, geography: Geography) -> pd.Series:
    """Give the kind of each territory of an edition."""
    territories = geography.territories
    return codes.map(dict(zip(territories["territory"], territories["kind"], strict=True))).astype("str")


def wholes(geography: Geography) -> pd.DataFrame:
    """Say which EPT, and which département, each quartier, commune and EPT is counted in.

    Returns
    -------
    DataFrame
        `territory`, `parent`, `parent_kind`, `whole`: False for a quartier that lies in several EPT, whose
        figure cannot be shared out among them. An EPT is counted whole in the département.
    """
    rows = geography.memberships
    counted = {*geography.of_kind("qpv"), *geography.of_kind("commune")}
    held = rows[rows["territory"].isin(counted) & rows["parent_kind"].isin(["ept", "departement"])]
    pairs = held[["territory", "parent", "parent_kind"]].drop_duplicates()
    several = pairs.groupby(["territory", "parent_kind"])["parent"].transform("size") > 1
    epts = pd.DataFrame({"territory": geography.of_kind("ept"), "parent": geography.departement})
    whole = [pairs.assign(whole=~several), epts.assign(parent_kind="departement", whole=True)]
    return pd.concat(whole, ignore_index=True)


def added_up(rows: pd.DataFrame, pairs: pd.DataFrame) -> pd.Series:
    """Say which figures make up that of the département.

    Parameters
    ----------
    rows : DataFrame
        `GROUP`, `territory`, `kind`: every figure followed, known or not.
    pairs : DataFrame
        As `wholes` gives it.

    Returns
    -------
    Series of bool
        Index of `rows`: True for a quartier, and for an EPT none of whose quartiers, even one that lies in
        another EPT too, is followed in the same group. An EPT is never added to its own quartiers.
    """
    quartiers, epts = rows["kind"] == "qpv", rows["kind"] == "ept"
    held = pairs.loc[pairs["parent_kind"] == "ept", ["territory", "parent"]]
    followed = rows.loc[quartiers, [*GROUP, "territory"]].merge(held, on="territory")
    own = pd.MultiIndex.from_frame(rows[[*GROUP, "territory"]])
    return quartiers | (epts & ~own.isin(pd.MultiIndex.from_frame(followed[[*GROUP, "parent"]])))

"""Flags of an edition chosen by territory, theme and reference."""

from __future__ import annotations

import pandas as pd

from oqhs.analysis.heat import shares_of_flags
from oqhs.edition import Edition
from oqhs.errors import UnknownError
from oqhs.geography import REFERENCES
from oqhs.inside import quartiers_inside
from oqhs.publish.flags import grid_of, worded


def chosen_flags(
    edition: Edition,
    territory: str | None = None,
    theme: str | None = None,
    reference: str | None = None,
    *,
    internal: bool = False,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Choose flags, and tell which share of the quartiers has each of them.

    Parameters
    ----------
    edition : Edition
        The edition.
    territory : str, optional
        Code of a quartier, or of a commune, an EPT or a group that holds some.
    theme : str, optional
        Id of a theme of the catalogue.
    reference : str, optional
        Reference of the gaps; flags against no reference (`seuil`, `position`) are kept, and a décrochage
        that this reference confirms, though its own is another.
    internal : bool
        Whether flags that may not go as far as the edition are given too: positions, and those to confirm.

    Returns
    -------
    flags, shares : DataFrame
        As `oqhs.publish.flags.worded` and `oqhs.analysis.heat.shares_of_flags` give them.

    Raises
    ------
    UnknownError
        There is no such territory, or no quartier in it; there is no such theme or reference.
    """
    catalogue, geography = edition.observatory.catalogue, edition.geography
    for what, asked, known in (("theme", theme, catalogue.themes), ("reference", reference, REFERENCES)):
        if asked is not None and asked not in known:
            raise UnknownError(f"no such {what}", found=asked, allowed=", ".join(known))
    within = geography.of_kind("qpv") if territory is None else quartiers_inside(geography, territory)
    flags = edition.flags() if internal else edition.flags_told()
    flags = flags[flags["territory"].isin(within)]
    if theme is not None:
        flags = flags[flags["theme"] == theme]
    if reference is not None:
        flags = flags[_held_against(flags, reference)]
    labels, names = _names(edition)
    shares = shares_of_flags(flags, within, by=("kind", "indicator"))
    shares["indicator_label"] = shares["indicator"].map(names)
    return worded(flags.reset_index(drop=True), labels, catalogue), shares


def chosen_grid(
    edition: Edition, territory: str | None = None, theme: str | None = None, reference: str | None = None
) -> pd.DataFrame:
    """Give the grid of quartiers and indicators, for the same choice.

    Without a reference, the gaps are those to the département.
    """
    heat = edition.heat_table(reference or "departement")
    if territory is not None:
        heat = heat[heat["territory"].isin(quartiers_inside(edition.geography, territory))]
    if theme is not None:
        heat = heat[heat["theme"] == theme]
    return grid_of(heat, *_names(edition))


def _held_against(flags: pd.DataFrame, reference: str) -> pd.Series:
    """Whether flags are against a reference, against none, or confirmed by it (`ecart:commune`)."""
    against = flags["reference"].fillna("").isin([reference, ""])
    return against | flags["confirmed_by"].fillna("").str.contains(rf":{reference}\b")


def _names(edition: Edition) -> tuple[pd.Series, dict[str, str]]:
    """Names of the quartiers, and of the indicators."""
    geography = edition.geography
    labels = pd.Series({code: geography.name(code) for code in geography.of_kind("qpv")})
    return labels, {name: one.label for name, one in edition.observatory.catalogue.indicators.items()}

"""Footnote c: the communes that the département leaves out of its share of people within a walk."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from oqhs.errors import CatalogueError
from oqhs.materials import Materials
from oqhs.spatial.origins import walking_of
from oqhs.text import format_number, listing


@dataclass(frozen=True)
class LeftOut:
    """Communes that are left out, and the words that say so; no words without any."""

    communes: tuple[str, ...]
    words: str


def small_communes(materials: Materials) -> LeftOut:
    """Give the communes of the département under `acces_communes_population_min` inhabitants.

    Their municipal population is that of the last year, not after the edition, that the card gives for all
    of them.

    Raises
    ------
    CatalogueError
        The card gives no year in which the population of every commune is known.
    """
    geography = materials.geography
    edges = geography.edges("reference")
    codes = sorted(edges.loc[edges["group"] == geography.departement, "territory"])
    people, year = _populations(materials, codes)
    least = materials.threshold("acces_communes_population_min")
    small = tuple(code for code in codes if people[code] < least)
    names = listing([geography.name(code) for code in small])
    words = f"sans les communes de moins de {format_number(least)} habitants en {year} ({names})"
    return LeftOut(small, words if small else "")


def _populations(materials: Materials, codes: list[str]) -> tuple[pd.Series, int]:
    card = walking_of(materials).population
    rows = materials.rows(card)
    rows = rows[(rows["variable"] == "population") & rows["territory"].isin(codes) & rows["value"].notna()]
    rows = rows[rows["year"] <= materials.file.edition]
    known = rows.groupby("year")["territory"].nunique()
    if not (known == len(codes)).any():
        last = rows[rows["year"] == rows["year"].max()]
        unknown = sorted(set(codes) - set(last["territory"]))
        raise CatalogueError(
            "the card does not hold the population of every commune",
            file=f"editions/{materials.file.edition}.yaml",
            column="walking.population",
            found=f"{card}, without {', '.join(unknown[:10])}",
            allowed=f"the population of the {len(codes)} communes of the département, in one year",
        )
    year = int(known.index[known == len(codes)].max())
    return rows[rows["year"] == year].set_index("territory")["value"], year

"""Walks along the streets: who is within reach of a facility, and how far the nearest one is."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from oqhs.errors import CatalogueError
from oqhs.materials import Materials
from oqhs.measures.parts import shares_of_parts
from oqhs.measures.walking import REACHED, StreetNetwork
from oqhs.spatial.facilities import Open, open_facilities
from oqhs.spatial.origins import Origins, origins_of, walking_of
from oqhs.spatial.zones import members_of, with_groups
from oqhs.text import NOT_COVERED, OBSERVED, format_number, listing

#: Stands on everything that is made of walks.
NOTICE = "non comparable à la valeur publiée tant que la vitesse de l'OQHS n'est pas connue"
_METRES, _MINUTES = 1000, 60
_ALMOST_ALL = 99.9


@dataclass(frozen=True)
class Walked:
    """Walks to the nearest facility from every origin.

    `legs` has the rows of `origins.pieces`, with `facility`, `minutes` and `known` (whether a facility can
    be reached); `words` says how it was walked, `source` joins the cards, that of the facilities first.
    """

    origins: Origins
    facilities: Open
    legs: pd.DataFrame
    words: str
    source: str


def walked(materials: Materials, name: str) -> Walked:
    """Walk from every origin to the nearest facility of an indicator; one walk serves several."""
    facilities = open_facilities(materials, name)
    category = str(materials.catalogue.indicator(name).facility)
    key = f"walk {category} {facilities.source} {materials.file.indicators[name].year}"
    return materials.once(key, lambda: _walk(materials, facilities))


def _walk(materials: Materials, facilities: Open) -> Walked:
    streets = walking_of(materials).streets
    network = materials.once("streets", lambda: StreetNetwork(materials.read(streets)))
    origins = materials.once("origins", lambda: origins_of(materials))
    speed_kmh = materials.threshold("marche_vitesse_kmh")
    found = network.walk(
        facilities.placed,
        origins.points,
        speed_kmh=speed_kmh,
        max_minutes=math.inf,
        max_snap_m=materials.threshold("marche_rattachement_m"),
    )
    legs = origins.pieces.join(found[["facility", "minutes", "status"]], on="origin")
    legs["known"] = legs.pop("status") == REACHED
    attribution = materials.catalogue.sources[materials.cards[streets].source].attribution
    words = [
        f"à pied par les rues, {format_number(speed_kmh, 1)} km/h",
        origins.words,
        facilities.words,
        *([f"rues : {attribution}"] if attribution else []),
        NOTICE,
    ]
    source = "+".join(filter(None, [facilities.source, origins.source, streets]))
    return Walked(origins, facilities, legs, " ; ".join(words), source)


def share_within_reach(materials: Materials, name: str) -> pd.DataFrame:
    """Measure the share of the people of each territory who are within reach of a facility.

    Those of the communes under `acces_communes_population_min` inhabitants are left out of the
    département, which says so and lists them.
    """
    walk = walked(materials, name)
    limit = materials.threshold("marche_minutes")
    legs = walk.legs
    near = legs["known"] & (legs["minutes"] <= limit)
    weights = {
        "inside": legs["weight"].where(near, 0.0),
        "known": legs["weight"].where(legs["known"], 0.0),
        "total": legs["weight"],
    }
    parts = pd.DataFrame(weights).groupby(legs["territory"]).sum()
    people = _populations(materials)
    small = _small_communes(materials, people)
    parts = with_groups(_with_nobody(materials, parts), materials.geography, small)
    shares = shares_of_parts(parts, materials.threshold("couverture_min"))
    metres = limit / _MINUTES * materials.threshold("marche_vitesse_kmh") * _METRES
    reach = f"{format_number(limit)} min, {format_number(metres)} m"
    shares[["value", "lower", "upper"]] *= 100
    result = _told(walk, shares, f"{reach} {walk.words}")
    return _told_of_small(materials, small, result).assign(n_known=parts["n_known"], n_total=parts["n_total"])


def time_to_nearest(materials: Materials, name: str) -> pd.DataFrame:
    """Measure how long the walk to the nearest facility is for half of the people of each territory."""
    walk = walked(materials, name)
    legs = walk.legs
    members = members_of(materials.geography).merge(legs, on="territory")
    everywhere = pd.concat([legs.assign(group=legs["territory"]), members], ignore_index=True)
    known = everywhere[everywhere["known"]]
    total = everywhere.groupby("group")["weight"].sum()
    part = known.groupby("group")["weight"].sum().reindex(total.index, fill_value=0.0)
    coverage = (part / total.where(total > 0)).clip(upper=1.0)
    seen = coverage >= materials.threshold("couverture_min")
    value = (
        weighted_median(known["minutes"], known["weight"], known["group"]).reindex(total.index).where(seen)
    )
    shown = pd.DataFrame({"value": value, "lower": value, "upper": value, "coverage": coverage})
    shown["status"] = np.where(seen, OBSERVED, NOT_COVERED)
    return _told(walk, shown, f"médiane {walk.words}").assign(n_known=seen.astype("int64"), n_total=1)


def weighted_median(values: pd.Series, weights: pd.Series, by: pd.Series) -> pd.Series:
    """Give the smallest value that half of the weight does not exceed, group by group.

    Examples
    --------
    >>> minutes, people = pd.Series([5.0, 1.0, 9.0]), pd.Series([2.0, 1.0, 1.0])
    >>> weighted_median(minutes, people, pd.Series(["a"] * 3)).to_dict()
    {'a': 5.0}
    """
    frame = pd.DataFrame({"value": values, "weight": weights, "by": by}).sort_values(["by", "value"])
    grouped = frame.groupby("by")["weight"]
    half = grouped.transform("sum") / 2
    reached = frame[grouped.cumsum() >= half]
    found = reached.groupby("by")["value"].first()
    return found.rename(None).rename_axis(None)


def _with_nobody(materials: Materials, parts: pd.DataFrame) -> pd.DataFrame:
    """Say that nobody is in a quartier where nobody starts, when people start from its communes.

    A commune without anybody has no parts: the layer of people does not reach it.
    """
    rows = materials.geography.memberships
    reached = rows[(rows["parent_kind"] == "commune") & rows["parent"].isin(parts.index)]
    nobody = sorted(set(reached["territory"]) & set(materials.geography.of_kind("qpv")) - set(parts.index))
    return pd.concat([parts, pd.DataFrame(0.0, index=nobody, columns=parts.columns)])


def _populations(materials: Materials) -> pd.Series:
    """Municipal population of the communes, the last one known when the edition comes out."""
    rows = materials.rows(walking_of(materials).population)
    rows = rows[(rows["variable"] == "population") & rows["value"].notna()]
    rows = rows[rows["year"] <= materials.file.edition].sort_values("year")
    return rows.drop_duplicates("territory", keep="last").set_index("territory")["value"]


def _small_communes(materials: Materials, people: pd.Series) -> list[str]:
    """Communes under the population from which the value of the département counts them."""
    geography = materials.geography
    edges = geography.edges("reference")
    codes = sorted(edges.loc[edges["group"] == geography.departement, "territory"])
    card = walking_of(materials).population
    unknown = sorted(set(codes) - set(people.index))
    if unknown:
        raise CatalogueError(
            "the card does not hold the population of every commune",
            file=f"editions/{materials.file.edition}.yaml",
            column="walking.population",
            found=f"{card}, without {', '.join(unknown[:10])}",
            allowed=f"the population of the {len(codes)} communes of the département",
        )
    least = materials.threshold("acces_communes_population_min")
    return [code for code in codes if people[code] < least]


def _told_of_small(materials: Materials, small: list[str], result: pd.DataFrame) -> pd.DataFrame:
    """Say in the département, and in what is left of it, which communes were left out."""
    geography = materials.geography
    if not small:
        return result
    names = listing([geography.name(code) for code in small])
    least = format_number(materials.threshold("acces_communes_population_min"))
    words = f"sans les communes de moins de {least} habitants ({names})"
    for code in (geography.departement, geography.outside):
        if code in result.index:
            result.loc[code, "note"] = f"{words} ; {result.loc[code, 'note']}"
    return result


def _told(walk: Walked, shares: pd.DataFrame, words: str) -> pd.DataFrame:
    """Give origin, source and note to what was measured."""
    seen = shares["status"] == OBSERVED
    notes = []
    for coverage in shares["coverage"]:
        percent = 100 * coverage if coverage == 1 else min(100 * coverage, _ALMOST_ALL)
        part = f"partiel : {format_number(percent, 1)} % rattachés aux rues" if coverage < 1 else ""
        notes.append(" ; ".join(text for text in (part, words) if text))
    return shares.assign(
        origin=np.where(seen, "oqhs", ""), source=np.where(seen, walk.source, ""), note=notes, check=np.nan
    )

"""Walks along the streets: who is within reach of a facility, and how far the nearest one is."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from oqhs.materials import Materials
from oqhs.measures.parts import shares_of_parts
from oqhs.measures.walking import NOTICE, REACHED, Pace, StreetNetwork
from oqhs.spatial.facilities import Open, open_facilities
from oqhs.spatial.origins import Origins, origins_of, walking_of
from oqhs.spatial.small_communes import LeftOut, small_communes
from oqhs.spatial.zones import members_of, parts_of_communes, with_groups
from oqhs.text import NOT_APPLICABLE, NOT_AVAILABLE, OBSERVED, coverage_words, format_number

_ROUNDING = 1e-9


@dataclass(frozen=True)
class Walked:
    """Walks to the nearest facility from every origin.

    `legs` has the rows of `origins.pieces`, with `facility`, `minutes` and `known` (whether a facility can
    be reached, by people who are counted); `words` says how it was walked, `source` joins the cards, that
    of the facilities first; `left_out` are the communes the département does not count.
    """

    origins: Origins
    facilities: Open
    legs: pd.DataFrame
    pace: Pace
    words: str
    source: str
    left_out: LeftOut


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
    speed_kmh, snap_m = (materials.threshold(f"marche_{name}") for name in ("vitesse_kmh", "rattachement_m"))
    pace = Pace(speed_kmh, math.inf, snap_m)
    found = network.walk(facilities.placed, origins.points, **vars(pace))
    legs = origins.pieces.join(found[["facility", "minutes", "status"]], on="origin")
    legs["known"] = (legs.pop("status") == REACHED) & legs["counted"]
    lost = len(found.attrs["left_out"])
    away = f"{lost} équipements à plus de {format_number(pace.max_snap_m)} m d'une rue, non atteints"
    attribution = materials.attribution(streets)
    words = [
        f"à pied par les rues, {format_number(pace.speed_kmh, 1)} km/h",
        origins.words,
        facilities.words,
        *([away] if lost else []),
        *([f"rues : {attribution}"] if attribution else []),
        NOTICE,
    ]
    source = "+".join(filter(None, [facilities.source, origins.source, streets]))
    left_out = materials.once("small communes", lambda: small_communes(materials))
    return Walked(origins, facilities, legs, pace, " ; ".join(words), source, left_out)


def share_within_reach(materials: Materials, name: str) -> pd.DataFrame:
    """Measure the share of the people of each territory who are within reach of a facility.

    Those of the communes under `acces_communes_population_min` inhabitants are left out of the
    département, which says so and lists them.
    """
    walk = walked(materials, name)
    limit = materials.threshold("marche_minutes")
    near = walk.legs["known"] & (walk.legs["minutes"] <= limit)
    parts = _parts(materials, walk, near)
    shares = shares_of_parts(parts, materials.threshold("couverture_min"))
    metres = limit / walk.pace.minutes(np.array(1.0))
    shares[["value", "lower", "upper"]] *= 100
    words = f"{format_number(limit)} min, {format_number(float(metres))} m {walk.words}"
    return _told(materials, walk, shares, words).assign(n_known=parts["n_known"], n_total=parts["n_total"])


def time_to_nearest(materials: Materials, name: str) -> pd.DataFrame:
    """Measure how long the walk to the nearest facility is for half of the people of each territory.

    Where the walk of some is unknown, the median of the others is given, with what it would be if they
    all stood at the door, or all were out of reach.
    """
    walk = walked(materials, name)
    parts = _parts(materials, walk, walk.legs["known"])
    shown = shares_of_parts(parts, materials.threshold("couverture_min"))
    seen = shown["status"] == OBSERVED
    members = members_of(materials.geography, walk.left_out.communes).merge(walk.legs, on="territory")
    legs = pd.concat([walk.legs.assign(group=walk.legs["territory"]), members], ignore_index=True)
    known = legs[legs["known"]]
    shown["value"] = _median(known, known["minutes"], seen)
    shown["lower"] = _median(legs, legs["minutes"].where(legs["known"], 0.0), seen)
    shown["upper"] = _median(legs, legs["minutes"].where(legs["known"], np.inf), seen)
    shown["upper"] = shown["upper"].replace(np.inf, np.nan)
    shown[["numerator", "denominator"]] = np.nan
    told = _told(materials, walk, shown, f"médiane {walk.words}")
    return told.assign(n_known=parts["n_known"], n_total=parts["n_total"])


def _median(legs: pd.DataFrame, minutes: pd.Series, seen: pd.Series) -> pd.Series:
    return weighted_median(minutes, legs["weight"], legs["group"]).reindex(seen.index).where(seen)


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
    reached = frame[grouped.cumsum() >= half * (1 - _ROUNDING)]
    found = reached.groupby("by")["value"].first()
    return found.rename(None).rename_axis(None)


def _parts(materials: Materials, walk: Walked, inside: pd.Series) -> pd.DataFrame:
    """Give what is inside, what is known and all there is, of every territory.

    A quartier, or the rest of a commune, where nobody starts holds nobody, when people start from the
    commune; in a commune without anybody the layer of people does not reach.
    """
    legs, geography = walk.legs, materials.geography
    weights = {
        "inside": legs["weight"].where(inside, 0.0),
        "known": legs["weight"].where(legs["known"], 0.0),
        "total": legs["weight"],
    }
    parts = pd.DataFrame(weights).groupby(legs["territory"]).sum()
    reached = parts_of_communes(geography, parts.index)
    nobody = reached.difference(parts.index)
    parts = pd.concat([parts, pd.DataFrame(0.0, index=nobody, columns=parts.columns)])
    together = with_groups(parts, geography, walk.left_out.communes)
    if geography.departement in together.index:
        together.loc[geography.departement, "total"] += walk.origins.unplaced
    return together


def _told(materials: Materials, walk: Walked, shares: pd.DataFrame, words: str) -> pd.DataFrame:
    """Give origin, source and note to what was measured."""
    seen = shares["status"] == OBSERVED
    reasons = {
        NOT_AVAILABLE: "personne ne part d'une partie du territoire : on ne sait pas qui y habite",
        NOT_APPLICABLE: "personne ne part de ce territoire",
    }
    notes = []
    for status, coverage in zip(shares["status"], shares["coverage"], strict=True):
        extent = coverage_words(coverage, "des départs ont un trajet connu", enough=status == OBSERVED)
        notes.append(reasons.get(status) or " ; ".join(text for text in (extent, words) if text))
    told = shares.assign(
        origin=np.where(seen, "oqhs", ""), source=np.where(seen, walk.source, ""), note=notes, check=np.nan
    )
    geography = materials.geography
    apart = told.index.isin([geography.departement, geography.outside]) & (walk.left_out.words != "")
    told["note"] = told["note"].mask(apart, f"{walk.left_out.words} ; " + told["note"])
    return told

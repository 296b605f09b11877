"""From the quartiers of one generation to those of another: which became which, and for which part."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from oqhs.catalogue import built_in
from oqhs.errors import CRSError, MeasureError, UnknownError
from oqhs.measures.apportion import NOISE, WEIGHTS, apportionment
from oqhs.surfaces import as_surfaces
from oqhs.territories import crs_of, departement_of, normalise_codes

if TYPE_CHECKING:
    import geopandas as gpd

UNCHANGED, ENLARGED, REDUCED, RESHAPED = "inchangé", "agrandi", "réduit", "remanié"
MERGED, SPLIT, ENTERED, LEFT = "fusion", "scission", "entrant", "sortant"
#: A quartier without a surface in its layer, or one that may be it.
UNDETERMINED = "indéterminé"
RELATIONS = (UNCHANGED, ENLARGED, REDUCED, RESHAPED, MERGED, SPLIT, ENTERED, LEFT, UNDETERMINED)

#: Entries of `seuils.yaml` the relations depend on.
THRESHOLDS = ("passage_tolerance_m", "passage_inchange_max", "passage_lien_min")

CROSSWALK_COLUMNS = [
    "code_old",
    "code_new",
    "relation",
    "share_old",
    "share_new",
    "share_old_population",
    "share_new_population",
    "beyond_old",
    "beyond_new",
]
_CODES = {"code_old": "str", "code_new": "str"}
_NUMBERS = dict.fromkeys(CROSSWALK_COLUMNS[3:], "float64")
_SHOWN = 5
_WGS84 = 4326
_MARGIN_DEG = 0.1  # about ten kilometres: more than any cell


def crosswalk(
    old: gpd.GeoDataFrame,
    new: gpd.GeoDataFrame,
    cells: gpd.GeoDataFrame | None = None,
    *,
    thresholds: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Tell what became of each quartier of an old perimeter in a new one, from their outlines.

    Two quartiers are linked when one holds a large enough part of the other (`passage_lien_min` of its
    surface, or of its people when cells are given): what two ways of drawing one line leave on either
    side does not link neighbours. A pair linked to nothing else is `inchangé` when less than
    `passage_inchange_max` of each lies further than `passage_tolerance_m` outside the other; `agrandi`
    when that holds of the old one only, `réduit` of the new one only, `remanié` of neither. Several old
    ones in one are a `fusion`, one in several a `scission`, any other tangle is `remanié`. Without a
    link, a quartier is `entrant` or `sortant`.

    Parameters
    ----------
    old, new : GeoDataFrame
        `territory` (unique codes) and outlines, in any stated reference system. Areas and distances are
        taken in the projected system of the département the code names (EPSG:2154 in the metropole);
        quartiers whose départements have different systems are never compared. Geometries that are not
        valid are repaired.
    cells : GeoDataFrame, optional
        `population` (persons) and polygons or points, covering both layers; those of overseas
        départements may be in the same table.
    thresholds : mapping, optional
        Values by name of the three thresholds above; by default those of `seuils.yaml`.

    Returns
    -------
    DataFrame
        `CROSSWALK_COLUMNS`, one row per pair that is linked, sorted; one row for each quartier that is
        linked to nothing, with the other code missing. Every row of a quartier has the same relation.
        `share_old` and `share_new` (0 to 1) are the parts of the surface of each that the two have in
        common, `share_old_population` and `share_new_population` those of their people (missing without
        cells, or where they hold nobody), `beyond_old` and `beyond_new` the parts of each that lie
        further than the tolerance outside the other. A quartier whose outline has no surface is
        `indéterminé`, and so is one without a link in a département that holds such a quartier at the
        other date, or in a system (the metropole, an overseas département) the other layer is absent from.

    Raises
    ------
    CRSError
        A layer, or the cells, say no reference system.
    MeasureError
        A column is missing, a code is missing or stands twice, or a layer holds several perimeters.
    UnknownError
        A threshold is none of the three.

    Examples
    --------
    A quartier of 100 m by 100 m to which a band of 25 m was added, and one that entered:

    >>> import geopandas as gpd
    >>> old = gpd.GeoDataFrame({"territory": ["QP999001"]}, crs=2154,
    ...     geometry=[shapely.box(0, 0, 100, 100)])
    >>> new = gpd.GeoDataFrame({"territory": ["QN99901M", "QN99902N"]}, crs=2154,
    ...     geometry=[shapely.box(0, 0, 125, 100), shapely.box(900, 0, 999, 99)])
    >>> crosswalk(old, new)[["code_old", "code_new", "relation", "share_old", "share_new"]]
       code_old  code_new relation  share_old  share_new
    0  QP999001  QN99901M  agrandi        1.0        0.8
    1       NaN  QN99902N  entrant        NaN        NaN
    """
    limits = _limits(thresholds or {})
    layers = [_outlines(name, layer) for name, layer in (("old", old), ("new", new))]
    if cells is not None:
        _check_system("cells", cells)
        _check_population(cells)
    frames = [pd.DataFrame(columns=CROSSWALK_COLUMNS).astype(_CODES | _NUMBERS | {"relation": "str"})]
    for system in sorted({system for layer in layers for system in layer["system"]}):
        before, after = (_projected(layer, system) for layer in layers)
        local = _around(cells, before, after) if cells is not None else None
        links = _with_people(_links(before, after, limits), before, after, local)
        links = links[_linked(links, limits["passage_lien_min"])]
        links = _settled(links, limits["passage_inchange_max"])
        links["relation"] = _relations(links, limits["passage_inchange_max"])
        frames += [links, *_alone(links, before, after)]
    together = pd.concat([frame for frame in frames if len(frame)] or frames[:1], ignore_index=True)
    return together.sort_values(["code_old", "code_new"], ignore_index=True)[CROSSWALK_COLUMNS]


def relations_of(passage: pd.DataFrame) -> pd.DataFrame:
    """Sum up a crosswalk: one row for each quartier of each side.

    Parameters
    ----------
    passage : DataFrame
        A crosswalk.

    Returns
    -------
    DataFrame
        `side` (`old`, `new`), `territory`, `relation`, `counterparts` (codes on the other side joined by
        « + », missing without any), `share` (0 to 1, part of its surface that lies in them: 0 for an
        `entrant` or a `sortant`, missing when `indéterminé`) and `outside` (the rest), sorted. Where
        counterparts overlap, what they share counts for each of them, up to the whole.

    Examples
    --------
    >>> import geopandas as gpd
    >>> old = gpd.GeoDataFrame({"territory": ["QP999001"]}, crs=2154,
    ...     geometry=[shapely.box(0, 0, 200, 100)])
    >>> new = gpd.GeoDataFrame({"territory": ["QN99901M", "QN99902M"]}, crs=2154,
    ...     geometry=[shapely.box(0, 0, 50, 100), shapely.box(50, 0, 150, 100)])
    >>> relations_of(crosswalk(old, new)).iloc[-1][["territory", "relation", "share"]].to_dict()
    {'territory': 'QP999001', 'relation': 'scission', 'share': 0.75}
    """
    frames = []
    for side, own, other in (("new", "code_new", "code_old"), ("old", "code_old", "code_new")):
        rows = passage[passage[own].notna()]
        of_one = rows.groupby(own)
        found = of_one["relation"].first().to_frame().assign(side=side).rename_axis("territory")
        found["counterparts"] = rows.dropna(subset=[other]).groupby(own)[other].agg("+".join)
        known = found["relation"] != UNDETERMINED
        found["share"] = of_one[f"share_{side}"].sum().clip(upper=1.0).where(known)
        found["outside"] = 1.0 - found["share"]
        frames.append(found.reset_index())
    columns = ["side", "territory", "relation", "counterparts", "share", "outside"]
    return pd.concat(frames, ignore_index=True)[columns]


def _limits(thresholds: Mapping[str, float]) -> dict[str, float]:
    """Give the three thresholds: those that are said, else those of the catalogue."""
    strangers = sorted(set(thresholds) - set(THRESHOLDS))
    if strangers:
        raise UnknownError(
            "no such threshold of a crosswalk", found=", ".join(strangers), allowed=", ".join(THRESHOLDS)
        )
    return {name: built_in().threshold(name, dt.date.max) for name in THRESHOLDS} | dict(thresholds)


def _check_system(name: str, layer: gpd.GeoDataFrame) -> None:
    if getattr(layer, "crs", None) is None:
        raise CRSError(
            "the layer says no coordinate reference system",
            column=name,
            allowed="the system its coordinates are in",
            todo="ask its producer: it is never guessed",
        )


def _check_population(cells: gpd.GeoDataFrame) -> None:
    if "population" not in cells:
        raise MeasureError(
            "the cells do not say how many people live in them",
            column="cells",
            found=", ".join(map(str, cells.columns)),
            allowed="a column 'population', in persons",
        )


def _outlines(name: str, layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Check a layer and give its codes, with the system each is to be measured in."""
    _check_system(name, layer)
    if "territory" not in layer:
        raise MeasureError(
            "the layer has no codes",
            column=name,
            found=", ".join(map(str, layer.columns)),
            allowed="a column 'territory'",
            todo="read it with oqhs.sources.read, or rename its column",
        )
    codes = normalise_codes(layer["territory"].astype("str"))
    wrong = codes.isna() | codes.duplicated(keep=False)
    if wrong.any():
        raise MeasureError(
            "a code is missing, or stands twice",
            column=name,
            found=", ".join(codes[wrong].fillna("no code").drop_duplicates()[:_SHOWN]),
            allowed="one row a quartier",
        )
    generations = sorted(set(layer["perimeter"].dropna())) if "perimeter" in layer else []
    if len(generations) > 1:
        raise MeasureError(
            "the layer holds several perimeters",
            column=name,
            found=", ".join(generations),
            allowed="one",
            todo="keep the rows of one of them",
        )
    departement = departement_of(codes)
    return layer[[layer.geometry.name]].assign(
        territory=codes, departement=departement, system=departement.map(crs_of)
    )


def _projected(layer: gpd.GeoDataFrame, system: int) -> gpd.GeoDataFrame:
    """Quartiers measured in a system, in that system, as surfaces, in the order of their codes."""
    chosen = layer[layer["system"] == system].to_crs(system).sort_values("territory", ignore_index=True)
    surfaces, _ = as_surfaces(chosen.geometry.to_numpy())
    return chosen.set_geometry(surfaces, crs=system)


def _around(cells: gpd.GeoDataFrame, old: gpd.GeoDataFrame, new: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Cells around two layers, in their system: those of the other side of the earth have no place in it."""
    drawn = [layer[~layer.geometry.is_empty] for layer in (old, new)]
    boxes = [layer.to_crs(_WGS84).total_bounds for layer in drawn if len(layer)]
    if not boxes:
        return cells.iloc[:0].to_crs(old.crs)
    west, south = np.min([box[:2] for box in boxes], axis=0) - _MARGIN_DEG
    east, north = np.max([box[2:] for box in boxes], axis=0) + _MARGIN_DEG
    ends = cells.geometry.to_crs(_WGS84).bounds
    near = (ends["maxx"] >= west) & (ends["minx"] <= east) & (ends["maxy"] >= south) & (ends["miny"] <= north)
    return cells[near].to_crs(old.crs)


def _links(old: gpd.GeoDataFrame, new: gpd.GeoDataFrame, limits: Mapping[str, float]) -> pd.DataFrame:
    """Pairs that have a surface in common, with the shares of both."""
    before, after = old.geometry.to_numpy(), new.geometry.to_numpy()
    i, j = shapely.STRtree(after).query(before, predicate="intersects")
    common = shapely.area(shapely.intersection(before[i], after[j]))
    kept = common > NOISE * np.minimum(shapely.area(before[i]), shapely.area(after[j]))
    i, j, common = i[kept], j[kept], common[kept]
    within = limits["passage_tolerance_m"]
    beyond_old = _area_beyond(before, after, i, j, within)
    beyond_new = _area_beyond(after, before, j, i, within)
    return pd.DataFrame(
        {
            "code_old": old["territory"].to_numpy()[i],
            "code_new": new["territory"].to_numpy()[j],
            "share_old": np.minimum(common / shapely.area(before[i]), 1.0),
            "share_new": np.minimum(common / shapely.area(after[j]), 1.0),
            "beyond_old": beyond_old / shapely.area(before[i]),
            "beyond_new": beyond_new / shapely.area(after[j]),
        }
    ).astype(_CODES)


def _area_beyond(
    shapes: np.ndarray, others: np.ndarray, i: np.ndarray, j: np.ndarray, within: float
) -> np.ndarray:
    """Area of the shapes `i` that lies further than a distance outside the others `j`, pair by pair."""
    near = np.full(len(others), None, dtype=object)
    met = np.unique(j)
    near[met] = shapely.buffer(others[met], within)
    shapely.prepare(near)
    out = np.flatnonzero(~shapely.contains_properly(near[j], shapes[i]))
    areas = np.zeros(len(i))
    areas[out] = shapely.area(shapely.difference(shapes[i[out]], near[j[out]]))
    return areas


def _with_people(
    links: pd.DataFrame, old: gpd.GeoDataFrame, new: gpd.GeoDataFrame, cells: gpd.GeoDataFrame | None
) -> pd.DataFrame:
    """Add the shares of the people, where cells tell where they live."""
    for name, whole, part, other in (
        ("share_old_population", old, new, ("code_old", "code_new")),
        ("share_new_population", new, old, ("code_new", "code_old")),
    ):
        if cells is None or links.empty:
            links[name] = np.nan
            continue
        # Quartiers of one layer may lie in one another: each has its own people.
        shares = apportionment(whole, part, cells, recouvrement_max=np.inf).shares
        shares = shares[shares["weighted_by"] == WEIGHTS].rename(
            columns={"part": other[0], "territory": other[1], "share": name}
        )
        links = links.merge(shares[[*other, name]], how="left", on=list(other))
    return links


def _linked(links: pd.DataFrame, least: float) -> pd.Series:
    """Pairs in which one holds a large enough part of the other."""
    shares = ["share_old", "share_new", "share_old_population", "share_new_population"]
    return links[shares].max(axis=1) >= least


def _settled(links: pd.DataFrame, most: float) -> pd.DataFrame:
    """Drop the links between quartiers that each have their like: those of one layer may overlap."""
    like = (links["beyond_old"] < most) & (links["beyond_new"] < most)
    once = [~links.loc[like, name].duplicated(keep=False) for name in ("code_old", "code_new")]
    pairs = links[like][once[0] & once[1]]
    across = links["code_old"].isin(pairs["code_old"]) & links["code_new"].isin(pairs["code_new"])
    return links[~across | links.index.isin(pairs.index)].copy()


def _relations(links: pd.DataFrame, most: float) -> np.ndarray:
    """Relation of each pair; it is the same for all the pairs of a quartier."""
    of_old = links.groupby("code_old")["code_new"].transform("size")
    of_new = links.groupby("code_new")["code_old"].transform("size")
    several_old = of_old.groupby(links["code_new"]).transform("max") > 1
    several_new = of_new.groupby(links["code_old"]).transform("max") > 1
    kept, nothing_new = links["beyond_old"] < most, links["beyond_new"] < most
    pair = (of_old == 1) & (of_new == 1)
    return np.select(
        [
            pair & kept & nothing_new,
            pair & kept,
            pair & nothing_new,
            (of_new > 1) & ~several_old,
            (of_old > 1) & ~several_new,
        ],
        [UNCHANGED, ENLARGED, REDUCED, MERGED, SPLIT],
        default=RESHAPED,
    )


def _alone(links: pd.DataFrame, old: gpd.GeoDataFrame, new: gpd.GeoDataFrame) -> list[pd.DataFrame]:
    """Rows of the quartiers that are linked to nothing."""
    found = []
    for name, side, other, relation in (("code_old", old, new, LEFT), ("code_new", new, old, ENTERED)):
        alone = side[~side["territory"].isin(links[name])]
        hidden = set(other.loc[other.geometry.is_empty, "departement"])
        if other.empty:
            hidden = set(side["departement"])  # the other layer does not reach these départements
        unsure = alone.geometry.is_empty | alone["departement"].isin(hidden)
        found.append(
            pd.DataFrame(
                {name: alone["territory"], "relation": np.where(unsure, UNDETERMINED, relation)},
                columns=CROSSWALK_COLUMNS,
            ).astype(_CODES | _NUMBERS)
        )
    return found

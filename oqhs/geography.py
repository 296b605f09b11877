"""The territories of an edition: quartiers, what they lie in, what they are compared with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property

import geopandas as gpd
import pandas as pd

from oqhs.editions import EditionFile, Group, Label
from oqhs.errors import CatalogueError, DataError, UnknownError
from oqhs.territories import (
    MEMBERSHIP_COLUMNS,
    crs_of,
    departement_of,
    kinds_of,
    memberships_from_lists,
    phrases,
    pooled_label,
    pooled_parents,
    quartiers_in_communes,
    shares_of_area,
    through,
)
from oqhs.text import listing

REFERENCES = ("departement", "ept", "commune", "ensemble_qpv", "hors_qpv")
TERRITORY_COLUMNS = ["territory", "kind", "perimeter", "label", "label_article", "label_de", "geometry"]
_EMPTY_AREAS = pd.DataFrame(columns=["territory", "parent", "share_area"]).astype({"share_area": "float64"})
_EMPTY_PARTS = pd.DataFrame(columns=["territory", "parent", "population"]).astype({"population": "float64"})


@dataclass(frozen=True)
class Geography:
    """Territories of an edition and who contains whom.

    `territories` is a GeoDataFrame (`TERRITORY_COLUMNS`), `memberships` a table
    (`MEMBERSHIP_COLUMNS`): many to many, shares between 0 and 1.
    """

    departement: str
    territories: gpd.GeoDataFrame
    memberships: pd.DataFrame

    @property
    def ensemble(self) -> str:
        """Code of all the quartiers of the département."""
        return f"QPV-{self.departement}"

    @property
    def outside(self) -> str:
        """Code of the département without its quartiers."""
        return f"HORS-QPV-{self.departement}"

    @property
    def outlines(self) -> str:
        """Perimeter of the outlines of the communes; empty without their layer."""
        chosen = self.territories.loc[self.territories["kind"] == "commune", "perimeter"]
        return str(chosen.iloc[0]) if len(chosen) else ""

    def of_kind(self, kind: str) -> list[str]:
        """Codes of the territories of a kind, sorted."""
        chosen = self.territories["kind"] == kind
        return sorted(self.territories.loc[chosen, "territory"])

    def edges(self, side: str) -> pd.DataFrame:
        """Which territories make up which, on the side of the quartiers or of the reference.

        Returns
        -------
        DataFrame
            `group`, `territory`, `share` (1): elementary members of every territory made of others.
        """
        return self._edges_qpv if side == "qpv" else self._edges_reference

    @cached_property
    def _edges_qpv(self) -> pd.DataFrame:
        pairs = self.memberships.rename(columns={"parent": "group"})
        kept = pairs["parent_kind"].isin(["ensemble_qpv", "regroupement"])
        return pairs.loc[kept, ["group", "territory"]].assign(share=1.0).reset_index(drop=True)

    @cached_property
    def _edges_reference(self) -> pd.DataFrame:
        pairs = self.memberships.rename(columns={"parent": "group"})
        communes = pairs[pairs["territory"].isin(self._known_communes())]
        single = communes.loc[communes["parent_kind"].isin(["ept", "departement"]), ["group", "territory"]]
        members = {group: sorted(rows) for group, rows in single.groupby("group")["territory"]}
        pooled = sorted(
            {code for kind in ("commune", "ept") for code in self.comparators(kind).dropna() if "+" in code}
        )
        several = [
            {"group": code, "territory": commune}
            for code in pooled
            for commune in sorted({c for part in code.split("+") for c in members.get(part, [part])})
        ]
        return pd.concat([single, pd.DataFrame(several)], ignore_index=True).assign(share=1.0)

    def comparators(self, reference: str) -> pd.Series:
        """Code of the reference of each quartier and group; parents pooled when there are several."""
        zones = self.of_kind("qpv") + self.of_kind("regroupement")
        whole = {
            "departement": self.departement,
            "ensemble_qpv": self.ensemble,
            "hors_qpv": self.outside,
        }
        if reference in whole:
            return pd.Series(whole[reference], index=zones, dtype="str")
        if reference not in REFERENCES:
            raise UnknownError("no such reference", found=reference, allowed=", ".join(REFERENCES))
        pairs = self.memberships[self.memberships["parent_kind"] == reference]
        # A group lies in the parents of its members.
        grouped = self.memberships.loc[
            self.memberships["parent_kind"] == "regroupement", ["territory", "parent"]
        ].set_axis(["territory", "group"], axis=1)
        lifted = pairs.merge(grouped, on="territory").assign(territory=lambda rows: rows["group"])
        together = pd.concat([pairs, lifted])[["territory", "parent"]].drop_duplicates()
        return pooled_parents(together).reindex(zones)

    def pairs(self, reference: str) -> pd.DataFrame:
        """Quartiers, groups and all the quartiers, each with its reference (missing without one)."""
        chosen = self.comparators(reference)
        if reference in {"departement", "hors_qpv"}:
            chosen = pd.concat([chosen, pd.Series({self.ensemble: chosen.iloc[0]})])
        return pd.DataFrame(
            {"territory": chosen.index, "reference": reference, "reference_territory": chosen.to_numpy()}
        )

    def pair(self, zone: str, reference: str) -> pd.DataFrame:
        """Give one territory with its reference, as `pairs` does; `UnknownError` says what exists."""
        pairs = self.pairs(reference)
        found = pairs[pairs["territory"] == zone]
        if found.empty and zone == self.ensemble:
            raise UnknownError(
                "all the quartiers together have no such reference",
                found=reference,
                allowed="departement, hors_qpv",
                todo="name a quartier, or take departement",
            )
        if found.empty:
            known = [*self.of_kind("qpv"), *self.of_kind("regroupement")]
            near = get_close_matches(zone.upper(), known, n=3)
            raise UnknownError(
                "this edition has no such quartier",
                found=zone,
                allowed=f"a code from {known[0]} to {known[-1]}",
                todo=f"did you mean {', '.join(near)}?" if near else "see the codes in edition.territories",
            )
        return found

    def name(self, code: str, form: str = "label") -> str:
        """Name of a territory (`label`, `label_article` or `label_de`); parents pooled are listed."""
        names = dict(zip(self.territories["territory"], self.territories[form], strict=True))
        if code in names:
            return str(names[code])
        if form == "label":
            return pooled_label(code, names)
        return listing([str(names.get(part, part)) for part in code.split("+")])

    def _known_communes(self) -> set[str]:
        parents = self.memberships["parent_kind"].isin(["ept", "departement"])
        quartiers = {*self.of_kind("qpv"), *self.of_kind("regroupement"), self.ensemble}
        return set(self.memberships.loc[parents, "territory"]) - quartiers


def build_geography(
    edition: EditionFile,
    quartiers: gpd.GeoDataFrame,
    communes: gpd.GeoDataFrame | None,
    epts: pd.DataFrame | None,
    parts: pd.DataFrame | None,
    labels: Mapping[str, Label],
    groups: Mapping[str, Group],
    least_share: float,
) -> Geography:
    """Put together the territories of an edition.

    Parameters
    ----------
    edition : EditionFile
        Département and perimeter.
    quartiers, communes : GeoDataFrame
        Layers; those of other départements are left out, but for the communes of an EPT.
    epts : DataFrame, optional
        `territory` (commune), `parent` (EPT), `parent_name`.
    parts : DataFrame, optional
        `territory` (quartier), `parent` (commune), `population` (persons).
    labels, groups : mapping
        Corrected names, and groups of quartiers.
    least_share : float
        `appartenance_part_min` of `seuils.yaml`.

    Raises
    ------
    CatalogueError
        The layer has no quartier of the département on that perimeter, or a group names one that is
        not there.
    DataError
        A quartier of the edition has no surface in the layer.
    """
    dep = edition.departement
    zones = _zones(edition, quartiers)
    present = _present(groups, set(zones["territory"]))
    towns = _towns(edition, communes) if communes is not None else None
    memberships = _memberships(dep, zones, towns, epts, parts, present, least_share)
    territories = _territories(edition, zones, towns, epts, memberships, present)
    return Geography(dep, _named(territories, labels), memberships)


def _zones(edition: EditionFile, quartiers: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Quartiers of the département on the perimeter of the edition, in its projected system."""
    dep = edition.departement
    chosen = (departement_of(quartiers["territory"]) == dep) & (quartiers["perimeter"] == edition.perimeter)
    zones = quartiers[chosen].to_crs(crs_of(dep)).sort_values("territory", ignore_index=True)
    if zones.empty:
        raise CatalogueError(
            f"the layer has no quartier of département {dep} on perimeter {edition.perimeter}",
            column=f"territories.qpv = {edition.territories.qpv}",
            found=", ".join(sorted(set(quartiers["perimeter"]))),
            todo="name the layer of that perimeter in the edition",
        )
    flat = zones.loc[zones.geometry.is_empty | zones.geometry.isna(), "territory"]
    if len(flat):
        raise DataError(
            "the layer has no surface for quartiers of this edition",
            column=f"territories.qpv = {edition.territories.qpv}",
            found=", ".join(flat),
            todo="use another layer of that perimeter",
        )
    return zones


def _towns(edition: EditionFile, communes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Communes in the projected system of the département, some of which must be its own."""
    dep = edition.departement
    towns = communes.to_crs(crs_of(dep))
    if not (departement_of(towns["territory"]) == dep).any():
        raise CatalogueError(
            f"the layer has no commune of département {dep}",
            column=f"territories.communes = {edition.territories.communes}",
            todo="name another layer, or correct the département",
        )
    return towns


def _present(groups: Mapping[str, Group], quartiers: set[str]) -> dict[str, Group]:
    """Give the groups of the edition; those of another perimeter, wholly elsewhere, are left out."""
    for name, group in groups.items():
        if name in quartiers or kinds_of(pd.Series([name]))["kind"].notna().any():
            raise CatalogueError(
                "the id of a group is the code of a territory",
                file="regroupements.yaml",
                column=name,
                allowed="an id of its own, for example R99901",
            )
        strangers = sorted(set(group.members) - quartiers)
        if strangers and len(strangers) < len(group.members):
            raise CatalogueError(
                "the group names quartiers that are not in this edition",
                file="regroupements.yaml",
                column=name,
                found=", ".join(strangers),
            )
    return {name: group for name, group in groups.items() if set(group.members) <= quartiers}


def _memberships(
    dep: str,
    zones: gpd.GeoDataFrame,
    towns: gpd.GeoDataFrame | None,
    epts: pd.DataFrame | None,
    parts: pd.DataFrame | None,
    groups: Mapping[str, Group],
    least_share: float,
) -> pd.DataFrame:
    lists = memberships_from_lists(zones)
    areas = shares_of_area(zones, towns) if towns is not None else _EMPTY_AREAS
    people = _EMPTY_PARTS
    if parts is not None:
        here = parts["territory"].isin(zones["territory"])
        people = parts.loc[here, ["territory", "parent", "population"]]
    within = quartiers_in_communes(lists, areas, people, least_share)
    frames = [within]
    if towns is not None:
        # Without the layer nobody knows all the communes: the département is then what is published.
        inside = departement_of(towns["territory"]) == dep
        frames.append(_whole(sorted(towns.loc[inside, "territory"]), dep, "departement"))
    if epts is not None:
        of_ept = _pairs(epts["territory"], epts["parent"], "ept")
        frames += [of_ept, through(within, of_ept, "ept")]
    codes = sorted(zones["territory"])
    frames += [_whole(codes, dep, "departement"), _whole(codes, f"QPV-{dep}", "ensemble_qpv")]
    for name, group in groups.items():
        frames.append(_whole(sorted(group.members), name, "regroupement"))
    together = pd.concat([frame for frame in frames if len(frame)], ignore_index=True)
    return together.sort_values(["territory", "parent_kind", "parent"], ignore_index=True)


def _whole(children: list[str], parent: str, kind: str) -> pd.DataFrame:
    """Memberships of territories that lie whole in one parent."""
    return pd.DataFrame(
        {
            "territory": children,
            "parent": parent,
            "parent_kind": kind,
            "share_population": 1.0,
            "share_area": 1.0,
        }
    )[MEMBERSHIP_COLUMNS]


def _pairs(children: pd.Series, parents: pd.Series, kind: str) -> pd.DataFrame:
    alone = children.groupby(children).transform("size") == 1
    frame = pd.DataFrame(
        {"territory": children.to_numpy(), "parent": parents.to_numpy(), "parent_kind": kind}
    )
    share = alone.map({True: 1.0, False: float("nan")}).to_numpy(dtype="float64")
    return frame.assign(share_population=share, share_area=share)[MEMBERSHIP_COLUMNS]


def _territories(
    edition: EditionFile,
    zones: gpd.GeoDataFrame,
    towns: gpd.GeoDataFrame | None,
    epts: pd.DataFrame | None,
    memberships: pd.DataFrame,
    groups: Mapping[str, Group],
) -> gpd.GeoDataFrame:
    dep, kept = edition.departement, ["territory", "kind", "perimeter", "label", "geometry"]
    rows = [zones[kept]]
    for name, group in groups.items():
        part = zones[zones["territory"].isin(group.members)]
        rows.append(_one(name, "regroupement", edition.perimeter, group.label, part))
    rows.append(_one(f"QPV-{dep}", "ensemble_qpv", edition.perimeter, f"QPV du département {dep}", zones))
    rows.append(_one(f"HORS-QPV-{dep}", "hors_qpv", edition.perimeter, "hors des QPV", zones.iloc[:0]))
    perimeter = None
    if towns is not None:
        perimeter = str(towns["perimeter"].iloc[0])
        needed = set(memberships.loc[memberships["parent_kind"] == "departement", "territory"])
        rows.append(towns.loc[towns["territory"].isin(needed | set(_territory_of(epts))), kept])
    for code, members in epts.groupby("parent") if epts is not None else ():
        part = zones.iloc[:0] if towns is None else towns[towns["territory"].isin(members["territory"])]
        # The outline of an EPT is given whole or not at all: some of its communes may be elsewhere.
        part = part if len(part) == len(members) else part.iloc[:0]
        rows.append(_one(str(code), "ept", perimeter, str(members["parent_name"].iloc[0]) or str(code), part))
    inside = zones.iloc[:0] if towns is None else towns[departement_of(towns["territory"]) == dep]
    rows.append(_one(dep, "departement", perimeter, f"Département {dep}", inside))
    return gpd.GeoDataFrame(pd.concat(rows, ignore_index=True), crs=zones.crs)


def _territory_of(epts: pd.DataFrame | None) -> list[str]:
    return [] if epts is None else list(epts["territory"])


def _one(
    code: str, kind: str, perimeter: str | None, label: str, parts: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    geometry = parts.geometry.union_all() if len(parts) else None
    return gpd.GeoDataFrame(
        {"territory": [code], "kind": [kind], "perimeter": [perimeter], "label": [label]},
        geometry=[geometry],
        crs=parts.crs,
    )


def _named(territories: gpd.GeoDataFrame, labels: Mapping[str, Label]) -> gpd.GeoDataFrame:
    """Correct the names and put them in a sentence."""
    named = territories.copy()
    named["label"] = _corrected(named, "label", labels)
    forms = [phrases(kind, label) for kind, label in zip(named["kind"], named["label"], strict=True)]
    named["label_article"] = [form[0] for form in forms]
    named["label_de"] = [form[1] for form in forms]
    for name in ("label_article", "label_de"):
        named[name] = _corrected(named, name, labels)
    # All the quartiers, and what is outside them, are named after the département.
    departement = named.loc[named["kind"] == "departement", "label_de"].iloc[0]
    for kind, label, within, of in (
        ("ensemble_qpv", "QPV", "dans l'ensemble des QPV", "des QPV"),
        ("hors_qpv", "Hors QPV", "hors des QPV", "hors des QPV"),
    ):
        rows = (named["kind"] == kind) & ~named["territory"].isin(labels)
        named.loc[rows, ["label", "label_article", "label_de"]] = [
            f"{text} {departement}" for text in (label, within, of)
        ]
    return named[TERRITORY_COLUMNS].sort_values(["kind", "territory"], ignore_index=True)


def _corrected(named: gpd.GeoDataFrame, form: str, labels: Mapping[str, Label]) -> list[str]:
    """Names of a form: the corrected one where there is one."""
    told = {code: getattr(entry, form) for code, entry in labels.items()}
    return [told.get(code) or name for code, name in zip(named["territory"], named[form], strict=True)]

"""The GeoPackage of a release: one row per quartier, ready to open in QGIS with its style."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

from oqhs.publish.contents import Contents
from oqhs.publish.maps.classes import classes_of
from oqhs.publish.writers import rounded
from oqhs.text import NOT_AVAILABLE, STATUS_WORDS

LAYER = "quartiers"
STYLES = "layer_styles"  # where QGIS looks for the style of a layer
_DAY = "2000-01-01T00:00:00.000Z"
_FILLS = ("#deebf7", "#9ecae1", "#4292c6", "#084594")  # one hue, dark is high
_HATCH = "#969696"
_EDGE = "#404040"
_TOLD = ("value", "status", "year", "coverage")


def wide(contents: Contents) -> gpd.GeoDataFrame:
    """Lay out an edition with one row per quartier (and group of quartiers), for a map.

    Returns
    -------
    GeoDataFrame
        `territory`, `kind`, `label`, `communes`, `epts` (names), `perimeter`, `decrochages` (labels of the
        indicators), and for every indicator its value under its own id, its year (`_annee`), the known part
        of what it is made of (`_couverture`, 0 to 1), its gap to the département (`_ecart`), and why there is
        no value (`_statut`, empty where there is one); then `diffusion` and `invented`.
    """
    quartiers = contents.quartiers
    names = contents.territories.set_index("territory")["label"].to_dict()
    table = quartiers[["kind", "label"]].copy()
    for kind, column in (("commune", "communes"), ("ept", "epts")):
        within = contents.memberships[contents.memberships["parent_kind"] == kind]
        told = within["parent"].map(names).fillna(within["parent"]).groupby(within["territory"])
        table[column] = told.agg(lambda labels: ", ".join(sorted(labels))).reindex(table.index).fillna("")
    table["perimeter"] = contents.perimeter
    table["decrochages"] = _dropping(contents).reindex(table.index).fillna("")
    observations = contents.observations.pivot(index="territory", columns="indicator")
    near = contents.gaps[contents.gaps["reference"] == "departement"]
    gaps = near.pivot(index="territory", columns="indicator", values="gap")
    figures = {}
    for name in contents.catalogue.shown(contents.planned):
        if name not in observations["value"]:
            continue
        told = {column: observations[column][name].reindex(table.index) for column in _TOLD}
        status = told["status"].fillna(NOT_AVAILABLE).astype("str")
        figures[name] = told["value"]
        figures[f"{name}_annee"] = told["year"].astype("Int64")
        figures[f"{name}_couverture"] = told["coverage"]
        if name in gaps:
            figures[f"{name}_ecart"] = gaps[name].reindex(table.index)
        figures[f"{name}_statut"] = status.map(STATUS_WORDS).fillna("")
    marks = {"diffusion": contents.diffusion, "invented": contents.invented}
    frame = pd.concat([table, pd.DataFrame(figures, index=table.index)], axis=1).assign(**marks)
    return gpd.GeoDataFrame(frame.reset_index(), geometry=quartiers.geometry.to_numpy(), crs=quartiers.crs)


def _dropping(contents: Contents) -> pd.Series:
    flags = contents.flags[contents.flags["kind"] == "decrochage"]
    labels = flags["indicator"].map({name: one.label for name, one in contents.catalogue.indicators.items()})
    told = labels.groupby(flags["territory"])
    return told.agg(lambda names: ", ".join(dict.fromkeys(names))).astype("str")


def write_geopackage(contents: Contents, path: Path) -> None:
    """Write the quartiers and the style of their layer, with a fixed day in place of that of the writing."""
    layer = rounded(wide(contents))
    title = f"Quartiers, {contents.departement}, édition {contents.edition}"
    shown = _shown(contents, layer)
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _DAY})
    try:
        pyogrio.write_dataframe(
            layer,
            path,
            layer=LAYER,
            driver="GPKG",
            promote_to_multi=True,
            layer_options={"IDENTIFIER": title, "GEOMETRY_NAME": "geom"},
        )
        styles = _styles(layer, contents, shown)
        pyogrio.write_dataframe(
            styles, path, layer=STYLES, driver="GPKG", append=True, layer_options={"FID": "id"}
        )
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def _shown(contents: Contents, layer: gpd.GeoDataFrame) -> str | None:
    """Choose what the style shows: the first indicator known of most quartiers, unfavourable ones ahead."""
    known = {
        name: one
        for name, one in contents.catalogue.shown(contents.planned).items()
        if name in layer and one.unit == "percent" and layer[name].notna().mean() > 1 / 2
    }
    ahead = [name for name, one in known.items() if one.key and one.polarity < 0]
    return next(iter([*ahead, *known]), None)


def _styles(layer: gpd.GeoDataFrame, contents: Contents, shown: str | None) -> pd.DataFrame:
    label = contents.catalogue.indicator(shown).label if shown is not None else "Quartiers"
    return pd.DataFrame(
        {
            "f_table_catalog": "",
            "f_table_schema": "",
            "f_table_name": LAYER,
            "f_geometry_column": "geom",
            "styleName": label,
            "styleQML": _qml(layer, contents, shown),
            "styleSLD": "",
            "useAsDefault": True,
            "description": f"{label}, édition {contents.edition}",
            "owner": "",
            "ui": "",
            "update_time": _DAY,
        },
        index=[0],
    )


def _qml(layer: gpd.GeoDataFrame, contents: Contents, shown: str | None) -> str:
    """Give the style in the language of QGIS: four classes of about one size, and a hatch for no value."""
    root = ET.Element("qgis", version="3.28", styleCategories="Symbology")
    renderer = ET.SubElement(root, "renderer-v2", type="RuleRenderer", symbollevels="0", forceraster="0")
    rules = ET.SubElement(renderer, "rules", key="{oqhs}")
    symbols = ET.SubElement(renderer, "symbols")
    for number, (label, condition, fill) in enumerate(_classes(layer, contents, shown)):
        ET.SubElement(
            rules, "rule", key=f"{{oqhs-{number}}}", filter=condition, label=label, symbol=str(number)
        )
        symbol = ET.SubElement(symbols, "symbol", type="fill", name=str(number), alpha="1")
        _fill(symbol, fill)
    return "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>" + ET.tostring(root, "unicode")


def _classes(
    layer: gpd.GeoDataFrame, contents: Contents, shown: str | None
) -> list[tuple[str, str, str | None]]:
    """Give the classes of the style: label, condition, colour (None for a hatch)."""
    if shown is None:
        return [("Quartier", "", _FILLS[0])]
    one = contents.catalogue.indicator(shown)
    found = classes_of(layer[shown], one.unit, one.decimals, count=len(_FILLS))
    half = 0.5 * 10.0**-one.decimals  # a value is in the class of what is printed of it
    ends = [f"{bound - half:.12g}" for bound in found.bounds[1:-1]]
    classes: list[tuple[str, str, str | None]] = []
    for rank, label in enumerate(found.labels):
        lower = [f'"{shown}" >= {ends[rank - 1]}'] if rank else [f'"{shown}" IS NOT NULL']
        upper = [f'"{shown}" < {ends[rank]}'] if rank < len(ends) else []
        classes.append((label, " AND ".join([*lower, *upper]), _FILLS[rank]))
    if layer[shown].isna().any():
        classes.append(("pas de valeur (voir le statut)", f'"{shown}" IS NULL', None))
    return classes


def _fill(symbol: ET.Element, colour: str | None) -> None:
    """Fill a symbol with a colour, or with a hatch that is never taken for a value."""
    look = {"color": colour, "style": "solid"} if colour else {"color": _HATCH, "style": "b_diag"}
    layer = ET.SubElement(
        symbol, "layer", {"class": "SimpleFill", "enabled": "1", "locked": "0", "pass": "0"}
    )
    group = ET.SubElement(layer, "Option", type="Map")
    edge = {"outline_color": _EDGE, "outline_style": "solid", "outline_width": "0.26"}
    for name, value in {**look, **edge}.items():
        told = _rgba(value) if value.startswith("#") else value
        ET.SubElement(group, "Option", name=name, type="QString", value=told)


def _rgba(colour: str) -> str:
    return ",".join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5)) + ",255"

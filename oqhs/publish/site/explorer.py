"""The page that switches from an indicator to another: what its chart and its table are fed with."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import pandas as pd

from oqhs.extras import extra
from oqhs.publish.site.facts import Facts, indicator_place, quartier_place
from oqhs.publish.site.indicators import quartiers_table, whole_codes
from oqhs.publish.site.parts import Download, Page, Picture
from oqhs.publish.theme import INK, MUTED, NEUTRAL, unit_words
from oqhs.text import NARROW_SPACE
from oqhs.wording import REFERENCE_NAMES

#: Script that draws, in the folder of the site.
BUNDLE = "vega.js"
_DOT = "#1B5A9B"
_STEP = 20  # pixels of a quartier
_TYPE = 13
_NAMES = 260  # pixels that names take, at most
#: Dashes of the lines of references, so that no ink tells them alone.
_DASHES = {
    REFERENCE_NAMES[kind]: dash
    for kind, dash in (("departement", [1, 0]), ("ensemble_qpv", [6, 4]), ("hors_qpv", [2, 3]))
}
_LOCALE = {
    "decimal": ",",
    "thousands": NARROW_SPACE,
    "grouping": [3],
    "currency": ["", " €"],
    "minus": "\u2212",
}
_LEAD = (
    "Le graphique et le tableau changent avec l'indicateur choisi. L'ordre des quartiers est celui des EPT, "
    "des communes et des noms : il ne dit rien des valeurs."
)


@cache
def bundle() -> str:
    """Give the script that draws charts, whole: nothing of it is fetched.

    Raises
    ------
    MissingExtraError
        vl-convert-python is not installed.
    """
    vl_convert = extra("vl_convert", "the script of the site is put together")
    script: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    return script


def chart() -> dict[str, Any]:
    """Give the chart as Vega-Lite: `quartiers` and `reperes` are the data it is fed with.

    Raises
    ------
    MissingExtraError
        altair is not installed.
    """
    alt = extra("altair", "the chart of the site is laid out")
    across = alt.Y(
        "label:N", sort=None, title=None, axis=alt.Axis(labelLimit=_NAMES, ticks=False, domain=False)
    )
    along = alt.X("value:Q", title=None, scale=alt.Scale(zero=False, nice=True))
    told = [alt.Tooltip("label:N", title="Quartier"), alt.Tooltip("told:N", title="Valeur")]
    quartiers = alt.NamedData("quartiers")
    references = alt.NamedData("reperes")
    intervals = alt.Chart(quartiers).mark_rule(color=_DOT, opacity=0.6, strokeWidth=2, aria=False)
    dots = alt.Chart(quartiers).mark_circle(color=_DOT, opacity=1, size=55, aria=False)
    lines = alt.Chart(references).mark_rule(strokeWidth=2, aria=False)
    dashes = alt.StrokeDash(
        "name:N",
        title="Repère",
        scale=alt.Scale(domain=list(_DASHES), range=list(_DASHES.values())),
        legend=alt.Legend(orient="top", symbolType="stroke", symbolSize=400, columns=1),
    )
    inks = alt.Scale(domain=list(_DASHES), range=[INK, NEUTRAL, MUTED])
    layers = alt.layer(
        lines.encode(x=along, strokeDash=dashes, color=alt.Color("name:N", title="Repère", scale=inks)),
        intervals.encode(x=alt.X("low:Q"), x2="high:Q", y=across),
        dots.encode(x=along, y=across, tooltip=told),
    )
    fit = alt.AutoSizeParams(type="fit-x", contains="padding")
    sized = layers.properties(width="container", autosize=fit)
    sizes = {"labelFontSize": _TYPE, "titleFontSize": _TYPE, "labelColor": INK, "titleColor": INK}
    whole = sized.configure(aria=False, font="system-ui, sans-serif").configure_view(stroke=None)
    found: dict[str, Any] = whole.configure_axis(**sizes).configure_legend(**sizes).to_dict()
    # The address of the schema is only for editors.
    found.pop("$schema", None)
    return found


def explorer_page(facts: Facts, dots: Mapping[str, Picture | None], files: Mapping[str, Download]) -> Page:
    """Lay out the page: without a script it shows one indicator, and leads to the pages of the others."""
    drawn = [name for name in facts.indicators if facts.has_values(name)]
    first = next((name for name in drawn if facts.indicators[name].key), next(iter(drawn), None))
    themes = facts.contents.catalogue.themes
    groups = [
        (
            entry.label,
            [(name, facts.indicators[name].label) for name in drawn if facts.indicators[name].theme == theme],
        )
        for theme, entry in themes.items()
    ]
    more: dict[str, object] = {
        "first": first,
        "picture": None if first is None else dots.get(first),
        "table": None if first is None else quartiers_table(facts, first),
        "groups": [(label, names) for label, names in groups if names],
        "places": {name: indicator_place(name) for name in drawn},
        "download": None if first is None else files[first],
        "fed": {
            "chart": chart(),
            "locale": _LOCALE,
            "step": _STEP,
            "first": first,
            "indicators": {name: _fed(facts, name, files[name]) for name in drawn},
        },
        "bundle": BUNDLE,
    }
    return Page("explorer.html", "Explorer", "explorer.html", [_LEAD], template="explorer.html", more=more)


def _fed(facts: Facts, name: str, file: Download) -> dict[str, object]:
    """Give what the script needs of an indicator: texts are printed already, numbers only draw."""
    one = facts.indicators[name]
    table = quartiers_table(facts, name)
    rows = []
    for code, cells in zip(facts.quartiers, table.rows, strict=True):
        gap = facts.gap(name, code, "departement") or {}
        low, high = (_number(gap.get(f"value_ci_{side}")) for side in ("lower", "upper"))
        value = _number(facts.value(name, code))
        rows.append(
            {
                "href": quartier_place(code),
                "code": code,
                "value": value,
                "low": None if value is None else low,
                "high": None if value is None else high,
                "cells": [cell.text for cell in cells],
                "sorts": [cell.sort for cell in cells],
            }
        )
    codes = whole_codes(facts) if facts.is_compared(name) else {}
    values = {REFERENCE_NAMES[kind]: _number(facts.value(name, code)) for kind, code in codes.items()}
    return {
        "label": one.label,
        "unit": unit_words(one.unit),
        "href": indicator_place(name),
        "file": {"href": file.place, "format": file.format, "size": file.size},
        "source": " ; ".join(facts.sources(name)),
        "years": facts.years(name),
        "caption": table.caption,
        "heads": list(table.heads),
        "numbers": sorted(table.numbers),
        "rows": rows,
        "references": [{"name": name, "value": value} for name, value in values.items() if value is not None],
    }


def _number(value: object) -> float | None:
    """Give a number as JSON holds it, to twelve digits; None when it is missing."""
    return None if value is None or pd.isna(value) else float(f"{value:.12g}")

"""Maps and dot plots of the site: each drawn once, as SVG, with the words for it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from oqhs.publish.charts.dots import dot_plot, dot_plot_alt
from oqhs.publish.charts.sheet import Caption, caption_of
from oqhs.publish.maps.choropleth import choropleth, choropleth_alt, method_words, shading_of
from oqhs.publish.maps.ground import Ground
from oqhs.publish.site.facts import Facts, file_name
from oqhs.publish.site.parts import Picture
from oqhs.publish.theme import Look, look_of, unit_words, write_figure
from oqhs.publish.writers import write_text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_FOLDER = "images"
#: A dot plot of a page: wider than a sheet of A4, so that names are read at once.
_DOTS = Look("page", 720.0, 960.0, 8.5, 20.0, 144)
_DRAWN = re.compile(r' d="([^"]*)"')
_TAIL = re.compile(r"(\.\d\d)\d+")
_CARDS = ("qpv", "communes")  # of the outlines a map draws


@dataclass(frozen=True, eq=False)
class Pictures:
    """The map and the dot plot of an indicator; None where there is nothing to draw."""

    map: Picture | None
    dots: Picture | None


def draw(facts: Facts, indicator: str, folder: Path) -> Pictures:
    """Draw an indicator into a folder of the site.

    No map is drawn when a quartier has no outline, and nothing when no quartier has a value.
    """
    rows = facts.rows(indicator)
    if rows is None or not facts.has_values(indicator):
        return Pictures(None, None)
    (folder / _FOLDER).mkdir(exist_ok=True)
    return Pictures(_map(facts, indicator, rows, folder), _dots(facts, indicator, rows, folder))


def _caption(facts: Facts, indicator: str, rows: pd.DataFrame, extra: list[str]) -> Caption:
    contents = facts.contents
    one = facts.indicators[indicator]
    return caption_of(
        one.label,
        f"{contents.departement}, {unit_words(one.unit)}",
        rows,
        contents.catalogue,
        contents.inputs,
        facts.attribution,
        edition=contents.edition,
        perimeter=contents.perimeter,
        diffusion=contents.diffusion,
        invented=contents.invented,
        extra_cards=extra,
    )


def _map(facts: Facts, indicator: str, rows: pd.DataFrame, folder: Path) -> Picture | None:
    territories = facts.contents.territories
    drawn = territories[territories.geometry.notna() & ~territories.geometry.is_empty]
    zones = drawn[drawn["kind"] == "qpv"]
    if not set(rows["territory"]) <= set(zones["territory"]):
        return None
    one = facts.indicators[indicator]
    communes, epts = (drawn[drawn["kind"] == kind] for kind in ("commune", "ept"))
    ground = Ground(communes if len(communes) else None, epts if len(epts) else None)
    chosen = facts.contents.recipe["territories"]
    outlines = [chosen[name] for name in _CARDS if chosen.get(name) in facts.contents.inputs]  # type: ignore[attr-defined, index]
    shade = shading_of(rows["value"], one)
    caption = replace(_caption(facts, indicator, rows, outlines), notes=method_words(shade))
    inside = drawn[drawn["kind"] == "departement"]
    look = look_of("diapo")
    bounds = (inside if len(inside) else zones).total_bounds
    figure = choropleth(rows, zones, one, caption, look, ground=ground, shading=shade, extent=bounds)
    where = facts.geography.name(facts.geography.departement, "label_article")
    alt = choropleth_alt(rows, one, where, ground=ground)
    return _written(figure, look, folder, f"carte-{file_name(indicator)}", (alt, f"Carte : {one.label}"))


def _dots(facts: Facts, indicator: str, rows: pd.DataFrame, folder: Path) -> Picture:
    one = facts.indicators[indicator]
    whole = {"departement": facts.geography.departement, "ensemble_qpv": facts.geography.ensemble}
    references = {name: facts.value(indicator, code) for name, code in whole.items()}
    references = references if facts.is_compared(indicator) else {}
    figure = dot_plot(rows, references, _caption(facts, indicator, rows, []), _DOTS)
    alt = dot_plot_alt(rows, references, one)
    words = (alt, f"{one.label}, quartier par quartier")
    return _written(figure, _DOTS, folder, f"points-{file_name(indicator)}", words)


def _written(figure: Figure, look: Look, folder: Path, name: str, words: tuple[str, str]) -> Picture:
    place = f"{_FOLDER}/{name}.svg"
    alt, title = words
    write_figure(figure, folder / place, alt=alt)
    write_text(shorter((folder / place).read_text(encoding="utf-8")), folder / place)
    return Picture(place, alt, title, round(look.width), round(look.height))


def shorter(drawing: str) -> str:
    r"""Keep two decimals of the coordinates of a drawing, a hundredth of a point, and one line a path.

    Examples
    --------
    >>> shorter('<path d="M 1.23456 2\nz" transform="scale(0.015625)"/>')
    '<path d="M 1.23 2 z" transform="scale(0.015625)"/>'
    """

    def path(found: re.Match[str]) -> str:
        drawn = _TAIL.sub(r"\1", found[1]).replace("\n", " ")
        return f' d="{drawn}"'

    return _DRAWN.sub(path, drawing)

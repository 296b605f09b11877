"""Charts and maps of an edition: what is drawn of it, as far as it may go, and the words for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, get_args

import geopandas as gpd
import pandas as pd

from oqhs.analysis.gaps import compare
from oqhs.choices import compared, named
from oqhs.edition import Edition
from oqhs.entries import Indicator
from oqhs.errors import UnknownError
from oqhs.geography import REFERENCES
from oqhs.inside import quartiers_inside
from oqhs.precision import with_intervals
from oqhs.publish.charts.dots import dot_plot, dot_plot_alt
from oqhs.publish.charts.gap_bars import gap_bars, gap_bars_alt
from oqhs.publish.charts.heat import heat_grid, heat_grid_alt
from oqhs.publish.charts.rows import quartier_rows
from oqhs.publish.charts.sheet import Caption, caption_of
from oqhs.publish.charts.slopes import slope_chart, slope_chart_alt
from oqhs.publish.maps.choropleth import choropleth, choropleth_alt, method_words, shading_of
from oqhs.publish.maps.ground import outlined
from oqhs.publish.maps.layers import Layers, layers_of
from oqhs.publish.maps.multiples import small_multiples, small_multiples_alt
from oqhs.publish.theme import Format, figure_html, look_of, unit_words
from oqhs.text import OBSERVED
from oqhs.wording import OF_REFERENCE, THE_REFERENCE, TO_REFERENCE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Kind = Literal["carte", "petits_multiples", "points", "ecarts", "reperage", "evolution"]
KINDS: tuple[Kind, ...] = get_args(Kind)
_ABOUT_ONE = ("carte", "petits_multiples", "points", "evolution")
_TALL = 0.95  # width of a map, of its height, under which a page stands
_NAMED = 12  # quartiers of a map whose names are written
_AROUND = 0.6  # of the size of a quartier drawn alone
_HEATED = ("departement", "ept", "commune")


@dataclass(frozen=True, eq=False)
class Drawn:
    """A figure, and what it shows in words, for who does not see it."""

    figure: Figure
    alt: str

    def _repr_html_(self) -> str:
        """Show the picture in a notebook, with its words."""
        return figure_html(self.figure, self.alt)


@dataclass(frozen=True, eq=False)
class Asked:
    """What is asked of an edition.

    `indicator` is an id. Maps draw the gaps to `reference` when there is one, and values otherwise; gap bars,
    the heat grid and slopes take the département by default; a dot plot shows every reference. `territory`
    is the code of a quartier, a commune, an EPT or a group, all the quartiers without one. `format` is a
    sheet of A4 or a slide. `facilities` and `isochrones` say whether a map shows the facilities its indicator
    is about, and what is within reach of them on foot; `since` is the first edition of an evolution.
    """

    edition: Edition
    indicator: str | None = None
    reference: str | None = None
    territory: str | None = None
    format: Format = "page"
    facilities: bool = False
    isochrones: bool = False
    since: int | None = None

    @property
    def place(self) -> str:
        """Name of the territory, or of the département."""
        return self.edition.geography.name(self.code)

    @property
    def code(self) -> str:
        """Code of the territory, or of the département."""
        return self.territory or self.edition.geography.departement

    def quartiers(self) -> list[str]:
        """Quartiers of the territory that is asked for, or all of them."""
        geography = self.edition.geography
        return quartiers_inside(geography, self.code) if self.territory else geography.of_kind("qpv")

    def one(self) -> tuple[str, Indicator]:
        """Id and entry of the indicator that is asked for."""
        known = self.edition.observatory.catalogue.shown(self.edition.file.indicators)
        if self.indicator is None:
            raise UnknownError("this figure is about one indicator", found="none", allowed=", ".join(known))
        return next(iter(named([self.indicator], known).items()))

    def refuse_indicator(self, kind: str) -> None:
        """Refuse a figure of one indicator without any, and one of all of them with one."""
        if kind in _ABOUT_ONE:
            self.one()
        elif self.indicator is not None:
            raise UnknownError(
                "this figure is about all the indicators",
                found=self.indicator,
                allowed="no indicator",
                todo=f"leave it out, or draw one of {', '.join(_ABOUT_ONE)}",
            )

    def caption(
        self,
        title: str,
        subtitle: str,
        rows: pd.DataFrame,
        *,
        cards: Sequence[str] = (),
        notes: Sequence[str] = (),
    ) -> Caption:
        """Say where rows come from, with what holds of the method."""
        edition = self.edition
        said = caption_of(
            title,
            subtitle,
            rows,
            edition.observatory.catalogue,
            edition.observatory.cards,
            edition.materials.attribution,
            edition=edition.file.edition,
            perimeter=edition.file.perimeter,
            diffusion=edition.file.diffusion,
            invented=edition.invented,
            extra_cards=cards,
        )
        return replace(said, notes=tuple(notes))


def drawn(
    edition: Edition,
    kind: str = "carte",
    *,
    indicator: str | None = None,
    reference: str | None = None,
    territory: str | None = None,
    format: str = "page",  # noqa: A002  (the word of the command)
    facilities: bool = False,
    isochrones: bool = False,
    since: int | None = None,
) -> Drawn:
    """Draw a chart or a map of an edition, of what may go as far as the edition does.

    Parameters
    ----------
    edition : Edition
        The edition.
    kind : {"carte", "petits_multiples", "points", "ecarts", "reperage", "evolution"}
        Choropleth, one map per EPT, dot plot of the quartiers, gap bars, heat grid, slope chart.
    indicator, reference, territory, format, facilities, isochrones, since
        As `Asked` says. Gap bars and the heat grid are about all the indicators, and take none.

    Returns
    -------
    Drawn
        `figure` and `alt`; `oqhs.publish.theme.write_figure` writes them.

    Raises
    ------
    UnknownError
        There is no such kind, indicator, reference, territory or format, or the figure needs one.
    DataError
        A quartier has no outline.

    Examples
    --------
    >>> import oqhs
    >>> edition = oqhs.open("data").edition(2024)
    >>> drawn(edition, "points", indicator="part_60_plus", territory="T90").alt[:45]
    'Graphique en points : Population de 60 ans et'
    """
    if kind not in KINDS:
        raise UnknownError("no such kind of figure", found=kind, allowed=", ".join(KINDS))
    if reference is not None and reference not in REFERENCES:
        raise UnknownError("no such reference", found=reference, allowed=", ".join(REFERENCES))
    size = look_of(format).name
    asked = Asked(edition, indicator, reference, territory, size, facilities, isochrones, since)
    asked.refuse_indicator(kind)
    return _DRAW[kind](asked)


def _observed(asked: Asked) -> pd.DataFrame:
    """Give the observations that may go as far as the edition does."""
    # One rule says what may go how far: it is not told twice.
    return asked.edition._publishable  # noqa: SLF001


def _rows(asked: Asked) -> pd.DataFrame:
    name, _ = asked.one()
    edition = asked.edition
    return quartier_rows(
        _observed(asked),
        edition.geography,
        name,
        territories=asked.quartiers(),
        uncertainty=edition.uncertainty,
        compared=name in compared(edition.file, edition.observatory.catalogue),
    )


def _mapped(asked: Asked) -> tuple[pd.DataFrame, str]:
    """Give what a map draws of each quartier, and what it is in words."""
    name, one = asked.one()
    rows = _rows(asked)
    if asked.reference is None:
        return rows, unit_words(one.unit)
    named([name], compared(asked.edition.file, asked.edition.observatory.catalogue))
    gaps = asked.edition.gaps(asked.reference)
    gaps = gaps[gaps["indicator"] == name].set_index("territory").reindex(rows["territory"])
    lacking = gaps["status"].where(gaps["status"] != OBSERVED, gaps["reference_status"])
    rows["value"] = gaps["gap"].to_numpy()
    rows["status"] = lacking.where(gaps["gap"].isna() & (lacking != OBSERVED), OBSERVED).to_numpy()
    told = ["reference_source", "reference_status", "reference_coverage"]
    rows[told] = gaps[told].to_numpy()
    return rows, f"écart {TO_REFERENCE[asked.reference]}"


def _map(asked: Asked) -> Drawn:
    rows, words = _mapped(asked)
    _, one = asked.one()
    territories = asked.edition.territories
    layers = _layers(asked)
    gaps = asked.reference is not None
    shade = shading_of(rows["value"], one, gaps=gaps)
    subtitle, notes = f"{asked.place}, {words}", method_words(shade)
    caption = asked.caption(one.label, subtitle, rows, cards=layers.cards, notes=notes)
    west, south, east, north = extent = _extent(asked, territories)
    look = look_of(asked.format, portrait=(east - west) < _TALL * (north - south))
    figure = choropleth(
        rows,
        territories[territories["kind"] == "qpv"],
        one,
        caption,
        look,
        ground=layers.ground,
        gaps=gaps,
        shading=shade,
        named=len(rows) <= _NAMED,
        extent=extent,
    )
    where = asked.edition.geography.name(asked.code, "label_article")
    return Drawn(figure, choropleth_alt(rows, one, where, words=words, ground=layers.ground))


def _multiples(asked: Asked) -> Drawn:
    rows, words = _mapped(asked)
    _, one = asked.one()
    edition, territories = asked.edition, asked.edition.territories
    within = edition.memberships[edition.memberships["parent_kind"] == "ept"]
    groups = within[["territory"]].assign(group=[edition.geography.name(code) for code in within["parent"]])
    layers = _layers(asked)
    gaps = asked.reference is not None
    subtitle, notes = (
        f"{asked.place}, par EPT, {words}",
        method_words(shading_of(rows["value"], one, gaps=gaps)),
    )
    caption = asked.caption(one.label, subtitle, rows, cards=layers.cards, notes=notes)
    zones, look = territories[territories["kind"] == "qpv"], look_of(asked.format)
    figure = small_multiples(rows, zones, groups, one, caption, look, ground=layers.ground, gaps=gaps)
    return Drawn(figure, small_multiples_alt(rows, groups, one, words=words))


def _layers(asked: Asked) -> Layers:
    name, _ = asked.one()
    materials = asked.edition.materials
    return layers_of(materials, name, facilities=asked.facilities, isochrones=asked.isochrones)


def _extent(asked: Asked, territories: gpd.GeoDataFrame) -> tuple[float, float, float, float]:
    """Give the bounds of the territory that is drawn."""
    code = asked.code
    own = territories[(territories["territory"] == code) & territories.geometry.notna()]
    inside = territories[territories["territory"].isin(asked.quartiers())]
    around = own if len(own) and not own.geometry.is_empty.all() else outlined(inside, "the quartiers")
    west, south, east, north = (float(bound) for bound in around.total_bounds)
    if len(inside) > 1:
        return west, south, east, north
    room = _AROUND * max(east - west, north - south)
    return west - room, south - room, east + room, north + room


def _dots(asked: Asked) -> Drawn:
    name, one = asked.one()
    rows, observations = _rows(asked), _observed(asked)
    geography = asked.edition.geography
    if asked.edition.file.diffusion == "interne":
        # What everyone may see is in an order that says nothing of the values.
        rows = rows.sort_values(["ept_label", "value", "label"], ignore_index=True)
    said, references = rows, {}
    if name in compared(asked.edition.file, asked.edition.observatory.catalogue):
        whole = {"departement": geography.departement, "ensemble_qpv": geography.ensemble}
        parents = {*rows["commune"].dropna(), *rows["ept"].dropna(), *whole.values()}
        beside = observations[(observations["indicator"] == name) & observations["territory"].isin(parents)]
        beside = beside[beside["status"] == OBSERVED]
        values = beside.set_index("territory")["value"]
        references = {kind: float(values.get(code, float("nan"))) for kind, code in whole.items()}
        said = pd.concat(
            [rows, beside.assign(label=beside["territory"].map(geography.name))], ignore_index=True
        )
    caption = asked.caption(one.label, f"{asked.place}, {unit_words(one.unit)}", said)
    figure = dot_plot(rows, references, caption, look_of(asked.format))
    return Drawn(figure, dot_plot_alt(rows, references, one))


def _bars(asked: Asked) -> Drawn:
    edition, geography = asked.edition, asked.edition.geography
    catalogue = edition.observatory.catalogue
    reference = asked.reference or "departement"
    zone = asked.territory or geography.ensemble
    pair = geography.pair(zone, reference)
    found = compare(_observed(asked), pair, compared(edition.file, catalogue))
    level = catalogue.threshold("confiance", edition.materials.day)
    rows = with_intervals(found, edition.uncertainty, level)
    other = pair["reference_territory"].iloc[0]
    told = geography.name(other) if isinstance(other, str) else "aucun territoire"
    title = f"{geography.name(zone)} : écarts {TO_REFERENCE[reference]}"
    said = rows.assign(label=[catalogue.indicator(name).label for name in rows["indicator"]])
    caption = asked.caption(title, f"Référence : {told}. Écarts calculés avant arrondi.", said)
    figure = gap_bars(rows, catalogue, caption, look_of(asked.format))
    return Drawn(figure, gap_bars_alt(rows, catalogue, geography.name(zone, "label_de"), told))


def _heat(asked: Asked) -> Drawn:
    edition, geography, observations = asked.edition, asked.edition.geography, _observed(asked)
    reference = asked.reference or "departement"
    if reference not in _HEATED:
        raise UnknownError("the heat grid has no such reference", found=reference, allowed=", ".join(_HEATED))
    indicators = compared(edition.file, edition.observatory.catalogue)
    status = observations[["territory", "indicator", "status"]]
    heat = edition.heat_table(reference).merge(status, how="left", on=["territory", "indicator"])
    first = heat["indicator"].iloc[0]
    rows = quartier_rows(observations, geography, first, territories=asked.quartiers())
    labels = dict(zip(rows["territory"], rows["label"], strict=True))
    pairs = geography.pairs(reference)
    beside = pairs.loc[pairs["territory"].isin(list(labels)), "reference_territory"]
    used = observations["territory"].isin([*labels, *beside]) & observations["indicator"].isin(
        list(indicators)
    )
    title = f"{asked.place} : repérage des écarts {TO_REFERENCE[reference]}"
    words = "Dans chaque case, l'écart ; la couleur le rapporte au seuil de l'indicateur."
    caption = asked.caption(title, words, observations[used & (observations["status"] == OBSERVED)])
    figure = heat_grid(heat, labels, indicators, caption, look_of(asked.format))
    return Drawn(figure, heat_grid_alt(heat, labels, indicators, THE_REFERENCE[reference]))


def _slopes(asked: Asked) -> Drawn:
    name, one = asked.one()
    edition, geography = asked.edition, asked.edition.geography
    reference = asked.reference or "departement"
    changes = edition.changes(asked.since, reference=reference)
    rows = changes[(changes["indicator"] == name) & changes["territory"].isin(asked.quartiers())]
    if rows.empty:
        raise UnknownError(
            "no change is known of this indicator",
            found=name,
            allowed=", ".join(sorted(set(changes["indicator"]))) or "none",
        )
    groups = geography.comparators("ept").dropna().map(geography.name)
    words = f"{asked.place}, évolution à côté {OF_REFERENCE[reference]}, {unit_words(one.unit)}"
    said = rows[rows["status"] == OBSERVED].assign(label=rows["territory_label"])
    caption = asked.caption(one.label, words, said, notes=[str(rows["notice"].iloc[0])])
    figure = slope_chart(rows, caption, look_of(asked.format), groups=groups)
    return Drawn(figure, slope_chart_alt(rows, one, OF_REFERENCE[reference]))


_DRAW: dict[str, Callable[[Asked], Drawn]] = {
    "carte": _map,
    "petits_multiples": _multiples,
    "points": _dots,
    "ecarts": _bars,
    "reperage": _heat,
    "evolution": _slopes,
}

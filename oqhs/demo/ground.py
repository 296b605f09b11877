"""Where people stand: the ground of each commune, piece by piece, and the people of 2020 on it.

A plot is a part of one commune whose people are alike: a quartier, the part that joined it in 2024, one
that was left out, or the rest of the commune. Its surface is known in each IRIS, hence its people too:
everything published for an IRIS, a quartier of either generation or a commune is a sum over plots.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from oqhs.demo import people
from oqhs.demo.draws import between, deal, seeded
from oqhs.demo.former import FORMER
from oqhs.demo.generations import outlines_2024, spots
from oqhs.demo.incomes import Group
from oqhs.demo.iris import Iris, all_iris
from oqhs.demo.people import COUNTS, POPULATION, People, fiscal_persons
from oqhs.demo.places import COMMUNES, Commune

if TYPE_CHECKING:
    from shapely import Geometry

_LEAST_M2 = 100
#: How unevenly the people of a commune who are outside the quartiers fill its IRIS.
_DENSITY = (0.8, 1.25)
#: How alike the people round a quartier are to its own: for an IRIS all of a quartier, and at most.
_ALIKE, _MOST_ALIKE = 3, 0.85


class Plot(NamedTuple):
    """Ground of one commune, its quartiers of 2024 and of 2015 if any, and its surface in each IRIS."""

    commune: str
    new: str | None
    old: str | None
    surfaces: Mapping[str, Geometry]

    @property
    def name(self) -> str:
        """Name that seeds what is drawn for it."""
        return f"{self.commune} {self.new} {self.old}"

    @property
    def in_quartier(self) -> bool:
        """Whether it is, or was, of a quartier."""
        return self.new is not None or self.old is not None

    @property
    def area_m2(self) -> int:
        """Its area, in whole square metres."""
        return sum(square_metres(surface) for surface in self.surfaces.values())


@cache
def plots() -> tuple[Plot, ...]:
    """Cut the ground of every commune of the département into plots, the rest of each one last."""
    from shapely import Polygon, union_all

    whole = [(iris, Polygon(iris.ring)) for iris in all_iris()]
    found: dict[tuple[str, str | None, str | None], dict[str, Geometry]] = {}
    for spot in spots():
        for iris, shape in whole:
            if shape.intersects(spot.shape):
                surface = shape.intersection(spot.shape)
                if surface.area >= _LEAST_M2:
                    found.setdefault((iris.commune.code, spot.new, spot.old), {})[iris.code] = surface
    taken = union_all([spot.shape for spot in spots()])
    for iris, shape in whole:
        found.setdefault((iris.commune.code, None, None), {})[iris.code] = shape.difference(taken)
    return tuple(Plot(*key, surfaces) for key, surfaces in found.items())


def square_metres(surface: Geometry) -> int:
    """Area in whole square metres: what is shared out by area depends on no last bit of a coordinate."""
    area: float = surface.area
    return round(area)


@cache
def people_of_plots() -> tuple[People, ...]:
    """Make the people of every plot, counted in 2020; those of a commune add up to the commune."""
    found: dict[int, People] = {}
    for (code, commune), whole in people.parts(people.quartiers()).items():
        places = [i for i, plot in enumerate(plots()) if (plot.new, plot.commune) == (code, commune)]
        areas = [plots()[i].area_m2 for i in places]
        for i, counts in zip(places, share_out(whole.counts, areas), strict=True):
            found[i] = People(counts, _part(whole, counts))
    for i, plot in enumerate(plots()):
        if plot.new is None and plot.old is not None:
            found[i] = _left(plot)
    for i, plot in enumerate(plots()):
        if not plot.in_quartier:
            left = [found[j] for j, other in enumerate(plots()) if _left_in(other, plot.commune)]
            found[i] = _rest(plot.commune, left)
    return tuple(found[i] for i in range(len(plots())))


def counts_by_iris(plot: Plot, counts: Mapping[str, int]) -> dict[str, dict[str, int]]:
    """Share the people of a plot over the IRIS it stands in."""
    codes = list(plot.surfaces)
    areas = [square_metres(surface) for surface in plot.surfaces.values()]
    if plot.in_quartier:
        return dict(zip(codes, share_out(counts, areas), strict=True))
    weights = [
        area * between(seeded(f"density {code}"), *_DENSITY) for code, area in zip(codes, areas, strict=True)
    ]
    profiles = [_profile(code, _nearness()[code]) for code in codes]
    return dict(zip(codes, share_out(counts, weights, profiles), strict=True))


def share_out(
    counts: Mapping[str, int], weights: Sequence[float], profiles: Sequence[Mapping[str, float]] | None = None
) -> list[dict[str, int]]:
    """Share counts out by weights, to the last hundredth; alike, or each part with its own profile.

    A profile gives, for each column, how large a share of its base it tends to be in that part.
    """
    parts = [{POPULATION: dealt} for dealt in deal(counts[POPULATION], weights)]
    for count in COUNTS[1:]:
        if count.less is not None:
            for part in parts:
                part[count.column] = part[count.of] - part[count.less]
            continue
        bases: list[float] = [part[count.of] for part in parts]
        if profiles is not None:
            bases = [base * profile[count.column] for base, profile in zip(bases, profiles, strict=True)]
        for part, dealt in zip(parts, deal(counts[count.column], bases), strict=True):
            part[count.column] = dealt
    return parts


def iris_by_code() -> dict[str, Iris]:
    """Give the IRIS by code."""
    return {iris.code: iris for iris in all_iris()}


@cache
def _profile(iris: str, near: float) -> dict[str, float]:
    """Draw how the people of an IRIS who are outside the quartiers differ from those of the others.

    `near` (0 to 1) says how much they are like those of the quartiers.
    """
    rng = seeded(f"profile {iris}")
    deprivation = between(rng, -0.8, 0.8)
    found = {}
    for count in COUNTS[1:]:
        drawn = count.outside.slope * deprivation + count.outside.noise * between(rng, -1, 1)
        found[count.column] = (1 - near) * count.outside.mean + near * count.inside.mean + drawn
    return found


@cache
def _nearness() -> dict[str, float]:
    """How much the people of an IRIS are like those of the quartiers that stand in it, 0 to 1."""
    inside: dict[str, int] = {}
    for plot in plots():
        for code, surface in plot.surfaces.items() if plot.in_quartier else ():
            inside[code] = inside.get(code, 0) + square_metres(surface)
    whole = dict.fromkeys(iris_by_code(), 0)
    for plot in plots():
        for code, surface in plot.surfaces.items():
            whole[code] += square_metres(surface)
    return {code: min(_ALIKE * inside.get(code, 0) / area, _MOST_ALIKE) for code, area in whole.items()}


def _left(plot: Plot) -> People:
    """Make the people of a quartier of 2015, or of a part of it, who are in none in 2024."""
    from shapely import Polygon

    former = next(former for former in FORMER if former.code == plot.old)
    if former.successor is None:
        return people.left_out(former.code, former.population)
    successor = people.quartiers()[former.successor]
    share = plot.area_m2 / Polygon(outlines_2024()[former.successor]).area
    counts, _ = share_out(successor.counts, [share, 1 - share])
    return People(counts, _part(successor, counts))


def _left_in(plot: Plot, commune: str) -> bool:
    return plot.commune == commune and plot.new is None and plot.old is not None


def _rest(code: str, left: Sequence[People]) -> People:
    """Make the people of a commune who never were in a quartier."""
    commune: Commune = next(commune for commune in COMMUNES if commune.code == code)
    whole = people.outside(commune)
    counts = {name: count - sum(place.counts[name] for place in left) for name, count in whole.counts.items()}
    return People(counts, _part(whole, counts))


def _part(whole: People, counts: Mapping[str, int]) -> tuple[Group, ...]:
    """Incomes of some of the people of a place, from their number."""
    share = fiscal_persons(counts) / whole.persons
    return tuple(group.part(share) for group in whole.groups)

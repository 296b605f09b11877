"""The two vintages of the demonstration: who lives where, by every kind of territory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

from oqhs.demo import people
from oqhs.demo.details import details
from oqhs.demo.draws import seeded
from oqhs.demo.evolution import EUROS_OF_2017, earlier, earlier_group
from oqhs.demo.former import FORMER
from oqhs.demo.ground import Plot, counts_by_iris, people_of_plots, plots
from oqhs.demo.incomes import POVERTY_LINE, TAX_LINE, Group, quartier_group
from oqhs.demo.people import People
from oqhs.demo.places import COMMUNES, DEPARTEMENT, NEIGHBOUR
from oqhs.demo.rows import tens


class Atom(NamedTuple):
    """The people of a plot who live in one IRIS: census counts, fine ones included, in hundredths."""

    plot: Plot
    iris: str
    counts: Mapping[str, int]
    group: Group


class Vintage(NamedTuple):
    """A state of the département.

    Census counts are of the year `census`, incomes of the year `incomes`, quartiers on `perimeter`;
    `parts` gives the people of each quartier in each of its communes; amounts are in euros a year.
    """

    census: int
    incomes: int
    perimeter: str
    poverty_line: int
    tax_line: int
    quartiers: Mapping[str, People]
    parts: Mapping[tuple[str, str], People]
    communes: Mapping[str, People]
    departements: Mapping[str, People]
    metro: Group
    atoms: tuple[Atom, ...]

    def column(self, name: str) -> str:
        """Name of a census column in this vintage, from that of 2020."""
        return name.replace("20_", f"{self.census % 100:02d}_", 1)

    def iris(self) -> dict[str, dict[str, int]]:
        """Census counts of every IRIS, fine ones included, in hundredths."""
        found: dict[str, dict[str, int]] = {}
        for atom in self.atoms:
            sums = found.setdefault(atom.iris, dict.fromkeys(atom.counts, 0))
            for name, count in atom.counts.items():
                sums[name] += count
        return dict(sorted(found.items()))


@cache
def newest() -> Vintage:
    """Census of 2020 and incomes of 2021, on the quartiers of 2024."""
    quartiers = people.quartiers()
    parts = people.parts(quartiers)
    communes = people.communes(parts)
    return Vintage(
        census=2020,
        incomes=2021,
        perimeter="qpv2024",
        poverty_line=POVERTY_LINE,
        tax_line=TAX_LINE,
        quartiers=quartiers,
        parts=parts,
        communes=communes,
        departements={NEIGHBOUR: people.neighbour(), DEPARTEMENT: _inside(communes)},
        metro=quartier_group(seeded("Ensemble"), 5e6, 0.44),
        atoms=_atoms(people_of_plots()),
    )


@cache
def former() -> Vintage:
    """Census of 2015 and incomes of 2017, on the quartiers of 2015."""
    aged = [
        earlier(place, plot.name, inside=plot.in_quartier)
        for plot, place in zip(plots(), people_of_plots(), strict=True)
    ]
    of_part: dict[tuple[str, str], list[People]] = {}
    of_commune: dict[str, list[People]] = {}
    for plot, place in zip(plots(), aged, strict=True):
        of_commune.setdefault(plot.commune, []).append(place)
        if plot.old is not None:
            of_part.setdefault((plot.old, plot.commune), []).append(place)
    for commune in COMMUNES:
        # Of the communes of the neighbouring département nothing is known below them.
        if commune.code not in of_commune:
            of_commune[commune.code] = [earlier(people.outside(commune), commune.code, inside=False)]
    parts = {key: people.together(places) for key, places in sorted(of_part.items())}
    communes = {code: people.together(places) for code, places in sorted(of_commune.items())}
    return Vintage(
        census=2015,
        incomes=2017,
        perimeter="qpv2015",
        poverty_line=tens(EUROS_OF_2017 * POVERTY_LINE),
        tax_line=tens(EUROS_OF_2017 * TAX_LINE),
        quartiers={
            quartier.code: people.together([place for key, place in parts.items() if key[0] == quartier.code])
            for quartier in FORMER
        },
        parts=parts,
        communes=communes,
        departements={
            NEIGHBOUR: earlier(people.neighbour(), NEIGHBOUR, inside=False),
            DEPARTEMENT: _inside(communes),
        },
        metro=earlier_group(newest().metro, 1, seeded("2017 Ensemble")),
        atoms=_atoms(aged),
    )


def _inside(communes: Mapping[str, People]) -> People:
    return people.together([place for code, place in communes.items() if code.startswith(DEPARTEMENT)])


def _atoms(places: Sequence[People]) -> tuple[Atom, ...]:
    return tuple(
        Atom(plot, iris, details(f"{plot.name} {iris}", counts, inside=plot.in_quartier), place.groups[0])
        for plot, place in zip(plots(), places, strict=True)
        for iris, counts in counts_by_iris(plot, place.counts).items()
    )

"""What binds the counts that the département holds: sums over territories, over sexes, and what is left."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from oqhs.entries import Variable
from oqhs.errors import Problem
from oqhs.geography import Geography
from oqhs.secrecy import Relation
from oqhs.territories import kinds_of

#: Kinds of territories whose code says it all; other codes stand for something else on each perimeter.
_KINDS = ("qpv", "iris", "commune", "ept", "departement")
SIDES = ("numerator", "denominator")
REST, OUTSIDE, OTHERS, WITHOUT = "reste", "hors des quartiers", "autres", "sans"
LEFT = ", "  # stands in the name of what is left, and in no other


def cells_named(rows: pd.DataFrame, perimeter: str | pd.Series) -> pd.Series:
    """Name the cells of rows that have `variable`, `territory` and `year`.

    The code of all the quartiers, of a group or of what is outside them is said with the perimeter of the
    quartiers it is about.

    Examples
    --------
    >>> rows = pd.DataFrame({"variable": "rsa", "territory": ["QN99901M", "QPV-999"], "year": 2020})
    >>> cells_named(rows, "qpv2024").tolist()
    ['rsa QN99901M 2020', 'rsa QPV-999@qpv2024 2020']
    """
    codes = rows["territory"].astype("str")
    alone = kinds_of(codes)["kind"].isin(_KINDS)
    placed = codes.where(alone, codes + "@" + perimeter)
    return rows["variable"].astype("str") + " " + placed + " " + rows["year"].astype("str")


@dataclass(frozen=True)
class Cell:
    """A count: whose it is, whether the edition gives it, its threshold and what losing it costs."""

    variable: str
    territory: str
    year: int
    value: float
    shown: bool
    least: float
    weight: float


@dataclass
class Gathered:
    """Cells by name, and what binds them, being gathered."""

    cells: dict[str, Cell] = field(default_factory=dict)
    relations: dict[frozenset[tuple[Hashable, float]], Relation] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def add(self, name: str, cell: Cell, of: str = "") -> str:
        """Add a cell and give its name; another figure under one name is named after what it is `of`."""
        while name in self.cells and self.cells[name].value != cell.value:
            name = f"{name} ({of})"
        self.cells.setdefault(name, cell)
        return name

    def total(self, names: Sequence[str]) -> float:
        """Sum of the counts of cells."""
        return sum(self.cells[name].value for name in names)

    def bind(
        self, wholes: Sequence[str], parts: Sequence[str], what: str, *, closed: bool, strict: bool = True
    ) -> str | None:
        """Say that wholes are their parts and what is left of them.

        What is left is a cell of its own, not shown; when it is nothing and the sum is known to be `closed`,
        there is none. Parts that hold more than their wholes are a fault of the file, or bind nothing when
        it is not `strict`. Gives the name of what is left, empty without any, None when nothing is bound.
        """
        parts = sorted(set(parts) - set(wholes))
        left = self.total(wholes) - self.total(parts)
        if not parts or left < 0:
            if strict and parts:
                self.problems.append(_too_many(wholes, self.total(wholes), self.total(parts)))
            return None
        rest = ""
        terms = dict.fromkeys(wholes, -1.0) | dict.fromkeys(parts, 1.0)
        if left > 0 or not closed:
            first = self.cells[wholes[0]]
            cell = Cell(first.variable, first.territory, first.year, left, False, first.least, first.weight)
            rest = self.add(f"{'+'.join(wholes)}{LEFT}{what}", cell, f"{len(parts)} parts")
            terms[rest] = 1.0
        self.relate(terms)
        return rest

    def relate(self, terms: Mapping[str, float] | Relation) -> None:
        """Add a relation, once."""
        relation: dict[Hashable, float] = dict(terms.items())
        self.relations.setdefault(frozenset(relation.items()), relation)

    def by_place(self) -> dict[tuple[str, int], dict[str, str]]:
        """Give the cells of each variable and year by territory; the first one of each."""
        found: dict[tuple[str, int], dict[str, str]] = {}
        for name, cell in self.cells.items():
            if LEFT not in name:
                found.setdefault((cell.variable, cell.year), {}).setdefault(cell.territory, name)
        return found


def bind_members(found: Gathered, edges: pd.DataFrame, wholes: pd.Series, members: pd.Series) -> None:
    """Say that aggregates are the sums of their members.

    Parameters
    ----------
    found : Gathered
    edges : DataFrame
        `group`, `territory`.
    wholes, members : Series of str
        Names of cells, by territory.
    """
    pairs = edges.assign(cell=edges["territory"].map(members)).dropna(subset="cell")
    for group, rows in pairs[pairs["group"].isin(wholes.index)].groupby("group"):
        found.bind([wholes[group]], list(rows["cell"]), REST, closed=True)


def bind_communes(found: Gathered, geography: Geography) -> None:
    """Say that a commune is its quartiers and the rest; those that share a quartier, theirs together."""
    pairs = geography.memberships[geography.memberships["parent_kind"] == "commune"]
    pairs = pairs[pairs["territory"].isin(geography.of_kind("qpv"))]
    several = pairs.groupby("territory")["parent"].transform("size") > 1
    alone = pairs[~several].groupby("parent")["territory"].agg(list)
    tied = _tied(pairs[several].groupby("territory")["parent"].agg(list))
    for places in found.by_place().values():
        rests = {}
        for commune in sorted(set(pairs["parent"]) & set(places)):
            inside = [places[code] for code in alone.get(commune, []) if code in places]
            rests[commune] = found.bind([places[commune]], inside, OUTSIDE, closed=False) or places[commune]
        for communes, quartiers in tied:
            between = [places[code] for code in quartiers if code in places]
            if set(communes) <= set(rests):
                found.bind([rests[code] for code in communes], between, OUTSIDE, closed=False)


def _tied(shared: pd.Series) -> list[tuple[list[str], list[str]]]:
    """Put together the communes that share quartiers, with those quartiers."""
    groups: list[tuple[set[str], set[str]]] = []
    for quartier, communes in shared.items():
        touched = [group for group in groups if group[0] & set(communes)]
        groups = [group for group in groups if group not in touched]
        codes = set(communes).union(*(group[0] for group in touched))
        groups.append((codes, {str(quartier)}.union(*(group[1] for group in touched))))
    return [(sorted(codes), sorted(quartiers)) for codes, quartiers in groups]


def bind_outside(found: Gathered, geography: Geography, places: Mapping[str, str]) -> None:
    """Say that the département is its quartiers and what is outside them, told or not."""
    codes = (geography.departement, geography.ensemble, geography.outside)
    whole, part, told = (places.get(code, "") for code in codes)
    if whole in found.cells and part in found.cells:
        known = told in found.cells
        found.bind([whole], [part, told] if known else [part], REST if known else OUTSIDE, closed=known)


def bind_people(
    found: Gathered, variables: Mapping[str, Variable], ratios: Sequence[tuple[str, str]]
) -> tuple[tuple[str, str], ...]:
    """Say that people are those who have a trait and those who have not.

    Parameters
    ----------
    found : Gathered
    variables : mapping
        Variables of the catalogue: their `parts`, and what they are `at_most`.
    ratios : sequence of (part, base)
        Cells of the observed shares.

    Returns
    -------
    tuple of (part, base)
        Every cell of a trait with that of the people it is asked of.
    """
    base = found.by_place()
    pairs: dict[tuple[str, str], None] = {}
    split: set[tuple[str, str]] = set()
    for (name, year), places in sorted(base.items()):
        variable = variables.get(name)
        if variable is None:
            continue
        of_parts = [base.get((part, year), {}) for part in variable.parts]
        above = base.get((variable.at_most, year), {}) if variable.at_most is not None else {}
        for territory, cell in places.items():
            known = [part[territory] for part in of_parts if territory in part]
            closed = len(known) == len(variable.parts)
            if known and found.bind([cell], known, OTHERS, closed=closed, strict=False) is not None:
                split |= {(part, cell) for part in known}
            if territory in above:
                pairs[cell, above[territory]] = None
    pairs |= dict.fromkeys([*sorted(split), *ratios])
    fit = [pair for pair in pairs if pair[0] != pair[1] and found.total(pair[:1]) <= found.total(pair[1:])]
    for part, whole in fit:
        if (part, whole) not in split:
            found.bind([whole], [part], f"{WITHOUT} {part}", closed=False)
    return tuple(fit)


def _too_many(wholes: Sequence[str], value: float, parts: float) -> Problem:
    return Problem(
        "the parts of a territory hold more people than it does",
        column=" + ".join(wholes),
        found=f"{parts:g} in the parts, {value:g} in the whole",
        allowed="parts that fit in the whole",
        todo="correct the files: their territories were not counted alike, or not on the same day",
    )

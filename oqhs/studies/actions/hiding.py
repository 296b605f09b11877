"""Small counts of people in the follow-up of an action, and what would give them back."""

from __future__ import annotations

from collections.abc import Hashable

import pandas as pd

from oqhs.secrecy import Relation, protect, sensitive_cells, statements
from oqhs.studies.actions.territories import GROUP, added_up
from oqhs.text import OBSERVED

_REST = "le reste de"  # of what was given for a territory, once its parts are taken off


def hidden_rows(rows: pd.DataFrame, pairs: pd.DataFrame, least: int, level: float) -> pd.Index:
    """Choose the counts of persons to hide, within each action, follow-up and year.

    Parameters
    ----------
    rows : DataFrame
        `action`, `indicator`, `period`, `territory`, `kind`, `achieved` (persons), `status`, `summed`; a
        unique index. What is not observed is known to nobody here.
    pairs : DataFrame
        As `oqhs.studies.actions.territories.wholes` gives it.
    least : int
        Smallest count that may be told, in persons.
    level : float
        Width, in persons, that an outsider must be left with.

    Returns
    -------
    Index
        Labels of the rows: counts from 1 to `least` − 1, and those that would give them back by subtraction,
        as `oqhs.secrecy.protect` chooses them.

    Notes
    -----
    A sum binds its parts; those of the département are told by `oqhs.studies.actions.territories.added_up`.
    A figure given for an EPT or the département binds its parts and what is left of it: a rest under the
    threshold is as small a count as any other (a quartier whose count the producer hid, or that is not
    followed), and is protected too. A total under the sum of its parts is an error of the file and binds
    nothing.
    """
    # A quartier whose figure is not known is followed all the same.
    seen = rows.assign(added=added_up(rows, pairs))[rows["status"] == OBSERVED]
    gone = [
        one for _, group in seen.groupby(GROUP, sort=False) for one in _hidden(group, pairs, least, level)
    ]
    return rows.index[rows.index.isin(gone)]


def _hidden(group: pd.DataFrame, pairs: pd.DataFrame, least: int, level: float) -> list[Hashable]:
    """Labels of the rows to hide in one group."""
    labels = dict(zip(group["territory"], group.index, strict=True))
    values = group.set_index("territory")["achieved"]
    relations: list[Relation] = []
    rests: dict[str, float] = {}
    for parent, parts, exact in _bound(group, pairs):
        rest = float(values[parent] - values[parts].sum())
        if rest < 0 or (exact and rest):
            continue
        relation: dict[Hashable, float] = {parent: -1.0, **dict.fromkeys(parts, 1.0)}
        if not exact:
            name = f"{_REST} {parent}, {len(rests)}"
            rests[name] = rest
            relation[name] = 1.0
        relations.append(relation)
    every = pd.concat([values, pd.Series(rests, dtype="float64")])
    shown = pd.Series(~every.index.isin(list(rests)), index=every.index)
    # A total is dearer than a quartier.
    told = statements(every, relations, shown=shown, weights=every.clip(lower=1.0))
    small = sensitive_cells(told, least)
    gone = protect(told, small, level) if len(small) else small
    return [labels[name] for name in gone if name in labels]


def _bound(group: pd.DataFrame, pairs: pd.DataFrame) -> list[tuple[str, list[str], bool]]:
    """Give the figures that others are parts of: territory, its parts, whether it is their sum.

    The département is bound to what it adds up, and to its EPT with the quartiers no EPT holds whole.
    """
    summed = dict(zip(group["territory"], group["summed"], strict=True))
    held = pairs[pairs["whole"] & pairs["territory"].isin(list(summed)) & pairs["parent"].isin(list(summed))]
    kind = held["territory"].map(dict(zip(group["territory"], group["kind"], strict=True)))
    added = set(group.loc[group["added"], "territory"])
    found: list[tuple[str, list[str], bool]] = []
    in_ept = set(held.loc[(kind == "qpv") & (held["parent_kind"] == "ept"), "territory"])
    for (parent, parent_kind), rows in held.groupby(["parent", "parent_kind"]):
        own = kind[rows.index]
        quartiers = list(rows.loc[own == "qpv", "territory"])
        epts = list(rows.loc[own == "ept", "territory"])
        parts = [*quartiers, *(one for one in epts if one in added)]
        if parts:
            found.append((str(parent), parts, bool(summed[parent])))
        others = [*epts, *(one for one in quartiers if one not in in_ept)]
        if parent_kind == "departement" and set(others) != set(parts):
            found.append((str(parent), others, False))
    return found

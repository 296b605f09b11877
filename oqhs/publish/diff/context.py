"""What differs around the figures: cards, method, settings and files, and what that may have moved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

import pandas as pd

from oqhs.publish.diff.causes import (
    DECLARED,
    METHOD,
    OF_INPUTS,
    PARAMETER,
    PERIMETER,
    SOFTWARE,
    Cause,
    Causes,
)
from oqhs.publish.diff.evidence import short, written
from oqhs.publish.diff.folders import Released
from oqhs.publish.shelf import CHANGELOG

_Found = Sequence[tuple[Cause, ...]]
_Row = tuple[str, str, str, str, int]
#: Files that tell of the release before: they differ whenever there is one.
_OF_BEFORE = {CHANGELOG, "datapackage.json"}


def inputs_of(causes: Causes, found: _Found) -> pd.DataFrame:
    """Tell the cards that differ: `card`, `change`, `before`, `after`, `figures` each may have moved."""
    old, new = causes.before.inputs, causes.after.inputs
    counted = Counter(found)
    rows = []
    for name in sorted(old.keys() | new.keys()):
        if name in old and name in new and name not in causes.corrected:
            continue
        change = "corrigée" if name in causes.corrected else "ajoutée" if name in new else "retirée"
        told = [_card(one.get(name)) for one in (old, new)]
        rows.append((name, change, *told, _moved(counted, OF_INPUTS, name)))
    return pd.DataFrame(rows, columns=["card", "change", "before", "after", "figures"])


def method_of(causes: Causes, found: _Found) -> pd.DataFrame:
    """Tell what else differs: `what`, `name`, `before`, `after`, `figures` it may have moved."""
    counted = Counter(found)
    rows = [*_recipes(causes, counted)]
    for one, cause in causes.declared:
        moved = sum(times for each, times in counted.items() if cause in each)
        rows.append((DECLARED, str(one.get("territory")), "", cause.evidence, moved))
    old, new = causes.before, causes.after
    files = (METHOD, PERIMETER, DECLARED)
    for what, first, second, kinds in (
        ("définition", *_in_both(old.definitions or {}, new.definitions or {}), (METHOD,)),
        (PARAMETER, old.parameters, new.parameters, (PARAMETER,)),
        ("réglage", old.settings, new.settings, files),
        ("référentiel", old.catalogue, new.catalogue, files),
        ("version", old.versions, new.versions, (SOFTWARE,)),
    ):
        rows += [
            (what, name, old_text, new_text, _moved(counted, kinds, name))
            for name, old_text, new_text in _unlike(first, second)
        ]
    return pd.DataFrame(rows, columns=["what", "name", "before", "after", "figures"])


def files_of(before: Released, after: Released) -> pd.DataFrame:
    """Tell the files that differ: `file`, `change`; those that tell of the release before are left out."""
    old, new = before.manifest.outputs, after.manifest.outputs
    rows = []
    for name in sorted(old.keys() | new.keys()):
        if name.rsplit("/", 1)[-1] in _OF_BEFORE or old.get(name) == new.get(name):
            continue
        rows.append((name, "ajouté" if name not in old else "retiré" if name not in new else "modifié"))
    return pd.DataFrame(rows, columns=["file", "change"])


def _recipes(causes: Causes, counted: Counter[tuple[Cause, ...]]) -> Iterator[_Row]:
    old, new = causes.before, causes.after
    if old.perimeter != new.perimeter:
        moved = sum(times for each, times in counted.items() if any(one.kind == PERIMETER for one in each))
        yield (PERIMETER, "quartiers", old.perimeter, new.perimeter, moved)
    if old.diffusion != new.diffusion:
        yield ("diffusion", "édition", old.diffusion, new.diffusion, _moved(counted, (METHOD,), "diffusion"))
    planned = [name for name in old.recipe.indicators if name in new.recipe.indicators]
    for name in planned:
        first, second = causes.recipe(name)
        if first != second:
            yield ("recette", name, written(first), written(second), _moved(counted, (METHOD,), name))


def _in_both(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Leave out what one of two releases does not know."""
    both = old.keys() & new.keys()
    first, second = ({name: one[name] for name in both} for one in (old, new))
    return first, second


def _unlike(old: Mapping[str, object], new: Mapping[str, object]) -> Iterator[tuple[str, str, str]]:
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) != new.get(name):
            yield name, short(old.get(name)), short(new.get(name))


def _moved(counted: Mapping[tuple[Cause, ...], int], kinds: Iterable[str], name: str) -> int:
    """Count the figures one of whose causes, of some kinds, is about a name."""
    wanted = set(kinds)
    return sum(
        times
        for each, times in counted.items()
        if any(one.kind in wanted and name in one.about for one in each)
    )


def _card(card: Mapping[str, object] | None) -> str:
    if card is None:
        return ""
    told = [str(card[name]) for name in ("year", "perimeter") if name in card]
    return ", ".join([*told, short(card.get("sha256", card.get("published_rows", "")))])

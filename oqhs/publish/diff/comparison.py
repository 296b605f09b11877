"""Two releases compared figure by figure, each change with its causes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from oqhs.catalogue import Catalogue
from oqhs.entries import DIFFUSIONS
from oqhs.errors import DataError
from oqhs.publish.diff.causes import ADDED, REMOVED, UNEXPLAINED, Case, Cause, Causes
from oqhs.publish.diff.context import files_of, inputs_of, method_of
from oqhs.publish.diff.folders import KEYS, Released, read_release
from oqhs.publish.diff.wording import CHANGES, STATUS, VALUE, sentences
from oqhs.publish.manifest import MANIFEST
from oqhs.text import SECRET

TABLE_COLUMNS = [
    "indicator",
    "territory",
    "label",
    "indicator_label",
    "change",
    "value_before",
    "value_after",
    "status_before",
    "status_after",
    "year_before",
    "year_after",
    "perimeter_before",
    "perimeter_after",
    "causes",
    "evidence",
    "sentence",
]
#: From the widest to the narrowest, as they are read.
_KINDS = ("ensemble_qpv", "hors_qpv", "regroupement", "qpv", "ept", "epci", "commune", "departement")
#: Territories whose figures those of another feed, by its kind; the others feed everything.
_FED = {
    "qpv": {"ensemble_qpv", "hors_qpv", "regroupement"},
    "regroupement": set(),
    "ensemble_qpv": {"hors_qpv"},
    "hors_qpv": set(),
    "commune": {"communes", "ept", "epci", "departement", "hors_qpv"},
    "departement": {"hors_qpv"},
    "ept": set(),
}


@dataclass(frozen=True)
class Diff:
    """What changed from a release to another.

    Attributes
    ----------
    before, after : Released
        The two releases; what was changed in them by hand is in `altered`.
    table : DataFrame
        A row per figure that changed: `TABLE_COLUMNS`; `causes` and `evidence` hold tuples, the second one
        telling each cause with what shows it. A value that secrecy covers after is missing before too.
    summary : DataFrame
        A row per indicator: `indicator`, `indicator_label`, `compared`, how many changed in each way
        (`valeur`, `statut`, `ajouté`, `retiré`), `unchanged`, `detail` (same figure, but another interval,
        numerator, year, origin or note) and `causes`.
    inputs : DataFrame
        Cards that differ: `card`, `change`, `before`, `after`, and how many figures they may have moved.
    method : DataFrame
        Definitions, parameters, settings… that differ: `what`, `name`, `before`, `after`, `figures`.
    files : DataFrame
        Files that differ: `file`, `change`.
    """

    before: Released
    after: Released
    table: pd.DataFrame
    summary: pd.DataFrame
    inputs: pd.DataFrame
    method: pd.DataFrame
    files: pd.DataFrame

    @property
    def invented(self) -> bool:
        """Whether the data of either are."""
        return self.before.manifest.invented or self.after.manifest.invented

    @property
    def diffusion(self) -> str:
        """How far the comparison may go: as far as the narrower of the two."""
        return min(self.before.manifest.diffusion, self.after.manifest.diffusion, key=DIFFUSIONS.index)

    @property
    def unexplained(self) -> pd.DataFrame:
        """Changes that nothing in the two manifests explains."""
        return self.table[[UNEXPLAINED in causes for causes in self.table["causes"]]]


def diff(a: Path, b: Path, catalogue: Catalogue) -> Diff:
    """Compare two releases.

    Figures are compared exactly: a release holds twelve digits of them. Where several things changed that
    a figure is computed from, all of them are told: only a release of each would tell them apart.

    Parameters
    ----------
    a, b : Path
        Folders of the releases, the earlier one first.
    catalogue : Catalogue
        What the indicators are.

    Raises
    ------
    DataError
        A folder is not a release, or not a whole one; or they are of two départements.
    """
    before, after = read_release(Path(a)), read_release(Path(b))
    first, second = (one.manifest.recipe.departement for one in (before, after))
    if first != second:
        raise DataError(
            "these releases are of two départements",
            file=after.folder / MANIFEST,
            column="recipe.departement",
            found=second,
            allowed=first,
            todo="compare two releases of one département",
        )
    causes = Causes(before.manifest, after.manifest, catalogue)
    pairs = _paired(before, after, catalogue)
    changed = pairs[pairs["change"] != ""].reset_index(drop=True)
    found = _explained(changed, causes, before, after)
    changed = changed.assign(
        causes=[tuple(dict.fromkeys(one.kind for one in each)) for each in found],
        evidence=[tuple(map(str, each)) for each in found],
    )
    table = changed.assign(sentence=sentences(changed, catalogue))[TABLE_COLUMNS]
    return Diff(
        before,
        after,
        table,
        _summary(pairs, table),
        inputs_of(causes, found),
        method_of(causes, found),
        files_of(before, after),
    )


def _paired(before: Released, after: Released, catalogue: Catalogue) -> pd.DataFrame:
    """Put the figures of two releases side by side, and name how each changed (empty: it did not)."""
    old, new = before.observations, after.observations
    pairs = old.merge(new, on=KEYS, how="outer", suffixes=("_before", "_after"), indicator="_side")
    moved = _differ(pairs, "value")
    status = _differ(pairs, "status")
    sides = [pairs["_side"] == "right_only", pairs["_side"] == "left_only"]
    pairs["change"] = np.select([*sides, status, moved], [ADDED, REMOVED, STATUS, VALUE], default="")
    # What secrecy now covers is not said again.
    pairs["value_before"] = pairs["value_before"].mask(pairs["status_after"] == SECRET)
    shared = [
        name for name in old.columns if name in new.columns and name not in {*KEYS, "diffusion", "invented"}
    ]
    others = np.logical_or.reduce([_differ(pairs, name) for name in shared])
    pairs["detail"] = others & (pairs["change"] == "")
    return _ordered(_named(pairs, before, after, catalogue), catalogue)


def _named(pairs: pd.DataFrame, before: Released, after: Released, catalogue: Catalogue) -> pd.DataFrame:
    """Add `label`, `kind` and `indicator_label`: those of the later release where both have one."""
    known = pd.concat([after.territories, before.territories])
    known = known[~known.index.duplicated()]
    labels, code = known["label"].to_dict(), pairs["territory"]
    # Communes that are taken together have the codes of all of them.
    names = {one: " + ".join(labels.get(part, part) for part in one.split("+")) for one in set(code)}
    perimeter = pairs["perimeter_after"].fillna(pairs["perimeter_before"]).astype("str")
    guess = pd.Series(np.where(perimeter.str.startswith("qpv"), "qpv", "communes"), pairs.index)
    told = pairs["indicator"].map({name: one.label for name, one in catalogue.indicators.items()})
    return pairs.assign(
        label=code.map(names).astype("str"),
        kind=code.map(known["kind"]).fillna(guess).astype("str"),
        indicator_label=told.fillna(pairs["indicator"]).astype("str"),
    )


def _ordered(pairs: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Sort by indicator as in the catalogue, then from wide territories to narrow ones, then by code."""
    others = sorted(set(pairs["indicator"]) - set(catalogue.indicators))
    ranks = {name: rank for rank, name in enumerate([*catalogue.indicators, *others])}
    kinds = {name: rank for rank, name in enumerate(_KINDS)}
    keys = pd.DataFrame(
        {
            "indicator": pairs["indicator"].map(ranks),
            "kind": pairs["kind"].map(kinds).fillna(len(kinds)),
            "code": pairs["territory"],
        }
    )
    return pairs.loc[keys.sort_values(list(keys)).index].reset_index(drop=True)


def _differ(pairs: pd.DataFrame, name: str) -> np.ndarray:
    """Tell where two columns differ; a missing value is like another."""
    old, new = pairs[f"{name}_before"], pairs[f"{name}_after"]
    unlike = (old != new).fillna(value=True).to_numpy(dtype=bool)
    return np.asarray(unlike & ~(old.isna() & new.isna()).to_numpy())


def _explained(
    changed: pd.DataFrame, causes: Causes, before: Released, after: Released
) -> list[tuple[Cause, ...]]:
    """Give the causes of every row, found once for the rows that have everything in common."""
    origins = pd.concat([changed["origin_before"], changed["origin_after"]], axis=1)
    both = changed["change"].isin([VALUE, STATUS])
    cases = pd.DataFrame(
        {
            "indicator": changed["indicator"],
            "kind": changed["kind"],
            "change": changed["change"],
            "insee": (origins == "insee").all(axis=1) & both,
            "estimated": (origins == "oqhs_estimate").any(axis=1),
            "status_before": changed["status_before"].fillna("").astype("str"),
            "status_after": changed["status_after"].fillna("").astype("str"),
            "source_before": changed["source_before"].fillna("").astype("str"),
            "source_after": changed["source_after"].fillna("").astype("str"),
            "year_before": changed["year_before"].astype("Int64"),
            "year_after": changed["year_after"].astype("Int64"),
            "perimeter_before": changed["perimeter_before"].fillna("").astype("str"),
            "perimeter_after": changed["perimeter_after"].fillna("").astype("str"),
            "new_indicator": _alone(changed, "indicator", before, after),
            "new_territory": _alone(changed, "territory", before, after),
            "corrections": _corrections(changed, causes, before, after),
        }
    )
    number = cases.groupby(list(cases), sort=False, dropna=False).ngroup().to_numpy()
    rows = cases.loc[~pd.Series(number, cases.index).duplicated()].to_dict("records")
    found = [causes.of(_case(row)) for row in rows]
    return [found[which] for which in number]


def _case(row: dict[str, object]) -> Case:
    years = [None if pd.isna(row[name]) else int(row[name]) for name in ("year_before", "year_after")]  # type: ignore[call-overload]
    sources = f"{row['source_before']}+{row['source_after']}".split("+")
    return Case(
        indicator=str(row["indicator"]),
        kind=str(row["kind"]),
        change=str(row["change"]),
        insee=bool(row["insee"]),
        estimated=bool(row["estimated"]),
        statuses=frozenset({str(row["status_before"]), str(row["status_after"])}),
        sources=frozenset(sources) - {""},
        years=(years[0], years[1]),
        perimeters=(str(row["perimeter_before"]) or None, str(row["perimeter_after"]) or None),
        new_indicator=bool(row["new_indicator"]),
        new_territory=bool(row["new_territory"]),
        corrections=row["corrections"],  # type: ignore[arg-type]
    )


def _alone(changed: pd.DataFrame, name: str, before: Released, after: Released) -> pd.Series:
    """Tell the rows whose indicator, or territory, one of the releases has no figure of."""
    both = set(before.observations[name]) & set(after.observations[name])
    return ~changed[name].isin(both)


def _corrections(changed: pd.DataFrame, causes: Causes, before: Released, after: Released) -> pd.Series:
    """Give the numbers of the declared corrections each row may come from."""
    touched = pd.Series([()] * len(changed), changed.index, dtype=object)
    parents = pd.concat([before.memberships, after.memberships])
    kinds = pd.concat([after.territories, before.territories])["kind"]
    kinds = kinds[~kinds.index.duplicated()]
    for number, (one, _) in enumerate(causes.declared):
        code = str(one.get("territory"))
        fed = _FED.get(str(kinds.get(code)))
        concerned = changed["territory"] == code
        concerned |= changed["kind"].isin(fed) if fed is not None else True
        groups = set(
            parents.loc[(parents["territory"] == code) & (parents["parent_kind"] == "regroupement"), "parent"]
        )
        concerned &= (changed["kind"] != "regroupement") | changed["territory"].isin({code, *groups})
        concerned &= changed["indicator"].isin(
            [name for name in set(changed["indicator"]) if causes.uses(name, one)]
        )
        touched[concerned] = touched[concerned].map(lambda held, number=number: (*held, number))
    return touched


def _summary(pairs: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    counts = pd.crosstab(pairs["indicator"], pairs["change"]).reindex(columns=["", *CHANGES], fill_value=0)
    order = pairs.drop_duplicates("indicator").set_index("indicator")
    counts = counts.reindex(order.index)
    told = table.groupby("indicator")["causes"].agg(
        lambda rows: tuple(dict.fromkeys(one for each in rows for one in each))
    )
    return pd.DataFrame(
        {
            "indicator_label": order["indicator_label"],
            "compared": counts.sum(axis=1),
            **{name: counts[name] for name in CHANGES},
            "unchanged": counts[""],
            "detail": pairs.groupby("indicator")["detail"].sum().reindex(order.index),
            "causes": [told.get(name, ()) for name in order.index],
        }
    ).reset_index()

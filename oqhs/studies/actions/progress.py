"""How far the fiches action are: what was achieved of what was aimed at, by quartier, EPT and département."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from oqhs.catalogue import Catalogue, built_in
from oqhs.entries import Diffusion
from oqhs.geography import Geography
from oqhs.studies.actions.catalogue import Actions
from oqhs.studies.actions.hiding import hidden_rows
from oqhs.studies.actions.mentions import without_traces
from oqhs.studies.actions.reading import KEY
from oqhs.studies.actions.territories import GROUP, added_up, kinds, refuse_strangers, wholes
from oqhs.tables import worst_status
from oqhs.text import OBSERVED, SECRET, format_number

PROGRESS_COLUMNS = [
    "action",
    "indicator",
    "territory",
    "kind",
    "period",
    "target",
    "achieved",
    "rate_pct",
    "status",
    "summed",
    "coverage",
    "n_known",
    "n_total",
    "source",
    "note",
]
#: The whole note of a figure that is hidden.
HIDDEN = "secret statistique"
_DIFFERS = "le total livré n'est pas la somme des territoires suivis"
_MARK = " ; "


def progress(
    table: pd.DataFrame,
    geography: Geography,
    actions: Actions,
    *,
    diffusion: Diffusion = "partenaires",
    catalogue: Catalogue | None = None,
) -> pd.DataFrame:
    """Measure how far actions are, by quartier, EPT and département.

    A figure given for an EPT or the département stands as it was given. Where there is none, those of its
    quartiers are added up if they may be. The département adds up the quartiers, and the EPT none of whose
    quartiers is followed. A quartier that lies in several EPT is counted in the département only.

    Parameters
    ----------
    table : DataFrame
        As `read` gives it.
    geography : Geography
        Territories of the edition.
    actions : Actions
        The fiches it is about.
    diffusion : {"partenaires", "public", "interne"}
        But for `interne`, counts of persons under `secret_departement_min` are hidden, with what would give
        them back (see `oqhs.studies.actions.hiding`) and what was noted of them; a source or a note that may
        tell who somebody is gives way to `oqhs.studies.actions.mentions.SET_ASIDE`.
    catalogue : Catalogue, optional
        Thresholds; those of the package by default. They are those in force at the end of the last period.

    Returns
    -------
    DataFrame
        `PROGRESS_COLUMNS`, sorted by action (in the order of `actions`), follow-up, year, then département,
        EPT and quartiers. `target` and `achieved` in the unit of the follow-up; `rate_pct` is unrounded: what
        was achieved of what was aimed at, in per cent, over the same territories; missing when one is, or
        when nothing was aimed at. `n_known` of the `n_total` territories of the table are known (`coverage`
        is their share): a sum of fewer is a minimum, and says so. `summed` says that it is a sum; that of the
        département names the EPT whose own figure is not in it and is not the sum of their quartiers.

    Raises
    ------
    DataError
        A territory is not one of the edition.
    UnknownError
        An action or a follow-up is not one of `actions`.
    """
    refuse_strangers(table["territory"], geography, "the table of follow-up")
    pairs = table[["action", "indicator"]].drop_duplicates()
    known = {(a, name): actions.follow_up(a, name) for a, name in pairs.itertuples(index=False)}
    parents = wholes(geography)
    given = _given(table, geography)
    if diffusion != "interne":
        given = given.assign(**{name: without_traces(given[name]) for name in ("source", "note")})
    adding = [key for key, one in known.items() if one.additive]
    sums = _sums(given[_keys(given).isin(adding)], parents)
    rows = pd.concat([given, _not_given(sums, given)], ignore_index=True)
    rows = _with_rates(_with_set_aside(_with_sums(rows, sums), parents))
    people = [key for key, one in known.items() if one.persons]
    if diffusion != "interne" and people and len(rows):
        found = built_in() if catalogue is None else catalogue
        day = dt.date(int(rows["period"].max()), 12, 31)
        least, level = (
            found.threshold(name, day) for name in ("secret_departement_min", "secret_protection")
        )
        counted = rows[_keys(rows).isin(people)]
        rows = _without(rows, counted.index, hidden_rows(counted, parents, int(least), level))
    return _laid_out(rows, actions)


def _keys(rows: pd.DataFrame) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(rows[["action", "indicator"]])


def _given(table: pd.DataFrame, geography: Geography) -> pd.DataFrame:
    """Give the rows of the table, each known or not."""
    observed = table["status"] == OBSERVED
    return table.assign(
        kind=kinds(table["territory"], geography),
        summed=False,
        n_known=observed.astype("int64"),
        n_total=1,
        aimed=table["target"].where(observed),
        of_parts=np.nan,
        left_out="",
    )


def _sums(given: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """Add quartiers up into their EPT and the département, and there EPT without a quartier followed.

    `aimed` is what was aimed at in the territories whose figure is known; missing when one has no target.
    """
    columns = [*GROUP, "territory", "target", "achieved", "aimed", "status", "n_known", "source"]
    parts = given.loc[added_up(given, pairs), columns].merge(pairs, on="territory")
    by = [*GROUP, "parent", "parent_kind"]
    left = parts[~parts["whole"]].groupby(by)["territory"].agg(_codes).rename("left_out")
    parts = parts[parts["whole"]]
    parts = parts.assign(
        untold=parts["target"].isna(), unaimed=parts["aimed"].isna() & (parts["n_known"] == 1)
    )
    grouped = parts.groupby(by)
    found = grouped.agg(
        target=("target", "sum"),
        achieved=("achieved", "sum"),
        aimed=("aimed", "sum"),
        untold=("untold", "any"),
        unaimed=("unaimed", "any"),
        n_known=("n_known", "sum"),
        n_total=("n_known", "size"),
        source=("source", lambda cells: _MARK.join(sorted(set(cells)))),
    )
    none = found["n_known"] == 0
    found["target"] = found["target"].mask(found["untold"])
    found["achieved"] = found["achieved"].mask(none)
    found["aimed"] = found["aimed"].mask(none | found["unaimed"])
    found["status"] = grouped["status"].agg(lambda cells: worst_status(cells.to_frame().T).iloc[0])
    found["status"] = found["status"].where(none, OBSERVED)
    found = found.drop(columns=["untold", "unaimed"]).join(left).reset_index()
    names = {"parent": "territory", "parent_kind": "kind"}
    return found.rename(columns=names).assign(summed=True, of_parts=np.nan, note="")


def _codes(cells: pd.Series) -> str:
    return ", ".join(sorted(cells))


def _not_given(sums: pd.DataFrame, given: pd.DataFrame) -> pd.DataFrame:
    """Leave out the sums of territories that have a figure of their own."""
    there = pd.MultiIndex.from_frame(sums[KEY]).isin(pd.MultiIndex.from_frame(given[KEY]))
    return sums[~there]


def _with_sums(rows: pd.DataFrame, sums: pd.DataFrame) -> pd.DataFrame:
    """Put beside a figure that was given the sum of its parts that contradicts it."""
    other = sums.set_index(KEY)
    whole = other["achieved"].where(other["n_known"] == other["n_total"])
    keys = pd.MultiIndex.from_frame(rows[KEY])
    complete, least = (one.reindex(keys).to_numpy() for one in (whole, other["achieved"]))
    achieved = rows["achieved"].to_numpy()
    against = ~rows["summed"].to_numpy() & ((achieved != complete) | (least > achieved))
    against &= ~np.isnan(achieved) & (~np.isnan(complete) | (least > achieved))
    return rows.assign(
        of_parts=np.where(against, least, np.nan),
        unlike=~rows["summed"].to_numpy() & (achieved != complete),
        left_out=rows["left_out"].fillna(""),
    )


def _with_set_aside(rows: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """Name beside the sum of the département the EPT whose own figure says more than their quartiers."""
    aside = rows["unlike"] & (rows["kind"] == "ept") & (rows["status"] == OBSERVED) & ~added_up(rows, pairs)
    names = rows[aside].groupby(GROUP)["territory"].agg(_codes)
    told = names.reindex(pd.MultiIndex.from_frame(rows[GROUP])).fillna("").to_numpy()
    return rows.assign(set_aside=np.where(rows["summed"] & (rows["kind"] == "departement"), told, ""))


def _with_rates(rows: pd.DataFrame) -> pd.DataFrame:
    rates = 100 * rows["achieved"] / rows["aimed"].where(rows["aimed"] > 0)
    return rows.assign(rate_pct=rates, coverage=rows["n_known"] / rows["n_total"], hidden=False)


def _without(rows: pd.DataFrame, people: pd.Index, hidden: pd.Index) -> pd.DataFrame:
    """Take hidden figures out, with what would tell them in the notes of their group."""
    out = rows.index.isin(hidden)
    touched = pd.Series(out, rows.index).groupby([rows[name] for name in GROUP]).transform("any")
    # A count that its producer hid is not told by what was noted beside it either.
    kept_back = rows.index.isin(people) & (out | (rows["status"] == SECRET))
    return rows.assign(
        note=rows["note"].mask(kept_back, ""),
        achieved=rows["achieved"].mask(out),
        rate_pct=rows["rate_pct"].mask(out),
        status=rows["status"].mask(out, SECRET),
        hidden=out,
        # That they differ is told; by how much would give a hidden count back.
        of_parts=rows["of_parts"].mask(touched & rows["of_parts"].notna(), np.inf),
    )


def _laid_out(rows: pd.DataFrame, actions: Actions) -> pd.DataFrame:
    """Write the notes, and sort."""
    noted = rows.assign(note=[_note(row) for row in rows.to_dict("records")])
    place = {name: number for number, name in enumerate(actions.actions)}
    order = {"departement": 0, "ept": 1, "qpv": 2}
    sort = [noted["action"].map(place), noted["kind"].map(order)]
    noted = noted.assign(_place=sort[0], _order=sort[1])
    noted = noted.sort_values(["_place", "indicator", "period", "_order", "territory"], ignore_index=True)
    types = {"n_known": "int64", "n_total": "int64", "period": "Int64", "summed": "bool"}
    return noted[PROGRESS_COLUMNS].astype(types)


def _note(row: dict[str, object]) -> str:
    """Say in French what limits a figure; of one that is hidden, only that it is."""
    if row["hidden"]:
        return HIDDEN
    told = [str(row["note"])] if row["note"] else []
    known, total = int(row["n_known"]), int(row["n_total"])  # type: ignore[call-overload]
    if row["summed"] and 0 < known < total:
        told.append(
            f"partiel : {known} des {total} territoires suivis sont connus, le réalisé est un minimum"
        )
    if row["summed"] and known == 0:
        told.append("aucun des territoires suivis n'est connu")
    if row["left_out"]:
        told.append(f"sans {row['left_out']}, à cheval sur plusieurs EPT")
    if row["set_aside"]:
        told.append(f"sans le total livré de {row['set_aside']}, dont des quartiers sont suivis")
    if row["status"] == OBSERVED and np.isnan(float(row["rate_pct"])):  # type: ignore[arg-type]
        told.append("pas de taux : une cible manque ou est nulle")
    parts = float(row["of_parts"])  # type: ignore[arg-type]
    if np.isfinite(parts):
        total_words = format_number(float(row["achieved"]))  # type: ignore[arg-type]
        told.append(f"{_DIFFERS} : {total_words} contre {format_number(parts)}")
    elif not np.isnan(parts):
        told.append(_DIFFERS)
    return _MARK.join(told)

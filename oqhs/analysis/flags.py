"""Flags: the figures of quartiers that the rules of the observatory point at, and the décrochages.

Only what is observed and publishable, of an indicator that is not neutral, is flagged. The kinds of flags:

- `ecart`: an unfavourable gap to a reference that reaches its bar;
- `creusement`: such a gap that grew by its bar, between two editions that may be compared;
- `seuil`: a value at an absolute bar or beyond it;
- `position`: a value apart from those of the other quartiers: information, internal, never a décrochage;
- `decrochage`: an `ecart` whose gap widened too, or that is found at several references. Its row is that of
  the first of the surest references, `confirmed_by` lists the others (`ecart:commune, creusement:ept`).

`bar` is in the unit of the indicator, held against the gap, or against the value (`seuil`, `position`). That
of a widening is held against `widened_by`, in the unit or in points of the value of the reference.

`state` is `ferme` where the one-sided test of a sampled gap against its bar passes Benjamini-Hochberg in its
family, indicator × reference (a gap is sampled as soon as one of its sides is: a quartier where everybody was
counted, against the département); `constate` where the figure was counted or measured; `a_confirmer` where it
is sampled and not firm, estimated by the observatory on either side, of a source of unknown precision, or
partial: the missing part may bring it back under its bar. What cannot be firm (estimates, partial figures) is
not of the family. A widening is described, not tested: of a sampled indicator it stays to be confirmed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from oqhs.analysis.change import CHANGE_COLUMNS
from oqhs.analysis.gaps import GAP_COLUMNS
from oqhs.analysis.lenses import (
    BAR,
    GAP,
    POSITION,
    WIDENING,
    by_bar,
    by_gap,
    by_position,
    by_widening,
    judgeable,
)
from oqhs.analysis.uncertainty import EXHAUSTIVE, FISCAL, MEASURED, SAMPLED, UNKNOWN, require
from oqhs.analysis.words import BY_SUPPORT, DROPPING, sentences
from oqhs.entries import Indicator
from oqhs.errors import MeasureError
from oqhs.rules import LENSES, Rules

FIRM, NOTED, TO_CONFIRM = "ferme", "constate", "a_confirmer"
#: How a state is printed.
STATE_WORDS = {FIRM: "ferme", NOTED: "constaté", TO_CONFIRM: "à confirmer"}
KINDS = (DROPPING, GAP, WIDENING, BAR, POSITION)
#: What a table of gaps has besides `GAP_COLUMNS`, to be judged.
JUDGED_COLUMNS = [*GAP_COLUMNS, "gap_se", "gap_ci_lower", "gap_ci_upper", "sampling", "publishable"]
FLAG_COLUMNS = [
    "territory",
    "indicator",
    "theme",
    "rule",
    "kind",
    "state",
    "reference",
    "reference_territory",
    "value",
    "reference_value",
    "gap",
    "bar",
    "widened_by",
    "confirmed_by",
    "ci_lower",
    "ci_upper",
    "hors_qpv_value",
    "hors_qpv_gap",
    "year",
    "perimeter",
    "diffusion",
    "sentence",
]
_REFERENCES = ("departement", "ept", "commune", "ensemble_qpv", "hors_qpv", "")
_SAMPLINGS = (SAMPLED, EXHAUSTIVE, MEASURED, FISCAL, UNKNOWN)
_ZONE = ["territory", "indicator"]
_FIGURES = ["value", "reference_value", "gap", "gap_se", "bar", "widened_by", "ci_lower", "ci_upper",
            "hors_qpv_value", "hors_qpv_gap", "gap_before", "gap_after", "share_before", "share"]  # fmt: skip
_CARRIED = ["rule", "reference", "reference_territory", "perimeter", "confirmed_by", "doubt", "sampling",
            "scale", "hors_qpv"]  # fmt: skip


def flags_of(
    gaps: pd.DataFrame,
    changes: pd.DataFrame | None,
    indicators: Mapping[str, Indicator],
    rules: Rules,
    *,
    day: dt.date,
    names: Callable[[str, str], str],
    diffusion: str,
) -> pd.DataFrame:
    """Flag the figures that the rules point at, and say which gaps make a décrochage.

    Parameters
    ----------
    gaps : DataFrame
        `JUDGED_COLUMNS`, all the references stacked, of quartiers alone (a group would count as one more):
        gaps as `compare` gives them, their interval in points, and of the value of the quartier how it was
        had (`sampling`) and whether it may be published. `hors_qpv` stands beside every other gap.
    changes : DataFrame or None
        Changes since an earlier edition, as `evolution` gives them, stacked too.
    indicators, rules, day
        Indicators by id, in the order of the themes; the rules, and the day whose values hold.
    names : callable
        Name of a territory from its code and a form, `label_de` or `label_article`.
    diffusion : str
        That of the edition; positions, and what is to be confirmed, are `interne` anyway.

    Returns
    -------
    DataFrame
        `FLAG_COLUMNS`, one row per flag, by territory, then indicator, kind, reference and rule.

    Raises
    ------
    MeasureError
        A column is missing, a row stands twice, or a kind of sampling is not known.
    UnknownError
        A parameter of the rules has no value in force on that day.
    """
    _check(gaps, changes)
    flags = _found(judgeable(gaps, indicators), changes, indicators, rules, day)
    sure = np.where(flags["sampling"] == SAMPLED, FIRM, NOTED)
    flags["state"] = np.where(flags["doubt"] == "", sure, TO_CONFIRM)
    internal = (flags["state"] == TO_CONFIRM) | (flags["kind"] == POSITION)
    flags["diffusion"] = np.where(internal, "interne", diffusion)
    flags["theme"] = flags["indicator"].map({name: one.theme for name, one in indicators.items()})
    flags["sentence"] = pd.Series(sentences(flags, indicators, names), index=flags.index, dtype="str")
    return flags[FLAG_COLUMNS].astype(dict.fromkeys(["state", "diffusion", "theme"], "str"))


def _found(
    rows: pd.DataFrame,
    changes: pd.DataFrame | None,
    indicators: Mapping[str, Indicator],
    rules: Rules,
    day: dt.date,
) -> pd.DataFrame:
    """Look through every lens, and make the décrochages of what the first two show; sorted."""
    cover = rules.parameter("coverage_min", day)
    held = {lens: rules.holding(lens, indicators, day) for lens in LENSES}
    beyond = by_gap(rows, held["gap"], level=rules.parameter("fdr", day), coverage_min=cover)
    moved = changes if changes is not None else pd.DataFrame(columns=CHANGE_COLUMNS)
    grown = by_widening(rows, moved, held["widening"], coverage_min=cover)
    dropped = _droppings(beyond, grown, rules.parameter("references_min", day))
    bars = by_bar(rows, held["bar"], indicators, coverage_min=cover)
    places = by_position(rows, held["position"], coverage_min=cover)
    return _beside(_stacked([dropped, beyond, grown, bars, places]), rows, indicators)


def _check(gaps: pd.DataFrame, changes: pd.DataFrame | None) -> None:
    """Refuse tables that cannot be judged."""
    require(gaps, JUDGED_COLUMNS, "gaps")
    if changes is not None:
        require(changes, CHANGE_COLUMNS, "changes")
    for name, table in (("gaps", gaps), ("changes", changes)):
        if table is None:
            continue
        keys = table[[*_ZONE, "reference"]]
        if keys.duplicated().any():
            raise MeasureError(
                "a territory, an indicator and a reference stand twice",
                column=name,
                found=" ".join(map(str, keys[keys.duplicated()].iloc[0])),
                allowed="one row each",
                todo="give one edition, each of its references once",
            )
    strange = sorted(set(gaps["sampling"].dropna()) - set(_SAMPLINGS))
    if strange:
        raise MeasureError(
            "no such kind of sampling",
            column="sampling",
            found=", ".join(map(str, strange)),
            allowed=", ".join(_SAMPLINGS),
        )


def _droppings(beyond: pd.DataFrame, grown: pd.DataFrame, references_min: float) -> pd.DataFrame:
    """Find the décrochages: one row each, that of the reference that is surest, with what confirms it."""
    keys = [*_ZONE, "reference"]
    widening = grown[[*keys, "doubt"]].rename(columns={"doubt": "widening_doubt"})
    found = beyond.merge(widening, how="left", on=keys)
    found["sure"] = found["doubt"] == ""
    found["widened"] = found["widening_doubt"].notna()
    found["widened_sure"] = found["widening_doubt"] == ""
    zones = found.groupby(_ZONE, sort=False)
    several = zones["sure"].transform("size") >= references_min
    several_sure = zones["sure"].transform("sum") >= references_min
    found["settled"] = found["sure"] & (several_sure | found["widened_sure"])
    found = found[several | found["widened"]].copy()
    found["order"] = found["reference"].map(_rank(_REFERENCES))
    # The surest first: settled, then of a sure gap, then widening; the references in their order.
    by = ["settled", "sure", "widened", "order"]
    found = found.sort_values([*_ZONE, *by], ascending=[True, True, False, False, False, True])
    first = found.drop_duplicates(_ZONE).assign(kind=DROPPING)
    first["doubt"] = first["doubt"].mask(first["sure"] & ~first["settled"], BY_SUPPORT)
    first["confirmed_by"] = _support(beyond, grown, first)
    return first


def _support(beyond: pd.DataFrame, grown: pd.DataFrame, first: pd.DataFrame) -> pd.Series:
    """List what confirms each décrochage; of one that is settled, what is sure alone."""
    said = pd.concat([_coded(beyond), _coded(grown)], ignore_index=True)
    main = first[[*_ZONE, "reference", "settled"]].rename(columns={"reference": "main"})
    said = said.merge(main, on=_ZONE)
    own = (said["kind"] == GAP) & (said["reference"] == said["main"])
    # A widening confirms the gap to the reference it is taken to.
    reached = pd.MultiIndex.from_frame(said[[*_ZONE, "reference"]]).isin(
        pd.MultiIndex.from_frame(beyond[[*_ZONE, "reference"]])
    )
    kept = said[~own & reached & (said["sure"] | ~said["settled"])]
    kept = kept.assign(order=kept["reference"].map(_rank(_REFERENCES)), rank=kept["kind"].map(_rank(KINDS)))
    kept = kept.sort_values([*_ZONE, "rank", "order"])
    listed = (kept["kind"] + ":" + kept["reference"]).groupby([kept[name] for name in _ZONE]).agg(", ".join)
    found = listed.reindex(pd.MultiIndex.from_frame(first[_ZONE]))
    return pd.Series(found.to_numpy(), index=first.index, dtype="str")


def _coded(flags: pd.DataFrame) -> pd.DataFrame:
    return flags[[*_ZONE, "reference", "kind"]].assign(sure=flags["doubt"] == "")


def _rank(names: Sequence[str]) -> dict[str, int]:
    return {name: position for position, name in enumerate(names)}


def _stacked(found: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Put flags of all the kinds together; what a kind does not have is missing, and is not made up."""
    columns = [*_ZONE, "kind", "year", "year_before", *_FIGURES, *_CARRIED]
    types = dict.fromkeys(_FIGURES, "float64") | dict.fromkeys(("year", "year_before"), "Int64")
    parts = [one.reindex(columns=columns).astype(types) for one in found]
    together = pd.concat(parts, ignore_index=True)
    words = [*_ZONE, "kind", *_CARRIED]
    return together.assign(**{name: together[name].astype("str").fillna("") for name in words})


def _beside(flags: pd.DataFrame, rows: pd.DataFrame, indicators: Mapping[str, Indicator]) -> pd.DataFrame:
    """Put beside each flag the value and the gap hors QPV, and sort them."""
    outside = rows.loc[
        rows["reference"] == "hors_qpv", [*_ZONE, "reference_territory", "reference_value", "gap"]
    ].set_axis([*_ZONE, "hors_qpv", "hors_qpv_value", "hors_qpv_gap"], axis=1)
    bare = flags.drop(columns=["hors_qpv", "hors_qpv_value", "hors_qpv_gap"])
    found = bare.merge(outside, how="left", on=_ZONE)
    ranks = {
        "indicator": _rank(list(indicators)),
        "kind": _rank(KINDS),
        "reference": _rank(_REFERENCES),
    }
    order = {f"order_{name}": found[name].map(rank) for name, rank in ranks.items()}
    keys = ["territory", *order, "rule"]
    return found.assign(**order).sort_values(keys, ignore_index=True).drop(columns=list(order))

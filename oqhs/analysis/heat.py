"""Flags at a glance: the quartier × indicator table, and how many quartiers each rule points at."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from oqhs.analysis.flags import FLAG_COLUMNS, JUDGED_COLUMNS, STATE_WORDS, TO_CONFIRM
from oqhs.analysis.lenses import BAR, GAP, bars_of
from oqhs.analysis.uncertainty import require
from oqhs.analysis.words import DROPPING
from oqhs.entries import Indicator
from oqhs.errors import MeasureError
from oqhs.rules import Rules
from oqhs.text import OBSERVED

#: What a cell of the heat table says, when it has no flag: why there is no score, or which way it goes.
CELLS = {
    "sans_valeur": "sans valeur",
    "non_publiable": "non publiable",
    "neutre": "sans sens favorable ou défavorable",
    "sans_ecart": "sans écart à la référence",
    "sans_regle": "sans seuil",
    "favorable": "plus favorable que la référence",
    "sous_seuil": "moins favorable, sous le seuil",
    "au_seuil": "moins favorable, seuil atteint",
}
HEAT_COLUMNS = [
    "territory",
    "indicator",
    "theme",
    "reference",
    "value",
    "gap",
    "bar",
    "score",
    "cell",
    "flag",
    "state",
    "text",
]
_FLAG_WORDS = {DROPPING: "décrochage", GAP: "écart", BAR: "seuil franchi"}


def heat_table(
    gaps: pd.DataFrame,
    flags: pd.DataFrame,
    indicators: Mapping[str, Indicator],
    rules: Rules,
    *,
    day: dt.date,
    reference: str = "departement",
) -> pd.DataFrame:
    """Lay out how far the gap of each quartier and indicator to a reference is from its bar.

    Parameters
    ----------
    gaps, indicators, rules, day
        As `flags_of` takes them.
    flags : DataFrame
        As `flags_of` gives them; those alone that the readers of the table may be told.
    reference : str

    Returns
    -------
    DataFrame
        `HEAT_COLUMNS`, one row per quartier and indicator: pivot it for a grid. `score` is the gap in
        multiples of its bar, −1 being right at it on the unfavourable side, positive where the gap is
        favourable; it is missing, never zero, where `cell` (`CELLS`) says that nothing is known or may be
        said. `flag` and `state` are those of the most serious flag (`decrochage`, then `ecart` to this
        reference, then `seuil`), of those to be confirmed only where no other is; empty without one.
        `text` is what is printed.

    Raises
    ------
    MeasureError
        A column is missing, or there is no gap to that reference.
    """
    require(gaps, JUDGED_COLUMNS, "gaps")
    require(flags, FLAG_COLUMNS, "flags")
    chosen = (gaps["reference"] == reference) & gaps["indicator"].isin(list(indicators))
    if not chosen.any():
        known = ", ".join(sorted(set(gaps["reference"].dropna()))) or None
        raise MeasureError("there is no gap to this reference", found=reference, allowed=known)
    rows = gaps[chosen].reset_index(drop=True)
    polarity = rows["indicator"].map({name: float(one.polarity) for name, one in indicators.items()})
    rows["bar"] = bars_of(rows, rules.holding("gap", indicators, day))
    rows["score"] = rows["gap"] * polarity / rows["bar"]
    rows["cell"] = _cells(rows, polarity)
    said = rows["cell"].isin(["favorable", "sous_seuil", "au_seuil"])
    rows["score"] = rows["score"].where(said) + 0.0
    hidden = rows["cell"].isin(["sans_valeur", "non_publiable"])
    rows = rows.assign(**{name: rows[name].mask(hidden) for name in ("value", "gap")})
    return _ordered(_flagged(rows, flags, reference), indicators)[HEAT_COLUMNS]


def _ordered(rows: pd.DataFrame, indicators: Mapping[str, Indicator]) -> pd.DataFrame:
    """Tell the theme of each row; sort by territory, then in the order of the indicators."""
    rank = rows["indicator"].map({name: rank for rank, name in enumerate(indicators)})
    theme = rows["indicator"].map({name: one.theme for name, one in indicators.items()})
    return rows.assign(theme=theme, rank=rank).sort_values(["territory", "rank"], ignore_index=True)


def _cells(rows: pd.DataFrame, polarity: pd.Series) -> pd.Series:
    """Say of each cell why it has no score, or which way it goes."""
    score = rows["score"]
    hidden = ~rows["publishable"].eq(True).fillna(False).astype(bool)
    cases = {
        "sans_valeur": (rows["status"] != OBSERVED) | rows["value"].isna(),
        "non_publiable": hidden,
        "neutre": polarity == 0,
        "sans_ecart": rows["gap"].isna(),
        "sans_regle": score.isna(),
        "favorable": score >= 0,
        "au_seuil": score <= -1 + 1e-9,
    }
    told = np.select([case.to_numpy(dtype=bool) for case in cases.values()], list(cases), "sous_seuil")
    return pd.Series(told, index=rows.index, dtype="str")


def _flagged(rows: pd.DataFrame, flags: pd.DataFrame, reference: str) -> pd.DataFrame:
    """Put the most serious flag of each quartier and indicator beside its score: one that is sure, if any."""
    zone = ["territory", "indicator"]
    elsewhere = (flags["kind"] == GAP) & (flags["reference"] != reference)
    order = {kind: rank for rank, kind in enumerate(_FLAG_WORDS)}
    told = flags[flags["kind"].isin(list(_FLAG_WORDS)) & ~elsewhere]
    told = told.assign(order=told["kind"].map(order), unsure=told["state"] == TO_CONFIRM)
    told = told.sort_values([*zone, "unsure", "order", "rule"])
    told = told.drop_duplicates(zone)[[*zone, "kind", "state"]].rename(columns={"kind": "flag"})
    found = rows.merge(told, how="left", on=zone)
    found[["flag", "state"]] = found[["flag", "state"]].astype("str").fillna("")
    words = found["flag"].map(_FLAG_WORDS) + " (" + found["state"].map(STATE_WORDS) + ")"
    found["text"] = words.where(found["flag"] != "", found["cell"].map(CELLS)).astype("str")
    return found


def shares_of_flags(
    flags: pd.DataFrame, quartiers: Sequence[str], *, by: Sequence[str] = ("rule", "kind")
) -> pd.DataFrame:
    """Tell which share of the quartiers each rule points at: not everyone is.

    Parameters
    ----------
    flags : DataFrame
        As `flags_of` gives them.
    quartiers : sequence of str
        Codes of all the quartiers, flagged or not.
    by : sequence of str
        Columns of the flags to tell apart: `rule` and `kind`, or `indicator`, `reference`, `state`…

    Returns
    -------
    DataFrame
        The columns of `by`, `flagged` (quartiers with at least one such flag), `quartiers` (all of them)
        and `share` (0 to 1), sorted. A rule that points at nobody has no row.

    Raises
    ------
    MeasureError
        There is no quartier.

    Examples
    --------
    >>> flags = pd.DataFrame({"territory": ["A", "A", "B"], "rule": "ecart", "kind": "ecart"})
    >>> shares_of_flags(flags, ["A", "B", "C", "D"]).to_dict("records")
    [{'rule': 'ecart', 'kind': 'ecart', 'flagged': 2, 'quartiers': 4, 'share': 0.5}]
    """
    known = set(quartiers)
    if not known:
        raise MeasureError("there is no quartier to take a share of", allowed="one code or more")
    inside = flags[flags["territory"].isin(list(known))]
    found = inside.groupby(list(by))["territory"].nunique().rename("flagged").reset_index()
    found["quartiers"] = len(known)
    found["share"] = found["flagged"] / found["quartiers"]
    return found.sort_values(list(by), ignore_index=True)

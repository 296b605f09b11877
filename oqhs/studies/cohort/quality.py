"""What is doubtful in a cohort without being wrong: counted, and masked where few people are concerned."""

from __future__ import annotations

import numpy as np
import pandas as pd

from oqhs.catalogue import built_in
from oqhs.secrecy import Relation, protect, remainders, sensitive_cells, statements
from oqhs.studies.cohort.model import GEOCODING, OUTSIDE, PLACED, QPV, UNPLACED, Cohort
from oqhs.text import OBSERVED, SECRET, round_half_up

QUALITY_COLUMNS = ["check", "label", "persons", "share_pct", "status"]
#: The RSA took the place of the RMI on 1 June 2009 (loi n° 2008-1249 du 1er décembre 2008).
_FIRST_DAY = pd.Timestamp("2009-06-01")
_ALL = "suivies"
_DOUBTS = {
    "voie_en_qpv": "en QPV, adresse placée à la voie : la voie peut n'y être qu'en partie",
    "non_situe_hors_qpv": "dites hors QPV, adresse non placée : laissées hors de la comparaison",
    "sortie_apres_fin": "sorties après la fin du suivi : encore présentes à cette date",
    "depart_apres_fin": "départs du quartier après la fin du suivi : sans effet",
    "ouverture_ancienne": "droit ouvert avant le RSA (1er juin 2009) : date à vérifier",
    "retours": "revenues après une sortie : seule la première période est analysée",
}
#: People whose address is not placed, that the classes of geocoding give without a line of their own.
_UNPLACED = "non_situees"
#: The class each of these doubts is taken from: what is left of it is known by subtraction.
_WITHIN = {"voie_en_qpv": "voie", "non_situe_hors_qpv": _UNPLACED}


def quality(cohort: Cohort) -> pd.DataFrame:
    """Count what is doubtful in a cohort, and how well addresses are placed.

    It is for those who work on the file: it is masked by itself, not together with what `steps` tells.
    Exits without a reason are no check of it, at any count: `steps` tells them, alone or with rare reasons
    (`autres_motifs`), and a second count of them would give those reasons back by subtraction.

    Parameters
    ----------
    cohort : Cohort

    Returns
    -------
    DataFrame
        `check` (id), `label` (French), `persons` (Int64, missing when masked), `share_pct` (of the persons
        followed, one decimal, missing when masked), `status` (`observed` or `secret`). First all the
        persons, then the classes of geocoding, then the doubts. A count from 1 to under the threshold is
        masked, and so is what would give it back: another class, or a count that leaves few people of all
        the persons, or of the classes it is taken from.

    Raises
    ------
    MeasureError
        Nothing that can be masked protects a small count: the cohort itself is too small.

    Examples
    --------
    >>> import datetime as dt
    >>> first = pd.Timestamp("2022-01-01")
    >>> people = pd.DataFrame({"person": range(40), "opened": first, "entered": first, "left": pd.NaT,
    ...     "reason": None, "territory": "QN99901M", "group": "qpv", "moved": pd.NaT,
    ...     "geocoding": ["numero"] * 25 + ["voie"] * 15})
    >>> quality(Cohort(people, dt.date(2024, 12, 31), "qpv2024", "registre 12")).head(3)[["check", "persons"]]
         check  persons
    0  suivies       40
    1   numero       25
    2     voie       15
    """
    people = cohort.followed()
    total = len(people)
    classes = people["geocoding"].value_counts().reindex(list(GEOCODING), fill_value=0)
    doubts = _doubts(cohort, people)
    counts = pd.concat([pd.Series({_ALL: total}), classes, doubts])
    hidden = _masked(counts, cohort)
    labels = {_ALL: "personnes suivies"}
    labels |= {name: f"adresse placée {words}" for name, words in GEOCODING.items()}
    labels |= _DOUBTS | {"inconnu": GEOCODING["inconnu"]}
    shown = counts.astype("Int64").mask(hidden)
    return pd.DataFrame(
        {
            "check": counts.index.astype("str"),
            "label": pd.Series([labels[name] for name in counts.index], dtype="str").to_numpy(),
            "persons": shown.to_numpy(),
            "share_pct": np.where(hidden, np.nan, round_half_up(100 * counts / total, 1)),
            "status": pd.Series(OBSERVED, index=counts.index, dtype="str").mask(hidden, SECRET).to_numpy(),
        }
    ).astype({"persons": "Int64"})[QUALITY_COLUMNS]


def _doubts(cohort: Cohort, people: pd.DataFrame) -> pd.Series:
    end = pd.Timestamp(cohort.end)
    found = {
        "voie_en_qpv": (people["group"] == QPV) & (people["geocoding"] == "voie"),
        "non_situe_hors_qpv": (people["group"] == UNPLACED) & (people["territory"] == OUTSIDE),
        "sortie_apres_fin": people["left"] > end,
        "depart_apres_fin": people["moved"] > end,
        "ouverture_ancienne": people["opened"] < _FIRST_DAY,
        "retours": people["person"].isin(cohort.spells.loc[cohort.spells.duplicated("person"), "person"]),
    }
    return pd.Series({name: int(rows.sum()) for name, rows in found.items()})


def _masked(counts: pd.Series, cohort: Cohort) -> pd.Series:
    """Say which counts are masked, so that no subtraction gives a small one back."""
    threshold = int(built_in().threshold("secret_departement_min", cohort.end))
    level = built_in().threshold("secret_protection", cohort.end)
    if counts[_ALL] < threshold:
        return pd.Series(True, index=counts.index)
    unplaced, classes = remainders(counts, {_UNPLACED: (_ALL, PLACED)})
    cells = pd.concat([counts, unplaced])
    wholes = [(_ALL, name) for name in _DOUBTS] + [(whole, name) for name, whole in _WITHIN.items()]
    rests, doubts = remainders(cells, {f"{whole} sans {name}": (whole, [name]) for whole, name in wholes})
    cells = pd.concat([cells, rests])
    others: Relation = {_UNPLACED: -1, **{name: 1 for name in GEOCODING if name not in PLACED}}
    shown = pd.Series(cells.index.isin(counts.index), index=cells.index)
    kept = pd.Series(cells.index == _ALL, index=cells.index)
    costs = cells.clip(lower=1)  # a small count tells less than a large one
    relations = [*classes, others, *doubts]
    told = statements(cells, relations, shown=shown, kept=kept, weights=costs)
    out = protect(told, sensitive_cells(told, threshold), level)
    return pd.Series(counts.index.isin(out), index=counts.index)

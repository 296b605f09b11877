"""Gaps and changes of invented quartiers, written by hand, and the flags the rules of the package give."""

import datetime as dt

import numpy as np
import pandas as pd

from oqhs.analysis.change import CHANGE_COLUMNS
from oqhs.analysis.flags import JUDGED_COLUMNS, flags_of
from oqhs.catalogue import load_catalogue
from oqhs.rules import read_rules

INDICATORS = load_catalogue().indicators
RULES = read_rules(INDICATORS)
DAY = dt.date(2024, 12, 31)
REFERENCES = {"departement": "999", "ept": "T99", "commune": "99901", "hors_qpv": "HORS-QPV-999"}
NAMES = {
    "label_article": {
        "999": "dans le Val-Fictif",
        "T99": "dans l'EPT Ablette",
        "99901": "à Champrolles",
        "HORS-QPV-999": "hors des QPV du Val-Fictif",
    },
    "label_de": {"999": "du Val-Fictif", "T99": "de l'EPT Ablette", "99901": "de Champrolles"},
}


def named(code, form):
    return NAMES[form].get(code, f"dans le quartier {code}")


def gap(indicator, territory, reference, value, other, **told):
    """One row of gaps: a value that was measured and covers everything, unless told."""
    taken = value - other
    se = told.get("gap_se", np.nan)
    usual = {
        "reference_territory": REFERENCES[reference],
        "gap_lower": taken,
        "gap_upper": taken,
        "sign": "+" if taken > 0 else "−" if taken < 0 else "=",
        "unfavourable": pd.NA,
        "unit": INDICATORS[indicator].unit,
        "year": 2021,
        "perimeter": "qpv2024",
        "reference_perimeter": "cog2021",
        "status": "observed" if pd.notna(value) else "secret",
        "reference_status": "observed",
        "coverage": 1.0,
        "reference_coverage": 1.0,
        "origin": "insee",
        "reference_origin": "insee",
        "source": "carte",
        "reference_source": "carte",
        "note": "",
        "reference_note": "",
        "reason": "",
        "gap_se": se,
        "gap_ci_lower": taken - 1.96 * se,
        "gap_ci_upper": taken + 1.96 * se,
        "sampling": "mesure",
        "publishable": True,
    }
    own = {"indicator": indicator, "territory": territory, "reference": reference, "gap": taken}
    return own | {"value": value, "reference_value": other} | usual | told


def change(indicator, territory, reference, before, after, **told):
    """One row of changes: pairs of a value and its reference at two dates that may be flagged."""
    row = dict.fromkeys(CHANGE_COLUMNS)
    gaps = before[0] - before[1], after[0] - after[1]
    row |= {
        "indicator": indicator,
        "territory": territory,
        "reference": reference,
        "year_before": 2015,
        "year": 2021,
        "value_before": before[0],
        "reference_value_before": before[1],
        "value": after[0],
        "reference_value": after[1],
        "gap_before": gaps[0],
        "gap": gaps[1],
        "gap_change": gaps[1] - gaps[0],
        "coverage_before": 1.0,
        "coverage": 1.0,
        "widening": True,
        "flaggable": True,
    }
    return row | told


def table(rows):
    frame = pd.DataFrame(rows, columns=JUDGED_COLUMNS)
    return frame.astype({"year": "Int64", "publishable": "boolean", "unfavourable": "boolean"})


def moved(rows):
    types = {"year": "Int64", "year_before": "Int64", "widening": "boolean", "flaggable": "boolean"}
    return pd.DataFrame(rows, columns=CHANGE_COLUMNS).astype(types)


def flagged(rows, changes=None, *, rules=RULES, indicators=INDICATORS, day=DAY, diffusion="partenaires"):
    return flags_of(
        table(rows),
        None if changes is None else moved(changes),
        indicators,
        rules,
        day=day,
        names=named,
        diffusion=diffusion,
    )


def kinds(flags, **of):
    """Territory, kind and state of the flags, the positions apart."""
    kept = flags[flags["kind"] != "position"]
    for column, value in of.items():
        kept = kept[kept[column] == value]
    return list(zip(kept["territory"], kept["kind"], kept["state"], strict=True))

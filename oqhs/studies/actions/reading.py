"""Reading the follow-up of the fiches action, and the grants of the « initiatives de proximité »."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from oqhs.errors import DataError, Problem
from oqhs.studies.actions.catalogue import PERCENT, Actions, built_in_actions
from oqhs.studies.actions.cells import Cells, open_cells

#: Columns of a file of follow-up.
FILE_COLUMNS = ("action", "indicateur", "territoire", "periode", "cible", "realise", "source")
#: Columns of a file of grants; that of an association would be the name of a person sometimes.
GRANT_FILE_COLUMNS = ("dossier", "territoire", "annee", "montant_demande", "montant_accorde", "thematique")
TABLE_COLUMNS = [
    "action",
    "indicator",
    "territory",
    "period",
    "target",
    "achieved",
    "status",
    "source",
    "note",
]
GRANT_COLUMNS = [
    "dossier",
    "territory",
    "year",
    "asked_eur",
    "granted_eur",
    "asked_status",
    "granted_status",
    "theme",
]
KEY = ["action", "indicator", "territory", "period"]
#: Kinds of territories that are followed, and those a grant is for.
FOLLOWED_KINDS = ("qpv", "ept", "departement")
GRANT_KINDS = ("qpv", "commune", "ept", "departement")
_FULL_PCT = 100
_ONE_ROW = "one row per action, follow-up, territory and year"
_ONE_APPLICATION = "one row per application"
#: An id of a file, not a name.
_FILE_ID = r"(?=.*[0-9])[A-Za-z0-9./_-]{1,40}"


def read(path: str | Path, catalogue: Actions | None = None) -> pd.DataFrame:
    """Read a table of follow-up.

    Parameters
    ----------
    path : str or Path
        CSV file or workbook with the columns `FILE_COLUMNS`, and `note` if need be; capitals and accents of
        the header do not count.
    catalogue : Actions, optional
        Fiches action it may name; those of the package by default.

    Returns
    -------
    DataFrame
        `TABLE_COLUMNS`, sorted by `KEY`: one row per action, follow-up, territory and year. `period` is
        Int64. `target` and `achieved` are in the unit of the follow-up, NaN when missing; `status` is that
        of `achieved`: a secret or missing value is never 0.

    Raises
    ------
    LayoutError
        A column is missing, or not known.
    DataError
        An action or a follow-up is not known, a code is not that of a quartier, an EPT or the département, a
        period is no year, a value is unreadable, negative or, for a share, over 100, a count of persons is
        not whole, no source is told, or a key stands twice. All of it is told at once.
    """
    known = built_in_actions() if catalogue is None else catalogue
    cells = open_cells(Path(path), FILE_COLUMNS, ("note",))
    action = cells.one_of("action", known.actions, "no such action")
    frame = pd.DataFrame(
        {
            "action": action,
            "indicator": _follow_ups(cells, action, known),
            "territory": cells.territories("territoire", FOLLOWED_KINDS),
            "period": cells.years("periode"),
        }
    )
    frame["target"] = cells.numbers("cible")["value"]
    achieved = cells.numbers("realise")
    frame["achieved"], frame["status"] = achieved["value"], achieved["status"].astype("str")
    frame["source"], frame["note"] = cells.texts("source"), cells.texts("note")
    _check_values(cells, frame, known)
    allowed = "the service that gave this figure, and the date: no name of a person"
    cells.report(frame["source"] == "", "no source is told", "source", allowed)
    twice = frame.duplicated(KEY, keep="first") & frame[KEY].ne("").all(axis=1)
    cells.report(twice, "this row stands twice", "territoire", _ONE_ROW, "keep one of them")
    cells.refuse()
    return frame[TABLE_COLUMNS].sort_values(KEY, ignore_index=True)


def read_several(paths: Iterable[str | Path], catalogue: Actions | None = None) -> pd.DataFrame:
    """Read several tables of follow-up as one; empty without a file.

    Raises
    ------
    LayoutError, DataError
        As `read`; and `DataError` where two files have one action, follow-up, territory and year.
    """
    frames = [read(path, catalogue).assign(_file=str(path)) for path in paths]
    if not frames:
        types = {"period": "Int64", "target": "float64", "achieved": "float64"}
        return pd.DataFrame({name: pd.Series(dtype=types.get(name, "str")) for name in TABLE_COLUMNS})
    return _together(frames, KEY, _ONE_ROW)[TABLE_COLUMNS].sort_values(KEY, ignore_index=True)


def _together(frames: Sequence[pd.DataFrame], key: list[str], allowed: str) -> pd.DataFrame:
    """Put the tables of several files, told by `_file`, one under another; refuse a key of two files."""
    every = pd.concat(frames, ignore_index=True)
    twice = every[every.duplicated(key)]
    if len(twice):
        raise DataError.gather(
            Problem(
                "this row stands in another file too",
                file=row["_file"],
                found=", ".join(str(row[name]) for name in key),
                allowed=allowed,
                todo="keep one of them",
            )
            for row in twice.to_dict("records")
        )
    return every


def _follow_ups(cells: Cells, action: pd.Series, known: Actions) -> pd.Series:
    """Give the follow-ups; tell those that their action does not have."""
    found = cells.texts("indicateur")
    for name, fiche in known.actions.items():
        # An unknown action is told once, and its follow-ups are nobody's.
        wrong = (action == name) & ~found.isin(list(fiche.follow_ups))
        what = f"action {name!r} has no such follow-up"
        cells.report(wrong, what, "indicateur", ", ".join(fiche.follow_ups), "correct it, or declare it")
    return found


def _check_values(cells: Cells, frame: pd.DataFrame, known: Actions) -> None:
    """Tell shares over 100 and counts of persons that are not whole."""
    every = {(a, name): one for a, fiche in known.actions.items() for name, one in fiche.follow_ups.items()}
    shares = [key for key, one in every.items() if one.unit == PERCENT]
    people = [key for key, one in every.items() if one.persons]
    keys = pd.MultiIndex.from_frame(frame[["action", "indicator"]])
    for name, column in (("target", "cible"), ("achieved", "realise")):
        over = keys.isin(shares) & (frame[name] > _FULL_PCT)
        cells.report(over, "this share is over 100 %", column, "0 to 100")
        broken = keys.isin(people) & frame[name].notna() & (frame[name] != np.floor(frame[name]))
        cells.report(broken, "a count of persons is not whole", column, "a whole number")


def read_grants(path: str | Path) -> pd.DataFrame:
    """Read the grants of the « initiatives de proximité ».

    Parameters
    ----------
    path : str or Path
        CSV file or workbook with the columns `GRANT_FILE_COLUMNS` and no other: no name of a person or of an
        association is kept.

    Returns
    -------
    DataFrame
        `GRANT_COLUMNS`, sorted by year and `dossier`: one row per application. Amounts in euros, NaN when
        missing with their status; 0 granted is a refusal.

    Raises
    ------
    LayoutError
        A column is missing, or not known.
    DataError
        An id stands twice or looks like a name, a code is that of no territory, a year is none, an amount is
        unreadable or negative, a theme is not told. All of it is told at once.
    """
    cells = open_cells(Path(path), GRANT_FILE_COLUMNS)
    asked, granted = cells.numbers("montant_demande"), cells.numbers("montant_accorde")
    frame = pd.DataFrame(
        {
            "dossier": cells.texts("dossier"),
            "territory": cells.territories("territoire", GRANT_KINDS),
            "year": cells.years("annee"),
            "asked_eur": asked["value"],
            "granted_eur": granted["value"],
            "asked_status": asked["status"].astype("str"),
            "granted_status": granted["status"].astype("str"),
            "theme": cells.texts("thematique"),
        }
    )
    named = ~frame["dossier"].str.fullmatch(_FILE_ID)
    allowed = "letters without accents, digits, . / _ -, with a digit"
    cells.report(named, "this is not the id of an application", "dossier", allowed, "write its number")
    cells.report(frame["dossier"].duplicated() & ~named, "this row stands twice", "dossier", _ONE_APPLICATION)
    cells.report(frame["theme"] == "", "no theme is told", "thematique", "a theme")
    cells.refuse()
    return frame[GRANT_COLUMNS].sort_values(["year", "dossier"], ignore_index=True)


def read_several_grants(paths: Iterable[str | Path]) -> pd.DataFrame:
    """Read several tables of grants as one; one file at least.

    Returns
    -------
    DataFrame
        As `read_grants`.

    Raises
    ------
    LayoutError, DataError
        As `read_grants`; and `DataError` where two files have one application, which would count twice.
    """
    frames = [read_grants(path).assign(_file=str(path)) for path in paths]
    every = _together(frames, ["dossier"], _ONE_APPLICATION)
    return every[GRANT_COLUMNS].sort_values(["year", "dossier"], ignore_index=True)

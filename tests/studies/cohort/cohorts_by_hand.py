"""Small invented cohorts, written spell by spell."""

import datetime as dt

import pandas as pd

from oqhs.studies.cohort import Cohort

END = dt.date(2024, 12, 31)
HEADER = "dossier;entree_dispositif;entree_suivi;sortie;motif;territoire;demenagement;geocodage"
#: Somebody in a quartier who left for a job, and somebody outside who is still there.
GOOD = (
    "a1;2021-06-01;2022-01-01;2022-09-15;emploi;QN99901M;;numero",
    "b2;2021-06-01;2022-01-01;;;hors_qpv;;voie",
)


def lines(*rows):
    return "\n".join([HEADER, *rows]) + "\n"


def cohort(rows, end=END):
    """Make a cohort of (territory, months before entry, months followed, reason or None).

    Without a reason people are followed to the end, whatever the months; who moves is lost from sight then.
    """
    told = []
    for number, (territory, before, months, reason) in enumerate(rows):
        opened = pd.Timestamp("2021-01-01")
        entered = opened + pd.Timedelta(days=round(before * 30.436875))
        left = entered + pd.Timedelta(days=round(months * 30.436875))
        moved = reason == "demenagement"
        group = "hors_qpv" if territory == "hors_qpv" else "qpv"
        told.append(
            (
                f"p{number:05}",
                opened,
                entered,
                left if reason and not moved else None,
                None if moved else reason,
                territory,
                group,
                left if moved else pd.NaT,
                "numero",
            )
        )
    names = ["person", "opened", "entered", "left", "reason", "territory", "group", "moved", "geocoding"]
    frame = pd.DataFrame(told, columns=names)
    for name in ("opened", "entered", "left", "moved"):
        frame[name] = pd.to_datetime(frame[name])
    for name in ("person", "reason", "territory", "group", "geocoding"):
        frame[name] = frame[name].astype("str")
    return Cohort(frame, end, "qpv2024", "registre 12", invented=True)


def crowd(*lots):
    """Make a cohort of (territory, how many, months before entry, months followed, reason)."""
    return cohort([lot[:1] + lot[2:] for lot in lots for _ in range(lot[1])])

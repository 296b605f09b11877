"""Fiches action of the feuille de route: what each follows, how far it is, and the grants beside them."""

from oqhs.studies.actions.catalogue import (
    ACTIONS_FILE,
    Action,
    Actions,
    FollowUp,
    built_in_actions,
    load_actions,
)
from oqhs.studies.actions.grants import grant_totals
from oqhs.studies.actions.progress import progress
from oqhs.studies.actions.reading import read, read_grants, read_several, read_several_grants

__all__ = [
    "ACTIONS_FILE",
    "Action",
    "Actions",
    "FollowUp",
    "built_in_actions",
    "grant_totals",
    "load_actions",
    "progress",
    "read",
    "read_grants",
    "read_several",
    "read_several_grants",
]

"""Before anything leaves: pseudonyms, traces that identify somebody, excerpts that are withheld."""

from oqhs.studies.identity.clearances import (
    CLEARED_COLUMNS,
    clearance,
    excerpt_sha256,
    read_clearances,
    write_clearances,
)
from oqhs.studies.identity.pseudonyms import NATURES, Pseudonyms, read_pseudonyms
from oqhs.studies.identity.replacing import Replaced, pseudonymised, pseudonymised_corpus
from oqhs.studies.identity.rules import KINDS
from oqhs.studies.identity.traces import NOTICE, TRACE_COLUMNS, traces_of
from oqhs.studies.identity.withholding import (
    LOG_COLUMNS,
    PUBLISHED_COLUMNS,
    Excerpts,
    persons_heard,
    publishable,
    refuse_study,
    withheld,
)

__all__ = [
    "CLEARED_COLUMNS",
    "KINDS",
    "LOG_COLUMNS",
    "NATURES",
    "NOTICE",
    "PUBLISHED_COLUMNS",
    "TRACE_COLUMNS",
    "Excerpts",
    "Pseudonyms",
    "Replaced",
    "clearance",
    "excerpt_sha256",
    "persons_heard",
    "pseudonymised",
    "pseudonymised_corpus",
    "publishable",
    "read_clearances",
    "read_pseudonyms",
    "refuse_study",
    "traces_of",
    "withheld",
    "write_clearances",
]

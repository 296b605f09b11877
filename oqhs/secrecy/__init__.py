"""Disclosure control: counts that a department holds, and what may be told of them together."""

from oqhs.secrecy.audit import AUDIT_COLUMNS, audit
from oqhs.secrecy.primary import sensitive_cells
from oqhs.secrecy.relations import Relation, cross_table, remainders
from oqhs.secrecy.secondary import protect
from oqhs.secrecy.statements import Statements, statements

__all__ = [
    "AUDIT_COLUMNS",
    "Relation",
    "Statements",
    "audit",
    "cross_table",
    "protect",
    "remainders",
    "sensitive_cells",
    "statements",
]

"""Judgement: what sets a quartier apart from its references, and how it changed."""

from oqhs.analysis.change import NOTICE, evolution
from oqhs.analysis.dates import two_dates
from oqhs.analysis.gaps import compare, gap_between
from oqhs.analysis.history import history

__all__ = ["NOTICE", "compare", "evolution", "gap_between", "history", "two_dates"]

"""Judgement: what sets a quartier apart from its references."""

from oqhs.analysis.gaps import compare, gap_between

__all__ = ["compare", "gap_between"]

"""Arithmetic that is right: ratios of sums, pooled distributions, weighted shares."""

from oqhs.measures.aggregate import ratio_of_sums
from oqhs.measures.quantiles import pooled_quantile

__all__ = ["pooled_quantile", "ratio_of_sums"]

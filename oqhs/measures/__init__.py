"""Arithmetic that is right: ratios of sums, pooled distributions, weighted shares, estimates, crosswalks."""

from oqhs.measures.aggregate import ratio_of_sums
from oqhs.measures.apportion import Apportionment, apportionment
from oqhs.measures.crosswalk import crosswalk, relations_of
from oqhs.measures.estimate import estimate_counts, model_error
from oqhs.measures.quantiles import pooled_quantile

__all__ = [
    "Apportionment",
    "apportionment",
    "crosswalk",
    "estimate_counts",
    "model_error",
    "pooled_quantile",
    "ratio_of_sums",
    "relations_of",
]

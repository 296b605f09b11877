"""Arithmetic that is right: sums, pooled distributions, estimates, crosswalks, areas and walks."""

from oqhs.measures.aggregate import ratio_of_sums
from oqhs.measures.apportion import Apportionment, apportionment
from oqhs.measures.areal import area_share
from oqhs.measures.crosswalk import crosswalk, relations_of
from oqhs.measures.crow_fly import crow_fly
from oqhs.measures.estimate import estimate_counts, model_error
from oqhs.measures.isochrones import isochrones
from oqhs.measures.proximity import count_near, near, nearest
from oqhs.measures.quantiles import pooled_quantile
from oqhs.measures.raster import raster_share
from oqhs.measures.walking import StreetNetwork

__all__ = [
    "Apportionment",
    "StreetNetwork",
    "apportionment",
    "area_share",
    "count_near",
    "crosswalk",
    "crow_fly",
    "estimate_counts",
    "isochrones",
    "model_error",
    "near",
    "nearest",
    "pooled_quantile",
    "raster_share",
    "ratio_of_sums",
    "relations_of",
]

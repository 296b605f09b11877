"""Cohort of RSA recipients: who leaves and why, in the quartiers and outside, and what may be told of it."""

from oqhs.studies.cohort.disclosure import by_quartier, compared, steps
from oqhs.studies.cohort.incidence import aalen_johansen, incidence
from oqhs.studies.cohort.model import Cohort
from oqhs.studies.cohort.quality import quality
from oqhs.studies.cohort.reading import read

__all__ = ["Cohort", "aalen_johansen", "by_quartier", "compared", "incidence", "quality", "read", "steps"]

"""What coded interviews say: codes by quartier, codes that meet, waves, agreement of the coders.

Nothing here reads a file, and nothing counts opinions: an excerpt is what somebody chose to code.
"""

from oqhs.studies.qualitative.agreement import AGREEMENT_COLUMNS, THRESHOLDS, agreement
from oqhs.studies.qualitative.counting import NOTICE
from oqhs.studies.qualitative.matrix import MATRIX_COLUMNS, theme_matrix
from oqhs.studies.qualitative.overlaps import COOCCURRENCE_COLUMNS, cooccurrence
from oqhs.studies.qualitative.waves import WAVE_COLUMNS, waves

__all__ = [
    "AGREEMENT_COLUMNS",
    "COOCCURRENCE_COLUMNS",
    "MATRIX_COLUMNS",
    "NOTICE",
    "THRESHOLDS",
    "WAVE_COLUMNS",
    "agreement",
    "cooccurrence",
    "theme_matrix",
    "waves",
]

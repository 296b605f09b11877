"""Interviews, focus groups, diagnostics en marchant, open answers: read, checked, written.

`reading` recognises a file, `refi`, `taguette`, `qualcoder` and `plain` read one format each, `companions`
the tables that complete it; `building` is the one place where what was read is checked, and becomes a
`Corpus`. `writers` give the codebook and the coded excerpts to other programs.
"""

from oqhs.studies.interviews.corpus import KINDS, VERDICTS, Corpus
from oqhs.studies.interviews.reading import read
from oqhs.studies.interviews.writers import write_codebook, write_segments

__all__ = ["KINDS", "VERDICTS", "Corpus", "read", "write_codebook", "write_segments"]

"""What the fuzz shares with the other tests: the columns written by hand, the makers of containers."""

import sys
from pathlib import Path

_TESTS = Path(__file__).resolve().parents[1]
# At the end: nothing here may hide a module of the tests themselves.
sys.path += [str(_TESTS / "real"), str(_TESTS / "sources")]

"""How a fuzz is run: how many changes, from which seed, and what is told at the end."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from fuzz_mutations import KINDS, Mutation
from fuzz_oracle import Figures, Unreadable
from fuzz_seeds import Seed
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from oqhs import sources
from oqhs.errors import OqhsError

#: The same changes every time, unless another seed is asked for.
SEED = int(os.environ.get("OQHS_FUZZ_SEED", "20241002"))
#: Changes of the short form, run with the other tests; `OQHS_FUZZ` gives those of the long one.
TABLES = int(os.environ.get("OQHS_FUZZ", "500"))
CONTAINERS = max(TABLES // 5, 1)


def runs(number: int) -> settings:
    """Settings of a fuzz: nothing is remembered from a run to the next, nothing is timed."""
    return settings(
        max_examples=number,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )


#: What happens most often to a table, and what a reader may most easily take for something else.
_WEIGHTED = (*KINDS, *["replace a cell"] * 4, "replace a code", "wrap a cell", "rename a column")
_NUMBERS = st.integers(0, 2**16 - 1)
_PLACES = st.tuples(_NUMBERS, _NUMBERS, _NUMBERS)


def changes(*kinds: str, most: int = 3) -> st.SearchStrategy[list[Mutation]]:
    """Draw one to `most` changes, of all kinds unless some are named."""
    one = st.builds(Mutation, st.sampled_from(kinds or _WEIGHTED), _PLACES)
    return st.lists(one, min_size=1, max_size=most)


def read_or_refused(path: Path, seed: Seed, expected: Callable[[], Figures | None], told: str) -> str:
    """Read a file that was changed: it is refused by an error of ours, or read as the oracle reads it.

    `expected` gives what the oracle reads, or None where it says nothing of this file.
    """
    try:
        frame = sources.load(path, **seed.options).frame
    except OqhsError:
        return "refused"
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a panic of a library is no Exception
        raise AssertionError(f"{told}: {type(error).__name__}: {error}") from error
    found = {
        (variable, territory): (value if status == "observed" else None, status)
        for variable, territory, value, status in zip(
            frame["variable"], frame["territory"], frame["value"], frame["status"], strict=True
        )
    }
    assert len(found) == len(frame), f"{told}: a figure stands twice"
    assert set(frame["year"]) == {seed.year}, f"{told}: another year"
    try:
        figures = expected()
    except Unreadable as error:
        raise AssertionError(f"{told}: read, although {error}") from error
    if figures is None:
        return "read, not compared"
    differences = {place: (found.get(place), figures.get(place)) for place in found.keys() | figures.keys()}
    differences = {place: pair for place, pair in differences.items() if not _same(*pair)}
    assert not differences, f"{told}: read otherwise (ours, theirs): {dict(list(differences.items())[:5])}"
    return "read"


def _same(ours: tuple | None, theirs: tuple | None) -> bool:
    if ours is None or theirs is None or ours[1] != theirs[1]:
        return False
    # A sum may be added up in another order.
    return ours[0] == theirs[0] or abs(ours[0] - theirs[0]) <= 1e-12 * abs(theirs[0])


def summary(what: str, tally: Counter[str], start: float) -> str:
    """Tell how many changes were made, from which seed, and what came of them."""
    total = sum(tally.values())
    shares = ", ".join(f"{name} {100 * count / total:.1f} %" for name, count in sorted(tally.items()))
    return f"\nfuzz of {what}: {total} changes, seed {SEED}: {shares} ({time.monotonic() - start:.0f} s)"

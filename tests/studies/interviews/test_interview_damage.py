"""Files with a few bytes changed: each is read, or refused with an error of ours, never with another."""

import tempfile
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from refi_by_hand import ANNE, BORIS, CASE, CODES, files, key_of, selection
from test_qualcoder_exports import SCHEMA as QUALCODER
from test_qualcoder_exports import coded
from test_qualcoder_exports import rows as qualcoder_rows
from test_taguette_exports import SCHEMA as TAGUETTE
from test_taguette_exports import command, highlight, tagged
from test_taguette_exports import rows as taguette_rows

from oqhs.errors import OqhsError
from oqhs.studies import interviews

CHANGES = st.lists(
    st.tuples(st.integers(0, 10**6), st.integers(0, 255), st.sampled_from(["change", "cut", "double"])),
    min_size=1,
    max_size=6,
)


def damaged(raw, changes):
    content = bytearray(raw)
    for where, byte, how in changes:
        at = where % (len(content) or 1)
        if how == "change":
            content[at : at + 1] = bytes([byte])
        elif how == "cut":
            del content[at : at + byte]
        else:
            content[at:at] = content[at : at + byte]
    return bytes(content)


@pytest.fixture
def whole(packed, database):
    """Give a file of each format that is whole."""
    spoken = selection(1, 26, 40, (CODES["chaleur"], ANNE), (CODES["pmi"], BORIS))
    case = f'<Case guid="{CASE}" name="P01"><SelectionRef targetGUID="{key_of(1)}"/></Case>'
    project = packed(files(spoken, cases=case), method=zipfile.ZIP_STORED)
    corpus = interviews.read(project)
    added = command(1, "anne", type="highlight_add", highlight_id=1)
    highlights = {"highlights": [highlight(1, 2, 7)], "highlight_tags": tagged((1, 1)), "commands": [added]}
    return {
        ".qdpx": project,
        ".qdc": interviews.write_codebook(corpus, project.with_suffix(".qdc")),
        ".csv": interviews.write_segments(corpus, project.with_suffix(".csv")),
        ".sqlite3": database("etude.sqlite3", TAGUETTE, taguette_rows(**highlights)),
        ".qda": database("etude.qda", QUALCODER, qualcoder_rows(coded(1, 4, 6, "🌳"))),
    }


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=CHANGES)
@pytest.mark.parametrize("suffix", [".qdpx", ".qdc", ".csv", ".sqlite3", ".qda"])
def test_a_damaged_file_is_read_or_refused_as_every_other(whole, suffix, changes):
    raw = whole[suffix].read_bytes()
    with tempfile.TemporaryDirectory() as folder, suppress(OqhsError):
        path = Path(folder) / f"etude{suffix}"
        path.write_bytes(damaged(raw, changes))
        interviews.read(path)

"""Whatever happens to a published table, it is refused, or read as an independent parse reads it."""

from __future__ import annotations

import time
from collections import Counter

import pytest
from fuzz_mutations import mutate
from fuzz_oracle import figures_of
from fuzz_run import SEED, TABLES, changes, read_or_refused, runs, summary
from fuzz_seeds import real_folder, seeds
from hypothesis import given, seed
from hypothesis import strategies as st


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz") / "table.csv"


@pytest.mark.parametrize("name", seeds())
def test_a_table_nothing_happened_to_is_read_as_the_independent_parse_reads_it(path, name):
    content = seeds()[name].content
    path.write_bytes(content)
    assert read_or_refused(path, seeds()[name], lambda: figures_of(content, seeds()[name]), name) == "read"


@pytest.mark.real
def test_the_real_tables_are_among_those_that_are_changed(real_data):
    assert real_data == real_folder()
    assert len(seeds()) == 12


def test_a_table_that_was_changed_is_refused_or_read_as_the_independent_parse_reads_it(path, capsys):
    tally: Counter[str] = Counter()
    start = time.monotonic()

    @runs(TABLES)
    @seed(SEED)
    @given(name=st.sampled_from(sorted(seeds())), mutations=changes())
    def changed(name, mutations):
        content = mutate(seeds()[name].content, mutations)
        path.write_bytes(content)
        told = f"seed {SEED}, {name}, {mutations}"
        tally[read_or_refused(path, seeds()[name], lambda: figures_of(content, seeds()[name]), told)] += 1

    changed()
    with capsys.disabled():
        print(summary("tables", tally, start))  # noqa: T201
    assert min(tally["read"], tally["refused"]) > 0

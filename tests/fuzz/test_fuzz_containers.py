"""Whatever happens to an archive or to a workbook, it is refused, or read as it is read apart."""

from __future__ import annotations

import time
from collections import Counter

import pytest
from containers import unzipped, zip_of
from fuzz_containers import xls_bytes, xls_figures, xlsx_bytes, xlsx_figures, zip_bytes, zip_figures
from fuzz_mutations import Mutation, mutate
from fuzz_run import CONTAINERS, SEED, changes, read_or_refused, runs, summary
from fuzz_seeds import real_folder, seeds
from hypothesis import given, seed
from hypothesis import strategies as st

from oqhs import sources
from oqhs.errors import OqhsError

#: How a container is made, how it is read apart, and the files inside that are changed.
MAKERS = {
    ".zip": (zip_bytes, zip_figures, ("data/table.csv", "meta_table.csv")),
    ".xlsx": (
        xlsx_bytes,
        xlsx_figures,
        ("xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"),
    ),
    ".xls": (xls_bytes, xls_figures, ()),
}
#: Bits change more often than lengths do: a length that changed is nearly always refused.
BYTES = (*["flip a bit"] * 5, "insert a byte", "delete bytes", "truncate")
NAMES = sorted(seeds())
CONTENTS = {(suffix, name): make(seeds()[name]) for suffix, (make, _, _) in MAKERS.items() for name in NAMES}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz")


@pytest.mark.parametrize("suffix", MAKERS)
@pytest.mark.parametrize("name", NAMES)
def test_a_container_nothing_happened_to_is_read_as_it_is_read_apart(folder, suffix, name):
    path = folder / f"table{suffix}"
    path.write_bytes(CONTENTS[suffix, name])
    _, figures, _ = MAKERS[suffix]
    told = f"{suffix}, {name}"
    assert (
        read_or_refused(path, seeds()[name], lambda: figures(path.read_bytes(), seeds()[name]), told)
        == "read"
    )


def changed_inside(content: bytes, inside: tuple[str, ...], which: int, mutations: list[Mutation]) -> bytes:
    """Change a file of an archive and pack it again: its checksum is then that of the change."""
    files = unzipped(content)
    name = inside[which % len(inside)]
    return zip_of(files | {name: mutate(files[name], mutations)})


@pytest.mark.parametrize("suffix", MAKERS)
def test_a_container_that_was_changed_is_refused_or_read_as_it_is_read_apart(folder, suffix, capsys):
    tally: Counter[str] = Counter()
    start = time.monotonic()
    path = folder / f"table{suffix}"
    _, figures, inside = MAKERS[suffix]
    kinds = () if suffix == ".zip" else BYTES

    @runs(max(CONTAINERS // len(MAKERS), 1))
    @seed(SEED)
    @given(
        name=st.sampled_from(NAMES),
        outside=changes(*BYTES, most=2),
        within=changes(*kinds),
        which=st.integers(0, 3),
        deep=st.booleans(),
    )
    def changed(name, outside, within, which, deep):
        content = CONTENTS[suffix, name]
        deep = deep and bool(inside)
        content = changed_inside(content, inside, which, within) if deep else mutate(content, outside)
        path.write_bytes(content)
        told = f"seed {SEED}, {suffix}, {name}, {within if deep else outside}, inside {which if deep else 'nothing'}"
        tally[read_or_refused(path, seeds()[name], lambda: figures(content, seeds()[name]), told)] += 1

    changed()
    with capsys.disabled():
        print(summary(f"{suffix} containers", tally, start))  # noqa: T201
    assert min(tally["read"], tally["refused"]) > 0


@pytest.mark.real
def test_the_real_workbook_that_was_changed_is_refused_or_read(real_data, folder, capsys):
    """A number changed inside leaves no trace: the workbook must only be read, or refused by an error of ours."""
    assert real_data == real_folder()
    content = (real_data / "insee_qpv/demographie_2010_qpv.xls").read_bytes()
    path = folder / "demographie.xls"
    tally: Counter[str] = Counter()
    start = time.monotonic()

    @runs(max(CONTAINERS // 40, 1))
    @seed(SEED)
    @given(mutations=changes(*BYTES), where=st.integers(0, 2**32))
    def changed(mutations, where):
        # Half of the changes fall in the first kilobytes and in the last ones, where the structure is.
        parts = [content[:4096], content[4096:-65536], content[-65536:]]
        parts[where % 3] = mutate(parts[where % 3], mutations)
        path.write_bytes(b"".join(parts))
        try:
            frame = sources.load(path, year=2010).frame
        except OqhsError:
            tally["refused"] += 1
        else:
            assert len(frame) % 19 == 0
            tally["read"] += 1

    changed()
    with capsys.disabled():
        print(summary("the real workbook", tally, start))  # noqa: T201

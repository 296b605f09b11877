"""Releases on their shelf: one run at a time, a pointer that is always right, nothing half-written."""

import errno
import json
import multiprocessing
import os
import random
import time

import pytest
from filelock import FileLock
from small_edition import edition, release_again, write_data

from oqhs.errors import ChecksumError, DataError, OqhsError
from oqhs.publish import shelf, writers
from oqhs.publish.manifest import checksums, read_manifest
from oqhs.publish.shelf import CURRENT, current


def whole(folder):
    """Whether every file of a release is the one its manifest vouches for."""
    return checksums(folder) == read_manifest(folder)["outputs"]


def test_the_pointer_names_the_last_release_and_follows_it(tmp_path):
    first = edition(tmp_path / "data").release(tmp_path / "out")
    assert current(tmp_path / "out" / "2024") == first
    second = edition(tmp_path / "data", hlm=6).release(tmp_path / "out")
    assert current(tmp_path / "out" / "2024") == second
    told = json.loads((tmp_path / "out" / "2024" / CURRENT).read_text(encoding="utf-8"))
    assert (told["edition"], told["release"]) == (2024, "r2")


def test_a_run_that_was_stopped_before_the_pointer_is_finished_by_the_next_one(tmp_path):
    first = edition(tmp_path / "data").release(tmp_path / "out")
    before = (tmp_path / "out" / "2024" / CURRENT).read_bytes()
    second = edition(tmp_path / "data", hlm=6).release(tmp_path / "out")
    (tmp_path / "out" / "2024" / CURRENT).write_bytes(before)
    assert current(tmp_path / "out" / "2024") == first
    assert edition(tmp_path / "data", hlm=6).release(tmp_path / "out") == second
    assert current(tmp_path / "out" / "2024") == second


def test_what_a_killed_run_left_is_removed_by_the_next_one(tmp_path):
    first = edition(tmp_path / "data").release(tmp_path / "out")
    for left in (".release-killed", ".table-killed"):
        (tmp_path / "out" / "2024" / left).mkdir()
    assert edition(tmp_path / "data").release(tmp_path / "out") == first
    assert sorted(path.name for path in (tmp_path / "out" / "2024").iterdir()) == [CURRENT, "r1"]


@pytest.mark.parametrize("pointer", ["", "[]", '{"release": "r9", "manifest": "0"}'])
def test_a_pointer_that_names_nothing_is_an_error_that_says_what_to_do(tmp_path, pointer):
    edition(tmp_path / "data").release(tmp_path / "out")
    (tmp_path / "out" / "2024" / CURRENT).write_text(pointer, encoding="utf-8")
    with pytest.raises(DataError, match=r"(?s)current release is not there.*to do: put it back"):
        current(tmp_path / "out" / "2024")


def test_two_runs_at_once_are_refused_and_the_first_one_is_left_in_peace(tmp_path):
    first = edition(tmp_path / "data").release(tmp_path / "out")
    with (
        FileLock(tmp_path / "out" / ".lock"),
        pytest.raises(OqhsError, match=r"(?s)another run is writing.*wait for it to end"),
    ):
        edition(tmp_path / "data", hlm=6).release(tmp_path / "out")
    assert current(tmp_path / "out" / "2024") == first
    assert edition(tmp_path / "data", hlm=6).release(tmp_path / "out").name == "r2"


def test_a_full_disk_leaves_the_current_release_and_nothing_else(tmp_path, monkeypatch):
    first = edition(tmp_path / "data").release(tmp_path / "out")
    written = writers.write_csv

    def full(frame, path):
        written(frame, path)
        if path.name == "ecarts.csv":
            raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr(writers, "write_csv", full)
    with pytest.raises(OSError, match="No space left"):
        edition(tmp_path / "data", hlm=6).release(tmp_path / "out")
    home = tmp_path / "out" / "2024"
    assert sorted(path.name for path in home.iterdir() if path.name != ".lock") == [CURRENT, "r1"]
    assert current(home) == first
    assert whole(first)


def test_the_command_says_what_to_do_about_a_full_disk(tmp_path, monkeypatch, run):
    write_data(tmp_path / "data")

    def full(_frame, path):
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr(writers, "write_csv", full)
    code, _, said = run("release", 2024, "--data", tmp_path / "data")
    assert code == 1
    assert "No space left on device" in said
    assert "make room on the disk" in said


def test_a_folder_that_cannot_be_written_in_is_told(tmp_path, monkeypatch, run):
    write_data(tmp_path / "data")

    def refused(*_args, **_options):
        raise PermissionError(errno.EACCES, "Permission denied", str(tmp_path / "data" / "processed"))

    monkeypatch.setattr(shelf, "FileLock", refused)
    code, _, said = run("release", 2024, "--data", tmp_path / "data")
    assert code == 1
    assert "Permission denied" in said
    assert "check that this folder can be written in" in said


def test_a_workbook_that_is_open_elsewhere_is_told_and_left_as_it_was(tmp_path, monkeypatch, run):
    write_data(tmp_path / "data")
    target = tmp_path / "note.xlsx"
    target.write_bytes(b"kept")

    def held(_self, other):
        raise PermissionError(errno.EACCES, "Permission denied", str(other))

    monkeypatch.setattr("pathlib.Path.replace", held)
    code, _, said = run("table", 2024, "--data", tmp_path / "data", "-o", target)
    assert code == 1
    assert "close the file elsewhere" in said
    assert target.read_bytes() == b"kept"


@pytest.mark.parametrize("place", ["raw/com.csv", "editions/2024.yaml", "libelles.yaml"])
def test_a_file_that_changes_while_it_is_read_stops_the_release(tmp_path, place):
    ed = edition(tmp_path / "data")
    changed = tmp_path / "data" / place

    def touch(_done, _total, label):
        if label == "écriture":
            changed.write_bytes(changed.read_bytes() + b"\n")

    with pytest.raises(ChecksumError, match=changed.name):
        ed.release(tmp_path / "out", progress=touch)
    assert [path.name for path in (tmp_path / "out" / "2024").iterdir() if path.name != ".lock"] == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_killed_at_fifty_moments_the_current_release_stays_whole_and_the_next_run_succeeds(tmp_path):
    data, out = tmp_path / "data", tmp_path / "out"
    first = edition(data).release(out)
    server = multiprocessing.get_context("forkserver")
    server.set_forkserver_preload(
        ["small_edition", "oqhs.edition", "pyogrio", "matplotlib", "pyarrow.parquet"]
    )
    write_data(data, hlm=6)
    lasted = []
    for _ in range(2):  # the server starts with the first one
        started = time.monotonic()
        process = server.Process(target=release_again, args=(data, out))
        process.start()
        process.join(timeout=120)
        lasted.append(time.monotonic() - started)
    assert current(out / "2024").name == "r2"
    draw = random.Random(94)  # noqa: S311  (moments, not secrets)
    for number in range(50):
        # Another content each time, so that each run has something to write.
        write_data(data, hlm=7 + number % 2)
        process = server.Process(target=release_again, args=(data, out))
        process.start()
        time.sleep(draw.uniform(0.2, 1.1) * lasted[-1])
        process.kill()
        process.join(timeout=60)
        found = current(out / "2024")
        assert whole(found)
    assert whole(first)
    last = edition(data, hlm=9).release(out)
    assert current(out / "2024") == last
    assert whole(last)
    assert not list((out / "2024").glob(".release-*"))
    assert read_manifest(last)["previous"]["release"] == f"r{int(last.name[1:]) - 1}"

"""The same inputs give the same bytes, wherever and however the release is made."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

DATA = Path(__file__).parents[2] / "data"
SCRIPT = """
import os, sys, time
from pathlib import Path
cores, days, data, out = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), Path(sys.argv[4])
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[:cores]))
now = time.time
time.time = lambda: now() + 86_400 * days
import locale
for name in (os.environ["LC_ALL"], "C"):
    try:
        locale.setlocale(locale.LC_ALL, name)
        break
    except locale.Error:
        continue
import oqhs
oqhs.open(data).edition(2024).release(out)
"""


def releasing(place, *, cores, days, **told):
    """Start to release the embedded data in another process."""
    place.mkdir()
    environment = {**os.environ, **told, "OMP_NUM_THREADS": str(cores), "GDAL_NUM_THREADS": str(cores)}
    words = [sys.executable, "-c", SCRIPT, str(cores), str(days), str(DATA), str(place / "out")]
    return subprocess.Popen(words, cwd=place, env=environment)  # noqa: S603


def checksums_of(place):
    """Give the checksum of every file a process wrote."""
    folder = place / "out" / "2024" / "r1"
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files
    }


@pytest.mark.skipif(not (DATA / "raw").is_dir(), reason="the embedded data stand beside the sources only")
def test_locale_time_zone_hash_seed_folder_day_and_cores_change_no_byte(tmp_path):
    near, far = tmp_path / "here", tmp_path / "là-bas et plus loin"
    here = releasing(near, cores=1, days=0, LC_ALL="C.UTF-8", TZ="UTC", PYTHONHASHSEED="1", LANG="C")
    french = {"LC_ALL": "fr_FR.UTF-8", "LANG": "fr_FR.UTF-8"}
    there = releasing(far, cores=8, days=40, TZ="Pacific/Auckland", PYTHONHASHSEED="4242", **french)
    ended = [process.wait(timeout=600) for process in (here, there)]
    assert ended == [0, 0]
    first, second = checksums_of(near), checksums_of(far)
    assert len(first) > 20
    assert first == second

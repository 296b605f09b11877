"""Where the releases of an edition stand: one run at a time, never overwritten, one of them current."""

from __future__ import annotations

import errno
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from oqhs.errors import DataError, OqhsError
from oqhs.publish import writers
from oqhs.publish.datapackage import DATAPACKAGE
from oqhs.publish.manifest import MANIFEST, checksums, read_manifest
from oqhs.sources.cards import sha256

CURRENT = "current.json"
_LOCK = ".lock"
_PREFIX = ".release-"
#: Folders that a killed run leaves: of a release, and of the pointer.
_LEFT = (_PREFIX, writers.ASIDE)
#: What a manifest says that another machine, or a later run, says otherwise of the same release.
_OF_THE_RUN = ("beside", "previous", "versions")
CHANGELOG = "CHANGELOG.md"
#: Files that depend on the release before: what changed since, and the checksum of that.
_OF_BEFORE = {CHANGELOG, DATAPACKAGE}


def releases(home: Path) -> list[Path]:
    """Releases of an edition, oldest first."""
    found = [path for path in home.glob("r[0-9]*") if path.name[1:].isdigit() and path.is_dir()]
    return sorted(found, key=lambda path: int(path.name[1:]))


def name_after(previous: Path | None) -> str:
    """Give the name of the release that follows another one, or of the first."""
    return f"r{int(previous.name[1:]) + 1 if previous is not None else 1}"


def current(home: Path) -> Path | None:
    """Give the current release of an edition; None without one.

    Raises
    ------
    DataError
        The pointer names a release that is not there, or not whole.
    """
    pointer = home / CURRENT
    if not pointer.exists():
        return None
    told = _read_pointer(pointer)
    folder = home / str(told.get("release"))
    if not (folder / MANIFEST).is_file() or sha256(folder / MANIFEST) != told.get("manifest"):
        raise DataError(
            "the current release is not there, or was changed since it was made",
            file=pointer,
            found=told.get("release"),
            todo="put it back from a copy, or run `oqhs release` again: it makes another one",
        )
    return folder


@contextmanager
def only_run(home: Path) -> Iterator[None]:
    """Hold the releases of every edition for one run at a time; what a killed run left is removed.

    What one edition tells decides what another one hides: two are never written at once.

    Raises
    ------
    OqhsError
        Another run is writing a release.
    """
    home.mkdir(parents=True, exist_ok=True)
    try:
        lock = FileLock(home.parent / _LOCK, timeout=0)
        lock.acquire()
    except Timeout as error:
        raise OqhsError(
            "another run is writing a release in this folder",
            file=home.parent,
            todo="wait for it to end, then run this one again",
        ) from error
    try:
        for left in [path for prefix in _LEFT for path in home.glob(f"{prefix}*")]:
            shutil.rmtree(left)
        yield
    finally:
        lock.release()


@contextmanager
def aside(home: Path) -> Iterator[Path]:
    """Give a folder beside the releases, where one is written before it is moved in; removed in the end."""
    with tempfile.TemporaryDirectory(prefix=_PREFIX, dir=home) as parent:
        folder = Path(parent) / "release"
        folder.mkdir()
        yield folder


def settle(home: Path, folder: Path) -> Path:
    """Move a release in under the next number and make it the current one.

    The last release is given as it is when it holds the same: every file, and the same inputs and method.
    """
    earlier = releases(home)
    last = earlier[-1] if earlier else None
    if last is not None and same(last, folder):
        target = last
    else:
        target = home / name_after(last)
        _flush(folder)
        folder.rename(target)
        _flush_folder(home)
    _point(home, target)
    return target


def same(first: Path, second: Path) -> bool:
    """Whether two releases hold the same, whatever run and machine made them."""
    if not (first / MANIFEST).is_file():
        return False
    return _told(first) == _told(second)


def _told(folder: Path) -> dict[str, object]:
    """Give what tells a release from another: its manifest, with the files as they are on the disk."""
    told = {key: value for key, value in read_manifest(folder).items() if key not in _OF_THE_RUN}
    files = checksums(folder).items()
    told["outputs"] = {place: digest for place, digest in files if Path(place).name not in _OF_BEFORE}
    told["packages"] = [_package(path) for path in sorted(folder.rglob(DATAPACKAGE))]
    return told


def _package(path: Path) -> dict[str, object]:
    """Read a data package, without what it says of the changelog."""
    content: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
    resources: list[dict[str, object]] = content["resources"]  # type: ignore[assignment]
    return {**content, "resources": [one for one in resources if one["path"] != CHANGELOG]}


def _point(home: Path, target: Path) -> None:
    told = {"edition": int(home.name), "release": target.name, "manifest": sha256(target / MANIFEST)}
    pointer = home / CURRENT
    if pointer.exists() and _read_pointer(pointer) == told:
        return
    writers.write_whole(pointer, lambda path: writers.write_json(told, path))


def _read_pointer(pointer: Path) -> dict[str, object]:
    """Read a pointer; one that cannot be read names nothing."""
    try:
        told = json.loads(pointer.read_text(encoding="utf-8"))
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _flush(folder: Path) -> None:
    """Have the system write the files of a folder to the disk before it is moved in."""
    for path in folder.rglob("*"):
        if path.is_file():
            writers.flush(path)


def _flush_folder(folder: Path) -> None:
    """Have the system write a move to the disk, where a folder can be opened for it."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in {errno.EINVAL, errno.ENOTSUP}:
            raise
    finally:
        os.close(handle)

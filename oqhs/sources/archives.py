"""Zip archives, opened within stated limits: nothing is written, nothing hangs.

Every reader that meets a zip, or a workbook that is one inside, goes through `open_archive`.
"""

from __future__ import annotations

import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from oqhs.errors import DataError, Problem

#: Files an archive may hold.
MOST_MEMBERS = 10_000
#: Bytes an archive may hold once unpacked; the largest archive of the Insee holds a quarter of it.
MOST_BYTES = 2 * 2**30
#: Times a member may be larger than its packed form; published tables stay under 15, workbooks under 60.
MOST_RATIO = 250
#: Bytes under which a member is too small to be a bomb, whatever its ratio.
SMALL = 2**20

_NESTED = {".zip", ".7z", ".rar", ".gz", ".bz2", ".xz", ".tar", ".tgz"}
_MAGIC = {b"PK\x03\x04": "zip", b"7z\xbc\xaf\x27\x1c": "7z", b"\x1f\x8b": "gzip", b"Rar!": "rar"}
#: Workbooks and their like are zip archives: they are tables, not nested archives.
_TABLES = {".xls", ".xlsx", ".ods", ".gpkg", ".parquet"}
_SYSTEM = re.compile(r"(^|/)(__MACOSX/|\.DS_Store$|Thumbs\.db$)")
_METHODS = {9: "deflate64", 12: "bzip2", 14: "lzma", 93: "zstd", 95: "xz"}
_ENCRYPTED = 0x1
_GET = "get it again from its producer"


@dataclass(frozen=True)
class Member:
    """A file of an archive: its name, and its bytes when they are asked for."""

    name: str
    size: int
    _archive: zipfile.ZipFile
    _info: zipfile.ZipInfo
    _path: Path

    def read(self) -> bytes:
        """Unpack the member; `DataError` when it is damaged or is itself an archive."""
        try:
            content = self._archive.read(self._info)
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            NotImplementedError,
            OSError,
            struct.error,
            ValueError,
        ) as error:
            raise DataError(
                f"this file of the archive cannot be unpacked: {error}",
                file=self._path / self.name,
                todo=_GET,
            ) from error
        kind = next((kind for magic, kind in _MAGIC.items() if content.startswith(magic)), None)
        if kind is not None and PurePosixPath(self.name).suffix.lower() not in _TABLES:
            raise DataError.gather([_nested(self._path / self.name, kind)])
        return content


@contextmanager
def open_archive(path: Path, content: bytes | None = None) -> Iterator[list[Member]]:
    """Open a zip archive and give its files, in the order of their names.

    Parameters
    ----------
    path : Path
        Archive; where it lies inside another file, the path it is told by.
    content : bytes, optional
        Its bytes, where they are at hand already.

    Yields
    ------
    list of Member
        Files of the archive, folders and the files of operating systems left out; they are unpacked
        one by one, in memory, when they are read.

    Raises
    ------
    DataError
        The archive is damaged, or holds something that is refused before a byte is unpacked: too many
        files, too many bytes, a member packed more than `MOST_RATIO` times, a name that leads outside
        (`..`, absolute, drive, backslash), a link, a name that stands twice, a member protected by a
        password, another archive. All of it is told at once.
    """
    try:
        archive = zipfile.ZipFile(path if content is None else io.BytesIO(content))
    except (zipfile.BadZipFile, struct.error, ValueError, NotImplementedError) as error:
        raise DataError(
            f"this is not a whole zip archive: {error}",
            file=path,
            allowed="a zip archive, complete",
            todo=_GET,
        ) from error
    with archive:
        infos = [info for info in archive.infolist() if not _SYSTEM.search(info.filename)]
        problems = list(_refused(path, infos))
        if problems:
            raise DataError.gather(problems)
        files = [info for info in infos if not info.is_dir()]
        yield [
            Member(info.filename, info.file_size, archive, info, path)
            for info in sorted(files, key=lambda info: info.filename)
        ]


def _refused(path: Path, infos: list[zipfile.ZipInfo]) -> Iterator[Problem]:
    """Tell everything of the directory of an archive that is not accepted."""
    if len(infos) > MOST_MEMBERS:
        yield Problem(
            "the archive holds too many files", path, found=len(infos), allowed=f"{MOST_MEMBERS} at most"
        )
        return
    total = sum(info.file_size for info in infos)
    if total > MOST_BYTES:
        yield Problem(
            "the archive is too large once unpacked",
            path,
            found=f"{total} bytes",
            allowed=f"{MOST_BYTES} bytes at most",
            todo="unpack it and give the files you need",
        )
    seen: set[str] = set()
    for info in infos:
        yield from _refused_member(path, info)
        if info.filename.lower() in seen:
            yield Problem("two files of the archive have one name", path / info.filename, todo=_GET)
        seen.add(info.filename.lower())


def _refused_member(path: Path, info: zipfile.ZipInfo) -> Iterator[Problem]:
    # `orig_filename` is the name as written: Python turns its backslashes into slashes on Windows.
    if not _stays_inside(info.orig_filename):
        yield Problem(
            "a file of the archive would be written outside of its folder",
            path,
            found=info.orig_filename,
            allowed="names without `..`, drive, backslash or leading slash",
            todo="do not open it: get the archive from its producer",
        )
        return
    where = path / info.filename
    if stat.S_ISLNK(info.external_attr >> 16):
        yield Problem("the archive holds a link", where, allowed="files and folders", todo=_GET)
    if info.flag_bits & _ENCRYPTED:
        yield Problem(
            "this file of the archive is protected by a password",
            where,
            allowed="files anyone can read",
            todo="unpack it with its password and give the file",
        )
    if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        yield Problem(
            "this file of the archive is packed in a way that is not read",
            where,
            found=_METHODS.get(info.compress_type, str(info.compress_type)),
            allowed="store, deflate",
            todo="unpack it and give the file, or " + _GET,
        )
    if info.file_size > SMALL and info.file_size > MOST_RATIO * max(info.compress_size, 1):
        yield Problem(
            "this file of the archive unpacks to far more than it should",
            where,
            found=f"{info.file_size} bytes from {info.compress_size}",
            allowed=f"{MOST_RATIO} times at most",
            todo="do not open it: get the archive from its producer",
        )
    if PurePosixPath(info.filename).suffix.lower() in _NESTED:
        yield _nested(where, PurePosixPath(info.filename).suffix[1:].lower())


def _stays_inside(name: str) -> bool:
    if not name or name.startswith("/") or "\\" in name or ":" in name or not name.isprintable():
        return False
    return ".." not in PurePosixPath(name).parts


def _nested(where: Path, kind: str) -> Problem:
    return Problem(
        "the archive holds another archive",
        where,
        found=kind,
        allowed="tables and layers, not archives of them",
        todo="unpack it and give what it holds",
    )

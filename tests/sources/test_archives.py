"""An archive is opened within its limits: what leads outside, unfolds or hides is refused unread."""

import stat
import struct
import zipfile

import pytest
from containers import zip_of

from oqhs.errors import DataError
from oqhs.sources import archives
from oqhs.sources.archives import open_archive

TABLE = b"CODGEO;A\n94028;1\n"
PRODUCER = "get it again from its producer"


def listed(path, content=None):
    with open_archive(path, content) as members:
        return [(member.name, member.size) for member in members]


def unpacked(path):
    with open_archive(path) as members:
        return {member.name: member.read() for member in members}


def flagged(archive, flag):
    """Set a bit of the flags of every member, in its own header and in the directory."""
    marked = bytearray(archive)
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = marked.find(magic)
        while start >= 0:
            marked[start + offset] |= flag
            start = marked.find(magic, start + 4)
    return bytes(marked)


def announced(archive, size, packed=None):
    """Announce another size, in the directory alone."""
    start = archive.index(b"PK\x01\x02")
    sizes = struct.pack("<I", archive_size(archive, start) if packed is None else packed)
    return archive[: start + 20] + sizes + struct.pack("<I", size) + archive[start + 28 :]


def archive_size(archive, start):
    return struct.unpack_from("<I", archive, start + 20)[0]


def linked(name):
    """Make an archive of one symbolic link."""
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


def test_files_come_in_the_order_of_their_names_with_their_bytes(write):
    path = write(zip_of({"b.csv": TABLE, "a/c.csv": b"x", "a/": b""}), "a.zip")
    assert listed(path) == [("a/c.csv", 1), ("b.csv", len(TABLE))]
    assert unpacked(path) == {"a/c.csv": b"x", "b.csv": TABLE}


def test_bytes_at_hand_are_opened_without_the_file(tmp_path):
    assert listed(tmp_path / "not-there.zip", zip_of({"a.csv": TABLE})) == [("a.csv", len(TABLE))]


@pytest.mark.parametrize("name", ["__MACOSX/._a.csv", ".DS_Store", "folder/Thumbs.db"])
def test_what_operating_systems_leave_behind_is_left_out(write, name):
    assert listed(write(zip_of({"a.csv": TABLE, name: b"x"}), "a.zip")) == [("a.csv", len(TABLE))]


@pytest.mark.parametrize(
    "name",
    ["../a.csv", "x/../../a.csv", "/etc/a.csv", "C:/a.csv", "..\\a.csv", "x\\a.csv", "a\n.csv", "a:b.csv"],
)
def test_a_name_that_leads_outside_is_refused_before_anything_is_read(write, refused, name):
    path = write(zip_of({"ok.csv": TABLE, name: TABLE}), "a.zip")
    (problem,) = refused(DataError, listed, path)
    assert problem.what == "a file of the archive would be written outside of its folder"
    assert (problem.file, problem.found) == (path, name)
    assert problem.allowed == "names without `..`, drive, backslash or leading slash"
    assert problem.todo == "do not open it: get the archive from its producer"


@pytest.mark.parametrize("name", ["a..b.csv", "..a/b.csv", "été/données.csv", "a b.csv"])
def test_a_name_with_dots_accents_or_spaces_stays_inside(write, name):
    assert [found for found, _ in listed(write(zip_of({name: TABLE}), "a.zip"))] == [name]


def test_a_link_is_refused(tmp_path, refused):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(linked("a.csv"), "/etc/passwd")
    (problem,) = refused(DataError, listed, path)
    assert (problem.what, problem.file) == ("the archive holds a link", path / "a.csv")
    assert (problem.allowed, problem.todo) == ("files and folders", PRODUCER)


@pytest.mark.parametrize("first", [b"a.csv", b"A.csv"])
def test_two_files_of_one_name_are_refused_whatever_their_case(write, refused, first):
    archive = zip_of({"a.csv": TABLE, "b.csv": TABLE}).replace(b"b.csv", first)
    path = write(archive, "a.zip")
    (problem,) = refused(DataError, listed, path)
    assert problem.what == "two files of the archive have one name"
    assert problem.file == path / first.decode()


def test_a_file_under_a_password_is_refused_before_it_is_read(write, refused):
    path = write(flagged(zip_of({"a.csv": TABLE}), 1), "a.zip")
    (problem,) = refused(DataError, listed, path)
    assert problem.what == "this file of the archive is protected by a password"
    assert (problem.file, problem.allowed) == (path / "a.csv", "files anyone can read")


@pytest.mark.parametrize(
    ("method", "name"),
    [(zipfile.ZIP_BZIP2, "bzip2"), (zipfile.ZIP_LZMA, "lzma"), (9, "deflate64"), (77, "77")],
)
def test_a_file_packed_otherwise_than_archives_are_is_refused(write, refused, method, name):
    archive = bytearray(zip_of({"a.csv": TABLE}))
    for start in (8, archive.index(b"PK\x01\x02") + 10):
        struct.pack_into("<H", archive, start, method)
    path = write(bytes(archive), "a.zip")
    (problem,) = refused(DataError, listed, path)
    assert problem.what == "this file of the archive is packed in a way that is not read"
    assert (problem.file, problem.found, problem.allowed) == (path / "a.csv", name, "store, deflate")


@pytest.mark.parametrize("name", ["b.zip", "b.7z", "b.tar", "b.gz", "B.ZIP", "b.csv.gz"])
def test_an_archive_inside_an_archive_is_refused_by_its_name(write, refused, name):
    path = write(zip_of({"a.csv": TABLE, name: b"x"}), "a.zip")
    (problem,) = refused(DataError, listed, path)
    assert (problem.what, problem.file) == ("the archive holds another archive", path / name)
    assert problem.found == name.rsplit(".", 1)[1].lower()
    assert problem.todo == "unpack it and give what it holds"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (zip_of({"a.csv": TABLE}), "zip"),
        (b"\x1f\x8bxx", "gzip"),
        (b"Rar!xx", "rar"),
        (b"7z\xbc\xaf\x27\x1c", "7z"),
    ],
    ids=["zip", "gzip", "rar", "7z"],
)
def test_an_archive_that_passes_for_a_table_is_refused_when_it_is_read(write, refused, content, kind):
    path = write(zip_of({"a.csv": content}), "a.zip")
    (problem,) = refused(DataError, unpacked, path)
    assert (problem.what, problem.found) == ("the archive holds another archive", kind)
    assert problem.file == path / "a.csv"


def test_a_workbook_is_a_table_although_it_is_a_zip_inside(write):
    inside = zip_of({"xl/workbook.xml": b"<x/>"})
    assert unpacked(write(zip_of({"a.xlsx": inside}), "a.zip")) == {"a.xlsx": inside}


def test_a_file_packed_more_than_250_times_is_refused(write, refused):
    # 2 MiB of zeros are packed about a thousand times.
    path = write(zip_of({"a.csv": bytes(2 * 2**20)}), "a.zip")
    (problem,) = refused(DataError, listed, path)
    assert problem.what == "this file of the archive unpacks to far more than it should"
    assert problem.file == path / "a.csv"
    assert problem.found.startswith("2097152 bytes from ")
    assert problem.allowed == "250 times at most"


def test_a_file_under_a_mebibyte_is_no_bomb_whatever_its_ratio(write):
    assert listed(write(zip_of({"a.csv": bytes(2**20)}), "a.zip")) == [("a.csv", 2**20)]


def test_an_archive_that_announces_too_much_is_refused_unread(write, refused):
    # 3 GiB announced, 1 GiB packed: under the ratio, over the total.
    path = write(announced(zip_of({"a.csv": TABLE}), 3 * 2**30, 2**30), "a.zip")
    (problem,) = refused(DataError, listed, path)
    assert (problem.what, problem.file) == ("the archive is too large once unpacked", path)
    assert (problem.found, problem.allowed) == ("3221225472 bytes", "2147483648 bytes at most")
    assert problem.todo == "unpack it and give the files you need"


def test_a_file_larger_than_it_announces_is_not_unpacked_further(write, refused):
    path = write(announced(zip_of({"a.csv": bytes(2 * 2**20)}), 100), "a.zip")
    (problem,) = refused(DataError, unpacked, path)
    assert problem.what.startswith("this file of the archive cannot be unpacked")
    assert (problem.file, problem.todo) == (path / "a.csv", PRODUCER)


def test_too_many_files_are_refused(write, refused, monkeypatch):
    monkeypatch.setattr(archives, "MOST_MEMBERS", 2)
    path = write(zip_of(dict.fromkeys(("a.csv", "b.csv", "c.csv"), b"x")), "a.zip")
    (problem,) = refused(DataError, listed, path)
    assert (problem.what, problem.found, problem.allowed) == (
        "the archive holds too many files",
        3,
        "2 at most",
    )


def test_a_cut_archive_is_refused(write, refused):
    path = write(zip_of({"a.csv": TABLE})[:-10], "a.zip")
    (problem,) = refused(DataError, listed, path)
    assert problem.what.startswith("this is not a whole zip archive")
    assert (problem.file, problem.allowed, problem.todo) == (path, "a zip archive, complete", PRODUCER)


def test_a_damaged_file_is_told_with_its_name(write, refused):
    archive = zip_of({"a.csv": TABLE}, stored=True).replace(b"94028", b"94029", 1)
    path = write(archive, "a.zip")
    (problem,) = refused(DataError, unpacked, path)
    assert problem.what.startswith("this file of the archive cannot be unpacked: Bad CRC-32")
    assert problem.file == path / "a.csv"


def test_everything_refused_in_an_archive_is_told_at_once(write, refused):
    path = write(zip_of({"../a.csv": TABLE, "b.zip": b"x", "c.csv": bytes(2 * 2**20)}), "a.zip")
    assert [problem.what.split()[0] for problem in refused(DataError, listed, path)] == ["a", "the", "this"]

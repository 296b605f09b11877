"""Projects made by hand, as each program writes them."""

import csv
import io
import sqlite3
import zipfile
from contextlib import closing

import pytest

from oqhs.studies import interviews


@pytest.fixture
def put(tmp_path):
    """Write a file and give its path."""

    def _put(name, content):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return _put


@pytest.fixture
def refused():
    """Give the problems of a read that must raise exactly this error."""

    def _refused(error, path, **tables):
        with pytest.raises(error) as caught:
            interviews.read(path, **tables)
        assert type(caught.value) is error
        for problem in caught.value.problems:
            assert problem.what
            assert problem.file is not None
        return caught.value.problems

    return _refused


@pytest.fixture
def packed(tmp_path):
    """Pack files into a project of the REFI."""

    def _packed(files, name="projet.qdpx", method=zipfile.ZIP_DEFLATED):
        path = tmp_path / name
        with zipfile.ZipFile(path, "w", method) as archive:
            for member, content in files.items():
                archive.writestr(member, content)
        return path

    return _packed


@pytest.fixture
def database(tmp_path):
    """Make a database: a script of its tables, then rows by table."""

    def _database(name, script, rows):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.executescript(script)
            for table, several in rows.items():
                for one in several:
                    statement = f"INSERT INTO {table} ({', '.join(one)}) VALUES ({', '.join('?' * len(one))})"  # noqa: S608
                    connection.execute(statement, list(one.values()))
        return path

    return _database


@pytest.fixture
def table(put):
    """Write a table of rows."""

    def _table(name, *rows, separator=",", quoting=csv.QUOTE_MINIMAL):
        stream = io.StringIO(newline="")
        csv.writer(stream, delimiter=separator, quoting=quoting, lineterminator="\r\n").writerows(rows)
        return put(name, stream.getvalue())

    return _table

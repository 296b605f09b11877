"""Projects that are SQLite databases: opened to be read only."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from oqhs.errors import DataError, LayoutError

MAGIC = b"SQLite format 3\x00"


class Database:
    """Tables of a project."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection
        self.tables = {
            str(row["name"]) for row in self._all("SELECT name FROM sqlite_master WHERE type = 'table'")
        }

    def rows(self, table: str, *columns: str, optional: tuple[str, ...] = ()) -> list[dict[str, Any]]:
        """Give the rows of a table, in the order they were written; an optional column may be missing.

        Raises
        ------
        LayoutError
            The table, or a column of it, is not there.
        DataError
            The database is damaged, or holds bytes, or text that is not UTF-8.
        """
        # A view may say anything, and without end: only tables are read.
        told = self._all("SELECT name FROM pragma_table_info(?)", table) if table in self.tables else []
        held = [str(row["name"]) for row in told]
        missing = [name for name in columns if name not in held]
        if missing:
            raise LayoutError(
                "this database is not of the layout of its program",
                file=self.path,
                column=f"{table}.{missing[0]}",
                found=", ".join(held) or "no such table",
                allowed=", ".join(columns),
            )
        names = [*columns, *(name for name in optional if name in held)]
        # Names of tables and columns are ours; no value of a file is ever put in a statement.
        statement = f"SELECT {', '.join(names)} FROM {table} ORDER BY rowid"  # noqa: S608
        empty = dict.fromkeys(optional)
        found = [empty | dict(row) for row in self._all(statement)]
        for row in found:
            for name, value in row.items():
                if isinstance(value, bytes):
                    what, column = "this cell holds bytes", f"{table}.{name}"
                    raise DataError(what, file=self.path, column=column, found=value[:20], allowed="text")
        return found

    def _all(self, statement: str, *values: str) -> list[sqlite3.Row]:
        try:
            return self._connection.execute(statement, values).fetchall()
        except (sqlite3.Error, UnicodeDecodeError) as error:
            raise DataError(
                f"this database cannot be read: {error}",
                file=self.path,
                todo="close the program that uses it, and copy the project again",
            ) from error


@contextmanager
def open_database(path: Path) -> Iterator[Database]:
    """Open an SQLite database: nothing is written, not even beside it.

    Raises
    ------
    LayoutError
        The file is not an SQLite database.
    DataError
        It is damaged, or a program still writes to it.
    """
    with path.open("rb") as stream:
        found = stream.read(len(MAGIC))
    if found != MAGIC:
        raise LayoutError("this is not an SQLite database", file=path, found=found, allowed="SQLite 3")
    waiting = path.with_name(path.name + "-wal")
    if waiting.is_file() and waiting.stat().st_size:
        what, todo = "a program still writes to this database", "close it, and copy the project again"
        raise DataError(what, file=path, found=waiting.name, todo=todo)
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        yield Database(path, connection)


def whole(path: Path, entry: str, column: str, value: object) -> int:
    """Give a whole number that SQLite, which lets anything stand in a column, may hold as something else."""
    if isinstance(value, int):
        return value
    raise DataError("this is not a whole number", file=path, column=f"{entry}, {column}", found=value)

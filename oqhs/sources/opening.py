"""What stands in a file: one table, the sheets of a workbook, the files of an archive."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from oqhs.errors import LayoutError
from oqhs.sources.archives import open_archive
from oqhs.sources.cells import TextTable
from oqhs.sources.delimited import read_delimited
from oqhs.sources.workbooks import Sheet, read_sheets

TEXTS = {".csv", ".txt", ".tsv"}
WORKBOOKS = {".xls", ".xlsx"}
LAYERS = {".geojson", ".json", ".shp", ".gpkg"}
ARCHIVES = {".zip"}


@dataclass(frozen=True)
class Part:
    """A table of a file: `name` is that of its sheet or of its file in the archive, empty when alone."""

    name: str
    path: Path
    table: TextTable | Sheet


@dataclass(frozen=True)
class Content:
    """The tables of a file; `left` names what is not one, `meta_` files of the producer included."""

    path: Path
    parts: tuple[Part, ...]
    left: tuple[str, ...] = ()


def open_tables(path: Path) -> Content:
    """Open every table of a file.

    Raises
    ------
    LayoutError
        The file is not of a kind that holds tables, or is not what its name says.
    DataError
        A table is damaged, or an archive is refused (`open_archive`).
    """
    suffix = path.suffix.lower()
    if suffix in ARCHIVES:
        return _open_archived(path)
    return Content(path, _parts(path, None, ""))


def _open_archived(path: Path) -> Content:
    parts: list[Part] = []
    left: list[str] = []
    with open_archive(path) as members:
        for member in members:
            name = PurePosixPath(member.name)
            if name.suffix.lower() in LAYERS:
                raise LayoutError(
                    "the archive holds a layer",
                    file=path / member.name,
                    allowed="tables; a layer is read once it is unpacked",
                    todo="add the archive with `oqhs add`, which unpacks it",
                )
            if name.suffix.lower() not in TEXTS | WORKBOOKS or is_companion(member.name):
                left.append(member.name)
                continue
            content = member.read()
            try:
                parts += _parts(path / member.name, content, member.name)
            except LayoutError:
                if name.suffix.lower() != ".txt":
                    raise
                left.append(member.name)  # a notice, in prose
    return Content(path, tuple(parts), tuple(left))


def is_companion(name: str) -> bool:
    """Tell whether a file of an archive only describes the others."""
    stem = PurePosixPath(name).name.lower()
    return stem.startswith(("meta_", "lisez", "readme", "dictionnaire"))


def _parts(path: Path, content: bytes | None, name: str) -> tuple[Part, ...]:
    suffix = path.suffix.lower()
    if suffix in WORKBOOKS:
        sheets = read_sheets(path, content)
        return tuple(Part(f"{name}/{sheet.name}".strip("/"), path, sheet) for sheet in sheets)
    if suffix in TEXTS:
        return (Part(name, path, read_delimited(path, content)),)
    raise LayoutError(
        "nothing says how to read this file",
        file=path,
        found=path.suffix,
        allowed=", ".join(sorted(TEXTS | WORKBOOKS | LAYERS | ARCHIVES))
        + ", or a card with `layout: mapped`",
        todo="write its card beside it",
    )

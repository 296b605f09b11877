"""A release whose quartiers have hostile names: in no file of it does one run, hide or break a row."""

import csv
import json
import re
import sqlite3
import zipfile
from contextlib import closing
from html import unescape

import pandas as pd
import pytest
from small_edition import edition

from oqhs.publish import printed

HOSTILE = (
    '=HYPERLINK("http://x")',
    "<script>alert(1)</script>",
    "@SUM(1)",
    "a|b",
    "évil\u202egnp",
    "+33 1",
    "-2+3",
    "cmd\x1b[31m",
    "Les\r\nBleuets\t",
)
#: What is left of them: plain text on one line.
PLAIN = (*HOSTILE[:4], "évilgnp", "+33 1", "-2+3", "cmd[31m", "Les Bleuets")
TEXTS = {".csv", ".md", ".json"}


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Folders of releases that have, together, every hostile name."""
    made = []
    for first in range(0, len(HOSTILE), 3):
        home = tmp_path_factory.mktemp("hostile")
        made.append(edition(home / "data", names=HOSTILE[first : first + 3]).release(home / "processed"))
    return made


def files_of(folders, suffix):
    found = [path for folder in folders for path in sorted(folder.rglob(f"*{suffix}"))]
    assert found
    return found


def cells_of_workbook(path):
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name).decode("utf-8") for name in archive.namelist()}
    return [unescape(text) for part in parts.values() for text in re.findall(r">([^<]*)<", part)]


def cells_of_geopackage(path):
    with closing(sqlite3.connect(path)) as base:
        tables = [name for (name,) in base.execute("select name from sqlite_master where type = 'table'")]
        rows = [row for name in tables for row in base.execute(f'select * from "{name}"')]  # noqa: S608
    return [cell for row in rows for cell in row if isinstance(cell, str)]


def cells_of_parquet(path):
    frame = pd.read_parquet(path)
    return [cell for name in frame for cell in frame[name] if isinstance(cell, str)]


def strings_of(content):
    if isinstance(content, dict):
        return [text for pair in content.items() for part in pair for text in strings_of(part)]
    if isinstance(content, list):
        return [text for part in content for text in strings_of(part)]
    return [content] if isinstance(content, str) else []


READERS = {
    ".xlsx": cells_of_workbook,
    ".gpkg": cells_of_geopackage,
    ".parquet": cells_of_parquet,
    ".json": lambda path: strings_of(json.loads(path.read_text(encoding="utf-8"))),
}


def hidden_in(text, allowed="\n\u00a0\u202f"):
    return {one for one in text if not (one.isprintable() or one in allowed)}


def rows_of(path):
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.reader(stream, delimiter=";"))


def test_no_kind_of_file_is_left_out(folders):
    kinds = {path.suffix for folder in folders for path in folder.rglob("*") if path.is_file()}
    assert kinds <= {*READERS, *TEXTS}, "a format nobody checks: say here how its texts are read"


@pytest.mark.parametrize("suffix", sorted(TEXTS))
def test_a_text_file_holds_no_character_nobody_sees(folders, suffix):
    for path in files_of(folders, suffix):
        text = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
        assert not hidden_in(text), path.name


@pytest.mark.parametrize("suffix", sorted(READERS))
def test_no_cell_holds_a_character_nobody_sees(folders, suffix):
    allowed = "\r\n\t\u00a0\u202f" if suffix == ".gpkg" else "\n\u00a0\u202f"
    for path in files_of(folders, suffix):
        for cell in READERS[suffix](path):
            # The end of a line of a CSV is named in the datapackage; a style and its SQL are indented.
            assert not hidden_in("" if cell == "\r\n" else cell, allowed), cell


@pytest.mark.parametrize("suffix", [".xlsx", ".parquet", ".gpkg"])
def test_every_name_is_there_as_plain_text(folders, suffix):
    held = {cell for path in files_of(folders, suffix) for cell in READERS[suffix](path)}
    assert set(PLAIN) <= held


def test_no_cell_of_the_workbook_is_a_formula_nor_a_link(folders):
    for path in files_of(folders, ".xlsx"):
        with zipfile.ZipFile(path) as archive:
            sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
            assert sheets
            for name in sheets:
                part = archive.read(name).decode("utf-8")
                assert not re.search(r"<f[ >]", part)
                assert "<hyperlink" not in part
            assert "_x001B_" not in archive.read("xl/sharedStrings.xml").decode("utf-8")


#: A signed figure as it is printed, with its unit or without.
FIGURE = re.compile(
    r"[+-][0-9]{1,3}(?:[\u00a0\u202f]?[0-9]{3})*(?:,[0-9]+)?(?:[ \u00a0\u202f][^\W\d]+|[ \u00a0\u202f]?[%€])?"
)


def test_no_cell_of_a_csv_starts_a_formula(folders):
    for path in files_of(folders, ".csv"):
        for row in rows_of(path):
            started = [
                cell
                for cell in row
                if cell[:1] in {"=", "@", "+", "-", "\t", "\r"} and cell not in {"+", "-", "="}
            ]
            assert not [cell for cell in started if not FIGURE.fullmatch(cell) and not is_number(cell)], (
                path.name
            )


def is_number(cell):
    return re.fullmatch(r"-?[0-9]+(?:,[0-9]+)?(?:e[+-][0-9]+)?", cell) is not None


def test_a_name_that_starts_as_a_formula_stands_behind_an_apostrophe_in_a_csv(tmp_path):
    names = ("=1+1", "@SUM(1)", "-2+3")
    small = edition(tmp_path, names=names)
    for code, name in zip(("QN99901M", "QN99902M", "QN99903M"), names, strict=True):
        path = tmp_path / f"{code}.csv"
        printed.write(small.key_table(territory=code), path, "Indicateurs clés", invented=True)
        cells = {cell for row in rows_of(path) for cell in row}
        assert f"'{name}" in cells
        assert name not in cells


def test_every_row_of_a_csv_has_as_many_cells_as_its_header(folders):
    for path in files_of(folders, ".csv"):
        rows = rows_of(path)
        assert {len(row) for row in rows} == {len(rows[0])}, path.name


def test_no_markup_of_a_name_is_rendered_in_markdown(folders):
    for path in files_of(folders, ".md"):
        text = path.read_text(encoding="utf-8")
        assert "<script" not in text.lower(), path.name


def test_a_hostile_name_is_printed_as_plain_text_on_a_terminal(run, tmp_path):
    edition(tmp_path, names=("cmd\x1b[31m", "évil\u202egnp", "[link=http://x]y[/link]"))
    code, out, err = run("table", 2024, "--quartiers", "QN99901M,QN99902M,QN99903M", "--data", tmp_path)
    assert (code, hidden_in(out), hidden_in(err)) == (0, set(), set())
    for name in ("cmd[31m", "évilgnp", "[link=http://x]y[/link]"):
        assert f"{name} / " in out


def test_a_table_of_one_quartier_as_markdown_is_plain_text(tmp_path):
    small = edition(tmp_path, names=("<script>alert(1)</script>", "a|b", "Les\nBleuets"))
    for code in ("QN99901M", "QN99902M", "QN99903M"):
        path = tmp_path / f"{code}.md"
        printed.write(small.key_table(territory=code), path, "Indicateurs clés", invented=True)
        text = path.read_text(encoding="utf-8")
        assert "<script" not in text
        rows = [line for line in text.splitlines() if line.startswith("|")]
        bars = {len(re.findall(r"(?<!\\)\|", row)) for row in rows}
        assert len(bars) <= 2, bars

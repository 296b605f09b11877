"""A release is rebuilt elsewhere: the same files come out, or the first difference is named."""

import json
import re
import shutil
import sqlite3
import zipfile

import pandas as pd
import pytest
from small_edition import edition, write_data

from oqhs import verifying
from oqhs.errors import DataError, UnknownError
from oqhs.verifying import other_versions, verify


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    """A data folder and its releases: r1, then r2 where a cell was corrected."""
    home = tmp_path_factory.mktemp("verified")
    edition(home / "data").release(home / "data" / "processed")
    edition(home / "data", hlm=6).release(home / "data" / "processed")
    return home / "data"


@pytest.fixture
def copied(released, tmp_path):
    return shutil.copytree(released, tmp_path / "data")


def csv_cell(folder):
    path = folder / "observations.csv"
    text = path.read_bytes()
    assert b"23,4375" in text
    path.write_bytes(text.replace(b"23,4375", b"23,4376", 1))
    return "observations.csv", ["value", "23,4375", "23,4376"]


def parquet_cell(folder):
    path = folder / "ecarts.parquet"
    table = pd.read_parquet(path)
    row = table.index[table["gap"].notna()][0]
    table.loc[row, "gap"] += 1
    table.to_parquet(path, index=False, compression="zstd")
    return "ecarts.parquet", ["gap", str(table.loc[row, "territory"])]


def geopackage_cell(folder):
    path = folder / "indicateurs-2024.gpkg"
    with sqlite3.connect(path) as base:
        # The triggers of the spatial index call functions of GDAL: they are put back afterwards.
        triggers = base.execute("select name, sql from sqlite_master where type = 'trigger'").fetchall()
        for name, _ in triggers:
            base.execute(f'drop trigger "{name}"')
        base.execute("update quartiers set taux_pauvrete = 41 where territory = 'QN99901M'")
        for _, definition in triggers:
            base.execute(definition)
    return "indicateurs-2024.gpkg", ["taux_pauvrete", "quartiers"]


def json_value(folder):
    path = folder / "datapackage.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    content["title"] = "autre"
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return "datapackage.json", ["title", "autre"]


def markdown_line(folder):
    path = folder / "tableau_cle.md"
    path.write_text(
        path.read_text(encoding="utf-8").replace("23,4", "23,5", 1), encoding="utf-8", newline="\n"
    )
    return "tableau_cle.md", ["line"]


def missing_file(folder):
    (folder / "passage_des_quartiers.csv").write_text("a\n", encoding="utf-8")
    return "passage_des_quartiers.csv", []


def test_the_last_release_comes_out_byte_for_byte_though_it_follows_another_one(released):
    release, differences = verify(released, 2024, released / "processed")
    assert release.name == "r2"
    assert differences == []


@pytest.mark.parametrize(
    "change", [csv_cell, parquet_cell, geopackage_cell, json_value, markdown_line, missing_file]
)
def test_one_changed_cell_is_found_with_its_file_and_its_place(copied, change):
    name, told = change(copied / "processed" / "2024" / "r2")
    _, differences = verify(copied, 2024, copied / "processed")
    (found,) = [one for one in differences if name in str(one)]
    assert all(part in str(found) for part in told), str(found)


def test_a_workbook_with_one_changed_cell_is_found_by_sheet_and_cell(copied):
    path = copied / "processed" / "2024" / "r2" / "indicateurs-2024.xlsx"
    with zipfile.ZipFile(path) as book:
        parts = {part: book.read(part) for part in book.infolist()}
    cells = []
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for part, content in parts.items():
            if part.filename == "xl/worksheets/sheet3.xml":  # after Lisez-moi and Tableau clé
                cells = re.findall(rb'<c r="([A-Z]+[0-9]+)"[^>]*><v>40</v>', content)
                content = content.replace(b"<v>40</v>", b"<v>41</v>")  # noqa: PLW2901
            book.writestr(part, content)
    (cell,) = [found.decode() for found in cells]
    _, differences = verify(copied, 2024, copied / "processed")
    (found,) = [one for one in differences if "indicateurs-2024.xlsx" in str(one)]
    assert all(part in str(found) for part in ("Par quartier", cell, "40", "41")), str(found)


def test_data_that_changed_since_the_release_are_told(copied):
    write_data(copied, hlm=7)
    _, differences = verify(copied, 2024, copied / "processed")
    assert {"mesures.csv", "manifest.json"} <= {one.file for one in differences}


def test_the_command_ends_with_1_and_names_the_difference(copied, run):
    csv_cell(copied / "processed" / "2024" / "r2")
    code, said, _ = run("verify", 2024, "--data", copied)
    assert code == 1
    assert "observations.csv" in said
    assert "23,4376" in said


def test_the_command_ends_with_0_when_nothing_differs(released, run):
    code, said, _ = run("verify", 2024, "--data", released)
    assert code == 0
    assert "byte for byte" in said


def test_an_edition_without_a_release_cannot_be_verified(tmp_path):
    write_data(tmp_path / "data")
    with pytest.raises(UnknownError, match="no release to verify"):
        verify(tmp_path / "data", 2024, tmp_path / "data" / "processed")


def test_a_release_whose_manifest_was_changed_is_not_verified_as_if_it_were_whole(copied):
    path = copied / "processed" / "2024" / "r2" / "manifest.json"
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    with pytest.raises(DataError, match="changed since it was made"):
        verify(copied, 2024, copied / "processed")


def test_a_release_made_with_other_versions_says_which(released, monkeypatch):
    release = released / "processed" / "2024" / "r2"
    assert other_versions(release) == {}
    here = verifying.versions(site=False)
    monkeypatch.setattr(verifying, "versions", lambda **_: {**here, "pandas": "0.0"})
    assert other_versions(release) == {"pandas": (here["pandas"], "0.0")}

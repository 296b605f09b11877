"""The release of the real edition 2024, written and read back with other libraries."""

from __future__ import annotations

import csv
import hashlib
import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import python_calamine
from real_plain import number

from oqhs.edition import Edition

pytestmark = pytest.mark.real


@pytest.fixture(scope="session")
def release(edition_2024: Edition, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return edition_2024.release(tmp_path_factory.mktemp("processed"))


def rows_of(path: Path) -> list[dict[str, str]]:
    text = path.read_bytes().decode("utf-8")
    assert text.startswith("\ufeff")
    return list(csv.DictReader(text.removeprefix("\ufeff").splitlines(), delimiter=";"))


def test_the_observations_read_back_from_parquet_are_those_of_the_edition(
    release: Path, edition_2024: Edition
):
    stored = pq.read_table(release / "observations.parquet").to_pandas()
    expected = edition_2024.observations
    assert len(stored) == len(expected) == stored[["indicator", "territory"]].drop_duplicates().shape[0]
    for column in ("value", "lower", "upper", "coverage"):
        # A release keeps twelve significant digits.
        np.testing.assert_allclose(stored[column].to_numpy(), expected[column].to_numpy(), rtol=1e-11)
    for column in ("indicator", "territory", "status", "origin", "note"):
        assert stored[column].tolist() == expected[column].tolist()
    assert not stored["invented"].any()


def test_the_gaps_read_back_from_a_csv_with_decimal_commas(release: Path, edition_2024: Edition):
    rows = rows_of(release / "ecarts.csv")
    stored = {
        row["territory"]: number(row["gap"])[0]
        for row in rows
        if (row["indicator"], row["reference"]) == ("taux_pauvrete", "departement")
    }
    gaps = edition_2024.gaps("departement")
    gaps = gaps[gaps["indicator"] == "taux_pauvrete"].set_index("territory")["gap"]
    assert len(stored) == 47
    assert sum(gap is not None for gap in stored.values()) == 42
    for territory, gap in stored.items():
        if gap is None:
            assert pd.isna(gaps[territory])
        else:
            assert float(gap) == pytest.approx(gaps[territory], rel=1e-11)
    printed = [row["gap"] for row in rows if row["gap"]]
    assert all("." not in cell and cell.removeprefix("-").replace(",", "").isdigit() for cell in printed)


def test_the_key_table_reads_back_from_the_workbook_in_numbers(release: Path, edition_2024: Edition):
    book = python_calamine.CalamineWorkbook.from_path(str(release / "indicateurs-2024.xlsx"))
    rows = book.get_sheet_by_name("Tableau clé").to_python()
    top = next(i for i, row in enumerate(rows) if "Indicateur" in row)
    table = [dict(zip(rows[top], row, strict=True)) for row in rows[top + 1 :]]
    named = {row["Indicateur"]: row for row in table}
    expected = edition_2024.key_table().set_index("indicator").loc["taux_pauvrete"]
    poverty = named["Taux de pauvreté"]
    assert poverty["QPV du Val-de-Marne"] == pytest.approx(expected["qpv"], rel=1e-11)
    assert poverty["Val-de-Marne"] == pytest.approx(expected["reference"], rel=1e-11)
    assert poverty["Écart"] == pytest.approx(expected["gap"], rel=1e-11)
    assert set(edition_2024.key_table()["label"]) <= set(named)
    # A figure that is not there is never a number, least of all zero.
    absent = named["Population de 60 ans et plus"]
    assert all(not isinstance(absent[column], float) for column in ("Val-de-Marne", "Écart"))
    cells = {
        cell for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for cell in row
    }
    assert expected["reading_key"] in cells


def test_the_territories_read_back_as_a_layer_with_their_outlines(release: Path, edition_2024: Edition):
    layer = gpd.read_parquet(release / "territoires.parquet")
    assert layer.crs.to_epsg() == 2154
    kinds = layer["kind"].value_counts()
    assert (kinds["qpv"], kinds["commune"], kinds["ept"]) == (47, 47, 3)
    quartiers = layer[layer["kind"] == "qpv"]
    assert quartiers.geometry.is_valid.all()
    # All the quartiers together cover what each of them covers: none lies on another.
    whole = layer.set_index("territory").geometry["QPV-94"]
    assert whole.area == pytest.approx(quartiers.area.sum(), rel=1e-3)
    assert sorted(layer["territory"]) == sorted(edition_2024.territories["territory"])


def test_the_manifest_vouches_for_the_real_files_and_for_what_was_written(release: Path, real_data: Path):
    manifest = json.loads((release / "manifest.json").read_text(encoding="utf-8"))
    poverty = (real_data / "insee/cc_filosofi_2021_COM.csv").read_bytes()
    assert manifest["inputs"]["filosofi-com-2021"]["sha256"] == hashlib.sha256(poverty).hexdigest()
    assert manifest["invented"] is False
    written = {path.name for path in release.iterdir()} - {"manifest.json"}
    assert set(manifest["outputs"]) == written
    for name, checksum in manifest["outputs"].items():
        assert hashlib.sha256((release / name).read_bytes()).hexdigest() == checksum


def test_an_identical_release_is_not_written_twice(release: Path, edition_2024: Edition):
    assert edition_2024.release(release.parents[1]) == release
    assert [path.name for path in release.parent.iterdir() if path.is_dir()] == ["r1"]

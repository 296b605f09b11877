"""Published tables, as received: every territory, every value, every status."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from real_columns import TABLES, Published
from real_plain import number, table

from oqhs.errors import DataError
from oqhs.sources import Reading, load, read
from oqhs.sources.cards import Card, sha256
from oqhs.sources.mappings import TableMapping

pytestmark = pytest.mark.real

#: The row the producer calls « Ensemble » is not a quartier.
ALL_QUARTIERS = {"Ensemble": "QPV-METRO"}


@cache
def reading_of(path: Path, options: tuple) -> Reading:
    return load(path, **dict(options))


@pytest.fixture(scope="session", params=TABLES.values(), ids=TABLES)
def published(request: pytest.FixtureRequest) -> Published:
    return request.param


@pytest.fixture
def reading(real_data: Path, published: Published) -> Reading:
    return reading_of(real_data / published.path, tuple(published.options.items()))


def cells_by_column(path: Path, delimiter: str = ";") -> dict[str, list[str]]:
    header, rows = table(path, delimiter)
    return dict(zip(header, map(list, zip(*rows, strict=True)), strict=True))


def assert_same_cells(frame: pd.DataFrame, codes: list[str], cells: list[str], decimal: str) -> None:
    """Compare the rows of one variable with the cells of one column, code by code."""
    values, statuses = zip(*(number(cell, decimal) for cell in cells), strict=True)
    expected = pd.DataFrame(
        {"value": [np.nan if v is None else float(v) for v in values], "status": statuses},
        index=[ALL_QUARTIERS.get(code.strip(), code.strip()) for code in codes],
    ).sort_index()
    found = frame.set_index("territory").sort_index()
    assert found.index.tolist() == expected.index.tolist()
    assert found["status"].tolist() == expected["status"].tolist()
    np.testing.assert_array_equal(found["value"].to_numpy(), expected["value"].to_numpy())


def test_no_territory_of_a_published_table_is_lost_or_added(
    real_data: Path, published: Published, reading: Reading
):
    header, rows = table(real_data / published.path)
    key = [name.upper() for name in header].index("CODGEO")
    codes = {row[key].strip() for row in rows}
    assert reading.territories == reading.frame["territory"].nunique() == len(codes)
    assert len(reading.frame) == len(codes) * len(published.columns)


def test_every_cell_of_a_published_table_is_the_one_an_independent_reading_gives(
    real_data: Path, published: Published, reading: Reading
):
    cells = cells_by_column(real_data / published.path)
    codes = cells[next(name for name in cells if name.upper() == "CODGEO")]
    by_variable = dict(list(reading.frame.groupby("variable", observed=True)))
    assert set(by_variable) == set(published.columns.values())
    for column, variable in published.columns.items():
        assert_same_cells(by_variable[variable], codes, cells[column], ",")


def test_year_and_perimeter_are_those_of_the_data(published: Published, reading: Reading):
    assert set(reading.frame["year"]) == {published.year}
    assert set(reading.frame["perimeter"]) == {published.perimeter}


def test_every_column_nobody_mapped_is_listed(real_data: Path, published: Published, reading: Reading):
    header, _ = table(real_data / published.path)
    used = {"CODGEO", published.note.upper(), *published.labels}
    used |= {name.upper() for name in published.columns}
    assert list(reading.unmapped) == [name for name in header if name.upper() not in used]


def test_the_quality_mark_of_a_row_becomes_its_note(real_data: Path, published: Published, reading: Reading):
    cells = cells_by_column(real_data / published.path)
    if not published.note:
        assert set(reading.frame["note"]) == {""}
        return
    key = next(name for name in cells if name.upper() == "CODGEO")
    marks = dict(zip(cells[key], cells[published.note], strict=True))
    expected = {
        ALL_QUARTIERS.get(code, code): "" if mark in {"", "0"} else f"{published.note.upper()} = {mark}"
        for code, mark in marks.items()
    }
    found = reading.frame.drop_duplicates("territory").set_index("territory")["note"].astype("str")
    assert found.to_dict() == expected


def test_the_edition_of_a_thematic_base_is_refused_as_the_year_of_its_incomes(real_data: Path):
    with pytest.raises(DataError, match="2021 is the edition of this file, its data are of 2017"):
        read(real_data / "insee_qpv/REVN_2021.csv", year=2021)


def test_a_header_without_a_perimeter_is_refused_until_somebody_gives_it(real_data: Path):
    with pytest.raises(DataError, match="nothing says on which perimeter"):
        read(real_data / "insee/FILO2019_DISP_DEP.csv")


def test_rows_that_repeat_an_intercommunal_quartier_are_read_once(real_data: Path, cards: dict[str, Card]):
    path = real_data / "insee_qpv/qpv2024_assembled.csv"
    cells = cells_by_column(path, ",")
    first = {code: row for row, code in reversed(list(enumerate(cells["codeQPV"])))}
    assert len(first) < len(cells["codeQPV"])
    reading = load(path, card=cards["qpv-2024-assembled"])
    assert reading.territories == len(first)
    assert len(reading.frame) == 2 * len(first)
    mapped = {"popMuniQPV": "population", "taux_pauvrete_60%": "taux_pauvrete_60"}
    for column, variable in mapped.items():
        rows = reading.frame[reading.frame["variable"] == variable]
        assert_same_cells(rows, list(first), [cells[column][row] for row in first.values()], ".")
    years = reading.frame.groupby("variable", observed=True)["year"].unique().map(list).to_dict()
    assert years == {"population": [2020], "taux_pauvrete_60": [2021]}
    assert list(reading.unmapped) == [name for name in cells if name not in {"codeQPV", *mapped}]


def test_a_parquet_table_is_read_by_the_mapping_of_its_card(real_data: Path):
    path = real_data / "insee/rp_iris_94_assembled.parquet"
    mapped = {
        "P22_POP": "population",
        "dmv_60p_pct_22": "part_60_plus",
        "log_lochlm_pct_22": "locataires_hlm",
    }
    card = Card(
        id="rp-iris",
        layout="mapped",
        source="rp",
        year=2022,
        perimeter="iris2022",
        licence="etalab-2.0",
        obtained="2026-01-01",
        sha256=sha256(path),
        mapping=TableMapping(key="code", decimal=".", columns=mapped),
    )
    reading = load(path, card=card)
    stored = pq.read_table(path)
    codes = stored.column("code").to_pylist()
    assert reading.territories == reading.frame["territory"].nunique() == len(set(codes)) == 530
    for column, variable in mapped.items():
        expected = dict(zip(codes, stored.column(column).to_pylist(), strict=True))
        found = reading.frame[reading.frame["variable"] == variable].set_index("territory")
        absent = [code for code, value in expected.items() if value is None or value != value]  # noqa: PLR0124
        assert found.index[found["status"] == "not_available"].tolist() == sorted(absent)
        seen = found.loc[found["status"] == "observed", "value"].to_dict()
        assert seen == {code: value for code, value in expected.items() if code not in absent}
    assert list(reading.unmapped) == [n for n in stored.column_names if n not in {"code", *mapped}]

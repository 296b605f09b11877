"""Incomes by IRIS as published: disposable in 2019, declared in 2021, every cell of both."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from real_plain import number, table

from oqhs.sources import Reading, load

pytestmark = pytest.mark.real

_DECILES = {f"D{i}": f"d{i}" for i in (1, 2, 3, 4, 6, 7, 8, 9)}
#: Written by hand from the dictionaries of the producer.
DISPOSABLE = {f"DISP_{stem}19": f"niveau_vie_{name}" for stem, name in _DECILES.items()} | {
    "DISP_TP6019": "taux_pauvrete_60",
    "DISP_Q119": "niveau_vie_q1",
    "DISP_MED19": "niveau_vie_median",
    "DISP_Q319": "niveau_vie_q3",
    "DISP_EQ19": "niveau_vie_ecart_relatif",
    "DISP_RD19": "niveau_vie_rapport_d9_d1",
    "DISP_S80S2019": "niveau_vie_s80_s20",
    "DISP_GI19": "niveau_vie_gini",
    "DISP_PACT19": "part_revenus_activite",
    "DISP_PTSA19": "part_salaires",
    "DISP_PCHO19": "part_chomage",
    "DISP_PBEN19": "part_benefices",
    "DISP_PPEN19": "part_pensions",
    "DISP_PPAT19": "part_patrimoine",
    "DISP_PPSOC19": "part_prestations",
    "DISP_PPFAM19": "part_prestations_familiales",
    "DISP_PPMINI19": "part_minima_sociaux",
    "DISP_PPLOGT19": "part_prestations_logement",
    "DISP_PIMPOT19": "part_impots",
}
DECLARED = {
    "DEC_PIMP21": "part_menages_imposes",
    "DEC_TP6021": "part_bas_revenus_declares",
    "DEC_Q121": "revenu_declare_q1",
    "DEC_MED21": "revenu_declare_median",
    "DEC_Q321": "revenu_declare_q3",
    "DEC_D121": "revenu_declare_d1",
    "DEC_D921": "revenu_declare_d9",
    "DEC_RD21": "revenu_declare_rapport_d9_d1",
}
FILES = {
    "filosofi_iris": ("insee/BASE_TD_FILO_DISP_IRIS_2019.csv", 2019, DISPOSABLE, ("DISP_NOTE19",)),
    "filosofi_iris_declare": (
        "insee/BASE_TD_FILO_IRIS_2021_DEC.csv",
        2021,
        DECLARED,
        ("DEC_INCERT21", "DEC_NOTE21"),
    ),
}


@pytest.fixture(scope="module", params=FILES)
def layout(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def reading(real_data: Path, layout: str) -> Reading:
    path, year, *_ = FILES[layout]
    return load(real_data / path, perimeter=f"iris{year}")


@pytest.fixture(scope="module")
def cells(real_data: Path, layout: str) -> dict[str, list[str]]:
    """Cells of each column, with the csv module alone."""
    header, rows = table(real_data / FILES[layout][0])
    return dict(zip(header, map(list, zip(*rows, strict=True)), strict=True))


def test_every_iris_is_read_once(layout: str, reading: Reading, cells: dict):
    codes = cells["IRIS"]
    assert reading.layout == layout
    assert reading.territories == len(codes) == len(set(codes))
    assert len(reading.frame) == len(codes) * len(FILES[layout][2])
    assert set(reading.frame["year"]) == {FILES[layout][1]}


def test_every_cell_is_the_one_an_independent_reading_gives(layout: str, reading: Reading, cells: dict):
    columns = FILES[layout][2]
    by_variable = dict(list(reading.frame.groupby("variable", observed=True)))
    assert set(by_variable) == set(columns.values())
    for column, variable in columns.items():
        values, statuses = zip(*map(number, cells[column]), strict=True)
        expected = pd.DataFrame(
            {"value": [np.nan if v is None else float(v) for v in values], "status": statuses},
            index=cells["IRIS"],
        ).sort_index()
        found = by_variable[variable].set_index("territory").sort_index()
        assert found.index.tolist() == expected.index.tolist()
        assert found["status"].tolist() == expected["status"].tolist()
        np.testing.assert_array_equal(found["value"].to_numpy(), expected["value"].to_numpy())


def test_each_code_of_the_producer_is_counted_as_its_own_reason(layout: str, reading: Reading, cells: dict):
    expected = Counter(number(cell)[1] for column in FILES[layout][2] for cell in cells[column])
    assert Counter(reading.frame["status"]) == expected
    assert expected["observed"] > 0


def test_the_marks_of_a_row_are_its_note(layout: str, reading: Reading, cells: dict):
    names = FILES[layout][3]

    def told(marks: tuple[str, ...]) -> str:
        kept = [(name, mark) for name, mark in zip(names, marks, strict=True) if mark not in {"", "0", "so"}]
        return " ; ".join(f"{name} = {mark}" for name, mark in kept)

    rows = zip(cells["IRIS"], zip(*(cells[name] for name in names), strict=True), strict=True)
    found = reading.frame.drop_duplicates("territory").set_index("territory")["note"].astype("str").to_dict()
    assert found == {code: told(marks) for code, marks in rows}


def test_the_low_declared_incomes_are_not_the_poverty_rate(layout: str, reading: Reading):
    variables = set(reading.frame["variable"])
    assert ("taux_pauvrete_60" in variables) is (layout == "filosofi_iris")
    assert ("part_bas_revenus_declares" in variables) is (layout == "filosofi_iris_declare")
    if layout == "filosofi_iris_declare":
        assert not any(variable.startswith("niveau_vie") for variable in variables)


def test_every_column_nobody_mapped_is_told(layout: str, reading: Reading, cells: dict):
    _, _, columns, notes = FILES[layout]
    used = {"IRIS", "LIBIRIS", "COM", "LIBCOM", *columns, *notes}
    assert list(reading.unmapped) == [name for name in cells if name not in used]

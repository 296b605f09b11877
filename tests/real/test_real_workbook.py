"""The workbook of 2010, an .xls under a title and a row of labels: every quartier, every cell."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlrd

from oqhs.errors import DataError
from oqhs.sources import Reading, load, read

pytestmark = pytest.mark.real

FILE = "insee_qpv/demographie_2010_qpv.xls"
HEADER, FIRST = 5, 7  # rows of the names and of the first quartier; the labels stand between them
#: Written by hand from the labels and the documentation of the workbook.
COLUMNS = {
    "ind_jeune": "indice_jeunesse",
    "tx_tot_60a74": "part_60_74",
    "tx_tot_75etplus": "part_75_plus",
    "tx_f": "part_femmes",
    "tx_tot_et": "part_etrangers",
    "tx_f_et": "part_etrangers_femmes",
    "tx_tot_empl": "taux_emploi_15_64",
    "tx_f_empl": "taux_emploi_15_64_femmes",
    "tx_et_empl": "taux_emploi_15_64_etrangers",
    "tx_tot_eprec": "part_emplois_precaires",
    "tx_f_eprec": "part_emplois_precaires_femmes",
    "tx_et_eprec": "part_emplois_precaires_etrangers",
    "tx_tot_infbac": "part_infra_bac",
    "tx_tot_diplbac": "part_bac",
    "tx_tot_diplbac2": "part_bac_2_plus",
    "tx_tot_scol": "taux_scolarisation_16_24",
    "tx_tot_men1": "part_menages_1_personne",
    "tx_tot_men6": "part_menages_6_personnes_plus",
    "tx_tot_fam_mono": "part_menages_monoparentaux",
}


@pytest.fixture(scope="module")
def reading(real_data: Path) -> Reading:
    return load(real_data / FILE, year=2010)


@pytest.fixture(scope="module")
def rows(real_data: Path) -> dict[str, dict[str, object]]:
    """Cells of each quartier by name of their column, read with xlrd alone."""
    sheet = xlrd.open_workbook(real_data / FILE).sheet_by_name("Quartiers")
    names = sheet.row_values(HEADER)
    quartiers = [dict(zip(names, sheet.row_values(i), strict=True)) for i in range(FIRST, sheet.nrows)]
    return {str(row["qp"]): row for row in quartiers if any(cell != "" for cell in row.values())}


def test_every_quartier_of_the_workbook_is_read_and_no_row_of_labels(reading: Reading, rows: dict):
    assert set(reading.frame["territory"]) == set(rows)
    assert "Code du quartier" not in rows
    assert reading.territories == len(rows)
    assert (reading.layout, reading.unread) == ("rp2010_qpv", ("Documentation", "Regions"))


@pytest.mark.parametrize(
    ("code", "jeunes", "femmes", "precaires", "monoparents"),
    [
        # Read on the screen: Grande Reyssouze and Croix Blanche (Bourg-en-Bresse), the two first rows.
        ("QP001001", 1.1, 55.0, 20.3, 11.5),
        ("QP001002", 1.4, 52.4, 39.8, 14.2),
    ],
)
def test_quartiers_read_on_the_screen(
    reading: Reading, code: str, jeunes: float, femmes: float, precaires: float, monoparents: float
):
    found = reading.frame[reading.frame["territory"] == code].set_index("variable")["value"]
    assert found["indice_jeunesse"] == jeunes
    assert found["part_femmes"] == femmes
    assert found["part_emplois_precaires"] == precaires
    assert found["part_menages_monoparentaux"] == monoparents


def test_every_cell_is_the_one_an_independent_reading_gives(reading: Reading, rows: dict):
    found = {
        (row.variable, row.territory): row.value if row.status == "observed" else row.status
        for row in reading.frame.itertuples()
    }
    expected = {
        (variable, code): "not_available" if row[name] == "" else row[name]
        for code, row in rows.items()
        for name, variable in COLUMNS.items()
    }
    assert found == expected


def test_three_quartiers_of_the_val_de_marne_are_those_of_the_workbook(reading: Reading, rows: dict):
    codes = sorted(code for code in rows if code.startswith("QP094"))[:3]
    assert len(codes) == 3
    for code in codes:
        found = reading.frame[reading.frame["territory"] == code].set_index("variable")["value"]
        assert found["part_etrangers"] == rows[code]["tx_tot_et"]
        assert found["taux_emploi_15_64"] == rows[code]["tx_tot_empl"]
        assert found["part_menages_1_personne"] == rows[code]["tx_tot_men1"]


def test_one_parent_families_over_households_are_not_those_over_families(reading: Reading):
    variables = set(reading.frame["variable"])
    assert variables == set(COLUMNS.values())
    assert not variables & {"familles_monoparentales", "familles_mono"}


def test_every_other_column_is_told(reading: Reading, rows: dict):
    names = next(iter(rows.values()))
    used = {"nom_qp", "qp", "listcom", "reg", "niv", *COLUMNS}
    assert list(reading.unmapped) == [name for name in names if name.lower() not in used]


def test_the_year_of_the_census_is_asked_for(real_data: Path):
    with pytest.raises(DataError, match="nothing says of which year"):
        read(real_data / FILE)

"""G13: the key table the observatory published for edition 2024, met from its two published columns."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from real_setup import EDITION_2024, OpenFolder, card_of

from oqhs.sources.cards import Card
from oqhs.sources.mappings import MappedColumn, TableMapping

pytestmark = pytest.mark.real

#: golden.md: indicator, all the quartiers, Val-de-Marne, gap, sign, year.
PUBLISHED = (
    ("part_moins_18", "28,5 %", "23,0 %", "+5,5 pts", "+", 2020),
    ("part_60_plus", "16,7 %", "20,2 %", "−3,5 pts", "−", 2020),
    ("familles_monoparentales", "42,5 %", "31,7 %", "+10,8 pts", "+", 2020),
    ("familles_nombreuses", "30,5 %", "19,6 %", "+10,9 pts", "+", 2020),
    ("part_cadres", "8,3 %", "26,6 %", "−18,3 pts", "−", 2020),
    ("locataires_hlm", "72,0 %", "26,2 %", "+45,8 pts", "+", 2020),
    ("taux_pauvrete", "36,2 %", "17,2 %", "+19,0 pts", "+", 2021),
    ("niveau_vie_median_mensuel", "1 349 €", "2 023 €", "−674 €", "−", 2021),
    ("part_prestations_sociales", "16,1 %", "5,2 %", "+10,9 pts", "+", 2021),
    ("taux_chomage_15_64", "19,5 %", "12,1 %", "+7,4 pts", "+", 2020),
    ("taux_chomage_15_24", "31,5 %", "23,5 %", "+8,0 pts", "+", 2020),
    ("contrats_precaires", "17,9 %", "13,5 %", "+4,4 pts", "+", 2020),
    ("bas_niveau_formation", "34,0 %", "19,4 %", "+14,6 pts", "+", 2020),
    ("pmi_10_min", "50,7 %", "31,2 %", "+19,5 pts", "+", 2024),
    ("exposition_icu", "46,9 %", "23,5 %", "+23,4 pts", "+", 2022),
    ("surface_arboree", "25,5 %", "32,5 %", "−7,0 pts", "−", 2022),
    ("eds_10_min", "24,6 %", "15,3 %", "+9,3 pts", "+", 2024),
)

#: The figures FiLoSoFi publishes have variables of their own; the median is published per year.
VARIABLES = {
    "taux_pauvrete": "taux_pauvrete_60",
    "niveau_vie_median_mensuel": "niveau_vie_median",
    "part_prestations_sociales": "part_prestations",
}
ANNUAL = {"1 349 €": str(12 * 1349), "2 023 €": str(12 * 2023)}


def published_column(folder: Path, code: str, position: int, perimeter: str) -> Card:
    """Write one published column as a table of one row, cells as printed, and give its card."""
    path = folder / f"tableau-publie-{code.lower()}.csv"
    cells = [ANNUAL.get(row[position], row[position]) for row in PUBLISHED]
    header = [row[0] for row in PUBLISHED]
    path.write_text(f"code;{';'.join(header)}\n{code};{';'.join(cells)}\n", encoding="utf-8")
    columns = {
        name: MappedColumn(variable=VARIABLES.get(name, name), year=year) for name, *_, year in PUBLISHED
    }
    mapping = TableMapping(key="code", columns=columns)
    return card_of(path.stem, path, layout="mapped", source="oqhs", perimeter=perimeter, mapping=mapping)


@pytest.fixture(scope="session")
def key_table(
    cards: dict[str, Card], open_folder: OpenFolder, tmp_path_factory: pytest.TempPathFactory
) -> pd.DataFrame:
    files = tmp_path_factory.mktemp("published")
    ours = published_column(files, "QPV-94", 1, "qpv2024")
    theirs = published_column(files, "94", 2, "cog2024")
    inputs = {"qpv": [ours.id], "reference": [theirs.id]}
    indicators = {
        name: {"year": year, "recipe": "published", "inputs": inputs} for name, *_, year in PUBLISHED
    }
    needed = {name: cards[name] for name in ("qpv-2024", "communes", "epts")}
    folder = open_folder(
        "as-published",
        {**needed, ours.id: ours, theirs.id: theirs},
        [{**EDITION_2024, "indicators": indicators}],
    )
    return folder.edition(2024).key_table(mode="published").set_index("indicator")


def as_printed(cell: str) -> str:
    """Words of the library to those of the published table: « points » to « pts », any space to one."""
    return cell.replace("points", "pts").replace("\u00a0", " ").replace("\u202f", " ")


def test_the_published_table_has_the_17_indicators_of_the_key_table_in_its_order(key_table: pd.DataFrame):
    assert key_table.index.tolist() == [row[0] for row in PUBLISHED]


@pytest.mark.parametrize(("name", "ours", "theirs", "gap", "sign", "year"), PUBLISHED)
def test_gap_and_sign_are_those_published(
    key_table: pd.DataFrame, name: str, ours: str, theirs: str, gap: str, sign: str, year: int
):
    row = key_table.loc[name]
    assert as_printed(row["qpv_affiche"]) == ours
    assert as_printed(row["reference_affiche"]) == theirs
    assert as_printed(row["gap_affiche"]) == gap
    assert row["sign"] == sign
    assert row["year"] == year
    assert (row["coverage"], row["reference_coverage"]) == (1.0, 1.0)

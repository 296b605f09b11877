"""The nearest facility of each quartier: PMI at x = 150 m and 2 600 m on one street."""

import numpy as np
import pytest
from invented_ground import addresses, facilities, materials, populations, street

from oqhs.spatial.nearest import PROXIMITY_COLUMNS, proximity_of

FILES = {
    "rues": street(0, 3000),
    "adresses": addresses(("a", 150, 100), ("b", 950, 50), ("c", 1050, 30), ("e", 2550, 40)),
    "pmi": facilities(("p1", 150, None, None), ("p2", 2600, None, None)),
    "com": populations(c99901=20_000, c99902=12_000, c99903=9_999),
}


def table():
    indicators = {"pmi_10_min": (2024, "pmi"), "pmi_minutes": (2024, "pmi")}
    walking = {"streets": "rues", "origins": "adresses", "population": "com"}
    return proximity_of(materials(FILES, indicators, walking=walking))


def test_each_quartier_has_its_nearest_facility_with_metres_and_minutes():
    found = table().set_index("territory")
    # QN99902M: 50 persons at 800 m, 30 at 900 m of p1; QN99904M: 50 m from p2.
    assert found["distance_m"].dropna().to_dict() == pytest.approx(
        {"QN99901M": 0, "QN99902M": 800, "QN99904M": 50}
    )
    assert found.loc["QN99902M", "minutes"] == pytest.approx(800 / 4000 * 60)
    assert found["facility"].dropna().tolist() == ["p1", "p1", "p2"]


def test_two_indicators_of_one_category_give_one_row_a_quartier():
    found = table()
    assert found.columns.tolist() == PROXIMITY_COLUMNS
    assert found["territory"].is_unique
    assert set(found["category"]) == {"pmi"}


def test_a_quartier_where_nobody_starts_is_there_without_a_distance():
    found = table().set_index("territory").loc["QN99903M"]
    assert np.isnan(found["distance_m"])
    assert found["status"] == "not_applicable"


def test_an_edition_without_walks_has_an_empty_table():
    assert proximity_of(materials({}, {})).columns.tolist() == PROXIMITY_COLUMNS

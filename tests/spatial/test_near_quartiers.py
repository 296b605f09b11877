"""Facilities in the quartiers or near them: QN99901M is 100 to 200 m, QN99902M 900 to 1 100 m."""

import numpy as np
from invented_ground import facilities, materials

from oqhs.observations import observations_of

# a: in QN99901M; b: 300 m east of it, exactly; c: 301 m east of it; d: 100 m from QN99902M;
# e: between QN99902M and QN99903M (1 950 to 2 050 m), out of reach of both.
COLLEGES = [("a", 150, None, None), ("b", 500, None, None), ("c", 501, None, None), ("d", 1200, None, None),
            ("e", 1525, None, None)]  # fmt: skip


def observed(places=COLLEGES):
    made = materials({"pmi": facilities(*places, category="college")}, {"colleges_300_m": (2024, "pmi")})
    return observations_of(made, indicators=["colleges_300_m"]).set_index("territory")


def test_a_facility_counts_up_to_the_distance_from_the_edge_and_not_beyond():
    found = observed()
    assert found.loc[["QN99901M", "QN99902M", "QN99903M", "QN99904M"], "value"].tolist() == [2, 1, 0, 0]


def test_a_facility_near_two_quartiers_counts_once_for_both():
    # 1 525 m is 425 m from both QN99902M and QN99903M; 1 300 m is 200 m from the first, 650 m from the other.
    found = observed([("x", 2060, None, None), ("y", 2290, None, None), ("z", 2400, None, None)])
    # x and y are within 300 m of QN99903M (ends at 2 050 m), y and z of QN99904M (starts at 2 500 m).
    assert found.loc[["QN99903M", "QN99904M", "QPV-999"], "value"].tolist() == [2, 2, 3]


def test_communes_and_departement_have_no_such_count():
    found = observed()
    for code in ("99901", "999", "HORS-QPV-999"):
        assert found.loc[code, "status"] == "not_applicable"
        assert np.isnan(found.loc[code, "value"])


def test_the_note_tells_the_distance_and_how_it_is_taken():
    assert "à 300 m au plus du bord du quartier, à vol d'oiseau" in observed().loc["QN99901M", "note"]


def test_a_facility_without_coordinates_may_be_near_any_quartier():
    found = observed([*COLLEGES, ("lost", None, None, None)]).loc["QN99904M"]
    assert found[["value", "lower", "upper"]].tolist() == [0, 0, 1]
    assert found["coverage"] == 5 / 6
    assert "dont 1 sans coordonnées" in found["note"]

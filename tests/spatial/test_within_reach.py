"""Who is within ten minutes of a facility, worked out on one straight street.

Ten minutes at 4 km/h are 666.67 m. The only PMI stands at x = 150 m, on the street.
"""

import numpy as np
import pytest
import shapely
from invented_ground import addresses, facilities, materials, populations, street

from oqhs.errors import CatalogueError, MeasureError
from oqhs.observations import observations_of

# x of the address: 150 and 950 in 99901, 1050 in 99902, 2100 and 2550 in 99903.
#   QN99901M 100 persons, 0 m        QN99902M 50 persons at 800 m and 30 at 900 m
#   QN99904M 40 persons at 2 400 m   and 60 persons of 99903 who are in no quartier, at 1 950 m
HOMES = [("a", 150, 100), ("b", 950, 50), ("c", 1050, 30), ("d", 2100, 60), ("e", 2550, 40)]
PEOPLE = populations(c99901=20_000, c99902=12_000, c99903=9_999, c99804=15_000)
WALKING = {"streets": "rues", "origins": "adresses", "population": "com"}


def observed(
    name="pmi_10_min", homes=HOMES, pmi=(("p1", 150, None, None),), people=PEOPLE, year=2024, **walking
):
    files = {
        "rues": street(0, 1000, 2000, 3000),
        "adresses": addresses(*homes),
        "pmi": facilities(*pmi),
        "com": people,
    }
    found = observations_of(
        materials(files, {name: (year, "pmi")}, walking=WALKING | walking), indicators=[name]
    )
    return found.set_index("territory")


def test_the_share_is_that_of_the_people_of_each_territory():
    found = observed()
    assert found.loc[["QN99901M", "QN99902M", "QN99904M"], "value"].tolist() == [100, 0, 0]
    # 99901 : 100 of 150; 99902 : 0 of 30.
    assert found.loc["99901", "value"] == pytest.approx(100 * 100 / 150)
    assert found.loc["99902", "value"] == 0
    # Every quartier together: 100 of 100 + 80 + 40.
    assert found.loc["QPV-999", "value"] == pytest.approx(100 * 100 / 220)
    assert found.loc["QPV-999", ["numerator", "denominator"]].tolist() == [100, 220]
    assert found.loc["QN99901M", "perimeter"] == "qpv2024"
    assert found.loc["99901", "perimeter"] == "cog2021"


def test_small_communes_are_left_out_of_the_departement_and_listed():
    found = observed()
    # Orval (99903), of 9 999 inhabitants, is left out: 100 of 150 + 30.
    assert found.loc["999", "value"] == pytest.approx(100 * 100 / 180)
    assert "sans les communes de moins de 10\u202f000 habitants en 2020 (Orval)" in found.loc["999", "note"]
    # The commune itself keeps its value.
    assert found.loc["99903", "value"] == 0


def test_the_rest_of_the_departement_leaves_out_the_same_communes():
    found = observed(homes=[*HOMES, ("f", 500, 20), ("g", 2300, 70)])
    # f, 350 m away, is in 99901 and in no quartier; d and g are in Orval, which is left out.
    assert found.loc["HORS-QPV-999", ["value", "denominator"]].tolist() == [100, 20]
    assert "(Orval)" in found.loc["HORS-QPV-999", "note"]


def test_people_of_a_quartier_that_sticks_out_of_its_commune_are_not_taken_from_the_rest():
    # QN99901M holds a at x = 150; the rest of the département is measured on its own ground.
    people = populations(c99901=20_000, c99902=12_000, c99903=10_000, c99804=15_000)
    found = observed(people=people)
    parts = [found.loc[code, "denominator"] for code in ("QPV-999", "HORS-QPV-999", "999")]
    assert parts == [220, 60, 280]


def test_the_rest_of_the_departement_is_the_departement_without_its_quartiers():
    found = observed(people=populations(c99901=20_000, c99902=12_000, c99903=10_000, c99804=15_000))
    # The département: 100 of 280; its quartiers: 100 of 220; the rest: 0 of 60.
    assert found.loc["999", ["numerator", "denominator"]].tolist() == [100, 280]
    assert found.loc["HORS-QPV-999", ["value", "numerator", "denominator"]].tolist() == [0, 0, 60]


def test_a_quartier_where_nobody_starts_has_no_value_rather_than_zero():
    found = observed().loc["QN99903M"]
    assert found["status"] == "not_applicable"
    assert np.isnan(found["value"])


def test_who_is_too_far_from_a_street_is_unknown_and_the_coverage_says_so():
    # 30 persons of QN99901M's commune live 700 m off the street, farther than the limit of 200 m.
    found = observed(homes=[*HOMES, ("f", 500, 30, 850)])
    assert found.loc["99901", "coverage"] == pytest.approx(150 / 180)
    assert found.loc["99901", "value"] == pytest.approx(100 * 100 / 150)
    assert found.loc["99901", ["lower", "upper"]].tolist() == pytest.approx(
        [100 * 100 / 180, 100 * 130 / 180]
    )


def test_the_nearest_facility_may_be_outside_the_departement():
    # Ailleurs (99804, x from 3 000 m) holds the only PMI; the street is longer.
    files = {
        "rues": street(0, 1000, 2000, 3000, 4000),
        "adresses": addresses(("e", 2550, 40)),
        "pmi": facilities(("ailleurs", 3100, None, None)),
        "com": PEOPLE,
    }
    made = materials(files, {"pmi_10_min": (2024, "pmi")}, walking=WALKING)
    found = observations_of(made, indicators=["pmi_10_min"]).set_index("territory")
    assert found.loc["QN99904M", "value"] == 100


def test_a_facility_that_is_closed_or_not_yet_open_does_not_count():
    places = [
        ("old", 2550, "2000-01-01", "2023-06-30"),
        ("next", 2550, "2025-01-01", None),
        ("p1", 150, None, None),
    ]
    assert observed(pmi=places).loc["QN99904M", "value"] == 0
    assert observed(pmi=places, year=2023).loc["QN99904M", "value"] == 100
    assert observed(pmi=places, year=2025).loc["QN99904M", "value"] == 100


def test_a_facility_without_coordinates_is_told_in_the_note():
    found = observed(pmi=[("p1", 150, None, None), ("lost", None, None, None)])
    assert "dont 1 sans coordonnées, non pris en compte" in found.loc["QN99901M", "note"]


def test_every_value_states_speed_minutes_metres_and_that_it_is_not_the_published_one():
    note = observed().loc["QN99901M", "note"]
    assert "10 min, 667 m" in note
    assert "4,0 km/h" in note
    assert "non comparable à la valeur publiée tant que la vitesse de l'OQHS n'est pas connue" in note
    assert "© les contributeurs d'OpenStreetMap (ODbL)" in note


def test_half_of_the_people_walk_less_than_the_time_given():
    found = observed("pmi_minutes")
    # QN99902M: 50 persons walk 800 m, 30 walk 900 m: half of the 80 are reached at 800 m, 12 min at 4 km/h.
    assert found.loc["QN99902M", "value"] == pytest.approx(12)
    # Every quartier: 100 at 0 m, 50 at 800 m, 30 at 900 m, 40 at 2 400 m: the 110th is at 800 m.
    assert found.loc["QPV-999", "value"] == pytest.approx(12)


def test_a_share_may_be_of_the_surface():
    # Every point of QN99901M (100 to 200 m, 50 m off the street at most) is within reach.
    files = {"rues": street(0, 1000, 2000, 3000), "pmi": facilities(("p1", 150, None, None)), "com": PEOPLE}
    made = materials(
        files,
        {"pmi_10_min": (2024, "pmi")},
        walking={"streets": "rues", "population": "com", "unit": "surface"},
    )
    found = observations_of(made, indicators=["pmi_10_min"]).set_index("territory")
    assert found.loc["QN99901M", "value"] == 100
    assert found.loc["QN99901M", "denominator"] == 10_000
    # QN99904M, 2.4 km away: nobody is within reach, and everything is known.
    assert found.loc["QN99904M", ["value", "coverage"]].tolist() == [0, 1]


@pytest.mark.parametrize(
    ("change", "error", "told"),
    [
        ({"people": PEOPLE[PEOPLE["territory"] != "99902"]}, CatalogueError, "without 99902"),
        ({"unit": "dwellings"}, CatalogueError, "a column of dwellings"),
        ({"origins": None}, CatalogueError, "nothing says where people live"),
        ({"pmi": [("old", 150, None, "2020-01-01")]}, MeasureError, "no facility is open and placed"),
        ({"homes": [("far", 2550, 0)]}, MeasureError, "nobody starts"),
    ],
)
def test_what_cannot_be_walked_says_why(change, error, told):
    with pytest.raises(error, match=told):
        observed(**change)


def test_a_list_without_the_category_of_the_indicator_is_refused():
    with pytest.raises(CatalogueError, match="no facility of the category"):
        observed("eds_10_min")


def test_people_who_start_without_a_count_are_told_and_not_taken_for_nobody():
    homes = addresses(*HOMES)
    homes.loc[0, "population"] = np.nan
    found = by_hand(homes)
    # Nobody counted "a": for what is unknown, it stands for the mean of the others, 180 / 4 = 45 persons.
    assert found.loc["QN99901M", ["status", "coverage"]].tolist() == ["not_covered", 0]
    assert found.loc["99901", ["status", "coverage"]].tolist() == ["not_covered", 50 / 95]
    assert "1 adresses sans effectif" in found.loc["99902", "note"]


def test_people_without_a_place_lower_the_coverage_of_the_departement():
    homes = addresses(*HOMES)
    homes.loc[3, "geometry"] = None  # 60 persons, somewhere
    found = by_hand(homes)
    # 100 of the 180 counted in the communes kept, and 60 more who may be there.
    assert found.loc["999", ["coverage", "value"]].tolist() == pytest.approx([180 / 240, np.nan], nan_ok=True)
    assert "1 adresses sans coordonnées" in found.loc["99901", "note"]


def test_addresses_outside_the_communes_are_counted_and_told():
    found = by_hand(addresses(*HOMES, ("away", 900_000, 50)))
    assert "1 adresses hors des communes" in found.loc["99901", "note"]


def test_a_facility_too_far_from_any_street_is_told():
    pmi = facilities(("p1", 150, None, None), ("p2", 2550, None, None))
    pmi.loc[1, "geometry"] = shapely.Point(2550, 450)
    found = by_hand(addresses(*HOMES), pmi=pmi)
    assert found.loc["QN99904M", "value"] == 0
    assert "1 équipements à plus de 200 m d'une rue, non atteints" in found.loc["QN99904M", "note"]


def by_hand(homes, name="pmi_10_min", **files):
    """Observe an indicator on addresses changed by hand."""
    held = {
        "rues": street(0, 3000),
        "adresses": homes,
        "pmi": facilities(("p1", 150, None, None)),
        "com": PEOPLE,
    }
    made = materials(held | files, {name: (2024, "pmi")}, walking=WALKING)
    return observations_of(made, indicators=[name]).set_index("territory")


def test_the_median_leaves_out_the_small_communes_and_does_not_guess_where_nobody_is_known():
    found = observed("pmi_minutes")
    # 100 persons at 0 m, 50 at 800 m and 30 at 900 m, without the 100 of Orval: the 90th is at 0 m.
    assert found.loc["999", "value"] == 0
    assert "(Orval)" in found.loc["999", "note"]
    # T99 also holds 99804, where the layer of people has nobody.
    assert found.loc["T99", "status"] == "not_available"


def test_the_bounds_of_a_median_hold_those_whose_walk_is_unknown():
    # 60 persons at 0 m, 50 at 800 m (12 min), 25 nobody can join to a street: known for 110 of 135, 81.5 %.
    homes = [("a", 150, 60), ("b", 950, 50), ("f", 500, 25, 850)]
    found = observed("pmi_minutes", homes=homes).loc["99901"]
    # If the 25 are at the door, the 67.5th of 135 is at 0; if they are out of reach, at 12 minutes.
    assert found[["lower", "value", "upper"]].tolist() == pytest.approx([0, 0, 12])

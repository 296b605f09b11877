"""Walking distances on streets small enough to be added up by hand; each sum stands beside its case."""

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from oqhs.catalogue import load_catalogue
from oqhs.measures.walking import NOTICE, StreetNetwork

LAMBERT = 2154
FREE = {"speed_kmh": 4, "max_minutes": math.inf, "max_snap_m": 50}


def network(*streets):
    """Streets: junction, junction, corners, and the length when it is not that of the drawing."""
    lines = [shapely.LineString(corners) for _, _, corners, *_ in streets]
    lengths = [
        street[3] if len(street) > 3 else line.length for street, line in zip(streets, lines, strict=True)
    ]
    columns = {"u": [s[0] for s in streets], "v": [s[1] for s in streets], "length_m": lengths}
    return StreetNetwork(gpd.GeoDataFrame(columns, geometry=lines, crs=LAMBERT))


def facilities(**places):
    shapes = [
        place if isinstance(place, shapely.Geometry) else shapely.Point(place) for place in places.values()
    ]
    return gpd.GeoDataFrame({"code": list(places)}, geometry=shapes, crs=LAMBERT)


def homes(*places):
    return gpd.GeoDataFrame(geometry=shapely.points(places), crs=LAMBERT)


def walked(streets, served, *places, **asked):
    return network(*streets).walk(served, homes(*places), **(FREE | asked))


def one(streets, served, place, **asked):
    row = walked(streets, served, place, **asked).iloc[0]
    return row["facility"], pytest.approx(row["distance_m"], abs=1e-9), row["status"]


CORNER = [(1, 2, [(0, 0), (100, 0)]), (2, 3, [(100, 0), (100, 80)])]


def test_the_legs_off_the_street_and_the_partial_edges_all_count():
    # 10 to the street, 70 to the corner, 50 up the second street, 5 to the door.
    found = walked(CORNER, facilities(A=(105, 50)), (30, 10))
    assert found.loc[0, "distance_m"] == pytest.approx(135.0, abs=1e-9)
    assert found.loc[0, "minutes"] == pytest.approx(135 / 4000 * 60, abs=1e-9)


def test_a_street_longer_than_it_is_drawn_is_walked_in_proportion():
    # Drawn 100 m long and 150 m on the ground: from a third of it, 100 are left; then 50.
    streets = [(1, 2, [(0, 0), (99, 0)], 150.0), (2, 3, [(99, 0), (99, 80)])]
    assert one(streets, facilities(A=(99, 50)), (33, 0)) == ("A", 150.0, "reached")


@pytest.mark.parametrize("streets", [CORNER, [(v, u, corners[::-1]) for u, v, corners in CORNER]])
def test_a_street_is_walked_in_both_directions(streets):
    assert one(streets, facilities(A=(100, 80)), (0, 0)) == ("A", 180.0, "reached")
    assert one(streets, facilities(A=(0, 0)), (100, 80)) == ("A", 180.0, "reached")


def test_a_bend_is_followed():
    # 40 east, 30 north, then 60 east: the home is at 50 along, 80 from the end.
    bent = [(1, 2, [(0, 0), (40, 0), (40, 30), (100, 30)])]
    assert one(bent, facilities(A=(100, 30)), (40, 10)) == ("A", 80.0, "reached")


def test_an_island_is_unreachable_however_long_one_walks():
    streets = [*CORNER, (8, 9, [(0, 40), (60, 40)])]
    found = walked(streets, facilities(A=(100, 80)), (30, 40), (30, 0))
    assert found["status"].tolist() == ["unreachable", "reached"]
    assert found.loc[0, ["facility", "distance_m", "minutes"]].isna().all()
    assert walked(streets, facilities(A=(100, 80)), (30, 40), max_minutes=1).loc[0, "status"] == "unreachable"


PARALLEL = [
    (1, 2, [(0, 0), (100, 0)]),
    (1, 2, [(0, 0), (0, 40), (100, 40), (100, 0)]),
    (2, 3, [(100, 0), (200, 0)]),
]


@pytest.mark.parametrize("order", [[0, 1, 2], [1, 0, 2], [2, 1, 0]])
def test_of_two_parallel_streets_the_shorter_is_walked_and_their_lengths_are_not_added(order):
    # 100 by the straight one and 50 more, not 180, not 280.
    assert one([PARALLEL[k] for k in order], facilities(A=(150, 0)), (0, 0)) == ("A", 150.0, "reached")


def test_who_lives_on_the_longer_of_two_parallel_streets_starts_from_it():
    # 40 + 20 along the longer one to its first end; or 80 + 40 to its other end.
    assert one(PARALLEL, facilities(A=(0, 0)), (20, 40)) == ("A", 60.0, "reached")
    assert one(PARALLEL, facilities(A=(200, 0)), (20, 40)) == ("A", 220.0, "reached")


def test_a_facility_in_the_middle_of_a_street_is_reached_from_both_sides():
    streets = [(1, 2, [(0, 0), (100, 0)]), (2, 3, [(100, 0), (200, 0)]), (3, 4, [(200, 0), (300, 0)])]
    found = walked(streets, facilities(A=(140, 0)), (50, 0), (250, 0))
    assert found["distance_m"].tolist() == pytest.approx([90.0, 110.0], abs=1e-9)


def test_a_home_and_a_facility_on_one_street_go_straight():
    assert one(CORNER, facilities(A=(80, 0)), (30, 0)) == ("A", 50.0, "reached")
    assert one(CORNER, facilities(A=(30, 0)), (80, 0)) == ("A", 50.0, "reached")


def test_a_home_and_a_facility_on_one_street_go_round_where_that_is_shorter():
    # Both on the long way round: 10 + 100 + 10 by the short one, 160 along their own.
    assert one(PARALLEL, facilities(A=(100, 10)), (0, 10)) == ("A", 120.0, "reached")


LOOP = [(1, 1, [(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)]), (1, 2, [(0, 0), (-50, 0)])]


def test_a_street_that_comes_back_to_its_junction_is_walked_by_the_shorter_side():
    # 330 along it one way, 70 the other.
    assert one(LOOP, facilities(A=(-50, 0)), (0, 70)) == ("A", 120.0, "reached")
    assert one(LOOP, facilities(A=(30, 0)), (0, 70)) == ("A", 100.0, "reached")
    assert one(LOOP, facilities(A=(100, 20)), (100, 90)) == ("A", 70.0, "reached")


def test_a_home_at_the_very_place_of_a_facility_is_at_no_distance():
    for place in ((100, 0), (60, 0), (0, 0)):
        found = walked(CORNER, facilities(A=place), place)
        assert found.loc[0, ["facility", "distance_m", "minutes", "status"]].tolist() == [
            "A",
            0.0,
            0.0,
            "reached",
        ]


def test_a_facility_at_a_junction_leads_on_from_it():
    # An edge of no length must not vanish from a sparse matrix.
    assert one(CORNER, facilities(A=(100, 0)), (100, 80)) == ("A", 80.0, "reached")


CROSS = [(0, n + 1, [(0, 0), corner]) for n, corner in enumerate([(100, 0), (0, 100), (-100, 0), (0, -100)])]


@pytest.mark.parametrize("names", ["ABC", "BAC", "CBA", "BCA"])
def test_of_facilities_at_one_distance_the_smallest_code_is_the_nearest(names):
    places = dict(zip(names, [(100, 0), (0, 100), (-100, 0)], strict=True))
    # All three are 100 m from the middle, and 200 m from the end of the fourth street.
    found = walked(CROSS, facilities(**places), (0, -100), (0, 0), (0, -40))
    assert found["facility"].tolist() == ["A", "A", "A"]
    assert found["distance_m"].tolist() == pytest.approx([200.0, 100.0, 140.0])


@pytest.mark.parametrize(("left", "right"), [("A", "B"), ("B", "A")])
def test_half_way_between_two_facilities_of_one_street_the_smallest_code_is_the_nearest(left, right):
    served = facilities(**{left: (20, 0), right: (80, 0)})
    assert one(CORNER, served, (50, 0)) == ("A", 30.0, "reached")
    assert one(CORNER, served, (51, 0))[0] == right


def test_two_facilities_at_one_place_are_told_by_the_smallest_code():
    assert one(CORNER, facilities(B=(100, 0), A=(100, 0), C=(100, 0)), (0, 0))[0] == "A"


def test_codes_are_put_in_the_order_of_what_they_are():
    text = facilities(**{"9": (0, 0), "10": (100, 0)})
    assert one(CORNER, text, (50, 0))[0] == "10"  # as text, "10" comes before "9"
    numbers = text.assign(code=[9, 10])
    found = walked(CORNER, numbers, (50, 0))
    assert found.loc[0, "facility"] == 9
    assert found["facility"].dtype == "Int64"


def test_without_a_column_of_codes_the_index_names_the_facilities():
    unnamed = facilities(A=(0, 0), B=(100, 0)).drop(columns="code").set_axis(["pmi-2", "pmi-1"])
    assert walked(CORNER, unnamed, (10, 0), (90, 0))["facility"].tolist() == ["pmi-2", "pmi-1"]


LONG = [(1, 2, [(0, 0), (2000, 0)])]


def test_the_limit_itself_is_reached_and_beyond_it_nothing_is_told():
    # 10 minutes at 6 km/h are 1 000 m: 990 along the street and 10 to it, or a metre more.
    found = walked(LONG, facilities(A=(0, 0)), (990, 10), (991, 10), speed_kmh=6, max_minutes=10)
    assert found["status"].tolist() == ["reached", "beyond_limit"]
    assert found["distance_m"].tolist() == pytest.approx([1000.0, np.nan], nan_ok=True)
    assert found["minutes"].tolist() == pytest.approx([10.0, np.nan], nan_ok=True)
    assert found["facility"].tolist() == ["A", pytest.approx(np.nan, nan_ok=True)]


def test_a_home_on_the_street_of_a_facility_is_beyond_the_limit_too():
    assert (
        walked(LONG, facilities(A=(500, 0)), (1500, 0), speed_kmh=6, max_minutes=5).loc[0, "status"]
        == "beyond_limit"
    )


def test_without_a_limit_everything_that_is_linked_is_reached():
    assert one(LONG, facilities(A=(0, 0)), (2000, 0)) == ("A", 2000.0, "reached")


def test_a_home_far_from_every_street_says_so_and_is_given_no_distance():
    found = walked(CORNER, facilities(A=(0, 0)), (-51, 0), (0, -50.001), (0, -50))
    assert found["status"].tolist() == ["too_far_from_street", "too_far_from_street", "reached"]
    assert found.loc[:1, ["facility", "distance_m", "minutes"]].isna().all(axis=None)


def test_a_facility_far_from_every_street_is_left_out_and_named():
    found = walked(CORNER, facilities(B=(0, -60), A=(100, 0), C=(400, 0)), (0, 0))
    assert found.attrs["left_out"] == ["B", "C"]
    assert found.loc[0, "facility"] == "A"
    assert walked(CORNER, facilities(A=(100, 0)), (0, 0)).attrs["left_out"] == []


def test_every_answer_says_its_parameters_and_that_it_does_not_compare():
    attrs = walked(CORNER, facilities(A=(0, 0)), (0, 0), max_minutes=10).attrs
    assert attrs == {
        "speed_kmh": 4,
        "max_minutes": 10,
        "max_snap_m": 50,
        "notice": NOTICE,
        "left_out": [],
    }
    assert NOTICE == "non comparable à la valeur publiée tant que la vitesse de l'OQHS n'est pas connue"


def test_parameters_that_are_not_said_are_those_of_the_catalogue():
    attrs = network(*CORNER).walk(facilities(A=(0, 0)), homes((0, 0))).attrs
    thresholds = load_catalogue().thresholds
    names = {
        "speed_kmh": "marche_vitesse_kmh",
        "max_minutes": "marche_minutes",
        "max_snap_m": "marche_rattachement_m",
    }
    for parameter, threshold in names.items():
        latest = max(thresholds[threshold].values, key=lambda value: value.since)
        assert attrs[parameter] == latest.value


def test_the_index_of_the_homes_comes_out_as_it_went_in_and_nothing_is_changed():
    served, places = facilities(A=(0, 0)), homes((0, 0), (100, 80), (50, 0)).set_axis(["x", "x", "y"])
    before = served.copy(), places.copy()
    found = network(*CORNER).walk(served, places, **FREE)
    assert found.index.tolist() == ["x", "x", "y"]
    assert found.columns.tolist() == ["facility", "distance_m", "minutes", "status"]
    pd.testing.assert_frame_equal(served, before[0])
    pd.testing.assert_frame_equal(places, before[1])


def test_a_series_of_points_is_as_good_as_a_layer():
    assert (
        network(*CORNER).walk(facilities(A=(0, 0)), homes((30, 0)).geometry, **FREE).loc[0, "distance_m"]
        == 30
    )


PARK = shapely.box(60, -20, 90, 20)


def test_a_park_is_reached_where_a_street_enters_it_and_is_at_no_distance_from_its_own_ways():
    # The street enters at x = 60 and leaves at x = 90.
    found = walked(CORNER, facilities(A=PARK), (0, 0), (60, 0), (75, 0), (100, 80), (75, 10))
    assert found["distance_m"].tolist() == pytest.approx([60.0, 0.0, 0.0, 90.0, 10.0], abs=1e-9)


def test_a_park_around_a_junction_is_reached_from_all_its_streets():
    around = shapely.box(-10, -10, 10, 10)
    found = walked(CROSS, facilities(A=around), (100, 0), (0, 100), (0, -30), (0, 0))
    assert found["distance_m"].tolist() == pytest.approx([90.0, 90.0, 20.0, 0.0], abs=1e-9)


def test_a_park_on_a_street_that_comes_back_to_its_junction_is_entered_on_both_sides():
    # It holds the junction: 20 m of the loop at its beginning, 20 m at its end.
    corner = shapely.box(-20, -20, 20, 20)
    found = walked(LOOP, facilities(A=corner), (100, 0), (0, 100), (10, 0), (100, 100))
    assert found["distance_m"].tolist() == pytest.approx([80.0, 80.0, 0.0, 180.0], abs=1e-9)


def test_a_park_a_street_only_touches_is_reached_there():
    beside = shapely.Polygon([(30, 0), (40, 20), (20, 20)])
    assert one(CORNER, facilities(A=beside), (0, 0)) == ("A", 30.0, "reached")


def test_a_park_that_no_street_touches_is_reached_from_its_nearest_street():
    # 5 m above the first street, from x = 20 on; its right side is far from the second one.
    above = shapely.Polygon([(20, 5), (40, 25), (20, 25)])
    assert one(CORNER, facilities(A=above), (0, 0)) == ("A", 25.0, "reached")
    far = shapely.Polygon([(20, 500), (40, 525), (20, 525)])
    assert walked(CORNER, facilities(A=above, B=far), (0, 0)).attrs["left_out"] == ["B"]


def test_of_a_park_and_a_point_the_nearer_is_told():
    served = facilities(A=PARK, B=(20, 0))
    assert walked(CORNER, served, (0, 0), (50, 0), (100, 80))["facility"].tolist() == ["B", "A", "A"]


def test_heights_are_not_walked():
    lines = [shapely.LineString([(0, 0, 10), (100, 0, 90)])]
    streets = gpd.GeoDataFrame({"u": [1], "v": [2], "length_m": [100.0]}, geometry=lines, crs=LAMBERT)
    served = gpd.GeoDataFrame({"code": ["A"]}, geometry=[shapely.Point(100, 0, 50)], crs=LAMBERT)
    assert StreetNetwork(streets).walk(served, homes((40, 0)), **FREE).loc[0, "distance_m"] == pytest.approx(
        60
    )

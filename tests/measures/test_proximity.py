"""Facilities around zones, as the crow flies: worked out by hand, and against plain loops."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import affinity

from oqhs.errors import CRSError, MeasureError
from oqhs.measures.proximity import count_near, near, nearest

FEW = settings(max_examples=40, deadline=None, derandomize=True)


def zones(*shapes, crs=2154, index=None):
    return gpd.GeoDataFrame(geometry=list(shapes), crs=crs, index=index)


def facilities(crs=2154, **shapes):
    return gpd.GeoDataFrame({"code": list(shapes)}, geometry=list(shapes.values()), crs=crs)


def at(x, y):
    return shapely.Point(x, y)


# Two squares of 100 m, 500 m apart, and what is around them:
#   C in the first; B 300 m east of it, 200 m west of the second; A 300.5 m north of the first;
#   D at (-180, -240), that is √(180² + 240²) = 300 m from the corner of the first;
#   P, a park whose west edge is 40 m east of the second.
LEFT, RIGHT = shapely.box(0, 0, 100, 100), shapely.box(600, 0, 700, 100)
ZONES = zones(LEFT, RIGHT, index=["QN99902M", "QN99901M"])
AROUND = facilities(
    P=shapely.box(740, 0, 900, 50), D=at(-180, -240), C=at(10, 10), B=at(400, 50), A=at(50, 400.5)
)


def test_pairs_are_in_the_order_of_the_zones_then_of_the_codes():
    assert near(ZONES, AROUND, within_m=300).to_numpy().tolist() == [
        ["QN99902M", "B", 300.0],
        ["QN99902M", "C", 0.0],
        ["QN99902M", "D", 300.0],
        ["QN99901M", "B", 200.0],
        ["QN99901M", "P", 40.0],
    ]


def test_a_facility_near_two_zones_is_one_facility():
    pairs = near(ZONES, AROUND, within_m=300)
    assert (len(pairs), pairs["facility"].nunique()) == (5, 4)


def test_the_distance_is_included():
    assert "A" not in set(near(ZONES, AROUND, within_m=300.499)["facility"])
    assert "A" in set(near(ZONES, AROUND, within_m=300.5)["facility"])


def test_at_no_distance_only_what_touches_the_zone_counts():
    on_edge = facilities(E=at(100, 50), F=at(100.001, 50), G=at(50, 50))
    assert near(ZONES, on_edge, within_m=0)["facility"].tolist() == ["E", "G"]


def test_counts_are_indexed_like_the_zones():
    found = count_near(ZONES, AROUND, within_m=300)
    assert found.index.tolist() == ["QN99902M", "QN99901M"]
    assert found["count"].tolist() == [3, 2]
    assert found["codes"].tolist() == [("B", "C", "D"), ("B", "P")]


def test_a_zone_with_nothing_near_counts_none():
    found = count_near(zones(LEFT, shapely.box(9_000, 0, 9_100, 100)), AROUND, within_m=300)
    assert found["count"].tolist() == [3, 0]
    assert found["codes"].tolist()[1] == ()


def test_the_nearest_is_told_with_its_distance_from_the_edge():
    found = nearest(zones(LEFT, RIGHT, shapely.box(50, 600, 60, 610)), AROUND)
    # The third: from (50, 600) down to A at (50, 400.5).
    assert found["facility"].tolist() == ["C", "P", "A"]
    assert found["distance_m"].tolist() == [0.0, 40.0, 199.5]


def test_a_nearest_facility_may_be_as_far_as_the_places_are_of_one_country():
    far = facilities(A=at(50_100, 50))
    assert nearest(zones(LEFT), far)["distance_m"].tolist() == [50_000.0]


def test_facilities_at_one_distance_are_settled_by_their_codes():
    east_west = facilities(B=at(-50, 50), A=at(150, 50), C=at(50, 150))
    found = nearest(zones(LEFT), east_west)
    assert found.to_numpy().tolist() == [["A", 50.0]]


def test_rounding_of_coordinates_does_not_settle_a_tie():
    # Both are 50 m away, but for what rounding leaves of coordinates of millions of metres.
    moved = affinity.translate(LEFT, 652_000.1, 6_862_000.1)
    around = facilities(B=at(652_000.1 - 50, 6_862_050.1), A=at(652_000.1 + 150 + 1e-9, 6_862_050.1))
    assert nearest(zones(moved), around)["facility"].tolist() == ["A"]


def test_several_facilities_inside_are_settled_by_their_codes():
    assert nearest(zones(LEFT), facilities(B=at(1, 1), A=at(2, 2))).to_numpy().tolist() == [["A", 0.0]]


def test_a_park_that_surrounds_a_zone_is_in_it():
    park = facilities(P=shapely.box(-10, -10, 110, 110))
    assert nearest(zones(LEFT), park)["distance_m"].tolist() == [0.0]


def test_the_hole_of_a_zone_is_outside():
    ring = LEFT.difference(shapely.box(20, 20, 80, 80))
    assert nearest(zones(ring), facilities(A=at(50, 60)))["distance_m"].tolist() == [20.0]


def test_a_zone_without_a_surface_has_no_count_rather_than_none():
    nowhere = zones(LEFT, shapely.Polygon(), None)
    counts, found = count_near(nowhere, AROUND, within_m=300), nearest(nowhere, AROUND)
    assert counts["count"].isna().tolist() == [False, True, True]
    assert counts["codes"].isna().tolist() == [False, True, True]
    assert str(counts["count"].dtype) == "Int64"
    assert found["facility"].isna().tolist() == [False, True, True]
    assert found["distance_m"].isna().tolist() == [False, True, True]


def test_no_zone_gives_no_row():
    nothing = ZONES.iloc[:0]
    assert near(nothing, AROUND, within_m=300).empty
    assert count_near(nothing, AROUND, within_m=300).empty
    assert nearest(nothing, AROUND).empty


def test_zones_that_have_one_label_keep_their_own_counts():
    twice = zones(LEFT, RIGHT, index=["Q", "Q"])
    assert count_near(twice, AROUND, within_m=300)["count"].tolist() == [3, 2]
    assert nearest(twice, AROUND)["facility"].tolist() == ["C", "P"]


def test_inputs_are_left_as_they_are():
    before, also = ZONES.copy(), AROUND.copy()
    count_near(ZONES, AROUND, within_m=300)
    nearest(ZONES, AROUND)
    pd.testing.assert_frame_equal(pd.DataFrame(ZONES), pd.DataFrame(before))
    pd.testing.assert_frame_equal(pd.DataFrame(AROUND), pd.DataFrame(also))


# --- refusals

EVERY = [lambda z, f: near(z, f, within_m=300), lambda z, f: count_near(z, f, within_m=300), nearest]
every = pytest.mark.parametrize("measure", EVERY, ids=["near", "count_near", "nearest"])


def problem_of(error, measure, *layers):
    with pytest.raises(error) as caught:
        measure(*layers)
    (problem,) = caught.value.problems
    return problem


@every
@pytest.mark.parametrize(
    ("of_zones", "of_facilities", "name", "found"),
    [
        (None, 2154, "zones", "none"),
        (4326, 4326, "zones", "WGS 84"),
        (2154, None, "facilities", "none"),
        (2154, 4326, "facilities", "WGS 84"),
        (2154, 2975, "facilities", "RGR92 / UTM zone 40S"),
    ],
)
def test_layers_that_cannot_be_measured_together_are_refused(measure, of_zones, of_facilities, name, found):
    layers = zones(LEFT, crs=of_zones), facilities(crs=of_facilities, A=at(0, 0))
    problem = problem_of(CRSError, measure, *layers)
    assert (problem.column, problem.found) == (name, found)


@every
def test_no_facility_is_refused(measure):
    assert problem_of(MeasureError, measure, ZONES, AROUND.iloc[:0]).what == "there is no facility"


@every
def test_facilities_without_a_place_are_named(measure):
    lost = facilities(A=at(0, 0), C=None, B=shapely.Point())
    problem = problem_of(MeasureError, measure, ZONES, lost)
    assert (problem.what, problem.found) == ("2 facilities have no place", "B, C")
    assert "leave them out" in problem.todo


@every
def test_only_the_first_of_many_are_named(measure):
    lost = facilities(A=at(0, 0), **{f"B{i}": None for i in range(7)})
    assert problem_of(MeasureError, measure, ZONES, lost).found == "B0, B1, B2, B3, B4, …"


@every
def test_codes_that_stand_twice_are_refused(measure):
    twice = pd.concat([AROUND, AROUND.iloc[:1]])
    problem = problem_of(MeasureError, measure, ZONES, twice)
    assert (problem.what, problem.found) == ("1 codes stand twice", "P")


@every
def test_facilities_without_a_code_are_refused(measure):
    unnamed = AROUND.assign(code=["A", None, "C", "D", "E"])
    assert problem_of(MeasureError, measure, ZONES, unnamed).what == "1 facilities have no code"
    problem = problem_of(MeasureError, measure, ZONES, AROUND.drop(columns="code"))
    assert (problem.what, problem.found) == ("facilities need a column 'code'", "geometry")


@every
def test_shapes_that_are_not_valid_are_refused(measure):
    bow = shapely.Polygon([(0, 0), (9, 9), (9, 0), (0, 9)])
    problem = problem_of(MeasureError, measure, zones(LEFT, bow, index=["X", "Y"]), AROUND)
    assert (problem.column, problem.found) == ("zones", "Y")
    problem = problem_of(MeasureError, measure, ZONES, facilities(A=at(0, 0), P=bow))
    assert (problem.column, problem.found) == ("facilities", "P")


@pytest.mark.parametrize("within", [-1, -0.001, np.nan, np.inf])
@pytest.mark.parametrize("measure", [near, count_near])
def test_what_is_no_distance_is_refused(measure, within):
    with pytest.raises(MeasureError, match="this is not a distance"):
        measure(ZONES, AROUND, within_m=within)


# --- whatever the zones: coordinates are whole metres, whose distances every way of computing agrees on

metre = st.integers(-400, 400)
squares = st.lists(
    st.builds(lambda x, y, a, b: shapely.box(x, y, x + a, y + b), metre, metre, *[st.integers(1, 200)] * 2),
    min_size=1,
    max_size=4,
)
placed = st.lists(
    st.one_of(
        st.builds(shapely.Point, metre, metre),
        st.builds(lambda x, y: shapely.box(x, y, x + 30, y + 20), metre, metre),
    ),
    min_size=1,
    max_size=8,
)


def coded(shapes):
    return facilities(**{f"E{i}": shape for i, shape in enumerate(shapes)})


@FEW
@given(squares, placed, st.integers(0, 500))
def test_plain_loops_find_the_same(drawn, shapes, within):
    around = coded(shapes)
    expected = [
        (i, code, zone.distance(shape))
        for i, zone in enumerate(drawn)
        for code, shape in zip(around["code"], shapes, strict=True)
        if zone.distance(shape) <= within
    ]
    found = near(zones(*drawn), around, within_m=within)
    assert found.astype({"zone": int}).to_numpy().tolist() == [list(pair) for pair in expected]
    closest = [min((zone.distance(shape), f"E{i}") for i, shape in enumerate(shapes)) for zone in drawn]
    told = nearest(zones(*drawn), around)
    assert list(zip(told["distance_m"], told["facility"], strict=True)) == closest


@FEW
@given(squares, placed, st.integers(0, 500))
def test_joins_of_geopandas_find_the_same(drawn, shapes, within):
    layer, around = zones(*drawn), coded(shapes)
    joined = gpd.sjoin(layer, around, predicate="dwithin", distance=within)
    pairs = near(layer, around, within_m=within)
    assert set(zip(pairs["zone"], pairs["facility"], strict=True)) == set(
        zip(joined.index, joined["code"], strict=True)
    )
    closest = gpd.sjoin_nearest(layer, around, distance_col="far")
    told = nearest(layer, around)
    assert told["facility"].tolist() == closest.groupby(level=0)["code"].min().tolist()
    assert told["distance_m"].tolist() == closest.groupby(level=0)["far"].min().tolist()


@FEW
@given(squares, placed, st.randoms(use_true_random=False))
def test_the_order_of_the_facilities_and_a_shift_of_everything_change_nothing(drawn, shapes, random):
    around, order = coded(shapes), random.sample(range(len(shapes)), len(shapes))

    def moved(layer):
        return layer.set_geometry(layer.geometry.translate(652_000, 6_862_000))

    expected = nearest(zones(*drawn), around)
    shuffled = nearest(zones(*drawn), around.iloc[order])
    pd.testing.assert_frame_equal(shuffled, expected)
    pd.testing.assert_frame_equal(nearest(moved(zones(*drawn)), moved(around)), expected, atol=1e-9)
    pairs = near(zones(*drawn), around, within_m=300.25)
    pd.testing.assert_frame_equal(near(zones(*drawn), around.iloc[order], within_m=300.25), pairs)
    counts = count_near(zones(*drawn), around, within_m=300.25)
    assert counts["count"].sum() == len(pairs)


@FEW
@given(squares, placed, st.integers(1, 99))
def test_a_zone_cut_in_two_has_near_it_what_was_near_the_whole(drawn, shapes, cut):
    whole, around = drawn[0], coded(shapes)
    west, south, east, north = whole.bounds
    middle = west + (east - west) * cut / 100
    halves = zones(shapely.box(west, south, middle, north), shapely.box(middle, south, east, north))
    # 250.25 m: whole metres on both sides, no distance falls on the limit by a rounding of the cut.
    expected = set(near(zones(whole), around, within_m=250.25)["facility"])
    assert set(near(halves, around, within_m=250.25)["facility"]) == expected
    # A cut falls on no whole metre: the last bit of a distance may differ.
    least = nearest(halves, around)["distance_m"].min()
    assert least == pytest.approx(nearest(zones(whole), around)["distance_m"].iloc[0], abs=1e-9)


def test_facilities_of_another_place_are_refused_rather_than_counted_as_none():
    here = gpd.GeoDataFrame(geometry=[shapely.box(650_000, 6_860_000, 650_100, 6_860_100)], crs=2154)
    away = gpd.GeoDataFrame({"code": ["A"]}, geometry=[shapely.Point(6_860_000, 650_000)], crs=2154)
    with pytest.raises(MeasureError, match="km away from the zones"):
        near(here, away, within_m=300)

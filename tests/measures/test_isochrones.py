"""What is drawn within some minutes on foot: where the streets are cut, and what it is called."""

import math

import geopandas as gpd
import numpy as np
import pytest
import shapely

from oqhs.errors import MeasureError
from oqhs.measures.isochrones import isochrones
from oqhs.measures.walking import NOTICE, StreetNetwork

#: 100 m a minute.
ASKED = {"speed_kmh": 6, "max_snap_m": 50, "width_m": 1}


def network(*corners):
    shapes = [shapely.LineString(one) for one in corners]
    ends = {place: k for k, place in enumerate(sorted({one[i] for one in corners for i in (0, -1)}))}
    columns = {"u": [ends[one[0]] for one in corners], "v": [ends[one[-1]] for one in corners]}
    edges = gpd.GeoDataFrame(columns, geometry=shapes, crs=2154).assign(length_m=shapely.length(shapes))
    return StreetNetwork(edges)


def at(*places):
    shapes = [place if isinstance(place, shapely.Geometry) else shapely.Point(place) for place in places]
    return gpd.GeoDataFrame(geometry=shapes, crs=2154)


def drawn(streets, served, minutes, **asked):
    return isochrones(streets, served, minutes=minutes, **(ASKED | asked))


CROSS = network([(0, 0), (500, 0)], [(0, 0), (0, 500)], [(0, 0), (-500, 0)], [(0, 0), (0, -500)])


def test_streets_are_cut_where_the_time_runs_out():
    # 20 m off the street and 100 m from the crossing: 180 m are left along it, 80 m up the others.
    found = drawn(CROSS, at((100, 20)), 2)
    assert found.total_bounds.tolist() == pytest.approx([-81, -81, 281, 81])
    inside = shapely.points([(279.9, 0), (-79.9, 0), (0, 79.9), (0, -79.9)])
    outside = shapely.points([(281.1, 0), (-81.1, 0), (0, 81.1), (50, 10)])
    assert shapely.contains(found.geometry[0], inside).all()
    assert not shapely.intersects(found.geometry[0], outside).any()


def test_a_bend_is_cut_along_it():
    found = drawn(network([(0, 0), (100, 0), (100, 300)]), at((0, 0)), 2)
    # Two minutes are 200 m: 100 to the bend, 100 after it.
    assert found.total_bounds.tolist() == pytest.approx([-1, -1, 101, 101])


def test_a_street_reached_from_both_ends_is_whole_only_when_both_meet():
    square = network([(0, 0), (200, 0)], [(0, 0), (0, 100)], [(200, 0), (200, 100)], [(0, 100), (200, 100)])
    apart, met = drawn(square, at((100, 0)), [2.5, 3]).geometry
    assert shapely.get_num_geometries(apart) == 1
    # 100 to each corner, 100 up each side, then 50 of the 200 m on top from either end; then all of it.
    assert not shapely.intersects(apart, shapely.Point(100, 100))
    assert shapely.intersects(apart, shapely.Point(49, 100))
    assert shapely.intersects(met, shapely.Point(100, 100))


def test_each_number_of_minutes_is_drawn_once_in_order_and_holds_the_shorter():
    found = drawn(CROSS, at((0, 0)), [3, 1, 2, 1])
    assert found["minutes"].tolist() == [1.0, 2.0, 3.0]
    assert found["distance_m"].tolist() == pytest.approx([100.0, 200.0, 300.0])
    for small, large in zip(found.geometry[:-1], found.geometry[1:], strict=True):
        assert shapely.covers(shapely.buffer(large, 1e-6), small)


def test_several_facilities_are_drawn_together():
    found = drawn(CROSS, at((500, 0), (-500, 0)), 1)
    assert shapely.get_num_geometries(found.geometry[0]) == 2
    assert found.total_bounds.tolist() == pytest.approx([-501, -1, 501, 1])


def test_a_park_is_drawn_from_all_its_ways():
    found = drawn(CROSS, at(shapely.box(-50, -50, 50, 50)), 1)
    assert found.total_bounds.tolist() == pytest.approx([-151, -151, 151, 151])


def test_nothing_is_drawn_when_the_street_itself_is_too_far_for_the_time():
    assert drawn(CROSS, at((100, 40)), 0.3).geometry.is_empty.all()


def test_it_says_its_parameters_and_its_system():
    found = drawn(CROSS, at((0, 0), (0, 900)), 1)
    assert found.crs == CROSS.crs
    assert found.attrs == {"speed_kmh": 6, "max_snap_m": 50, "width_m": 1, "notice": NOTICE, "left_out": [1]}


@pytest.mark.parametrize("seed", range(3))
def test_who_walks_there_in_time_lies_in_it_and_who_does_not_lies_out(seed):
    draw = np.random.default_rng(seed)
    place = draw.uniform(0, 900, (12, 2))
    pairs = [(a, b) for a in range(12) for b in range(a) if np.hypot(*(place[a] - place[b])) < 450]
    streets = network(*[[tuple(place[a]), tuple(place[b])] for a, b in pairs])
    served = at(tuple(place[0] + 7))
    picture = drawn(streets, served, 4).geometry[0]
    on_streets = shapely.line_interpolate_point(
        streets.lines.shapes, draw.random(len(pairs)), normalized=True
    )
    minutes = streets.walk(served, at(*on_streets), speed_kmh=6, max_minutes=math.inf, max_snap_m=50)[
        "minutes"
    ]
    inside = shapely.intersects(picture, on_streets)
    assert inside[minutes < 3.999].all()
    # A street the time does not reach may run within a metre of one it does.
    far = (minutes > 4.001).to_numpy() & (shapely.distance(shapely.buffer(picture, -0.99), on_streets) > 1)
    assert not inside[far].any()


@pytest.mark.parametrize("minutes", [[], 0, -1, math.inf, math.nan, [5, 0]])
def test_minutes_that_cannot_be_drawn_are_refused(minutes):
    with pytest.raises(MeasureError, match="cannot be drawn") as error:
        drawn(CROSS, at((0, 0)), minutes)
    assert error.value.problems[0].column == "minutes"


@pytest.mark.parametrize("width", [0, -5, math.inf])
def test_a_breadth_that_cannot_be_drawn_is_refused(width):
    with pytest.raises(MeasureError, match="cannot be drawn") as error:
        drawn(CROSS, at((0, 0)), 5, width_m=width)
    assert error.value.problems[0].column == "width_m"

"""Places brought to the streets, against the distance to every edge, and where ties go."""

import math

import geopandas as gpd
import numpy as np
import pytest
import shapely

from oqhs.measures.places import graph_of
from oqhs.measures.routing import NOBODY
from oqhs.measures.snapping import Lines, entrances


def lines_of(*corners, lengths=None):
    shapes = [shapely.LineString(one) for one in corners]
    ends = {
        tuple(place): k for k, place in enumerate(sorted({tuple(c[i]) for c in corners for i in (0, -1)}))
    }
    edges = gpd.GeoDataFrame(
        {
            "u": [ends[tuple(one[0])] for one in corners],
            "v": [ends[tuple(one[-1])] for one in corners],
            "length_m": shapely.length(shapes) if lengths is None else lengths,
        },
        geometry=shapes,
        crs=2154,
    )
    graph, shapes, *junctions = graph_of(edges)
    return Lines(shapes, graph.length_m, *junctions)


def snap(lines, *places, within_m=math.inf):
    found = lines.snap(np.array(places, dtype=float), within_m)
    return (
        found.edge.tolist(),
        pytest.approx(found.part.tolist(), nan_ok=True),
        pytest.approx(found.off_m.tolist()),
    )


def crooked(seed, n=300, extent=2000.0):
    """Lines of very different lengths, from a metre to a kilometre, with many or few corners."""
    draw = np.random.default_rng(seed)
    shapes = []
    for _ in range(n):
        steps = draw.normal(0, draw.choice([1.0, 10.0, 300.0]), (draw.integers(1, 8), 2))
        shapes.append(np.vstack([[0, 0], np.cumsum(steps, axis=0)]) + draw.uniform(0, extent, 2))
    return lines_of(*shapes)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("low", "high"), [(0, 2000), (-3000, 5000), (1e5, 1.1e5)])
def test_the_nearest_edge_is_the_one_no_other_is_nearer_than(seed, low, high):
    lines = crooked(seed)
    xy = np.random.default_rng(seed + 50).uniform(low, high, (200, 2))
    found = lines.snap(xy, math.inf)
    points = shapely.points(xy)
    apart = np.array([shapely.distance(lines.shapes, point).min() for point in points])
    np.testing.assert_allclose(found.off_m, apart, rtol=1e-12, atol=1e-9)
    chosen = lines.shapes[found.edge]
    np.testing.assert_allclose(shapely.distance(chosen, points), apart, rtol=1e-12, atol=1e-6)
    there = shapely.line_interpolate_point(chosen, found.part, normalized=True)
    np.testing.assert_allclose(shapely.distance(there, points), apart, rtol=1e-12, atol=1e-6)


def test_the_foot_on_an_edge_is_the_nearest_point_even_beside_a_corner_that_is_as_near():
    # The corner at x = 50 is 1 mm from the foot at x = 49.999 and only 2.5e-9 m further from the place.
    lines = lines_of([(0, 0), (50, 0), (100, 0)])
    for x in (49.999, 50.001):
        found = lines.snap(np.array([[x, 200.0]]), math.inf)
        assert found.part[0] * 100 == pytest.approx(x, abs=1e-9)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("within", [0.5, 20.0, 150.0])
def test_a_limit_only_takes_away_the_places_beyond_it(seed, within):
    lines = crooked(seed)
    xy = np.random.default_rng(seed).uniform(-500, 2500, (300, 2))
    free, limited = lines.snap(xy, math.inf), lines.snap(xy, within)
    near = free.off_m <= within
    assert (limited.edge == np.where(near, free.edge, NOBODY)).all()
    np.testing.assert_array_equal(limited.part, np.where(near, free.part, np.nan))
    np.testing.assert_array_equal(limited.off_m, np.where(near, free.off_m, np.inf))


def test_more_places_than_a_block_are_snapped_as_each_of_them_alone():
    lines = crooked(1)
    xy = np.random.default_rng(1).uniform(0, 2000, (70_000, 2))
    found = lines.snap(xy, math.inf)
    for start in (0, 65_000, 69_000):
        some = slice(start, start + 700)
        np.testing.assert_array_equal(found.off_m[some], lines.snap(xy[some], math.inf).off_m)


def test_a_place_exactly_at_a_junction_is_at_the_end_of_an_edge():
    lines = lines_of([(0, 0), (100, 0)], [(100, 0), (100, 50)])
    assert snap(lines, (0, 0), (100, 50)) == ([0, 1], [0.0, 1.0], [0.0, 0.0])
    # The end of the first edge and the beginning of the second are the same place.
    found = lines.snap(np.array([[100.0, 0]]), math.inf)
    assert (found.edge[0], found.part[0]) in {(0, 1.0), (1, 0.0)}


def test_a_place_at_a_junction_under_a_bridge_stays_at_the_junction():
    # The first line passes over the junction of the other two without stopping.
    lines = lines_of([(-50, -50), (50, 50)], [(0, 0), (100, 0)], [(0, 0), (0, 100)])
    found = lines.snap(np.array([[0.0, 0]]), math.inf)
    assert (found.edge[0], found.part[0]) in {(1, 0.0), (2, 0.0)}


def test_a_place_at_one_distance_from_two_edges_takes_the_westernmost_then_the_southernmost():
    west_east = lines_of([(10, -10), (10, 10)], [(-10, -10), (-10, 10)])
    south_north = lines_of([(-10, 10), (10, 10)], [(-10, -10), (10, -10)])
    assert snap(west_east, (0, 0)) == ([1], [0.5], [10.0])
    assert snap(south_north, (0, 0)) == ([1], [0.5], [10.0])


def test_of_two_edges_drawn_at_one_place_the_shorter_to_walk_is_taken():
    both = [(0, 0), (100, 0)], [(100, 0), (0, 0)]
    assert snap(lines_of(*both, lengths=[130, 110]), (20, 5)) == ([1], [0.8], [5.0])
    assert snap(lines_of(*both, lengths=[110, 130]), (20, 5)) == ([0], [0.2], [5.0])


def test_a_corner_that_stands_twice_in_a_line_changes_nothing():
    lines = lines_of([(0, 0), (0, 0), (50, 0), (50, 0), (100, 0), (100, 0)])
    assert snap(lines, (25, 3), (120, 0)) == ([0, 0], [0.25, 1.0], [3.0, 20.0])


def test_a_line_that_is_a_single_place_is_that_place():
    assert snap(lines_of([(5, 5), (5, 5)], lengths=[1.0]), (5, 9)) == ([0], [0.0], [4.0])


def rows(found):
    return [tuple(float(x) for x in row) for row in zip(*vars(found).values(), strict=True)]


STREET = lines_of([(0, 0), (100, 0)], lengths=[200.0])


def test_a_point_is_reached_at_one_place_counted_in_metres_walked():
    shapes = np.array([shapely.Point(30, 5), shapely.Point(30, 90)])
    assert rows(entrances(STREET, shapes, 50.0)) == [(0, 0, 60.0, 60.0, 5.0)]


def test_a_surface_is_reached_along_all_the_stretches_inside_it():
    horseshoe = shapely.Polygon(
        [(20, -10), (30, -10), (30, 10), (60, 10), (60, -10), (70, -10), (70, 20), (20, 20)]
    )
    found = rows(entrances(STREET, np.array([horseshoe]), 50.0))
    assert sorted(found) == [(0, 0, 40.0, 60.0, 0.0), (0, 0, 120.0, 140.0, 0.0)]


def test_a_surface_around_everything_is_reached_everywhere():
    assert rows(entrances(STREET, np.array([shapely.box(-9, -9, 109, 9)]), 50.0)) == [(0, 0, 0.0, 200.0, 0.0)]


def test_a_surface_beside_the_street_is_reached_from_the_nearest_point_of_it():
    triangle = shapely.Polygon([(40, 12), (50, 30), (30, 30)])
    assert rows(entrances(STREET, np.array([triangle]), 50.0)) == [(0, 0, 80.0, 80.0, 12.0)]
    assert rows(entrances(STREET, np.array([triangle]), 11.0)) == []


def test_points_and_surfaces_keep_their_ranks():
    shapes = np.array([shapely.box(90, -1, 110, 1), shapely.Point(10, 0), shapely.box(10, 5, 11, 9)])
    found = entrances(STREET, shapes, 50.0)
    assert found.facility.tolist() == sorted(found.facility.tolist())
    assert set(found.facility.tolist()) == {0, 1, 2}

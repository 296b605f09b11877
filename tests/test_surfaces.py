"""Geometries of any kind as valid surfaces: which have one, which had to be mended, and what is left."""

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from oqhs.surfaces import as_surfaces

SQUARE = shapely.box(0, 0, 10, 10)
PLAIN = {"Polygon", "MultiPolygon"}


def surface(shape):
    found, mended = as_surfaces(np.array([shape], dtype=object))
    return found[0], bool(mended[0])


@pytest.mark.parametrize(
    "shape",
    [
        SQUARE,
        shapely.box(0, 0, 10, 10).difference(shapely.box(4, 4, 6, 6)),
        shapely.MultiPolygon([SQUARE, shapely.box(20, 0, 30, 10)]),
    ],
    ids=["polygon", "polygon with a hole", "multipolygon"],
)
def test_a_valid_surface_is_left_as_it_is(shape):
    assert surface(shape) == (shape, False)


@pytest.mark.parametrize(
    "shape",
    [
        None,
        shapely.Point(1, 1),
        shapely.LineString([(0, 0), (9, 9)]),
        shapely.MultiPoint([(0, 0), (1, 1)]),
        shapely.Polygon(),
        shapely.GeometryCollection(),
    ],
    ids=["missing", "point", "line", "points", "empty polygon", "empty collection"],
)
def test_what_has_no_surface_becomes_an_empty_polygon_and_is_not_called_mended(shape):
    found, mended = surface(shape)
    assert (found.geom_type, found.is_empty, mended) == ("Polygon", True, False)


# shape, area by hand
BROKEN = {
    # two triangles of 10 by 5 / 2
    "bow tie": (shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)]), 50),
    # a line up from a square: the line goes
    "spike": (
        shapely.Polygon([(0, 0), (10, 0), (10, 10), (5, 10), (5, 15), (5, 10), (0, 10)]),
        100,
    ),
    # a square and a triangle that hang from one vertex
    "ring that touches itself": (
        shapely.Polygon([(0, 0), (10, 0), (10, 10), (20, 10), (20, 20), (10, 10), (0, 10)]),
        150,
    ),
    # two squares of 10 by 10 at one place
    "twice the same part": (shapely.MultiPolygon([SQUARE, SQUARE]), 100),
    # a point and a line beside a square, one collection within another
    "collection": (
        shapely.GeometryCollection(
            [
                shapely.Point(50, 50),
                shapely.GeometryCollection([shapely.LineString([(0, 0), (50, 0)]), SQUARE]),
            ]
        ),
        100,
    ),
    # 10 by 10 and 10 by 10 that share 5 by 10: 150 together
    "collection of surfaces that overlap": (
        shapely.GeometryCollection([SQUARE, shapely.box(5, 0, 15, 10)]),
        150,
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_not_a_valid_surface_is_mended_and_only_its_surface_is_kept(name):
    shape, area = BROKEN[name]
    found, mended = surface(shape)
    assert mended
    assert found.is_valid
    assert found.geom_type in PLAIN
    assert found.area == pytest.approx(area, abs=1e-12)


FLAT = shapely.Polygon([(0, 0), (5, 5), (10, 10)])  # three vertices on one line


def test_a_polygon_flat_as_a_line_is_mended_into_nothing():
    found, mended = surface(FLAT)
    assert (found.is_empty, mended) == (True, True)


def test_what_a_repair_leaves_of_a_flat_polygon_is_an_empty_polygon():
    assert surface(FLAT)[0].geom_type in PLAIN


def test_heights_are_dropped_and_that_is_no_mending():
    found, mended = surface(shapely.force_3d(SQUARE, 35))
    assert (found.has_z, found.equals(SQUARE), mended) == (False, True, False)


def test_geometries_keep_their_places_and_the_array_given_is_left_as_it_was():
    bow_tie, _ = BROKEN["bow tie"]
    shapes = np.array([None, SQUARE, bow_tie, shapely.Point(0, 0)], dtype=object)
    copy = shapes.copy()
    found, mended = as_surfaces(shapes)
    assert shapely.area(found).tolist() == [0, 100, 50, 0]
    assert mended.tolist() == [False, False, True, False]
    assert all(left is right for left, right in zip(shapes, copy, strict=True))


def test_no_geometry_gives_no_surface():
    found, mended = as_surfaces(np.array([], dtype=object))
    assert (len(found), len(mended)) == (0, 0)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(arrays(np.int64, st.tuples(st.integers(3, 9), st.just(2)), elements=st.integers(0, 6)))
def test_any_ring_of_vertices_becomes_a_valid_surface_that_mending_again_leaves_alone(vertices):
    ring = shapely.Polygon(vertices)
    found, mended = surface(ring)
    assert mended != ring.is_valid
    assume(not found.is_empty)
    assert found.is_valid
    assert found.geom_type in PLAIN
    assert surface(found) == (found, False)
    # make_valid keeps the faces that the ring encloses: none of them lies outside its hull
    assert found.difference(ring.convex_hull).area == pytest.approx(0, abs=1e-9)

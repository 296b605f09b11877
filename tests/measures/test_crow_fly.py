"""Straight distances times a detour: an approximation, that says it is one."""

import math

import geopandas as gpd
import numpy as np
import pytest
import shapely

from oqhs.errors import CRSError, MeasureError
from oqhs.measures.crow_fly import CROW_FLY_NOTICE, crow_fly

ASKED = {"detour": 1.3, "speed_kmh": 4, "max_minutes": math.inf}


def facilities(**places):
    shapes = [
        place if isinstance(place, shapely.Geometry) else shapely.Point(place) for place in places.values()
    ]
    return gpd.GeoDataFrame({"code": list(places)}, geometry=shapes, crs=2154)


def homes(*places):
    return gpd.GeoDataFrame(geometry=shapely.points(places), crs=2154)


def test_the_straight_distance_is_made_longer_by_the_detour():
    # 300 and 400 make 500, times 1.3.
    found = crow_fly(facilities(A=(300, 400), B=(900, 0)), homes((0, 0)), **ASKED)
    assert found.loc[0, "distance_m"] == pytest.approx(650)
    assert found.loc[0, "minutes"] == pytest.approx(650 / 4000 * 60)
    assert (found.loc[0, "facility"], found.loc[0, "status"]) == ("A", "approximate")


def test_it_says_everywhere_that_it_is_approximate():
    attrs = crow_fly(facilities(A=(0, 0)), homes((0, 0)), **ASKED).attrs
    assert attrs == {"speed_kmh": 4, "max_minutes": math.inf, "detour": 1.3, "notice": CROW_FLY_NOTICE}
    assert CROW_FLY_NOTICE == "à vol d'oiseau × détour, approché"


def test_beyond_the_limit_nothing_is_told_and_the_limit_itself_is_within():
    # 10 minutes at 6 km/h are 1 000 m; 800 m straight are 1 000 m with a detour of 1.25.
    found = crow_fly(
        facilities(A=(0, 0)), homes((800, 0), (801, 0)), detour=1.25, speed_kmh=6, max_minutes=10
    )
    assert found["status"].tolist() == ["approximate", "beyond_limit"]
    assert found.loc[1, ["facility", "distance_m", "minutes"]].isna().all()


@pytest.mark.parametrize("names", ["ABC", "CBA", "BCA"])
def test_of_facilities_at_one_distance_the_smallest_code_is_the_nearest(names):
    # 3-4-5: all three are 5 km from the origin of a system shifted by thousandths.
    corners = [(3000.001, 4000.007), (-3999.999, 3000.007), (0.001, -4999.993)]
    found = crow_fly(facilities(**dict(zip(names, corners, strict=True))), homes((0.001, 0.007)), **ASKED)
    assert found.loc[0, "facility"] == "A"


def test_a_park_is_as_far_as_its_edge_and_nothing_from_inside():
    found = crow_fly(facilities(A=shapely.box(100, -50, 200, 50)), homes((0, 0), (150, 0)), **ASKED)
    assert found["distance_m"].tolist() == pytest.approx([130.0, 0.0])


@pytest.mark.parametrize("seed", range(3))
def test_distances_are_those_of_every_pair(seed):
    draw = np.random.default_rng(seed)
    served, places = draw.uniform(0, 1e4, (20, 2)), draw.uniform(-1e3, 1.1e4, (200, 2))
    found = crow_fly(
        facilities(**{f"F{k:02d}": tuple(at) for k, at in enumerate(served)}), homes(*places), **ASKED
    )
    apart = np.hypot(*(places[:, None] - served).transpose(2, 0, 1))
    assert found["distance_m"].tolist() == pytest.approx((apart.min(axis=1) * 1.3).tolist())
    assert found["facility"].tolist() == [f"F{k:02d}" for k in apart.argmin(axis=1)]


def test_the_index_of_the_homes_comes_out_as_it_went_in():
    places = homes((0, 0), (1, 1)).set_axis(["b", "a"])
    assert crow_fly(facilities(A=(0, 0)), places, **ASKED).index.tolist() == ["b", "a"]


@pytest.mark.parametrize("detour", [0.9, 0, -1, math.nan, math.inf])
def test_a_detour_under_one_is_refused(detour):
    with pytest.raises(MeasureError, match="not shorter than the straight line") as error:
        crow_fly(facilities(A=(0, 0)), homes((0, 0)), **(ASKED | {"detour": detour}))
    assert error.value.problems[0].column == "detour"


def test_a_detour_is_never_supposed():
    with pytest.raises(TypeError, match="detour"):
        crow_fly(facilities(A=(0, 0)), homes((0, 0)))


@pytest.mark.parametrize(
    "change", [lambda layer: layer.to_crs(4326), lambda layer: layer.set_crs(None, allow_override=True)]
)
def test_layers_without_metres_are_refused(change):
    with pytest.raises(CRSError):
        crow_fly(change(facilities(A=(658_000, 6_853_000))), homes((658_000, 6_853_000)), **ASKED)
    with pytest.raises(CRSError):
        crow_fly(facilities(A=(658_000, 6_853_000)), change(homes((658_000, 6_853_000))), **ASKED)


def test_a_layer_whose_coordinates_were_swapped_is_refused():
    with pytest.raises(MeasureError, match="km away"):
        crow_fly(facilities(A=(658_000, 6_853_000)), homes((6_853_000, 658_000)), **ASKED)

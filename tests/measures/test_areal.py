"""Shares of surface by hand: rectangles of whole metres, so that every area is a product."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from shapely import box

from oqhs.errors import CRSError, MeasureError
from oqhs.measures.areal import SHARE_COLUMNS, area_share

X, Y = 658_000, 6_853_000
HUNDRED = box(0, 0, 100, 100)


def layer(*shapes, index=None, crs=2154, corner=(X, Y)):
    frame = gpd.GeoDataFrame(geometry=list(shapes), crs=crs, index=index)
    return frame.set_geometry(frame.translate(*corner))


def measured(zones, counted, reach=None, couverture_min=0.8):
    return area_share(zones, counted, reach=reach, couverture_min=couverture_min)


def only(*args, **kwargs):
    (row,) = measured(*args, **kwargs).itertuples()
    return row


# --- what counts


def test_the_columns_are_those_told_with_their_types():
    found = measured(layer(HUNDRED), layer(box(0, 0, 50, 100)))
    assert list(found.columns) == SHARE_COLUMNS
    assert [str(kind) for kind in found.dtypes] == ["float64", "float64", "str"] + ["float64"] * 3
    # Half of 100 m by 100 m, looked at whole.
    assert found.iloc[0].tolist() == [pytest.approx(0.5), 1, "observed", 10_000, 10_000, pytest.approx(5000)]


def test_what_several_crowns_cover_counts_once():
    # 20 m by 20 m twice, of which 10 m by 10 m in common, and the first one again: 400 + 400 - 100.
    crowns = layer(box(10, 10, 30, 30), box(20, 20, 40, 40), box(10, 10, 30, 30))
    assert only(layer(HUNDRED), crowns).inside_m2 == pytest.approx(700, rel=1e-9)


def test_a_crown_across_the_outline_counts_for_its_part_inside():
    # 10 m of 30 m inside, 20 m high; and a corner of 5 m by 5 m.
    crowns = layer(box(90, 40, 120, 60), box(-5, -5, 5, 5))
    assert only(layer(HUNDRED), crowns).inside_m2 == pytest.approx(200 + 25, rel=1e-9)


def test_a_hole_of_the_zone_or_of_the_layer_holds_nothing():
    # The zone loses 40 m by 40 m; the layer, 60 m by 60 m with a hole of 40 m by 40 m, has 20 m left on
    # its west and its south sides, from 20 m to 80 m, and the hole of the layer is that of the zone.
    hollow = shapely.difference(HUNDRED, box(40, 40, 80, 80))
    ring = shapely.difference(box(20, 20, 80, 80), box(40, 40, 80, 80))
    row = only(layer(hollow), layer(ring))
    assert (row.area_m2, row.inside_m2) == (10_000 - 1600, pytest.approx(3600 - 1600))


def test_parts_of_one_geometry_count_as_much_as_geometries_of_their_own():
    shapes = [box(0, 0, 10, 10), box(50, 50, 70, 60)]
    joined = measured(layer(HUNDRED), layer(shapely.union_all(shapes)))
    pd.testing.assert_frame_equal(joined, measured(layer(HUNDRED), layer(*shapes)))
    assert joined["inside_m2"].tolist() == [pytest.approx(300)]


def test_zones_that_overlap_are_each_measured_for_themselves():
    found = measured(layer(HUNDRED, box(50, 0, 150, 100), HUNDRED), layer(box(40, 0, 60, 100)))
    # 20 m of 100 m in the first and the third, 10 m of 100 m in the second.
    assert found["share"].tolist() == pytest.approx([0.2, 0.1, 0.2], rel=1e-9)


def test_one_polygon_much_larger_than_the_zones_and_many_small_ones_are_measured_together():
    # The forest covers the west half; 100 crowns of 1 m every 10 m, of which those of the west half
    # (x = 0 to 40) are in the forest: 50 m² are added.
    crowns = [box(x, y, x + 1, y + 1) for x in range(0, 100, 10) for y in range(0, 100, 10)]
    found = only(layer(HUNDRED), layer(box(-9000, -9000, 50, 9000), *crowns))
    assert found.inside_m2 == pytest.approx(5000 + 50, rel=1e-9)


# --- where nobody looked


def test_with_a_reach_the_denominator_is_the_part_that_was_looked_at():
    # 90 m of 100 m looked at, of which 45 m count.
    row = only(layer(HUNDRED), layer(box(0, 0, 45, 100)), layer(box(0, 0, 90, 100)))
    assert (row.status, row.covered, row.share) == ("observed", pytest.approx(0.9), pytest.approx(0.5))
    assert (row.covered_m2, row.inside_m2) == (pytest.approx(9000), pytest.approx(4500))


def test_what_lies_outside_the_reach_does_not_count():
    row = only(layer(HUNDRED), layer(box(45, 0, 100, 100)), layer(box(0, 0, 90, 100)))
    assert (row.share, row.inside_m2) == (pytest.approx(0.5), pytest.approx(4500))


def test_a_reach_that_overlaps_itself_counts_once():
    reach = layer(box(0, 0, 60, 100), box(30, 0, 90, 100), box(30, 0, 90, 100))
    assert only(layer(HUNDRED), layer(box(0, 0, 9, 100)), reach).covered == pytest.approx(0.9)


def test_a_zone_too_little_looked_at_has_no_share_but_keeps_its_surfaces():
    row = only(layer(HUNDRED), layer(box(0, 0, 30, 100)), layer(box(0, 0, 79, 100)))
    assert (row.status, row.covered) == ("not_covered", pytest.approx(0.79))
    assert np.isnan(row.share)
    assert (row.covered_m2, row.inside_m2) == (pytest.approx(7900), pytest.approx(3000))


def test_a_zone_looked_at_for_just_the_least_part_is_observed():
    assert only(layer(HUNDRED), layer(box(0, 0, 30, 100)), layer(box(0, 0, 80, 100))).status == "observed"


def test_the_least_part_is_that_of_the_thresholds_unless_told():
    zones, counted, reach = layer(HUNDRED), layer(box(0, 0, 30, 100)), layer(box(0, 0, 79, 100))
    # `couverture_min` of seuils.yaml is 0.8.
    assert area_share(zones, counted, reach=reach)["status"].tolist() == ["not_covered"]
    assert measured(zones, counted, reach, couverture_min=0.5)["status"].tolist() == ["observed"]


def test_with_a_reach_a_zone_without_any_of_the_layer_has_a_share_of_0():
    zones = layer(HUNDRED, box(200, 0, 300, 100))
    found = measured(zones, layer(HUNDRED), layer(box(0, 0, 300, 100)))
    assert found["share"].tolist() == [1, 0]


def test_with_a_reach_nothing_at_all_may_count():
    assert measured(layer(HUNDRED), layer(), layer(HUNDRED))["share"].tolist() == [0]


def test_a_zone_that_nobody_looked_at_has_neither_share_nor_surface_of_the_layer():
    zones = layer(HUNDRED, box(200, 0, 300, 100))
    found = measured(zones, layer(HUNDRED), layer(HUNDRED)).iloc[1]
    assert (found["status"], found["covered"], found["covered_m2"]) == ("not_covered", 0, 0)
    assert found[["share", "inside_m2"]].isna().all()


#: Two crowns at the ends of a diagonal of 1 km, and two more: their hull is the square of 1 km.
CORNERS = [box(0, 0, 10, 10), box(990, 990, 1000, 1000), box(0, 990, 10, 1000), box(990, 0, 1000, 10)]


@pytest.mark.parametrize(
    ("zone", "status", "share"),
    [
        (box(400, 400, 500, 500), "observed", 0),  # in the hull, bare
        (box(0, 0, 100, 100), "observed", 0.01),  # in the hull, with 10 m by 10 m of 100 m by 100 m
        (box(-50, -50, 50, 50), "observed", 0.01),  # beyond the hull, with 10 m by 10 m
        (box(950, 400, 1050, 500), "not_covered", np.nan),  # half of it beyond the hull, bare
        (box(1000, 400, 1100, 500), "not_covered", np.nan),  # touches the hull
        (box(3000, 400, 3100, 500), "not_covered", np.nan),  # away from the hull
    ],
)
def test_without_a_reach_bare_ground_is_known_within_the_hull_of_the_layer_alone(zone, status, share):
    row = only(layer(zone), layer(*CORNERS))
    assert (row.status, row.covered) == (status, 1 if status == "observed" else 0)
    np.testing.assert_allclose(row.share, share, rtol=1e-9)


@pytest.mark.parametrize("nothing", [None, shapely.Polygon(), shapely.MultiPolygon()])
@pytest.mark.parametrize("reach", [None, layer(HUNDRED)])
def test_a_zone_without_a_surface_is_not_covered(nothing, reach):
    row = measured(layer(HUNDRED, nothing), layer(HUNDRED), reach).iloc[1]
    assert row["status"] == "not_covered"
    assert row[["covered", "area_m2", "covered_m2"]].tolist() == [0, 0, 0]
    assert row[["share", "inside_m2"]].isna().all()


def test_zones_that_all_lack_a_surface_and_no_zone_at_all_are_measured_too():
    assert measured(layer(None), layer(HUNDRED))["status"].tolist() == ["not_covered"]
    none = layer(HUNDRED).iloc[:0]
    assert measured(none, layer(HUNDRED)).shape == (0, len(SHARE_COLUMNS))


# --- rows and inputs


@pytest.mark.parametrize(
    "index", [["b", "a", "b"], [7, 7, 7], pd.MultiIndex.from_product([["a"], [1, 2, 3]])]
)
def test_the_index_comes_out_as_it_went_in(index):
    zones = layer(HUNDRED, box(0, 0, 10, 10), box(0, 0, 20, 10), index=index)
    found = measured(zones, layer(box(0, 0, 10, 100)))
    pd.testing.assert_index_equal(found.index, zones.index)
    assert found["share"].tolist() == pytest.approx([0.1, 1, 0.5])


def test_inputs_are_left_as_they_were():
    inputs = layer(HUNDRED, None), layer(box(-9000, 0, 10, 10), None), layer(HUNDRED)
    before = [frame.copy(deep=True) for frame in inputs]
    measured(*inputs)
    for frame, same in zip(inputs, before, strict=True):
        assert_geodataframe_equal(frame, same)


# --- refusals


@pytest.mark.parametrize("wrong", ["zones", "layer", "reach"])
@pytest.mark.parametrize(
    ("crs", "found"), [(None, "none"), (4326, "WGS 84"), (3949, "RGF93 v1 / CC49")], ids=str
)
def test_each_layer_must_have_the_projected_system_of_the_zones(wrong, crs, found):
    layers = {name: layer(HUNDRED) for name in ("zones", "layer", "reach")}
    layers[wrong] = layers[wrong].set_crs(crs, allow_override=True)
    with pytest.raises(CRSError) as caught:
        measured(*layers.values())
    (problem,) = caught.value.problems
    assert problem.what == "surfaces are measured in one projected reference system"
    # Zones in another projected system are right: the layer is then told not to be in theirs.
    told = ("layer", "RGF93 v1 / Lambert-93") if (wrong, crs) == ("zones", 3949) else (wrong, found)
    assert (problem.column, problem.found) == told


def test_an_empty_layer_is_refused_without_a_reach():
    with pytest.raises(MeasureError, match="the layer holds no surface"):
        measured(layer(HUNDRED), layer())
    with pytest.raises(MeasureError, match="the layer holds no surface"):
        measured(layer(HUNDRED), layer(None, shapely.Polygon()))


def test_an_empty_reach_is_refused():
    with pytest.raises(MeasureError, match="column 'reach': there is nothing to measure"):
        measured(layer(HUNDRED), layer(HUNDRED), layer())


def test_a_layer_50_km_away_from_every_zone_is_refused():
    zones = layer(HUNDRED, box(1000, 0, 1100, 100))
    with pytest.raises(MeasureError, match="the layer is 50 km away from the zones"):
        measured(zones, layer(HUNDRED, corner=(X + 51_000, Y)))
    with pytest.raises(MeasureError, match="the reach is 50 km away from the zones"):
        measured(zones, layer(HUNDRED), layer(HUNDRED, corner=(X + 51_000, Y)))


def test_a_layer_on_both_sides_50_km_away_is_refused_though_its_hull_holds_the_zones():
    sides = layer(box(-50_100, 0, -50_000, 100), box(50_000, 0, 50_100, 100))
    with pytest.raises(MeasureError, match="the layer is 50 km away from the zones"):
        measured(layer(box(0, 40, 10, 50)), sides)


def test_a_layer_50_km_away_from_its_reach_is_refused_rather_than_counted_as_nothing():
    with pytest.raises(MeasureError, match="the layer is 50 km away from the reach"):
        measured(layer(HUNDRED), layer(HUNDRED, corner=(X, Y + 50_000)), layer(HUNDRED))


def test_a_layer_a_few_kilometres_away_is_of_the_place_and_covers_nothing():
    found = measured(layer(HUNDRED), layer(HUNDRED, corner=(X + 9000, Y)))
    assert found["status"].tolist() == ["not_covered"]


@pytest.mark.parametrize("wrong", ["zones", "layer", "reach"])
@pytest.mark.parametrize(
    ("shape", "what"),
    [
        (shapely.Point(0, 0), "a geometry is not a surface, in 1 rows"),
        (shapely.LineString([(0, 0), (1, 1)]), "a geometry is not a surface, in 1 rows"),
        (shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)]), "a geometry is not valid, in 1 rows"),
    ],
)
def test_what_is_not_a_valid_surface_is_refused_with_its_row(wrong, shape, what):
    layers = {name: layer(HUNDRED) for name in ("zones", "layer", "reach")}
    layers[wrong] = layer(HUNDRED, shape, index=["a", "b"])
    with pytest.raises(MeasureError) as caught:
        measured(*layers.values())
    (problem,) = caught.value.problems
    assert (problem.what, problem.column, problem.found) == (what, wrong, "row 'b'")


def test_small_crowns_in_a_zone_of_a_hundred_kilometres_are_measured_as_well():
    # Four crowns of 1 m by 1 m at the corners of a zone of 100 km by 100 km.
    ends = (0, 99_999)
    crowns = layer(*[box(x, y, x + 1, y + 1) for x in ends for y in ends])
    row = only(layer(box(0, 0, 100_000, 100_000)), crowns)
    assert (row.status, row.inside_m2, row.share) == ("observed", pytest.approx(4), pytest.approx(4e-10))

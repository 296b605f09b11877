"""What holds whatever the zones and the crowns, and what geopandas.overlay says of them."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from oqhs.measures.areal import area_share

FEW = settings(max_examples=25, deadline=None, derandomize=True)
CORNER = (658_000, 6_853_000)
SURFACES = ["covered_m2", "inside_m2"]

_at = st.floats(0, 300, width=32)
_size = st.floats(1, 120, width=32)


def _polygon(drawn):
    x, y, radius, corners, turn = drawn
    angles = turn + np.linspace(0, 2 * np.pi, corners, endpoint=False)
    return shapely.Polygon(np.stack([x + radius * np.cos(angles), y + radius * np.sin(angles)], axis=-1))


polygons = st.tuples(_at, _at, _size, st.integers(3, 12), st.floats(0, 3)).map(_polygon)
several = st.lists(polygons, min_size=1, max_size=6)
many = st.lists(polygons, min_size=1, max_size=20)


def layer(shapes, corner=CORNER):
    frame = gpd.GeoDataFrame(geometry=list(shapes), crs=2154)
    return frame.set_geometry(frame.translate(*corner))


def measured(zones, crowns, reach):
    return area_share(zones, crowns, reach=reach, couverture_min=0.5)


def overlaid(zones, crowns):
    """Area of each zone under crowns: geopandas.overlay on dissolved crowns."""
    left = gpd.GeoDataFrame({"zone": range(len(zones))}, geometry=zones.geometry.to_numpy(), crs=zones.crs)
    pieces = gpd.overlay(left, crowns[["geometry"]].dissolve(), how="intersection", keep_geom_type=True)
    return pieces.area.groupby(pieces["zone"]).sum().reindex(range(len(zones)), fill_value=0.0).to_numpy()


def assert_same_surfaces(found, expected, area):
    """Surfaces agree to 1e-9 of that of the zone, the most that coordinates of Lambert 93 allow."""
    for one, other, whole in zip(np.nan_to_num(found), expected, area, strict=True):
        assert one == pytest.approx(other, rel=1e-9, abs=1e-9 * whole)


@FEW
@given(several, many, several)
def test_surfaces_are_those_of_geopandas_overlay_on_dissolved_crowns(shapes, crowns, footprint):
    zones, counted, reach = layer(shapes), layer(crowns), layer(footprint)
    found = measured(zones, counted, reach)
    assert_same_surfaces(found["covered_m2"], overlaid(zones, reach), found["area_m2"])
    both = gpd.overlay(counted.dissolve(), reach.dissolve(), how="intersection", keep_geom_type=True)
    inside = overlaid(zones, both) if len(both) else np.zeros(len(zones))
    assert_same_surfaces(found["inside_m2"], inside, found["area_m2"])


@FEW
@given(several, many)
def test_without_a_reach_too_surfaces_are_those_of_geopandas_overlay(shapes, crowns):
    zones, counted = layer(shapes), layer(crowns)
    found = measured(zones, counted, None)
    assert_same_surfaces(found["inside_m2"], overlaid(zones, counted), found["area_m2"])


@FEW
@given(several, many, st.integers(-400_000, 400_000), st.integers(-600_000, 200_000))
def test_moving_everything_together_changes_nothing(shapes, crowns, east, north):
    there = (CORNER[0] + east, CORNER[1] + north)
    moved, found = (
        measured(layer(shapes, corner), layer(crowns, corner), layer([*shapes, *crowns], corner))
        for corner in (there, CORNER)
    )
    np.testing.assert_allclose(moved["covered"], found["covered"], rtol=0, atol=1e-8)
    np.testing.assert_allclose(moved["share"], found["share"], rtol=0, atol=1e-8)


@FEW
@given(several, many, several, st.randoms(use_true_random=False))
def test_zones_in_another_order_have_their_own_rows_and_crowns_in_another_order_change_nothing(
    shapes, crowns, footprint, draw
):
    zones, counted, reach = layer(shapes), layer(crowns), layer(footprint)
    mixed = [frame.iloc[draw.sample(range(len(frame)), len(frame))] for frame in (zones, counted, reach)]
    found = measured(*mixed).loc[zones.index]
    pd.testing.assert_frame_equal(found, measured(zones, counted, reach), rtol=1e-9, atol=1e-6)


@FEW
@given(polygons, many, several, st.floats(0.1, 0.9))
def test_splitting_a_zone_keeps_the_sums_of_its_surfaces(shape, crowns, footprint, part):
    west, south, east, north = shape.bounds
    middle = west + part * (east - west)
    halves = [
        shapely.intersection(shape, shapely.box(west - 1, south - 1, middle, north + 1)),
        shapely.intersection(shape, shapely.box(middle, south - 1, east + 1, north + 1)),
    ]
    found = measured(layer([shape, *halves]), layer(crowns), layer(footprint))[["area_m2", *SURFACES]]
    whole, sums = found.iloc[0].fillna(0.0), found.iloc[1:].sum()
    np.testing.assert_allclose(sums, whole, rtol=1e-9, atol=1e-8 * whole["area_m2"])


@FEW
@given(several, many, several)
def test_shares_are_shares_and_are_there_only_where_the_zone_was_looked_at(shapes, crowns, footprint):
    found = measured(layer(shapes), layer(crowns), layer(footprint))
    seen = found["status"] == "observed"
    assert found["covered"].between(0, 1).all()
    assert found.loc[seen, "share"].between(0, 1).all()
    assert found.loc[~seen, "share"].isna().all()
    assert (found["covered"] >= 0.5 * (1 - 1e-9)).tolist() == seen.tolist()
    known = found["inside_m2"].notna()
    assert (known == (found["covered_m2"] > 0)).all()
    assert (found.loc[known, "inside_m2"] <= found.loc[known, "covered_m2"]).all()


@FEW
@given(several, many)
def test_a_layer_that_is_its_own_reach_covers_all_that_was_looked_at(shapes, crowns):
    found = area_share(layer(shapes), layer(crowns), reach=layer(crowns), couverture_min=0.0)
    np.testing.assert_allclose(found["share"].dropna(), 1, rtol=1e-9)


def test_thousands_of_crowns_that_overlap_by_clumps_are_those_of_geopandas_overlay():
    draw = np.random.default_rng(16)
    centres = draw.normal(draw.uniform(0, 900, (60, 1, 2)), 15, (60, 50, 2)).reshape(-1, 2)
    crowns = layer(shapely.buffer(shapely.points(centres), draw.gamma(4, 1, len(centres)), quad_segs=4))
    zones = layer(shapely.buffer(shapely.points(draw.uniform(100, 800, (47, 2))), draw.uniform(20, 90, 47)))
    found = area_share(zones, crowns, couverture_min=0.8)
    expected = overlaid(zones, crowns)
    assert (expected > 0).sum() > 30
    np.testing.assert_allclose(found["inside_m2"].fillna(0), expected, rtol=1e-9)
    seen = found["status"] == "observed"
    np.testing.assert_allclose(found["share"][seen], (expected / zones.area)[seen], rtol=1e-9)

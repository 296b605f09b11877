"""What holds whatever the quartiers, and what geopandas and a walk along the links say of them."""

from __future__ import annotations

from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from oqhs.measures.crosswalk import crosswalk, relations_of

FEW = settings(max_examples=25, deadline=None, derandomize=True)
MANY = settings(max_examples=40, deadline=None, derandomize=True)

#: Side of a square of the grid, in metres. Beyond the tolerance of 10 m a strip of 17 m keeps 7: with at
#: most 144 squares no part of a surface is then exactly 1 %, and rounding decides nothing.
STEP, SQUARES = 17, 12
CORNER = (658_000, 6_853_000)
#: A quartier 5 km away from the grid.
FAR = shapely.box(5000, 0, 5100, 100)
SIDES = {"old": "QP999{:03d}", "new": "QN999{:02d}M"}
SWAPPED = {
    "agrandi": "réduit",
    "réduit": "agrandi",
    "fusion": "scission",
    "scission": "fusion",
    "entrant": "sortant",
    "sortant": "entrant",
}
MIRROR = {
    f"{name}_{side}{rest}": f"{name}_{other}{rest}"
    for name, rest in (("code", ""), ("share", ""), ("share", "_population"), ("beyond", ""))
    for side, other in (("old", "new"), ("new", "old"))
}

_at = st.integers(0, SQUARES - 1)
_size = st.integers(1, SQUARES)


def _box(corner_and_size):
    x, y, width, height = corner_and_size
    ends = min(x + width, SQUARES), min(y + height, SQUARES)
    return shapely.box(*(STEP * step for step in (x, y, *ends)))


boxes = st.tuples(_at, _at, _size, _size).map(_box)
#: A rectangle, two that make an angle, or two parts.
outlines = st.lists(boxes, min_size=1, max_size=2).map(shapely.union_all)
layouts = st.lists(outlines, min_size=0, max_size=4)


def without_overlaps(shapes):
    """Each outline less those before it; what is left of none is dropped."""
    kept = []
    for shape in shapes:
        rest = shapely.difference(shape, shapely.union_all(kept))
        if rest.area > 0:
            kept.append(rest)
    return kept


apart = layouts.map(without_overlaps)


def layer(side, shapes, corner=CORNER):
    codes = [SIDES[side].format(n) for n in range(1, len(shapes) + 1)]
    frame = gpd.GeoDataFrame({"territory": pd.Series(codes, dtype="str")}, geometry=list(shapes), crs=2154)
    return frame.set_geometry(frame.translate(*corner))


def both(old, new, corner=CORNER):
    """The two layers; the first always has a quartier."""
    return layer("old", [*old, FAR], corner), layer("new", new, corner)


def oriented(passage):
    """A crosswalk from the new layer to the old one, told from the old one to the new one."""
    turned = passage.rename(columns=MIRROR)[passage.columns]
    turned["relation"] = turned["relation"].replace(SWAPPED)
    return turned.sort_values(["code_old", "code_new"], ignore_index=True)


@MANY
@given(layouts, layouts)
def test_swapping_the_dates_swaps_the_relations_and_the_shares(old, new):
    before, after = both(old, new)
    pd.testing.assert_frame_equal(
        oriented(crosswalk(after, before)), crosswalk(before, after), rtol=0, atol=1e-12
    )


@FEW
@given(layouts, layouts, st.integers(-400_000, 400_000), st.integers(-600_000, 200_000))
def test_moving_both_layers_together_changes_nothing(old, new, east, north):
    there = both(old, new, (CORNER[0] + east, CORNER[1] + north))
    pd.testing.assert_frame_equal(crosswalk(*there), crosswalk(*both(old, new)), rtol=0, atol=1e-9)


@FEW
@given(layouts, layouts, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_no_bit(old, new, draw):
    before, after = both(old, new)
    mixed = [frame.iloc[draw.sample(range(len(frame)), len(frame))] for frame in (before, after)]
    pd.testing.assert_frame_equal(crosswalk(*mixed), crosswalk(before, after))


@MANY
@given(layouts, layouts)
def test_every_quartier_is_there_with_one_relation_and_one_row_in_the_summary(old, new):
    before, after = both(old, new)
    passage = crosswalk(before, after)
    summary = relations_of(passage)
    for side, frame in (("old", before), ("new", after)):
        relations = passage.dropna(subset=[f"code_{side}"]).groupby(f"code_{side}")["relation"].unique()
        assert sorted(relations.index) == sorted(frame["territory"])
        assert all(len(found) == 1 for found in relations)
        rows = summary[summary["side"] == side].set_index("territory")
        assert rows["relation"].to_dict() == {code: found[0] for code, found in relations.items()}
    assert not summary.duplicated(["side", "territory"]).any()
    known = summary[summary["relation"] != "indéterminé"]
    assert known["share"].between(0, 1).all()
    np.testing.assert_allclose(known["share"] + known["outside"], 1, rtol=0, atol=1e-12)


@MANY
@given(apart, apart)
def test_the_parts_of_a_quartier_are_never_more_than_the_whole(old, new):
    passage = crosswalk(*both(old, new))
    for side in SIDES:
        assert (passage.groupby(f"code_{side}")[f"share_{side}"].sum() <= 1 + 1e-12).all()


@FEW
@given(apart)
def test_a_layer_that_did_not_change_is_unchanged(shapes):
    passage = crosswalk(layer("old", [*shapes, FAR]), layer("new", [*shapes, FAR]))
    assert passage["relation"].tolist() == ["inchangé"] * (len(shapes) + 1)
    np.testing.assert_allclose(passage[["share_old", "share_new"]], 1, rtol=0, atol=1e-12)
    np.testing.assert_allclose(passage[["beyond_old", "beyond_new"]], 0, rtol=0, atol=1e-12)


@FEW
@given(apart, apart, st.integers(1, 4))
def test_people_spread_evenly_are_shared_as_the_surface_is(old, new, pieces):
    before, after = both(old, new)
    edges = np.linspace(-100, 5300, pieces + 1)
    shapes = [shapely.box(x0, -100, x1, 500) for x0, x1 in pairwise(edges)]
    cells = gpd.GeoDataFrame({"population": [60.0] * pieces}, geometry=shapes, crs=2154)
    found = crosswalk(before, after, cells.set_geometry(cells.translate(*CORNER)))
    for side in SIDES:
        np.testing.assert_allclose(
            found[f"share_{side}_population"], found[f"share_{side}"], rtol=0, atol=1e-9
        )
    shares = ["share_old_population", "share_new_population"]
    pd.testing.assert_frame_equal(found.drop(columns=shares), crosswalk(before, after).drop(columns=shares))


# --- other ways to the same result


#: Segments shapely makes of a quarter of a circle; geopandas would make 16.
ARC = 8


def overlaid(old, new):
    """Shares of every pair that has a surface in common, by geopandas.overlay, buffer and difference."""
    pairs = gpd.overlay(
        old.rename(columns={"territory": "code_old"}),
        new.rename(columns={"territory": "code_new"}),
        how="intersection",
        keep_geom_type=True,
    )
    before, after = old.set_index("territory").geometry, new.set_index("territory").geometry
    one = before.loc[pairs["code_old"]].reset_index(drop=True)
    other = after.loc[pairs["code_new"]].reset_index(drop=True)
    common = pairs.geometry.area.reset_index(drop=True)
    return pd.DataFrame(
        {
            "code_old": pairs["code_old"],
            "code_new": pairs["code_new"],
            "share_old": common / one.area,
            "share_new": common / other.area,
            "beyond_old": one.difference(other.buffer(10, ARC), align=False).area / one.area,
            "beyond_new": other.difference(one.buffer(10, ARC), align=False).area / other.area,
        }
    ).sort_values(["code_old", "code_new"], ignore_index=True)


def walked(pairs):
    """Relation of each pair, from all the quartiers its links lead to."""
    relations = []
    for old, new in zip(pairs["code_old"], pairs["code_new"], strict=True):
        olds, news = {old}, {new}
        while True:
            near = pairs[pairs["code_old"].isin(olds) | pairs["code_new"].isin(news)]
            if olds == set(near["code_old"]) and news == set(near["code_new"]):
                break
            olds, news = set(near["code_old"]), set(near["code_new"])
        if len(olds) == len(news) == 1:
            kept, nothing_new = (near[["beyond_old", "beyond_new"]].iloc[0] < 0.01).tolist()
            one = {(True, True): "inchangé", (True, False): "agrandi", (False, True): "réduit"}
            relations.append(one.get((kept, nothing_new), "remanié"))
        elif len(news) == 1:
            relations.append("fusion")
        else:
            relations.append("scission" if len(olds) == 1 else "remanié")
    return relations


@MANY
@given(layouts.filter(bool), layouts.filter(bool))
def test_geopandas_and_a_walk_along_the_links_find_the_same(old, new):
    before, after = both(old, new)
    passage = crosswalk(before, after)
    pairs = overlaid(before, after)
    linked = pairs[pairs[["share_old", "share_new"]].max(axis=1) >= 0.05].reset_index(drop=True)
    found = passage.dropna(subset=["code_old", "code_new"]).reset_index(drop=True)
    assert found[["code_old", "code_new"]].to_numpy().tolist() == (
        linked[["code_old", "code_new"]].to_numpy().tolist()
    )
    numbers = ["share_old", "share_new", "beyond_old", "beyond_new"]
    np.testing.assert_allclose(found[numbers], linked[numbers], rtol=0, atol=1e-9)
    assert found["relation"].tolist() == walked(linked)


def test_the_walk_tells_a_chain_of_links_from_a_merger_and_a_split():
    # A shares 1 and 2, B has 2 alone; C and D make 3; E makes 4 and 5
    links = pd.DataFrame(
        [("A", "1"), ("A", "2"), ("B", "2"), ("C", "3"), ("D", "3"), ("E", "4"), ("E", "5")],
        columns=["code_old", "code_new"],
    )
    expected = ["remanié"] * 3 + ["fusion"] * 2 + ["scission"] * 2
    assert walked(links) == expected

"""What holds whatever the IRIS, the quartiers and the cells, and what geopandas.overlay says of them."""

from __future__ import annotations

from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from invented import measurements
from shapely.affinity import translate

from oqhs.measures.apportion import apportionment
from oqhs.measures.estimate import estimate_counts

FEW = settings(max_examples=25, deadline=None, derandomize=True)

# Corners on a grid of 10 m, cells and quartiers of 10 m at least, in a square of 400 m.
_steps = st.integers(0, 39)


def _box(corner_and_size):
    x, y, width, height = corner_and_size
    return shapely.box(10 * x, 10 * y, 10 * min(x + width, 40), 10 * min(y + height, 40))


boxes = st.tuples(_steps, _steps, st.integers(1, 30), st.integers(1, 30)).map(_box)
quartiers = st.lists(boxes, min_size=1, max_size=3)
inhabited = st.lists(st.tuples(boxes, st.integers(0, 500).map(lambda n: n / 2)), min_size=0, max_size=6)
cuts = st.sets(st.integers(1, 39), max_size=2).map(lambda found: [0, *sorted(found), 40])


def partition(columns, rows):
    """Rectangles between the lines x = 10 × columns and y = 10 × rows: they cover the square."""
    return [
        shapely.box(10 * x0, 10 * y0, 10 * x1, 10 * y1)
        for x0, x1 in pairwise(columns)
        for y0, y1 in pairwise(rows)
    ]


iris = st.builds(partition, cuts, cuts)


def layer(shapes, prefix):
    names = pd.Series([f"{prefix}{i}" for i in range(len(shapes))], dtype="str")
    return gpd.GeoDataFrame({"territory": names}, geometry=list(shapes), crs=2154)


def grid(drawn):
    people = pd.Series([people for _, people in drawn], dtype="float64")
    return gpd.GeoDataFrame({"population": people}, geometry=[box for box, _ in drawn], crs=2154)


def share(sources, zones, cells):
    return apportionment(layer(sources, "I"), layer(zones, "Q"), grid(cells))


def matrix(found):
    return found.shares.pivot(index="territory", columns="part", values="share")


@FEW
@given(iris, iris, inhabited)
def test_the_shares_of_zones_that_make_up_a_whole_add_up_to_one(sources, zones, cells):
    found = share(sources, zones, cells)
    assert found.shares.groupby("part")["share"].sum().to_numpy() == pytest.approx(1.0)
    assert found.covered.to_numpy() == pytest.approx(1.0)


@FEW
@given(iris, quartiers, inhabited, st.integers(-60, 700), st.integers(-60, 700))
def test_moving_everything_changes_nothing(sources, zones, cells, east, north):
    moved = [
        [translate(shape, 1000 * east, 10_000 * north) for shape in shapes]
        for shapes in (sources, zones, [box for box, _ in cells])
    ]
    again = share(moved[0], moved[1], list(zip(moved[2], [people for _, people in cells], strict=True)))
    here = share(sources, zones, cells)
    pd.testing.assert_frame_equal(again.shares, here.shares, check_exact=False, rtol=1e-6, atol=1e-9)
    pd.testing.assert_series_equal(again.covered, here.covered, rtol=1e-6)


@FEW
@given(iris, boxes, inhabited, st.floats(0.1, 0.9))
def test_a_quartier_cut_in_two_has_the_people_of_its_parts(sources, zone, cells, part):
    x0, y0, x1, y1 = zone.bounds
    middle = x0 + part * (x1 - x0)
    halves = [shapely.box(x0, y0, middle, y1), shapely.box(middle, y0, x1, y1)]
    found = share(sources, [zone, *halves], cells)
    shares = matrix(found).fillna(0.0)
    assert shares.loc[["Q1", "Q2"]].sum().to_numpy() == pytest.approx(shares.loc["Q0"].to_numpy(), abs=1e-9)
    counts = measurements(population={name: 1000 + 7 * i for i, name in enumerate(shares.columns)})
    # weights that find nobody in a part give it no value: it adds nothing
    values = estimate_counts(counts, found, perimeter="qpv2024").set_index("territory")["value"].fillna(0.0)
    assert values["Q1"] + values["Q2"] == pytest.approx(values["Q0"], abs=1e-6)


@FEW
@given(iris, quartiers, inhabited, st.integers(1, 3))
def test_a_cell_cut_in_equal_parts_changes_nothing(sources, zones, cells, parts):
    cut = []
    for box, people in cells:
        x0, y0, x1, y1 = box.bounds
        lines = np.linspace(x0, x1, parts + 1)
        strips = [shapely.box(a, y0, b, y1) for a, b in pairwise(lines)]
        cut += [(strip, people / parts) for strip in strips]
    one, other = share(sources, zones, cells).shares, share(sources, zones, cut).shares
    pd.testing.assert_frame_equal(one, other, check_exact=False, rtol=1e-6, atol=1e-9)


@FEW
@given(iris, quartiers, inhabited, st.floats(0.001, 1000))
def test_as_many_times_the_people_everywhere_changes_no_share(sources, zones, cells, factor):
    more = [(box, people * factor) for box, people in cells]
    one, other = share(sources, zones, cells).shares, share(sources, zones, more).shares
    pd.testing.assert_frame_equal(one, other, check_exact=False, rtol=1e-9)


@FEW
@given(iris, quartiers, inhabited, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_no_bit(sources, zones, cells, random):
    frames = [layer(sources, "I"), layer(zones, "Q"), grid([(box, people / 7) for box, people in cells])]
    shuffled = [frame.iloc[random.sample(range(len(frame)), len(frame))] for frame in frames]
    one, other = apportionment(*frames), apportionment(*shuffled)
    pd.testing.assert_frame_equal(one.shares, other.shares, check_exact=True)
    pd.testing.assert_series_equal(one.covered, other.covered, check_exact=True)
    parts = sorted(set(one.shares["part"]))
    assume(parts)
    counts = measurements(population={name: 100 * i + 0.1 for i, name in enumerate(parts)})
    rows = random.sample(range(len(counts)), len(counts))
    first = estimate_counts(counts, one, perimeter="qpv2024")
    again = estimate_counts(counts.iloc[rows], other, perimeter="qpv2024")
    pd.testing.assert_frame_equal(first, again, check_exact=True)


def by_overlay(sources, zones, cells):
    """Shares and coverage as geopandas.overlay gives them, cutting everything by everything."""
    sources = sources.rename(columns={"territory": "part"})
    pieces = gpd.overlay(zones, sources, keep_geom_type=True)
    bits = cells.assign(full=cells.area)

    def people(layer, by):
        cut = gpd.overlay(bits[bits["population"] > 0], layer, keep_geom_type=True)
        return (cut["population"] * cut.area / cut["full"]).groupby([cut[name] for name in by]).sum()

    rows = pieces.set_index(["territory", "part"]).sort_index()
    areas = rows.area / sources.set_index("part").area.reindex(rows.index, level="part")
    if not (cells["population"] > 0).any():
        return areas, rows.area.groupby("territory").sum()
    inside = people(pieces, ["territory", "part"]).reindex(rows.index, fill_value=0.0)
    whole = people(sources, ["part"]).reindex(rows.index, level="part", fill_value=0.0)
    return (inside / whole).where(whole > 0, areas), rows.area.groupby("territory").sum()


@FEW
@given(iris, quartiers, inhabited)
def test_geopandas_overlay_finds_the_same_shares_and_the_same_cover(sources, zones, cells):
    frames = layer(sources, "I"), layer(zones, "Q"), grid(cells)
    found = apportionment(*frames)
    shares, covered = by_overlay(*frames)
    ours = found.shares.set_index(["territory", "part"])["share"]
    pd.testing.assert_series_equal(ours, shares, check_names=False, rtol=1e-9, atol=1e-12)
    expected = covered / frames[1].set_index("territory").area
    pd.testing.assert_series_equal(found.covered, expected, check_names=False, rtol=1e-9)


def test_cells_around_one_centre_give_the_same_bits_in_any_order():
    # Nothing but their size tells these cells apart: the index has no order of its own for them.
    cells = grid([(shapely.box(200 - d, 200 - d, 200 + d, 200 + d), 0.1 * d) for d in range(3, 150, 7)])
    sources, zones = layer(partition([0, 40], [0, 40]), "I"), layer([shapely.box(0, 0, 170, 400)], "Q")
    orders = [np.random.default_rng(seed).permutation(len(cells)) for seed in range(8)]
    found = {apportionment(sources, zones, cells.iloc[order]).shares.loc[0, "share"] for order in orders}
    assert len(found) == 1

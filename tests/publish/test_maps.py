import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from charts_support import (
    QUARTIERS,
    caption,
    colours_of,
    geography,
    hatches_of,
    legend_of,
    observations,
    outside,
    plain,
    territories,
    words_of,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from oqhs.catalogue import built_in
from oqhs.errors import CRSError, DataError, MeasureError
from oqhs.publish import theme
from oqhs.publish.charts.rows import quartier_rows
from oqhs.publish.maps.choropleth import choropleth, choropleth_alt, method_words, shading_of
from oqhs.publish.maps.classes import around_zero, classes_of
from oqhs.publish.maps.ground import Ground, framed, scale_length_m
from oqhs.publish.maps.multiples import small_multiples, small_multiples_alt
from oqhs.publish.theme import FORMATS, HATCHES, look_of

POOR, YOUNG, TREES = (
    built_in().indicator(name) for name in ("taux_pauvrete", "part_moins_18", "surface_arboree")
)


def of_kind(kind):
    return territories()[lambda rows: rows["kind"] == kind]


def rows_of(**told):
    return quartier_rows(observations(**told), geography(), "taux_pauvrete")


def ground(**told):
    return Ground(of_kind("commune"), of_kind("ept"), **told)


def small_map(indicator=POOR, size="diapo", rows=None, **told):
    rows = rows_of() if rows is None else rows
    said = caption(notes=method_words(shading_of(rows["value"], indicator)))
    return choropleth(rows, of_kind("qpv"), indicator, said, look_of(size), ground=ground(), **told)


@pytest.mark.parametrize("size", FORMATS)
def test_a_map_says_all_it_must(size):
    figure = small_map(size=size)
    words = words_of(figure).replace("\n", " ")
    for told in (
        "DONNÉES INVENTÉES",
        "FiLoSoFi",
        "2021",
        "quartiers prioritaires de 2024",
        "Diffusion",
        "Le Bourg",
        "quantiles",
        "moins la situation est favorable",
    ):
        assert told in words
    assert outside(figure) == []


def test_an_attribution_is_printed():
    said = caption(attributions=("© les contributeurs d'OpenStreetMap (ODbL)",))
    figure = choropleth(rows_of(), of_kind("qpv"), POOR, said, look_of("page"))
    assert "© les contributeurs d'OpenStreetMap" in words_of(figure)


def test_the_scale_is_as_long_as_it_says():
    axes = small_map().axes[0]
    bar = next(line for line in axes.lines if line.get_gid() == "echelle")
    west, east = bar.get_xdata()
    label = next(text.get_text() for text in axes.texts if text.get_gid() == "echelle")
    assert plain(label) == f"{(east - west) / 1000:g} km"
    assert axes.get_xlim()[0] <= west < east <= axes.get_xlim()[1]


def test_a_metre_is_as_long_across_as_up():
    axes = small_map().axes[0]
    box = axes.get_window_extent()
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    assert box.width / (east - west) == pytest.approx(box.height / (north - south))


def test_what_is_missing_is_hatched_and_counted_reason_by_reason():
    figure = small_map()
    # Small surfaces are hatched twice as densely as the legend.
    assert {HATCHES["secret"] * 2, HATCHES["not_covered"] * 2} <= hatches_of(figure)
    labels = legend_of(figure)
    assert "valeur couverte par le secret statistique\u00a0(1)" in labels
    assert "couverture insuffisante\u00a0(1)" in labels


def test_a_missing_quartier_has_no_colour_of_a_class():
    from matplotlib.colors import to_hex

    told = rows_of(values=(None,) * 4, statuses=("secret",) * 4)
    axes = small_map(rows=told).axes[0]
    fills = {
        to_hex(patch.get_facecolor())
        for patch in axes.patches
        if patch.get_fill() and patch.get_facecolor()[3]
    }
    assert not fills & {one.lower() for one in (*theme.SEQUENCE, *theme.NEUTRAL_SEQUENCE)}


def test_a_neutral_indicator_has_one_hue_and_no_good_side():
    shade = shading_of(pd.Series([1.0, 2.0, 3.0, 4.0, 5.0]), YOUNG)
    assert set(shade.colours) <= set(theme.NEUTRAL_SEQUENCE)
    assert "favorable" not in shade.words
    gaps = shading_of(pd.Series([-1.0, 2.0, 3.0]), YOUNG, gaps=True)
    assert set(gaps.colours) <= set(theme.NEUTRAL_SEQUENCE)


def test_dark_is_the_unfavourable_side():
    values = pd.Series([1.0, 2.0, 3.0, 4.0, 5.0])
    assert shading_of(values, POOR).colours[-1] == theme.SEQUENCE[-1]  # much poverty
    assert shading_of(values, TREES).colours[0] == theme.SEQUENCE[-1]  # few trees


def test_gaps_are_shaded_on_either_side_of_zero():
    poor = shading_of(pd.Series([-3.0, 9.0]), POOR, gaps=True)
    assert poor.colours[0] == theme.DIVERGING[-1]
    assert poor.colours[-1] == theme.DIVERGING[0]
    # A gap that is printed as none is on neither side.
    assert poor.classes.bounds == (-9.0, -6.0, -3.0, 0.0, 0.1, 3.0, 6.0, 9.0)
    assert poor.classes.labels[3] == "0,0\u00a0point"
    assert poor.colours[3] == theme.DIVERGING[3]
    assert "moins favorable" in poor.words
    trees = shading_of(pd.Series([-3.0, 9.0]), TREES, gaps=True)
    assert trees.colours == poor.colours[::-1]


def test_legend_and_map_agree_on_the_number_of_quartiers():
    told = [plain(label) for label in legend_of(small_map()) if "%" in label]
    assert told == ["de 30,0 % à moins de 40,0 % (1)", "40,0 % (1)"]


def test_a_value_on_a_bound_is_in_the_class_above():
    classes = classes_of(pd.Series([0.0, 10.0]), "percent", 0, bounds=[0, 5, 10])
    assert classes.of(pd.Series([0.0, 4.4, 5.0, 10.0])).tolist() == [0, 0, 1, 1]


def test_a_value_is_classed_as_it_is_printed():
    classes = classes_of(pd.Series([0.0, 10.0]), "percent", 1, bounds=[0, 5, 10])
    # 4,96 is printed 5,0: the legend would lie otherwise.
    assert classes.of(pd.Series([4.96])).tolist() == [1]


def test_ties_at_the_low_end_are_one_class_of_their_own():
    values = pd.Series([0.0] * 8 + [20.0, 99.0])
    classes = classes_of(values, "percent", 0, count=5)
    assert classes.bounds[:2] == (0.0, 20.0)
    assert (classes.of(values).iloc[:8] == 0).all()


def test_ties_at_the_high_end_are_one_class_of_their_own():
    values = pd.Series([1.0, 20.0] + [100.0] * 8)
    classes = classes_of(values, "percent", 0, count=5)
    assert classes.labels[-1] == "100\u00a0%"
    assert (classes.of(values).iloc[2:] == len(classes) - 1).all()


def test_fewer_values_than_classes_make_fewer_classes():
    assert classes_of(pd.Series([3.0, 3.0, None]), "percent", 1).labels == ["3,0\u00a0%"]
    assert len(classes_of(pd.Series([1.0, 2.0]), "percent", 0, count=5)) <= 2
    assert classes_of(pd.Series([None, None], dtype="float64"), "percent", 1).bounds == ()


def test_no_value_has_no_class():
    classes = classes_of(pd.Series([1.0, 2.0, None]), "percent", 0)
    assert classes.of(pd.Series([None, 1.0])).isna().tolist() == [True, False]


@pytest.mark.parametrize("bounds", [[1], [1, 1], [2, 1], [0, np.nan], [0, np.inf], []])
def test_bounds_that_are_none_are_refused(bounds):
    with pytest.raises(MeasureError, match="finite and growing"):
        classes_of(pd.Series([1.0]), "percent", 1, bounds=bounds)


def test_an_infinite_value_is_refused():
    with pytest.raises(MeasureError, match="finite values"):
        classes_of(pd.Series([1.0, np.inf]), "percent", 1)


def test_a_value_outside_fixed_bounds_is_refused():
    with pytest.raises(MeasureError, match="outside the classes"):
        classes_of(pd.Series([1.0]), "percent", 1, bounds=[2, 3]).of(pd.Series([1.0]))


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.one_of(st.none(), st.integers(-50, 50).map(lambda one: one / 4)), min_size=1, max_size=40),
    st.integers(1, 6),
)
def test_every_value_is_in_a_class_and_equal_ones_in_one(values, count):
    column = pd.Series(values, dtype="float64")
    for classes in (classes_of(column, "percent", 1, count=count), around_zero(column, "percent", 1)):
        found = classes.of(column)
        assert found.isna().tolist() == column.isna().tolist()
        assert np.isfinite(classes.bounds).all()
        assert all(len(set(same)) == 1 for _, same in found.groupby(column))
        assert len(set(classes.labels)) == len(classes)
        # Classes follow the values.
        ordered = found[column.sort_values().index].dropna()
        assert ordered.is_monotonic_increasing


def test_one_map_per_ept_with_one_legend():
    groups = pd.DataFrame({"territory": list(QUARTIERS), "group": ["A", "A", "B", "B"]})
    figure = small_multiples(
        rows_of(), of_kind("qpv"), groups, POOR, caption(), look_of("diapo"), ground=ground()
    )
    assert len(figure.axes) == 2
    assert len(figure.legends) == 1
    widths = {round(np.ptp(axes.get_xlim()) / axes.get_position().width) for axes in figure.axes}
    assert len(widths) == 1  # one scale
    assert outside(figure) == []
    assert "2 cartes" in plain(small_multiples_alt(rows_of(), groups, POOR))


def test_multiples_without_a_group_are_refused():
    groups = pd.DataFrame({"territory": ["QN99999X"], "group": ["A"]})
    with pytest.raises(MeasureError, match="no quartier is in a group"):
        small_multiples(rows_of(), of_kind("qpv"), groups, POOR, caption(), look_of("page"))


def test_facilities_and_what_is_reached_are_drawn_and_named():
    pmi = gpd.GeoDataFrame(geometry=[shapely.Point(5000, 5000)], crs=2154)
    reached = gpd.GeoDataFrame(geometry=[shapely.Point(5000, 5000).buffer(600)], crs=2154)
    below = ground(
        facilities=pmi, facility_words="PMI", reached=reached, reached_words="à moins de 10 min à pied"
    )
    figure = choropleth(rows_of(), of_kind("qpv"), POOR, caption(), look_of("page"), ground=below)
    assert {"PMI", "à moins de 10 min à pied", "limite d'EPT", "limite de commune"} <= set(legend_of(figure))
    assert "PMI" in choropleth_alt(rows_of(), POOR, "dans le Val-Fictif", ground=below)


def test_names_of_communes_cover_no_quartier():
    figure = small_map(size="page")
    axes = figure.axes[0]
    renderer = figure.canvas.get_renderer()
    boxes = [
        text.get_window_extent(renderer) for text in axes.texts if text.get_text() in {"Le Bourg", "Orval"}
    ]
    assert len(boxes) == 2
    for bounds in of_kind("qpv").geometry.bounds.to_numpy():
        (x0, y0), (x1, y1) = axes.transData.transform(bounds.reshape(2, 2))
        assert not any(box.x0 < x1 and x0 < box.x1 and box.y0 < y1 and y0 < box.y1 for box in boxes)


def test_a_quartier_without_an_outline_is_told():
    zones = of_kind("qpv").copy()
    zones.loc[zones["territory"] == "QN99902M", "geometry"] = None
    with pytest.raises(DataError, match="QN99902M"):
        choropleth(rows_of(), zones, POOR, caption(), look_of("page"))


def test_layers_of_two_systems_are_refused():
    below = Ground(of_kind("commune").to_crs(4326))
    with pytest.raises(CRSError, match="maps are drawn in one projected"):
        choropleth(rows_of(), of_kind("qpv"), POOR, caption(), look_of("page"), ground=below)


def test_a_hole_stays_a_hole():
    ring = shapely.box(0, 0, 1000, 1000).difference(shapely.box(400, 400, 600, 600))
    zones = of_kind("qpv").copy()
    zones.loc[zones["territory"] == "QN99901M", "geometry"] = ring
    axes = choropleth(rows_of(), zones, POOR, caption(), look_of("page")).axes[0]
    paths = [patch.get_path() for patch in axes.patches if len(patch.get_path().vertices) == 10]
    assert paths  # two closed rings of five points, in one path


def test_the_words_of_a_map_rank_nobody():
    text = plain(choropleth_alt(rows_of(), POOR, "dans le Val-Fictif", ground=ground()))
    assert text.startswith("Carte : Taux de pauvreté, en %, pour 2 quartiers dans le Val-Fictif")
    assert "1 quartier (couverture insuffisante)" in text
    assert not any(name in text for name in QUARTIERS.values())


@settings(deadline=None, max_examples=50)
@given(st.floats(1.0, 1e6))
def test_a_scale_is_round_and_takes_a_quarter_at_most(width):
    length = scale_length_m(width)
    assert 0.09 * width < length <= 0.25 * width * (1 + 1e-9)
    assert f"{length:e}"[0] in "125"


def test_a_frame_holds_its_bounds_and_has_the_shape_of_its_room():
    west, south, east, north = framed([0, 0, 10, 40], 300, 100)
    assert min(west, south) < 0
    assert east > 10
    assert north > 40
    assert (east - west) / (north - south) == pytest.approx(3)


def test_colours_of_a_map_are_those_of_its_legend():
    assert {one.lower() for one in shading_of(rows_of()["value"], POOR).colours} <= colours_of(small_map())

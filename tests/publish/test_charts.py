import colorsys
import itertools

import numpy as np
import pandas as pd
import pytest
from charts_support import (
    LONG,
    QUARTIERS,
    caption,
    colours_of,
    geography,
    hatches_of,
    legend_of,
    observations,
    outside,
    plain,
    words_of,
)

from oqhs.catalogue import built_in
from oqhs.errors import MeasureError, UnknownError
from oqhs.publish import theme
from oqhs.publish.charts.dots import dot_plot, dot_plot_alt
from oqhs.publish.charts.gap_bars import gap_bars, gap_bars_alt
from oqhs.publish.charts.heat import heat_grid, heat_grid_alt
from oqhs.publish.charts.rows import quartier_rows
from oqhs.publish.charts.slopes import apart, slope_chart, slope_chart_alt
from oqhs.publish.theme import FORMATS, HATCHES, NEUTRAL_SEQUENCE, look_of

REFERENCES = {"departement": 17.0, "ensemble_qpv": 36.0}
POOR = built_in().indicator("taux_pauvrete")
BOTH = pytest.mark.parametrize("size", FORMATS)


def gaps(**told):
    """Poverty 5 points over, the young 2 points over (neutral), the median hidden, PMI 1 minute less."""
    rows = pd.DataFrame(
        {
            "indicator": ["part_moins_18", "taux_pauvrete", "niveau_vie_median_mensuel", "pmi_minutes"],
            "territory": "QN99901M",
            "reference": "departement",
            "gap": [2.0, 5.0, np.nan, -1.0],
            "gap_ci_lower": [-1.0, np.nan, np.nan, np.nan],
            "gap_ci_upper": [5.0, np.nan, np.nan, np.nan],
            "unit": ["percent", "percent", "eur_month", "minutes"],
            "status": ["observed", "observed", "secret", "observed"],
            "reference_status": "observed",
        }
    )
    return rows.assign(**told)


def heat(codes=tuple(QUARTIERS)):
    rows = []
    for code in codes:
        rows.append((code, "part_moins_18", 2.0, np.nan, "neutre", "", "observed"))
        rows.append((code, "taux_pauvrete", 9.0, -3.0, "au_seuil", "decrochage", "observed"))
        rows.append((code, "taux_chomage_15_64", np.nan, np.nan, "sans_valeur", "", "secret"))
    names = ["territory", "indicator", "gap", "score", "cell", "flag", "status"]
    frame = pd.DataFrame(rows, columns=names)
    return frame.assign(theme="x", reference="departement", value=20.0, bar=3.0, state="", text="")


def changes(**told):
    rows = pd.DataFrame(
        {
            "territory": list(QUARTIERS),
            "indicator": "taux_pauvrete",
            "reference": "departement",
            "territory_label": list(QUARTIERS.values()),
            "year_before": [2017, 2017, pd.NA, pd.NA],
            "year": [2021, 2021, pd.NA, pd.NA],
            "value_before": [40.0, 30.0, np.nan, np.nan],
            "value": [41.0, 30.0, np.nan, np.nan],
            "reference_value_before": 17.0,
            "reference_value": 18.0,
            "basis": "quartier inchangé",
            "relation": ["inchangé", "inchangé", "inchangé", "agrandi"],
            "status": ["observed", "observed", "secret", "not_available"],
        }
    )
    return rows.assign(**told)


def indicators(*names):
    return {name: built_in().indicator(name) for name in names}


def every_chart(size):
    look = look_of(size)
    rows = quartier_rows(observations(), geography(), "taux_pauvrete")
    shown = indicators("part_moins_18", "taux_pauvrete", "taux_chomage_15_64")
    return [
        dot_plot(rows, REFERENCES, caption(), look),
        gap_bars(gaps(), built_in(), caption(), look),
        heat_grid(heat(), QUARTIERS, shown, caption(), look),
        slope_chart(changes(), caption(), look),
    ]


@BOTH
def test_every_chart_says_where_it_comes_from_and_that_it_is_invented(size):
    for figure in every_chart(size):
        words = words_of(figure).replace("\n", " ")
        for told in (
            "DONNÉES INVENTÉES",
            "FiLoSoFi",
            "2021",
            "quartiers prioritaires de 2024",
            "partenaires",
        ):
            assert told in words


@BOTH
def test_nothing_leaves_the_canvas_even_with_the_longest_real_name(size):
    for figure in every_chart(size):
        assert outside(figure) == []


@BOTH
def test_the_longest_real_name_is_written_whole(size):
    rows = quartier_rows(observations(), geography(), "taux_pauvrete")
    words = words_of(dot_plot(rows, REFERENCES, caption(), look_of(size))).replace("\n", " ")
    assert LONG in words


def test_each_reason_without_a_value_has_its_own_hatch_and_its_own_words():
    rows = quartier_rows(observations(), geography(), "taux_pauvrete")
    figure = dot_plot(rows, REFERENCES, caption(), look_of("page"))
    assert hatches_of(figure) == {HATCHES["secret"], HATCHES["not_covered"]}
    assert {"valeur couverte par le secret statistique", "couverture insuffisante"} <= set(legend_of(figure))


def test_hatches_differ_from_one_another():
    assert len(set(HATCHES.values())) == len(HATCHES)


def test_a_missing_value_draws_no_point():
    rows = quartier_rows(observations(), geography(), "taux_pauvrete")
    axes = dot_plot(rows, REFERENCES, caption(), look_of("page")).axes[0]
    dots = [line for line in axes.lines if line.get_marker() == "o"]
    drawn = np.concatenate([line.get_xdata() for line in dots])
    assert sorted(drawn[np.isfinite(drawn)]) == [30.0, 40.0]


def test_quartiers_stand_by_commune_and_name_whatever_their_values():
    rows = quartier_rows(observations(values=(10.0, None, 50.0, None)), geography(), "taux_pauvrete")
    # Le Bourg first (Irlandais before Les Bleuets), then Orval: É is sorted as E.
    assert rows["label"].tolist() == [LONG, "Les Bleuets", "Évry Nord", "Fresnes"]
    other = quartier_rows(observations(values=(50.0, None, 10.0, None)), geography(), "taux_pauvrete")
    assert other["label"].tolist() == rows["label"].tolist()


def test_a_quartier_nobody_tells_of_is_not_available():
    rows = quartier_rows(observations().iloc[1:], geography(), "taux_pauvrete").set_index("territory")
    assert rows.loc["QN99901M", "status"] == "not_available"
    assert np.isnan(rows.loc["QN99901M", "value"])


def test_a_value_whose_status_hides_it_is_not_given():
    told = observations(values=(40.0, 99.0, 30.0, None))
    rows = quartier_rows(told, geography(), "taux_pauvrete").set_index("territory")
    assert np.isnan(rows.loc["QN99902M", "value"])


def test_the_interval_of_a_hidden_value_is_hidden_too():
    sampling = pd.DataFrame(
        {"indicator": "taux_pauvrete", "territory": list(QUARTIERS), "ci_lower": 1.0, "ci_upper": 2.0}
    )
    rows = quartier_rows(observations(), geography(), "taux_pauvrete", uncertainty=sampling)
    assert rows["ci_lower"].notna().tolist() == rows["value"].notna().tolist()


def test_observations_are_not_changed():
    told = observations()
    before = told.copy()
    quartier_rows(told, geography(), "taux_pauvrete")
    pd.testing.assert_frame_equal(told, before)


def test_two_values_for_one_quartier_are_refused():
    twice = pd.concat([observations(), observations().head(1)])
    with pytest.raises(MeasureError, match="two for QN99901M"):
        quartier_rows(twice, geography(), "taux_pauvrete")


def test_an_indicator_nobody_observed_is_refused():
    with pytest.raises(MeasureError, match="no observation"):
        quartier_rows(observations(), geography(), "part_moins_18")


def test_a_stranger_is_refused():
    with pytest.raises(UnknownError, match="QN99999X"):
        quartier_rows(observations(), geography(), "taux_pauvrete", territories=["QN99999X"])


def test_a_column_that_is_missing_is_named():
    with pytest.raises(MeasureError, match="note"):
        quartier_rows(observations().drop(columns="note"), geography(), "taux_pauvrete")


def test_all_values_missing_still_draws_a_chart():
    told = observations(values=(None,) * 4, statuses=("secret",) * 4)
    rows = quartier_rows(told, geography(), "taux_pauvrete")
    figure = dot_plot(rows, REFERENCES, caption(), look_of("diapo"))
    assert outside(figure) == []
    assert "4 quartiers" in plain(dot_plot_alt(rows, REFERENCES, POOR))


def test_one_quartier_alone_is_drawn():
    rows = quartier_rows(observations(), geography(), "taux_pauvrete", territories=["QN99901M"])
    assert outside(dot_plot(rows, REFERENCES, caption(), look_of("page"))) == []


def test_numbers_are_french():
    words = words_of(gap_bars(gaps(), built_in(), caption(), look_of("page")))
    assert "+5,0\u00a0points" in words
    assert "\u22121\u00a0minute" in words
    assert "-1" not in words


def test_points_euros_and_minutes_never_share_an_axis():
    figure = gap_bars(gaps(), built_in(), caption(), look_of("page"))
    assert len(figure.axes) == 3


def test_a_neutral_gap_has_neither_the_good_nor_the_bad_colour():
    neutral = gaps().head(1)
    colours = colours_of(gap_bars(neutral, built_in(), caption(), look_of("page")))
    assert not colours & {theme.FAVOURABLE.lower(), theme.UNFAVOURABLE.lower()}
    assert theme.NEUTRAL.lower() in {
        one.lower()
        for one in colours_of(
            gap_bars(neutral.assign(gap_ci_lower=1.0), built_in(), caption(), look_of("page"))
        )
    }


def test_a_bar_whose_interval_holds_zero_is_hollow():
    from matplotlib.colors import to_hex

    def fills(rows):
        axes = gap_bars(rows, built_in(), caption(), look_of("page")).axes[0]
        return {to_hex(patch.get_facecolor()) for patch in axes.patches}

    assert fills(gaps().head(1)) == {"#ffffff"}
    assert fills(gaps(gap_ci_lower=1.0).head(1)) == {theme.NEUTRAL.lower()}


def test_gaps_of_several_territories_are_refused():
    with pytest.raises(MeasureError, match="one territory to one reference"):
        gap_bars(gaps(territory=["A", "A", "A", "B"]), built_in(), caption(), look_of("page"))


def test_no_gap_at_all_is_refused():
    with pytest.raises(MeasureError, match="no gap"):
        gap_bars(gaps().iloc[:0], built_in(), caption(), look_of("page"))


def test_a_heat_grid_prints_gaps_and_hatches_what_is_hidden():
    shown = indicators("part_moins_18", "taux_pauvrete", "taux_chomage_15_64")
    figure = heat_grid(heat(), QUARTIERS, shown, caption(), look_of("page"))
    assert words_of(figure).count("+9,0") == len(QUARTIERS)
    assert HATCHES["secret"] in hatches_of(figure)
    assert "valeur couverte par le secret statistique" in legend_of(figure)
    assert "décrochage signalé" in legend_of(figure)


def test_the_cells_of_a_neutral_indicator_have_one_colour_of_their_own():
    neutral = heat()[lambda rows: rows["indicator"] == "part_moins_18"]
    neutral = neutral.assign(gap=[-9.0, 1.0, 5.0, 30.0])
    figure = heat_grid(neutral, QUARTIERS, indicators("part_moins_18"), caption(), look_of("page"))
    assert not colours_of(figure) & {one.lower() for one in theme.DIVERGING}
    assert NEUTRAL_SEQUENCE[0].lower() in colours_of(figure)


def test_a_heat_grid_of_no_known_quartier_is_refused():
    with pytest.raises(MeasureError, match="no quartier or no indicator"):
        heat_grid(heat(), {"QN99999X": "?"}, indicators("taux_pauvrete"), caption(), look_of("page"))


def test_slopes_draw_what_is_known_and_hatch_each_reason():
    figure = slope_chart(changes(), caption(), look_of("page"))
    lines = [line for line in figure.axes[0].lines if line.get_marker() == "o"]
    assert sorted(list(line.get_ydata()) for line in lines) == [[30.0, 30.0], [40.0, 41.0]]
    assert {"valeur couverte par le secret statistique", "référence"} <= set(legend_of(figure))
    assert any("périmètre modifié" in label for label in legend_of(figure))


def test_slopes_of_several_indicators_are_refused():
    with pytest.raises(MeasureError, match="one indicator beside one reference"):
        slope_chart(changes(indicator=["a", "a", "b", "b"]), caption(), look_of("page"))


def test_names_pushed_apart_keep_their_order_and_their_distance():
    heights = np.array([1.0, 1.1, 1.2, 8.0, 9.9])
    found = apart(heights, 1.0, 0.0, 10.0)
    assert (np.diff(found) >= 1.0 - 1e-12).all()
    assert found.min() >= 0.0
    assert found.max() <= 10.0


def test_words_stand_for_every_chart_and_rank_nobody():
    rows = quartier_rows(observations(), geography(), "taux_pauvrete")
    shown = indicators("part_moins_18", "taux_pauvrete", "taux_chomage_15_64")
    told = [
        dot_plot_alt(rows, REFERENCES, POOR),
        gap_bars_alt(gaps(), built_in(), "des Bleuets", "Val-Fictif"),
        heat_grid_alt(heat(), QUARTIERS, shown, "le département"),
        slope_chart_alt(changes(), POOR, "du département"),
    ]
    for text in map(plain, told):
        assert text.endswith((".", "habitants."))
        assert "secret" in text or "Sans écart : 1 indicateur" in text or "Sans valeur : 4 cases" in text
        assert not any(name in text for name in QUARTIERS.values())
    assert "le département (17,0 %)" in plain(told[0])


def test_no_colour_of_the_theme_is_red_or_green():
    """Hue from 0 to 1: red is under 0.03 or over 0.95, green from 0.22 to 0.45; greys have none."""
    colours = [
        theme.FAVOURABLE,
        theme.UNFAVOURABLE,
        theme.NEUTRAL,
        *theme.SEQUENCE,
        *theme.NEUTRAL_SEQUENCE,
        *theme.DIVERGING,
    ]
    for colour in colours:
        red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
        hue, _, saturation = colorsys.rgb_to_hls(red, green, blue)
        assert saturation < 0.1 or not (hue < 0.03 or hue > 0.95 or 0.22 < hue < 0.45), colour


@pytest.mark.parametrize(
    "palette",
    [
        theme.SEQUENCE,
        theme.NEUTRAL_SEQUENCE,
        theme.DIVERGING,
        (theme.FAVOURABLE, theme.UNFAVOURABLE, theme.NEUTRAL),
    ],
)
def test_colours_stay_apart_for_who_sees_no_green(palette):
    """Deuteranopia of severity 1, matrix of Machado, Oliveira and Fernandes (2009), on linear light."""
    matrix = np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    )
    light = np.array([[int(one[at : at + 2], 16) / 255 for at in (1, 3, 5)] for one in palette]) ** 2.2
    seen = np.clip(light @ matrix.T, 0, 1) ** (1 / 2.2)
    for one, other in itertools.combinations(seen, 2):
        assert np.linalg.norm(one - other) > 0.09


def test_a_format_nobody_draws_is_refused():
    with pytest.raises(UnknownError, match="page, diapo"):
        look_of("affiche")


def test_a_name_in_dollars_is_a_name():
    rows = quartier_rows(observations(), geography(), "taux_pauvrete").assign(label="$x^2$")
    assert "$x^2$" in words_of(dot_plot(rows, REFERENCES, caption(), look_of("page")))


def test_the_settings_of_the_user_change_nothing():
    import matplotlib as mpl

    rows = quartier_rows(observations(), geography(), "taux_pauvrete")
    with mpl.rc_context({"font.family": "monospace", "font.size": 30, "axes.facecolor": "red"}):
        figure = dot_plot(rows, REFERENCES, caption(), look_of("page"))
    assert {text.get_fontfamily()[0] for text in figure.texts} == {theme.FONT}
    assert mpl.rcParams["font.size"] != 30

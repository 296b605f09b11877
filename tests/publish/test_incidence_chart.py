"""The chart of a cohort: what is drawn, and what is said around it."""

import numpy as np
import pandas as pd
import pytest
from charts_support import caption, legend_of, outside, plain, words_of

from oqhs.errors import MeasureError
from oqhs.publish.charts.incidence import incidence_chart, incidence_chart_alt
from oqhs.publish.theme import FORMATS, look_of, write_figure
from oqhs.studies.cohort.incidence import MOVES_WORDS, NOTICE

BOTH = pytest.mark.parametrize("size", FORMATS)


def steps():
    """Jobs: 10 then 20 % in the quartiers, 12 then 30 % outside; others: one step; a move, in the quartiers only."""
    rows = [
        ("qpv", "emploi", 0, 12, 200, 20, 10.0, 2.1, 6.5, 14.5),
        ("qpv", "emploi", 12, 36, 200, 20, 20.0, 2.8, 14.8, 25.8),
        ("hors_qpv", "emploi", 0, 12, 200, 24, 12.0, 2.3, 8.0, 16.9),
        ("hors_qpv", "emploi", 12, 36, 200, 36, 30.0, 3.2, 23.8, 36.4),
        ("qpv", "autres_motifs", 0, 36, 200, 60, 40.0, 2.8, 34.0, 46.0),
        ("hors_qpv", "autres_motifs", 0, 36, 200, 11, 5.5, 1.6, 2.9, 9.2),
        ("qpv", "demenagement", 0, 36, 200, 14, 7.0, 1.8, 4.0, 11.1),
    ]
    names = ["group", "cause", "from_month", "to_month", "persons", "events", "incidence_pct", "se_pts"]
    frame = pd.DataFrame(rows, columns=[*names, "ci_lower_pct", "ci_upper_pct"])
    frame.attrs = {
        "notice": NOTICE,
        "moves": MOVES_WORDS["state"],
        "others": ["deces", "inconnu"],
        "level": 0.95,
        "threshold": 11,
    }
    return frame


def drawn(size="page"):
    return incidence_chart(steps(), caption(title="Sortir du RSA", subtitle="en %"), look_of(size))


@BOTH
def test_nothing_is_drawn_outside_the_sheet(size):
    assert not outside(drawn(size))


def test_each_reason_has_a_panel_the_most_frequent_first_and_others_last():
    figure = drawn()
    titles = [text.get_text() for text in figure.texts if text.get_fontweight() == "bold"]
    assert titles[-3:] == ["Emploi", "Départ du quartier prioritaire", "Autres motifs"]


def test_lines_are_steps_at_the_published_months_and_all_panels_have_one_scale():
    panels = drawn().axes
    assert [len(axes.lines) for axes in panels] == [2, 1, 2]
    for line in panels[0].lines:
        assert line.get_drawstyle() == "steps-post"
        assert line.get_xdata().tolist() == [0, 12, 36]
    assert sorted(line.get_ydata().tolist() for line in panels[0].lines) == [[0, 10, 20], [0, 12, 30]]
    assert len({axes.get_ylim() for axes in panels}) == 1
    assert panels[0].get_ylim()[0] == 0


def test_each_mark_has_its_interval():
    marks = [np.array(lot.get_segments()) for lot in drawn().axes[0].collections]
    spans = sorted(tuple(segment[:, 1]) for lot in marks for segment in lot)
    assert spans == [(6.5, 14.5), (8.0, 16.9), (14.8, 25.8), (23.8, 36.4)]


def test_groups_differ_by_more_than_their_colour():
    first, second = drawn().axes[0].lines
    assert first.get_linestyle() != second.get_linestyle()
    assert first.get_marker() != second.get_marker()
    assert first.get_color() != second.get_color()


def test_what_is_said_tells_the_threshold_the_interval_the_moves_and_that_it_is_no_effect():
    said = plain(words_of(drawn())).replace("\n", " ")
    for words in (
        "DONNÉES INVENTÉES",
        "au moins 11 sorties",
        "intervalle de confiance à 95 %",
        "Autres motifs : décès et motif non renseigné.",
        MOVES_WORDS["state"],
        "sans lien de cause",
        "Source : ",
    ):
        assert words in said
    assert set(legend_of(drawn())) == {
        "en quartier prioritaire",
        "hors quartier prioritaire",
        "intervalle de confiance",
    }


def test_words_stand_for_the_chart():
    said = plain(incidence_chart_alt(steps()))
    assert "Part sortie après 36 mois : emploi, 20,0 % QPV et 30,0 % hors QPV" in said
    assert "départ du quartier prioritaire, 7,0 % QPV ;" in said
    assert said.endswith("sans lien de cause.")


def test_it_is_written_the_same_each_time(tmp_path):
    for name in ("one.png", "two.png"):
        write_figure(drawn(), tmp_path / name, alt=incidence_chart_alt(steps()))
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()


def test_what_is_drawn_is_not_changed():
    rows = steps()
    before = rows.copy()
    incidence_chart(rows, caption(), look_of("page"))
    pd.testing.assert_frame_equal(rows, before)


def test_a_missing_column_or_no_step_is_refused():
    with pytest.raises(MeasureError, match="to_month"):
        incidence_chart(steps().drop(columns="to_month"), caption(), look_of("page"))
    with pytest.raises(MeasureError, match="no step to draw"):
        incidence_chart(steps().iloc[:0], caption(), look_of("page"))

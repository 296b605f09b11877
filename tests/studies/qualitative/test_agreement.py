"""Agreement of coders, code by code, on common units; undefined rather than a number that means nothing."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qualitative_support import corpus_of, rated

from oqhs.catalogue import load_catalogue
from oqhs.errors import MeasureError
from oqhs.studies.qualitative import AGREEMENT_COLUMNS, THRESHOLDS, agreement

BARS = {"accord_ferme_min": 0.8, "accord_provisoire_min": 0.667}
FIGURES = ["percent", "kappa", "alpha", "alpha_low", "alpha_high"]


def row_of(corpus, code="1", **named):
    return agreement(corpus, thresholds=BARS, **named).set_index("code").loc[code]


def test_two_observers_of_ten_units_have_the_published_alpha():
    # K. Krippendorff, « Computing Krippendorff's Alpha-Reliability » (2011), part A: α = 0.095.
    found = row_of(rated({"Meg": "0100000010", "Owen": "1110010000"}))
    assert found["alpha"] == pytest.approx(0.095, abs=0.0005)
    # They agree on six units of ten; Meg sees 2, Owen 4: (0.6 − 0.56) / (1 − 0.56).
    assert found["percent"] == pytest.approx(60)
    assert found["kappa"] == pytest.approx(0.04 / 0.44)
    assert (found["n_units"], found["n_coders"], found["status"]) == (10, 2, "defined")
    assert found["reading"].startswith("accord insuffisant")


def test_codes_have_the_kappas_of_the_three_diagnoses_of_fleiss():
    # Fleiss, Levin and Paik, Statistical Methods for Rates and Proportions, chapter 18: one hundred persons.
    table = {("P", "P"): 75, ("P", "N"): 1, ("P", "O"): 4, ("N", "P"): 5, ("N", "N"): 4, ("N", "O"): 1,
             ("O", "O"): 10}  # fmt: skip
    first = [one for (one, _), times in table.items() for _ in range(times)]
    second = [other for (_, other), times in table.items() for _ in range(times)]
    corpus = rated({"A": first, "B": second}, codes=("P", "N", "O"), sources=["E1"] * 100)
    found = agreement(corpus, thresholds=BARS, draws=200).set_index("code")
    assert found.loc[["P", "N", "O"], "kappa"].tolist() == pytest.approx([0.6875, 0.5, 17 / 22])
    assert found.loc[["P", "N", "O"], "percent"].tolist() == pytest.approx([90, 93, 95])


def test_a_coder_who_did_not_read_a_source_is_missing_there_and_not_silent():
    # The third reads two units only: pairs 3 + 3 + 1 + 1, of which the third unit is 0 of 1.
    found = row_of(rated({"A": ["1", "0", "1", "0"], "B": ["1", "0", "0", "0"], "C": ["1", "0", None, None]}))
    assert found["percent"] == pytest.approx(100 * 7 / 8)
    assert (found["n_units"], found["n_coders"]) == (4, 3)
    assert np.isnan(found["kappa"])  # of exactly two coders


def test_a_unit_that_one_coder_read_is_not_a_common_one():
    assert row_of(rated({"A": ["1", "0", "1"], "B": ["1", "0", None]}))["n_units"] == 2


def test_coders_that_always_agree_have_an_alpha_of_one_and_no_interval_that_would_be_false():
    found = row_of(rated({"A": "1100", "B": "1100"}))
    assert (found["percent"], found["kappa"], found["alpha"]) == (100, 1, 1)
    assert np.isnan(found["alpha_low"])
    assert found["reason"] == "accord parfait : le rééchantillonnage ne dit rien de son incertitude"
    assert found["reading"] == "accord ferme, sans intervalle"


def test_one_category_is_undefined_and_has_no_figure():
    found = row_of(rated({"A": "1111", "B": "1111"}))
    assert found["status"] == "undefined"
    assert found[FIGURES].isna().all()
    assert found["reason"].startswith("une seule catégorie employée")
    assert found["reading"] == ""


def test_a_code_cut_differently_is_undefined_and_the_others_are_not():
    choices = {"A": ["1", "2", "0", "2"], "B": ["1", "2", "0", "1"]}
    corpus = rated(choices, codes=("1", "2", "3"), sources=["E1"] * 4)
    loose = {"segment": "x", "source": "E1", "start": 2, "end": 9, "code": "3", "coder": "B"}
    more = corpus_of(
        corpus.sources.to_dict("records"),
        [*corpus.segments.to_dict("records"), loose],
        corpus.codebook.to_dict("records"),
    )
    found = agreement(more, thresholds=BARS).set_index("code")
    assert found.loc["3", "status"] == "undefined"
    assert found.loc["3", "reason"] == (
        "découpage différent selon les codeurs (E1) : à coder sur des unités communes"
    )
    assert found.loc["3", FIGURES].isna().all()
    assert pd.isna(found.loc["3", "n_units"])
    assert (found.loc["1", "status"], found.loc["1", "n_units"]) == ("defined", 4)


def test_a_segment_left_by_a_coder_is_a_cut_unless_the_units_are_given():
    # B read the third unit and gave it nothing: without the units, nobody can tell that from another cut.
    segments = [
        {"segment": f"s{place}", "source": "E1", "start": 10 * place, "end": 10 * place + 10, "code": code,
         "coder": coder}
        for coder, codes in (("A", "aba"), ("B", "ab"))
        for place, code in enumerate(codes)
    ]  # fmt: skip
    corpus = corpus_of([{"source": "E1"}], segments, [{"code": "a"}, {"code": "b"}])
    assert row_of(corpus, "a")["status"] == "undefined"
    units = pd.DataFrame({"source": "E1", "start": [0, 10, 20, 30], "end": [10, 20, 30, 40]})
    found = row_of(corpus, "a", units=units)
    # Four units, the last with nothing from anybody: A sees a in the first and the third, B in the first.
    assert (found["percent"], found["n_units"], found["status"]) == (75, 4, "defined")
    assert found["kappa"] == pytest.approx(0.5)  # (0.75 − 0.5) / (1 − 0.5)


@pytest.mark.parametrize(
    ("place", "defined"),
    [
        ({"start": 2, "end": 8}, False),  # inside a unit
        ({"start": 5, "end": 15}, False),  # over two
        ({"start": 0, "end": 20}, False),  # two of them
        ({}, False),  # nobody knows where
        ({"start": 20, "end": 35}, True),  # past the last unit
        ({"start": 10, "end": 20}, True),  # the second unit
    ],
)
def test_with_units_a_segment_that_touches_one_without_being_it_is_another_cut(place, defined):
    segments = [
        {"segment": "s0", "source": "E1", "start": 0, "end": 10, "code": "a", "coder": coder}
        for coder in ("A", "B")
    ]
    segments.append({"segment": "s9", "source": "E1", "code": "a", "coder": "A"} | place)
    corpus = corpus_of([{"source": "E1"}], segments, [{"code": "a"}])
    units = pd.DataFrame({"source": "E1", "start": [0, 10], "end": [10, 20]})
    found = row_of(corpus, "a", units=units)
    assert (not found["reason"].startswith("découpage différent")) == defined
    assert pd.isna(found["n_units"]) != defined


def test_a_free_cut_of_one_coder_alone_in_a_source_changes_nothing():
    corpus = rated({"A": "1100", "B": "1010"})
    alone = {"segment": "z", "source": "Z", "start": 3, "end": 9, "code": "1", "coder": "A"}
    more = corpus_of(
        [*corpus.sources.to_dict("records"), {"source": "Z"}],
        [*corpus.segments.to_dict("records"), alone],
        corpus.codebook.to_dict("records"),
    )
    pd.testing.assert_frame_equal(agreement(more, thresholds=BARS), agreement(corpus, thresholds=BARS))


def test_without_two_coders_nothing_is_defined():
    for choices in ({"A": "1100"}, {None: "1100"}):
        found = row_of(rated(choices))
        assert (found["status"], found["n_units"]) == ("undefined", 0)
        assert found["reason"] == "aucune unité codée par deux codeurs au moins"
        assert found[FIGURES].isna().all()


def test_a_corpus_without_a_segment_has_no_agreement():
    found = agreement(corpus_of([{"source": "E1"}], [], [{"code": "a"}]), thresholds=BARS)
    assert found.columns.tolist() == AGREEMENT_COLUMNS
    assert found["status"].tolist() == ["undefined"]


def test_alpha_is_read_by_the_conventions_and_against_its_interval():
    # Of 100 units of which half have the code, coders part on d: κ and α are near 1 − 2 d / 100.
    def read(apart, **named):
        second = ["1"] * 50 + ["0"] * 50
        for place in range(apart):
            second[place * 7 % 100] = "0" if second[place * 7 % 100] == "1" else "1"
        corpus = rated({"A": ["1"] * 50 + ["0"] * 50, "B": second}, sources=["E1"] * 100)
        return row_of(corpus, **named)["reading"]

    assert read(2) == "accord ferme"
    assert read(8) == "accord ferme, mais l'intervalle descend sous 0,80"
    assert read(14) == "accord provisoire, mais l'intervalle descend sous 0,667"
    assert read(14, level=0.01) == "accord provisoire"
    assert read(30) == "accord insuffisant"


def test_a_code_that_is_too_rare_has_no_interval():
    # One unit of forty: it is in no sample once in e (37 %), and these have no α.
    found = row_of(rated({"A": "1" + "0" * 39, "B": "01" + "0" * 38}, sources=["E1"] * 40))
    assert found["status"] == "defined"
    assert np.isnan(found["alpha_low"])
    assert found["reason"] == "code trop rare, ou presque partout : pas d'intervalle"


def test_the_interval_holds_alpha_and_is_the_same_for_the_same_seed():
    corpus = rated({"A": "1100110010" * 6, "B": "1100100011" * 6}, sources=["E1"] * 60)
    one, same, other = (row_of(corpus, seed=seed) for seed in (1, 1, 2))
    assert one["alpha_low"] < one["alpha"] < one["alpha_high"]
    assert (one["alpha_low"], one["alpha_high"]) == (same["alpha_low"], same["alpha_high"])
    assert one["alpha_low"] != other["alpha_low"]
    wide = row_of(corpus, level=0.99, seed=1)
    assert wide["alpha_low"] < one["alpha_low"]


def test_the_interval_covers_the_alpha_of_the_population_most_of_the_time():
    """Eighty units drawn 150 times from a population whose α is known: near 95 % of the intervals hold it."""
    draw = np.random.default_rng(7)
    # Present in 40 % of the units; each coder errs once in ten. α of the population, by its four cells:
    cells = np.array([0.4 * 0.81 + 0.6 * 0.01, 0.09, 0.09, 0.4 * 0.01 + 0.6 * 0.81])
    seen = cells[0] + cells[1]
    truth = 1 - (cells[1] + cells[2]) / (2 * seen * (1 - seen))
    inside = 0
    for _ in range(150):
        kinds = draw.choice(4, size=80, p=cells)
        choices = {
            "A": ["1" if kind < 2 else "0" for kind in kinds],
            "B": ["1" if kind % 2 == 0 else "0" for kind in kinds],
        }
        found = row_of(rated(choices, sources=["E1"] * 80), draws=400)
        inside += bool(found["alpha_low"] <= truth <= found["alpha_high"])
    assert 0.88 <= inside / 150 <= 0.99


def test_the_thresholds_are_those_of_the_catalogue():
    catalogue = load_catalogue()
    told = {name: catalogue.thresholds[name].values[0].value for name in THRESHOLDS}
    assert told == BARS


@pytest.mark.parametrize("bars", [{}, {"accord_ferme_min": 0.8}, {**BARS, "confiance": 0.95}])
def test_both_thresholds_are_asked_for(bars):
    with pytest.raises(MeasureError, match="read against two thresholds"):
        agreement(rated({"A": "10", "B": "10"}), thresholds=bars)


@pytest.mark.parametrize("level", [0, 1, 95])
def test_a_level_that_is_not_a_share_is_refused(level):
    with pytest.raises(MeasureError, match="a level of confidence is a share"):
        agreement(rated({"A": "10", "B": "10"}), thresholds=BARS, level=level)


def test_an_interval_without_draws_is_refused():
    with pytest.raises(MeasureError, match="needs draws"):
        agreement(rated({"A": "10", "B": "10"}), thresholds=BARS, draws=0)


@pytest.mark.parametrize(
    ("units", "words", "found"),
    [
        ({"source": ["E1"], "start": [0]}, "units lack columns", "source, start"),
        ({"source": ["E1"], "start": [0], "end": [None]}, "has an empty cell", None),
        ({"source": ["E7"], "start": [0], "end": [5]}, "sources that the corpus lacks", "E7"),
        ({"source": ["E1"], "start": [5], "end": [5]}, "a unit has no text", "5 to 5"),
        ({"source": ["E1", "E1"], "start": [0, 4], "end": [5, 9]}, "overlaps the one before", "4 to 9"),
        ({"source": ["E1", "E1"], "start": [0, 0], "end": [5, 5]}, "overlaps the one before", "0 to 5"),
    ],
)
def test_units_that_nobody_can_code_are_refused(units, words, found):
    corpus = rated({"A": "10", "B": "10"}, sources=["E1", "E1"])
    with pytest.raises(MeasureError, match=words) as caught:
        agreement(corpus, thresholds=BARS, units=pd.DataFrame(units))
    assert caught.value.problems[0].found == found


@settings(deadline=None, max_examples=20)
@given(
    st.lists(st.tuples(st.sampled_from("01"), st.sampled_from("01")), min_size=2, max_size=10),
    st.randoms(use_true_random=False),
)
def test_no_order_of_units_and_no_name_of_coders_changes_a_coefficient(units, random):
    first, second = zip(*units, strict=True)
    mixed = random.sample(units, len(units))
    again_first, again_second = zip(*mixed, strict=True)
    one = row_of(rated({"A": first, "B": second}), draws=5)
    other = row_of(rated({"A": again_second, "B": again_first}), draws=5)
    for name in ("percent", "kappa", "alpha"):
        assert one[name] == pytest.approx(other[name], nan_ok=True)
    assert one["status"] == other["status"]

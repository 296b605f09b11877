"""Flags of invented quartiers: each rule, each state, and what is never flagged."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from flag_cases import DAY, INDICATORS, RULES, change, flagged, gap, kinds, named, table

from oqhs.analysis.flags import FLAG_COLUMNS, flags_of
from oqhs.analysis.heat import HEAT_COLUMNS, heat_table, shares_of_flags
from oqhs.errors import MeasureError, UnknownError
from oqhs.publish.flags import gathered

POOR = "taux_pauvrete"


def fiscal(territory, reference, value, other, **told):
    return gap(POOR, territory, reference, value, other, **({"sampling": "fiscal"} | told))


@pytest.mark.parametrize(
    ("indicator", "value", "reference", "bar", "flag"),
    [
        (POOR, 25.0, 20.0, 5.0, True),  # 5 points: the bar itself counts
        (POOR, 36.3, 31.3, 5.0, True),  # 4.999999999999996 in floating point
        (POOR, 24.99, 20.0, 5.0, False),
        (POOR, 15.0, 20.0, 5.0, False),  # less poverty is favourable
        ("surface_arboree", 20.0, 25.0, 5.0, True),  # fewer trees are not
        ("surface_arboree", 30.0, 25.0, 5.0, False),
        ("niveau_vie_median_mensuel", 1800.0, 2000.0, 200.0, True),  # 10 % of 2 000 €
        ("niveau_vie_median_mensuel", 1801.0, 2000.0, 200.0, False),
        ("niveau_vie_median_mensuel", 1349.0, 2023.0, 202.3, True),
        ("pmi_minutes", 12.0, 7.0, 5.0, True),
        ("pmi_minutes", 11.9, 7.0, 5.0, False),
    ],
)
def test_an_unfavourable_gap_is_flagged_from_its_bar_on(indicator, value, reference, bar, flag):
    found = flagged([gap(indicator, "A", "commune", value, reference)])
    found = found[found["kind"] == "ecart"]
    assert len(found) == flag
    if flag:
        assert found["bar"].item() == pytest.approx(bar)
        assert found["gap"].item() == pytest.approx(value - reference)
        assert (found["state"].item(), found["diffusion"].item()) == ("constate", "partenaires")


@pytest.mark.parametrize("reference", ["hors_qpv"])
def test_a_gap_to_a_reference_that_no_rule_names_is_not_flagged(reference):
    assert kinds(flagged([fiscal("A", reference, 40.0, 10.0)])) == []


@pytest.mark.parametrize("indicator", ["part_moins_18", "locataires_hlm", "part_prestations_sociales"])
def test_a_neutral_indicator_is_never_flagged(indicator):
    rows = [gap(indicator, name, "departement", value, 5.0) for name, value in zip("ABCD", (90, 9, 8, 7))]  # noqa: B905
    assert flagged(rows).empty


@pytest.mark.parametrize("publishable", [False, pd.NA])
def test_what_may_not_be_published_is_never_flagged(publishable):
    rows = [
        gap("exposition_icu", "A", name, 99.0, 20.0, publishable=publishable) for name in ("ept", "commune")
    ]
    grown = [change("exposition_icu", "A", "ept", (80.0, 20.0), (99.0, 20.0))]
    assert flagged(rows, grown).empty


def test_what_is_missing_is_never_flagged():
    rows = [gap("exposition_icu", "A", name, np.nan, 20.0) for name in ("ept", "commune")]
    hidden = [gap("exposition_icu", "B", "ept", 99.0, 20.0, status="secret")]
    assert flagged([*rows, *hidden]).empty


def test_a_value_without_a_reference_has_its_bar_and_no_gap():
    row = gap("exposition_icu", "A", "commune", 99.0, np.nan, reference_status="not_available")
    assert kinds(flagged([row])) == [("A", "seuil", "constate")]


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ({}, "constate"),
        ({"sampling": "exhaustif"}, "constate"),
        ({"sampling": "fiscal"}, "constate"),
        ({"sampling": "inconnu"}, "a_confirmer"),
        ({"origin": "oqhs_estimate"}, "a_confirmer"),
        ({"sampling": "sondage"}, "a_confirmer"),  # no standard error: no test
        ({"sampling": "sondage", "gap_se": 0.0}, "a_confirmer"),
        ({"sampling": "sondage", "gap_se": 1.0}, "ferme"),  # 10 points, bar 5: z = 5
        ({"sampling": "sondage", "gap_se": 10.0}, "a_confirmer"),  # z = 0,5
        ({"sampling": "sondage", "gap_se": 1.0, "origin": "oqhs_estimate"}, "a_confirmer"),
        # Everybody counted in the quartier, a sample in the reference: the gap is tested.
        ({"sampling": "exhaustif", "gap_se": 0.0}, "constate"),
        ({"sampling": "exhaustif", "gap_se": 1.0}, "ferme"),
        ({"sampling": "exhaustif", "gap_se": 10.0}, "a_confirmer"),
        ({"reference_origin": "oqhs_estimate"}, "a_confirmer"),
        ({"sampling": "sondage", "gap_se": 1.0, "reference_origin": "oqhs_estimate"}, "a_confirmer"),
        ({"sampling": "sondage", "gap_se": 1.0, "coverage": 0.9}, "a_confirmer"),
        ({"coverage": 0.95}, "constate"),  # the bar itself counts
        ({"coverage": 0.94}, "a_confirmer"),
        ({"reference_coverage": 0.94}, "a_confirmer"),
        # Nobody says how much is known: it may be little.
        ({"coverage": np.nan}, "a_confirmer"),
        ({"reference_coverage": np.nan}, "a_confirmer"),
        ({"coverage": np.nan, "gap_lower": 5.0, "gap_upper": 12.0}, "constate"),
        # What is missing is told by bounds: 10 points are at least 5, or at least 4.
        ({"reference_coverage": 0.9, "gap_lower": 5.0, "gap_upper": 12.0}, "constate"),
        ({"reference_coverage": 0.9, "gap_lower": 4.0, "gap_upper": 12.0}, "a_confirmer"),
    ],
)
def test_a_flag_is_firm_noted_or_to_be_confirmed(told, state):
    found = flagged([gap(POOR, "A", "commune", 30.0, 20.0, **told)])
    assert kinds(found) == [("A", "ecart", state)]
    assert found["diffusion"].tolist() == ["interne" if state == "a_confirmer" else "partenaires"]


def test_the_bounds_of_an_indicator_that_is_favourable_count_the_other_way():
    # 10 points less, between 4 and 12: the favourable end is the upper one, −4.
    bounds = {"gap_lower": -12.0, "gap_upper": -4.0}
    found = flagged([gap("surface_arboree", "A", "commune", 20.0, 30.0, **bounds)])
    assert kinds(found) == [("A", "ecart", "a_confirmer")]


def test_firm_gaps_are_those_of_benjamini_and_hochberg_within_an_indicator_and_a_reference():
    # Bar 5, standard error 1: z = 3,5 ; 2 ; 1,7 ; 0, so p = 0,0002 ; 0,0228 ; 0,0446 ; 0,5. Of four tests
    # the bars are 0,0125 ; 0,025 ; 0,0375 ; 0,05: two pass, where a plain 5 % would have let three.
    sampled = {"sampling": "sondage", "gap_se": 1.0}
    gaps = {"A": 8.5, "B": 7.0, "C": 6.7, "D": 5.0}
    rows = [gap("taux_chomage_15_64", name, "commune", 12.0 + g, 12.0, **sampled) for name, g in gaps.items()]
    # Alone in their families, of another reference and of another indicator: p = 0,0446 passes.
    rows += [gap("taux_chomage_15_64", "C", "departement", 18.7, 12.0, **sampled)]
    rows += [gap("taux_chomage_15_24", "C", "commune", 18.7, 12.0, **sampled)]
    found = flagged(rows)
    states = (
        found[found["kind"] == "ecart"]
        .set_index(["indicator", "reference", "territory"])["state"]
        .sort_index()
    )
    assert states[("taux_chomage_15_64", "commune")].to_dict() == {
        "A": "ferme",
        "B": "ferme",
        "C": "a_confirmer",
        "D": "a_confirmer",
    }
    assert states[("taux_chomage_15_64", "departement", "C")] == "ferme"
    assert states[("taux_chomage_15_24", "commune", "C")] == "ferme"


def test_quartiers_far_under_the_bar_count_in_the_family():
    # One test: p = 0,0446 passes. Beside nine quartiers at their reference it is held against 0,005.
    sampled = {"sampling": "sondage", "gap_se": 1.0}
    one = gap("taux_chomage_15_64", "A", "commune", 18.7, 12.0, **sampled)
    others = [gap("taux_chomage_15_64", f"B{n}", "commune", 12.0, 12.0, **sampled) for n in range(9)]
    assert kinds(flagged([one])) == [("A", "ecart", "ferme")]
    assert kinds(flagged([one, *others])) == [("A", "ecart", "a_confirmer")]


def test_estimates_and_quartiers_counted_whole_are_not_of_the_family():
    sampled = {"sampling": "sondage", "gap_se": 1.0}
    one = gap("taux_chomage_15_64", "A", "commune", 18.7, 12.0, **sampled)
    told = [{"sampling": "exhaustif", "gap_se": 0.0}, sampled | {"origin": "oqhs_estimate"}]
    told += [sampled | {"reference_origin": "oqhs_estimate"}]
    others = [gap("taux_chomage_15_64", f"B{n}", "commune", 12.0, 12.0, **told[n % 3]) for n in range(9)]
    assert kinds(flagged([one, *others])) == [("A", "ecart", "ferme")]


@pytest.mark.parametrize(
    ("before", "after", "told", "flag"),
    [
        ((30.0, 20.0), (31.0, 20.0), {}, True),  # 10 points, then 11
        ((30.0, 20.0), (30.9, 20.0), {}, False),
        ((30.0, 20.0), (30.0, 19.0), {}, True),  # the reference improved alone
        ((30.0, 20.0), (35.0, 20.0), {"flaggable": False}, False),
        ((30.0, 20.0), (35.0, 20.0), {"flaggable": pd.NA}, False),
        ((30.0, 20.0), (25.0, 20.0), {"widening": False}, False),
        ((10.0, 20.0), (18.0, 20.0), {"widening": False}, False),  # still favourable
    ],
)
def test_a_gap_that_widened_by_its_bar_is_flagged_where_the_change_may_be(before, after, told, flag):
    found = flagged([fiscal("A", "ept", after[0], 30.0)], [change(POOR, "A", "ept", before, after, **told)])
    found = found[found["kind"] == "creusement"]
    assert len(found) == flag
    if flag:
        assert found["widened_by"].item() == pytest.approx(1.0)
        assert found["state"].item() == "constate"


def test_a_widening_of_euros_is_that_of_the_share_of_the_reference():
    # 1 500 of 2 000 € are 75 %, 1 554 of 2 100 € are 74 %: 1 point, though the gap in euros grew by 46 €.
    name = "niveau_vie_median_mensuel"
    rows = [gap(name, "A", "ept", 1554.0, 2100.0, sampling="fiscal")]
    found = flagged(rows, [change(name, "A", "ept", (1500.0, 2000.0), (1554.0, 2100.0))])
    assert found.loc[found["kind"] == "creusement", "widened_by"].tolist() == pytest.approx([1.0])
    less = flagged(rows, [change(name, "A", "ept", (1500.0, 2000.0), (1555.0, 2100.0))])
    assert "creusement" not in set(less["kind"])


def test_the_widening_of_a_sampled_gap_is_to_be_confirmed_since_it_is_not_tested():
    rows = [gap("taux_chomage_15_64", "A", "ept", 30.0, 12.0, sampling="sondage", gap_se=1.0)]
    found = flagged(rows, [change("taux_chomage_15_64", "A", "ept", (25.0, 12.0), (30.0, 12.0))])
    state = dict(zip(found["kind"], found["state"], strict=True))
    # The gap is firm, what confirms it is not: the décrochage waits.
    assert state == {"decrochage": "a_confirmer", "ecart": "ferme", "creusement": "a_confirmer"}


@pytest.mark.parametrize(
    ("told", "moved", "state"),
    [
        ({}, {}, "constate"),
        ({"reference_coverage": 0.94}, {}, "a_confirmer"),
        ({"reference_coverage": np.nan}, {}, "a_confirmer"),
        ({}, {"coverage": np.nan}, "a_confirmer"),
        ({}, {"coverage_before": 0.94}, "a_confirmer"),
        ({"reference_origin": "oqhs_estimate"}, {}, "a_confirmer"),
        # Counted whole in the quartier, sampled in the reference: the widening is not tested.
        ({"sampling": "exhaustif", "gap_se": 0.0}, {}, "constate"),
        ({"sampling": "exhaustif", "gap_se": 0.1}, {}, "a_confirmer"),
    ],
)
def test_a_widening_is_as_sure_as_both_sides_at_both_dates(told, moved, state):
    grown = [change(POOR, "A", "ept", (30.0, 20.0), (35.0, 20.0), **moved)]
    found = flagged([fiscal("A", "ept", 35.0, 20.0, **told)], grown)
    assert found.loc[found["kind"] == "creusement", "state"].tolist() == [state]


def test_a_decrochage_that_only_an_estimated_reference_confirms_is_to_be_confirmed():
    guessed = {"reference_origin": "oqhs_estimate"}
    rows = [fiscal("A", "departement", 30.0, 20.0), fiscal("A", "ept", 30.0, 20.0, **guessed)]
    assert kinds(flagged(rows)) == [
        ("A", "decrochage", "a_confirmer"),
        ("A", "ecart", "constate"),
        ("A", "ecart", "a_confirmer"),
    ]
    # A third reference that is sure settles it, and the estimate confirms nothing.
    found = flagged([*rows, fiscal("A", "commune", 30.0, 20.0)]).iloc[0]
    assert (found["state"], found["confirmed_by"]) == ("constate", "ecart:commune")


def test_an_absolute_bar_does_not_wait_for_the_reference():
    row = gap("exposition_icu", "A", "commune", 80.0, 79.0, reference_origin="oqhs_estimate")
    assert kinds(flagged([row])) == [("A", "seuil", "constate")]
    # Nor is the margin of the reference that of the value.
    row = gap("exposition_icu", "A", "commune", 80.0, 79.0, sampling="exhaustif", gap_se=1.0)
    assert kinds(flagged([row])) == [("A", "seuil", "constate")]


def test_a_decrochage_to_be_confirmed_hides_no_gap_that_is_sure():
    # A: sure at the département, partial at the EPT; B: sure at both; C: sure at neither.
    half = {"coverage": 0.5}
    rows = [fiscal(code, "departement", 30.0, 20.0, **(half if code == "C" else {})) for code in "ABC"]
    rows += [fiscal(code, "ept", 30.0, 20.0, **({} if code == "B" else half)) for code in "ABC"]
    flags = flagged(rows)
    assert kinds(gathered(flags)) == [
        ("A", "decrochage", "a_confirmer"),
        ("A", "ecart", "constate"),
        ("B", "decrochage", "constate"),
        ("C", "decrochage", "a_confirmer"),
    ]
    heat = heat_table(table(rows), flags, INDICATORS, RULES, day=DAY).set_index("territory")
    assert heat["text"].to_dict() == {
        "A": "écart (constaté)",
        "B": "décrochage (constaté)",
        "C": "décrochage (à confirmer)",
    }


def test_a_gap_beyond_its_bar_at_one_reference_alone_is_no_decrochage():
    assert kinds(flagged([fiscal("A", "departement", 30.0, 20.0), fiscal("A", "ept", 30.0, 26.0)])) == [
        ("A", "ecart", "constate")
    ]


def test_a_gap_confirmed_at_two_references_is_a_decrochage_and_says_so():
    rows = [
        fiscal("A", "departement", 30.0, 20.0),
        fiscal("A", "ept", 30.0, 26.0),  # 4 points: under the bar
        fiscal("A", "commune", 30.0, 25.0),
    ]
    found = flagged(rows)
    assert kinds(found) == [
        ("A", "decrochage", "constate"),
        ("A", "ecart", "constate"),
        ("A", "ecart", "constate"),
    ]
    first = found.iloc[0]
    assert (first["reference"], first["confirmed_by"], first["gap"]) == (
        "departement",
        "ecart:commune",
        pytest.approx(10.0),
    )


def test_a_gap_that_widened_at_its_own_reference_is_a_decrochage():
    rows = [fiscal("A", "ept", 30.0, 20.0), fiscal("A", "commune", 30.0, 28.0)]
    here = flagged(rows, [change(POOR, "A", "ept", (28.0, 20.0), (30.0, 20.0))])
    assert here.loc[here["kind"] == "decrochage", "confirmed_by"].tolist() == ["creusement:ept"]
    elsewhere = flagged(rows, [change(POOR, "A", "commune", (28.0, 28.0), (30.0, 28.0))])
    assert "decrochage" not in set(elsewhere["kind"])


def test_a_decrochage_is_as_sure_as_what_confirms_it():
    sure, unsure = {"coverage": 1.0}, {"coverage": 0.5}
    both = flagged([fiscal("A", "ept", 30.0, 20.0, **sure), fiscal("A", "commune", 30.0, 20.0, **unsure)])
    assert kinds(both)[0] == ("A", "decrochage", "a_confirmer")
    # Two sure references are enough, and the third, which is not, confirms nothing.
    third = [fiscal("A", "departement", 30.0, 20.0, **unsure)]
    third += [fiscal("A", "ept", 30.0, 20.0), fiscal("A", "commune", 30.0, 20.0)]
    found = flagged(third).iloc[0]
    assert (found["kind"], found["state"], found["reference"], found["confirmed_by"]) == (
        "decrochage",
        "constate",
        "ept",
        "ecart:commune",
    )


@pytest.mark.parametrize(
    ("indicator", "value", "told", "state"),
    [
        ("exposition_icu", 75.0, {}, "constate"),  # the bar itself counts
        ("exposition_icu", 74.9, {}, None),
        ("surface_arboree", 15.0, {}, "constate"),
        ("surface_arboree", 15.1, {}, None),
        ("pmi_minutes", 15.0, {}, "constate"),
        ("pmi_minutes", 14.9, {}, None),
        ("eds_minutes", 20.0, {}, "constate"),
        ("eds_minutes", 19.9, {}, None),
        # 100 % of the nine tenths that are known is 90 % at least; 80 % of them is 72 % at least.
        ("exposition_icu", 100.0, {"coverage": 0.9}, "constate"),
        ("exposition_icu", 80.0, {"coverage": 0.9}, "a_confirmer"),
        # 5 % of nineteen twentieths are 9,75 % at most, 11 % of them 15,45 %.
        ("surface_arboree", 5.0, {"coverage": 0.95}, "constate"),
        ("surface_arboree", 11.0, {"coverage": 0.95}, "a_confirmer"),
        ("pmi_minutes", 30.0, {"coverage": 0.95}, "constate"),
        ("pmi_minutes", 30.0, {"coverage": 0.94}, "a_confirmer"),
        ("pmi_minutes", 30.0, {"coverage": np.nan}, "a_confirmer"),
        ("exposition_icu", 100.0, {"coverage": np.nan}, "a_confirmer"),
        ("surface_arboree", 5.0, {"coverage": np.nan}, "a_confirmer"),
        ("exposition_icu", 80.0, {"sampling": "inconnu"}, "a_confirmer"),
        ("exposition_icu", 80.0, {"sampling": "sondage", "gap_se": 0.1}, "a_confirmer"),
    ],
)
def test_an_absolute_bar_is_a_flag_of_its_own_and_no_decrochage(indicator, value, told, state):
    # At every reference, without a gap: once all the same.
    rows = [gap(indicator, "A", name, value, value, **told) for name in ("departement", "ept", "commune")]
    assert kinds(flagged(rows)) == ([("A", "seuil", state)] if state else [])


def test_the_worst_quarter_is_a_position_and_never_holds_more_than_a_quarter():
    def positions(values):
        rows = [fiscal(f"A{n}", "ept", value, value) for n, value in enumerate(values)]
        found = flagged(rows)
        assert set(found["kind"]) <= {"position"}
        assert set(found["diffusion"]) <= {"interne"}
        return found.loc[found["rule"] == "position_quart", "territory"].tolist()

    assert positions([10, 20, 30, 40]) == ["A3"]
    assert positions([10, 20, 40, 40]) == []  # two tied at the edge of one place
    assert positions([10, 20, 30]) == []  # one in three is more than a quarter
    assert positions([10, 20, 30, 40, 50, 60, 70, 80]) == ["A6", "A7"]
    assert positions([30, 30, 30, 30]) == []


def test_a_value_two_robust_deviations_from_the_median_is_a_position():
    # Median 20, deviations 10, 1, 0, 1, 3: their median is 1, so the edge is 20 + 2 × 1,4826 = 22,9652.
    rows = [fiscal(name, "ept", value, value) for name, value in zip("ABCDE", (10, 19, 20, 21, 23))]  # noqa: B905
    found = flagged(rows)
    apart = found[found["rule"] == "position_ecart_median"]
    assert apart["territory"].tolist() == ["E"]  # not A, which is apart on the favourable side
    assert apart["bar"].item() == pytest.approx(22.9652)
    # Half of the quartiers alike: no spread, no position.
    alike = [fiscal(name, "ept", value, value) for name, value in zip("ABCDE", (20, 20, 20, 21, 90))]  # noqa: B905
    assert "position_ecart_median" not in set(flagged(alike)["rule"])


def test_the_value_and_the_gap_hors_qpv_stand_beside_every_gap():
    rows = [fiscal("A", "commune", 36.2, 25.0), fiscal("A", "hors_qpv", 36.2, 14.4)]
    rows += [fiscal("B", "commune", 36.2, 25.0)]
    found = flagged(rows)
    found = found[found["kind"] == "ecart"].set_index("territory")
    assert found.loc["A", ["hors_qpv_value", "hors_qpv_gap"]].tolist() == pytest.approx([14.4, 21.8])
    assert found.loc["B", ["hors_qpv_value", "hors_qpv_gap"]].isna().all()


def test_an_interval_is_shown_for_a_sampled_gap_and_none_is_made_up_elsewhere():
    rows = [gap("taux_chomage_15_64", "A", "commune", 30.0, 12.0, sampling="sondage", gap_se=2.0)]
    rows += [gap("exposition_icu", "A", "commune", 99.0, 20.0)]
    found = flagged(rows)
    by = found[found["kind"].isin(["ecart", "seuil"])].set_index(["indicator", "kind"])
    assert by.loc[("taux_chomage_15_64", "ecart"), ["ci_lower", "ci_upper"]].tolist() == pytest.approx(
        [18 - 3.92, 18 + 3.92]
    )
    assert by.loc["exposition_icu", ["ci_lower", "ci_upper"]].isna().all(axis=None)


def test_flags_are_sorted_and_shaped_the_same_even_without_any():
    rows = [
        gap(name, code, reference, value, other)
        for code in ("B", "A")
        for name, value, other in (("exposition_icu", 99.0, 20.0), (POOR, 40.0, 10.0))
        for reference in ("commune", "departement")
    ]
    found = flagged(rows)
    assert found.columns.tolist() == FLAG_COLUMNS
    keys = found[found["kind"] != "position"][["territory", "indicator", "kind", "reference"]]
    wanted = [
        ("A", POOR, "decrochage", "departement"),
        ("A", POOR, "ecart", "departement"),
        ("A", POOR, "ecart", "commune"),
        ("A", "exposition_icu", "decrochage", "departement"),
        ("A", "exposition_icu", "ecart", "departement"),
        ("A", "exposition_icu", "ecart", "commune"),
        ("A", "exposition_icu", "seuil", ""),
    ]
    assert list(keys[:7].itertuples(index=False, name=None)) == wanted
    none = flagged([fiscal("A", "commune", 10.0, 10.0)])
    assert none.empty
    assert none.dtypes.to_dict() == found.dtypes.to_dict()


def test_a_rule_that_is_not_yet_in_force_flags_nothing_and_a_later_value_takes_over():
    dated = RULES.model_dump(mode="json")
    dated["rules"]["ecart"]["values"] = [
        {"value": 5, "since": "2024-01-01", "reference": "convention OQHS", "checked": "2026-11-27"},
        {"value": 12, "since": "2026-01-01", "reference": "convention OQHS", "checked": "2026-11-27"},
    ]
    rules = type(RULES).model_validate(dated)
    rows = [fiscal("A", "commune", 30.0, 20.0)]
    found = {year: kinds(flagged(rows, rules=rules, day=dt.date(year, 6, 1))) for year in (2023, 2025, 2027)}
    assert found == {2023: [], 2025: [("A", "ecart", "constate")], 2027: []}
    with pytest.raises(UnknownError, match="coverage_min"):
        flagged(rows, day=dt.date(2014, 1, 1))


def test_inputs_are_left_as_they_are():
    rows, grown = table([fiscal("A", "ept", 30.0, 20.0)]), None
    before = rows.copy(deep=True)
    found = flags_of(rows, grown, INDICATORS, RULES, day=DAY, names=named, diffusion="public")
    heat_table(rows, found, INDICATORS, RULES, day=DAY, reference="ept")
    pd.testing.assert_frame_equal(rows, before)


def test_tables_that_cannot_be_judged_are_refused():
    rows = table([fiscal("A", "ept", 30.0, 20.0)])
    told = {"day": DAY, "names": named, "diffusion": "interne"}
    with pytest.raises(MeasureError, match="columns are missing") as lacking:
        flags_of(rows.drop(columns=["gap_se", "sampling"]), None, INDICATORS, RULES, **told)
    assert lacking.value.problems[0].found == "gap_se, sampling"
    with pytest.raises(MeasureError, match="columns are missing") as lacking:
        flags_of(rows, rows[["indicator"]], INDICATORS, RULES, **told)
    assert lacking.value.problems[0].column == "changes"
    with pytest.raises(MeasureError, match="stand twice") as twice:
        flags_of(pd.concat([rows, rows]), None, INDICATORS, RULES, **told)
    assert twice.value.problems[0].found == "A taux_pauvrete ept"
    with pytest.raises(MeasureError, match="no such kind of sampling") as strange:
        flags_of(rows.assign(sampling="enquête"), None, INDICATORS, RULES, **told)
    assert strange.value.problems[0].found == "enquête"


def test_the_heat_table_counts_gaps_in_multiples_of_their_bars_and_keeps_what_is_not_known_apart():
    rows = [
        fiscal("A", "ept", 35.0, 20.0),  # 15 points: three bars
        fiscal("B", "ept", 25.0, 20.0),  # right at the bar
        fiscal("C", "ept", 22.5, 20.0),
        fiscal("D", "ept", 20.0, 20.0),
        fiscal("E", "ept", 10.0, 20.0),
        fiscal("F", "ept", np.nan, 20.0),
        fiscal("G", "ept", 35.0, 20.0, publishable=False),
        fiscal("H", "ept", 35.0, np.nan),
        gap("part_moins_18", "A", "ept", 40.0, 20.0),
        gap("exposition_icu", "A", "ept", 99.0, 99.0),
        gap("apl_generalistes", "A", "ept", 2.0, 3.0),
    ]
    gaps = table(rows)
    flags = flagged([*rows, fiscal("A", "commune", 35.0, 20.0)])
    heat = heat_table(gaps, flags, INDICATORS, RULES, day=DAY, reference="ept")
    assert heat.columns.tolist() == HEAT_COLUMNS
    poverty = heat[heat["indicator"] == POOR].set_index("territory")
    assert poverty["score"].tolist()[:5] == pytest.approx([-3.0, -1.0, -0.5, 0.0, 2.0])
    assert poverty["score"][list("FGH")].isna().all()
    assert poverty["cell"].tolist() == [
        "au_seuil",
        "au_seuil",
        "sous_seuil",
        "favorable",
        "favorable",
        "sans_valeur",
        "non_publiable",
        "sans_ecart",
    ]
    assert poverty["value"].isna().tolist() == [False] * 5 + [True, True, False]
    assert poverty["text"].tolist() == [
        "décrochage (constaté)",
        "écart (constaté)",
        "moins favorable, sous le seuil",
        "plus favorable que la référence",
        "plus favorable que la référence",
        "sans valeur",
        "non publiable",
        "sans écart à la référence",
    ]
    others = heat[heat["territory"] == "A"].set_index("indicator")
    assert others.loc["part_moins_18", ["cell", "text"]].tolist() == [
        "neutre",
        "sans sens favorable ou défavorable",
    ]
    assert others.loc["exposition_icu", ["score", "flag", "text"]].tolist() == [
        0.0,
        "seuil",
        "seuil franchi (constaté)",
    ]
    assert others.loc["apl_generalistes", "cell"] == "sans_regle"
    assert pd.isna(others.loc["apl_generalistes", "score"])
    # Without the flags that a reader may not see, the cell still says which way the figure goes.
    bare = heat_table(gaps, flags.iloc[:0], INDICATORS, RULES, day=DAY, reference="ept")
    assert bare["text"].iloc[1] == "moins favorable, seuil atteint"


def test_the_heat_table_of_a_reference_without_gaps_is_refused():
    rows = [fiscal("A", "ept", 35.0, 20.0)]
    with pytest.raises(MeasureError, match="no gap to this reference") as caught:
        heat_table(table(rows), flagged(rows), INDICATORS, RULES, day=DAY, reference="commune")
    assert (caught.value.problems[0].found, caught.value.problems[0].allowed) == ("commune", "ept")


def test_the_share_of_quartiers_a_rule_points_at_counts_each_once():
    rows = [fiscal("A", name, 40.0, 20.0) for name in ("departement", "ept", "commune")]
    rows += [fiscal("B", "ept", 40.0, 20.0), fiscal("C", "ept", 20.0, 20.0), fiscal("R", "ept", 40.0, 20.0)]
    flags = flagged(rows)
    shares = shares_of_flags(flags, ["A", "B", "C", "D"]).set_index(["rule", "kind"])
    assert shares.loc[("ecart", "ecart")].tolist() == [2, 4, 0.5]  # R is not one of the quartiers
    assert shares.loc[("ecart", "decrochage")].tolist() == [1, 4, 0.25]
    apart = shares_of_flags(flags, ["A", "B", "C", "D"], by=["kind", "reference"])
    told = apart[apart["kind"] == "ecart"]
    assert told["share"].tolist() == [0.25, 0.25, 0.5]  # commune, departement, ept
    with pytest.raises(MeasureError, match="no quartier"):
        shares_of_flags(flags, [])

"""A share over several territories is a ratio of sums: whole sums, zeros, memberships, refusals."""

import numpy as np
import pandas as pd
import pytest
from invented import measurements

from oqhs.errors import MeasureError, UnknownError
from oqhs.measures import ratio_of_sums

ALL = dict.fromkeys("ABC", "G")


def unemployed(**years):
    return measurements(chomeurs={"A": 10, "B": 60, "C": 5}, actifs={"A": 100, "B": 200, "C": 20}, **years)


def test_a_share_of_several_territories_is_the_ratio_of_their_sums_and_not_the_mean_of_their_shares():
    # (10 + 60 + 5) / (100 + 200 + 20) = 75/320 = 0.234375 ; mean of 10 %, 30 % and 25 % = 0.21666…
    found = ratio_of_sums(unemployed(), "chomeurs", "actifs", ALL).loc["G"]
    assert found["value"] == 75 / 320
    assert (found["numerator"], found["denominator"]) == (75.0, 320.0)
    assert (found["status"], found["coverage"]) == ("observed", 1.0)
    assert (found["n_known"], found["n_total"]) == (3, 3)
    assert (found["lower"], found["upper"]) == (75 / 320, 75 / 320)


def test_each_group_has_its_own_row_sorted_by_its_code():
    # H: 60/200 ; G: (10 + 5)/(100 + 20) = 15/120 = 1/8
    found = ratio_of_sums(unemployed(), "chomeurs", "actifs", {"B": "H", "A": "G", "C": "G"})
    assert found.index.tolist() == ["G", "H"]
    assert found["value"].tolist() == [0.125, 0.3]


def test_several_variables_are_added_up_on_both_sides():
    # numerators A 10 + 2, B 60 + 8 ; bases A 100 + 20, B 200 + 0 : 80/320 = 1/4
    table = measurements(
        cdd={"A": 10, "B": 60}, interim={"A": 2, "B": 8}, cdi={"A": 100, "B": 200}, autres={"A": 20, "B": 0}
    )
    found = ratio_of_sums(table, ["cdd", "interim"], ["cdi", "autres"], dict.fromkeys("AB", "G"))
    assert found.loc["G", "value"] == 0.25


def test_one_hidden_part_of_a_numerator_hides_the_whole_numerator_of_that_territory():
    # C's interim is secret, so C is out: (12 + 68)/(120 + 200) = 1/4, coverage 320/360 = 8/9
    table = measurements(
        cdd={"A": 10, "B": 60, "C": 1},
        interim={"A": 2, "B": 8, "C": "s"},
        salaries={"A": 120, "B": 200, "C": 40},
    )
    found = ratio_of_sums(table, ["cdd", "interim"], "salaries", ALL).loc["G"]
    assert found["value"] == 0.25
    assert found["coverage"] == pytest.approx(8 / 9)
    assert (found["n_known"], found["n_total"]) == (2, 3)


def test_an_observed_zero_counts_and_a_territory_without_anybody_changes_nothing():
    # (0 + 60)/(100 + 200) = 1/5 ; C has nobody
    table = measurements(chomeurs={"A": 0, "B": 60, "C": 0}, actifs={"A": 100, "B": 200, "C": 0})
    found = ratio_of_sums(table, "chomeurs", "actifs", ALL).loc["G"]
    assert (found["value"], found["coverage"]) == (0.2, 1.0)


def test_a_group_without_anybody_is_not_applicable_rather_than_not_available():
    table = measurements(chomeurs={"A": 0, "B": 0}, actifs={"A": 0, "B": 0})
    found = ratio_of_sums(table, "chomeurs", "actifs", dict.fromkeys("AB", "G")).loc["G"]
    assert np.isnan(found["value"])
    assert found["status"] == "not_applicable"


def test_groups_may_be_given_as_a_mapping_a_series_or_memberships():
    pairs = pd.DataFrame({"territory": list("ABC"), "parent": "G"})
    for by in (ALL, pd.Series(ALL), pairs):
        assert ratio_of_sums(unemployed(), "chomeurs", "actifs", by)["value"].to_dict() == {"G": 75 / 320}


def test_a_territory_outside_the_groups_weighs_nothing():
    found = ratio_of_sums(unemployed(), "chomeurs", "actifs", {"A": "G"})
    assert found["value"].to_dict() == {"G": 0.1}


def test_a_quartier_of_two_communes_is_shared_between_them_by_its_population():
    # A lies 1/4 in K and 3/4 in L: K gets 10/4 = 2.5 of 100/4 = 25, L 7.5 of 75.
    # K = (2.5 + 60)/(25 + 200) = 62.5/225 ; L = (7.5 + 5)/(75 + 20) = 12.5/95
    memberships = pd.DataFrame(
        [("A", "K", 0.25), ("A", "L", 0.75), ("B", "K", 1.0), ("C", "L", 1.0)],
        columns=["territory", "parent", "share_population"],
    )
    found = ratio_of_sums(unemployed(), "chomeurs", "actifs", memberships)
    assert found["value"].to_dict() == pytest.approx({"K": 62.5 / 225, "L": 12.5 / 95})
    # nobody is counted twice: 225 + 95 = 320 actifs, as without the communes
    assert found["denominator"].sum() == 320.0


def test_without_the_share_of_a_quartier_both_of_its_communes_are_not_available():
    memberships = pd.DataFrame(
        [("A", "K", np.nan), ("A", "L", np.nan), ("B", "K", 1.0), ("C", "M", 1.0)],
        columns=["territory", "parent", "share_population"],
    )
    found = ratio_of_sums(unemployed(), "chomeurs", "actifs", memberships)
    assert found["status"].to_dict() == {"K": "not_available", "L": "not_available", "M": "observed"}
    assert (
        found.loc[["K", "L"], ["value", "numerator", "denominator", "lower", "upper"]].isna().all(axis=None)
    )
    assert found.loc["M", "value"] == 0.25


def test_measurements_of_two_years_are_refused():
    mixed = pd.concat([unemployed(year=2018), unemployed(year=2020)])
    with pytest.raises(MeasureError, match="'year'") as error:
        ratio_of_sums(mixed, "chomeurs", "actifs", ALL)
    assert error.value.problems[0].found == "2018, 2020"


def test_a_numerator_and_a_denominator_of_two_years_are_refused():
    mixed = pd.concat([measurements(2018, chomeurs={"A": 10}), measurements(2020, actifs={"A": 100})])
    with pytest.raises(MeasureError, match="'year'"):
        ratio_of_sums(mixed, "chomeurs", "actifs", {"A": "G"})


def test_measurements_of_two_perimeters_are_refused():
    mixed = pd.concat([unemployed(perimeter="qpv2015"), unemployed(perimeter="qpv2024")])
    with pytest.raises(MeasureError, match="'perimeter'"):
        ratio_of_sums(mixed, "chomeurs", "actifs", ALL)


def test_populations_of_two_years_are_refused_where_they_would_serve_as_weights():
    table = measurements(chomeurs={"A": 10, "B": "s"}, actifs={"A": 100, "B": "s"})
    people = [measurements(year, population={"A": n, "B": 100}) for year, n in ((2018, 300), (2020, 900))]
    with pytest.raises(MeasureError, match="'year'"):
        ratio_of_sums(pd.concat([table, *people]), "chomeurs", "actifs", dict.fromkeys("AB", "G"))


def test_an_unknown_variable_is_told_with_those_that_are_there():
    with pytest.raises(UnknownError) as error:
        ratio_of_sums(unemployed(), "chomeurs", "actif", ALL)
    assert error.value.problems[0].found == "actif"
    assert error.value.problems[0].allowed == "actifs, chomeurs"


def test_the_measurements_are_left_as_they_were():
    table = unemployed()
    before = table.copy(deep=True)
    ratio_of_sums(table, "chomeurs", "actifs", ALL)
    pd.testing.assert_frame_equal(table, before)

"""What is not known: partial sums, their coverage, their bounds, and the reason when nothing is given."""

import numpy as np
import pandas as pd
import pytest
from invented import measurements

from oqhs.errors import OqhsError
from oqhs.measures import ratio_of_sums
from oqhs.measures.aggregate import share_of_sums

ALL = dict.fromkeys("ABC", "G")


def one(table, groups=None):
    return ratio_of_sums(table, "chomeurs", "actifs", groups or ALL).loc["G"]


def test_a_secret_territory_is_left_out_of_both_sums_and_never_counted_as_zero():
    # C is secret: (10 + 60)/(100 + 300) = 0.175. Counted as 0 it would be 70/450 = 0.1556.
    table = measurements(chomeurs={"A": 10, "B": 60, "C": "s"}, actifs={"A": 100, "B": 300, "C": 50})
    found = one(table)
    assert found["value"] == 0.175
    assert (found["numerator"], found["denominator"]) == (70.0, 400.0)
    assert (found["n_known"], found["n_total"]) == (2, 3)
    # 400 of the 450 actifs are known
    assert found["coverage"] == pytest.approx(400 / 450)


def test_the_bounds_are_those_of_an_unknown_territory_where_nobody_or_everybody_is_concerned():
    # C's 50 actifs hold between 0 and 50 unemployed: between 70/450 and 120/450.
    table = measurements(chomeurs={"A": 10, "B": 60, "C": "s"}, actifs={"A": 100, "B": 300, "C": 50})
    found = one(table)
    assert found["lower"] == pytest.approx(70 / 450)
    assert found["upper"] == pytest.approx(120 / 450)


def test_under_the_least_coverage_nothing_is_given():
    # C holds 101 of 501 actifs: coverage 400/501 = 0.798 < 0.8
    table = measurements(chomeurs={"A": 10, "B": 60, "C": "s"}, actifs={"A": 100, "B": 300, "C": 101})
    found = one(table)
    assert found["status"] == "not_covered"
    assert found["coverage"] == pytest.approx(400 / 501)
    assert found[["value", "numerator", "denominator", "lower", "upper"]].isna().all()


def test_at_the_least_coverage_exactly_the_sum_is_given():
    # 400/500 = 0.8
    table = measurements(chomeurs={"A": 10, "B": 60, "C": "s"}, actifs={"A": 100, "B": 300, "C": 100})
    assert one(table)["status"] == "observed"


def test_coverage_is_taken_on_population_when_a_denominator_is_unknown():
    # Nobody knows C's actifs. Populations 400, 1 200, 200: coverage 1 600/1 800 = 8/9, and no bound can be had.
    table = measurements(
        chomeurs={"A": 10, "B": 60, "C": "s"},
        actifs={"A": 100, "B": 300, "C": "s"},
        population={"A": 400, "B": 1200, "C": 200},
    )
    found = one(table)
    assert found["coverage"] == pytest.approx(8 / 9)
    assert found["value"] == 0.175
    assert np.isnan(found["lower"])
    assert np.isnan(found["upper"])


def test_a_low_coverage_of_the_population_gives_nothing_either():
    # 1 600/2 400 = 2/3
    table = measurements(
        chomeurs={"A": 10, "B": 60, "C": "s"},
        actifs={"A": 100, "B": 300, "C": "s"},
        population={"A": 400, "B": 1200, "C": 800},
    )
    found = one(table)
    assert (found["status"], found["coverage"]) == ("not_covered", pytest.approx(2 / 3))


def test_without_denominator_and_without_population_nobody_knows_what_is_covered():
    table = measurements(chomeurs={"A": 10, "B": 60, "C": "s"}, actifs={"A": 100, "B": 300, "C": "s"})
    found = one(table)
    assert found["status"] == "not_available"
    assert np.isnan(found["value"])
    assert np.isnan(found["coverage"])


def test_a_territory_that_stands_in_no_file_is_unknown_and_not_absent():
    # D has no row at all, but a population: 1 600 of 2 000 people are covered.
    table = measurements(
        chomeurs={"A": 10, "B": 60}, actifs={"A": 100, "B": 300}, population={"A": 400, "B": 1200, "D": 400}
    )
    found = one(table, dict.fromkeys("ABD", "G"))
    assert (found["n_known"], found["n_total"]) == (2, 3)
    assert found["coverage"] == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("reasons", "status"),
    [
        ("s s", "secret"),
        ("s nd", "secret"),
        ("nd s", "secret"),
        ("nd ns", "not_significant"),
        ("ns nd", "not_significant"),
        ("nd nd", "not_available"),
    ],
)
def test_when_nothing_is_known_the_most_telling_reason_is_given_whatever_the_order(reasons, status):
    first, second = reasons.split()
    table = measurements(chomeurs={"A": first, "B": second}, actifs={"A": 100, "B": 300})
    found = one(table, dict.fromkeys("AB", "G"))
    assert found["status"] == status
    assert found["n_known"] == 0


def members(**columns):
    names = list("ABCD"[: len(columns["mass"])])
    base = {"group": "G", "fallback": np.nan, "member_status": "observed"}
    return pd.DataFrame({**base, **columns}, index=names)


def test_a_ceiling_of_their_own_tightens_the_upper_bound_of_the_unknown():
    # Known 30/100 ; 20 unknown, of share 0.3 at most: upper (30 + 0.3 × 20)/120 = 0.3 ; lower 30/120.
    found = share_of_sums(
        members(mass=[30.0, np.nan], weight=[100.0, 20.0], ceiling=[np.nan, 0.3]), least_coverage=0.8
    ).loc["G"]
    assert found["lower"] == pytest.approx(0.25)
    assert found["upper"] == pytest.approx(0.3)


def test_ceilings_that_differ_are_weighted_and_the_general_one_serves_where_none_is_told():
    # Unknown: 10 at most 0.3, 10 at most 1 (general). Upper (30 + 3 + 10)/120 = 43/120.
    found = share_of_sums(
        members(mass=[30.0, np.nan, np.nan], weight=[100.0, 10.0, 10.0], ceiling=[np.nan, 0.3, np.nan]),
        least_coverage=0.8,
    ).loc["G"]
    assert found["upper"] == pytest.approx(43 / 120)


def test_a_value_that_is_there_but_said_not_observed_does_not_count():
    # The second has mass and weight, but its status says it is not significant: 30/100.
    found = share_of_sums(
        members(mass=[30.0, 5.0], weight=[100.0, 20.0], member_status=["observed", "not_significant"]),
        least_coverage=0.8,
    ).loc["G"]
    assert found["value"] == pytest.approx(0.3)
    assert found["n_known"] == 1


def test_the_errors_of_the_measures_are_errors_of_the_library_and_of_python():
    with pytest.raises(OqhsError) as error:
        one(measurements(chomeurs={"A": 1}))
    assert isinstance(error.value, LookupError)

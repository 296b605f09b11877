"""Indicators made of counts: each territory, all of them together, and the figure INSEE publishes."""

import numpy as np
import pytest
from invented import CATALOGUE, observed

from oqhs.measures.recipes import scale_of

ENSEMBLE = [("QPV-999", "A"), ("QPV-999", "B"), ("QPV-999", "C")]


def unemployment(chomeurs, actifs, published=None, **others):
    columns = {"chomeurs_15_64": chomeurs, "actifs_15_64": actifs, **others}
    if published is not None:
        columns["taux_chomage_15_64"] = published
    return observed("taux_chomage_15_64", columns, ENSEMBLE, official=["QPV-999"])


def test_a_rate_is_in_percent_and_euros_are_left_as_they_are():
    assert scale_of(CATALOGUE.indicator("taux_chomage_15_64")) == 100.0
    assert scale_of(CATALOGUE.indicator("niveau_vie_median_mensuel")) == 1.0


def test_each_quartier_has_its_rate_and_all_of_them_the_ratio_of_their_sums():
    # A 10/100 = 10 %, B 60/200 = 30 %, C 5/20 = 25 % ; together 75/320 = 23.4375 %, not 21.67 %.
    found = unemployment({"A": 10, "B": 60, "C": 5}, {"A": 100, "B": 200, "C": 20})
    assert found["value"].to_dict() == pytest.approx({"A": 10, "B": 30, "C": 25, "QPV-999": 23.4375})
    assert found["origin"].to_dict() == {"A": "oqhs", "B": "oqhs", "C": "oqhs", "QPV-999": "oqhs"}
    assert found.loc["QPV-999", ["numerator", "denominator"]].tolist() == [75.0, 320.0]
    assert found["check"].isna().all()


def test_a_territory_with_nobody_is_not_applicable():
    found = unemployment({"A": 10, "B": 60, "C": 0}, {"A": 100, "B": 200, "C": 0})
    assert found.loc["C", "status"] == "not_applicable"
    assert np.isnan(found.loc["C", "value"])
    # 70/300: C has nobody, it lacks nowhere.
    assert found.loc["QPV-999", "value"] == pytest.approx(70 / 3)
    assert found.loc["QPV-999", "coverage"] == 1.0


def test_a_secret_quartier_stays_secret_and_the_sum_says_that_it_is_partial():
    # (10 + 60)/(100 + 300) = 17.5 % ; coverage 400/450 = 88.9 % ; bounds 70/450 and 120/450.
    found = unemployment({"A": 10, "B": 60, "C": "s"}, {"A": 100, "B": 300, "C": 50})
    assert found.loc["C", "status"] == "secret"
    assert np.isnan(found.loc["C", "value"])
    whole = found.loc["QPV-999"]
    assert whole["value"] == pytest.approx(17.5)
    assert (whole["lower"], whole["upper"]) == pytest.approx((7000 / 450, 12000 / 450))
    assert (whole["n_known"], whole["n_total"]) == (2, 3)
    assert whole["origin"] == "oqhs_estimate"
    assert whole["note"].startswith("partiel : 2 des 3 territoires, 88,9 %")


def test_a_sum_that_covers_too_little_is_not_covered_and_says_so():
    # 300 of 450 actifs: 66.7 %
    found = unemployment({"A": "s", "B": 60, "C": "s"}, {"A": 100, "B": 300, "C": 50})
    whole = found.loc["QPV-999"]
    assert whole["status"] == "not_covered"
    assert np.isnan(whole["value"])
    assert whole["note"].startswith("couverture insuffisante : 1 des 3 territoires, 66,7 %")


def test_without_the_denominators_the_coverage_is_that_of_the_population():
    # populations 900, 1 800 and 300: 2 700/3 000 = 90 %
    found = unemployment(
        {"A": 10, "B": 60, "C": "s"},
        {"A": 100, "B": 300, "C": "s"},
        population={"A": 900, "B": 1800, "C": 300},
    )
    whole = found.loc["QPV-999"]
    assert whole["coverage"] == pytest.approx(0.9)
    assert whole["value"] == pytest.approx(17.5)
    assert np.isnan(whole["lower"])


def test_a_quartier_that_stands_in_no_file_but_the_population_counts_as_unknown():
    found = unemployment({"A": 10, "B": 60}, {"A": 100, "B": 300}, population={"A": 900, "B": 1800, "C": 300})
    assert found.loc["QPV-999", "coverage"] == pytest.approx(0.9)
    assert (found.loc["QPV-999", "n_known"], found.loc["QPV-999", "n_total"]) == (2, 3)


@pytest.mark.parametrize("reasons", [("s", "nd", "nd"), ("nd", "nd", "s"), ("nd", "s", "nd")])
def test_when_every_quartier_is_hidden_the_most_telling_reason_is_that_of_the_sum(reasons):
    found = unemployment(dict(zip("ABC", reasons, strict=True)), {"A": 100, "B": 300, "C": 50})
    assert found.loc["QPV-999", "status"] == "secret"


def test_the_aggregate_insee_publishes_is_shown_and_ours_stays_beside_it():
    # ours 75/320 = 23.4375, INSEE's 23.5
    found = unemployment(
        {"A": 10, "B": 60, "C": 5}, {"A": 100, "B": 200, "C": 20}, published={"QPV-999": 23.5}
    )
    whole = found.loc["QPV-999"]
    assert whole["value"] == 23.5
    assert whole["check"] == pytest.approx(23.4375)
    assert whole["origin"] == "insee"
    assert whole["coverage"] == 1.0


def test_counts_delivered_by_insee_are_of_insee():
    found = observed(
        "taux_chomage_15_64", {"chomeurs_15_64": {"A": 10}, "actifs_15_64": {"A": 100}}, official=["A"]
    )
    assert found.loc["A", "origin"] == "insee"


def test_the_counts_of_a_territory_come_before_its_published_rate():
    # counts 10/100 = 10 %, the published column says the rounded 9.9
    found = unemployment({"A": 10, "B": "s"}, {"A": 100, "B": 300}, published={"A": 9.9, "B": 20.0})
    assert found.loc["A", "value"] == pytest.approx(10.0)
    # where the counts are hidden the published rate serves
    assert found.loc["B", "value"] == 20.0


def test_a_count_is_summed_whole_or_not_at_all():
    # 900 + 1 800 + 300 = 3 000
    whole = observed("population", {"population": {"A": 900, "B": 1800, "C": 300}}, ENSEMBLE)
    assert whole.loc["QPV-999", "value"] == 3000.0
    partial = observed("population", {"population": {"A": 900, "B": 1800, "C": "s"}}, ENSEMBLE)
    assert np.isnan(partial.loc["QPV-999", "value"])
    assert partial.loc["QPV-999", "status"] != "observed"


def test_only_secret_counts_make_a_secret_count():
    hidden = observed("population", {"population": {"A": "s", "B": "s", "C": "s"}}, ENSEMBLE)
    assert hidden.loc["QPV-999", "status"] == "secret"

"""The monthly median: a twelfth of the annual one, pooled for territories made of others."""

import numpy as np
import pytest
from invented import observed

ENSEMBLE = [("QPV-999", "A"), ("QPV-999", "B")]
# B is A doubled; worked out in test_pooled_quantile: their median is A's times the root of two.
D1 = {"A": 12000, "B": 24000}
MEDIAN = {"A": 24000, "B": 48000}
D9 = {"A": 48000, "B": 96000}


def income(d1=D1, median=MEDIAN, d9=D9, edges=ENSEMBLE, persons=None, **others):
    columns = {"niveau_vie_d1": d1, "niveau_vie_median": median, "niveau_vie_d9": d9, **others}
    if persons != "none":
        columns["personnes_menages_fiscaux"] = persons or {"A": 1000, "B": 1000}
    return observed("niveau_vie_median_mensuel", columns, edges, official=["A", "B", "QPV-999"])


def test_a_monthly_median_is_a_twelfth_of_the_annual_one():
    # 24 000 / 12 = 2 000 ; 48 000 / 12 = 4 000
    found = income()
    assert found.loc[["A", "B"], "value"].tolist() == pytest.approx([2000.0, 4000.0])
    assert found.loc["A", "origin"] == "insee"


def test_the_median_of_all_is_pooled_and_is_an_estimate():
    # 24 000 × √2 / 12 = 2 828.43 € ; the mean of the medians would be 3 000 €.
    whole = income().loc["QPV-999"]
    assert whole["value"] == pytest.approx(2000 * np.sqrt(2))
    assert whole["origin"] == "oqhs_estimate"
    assert (whole["n_known"], whole["n_total"]) == (2, 2)


def test_the_persons_of_fiscal_households_weight_it():
    # weights 3 and 1: 24 000 × 2^0.25 / 12
    whole = income(persons={"A": 3000, "B": 1000}).loc["QPV-999"]
    assert whole["value"] == pytest.approx(2000 * 2**0.25)
    assert whole["note"] == ""


def test_population_weights_it_for_want_of_better_and_is_named():
    whole = income(persons="none", population={"A": 3000, "B": 1000}).loc["QPV-999"]
    assert whole["value"] == pytest.approx(2000 * 2**0.25)
    assert whole["note"] == "pondération approchée : population municipale (2021)"


def test_the_median_insee_publishes_for_all_is_shown_with_ours_in_check():
    whole = income(median={**MEDIAN, "QPV-999": 33600}).loc["QPV-999"]
    assert whole["value"] == pytest.approx(2800.0)  # 33 600 / 12
    assert whole["check"] == pytest.approx(2000 * np.sqrt(2))
    assert whole["origin"] == "insee"


def test_a_secret_quartier_is_left_out_and_the_coverage_says_how_much_it_weighs():
    # C weighs 400 of 2 400 persons.
    found = income(
        {**D1, "C": "s"}, {**MEDIAN, "C": "s"}, {**D9, "C": "s"},
        [*ENSEMBLE, ("QPV-999", "C")], {"A": 1000, "B": 1000, "C": 400},
    )  # fmt: skip
    whole = found.loc["QPV-999"]
    assert found.loc["C", "status"] == "secret"
    assert whole["value"] == pytest.approx(2000 * np.sqrt(2))
    assert whole["coverage"] == pytest.approx(5 / 6)
    assert whole["note"].startswith("partiel : 2 des 3 territoires, 83,3 %")


def test_too_large_a_secret_quartier_leaves_no_median():
    # 2 000 of 2 600 persons: 76.9 %
    whole = income(
        {**D1, "C": "s"}, {**MEDIAN, "C": "s"}, {**D9, "C": "s"},
        [*ENSEMBLE, ("QPV-999", "C")], {"A": 1000, "B": 1000, "C": 600},
    ).loc["QPV-999"]  # fmt: skip
    assert whole["status"] == "not_covered"
    assert np.isnan(whole["value"])


def test_a_quartier_whose_median_alone_is_published_has_it_but_does_not_enter_the_pool():
    # C gives its median (2 500 € a month) but no decile: 400 of 2 400 persons are out of the pool.
    found = income(
        {**D1, "C": "s"}, {**MEDIAN, "C": 30000}, {**D9, "C": "s"},
        [*ENSEMBLE, ("QPV-999", "C")], {"A": 1000, "B": 1000, "C": 400},
    )  # fmt: skip
    assert found.loc["C", "value"] == 2500.0
    assert found.loc["QPV-999", "coverage"] == pytest.approx(5 / 6)


def test_a_median_where_no_distribution_says_anything_is_not_given_and_the_note_is_in_french():
    # D9 of A is 48 000, D1 of B 120 000: 150 % between them.
    whole = income({"A": 12000, "B": 120000}, {"A": 24000, "B": 240000}, {"A": 48000, "B": 480000}).loc[
        "QPV-999"
    ]
    assert whole["status"] == "not_available"
    assert np.isnan(whole["value"])
    assert "médiane non calculable" in whole["note"]
    assert "somewhere" not in whole["note"]


def test_without_any_weight_there_is_no_median():
    whole = income(persons="none").loc["QPV-999"]
    assert whole["status"] == "not_available"
    assert "aucune pondération" in whole["note"]


def test_a_median_has_neither_numerator_nor_denominator_to_be_added_elsewhere():
    assert income()[["numerator", "denominator"]].isna().all(axis=None)

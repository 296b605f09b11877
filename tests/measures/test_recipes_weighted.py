"""Published rates put together: the right weight, or a proxy that is named; people are not euros."""

import numpy as np
import pytest
from invented import observed

ENSEMBLE = [("QPV-999", "A"), ("QPV-999", "B"), ("QPV-999", "C")]
TWO = ENSEMBLE[:2]


def poverty(rates, persons=None, edges=TWO, **others):
    columns = {"taux_pauvrete_60": rates, **others}
    if persons is not None:
        columns["personnes_menages_fiscaux"] = persons
    return observed("taux_pauvrete", columns, edges, official=["QPV-999"])


def benefits(shares, edges=TWO, **others):
    return observed("part_prestations_sociales", {"part_prestations": shares, **others}, edges)


def test_poverty_is_weighted_by_the_persons_of_fiscal_households():
    # (40 × 1 000 + 20 × 3 000)/4 000 = 25 % ; the mean of the rates would be 30 %.
    whole = poverty({"A": 40, "B": 20}, {"A": 1000, "B": 3000}).loc["QPV-999"]
    assert whole["value"] == pytest.approx(25.0)
    assert (whole["origin"], whole["note"]) == ("oqhs", "")


def test_the_right_weight_is_taken_even_when_population_is_there():
    # By population it would be (40 × 3 000 + 20 × 1 000)/4 000 = 35 %.
    whole = poverty({"A": 40, "B": 20}, {"A": 1000, "B": 3000}, population={"A": 3000, "B": 1000}).loc[
        "QPV-999"
    ]
    assert whole["value"] == pytest.approx(25.0)


def test_a_proxy_weight_is_named_with_its_year_and_makes_an_estimate():
    # B's persons are not there, so population weights both: (40 × 1 500 + 20 × 3 500)/5 000 = 26 %.
    whole = poverty({"A": 40, "B": 20}, {"A": 1000, "B": "nd"}, population={"A": 1500, "B": 3500}).loc[
        "QPV-999"
    ]
    assert whole["value"] == pytest.approx(26.0)
    assert whole["origin"] == "oqhs_estimate"
    assert whole["note"] == "pondération approchée : population municipale (2021)"


def test_without_any_weight_there_is_no_rate_and_never_a_mean_of_percentages():
    whole = poverty({"A": 40, "B": 20}).loc["QPV-999"]
    assert whole["status"] == "not_available"
    assert np.isnan(whole["value"])
    assert "aucune pondération" in whole["note"]


def test_the_rate_insee_publishes_for_all_is_shown_with_ours_in_check():
    found = poverty({"A": 40, "B": 20, "QPV-999": 25.2}, {"A": 1000, "B": 3000})
    whole = found.loc["QPV-999"]
    assert (whole["value"], whole["origin"]) == (25.2, "insee")
    assert whole["check"] == pytest.approx(25.0)


def test_a_secret_rate_is_left_out_of_the_weights_and_bounded():
    # C: 400 of 2 400 persons. (40 × 1 000 + 30 × 1 000)/2 000 = 35 %, coverage 2 000/2 400 = 5/6.
    # Between 35 × 5/6 = 29.17 (nobody poor in C) and 29.17 + 100/6 = 45.83 (everybody poor in C).
    whole = poverty({"A": 40, "B": 30, "C": "s"}, {"A": 1000, "B": 1000, "C": 400}, ENSEMBLE).loc["QPV-999"]
    assert whole["value"] == pytest.approx(35.0)
    assert whole["coverage"] == pytest.approx(5 / 6)
    assert whole["lower"] == pytest.approx(175 / 6)
    assert whole["upper"] == pytest.approx(275 / 6)
    assert whole["origin"] == "oqhs_estimate"


def test_a_richer_secret_territory_is_taken_to_be_no_poorer_than_the_known_ones():
    # Known medians 12 000 and 14 000 weigh 13 000 together; C's 20 000 is above: at most 35 % of its
    # people are poor. Upper bound 175/6 + 35/6 = 35 %.
    whole = poverty(
        {"A": 40, "B": 30, "C": "s"},
        {"A": 1000, "B": 1000, "C": 400},
        ENSEMBLE,
        niveau_vie_median={"A": 12000, "B": 14000, "C": 20000},
    ).loc["QPV-999"]
    assert whole["lower"] == pytest.approx(175 / 6)
    assert whole["upper"] == pytest.approx(35.0)


@pytest.mark.parametrize("median", [12500, 13000, "s"])
def test_a_secret_territory_that_is_not_richer_keeps_the_general_bound(median):
    whole = poverty(
        {"A": 40, "B": 30, "C": "s"},
        {"A": 1000, "B": 1000, "C": 400},
        ENSEMBLE,
        niveau_vie_median={"A": 12000, "B": 14000, "C": median},
    ).loc["QPV-999"]
    assert whole["upper"] == pytest.approx(275 / 6)


def test_the_mean_of_the_known_medians_is_weighted_by_persons():
    # (12 000 × 3 000 + 20 000 × 1 000)/4 000 = 14 000 ; C's 15 000 is above it, though under the plain
    # mean 16 000. Known share (40 × 3 000 + 20 × 1 000)/4 000 = 35 %. C weighs 1 000 of 5 000:
    # upper 0.8 × 35 + 0.2 × 35 = 35 %.
    whole = poverty(
        {"A": 40, "B": 20, "C": "s"},
        {"A": 3000, "B": 1000, "C": 1000},
        ENSEMBLE,
        niveau_vie_median={"A": 12000, "B": 20000, "C": 15000},
    ).loc["QPV-999"]
    assert whole["upper"] == pytest.approx(35.0)


def test_a_share_of_income_is_weighted_by_income_and_not_by_people():
    # Incomes: A 600 UC × 10 000 € = 6 M€, B 1 000 × 20 000 = 20 M€.
    # (30 × 6 + 10 × 20)/26 = 380/26 = 14.615 %. By persons it would be (30 000 + 15 000)/2 500 = 18 %.
    whole = benefits(
        {"A": 30, "B": 10},
        uc={"A": 600, "B": 1000},
        niveau_vie_moyen={"A": 10000, "B": 20000},
        niveau_vie_median={"A": 9000, "B": 9000},
        personnes_menages_fiscaux={"A": 1000, "B": 1500},
        population={"A": 1000, "B": 1500},
    ).loc["QPV-999"]
    assert whole["value"] == pytest.approx(380 / 26)
    assert (whole["origin"], whole["note"]) == ("oqhs", "")


def test_an_income_mass_made_of_medians_is_a_proxy_and_is_named():
    # 600 × 10 000 = 6, 1 000 × 14 000 = 14: (30 × 6 + 10 × 14)/20 = 16 %.
    whole = benefits(
        {"A": 30, "B": 10}, uc={"A": 600, "B": 1000}, niveau_vie_median={"A": 10000, "B": 14000}
    ).loc["QPV-999"]
    assert whole["value"] == pytest.approx(16.0)
    assert whole["origin"] == "oqhs_estimate"
    assert whole["note"] == (
        "pondération approchée : unités de consommation des ménages fiscaux (2021) × "
        "niveau de vie médian annuel (2021)"
    )


def test_population_alone_never_weights_a_share_of_income():
    whole = benefits({"A": 30, "B": 10}, population={"A": 1000, "B": 1500}).loc["QPV-999"]
    assert whole["status"] == "not_available"
    assert np.isnan(whole["value"])


def test_the_coverage_of_an_income_share_is_that_of_the_consumption_units():
    # C: 100 of 1 700 UC, and no income is known for it. Coverage 1 600/1 700 ; value as without C.
    whole = benefits(
        {"A": 30, "B": 10, "C": "s"},
        ENSEMBLE,
        uc={"A": 600, "B": 1000, "C": 100},
        niveau_vie_moyen={"A": 10000, "B": 20000, "C": "s"},
    ).loc["QPV-999"]
    assert whole["coverage"] == pytest.approx(16 / 17)
    assert whole["value"] == pytest.approx(380 / 26)


def test_a_share_of_income_that_is_known_whole_is_bounded_by_itself():
    whole = benefits(
        {"A": 30, "B": 10}, uc={"A": 600, "B": 1000}, niveau_vie_moyen={"A": 10000, "B": 20000}
    ).loc["QPV-999"]
    assert whole["lower"] == pytest.approx(380 / 26)
    assert whole["upper"] == pytest.approx(380 / 26)


def test_each_group_chooses_its_own_weight():
    # G has the persons (25 %), H only populations: (50 × 100 + 10 × 300)/400 = 20 %.
    found = poverty(
        {"A": 40, "B": 20, "C": 50, "D": 10},
        {"A": 1000, "B": 3000, "C": "nd", "D": 10},
        [("G", "A"), ("G", "B"), ("H", "C"), ("H", "D")],
        population={"A": 1, "B": 1, "C": 100, "D": 300},
    )
    assert found.loc[["G", "H"], "value"].tolist() == pytest.approx([25.0, 20.0])
    assert found.loc[["G", "H"], "origin"].tolist() == ["oqhs", "oqhs_estimate"]
    assert found.loc["G", "note"] == ""


@pytest.mark.parametrize(("code", "status"), [("s", "secret"), ("ns", "not_significant")])
def test_an_aggregate_the_producer_masked_is_not_rebuilt_from_its_members(code, status):
    # (40 × 1 000 + 20 × 3 000)/4 000 = 25 % could be computed: the producer chose not to give it.
    whole = poverty({"A": 40, "B": 20, "QPV-999": code}, personnes_menages_fiscaux={"A": 1000, "B": 3000})
    assert whole.loc["QPV-999", "status"] == status
    assert np.isnan(whole.loc["QPV-999", "value"])
    assert np.isnan(whole.loc["QPV-999", "check"])


def test_an_aggregate_the_producer_did_not_give_is_computed():
    whole = poverty({"A": 40, "B": 20, "QPV-999": "nd"}, personnes_menages_fiscaux={"A": 1000, "B": 3000})
    assert whole.loc["QPV-999", "value"] == pytest.approx(25.0)


def test_a_value_that_is_not_there_has_no_origin():
    # A is masked, and the group of A alone has nothing to be computed from.
    found = poverty({"A": "s"}, {"A": 1000}, edges=[("QPV-999", "A")])
    assert found["status"].to_dict() == {"A": "secret", "QPV-999": "secret"}
    assert found["origin"].to_dict() == {"A": "", "QPV-999": ""}

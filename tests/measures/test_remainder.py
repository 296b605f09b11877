"""Outside the quartiers: a subtraction of counts, and nothing else."""

import numpy as np
import pandas as pd
import pytest

from oqhs.measures.aggregate import remainder


def counts(numerator, denominator, status="observed", coverage=1.0):
    return pd.DataFrame(
        {"numerator": [numerator], "denominator": [denominator], "status": [status], "coverage": [coverage]},
        index=["taux_chomage_15_64"],
    )


def outside(whole, part, least=11):
    return remainder(whole, part, least).iloc[0]


def test_what_is_left_is_the_difference_of_the_counts_and_not_of_the_rates():
    # (1 200 − 200)/(10 000 − 1 000) = 1 000/9 000 = 11.1 % ; the rates are 12 % and 20 %.
    found = outside(counts(1200.0, 10000.0), counts(200.0, 1000.0))
    assert found["value"] == pytest.approx(1 / 9)
    assert (found["numerator"], found["denominator"], found["status"]) == (1000.0, 9000.0, "observed")


@pytest.mark.parametrize(
    ("whole", "part"),
    [
        ((210.0, 1010.0), (200.0, 1000.0)),  # 10 unemployed of 10 people are left
        ((210.0, 2000.0), (200.0, 1000.0)),  # 10 unemployed of 1 000
        ((1190.0, 2000.0), (200.0, 1000.0)),  # 990 of 1 000: all but 10
        ((200.0, 2000.0), (200.0, 1000.0)),  # nobody of 1 000: as telling as anybody
    ],
)
def test_under_eleven_people_left_on_any_side_the_remainder_is_secret(whole, part):
    found = outside(counts(*whole), counts(*part))
    assert found["status"] == "secret"
    assert found[["value", "numerator", "denominator"]].isna().all()


def test_eleven_people_left_on_each_side_may_be_shown():
    # 11 of 22
    found = outside(counts(211.0, 1022.0), counts(200.0, 1000.0))
    assert (found["status"], found["value"]) == ("observed", 0.5)


@pytest.mark.parametrize(
    ("whole", "part"),
    [
        (counts(1200.0, 10000.0), counts(200.0, 1000.0, coverage=0.95)),  # one quartier is unknown
        (counts(1200.0, 10000.0, coverage=0.95), counts(200.0, 1000.0)),
        (counts(1200.0, 10000.0), counts(np.nan, np.nan, "secret", np.nan)),
        (counts(np.nan, np.nan, "not_available", np.nan), counts(200.0, 1000.0)),
        (counts(np.nan, np.nan), counts(200.0, 1000.0)),  # a rate without its counts
        (counts(1200.0, 10000.0), counts(np.nan, np.nan)),  # a median
    ],
)
def test_what_is_not_wholly_known_as_counts_is_not_subtracted(whole, part):
    found = outside(whole, part)
    assert found["status"] == "not_available"
    assert found[["value", "numerator", "denominator"]].isna().all()

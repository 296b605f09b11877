"""What holds of every gap: it turns around with its terms, and the order of the rows changes nothing."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oqhs.analysis import compare, gap_between
from oqhs.catalogue import load_catalogue
from oqhs.text import MINUS, signs_of

PROPERTY = settings(max_examples=100, deadline=None, derandomize=True)
FEW = settings(max_examples=20, deadline=None, derandomize=True)
INDICATORS = load_catalogue().indicators
NAMES = ["taux_pauvrete", "niveau_vie_median_mensuel", "part_cadres"]

values = st.floats(-1e5, 1e5)
modes = st.sampled_from(["unrounded", "published"])


@PROPERTY
@given(values, values, st.integers(0, 3), modes)
def test_a_gap_turned_around_is_its_opposite(value, reference, decimals, mode):
    there = float(gap_between(value, reference, decimals, mode=mode))
    back = float(gap_between(reference, value, decimals, mode=mode))
    assert there == -back
    turned = {"+": MINUS, MINUS: "+", "=": "="}
    assert str(signs_of(back, decimals)) == turned[str(signs_of(there, decimals))]


@PROPERTY
@given(values, st.integers(0, 3), modes)
def test_a_territory_has_no_gap_to_itself(value, decimals, mode):
    gap = gap_between(value, value, decimals, mode=mode)
    assert float(gap) == 0.0
    assert str(signs_of(float(gap), decimals)) == "="


@PROPERTY
@given(st.integers(-99999, 99999), st.integers(-99999, 99999))
def test_both_modes_agree_on_columns_that_are_rounded_already(value, reference):
    left, right = value / 10, reference / 10
    unrounded, published = (float(gap_between(left, right, 1, mode=m)) for m in ("unrounded", "published"))
    assert published == (value - reference) / 10
    assert unrounded == pytest.approx(published, abs=1e-9)


@FEW
@given(
    st.lists(st.one_of(st.none(), st.floats(0, 100)), min_size=12, max_size=12),
    st.randoms(use_true_random=False),
)
def test_the_order_of_the_rows_changes_no_comparison(drawn, random):
    codes = ["QN99901M", "QN99902M", "QPV-999", "999"]
    rows = pd.DataFrame(
        {
            "indicator": np.repeat(NAMES, len(codes)),
            "territory": codes * len(NAMES),
            "value": pd.array(drawn, dtype="float64"),
            "year": pd.array([2021] * 12, dtype="Int64"),
            "perimeter": "",
            "coverage": 1.0,
            "origin": "oqhs",
            "source": "carte",
            "note": "",
        }
    )
    rows["lower"] = rows["upper"] = rows["value"]
    rows["status"] = np.where(rows["value"].isna(), "secret", "observed")
    pairs = pd.DataFrame({"territory": codes[:3], "reference": "departement", "reference_territory": "999"})
    order = list(range(len(rows)))
    random.shuffle(order)
    turns = list(range(len(pairs)))
    random.shuffle(turns)
    indicators = {name: INDICATORS[name] for name in NAMES}
    one = compare(rows, pairs, indicators)
    other = compare(rows.iloc[order], pairs.iloc[turns], indicators)
    pd.testing.assert_frame_equal(one, other)
    # a gap stands exactly where both values do
    assert (one["gap"].notna() == (one["value"].notna() & one["reference_value"].notna())).all()
    assert ((one["reason"] == "") == one["gap"].notna()).all()

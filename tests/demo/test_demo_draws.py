"""Sharing out to the last unit."""

from hypothesis import given
from hypothesis import strategies as st

from oqhs.demo.draws import deal


def test_the_largest_remainders_get_the_units_that_are_left():
    # Quotas 1.4, 2.8 and 2.8 of 7: the two remainders of 0.8 are served.
    assert deal(7, [1, 2, 2]) == [1, 3, 3]
    # Equal remainders: the first ones are.
    assert deal(10, [1, 1, 1]) == [4, 3, 3]
    assert deal(3, [0, 0, 0]) == [1, 1, 1]


@given(st.integers(0, 10**7), st.lists(st.floats(0, 1e6), min_size=1, max_size=40))
def test_nothing_is_lost_and_nobody_gets_more_than_a_unit_too_many(total, weights):
    dealt = deal(total, weights)
    assert sum(dealt) == total
    whole = sum(weights)
    for weight, got in zip(weights, dealt, strict=True):
        quota = total * weight / whole if whole > 0 else total / len(weights)
        assert quota - 1.001 <= got <= quota + 1.001


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=20), st.integers(0, 100))
def test_a_share_of_every_base_is_never_above_it(bases, percent):
    total = sum(bases) * percent // 100
    assert all(got <= base for got, base in zip(deal(total, bases), bases, strict=True) if sum(bases))

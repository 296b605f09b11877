"""What holds of any table, beside every whole table that an outsider could think of, one by one."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from oqhs.errors import MeasureError
from oqhs.secrecy import audit, cross_table, protect, sensitive_cells, statements
from oqhs.text import round_half_up

FEW = settings(max_examples=30, deadline=None, derandomize=True)
#: Shape of the inside of a table, and the largest count there: all the tables of a total can be listed.
SHAPES = {(2, 2): 6, (2, 3): 3, (2, 2, 2): 2}


def splits(total, parts):
    """Every way to split a total among parts, one per row."""
    rows = np.zeros((1, 0), dtype=int)
    for _ in range(parts - 1):
        left = total - rows.sum(axis=1)
        rows = np.repeat(rows, left + 1, axis=0)
        rows = np.column_stack([rows, np.concatenate([np.arange(n + 1) for n in left])])
    return np.column_stack([rows, total - rows.sum(axis=1)])


def with_margins(inside, shape):
    """Tables, one per row, with the sums over each axis: the last label of each."""
    tables = inside.reshape(-1, *shape)
    for axis in range(1, tables.ndim):
        tables = np.concatenate([tables, tables.sum(axis=axis, keepdims=True)], axis=axis)
    return tables.reshape(len(inside), -1)


def cells_of(shape):
    labels = [
        [*(f"{axis}{n}" for n in range(size)), f"{axis}T"] for axis, size in zip("abc", shape, strict=False)
    ]
    return pd.MultiIndex.from_product(labels, names=list("abc"[: len(shape)])), labels


@st.composite
def told_tables(draw):
    """A table with margins: its total is out, some other cells too; one rate perhaps; any weights."""
    shape = draw(st.sampled_from(sorted(SHAPES)))
    size = int(np.prod(shape))
    inside = np.array([draw(st.lists(st.integers(0, SHAPES[shape]), min_size=size, max_size=size))])
    index, labels = cells_of(shape)
    counts = pd.Series(with_margins(inside, shape)[0], index)
    kept = pd.Series(
        draw(st.lists(st.sampled_from([False] * 5 + [True]), min_size=len(index), max_size=len(index))), index
    )
    kept.iloc[-1] = True
    shown = kept | pd.Series(
        draw(st.lists(st.sampled_from([True] * 5 + [False]), min_size=len(index), max_size=len(index))), index
    )
    weights = pd.Series(draw(st.lists(st.integers(1, 5), min_size=len(index), max_size=len(index))), index)
    relations = cross_table(
        counts, {name: {row[-1]: row[:-1]} for name, row in zip(index.names, labels, strict=True)}
    )
    part, base = index[0], index[len(labels[-1]) - 1]
    rates = None
    if counts[base] > 0 and draw(st.booleans()):
        decimals = draw(st.integers(0, 1))
        percent = float(round_half_up(100 * counts[part] / counts[base], decimals))
        rates = pd.DataFrame(
            {
                "numerator": [part],
                "denominator": [base],
                "percent": percent,
                "decimals": decimals,
                "kept": draw(st.booleans()),
            }
        )
    return shape, counts, relations, rates, {"shown": shown, "kept": kept, "weights": weights}


def everything_possible(shape, told, out):
    """Every whole table with the published cells and the printed rates as they are."""
    tables = with_margins(splits(int(told.values.iloc[-1]), int(np.prod(shape))), shape)
    gone = told.values.index.isin(out)
    public = (told.shown & ~gone).to_numpy() | told.kept.to_numpy()
    fits = (tables[:, public] == told.values.to_numpy()[public]).all(axis=1)
    for rate in told.rates.itertuples():
        if rate.kept or not {rate.numerator, rate.denominator} & set(out):
            part, base = (
                tables[:, told.values.index.get_loc(cell)] for cell in (rate.numerator, rate.denominator)
            )
            printed = round_half_up(100 * part / np.where(base > 0, base, np.nan), rate.decimals)
            fits &= printed == rate.percent
    return tables[fits]


def spans(shape, told, out, sensitive):
    tables = everything_possible(shape, told, out)[:, told.values.index.isin(sensitive)]
    return tables.min(axis=0), tables.max(axis=0)


def protected_or_none(told, secret, level):
    try:
        return protect(told, secret, level)
    except MeasureError:
        return None


@FEW
@given(told_tables(), st.integers(1, 5))
def test_the_audit_gives_the_bounds_of_all_the_tables_there_are(drawn, threshold):
    shape, counts, relations, rates, flags = drawn
    told = statements(counts, relations, rates, **flags)
    out = sensitive_cells(told, threshold)
    found = audit(told, out, counts.index, level=2)
    lower, upper = spans(shape, told, out, counts.index)
    assert found["lower"].tolist() == lower.tolist()
    assert found["upper"].tolist() == upper.tolist()
    assert (found["protected"] == (upper - lower >= 2)).all()


@FEW
@given(told_tables(), st.integers(1, 4))
def test_after_protection_no_table_gives_a_sensitive_cell_away_and_nothing_is_lost_for_nothing(drawn, level):
    shape, counts, relations, rates, flags = drawn
    told = statements(counts, relations, rates, **flags)
    secret = sensitive_cells(told, 3)
    secret = secret[~told.kept[secret]]
    out = protected_or_none(told, secret, level)
    if out is None:
        lower, upper = spans(shape, told, counts.index, secret)
        assert (upper - lower < level).any()
        return
    lower, upper = spans(shape, told, out, secret)
    assert (upper - lower >= level).all()
    assert audit(told, out, secret, level)["protected"].all()
    for further in out.difference(secret):
        lower, upper = spans(shape, told, out.drop(further), secret)
        assert (upper - lower < level).any()


@FEW
@given(told_tables(), st.integers(1, 12))
def test_a_table_whose_total_can_go_is_always_protected_and_loses_nothing_for_nothing(drawn, level):
    # tables have no end here: the audit, checked above against all of them, is the judge
    _, counts, relations, _, flags = drawn
    told = statements(counts, relations, **flags | {"kept": pd.Series(False, counts.index)})
    secret = sensitive_cells(told, 3)
    out = protect(told, secret, level)
    assert audit(told, out, secret, level)["protected"].all()
    for further in out.difference(secret):
        assert not audit(told, out.drop(further), secret, level)["protected"].all()


@FEW
@given(told_tables(), st.integers(1, 4), st.randoms(use_true_random=False))
def test_the_order_of_cells_and_of_relations_changes_nothing(drawn, level, random):
    _, counts, relations, rates, flags = drawn
    told = statements(counts, relations, rates, **flags)
    secret = sensitive_cells(told, 3)
    secret = secret[~told.kept[secret]]
    order = random.sample(range(len(counts)), len(counts))
    shuffled = statements(counts.iloc[order], random.sample(relations, len(relations)), rates, **flags)
    out, other = protected_or_none(told, secret, level), protected_or_none(shuffled, secret[::-1], level)
    assert (out is None) == (other is None)
    if out is not None:
        assert set(out) == set(other)
        assert list(other) == [cell for cell in counts.index[order] if cell in set(other)]
        found, again = audit(told, out, secret, level), audit(shuffled, other, secret, level)
        pd.testing.assert_frame_equal(found, again.loc[found.index])


@FEW
@given(told_tables(), st.integers(1, 4))
def test_what_is_suppressed_once_needs_nothing_more(drawn, level):
    _, counts, relations, _, flags = drawn
    told = statements(counts, relations, **flags)
    secret = sensitive_cells(told, 3)
    secret = secret[~told.kept[secret]]
    out = protected_or_none(told, secret, level)
    if out is not None:
        shown = told.shown & ~pd.Series(counts.index.isin(out), counts.index)
        again = statements(counts, relations, **flags | {"shown": shown})
        assert list(protect(again, secret, level)) == list(secret)


def test_a_published_rate_never_survives_beside_what_it_would_give_back():
    # every count of 1 to 4 in 365, whatever it is: the rate goes, and the complement hides the count
    for few, decimals in product(range(1, 5), range(3)):
        counts = pd.Series({"rsa": few, "base": 365, "rest": 365 - few})
        rates = pd.DataFrame(
            {
                "numerator": ["rsa"],
                "denominator": ["base"],
                "percent": float(round_half_up(100 * few / 365, decimals)),
                "decimals": decimals,
                "kept": False,
            }
        )
        told = statements(
            counts, [{"base": -1, "rsa": 1, "rest": 1}], rates, weights=pd.Series([1.0, 9, 1], counts.index)
        )
        assert list(protect(told, ["rsa"], level=11)) == ["rsa", "rest"]

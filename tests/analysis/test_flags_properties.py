"""What holds of all flags: order, units and better-off neighbours change nothing that they should not."""

import numpy as np
import pandas as pd
import pytest
from flag_cases import DAY, INDICATORS, RULES, gap, named, table
from hypothesis import given, settings
from hypothesis import strategies as st

from oqhs.analysis.flags import flags_of

PROPERTY = settings(max_examples=12, deadline=None, derandomize=True)
NAMES = ["taux_chomage_15_64", "exposition_icu", "surface_arboree", "part_moins_18"]
REFERENCES = ["departement", "ept", "commune", "hors_qpv"]
QUARTIERS = ["A", "B", "C", "D", "E"]

percents = st.integers(0, 1000).map(lambda n: n / 10)
cells = st.tuples(
    percents,
    st.sampled_from(["sondage", "mesure", "inconnu"]),
    st.sampled_from([0.5, 1.0, 3.0, np.nan]),
    st.sampled_from(["observed", "observed", "observed", "secret"]),
    st.sampled_from([True, True, True, False]),
    st.sampled_from([1.0, 1.0, 0.96, 0.5]),
)
drawn = st.lists(cells, min_size=len(NAMES) * len(QUARTIERS), max_size=len(NAMES) * len(QUARTIERS))
references = st.lists(percents, min_size=len(NAMES) * len(REFERENCES), max_size=len(NAMES) * len(REFERENCES))


def rows_of(values, others):
    zones = [(name, code) for name in NAMES for code in QUARTIERS]
    against = {
        (name, reference): others[n * len(REFERENCES) + k]
        for n, name in enumerate(NAMES)
        for k, reference in enumerate(REFERENCES)
    }
    rows = []
    for (name, code), (value, sampling, se, status, publishable, coverage) in zip(zones, values, strict=True):
        told = {"sampling": sampling, "status": status, "publishable": publishable, "coverage": coverage}
        told["gap_se"] = se if sampling == "sondage" else np.nan
        shown = value if status == "observed" else np.nan
        rows += [gap(name, code, one, shown, against[name, one], **told) for one in REFERENCES]
    return rows


def judged(rows, rules=RULES):
    frame = rows if isinstance(rows, pd.DataFrame) else table(rows)
    return flags_of(frame, None, INDICATORS, rules, day=DAY, names=named, diffusion="public")


def keys(flags, kind):
    return set(
        flags.loc[flags["kind"] == kind, ["territory", "indicator", "reference"]].itertuples(index=False)
    )


@PROPERTY
@given(drawn, references, st.randoms(use_true_random=False))
def test_the_order_and_the_index_of_the_rows_change_nothing(values, others, random):
    frame = table(rows_of(values, others))
    order = list(range(len(frame)))
    random.shuffle(order)
    pd.testing.assert_frame_equal(judged(frame), judged(frame.iloc[order]))


@PROPERTY
@given(drawn, references)
def test_only_what_is_known_may_be_shown_and_has_a_wrong_side_is_flagged(values, others):
    frame = table(rows_of(values, others))
    flags = judged(frame)
    shown = frame[(frame["status"] == "observed") & frame["publishable"]]
    allowed = set(zip(shown["territory"], shown["indicator"], strict=True))
    assert set(zip(flags["territory"], flags["indicator"], strict=True)) <= allowed
    assert "part_moins_18" not in set(flags["indicator"])
    assert not flags.duplicated(["territory", "indicator", "kind", "rule", "reference"]).any()
    assert flags["value"].notna().all()
    internal = (flags["state"] == "a_confirmer") | (flags["kind"] == "position")
    assert (flags["diffusion"] == np.where(internal, "interne", "public")).all()


@PROPERTY
@given(drawn, references)
def test_a_decrochage_is_one_of_the_gaps_and_at_most_as_sure(values, others):
    flags = judged(rows_of(values, others))
    assert keys(flags, "decrochage") <= keys(flags, "ecart")
    joined = flags[flags["kind"] == "decrochage"].merge(
        flags[flags["kind"] == "ecart"], on=["territory", "indicator", "reference"], suffixes=("", "_gap")
    )
    assert ((joined["state"] == joined["state_gap"]) | (joined["state"] == "a_confirmer")).all()
    counts = flags[flags["kind"] == "ecart"].groupby(["territory", "indicator"]).size()
    dropped = flags[flags["kind"] == "decrochage"].groupby(["territory", "indicator"]).size()
    # Without a widening, two references or more make one décrochage, and nothing else does.
    assert (counts[counts >= 2].index.sort_values() == dropped.index.sort_values()).all()
    assert (dropped == 1).all()


@PROPERTY
@given(drawn, references, st.sampled_from([0.25, 2.0, 8.0]))
def test_values_references_and_bars_in_another_unit_give_the_same_gaps(values, others, factor):
    frame = table(rows_of(values, others))
    scaled = frame.copy()
    for name in ("value", "reference_value", "gap", "gap_lower", "gap_upper", "gap_se"):
        scaled[name] *= factor
    told = RULES.model_dump()
    told["rules"]["ecart"]["values"][0]["value"] *= factor
    one, other = judged(frame), judged(scaled, type(RULES).model_validate(told))
    columns = ["territory", "indicator", "kind", "reference", "state", "confirmed_by"]
    of_gaps = [flags[flags["kind"].isin(["ecart", "decrochage"])] for flags in (one, other)]
    left, right = (flags[columns].reset_index(drop=True) for flags in of_gaps)
    pd.testing.assert_frame_equal(left, right)
    assert of_gaps[1]["gap"].tolist() == pytest.approx((of_gaps[0]["gap"] * factor).tolist())


@PROPERTY
@given(drawn, references)
def test_a_quartier_that_is_fine_moves_no_gap_and_makes_none_firm(values, others):
    rows = rows_of(values, others)
    fine = {"taux_chomage_15_64": 0.0, "exposition_icu": 0.0, "surface_arboree": 100.0, "part_moins_18": 50.0}
    told = {"sampling": "sondage", "gap_se": 1e-6}
    against = {(row["indicator"], row["reference"]): row["reference_value"] for row in rows}
    more = [gap(name, "Z", one, fine[name], other, **told) for (name, one), other in against.items()]
    before, after = judged(rows), judged([*rows, *more])
    assert keys(after, "ecart") == keys(before, "ecart")
    assert keys(after, "seuil") == keys(before, "seuil")
    # A gap that is no longer firm may leave its place to that of another reference, in one décrochage.
    assert {key[:2] for key in keys(after, "decrochage")} == {key[:2] for key in keys(before, "decrochage")}
    assert "Z" not in set(after["territory"])
    assert keys(after[after["state"] == "ferme"], "ecart") <= keys(
        before[before["state"] == "ferme"], "ecart"
    )

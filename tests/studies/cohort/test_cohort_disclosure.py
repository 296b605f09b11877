"""What may leave a cohort: steps over the threshold, and no count under it by any subtraction."""

import collections
import dataclasses

import numpy as np
import pandas as pd
import pytest
from cohorts_by_hand import cohort, crowd
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from oqhs.errors import MeasureError
from oqhs.studies.cohort import by_quartier, compared, disclosure, incidence, steps
from oqhs.studies.cohort.incidence import observed

Q, H = "QN99901M", "hors_qpv"

# In the quartier 100 people from the opening: 12 jobs at 2 months, 5 at 5, 8 at 8, 4 at 20, 11 struck off at 8, and
# 3 deaths at 14. Outside 100 too: 20 jobs at 2, 20 at 8, 12 struck off at 11, 11 deaths at 14. Quarters are 3 months.
# Jobs: 12 and 20 at 3, a step; then 5 and 0 at 6, not enough; 13 and 20 at 9, a step; 4 remain, and join the last.
# Deaths are 3 in the quartier: told with the rarest other reason, being struck off: 14 and 23.
CROWD = (
    (Q, 12, 0, 2, "emploi"),
    (Q, 5, 0, 5, "emploi"),
    (Q, 8, 0, 8, "emploi"),
    (Q, 4, 0, 20, "emploi"),
    (Q, 11, 0, 8, "radiation"),
    (Q, 3, 0, 14, "deces"),
    (Q, 57, 0, 60, None),
    (H, 20, 0, 2, "emploi"),
    (H, 20, 0, 8, "emploi"),
    (H, 12, 0, 11, "radiation"),
    (H, 11, 0, 14, "deces"),
    (H, 37, 0, 60, None),
)


def test_steps_are_merged_until_each_rests_on_eleven_exits_in_both_groups():
    table = steps(crowd(*CROWD))
    jobs = table[table["cause"] == "emploi"]
    told = jobs[["group", "from_month", "to_month", "events"]].to_numpy().tolist()
    assert told == [["qpv", 0, 3, 12], ["qpv", 3, 45, 17], ["hors_qpv", 0, 3, 20], ["hors_qpv", 3, 45, 20]]


def test_a_reason_under_the_threshold_is_told_with_the_rarest_other():
    table = steps(crowd(*CROWD))
    assert sorted(table["cause"].unique()) == ["autres_motifs", "emploi"]
    assert table.attrs["others"] == ["deces", "radiation"]
    others = table[table["cause"] == "autres_motifs"]
    assert others.groupby("group")["events"].sum().to_dict() == {"qpv": 14, "hors_qpv": 23}


def test_shares_are_those_of_the_full_curves_with_one_decimal():
    # No one is lost from sight: the incidence is the share of the 100 gone for the reason.
    table = steps(crowd(*CROWD)).set_index(["cause", "group", "to_month"])["incidence_pct"]
    assert table["emploi", "qpv", 3] == 12.0
    assert table["emploi", "qpv", 45] == 29.0
    assert table["emploi", "hors_qpv", 45] == 40.0
    assert table["autres_motifs", "qpv", 45] == 14.0


def test_the_gap_is_the_difference_of_what_is_displayed_and_no_effect():
    gaps = compared(steps(crowd(*CROWD)))
    row = gaps[(gaps["cause"] == "emploi") & (gaps["to_month"] == 45)].iloc[0]
    assert (row["qpv_pct"], row["hors_qpv_pct"], row["gap_pts"]) == (29.0, 40.0, -11.0)
    # Shares of 100 people: errors of 100 √(0.29 × 0.71 / 100) = 4.54 and 100 √(0.4 × 0.6 / 100) = 4.90 points,
    # hence 1.96 × √(4.54² + 4.90²) = 13.1 on either side.
    assert (row["ci_lower_pts"], row["ci_upper_pts"]) == (-24.1, 2.1)
    assert "sans lien de cause" in gaps.attrs["notice"]


def test_nothing_is_told_of_dates_nor_of_who_is_at_risk_nor_of_who_stays():
    table = steps(crowd(*CROWD))
    assert set(table) == {
        "group", "cause", "from_month", "to_month", "persons", "events",
        "incidence_pct", "se_pts", "ci_lower_pct", "ci_upper_pct",
    }  # fmt: skip
    assert not any(pd.api.types.is_datetime64_any_dtype(table[name]) for name in table)
    assert (table[["from_month", "to_month"]] % 3 == 0).to_numpy().all()


def test_the_curves_stop_when_fewer_than_eleven_are_at_risk():
    # 40 leave for a job at 4 months; of the 30 who stay, 20 are seen 10 months only, and 10 for 40.
    lots = [(place, *lot) for place in (Q, H) for lot in ((40, 0, 4, "emploi"), (20, 0, 10, "radiation"))]
    table = steps(crowd(*lots, (Q, 10, 0, 40, "emploi"), (H, 10, 0, 40, "emploi")))
    assert table["to_month"].max() == 9  # at 12 months, 10 are left
    assert table["events"].tolist() == [40, 40]


def test_the_curves_start_when_eleven_are_at_risk():
    # 5 people are known from the opening, 50 from the 4th month on: the first quarter where 11 are there is the 6th month.
    lots = [
        (place, *lot)
        for place in (Q, H)
        for lot in ((5, 0, 48, None), (30, 4, 5, "emploi"), (20, 4, 40, None))
    ]
    table = steps(crowd(*lots))
    assert table["from_month"].tolist() == [6, 6]
    assert table["events"].tolist() == [30, 30]
    assert table["incidence_pct"].tolist() == [round(100 * 30 / 55, 1)] * 2


def dip(gone, stay, group=Q):
    """Make 40 people, of whom some leave at 4 months, and 41 who come at 5 months, of whom 20 leave at 8."""
    return ((group, gone, 0, 4, "emploi"), (group, stay, 0, 60, None), (group, 20, 5, 3, "emploi"), (group, 21, 5, 40, None))  # fmt: skip


def test_the_curves_do_not_go_over_a_time_when_few_are_at_risk_between_two_quarters():
    # 40 are at risk at 3 months and 43 at 6, but 2 only at 4 months: an incidence over it would rest on these 2.
    table = steps(crowd(*dip(38, 2, Q), *dip(38, 2, H)))
    assert table["from_month"].tolist() == [6, 6]
    assert table["events"].tolist() == [20, 20]
    assert table["incidence_pct"].tolist() == [round(100 * 20 / 43, 1)] * 2


def test_a_time_when_few_are_at_risk_in_one_group_stops_the_curves_of_both():
    table = steps(crowd(*dip(38, 2, Q), *dip(3, 37, H)))
    assert table["from_month"].tolist() == [6, 6]


def test_a_time_when_nobody_is_at_risk_is_left_out_of_the_curves():
    table = steps(crowd(*dip(40, 0, Q), *dip(40, 0, H)))
    assert table["from_month"].tolist() == [6, 6]
    assert table["incidence_pct"].tolist() == [round(100 * 20 / 41, 1)] * 2


def test_the_curves_stop_before_the_quarter_when_few_are_at_risk():
    # 60 people, 30 of whom leave at 2 months and 25 are seen until 10: 30 are at risk at the mark of 9 months, 5 after
    # 10 and 55 at the mark of 12. The curves to 9 months are longer than those from 12 to 18.
    lots = [
        (place, *lot)
        for place in (Q, H)
        for lot in (
            (30, 0, 2, "emploi"),
            (25, 0, 10, "demenagement"),
            (5, 0, 18.5, "demenagement"),
            (50, 11, 7.5, "formation"),
        )
    ]
    table = steps(crowd(*lots))
    assert table["to_month"].tolist() == [9, 9]
    assert table["events"].tolist() == [30, 30]
    assert table["incidence_pct"].tolist() == [50.0, 50.0]


def test_eleven_people_at_risk_at_the_least_are_enough():
    # 11 of 40 are there after 4 months: the quarter is told. With 10 it is not.
    assert steps(crowd(*dip(29, 11, Q), *dip(29, 11, H)))["from_month"].min() == 0
    assert steps(crowd(*dip(30, 10, Q), *dip(30, 10, H)))["from_month"].min() == 6


def test_nobody_is_told_by_what_the_curves_are_made_of():
    window = disclosure._window(crowd(*CROWD), "censor")
    assert "p00001" in set(window.rows["person"])
    assert "p0" not in repr(window)
    assert "emploi" not in repr(window)


def test_too_few_people_or_too_few_exits_tell_nothing():
    with pytest.raises(MeasureError, match="too few people are at risk"):
        steps(crowd((Q, 10, 0, 30, "emploi"), (H, 100, 0, 30, "emploi")))
    with pytest.raises(MeasureError, match="too few people left"):
        steps(
            crowd(
                (Q, 10, 0, 3, "emploi"), (Q, 50, 0, 30, None), (H, 100, 0, 3, "emploi"), (H, 50, 0, 30, None)
            )
        )


def test_moves_as_an_outcome_have_steps_in_the_quartiers_only():
    made = crowd(*CROWD)
    stays = made.spells["left"].isna() & (made.spells["group"] == "qpv")
    made.spells.loc[stays[stays].index[:20], "moved"] = pd.Timestamp("2021-06-01")
    table = steps(made, moves="state")
    moves = table[table["cause"] == "demenagement"]
    assert moves[["group", "events"]].to_numpy().tolist() == [["qpv", 20]]
    assert "issue" in table.attrs["moves"]
    assert "demenagement" not in compared(table)["cause"].tolist()


def test_too_few_moves_are_not_told_with_other_reasons():
    made = crowd(*CROWD)
    stays = made.spells["left"].isna() & (made.spells["group"] == "qpv")
    made.spells.loc[stays[stays].index[:5], "moved"] = pd.Timestamp("2021-06-01")
    with pytest.raises(MeasureError, match="too few people moved"):
        steps(made, moves="state")


def lots_of(place, causes):
    """Draw people of a group: some leave for each reason, others are lost from sight at any time."""
    gone = [
        st.lists(
            st.tuples(
                st.just(place), st.integers(3, 40), st.integers(0, 12), st.integers(1, 20), st.just(cause)
            ),
            min_size=1,
            max_size=3,
        )
        for cause in causes
    ]
    first = st.tuples(
        st.just(place), st.integers(5, 40), st.just(0), st.integers(2, 40), st.just("demenagement")
    )
    later = st.tuples(
        st.just(place), st.integers(1, 40), st.integers(1, 18), st.integers(1, 30), st.just("demenagement")
    )
    lost = st.tuples(first, later).map(list)
    return st.tuples(lost, *gone).map(lambda lots: [lot for some in lots for lot in some])


LOTS = st.lists(
    st.sampled_from(["emploi", "radiation", "deces", "formation"]), min_size=1, max_size=4, unique=True
).flatmap(
    lambda causes: st.tuples(lots_of(Q, causes), lots_of(H, causes)).map(lambda both: both[0] + both[1])
)


def assert_no_small_count_is_told(table):
    assert (table["events"] >= 11).all()
    assert (table["persons"] >= 11).all()
    for _, group in table.groupby("group"):
        # Steps of a reason touch: what anybody can add or take off is made of whole steps, or is who is left.
        for _, cause in group.groupby("cause"):
            assert cause["from_month"].tolist()[1:] == cause["to_month"].tolist()[:-1]
        assert group["persons"].iloc[0] - group["events"].sum() >= 11
    ends = table.groupby(["cause", "group"])["to_month"].agg(tuple).groupby("cause").nunique()
    assert (ends == 1).all()  # the groups have the same steps


def assert_enough_are_at_risk(table, made):
    start, stop = table["from_month"].min(), table["to_month"].max()
    for _, part in observed(made).groupby("group"):
        for time in part.loc[(part["time"] > start) & (part["time"] <= stop), "time"].unique():
            assert ((part["entry"] < time) & (part["time"] >= time)).sum() >= 11
            assert ((part["entry"] <= time) & (part["time"] > time)).sum() >= 11


def assert_it_is_read_on_the_full_curves(table, full):
    for row in table.itertuples():
        reasons = table.attrs["others"] if row.cause == "autres_motifs" else [row.cause]
        seen = full[(full["group"] == row.group) & (full["months"] <= row.to_month)]
        reached = seen[seen["cause"].isin(reasons)].groupby("cause")["incidence_pct"].last().sum()
        assert abs(reached - row.incidence_pct) <= 0.05 + 1e-9


def test_no_sum_nor_difference_of_published_counts_is_under_the_threshold():
    seen = collections.Counter()

    @given(LOTS)
    @settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
    def check(lots):
        made = crowd(*lots)
        try:
            table = steps(made)
        except MeasureError:
            assume(False)
        assert_no_small_count_is_told(table)
        assert_enough_are_at_risk(table, made)
        start = float(table["from_month"].min())
        seen.update(merged=bool(table.attrs["others"]))
        try:
            full = incidence(made, from_months=start)
        except MeasureError:  # at some time after the curves, nobody is at risk
            return
        assert_it_is_read_on_the_full_curves(table, full)
        seen.update(compared=1)

    check()
    assert seen["compared"] >= 20
    assert seen["merged"] >= 1


def quartiers(*counts):
    """Make quartiers of (people who leave at 6 months, people who stay), and enough people outside."""
    lots = [lot for number, (gone, stay) in enumerate(counts, start=1) for lot in (
        (f"QN9990{number}M", gone, 0, 6, "emploi"), (f"QN9990{number}M", stay, 0, 60, None))]  # fmt: skip
    return crowd(*lots, (H, 40, 0, 6, "emploi"), (H, 40, 0, 60, None))


def test_a_quartier_has_the_exits_for_a_hundred_years_followed():
    # 20 people leave at 6 months, 30 are followed over the 45 months of the curves: 20 × 0.5 + 30 × 3.75 years.
    table = by_quartier(quartiers((20, 30), (20, 30))).set_index("territory")
    assert table.loc["QN99901M", ["persons", "exits"]].tolist() == [50, 20]
    assert table.loc["QN99901M", "per_100_years"] == pytest.approx(100 * 20 / 122.5, abs=0.1)
    # Exact interval of 20 events (tables of the Poisson law): 12.22 to 30.89, over 122.5 years.
    assert table.loc["QN99901M", "ci_lower"] == pytest.approx(100 * 12.22 / 122.5, abs=0.1)
    assert table.loc["QN99901M", "ci_upper"] == pytest.approx(100 * 30.89 / 122.5, abs=0.1)


def test_a_small_quartier_is_masked_with_another_so_that_the_total_does_not_give_it_back():
    made = quartiers((20, 30), (4, 4), (15, 20), (25, 25))
    table = by_quartier(made).set_index("territory")
    hidden = table.index[table["status"] == "secret"]
    assert "QN99902M" in hidden
    assert len(hidden) >= 2
    # The totals less what is shown are the hidden quartiers together. Of one of them alone they would be its count;
    # of several, each may have anything from nobody to all of what is left, which must be 10 wide at least.
    shown = table[table["status"] == "observed"]
    own = steps(made)[lambda told: told["group"] == "qpv"]
    persons = own["persons"].iloc[0] - shown["persons"].sum()
    exits = own["events"].sum() - shown["exits"].sum()
    assert (own["persons"].iloc[0], own["events"].sum()) == (50 + 8 + 35 + 50, 20 + 4 + 15 + 25)
    assert min(persons, exits, persons - exits) >= 10
    assert table.loc[hidden, ["persons", "exits", "per_100_years", "ci_lower", "ci_upper"]].isna().all().all()


def test_a_quartier_that_everybody_left_is_masked():
    table = by_quartier(quartiers((30, 0), (20, 30), (25, 25))).set_index("territory")
    assert table.loc["QN99901M", "status"] == "secret"


def test_quartiers_add_up_to_the_steps():
    made = quartiers((20, 30), (20, 30), (25, 25))
    table, told = by_quartier(made), steps(made)
    own = told[told["group"] == "qpv"]
    assert table["persons"].sum() == own["persons"].iloc[0]
    assert table["exits"].sum() == own["events"].sum()


def test_a_cohort_is_not_changed_by_what_is_made_of_it():
    made = crowd(*CROWD)
    before = made.spells.copy()
    for one in (steps, incidence):
        one(made)
    pd.testing.assert_frame_equal(made.spells, before)
    again = dataclasses.replace(made, spells=made.spells.sample(frac=1, random_state=1).sort_values("person"))
    pd.testing.assert_frame_equal(steps(made), steps(again))


def test_a_group_without_any_exit_tells_nothing():
    with pytest.raises(MeasureError, match="too few people left"):
        steps(crowd((Q, 60, 0, 60, None), (H, 40, 0, 3, "emploi"), (H, 40, 0, 60, None)))


def test_the_numbers_of_steps_are_plain_ones():
    table = steps(cohort([(Q, 0, 3, "emploi")] * 12 + [(Q, 0, 40, None)] * 20))
    assert table["group"].unique().tolist() == ["qpv"]
    assert np.issubdtype(table["events"].dtype, np.integer)

"""Aalen–Johansen with delayed entry: by hand, against a published table, and against other programs."""

import numpy as np
import pandas as pd
import pytest
from cohorts_by_hand import cohort
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from statsmodels.duration.survfunc import CumIncidenceRight, SurvfuncRight

from oqhs.errors import MeasureError, UnknownError
from oqhs.studies.cohort import aalen_johansen, incidence
from oqhs.studies.cohort.incidence import MOVES_WORDS, NOTICE, observed

E, R = "emploi", "radiation"


def causes(*names):
    return pd.Series(list(names), dtype="str")


def at(curves, cause, time):
    return curves[(curves["cause"] == cause) & (curves["time"] == time)].iloc[0]


def drawn(seed, size, delayed=True):
    """Whole times, so that there are ties; one person is there from 0 to the end: there is no gap."""
    rng = np.random.default_rng(seed)
    entry = rng.integers(0, 12, size).astype(float) * delayed
    time = entry + rng.integers(1, 20, size)
    status = rng.integers(0, 4, size)
    entry[0], time[0], status[0] = 0, 40, 0
    return entry, time, status, causes(*[None if one == 0 else f"c{one}" for one in status])


# Five people. A: from 0, job at 2. B: from 0, struck off at 5. C: from 1, lost from sight at 4.
# D: from 3, job at 5. E: from 0, still there at 7.
#   at 2, at risk A B C E (D is not known yet): n = 4, one job.          S = 3/4, Fe = 1/4
#   at 5, at risk B D E: n = 3, one job and one struck off.              Fe = 1/4 + 3/4 × 1/3 = 1/2
#                                                                        Fr = 3/4 × 1/3 = 1/4, S = 1/4
# Fe = q + (1 − q) p with q = 1/4, var 3/64, and p = 1/3, var 2/27:
#   var Fe = (1 − p)² 3/64 + (1 − q)² 2/27 = 1/48 + 1/24 = 1/16
# Fr = (1 − q) p':  var Fr = p'² 3/64 + (1 − q)² 2/27 = 1/192 + 1/24 = 3/64
HAND = (np.array([0.0, 0, 1, 3, 0]), np.array([2.0, 5, 4, 5, 7]), causes(E, R, None, E, None))


def test_five_people_worked_out_by_hand():
    curves = aalen_johansen(*HAND)
    assert list(curves.loc[curves["cause"] == E, "time"]) == [0, 2, 5, 7]
    assert list(curves.loc[curves["cause"] == E, "at_risk"]) == [3, 4, 3, 1]
    assert list(curves.loc[curves["cause"] == R, "events"]) == [0, 0, 1, 0]
    assert at(curves, E, 2)["incidence"] == pytest.approx(1 / 4)
    assert at(curves, E, 5)["incidence"] == pytest.approx(1 / 2)
    assert at(curves, R, 5)["incidence"] == pytest.approx(1 / 4)
    assert at(curves, R, 7)["survival"] == pytest.approx(1 / 4)
    assert at(curves, E, 5)["se"] == pytest.approx(1 / 4)
    assert at(curves, R, 5)["se"] == pytest.approx(np.sqrt(3) / 8)


def test_the_interval_is_symmetrical_on_the_scale_of_log_minus_log():
    # F = 1/2, se = 1/4: on log(−log F) the error is se / (F |log F|) = 0.5 / 0.6931 = 0.7213, and the interval
    # 1.96 × 0.7213 = 1.4138 on either side, so F^exp(±1.4138): 0.5^4.1115 = 0.0579 and 0.5^0.2432 = 0.8449.
    row = at(aalen_johansen(*HAND), E, 5)
    assert (round(row["ci_lower"], 3), round(row["ci_upper"], 3)) == (0.058, 0.845)


def test_there_is_no_interval_where_nobody_left_yet_nor_where_all_are_gone():
    alone = aalen_johansen(np.zeros(2), np.array([1.0, 2.0]), causes(E, E))
    assert alone["incidence"].tolist() == [0, 0.5, 1]
    assert alone["ci_lower"].isna().tolist() == [True, False, True]


def test_people_gone_before_the_start_are_left_out():
    # From 2 on, A is gone: at 5, of B, D, E one leaves for a job and one is struck off: a third each.
    curves = aalen_johansen(*HAND, start=2.0)
    assert at(curves, E, 5)["incidence"] == pytest.approx(1 / 3)
    assert at(curves, R, 5)["incidence"] == pytest.approx(1 / 3)
    assert at(curves, E, 2)["at_risk"] == 3  # B, C and E, just after 2


# J. M. Satagopan et al., « A note on competing risks in survival data analysis », British Journal of Cancer 91,
# 2004, table 2 (PMC2410013): the first nine of 305 patients, deaths from breast cancer (E) and from others (R).
SATAGOPAN = [(7, None), (10, E), (14, None), (16, E), (18, R), (23, E), (24, None), (26, R), (27, E)]


def test_the_published_table_of_satagopan_and_others():
    times = np.array([time for time, _ in SATAGOPAN] + [40] * 296, dtype=float)
    curves = aalen_johansen(np.zeros(305), times, causes(*[why for _, why in SATAGOPAN], *[None] * 296))
    own = curves[(curves["cause"] == E) & curves["time"].between(10, 27)].set_index("time")
    assert own["at_risk"].to_dict() == {10: 304, 16: 302, 18: 301, 23: 300, 26: 298, 27: 297}
    printed = {10: 99.7, 16: 99.3, 18: 99.0, 23: 98.7, 26: 98.3, 27: 98.0}
    assert (100 * own["survival"]).round(1).to_dict() == printed
    steps = (100 * own["incidence"].diff().fillna(own["incidence"]))[[10, 16, 23, 27]]
    assert steps.round(1).tolist() == [0.3, 0.3, 0.3, 0.3]
    # The cumulative column adds up the rounded steps: 0.3, 0.6, 0.9, 1.2, each step being off by 0.05 at most.
    reached = (100 * own["incidence"])[[10, 16, 23, 27]].to_numpy()
    assert (np.abs(reached - [0.3, 0.6, 0.9, 1.2]) <= 0.05 * np.arange(1, 5)).all()


def test_the_figures_of_r_and_stata_for_eighteen_people():
    # Estimates of R (cmprsk::cuminc) and standard errors of Stata (stcompet), as the tests of statsmodels
    # print them (statsmodels/duration/tests/test_survfunc.py, test_incidence).
    times = np.array([1, 1, 2, 4, 4, 4, 6, 6, 7, 8, 9, 9, 9, 1, 2, 2, 4, 4], dtype=float)
    why = causes(*["a"] * 3, *["b"] * 3, *["c"] * 3, *[None] * 9)
    curves = aalen_johansen(np.zeros(18), times, why)
    told = {(name, when): at(curves, name, when) for name, when in [("a", 2), ("b", 4), ("c", 6), ("c", 7)]}
    incidences = [round(row["incidence"], 6) for row in told.values()]
    errors = [round(row["se"], 6) for row in told.values()]
    assert incidences == [0.17037, 0.207407, 0.177778, 0.266667]
    assert errors == [0.089763, 0.106104, 0.111961, 0.127878]


@pytest.mark.parametrize("seed", range(5))
def test_without_delayed_entry_statsmodels_gives_the_same_curves_and_errors(seed):
    _, time, status, why = drawn(seed, 80, delayed=False)
    curves = aalen_johansen(np.zeros(80), time, why)
    other = CumIncidenceRight(time, status)
    for number in (1, 2, 3):
        own = curves[curves["cause"] == f"c{number}"].set_index("time")
        kept = np.isin(other.times, own.index)
        own = own.loc[other.times[kept]]
        assert np.allclose(own["incidence"], other.cinc[number - 1][kept])
        assert np.allclose(own["se"], other.cinc_se[number - 1][kept])


@pytest.mark.parametrize("seed", range(5))
def test_with_one_cause_it_is_one_minus_kaplan_meier_with_delayed_entry(seed):
    entry, time, status, _ = drawn(seed, 80)
    curves = aalen_johansen(entry, time, causes(*np.where(status > 0, E, None)))
    other = SurvfuncRight(time, (status > 0).astype(int), entry=entry)
    own = curves.set_index("time").loc[other.surv_times]
    assert np.allclose(own["incidence"], 1 - other.surv_prob)
    assert np.allclose(own["survival"], other.surv_prob)
    assert np.allclose(own["se"], other.surv_prob_se)
    assert (own["at_risk"] == other.n_risk).all()


def by_matrices(entry, time, why):
    """Transition matrix and its Greenwood covariance, as products of matrices over all times.

    P(0, t) = Π (I + ΔA(u)) and cov vec P(0, t) = Σ (P(u, t)ᵀ ⊗ P(0, u−)) cov vec ΔA(u) (…)ᵀ, the increments of
    the row of those still there being multinomial (Andersen, Borgan, Gill and Keiding, 1993, IV.4.1).
    """
    names = sorted(why.dropna().unique())
    size = len(names) + 1
    steps, covariances = [], []
    for when in np.unique(time[why.notna()]):
        there = ((entry < when) & (time >= when)).sum()
        gone = np.array([((time == when) & (why == name)).sum() for name in names]) / there
        step, covariance = np.eye(size), np.zeros((size**2, size**2))
        step[0, 0], step[0, 1:] = 1 - gone.sum(), gone
        row = step[0]
        places = np.arange(size) * size  # of the first row, columns being stacked
        covariance[np.ix_(places, places)] = (np.diag(row) - np.outer(row, row)) / there
        steps.append(step)
        covariances.append(covariance)
    total, spread = np.eye(size), np.zeros((size**2, size**2))
    for place, covariance in enumerate(covariances):
        before = np.linalg.multi_dot([np.eye(size), np.eye(size), *steps[:place]])
        after = np.linalg.multi_dot([np.eye(size), np.eye(size), *steps[place + 1 :]])
        moved = np.kron(after.T, before)
        spread += moved @ covariance @ moved.T
    for step in steps:
        total = total @ step
    return {
        name: (total[0, rank], np.sqrt(spread[rank * size, rank * size]))
        for rank, name in enumerate(names, start=1)
    }


@pytest.mark.parametrize("seed", range(4))
def test_with_delayed_entry_products_of_matrices_give_the_same_incidence_and_error(seed):
    entry, time, _, why = drawn(seed, 60)
    curves = aalen_johansen(entry, time, why)
    for name, (reached, error) in by_matrices(entry, time, why).items():
        last = curves[curves["cause"] == name].iloc[-1]
        assert last["incidence"] == pytest.approx(reached)
        assert last["se"] == pytest.approx(error)


PEOPLE = st.lists(
    st.tuples(st.integers(0, 10), st.integers(1, 15), st.integers(0, 3)), min_size=1, max_size=40
)


@given(PEOPLE)
@settings(max_examples=80, deadline=None)
def test_incidences_and_survival_add_up_to_one_at_all_times(people):
    entry = np.array([0, *(one[0] for one in people)], dtype=float)
    time = np.array([30, *(one[0] + one[1] for one in people)], dtype=float)
    why = causes(None, *(None if one[2] == 0 else f"c{one[2]}" for one in people))
    assume(why.notna().any())
    curves = aalen_johansen(entry, time, why)
    total = curves.groupby("time")["incidence"].sum() + curves.groupby("time")["survival"].first()
    assert np.allclose(total, 1)
    assert (curves["se"] >= 0).all()
    within = curves.dropna(subset=["ci_lower"])
    assert (within["ci_lower"] <= within["incidence"]).all()
    assert (within["incidence"] <= within["ci_upper"]).all()
    assert (curves.groupby("cause")["incidence"].diff().dropna() >= -1e-12).all()


@given(PEOPLE, st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_neither_the_order_of_people_nor_the_unit_of_time_changes_a_share(people, rng):
    rows = [(0, 30, 1), *((one[0], one[0] + one[1], one[2]) for one in people)]
    moved = rng.sample(rows, len(rows))
    first, second = (
        aalen_johansen(
            np.array([one[0] for one in lot], dtype=float) * unit,
            np.array([one[1] for one in lot], dtype=float) * unit,
            causes(*(None if one[2] == 0 else f"c{one[2]}" for one in lot)),
        )
        for lot, unit in ((rows, 1), (moved, 4))
    )
    assert np.allclose(first["incidence"], second["incidence"])
    assert np.allclose(first["time"] * 4, second["time"])


def test_a_time_when_nobody_is_at_risk_is_refused():
    with pytest.raises(MeasureError, match="nobody is at risk, and others enter later") as caught:
        aalen_johansen(np.array([0.0, 5.0]), np.array([3.0, 9.0]), causes(E, E))
    assert (caught.value.problems[0].found, caught.value.problems[0].allowed) == ("3", "a start from 5 on")
    later = aalen_johansen(np.array([0.0, 5.0]), np.array([3.0, 9.0]), causes(E, E), start=5.0)
    assert later["at_risk"].tolist() == [1, 1]


def test_a_person_seen_no_longer_than_they_enter_is_refused():
    with pytest.raises(MeasureError, match="not seen after they enter"):
        aalen_johansen(np.array([2.0]), np.array([2.0]), causes(E))


def test_nobody_after_the_start_is_refused():
    with pytest.raises(MeasureError, match="nobody is observed after the start"):
        aalen_johansen(np.array([0.0]), np.array([2.0]), causes(E), start=2.0)


def small(**changes):
    made = cohort(
        [("QN99901M", 0, 10, E), ("QN99901M", 0, 20, R), ("hors_qpv", 0, 10, E), ("hors_qpv", 0, 30, R)]
    )
    for name, values in changes.items():
        made.spells[name] = values
    return made


def test_groups_are_told_apart_in_percent_and_months():
    table = incidence(small())
    last = table.groupby(["group", "cause"], sort=False)["incidence_pct"].last()
    assert last.to_dict() == {
        ("qpv", E): 50,
        ("qpv", R): 50,
        ("hors_qpv", E): 50,
        ("hors_qpv", R): 50,
    }
    first = table[(table["group"] == "qpv") & (table["events"] > 0)].iloc[0]
    assert round(first["months"], 1) == 10  # 304 days
    assert table.attrs["notice"] == NOTICE
    assert "sans lien de cause" in NOTICE


def test_a_move_ends_the_follow_up_or_is_an_outcome():
    moved = pd.to_datetime(pd.Series(["2021-06-01", None, None, None]))
    censored, counted = (observed(small(moved=moved), how) for how in ("censor", "state"))
    assert censored["cause"].isna().tolist() == [True, False, False, False]
    assert counted["cause"].tolist() == ["demenagement", R, E, R]
    assert round(counted["time"].iloc[0], 2) == round(151 / 30.436875, 2)  # January to May 2021: 151 days
    assert incidence(small(moved=moved)).attrs["moves"] == MOVES_WORDS["censor"]


def test_who_leaves_the_day_they_move_has_left():
    spells = small()
    spells.spells["moved"] = spells.spells["left"].where(spells.spells["group"] == "qpv")
    assert observed(spells, "state")["cause"].tolist() == [E, R, E, R]


def test_who_leaves_after_the_end_is_still_there():
    spells = small()
    spells.spells["left"] += pd.Timedelta(days=3000)
    told = observed(spells)
    assert told["cause"].isna().all()
    assert (told["time"].round(1) == 48.0).all()  # four years


def test_another_way_to_reckon_moves_is_refused():
    with pytest.raises(UnknownError, match="no such way to reckon moves"):
        observed(small(), "ignore")


def test_a_cohort_where_nobody_is_placed_has_no_incidence():
    with pytest.raises(MeasureError, match="nobody is placed"):
        incidence(small(group="non_situe"))


def test_only_the_first_spell_of_a_person_counts():
    spells = small()
    spells.spells["person"] = ["a", "b", "c", "c"]
    assert len(observed(spells)) == 3


def test_those_who_left_before_the_list_do_not_bias_the_curve():
    # Exits at 2 % and 1 % a month whatever the time: of those still there at 3 months, 2/3 (1 − exp(−0.63)) = 31.2 % have
    # found a job at 24. Rights were opened up to 48 months before the list, which holds only those still there. To
    # count the people of the list as if they had been seen since the opening gives a share far too low.
    rng = np.random.default_rng(11)
    size = 20_000
    entry, exits = rng.uniform(0, 48, size), rng.exponential(1 / 0.03, size)
    listed = exits > entry
    entry, exits = entry[listed], exits[listed]
    time = np.minimum(exits, entry + 36)
    gone = exits < entry + 36
    why = causes(*np.where(gone, np.where(rng.random(len(exits)) < 2 / 3, E, R), None))
    truth = 2 / 3 * (1 - np.exp(-0.03 * 21))

    def reached(entries):
        curve = aalen_johansen(entries, time, why, start=3.0)
        return curve[(curve["cause"] == E) & (curve["time"] <= 24)].iloc[-1]

    told = reached(entry)
    assert abs(told["incidence"] - truth) < 3 * told["se"]
    assert told["se"] < 0.01
    assert reached(np.zeros(len(entry)))["incidence"] < truth - 0.08

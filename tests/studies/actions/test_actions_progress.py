"""Progress worked out by hand: A, B and C lie in T98, D in T99, E in both."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oqhs.errors import DataError, UnknownError
from oqhs.studies.actions import grant_totals, progress, read

A, B, C, D, E = (f"QN9990{i}M" for i in range(1, 6))


@pytest.fixture
def told(follow_up, actions, geography):
    """Progress of some lines, by territory."""

    def _told(*lines, diffusion="interne", **written):
        found = progress(read(follow_up(*lines, **written), actions), geography, actions, diffusion=diffusion)
        return found.set_index("territory")

    return _told


def line(territory, target, achieved, name="arbres", year=2025):
    return f"jardin;{name};{territory};{year};{target};{achieved}"


def test_quartiers_add_up_and_the_rate_is_that_of_the_sums(told):
    rows = told(line(A, 40, 10), line(B, 10, 10), line(D, 30, 10))
    # 20/50 and not the mean of 25 % and 100 %; 30/80 in the département
    assert rows["rate_pct"].to_dict() == pytest.approx(
        {"999": 37.5, "T98": 40, "T99": 100 / 3, A: 25, B: 100, D: 100 / 3}
    )
    assert rows["achieved"].to_dict() == {"999": 30, "T98": 20, "T99": 10, A: 10, B: 10, D: 10}
    assert rows["summed"].to_dict() == {"999": True, "T98": True, "T99": True, A: False, B: False, D: False}


def test_a_missing_quartier_is_never_zero_and_the_sum_says_it_is_partial(told):
    rows = told(line(A, 40, 10), line(B, 10, "nd"), line(C, 50, "s"))
    whole = rows.loc["T98"]
    # 10 of the 40 aimed at in the only quartier that is known; 100 are aimed at in all
    assert (whole["achieved"], whole["target"], whole["rate_pct"]) == (10, 100, 25)
    assert (whole["n_known"], whole["n_total"], whole["coverage"]) == (1, 3, pytest.approx(1 / 3))
    assert whole["note"].startswith("partiel : 1 des 3 territoires suivis")
    assert rows.loc[B, "status"] == "not_available"
    assert np.isnan(rows.loc[B, "achieved"])


def test_where_no_quartier_is_known_the_sum_is_not_either(told):
    rows = told(line(A, 40, "nd"), line(B, 10, "s"))
    assert np.isnan(rows.loc["T98", "achieved"])
    assert rows.loc["T98", "status"] == "secret"
    assert rows.loc["T98", "note"] == "aucun des territoires suivis n'est connu"


def test_without_one_of_the_targets_there_is_no_rate(told):
    rows = told(line(A, "", 10), line(B, 10, 10), line(D, 0, 3))
    assert rows["rate_pct"].isna().to_dict() == {
        "999": True,
        "T98": True,
        "T99": True,
        A: True,
        B: False,
        D: True,
    }
    assert rows.loc["T98", "achieved"] == 20
    assert np.isnan(rows.loc["T98", "target"])
    assert rows.loc[D, "note"] == "pas de taux : une cible manque ou est nulle"


def test_a_quartier_of_two_ept_is_counted_in_the_departement_only(told):
    rows = told(line(A, 40, 10), line(D, 40, 20), line(E, 40, 30))
    assert rows.loc[["T98", "T99", "999"], "achieved"].tolist() == [10, 20, 60]
    assert rows.loc["T98", "note"] == f"sans {E}, à cheval sur plusieurs EPT"


def test_what_does_not_add_up_is_shown_where_it_was_given_only(told):
    rows = told(line(A, 4, 3, "acteurs"), line("T98", 9, 5, "acteurs"), line("T99", 50, 25, "part"))
    assert sorted(rows.index) == [A, "T98", "T99"]


def test_a_total_that_was_given_stands_and_the_sum_that_contradicts_it_is_told(told):
    rows = told(line("T98", 50, 30), line(A, 40, 10), line(B, 10, 10))
    assert rows.loc["T98", "achieved"] == 30
    assert "30 contre 20" in rows.loc["T98", "note"]
    # the département adds the quartiers up
    assert rows.loc["999", "achieved"] == 20
    same = told(line("T98", 50, 20), line(A, 40, 10), line(B, 10, 10))
    assert same.loc["T98", "note"] == ""


def test_ept_add_up_where_no_quartier_is_followed(told):
    rows = told(line("T98", 50, 30), line("T99", 50, 15))
    assert rows.loc["999", ["achieved", "rate_pct"]].tolist() == [45, 45]


def test_the_departement_adds_the_ept_without_a_quartier_followed_to_the_quartiers(told):
    rows = told(line(A, 20, 20), line(B, 20, 30), line("T99", 500, 400))
    # 20 + 30 + 400 of 20 + 20 + 500; T98 is the sum of A and B and is not added again
    whole = rows.loc["999"]
    assert (whole["achieved"], whole["target"]) == (450, 540)
    assert whole["rate_pct"] == pytest.approx(100 * 450 / 540)
    assert (whole["n_known"], whole["n_total"], whole["coverage"], whole["note"]) == (3, 3, 1, "")
    assert rows.loc[["T98", "T99"], "summed"].tolist() == [True, False]


def test_an_ept_that_is_not_known_makes_the_departement_a_minimum(told):
    whole = told(line(A, 20, 20), line(B, 20, 30), line("T99", 500, "nd")).loc["999"]
    # 50 of the 40 aimed at where it is known; T99 is one of three
    assert (whole["achieved"], whole["target"], whole["rate_pct"]) == (50, 540, 125)
    assert (whole["n_known"], whole["n_total"]) == (2, 3)
    assert whole["note"].startswith("partiel : 2 des 3")


def test_an_ept_is_never_added_to_its_own_quartiers_and_what_is_left_out_is_told(told):
    rows = told(line("T98", 50, 50), line(A, 20, 20), line(B, 30, 30), line("T99", 500, 400))
    assert (rows.loc["999", "achieved"], rows.loc["999", "note"]) == (450, "")
    # D is followed, whether its figure is known or not: T99 is not added, and 400 is not what D did
    aside = "sans le total livré de T99, dont des quartiers sont suivis"
    for achieved, whole in ((40, 60), ("nd", 20)):
        found = told(line(A, 20, 20), line(D, 50, achieved), line("T99", 500, 400)).loc["999"]
        assert (found["achieved"], found["n_total"]) == (whole, 2)
        assert aside in found["note"]
    # E lies in T98 and T99: neither may hold it twice
    found = told(line(E, 20, 10), line("T99", 500, 400)).loc["999"]
    assert (found["achieved"], found["note"]) == (10, aside)


def test_each_year_has_its_own_base(told):
    lines = [line(D, 10, 5), line("T99", 500, 400, year=2026), line(A, 10, 6, year=2026)]
    assert told(*lines).loc["999", "achieved"].tolist() == [5, 406]


def test_each_year_stands_by_itself(told):
    rows = told(line(A, 40, 10), line(A, 40, 20, year=2026)).loc[A]
    assert rows["period"].tolist() == [2025, 2026]
    assert rows["rate_pct"].tolist() == [25, 50]


def test_a_small_count_of_people_is_hidden_and_no_total_gives_it_back(told):
    lines = [line(A, 20, 4, "enfants"), line(B, 20, 30, "enfants"), line(D, 20, 40, "enfants")]
    inner, shown = told(*lines), told(*lines, diffusion="partenaires")
    assert inner.loc[A, "achieved"] == 4
    hidden = shown.index[shown["status"] == "secret"]
    # A alone would be T98 less B
    assert A in hidden
    assert {B, "T98"} & set(hidden)
    assert shown.loc[hidden, ["achieved", "rate_pct"]].isna().all(axis=None)
    assert shown.loc[A, "note"] == "secret statistique"
    # D is not told either way: were 999 and T98 shown, nothing more would come of it
    assert shown.loc[D, "achieved"] == 40


NOTED = "action;indicateur;territoire;periode;cible;realise;note;source"


def test_a_hidden_count_is_not_told_by_what_was_noted_of_it(told):
    lines = [f"{line(A, 20, 7, 'enfants')};7 femmes inscrites", f"{line(B, 20, 's', 'enfants')};les 5 de mai"]
    lines += [f"{line(D, 20, 40, 'enfants')};deux séances", f"{line(C, 20, 5)};5 pommiers"]
    shown = told(*lines, diffusion="public", header=NOTED)
    people = shown[shown["indicator"] == "enfants"]
    assert people.loc[[A, B, D], "note"].tolist() == ["secret statistique", "", "deux séances"]
    # a tree is nobody
    assert "5 pommiers" in shown["note"].tolist()
    inner = told(*lines, header=NOTED)
    assert inner[inner["indicator"] == "enfants"].loc[[A, B], "note"].tolist() == [
        "7 femmes inscrites",
        "les 5 de mai",
    ]


def test_a_source_or_a_note_that_tells_who_somebody_is_stays_inside(told):
    lines = [f"{line(A, 20, 20)};vu avec M. Diallo", f"{line(B, 20, 20)};deux séances"]
    inner = told(*lines, header=NOTED, end='"Mme Durand, CCAS ; bilan"')
    assert inner.loc[A, ["source", "note"]].tolist() == ["Mme Durand, CCAS ; bilan", "vu avec M. Diallo"]
    aside = "mention écartée : elle peut faire reconnaître quelqu'un"
    for diffusion in ("partenaires", "public"):
        shown = told(*lines, diffusion=diffusion, header=NOTED, end='"Mme Durand, CCAS ; bilan"')
        # the sums of T98 and 999 tell the sources of their parts
        assert set(shown["source"]) == {aside}
        assert shown.loc[[A, B], "note"].tolist() == [aside, "deux séances"]


def test_the_ept_that_the_departement_adds_gives_no_small_count_back(told):
    # 450 less 400 and B's 43 would be the 7 of A
    lines = [line(A, 20, 7, "enfants"), line(B, 60, 43, "enfants"), line("T99", 500, 400, "enfants")]
    assert told(*lines).loc["999", "achieved"] == 450
    shown = told(*lines, diffusion="partenaires")
    seen = set(shown.index[shown["achieved"].notna()])
    assert A not in seen
    assert not {B, "T98"} <= seen
    assert not {B, "T99", "999"} <= seen


def test_the_small_count_of_an_ept_is_not_the_departement_less_the_quartiers(told):
    # 104 less 60 and 40 would be the 4 of T99
    lines = [line(A, 60, 60, "enfants"), line(B, 40, 40, "enfants"), line("T99", 9, 4, "enfants")]
    shown = told(*lines, diffusion="partenaires")
    seen = set(shown.index[shown["achieved"].notna()])
    assert "T99" not in seen
    assert not {"999", A, B} <= seen
    assert not {"999", "T98"} <= seen


def test_zero_and_counts_of_things_are_not_small_counts_of_people(told):
    lines = [line(A, 20, 0, "enfants"), line(B, 20, 3)]
    shown = told(*lines, diffusion="public")
    assert (shown["status"] == "observed").all()


def test_a_given_total_does_not_give_back_the_count_its_producer_hid(told):
    # 35 less 30 would be the 5 of B
    rows = told(line("T98", 50, 35, "enfants"), line(A, 30, 30, "enfants"), line(B, 20, "s", "enfants"),
                diffusion="partenaires")  # fmt: skip
    assert rows.loc[["T98", A], "status"].isin(["secret"]).any()


def test_a_contradiction_is_told_without_its_figures_beside_a_hidden_count(told):
    lines = [line("T98", 50, 60, "enfants"), line(A, 30, 30, "enfants"), line(B, 20, 5, "enfants")]
    rows = told(*lines, diffusion="partenaires")
    assert "contre" in told(*lines).loc["T98", "note"]
    assert "contre" not in " ".join(rows["note"])


def test_a_territory_of_another_edition_is_told(follow_up, actions, geography, problems):
    table = read(follow_up(line("QN99909M", 1, 1)), actions)
    assert problems(DataError, progress, table, geography, actions)[0].found == "QN99909M"


def test_a_follow_up_of_another_catalogue_is_told(follow_up, actions, geography, problems):
    table = read(follow_up(line(A, 1, 1)), actions).assign(indicator="fleurs")
    assert problems(UnknownError, progress, table, geography, actions)[0].found == "fleurs"


def test_the_table_is_left_as_it_was(follow_up, actions, geography):
    table = read(follow_up(line(A, 1, 1), line(B, 1, "s")), actions)
    before = table.copy(deep=True)
    progress(table, geography, actions)
    pd.testing.assert_frame_equal(table, before)


counts = st.one_of(st.none(), st.integers(0, 60))


@settings(deadline=None, max_examples=40)
@given(st.lists(counts, min_size=5, max_size=5), st.none() | st.integers(0, 60), st.booleans())
def test_nothing_hidden_is_worked_out_by_subtraction(actions, geography, values, ept, straddled):
    # without D and E, the figure given for T99 is one of those the département adds up
    followed = {A, B, C, *((D, E) if ept is None else (E,) if straddled else ())}
    figures = {code: count for code, count in zip((A, B, C, D, E), values, strict=True) if code in followed}
    figures |= {} if ept is None else {"T99": ept}
    rows = [
        {"action": "jardin", "indicator": "enfants", "territory": code, "period": 2025, "target": 30.0,
         "achieved": np.nan if count is None else float(count),
         "status": "secret" if count is None else "observed", "source": "b", "note": ""}
        for code, count in figures.items()
    ]  # fmt: skip
    table = pd.DataFrame(rows).astype({"period": "Int64"})
    shown = progress(table, geography, actions, diffusion="public").set_index("territory")
    inner = progress(table, geography, actions, diffusion="interne").set_index("territory")
    small = inner.index[inner["achieved"].between(1, 10)]
    assert shown.loc[small, "achieved"].isna().all()
    seen = shown["achieved"].notna()
    pd.testing.assert_series_equal(shown.loc[seen, "achieved"], inner.loc[seen, "achieved"])
    known = inner["achieved"].notna()
    of_999 = [*sorted(followed), *(["T99"] if ept is not None and not straddled else [])]
    for whole, parts in (("T98", [A, B, C]), ("T99", [D] if ept is None else []), ("999", of_999)):
        cells = [whole, *(one for one in parts if known[one])]
        if not parts:
            continue
        if whole in inner.index and known[whole]:
            # never one unknown alone in a sum
            assert (~seen[cells]).sum() != 1
    # the rate of a hidden count is hidden too: with the target, it would tell it
    assert shown.loc[~seen, "rate_pct"].isna().all()


@settings(deadline=None, max_examples=25)
@given(st.permutations(range(5)))
def test_the_order_of_the_rows_does_not_count(actions, geography, order):
    rows = [
        {"action": "jardin", "indicator": "enfants", "territory": code, "period": 2025, "target": 30.0,
         "achieved": count, "status": "observed", "source": "b", "note": ""}
        for code, count in zip((A, B, C, D, E), (4.0, 12.0, 30.0, 8.0, 41.0), strict=True)
    ]  # fmt: skip
    table = pd.DataFrame(rows).astype({"period": "Int64"})
    first = progress(table, geography, actions)
    again = progress(table.iloc[list(order)].reset_index(drop=True), geography, actions)
    pd.testing.assert_frame_equal(first, again)


def test_grants_add_up_by_territory_and_year(geography):
    grants = pd.DataFrame(
        [
            ("IP-1", A, 2025, 100.0, 60.0),
            ("IP-2", A, 2025, 200.0, np.nan),
            ("IP-3", D, 2025, 50.0, 0.0),
            ("IP-4", E, 2025, 30.0, 30.0),
            ("IP-5", "T98", 2024, 80.0, np.nan),
        ],
        columns=["dossier", "territory", "year", "asked_eur", "granted_eur"],
    ).assign(theme="sport", asked_status="observed", granted_status="observed")
    found = grant_totals(grants, geography).set_index(["year", "territory"])
    # E lies in two EPT: it is in the département only
    assert found.loc[2025, "n_files"].to_dict() == {"999": 4, "T98": 2, "T99": 1, A: 2, D: 1, E: 1}
    assert found.loc[(2025, "999"), ["asked_eur", "granted_eur"]].tolist() == [380, 90]
    assert found.loc[(2025, "T98"), ["n_granted", "n_granted_known", "granted_eur"]].tolist() == [1, 1, 60]
    assert found.loc[(2025, "T99"), "n_granted"] == 0
    assert np.isnan(found.loc[(2024, "T98"), "granted_eur"])
    # no amount is known: that none was granted is not known either
    assert found.loc[(2024, "T98"), "n_granted"] is pd.NA

"""Two dates side by side: like with like, what stands in when the perimeter moved, and the reason otherwise."""

import numpy as np
import pandas as pd
import pytest

from oqhs.analysis import two_dates
from oqhs.analysis.dates import DATES_COLUMNS

RATE, POVERTY = "taux_chomage_15_64", "taux_pauvrete"
ORVAL, ENLARGED, DEPARTEMENT, COMMUNE = "QN99901I", "QN99902M", "999", "99901"
ENLARGED_WHY = "quartier agrandi entre qpv2015 et qpv2024 : deux périmètres ne se comparent pas"
COMMUNE_WHY = "le territoire de comparaison n'a pas les mêmes limites aux deux dates"
BROUGHT = "ramené à un seul périmètre par les effectifs des IRIS"
LEVEL = "estimation sur un seul périmètre aux deux dates, à partir des IRIS (son niveau n'est pas celui de l'édition)"
UNLIKE = "une des deux valeurs est une estimation de l'observatoire, l'autre non"
SECRECY = "valeur couverte par le secret statistique"
SAME = pd.DataFrame(
    [
        (ORVAL, "QP999001", "inchangé", "quartier inchangé", "", True),
        (ENLARGED, None, "agrandi", "", ENLARGED_WHY, True),
        (DEPARTEMENT, DEPARTEMENT, "", "même périmètre", "", False),
        (COMMUNE, None, "", "", COMMUNE_WHY, False),
    ],
    columns=["territory", "territory_before", "relation", "basis", "why", "mendable"],
)


def seen(territory, value, year, indicator=RATE, **told):
    usual = {
        "check": np.nan,
        "status": "observed",
        "origin": "insee",
        "year": year,
        "perimeter": "qpv2024",
        "coverage": 1.0,
        "note": "",
        "source": f"carte{year}",
    }
    return {"indicator": indicator, "territory": territory, "value": value} | usual | told


def hidden(territory, status, year, note="", **told):
    gone = {"status": status, "origin": "", "coverage": np.nan, "note": note}
    return seen(territory, np.nan, year, **gone | told)


def observations(*rows):
    columns = list(seen("", 0.0, 0))
    frame = pd.DataFrame(rows, columns=columns)
    numbers = {"year": "Int64", "value": "float64", "check": "float64", "coverage": "float64"}
    return frame.astype(dict.fromkeys(columns, "str") | numbers)


def dates(before, after, brought=None, *, same=SAME, remedies=None):
    pair = (observations(*brought[0]), observations(*brought[1])) if brought else None
    return two_dates(observations(*before), observations(*after), same, pair, remedies)


def of_orval(before, after):
    """Give the row of Orval from what each date says of it (value, and what is not usual)."""
    one, two = before[1] if len(before) > 1 else {}, after[1] if len(after) > 1 else {}
    return dates([seen("QP999001", before[0], 2015, **one)], [seen(ORVAL, after[0], 2020, **two)]).iloc[0]


def of_enlarged(first, last, before=(), after=()):
    """Give the row of the enlarged quartier, brought from `first` to `last` by its IRIS."""
    estimated = {"origin": "oqhs_estimate"}
    pair = ([seen(ENLARGED, first, 2015, **estimated)], [seen(ENLARGED, last, 2020, **estimated)])
    found = dates(before, after or [seen(ENLARGED, 22.0, 2020)], pair)
    assert len(found) == 1
    return found.iloc[0]


def test_a_territory_that_is_the_same_has_the_values_of_both_editions_under_its_two_codes():
    found = dates([seen("QP999001", 19.5, 2015, perimeter="qpv2015")], [seen(ORVAL, 22.0, 2020)])
    assert list(found.columns) == DATES_COLUMNS
    assert found.iloc[0].to_dict() == {
        "indicator": RATE,
        "territory": ORVAL,
        "territory_before": "QP999001",
        "relation": "inchangé",
        "basis": "quartier inchangé",
        "year_before": 2015,
        "year": 2020,
        "value_before": 19.5,
        "value": 22.0,
        "value_edition": 22.0,
        "perimeter_before": "qpv2015",
        "perimeter": "qpv2024",
        "origin": "insee",
        "coverage_before": 1.0,
        "coverage": 1.0,
        "source_before": "carte2015",
        "source": "carte2020",
        "note_before": "",
        "note": "",
        "caution": "",
        "reason": "",
    }


def test_there_is_one_row_per_indicator_and_territory_of_the_second_edition_alone():
    before = [seen("QP999001", 19.5, 2015), seen("QP999009", 30.0, 2015), seen(DEPARTEMENT, 12.0, 2015)]
    after = [
        seen(ORVAL, 22.0, 2020),
        seen(DEPARTEMENT, 13.0, 2020),
        seen(ORVAL, 38.0, 2021, indicator=POVERTY),
    ]
    found = dates(before, after)
    told = list(found[["indicator", "territory"]].itertuples(index=False, name=None))
    assert told == [(RATE, ORVAL), (RATE, DEPARTEMENT), (POVERTY, ORVAL)]
    assert found["value_before"].iloc[:2].tolist() == [19.5, 12.0]
    assert np.isnan(found["value_before"].iloc[2])


@pytest.mark.parametrize(
    ("before", "after", "values", "origin"),
    [
        # published then estimated: the first date takes our own figure of it
        ((19.5, {"check": 19.1}), (22.0, {"origin": "oqhs_estimate"}), (19.1, 22.0), "oqhs_estimate"),
        # estimated then published: the second does
        ((19.5, {"origin": "oqhs_estimate"}), (22.0, {"check": 22.4}), (19.5, 22.4), "oqhs_estimate"),
        # published twice: nothing is replaced, whatever our own figures are
        ((19.5, {"check": 19.1}), (22.0, {"check": 22.4}), (19.5, 22.0), "insee"),
        # estimated twice: nor is anything
        (
            (19.5, {"origin": "oqhs_estimate", "check": 19.1}),
            (22.0, {"origin": "oqhs_estimate", "check": 22.4}),
            (19.5, 22.0),
            "oqhs_estimate",
        ),
        # a sum of ours then published: the second takes our own figure too, a sum as well
        ((19.5, {"origin": "oqhs", "check": 19.1}), (22.0, {"check": 22.4}), (19.5, 22.4), "oqhs"),
    ],
)
def test_like_is_set_beside_like(before, after, values, origin):
    found = of_orval(before, after)
    assert (found["value_before"], found["value"]) == values
    assert (found["origin"], found["reason"]) == (origin, "")


@pytest.mark.parametrize(
    ("before", "after"),
    [((19.5,), (22.0, {"origin": "oqhs_estimate"})), ((19.5, {"origin": "oqhs_estimate"}), (22.0,))],
)
def test_a_published_figure_and_an_estimate_are_not_compared_without_our_own_figure_of_the_first(
    before, after
):
    found = of_orval(before, after)
    assert found["reason"] == UNLIKE
    assert (found["value_before"], found["value"]) == (19.5, 22.0)


def test_our_own_figure_does_not_replace_a_published_one_beside_a_value_that_is_not_known():
    estimate = {"origin": "oqhs_estimate"}
    before, after = (
        hidden("QP999001", "secret", 2015, **estimate),
        seen(ORVAL, 22.0, 2020, check=22.4),
    )
    found = dates([before], [after]).iloc[0]
    assert (found["value"], found["origin"]) == (22.0, "insee")
    assert found["reason"] == f"2015 : {SECRECY}"


@pytest.mark.parametrize(
    ("status", "note", "words"),
    [
        ("secret", "", "valeur couverte par le secret statistique"),
        ("not_significant", "", "valeur non significative"),
        ("not_available", "", "valeur non disponible"),
        ("not_applicable", "", "valeur sans objet"),
        ("not_covered", "", "couverture insuffisante"),
        ("not_available", "aucune carte ne le donne", "aucune carte ne le donne"),
    ],
)
def test_a_value_that_is_not_known_is_the_reason_with_its_year(status, note, words):
    seen_now, seen_then = seen(ORVAL, 22.0, 2020), seen("QP999001", 19.5, 2015)
    first = dates([hidden("QP999001", status, 2015, note)], [seen_now])
    last = dates([seen_then], [hidden(ORVAL, status, 2020, note)])
    assert first.loc[0, "reason"] == f"2015 : {words}"
    assert last.loc[0, "reason"] == f"2020 : {words}"


def test_of_two_values_that_are_not_known_the_second_is_told():
    found = dates([hidden("QP999001", "secret", 2015)], [hidden(ORVAL, "not_significant", 2020)])
    assert found.loc[0, "reason"] == "2020 : valeur non significative"


def test_a_value_without_a_year_is_told_without_one():
    found = dates([seen("QP999001", 19.5, 2015)], [hidden(ORVAL, "not_available", pd.NA)])
    assert found.loc[0, "reason"] == "valeur non disponible"
    assert found.loc[0, "year"] is pd.NA


def test_an_indicator_the_first_edition_does_not_have_is_not_compared():
    found = dates([seen("QP999001", 36.0, 2015, indicator=POVERTY)], [seen(ORVAL, 22.0, 2020)])
    assert found.loc[0, "reason"] == "première édition : valeur non disponible"
    assert (np.isnan(found.loc[0, "value_before"]), found.loc[0, "value"]) == (True, 22.0)


def test_a_territory_that_is_not_the_same_says_why_whatever_the_first_edition_holds_under_its_code():
    found = dates([seen(COMMUNE, 11.0, 2015)], [seen(COMMUNE, 12.0, 2020)]).iloc[0]
    assert (found["reason"], found["basis"]) == (COMMUNE_WHY, "")
    assert np.isnan(found["value_before"])
    assert pd.isna(found["territory_before"])


def test_a_value_that_is_not_known_comes_before_the_perimeter_in_the_reason():
    found = dates([], [hidden(ENLARGED, "secret", 2020)])
    assert found.loc[0, "reason"] == f"2020 : {SECRECY}"


def test_a_quartier_that_changed_is_brought_to_one_perimeter():
    found = of_enlarged(20.0, 21.0)
    assert (found["value_before"], found["value"], found["reason"]) == (20.0, 21.0, "")
    assert (found["basis"], found["relation"]) == (BROUGHT, "agrandi")
    # The quartier it was had another outline: both values are of the outline of today.
    assert pd.isna(found["territory_before"])
    assert found["origin"] == "oqhs_estimate"
    assert (found["caution"], found["value_edition"]) == (LEVEL, 22.0)


def test_what_can_be_compared_is_not_replaced_by_what_was_brought():
    estimated = {"origin": "oqhs_estimate"}
    pair = (
        [seen(code, 20.0, 2015, **estimated) for code in (ENLARGED, ORVAL)],
        [seen(code, 21.0, 2020, **estimated) for code in (ENLARGED, ORVAL)],
    )
    after = [seen(ORVAL, 22.0, 2020), seen(ENLARGED, 30.0, 2020), seen(DEPARTEMENT, 13.0, 2020)]
    before = [seen("QP999001", 19.5, 2015), seen(DEPARTEMENT, 12.0, 2015)]
    found = dates(before, after, pair).set_index("territory")
    assert found.index.tolist() == [DEPARTEMENT, ORVAL, ENLARGED]  # sorted
    assert found["value_before"].tolist() == [12.0, 19.5, 20.0]
    assert found["value"].tolist() == [13.0, 22.0, 21.0]
    assert found["basis"].tolist() == ["même périmètre", "quartier inchangé", BROUGHT]
    assert found["reason"].tolist() == [""] * 3


def test_an_unchanged_quartier_published_then_estimated_is_brought_at_both_dates():
    estimated = {"origin": "oqhs_estimate"}
    pair = ([seen(ORVAL, 19.0, 2015, **estimated)], [seen(ORVAL, 21.0, 2020, **estimated)])
    found = dates([seen("QP999001", 19.5, 2015)], [seen(ORVAL, 21.0, 2020, **estimated)], pair).iloc[0]
    assert (found["value_before"], found["value"]) == (19.0, 21.0)
    assert (found["reason"], found["basis"], found["relation"]) == ("", BROUGHT, "inchangé")


def test_what_was_brought_and_is_not_known_says_so_where_the_quartier_changed():
    estimated = {"origin": "oqhs_estimate"}
    pair = (
        [hidden(ENLARGED, "not_available", 2015, "un IRIS manque")],
        [seen(ENLARGED, 21.0, 2020, **estimated)],
    )
    found = dates([], [seen(ENLARGED, 30.0, 2020)], pair).iloc[0]
    assert (found["reason"], found["basis"]) == ("2015 : un IRIS manque", BROUGHT)


def test_what_was_brought_and_is_not_known_takes_no_reason_away_where_the_quartier_is_the_same():
    pair = ([hidden(ORVAL, "not_available", 2015, "un IRIS manque")], [seen(ORVAL, 21.0, 2020)])
    found = dates([hidden("QP999001", "secret", 2015)], [seen(ORVAL, 22.0, 2020)], pair).iloc[0]
    assert found["reason"] == f"2015 : {SECRECY}"
    assert (found["value"], found["basis"]) == (22.0, "quartier inchangé")


def test_what_was_brought_of_another_indicator_or_territory_adds_no_row():
    pair = (
        [seen(ENLARGED, 20.0, 2015, indicator=POVERTY), seen("QN99909N", 20.0, 2015)],
        [seen(ENLARGED, 21.0, 2020, indicator=POVERTY), seen("QN99909N", 21.0, 2020)],
    )
    found = dates([], [seen(ENLARGED, 30.0, 2020)], pair)
    assert found[["indicator", "territory"]].to_numpy().tolist() == [[RATE, ENLARGED]]
    assert found.loc[0, "reason"] == ENLARGED_WHY


def test_nothing_brought_leaves_everything_as_it_is():
    before, after = [seen("QP999001", 19.5, 2015)], [seen(ORVAL, 22.0, 2020)]
    pd.testing.assert_frame_equal(dates(before, after, ([], [])), dates(before, after))


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        # 0,857 is 85,7 % ; whole is 100 %
        (0.857, 1.0, "85,7 % du poids connu en 2015, 100,0 % en 2020"),
        (1.0, 0.9, "100,0 % du poids connu en 2015, 90,0 % en 2020"),
        # never rounded up to a whole: 99,99 % is told 99,9 %
        (0.9999, 1.0, "99,9 % du poids connu en 2015, 100,0 % en 2020"),
    ],
)
def test_a_partial_value_at_either_date_is_a_caution(first, last, words):
    found = of_orval((19.5, {"coverage": first}), (22.0, {"coverage": last}))
    assert (found["caution"], found["reason"]) == (f"partiel : {words}", "")


def test_a_coverage_that_is_whole_but_for_the_noise_of_sums_is_no_caution():
    # 0,1 + 0,2 + 0,7 is 0,9999999999999999 in a machine
    assert of_orval((19.5, {"coverage": 0.1 + 0.2 + 0.7}), (22.0,))["caution"] == ""


def test_what_is_noted_of_a_value_without_a_year_tells_of_no_year():
    note = "aucune carte ne le donne"
    found = dates([seen("QP999001", 19.5, 2015)], [hidden(ORVAL, "not_available", pd.NA, note)])
    assert found.loc[0, "reason"] == note
    assert "NA" not in found.loc[0, "caution"]


def test_a_coverage_that_is_not_told_is_no_caution():
    assert of_orval((19.5, {"coverage": np.nan}), (22.0, {"coverage": np.nan}))["caution"] == ""


def test_a_partial_value_of_a_territory_that_is_not_the_same_tells_of_no_year_that_is_not_known():
    caution = dates([], [seen(ENLARGED, 22.0, 2020, coverage=0.9)]).loc[0, "caution"]
    assert "nan" not in caution
    assert "NA" not in caution


def test_communes_of_two_years_of_the_code_are_a_caution():
    told = [{"perimeter": "cog2015"}, {"perimeter": "cog2020"}]
    before, after = seen(DEPARTEMENT, 12.0, 2015, **told[0]), seen(DEPARTEMENT, 13.0, 2020, **told[1])
    assert dates([before], [after]).loc[0, "caution"] == "communes de 2015, puis de 2020"
    assert dates([before], [after | told[0]]).loc[0, "caution"] == ""


def test_the_two_generations_of_an_unchanged_quartier_are_no_caution():
    found = of_orval((19.5, {"perimeter": "qpv2015"}), (22.0, {"perimeter": "qpv2024"}))
    assert found["caution"] == ""


def test_several_cautions_are_told_one_after_the_other():
    before = seen(DEPARTEMENT, 12.0, 2015, perimeter="cog2015", coverage=0.95)
    after = seen(DEPARTEMENT, 13.0, 2020, perimeter="cog2020")
    assert dates([before], [after]).loc[0, "caution"] == (
        "partiel : 95,0 % du poids connu en 2015, 100,0 % en 2020 ; communes de 2015, puis de 2020"
    )


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("", "", ""),
        ("2 des 3 communes", "", "2015 : 2 des 3 communes"),
        ("", "poids approchés", "2020 : poids approchés"),
        ("2 des 3 communes", "poids approchés", "2015 : 2 des 3 communes ; 2020 : poids approchés"),
        ("poids approchés", "poids approchés", "poids approchés"),
    ],
)
def test_what_is_noted_of_either_value_is_a_caution_with_its_year_unless_it_holds_of_both(first, last, words):
    found = of_orval((19.5, {"note": first}), (22.0, {"note": last}))
    assert (found["caution"], found["reason"]) == (words, "")
    assert (found["note_before"], found["note"]) == (first, last)


def test_how_an_estimate_on_one_perimeter_was_made_stands_in_its_notes_and_not_in_the_caution():
    pair = (
        [seen(ENLARGED, 20.0, 2015, origin="oqhs_estimate", note="part de 3 IRIS")],
        [seen(ENLARGED, 21.0, 2020, origin="oqhs_estimate", note="part de 2 IRIS")],
    )
    found = dates([], [seen(ENLARGED, 30.0, 2020)], pair).iloc[0]
    assert (found["note_before"], found["note"]) == ("part de 3 IRIS", "part de 2 IRIS")
    assert (found["caution"], found["value_edition"]) == (LEVEL, 30.0)


def test_the_value_of_the_edition_is_what_it_shows_and_not_our_own_figure_of_it():
    found = of_orval((19.5, {"origin": "oqhs_estimate"}), (22.0, {"check": 22.4}))
    assert (found["value"], found["value_edition"]) == (22.4, 22.0)


REMEDY = "il faudrait ses effectifs par IRIS aux deux dates"


def test_a_remedy_follows_the_reason_of_a_quartier_that_counts_would_mend():
    found = dates([], [seen(ENLARGED, 22.0, 2020)], remedies={RATE: REMEDY})
    assert found.loc[0, "reason"] == f"{ENLARGED_WHY} ; {REMEDY}"


def test_there_is_no_remedy_where_counts_would_mend_nothing():
    found = dates([], [seen(COMMUNE, 12.0, 2020)], remedies={RATE: REMEDY})
    assert found.loc[0, "reason"] == COMMUNE_WHY


def test_there_is_no_remedy_of_another_indicator():
    found = dates([], [seen(ENLARGED, 22.0, 2020)], remedies={POVERTY: REMEDY})
    assert found.loc[0, "reason"] == ENLARGED_WHY


def test_a_quartier_that_is_the_same_needs_no_remedy():
    hides = hidden("QP999001", "secret", 2015)
    for before, reason in ((seen("QP999001", 19.5, 2015), ""), (hides, f"2015 : {SECRECY}")):
        found = dates([before], [seen(ORVAL, 22.0, 2020)], remedies={RATE: REMEDY})
        assert found.loc[0, "reason"] == reason


def test_what_is_given_is_left_as_it_was():
    before = observations(seen("QP999001", 19.5, 2015, check=19.1), seen(DEPARTEMENT, 12.0, 2015))
    after = observations(
        seen(ORVAL, 22.0, 2020, origin="oqhs_estimate"), seen(ENLARGED, 30.0, 2020, coverage=0.9)
    )
    pair = observations(seen(ENLARGED, 20.0, 2015)), observations(seen(ENLARGED, 21.0, 2020))
    given = [before, after, SAME, *pair]
    kept = [frame.copy(deep=True) for frame in given]
    two_dates(before, after, SAME, pair, {RATE: REMEDY})
    for frame, copy in zip(given, kept, strict=True):
        pd.testing.assert_frame_equal(frame, copy)

"""Mid-term evaluation: changes of gaps judged, flags followed, sums of a contract, documents, the command."""

import datetime as dt
import io
import re
import zipfile

import duckdb
import numpy as np
import pandas as pd
import pytest
import typer
from two_editions import RP_2015_ON_2024, RP_2020_QPV, on_one_perimeter, only, opened
from typer.testing import CliRunner

from oqhs.analysis.dates import BROUGHT
from oqhs.cli.evaluations import evaluation
from oqhs.errors import MeasureError, OqhsError, UnknownError
from oqhs.evaluating import (
    annex_of,
    document_of,
    evaluated,
    findings_of,
    narrowed,
    write_annex,
)
from oqhs.evaluating.chart import drawable, dumbbells
from oqhs.evaluating.moves import FINDINGS, counted, judged
from oqhs.evaluating.outcomes import FOLLOWED_COLUMNS, FlagsOfDate, followed
from oqhs.evaluating.together import together
from oqhs.evaluating.wording import together_table
from oqhs.publish.document_files import write_document
from oqhs.publish.pages import page_of
from oqhs.publish.printed import INVENTED
from oqhs.sources.cards import Card, sha256, write_card

UNEMPLOYMENT, POVERTY, YOUNG = "taux_chomage_15_64", "taux_pauvrete", "part_moins_18"
#: Rates of poverty of 2016 on the quartiers of 2024, and those of 2021. The département is at 16,0 %, then at
#: 17,5 %, and the bar of the rule `ecart` at 5 points: a gap is flagged from 21,0 %, then from 22,5 %.
#: QN99901I 20,0 then 38,0: it appeared; QN99902M 36,0 both times: it holds; QN99903M 40,0 then 20,0: it was
#: closed; QN99904M secret, then 37,0: nobody can tell; QN99905N 17,0 then 18,0: never flagged.
POVERTY_2016 = """code;taux_pauvrete_60;niveau_vie_median
QN99901I;20,0;14400
QN99902M;36,0;15000
QN99903M;40,0;13200
QN99904M;s;14000
QN99905N;17,0;15600
"""
POVERTY_2021 = """code;taux_pauvrete_60;niveau_vie_median
QN99901I;38,0;15000
QN99902M;36,0;15600
QN99903M;20,0;13800
QN99904M;37,0;14700
QN99905N;18,0;15500
"""


def with_poverty(found):
    """Both dates on the quartiers of 2024, the rates of poverty above included."""
    poverty = {year: found.editions[year]["indicators"][POVERTY] for year in (2020, 2024)}
    on_one_perimeter(found)
    kept = {"source": "filosofi", "perimeter": "qpv2024"}
    found.table("filosofi-2016-qpv", POVERTY_2016, year=2016, **kept)
    found.table("filosofi-2021-qpv", POVERTY_2021, year=2021, **kept)
    for year, recipe in poverty.items():
        found.editions[year]["indicators"] |= {POVERTY: recipe}
    del found.editions[2024]["indicators"]["niveau_vie_median_mensuel"]


def for_everyone(found):
    for file in found.editions.values():
        file["diffusion"] = "public"


def only_unemployment(found):
    """Both dates on the quartiers of 2024, unemployment alone."""
    on_one_perimeter(found)
    only(UNEMPLOYMENT)(found)


@pytest.fixture(scope="module")
def edition(tmp_path_factory):
    return opened(tmp_path_factory.mktemp("evaluated") / "data", with_poverty).edition(2024)


@pytest.fixture(scope="module")
def findings(edition):
    return findings_of(edition, 2020, year=2027)


@pytest.fixture(scope="module")
def redrawn(tmp_path_factory):
    return findings_of(opened(tmp_path_factory.mktemp("redrawn") / "data").edition(2024), 2020)


# --- changes of gaps ------------------------------------------------------------------------------------

#: One row per case: gap then, gap now, standard error of each (points), and what is changed of a sound row.
#: Two errors of 1 point make one of √2 = 1,41, and an interval of ±1,96 × 1,41 = ±2,77 points.
CASES = {
    # 10 to 4 points: −6 ± 2,77 leaves zero out, on the favourable side of an indicator that must go down
    "reduit": (10.0, 4.0, 1.0, 1.0, {}),
    # 4 to 10 points: +6 ± 2,77
    "creuse": (4.0, 10.0, 1.0, 1.0, {}),
    # −10 to −4 points: the quartier is better off than its reference at both dates
    "favourable": (-10.0, -4.0, 1.0, 1.0, {}),
    # 4 to 6 points: +2 ± 2,77 holds zero
    "zero": (4.0, 6.0, 1.0, 1.0, {}),
    # everybody was counted: no interval is needed
    "counted": (10.0, 4.0, np.nan, np.nan, {"sampling": "fiscal"}),
    "unknown": (10.0, 4.0, np.nan, np.nan, {"sampling": "inconnu"}),
    "no_interval": (10.0, 4.0, np.nan, 1.0, {}),
    "partial": (10.0, 4.0, 1.0, 1.0, {"coverage": 0.94}),
    "caution": (10.0, 4.0, 1.0, 1.0, {"flaggable": False, "caution": "rupture"}),
    "brought": (np.nan, 4.0, 1.0, 1.0, {"basis": BROUGHT, "territory_before": np.nan, "flaggable": False}),
    "guessed": (10.0, 4.0, 1.0, 1.0, {"reference_origin": "oqhs_estimate"}),
    "secret": (10.0, np.nan, 1.0, 1.0, {"status": "not_available", "reason": "2020 : secret"}),
    "reference": (10.0, np.nan, 1.0, 1.0, {"reference_reason": "aucun territoire de comparaison"}),
}
EXPECTED = {
    "reduit": ("reduit", ""),
    "creuse": ("creuse", ""),
    "favourable": ("autre", ""),
    "zero": ("non_etabli", "l'intervalle comprend zéro"),
    "counted": ("reduit", ""),
    "unknown": ("non_etabli", "précision de la source inconnue"),
    "no_interval": ("non_etabli", "sondage sans intervalle"),
    "partial": ("non_etabli", "valeur partielle"),
    "caution": ("non_etabli", "rupture"),
    "brought": ("non_etabli", "estimation sur un seul périmètre"),
    "guessed": ("non_etabli", "référence estimée"),
    "secret": ("non_comparable", "2020 : secret"),
    "reference": ("non_comparable", "référence : aucun territoire de comparaison"),
}


def judged_cases(names, indicator=UNEMPLOYMENT, catalogue=None):
    rows, sides = [], {"before": [], "after": []}
    for name in names:
        before, after, first, last, other = CASES[name]
        moved = (-6.0 if name == "brought" else after - before) if name != "secret" else np.nan
        row = {
            "indicator": indicator,
            "label": "Taux",
            "territory": name,
            "territory_before": name,
            "reference_territory": "999",
            "basis": "même périmètre",
            "reference_basis": "même périmètre",
            "unit": "percent",
            "prices": "",
            "status": "observed",
            "reason": "",
            "reference_reason": "",
            "flaggable": True,
            "caution": "",
            "coverage_before": 1.0,
            "coverage": 1.0,
            "decimals": 1,
            "gap_before": before,
            "gap": after,
            "gap_change": moved,
            "widening": after > 0 and moved > 0,
        }
        rows.append(row | {key: value for key, value in other.items() if key in row})
        for side, error in (("before", first), ("after", last)):
            told = {"sampling": other.get("sampling", "sondage"), "gap_se": error}
            told |= {"reference_coverage": 1.0, "reference_origin": other.get("reference_origin", "insee")}
            sides[side].append(
                {"indicator": indicator, "territory": name, "reference_territory": "999"} | told
            )
    kinds = {"flaggable": "boolean", "widening": "boolean", "territory_before": "str"}
    changes = pd.DataFrame(rows).astype(kinds)
    gaps = [pd.DataFrame(one) for one in sides.values()]
    indicators = catalogue.indicators
    return judged(changes, *gaps, indicators, level=0.95, coverage_min=0.95)


def test_a_change_that_may_not_be_flagged_and_has_no_caution_says_so(edition, monkeypatch):
    monkeypatch.setitem(CASES, "silent", (10.0, 4.0, 1.0, 1.0, {"flaggable": False}))
    found = judged_cases(["silent"], catalogue=edition.observatory.catalogue).iloc[0]
    assert (found["finding"], found["why"]) == ("non_etabli", "à lire avec précaution")


@pytest.mark.parametrize("name", CASES)
def test_a_change_of_a_gap_is_judged_as_worked_out_by_hand(name, edition):
    found = judged_cases([name], catalogue=edition.observatory.catalogue).iloc[0]
    assert (found["finding"], found["why"]) == EXPECTED[name]


def test_the_interval_of_the_change_of_a_gap_adds_up_the_variances_of_both_dates(edition):
    # −6 ± 1,959964 × √2 = −6 ± 2,771808
    found = judged_cases(["reduit"], catalogue=edition.observatory.catalogue).iloc[0]
    assert found["gap_change_ci_lower"] == pytest.approx(-8.771808, abs=1e-6)
    assert found["gap_change_ci_upper"] == pytest.approx(-3.228192, abs=1e-6)


def test_a_gap_of_a_neutral_indicator_is_neither_narrowed_nor_widened(edition):
    names = ["reduit", "counted"]
    found = judged_cases(names, indicator=YOUNG, catalogue=edition.observatory.catalogue)
    assert found["finding"].tolist() == ["autre", "autre"]


def test_every_quartier_is_counted_once_under_one_finding(edition):
    found = counted(judged_cases(CASES, catalogue=edition.observatory.catalogue))
    # reduit, counted | creuse | favourable | zero … guessed | secret, reference
    assert found[list(FINDINGS)].iloc[0].tolist() == [2, 1, 1, 7, 2]
    assert found["quartiers"].tolist() == [13]


def test_what_is_judged_is_left_as_it_was(edition):
    first = judged_cases(CASES, catalogue=edition.observatory.catalogue)
    assert first.index.tolist() == list(range(len(CASES)))
    assert first["territory"].tolist() == list(CASES)


def test_the_gaps_of_both_dates_are_those_of_the_files_read_by_another_program(findings):
    # Unemployed out of the active, of each quartier less those of the three communes, by plain SQL.
    tables = {"before": (RP_2015_ON_2024, 470, 3600), "after": (RP_2020_QPV, 480, 3500)}
    base = duckdb.connect()
    for name, (text, _, _) in tables.items():
        base.register(name, pd.read_csv(io.StringIO(text), sep=";"))
    # 170 + 250 + 50 of 1 300 + 1 600 + 700 in 2015, 160 + 240 + 80 of 1 300 + 1 500 + 700 in 2020
    expected = base.execute(
        """
        select code,
               100.0 * b.chomeurs_15_64 / b.actifs_15_64 - 100.0 * 470 / 3600 as gap_before,
               100.0 * a.chomeurs_15_64 / a.actifs_15_64 - 100.0 * 480 / 3500 as gap
        from before b join after a using (code) order by code
        """
    ).df()
    own = findings.moves
    own = own[own["indicator"] == UNEMPLOYMENT].sort_values("territory")
    assert own["territory"].tolist() == expected["code"].tolist()
    for name in ("gap_before", "gap"):
        assert own[name].to_numpy() == pytest.approx(expected[name].to_numpy())
    assert own["gap_change"].to_numpy() == pytest.approx(
        (expected["gap"] - expected["gap_before"]).to_numpy()
    )


def test_across_two_perimeters_a_quartier_that_changed_is_never_said_to_have_narrowed_or_widened(redrawn):
    moves = redrawn.moves
    changed = moves[moves["territory"] != "QN99901I"]
    assert set(changed["finding"]) <= {"non_etabli", "non_comparable"}
    assert (changed["why"] != "").all()
    # Entered, and its incomes cannot be brought to another outline: the reason says both.
    entered = moves[(moves["territory"] == "QN99905N") & (moves["indicator"] == POVERTY)].iloc[0]
    assert entered["finding"] == "non_comparable"
    assert "quartier entré entre 2015 et 2024" in entered["why"]


def test_an_indicator_that_neither_edition_plans_is_not_counted_as_not_comparable(findings):
    assert "surface_arboree" not in set(findings.moves["indicator"])


# --- flags ----------------------------------------------------------------------------------------------


def outcomes(flags, indicator=POVERTY, kind="ecart", reference="departement"):
    own = flags[
        (flags["indicator"] == indicator) & (flags["kind"] == kind) & (flags["reference"] == reference)
    ]
    return dict(zip(own["territory"], own["outcome"], strict=True))


def test_flags_appear_are_closed_hold_or_cannot_be_compared_as_worked_out_by_hand(findings):
    assert outcomes(findings.flags) == {
        "QN99901I": "apparu",
        "QN99902M": "maintenu",
        "QN99903M": "clos",
        "QN99904M": "non comparable",
    }


def test_a_flag_that_cannot_be_compared_says_why_and_one_that_can_keeps_its_caution(findings):
    flags = findings.flags[findings.flags["indicator"] == POVERTY].set_index("territory")
    assert "secret" in flags.loc["QN99904M", "why"]
    # FiLoSoFi breaks in 2018 and 2021
    assert "2018" in flags.loc["QN99901I", "caution"]
    assert flags.loc["QN99901I", "why"] == ""


def test_the_figures_of_a_flag_are_its_gaps_at_both_dates(findings):
    # 40,0 − 16,0 and 20,0 − 17,5
    own = findings.flags.query("territory == 'QN99903M' and indicator == 'taux_pauvrete'").iloc[0]
    assert (own["gap_before"], own["gap"]) == pytest.approx((24.0, 2.5))


def test_across_two_perimeters_only_the_flags_of_an_unchanged_quartier_are_followed(redrawn):
    flags = redrawn.flags
    told = flags[flags["outcome"] != "non comparable"]
    # Les Bleuets alone is unchanged: 40,0 − 16,0, then 38,0 − 17,5, both over 5 points.
    assert set(told["territory"]) == {"QN99901I"}
    assert outcomes(told) == {"QN99901I": "maintenu"}
    # Those of a quartier that left are told under its own code.
    left = flags[flags["territory_before"] == "QP999006"]
    assert len(left)
    assert set(left["outcome"]) == {"non comparable"}


def flag(kind="ecart", state="constate", reference="departement", territory="A", rule="ecart"):
    return {
        "territory": territory,
        "indicator": POVERTY,
        "kind": kind,
        "reference": reference,
        "rule": rule,
        "state": state,
    }


def date_of(*flags, asked=5.0, every=()):
    columns = ["territory", "indicator", "kind", "reference", "rule", "state"]
    told = pd.DataFrame(list(flags), columns=columns)
    return FlagsOfDate(
        told,
        pd.DataFrame([*flags, *every], columns=columns),
        {} if asked is None else {("ecart", POVERTY): asked},
    )


def follow(before, after, *, same=None, **changed):
    references = ("departement", "ept", "commune")
    changes = pd.DataFrame(
        {
            "territory": "A",
            "indicator": POVERTY,
            "reference": list(references),
            "status": "observed",
            "reason": "",
            "basis": "même périmètre",
            "reference_reason": "",
            "reference_basis": "même périmètre",
            "gap_before": 1.0,
            "gap": 1.0,
            "caution": "",
        }
        | changed
    )
    same = {"A": "A"} if same is None else same
    return followed(before, after, changes, same, {"ecart": references, "barre": ()})


@pytest.mark.parametrize(
    ("before", "after", "options", "outcome", "why"),
    [
        (date_of(), date_of(flag()), {}, "apparu", ""),
        (date_of(flag()), date_of(), {}, "clos", ""),
        (date_of(flag()), date_of(flag()), {}, "maintenu", ""),
        # to be confirmed at the other date: it may be there
        (
            date_of(every=[flag(state="a_confirmer")]),
            date_of(flag()),
            {},
            "non comparable",
            "ne peut être jugé",
        ),
        # the bar went from 5 to 6 points: it is not the figure that moved
        (date_of(), date_of(flag(), asked=6.0), {}, "non comparable", "le seuil a changé (5,0, puis 6,0)"),
        (date_of(asked=None), date_of(flag()), {}, "non comparable", "n'était pas en vigueur"),
        (
            date_of(),
            date_of(flag()),
            {"status": "not_available", "reason": "2015 : secret"},
            "non comparable",
            "secret",
        ),
        (date_of(), date_of(flag()), {"basis": BROUGHT}, "non comparable", "estimées sur un seul périmètre"),
        (
            date_of(),
            date_of(flag()),
            {"reference_reason": "limites"},
            "non comparable",
            "référence : limites",
        ),
        (date_of(), date_of(flag()), {"gap_before": np.nan}, "non comparable", "n'est pas connu"),
        (date_of(), date_of(flag()), {"same": {}}, "non comparable", "périmètre du quartier a changé"),
        (
            date_of(),
            date_of(flag() | {"indicator": YOUNG}),
            {},
            "non comparable",
            "n'est pas suivi aux deux dates",
        ),
        # a décrochage is one whatever its reference: from the département to the EPT it holds
        (
            date_of(flag("decrochage")),
            date_of(flag("decrochage", reference="ept")),
            {},
            "maintenu",
            "",
        ),
        # no gap is left
        (date_of(flag("decrochage")), date_of(), {}, "clos", ""),
        # one gap is left: whether it widened is not judged
        (
            date_of(flag("decrochage")),
            date_of(every=[flag(reference="commune")]),
            {},
            "non comparable",
            "un écart demeure",
        ),
    ],
)
def test_what_became_of_a_flag(before, after, options, outcome, why):
    found = follow(before, after, **options)
    assert list(found) == FOLLOWED_COLUMNS
    first = found[found["kind"] != "position"].iloc[0]
    assert first["outcome"] == outcome
    assert why in first["why"]
    assert (first["why"] == "") == (outcome != "non comparable")


def test_widenings_positions_and_flags_to_confirm_are_not_followed():
    flags = [flag("creusement"), flag("position", reference=""), flag(state="a_confirmer")]
    assert follow(date_of(), date_of(*flags)).empty


# --- sums -----------------------------------------------------------------------------------------------


def test_the_quartiers_of_a_contract_are_summed_from_their_counts_at_both_dates(findings):
    # T98: 12 + 45 + 24 + 40 = 121 of 100 + 180 + 120 + 250 = 650, then 15 + 40 + 30 + 45 = 130 of 690
    contract = findings.contracts[0]
    own = contract.together.set_index("indicator").loc[UNEMPLOYMENT]
    assert contract.quartiers == ("QN99901I", "QN99902M", "QN99903M", "QN99904M")
    assert (own["numerator_before"], own["denominator_before"]) == (121, 650)
    assert (own["numerator"], own["denominator"]) == (130, 690)
    assert own["change"] == pytest.approx(100 * 130 / 690 - 100 * 121 / 650)


def test_a_rate_that_is_published_without_its_counts_is_never_summed(findings):
    own = findings.contracts[0].together.set_index("indicator").loc[POVERTY]
    assert np.isnan(own["value"])
    assert "ne s'additionnent pas" in own["why"]


def test_nothing_is_said_of_the_first_date_when_a_quartier_changed(redrawn):
    # T98 on the quartiers of 2024: Les Bleuets is unchanged, the three others are not.
    own = redrawn.contracts[0].together.set_index("indicator").loc[UNEMPLOYMENT]
    assert own["value"] == pytest.approx(100 * 130 / 690)
    assert np.isnan(own["value_before"])
    assert np.isnan(own["change"])
    assert own["why"] == "comparables tels quels : 1 quartier sur 4"


def counts_of(numerators, year=2020, coverage=(1.0, 1.0)):
    """Unemployed of quartiers A and B, out of 100 each; a missing count is secret."""
    known = pd.Series(numerators).notna()
    return pd.DataFrame(
        {
            "indicator": UNEMPLOYMENT,
            "territory": ["A", "B"],
            "year": year,
            "perimeter": "qpv2024",
            "numerator": numerators,
            "denominator": np.where(known, 100.0, np.nan),
            "value": numerators,
            "status": np.where(known, "observed", "secret"),
            "coverage": list(coverage),
        }
    )


def summed(before, after, edition, **changed):
    changes = {
        "indicator": UNEMPLOYMENT,
        "territory": ["A", "B"],
        "territory_before": ["A", "B"],
        "status": "observed",
        "basis": "même périmètre",
        "flaggable": True,
        "caution": "",
    }
    told = pd.DataFrame(changes | changed).astype({"flaggable": "boolean"})
    indicators = {UNEMPLOYMENT: edition.observatory.catalogue.indicators[UNEMPLOYMENT]}
    return together(before, after, told, indicators, ["A", "B"], coverage_min=0.95).iloc[0]


def test_one_count_that_is_hidden_leaves_the_sum_out(edition):
    rows = counts_of([10.0, np.nan])
    found = summed(rows, rows, edition, status=["observed", "not_available"])
    assert np.isnan(found["value"])
    assert (found["known"], found["why"]) == (1, "effectifs connus pour 1 quartier sur 2")


#: (10 + 20) / 200 = 15 %, then (16 + 26) / 200 = 21 %: 6 points.
THEN, NOW = [10.0, 20.0], [16.0, 26.0]


def test_a_sum_says_its_years_its_perimeter_and_the_coverage_of_its_least_known_quartier(edition):
    found = summed(counts_of(THEN, 2015, (0.99, 0.97)), counts_of(NOW, 2020), edition)
    assert (found["value_before"], found["value"], found["change"]) == pytest.approx((15.0, 21.0, 6.0))
    assert (found["year_before"], found["year"]) == ("2015", "2020")
    assert (found["perimeter_before"], found["perimeter"]) == ("qpv2024", "qpv2024")
    assert (found["coverage_before"], found["coverage"]) == (0.97, 1.0)
    assert found["why"] == ""


@pytest.mark.parametrize(
    ("coverage_before", "coverage", "changed", "why"),
    [
        ((1.0, 0.4), (1.0, 1.0), {}, "valeur partielle"),
        ((1.0, 1.0), (0.94, 1.0), {}, "valeur partielle"),
        # what nobody knows is not taken for whole
        ((1.0, 1.0), (1.0, np.nan), {}, "valeur partielle"),
        (
            (1.0, 1.0),
            (1.0, 1.0),
            {"flaggable": [True, False], "caution": ["", "rupture de la source"]},
            "rupture de la source",
        ),
        # each caution once
        (
            (1.0, 0.4),
            (1.0, 1.0),
            {"flaggable": False, "caution": ["rupture ; estimation", "rupture"]},
            "rupture ; estimation",
        ),
        ((1.0, 1.0), (1.0, 1.0), {"flaggable": pd.NA}, "à lire avec précaution"),
    ],
)
def test_sums_are_there_but_their_change_is_not_told_under_a_caution_or_of_what_is_partial(
    edition, coverage_before, coverage, changed, why
):
    before, after = counts_of(THEN, 2015, coverage_before), counts_of(NOW, 2020, coverage)
    found = summed(before, after, edition, **changed)
    assert (found["value_before"], found["value"]) == pytest.approx((15.0, 21.0))
    assert np.isnan(found["change"])
    assert found["why"] == why


def test_a_sum_is_printed_with_its_years_and_with_how_much_of_it_is_known(edition):
    rows = summed(counts_of(THEN, 2015, (1.0, 0.4)), counts_of(NOW, 2020), edition).to_frame().T
    printed = together_table(rows, edition.observatory.catalogue).iloc[0].str.replace("\u00a0", " ")
    assert printed[["Années", "Première date", "Seconde date", "Évolution"]].tolist() == [
        "2015 puis 2020",
        "15,0 %",
        "21,0 %",
        "n. d.",
    ]
    expected = "Valeur partielle ; première date : partiel : 40,0 % connus, là où c'est le moins"
    assert printed["Remarque"] == expected


# --- contracts and refusals -----------------------------------------------------------------------------


def test_one_ept_is_one_contract_and_the_departement_has_one_part_for_each(edition, findings):
    assert [one.code for one in findings.contracts] == ["T98", "T99"]
    alone = findings_of(edition, 2020, territory="T99")
    assert [one.quartiers for one in alone.contracts] == [("QN99905N",)]
    headings = [part.heading for part in document_of(findings).parts if part.level == 2]
    assert headings[2:4] == [one.label for one in findings.contracts]


@pytest.mark.parametrize("baseline", [2024, 2025])
def test_a_baseline_that_is_not_earlier_is_refused_and_those_that_are_named(edition, baseline):
    with pytest.raises(UnknownError, match="before the one that is evaluated") as refused:
        evaluated(edition, baseline)
    assert refused.value.problems[0].allowed == "2020"


def test_a_baseline_that_is_no_edition_is_refused(edition):
    with pytest.raises(UnknownError, match="no such edition") as refused:
        evaluated(edition, 2019)
    assert refused.value.problems[0].allowed == "2020"


@pytest.mark.parametrize("code", ["T97", "99901", "QN99901I", "999"])
def test_a_territory_that_is_no_contract_is_refused_and_the_contracts_are_named(edition, code):
    with pytest.raises(UnknownError, match="contrat de ville") as refused:
        evaluated(edition, 2020, territory=code)
    assert refused.value.problems[0].allowed == "T98, T99"


def test_a_chart_of_no_gap_is_refused(findings):
    with pytest.raises(MeasureError, match="no gap is known"):
        dumbbells(drawable(findings.moves).iloc[:0], None, None)


# --- documents ------------------------------------------------------------------------------------------


def text_of(document):
    page = re.sub(r"<style>.*?</style>", "", page_of(document), flags=re.DOTALL)
    return re.sub(r"src=\"data:[^\"]*\"", "", page).replace("\u00a0", " ")


def test_a_document_says_that_it_is_invented_what_it_does_not_prove_and_how_far_it_goes(findings):
    document = document_of(findings)
    assert document.title == "Évaluation à mi-parcours 2027 : Département 999"
    assert document.above[0] == INVENTED
    assert "Constat, pas imputation." in document.above
    assert "Diffusion : interne." in document.above
    assert document.parts[-2].heading == "Ce que ce document ne prouve pas"
    assert "Insee" in document.parts[-1].lines[-1] + document.parts[-1].lines[0]


def test_the_counts_of_the_document_are_those_of_the_findings(findings):
    # T98, poverty: three that carry the breaks of FiLoSoFi, one that is secret in 2016.
    tables = [rows for part in document_of(findings).parts for rows in part.tables]
    counts = next(rows.frame for rows in tables if "nombre de quartiers" in rows.caption)
    own = counts.set_index("Indicateur").loc["Taux de pauvreté"]
    assert own.tolist() == ["4", "0", "0", "0", "3", "1"]


def test_a_picture_stands_in_the_part_of_each_contract_with_its_words(findings):
    pictures = [picture for part in document_of(findings).parts for picture in part.pictures]
    assert len(pictures) == 2
    # T98: four quartiers of unemployment and of social housing, three of poverty.
    assert "4 quartiers" in pictures[0].alt.replace("\u00a0", " ")
    assert (
        "11 écarts (évolution non établie)" in pictures[0].alt.replace("\u00a0", " ")
        or "établie" in pictures[0].alt
    )
    assert pictures[0].png.startswith(b"\x89PNG")


def test_without_actions_and_interviews_the_document_says_so(findings):
    said = text_of(document_of(findings))
    assert "Aucun suivi de fiche action" in said
    assert "Aucune étude qualitative" in said


ACTIONS = pd.DataFrame(
    {
        "action": "culture",
        "indicator": "seances",
        "territory": ["QN99901I", "QN99902M", "QN99905N"],
        "period": pd.array([2026, 2026, 2026], "Int64"),
        "target": [10.0, 30.0, 5.0],
        "achieved": [5.0, 15.0, np.nan],
        "status": ["observed", "observed", "not_available"],
        "source": "Direction de la culture",
        "note": "",
    }
)


JOINT = pd.DataFrame(
    {
        "territory": ["QN99901I"],
        "label": ["Les Bleuets"],
        "indicator_label": ["Taux de pauvreté"],
        "value": [38.0],
        "gap": [20.5],
        "low": [np.nan],
        "high": [np.nan],
        "unit": ["percent"],
        "decimals": [1],
        "year": [2021],
        "persons": pd.array([4], "Int64"),
        "persons_exact": [False],
        "quotes": [("« On compte tout. » (Nour)",)],
        "held": [""],
        "verdict": ["convergence"],
        "verdict_note": ["les deux disent la gêne"],
        "verdict_origin": ["analyste"],
    }
)


def told(joint, diffusion):
    """The same frame, as `joint_display` of an edition told as far gives it."""
    frame = joint.copy()
    frame.attrs["diffusion"] = diffusion
    return frame


@pytest.fixture(scope="module")
def studied(edition):
    return evaluated(edition, 2020, actions=ACTIONS, joint=told(JOINT, "interne"))


def test_the_actions_of_a_contract_are_told_with_their_rate_and_what_is_missing_is_no_zero(studied):
    document = studied
    tables = [rows for part in document.parts for rows in part.tables if rows.caption.startswith("Réalisé")]
    # T98: 5 + 15 = 20 of 10 + 30 = 40, 50 %; T99: what was achieved is not known.
    first, second = (rows.frame.iloc[0] for rows in tables)
    assert first[["Cible", "Réalisé", "Taux"]].str.replace("\u00a0", " ").tolist() == ["40", "20", "50 %"]
    assert second["Réalisé"] == "n. d."
    assert "Suivi des fiches action : Direction de la culture." in document.parts[-1].lines


def test_the_joint_display_gives_verdicts_and_persons_heard_as_a_lower_bound(studied):
    said = text_of(studied)
    assert "convergence : 1" in said
    assert "convergence (analyste)" in said
    assert "au moins 4" in said
    assert "On compte tout" in said
    assert "ne mesure pas la fréquence" in said


def test_no_excerpt_is_in_what_everybody_may_see(tmp_path):
    public = opened(tmp_path / "data", with_poverty, for_everyone).edition(2024)
    found = findings_of(public, 2020, joint=told(JOINT, "public"))
    assert "On compte tout" not in text_of(document_of(found))
    assert "convergence (analyste)" in text_of(document_of(found))
    assert "Aucun extrait n'est montré" in text_of(document_of(found)).replace("&#x27;", "'")
    assert not any("compte tout" in frame.to_csv() for frame in annex_of(found).values())


@pytest.fixture(scope="module")
def public(tmp_path_factory):
    return opened(tmp_path_factory.mktemp("public") / "data", only_unemployment, for_everyone).edition(2024)


@pytest.mark.parametrize("joint", [JOINT, told(JOINT, "interne"), told(JOINT, "partenaires")])
def test_a_joint_display_that_may_not_go_as_far_as_the_document_is_refused(public, joint):
    with pytest.raises(MeasureError, match="may not be told so far") as refused:
        findings_of(public, 2020, joint=joint)
    assert refused.value.problems[0].allowed == "public"
    assert "joint_display(corpus)" in refused.value.problems[0].todo


@pytest.mark.parametrize(("joint", "diffusion"), [("public", "public"), ("public", "partenaires")])
def test_the_document_goes_no_farther_than_the_follow_up_and_what_goes_farther_may_stand_in_it(
    public, joint, diffusion
):
    found = findings_of(public, 2020, joint=told(JOINT, joint), diffusion=diffusion)
    assert {found.before.file.diffusion, found.after.file.diffusion} == {diffusion}


def test_a_follow_up_that_may_go_farther_than_the_edition_does_not_widen_it(edition):
    assert narrowed(edition, "public") is edition


def test_a_diffusion_that_is_none_is_refused_and_those_that_are_named(public):
    with pytest.raises(UnknownError, match="no such diffusion") as refused:
        evaluated(public, 2020, diffusion="tous")
    assert refused.value.problems[0].allowed == "interne, partenaires, public"


def test_neither_rows_nor_excerpts_are_printed_by_looking_at_findings(public):
    found = findings_of(public, 2020, joint=told(JOINT, "public"))
    assert "compte tout" not in repr(found)
    assert len(repr(found.contracts[0])) < 200


def test_the_annex_has_a_row_for_every_quartier_and_indicator_and_numbers_as_numbers(findings):
    frames = annex_of(findings)
    moves = frames["Évolutions"]
    # population is not compared, part_moins_18 is planned in 2024 alone: four indicators, five quartiers
    assert len(moves) == 4 * 5
    own = moves[(moves["Code"] == "QN99903M") & (moves["Indicateur"] == "Taux de pauvreté")].iloc[0]
    assert (own["Premier écart"], own["Second écart"]) == pytest.approx((24.0, 2.5))
    assert own["Constat"] == "non établi"
    assert set(frames) == {"Évolutions", "Décompte", "Quartiers ensemble", "Signalements"}


def test_the_same_files_give_the_same_bytes_from_another_folder_too(findings, tmp_path):
    other = findings_of(opened(tmp_path / "again" / "data", with_poverty).edition(2024), 2020, year=2027)
    documents = [document_of(one) for one in (findings, other)]
    for suffix in (".html", ".docx"):
        files = [tmp_path / f"{name}{suffix}" for name in ("one", "two")]
        for document, path in zip(documents, files, strict=True):
            write_document(document, path)
        assert files[0].read_bytes() == files[1].read_bytes()


def test_the_annex_is_the_same_bytes_each_time_and_opens_as_a_workbook(findings, tmp_path):
    files = [tmp_path / f"{name}.xlsx" for name in ("one", "two")]
    for path in files:
        write_annex(findings, path)
    assert files[0].read_bytes() == files[1].read_bytes()
    assert zipfile.ZipFile(files[0]).testzip() is None
    read = pd.read_excel(files[0], sheet_name="Décompte", header=7, engine="calamine")
    assert read["Quartiers"].sum() == 4 * 5


def test_another_format_is_refused(findings, tmp_path):
    with pytest.raises(OqhsError, match="no such format"):
        write_document(document_of(findings), tmp_path / "evaluation.pdf")


# --- command --------------------------------------------------------------------------------------------


@pytest.fixture
def command(edition):
    app = typer.Typer()
    app.command()(evaluation)

    def run(*words):
        return CliRunner().invoke(app, [*map(str, words), "--data", str(edition.observatory.folder)])

    return run


def test_the_command_writes_the_evaluation_and_its_annex(command, tmp_path):
    page, book = tmp_path / "evaluation.html", tmp_path / "annexe.xlsx"
    done = command(2027, "--baseline", 2020, "--territoire", "T98", "-o", page, "--annexe", book)
    assert done.exit_code == 0, done.output
    # The last edition up to 2027 is that of 2024.
    assert "édition 2024" in page.read_text(encoding="utf-8")
    assert "Évaluation à mi-parcours 2027" in page.read_text(encoding="utf-8")
    assert book.stat().st_size > 0


def test_the_command_reads_the_follow_up_of_the_folder_and_goes_no_farther_than_it(tmp_path):
    data = opened(tmp_path / "data", only_unemployment, for_everyone).folder
    table = data / "raw" / "suivi.csv"
    table.write_text(
        "action;indicateur;territoire;periode;cible;realise;source\n"
        "culture;seances;T98;2026;40;20;Direction de la culture\n",
        encoding="utf-8",
    )
    card = {"layout": "actions", "source": "fiches_action", "diffusion": "partenaires", "invented": True}
    told = {"licence": "etalab-2.0", "obtained": dt.date(2026, 10, 2), "sha256": sha256(table)}
    write_card(table, Card.model_validate({"id": "suivi", **card, **told}))
    app = typer.Typer()
    app.command()(evaluation)
    page = tmp_path / "evaluation.html"
    done = CliRunner().invoke(app, ["2027", "--baseline", "2020", "-o", str(page), "--data", str(data)])
    assert done.exit_code == 0, done.output
    said = page.read_text(encoding="utf-8")
    assert "Direction de la culture" in said
    assert "Diffusion : partenaires des contrats de ville." in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("2027", "--baseline", "2024"), "before the one that is evaluated"),
        (("2027", "--baseline", "2020", "--territoire", "T97"), "contrat de ville"),
        (("2019", "--baseline", "2018"), "no edition of that year or before"),
        (("2027", "--baseline", "2020", "--entretiens", "nowhere.csv"), "there is no such file"),
    ],
)
def test_what_the_command_refuses_is_told(command, tmp_path, words, said):
    done = command(*words, "-o", tmp_path / "evaluation.html")
    assert done.exit_code != 0
    assert said in str(done.exception)


@pytest.mark.parametrize("output", ["evaluation.pdf", "nowhere/evaluation.html"])
def test_a_file_that_cannot_be_written_is_refused_before_any_work(command, tmp_path, output):
    done = command(2027, "--baseline", 2020, "-o", tmp_path / output)
    assert done.exit_code == 2

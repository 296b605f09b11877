"""What the département counts stays hidden where it is small, whatever a reader puts together."""

import dataclasses

import pandas as pd
import pytest
from protected_data import (
    COMMUNES,
    QUARTIERS,
    SEXES,
    edition,
    released,
    sums,
    table,
    told,
    with_counts,
    worked_out,
)
from two_editions import opened, write_data

import oqhs
from oqhs.errors import DataError, MeasureError
from oqhs.held import held_counts
from oqhs.secrecy import audit, sensitive_cells, statements

HIDDEN_MEN = ("H", "QN99904M")


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return edition(tmp_path_factory.mktemp("base"))


def everything(edition):
    """Give what would be told without any secrecy."""
    cells = held_counts(edition).cells.values()
    places = {variable: sex for sex, variable in SEXES.items()}
    return {(places[one.variable], one.territory): one.value for one in cells if one.shown}


def naive(edition):
    """Give what would be told if small counts alone were taken out."""
    return {name: value for name, value in everything(edition).items() if not 0 < value < 11}


def hidden(edition):
    return set(everything(edition)) - set(told(edition))


def small(known):
    """Counts under the threshold among those worked out."""
    return {name: value for name, value in known.items() if 0 < value < 11}


def test_the_men_of_a_quartier_are_not_what_is_left_of_its_people_or_of_all_the_men(base):
    # 30 people less 25 women; 91 men in all the quartiers less 18, 25, 22 and 21.
    assert HIDDEN_MEN not in naive(base)
    assert worked_out(naive(base), sums())[HIDDEN_MEN] == 5
    assert HIDDEN_MEN not in told(base)
    assert small(worked_out(told(base), sums())) == {}
    assert {("T", "QN99904M"), ("F", "QN99904M")} & hidden(base)


def test_what_is_left_is_told_as_it_is(base):
    known = told(base)
    assert len(known) > len(everything(base)) / 2
    assert all(known[name] == value for name, value in everything(base).items() if name in known)


def test_a_share_goes_with_each_of_its_terms(base):
    rows = base._publishable.set_index(["indicator", "territory"])
    gone = hidden(base)
    for indicator, terms in (("femmes_beneficiaires_rsa", "FT"), ("part_beneficiaires_rsa", "T")):
        for code in QUARTIERS:
            row = rows.loc[(indicator, code)]
            figures = row[["value", "numerator", "denominator", "lower", "upper", "check"]]
            if any((sex, code) in gone for sex in terms):
                assert (row["status"], row["note"], row["origin"]) == ("secret", "secret statistique", "")
                assert figures.isna().all()
                assert (row["n_known"], pd.isna(row["coverage"])) == (0, True)
            else:
                assert row["status"] == "observed"


def test_the_audit_finds_the_count_before_and_not_after(base):
    held = held_counts(base)
    cells = pd.DataFrame(held.cells.values(), index=list(held.cells))
    known = statements(cells["value"], held.relations, shown=cells["shown"], weights=cells["weight"])
    sensitive = sensitive_cells(known, cells["least"], unanimous=held.pairs)
    before = audit(known, sensitive, sensitive, 10).loc["beneficiaires_rsa_hommes QN99904M 2020"]
    assert (before["lower"], before["upper"], before["protected"]) == (5, 5, False)
    after = base.protection.audit.loc["beneficiaires_rsa_hommes QN99904M 2020"]
    assert after["width"] >= 10
    assert base.protection.audit["protected"].all()


def test_a_commune_of_one_quartier_does_not_tell_who_lives_around_it(tmp_path):
    # 48 people in 99903 and 45 of them in its quartier: 3 outside, 2 women and 1 man.
    one = edition(tmp_path, communes=COMMUNES | {"99903": (26, 22)})
    assert small(worked_out(naive(one), sums()))[("T", "rest 99903")] == 3
    assert small(worked_out(told(one), sums())) == {}


def test_communes_that_share_a_quartier_do_not_tell_together_who_lives_outside_all(tmp_path):
    # 188 people in 99901 and 99902, of whom 180 in four quartiers, one of which lies in both.
    one = edition(tmp_path, communes=COMMUNES | {"99901": (85, 50), "99902": (28, 25)})
    both = ("99901+99902", ["QN99901I", "QN99902M", "QN99903M", "QN99904M", "rest of both"])
    left = sum(map(sum, [(85, 50), (28, 25)])) - sum(sum(QUARTIERS[code]) for code in both[1][:4])
    assert left == 8
    assert worked_out(naive(one), sums([both]))[("T", "rest of both")] == 8
    assert small(worked_out(told(one), sums([both]))) == {}


def test_a_group_does_not_tell_its_member(tmp_path):
    def grouped(found):
        found.editions[2024]["indicators"].pop("part_beneficiaires_rsa", None)

    group = ("R99901", ["QN99901I", "QN99904M"])
    folder = tmp_path / "data"
    observatory = opened(folder, with_counts(), grouped)
    text = "R99901: {label: Les deux, members: [QN99901I, QN99904M], reason: essai}\n"
    (folder / "regroupements.yaml").write_text(text, encoding="utf-8")
    one = observatory.edition(2024)
    relations = [*sums([group]), (("T", "R99901"), [("F", "R99901"), ("H", "R99901")])]
    assert ("F", "R99901") in everything(one)
    assert worked_out(naive(one), relations)[HIDDEN_MEN] == 5
    assert small(worked_out(told(one), relations)) == {}


def test_people_who_are_all_women_are_not_told_to_be(tmp_path):
    one = edition(tmp_path, quartiers=QUARTIERS | {"QN99901I": (40, 0), "QN99904M": (25, 15)})
    known = worked_out(told(one), sums())
    assert ("F", "QN99901I") not in known | told(one)
    assert ("H", "QN99901I") not in known | told(one)


def test_a_quartier_without_anybody_is_told_to_have_none(tmp_path):
    one = edition(tmp_path, quartiers=QUARTIERS | {"QN99901I": (0, 0), "QN99904M": (25, 15)})
    assert told(one)["T", "QN99901I"] == 0


def test_a_share_that_is_partial_does_not_tell_the_people_it_lacks(tmp_path):
    # The file masks the women of a quartier of 7: the share of all the quartiers covers 175 of 182 people.
    few = QUARTIERS | {"QN99902M": (4, 3), "QN99904M": (25, 15)}
    masked = {("QN99902M", "F"), ("QN99902M", "H")}
    one = edition(tmp_path, quartiers=few, hidden=masked, share=False)
    everyone = one.observations.set_index(["indicator", "territory"])
    own = ("femmes_beneficiaires_rsa", "QPV-999")
    assert everyone.loc[own, "denominator"] / everyone.loc[own, "coverage"] == pytest.approx(182)
    row = one._publishable.set_index(["indicator", "territory"]).loc[own]
    assert row["status"] == "observed"
    assert row[["coverage", "lower", "upper"]].isna().all()
    assert row["note"] == "partiel : 4 des 5 territoires"


def test_an_internal_edition_hides_nothing(tmp_path):
    one = edition(tmp_path, diffusion="interne")
    assert told(one) == everything(one)
    pd.testing.assert_frame_equal(one._publishable_measurements, one.measurements)


def test_gaps_do_not_give_a_hidden_figure_back(base):
    gaps = base.gaps("commune").set_index(["indicator", "territory"])
    row = gaps.loc[("femmes_beneficiaires_rsa", "QN99904M")]
    assert row[["value", "gap", "gap_lower", "gap_upper"]].isna().all()
    assert row["status"] == "secret"
    assert "secret statistique" in row["reason"]


def test_the_log_says_why_each_count_is_hidden(base):
    log = base.protection.suppressions
    assert list(log.columns) == ["variable", "territory", "year", "reason"]
    named = log[log["territory"] == "QN99904M"].set_index("variable")["reason"]
    assert named[SEXES["H"]] == "primaire"
    assert set(log["reason"]) == {"primaire", "secondaire"}
    assert {(row.variable, row.territory) for row in log.itertuples()} == {
        (SEXES[sex], code) for sex, code in hidden(base)
    }


def test_figures_of_insee_are_what_they_are_without_a_protected_source(base, tmp_path):
    def without(found):
        found.editions[2024]["indicators"] = {
            "taux_chomage_15_64": found.editions[2024]["indicators"]["taux_chomage_15_64"]
        }

    plain = edition(tmp_path, without)
    assert plain.protection.suppressions.empty
    for name in ("_publishable", "_publishable_measurements"):
        ours, theirs = getattr(base, name), getattr(plain, name)
        key = "variable" if "variable" in ours else "indicator"
        kept = ours[~ours[key].str.contains("rsa")].reset_index(drop=True)
        kept = kept[kept[key].isin(theirs[key])].reset_index(drop=True)
        theirs = theirs[theirs[key].isin(kept[key])].reset_index(drop=True)
        if key == "variable":  # the share of the RSA reads the population in the tables of Insee too
            kept = kept[kept["source"].str.startswith("rp")].reset_index(drop=True)
        pd.testing.assert_frame_equal(kept, theirs, check_exact=True)


def test_an_edition_without_a_protected_source_has_nothing_to_hide(tmp_path):
    one = opened(tmp_path).edition(2024)
    protection = one.protection
    assert protection.suppressions.empty
    assert protection.audit.empty
    protection.refuse_leaks()


def test_a_count_that_can_be_worked_out_stops_the_publication(base):
    narrow = base.protection.audit.assign(protected=False, width=2.0)
    leaking = dataclasses.replace(base.protection, audit=narrow)
    with pytest.raises(MeasureError) as caught:
        leaking.refuse_leaks()
    problem = caught.value.problems[0]
    assert problem.what == "a count that must stay hidden can be worked out from what is published"
    assert (problem.found, problem.allowed) == ("an interval 2 wide", "10 or more (secret_protection)")
    assert "merge quartiers" in problem.todo


@pytest.mark.parametrize(
    ("change", "error", "what"),
    [
        (
            lambda found: found.tables.update(
                {"rsa-qpv": found.tables["rsa-qpv"].replace(";25;", ";25,5;", 1)}
            ),
            DataError,
            "a protected count is not a whole number of people",
        ),
        (
            lambda found: found.cards["rsa-qpv"]["mapping"]["columns"].update(
                {"beneficiaires_rsa_hommes": "part_femmes"}
            ),
            DataError,
            "a protected source gives a rate without its counts",
        ),
        (
            lambda found: found.editions[2024]["indicators"]["femmes_beneficiaires_rsa"].update(
                {"recipe": "estimate"}
            ),
            MeasureError,
            "a protected count is estimated from the IRIS",
        ),
        (
            lambda found: found.tables.update(
                {"rsa-com": found.tables["rsa-com"].replace("99903;115;60;55", "99903;40;20;20")}
            ),
            DataError,
            "the parts of a territory hold more people than it does",
        ),
    ],
)
def test_counts_that_cannot_be_protected_are_refused(tmp_path, change, error, what):
    one = edition(tmp_path, change)
    with pytest.raises(error) as caught:
        one.protection  # noqa: B018
    assert caught.value.problems[0].what == what
    assert caught.value.problems[0].todo


def twice(quartiers):
    """Give the change that lets the share of everybody read a second card of the same counts."""

    def change(found):
        found.table("rsa-bis", table(quartiers), source="rsa", year=2020, perimeter="qpv2024")
        share = found.editions[2024]["indicators"]["part_beneficiaires_rsa"]
        share["inputs"]["qpv"] = ["rsa-bis", "rp-2020-qpv"]

    return change


def test_a_second_card_of_the_same_counts_is_masked_as_the_first(base, tmp_path):
    # The rows of one of the two cards are all said by the other.
    one = edition(tmp_path, twice(QUARTIERS))
    assert one.protection.cards == {"rsa-bis", "rsa-com", "rsa-qpv"}
    assert HIDDEN_MEN not in told(one)
    assert small(worked_out(told(one), sums())) == {}
    assert told(one) == told(base)
    rows = one._publishable_measurements
    rows = rows[(rows["territory"] == "QN99904M") & (rows["variable"] == SEXES["H"])]
    assert dict(zip(rows["source"], rows["status"], strict=True)) == {
        "rsa-bis": "secret",
        "rsa-qpv": "secret",
    }


def test_two_protected_cards_that_contradict_each_other_are_refused(tmp_path):
    one = edition(tmp_path, twice(QUARTIERS | {"QN99901I": (23, 18)}))
    with pytest.raises(DataError) as caught:
        one.protection  # noqa: B018
    problems = caught.value.problems
    assert {problem.what for problem in problems} == {"protected cards give two figures of one count"}
    assert {problem.column: problem.found for problem in problems} == {
        "beneficiaires_rsa of QN99901I in 2020": "41 in card rsa-bis, 40 in card rsa-qpv",
        "beneficiaires_rsa_femmes of QN99901I in 2020": "23 in card rsa-bis, 22 in card rsa-qpv",
    }
    assert "leave its card out of the edition" in problems[0].todo


PUBLISHED = """indicators:
  beneficiaires:
    label: Bénéficiaires du RSA
    theme: economie
    universe: habitants
    unit: persons
    decimals: 0
    polarity: 0
    recipe: published
    optional: true
    source: rsa
    published: {variable: beneficiaires_rsa}
    reading: "{value} {of_zone}, contre {reference} {in_reference}, soit {gap}."
"""
COUNTED = """    numerator: {words: femmes, variables: [femmes_15_64]}
    denominator: {words: habitants, variables: [population]}
"""


@pytest.mark.parametrize(
    ("more", "recipe", "side"),
    [
        ("", "published", "qpv"),
        ("", "published", "reference"),
        # A ratio whose counts nobody gives shows the published figure instead.
        (COUNTED, "ratio", "qpv"),
    ],
)
def test_a_protected_count_is_not_shown_as_a_published_figure(tmp_path, more, recipe, side):
    cards = {"qpv": "rsa-qpv", "reference": "rsa-com"}

    def planned(found):
        file = found.editions[2024]
        file["indicators"]["beneficiaires"] = {
            "year": 2020,
            "recipe": recipe,
            "inputs": {side: [cards[side]]},
        }

    folder = write_data(tmp_path / "data", with_counts(), planned)
    (folder / "indicateurs").mkdir()
    (folder / "indicateurs" / "essai.yaml").write_text(PUBLISHED + more, encoding="utf-8")
    one = oqhs.open(folder).edition(2024)
    shown = one.observations.set_index(["indicator", "territory"])["value"]
    place, count = {"qpv": ("QN99904M", 30), "reference": ("99903", 115)}[side]
    assert shown["beneficiaires", place] == count
    with pytest.raises(MeasureError) as caught:
        one.protection  # noqa: B018
    problem = caught.value.problems[0]
    assert problem.what == "a protected count is shown as a published figure"
    assert (problem.column, problem.found) == (
        "indicators.beneficiaires.recipe",
        f"{recipe}, from {cards[side]}",
    )
    assert "numerator" in problem.todo


def test_an_edition_that_asks_for_the_published_figure_of_protected_counts_is_refused(tmp_path):
    def asked(found):
        found.editions[2024]["indicators"]["femmes_beneficiaires_rsa"]["recipe"] = "published"

    with pytest.raises(MeasureError, match="a protected count is shown as a published figure"):
        edition(tmp_path, asked).protection  # noqa: B018


def test_a_count_told_before_is_not_relied_upon(tmp_path):
    # The women of the quartier are out: its people must go, though losing a total costs more.
    free = edition(tmp_path / "free")
    assert ("F", "QN99904M") not in told(free)
    known = free.knowing(released({("F", "QN99904M"): 25}))
    assert ("T", "QN99904M") not in told(known)
    assert small(worked_out(told(known) | {("F", "QN99904M"): 25}, sums())) == {}


def test_a_count_told_before_with_another_figure_is_not_this_one(base):
    known = base.knowing(released({("F", "QN99904M"): 24}))
    assert told(known) == told(base)


def test_what_a_release_hid_stays_hidden(base):
    known = base.knowing(released({("T", "QN99905N"): None}))
    assert ("T", "QN99905N") not in told(known)
    log = known.protection.suppressions
    row = log[(log["territory"] == "QN99905N") & (log["variable"] == SEXES["T"])]
    assert row["reason"].tolist() == ["déjà masquée"]


def test_the_same_counts_are_hidden_once_they_are_released(base):
    first = told(base)
    again = base.knowing(released(first | dict.fromkeys(hidden(base))))
    assert told(again) == first


def test_a_small_count_that_a_release_told_is_an_error_that_names_it(base):
    known = base.knowing(released({("H", "QN99904M"): 5}))
    with pytest.raises(MeasureError, match="QN99904M") as caught:
        known.protection  # noqa: B018
    assert caught.value.problems[0].todo == "withdraw the release that tells it"

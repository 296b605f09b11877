"""What two editions cannot tell is refused: each error says why, and what could be asked instead."""

import pytest
from two_editions import edition_file, only, opened, write_data

from oqhs.errors import CatalogueError, MeasureError, UnknownError

UNEMPLOYMENT, SOCIAL, POVERTY = "taux_chomage_15_64", "locataires_hlm", "taux_pauvrete"


@pytest.fixture(scope="module")
def edition(tmp_path_factory):
    folder = tmp_path_factory.mktemp("two") / "data"
    return opened(folder, only(UNEMPLOYMENT, SOCIAL, POVERTY)).edition(2024)


@pytest.fixture
def refused():
    """Give the problems of a call that must raise exactly this error."""

    def _refused(error, call, *args, **options):
        with pytest.raises(error) as caught:
            call(*args, **options)
        assert type(caught.value) is error
        for problem in caught.value.problems:
            assert str(problem) in str(caught.value)
        return caught.value.problems

    return _refused


# --- the earlier edition


def test_an_edition_of_another_departement_is_none_to_compare_with(tmp_path, refused):
    def neighbour(found):
        found.editions[2020]["departement"] = "998"

    later = opened(tmp_path / "data", neighbour).edition(2024)
    for call in (later.comparison, later.changes, later.crosswalk):
        (problem,) = refused(UnknownError, call)
        assert problem.what == "there is no earlier edition to compare this one with"
        assert problem.allowed == "none before it in this folder"


def test_an_edition_that_may_not_go_as_far_is_refused(tmp_path, refused):
    def narrow(found):
        found.editions[2020]["diffusion"] = "interne"
        found.editions[2024]["diffusion"] = "partenaires"

    later = opened(tmp_path / "data", narrow).edition(2024)
    (problem,) = refused(CatalogueError, later.changes)
    assert (problem.file, problem.column) == ("editions/2020.yaml", "diffusion")
    assert (problem.found, problem.allowed) == ("interne", "partenaires, as edition 2024")


def test_an_edition_that_may_go_further_is_compared(tmp_path):
    def wide(found):
        found.editions[2020]["diffusion"] = "public"

    later = opened(tmp_path / "data", only(UNEMPLOYMENT), wide).edition(2024)
    table = later.changes(indicators=[UNEMPLOYMENT])
    assert table["status"].eq("observed").all()
    assert set(table["diffusion"]) == {"interne"}


# --- what was asked for by name


def test_an_indicator_that_no_quartier_of_those_asked_can_compare_tells_why_and_what_can_be(edition, refused):
    codes = ["QN99902M", "QN99905N"]
    problems = refused(MeasureError, edition.changes, indicators=[POVERTY], territories=codes)
    (first,) = problems
    assert first.what == f"{POVERTY} of {', '.join(codes)} cannot be compared between editions 2020 and 2024"
    assert "quartier agrandi entre 2015 et 2024" in first.found
    assert "quartier entré entre 2015 et 2024" in first.found
    assert UNEMPLOYMENT in first.allowed.split(", ")
    assert first.todo


def test_one_name_that_cannot_be_compared_is_refused_beside_one_that_can(edition, refused):
    # all of QN99905N for poverty and social housing: it entered
    names = [POVERTY, SOCIAL]
    (problem,) = refused(
        MeasureError, edition.changes, indicators=names, territories=["QN99901I", "QN99905N"]
    )
    assert problem.what == "QN99905N cannot be compared between editions 2020 and 2024"
    assert problem.allowed.startswith("QN99901I")


def test_what_could_be_asked_instead_never_holds_what_is_refused(edition, refused):
    problems = refused(
        MeasureError, edition.changes, indicators=[POVERTY, SOCIAL], territories=["QN99902M", "QN99905N"]
    )
    for problem in problems:
        assert problem.what.split(" cannot")[0] not in problem.allowed


def test_the_quartiers_an_indicator_can_be_compared_for_are_named_when_the_one_asked_has_none(
    tmp_path, refused
):
    later = opened(tmp_path / "data", only(POVERTY)).edition(2024)
    (problem,) = refused(MeasureError, later.changes, indicators=[POVERTY], territories=["QN99905N"])
    # poverty is compared for QN99901I: it is not true that there is nothing between the two editions
    assert problem.allowed != "nothing between these two editions"
    assert "QN99901I" in problem.allowed


def test_an_indicator_of_neither_edition_cannot_be_compared(edition, refused):
    (problem,) = refused(MeasureError, edition.changes, indicators=["pmi_10_min"])
    assert problem.what.startswith("pmi_10_min cannot be compared")
    assert problem.found == "l'édition ne prévoit pas cet indicateur"


def test_what_can_be_compared_for_one_of_the_names_is_given_with_the_reasons_of_the_others(edition):
    table = edition.changes(indicators=[POVERTY])
    known = table["status"] == "observed"
    assert table.loc[known, "territory"].tolist() == ["QN99901I"]
    assert (table.loc[~known, "reason"] != "").all()


def test_indicators_and_territories_are_given_in_the_order_of_the_catalogue_whatever_was_asked(edition):
    names, codes = [UNEMPLOYMENT, SOCIAL], ["QN99902M", "QN99901I"]
    table = edition.changes(indicators=names, territories=codes)
    assert table[["indicator", "territory"]].to_numpy().tolist() == [
        [SOCIAL, "QN99901I"],
        [SOCIAL, "QN99902M"],
        [UNEMPLOYMENT, "QN99901I"],
        [UNEMPLOYMENT, "QN99902M"],
    ]


@pytest.mark.parametrize("asked", [{}, {"indicators": [UNEMPLOYMENT]}, {"territories": ["QN99901I"]}])
def test_two_editions_between_which_nothing_changed_year_are_refused(tmp_path, refused, asked):
    def same_census(found):
        found.editions[2024]["indicators"][UNEMPLOYMENT] |= {"year": 2015}
        found.table(
            "rp-2020-qpv",
            "code;chomeurs_15_64;actifs_15_64\nQN99901I;12;100\n",
            year=2015,
            perimeter="qpv2024",
        )
        for name in ("ic-2020", "rp-2020-com"):
            found.cards[name]["year"] = 2015

    later = opened(tmp_path / "data", only(UNEMPLOYMENT), same_census).edition(2024)
    problems = refused(MeasureError, later.changes, **asked)
    names = asked.get("indicators", asked.get("territories", ["no indicator"]))
    assert {problem.what.split(" can")[0].split(" of ")[0] for problem in problems} == set(names)
    allowed = {problem.allowed for problem in problems}
    assert allowed <= {"nothing between these two editions", "none"}
    assert "les deux dates sont du même millésime" in problems[0].found


def test_two_censuses_that_share_surveys_are_not_compared(tmp_path, refused):
    def near(found):
        for name in ("rp-2015-qpv", "rp-2015-com", "ic-2015"):
            found.cards[name]["year"] = 2016
        found.editions[2020]["indicators"][UNEMPLOYMENT]["year"] = 2016

    later = opened(tmp_path / "data", only(UNEMPLOYMENT), near).edition(2024)
    (problem,) = refused(MeasureError, later.changes, indicators=[UNEMPLOYMENT])
    assert "millésimes proches (Insee, RP 2016 et 2020)" in problem.found
    assert "avec 2020 se compare un millésime de 2015 ou d'avant" in problem.found


# --- names nobody knows


def test_an_unknown_indicator_is_told_with_the_nearest_ones(edition, refused):
    (problem,) = refused(UnknownError, edition.changes, indicators=["taux_pauvrette"])
    assert problem.found == "taux_pauvrette"
    assert POVERTY in problem.allowed.split(", ")
    assert problem.todo == "did you mean taux_pauvrete?"


@pytest.mark.parametrize("code", ["QN99901II", "qn99901i"])
def test_an_unknown_quartier_is_told_with_the_nearest_ones(edition, refused, code):
    (problem,) = refused(UnknownError, edition.changes, territories=[code])
    assert (problem.what, problem.found) == ("this edition has no such quartier", code)
    assert problem.allowed == "a code from QN99901I to QN99905N"
    assert "QN99901I" in problem.todo


def test_a_quartier_of_the_former_perimeter_is_not_one_of_this_edition(edition, refused):
    (problem,) = refused(UnknownError, edition.changes, territories=["QP999002"])
    assert problem.found == "QP999002"


def test_an_unknown_reference_is_told_with_those_that_exist(edition, refused):
    (problem,) = refused(UnknownError, edition.changes, reference="region")
    assert (problem.found, problem.allowed) == (
        "region",
        "departement, ept, commune, ensemble_qpv, hors_qpv",
    )


def test_all_the_quartiers_together_have_no_commune(edition, refused):
    (problem,) = refused(UnknownError, edition.changes, territories=["QPV-999"], reference="commune")
    assert problem.allowed == "departement, hors_qpv"


def test_prices_of_a_kind_nobody_knows_are_refused(edition):
    with pytest.raises(ValueError, match="'courants' is not allowed: use 'constants' or 'part_reference'"):
        edition.changes(prices="courants")


# --- `since:` in the file of an edition


@pytest.mark.parametrize("since", [2019, 2022, 2024, 2026])
def test_an_edition_compared_with_one_that_is_not_there_before_it_is_refused(tmp_path, refused, since):
    def change(found):
        found.editions[2024]["since"] = since
        found.editions[2026] = edition_file(2026, "qpv2024", 2020, 2021)

    observatory = opened(tmp_path / "data", change)
    (problem,) = refused(CatalogueError, observatory.edition, 2024)
    assert problem.what == "the edition is compared with one that is not there before it"
    assert (problem.file.name, problem.column) == ("2024.yaml", "since")
    # neither the edition itself, nor a later one
    assert (problem.found, problem.allowed) == (since, "2020")


def test_the_first_edition_can_be_compared_with_none(tmp_path, refused):
    def change(found):
        found.editions[2020]["since"] = 2019

    observatory = opened(tmp_path / "data", change)
    (problem,) = refused(CatalogueError, observatory.edition, 2020)
    assert problem.allowed == "none in this folder"


def test_check_tells_of_an_edition_that_is_not_there(run, tmp_path):
    def change(found):
        found.editions[2024]["since"] = 2021

    folder = write_data(tmp_path / "data", only(UNEMPLOYMENT), change)
    code, out, _ = run("check", "--data", folder, "--format", "json")
    assert code == 1
    assert '"column": "since"' in out
    assert '"allowed": "2020"' in out


def test_check_tells_of_an_edition_that_cannot_be_compared(run, tmp_path):
    def change(found):
        found.editions[2020]["diffusion"] = "interne"
        found.editions[2024]["diffusion"] = "partenaires"

    folder = write_data(tmp_path / "data", only(UNEMPLOYMENT), change)
    code, out, _ = run("check", "--data", folder, "--format", "json")
    assert code == 1
    assert "the two editions cannot be compared" in out
    assert run("check", "--data", write_data(tmp_path / "good", only(UNEMPLOYMENT)))[0] == 0

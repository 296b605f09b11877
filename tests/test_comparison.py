"""Two editions compared: each change worked out by hand from the counts of `two_editions`."""

import pandas as pd
import pytest
from two_editions import IC_2015, edition_file, on_one_perimeter, only, opened, with_cells

from oqhs import observatory as observatories
from oqhs.analysis.change import NOTICE
from oqhs.errors import UnknownError

UNEMPLOYMENT, YOUNG, SOCIAL = "taux_chomage_15_64", "part_moins_18", "locataires_hlm"
POVERTY, MEDIAN = "taux_pauvrete", "niveau_vie_median_mensuel"
BROUGHT = "ramené à un seul périmètre par les effectifs des IRIS"
ESTIMATION = "estimation sur un seul périmètre aux deux dates, à partir des IRIS (son niveau n'est pas celui de l'édition)"


@pytest.fixture(scope="module")
def edition(tmp_path_factory):
    return opened(tmp_path_factory.mktemp("two") / "data").edition(2024)


@pytest.fixture(scope="module")
def one_perimeter(tmp_path_factory):
    return opened(tmp_path_factory.mktemp("one") / "data", on_one_perimeter).edition(2024)


@pytest.fixture
def changed(tmp_path):
    """Open the edition of 2024 of a folder that was changed before it was written."""
    return lambda *changes: opened(tmp_path / "data", *changes).edition(2024)


def rows_of(edition, indicator, reference="departement", **options):
    table = edition.changes(reference=reference, **options)
    return table[table["indicator"] == indicator].set_index("territory")


def percent(part, whole):
    return 100 * part / whole


# --- quartiers


def test_an_unchanged_quartier_is_compared_with_itself_by_its_delivered_counts(edition):
    row = rows_of(edition, UNEMPLOYMENT).loc["QN99901I"]
    # 12/100 of QP999001 in 2015, 15/120 of QN99901I in 2020: 12 % then 12.5 %, 0.1 point a year
    assert row[["value_before", "value", "change"]].tolist() == pytest.approx([12.0, 12.5, 0.5])
    assert row["change_per_year"] == pytest.approx(0.1)
    assert (row["territory_before"], row["relation"]) == ("QP999001", "inchangé")
    assert (row["basis"], row["origin"], row["caution"]) == ("quartier inchangé", "insee", "")
    assert (row["year_before"], row["year"], row["span_years"]) == (2015, 2020, 5)
    assert (row["perimeter_before"], row["perimeter"]) == ("qpv2015", "qpv2024")
    assert (row["source_before"], row["source"]) == ("rp-2015-qpv", "rp-2020-qpv")


@pytest.mark.parametrize(
    ("code", "relation", "before", "after"),
    [
        # 0.1 of A and 0.2 of B: (5 + 24)/(50 + 160), then (6 + 20)/(50 + 160)
        ("QN99902M", "agrandi", (29, 210), (26, 210)),
        # 0.1 of B and 0.1 of C: (12 + 9)/(80 + 60), then (10 + 9)/(80 + 50)
        ("QN99903M", "réduit", (21, 140), (19, 130)),
        # a quarter of D: 40/250, then 37.5/250
        ("QN99904M", "fusion", (40, 250), (37.5, 250)),
        # half of E, where no quartier was: 15/200, then 25/200
        ("QN99905N", "entrant", (15, 200), (25, 200)),
    ],
)
def test_a_quartier_that_changed_is_estimated_on_its_outline_of_2024_at_both_dates(
    edition, code, relation, before, after
):
    row = rows_of(edition, UNEMPLOYMENT).loc[code]
    first, last = percent(*before), percent(*after)
    assert row[["value_before", "value", "change"]].tolist() == pytest.approx([first, last, last - first])
    assert (row["relation"], row["basis"], row["origin"]) == (relation, BROUGHT, "oqhs_estimate")
    assert (row["perimeter_before"], row["perimeter"]) == ("qpv2024", "qpv2024")
    assert (row["source_before"], row["source"]) == ("ic-2015", "ic-2020")
    # 30/240 was delivered of the entrant: its estimate, 25/200, has that level
    level = " (son niveau n'est pas celui de l'édition)"
    assert row["caution"] == (ESTIMATION.removesuffix(level) if code == "QN99905N" else ESTIMATION)


def test_all_the_quartiers_of_2024_are_brought_together_at_both_dates(edition):
    row = rows_of(edition, UNEMPLOYMENT).loc["QPV-999"]
    # unchanged one included: (10 + 29 + 21 + 40 + 15)/(100 + 210 + 140 + 250 + 200), then
    # (12 + 26 + 19 + 37.5 + 25)/(100 + 210 + 130 + 250 + 200)
    first, last = percent(115, 900), percent(119.5, 890)
    assert row[["value_before", "value"]].tolist() == pytest.approx([first, last])
    assert (row["basis"], row["caution"]) == (BROUGHT, ESTIMATION)


def test_a_population_is_brought_too_in_persons_and_in_percent_of_the_first(edition):
    rows = rows_of(edition, "population")
    # 0.1 × 1 000 + 0.2 × 2 000, then 0.1 × 1 100 + 0.2 × 2 100; half of 800, then of 900
    for code, first, last in (("QN99902M", 500, 530), ("QN99905N", 400, 450)):
        row = rows.loc[code]
        found = row[["value_before", "value", "change", "change_pct"]].tolist()
        assert found == pytest.approx([first, last, last - first, percent(last - first, first)])
    # 210 persons delivered in 2015, 220 in 2020; persons have no gap
    assert rows.loc["QN99901I", ["value_before", "value"]].tolist() == [210, 220]
    assert rows["gap_change"].isna().all()


def test_with_a_grid_people_are_shared_by_its_cells_at_both_dates(changed):
    rows = rows_of(changed(only(UNEMPLOYMENT), with_cells), UNEMPLOYMENT)
    # 20 of the 100 people of A and 50 of those of B live in QN99902M: (10 + 60)/(100 + 400), then
    # (12 + 50)/(100 + 400); 10 of B and 25 of C in QN99903M: (12 + 22.5)/(80 + 150), then
    # (10 + 22.5)/(80 + 125)
    found = rows.loc[["QN99902M", "QN99903M"], ["value_before", "value"]].to_numpy()
    assert found[0] == pytest.approx([percent(70, 500), percent(62, 500)])
    assert found[1] == pytest.approx([percent(34.5, 230), percent(32.5, 205)])


def test_where_one_date_was_delivered_and_the_other_estimated_both_are_brought(edition):
    # The order of 2015 has no count of the young, that of 2020 has: 70/220 is left out for a fifth of A
    # at both dates, 60/200 then 62/220.
    row = rows_of(edition, YOUNG).loc["QN99901I"]
    assert row[["value_before", "value"]].tolist() == pytest.approx([30.0, percent(62, 220)])
    assert (row["relation"], row["basis"], row["caution"]) == ("inchangé", BROUGHT, ESTIMATION)
    own = edition.observations.set_index(["indicator", "territory"])
    assert own.loc[(YOUNG, "QN99901I"), "value"] == pytest.approx(percent(70, 220))


def test_a_published_rate_leaves_its_place_to_our_own_figure_beside_an_estimate(changed):
    def publish(found):
        found.table("taux-2020", f"code;{YOUNG}\nQN99901I;33,0\n", year=2020, perimeter="qpv2024")
        found.editions[2024]["indicators"][YOUNG] |= {
            "recipe": "estimate",
            "inputs": {"qpv": ["taux-2020", "ic-2020"], "reference": ["rp-2020-com"]},
        }

    row = rows_of(changed(only(YOUNG), publish), YOUNG).loc["QN99901I"]
    # a fifth of A: 60/200, then 62/220, whatever the 33 % that are shown
    assert row[["value_before", "value"]].tolist() == pytest.approx([30.0, percent(62, 220)])
    assert (row["basis"], row["origin"]) == ("quartier inchangé", "oqhs_estimate")


# --- what cannot be compared says why


def test_the_income_of_a_quartier_that_changed_is_not_compared_and_says_why(edition):
    rows = rows_of(edition, POVERTY)
    told = {
        "QN99902M": "quartier agrandi",
        "QN99903M": "quartier réduit",
        "QN99904M": "quartier issu d'une fusion",
        "QN99905N": "quartier entré",
    }
    for code, what in told.items():
        assert rows.loc[code, "status"] == "not_available"
        assert rows.loc[code, ["value_before", "change", "gap_change"]].isna().all()
        assert rows.loc[code, "reason"] == (
            f"{what} entre 2015 et 2024 : deux périmètres ne se comparent pas ; "
            "cet indicateur ne se ramène pas à un autre périmètre"
        )
    assert rows.loc["QN99902M", "value"] == 36.0
    assert rows.loc["QN99901I", ["value_before", "value", "change"]].tolist() == [40.0, 38.0, -2.0]


def test_a_count_by_iris_that_one_edition_lacks_is_named_with_that_edition(edition):
    rows = rows_of(edition, SOCIAL)
    assert rows.loc["QN99902M", "reason"] == (
        "quartier agrandi entre 2015 et 2024 : deux périmètres ne se comparent pas ; il faudrait ses "
        "effectifs par IRIS aux deux dates ; ils manquent à l'édition 2020"
    )
    # 44/80 then 45/90 of the quartier that did not change
    assert rows.loc["QN99901I", ["value_before", "value", "change"]].tolist() == pytest.approx([55, 50, -5])
    assert rows.loc["QPV-999", "reason"].startswith("les quartiers de 2015 ne sont pas ceux de 2024 ; ")


def test_counts_by_iris_that_both_editions_lack_are_named_with_both(changed):
    def without(found):
        for edition, census in ((2020, 2015), (2024, 2020)):
            recipe = found.editions[edition]["indicators"][UNEMPLOYMENT]
            recipe["inputs"] = recipe["inputs"] | {"qpv": [f"rp-{census}-qpv"]}

    row = rows_of(changed(only(UNEMPLOYMENT), without), UNEMPLOYMENT).loc["QN99905N"]
    assert row["reason"].endswith("ils manquent à l'édition 2020 et à l'édition 2024")


def test_without_outlines_of_iris_nothing_is_brought_and_the_reason_names_the_edition(changed):
    def without(found):
        del found.editions[2020]["territories"]["iris"]

    rows = rows_of(changed(only(UNEMPLOYMENT), without), UNEMPLOYMENT)
    assert rows["status"].eq("observed").sum() == 1
    assert rows.loc["QN99901I", "change"] == pytest.approx(0.5)
    assert rows.loc["QN99902M", "reason"].endswith("ils manquent à l'édition 2020")


def test_an_iris_that_is_not_in_the_first_table_leaves_out_the_quartiers_it_gives_people_to(changed):
    def without_a(found):
        text = IC_2015.replace("999010101;1000;300;50;500\n", "")
        found.table("ic-2015", text, year=2015, perimeter="iris2020")

    rows = rows_of(changed(only(UNEMPLOYMENT), without_a), UNEMPLOYMENT)
    assert "2015 : " in rows.loc["QN99902M", "reason"]
    assert "pour 1 des 2 IRIS" in rows.loc["QN99902M", "reason"]
    assert rows.loc["QN99903M", "change"] == pytest.approx(percent(19, 130) - 15)
    # the one that did not change has its delivered counts
    assert rows.loc["QN99901I", "change"] == pytest.approx(0.5)


# --- references


@pytest.mark.parametrize(
    ("reference", "code", "other", "before", "after"),
    [
        ("departement", "QN99902M", "999", (470, 3600), (480, 3500)),
        # Le Bourg and Orval together: (170 + 250)/(1 300 + 1 600), then (160 + 240)/(1 300 + 1 500)
        ("ept", "QN99902M", "T98", (420, 2900), (400, 2800)),
        ("commune", "QN99902M", "99901", (170, 1300), (160, 1300)),
        ("commune", "QN99903M", "99901+99902", (420, 2900), (400, 2800)),
        ("ensemble_qpv", "QN99902M", "QPV-999", (115, 900), (119.5, 890)),
    ],
)
def test_the_gap_of_a_quartier_with_each_reference_moves_as_worked_out_by_hand(
    edition, reference, code, other, before, after
):
    row = rows_of(edition, UNEMPLOYMENT, reference).loc[code]
    own = {"QN99902M": (29 / 210, 26 / 210), "QN99903M": (21 / 140, 19 / 130)}[code]
    first, last = percent(*before), percent(*after)
    assert row["reference_territory"] == other
    assert row[["reference_value_before", "reference_value"]].tolist() == pytest.approx([first, last])
    # An estimate has not the level of what was delivered: the gap is that of the edition, 40/200 and 30/120
    # (160/930 for all the quartiers), and the one before it is not known.
    delivered = {"QN99902M": 20.0, "QN99903M": 25.0}[code]
    shown = percent(160, 930) if reference == "ensemble_qpv" else last
    assert row["value_edition"] == pytest.approx(delivered)
    assert (row["gap"], pd.isna(row["gap_before"])) == (pytest.approx(delivered - shown), True)
    moved = 100 * (own[1] - own[0]) - (last - first)
    assert row["gap_change"] == pytest.approx(moved)
    assert row["gap_change_per_year"] == pytest.approx(moved / 5)
    # unemployment is unfavourable, and higher there: its gap widens when it grows
    assert row["widening"] == (moved > 0)


def test_outside_the_quartiers_there_is_no_change_between_two_perimeters(edition):
    rows = rows_of(edition, SOCIAL, "hors_qpv")
    row = rows.loc["QN99901I"]
    assert row["change"] == pytest.approx(-5.0)
    assert row[["reference_change", "gap_change"]].isna().all()
    assert row["reference_reason"].startswith("les quartiers de 2015 ne sont pas ceux de 2024")


def test_what_is_outside_the_quartiers_says_that_they_are_not_the_same(edition):
    row = rows_of(edition, UNEMPLOYMENT, "hors_qpv").loc["QN99901I"]
    assert row["reference_reason"].startswith("les quartiers de 2015 ne sont pas ceux de 2024")
    assert not row["reference_reason"].endswith("l'édition ")
    assert (row["reference_basis"], row["caution"]) == ("", "")


def test_a_reference_that_is_not_the_same_brings_no_caution_of_its_own(edition):
    row = rows_of(edition, SOCIAL, "hors_qpv").loc["QN99901I"]
    assert row["caution"] == ""


def test_every_quartier_and_indicator_has_a_row_with_a_change_or_a_reason_and_the_notice(edition):
    for reference, zones in (("departement", 6), ("ept", 5), ("commune", 5), ("ensemble_qpv", 5)):
        table = edition.changes(reference=reference)
        every = edition.observatory.catalogue.indicators.values()
        # What neither edition plans has a row, and a reason, unless it is optional.
        assert len(table) == zones * sum(not one.optional for one in every)
        assert ((table["reason"] == "") == table["change"].notna()).all()
        assert set(table["notice"]) == {NOTICE}


# --- one perimeter


def test_on_one_perimeter_every_quartier_is_compared_with_itself(one_perimeter):
    rows = rows_of(one_perimeter, UNEMPLOYMENT)
    # counts ordered of the quartiers of 2024 at both dates, 45/180 then 40/200 for example
    expected = {
        "QN99901I": (12, 100, 15, 120),
        "QN99902M": (45, 180, 40, 200),
        "QN99903M": (24, 120, 30, 120),
        "QN99904M": (40, 250, 45, 250),
        "QN99905N": (20, 200, 30, 240),
        "QPV-999": (141, 850, 160, 930),
    }
    assert rows.index.tolist() == list(expected)
    for code, (a, b, c, d) in expected.items():
        assert rows.loc[code, ["value_before", "value"]].tolist() == pytest.approx(
            [percent(a, b), percent(c, d)]
        )
        assert rows.loc[code, "territory_before"] == code
    assert set(rows["basis"]) == {"même périmètre"}
    assert set(rows["caution"]) == {""}


def test_on_one_perimeter_what_is_outside_the_quartiers_changes_too(one_perimeter):
    row = rows_of(one_perimeter, UNEMPLOYMENT, "hors_qpv").loc["QN99902M"]
    # (470 − 141)/(3 600 − 850), then (480 − 160)/(3 500 − 930)
    first, last = percent(329, 2750), percent(320, 2570)
    assert row["reference_change"] == pytest.approx(last - first)
    assert row["gap_change"] == pytest.approx(-5 - (last - first))
    assert row["reference_basis"] == "même périmètre"


# --- amounts


def test_amounts_are_compared_in_euros_of_the_second_date(edition):
    row = rows_of(edition, MEDIAN).loc["QN99901I"]
    # 14 400 € a year in 2016, 15 000 € in 2021; prices 100.18 then 106.45: 1 275.10 € then 1 250 € a month
    first = 1200 * 106.45 / 100.18
    assert row[["value_before", "value", "change"]].tolist() == pytest.approx([first, 1250, 1250 - first])
    assert row["change_pct"] == pytest.approx(100 * (1250 / first - 1))
    # the département: 24 000 € then 25 200 €
    moved = 2100 - 2000 * 106.45 / 100.18
    assert row["reference_change"] == pytest.approx(moved)
    assert row["gap_change"] == pytest.approx(1250 - first - moved)
    assert row["prices"] == "euros constants de 2021"


def test_amounts_are_compared_as_a_share_of_those_of_the_reference_when_asked(edition):
    row = rows_of(edition, MEDIAN, prices="part_reference").loc["QN99901I"]
    # 1 200/2 000 = 60 %, then 1 250/2 100
    assert row[["value_before", "value", "change"]].tolist() == pytest.approx(
        [60.0, percent(1250, 2100), percent(1250, 2100) - 60]
    )
    assert (row["unit"], row["prices"]) == ("percent", "part de la référence")


def test_across_the_break_of_2021_no_change_of_incomes_is_flaggable(edition):
    row = rows_of(edition, POVERTY).loc["QN99901I"]
    assert row["caution"].startswith("en 2018, les aides au logement des locataires de HLM ont baissé")
    assert " ; le millésime 2021 s'écarte des précédents" in row["caution"]
    assert not row["flaggable"]


# --- which edition


@pytest.fixture(scope="module")
def three(tmp_path_factory):
    """Three editions; that of 2024 names none to be compared with."""

    def change(found):
        found.editions[2022] = edition_file(2022, "qpv2015", 2015, 2016)
        del found.editions[2022]["indicators"][YOUNG]
        del found.editions[2024]["since"]

    return opened(tmp_path_factory.mktemp("three") / "data", change)


@pytest.mark.parametrize(("since", "edition"), [(2015, 2020), (2020, 2020), (2021, 2022), (2022, 2022)])
def test_since_a_year_is_the_first_edition_from_that_year_on(three, since, edition):
    assert three.edition(2024).comparison(since).before.file.edition == edition


@pytest.mark.parametrize("since", [None, 2023, 2024, 2030])
def test_without_such_an_edition_those_that_are_there_are_named(three, since):
    with pytest.raises(UnknownError) as caught:
        three.edition(2024).changes(since)
    (problem,) = caught.value.problems
    assert (problem.column, problem.found, problem.allowed) == ("since", since, "2020, 2022")
    assert problem.file == "editions/2024.yaml"
    assert "since: YEAR" in problem.todo


def test_the_first_edition_of_a_folder_has_none_before_it(three):
    with pytest.raises(UnknownError) as caught:
        three.edition(2020).changes(2015)
    assert caught.value.problems[0].allowed == "none before it in this folder"


def test_the_edition_named_in_the_file_is_the_one_compared_with_by_default(edition):
    assert edition.file.since == 2020
    assert edition.comparison() is edition.comparison(2020)


# --- what is kept


def test_every_file_is_read_once_whatever_is_asked(tmp_path, monkeypatch):
    read, load = [], observatories.load

    def counted(path, **options):
        read.append(path.name)
        return load(path, **options)

    monkeypatch.setattr(observatories, "load", counted)
    edition = opened(tmp_path / "data", only(UNEMPLOYMENT, YOUNG), with_cells).edition(2024)
    for reference in ("departement", "commune", "ensemble_qpv"):
        edition.changes(reference=reference)
        edition.changes(2020, reference=reference, prices="part_reference")
    edition.crosswalk()
    edition.history()
    assert sorted(read) == sorted(set(read))
    assert {"ic-2015.csv", "ic-2020.csv", "cells.csv", "qpv-2015.geojson"} <= set(read)


@pytest.mark.parametrize("name", ["changes", "crosswalk", "history"])
def test_a_table_that_is_altered_leaves_the_edition_as_it_was(edition, name):
    first = getattr(edition, name)()
    kept = first.copy(deep=True)
    first["essai"] = 1
    first.loc[:, first.columns[0]] = "changé"
    assert getattr(edition, name)().equals(kept)

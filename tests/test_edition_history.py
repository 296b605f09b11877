"""What the quartiers came from, what they became, and what files say of them."""

from collections import Counter
from pathlib import Path

import pytest
from two_editions import edition_file, on_one_perimeter, opened, with_cells

import oqhs
from oqhs.analysis.history import HISTORY_COLUMNS
from oqhs.demo.former import FORMER
from oqhs.errors import UnknownError

DEMO = Path(__file__).parents[1] / "data"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two editions, without a grid."""
    return opened(tmp_path_factory.mktemp("history") / "data")


@pytest.fixture(scope="module")
def peopled(tmp_path_factory):
    """Two editions whose people are in the cells of a grid."""
    return opened(tmp_path_factory.mktemp("peopled") / "data", with_cells)


@pytest.fixture
def changed(tmp_path):
    return lambda *changes: opened(tmp_path / "data", *changes)


def shares(rows):
    columns = ["other", "share", "share_population", "share_other", "share_other_population"]
    return rows[columns].to_numpy().tolist()


def said(rows):
    return [sentence.replace("\u00a0", " ") for sentence in rows["sentence"]]


# --- where a quartier comes from


def test_a_quartier_made_of_two_has_both_as_ancestors_with_what_each_is_of_it(peopled):
    rows = peopled.edition(2024).history("QN99904M")
    assert rows["role"].tolist() == ["ancêtre", "ancêtre"]
    assert rows["relation"].tolist() == ["fusion", "fusion"]
    # each is 100 of the 250 units of width, and lies whole in it; 40 and 20 of its 60 people
    assert shares(rows) == [
        ["QP999004", pytest.approx(0.4), pytest.approx(40 / 60), pytest.approx(1), pytest.approx(1)],
        ["QP999005", pytest.approx(0.4), pytest.approx(20 / 60), pytest.approx(1), pytest.approx(1)],
    ]
    assert rows["label"].tolist() == ["Les Tilleuls", "La Forge"]
    assert set(rows["perimeter"]) == {"qpv2015"}


def test_a_quartier_that_shrank_is_a_part_of_its_ancestor(peopled):
    rows = peopled.edition(2024).history("QN99903M")
    # 200 of the 500 units of width; 10 of B and 25 of C stay of 10 + 25 + 25 people
    assert shares(rows) == [
        ["QP999003", pytest.approx(1), pytest.approx(1), pytest.approx(0.4), pytest.approx(35 / 60)]
    ]
    (sentence,) = said(rows)
    assert sentence == (
        "Réduit depuis 2015 : il garde 40,0 % de la surface et 58,3 % des habitants du quartier "
        "Haut Val (QP999003)."
    )


def test_without_a_grid_only_surfaces_are_told(folder):
    rows = folder.edition(2024).history("QN99902M")
    # 200 of the 300 units of width were the quartier of 2015
    assert rows[["share", "share_other"]].to_numpy().tolist() == [[pytest.approx(2 / 3), pytest.approx(1)]]
    assert rows[["share_population", "share_other_population"]].isna().all(axis=None)
    assert said(rows) == [
        "Agrandi depuis 2015 : le quartier Le Gué (QP999002) en représente 66,7 % de la surface."
    ]


def test_a_quartier_that_entered_has_no_ancestor_and_a_line_that_says_so(folder):
    rows = folder.edition(2024).history("QN99905N")
    first = rows.iloc[0]
    assert (first["role"], first["relation"]) == ("ancêtre", "entrant")
    assert first[["other", "label", "share", "share_other"]].isna().all()
    assert said(rows)[0] == ("Entré dans la géographie prioritaire : aucun quartier de 2015 n'était là.")


def test_a_quartier_that_did_not_change_names_the_one_it_was(folder):
    rows = folder.edition(2024).history("QN99901I")
    assert said(rows)[0] == (
        "Limites inchangées depuis 2015, au tracé près : quartier Les Bleuets (QP999001)."
    )


# --- what a quartier became


def test_each_former_quartier_has_a_descendant_or_left(peopled):
    rows = peopled.edition(2020).history()
    assert set(rows["role"]) == {"descendant"}
    found = dict(
        zip(rows["territory"], zip(rows["relation"], rows["other"].fillna(""), strict=True), strict=True)
    )
    assert found == {
        "QP999001": ("inchangé", "QN99901I"),
        "QP999002": ("agrandi", "QN99902M"),
        "QP999003": ("réduit", "QN99903M"),
        "QP999004": ("fusion", "QN99904M"),
        "QP999005": ("fusion", "QN99904M"),
        "QP999006": ("sortant", ""),
    }
    assert set(rows["perimeter"]) == {"qpv2024"}


def test_of_a_descendant_shares_are_those_of_the_former_quartier_in_it_and_of_it(peopled):
    # the grid of the later edition; 200 of 500 units of width and 35 of 60 people stay
    rows = peopled.edition(2020).history("QP999003")
    assert shares(rows) == [
        ["QN99903M", pytest.approx(0.4), pytest.approx(35 / 60), pytest.approx(1), pytest.approx(1)]
    ]
    assert said(rows) == [
        "Réduit en 2024 : le quartier Haut Val (QN99903M) en garde 40,0 % de la surface et 58,3 % des habitants."
    ]
    (gone,) = said(peopled.edition(2020).history("QP999006"))
    assert gone == "Sorti de la géographie prioritaire : aucun quartier de 2024 n'est là."


# --- what files say


def test_attributes_come_after_the_ancestors_in_words(folder):
    rows = folder.edition(2024).history("QN99905N")
    assert rows["role"].tolist() == ["ancêtre", "attribut"]
    last = rows.iloc[1]
    assert (last["attribute"], last["value"]) == ("Ancien quartier de veille active", "Les Vieux Peupliers")
    assert last["sentence"] == "Ancien quartier de veille active : Les Vieux Peupliers."
    assert last[["relation", "other", "perimeter", "share"]].isna().all()


def test_attributes_alone_are_a_table_of_what_the_file_says_of_the_quartiers(folder):
    assert folder.edition(2024).attributes.to_numpy().tolist() == [
        ["QN99901I", "NPNRU", "intérêt national"],
        ["QN99905N", "Ancien quartier de veille active", "Les Vieux Peupliers"],
    ]
    none = folder.edition(2020).attributes
    assert none.empty
    assert list(none.columns) == ["territory", "attribute", "value"]


def test_attributes_of_quartiers_of_elsewhere_are_left_out(changed):
    def more(found):
        found.tables["attributs"] += "QN99801M;intérêt régional;\n"

    assert set(changed(more).edition(2024).attributes["territory"]) == {"QN99901I", "QN99905N"}


def test_attributes_that_are_altered_leave_the_edition_as_it_was(folder):
    edition = folder.edition(2024)
    table = edition.attributes
    table.loc[0, "value"] = "changé"
    assert edition.attributes.loc[0, "value"] == "intérêt national"


# --- which edition


def test_a_folder_of_one_edition_tells_attributes_only(changed):
    def alone(found):
        del found.editions[2020]
        del found.editions[2024]["since"]

    rows = changed(alone).edition(2024).history()
    assert list(rows.columns) == HISTORY_COLUMNS
    assert rows["role"].tolist() == ["attribut", "attribut"]


def test_a_folder_of_one_edition_without_attributes_tells_nothing_and_keeps_its_columns(changed):
    def alone(found):
        del found.editions[2024]

    rows = changed(alone).edition(2020).history()
    assert rows.empty
    assert list(rows.columns) == HISTORY_COLUMNS


def test_an_earlier_edition_on_the_same_quartiers_is_no_past(changed):
    rows = changed(on_one_perimeter).edition(2024).history()
    assert set(rows["role"]) == {"attribut"}


def test_the_last_earlier_edition_on_other_quartiers_is_the_past_and_the_next_later_one_the_future(changed):
    def more(found):
        # 2016 knows nothing of QP999002; 2026 knows nothing of QN99902M
        for year, name, perimeter, gone in (
            (2016, "qpv-2015", "qpv2015", "QP999002"),
            (2026, "qpv-2024", "qpv2024", "QN99902M"),
        ):
            places, fields = found.layers[name]
            fewer = {code: place for code, place in places.items() if code != gone}
            found.layer(f"{name}-{year}", fewer, fields, **found.cards[name])
            found.editions[year] = edition_file(year, perimeter, 2015, 2016)
            found.editions[year]["territories"]["qpv"] = f"{name}-{year}"

    observatory = changed(more)
    assert observatory.edition(2024).history("QN99902M")["other"].tolist() == ["QP999002"]
    assert observatory.edition(2020).history("QP999002")["other"].tolist() == ["QN99902M"]


def test_an_edition_of_another_departement_is_no_past(changed):
    def neighbour(found):
        found.editions[2020]["departement"] = "998"
        del found.editions[2024]["since"]

    assert set(changed(neighbour).edition(2024).history()["role"]) == {"attribut"}


@pytest.mark.parametrize("code", ["QN99906N", "QP999001", "999", "QPV-999"])
def test_a_quartier_that_is_not_of_the_edition_is_refused(folder, code):
    with pytest.raises(UnknownError) as caught:
        folder.edition(2024).history(code)
    assert caught.value.problems[0].found == code
    assert caught.value.problems[0].allowed == "a code from QN99901I to QN99905N"


def test_a_quartier_of_another_edition_is_refused_with_the_edition_that_holds_it(folder):
    for year, code, holder in ((2024, "QP999006", 2020), (2020, "QN99905N", 2024)):
        with pytest.raises(UnknownError) as caught:
            folder.edition(year).history(code)
        assert caught.value.problems[0].todo == f"edition {holder} holds it"


def test_an_edition_that_may_not_go_as_far_is_no_past_and_one_that_may_go_further_is_a_future(changed):
    def narrow(found):
        found.editions[2020]["diffusion"] = "interne"
        found.editions[2024]["diffusion"] = "partenaires"

    observatory = changed(narrow)
    assert set(observatory.edition(2024).history()["role"]) == {"attribut"}
    assert set(observatory.edition(2020).history()["role"]) == {"descendant"}


def test_rows_of_every_quartier_are_those_of_each_in_the_order_of_their_codes(folder):
    edition = folder.edition(2024)
    whole = edition.history()
    assert whole["territory"].tolist() == sorted(whole["territory"])
    for code, rows in whole.groupby("territory"):
        assert rows.reset_index(drop=True).equals(edition.history(code))


# --- the invented département

#: What its makers wanted, and the relation its outlines tell: half of a new quartier is all of the old one.
FATES = {
    "identique": "inchangé",
    "agrandi": "agrandi",
    "réduit": "réduit",
    "fusion": "fusion",
    "moitié": "agrandi",
    "sortant": "sortant",
}


@pytest.fixture(scope="module")
def fates():
    return oqhs.open(DEMO).edition(2020).history()


def test_each_of_the_42_former_quartiers_of_the_demonstration_has_one_fate(fates):
    assert len(FORMER) == 42
    assert fates["territory"].tolist() == sorted(one.code for one in FORMER)
    assert set(fates["role"]) == {"descendant"}


@pytest.mark.parametrize("one", FORMER, ids=lambda one: one.code)
def test_a_former_quartier_of_the_demonstration_became_what_its_makers_wanted(fates, one):
    row = fates.set_index("territory").loc[one.code]
    assert row["relation"] == FATES[one.change]
    if one.successor is None:
        assert row[["other", "share"]].isna().all()
    else:
        assert row["other"] == one.successor
        assert 0 < row["share_population"] <= 1


def test_half_of_a_new_quartier_of_the_demonstration_was_there_before(fates):
    (half,) = (one for one in FORMER if one.change == "moitié")
    row = fates.set_index("territory").loc[half.code]
    assert (half.successor, row["other"]) == ("QN99942N", "QN99942N")
    assert row["share"] == pytest.approx(1, abs=0.01)
    assert 0.35 < row["share_other"] < 0.65


def test_every_quartier_of_the_demonstration_has_a_past_of_its_own():
    edition = oqhs.open(DEMO).edition(2024)
    rows = edition.history()
    past = rows[rows["role"] == "ancêtre"]
    wanted = Counter(one.successor for one in FORMER if one.successor is not None)
    entered = set(edition.geography.of_kind("qpv")) - set(wanted)
    assert past.groupby("territory")["other"].count().to_dict() == wanted | dict.fromkeys(entered, 0)
    assert set(past.loc[past["relation"] == "entrant", "territory"]) == entered

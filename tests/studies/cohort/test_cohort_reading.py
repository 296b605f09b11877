"""The file of a cohort: what is read, and each thing that is refused, one broken file per error."""

import datetime as dt
import hashlib
import json
import re
import traceback
from types import SimpleNamespace

import pandas as pd
import pytest
from cohorts_by_hand import GOOD, HEADER, lines

from oqhs.errors import CatalogueError, DataError, LayoutError
from oqhs.studies.cohort import quality, read, reading, steps
from oqhs.studies.cohort.model import GEOCODING, REASONS

DPO = "registre du DPO, fiche 12 (inventée)"


@pytest.fixture
def told(tmp_path, monkeypatch):
    """Write the file of a cohort; what its card says is given by name."""

    def _told(*rows, text=None, **said):
        path = tmp_path / "cohorte.csv"
        path.write_text(lines(*rows) if text is None else text, encoding="utf-8")
        card = {"dpo": DPO, "diffusion": "interne", "year": 2024, "invented": True} | said
        monkeypatch.setattr(reading, "find_card", lambda _: SimpleNamespace(**card))
        return path

    return _told


@pytest.fixture
def problems(told):
    """Give what is wrong with rows, which must be refused."""

    def _problems(*rows, error=DataError, **said):
        path = told(*rows, **said)
        with pytest.raises(error) as caught:
            read(path)
        assert type(caught.value) is error
        return [(one.line, one.column, one.what) for one in caught.value.problems], caught.value.problems

    return _problems


def test_a_cohort_is_read_with_what_its_card_says(told):
    cohort = read(told(*GOOD))
    assert (cohort.end, cohort.dpo, cohort.invented, cohort.diffusion) == (
        dt.date(2024, 12, 31),
        DPO,
        True,
        "interne",
    )
    assert cohort.perimeter == "qpv2024"
    first, second = (row for _, row in cohort.spells.iterrows())
    assert (first["person"], first["reason"], first["territory"], first["group"]) == (
        "a1",
        "emploi",
        "QN99901M",
        "qpv",
    )
    assert first["left"] == pd.Timestamp("2022-09-15")
    assert (second["group"], second["territory"]) == ("hors_qpv", "hors_qpv")
    assert second[["left", "reason", "moved"]].isna().all()


def test_words_are_read_with_accents_and_days_in_the_french_way(told):
    row = "a1;01/06/2021;01/01/2022;15/09/2022;Départ département;qn99901m;01/03/2022;Numéro"
    spell = read(told(row)).spells.iloc[0]
    assert (spell["reason"], spell["geocoding"]) == ("depart_departement", "numero")
    assert (spell["moved"], spell["left"]) == (pd.Timestamp("2022-03-01"), pd.Timestamp("2022-09-15"))


def test_an_exit_without_a_reason_has_an_unknown_one(told):
    assert read(told("a1;2021-06-01;2022-01-01;2022-09-15;;QN99901M;;numero")).spells["reason"].tolist() == [
        "inconnu"
    ]


def test_who_is_placed_at_the_commune_is_neither_in_a_quartier_nor_outside(told):
    rows = ["a1;2021-06-01;2022-01-01;;;;;commune", "b2;2021-06-01;2022-01-01;;;hors_qpv;;inconnu"]
    assert read(told(*rows)).spells["group"].tolist() == ["non_situe", "non_situe"]


def test_two_spells_that_follow_one_another_are_read_and_the_second_told(told):
    back = "a1;2023-01-01;2023-01-01;;;QN99901M;;numero"
    cohort = read(told(*GOOD, back))
    assert cohort.spells["person"].tolist() == ["a1", "a1", "b2"]
    assert len(cohort.followed()) == 2


def test_the_end_may_be_given(told):
    assert read(told(*GOOD), end=dt.date(2023, 6, 30)).end == dt.date(2023, 6, 30)


def test_the_order_of_rows_changes_nothing(told):
    first = read(told(*GOOD)).spells
    pd.testing.assert_frame_equal(first, read(told(*reversed(GOOD))).spells)


def test_a_cohort_without_a_card_is_refused(tmp_path):
    path = tmp_path / "cohorte.csv"
    path.write_text(lines(*GOOD), encoding="utf-8")
    with pytest.raises(CatalogueError, match="not read without its card"):
        read(path)


def test_a_card_without_dpo_is_refused(tmp_path):
    path = tmp_path / "cohorte.csv"
    path.write_text(lines(*GOOD), encoding="utf-8")
    card = {
        "id": "cohorte",
        "layout": "cohort",
        "source": "oqhs",
        "licence": "interne",
        "obtained": "2025-02-03",
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "diffusion": "interne",
        "year": 2024,
    }
    (tmp_path / "cohorte.csv.card.yaml").write_text(json.dumps(card), encoding="utf-8")
    with pytest.raises(CatalogueError, match="register of processing") as caught:
        read(path)
    assert caught.value.problems[0].column == "dpo"


def test_a_public_card_is_refused_and_so_is_an_empty_dpo(problems):
    _, found = problems(*GOOD, error=CatalogueError, diffusion="public", dpo="")
    assert [one.column for one in found] == ["dpo", "diffusion"]


def test_a_card_that_gives_no_end_is_refused(problems):
    _, found = problems(*GOOD, error=CatalogueError, year=None)
    assert found[0].column == "year"


def test_missing_columns_are_all_told(problems):
    text = HEADER.replace("motif;", "").replace(";geocodage", "") + "\na1;2021-06-01;2022-01-01;;QN99901M;\n"
    told, _ = problems(text=text, error=LayoutError)
    assert [column for _, column, _ in told] == ["motif", "geocodage"]


BROKEN = {
    "the follow-up starts before the opening": (
        "a1;2022-06-01;2022-01-01;;;QN99901M;;numero",
        "entree_suivi",
    ),
    "the exit is before the opening": (
        "a1;2021-06-01;2022-01-01;2021-05-01;emploi;QN99901M;;numero",
        "sortie",
    ),
    "the exit is not after the follow-up started": (
        "a1;2021-06-01;2022-01-01;2022-01-01;emploi;QN99901M;;numero",
        "sortie",
    ),
    "the move is not after the follow-up started": (
        "a1;2021-06-01;2022-01-01;;;QN99901M;2021-12-01;numero",
        "demenagement",
    ),
    "the move is after the exit": (
        "a1;2021-06-01;2022-01-01;2022-03-01;emploi;QN99901M;2022-03-02;numero",
        "demenagement",
    ),
    "the follow-up starts when it is over": ("a1;2021-06-01;2025-01-01;;;QN99901M;;numero", "entree_suivi"),
    "this is not a day": ("a1;2021-13-01;2022-01-01;;;QN99901M;;numero", "entree_dispositif"),
    "this reason is not known": ("a1;2021-06-01;2022-01-01;2022-02-01;loterie;QN99901M;;numero", "motif"),
    "there is a reason without an exit": ("a1;2021-06-01;2022-01-01;;emploi;QN99901M;;numero", "motif"),
    "this quality is not known": ("a1;2021-06-01;2022-01-01;;;QN99901M;;parfait", "geocodage"),
    "this is neither a quartier nor outside of all": (
        "a1;2021-06-01;2022-01-01;;;99901;;numero",
        "territoire",
    ),
    "an address that is not placed cannot be in a quartier": (
        "a1;2021-06-01;2022-01-01;;;QN99901M;;commune",
        "territoire",
    ),
    "the address is placed and the territory is not said": (
        "a1;2021-06-01;2022-01-01;;;;;voie",
        "territoire",
    ),
    "somebody who does not live in a quartier cannot move out of one": (
        "a1;2021-06-01;2022-01-01;;;hors_qpv;2022-05-01;numero",
        "demenagement",
    ),
    "this spell is nobody's": (";2021-06-01;2022-01-01;;;QN99901M;;numero", "dossier"),
    "this id is a social security number": (
        "2850694028123;2021-06-01;2022-01-01;;;QN99901M;;numero",
        "dossier",
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_each_thing_that_cannot_be_is_told_where_it_is(problems, what):
    row, column = BROKEN[what]
    told, _ = problems(GOOD[1], row)
    assert told == [(3, column, what)]


def test_what_is_allowed_is_told(problems):
    _, (late,) = problems(BROKEN["the move is after the exit"][0])
    assert late.allowed == "up to the day of `sortie`"
    _, (reason,) = problems(BROKEN["this reason is not known"][0])
    assert reason.allowed == ", ".join(REASONS)


@pytest.mark.parametrize("what", BROKEN)
def test_no_error_tells_what_the_row_holds(problems, what):
    _, (found,) = problems(BROKEN[what][0])
    assert found.found is None
    # The only days are that of the example of how to write one, and the last one of the follow-up.
    assert set(re.findall(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", str(found))) <= {"2022-01-31", "2024-12-31"}
    assert "loterie" not in str(found)
    assert "2850694028123" not in str(found)


@pytest.mark.parametrize("place", range(1, len(HEADER.split(";"))))
def test_a_name_written_in_any_column_is_not_told_again(told, place):
    cells = ["a1", "2021-06-01", "2022-01-01", "2022-09-15", "emploi", "QN99901M", "", "numero"]
    cells[place] = "Diallo Aïcha née le 12/03/1988"
    with pytest.raises(DataError) as caught:
        read(told(";".join(cells)))
    assert "iallo" not in str(caught.value).lower()
    assert "1988" not in str(caught.value)
    assert [one.column for one in caught.value.problems] == [HEADER.split(";")[place]]


def test_a_file_that_is_no_table_is_told_without_its_rows(told):
    for text in ("Diallo Aïcha née le 12/03/1988\n", f"{HEADER};\n{GOOD[0]};Diallo Aïcha\n"):
        with pytest.raises(DataError) as caught:
            read(told(text=text))
        assert caught.value.problems[0].line is not None
        shown = "".join(traceback.format_exception(caught.value))
        assert "Aïcha" not in shown.replace(text, "")


@pytest.mark.parametrize(
    "number",
    [
        "2 85 06 94 028 123",
        "2\u00a085\u00a006\u00a094\u00a0028\u00a0123\u00a045",
        "2\u202f85\u202f06\u202f94\u202f028\u202f123",
        "2.85.06.94.028.123",
        "2-85-06-2A-028-123 / 45",
        "7850694028123",
        "8 85 06 99 028 123 45",
        "3850694028123",
        "NIR 2850694028123",
    ],
)
def test_a_social_security_number_is_refused_however_it_is_written(problems, number):
    # Temporary numbers start with 3, 4, 7 or 8.
    row = f"{number};2021-06-01;2022-01-01;;;QN99901M;;numero"
    told, (found,) = problems(row)
    assert told == [(2, "dossier", "this id is a social security number")]
    assert number not in str(found)


@pytest.mark.parametrize(
    "opaque", ["p00001", "285069402812", "9850694028123", "2851394028123", "3f2a9c71d0e4"]
)
def test_an_opaque_id_is_read(told, opaque):
    # 12 digits; a first one that no number starts with; a month that no number has (13).
    assert read(told(f"{opaque};2021-06-01;2022-01-01;;;QN99901M;;numero")).spells["person"].tolist() == [
        opaque
    ]


def test_all_that_is_wrong_is_told_at_once_in_the_order_of_lines(problems):
    rows = [row for row, _ in BROKEN.values()]
    told, _ = problems(*rows)
    assert [line for line, _, _ in told] == list(range(2, 2 + len(rows)))


def test_a_person_twice_is_told_without_the_id(problems):
    told, found = problems(*GOOD, GOOD[0])
    assert told == [(4, "dossier", "two spells of one person overlap")]
    assert found[0].found == "the person of line 2"
    assert "a1" not in str(found[0])


def test_a_spell_that_starts_before_a_longer_one_is_over_is_told(problems):
    rows = [
        "a1;2021-01-01;2022-01-01;;;QN99901M;;numero",
        "a1;2022-02-01;2022-02-01;2022-03-01;emploi;QN99901M;;numero",
        "a1;2022-04-01;2022-04-01;;;QN99901M;;numero",
    ]
    told, _ = problems(*rows)
    assert [line for line, _, _ in told] == [3, 4]


def test_quartiers_of_two_generations_are_not_mixed(problems):
    told, _ = problems(GOOD[0], "c3;2021-06-01;2022-01-01;;;QP999001;;numero")
    assert told == [(3, "territoire", "quartiers of two generations are mixed")]


def test_a_notebook_shows_no_row_and_no_small_count(told):
    shown = read(told(*GOOD))._repr_html_()
    assert "moins de 100" in shown
    assert "a1" not in shown
    assert "Données inventées" in shown
    assert DPO in shown


def test_no_row_reaches_a_log(told):
    assert repr(read(told(*GOOD))) == "<Cohorte RSA suivie jusqu'au 31/12/2024>"


def many(count, row):
    return [row] * count


def test_quality_counts_what_is_doubtful_and_masks_what_is_small(told):
    # 40 placed at the number, 25 at the street in a quartier, 20 at the commune of which 15 said outside, 3 without
    # a place: 3 is under 11 and masked; alone it would be 88 − 40 − 25 − 20, so the smallest other class goes too.
    # Of the 88 − 40 − 25 = 23 who are not placed, 15 are said outside: the 8 others are few, and the 15 are masked.
    rows = [
        *many(30, "x;2021-06-01;2022-01-01;;;hors_qpv;;numero"),
        *many(10, "x;2005-06-01;2022-01-01;2022-02-01;;hors_qpv;;numero"),
        *many(25, "x;2021-06-01;2022-01-01;2022-09-15;emploi;QN99901M;;voie"),
        *many(15, "x;2021-06-02;2022-01-01;;;hors_qpv;;commune"),
        *many(5, "x;2021-06-03;2022-01-01;;;;;commune"),
        *many(3, "x;2021-06-04;2022-01-01;;;;;inconnu"),
    ]
    rows = [row.replace("x", f"p{number}", 1) for number, row in enumerate(rows)]
    table = quality(read(told(*rows))).set_index("check")
    shown = table["persons"].dropna().to_dict()
    assert shown == {
        "suivies": 88,
        "numero": 40,
        "voie": 25,
        "voie_en_qpv": 25,
        "sortie_apres_fin": 0,
        "depart_apres_fin": 0,
        "retours": 0,
    }
    assert set(table.index[table["status"] == "secret"]) == {
        "commune",
        "inconnu",
        "non_situe_hors_qpv",
        "ouverture_ancienne",
    }
    assert table.loc["voie", "share_pct"] == 28.4  # 25 / 88
    assert table["share_pct"].isna().equals(table["persons"].isna())
    assert set(GEOCODING) <= set(table.index)


PLACES = {
    "numero": ";;;QN99901M;;numero",
    "voie_qpv": ";;;QN99901M;;voie",
    "voie_hors": ";;;hors_qpv;;voie",
    "commune": ";;;;;commune",
    "commune_hors": ";;;hors_qpv;;commune",
    "inconnu": ";;;;;inconnu",
    "inconnu_hors": ";;;hors_qpv;;inconnu",
}


@pytest.fixture
def doubts(told):
    """Give what `quality` shows of people placed so, and the checks it masks."""

    def _doubts(**counts):
        ends = [end for place, count in counts.items() for end in many(count, PLACES[place])]
        rows = [f"p{number};2021-06-01;2022-01-01{end}" for number, end in enumerate(ends)]
        table = quality(read(told(*rows))).set_index("check")
        return table["persons"].dropna().to_dict(), set(table.index[table["status"] == "secret"]), table

    return _doubts


def test_a_doubt_that_leaves_few_of_its_class_is_masked(doubts):
    # 25 at the street, of whom 23 in a quartier: shown together, they tell that 2 are outside.
    shown, hidden, _ = doubts(numero=40, voie_qpv=23, voie_hors=2)
    assert hidden == {"voie_en_qpv"}
    assert shown["voie"] == 25


def test_a_doubt_that_leaves_enough_of_its_class_is_shown(doubts):
    shown, hidden, _ = doubts(numero=40, voie_qpv=23, voie_hors=11, commune=11, inconnu_hors=12)
    assert not hidden
    assert (shown["voie"], shown["voie_en_qpv"], shown["non_situe_hors_qpv"]) == (34, 23, 12)


def test_people_said_outside_that_leave_few_of_those_not_placed_are_masked(doubts):
    # 16 at the commune and 12 without a place, 26 of these 28 said outside: the 2 others would be told.
    shown, hidden, _ = doubts(numero=40, commune_hors=14, commune=2, inconnu_hors=12)
    assert hidden == {"non_situe_hors_qpv"}
    assert (shown["commune"], shown["inconnu"]) == (16, 12)


def test_few_people_not_placed_are_not_told_by_the_other_classes(doubts):
    # 5 and 5 are masked; 83 − 40 − 33 would tell that they are 10 together, so the smallest other class goes too.
    shown, hidden, _ = doubts(numero=40, voie_hors=33, commune=5, inconnu=5)
    assert hidden == {"voie", "commune", "inconnu"}
    assert shown["numero"] == 40


def test_quality_does_not_count_the_exits_without_a_reason(told):
    # `steps` tells them with deaths: 30 and 30 others, of which quality would tell 27 + 28, and leave 5 deaths.
    row = "x;2021-06-01;2022-01-01;2022-09-15;{};{};;numero"
    rows = [
        text.format(*said)
        for count, said in (
            (27, ("", "QN99901M")),
            (3, ("deces", "QN99901M")),
            (28, ("", "hors_qpv")),
            (2, ("deces", "hors_qpv")),
        )
        for text in many(count, row)
    ]
    rows += [
        *many(40, "x;2021-06-01;2022-01-01;;;QN99901M;;numero"),
        *many(40, "x;2021-06-01;2022-01-01;;;hors_qpv;;numero"),
    ]
    cohort = read(told(*(row.replace("x", f"p{number}", 1) for number, row in enumerate(rows))))
    assert steps(cohort).attrs["others"] == ["deces", "inconnu"]
    table = quality(cohort)
    assert "motif_inconnu" not in table["check"].tolist()
    assert not {55, 27, 28, 5} & set(table["persons"].dropna())


def test_shares_of_quality_are_rounded_half_up(doubts):
    # 49 of 400 are 12.25 %.
    _, _, table = doubts(numero=351, voie_hors=49)
    assert table.loc["voie", "share_pct"] == 12.3


def test_quality_of_a_cohort_under_the_threshold_tells_nothing(told):
    table = quality(read(told(*GOOD)))
    assert table["persons"].isna().all()
    assert (table["status"] == "secret").all()

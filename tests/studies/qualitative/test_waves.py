"""Waves of interviews: what is met in each, told as what was gathered and never as a trend."""

import datetime as dt

import pytest
from qualitative_support import corpus_of

from oqhs.errors import MeasureError, UnknownError
from oqhs.studies.qualitative import WAVE_COLUMNS, waves

NORD, SUD = "QN99901M", "QN99902M"
BOOK = [{"code": "soins", "label": "Soins"}, {"code": "pmi", "parent": "soins"}, {"code": "bruit"}]
SOURCES = [
    {"source": "E1", "territory": NORD, "date": "2022-03-01", "persons": 1},
    {"source": "E2", "territory": SUD, "date": "2022-09-01", "persons": 1},
    {"source": "E3", "territory": NORD, "date": "2023-02-01", "persons": 1},
    {"source": "E4", "territory": NORD, "date": "2024-02-01", "persons": 1},
    {"source": "E5", "territory": NORD, "date": "2025-02-01", "persons": 1},
    {"source": "E6", "territory": NORD, "persons": 1},
]
#: 2022: bruit (E1, E2); 2023: pmi (E3); 2024: E4 is not coded; 2025: bruit and pmi (E5); E6 has no date.
SEGMENTS = [
    {"segment": f"{source}-{code}", "source": source, "speaker": "P", "code": code}
    for source, code in (
        ("E1", "bruit"), ("E2", "bruit"), ("E3", "pmi"), ("E5", "bruit"), ("E5", "pmi"), ("E6", "bruit"),
    )
]  # fmt: skip


def told(table, column):
    return {(row["wave"], row["code"]): row[column] for row in table.to_dict("records")}


def test_codes_are_counted_by_year_with_what_stands_under_them():
    table = waves(corpus_of(SOURCES, SEGMENTS, BOOK))
    excerpts = told(table, "excerpts")
    assert table.columns.tolist() == WAVE_COLUMNS
    assert [excerpts[("2022", code)] for code in ("soins", "pmi", "bruit")] == [0, 0, 2]
    assert [excerpts[("2023", code)] for code in ("soins", "pmi", "bruit")] == [1, 1, 0]
    # « P » is met in E1 and in E2: one person at least, and nobody knows whether two.
    assert told(table, "persons")[("2022", "bruit")] == 1
    assert not told(table, "persons_exact")[("2022", "bruit")]


def test_waves_without_quartiers_are_not_said_to_be_of_the_same_ones():
    nowhere = [{name: value for name, value in one.items() if name != "territory"} for one in SOURCES]
    assert waves(corpus_of(nowhere, SEGMENTS, BOOK))["same_territories"].isna().all()


def test_a_corpus_without_a_source_has_no_wave():
    assert waves(corpus_of([], [], BOOK)).empty


def test_a_code_appears_or_is_met_no_more_by_the_coded_wave_before():
    presence = told(waves(corpus_of(SOURCES, SEGMENTS, BOOK)), "presence")
    assert [presence[(year, "bruit")] for year in ("2022", "2023", "2024", "2025")] == [
        "présent",
        "n'apparaît plus",
        "vague non codée",
        "apparaît",
    ]
    assert [presence[(year, "pmi")] for year in ("2022", "2023", "2025")] == ["absent", "apparaît", "présent"]


def test_a_wave_of_which_nothing_was_coded_has_no_count():
    table = waves(corpus_of(SOURCES, SEGMENTS, BOOK))
    none = table[table["wave"] == "2024"]
    assert len(none) == 3
    assert none[["excerpts", "sources", "persons"]].isna().all(axis=None)
    assert none["wave_sources"].tolist() == [0, 0, 0]


def test_a_wave_says_what_it_is_made_of_and_whether_it_is_of_the_same_quartiers():
    table = waves(corpus_of(SOURCES, SEGMENTS, BOOK)).drop_duplicates("wave").set_index("wave")
    assert table["wave_sources"].to_dict() == {"2022": 2, "2023": 1, "2024": 0, "2025": 1}
    assert table["wave_territories"].to_dict() == {"2022": 2, "2023": 1, "2024": 0, "2025": 1}
    # Nothing before 2022; Sud is no more in 2023; nothing coded in 2024; 2025 is as 2023.
    assert [table["same_territories"].isna()[year] for year in ("2022", "2024")] == [True, True]
    assert (table["same_territories"]["2023"], table["same_territories"]["2025"]) == (False, True)


def test_sources_without_a_date_are_in_no_wave_and_are_counted():
    table = waves(corpus_of(SOURCES, SEGMENTS, BOOK))
    assert table.attrs["undated"] == 1
    assert told(table, "excerpts")[("2025", "bruit")] == 1


def test_waves_are_told_as_what_was_gathered():
    notice = waves(corpus_of(SOURCES, SEGMENTS, BOOK)).attrs["notice"]
    assert notice.startswith("Le nombre d'extraits ne mesure pas la fréquence d'une opinion. ")
    assert notice.endswith("pas une évolution de l'opinion.")


def test_waves_may_start_on_given_days():
    days = [dt.date(2022, 9, 1), dt.date(2022, 1, 1), "2023-06-01"]
    table = waves(corpus_of(SOURCES, SEGMENTS, BOOK), days)
    assert list(dict.fromkeys(table["wave"])) == [
        "du 01/01/2022 au 31/08/2022",
        "du 01/09/2022 au 31/05/2023",
        "depuis le 01/06/2023",
    ]
    # A source of the first day of a wave is of this wave: E2, then E3, in the second.
    assert told(table, "sources")[("du 01/09/2022 au 31/05/2023", "bruit")] == 1
    assert table.loc[table["wave"] == "du 01/09/2022 au 31/05/2023", "wave_sources"].tolist() == [2, 2, 2]


def test_a_corpus_without_a_date_has_no_wave():
    table = waves(corpus_of([{"source": "E6"}], [], BOOK))
    assert table.empty
    assert table.columns.tolist() == WAVE_COLUMNS
    assert table.attrs["undated"] == 1


def test_a_source_older_than_the_first_wave_is_refused():
    with pytest.raises(MeasureError, match="older than the first wave") as caught:
        waves(corpus_of(SOURCES, SEGMENTS, BOOK), ["2023-01-01"])
    assert caught.value.problems[0].found == "2022-03-01"


@pytest.mark.parametrize("days", [[], ["2022-01-01", "2022-01-01"]])
def test_waves_need_days_and_each_once(days):
    with pytest.raises(MeasureError, match="the first day of each, once"):
        waves(corpus_of(SOURCES, SEGMENTS, BOOK), days)


def test_another_word_for_waves_is_refused():
    with pytest.raises(UnknownError, match="no such way to make waves"):
        waves(corpus_of(SOURCES, SEGMENTS, BOOK), "month")

"""The page of a portrait that tells what interviews say."""

import numpy as np
import pandas as pd

from oqhs.publish.portrait.heard import NOBODY, heard_sections

ROW = {
    "territory": "QN99901M",
    "label": "Les Bleuets",
    "theme": "Situation économique, emploi et formation",
    "indicator": "taux_pauvrete",
    "indicator_label": "Taux de pauvreté",
    "value": 38.25,
    "gap": 20.5,
    "low": 18.0,
    "high": 23.04,
    "unit": "percent",
    "decimals": 1,
    "year": 2021,
    "status": "observed",
    "reason": "",
    "codes": ("Fins de mois",),
    "excerpts": 6,
    "persons": 4,
    "persons_exact": False,
    "quotes": ("« On compte tout. » (Nour, mai 2025)",),
    "held": "",
    "verdict": "convergence",
    "verdict_note": "les deux disent la gêne",
    "verdict_origin": "analyste",
}
ATTRS = {"notice": "Le nombre d'extraits ne mesure rien.", "corpus": "12 sources, 2025."}


def frame(*changes):
    """Rows like `ROW` but for what each change says."""
    found = pd.DataFrame([{**ROW, **change} for change in changes])
    found = found.astype({"excerpts": "Int64", "persons": "Int64", "year": "Int64"})
    found.attrs |= ATTRS
    return found


def plain(text):
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def cells(section, group=0, row=0):
    return [plain(cell.text) for cell in section.tables[0].groups[group].rows[row]]


def test_a_row_has_the_figure_the_gap_with_its_interval_who_was_heard_and_the_verdict():
    told, *_ = heard_sections(frame({}), ["QN99901M"])
    # 38,25 is rounded half up; both bounds of the gap have the digit of the indicator.
    assert cells(told) == [
        "Taux de pauvreté",
        "2021",
        "38,3 %",
        "+20,5 points",
        "6",
        "au moins 4",
        "convergence",
    ]
    gap, verdict = told.tables[0].groups[0].rows[0][3], told.tables[0].groups[0].rows[0][6]
    assert plain(gap.under) == "[+18,0 ; +23,0]"
    assert verdict.under == "analyste"


def test_what_was_heard_and_what_counts_do_not_measure_stand_first():
    told, *_ = heard_sections(frame({}), ["QN99901M"])
    assert told.lines[:2] == (ATTRS["corpus"], ATTRS["notice"])


def test_excerpts_and_notes_of_the_analyst_are_told_under_the_name_of_their_indicator():
    _, quotes, notes = heard_sections(frame({}), ["QN99901M"])
    assert [(one.lead, one.text) for one in quotes.items] == [("Taux de pauvreté", ROW["quotes"][0])]
    assert [(one.lead, one.text) for one in notes.items] == [
        ("Taux de pauvreté", "convergence. les deux disent la gêne")
    ]


def test_a_missing_figure_is_told_as_such_and_a_silence_is_that_of_the_programme():
    missing = {"value": np.nan, "gap": np.nan, "low": np.nan, "high": np.nan, "status": "secret"}
    silent = {"verdict": "silence", "verdict_note": "indicateur : secret", "verdict_origin": "constat"}
    (told,) = heard_sections(frame({**missing, **silent, "quotes": ()}), ["QN99901M"])
    assert cells(told)[2:4] == ["secret", "secret"]
    assert (told.tables[0].groups[0].rows[0][6].text, told.tables[0].groups[0].rows[0][6].under) == (
        "silence",
        "constat",
    )


def test_what_few_people_said_is_neither_counted_nor_quoted_and_the_page_says_so():
    few = {"excerpts": pd.NA, "persons": pd.NA, "quotes": (), "held": "trop peu de personnes"}
    told, *rest = heard_sections(frame({**few, "verdict_note": ""}), ["QN99901M"])
    assert cells(told)[4:6] == ["non dit", "non dit"]
    assert told.lines[-1] == "Trop peu de personnes."
    assert rest == []


def test_a_page_of_several_quartiers_names_each_and_leaves_the_others_out():
    rows = frame(
        {}, {"territory": "QN99902M", "label": "Le Gué"}, {"territory": "QN99903M", "label": "Ailleurs"}
    )
    told, quotes, _ = heard_sections(rows, ["QN99901M", "QN99902M"])
    assert [group.label for group in told.tables[0].groups] == ["Les Bleuets", "Le Gué"]
    assert [one.lead for one in quotes.items] == ["Les Bleuets, Taux de pauvreté", "Le Gué, Taux de pauvreté"]


def test_where_nobody_was_heard_the_page_says_so():
    (told,) = heard_sections(frame({}), ["QN99909M"])
    assert told.lines == (NOBODY,)
    assert told.tables == ()

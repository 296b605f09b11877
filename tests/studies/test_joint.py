"""Joint display: a row per quartier and linked indicator, both sides told, and a verdict nobody made up."""

from html import unescape

import pandas as pd
import pytest
from qualitative_support import corpus_of

from oqhs.catalogue import load_catalogue
from oqhs.demo.interviews import LINK_FILE, PROJECT_FILE, SOURCE_FILE, VERDICT_FILE, interview_files
from oqhs.errors import MeasureError, UnknownError
from oqhs.publish.joint import document_of
from oqhs.publish.pages import page_of
from oqhs.studies import interviews
from oqhs.studies.identity import publishable
from oqhs.studies.joint import JOINT_COLUMNS, joint_display, links_of

CATALOGUE = load_catalogue()
NORD, SUD = "QN99901M", "QN99902M"
NAMES = {NORD: "Le Nord", SUD: "Le Sud", "QN99903I": "L'Est"}
POVERTY, JOBLESS, YOUNG = "taux_pauvrete", "taux_chomage_15_64", "part_moins_18"
BOOK = [
    {"code": "argent", "label": "Fins de mois"},
    {"code": "factures", "parent": "argent", "label": "Factures"},
    {"code": JOBLESS, "label": "Travail"},
    {"code": "bruit"},
]
LINKS = [{"code": "argent", "indicator": POVERTY}, {"code": "bruit", "indicator": POVERTY}]
SOURCES = [
    {"source": "E1", "territory": NORD, "persons": 1, "date": "2024-03-12"},
    {"source": "E2", "territory": NORD, "persons": 1},
    {"source": "G1", "territory": SUD, "persons": 8, "date": "2024-06-01"},
    {"source": "E0", "persons": 1},
]


def said(segment, source, speaker, code, text):
    return {"segment": segment, "source": source, "speaker": speaker, "code": code, "text": text}


SEGMENTS = [
    said("a", "E1", "Nour", "factures", "On compte tout."),
    said("a", "E1", "Nour", "bruit", "On compte tout."),  # the same words under two codes of one indicator
    said("b", "E1", "Nour", "argent", "Le 15, il n'y a plus rien."),
    said("c", "E2", "Sami", "argent", "Ça va."),
    said("d", "G1", None, JOBLESS, "On cherche."),
    said("e", "E0", "Lou", "argent", "Je ne suis pas d'ici."),
]


def gap(territory, indicator, value, of, low=None, high=None, **named):
    """Give a row as `gaps` of an edition does: the quartier against a reference."""
    usual = {
        "reference": "departement", "value": value, "gap": None if value is None else value - of,
        "gap_ci_lower": low, "gap_ci_upper": high, "year": 2021, "perimeter": "qpv2024", "coverage": 1.0,
        "status": "observed", "reason": "", "gap_ci_reason": "", "unfavourable": True,
    }  # fmt: skip
    return {"territory": territory, "indicator": indicator} | usual | named


GAPS = [
    gap(NORD, POVERTY, 36.0, 17.0, 17.5, 20.5),
    gap(NORD, JOBLESS, 20.0, 11.0),
    gap(SUD, POVERTY, 33.0, 17.0),
    gap(SUD, JOBLESS, None, 11.0, status="secret", reason="valeur couverte par le secret statistique",
        unfavourable=None, year=None, coverage=None),
    gap("QN99903I", POVERTY, 30.0, 17.0),
    gap(NORD, YOUNG, 28.0, 23.0, unfavourable=None),
]  # fmt: skip


def frame_of(rows):
    types = {"year": "Int64", "unfavourable": "boolean"}
    floats = dict.fromkeys(["value", "gap", "gap_ci_lower", "gap_ci_upper", "coverage"], "float64")
    return pd.DataFrame(rows).astype(types | floats)


def shown(*, gaps=GAPS, verdicts=(), segments=SEGMENTS, links=LINKS, **named):
    corpus = corpus_of(SOURCES, segments, BOOK, links, verdicts)
    table = joint_display(frame_of(gaps), corpus, CATALOGUE, NAMES, **named)
    return table.set_index(["territory", "indicator"])


def test_there_is_a_row_for_every_quartier_that_was_heard_and_every_linked_indicator():
    table = shown()
    # Chômage is linked by its own id; the Est was not heard; nobody speaks of the young. The order is that of
    # the catalogue.
    order = [name for name in CATALOGUE.indicators if name in {POVERTY, JOBLESS}]
    assert table.index.tolist() == [(place, name) for place in (NORD, SUD) for name in order]
    assert set(table.reset_index().columns) == set(JOINT_COLUMNS)


def test_a_row_has_the_figure_its_gap_and_its_interval():
    row = shown().loc[(NORD, POVERTY)]
    assert (row["value"], row["gap"], row["low"], row["high"]) == (36.0, 19.0, 17.5, 20.5)
    assert (row["unit"], row["decimals"], row["year"], row["perimeter"]) == ("percent", 1, 2021, "qpv2024")
    assert (row["label"], row["indicator_label"]) == ("Le Nord", CATALOGUE.indicators[POVERTY].label)
    assert row["theme"] == CATALOGUE.themes[CATALOGUE.indicators[POVERTY].theme].label
    assert (row["reference"], row["unfavourable"]) == ("departement", True)


def test_excerpts_of_several_codes_of_one_indicator_are_counted_once():
    row = shown().loc[(NORD, POVERTY)]
    # a under two codes, b, c; Nour and Sami.
    assert (row["excerpts"], row["persons"], row["persons_exact"]) == (3, 2, True)
    assert row["codes"] == ("Fins de mois", "bruit")


def test_persons_without_a_name_are_a_lower_bound():
    row = shown().loc[(SUD, JOBLESS)]
    assert (row["excerpts"], row["persons"], row["persons_exact"]) == (1, 1, False)


def test_excerpts_without_a_quartier_are_counted_apart():
    assert shown().attrs["unplaced"] == 1


def test_no_excerpt_is_shown_unless_it_was_checked():
    table = shown()
    assert (table["quotes"].str.len() == 0).all()
    assert table.loc[(NORD, POVERTY), "held"] == "extraits non vérifiés : aucun n'est montré"
    assert table.loc[(NORD, JOBLESS), "held"] == "aucun extrait"


def test_excerpts_that_may_be_shown_are_with_who_spoke_and_the_month():
    corpus = corpus_of(SOURCES, SEGMENTS, BOOK)
    allowed = corpus.segments[corpus.segments["segment"].isin(["a", "c", "e"])]
    table = shown(publishable=allowed)
    assert table.loc[(NORD, POVERTY), "quotes"] == (
        "« On compte tout. » (Nour, mars 2024)",
        "« Ça va. » (Sami)",
    )
    assert table.loc[(NORD, POVERTY), "held"] == ""
    assert table.loc[(NORD, POVERTY), "excerpts"] == 3  # all of them, shown or not
    assert table.loc[(SUD, JOBLESS), "quotes"] == ()
    assert table.loc[(SUD, JOBLESS), "held"] == "aucun extrait ne peut être montré"


def test_everybody_is_quoted_once_before_anybody_is_twice():
    table = shown(publishable=corpus_of(SOURCES, SEGMENTS, BOOK).segments, quotes=2)
    # Nour said a and b, Sami c.
    assert [quote.split(" »")[0] for quote in table.loc[(NORD, POVERTY), "quotes"]] == [
        "« On compte tout.",
        "« Ça va.",
    ]
    assert table.loc[(SUD, JOBLESS), "quotes"] == ("« On cherche. » (juin 2024)",)


def test_the_order_in_which_excerpts_are_given_changes_nothing():
    allowed = corpus_of(SOURCES, SEGMENTS, BOOK).segments.drop(columns=["start", "end", "memo", "coder"])
    pd.testing.assert_frame_equal(
        shown(publishable=allowed, quotes=2), shown(publishable=allowed.iloc[::-1], quotes=2)
    )


def test_an_excerpt_that_is_not_of_the_corpus_is_refused():
    strange = corpus_of(SOURCES, SEGMENTS, BOOK).segments.assign(segment="z")
    with pytest.raises(MeasureError, match="not in the corpus") as caught:
        shown(publishable=strange)
    assert caught.value.problems[0].found == "z"


def test_an_excerpt_is_shown_as_it_was_given_to_be_shown():
    allowed = corpus_of(SOURCES, SEGMENTS, BOOK).segments.assign(text="[retiré]", speaker="P1", date=pd.NaT)
    assert shown(publishable=allowed, quotes=1).loc[(NORD, POVERTY), "quotes"] == ("« [retiré] » (P1)",)


def test_the_verdict_is_that_of_the_analyst():
    told = [{"territory": NORD, "indicator": POVERTY, "verdict": "discordance", "note": "Sami va bien."}]
    row = shown(verdicts=told).loc[(NORD, POVERTY)]
    assert (row["verdict"], row["verdict_note"]) == ("discordance", "Sami va bien.")
    assert row["verdict_origin"] == "analyste"


def test_the_programme_says_silence_and_nothing_else():
    table = shown()
    facts = {
        pair: (row["verdict"], row["verdict_note"], row["verdict_origin"])
        for pair, row in table.to_dict("index").items()
    }
    assert facts == {
        (NORD, POVERTY): ("à établir", "", ""),
        (NORD, JOBLESS): ("silence", "aucun extrait", "constat"),
        (SUD, POVERTY): ("silence", "aucun extrait", "constat"),
        (SUD, JOBLESS): ("silence", "indicateur : valeur couverte par le secret statistique", "constat"),
    }


def test_where_both_sides_are_missing_both_are_told():
    mute = [one for one in SEGMENTS if one["source"] != "G1"]
    row = shown(segments=mute).loc[(SUD, JOBLESS)]
    assert (row["verdict"], row["verdict_note"]) == (
        "silence",
        "aucun extrait ; indicateur : valeur couverte par le secret statistique",
    )


def test_a_figure_that_the_edition_does_not_have_is_missing_and_said_so():
    row = shown(gaps=[one for one in GAPS if one["indicator"] != JOBLESS]).loc[(SUD, JOBLESS)]
    assert pd.isna(row["value"])
    assert (row["status"], row["reason"]) == ("not_available", "indicateur absent de l'édition")
    assert row["verdict"] == "silence"


def test_a_quartier_with_a_verdict_is_there_even_if_nobody_was_heard():
    told = [{"territory": "QN99903I", "indicator": POVERTY, "verdict": "silence"}]
    row = shown(verdicts=told).loc[("QN99903I", POVERTY)]
    assert (row["verdict"], row["verdict_note"], row["verdict_origin"]) == ("silence", "", "analyste")
    assert (row["value"], row["excerpts"], row["persons"]) == (30.0, 0, 0)


def test_the_table_says_that_excerpts_do_not_measure_opinions():
    assert shown().attrs["notice"] == "Le nombre d'extraits ne mesure pas la fréquence d'une opinion."


def test_no_frame_is_changed():
    corpus, gaps = corpus_of(SOURCES, SEGMENTS, BOOK, LINKS), frame_of(GAPS)
    frames = [gaps, corpus.sources, corpus.segments, corpus.codebook, corpus.links, corpus.verdicts]
    before = [frame.copy() for frame in frames]
    joint_display(gaps, corpus, CATALOGUE, NAMES, publishable=corpus.segments)
    for frame, kept in zip(frames, before, strict=True):
        pd.testing.assert_frame_equal(frame, kept)


def test_without_anybody_heard_there_is_no_row():
    corpus = corpus_of([], [], BOOK, LINKS)
    table = joint_display(frame_of(GAPS), corpus, CATALOGUE, NAMES, publishable=corpus.segments)
    assert table.empty
    assert table.columns.tolist() == JOINT_COLUMNS


def test_without_an_excerpt_to_show_none_is():
    none = corpus_of(SOURCES, [], BOOK).segments
    assert (shown(publishable=none)["quotes"].str.len() == 0).all()


def test_without_a_link_the_error_says_what_to_give():
    corpus = corpus_of(SOURCES, [], [{"code": "bruit"}])
    with pytest.raises(MeasureError, match="no code is linked to an indicator") as caught:
        joint_display(frame_of(GAPS), corpus, CATALOGUE, NAMES)
    assert "links=" in caught.value.problems[0].todo


def test_a_link_that_stands_twice_counts_once():
    corpus = corpus_of(SOURCES, SEGMENTS, BOOK, [*LINKS, LINKS[0], {"code": JOBLESS, "indicator": JOBLESS}])
    assert links_of(corpus, CATALOGUE)["indicator"].tolist() == [POVERTY, POVERTY, JOBLESS]


def test_a_link_to_an_indicator_that_does_not_exist_is_refused():
    with pytest.raises(UnknownError, match="indicators that do not exist") as caught:
        shown(links=[{"code": "argent", "indicator": "pauvrete"}])
    assert caught.value.problems[0].found == "pauvrete"


def test_a_link_from_a_code_that_the_codebook_lacks_is_refused():
    with pytest.raises(MeasureError, match="codes that the codebook lacks") as caught:
        shown(links=[{"code": "sous", "indicator": POVERTY}])
    assert caught.value.problems[0].found == "sous"


def test_gaps_without_intervals_are_refused():
    corpus = corpus_of(SOURCES, SEGMENTS, BOOK, LINKS)
    with pytest.raises(MeasureError, match="gaps lack columns") as caught:
        joint_display(frame_of(GAPS).drop(columns="gap_ci_lower"), corpus, CATALOGUE, NAMES)
    assert caught.value.problems[0].found == "gap_ci_lower"


def test_gaps_to_several_references_are_refused():
    several = [*GAPS, gap(NORD, POVERTY, 36.0, 20.0, reference="commune")]
    with pytest.raises(MeasureError, match="about one reference") as caught:
        shown(gaps=several)
    assert caught.value.problems[0].found == "commune, departement"


def test_a_quartier_that_the_edition_lacks_is_refused():
    corpus = corpus_of([{"source": "E1", "territory": "QP999001"}], [], BOOK, LINKS)
    with pytest.raises(MeasureError, match="quartiers that the edition lacks") as caught:
        joint_display(frame_of(GAPS), corpus, CATALOGUE, NAMES)
    assert caught.value.problems[0].found == "QP999001"


def test_a_verdict_on_an_indicator_without_a_link_is_refused():
    with pytest.raises(MeasureError, match="no code is linked to") as caught:
        shown(verdicts=[{"territory": NORD, "indicator": YOUNG, "verdict": "silence"}])
    assert caught.value.problems[0].found == YOUNG


def test_two_verdicts_on_one_figure_are_refused():
    told = [{"territory": NORD, "indicator": POVERTY, "verdict": one} for one in ("silence", "convergence")]
    with pytest.raises(MeasureError, match="a verdict stands twice") as caught:
        shown(verdicts=told)
    assert caught.value.problems[0].found == f"{NORD} {POVERTY}"


def test_of_the_invented_study_no_excerpt_that_is_withheld_is_on_the_page(tmp_path):
    for name, content in interview_files().items():
        (tmp_path / name).write_bytes(content)
    files = {"sources": SOURCE_FILE, "links": LINK_FILE, "verdicts": VERDICT_FILE}
    corpus = interviews.read(tmp_path / PROJECT_FILE, **{key: tmp_path / name for key, name in files.items()})
    excerpts = publishable(corpus, diffusion="interne", persons_min=3)
    places = sorted(set(corpus.sources["territory"].dropna()))
    table = joint_display(
        frame_of(GAPS),
        corpus,
        CATALOGUE,
        {code: code for code in places},
        publishable=excerpts.segments,
        quotes=50,
    )
    page = unescape(page_of(document_of(table, "Entretiens", diffusion="interne", invented=True)))
    texts = corpus.segments.drop_duplicates("segment").set_index("segment")["text"]
    held = set(texts[excerpts.log["segment"].unique()].dropna()) - set(excerpts.segments["text"])
    shown_texts = set(excerpts.segments.merge(links_of(corpus, CATALOGUE), on="code")["text"])
    assert len(held) > 1
    assert not [text for text in held if text in page]
    assert [text for text in shown_texts if text not in page] == []

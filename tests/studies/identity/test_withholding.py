"""Which excerpts may leave, and what is logged of the others."""

import dataclasses
import datetime as dt

import pandas as pd
import pytest

from oqhs.catalogue import built_in
from oqhs.errors import DataError, UnknownError
from oqhs.studies.identity import (
    CLEARED_COLUMNS,
    LOG_COLUMNS,
    PUBLISHED_COLUMNS,
    Pseudonyms,
    clearance,
    excerpt_sha256,
    persons_heard,
    publishable,
    read_clearances,
    withheld,
    write_clearances,
)

PLACE = "QN99901M"
TEXTS = {"s1": "Le bus ne passe plus.", "s2": "Appelez le 06 12 34 56 78."}
NO_TRACES = pd.DataFrame(
    {"id": pd.Series(dtype="str"), "kind": pd.Series(dtype="str"), "reason": pd.Series(dtype="str")}
)
TABLE = Pseudonyms(pd.DataFrame({"name": ["Aïcha Belhadj"], "pseudonym": ["Nadège"], "nature": ["personne"]}))


def given(study, **kwargs):
    return publishable(study, diffusion="partenaires", persons_min=5, **kwargs)


def cleared(study, segment="s2", **kwargs):
    told = {"reason": "numéro d'un standard", "office": "Observatoire", "date": dt.date(2024, 10, 2)}
    return clearance(study.segments, segment, **(told | kwargs))


def test_an_excerpt_with_a_trace_is_withheld_and_logged_without_its_text(small_corpus):
    excerpts = given(small_corpus(TEXTS))
    assert excerpts.segments.columns.tolist() == PUBLISHED_COLUMNS
    assert excerpts.segments["segment"].tolist() == ["s1"]
    assert excerpts.log.columns.tolist() == LOG_COLUMNS
    assert excerpts.log.to_numpy().tolist() == [
        ["s2", "E1", PLACE, "numéro de téléphone français", "téléphone"]
    ]
    assert "06 12" not in excerpts.log.to_csv()
    assert excerpts.notice == "Ce contrôle aide une personne à relire ; il ne la remplace pas."


def test_memos_and_coders_never_leave_and_an_excerpt_of_two_coders_leaves_once(small_corpus):
    study = small_corpus({"s1": TEXTS["s1"]}, memo="Mme Xyz hésite")
    twice = pd.concat([study.segments, study.segments.assign(coder="Y")], ignore_index=True)
    both = dataclasses.replace(study, segments=twice)
    excerpts = given(both)
    assert len(excerpts.segments) == 1
    assert "Xyz" not in excerpts.segments.to_csv()


def test_verbatims_are_never_public(small_corpus):
    with pytest.raises(DataError, match="verbatims are never public") as caught:
        publishable(small_corpus(TEXTS), diffusion="public", persons_min=5)
    assert caught.value.problems[0].allowed == "interne or partenaires"


@pytest.mark.parametrize("asked", ["partenaires", "tous"])
def test_excerpts_do_not_go_farther_than_their_corpus(small_corpus, asked):
    with pytest.raises(DataError, match="may not be given so widely"):
        publishable(small_corpus(TEXTS, diffusion="interne"), diffusion=asked, persons_min=5)


def test_a_trace_over_the_edge_of_an_excerpt_withholds_it(small_corpus):
    # The excerpt begins inside the number: alone, « 34 56 78 » looks like nothing.
    whole = "Appelez le 06 12 34 56 78, le soir. Le bus ne passe plus."
    offsets = {"s1": (whole.index("Le bus"), len(whole)), "s2": (whole.index("34"), whole.index(" Le bus"))}
    study = small_corpus(
        {name: whole[start:end] for name, (start, end) in offsets.items()}, whole=whole, offsets=offsets
    )
    excerpts = given(study)
    assert excerpts.segments["segment"].tolist() == ["s1"]
    assert excerpts.log["kind"].tolist() == ["téléphone"]


def test_a_speaker_that_is_a_real_name_of_the_table_withholds_the_excerpt(small_corpus):
    study = small_corpus({"s1": TEXTS["s1"]}, speaker="Aïcha")
    assert given(study).log.empty
    assert given(study, pseudonyms=TABLE).log["reason"].tolist() == ["partie d'un nom réel de la table"]


def test_the_pseudonym_of_a_speaker_may_stand_in_a_text(small_corpus):
    study = small_corpus({"s1": "Karim n'a plus de bus."}, speaker="Karim")
    assert given(study).log.empty
    assert given(study, pseudonyms=TABLE).log["kind"].tolist() == ["nom"]


def test_an_id_that_holds_a_real_name_is_refused_and_the_name_is_not_told(small_corpus):
    study = small_corpus({"s1": TEXTS["s1"]}, source="entretien_aicha_belhadj")
    with pytest.raises(DataError, match="ids hold a real name") as caught:
        given(study, pseudonyms=TABLE)
    assert "belhadj" not in str(caught.value).lower()


def test_an_excerpt_that_a_person_cleared_leaves(small_corpus):
    study = small_corpus(TEXTS)
    excerpts = given(study, cleared=cleared(study))
    assert excerpts.segments["segment"].tolist() == ["s1", "s2"]
    assert excerpts.log.empty


def test_a_clearance_no_longer_holds_once_the_text_has_changed(small_corpus):
    old = cleared(small_corpus(TEXTS))
    excerpts = given(small_corpus(TEXTS | {"s2": "Appelez vite le 06 12 34 56 78."}), cleared=old)
    assert excerpts.segments["segment"].tolist() == ["s1"]
    assert excerpts.log["reason"].tolist() == [
        "numéro de téléphone français ; le texte a changé depuis qu'il a été relu"
    ]


def test_nobody_can_clear_anything_but_traces(small_corpus):
    study = small_corpus(TEXTS)
    excerpts = publishable(study, diffusion="partenaires", persons_min=9, cleared=cleared(study))
    assert excerpts.segments.empty
    assert excerpts.log["kind"].tolist() == ["trop peu de personnes"] * 2


# One interview with a speaker, and a group of seven whose speakers are not told: eight people.
@pytest.mark.parametrize(("persons_min", "leaves"), [(8, True), (9, False)])
def test_excerpts_of_a_quartier_with_too_few_people_heard_are_withheld(small_corpus, persons_min, leaves):
    excerpts = publishable(small_corpus({"s1": TEXTS["s1"]}), diffusion="interne", persons_min=persons_min)
    assert (len(excerpts.segments) == 1) is leaves
    assert excerpts.log["reason"].tolist() == (
        [] if leaves else ["moins de 9 personnes entendues dans le quartier"]
    )


def heard(segments, sources):
    rows = pd.DataFrame(segments, columns=["source", "speaker"]).astype("str")
    told = pd.DataFrame(sources, columns=["source", "territory", "persons"])
    return persons_heard(
        rows, told.astype({"source": "str", "territory": "str", "persons": "Int64"})
    ).to_dict()


def test_a_name_of_a_quartier_is_one_person_and_unknown_persons_count_for_one():
    segments = [("E1", "P1"), ("E1", "P1"), ("E1", "P2"), ("E2", "P1"), ("G1", None), ("G2", None)]
    sources = [
        ("E1", "A", 9),
        ("E2", "A", None),
        ("G1", "A", 6),
        ("G2", "B", None),
        ("O1", "B", None),
        ("E9", None, 50),
    ]
    # A: two speakers of E1 (whatever its 9), one of whom is met again in E2, and six of G1. B: one for G2
    # and one for O1, whose persons are not known. E9 is of no quartier.
    assert heard(segments, sources) == {"A": 8, "B": 2}


def test_one_person_heard_five_times_is_not_five_persons():
    sources = [(f"E{number}", "A", 1) for number in range(5)]
    assert heard([(name, "Nour") for name, *_ in sources], sources) == {"A": 1}


def test_excerpts_without_a_quartier_or_a_text_are_withheld(small_corpus):
    study = small_corpus(TEXTS | {"s3": None})
    segments = study.segments.assign(
        territory=study.segments["territory"].mask(study.segments["segment"] == "s1")
    )
    kept, log = withheld(segments, study.sources, traces=NO_TRACES, persons_min=1)
    assert kept["segment"].tolist() == ["s2"]
    assert log[["segment", "kind"]].to_numpy().tolist() == [["s1", "sans quartier"], ["s3", "sans texte"]]
    assert log["territory"].isna().tolist() == [True, False]


def test_inputs_stay_as_they_are_and_the_index_of_what_is_kept_too(small_corpus):
    study = small_corpus(TEXTS)
    segments = study.segments.set_axis([7, 9])
    before = segments.copy()
    traces = pd.DataFrame({"id": ["s1"], "kind": ["nom"], "reason": ["prénom"]})
    kept, log = withheld(segments, study.sources, traces=traces, persons_min=1)
    assert kept.index.tolist() == [9]
    assert len(log) == 1
    pd.testing.assert_frame_equal(segments, before)


def test_a_segment_of_an_unknown_source_is_refused(small_corpus):
    study = small_corpus(TEXTS)
    with pytest.raises(DataError, match="a source that is not told"):
        withheld(study.segments, study.sources.iloc[1:], traces=NO_TRACES, persons_min=1)


def test_what_a_notebook_shows_counts_the_excerpts_and_shows_none(small_corpus):
    shown = given(small_corpus(TEXTS))._repr_html_()
    assert "1 diffusables, 1 écartés" in shown
    assert "il ne la remplace pas" in shown
    assert "bus" not in shown
    assert "06 12" not in shown


def test_a_clearance_is_of_one_text_with_its_reason_its_office_and_its_day(small_corpus):
    study = small_corpus(TEXTS | {"s3": None})
    made = cleared(study)
    assert made.columns.tolist() == CLEARED_COLUMNS
    # SHA-256 of « abc », as FIPS 180-4 gives it.
    assert excerpt_sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    with pytest.raises(UnknownError, match="no segment has this id"):
        cleared(study, "s9")
    with pytest.raises(DataError, match="has not one text"):
        cleared(study, "s3")
    with pytest.raises(DataError, match="this cell is empty"):
        cleared(study, reason=" ")


def test_clearances_are_read_from_a_table(tmp_path, small_corpus):
    study = small_corpus(TEXTS)
    path = tmp_path / "relectures.csv"
    path.write_text(
        "segment;sha256;motif;service;date\n"
        f"s2;{excerpt_sha256(TEXTS['s2'])};numéro d'un standard;Observatoire;2024-10-02\n",
        encoding="utf-8",
    )
    pd.testing.assert_frame_equal(read_clearances(path), cleared(study), check_dtype=False)


@pytest.mark.parametrize(
    ("row", "what", "column"),
    [
        ("s2;abc;m;o;2024-10-02", "this is not the checksum of a text", "sha256"),
        (f"s2;{'0' * 64};m;o;hier", "this is not a date", "date"),
        (f"s2;{'0' * 64};;o;2024-10-02", "this cell is empty", "reason"),
        (f"s2;{'0' * 64};m;;2024-10-02", "this cell is empty", "office"),
    ],
)
def test_a_clearance_that_does_not_say_enough_is_refused(tmp_path, row, what, column):
    path = tmp_path / "relectures.csv"
    path.write_text(f"segment;sha256;motif;service;date\n{row}\n", encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_clearances(path)
    problem = caught.value.problems[0]
    assert problem.what.startswith(what)
    assert (problem.line, problem.column) == (2, column)


def test_clearances_without_a_column_are_refused(tmp_path, small_corpus):
    path = tmp_path / "relectures.csv"
    path.write_text("segment;motif\ns2;m\n", encoding="utf-8")
    with pytest.raises(DataError, match="a column is missing"):
        read_clearances(path)
    study = small_corpus(TEXTS)
    with pytest.raises(DataError, match="a column is missing"):
        given(study, cleared=cleared(study).drop(columns="office"))


def test_the_threshold_of_the_method_is_five_people():
    assert built_in().threshold("entretiens_personnes_min", dt.date.max) == 5


def test_a_corpus_without_segments_gives_no_excerpt_and_no_log(small_corpus):
    excerpts = given(small_corpus({}), pseudonyms=TABLE)
    assert excerpts.segments.empty
    assert excerpts.log.empty
    assert excerpts.segments.columns.tolist() == PUBLISHED_COLUMNS
    assert excerpts.log.columns.tolist() == LOG_COLUMNS


def test_excerpts_whose_speakers_are_not_told_leave_where_enough_people_were_heard(small_corpus):
    study = small_corpus({"s1": TEXTS["s1"]}, speaker=None)
    assert given(study).segments["segment"].tolist() == ["s1"]


def test_clearances_that_are_written_are_read_back_as_they_were(small_corpus, tmp_path):
    study = small_corpus(TEXTS)
    made = cleared(study)
    write_clearances(made, tmp_path / "relectures.csv")
    pd.testing.assert_frame_equal(read_clearances(tmp_path / "relectures.csv"), made)


def test_clearances_that_say_nothing_are_not_written(small_corpus, tmp_path):
    made = cleared(small_corpus(TEXTS)).assign(reason="")
    with pytest.raises(DataError, match="this cell is empty"):
        write_clearances(made, tmp_path / "relectures.csv")
    assert list(tmp_path.iterdir()) == []

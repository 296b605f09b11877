"""The table of pseudonyms and what it puts in place of real names."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oqhs.errors import DataError
from oqhs.studies.identity import Pseudonyms, pseudonymised, pseudonymised_corpus, read_pseudonyms
from oqhs.studies.identity.folding import joined

HEADER = "nom;pseudonyme;nature\n"
ROWS = HEADER + "Aïcha Belhadj;Nadège;personne\nAïcha;Nad;personne\nTour du Lac;Tour Haute;lieu\n"


def table(*rows):
    return Pseudonyms(pd.DataFrame(rows, columns=["name", "pseudonym", "nature"]))


SMALL = table(
    ("Aïcha Belhadj", "Nadège", "personne"),
    ("Aïcha", "Nad", "personne"),
    ("Tour du Lac", "Tour Haute", "lieu"),
)


def refused(path, **kwargs):
    with pytest.raises(DataError) as caught:
        read_pseudonyms(path, **kwargs)
    return caught.value


def written(folder, content=ROWS):
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "pseudonymes.csv"
    path.write_text(content, encoding="utf-8")
    return path


def test_a_table_is_read_and_never_shown(tmp_path):
    read = read_pseudonyms(written(tmp_path / "coffre"), corpus=[tmp_path / "etude" / "corpus.qdpx"])
    pd.testing.assert_frame_equal(read.rows, SMALL.rows, check_dtype=False)
    assert repr(read) == "<Pseudonymes (personne : 2, lieu : 1, structure : 0)>"


@pytest.mark.parametrize("place", ["data/raw", "data/raw/etudes", "data/processed/2024", "data/RAW"])
def test_a_table_in_the_data_is_refused(tmp_path, place):
    problem = refused(written(tmp_path / place)).problems[0]
    assert problem.what == "the table of pseudonyms lies with the corpus it protects"


@pytest.mark.parametrize("deeper", ["", "tables"])
def test_a_table_in_the_folder_of_the_corpus_is_refused(tmp_path, deeper):
    path = written(tmp_path / "etude" / deeper)
    corpus = tmp_path / "etude" / "corpus.qdpx"
    corpus.write_bytes(b"")
    assert "lies with the corpus" in str(refused(path, corpus=[corpus]))
    assert "lies with the corpus" in str(refused(path, corpus=[tmp_path / "etude"]))


def test_a_link_to_a_table_in_the_data_is_refused_both_ways(tmp_path):
    inside, outside = written(tmp_path / "data" / "raw"), written(tmp_path / "coffre")
    to_inside, to_outside = tmp_path / "coffre" / "lien.csv", tmp_path / "data" / "raw" / "lien.csv"
    to_inside.symlink_to(inside)
    to_outside.symlink_to(outside)
    assert "lies with the corpus" in str(refused(to_inside))
    assert "lies with the corpus" in str(refused(to_outside))


@pytest.mark.parametrize(
    ("rows", "what", "line"),
    [
        ("Aïcha;Nadia;personne\nFatou;NADIA;personne\n", "this stands twice", 2),
        ("Aïcha;Nadia;personne\nAICHA;Rosine;personne\n", "this stands twice", 2),
        ("Ben Ali;Nadia;personne\nBenali;Rosine;personne\n", "this stands twice", 2),
        ("Aïcha;Nadia;personne\nNadia;Rosine;personne\n", "this pseudonym holds a real name", 2),
        ("Rose;Rose-Marie;personne\n", "this pseudonym holds a real name", 2),
        ("Nadia Ziani;Rosine;personne\nFatou;Nadia;personne\n", "this pseudonym holds a real name", 3),
        ("Aïcha;;personne\n", "this cell holds no letter nor digit", 2),
        ("—;Nadia;personne\n", "this cell holds no letter nor digit", 2),
        ("Aïcha;Nadia;chat\n", "this nature is not known", 2),
    ],
)
def test_a_table_that_would_not_hide_is_refused_with_its_line_and_without_the_name(
    tmp_path, rows, what, line
):
    error = refused(written(tmp_path, HEADER + rows))
    assert error.problems[0].what.startswith(what)
    assert error.problems[0].line == line
    names = {row.split(";")[0] for row in rows.splitlines()} - {"—"}
    assert not any(name in str(error) for name in names)


def test_a_table_without_a_column_is_refused(tmp_path):
    problem = refused(written(tmp_path, "nom;pseudonyme\nAïcha;Nadia\n")).problems[0]
    assert (problem.what, problem.column) == ("a column is missing", "nature")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Chez Aïcha.", "Chez Nad."),
        ("CHEZ AÏCHA.", "CHEZ Nad."),
        ("chez aicha", "chez Nad"),
        ("l'amie d'Aïcha, d’Aïcha", "l'amie d'Nad, d’Nad"),
        ("Ai\u0308cha\u0301!", "Nad!"),  # marks that are characters of their own go with the letter
        ("Aïcha Belhadj et Aïcha", "Nadège et Nad"),
        ("Aïcha-Belhadj", "Nadège"),
        ("tour  du-lac", "Tour Haute"),
        ("Aïchatou, Maïcha", "Aïchatou, Maïcha"),
        ("👩🏽 Aïcha 👍", "👩🏽 Nad 👍"),
    ],
)
def test_whole_words_are_replaced_however_they_are_written(text, expected):
    made = pseudonymised(pd.Series({"a": text, "b": None}), SMALL)
    assert made.texts["a"] == expected
    assert pd.isna(made.texts["b"])
    assert made.texts.index.tolist() == ["a", "b"]


def test_offsets_move_with_the_text_and_those_inside_a_name_go_to_its_edges():
    # "Chez Aïcha, et Aïcha Belhadj là": names at 5-10 and 15-28; "Chez Nad, et Nadège là": 5-8 and 13-19.
    made = pseudonymised(pd.Series(["rien", "Chez Aïcha, et Aïcha Belhadj là"]), SMALL)
    assert made.texts[1] == "Chez Nad, et Nadège là"
    assert made.moves[["rank", "start", "end", "new_start", "new_end"]].to_numpy().tolist() == [
        [1, 5, 10, 5, 8],
        [1, 15, 28, 13, 19],
    ]
    ranks = np.array([0, 1, 1, 1, 1, 1, 1])
    offsets = np.array([3, 0, 5, 7, 10, 20, 31])
    assert made.moved(ranks, offsets, ends=False).tolist() == [3, 0, 5, 5, 8, 13, 22]
    assert made.moved(ranks, offsets, ends=True).tolist() == [3, 0, 5, 8, 8, 19, 22]


def test_texts_without_a_name_do_not_move():
    made = pseudonymised(pd.Series(["rien", ""]), SMALL)
    assert made.texts.tolist() == ["rien", ""]
    assert made.moves.empty
    assert made.moved(np.array([0]), np.array([2]), ends=True).tolist() == [2]


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.sampled_from(["Aïcha", "AICHA BELHADJ", "la tour du lac", " ", "é", "œuf", "e\u0301", "👍", ", "]),
        max_size=12,
    )
)
def test_replacing_twice_changes_nothing_more_and_what_stands_between_names_is_kept(pieces):
    text = " ".join(pieces)
    made = pseudonymised(pd.Series([text]), SMALL)
    again = pseudonymised(made.texts, SMALL)
    assert again.texts.tolist() == made.texts.tolist()
    assert again.moves.empty
    starts, ends = np.array([0, *made.moves["end"]]), np.array([*made.moves["start"], len(text)])
    zeros = np.zeros(len(starts), dtype=int)
    firsts, lasts = made.moved(zeros, starts, ends=False), made.moved(zeros, ends, ends=True)
    kept = [made.texts[0][a:b] for a, b in zip(firsts, lasts, strict=True)]
    assert kept == [text[a:b] for a, b in zip(starts, ends, strict=True)]


def test_every_word_of_a_corpus_is_replaced_and_segments_still_point_at_their_text(small_corpus):
    whole = "Bonjour. Chez Aïcha Belhadj, on est bien. Aïcha sourit."
    first = whole.index("Chez")
    study = small_corpus(
        {"s1": "Chez Aïcha Belhadj, on est bien.", "s2": "Belhadj, on", "s3": "vu Aïcha"},
        whole=whole,
        offsets={"s1": (first, first + 32), "s2": (whole.index("Belhadj"), whole.index(" est"))},
        speaker="Aïcha",
        memo="Aïcha hésite",
        source="entretien_aïcha",
    )
    before = study.segments.copy()
    made = pseudonymised_corpus(study, SMALL)
    text = made.sources.set_index("source")["text"]["entretien_Nad"]
    assert text == "Bonjour. Chez Nadège, on est bien. Nad sourit."
    rows = made.segments.set_index("segment")
    assert rows["text"].to_dict() == {
        "s1": "Chez Nadège, on est bien.",
        "s2": "Nadège, on",  # cut in the middle of a name: the pseudonym is kept whole
        "s3": "vu Nad",
    }
    for name in ("s1", "s2"):
        assert text[rows["start"][name] : rows["end"][name]] == rows["text"][name]
    assert set(rows["speaker"]) == {"Nad"}
    assert set(rows["memo"]) == {"Nad hésite"}
    assert set(rows["source"]) == {"entretien_Nad"}
    assert made.segments.dtypes.equals(study.segments.dtypes)
    pd.testing.assert_frame_equal(study.segments, before)


def test_offsets_into_a_text_the_corpus_does_not_hold_stay(small_corpus):
    made = pseudonymised_corpus(small_corpus({"s1": "Chez Aïcha"}, offsets={"s1": (40, 50)}), SMALL)
    assert made.segments[["start", "end", "text"]].iloc[0].tolist() == [40, 50, "Chez Nad"]


def test_what_holds_texts_does_not_print_them():
    made = pseudonymised(pd.Series(["Chez Aïcha, le soir."]), SMALL)
    assert "soir" not in repr(made)
    assert "soir" not in repr(joined(pd.Series(["Chez Aïcha, le soir."])))

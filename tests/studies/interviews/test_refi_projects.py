"""Projects of the REFI-QDA format, made by hand to its schema."""

import pandas as pd
import refi_by_hand as by_hand
from refi_by_hand import ANNE, BORIS, CASE, CODES, NOTE, SECOND, SOURCE, TEXT, files, key_of, selection

from oqhs.studies import interviews


def span(words, text=TEXT):
    start = text.index(words)
    return start, start + len(words)


def rows(corpus, *columns):
    return (
        corpus.segments[list(columns)]
        .astype("object")
        .where(corpus.segments[list(columns)].notna(), None)
        .values.tolist()
    )


def test_every_code_segment_and_offset_is_kept_with_accents_emoji_combining_marks_and_crlf(packed):
    # Counted by hand: 14 letters and CRLF stand before the second line; « e + U+0301 » is two code points,
    # the tree one, the mother and child three (👩, joiner, 👧).
    summer, family = "l'e\u0301te\u0301 🌳 dure", "👩\u200d👧 « Œuvre »"
    assert span(summer) == (26, 40)
    assert span(family) == (43, 56)
    path = packed(
        files(
            selection(1, 26, 40, (CODES["chaleur"], ANNE), (CODES["pmi"], BORIS)),
            selection(2, 43, 56, (CODES["autre"], ANNE), described="à relire"),
            selection(3, 14, 16, (CODES["pmi"], None), user=BORIS),
        )
    )
    corpus = interviews.read(path)
    assert corpus.sources["text"].tolist() == [TEXT]
    assert rows(corpus, "start", "end", "text", "code", "coder", "memo") == [
        [14, 16, "\r\n", "PMI", "Boris", None],
        [26, 40, summer, "Chaleur", "Anne", None],
        [26, 40, summer, "PMI", "Boris", None],
        [43, 56, family, "Autre & divers", "Anne", "à relire"],
    ]
    for one in corpus.segments.itertuples():
        assert TEXT[one.start : one.end] == one.text
    assert corpus.segments["segment"].nunique() == 3


def test_the_codebook_keeps_its_tree_its_colours_and_what_its_descriptions_say(packed):
    book = interviews.read(packed(files())).codebook.set_index("code")
    assert sorted(book.index) == ["Autre & divers", "Chaleur", "PMI", "Santé"]
    assert book.loc["PMI", ["parent", "definition", "include", "exclude"]].tolist() == [
        "Santé",
        "Suivi des enfants",
        "rendez-vous",
        "l'hôpital",
    ]
    assert book.loc["Santé", "colour"] == "#0B6E99"
    assert pd.isna(book.loc["Chaleur", "parent"])


def test_variables_of_a_source_tell_its_quartier_and_its_date_and_segments_have_them(packed):
    corpus = interviews.read(packed(files(selection(1, 0, 6, (CODES["pmi"], ANNE)))))
    for frame in (corpus.sources, corpus.segments):
        assert frame["territory"].tolist() == ["QN99901M"]
        assert frame["date"].tolist() == [pd.Timestamp("2023-05-12")]


def test_a_byte_order_mark_is_not_counted(packed):
    made = files(selection(1, 0, 6, (CODES["pmi"], ANNE)))
    made[f"Sources/{SOURCE}.txt"] = b"\xef\xbb\xbf" + TEXT.encode()
    assert interviews.read(packed(made)).segments["text"].tolist() == ["Corpus"]


def test_a_text_inside_the_project_is_read_where_there_is_no_file(packed):
    inside = by_hand.source(selection(1, 2, 4, (CODES["pmi"], ANNE)), text="a&amp;🌳b&#13;&#10;c")
    corpus = interviews.read(packed({"project.qde": by_hand.project(inside)}))
    assert corpus.sources["text"].tolist() == ["a&🌳b\r\nc"]
    assert corpus.segments["text"].tolist() == ["🌳b"]


def test_folders_and_names_may_be_in_lower_case(packed):
    made = files(selection(1, 0, 6, (CODES["pmi"], ANNE)))
    made = {name.lower(): content for name, content in made.items()}
    assert len(interviews.read(packed(made)).segments) == 1


def test_a_case_gives_its_name_to_the_segments_inside_its_selections(packed):
    case = f'<Case guid="{CASE}" name="P01"><SelectionRef targetGUID="{key_of(9)}"/></Case>'
    path = packed(
        files(
            selection(9, 16, 45),
            selection(1, 26, 40, (CODES["chaleur"], ANNE)),
            selection(2, 0, 6, (CODES["pmi"], ANNE)),
            cases=case,
        )
    )
    assert rows(interviews.read(path), "start", "speaker") == [[0, None], [26, "P01"]]


def test_a_selection_coded_by_a_case_is_where_its_person_speaks(packed):
    path = packed(
        files(
            selection(9, 16, 45, (CASE, ANNE)),
            selection(1, 26, 40, (CODES["chaleur"], ANNE)),
            cases=f'<Case guid="{CASE}" name="P01"/>',
        )
    )
    assert rows(interviews.read(path), "start", "code", "speaker") == [[26, "Chaleur", "P01"]]


def test_a_case_named_by_a_quartier_tells_the_quartier_and_not_a_speaker(packed):
    case = f'<Case guid="{CASE}" name="QN99902M"><SourceRef targetGUID="{SOURCE}"/></Case>'
    made = by_hand.project(by_hand.source(selection(1, 0, 6, (CODES["pmi"], ANNE)), values=""), cases=case)
    corpus = interviews.read(packed({"project.qde": made, f"Sources/{SOURCE}.txt": TEXT}))
    assert rows(corpus, "territory", "speaker") == [["QN99902M", None]]


def test_two_people_of_one_source_leave_the_speaker_of_the_rest_unknown(packed):
    other = CASE[:-1] + "2"
    cases = "".join(
        f'<Case guid="{one}" name="{name}"><SourceRef targetGUID="{SOURCE}"/></Case>'
        for one, name in ((CASE, "P01"), (other, "P02"))
    )
    path = packed(files(selection(1, 0, 6, (CODES["pmi"], ANNE)), cases=cases))
    assert rows(interviews.read(path), "speaker") == [[None]]


def test_notes_and_descriptions_of_a_selection_are_its_memo(packed):
    one = selection(1, 0, 6, (CODES["pmi"], ANNE), described="première idée")
    one = one.replace("</PlainTextSelection>", f'<NoteRef targetGUID="{NOTE}"/></PlainTextSelection>')
    note = f'<Note guid="{NOTE}" name="n"><PlainTextContent>seconde idée</PlainTextContent></Note>'
    corpus = interviews.read(packed(files(one, notes=note)))
    assert rows(corpus, "memo") == [["première idée\nseconde idée"]]


def test_two_coders_stay_two_even_when_the_project_does_not_name_them(packed):
    stranger = ANNE[:-1] + "9"
    path = packed(files(selection(1, 0, 6, (CODES["pmi"], ANNE), (CODES["pmi"], stranger))))
    assert sorted(interviews.read(path).segments["coder"]) == [stranger, "Anne"]


def test_a_span_selected_twice_is_one_span(packed):
    path = packed(
        files(
            selection(1, 0, 6, (CODES["pmi"], ANNE), described="un"),
            selection(2, 0, 6, (CODES["pmi"], ANNE), (CODES["chaleur"], ANNE), described="deux"),
        )
    )
    corpus = interviews.read(path)
    assert len(set(corpus.segments["segment"])) == 1
    assert rows(corpus, "code", "memo") == [["Chaleur", "deux"], ["PMI", "un\ndeux"]]


def test_codes_of_one_name_are_told_apart_by_their_themes(packed):
    book = by_hand.CODEBOOK.replace('name="Chaleur"', 'name="PMI"')
    corpus = interviews.read(packed(files(selection(1, 0, 6, (CODES["chaleur"], ANNE)), codebook=book)))
    assert sorted(corpus.codebook["code"]) == ["Autre & divers", "PMI", "Santé", "Santé > PMI"]
    assert corpus.segments["code"].tolist() == ["PMI"]


def test_sources_of_one_name_are_told_apart_by_their_guids(packed):
    again = by_hand.source(values="", text="autre").replace(SOURCE, SECOND)
    made = files()
    made["project.qde"] = by_hand.project(by_hand.source(), again)
    sources = interviews.read(packed(made)).sources
    assert sources["source"].tolist() == [SOURCE, SECOND]
    assert sources["label"].tolist() == ["Entretien 1", "Entretien 1"]


def test_a_source_coded_whole_is_a_segment_of_its_whole_text(packed):
    coding = f'<Coding guid="{NOTE}"><CodeRef targetGUID="{CODES["pmi"]}"/></Coding>'
    corpus = interviews.read(packed(files(coding)))
    assert rows(corpus, "start", "end", "text") == [[0, len(TEXT), TEXT]]


def test_a_transcript_is_read_by_its_points_of_time(packed):
    a, b = f"{NOTE[:-1]}2", f"{NOTE[:-1]}3"
    transcript = (
        f'<AudioSource guid="{SOURCE}" name="son.mp3" path="internal://son.mp3"><Transcript guid="{SECOND}" '
        f'plainTextPath="internal://{SECOND}.txt"><SyncPoint guid="{a}" timeStamp="0" position="16"/>'
        f'<SyncPoint guid="{b}" timeStamp="9" position="26"/><TranscriptSelection guid="{NOTE}" '
        f'fromSyncPoint="{a}" toSyncPoint="{b}"><Coding guid="{CASE}"><CodeRef targetGUID="{CODES["pmi"]}"/>'
        "</Coding></TranscriptSelection></Transcript></AudioSource>"
    )
    made = {"project.qde": by_hand.project(transcript), f"Sources/{SECOND}.txt": TEXT}
    assert rows(interviews.read(packed(made)), "start", "end", "text") == [[16, 26, "À la PMI, "]]


def test_a_picture_that_is_coded_is_a_segment_without_words(packed):
    picture = (
        f'<PictureSource guid="{SOURCE}" name="plan.png" path="internal://plan.png"><PictureSelection '
        f'guid="{NOTE}" firstX="0" firstY="0" secondX="9" secondY="9"><Coding guid="{CASE}"><CodeRef '
        f'targetGUID="{CODES["pmi"]}"/></Coding></PictureSelection></PictureSource>'
    )
    corpus = interviews.read(packed({"project.qde": by_hand.project(picture)}))
    assert rows(corpus, "start", "end", "text", "segment") == [[None, None, None, f"plan.png#{NOTE}"]]
    assert corpus.sources["text"].isna().all()


def test_types_are_those_of_the_contract_even_when_nothing_is_there(packed):
    empty = interviews.read(packed(files(text="")))
    full = interviews.read(packed(files(selection(1, 0, 6, (CODES["pmi"], ANNE))), "b.qdpx"))
    for name in ("sources", "segments", "codebook", "links", "verdicts"):
        assert getattr(empty, name).dtypes.to_dict() == getattr(full, name).dtypes.to_dict()
    assert full.segments.dtypes.astype(str).to_dict() == {
        "segment": "str",
        "source": "str",
        "territory": "str",
        "date": "datetime64[us]",
        "kind": "str",
        "speaker": "str",
        "start": "Int64",
        "end": "Int64",
        "text": "str",
        "code": "str",
        "coder": "str",
        "memo": "str",
    }

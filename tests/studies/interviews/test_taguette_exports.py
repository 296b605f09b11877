"""Taguette: its project in the schema of its models, and its tables."""

import json

import pytest
import xlsxwriter

from oqhs.errors import DataError, LayoutError
from oqhs.studies import interviews

SCHEMA = """
CREATE TABLE projects (id INTEGER PRIMARY KEY, name VARCHAR(200) NOT NULL, description TEXT NOT NULL,
    created DATETIME NOT NULL);
CREATE TABLE documents (id INTEGER PRIMARY KEY, name VARCHAR(200) NOT NULL, description TEXT NOT NULL,
    filename VARCHAR(200) NOT NULL, created DATETIME NOT NULL, project_id INTEGER NOT NULL,
    text_direction VARCHAR(13) NOT NULL, contents TEXT NOT NULL);
CREATE TABLE commands (id INTEGER PRIMARY KEY, date DATETIME NOT NULL, user_login VARCHAR(30) NOT NULL,
    project_id INTEGER NOT NULL, document_id INTEGER, payload TEXT NOT NULL);
CREATE TABLE highlights (id INTEGER PRIMARY KEY, document_id INTEGER NOT NULL, start_offset INTEGER NOT NULL,
    end_offset INTEGER NOT NULL, snippet TEXT NOT NULL);
CREATE TABLE tags (id INTEGER PRIMARY KEY, project_id INTEGER NOT NULL, path VARCHAR(200) NOT NULL,
    description TEXT NOT NULL);
CREATE TABLE highlight_tags (highlight_id INTEGER NOT NULL, tag_id INTEGER NOT NULL,
    PRIMARY KEY (highlight_id, tag_id));
"""
#: Two paragraphs, an end of line of Windows between them, entities, an emoji, é in one and in two code points.
HTML = "<p>L&#39;<b>été</b> 🌳 &amp; l'e\u0301te\u0301</p>\r\n<p>À l'ombre</p>"
TEXT = "L'été 🌳 & l'e\u0301te\u0301\nÀ l'ombre"
DAY = "2025-05-01 10:00:00"


def project_of(number=1):
    return {"id": number, "name": "Étude", "description": "", "created": DAY}


def document(number=1, name="Entretien 1", contents=HTML):
    return {
        "id": number,
        "name": name,
        "description": "",
        "filename": "e.html",
        "created": DAY,
        "project_id": 1,
        "text_direction": "LEFT_TO_RIGHT",
        "contents": contents,
    }


def highlight(number, start, end, document_id=1):
    return {"id": number, "document_id": document_id, "start_offset": start, "end_offset": end, "snippet": ""}


def command(number, user, **payload):
    told = {"id": number, "date": DAY, "user_login": user, "project_id": 1, "document_id": 1}
    return told | {"payload": json.dumps(payload)}


def tag(number, path, description=""):
    return {"id": number, "project_id": 1, "path": path, "description": description}


def rows(**others):
    return {
        "projects": [project_of()],
        "documents": [document()],
        "tags": [tag(1, "chaleur", "Chaleur ressentie"), tag(2, "arbres")],
    } | others


def tagged(*pairs):
    return [{"highlight_id": one, "tag_id": other} for one, other in pairs]


def test_offsets_in_bytes_become_code_points(database):
    # « L' » is 2 bytes, « été » 5, the space 1, the tree 4: the tree stands at bytes 8 to 12, points 6 to 7.
    # « & l' » then takes it to byte 17; e, U+0301 (2 bytes), t, e, U+0301: bytes 17 to 24, points 12 to 17.
    made = rows(
        highlights=[highlight(1, 2, 7), highlight(2, 8, 12), highlight(3, 17, 24), highlight(4, 25, 27)],
        highlight_tags=tagged((1, 1), (2, 2), (3, 1), (3, 2), (4, 1)),
    )
    corpus = interviews.read(database("etude.sqlite3", SCHEMA, made))
    assert corpus.sources["text"].tolist() == [TEXT]
    assert corpus.segments[["start", "end", "text", "code"]].values.tolist() == [
        [2, 5, "été", "chaleur"],
        [6, 7, "🌳", "arbres"],
        [12, 17, "e\u0301te\u0301", "arbres"],
        [12, 17, "e\u0301te\u0301", "chaleur"],
        [18, 19, "À", "chaleur"],
    ]
    assert corpus.codebook.set_index("code").loc["chaleur", "definition"] == "Chaleur ressentie"


def test_the_last_to_add_a_highlight_is_its_coder(database):
    made = rows(
        highlights=[highlight(1, 2, 7), highlight(2, 8, 12)],
        highlight_tags=tagged((1, 1), (2, 1)),
        commands=[
            command(1, "anne", type="highlight_add", highlight_id=1, tags=[1]),
            command(2, "boris", type="highlight_add", highlight_id=1, tags=[1]),
            command(3, "anne", type="highlight_delete", highlight_id=1),
        ],
    )
    corpus = interviews.read(database("etude.sqlite3", SCHEMA, made))
    assert corpus.segments["coder"].fillna("").tolist() == ["boris", ""]


def test_tags_may_have_parents(database):
    schema = SCHEMA.replace(
        "description TEXT NOT NULL);\nCREATE TABLE highlight_tags",
        "description TEXT NOT NULL, parent_id INTEGER);\nCREATE TABLE highlight_tags",
    )
    made = rows(tags=[tag(1, "climat"), tag(2, "chaleur") | {"parent_id": 1}])
    book = interviews.read(database("etude.sqlite3", schema, made)).codebook.set_index("code")
    assert book.loc["chaleur", "parent"] == "climat"


def test_documents_of_one_name_are_told_apart(database):
    made = rows(documents=[document(1), document(2)])
    corpus = interviews.read(database("etude.sqlite3", SCHEMA, made))
    assert corpus.sources["source"].tolist() == ["Entretien 1 (1)", "Entretien 1 (2)"]


@pytest.mark.parametrize(
    "ends", [(9, 12), (8, 10), (30, 400), (-1, 4)], ids=["in", "in too", "after", "before"]
)
def test_an_offset_inside_a_character_or_outside_of_the_text_is_refused(database, refused, ends):
    made = rows(highlights=[highlight(7, *ends)], highlight_tags=tagged((7, 1)))
    (one,) = refused(DataError, database("etude.sqlite3", SCHEMA, made))
    assert (one.column, one.found) == ("highlights 7", ends)


@pytest.mark.parametrize("pair", [(9, 1), (1, 9), (2, 1)], ids=["no highlight", "no tag", "no document"])
def test_a_highlight_that_points_nowhere_is_refused(database, refused, pair):
    made = rows(highlights=[highlight(1, 0, 2), highlight(2, 0, 2, 5)], highlight_tags=tagged(pair))
    (one,) = refused(DataError, database("etude.sqlite3", SCHEMA, made))
    assert one.column == f"highlights {pair[0]}"


def test_an_offset_that_is_a_word_is_refused(database, refused):
    made = rows(highlights=[highlight(1, "deux", 5)], highlight_tags=tagged((1, 1)))
    (one,) = refused(DataError, database("etude.sqlite3", SCHEMA, made))
    assert (one.column, one.found) == ("highlights 1, start_offset", "deux")


def test_a_file_of_several_projects_is_refused(database, refused):
    made = rows(projects=[project_of(1), project_of(2)])
    (one,) = refused(LayoutError, database("etude.sqlite3", SCHEMA, made))
    assert one.found == "2 projects"


def test_a_history_that_is_not_json_is_refused(database, refused):
    broken = command(1, "anne") | {"payload": "{"}
    (one,) = refused(DataError, database("etude.sqlite3", SCHEMA, rows(commands=[broken])))
    assert one.column == "commands 1"


def test_a_column_that_is_not_there_is_told(database, refused):
    made = rows()
    schema = SCHEMA.replace("contents TEXT NOT NULL", "html TEXT")
    made["documents"] = []
    (one,) = refused(LayoutError, database("etude.sqlite3", schema, made))
    assert one.column == "documents.contents"


def test_a_file_that_is_no_database_is_refused(put, refused):
    (one,) = refused(LayoutError, put("etude.sqlite3", b"SQLite format 2, or so"))
    assert one.what == "this is not an SQLite database"


def test_a_database_that_is_cut_is_refused(database, refused):
    path = database("etude.sqlite3", SCHEMA, rows())
    path.write_bytes(path.read_bytes()[:3000])
    assert "cannot be read" in refused(DataError, path)[0].what


def test_a_database_of_something_else_says_what_it_holds(database, refused):
    (one,) = refused(LayoutError, database("autre.sqlite3", "CREATE TABLE photos (id INTEGER);", {}))
    assert one.found == "photos"


def test_a_view_in_place_of_a_table_is_not_run(database, refused):
    schema = SCHEMA.replace("CREATE TABLE tags", "CREATE TABLE etiquettes")
    endless = (
        "CREATE VIEW tags AS WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id FROM n) SELECT id FROM n;"
    )
    made = {"projects": [project_of()]}
    (one,) = refused(LayoutError, database("etude.sqlite3", schema + endless, made))
    assert "neither a project of Taguette nor of QualCoder" in one.what


def test_a_database_somebody_still_writes_to_is_refused(database, refused):
    path = database("etude.sqlite3", SCHEMA, rows())
    path.with_name(path.name + "-wal").write_bytes(b"x")
    (one,) = refused(DataError, path)
    assert one.found == "etude.sqlite3-wal"


def test_nothing_is_written_beside_a_database(database):
    path = database("etude.sqlite3", SCHEMA, rows())
    before = path.read_bytes()
    interviews.read(path)
    assert [one.name for one in path.parent.iterdir()] == ["etude.sqlite3"]
    assert path.read_bytes() == before


HEADER = ("id", "document", "tag", "content")
TABLE = (
    ("1", "Entretien 1", "chaleur", "L'été, « on étouffe » 🌳"),
    ("1", "Entretien 1", "arbres", "L'été, « on étouffe » 🌳"),
    ("2", "Entretien 1", "chaleur", "oui"),
    ("3", "Entretien 1", "chaleur", "oui"),
    ("4", "Entretien 2", "", "rien de codé"),
)


def test_the_table_of_highlights_keeps_spans_apart_by_their_numbers(table):
    corpus = interviews.read(table("all_tags.csv", HEADER, *TABLE))
    assert corpus.segments[["segment", "code", "text"]].values.tolist() == [
        ["Entretien 1#1", "arbres", "L'été, « on étouffe » 🌳"],
        ["Entretien 1#1", "chaleur", "L'été, « on étouffe » 🌳"],
        ["Entretien 1#2", "chaleur", "oui"],
        ["Entretien 1#3", "chaleur", "oui"],
    ]
    assert corpus.segments[["start", "end"]].isna().all(axis=None)
    assert corpus.sources["source"].tolist() == ["Entretien 1", "Entretien 2"]
    assert corpus.codebook["code"].tolist() == ["arbres", "chaleur"]


def test_the_workbook_of_highlights_is_the_same_corpus(table, tmp_path):
    path = tmp_path / "all_tags.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("highlights")
        for i, row in enumerate((HEADER, *TABLE)):
            sheet.write_row(i, 0, row)
    expected = interviews.read(table("all_tags.csv", HEADER, *TABLE))
    found = interviews.read(path)
    assert found.segments.equals(expected.segments)
    assert found.codebook.equals(expected.codebook)


def test_the_codebook_table_is_a_corpus_without_sources(table):
    corpus = interviews.read(
        table(
            "codebook.csv",
            ("tag", "parent", "description", "number of highlights"),
            ("climat", "", "Thème", "0"),
            ("chaleur", "climat", "Chaleur\nressentie", "12"),
        )
    )
    assert corpus.codebook[["code", "parent", "definition"]].fillna("").values.tolist() == [
        ["chaleur", "climat", "Chaleur\nressentie"],
        ["climat", "", "Thème"],
    ]
    assert len(corpus.sources) == len(corpus.segments) == 0


def test_a_tag_under_one_that_is_not_there_says_its_line(table, refused):
    path = table("codebook.csv", ("tag", "parent", "description"), ("a", "", "x"), ("b", "zzz", "y"))
    (one,) = refused(DataError, path)
    assert (one.line, one.found) == (3, "zzz")


def test_a_highlight_without_content_says_its_line(table, refused):
    (one,) = refused(DataError, table("h.csv", HEADER, TABLE[0], ("9", "Entretien 1", "chaleur", "")))
    assert one.line == 3


def test_a_workbook_of_something_else_is_refused(tmp_path, refused):
    path = tmp_path / "autre.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("feuille").write_row(0, 0, ["a", "b"])
    (one,) = refused(LayoutError, path)
    assert one.found == "feuille"

"""QualCoder: its project in the schema of its database, and its table of coded text."""

import csv

import pytest

from oqhs.errors import DataError, LayoutError
from oqhs.studies import interviews

SCHEMA = """
CREATE TABLE project (databaseversion text, date text, memo text, about text);
CREATE TABLE source (id integer primary key, name text, fulltext text, mediapath text, memo text, owner text,
    date text, av_text_id integer, risid integer, unique(name));
CREATE TABLE code_cat (catid integer primary key, name text, owner text, date text, memo text,
    supercatid integer, unique(name));
CREATE TABLE code_name (cid integer primary key, name text, memo text, catid integer, owner text, date text,
    color text, unique(name));
CREATE TABLE code_text (ctid integer primary key, cid integer, fid integer, seltext text, pos0 integer,
    pos1 integer, owner text, date text, memo text, avid integer, important integer,
    unique(cid, fid, pos0, pos1, owner));
CREATE TABLE code_image (imid integer primary key, id integer, x1 integer, y1 integer, width integer,
    height integer, cid integer, memo text, date text, owner text, important integer);
CREATE TABLE cases (caseid integer primary key, name text, memo text, owner text, date text, unique(name));
CREATE TABLE case_text (id integer primary key, caseid integer, fid integer, pos0 integer, pos1 integer,
    owner text, date text, memo text);
CREATE TABLE attribute_type (name text primary key, date text, owner text, memo text, caseOrFile text,
    valuetype text);
CREATE TABLE attribute (attrid integer primary key, name text, attr_type text, value text, id integer,
    date text, owner text, unique(name, attr_type, id));
"""
#: The tree takes two units of UTF-16, the end of line of Windows one position of an editor.
TEXT = "Été 🌳\r\nl'e\u0301te\u0301 au calme"


def coded(number, start, end, words, *, code=1, owner="anne", memo="", file=1):
    return {
        "ctid": number,
        "cid": code,
        "fid": file,
        "seltext": words,
        "pos0": start,
        "pos1": end,
        "owner": owner,
        "memo": memo,
    }


def rows(*codings, **others):
    return {
        "source": [{"id": 1, "name": "Entretien 1", "fulltext": TEXT}],
        "code_cat": [
            {"catid": 1, "name": "Climat", "memo": "Thème", "supercatid": None},
            {"catid": 2, "name": "Dehors", "memo": "", "supercatid": 1},
        ],
        "code_name": [
            {"cid": 1, "name": "Chaleur", "memo": "Chaleur ressentie", "catid": 2, "color": "#FF8800"},
            {"cid": 2, "name": "Calme", "memo": "", "catid": None, "color": ""},
        ],
        "code_text": list(codings),
    } | others


@pytest.fixture
def project(database):
    def _project(made):
        return database("etude.qda/data.qda", SCHEMA, made).parent

    return _project


def test_positions_of_a_search_count_code_points(project):
    # É t é space tree CR LF: seven code points stand before « l' », nine before the combined letters.
    corpus = interviews.read(
        project(rows(coded(1, 4, 5, "🌳"), coded(2, 9, 14, "e\u0301te\u0301", code=2, owner="boris")))
    )
    assert corpus.sources["text"].tolist() == [TEXT]
    assert corpus.segments[["start", "end", "text", "code", "coder"]].values.tolist() == [
        [4, 5, "🌳", "Chaleur", "anne"],
        [9, 14, "e\u0301te\u0301", "Calme", "boris"],
    ]


def test_positions_of_an_editor_are_brought_to_code_points(project):
    # In an editor the tree is 4 to 6, the end of line 6 to 7: one unit more, one less, so l' stands at 7;
    # without the end of line counted once, UTF-16 would say 8.
    editor = coded(1, 4, 6, "🌳"), coded(2, 0, 7, "Été 🌳\u2029", code=2), coded(3, 9, 14, "e\u0301te\u0301")
    corpus = interviews.read(project(rows(*editor)))
    assert corpus.segments[["start", "end", "text"]].values.tolist() == [
        [0, 7, "Été 🌳\r\n"],
        [4, 5, "🌳"],
        [9, 14, "e\u0301te\u0301"],
    ]


def test_units_of_utf16_are_recognised_by_what_was_selected(project):
    corpus = interviews.read(project(rows(coded(1, 8, 10, "l'"))))
    assert corpus.segments[["start", "end", "text"]].values.tolist() == [[7, 9, "l'"]]


def test_positions_that_hold_another_text_are_refused(project, refused):
    (one,) = refused(DataError, project(rows(coded(5, 0, 3, "Hiver"))))
    assert one.column == "code_text 5"
    assert "'Hiver'" in one.found
    assert one.allowed == repr("Été")


def test_categories_are_the_parents_of_their_codes(project):
    book = interviews.read(project(rows())).codebook.fillna("")
    assert book[["code", "parent", "definition", "colour"]].values.tolist() == [
        ["Calme", "", "", ""],
        ["Chaleur", "Dehors", "Chaleur ressentie", "#FF8800"],
        ["Climat", "", "Thème", ""],
        ["Dehors", "Climat", "", ""],
    ]


def test_attributes_of_a_file_and_of_its_cases_tell_what_the_source_is(project):
    made = rows(
        coded(1, 0, 3, "Été"),
        cases=[{"caseid": 1, "name": "P01"}],
        case_text=[{"id": 1, "caseid": 1, "fid": 1, "pos0": 0, "pos1": len(TEXT) - 1}],
        attribute=[
            {"attrid": 1, "name": "Quartier", "attr_type": "file", "value": "QN99901M", "id": 1},
            {"attrid": 2, "name": "Type d'entretien", "attr_type": "file", "value": "inconnu ici", "id": 1},
            {"attrid": 3, "name": "type", "attr_type": "case", "value": "Focus group", "id": 1},
            {"attrid": 4, "name": "Nb. participants", "attr_type": "file", "value": "6", "id": 1},
            {"attrid": 5, "name": "Date", "attr_type": "file", "value": "12/05/2023", "id": 1},
        ],
    )
    source = interviews.read(project(made)).sources.iloc[0]
    assert [source["territory"], source["kind"], source["persons"]] == ["QN99901M", "groupe", 6]
    assert str(source["date"].date()) == "2023-05-12"


def test_a_case_speaks_in_its_spans(project):
    made = rows(
        coded(1, 0, 3, "Été"),
        coded(2, 16, 20, "calm"),
        cases=[{"caseid": 1, "name": "P01"}, {"caseid": 2, "name": "QN99901M"}],
        case_text=[
            {"id": 1, "caseid": 1, "fid": 1, "pos0": 7, "pos1": len(TEXT)},
            {"id": 2, "caseid": 2, "fid": 1, "pos0": 0, "pos1": len(TEXT)},
        ],
    )
    made["code_text"][1] |= {"pos0": TEXT.index("calme"), "pos1": TEXT.index("calme") + 4}
    corpus = interviews.read(project(made))
    assert corpus.segments["speaker"].fillna("").tolist() == ["", "P01"]
    assert corpus.sources["territory"].tolist() == ["QN99901M"]


def test_a_coded_picture_is_a_segment_without_words(project):
    made = rows(
        source=[{"id": 1, "name": "plan.png", "fulltext": None}],
        code_image=[
            {"imid": 3, "id": 1, "x1": 0, "y1": 0, "width": 9, "height": 9, "cid": 1, "owner": "anne"}
        ],
    )
    corpus = interviews.read(project(made))
    assert corpus.segments["segment"].tolist() == ["plan.png#code_image 3"]
    assert corpus.segments["text"].isna().all()


def test_the_database_itself_is_read_as_its_folder(project):
    folder = project(rows(coded(1, 0, 3, "Été")))
    assert interviews.read(folder).segments.equals(interviews.read(folder / "data.qda").segments)


@pytest.mark.parametrize("where", [{"code": 9}, {"file": 9}], ids=["code", "file"])
def test_a_coding_that_points_nowhere_is_refused(project, refused, where):
    (one,) = refused(DataError, project(rows(coded(1, 0, 3, "Été", **where))))
    assert one.column == "code_text 1"


def test_a_folder_without_database_is_refused(tmp_path, refused):
    folder = tmp_path / "etude.qda"
    folder.mkdir()
    (one,) = refused(LayoutError, folder)
    assert one.allowed == "data.qda in it"


def test_bytes_in_place_of_a_text_are_refused(project, refused):
    (one,) = refused(DataError, project(rows(source=[{"id": 1, "name": "e", "fulltext": b"\x00\x01"}])))
    assert one.column == "source.fulltext"


HEADER = (
    "File",
    "Coder",
    "Coded",
    "Id",
    "Codename",
    "Coded_Memo",
    "Category",
    "Category",
    "FileVar_Quartier",
)


def test_the_table_of_coded_text_keeps_codes_coders_categories_and_variables(table):
    corpus = interviews.read(
        table(
            "report.csv",
            HEADER,
            (
                "Entretien 1",
                "anne",
                "Été 🌳\nau calme",
                "ctid:1",
                "Chaleur",
                "à revoir",
                "Dehors",
                "Climat",
                "QN99901M",
            ),
            ("Entretien 1", "boris", "Été 🌳\nau calme", "ctid:2", "Calme", "", "", "", "QN99901M"),
            quoting=csv.QUOTE_ALL,
        )
    )
    assert corpus.segments[["code", "coder", "text", "memo"]].fillna("").values.tolist() == [
        ["Calme", "boris", "Été 🌳\nau calme", ""],
        ["Chaleur", "anne", "Été 🌳\nau calme", "à revoir"],
    ]
    assert corpus.segments["segment"].nunique() == 1
    assert corpus.sources["territory"].tolist() == ["QN99901M"]
    assert corpus.codebook[["code", "parent"]].fillna("").values.tolist() == [
        ["Calme", ""],
        ["Chaleur", "Dehors"],
        ["Climat", ""],
        ["Dehors", "Climat"],
    ]


def test_the_table_by_case_tells_who_speaks(table):
    header = ("Case", "Filename", *HEADER[1:6])
    row = ("P01", "Entretien 1", "anne", "Été", "ctid:1", "Chaleur", "")
    corpus = interviews.read(table("report.csv", header, row))
    assert corpus.segments[["source", "speaker"]].values.tolist() == [["Entretien 1", "P01"]]


def test_a_row_without_code_says_its_line(table, refused):
    (one,) = refused(DataError, table("report.csv", HEADER[:6], ("e", "a", "Été", "ctid:1", "", "")))
    assert one.line == 2

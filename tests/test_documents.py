"""YAML is read strictly: a slip is told with its line or the path of its key."""

import pytest
from pydantic import Field

from oqhs.documents import Model, read_model
from oqhs.editions import Labels
from oqhs.errors import CatalogueError


class Place(Model):
    """A model inside another."""

    name: str
    people: int = Field(default=0, ge=0)


class Document(Model):
    """A small document."""

    title: str
    places: dict[str, Place] = Field(default_factory=dict)
    rows: tuple[Place, ...] = ()
    one: Place | None = None


@pytest.fixture
def problems(tmp_path):
    """Problems of a text that is refused; every one of them names the file."""

    def _problems(text, model=Document):
        path = tmp_path / "a.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        with pytest.raises(CatalogueError) as caught:
            read_model(path, model)
        assert type(caught.value) is CatalogueError
        assert {problem.file for problem in caught.value.problems} == {path}
        assert all(str(problem) in str(caught.value) for problem in caught.value.problems)
        return caught.value.problems

    return _problems


def test_a_document_is_read_into_its_model(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("title: Créteil\nplaces: {a: {name: 'NA', people: 3}}\n", encoding="utf-8")
    read = read_model(path, Document)
    assert (read.title, read.places["a"].name, read.places["a"].people) == ("Créteil", "NA", 3)


def test_a_key_written_twice_is_told_with_its_second_line(problems):
    (problem,) = problems("title: a\nplaces:\n  x: {name: a}\n  x: {name: b}\n")
    assert (problem.what, problem.line) == ("not valid YAML: key 'x' is written twice", 4)


def test_a_key_written_twice_at_the_top_is_told(problems):
    (problem,) = problems("title: a\n\n# comment\ntitle: b\n")
    assert (problem.what, problem.line) == ("not valid YAML: key 'title' is written twice", 4)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("title: a\nplaces: [1, 2\nrows: 3\n", 3),
        ("title:\n\tname: b\n", 2),
        ("title: 'a\n", 2),
        ("title: a: b\n", 1),
        ("title: *nobody\n", 1),
        ("title: !!python/object:os.system a\n", 1),
    ],
)
def test_a_slip_of_syntax_is_told_with_its_line(problems, text, line):
    (problem,) = problems(text)
    assert problem.what.startswith("not valid YAML: ")
    assert problem.line == line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("one: &place {name: a}\nrows: [*place]\ntitle: b\n", 2),
        ("title: &name a\nplaces:\n  x: {name: *name}\n", 3),
        ("title: a\nplaces: {x: &x {name: a}}\none:\n  <<: *x\n", 4),
    ],
    ids=["a mapping", "a word", "a merge"],
)
def test_an_alias_is_refused_with_its_line(problems, text, line):
    (problem,) = problems(text)
    assert (problem.what, problem.line) == ("not valid YAML: an alias (*name) is not accepted", line)


def test_aliases_of_aliases_are_refused_before_they_unfold(problems):
    # Nine levels of nine: 387 million words in less than a kilobyte.
    levels = [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 10)]
    (problem,) = problems("\n".join(["a0: &a0 lol", *levels]))
    assert (problem.what, problem.line) == ("not valid YAML: an alias (*name) is not accepted", 2)


def test_an_anchor_nobody_uses_changes_nothing(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("title: &anchor a\n", encoding="utf-8")
    assert read_model(path, Document).title == "a"


@pytest.mark.parametrize("nest", ["[" * 21 + "]" * 21, "{a: " * 21 + "}" * 21], ids=["lists", "mappings"])
def test_what_is_nested_without_end_is_refused(problems, nest):
    (problem,) = problems(f"title: {nest}\n")
    assert (problem.what, problem.line) == ("not valid YAML: more than 20 levels", 1)


def test_a_hundred_thousand_brackets_do_not_exhaust_the_stack(problems):
    (problem,) = problems("title: " + "[" * 100_000)
    assert problem.what == "not valid YAML: more than 20 levels"


def test_a_document_of_more_than_a_mebibyte_is_refused_unread(problems):
    (problem,) = problems("title: a\n#" + "x" * 2**20)
    assert (problem.what, problem.allowed) == ("this document is too large", "1048576 bytes")
    assert problem.found == f"{2**20 + 10} bytes"


def test_a_key_that_is_a_list_is_told_with_its_line(problems):
    (problem,) = problems("title: a\n? [1, 2]\n: 3\n")
    assert problem.line == 2


def test_a_file_in_another_encoding_is_told(problems):
    (problem,) = problems("title: Créteil\n".encode("cp1252"))
    assert (problem.what, problem.todo) == ("not UTF-8 text", "save the file as UTF-8")


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "just text\n"])
def test_a_file_that_is_not_a_mapping_is_refused(problems, text):
    (problem,) = problems(text)
    assert "dictionary" in problem.what


def test_an_unknown_key_is_told_with_the_keys_allowed_at_the_top(problems):
    (problem,) = problems("title: a\ntitel: b\n")
    assert (problem.what, problem.column, problem.found) == ("this key is not known", "titel", "titel")
    assert problem.allowed == "one, places, rows, title"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("title: a\nplaces: {x: {name: a, peple: 1}}\n", "places.x.peple"),
        ("title: a\nrows: [{name: a}, {name: b, peple: 1}]\n", "rows.1.peple"),
        ("title: a\none: {name: a, peple: 1}\n", "one.peple"),
    ],
    ids=["in a mapping", "in a list", "in an optional"],
)
def test_an_unknown_key_inside_is_told_with_its_path_and_the_keys_allowed_there(problems, text, place):
    (problem,) = problems(text)
    assert (problem.what, problem.column, problem.found) == ("this key is not known", place, "peple")
    assert problem.allowed == "name, people"


def test_an_unknown_key_of_a_file_of_labels_is_told(problems):
    (problem,) = problems("QN09401M: {label: a, labell: b}\n", Labels)
    assert (problem.column, problem.found) == ("QN09401M.labell", "labell")
    assert problem.allowed == "label, label_article, label_de"


def test_a_value_that_does_not_fit_is_told_with_its_path(problems):
    (problem,) = problems("title: a\nplaces: {x: {name: a, people: -1}}\n")
    assert (problem.column, problem.found) == ("places.x.people", -1)
    assert "greater than or equal to 0" in problem.what


def test_every_problem_of_a_document_is_told_at_once(problems):
    found = problems("titel: a\nplaces: {x: {people: many}}\n")
    assert {problem.column for problem in found} == {"title", "titel", "places.x.name", "places.x.people"}


def test_a_document_cannot_be_changed_once_read(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("title: a\n", encoding="utf-8")
    read = read_model(path, Document)
    with pytest.raises(ValueError, match="frozen"):
        read.title = "b"

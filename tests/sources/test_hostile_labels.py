"""Labels that would run, hide or leak, and coordinates that are nowhere: each trap by its name."""

import io
import json
import warnings

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from oqhs import sources
from oqhs.documents import read_model
from oqhs.editions import Labels
from oqhs.errors import CatalogueError, DataError, LayoutError, Problem, visible
from oqhs.sources.cards import read_card
from oqhs.terminal import PlainConsole, print_problems, problems_as_json
from oqhs.text import plain_label, plain_labels

#: Name of the trap, what is written in the file, what is left of it.
TRAPS = {
    "a right-to-left override that turns the end of a name round": ("évil\u202egnp", "évilgnp"),
    "an isolate that is never closed": ("a\u2066b", "ab"),
    "a zero-width space that makes two names of one": ("Le\u200bGué", "LeGué"),
    "a byte order mark": ("\ufeffLes Bleuets", "Les Bleuets"),
    "a soft hyphen": ("Bleu\u00adets", "Bleuets"),
    "a word joiner and tags nobody sees": ("a\u2060b\U000e0041", "ab"),
    "an ANSI sequence that colours the terminal": ("cmd\x1b[31m", "cmd[31m"),
    "the one-character introducer of such a sequence": ("cmd\x9b31m", "cmd›31m"),
    "a bell and a backspace": ("a\x07b\x08", "ab"),
    "ends of lines and tabs": ("a\r\nb\tc\u2028d", "a b c d"),
    "letters of Windows in a file said to be Latin-1": ("C\x9cur d\x92Ivry\x81", "Cœur d’Ivry"),
    "runs of spaces": ("  a   b ", "a b"),
    "letters written in two pieces": ("Le Gue\u0301", "Le Gué"),
    "a letter written in two pieces with something unseen between": ("Gue\u200b\u0301", "Gué"),
    "a character no XML document may hold": ("a\uffffb", "ab"),
    "French spaces, which stay": ("1\u202f349\u00a0€", "1\u202f349\u00a0€"),
    "HTML, which is text": ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    "a formula, which is text": ('=HYPERLINK("http://x")', '=HYPERLINK("http://x")'),
}
traps = pytest.mark.parametrize(("written", "left"), TRAPS.values(), ids=TRAPS)


@traps
def test_a_label_is_rid_of(written, left):
    assert plain_label(written) == left
    assert plain_labels(pd.Series([written, None, "Orval"], index=[3, 1, 2])).to_dict() == (
        pytest.approx({3: left, 1: float("nan"), 2: "Orval"}, nan_ok=True)
    )


def test_a_lone_surrogate_goes():
    assert plain_label("a\ud800b") == "ab"


@given(st.lists(st.text(), max_size=6))
@settings(max_examples=200, deadline=None)
def test_whatever_is_written_a_label_is_one_line_of_characters_that_are_seen(written):
    found = plain_labels(pd.Series(written, dtype="str")).tolist()
    assert found == [plain_label(one) for one in written]
    assert [plain_label(one) for one in found] == found
    assert all(one.isprintable() or one in "\u00a0\u202f" for label in found for one in label)


@given(st.text())
@settings(max_examples=200, deadline=None)
def test_what_an_error_shows_is_one_line_of_characters_that_are_seen(written):
    assert all(one.isprintable() or one in "\u00a0\u202f" for one in visible(written))
    assert visible(visible(written)) == visible(written)


# --- where labels come in


def layer(name, ring="[0,46.1],[0,46.2],[0.1,46.2],[0,46.1]", **fields):
    properties = {"CODE_QP": "QN99901M", "LIB_QP": name, "INSEE_COM": "99901"} | fields
    return (
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":'
        + json.dumps(properties)
        + ',"geometry":{"type":"Polygon","coordinates":[['
        + ring
        + "]]}}]}"
    )


@traps
def test_the_name_of_a_quartier_is_rid_of(write, written, left):
    frame = sources.read(write(layer(written), "quartiers.geojson"))
    assert frame["label"].tolist() == [left]
    assert frame["label_article"].tolist() == [f"dans le quartier {left}"]


def test_a_name_of_which_nothing_is_seen_is_no_name(write, refused):
    (problem,) = refused(DataError, sources.read, write(layer("\u200b\u202e"), "quartiers.geojson"))
    assert problem.what == "this territory has no name"


def test_an_enormous_name_is_told(write, refused):
    (problem,) = refused(DataError, sources.read, write(layer("a" * 251), "quartiers.geojson"))
    assert problem.what == "this name is enormous"


def quoted(written):
    return '"' + written.replace('"', '""') + '"'


NO_LINE = {name: trap for name, trap in TRAPS.items() if "ends of lines" not in name}
in_a_cell = pytest.mark.parametrize(("written", "left"), NO_LINE.values(), ids=NO_LINE)


@in_a_cell
def test_the_name_of_an_ept_is_rid_of(write, carded, written, left):
    path = write(f"code;ept;nom\n99901;T98;{quoted(written)}\n")
    columns = {"territory": "code", "parent": "ept", "parent_name": "nom"}
    frame = sources.read(carded(path, layout="memberships", memberships=columns))
    assert frame["parent_name"].tolist() == [left]


@in_a_cell
def test_an_attribute_is_rid_of(write, carded, written, left):
    path = write(f"code;nom\nQN99901M;{quoted(written)}\n")
    columns = {"territory": "code", "columns": {"nom": "programme"}}
    frame = sources.read(carded(path, layout="attributes", attributes=columns))
    assert frame["value"].tolist() == [left]


@in_a_cell
def test_the_name_and_the_code_of_a_facility_are_rid_of(write, carded, written, left):
    path = write(f"id;nom;lat;lon\n{quoted(written)};{quoted(written)};48.8;2.4\n")
    mapping = {"code": "id", "name": "nom", "category": "pmi", "lat": "lat", "lon": "lon"}
    frame = sources.read(carded(path, layout="facilities", facilities=mapping))
    assert frame[["code", "name"]].values.tolist() == [[left, left]]


# --- documents somebody writes by hand


@pytest.mark.parametrize("hidden", ["\\u202e", "\\e[31m", "\\u200b", "\\x9b", "\u202e"])
@pytest.mark.parametrize("text", ['"999": {{label: "a{0}b"}}', '"9{0}9": {{label: "ab"}}'])
def test_a_document_that_hides_characters_is_refused(tmp_path, refused, text, hidden):
    path = tmp_path / "libelles.yaml"
    path.write_text(text.format(hidden), encoding="utf-8")
    (problem,) = refused(CatalogueError, read_model, path, Labels)
    assert problem.what == "this text holds characters nobody sees"
    assert visible(str(problem)).replace("\\n", "\n") == str(problem)


def test_a_label_on_several_lines_is_one_line(tmp_path):
    path = tmp_path / "libelles.yaml"
    path.write_text('"999":\n  label: |\n    Val\n    Fictif\n', encoding="utf-8")
    assert read_model(path, Labels).root["999"].label == "Val Fictif"


def test_the_title_of_a_card_is_one_line(write, carded):
    path = carded(write("code\n99901\n"), title="Emplois\n au lieu de travail")
    assert read_card(path.with_name(path.name + ".card.yaml")).title == "Emplois au lieu de travail"


# --- the terminal

HOSTILE = "a\x1b[31m\x9b2J\u202e\x07[red]b[/red][link=http://x]c"


def printed(call):
    stream = io.StringIO()
    call(PlainConsole(file=stream, width=200, force_terminal=False))
    return stream.getvalue()


def assert_nothing_runs(text):
    assert not [one for one in text if not (one.isprintable() or one in "\n\u00a0\u202f")]


def test_a_console_prints_no_sequence_of_its_own():
    assert_nothing_runs(printed(lambda console: console.print(HOSTILE, markup=False)))
    assert "[red]b[/red]" in printed(lambda console: console.print(HOSTILE, markup=False))


def test_a_console_keeps_its_colours():
    stream = io.StringIO()
    console = PlainConsole(file=stream, force_terminal=True, color_system="standard", _environ={})
    console.print("[bold red]non[/]")
    assert stream.getvalue() == "\x1b[1;31mnon\x1b[0m\n"


def test_a_problem_shows_what_is_hidden_in_a_file_name_a_column_and_a_cell(tmp_path):
    problem = Problem(
        HOSTILE, tmp_path / HOSTILE.replace("/", ""), 2, HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE
    )
    assert_nothing_runs(str(problem))
    shown = printed(lambda console: print_problems(console, [problem], tmp_path))
    assert_nothing_runs(shown)
    assert "\\x1b[31m" in shown
    assert "[red]b[/red]" in shown


def test_problems_as_json_move_no_cursor_and_read_back(tmp_path):
    told = problems_as_json([Problem("é", column=HOSTILE + "\U000e0041")], tmp_path)
    assert_nothing_runs(told)
    assert "é" in told
    assert json.loads(told)[0]["column"] == HOSTILE + "\U000e0041"


# --- coordinates

RINGS = {
    "NaN": ("[0,46.1],[NaN,46.2],[0.1,46.2],[0,46.1]", DataError, "not a number"),
    "Infinity": ("[0,46.1],[Infinity,46.2],[0.1,46.2],[0,46.1]", DataError, "not a number"),
    "1e400": ("[0,46.1],[1e400,46.2],[0.1,46.2],[0,46.1]", LayoutError, "not a layer"),
    "1e300": ("[0,46.1],[1e300,46.2],[0.1,46.2],[0,46.1]", DataError, "nowhere on Earth"),
    "longitude 720": ("[0,46.1],[720,46.2],[0.1,46.2],[0,46.1]", DataError, "not in France"),
    "latitude 91": ("[0,46.1],[0,91],[0.1,46.2],[0,46.1]", DataError, "not in France"),
    "swapped": ("[46.1,0],[46.2,0.1],[46.2,0.2],[46.1,0]", DataError, "not in France"),
    "Null Island": ("[0,0],[0,0.1],[0.1,0.1],[0,0]", DataError, "not in France"),
}
rings = pytest.mark.parametrize(("ring", "error", "what"), RINGS.values(), ids=RINGS)


@rings
def test_a_layer_of_quartiers_with_a_coordinate(write, refused, ring, error, what):
    (problem,) = refused(error, sources.read, write(layer("Orval", ring), "quartiers.geojson"))
    assert what in problem.what


@rings
def test_a_heat_layer_with_a_coordinate(write, carded, ring, error, what):  # noqa: ARG001
    path = carded(write(layer("x", ring, alea_j_cl=2), "icu.geojson"), layout="heat", heat={"when": "jour"})
    with pytest.raises(error):
        sources.read(path)


@pytest.mark.parametrize("end", [float("nan"), float("inf"), 1e300, -1e9], ids=str)
@pytest.mark.parametrize("reader", ["qpv", "heat", "facilities"])
def test_a_projected_layer_with_a_coordinate(tmp_path, carded, end, reader):
    fields = {"CODE_QP": "QN99901M", "LIB_QP": "Orval", "alea_j_cl": 2}
    path = tmp_path / "couche.parquet"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what is not a number has no ring, nor bounds
        ring = shapely.polygons([[(650000, 6860000), (end, 6860100), (650100, 6860100), (650000, 6860000)]])
        gpd.GeoDataFrame([fields], geometry=ring, crs=2154).to_parquet(path)
    cards = {
        "heat": {"layout": "heat", "heat": {"when": "jour"}},
        "facilities": {"layout": "facilities", "facilities": {"category": "parc"}},
    }
    if reader in cards:
        carded(path, **cards[reader])
    with pytest.raises(DataError, match=r"not a number|nowhere on Earth"):
        sources.read(path)


@pytest.mark.parametrize(
    ("lat", "lon"),
    [
        ("NaN", "2.4"),
        ("nan", "nan"),
        ("inf", "2.4"),
        ("1e300", "2.4"),
        ("9" * 400, "2.4"),
        ("999999999999999", "2.4"),
        ("91", "2.4"),
        ("48.8", "-inf"),
        ("48.8", "360.1"),
        ("=1+1", "2.4"),
    ],
)
@pytest.mark.parametrize("layout", ["facilities", "people"])
def test_a_table_with_a_place_that_is_none(write, carded, refused, lat, lon, layout):
    path = write(f"id;lat;lon;hab\nA;48.8;2.4;3\nB;{lat};{lon};4\n")
    what = {"facilities": {"category": "pmi"}, "people": {"population": "hab"}}[layout]
    carded(path, layout=layout, **{layout: {"code": "id", "lat": "lat", "lon": "lon"} | what})
    problems = refused(DataError, sources.read, path)
    assert {problem.line for problem in problems} == {3}


@pytest.mark.parametrize("x", ["1e300", "9" * 300, "NaN", "-999999999999999"])
def test_a_table_in_metres_with_a_place_that_is_none(write, carded, refused, x):
    path = write(f"id;x;y\nA;650000;6860000\nB;{x};6860000\n")
    mapping = {"code": "id", "category": "pmi", "x": "x", "y": "y", "crs": "EPSG:2154"}
    problems = refused(DataError, sources.read, carded(path, layout="facilities", facilities=mapping))
    assert {problem.line for problem in problems} == {3}

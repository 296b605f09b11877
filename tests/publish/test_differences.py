"""The first difference of two files: one thing is changed at a known place, and that place is told."""

import json
import sqlite3
import zipfile

import geopandas as gpd
import matplotlib as mpl
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
import xlsxwriter
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure
from matplotlib.image import imsave

from oqhs.errors import DataError
from oqhs.publish import writers
from oqhs.publish.differences import compare_folders, files, first_difference
from oqhs.publish.differences.places import ADDED, MISSING, OTHER, SAME, UNREADABLE


@pytest.fixture
def pair(tmp_path):
    """Give the paths of two files of one name, in two folders."""

    def _pair(name):
        for folder in ("a", "b"):
            (tmp_path / folder).mkdir(exist_ok=True)
        return tmp_path / "a" / name, tmp_path / "b" / name

    return _pair


def told(a, b):
    found = first_difference(a, b)
    assert found.file == b.name
    return found.what, found.place, found.before, found.after


def table():
    return pd.DataFrame(
        {
            "indicator": ["taux_pauvrete"] * 3,
            "territory": ["QN99901M", "QN99902M", "QN99903M"],
            "value": [40.0, np.nan, 30.0],
            "status": ["observed", "secret", "observed"],
        }
    )


def test_the_same_bytes_are_not_read_at_all(pair):
    a, b = pair("observations.parquet")
    for path in (a, b):
        path.write_bytes(b"not a table")
    assert first_difference(a, b) is None


def test_a_cell_of_parquet_is_told_with_the_keys_of_its_row(pair):
    a, b = pair("observations.parquet")
    writers.write_parquet(table(), a)
    changed = table()
    changed.loc[2, "value"] = 30.1
    changed.loc[2, "status"] = "not_significant"
    writers.write_parquet(changed, b)
    # Both cells of the third row differ: the first column that does is told. Not-a-number is like itself.
    place = "row 3 (indicator taux_pauvrete, territory QN99903M), column 'value'"
    assert told(a, b) == (OTHER, place, "30.0", "30.1")
    found = first_difference(a, b)
    assert str(found) == f"observations.parquet, {place}: other content: 30.0 → 30.1"


def test_a_missing_cell_of_parquet_is_not_a_zero(pair):
    a, b = pair("table.parquet")
    pd.DataFrame({"n": pd.array([1, None], "Int64")}).to_parquet(a)
    pd.DataFrame({"n": pd.array([1, 0], "Int64")}).to_parquet(b)
    assert told(a, b) == (OTHER, "row 2, column 'n'", "None", "0")


@pytest.mark.parametrize(
    ("change", "place", "before", "after"),
    [
        (lambda one: one.rename(columns={"value": "valeur"}), "columns, number 3", "'value'", "'valeur'"),
        (lambda one: one.drop(columns="status"), "columns, number 4", "'status'", None),
        (lambda one: one.astype({"value": "float32"}), "type of column 'value'", "double", "float"),
        (lambda one: one[:2], "number of rows", "3", "2"),
    ],
)
def test_columns_types_and_rows_of_parquet_are_compared(pair, change, place, before, after):
    a, b = pair("observations.parquet")
    table().to_parquet(a, index=False)
    change(table()).to_parquet(b, index=False)
    assert told(a, b) == (OTHER, place, before, after)


def test_a_vertex_of_geoparquet_is_told(pair):
    a, b = pair("territoires.parquet")
    for path, x in ((a, 10.0), (b, 10.5)):
        outline = shapely.Polygon([(0, 0), (x, 0), (10, 10)])
        layer = gpd.GeoDataFrame({"territory": ["QN99901M"]}, geometry=[outline], crs=2154)
        writers.write_parquet(layer, path)
    place = "row 1 (territory QN99901M), column 'geometry', vertex 2"
    assert told(a, b) == (OTHER, place, "(10.0, 0.0)", "(10.5, 0.0)")


def test_other_metadata_of_parquet_are_named(pair):
    a, b = pair("layer.parquet")
    for path, crs in ((a, 2154), (b, 3035)):
        gpd.GeoDataFrame({"n": [1]}, geometry=[shapely.Point(0, 0)], crs=crs).to_parquet(path)
    what, place, *_ = told(a, b)
    assert (what, place) == (OTHER, "metadata 'geo'")


def test_another_compression_is_the_same_content(pair):
    a, b = pair("observations.parquet")
    table().to_parquet(a, compression="zstd")
    table().to_parquet(b, compression="gzip")
    what, place, *_ = told(a, b)
    assert what == SAME
    assert place.startswith("byte ")


def test_a_cell_of_csv_is_told_by_its_line_and_its_column(pair):
    a, b = pair("table.csv")
    writers.write_csv(table().assign(status='deux\nlignes ; "et" plus'), a)
    changed = table().assign(status='deux\nlignes ; "et" plus')
    changed.loc[2, "value"] = 31.5
    writers.write_csv(changed, b)
    # The header, then two rows of two lines each: the third row starts on line 6.
    assert told(a, b) == (OTHER, "line 6, column 'value'", "'30'", "'31,5'")


def test_rows_columns_and_quotes_of_csv_are_compared(pair):
    a, b = pair("table.csv")
    a.write_text("x;y\n1;2\n", encoding="utf-8")
    for text, expected in (
        ("x;z\n1;2\n", (OTHER, "line 1, column 2", "'y'", "'z'")),
        ("x;y\n1;2\n3;4\n", (OTHER, "line 3", None, "'3;4'")),
        ("x;y\n1\n", (OTHER, "line 2, column 'y'", "'2'", None)),
        ('x;y\n"1";2\n', (SAME, "byte 4", None, None)),
    ):
        b.write_text(text, encoding="utf-8")
        assert told(a, b) == expected


def workbook(path, *, cell="b", bold=False, title="t", sheet="Notes"):
    book = xlsxwriter.Workbook(str(path))
    book.set_properties({"title": title, "created": writers._FIXED_DAY})
    book.add_worksheet("Tableau").write_row(0, 0, ["a", 1, True])
    page = book.add_worksheet(sheet)
    page.write(11, 1, cell, book.add_format({"bold": bold}))
    book.close()


def test_a_cell_of_a_workbook_is_told_by_its_sheet_and_its_name(pair):
    a, b = pair("book.xlsx")
    workbook(a)
    workbook(b, cell="c")
    assert told(a, b) == (OTHER, "sheet 'Notes', cell B12", "'b'", "'c'")
    workbook(b, cell=1.5)
    assert told(a, b) == (OTHER, "sheet 'Notes', cell B12", "'b'", "1.5")
    workbook(b, sheet="Remarques")
    assert told(a, b) == (OTHER, "sheets, number 2", "'Notes'", "'Remarques'")


def test_a_format_or_a_property_of_a_workbook_is_told_by_its_part(pair):
    a, b = pair("book.xlsx")
    workbook(a)
    workbook(b, bold=True)
    what, place, *_ = told(a, b)
    assert what == OTHER
    assert place.startswith(("part xl/worksheets/sheet2.xml, ", "part xl/styles.xml, "))
    workbook(b, title="u")
    what, place, before, after = told(a, b)
    assert place.startswith("part docProps/core.xml, ")
    assert ("<dc:title>t<" in before, "<dc:title>u<" in after) == (True, True)


def test_the_date_of_a_part_of_a_workbook_is_told(pair):
    a, b = pair("book.xlsx")
    workbook(a)
    with zipfile.ZipFile(a) as old, zipfile.ZipFile(b, "w") as new:
        for part in old.infolist():
            text = old.read(part)
            part.date_time = (2024, 10, 2, 0, 0, 0)
            new.writestr(part, text)
    what, place, _, after = told(a, b)
    assert what == OTHER
    assert place.startswith("date of part ")
    assert after == "(2024, 10, 2, 0, 0, 0)"


def geopackage(path, *, x=10.0, label="Le Gué", style="rouge"):
    outlines = [shapely.Polygon([(0, 0), (10, 0), (10, 10)]), shapely.Polygon([(0, 0), (x, 0), (5, 5)])]
    layer = gpd.GeoDataFrame({"label": ["Les Bleuets", label]}, geometry=outlines, crs=2154)
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "2000-01-01T00:00:00.000Z"})
    try:
        pyogrio.write_dataframe(layer, path, layer="quartiers", driver="GPKG", promote_to_multi=True)
        styles = pd.DataFrame({"styleQML": [style]})
        pyogrio.write_dataframe(styles, path, layer="layer_styles", driver="GPKG", append=True)
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def test_a_geopackage_is_told_by_its_table_its_feature_and_its_column(pair):
    a, b = pair("layer.gpkg")
    geopackage(a)
    geopackage(b, label="Le Pré")
    assert told(a, b) == (OTHER, "table 'quartiers', fid 2, column 'label'", "'Le Gué'", "'Le Pré'")
    b.unlink()
    geopackage(b, x=12.0)
    place = "table 'quartiers', fid 2, column 'geom', vertex 2"
    assert told(a, b) == (OTHER, place, "(10.0, 0.0)", "(12.0, 0.0)")
    b.unlink()
    geopackage(b, style="bleu")
    what, place, *ends = told(a, b)
    assert (what, ends) == (OTHER, ["'rouge'", "'bleu'"])
    assert place == "table 'layer_styles', fid 1, column 'styleQML'"


def test_what_describes_a_geopackage_is_compared_and_it_is_left_as_it_was(pair):
    a, b = pair("layer.gpkg")
    geopackage(a)
    for change, expected in (
        (
            "UPDATE gpkg_contents SET last_change = '2024' WHERE table_name = 'quartiers'",
            "table 'gpkg_contents', table_name quartiers, column 'last_change'",
        ),
        ("CREATE TABLE plus (n INTEGER)", "definition of 'plus'"),
        ("DELETE FROM layer_styles", "table 'layer_styles', fid 1"),
        ("PRAGMA user_version = 7", "PRAGMA user_version"),
    ):
        b.write_bytes(a.read_bytes())
        with sqlite3.connect(b) as base:
            base.execute(change)
        base.close()
        before = b.read_bytes()
        what, place, *_ = told(a, b)
        assert (what, place) == (OTHER, expected)
        assert b.read_bytes() == before
        assert [path.name for path in b.parent.iterdir()] == [b.name]


def test_a_key_of_json_is_told_by_its_path(pair):
    a, b = pair("manifest.json")
    first = {"outputs": {"a.csv": "x", "b": [1, 2.0]}, "n": 1}
    a.write_text(json.dumps(first), encoding="utf-8")
    for second, expected in (
        ({"outputs": {"a.csv": "y", "b": [1, 2.0]}, "n": 1}, (OTHER, "key outputs > a.csv", "'x'", "'y'")),
        ({"outputs": {"a.csv": "x", "b": [1, 2.5]}, "n": 1}, (OTHER, "key outputs > b > [1]", "2.0", "2.5")),
        ({"outputs": {"a.csv": "x", "b": [1]}, "n": 1}, (OTHER, "key outputs > b > [1]", "2.0", None)),
        ({"outputs": {"a.csv": "x", "b": [1, 2.0]}}, (OTHER, "key n", "1", None)),
        ({"outputs": {"a.csv": "x", "b": [1, 2.0]}, "n": True}, (OTHER, "key n", "1", "True")),
        ([], (OTHER, "document", "{'outputs': {'a.csv': 'x', 'b': [1, 2.0]}, 'n': 1}", "[]")),
    ):
        b.write_text(json.dumps(second), encoding="utf-8")
        assert told(a, b) == expected
    b.write_text(json.dumps(first, indent=2), encoding="utf-8")
    assert told(a, b)[0] == SAME


@pytest.mark.parametrize("name", ["tableau.md", "page.html", "carte.svg", "note.txt", "réglage.yaml"])
def test_a_text_is_told_by_its_line_and_its_character(pair, name):
    a, b = pair(name)
    a.write_text("une ligne\nHaut Val 35,0 %\nfin\n", encoding="utf-8", newline="\n")
    b.write_text("une ligne\nHaut Val 36,0 %\nfin\n", encoding="utf-8", newline="\n")
    # « Haut Val 3 » are ten characters.
    assert told(a, b) == (OTHER, "line 2, character 11", "'Haut Val 35,0 %'", "'Haut Val 36,0 %'")


def test_a_pixel_is_told_with_both_colours(pair):
    a, b = pair("carte.png")
    picture = np.full((20, 30, 4), 255, dtype=np.uint8)
    imsave(a, picture, metadata={"Software": ""})
    other = picture.copy()
    # Row 7 before row 12: reading order.
    other[7, 21] = [165, 0, 0, 255]
    other[12, 3] = 0
    imsave(b, other, metadata={"Software": ""})
    assert told(a, b) == (OTHER, "pixel x 21, y 7", "#ffffffff", "#a50000ff")
    imsave(b, picture[:10], metadata={"Software": ""})
    assert told(a, b) == (OTHER, "size in pixels", "30 × 20", "30 × 10")
    imsave(b, picture, metadata={"Software": "", "Title": "carte"})
    assert told(a, b) == (OTHER, "metadata 'Title'", None, "'carte'")


def document(path, *, text="Taux 35,0", width=1, picture=0, title="fiche", pages=3):
    about = {"Title": title, "CreationDate": None, "ModDate": None, "Producer": None, "Creator": None}
    with mpl.rc_context({"pdf.fonttype": 42, "pdf.compression": 6}), PdfPages(path, metadata=about) as book:
        for number in range(1, pages + 1):
            figure = Figure(figsize=(3, 2))
            figure.text(0.1, 0.5, text if number == 2 else "Haut Val")
            axes = figure.add_axes((0.5, 0.1, 0.3, 0.3))
            axes.set_axis_off()
            if number == 3:
                axes.plot([0, 1], [0, 1], linewidth=width)
                axes.imshow(np.full((2, 2, 3), picture, dtype=np.uint8))
            book.savefig(figure)


@pytest.mark.parametrize(
    ("change", "place", "ends"),
    [
        ({"text": "Taux 36,0"}, "page 2, line 1", ("'Taux 35,0'", "'Taux 36,0'")),
        ({"width": 2}, "page 3, drawing, byte ", None),
        ({"picture": 9}, "page 3, picture ", None),
        ({"title": "note"}, "metadata '/Title'", ("'fiche'", "'note'")),
        ({"pages": 2}, "number of pages", ("3", "2")),
    ],
)
def test_a_page_of_a_pdf_is_told(pair, change, place, ends):
    pytest.importorskip("pypdf")
    a, b = pair("fiche.pdf")
    document(a)
    document(b, **change)
    what, where, *found = told(a, b)
    assert what == OTHER
    assert where.startswith(place)
    assert ends is None or (where, tuple(found)) == (place, ends)


def test_without_the_library_of_pdf_the_byte_is_told(pair, monkeypatch):
    a, b = pair("fiche.pdf")
    a.write_bytes(b"%PDF-1.4 a")
    b.write_bytes(b"%PDF-1.4 b")
    monkeypatch.setattr(files, "find_spec", lambda _name: None)
    assert told(a, b) == (OTHER, "byte 9", None, None)


@pytest.mark.parametrize("suffix", ["parquet", "csv", "xlsx", "gpkg", "json", "md", "png", "pdf"])
def test_a_file_that_is_not_of_its_format_is_told_by_its_byte(pair, suffix):
    if suffix == "pdf":
        pytest.importorskip("pypdf")
    a, b = pair(f"file.{suffix}")
    a.write_bytes(b"\xff\xfe broken")
    b.write_bytes(b"\xff\xfe BROKEN")
    what, place, *ends = told(a, b)
    assert what.startswith(UNREADABLE)
    assert (place, ends) == ("byte 3", [None, None])


@pytest.mark.parametrize("suffix", ["parquet", "csv", "xlsx", "gpkg", "png", "pdf"])
def test_whatever_the_damage_there_is_a_difference_and_no_failure(pair, suffix):
    if suffix == "pdf":
        pytest.importorskip("pypdf")
    a, b = pair(f"observations.{suffix}")
    makers = {
        "parquet": lambda path: writers.write_parquet(table(), path),
        "csv": lambda path: writers.write_csv(table(), path),
        "xlsx": workbook,
        "gpkg": geopackage,
        "png": lambda path: imsave(path, np.arange(600, dtype=np.uint8).reshape(20, 30)),
        "pdf": document,
    }
    makers[suffix](a)
    whole, drawn = a.read_bytes(), np.random.default_rng(7)
    for turn in range(25):
        broken = bytearray(whole)
        at = int(drawn.integers(len(broken)))
        if turn % 5 == 0:
            del broken[at:]
        else:
            broken[at] ^= int(drawn.integers(1, 256))
        b.write_bytes(broken)
        assert first_difference(a, b) is not None


def test_a_format_nobody_reads_is_told_by_its_byte_however_far_it_is(pair):
    a, b = pair("file.bin")
    a.write_bytes(b"x" * 3_000_000)
    b.write_bytes(b"x" * 2_500_000 + b"y" + b"x" * 499_999)
    assert told(a, b) == (OTHER, "byte 2500000", None, None)
    b.write_bytes(b"x" * 3_000_001)
    assert told(a, b) == (OTHER, "byte 3000000", None, None)


def test_folders_are_compared_with_those_in_them_one_difference_a_file_by_path(tmp_path):
    a, b = tmp_path / "a", tmp_path / "b"
    for folder in (a, b):
        (folder / "public").mkdir(parents=True)
        (folder / "same.md").write_text("oui", encoding="utf-8")
    (a / "public" / "table.md").write_text("un", encoding="utf-8")
    (b / "public" / "table.md").write_text("deux", encoding="utf-8")
    (a / "gone.md").write_text("", encoding="utf-8")
    (b / "new.md").write_text("", encoding="utf-8")
    found = compare_folders(a, b)
    assert [(one.file, one.what) for one in found] == [
        ("gone.md", MISSING),
        ("new.md", ADDED),
        ("public/table.md", OTHER),
    ]
    assert [str(one) for one in found][:2] == ["gone.md: is missing", "new.md: was added"]
    assert compare_folders(a, a) == []
    with pytest.raises(DataError, match="not a folder"):
        compare_folders(a, b / "same.md")


def test_a_difference_moves_no_cursor(pair):
    a, b = pair("note.txt")
    a.write_text("a", encoding="utf-8")
    b.write_text("\x1b[31m\u202e", encoding="utf-8")
    assert str(first_difference(a, b)).isprintable()

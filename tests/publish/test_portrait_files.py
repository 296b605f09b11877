import dataclasses
import hashlib
import itertools
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
import small_edition
from portraits_support import plain

from oqhs.errors import MissingExtraError, UnknownError
from oqhs.publish.portrait import page, pdf
from oqhs.publish.portrait.portrait import portrait_of

pypdf = pytest.importorskip("pypdf")
pytest.importorskip("typst")
pytest.importorskip("jinja2")

LONGEST = "Irlandais - Paul Vaillant Couturier - Cherchefeuille - Clément Ader"
HOSTILE = '#panic("x") $a$ *b* <script>alert(1)</script> {{ 7*7 }} @ref \\ "'
AGAIN = """
import sys
from oqhs.observatory import Observatory
fiche = Observatory(sys.argv[1]).edition(2024).portrait("QN99901M")
fiche.to_pdf(sys.argv[2] + "/fiche.pdf")
fiche.to_html(sys.argv[2] + "/fiche.html")
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return small_edition.write_data(tmp_path_factory.mktemp("fiches") / "data")


@pytest.fixture(scope="module")
def contents(data):
    return small_edition.oqhs.open(data).edition(2024).contents()[0]


@pytest.fixture(scope="module")
def written(contents, tmp_path_factory):
    folder = tmp_path_factory.mktemp("written")
    fiche = portrait_of(contents, "QN99901M")
    return fiche.to_pdf(folder / "fiche.pdf"), fiche.to_html(folder / "fiche.html")


def _named(contents, name):
    """Give the same contents, the first quartier under another name."""
    rows = contents.territories.copy()
    for form, before in (("label", ""), ("label_de", "du quartier "), ("label_article", "dans le quartier ")):
        rows.loc[rows["territory"] == "QN99901M", form] = before + name
    return dataclasses.replace(contents, territories=rows)


def _pages(path):
    return [one.extract_text() for one in pypdf.PdfReader(path).pages]


def _read(path):
    return plain(" ".join(" ".join(_pages(path)).split()))


def test_a_fiche_has_two_pages_whose_text_is_read(written):
    first, second = _pages(written[0])
    assert "Les Bleuets" in first
    assert "DONNÉES INVENTÉES" in first
    assert "Taux de pauvreté" in second
    assert "40,0 %" in plain(second)
    assert "secret : valeur couverte par le secret statistique" in plain(" ".join(second.split()))


def test_the_file_is_tagged_and_says_its_language_and_its_title(written):
    reader = pypdf.PdfReader(written[0])
    root = reader.trailer["/Root"]
    assert root["/Lang"] == "fr"
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert reader.metadata.title == "Les Bleuets – Fiche quartier – QN99901M – édition 2024"
    assert "pdfuaid:part>1<" in root["/Metadata"].get_data().decode()
    assert reader.metadata.creation_date is None


def test_every_font_is_inside_the_file(written):
    reader = pypdf.PdfReader(written[0])
    found = set()
    for one in reader.pages:
        for font in one["/Resources"]["/Font"].values():
            below = font.get_object()["/DescendantFonts"][0].get_object()
            descriptor = below["/FontDescriptor"]
            assert {"/FontFile2", "/FontFile3"} & set(descriptor)
            found.add(str(descriptor["/FontName"]).split("+")[-1])
    assert found
    assert all(name.startswith("DejaVuSans") for name in found)


def test_the_map_has_words_for_who_does_not_see_it(written):
    alt = "Carte de situation du quartier Les Bleuets. Communes : Le Bourg."
    tree = pypdf.PdfReader(written[0]).trailer["/Root"]["/StructTreeRoot"]
    assert alt in _alts(tree)
    assert f'alt="{alt}"' in written[1].read_text(encoding="utf-8")


def _alts(node):
    """Give the words for the figures of a tree of tags."""
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, list):
        return [alt for one in node for alt in _alts(one)]
    if not isinstance(node, dict):
        return []
    own = [str(node["/Alt"])] if "/Alt" in node else []
    return own + (_alts(node["/K"]) if "/K" in node else [])


@pytest.mark.parametrize("name", [LONGEST, "X", "É" * 160])
def test_a_fiche_has_two_pages_whatever_the_name(contents, tmp_path, name):
    path = portrait_of(_named(contents, name), "QN99901M").to_pdf(tmp_path / "fiche.pdf")
    assert len(_pages(path)) == 2


def test_a_fiche_has_two_pages_when_every_value_is_missing(contents, tmp_path):
    def emptied(rows):
        known = rows.columns.intersection(["value", "reference_value", "gap", "gap_ci_lower", "gap_ci_upper"])
        statuses = rows.columns.intersection(["status", "reference_status"])
        missing = dict.fromkeys(known, float("nan")) | dict.fromkeys(statuses, "not_available")
        return rows.assign(**missing)

    bare = dataclasses.replace(
        _named(contents, LONGEST),
        gaps=emptied(contents.gaps),
        observations=emptied(contents.observations),
        flags=contents.flags.iloc[:0],
    )
    path = portrait_of(bare, "QN99901M").to_pdf(tmp_path / "fiche.pdf")
    assert len(_pages(path)) == 2
    assert not re.search(r"\d %|\d point", _read(path).replace("à 95 %", ""))
    assert "n. d." in _read(path)


def test_a_fiche_of_many_long_flags_has_two_pages(contents, tmp_path):
    flag = contents.flags[contents.flags["territory"] == "QN99901M"].iloc[[0]]
    many = flag.loc[flag.index.repeat(14)].assign(sentence="Une phrase de lecture assez longue. " * 9)
    path = portrait_of(dataclasses.replace(contents, flags=many), "QN99901M").to_pdf(tmp_path / "fiche.pdf")
    assert len(_pages(path)) == 2
    assert _read(path).count("Une phrase de lecture assez longue.") == 14 * 9


def test_an_ept_takes_the_pages_it_needs(contents, tmp_path):
    path = portrait_of(contents, "T98").to_pdf(tmp_path / "ept.pdf")
    text = _read(path)
    assert all(name in text for name in ("Les Bleuets", "Le Gué", "Haut Val"))


def test_texts_are_never_markup(contents, tmp_path):
    fiche = portrait_of(_named(contents, HOSTILE), "QN99901M")
    assert plain(HOSTILE) in _read(fiche.to_pdf(tmp_path / "fiche.pdf"))
    text = fiche.to_html(tmp_path / "fiche.html").read_text(encoding="utf-8")
    assert "<script" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ 7*7 }}" in text
    assert "<script" not in fiche._repr_html_()


def test_another_process_of_another_place_writes_the_same_bytes(data, written, tmp_path):
    told = os.environ | {"TZ": "Pacific/Auckland", "LC_ALL": "C", "PYTHONHASHSEED": "7", "PYTHONUTF8": "1"}
    subprocess.run([sys.executable, "-c", AGAIN, data, tmp_path], check=True, env=told)  # noqa: S603
    for path in written:
        assert _digest(tmp_path / path.name) == _digest(path)


def _digest(path):
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


class _Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.seen = []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))


@pytest.fixture(scope="module")
def tags(written):
    parser = _Tags()
    parser.feed(written[1].read_text(encoding="utf-8"))
    return parser.seen


def test_the_page_says_its_language_and_has_one_title(written, tags):
    assert ("html", {"lang": "fr"}) in tags
    assert "<title>Les Bleuets – Fiche quartier" in written[1].read_text(encoding="utf-8")


def test_headings_follow_one_another_without_a_gap(tags):
    levels = [int(tag[1]) for tag, _ in tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_every_table_has_a_caption_and_headers_that_say_what_they_head(tags):
    names = [tag for tag, _ in tags]
    assert names.count("caption") == names.count("table") > 0
    assert all(attrs.get("scope") in {"col", "row", "rowgroup"} for tag, attrs in tags if tag == "th")


def test_the_page_can_be_skipped_to_its_content_by_the_keyboard(tags):
    first = next(attrs for tag, attrs in tags if tag == "a")
    assert first["href"] == "#contenu"
    assert any(tag == "main" and attrs["id"] == "contenu" for tag, attrs in tags)
    assert all("tabindex" in attrs for tag, attrs in tags if attrs.get("role") == "region")


def test_the_page_needs_nothing_beside_it(written, tags):
    for _, attrs in tags:
        assert attrs.get("src", "data:").startswith("data:")
        assert attrs.get("href", "#").startswith("#")
    assert "url(" not in written[1].read_text(encoding="utf-8")
    assert not any(tag in {"script", "link"} for tag, _ in tags)


def test_identifiers_of_a_page_are_not_repeated(tags):
    names = [attrs["id"] for _, attrs in tags if "id" in attrs]
    assert len(names) == len(set(names))


def test_a_missing_value_says_in_the_page_what_its_short_word_stands_for(tags):
    meanings = {attrs["title"] for tag, attrs in tags if tag == "abbr"}
    assert "valeur non disponible" in meanings


def test_a_notebook_shows_the_page_apart_from_its_own_style(contents):
    shown = portrait_of(contents, "QN99901M")._repr_html_()
    assert shown.startswith('<iframe title="Les Bleuets" srcdoc="&lt;!DOCTYPE html&gt;')


@pytest.mark.parametrize(
    ("method", "name"), [("to_pdf", "f.html"), ("to_html", "f.pdf"), ("write", "f.docx")]
)
def test_another_format_is_refused(contents, tmp_path, method, name):
    with pytest.raises(UnknownError, match="not written in this format"):
        getattr(portrait_of(contents, "QN99901M"), method)(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there_is_refused(contents, tmp_path):
    with pytest.raises(UnknownError, match="no such folder"):
        portrait_of(contents, "QN99901M").to_pdf(tmp_path / "none" / "fiche.pdf")


@pytest.mark.parametrize(("module", "library"), [(pdf, "typst"), (page, "jinja2")])
def test_a_library_that_is_not_there_is_named_with_the_extra_that_brings_it(
    contents, tmp_path, monkeypatch, module, library
):
    monkeypatch.setitem(sys.modules, library, None)
    for name in ("_fonts", "_template"):
        cached = getattr(module, name, None)
        if cached is not None:
            cached.cache_clear()
    fiche = portrait_of(contents, "QN99901M")
    write, suffix = (fiche.to_pdf, ".pdf") if library == "typst" else (fiche.to_html, ".html")
    with pytest.raises(MissingExtraError, match=r'pip install "oqhs\[report\]"'):
        write(tmp_path / f"fiche{suffix}")
    assert not list(tmp_path.iterdir())

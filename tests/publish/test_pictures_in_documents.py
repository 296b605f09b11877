"""Pictures in a page and in a document for word processors: bytes, words for who does not see, caption."""

import base64
import io

import pandas as pd
import pytest

from oqhs.errors import MeasureError
from oqhs.publish.charts.progress_bars import progress_bars, progress_bars_alt
from oqhs.publish.charts.sheet import Caption
from oqhs.publish.pages import Document, Part, Picture, Rows, page_of

docx = pytest.importorskip("docx")
image = pytest.importorskip("PIL.Image")

from oqhs.publish.word import write_docx  # noqa: E402  (after what it needs)

ALT = 'Barres : "40 %" <b> & le reste'
#: The room between the margins of a sheet of A4, in millimetres.
ROOM_MM = 210 - 2 * 16


def png(width, height):
    held = io.BytesIO()
    image.new("RGB", (width, height), "white").save(held, "PNG", dpi=(100, 100))
    return held.getvalue()


def document(picture):
    table = Rows("Tableau", pd.DataFrame({"Nom": ["A"]}))
    return Document("Revue", (), parts=(Part("Partie", ("Une ligne",), (table,), pictures=(picture,)),))


def test_a_page_holds_the_picture_and_escapes_its_words():
    picture = Picture(png(4, 4), ALT, "Vert & bleu")
    page = page_of(document(picture))
    held = base64.b64encode(picture.png).decode("ascii")
    shown = (
        f'<img alt="Barres : &quot;40 %&quot; &lt;b&gt; &amp; le reste" src="data:image/png;base64,{held}">'
    )
    assert f"<figure>\n{shown}\n<figcaption>Vert &amp; bleu</figcaption>\n</figure>" in page
    # after the lines, before the table
    assert page.index("Une ligne") < page.index("<figure>") < page.index("<caption>Tableau")


def test_a_page_without_a_picture_has_no_figure():
    assert "<figure>" not in page_of(Document("Revue", (), parts=(Part("Partie", ("Une ligne",)),)))


def test_a_document_holds_the_picture_its_words_and_its_caption(tmp_path):
    picture = Picture(png(200, 100), ALT, "Vert & bleu")
    write_docx(document(picture), tmp_path / "revue.docx")
    made = docx.Document(str(tmp_path / "revue.docx"))
    (shape,) = made.inline_shapes
    # 200 pixels at 100 a inch
    assert (shape.width.inches, shape.height.inches) == (2, 1)
    assert shape._inline.docPr.get("descr") == ALT
    assert "Vert & bleu" in [one.text for one in made.paragraphs]
    held = [part.blob for part in made.part.package.iter_parts() if str(part.partname).endswith(".png")]
    assert held == [picture.png]


def test_a_picture_wider_than_the_sheet_is_made_as_wide_as_it(tmp_path):
    write_docx(document(Picture(png(2000, 500), ALT, "")), tmp_path / "revue.docx")
    (shape,) = docx.Document(str(tmp_path / "revue.docx")).inline_shapes
    assert shape.width.mm == pytest.approx(ROOM_MM, abs=0.01)
    assert shape.height.mm == pytest.approx(ROOM_MM / 4, abs=0.01)


def test_the_same_document_gives_the_same_bytes(tmp_path):
    for name in ("a.docx", "b.docx"):
        write_docx(document(Picture(png(40, 40), ALT, "Légende")), tmp_path / name)
    assert (tmp_path / "a.docx").read_bytes() == (tmp_path / "b.docx").read_bytes()


ROWS = pd.DataFrame(
    [
        ("Jardin", "Enfants", 40.0, "observed", 1.0),
        ("Jardin", "Arbres", 120.0, "observed", 0.5),
        ("Musée", "Visiteurs", float("nan"), "secret", 1.0),
        ("Musée", "Séances", float("nan"), "observed", 1.0),
    ],
    columns=["action_label", "label", "rate_pct", "status", "coverage"],
)
CAPTION = Caption("Avancement", "", 2024, "qpv2024", (2025,), ("suivi",), "public", invented=True)


def test_progress_bars_are_as_long_as_the_rates_and_hollow_where_they_are_partial():
    figure = progress_bars(ROWS, CAPTION)
    axes = figure.axes[0]
    found = [one for one in axes.patches if not one.get_hatch()]
    assert [one.get_width() for one in found] == [40, 120]
    whole, partial = (one.get_facecolor()[:3] for one in found)
    assert whole != (1, 1, 1)
    assert partial == (1, 1, 1)
    # a value without a target has no rate, and is not told as a secret
    assert len([one for one in axes.patches if one.get_hatch()]) == 2
    texts = [one.get_text() for one in figure.texts]
    assert {"40\u00a0%", "120\u00a0%", "sans taux"} <= set(texts)
    assert any("INVENTÉES" in one for one in texts)


def test_the_words_of_progress_bars_tell_each_rate_and_how_many_have_none():
    told = progress_bars_alt(ROWS, "dans le Val-Fictif").replace("\u00a0", " ")
    assert "dans le Val-Fictif, pour 4 suivis." in told
    assert "Jardin, Arbres : 120 %." in told
    assert told.endswith("Sans taux : 2 suivis.")


def test_nothing_to_draw_and_a_missing_column_are_told():
    with pytest.raises(MeasureError, match="no follow-up to draw"):
        progress_bars(ROWS.iloc[:0], CAPTION)
    with pytest.raises(MeasureError):
        progress_bars(ROWS.drop(columns="coverage"), CAPTION)

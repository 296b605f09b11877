"""The site and the fiches of the real Val-de-Marne, with the indicators that the open files give."""

from __future__ import annotations

from pathlib import Path

import pytest

from oqhs.edition import Edition
from oqhs.publish.site import write_site

pypdf = pytest.importorskip("pypdf")
pytest.importorskip("typst")
pytest.importorskip("vl_convert")
pytest.importorskip("altair")
pytestmark = pytest.mark.real
UNPLANNED = "L&#39;édition ne prévoit pas cet indicateur"


@pytest.fixture(scope="module")
def site(edition_2024: Edition, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("94") / "site"
    write_site(folder, edition_2024.told_to("public").contents()[1])
    return folder


def test_every_quartier_has_its_page_and_nothing_is_said_to_be_invented(site: Path, edition_2024: Edition):
    quartiers = edition_2024.geography.of_kind("qpv")
    assert len(quartiers) == 47
    assert {path.stem for path in (site / "quartiers").iterdir()} == set(quartiers)
    assert not [path for path in site.rglob("*.html") if "INVENTÉES" in path.read_text(encoding="utf-8")]


def test_the_published_poverty_rate_is_on_the_pages(site: Path):
    # Insee, FiLoSoFi 2021: 39 % for QN09401M.
    assert "39,0\u00a0%" in (site / "quartiers" / "QN09401M.html").read_text(encoding="utf-8")


def test_an_indicator_that_the_files_do_not_give_says_why(site: Path):
    for name in ("part_cadres", "pmi_10_min", "exposition_icu"):
        assert UNPLANNED in (site / "indicateurs" / f"{name}.html").read_text(encoding="utf-8")
    # All the key indicators but poverty.
    assert f"{UNPLANNED} (16" in (site / "quartiers" / "QN09401M.html").read_text(encoding="utf-8")


def test_all_forty_seven_fiches_are_two_pages_whose_text_can_be_read(edition_2024: Edition, tmp_path: Path):
    for code in edition_2024.geography.of_kind("qpv"):
        portrait = edition_2024.portrait(code)
        reader = pypdf.PdfReader(portrait.to_pdf(tmp_path / f"{code}.pdf"))
        assert len(reader.pages) == 2, code
        said = " ".join(reader.pages[0].extract_text().split())
        assert portrait.document.title in said, code
        assert code in said
        assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"], code

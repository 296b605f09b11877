"""Fiches of real quartiers: the longest name, and one whose indicators are nearly all missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from oqhs.edition import Edition

pypdf = pytest.importorskip("pypdf")
pytest.importorskip("typst")
pytestmark = pytest.mark.real


def test_the_longest_real_name_stands_whole_on_a_fiche_of_two_pages(edition_2024: Edition, tmp_path: Path):
    fiche = edition_2024.portrait("QN09402M")
    longest = edition_2024.territories.query("kind == 'qpv'")["label"].str.len().max()
    assert fiche.document.title == "Irlandais - Paul Vaillant Couturier - Cherchefeuille - Clément Ader"
    assert len(fiche.document.title) == longest
    pages = pypdf.PdfReader(fiche.to_pdf(tmp_path / "fiche.pdf")).pages
    assert len(pages) == 2
    assert fiche.document.title in " ".join(pages[0].extract_text().split())


def test_a_published_poverty_rate_is_told_and_what_is_not_planned_says_why(edition_2024: Edition):
    # Insee, FiLoSoFi 2021: 35 % of the inhabitants of the quartier are poor.
    page = edition_2024.portrait("QN09402M")._repr_html_()
    assert "35,0\u00a0%" in page
    assert "L&amp;#39;édition ne prévoit pas cet indicateur." in page
    assert "DONNÉES INVENTÉES" not in page

"""The site of the edition the project comes with: whole, closed upon itself, and saying no more than it may."""

import csv
import re
from itertools import pairwise
from urllib.parse import unquote, urldefrag

import pytest
from site_support import embedded_contents, embedded_site, pages_of

from oqhs.analysis.flags import STATE_WORDS
from oqhs.text import NARROW_SPACE, NO_BREAK_SPACE, STATUS_WORDS

_FETCHED = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src", "object": "data"}


@pytest.fixture(scope="session")
def folder():
    return embedded_site()


@pytest.fixture(scope="session")
def pages(folder):
    return {one.path.relative_to(folder).as_posix(): one for one in pages_of(folder)}


@pytest.fixture(scope="session")
def contents():
    return embedded_contents()


def test_there_is_a_page_for_every_quartier_and_every_indicator(pages, contents):
    quartiers = contents.territories.loc[contents.territories["kind"] == "qpv", "territory"]
    assert len(quartiers) == 47
    assert {f"quartiers/{code}.html" for code in quartiers} <= set(pages)
    assert {f"indicateurs/{name}.html" for name in contents.planned} <= set(pages)


def test_every_link_leads_to_a_page_a_file_or_a_place_that_is_there(folder, pages):
    ids = {place: {one["id"] for one in page.elements if "id" in one} for place, page in pages.items()}
    for place, page in pages.items():
        for one in page.elements:
            for key in ("href", "src"):
                told = one.get(key)
                if told is None or told.startswith(("https://", "http://", "data:,")):
                    continue
                path, fragment = urldefrag(told)
                target = ((folder / place).parent / unquote(path)).resolve() if path else folder / place
                assert target.is_file(), f"{place}: {told}"
                assert target.is_relative_to(folder.resolve()), f"{place}: {told} leads out of the folder"
                if fragment:
                    assert fragment in ids[target.relative_to(folder).as_posix()], f"{place}: {told}"


def test_every_page_is_reached_from_the_first_one(folder, pages):
    seen, wanted = set(), ["index.html"]
    while wanted:
        place = wanted.pop()
        if place in seen:
            continue
        seen.add(place)
        for one in pages[place].all("a"):
            path = urldefrag(one["href"])[0]
            if path.endswith(".html") and "://" not in path:
                wanted.append(((folder / place).parent / path).resolve().relative_to(folder).as_posix())
    assert seen == set(pages)


def test_nothing_is_fetched_from_elsewhere(folder, pages):
    for place, page in pages.items():
        for one in page.elements:
            told = one.get(_FETCHED.get(one["tag"], ""), "") or ""
            assert "//" not in told, f"{place}: {told}"
            assert "style" not in one, place
            assert not [key for key in one if key.startswith("on")], f"{place}: {one}"
        assert page.all("form", "iframe", "object", "base") == (
            [] if "explorer" not in place else page.all("form")
        )
    style = (folder / "site.css").read_text(encoding="utf-8")
    assert "url(" not in style
    assert "@import" not in style
    for path in folder.rglob("*.svg"):
        drawing = path.read_text(encoding="utf-8")
        assert not re.findall(r'(?:xlink:)?href="(?!#)[^"]*"', drawing.split("</metadata>")[-1]), path
        assert "url(http" not in drawing


def test_links_that_lead_out_are_plain_links_to_the_pages_of_sources_or_of_who_hears_complaints(
    pages, contents
):
    known = {source.page for source in contents.catalogue.sources.values()}
    known |= {"https://formulaire.defenseurdesdroits.fr/", "https://www.defenseurdesdroits.fr/"}
    for place, page in pages.items():
        out = {one["href"] for one in page.all("a") if "://" in one["href"]}
        assert out <= known, place


def test_no_rank_is_told_and_nothing_that_is_to_be_confirmed(folder, pages):
    told = [
        (place, "".join(one["text"] for one in page.all("html")).casefold()) for place, page in pages.items()
    ]
    told += [(path.name, path.read_text(encoding="utf-8-sig").casefold()) for path in folder.rglob("*.csv")]
    for place, text in told:
        said = text.replace(NO_BREAK_SPACE, " ")
        for word in (
            "à confirmer",
            "a_confirmer",
            "position parmi",
            "parmi le quart des quartiers",
            "interne",
        ):
            # The rules of the site are told in full, but for those that only the observatory looks at.
            assert word not in said, f"{place}: {word}"
        assert not re.search(r"\brangs?\b|\bclassement\b|\bpalmarès\b|\b1er sur\b", said), place


def test_a_value_that_is_not_there_is_said_with_its_reason_and_is_never_a_number(pages, contents):
    seen = contents.observations
    hidden = seen[(seen["status"] != "observed") & seen["territory"].str.startswith("QN")]
    assert {"secret", "not_significant", "not_covered"} <= set(hidden["status"])
    labels = {name: one.label for name, one in contents.catalogue.indicators.items()}
    for row in hidden.itertuples():
        page = pages[f"quartiers/{row.territory}.html"]
        theme = contents.catalogue.indicators[row.indicator].theme
        cells = page.rows(f"theme-{theme}-table")[labels[row.indicator]]
        assert cells[0] == STATUS_WORDS[row.status]
        assert cells[1] == "aucun"


def test_values_of_the_pages_are_those_of_the_edition_as_the_french_print_them(pages, contents):
    name = "taux_pauvrete"
    names = contents.territories.set_index("territory")["label"]
    rows = pages[f"indicateurs/{name}.html"].rows("quartiers")
    heads = pages[f"indicateurs/{name}.html"].heads("quartiers")[1:]
    known = contents.observations
    known = known[(known["indicator"] == name) & known["territory"].str.startswith("QN")]
    assert len(rows) == len(known) == 47
    for row in known[known["status"] == "observed"].itertuples():
        told = rows[names[row.territory]][heads.index("Valeur")]
        assert re.fullmatch(rf"[0-9]+,[0-9]{NO_BREAK_SPACE}%", told)
        assert abs(float(told[:-2].replace(",", ".")) - row.value) < 0.0501
    income = pages["indicateurs/niveau_vie_median_mensuel.html"].rows("reperes")["Val-Fictif"][0]
    assert re.fullmatch(rf"[0-9]{NARROW_SPACE}[0-9]{{3}}{NO_BREAK_SPACE}€", income)


def test_the_key_table_has_its_seventeen_rows_and_its_reading_keys(pages, contents):
    home = pages["index.html"]
    rows = home.rows("tableau")
    assert list(rows) == list(contents.key_table["label"])
    assert len(rows) == 17
    text = home.all("main")[0]["text"].replace(NO_BREAK_SPACE, " ")
    for sentence in contents.key_table["reading_key"]:
        assert sentence.replace(NO_BREAK_SPACE, " ") in text


def test_every_page_says_that_it_is_invented_how_far_it_goes_and_that_nobody_audited_it(pages):
    for place, page in pages.items():
        assert "DONNÉES INVENTÉES" in page.all("header")[0]["text"].replace(NO_BREAK_SPACE, " "), place
        foot = page.all("footer")[0]["text"].replace(NO_BREAK_SPACE, " ")
        assert "Accessibilité : non conforme" in foot
        assert "Diffusion : publique." in foot


def test_pages_are_built_for_those_who_listen_to_them(pages):
    titles = set()
    for place, page in pages.items():
        assert page.all("html")[0]["lang"] == "fr"
        levels = [int(one["tag"][1]) for one in page.all("h1", "h2", "h3", "h4")]
        assert levels.count(1) == 1, place
        assert levels[0] == 1, place
        assert all(after - before <= 1 for before, after in pairwise(levels)), place
        ids = [one["id"] for one in page.elements if "id" in one]
        assert len(ids) == len(set(ids)), place
        tables = page.all("table")
        assert len(page.all("caption")) == len(tables)
        assert all(one["text"].strip() for one in page.all("caption", "a", "th", "title")), place
        assert all(one.get("scope") in {"col", "row"} for one in page.all("th")), place
        assert all(len(one["alt"]) > 40 for one in page.all("img")), place
        regions = [one for one in page.elements if one.get("role") == "region"]
        assert len(regions) == len(tables) + len(page.all("img"))
        assert all(
            one["tabindex"] == "0" and (one.get("aria-label") or one.get("aria-labelledby"))
            for one in regions
        )
        skips = [one["href"] for one in page.all("a")[:3]]
        assert skips == ["#contenu", "#menu", "#pied"]
        titles.add(page.all("title")[0]["text"])
    # Two quartiers may have one name: no other page shares its title.
    assert len(titles) >= len(pages) - 2


def test_every_picture_has_its_table_on_the_page(pages, contents):
    seen = contents.observations
    seen = seen[(seen["status"] == "observed") & seen["territory"].str.startswith("QN")]
    for name in contents.planned:
        page = pages[f"indicateurs/{name}.html"]
        known = name in set(seen["indicator"])
        # Every quartier of the edition has a sample too small for some indicators: nothing is drawn of them.
        assert len(page.all("img")) == (2 if known else 0)
        assert known or "Aucun quartier n'a de valeur" in page.all("main")[0]["text"]
        assert len(page.rows("quartiers")) == 47


def test_what_licences_ask_is_printed_wherever_the_data_are(pages, contents):
    asked = set(filter(None, contents.attributions.values()))
    assert asked
    text = pages["mentions.html"].all("main")[0]["text"].replace(NO_BREAK_SPACE, " ")
    assert all(one.replace(NO_BREAK_SPACE, " ") in text for one in asked)


def test_downloads_say_their_format_and_their_true_size(folder, pages):
    found = set()
    for place, page in pages.items():
        for one in page.all("a"):
            if "download" not in one:
                continue
            path = ((folder / place).parent / one["href"]).resolve()
            told = re.search(rf"\((CSV|XLSX), ([0-9,]+){NO_BREAK_SPACE}(octets|Ko|Mo)\)$", one["text"])
            assert told, one["text"]
            assert path.suffix == f".{told[1].lower()}"
            unit = {"octets": 1, "Ko": 1e3, "Mo": 1e6}[told[3]]
            size = float(told[2].replace(",", ".")) * unit
            assert abs(size - path.stat().st_size) <= unit / 2, one["text"]
            found.add(path.name)
    assert found == {path.name for path in (folder / "donnees").iterdir()}


def test_files_open_in_a_french_spreadsheet_and_hold_what_the_pages_show(folder, contents):
    path = folder / "donnees" / "taux_pauvrete.csv"
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter=";"))
    known = contents.observations
    known = known[known["indicator"] == "taux_pauvrete"].set_index("territory")
    assert len(rows) == 47
    for row in rows:
        told = known.loc[row["code"]]
        if told["status"] == "observed":
            assert float(row["valeur"].replace(",", ".")) == pytest.approx(told["value"], rel=1e-11)
            assert row["statut"] == "valeur observée"
        else:
            assert row["valeur"] == row["borne_basse_95"] == row["ecart_departement"] == ""
            assert row["statut"] == STATUS_WORDS[told["status"]]
        assert (row["diffusion"], row["invente"]) == ("public", "True")


def test_flags_and_changes_go_with_their_notices(pages, contents):
    text = {place: page.all("main")[0]["text"].replace(NO_BREAK_SPACE, " ") for place, page in pages.items()}
    flags = contents.flags[contents.flags["kind"] == "decrochage"]
    for row in flags.head(60).itertuples():
        told = row.sentence.removeprefix("Décrochage. ").replace(NO_BREAK_SPACE, " ")
        assert f"Décrochage, {STATE_WORDS[row.state]} : {told}" in text[f"quartiers/{row.territory}.html"]
    for place, said in text.items():
        if place.startswith("quartiers/"):
            assert "ne classe ni les quartiers ni leurs habitants" in said
            assert "L'évolution est celle du quartier, non de ses habitants." in said


def test_the_method_tells_every_threshold_and_rule_with_its_reference(pages, contents):
    text = pages["methode/seuils.html"].all("main")[0]["text"].replace(NO_BREAK_SPACE, " ")
    for threshold in contents.catalogue.thresholds.values():
        assert threshold.label.replace(NO_BREAK_SPACE, " ") in text
        assert all(value.reference.replace(NO_BREAK_SPACE, " ") in text for value in threshold.values)
    sources = pages["methode/sources.html"].rows("sources-table")
    assert len(sources) == len({card.title or name for name, card in contents.inputs.items()})


def test_the_statement_of_accessibility_says_that_no_audit_was_made(pages):
    text = pages["accessibilite.html"].all("main")[0]["text"].replace(NO_BREAK_SPACE, " ")
    assert "Non conforme." in text
    assert "aucun audit" in text
    assert "Défenseur des droits" in text

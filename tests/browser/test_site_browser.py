"""The site in a browser: what its script does, what is there without one, and who can use it."""

import functools
import http.server
import re
import shutil
import threading
from pathlib import Path

import pytest
from site_support import KINDS, embedded_site, hostile_site

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
_CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(
    _CHROMIUM is None, reason="there is no Chromium: install it to drive the site"
)
_WIDTHS = (320, 1280)


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as running:
        opened = running.chromium.launch(executable_path=_CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def _served(folder):
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder))
    )
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    return server, thread


@pytest.fixture(scope="module")
def home():
    """Address of the site, on this machine alone."""
    server, thread = _served(embedded_site())
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def page(browser, home):
    """Open a page, and refuse at the end what it asked of anybody else, and what went wrong in it."""
    context = browser.new_context(accept_downloads=True, locale="fr-FR")
    opened = context.new_page()
    asked, wrong = [], []
    context.on("request", lambda request: asked.append(request.url))
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    opened.on("dialog", lambda dialog: wrong.append(dialog.message))
    yield opened
    context.close()
    assert wrong == []
    assert [url for url in asked if not url.startswith((home, "data:", "blob:", "file:"))] == []


def _drawn(page, label):
    page.wait_for_selector(f"#graphique[data-drawn={label!r}] svg")


def test_a_reader_opens_filters_and_follows_to_a_quartier(page, home):
    page.goto(home)
    page.get_by_role("navigation", name="Menu principal").get_by_role("link", name="Quartiers").click()
    page.get_by_label(re.compile("Filtrer par quartier")).fill("ALOUETTES")
    assert page.locator("tbody tr:visible").count() == 1
    assert page.locator("output").inner_text() == "1 ligne sur 47"
    page.get_by_role("link", name="Les Alouettes").click()
    assert page.locator("h1").inner_text() == "Les Alouettes"
    assert page.url.endswith("quartiers/QN99901M.html")


def test_a_filter_takes_letters_with_or_without_their_accents(page, home):
    page.goto(home + "quartiers.html")
    field = page.get_by_label(re.compile("Filtrer par quartier"))
    field.fill("evremoulin")
    found = page.locator("tbody tr:visible").count()
    field.fill("Évremoulin")
    assert page.locator("tbody tr:visible").count() == found > 1
    field.fill("nulle part")
    assert page.locator("output").inner_text() == "0 ligne sur 47"


def test_a_table_is_sorted_with_the_keyboard_and_rows_without_a_value_stay_last(page, home):
    page.goto(home + "indicateurs/taux_pauvrete.html")
    head = page.locator("#quartiers thead th", has_text="Valeur").first
    button = head.get_by_role("button")
    cells = page.locator("#quartiers tbody td:nth-child(4)")
    assert head.get_attribute("aria-sort") == "none"
    button.focus()
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    up = cells.all_inner_texts()
    page.keyboard.press("Space")
    assert head.get_attribute("aria-sort") == "descending"
    down = cells.all_inner_texts()
    for texts, growing in ((up, True), (down, False)):
        numbers = [float(text[:-2].replace(",", ".")) for text in texts if text.endswith("%")]
        assert len(numbers) > 40
        assert numbers == sorted(numbers, reverse=not growing)
        assert all(text.startswith("valeur") for text in texts[len(numbers) :])
    names = page.locator("#quartiers thead th", has_text="Quartier").first.get_by_role("button")
    names.click()
    assert page.locator("#quartiers thead th[aria-sort=ascending]").count() == 1


def test_another_indicator_changes_the_chart_the_table_and_the_links(page, home):
    page.goto(home + "explorer.html")
    _drawn(page, "Population de moins de 18 ans")
    page.get_by_label("Indicateur", exact=True).select_option(label="Taux de pauvreté")
    _drawn(page, "Taux de pauvreté")
    assert page.locator("h2#titre").inner_text() == "Taux de pauvreté, en %"
    assert page.locator("[role=status]").inner_text() == "Indicateur affiché : Taux de pauvreté."
    assert page.locator("#quartiers caption").inner_text().startswith("Taux de pauvreté")
    assert page.locator("#quartiers tbody tr").count() == 47
    assert "pour 44 quartiers" in page.locator("#graphique").get_attribute("aria-label")
    assert page.locator("#quartiers td", has_text="secret statistique").count() >= 1
    field = page.get_by_label(re.compile("Filtrer par quartier"))
    field.fill("alouettes")
    page.get_by_label("Indicateur", exact=True).select_option(label="Population municipale")
    _drawn(page, "Population municipale")
    assert page.locator("#quartiers tbody tr:visible").count() == 1
    page.locator("#quartiers tbody a:visible").click()
    assert page.locator("h1").inner_text() == "Les Alouettes"


def test_an_address_leads_to_an_indicator(page, home):
    page.goto(home + "explorer.html#pmi_minutes")
    _drawn(page, "Temps de marche jusqu'au centre de PMI le plus proche")
    assert page.get_by_label("Indicateur", exact=True).input_value() == "pmi_minutes"
    page.goto("about:blank")
    page.goto(home + "explorer.html#__proto__")
    _drawn(page, "Population de moins de 18 ans")


def test_a_file_is_taken_away_as_it_was_written(page, home, tmp_path):
    page.goto(home + "indicateurs/taux_pauvrete.html")
    with page.expect_download() as waited:
        page.get_by_role("link", name=re.compile("Taux de pauvreté \\(CSV")).click()
    waited.value.save_as(tmp_path / "got.csv")
    assert waited.value.suggested_filename == "taux_pauvrete.csv"
    assert (tmp_path / "got.csv").read_bytes() == (embedded_site() / "donnees/taux_pauvrete.csv").read_bytes()


def test_the_folder_is_enough_without_any_server(page):
    page.goto((embedded_site() / "explorer.html").as_uri())
    _drawn(page, "Population de moins de 18 ans")
    page.get_by_role("link", name="Quartiers").first.click()
    assert page.locator("tbody tr").count() == 47


def test_without_a_script_tables_and_drawings_remain(browser, home):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(home + "explorer.html")
    assert page.locator("#choix").is_hidden()
    assert page.locator("#liste a").count() > 20
    assert page.locator("#image img").is_visible()
    assert page.locator("#quartiers tbody tr").count() == 47
    page.locator("#liste").get_by_role("link", name="Taux de pauvreté").click()
    assert page.locator("img").count() == 2
    assert page.locator("#quartiers tbody tr:visible").count() == 47
    assert page.locator("button, input").count() == 0
    context.close()


def test_hostile_names_do_nothing(browser):
    server, thread = _served(hostile_site())
    context = browser.new_context()
    page = context.new_page()
    shown = []
    page.on("dialog", lambda dialog: shown.append(dialog.message))
    page.on("pageerror", lambda error: shown.append(str(error)))
    try:
        for path in sorted(hostile_site().rglob("*.html")):
            place = path.relative_to(hostile_site()).as_posix()
            page.goto(f"http://127.0.0.1:{server.server_port}/{place}")
            if place == "explorer.html":
                page.wait_for_selector("#graphique[data-drawn] svg")
                assert "<script>alert(1)</script>" in page.locator("#quartiers tbody").inner_text()
                page.locator("#graphique svg .mark-symbol path").first.hover()
        assert shown == []
        assert page.locator("img[src=x]").count() == 0
    finally:
        context.close()
        server.shutdown()
        server.server_close()
        thread.join()


def test_skip_links_lead_where_they_say(page, home):
    page.goto(home + "quartiers/QN99901M.html")
    page.keyboard.press("Tab")
    first = page.get_by_role("link", name="Aller au contenu")
    assert first.evaluate("link => link === document.activeElement")
    assert first.evaluate("link => link.getBoundingClientRect().left >= 0")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "contenu"


def test_what_has_the_focus_is_seen(page, home):
    page.goto(home + "indicateurs/taux_pauvrete.html")
    for _ in range(25):
        page.keyboard.press("Tab")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid", page.evaluate("document.activeElement.outerHTML")


def _axe():
    """Give axe-core, which a Python package brings: nothing is fetched."""
    package = pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")
    return (Path(package.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


@pytest.mark.parametrize("width", _WIDTHS)
@pytest.mark.parametrize("place", KINDS)
def test_axe_finds_nothing_and_nothing_overflows(page, home, place, width):
    axe = _axe()
    # 1 280 pixels enlarged four times are 320.
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(home + place)
    if place == "explorer.html":
        _drawn(page, "Population de moins de 18 ans")
    page.evaluate(axe)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    told = [(one["id"], [node["html"] for node in one["nodes"]]) for one in found["violations"]]
    assert told == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width

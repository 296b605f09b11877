"""The site of three invented quartiers: hostile names, folders that are not sites, what is not installed."""

import dataclasses
import json
import sys

import pandas as pd
import pytest
import typer
from site_support import PLAIN, Seen, hostile_contents, hostile_site, pages_of, small_contents
from small_edition import write_data
from typer.testing import CliRunner

import oqhs
from oqhs.cli.site import site as site_command
from oqhs.errors import CatalogueError, DataError, MissingExtraError, UnknownError
from oqhs.publish.site import MARKER, folder, write_site
from oqhs.publish.site.explorer import bundle
from oqhs.verifying import verify


def _bytes(where):
    return {
        path.relative_to(where).as_posix(): path.read_bytes() for path in where.rglob("*") if path.is_file()
    }


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    where = tmp_path_factory.mktemp("small") / "site"
    write_site(where, small_contents())
    return where


def test_hostile_names_are_texts_wherever_they_stand():
    for page in pages_of(hostile_site()):
        scripts = [one.get("src") or one.get("type") for one in page.all("script")]
        assert all(
            told == "application/json" or told.split("/")[-1] in {"site.js", "explorer.js", "vega.js"}
            for told in scripts
        )
        assert all(one["src"].split("/")[-2] == "images" for one in page.all("img"))
        assert not [one for one in page.elements if any(key.startswith("on") for key in one)]
        assert "\u202e" not in page.path.read_text(encoding="utf-8")
        assert not [one for one in page.all("a") if "javascript:" in one["href"]]
    titles = {Seen(path).all("h1")[0]["text"] for path in (hostile_site() / "quartiers").glob("*.html")}
    assert titles == set(PLAIN)


def test_what_feeds_the_script_is_read_back_as_it_is():
    page = Seen(hostile_site() / "explorer.html")
    data = next(one for one in page.all("script") if one.get("type") == "application/json")
    fed = json.loads(data["text"])
    names = {row["cells"][0] for one in fed["indicators"].values() for row in one["rows"]}
    assert len(names) == 3
    assert PLAIN[0] in names
    assert "<" not in data["text"]


def test_the_same_contents_give_the_same_bytes(tmp_path, small):
    write_site(tmp_path / "again", small_contents())
    assert _bytes(tmp_path / "again") == _bytes(small)


def test_contents_are_left_as_they_were():
    contents = small_contents()
    assert list(contents.observations["territory"])
    before = contents.observations.copy(deep=True)
    hostile_contents()
    hostile_site()
    pd.testing.assert_frame_equal(contents.observations, before)


def test_an_indicator_that_nobody_planned_is_said_to_be_unavailable(small):
    page = Seen(small / "indicateurs" / "pmi_10_min.html")
    text = page.all("main")[0]["text"].replace("\u00a0", " ")
    assert "Sans valeur : 3 quartiers (valeur non disponible)." in text
    assert "L'édition ne prévoit pas cet indicateur." in text
    of_quartier = Seen(small / "quartiers" / "QN99901M.html").all("main")[0]["text"]
    assert "L'édition ne prévoit pas cet indicateur (" in of_quartier


def test_values_worked_out_by_hand_are_on_the_page(small):
    # 40 % against 17,2 % in the département: 22,8 points more. (1 000 x 40 + 1 000 x 30) / 2 000 = 35 % of
    # those whose rate is known: 5 points more. Nobody delivered the rate of the commune.
    page = Seen(small / "indicateurs" / "taux_pauvrete.html")
    row = dict(zip(page.heads("quartiers"), ["", *page.rows("quartiers")["Les Bleuets"]], strict=True))
    assert row["Valeur"] == "40,0\u00a0%"
    assert row["Valeur, Commune"] == "valeur non disponible"
    assert row["Écart à la commune"] == "référence\u00a0: valeur non disponible"
    assert row["Écart au département"] == "+22,8\u00a0points, défavorable"
    assert page.rows("quartiers")["Haut Val"][2] == "valeur couverte par le secret statistique"
    gaps = Seen(small / "quartiers" / "QN99901M.html").rows("ecarts-table")["Taux de pauvreté"]
    lacking = "référence\u00a0: valeur non disponible"
    assert gaps == [lacking, lacking, "+22,8\u00a0points, défavorable", "+5,0\u00a0points, défavorable"]


def test_two_quartiers_of_one_name_have_each_its_page(tmp_path):
    contents = small_contents()
    territories = contents.territories.copy()
    territories.loc[territories["kind"] == "qpv", "label"] = "La Plaine"
    write_site(tmp_path / "site", dataclasses.replace(contents, territories=territories))
    assert len(list((tmp_path / "site" / "quartiers").glob("*.html"))) == 3


def test_quartiers_without_an_outline_have_no_map_but_all_the_rest(tmp_path):
    contents = small_contents()
    territories = contents.territories.copy()
    territories.loc[territories["territory"] == "QN99902M", "geometry"] = None
    write_site(tmp_path / "site", dataclasses.replace(contents, territories=territories))
    page = Seen(tmp_path / "site" / "indicateurs" / "taux_pauvrete.html")
    assert [one["src"] for one in page.all("img")] == ["../images/points-taux_pauvrete.svg"]
    assert len(page.rows("quartiers")) == 3


def test_a_site_is_replaced_by_the_next_one(tmp_path, small):
    where = tmp_path / "site"
    write_site(where, small_contents())
    write_site(where, small_contents())
    assert _bytes(where) == _bytes(small)
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_a_folder_that_is_not_a_site_is_left_as_it_is(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("Bonjour", encoding="utf-8")
    with pytest.raises(DataError, match="not a site that was written before"):
        write_site(tmp_path / "mine", small_contents())
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["letter.txt"]


@pytest.mark.parametrize("marker", ["[]", "{", '{"maker": "someone"}'])
def test_a_marker_that_is_not_ours_makes_no_site(tmp_path, marker):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / MARKER).write_text(marker, encoding="utf-8")
    with pytest.raises(DataError, match="not a site"):
        write_site(tmp_path / "mine", small_contents())


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "mine").write_text("Bonjour", encoding="utf-8")
    with pytest.raises(DataError, match="not a site"):
        write_site(tmp_path / "mine", small_contents())


def test_a_site_that_somebody_put_a_file_in_is_left_as_it_is(tmp_path):
    where = tmp_path / "site"
    write_site(where, small_contents())
    (where / "images" / "photo.jpg").write_bytes(b"photo")
    with pytest.raises(DataError, match="files were put in this site") as refused:
        write_site(where, small_contents())
    assert "photo.jpg" in str(refused.value)
    assert (where / "images" / "photo.jpg").exists()


def test_a_folder_to_write_in_must_be_there(tmp_path):
    with pytest.raises(DataError, match="no folder to write the site in"):
        write_site(tmp_path / "nowhere" / "site", small_contents())


def test_a_site_that_cannot_be_finished_leaves_the_one_before(tmp_path, small, monkeypatch):
    where = tmp_path / "site"
    write_site(where, small_contents())

    def broken(*_):
        raise OSError("no space left on device")

    monkeypatch.setattr(folder, "plan_page", broken)
    with pytest.raises(OSError, match="no space left"):
        write_site(where, small_contents())
    assert _bytes(where) == _bytes(small)
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


@pytest.mark.parametrize("library", ["jinja2", "altair", "vl_convert"])
def test_what_is_not_installed_is_said_with_what_to_run(tmp_path, monkeypatch, library):
    bundle.cache_clear()
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(MissingExtraError, match=r'pip install "oqhs\[report\]"'):
        write_site(tmp_path / "site", small_contents())
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def run_site(tmp_path):
    app = typer.Typer()
    app.command("site")(site_command)
    data = write_data(tmp_path / "data")

    def run(*words):
        return CliRunner().invoke(app, [*map(str, words), "--data", str(data)])

    return run


def test_the_command_writes_what_partners_may_see(run_site, tmp_path, small):
    ended = run_site(2024, "-o", tmp_path / "dossier", "--partenaires")
    assert ended.exit_code == 0, ended.output
    assert _bytes(tmp_path / "dossier") == _bytes(small)
    assert "dossier" in ended.output


def test_the_command_does_not_widen_an_edition(run_site, tmp_path):
    ended = run_site(2024, "-o", tmp_path / "dossier")
    assert isinstance(ended.exception, UnknownError)
    assert "--partenaires" in str(ended.exception)
    assert not (tmp_path / "dossier").exists()


def test_the_command_refuses_a_folder_that_is_not_a_site_before_any_work(run_site, tmp_path):
    ended = run_site(2024, "-o", tmp_path / "data")
    assert isinstance(ended.exception, DataError)


@pytest.mark.parametrize(
    ("contact", "said"),
    [("", "par les coordonnées du Département"), ("<oqhs@val.example>", "(<oqhs@val.example>)")],
)
def test_the_statement_on_accessibility_tells_how_to_reach_the_observatory(tmp_path, contact, said):
    contents = small_contents()
    recipe = {**contents.recipe, **({"contact": contact} if contact else {})}
    write_site(tmp_path / "site", dataclasses.replace(contents, recipe=recipe))
    page = Seen(tmp_path / "site" / "accessibilite.html")
    assert said in page.all("main")[0]["text"]


@pytest.mark.parametrize(("diffusion", "where"), [("public", "public/site"), ("partenaires", "site")])
def test_the_site_is_in_the_release_of_an_edition_that_says_so(tmp_path, diffusion, where):
    data = write_data(tmp_path / "data")
    path = data / "editions" / "2024.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("diffusion: partenaires", f"diffusion: {diffusion}\nsite: true"), encoding="utf-8"
    )
    release = oqhs.open(data).edition(2024).release(tmp_path / "out")
    manifest = json.loads((release / "manifest.json").read_text(encoding="utf-8"))
    found = [place for place in manifest["outputs"] if "site/" in place]
    assert f"{where}/index.html" in found
    assert all(place.startswith(f"{where}/") for place in found)
    assert "altair" in manifest["versions"]
    assert not verify(data, 2024, tmp_path / "out")[1]


def test_an_edition_that_stays_inside_has_no_site(tmp_path):
    data = write_data(tmp_path / "data")
    path = data / "editions" / "2024.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("diffusion: partenaires", "diffusion: interne\nsite: true"), encoding="utf-8"
    )
    with pytest.raises(CatalogueError, match="an edition of diffusion `interne` has no site"):
        oqhs.open(data).edition(2024)


def test_a_release_with_a_site_is_refused_before_any_work_without_its_libraries(tmp_path, monkeypatch):
    data = write_data(tmp_path / "data")
    path = data / "editions" / "2024.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("partenaires", "partenaires\nsite: true"), encoding="utf-8")
    monkeypatch.setitem(sys.modules, "altair", None)
    with pytest.raises(MissingExtraError, match="the site is written with altair"):
        oqhs.open(data).edition(2024).release(tmp_path / "out")
    assert not (tmp_path / "out").exists()

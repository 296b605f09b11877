"""Every format of a release opens with the tools partners use, and holds the same figures."""

import shutil
import subprocess
import xml.etree.ElementTree as ET

import duckdb
import frictionless
import pandas as pd
import pyogrio
import pytest
import yaml
from small_edition import edition, write_data

import oqhs
from oqhs.columns import Columns, read_columns
from oqhs.documents import read_model
from oqhs.errors import CatalogueError
from oqhs.publish.geopackage import LAYER, STYLES
from oqhs.publish.release import PUBLIC


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    home = tmp_path_factory.mktemp("formats")
    return edition(home / "data").release(home / "out")


@pytest.fixture(scope="module")
def public(tmp_path_factory):
    """A release of an edition everyone may see."""
    home = tmp_path_factory.mktemp("public")
    write_data(home / "data")
    told = home / "data" / "editions" / "2024.yaml"
    told.write_text(told.read_text(encoding="utf-8").replace("partenaires", "public"), encoding="utf-8")
    return oqhs.open(home / "data").edition(2024).release(home / "out")


def test_the_geopackage_has_a_row_per_quartier_its_figures_and_why_some_are_not_there(folder):
    path = folder / "indicateurs-2024.gpkg"
    about = pyogrio.read_info(path, layer=LAYER)
    assert (about["crs"], about["features"], about["geometry_type"]) == ("EPSG:2154", 3, "MultiPolygon")
    rows = pyogrio.read_dataframe(path, layer=LAYER).set_index("territory")
    # a poverty rate of 40 %, 17,2 % in the département; that of the third quartier is secret, and 40 persons
    # surveyed at most are too few for the unemployment of the first one
    assert rows.loc["QN99901M", "taux_pauvrete"] == 40
    assert rows.loc["QN99901M", "taux_pauvrete_ecart"] == pytest.approx(22.8)
    assert pd.isna(rows.loc["QN99901M", "taux_chomage_15_64"])
    assert rows.loc["QN99901M", "taux_chomage_15_64_statut"] == "valeur non significative"
    assert pd.isna(rows.loc["QN99903M", "taux_pauvrete"])
    assert rows.loc["QN99903M", "taux_pauvrete_statut"] == "valeur couverte par le secret statistique"
    assert rows.loc["QN99902M", "communes"] == "Le Bourg, Orval"


def test_the_geopackage_tells_the_year_and_the_known_part_of_every_value(folder):
    rows = pyogrio.read_dataframe(folder / "indicateurs-2024.gpkg", layer=LAYER).set_index("territory")
    assert rows.loc["QN99901M", "taux_pauvrete_annee"] == 2020
    assert rows.loc["QN99901M", "taux_pauvrete_couverture"] == 1
    told = oqhs.open(folder.parents[2] / "data").edition(2024).told_to("partenaires").contents()[0]
    known = told.observations.set_index(["indicator", "territory"])["coverage"]
    for code in rows.index:
        expected = known["taux_pauvrete", code]
        found = rows.loc[code, "taux_pauvrete_couverture"]
        assert found == expected or (pd.isna(found) and pd.isna(expected))


def test_the_geopackage_carries_a_style_qgis_finds_and_that_never_colours_a_missing_value(folder):
    path = folder / "indicateurs-2024.gpkg"
    assert set(pyogrio.list_layers(path)[:, 0]) == {LAYER, STYLES}
    (style,) = pyogrio.read_dataframe(path, layer=STYLES).to_dict("records")
    assert (style["f_table_name"], style["f_geometry_column"]) == (LAYER, "geom")
    assert style["useAsDefault"]
    root = ET.fromstring(style["styleQML"])  # noqa: S314  (our own file)
    rules = {rule.get("filter"): rule for rule in root.iter("rule")}
    missing = rules['"taux_pauvrete" IS NULL']
    symbol = root.find(f".//symbol[@name='{missing.get('symbol')}']")
    options = {one.get("name"): one.get("value") for one in symbol.iter("Option") if one.get("name")}
    assert options["style"] == "b_diag"
    assert len(rules) == len(set(rules))


def test_the_data_package_is_valid_and_its_tables_are_of_the_types_it_says(folder):
    with frictionless.system.use_context(trusted=True):
        report = frictionless.validate(str(folder / "datapackage.json"))
    assert report.valid, report.flatten(["rowNumber", "fieldName", "message"])[:5]
    package = frictionless.Package(str(folder / "datapackage.json"))
    assert {resource.path for resource in package.resources} == {
        path.name for path in folder.iterdir() if path.name not in {"manifest.json", "datapackage.json"}
    }


def test_a_changed_cell_makes_the_data_package_invalid(folder, tmp_path):
    copy = shutil.copytree(folder, tmp_path / "copy")
    path = copy / "observations.csv"
    path.write_bytes(path.read_bytes().replace(b"23,4375", b"vingt", 1))
    with frictionless.system.use_context(trusted=True):
        report = frictionless.validate(str(copy / "datapackage.json"))
    assert not report.valid


def test_duckdb_reads_the_tables_and_finds_the_figures(folder):
    found = duckdb.sql(
        f"select value from '{folder / 'observations.parquet'}' "  # noqa: S608  (our own file)
        "where indicator = 'taux_chomage_15_64' and territory = 'QPV-999'"
    ).fetchall()
    assert found == [(23.4375,)]


def test_every_column_of_every_table_is_in_the_dictionary_with_what_it_says(folder):
    told = pd.read_csv(folder / "dictionnaire_colonnes.csv", sep=";", encoding="utf-8-sig")
    described = set(zip(told["table"], told["column"], strict=True))
    for path in folder.glob("*.csv"):
        columns = pd.read_csv(path, sep=";", encoding="utf-8-sig", nrows=0).columns
        assert {(path.stem, column) for column in columns} <= described
    assert told["meaning"].str.len().min() > 3


def test_every_code_of_a_release_of_the_embedded_data_is_in_the_dictionary():
    told = read_columns()
    ed = oqhs.open("data").edition(2024)
    contents, _ = ed.contents()
    tables = {
        "observations": contents.observations,
        "ecarts": contents.gaps,
        "signalements": contents.flags,
        "evolutions": contents.changes,
        "appartenances": contents.memberships,
        "territoires": contents.territories,
    }
    for name, frame in tables.items():
        for column in frame.columns:
            codes = told.codes(told.column(name, column))
            if codes:
                assert set(frame[column].dropna().astype("str")) - {""} <= set(codes), (name, column)


def test_a_dictionary_that_names_a_list_of_codes_that_is_not_there_is_refused(tmp_path):
    path = tmp_path / "colonnes.yaml"
    content = {
        "tables": {"t": {"title": "T", "row": "r", "key": ["a"]}},
        "columns": {"a": {"meaning": "A", "values": "nowhere"}},
        "values": {},
    }
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(CatalogueError, match="nowhere"):
        read_model(path, Columns)


def test_what_everyone_may_see_stands_apart_without_the_counts_that_were_received(public):
    names = {path.name for path in (public / PUBLIC).iterdir()}
    assert "observations.csv" in names
    assert not {name for name in names if name.startswith("mesures")}
    assert (public / "mesures.csv").exists()
    inside = pd.read_parquet(public / PUBLIC / "observations.parquet")
    outside = pd.read_parquet(public / "observations.parquet")
    assert (set(inside["diffusion"]), set(outside["diffusion"])) == ({"public"}, {"partenaires"})
    with frictionless.system.use_context(trusted=True):
        assert frictionless.validate(str(public / PUBLIC / "datapackage.json")).valid


def test_an_edition_for_partners_has_no_public_folder(folder):
    assert not (folder / PUBLIC).exists()


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_the_workbook_opens_in_libreoffice_and_its_numbers_are_numbers(folder, tmp_path):
    words = [
        shutil.which("soffice"),
        "--headless",
        f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
    ]
    words += ["--convert-to", "csv:Text - txt - csv (StarCalc):59,34,76,1,,0,false,true,false,false,false,-1"]
    words += ["--outdir", str(tmp_path / "sheets"), str(folder / "indicateurs-2024.xlsx")]
    subprocess.run(words, check=True, timeout=300, capture_output=True)  # noqa: S603
    sheets = {path.stem.removeprefix("indicateurs-2024-") for path in (tmp_path / "sheets").iterdir()}
    assert {
        "Lisez-moi",
        "Tableau clé",
        "Par quartier",
        "Écarts",
        "Décrochages",
        "Dictionnaire",
        "Sources",
    } == sheets
    text = (tmp_path / "sheets" / "indicateurs-2024-Par quartier.csv").read_text(encoding="utf-8-sig")
    rows = {line.split(";")[1]: line.split(";") for line in text.splitlines() if "QN" in line}
    assert "40" in rows["QN99901M"]
    assert "secret" in rows["QN99903M"]
    assert "Taux de pauvreté, 2020" in text

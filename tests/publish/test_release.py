"""The release: complete or not there at all, the same bytes for the same content."""

import csv
import dataclasses
import hashlib
import json

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_edition import edition, write_data

import oqhs
from oqhs.errors import ChecksumError
from oqhs.publish import printed, writers
from oqhs.publish import release as writing
from oqhs.publish.manifest import MANIFEST
from oqhs.publish.shelf import CURRENT, releases

FEW = settings(max_examples=4, deadline=None, derandomize=True)


@pytest.fixture(scope="module")
def contents(tmp_path_factory):
    return edition(tmp_path_factory.mktemp("data")).contents()[0]


def write_release(folder, contents, public=None):
    home = folder / "2024"
    home.mkdir(parents=True, exist_ok=True)
    return writing.write_release(home, contents, public, lambda: None)


def files(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


def bytes_of(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files(folder)}


def names_in(home):
    return sorted(path.name for path in home.iterdir())


def test_a_first_release_is_r1_and_holds_everything(tmp_path, contents):
    folder = write_release(tmp_path, contents)
    assert folder == tmp_path / "2024" / "r1"
    assert {
        "mesures",
        "observations",
        "ecarts",
        "signalements",
        "appartenances",
        "territoires",
        "tableau_cle",
        "manifest",
        "dictionnaire_indicateurs",
        "dictionnaire_colonnes",
        "indicateurs-2024",
        "datapackage",
        "CHANGELOG",
    } == {path.name.split(".")[0] for path in folder.iterdir()}
    assert names_in(tmp_path / "2024") == [CURRENT, "r1"]


def test_the_same_content_gives_the_release_that_is_there(tmp_path, contents):
    first = write_release(tmp_path, contents)
    before = bytes_of(first)
    assert write_release(tmp_path, contents) == first
    assert bytes_of(first) == before
    assert names_in(tmp_path / "2024") == [CURRENT, "r1"]


def test_the_same_files_read_elsewhere_give_the_same_bytes(tmp_path):
    folders = [
        edition(tmp_path / name / "data").release(tmp_path / name / "processed") for name in ("here", "there")
    ]
    assert bytes_of(folders[0]) == bytes_of(folders[1])


def test_a_changed_figure_gives_r2_and_leaves_r1_as_it_was(tmp_path):
    first = edition(tmp_path / "data").release(tmp_path / "processed")
    before = bytes_of(first)
    second = edition(tmp_path / "data", hlm=6).release(tmp_path / "processed")
    assert (first.name, second.name) == ("r1", "r2")
    assert bytes_of(first) == before
    # 105/160 then 106/160 of the households
    table = pd.read_parquet(second / "observations.parquet").set_index(["indicator", "territory"])
    assert table.loc[("locataires_hlm", "QPV-999"), "value"] == pytest.approx(10600 / 160)


def test_only_the_last_release_is_compared_and_numbers_follow_each_other(tmp_path, contents):
    write_release(tmp_path, contents)
    other = dataclasses.replace(contents, diffusion="interne")
    assert write_release(tmp_path, other).name == "r2"
    assert write_release(tmp_path, contents).name == "r3"
    for number in (10, 11):
        (tmp_path / "2024" / f"r{number}").mkdir()
    assert [path.name for path in releases(tmp_path / "2024")] == ["r1", "r2", "r3", "r10", "r11"]


@pytest.mark.parametrize("writer", ["write_parquet", "write_csv", "write_text", "write_json"])
def test_a_failure_while_writing_leaves_nothing_behind(tmp_path, contents, monkeypatch, writer):
    first = write_release(tmp_path, contents)
    before = bytes_of(first)

    def fail(*_args, **_options):
        raise OSError("no space left on device")

    monkeypatch.setattr(writers, writer, fail)
    with pytest.raises(OSError, match="no space"):
        write_release(tmp_path, dataclasses.replace(contents, diffusion="interne"))
    assert names_in(tmp_path / "2024") == [CURRENT, "r1"]
    assert bytes_of(first) == before


def test_the_manifest_vouches_for_inputs_and_outputs(tmp_path, contents):
    folder = write_release(tmp_path, contents)
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    assert sorted(manifest["outputs"]) == sorted(set(bytes_of(folder)) - {MANIFEST})
    for name, digest in manifest["outputs"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    assert sorted(manifest["inputs"]) == ["com", "communes", "dep", "epts", "perimetres", "qpv"]
    assert all(len(card["sha256"]) == 64 for card in manifest["inputs"].values())
    assert manifest["parameters"]["couverture_min"] == 0.8
    assert manifest["diffusion"] == "partenaires"


def test_invented_data_and_diffusion_are_marked_in_every_product(tmp_path, contents):
    folder = write_release(tmp_path, contents)
    for name in ("mesures", "observations", "ecarts", "appartenances"):
        frame = pd.read_parquet(folder / f"{name}.parquet")
        assert frame["invented"].all()
        assert set(frame["diffusion"]) == {"partenaires"}
    assert gpd.read_parquet(folder / "territoires.parquet")["invented"].all()
    assert printed.INVENTED in (folder / "tableau_cle.md").read_text(encoding="utf-8")
    assert json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["warning"] == printed.INVENTED


def test_real_data_are_not_said_to_be_invented_and_progress_goes_from_nothing_to_everything(tmp_path):
    steps = []
    real = edition(tmp_path / "data", invented=False)
    folder = real.release(tmp_path / "processed", progress=lambda *step: steps.append(step))
    assert printed.INVENTED not in (folder / "tableau_cle.md").read_text(encoding="utf-8")
    assert [done for done, _, _ in steps] == list(range(len(steps)))
    assert steps[-1][0] == steps[-1][1]


def test_cells_of_a_csv_are_numbers_with_an_ascii_minus_and_display_stays_in_its_columns(tmp_path, contents):
    folder = write_release(tmp_path, contents)
    text = (folder / "tableau_cle.csv").read_text(encoding="utf-8-sig")
    rows = {row["indicator"]: row for row in csv.DictReader(text.splitlines(), delimiter=";")}
    assert rows["taux_chomage_15_64"]["qpv"] == "23,4375"
    assert rows["taux_chomage_15_64"]["gap_affiche"] == "+13,4\u00a0points"
    gaps = (folder / "ecarts.csv").read_text(encoding="utf-8-sig")
    cells = [row["gap"] for row in csv.DictReader(gaps.splitlines(), delimiter=";")]
    assert any(cell.startswith("-") for cell in cells)
    assert not any("\u2212" in cell or "\u202f" in cell for cell in cells)


def test_a_secret_value_is_an_empty_cell_and_never_a_zero(tmp_path, contents):
    folder = write_release(tmp_path, contents)
    measured = pd.read_parquet(folder / "mesures.parquet")
    hidden = measured[(measured["variable"] == "taux_pauvrete_60") & (measured["territory"] == "QN99903M")]
    assert hidden["value"].isna().all()
    assert hidden["status"].tolist() == ["secret"]
    text = (folder / "mesures.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(text.splitlines(), delimiter=";"))
    assert [row["value"] for row in rows if row["status"] == "secret"] == [""]


def test_a_file_that_is_not_the_one_of_its_card_stops_the_release(tmp_path):
    folder = write_data(tmp_path / "data")
    with (folder / "raw" / "qpv.csv").open("a", encoding="utf-8") as stream:
        stream.write("QN99904M;1;1;1;1;1;1\n")
    with pytest.raises(ChecksumError):
        oqhs.open(folder)
    assert not (tmp_path / "processed").exists()


@FEW
@given(figure=st.floats(-1e6, 1e6))
def test_whatever_the_figures_writing_twice_gives_one_release(tmp_path_factory, contents, figure):
    home = tmp_path_factory.mktemp("release")
    drawn = dataclasses.replace(contents, measurements=contents.measurements.assign(value=figure))
    first = write_release(home / "here", drawn)
    assert write_release(home / "here", drawn) == first
    assert bytes_of(write_release(home / "there", drawn)) == bytes_of(first)


def test_the_manifest_vouches_for_the_settings_a_user_writes(tmp_path):
    folder = tmp_path / "data"
    first = edition(folder).release(tmp_path / "out")
    vouched = json.loads((first / "manifest.json").read_text(encoding="utf-8"))["settings"]
    known = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*.yaml")}
    assert "editions/2024.yaml" in vouched
    for name, checksum in vouched.items():
        assert hashlib.sha256(known[name].read_bytes()).hexdigest() == checksum


def test_what_an_internal_release_said_is_not_in_the_changelog_of_one_for_partners(tmp_path, contents):
    inside = dataclasses.replace(contents, diffusion="interne")
    first = write_release(tmp_path, inside)
    (first / "CHANGELOG.md").write_text("# Journal\n\n## r1\n\nUn chiffre interne.\n", encoding="utf-8")
    manifest = json.loads((first / MANIFEST).read_text(encoding="utf-8"))
    assert manifest["diffusion"] == "interne"
    told = (write_release(tmp_path, contents) / "CHANGELOG.md").read_text(encoding="utf-8")
    assert "## r2" in told
    assert "allait moins loin" in told
    assert "Un chiffre interne" not in told
    assert "## r1" not in told


def test_nothing_is_repeated_of_a_release_of_which_nobody_knows_how_far_it_went(tmp_path, contents):
    first = write_release(tmp_path, contents)
    (first / "CHANGELOG.md").write_text("# Journal\n\n## r1\n\nUn chiffre interne.\n", encoding="utf-8")
    (first / MANIFEST).unlink()
    told = (write_release(tmp_path, contents) / "CHANGELOG.md").read_text(encoding="utf-8")
    assert "n'est plus lisible" in told
    assert "Un chiffre interne" not in told


def test_a_release_that_was_altered_is_not_given_as_good(tmp_path, contents):
    first = write_release(tmp_path, contents)
    (first / "tableau_cle.csv").write_text("altéré", encoding="utf-8")
    second = write_release(tmp_path, contents)
    assert (first.name, second.name) == ("r1", "r2")
    (second / MANIFEST).unlink()
    assert write_release(tmp_path, contents).name == "r3"

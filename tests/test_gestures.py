"""From a file as received to an edition: `add`, `status`, `check`, `edition new`."""

import json
import re
import shutil
import zipfile
from pathlib import Path

import pytest
import yaml
from tests_support import QPV_2021, layer_of_quartiers

from oqhs.arrivals import arrivals
from oqhs.demo import write_demo
from oqhs.sources.cards import sha256

COMMUNES = "CODGEO;NBPERSMENFISC21;MED21;TP6021\n99901;1000;20000;17,2\n99902;500;30000;s\n"


@pytest.fixture
def write(tmp_path):
    def _write(name, content):
        path = tmp_path / "received" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return _write


def files_of(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def card_of(folder, name):
    (path,) = folder.rglob(f"{name}.card.yaml")
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("command", [("add",), ("status",), ("check",), ("edition", "new")])
def test_the_help_of_every_gesture_ends_with_an_example(run, command):
    code, out, _ = run(*command, "--help")
    assert code == 0
    assert f"oqhs {' '.join(command)}" in re.sub(r"\s+", " ", out).split("Example", 1)[1]


def test_a_published_file_gets_a_card_filled_from_its_header_and_the_catalogue(run, write, tmp_path):
    data, path = tmp_path / "data", write("data_filo21_qp.csv", QPV_2021)
    code, out, _ = run("add", path, "--data", data, "--obtained", "2024-10-02")
    assert code == 0
    assert "filosofi-qpv-2021" in out
    target = data / "raw" / "filosofi" / "data_filo21_qp.csv"
    assert target.read_bytes() == path.read_bytes()
    assert card_of(data, "data_filo21_qp.csv") == {
        "id": "filosofi-qpv-2021",
        "layout": "filosofi_qpv",
        "source": "filosofi",
        "licence": "etalab-2.0",
        "obtained": "2024-10-02",
        "sha256": sha256(path),
        "year": 2021,
        "perimeter": "qpv2024",
        "title": "FiLoSoFi par quartier, revenu disponible, 2021",
    }
    assert files_of(data) == [f"raw/filosofi/data_filo21_qp.csv{end}" for end in ("", ".card.yaml")]


def test_the_tables_of_an_archive_get_a_card_each_with_its_trace_and_the_companion_is_left(run, tmp_path):
    data, archive = tmp_path / "data", tmp_path / "filosofi.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("qp/data_QP.csv", QPV_2021)
        packed.writestr("com/cc_filosofi_2021_COM.csv", COMMUNES)
        packed.writestr("meta_data_QP.csv", "COD_VAR;LIB_VAR\nDISP_MED_A21;Médiane\n")
    code, _, err = run("add", archive, "--data", data)
    # the communes say no perimeter: nothing at all is written
    assert code == 1
    assert "filosofi.zip/com/cc_filosofi_2021_COM.csv" in err
    assert files_of(data) == []
    only_quartiers = tmp_path / "qp.zip"
    with zipfile.ZipFile(only_quartiers, "w") as packed:
        packed.writestr("qp/data_QP.csv", QPV_2021)
        packed.writestr("meta_data_QP.csv", "COD_VAR;LIB_VAR\nDISP_MED_A21;Médiane\n")
    assert run("add", only_quartiers, "--data", data)[0] == 0
    assert card_of(data, "data_QP.csv")["archive"] == {
        "name": "qp.zip",
        "sha256": sha256(only_quartiers),
        "member": "qp/data_QP.csv",
    }


def test_one_bad_file_among_several_and_nothing_is_written(run, write, tmp_path):
    data = tmp_path / "data"
    good, bad = write("bon.csv", QPV_2021), write("mauvais.csv", QPV_2021.replace("42,0", "142,0"))
    code, _, err = run("add", good, bad, "--data", data)
    assert code == 1
    assert "mauvais.csv, line 3, column 'DISP_TP60_A21'" in err
    assert files_of(data) == []


def test_a_correction_replaces_the_file_keeps_the_old_one_and_its_trace(run, write, tmp_path):
    data = tmp_path / "data"
    first = write("data_filo21_qp.csv", QPV_2021)
    run("add", first, "--data", data, "--obtained", "2024-10-02")
    old = sha256(first)
    again = write("data_filo21_qp.csv", QPV_2021.replace("42,0", "43,5"))
    code, _, err = run("add", again, "--data", data)
    assert code == 1
    assert "--replace" in err
    code, out, _ = run("add", again, "--data", data, "--replace", "--obtained", "2024-12-01")
    assert code == 0
    assert "1 figures differ" in re.sub(r"\s+", " ", out)
    card = card_of(data / "raw", "data_filo21_qp.csv")
    assert card["replaces"] == [{"sha256": old, "obtained": "2024-10-02"}]
    assert (card["id"], card["sha256"]) == ("filosofi-qpv-2021", sha256(again))
    kept = data / "replaced" / old[:12] / "data_filo21_qp.csv"
    assert sha256(kept) == old
    assert run("check", "--data", data)[0] == 0


def test_a_correction_no_layout_recognises_is_told_to_replace_the_file_its_card_vouches_for(
    run, write, tmp_path
):
    data, table = tmp_path / "data", "code;menages\n99901;200\n"
    mapping = "mapping: {key: code, columns: {menages: {variable: menages}}}"
    path = write("menages.csv", table)
    write(
        "menages.csv.card.yaml",
        f"layout: mapped\nsource: rp\nyear: 2020\nperimeter: cog2020\n{mapping}\n",
    )
    assert run("add", path, "--data", data)[0] == 0
    path.with_name("menages.csv.card.yaml").unlink()
    again = write("menages.csv", table.replace("200", "210"))
    code, _, err = run("add", again, "--data", data)
    assert code == 1
    assert "a card of the folder vouches for a file of this name" in err
    assert "`oqhs add FILE --replace`" in err
    assert run("add", again, "--data", data, "--replace")[0] == 0
    # Under another name nothing says that it is a correction.
    other = write("autre.csv", table)
    assert "--replace" not in run("add", other, "--data", data)[2]


def test_the_same_file_again_changes_nothing_and_a_correction_of_nothing_is_refused(run, write, tmp_path):
    data, path = tmp_path / "data", write("data_filo21_qp.csv", QPV_2021)
    code, _, err = run("add", path, "--data", data, "--replace")
    assert code == 1
    assert "nothing this file corrects" in err
    run("add", path, "--data", data)
    before = {name: (data / name).stat().st_mtime_ns for name in files_of(data)}
    code, out, _ = run("add", path, "--data", data)
    assert code == 0
    assert "already there" in out
    assert {name: (data / name).stat().st_mtime_ns for name in files_of(data)} == before


def test_a_correction_of_another_name_keeps_what_the_card_said(run, write, tmp_path):
    data = tmp_path / "data"
    run("add", write("data_filo21_qp.csv", QPV_2021), "--data", data, "--diffusion", "interne")
    again = write("rectificatif.csv", QPV_2021.replace("42,0", "43,5"))
    code, _, err = run("add", again, "--data", data, "--replace")
    assert code == 1
    assert "--id filosofi-qpv-2021" in err
    code, _, _ = run("add", again, "--data", data, "--replace", "--id", "filosofi-qpv-2021")
    assert code == 0
    assert card_of(data / "raw", "rectificatif.csv")["diffusion"] == "interne"
    assert not list((data / "raw").rglob("data_filo21_qp.csv*"))
    assert run("check", "--data", data)[0] == 0


def test_two_files_of_one_name_do_not_take_the_place_of_each_other(run, tmp_path):
    data = tmp_path / "data"
    for year in ("19", "21"):
        (tmp_path / year).mkdir()
        (tmp_path / year / "data.csv").write_text(QPV_2021.replace("_A21", f"_A{year}"), encoding="utf-8")
    (tmp_path / "DATA").mkdir()
    (tmp_path / "DATA" / "DATA.csv").write_text(QPV_2021, encoding="utf-8")
    for first, second in (("19/data.csv", "21/data.csv"), ("19/data.csv", "DATA/DATA.csv")):
        code, _, err = run("add", tmp_path / first, tmp_path / second, "--data", data)
        assert code == 1
        assert "take its place" in err
        assert files_of(data) == []
    run("add", tmp_path / "19" / "data.csv", "--data", data)
    code, _, err = run("add", tmp_path / "21" / "data.csv", "--data", data)
    assert code == 1
    assert "a file of that name is there" in err


def test_a_file_that_was_lost_or_altered_is_put_back(run, write, tmp_path):
    data, path = tmp_path / "data", write("data_filo21_qp.csv", QPV_2021)
    run("add", path, "--data", data)
    target = data / "raw" / "filosofi" / "data_filo21_qp.csv"
    for spoil in (target.unlink, lambda: target.write_bytes(b"autre chose")):
        spoil()
        assert run("check", "--data", data)[0] == 1
        code, out, _ = run("add", path, "--data", data)
        assert code == 0
        assert "put back" in out
        assert run("check", "--data", data)[0] == 0


def test_a_correction_says_how_many_territories_it_loses(run, write, tmp_path):
    data = tmp_path / "data"
    run("add", write("data_filo21_qp.csv", QPV_2021), "--data", data)
    cut = write("data_filo21_qp.csv", "".join(QPV_2021.splitlines(keepends=True)[:2]))
    code, out, _ = run("add", cut, "--data", data, "--replace")
    assert code == 0
    assert "1 territories are gone" in re.sub(r"\s+", " ", out)


def test_an_unknown_source_never_reaches_the_folder(run, write, tmp_path):
    data, path = tmp_path / "data", write("data_filo21_qp.csv", QPV_2021)
    for source in ("filosophi", "../../ailleurs"):
        code, _, err = run("add", path, "--data", data, "--source", source)
        assert code == 1
        assert "the catalogue has no such entry" in err
    assert files_of(tmp_path) == ["received/data_filo21_qp.csv"]


def test_a_card_beside_a_file_may_not_say_otherwise_than_the_caller(run, write, tmp_path):
    path = write("partenaire.csv", "code;pop\nQN99901M;1200\n")
    write(
        "partenaire.csv.card.yaml",
        "layout: mapped\nsource: oqhs\nyear: 2024\ndiffusion: public\n"
        "mapping: {key: code, columns: {pop: population}}\n",
    )
    code, _, err = run("add", path, "--data", tmp_path / "data", "--diffusion", "interne")
    assert code == 1
    assert "says another diffusion" in err


def test_when_a_file_cannot_be_put_in_place_everything_is_as_it_was(run, write, tmp_path, monkeypatch):
    data = tmp_path / "data"
    first = write("data_filo21_qp.csv", QPV_2021)
    run("add", first, "--data", data, "--obtained", "2024-10-02")
    before = {name: (data / name).read_bytes() for name in files_of(data)}
    again = write("data_filo21_qp.csv", QPV_2021.replace("42,0", "43,5"))
    move = Path.replace

    def failing(self, target):
        if Path(target).name == "data_filo21_qp.csv.card.yaml" and "raw" in Path(target).parts:
            raise PermissionError(13, "open in another program", str(target))
        return move(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", failing)
        code, _, err = run("add", again, "--data", data, "--replace")
    assert code == 1
    assert "close the file elsewhere" in err
    assert {name: (data / name).read_bytes() for name in files_of(data)} == before


def test_a_table_of_another_origin_is_added_with_the_card_beside_it_completed(run, write, tmp_path):
    data, path = tmp_path / "data", write("partenaire.csv", "code;pop\nQN99901M;1200\n")
    code, _, err = run("add", path, "--data", data)
    assert code == 1
    assert "mapped" in err
    write(
        "partenaire.csv.card.yaml",
        "id: partenaire\nlayout: mapped\nsource: oqhs\nyear: 2024\ndiffusion: interne\n"
        "mapping: {key: code, columns: {pop: population}}\n",
    )
    assert run("add", path, "--data", data, "--obtained", "2024-10-02")[0] == 0
    card = card_of(data, "partenaire.csv")
    assert (card["sha256"], card["obtained"], card["diffusion"]) == (sha256(path), "2024-10-02", "interne")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--perimeter", "quelque part"), 1),
        (("--diffusion", "tous"), 1),
        (("--obtained", "hier"), 2),
        (("--year", "2019"), 1),  # the header says 2021
    ],
)
def test_an_option_that_cannot_be_is_refused_and_nothing_is_written(run, write, tmp_path, words, code):
    data = tmp_path / "data"
    found, _, err = run("add", write("data_filo21_qp.csv", QPV_2021), "--data", data, *words)
    assert found == code
    assert "Traceback" not in err
    assert not data.exists()


def test_a_shapefile_takes_its_companions_along_and_each_is_vouched_for(run, tmp_path):
    data, shape = tmp_path / "data", tmp_path / "received" / "quartiers.shp"
    shape.parent.mkdir()
    layer_of_quartiers().to_file(shape)
    assert run("add", shape, "--data", data)[0] == 0
    card = card_of(data, "quartiers.shp")
    assert {".dbf", ".shx", ".prj"} <= {name[-4:] for name in card["sidecars"]}
    victim = next(data.rglob("*.dbf"))
    victim.write_bytes(victim.read_bytes() + b" ")
    code, out, _ = run("check", "--data", data, "--format", "json")
    assert code == 1
    assert [problem["file"] for problem in json.loads(out)] == ["raw/perimetres_qpv/quartiers.dbf"]


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("gestures") / "data"
    folder.mkdir()
    write_demo(folder)
    return folder


def test_status_tells_what_has_arrived_what_is_missing_and_what_is_altered(run, demo, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(demo, data)
    code, out, _ = run("status", 2024, "--data", data)
    assert code == 0
    assert "missing" not in out
    next(data.rglob("commande_rp2020_com.csv.card.yaml")).unlink()
    victim = next(data.rglob("cc_filosofi_2021_DEP.csv"))
    victim.write_bytes(victim.read_bytes() + b"\n")
    code, out, _ = run("status", 2024, "--data", data)
    assert code == 0
    lines = {line.split()[0]: line for line in out.splitlines() if line.strip()}
    assert "missing" in lines["rp-2020-com"]
    assert "altered" in lines["filosofi-dep-2021"]
    code, _, err = run("status", 2030, "--data", data)
    assert code == 2
    assert "oqhs edition new 2030" in err


def test_check_is_silent_on_good_data_and_tells_everything_at_once_on_bad_ones(run, demo, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(demo, data)
    assert run("check", "--data", data)[0] == 0
    (data / "raw" / "insee" / "perdu.csv").write_text("a;b\n1;2\n", encoding="utf-8")
    victim = next(data.rglob("cc_filosofi_2021_DEP.csv"))
    victim.write_bytes(victim.read_bytes().replace(b"998;", b"9;", 1))
    with (data / "editions" / "2024.yaml").open("a", encoding="utf-8") as stream:
        stream.write("couleur: rouge\n")
    code, out, _ = run("check", "--data", data, "--format", "json")
    problems = json.loads(out)
    assert code == 1
    told = {(problem["file"].split("/")[-1], problem["problem"]) for problem in problems}
    assert {
        ("perdu.csv", "no card vouches for this file"),
        ("perdu.csv", "no layout of the catalogue has this header"),
        ("cc_filosofi_2021_DEP.csv", "the file is not the one its card vouches for"),
        ("cc_filosofi_2021_DEP.csv", "this is not the code of a territory"),
        ("2024.yaml", "this key is not known"),
    } <= told
    (code_of,) = [p for p in problems if p["problem"] == "this is not the code of a territory"]
    assert (code_of["line"], code_of["column"], code_of["found"]) == (2, "CODGEO", "9")
    assert all(problem["allowed"] or problem["todo"] for problem in problems)
    code, out, _ = run("check", "--data", data)
    assert code == 1
    assert "perdu.csv" in out


def test_an_edition_is_drafted_from_the_files_that_are_there_and_can_be_released(run, write, tmp_path):
    data = tmp_path / "data"
    layer = tmp_path / "received" / "quartiers.geojson"
    layer.parent.mkdir()
    layer_of_quartiers().to_file(layer)
    run("add", write("data_filo21_qp.csv", QPV_2021), layer, "--data", data)
    # the row of the département; that of its communes waits for a layer of communes
    run("add", write("cc_filosofi_2021_COM.csv", COMMUNES), "--data", data, "--perimeter", "cog2021")
    departement = COMMUNES.splitlines()[0] + "\n999;1500;23000;17,2\n"
    run("add", write("cc_filosofi_2021_DEP.csv", departement), "--data", data, "--perimeter", "cog2021")
    code, out, _ = run("edition", "new", 2024, "--departement", 999, "--data", data)
    assert code == 0
    assert "taux_pauvrete" in out
    drafted = yaml.safe_load((data / "editions" / "2024.yaml").read_text(encoding="utf-8"))
    assert drafted["territories"] == {"qpv": "quartiers"}
    assert drafted["indicators"]["taux_pauvrete"] == {
        "year": 2021,
        "recipe": "published",
        "inputs": {"qpv": ["filosofi-qpv-2021"], "reference": ["filosofi-com-departement-2021"]},
    }
    assert run("release", 2024, "--data", data)[0] == 0
    code, _, err = run("edition", "new", 2024, "--departement", 999, "--data", data)
    assert code == 1
    assert "there already" in err


def test_an_edition_that_follows_another_takes_the_newer_files(run, write, tmp_path):
    data = tmp_path / "data"
    layer = tmp_path / "received" / "quartiers.geojson"
    layer.parent.mkdir()
    layer_of_quartiers().to_file(layer)
    run("add", write("data_filo19_qp.csv", QPV_2021.replace("_A21", "_A19")), layer, "--data", data)
    run("edition", "new", 2022, "--departement", 999, "--data", data)
    run("add", write("data_filo21_qp.csv", QPV_2021), "--data", data)
    code, out, _ = run("status", 2022, "--data", data)
    assert code == 0
    assert "newer available" in re.sub(r"\s+", " ", out)
    assert set(arrivals(data, 2022)["newer"].dropna()) == {"filosofi-qpv-2021", ""}
    assert run("edition", "new", 2024, "--from", 2022, "--data", data)[0] == 0
    drafted = yaml.safe_load((data / "editions" / "2024.yaml").read_text(encoding="utf-8"))
    assert drafted["edition"] == 2024
    assert drafted["indicators"]["taux_pauvrete"]["year"] == 2021
    assert drafted["indicators"]["taux_pauvrete"]["inputs"]["qpv"] == ["filosofi-qpv-2021"]


def test_an_edition_needs_a_model_or_a_departement(run, demo):
    code, _, err = run("edition", "new", 2031, "--data", demo)
    assert code == 2
    assert "--from" in err

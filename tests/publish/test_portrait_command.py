import pytest
import small_edition
import typer
from typer.testing import CliRunner

from oqhs.cli.portraits import portrait
from oqhs.errors import UnknownError

pytest.importorskip("typst")
pytest.importorskip("jinja2")

app = typer.Typer()
app.command()(portrait)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return small_edition.write_data(tmp_path_factory.mktemp("fiches-cli") / "data")


@pytest.fixture
def run(data):
    def call(*arguments):
        return CliRunner().invoke(app, ["2024", "--data", str(data), *map(str, arguments)])

    return call


def test_some_quartiers_make_a_folder_of_fiches_in_both_formats(run, tmp_path):
    done = run("--quartiers", "QN99902M, QN99901M", "-o", tmp_path / "dossier")
    assert done.exit_code == 0, done.output
    names = sorted(path.name for path in (tmp_path / "dossier").iterdir())
    assert names == ["QN99901M.html", "QN99901M.pdf", "QN99902M.html", "QN99902M.pdf"]


def test_an_ept_comes_with_the_fiches_of_its_quartiers(run, tmp_path):
    done = run("--territoire", "T98", "-o", tmp_path / "ept")
    assert done.exit_code == 0, done.output
    names = sorted(path.stem for path in (tmp_path / "ept").glob("*.pdf"))
    assert names == ["QN99901M", "QN99902M", "QN99903M", "T98"]


def test_one_quartier_is_one_file_and_the_command_tells_which(run, tmp_path):
    done = run("--quartiers", "QN99901M", "-o", tmp_path / "fiche.html")
    assert done.exit_code == 0, done.output
    assert "Les Bleuets" in (tmp_path / "fiche.html").read_text(encoding="utf-8")
    assert "fiche.html" in done.output


def test_every_quartier_in_one_file_is_one_document(run, tmp_path):
    done = run("--tous", "-o", tmp_path / "tous.html")
    assert done.exit_code == 0, done.output
    assert "Les Bleuets, Le Gué et Haut Val" in (tmp_path / "tous.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "give one of --quartiers"),
        (["--tous", "--territoire", "T98"], "give one of --quartiers"),
        (["--quartiers", ","], "give one of --quartiers"),
    ],
)
def test_what_is_asked_for_is_one_thing(run, tmp_path, arguments, told):
    done = run(*arguments, "-o", tmp_path / "fiche.pdf")
    assert done.exit_code == 2
    assert told in done.output


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("fiche.docx", "use .pdf, .html"),
        ("none/fiche.pdf", "there is no folder"),
        ("none/dossier", "no folder can"),
    ],
)
def test_a_file_that_cannot_be_written_is_refused_before_any_work(run, tmp_path, place, told):
    done = run("--quartiers", "QN99901M", "-o", tmp_path / place)
    assert done.exit_code == 2
    assert told in " ".join(done.output.replace("│", " ").split())


def test_an_unknown_quartier_is_refused_before_anything_is_written(run, tmp_path):
    done = run("--quartiers", "QN99901M,QN94999M", "-o", tmp_path / "dossier")
    assert isinstance(done.exception, UnknownError)
    assert not (tmp_path / "dossier").exists()


def test_an_unknown_ept_is_refused(run, tmp_path):
    done = run("--territoire", "T97", "-o", tmp_path / "ept")
    assert isinstance(done.exception, UnknownError)
    assert "T98" in str(done.exception)
    assert not (tmp_path / "ept").exists()

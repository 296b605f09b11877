"""The notebooks: what they are in the repository, and that each runs from top to bottom on the embedded data."""

import ast
import re
import shutil
import time
from pathlib import Path

import pytest

pytest.importorskip("nbclient", reason='the notebooks need Jupyter: pip install "oqhs[notebooks]"')
pytest.importorskip("ipykernel", reason='the notebooks need Jupyter: pip install "oqhs[notebooks]"')

import nbformat
from nbclient import NotebookClient

_ROOT = Path(__file__).resolve().parents[1]
_NAMES = (
    "01_tableau_cle",
    "02_ecarts_et_decrochages",
    "03_chaleur_et_arbres",
    "04_pmi_et_eds_a_pied",
    "05_dynamiques_et_perimetres",
    "06_etude_partenaire",
    "07_mes_donnees",
    "08_etude_qualitative",
    "09_suivi_des_actions",
    "10_evaluation_2027",
)
#: What notebooks write, at least; the others write nothing.
_WRITTEN = {
    "06_etude_partenaire": {"indicateurs.xlsx", "note.md", "portrait.html"},
    "08_etude_qualitative": {
        "chiffres_et_paroles.docx",
        "chiffres_et_paroles.html",
        "extraits_codes.csv",
        "livre_de_codes.qdc",
    },
    "09_suivi_des_actions": {"revue_2025.docx", "revue_2025.html"},
    "10_evaluation_2027": {
        "evaluation_2024.docx",
        "evaluation_2024.html",
        "evaluation_2024_annexe.xlsx",
    },
}
#: What two excerpts of the embedded interviews say of somebody: a telephone number and an address.
_TRACES = ("06 39 98 12 34", "romain.invente@example.org")
_SETTINGS = 'DONNEES, EDITION = "../data", 2024'
#: Codes of territories: a quartier, a group or an EPT of the embedded data or of a real département.
_CODE = re.compile(r"\b(Q[NP]\d{5,6}[MIN]?|T\d{1,2}|R\d{5}|9\d{4})\b")


def read(name):
    return nbformat.read(_ROOT / "notebooks" / f"{name}.ipynb", as_version=4)


def sources(notebook, kind):
    return [cell.source for cell in notebook.cells if cell.cell_type == kind]


def python(notebook):
    """Give the code of a notebook as Python: magics are commands of Jupyter."""
    code = "\n".join(sources(notebook, "code"))
    return ast.parse("\n".join("" if line.startswith("%") else line for line in code.split("\n")))


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """Execute a notebook, in a copy of the folder: what it writes stays there."""

    def run(name):
        home = tmp_path_factory.mktemp(name)
        shutil.copytree(_ROOT / "data", home / "data", ignore=shutil.ignore_patterns("processed"))
        folder = home / "notebooks"
        folder.mkdir()
        notebook = read(name)
        NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(folder)}}).execute()
        return notebook, folder

    return run


def outputs(notebook):
    return [output for cell in notebook.cells for output in cell.get("outputs", [])]


def test_the_folder_holds_these_notebooks_and_no_other():
    assert tuple(sorted(path.stem for path in (_ROOT / "notebooks").glob("*.ipynb"))) == _NAMES


@pytest.mark.parametrize("name", _NAMES)
def test_a_notebook_holds_no_output_and_nothing_of_who_ran_it(name):
    notebook = read(name)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None
        assert not cell.metadata
    ids = [cell["id"] for cell in notebook.cells]
    assert ids == [f"cellule-{name[:2]}-{place:02d}" for place in range(1, len(ids) + 1)]
    assert notebook.metadata["kernelspec"]["name"] == "python3"
    assert set(notebook.metadata) == {"kernelspec", "language_info"}


@pytest.mark.parametrize("name", _NAMES)
def test_a_notebook_has_one_title_then_sections_and_says_what_it_is_about(name):
    texts = sources(read(name), "markdown")
    headings = [line for text in texts for line in text.split("\n") if line.startswith("#")]
    assert texts[0].startswith("# ")
    assert len(texts[0].split("\n\n")) > 1
    assert [line.startswith("# ") for line in headings] == [True] + [False] * (len(headings) - 1)
    assert all(line.startswith("## ") for line in headings[1:])


@pytest.mark.parametrize("name", _NAMES)
def test_one_line_says_which_data_and_no_territory_is_named(name):
    first, *others = sources(read(name), "code")
    assert first.startswith(_SETTINGS)
    assert "\n" not in first
    assert not any("../data" in one for one in others)
    assert _CODE.findall("\n".join(others)) == []


@pytest.mark.parametrize("name", _NAMES)
def test_a_notebook_uses_nothing_private(name):
    for node in ast.walk(python(read(name))):
        if isinstance(node, ast.Attribute):
            assert not node.attr.startswith("_")
        if isinstance(node, ast.ImportFrom):
            parts = [*str(node.module).split("."), *(alias.name for alias in node.names)]
            assert not any(part.startswith("_") for part in parts)


@pytest.mark.parametrize("name", _NAMES)
def test_a_notebook_runs_from_top_to_bottom_without_a_warning(name, executed, record_property):
    start = time.monotonic()
    notebook, folder = executed(name)
    record_property("seconds", round(time.monotonic() - start, 1))
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.execution_count is not None for cell in code)
    shown = outputs(notebook)
    assert [one for one in shown if one.output_type in {"stream", "error"}] == []
    told = "\n".join(one.data.get("text/html", "") + one.data.get("text/markdown", "") for one in shown)
    assert "DONNÉES INVENTÉES" in told
    assert not re.search(r"\b(NaN|nan|NaT|None)\b", told)
    pictures = [one for one in shown if "image/png" in one.data]
    assert pictures
    written = sorted(path.name for path in folder.rglob("*") if path.is_file())
    assert bool(written) == (name in _WRITTEN)
    assert _WRITTEN.get(name, set()) <= set(written)
    pages = [path.read_text(encoding="utf-8") for path in folder.glob("resultats/*.html")]
    assert not any(trace in page for trace in _TRACES for page in [told, *pages])
    kept = folder / "resultats" / "interne" / "extraits_codes.csv"
    if kept.exists():
        assert all(trace in kept.read_text(encoding="utf-8") for trace in _TRACES)

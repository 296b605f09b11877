"""What an edition draws, and the command that writes it."""

import pytest
import typer
from charts_support import hatches_of, legend_of, outside, words_of
from small_edition import edition, write_data
from typer.testing import CliRunner

from oqhs.cli.figures import map_
from oqhs.errors import OqhsError, UnknownError
from oqhs.mapping import KINDS, drawn
from oqhs.publish.theme import FORMATS, HATCHES


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return edition(tmp_path_factory.mktemp("maps") / "data")


@pytest.fixture
def run_map(tmp_path):
    app = typer.Typer()
    app.command("map")(map_)
    data = write_data(tmp_path / "data")

    def run(*words):
        return CliRunner().invoke(app, [*map(str, words), "--data", str(data)])

    return run


@pytest.mark.parametrize("size", FORMATS)
@pytest.mark.parametrize("kind", [one for one in KINDS if one != "evolution"])
def test_every_kind_is_drawn_within_its_canvas(small, kind, size):
    about_one = kind in {"carte", "petits_multiples", "points"}
    found = drawn(small, kind, indicator="taux_pauvrete" if about_one else None, format=size)
    assert outside(found.figure) == []
    assert "DONNÉES INVENTÉES" in words_of(found.figure)
    assert found.alt.endswith(".")


def test_a_secret_value_is_hatched_and_named(small):
    figure = drawn(small, "carte", indicator="taux_pauvrete").figure
    assert any(HATCHES["secret"] in one for one in hatches_of(figure))
    assert "valeur couverte par le secret statistique\u00a0(1)" in legend_of(figure)


def test_what_is_too_little_known_to_leave_is_not_drawn(small):
    """20 actifs in the third quartier: the edition is for partners, its rate is not significant."""
    found = drawn(small, "points", indicator="taux_chomage_15_64")
    assert "valeur non significative" in legend_of(found.figure)


def test_a_map_of_gaps_says_so(small):
    figure = drawn(small, "carte", indicator="taux_pauvrete", reference="departement").figure
    assert "écart au département" in words_of(figure)
    assert any("points" in label for label in legend_of(figure))


def test_a_territory_is_drawn_alone(small):
    found = drawn(small, "carte", indicator="taux_pauvrete", territory="QN99901M")
    assert "1 quartier" in found.alt.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"kind": "camembert"}, "carte, petits_multiples"),
        ({"kind": "carte"}, "about one indicator"),
        ({"kind": "carte", "indicator": "taux_pauvrette"}, "did you mean taux_pauvrete"),
        ({"kind": "reperage", "indicator": "taux_pauvrete"}, "about all the indicators"),
        ({"kind": "carte", "indicator": "taux_pauvrete", "territory": "T99"}, "no such quartier"),
        ({"kind": "carte", "indicator": "taux_pauvrete", "reference": "france"}, "no such reference"),
        ({"kind": "carte", "indicator": "taux_pauvrete", "format": "A0"}, "page, diapo"),
        ({"kind": "carte", "indicator": "taux_pauvrete", "facilities": True}, "about no facility"),
        ({"kind": "reperage", "reference": "hors_qpv"}, "no such reference"),
    ],
)
def test_what_does_not_exist_is_refused(small, asked, told):
    with pytest.raises(UnknownError, match=told):
        drawn(small, **asked)


def test_an_evolution_without_an_earlier_edition_is_refused(small):
    with pytest.raises(OqhsError, match="no earlier edition"):
        drawn(small, "evolution", indicator="taux_pauvrete")


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf"])
def test_the_command_writes_the_file_and_says_what_is_in_it(run_map, tmp_path, suffix):
    path = tmp_path / f"carte.{suffix}"
    ended = run_map(2024, "--indicateur", "taux_pauvrete", "--format", "diapo", "-o", path)
    assert ended.exit_code == 0, ended.output
    assert path.stat().st_size > 1000
    assert "Carte : Taux de pauvreté" in ended.output


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["-o", "carte.jpg"], ".pdf"),
        (["-o", "nowhere/carte.png"], "no folder"),
        (["-o", "carte.png", "--kind", "camembert"], "petits_multiples"),
        (["-o", "carte.png", "--format", "A0"], "diapo"),
        ([], "Missing option"),
    ],
)
def test_wrong_usage_is_refused_before_any_work(run_map, words, told):
    ended = run_map(2024, "--indicateur", "taux_pauvrete", *words)
    assert ended.exit_code == 2
    assert told in ended.output

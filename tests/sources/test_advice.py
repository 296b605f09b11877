"""No error leaves its reader without what is allowed or what to do next."""

import geopandas as gpd
import pytest
import shapely

from oqhs import sources
from oqhs.errors import OqhsError
from oqhs.sources.cards import card_path, read_card

FILES = {
    "a byte of no encoding": b"CODGEO;A\n94028;\x81\n",
    "two columns of one name": b"CODGEO;A;A\n94028;1;2\n",
    "a header of no layout": b"CODGEO;A\n94028;1\n",
    "a ragged line": b"CODGEO;A\n94028;1;2\n",
    "a filled column without a name": b"CODGEO;\n94028;1\n",
    "an empty file": b"",
    "a binary file": b"\x00",
}
QPV = b"CODGEO;DISP_MED_A21;DISP_TP60_A21\n"
CELLS = {
    "a cell that is not a number": QPV + b"QN09401M;a;1\n",
    "a rate over 100": QPV + b"QN09401M;1;101\n",
    "a territory twice": QPV + b"QN09401M;1;1\nQN09401M;1;1\n",
    "a code of no shape": QPV + b"QN094;1;1\n",
}


def advice_of(call, path):
    with pytest.raises(OqhsError) as caught:
        call(path)
    return [problem.allowed or problem.todo for problem in caught.value.problems]


@pytest.mark.parametrize("name", FILES | CELLS)
def test_the_refusal_of_a_table_says_what_to_do(write, name):
    assert all(advice_of(sources.read, write((FILES | CELLS)[name])))


@pytest.mark.parametrize("name", ["absent.csv", "absent.gpkg"])
def test_the_refusal_of_a_file_that_is_not_there_says_what_to_do(tmp_path, name):
    assert all(advice_of(sources.read, tmp_path / name))


def test_the_refusal_of_a_pair_of_memberships_says_what_to_do(write, carded):
    path = carded(
        write("Q;C\nQN09401M;94004\nQN09401M;94004\n"),
        layout="memberships",
        memberships={"territory": "Q", "parent": "C"},
    )
    assert all(advice_of(sources.read, path))


def test_the_refusal_of_a_file_that_is_not_parquet_says_what_to_do(write, carded):
    path = carded(write(b"zzz", name="a.parquet"), mapping={"key": "C", "columns": {"P": "population"}})
    assert all(advice_of(sources.read, path))


@pytest.mark.parametrize(
    ("codes", "second"),
    [
        (["QN09401M", "QN09401M"], shapely.box(658_000, 6_853_000, 658_100, 6_853_100)),
        (["QN09401M", "QN09402M"], None),
    ],
    ids=["a territory twice", "no geometry"],
)
def test_the_refusal_of_a_layer_says_what_to_do(tmp_path, codes, second):
    path = tmp_path / "qpv.gpkg"
    shapes = [shapely.box(658_000, 6_853_000, 658_100, 6_853_100), second]
    gpd.GeoDataFrame({"code_qp": codes, "lib_qp": codes}, geometry=shapes, crs=2154).to_file(path)
    assert all(advice_of(sources.read, path))


def test_the_refusal_of_a_card_whose_value_is_wrong_says_what_is_allowed(write, carded):
    path = card_path(carded(write(b"a"), id="Avec Majuscules"))
    with pytest.raises(OqhsError) as caught:
        read_card(path)
    (problem,) = caught.value.problems
    assert "pattern" in problem.what or problem.allowed


def test_two_thousand_problems_are_all_told_with_their_lines(write):
    rows = "".join(f"{code:05d};1;1.5;2\n" for code in range(10_000, 12_000))
    path = write("CODGEO;NBPERSMENFISC21;MED21;TP6021\n" + rows)
    with pytest.raises(OqhsError) as caught:
        sources.read(path, perimeter="cog2021")
    assert [problem.line for problem in caught.value.problems] == list(range(2, 2_002))

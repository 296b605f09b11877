"""What the crosswalk refuses, and what the error says: which layer, what was found, what is allowed."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from oqhs.errors import CRSError, MeasureError, OqhsError
from oqhs.measures.crosswalk import crosswalk

SIDES = ["old", "new"]
CODES = {"old": ["QP999001", "QP999002"], "new": ["QN99901M", "QN99902N"]}


def layer(codes):
    shapes = [shapely.box(200 * n, 0, 200 * n + 100, 100) for n in range(len(codes))]
    return gpd.GeoDataFrame({"territory": pd.Series(codes, dtype="str")}, geometry=shapes, crs=2154)


def layers(**changed):
    return {side: layer(codes) for side, codes in CODES.items()} | changed


def cells():
    return gpd.GeoDataFrame({"population": [5.0]}, geometry=[shapely.Point(50, 50)], crs=2154)


def problem_of(error):
    (problem,) = error.value.problems
    return problem


@pytest.mark.parametrize("side", SIDES)
def test_a_layer_that_says_no_reference_system_is_refused_and_never_guessed(side):
    naive = layer(CODES[side]).set_crs(None, allow_override=True)
    with pytest.raises(CRSError, match="the layer says no coordinate reference system") as error:
        crosswalk(**layers(**{side: naive}))
    problem = problem_of(error)
    assert (problem.column, problem.allowed) == (side, "the system its coordinates are in")
    assert "never guessed" in problem.todo


@pytest.mark.parametrize("side", SIDES)
def test_a_table_without_geometry_is_refused_as_a_layer_without_a_system(side):
    table = pd.DataFrame({"territory": CODES[side]})
    with pytest.raises(CRSError, match="no coordinate reference system"):
        crosswalk(**layers(**{side: table}))


@pytest.mark.parametrize("side", SIDES)
def test_a_layer_without_codes_is_refused_with_the_columns_it_has(side):
    unnamed = layer(CODES[side]).rename(columns={"territory": "code_qp"})
    with pytest.raises(MeasureError, match="the layer has no codes") as error:
        crosswalk(**layers(**{side: unnamed}))
    problem = problem_of(error)
    assert (problem.column, problem.found) == (side, "code_qp, geometry")
    assert problem.allowed == "a column 'territory'"
    assert problem.todo == "read it with oqhs.sources.read, or rename its column"


@pytest.mark.parametrize("side", SIDES)
def test_a_code_that_stands_twice_is_refused_and_named_once(side):
    first, second = CODES[side]
    with pytest.raises(MeasureError, match="a code is missing, or stands twice") as error:
        crosswalk(**layers(**{side: layer([first, second, first])}))
    problem = problem_of(error)
    assert (problem.column, problem.found, problem.allowed) == (side, first, "one row a quartier")


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA])
@pytest.mark.parametrize("side", SIDES)
def test_a_code_that_is_missing_is_refused_and_is_no_name(side, missing):
    frame = layer(CODES[side])
    frame["territory"] = pd.Series([CODES[side][0], missing], dtype="object")
    with pytest.raises(MeasureError, match="a code is missing") as error:
        crosswalk(**layers(**{side: frame}))
    problem = problem_of(error)
    assert (problem.column, problem.found, problem.allowed) == (side, "no code", "one row a quartier")


def test_the_codes_of_an_error_are_named_five_at_most():
    codes = [f"QP99900{n}" for n in range(1, 8)]
    with pytest.raises(MeasureError) as error:
        crosswalk(**layers(old=layer(codes * 2)))
    assert problem_of(error).found == ", ".join(codes[:5])


@pytest.mark.parametrize("side", SIDES)
def test_a_layer_that_holds_two_perimeters_is_refused_with_both(side):
    mixed = layer(CODES[side]).assign(perimeter=["qpv2024", "qpv2015"])
    with pytest.raises(MeasureError, match="the layer holds several perimeters") as error:
        crosswalk(**layers(**{side: mixed}))
    problem = problem_of(error)
    assert (problem.column, problem.found) == (side, "qpv2015, qpv2024")
    assert (problem.allowed, problem.todo) == ("one", "keep the rows of one of them")


def test_a_layer_of_one_perimeter_with_a_row_that_does_not_say_it_is_taken():
    told = layer(CODES["old"]).assign(perimeter=pd.Series(["qpv2015", None], dtype="str"))
    assert crosswalk(**layers(old=told))["relation"].tolist() == ["inchangé", "inchangé"]


def test_cells_without_persons_are_refused_with_the_columns_they_have():
    with pytest.raises(MeasureError, match="do not say how many people") as error:
        crosswalk(**layers(), cells=cells().rename(columns={"population": "ind"}))
    assert problem_of(error).found == "ind, geometry"


@pytest.mark.parametrize("persons", [-1.0, float("nan"), float("inf")])
def test_cells_whose_population_is_no_number_of_persons_are_refused(persons):
    with pytest.raises(MeasureError, match="a population is not a number of persons in 1 rows"):
        crosswalk(**layers(), cells=cells().assign(population=[persons]))


def test_cells_that_say_no_reference_system_are_refused_as_layers_are():
    with pytest.raises(CRSError, match="reference system"):
        crosswalk(**layers(), cells=cells().set_crs(None, allow_override=True))


def test_a_threshold_nobody_knows_is_refused_with_the_ones_there_are():
    with pytest.raises(OqhsError, match="passage_tolerance_m"):
        crosswalk(**layers(), thresholds={"passage_tolerence_m": 50})

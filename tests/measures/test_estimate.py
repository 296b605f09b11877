"""From IRIS to quartiers: shares of people by hand, counts that are never made up, and the error of it.

The IRIS of every case are two rectangles of 200 m by 100 m side by side: A from x = 0 to 200, B from
200 to 400.
"""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from invented import measurements

from oqhs.errors import CRSError, MeasureError, UnknownError
from oqhs.measures.apportion import Apportionment, apportionment
from oqhs.measures.estimate import estimate_counts, model_error

IRIS = {"A": (0, 0, 200, 100), "B": (200, 0, 400, 100)}


def layer(boxes, crs=2154):
    shapes = [shapely.box(*box) for box in boxes.values()]
    return gpd.GeoDataFrame({"territory": pd.Series(list(boxes), dtype="str")}, geometry=shapes, crs=crs)


def cells(*rows, crs=2154):
    """Cells: the persons, then the corners of the square."""
    people, shapes = [float(row[0]) for row in rows], [shapely.box(*row[1:]) for row in rows]
    return gpd.GeoDataFrame({"population": people}, geometry=shapes, crs=crs)


def addresses(*rows):
    people = [float(row[0]) for row in rows]
    shapes = [shapely.Point(x, y) for _, x, y in rows]
    return gpd.GeoDataFrame({"population": people}, geometry=shapes, crs=2154)


def shared(quartiers, weights=None, iris=IRIS):
    return apportionment(layer(iris), layer(quartiers), weights)


def shares_of(found):
    return found.shares.set_index(["territory", "part"])["share"].to_dict()


def test_the_people_of_an_iris_are_shared_by_the_cells_where_they_live():
    # A: 30 of 10 + 30 people are in the quartier = 3/4. B: half of a cell of 20, of 20 people = 1/2.
    # By area it would be 100/200 = 1/2 and 50/200 = 1/4.
    grid = cells((10, 0, 0, 100, 100), (30, 100, 0, 200, 100), (20, 200, 0, 300, 100))
    found = shared({"Q": (100, 0, 250, 100)}, grid)
    assert shares_of(found) == pytest.approx({("Q", "A"): 0.75, ("Q", "B"): 0.5})
    assert found.shares["weighted_by"].tolist() == ["weights", "weights"]
    assert found.covered.to_dict() == {"Q": 1.0}


def test_a_cell_across_two_iris_gives_each_the_people_of_its_part():
    # 40 people from x = 150 to 250: 20 in A, 20 in B. The quartier starts at 180: it holds 20 m of the
    # 50 m of A's part = 8 of 20 people, and all of B's.
    found = shared({"Q": (180, 0, 400, 100)}, cells((40, 150, 0, 250, 100)))
    assert shares_of(found) == pytest.approx({("Q", "A"): 0.4, ("Q", "B"): 1.0})


def test_an_iris_where_the_cells_hold_nobody_is_shared_by_area_and_says_so():
    # B has no cell: 50 m of its 200 m = 1/4. The cell of A is whole in the quartier.
    found = shared({"Q": (100, 0, 250, 100)}, cells((30, 100, 0, 200, 100), (0, 200, 0, 300, 100)))
    assert shares_of(found) == pytest.approx({("Q", "A"): 1.0, ("Q", "B"): 0.25})
    assert found.shares["weighted_by"].tolist() == ["weights", "area"]


def test_without_weights_people_are_spread_over_the_surface():
    # 100 m of 200 m, 50 m of 200 m
    found = shared({"Q": (100, 0, 250, 100)})
    assert shares_of(found) == pytest.approx({("Q", "A"): 0.5, ("Q", "B"): 0.25})
    assert set(found.shares["weighted_by"]) == {"area"}


def test_a_quartier_half_outside_the_iris_is_covered_by_half():
    # 100 m in B, 100 m beyond it: covered 1/2, and it holds 100/200 of B
    found = shared({"Q": (300, 0, 500, 100)})
    assert found.covered.to_dict() == {"Q": 0.5}
    assert shares_of(found) == {("Q", "B"): 0.5}


def test_a_quartier_no_iris_reaches_or_without_surface_stays_there_covered_by_nothing():
    zones = layer({"FAR": (900, 0, 950, 50), "FLAT": (0, 0, 1, 1), "EDGE": (0, 100, 200, 200)})
    zones.loc[zones["territory"] == "FLAT", "geometry"] = shapely.Polygon()
    found = apportionment(layer(IRIS), zones)
    # EDGE shares a border with A and no surface
    assert found.covered.to_dict() == {"EDGE": 0.0, "FAR": 0.0, "FLAT": 0.0}
    assert found.shares.empty
    assert found.shares.columns.tolist() == ["territory", "part", "share", "weighted_by"]


@pytest.mark.parametrize("weighted", [False, True])
def test_without_a_quartier_there_is_no_share(weighted):
    found = apportionment(
        layer(IRIS), layer({"Q": (0, 0, 1, 1)}).iloc[:0], addresses((1, 5, 5)) if weighted else None
    )
    assert (len(found.shares), len(found.covered)) == (0, 0)


def test_an_address_on_a_border_is_shared_by_the_surface_on_either_side_and_counted_once():
    # 10 people on the border of A and B, 15 inside A: A has 20 people, B has 5. U and V meet at x = 200
    # too, y = 50: the address on that corner gives U (lower half) 5 of A and half of B's 5.
    people = addresses((10, 200, 50), (15, 50, 20))
    low, high = (0, 0, 400, 50), (0, 50, 400, 100)
    found = shared({"U": low, "V": high}, people)
    assert shares_of(found) == pytest.approx(
        {("U", "A"): 17.5 / 20, ("U", "B"): 0.5, ("V", "A"): 2.5 / 20, ("V", "B"): 0.5}, abs=1e-7
    )


def test_an_address_stands_for_a_square_of_10_cm():
    # its square goes from x = 199.93 to 200.03: 7 of its 10 cm are in A, 3 in B; each is whole in Q
    found = shared(
        {"Q": (150, 0, 250, 100), "A2": (0, 0, 200, 100)}, addresses((10, 199.98, 50), (3, 20, 50))
    )
    assert shares_of(found) == pytest.approx(
        {("Q", "A"): 7 / 10, ("Q", "B"): 1.0, ("A2", "A"): 1.0}, abs=1e-7
    )


def test_quartiers_that_overlap_have_each_their_own_share():
    # both hold the address of 30 of the 40 people of A
    people = addresses((10, 10, 50), (30, 150, 50))
    found = shared({"U": (100, 0, 200, 100), "V": (120, 0, 180, 100)}, people)
    assert shares_of(found) == pytest.approx({("U", "A"): 0.75, ("V", "A"): 0.75})


def test_a_quartier_under_two_iris_drawn_over_one_another_is_covered_once():
    # C overlaps A by 20 m of its 120 m (a way of drawing). Of the quartier, from 170 to 350, A covers 170 to
    # 200 and C 180 to 300: 130 m of 180 m, not 30 + 120.
    found = shared({"Q": (170, 0, 350, 100)}, iris={"A": IRIS["A"], "C": (180, 0, 300, 100)})
    assert found.covered.to_dict() == pytest.approx({"Q": 130 / 180})
    assert shares_of(found) == pytest.approx({("Q", "A"): 30 / 200, ("Q", "C"): 1.0})


def test_iris_that_lie_in_one_another_are_refused():
    with pytest.raises(MeasureError, match="sources overlap") as error:
        shared({"Q": (100, 0, 250, 100)}, iris={**IRIS, "TOWN": (0, 0, 400, 100)})
    assert error.value.problems[0].found == "A and TOWN (100.0%), B and TOWN (100.0%)"


def test_rows_come_sorted_and_the_layers_are_left_as_they_were():
    iris, zones, grid = (
        layer(IRIS),
        layer({"V": (50, 0, 300, 100), "U": (0, 0, 400, 50)}),
        addresses((5, 9, 9)),
    )
    iris = iris.iloc[::-1]
    before = [frame.copy(deep=True) for frame in (iris, zones, grid)]
    found = apportionment(iris, zones, grid)
    assert found.shares[["territory", "part"]].apply(tuple, axis=1).tolist() == [
        ("U", "A"), ("U", "B"), ("V", "A"), ("V", "B"),
    ]  # fmt: skip
    assert found.covered.index.tolist() == ["U", "V"]
    for frame, copy in zip((iris, zones, grid), before, strict=True):
        pd.testing.assert_frame_equal(pd.DataFrame(frame), pd.DataFrame(copy))


@pytest.mark.parametrize("name", ["sources", "zones", "weights"])
@pytest.mark.parametrize("crs", [None, 4326, 3035])
def test_layers_without_one_projected_system_are_refused(name, crs):
    layers = {
        "sources": layer(IRIS),
        "zones": layer({"Q": (0, 0, 9, 9)}),
        "weights": cells((1, 0, 0, 9, 9)),
    }
    layers[name] = layers[name].set_crs(crs, allow_override=True)
    with pytest.raises(CRSError, match="one projected reference system"):
        apportionment(**layers)


def test_layers_that_agree_on_degrees_are_refused():
    with pytest.raises(CRSError) as error:
        apportionment(layer(IRIS, 4326), layer({"Q": (0, 0, 9, 9)}, 4326))
    assert error.value.problems[0].found == "WGS 84"
    assert error.value.problems[0].allowed == "EPSG:2154"


@pytest.mark.parametrize(
    ("shape", "what"),
    [
        (shapely.LineString([(0, 0), (9, 9)]), "not a surface"),
        (shapely.Polygon([(0, 0), (9, 9), (9, 0), (0, 9)]), "not valid"),
    ],
)
def test_an_outline_that_is_no_valid_surface_is_refused(shape, what):
    broken = layer(IRIS)
    broken.loc[1, "geometry"] = shape
    with pytest.raises(MeasureError, match=what) as error:
        apportionment(broken, layer({"Q": (0, 0, 9, 9)}))
    assert (error.value.problems[0].column, error.value.problems[0].found) == ("sources", "B")


def test_a_quartier_twice_in_the_layer_is_refused():
    twice = pd.concat([layer({"Q": (0, 0, 9, 9)})] * 2)
    with pytest.raises(MeasureError, match="stands twice"):
        apportionment(layer(IRIS), twice)


@pytest.mark.parametrize("name", ["sources", "zones", "weights"])
def test_a_layer_without_its_column_is_refused(name):
    layers = {"sources": layer(IRIS), "zones": layer({"Q": (0, 0, 9, 9)}), "weights": cells((1, 0, 0, 9, 9))}
    column = "population" if name == "weights" else "territory"
    layers[name] = layers[name].drop(columns=column)
    with pytest.raises(MeasureError, match=f"{name} needs a column '{column}'"):
        apportionment(**layers)


@pytest.mark.parametrize("people", [-1.0, np.nan, np.inf])
def test_a_population_that_is_no_number_of_persons_is_refused(people):
    with pytest.raises(MeasureError, match="not a number of persons in 1 rows"):
        shared({"Q": (0, 0, 9, 9)}, cells((1, 0, 0, 9, 9), (people, 9, 9, 18, 18)))


@pytest.mark.parametrize(
    "shape", [None, shapely.Point(), shapely.Polygon(), shapely.LineString([(0, 0), (9, 9)])]
)
def test_people_who_are_nowhere_are_refused(shape):
    grid = cells((1, 0, 0, 9, 9), (2, 9, 9, 18, 18))
    grid.loc[1, "geometry"] = shape
    with pytest.raises(MeasureError, match="people are nowhere in 1 rows") as error:
        shared({"Q": (0, 0, 9, 9)}, grid)
    assert error.value.problems[0].found == "row 1"


def apportioned(rows, covered):
    columns = ["territory", "part", "share", "weighted_by"]
    return Apportionment(pd.DataFrame(rows, columns=columns), pd.Series(covered, dtype="float64"))


TWO = apportioned([("Q", "A", 0.75, "weights"), ("Q", "B", 0.5, "weights")], {"Q": 1.0})


def estimated(shares=TWO, table=None, **columns):
    table = measurements(perimeter="iris2022", **columns) if table is None else table
    return estimate_counts(table, shares, perimeter="qpv2024", couverture_min=0.8)


def test_a_count_is_the_sum_of_the_shares_of_the_counts():
    # 0.75 × 2000 + 0.5 × 1000 = 2000 people, 0.75 × 400 + 0.5 × 100 = 350 of them under 18
    found = estimated(population={"A": 2000, "B": 1000}, pop_0_17={"A": 400, "B": 100})
    assert found["variable"].tolist() == ["pop_0_17", "population"]
    assert found["value"].tolist() == [350.0, 2000.0]
    assert found[["territory", "perimeter", "year", "status", "source", "note"]].drop_duplicates().to_dict(
        "records"
    ) == [
        {
            "territory": "Q", "perimeter": "qpv2024", "year": 2020, "status": "observed", "source": "carte",
            "note": "estimation : IRIS répartis selon la population des carreaux de 200 m",
        }
    ]  # fmt: skip


def test_years_are_estimated_apart_and_sources_are_named_once():
    # 2014: 0.75 × 100 + 0.5 × 10 = 80; 2020: 0.75 × 200 + 0.5 × 20 = 160
    table = pd.concat(
        [
            measurements(2014, "iris2022", "rp14+cog", population={"A": 100}),
            measurements(2014, "iris2022", "cog+rp14-b", population={"B": 10}),
            measurements(2020, "iris2022", "rp20", population={"A": 200, "B": 20}),
        ]
    )
    found = estimated(table=table)
    assert found[["year", "value", "source"]].to_dict("split")["data"] == [
        [2014, 80.0, "cog+rp14+rp14-b"],
        [2020, 160.0, "rp20"],
    ]


@pytest.mark.parametrize(
    ("cell", "status", "words"),
    [
        ("s", "secret", "valeur couverte par le secret statistique"),
        ("ns", "not_significant", "valeur non significative"),
        (np.nan, "not_available", "valeur non disponible"),
    ],
)
def test_one_iris_without_a_value_hides_the_count_of_the_quartier(cell, status, words):
    row = estimated(population={"A": 2000, "B": cell}).iloc[0]
    assert np.isnan(row["value"])
    assert row["status"] == status
    assert row["note"] == f"estimation impossible : {words} pour 1 des 2 IRIS"


def test_an_iris_without_a_row_is_not_available_and_never_zero():
    row = estimated(population={"A": 2000}).iloc[0]
    assert (row["status"], np.isnan(row["value"])) == ("not_available", True)


def test_a_value_that_is_not_observed_is_not_used_even_when_the_file_still_holds_it():
    table = measurements(perimeter="iris2022", population={"A": 2000, "B": 1000})
    table.loc[1, "status"] = "secret"
    assert estimated(table=table)["status"].tolist() == ["secret"]


def test_an_iris_that_gives_nobody_to_the_quartier_hides_nothing():
    # B meets the quartier where nobody lives: 0.75 × 2000
    shares = apportioned([("Q", "A", 0.75, "weights"), ("Q", "B", 0.0, "weights")], {"Q": 1.0})
    row = estimated(shares, population={"A": 2000, "B": "s"}).iloc[0]
    assert (row["value"], row["status"]) == (1500.0, "observed")


def test_weights_that_find_nobody_in_a_quartier_leave_it_without_a_value():
    shares = apportioned([("Q", "A", 0.0, "weights")], {"Q": 1.0})
    row = estimated(shares, population={"A": 2000}).iloc[0]
    assert np.isnan(row["value"])
    assert row["status"] == "not_available"
    assert row["note"] == "estimation impossible : aucun habitant selon la population des carreaux de 200 m"


def test_a_quartier_under_the_least_coverage_or_reached_by_no_iris_is_not_covered():
    rows = [("Q", "A", 0.5, "area"), ("R", "A", 0.25, "area")]
    found = estimated(apportioned(rows, {"Q": 0.79, "R": 0.8, "S": 0.0}), population={"A": 1000})
    assert found["territory"].tolist() == ["Q", "R", "S"]
    assert found["status"].tolist() == ["not_covered", "observed", "not_covered"]
    assert found["value"].tolist() == pytest.approx([np.nan, 250.0, np.nan], nan_ok=True)
    assert found["note"].tolist() == [
        "estimation impossible : couverture insuffisante, 79,0 % de la surface dans les IRIS",
        "estimation : IRIS répartis selon la surface, faute de population ; 80,0 % de la surface dans les IRIS",
        "estimation impossible : couverture insuffisante, 0,0 % de la surface dans les IRIS",
    ]


def test_what_is_not_covered_whole_never_reads_as_100_percent():
    shares = apportioned([("Q", "A", 0.5, "weights")], {"Q": 0.99999})
    assert (
        estimated(shares, population={"A": 1000})["note"]
        .iloc[0]
        .endswith(" ; 99,9 % de la surface dans les IRIS")
    )


def test_the_note_says_how_many_iris_were_shared_by_area():
    shares = apportioned([("Q", "A", 0.75, "weights"), ("Q", "B", 0.5, "area")], {"Q": 1.0})
    found = estimate_counts(
        measurements(population={"A": 4, "B": 4}),
        shares,
        perimeter="qpv2024",
        weights_label="les logements des adresses",
    )
    (note,) = found["note"]
    assert note.startswith(
        "estimation : IRIS répartis selon les logements des adresses (1 sur 2 selon la surface"
    )


@pytest.mark.parametrize("variable", ["part_60_plus", "niveau_vie_median", "indice_jeunesse"])
def test_what_is_no_count_is_refused(variable):
    with pytest.raises(MeasureError, match="only counts") as error:
        estimated(**{"population": {"A": 2000}, variable: {"A": 20}})
    assert error.value.problems[0].found.startswith(f"{variable} (")


def test_counts_that_cannot_be_told_apart_are_refused():
    one = measurements(perimeter="iris2022", population={"A": 1})
    with pytest.raises(MeasureError, match="a figure twice"):
        estimated(table=pd.concat([one, one]))
    with pytest.raises(MeasureError, match="'perimeter'"):
        estimated(table=pd.concat([one, one.assign(perimeter="iris2015")]))
    with pytest.raises(UnknownError):
        estimated(populations={"A": 1})
    with pytest.raises(MeasureError, match="no source of the apportionment"):
        estimated(population={"940280101": 1})


def test_without_measurements_there_is_no_estimate_and_the_measurements_are_left_as_they_were():
    table = measurements(perimeter="iris2022", population={"A": 1, "B": 2})
    before = table.copy(deep=True)
    estimated(table=table)
    pd.testing.assert_frame_equal(table, before)
    assert estimated(table=table.iloc[:0]).empty


def test_the_error_of_the_model_is_told_in_points():
    # differences +1, −3, 0, +2 : mean of absolutes 6/4, mean 0, root of (1 + 9 + 0 + 4)/4 ; E and F on one side
    ours = pd.Series({"D": 12.0, "A": 21.0, "B": 17.0, "C": 30.0, "E": 9.0})
    theirs = pd.Series({"A": 20.0, "B": 20.0, "C": 30.0, "D": 10.0, "E": np.nan, "F": 4.0})
    found = model_error(ours, theirs).iloc[0].to_dict()
    assert found == {
        "n": 4, "mean_abs_pts": 1.5, "bias_pts": 0.0, "rmse_pts": pytest.approx(3.5**0.5),
        "largest_pts": -3.0, "largest_territory": "B", "n_left_out": 2,
    }  # fmt: skip


def test_among_equal_errors_the_first_code_is_named():
    ours, theirs = pd.Series({"B": 1.0, "A": 3.0}), pd.Series({"A": 2.0, "B": 2.0})
    assert model_error(ours, theirs)["largest_territory"].tolist() == ["A"]


def test_an_error_is_not_measured_on_one_territory_nor_on_one_that_stands_twice():
    one = pd.Series({"A": 1.0, "B": np.nan})
    with pytest.raises(MeasureError, match="several territories"):
        model_error(one, pd.Series({"A": 2.0, "B": 2.0}))
    with pytest.raises(MeasureError, match="stands twice"):
        model_error(one, pd.Series([1.0, 2.0], index=["A", "A"]))

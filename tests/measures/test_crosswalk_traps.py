"""Outlines as they come: drawn twice, with holes, in parts, crossed, shifted, in degrees, overseas; and cells."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely.affinity import translate

from oqhs.measures.crosswalk import crosswalk

SHARES = ["share_old", "share_new"]
BEYOND = ["beyond_old", "beyond_new"]
PEOPLE = ["share_old_population", "share_new_population"]
SQUARE = shapely.box(0, 0, 100, 100)
# Where a square of the metropole and one of the Guadeloupe lie in their own systems.
CRETEIL, POINTE_A_PITRE = (658_000, 6_853_000), (657_000, 1_796_000)


def layer(outlines, crs=2154):
    """Quartiers by code: a geometry, or where a rectangle of 100 m from south to north starts and ends."""
    shapes = [shapely.box(o[0], 0, o[1], 100) if isinstance(o, tuple) else o for o in outlines.values()]
    return gpd.GeoDataFrame({"territory": pd.Series(list(outlines), dtype="str")}, geometry=shapes, crs=crs)


def cells(*rows, crs=2154):
    """Persons, then where a rectangle of 100 m starts and ends, or a geometry."""
    shapes = [shapely.box(r[1], 0, r[2], 100) if len(r) > 2 else r[1] for r in rows]
    return gpd.GeoDataFrame({"population": [float(r[0]) for r in rows]}, geometry=shapes, crs=crs)


def pairs(found):
    linked = found.dropna(subset=["code_old", "code_new"])
    return linked.set_index(["code_old", "code_new"])["relation"].to_dict()


def one(old, new, **options):
    """The row of one old outline and one new one that are linked."""
    found = crosswalk(layer({"QP999001": old}), layer({"QN99901M": new}), **options)
    assert pairs(found).keys() == {("QP999001", "QN99901M")}
    return found.iloc[0]


# --- how neighbours are drawn


def test_a_sliver_between_neighbours_links_nobody_whatever_its_share_while_each_has_its_like():
    # the new limit is 3 m, 6 m, then 25 m to the east of the old one: 3 %, 6 % and 25 % of the second quartier
    old = layer({"QP999001": (0, 100), "QP999002": (100, 200)})
    near = crosswalk(old, layer({"QN99901I": (0, 103), "QN99902I": (103, 200)}))
    assert pairs(near) == {("QP999001", "QN99901I"): "inchangé", ("QP999002", "QN99902I"): "inchangé"}
    six = crosswalk(old, layer({"QN99901I": (0, 106), "QN99902I": (106, 200)}))
    assert pairs(six) == pairs(near)
    far = crosswalk(old, layer({"QN99901M": (0, 125), "QN99902M": (125, 200)}))
    assert pairs(far) == {
        ("QP999001", "QN99901M"): "remanié",
        ("QP999002", "QN99901M"): "remanié",
        ("QP999002", "QN99902M"): "remanié",
    }


def test_a_shared_edge_digitised_again_changes_no_relation():
    # Vertices added on the edge x = 100, one moved 7 m to the east: a triangle of 100 m by 7 m = 350 m²
    edge = [(100, 0), (100, 20), (107, 50), (100, 80), (100, 100)]
    west = shapely.Polygon([(0, 0), *edge[:2], edge[2], *edge[3:], (0, 100)])
    east = shapely.Polygon([(200, 100), *reversed(edge), (200, 0)])
    found = crosswalk(
        layer({"QP999001": (0, 100), "QP999002": (100, 200)}), layer({"QN99901I": west, "QN99902I": east})
    )
    triangle = (80 - 20) * 7 / 2  # 210 m² of 10 000 m²
    assert pairs(found) == {("QP999001", "QN99901I"): "inchangé", ("QP999002", "QN99902I"): "inchangé"}
    np.testing.assert_allclose(
        found[SHARES], [[1, 1e4 / (1e4 + triangle)], [1 - triangle / 1e4, 1]], atol=1e-9
    )
    assert (found[BEYOND] == 0).all(axis=None)


def test_vertices_added_on_a_straight_side_change_nothing():
    dense = shapely.segmentize(SQUARE, 7.0)
    row = one(SQUARE, dense)
    assert row["relation"] == "inchangé"
    assert row[SHARES + BEYOND].tolist() == pytest.approx([1, 1, 0, 0], abs=1e-9)


@pytest.mark.parametrize(
    "beside", [(100, 200), shapely.box(100, 100, 200, 200)], ids=["along an edge", "at a corner"]
)
def test_quartiers_that_only_touch_are_not_linked(beside):
    found = crosswalk(layer({"QP999001": (0, 100)}), layer({"QN99901N": beside}))
    assert found["relation"].tolist() == ["sortant", "entrant"]


# --- outlines of every kind


def with_hole(side):
    start, end = 50 - side / 2, 50 + side / 2
    return SQUARE.difference(shapely.box(start, start, end, end))


def test_a_hole_that_is_filled_enlarges_a_quartier_and_one_that_is_dug_reduces_it():
    # 40 m by 40 m: 8 400 of 10 000 m²; further than 10 m from its sides lies the middle, 20 m by 20 m
    row = one(with_hole(40), SQUARE)
    assert row["relation"] == "agrandi"
    assert row[SHARES + BEYOND].tolist() == pytest.approx([1, 0.84, 0, 0.04], abs=1e-9)
    row = one(SQUARE, with_hole(40))
    assert row["relation"] == "réduit"
    assert row[SHARES + BEYOND].tolist() == pytest.approx([0.84, 1, 0.04, 0], abs=1e-9)


def test_a_hole_within_the_tolerance_changes_nothing_but_the_share():
    # 18 m by 18 m: no point of it is further than 9 m from its sides
    row = one(with_hole(18), SQUARE)
    assert row["relation"] == "inchangé"
    assert row[SHARES + BEYOND].tolist() == pytest.approx([1, 1 - 0.0324, 0, 0], abs=1e-9)


def test_a_quartier_in_the_hole_of_another_is_not_linked_to_it():
    found = crosswalk(
        layer({"QP999001": with_hole(40)}),
        layer({"QN99901I": with_hole(40), "QN99902N": shapely.box(30, 30, 70, 70)}),
    )
    assert found["relation"].tolist() == ["inchangé", "entrant"]


def test_a_quartier_in_several_parts_counts_them_all_in_any_order():
    # two squares of 100 m, 200 m apart; then the second alone
    parts = [SQUARE, translate(SQUARE, 300)]
    both, turned = shapely.MultiPolygon(parts), shapely.MultiPolygon(parts[::-1])
    row = one(both, turned)
    assert row["relation"] == "inchangé"
    assert row[SHARES + BEYOND].tolist() == pytest.approx([1, 1, 0, 0], abs=1e-9)
    row = one(both, parts[1])
    assert row["relation"] == "réduit"
    assert row[SHARES + BEYOND].tolist() == pytest.approx([0.5, 1, 0.5, 0], abs=1e-9)


def test_a_bow_tie_has_the_surface_of_its_two_triangles():
    # each 100 m by 50 m / 2 = 2 500 m²; the eastern half of the square, 5 000 m², holds one of them
    bow_tie = shapely.Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])
    row = one(bow_tie, (50, 100))
    assert row[SHARES].tolist() == pytest.approx([0.5, 0.5], abs=1e-9)


SPIKE = shapely.Polygon([(0, 0), (100, 0), (100, 100), (50, 100), (50, 150), (50, 100), (0, 100)])
WITH_LINE = shapely.GeometryCollection([SQUARE, shapely.LineString([(100, 50), (400, 50)])])


@pytest.mark.parametrize(
    "shape",
    [SPIKE, WITH_LINE, shapely.force_3d(SQUARE, 35), shapely.MultiPolygon([SQUARE, SQUARE])],
    ids=["a spike a repair turns into a line", "a collection with a line", "heights", "drawn twice"],
)
def test_what_has_no_surface_in_an_outline_counts_for_nothing(shape):
    # a quartier the line crosses, and nothing else of the outline, is not linked
    old, new = layer({"QP999001": shape}), layer({"QN99901I": SQUARE, "QN99902N": (200, 300)})
    found = crosswalk(old, new)
    assert found["relation"].tolist() == ["inchangé", "entrant"]
    assert found.loc[0, SHARES + BEYOND].tolist() == pytest.approx([1, 1, 0, 0], abs=1e-9)


# --- the tolerance of 10 m, and the 1 % beyond it


def test_a_square_shifted_by_10_m_is_unchanged_to_10_cm_more():
    # 9.9 m: nothing is further than 10 m; 10.1 m: a strip of 0.1 m by 100 m of 10 000 m², 0.1 %
    for shift, beyond in ((9.9, 0), (10.1, 0.1 * 100 / 10_000)):
        row = one(SQUARE, translate(SQUARE, shift))
        assert row["relation"] == "inchangé"
        assert row[BEYOND].tolist() == pytest.approx([beyond, beyond], abs=1e-9)
        assert row[SHARES].tolist() == pytest.approx([1 - shift / 100] * 2, abs=1e-9)


def test_a_comb_shifted_by_10_m_changes_with_10_cm_more():
    # A street of 300 m by 10 m, and ten rows of houses of 3 m by 100 m, 26 m from one another: 6 000 m².
    # Shifted by 10.1 m, a strip of 0.1 m of each row lies further than 10 m away, over 90 m (the last 10 m
    # are near the street), and one of 0.1 m by 10 m at the end of the street: (10 × 9 + 1) / 6 000 = 1.5 %.
    rows = [shapely.box(20 + 26 * n, 10, 23 + 26 * n, 110) for n in range(10)]
    comb = shapely.union_all([shapely.box(0, 0, 300, 10), *rows])
    for shift, relation, beyond in ((9.9, "inchangé", 0), (10.1, "remanié", 91 / 6000)):
        row = one(comb, translate(comb, shift))
        assert row["relation"] == relation
        assert row[BEYOND].tolist() == pytest.approx([beyond, beyond], abs=1e-6)


@pytest.mark.parametrize(
    ("band", "relation", "beyond"),
    [
        (9.9, "inchangé", 0),
        (11, "inchangé", 1 / 111),  # 0.9 %
        (12, "agrandi", 2 / 112),  # 1.8 %
    ],
)
def test_a_band_along_one_side_enlarges_a_quartier_past_1_percent_beyond_10_m(band, relation, beyond):
    row = one(SQUARE, (0, 100 + band))
    assert row["relation"] == relation
    assert row[BEYOND].tolist() == pytest.approx([0, beyond], abs=1e-9)


def test_each_threshold_holds_on_either_side_of_its_value():
    def relation(new, old=(0, 150), **limits):
        return crosswalk(layer({"QP999001": old}), layer({"QN99901M": new}), thresholds=limits)[
            "relation"
        ].tolist()

    # Of (0, 200), a quarter lies beyond the old quartier: unchanged when less than that is allowed, not at it.
    assert relation((0, 200), passage_tolerance_m=0, passage_inchange_max=0.25) == ["agrandi"]
    assert relation((0, 200), passage_tolerance_m=0, passage_inchange_max=0.2500001) == ["inchangé"]
    # and so when a quarter of the old one lies beyond the new one
    assert relation((0, 150), old=(0, 200), passage_tolerance_m=0, passage_inchange_max=0.25) == ["réduit"]
    assert relation((0, 150), old=(0, 200), passage_tolerance_m=0, passage_inchange_max=0.2500001) == [
        "inchangé"
    ]
    # Of (0, 175), 25 m less the tolerance of 175 m: 2 m (1.1 %), 1 m (0.6 %).
    assert relation((0, 175), passage_tolerance_m=23) == ["agrandi"]
    assert relation((0, 175), passage_tolerance_m=24) == ["inchangé"]
    # Of (75, 375), 75 m are common: a quarter of the new one, half of the old one. Linked from there on.
    assert relation((75, 375), passage_lien_min=0.5) == ["remanié"]
    assert relation((75, 375), passage_lien_min=0.5000001) == ["sortant", "entrant"]
    # Of (125, 225), 25 m are common: a quarter of the new one, a sixth of the old one.
    assert relation((125, 225), passage_lien_min=0.25) == ["remanié"]
    assert relation((125, 225), passage_lien_min=0.2500001) == ["sortant", "entrant"]


# --- reference systems


def moved(outlines, to, crs=2154):
    frame = layer(outlines, crs)
    return frame.set_geometry(frame.translate(*to))


OLD = {"QP094001": (0, 100), "QP094002": (300, 400), "QP094003": (400, 500), "QP094004": (800, 900)}
NEW = {"QN09401I": (2, 102), "QN09402M": (300, 512), "QN09403M": (860, 960), "QN09404N": (1500, 1600)}


@pytest.mark.parametrize("system", [4326, 27572, 3857, 3035, 32631])
def test_layers_in_any_system_are_measured_in_that_of_their_departement(system):
    old, new = moved(OLD, CRETEIL), moved(NEW, CRETEIL)
    expected = crosswalk(old, new)
    assert expected["relation"].tolist() == ["inchangé", "fusion", "fusion", "remanié", "entrant"]
    for before, after in (
        (old.to_crs(system), new),
        (old, new.to_crs(system)),
        (old.to_crs(system), new.to_crs(system)),
    ):
        # there and back, a corner comes within 1 mm of where it was: 1e-5 of 100 m, on either side
        pd.testing.assert_frame_equal(crosswalk(before, after), expected, rtol=0, atol=2e-5)


def test_a_quartier_overseas_is_measured_in_its_own_system_whatever_the_layer():
    old = moved({"QP971001": (0, 100)}, POINTE_A_PITRE, crs=5490)
    new = moved({"QN97101M": (0, 125)}, POINTE_A_PITRE, crs=5490)
    for before, after in ((old, new), (old.to_crs(4326), new), (old, new.to_crs(4326))):
        row = crosswalk(before, after).iloc[0]
        assert row["relation"] == "agrandi"
        # 100 m of 125 m, 15 m of 125 m further than 10 m
        assert row[SHARES + BEYOND].tolist() == pytest.approx([1, 0.8, 0, 0.12], abs=1e-6)


def test_the_same_numbers_in_two_systems_are_not_the_same_place():
    # a layer of the Guadeloupe in its system, one of the metropole in Lambert 93, same coordinates
    found = crosswalk(moved({"QP094001": (0, 100)}, CRETEIL), moved({"QN97101M": (0, 100)}, CRETEIL, 5490))
    # neither layer reaches the other's system: nobody knows what was there
    assert found["relation"].tolist() == ["indéterminé", "indéterminé"]


def test_quartiers_of_departements_with_different_systems_are_never_compared():
    # same place in one layer: a code says the Guadeloupe, the other the Val-de-Marne
    old = moved({"QP971001": (0, 100), "QP094001": (0, 100)}, CRETEIL)
    new = moved({"QN09401M": (0, 125), "QN97101N": (0, 125)}, CRETEIL)
    assert pairs(crosswalk(old.iloc[:1], new.iloc[:1])) == {}
    assert pairs(crosswalk(old.iloc[1:], new.iloc[1:])) == {}
    assert pairs(crosswalk(old.iloc[1:], new.iloc[:1])) == {("QP094001", "QN09401M"): "agrandi"}


# --- people


def test_a_link_of_3_percent_of_the_surface_and_40_percent_of_the_people_is_a_link():
    # 60 people in the 97 m that stay, 40 in the 3 m that go, 120 further in the second quartier
    people = cells((60, 0, 90), (40, 97, 100), (120, 150, 200))
    old, new = layer({"QP999001": (0, 100)}), layer({"QN99901M": (0, 97), "QN99902M": (97, 200)})
    assert crosswalk(old, new)["relation"].tolist() == ["inchangé", "entrant"]
    found = crosswalk(old, new, people)
    assert pairs(found) == {
        ("QP999001", "QN99901M"): "scission",
        ("QP999001", "QN99902M"): "scission",
    }
    # of the old one 60/100 and 40/100; of the new ones 60/60 and 40/160
    np.testing.assert_allclose(found[PEOPLE], [[0.6, 1], [0.4, 0.25]], rtol=0, atol=1e-9)
    np.testing.assert_allclose(found[SHARES], [[0.97, 1], [0.03, 3 / 103]], rtol=0, atol=1e-9)


def test_people_of_a_cell_across_two_quartiers_are_shared_by_its_surface():
    # 80 people from 50 to 150: 50 m of it in the old quartier (40 people), 30 m in both (24 people),
    # 80 m in the new one (64 people). Another 10 people, all in both.
    old, new = layer({"QP999001": (0, 100)}), layer({"QN99901M": (0, 80), "QN99902N": (400, 500)})
    row = crosswalk(old, new, cells((80, 50, 150), (10, 0, 20))).iloc[0]
    assert row[PEOPLE].tolist() == pytest.approx([34 / 50, 34 / 34], abs=1e-9)


@pytest.mark.parametrize("people", [cells((50, 700, 800)), cells((0, 0, 100)), cells()])
def test_cells_that_hold_nobody_leave_the_shares_of_people_missing(people):
    old, new = layer({"QP999001": (0, 100)}), layer({"QN99901M": (0, 125)})
    row = crosswalk(old, new, people.set_crs(2154)).iloc[0]
    assert row["relation"] == "agrandi"
    assert row[PEOPLE].isna().all()


def test_a_quartier_without_people_beside_one_that_has_some_is_missing_on_its_side_only():
    # 30 people in the band that was added: nobody in the old one, 0 of the 30 of the new one in it
    row = crosswalk(layer({"QP999001": (0, 100)}), layer({"QN99901M": (0, 125)}), cells((30, 110, 120)))
    assert np.isnan(row.loc[0, "share_old_population"])
    assert row.loc[0, "share_new_population"] == 0


def addresses(*rows):
    return cells(*((persons, shapely.Point(x, y)) for persons, x, y in rows))


def test_addresses_do_as_well_as_cells():
    # 10 and 30 people in the old quartier, the 30 in both; 20 more in the new one
    people = addresses((10, 10, 50), (30, 80, 50), (20, 120, 50))
    row = crosswalk(layer({"QP999001": (0, 100)}), layer({"QN99901M": (40, 140)}), people).iloc[0]
    assert row[PEOPLE].tolist() == pytest.approx([30 / 40, 30 / 50], abs=1e-9)


def test_cells_of_the_metropole_and_of_overseas_are_given_in_one_table():
    # 10 people who leave and 30 who stay in the Val-de-Marne, 5 and 15 in the Guadeloupe
    places = ((CRETEIL, 2154, "094", (10, 30)), (POINTE_A_PITRE, 5490, "971", (5, 15)))
    olds, news, people = [], [], []
    for (x, y), system, code, (leave, stay) in places:
        olds.append(moved({f"QP{code}001": (0, 100)}, (x, y), system).to_crs(4326))
        news.append(moved({f"QN{code}01M": (40, 140)}, (x, y), system).to_crs(4326))
        found = addresses((leave, x + 10, y + 50), (stay, x + 80, y + 50)).set_crs(
            system, allow_override=True
        )
        people.append(found.to_crs(4326))
    found = crosswalk(pd.concat(olds), pd.concat(news), pd.concat(people, ignore_index=True))
    assert found["code_old"].tolist() == ["QP094001", "QP971001"]
    assert found["share_old_population"].tolist() == pytest.approx([30 / 40, 15 / 20], abs=1e-9)
    assert found["share_new_population"].tolist() == pytest.approx([1, 1], abs=1e-9)


def test_quartiers_of_one_layer_that_lie_in_one_another_each_have_their_people():
    # a triangle and its western part, of which all the 10 people are
    whole = shapely.Polygon([(3, 67), (51, 69), (86, 16)])
    west = whole.intersection(shapely.box(0, 0, 50, 100))
    old, new = layer({"QP999001": whole, "QP999002": west}), layer({"QN99901M": whole})
    found = crosswalk(old, new, addresses((10, 30, 60)))
    assert found[PEOPLE].to_numpy() == pytest.approx(np.ones((2, 2)))


def test_cells_on_the_other_side_of_the_earth_hold_nobody_and_stop_nothing():
    # Cayenne and Papeete; all the people of both are in one cell of each
    olds, news, grid = {}, {}, []
    for code, x, y in (("973", -52.3, 4.9), ("987", -149.6, -17.5)):
        olds[f"QP{code}001"] = news[f"QN{code}01I"] = shapely.box(x, y, x + 0.01, y + 0.01)
        grid.append((40, shapely.box(x + 0.002, y + 0.002, x + 0.004, y + 0.004)))
    found = crosswalk(layer(olds, 4326), layer(news, 4326), cells(*grid, crs=4326))
    assert found["relation"].tolist() == ["inchangé", "inchangé"]
    assert found[PEOPLE].to_numpy() == pytest.approx(np.ones((2, 2)))

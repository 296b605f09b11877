"""What became of each quartier, by hand: one case per relation, with the shares both ways.

Quartiers are rectangles of 100 m from south to north (y = 0 to 100), so that a part of a surface is a
part of a length; the tolerance is 10 m, and the ends of a buffer of straight sides are straight.
"""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from oqhs.measures.crosswalk import CROSSWALK_COLUMNS, RELATIONS, crosswalk, relations_of

SHARES = ["share_old", "share_new", "beyond_old", "beyond_new"]
NO = np.nan


def layer(outlines, crs=2154):
    """Quartiers by code: a geometry, or where a rectangle of 100 m starts and ends."""
    shapes = [shapely.box(o[0], 0, o[1], 100) if isinstance(o, tuple) else o for o in outlines.values()]
    return gpd.GeoDataFrame({"territory": pd.Series(list(outlines), dtype="str")}, geometry=shapes, crs=crs)


def rows_of(found):
    """Rows of a crosswalk as tuples, the codes that are missing as None."""
    codes = found[["code_old", "code_new", "relation"]].astype(object)
    return codes.where(codes.notna(), None).apply(tuple, axis=1).tolist()


# Old quartiers, new ones, then for each row: codes, relation, share_old, share_new, beyond_old, beyond_new.
ONE_EACH = {
    # 98 m of 100 m both ways; the 2 m left over lie within 10 m
    "inchangé": (
        {"QP999001": (0, 100)},
        {"QN99901I": (2, 102)},
        [("QP999001", "QN99901I", "inchangé", 0.98, 0.98, 0, 0)],
    ),
    # 100 m of 100 m, 100 m of 125 m; beyond 110 m: 15 m of 125 m
    "agrandi": (
        {"QP999001": (0, 100)},
        {"QN99901M": (0, 125)},
        [("QP999001", "QN99901M", "agrandi", 1, 0.8, 0, 15 / 125)],
    ),
    # 60 m of 100 m, 60 m of 60 m; beyond 70 m: 30 m of 100 m
    "réduit": (
        {"QP999001": (0, 100)},
        {"QN99901M": (0, 60)},
        [("QP999001", "QN99901M", "réduit", 0.6, 1, 0.3, 0)],
    ),
    # 60 m in common; before 30 m: 30 m of 100 m of the old one, beyond 110 m: 30 m of the new one
    "remanié": (
        {"QP999001": (0, 100)},
        {"QN99901M": (40, 140)},
        [("QP999001", "QN99901M", "remanié", 0.6, 0.6, 0.3, 0.3)],
    ),
    # 100 m and 50 m make 150 m; from the first, beyond 110 m: 40 m of 150 m; from the second, before 90 m
    "fusion": (
        {"QP999001": (0, 100), "QP999002": (100, 150)},
        {"QN99901M": (0, 150)},
        [
            ("QP999001", "QN99901M", "fusion", 1, 100 / 150, 0, 40 / 150),
            ("QP999002", "QN99901M", "fusion", 1, 50 / 150, 0, 90 / 150),
        ],
    ),
    # 200 m: 50 m and 100 m, 50 m lost. From the first, beyond 60 m: 140 m; from the second, 0 to 40 m
    # and 160 to 200 m
    "scission": (
        {"QP999001": (0, 200)},
        {"QN99901M": (0, 50), "QN99902M": (50, 150)},
        [
            ("QP999001", "QN99901M", "scission", 0.25, 1, 140 / 200, 0),
            ("QP999001", "QN99902M", "scission", 0.5, 1, 80 / 200, 0),
        ],
    ),
    "entrant and sortant": (
        {"QP999001": (0, 100)},
        {"QN99901N": (500, 600)},
        [
            ("QP999001", None, "sortant", NO, NO, NO, NO),
            (None, "QN99901N", "entrant", NO, NO, NO, NO),
        ],
    ),
    # The first is shared by both new ones, the second by one of them: 100 of 200 m; 100 of 200 m with
    # 0 to 90 m beyond, and 210 to 300 m of the new one; 100 of 100 m with 100 to 190 m of the new one beyond
    "a tangle": (
        {"QP999001": (0, 200), "QP999002": (200, 300)},
        {"QN99901M": (0, 100), "QN99902M": (100, 300)},
        [
            ("QP999001", "QN99901M", "remanié", 0.5, 1, 90 / 200, 0),
            ("QP999001", "QN99902M", "remanié", 0.5, 0.5, 90 / 200, 90 / 200),
            ("QP999002", "QN99902M", "remanié", 1, 0.5, 0, 90 / 200),
        ],
    ),
}


@pytest.mark.parametrize("name", ONE_EACH)
def test_each_relation_has_its_rows_and_its_shares_both_ways(name):
    old, new, expected = ONE_EACH[name]
    found = crosswalk(layer(old), layer(new))
    assert list(found.columns) == CROSSWALK_COLUMNS
    assert rows_of(found) == [row[:3] for row in expected]
    np.testing.assert_allclose(found[SHARES], [row[3:] for row in expected], rtol=0, atol=1e-9)
    assert found[["share_old_population", "share_new_population"]].isna().all(axis=None)


def test_every_relation_but_the_undetermined_one_has_its_case():
    told = {row[2] for _, _, rows in ONE_EACH.values() for row in rows}
    assert told | {"indéterminé"} == set(RELATIONS)


def test_the_shares_of_outlines_that_are_no_rectangles_are_those_of_their_surfaces():
    # Half a square of 100 m becomes the square. Further than 10 m from its diagonal lies the corner
    # whose sides are 100 - 10 √2.
    half = shapely.Polygon([(0, 0), (100, 0), (0, 100)])
    found = crosswalk(layer({"QP999001": half}), layer({"QN99901M": (0, 100)})).iloc[0]
    beyond = (100 - 10 * np.sqrt(2)) ** 2 / 2 / 100**2
    assert found["relation"] == "agrandi"
    assert found[SHARES].tolist() == pytest.approx([1, 0.5, 0, beyond], abs=1e-9)


def test_all_relations_stand_together_in_one_crosswalk():
    old, new, expected = {}, {}, []
    for n, (before, after, rows) in enumerate(ONE_EACH.values(), start=1):
        # each case 1 km to the east of the last, with codes of its own
        moved = [{}, {}]
        for side, outlines in enumerate((before, after)):
            for code, (start, end) in outlines.items():
                moved[side][code.replace("999", f"{n:03d}")] = (start + 1000 * n, end + 1000 * n)
        old, new = old | moved[0], new | moved[1]
        expected += [tuple(c and c.replace("999", f"{n:03d}") for c in row[:3]) for row in rows]
    found = rows_of(crosswalk(layer(old), layer(new)))
    assert sorted(found, key=str) == sorted(expected, key=str)


@pytest.mark.parametrize(
    "shape",
    [shapely.Point(50, 50), shapely.Polygon(), shapely.LineString([(0, 0), (9, 9)]), None],
    ids=["point", "empty", "line", "missing"],
)
def test_an_outline_without_a_surface_leaves_its_departement_undetermined_and_no_other(shape):
    # QN99901N may be the quartier whose old outline is hidden; QN99801N of another département cannot,
    # and QP999002 has its own counterpart. On the side of the hidden outline itself nothing is in doubt.
    old = layer({"QP999001": shape, "QP999002": (0, 100), "QP999003": (300, 400), "QP998001": (900, 999)})
    new = layer({"QN99901N": (500, 600), "QN99902I": (0, 100), "QN99801N": (700, 800)})
    found = crosswalk(old, new)
    assert rows_of(found) == [
        ("QP998001", None, "sortant"),
        ("QP999001", None, "indéterminé"),
        ("QP999002", "QN99902I", "inchangé"),
        ("QP999003", None, "sortant"),
        (None, "QN99801N", "entrant"),
        (None, "QN99901N", "indéterminé"),
    ]
    alone = found["relation"] != "inchangé"
    assert found.loc[alone, SHARES].isna().all(axis=None)


def test_a_hidden_new_outline_leaves_the_old_ones_without_a_link_undetermined():
    found = crosswalk(
        layer({"QP999001": (0, 100), "QP998001": (300, 400)}), layer({"QN99901I": shapely.Point(5, 5)})
    )
    assert rows_of(found) == [
        ("QP998001", None, "sortant"),
        ("QP999001", None, "indéterminé"),
        (None, "QN99901I", "indéterminé"),
    ]


def test_where_the_other_layer_has_no_row_nobody_knows_who_entered_or_left():
    old, new = layer({"QP999001": (0, 100)}), layer({"QN99901M": (0, 100)})
    assert rows_of(crosswalk(old.iloc[:0], new)) == [(None, "QN99901M", "indéterminé")]
    assert rows_of(crosswalk(old, new.iloc[:0])) == [("QP999001", None, "indéterminé")]


def test_two_layers_without_a_row_give_a_crosswalk_without_a_row():
    found = crosswalk(layer({}), layer({}))
    assert (len(found), list(found.columns)) == (0, CROSSWALK_COLUMNS)


def test_rows_are_sorted_and_the_layers_are_left_as_they_were():
    old, new, _ = ONE_EACH["a tangle"]
    layers = [layer(old).iloc[::-1], layer(new).iloc[::-1]]
    cells = gpd.GeoDataFrame({"population": [5.0]}, geometry=[shapely.Point(9, 9)], crs=2154)
    before = [frame.copy(deep=True) for frame in (*layers, cells)]
    found = crosswalk(*layers, cells)
    assert found.index.tolist() == [0, 1, 2]
    assert rows_of(found) == [row[:3] for row in ONE_EACH["a tangle"][2]]
    for frame, copy in zip((*layers, cells), before, strict=True):
        pd.testing.assert_frame_equal(pd.DataFrame(frame), pd.DataFrame(copy))


def test_columns_have_the_same_types_whatever_was_found():
    old = layer({"QP999001": (0, 100)})
    kinds = [
        crosswalk(old, layer(new)).dtypes.to_dict()
        for new in ({"QN99901M": (0, 100)}, {"QN99901M": (500, 600)}, {"QN99801M": (0, 100), "QN1": None})
    ]
    assert kinds[0] == kinds[1] == kinds[2]
    assert {name for name, kind in kinds[0].items() if kind == "float64"} == set(CROSSWALK_COLUMNS[3:])


# For each case above: side, code, relation, counterparts, share.
SUMMED_UP = {
    "agrandi": [
        ("new", "QN99901M", "agrandi", "QP999001", 0.8),
        ("old", "QP999001", "agrandi", "QN99901M", 1),
    ],
    "fusion": [
        ("new", "QN99901M", "fusion", "QP999001+QP999002", 1),
        ("old", "QP999001", "fusion", "QN99901M", 1),
        ("old", "QP999002", "fusion", "QN99901M", 1),
    ],
    "scission": [
        ("new", "QN99901M", "scission", "QP999001", 1),
        ("new", "QN99902M", "scission", "QP999001", 1),
        ("old", "QP999001", "scission", "QN99901M+QN99902M", 0.75),
    ],
    "entrant and sortant": [
        ("new", "QN99901N", "entrant", None, 0),
        ("old", "QP999001", "sortant", None, 0),
    ],
    "a tangle": [
        ("new", "QN99901M", "remanié", "QP999001", 1),
        ("new", "QN99902M", "remanié", "QP999001+QP999002", 1),
        ("old", "QP999001", "remanié", "QN99901M+QN99902M", 1),
        ("old", "QP999002", "remanié", "QN99902M", 1),
    ],
}


@pytest.mark.parametrize("name", SUMMED_UP)
def test_each_quartier_of_each_side_is_summed_up_in_one_row(name):
    old, new, _ = ONE_EACH[name]
    found = relations_of(crosswalk(layer(old), layer(new)))
    assert list(found.columns) == ["side", "territory", "relation", "counterparts", "share", "outside"]
    words = found[["side", "territory", "relation", "counterparts"]].astype(object)
    assert words.where(words.notna(), None).apply(tuple, axis=1).tolist() == [
        row[:4] for row in SUMMED_UP[name]
    ]
    assert found["share"].tolist() == pytest.approx([row[4] for row in SUMMED_UP[name]], abs=1e-9)
    assert (found["share"] + found["outside"]).tolist() == pytest.approx([1] * len(found), abs=1e-12)


def test_what_lies_in_an_undetermined_quartier_is_missing_and_never_zero():
    passage = crosswalk(layer({"QP999001": None}), layer({"QN99901I": (0, 100), "QN99801N": (200, 300)}))
    found = relations_of(passage).set_index("territory")
    assert found["relation"].to_dict() == {
        "QN99801N": "entrant",
        "QN99901I": "indéterminé",
        "QP999001": "indéterminé",
    }
    assert found["share"].isna().tolist() == found["outside"].isna().tolist() == [False, True, True]
    assert found["counterparts"].isna().all()


def test_what_two_quartiers_drawn_over_one_another_hold_is_never_more_than_the_whole():
    # 80 m and 80 m of 100 m, of which 60 m in both
    passage = crosswalk(layer({"QP999001": (0, 100)}), layer({"QN99901M": (0, 80), "QN99902M": (20, 100)}))
    row = relations_of(passage).set_index("territory").loc["QP999001"]
    assert (row["relation"], row["share"], row["outside"]) == ("scission", 1, 0)


def test_summing_up_leaves_the_crosswalk_as_it_was():
    passage = crosswalk(layer(ONE_EACH["fusion"][0]), layer(ONE_EACH["fusion"][1]))
    copy = passage.copy(deep=True)
    relations_of(passage)
    pd.testing.assert_frame_equal(passage, copy)

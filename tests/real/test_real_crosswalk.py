"""From the quartiers of 2015 to those of 2024: the published lists of the 94, and metropolitan France."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from oqhs.measures.crosswalk import crosswalk, relations_of
from oqhs.sources import read

pytestmark = pytest.mark.real

#: Quartiers the producer's simplification to five decimals left as three times the same point.
POINTS = {"QN09105I", "QN09113I", "QN09503I"}
#: golden.md, G9 and G10.
ENTRANTS = {f"QN094{n}N" for n in (38, 39, 40, 41, 43, 44, 45, 46, 47)}
SORTANTS = {
    "QP094014": "Balzac",
    "QP094006": "Petit Pré-Sablières",
    "QP094042": "Cité Jardins",
    "QP094034": "Grands Champs",
}
OVERSEAS = ("97", "98")


@pytest.fixture(scope="session")
def generations(real_data: Path) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Quartiers of 2015 and of 2024, as the library reads them."""
    folder = real_data / "perimeters"
    return read(folder / "QPV.shp"), read(folder / "qpv2024_simplified.geojson")


@pytest.fixture(scope="session")
def france(generations) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Those of metropolitan France."""
    return tuple(layer[~layer["territory"].str[2:4].isin(OVERSEAS)] for layer in generations)


@pytest.fixture(scope="session")
def passage(france) -> pd.DataFrame:
    return crosswalk(*france)


@pytest.fixture(scope="session")
def overlaid(france) -> pd.DataFrame:
    """Shares of every pair by geopandas alone, buffers and differences included."""
    old, new = (
        layer.to_crs(2154).loc[lambda frame: frame.area > 0, ["territory", "geometry"]].set_index("territory")
        for layer in france
    )
    pairs = gpd.overlay(
        old.rename_axis("code_old").reset_index(),
        new.rename_axis("code_new").reset_index(),
        how="intersection",
        keep_geom_type=True,
    )
    one = old.geometry.loc[pairs["code_old"]].reset_index(drop=True)
    other = new.geometry.loc[pairs["code_new"]].reset_index(drop=True)
    pairs["share_old"], pairs["share_new"] = pairs.area / one.area, pairs.area / other.area
    pairs["beyond_old"] = one.difference(other.buffer(10), align=False).area / one.area
    pairs["beyond_new"] = other.difference(one.buffer(10), align=False).area / other.area
    pairs["ratio"] = other.area / one.area
    return pd.DataFrame(pairs.drop(columns="geometry")).sort_values(["code_old", "code_new"])


def of_94(table: pd.DataFrame) -> pd.DataFrame:
    return table[table["code_old"].str.startswith("QP094") | table["code_new"].str.startswith("QN094")]


def with_relation(table: pd.DataFrame, relation: str, column: str) -> set[str]:
    return set(table.loc[table["relation"] == relation, column])


# --- the Val-de-Marne


def test_the_nine_entrants_of_the_94_are_the_published_ones(passage):
    assert with_relation(of_94(passage), "entrant", "code_new") == ENTRANTS


def test_the_four_sortants_of_the_94_are_the_published_ones(passage, generations):
    assert with_relation(of_94(passage), "sortant", "code_old") == set(SORTANTS)
    labels = generations[0].set_index("territory")["label"]
    for code, name in SORTANTS.items():
        assert name.split("-")[0].casefold() in labels[code].casefold()


def test_chantereine_is_the_one_quartier_of_the_94_that_shrank(passage, overlaid):
    reduced = of_94(passage).loc[lambda rows: rows["relation"] == "réduit"]
    assert reduced[["code_old", "code_new"]].to_numpy().tolist() == [["QP094004", "QN09404M"]]
    # one area over the other: the common part over each, the other way round
    ratio = (reduced["share_old"] / reduced["share_new"]).item()
    assert ratio == pytest.approx(0.236, abs=0.01)
    assert ratio == pytest.approx(overlaid.set_index("code_new")["ratio"]["QN09404M"], abs=1e-9)


def test_the_thirteen_quartiers_of_the_94_coded_unchanged_are_unchanged_and_no_other(passage):
    coded = {code for code in of_94(passage)["code_new"].dropna() if code.endswith("I")}
    assert len(coded) == 13
    assert with_relation(of_94(passage), "inchangé", "code_new") == coded


def test_two_quartiers_of_the_94_lost_a_large_part_whatever_is_said_of_them(passage):
    # golden.md, G11: Chaperon Vert lost 42 % of QP094016 and Mont-Mesly 30 % of QP094005
    rows = passage.set_index("code_new").loc[["QN09414M", "QN09405M"]]
    assert rows["code_old"].tolist() == ["QP094016", "QP094005"]
    assert rows["relation"].tolist() == ["remanié", "remanié"]
    assert (1 - rows["share_old"]).tolist() == pytest.approx([0.42, 0.30], abs=0.005)


def test_les_sorbiers_lallier_is_no_entrant_although_its_code_says_new(passage):
    # domain.md, B: coded N, although 49 % of it is the quartier QP094018 of 2015
    row = passage.set_index("code_new").loc["QN09442N"]
    assert (row["code_old"], row["relation"]) == ("QP094018", "remanié")
    assert row["share_new"] == pytest.approx(0.49, abs=0.005)


def test_every_quartier_of_the_94_is_told_once(passage):
    found = relations_of(of_94(passage))
    assert found.groupby("side").size().to_dict() == {"old": 42, "new": 47}


def test_the_94_alone_reads_as_in_the_whole_of_france(france, passage):
    alone = crosswalk(*(layer[layer["territory"].str[2:5] == "094"] for layer in france))
    pd.testing.assert_frame_equal(alone, of_94(passage).reset_index(drop=True))


@pytest.mark.parametrize("column", ["share_old", "share_new"])
def test_shares_are_those_of_an_overlay_by_geopandas(passage, overlaid, column):
    pairs = ["code_old", "code_new"]
    found = of_94(passage).dropna(subset=pairs).set_index(pairs)[column]
    expected = of_94(overlaid).set_index(pairs)[column]
    assert len(found) == 38  # 42 less 4, 47 less 9
    np.testing.assert_allclose(found, expected[found.index], rtol=0, atol=1e-9)


# --- metropolitan France


def test_every_quartier_of_metropolitan_france_is_told_with_one_relation(passage, france):
    summary = relations_of(passage)
    for side, layer, count in zip(("old", "new"), france, (1296, 1362), strict=True):
        rows = passage.dropna(subset=[f"code_{side}"]).groupby(f"code_{side}")["relation"]
        assert sorted(rows.groups) == sorted(layer["territory"])
        assert len(rows.groups) == count
        assert rows.nunique().eq(1).all()
        assert sorted(summary.loc[summary["side"] == side, "territory"]) == sorted(layer["territory"])


def test_parts_of_a_quartier_of_metropolitan_france_are_never_more_than_the_whole(passage):
    for side in ("old", "new"):
        shares = passage.dropna(subset=["code_old", "code_new"])[f"share_{side}"]
        assert shares.between(0, 1).all()
        assert (passage.groupby(f"code_{side}")[f"share_{side}"].sum() <= 1 + 1e-3).all()


def test_a_pair_is_linked_when_an_overlay_finds_5_percent_of_one_in_the_other(passage, overlaid):
    linked = overlaid[overlaid[["share_old", "share_new"]].max(axis=1) >= 0.05]
    found = passage.dropna(subset=["code_old", "code_new"])
    pairs = ["code_old", "code_new"]
    assert found[pairs].to_numpy().tolist() == linked[pairs].to_numpy().tolist()
    assert len(linked) > 1000


def told_by_distance(pairs: pd.DataFrame) -> dict[str, str]:
    """Relation of pairs linked to nothing else, by new code: is 1 % of either further than 10 m away?"""
    kept, nothing_new = pairs["beyond_old"] < 0.01, pairs["beyond_new"] < 0.01
    told = np.select(
        [kept & nothing_new, kept, nothing_new], ["inchangé", "agrandi", "réduit"], default="remanié"
    )
    return dict(zip(pairs["code_new"], told.tolist(), strict=True))


@pytest.fixture(scope="session")
def single(overlaid) -> pd.DataFrame:
    """Pairs of which each holds 5 % at least of the other and neither has another such pair."""
    linked = overlaid[overlaid[["share_old", "share_new"]].max(axis=1) >= 0.05]
    several = linked["code_old"].duplicated(keep=False) | linked["code_new"].duplicated(keep=False)
    return linked[~several]


def test_quartiers_linked_to_nothing_else_are_told_by_what_lies_beyond_10_m(passage, single):
    expected = told_by_distance(single)
    found = passage.dropna(subset=["code_old", "code_new"]).set_index("code_new")["relation"]
    assert found[list(expected)].to_dict() == expected
    others = found.drop(list(expected))
    assert set(others) == {"fusion", "scission", "remanié"}


def test_outlines_coded_unchanged_are_unchanged_but_where_they_differ_by_more_than_10_m(passage, single):
    coded = single[single["code_new"].str.endswith("I")]
    expected = dict.fromkeys(POINTS, "indéterminé") | told_by_distance(coded)
    found = passage[passage["code_new"].str.endswith("I", na=False)].set_index("code_new")["relation"]
    assert found.to_dict() == expected
    assert (found == "inchangé").mean() >= 0.9
    assert set(found) == {"inchangé", "agrandi", "réduit", "indéterminé"}


def test_a_quartier_reduced_to_a_point_leaves_the_one_it_lies_in_undetermined(
    passage, generations, real_data
):
    features = json.loads((real_data / "perimeters/qpv2024_simplified.geojson").read_text("utf-8"))
    corners = {
        one["properties"]["code_qp"]: np.ravel(one["geometry"]["coordinates"])[:2]
        for one in features["features"]
        if one["properties"]["code_qp"] in POINTS
    }
    points = gpd.GeoSeries({code: shapely.Point(xy) for code, xy in corners.items()}, crs=4326)
    old = generations[0]
    around = {code: old.loc[old.distance(point).idxmin()] for code, point in points.to_crs(2154).items()}
    assert all(row.geometry.distance(points.to_crs(2154)[code]) < 10 for code, row in around.items())
    unsure = passage[passage["relation"] == "indéterminé"]
    assert set(unsure["code_new"].dropna()) == POINTS
    assert set(unsure["code_old"].dropna()) == {row["territory"] for row in around.values()}


def test_quartiers_overseas_are_undetermined_where_the_old_layer_has_none(generations, france, passage):
    old, new = generations
    assert not old["territory"].str[2:4].isin(OVERSEAS).any()
    found = crosswalk(old, new)
    overseas = new.loc[new["territory"].str[2:4].isin(OVERSEAS), "territory"]
    assert len(overseas) == len(new) - len(france[1]) == 247
    rows = found[found["code_new"].isin(overseas)]
    assert rows["code_new"].tolist() == sorted(overseas)
    assert set(rows["relation"]) == {"indéterminé"}
    assert rows["code_old"].isna().all()
    pd.testing.assert_frame_equal(found.drop(index=rows.index).reset_index(drop=True), passage)

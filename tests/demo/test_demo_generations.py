"""The two generations of quartiers: what became of each, and people who are the same."""

import pandas as pd
import pytest
import shapely

from oqhs.catalogue import built_in
from oqhs.demo.former import FORMER
from oqhs.demo.generations import spots
from oqhs.sources.cards import read_cards

ENLARGED = 22


@pytest.fixture(scope="module")
def zones(read_layer):
    new = read_layer("qpv2024").set_index("code_qp").geometry
    old = read_layer("qpv2015").set_index("CODE_QP").geometry
    return new, old


@pytest.fixture(scope="module")
def shared(zones):
    """Part of each quartier of 2015 (rows) and of 2024 that lies in one of the other generation."""
    new, old = zones
    rows = []
    for before, shape in old.items():
        for after, other in new[new.intersects(shape)].items():
            area = shape.intersection(other).area
            if area > 100:
                rows.append((before, after, area / shape.area, area / other.area))
    return pd.DataFrame(rows, columns=["old", "new", "of_old", "of_new"])


def corners(quartier):
    return [shapely.Point(place) for place in quartier.geoms[0].exterior.coords[:-1]]


def test_there_are_42_quartiers_in_2015(read_layer):
    old = read_layer("qpv2015")
    assert list(old.columns) == ["CODE_QP", "NOM_QP", "COMMUNE_QP", "geometry"]
    assert list(old["CODE_QP"]) == [f"QP999{i:03d}" for i in range(1, 43)]
    assert old.geometry.is_valid.all()
    assert not old["NOM_QP"].duplicated().any()


def test_communes_are_listed_by_their_names(read_layer):
    names = read_layer("qpv2015").set_index("CODE_QP")["COMMUNE_QP"]
    assert names["QP999004"] == "Beaumirail, Champrolles"
    known = set(read_layer("communes")["LIBCOM"])
    assert {name for listed in names for name in listed.split(", ")} <= known
    assert names.str.contains(", ").sum() == 4


def test_quartiers_coded_unchanged_are_drawn_twice_within_five_metres(zones, shared):
    new, old = zones
    unchanged = shared[shared["new"].str.endswith("I")]
    assert len(unchanged) == 13
    for row in unchanged.itertuples():
        first, second = corners(new[row.new]), corners(old[row.old])
        assert len(second) - len(first) in {1, 2}
        # No corner is at the same place, not even to a decimetre.
        assert min(shapely.distance(a, b) for a in first for b in second) > 0.1
        lines = new[row.new].boundary, old[row.old].boundary
        assert 0.5 < shapely.hausdorff_distance(*lines, densify=0.01) < 5
        assert 0.98 < row.of_new < 1


def test_quartiers_that_changed_keep_the_very_corners_that_did_not_move(zones, shared):
    new, old = zones
    for row in shared[shared["new"].str.endswith("M")].itertuples():
        kept = set(new[row.new].geoms[0].exterior.coords) & set(old[row.old].geoms[0].exterior.coords)
        assert len(kept) >= 5


def test_the_ground_of_the_people_is_cut_along_the_exact_outlines_without_a_sliver():
    unchanged = {former.code: former.successor for former in FORMER if former.change == "identique"}
    for code, successor in unchanged.items():
        (spot,) = [spot for spot in spots() if code == spot.old or successor == spot.new]
        assert (spot.old, spot.new) == (code, successor)
    assert min(spot.shape.area for spot in spots()) > 10_000


def test_quartiers_coded_modified_are_larger_but_for_one_and_one_was_two(shared):
    modified = shared[shared["new"].str.endswith("M")]
    merged = modified[modified["new"] == "QN99914M"]
    assert list(merged["old"]) == ["QP999014", "QP999015"]
    assert merged["of_new"].sum() == pytest.approx(1, abs=1e-4)
    (reduced,) = modified[modified["of_old"] < 0.999].itertuples()
    assert (reduced.new, reduced.old) == ("QN99936M", "QP999037")
    assert reduced.of_new == pytest.approx(1, abs=1e-4)
    enlarged = modified[~modified["new"].isin(["QN99914M", "QN99936M"])]
    assert len(enlarged) == enlarged["new"].nunique() == ENLARGED
    assert enlarged["of_new"].between(0.6, 0.95).all()


def test_one_new_quartier_is_half_an_old_one_and_three_old_ones_left(zones, shared):
    new, old = zones
    (half,) = shared[shared["new"].str.endswith("N")].itertuples()
    assert (half.new, half.old) == ("QN99942N", "QP999039")
    assert 0.4 < half.of_new < 0.6
    assert sorted(set(old.index) - set(shared["old"])) == ["QP999040", "QP999041", "QP999042"]
    assert len(set(new.index) - set(shared["new"])) == 9


def test_the_two_censuses_share_no_survey(raw):
    # A census pools the surveys of two years before to two years after: 2013-2017, then 2018-2022.
    years = {card.year for _, card in read_cards(raw, built_in()).values() if card.source == "rp"}
    first, second = ({*range(year - 2, year + 3)} for year in sorted(years - {None}))
    assert not first & second
    assert max(first) + 1 == min(second)


def test_over_five_years_some_unchanged_quartiers_move_by_points_and_others_hardly(shared, read_order):
    before, after = read_order("qpv", 2015), read_order("qpv", 2020)
    pairs = shared[shared["new"].str.endswith("I")]
    before, after = before.loc[pairs["old"]], after.loc[pairs["new"]]
    before.index = after.index
    growth = after["P20_POP"] / before["P15_POP"] - 1
    # People of 2015 were 94 % to 105 % of those of 2020.
    assert growth.between(1 / 1.051 - 1, 1 / 0.939 - 1).all()
    assert growth.abs().max() > 0.02
    for part, whole in (("POP0017", "POP"), ("POP60P", "POP"), ("RP_LOCHLMV", "RP"), ("CHOM1564", "ACT1564")):
        drift = after[f"P20_{part}"] / after[f"P20_{whole}"] - before[f"P15_{part}"] / before[f"P15_{whole}"]
        assert drift.abs().max() < 0.0251, part
        assert drift.abs().max() > 0.01, part
        assert drift.abs().min() < 0.004, part


def test_over_five_years_a_whole_commune_moves_by_less_than_two_points(read_order):
    before, after = read_order("com", 2015), read_order("com", 2020)
    for part, whole in (("POP0017", "POP"), ("CHOM1564", "ACT1564")):
        drift = after[f"P20_{part}"] / after[f"P20_{whole}"] - before[f"P15_{part}"] / before[f"P15_{whole}"]
        assert drift.abs().max() < 0.02, part


def test_the_people_of_the_quartiers_of_2015_fit_in_their_communes(read_layer, read_order):
    communes, quartiers = read_order("com", 2015), read_order("qpv", 2015)
    code = read_layer("communes").set_index("LIBCOM")["DEPCOM"]
    listed = read_layer("qpv2015").set_index("CODE_QP")["COMMUNE_QP"]
    alone = listed[~listed.str.contains(", ")].map(code)
    for column in quartiers:
        held = quartiers[column].reindex(alone.index).groupby(alone).sum()
        assert (held < communes[column].reindex(held.index)).all(), column


def test_incomes_of_2017_are_written_as_those_of_2017(raw):
    text = (raw / "insee/data_filo17_qp_revdis.csv").read_bytes().decode("utf-8")
    first, second, *rows = text.split("\r\n")
    assert first.startswith("codgeo;disp_q1_a17;disp_q2_a17;disp_q3_a17;disp_q1q3q2_a17;disp_d1_a17;")
    assert first.endswith(";disp_pimpot_a17;tp60_a17;note")
    assert second.startswith("Ensemble;")
    assert "\u00a0" not in text
    assert sum(";;" in row for row in rows) == 2
    assert [row.split(";")[0] for row in rows if row.endswith(";1")] == ["QP999022"]


def test_columns_by_quartier_are_those_ordered(read_order):
    wanted = ["POP", "POP0017", "POP60P", "RP", "RP_LOCHLMV", "ACT1564", "CHOM1564", "ACT1524", "CHOM1524"]
    for year in (2015, 2020):
        table = read_order("qpv", year)
        assert list(table.columns) == [f"P{year % 100}_{name}" for name in wanted]
        missing = table.isna().sum()
        assert list(missing) == [0, 0, 0, 0, 0, 1, 1, 3, 3]

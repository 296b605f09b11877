"""Codes, names in a sentence, and who lies in whom."""

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

from oqhs.territories import (
    crs_of,
    departement_of,
    identify,
    kinds_of,
    memberships_from_lists,
    normalise_codes,
    phrases,
    pooled_label,
    pooled_parents,
    quartiers_in_communes,
    shares_of_area,
    through,
)

NO_AREAS = pd.DataFrame({"territory": [], "parent": [], "share_area": []}).astype({"share_area": "float64"})
NO_PARTS = pd.DataFrame({"territory": [], "parent": [], "population": []}).astype({"population": "float64"})


def pairs(*rows, columns=("territory", "parent")):
    return pd.DataFrame(list(rows), columns=list(columns))


@pytest.mark.parametrize(
    ("code", "kind", "perimeter"),
    [
        ("QP094016", "qpv", "qpv2015"),
        ("QP02A001", "qpv", "qpv2015"),
        ("QP971001", "qpv", "qpv2015"),
        ("QN09404M", "qpv", "qpv2024"),
        ("QN09401I", "qpv", "qpv2024"),
        ("QN02B01N", "qpv", "qpv2024"),
        ("QN97601C", "qpv", "qpv2024"),
        ("94028", "commune", None),
        ("2A004", "commune", None),
        ("2B033", "commune", None),
        ("97105", "commune", None),
        ("01053", "commune", None),
        ("940280101", "iris", None),
        ("2A0040101", "iris", None),
        ("971050101", "iris", None),
        ("94", "departement", None),
        ("2A", "departement", None),
        ("974", "departement", None),
        ("T12", "ept", None),
        ("QPV-94", "ensemble_qpv", None),
        ("QPV-2A", "ensemble_qpv", None),
        ("QPV-974", "ensemble_qpv", None),
        ("QPV-METRO", "ensemble_qpv", None),
        ("REG-11", "region", None),
        ("EPCI-200054781", "epci", None),
        ("FR", "france", None),
        ("FR-METRO", "france", None),
        ("CRS3035RES200MN2029800E4254200", "carreau", "carreaux200m"),
    ],
)
def test_the_shape_of_a_code_tells_the_kind_of_territory(code, kind, perimeter):
    row = kinds_of(pd.Series([code])).iloc[0]
    assert (row["kind"], row["perimeter"]) == (kind, perimeter)


@pytest.mark.parametrize(
    "code",
    [
        "1053",
        "QN09404",
        "QP94016",
        "QN09404X",
        "09404M",
        "10530101",
        "2C004",
        "QP0940166",
        "",
        "Créteil",
        "975A",
        "REG-1",
        "EPCI-24350013",
        "FRA",
        "XFR",
        "FR-METROPOLE",
        "CRS3035RES1000MN2029000E4254000",
    ],
)
def test_a_code_without_a_known_shape_has_no_kind(code):
    assert kinds_of(pd.Series([code])).isna().all(axis=None)


def test_a_lost_leading_zero_gives_none_as_documented_whatever_the_other_codes():
    assert kinds_of(pd.Series(["1053"]))["kind"].tolist() == [None]
    assert kinds_of(pd.Series(["01053", "1053"]))["kind"].tolist() == ["commune", None]


def test_codes_keep_their_zeros_lose_their_spaces_and_come_in_upper_case():
    written = pd.Series([" qn09404m ", "01053", "Ensemble", "00", "2a004"])
    assert normalise_codes(written).tolist() == ["QN09404M", "01053", "QPV-METRO", "QPV-METRO", "2A004"]


REGIONS_AND_MORE = ["departement", "region", "epci", "commune"]


@pytest.mark.parametrize(
    ("codes", "kinds", "said", "territories"),
    [
        (["11", "94"], REGIONS_AND_MORE, "region", ["REG-11", "REG-94"]),
        (["11", "94"], REGIONS_AND_MORE, "departement", ["11", "94"]),
        (["11", "10"], REGIONS_AND_MORE, None, ["11", "10"]),
        (["11", "94"], ["departement"], None, ["11", "94"]),
        (["243500139"], REGIONS_AND_MORE, None, ["EPCI-243500139"]),
        (["243500139"], ["iris"], None, ["243500139"]),
        (["243500139"], ["iris", "epci"], None, ["243500139"]),
        (["243500139"], ["iris", "epci"], "epci", ["EPCI-243500139"]),
        (["F"], ["france"], "france", ["FR"]),
        (["F"], ["france"], "france_metropolitaine", ["FR-METRO"]),
        (["F", "M"], ["france"], "france", ["F", "M"]),
    ],
)
def test_codes_written_alike_are_told_apart_by_the_table_then_by_the_card(codes, kinds, said, territories):
    assert identify(pd.Series(codes), kinds, said)["territory"].tolist() == territories


def test_two_digits_of_regions_and_of_departements_stay_undecided():
    found = identify(pd.Series(["11", "94", "94028"]), REGIONS_AND_MORE)
    assert found["kind"].tolist() == ["departement|region", "departement|region", "commune"]
    assert found["territory"].tolist() == ["11", "94", "94028"]


def test_all_the_quartiers_of_france_are_not_those_of_the_departement():
    codes = normalise_codes(pd.Series(["ENSEMBLE", "QPV-94"]))
    assert codes.nunique() == 2


def test_the_departement_is_read_in_the_code_overseas_and_in_corsica_too():
    codes = pd.Series(
        ["QN09404M", "QP001001", "QP02A001", "QN97101C", "94028", "2B033", "97105", "940280101", "971050101"]
    )
    assert departement_of(codes).tolist() == ["94", "01", "2A", "971", "94", "2B", "971", "94", "971"]


def test_metres_are_taken_in_the_legal_system_of_each_departement():
    assert (crs_of("94"), crs_of("2A"), crs_of("974"), crs_of("973")) == (2154, 2154, 2975, 2972)


def test_a_territory_stands_in_a_sentence_after_its_kind():
    assert phrases("commune", "Les Lilas") == ("aux Lilas", "des Lilas")
    assert phrases("commune", "Ivry-sur-Seine") == ("à Ivry-sur-Seine", "d'Ivry-sur-Seine")
    assert phrases("qpv", "Les Bleuets") == ("dans le quartier Les Bleuets", "du quartier Les Bleuets")
    assert phrases("ept", "T12") == ("dans l'EPT T12", "de l'EPT T12")


def test_the_list_of_the_producer_gives_one_row_a_commune():
    layer = gpd.GeoDataFrame(
        {"territory": ["QN99901M", "QN99902M"], "communes": ["99901", "99902, 99901,99902"]},
        geometry=[box(0, 0, 1, 1)] * 2,
        crs=2154,
    )
    assert memberships_from_lists(layer).to_numpy().tolist() == [
        ["QN99901M", "99901"],
        ["QN99902M", "99902"],
        ["QN99902M", "99901"],
    ]


def test_shares_of_area_are_those_of_the_quartier():
    # The quartier is 400 × 100 m; the border of the communes leaves 300 × 100 m on the left: 3/4 and 1/4.
    # It only touches the third commune, which is none of its own.
    quartier = gpd.GeoDataFrame({"territory": ["QN99901M"]}, geometry=[box(0, 0, 400, 100)], crs=2154)
    communes = gpd.GeoDataFrame(
        {"territory": ["99901", "99902", "99903"]},
        geometry=[box(-1000, 0, 300, 1000), box(300, 0, 2000, 1000), box(0, -500, 400, 0)],
        crs=2154,
    )
    found = shares_of_area(quartier, communes).set_index("parent")["share_area"]
    assert found.to_dict() == pytest.approx({"99901": 0.75, "99902": 0.25})


def test_a_quartier_in_one_commune_is_there_whole_even_when_nobody_gave_its_population():
    found = quartiers_in_communes(pairs(("QN99901M", "99901")), NO_AREAS, NO_PARTS, 0.01)
    assert found["share_population"].tolist() == [1.0]
    assert found["parent_kind"].tolist() == ["commune"]


def test_population_shares_out_a_quartier_between_two_communes():
    # 300 of its 1 200 inhabitants on one side: 1/4, 900 on the other: 3/4.
    lists = pairs(("QN99901M", "99901"), ("QN99901M", "99902"))
    parts = lists.assign(population=[300.0, 900.0])
    found = quartiers_in_communes(lists, NO_AREAS, parts, 0.01).set_index("parent")["share_population"]
    assert found.to_dict() == {"99901": 0.25, "99902": 0.75}


def test_without_the_population_of_one_side_no_share_is_known_and_area_does_not_replace_it():
    lists = pairs(("QN99901M", "99901"), ("QN99901M", "99902"))
    areas = lists.assign(share_area=[0.5, 0.5])
    parts = lists.assign(population=[300.0, float("nan")])
    found = quartiers_in_communes(lists, areas, parts, 0.01)
    assert found["share_population"].isna().all()
    assert found["share_area"].tolist() == [0.5, 0.5]


def test_without_a_list_a_commune_counts_from_the_least_share_of_area():
    areas = pairs(("QN99901M", "99901", 0.991), ("QN99901M", "99902", 0.009),
                  columns=("territory", "parent", "share_area"))  # fmt: skip
    lists = pd.DataFrame(columns=["territory", "parent"])
    assert quartiers_in_communes(lists, areas, NO_PARTS, 0.01)["parent"].tolist() == ["99901"]
    assert len(quartiers_in_communes(lists, areas, NO_PARTS, 0.009)) == 2


def chained(shares, epts):
    children = pairs(("QN99901M", "99901"), ("QN99901M", "99902")).assign(
        share_population=shares, share_area=[0.6, 0.4], parent_kind="commune"
    )
    found = through(children, pairs(*epts), "ept")
    return found.set_index("parent")[["share_population", "share_area"]]


def test_two_communes_of_one_ept_hold_the_quartier_whole_even_when_its_parts_are_unknown():
    found = chained([float("nan")] * 2, [("99901", "T98"), ("99902", "T98")])
    assert found.loc["T98"].tolist() == [1.0, 1.0]


def test_two_communes_of_two_ept_share_the_quartier_as_the_communes_do():
    found = chained([0.25, 0.75], [("99901", "T98"), ("99902", "T99")])
    assert found["share_population"].to_dict() == {"T98": 0.25, "T99": 0.75}


def test_a_missing_share_stays_missing_in_the_ept():
    found = chained([float("nan"), float("nan")], [("99901", "T98"), ("99902", "T99")])
    assert found["share_population"].isna().all()


def test_the_parents_of_a_quartier_are_pooled_in_one_code_with_one_name():
    found = pooled_parents(
        pairs(("QN99901M", "99902"), ("QN99901M", "99901"), ("QN99902M", "99902"))
    ).to_dict()
    assert found == {"QN99901M": "99901+99902", "QN99902M": "99902"}
    names = {"99901": "Boissy-Saint-Léger", "99902": "Limeil-Brévannes"}
    assert pooled_label(found["QN99901M"], names) == "Boissy-Saint-Léger et Limeil-Brévannes"


def test_two_digits_that_are_all_regions_of_before_2016_stay_undecided():
    found = identify(pd.Series(["11", "21", "94"]), ["departement", "region"])
    assert set(found["kind"]) == {"departement|region"}


def test_several_regions_in_a_table_that_is_not_said_to_hold_any_stay_undecided_and_one_does_not():
    kinds = ["commune", "departement"]
    assert set(identify(pd.Series(["11", "94"]), kinds)["kind"]) == {"departement|region"}
    assert identify(pd.Series(["94"]), kinds)["kind"].tolist() == ["departement"]


def test_nine_digits_that_begin_with_20_are_an_epci_wherever_they_stand():
    found = identify(pd.Series(["200054781", "243500139"]), ["iris", "commune"])
    assert found["kind"].tolist() == ["epci", "epci"]

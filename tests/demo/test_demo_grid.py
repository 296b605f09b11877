"""The grid: the layout of Insee, and people who stand where their quartier is."""

import geopandas as gpd
import pytest

HEADER = (
    "idcar_200m,idcar_1km,idcar_nat,i_est_200,i_est_1km,lcog_geo,ind,men,men_pauv,men_1ind,men_5ind,men_prop,"
    "men_fmp,ind_snv,men_surf,men_coll,men_mais,log_av45,log_45_70,log_70_90,log_ap90,log_inc,log_soc,"
    "ind_0_3,ind_4_5,ind_6_10,ind_11_17,ind_18_24,ind_25_39,ind_40_54,ind_55_64,ind_65_79,ind_80p,ind_inc"
)
#: Persons in fiscal households for one inhabitant.
FISCAL = 0.962


def persons_in(cells, zones):
    """Persons of the cells in zones indexed by code, those of a cell spread evenly over it."""
    squares = cells[["ind", "geometry"]].to_crs(2154)
    squares["whole"] = squares.area
    pieces = gpd.overlay(squares, zones.rename_axis("code").reset_index(), keep_geom_type=True)
    return (pieces["ind"] * pieces.area / pieces["whole"]).groupby(pieces["code"]).sum()


def test_the_file_has_the_header_and_the_codes_of_insee(raw, cells):
    lines = (raw / "insee/carreaux_200m_met.csv").read_text("utf-8").splitlines()
    assert lines[0] == HEADER
    assert ";" not in lines[1]
    assert len(cells) <= 3_500
    assert cells["idcar_200m"].is_unique
    corner = cells["idcar_200m"].str.extract(r"N(\d+)E(\d+)$").astype(int)
    assert (corner % 200 == 0).all(axis=None)
    larger = cells["idcar_1km"].str.extract(r"^CRS3035RES1000mN(\d+)E(\d+)$").astype(int)
    assert larger.equals(corner // 1000 * 1000)
    assert corner.sort_values([0, 1]).index.equals(corner.index)


def test_ages_and_homes_of_a_cell_add_up(cells):
    ages = cells.loc[:, "ind_0_3":"ind_inc"].sum(axis=1)
    assert ages.to_numpy() == pytest.approx(cells["ind"].to_numpy())
    assert (cells["ind"] > 0).all()
    assert (cells["ind"] * 2 % 1 == 0).all()
    assert (cells["ind"] % 1 == 0.5).any()
    built = cells.loc[:, "log_av45":"log_inc"].sum(axis=1)
    for homes in (built, cells["men_coll"] + cells["men_mais"]):
        assert homes.to_numpy() == pytest.approx(cells["men"].to_numpy())
    for part in ("men_pauv", "men_1ind", "men_5ind", "men_prop", "men_fmp", "log_soc"):
        assert (cells[part] <= cells["men"]).all(), part


def test_cells_of_less_than_11_households_are_imputed(cells):
    assert (cells.loc[cells["i_est_200"] == 1, "men"] < 11).all()
    assert (cells.loc[cells["i_est_200"] == 0, "men"] >= 11).all()
    assert 100 < cells["i_est_200"].sum() < 700
    own = cells["idcar_nat"] == cells["idcar_200m"]
    assert (own == (cells["i_est_200"] == 0)).all()


def test_people_of_the_cells_are_those_of_the_census_in_fiscal_households(cells, read_iris):
    people = read_iris("evol-struct-pop", 2020)["P20_POP"].sum()
    # A cell counts half persons: every IRIS is rounded to one.
    assert cells["ind"].sum() == pytest.approx(FISCAL * people, rel=1e-4)


@pytest.mark.parametrize(
    ("generation", "code", "year"), [("2024", "code_qp", 2020), ("2015", "CODE_QP", 2015)]
)
def test_people_of_the_quartiers_stand_in_their_cells(
    cells, read_layer, read_order, read_iris, generation, code, year
):
    zones = read_layer(f"qpv{generation}").set_index(code)[["geometry"]]
    counted = read_order("qpv", year)[f"P{year % 100}_POP"]
    ratio = persons_in(cells, zones) / (FISCAL * counted)
    # Cells on the border count people of both sides: a little is lost, and much less than by area.
    assert ratio.mean() == pytest.approx(1, abs=0.05)
    assert ratio.between(0.82, 1.05).all()
    iris = read_layer("iris").set_index("CODE_IRIS")[["geometry"]]
    people = iris.assign(ind=read_iris("evol-struct-pop", year)[f"P{year % 100}_POP"])
    by_area = persons_in(people, zones) / counted
    assert by_area.mean() < 0.65


def test_towns_are_inhabited_in_part_only(cells, read_layer):
    communes = read_layer("communes").set_index("DEPCOM").geometry
    inside = communes[communes.index.str.startswith("999")]
    assert cells.area.sum() < 0.5 * inside.area.sum()
    alone = cells[cells["lcog_geo"].str.len() == 5]
    within = gpd.sjoin(alone.to_crs(2154).assign(geometry=lambda t: t.representative_point()),
                       communes.reset_index(), predicate="within")  # fmt: skip
    assert (within["lcog_geo"] == within["DEPCOM"]).mean() > 0.97

"""The embedded files as pandas and geopandas read them, without oqhs: an oracle."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

RAW = Path(__file__).parents[2] / "data" / "raw"
KEYS = {"IRIS": str, "COM": str, "DEPCOM": str, "CODE_QP": str, "LAB_IRIS": str}


def layer(name):
    return gpd.read_file(RAW / f"perimetres/{name}_999.geojson").to_crs(2154)


def by_iris(subject, year):
    path = RAW / f"insee/base-ic-{subject}-{year}.csv"
    return pd.read_csv(path, sep=";", dtype=KEYS).set_index("IRIS")


def order(kind, year):
    path = RAW / f"insee/commande_rp{year}_{kind}.csv"
    return pd.read_csv(path, sep=";", decimal=",", dtype=KEYS, index_col=0, na_values=["s"])


@pytest.fixture(scope="session")
def raw():
    return RAW


@pytest.fixture(scope="session")
def read_layer():
    return layer


@pytest.fixture(scope="session")
def read_iris():
    return by_iris


@pytest.fixture(scope="session")
def read_order():
    return order


@pytest.fixture(scope="session")
def cells():
    table = pd.read_csv(RAW / "insee/carreaux_200m_met.csv", dtype={"lcog_geo": str})
    corner = table["idcar_200m"].str.extract(r"^CRS3035RES200mN(?P<north>\d+)E(?P<east>\d+)$").astype(int)
    squares = shapely.box(corner.east, corner.north, corner.east + 200, corner.north + 200)
    return gpd.GeoDataFrame(table, geometry=squares, crs=3035)

"""The 21 real îlots of the Val-d'Oise: classes counted from the JSON alone, surfaces by geopandas."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from oqhs.errors import LayoutError
from oqhs.measures.areal import area_share
from oqhs.sources.cards import Card
from oqhs.sources.heat import read_heat
from oqhs.sources.mappings import HeatMapping
from oqhs.sources.tabular import Reading

pytestmark = pytest.mark.real

FILE = "heat/imu_val_doise.geojson"
FIELDS = {"jour": "day", "nuit": "night"}


def read_by(path: Path, when: str) -> Reading:
    card = {
        "id": "ilots-95",
        "layout": "heat",
        "source": "ipr",
        "licence": "etalab-2.0",
        "obtained": "2024-10-02",
        "sha256": "0" * 64,
        "heat": HeatMapping(when=when),
    }
    return read_heat(path, Card.model_validate(card))


@pytest.fixture(scope="module")
def features(real_data: Path) -> list[dict]:
    return json.loads((real_data / FILE).read_text(encoding="utf-8"))["features"]


@pytest.mark.parametrize("when", FIELDS)
def test_every_ilot_is_there_with_its_class(real_data: Path, features: list[dict], when: str):
    reading = read_by(real_data / FILE, when)
    told = [one["properties"][FIELDS[when]] for one in features]
    assert reading.frame["heat_class"].tolist() == told
    assert reading.territories == len(features) == 21
    assert (reading.without_surface, reading.frame.crs.to_epsg()) == ((), 2154)
    assert Counter(told).keys() <= {-1, 1, 2, 3}
    others = {"lcz", "vulnerability_day", "vulnerability_night", "permeable", "built"}
    assert set(reading.unmapped) == {*others, *FIELDS.values()} - {FIELDS[when]}


def boxes_around(ilots: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Boxes drawn 50 m around each of the first four îlots, and around all of them."""
    ends = ilots.geometry.bounds.to_numpy()
    around = np.vstack([ends[:4], [*ends[:, :2].min(axis=0), *ends[:, 2:].max(axis=0)]])
    drawn = around + np.array([-50, -50, 50, 50])
    return gpd.GeoDataFrame({"zone": range(5)}, geometry=shapely.box(*drawn.T), crs=2154)


@pytest.mark.parametrize("when", FIELDS)
@pytest.mark.parametrize("least", [-1, 1, 2, 3])
def test_the_share_of_boxes_around_ilots_is_that_of_geopandas_overlay(real_data: Path, when: str, least: int):
    ilots = read_by(real_data / FILE, when).frame
    hot, zones = ilots[ilots["heat_class"] >= least], boxes_around(ilots)
    found = area_share(zones, hot, reach=ilots, couverture_min=0.0)

    def overlaid(layer: gpd.GeoDataFrame) -> np.ndarray:
        pieces = gpd.overlay(zones, layer[["geometry"]].dissolve(), how="intersection")
        return pieces.area.groupby(pieces["zone"]).sum().reindex(range(5), fill_value=0.0).to_numpy()

    looked, inside = overlaid(ilots), overlaid(hot)
    np.testing.assert_allclose(found["covered"], looked / zones.area, rtol=1e-9)
    np.testing.assert_allclose(found["share"], inside / looked, rtol=1e-9)
    assert found["covered"].between(0, 1, inclusive="neither").all()
    if least == -1:
        np.testing.assert_allclose(found["share"], 1, rtol=1e-9)


def test_an_ilot_lies_whole_under_its_own_class(real_data: Path):
    ilots = read_by(real_data / FILE, "nuit").frame
    hot = ilots[ilots["heat_class"] >= 2]
    found = area_share(hot, hot, reach=ilots, couverture_min=0.8)
    assert found["status"].tolist() == ["observed"] * len(hot)
    np.testing.assert_allclose(found[["share", "covered"]], 1, rtol=1e-9)


def test_the_means_by_postcode_are_refused(real_data: Path):
    with pytest.raises(LayoutError, match="a mean cannot give a share of surface"):
        read_by(real_data / "heat/icu_by_postcode.csv", "nuit")

"""Three invented communes in a row, four quartiers on one straight street, and what is read of them.

The ground is that of `test_geography`: squares of 1 km, the quartiers along y = 150 m.
"""

import datetime as dt
from itertools import pairwise

import geopandas as gpd
import pandas as pd
import shapely
from test_geography import build

from oqhs import tables
from oqhs.catalogue import built_in
from oqhs.editions import EditionFile
from oqhs.materials import Materials
from oqhs.sources.cards import Card

LAYOUTS = {
    "rues": ("streets", "osm", {}),
    "adresses": ("people", "oqhs", {"people": {"population": "hab", "x": "x", "y": "y", "crs": "EPSG:2154"}}),
    "pmi": (
        "facilities",
        "oqhs",
        {"facilities": {"category": "pmi", "x": "x", "y": "y", "crs": "EPSG:2154"}},
    ),
    "ilots": ("heat", "ipr", {"heat": {"when": "jour"}}),
    "arbres": ("canopy", "cd94", {}),
    "emprise": ("footprint", "cd94", {}),
    "bruit": ("exposure", "bruitparif", {"exposure": {"field": "classe", "keep": ["D"]}}),
    "com": ("mapped", "rp", {}),
}


def street(*stops, length_m=None):
    """Edges between stops of one street along y = 150 m, or of the length given."""
    rows = [
        (i, i + 1, length_m or abs(b - a), shapely.LineString([(a, 150), (b, 150)]))
        for i, (a, b) in enumerate(pairwise(stops))
    ]
    return gpd.GeoDataFrame(rows, columns=["u", "v", "length_m", "geometry"], geometry="geometry", crs=2154)


def facilities(*places, category="pmi"):
    """Facilities: code, x (None without coordinates), and the years they open and close."""
    rows = [
        {
            "code": code,
            "name": code,
            "category": category,
            "valid_from": pd.Timestamp(opens) if opens else pd.NaT,
            "valid_to": pd.Timestamp(closes) if closes else pd.NaT,
            "geometry": shapely.Point(x, 150) if x is not None else None,
        }
        for code, x, opens, closes in places
    ]
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=2154)


def addresses(*rows):
    """Addresses: code, x, persons, and y when they are not on the street."""
    frame = pd.DataFrame(
        [(code, people, shapely.Point(x, y[0] if y else 150)) for code, x, people, *y in rows],
        columns=["code", "population", "geometry"],
    )
    return gpd.GeoDataFrame(frame, geometry="geometry", crs=2154)


def populations(**people):
    """Municipal populations of communes, by code without its first letter."""
    rows = [
        ("population", code.removeprefix("c"), "cog2021", 2020, float(number), "observed", "com", "")
        for code, number in people.items()
    ]
    return pd.DataFrame(rows, columns=tables.MEASUREMENT_COLUMNS)


def surfaces(*boxes, **columns):
    return gpd.GeoDataFrame(columns, geometry=[shapely.box(*one) for one in boxes], crs=2154)


def materials(files, indicators, **edition):
    """Materials of edition 2024; `indicators` gives the year and the card of each."""
    content = {
        name: {"year": year, "inputs": {"qpv": list(cards), "reference": list(cards)}}
        for name, (year, *cards) in indicators.items()
    }
    file = EditionFile.model_validate(
        {"edition": 2024, "departement": "999", "perimeter": "qpv2024", "territories": {"qpv": "couche"},
         "indicators": content, **edition}
    )  # fmt: skip
    common = {"licence": "etalab-2.0", "obtained": dt.date(2024, 10, 2), "sha256": "0" * 64}
    cards = {
        name: Card.model_validate({**common, "id": name, "layout": layout, "source": source, **more})
        for name, (layout, source, more) in LAYOUTS.items()
    }
    return Materials(file, build(), built_in(), cards, files.__getitem__)

"""Streets, blocks of heat, trees and equipment: every trap is there, and shares are those of a real place."""

import csv
import hashlib
import json
import math
import os
import subprocess
import sys
from collections import Counter
from functools import cache
from itertools import pairwise

import geopandas as gpd
import networkx as nx
import pandas as pd
import pytest
import shapely
import yaml
from pyproj import Transformer

from oqhs.catalogue import load_catalogue
from oqhs.demo.files import raw_files
from oqhs.demo.settings import EDITIONS, edition
from oqhs.sources.cards import OWN_LAYOUTS, Card

STREETS = "rues/rues_999_overpass.json"
HEAT = "environnement/ilots_chaleur_2022.geojson"
TREES = "environnement/arbres_2022.geojson"
SERVICES = "equipements/pmi_eds_999.csv"
BPE = "equipements/bpe24_999.csv"
PARKS = "equipements/parcs_999.geojson"
NAMES = {
    STREETS: "rues-2024",
    HEAT: "ilots-chaleur-2022",
    TREES: "arbres-2022",
    SERVICES: "pmi-eds-2024",
    BPE: "bpe-2024",
    PARKS: "parcs-2024",
}
FOOT_ONLY = {"footway", "path", "pedestrian", "steps"}
#: Ten minutes at 4 km/h, and how far a place may be from a street.
REACH_M, SNAP_M = 4_000 / 6, 200
TO_L93 = Transformer.from_crs(4326, 2154, always_xy=True)


@pytest.fixture(scope="module")
def files():
    return {raw.path: raw for raw in raw_files() if raw.path in NAMES}


@pytest.fixture(scope="module")
def elements(files):
    return json.loads(files[STREETS].text)["elements"]


@pytest.fixture(scope="module")
def ways(elements):
    return [one for one in elements if one["type"] == "way"]


@pytest.fixture(scope="module")
def nodes(elements):
    held = [one for one in elements if one["type"] == "node"]
    xs, ys = TO_L93.transform([one["lon"] for one in held], [one["lat"] for one in held])
    return dict(zip([one["id"] for one in held], zip(xs, ys, strict=True), strict=True))


@pytest.fixture(scope="module")
def layers(files):
    def read(name):
        return gpd.GeoDataFrame.from_features(json.loads(files[name].text)["features"], crs=4326).to_crs(2154)

    return {name: read(name) for name in (HEAT, TREES, PARKS)}


@pytest.fixture(scope="module")
def quartiers(read_layer):
    return read_layer("qpv2024").set_index("code_qp").geometry


@pytest.fixture(scope="module")
def communes(read_layer):
    return read_layer("communes").set_index("DEPCOM").geometry


@pytest.fixture(scope="module")
def departement(communes):
    return communes[communes.index.str.startswith("999")].union_all()


def table(files, name):
    return list(csv.DictReader(files[name].text.splitlines(), delimiter=";"))


def placed(row):
    return shapely.Point(
        TO_L93.transform(*(float(row[key].replace(",", ".")) for key in ("longitude", "latitude")))
    )


def coordinates(geometry):
    if isinstance(geometry[0], float):
        yield geometry
    else:
        for part in geometry:
            yield from coordinates(part)


def walkable(tags):
    """Whether one walks there: the rules, written a second time for the tags that are met."""
    kind, foot = tags.get("highway"), tags.get("foot")
    if foot in {"no", "use_sidepath"} or (tags.get("access") == "private" and foot != "yes"):
        return False
    if kind in {None, "construction", "motorway", "motorway_link"}:
        return False
    return not (kind == "trunk" and "sidewalk" not in tags) and not (kind == "cycleway" and foot is None)


@pytest.fixture(scope="module")
def graph(ways, nodes):
    """The streets one walks on, cut every 25 metres or so: the nearest node is nearly the nearest street."""
    found = nx.Graph()
    for way in ways:
        for start, end in pairwise(way["nodes"]) if walkable(way["tags"]) else ():
            if {start, end} <= set(nodes):
                (x1, y1), (x2, y2) = nodes[start], nodes[end]
                parts = max(int(math.hypot(x2 - x1, y2 - y1) // 25), 1)
                between = [start, *((start, end, k) for k in range(1, parts)), end]
                for k, node in enumerate(between):
                    place = x1 + (x2 - x1) * k / parts, y1 + (y2 - y1) * k / parts
                    found.add_node(node, place=place)
                nx.add_path(found, between, metres=math.hypot(x2 - x1, y2 - y1) / parts)
    return found


@pytest.fixture(scope="module")
def snapped(graph):
    ids = list(graph)
    tree = shapely.STRtree(shapely.points([graph.nodes[node]["place"] for node in ids]))

    def snap(points):
        (_, which), distance_m = tree.query_nearest(points, return_distance=True, all_matches=False)
        return [ids[i] for i in which], distance_m

    return snap


def test_cards_validate_and_say_what_a_reader_needs(files):
    assert set(files) == set(NAMES)
    for path, raw in files.items():
        vouched = {"licence": "etalab-2.0", "obtained": "2024-10-02", "sha256": "0" * 64, "invented": True}
        card = Card.model_validate(raw.card | vouched)
        assert card.id == NAMES[path]
        assert card.layout in OWN_LAYOUTS
        assert card.title.endswith("(données inventées)")
        assert getattr(card, card.layout) is not None
    sizes = {path: len(raw.text.encode()) for path, raw in files.items()}
    assert sum(sizes.values()) < 900_000


def test_the_same_bytes_come_out_whatever_the_order_of_hashes(files):
    code = (
        "import hashlib\n"
        "from oqhs.demo import blocks, equipment, streets, trees\n"
        "made = [streets.streets(), blocks.heat_layer(), trees.canopy_layer()]\n"
        "made += [equipment.services(), equipment.bpe(), equipment.parks_layer()]\n"
        "print(hashlib.sha256(''.join(made).encode()).hexdigest())\n"
    )
    ours = hashlib.sha256("".join(files[path].text for path in NAMES).encode()).hexdigest()
    for seed in ("1", "2"):
        ran = subprocess.run(  # noqa: S603  our own interpreter and code
            [sys.executable, "-c", code],
            check=True,
            capture_output=True,
            text=True,
            env=os.environ | {"PYTHONHASHSEED": seed},
        )
        assert ran.stdout.strip() == ours


@pytest.mark.parametrize(("name", "decimals"), [(HEAT, 6), (TREES, 5), (PARKS, 6)])
def test_coordinates_are_rounded_and_a_feature_stands_on_a_line(files, name, decimals):
    features = json.loads(files[name].text)["features"]
    assert len(files[name].text.splitlines()) == len(features) + 2
    for feature in features:
        for longitude, latitude in coordinates(feature["geometry"]["coordinates"]):
            assert (round(longitude, decimals), round(latitude, decimals)) == (longitude, latitude)


def test_the_edition_of_2024_alone_is_measured_on_the_map_with_what_the_catalogue_holds():
    older, newer = (yaml.safe_load(edition(settings)) for settings in EDITIONS)
    catalogue = load_catalogue().indicators
    wanted = {
        "pmi_10_min": (2024, "pmi-eds-2024"),
        "eds_10_min": (2024, "pmi-eds-2024"),
        "pmi_minutes": (2024, "pmi-eds-2024"),
        "eds_minutes": (2024, "pmi-eds-2024"),
        "exposition_icu": (2022, "ilots-chaleur-2022"),
        "surface_arboree": (2022, "arbres-2022"),
        "colleges_300_m": (2024, "bpe-2024"),
        "parcs_300_m": (2024, "parcs-2024"),
    }
    assert newer["walking"] == {"streets": "rues-2024", "population": "rp-2020-com"}
    assert "walking" not in older
    assert not set(wanted) & set(older["indicators"])
    for name in set(wanted) & set(catalogue):
        year, card = wanted[name]
        assert newer["indicators"][name] == {
            "recipe": catalogue[name].recipe,
            "year": year,
            "inputs": {"qpv": [card], "reference": [card]},
        }
    assert set(newer["indicators"]) <= set(catalogue)


def test_streets_are_in_the_layout_of_overpass_nodes_first(files, elements, nodes, ways):
    content = json.loads(files[STREETS].text)
    assert list(content) == ["version", "generator", "elements"]
    assert "invent" in content["generator"]
    assert len(files[STREETS].text.splitlines()) == len(elements) + 2
    assert [one["type"] for one in elements] == ["node"] * len(nodes) + ["way"] * len(ways)
    assert len({way["id"] for way in ways}) == len(ways)
    # Two numberings, as in OpenStreetMap: an id alone does not tell an element.
    assert {way["id"] for way in ways} <= set(nodes)
    for one in elements[: len(nodes)]:
        assert (round(one["lat"], 6), round(one["lon"], 6)) == (one["lat"], one["lon"])
    assert any("highway" in one.get("tags", {}) for one in elements[: len(nodes)])


def test_more_than_15_percent_of_the_streets_are_for_pedestrians_only(ways):
    streets = [way["tags"]["highway"] for way in ways if "highway" in way["tags"]]
    assert 0.15 < sum(kind in FOOT_ONLY for kind in streets) / len(streets) < 0.5
    assert {"residential", "tertiary", "secondary", *FOOT_ONLY} <= set(streets)


@pytest.mark.parametrize(
    "tags",
    [
        {"highway": "residential", "oneway": "yes"},
        {"highway": "motorway", "oneway": "yes"},
        {"highway": "motorway_link"},
        {"highway": "trunk"},
        {"highway": "trunk", "sidewalk": "both"},
        {"highway": "service", "foot": "no"},
        {"highway": "residential", "foot": "use_sidepath"},
        {"highway": "service", "access": "private"},
        {"highway": "path", "access": "private", "foot": "yes"},
        {"highway": "cycleway"},
        {"highway": "cycleway", "foot": "designated"},
        {"highway": "steps"},
        {"highway": "pedestrian", "area": "yes"},
        {"highway": "construction"},
        {"railway": "rail"},
        {"waterway": "river"},
        {"building": "yes"},
    ],
)
def test_every_kind_of_way_is_met(ways, tags):
    assert any(way["tags"] == tags for way in ways)


def test_the_motorway_passes_over_the_streets_without_a_junction(ways):
    motorway = {node for way in ways if way["tags"].get("highway") == "motorway" for node in way["nodes"]}
    others = {
        node
        for way in ways
        if way["tags"].get("highway") not in {"motorway", "motorway_link"}
        for node in way["nodes"]
    }
    (slip,) = [way["nodes"] for way in ways if way["tags"].get("highway") == "motorway_link"]
    assert not motorway & others
    assert slip[0] in motorway
    assert slip[-1] in others


def test_the_trunk_road_and_the_motorway_cross_the_departement(ways, nodes, departement):
    west, south, east, north = departement.bounds
    for kind, axis, length in (("motorway", 0, east - west), ("trunk", 1, north - south)):
        places = [
            nodes[node][axis] for way in ways if way["tags"].get("highway") == kind for node in way["nodes"]
        ]
        assert max(places) - min(places) > 0.9 * length
    assert sum(way["tags"].get("sidewalk") == "both" for way in ways) == 1


def test_one_way_names_a_node_the_file_does_not_hold(ways, nodes):
    cut = [way for way in ways if not set(way["nodes"]) <= set(nodes)]
    assert len(cut) == 1
    assert sum(node not in nodes for node in cut[0]["nodes"]) == 1


def test_two_crossroads_are_joined_by_a_street_and_by_a_longer_one_and_two_by_the_same_twice(ways, nodes):
    straight = [pair for way in ways if "highway" in way["tags"] for pair in pairwise(way["nodes"])]
    direct = {frozenset(pair) for pair in straight}
    longer = [way for way in ways if len(way["nodes"]) == 3 and frozenset(way["nodes"][::2]) in direct]
    (detour,) = longer
    metres = [math.dist(nodes[start], nodes[end]) for start, end in pairwise(detour["nodes"])]
    assert sum(metres) > 1.05 * math.dist(nodes[detour["nodes"][0]], nodes[detour["nodes"][2]])
    assert len(straight) - len(direct) == 1


def test_some_footways_of_a_quartier_are_an_island_and_the_square_is_not(
    graph, ways, quartiers, snapped, cells
):
    main, island = sorted(nx.connected_components(graph), key=len, reverse=True)
    places = shapely.points([graph.nodes[node]["place"] for node in island])
    inside = quartiers[quartiers.contains(shapely.MultiPoint(places).centroid)]
    assert list(inside.index) == ["QN99914M"]
    (square,) = [way["nodes"] for way in ways if way["tags"].get("area") == "yes"]
    assert square[0] == square[-1]
    assert set(square) <= main
    # People live on the island, and some others too far from any street.
    nearest, distance_m = snapped(cells.to_crs(2154).centroid.to_numpy())
    assert 1 <= sum(node in island for node in nearest) <= 10
    assert 1 <= (distance_m > SNAP_M + 15).sum() <= 3


def test_streets_go_on_in_the_neighbouring_communes(nodes, communes):
    points = gpd.GeoSeries(shapely.points(list(nodes.values())), crs=2154)
    for code in ("99801", "99802"):
        assert points.within(communes[code]).sum() > 70


def test_blocks_have_the_fields_and_the_classes_of_their_producer(layers):
    heat = layers[HEAT]
    assert list(heat.columns.drop("geometry")) == ["alea_j_cl", "alea_n_cl", "lcz"]
    for field in ("alea_j_cl", "alea_n_cl"):
        assert set(heat[field]) == {-1, 1, 2, 3}
    assert (heat["alea_n_cl"] >= heat["alea_j_cl"]).mean() > 0.8
    assert (heat["alea_n_cl"] < heat["alea_j_cl"]).any()
    assert set(heat["lcz"]) <= set("123456789ABDEG")


def test_a_block_crosses_itself_one_is_in_two_parts_and_one_lies_over_others_that_are_not_hot(layers):
    heat = layers[HEAT]
    wrong = heat[~heat.is_valid]
    assert list(wrong["alea_j_cl"]) == [2]
    assert heat.geom_type.value_counts().to_dict() == {"Polygon": len(heat) - 1, "MultiPolygon": 1}
    sound = heat[heat.is_valid].reset_index(drop=True)
    i, j = sound.sindex.query(sound.geometry, predicate="overlaps")
    assert len(set(i) & set(j)) >= 2
    (over,) = {a for a in i if (i == a).sum() > 1}
    assert sound.loc[over, "alea_j_cl"] == 2
    assert (sound.loc[j[i == over], "alea_j_cl"] < 2).any()


def test_nine_tenths_of_the_ground_are_assessed_but_not_one_quartier(layers, quartiers, departement):
    seen = layers[HEAT].make_valid().union_all()
    assert 0.88 < departement.intersection(seen).area / departement.area < 0.94
    covered = quartiers.intersection(seen).area / quartiers.area
    assert list(covered.index[covered < 0.8]) == ["QN99930I"]
    assert covered["QN99930I"] == 0


@pytest.mark.parametrize(
    ("field", "inside", "everywhere"),
    [("alea_j_cl", (0.45, 0.55), (0.2, 0.3)), ("alea_n_cl", (0.5, 0.7), (0.3, 0.5))],
)
def test_quartiers_are_hotter_than_the_departement(layers, quartiers, departement, field, inside, everywhere):
    heat = layers[HEAT].assign(geometry=lambda one: one.make_valid())
    seen, hot = heat.union_all(), heat[heat[field] >= 2].union_all()
    of_quartiers = quartiers.intersection(hot).area.sum() / quartiers.intersection(seen).area.sum()
    of_all = departement.intersection(hot).area / departement.intersection(seen).area
    assert inside[0] < of_quartiers < inside[1]
    assert everywhere[0] < of_all < everywhere[1]
    each = (quartiers.intersection(hot).area / quartiers.intersection(seen).area).dropna()
    assert each.min() < 0.05
    assert each.max() > 0.9


def test_a_quarter_of_the_quartiers_and_a_third_of_the_departement_are_under_trees_and_shrubs(
    layers, quartiers, departement
):
    trees = layers[TREES]
    assert set(trees["strate"]) == {"arbre", "arbuste", "herbe"}
    assert trees.is_valid.all()
    wooded = trees[trees["strate"] != "herbe"].union_all()
    everything = trees.union_all()
    assert 0.22 < quartiers.intersection(wooded).area.sum() / quartiers.area.sum() < 0.28
    assert 0.30 < departement.intersection(wooded).area / departement.area < 0.35
    # Lawns would show if they were counted.
    assert quartiers.intersection(everything).area.sum() > 1.05 * quartiers.intersection(wooded).area.sum()
    assert departement.intersection(everything).area > 1.05 * departement.intersection(wooded).area


def test_crowns_overlap_stand_astride_and_one_is_tiny(layers, quartiers, communes, departement):
    wooded = layers[TREES][lambda one: one["strate"] != "herbe"]
    assert wooded.area.sum() > 1.05 * wooded.union_all().area
    met = pd.DataFrame({code: wooded.intersects(shape) for code, shape in quartiers.items()})
    assert (met.sum(axis=1) > 1).sum() == 1
    towns = pd.DataFrame({code: wooded.intersects(shape) for code, shape in communes.items()})
    assert (towns.sum(axis=1) > 1).sum() > 20
    beyond = wooded[wooded.disjoint(departement)]
    assert list(communes.index[communes.contains(beyond.geometry.iloc[0])]) == ["99801"]
    assert len(beyond) == 1
    assert (wooded.area < 100).sum() == 1


def test_services_that_are_shut_to_come_lost_or_something_else_are_there(files):
    rows = table(files, SERVICES)
    assert list(rows[0]) == ["identifiant", "nom", "type", "latitude", "longitude", "ouverture", "fermeture"]
    assert Counter(row["type"] for row in rows) == {"PMI": 34, "EDS": 15, "MDPH": 1}
    assert len({row["identifiant"] for row in rows}) == len(rows)
    assert [row["fermeture"] for row in rows if row["fermeture"]] == ["2019-06-28"]
    assert [row["ouverture"] for row in rows if row["ouverture"] > "2024-01-01"] == ["2027-01-04"]
    assert sum(not row["ouverture"] for row in rows) > 2
    assert all(bool(row["latitude"]) == bool(row["longitude"]) for row in rows)
    assert [row["type"] for row in rows if not row["latitude"]] == ["PMI"]
    assert all(row["latitude"][2] == "," for row in rows if row["latitude"])


def test_one_pmi_and_one_eds_stand_just_outside_the_departement(files, departement):
    located = [row for row in table(files, SERVICES) if row["latitude"]]
    beyond = [row for row in located if not departement.contains(placed(row))]
    assert sorted(row["type"] for row in beyond) == ["EDS", "PMI"]
    assert all(departement.distance(placed(row)) < 100 for row in beyond)


@pytest.fixture(scope="module")
def shares(files, graph, snapped, cells, quartiers, departement):
    """Part of the people of the quartiers, and of the département, who reach some services in ten minutes."""
    squares = cells[["ind", "geometry"]].to_crs(2154)
    starts, off_m = snapped(squares.centroid.to_numpy())
    whole = squares.area
    people = {
        "qpv": squares["ind"] * squares.intersection(quartiers.union_all()).area / whole,
        "999": squares["ind"] * squares.intersection(departement).area / whole,
    }

    def share(chosen):
        ends, aside_m = snapped([placed(row) for row in chosen])
        walked = nx.Graph(graph)
        for number, (end, metres) in enumerate(zip(ends, aside_m, strict=True)):
            walked.add_edge(number, end, metres=float(metres))
        far_m = nx.multi_source_dijkstra_path_length(walked, {*range(len(ends))}, weight="metres")
        near = [
            far_m.get(start, math.inf) + metres <= REACH_M and metres <= SNAP_M
            for start, metres in zip(starts, off_m, strict=True)
        ]
        return {place: weights[near].sum() / weights.sum() for place, weights in people.items()}

    @cache
    def of(kind, day="2024-01-01"):
        rows = [row for row in table(files, SERVICES) if row["type"] == kind and row["latitude"]]
        if day is None:
            return share(rows)
        opened = [row for row in rows if row["ouverture"] <= day]
        return share([row for row in opened if not row["fermeture"] or row["fermeture"] >= day])

    return of


@pytest.mark.parametrize(
    ("kind", "inside", "everywhere"), [("PMI", (0.42, 0.58), (0.12, 0.3)), ("EDS", (0.18, 0.32), (0.05, 0.2))]
)
def test_half_of_the_people_of_the_quartiers_walk_to_a_pmi_and_a_quarter_to_an_eds(
    shares, kind, inside, everywhere
):
    found = shares(kind)
    assert inside[0] < found["qpv"] < inside[1]
    assert everywhere[0] < found["999"] < everywhere[1]


def test_services_that_are_not_open_would_show_if_they_were_counted(shares):
    assert shares("PMI", day=None)["qpv"] > shares("PMI")["qpv"] + 0.01


def test_the_database_of_equipment_is_laid_out_as_that_of_insee(files):
    header, first, *_ = files[BPE].text.splitlines()
    assert header == '"REG";"DEP";"DEPCOM";"DCIRIS";"AN";"TYPEQU";"LAMBERT_X";"LAMBERT_Y";"QUALITE_XY"'
    assert first.startswith('99;"999";"999')
    rows = table(files, BPE)
    kinds = Counter(row["TYPEQU"] for row in rows)
    assert kinds == {"A504": 12, "B202": 8, "C201": 40, "C301": 7, "D108": 5, "D201": 9}
    lost = [row for row in rows if row["LAMBERT_X"] == "NA"]
    assert [row["TYPEQU"] for row in lost].count("C201") == 2
    assert len(lost) == 4
    assert all(row["LAMBERT_Y"] == "NA" and row["QUALITE_XY"] == "Non géolocalisé" for row in lost)


def test_equipment_stands_in_the_commune_and_the_iris_it_names(files, read_layer, communes, quartiers):
    iris = read_layer("iris").set_index("CODE_IRIS").geometry
    rows = table(files, BPE)
    for row in rows:
        code = row["DCIRIS"].replace("_", "")
        assert code in iris.index
        assert code.startswith(row["DEPCOM"])
        if row["LAMBERT_X"] != "NA":
            place = shapely.Point(float(row["LAMBERT_X"]), float(row["LAMBERT_Y"]))
            assert communes[row["DEPCOM"]].distance(place) < 1
            assert iris[code].distance(place) < 1
    colleges = [row for row in rows if row["TYPEQU"] == "C201" and row["LAMBERT_X"] != "NA"]
    points = [shapely.Point(float(row["LAMBERT_X"]), float(row["LAMBERT_Y"])) for row in colleges]
    away_m = pd.Series([quartiers.distance(point).min() for point in points])
    assert (away_m == 0).sum() >= 5
    assert away_m.between(1, 300).sum() >= 5
    assert (away_m > 300).sum() >= 5


def test_some_parks_are_near_a_quartier_one_near_two_one_over_one_and_one_just_too_far(layers, quartiers):
    parks = layers[PARKS]
    assert list(parks["id"]) == [f"P{number:02d}" for number in range(1, 16)]
    assert parks["nom"].is_unique
    assert parks.is_valid.all()
    assert list(parks.geom_type).count("MultiPolygon") == 1
    away_m = pd.DataFrame({code: parks.distance(shape) for code, shape in quartiers.items()})
    near = (away_m <= 300).sum(axis=1)
    assert 8 <= (near > 0).sum() <= 12
    assert (near == 2).sum() == 1
    assert near.max() == 2
    assert (away_m.min(axis=1) == 0).sum() == 1
    assert away_m.min(axis=1).between(300, 320, inclusive="neither").sum() == 1

"""A layer of territories comes valid, in metres where it can, with its codes checked."""

import json

import geopandas as gpd
import pyproj
import pytest
import shapely

from oqhs import sources
from oqhs.sources.perimeters import LAYER_COLUMNS

# Near Créteil, in EPSG:2154.
X, Y = 658_000, 6_853_000


def square(x=X, y=Y, side=100):
    return shapely.box(x, y, x + side, y + side)


@pytest.fixture
def layer(tmp_path):
    """Write a layer; a list is a field of its own, a format comes from the name."""

    def _layer(codes, geometry, name="qpv.gpkg", crs=2154, **fields):
        names = {"code_qp": codes, "lib_qp": [f"Quartier {code}" for code in codes]}
        frame = gpd.GeoDataFrame(fields or names, geometry=geometry, crs=crs)
        path = tmp_path / name
        if name.endswith(".parquet"):
            frame.to_parquet(path)
        else:
            frame.to_file(path)
        return path

    return _layer


def test_a_layer_has_its_seven_columns_sorted_by_territory(layer):
    frame = sources.read(layer(["QN09402M", " qn09401m "], [square(), square(X + 200)]))
    assert list(frame.columns) == LAYER_COLUMNS
    assert frame["territory"].tolist() == ["QN09401M", "QN09402M"]
    assert frame["kind"].unique().tolist() == ["qpv"]
    assert frame["perimeter"].unique().tolist() == ["qpv2024"]
    assert frame["label_article"].iloc[1] == "dans le quartier Quartier QN09402M"
    assert frame.crs.to_epsg() == 2154
    assert frame.geometry.area.tolist() == [10_000.0, 10_000.0]


def test_the_list_of_communes_of_a_quartier_is_kept_as_written(layer):
    fields = {"CODE_QP": ["QN09441N"], "LIB_QP": ["Lallier"], "INSEE_COM": ["94021, 94038"], "SIREN": ["1"]}
    reading = sources.load(layer([], [square()], **fields))
    assert reading.frame["communes"].tolist() == ["94021, 94038"]
    assert reading.unmapped == ("SIREN",)


def test_a_name_that_reads_na_is_a_name(layer):
    fields = {"CODE_QP": ["QN09441N"], "LIB_QP": ["NA"]}
    assert sources.read(layer([], [square()], **fields))["label"].tolist() == ["NA"]


def test_a_bow_tie_is_repaired_into_its_two_triangles_and_counted(layer):
    # (0,0) (100,100) (100,0) (0,100): two triangles of base 100 and height 50, 2 × 2 500 m².
    corners = [(0, 0), (100, 100), (100, 0), (0, 100)]
    bow_tie = shapely.Polygon([(X + x, Y + y) for x, y in corners])
    reading = sources.load(layer(["QN09401M", "QN09402M"], [bow_tie, square()]))
    assert reading.repaired == 1
    repaired = reading.frame.geometry.iloc[0]
    assert repaired.is_valid
    assert repaired.area == pytest.approx(5_000)
    assert repaired.geom_type == "MultiPolygon"


def test_a_spike_is_dropped_from_a_repaired_quartier(layer):
    # A square of 100 m with a line of 50 m that goes out and comes back: the surface is the square.
    corners = [(0, 0), (100, 0), (100, 100), (100, 150), (100, 100), (0, 100)]
    spiked = shapely.Polygon([(X + x, Y + y) for x, y in corners])
    reading = sources.load(layer(["QN09401M"], [spiked]))
    assert reading.repaired == 1
    (geometry,) = reading.frame.geometry
    assert geometry.geom_type == "Polygon"
    assert geometry.area == pytest.approx(10_000)


def test_heights_are_dropped(layer):
    high = shapely.Polygon([(X, Y, 5), (X + 100, Y, 5), (X + 100, Y + 100, 5), (X, Y + 100, 5)])
    (geometry,) = sources.read(layer(["QN09401M"], [high])).geometry
    assert not geometry.has_z
    assert geometry.area == pytest.approx(10_000)


@pytest.mark.parametrize("origin", [27572, 4326, 3857])
def test_any_system_of_the_metropole_comes_in_lambert_93_where_it_should_be(layer, origin):
    # The square of Créteil taken to another system and back: no corner moves by more than 2 m,
    # the precision of the transformation between the old datum and the new one.
    shape = gpd.GeoSeries([square(side=500)], crs=2154).to_crs(origin)
    frame = sources.read(layer(["QN09401M"], list(shape), crs=origin))
    assert frame.crs.to_epsg() == 2154
    assert frame.geometry.iloc[0].hausdorff_distance(square(side=500)) < 2


def test_the_old_lambert_of_the_shapefile_of_2015_lands_in_creteil(layer):
    # 48.777 N, 2.453 E is Créteil: Lambert II étendu puts it at about (607 900, 2 420 100).
    fields = {"CODE_QP": ["QP094001"], "NOM_QP": ["Créteil"]}
    path = layer([], [square(607_900, 2_420_100)], name="QPV.shp", crs=27572, **fields)
    frame = sources.read(path)
    to_degrees = pyproj.Transformer.from_crs(2154, 4326, always_xy=True)
    longitude, latitude = to_degrees.transform(*frame.geometry.iloc[0].centroid.coords[0])
    assert (longitude, latitude) == (pytest.approx(2.453, abs=0.05), pytest.approx(48.777, abs=0.05))
    assert frame["perimeter"].tolist() == ["qpv2015"]
    assert frame["label"].tolist() == ["Créteil"]


def test_a_layer_of_the_metropole_and_overseas_stays_in_degrees(layer):
    shapes = [shapely.box(2.45, 48.77, 2.46, 48.78), shapely.box(-61.6, 16.2, -61.5, 16.3)]
    frame = sources.read(layer(["QN09401M", "QN97101M"], shapes, crs=4326))
    assert frame.crs.to_epsg() == 4326
    assert frame.geometry.iloc[0].bounds == pytest.approx((2.45, 48.77, 2.46, 48.78))


@pytest.mark.parametrize(
    ("code", "west", "south", "cosine", "epsg"),
    [
        ("QN97101M", -61.6, 16.2, 0.960, 5490),
        ("QP972001", -61.1, 14.6, 0.968, 5490),
        ("QN97301N", -52.4, 4.9, 0.996, 2972),
        ("QN97401I", 55.4, -20.9, 0.934, 2975),
        ("QN97601C", 45.2, -12.8, 0.975, 4471),
    ],
)
def test_a_layer_of_one_overseas_departement_comes_in_its_own_system(layer, code, west, south, cosine, epsg):
    frame = sources.read(layer([code], [shapely.box(west, south, west + 0.01, south + 0.01)], crs=4326))
    assert frame.crs.to_epsg() == epsg
    # 0.01° × 0.01° is 1.11 km by 1.11 km × cos(latitude)
    expected_m2 = 1_110**2 * cosine
    assert frame.geometry.area.iloc[0] == pytest.approx(expected_m2, rel=0.02)


@pytest.mark.parametrize("code", ["QP987001", "QP978001"])
def test_a_place_without_a_known_system_is_not_put_in_lambert_93(layer, code):
    frame = sources.read(layer([code], [shapely.box(-149.6, -17.6, -149.5, -17.5)], crs=4326))
    assert frame.crs.to_epsg() != 2154


def test_corsica_is_in_lambert_93(layer):
    frame = sources.read(layer(["QN02A01M"], [shapely.box(8.7, 41.9, 8.8, 42.0)], crs=4326))
    assert frame.crs.to_epsg() == 2154


def test_every_format_gives_the_same_layer(layer):
    codes, shapes = (
        ["QN09401M", "QN09402M"],
        [shapely.box(2.45, 48.77, 2.46, 48.78), shapely.box(2.47, 48.77, 2.48, 48.78)],
    )
    frames = [
        sources.read(layer(codes, shapes, name=f"qpv{suffix}", crs=4326))
        for suffix in (".geojson", ".gpkg", ".parquet")
    ]
    for frame in frames[1:]:
        assert frame.drop(columns="geometry").equals(frames[0].drop(columns="geometry"))
        assert frame.geometry.geom_equals_exact(frames[0].geometry, tolerance=1e-6).all()


def test_the_geometry_of_a_parquet_layer_may_have_any_name(layer, tmp_path):
    frame = gpd.read_file(layer(["QN09401M"], [square()])).rename_geometry("geom")
    frame.to_parquet(tmp_path / "geom.parquet")
    reading = sources.load(tmp_path / "geom.parquet")
    assert reading.frame.geometry.area.tolist() == [10_000.0]
    assert reading.unmapped == ()


def test_communes_are_recognised_and_take_the_perimeter_of_their_card(layer, carded):
    path = layer([], [square()], DEPCOM=["94043"], LIBCOM=["Le Kremlin-Bicêtre"])
    frame = sources.read(carded(path, layout="communes_depcom", perimeter="cog2024"))
    assert frame.drop(columns=["geometry", "communes"]).to_numpy().tolist() == [
        ["94043", "commune", "cog2024", "Le Kremlin-Bicêtre", "au Kremlin-Bicêtre"]
    ]


def test_a_layer_of_communes_is_on_the_perimeter_it_is_said_to_be(layer):
    path = layer([], [square()], DEPCOM=["94028"], LIBCOM=["Créteil"])
    assert sources.read(path, perimeter="cog2021")["perimeter"].tolist() == ["cog2021"]


def test_a_year_does_not_contradict_the_perimeter_of_quartiers(layer):
    assert sources.read(layer(["QN09401M"], [square()]), year=2024)["perimeter"].tolist() == ["qpv2024"]


def test_a_layer_of_another_origin_is_read_by_the_fields_of_its_card(layer, carded):
    path = layer(
        [], [square(), square(X + 500)], CODE=["T11", "T10"], NOM=["Sud Est Avenir", "Marne et Bois"]
    )
    fields = {"kind": "ept", "territory": "code", "name": "nom"}
    carded(path, layout="mapped_layer", layer=fields, perimeter="cog2024")
    reading = sources.load(path)
    assert (reading.layout, reading.territories) == ("mapped_layer", 2)
    assert reading.frame["territory"].tolist() == ["T10", "T11"]
    assert reading.frame["kind"].unique().tolist() == ["ept"]
    assert reading.frame["label_article"].iloc[0] == "dans l'EPT Marne et Bois"


def test_geojson_without_a_crs_is_in_degrees_as_its_standard_says(tmp_path):
    ring = [[2.45, 48.77], [2.46, 48.77], [2.46, 48.78], [2.45, 48.77]]
    feature = {
        "type": "Feature",
        "properties": {"code_qp": "QN09401M", "lib_qp": "a"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    path = tmp_path / "qpv.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    frame = sources.read(path)
    assert frame.crs.to_epsg() == 2154
    # half of 0.01° × 0.01° at 48.775 N: 0.5 × 1 112 m × 734 m ≈ 408 000 m²
    assert frame.geometry.area.iloc[0] == pytest.approx(408_000, rel=0.01)

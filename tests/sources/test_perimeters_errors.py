"""A layer that could put a quartier in the wrong place, or nowhere, is refused."""

import geopandas as gpd
import pytest
import shapely

from oqhs import sources
from oqhs.errors import CRSError, DataError, LayoutError

SQUARE = shapely.box(658_000, 6_853_000, 658_100, 6_853_100)
without_surface = pytest.mark.parametrize(
    "shape",
    [
        shapely.Polygon([(658_000, 6_853_000), (658_100, 6_853_000), (658_000, 6_853_000)]),
        shapely.Point(658_000, 6_853_000),
        shapely.LineString([(658_000, 6_853_000), (658_100, 6_853_000)]),
    ],
    ids=["collapsed polygon", "point", "line"],
)


@pytest.fixture
def layer(tmp_path):
    """Write a GeoParquet layer, which keeps any geometry as it is."""

    def _layer(codes, geometry, crs=2154, names=None):
        names = names if names is not None else [f"Quartier {code}" for code in codes]
        path = tmp_path / "qpv.parquet"
        gpd.GeoDataFrame({"code_qp": codes, "lib_qp": names}, geometry=geometry, crs=crs).to_parquet(path)
        return path

    return _layer


@pytest.mark.parametrize("name", ["a.geojson", "a.json", "a.shp", "a.gpkg"])
@pytest.mark.parametrize("content", [b"zzz", b'{"a": 1}', b""])
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_file_that_is_not_a_layer_is_said_so(write, refused, name, content):
    path = write(content, name=name)
    (problem,) = refused(LayoutError, sources.read, path)
    assert problem.what.startswith("this is not a layer")
    assert (problem.file, problem.allowed) == (path, "GeoJSON, Shapefile, GeoPackage or GeoParquet")


@pytest.mark.parametrize("name", ["qpv.parquet", "qpv.shp"])
def test_a_layer_without_a_reference_system_is_never_guessed(tmp_path, refused, name):
    path = tmp_path / name
    frame = gpd.GeoDataFrame({"code_qp": ["QN09401M"], "lib_qp": ["a"]}, geometry=[SQUARE], crs=2154)
    if name.endswith("parquet"):
        frame.set_crs(None, allow_override=True).to_parquet(path)
    else:
        frame.to_file(path)
        path.with_suffix(".prj").unlink()
    (problem,) = refused(CRSError, sources.read, path)
    assert (problem.what, problem.file) == ("the layer says no coordinate reference system", path)
    assert "a .prj file" in problem.allowed
    assert "never guessed" in problem.todo


def test_unknown_fields_are_told_with_the_known_ones(tmp_path, refused):
    path = tmp_path / "zones.gpkg"
    gpd.GeoDataFrame({"zone": ["A"]}, geometry=[SQUARE], crs=2154).to_file(path)
    (problem,) = refused(LayoutError, sources.read, path)
    assert (problem.what, problem.file) == ("no layer of the catalogue has these fields", path)
    assert problem.found == "zone, geometry"
    assert "CODE_QP and LIB_QP" in problem.allowed
    assert "layout: mapped_layer" in problem.todo


def test_a_field_of_the_card_that_the_layer_does_not_have_is_told(layer, carded, refused):
    fields = {"kind": "ept", "territory": "SIREN", "name": "lib_qp"}
    path = carded(layer(["T11"], [SQUARE]), layout="mapped_layer", layer=fields)
    (problem,) = refused(DataError, sources.read, path)
    assert (problem.what, problem.file) == ("the card names a field the layer does not have", path)
    assert (problem.found, problem.allowed) == ("SIREN", "code_qp, lib_qp, geometry")


def test_a_field_of_communes_that_the_layer_does_not_have_is_told(layer, carded, refused):
    fields = {"kind": "qpv", "territory": "code_qp", "name": "lib_qp", "communes": "INSEE"}
    path = carded(layer(["QN09401M"], [SQUARE]), layout="mapped_layer", layer=fields)
    (problem,) = refused(DataError, sources.read, path)
    assert problem.found == "INSEE"


def test_a_card_whose_layout_contradicts_the_fields_is_refused(layer, carded, refused):
    path = carded(layer(["QN09401M"], [SQUARE]), layout="communes_depcom")
    (problem,) = refused(DataError, sources.read, path)
    assert (problem.what, problem.file) == ("the card says another layout than the fields", path)
    assert (problem.column, problem.found, problem.allowed) == (
        "layout",
        "communes_depcom",
        "perimetres_qpv_lib",
    )


@pytest.mark.parametrize("code", ["QN09401", "94028", "NA", ""])
def test_a_code_of_another_kind_is_told(layer, refused, code):
    path = layer(["QN09402M", code], [SQUARE, SQUARE])
    (problem,) = refused(DataError, sources.read, path)
    assert (problem.what, problem.file) == ("this is not the code of a territory of this kind", path)
    assert (problem.line, problem.column, problem.found) == (2, "CODE_QP", code)
    assert "quartier 2024" in problem.allowed


def test_duplicates_missing_and_empty_geometries_are_told_at_once(layer, refused):
    codes = ["QN09401M", "qn09401m", "QN09402M", "QN09403M"]
    path = layer(codes, [SQUARE, SQUARE, None, shapely.Polygon()])
    problems = refused(DataError, sources.read, path)
    assert {(problem.what, problem.line, problem.found) for problem in problems} == {
        ("this territory stands twice", 2, "QN09401M"),
        ("this territory has no geometry", 3, "QN09402M"),
        ("this territory has no geometry", 4, "QN09403M"),
    }
    assert {(problem.file, problem.column) for problem in problems} == {(path, "CODE_QP")}


@without_surface
def test_a_quartier_without_a_surface_is_kept_empty_and_listed(layer, shape):
    # No territory is lost: real simplified layers reduce some quartiers to a point.
    reading = sources.load(layer(["QN09401M", "QN09402M"], [SQUARE, shape]))
    assert reading.frame["territory"].tolist() == ["QN09401M", "QN09402M"]
    assert reading.without_surface == ("QN09402M",)
    assert reading.frame.geometry.area.tolist() == [pytest.approx(SQUARE.area), 0.0]


@without_surface
def test_a_layer_without_any_surface_is_refused(layer, refused, shape):
    path = layer(["QN09401M", "QN09402M"], [shape, shape])
    (problem,) = refused(LayoutError, sources.read, path)
    assert (problem.what, problem.file, problem.allowed) == ("this layer has no surface", path, "polygons")


def test_a_quartier_without_a_name_is_refused_rather_than_called_nan(layer, refused):
    path = layer(["QN09401M", "QN09402M"], [SQUARE, SQUARE], names=["a", None])
    (problem,) = refused(DataError, sources.read, path)
    assert (problem.file, problem.line, problem.column) == (path, 2, "LIB_QP")


def test_a_perimeter_that_contradicts_the_codes_is_refused(layer, refused):
    path = layer(["QN09401M"], [SQUARE])
    (problem,) = refused(DataError, sources.read, path, perimeter="qpv2015")
    assert (problem.what, problem.file) == ("the codes say another perimeter", path)
    assert (problem.column, problem.found, problem.allowed) == ("perimeter", "qpv2015", "qpv2024")


def test_communes_without_a_perimeter_are_refused(tmp_path, refused):
    path = tmp_path / "communes.gpkg"
    fields = {"DEPCOM": ["94028"], "LIBCOM": ["Créteil"]}
    gpd.GeoDataFrame(fields, geometry=[SQUARE], crs=2154).to_file(path)
    (problem,) = refused(DataError, sources.read, path)
    assert problem.what == "nothing says on which perimeter these territories are"
    assert (problem.file, problem.column) == (path, "perimeter")
    assert "cog2021" in problem.allowed
    assert "read(path, perimeter=" in problem.todo


def test_a_layer_without_a_feature_is_refused(write, refused):
    path = write('{"type": "FeatureCollection", "features": []}', name="vide.geojson")
    (problem,) = refused(LayoutError, sources.read, path)
    assert problem.file == path

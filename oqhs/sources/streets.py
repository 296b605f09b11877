"""Streets: a file of OpenStreetMap or of lines, read as the edges one may walk.

Lengths are measured on the ellipsoid (GRS80), but for a layer that is already in the projected system of
its territory, which is measured as it is drawn: the scale of Lambert-93 is off by 0.10 % at most from 43° to
50° of latitude north, by 0.24 % in the north of France and 0.31 % in the south of Corsica. A length a
graph gives is taken where it differs from the drawing by more than a sphere does from the ellipsoid.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import CRS
from pyproj.exceptions import CRSError as UnknownCRSError

from oqhs.errors import CRSError, DataError, LayoutError
from oqhs.sources.graphml import read_graphml
from oqhs.sources.overpass import load_overpass, read_overpass
from oqhs.sources.street_edges import WGS84, Ways, edges_of
from oqhs.sources.street_layers import read_line_layer, read_osm_file
from oqhs.sources.walkable import (
    reasons_out,
    refuse_driving_network,
    unknown_values,
    vocabulary_of,
    walking_rules,
)

EDGE_COLUMNS = ["u", "v", "length_m", "geometry"]
#: Why a walkable way gives no edge: it has no line, or a single point of one.
WITHOUT_LINE = "without_line"
_HEAD = 4096
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class StreetReport:
    """What came out of a file of streets, and what did not.

    `layout` is `overpass`, `graphml`, `osm` or `lines`; `vocabulary` the rules applied, None where the
    ways say nothing of their nature and were all kept. `ways_read` is `ways_kept` + `merged` (drawn
    again, or the other direction of one) + all those of `left_out`, by rule. `unknown_values` counts the
    ways whose nature is listed nowhere; `unsaid` names the tags the rules look at and a graph or a layer
    does not have, so that those rules left nothing out (OSMnx leaves `foot` out unless it is asked to
    keep it); `missing_nodes` the nodes ways name and the file does not hold,
    where they are split; `lengths_given` the edges measured by the file and not by their drawing.
    """

    path: Path
    layout: str
    vocabulary: str | None
    attribution: str
    ways_read: int
    ways_kept: int
    merged: int
    left_out: Mapping[str, int]
    unknown_values: Mapping[str, int]
    unsaid: tuple[str, ...]
    missing_nodes: int
    lengths_given: int
    nodes: int
    components: int


@dataclass(frozen=True)
class Streets:
    """Edges one may walk, either way, and the report of their reading.

    `edges` has `u` and `v` (nodes, from 0 to n - 1, u ≤ v), `length_m` and `geometry`, a line from `u` to
    `v` in a projected system in metres. Parallel edges and loops are kept.
    """

    edges: gpd.GeoDataFrame
    report: StreetReport


def read_streets(
    path: Path | str, *, layer: str | None = None, crs: str | int | None = None, pedestrian_only: bool = True
) -> Streets:
    """Read the streets one may walk.

    What the file is shows in its content: an answer of Overpass (JSON), a graph of OSMnx (GraphML), an
    OpenStreetMap extract (.osm, .osm.pbf), else a layer of lines (GeoPackage, Shapefile, GeoJSON,
    GeoParquet). The rules are those of `referentiel/marche.yaml`; a one-way street is walked both ways.

    Parameters
    ----------
    path : Path
        File.
    layer : str, optional
        Layer of a file that holds several.
    crs : str or int, optional
        System of a file that says none.
    pedestrian_only : bool
        Whether a network drawn for cars is refused; the rules hold either way.

    Returns
    -------
    Streets
        Edges in the system of their territory (EPSG:2154 in the metropole), or in their own elsewhere.

    Raises
    ------
    LayoutError
        The file is of no kind known, holds several layers, has no line, or is a driving network.
    CRSError
        The system is not said, contradicts the file or does not fit the coordinates; or they are swapped.
    DataError
        The file holds no street, none that may be walked, or something that cannot be accepted.

    Examples
    --------
    >>> import tempfile, shapely
    >>> ways = [[[658000, 6853000], [658100, 6853000]], [[658100, 6853000], [659000, 6853000]]]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "troncon_de_route.parquet"
    ...     nature = {"nature": ["Sentier", "Type autoroutier"]}
    ...     gpd.GeoDataFrame(nature, geometry=shapely.linestrings(ways), crs=2154).to_parquet(path)
    ...     streets = read_streets(path)
    >>> streets.edges[["u", "v", "length_m"]].to_numpy().tolist(), dict(streets.report.left_out)
    ([[0.0, 1.0, 100.0]], {'autoroute': 1})
    """
    path = Path(path)
    layout, ways = _read(path, layer, crs)
    return _walkable(path, layout, ways, pedestrian_only=pedestrian_only)


def _walkable(path: Path, layout: str, ways: Ways, *, pedestrian_only: bool) -> Streets:
    """Keep the ways one may walk, make edges of them, and tell what became of the others."""
    if not len(ways.tags):
        raise DataError(
            "this file holds no street", file=path, allowed="ways, or lines", todo="extract it again"
        )
    vocabulary = vocabulary_of(ways.tags)
    reasons = pd.Series(pd.NA, index=ways.tags.index, dtype="str")
    if vocabulary is not None:
        reasons = reasons_out(ways.tags, vocabulary)
    rules = walking_rules()
    edges, drawn, given = edges_of(path, ways, reasons.isna().to_numpy(), rules.lengths)
    reasons = reasons.mask(reasons.isna().to_numpy() & ~drawn, WITHOUT_LINE)
    left_out = {str(name): int(count) for name, count in reasons.value_counts().sort_index().items()}
    _refuse_nothing(path, edges, left_out)
    if pedestrian_only and vocabulary is not None:
        refuse_driving_network(path, ways.tags, vocabulary)
    spoken = "osm" if layout != "lines" else vocabulary
    nodes = int(edges[["u", "v"]].to_numpy().max()) + 1
    report = StreetReport(
        path=path,
        layout=layout,
        vocabulary=vocabulary,
        attribution=rules.vocabularies[spoken].attribution if spoken is not None else "",
        ways_read=len(ways.tags) + ways.merged,
        ways_kept=int(reasons.isna().sum()),
        merged=ways.merged,
        left_out=left_out,
        unknown_values=unknown_values(ways.tags, vocabulary) if vocabulary is not None else {},
        unsaid=_unsaid(ways.tags, vocabulary) if layout in {"graphml", "lines"} else (),
        missing_nodes=ways.missing_nodes,
        lengths_given=given,
        nodes=nodes,
        components=_components(edges, nodes),
    )
    return Streets(edges[EDGE_COLUMNS], report)


def _unsaid(tags: pd.DataFrame, vocabulary: str | None) -> tuple[str, ...]:
    looked = () if vocabulary is None else walking_rules().vocabularies[vocabulary].tags
    return tuple(tag for tag in looked if tag not in tags)


def _read(path: Path, layer: str | None, crs: str | int | None) -> tuple[str, Ways]:
    """Read the ways of a file by the reader of its kind."""
    try:
        with path.open("rb") as stream:
            head = stream.read(_HEAD).removeprefix(_BOM).lstrip()
    except OSError as error:
        raise LayoutError(f"this file cannot be opened: {error.strerror}", file=path) from error
    if b"<graphml" in head and head.startswith(b"<"):
        _refuse_layer(path, layer)
        return "graphml", read_graphml(path, crs=crs)
    if (b"<osm" in head and head.startswith(b"<")) or b"OSMHeader" in head[:64]:
        _refuse_layer(path, layer)
        _refuse_system(path, crs)
        return "osm", read_osm_file(path)
    answer = load_overpass(path, head)
    if answer is not None:
        _refuse_layer(path, layer)
        _refuse_system(path, crs)
        return "overpass", read_overpass(path, answer)
    return "lines", read_line_layer(path, layer=layer, crs=crs)


def _refuse_layer(path: Path, layer: str | None) -> None:
    if layer is not None:
        raise LayoutError(
            "this file has no layers", file=path, column="layer", found=layer, todo="leave the layer out"
        )


def _refuse_system(path: Path, crs: str | int | None) -> None:
    """Refuse another system than that of OpenStreetMap."""
    if crs is None:
        return
    try:
        same = CRS.from_user_input(crs).equals(CRS(WGS84), ignore_axis_order=True)
    except UnknownCRSError:
        same = False
    if not same:
        raise CRSError(
            "OpenStreetMap has a coordinate reference system of its own",
            file=path,
            column="crs",
            found=crs,
            allowed="EPSG:4326",
            todo="leave it out",
        )


def _refuse_nothing(path: Path, edges: gpd.GeoDataFrame, left_out: Mapping[str, int]) -> None:
    if not len(edges):
        raise DataError(
            "no street of this file may be walked",
            file=path,
            found=", ".join(f"{name}: {count}" for name, count in left_out.items()),
            allowed="one way at least that the rules of referentiel/marche.yaml keep",
            todo="extract the streets again with those of people on foot",
        )


def _components(edges: gpd.GeoDataFrame, nodes: int) -> int:
    """Count the parts of the network that nothing joins."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    ends = (edges["u"].to_numpy(), edges["v"].to_numpy())
    joined = coo_array((np.ones(len(edges)), ends), shape=(nodes, nodes))
    return int(connected_components(joined, directed=False, return_labels=False))

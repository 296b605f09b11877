"""Street graphs in GraphML, as OSMnx saves them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

import numpy as np
import pandas as pd
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError as UnknownCRSError

from oqhs.errors import CRSError, DataError, LayoutError, Problem
from oqhs.sources.street_edges import Ways
from oqhs.sources.walkable import walking_rules

#: How far the line of an edge may end from its nodes, in the unit of the graph (0.1 m, or in degrees).
_NEAR = 1e-6
_NEAR_M = 0.1
_LOST = (np.nan, np.nan)


@dataclass
class _Graph:
    """What is read of a graph: places of the nodes by id, and the attributes of its edges."""

    wanted: dict[str, tuple[str, ...]]
    directed: bool = True
    crs: str | None = None
    nodes: dict[str, dict[str, str]] = field(default_factory=dict)
    ends: list[tuple[str, str]] = field(default_factory=list)
    edges: list[dict[str, str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)


class _Reader:
    """Fills a graph while its document streams by; a document type is refused, and entities with it."""

    def __init__(self, path: Path, graph: _Graph) -> None:
        self.path, self.graph = path, graph
        self.keys: dict[str, tuple[str, str]] = {}
        self.holder: dict[str, str] | None = None
        self.name: str | None = None
        self.text: list[str] = []
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self.whole: dict[str, str] = {}

    def _refuse(self, *_: object) -> None:
        raise LayoutError(
            "a document type is not accepted in a graph",
            file=self.path,
            line=self.parser.CurrentLineNumber,
            found="<!DOCTYPE",
            allowed="GraphML as OSMnx saves it, which has none",
        )

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        kind = tag.rsplit(":", 1)[-1]
        if kind == "data":
            owner, name = self.keys.get(attributes.get("key", ""), ("", ""))
            self.name = name if name in self.graph.wanted.get(owner, ()) else None
            self.text = []
        elif kind == "edge":
            self.holder = {}
            self.graph.ends.append((attributes.get("source", ""), attributes.get("target", "")))
            self.graph.edges.append(self.holder)
            self.graph.lines.append(self.parser.CurrentLineNumber)
        elif kind == "node":
            self.holder = self.graph.nodes[attributes.get("id", "")] = {}
        elif kind == "graph":
            self.holder = self.whole
            self.graph.directed = attributes.get("edgedefault") != "undirected"
        elif kind == "key":
            self.keys[attributes.get("id", "")] = (attributes.get("for", ""), attributes.get("attr.name", ""))

    def _characters(self, text: str) -> None:
        if self.name is not None:
            self.text.append(text)

    def _end(self, tag: str) -> None:
        kind = tag.rsplit(":", 1)[-1]
        if kind == "data" and self.name is not None and self.holder is not None:
            self.holder[self.name] = "".join(self.text).strip()
            self.name = None
        elif kind in {"node", "edge"}:
            self.holder = self.whole


def read_graphml(path: Path, *, crs: str | int | None) -> Ways:
    """Read the edges of a street graph saved by OSMnx.

    Each edge runs along the line it gives, or straight between its nodes. In a directed graph the two
    directions of one street become one edge; parallel edges are kept.

    Raises
    ------
    LayoutError
        The file is not XML, has a document type, or is not a graph.
    CRSError
        Neither the graph nor the caller says a system, or they disagree.
    DataError
        A node has no place, an edge has no such node, its line does not join them, or its length is no
        number of metres.
    """
    tags = walking_rules().vocabularies["osm"].tags
    wanted = {"node": ("x", "y"), "edge": (*tags, "length", "geometry"), "graph": ("crs",)}
    graph = _Graph(wanted)
    reader = _Reader(path, graph)
    try:
        with path.open("rb") as stream:
            reader.parser.ParseFile(stream)
    except (expat.ExpatError, LookupError, ValueError) as error:
        if isinstance(error, LayoutError):
            raise
        raise LayoutError(
            f"this is not XML: {error}", file=path, todo="save the graph again: it may have been cut"
        ) from error
    graph.crs = reader.whole.get("crs")
    system = _system(path, graph.crs, crs)
    frame = pd.DataFrame(graph.edges, columns=[*tags, "length", "geometry"], dtype="str")
    starts, ends = _end_points(path, graph)
    shapes = _lines(path, graph, frame["geometry"], starts, ends, system)
    lengths = _lengths(path, graph, frame["length"])
    kept = _one_direction(graph, shapes, lengths)
    xy, part = shapely.get_coordinates(shapes[kept], return_index=True)
    return Ways(
        frame.loc[kept, list(tags)].dropna(axis=1, how="all").reset_index(drop=True),
        np.arange(len(kept)),
        part,
        xy,
        system,
        length_m=lengths[kept],
        line=np.array(graph.lines, dtype=np.int64)[kept],
        merged=len(frame) - len(kept),
    )


def _system(path: Path, said: str | None, asked: str | int | None) -> CRS:
    stated = said or asked
    if stated is None:
        raise CRSError(
            "the graph says no coordinate reference system",
            file=path,
            allowed="a graph attribute `crs`, as OSMnx writes it",
            todo="say it: read_streets(path, crs=…), or `streets: {crs: …}` in the card",
        )
    systems = []
    for one in (stated, asked or stated):
        try:
            systems.append(CRS.from_user_input(one))
        except UnknownCRSError as error:
            raise CRSError(
                "this is not a coordinate reference system",
                file=path,
                column="crs",
                found=one,
                allowed="a code such as EPSG:4326",
            ) from error
    if not systems[0].equals(systems[1], ignore_axis_order=True):
        raise CRSError(
            "the graph says another coordinate reference system",
            file=path,
            found=systems[1].name,
            allowed=systems[0].name,
            todo="leave it out: the graph says its own",
        )
    return systems[0]


def _end_points(path: Path, graph: _Graph) -> tuple[np.ndarray, np.ndarray]:
    """Places of the two nodes of each edge."""
    told = pd.DataFrame.from_dict(graph.nodes, orient="index", columns=["x", "y"], dtype="str")
    places = told.apply(pd.to_numeric, errors="coerce").to_numpy(dtype=float).reshape(-1, 2)
    lost = np.flatnonzero(~np.isfinite(places).all(axis=1))
    if len(lost):
        raise DataError.gather(
            Problem(
                "a node has no place",
                path,
                None,
                f"node {told.index[row]}",
                dict(told.iloc[row].dropna()),
                "x and y, numbers",
                "save the graph again with OSMnx",
            )
            for row in lost
        )
    index = {name: row for row, name in enumerate(told.index)}
    rows = np.array([[index.get(s, -1), index.get(t, -1)] for s, t in graph.ends], dtype=np.int64)
    rows = rows.reshape(-1, 2)
    dangling = np.flatnonzero((rows < 0).any(axis=1))
    if len(dangling):
        raise DataError.gather(
            Problem(
                "an edge names a node the graph does not hold",
                path,
                graph.lines[row],
                "source" if rows[row, 0] < 0 else "target",
                graph.ends[row][0 if rows[row, 0] < 0 else 1],
                "the id of a node",
                "save the graph again: it may have been cut",
            )
            for row in dangling
        )
    return places[rows[:, 0]], places[rows[:, 1]]


def _lines(
    path: Path, graph: _Graph, texts: pd.Series, starts: np.ndarray, ends: np.ndarray, crs: CRS
) -> np.ndarray:
    """Line of each edge, from its first node to its second one."""
    lines = shapely.linestrings(np.stack([starts, ends], axis=1))
    told = np.flatnonzero(texts.notna())
    with np.errstate(invalid="ignore"):
        drawn = shapely.force_2d(shapely.from_wkt(texts.to_numpy(dtype=object)[told], on_invalid="ignore"))
        finite = np.isfinite(shapely.length(drawn))
    simple = (shapely.get_type_id(drawn) == shapely.GeometryType.LINESTRING) & finite
    simple &= ~shapely.is_empty(drawn)
    near = _NEAR if crs.is_geographic else _NEAR_M
    given = np.full((2, len(told), 2), np.nan)
    for side, position in enumerate((0, -1)):
        given[side, simple] = shapely.get_coordinates(shapely.get_point(drawn[simple], position))
    joins = (np.abs(given - [starts[told], ends[told]]) <= near).all(axis=(0, 2))
    turned = (np.abs(given - [ends[told], starts[told]]) <= near).all(axis=(0, 2)) & ~joins
    apart = np.flatnonzero(~joins & ~turned)
    if len(apart):
        raise DataError.gather(
            Problem(
                "the line of an edge does not join its nodes" if simple[row] else "an edge is not a line",
                path,
                graph.lines[told[row]],
                "geometry",
                texts.iloc[told[row]][:80],
                "LINESTRING (…), from the source to the target",
                "save the graph again with OSMnx",
            )
            for row in apart
        )
    lines[told] = _ending_at(np.where(turned, shapely.reverse(drawn), drawn), starts[told], ends[told])
    return np.asarray(lines)


def _ending_at(drawn: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Move the ends of lines, which are near, onto their nodes."""
    xy, part = shapely.get_coordinates(drawn, return_index=True)
    if not len(xy):
        return drawn
    change = np.flatnonzero(np.diff(part))
    xy[np.append(0, change + 1)] = starts
    xy[np.append(change, len(part) - 1)] = ends
    return np.asarray(shapely.linestrings(xy, indices=part))


def _lengths(path: Path, graph: _Graph, texts: pd.Series) -> np.ndarray:
    lengths = pd.to_numeric(texts, errors="coerce").to_numpy(dtype=float)
    wrong = np.flatnonzero(texts.notna().to_numpy() & ~(np.isfinite(lengths) & (lengths >= 0)))
    if len(wrong):
        raise DataError.gather(
            Problem(
                "the length of an edge is no number of metres",
                path,
                graph.lines[row],
                "length",
                texts.iloc[row],
                "a number such as 12.5, not negative",
                "save the graph again with OSMnx",
            )
            for row in wrong
        )
    return np.asarray(lengths)


def _one_direction(graph: _Graph, shapes: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Rows of the edges kept: of the two directions of one street, the first that stands in the file.

    Two edges are one street when they join the same nodes along the same line, for the same length to
    the millimetre, one each way; the second of two that run the same way is a parallel one.
    """
    if not graph.directed:
        return np.arange(len(shapes))
    there, back = shapely.to_wkb(shapes), shapely.to_wkb(shapely.reverse(shapes))
    forward = there <= back
    pairs = pd.DataFrame(graph.ends, columns=["source", "target"], dtype="str")
    low = pairs.min(axis=1)
    streets = pd.DataFrame(
        {
            "low": low.to_numpy(),
            "high": pairs.max(axis=1).to_numpy(),
            "line": np.where(forward, there, back),
            "length": np.round(lengths, 3),
        }
    )
    streets["rank"] = streets.assign(forward=forward).groupby([*streets, "forward"], dropna=False).cumcount()
    return np.asarray(np.flatnonzero(~streets.duplicated()))

"""OpenStreetMap as the Overpass API gives it: nodes and ways, in JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pyproj import CRS

from oqhs.errors import DataError, LayoutError
from oqhs.sources.street_edges import WGS84, Ways
from oqhs.sources.walkable import walking_rules

_QUERY = "[out:json]; way[highway](south,west,north,east); (._;>;); out body;"


def load_overpass(path: Path, head: bytes) -> dict[str, Any] | None:
    """Load an answer of Overpass, told by the `elements` at its top; None for a file of another kind.

    Raises
    ------
    LayoutError
        The file starts as JSON does, and is not.
    """
    if not head.startswith(b"{") or b'"FeatureCollection"' in head:
        return None
    content = _parsed(path)
    return content if isinstance(content, dict) and "elements" in content else None


def read_overpass(path: Path, content: Mapping[str, Any]) -> Ways:
    """Make ways of the nodes and the ways of an answer of Overpass.

    An element that stands twice counts once; nodes a way names and the file does not hold are counted.

    Returns
    -------
    Ways
        Cut wherever they meet, in EPSG:4326.

    Raises
    ------
    DataError
        Overpass says that it did not answer in full, or an element is not as it must be.
    """
    if content.get("remark"):
        raise DataError(
            "Overpass did not answer in full",
            file=path,
            column="remark",
            found=content["remark"],
            todo="ask again, with a smaller area or a longer timeout",
        )
    ids, places, lists, tags = _arrays(path, content["elements"])
    node = np.array(list(chain.from_iterable(lists)), dtype=np.int64)
    part = np.repeat(np.arange(len(lists)), [len(one) for one in lists])
    xy, missing = _looked_up(ids, places, node)
    return Ways(tags, np.arange(len(lists)), part, xy, CRS(WGS84), node, missing_nodes=missing)


def _arrays(
    path: Path, elements: list[Mapping[str, Any]]
) -> tuple[np.ndarray, np.ndarray, list[list[int]], pd.DataFrame]:
    """Ids and places of the nodes, in the order of their ids; lists of nodes and tags of the ways."""
    looked = walking_rules().vocabularies["osm"].tags
    try:
        nodes = [one for one in elements if one["type"] == "node"]
        drawn = [one for one in elements if one["type"] == "way"]
        # An answer may hold a way twice, once without its tags.
        ways = list({one["id"]: one for one in sorted(drawn, key=lambda one: "tags" in one)}.values())
        ids = np.array([one["id"] for one in nodes], dtype=np.int64)
        places = np.array([(one["lon"], one["lat"]) for one in nodes], dtype=float).reshape(-1, 2)
        lists = [[int(node) for node in one["nodes"]] for one in ways]
        told = [one.get("tags", {}) for one in ways]
        tags = pd.DataFrame({name: [one.get(name) for one in told] for name in looked}, dtype="str")
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise DataError(
            f"an element is not as Overpass writes them: {error!r}",
            file=path,
            column="elements",
            allowed="nodes with id, lat, lon; ways with id, nodes, tags",
            todo=_QUERY,
        ) from error
    _refuse_nowhere(path, ids, places)
    ids, first = np.unique(ids, return_index=True)
    return ids, places[first], lists, tags


def _parsed(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise LayoutError(
            f"this is not JSON: {error}",
            file=path,
            allowed="an answer of Overpass, or a GeoJSON layer",
            todo="get the file again: it may have been cut",
        ) from error


def _refuse_nowhere(path: Path, ids: np.ndarray, places: np.ndarray) -> None:
    wrong = np.flatnonzero(~(np.abs(places) <= (180, 90)).all(axis=1))
    if len(wrong):
        lon, lat = places[wrong[0]]
        raise DataError(
            "a node has no place on Earth",
            file=path,
            column=f"node {ids[wrong[0]]}",
            found=f"lon {lon}, lat {lat}",
            allowed="a longitude from -180 to 180, a latitude from -90 to 90",
        )


def _looked_up(ids: np.ndarray, places: np.ndarray, node: np.ndarray) -> tuple[np.ndarray, int]:
    """Give the place of each node named, NaN where the file does not hold it, and how many those are."""
    if not len(ids):
        return np.full((len(node), 2), np.nan), len(np.unique(node))
    at = np.minimum(np.searchsorted(ids, node), len(ids) - 1)
    held = ids[at] == node
    return np.where(held[:, None], places[at], np.nan), len(np.unique(node[~held]))

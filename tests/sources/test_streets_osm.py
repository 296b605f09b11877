"""OpenStreetMap extracts, in XML and in PBF: the same ways give the same edges as Overpass."""

import json
import struct
import zlib

import pyproj
import pytest

from oqhs.errors import LayoutError
from oqhs.sources.streets import read_streets

NODES = {
    1: (2.400, 48.800),
    2: (2.401, 48.800),
    3: (2.402, 48.800),
    4: (2.401, 48.801),
    5: (2.401, 48.802),
    6: (2.403, 48.802),
}
#: A street crossed at node 2 by steps, a forbidden path, a square reached at node 4, and a building.
WAYS = {
    10: ([1, 2, 3], {"highway": "residential"}),
    11: ([2, 4], {"highway": "footway", "foot": "no"}),
    12: ([2, 4], {"highway": "steps", "name": 'say "foot"=>"no"'}),
    13: ([4, 5, 6, 4], {"highway": "pedestrian", "area": "yes"}),
    14: ([1, 5, 6, 1], {"building": "yes"}),
    15: ([3, 6], {"highway": "service", "access": "private"}),
}


def as_overpass():
    elements = [{"type": "node", "id": id_, "lon": lon, "lat": lat} for id_, (lon, lat) in NODES.items()]
    elements += [{"type": "way", "id": id_, "nodes": ids, "tags": tags} for id_, (ids, tags) in WAYS.items()]
    return json.dumps({"elements": elements}).encode()


def as_xml():
    def escaped(text):
        return text.replace("&", "&amp;").replace('"', "&quot;").replace(">", "&gt;")

    nodes = [f'<node id="{id_}" lat="{lat}" lon="{lon}"/>' for id_, (lon, lat) in NODES.items()]
    ways = [
        f'<way id="{id_}">'
        + "".join(f'<nd ref="{ref}"/>' for ref in ids)
        + "".join(f'<tag k="{key}" v="{escaped(value)}"/>' for key, value in tags.items())
        + "</way>"
        for id_, (ids, tags) in WAYS.items()
    ]
    body = "\n".join([*nodes, *ways])
    return f"<?xml version='1.0' encoding='UTF-8'?>\n<osm version=\"0.6\">\n{body}\n</osm>\n".encode()


def varint(number):
    out = b""
    while number > 0x7F:
        out, number = out + bytes([number & 0x7F | 0x80]), number >> 7
    return out + bytes([number])


def zigzag(number):
    return varint(number << 1 if number >= 0 else (-number << 1) - 1)


def field(number, value):
    """A field of a protocol buffer: a whole number, or bytes."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def blob(kind, content):
    data = field(2, len(content)) + field(3, zlib.compress(content))
    header = field(1, kind) + field(3, len(data))
    return struct.pack(">I", len(header)) + header + data


def as_pbf():
    """The blocks of the PBF format: a header, then one of the nodes and the ways."""
    strings = [
        b"",
        *sorted({text.encode() for _, tags in WAYS.values() for pair in tags.items() for text in pair}),
    ]
    at = {text.decode(): row for row, text in enumerate(strings)}
    nodes = b"".join(
        field(1, field(1, 0)[:1] + zigzag(id_) + varint(8 << 3) + zigzag(round(lat * 1e7)) + varint(9 << 3) + zigzag(round(lon * 1e7)))
        for id_, (lon, lat) in NODES.items()
    )  # fmt: skip
    ways = b""
    for id_, (ids, tags) in WAYS.items():
        steps = [after - before for before, after in zip([0, *ids], ids, strict=False)]
        ways += field(
            3,
            field(1, id_)
            + field(2, b"".join(varint(at[key]) for key in tags))
            + field(3, b"".join(varint(at[value]) for value in tags.values()))
            + field(8, b"".join(zigzag(step) for step in steps)),
        )
    table = field(1, b"".join(field(1, text) for text in strings))
    block = table + field(2, nodes) + field(2, ways)
    return blob(b"OSMHeader", field(4, b"OsmSchema-V0.6")) + blob(b"OSMData", block)


@pytest.fixture(params=[(as_xml, "a.osm"), (as_pbf, "a.osm.pbf")], ids=["xml", "pbf"])
def extract(request, write):
    make, name = request.param
    return write(make(), name)


def test_an_extract_gives_the_edges_worked_out_by_hand(extract):
    """1-2, 2-3, the steps 2-4, and the square as a loop at 4; nodes by longitude: 1 → 0, 2 → 1, 4 → 2, 3 → 3."""
    streets = read_streets(extract)
    geod = pyproj.Geod(ellps="WGS84")
    expected = [geod.line_length(*zip(*(NODES[one] for one in path), strict=True)) for path in ([1, 2], [2, 4], [2, 3], [4, 5, 6, 4])]  # fmt: skip
    assert streets.edges[["u", "v"]].to_numpy().tolist() == [[0, 1], [1, 2], [1, 3], [2, 2]]
    assert streets.edges["length_m"].tolist() == pytest.approx(expected, rel=1e-7)


def test_an_extract_tells_what_was_left_out(extract):
    report = read_streets(extract).report
    assert (report.layout, report.vocabulary) == ("osm", "osm")
    assert dict(report.left_out) == {"access_private": 1, "foot_no": 1}
    # GDAL is asked for the ways that have a `highway`: the building is not among them.
    assert (report.ways_read, report.ways_kept) == (5, 3)
    assert report.attribution == "© les contributeurs d'OpenStreetMap (ODbL)"


def test_an_extract_and_an_answer_of_overpass_give_the_same_edges(extract, write):
    one, other = read_streets(extract).edges, read_streets(write(as_overpass(), "a.json")).edges
    assert one[["u", "v"]].equals(other[["u", "v"]])
    assert one["length_m"].tolist() == pytest.approx(other["length_m"].tolist(), rel=1e-7)


def test_an_extract_cut_in_its_middle_is_refused(extract, write, refused):
    content = extract.read_bytes()
    path = write(content[: len(content) // 2], f"cut{''.join(extract.suffixes)}")
    (problem,) = refused(LayoutError, read_streets, path)
    assert problem.what.startswith("this is not an OpenStreetMap extract")
    assert "cut" in problem.todo


def test_an_extract_has_no_layer(extract, refused):
    (problem,) = refused(LayoutError, read_streets, extract, layer="lines")
    assert problem.what == "this file has no layers"

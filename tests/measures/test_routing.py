"""Shortest ways over a graph: sources along edges, parallel edges, ties and limits."""

import networkx as nx
import numpy as np
import pytest

from oqhs.measures.routing import NOBODY, Entrances, Graph


def graph(*edges, n=None):
    u, v, length = (np.array(column) for column in zip(*edges, strict=True))
    return Graph(u, v, length.astype(float), int(max(u.max(), v.max()) + 1) if n is None else n)


def entrances(*rows):
    """Facility, edge, start, end, off."""
    facility, edge, start, end, off = (np.array(column) for column in zip(*rows, strict=True))
    return Entrances(facility, edge, start.astype(float), end.astype(float), off.astype(float))


def test_a_source_along_an_edge_leads_to_both_its_ends():
    found = graph((0, 1, 100), (1, 2, 50)).spread(entrances((0, 0, 30, 30, 5)), np.inf)
    assert found.distance_m.tolist() == [35.0, 75.0, 125.0]
    assert found.facility.tolist() == [0, 0, 0]


def test_a_stretch_is_left_from_its_nearer_end():
    found = graph((0, 1, 100)).spread(entrances((0, 0, 30, 60, 0)), np.inf)
    assert found.distance_m.tolist() == [30.0, 40.0]


@pytest.mark.parametrize("lengths", [(100, 180, 180), (180, 100, 180), (180, 180, 100), (100, 100, 100)])
def test_of_parallel_edges_the_shorter_one_is_kept_whichever_way_they_are_written(lengths):
    edges = [(0, 1, lengths[0]), (1, 0, lengths[1]), (0, 1, lengths[2]), (1, 2, 10)]
    found = graph(*edges).spread(entrances((0, 3, 10, 10, 0)), np.inf)
    assert found.distance_m.tolist() == [110.0, 10.0, 0.0]


def test_a_source_at_a_junction_is_at_no_distance_from_it_and_is_not_lost():
    found = graph((0, 1, 100), (1, 2, 50)).spread(entrances((0, 0, 100, 100, 0)), np.inf)
    assert found.distance_m.tolist() == [100.0, 0.0, 50.0]


def test_an_edge_from_a_junction_to_itself_leads_there_by_the_shorter_side():
    found = graph((0, 0, 100), (0, 1, 10)).spread(entrances((0, 0, 80, 80, 0)), np.inf)
    assert found.distance_m.tolist() == [20.0, 30.0]


def test_nobody_is_told_beyond_the_limit_or_on_an_island():
    found = graph((0, 1, 100), (1, 2, 50), (3, 4, 1)).spread(entrances((0, 0, 0, 0, 0)), 100.0)
    assert found.distance_m.tolist() == [0.0, 100.0, np.inf, np.inf, np.inf]
    assert found.facility.tolist() == [0, 0, NOBODY, NOBODY, NOBODY]


def test_the_parts_of_a_graph_are_told_apart():
    parts = graph((0, 1, 1), (2, 3, 1), (3, 4, 1), (5, 5, 1)).component
    assert [parts[a] == parts[b] for a, b in ((0, 1), (2, 4), (0, 2), (0, 5), (2, 5))] == [
        True,
        True,
        False,
        False,
        False,
    ]


def test_the_smallest_rank_goes_down_every_shortest_way():
    # Facility 1 at junction 0, facility 0 at junction 4, in a row of 10 m: they meet at junction 2, from
    # where a branch of three junctions is at the same distance from both.
    row = [(k, k + 1, 10) for k in range(4)] + [(2, 5, 0.1), (5, 6, 0.2), (6, 7, 0.7)]
    found = graph(*row).spread(entrances((1, 0, 0, 0, 0), (0, 3, 10, 10, 0)), np.inf)
    assert found.facility.tolist() == [1, 1, 0, 0, 0, 0, 0, 0]
    assert found.distance_m[7] == pytest.approx(21.0)


def test_two_sums_of_the_same_lengths_in_another_order_are_one_distance():
    # 0.1 + 0.2 + 0.3 is not 0.3 + 0.2 + 0.1 in binary.
    ways = [(0, 1, 0.1), (1, 2, 0.2), (2, 3, 0.3), (4, 5, 0.3), (5, 6, 0.2), (6, 3, 0.1)]
    for ranks in ((0, 1), (1, 0)):
        served = entrances((ranks[0], 0, 0, 0, 0), (ranks[1], 3, 0, 0, 0))
        assert graph(*ways).spread(served, np.inf).facility[3] == 0


def test_a_place_on_the_edge_of_a_facility_takes_the_shortest_of_three_ways():
    streets = graph((0, 1, 1000), (0, 1, 100))
    served = entrances((0, 0, 990, 990, 3))
    spread = streets.spread(served, np.inf)
    found = streets.along(spread, served, np.array([0, 0, 1]), np.array([10.0, 900.0, 50.0]))
    # Round by the short street 10 + 100 + 10, straight 90, from the short street 50 + 10; and 3 to the door.
    assert found.distance_m.tolist() == [123.0, 93.0, 63.0]


def test_along_an_edge_the_smallest_rank_of_those_at_one_distance_is_told():
    streets = graph((0, 1, 100))
    served = entrances((2, 0, 20, 20, 0), (1, 0, 80, 80, 0), (0, 0, 80, 80, 30))
    found = streets.along(streets.spread(served, np.inf), served, np.array([0, 0]), np.array([50.0, 49.0]))
    assert found.facility.tolist() == [1, 2]


def test_a_place_that_nothing_reaches_is_told_nobody():
    streets = graph((0, 1, 100), (2, 3, 100))
    served = entrances((0, 0, 0, 0, 0))
    found = streets.along(streets.spread(served, np.inf), served, np.array([1]), np.array([50.0]))
    assert (found.distance_m.tolist(), found.facility.tolist()) == ([np.inf], [NOBODY])


@pytest.mark.parametrize("seed", range(8))
def test_a_random_graph_with_many_ties_is_walked_as_networkx_walks_it(seed):
    draw = np.random.default_rng(seed)
    n, m = 60, 130
    edges = [
        (int(a), int(b), int(w))
        for a, b, w in zip(*draw.integers(0, n, (2, m)), draw.integers(1, 4, m), strict=True)
    ]
    streets = graph(*edges, n=n)
    at = draw.choice(m, 7, replace=False)
    served = Entrances(
        draw.permutation(7), at, np.zeros(7), np.zeros(7), draw.integers(0, 3, 7).astype(float)
    )
    found = streets.spread(served, 6.0)
    peer = nx.MultiGraph()
    peer.add_nodes_from(range(n))
    peer.add_weighted_edges_from(edges)
    peer.add_weighted_edges_from(
        (
            (("f", f), int(streets.u[e]), off)
            for f, e, off in zip(served.facility, at, served.off_m, strict=True)
        )
    )
    # From a facility one does not walk through the door of another one.
    apart = np.full((7, n), np.inf)
    for f in range(7):
        alone = peer.subgraph([*range(n), ("f", f)])
        for node, distance in nx.single_source_dijkstra_path_length(alone, ("f", f), cutoff=6.0).items():
            if node != ("f", f):
                apart[f, node] = distance
    # The far end of the edge of a facility, by that edge alone, is among the ways of the graph already.
    np.testing.assert_allclose(found.distance_m, apart.min(axis=0), rtol=0, atol=1e-9)
    assert (
        found.facility.tolist()
        == np.where(np.isfinite(apart.min(axis=0)), apart.argmin(axis=0), NOBODY).tolist()
    )

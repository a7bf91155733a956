import copy

import pytest
import torch
from onnx_networks import build

from stillhouse.engine.can.onnx_graphs import GraphTensors, graph_widths, random_graphs
from stillhouse.engine.errors import ExportError


def draw(sizes, seed=0):
    return random_graphs(build(), sizes, torch.Generator().manual_seed(seed))


def test_pointers_by_hand():
    blank = torch.zeros(4, 1), torch.zeros(4, dtype=torch.int64), torch.zeros(2, 0), torch.zeros(0, 1)
    assert GraphTensors.of(*blank, torch.tensor([0, 1, 1, 2])).ptr.tolist() == [0, 1, 3, 4]


def test_widths_ranges_and_edges_within_their_graphs():
    graph = draw([3, 1, 40])
    assert graph.x.shape == (44, 7) and graph.edge_attr.shape == (graph.edge_index.shape[1], 4)
    assert -1 <= graph.x.min() < -0.9 and 1.9 < graph.x.max() <= 2
    assert graph.node_id.min() == 0 and graph.node_id.max() == 9
    assert torch.equal(*graph.batch[graph.edge_index])


def test_there_are_loops_repeated_edges_isolated_nodes_and_graphs_without_an_edge():
    graph = draw([1] * 20 + [9] * 20)
    pairs, repeats = graph.edge_index.unique(dim=1, return_counts=True)
    assert (pairs[0] == pairs[1]).any() and (repeats > 1).any()
    touched = torch.zeros(len(graph.x), dtype=torch.bool).index_fill(0, graph.edge_index.flatten(), True)
    assert not touched[:20].all() and touched[:20].any() and not touched[20:].all()


def test_the_generator_alone_decides():
    assert torch.equal(draw([5, 6]).x, draw([5, 6]).x) and not torch.equal(draw([5, 6]).x, draw([5, 6], seed=1).x)


def test_what_an_exported_network_is_not_given_is_named_and_copies_work():
    with pytest.raises(
        ExportError, match=r"reads graph\.node_count; an exported one is given x, node_id, .* and ptr alone"
    ):
        draw([2]).node_count  # noqa: B018
    assert torch.equal(copy.deepcopy(draw([2])).x, draw([2]).x)


def test_widths_are_those_of_a_network_within():
    widths = dict(num_ids=10, in_features=7, edge_features=4)
    assert graph_widths(build()) == graph_widths(torch.nn.Sequential(torch.nn.ReLU(), build())) == widths
    with pytest.raises(
        ExportError, match="ReLU cannot be exported: no part of it has num_ids, in_features, edge_features"
    ):
        graph_widths(torch.nn.ReLU())

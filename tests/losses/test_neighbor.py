import math

import pytest
import torch

from stillhouse.losses import NeighborBCE, neighbor_bce, neighbor_targets

NODE_ID = torch.tensor([1, 0, 3])
EDGES = torch.tensor([[0, 0, 2, 2], [1, 2, 2, 2]])


def test_targets_by_hand():
    targets = neighbor_targets(NODE_ID, EDGES, num_ids=4)
    assert targets.tolist() == [[1, 0, 0, 1], [0, 0, 0, 0], [0, 0, 0, 1]]


def test_bce_by_hand():
    logits = torch.zeros(3, 4)
    logits[0] = torch.tensor([math.log(3.0), 0.0, 0.0, 0.0])
    expected = torch.tensor([(math.log(4 / 3) + 3 * math.log(2)) / 4, math.log(2), math.log(2)])
    torch.testing.assert_close(neighbor_bce(logits, NODE_ID, EDGES), expected)


def test_gradient_against_finite_differences():
    logits = torch.randn(3, 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64).requires_grad_()
    assert torch.autograd.gradcheck(lambda x: neighbor_bce(x, NODE_ID, EDGES), logits)


def test_order_of_nodes_and_edges_does_not_matter():
    logits = torch.randn(3, 4, generator=torch.Generator().manual_seed(0))
    order, place = torch.tensor([2, 0, 1]), torch.tensor([1, 2, 0])
    moved = neighbor_bce(logits[order], NODE_ID[order], place[EDGES].flip(1))
    torch.testing.assert_close(moved, neighbor_bce(logits, NODE_ID, EDGES)[order])


def test_direction_of_the_edges_matters():
    assert not torch.equal(neighbor_targets(NODE_ID, EDGES, 4), neighbor_targets(NODE_ID, EDGES.flip(0), 4))


def test_a_graph_without_edges_has_no_successors():
    assert neighbor_targets(NODE_ID, torch.empty(2, 0, dtype=torch.int64), 4).sum() == 0


def test_the_module_averages_over_nodes_in_float32():
    logits = torch.randn(3, 4, generator=torch.Generator().manual_seed(0)).bfloat16()
    loss = NeighborBCE()({"neighbor_logits": logits}, {"graph": {"node_id": NODE_ID, "edge_index": EDGES}})
    assert loss.dtype == torch.float32
    assert loss.item() == pytest.approx(neighbor_bce(logits.float(), NODE_ID, EDGES).mean().item())

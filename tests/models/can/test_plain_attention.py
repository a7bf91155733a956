import pytest
import torch
from torch import nn

from stillhouse.models.can import GAT, VGAE
from stillhouse.models.can.layers import AttentionLayer, with_self_edges
from stillhouse.models.can.plain_attention import PlainAttention, edge_softmax, with_plain_attention

NODES, EDGES, WIDTH, EDGE_WIDTH = 7, 15, 5, 3


def layer(conv="gatv2", share_weights=True, spread=0.5):
    torch.manual_seed(0)
    found = AttentionLayer(WIDTH, 6, 2, EDGE_WIDTH, conv, share_weights).eval()
    for values in found.parameters():
        nn.init.normal_(values, std=spread)
    return found


def inputs(seed=0):
    generator = torch.Generator().manual_seed(seed)
    edges = torch.randint(0, NODES, (2, EDGES), generator=generator)
    nodes = torch.randn(NODES, WIDTH, generator=generator)
    return nodes, *with_self_edges(edges, torch.rand(EDGES, EDGE_WIDTH, generator=generator), NODES)


@pytest.mark.parametrize(("conv", "share"), [("gatv2", True), ("gatv2", False), ("gat", True)])
def test_it_computes_what_the_layer_does(conv, share):
    original = layer(conv, share)
    torch.testing.assert_close(PlainAttention(original)(*inputs()), original(*inputs()), rtol=1e-5, atol=1e-6)


def test_scores_far_from_zero_change_nothing():
    original = layer(spread=6.0)
    plain, (nodes, edge_index, edge_attr) = PlainAttention(original), inputs()
    torch.testing.assert_close(plain(nodes, edge_index, edge_attr), original(*inputs()), rtol=1e-4, atol=1e-3)
    assert plain._gatv2(nodes, *edge_index, edge_attr)[1].abs().max() > 300


def test_softmax_by_hand_also_where_every_score_is_far_below_zero():
    scores = torch.tensor([[0.0], [-500.0], [-500.0], [-500.0 - torch.log(torch.tensor(3.0)).item()]])
    weights, totals = edge_softmax(scores, torch.tensor([0, 1, 1, 1]), 2)
    torch.testing.assert_close(weights, torch.tensor([[1.0], [1.0], [1.0], [1 / 3]]), rtol=1e-4, atol=0)
    torch.testing.assert_close(totals, torch.tensor([[1.0], [7 / 3]]), rtol=1e-4, atol=0)


@pytest.mark.parametrize("network", [
    GAT(10, 3, 4, 2, 2), VGAE(10, 3, [8, 6], 4, 2),
])  # fmt: skip
def test_a_network_is_copied_with_every_layer_replaced(network, make_batch):
    holder = nn.ModuleDict({"inner": network.eval()})
    copied = with_plain_attention(holder)
    assert not [part for part in copied.modules() if isinstance(part, AttentionLayer)]
    assert [type(part) for part in copied["inner"].layers] == [PlainAttention] * 2
    assert all(isinstance(part, AttentionLayer) for part in network.layers)
    torch.testing.assert_close(copied["inner"].predict(make_batch()), network.predict(make_batch()))

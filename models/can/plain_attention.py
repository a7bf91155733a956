"""Graph attention in plain tensor operations, for exporters that cannot follow torch-geometric's."""

import copy
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .layers import AttentionLayer


class PlainAttention(nn.Module):
    """What an ``AttentionLayer`` computes in evaluation, with its own weights.

    torch-geometric's softmax, when exported, subtracts ``max(0, largest score)`` instead of the largest score, so that edges
    whose scores all lie far below zero lose their weights; here they keep them.

    Args:
        layer: the layer, of either kind; every node needs an edge to it, as ``with_self_edges`` gives.
    """

    def __init__(self, layer: AttentionLayer) -> None:
        super().__init__()
        self.conv: Any = layer.conv
        self.reads_edges = layer.reads_edges

    def forward(self, nodes: Tensor, edge_index: Tensor, edge_attr: Tensor) -> Tensor:
        """Nodes (N, in_channels), edges (2, E) and (E, D), as (N, out_channels)."""
        source, target = edge_index[0], edge_index[1]
        sent, scores = (
            self._gatv2(nodes, source, target, edge_attr) if self.reads_edges else self._gat(nodes, edge_index)
        )
        weights, totals = edge_softmax(scores, target, nodes.shape[0])
        messages = (sent * weights.unsqueeze(2)).flatten(1)
        sums = messages.new_zeros(nodes.shape[0], messages.shape[1]).index_add(0, target, messages)
        return (self._by_head(sums) / totals.unsqueeze(2)).flatten(1) + self.conv.bias

    def _gatv2(self, nodes: Tensor, source: Tensor, target: Tensor, edge_attr: Tensor) -> tuple[Tensor, Tensor]:
        conv = self.conv
        left = conv.lin_l(nodes)
        right = left if conv.lin_r is conv.lin_l else conv.lin_r(nodes)
        sent = left.index_select(0, source)
        joined = sent + right.index_select(0, target) + conv.lin_edge(edge_attr)
        scores = (self._by_head(F.leaky_relu(joined, conv.negative_slope)) * conv.att).sum(dim=2)
        return self._by_head(sent), scores

    def _gat(self, nodes: Tensor, edge_index: Tensor) -> tuple[Tensor, Tensor]:
        conv = self.conv
        heads = self._by_head(conv.lin(nodes))
        sending, receiving = (heads * conv.att_src).sum(dim=2), (heads * conv.att_dst).sum(dim=2)
        scores = sending.index_select(0, edge_index[0]) + receiving.index_select(0, edge_index[1])
        return heads.index_select(0, edge_index[0]), F.leaky_relu(scores, conv.negative_slope)

    def _by_head(self, values: Tensor) -> Tensor:
        return values.view(-1, self.conv.heads, self.conv.out_channels)


def edge_softmax(scores: Tensor, target: Tensor, num_nodes: int) -> tuple[Tensor, Tensor]:
    """The softmax over the edges into each node, its two parts apart: dividing once a node is cheaper than once an edge.

    Args:
        scores: (E, H) any real.
        target: (E,) int64, the node that each edge leads to; each of the nodes occurs.
        num_nodes: N.

    Returns:
        ``exp(score - the node's largest)``, (E, H) in (0, 1], and their sums over each node's edges, (N, H), at least 1.
    """
    index = target.unsqueeze(1).expand(-1, scores.shape[1])
    lowest = scores.new_full((num_nodes, scores.shape[1]), -torch.inf)
    largest = lowest.scatter_reduce(0, index, scores, "amax")
    weights = (scores - largest.index_select(0, target)).exp()
    return weights, torch.zeros_like(largest).index_add(0, target, weights)


def with_plain_attention(network: nn.Module) -> nn.Module:
    """A copy of a network in which every ``AttentionLayer``, at any depth, is a ``PlainAttention``."""
    copied = copy.deepcopy(network)
    for parent in list(copied.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, AttentionLayer):
                parent.add_module(name, PlainAttention(child))  # ModuleList takes it too, unlike setattr
    return copied

"""Which IDs follow a node: the binary cross-entropy of its multi-hot successors."""

import torch
from torch import Tensor
from torch.nn import functional as F

from ..registry import LOSSES
from .base import Loss, lookup, upcast


def neighbor_targets(node_id: Tensor, edge_index: Tensor, num_ids: int) -> Tensor:
    """Multi-hot vectors of the IDs that each node's outgoing edges lead to.

    Args:
        node_id: (N,) int64 vocabulary index in [0, num_ids).
        edge_index: (2, E) int64, source and target node; a self-loop makes a node its own successor.
        num_ids: V, the size of the vocabulary.

    Returns:
        (N, V) float32 of 0 and 1.
    """
    source, target = edge_index
    targets = torch.zeros(node_id.shape[0], num_ids, device=node_id.device)
    targets[source, node_id[target]] = 1.0
    return targets


def neighbor_bce(logits: Tensor, node_id: Tensor, edge_index: Tensor) -> Tensor:
    """Binary cross-entropy of each node's successors, averaged over the vocabulary.

    Args:
        logits: (N, V) any real.
        node_id: (N,) int64 in [0, V).
        edge_index: (2, E) int64.

    Returns:
        (N,) nats per entry of the vocabulary, at least 0.
    """
    logits = upcast(logits)
    targets = neighbor_targets(node_id, edge_index, logits.shape[1]).to(logits.dtype)
    return F.binary_cross_entropy_with_logits(logits, targets, reduction="none").mean(dim=1)


@LOSSES.register_module()
class NeighborBCE(Loss):
    """``mean_{n,v} BCE(sigmoid(logits_nv), v in successors(n))``: which IDs follow each ID; lower is better.

    The mean runs over the nodes and over the whole vocabulary. Nothing is detached.

    Args:
        output: name of the output, (N, V).
        graph: key of the batch that holds the graph (``node_id`` and ``edge_index``).
        weight: factor of this term in the task loss.

    Source:
        KD-GAT, arXiv 2507.19686, the neighbourhood decoder.
    """

    output_args = ("output",)
    batch_args = ("graph",)

    def __init__(self, output: str = "neighbor_logits", graph: str = "graph", weight: float = 1.0) -> None:
        super().__init__(weight)
        self.output = output
        self.graph = graph

    def forward(self, outputs: dict, batch: dict) -> Tensor:
        logits = lookup(outputs, self.output, "outputs")
        node_id = lookup(batch, f"{self.graph}.node_id")
        return neighbor_bce(logits, node_id, lookup(batch, f"{self.graph}.edge_index")).mean()

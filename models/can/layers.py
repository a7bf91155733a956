"""Parts that the CAN networks share: the ID embedding, attention layers, and pooling over a graph's nodes."""

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ...registry import nearest

UNK = 0
CONVS = ("gatv2", "gat")
ConvKind = Literal["gatv2", "gat"]


class IdEmbedding(nn.Module):
    """A learned vector for every CAN ID of the vocabulary; index 0 stands for every unknown ID.

    No training frame carries an unknown ID, so in training a small share of the nodes is given index 0; otherwise
    that vector would keep its random start.

    Args:
        num_ids: size V of the vocabulary, index 0 included.
        embedding_dim: width of a vector.
        unk_rate: in [0, 1), the share of nodes replaced in training, drawn from the global generator like dropout.

    Raises:
        ValueError: a rate outside [0, 1).
    """

    def __init__(self, num_ids: int, embedding_dim: int, unk_rate: float = 0.02) -> None:
        super().__init__()
        if not 0 <= unk_rate < 1:
            raise ValueError(f"unk_rate: expected a number in [0, 1), got {unk_rate}.")
        self.unk_rate = unk_rate
        self.table = nn.Embedding(num_ids, embedding_dim)

    def forward(self, node_id: Tensor) -> Tensor:
        """Embed ``node_id``: (N,) int64 in [0, V), as (N, embedding_dim)."""
        if self.training and self.unk_rate:
            hidden = torch.rand(node_id.shape, device=node_id.device) < self.unk_rate
            node_id = node_id.masked_fill(hidden, UNK)
        return self.table(node_id)


class AttentionLayer(nn.Module):
    """Graph attention with its heads concatenated, as wide as ``out_channels``.

    Args:
        in_channels: width of a node going in.
        out_channels: width coming out, a multiple of ``heads``.
        heads: number of attention heads.
        edge_features: width D of an edge's attributes; read by ``gatv2`` alone.
        conv: ``gatv2`` with edge attributes, or the plainer ``gat``, which ignores them.
        share_weights: ``gatv2`` only: one matrix for a message's two ends, half the parameters.

    Raises:
        ValueError: an unknown ``conv``, or a width that the heads do not divide.
        ImportError: torch-geometric is not installed.

    Source:
        Brody et al., How Attentive are Graph Attention Networks?, 2022; Velickovic et al., Graph Attention Networks,
        2018. Self-loops are added by ``with_self_edges`` rather than by the layer.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        heads: int,
        edge_features: int,
        conv: ConvKind = "gatv2",
        share_weights: bool = True,
    ) -> None:
        super().__init__()
        if out_channels % heads:
            raise ValueError(f"hidden_dims: {out_channels} is not a multiple of num_heads = {heads}.")
        self.reads_edges = known_conv(conv) == "gatv2"
        extra = {"edge_dim": edge_features, "share_weights": share_weights} if self.reads_edges else {}
        layer = import_layer("GATv2Conv" if self.reads_edges else "GATConv")
        self.conv = layer(in_channels, out_channels // heads, heads=heads, add_self_loops=False, **extra)

    def forward(self, nodes: Tensor, edge_index: Tensor, edge_attr: Tensor) -> Tensor:
        """Nodes (N, in_channels), edges (2, E) and (E, D), as (N, out_channels)."""
        if self.reads_edges:
            return self.conv(nodes, edge_index, edge_attr.to(nodes.dtype))
        return self.conv(nodes, edge_index)


class NodeNorm(nn.BatchNorm1d):
    """Batch normalisation over nodes that accepts a batch of a single node, which has no variance of its own.

    Such a batch is normalised by the running statistics and leaves them as they are.
    """

    def forward(self, input: Tensor) -> Tensor:
        if self.training and len(input) == 1:
            return F.batch_norm(input, self.running_mean, self.running_var, self.weight, self.bias, eps=self.eps)
        return super().forward(input)


def with_self_edges(edge_index: Tensor, edge_attr: Tensor, num_nodes: int) -> tuple[Tensor, Tensor]:
    """Append to every node an edge to itself with attributes of zero.

    A frame that follows one of its own ID is already a self-loop with attributes; those stay, and tell the two apart.

    Args:
        edge_index: (2, E) int64.
        edge_attr: (E, D).
        num_nodes: N.

    Returns:
        Edges (2, E + N) and attributes (E + N, D).
    """
    nodes = torch.arange(num_nodes, device=edge_index.device)
    blank = edge_attr.new_zeros(num_nodes, edge_attr.shape[1])
    return torch.cat([edge_index, nodes.expand(2, -1)], dim=1), torch.cat([edge_attr, blank])


def graph_mean(values: Tensor, graph) -> Tensor:
    """The mean of (N, ...) node values over each graph's nodes: (G, ...)."""
    sums = values.new_zeros(num_graphs(graph), *values.shape[1:]).index_add(0, graph.batch, values)
    sizes = (graph.ptr[1:] - graph.ptr[:-1]).to(values.dtype)
    return sums / sizes.view(-1, *[1] * (values.ndim - 1))


def graph_max(values: Tensor, graph) -> Tensor:
    """The largest of the (N, ...) node values of each graph: (G, ...)."""
    start = values.new_full((num_graphs(graph), *values.shape[1:]), -torch.inf)
    index = graph.batch.view(-1, *[1] * (values.ndim - 1)).expand_as(values)
    return start.scatter_reduce(0, index, values, "amax")


def num_graphs(graph) -> int:
    """The number of graphs in a batch, read from its shapes and so without waiting for the device."""
    return graph.ptr.shape[0] - 1  # not len(): a trace for export would keep it as a constant


def check_graph(graph, num_ids: int, in_features: int, edge_features: int) -> None:
    """Compare a graph's widths with the network's; IDs only on the CPU, since reading them would stall a device.

    Raises:
        ValueError: names the array, what was got, what was expected, and what to change.
    """
    _check_width("graph.x", graph.x, in_features, "in_features")
    _check_width("graph.edge_attr", graph.edge_attr, edge_features, "edge_features")
    if graph.node_id.device.type == "cpu" and len(graph.node_id) and graph.node_id.max() >= num_ids:
        raise ValueError(
            f"graph.node_id: got index {int(graph.node_id.max())}, expected below num_ids = {num_ids}. The network "
            "was built for another vocabulary; set num_ids to the data set's, and map unknown IDs to 0."
        )


def _check_width(name: str, values: Tensor | None, width: int, argument: str) -> None:
    got = None if values is None else tuple(values.shape)
    if got is None or len(got) != 2 or got[1] != width:
        shape = "nothing" if got is None else f"shape {got}"
        raise ValueError(f"{name}: expected shape (*, {width}), got {shape}. Set the network's {argument} to match.")


def known_conv(conv: str) -> str:
    """``conv`` where it is one of the known kinds.

    Raises:
        ValueError: it is not; the message names the nearest.
    """
    if conv in CONVS:
        return conv
    near = nearest(conv, CONVS)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    raise ValueError(f"conv: expected one of {', '.join(map(repr, CONVS))}, got {conv!r}.{hint}")


def import_layer(name: str) -> type[nn.Module]:
    """The layer ``name`` of torch-geometric, which is imported only when a network needs it.

    Raises:
        ImportError: it is not installed; the message names the extra that installs it.
    """
    try:
        from torch_geometric import nn as geometric
    except ImportError as error:
        raise ImportError(
            f"{name} comes from torch-geometric, which could not be imported ({error}). Install the extra: "
            "pip install 'stillhouse[can]'."
        ) from error
    return getattr(geometric, name)

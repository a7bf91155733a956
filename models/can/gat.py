"""The classifier of CAN windows: graph attention with jumping knowledge."""

from typing import Literal

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from ...losses.base import upcast
from ...registry import MODELS
from ..network import Network
from .contribution import Explained, gradient_explained
from .layers import AttentionLayer, ConvKind, IdEmbedding, check_graph, graph_max, graph_mean, with_self_edges


@MODELS.register_module()
class GAT(Network):
    """Is a window of CAN traffic under attack? Attention layers, all of them read by the classifier.

    A node is [ID embedding, features]; ``h_l = dropout(ReLU(attention_l(h_{l-1})))``; the embedding of a graph is the
    mean over its nodes of ``[h_1, ..., h_L]``, with ``pool="mean_max"`` beside their maximum, and one or two linear layers make
    the logits. With ``jump_input`` the embedding begins with ``h_0``, the node itself.

    Outputs: ``logits`` (B, num_classes); ``embedding`` (B, num_layers * num_heads * hidden_dim), wider by ``h_0`` with
    ``jump_input``, twice as wide with ``mean_max``.

    Args:
        num_ids: size of the ID vocabulary, index 0 (unknown) included.
        embedding_dim: width of an ID's vector.
        hidden_dim: width of one attention head.
        num_layers: L, the number of attention layers.
        num_heads: heads of every layer.
        in_features: width F of ``graph.x``, values in about [0, 1].
        edge_features: width D of ``graph.edge_attr``.
        conv: ``gatv2`` with edge attributes, or ``gat`` without.
        dropout: in [0, 1), after every layer.
        share_weights: ``gatv2`` only: one matrix for a message's two ends.
        pool: ``mean``, or ``mean_max``: a single odd node among fifty moves a mean by a fiftieth, and a maximum wholly.
        jump_input: let the classifier read the nodes' own features too: a strange feature shows whatever the layers make of it.
        fc_dim: width of a hidden layer of the classifier, or None for a single linear layer.
        num_classes: at least 2; class 0 is normal traffic.
        unk_rate: share of nodes whose ID is hidden in training.
        checkpoint_gradients: recompute each layer in the backward pass, for less memory and the same gradients.

    Raises:
        ValueError: fewer than 2 classes or no layer.

    Source:
        KD-GAT, arXiv 2507.19686; Xu et al., Representation Learning on Graphs with Jumping Knowledge Networks, 2018.
        Departures: edge attributes through GATv2, a linear classifier by default, and the maximum beside the mean on request.
    """

    outputs = ("logits", "embedding")
    predicts = (*outputs, "score", "probability")
    inputs = ("graph",)
    vocabulary_modules = ("ids",)
    distillation = {"soft_labels": {"type": "SoftLabels", "output": "logits"}}

    def __init__(
        self,
        num_ids: int,
        embedding_dim: int,
        hidden_dim: int,
        num_layers: int,
        num_heads: int,
        in_features: int = 20,
        edge_features: int = 11,
        conv: ConvKind = "gatv2",
        dropout: float = 0.2,
        share_weights: bool = True,
        pool: Literal["mean", "mean_max"] = "mean",
        jump_input: bool = False,
        fc_dim: int | None = None,
        num_classes: int = 2,
        unk_rate: float = 0.02,
        checkpoint_gradients: bool = False,
    ) -> None:
        super().__init__()
        if num_classes < 2 or num_layers < 1:
            raise ValueError(
                f"GAT: expected num_classes >= 2 and num_layers >= 1, got {num_classes} and {num_layers}. "
                "Two classes are normal and attack."
            )
        self.num_ids, self.in_features, self.edge_features = num_ids, in_features, edge_features
        self.checkpoint_gradients = checkpoint_gradients
        self.ids = IdEmbedding(num_ids, embedding_dim, unk_rate)
        width = num_heads * hidden_dim
        widths = [embedding_dim + in_features] + [width] * num_layers
        self.layers = nn.ModuleList(
            AttentionLayer(before, width, num_heads, edge_features, conv, share_weights) for before in widths[:-1]
        )
        self.dropout = nn.Dropout(dropout)
        self.pools = [graph_mean, graph_max] if pool == "mean_max" else [graph_mean]
        self.jump_input = jump_input
        pooled = len(self.pools) * (num_layers * width + (widths[0] if jump_input else 0))
        self.classifier = _classifier(pooled, fc_dim, num_classes, dropout)
        self._widths = {"logits": num_classes, "embedding": pooled}

    def output_width(self, name: str) -> int:
        """The size of the last dimension of an output.

        Raises:
            ValueError: no output of that name has a width.
        """
        return width_of(self, name, self._widths)

    def forward(self, batch: dict) -> dict[str, Tensor]:
        """``logits`` and ``embedding`` of the windows in ``batch["graph"]``."""
        graph = batch["graph"]
        check_graph(graph, self.num_ids, self.in_features, self.edge_features)
        nodes = torch.cat([self.ids(graph.node_id), graph.x], dim=1)
        edges = with_self_edges(graph.edge_index, graph.edge_attr, nodes.shape[0])
        heights = [nodes] if self.jump_input else []
        for layer in self.layers:
            nodes = self._advance(layer, nodes, edges)
            heights.append(nodes)
        read = torch.cat(heights, dim=1)
        embedding = torch.cat([pool(read, graph) for pool in self.pools], dim=1)
        return {"logits": self.classifier(embedding), "embedding": embedding}

    def predict(self, batch: dict) -> dict[str, Tensor]:
        """The outputs, ``score`` (B,), the log-odds of an attack, and ``probability`` (B,) in [0, 1].

        Rank by the score: a probability saturates at 1 in float32, and its ties spoil a threshold.
        """
        outputs = self.forward(batch)
        logits = upcast(outputs["logits"])
        attack = logits[:, 1] if logits.shape[1] == 2 else logits[:, 1:].logsumexp(dim=1)
        score = attack - logits[:, 0]
        return {**outputs, "score": score, "probability": score.sigmoid()}

    def explained(self, batch: dict) -> Explained:
        """The prediction, and how much each node adds to its window's score, of either sign: gradient times input."""
        return gradient_explained(self, batch)

    def _advance(self, layer: nn.Module, nodes: Tensor, edges: tuple[Tensor, Tensor]) -> Tensor:
        if self.checkpoint_gradients and self.training:
            return checkpoint(self._step, layer, nodes, *edges, use_reentrant=False)  # type: ignore[return-value]
        return self._step(layer, nodes, *edges)

    def _step(self, layer: nn.Module, nodes: Tensor, edge_index: Tensor, edge_attr: Tensor) -> Tensor:
        return self.dropout(layer(nodes, edge_index, edge_attr).relu())


def _classifier(width: int, fc_dim: int | None, num_classes: int, dropout: float) -> nn.Module:
    if fc_dim is None:
        return nn.Linear(width, num_classes)
    return nn.Sequential(nn.Linear(width, fc_dim), nn.ReLU(), nn.Dropout(dropout), nn.Linear(fc_dim, num_classes))


def width_of(network: Network, name: str, widths: dict[str, int]) -> int:
    """``widths[name]``, or an error that says which outputs have a width.

    Raises:
        ValueError: no output of that name has a width.
    """
    if name in widths:
        return widths[name]
    raise ValueError(
        f"{type(network).__name__}.output_width: {name!r} has no width; those that have one are "
        f"{', '.join(map(repr, widths))}. Name one of them in the distillation loss."
    )

"""The autoencoder of normal CAN traffic: what it cannot explain is suspect."""

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor, nn

from ...losses.base import upcast
from ...registry import MODELS, nearest
from ..network import Network
from .contribution import Explained, above_median
from .errors import SCORES, graph_errors, node_score
from .gat import width_of
from .layers import AttentionLayer, ConvKind, IdEmbedding, NodeNorm, check_graph, with_self_edges

LOGVAR_LIMIT = 10.0


@MODELS.register_module()
class VGAE(Network):
    """A variational graph autoencoder over the nodes of CAN windows.

    ``q(z | graph) = N(mu, exp(logvar))`` from attention layers with batch normalisation; three heads explain each node
    from z: its features, its ID, and the IDs that follow it. ``z`` is sampled in training and equals ``mu`` in
    evaluation, so a frozen teacher is deterministic.

    Outputs, N being the nodes of the batch: ``cont_out`` (N, F) in [0, 1]; ``canid_logits`` (N, V);
    ``neighbor_logits`` (N, V); ``z``, ``mu``, ``logvar`` (N, latent_dim); ``kl_loss``, a scalar,
    ``mean_n sum_d (mu^2 + exp(logvar) - 1 - logvar) / 2`` in nats a node.

    Args:
        num_ids: V, the size of the ID vocabulary, index 0 (unknown) included.
        embedding_dim: width of an ID's vector.
        hidden_dims: widths of the attention layers, multiples of ``num_heads``.
        latent_dim: width of z.
        num_heads: heads of every layer.
        in_features: width F of ``graph.x``, values in about [0, 1].
        edge_features: width D of ``graph.edge_attr``.
        conv: ``gatv2`` with edge attributes, or ``gat`` without.
        dropout: in [0, 1), after every layer.
        share_weights: ``gatv2`` only: one matrix for a message's two ends.
        unk_rate: share of nodes whose ID is hidden in training; the heads must still name it.
        score: which error ``predict`` gives as ``score``.

    Raises:
        ValueError: no hidden layer, or an unknown score.

    Source:
        Kipf and Welling, Variational Graph Auto-Encoders, 2016; KD-GAT, arXiv 2507.19686, for the three heads.
    """

    outputs = ("cont_out", "canid_logits", "neighbor_logits", "z", "mu", "logvar", "kl_loss")
    predicts = (*SCORES, "score")
    inputs = ("graph",)
    vocabulary_modules = ("ids", "canid_head", "neighbor_head")
    components = ("score", *SCORES)
    distillation = {
        "latent": {"type": "LatentMatch", "output": "mu"},
        "reconstruction": {"type": "OutputMatch", "output": "cont_out", "kind": "mse"},
        "ids": {"type": "SoftLabels", "output": "canid_logits", "weight": 0.1},
        "neighbors": {"type": "OutputMatch", "output": "neighbor_logits", "kind": "bernoulli"},
    }

    def __init__(
        self,
        num_ids: int,
        embedding_dim: int,
        hidden_dims: Sequence[int],
        latent_dim: int,
        num_heads: int,
        in_features: int = 20,
        edge_features: int = 11,
        conv: ConvKind = "gatv2",
        dropout: float = 0.0,
        share_weights: bool = True,
        unk_rate: float = 0.02,
        score: Literal["node_error", "id_error", "neighbor_error", "difficulty"] = "neighbor_error",
    ) -> None:
        super().__init__()
        if not hidden_dims:
            raise ValueError("VGAE.hidden_dims: expected at least one width, got none, as in hidden_dims=[80, 40].")
        self.score = _known_score(score)
        self.num_ids, self.in_features, self.edge_features = num_ids, in_features, edge_features
        self.ids = IdEmbedding(num_ids, embedding_dim, unk_rate)
        befores = [embedding_dim + in_features, *hidden_dims[:-1]]
        self.layers = nn.ModuleList(
            AttentionLayer(before, width, num_heads, edge_features, conv, share_weights)
            for before, width in zip(befores, hidden_dims)
        )
        self.norms = nn.ModuleList(NodeNorm(width) for width in hidden_dims)
        self.dropout = nn.Dropout(dropout)
        top = hidden_dims[-1]
        self.mu_head, self.logvar_head = nn.Linear(top, latent_dim), nn.Linear(top, latent_dim)
        self.cont_head = nn.Sequential(nn.Linear(latent_dim, top), nn.ReLU(), nn.Linear(top, in_features))
        self.canid_head, self.neighbor_head = nn.Linear(latent_dim, num_ids), nn.Linear(latent_dim, num_ids)
        self._widths = {"cont_out": in_features, "canid_logits": num_ids, "neighbor_logits": num_ids}
        self._widths |= dict.fromkeys(("z", "mu", "logvar"), latent_dim)

    def output_width(self, name: str) -> int:
        """The size of the last dimension of an output.

        Raises:
            ValueError: no output of that name has a width.
        """
        return width_of(self, name, self._widths)

    def forward(self, batch: dict) -> dict[str, Tensor]:
        """The posterior of every node of ``batch["graph"]`` and what the heads make of it."""
        graph = batch["graph"]
        check_graph(graph, self.num_ids, self.in_features, self.edge_features)
        mu, logvar = self._encode(graph)
        z = mu + (0.5 * logvar).exp() * torch.randn_like(mu) if self.training else mu
        return {
            "cont_out": self.cont_head(z).sigmoid(),
            "canid_logits": self.canid_head(z),
            "neighbor_logits": self.neighbor_head(z),
            "z": z,
            "mu": mu,
            "logvar": logvar,
            "kl_loss": kl_to_standard_normal(mu, logvar),
        }

    def predict(self, batch: dict) -> dict[str, Tensor]:
        """The errors of each window, (B,) each, and ``score``, the one of them that the constructor chose."""
        errors = graph_errors(self.forward(batch), batch["graph"])
        return {**errors, "score": errors[self.score]}

    def explained(self, batch: dict) -> Explained:
        """The prediction, and how much each node has of its window's score, at least 0: its error above the median."""
        graph = batch["graph"]
        with torch.no_grad():
            outputs = self.forward(batch)
            errors = graph_errors(outputs, graph)

        def contributions() -> Tensor:
            return above_median(node_score(outputs, graph, self.score), graph)

        return Explained({**errors, "score": errors[self.score]}, contributions)

    def _encode(self, graph) -> tuple[Tensor, Tensor]:
        nodes = torch.cat([self.ids(graph.node_id), graph.x], dim=1)
        edges = with_self_edges(graph.edge_index, graph.edge_attr, nodes.shape[0])
        for layer, norm in zip(self.layers, self.norms):
            nodes = self.dropout(norm(layer(nodes, *edges)).relu())
        # The heads' outputs leave autocast here: exp and the KL's sum lose too much in half precision.
        mu, logvar = upcast(self.mu_head(nodes)), upcast(self.logvar_head(nodes))
        return mu, logvar.clamp(-LOGVAR_LIMIT, LOGVAR_LIMIT)


def kl_to_standard_normal(mu: Tensor, logvar: Tensor) -> Tensor:
    """``KL(N(mu, exp(logvar)) || N(0, 1))`` in nats, summed over the last dimension and averaged over the rows.

    Args:
        mu: (N, latent).
        logvar: (N, latent), natural logarithm of the variance.
    """
    return 0.5 * (mu.square() + logvar.exp() - 1 - logvar).sum(dim=1).mean()


def _known_score(score: str) -> str:
    if score in SCORES:
        return score
    near = nearest(score, SCORES)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    raise ValueError(f"VGAE.score: expected one of {', '.join(map(repr, SCORES))}, got {score!r}.{hint}")

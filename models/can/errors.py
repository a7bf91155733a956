"""How badly an autoencoder explains each window: its anomaly scores."""

from torch import Tensor
from torch.nn import functional as F

from ...losses.base import upcast
from ...losses.neighbor import neighbor_bce
from .layers import graph_max, graph_mean

ID_SHARE = 0.1
SCORES = ("node_error", "id_error", "neighbor_error", "difficulty")


def node_errors(outputs: dict, graph) -> dict[str, Tensor]:
    """Errors of each node, (N,) each: features (mean square), ID (nats) and successors (nats per vocabulary entry).

    Args:
        outputs: ``cont_out`` (N, F), ``canid_logits`` (N, V) and ``neighbor_logits`` (N, V).
        graph: the batch of graphs that they explain.
    """
    return {
        "node_error": (upcast(outputs["cont_out"]) - graph.x).square().mean(dim=1),
        "id_error": F.cross_entropy(upcast(outputs["canid_logits"]), graph.node_id, reduction="none"),
        "neighbor_error": neighbor_bce(outputs["neighbor_logits"], graph.node_id, graph.edge_index),
    }


def node_score(outputs: dict, graph, score: str) -> Tensor:
    """(N,), each node's part of the score of its window.

    Args:
        outputs: see ``node_errors``.
        graph: the batch of graphs.
        score: one of ``SCORES``.
    """
    errors = node_errors(outputs, graph)
    return errors[score] if score != "difficulty" else errors["node_error"] + ID_SHARE * errors["id_error"]


def graph_errors(outputs: dict, graph) -> dict[str, Tensor]:
    """Errors of each window, (B,) each: one odd node makes a window odd, so they are maxima over its nodes.

    ``difficulty`` is the mean over the nodes of ``MSE + 0.1 CE``, by which a curriculum orders normal windows.

    Args:
        outputs: see ``node_errors``.
        graph: the batch of graphs.

    Source:
        KD-GAT, arXiv 2507.19686: max-pooled errors; VGAE+GAT, arXiv 2508.04845: difficulty of normal windows.
    """
    errors = node_errors(outputs, graph)
    difficulty = graph_mean(errors["node_error"] + ID_SHARE * errors["id_error"], graph)
    return {**{name: graph_max(error, graph) for name, error in errors.items()}, "difficulty": difficulty}

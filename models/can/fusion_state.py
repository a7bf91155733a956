"""What the fusion agent sees of a window: 15 numbers from the autoencoder and the classifier, and their scores."""

import math

import torch
from torch import Tensor

from ...losses.base import upcast
from .errors import ID_SHARE, graph_errors, node_errors
from .layers import graph_max, graph_mean

ERRORS = ("node_error", "id_error", "neighbor_error")
STATE = (
    *ERRORS, "z_mean", "z_std", "z_max", "z_min", "vgae_confidence",
    "benign_probability", "attack_probability", "embedding_mean", "embedding_std", "embedding_max", "embedding_min",
    "gat_confidence",
)  # fmt: skip
# Probabilities and confidences are in [0, 1] already; the others are measured in the spread of benign windows.
BOUNDED = ("vgae_confidence", "benign_probability", "attack_probability", "gat_confidence")
# The autoencoder's own score first, then its errors, then the classifier's log-odds.
SCORES = ("vgae", *ERRORS, "gat")
VGAE_SCORES = SCORES[:-1]
TINY = 1e-12


def vgae_columns(outputs: dict, graph, score: str) -> tuple[Tensor, Tensor]:
    """State and scores of the autoencoder.

    Args:
        outputs: of a ``VGAE`` in evaluation mode.
        graph: the batch of G windows.
        score: the error that is the network's own score.

    Returns:
        (G, 8) the logarithms of three errors, mean, standard deviation, maximum and minimum of the latent over nodes and
        dimensions, confidence; and (G, 4) the own score and the three errors.
    """
    errors = graph_errors(outputs, graph)
    three = torch.stack([errors[name] for name in ERRORS], dim=1)
    z = upcast(outputs["z"])
    mean = graph_mean(z.mean(dim=1), graph)
    spread = (z - mean[graph.batch].unsqueeze(1)).square().mean(dim=1)
    of_z = [mean, graph_mean(spread, graph).sqrt(), graph_max(z.amax(dim=1), graph), -graph_max(-z.amin(dim=1), graph)]
    confidence = vgae_confidence(outputs, graph)
    state = torch.cat([(three + TINY).log(), torch.stack([*of_z, confidence], dim=1)], dim=1)
    return state, torch.cat([errors[score].unsqueeze(1), three], dim=1)


def vgae_confidence(outputs: dict, graph) -> Tensor:
    """``1 / (1 + standard deviation over the nodes of their error)``, (G,) in (0, 1]: high where all are explained alike."""
    errors = node_errors(outputs, graph)
    error = errors["node_error"] + ID_SHARE * errors["id_error"]
    mean = graph_mean(error, graph)
    return 1 / (1 + graph_mean((error - mean[graph.batch]).square(), graph).sqrt())


def gat_columns(outputs: dict) -> tuple[Tensor, Tensor]:
    """State and score of the classifier.

    Args:
        outputs: of a ``GAT``'s ``predict``: ``score`` (G,), the log-odds of an attack, and ``embedding`` (G, D).

    Returns:
        (G, 7) two probabilities; mean, standard deviation, maximum and minimum of the embedding; confidence, 1 less the
        entropy in bits; and (G, 1) the log-odds.
    """
    score, embedding = upcast(outputs["score"]), upcast(outputs["embedding"])
    benign, attack = (-score).sigmoid(), score.sigmoid()
    entropy = -(torch.xlogy(benign, benign) + torch.xlogy(attack, attack)) / math.log(2)
    of_embedding = [
        embedding.mean(dim=1), embedding.std(dim=1, correction=0), embedding.amax(dim=1), embedding.amin(dim=1),
    ]  # fmt: skip
    return torch.stack([benign, attack, *of_embedding, 1 - entropy], dim=1), score.unsqueeze(1)

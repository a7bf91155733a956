"""What a fusion of two detectors must beat: one share for all windows, classifiers of the same state, and rules."""

import torch
from torch import Tensor
from torch.nn import functional as F

from ...models.can.fusion import FusionAgent, mlp

STEPS, BATCH = 2000, 256

Columns = dict[str, Tensor]


def best_fixed_alpha(network: FusionAgent, columns: Columns) -> float:
    """The share that is right for most windows; of equally good ones that with the largest mean distance on the right side of .5.

    Args:
        network: calibrated; its weights play no part.
        columns: ``scores`` (N, 5) and ``y`` (N,) of labelled training and validation windows.

    Returns:
        One of the network's shares, in [0, 1].
    """
    side = 2.0 * (columns["y"] == 1).double() - 1
    graded = []
    for number, alpha in enumerate(network.alphas.tolist()):
        margin = side * (fixed_alpha_score(network, columns, number) - 0.5)
        graded.append((float((margin > 0).double().mean()), float(margin.mean()), alpha))
    return max(graded)[2]


def fixed_alpha_score(network: FusionAgent, columns: Columns, number: int) -> Tensor:
    """(N,) the fused score at the share of that number, with the autoencoder's own score."""
    return network.decide(columns, torch.full((len(columns["scores"]),), number))["score"]


def alpha_number(network: FusionAgent, alpha: float) -> int:
    """The number of the share nearest to ``alpha``."""
    return int((network.alphas - alpha).abs().argmin())


def fit_classifier(state: Tensor, y: Tensor, hidden: tuple[int, ...] = (), seed: int = 0) -> torch.nn.Module:
    """A classifier of windows by cross-entropy: logistic regression, or with ``hidden`` an MLP.

    Args:
        state: (N, D), normalised.
        y: (N,) 1 for a window with an attack, else 0.
        hidden: widths of hidden layers.
        seed: of weights and batches.

    Returns:
        A module (B, D) -> (B, 2) logits.
    """
    generator = torch.Generator().manual_seed(seed)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = mlp(state.shape[1], hidden, 2)
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-2 if not hidden else 1e-3, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, STEPS)
    for _ in range(STEPS):
        rows = torch.randint(len(y), (BATCH,), generator=generator)
        optimizer.zero_grad()
        F.cross_entropy(network(state[rows]), y[rows]).backward()
        optimizer.step()
        schedule.step()
    return network.eval()


@torch.no_grad()
def log_odds(classifier: torch.nn.Module, state: Tensor) -> Tensor:
    """(N,) float64, by which windows are ranked; a probability would saturate."""
    logits = classifier(state).double()
    return logits[:, 1] - logits[:, 0]

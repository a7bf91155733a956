"""Whether a generator repeats its training sketches."""

import torch
from torch import Tensor

from .distances import nearest

MEMORISED = 0.01  # quantile of the distances from held-out sketches below which a generated one counts as a repetition


def repetition(generated: Tensor, held_out: Tensor, training: Tensor) -> dict[str, float]:
    """Distances to the nearest training sketch, beside those that real held-out sketches have.

    ``nearest_ratio``: median of the generated, divided by the median of the held-out sketches; 1 where generated ones
    are as far from the training set as real ones are, 0 for copies.
    ``memorised``: share of generated sketches nearer to a training sketch than all but 1 % of the held-out ones; .01 is
    what new real sketches would have.

    Args:
        generated, held_out, training: features (N, D), (M, D) and (T, D).
    """
    own, _ = nearest(generated, training)
    real, _ = nearest(held_out, training)
    threshold = torch.quantile(real.double(), MEMORISED)
    return {
        "nearest_ratio": float(own.median() / real.median().clamp_min(1e-12)),
        "memorised": float((own.double() < threshold).double().mean()),
    }

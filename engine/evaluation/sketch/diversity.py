"""How different the sketches of one class are from each other."""

import torch
from torch import Tensor


def class_spread(features: Tensor, label: Tensor) -> dict[int, float]:
    """Mean distance between two different sketches of a class, of every class with at least two.

    Args:
        features: (N, D).
        label: (N,) int64.
    """
    classes = {int(one): features[label == one] for one in torch.unique(label)}
    return {one: float(torch.pdist(rows).double().mean()) for one, rows in classes.items() if len(rows) > 1}


def diversity(generated: Tensor, label: Tensor, real: Tensor, real_label: Tensor) -> dict[str, float]:
    """The spread within classes, generated divided by real: ``diversity`` the mean over classes, ``worst_diversity`` the least.

    A generator that draws one sketch a class has 0; real sketches have 1. Classes that one of both sets has fewer than
    two sketches of are left out; NaN where none is left.

    Args:
        generated, real: (N, D) and (M, D).
        label, real_label: (N,) and (M,) int64.
    """
    own, other = class_spread(generated, label), class_spread(real, real_label)
    ratios = [own[one] / max(other[one], 1e-12) for one in own.keys() & other.keys()]
    if not ratios:
        return {"diversity": float("nan"), "worst_diversity": float("nan")}
    return {"diversity": sum(ratios) / len(ratios), "worst_diversity": min(ratios)}

"""What gives gradients: the renderer itself, or a trained proxy of it."""

from typing import Any, Protocol

import torch
from torch import Tensor
from torch.nn import functional as F

from ..errors import CheckpointError
from ..trained import load_trained
from .objective import Objective, blurred_error, comparable


class Grading(Protocol):
    """Losses with gradients.

    Attributes:
        cost: evaluations that the loss of one scene counts as.
        trusted: whether the losses are those of the objective itself.
    """

    cost: int
    trusted: bool

    def __call__(self, vectors: Tensor) -> tuple[Tensor, Tensor]:
        """Scenes (B, D) to what gradients follow and to the loss without gradients, (B,) each."""
        ...


class ByRenderer:
    """Through the embedded renderer.

    Args:
        objective: its renderer is an ``nn.Module``.
        cost: evaluations of a step.
    """

    trusted = True

    def __init__(self, objective: Objective, cost: int) -> None:
        self.objective, self.cost = objective, cost

    def __call__(self, vectors: Tensor) -> tuple[Tensor, Tensor]:
        return self.objective.graded(vectors)


class ByProxy:
    """Through a network that draws vectors, without any rendering.

    Args:
        proxy: a ``ForwardModel`` or its like, with ``draw_vectors`` and ``size``, held still.
        target: (3, S, S) in [0, 1].
    """

    trusted, cost = False, 0

    def __init__(self, proxy: Any, target: Tensor) -> None:
        self.proxy = proxy
        self.target = F.interpolate(target[None], (proxy.size, proxy.size), mode="area")

    def __call__(self, vectors: Tensor) -> tuple[Tensor, Tensor]:
        device = next(self.proxy.parameters()).device
        images = self.proxy.draw_vectors(vectors.to(device)).cpu()
        sought = blurred_error(images, self.target.expand_as(images))
        return sought, comparable(sought.detach())


def load_proxy(path: str) -> Any:
    """A trained network that draws vectors of scenes.

    Raises:
        CheckpointError: nothing is there, or a network of another kind.
    """
    trained = load_trained(path)
    if not hasattr(trained.network, "draw_vectors"):
        raise CheckpointError(
            f"{trained.file}: is a {type(trained.network).__name__}, expected a forward model, which draws scenes"
        )
    return trained.network.requires_grad_(False)


def gradient_of(grading: Grading, vectors: Tensor) -> tuple[Tensor, Tensor]:
    """The gradients (B, D) of scenes, 0 where they are not finite, and their losses (B,)."""
    wanted = vectors.detach().clone().requires_grad_()
    sought, losses = grading(wanted)
    gradient = torch.autograd.grad(sought.sum(), wanted)[0]
    return gradient.nan_to_num(nan=0.0, posinf=0.0, neginf=0.0), losses

"""The base of the losses that judge strokes, such as the one-step estimate of a flow."""

import torch
from torch import Tensor

from .base import Loss, lookup, upcast
from .standardize import full_precision


def read_strokes(source: dict, name: str, owner: str, where: str = "outputs") -> Tensor:
    """The entry ``name`` as cubic strokes (B, S, 4, 2) in float32 or float64.

    Args:
        source: the outputs of a network, or a batch.
        name: key of the strokes.
        owner: the loss and its argument, for the error.
        where: what ``source`` is, for the error.

    Raises:
        KeyError: no such entry.
        ValueError: another shape, or no stroke.
    """
    strokes = lookup(source, name, where)
    if strokes.ndim != 4 or strokes.shape[2:] != (4, 2) or not strokes.shape[1]:
        raise ValueError(
            f"{owner}: expected cubic strokes of shape (B, S, 4, 2) with S at least 1, got {name!r} of shape "
            f"{tuple(strokes.shape)}. Name another entry of the {where}, or reshape it in the network."
        )
    return upcast(strokes)


def time_weights(time: Tensor, power: float) -> Tensor:
    """``(1 + power) t^power``, (B,) to (B,), whose mean is 1 for t uniform on [0, 1]."""
    return (1 + power) * upcast(time).clamp(min=0) ** power


class StrokeLoss(Loss):
    """The mean over samples of ``(1 + p) t^p penalty(strokes)``, p = ``time_power``.

    The one-step estimate ``x_t + (1 - t) v`` at small t is a blur of all sketches, of which nothing but its blur can be
    asked: a power of 1 or more lets the clear estimates decide. The factor ``1 + p`` keeps the strength of the term, and
    a plain mean keeps it independent of how an iteration is cut into parts.

    At the weight 0, as before a warm-up, the penalty is not computed: the loss is 0 and its gradient too.

    Args:
        output: name of the strokes, (B, S, 4, 2).
        time: key of t in the batch, (B,) in [0, 1]; None leaves the samples equal.
        time_power: p, at least 0; above 0 it needs ``time``.
        weight: factor of this term in the task loss.

    Raises:
        ValueError: a negative power, or one above 0 without ``time``; at a step, strokes or t of another shape.
    """

    output_args = ("output",)
    batch_args = ("time",)

    def __init__(
        self, output: str = "strokes_estimate", time: str | None = None, time_power: float = 0.0, weight: float = 1.0
    ) -> None:
        super().__init__(weight)
        owner = type(self).__name__
        if time_power < 0:
            raise ValueError(f"{owner}.time_power: got {time_power}, expected a number of at least 0")
        if time_power and time is None:
            raise ValueError(f'{owner}.time: got None with time_power={time_power}, expected a batch key, as time="t"')
        self.output, self.time, self.time_power = output, time, time_power

    def forward(self, outputs: dict, batch: dict) -> Tensor:
        owner = type(self).__name__
        strokes = read_strokes(outputs, self.output, f"{owner}.output")
        if self.weight == 0:
            # Hung on the strokes, so that DDP finds every parameter used in every iteration.
            return 0 * strokes.sum()
        with full_precision(strokes):
            penalty = self.penalty_in(strokes, batch)
            return (self._weights(penalty, batch) * penalty).mean() if self.time_power else penalty.mean()

    def penalty_in(self, strokes: Tensor, batch: dict) -> Tensor:
        """The penalty of each sample beside its batch; ``penalty(strokes)`` unless a subclass compares the two."""
        return self.penalty(strokes)

    def penalty(self, strokes: Tensor) -> Tensor:
        """The penalty of each sample: (B, S, 4, 2) to (B,)."""
        raise TypeError(f"{type(self).__name__} does not define penalty(strokes)")

    def _weights(self, penalty: Tensor, batch: dict) -> Tensor:
        time = lookup(batch, str(self.time))
        if time.shape != penalty.shape:
            raise ValueError(
                f"{type(self).__name__}.time: expected one t a sample, {tuple(penalty.shape)}, got {self.time!r} of "
                f"shape {tuple(time.shape)}"
            )
        return time_weights(time.detach(), self.time_power).to(penalty)


def pair_distances(first: Tensor, second: Tensor) -> Tensor:
    """Distances between two sets of points, (..., N, 2) and (..., M, 2) to (..., N, M); equal points have the gradient 0."""
    return torch.linalg.vector_norm(first.unsqueeze(-2) - second.unsqueeze(-3), dim=-1)

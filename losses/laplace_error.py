"""The error of numbers that come with a scale of their own doubt."""

from torch import Tensor

from ..registry import LOSSES
from .base import Loss, lookup, upcast

LEAST = 1e-4  # added to every error, so that none makes the likelihood endless


def laplace_error(
    predicted: Tensor, log_scale: Tensor, target: Tensor, counts: Tensor, absolute: float = 0.0
) -> Tensor:
    """``mean |e| / b + log b + absolute |e|``: the negative logarithm of a Laplace density of scale b, its constant left out.

    Args:
        predicted, log_scale, target: (B, n); log b of any size.
        counts: (B, n) of 1 where a number exists, else 0.
        absolute: factor of the absolute error beside the likelihood.

    Returns:
        A scalar; 0 where no number exists.
    """
    error = (target - predicted).abs()
    each = (error + LEAST) * (-log_scale).exp() + log_scale + absolute * error
    return (each * counts).sum() / counts.sum().clamp_min(1)


@LOSSES.register_module()
class LaplaceError(Loss):
    """See ``laplace_error``. An error counts by what the network thinks possible, so that small ones can weigh as large ones do.

    Args:
        absolute: factor of the absolute error beside the likelihood, for numbers that nothing is known of yet.
        predicted, log_scale: names of the outputs, (B, n).
        target: key of the batch, (B, n).
        counts: key of the batch, (B, n) of 1 where a number exists.
        weight: factor of this term in the task loss.

    Raises:
        ValueError: a negative factor.

    Source: Kendall and Gal, What Uncertainties Do We Need in Bayesian Deep Learning for Computer Vision? (2017).
    """

    output_args = ("predicted", "log_scale")
    batch_args = ("target", "counts")

    def __init__(
        self, absolute: float = 0.0, predicted: str = "predicted", log_scale: str = "log_scale",
        target: str = "target", counts: str = "counts", weight: float = 1.0,
    ) -> None:  # fmt: skip
        super().__init__(weight)
        if absolute < 0:
            raise ValueError(f"LaplaceError.absolute: got {absolute}, expected a number of at least 0")
        self.absolute, self.predicted, self.log_scale = absolute, predicted, log_scale
        self.target, self.counts = target, counts

    def forward(self, outputs: dict, batch: dict) -> Tensor:
        predicted, log_scale = (upcast(lookup(outputs, name, "outputs")) for name in (self.predicted, self.log_scale))
        target, counts = (lookup(batch, name) for name in (self.target, self.counts))
        error = (target - predicted.detach()).abs() * counts
        self.observed = {"mean_absolute": error.sum() / counts.sum().clamp_min(1)}
        return laplace_error(predicted, log_scale, target, counts, self.absolute)

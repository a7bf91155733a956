"""The mean squared error between an output and an entry of the batch."""

from torch import Tensor
from torch.nn import functional as F

from ..registry import LOSSES
from .base import Loss, lookup, upcast


def mean_squared_error(output: Tensor, target: Tensor) -> Tensor:
    """``mean (output - target)^2`` over every entry.

    Args:
        output: any shape.
        target: the same shape; broadcasting is refused, because it hides mistakes.

    Raises:
        ValueError: the shapes differ.
    """
    if output.shape != target.shape:
        raise ValueError(
            f"mean squared error: the output has shape {tuple(output.shape)} and the target {tuple(target.shape)}; "
            "they must be equal. Check the names in the config, or reshape in the network."
        )
    return F.mse_loss(upcast(output), upcast(target))


@LOSSES.register_module()
class MeanSquaredError(Loss):
    """``mean (output - target)^2`` over all entries, such as a reconstruction error; lower is better.

    Nothing is detached.

    Args:
        output: name of the output.
        target: key of the batch, or a dotted path such as ``graph.x``.
        weight: factor of this term in the task loss.
    """

    output_args = ("output",)
    batch_args = ("target",)

    def __init__(self, output: str, target: str, weight: float = 1.0) -> None:
        super().__init__(weight)
        self.output = output
        self.target = target

    def forward(self, outputs: dict, batch: dict) -> Tensor:
        return mean_squared_error(lookup(outputs, self.output, "outputs"), lookup(batch, self.target))

"""The mean absolute error between an output and an entry of the batch."""

from torch import Tensor
from torch.nn import functional as F

from ..registry import LOSSES
from .base import lookup, upcast
from .mean_squared import MeanSquaredError
from .output_match import same_shape


@LOSSES.register_module()
class MeanAbsoluteError(MeanSquaredError):
    """``mean |output - target|`` over all entries, such as the error of an image; lower is better.

    Args:
        output, target, weight: see ``MeanSquaredError``.
    """

    def forward(self, outputs: dict, batch: dict) -> Tensor:
        output, target = lookup(outputs, self.output, "outputs"), lookup(batch, self.target)
        same_shape("mean absolute error", output, target)
        return F.l1_loss(upcast(output), upcast(target))

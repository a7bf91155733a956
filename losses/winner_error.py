"""The velocity error of preferred samples, which keeps a policy near them."""

from torch import Tensor

from ..registry import LOSSES
from .base import Loss, lookup
from .flow_dpo import velocity_errors


@LOSSES.register_module()
class WinnerError(Loss):
    """The mean squared velocity error over the first half of the batch, the winners; supervised fine-tuning beside ``FlowDPO``.

    Args:
        output: name of the velocity in the outputs.
        target: key of the batch with the true velocity.
        weight: factor of this term.
    """

    output_args = ("output",)
    batch_args = ("target",)

    def __init__(self, output: str = "velocity", target: str = "velocity_target", weight: float = 1.0) -> None:
        super().__init__(weight)
        self.output, self.target = output, target

    def forward(self, outputs: dict, batch: dict) -> Tensor:
        errors = velocity_errors(lookup(outputs, self.output, "outputs"), lookup(batch, self.target))
        return errors.chunk(2)[0].mean()

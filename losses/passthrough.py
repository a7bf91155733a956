"""A term that the network has computed itself."""

from torch import Tensor

from ..registry import LOSSES
from .base import Loss, lookup


@LOSSES.register_module()
class NamedOutput(Loss):
    """``mean(outputs[output])``: minimises an output as it stands, such as the KL term of a variational network.

    Nothing is detached; the sign is the network's.

    Args:
        output: name of the output, a scalar or one value a sample.
        weight: factor of this term in the task loss.
    """

    output_args = ("output",)

    def __init__(self, output: str, weight: float = 1.0) -> None:
        super().__init__(weight)
        self.output = output

    def forward(self, outputs: dict, batch: dict) -> Tensor:
        return lookup(outputs, self.output, "outputs").mean()

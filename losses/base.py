"""The base of every loss: a scalar from named outputs and a batch."""

from torch import Tensor, nn


class Loss(nn.Module):
    """One term of the objective, chosen by name in a config.

    A subclass names, in ``output_args`` and ``batch_args``, those of its constructor's arguments whose values are keys
    of the network's outputs and of the batch. The config check compares them with what the network and the data set
    declare before anything is built.

    Args:
        weight: factor of this term in the task loss.
    """

    output_args: tuple[str, ...] = ()
    batch_args: tuple[str, ...] = ()

    def __init__(self, weight: float = 1.0) -> None:
        super().__init__()
        self.weight = weight

    def forward(self, outputs: dict, batch: dict) -> Tensor:
        """The unweighted scalar loss, a mean over the samples of the batch."""
        raise TypeError(f"{type(self).__name__} does not define forward(outputs, batch)")

"""Another config's trained network, held still."""

from typing import Any

import torch
from torch import nn

from ..registry import FUNCTIONS, MODELS


@MODELS.register_module()
class FrozenModel(nn.Module):
    """A trained network in evaluation mode, without gradients to its parameters.

    It is absent from ``state_dict``, ``parameters()`` and every copy made by ``deepcopy``, and it never changes to training mode.
    Building it leaves the random streams as they were. Gradients still flow to its inputs.

    Args:
        config: the config file that trained it.
        checkpoint: a checkpoint, or ``auto`` for the one in that config's work directory.

    Attributes:
        provenance_of_data: what its data set said of itself (digest, vocabulary, ...).
    """

    def __init__(self, config: str, checkpoint: str = "auto") -> None:
        super().__init__()
        self.config = config
        # The loader stands in the engine, above this room; the registry lends it.
        load = FUNCTIONS.get("load_companion")
        with torch.random.fork_rng():
            network, meta = load(config, checkpoint)
        network.eval().requires_grad_(False)
        self._held = [network]
        self.meta = meta
        self.provenance_of_data: dict = meta.get("data", {})

    @property
    def network(self) -> nn.Module:
        """The network itself; hidden in a list from PyTorch's bookkeeping."""
        return self._held[0]

    def forward(self, batch: dict) -> dict:
        """The network's outputs."""
        return self.network(batch)

    def predict(self, batch: dict) -> dict:
        """The network's predictions of a batch as the loader gives it."""
        network: Any = self.network
        return network.predict(network.prepare(batch))

    def _apply(self, fn, recurse: bool = True):
        self.network._apply(fn, recurse)
        return super()._apply(fn, recurse)

    def __deepcopy__(self, memo: dict) -> "FrozenModel":
        return self

"""The base of every network: a batch in, named outputs out."""

from torch import Tensor, nn


class Network(nn.Module):
    """What a config's ``model.network`` builds.

    Attributes:
        outputs: names of the tensors that ``forward`` returns; losses and distillation may name these only.
        predicts: names of what ``predict`` returns, which metrics may name; None where it is not told, and the outputs where
            ``predict`` is not defined.
        inputs: keys of the batch that ``forward`` reads.
        prepares: keys that ``prepare`` adds to the batch.
        companions: arguments that name other configs' networks, each held under the attribute of that name; see
            ``engine/self_contained.py``.
        kd_refusal: why the network cannot be distilled, or None where it can.
        sharding_refusal: why its parameters cannot be cut over processes (``FSDP2``), or None where they can.
        vocabulary_modules: names of the submodules whose size grows with the vocabulary, for parameter counts.
    """

    outputs: tuple[str, ...] = ()
    predicts: tuple[str, ...] | None = None
    inputs: tuple[str, ...] = ()
    prepares: tuple[str, ...] = ()
    companions: tuple[str, ...] = ()
    kd_refusal: str | None = None
    sharding_refusal: str | None = None
    vocabulary_modules: tuple[str, ...] = ()

    def prepare(self, batch: dict) -> dict:
        """Draw here the randomness that a teacher or a reference must share, and add it to the batch."""
        return batch

    def forward(self, batch: dict) -> dict[str, Tensor]:
        """The named outputs, each with the batch's samples along its first dimension unless its docstring says else."""
        raise TypeError(f"{type(self).__name__} does not define forward(batch)")

    def predict(self, batch: dict) -> dict[str, Tensor]:
        """What evaluation and inference read; ``forward`` unless they differ."""
        return self.forward(batch)

    def draw(self, outputs: dict, batch: dict) -> dict:
        """Images worth looking at during validation: name -> uint8 array (H, W, 3). None by default."""
        return {}

"""Means of what a network predicts, as validation results."""

from collections.abc import Mapping, Sequence

from torch import Tensor

from ...registry import METRICS
from .gathered import GatheredMetric


@METRICS.register_module()
class TermMean(GatheredMetric):
    """The mean over the samples of named outputs of ``predict``, such as a reconstruction error; lower is better.

    Args:
        names: outputs to average, each (B,) or a scalar that stands for every sample of its batch.
        prefix: put before every result's name; empty for none.

    Raises:
        ValueError: no name is given.
    """

    output_args = ("names",)

    def __init__(self, names: Sequence[str], prefix: str | None = None) -> None:
        super().__init__(prefix=prefix)
        if isinstance(names, str) or not names:
            raise ValueError(f"TermMean.names: got {names!r}, expected a list of outputs, as in names=['difficulty'].")
        self.names = tuple(names)

    @classmethod
    def declared(cls, cfg: Mapping) -> tuple[str, ...]:
        """The outputs named in the config."""
        return tuple(cfg.get("names", ()))

    def rows(self, batch: Mapping, outputs: Mapping) -> dict[str, Tensor]:
        """The named outputs, a scalar repeated for each sample of the batch."""
        size = len(batch["index"])
        terms = {name: self.read(outputs, name, "the network's predict(batch)") for name in self.names}
        return {name: term.expand(size) if term.ndim == 0 else term for name, term in terms.items()}

    def compute(self, rows: dict[str, Tensor]) -> dict[str, float]:
        """The mean of each term."""
        return {name: float(rows[name].double().mean()) for name in self.names}

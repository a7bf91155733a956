"""The statistics of a network's latents as validation results, so that training logs every evaluation."""

from collections.abc import Mapping

from torch import Tensor

from ....registry import METRICS
from ..gathered import GatheredMetric
from .statistics import evaluate, flat_names


@METRICS.register_module()
class LatentStatistics(GatheredMetric):
    """What ``evaluate`` measures on the latents of the whole validation set.

    Results: ``alpha`` (mean over channels), ``alpha_0`` to ``alpha_5``, ``variance_0`` to ``variance_5``,
    ``tv_over_std``, ``kurtosis``, ``off_diagonal``, ``between_share``, ``participation_ratio``, ``checkerboard``,
    ``border`` and ``sentences``; ``Evaluation`` says what they are.

    Args:
        output: of the network, (B, channels, H, W).
        channels: of the latents.
        prefix: put before every result's name.
    """

    whole_rows = True
    names = flat_names(6)
    output_args = ("output",)

    def __init__(self, output: str = "latent", channels: int = 6, prefix: str = "latent") -> None:
        super().__init__(prefix=prefix)
        self.output, self.channels = output, channels
        self.names = flat_names(channels)

    @classmethod
    def declared(cls, cfg: Mapping) -> tuple[str, ...]:
        """The results' names for the config's number of channels."""
        return flat_names(cfg.get("channels", 6))

    def rows(self, batch: Mapping, outputs: Mapping) -> dict[str, Tensor]:
        """The latents of a batch, in float32.

        Raises:
            ValueError: another number of channels than the config says.
        """
        latent = self.read(outputs, self.output, "the network's predict(batch)")
        if latent.ndim != 4 or latent.shape[1] != self.channels:
            raise ValueError(
                f"LatentStatistics: {self.output!r} has the shape {tuple(latent.shape)}, expected (B, {self.channels}, H, "
                "W). Name another output, or set channels."
            )
        return {"latent": latent.float()}

    def compute(self, rows: dict[str, Tensor]) -> dict[str, float]:
        """The statistics over all sentences."""
        return evaluate(rows["latent"]).flat()

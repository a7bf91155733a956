"""The statistics of generated sketches as validation results, so that training logs every evaluation."""

from collections.abc import Mapping

import torch
from torch import Tensor

from ....registry import DATASETS, METRICS
from ..gathered import GatheredMetric
from .judges import build_judges, judge_name
from .measure import Real, measure, result_names


@METRICS.register_module()
class SketchStatistics(GatheredMetric):
    """What ``measure`` finds in the sketches that a network generates for the validation set, beside that set.

    Args:
        judges: ``dict(config=..., checkpoint="auto")`` each, configs that train a judge on the same classes; each adds
            ``agreement_NAME``, ``worst_class_NAME`` and ``frechet_ratio_NAME``, by the last word of its config's file name.
        reference: config of the data set of training sketches, with ``all_strokes()``; it gives the features their scale,
            and ``nearest_ratio`` and ``memorised``. None leaves both out and scales on the validation set.
        output: of the network's ``predict``, (B, S, 4, 2).
        target: key of the batch with the real sketches, (B, S, 4, 2).
        label: key of the batch with the classes asked for, (B,) int64.
        prefix: put before every result's name.

    Raises:
        CompanionError: a judge is not trained.
    """

    whole_rows = True
    output_args, batch_args = ("output",), ("target", "label")

    def __init__(
        self, judges: list[dict] = [], reference: dict | None = None, output: str = "generated",  # noqa: B006
        target: str = "strokes", label: str = "label", prefix: str = "sketch",
    ) -> None:  # fmt: skip
        super().__init__(prefix=prefix)
        self.output, self.target, self.label = output, target, label
        self.judges, self.reference = build_judges(judges), reference
        self.names = result_names(list(self.judges), reference is not None)
        self._real: Real | None = None

    @classmethod
    def declared(cls, cfg: Mapping) -> tuple[str, ...]:
        """The results' names for the config's judges."""
        names = [judge_name(one["config"]) for one in cfg.get("judges") or ()]
        return result_names(names, cfg.get("reference") is not None)

    def rows(self, batch: Mapping, outputs: Mapping) -> dict[str, Tensor]:
        """Generated and real sketches, and the classes asked for.

        Raises:
            ValueError: sketches that are not (B, S, 4, 2).
        """
        generated = self.read(outputs, self.output, "the network's predict(batch)")
        if generated.ndim != 4 or generated.shape[2:] != (4, 2):
            raise ValueError(
                f"SketchStatistics: {self.output!r} has the shape {tuple(generated.shape)}, expected (B, S, 4, 2). Name "
                "another output."
            )
        real = self.read(batch, self.target, "the batch")
        return {"generated": generated.float(), "real": real, "label": self.read(batch, self.label, "the batch")}

    def compute(self, rows: dict[str, Tensor]) -> dict[str, float]:
        """The statistics over all sketches."""
        return measure(rows["generated"].float(), rows["label"], self._beside(rows["real"].float(), rows["label"]))

    def _beside(self, strokes: Tensor, label: Tensor) -> Real:
        """The real side, measured once: the validation set is the same at each evaluation."""
        if self._real is None or not torch.equal(self._real.strokes, strokes):
            training = None if self.reference is None else DATASETS.build(self.reference).all_strokes()
            self._real = Real.of(strokes, label, training, self.judges)
        return self._real

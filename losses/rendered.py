"""The base of the losses that compare drawings: rasterized strokes beside rasterized target strokes."""

import torch
from torch import Tensor

from ..registry import MODELS
from .stroke_loss import StrokeLoss, read_strokes

RENDERER = dict(type="BezierRasterizer", canvas_size=64, stroke_width=1.0)


class RenderedLoss(StrokeLoss):
    """A distance between the drawing of the strokes and that of the target strokes.

    Args:
        target: key of the target strokes in the batch, (B, S', 4, 2).
        renderer: config of a stroke renderer; ``BezierRasterizer`` at 64 x 64 with 1 px by default.
        output, time, time_power, weight: see ``StrokeLoss``.
    """

    batch_args = ("time", "target")

    def __init__(
        self, target: str = "strokes", renderer: dict | None = None, output: str = "strokes_estimate",
        time: str | None = None, time_power: float = 0.0, weight: float = 1.0,
    ) -> None:  # fmt: skip
        super().__init__(output, time, time_power, weight)
        self.target = target
        self.renderer = MODELS.build(dict(renderer or RENDERER))

    def penalty_in(self, strokes: Tensor, batch: dict) -> Tensor:
        target = read_strokes(batch, self.target, f"{type(self).__name__}.target", "batch").to(strokes)
        with torch.no_grad():
            wanted = self.renderer(target)
        return self.distance(self.renderer(strokes), wanted)

    def distance(self, drawn: Tensor, wanted: Tensor) -> Tensor:
        """The distance of each pair of drawings: two (B, H, W) in [0, 1], white 1, to (B,)."""
        raise TypeError(f"{type(self).__name__} does not define distance(drawn, wanted)")

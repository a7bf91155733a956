"""The base of the losses that look at drawn strokes as a coloured picture."""

from typing import Any

from torch import Tensor

from ..registry import MODELS
from .base import lookup
from .stroke_loss import StrokeLoss


class DrawingLoss(StrokeLoss):
    """Draws the strokes in three equal channels.

    Args:
        canvas_size: pixels of a side of the drawing.
        stroke_width: in pixels of that.
        output, time, time_power, weight: see ``StrokeLoss``.
    """

    def __init__(
        self, canvas_size: int = 224, stroke_width: float = 2.0, output: str = "strokes", time: str | None = None,
        time_power: float = 0.0, weight: float = 1.0,
    ) -> None:  # fmt: skip
        super().__init__(output, time, time_power, weight)
        self.renderer: Any = MODELS.build(
            dict(type="BezierRasterizer", canvas_size=canvas_size, stroke_width=stroke_width)
        )

    def draw(self, strokes: Tensor) -> Tensor:
        """The drawing in three equal channels: (B, S, 4, 2) to (B, 3, canvas_size, canvas_size), white 1."""
        return self.renderer(strokes).unsqueeze(1).expand(-1, 3, -1, -1)


def read_images(batch: dict, key: str, drawings: int, owner: str) -> Tensor:
    """The images of a batch, one for each drawing.

    Raises:
        KeyError: no such entry.
        ValueError: another shape or number.
    """
    images = lookup(batch, key)
    if images.ndim != 4 or images.shape[1] != 3 or len(images) != drawings:
        raise ValueError(
            f"{owner}: got {key!r} of shape {tuple(images.shape)} for {drawings} drawings, expected (B, 3, H, W), an image "
            "for each"
        )
    return images

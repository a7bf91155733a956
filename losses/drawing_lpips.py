"""The perceptual distance between drawn strokes and an image."""

from torch import Tensor
from torch.nn import functional as F

from ..registry import LOSSES
from .drawing import DrawingLoss, read_images
from .held_lpips import Backbone, HeldLPIPS


@LOSSES.register_module()
class DrawingLPIPS(HeldLPIPS, DrawingLoss):
    """LPIPS between the drawing and the image itself. A line drawing lacks the textures that most of it measures.

    Args:
        backbone: ``alex`` for LPIPS; ``random`` for uncalibrated distances of random features, offline.
        seed: of the random features.
        image: key of the images in the batch, (B, 3, H, W) in [0, 1], resized to the drawing.
        canvas_size, stroke_width, output, time, time_power, weight: see ``DrawingLoss``.

    Raises:
        ImportError: the package lpips is absent.
        RuntimeError: the weights can be neither found nor downloaded.
        ValueError: an unknown backbone; at a step, images that do not fit.
    """

    batch_args = ("time", "image")

    def __init__(
        self, backbone: Backbone = "alex", seed: int = 0, image: str = "image", canvas_size: int = 224,
        stroke_width: float = 2.0, output: str = "strokes", time: str | None = None, time_power: float = 0.0,
        weight: float = 1.0,
    ) -> None:  # fmt: skip
        super().__init__(canvas_size, stroke_width, output, time, time_power, weight)
        self.image = image
        self.hold(backbone, seed)

    def penalty_in(self, strokes: Tensor, batch: dict) -> Tensor:
        drawn = self.draw(strokes)
        images = read_images(batch, self.image, len(strokes), "DrawingLPIPS.image")
        return self.lpips(drawn, F.interpolate(images, drawn.shape[-2:], mode="bilinear", antialias=True))

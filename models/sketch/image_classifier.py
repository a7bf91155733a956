"""A judge that sees sketches as pictures."""

import torch
from torch import Tensor, nn

from ...registry import MODELS
from ..network import Network
from .jitter import jitter

RENDERER = dict(type="BezierRasterizer", canvas_size=64, stroke_width=1.0)
AT_ONCE = 16  # sketches drawn in one call
THINNEST, THICKEST = 0.7, 1.7  # stroke widths in training, as a share of the renderer's


@MODELS.register_module()
class StrokeImageClassifier(Network):
    """Renders strokes and classifies the picture by a small convolutional network.

    It knows nothing of strokes beyond their ink: neither order nor direction nor where one ends.

    Args:
        num_classes: labels are below this.
        width: channels of the first layer; the last has four times as many. .15 M parameters with 24.
        embedding_width: of the output ``embedding``.
        renderer: config of the renderer.
        augment: jitter sketches and vary the stroke width in training; a dict gives the arguments of ``jitter``.

    Shapes:
        batch["strokes"] (B, S, 4, 2). Outputs: ``logits`` (B, num_classes), ``embedding`` (B, embedding_width).
    """

    outputs = ("logits", "embedding")
    inputs = ("strokes",)
    prepares = ("seen_strokes", "seen_width")
    distillation = dict(soft_labels=dict(type="SoftLabels", output="logits"))

    def __init__(
        self, num_classes: int, width: int = 24, embedding_width: int = 64,
        renderer: dict = RENDERER, augment: dict | bool = True,
    ) -> None:  # fmt: skip
        super().__init__()
        self.renderer = MODELS.build(renderer)
        self.augment = augment if isinstance(augment, dict) else {} if augment else None
        self.features = nn.Sequential(
            _layer(1, width), _layer(width, 2 * width), _layer(2 * width, 4 * width), _layer(4 * width, 4 * width),
            nn.Flatten(2),
        )  # fmt: skip
        self.embed = nn.Sequential(nn.Linear(8 * width, embedding_width), nn.GELU())
        self.head = nn.Linear(embedding_width, num_classes)

    def prepare(self, batch: dict) -> dict:
        """In training, jittered strokes and a stroke width a sketch."""
        if not self.training or self.augment is None:
            return batch
        strokes = batch["strokes"]
        share = THINNEST + (THICKEST - THINNEST) * torch.rand(len(strokes), 1, device=strokes.device)
        width = (share * self.renderer.stroke_width).expand(-1, strokes.shape[1])
        return {**batch, "seen_strokes": jitter(strokes, **self.augment), "seen_width": width}

    def forward(self, batch: dict) -> dict[str, Tensor]:
        """``logits`` and ``embedding`` of each sketch."""
        image = self._draw(batch.get("seen_strokes", batch["strokes"]), batch.get("seen_width"))
        maps = self.features(1 - image[:, None])
        embedding = self.embed(torch.cat([maps.mean(2), maps.amax(2)], 1))
        return {"logits": self.head(embedding), "embedding": embedding}

    def _draw(self, strokes: Tensor, width: Tensor | None) -> Tensor:
        """A few at once: larger batches leave the processor's caches and take longer a sketch."""
        widths = [None] * len(strokes) if width is None else width.split(AT_ONCE)
        return torch.cat([self.renderer(part, of_part) for part, of_part in zip(strokes.split(AT_ONCE), widths)])


def _layer(channels: int, width: int) -> nn.Module:
    """Half the size, by a convolution normalised in groups: batch statistics would make a judge depend on its training."""
    return nn.Sequential(nn.Conv2d(channels, width, 3, 2, 1, bias=False), nn.GroupNorm(8, width), nn.GELU())

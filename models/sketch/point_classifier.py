"""A judge that sees sketches as sets of points."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ...losses.bezier import curve_points, curve_velocities, midpoints
from ...registry import MODELS
from ..network import Network
from .jitter import jitter

FREQUENCIES = 5  # octaves of the coordinates' encoding
CHANNELS = 4 * FREQUENCIES + 4


@MODELS.register_module()
class StrokePointClassifier(Network):
    """Points along the strokes, each with the direction of its line, through a small set transformer.

    It knows neither the order of strokes, nor which points share one, nor which way a stroke was drawn; it renders nothing.

    Args:
        num_classes: labels are below this.
        points: along each stroke.
        width: of the points' features.
        num_layers: blocks of self-attention among the points.
        num_heads: attention heads; divides ``width``.
        augment: jitter sketches in training; a dict gives the arguments of ``jitter``.

    Shapes:
        batch["strokes"] (B, S, 4, 2). Outputs: ``logits`` (B, num_classes), ``embedding`` (B, width).

    Source: Lee et al., Set Transformer (2019), without inducing points; the seed of its pooling is one learned query.
    """

    outputs = ("logits", "embedding")
    inputs = ("strokes",)
    prepares = ("seen_strokes",)
    distillation = dict(soft_labels=dict(type="SoftLabels", output="logits"))

    def __init__(
        self, num_classes: int, points: int = 4, width: int = 64, num_layers: int = 2, num_heads: int = 4,
        augment: dict | bool = True,
    ) -> None:  # fmt: skip
        super().__init__()
        self.points = points
        self.augment = augment if isinstance(augment, dict) else {} if augment else None
        self.embed = nn.Linear(CHANNELS, width)
        self.blocks = nn.ModuleList(_Block(width, num_heads) for _ in range(num_layers))
        self.seed = nn.Parameter(0.02 * torch.randn(1, 1, width))
        self.pool = _Block(width, num_heads)
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, num_classes)

    def prepare(self, batch: dict) -> dict:
        """In training, jittered strokes."""
        if not self.training or self.augment is None:
            return batch
        return {**batch, "seen_strokes": jitter(batch["strokes"], **self.augment)}

    def forward(self, batch: dict) -> dict[str, Tensor]:
        """``logits`` and ``embedding`` of each sketch."""
        points = self.embed(point_channels(batch.get("seen_strokes", batch["strokes"]), self.points))
        for block in self.blocks:
            points = block(points, points)
        embedding = self.norm(self.pool(self.seed.expand(len(points), -1, -1), points)[:, 0])
        return {"logits": self.head(embedding), "embedding": embedding}


def point_channels(strokes: Tensor, points: int) -> Tensor:
    """Encoded coordinates and the doubled angle of the line, which is the same for both ways of drawing it.

    Args:
        strokes: (B, S, 4, 2).
        points: along each stroke.

    Returns:
        (B, S * points, 24); a line without length has the direction (0, 0).
    """
    parameters = midpoints(points, strokes)
    place = curve_points(strokes, parameters).flatten(1, 2)
    along = F.normalize(curve_velocities(strokes, parameters).flatten(1, 2), dim=-1)
    x, y = along.unbind(-1)
    angle = torch.stack([x * x - y * y, 2 * x * y], -1)
    octaves = math.pi / 2 * 2.0 ** torch.arange(FREQUENCIES, device=strokes.device, dtype=strokes.dtype)
    phase = (place[..., None] * octaves).flatten(-2)
    return torch.cat([place, angle, phase.sin(), phase.cos()], -1)


class _Block(nn.Module):
    """Pre-LN attention from some vectors to others, then a feed-forward layer twice as wide."""

    def __init__(self, width: int, num_heads: int) -> None:
        super().__init__()
        self.heads = num_heads
        self.norm, self.context_norm, self.inner_norm = (nn.LayerNorm(width) for _ in range(3))
        self.query, self.key_value = nn.Linear(width, width), nn.Linear(width, 2 * width)
        self.out = nn.Linear(width, width)
        self.inner = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))

    def forward(self, vectors: Tensor, context: Tensor) -> Tensor:
        """(B, N, width) from (B, M, width)."""
        query = self._split(self.query(self.norm(vectors)))
        key, value = map(self._split, self.key_value(self.context_norm(context)).chunk(2, -1))
        found = F.scaled_dot_product_attention(query, key, value)
        vectors = vectors + self.out(found.transpose(1, 2).flatten(2))
        return vectors + self.inner(self.inner_norm(vectors))

    def _split(self, vectors: Tensor) -> Tensor:
        return vectors.unflatten(-1, (self.heads, -1)).transpose(1, 2)

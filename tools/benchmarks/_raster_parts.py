"""What the rasterizer's benchmark and its picture share: drawings by people and the renderers that are installed."""

import contextlib
import os
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from stillhouse.models.raster import StrokeRenderer
from stillhouse.registry import MODELS

CANVAS, WIDTH = 224, 1.5


def sheep(count: int) -> list[Tensor]:
    """People's drawings of sheep as lines (1, S, 2, 2), from the data folder; none where it is absent."""
    path = Path(os.environ.get("STILLHOUSE_DATA", "../shared/data")) / "sketch" / "aaron_sheep.npz"
    if not path.exists():
        return []
    drawings = np.load(path, allow_pickle=True, encoding="latin1")["test"][:count]
    return [_lines(drawing) for drawing in drawings]


def _lines(drawing: np.ndarray) -> Tensor:
    """Offsets and pen lifts (n, 3) to lines, centred and scaled into the canvas."""
    position = torch.tensor(drawing[:, :2].cumsum(0), dtype=torch.float32)
    low, high = position.amin(0), position.amax(0)
    position = (position - (low + high) / 2) / (high - low).amax() * 1.8
    down = torch.tensor(drawing[:-1, 2] == 0)
    return torch.stack([position[:-1], position[1:]], dim=1)[down][None]


class DenseDistance(StrokeRenderer):
    """The plain way, as a yardstick: the distance of every pixel to every chord of every stroke, and a linear ramp at the edge.

    Args:
        canvas_size: height and width in pixels, or (height, width).
        stroke_width: full width in pixels.
        chords: a stroke.
    """

    def __init__(
        self, canvas_size: int | tuple[int, int] = CANVAS, stroke_width: float = WIDTH, chords: int = 16
    ) -> None:
        super().__init__(canvas_size, stroke_width)
        t = torch.linspace(0, 1, chords + 1)[:, None]
        self.basis = torch.cat([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3], dim=1)

    def render(self, points: Tensor, width: Tensor, opacity: Tensor | None, colour: Tensor | None) -> Tensor:
        """(B, H, W), black strokes alone."""
        opacity = torch.ones_like(width) if opacity is None else opacity
        return torch.stack([self._draw(*sketch) for sketch in zip(points, width, opacity)])

    def _draw(self, points: Tensor, width: Tensor, opacity: Tensor) -> Tensor:
        y, x = (torch.arange(side) + 0.5 for side in (self.height, self.width))
        pixel = torch.stack(torch.meshgrid(x, y, indexing="xy"), dim=-1).reshape(-1, 1, 2)
        white = torch.ones(self.height * self.width, dtype=points.dtype)
        for stroke, full, opaque in zip(self.basis.to(points) @ points, width, opacity):
            start, along = stroke[:-1], stroke.diff(dim=0)
            u = ((pixel - start) * along).sum(-1) / along.square().sum(-1).clamp_min(1e-9)
            distance = (
                (pixel - start - u.clamp(0, 1)[..., None] * along).square().sum(-1).amin(1).clamp_min(1e-12).sqrt()
            )
            white = white * (1 - opaque * (full / 2 - distance + 0.5).clamp(0, 1))
        return white.unflatten(0, (self.height, self.width))


def renderers(canvas: int = CANVAS, width: float = WIDTH) -> dict[str, StrokeRenderer]:
    """Every differentiable renderer that is installed."""
    config = dict(canvas_size=canvas, stroke_width=width)
    found: dict[str, StrokeRenderer] = {"BezierRasterizer": MODELS.build(dict(type="BezierRasterizer", **config))}
    with contextlib.suppress(ImportError):
        found["diffvg 2x2"] = MODELS.build(dict(type="DiffvgRasterizer", **config))
    found["dense distance field"] = DenseDistance(**config)
    return found

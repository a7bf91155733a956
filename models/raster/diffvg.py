"""Strokes drawn by diffvg, where its compiled module is installed."""

from types import ModuleType

import torch
from torch import Tensor

from ...registry import MODELS
from .base import StrokeRenderer


@MODELS.register_module()
class DiffvgRasterizer(StrokeRenderer):
    """diffvg's Monte Carlo anti-aliasing, one sketch after the other, for comparison with what others published.

    Its gradient with respect to the control points is biased: it disagrees with central differences of its own image, however
    many samples are taken. ``BezierRasterizer`` is the renderer to train with.

    Args:
        canvas_size: height and width in pixels, or (height, width).
        stroke_width: full width in pixels of strokes whose width the call does not give; diffvg itself is given the radius.
        samples: along each side of a pixel.
        seed: of the sample positions, the same at every call.

    Raises:
        ImportError: no compiled module ``diffvg``.
        ValueError: a size, width or number of samples that is not positive.

    Source:
        Li, Lukac, Gharbi, Ragan-Kelley, "Differentiable Vector Graphics Rasterization for Editing and Learning",
        ACM Transactions on Graphics 39(6), 2020.
    """

    def __init__(
        self, canvas_size: int | tuple[int, int] = 224, stroke_width: float = 1.5, samples: int = 2, seed: int = 0
    ) -> None:
        super().__init__(canvas_size, stroke_width)
        if samples < 1:
            raise ValueError(f"samples: got {samples!r}, expected 1 or more along each side of a pixel")
        self.samples, self.seed = samples, seed
        load_diffvg()

    def render(self, points: Tensor, width: Tensor, opacity: Tensor | None, colour: Tensor | None) -> Tensor:
        """(B, H, W), or with colours (B, 3, H, W); diffvg computes in float32."""
        paint = torch.zeros_like(points[..., 0, :1]).expand(-1, -1, 3) if colour is None else colour
        alpha = torch.ones_like(width) if opacity is None else opacity
        rgba = torch.cat([paint, alpha[..., None]], dim=-1)
        sketches = [self._draw(*sketch) for sketch in zip(points.float(), (width / 2).float(), rgba.float())]
        image = torch.stack(sketches).to(points) if sketches else points.new_zeros(0, self.height, self.width, 3)
        return image[..., 0] if colour is None else image.permute(0, 3, 1, 2)

    def _draw(self, points: Tensor, radius: Tensor, rgba: Tensor) -> Tensor:
        """(H, W, 3) of one sketch over white."""
        white = torch.ones(self.height, self.width, 4, device=points.device)
        if not len(points):
            return white[..., :3] + points.sum()
        pydiffvg = load_diffvg()
        pydiffvg.set_device(points.device)
        middle = torch.tensor([2], dtype=torch.int32)
        shapes, groups = [], []
        for index, (stroke, thickness, paint) in enumerate(zip(points, radius, rgba)):
            shapes.append(pydiffvg.Path(middle, stroke.contiguous(), is_closed=False, stroke_width=thickness))
            ids = torch.tensor([index], dtype=torch.int32)
            groups.append(pydiffvg.ShapeGroup(ids, fill_color=None, stroke_color=paint.contiguous()))
        scene = pydiffvg.RenderFunction.serialize_scene(self.width, self.height, shapes, groups)
        sampling = (self.samples, self.samples, self.seed)
        return pydiffvg.RenderFunction.apply(self.width, self.height, *sampling, white, *scene)[..., :3]


def load_diffvg() -> ModuleType:
    """The module ``pydiffvg`` of diffvg; the compiled ``diffvg`` is asked for first, as another project bears the name pydiffvg.

    Raises:
        ImportError: it is not installed.
    """
    try:
        import diffvg  # noqa: F401  # pyright: ignore[reportMissingImports]
        import pydiffvg  # pyright: ignore[reportMissingImports]
    except ImportError as error:
        raise ImportError(
            "DiffvgRasterizer needs the compiled module diffvg, which no package index carries: build it from source, "
            "git clone --recursive https://github.com/BachiLi/diffvg && cd diffvg && pip install . "
            "(a package named pydiffvg is another project); or use BezierRasterizer, which needs nothing"
        ) from error
    return pydiffvg

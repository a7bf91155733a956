"""Strokes with an opacity or a colour, laid one over the other in their order."""

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from .composite import Over, Stack
from .footprint import is_thin, pixel_footprint
from .moments import mean_moments, moments, sum_by_window
from .subpixels import SIDE, sub_pixel_footprint, sub_pixel_winners
from .trace import Layout, Trace, trace
from .windows import Windows


def draw_layers(
    curves: Tensor, radius: Tensor, windows: Windows, layout: Layout, opacity: Tensor | None, ink: Tensor
) -> Tensor:
    """Lay strokes over white paper, each over those before it.

    In a pixel with one stroke the result is as exact as its coverage. Where strokes overlap, 4 x 4 sub-pixels hold their
    coverages apart; inside one sub-pixel they count as independent, as a painter's algorithm has them in a whole pixel.

    Args:
        curves: (8, n), from ``window_coefficients``.
        radius: (n,) half the width of the window's stroke.
        windows: n of them.
        layout: of the canvases.
        opacity: (B * S,) in [0, 1], or nothing for 1.
        ink: (C, B * S) in [0, 1], what the stroke takes from white in each channel.

    Returns:
        (C, B, H, W).
    """
    with torch.no_grad():
        found = trace(windows, curves, radius, layout)
        stroke = windows.chords.stroke.index_select(0, found.feet.window)
        stack, layer = _stack(found, stroke, layout.strokes)
    single, layers = LayerCoverage.apply(curves, radius, windows, found, layer, len(stack.layer_stroke))  # pyright: ignore[reportGeneralTypeIssues]
    if opacity is not None:
        single = single * opacity.index_select(0, stroke)
        layers = layers * opacity.index_select(0, stack.layer_stroke)
    dark = ink.new_zeros(len(ink), layout.pixels)
    dark = dark.index_add(1, found.feet.pixel, single * ink.index_select(1, stroke))
    piles = Over.apply(layers, ink.index_select(1, stack.layer_stroke), stack)
    dark = dark.index_add(1, stack.pixel, piles.mean(1))  # pyright: ignore[reportOptionalMemberAccess]
    return layout.crop((1 - dark).clamp(0, 1))


class LayerCoverage(torch.autograd.Function):
    """Coverage by each stroke for itself: of whole pixels with one stroke, and of the sub-pixels of the others."""

    @staticmethod
    def forward(
        ctx, curves: Tensor, radius: Tensor, windows: Windows, found: Trace, layer: Tensor, layers: int
    ) -> tuple[Tensor, Tensor]:
        """Curves (8, n) and radii (n,) to coverages (N,) of the pairs and (m, layers) of the layers."""
        whole = pixel_footprint(found.feet, is_thin(radius))
        for rows in (whole.coverage, whole.spread, whole.push):
            rows.index_fill_(-1, found.several, 0)
        feet = found.feet.take(found.several)
        small = sub_pixel_footprint(feet.radius, is_thin(radius, SIDE), *sub_pixel_winners(feet, layer, layers))
        covered = curves.new_zeros(SIDE * SIDE, layers).index_add_(1, layer, small.coverage)
        ctx.windows = len(windows.left)
        ctx.save_for_backward(
            found.feet.window, found.several, layer, whole.push, whole.parameter, whole.spread, small.push, small.parameter,
            small.spread,
        )  # fmt: skip
        return whole.coverage, covered

    @staticmethod
    @once_differentiable
    def backward(ctx, grad: Tensor, grad_layers: Tensor):  # pyright: ignore[reportIncompatibleMethodOverride]
        """Gradients (N,) and (m, layers) of the coverages to those of the curves (8, n) and the radii (n,)."""
        window, several, layer, push, parameter, spread, small_push, small_parameter, small_spread = ctx.saved_tensors
        small = grad_layers.index_select(1, layer)
        rows = moments(push * grad, parameter)
        rows.index_copy_(1, several, mean_moments(small_push * small, small_parameter) * len(small))
        width = (spread * grad).index_copy_(0, several, (small_spread * small).sum(0))
        lengths = torch.bincount(window, minlength=ctx.windows)
        return sum_by_window(rows, lengths), sum_by_window(width[None], lengths)[0], None, None, None, None


def _stack(found: Trace, stroke: Tensor, strokes: int) -> tuple[Stack, Tensor]:
    """The layers of every pixel with several, and the layer of every pair there."""
    own = stroke.index_select(0, found.several)
    sketch = torch.div(own, strokes, rounding_mode="floor")
    layers, layer = torch.unique(found.group * strokes + (own - sketch * strokes), return_inverse=True)
    pile = torch.div(layers, strokes, rounding_mode="floor")
    layer_stroke = own.new_empty(len(layers)).scatter_(0, layer, own)
    pixel = own.new_empty(found.groups).scatter_(0, found.group, found.feet.pixel.index_select(0, found.several))
    count = torch.bincount(pile, minlength=found.groups)
    height = torch.arange(len(layers), device=pile.device) - (count.cumsum(0) - count).index_select(0, pile)
    return Stack(pile, layer_stroke, pixel, torch.argsort(height, stable=True), torch.bincount(height).tolist()), layer
